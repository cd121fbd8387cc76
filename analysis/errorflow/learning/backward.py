"""The way back through a run: the error of every affine map at every step, stretch by stretch.

Here a vector is a column, as in the run, and errors of several losses or sequences are columns side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle, repeat
from typing import Any

import numpy as np
import sympy

from errorflow.learning.backward_lines import Memory, program
from errorflow.learning.local import Local, Spans, Window
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BackwardPlan
from errorflow.numeric import pieces
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.lines import Bound, walk
from errorflow.numeric.stepping import Place, stack, stacked_weights

_CALLS = {"multiply": np.multiply, "add": np.add, "copy": np.positive}
_TOGETHER = 16  # steps whose errors are kept, and then meet what the maps read in one product


@dataclass(frozen=True, eq=False)
class Adjoints:
    """d loss / d net of all affine maps below one another at some steps, (all widths, steps, rows).

    rows, the last axis, are sequences, or pairs of loss step and sequence. spans: first row, and last row and one, of
    each map. start: the first of the steps.
    """

    array: Array
    spans: Spans
    start: int = 0

    def of(self, net: sympy.Symbol) -> Array:
        """Those of one map, (T, rows, width)."""
        start, stop = self.spans[net]
        return self.array[start:stop].transpose(1, 2, 0)


def whole(parts: Iterable[Adjoints]) -> Adjoints:
    """Those of all steps, from stretches that follow one another from the last to the first."""
    found = [replace(part, array=part.array.copy()) for part in parts]
    return Adjoints(np.concatenate([part.array for part in reversed(found)], axis=1), found[0].spans)


def backward(
    trajectory: Trajectory,
    plan: BackwardPlan,
    window: Window,
    errors: Array,
    counter: Counter,
    states: Window | None = None,
) -> Iterator[Adjoints]:
    """d loss / d net for every affine map, stretch by stretch from the last steps to the first, all in one array.

    errors: (T, rows, n); rows are sequences, or pairs of loss step and sequence.
    states: the error of every state after the last step, (rows, width), if it is to be carried on to the state before
    the first step, which it then holds; if not given, there is none, and the first step goes no further.
    """
    steps, rows, _ = errors.shape
    way = _Way(trajectory, plan, window, rows, min(steps, _TOGETHER), counter)
    carried = frozenset(states or {})
    for state, error in (states or {}).items():
        way.after(state)[...] = error.T
    for begin in range((steps - 1) // _TOGETHER * _TOGETHER, -1, -_TOGETHER):
        t = min(begin + _TOGETHER, steps)
        way.enter(begin, errors[begin:t])
        found = way.maps[: t - begin]
        while t > begin:
            here = way.ready(carried, t > 1 or states is not None)
            last = 1 if begin == 0 and states is None and t > 1 else begin  # the first step is on its own
            start = last if here.arrived == carried else t - 1
            way.go(here, start, t)
            t = start
            if states is None:
                carried = here.arrived
            for state in carried - here.arrived:
                way.after(state)[...] = 0.0
        if states is not None and begin == 0:
            states.update({state: way.after(state).T for state in trajectory.definition.states})
        yield Adjoints(np.ascontiguousarray(found.swapaxes(0, 1)), way.spans, begin)


@dataclass(frozen=True, eq=False)
class _Turns:
    """The errors of a state after a step and before it, which change places from step to step."""

    pair: list[Array]
    ahead: int


Stands = Place | _Turns | Array | float  # by steps, by turns, or always the same


@dataclass(frozen=True, eq=False)
class _Ready:
    """A program with its memory. macs, products: what a step takes."""

    calls: list[tuple[Any, list[Stands]]]
    arrived: frozenset[sympy.Symbol]
    macs: int
    products: int


class _Way:
    """The memory of a way back, and what runs in it.

    maps: errors of the maps at the steps of a stretch, (steps, all widths, rows).
    """

    def __init__(
        self, trajectory: Trajectory, plan: BackwardPlan, window: Window, rows: int, together: int, counter: Counter
    ) -> None:
        definition = trajectory.definition
        self._weights, self._counter = trajectory.weights, counter
        self._widths = trajectory.widths
        self.spans = stack([n.symbol for n in definition.nodes if n.expression is None], self._widths, 0, 0).spans
        self._local = Local(plan, window, self.spans, together, trajectory.batch, counter)
        self.maps = np.zeros((together, self._local.gates.shape[1], rows))
        self._entering = np.empty((together, self._widths[definition.output], rows))
        self._turns = {s: [np.zeros((self._widths[s], rows)) for _ in "ab"] for s in definition.states}
        self._taken = 0
        self._rooms: dict[Memory, Array] = {}
        self._programs: dict[tuple[frozenset[sympy.Symbol], bool], _Ready] = {}
        self._plan, self._definition = plan, definition

    def after(self, state: sympy.Symbol) -> Array:
        """The error of a state after the step that is next."""
        return self._turns[state][self._taken % 2]

    def enter(self, begin: int, errors: Array) -> None:
        """Takes the errors of the outputs of a stretch, (steps, rows, n), and makes its local derivatives."""
        np.copyto(self._entering[: len(errors)], errors.swapaxes(1, 2))
        self._local.make(begin, len(errors))

    def ready(self, carried: frozenset[sympy.Symbol], further: bool) -> _Ready:
        """The program of a step after which errors stand at these states."""
        if (carried, further) in self._programs:
            return self._programs[carried, further]
        rows, batch = self.maps.shape[2], self._local.gates.shape[2]
        # Where there are several errors for each sequence, they meet its slopes side by side.
        groups, ones = ((), ()) if rows == batch else ((rows // batch,), (1,))
        beside = {"gate": (*ones, batch), "slope": (*ones, batch), "weight": (*ones, 1)}
        here, macs, products = program(self._definition, self._plan, carried, further), 0, 0
        silent = (self._stands(Memory("map", net), (rows,)) for net in here.silent)
        calls: list[tuple[Any, list[Stands]]] = [(np.positive, [0.0, place]) for place in silent]
        for call in here.calls:
            if call.product is None:
                shapes = [beside.get(m.kind, (*groups, batch)) for m in (*call.reads, call.target)]
                stand = [self._stands(m, shape) for m, shape in zip((*call.reads, call.target), shapes, strict=True)]
                calls.append((_CALLS[call.name], stand))
                products += self._width(call.target) * rows if call.name == "multiply" else 0
                continue
            matrix = np.ascontiguousarray(stacked_weights(call.product, self._weights).T)
            cut = pieces.number(matrix, rows)
            error, target = self._stands(call.reads[0], (rows,)), self._stands(call.target, (rows,), cut)
            calls.append((np.matmul, [pieces.cut(matrix, cut), error, target]))
            macs += matrix.size * rows
        self._programs[carried, further] = _Ready(calls, here.arrived, macs, products)
        return self._programs[carried, further]

    def go(self, here: _Ready, start: int, stop: int) -> None:
        """Runs a program at steps stop-1 down to start."""
        count = stop - start
        bound: list[Bound] = []
        for function, places in here.calls:
            bound.append((function, tuple(self._from(p, start, count) for p in places)))
        walk(count, bound)
        self._counter.macs += count * here.macs
        self._counter.products(count * here.products)
        self._taken += count

    def _from(self, stands: Stands, start: int, count: int) -> Iterable[Any]:
        """What stands there at steps start + count - 1 down to start."""
        if isinstance(stands, Place):
            return stands.over(start, count)[::-1]
        if isinstance(stands, _Turns):
            return cycle(stands.pair if (stands.ahead + self._taken) % 2 == 0 else stands.pair[::-1])
        return repeat(stands)

    def _stands(self, m: Memory, shape: tuple[int, ...], cut: int = 0) -> Stands:
        """Memory of a program, (width, *shape), or cut in pieces of its height."""
        full = (cut, -1, *shape) if cut else (-1, *shape)

        def by_steps(array: Array) -> Place:
            return Place(array.reshape(len(array), *full))

        if m.kind == "map":
            return by_steps(self.maps[:, self._rows(m)])
        if m.kind == "gate":
            return by_steps(self._local.gates[:, self._rows(m)])
        if m.kind == "entering":
            return by_steps(self._entering)
        if m.kind == "slope":
            found = self._local.at[m.of]  # type: ignore[index]
            return by_steps(found.array) if isinstance(found, Place) else found
        if m.kind in ("new", "old"):
            return _Turns([array.reshape(full) for array in self._turns[m.of]], int(m.kind == "old"))
        if m.kind == "weight":
            return self._weights[str(m.of)].reshape(full)
        return self._rooms.setdefault(m, np.empty((self._widths[m.of], self.maps.shape[2]))).reshape(full)

    def _rows(self, m: Memory) -> slice:
        """Where neighbouring maps stand."""
        return slice(self.spans[m.of][0], self.spans[m.until or m.of][1])

    def _width(self, m: Memory) -> int:
        """How many entries the error has that stands there."""
        rows = self._rows(m) if m.kind == "map" else slice(0, self._widths[m.of])
        return int(rows.stop - rows.start)
