"""The forward pass of any cell. The states of every step are kept, and the vectors within a step if asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy

from errorflow.definition import Definition, New
from errorflow.numeric.arrays import Array, checked_inputs, checked_state, checked_weights
from errorflow.numeric.compile import compiled
from errorflow.numeric.stepping import advance, stack


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A run of a cell over a batch of sequences.

    Attributes
    ----------
    definition : Definition
        Of the cell.
    weights : dict of str to array
        As checked, float64.
    values : dict of sympy.Symbol to array, (T, batch, width)
        Inputs, and inner vectors if they are kept.
    states : dict of str to array, (T + 1, batch, width)
        The initial state first.
    single : bool
        Whether one sequence was given without a batch axis.
    """

    definition: Definition
    weights: dict[str, Array]
    values: dict[sympy.Symbol, Array]
    states: dict[str, Array]
    single: bool

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return next(iter(self.states.values())).shape[0] - 1

    @property
    def batch(self) -> int:
        """The number of sequences."""
        return next(iter(self.states.values())).shape[1]

    @property
    def width(self) -> int:
        """N, the length of the joint state."""
        return sum(block.shape[2] for block in self.states.values())

    @property
    def widths(self) -> dict[sympy.Symbol, int]:
        """The length of every vector of a step."""
        known = {s: self.states[s.name].shape[2] for s in self.definition.states}
        known |= {s: self.values[s].shape[2] for s in self.definition.inputs}
        sizes = {self.definition.sizes[s]: width for s, width in known.items()}
        for p in self.definition.parameters:
            sizes |= dict(zip((p.rows, p.columns or ""), self.weights[p.name].shape, strict=False))
        return {symbol: sizes[label] for symbol, label in self.definition.sizes.items()}

    def sequences(self, start: int, stop: int) -> Trajectory:
        """The run of sequences start..stop-1, as views.

        Parameters
        ----------
        start, stop : int
            From 0 to the size of the batch.

        Returns
        -------
        Trajectory
        """
        values = {symbol: array[:, start:stop] for symbol, array in self.values.items()}
        states = {name: array[:, start:stop] for name, array in self.states.items()}
        return replace(self, values=values, states=states, single=False)

    def between(
        self, start: int, stop: int, asked: Collection[sympy.Symbol] | None = None
    ) -> dict[sympy.Symbol, Array]:
        """Every name's values at steps start..stop-1: old states under their name, new ones under `new(name)`.

        Parameters
        ----------
        start, stop : int
            From 0 to T.
        asked : collection of sympy.Symbol, optional
            The names that must be there, all if not given.

        Returns
        -------
        dict of sympy.Symbol to array, (steps, batch, width)
        """
        window = {symbol: array[start:stop] for symbol, array in self.values.items()}
        for symbol in self.definition.states:
            window[symbol] = self.states[symbol.name][start:stop]
            window[New(symbol)] = self.states[symbol.name][start + 1 : stop + 1]
        needed = (node.symbol for node in self.definition.nodes) if asked is None else asked
        if any(symbol not in window for symbol in needed):
            self._make_again(window)
        return window

    def _make_again(self, window: dict[sympy.Symbol, Array]) -> None:
        """Adds the inner vectors, which follow from the states, all steps at once."""
        for node, function in compiled(self.definition).nodes:
            if isinstance(node.symbol, New):
                continue
            like = next(window[s] for s in self.definition.states)
            if function is not None:
                read = next((window[s].shape for s in function.reads), like.shape)
                window[node.symbol] = function(window, read)
                continue
            width = len(self.weights[node.bias]) if node.bias else len(self.weights[str(node.terms[0].matrix)])
            total = np.zeros((*like.shape[:2], width))
            for term in node.terms:
                total += _mapped(self.weights[str(term.matrix)], window[term.source])
            window[node.symbol] = total + self.weights[node.bias] if node.bias else total

    def output(self) -> Array:
        """The output block at every step.

        Returns
        -------
        array, (batch, T, n)
            Without the batch axis for a single sequence.
        """
        block = self.states[self.definition.output.name][1:].transpose(1, 0, 2)
        return block[0] if self.single else block


def run(
    definition: Definition,
    weights: Mapping[str, Any],
    inputs: Any,
    state: Any = None,
    *,
    inner: bool | Collection[sympy.Symbol] = True,
    columns: bool = False,
) -> Trajectory:
    """The trajectory of the cell.

    weights: name -> array, shapes as in `definition.parameters`. inputs: (batch, T, m) or (T, m).
    state: block name -> (n,) or (batch, n), zero where absent. inner: whether the vectors within a step are kept too;
    if not, `between` makes them again, and memory is that of the states; or those that at least are. columns: whether
    every array is a view of one in which sequences are columns side by side, as they are computed; if not, all but
    inputs are in C order.

    Raises: KeyError, TypeError, ValueError for arrays that do not fit; ArithmeticError when a value overflows, with the
    vector and the step.
    """
    matrices, sizes = checked_weights(definition, weights)
    streams, single = checked_inputs(definition, inputs, sizes)
    steps, batch, _ = next(iter(streams.values())).shape
    initial = checked_state(definition, state, sizes, batch)

    joint = stack(list(definition.states), {s: sizes[definition.sizes[s]] for s in definition.states}, steps + 1, batch)
    blocks = {symbol.name: joint.rows(symbol) for symbol in definition.states}
    for name, block in blocks.items():
        block[0] = initial[name].T
    read = {x: streams[x.name] for x in definition.inputs}
    every = {node.symbol for node in definition.nodes} if inner else set()
    wanted = every if isinstance(inner, bool) else every & set(inner)
    values = advance(definition, matrices, sizes, read, blocks, wanted)

    def placed(array: Array) -> Array:
        array = array.swapaxes(1, 2)
        return array if columns else np.ascontiguousarray(array)

    states = {name: placed(block) for name, block in blocks.items()}
    kept = {symbol: placed(array) for symbol, array in values.items()}
    trajectory = Trajectory(definition, matrices, read | kept, states, single)
    _check_finite(trajectory)
    return trajectory


def _mapped(weight: Array, vectors: Array) -> Array:
    if weight.ndim == 1:
        return vectors * weight
    if vectors.ndim == 2:
        return vectors @ weight.T
    return (vectors.reshape(-1, weight.shape[1]) @ weight.T).reshape(*vectors.shape[:-1], len(weight))


def _check_finite(trajectory: Trajectory) -> None:
    for name, block in trajectory.states.items():
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(block.sum()):  # one pass and no room, where all is well
                continue
        bad = ~np.isfinite(block)
        if bad.any():
            step, sequence, unit = (int(i) for i in np.argwhere(bad)[0])
            raise ArithmeticError(
                f"state {name} of cell {trajectory.definition.name!r} left the range of float64 at step {step},"
                f" sequence {sequence}, unit {unit}; the forward pass itself diverges for these weights"
            )
