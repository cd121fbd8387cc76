"""Rows of the flow times the Jacobians of successive steps, in a few passes over memory each.

Phi_(q+1) = Phi_q J: a row is the error that one entry of the last state, or a mixture of them, sends back. The joint
state lies along a row, so that diagonals are met in contiguous memory. J is passed edge by edge (`passes`) or, where
many rows would meet several matrices between the same states, formed (`formed`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.backward import Backward
from errorflow.numeric.formed import formed
from errorflow.numeric.linear import Steps
from errorflow.numeric.passes import Pass, Plan


class Rows:
    """Steps back in time of rows (batch, rows, N) of the flow. places: of the states within a row."""

    def __init__(self, steps: Steps, back: Backward) -> None:
        self.places, self.width = _side_by_side(back.widths)
        self._start = steps.start
        self._plan = Plan(back, self.places)
        self._shape: tuple[int, ...] = ()
        self._buffers: list[Array] = []
        self._spares: dict[int, Array] = {}
        self._formed = formed(steps, self.places, self._plan.products)

    def times(self, t: int, rows: Array, out: Array) -> None:
        """Writes rows times J at step t, (batch, rows, N), into `out`; both are contiguous."""
        if self._formed and rows.shape[1] >= self._formed.worth:
            self._formed.times(t, rows, out)
            return
        if rows.shape[:2] != self._shape:
            self._shape = rows.shape[:2]
            self._buffers = [np.empty((*self._shape, width)) for width in self._plan.buffers]
            self._spares = {}
        arrays, i = [rows, out, *self._buffers], t - self._start
        values = [arrays[k][:, :, columns] for k, columns in self._plan.places]
        for step in self._plan.passes:
            if step.source is None:
                values[step.target].fill(0.0)
            elif step.plus is None:
                self._pass(step, i, values[step.source], values[step.target])
            else:
                self._pass(step, i, values[step.source], spare := self._spare(values[step.target].shape[2]))
                np.add(values[step.plus], spare, values[step.target])

    @staticmethod
    def _pass(step: Pass, i: int, source: Array, target: Array) -> None:
        if step.entries is not None:
            if step.several:
                source, target = source[:, :, None], target.reshape(*target.shape[:2], *step.entries.shape[3:])
            np.multiply(source, step.entries[i], target)
        elif step.weight is not None:
            height, width = step.weight.shape
            np.matmul(source.reshape(-1, height), step.weight, target.reshape(-1, width))
        else:
            np.copyto(target, source)

    def _spare(self, width: int) -> Array:
        if width not in self._spares:
            self._spares[width] = np.empty((*self._shape, width))
        return self._spares[width]


def _side_by_side(widths: Mapping[sympy.Symbol, int]) -> tuple[dict[sympy.Symbol, slice], int]:
    places, end = {}, 0
    for state, width in widths.items():
        places[state] = slice(end, end + width)
        end += width
    return places, end


__all__ = ["Rows"]
