"""Soft dynamic time warping: the softened least cost over all alignments, and its derivative.

R_ij = (x_i - y_j)^2 + softmin(R_(i-1,j-1), R_(i-1,j), R_(i,j-1)) at temperature gamma. The derivative of the distance
in the cost of a pair is the probability E_ij that an alignment, drawn with weight exp(-cost / gamma), passes it.

Source: Cuturi & Blondel 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp

from errorflow.models.record import Law
from errorflow.numeric.arrays import Array, checked


@dataclass(frozen=True, eq=False)
class SoftDTW:
    """The soft-DTW distance of a series to a reference.

    Parameters
    ----------
    reference : array_like, (m,)
        The series that others are compared with.
    gamma : float, default 1.0
        Temperature, above 0.

    Raises
    ------
    ValueError
        For another shape and a gamma that is not above 0.

    References
    ----------
    Cuturi & Blondel 2017.
    """

    reference: Any
    gamma: float = 1.0

    def __post_init__(self) -> None:
        reference = checked("reference", self.reference)
        if reference.ndim != 1 or not len(reference):
            raise ValueError(f"reference must have shape (m,), got {reference.shape}")
        if not self.gamma > 0:
            raise ValueError(f"gamma must be above 0, got {self.gamma}; at 0 the distance has kinks")
        object.__setattr__(self, "reference", reference)

    def distance(self, x: Any) -> float:
        """The softened least cost over all alignments of a series.

        Parameters
        ----------
        x : array_like, (T,)
            The series.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            For another shape.
        """
        return float(self._costs(checked("x", x))[1][-1, -1])

    def alignment(self, x: Any) -> Array:
        """The probability that an alignment passes each pair; the first and last pair have 1.

        Parameters
        ----------
        x : array_like, (T,)
            The series.

        Returns
        -------
        array, (T, m)

        Raises
        ------
        ValueError
            For another shape.
        """
        costs, reached = self._costs(checked("x", x))
        rows, columns = costs.shape
        passed = np.zeros((rows + 1, columns + 1))
        passed[rows - 1, columns - 1] = 1.0
        for i in range(rows - 1, -1, -1):
            for j in range(columns - 1, -1, -1):
                for a, b in ((i + 1, j), (i, j + 1), (i + 1, j + 1)):
                    if a < rows and b < columns:
                        share = np.exp((reached[a, b] - costs[a, b] - reached[i, j]) / self.gamma)
                        passed[i, j] += passed[a, b] * share
        return passed[:-1, :-1]

    def influence(self, x: Any) -> Array:
        """d distance / d x_(T-q) for q = 0..T-1.

        Parameters
        ----------
        x : array_like, (T,)
            The series.

        Returns
        -------
        array, (T,)

        Raises
        ------
        ValueError
            For another shape.
        """
        series = checked("x", x)
        slopes = 2 * (series[:, None] - self.reference[None, :])
        return np.asarray((self.alignment(series) * slopes).sum(axis=1)[::-1])

    def law(self, steps: int) -> Law:
        """Every sample of the series enters, none before it.

        Parameters
        ----------
        steps : int
            T.

        Returns
        -------
        Law
        """
        return Law("finite", steps)

    def _costs(self, series: Array) -> tuple[Array, Array]:
        if series.ndim != 1 or not len(series):
            raise ValueError(f"x must have shape (T,), got {series.shape}")
        costs = (series[:, None] - self.reference[None, :]) ** 2
        reached = np.full((len(series) + 1, len(self.reference) + 1), np.inf)
        reached[0, 0] = 0.0
        for i in range(1, len(series) + 1):
            for j in range(1, len(self.reference) + 1):
                before = np.array([reached[i - 1, j - 1], reached[i - 1, j], reached[i, j - 1]])
                least = -self.gamma * logsumexp(-before / self.gamma)
                reached[i, j] = costs[i - 1, j - 1] + least
        return costs, reached[1:, 1:]
