"""One step of backpropagation as few passes over memory.

Chains of diagonals are multiplied beforehand, so that a vector passes one diagonal instead of a chain, and all matrices
that lead to one source are stacked, so that they meet their vectors in one product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np
import sympy

from errorflow.calculus.edges import Edge
from errorflow.calculus.words import Matrix
from errorflow.definition import Definition
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import compiled
from errorflow.numeric.linear import Steps

Tails = dict[sympy.Symbol, dict[str, Array]]
Entering = Mapping[sympy.Symbol, Sequence[tuple[slice, Array]]]


@dataclass(frozen=True)
class Chain:
    """Error that passes only diagonals from target to source: a sum of products of factors, by index of the edges."""

    target: sympy.Symbol
    source: sympy.Symbol
    products: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Stage:
    """How a vector's error comes about: from these chains, and from these edges with a full matrix."""

    source: sympy.Symbol
    chains: tuple[Chain, ...]
    matrices: tuple[Edge, ...]


@lru_cache(maxsize=128)
def stages(definition: Definition, carry: bool) -> tuple[Stage, ...]:
    """The vectors that error passes on its way from the new state to the old one, the latest first.

    carry: whether only edges of the carry count.
    """
    slopes = compiled(definition).slopes
    open_ = {k: s.edge for k, s in enumerate(slopes) if not (carry and s.edge.cut)}
    entered = {s.edge.source for s in slopes if carry and s.edge.cut}
    diagonal = {k for k in open_ if slopes[k].entry is not None or slopes[k].diagonal}
    news = set(compiled(definition).news.values())
    chains = _chains([(open_[k].target, open_[k].source, ((k,),)) for k in diagonal])
    full = [e for k, e in open_.items() if k not in diagonal]
    inner = [n.symbol for n in definition.nodes if n.symbol not in news]
    for node in inner:  # a vector whose error only passes through it, one chain in or one chain out, is left out
        if node in entered or any(node in (e.source, e.target) for e in full):
            continue
        into = [c for c in chains.values() if c.source == node]
        out = [c for c in chains.values() if c.target == node]
        if min(len(into), len(out)) > 1:
            continue
        for c in (*into, *out):
            del chains[c.target, c.source]
        joined = [(a.target, b.source, tuple(p + q for p in a.products for q in b.products)) for a in into for b in out]
        chains = _chains([(c.target, c.source, c.products) for c in chains.values()] + joined)
    order = [*[n.symbol for n in definition.nodes][::-1], *definition.states]
    found: list[Stage] = []
    alive = set(news)
    for node in order:
        stage = Stage(
            node,
            tuple(c for c in chains.values() if c.source == node and c.target in alive),
            tuple(e for e in full if e.source == node and e.target in alive),
        )
        if stage.chains or stage.matrices or node in entered:
            alive.add(node)
            found.append(stage)
    return _useful(found, set(definition.states))


def _chains(
    parts: Sequence[tuple[sympy.Symbol, sympy.Symbol, tuple[tuple[int, ...], ...]]],
) -> dict[tuple[sympy.Symbol, sympy.Symbol], Chain]:
    """Chains by target and source, those between the same vectors added up."""
    found: dict[tuple[sympy.Symbol, sympy.Symbol], Chain] = {}
    for target, source, products in parts:
        known = found[target, source].products if (target, source) in found else ()
        found[target, source] = Chain(target, source, known + products)
    return found


def _useful(found: Sequence[Stage], states: set[sympy.Symbol]) -> tuple[Stage, ...]:
    """The stages from which error reaches an old state."""
    needed, kept = set(states), []
    for stage in found[::-1]:
        if stage.source in needed:
            kept.append(stage)
            needed |= {c.target for c in stage.chains} | {e.target for e in stage.matrices}
    return tuple(kept[::-1])


class Backward:
    """J^T, or C^T of the truncated Jacobian C, at some steps of a trajectory.

    widths: of the states. news: state -> its new value. stages: (source, chains, edges, their matrices beside one
    another); a chain is (target, (steps, width, batch or 1, 1)).
    """

    def __init__(self, steps: Steps, *, carry: bool = False) -> None:
        self._weights, self.news = steps.trajectory.weights, compiled(steps.trajectory.definition).news
        self.widths = {s: steps.trajectory.states[s.name].shape[2] for s in steps.trajectory.definition.states}
        self._start, self._count = steps.start, steps.count
        self.stages = [
            (
                stage.source,
                [(c.target, _product(steps, c)) for c in stage.chains],
                stage.matrices,
                np.concatenate([self._weights[_name(e)] for e in stage.matrices]).T if stage.matrices else None,
            )
            for stage in stages(steps.trajectory.definition, carry)
        ]

    def weight(self, edge: Edge) -> Array:
        """The full matrix of an edge, (width of the target, width of the source)."""
        return self._weights[_name(edge)]

    def falls(self) -> Array:
        """How many bits an entry can fall by on its way through each step, but for cancellation; (steps,)."""
        low: dict[sympy.Symbol, Array] = {new: np.zeros(1) for new in self.news.values()}
        for source, chains, matrices, _ in self.stages:
            ways = [low[target] + _log2_smallest(entries, (1, 2, 3)) for target, entries in chains if target in low]
            ways += [low[e.target] + _log2_smallest(self._weights[_name(e)], None) for e in matrices if e.target in low]
            low[source] = reduce(np.minimum, ways, np.zeros(1))  # from here, too, for what only enters here
        return -reduce(np.minimum, low.values(), np.zeros(self._count))

    def pull(
        self, t: int, blocks: Sequence[Array], *, tails: Tails | None = None, entering: Entering | None = None
    ) -> list[Array]:
        """J^T at step t times vectors over the new state, (width, batch, columns) by state; so is the result.

        tails: if given, receives under every source and label what the cut edges alone bring.
        entering: for the carry, what joins at these sources, in these columns.
        """
        shape = blocks[0].shape[1:]
        reached: dict[sympy.Symbol, Array] = dict(zip(self.news.values(), blocks, strict=True))
        for source, chains, matrices, stacked in self.stages:
            total, own = reached.get(source), False
            for target, entries in chains:
                if target in reached:  # where nothing enters there is nothing to pass on
                    total, own = _added(total, entries[t - self._start] * reached[target], own), True
            if matrices and tails is not None:
                total, own = self._apart(matrices, reached, tails, total), False
            elif stacked is not None:
                vectors = [reached[e.target] for e in matrices]
                vector = vectors[0] if len(vectors) == 1 else np.concatenate(vectors)
                passed = (stacked @ vector.reshape(len(vector), -1)).reshape(-1, *shape)
                total, own = _added(total, passed, own), True
            if entering and source in entering:
                total = self._joined(total, entering[source], shape)
            if total is not None:
                reached[source] = total
        return [reached[s] if s in reached else np.zeros((width, *shape)) for s, width in self.widths.items()]

    @staticmethod
    def _joined(total: Array | None, entering: Sequence[tuple[slice, Array]], shape: tuple[int, ...]) -> Array:
        total = np.zeros((len(entering[0][1]), *shape)) if total is None else total.copy()
        for columns, joining in entering:
            total[..., columns] += joining
        return total

    def _apart(
        self, matrices: Sequence[Edge], reached: dict[sympy.Symbol, Array], tails: Tails, total: Array | None
    ) -> Array | None:
        for edge in matrices:
            vector = reached[edge.target]
            weight = self._weights[_name(edge)].T
            passed = (weight @ vector.reshape(len(vector), -1)).reshape(-1, *vector.shape[1:])
            if edge.cut:
                known = tails.setdefault(edge.source, {})
                known[edge.target.label] = known[edge.target.label] + passed if edge.target.label in known else passed
            total = passed if total is None else total + passed
        return total


def _name(edge: Edge) -> str:
    assert isinstance(edge.factor, Matrix)
    return edge.factor.name


def _log2_smallest(factors: Array, axis: tuple[int, ...] | None) -> Array:
    """log2 of the smallest factor that is not zero, inf where all are."""
    size = np.abs(factors)
    return np.asarray(np.log2(np.min(size, axis=axis, where=size > 0, initial=np.inf)))


def _added(total: Array | None, passed: Array, own: bool) -> Array:
    """The sum; in place where `total` is our own array."""
    if total is None:
        return passed
    return np.add(total, passed, out=total if own else None)


def _product(steps: Steps, chain: Chain) -> Array:
    """The diagonal of a chain at every step, (steps, width, batch or 1, 1)."""
    total: Array = np.zeros(())
    for product in chain.products:
        factor: Array = np.ones(())
        for k in product:
            factor = factor * steps.entry(k)
        total = total + factor
    return np.broadcast_to(total, (steps.count, *total.shape[1:]))
