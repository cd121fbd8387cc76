"""The actual error by lag, beside the worst case: how far the read-out's own error reaches, and in what direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.diagnosis.decay import middle_of
from errorflow.diagnosis.readout import Head, check_targets, loss_and_error
from errorflow.learning import gradient
from errorflow.numeric.arrays import Array
from errorflow.numeric.carried_errors import at_one_exponent, carried_back, joined, log2_lengths, unit_errors
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.scaled import Integers

MOST_SEQUENCES = 8  # whose singular directions are worked out
MOST_STEPS_BY_LAG = 128  # the gradient by lag takes T^2 errors
_DISTINCT = 1e-6  # the leading singular value must exceed the next by this share to have a direction of its own


@dataclass(frozen=True, eq=False)
class LossFlow:
    """The error of the read-out carried back along each sequence.

    loss: its name. values (batch,): the loss of each sequence. lags: 0..Q.
    log2_error (batch, Q + 1): log2 of |delta_(T-q)|, delta_t = d loss / d state_t over the joint state.
    worst (batch, Q + 1): log2 of |delta_T| times the norm of the flow, which |delta_(T-q)| never exceeds.
    aligned_lags, alignment (sequences, lags): |cosine| between delta_(T-q) and the direction over the state at T - q in
    which the flow reads most, its leading right singular vector; nan where two directions lead or there is no error.
    gradient_by_lag: weight -> log2 Frobenius norm of what the gradient, summed over sequences, receives from the
    weight as used q steps before the last, (T,); empty where there are too many steps.
    """

    loss: str
    values: Array
    lags: Integers
    log2_error: Array
    worst: Array
    aligned_lags: Integers
    alignment: Array
    gradient_by_lag: dict[str, Array]

    def json(self) -> dict[str, Any]:
        """As data, medians over sequences."""
        return {
            "loss": self.loss,
            "mean_value": float(self.values.mean()),
            "sequences": len(self.values),
            "lags": self.lags,
            "log2_error": middle_of(self.log2_error),
            "log2_error_quartiles": [middle_of(self.log2_error, q) for q in (0.25, 0.75)],
            "log2_worst": middle_of(self.worst),
            "alignment": {"lags": self.aligned_lags, "median": _median(self.alignment)},
            "gradient_log2_norm_by_lag": self.gradient_by_lag,
        }


def loss_flow(run: Trajectory, head: Head, loss: str, targets: Any, log2_norm: Array) -> LossFlow:
    """The read-out's error along a run. log2_norm (batch, Q + 1): of the flow, whose lags are taken.

    Raises: ValueError or TypeError for targets or a head that do not fit.
    """
    wanted = check_targets(loss, targets, run.batch, len(head.bias))
    output = run.definition.output.name
    last = run.states[output][-1]
    values, delta = loss_and_error(head, loss, wanted, last)
    lags = log2_norm.shape[1] - 1
    lengths = np.stack(
        [log2_lengths(errors)[:, 0] for errors in carried_back(run, {output: delta[:, :, None]}, lags)], axis=1
    )
    at = np.unique([0, *(2**k for k in range(lags.bit_length())), lags])
    at = at[at <= lags]
    few = min(run.batch, MOST_SEQUENCES)
    return LossFlow(
        loss=loss,
        values=values,
        lags=np.arange(lags + 1),
        log2_error=lengths,
        worst=lengths[:, :1] + log2_norm,
        aligned_lags=at,
        alignment=_alignment(run.sequences(0, few), {output: delta[:few, :, None]}, at),
        gradient_by_lag=_gradient_by_lag(run, delta) if 0 < run.steps <= MOST_STEPS_BY_LAG else {},
    )


def _alignment(run: Trajectory, delta: dict[str, Array], at: Integers) -> Array:
    """|cosine| at these lags, (batch, len(at))."""
    found = np.full((run.batch, len(at)), np.nan)
    errors = carried_back(run, delta, int(at[-1]))
    flows = carried_back(run, unit_errors(run), int(at[-1]))
    for q, (error, flow) in enumerate(zip(errors, flows, strict=True)):
        if q in at:
            left, size, _ = np.linalg.svd(at_one_exponent(flow)[0])
            cosine = np.abs(np.einsum("bn,bn->b", left[:, :, 0], joined(error)[:, :, 0]))
            single = size[:, 0] > (1 + _DISTINCT) * (size[:, 1] if size.shape[1] > 1 else 0.0)
            single &= np.isfinite(log2_lengths(error)[:, 0])
            found[:, np.searchsorted(at, q)] = np.where(single, np.minimum(cosine, 1.0), np.nan)
    return found


def _gradient_by_lag(run: Trajectory, delta: Array) -> dict[str, Array]:
    inputs = {x.name: run.values[x].swapaxes(0, 1) for x in run.definition.inputs}
    given = next(iter(inputs.values())) if len(inputs) == 1 else inputs
    start = {name: block[0] for name, block in run.states.items()}
    found = gradient(run.definition, run.weights, given, delta, state=start, by_lag=True)
    assert found.by_lag is not None
    with np.errstate(divide="ignore"):
        return {
            name: np.log2(np.linalg.norm(parts.reshape(len(parts), -1), axis=1)) for name, parts in found.by_lag.items()
        }


def _median(values: Array) -> Array:
    """The median over sequences that have a value, nan where there is none."""
    middle = np.full(values.shape[1], np.nan)
    there = np.isfinite(values).any(axis=0)
    middle[there] = np.nanmedian(values[:, there], axis=0)
    return middle


__all__ = ["LossFlow", "loss_flow"]
