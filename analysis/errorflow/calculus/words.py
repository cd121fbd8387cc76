"""The algebra in which Jacobians are written: sums of words in diag(.) and named matrices.

Words do not commute, except that neighbouring diagonals multiply into one. Nothing is expanded: a diagonal holds its
entry as a scalar expression in the names of the cell. Names belong to the step t; `At` puts them at t - k.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sympy


class At(sympy.Symbol):
    """A name `lag` steps before the step t."""

    base: sympy.Symbol
    lag: int

    def __new__(cls, base: sympy.Symbol, lag: int) -> At:
        symbol = sympy.Symbol.__xnew__(cls, f"{base.name}@{lag}", real=True)
        symbol.base, symbol.lag = base, lag
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.base)

    def __reduce__(self) -> tuple[Any, ...]:
        return At, (self.base, self.lag)


def at(expression: sympy.Expr, lag: int) -> sympy.Expr:
    """`expression` with every name moved `lag` steps into the past."""
    if lag == 0:
        return expression
    moved = {s: At(s.base, s.lag + lag) if isinstance(s, At) else At(s, lag) for s in expression.free_symbols}
    return expression.xreplace(moved)


@dataclass(frozen=True)
class Diag:
    """diag(entry), `entry` being the scalar expression of one unit."""

    entry: sympy.Expr


@dataclass(frozen=True)
class Matrix:
    """A named matrix, or its transpose; kind "diagonal" is a diagonal of parameters."""

    name: str
    kind: str = "dense"
    transposed: bool = False


@dataclass(frozen=True)
class Partial:
    """d of / d by, not yet worked out; stands only in the steps of a derivation."""

    of: sympy.Symbol
    by: sympy.Symbol


Factor = Diag | Matrix | Partial
Word = tuple[Factor, ...]
Words = tuple[Word, ...]

ZERO: Words = ()
ONE: Words = ((),)


def word(*factors: Factor) -> Words:
    """The sum of the one word `factors`, with unit diagonals dropped and a zero diagonal making it zero."""
    kept: list[Factor] = []
    for factor in factors:
        if isinstance(factor, Diag):
            if kept and isinstance(before := kept[-1], Diag):
                kept.pop()
                factor = Diag(sympy.Mul(before.entry, factor.entry))
            if factor.entry == 0:
                return ZERO
            if factor.entry == 1:
                continue
        kept.append(factor)
    return (tuple(kept),)


def add(*sums: Words) -> Words:
    """The sum of sums, words kept in order and apart: there are as many as there are paths."""
    return tuple(w for s in sums for w in s)


def multiply(left: Words, right: Words) -> Words:
    """The product, every word of `left` before every word of `right`."""
    return add(*(word(*a, *b) for a in left for b in right))


def transpose(words: Words) -> Words:
    """The transpose: words reversed, matrices transposed."""

    def turned(factor: Factor) -> Factor:
        if isinstance(factor, Matrix) and factor.kind != "diagonal":
            return replace(factor, transposed=not factor.transposed)
        return factor

    return tuple(tuple(turned(f) for f in reversed(w)) for w in words)


def shift(words: Words, lag: int) -> Words:
    """The words of the step t - lag."""
    return tuple(tuple(Diag(at(f.entry, lag)) if isinstance(f, Diag) else f for f in w) for w in words)


def matrices(words: Iterable[Word]) -> list[str]:
    """Names of the matrices that occur, in order."""
    return list(dict.fromkeys(f.name for w in words for f in w if isinstance(f, Matrix)))


def base(symbol: sympy.Symbol) -> tuple[sympy.Symbol, int]:
    """A name and how many steps before t it stands, without regard to old and new."""
    return (symbol.base, symbol.lag) if isinstance(symbol, At) else (symbol, 0)


def is_diagonal(factor: Factor) -> bool:
    """Whether a factor is a diagonal matrix, of vectors or of parameters."""
    return isinstance(factor, Diag) or (isinstance(factor, Matrix) and factor.kind == "diagonal")
