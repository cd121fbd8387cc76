"""Where boxes, arrows and labels of a layered graph stand. All lengths are points; y grows upwards.

Heights within a layer minimise the weighted sum of what arrows climb, which makes long arrows straight. Labels are then
set on their arrows where they hide least.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from errorflow.plots.labels import Box, placed
from errorflow.plots.layers import Layered, layered

Array = npt.NDArray[np.float64]
Size = tuple[float, float]
PORT, SAMPLES = 8.0, 40
_BEND = 54.0
_MANY, _EACH = 4, 5.0
_THRESHOLDS = (0.0, 10.0, 20.0, 40.0, 80.0)


@dataclass(frozen=True)
class Link:
    """An arrow to be laid out: source and target box, the size of its label, and how straight it should be."""

    source: int
    target: int
    label: Size
    weight: int = 1


@dataclass(frozen=True, eq=False)
class Layout:
    """width, height: of the whole. boxes: centre, by box. curves: Bezier control points (3 k + 1, 2), by arrow.
    labels: centre, by arrow. overlap: area of labels that hide a box or another label.
    """

    width: float
    height: float
    boxes: Array
    curves: tuple[Array, ...]
    labels: Array
    overlap: float


def laid_out(sizes: Sequence[Size], links: Sequence[Link], last: Sequence[int] = ()) -> Layout:
    """The layout of the graph, spread as far as its labels need.

    sizes: width and height of the boxes, numbered so that arrows lead to larger numbers. last: boxes of the last layer.
    """
    graph = layered(len(sizes), [(k.source, k.target, k.weight) for k in links], last)
    found = [_attempt(sizes, links, graph, 1.0)]
    for spread in (1.2, 1.45, 1.75, 2.1, 2.5):
        if found[-1].overlap == 0:
            break
        found.append(_attempt(sizes, links, graph, spread))
    return min(found, key=lambda layout: layout.overlap)


def _attempt(sizes: Sequence[Size], links: Sequence[Link], graph: Layered, spread: float) -> Layout:
    into, out_of = _ports(sizes, links, graph)
    y = _heights(sizes, links, graph, into, out_of, spread)
    left, right = _columns(sizes, links, graph, spread)
    rank = graph.rank
    centres = np.array([[(left[rank[v]] + right[rank[v]]) / 2, y[v]] for v in range(len(sizes))])
    curves = []
    for k, chain in enumerate(graph.chains):
        start = (centres[chain[0], 0] + sizes[chain[0]][0] / 2, y[chain[0]] + out_of[k])
        end = (centres[chain[-1], 0] - sizes[chain[-1]][0] / 2, y[chain[-1]] + into[k])
        points = [start, *((at, y[p]) for p in chain[1:-1] for at in (left[rank[p]], right[rank[p]])), end]
        curves.append(_smooth(points))
    boxes = [Box(x, y, *size) for (x, y), size in zip(centres, sizes, strict=True)]
    labels, overlap = placed([sampled(c) for c in curves], [k.label for k in links], boxes)
    return _framed(Layout(0.0, 0.0, centres, tuple(curves), labels, overlap), sizes, links)


def _framed(layout: Layout, sizes: Sequence[Size], links: Sequence[Link]) -> Layout:
    """The layout moved so that everything lies between (0, 0) and (width, height)."""
    half = np.array(sizes) / 2
    label = np.array([k.label for k in links]) / 2
    paths = [sampled(c) for c in layout.curves]
    corners = np.concatenate(
        [layout.boxes - half, layout.boxes + half, layout.labels - label, layout.labels + label, *paths]
    )
    low, high = corners.min(axis=0), corners.max(axis=0)
    width, height = high - low
    curves = tuple(c - low for c in layout.curves)
    return Layout(float(width), float(height), layout.boxes - low, curves, layout.labels - low, layout.overlap)


def _ports(sizes: Sequence[Size], links: Sequence[Link], graph: Layered) -> tuple[list[float], list[float]]:
    """How far above the middle of a box each arrow arrives and leaves, in the order of what stands at its other end."""
    order = graph.order
    into, out_of = [0.0] * len(links), [0.0] * len(links)
    for offsets, end, near in ((into, -1, -2), (out_of, 0, 1)):
        for box, (_, height) in enumerate(sizes):
            here = [k for k, chain in enumerate(graph.chains) if chain[end] == box]
            here.sort(key=lambda k: (order[graph.chains[k][near]], k))
            step = min(PORT, (height - 6) / max(1, len(here) - 1))
            for i, k in enumerate(here):
                offsets[k] = ((len(here) - 1) / 2 - i) * step
    return into, out_of


def _heights(
    sizes: Sequence[Size],
    links: Sequence[Link],
    graph: Layered,
    into: Sequence[float],
    out_of: Sequence[float],
    spread: float,
) -> Array:
    """The height of every place: least weighted climb, order and distances kept.

    A linear programme in the heights and one excess for each climb and threshold. The threshold 0 makes arrows
    straight; the others, for arrows from one layer to the next, share among them what must be climbed.
    """
    from scipy.optimize import linprog
    from scipy.sparse import lil_array

    places = sum(len(layer) for layer in graph.layers)
    climbs = [(c, t) for c in _climbs(links, graph, into, out_of) for t in (_THRESHOLDS if c.short else (0.0,))]
    apart = [(a, b, _distance(a, b, sizes, links, graph, spread)) for row in graph.layers for a, b in pairwise(row)]
    rows = lil_array((2 * len(climbs) + len(apart), places + len(climbs)))
    limits = np.zeros(rows.shape[0])
    for i, (climb, threshold) in enumerate(climbs):
        for r, sign in ((2 * i, 1.0), (2 * i + 1, -1.0)):
            rows[r, climb.start], rows[r, climb.end], rows[r, places + i] = -sign, sign, -1.0
            limits[r] = threshold - sign * climb.offset
    for i, (above, below, distance) in enumerate(apart, 2 * len(climbs)):
        rows[i, above], rows[i, below], limits[i] = -1.0, 1.0, -distance
    cost = [0.0] * places + [climb.weight * (0.2 if threshold else 1.0) for climb, threshold in climbs]
    solved = linprog(cost, A_ub=rows.tocsr(), b_ub=limits, bounds=(0.0, None), method="highs")
    assert solved.success, solved.message
    return np.round(np.asarray(solved.x[:places]), 3)


@dataclass(frozen=True)
class _Climb:
    """One piece of an arrow, from place `start` to place `end`: it climbs y[end] - y[start] + offset."""

    start: int
    end: int
    offset: float
    weight: float
    short: bool


def _climbs(links: Sequence[Link], graph: Layered, into: Sequence[float], out_of: Sequence[float]) -> Iterator[_Climb]:
    for k, (link, chain) in enumerate(zip(links, graph.chains, strict=True)):
        leaving = sum(other.source == link.source for other in links)
        arriving = sum(other.target == link.target for other in links)
        alone = 4 if leaving == arriving == 1 else 1
        for a, b in pairwise(chain):
            offset = (into[k] if b == chain[-1] else 0.0) - (out_of[k] if a == chain[0] else 0.0)
            passing = (a >= graph.vertices) + (b >= graph.vertices)
            yield _Climb(a, b, offset, float(link.weight * alone * (1, 2, 8)[passing]), len(chain) == 2)


def _distance(
    above: int, below: int, sizes: Sequence[Size], links: Sequence[Link], graph: Layered, spread: float
) -> float:
    """Between the middles of two neighbours of one layer."""

    def half(place: int) -> float:
        if place < graph.vertices:
            return sizes[place][1] / 2
        link = next(k for k, chain in zip(links, graph.chains, strict=True) if place in chain)
        return link.label[1] / 2

    both = above < graph.vertices and below < graph.vertices
    return half(above) + half(below) + (12.0 if both else 7.0) * spread


def _columns(
    sizes: Sequence[Size], links: Sequence[Link], graph: Layered, spread: float
) -> tuple[list[float], list[float]]:
    """Left and right border of every layer."""
    rank = graph.rank
    left, right = [0.0], []
    for k in range(len(graph.layers)):
        right.append(left[k] + max([sizes[p][0] for p in graph.layers[k] if p < graph.vertices] or [30.0]))
        arriving = [link for link in links if rank[link.target] == k + 1]
        label = max([28.0, *(link.label[0] for link in arriving if rank[link.source] == k)])
        crowded = any(count > 2 for count in Counter(link.target for link in arriving).values())
        # Many arrows that cross one another leave their labels no room but on the straight way before the bends.
        crossing = max(0, sum(rank[link.source] == k for link in arriving) - _MANY)
        room = label * (1 + (spread - 1) / 2) + 28.0 + 24.0 * crowded + _EACH * crossing
        left.append(right[k] + room)
    return left[:-1], right


def _smooth(points: Sequence[tuple[float, float]]) -> Array:
    """Control points of cubic curves through `points`, horizontal at each of them.

    A long way is straight first and climbs last, so that labels stand on straight lines and are not run through.
    """
    controls = [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        bend = max(x0, x1 - _BEND)
        if bend > x0:
            controls += [(x0 + (bend - x0) / 3, y0), (x0 + (bend - x0) * 2 / 3, y0), (bend, y0)]
        middle = (bend + x1) / 2
        controls += [(middle, y0), (middle, y1), (x1, y1)]
    return np.array(controls)


def sampled(controls: Array) -> Array:
    """Points along a curve, (samples, 2), about evenly spaced within each of its pieces."""
    t = np.linspace(0, 1, SAMPLES)[:, None]
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    pieces = [sum(w * controls[i + j] for j, w in enumerate(weights)) for i in range(0, len(controls) - 1, 3)]
    return np.concatenate(pieces)
