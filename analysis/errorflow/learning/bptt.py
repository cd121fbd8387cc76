"""Backpropagation through time for any cell, from the plan of its graph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import sympy

from errorflow.definition import Definition, New
from errorflow.learning import counting
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes, always
from errorflow.learning.cost import STEPS, Cost
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BackwardPlan, backward_plan
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory

Window = dict[sympy.Symbol, Array]


def bptt(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The gradient by one backward pass; with by_lag, one pass in which the errors of all steps stay apart.

    errors: (T, batch, n), d loss / d output.
    """
    plan = backward_plan(trajectory.definition, settings.truncated)
    window = kept(trajectory, plan, counter)
    steps, batch, width = errors.shape
    biases = settings.biases
    if not settings.by_lag:
        adjoints = backward(trajectory, plan, window, errors, counter)
        return Result(contract(trajectory, plan, window, adjoints, counter, biases))
    apart = np.zeros((steps, steps, batch, width))
    apart[np.arange(steps), np.arange(steps)] = errors
    adjoints = backward(trajectory, plan, window, apart.reshape(steps, steps * batch, width), counter)
    lags: dict[str, list[Array]] = {}
    for q in range(steps):
        at_lag = {}
        for net, stacked in adjoints.items():
            pairs = stacked.reshape(steps, steps, batch, -1)
            shifted = np.zeros((steps, batch, pairs.shape[-1]))
            shifted[: steps - q] = pairs[np.arange(steps - q), np.arange(q, steps)]
            at_lag[net] = shifted
        for name, part in contract(trajectory, plan, window, at_lag, counter, biases).items():
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
    everything = trajectory.between(0, trajectory.steps)
    window = {symbol: everything[symbol] for symbol in plan.kept}
    counter.keep(window.values(), lasting)
    for node in plan.remade:
        assert node.expression is not None
        function = elementwise(node.expression)
        shape = everything[node.symbol].shape
        window[node.symbol] = counter.evaluate(function.function, [window[s] for s in function.reads], shape)
    return window


def backward(
    trajectory: Trajectory,
    plan: BackwardPlan,
    window: Window,
    errors: Array,
    counter: Counter,
    states: Window | None = None,
) -> Window:
    """d loss / d net for every affine map, (T, rows, width); rows are sequences, or pairs of loss step and sequence.

    states: the error of every state after the last step, (rows, width), if it is to be carried on to the state before
    the first step, which it then holds; if not given, there is none, and the first step goes no further.
    """
    definition = trajectory.definition
    steps, rows, _ = errors.shape
    widths = {symbol: array.shape[2] for symbol, array in trajectory.between(0, steps).items()}
    slopes: dict[int, Array] = {}
    for k, back in enumerate(plan.edges):
        if back.entry is not None and back.entry != 1:
            function = elementwise(back.entry)
            shape = (steps, trajectory.batch, widths[back.edge.target])
            slopes[k] = counter.evaluate(function.function, [window[s] for s in function.reads], shape)
    copies = rows // trajectory.batch
    nets = {n.symbol: np.zeros((steps, rows, widths[n.symbol])) for n in definition.nodes if n.expression is None}
    carried = dict(states or {})
    for t in range(steps - 1, -1, -1):
        adjoint: dict[sympy.Symbol, Array] = {New(s): a for s, a in carried.items()}
        output = New(definition.output)
        adjoint[output] = adjoint[output] + errors[t] if output in adjoint else errors[t]
        for k, back in enumerate(plan.edges):
            source, target = back.edge.source, back.edge.target
            if target not in adjoint or (t == 0 and states is None and not back.first):
                continue
            above = adjoint[target]
            if back.entry is None:
                weight = trajectory.weights[back.edge.factor.name]  # type: ignore[union-attr]
                part = counter.times(above, weight) if weight.ndim == 1 else counter.matmul(above, weight)
            elif k in slopes:
                slope = slopes[k][t] if copies == 1 else np.tile(slopes[k][t], (copies, 1))
                part = counter.times(above, slope)
            else:
                part = above
            adjoint[source] = adjoint[source] + part if source in adjoint else part
        for net, stored in nets.items():
            if net in adjoint:
                stored[t] = adjoint[net]
        if states is None:
            carried = {s: adjoint[s] for s in definition.states if s in adjoint}
        else:
            carried = {s: adjoint.get(s, np.zeros_like(states[s])) for s in definition.states}
    if states is not None:
        states.update(carried)
    return nets


def contract(
    trajectory: Trajectory, plan: BackwardPlan, window: Window, adjoints: Window, counter: Counter, biases: bool
) -> dict[str, Array]:
    """The gradient from the errors of the affine maps: one outer product for each step, all in one product."""
    total = {p.name: np.zeros_like(trajectory.weights[p.name]) for p in trajectory.definition.parameters}
    for net, term in plan.outer:
        error, source = adjoints[net], window[term.source]
        if term.kind == "diagonal":
            total[str(term.matrix)] += counter.times(error, source).sum(axis=(0, 1))
        else:
            flat = error.reshape(-1, error.shape[-1])
            total[str(term.matrix)] += counter.matmul(flat.T, source.reshape(-1, source.shape[-1]))
    for node in trajectory.definition.nodes:
        if node.bias and node.symbol in adjoints:
            total[node.bias] += adjoints[node.symbol].sum(axis=(0, 1))
    kinds = {p.name: p.kind for p in trajectory.definition.parameters}
    return {n: g for n, g in total.items() if kinds[n] != "fixed" and (biases or kinds[n] != "bias")}


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
)
