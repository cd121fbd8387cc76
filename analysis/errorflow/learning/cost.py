"""What an algorithm takes for a whole sequence, as polynomials and, where numbers are given, as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

STEPS = sympy.Symbol("T", positive=True, integer=True)
# h of BPTT(h) and of blocks of h steps, h' of BPTT(h; h'): the letters of options that change a cost.
LETTERS = {"horizon": "h", "every": "hprime", "block": "h"}


def size(label: str) -> sympy.Symbol:
    """The symbol of a size: n, m, T, or whatever a cell calls it."""
    return sympy.Symbol(label, positive=True, integer=True)


@dataclass(frozen=True)
class Cost:
    """What one algorithm takes for a whole sequence.

    Attributes
    ----------
    name : str
        Of the algorithm.
    macs, elementwise : sympy.Expr
        Polynomials in n, m, T: multiply-adds, and products entry by entry.
    memory : sympy.Expr
        Words beyond weights and gradient, for every T.
    kept : str
        What these words hold, at all steps alike.
    exact : bool
        Whether the gradient is exact.
    sizes : tuple of (str, int)
        Numbers put in for n, m, T.
    valid_from : int
        The least T at which the polynomials hold; where a smaller one was given, macs and elementwise are what that
        T takes.
    holds : str
        In words, what else the polynomials need of h and h'; where all numbers are given, what is at these numbers
        stands in their place.
    columns : sympy.Expr
        How many vectors its products with recurrent matrices take at once, on which the speed of a product depends.
    """

    name: str
    macs: sympy.Expr
    elementwise: sympy.Expr
    memory: sympy.Expr
    kept: str
    exact: bool
    sizes: tuple[tuple[str, int], ...] = ()
    valid_from: int = 1
    holds: str = ""
    columns: sympy.Expr = sympy.S.One

    @property
    def macs_total(self) -> int | None:
        """Multiply-adds at the sizes, None while some are open."""
        return self.total(self.macs)

    @property
    def elementwise_total(self) -> int | None:
        """Products entry by entry at the sizes, None while some are open."""
        return self.total(self.elementwise)

    @property
    def memory_words(self) -> int | None:
        """Words of memory at the sizes, None while some are open."""
        return self.total(self.memory)

    def total(self, polynomial: sympy.Expr) -> int | None:
        """The integer that `polynomial` is at the sizes, None while some are open.

        Parameters
        ----------
        polynomial : sympy.Expr
            Such as `macs`.

        Returns
        -------
        int or None
        """
        value = polynomial.xreplace({size(label): sympy.Integer(k) for label, k in self.sizes})
        return int(value) if value.is_Integer else None

    def json(self) -> dict[str, Any]:
        """The record as data, polynomials as text.

        Returns
        -------
        dict
        """
        return {
            "name": self.name,
            "macs_total": self.macs_total,
            "elementwise_total": self.elementwise_total,
            "memory_words": self.memory_words,
            "exact": self.exact,
            "macs_polynomial": str(self.macs),
            "elementwise_polynomial": str(self.elementwise),
            "memory_polynomial": str(self.memory),
            "memory_holds": self.kept,
            **({"valid_from": self.valid_from} if self.valid_from > 1 else {}),
            **({"holds": self.holds} if self.holds else {}),
        }
