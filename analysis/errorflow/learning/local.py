"""The local derivatives that errors are multiplied by on the way back, a few steps at a time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
import sympy

from errorflow.activations import BY_FUNCTION
from errorflow.learning.backward_lines import gates
from errorflow.learning.counting import products
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BackwardPlan
from errorflow.numeric.arrays import Array
from errorflow.numeric.lines import Scratch, lines, walk
from errorflow.numeric.stepping import Place

Window = dict[sympy.Symbol, Array]
Spans = dict[sympy.Symbol, tuple[int, int]]
_AT_ONCE = 4096  # numbers: what a few calls read and write stays in the fastest memory


class Local:
    """Memory for the local derivatives of a stretch of steps, and what fills it.

    gates: those of maps that are their only way on, (steps, all widths, batch), as the errors of maps lie. at: of the
    other edges, by their place in the plan, where they stand, or a number.
    """

    def __init__(
        self, plan: BackwardPlan, window: Window, spans: Spans, together: int, batch: int, counter: Counter
    ) -> None:
        height = max((stop for _, stop in spans.values()), default=0)
        self.gates = np.empty((together, height, batch))
        self.at: dict[int, Place | float] = {}
        self._together, self._batch, self._counter = together, batch, counter
        self._calls: list[tuple[Any, list[Place | Array | float]]] = []
        self._places: dict[object, Place] = {s: Place(array.swapaxes(1, 2)) for s, array in window.items()}
        self._few = 1
        shared, entries = _entries(plan)
        for symbol, function in shared.items():
            self._places[symbol] = self._prepare(function)
        for place, entry in entries.items():
            if entry.is_Symbol:
                self.at[place] = self._places[entry]
            elif not entry.free_symbols:
                self.at[place] = float(entry)
            elif place in gates(plan):
                start, stop = spans[gates(plan)[place]]
                self._prepare(entry, Place(self.gates[:, start:stop]))
            else:
                self.at[place] = self._prepare(entry)

    def _prepare(self, expression: sympy.Expr, target: Place | None = None) -> Place:
        """Adds the lines of an expression; where its value will stand."""
        width = max(self._places[s].array.shape[1] for s in expression.free_symbols)
        if target is None:
            target = Place(np.empty((self._together, width, self._batch)))
        while 2 * self._few * width * self._batch <= _AT_ONCE and self._together % (2 * self._few) == 0:
            self._few *= 2
        scratch: dict[object, Place] = {Scratch(0): target}
        for line in lines(expression):
            if line.target not in scratch:
                scratch[line.target] = Place(np.empty((self._together, width, self._batch)))
            reads = [r if isinstance(r, float) else {**self._places, **scratch}[r] for r in line.reads]
            self._calls.append((self._counter.writes(line.function), [*reads, scratch[line.target]]))
        return target

    def make(self, begin: int, count: int) -> None:
        """Makes those of steps begin, begin + 1, ..., a multiple of the length of a stretch being the first."""
        few = self._few if count % self._few == 0 else 1

        def over(place: Place | Array | float) -> Iterable[Any]:
            if not isinstance(place, Place):
                return repeat(place)
            array = place.over(begin, count)
            return array.reshape(count // few, few, *array.shape[1:])

        walk(count // few, [(function, tuple(map(over, places))) for function, places in self._calls])


@lru_cache(maxsize=64)
def _entries(plan: BackwardPlan) -> tuple[dict[sympy.Symbol, sympy.Expr], dict[int, sympy.Expr]]:
    """(stand-in -> function that local derivatives have in common; edge, by its place -> local derivative)."""
    entries = {place: b.entry for place, b in enumerate(plan.edges) if b.entry is not None and b.entry != 1}
    met: dict[sympy.Expr, int] = {}
    for entry in entries.values():
        for function in entry.atoms(sympy.Function):
            if function.func in BY_FUNCTION and products(function) == 0:
                met[function] = met.get(function, 0) + 1
    shared = {function: sympy.Dummy() for function, times in met.items() if times > 1}
    for function in list(shared):
        if any(other != function and other.has(function) for other in shared):
            del shared[function]
    return (
        {symbol: function for function, symbol in shared.items()},
        {place: entry.xreplace(shared) for place, entry in entries.items()},
    )
