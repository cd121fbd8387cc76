"""Rows of the flow times the Jacobians of successive steps, in a few passes over memory each.

Phi_(q+1) = Phi_q J: a row is the error that one entry of the last state, or a mixture of them, sends back. The joint
state lies along a row, so that diagonals are met in contiguous memory. J is passed edge by edge (`passes`) or, where
rows would meet several matrices on their way between two vectors, the sum of these is formed (`formed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.backward import Backward
from errorflow.numeric.formed import Formed, gathered, plain
from errorflow.numeric.linear import Steps
from errorflow.numeric.passes import Pass, Plan

_FORMED = 14  # rows from which on it pays

Calls = tuple[Callable[..., Any], Iterable[tuple[Any, ...]]]  # a function, and its arguments at each step


class Rows:
    """Steps back in time of rows (batch, rows, N) of the flow. places: of the states within a row."""

    def __init__(self, steps: Steps, back: Backward) -> None:
        self.places, self.width = _side_by_side(back.widths)
        self._start = steps.start
        self._plan = Plan(back, plain(back), self.places)
        fewer = gathered(back)
        self._fewer = Plan(back, fewer, self.places) if fewer else self._plan

    def walk(self, times: Sequence[int], every: Array) -> None:
        """Writes every[k] times J at step times[k] into every[k + 1]; `every` is (steps + 1, batch, rows, N).

        times: successive steps, the latest first.
        """
        plan = self._fewer if every.shape[2] >= _FORMED else self._plan
        functions, arguments = zip(*self._calls(plan, times, every), strict=True)
        for step in zip(*arguments, strict=True):
            for function, some in zip(functions, step, strict=True):
                function(*some)

    def _calls(self, plan: Plan, times: Sequence[int], every: Array) -> Iterator[Calls]:
        """What is done at every step, in order; all views are made beforehand, in less time than on the way."""
        arrays = [every[:-1], every[1:], *(np.empty((1, *every.shape[1:3], width)) for width in plan.buffers)]
        values = [arrays[k][..., columns] for k, columns in plan.places]
        now = slice(times[-1] - self._start, times[0] - self._start + 1)
        for step in plan.passes:
            target = values[step.target]
            if step.source is None:
                yield np.copyto, zip(_each(target, times), repeat(0.0, len(times)), strict=True)
            elif step.plus is None:
                yield self._call(step, times, now, values[step.source], target)
            else:
                part = np.empty((1, *target.shape[1:]))
                yield self._call(step, times, now, values[step.source], part)
                both = (_each(array, times) for array in (values[step.plus], part, target))
                yield np.add, zip(*both, strict=True)

    @staticmethod
    def _call(step: Pass, times: Sequence[int], now: slice, source: Array, target: Array) -> Calls:
        if step.entries is not None:
            entries = step.entries[now][::-1]
            if step.several:
                source, target = source[..., None, :], target.reshape(*target.shape[:3], *entries.shape[3:])
            return np.multiply, zip(_each(source, times), entries, _each(target, times), strict=True)
        if step.weight is not None:
            weights: Iterable[Array]
            if isinstance(step.weight, Formed):
                weights, each = step.weight.back(now.start, now.stop - 1), step.weight.batch > 1
            else:
                weights, each = repeat(step.weight, len(times)), False
            if not each:
                source, target = (array.reshape(len(array), -1, array.shape[3]) for array in (source, target))
            return np.matmul, zip(_each(source, times), weights, _each(target, times), strict=True)
        return np.copyto, zip(_each(target, times), _each(source, times), strict=True)


def _each(array: Array, times: Sequence[int]) -> Iterable[Array]:
    """The array at each step: (steps, ...), or (1, ...) where it is always the same."""
    return array if len(array) == len(times) else repeat(array[0], len(times))


def _side_by_side(widths: Mapping[sympy.Symbol, int]) -> tuple[dict[sympy.Symbol, slice], int]:
    places, end = {}, 0
    for state, width in widths.items():
        places[state] = slice(end, end + width)
        end += width
    return places, end


__all__ = ["Rows"]
