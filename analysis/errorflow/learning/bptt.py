"""Backpropagation through time for any cell, from the plan of its graph."""

from __future__ import annotations

import numpy as np
import sympy

from errorflow.definition import New
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BackwardPlan, Cut, backward_plan
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory

Result = tuple[dict[str, Array], dict[str, Array] | None]


def bptt(trajectory: Trajectory, errors: Array, counter: Counter, by_lag: bool, truncated: Cut, biases: bool) -> Result:
    """The gradient by one backward pass; with by_lag, one pass in which the errors of all steps stay apart.

    errors: (T, batch, n), d loss / d output.

    Source: Werbos 1990; Williams & Zipser 1995 (epochwise BPTT).
    """
    plan = backward_plan(trajectory.definition, truncated)
    steps, batch, width = errors.shape
    if not by_lag:
        adjoints = _backward(trajectory, plan, errors, counter)
        return _contract(trajectory, plan, adjoints, counter, biases), None
    apart = np.zeros((steps, steps, batch, width))
    apart[np.arange(steps), np.arange(steps)] = errors
    adjoints = _backward(trajectory, plan, apart.reshape(steps, steps * batch, width), counter)
    lags: dict[str, list[Array]] = {}
    for q in range(steps):
        at_lag = {}
        for net, stacked in adjoints.items():
            pairs = stacked.reshape(steps, steps, batch, -1)
            shifted = np.zeros((steps, batch, pairs.shape[-1]))
            shifted[: steps - q] = pairs[np.arange(steps - q), np.arange(q, steps)]
            at_lag[net] = shifted
        for name, part in _contract(trajectory, plan, at_lag, counter, biases).items():
            lags.setdefault(name, []).append(part)
    split = {name: np.stack(parts) for name, parts in lags.items()}
    return {name: parts.sum(axis=0) for name, parts in split.items()}, split


def _backward(trajectory: Trajectory, plan: BackwardPlan, errors: Array, counter: Counter) -> dict[sympy.Symbol, Array]:
    """d loss / d net for every affine map, (T, rows, width); rows are sequences, or pairs of loss step and sequence."""
    definition = trajectory.definition
    steps, rows, _ = errors.shape
    window = trajectory.between(0, trajectory.steps)
    slopes: dict[int, Array] = {}
    for k, back in enumerate(plan.edges):
        if back.entry is not None and back.entry != 1:
            function = elementwise(back.entry)
            shape = window[back.edge.target].shape
            slopes[k] = counter.evaluate(function.function, [window[s] for s in function.reads], shape)
    copies = rows // trajectory.batch
    nets = {
        n.symbol: np.zeros((steps, rows, window[n.symbol].shape[-1])) for n in definition.nodes if n.expression is None
    }
    carried: dict[sympy.Symbol, Array] = {}
    for t in range(steps - 1, -1, -1):
        adjoint: dict[sympy.Symbol, Array] = {New(s): a for s, a in carried.items()}
        output = New(definition.output)
        adjoint[output] = adjoint[output] + errors[t] if output in adjoint else errors[t]
        for k, back in enumerate(plan.edges):
            source, target = back.edge.source, back.edge.target
            if target not in adjoint or (t == 0 and not back.first):
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
        carried = {s: adjoint[s] for s in definition.states if s in adjoint}
    return nets


def _contract(
    trajectory: Trajectory, plan: BackwardPlan, adjoints: dict[sympy.Symbol, Array], counter: Counter, biases: bool
) -> dict[str, Array]:
    """The gradient from the errors of the affine maps: one outer product for each step, all in one product."""
    window = trajectory.between(0, trajectory.steps)
    total = {p.name: np.zeros_like(trajectory.weights[p.name]) for p in trajectory.definition.parameters}
    for node in plan.remade:
        assert node.expression is not None
        function = elementwise(node.expression)
        shape = window[node.symbol].shape
        window[node.symbol] = counter.evaluate(function.function, [window[s] for s in function.reads], shape)
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
