"""The two records a cell's graph is made of: its vectors and its parameters."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from errorflow.definition.names import Term


@dataclass(frozen=True)
class Node:
    """One vector of the graph.

    symbol: its name. terms, bias: of an affine vector (else empty and None). expression: of an elementwise one (else
    None). inner: True for an unnamed expression that stands inside an affine map.
    """

    symbol: sympy.Symbol
    terms: tuple[Term, ...] = ()
    bias: str | None = None
    expression: sympy.Expr | None = None
    inner: bool = False

    @property
    def sources(self) -> tuple[sympy.Symbol, ...]:
        """The vectors that this one reads."""
        if self.expression is None:
            return tuple(dict.fromkeys(term.source for term in self.terms))
        return tuple(sorted(self.expression.free_symbols, key=lambda s: s.name))


@dataclass(frozen=True)
class Parameter:
    """A matrix, diagonal or bias: rows and columns by size label (no columns for a vector)."""

    name: str
    rows: str
    columns: str | None
    kind: str
