"""Phi_q^T = (d state_T / d state_(T-q))^T for q = 0, 1, 2, ..., carried backwards in time, and its parts.

Column k of Phi_q^T is the error that entry k of the last state sends back. Lags come in windows: within one, plain
float64 is carried at the exponents of its start, and checked at its end. Where a column has left the range in which
that is safe, the window is gone through again step by step, every block at its own exponents. And where the entries of
one column have come to lie so far apart that one of them would be lost, every entry has its own exponent (`entries`)
until they are close again. So a zero is a zero of the product of the Jacobians, as float64 holds them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from errorflow.numeric.arrays import Array
from errorflow.numeric.backward import Backward, Entering, Tails
from errorflow.numeric.entries import beside, cut, joint, matrix_of, product, units
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.linear import Steps, Vectors
from errorflow.numeric.rows import Rows
from errorflow.numeric.scaled import FALL, NOTHING, Integers, Lost, Scaled, identity, through
from errorflow.numeric.thinning import PROBES, Columns, thinned
from errorflow.numeric.window import (
    NEAR,
    Flow,
    Moment,
    Room,
    Stacks,
    Window,
    common,
    far_apart,
    last_of,
    squares_of,
    stacked,
    stacks_of,
    within,
)

CHUNK = 256
"""Steps whose local derivatives are held at once."""

WINDOW = 256
"""Lags of a window at most."""

NARROW = 64
"""Width of the joint state below which dropping directions takes longer than it saves."""

BUFFER = 2**19
"""Entries of a window at most, which stays in the cache then; one lag may have more."""

_FEW = 4  # lags that are tried plainly after careful steps
_FIRST = 16  # the lag at which directions are dropped for the first time
_PAUSE = 3  # after lag q the next time is q + q / _PAUSE


def windows(trajectory: Trajectory, lags: int, labels: Sequence[str] = (), *, whole: bool = True) -> Iterator[Window]:
    """The flow at lags 0..lags, with its parts where there are labels.

    whole: whether to carry every column, or to drop directions that no longer matter (`thinning`); parts need all.
    The arrays of a window are used again for a later one.
    """
    room = Room()
    here = _start(trajectory, len(labels))
    yield stacked([here])
    done, drop = 0, lags if whole or labels or trajectory.width < NARROW else _FIRST
    most = WINDOW  # lags that are tried plainly at once: fewer after a failure, then a window of careful steps
    window: Window | None
    while done < lags:
        stop = trajectory.steps - done
        steps = Steps(trajectory, max(0, stop - CHUNK), stop)
        walk = _Walk.over(steps, labels, room)
        end = min(lags, done + steps.count)
        while done < end:
            until = min(end, drop) if drop > done else end
            times = range(trajectory.steps - 1 - done, trajectory.steps - 1 - until, -1)
            times = times[: max(1, min(most or WINDOW, BUFFER // here.size))]
            if here.apart:
                here = walk.by_entries(times[0], here)
                window = stacked([here])
            elif most:
                window = walk.plainly(times, here)
                most = min(WINDOW, 2 * most) if window else most // 4
            else:
                window, most = walk.carefully(times, here), _FEW
                if window is None:
                    here = walk.apart(here)
            if window is None:
                continue
            done, here = done + window.lags, here if here.apart else last_of(window)
            yield window
            if done == drop < lags and not here.apart and here.columns.total > 2 * PROBES * len(here.columns.kept):
                flow, columns = thinned(here.flow, here.columns)
                drop = done + max(done // (_PAUSE if columns.probes else 2), 8)
                here = replace(here, flow=flow, columns=columns)


def _start(trajectory: Trajectory, labels: int) -> Moment:
    """The identity, all of it in the first part."""
    widths = {s: trajectory.states[s.name].shape[2] for s in trajectory.definition.states}
    flow = identity(widths, trajectory.batch)
    parts = {}
    for s, block in flow.items() if labels else ():
        mantissa = np.concatenate([block.mantissa, *[np.zeros_like(block.mantissa)] * (labels - 1)], axis=2)
        exponent = np.concatenate([block.exponent, *[np.full_like(block.exponent, NOTHING)] * (labels - 1)], axis=1)
        parts[s] = Scaled(mantissa, exponent)
    return Moment(flow, parts, Columns(tuple(widths.values())))


@dataclass(frozen=True)
class _Walk:
    """Steps back in time, of the flow by `full` and of its parts by `carry`, in which what leaves it joins them.

    rows: steps of the flow alone.
    """

    full: Backward
    carry: Backward
    rows: Rows | None
    room: Room
    labels: Sequence[str]
    start: int
    falls: Array

    @classmethod
    def over(cls, steps: Steps, labels: Sequence[str], room: Room) -> _Walk:
        full = Backward(steps)
        if not labels:
            return cls(full, full, Rows(steps, full), room, labels, steps.start, full.falls())
        carry = Backward(steps, carry=True)
        return cls(full, carry, None, room, labels, steps.start, full.falls() + carry.falls())

    def plainly(self, times: Sequence[int], here: Moment) -> Window | None:
        """The flow after each of these steps, at the exponents of the first; None where that is not safe."""
        falls = self._falls(times)
        if far_apart(here.flow) or far_apart(here.parts) or falls > FALL:
            return None
        exponent = common(here.flow)
        often = int(FALL // max(falls, 1.0))
        if self.rows:
            stacks = self._by_rows(times, here.flow, exponent, self.rows)
            squares = {s: squares_of(stack) for s, stack in stacks.items()}
            flow = within(stacks, squares, exponent, often)
            return None if flow is None else Window(flow, {}, here.columns, squares)
        now = [b.at(exponent) for b in here.flow.values()]
        flows: list[list[Array]] = []
        parts: list[list[Array]] = []
        with np.errstate(over="ignore", invalid="ignore"):  # `within` judges
            tiled, own = np.tile(exponent, (1, len(self.labels))), slice(0, exponent.shape[1])
            shared = common(here.parts, tiled)
            apart = np.maximum(shared, tiled)
            apart[:, own] = shared[:, own]  # nothing joins the carry
            scale = np.ldexp(1.0, tiled - apart)
            if scale[:, own.stop :].min(initial=1.0) < 2.0**-NEAR:
                return None
            split = [b.at(apart) for b in here.parts.values()]
            for t in times:
                tails: Tails = {}
                now = self.full.pull(t, now, tails=tails)
                flows.append(now)
                split = self.carry.pull(t, split, entering=self._entering(tails, scale))
                parts.append(split)
        stacks, split_stacks = stacks_of(here.flow, flows), stacks_of(here.parts, parts)
        squares = {s: squares_of(stack) for s, stack in stacks.items()}
        flow = within(stacks, squares, exponent, often)
        both = within(split_stacks, {s: squares_of(stack) for s, stack in split_stacks.items()}, apart, often)
        return None if flow is None or both is None else Window(flow, both, here.columns, squares)

    def _by_rows(self, times: Sequence[int], flow: Flow, exponent: Integers, rows: Rows) -> Stacks:
        """The flow after each of these steps, every column of Phi^T as a row."""
        now = np.concatenate([b.at(exponent).transpose(1, 2, 0) for b in flow.values()], axis=2)
        every = self.room.of((len(times) + 1, *now.shape))
        every[0] = now
        with np.errstate(over="ignore", invalid="ignore"):  # `within` judges
            rows.walk(times, every)
        every = every[1:]
        return {s: every[..., place].transpose(0, 3, 1, 2) for s, place in rows.places.items()}

    def carefully(self, times: Sequence[int], here: Moment) -> Window | None:
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
        return stacked(found)

    def apart(self, here: Moment) -> Moment:
        """The same flow, ready to be carried with an exponent for every entry."""
        return replace(here, apart=(joint(here.flow), joint(here.parts) if here.parts else None))

    def by_entries(self, t: int, here: Moment) -> Moment:
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
        return Moment(
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


__all__ = ["BUFFER", "CHUNK", "WINDOW", "Window", "windows"]
