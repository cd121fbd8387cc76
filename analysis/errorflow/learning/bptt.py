"""Backpropagation through time for any cell, from the plan of its graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import sympy

from errorflow.definition import Definition
from errorflow.learning import counting
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes, always
from errorflow.learning.backward import Adjoints, backward, whole
from errorflow.learning.cost import STEPS, Cost
from errorflow.learning.local import Window
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BackwardPlan, backward_plan
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.fusion import joined


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
