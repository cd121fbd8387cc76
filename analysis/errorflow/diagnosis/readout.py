"""The error that the read-out itself sends back: what a linear head and a loss make of the last output."""

from __future__ import annotations

from collections.abc import Mapping
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


def check_targets(loss: str, targets: Any, sequences: int, outputs: int) -> Array:
    """The targets of `sequences` sequences for a head with this many outputs.

    Raises: ValueError or TypeError for an unknown loss, or targets of another shape or kind.
    """
    if loss not in LOSSES:
        raise ValueError(f"loss must be {' or '.join(LOSSES)}, got {loss!r}")
    if targets is None:
        raise ValueError(f"targets must be given for a {loss} loss: one for each sequence")
    array = checked("targets", targets)
    if loss == "squared":
        if array.shape == (sequences,) and outputs == 1:
            array = array[:, None]
        if array.shape != (sequences, outputs):
            raise ValueError(f"targets must have shape ({sequences}, {outputs}), got {array.shape}")
        return array
    if outputs < 2:
        raise ValueError("loss must be squared for a head with one output: cross-entropy needs two classes or more")
    if array.shape != (sequences,) or (array != np.floor(array)).any():
        raise ValueError(f"targets must be {sequences} whole numbers, a class for each sequence, got {array.shape}")
    if array.min() < 0 or array.max() >= outputs:
        wrong = array[(array < 0) | (array >= outputs)][0]
        raise ValueError(f"targets must be classes from 0 to {outputs - 1}, got {wrong:g}")
    return array


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
