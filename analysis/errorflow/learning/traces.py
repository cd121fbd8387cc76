"""Gradients by traces: forward for what a state remembers, one step of backpropagation for what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import sympy

from errorflow.calculus.words import Diag, Matrix
from errorflow.definition import New, Node
from errorflow.learning.algorithm import Result, Settings
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BlockPlan, is_diagonal
from errorflow.learning.trace_plan import Group, Trace, TracePlan
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory

Indices = npt.NDArray[np.int64]
Window = dict[sympy.Symbol, Array]  # the values of every name at all steps, (T, batch, width)


def by_traces(plan: TracePlan, trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The gradient that the plan gives; with by_lag, traces of every age are carried apart.

    errors: (T, batch, n), d loss / d output. The zero initial traces are not skipped.
    """
    steps = len(errors)
    window = trajectory.between(0, steps)
    lags: dict[str, Array] = {
        p.name: np.zeros((steps if settings.by_lag else 1, *trajectory.weights[p.name].shape))
        for p in trajectory.definition.parameters
        if p.kind != "fixed" and (settings.biases or p.kind != "bias")
    }
    seen: list[tuple[int, sympy.Symbol, Array]] = []
    for back, reached in enumerate(_backward(plan, trajectory, errors, window, counter)):
        for net in plan.hops[back].nets:
            for name, part in _outer(net, reached[net.symbol], window, counter):
                if name in lags:
                    lags[name][back if settings.by_lag else 0] += part
        seen += [(back, state.of, reached[state]) for state in plan.hops[back].carried]
    arriving = seen if settings.by_lag else _summed(seen)
    for trace, part in _forward(plan, trajectory, arriving, window, counter, settings, set(lags)).items():
        total = lags[trace.weight]
        for unit, row in enumerate(rows_of(trajectory, trace)):
            total[:, row] += part[:, unit].reshape(total[:, row].shape)
    summed = {name: part.sum(axis=0) for name, part in lags.items()}
    return Result(summed, lags if settings.by_lag else None)


def _backward(
    plan: TracePlan, trajectory: Trajectory, errors: Array, window: Window, counter: Counter
) -> Iterator[Window]:
    """d loss / d vector for every vector that a hop reaches; row t belongs to the loss of step t + the hop's number."""
    arriving: Window = {New(trajectory.definition.output): errors}
    for hop in plan.hops:
        steps = len(next(iter(arriving.values())))
        reached = dict(arriving)
        for edge, entry in hop.edges:
            above = reached[edge.target]
            if entry is None:
                assert isinstance(edge.factor, Matrix)
                weight = trajectory.weights[edge.factor.name]
                part = counter.times(above, weight) if weight.ndim == 1 else counter.matmul(above, weight)
            elif entry == 1:
                part = above
            else:
                function = elementwise(entry)
                arguments = [window[s][:steps] for s in function.reads]
                part = counter.times(above, counter.evaluate(function.function, arguments, above.shape))
            reached[edge.source] = reached[edge.source] + part if edge.source in reached else part
        yield reached
        arriving = {New(s): reached[s][1:] for s in hop.olds}
        if steps == 1:
            return


def _outer(net: Node, error: Array, window: Window, counter: Counter) -> Iterator[tuple[str, Array]]:
    """What the weights of one map receive from its error, summed over steps and batch."""
    flat = error.reshape(-1, error.shape[-1])
    for term in net.terms:
        source = window[term.source][: len(error)]
        if term.kind == "diagonal":
            yield str(term.matrix), counter.times(error, source).sum(axis=(0, 1))
        elif term.kind == "dense":
            yield str(term.matrix), counter.matmul(flat.T, source.reshape(-1, source.shape[-1]))
    if net.bias:
        yield net.bias, flat.sum(axis=0)


def _forward(
    plan: TracePlan,
    trajectory: Trajectory,
    errors: list[tuple[int, sympy.Symbol, Array]],
    window: Window,
    counter: Counter,
    settings: Settings,
    weights: set[str],
) -> dict[Trace, Array]:
    """Traces met by the errors of their states, (copies, rows of the state, columns), summed over steps and batch."""
    steps, batch = trajectory.steps, trajectory.batch
    copies = steps if settings.by_lag else 1
    learned = [t for t in plan.traces if t.weight in weights]
    height = {t: trajectory.states[t.state.name].shape[2] for t in learned}
    width = {t: 1 if t.source is None else window[t.source].shape[2] for t in learned}
    held = {t: np.zeros((copies, batch, height[t], width[t])) for t in learned}
    met = {t: np.zeros((copies, height[t], width[t])) for t in learned}
    carry = [m for g in plan.groups for m in _moves(g.carry, g, learned, trajectory, window, counter)]
    within = [m for g in plan.groups for m in _moves(g.within, g, learned, trajectory, window, counter)]
    entering = [e for g in plan.groups for e in _entering(g, learned, trajectory, window, counter)]
    for t in range(steps):
        moved: dict[Trace, Array] = {}
        for move in carry:
            _add(moved, move.target, move.at(t, held[move.source], counter))
        for trace in learned:
            moved.setdefault(trace, np.zeros_like(held[trace]))
        if settings.by_lag:
            for part in moved.values():
                part[1:] = part[:-1].copy()
                part[0] = 0.0
        for trace, slope, source in entering:
            moved[trace][0] += _entered(trace, slope[t], None if source is None else source[t], counter)
        for move in within:
            moved[move.target] += move.at(t, moved[move.source], counter)
        held = moved
        counter.keep(held.values())
        for back, state, error in errors:
            for trace in (k for k in learned if k.state == state and t < len(error)):
                counter.macs += held[trace].size
                part = np.einsum("bn,lbnk->lnk", error[t], held[trace])
                met[trace][back:] += part[: copies - back]
    return met


@dataclass(frozen=True, eq=False)
class _Move:
    """What one trace brings to another. scale: (T, batch, rows), None for one."""

    source: Trace
    target: Trace
    scale: Array | None

    def at(self, t: int, held: Array, counter: Counter) -> Array:
        """The part of step t, an array of its own."""
        return held.copy() if self.scale is None else counter.scale(self.scale[t], held)


def _add(moved: dict[Trace, Array], target: Trace, part: Array) -> None:
    """Adds to what has been moved; the first part is taken as it is."""
    if target in moved:
        moved[target] += part
    else:
        moved[target] = part


def _moves(
    blocks: tuple[BlockPlan, ...],
    group: Group,
    learned: list[Trace],
    trajectory: Trajectory,
    window: Window,
    counter: Counter,
) -> Iterator[_Move]:
    """The traces of a group that meet in its blocks, block by block."""
    for block in blocks:
        scale = None if block.words == ((),) else diagonal(trajectory, block, window, counter)
        for source in (t for t in group.traces if t.state.name == block.column and t in learned):
            target = replace(source, state=trajectory.definition.state(block.row))
            if target in group.traces:
                yield _Move(source, target, scale)


def _entering(
    group: Group, learned: list[Trace], trajectory: Trajectory, window: Window, counter: Counter
) -> Iterator[tuple[Trace, Array, Array | None]]:
    """(trace, how its unit acts on the state, what the weight multiplies), all steps at once."""
    for entry in group.entries:
        slope = diagonal(trajectory, entry.block, window, counter, choosing=True)
        for trace, source in zip(entry.traces, entry.sources, strict=True):
            if trace in learned:
                read = None if source is None else window[source]
                yield trace, slope, read if read is None or trace.source else read[..., rows_of(trajectory, trace)]


def _entered(trace: Trace, slope: Array, source: Array | None, counter: Counter) -> Array:
    """What the weight as used at this step adds to its trace, (batch, rows, columns)."""
    if source is None:
        return slope[..., None]
    if trace.source is None:
        return counter.times(slope, source)[..., None]
    return counter.outer(slope[..., None], source[:, None, :])


def _summed(seen: list[tuple[int, sympy.Symbol, Array]]) -> list[tuple[int, sympy.Symbol, Array]]:
    """One error for each state: what it receives from the losses of this step and of later ones."""
    total: dict[sympy.Symbol, Array] = {}
    for _, state, error in seen:  # those of this step first, which are the longest
        whole = total.setdefault(state, np.zeros_like(error))
        whole[: len(error)] += error
    return [(0, state, whole) for state, whole in total.items()]


def rows_of(trajectory: Trajectory, trace: Trace) -> Indices:
    """Which row of the weight acts on which unit of the state."""
    rows = np.arange(trajectory.states[trace.state.name].shape[2])
    for name in trace.chosen:
        rows = _chosen(trajectory, name)[0][rows]
    return rows


def _chosen(trajectory: Trajectory, name: str) -> tuple[Indices, Array]:
    """(column, value) of the one entry in each row of a fixed matrix."""
    matrix = trajectory.weights[name]
    many = np.count_nonzero(matrix, axis=1)
    if (many > 1).any():
        row = int(np.argmax(many > 1))
        raise ValueError(
            f"{name} must have at most one entry in each row that is not zero, so that a unit has one gate, got"
            f" {many[row]} in row {row}; algorithm 'rtrl' with truncated=True takes any"
        )
    column = np.argmax(matrix != 0, axis=1)
    return column, np.take_along_axis(matrix, column[:, None], axis=1)[:, 0]


def diagonal(
    trajectory: Trajectory, block: BlockPlan, window: Window, counter: Counter, choosing: bool = False
) -> Array:
    """The diagonal that the words of a block add up to at all steps, (T, batch, rows).

    choosing: whether a matrix in a word chooses units, rather than acting with its own diagonal.
    """
    steps, batch = trajectory.steps, trajectory.batch
    rows = trajectory.states[block.row].shape[2]
    total = np.zeros((steps, batch, rows))
    for word in block.words:
        part: Array | None = None
        at, height = np.arange(rows), rows
        for factor in word:
            if isinstance(factor, Diag):
                function = elementwise(factor.entry)
                reads = [window[s] for s in function.reads]
                vector = counter.evaluate(function.function, reads, (steps, batch, height))[..., at]
                part = _met(part, vector, total.shape, counter)
                continue
            assert isinstance(factor, Matrix)
            if is_diagonal(factor):
                vector = trajectory.weights[factor.name][at]
            elif choosing:
                column, value = _chosen(trajectory, factor.name)
                vector, at, height = value[at], column[at], trajectory.weights[factor.name].shape[1]
            else:
                vector = np.diagonal(trajectory.weights[factor.name])
            part = _met(part, vector, total.shape, counter)
        total += 1.0 if part is None else part
    return total


def _met(part: Array | None, vector: Array, shape: tuple[int, ...], counter: Counter) -> Array:
    vector = np.broadcast_to(vector, shape)
    return vector if part is None else counter.times(part, vector)
