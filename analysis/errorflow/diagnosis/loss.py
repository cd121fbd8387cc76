"""The actual error by lag, beside the worst case: how far the read-out's own error reaches, and in what direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.diagnosis.decay import middle_of
from errorflow.learning import gradient
from errorflow.learning.readout import Head, check_targets, losses_and_errors
from errorflow.numeric.arrays import Array
from errorflow.numeric.carried_errors import (
    Errors,
    carried_back,
    flows_at,
    joined,
    log2_lengths,
)
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.scaled import Integers

MOST_SEQUENCES = 8  # whose singular directions are worked out
FURTHEST = 1024  # lags to which singular directions are followed
MOST_STEPS_BY_LAG = 128  # the gradient by lag takes T^2 errors
_ENTRIES = 2**24  # of these errors at most, of one vector
_DISTINCT = 1e-6  # the leading singular value must exceed the next by this share to have a direction of its own


@dataclass(frozen=True, eq=False)
class LossFlow:
    """The error of the read-out carried back along each sequence.

    Attributes
    ----------
    loss : str
        Its name.
    every_step : bool
        Whether there is a loss at every step, whose sum is meant, or one at the last step alone.
    values : array, (batch,)
        The loss of each sequence.
    lags : array of int, (Q + 1,)
        0..Q.
    log2_error : array, (batch, Q + 1)
        log2 of |delta_(T-q)|, delta_t = d loss / d state_t over the joint state: the errors of all losses from step
        t on, carried back to it.
    log2_last : array, (batch, Q + 1)
        log2 of the length of the part that comes from the last step's loss.
    share_of_last : array, (batch, Q + 1)
        <that part, delta> / |delta|^2; with the share of the other losses it sums to 1; nan without error.
    worst : array, (batch, Q + 1), or None
        log2 of |d last loss / d state_T| times the norm of the flow, which log2_last never exceeds. None where that
        loss reads more than the last state, as it does through the layers of a bidirectional network.
    aligned_lags : array of int, (lags,)
        The lags of `alignment`.
    alignment : array, (sequences, lags)
        |cosine| between delta_(T-q) and the direction over the state at T - q in which the flow reads most, its
        leading right singular vector; nan where two directions lead or there is no error.
    gradient_by_lag : dict of str to array
        Weight -> log2 Frobenius norm of what the gradient, summed over sequences and losses, receives from the
        weight as used q steps before the loss, q = 0, 1, ... up to 127 at most, or 63 where there are losses
        at more steps than 128.
    layer : int or 'joint'
        In which layer the error was followed, or in all of them as one.
    direction : str
        "forward" or "reverse".
    """

    loss: str
    every_step: bool
    values: Array
    lags: Integers
    log2_error: Array
    log2_last: Array
    share_of_last: Array
    worst: Array | None
    aligned_lags: Integers
    alignment: Array
    gradient_by_lag: dict[str, Array]
    layer: int | str = "joint"
    direction: str = "forward"

    def _repr_html_(self) -> str:
        last, error, part = int(self.lags[-1]), middle_of(self.log2_error), middle_of(self.log2_last)
        head = "<tr><th>lag</th><th>log<sub>2</sub> error</th><th>of the last loss</th></tr>"
        shown = sorted({0, last, *(2**k for k in range(last.bit_length()) if 2**k < last)})
        rows = [f"<tr><td>{q}</td><td>{error[q]:z.3f}</td><td>{part[q]:z.3f}</td></tr>" for q in shown]
        return f"<table>{head}{''.join(rows)}</table>"

    def json(self) -> dict[str, Any]:
        """As data, medians over sequences.

        Returns
        -------
        dict
        """
        of = {} if self.layer == "joint" else {"layer": self.layer, "direction": self.direction}
        worst = {} if self.worst is None else {"log2_worst": middle_of(self.worst)}
        return of | {
            "loss": self.loss,
            "at": "every step" if self.every_step else "last step",
            "mean_value": float(self.values.mean()),
            "sequences": len(self.values),
            "lags": self.lags,
            "log2_error": middle_of(self.log2_error),
            "log2_error_quartiles": [middle_of(self.log2_error, q) for q in (0.25, 0.75)],
            "log2_error_of_last": middle_of(self.log2_last),
            "share_of_last": median_of(self.share_of_last),
            **worst,
            "alignment": {"lags": self.aligned_lags, "median": median_of(self.alignment)},
            "gradient_log2_norm_by_lag": self.gradient_by_lag,
        }


def loss_flow(
    run: Trajectory,
    head: Head,
    loss: str,
    targets: Any,
    log2_norm: Array,
    *,
    tell: Callable[[str], None] = lambda text: None,
) -> LossFlow:
    """The read-out's error along a run. log2_norm (batch, Q + 1): of the flow, whose lags are taken.

    Raises: ValueError or TypeError for targets or a head that do not fit.
    """
    wanted = check_targets(loss, targets, run.batch, len(head.bias), run.steps)
    output = run.definition.output.name
    values, delta = losses_and_errors(head, loss, wanted, run.states[output][min(1, run.steps) :])
    every, lags = len(delta) > 1, log2_norm.shape[1] - 1
    lengths = np.empty((2, run.batch, lags + 1))
    share = np.ones((run.batch, lags + 1))
    for q, errors in enumerate(_carried(run, delta, lags)):
        if q % 1000 == 999:
            tell(f"lag {q + 1} of {lags}")
        found = log2_lengths(errors)
        lengths[:, :, q] = found[:, 0], found[:, -1]
        whole, last = (joined(errors)[:, :, k] for k in (0, -1))
        with np.errstate(invalid="ignore", over="ignore"):
            share[:, q] = np.einsum("bn,bn->b", whole, last) * np.exp2(found[:, -1] - found[:, 0])
    at = np.unique([0, *(2**k for k in range(lags.bit_length())), lags])
    at = at[at <= min(lags, FURTHEST)]
    few = min(run.batch, MOST_SEQUENCES)
    return LossFlow(
        loss=loss,
        every_step=every,
        values=values.sum(axis=0),
        lags=np.arange(lags + 1),
        log2_error=lengths[0],
        log2_last=lengths[1],
        share_of_last=np.where(np.isfinite(lengths[0]) & np.isfinite(share), share, np.nan),
        worst=lengths[1, :, :1] + log2_norm,
        aligned_lags=at,
        alignment=_alignment(run.sequences(0, few), delta[:, :few], at),
        gradient_by_lag=_gradient_by_lag(run, delta),
    )


def _carried(run: Trajectory, delta: Array, lags: int) -> Iterator[Errors]:
    """The errors by lag: of all losses in the first column, in the last one that of the loss at the last step.

    delta: (T, batch, n), d loss / d output at every step, or (1, batch, n) at the last one.
    """
    output = run.definition.output.name
    if len(delta) == 1:
        return carried_back(run, {output: delta[0, :, :, None]}, lags)

    def entering(t: int) -> dict[str, Array]:
        error = delta[t - 1] if t else np.zeros_like(delta[0])  # no loss is of the state before the first step
        return {output: np.stack([error, np.zeros_like(error)], axis=2)}

    return carried_back(run, {output: np.repeat(delta[-1, :, :, None], 2, axis=2)}, lags, entering=entering)


def _alignment(run: Trajectory, delta: Array, at: Integers) -> Array:
    """|cosine| at these lags, (batch, len(at)). delta: as in `_carried`."""
    found = np.full((run.batch, len(at)), np.nan)
    flows = flows_at(run, at.tolist())
    for q, error in enumerate(_carried(run, delta, int(at[-1]))):
        if q not in at:
            continue
        found[:, np.searchsorted(at, q)] = cosines(next(flows)[1], joined(error)[:, :, 0], log2_lengths(error)[:, 0])
    return found


def cosines(flow: Array, error: Array, log2_length: Array) -> Array:
    """|cosine| between errors (batch, N) of length one and the leading left singular vector of Phi^T (batch, N, N)."""
    left, size, _ = np.linalg.svd(flow)
    cosine = np.abs(np.einsum("bn,bn->b", left[:, :, 0], error))
    single = size[:, 0] > (1 + _DISTINCT) * (size[:, 1] if size.shape[1] > 1 else 0.0)
    single &= np.isfinite(log2_length)
    return np.asarray(np.where(single, np.minimum(cosine, 1.0), np.nan))


def _gradient_by_lag(run: Trajectory, delta: Array) -> dict[str, Array]:
    """The gradient by lag, as far as it is affordable.

    Of a loss at the last step, that takes the last steps alone. Of losses at every step of a long run, BPTT(2 L; L) has
    every lag up to L of all of them.
    """
    fits = int(np.sqrt(_ENTRIES // (run.batch * max(block.shape[2] for block in run.states.values()))))
    window = lags = min(run.steps, MOST_STEPS_BY_LAG, max(fits, 1))
    every = len(delta) > 1 and lags < run.steps
    if every:
        lags //= 2
    if not lags:
        return {}
    first = 0 if every else run.steps - lags
    options: dict[str, Any] = {"algorithm": "tbptt", "horizon": window, "every": lags} if every else {}
    inputs = {x.name: run.values[x][first:].swapaxes(0, 1) for x in run.definition.inputs}
    given = next(iter(inputs.values())) if len(inputs) == 1 else inputs
    start = {name: block[first] for name, block in run.states.items()}
    errors = delta[0] if len(delta) == 1 else delta.swapaxes(0, 1)
    found = gradient(
        run.definition,
        run.weights,
        given if inputs else run.steps - first,
        errors,
        state=start,
        by_lag=True,
        **options,
    )
    assert found.by_lag is not None
    with np.errstate(divide="ignore"):
        return {
            name: np.log2(np.linalg.norm(parts[:lags].reshape(lags, -1), axis=1))
            for name, parts in found.by_lag.items()
        }


def median_of(values: Array) -> Array:
    """The median over sequences that have a value, nan where there is none."""
    middle = np.full(values.shape[1], np.nan)
    there = np.isfinite(values).any(axis=0)
    middle[there] = np.nanmedian(values[:, there], axis=0)
    return middle


__all__ = ["LossFlow", "loss_flow"]
