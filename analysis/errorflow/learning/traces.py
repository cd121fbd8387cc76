"""Gradients by traces: forward for what a state remembers, one step of backpropagation for what it shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy

from errorflow.calculus.words import Matrix
from errorflow.definition import New, Node
from errorflow.learning.algorithm import Result, Settings
from errorflow.learning.operations import Counter
from errorflow.learning.trace_forward import carried_forward
from errorflow.learning.trace_plan import TracePlan
from errorflow.learning.trace_values import Window, rows_of
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory


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
    copies = steps if settings.by_lag else 1
    for trace, part in carried_forward(plan, trajectory, arriving, window, counter, copies, set(lags)).items():
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


def _summed(seen: list[tuple[int, sympy.Symbol, Array]]) -> list[tuple[int, sympy.Symbol, Array]]:
    """One error for each state: what it receives from the losses of this step and of later ones."""
    total: dict[sympy.Symbol, Array] = {}
    for _, state, error in seen:  # those of this step first, which are the longest
        whole = total.setdefault(state, np.zeros_like(error))
        whole[: len(error)] += error
    return [(0, state, whole) for state, whole in total.items()]
