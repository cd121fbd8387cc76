"""The flow: products of q Jacobians, q a number or a symbol, full or truncated, and its expansions.

Columns: Phi = J_t J_{t-1} ... J_{t-q+1}, newest on the left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy

from errorflow.calculus.edges import Truncation, check_truncation, gates
from errorflow.calculus.jacobian import (
    Blocks,
    Layout,
    cached_edges,
    check_layout,
    factorisation,
    propagate,
    state_jacobian,
)
from errorflow.calculus.words import ONE, ZERO, Diag, Matrix, Words, add, multiply, shift, word
from errorflow.definition import Definition, New

MOST_WORDS = 5000


def check_lag(lag: object) -> None:
    """Raises ValueError if `lag` is not a number of steps."""
    if isinstance(lag, bool) or not isinstance(lag, int) or lag < 0:
        raise ValueError(f"lag must be a non-negative integer or 'q', got {lag!r}")


def product(definition: Definition, lag: int, truncated: Truncation = False, layout: Layout = "column") -> Blocks:
    """Phi written out for a number of steps, every word with its times.

    Raises: ValueError if lag is negative or the expansion would have more than 5000 words; the product is then better
    left as a product.
    """
    check_lag(lag)
    one_step = state_jacobian(definition, truncated)
    total = sum(sympy.Matrix(one_step.counts()) ** lag)
    if total > MOST_WORDS:
        raise ValueError(
            f"lag must be small enough for {MOST_WORDS} words, got {lag}: {total} words; lag 'q' keeps the product"
        )
    names = one_step.rows
    check_layout(layout)
    flow = Blocks(names, names, {(s, s): ONE for s in names})
    for k in range(lag):
        past = Blocks(names, names, {pair: shift(words, k) for pair, words in one_step.words.items()})
        flow = flow @ past
    return flow if layout == "column" else flow.transposed()


@dataclass(frozen=True)
class Carried:
    """A truncated flow in closed form: each block a prefix times a product of the step's factor over k = 0..q-1.

    blocks: (new, old) -> (prefix at t, factor at t - k), both sums of words; the factor is a sum of diagonals.
    """

    blocks: Mapping[tuple[str, str], tuple[Words, Words]]


def carried_flow(definition: Definition) -> Carried | None:
    """The truncated flow over q >= 1 steps in closed form, or None if it has none of this simple kind.

    The step splits as within @ across. Where `across` is diagonal on a set of states and `within` is the identity on
    that set, the inner factors cancel by induction on q: only the newest `within` is left.
    """
    parts = factorisation(definition, truncated=True)
    names = parts.across.rows
    live = [s for s in names if any(parts.across[s, k] or parts.across[k, s] for k in names)]
    blocks: dict[tuple[str, str], tuple[Words, Words]] = {}
    for old in live:
        for new in live:
            if parts.within[new, old] != (ONE if new == old else ZERO):
                return None
            if new != old and parts.across[new, old]:
                return None
        step = parts.across[old, old]
        blocks.update({(new, old): (parts.within[new, old], step) for new in names if parts.within[new, old]})
    return Carried(blocks)


def departures(definition: Definition) -> dict[str, Blocks]:
    """What leaves the carry in one step, by the map it leaves through first: J = C + sum of these, word for word."""
    names = tuple(s.name for s in definition.states)
    leaving: dict[str, dict[tuple[str, str], Words]] = {label: {} for label in gates(definition)}
    for old in definition.states:
        carry = propagate(definition, {old: ONE}, truncated=True)
        for label in leaving:
            seeds: dict[sympy.Symbol, Words] = {}
            for edge in cached_edges(definition):
                if edge.cut and getattr(edge.target, "label", None) == label and carry.get(edge.source):
                    entering = multiply(word(edge.factor), carry[edge.source])
                    seeds[edge.target] = add(seeds.get(edge.target, ZERO), entering)
            reached = propagate(definition, seeds)
            leaving[label].update({(s.name, old.name): reached[New(s)] for s in definition.states if reached[New(s)]})
    return {label: Blocks(names, names, words) for label, words in leaving.items()}


@dataclass(frozen=True)
class PathSum:
    """The flow of a one-word Jacobian as a sum over paths through units l_1, ..., l_{q-1}.

    entry: the slope of one unit. matrix: the recurrent matrix. slope_first: whether the step is diag(entry) W and not
    W diag(entry).
    """

    entry: sympy.Expr
    matrix: str
    slope_first: bool


def path_sum(definition: Definition) -> PathSum:
    """The path sum of a fully recurrent network.

    Raises: ValueError if the one-step Jacobian is not one word of a diagonal and a matrix.

    Source: Hochreiter & Schmidhuber 1997, equations (1) and (2), with the weight subscripts of (1).
    """
    blocks = state_jacobian(definition)
    words = [w for words in blocks.words.values() for w in words]
    if len(blocks.rows) == 1 and len(words) == 1:
        diagonals = [f for f in words[0] if isinstance(f, Diag)]
        matrices = [f for f in words[0] if isinstance(f, Matrix) and f.kind != "diagonal"]
        if len(matrices) == 1 and len(words[0]) <= 2 and len(diagonals) == len(words[0]) - 1:
            entry = diagonals[0].entry if diagonals else sympy.Integer(1)
            return PathSum(entry, matrices[0].name, isinstance(words[0][0], Diag))
    raise ValueError(
        f"cell {definition.name!r} has no sum over paths of units: its step Jacobian is not one word diag(.) W;"
        " its flow by words is flow(lag=2), flow(lag=3), ..."
    )


@dataclass(frozen=True)
class WeightDerivative:
    """How one weight enters the new states in one step: d state = words d(weight) source.

    words: state -> words from the affine map to that state. source: the vector that the weight multiplies, None for a
    bias.
    """

    weight: str
    kind: str
    source: sympy.Symbol | None
    words: Mapping[str, Words]


def weight_derivatives(definition: Definition, truncated: Truncation = False) -> tuple[WeightDerivative, ...]:
    """The direct derivative of the new states in every weight; one record for each place where a weight stands."""
    check_truncation(definition, truncated)
    found = []
    for node in definition.nodes:
        if node.expression is not None:
            continue
        reached = propagate(definition, {node.symbol: ONE}, truncated)
        words = {s.name: reached[New(s)] for s in definition.states if reached[New(s)]}
        found += [WeightDerivative(str(t.matrix), t.kind, t.source, words) for t in node.terms]
        if node.bias:
            found.append(WeightDerivative(node.bias, "bias", None, words))
    return tuple(found)
