"""Errors carried back along a run: any vectors over the last state, scaled, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.backward import Backward
from errorflow.numeric.entries import Entries, cut, joint, matrix_of, product, units
from errorflow.numeric.flows import windows
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.largest import largest
from errorflow.numeric.linear import Steps, Vectors
from errorflow.numeric.scaled import DEEP, FALL, NOTHING, Integers, Lost, Scaled, normalised, smallest, through

_CHUNK = 256  # steps whose local derivatives are held at once
Errors = dict[sympy.Symbol, Scaled]


def carried_back(
    trajectory: Trajectory,
    errors: Mapping[str, Array | Scaled],
    lags: int,
    *,
    only: str | None = None,
    entering: Callable[[int], Mapping[str, Array | Scaled]] | None = None,
) -> Iterator[Errors]:
    """The errors at the states T, T - 1, ..., T - lags.

    errors: state block -> d loss / d state_T as (batch, width, columns), or scaled; absent blocks receive none.
    only: the one block whose error is carried on, all others held constant: a product of diagonal blocks.
    entering: what the losses of earlier steps add: for the state after t steps, t < T, the same as `errors`.
    """
    states = trajectory.definition.states
    widths = {s: trajectory.states[s.name].shape[2] for s in states}
    first = next(iter(errors.values()))
    columns = first.mantissa.shape[2] if isinstance(first, Scaled) else first.shape[2]

    def scaled(given: Mapping[str, Array | Scaled]) -> Errors:
        none, zero = np.zeros((trajectory.batch, columns), dtype=np.int64), np.zeros((trajectory.batch, 1, columns))
        blocks = {s: given.get(s.name, np.repeat(zero, widths[s], axis=1)) for s in states}
        return {
            s: block if isinstance(block, Scaled) else normalised(block.transpose(1, 0, 2), none)
            for s, block in blocks.items()
        }

    now = scaled(errors)
    yield now
    steps: Steps | None = None
    apart = None if all(smallest(block.mantissa) > 2.0**-DEEP for block in now.values()) else joint(now)
    for t in range(trajectory.steps - 1, trajectory.steps - 1 - lags, -1):
        if steps is None or t < steps.start:
            steps = Steps(trajectory, max(0, t + 1 - _CHUNK), t + 1)
            falls = Backward(steps).falls()
        now, apart = _one_step(partial(_pulled, steps, t, widths, only), falls[t - steps.start], now, apart, widths)
        if entering is not None:
            now, apart = _sum(now, apart, scaled(entering(t)), widths)
        yield now


def _pulled(steps: Steps, t: int, widths: Mapping[sympy.Symbol, int], only: str | None, blocks: Vectors) -> Vectors:
    moved = steps.pull(t, steps.arriving(blocks))
    shape = next(iter(blocks.values())).shape[1:]
    kept = {s: moved[s] for s in moved if only in (None, s.name)}
    return {s: kept[s] if s in kept else np.zeros((w, *shape)) for s, w in widths.items()}


def _one_step(
    step: Callable[[Vectors], Vectors],
    falls: float,
    now: Errors,
    apart: Entries | None,
    widths: Mapping[sympy.Symbol, int],
) -> tuple[Errors, Entries | None]:
    """The errors after a step, and with an exponent for every entry where they need that. falls: of `Backward`."""
    if apart is None and falls <= FALL:
        try:
            return through(step, now, whole=True), None
        except Lost:
            pass
    batch = len(next(iter(now.values())).exponent)
    moved = product(matrix_of(step(units(widths, batch)), widths), apart or joint(now))
    blocks = cut(moved, widths)
    narrow = falls <= FALL and all(block.narrow for block in blocks.values())
    return {s: block.scaled() for s, block in blocks.items()}, None if narrow else moved


def _sum(
    now: Errors, apart: Entries | None, more: Errors, widths: Mapping[sympy.Symbol, int]
) -> tuple[Errors, Entries | None]:
    """The sum of errors, and with an exponent for every entry where it needs that."""
    if apart is None:
        try:
            return {s: block.plus(more[s]) for s, block in now.items()}, None
        except Lost:
            apart = joint(now)
    total = apart + joint(more)
    blocks = cut(total, widths)
    narrow = all(block.narrow for block in blocks.values())
    return {s: block.scaled() for s, block in blocks.items()}, None if narrow else total


def log2_lengths(errors: Errors) -> Array:
    """log2 of the Euclidean norm of each column over the joint state, (batch, columns); -inf for zero."""
    top = np.max([block.exponent for block in errors.values()], axis=0)
    squares = np.sum([np.square(block.at(top)).sum(axis=0) for block in errors.values()], axis=0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(squares > 0, 0.5 * np.log2(squares) + top, -np.inf))


def log2_spectral_norms(matrices: Array) -> Array:
    """log2 of the spectral norm of each matrix (k, rows, columns), within 4e-13; -inf for zero."""
    _, power = np.frexp(np.abs(matrices).max(axis=(1, 2), initial=0.0))
    near_one = np.ldexp(matrices, -power[:, None, None])
    if near_one.shape[1] > near_one.shape[2]:
        near_one = near_one.transpose(0, 2, 1)
    squared = largest(near_one @ near_one.transpose(0, 2, 1))
    with np.errstate(divide="ignore"):
        return np.asarray(0.5 * np.log2(np.maximum(squared, 0.0)) + power)


def joined(errors: Errors) -> Array:
    """The errors as one block over the joint state, (batch, N, columns), each sequence and column of length one."""
    top = np.max([block.exponent for block in errors.values()], axis=0)
    block = np.concatenate([block.at(top) for block in errors.values()]).transpose(1, 0, 2)
    length = np.linalg.norm(block, axis=1, keepdims=True)
    return np.asarray(block / np.where(length > 0, length, 1.0))


def at_one_exponent(errors: Errors) -> tuple[Array, Integers]:
    """All errors as one matrix (batch, N, columns) times 2 ** exponent (batch,)."""
    top = np.max([block.exponent.max(axis=1) for block in errors.values()], axis=0)
    top = np.where(top > NOTHING // 2, top, 0)
    whole = [block.at(np.broadcast_to(top[:, None], block.exponent.shape)) for block in errors.values()]
    return np.concatenate(whole).transpose(1, 0, 2), top


def flows_at(trajectory: Trajectory, lags: Sequence[int]) -> Iterator[tuple[int, Array, Integers]]:
    """Of each lag q, in ascending order: q, and Phi_q^T as (batch, N, N) times 2 ** exponent (batch,)."""
    done = 0
    for window in windows(trajectory, max(lags)):
        for q in range(done, done + window.lags):
            if q in lags:
                here = {s: Scaled(b.mantissa[q - done], b.exponent[q - done]) for s, b in window.flow.items()}
                yield q, *at_one_exponent(here)
        done += window.lags


def ending_at(trajectory: Trajectory, stops: Integers, lags: int) -> Trajectory:
    """Windows of `lags` steps of one sequence that end at the states `stops`, each as a sequence of its own.

    A window that would begin before the first step repeats that step; only its lags up to its stop mean anything.
    """
    first = np.asarray(stops, dtype=np.int64) - lags
    step = np.maximum(first[None, :] + np.arange(lags)[:, None], 0)
    state = np.maximum(first[None, :] + np.arange(lags + 1)[:, None], 0)
    values = {symbol: array[step, 0] for symbol, array in trajectory.values.items()}
    states = {name: array[state, 0] for name, array in trajectory.states.items()}
    return replace(trajectory, values=values, states=states, single=False)
