"""A map of the flow over time and lag: the norm of d state_t / d state_(t-q) for many t along one sequence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.definition import Definition
from errorflow.numeric.arrays import Array
from errorflow.numeric.carried_errors import ending_at
from errorflow.numeric.forward import Trajectory, run
from errorflow.numeric.profile import profile_of
from errorflow.numeric.scaled import Integers

_TOGETHER = 64  # end times whose flows are carried at once


@dataclass(frozen=True, eq=False)
class Heat:
    """log2 norms over (t, q).

    Attributes
    ----------
    times : array of int, (times,)
        End times t in steps processed, 1..T.
    lags : array of int, (Q + 1,)
        0..Q.
    log2_norm : array, (times, Q + 1)
        -inf for zero, nan where q > t.
    """

    times: Integers
    lags: Integers
    log2_norm: Array

    def json(self) -> dict[str, Any]:
        """As data.

        Returns
        -------
        dict
        """
        return {"times": self.times, "lags": self.lags, "log2_norm": self.log2_norm}

    def plot(self, path: Any = None, title: str = "") -> Any:
        """The path of a picture of the map; without a path, a picture for a notebook.

        Parameters
        ----------
        path : str or path-like, optional
            Ends in .pdf, .svg or .png.
        title : str, default ''
            Stands above the picture.

        Returns
        -------
        Path or Picture

        Raises
        ------
        ValueError
            For another suffix.
        OSError
            If the path cannot be written.
        """
        from errorflow.plots import plot_heat

        return plot_heat(self, path, title)


def heat(
    definition: Definition,
    weights: Mapping[str, Any],
    inputs: Any,
    *,
    max_lag: int,
    every: int = 1,
    tell: Callable[[str], None] = lambda text: None,
) -> Heat:
    """The map for one sequence.

    Parameters
    ----------
    definition : Definition
        Of the cell.
    weights : mapping of str to array_like
        Shapes as in `definition.parameters`.
    inputs : array_like, (T, m)
        The sequence.
    max_lag : int
        The largest q.
    every : int, default 1
        Distance of the end times t in steps.
    tell : callable, default lambda text: None
        Receives how far it is.

    Returns
    -------
    Heat

    Raises
    ------
    ValueError
        For more than one sequence, or max_lag or every out of range; else for arrays that do not fit.
    ArithmeticError
        When a state overflows.
    """
    trajectory = run(definition, weights, inputs)
    if trajectory.batch != 1:
        raise ValueError(f"inputs must hold one sequence (T, m) for a map over time, got {trajectory.batch}")
    return heat_of(trajectory, max_lag=max_lag, every=every, tell=tell)


def heat_of(
    trajectory: Trajectory, *, max_lag: int, every: int = 1, tell: Callable[[str], None] = lambda text: None
) -> Heat:
    """The map along the run of one sequence. Arguments as in `heat`."""
    steps = trajectory.steps
    for name, value in (("max_lag", max_lag), ("every", every)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value <= steps:
            raise ValueError(f"{name} must be an integer from 1 to T = {steps}, got {value!r}")
    times = np.arange(steps, 0, -every)[::-1]
    found = np.full((len(times), max_lag + 1), np.nan)
    for k in range(0, len(times), _TOGETHER):
        tell(f"map over time: {k} of {len(times)} end times")
        windows = ending_at(trajectory, times[k : k + _TOGETHER], max_lag)
        found[k : k + _TOGETHER] = profile_of(windows, departures=False).log2_norm
    found[np.arange(max_lag + 1) > times[:, None]] = np.nan
    return Heat(times, np.arange(max_lag + 1), found)
