"""Exact linear programming in rationals, small and slow: the finder's search for nonnegative combinations."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Row = list[Fraction]


def combination(columns: Sequence[Row], target: Row, prefer: Sequence[bool]) -> Row | None:
    """Nonnegative weights x with sum_k x_k column_k = target, or None; the preferred weights as large as can be.

    columns: each of the length of target. Bland's rule, so that it always ends and always finds the same weights.
    """
    rows = []
    for i, value in enumerate(target):
        sign = -1 if value < 0 else 1
        slack = [Fraction(int(i == j)) for j in range(len(target))]
        rows.append([sign * column[i] for column in columns] + slack + [sign * value])
    basis, size = [len(columns) + i for i in range(len(target))], len(columns)
    cost = [Fraction(0)] * size + [Fraction(1)] * len(target) + [Fraction(0)]
    _minimise(rows, basis, cost, size + len(target))
    if any(row[-1] for row, b in zip(rows, basis, strict=True) if b >= size):
        return None
    keep = []
    for k, b in enumerate(basis):
        if b >= size:
            column = next((j for j in range(size) if rows[k][j]), None)
            if column is None:
                continue
            _pivot(rows, basis, k, column)
        keep.append(k)
    rows, basis = [rows[k] for k in keep], [basis[k] for k in keep]
    cap = [Fraction(int(j < size and prefer[j])) for j in range(size)]
    rows = [row[:size] + [Fraction(0)] + row[-1:] for row in rows] + [cap + [Fraction(1), Fraction(1)]]
    for k, b in enumerate(basis):
        rows[-1] = [x - rows[-1][b] * y for x, y in zip(rows[-1], rows[k], strict=True)]
    if rows[-1][-1] >= 0:
        basis.append(size)
        _minimise(rows, basis, [-c for c in cap] + [Fraction(0), Fraction(0)], size + 1)
    weights = [Fraction(0)] * size
    for row, b in zip(rows, basis, strict=False):
        if b < size:
            weights[b] = row[-1]
    return weights


def _minimise(rows: list[Row], basis: list[int], cost: Row, width: int) -> None:
    while True:
        reduced = list(cost)
        for row, b in zip(rows, basis, strict=True):
            if cost[b]:
                reduced = [x - cost[b] * y for x, y in zip(reduced, row, strict=True)]
        entering = next((j for j in range(width) if reduced[j] < 0), None)
        if entering is None:
            return
        ratios = [(row[-1] / row[entering], basis[k], k) for k, row in enumerate(rows) if row[entering] > 0]
        if not ratios:
            return
        _pivot(rows, basis, min(ratios)[2], entering)


def _pivot(rows: list[Row], basis: list[int], k: int, column: int) -> None:
    scale = rows[k][column]
    rows[k] = [x / scale for x in rows[k]]
    for i, row in enumerate(rows):
        if i != k and row[column]:
            factor = row[column]
            rows[i] = [x - factor * y for x, y in zip(row, rows[k], strict=True)]
    basis[k] = column
