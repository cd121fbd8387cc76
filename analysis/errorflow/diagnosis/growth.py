"""How fast error grows where recurrent weights and inputs are scaled: a map over both, for any cell and network."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.definition import Definition
from errorflow.numeric.arrays import Array, checked, checked_inputs, checked_state, checked_weights
from errorflow.numeric.carried_errors import carried_back, log2_lengths
from errorflow.numeric.forward import Trajectory, run


@dataclass(frozen=True, eq=False)
class GrowthMap:
    """Growth of an error per step over the scales of the recurrent weights and of the inputs.

    Attributes
    ----------
    recurrent : array, (R,)
        Factors of the recurrent weights.
    driving : array, (S,)
        Factors of the inputs.
    rate : array, (R, S)
        log2 of the factor per step of an error that starts in a random direction, mean over sequences: negative is
        decay, -inf an error that becomes 0.
    lags : (int, int)
        Between which lags the factor was taken.
    """

    recurrent: Array
    driving: Array
    rate: Array
    lags: tuple[int, int]

    def border(self) -> Array:
        """The least recurrent scale at which the error grows, between grid points.

        Returns
        -------
        array, (S,)
            nan where the error never grows.

        Raises
        ------
        ValueError
            Unless recurrent scales ascend.
        """
        if (np.diff(self.recurrent) <= 0).any():
            raise ValueError(f"recurrent must ascend for a border, got {self.recurrent.tolist()}")
        found = np.full(len(self.driving), np.nan)
        for s, column in enumerate(self.rate.T):
            k = int(np.argmax(column > 0))
            if column[k] > 0:
                below = column[k - 1] if k else np.nan
                part = column[k] / (column[k] - below) if np.isfinite(below) else 0.0
                found[s] = self.recurrent[k] - part * (self.recurrent[k] - self.recurrent[max(k - 1, 0)])
        return found

    def json(self) -> dict[str, Any]:
        """As data.

        Returns
        -------
        dict
        """
        return {"recurrent": self.recurrent, "driving": self.driving, "log2_rate": self.rate, "lags": self.lags}

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
        from errorflow.plots import plot_growth

        return plot_growth(self, path, title)


def growth_map(
    definition: Definition,
    weights: Mapping[str, Any],
    inputs: Any,
    rng: np.random.Generator,
    *,
    recurrent: Any,
    driving: Any = (1.0,),
    which: Collection[str] | None = None,
    state: Any = None,
    settle: int | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> GrowthMap:
    """How fast an error grows where the recurrent weights and the inputs of a cell are scaled.

    Parameters
    ----------
    definition : Definition
        Of the cell.
    weights : mapping of str to array_like
        Shapes as in `definition.parameters`.
    inputs : array_like, (batch, T, m) or (T, m)
        The sequences; for a cell without input, T.
    rng : numpy.random.Generator
        Draws the direction of the error.
    recurrent : array_like, (R,)
        Factors of the recurrent weights.
    driving : array_like, (S,), default (1.0,)
        Factors of the inputs.
    which : collection of str, optional
        The matrices that are scaled; by default all that meet anything but an input.
    state : mapping of str to array_like, optional
        Block -> initial value, (n,) or (batch, n); zero where absent.
    settle : int, optional
        Steps that are not counted at either end, by default a quarter of T: those in which the state settles, and those
        in which the error, which runs backwards, turns into the direction that grows fastest.
    tell : callable, default lambda text: None
        Receives how far it is.

    Returns
    -------
    GrowthMap

    Raises
    ------
    KeyError
        For a matrix that the cell does not have.
    ValueError
        For a settle that leaves no step, or factors that are not one row of finite numbers; else for arrays that do not
        fit.
    ArithmeticError
        When a state overflows.
    """
    factors, drives = _factors("recurrent", recurrent), _factors("driving", driving)
    matrices, sizes = checked_weights(definition, weights)
    streams, _ = checked_inputs(definition, inputs, sizes)
    scaled = _recurrent(definition) if which is None else set(which)
    if unknown := scaled - set(matrices):
        raise KeyError(f"no weight called {min(unknown)!r}; there are {', '.join(sorted(matrices))}")
    steps, batch, _ = next(iter(streams.values())).shape
    apart = steps // 4 if settle is None else settle
    if isinstance(apart, bool) or not isinstance(apart, int | np.integer) or not 0 <= 2 * apart < steps:
        raise ValueError(f"settle must be an integer from 0 to less than half of T = {steps}, got {settle!r}")
    lags = int(apart), steps - int(apart)
    driven = {
        name: (drives[:, None, None, None] * stream.swapaxes(0, 1)).reshape(len(drives) * batch, steps, stream.shape[2])
        for name, stream in streams.items()
    }
    read = steps if not definition.inputs else driven if len(driven) > 1 else driven[definition.inputs[0].name]
    copies = len(drives) if definition.inputs else 1
    start = {name: np.tile(v, (copies, 1)) for name, v in checked_state(definition, state, sizes, batch).items()}
    rate = np.empty((len(factors), len(drives)))
    for k, factor in enumerate(factors):
        tell(f"recurrent weights times {factor:g}, {k + 1} of {len(factors)}")
        weighed = {name: factor * w if name in scaled else w for name, w in matrices.items()}
        found = _rates(run(definition, weighed, read, start), rng, *lags)
        rate[k] = found.reshape(copies, batch).mean(axis=1)
    return GrowthMap(factors, drives, rate, lags)


def _recurrent(definition: Definition) -> set[str]:
    """The matrices that meet anything but an input."""
    inputs = set(definition.inputs)
    return {str(term.matrix) for node in definition.nodes for term in node.terms if term.source not in inputs}


def _rates(trajectory: Trajectory, rng: np.random.Generator, first: int, last: int) -> Array:
    """log2 of the factor per step of a random error of each sequence, between two lags."""
    start = {
        name: rng.normal(size=(block.shape[2], 1)) * np.ones((trajectory.batch, 1, 1))
        for name, block in trajectory.states.items()
    }
    at = {
        lag: log2_lengths(e)[:, 0]
        for lag, e in enumerate(carried_back(trajectory, start, last))
        if lag in (first, last)
    }
    with np.errstate(invalid="ignore"):
        return np.where(np.isneginf(at[last]), -np.inf, (at[last] - at[first]) / (last - first))


def _factors(name: str, values: Any) -> Array:
    array = checked(name, values)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{name} must be one row of factors, got shape {array.shape}")
    return array
