"""One step of backpropagation over rows as a list of passes, in which every vector has its place beforehand.

Vectors that meet matrices on their way to one source stand side by side, so that one product serves them all and
nothing is copied; those that come from one vector through diagonals are made in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.backward import Backward
from errorflow.numeric.formed import Formed, Meeting, Stage

ROWS, OUT = 0, 1
"""Numbers of the arrays that hold the new state and the old; the others are buffers."""


@dataclass(frozen=True)
class Pass:
    """target = source times a diagonal or a matrix, plus what stands at `plus`; all are numbers of places.

    entries: (steps, batch or 1, 1, width), or (steps, batch or 1, 1, vectors, width) for targets side by side.
    weight: (width of the source, width of the target), or what forms one for every step. With neither, a copy; without
    a source, zero.
    """

    target: int
    source: int | None = None
    entries: Array | None = None
    weight: Array | Formed | None = None
    plus: int | None = None

    @property
    def several(self) -> bool:
        """Whether there are several targets side by side."""
        return self.entries is not None and self.entries.ndim == 5

    @property
    def scales(self) -> bool:
        """Whether it is one vector times a diagonal."""
        return self.entries is not None and self.plus is None


class Plan:
    """Where every vector stands, and the passes in order.

    places: (array, columns) by number. buffers: their widths. states: their columns.
    """

    def __init__(self, back: Backward, stages: Sequence[Stage], states: Mapping[sympy.Symbol, slice]) -> None:
        self.places: list[tuple[int, slice]] = []
        self.buffers: list[int] = []
        self._home = {new: self._at(ROWS, states[s]) for s, new in back.news.items()}
        new_state = set(self._home)
        self._meeting = {stage.source: self._side_by_side(stages, stage) for stage in stages if stage.meetings}
        old_state = {s: self._at(OUT, place) for s, place in states.items()}
        sources = {stage.source for stage in stages}
        passes = [Pass(place) for s, place in old_state.items() if s not in sources]
        for stage in stages:
            source = stage.source
            plus = self._home[source] if source in new_state else None
            if source in old_state:
                target = old_state[source]
            elif source in self._home and plus is None:
                target = self._home[source]
            else:
                target = self._room(source) or self._buffer(_width(stage))
            for node, entries in stage.chains:
                rows = np.ascontiguousarray(entries.transpose(0, 2, 3, 1))
                passes.append(Pass(target, self._home[node], rows, plus=plus))
                plus = target
            if stage.meetings:
                passes += self._product(target, plus, *self._meeting[source])
            self._home[source] = target
        self.passes = tuple(self._fused(passes))

    def _at(self, array: int, columns: slice) -> int:
        self.places.append((array, columns))
        return len(self.places) - 1

    def _buffer(self, width: int) -> int:
        self.buffers.append(width)
        return self._at(len(self.buffers) + OUT, slice(0, width))

    def _room(self, node: sympy.Symbol) -> int | None:
        """A place that waits for this vector, where it meets matrices beside others."""
        for meetings, places, _ in self._meeting.values():
            for meeting, place in zip(meetings, places, strict=True):
                if meeting.vector == node and len(meetings) > 1:
                    return place
        return None

    def _side_by_side(self, stages: Sequence[Stage], stage: Stage) -> tuple[list[Meeting], list[int], int]:
        """Meetings in the order of their vectors, their places, and that of all; gives a home to those without."""
        fed_by = {s.source: [str(target) for target, _ in s.chains] for s in stages}
        meetings = sorted(stage.meetings, key=lambda m: fed_by.get(m.vector, []))
        whole, start, places = self._buffer(sum(m.height for m in meetings)), 0, []
        for meeting in meetings:
            places.append(self._at(self.places[whole][0], slice(start, start + meeting.height)))
            start += meeting.height
            self._home.setdefault(meeting.vector, places[-1])
        return meetings, places, whole

    def _product(
        self, target: int, plus: int | None, meetings: Sequence[Meeting], places: Sequence[int], whole: int
    ) -> Iterator[Pass]:
        weight: Array | Formed
        if all(entries is None for meeting in meetings for entries, _ in meeting.ways):
            weight = np.concatenate([sum(w for _, w in meeting.ways) for meeting in meetings])
        else:
            weight = Formed(meetings)
        if len(meetings) == 1:
            yield Pass(target, self._home[meetings[0].vector], weight=weight, plus=plus)
            return
        for meeting, place in zip(meetings, places, strict=True):
            if self._home[meeting.vector] != place:
                yield Pass(place, self._home[meeting.vector])
        yield Pass(target, whole, weight=weight, plus=plus)

    def _fused(self, passes: Sequence[Pass]) -> Iterator[Pass]:
        """The same passes, those from one vector to neighbours of one width as one."""
        run: list[Pass] = []
        for step in passes:
            if run and not (step.scales and step.source not in {p.target for p in run}):
                yield from self._neighbours(run)
                run = []
            if step.scales:
                run.append(step)
            else:
                yield step
        yield from self._neighbours(run)

    def _neighbours(self, run: Sequence[Pass]) -> Iterator[Pass]:
        group: list[Pass] = []
        for step in sorted(run, key=lambda p: (self.places[p.target][0], self.places[p.target][1].start)):
            if group and not self._joins(group[-1], step):
                yield self._one(group)
                group = []
            group.append(step)
        if group:
            yield self._one(group)

    def _joins(self, last: Pass, step: Pass) -> bool:
        (array, columns), (other, more) = self.places[last.target], self.places[step.target]
        same = array == other and columns.stop == more.start and last.source == step.source
        return same and _some(last.entries).shape == _some(step.entries).shape

    def _one(self, group: Sequence[Pass]) -> Pass:
        if len(group) == 1:
            return group[0]
        array, first = self.places[group[0].target]
        place = self._at(array, slice(first.start, self.places[group[-1].target][1].stop))
        return Pass(place, group[0].source, np.stack([_some(p.entries) for p in group], axis=3))


def _some(array: Array | None) -> Array:
    assert array is not None
    return array


def _width(stage: Stage) -> int:
    return int(stage.chains[0][1].shape[1]) if stage.chains else int(stage.meetings[0].ways[0][1].shape[1])


__all__ = ["OUT", "ROWS", "Pass", "Plan"]
