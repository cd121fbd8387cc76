"""Traces: influences kept unit by unit, as a plan. The truncated graph of a cell has one, and so has SnAp-1.

Where states are carried from step to step by diagonals alone, the influence of a weight on a state is a number for each
unit that the weight acts on, and not for each unit of the cell. It is carried forward as RTRL carries the whole
influence. What reaches the loss within the step needs no trace: one step of backpropagation gives it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import sympy

from errorflow.activations import readable
from errorflow.calculus.edges import Edge, is_cut
from errorflow.calculus.jacobian import cached_edges
from errorflow.calculus.words import ONE, ZERO, Diag, Matrix, Word, Words, add, multiply, word
from errorflow.definition import Definition, New, Node
from errorflow.learning.plan import BlockPlan, Cut, is_diagonal


@dataclass(frozen=True)
class Trace:
    """d state / d weight, one row for each unit of the state: (rows of the state, columns of the weight).

    columns: the size label of the columns, None for a bias or a diagonal, which have one. kind: of the weight. chosen:
    fixed matrices that tell which row of the weight acts on which unit; if there is none, row j acts on unit j.
    """

    state: sympy.Symbol
    weight: str
    columns: str | None
    kind: str
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """Where the weights of one affine map enter the traces of one state; sources: what they multiply."""

    sources: tuple[sympy.Symbol | None, ...]
    traces: tuple[Trace, ...]
    block: BlockPlan


@dataclass(frozen=True)
class Group:
    """Traces that are carried alike.

    carry: from old states to new ones. within: among new states, each after those it reads. entries: from weights.
    """

    traces: tuple[Trace, ...]
    carry: tuple[BlockPlan, ...]
    within: tuple[BlockPlan, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Hop:
    """Backpropagation within one step of the cell, from the new states `seeds`.

    edges: with their local derivative in values, None for a matrix, in the order they are walked. carried: new states
    with traces that are reached. nets: maps with learned weights that are reached. olds: old states that are reached,
    whose error goes on to the step before.
    """

    seeds: tuple[sympy.Symbol, ...]
    edges: tuple[tuple[Edge, sympy.Expr | None], ...]
    carried: tuple[sympy.Symbol, ...]
    nets: tuple[Node, ...]
    olds: tuple[sympy.Symbol, ...]


@dataclass(frozen=True)
class TracePlan:
    """groups: the traces, each in one group. hops: how errors reach the states that have traces, and other weights."""

    groups: tuple[Group, ...]
    hops: tuple[Hop, ...]

    @property
    def traces(self) -> tuple[Trace, ...]:
        """All traces."""
        return tuple(t for group in self.groups for t in group.traces)


class NoTraces(Exception):
    """Why a cell has no traces of this kind."""


Pairs = Mapping[tuple[sympy.Symbol, sympy.Symbol], Words]


@dataclass(frozen=True)
class Links:
    """Words between states and from maps to states, the new states among them held where other vectors read them."""

    carry: Pairs
    within: Pairs
    enter: Pairs

    def leading_to(self, states: Iterable[sympy.Symbol]) -> set[sympy.Symbol]:
        """The states through which something reaches these."""
        found = set(states)
        while more := {c for (r, c) in (*self.carry, *self.within) if r in found} - found:
            found |= more
        return found


def links(definition: Definition, cut: Cut, held: Collection[sympy.Symbol]) -> Links:
    """The links of the states `held`."""
    news = tuple(New(s) for s in held)
    carry, within, enter = {}, {}, {}
    for old in held:
        reached = reach(definition, old, cut, news)
        carry.update({(s, old): reached[New(s)] for s in held if reached[New(s)]})
        reached = reach(definition, New(old), cut, news)
        within.update({(s, old): reached[New(s)] for s in held if s != old and reached[New(s)]})
    for node in (n for n in definition.nodes if weights_of(n)):
        reached = reach(definition, node.symbol, cut, news)
        enter.update({(s, node.symbol): reached[New(s)] for s in held if reached[New(s)]})
    return Links(carry, within, enter)


def reach(
    definition: Definition, source: sympy.Symbol, cut: Cut, held: Collection[sympy.Symbol] = ()
) -> dict[sympy.Symbol, Words]:
    """d vector / d source as words, for every vector of the graph; `held` are no way to others."""
    reached: dict[sympy.Symbol, Words] = {source: ONE}
    for edge in cached_edges(definition):
        closed = edge.source in held and edge.source != source
        if not closed and not is_cut(edge, cut) and edge.source in reached:
            more = multiply(word(edge.factor), reached[edge.source])
            reached[edge.target] = add(reached.get(edge.target, ZERO), more)
    return dict.fromkeys((n.symbol for n in definition.nodes), ZERO) | reached


def weights_of(node: Node) -> list[str]:
    """The weights of an affine map that are learned; none of another node."""
    return [str(t.matrix) for t in node.terms if t.kind != "fixed"] + ([node.bias] if node.bias else [])


def entries(
    definition: Definition, enter: Pairs, among: Collection[sympy.Symbol], weights: Collection[str] | None = None
) -> tuple[Entry, ...]:
    """Where weights enter these states; weights: only these, default all.

    Raises: NoTraces if one of them does not reach a state unit by unit.
    """
    found = []
    for (state, net), words in enter.items():
        if state in among:
            for chosen, alike in _by_choice(net, state, words).items():
                found.append(_entry(definition, state, definition.node(net), chosen, alike, weights))
    return tuple(entry for entry in found if entry.traces)


def _by_choice(net: sympy.Symbol, state: sympy.Symbol, words: Words) -> dict[tuple[str, ...], Words]:
    """Words by the fixed matrices in them. Raises: NoTraces if there is a learned one."""
    found: dict[tuple[str, ...], list[Word]] = {}
    for each in words:
        mixing = [f for f in each if isinstance(f, Matrix) and not is_diagonal(f)]
        learned = next((f.name for f in mixing if f.kind == "dense"), None)
        if learned is not None:
            raise NoTraces(f"the weights of {net} reach state {state} through {learned}, so that no unit is their own")
        found.setdefault(tuple(f.name for f in mixing), []).append(each)
    return {key: tuple(alike) for key, alike in found.items()}


def _entry(
    definition: Definition,
    state: sympy.Symbol,
    node: Node,
    chosen: tuple[str, ...],
    words: Words,
    weights: Collection[str] | None,
) -> Entry:
    asked = [w for w in weights_of(node) if weights is None or w in weights]
    sources, traces = [], []
    for term in (t for t in node.terms if str(t.matrix) in asked):
        sources.append(term.source)
        columns = definition.sizes[term.source] if term.kind == "dense" else None
        traces.append(Trace(state, str(term.matrix), columns, term.kind, chosen))
    if node.bias in asked:
        sources.append(None)
        traces.append(Trace(state, str(node.bias), None, "bias", chosen))
    block = BlockPlan(state.name, node.symbol.name, "diagonal", _read(definition, words))
    return Entry(tuple(sources), tuple(traces), block)


def blocks(
    definition: Definition, pairs: Pairs, among: Collection[sympy.Symbol], own_unit: bool = False
) -> tuple[BlockPlan, ...]:
    """The blocks among these states, by the order in which new states are computed.

    own_unit: matrices count with their diagonal alone. Raises: NoTraces for a matrix, where they do not.
    """
    order = [n.symbol.of for n in definition.nodes if isinstance(n.symbol, New)]
    found = []
    for (row, column), words in sorted(pairs.items(), key=lambda pair: order.index(pair[0][0])):
        if row not in among or column not in among:
            continue
        mixing = next((f.name for w in words for f in w if isinstance(f, Matrix) and not is_diagonal(f)), None)
        if mixing is not None and not own_unit:
            raise NoTraces(f"state {column} reaches state {row} through {mixing}, so that a trace spreads to all units")
        found.append(BlockPlan(row.name, column.name, "diagonal", _read(definition, words)))
    return tuple(found)


def closed(definition: Definition, start: Iterable[Entry], ways: tuple[BlockPlan, ...]) -> tuple[Trace, ...]:
    """The traces of the entries, and those that they make on their way through the blocks."""
    found = dict.fromkeys(t for entry in start for t in entry.traces)
    while True:
        into = [(b.column, definition.state(b.row)) for b in ways]
        more = {replace(t, state=row): None for t in found for column, row in into if t.state.name == column}
        if more.keys() <= found.keys():
            return tuple(found)
        found |= more


def _read(definition: Definition, words: Words) -> Words:
    """Words with their derivatives in values, as learning reads them."""
    return tuple(
        tuple(Diag(readable(f.entry, definition.values)) if isinstance(f, Diag) else f for f in each) for each in words
    )
