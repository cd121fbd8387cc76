"""Error flow by lag: norms of d state_T / d state_(T-q) for q = 0, 1, ..., by block and by the way the error took."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from errorflow.calculus.edges import gates
from errorflow.definition import Definition, New
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory, run
from errorflow.numeric.linear import Steps, Vectors, carried
from errorflow.numeric.scaled import NOTHING, Integers, Scaled, identity, log2_norms, normalised, through

CARRY = "carry"
_CHUNK = 256
_BUFFER = 2**22

Flow = dict[sympy.Symbol, Scaled]


@dataclass(frozen=True, eq=False)
class Profile:
    """Norms of the flow Phi_q = d state_T / d state_(T-q), q = 0..Q; arrays are (batch, Q + 1), or (Q + 1,) for one sequence.

    log2_norm, log2_frobenius: of the joint state. log2_norm_blocks: spectral, of d new / d old under (new, old).
    log2_departures: log2 Frobenius norm of each part of the flow by first departure: "carry" never left it, a gate's label
    left it through that gate. shares: <part, Phi> / |Phi|^2 of the parts; they sum to 1 wherever Phi is not zero.
    log2 of an exact zero is -inf, its shares are nan.
    """

    lags: Integers
    log2_norm: Array
    log2_frobenius: Array
    log2_norm_blocks: dict[tuple[str, str], Array]
    log2_departures: dict[str, Array]
    shares: dict[str, Array]


def profile(
    definition: Definition,
    weights: Mapping[str, Any],
    inputs: Any,
    state: Any = None,
    *,
    max_lag: int | None = None,
    departures: bool = True,
) -> Profile:
    """The error flow of a cell along the trajectory that these inputs drive.

    weights: name -> array. inputs: (batch, T, m) or (T, m); for a cell without input, T. state: initial state, zero where
    absent. max_lag: largest q, default T. departures: whether to follow the parts of the flow (about twice the work).

    Raises: as `errorflow.numeric.run`; ValueError for a max_lag outside 0..T.
    """
    return profile_of(run(definition, weights, inputs, state), max_lag=max_lag, departures=departures)


def profile_of(trajectory: Trajectory, *, max_lag: int | None = None, departures: bool = True) -> Profile:
    """The error flow along a trajectory that has been run. Arguments as in `profile`."""
    lags = trajectory.steps if max_lag is None else max_lag
    if isinstance(lags, bool) or not isinstance(lags, int | np.integer) or not 0 <= lags <= trajectory.steps:
        raise ValueError(f"max_lag must be an integer from 0 to T = {trajectory.steps}, got {max_lag!r}")
    names = [s.name for s in trajectory.definition.states]
    joint: list[tuple[Array, Array]] = []
    blocks: dict[tuple[str, str], list[Array]] = {(a, b): [] for a in names for b in names}
    parts: dict[str, list[tuple[Array, Array]]] = {}
    buffer: list[tuple[Flow, dict[str, Flow]]] = []
    size = trajectory.batch * trajectory.width**2
    for moment in _flows(trajectory, int(lags), departures):
        buffer.append(moment)
        if len(buffer) * size >= _BUFFER:
            _measure(trajectory, buffer, joint, blocks, parts)
            buffer.clear()
    _measure(trajectory, buffer, joint, blocks, parts)

    def by_lag(pieces: list[Array]) -> Array:
        array = np.concatenate(pieces).T
        return array[0] if trajectory.single else array

    return Profile(
        lags=np.arange(int(lags) + 1),
        log2_norm=by_lag([spectral for spectral, _ in joint]),
        log2_frobenius=by_lag([frobenius for _, frobenius in joint]),
        log2_norm_blocks={pair: by_lag(pieces) for pair, pieces in blocks.items()},
        log2_departures={label: by_lag([norm for norm, _ in pieces]) for label, pieces in parts.items()},
        shares={label: by_lag([share for _, share in pieces]) for label, pieces in parts.items()},
    )


def _flows(trajectory: Trajectory, lags: int, departures: bool) -> Iterator[tuple[Flow, dict[str, Flow]]]:
    """Phi_q^T for q = 0..lags, and its parts. Column k of Phi_q^T is the error that entry k of the last state sends back."""
    definition = trajectory.definition
    widths = {s: trajectory.states[s.name].shape[2] for s in definition.states}
    flow: Flow = identity(widths, trajectory.batch)
    parts: dict[str, Flow] = {}
    if departures:
        nothing = {s: Scaled(np.zeros_like(b.mantissa), np.full_like(b.exponent, NOTHING)) for s, b in flow.items()}
        parts = {CARRY: flow, **{label: nothing for label in gates(definition)}}
    yield flow, parts
    steps = None
    for t in range(trajectory.steps - 1, trajectory.steps - 1 - lags, -1):
        if steps is None or t < steps.start:
            steps = Steps(trajectory, max(0, t + 1 - _CHUNK), t + 1)
        left: dict[str, Flow] = {}
        flow = _back(steps, t, flow, left if departures else None)
        if departures:
            parts = {label: _carry_back(steps, t, part) for label, part in parts.items()}
            for label, leaving in left.items():
                parts[label] = {s: b + leaving[s] if s in leaving else b for s, b in parts[label].items()}
        yield flow, parts


def _back(steps: Steps, t: int, flow: Flow, left: dict[str, Flow] | None) -> Flow:
    """J^T flow; `left` receives what leaves the carry at this step, gate by gate."""

    def step(blocks: Vectors) -> dict[Hashable, Array]:
        tails: dict[str, dict[sympy.Symbol, Array]] = {}
        moved = steps.pull(t, {New(s): v for s, v in blocks.items()}, through=None if left is None else tails)
        arrived = {label: steps.pull(t, at, carried) for label, at in tails.items()}
        full: dict[Hashable, Array] = dict(_filled(steps, moved, blocks))
        full.update({(label, s): array for label, at in arrived.items() for s, array in at.items()})
        return full

    moved = through(step, flow)
    states = steps.trajectory.definition.states
    if left is not None:
        for label in gates(steps.trajectory.definition):
            left[label] = {s: moved[label, s] for s in states if (label, s) in moved}
    return {s: moved[s] for s in states}


def _carry_back(steps: Steps, t: int, flow: Flow) -> Flow:
    """C^T flow, C being the truncated Jacobian."""

    def step(blocks: Vectors) -> Vectors:
        return _filled(steps, steps.pull(t, {New(s): v for s, v in blocks.items()}, carried), blocks)

    return through(step, flow)


def _filled(steps: Steps, moved: Vectors, blocks: Vectors) -> Vectors:
    """`moved` with explicit zeros for the states that nothing reached."""
    sample = next(iter(blocks.values()))
    full = {}
    for symbol in steps.trajectory.definition.states:
        width = steps.trajectory.states[symbol.name].shape[2]
        full[symbol] = moved.get(symbol, np.zeros((width, *sample.shape[1:])))
    return full


def _measure(
    trajectory: Trajectory,
    buffer: list[tuple[Flow, dict[str, Flow]]],
    joint: list[tuple[Array, Array]],
    blocks: dict[tuple[str, str], list[Array]],
    parts: dict[str, list[tuple[Array, Array]]],
) -> None:
    """Appends the norms of the buffered flows, each (lags, batch)."""
    if not buffer:
        return
    states = trajectory.definition.states
    whole, exponent = _stack([flow for flow, _ in buffer], states)
    joint.append(log2_norms(whole, exponent))
    start = {}
    total = 0
    for symbol in states:
        start[symbol] = total
        total += trajectory.states[symbol.name].shape[2]
    for new in states:
        columns = slice(start[new], start[new] + trajectory.states[new.name].shape[2])
        for old in states:
            part, shift = _stack([{old: _columns(flow[old], columns)} for flow, _ in buffer], (old,))
            blocks[new.name, old.name].append(log2_norms(part, shift)[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        square = np.square(whole).sum(axis=(-2, -1))
        for label in buffer[0][1]:
            part, shift = _stack([by_label[label] for _, by_label in buffer], states)
            overlap = (part * whole).sum(axis=(-2, -1)) * np.ldexp(1.0, np.clip(shift - exponent, -2000, 1000))
            norm = 0.5 * np.log2(np.square(part).sum(axis=(-2, -1))) + shift
            parts.setdefault(label, []).append((norm, overlap / square))


def _columns(block: Scaled, columns: slice) -> Scaled:
    return Scaled(block.mantissa[:, :, columns], block.exponent[:, columns])


def _stack(flows: list[Flow], states: tuple[sympy.Symbol, ...]) -> tuple[Array, Integers]:
    """Flows as matrices (lags, batch, rows, columns) with one exponent (lags, batch) each."""
    matrices, exponents = [], []
    for flow in flows:
        top = np.max([flow[s].exponent.max(axis=-1) for s in states], axis=0)
        rows = [flow[s].at(np.broadcast_to(top[:, None], flow[s].exponent.shape)) for s in states]
        matrices.append(np.concatenate(rows).transpose(1, 0, 2))
        exponents.append(np.where(top > NOTHING // 2, top, 0))
    return np.stack(matrices), np.stack(exponents)


def flow_at(trajectory: Trajectory, lag: int) -> tuple[Array, Integers]:
    """Phi_q = d state_T / d state_(T-q) as (batch, N, N) times 2 ** exponent (batch,).

    lag: q, 0 <= q <= T.
    """
    if not 0 <= lag <= trajectory.steps:
        raise ValueError(f"lag must be an integer from 0 to T = {trajectory.steps}, got {lag!r}")
    flow: Flow = {}
    for flow, _ in _flows(trajectory, lag, False):  # noqa: B007
        pass
    matrix, exponent = _stack([flow], trajectory.definition.states)
    return matrix[0].swapaxes(-1, -2), exponent[0]


__all__ = ["CARRY", "Profile", "flow_at", "normalised", "profile", "profile_of"]
