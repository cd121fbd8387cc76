"""Matrices that several ways from one vector to another make together, formed where rows would meet each of them.

An LSTM's error reaches h through i, f and g, all of them diagonals away from the new c: a row of c's error meets the
sum of three matrices, each times its diagonal, instead of three. A few steps are formed at once, and stay in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.assembly import spread
from errorflow.numeric.backward import Backward

_TOGETHER = 2**18  # entries that are formed at once

Chains = list[tuple[sympy.Symbol, Array]]


@dataclass(frozen=True)
class Meeting:
    """A vector that meets a matrix: the sum of these weights, each times its diagonal on the left if it has one.

    ways: (entries (steps, width, batch or 1, 1) or None, weight).
    """

    vector: sympy.Symbol
    ways: tuple[tuple[Array | None, Array], ...]

    @property
    def height(self) -> int:
        """Rows of the matrix, the width of the vector."""
        return len(self.ways[0][1])


@dataclass(frozen=True)
class Stage:
    """How a vector's error comes about: from others through these diagonals, and through these matrices."""

    source: sympy.Symbol
    chains: Chains
    meetings: list[Meeting]


def plain(back: Backward) -> list[Stage]:
    """Every matrix by itself."""
    return [
        Stage(source, chains, [Meeting(edge.target, ((None, back.weight(edge)),)) for edge in edges])
        for source, chains, edges, _ in back.stages
    ]


def gathered(back: Backward) -> list[Stage] | None:
    """The matrices of vectors that are diagonals away from the same vector as one; None where there are no such."""
    stages, ends = plain(back), {*back.news.values(), *back.widths}
    ways = {s.source: s.chains for s in stages if s.chains and not s.meetings and s.source not in ends}
    left_out = {
        node: chains
        for node, chains in ways.items()
        if not {v for v, _ in chains} & set(ways) and all(_shared(stage, chains, ways) for stage in _met(stages, node))
    }
    left_out = {node: chains for node, chains in left_out.items() if _met(stages, node)}
    if not left_out:
        return None
    return [
        Stage(s.source, _through(s.chains, left_out), _joined(s.meetings, left_out))
        for s in stages
        if s.source not in left_out
    ]


def _met(stages: Sequence[Stage], node: sympy.Symbol) -> list[Stage]:
    """The stages in which this vector meets a matrix."""
    return [stage for stage in stages if any(m.vector == node for m in stage.meetings)]


def _shared(stage: Stage, chains: Chains, ways: dict[sympy.Symbol, Chains]) -> bool:
    """Whether others that meet a matrix here come from these vectors too."""
    origins = [v for meeting in stage.meetings for v, _ in ways.get(meeting.vector, ())]
    return all(origins.count(v) > 1 for v, _ in chains)


def _through(chains: Chains, left_out: dict[sympy.Symbol, Chains]) -> Chains:
    """The same chains, those from a vector that is left out from where it comes from."""
    found: dict[sympy.Symbol, Array] = {}
    for node, entries in chains:
        for origin, more in left_out.get(node, [(node, np.ones(()))]):
            product = entries * more if more.ndim else entries
            found[origin] = found[origin] + product if origin in found else product
    return list(found.items())


def _joined(meetings: Sequence[Meeting], left_out: dict[sympy.Symbol, Chains]) -> list[Meeting]:
    found: dict[sympy.Symbol, tuple[tuple[Array | None, Array], ...]] = {}
    for meeting in meetings:
        ((_, weight),) = meeting.ways
        for origin, entries in left_out.get(meeting.vector, [(meeting.vector, None)]):
            found[origin] = (*found.get(origin, ()), (entries, weight))
    return [Meeting(origin, ways) for origin, ways in found.items()]


class Formed:
    """The matrices of some meetings below one another, (batch, all heights, width), or without batch if it is 1."""

    def __init__(self, meetings: Sequence[Meeting]) -> None:
        self._height, self._width = sum(m.height for m in meetings), meetings[0].ways[0][1].shape[1]
        self._parts: list[tuple[slice, Array, Array]] = []
        self._fixed: list[tuple[slice, Array]] = []
        start, self.batch = 0, 1
        for meeting in meetings:
            rows = slice(start, start := start + meeting.height)
            some = [entries for entries, _ in meeting.ways if entries is not None]
            if not some:
                self._fixed.append((rows, sum(weight for _, weight in meeting.ways)))  # type: ignore[arg-type]
                continue
            like = np.broadcast_shapes(*(entries.shape for entries in some))
            numbers = [np.broadcast_to(1.0 if e is None else e, like)[..., 0] for e, _ in meeting.ways]
            self.batch = max(self.batch, like[2])
            weights = np.stack([weight for _, weight in meeting.ways], axis=1)
            self._parts.append((rows, weights, np.stack(numbers, axis=-1).transpose(2, 0, 1, 3)))

    def back(self, first: int, last: int) -> Iterator[Array]:
        """The matrices at the steps first..last, the last one first."""
        together = max(1, min(16, last + 1 - first, _TOGETHER // (self.batch * self._height * self._width)))
        every = np.empty((self.batch, together, self._height, self._width))
        for rows, weight in self._fixed:
            every[:, :, rows] = weight
        for end in range(last + 1, first, -together):
            start = max(first, end - together)
            for rows, weights, numbers in self._parts:
                for matrices, some in zip(
                    every, np.broadcast_to(numbers, (self.batch, *numbers.shape[1:])), strict=True
                ):
                    spread(matrices[: end - start, rows], weights, some[start:end])
            for k in range(end - start - 1, -1, -1):
                yield every[0, k] if self.batch == 1 else every[:, k]


__all__ = ["Formed", "Meeting", "Stage", "gathered", "plain"]
