"""Rows of the flow times Jacobians that are formed: what pays where many rows meet several matrices.

The four matrices of an LSTM lie between two pairs of states, so that a row takes 2 n^2 products instead of 4 n^2, and
the gates' errors are never made. A few steps are formed at once, and stay in the cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import sympy

from errorflow.definition import New
from errorflow.numeric.arrays import Array
from errorflow.numeric.assembly import Block, reached, spread
from errorflow.numeric.linear import Steps

_ROWS = 32  # from which on it pays
_TOGETHER = 2**19  # entries that are formed at once


@dataclass
class _Column:
    """What one old state receives: through matrices, from the whole row, and through diagonals (steps, batch, 1, n)."""

    place: slice
    rows: list[tuple[slice, Block]]
    diagonals: list[tuple[slice, Array]]
    start: int = 0
    matrices: Array = field(default_factory=lambda: np.empty((0, 0, 0, 0)))


class Formed:
    """J at some steps of a trajectory, formed when it is asked for. worth: the number of rows that it takes."""

    worth = _ROWS

    def __init__(self, steps: Steps, columns: list[_Column], width: int) -> None:
        self._steps, self._columns, self._width = steps, columns, width
        self._spare = np.empty(0)

    def times(self, t: int, rows: Array, out: Array) -> None:
        """Writes rows times J at step t, (batch, rows, N), into `out`."""
        i = t - self._steps.start
        for column in self._columns:
            target, empty = out[:, :, column.place], True
            if column.rows:
                np.matmul(rows, self._matrix(i, column), out=target)
                empty = False
            for place, entries in column.diagonals:
                if empty:
                    np.multiply(rows[:, :, place], entries[i], out=target)
                    empty = False
                else:
                    if self._spare.shape != target.shape:
                        self._spare = np.empty(target.shape)
                    np.multiply(rows[:, :, place], entries[i], out=self._spare)
                    np.add(target, self._spare, out=target)
            if empty:
                target.fill(0.0)

    def _matrix(self, i: int, column: _Column) -> Array:
        """(batch, N, n) at this step, formed with those before it, which come next."""
        if not 0 <= i - column.start < len(column.matrices):
            batch, width = self._steps.trajectory.batch, column.place.stop - column.place.start
            together = max(1, min(16, i + 1, _TOGETHER // (batch * self._width * width)))
            column.start = i + 1 - together
            column.matrices = np.zeros((together, batch, self._width, width))
            now = slice(column.start, i + 1)
            for place, block in column.rows:
                weights = np.stack([self._steps.trajectory.weights[name] for name in block.rows], axis=1)
                numbers = np.stack([values[now] for values in block.rows.values()], axis=-1)
                for b in range(batch):
                    spread(column.matrices[:, b, place], weights, numbers[:, b])
        return column.matrices[i - column.start]


def formed(steps: Steps, places: Mapping[sympy.Symbol, slice], products: int) -> Formed | None:
    """J, if a row times it takes fewer multiply-adds than `products`, which is what it takes edge by edge."""
    matrices = [slope.edge for slope in steps.slopes if slope.entry is None and not slope.diagonal]
    if len(matrices) < 2 or any(edge.source not in places for edge in matrices):
        return None  # a matrix of something that is not a row of weights: products for every step
    columns, size = [], 0
    for old, place in places.items():
        found = reached(steps.trajectory, old, steps.count, steps.along)
        blocks = [(other, found[New(new)]) for new, other in places.items() if New(new) in found]
        rows = [(other, block) for other, block in blocks if block.rows]
        size += sum((other.stop - other.start) * (place.stop - place.start) for other, _ in rows)
        diagonals = [(other, b.diagonal[:, :, None]) for other, b in blocks if b.diagonal is not None]
        columns.append(_Column(place, rows, diagonals))
    return Formed(steps, columns, max(p.stop for p in places.values())) if size < products else None


__all__ = ["Formed", "formed"]
