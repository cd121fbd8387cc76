"""`diagnose`: a trained network and its inputs in, everything that can be said of its error flow out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from errorflow.cells import Cell
from errorflow.diagnosis.both_ways import OUTPUTS, LossBothWays, loss_both_ways
from errorflow.diagnosis.limits import bound_of
from errorflow.diagnosis.loss import LossFlow, loss_flow
from errorflow.diagnosis.record import Diagnosis, LayerDiagnosis
from errorflow.diagnosis.trap import trap_of
from errorflow.diagnosis.units import carriers, rank_by_lag
from errorflow.diagnosis.verdict import THRESHOLD, verdict
from errorflow.learning.readout import Head, as_head, at_every_step, check_targets
from errorflow.networks import Layer, Network
from errorflow.numeric.arrays import Array, checked, checked_weights
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.profile import Profile, checked_lag, profile_of
from errorflow.stacks import stacked, stacked_weights, suffixed

JOINT = "joint"
_RANKED = 4  # sequences whose rank is worked out
_SHARED = 4  # sequences of a stack whose parts are followed
# Norms cost less and less as directions are lost. What follows the whole flow, its parts, its rank, the product of its
# blocks, costs the same at every lag: it is followed to _FURTHEST lags, or _NEAREST of a wide network, and on where the
# multiply-adds, N^2 n for each lag and sequence, are less than _WORK.
_NEAREST, _FURTHEST, _WORK = 256, 1024, 2**33
Tell = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class _Part:
    """A layer, or all of them as one, with its run.

    layer: its number, or "joint". theorems: the kind whose theorems hold for it, "" for none. fused: whether all steps
    are one operation for autograd.
    """

    layer: int | str
    direction: str
    kind: str
    theorems: str
    units: int
    inputs: int
    run: Trajectory
    fused: bool

    @property
    def layer_and_direction(self) -> tuple[int | str, str]:
        """What tells it from the others."""
        return self.layer, self.direction


def diagnose(
    network: Network | Cell,
    inputs: Any,
    *,
    weights: Mapping[str, Any] | None = None,
    layer: int | str | None = None,
    max_lag: int | None = None,
    threshold: float = THRESHOLD,
    departures: bool = True,
    loss: str | None = None,
    targets: Any = None,
    head: Any = None,
    output: str | None = None,
    tell: Tell = lambda text: None,
) -> Diagnosis:
    """The diagnosis of a network along the sequences given.

    Parameters
    ----------
    network : Network or Cell
        As `errorflow.read_network` returns it; or a cell, with its weights.
    inputs : array_like, (batch, T, m) or (T, m)
    weights : mapping of str to array_like, optional
        Of a cell.
    layer : int or 'joint', optional
        Only this one, counted from 0, or all layers of a stack as one; every layer, and the joint flow where there
        are several, if not given.
    max_lag : int, optional
        The largest q, T if not given.
    threshold : float, default THRESHOLD
        The norm below which an error counts as gone.
    departures : bool, default True
        Whether to follow the parts of the flow by first departure too.
    loss : {'cross-entropy', 'squared'}, optional
        Of a linear read-out of the output, "squared" being the sum of squares over the outputs: its error is
        carried back along the joint flow, or through every layer and direction of a bidirectional network.
    targets : array_like, (batch,), (batch, k), (batch, T) or (batch, T, k), optional
        A class, (batch,), or the values wanted, (batch, k), of a loss at the last step; (batch, T) or (batch, T, k)
        of one at every step, whose sum is meant. What is masked in a masked array has no loss.
    head : Head or tuple of array_like, optional
        (weight, bias); the one beside the network if not given.
    output : {'last', 'final'}, optional
        Of a bidirectional network with one loss for each sequence, what this loss reads: the output at the last time,
        of which the reverse direction has processed one step, or the last state of each direction.
    tell : callable, default lambda text: None
        Receives a line for each thing that is being done.

    Returns
    -------
    Diagnosis

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit, among them the joint flow of a bidirectional network, which is no recurrence
        in one direction.
    ArithmeticError
        When a state overflows.
    """
    if loss is None and targets is not None:
        raise ValueError("loss must say what the targets are for: cross-entropy or squared")
    tell("running the network")
    parts, single = _parts(network, weights, inputs)
    joint = None
    both_ways = isinstance(network, Network) and network.directions > 1
    if output is not None and output not in OUTPUTS:
        raise ValueError(f"output must be {' or '.join(OUTPUTS)}, got {output!r}")
    if isinstance(network, Network):
        _check_layer(network, layer)
        if layer == JOINT or (len({p.layer for p in parts}) > 1 and not both_ways and (layer is None or loss)):
            joint = _joint(network.layers, [part.run for part in parts])
    top = parts[-1] if joint is None else joint
    if loss is not None:
        read = _head(network, head)
        checked_targets = check_targets(loss, targets, top.run.batch, len(read.bias), top.run.steps)
        _check_output(output, both_ways, at_every_step(loss, checked_targets), top.run.steps)
    wanted = [p for p in (*parts, joint) if p is not None and layer in (None, p.layer)]
    found = {p.layer_and_direction: _judged(p, max_lag, threshold, departures, tell) for p in wanted}
    flow: LossFlow | LossBothWays | None = None
    if loss is not None and isinstance(network, Network) and both_ways:
        flow = _both_ways(network, parts, found, read, loss, targets, output or "last", max_lag, tell)
    elif loss is not None:
        task = f"carrying the error of a {loss} loss back"
        tell(task)
        known = found.get(top.layer_and_direction)
        profile = known.profile if known else profile_of(top.run, max_lag=max_lag, departures=False)
        flow = loss_flow(
            top.run, read, loss, targets, np.atleast_2d(profile.log2_norm),
            tell=lambda text: tell(f"{task}: {text}"),
        )  # fmt: skip
    whole = found.pop((JOINT, "forward"), None)
    return Diagnosis(getattr(network, "source", ""), tuple(found.values()), whole, flow, single)


def _parts(network: Any, weights: Mapping[str, Any] | None, inputs: Any) -> tuple[list[_Part], bool]:
    """Each layer with its run, and whether one sequence was given without a batch axis."""
    if isinstance(network, Network):
        if weights is not None:
            raise ValueError("weights must be left out for a network, which has its own")
        array, single = _sequences(inputs, network.layers[0].inputs)
        runs = network.trajectories(array, inner=False)
        return [_part(e, run) for e, run in zip(network.layers, runs, strict=True)], single
    if not isinstance(network, Cell):
        kind = type(network).__name__
        raise TypeError(f"network must come from errorflow.read_network, or be a cell with its weights, got {kind}")
    if weights is None:
        raise ValueError(f"weights must be given for the cell {network.name!r}: name -> array")
    run = network.run(weights, inputs)
    width = sum(run.values[x].shape[2] for x in network.definition.inputs)
    units = run.states[network.definition.output.name].shape[2]
    return [_Part(0, "forward", network.name, "", units, width, replace(run, single=False), False)], run.single


def _both_ways(
    network: Network,
    parts: Sequence[_Part],
    found: Mapping[tuple[int | str, str], LayerDiagnosis],
    head: Head,
    loss: str,
    targets: Any,
    output: str,
    max_lag: int | None,
    tell: Tell,
) -> LossBothWays:
    task = f"carrying the error of a {loss} loss through both directions"
    tell(task)
    norms = {}
    for part in parts:
        way = part.layer_and_direction
        profile = found[way].profile if way in found else profile_of(part.run, max_lag=max_lag, departures=False)
        norms[int(part.layer), part.direction] = np.atleast_2d(profile.log2_norm)
    runs = [part.run for part in parts]
    return loss_both_ways(
        network.layers, runs, network.merge, head, loss, targets, output, norms,
        tell=lambda text: tell(f"{task}: {text}"),
    )  # fmt: skip


def _check_output(output: str | None, both_ways: bool, every_step: bool, steps: int) -> None:
    if output is not None and (every_step or not both_ways):
        where = "losses at every step" if both_ways else "a network of one direction"
        raise ValueError(
            f"output must be left out for {where}, got {output!r}: it says what one loss for each sequence reads of a"
            " bidirectional network"
        )
    if not both_ways:
        return
    if not steps:
        raise ValueError("inputs must have at least one step for the loss of a bidirectional network, got none")
    if output is None and not every_step:
        raise ValueError(
            "output must say what one loss for each sequence reads of a bidirectional network: last, the output at the"
            " last time, or final, the last state of each direction"
        )


def _check_layer(network: Network, layer: int | str | None) -> None:
    numbers = sorted({each.layer for each in network.layers})
    if layer is not None and layer != JOINT and layer not in numbers:
        among = f"from 0 to {numbers[-1]}, or {JOINT!r}" if len(numbers) > 1 else "0, of the only layer"
        raise ValueError(f"layer must be {among}, got {layer!r}")
    if network.directions > 1 and layer == JOINT:
        raise ValueError(
            f"layer must be a number and not {JOINT!r} for a bidirectional network: together its layers are no"
            " recurrence in one direction of time; each layer and direction has a flow of its own"
        )


def _sequences(inputs: Any, width: int) -> tuple[Array, bool]:
    array = checked("inputs", inputs)
    if array.ndim not in (2, 3) or array.shape[-1] != width or (array.ndim == 3 and not len(array)):
        raise ValueError(f"inputs must have shape (T, {width}) or (batch, T, {width}), got {array.shape}")
    return (array[None], True) if array.ndim == 2 else (array, False)


def _part(layer: Layer, run: Trajectory) -> _Part:
    return _Part(
        layer.layer, layer.direction, layer.kind, layer.kind, layer.units, layer.inputs, run, not layer.stepwise
    )


def _joint(layers: Sequence[Layer], runs: Sequence[Trajectory]) -> _Part:
    if len(layers) == 1:
        raise ValueError(f"layer must be left out for a network of one layer, got {JOINT!r}: it is the joint flow")
    cell = stacked([each.cell() for each in layers])
    weights = stacked_weights([each.weights for each in layers])
    # The states are those of the layers: none is run again, or held twice.
    states = {suffixed(name, k): block for k, run in enumerate(runs) for name, block in run.states.items()}
    values = {x: runs[0].values[x] for x in cell.definition.inputs}
    run = Trajectory(cell.definition, checked_weights(cell.definition, weights)[0], values, states, single=False)
    kinds = " on ".join(dict.fromkeys(each.kind for each in reversed(layers)))
    units = sum(each.units for each in layers)
    return _Part(JOINT, "forward", kinds, "", units, layers[0].inputs, run, not any(e.stepwise for e in layers))


def _judged(part: _Part, max_lag: int | None, threshold: float, departures: bool, tell: Tell) -> LayerDiagnosis:
    name = "all layers as one" if part.layer == JOINT else f"layer {part.layer} {part.direction}"
    run, kind = part.run, part.theorems
    profile, shares_to = _profile(part, max_lag, departures, lambda text: tell(f"{name}: {text}"))
    output = run.definition.output.name
    tell(f"{name}: bounds and units")
    chosen = _median_sequence(profile.log2_norm)
    c_to_c = profile.log2_norm_blocks.get(("c", "c"))
    bound = bound_of(
        kind, run.sequences(chosen, chosen + 1), profile.log2_norm[chosen],
        None if c_to_c is None else c_to_c[chosen], chosen,
    )  # fmt: skip
    units = carriers(run) if run.steps else ()
    judged = verdict(
        kind, profile.log2_norm, profile.shares, threshold=threshold, bound=bound, carriers=units,
        spectral_norm=float(np.linalg.norm(run.weights["W"], 2)) if kind == "rnn" else None, shares_to=shares_to,
    )  # fmt: skip
    tell(f"{name}: rank and product of blocks")
    few = run.sequences(0, min(_RANKED, run.batch))
    lags = min(int(profile.lags[-1]), max(_NEAREST, min(_FURTHEST, _affordable(few))))
    at = np.unique([0, *(2**k for k in range(lags.bit_length())), lags])
    at = at[at <= lags]
    return LayerDiagnosis(
        layer=part.layer, direction=part.direction, kind=part.kind, units=part.units, inputs=part.inputs,
        profile=profile, verdict=judged, bound=bound, carriers=units, rank_lags=at, rank=rank_by_lag(few, at),
        trap=trap_of(run, profile.log2_norm[:, : lags + 1], profile.log2_norm_blocks[output, output][:, : lags + 1],
                     part.fused),
        shares_to=shares_to,
    )  # fmt: skip


def _profile(part: _Part, max_lag: int | None, departures: bool, tell: Tell) -> tuple[Profile, int]:
    """Norms of every sequence at every lag, shares as far as they are affordable, and how far that is.

    Of a stack, which has many parts over a wide state, shares are those of the first few sequences alone.
    """
    run = part.run
    lags = run.steps if max_lag is None else checked_lag("max_lag", max_lag, run.steps)
    few = run.sequences(0, min(_SHARED, run.batch)) if part.layer == JOINT else run
    reach = min(lags, max(_FURTHEST, _affordable(few)))
    if not departures or (few is run and reach == lags):
        whole = "norms and shares" if departures else "norms"
        return profile_of(
            run, max_lag=lags, departures=departures, tell=lambda text: tell(f"{whole}, {text}")
        ), lags  # fmt: skip
    norms = profile_of(run, max_lag=lags, departures=False, tell=lambda text: tell(f"norms, {text}"))
    parts = profile_of(few, max_lag=reach, tell=lambda text: tell(f"shares, {text}"))
    beyond = [(0, 0), (0, lags - reach)]
    further = [
        {name: np.pad(values, beyond, constant_values=np.nan) for name, values in found.items()}
        for found in (parts.log2_departures, parts.shares)
    ]
    return replace(norms, log2_departures=further[0], shares=further[1]), reach


def _affordable(run: Trajectory) -> int:
    """The lags to which the whole flow can be followed in some tens of seconds."""
    widest = max(block.shape[2] for block in run.states.values())
    return _WORK // (run.batch * run.width**2 * widest)


def _median_sequence(log2_norm: Array) -> int:
    """The sequence whose norm at the largest lag is the median, the lower one of two."""
    return int(np.argsort(log2_norm[:, -1], kind="stable")[(len(log2_norm) - 1) // 2])


def _head(network: Network | Cell, head: Any) -> Head:
    found = getattr(network, "head", None) if head is None else head
    if found is None:
        raise ValueError(
            "head must be given as weight and bias: the network has no linear read-out beside it, or not one alone"
        )
    return as_head(found)


__all__ = ["diagnose"]
