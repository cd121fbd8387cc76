"""Terms of SMT-LIB, and matrices of them: what is added and multiplied entry by entry.

A term is a constant or a number as text, or a tuple of an operator and terms. A number beside a matrix stands for that
multiple of the identity.
"""

from __future__ import annotations

from collections.abc import Callable

Term = str | tuple["Term", ...]
Grid = list[list[Term]]


class NotRead(ValueError):
    """A part of a statement that has no reading in the arithmetic of reals."""


def conjunction(formulas: list[Term]) -> Term:
    """All of the formulas."""
    return ("and", *formulas) if len(formulas) > 1 else formulas[0]


def one(x: Term | Grid) -> Term:
    """A term that is no matrix. Raises: NotRead."""
    if isinstance(x, list):
        raise NotRead("a matrix in the place of a number")
    return x


def entrywise(change: Callable[[Term], Term], x: Term | Grid) -> Term | Grid:
    """What a change makes of a term, or of every entry of a matrix."""
    return [[change(cell) for cell in row] for row in x] if isinstance(x, list) else change(x)


def like(x: Term | Grid, other: Term | Grid) -> Grid:
    """x as a matrix: a number stands for that multiple of the identity, zero for a matrix of zeros."""
    if isinstance(x, list):
        return x
    assert isinstance(other, list)
    if x != "0" and len(other) != len(other[0]):
        raise NotRead("a number compared with a matrix that is not square")
    return [[x if i == j else "0" for j in range(len(other[0]))] for i in range(len(other))]


def added(sign: str, a: Term | Grid, b: Term | Grid) -> Term | Grid:
    """a + b or a - b."""
    if isinstance(a, list) or isinstance(b, list):
        return [[(sign, x, y) for x, y in zip(r, s, strict=True)] for r, s in zip(like(a, b), like(b, a), strict=True)]
    return (sign, a, b)


def multiplied(a: Term | Grid, b: Term | Grid) -> Term | Grid:
    """a b, in this order."""
    if isinstance(a, list) and isinstance(b, list):
        columns = list(zip(*b, strict=True))
        if len(a[0]) != len(b):
            raise NotRead("matrices whose sizes do not fit")
        return [[_dot(row, column) for column in columns] for row in a]
    if isinstance(a, list) or isinstance(b, list):
        factor, grid = (b, a) if isinstance(a, list) else (a, b)
        number = one(factor)
        return entrywise(lambda x: ("*", number, x), grid)
    return ("*", a, b)


def _dot(row: list[Term], column: tuple[Term, ...]) -> Term:
    products = [("*", x, y) for x, y in zip(row, column, strict=True)]
    return ("+", *products) if len(products) > 1 else products[0]


def flat(cells: list[list[Term | Grid]], each: int) -> Grid:
    """A matrix of blocks as one matrix of its entries."""
    frame: Grid = [["0"] * each for _ in range(each)]
    grids = [[like(cell, frame) for cell in row] for row in cells]
    return [[x for grid in row for x in grid[i]] for row in grids for i in range(each)]
