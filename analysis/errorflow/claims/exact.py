"""Exact arithmetic for counterexamples: matrices of fractions, and rational bounds of exp, logistic and tanh."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Matrix = tuple[tuple[Fraction, ...], ...]
Bounds = tuple[Fraction, Fraction]

_GRID = 10**40


def matrix(rows: Sequence[Sequence[str | int]]) -> Matrix:
    """A matrix of fractions from rows of integers and texts such as "3/5"."""
    return tuple(tuple(Fraction(entry) for entry in row) for row in rows)


def identity(n: int) -> Matrix:
    """The unit matrix, (n, n)."""
    return tuple(tuple(Fraction(i == j) for j in range(n)) for i in range(n))


def diagonal(entries: Sequence[str | int | Fraction]) -> Matrix:
    """diag(entries)."""
    values = [Fraction(e) for e in entries]
    return tuple(tuple(v if i == j else Fraction(0) for j in range(len(values))) for i, v in enumerate(values))


def multiply(*factors: Matrix) -> Matrix:
    """The product of matrices from left to right."""
    total = factors[0]
    for right in factors[1:]:
        columns = list(zip(*right, strict=True))
        total = tuple(
            tuple(sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in columns)
            for row in total
        )
    return total


def scaled(number: Fraction, of: Matrix) -> Matrix:
    """number times a matrix."""
    return tuple(tuple(number * entry for entry in row) for row in of)


def transposed(of: Matrix) -> Matrix:
    """The transpose."""
    return tuple(zip(*of, strict=True))


def radius_at_most(of: Matrix, bound: Fraction) -> bool:
    """Whether both eigenvalues of a (2, 2) matrix have modulus at most the bound, from trace and determinant."""
    (a, b), (c, d) = of
    trace, determinant, square = a + d, a * d - b * c, bound * bound
    return abs(determinant) <= square and abs(trace) * bound <= square + determinant


def shown(entries: Matrix) -> str:
    """A matrix in a line."""
    return "[" + ", ".join("[" + ", ".join(str(e) for e in row) + "]" for row in entries) + "]"


def exp_bounds(x: Fraction) -> Bounds:
    """Rationals around exp(x): the Taylor sum, and the sum with a geometric bound of what is left out."""
    if x < 0:
        low, high = exp_bounds(-x)
        return outward(1 / high, 1 / low)
    terms = 40 + 3 * int(x)
    term, total = Fraction(1), Fraction(1)
    for k in range(1, terms):
        term = term * x / k
        total += term
    rest = term * x / terms / (1 - x / (terms + 1))
    return outward(total, total + rest)


def logistic_bounds(x: Fraction) -> Bounds:
    """Rationals around 1 / (1 + exp(-x))."""
    low, high = exp_bounds(-x)
    return outward(1 / (1 + high), 1 / (1 + low))


def tanh_bounds(x: Fraction) -> Bounds:
    """Rationals around tanh(x) = 2 sigma(2x) - 1."""
    low, high = logistic_bounds(2 * x)
    return 2 * low - 1, 2 * high - 1


def outward(low: Fraction, high: Fraction) -> Bounds:
    """The bounds on a grid of 40 decimals, low rounded down and high rounded up, so that denominators stay short."""
    return Fraction(low * _GRID // 1, _GRID), Fraction(-(-high * _GRID // 1), _GRID)


def power(base: Fraction, exponent: int) -> str:
    """base^exponent as it is read, with brackets where they are needed."""
    return f"{base}^{exponent}" if base.denominator == 1 and base >= 0 else f"({base})^{exponent}"


def decimals(x: Fraction, digits: int = 6) -> str:
    """x to some significant decimals, for a message."""
    return f"{float(x):.{digits}g}"
