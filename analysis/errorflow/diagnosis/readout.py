"""The error that the read-out itself sends back: what a linear head and a loss make of the outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.numeric.arrays import Array, checked

LOSSES = ("cross-entropy", "squared")


@dataclass(frozen=True, eq=False)
class Head:
    """A linear read-out y = weight h + bias. weight (k, n), bias (k,)."""

    weight: Array
    bias: Array

    def __post_init__(self) -> None:
        if self.weight.ndim != 2 or self.bias.shape != self.weight.shape[:1]:
            raise ValueError(
                f"a head must have weight (k, n) and bias (k,), got {self.weight.shape} and {self.bias.shape}"
            )


def as_head(head: Any) -> Head:
    """The read-out given as an object with `weight` and `bias`, a pair of them, or a mapping that holds them."""
    if isinstance(head, Head):
        return head
    if isinstance(head, Mapping):
        weight, bias = head.get("weight"), head.get("bias")
    elif isinstance(head, tuple) and len(head) == 2:
        weight, bias = head
    else:
        weight, bias = getattr(head, "weight", None), getattr(head, "bias", None)
    if weight is None:
        raise TypeError(f"head must be a pair (weight, bias), got {type(head).__name__}")
    matrix = checked("the weight of the head", weight)
    return Head(matrix, np.zeros(matrix.shape[:1]) if bias is None else checked("the bias of the head", bias))


def check_targets(loss: str, targets: Any, sequences: int, outputs: int, steps: int = 1) -> Array:
    """The targets of `sequences` sequences of `steps` steps for a head with this many outputs k.

    Of a loss at the last step (batch,), or (batch, k) if it is squared; of a loss at every step (batch, T) or
    (batch, T, k). For one sequence the batch axis may be left out of the latter, for k = 1 the last one.

    Raises: ValueError or TypeError for an unknown loss, or targets of another shape or kind.
    """
    if loss not in LOSSES:
        raise ValueError(f"loss must be {' or '.join(LOSSES)}, got {loss!r}")
    if targets is None:
        raise ValueError(f"targets must be given for a {loss} loss: one for each sequence, or for each step of each")
    if loss == "cross-entropy" and outputs < 2:
        raise ValueError("loss must be squared for a head with one output: cross-entropy needs two classes or more")
    array = checked("targets", targets)
    values = (outputs,) if loss == "squared" else ()
    last, every = (sequences, *values), (sequences, steps, *values)
    for wanted in (last, every):
        if array.shape in _written(wanted, wanted is every, sequences, values):
            array = array.reshape(wanted)
            return _classes(array, outputs) if loss == "cross-entropy" else array
    what = "have" if loss == "squared" else f"be {sequences} whole numbers, a class for each sequence, or have"
    raise ValueError(
        f"targets must {what} shape {last} for a loss at the last step, {every} for one at every step,"
        f" got {array.shape}"
    )


def _written(shape: tuple[int, ...], every: bool, sequences: int, values: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The shapes in which targets of this shape may be given."""
    for whole in (shape, shape[1:]) if every and sequences == 1 else (shape,):
        yield whole
        if values == (1,):
            yield whole[:-1]


def _classes(array: Array, outputs: int) -> Array:
    if (array != np.floor(array)).any():
        raise ValueError(f"targets must be whole numbers, classes, got {array[array != np.floor(array)][0]:g}")
    if array.min() < 0 or array.max() >= outputs:
        wrong = array[(array < 0) | (array >= outputs)][0]
        raise ValueError(f"targets must be classes from 0 to {outputs - 1}, got {wrong:g}")
    return array


def at_every_step(loss: str, targets: Array) -> bool:
    """Whether these targets, as checked, are of a loss at every step."""
    return targets.ndim > (2 if loss == "squared" else 1)


def losses_and_errors(head: Head, loss: str, targets: Array, outputs: Array) -> tuple[Array, Array]:
    """The loss of each sequence and step, (S, batch), and its derivative in the output, (S, batch, n).

    targets: as checked. outputs (T, batch, n): S is T where there is a loss at every step, else 1.
    """
    if not at_every_step(loss, targets):
        value, error = loss_and_error(head, loss, targets, outputs[-1])
        return value[None], error[None]
    by_step = targets.swapaxes(0, 1)
    value, error = loss_and_error(
        head, loss, by_step.reshape(-1, *by_step.shape[2:]), outputs.reshape(-1, outputs.shape[2])
    )
    return value.reshape(outputs.shape[:2]), error.reshape(outputs.shape)


def loss_and_error(head: Head, loss: str, targets: Array, last: Array) -> tuple[Array, Array]:
    """The loss of each sequence, (batch,), and its derivative in the last output, (batch, n).

    targets: as checked. last (batch, n): the output after the last step. "squared" is the sum of (y - target)^2;
    "cross-entropy" is -log of the softmax at the target, in nats.
    """
    if last.shape[1] != head.weight.shape[1]:
        raise ValueError(f"the head must read {last.shape[1]} units, got weight of shape {head.weight.shape}")
    y = last @ head.weight.T + head.bias
    if loss == "squared":
        return np.square(y - targets).sum(axis=1), 2 * (y - targets) @ head.weight
    shifted = y - y.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    chosen = targets.astype(np.int64)
    probability = np.exp(shifted - log_sum)
    rows = np.arange(len(y))
    value = (log_sum - shifted)[rows, chosen]
    # 1 - p of the target as the sum of the others: the difference cancels where the network is sure.
    probability[rows, chosen] = 0.0
    probability[rows, chosen] = -probability.sum(axis=1)
    return value, probability @ head.weight
