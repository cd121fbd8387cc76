"""The error that the read-out itself sends back: what a linear head and a loss make of the outputs.

Targets may be a masked array of NumPy: what is masked, such as steps that only fill a batch up, has no loss. With
`np.ma.masked_equal(targets, -100)` these are the steps that PyTorch leaves out by ignore_index=-100.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
        size = f" of {len(head)}" if isinstance(head, tuple) else ""
        raise TypeError(f"head must be a pair (weight, bias), got {type(head).__name__}{size}")
    matrix = checked("the weight of the head", weight)
    return Head(matrix, np.zeros(matrix.shape[:1]) if bias is None else checked("the bias of the head", bias))


def readout_loss(loss: str, targets: Any, head: Any = None) -> Callable[[Array], tuple[float, Array]]:
    """A loss of a linear read-out of the output, as `gradient` takes it: its value and its derivative in the output.

    The loss is summed over sequences, and over the steps that have one, as PyTorch does with reduction="sum".

    Parameters
    ----------
    loss : {'cross-entropy', 'squared'}
        "squared" is the sum of squares over the outputs.
    targets : array_like
        A class, (batch,), or the values wanted, (batch, k), of a loss at the last step; (batch, T) or (batch, T, k) of
        one at every step. What is masked in a masked array has no loss.
    head : Head or tuple of array_like, optional
        (weight, bias); if not given, the output itself is read.

    Returns
    -------
    callable
        Which raises ValueError or TypeError, when it meets the output, for targets or a head that do not fit it.

    Examples
    --------
    The second sequence is one step shorter, and -100 fills it up:

    >>> import numpy as np
    >>> import errorflow as ef
    >>> targets = np.ma.masked_equal([[0, 1], [1, -100]], -100)
    >>> cell, rng = ef.rnn(), np.random.default_rng(0)
    >>> weights = cell.random_weights(rng, n=2, m=1)
    >>> found = cell.gradient(weights, rng.normal(size=(2, 2, 1)), readout_loss("cross-entropy", targets))
    >>> found.weights["U"].shape
    (2, 1)
    """

    def of(output: Array) -> tuple[float, Array]:
        outputs = (output[None] if output.ndim == 2 else output).swapaxes(0, 1)
        steps, batch, n = outputs.shape
        read = Head(np.eye(n), np.zeros(n)) if head is None else as_head(head)
        values, errors = losses_and_errors(
            read, loss, check_targets(loss, targets, batch, len(read.bias), steps), outputs
        )
        found = errors.swapaxes(0, 1) if len(errors) == steps else errors[0]
        return float(values.sum()), found[0] if output.ndim == 2 else found

    return of


def check_targets(loss: str, targets: Any, sequences: int, outputs: int, steps: int = 1) -> Array:
    """The targets of `sequences` sequences of `steps` steps for a head with this many outputs k.

    Of a loss at the last step (batch,), or (batch, k) if it is squared; of a loss at every step (batch, T) or
    (batch, T, k). For one sequence the batch axis may be left out of the latter, for k = 1 the last one. What is masked
    in a masked array comes back as nan.

    Raises: ValueError or TypeError for an unknown loss, or targets of another shape or kind.
    """
    if loss not in LOSSES:
        raise ValueError(f"loss must be {' or '.join(LOSSES)}, got {loss!r}")
    if targets is None:
        raise ValueError(f"targets must be given for a {loss} loss: one for each sequence, or for each step of each")
    if loss == "cross-entropy" and outputs < 2:
        raise ValueError("loss must be squared for a head with one output: cross-entropy needs two classes or more")
    masked = np.ma.getmaskarray(targets) if isinstance(targets, np.ma.MaskedArray) else None
    if masked is not None and masked.all():
        raise ValueError("targets must be unmasked somewhere, or there is no loss; got all of them masked")
    array = checked("targets", targets if masked is None else np.where(masked, 0, np.ma.getdata(targets)))
    if masked is not None:
        array[masked] = np.nan
    values = (outputs,) if loss == "squared" else ()
    last, every = (sequences, *values), (sequences, steps, *values)
    for wanted in (last, every):
        if array.shape in _written(wanted, wanted is every, sequences, values):
            array = array.reshape(wanted)
            return _classes(array, outputs) if loss == "cross-entropy" else array
    count = f"{sequences} whole number{'s' * (sequences != 1)}"
    what = "have" if loss == "squared" else f"be {count}, a class for each sequence, or have"
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
    there = array[~np.isnan(array)]
    if (there != np.floor(there)).any():
        raise ValueError(f"targets must be whole numbers, classes, got {there[there != np.floor(there)][0]:g}")
    if there.min() < 0 or there.max() >= outputs:
        wrong = there[(there < 0) | (there >= outputs)][0]
        raise ValueError(
            f"targets must be classes from 0 to {outputs - 1}, got {wrong:g}; mask it if it stands for no target"
        )
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

    targets: as checked; nan has no loss. last (batch, n): the output after the last step. "squared" is the sum of
    (y - target)^2; "cross-entropy" is -log of the softmax at the target, in nats.
    """
    if last.shape[1] != head.weight.shape[1]:
        raise ValueError(f"the head must read {last.shape[1]} units, got weight of shape {head.weight.shape}")
    y = last @ head.weight.T + head.bias
    if loss == "squared":
        off = np.where(np.isnan(targets), 0.0, y - targets)
        return np.square(off).sum(axis=1), 2 * off @ head.weight
    shifted = y - y.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    without = np.isnan(targets)
    chosen = np.where(without, 0, targets).astype(np.int64)
    probability = np.exp(shifted - log_sum)
    rows = np.arange(len(y))
    value = (log_sum - shifted)[rows, chosen]
    # 1 - p of the target as the sum of the others: the difference cancels where the network is sure.
    probability[rows, chosen] = 0.0
    probability[rows, chosen] = -probability.sum(axis=1)
    value[without], probability[without] = 0.0, 0.0
    return value, probability @ head.weight
