"""Layers of an acyclic graph and the order within them, so that arrows run to the right and cross seldom.

Source: Sugiyama, Tagawa & Toda 1981; Gansner, Koutsofios, North & Vo 1993.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 24


@dataclass(frozen=True)
class Layered:
    """A graph in layers.

    layers: for each layer its places from top to bottom. Places 0..n-1 are the vertices, the others are the points at
    which an arrow passes a layer. chains: for each arrow the places that it visits, one in every layer.
    """

    layers: tuple[tuple[int, ...], ...]
    chains: tuple[tuple[int, ...], ...]
    vertices: int

    @property
    def rank(self) -> dict[int, int]:
        """The number of the layer of every place."""
        return {place: k for k, layer in enumerate(self.layers) for place in layer}

    @property
    def order(self) -> dict[int, int]:
        """The number within its layer of every place."""
        return {place: k for layer in self.layers for k, place in enumerate(layer)}


def layered(vertices: int, arrows: Sequence[tuple[int, int, int]], last: Sequence[int] = ()) -> Layered:
    """The graph in layers, vertices as far left as their longest path allows.

    vertices: how many; numbered so that arrows lead from smaller to larger numbers. arrows: (source, target, weight); a
    heavy arrow is crossed less. last: vertices without outgoing arrow that belong into the last layer.
    """
    rank = [0] * vertices
    for source, target, _ in sorted(arrows, key=lambda a: a[1]):
        rank[target] = max(rank[target], rank[source] + 1)
    for vertex in last:
        rank[vertex] = max(rank)
    rows: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    for vertex in range(vertices):
        rows[rank[vertex]].append(vertex)
    chains, fresh = [], vertices
    for source, target, _ in arrows:
        chain = [source]
        for layer in range(rank[source] + 1, rank[target]):
            rows[layer].append(fresh)
            chain.append(fresh)
            fresh += 1
        chains.append((*chain, target))
    links = [(a, b, weight) for chain, (_, _, weight) in zip(chains, arrows, strict=True) for a, b in pairwise(chain)]
    return Layered(tuple(map(tuple, _ordered(rows, links))), tuple(chains), vertices)


def _ordered(rows: list[list[int]], links: list[tuple[int, int, int]]) -> list[list[int]]:
    """The rows reordered by barycentre, down and up in turn, and by swaps of neighbours; the best order met."""
    before: dict[int, list[tuple[int, int]]] = {}
    after: dict[int, list[tuple[int, int]]] = {}
    for a, b, weight in links:
        after.setdefault(a, []).append((b, weight))
        before.setdefault(b, []).append((a, weight))
    best, least = [list(r) for r in rows], crossings(rows, links)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for k in range(1, len(rows)) if forward else range(len(rows) - 2, -1, -1):
            fixed = {place: i for i, place in enumerate(rows[k - 1 if forward else k + 1])}
            rows[k] = _by_barycentre(rows[k], before if forward else after, fixed)
        _swap(rows, links)
        count = crossings(rows, links)
        if count < least:
            best, least = [list(r) for r in rows], count
    return best


def _by_barycentre(row: list[int], near: dict[int, list[tuple[int, int]]], fixed: dict[int, int]) -> list[int]:
    def centre(item: tuple[int, int]) -> float:
        place, at = item
        seen = [(fixed[p], weight) for p, weight in near.get(place, ()) if p in fixed]
        return sum(i * w for i, w in seen) / sum(w for _, w in seen) if seen else float(at)

    return [place for place, _ in sorted(((p, i) for i, p in enumerate(row)), key=centre)]


def _swap(rows: list[list[int]], links: list[tuple[int, int, int]]) -> None:
    """Exchanges neighbours as long as that lessens the crossings."""
    least, improved = crossings(rows, links), True
    while improved:
        improved = False
        for row in rows:
            for i in range(len(row) - 1):
                row[i], row[i + 1] = row[i + 1], row[i]
                count = crossings(rows, links)
                if count < least:
                    least, improved = count, True
                else:
                    row[i], row[i + 1] = row[i + 1], row[i]


def crossings(rows: Sequence[Sequence[int]], links: Sequence[tuple[int, int, int]]) -> int:
    """The weighted number of crossings between neighbouring rows."""
    place = {p: (k, i) for k, row in enumerate(rows) for i, p in enumerate(row)}
    total = 0
    by_row: dict[int, list[tuple[int, int, int]]] = {}
    for a, b, weight in links:
        by_row.setdefault(place[a][0], []).append((place[a][1], place[b][1], weight))
    for group in by_row.values():
        for i, (a, b, v) in enumerate(group):
            total += sum(v * w for c, d, w in group[i + 1 :] if (a - c) * (b - d) < 0)
    return total
