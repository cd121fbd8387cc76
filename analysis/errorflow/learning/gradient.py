"""The gradient of a loss in the weights of any cell, by any learning algorithm that is defined for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from errorflow.calculus.edges import check_truncation
from errorflow.definition import Definition
from errorflow.learning import table
from errorflow.learning.algorithm import Settings
from errorflow.learning.feedback import feedback_matrix
from errorflow.learning.operations import Counter
from errorflow.numeric.arrays import Array, checked
from errorflow.numeric.compile import compiled
from errorflow.numeric.forward import Trajectory, run

Loss = Callable[[Array], tuple[float, Any]]


@dataclass(frozen=True, eq=False)
class Gradient:
    """d loss / d weights, summed over the batch, and what the run took.

    Attributes
    ----------
    algorithm : str
        By which it was computed.
    value : float or None
        The loss, None if only its derivative was given.
    weights : mapping of str to array_like
        Name -> array of the weight's shape.
    by_lag : dict of str to array, (T, ...), or None
        What the losses of all steps t receive through the weights as used at step t - q, for q = 0..T-1; the sum
        over q is the gradient. None unless asked.
    macs : int
        Multiply-adds that the run took, forward pass included.
    elementwise : int or None
        Products entry by entry, None unless asked.
    words : int or None
        What was kept beyond weights and gradient, for all sequences, None unless asked.
    """

    algorithm: str
    value: float | None
    weights: dict[str, Array]
    by_lag: dict[str, Array] | None
    macs: int
    elementwise: int | None
    words: int | None = None


def gradient(
    definition: Definition,
    weights: Mapping[str, Any],
    inputs: Any,
    loss: Loss | Any,
    *,
    algorithm: str = "bptt",
    state: Any = None,
    biases: bool = True,
    count: bool = False,
    **options: Any,
) -> Gradient:
    """The gradient of a loss of the cell's output in its weights, by any algorithm that is defined for the cell.

    Parameters
    ----------
    definition : Definition
        Of the cell.
    weights : mapping of str to array_like
        Shapes as in `definition.parameters`.
    inputs : array_like, (batch, T, m) or (T, m)
    loss : array_like, (batch, T, n) or (batch, n), or callable
        d loss / d output as an array, (batch, T, n) for a loss at every step or (batch, n) for one at the last step
        (without batch for a single sequence); or a function of the output that returns (value, derivative).
    algorithm : str, default 'bptt'
        A name of `errorflow.learning.ALGORITHMS`; those that are exact compute the same number.
    state : mapping of str to array_like, (n,) or (batch, n), optional
        Initial state by block, zero where absent.
    biases : bool, default True
        Whether biases are learned.
    count : bool, default False
        Whether products entry by entry and words kept are counted too.
    **options : object
        What the algorithm takes, as its `options` tell. by_lag: also split the gradient by lag (T times the work).
        truncated: delete the cut edges, as the 1997 algorithm does; a set of labels only those into these maps.
        horizon, every: h and h' of BPTT(h; h'). block: steps in a block of the 1992 hybrid. rng:
        numpy.random.Generator for random signs. feedback: a matrix (n, k) by which the errors of a read-out of k
        units reach the cell; the derivative given is then that in the read-out, k wide. schedule: "same_step", or
        "next_step" if the loss of a step reads the output of the step before, as in appendix A.1 of the 1997 paper;
        a function is then given these outputs.

    Returns
    -------
    Gradient

    Raises
    ------
    KeyError
        For an unknown algorithm.
    TypeError
        For an unknown option, and for a function that returns no pair.
    ValueError
        For an option of another algorithm, an algorithm that is not defined for the cell, a loss or arrays that do
        not fit, and no step.
    ArithmeticError
        When the forward pass overflows.
    """
    chosen = table.algorithm(algorithm)
    table.check_defined(chosen, definition)
    known = {field.name for field in fields(Settings)}
    asked = {k: value for k, value in options.items() if k not in known or (value is not None and value is not False)}
    table.check_options(asked, [chosen])
    truncated = asked.get("truncated", False)
    check_truncation(definition, truncated)
    cut = truncated if isinstance(truncated, bool) else frozenset(truncated)
    settings = Settings(**asked | {"truncated": cut, "biases": biases})
    # Counting products entry by entry repeats the forward pass on its values, so all are kept for that.
    inner = True if count or chosen.reads is None else chosen.reads(definition, settings)
    trajectory = run(definition, weights, inputs, state, inner=inner, columns=True)
    if trajectory.steps == 0:
        raise ValueError("inputs must have at least one step for a gradient, got T = 0")
    value, errors = _errors(trajectory, loss, settings)
    counter = Counter(count_elementwise=count)
    _count_forward(trajectory, counter)
    found = chosen.run(trajectory, errors, counter, settings)
    counted = (counter.elementwise, counter.words) if count else (None, None)
    return Gradient(algorithm, value, found.weights, found.by_lag, counter.macs, *counted)


def _errors(trajectory: Trajectory, loss: Any, settings: Settings) -> tuple[float | None, Array]:
    """(value, d loss / d output as (T, batch, n)), or as (T, batch, k) for what feedback takes."""
    value = None
    output = _read(trajectory, settings)
    matrix = feedback_matrix(settings, output.shape[-1])
    if callable(loss):
        returned = loss(output.copy())  # which may work in place, and the run is still needed
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise TypeError(f"loss must return its value and its derivative as a pair, got {type(returned).__name__}")
        value, loss = None if returned[0] is None else _value(returned[0]), returned[1]
    errors = checked("the derivative of the loss", loss, own=False)
    shape = output.shape if matrix is None else (*output.shape[:-1], matrix.shape[1])
    if errors.shape == (*shape[:-2], shape[-1]) and errors.shape != shape:
        last = np.zeros(shape)
        last[..., -1, :] = errors
        errors = last
    if errors.shape != shape:
        raise ValueError(
            f"the derivative of the loss must have shape {shape} (every step) or {(*shape[:-2], shape[-1])} (last"
            f" step), got {errors.shape}"
        )
    return value, (errors[:, None] if trajectory.single else errors.swapaxes(0, 1))


def _value(given: Any) -> float:
    """What the loss is, as a number. Raises: TypeError or ValueError if it is none."""
    value = checked("the value of the loss", given)
    if value.size != 1:
        raise ValueError(f"the value of the loss must be one number, got shape {value.shape}; sum it over the batch")
    return float(value.item())


def _read(trajectory: Trajectory, settings: Settings) -> Array:
    """What the loss of each step reads, (batch, T, n); without the batch axis for a single sequence."""
    if settings.schedule in (None, "same_step"):
        return trajectory.output()
    if settings.schedule != "next_step":
        raise ValueError(f"schedule must be 'same_step' or 'next_step', got {settings.schedule!r}")
    earlier = trajectory.states[trajectory.definition.output.name][:-1].transpose(1, 0, 2)
    return earlier[0] if trajectory.single else earlier


def _count_forward(trajectory: Trajectory, counter: Counter) -> None:
    """Counts the forward pass; elementwise products by repeating them on the stored values."""
    vectors = trajectory.steps * trajectory.batch
    window = trajectory.between(0, trajectory.steps) if counter.count_elementwise else {}
    for node, function in compiled(trajectory.definition).nodes:
        if function is not None and window:
            counter.evaluate(function.function, [window[s] for s in function.reads], window[node.symbol].shape)
        for term in node.terms:
            weight = trajectory.weights[str(term.matrix)]
            if weight.ndim == 1:
                counter.products(vectors * weight.size)
            else:
                counter.macs += vectors * weight.size
