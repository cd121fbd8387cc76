"""Traces carried forward: scaled by the carry, added to by the weights, met by the errors of their states.

The weights of one affine map enter a state with one slope and are carried alike, so that their traces are one array.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import sympy

from errorflow.learning.operations import Counter
from errorflow.learning.plan import BlockPlan
from errorflow.learning.trace_plan import Entry, Group, Trace, TracePlan
from errorflow.learning.trace_values import Window, diagonal, rows_of
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory

Arriving = list[tuple[int, sympy.Symbol, Array]]  # (steps from there to the loss, state, its error at all steps)
Bundle = tuple[Trace, ...]  # traces side by side, of one state


def carried_forward(
    plan: TracePlan,
    trajectory: Trajectory,
    errors: Arriving,
    window: Window,
    counter: Counter,
    copies: int,
    weights: set[str],
) -> dict[Trace, Array]:
    """Traces met by the errors of their states, (copies, rows of the state, columns), summed over steps and batch.

    copies: 1, or T where traces of every age are carried apart.
    """
    bundles = _bundles(plan, weights)
    place = {trace: k for k, bundle in enumerate(bundles) for trace in bundle}
    heights = [trajectory.states[bundle[0].state.name].shape[2] for bundle in bundles]
    widths = [[trajectory.weights[t.weight].shape[1] if t.columns else 1 for t in bundle] for bundle in bundles]
    held = [np.zeros((copies, trajectory.batch, h, sum(w))) for h, w in zip(heights, widths, strict=True)]
    met = [np.zeros((copies, h, sum(w))) for h, w in zip(heights, widths, strict=True)]
    carry = [m for g in plan.groups for m in _moves(g.carry, g, place, trajectory, window, counter)]
    within = [m for g in plan.groups for m in _moves(g.within, g, place, trajectory, window, counter)]
    entering = [
        e for g in plan.groups for n in g.entries for e in _entering(n, bundles, place, trajectory, window, counter)
    ]
    seen = [(back, error, [k for k, b in enumerate(bundles) if b[0].state == state]) for back, state, error in errors]
    for t in range(trajectory.steps):
        moved: dict[int, Array] = {}
        for move in carry:
            move.add(t, held[move.source], moved, counter)
        held = [moved[k] if k in moved else np.zeros_like(block) for k, block in enumerate(held)]
        for block in held if copies > 1 else ():
            block[1:] = block[:-1].copy()
            block[0] = 0.0
        for entry in entering:
            held[entry.bundle][0] += entry.part(t, counter)
        for move in within:
            move.add(t, held[move.source], held, counter)
        counter.keep(held)
        for back, error, reached in seen:
            for k in reached if t < len(error) else ():
                counter.macs += held[k].size
                met[k][back:] += np.einsum("bn,lbnk->lnk", error[t], held[k])[: copies - back]
    split = [np.split(part, np.cumsum(w)[:-1], axis=2) for part, w in zip(met, widths, strict=True)]
    return {t: part for b, parts in zip(bundles, split, strict=True) for t, part in zip(b, parts, strict=True)}


def _bundles(plan: TracePlan, weights: set[str]) -> list[Bundle]:
    """Traces of one state whose weights belong to one affine map and occur in it once; all others alone."""
    maps: dict[str, str] = {}
    alone, entered = set(), set()
    for entry in (e for group in plan.groups for e in group.entries):
        for trace in entry.traces:
            elsewhere = maps.setdefault(trace.weight, entry.block.column) != entry.block.column
            if elsewhere or trace in entered or trace.kind == "diagonal":
                alone.add(trace.weight)
            entered.add(trace)
    found: dict[tuple[sympy.Symbol, tuple[str, ...], str], list[Trace]] = {}
    for trace in (t for t in plan.traces if t.weight in weights):
        label = f"weight {trace.weight}" if trace.weight in alone else maps[trace.weight]
        found.setdefault((trace.state, trace.chosen, label), []).append(trace)
    return [tuple(sorted(traces, key=lambda t: t.weight)) for traces in found.values()]


@dataclass(frozen=True, eq=False)
class _Move:
    """What one bundle brings to another. scale: (T, batch, rows), None for one."""

    source: int
    target: int
    scale: Array | None

    def add(self, t: int, held: Array, moved: dict[int, Array] | list[Array], counter: Counter) -> None:
        """Adds the part of step t; the first part of a bundle is taken as it is."""
        part = held if self.scale is None else counter.scale(self.scale[t], held)
        if isinstance(moved, list) or self.target in moved:
            moved[self.target] += part
        else:
            moved[self.target] = held.copy() if self.scale is None else part


def _moves(
    blocks: tuple[BlockPlan, ...],
    group: Group,
    place: dict[Trace, int],
    trajectory: Trajectory,
    window: Window,
    counter: Counter,
) -> Iterator[_Move]:
    """The bundles of a group that meet in its blocks, block by block."""
    for block in blocks:
        scale = None if block.words == ((),) else diagonal(trajectory, block, window, counter)
        pairs = [(t, replace(t, state=trajectory.definition.state(block.row))) for t in group.traces]
        among = [(s, t) for s, t in pairs if s.state.name == block.column and s in place and t in group.traces]
        for source, target in dict.fromkeys((place[s], place[t]) for s, t in among):
            yield _Move(source, target, scale)


@dataclass(frozen=True, eq=False)
class _Entering:
    """What weights as used at a step add to their traces. slope: (T, batch, rows), how their unit acts on the state.

    source: (T, batch, columns), what the weights multiply, one for biases, which take no product; products: how many
    columns are none of a bias. own: whether each unit has a weight of its own, so that source is (T, batch, rows).
    """

    bundle: int
    slope: Array
    source: Array
    products: int
    own: bool

    def part(self, t: int, counter: Counter) -> Array:
        """The part of step t, (batch, rows, columns)."""
        if self.own:
            return counter.times(self.slope[t], self.source[t])[..., None]
        counter.macs += self.slope[t].size * self.products
        return self.slope[t][..., None] * self.source[t][:, None, :]


def _entering(
    entry: Entry,
    bundles: list[Bundle],
    place: dict[Trace, int],
    trajectory: Trajectory,
    window: Window,
    counter: Counter,
) -> Iterator[_Entering]:
    """The bundles that one entry adds to."""
    slope = diagonal(trajectory, entry.block, window, counter, choosing=True)
    pairs = [(t, s) for t, s in zip(entry.traces, entry.sources, strict=True) if t in place]
    ones = np.ones((*slope.shape[:2], 1))
    for k in dict.fromkeys(place[t] for t, _ in pairs):
        mine = sorted((p for p in pairs if place[p[0]] == k), key=lambda p: p[0].weight)
        if len(bundles[k]) > 1:
            joined = np.concatenate([ones if s is None else window[s] for _, s in mine], axis=2)
            yield _Entering(k, slope, joined, joined.shape[2] - sum(s is None for _, s in mine), False)
            continue
        for trace, source in mine:
            read = ones if source is None else window[source]
            if trace.kind == "diagonal":
                yield _Entering(k, slope, read[..., rows_of(trajectory, trace)], 0, True)
            else:
                yield _Entering(k, slope, read, 0 if source is None else read.shape[2], False)
