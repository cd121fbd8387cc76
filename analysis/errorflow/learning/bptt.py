"""Backpropagation through time for any cell, from the plan of its graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import sympy

from errorflow.definition import Definition, New
from errorflow.learning import counting
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes, always
from errorflow.learning.cost import STEPS, Cost
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BackwardPlan, backward_plan
from errorflow.learning.walking import Move, schedule
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.fusion import Product, joined
from errorflow.numeric.stepping import Stack, stack, stacked_weights

Window = dict[sympy.Symbol, Array]
_TOGETHER = 16  # steps whose local derivatives are made at once, so that they are still at hand when they are read


def bptt(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The gradient by one backward pass; with by_lag, one pass in which the errors of all steps stay apart.

    errors: (T, batch, n), d loss / d output.
    """
    plan = backward_plan(trajectory.definition, settings.truncated)
    window = kept(trajectory, plan, counter)
    steps, batch, width = errors.shape
    biases = settings.biases
    if not settings.by_lag:
        # Each stretch of steps gives its share of the gradient while its errors are at hand.
        return Result(
            contract(trajectory, plan, window, backward(trajectory, plan, window, errors, counter), counter, biases)
        )
    apart = np.zeros((steps, steps, batch, width))
    apart[np.arange(steps), np.arange(steps)] = errors
    adjoints = whole(backward(trajectory, plan, window, apart.reshape(steps, steps * batch, width), counter))
    pairs = adjoints.array.reshape(
        len(adjoints.array), steps, steps, batch
    )  # all maps, use of the weights, loss step, sequence
    lags: dict[str, list[Array]] = {}
    for q in range(steps):
        at_lag = np.zeros((len(pairs), steps, batch))
        at_lag[:, : steps - q] = pairs[:, np.arange(steps - q), np.arange(q, steps)]
        parts = contract(trajectory, plan, window, [Adjoints(at_lag, adjoints.spans)], counter, biases)
        for name, part in parts.items():
            lags.setdefault(name, []).append(part)
    split = {name: np.stack(parts) for name, parts in lags.items()}
    return Result({name: parts.sum(axis=0) for name, parts in split.items()}, split)


def stretch(trajectory: Trajectory, start: int, stop: int) -> Trajectory:
    """Steps start..stop-1 of a run, as views."""
    values = {symbol: array[start:stop] for symbol, array in trajectory.values.items()}
    states = {name: array[start : stop + 1] for name, array in trajectory.states.items()}
    return replace(trajectory, values=values, states=states)


def kept(trajectory: Trajectory, plan: BackwardPlan, counter: Counter, lasting: int = 0) -> Window:
    """The values that the way back reads: those that are kept, and those that are made again from them.

    lasting: words that are kept beside them.
    """
    everything = trajectory.between(0, trajectory.steps, plan.kept)
    window = {symbol: everything[symbol] for symbol in plan.kept}
    counter.keep(window.values(), lasting)
    for node in plan.remade:
        assert node.expression is not None
        function = elementwise(node.expression)
        shape = (trajectory.steps, *trajectory.between(0, 1)[node.symbol].shape[1:])
        window[node.symbol] = counter.evaluate(function.function, [window[s] for s in function.reads], shape)
    return window


@dataclass(frozen=True, eq=False)
class Adjoints:
    """d loss / d net of all affine maps below one another at some steps, (all widths, steps, rows).

    rows, the last axis, are sequences, or pairs of loss step and sequence. spans: first row, and last row and one, of
    each map. start: the first of the steps.
    """

    array: Array
    spans: dict[sympy.Symbol, tuple[int, int]]
    start: int = 0

    def of(self, net: sympy.Symbol) -> Array:
        """Those of one map, (T, rows, width)."""
        start, stop = self.spans[net]
        return self.array[start:stop].transpose(1, 2, 0)


def whole(parts: Iterable[Adjoints]) -> Adjoints:
    """Those of all steps, from stretches that follow one another from the last to the first."""
    found = [replace(part, array=part.array.copy()) for part in parts]
    return Adjoints(np.concatenate([part.array for part in reversed(found)], axis=1), found[0].spans)


def backward(
    trajectory: Trajectory,
    plan: BackwardPlan,
    window: Window,
    errors: Array,
    counter: Counter,
    states: Window | None = None,
) -> Iterator[Adjoints]:
    """d loss / d net for every affine map, stretch by stretch from the last steps to the first, all in one array.

    errors: (T, rows, n); rows are sequences, or pairs of loss step and sequence.
    states: the error of every state after the last step, (rows, width), if it is to be carried on to the state before
    the first step, which it then holds; if not given, there is none, and the first step goes no further.
    """
    definition = trajectory.definition
    steps, rows, _ = errors.shape
    widths = {symbol: array.shape[2] for symbol, array in trajectory.between(0, 1).items()}
    nets = stack([n.symbol for n in definition.nodes if n.expression is None], widths, 1, rows)
    number = {symbol: k for k, symbol in enumerate(widths)}
    every = np.empty((nets.array.shape[1], min(steps, _TOGETHER), rows))
    slopes: dict[int, Array] = {}
    usual, first = (
        _ready(schedule(definition, plan, wanted), number, slopes, trajectory.weights, nets)
        for wanted in (True, states is not None)
    )
    places = [(number[net], *span) for net, span in nets.spans.items()]
    ends = [(number[s], number[New(s)]) for s in definition.states]
    output = number[New(definition.output)]
    adjoint: list[Array | None] = [None] * len(number)
    for s, array in (states or {}).items():
        adjoint[number[s]] = array.T
    for t in range(steps - 1, -1, -1):
        begin = t - t % _TOGETHER
        if t == steps - 1 or t - begin == _TOGETHER - 1:
            slopes |= _slopes(plan, window, widths, begin, t + 1, counter)
            found = every[:, : t + 1 - begin]
        carried, adjoint = adjoint, [None] * len(number)
        for old, new in ends:
            adjoint[new] = carried[old]
        after, here = adjoint[output], nets.array[0]
        entering = errors[t].T
        adjoint[output] = np.ascontiguousarray(entering) if after is None else after + entering
        room: list[Array | None] = [None] * len(number)
        for net, start, stop in places:
            room[net] = here[start:stop]
        for move in usual if t else first:
            move(t, adjoint, room, counter)
        for net, start, stop in places:
            if adjoint[net] is None:
                here[start:stop] = 0.0
        found[:, t - begin] = here
        if states is not None:
            for s in definition.states:
                if adjoint[number[s]] is None:
                    adjoint[number[s]] = np.zeros((widths[s], rows))
            if t == 0:
                states.update({s: adjoint[number[s]].T for s in definition.states})  # type: ignore[union-attr]
        if t == begin:
            yield Adjoints(found, nets.spans, begin)


Vectors = list[Array | None]  # by number: the error of each vector of a step, None where none has reached it
Walk = Callable[[int, Vectors, Vectors, Counter], None]  # what is done at step t; room: where errors of maps stand


def _ready(
    moves: tuple[Move, ...],
    number: dict[sympy.Symbol, int],
    slopes: dict[int, Array],
    weights: dict[str, Array],
    nets: Stack,
) -> list[Walk]:
    """The moves with their arrays at hand, vectors by number: what is repeated at every step looks nothing up."""
    ready = []
    for move in moves:
        if move.product is not None:
            ready.append(_through(move.product, number, stacked_weights(move.product, weights).T, nets))
        else:
            assert move.target is not None
            assert move.source is not None
            slope = weights[move.slope][:, None] if isinstance(move.slope, str) else None
            place = move.slope if isinstance(move.slope, int) else None
            ready.append(_along(number[move.target], number[move.source], slope, place, slopes))
    return ready


def _along(target: int, source: int, slope: Array | None, place: int | None, slopes: dict[int, Array]) -> Walk:
    """The error of `target` times a local derivative to `source`: a diagonal weight, or what stands at `place`."""

    def walk(t: int, adjoint: Vectors, room: Vectors, counter: Counter) -> None:
        above = adjoint[target]
        if above is None:
            return
        if place is not None:
            above = counter.times(
                above, slopes[place][t % _TOGETHER], room[source] if adjoint[source] is None else None
            )
        elif slope is not None:
            above = counter.times(above, slope)
        _arrive(source, above, adjoint, room)

    return walk


def _through(product: Product, number: dict[sympy.Symbol, int], matrix: Array, nets: Stack) -> Walk:
    """The errors of some maps through their matrices; at once if errors have reached all of these maps."""
    source, rows = number[product.source], nets.rows(*product.nets)[0]
    first = nets.spans[product.nets[0]][0]
    parts = [(number[net], matrix[:, nets.spans[net][0] - first : nets.spans[net][1] - first]) for net in product.nets]

    def walk(t: int, adjoint: Vectors, room: Vectors, counter: Counter) -> None:
        reached = [(adjoint[net], own) for net, own in parts if adjoint[net] is not None]
        if len(reached) == len(parts):
            reached = [(rows, matrix)]
        for error, own in reached:
            assert error is not None
            _arrive(source, counter.matmul(own, error), adjoint, room)

    return walk


def _arrive(source: int, part: Array, adjoint: Vectors, room: Vectors) -> None:
    """Adds to the error of a vector. That of an affine map stands in its room, which is kept."""
    before, place = adjoint[source], room[source]
    if before is not None:
        adjoint[source] = np.add(before, part, out=place)
    elif place is None or place is part:
        adjoint[source] = part
    else:
        place[...] = part
        adjoint[source] = place


def _slopes(
    plan: BackwardPlan, window: Window, widths: dict[sympy.Symbol, int], start: int, stop: int, counter: Counter
) -> dict[int, Array]:
    """The local derivatives of some steps, (steps, width, batch), by edge."""
    columns = {symbol: array[start:stop].swapaxes(1, 2) for symbol, array in window.items()}
    batch = next((array.shape[2] for array in columns.values()), 1)
    found = {}
    for place, back in enumerate(plan.edges):
        if back.entry is not None and back.entry != 1:
            function, long = elementwise(back.entry), (stop - start, widths[back.edge.target], batch)
            found[place] = counter.evaluate(function.function, [columns[s] for s in function.reads], long)
    return found


def contract(
    trajectory: Trajectory,
    plan: BackwardPlan,
    window: Window,
    stretches: Iterable[Adjoints],
    counter: Counter,
    biases: bool,
) -> dict[str, Array]:
    """The gradient: the outer products of a stretch of steps are one product, and stretch after stretch is added."""
    definition = trajectory.definition
    dense = [(net, term.source, str(term.matrix)) for net, term in plan.outer if term.kind != "diagonal"]
    products = joined(definition, dense)
    sums = [
        np.zeros((sum(len(trajectory.weights[m]) for m in p.matrices), window[p.source].shape[2])) for p in products
    ]
    rooms = [np.empty_like(part) for part in sums]
    total = {p.name: np.zeros_like(trajectory.weights[p.name]) for p in definition.parameters}
    for some in stretches:
        here = slice(some.start, some.start + some.array.shape[1])
        maps, steps, rows = some.array.shape
        flat = some.array.reshape(maps, steps * rows)
        for product, added, room in zip(products, sums, rooms, strict=True):
            first, last = some.spans[product.nets[0]][0], some.spans[product.nets[-1]][1]
            added += counter.matmul(flat[first:last], _rows(window[product.source][here]), room)
        for net, term in plan.outer:
            if term.kind == "diagonal":
                total[str(term.matrix)] += counter.times(some.of(net), window[term.source][here]).sum(axis=(0, 1))
        entries = flat.sum(axis=1)
        for node in definition.nodes:
            if node.bias:
                total[node.bias] += entries[slice(*some.spans[node.symbol])]
    for product, added in zip(products, sums, strict=True):
        parts = np.split(added, np.cumsum([len(trajectory.weights[m]) for m in product.matrices])[:-1])
        for matrix, part in zip(product.matrices, parts, strict=True):
            total[matrix] += part
    kinds = {p.name: p.kind for p in definition.parameters}
    return {n: g for n, g in total.items() if kinds[n] != "fixed" and (biases or kinds[n] != "bias")}


def _rows(vectors: Array) -> Array:
    """Vectors (T, batch, width) below one another, without turning those that lie as columns."""
    if vectors.strides[2] == vectors.itemsize:
        return vectors.reshape(-1, vectors.shape[2])
    return np.ascontiguousarray(vectors.transpose(2, 0, 1)).reshape(vectors.shape[2], -1).T


def reads(definition: Definition, settings: Settings) -> tuple[sympy.Symbol, ...]:
    """The names whose values the way back reads."""
    return backward_plan(definition, settings.truncated).kept


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """An edge is walked at every step back from the one at which an error first reaches it.

    So BPTT takes a polynomial in T as soon as T is large enough for errors to have reached everything; a shorter
    sequence takes more than that polynomial.
    """
    plan = backward_plan(definition)
    walked = counting.walked(definition, plan)
    valid_from = max([1, *(back.left_out for back, _ in walked)])
    given = sizes.get("T", valid_from)
    total = counting.forward(definition) + counting.slopes(definition, plan) + counting.outer(definition, plan)
    total *= STEPS
    for back, count in walked:
        total += count * (STEPS - back.left_out if given >= back.left_out else 0)
    macs, elementwise = sympy.expand(total.macs), sympy.expand(total.elementwise)
    if given < valid_from:
        macs, elementwise = (sympy.expand(e.xreplace({STEPS: sympy.Integer(given)})) for e in (macs, elementwise))
    memory, words = counting.stored(definition, plan)
    return Cost("bptt", macs, elementwise, memory, words, True, tuple(sizes.items()), valid_from)


BPTT = Algorithm(
    name="bptt",
    title="backpropagation through time, epochwise",
    exact=True,
    options=("by_lag", "truncated"),
    refusal=always,
    run=bptt,
    cost=cost,
    source="Werbos 1990; Williams & Zipser 1995",
    reads=reads,
)
