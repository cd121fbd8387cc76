"""How fast a norm changes by lag, with an interval, and how far it reaches.

The rate of one sequence is the median of the slopes between all pairs of its tail lags (Theil and Sen), which a
transient or an outlier hardly moves. The interval is for the median over sequences, from order statistics, whatever
the distribution of the rates; it takes sequences as independent. Below six sequences no such interval has 95 %, and the
rates of successive stretches of lags give one by Student's t, which takes the stretches as independent: neighbouring
lags are not, stretches are nearly so where they are longer than the memory of the slopes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from errorflow.numeric.arrays import Array

LEVEL = 0.95
_MOST_LAGS = 129  # of the tail, evenly spaced: the number of pairs is the square
_STRETCHES = 8
FEWEST_FOR_ORDER = 6  # below it even the range of the rates covers the median with less than 95 %


@dataclass(frozen=True)
class Rate:
    """Change of log2 norm per step over the tail.

    Attributes
    ----------
    log2_per_step : float
        Median over sequences.
    low, high : float or None
        The interval at 95 %, None where there is too little to tell.
    over : tuple of (int, int)
        The lags from which it was taken, first and last.
    by : {'sequences', 'lags'}
        What the interval varies over.
    """

    log2_per_step: float
    low: float | None
    high: float | None
    over: tuple[int, int]
    by: str

    @property
    def sign(self) -> int:
        """-1 for a decay, 1 for a growth, 0 where the interval holds both or there is none."""
        if self.low is None or self.high is None:
            return 0
        return 1 if self.low > 0 else -1 if self.high < 0 else 0

    def json(self) -> dict[str, Any]:
        """As data.

        Returns
        -------
        dict
        """
        return {
            "log2_per_step": self.log2_per_step,
            "interval": None if self.low is None else [self.low, self.high],
            "level": LEVEL,
            "interval_over": self.by,
            "from_lag": self.over[0],
            "to_lag": self.over[1],
        }


def rate(log2_norm: Array, first: int | None = None) -> Rate | None:
    """The rate over the tail lags, None unless most sequences have two lags or more at which the norm is not zero.

    log2_norm: (batch, lags), -inf for zero. first: where the tail begins, default at half of the largest lag.
    """
    values = np.atleast_2d(log2_norm)
    largest = values.shape[1] - 1
    first = largest // 2 if first is None else first
    alive = [row[: _alive(row)] for row in values]
    tails = [(min(first, len(row) // 2, len(row) - 2), row) for row in alive if len(row) >= 2]
    if 2 * len(tails) <= len(alive):
        return None
    rates = np.array([_theil_sen(start, row) for start, row in tails])
    over = (min(start for start, _ in tails), max(len(row) - 1 for _, row in tails))
    middle = float(np.median(rates))
    if len(rates) >= FEWEST_FOR_ORDER:
        low, high = _median_interval(rates)
        return Rate(middle, low, high, over, "sequences")
    pieces = np.concatenate([_stretches(start, row) for start, row in tails])
    if len(pieces) < 4:
        return Rate(middle, None, None, over, "lags")
    half = float(stats.t.ppf(0.5 + LEVEL / 2, len(pieces) - 1) * pieces.std(ddof=1) / np.sqrt(len(pieces)))
    centre = float(pieces.mean())
    return Rate(middle, min(centre - half, middle), max(centre + half, middle), over, "lags")


def _alive(row: Array) -> int:
    """How many lags there are before the norm is zero."""
    zero = np.flatnonzero(~np.isfinite(row))
    return int(zero[0]) if len(zero) else len(row)


def _theil_sen(start: int, row: Array) -> float:
    lags = np.unique(np.linspace(start, len(row) - 1, min(_MOST_LAGS, len(row) - start)).round().astype(int))
    i, j = np.triu_indices(len(lags), 1)
    return float(np.median((row[lags[j]] - row[lags[i]]) / (lags[j] - lags[i])))


def _stretches(start: int, row: Array) -> Array:
    """Rates over successive stretches of the tail."""
    count = min(_STRETCHES, len(row) - 1 - start)
    ends = np.linspace(start, len(row) - 1, count + 1).round().astype(int)
    return np.asarray(np.diff(row[ends]) / np.diff(ends))


def _median_interval(values: Array) -> tuple[float, float]:
    """The narrowest symmetric pair of order statistics that covers the median with at least 95 %."""
    ordered, n = np.sort(values), len(values)
    # Ranks k and n + 1 - k: both miss the median with P(Bin(n, 1/2) < k) <= 2.5 %; k >= 1 from n = 6 on.
    k = int(stats.binom.ppf((1 - LEVEL) / 2, n, 0.5))
    return float(ordered[k - 1]), float(ordered[n - k])


def horizon(middle: Array, threshold: float) -> int:
    """The largest lag up to which the norm, log2 by lag, never falls below `threshold`."""
    below = np.flatnonzero(middle < np.log2(threshold))
    return int(below[0]) - 1 if len(below) else len(middle) - 1


def middle_of(log2_norm: Array, q: float = 0.5) -> Array:
    """The quantile over sequences by lag; between two of them their mean, -inf where one is zero."""
    values = np.atleast_2d(log2_norm)
    # By position and not by interpolation: between -inf and a number nothing can be interpolated.
    lower, upper = (np.quantile(values, q, axis=0, method=method) for method in ("lower", "higher"))
    return np.asarray((lower + upper) / 2)


def mean_share(shares: Array) -> Array:
    """The mean over the sequences whose flow is not zero, by lag; nan where there are none."""
    there = np.isfinite(np.atleast_2d(shares))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, np.atleast_2d(shares), 0.0).sum(axis=0) / there.sum(axis=0))
