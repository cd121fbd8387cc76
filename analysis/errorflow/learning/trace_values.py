"""The numbers behind a plan of traces: diagonals of blocks at all steps, and which gate acts on which unit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import sympy

from errorflow.calculus.words import Diag, Matrix
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BlockPlan, is_diagonal
from errorflow.learning.trace_plan import Trace
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory

Indices = npt.NDArray[np.int64]
Window = dict[sympy.Symbol, Array]  # the values of every name at all steps, (T, batch, width)


def rows_of(trajectory: Trajectory, trace: Trace) -> Indices:
    """Which row of the weight acts on which unit of the state."""
    rows = np.arange(trajectory.states[trace.state.name].shape[2])
    for name in trace.chosen:
        rows = _chosen(trajectory, name)[0][rows]
    return rows


def _chosen(trajectory: Trajectory, name: str) -> tuple[Indices, Array]:
    """(column, value) of the one entry in each row of a fixed matrix."""
    matrix = trajectory.weights[name]
    many = np.count_nonzero(matrix, axis=1)
    if (many > 1).any():
        row = int(np.argmax(many > 1))
        raise ValueError(
            f"{name} must have at most one entry in each row that is not zero, so that a unit has one gate, got"
            f" {many[row]} in row {row}; algorithm 'rtrl' with truncated=True takes any"
        )
    column = np.argmax(matrix != 0, axis=1)
    return column, np.take_along_axis(matrix, column[:, None], axis=1)[:, 0]


def diagonal(
    trajectory: Trajectory, block: BlockPlan, window: Window, counter: Counter, choosing: bool = False
) -> Array:
    """The diagonal that the words of a block add up to at all steps, (T, batch, rows).

    choosing: whether a matrix in a word chooses units, rather than acting with its own diagonal.
    """
    steps, batch = trajectory.steps, trajectory.batch
    rows = trajectory.states[block.row].shape[2]
    total = np.zeros((steps, batch, rows))
    for word in block.words:
        part: Array | None = None
        at, height = np.arange(rows), rows
        for factor in word:
            if isinstance(factor, Diag):
                function = elementwise(factor.entry)
                reads = [window[s] for s in function.reads]
                vector = counter.evaluate(function.function, reads, (steps, batch, height))[..., at]
                part = _met(part, vector, total.shape, counter)
                continue
            assert isinstance(factor, Matrix)
            if is_diagonal(factor):
                vector = trajectory.weights[factor.name][at]
            elif choosing:
                column, value = _chosen(trajectory, factor.name)
                vector, at, height = value[at], column[at], trajectory.weights[factor.name].shape[1]
            else:
                vector = np.diagonal(trajectory.weights[factor.name])
            part = _met(part, vector, total.shape, counter)
        total += 1.0 if part is None else part
    return total


def _met(part: Array | None, vector: Array, shape: tuple[int, ...], counter: Counter) -> Array:
    vector = np.broadcast_to(vector, shape)
    return vector if part is None else counter.times(part, vector)
