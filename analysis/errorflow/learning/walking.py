"""How errors walk back through a step: edges in order, those that share a source and are matrices as one product."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy

from errorflow.calculus.words import Matrix
from errorflow.definition import Definition
from errorflow.learning.plan import BackwardPlan
from errorflow.numeric.fusion import Product, joined


@dataclass(frozen=True)
class Move:
    """One edge target -> source, or a product that stands for several.

    slope: what the error is multiplied by: the place of the edge in the plan where it is a local derivative, the name
    of a diagonal weight, None where the error is passed on.
    """

    target: sympy.Symbol | None = None
    source: sympy.Symbol | None = None
    slope: int | str | None = None
    product: Product | None = None


@lru_cache(maxsize=64)
def schedule(definition: Definition, plan: BackwardPlan, to_old_states: bool) -> tuple[Move, ...]:
    """The moves of a step. An edge through a full matrix waits until the error of its source is asked for.

    to_old_states: whether the errors of the old states are wanted, which they are not at the first step.
    """
    moves: list[Move] = []
    waiting: dict[sympy.Symbol, list[tuple[sympy.Symbol, sympy.Symbol, str]]] = {}
    for place, back in enumerate(plan.edges):
        if not (to_old_states or back.first):
            continue
        edge = back.edge
        moves += (Move(product=p) for p in joined(definition, waiting.pop(edge.target, [])))
        if not isinstance(edge.factor, Matrix):
            moves.append(Move(edge.target, edge.source, None if back.entry == 1 else place))
        elif edge.factor.kind == "diagonal":
            moves.append(Move(edge.target, edge.source, edge.factor.name))
        else:
            waiting.setdefault(edge.source, []).append((edge.target, edge.source, edge.factor.name))
    rest = [term for terms in waiting.values() for term in terms]
    return (*moves, *(Move(product=p) for p in joined(definition, rest)))
