"""What BPTT and RTRL do in one step of a cell, as data: the same plan is run, and counted.

Learning reads slopes off the values, y (1 - y) and 1 - y^2, as every framework does; so a step of BPTT keeps values and
no net input unless a derivative needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import sympy

from errorflow.activations import readable
from errorflow.calculus.edges import Edge, is_cut
from errorflow.calculus.jacobian import cached_edges, factorisation, propagate
from errorflow.calculus.words import ONE, Diag, Matrix, Word, Words
from errorflow.definition import Definition, Net, New, Node, Term

Cut = bool | frozenset[str]


@dataclass(frozen=True)
class Back:
    """One edge walked backwards.

    entry: its local derivative in values, None for a matrix. first: whether the first step needs it too. reached: how
    many steps before the last one the error first reaches its target; from there back it does so at every step.
    """

    edge: Edge
    entry: sympy.Expr | None
    first: bool
    reached: int

    @property
    def left_out(self) -> int:
        """How many of the steps of a long sequence do not walk the edge; a sequence no longer than that never does."""
        return self.reached + (not self.first)


@dataclass(frozen=True)
class BackwardPlan:
    """BPTT: edges in the order they are walked, names whose values must be kept, products that give the gradient.

    A state is kept under its own name where the old value is read, under `new` of it where the new one is. remade:
    unnamed expressions that are made again from what is kept.
    """

    edges: tuple[Back, ...]
    kept: tuple[sympy.Symbol, ...]
    remade: tuple[Node, ...]
    outer: tuple[tuple[Net, Term], ...]


@lru_cache(maxsize=64)
def backward_plan(definition: Definition, truncated: Cut = False, every_state: bool = False) -> BackwardPlan:
    """The plan of BPTT, without what leads to no learned weight and no old state, or no error ever reaches.

    every_state: errors enter at every new state, not at the output alone.
    """
    learned = {n.symbol for n in definition.nodes if n.expression is None}
    upstream: dict[sympy.Symbol, bool] = {}
    wanted: dict[sympy.Symbol, bool] = dict.fromkeys(definition.states, True)
    for node in definition.nodes:
        sources = [e.source for e in cached_edges(definition) if e.target == node.symbol and not is_cut(e, truncated)]
        upstream[node.symbol] = node.symbol in learned or any(upstream.get(s, False) for s in sources)
        wanted[node.symbol] = upstream[node.symbol] or any(wanted.get(s, False) for s in sources)
    walked = [e for e in reversed(cached_edges(definition)) if wanted.get(e.source, False) and not is_cut(e, truncated)]
    reached = _reached(definition, walked, definition.states if every_state else (definition.output,))
    backs = []
    for edge in walked:
        if edge.target in reached:
            entry = readable(edge.factor.entry, definition.values) if isinstance(edge.factor, Diag) else None
            backs.append(Back(edge, entry, upstream.get(edge.source, False), reached[edge.target]))
    outer = tuple(
        (node.symbol, term)
        for node in definition.nodes
        for term in node.terms
        if isinstance(node.symbol, Net) and node.symbol in reached and term.kind != "fixed"
    )
    return BackwardPlan(tuple(backs), *_kept(definition, backs, outer), outer)


def _reached(definition: Definition, walked: list[Edge], entered: tuple[sympy.Symbol, ...]) -> dict[sympy.Symbol, int]:
    """Vector -> how many steps before the last one an error first reaches it; absent if none ever does.

    What is reached only grows on the way back: a step starts from the states at which errors enter, and from those that
    the step after it has reached. So it stands still after at most as many steps as there are states.
    """
    back, start = 0, [New(s) for s in entered]
    reached: dict[sympy.Symbol, int] = {}
    while start:
        reached |= dict.fromkeys(start, back)
        for edge in walked:
            if edge.target in reached:
                reached.setdefault(edge.source, back)
        start = [New(s) for s in definition.states if s in reached and New(s) not in reached]
        back += 1
    return reached


def _kept(
    definition: Definition, backs: list[Back], outer: tuple[tuple[Net, Term], ...]
) -> tuple[tuple[sympy.Symbol, ...], tuple[Node, ...]]:
    """(names whose values the backward pass reads, unnamed expressions that it makes again from such names)."""
    read: set[sympy.Symbol] = set()
    for back in backs:
        read |= back.entry.free_symbols if back.entry is not None else set()
    read |= {term.source for _, term in outer}
    remade = tuple(n for n in definition.nodes if n.inner and n.expression is not None and n.symbol in read)
    for node in remade:
        assert node.expression is not None
        read = read - {node.symbol} | node.expression.free_symbols
    names = (*definition.inputs, *definition.states, *(n.symbol for n in definition.nodes))
    return tuple(s for s in names if s in read), remade


Mode = Literal["diagonal", "word", "dense"]


@dataclass(frozen=True)
class BlockPlan:
    """How a block of words meets the influence matrix.

    "diagonal": one diagonal, summed from the words. "word": a single word, factor by factor. "dense": formed first,
    because several words share the source and one product is cheaper than one for each.
    """

    row: str
    column: str
    mode: Mode
    words: Words


@dataclass(frozen=True)
class Immediate:
    """How the weights of an affine map enter a new state directly: through `block` from the map's own entries."""

    net: Net
    terms: tuple[Term, ...]
    bias: str | None
    block: BlockPlan


@dataclass(frozen=True)
class ForwardPlan:
    """RTRL: influence of the weights on the state, carried forward as within @ (across @ influence + immediate)."""

    across: tuple[BlockPlan, ...]
    within: tuple[BlockPlan, ...]
    immediate: tuple[Immediate, ...]


@lru_cache(maxsize=64)
def forward_plan(definition: Definition, truncated: Cut = False) -> ForwardPlan:
    """The plan of RTRL, from the factorisation of the step."""
    parts = factorisation(definition, truncated)
    across = tuple(_block(definition, r, c, w) for (r, c), w in parts.across.words.items())
    within = tuple(_block(definition, r, c, w) for (r, c), w in parts.within.words.items() if r != c)
    immediate = []
    for node in definition.nodes:
        if not isinstance(node.symbol, Net):
            continue
        reached = propagate(definition, {node.symbol: ONE}, truncated, stop_at_new=True)
        for state in definition.states:
            words = reached[New(state)]
            if words:
                block = _block(definition, state.name, node.symbol.name, words)
                immediate.append(Immediate(node.symbol, node.terms, node.bias, block))
    return ForwardPlan(across, within, tuple(immediate))


def _block(definition: Definition, row: str, column: str, words: Words) -> BlockPlan:
    def read(word: Word) -> Word:
        return tuple(Diag(readable(f.entry, definition.values)) if isinstance(f, Diag) else f for f in word)

    words = tuple(read(word) for word in words)
    if all(is_diagonal(f) for word in words for f in word):
        return BlockPlan(row, column, "diagonal", words)
    return BlockPlan(row, column, "word" if len(words) == 1 else "dense", words)


def is_diagonal(factor: object) -> bool:
    """Whether a factor scales and does not mix."""
    return isinstance(factor, Diag) or (isinstance(factor, Matrix) and factor.kind == "diagonal")
