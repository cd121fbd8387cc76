"""The numbers behind a figure: named curves by panel, the parameters that made them, and claims about them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
COLUMNS = ("panel", "curve", "x", "y")
DIGITS = 9  # significant ones, of what is written and drawn
# |one - other| <= absolute + relative |other| between machines whose processor or BLAS rounds otherwise. On one machine
# the files are the same, byte by byte, whatever its number of threads.
TOLERANCE = {"relative": 1e-6, "absolute": 1e-8}


@dataclass(frozen=True, eq=False)
class Table:
    """Everything that a figure draws.

    curves: (panel, curve) -> (x, y), two arrays of one length. parameters: what the curves were computed from.
    axes: panel -> (what x is, what y is), in words.
    """

    curves: dict[tuple[str, str], tuple[Array, Array]]
    parameters: dict[str, Any]
    axes: dict[str, tuple[str, str]]

    def __post_init__(self) -> None:
        for key, (x, y) in self.curves.items():
            if np.ndim(x) != 1 or np.shape(x) != np.shape(y):
                raise ValueError(f"curve {key} must have x and y of one length, got {np.shape(x)} and {np.shape(y)}")
            if any("," in part for part in key):
                raise ValueError(f"names of curves must stand in a CSV without quotes, got {key}")
            if key[0] not in self.axes:
                raise ValueError(f"panel {key[0]!r} must have its axes named, got {list(self.axes)}")

    def __getitem__(self, key: tuple[str, str]) -> tuple[Array, Array]:
        return self.curves[key]

    def x(self, panel: str, curve: str) -> Array:
        """The abscissae of a curve."""
        return self.curves[panel, curve][0]

    def y(self, panel: str, curve: str) -> Array:
        """The ordinates of a curve."""
        return self.curves[panel, curve][1]

    def with_y(self, panel: str, curve: str, y: Array) -> Table:
        """The same table with other ordinates for one curve."""
        return replace(self, curves={**self.curves, (panel, curve): (self.x(panel, curve), y)})

    def rounded(self) -> Table:
        """The table as the CSV and the JSON hold it: what is drawn is what is written, and rounding does not show."""
        curves = {
            key: (np.array(_near(x.tolist())), np.array(_near(y.tolist()))) for key, (x, y) in self.curves.items()
        }
        return replace(self, curves=curves, parameters=_near(self.parameters))

    def csv(self) -> str:
        """All curves in long form, nine significant digits, so that rounding in the last place does not show."""
        lines = [",".join(COLUMNS)]
        for (panel, curve), (x, y) in self.curves.items():
            lines += [f"{panel},{curve},{a:.{DIGITS}g},{b:.{DIGITS}g}" for a, b in zip(x, y, strict=True)]
        return "\n".join(lines) + "\n"

    def sha256(self) -> str:
        """The digest of the CSV text."""
        return hashlib.sha256(self.csv().encode()).hexdigest()


def _near(value: Any) -> Any:
    """The same with every float in it rounded to the digits that are written."""
    if isinstance(value, dict):
        return {key: _near(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_near(inner) for inner in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def holds(condition: Any, claim: str) -> None:
    """Raises AssertionError with the claim unless every entry of `condition` is true. Not removed by python -O."""
    if not np.all(condition):
        raise AssertionError(f"the data of this figure contradict: {claim}")
