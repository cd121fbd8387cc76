"""Phi_q^T = (d state_T / d state_(T-q))^T for q = 0, 1, 2, ..., carried backwards in time, and its parts.

Column k of Phi_q^T is the error that entry k of the last state sends back. Lags come in windows: within one, plain
float64 is carried at the exponents of its start, and checked at its end. Where a column has left the range in which
that is safe, the window is gone through again step by step, every block at its own exponents. And where the entries of
one column have come to lie so far apart that one of them would be lost, every entry has its own exponent (`entries`)
until they are close again. So a zero is a zero of the product of the Jacobians, as float64 holds them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.backward import Backward, Entering, Tails
from errorflow.numeric.entries import Entries, beside, cut, joint, matrix_of, product, units
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.linear import Steps, Vectors
from errorflow.numeric.rows import Rows
from errorflow.numeric.scaled import (
    DEEP,
    FALL,
    NOTHING,
    Integers,
    Lost,
    Scaled,
    identity,
    normalised,
    smallest,
    through,
)
from errorflow.numeric.thinning import PROBES, Columns, thinned

CHUNK = 256
"""Steps whose local derivatives are held at once."""

WINDOW = 256
"""Lags of a window at most."""

NARROW = 64
"""Width of the joint state below which dropping directions takes longer than it saves."""

BUFFER = 2**19
"""Entries of a window at most, which stays in the cache then; one lag may have more."""

_SAFE = 160  # bits that a column may have on either side of 1 within a window
_FEW = 4  # lags that are tried plainly after careful steps
_NEAR = 40  # bits between blocks at the start of a window
_FIRST = 16  # the lag at which directions are dropped for the first time
_PAUSE = 3  # after lag q the next time is q + q / _PAUSE

Flow = dict[sympy.Symbol, Scaled]
Stacks = Mapping[sympy.Symbol, Array]


@dataclass(frozen=True)
class Window:
    """The flow at successive lags, with what its columns are, and its parts side by side in the order of the labels.

    Mantissas are (lags, width, batch, columns), exponents (lags, batch, columns). squares: of the flow's columns of
    mantissas, their squared lengths.
    """

    flow: Flow
    parts: Flow
    columns: Columns
    squares: Mapping[sympy.Symbol, Array]

    @property
    def lags(self) -> int:
        """How many lags there are."""
        return len(next(iter(self.flow.values())).mantissa)


@dataclass(frozen=True)
class _Here:
    """The flow and its parts at one lag. apart: both with an exponent for every entry, where they need it."""

    flow: Flow
    parts: Flow
    columns: Columns
    apart: tuple[Entries, Entries | None] | None = None

    @property
    def size(self) -> int:
        return sum(block.mantissa.size for block in (*self.flow.values(), *self.parts.values()))


def windows(trajectory: Trajectory, lags: int, labels: Sequence[str] = (), *, whole: bool = True) -> Iterator[Window]:
    """The flow at lags 0..lags, with its parts where there are labels.

    whole: whether to carry every column, or to drop directions that no longer matter (`thinning`); parts need all.
    """
    here = _start(trajectory, len(labels))
    yield _stacked([here])
    done, drop = 0, lags if whole or labels or trajectory.width < NARROW else _FIRST
    most = WINDOW  # lags that are tried plainly at once: fewer after a failure, then a window of careful steps
    window: Window | None
    while done < lags:
        stop = trajectory.steps - done
        steps = Steps(trajectory, max(0, stop - CHUNK), stop)
        walk = _Walk.over(steps, labels)
        end = min(lags, done + steps.count)
        while done < end:
            until = min(end, drop) if drop > done else end
            times = range(trajectory.steps - 1 - done, trajectory.steps - 1 - until, -1)
            times = times[: max(1, min(most or WINDOW, BUFFER // here.size))]
            if here.apart:
                here = walk.by_entries(times[0], here)
                window = _stacked([here])
            elif most:
                window = walk.plainly(times, here)
                most = min(WINDOW, 2 * most) if window else most // 4
            else:
                window, most = walk.carefully(times, here), _FEW
                if window is None:
                    here = walk.apart(here)
            if window is None:
                continue
            done, here = done + window.lags, here if here.apart else _last(window)
            yield window
            if done == drop < lags and not here.apart and here.columns.total > 2 * PROBES * len(here.columns.kept):
                flow, columns = thinned(here.flow, here.columns)
                drop = done + max(done // (_PAUSE if columns.probes else 2), 8)
                here = replace(here, flow=flow, columns=columns)


def _start(trajectory: Trajectory, labels: int) -> _Here:
    """The identity, all of it in the first part."""
    widths = {s: trajectory.states[s.name].shape[2] for s in trajectory.definition.states}
    flow = identity(widths, trajectory.batch)
    parts = {}
    for s, block in flow.items() if labels else ():
        mantissa = np.concatenate([block.mantissa, *[np.zeros_like(block.mantissa)] * (labels - 1)], axis=2)
        exponent = np.concatenate([block.exponent, *[np.full_like(block.exponent, NOTHING)] * (labels - 1)], axis=1)
        parts[s] = Scaled(mantissa, exponent)
    return _Here(flow, parts, Columns(tuple(widths.values())))


def _stacked(moments: Sequence[_Here]) -> Window:
    def stack(blocks: Sequence[Scaled]) -> Scaled:
        return Scaled(np.stack([b.mantissa for b in blocks]), np.stack([b.exponent for b in blocks]))

    flow = {s: stack([m.flow[s] for m in moments]) for s in moments[0].flow}
    parts = {s: stack([m.parts[s] for m in moments]) for s in moments[0].parts}
    return Window(flow, parts, moments[0].columns, {s: _squares(block.mantissa) for s, block in flow.items()})


def _last(window: Window) -> _Here:
    def last(blocks: Flow) -> Flow:
        return {s: normalised(b.mantissa[-1], b.exponent[-1], together=True) for s, b in blocks.items()}

    return _Here(last(window.flow), last(window.parts), window.columns)


@dataclass(frozen=True)
class _Walk:
    """Steps back in time, of the flow by `full` and of its parts by `carry`, in which what leaves it joins them.

    rows: steps of the flow alone.
    """

    full: Backward
    carry: Backward
    rows: Rows | None
    labels: Sequence[str]
    start: int
    falls: Array

    @classmethod
    def over(cls, steps: Steps, labels: Sequence[str]) -> _Walk:
        full = Backward(steps)
        if not labels:
            return cls(full, full, Rows(steps, full), labels, steps.start, full.falls())
        carry = Backward(steps, carry=True)
        return cls(full, carry, None, labels, steps.start, full.falls() + carry.falls())

    def plainly(self, times: Sequence[int], here: _Here) -> Window | None:
        """The flow after each of these steps, at the exponents of the first; None where that is not safe."""
        falls = self._falls(times)
        if _far(here.flow) or _far(here.parts) or falls > FALL:
            return None
        exponent = _common(here.flow)
        often = int(FALL // max(falls, 1.0))
        if self.rows:
            stacks = self._by_rows(times, here.flow, exponent, self.rows)
            squares = {s: _squares(stack) for s, stack in stacks.items()}
            flow = _within(stacks, squares, exponent, often)
            return None if flow is None else Window(flow, {}, here.columns, squares)
        now = [b.at(exponent) for b in here.flow.values()]
        flows: list[list[Array]] = []
        parts: list[list[Array]] = []
        with np.errstate(over="ignore", invalid="ignore"):  # `_within` judges
            tiled, own = np.tile(exponent, (1, len(self.labels))), slice(0, exponent.shape[1])
            common = _common(here.parts, tiled)
            apart = np.maximum(common, tiled)
            apart[:, own] = common[:, own]  # nothing joins the carry
            scale = np.ldexp(1.0, tiled - apart)
            if scale[:, own.stop :].min(initial=1.0) < 2.0**-_NEAR:
                return None
            split = [b.at(apart) for b in here.parts.values()]
            for t in times:
                tails: Tails = {}
                now = self.full.pull(t, now, tails=tails)
                flows.append(now)
                split = self.carry.pull(t, split, entering=self._entering(tails, scale))
                parts.append(split)
        stacks, split_stacks = _stacks(here.flow, flows), _stacks(here.parts, parts)
        squares = {s: _squares(stack) for s, stack in stacks.items()}
        flow = _within(stacks, squares, exponent, often)
        both = _within(split_stacks, {s: _squares(stack) for s, stack in split_stacks.items()}, apart, often)
        return None if flow is None or both is None else Window(flow, both, here.columns, squares)

    @staticmethod
    def _by_rows(times: Sequence[int], flow: Flow, exponent: Integers, rows: Rows) -> Stacks:
        """The flow after each of these steps, every column of Phi^T as a row."""
        now = np.concatenate([b.at(exponent).transpose(1, 2, 0) for b in flow.values()], axis=2)
        every = np.empty((len(times), *now.shape))
        with np.errstate(over="ignore", invalid="ignore"):  # `_within` judges
            for k, t in enumerate(times):
                rows.times(t, now, every[k])
                now = every[k]
        return {s: every[..., place].transpose(0, 3, 1, 2) for s, place in rows.places.items()}

    def carefully(self, times: Sequence[int], here: _Here) -> Window | None:
        """The same, every block at its own exponents at each step; None where an entry would be lost."""
        if self._falls(times) > FALL:
            return None
        found = []
        try:
            for t in times:
                if not here.parts:
                    here = replace(here, flow=through(partial(self._step, self.full, t), here.flow, whole=True))
                else:
                    moved = through(partial(self._step_and_left, t), here.flow, whole=True)
                    kept = through(partial(self._step, self.carry, t), here.parts, whole=True)
                    flow = {s: moved[s] for s in here.flow}
                    here = replace(here, flow=flow, parts={s: b.plus(moved["left", s]) for s, b in kept.items()})
                found.append(here)
        except Lost:
            return None
        return _stacked(found)

    def apart(self, here: _Here) -> _Here:
        """The same flow, ready to be carried with an exponent for every entry."""
        return replace(here, apart=(joint(here.flow), joint(here.parts) if here.parts else None))

    def by_entries(self, t: int, here: _Here) -> _Here:
        """The flow after this step, with an exponent for every entry if that is still needed."""
        assert here.apart
        flow, parts = here.apart
        widths = self.full.widths
        plain = units(widths, len(flow.mantissa))
        found = dict(self._step_and_left(t, plain) if parts else self._step(self.full, t, plain))
        moved = product(matrix_of({s: found[s] for s in widths}, widths), flow)
        if parts:
            left = np.split(matrix_of({s: found["left", s] for s in widths}, widths), len(self.labels), axis=2)
            kept = product(matrix_of(self._step(self.carry, t, plain), widths), parts)
            parts = kept + beside([product(matrix, flow) for matrix in left])
        flows, both = cut(moved, widths), cut(parts, widths) if parts else {}
        narrow = all(b.narrow for b in (*flows.values(), *both.values())) and self._falls([t]) <= FALL
        return _Here(
            {s: b.scaled() for s, b in flows.items()},
            {s: b.scaled() for s, b in both.items()},
            here.columns,
            None if narrow else (moved, parts),
        )

    def _falls(self, times: Sequence[int]) -> float:
        return float(self.falls[times[-1] - self.start : times[0] - self.start + 1].max())

    def _step(self, back: Backward, t: int, blocks: Vectors, tails: Tails | None = None) -> Vectors:
        shape = next(iter(blocks.values())).shape[1:]
        every = [blocks[s] if s in blocks else np.zeros((width, *shape)) for s, width in back.widths.items()]
        return dict(zip(back.widths, back.pull(t, every, tails=tails), strict=True))

    def _step_and_left(self, t: int, blocks: Vectors) -> dict[Hashable, Array]:
        tails: Tails = {}
        full = self._step(self.full, t, blocks, tails)
        batch, columns = next(iter(full.values())).shape[1:]
        nothing = [np.zeros((width, batch, len(self.labels) * columns)) for width in self.full.widths.values()]
        left = self.carry.pull(t, nothing, entering=self._entering(tails, np.ones((batch, nothing[0].shape[2]))))
        return {**full, **{("left", s): block for s, block in zip(full, left, strict=True)}}

    def _entering(self, tails: Tails, scale: Array) -> Entering:
        entering = {}
        for source, by_label in tails.items():
            places = []
            for label, block in by_label.items():
                k = self.labels.index(label)
                columns = slice(k * block.shape[2], (k + 1) * block.shape[2])
                factor = scale[:, columns]
                places.append((columns, block if (factor == 1.0).all() else block * factor))
            entering[source] = places
        return entering


def _far(blocks: Flow) -> bool:
    """Whether blocks of a column lie too far from one another to share an exponent."""
    top = _common(blocks) if blocks else np.zeros(())
    return any(((e < top - _NEAR) & (e > NOTHING // 2)).any() for e in (b.exponent for b in blocks.values()))


def _common(blocks: Flow, nothing: Integers | int = 0) -> Integers:
    """One exponent for each column that serves all blocks, `nothing` where there is nothing."""
    top = np.maximum.reduce([block.exponent for block in blocks.values()])
    return np.where(top > NOTHING // 2, top, nothing)


def _stacks(like: Flow, steps: Sequence[Sequence[Array]]) -> Stacks:
    return {s: np.stack(blocks) for s, blocks in zip(like, zip(*steps, strict=True), strict=True)}


def _squares(mantissa: Array) -> Array:
    """The squared length of every column of (lags, width, batch, columns)."""
    rows = mantissa.transpose(0, 2, 3, 1)
    with np.errstate(over="ignore", invalid="ignore"):  # `_within` judges
        return np.asarray(np.vecdot(rows, rows))


def _within(stacks: Stacks, squares: Stacks, exponent: Integers, often: int) -> Flow | None:
    """Stacks (lags, width, batch, columns) with their exponent; None where one for all lags is not safe.

    That is, where a column is not zero and too far from 1, or an entry not zero and too small. often: steps between two
    looks at the entries.
    """
    found = {}
    for s, mantissa in stacks.items():
        some = squares[s] != 0
        if not ((squares[s] < 4.0**_SAFE) & (squares[s] > 4.0**-_SAFE) | ~some).all():
            return None
        if not some.all() and mantissa.transpose(0, 2, 3, 1)[~some].any():
            return None  # what is squared to zero need not be zero
        if smallest(mantissa[::-often].transpose(0, 2, 3, 1)) < 2.0**-DEEP:
            return None
        found[s] = Scaled(mantissa, np.where(some, exponent, NOTHING))
    return found


__all__ = ["BUFFER", "CHUNK", "WINDOW", "Window", "windows"]
