"""What is known at one place of a proof."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from .polynomial import Polynomial
from .statement import Statement

Fact = tuple[str, frozenset[Any]]


@dataclass
class State:
    """What is known at one place of a proof."""

    statement: Statement
    indexed: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()
    facts: set[Fact] = field(default_factory=set)
    equivalences: set[tuple[Fact, Fact]] = field(default_factory=set)
    axioms: set[str] = field(default_factory=set)
    one_unit: bool = False

    def copy(self, one_unit: bool = False) -> State:
        """The same knowledge, to be extended under an assumption; `one_unit` if that is about one l and not all."""
        return replace(self, facts=set(self.facts), equivalences=set(self.equivalences),
                       one_unit=self.one_unit or one_unit)  # fmt: skip

    def runs(self, *polynomials: Polynomial) -> bool:
        """Whether one of the polynomials depends on l."""
        return any(name.removesuffix("'") in self.running for p in polynomials for name in names_of(p))


def names_of(p: Polynomial) -> frozenset[str]:
    """The names in a polynomial."""
    return frozenset(name for reals, word in p for name in reals + word)
