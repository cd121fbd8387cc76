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

    times: end times t in steps processed, 1..T. lags: 0..Q. log2_norm (len(times), Q + 1): -inf for zero, nan
    where q > t.
    """

    times: Integers
    lags: Integers
    log2_norm: Array

    def json(self) -> dict[str, Any]:
        """As data."""
        return {"times": self.times, "lags": self.lags, "log2_norm": self.log2_norm}

    def plot(self, path: Any = None, title: str = "") -> Any:
        """The path of a picture of the map. See `errorflow.plots.plot_heat`."""
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
    """The map for one sequence. inputs (T, m). max_lag: largest q. every: distance of the end times t in steps.

    Raises: ValueError for more than one sequence, or max_lag or every out of range; else as `errorflow.numeric.run`.
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
