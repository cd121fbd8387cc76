"""The two records a cell's graph is made of: its vectors and its parameters."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from errorflow.definition.names import Term


@dataclass(frozen=True)
class Node:
    """One vector of the graph.

    Attributes
    ----------
    symbol : sympy.Symbol
        Its name.
    terms : tuple of Term
        Of an affine vector, else empty.
    bias : str or None
        Of an affine vector, else None.
    expression : sympy.Expr or None
        Of an elementwise vector, else None.
    inner : bool
        True for an unnamed expression that stands inside an affine map.
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
    """A matrix, diagonal or bias.

    Attributes
    ----------
    name : str
        As in the mapping of weights.
    rows : str
        Size label.
    columns : str or None
        Size label; None for a vector.
    kind : {'dense', 'diagonal', 'fixed', 'bias'}
        What it is.
    """

    name: str
    rows: str
    columns: str | None
    kind: str
