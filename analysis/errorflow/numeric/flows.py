"""Phi_q^T = (d state_T / d state_(T-q))^T for q = 0, 1, 2, ..., carried backwards in time, and its parts.

Column k of Phi_q^T is the error that entry k of the last state sends back.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.linear import Steps, Vectors, carried
from errorflow.numeric.scaled import NOTHING, Scaled, identity, through
from errorflow.numeric.thinning import PROBES, Columns, thinned

CHUNK = 256
"""Steps whose local derivatives are held at once."""

_FIRST = 16  # the lag at which directions are dropped for the first time
_PAUSE = 4  # after lag q the next time is q + q / _PAUSE

Flow = dict[sympy.Symbol, Scaled]


@dataclass(frozen=True)
class Moment:
    """The flow at one lag, with what its columns are, and its parts side by side in the order of the labels."""

    flow: Flow
    columns: Columns
    parts: Flow | None


def moments(trajectory: Trajectory, lags: int, labels: Sequence[str] = (), *, whole: bool = True) -> Iterator[Moment]:
    """The flow at lags 0..lags, with its parts where there are labels.

    whole: whether to carry every column, or to drop directions that no longer matter (`thinning`); parts need all.
    """
    widths = {s: trajectory.states[s.name].shape[2] for s in trajectory.definition.states}
    flow: Flow = identity(widths, trajectory.batch)
    columns = Columns(tuple(widths.values()))
    parts = {s: _first(block, len(labels)) for s, block in flow.items()} if labels else None
    rng, wait = np.random.default_rng(0), _FIRST  # any seed will do: the bound holds for all but 2^-50 of them
    yield Moment(flow, columns, parts)
    steps = None
    for q, t in enumerate(range(trajectory.steps - 1, trajectory.steps - 1 - lags, -1), 1):
        if steps is None or t < steps.start:
            steps = Steps(trajectory, max(0, t + 1 - CHUNK), t + 1)
        if parts is None:
            flow = _back(steps, t, flow)
        else:
            flow, leaving = _back_and_leaving(steps, t, flow, labels)
            parts = {s: block + leaving[s] for s, block in _carry_back(steps, t, parts).items()}
        if q == wait and not whole and not labels and columns.total > 2 * PROBES * len(widths):
            before = columns.total
            flow, columns = thinned(flow, columns, rng)
            wait = 2 * q if columns.total == before else q + max(q // _PAUSE, 8)
        yield Moment(flow, columns, parts)


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
    widths = {s: steps.trajectory.states[s.name].shape[2] for s in steps.trajectory.definition.states}
    return {s: moved[s] if s in moved else np.zeros((w, batch, columns)) for s, w in widths.items()}
