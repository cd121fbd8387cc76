"""The error of a loss through bidirectional layers: back in time in one direction, forward in time in the other.

Together the two directions are no recurrence, but the error of a loss passes them all the same. From the top layer
down: the error at the output of a layer, at every time, is split among its directions; each carries its own along its
own steps, the last one that it processed first; and what all of them bring to their inputs, time by time, is the error
at the output of the layer below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from itertools import groupby
from operator import add
from typing import Any

import numpy as np

from errorflow.diagnosis.loss import FURTHEST, MOST_SEQUENCES, LossFlow, cosines
from errorflow.learning.readout import Head, at_every_step, check_targets, loss_and_error, losses_and_errors
from errorflow.networks import Layer
from errorflow.networks.probe import merged, turned
from errorflow.numeric.arrays import Array
from errorflow.numeric.carried_errors import carried_back, flows_at, joined, log2_lengths
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.linear import Steps, Vectors
from errorflow.numeric.scaled import Scaled, normalised, through

OUTPUTS = ("last", "final")
_CHUNK = 256  # steps whose local derivatives are held at once
# All losses together, that of the last time, that of the first: the last ones that the two directions process.
_COLUMN = {"forward": 1, "reverse": 2}
Way = tuple[int, str]
ByStep = list[Scaled]


@dataclass(frozen=True, eq=False)
class LossBothWays:
    """The error of the read-out in every layer and direction.

    Attributes
    ----------
    loss : str
        Its name.
    every_step : bool
        Whether there is a loss at every step, whose sum is meant, or one for each sequence.
    output : str
        What one loss reads: "last", the output at the last time, or "final", the last state of each direction.
    values : array, (batch,)
        The loss of each sequence.
    parts : tuple of LossFlow
        In the order of the layers. Lag q is counted along the steps that a direction processes: it is the time T - q
        of a forward one, and the state after time 1 + q of a reverse one.
    """

    loss: str
    every_step: bool
    output: str
    values: Array
    parts: tuple[LossFlow, ...]

    def of(self, layer: int | str, direction: str) -> LossFlow:
        """The part of one layer and direction.

        Parameters
        ----------
        layer : int
        direction : {'forward', 'reverse'}

        Returns
        -------
        LossFlow
        """
        return next(part for part in self.parts if (part.layer, part.direction) == (layer, direction))

    def json(self) -> dict[str, Any]:
        """As data, medians over sequences.

        Returns
        -------
        dict
        """
        read = {} if self.every_step else {"reads": self.output}
        told = [part.json() for part in self.parts]
        same = {key: told[0][key] for key in ("loss", "at", "mean_value", "sequences")}
        return same | read | {"layers": [{k: v for k, v in one.items() if k not in same} for one in told]}


def loss_both_ways(
    layers: Sequence[Layer],
    runs: Sequence[Trajectory],
    merge: str,
    head: Head,
    loss: str,
    targets: Any,
    output: str,
    log2_norms: Mapping[Way, Array],
    *,
    tell: Callable[[str], None] = lambda text: None,
) -> LossBothWays:
    """The read-out's error along all runs. log2_norms: (batch, Q + 1) of the flow of each layer and direction.

    Raises: ValueError or TypeError for targets or a head that do not fit.
    """
    wanted = check_targets(loss, targets, runs[0].batch, len(head.bias), runs[0].steps)
    every = at_every_step(loss, wanted)
    top = layers[-1].layer
    above = [(each, run) for each, run in zip(layers, runs, strict=True) if each.layer == top]
    values, entering = _at_top(above, merge, head, loss, wanted, every, output)
    parts: list[LossFlow] = []
    into: list[ByStep] = []
    for number, group in groupby(reversed(list(zip(layers, runs, strict=True))), key=lambda pair: pair[0].layer):
        ways, here = list(group)[::-1], []
        if number != top:
            entering = _split(ways, merge, [reduce(add, errors) for errors in zip(*into, strict=True)])
        into = []
        for each, run in ways:
            tell(f"layer {each.layer} {each.direction}")
            norms = log2_norms[each.layer, each.direction]
            part, below = _carried(each, run, entering[each.direction], norms, number > 0, every)
            into.append(below)
            at_end = number == top and (every or output == "final" or each.direction == "forward")
            here.append(_told(part, loss, every, values, part.log2_last[:, :1] + norms if at_end else None, each))
        parts = here + parts
    return LossBothWays(loss, every, output, values, tuple(parts))


@dataclass(frozen=True, eq=False)
class _Part:
    log2_error: Array
    log2_last: Array
    share: Array
    aligned_lags: Any
    alignment: Array


def _told(part: _Part, loss: str, every: bool, values: Array, worst: Array | None, each: Layer) -> LossFlow:
    shown = np.isfinite(part.log2_error) & np.isfinite(part.share)
    return LossFlow(
        loss=loss,
        every_step=every,
        values=values,
        lags=np.arange(part.log2_error.shape[1]),
        log2_error=part.log2_error,
        log2_last=part.log2_last,
        share_of_last=np.where(shown, part.share, np.nan),
        worst=worst,
        aligned_lags=part.aligned_lags,
        alignment=part.alignment,
        gradient_by_lag={},
        layer=each.layer,
        direction=each.direction,
    )


def _outputs(each: Layer, run: Trajectory) -> Array:
    """The outputs in the order of time, (batch, T, n)."""
    return np.asarray(turned(each, run.states[run.definition.output.name][1:].swapaxes(0, 1)))


def _at_top(
    ways: Sequence[tuple[Layer, Trajectory]],
    merge: str,
    head: Head,
    loss: str,
    targets: Array,
    every: bool,
    output: str,
) -> tuple[Array, dict[str, ByStep]]:
    """The loss of each sequence, and the error that enters each direction of the top layer after each of its steps."""
    if every or output == "last":
        sides = [_outputs(each, run) for each, run in ways]
        values, delta = losses_and_errors(head, loss, targets, merged(sides, merge).swapaxes(0, 1))
        steps = ways[0][1].steps
        by_time = np.zeros((steps, *delta.shape[1:], 3 if every else 1))
        by_time[-len(delta) :, :, :, 0] = delta
        if every:
            by_time[-1, :, :, 1], by_time[0, :, :, 2] = delta[-1], delta[0]
        return values.sum(axis=0), _split(ways, merge, [_scaled(error) for error in by_time])
    last = [run.states[run.definition.output.name][-1] for _, run in ways]
    values, error = loss_and_error(head, loss, targets, merged(last, merge))
    shares = _shared(_scaled(error[:, :, None]), [state.T[..., None] for state in last], merge)
    return values, {
        each.direction: [*[_nothing(share)] * (run.steps - 1), share]
        for (each, run), share in zip(ways, shares, strict=True)
    }


def _nothing(like: Scaled) -> Scaled:
    return normalised(np.zeros_like(like.mantissa), np.zeros_like(like.exponent))


def _scaled(error: Array) -> Scaled:
    """(batch, n, columns) as a scaled block."""
    block = np.ascontiguousarray(error.transpose(1, 0, 2))
    return normalised(block, np.zeros(block.shape[1:], dtype=np.int64))


def _split(ways: Sequence[tuple[Layer, Trajectory]], merge: str, by_time: ByStep) -> dict[str, ByStep]:
    """The error at the output of a layer, by time, as that of each direction, after each step that it processes."""
    sides = [_outputs(each, run) for each, run in ways]
    found: dict[str, ByStep] = {each.direction: [] for each, _ in ways}
    for t, error in enumerate(by_time):
        for (each, _), share in zip(ways, _shared(error, [s[:, t].T[..., None] for s in sides], merge), strict=True):
            found[each.direction].append(share)
    return {name: errors[::-1] if name == "reverse" else errors for name, errors in found.items()}


def _shared(error: Scaled, sides: Sequence[Array], merge: str) -> list[Scaled]:
    """The derivative of the merged output, transposed. sides: of each direction its output, (n, batch, 1)."""
    if len(sides) == 1:
        return [error]
    if merge == "concat":
        ends = np.split(error.mantissa, [len(sides[0])])
        return [normalised(part, error.exponent) for part in ends]
    if merge == "mul":
        return [normalised(error.mantissa * other, error.exponent) for other in sides[::-1]]
    return [normalised(error.mantissa / (2 if merge == "ave" else 1), error.exponent)] * 2


def _carried(
    each: Layer, run: Trajectory, entering: ByStep, log2_norm: Array, deeper: bool, every: bool
) -> tuple[_Part, ByStep]:
    """The error in one direction by lag, and what it brings to the inputs by time, where there is a layer below."""
    name, column = run.definition.output.name, _COLUMN[each.direction] if every else 0
    lags, steps = log2_norm.shape[1] - 1, run.steps
    lengths, share = np.empty((2, run.batch, lags + 1)), np.ones((run.batch, lags + 1))
    none = _nothing(entering[0])
    at = np.unique([0, *(2**k for k in range(lags.bit_length())), lags])
    at = at[at <= min(lags, FURTHEST)]
    few = min(run.batch, MOST_SEQUENCES)
    flows, alignment = flows_at(run.sequences(0, few), at.tolist()), np.full((few, len(at)), np.nan)
    into: ByStep = []
    local: Steps | None = None
    errors = carried_back(
        run,
        {name: entering[-1]},
        steps if deeper else lags,
        entering=lambda t: {name: entering[t - 1] if t else none},
    )
    for q, now in enumerate(errors):
        if q <= lags:
            found = log2_lengths(now)
            lengths[:, :, q] = found[:, 0], found[:, column]
            whole, last = (joined(now)[:, :, k] for k in (0, column))
            with np.errstate(invalid="ignore", over="ignore"):
                share[:, q] = np.einsum("bn,bn->b", whole, last) * np.exp2(found[:, column] - found[:, 0])
            if q in at:
                alignment[:, np.searchsorted(at, q)] = cosines(next(flows)[1], whole[:few], found[:few, 0])
        t = steps - 1 - q
        if deeper and t >= 0:
            if local is None or t < local.start:
                local = Steps(run, max(0, t + 1 - _CHUNK), t + 1)
            (moved,) = through(partial(_into_inputs, local, t), now).values()
            into.append(moved)
    part = _Part(lengths[0], lengths[1], share, at, alignment)
    return part, into if each.direction == "reverse" else into[::-1]


def _into_inputs(steps: Steps, t: int, blocks: Vectors) -> Vectors:
    return steps.pull_to_inputs(t, steps.arriving(blocks))


__all__ = ["OUTPUTS", "LossBothWays", "loss_both_ways"]
