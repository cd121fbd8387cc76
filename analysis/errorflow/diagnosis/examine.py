"""`diagnose`: a trained network and its inputs in, everything that can be said of its error flow out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from errorflow.diagnosis.limits import bound_of
from errorflow.diagnosis.loss import LossFlow, loss_flow
from errorflow.diagnosis.readout import Head, as_head
from errorflow.diagnosis.record import Diagnosis, LayerDiagnosis
from errorflow.diagnosis.trap import trap_of
from errorflow.diagnosis.units import carriers, rank_by_lag
from errorflow.diagnosis.verdict import THRESHOLD, verdict
from errorflow.networks import Layer, Network
from errorflow.numeric.arrays import Array, checked
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.forward import run as run_cell
from errorflow.numeric.profile import Profile, profile_of
from errorflow.stacks import stacked, stacked_weights

JOINT = "joint"
_RANKED = 4  # sequences whose rank is worked out
_SHARED = 4  # sequences of a stack whose parts are followed
Tell = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class _Part:
    """A layer, or all of them as one, with its run. layer: its number, or "joint"."""

    layer: int | str
    direction: str
    kind: str
    units: int
    inputs: int
    run: Trajectory


def diagnose(
    network: Network,
    inputs: Any,
    *,
    layer: int | str | None = None,
    max_lag: int | None = None,
    threshold: float = THRESHOLD,
    departures: bool = True,
    loss: str | None = None,
    targets: Any = None,
    head: Any = None,
    tell: Tell = lambda text: None,
) -> Diagnosis:
    """The diagnosis of a network along the sequences given.

    network: as `errorflow.read_network` returns it. inputs: (batch, T, m), or (T, m) for one sequence.
    layer: only this one, counted from 0, or "joint" for all layers of a stack as one; default every layer, and the
        joint flow where there are several. max_lag: largest q, default T.
    loss: "cross-entropy" or "squared", of a linear read-out of the last output: its error is carried back along the
        joint flow. targets: a class, or the values wanted, for each sequence. head: (weight, bias); default the one
        beside the network. tell: receives a line for each thing that is being done.

    Raises: ValueError or TypeError for arguments that do not fit, among them the joint flow of a bidirectional network,
        which is no recurrence in one direction.
    """
    if not isinstance(network, Network):
        raise TypeError(f"network must come from errorflow.read_network, got {type(network).__name__}")
    layers = network.layers
    array, single = _sequences(inputs, layers[0].inputs)
    numbers = sorted({each.layer for each in layers})
    several, reverse = len(numbers) > 1, any(each.direction == "reverse" for each in layers)
    if layer is not None and layer != JOINT and layer not in numbers:
        raise ValueError(f"layer must be from 0 to {numbers[-1]}, or {JOINT!r}, got {layer!r}")
    if reverse and (layer == JOINT or loss is not None):
        what = "loss must be left out" if loss is not None else f"layer must be a number and not {JOINT!r}"
        raise ValueError(
            f"{what} for a bidirectional network: together its layers are no recurrence in one direction of time;"
            " each layer and direction has a flow of its own"
        )
    tell("running the network")
    parts = [_part(each, run) for each, run in zip(layers, network.trajectories(array), strict=True)]
    joint = _joint(layers, array) if not reverse and (several or layer == JOINT) else None
    top = joint if joint is not None else parts[-1]
    wanted = [p for p in parts if layer in (None, p.layer)]
    found = [_judged(p, max_lag, threshold, departures, tell) for p in wanted]
    whole = None
    if joint is not None and layer in (None, JOINT):
        whole = _judged(joint, max_lag, threshold, departures, tell)
    flow: LossFlow | None = None
    if loss is not None:
        tell(f"carrying the error of a {loss} loss back")
        read = _head(network, head)
        norms = whole.log2_norm_by_sequence if whole is not None else None
        if norms is None:
            norms = next((f.log2_norm_by_sequence for f, p in zip(found, wanted, strict=True) if p is top), None)
        if norms is None:
            norms = np.atleast_2d(profile_of(top.run, max_lag=max_lag, departures=False).log2_norm)
        flow = loss_flow(top.run, read, loss, targets, norms)
    elif targets is not None:
        raise ValueError("loss must say what the targets are for: cross-entropy or squared")
    return Diagnosis(network.source, tuple(found), whole, flow, single)


def _sequences(inputs: Any, width: int) -> tuple[Array, bool]:
    array = checked("inputs", inputs)
    if array.ndim not in (2, 3) or array.shape[-1] != width or (array.ndim == 3 and not len(array)):
        raise ValueError(f"inputs must have shape (T, {width}) or (batch, T, {width}), got {array.shape}")
    return (array[None], True) if array.ndim == 2 else (array, False)


def _part(layer: Layer, run: Trajectory) -> _Part:
    return _Part(layer.layer, layer.direction, layer.kind, layer.units, layer.inputs, run)


def _joint(layers: Sequence[Layer], inputs: Array) -> _Part:
    if len(layers) == 1:
        raise ValueError(f"layer must be left out for a network of one layer, got {JOINT!r}: it is the joint flow")
    cell = stacked([each.cell() for each in layers])
    weights = stacked_weights([each.weights for each in layers])
    kinds = " on ".join(dict.fromkeys(each.kind for each in reversed(layers)))
    units = sum(each.units for each in layers)
    return _Part(JOINT, "forward", kinds, units, layers[0].inputs, run_cell(cell.definition, weights, inputs))


def _judged(part: _Part, max_lag: int | None, threshold: float, departures: bool, tell: Tell) -> LayerDiagnosis:
    name = "all layers as one" if part.layer == JOINT else f"layer {part.layer} {part.direction}"
    tell(f"{name}: norms by lag")
    run = part.run
    kind = "" if part.layer == JOINT else part.kind  # theorems are about single layers
    profile = _profile(part, max_lag, departures)
    output = run.definition.output.name
    tell(f"{name}: bounds, units, rank")
    chosen = _median_sequence(profile.log2_norm)
    c_to_c = profile.log2_norm_blocks.get(("c", "c"))
    bound = bound_of(
        kind, run.sequences(chosen, chosen + 1), profile.log2_norm[chosen],
        None if c_to_c is None else c_to_c[chosen], chosen,
    )  # fmt: skip
    units = carriers(run) if run.steps else ()
    lags = int(profile.lags[-1])
    at = np.unique([0, *(2**k for k in range(lags.bit_length())), lags])
    at = at[at <= lags]
    few = run.sequences(0, min(_RANKED, run.batch))
    judged = verdict(
        kind, profile.log2_norm, profile.shares, threshold=threshold, bound=bound, carriers=units,
        spectral_norm=float(np.linalg.norm(run.weights["W"], 2)) if kind == "rnn" else None,
    )  # fmt: skip
    return LayerDiagnosis(
        layer=part.layer, direction=part.direction, kind=part.kind, units=part.units, inputs=part.inputs,
        profile=profile, verdict=judged, bound=bound, carriers=units, rank_lags=at, rank=rank_by_lag(few, at),
        trap=trap_of(run, profile.log2_norm, profile.log2_norm_blocks[output, output]),
    )  # fmt: skip


def _profile(part: _Part, max_lag: int | None, departures: bool) -> Profile:
    """Norms of every sequence; of a stack, which has many parts over a wide state, shares of the first few alone."""
    if part.layer != JOINT or not departures:
        return profile_of(part.run, max_lag=max_lag, departures=departures)
    norms = profile_of(part.run, max_lag=max_lag, departures=False)
    few = profile_of(part.run.sequences(0, min(_SHARED, part.run.batch)), max_lag=max_lag)
    return replace(norms, log2_departures=few.log2_departures, shares=few.shares)


def _median_sequence(log2_norm: Array) -> int:
    """The sequence whose norm at the largest lag is the median, the lower one of two."""
    return int(np.argsort(log2_norm[:, -1], kind="stable")[(len(log2_norm) - 1) // 2])


def _head(network: Network, head: Any) -> Head:
    found = network.head if head is None else head
    if found is None:
        raise ValueError("head must be given as (weight, bias): the network has no linear read-out beside it")
    return as_head(found)


__all__ = ["diagnose"]
