"""Error flow by lag: norms of d state_T / d state_(T-q) for q = 0, 1, ..., by block and by the way the error took."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from errorflow.calculus.edges import gates
from errorflow.definition import Definition
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory, run
from errorflow.numeric.linear import Steps, Vectors, carried
from errorflow.numeric.norms import Moment, Table, measured
from errorflow.numeric.scaled import NOTHING, Integers, Scaled, identity, through

CARRY = "carry"
_CHUNK = 256  # steps whose local derivatives are held at once
_GROUP = 2**16  # entries of the flows that are carried at once, to stay in the cache: sequences wait for one another
_BUFFER = 2**20  # entries of the flows that are measured at once, and at most _CHUNK lags

Flow = dict[sympy.Symbol, Scaled]


@dataclass(frozen=True, eq=False)
class Profile:
    """Norms of the flow Phi_q = d state_T / d state_(T-q) for q = 0..Q.

    Arrays are (batch, Q + 1), or (Q + 1,) for one sequence. log2 of an exact zero is -inf.
    log2_norm, log2_frobenius: of the joint state. log2_norm_blocks: spectral, of d new / d old under (new, old).
    log2_departures: log2 Frobenius norm of each part of the flow by first departure: "carry" never left the carry, what
    is under a gate's label left it through that gate. shares: <part, Phi> / |Phi|^2 of the parts. They sum to 1 up to
    rounding of the largest; nan where Phi is zero or a share is beyond float64.
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

    weights: name -> array. inputs: (batch, T, m) or (T, m); for a cell without input, T. state: initial state, zero
    where absent. max_lag: largest q, default T. departures: whether to follow the parts of the flow too.

    Raises: as `errorflow.numeric.run`; ValueError for a max_lag outside 0..T; ArithmeticError if an entry of a Jacobian
    is not finite.
    """
    return profile_of(run(definition, weights, inputs, state), max_lag=max_lag, departures=departures)


def profile_of(trajectory: Trajectory, *, max_lag: int | None = None, departures: bool = True) -> Profile:
    """The error flow along a trajectory that has been run. Arguments as in `profile`."""
    lags = _checked_lag("max_lag", trajectory.steps if max_lag is None else max_lag, trajectory.steps)
    labels = _labels(trajectory.definition) if departures else ()
    widths = _widths(trajectory)
    table: Table = {}
    together = max(1, _GROUP // trajectory.width**2)
    for first in range(0, trajectory.batch, together):
        some = trajectory.sequences(first, first + together)
        size = some.batch * some.width**2 * (1 + len(labels))
        done = 0
        for moments in _batched(_flows(some, lags, labels), max(1, min(_CHUNK, _BUFFER // size))):
            for key, values in measured(moments, widths, labels).items():
                whole = table.setdefault(key, np.empty((trajectory.batch, lags + 1)))
                whole[first : first + together, done : done + len(moments)] = values.T
            done += len(moments)
    return _profile({key: whole[0] for key, whole in table.items()} if trajectory.single else table, lags)


def _profile(table: Table, lags: int) -> Profile:
    def kind(name: str) -> dict[str, Array]:
        return {key[1]: values for key, values in table.items() if key[0] == name}

    return Profile(
        lags=np.arange(lags + 1),
        log2_norm=table["norm",],
        log2_frobenius=table["frobenius",],
        log2_norm_blocks={(key[1], key[2]): values for key, values in table.items() if key[0] == "block"},
        log2_departures=kind("departure"),
        shares=kind("share"),
    )


def _checked_lag(name: str, lag: Any, steps: int) -> int:
    if isinstance(lag, bool) or not isinstance(lag, int | np.integer) or not 0 <= lag <= steps:
        raise ValueError(f"{name} must be an integer from 0 to T = {steps}, got {lag!r}")
    return int(lag)


def _labels(definition: Definition) -> tuple[str, ...]:
    """Names of the parts of the flow."""
    labels = gates(definition)
    if CARRY in labels:
        raise ValueError(
            f"cell {definition.name!r} must not call a map {CARRY!r}, which is the part of the flow that leaves through"
            " no map; give it another label, or set departures=False"
        )
    return (CARRY, *labels)


def _widths(trajectory: Trajectory) -> dict[sympy.Symbol, int]:
    return {s: trajectory.states[s.name].shape[2] for s in trajectory.definition.states}


def _batched(moments: Iterator[Moment], most: int) -> Iterator[list[Moment]]:
    batch = []
    for moment in moments:
        batch.append(moment)
        if len(batch) == most:
            yield batch
            batch = []
    if batch:
        yield batch


def _flows(trajectory: Trajectory, lags: int, labels: Sequence[str]) -> Iterator[tuple[Flow, Flow | None]]:
    """Phi_q^T for q = 0..lags, and its parts side by side, in the order of `labels`; without labels, no parts.

    Column k of Phi_q^T is the error that entry k of the last state sends back.
    """
    flow: Flow = identity(_widths(trajectory), trajectory.batch)
    parts = {s: _first(block, len(labels)) for s, block in flow.items()} if labels else None
    yield flow, parts
    steps = None
    for t in range(trajectory.steps - 1, trajectory.steps - 1 - lags, -1):
        if steps is None or t < steps.start:
            steps = Steps(trajectory, max(0, t + 1 - _CHUNK), t + 1)
        if parts is None:
            flow = _back(steps, t, flow)
        else:
            flow, leaving = _back_and_leaving(steps, t, flow, labels)
            parts = {s: block + leaving[s] for s, block in _carry_back(steps, t, parts).items()}
        yield flow, parts


def _first(block: Scaled, count: int) -> Scaled:
    """`block` as the first of `count` parts, the others zero."""
    mantissa = np.concatenate([block.mantissa, *[np.zeros_like(block.mantissa)] * (count - 1)], axis=2)
    exponent = np.concatenate([block.exponent, *[np.full_like(block.exponent, NOTHING)] * (count - 1)], axis=1)
    return Scaled(mantissa, exponent)


def _back(steps: Steps, t: int, flow: Flow) -> Flow:
    """J^T flow."""

    def step(blocks: Vectors) -> Vectors:
        return _filled(steps, steps.pull(t, steps.arriving(blocks)), blocks)

    return through(step, flow)


def _carry_back(steps: Steps, t: int, flow: Flow) -> Flow:
    """C^T flow, C being the truncated Jacobian."""

    def step(blocks: Vectors) -> Vectors:
        return _filled(steps, steps.pull(t, steps.arriving(blocks), carried), blocks)

    return through(step, flow)


def _back_and_leaving(steps: Steps, t: int, flow: Flow, labels: Sequence[str]) -> tuple[Flow, Flow]:
    """J^T flow, and what of it left the carry at this step, gate by gate side by side."""

    def step(blocks: Vectors) -> dict[Hashable, Array]:
        tails: dict[str, Vectors] = {}
        full = _filled(steps, steps.pull(t, steps.arriving(blocks), through=tails), blocks)
        left = [_filled(steps, steps.pull(t, tails.get(label, {}), carried), blocks) for label in labels]
        return {**full, **{("left", s): np.concatenate([at[s] for at in left], axis=2) for s in full}}

    moved = through(step, flow)
    return {s: moved[s] for s in flow}, {s: moved["left", s] for s in flow}


def _filled(steps: Steps, moved: Vectors, blocks: Vectors) -> Vectors:
    """`moved` with explicit zeros for the states that nothing reached."""
    _, batch, columns = next(iter(blocks.values())).shape
    return {s: moved[s] if s in moved else np.zeros((w, batch, columns)) for s, w in _widths(steps.trajectory).items()}


def flow_at(trajectory: Trajectory, lag: int) -> tuple[Array, Integers]:
    """Phi_q = d state_T / d state_(T-q) as (batch, N, N) times 2 ** exponent (batch,).

    lag: q, 0 <= q <= T.
    """
    flow: Flow = {}
    for flow, _ in _flows(trajectory, _checked_lag("lag", lag, trajectory.steps), ()):  # noqa: B007
        pass
    top = np.max([block.exponent.max(axis=-1) for block in flow.values()], axis=0)
    top = np.where(top > NOTHING // 2, top, 0)
    matrix = np.concatenate([block.at(np.broadcast_to(top[:, None], block.exponent.shape)) for block in flow.values()])
    return matrix.transpose(1, 2, 0), top


__all__ = ["CARRY", "Profile", "flow_at", "profile", "profile_of"]
