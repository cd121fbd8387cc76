"""The gradient of a loss in the weights of any cell, by BPTT or by RTRL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.calculus.edges import Truncation, check_truncation
from errorflow.definition import Definition
from errorflow.learning.bptt import bptt
from errorflow.learning.operations import Counter
from errorflow.learning.rtrl import rtrl
from errorflow.numeric.arrays import Array, checked
from errorflow.numeric.compile import compiled
from errorflow.numeric.forward import Trajectory, run

Loss = Callable[[Array], tuple[float, Any]]

_ALGORITHMS = {"bptt": bptt, "rtrl": rtrl}


@dataclass(frozen=True, eq=False)
class Gradient:
    """d loss / d weights, summed over the batch.

    value: the loss, None if only its derivative was given. weights: name -> array of the weight's shape.
    by_lag: name -> (T, *shape), what the losses of all steps t receive through the weights as used at step t - q, for
        q = 0..T-1; the sum over q is the gradient. None unless asked.
    macs: multiply-adds that the run took, forward pass included. elementwise: products entry by entry; None unless
        asked.
    """

    algorithm: str
    value: float | None
    weights: dict[str, Array]
    by_lag: dict[str, Array] | None
    macs: int
    elementwise: int | None


def gradient(
    definition: Definition,
    weights: Mapping[str, Any],
    inputs: Any,
    loss: Loss | Any,
    *,
    algorithm: str = "bptt",
    state: Any = None,
    by_lag: bool = False,
    truncated: Truncation = False,
    biases: bool = True,
    count: bool = False,
) -> Gradient:
    """The gradient of a loss of the cell's output.

    loss: d loss / d output as an array, (batch, T, n) for a loss at every step or (batch, n) for one at the last step
        (without batch for a single sequence); or a function of the output that returns (value, derivative).
    algorithm: "bptt" or "rtrl"; they compute the same number. by_lag: also split it by lag (T times the work).
    truncated: delete the cut edges, as the 1997 algorithm does; a set of labels only those into these maps.
    biases: whether biases are learned. count: also count products entry by entry.

    Raises: KeyError for an unknown algorithm, ValueError for a loss that does not fit, TypeError for a function that
    returns no pair; else as `errorflow.numeric.run`.
    """
    if algorithm not in _ALGORITHMS:
        raise KeyError(f"algorithm must be one of {', '.join(_ALGORITHMS)}, got {algorithm!r}")
    trajectory = run(definition, weights, inputs, state)
    if trajectory.steps == 0:
        raise ValueError("inputs must have at least one step for a gradient, got T = 0")
    value, errors = _errors(trajectory, loss)
    counter = Counter(count_elementwise=count)
    _count_forward(trajectory, counter)
    check_truncation(definition, truncated)
    cut = truncated if isinstance(truncated, bool) else frozenset(truncated)
    total, lags = _ALGORITHMS[algorithm](trajectory, errors, counter, by_lag, cut, biases)
    return Gradient(algorithm, value, total, lags, counter.macs, counter.elementwise if count else None)


def _errors(trajectory: Trajectory, loss: Any) -> tuple[float | None, Array]:
    """(value, d loss / d output as (T, batch, n))."""
    value = None
    if callable(loss):
        returned = loss(trajectory.output())
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise TypeError(f"loss must return its value and its derivative as a pair, got {type(returned).__name__}")
        value, loss = returned
    errors = checked("the derivative of the loss", loss)
    shape = trajectory.output().shape
    if errors.shape == (*shape[:-2], shape[-1]) and errors.shape != shape:
        last = np.zeros(shape)
        last[..., -1, :] = errors
        errors = last
    if errors.shape != shape:
        raise ValueError(
            f"the derivative of the loss must have shape {shape} (every step) or {(*shape[:-2], shape[-1])} (last"
            f" step), got {errors.shape}"
        )
    return (None if value is None else float(value)), (errors[:, None] if trajectory.single else errors.swapaxes(0, 1))


def _count_forward(trajectory: Trajectory, counter: Counter) -> None:
    """Counts the forward pass; elementwise products by repeating them on the stored values."""
    window = trajectory.between(0, trajectory.steps)
    for node, function in compiled(trajectory.definition).nodes:
        if function is not None and counter.count_elementwise:
            counter.evaluate(function.function, [window[s] for s in function.reads], window[node.symbol].shape)
        for term in node.terms:
            weight, source = trajectory.weights[str(term.matrix)], window[term.source]
            if weight.ndim == 1:
                counter.elementwise += source.size if counter.count_elementwise else 0
            else:
                counter.macs += source.size * weight.shape[0]
