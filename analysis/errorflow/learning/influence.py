"""The influence of the weights on the state: where each weight stands, and how blocks of a step meet it and add to it.

A dense influence is (batch, entries of the state block, columns), one column for each learned weight.
"""

from __future__ import annotations

import numpy as np
import sympy

from errorflow.calculus.words import Diag, Matrix, Word
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BlockPlan, Immediate, is_diagonal
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory

Window = dict[sympy.Symbol, Array]  # the values of every name at one step, (batch, width)
Places = dict[str, tuple[int, int, tuple[int, ...]]]  # weight -> first column, last column and one, shape


def places(trajectory: Trajectory, biases: bool) -> tuple[Places, int]:
    """Where each learned weight stands among the columns of the influence matrix, and how many columns there are."""
    found, start = {}, 0
    for p in trajectory.definition.parameters:
        if p.kind == "fixed" or (p.kind == "bias" and not biases):
            continue
        shape = trajectory.weights[p.name].shape
        stop = start + int(np.prod(shape))
        found[p.name] = (start, stop, shape)
        start = stop
    return found, start


def meet(
    trajectory: Trajectory,
    block: BlockPlan,
    window: Window,
    columns: Array,
    counter: Counter,
    room: Array | None = None,
) -> Array:
    """block @ columns, in the way the plan says; written into `room` where that is given and fits."""
    if block.mode == "diagonal":
        if block.words == ((),):
            return columns
        return counter.scale(diagonal(trajectory, block, window, columns.shape[:2], counter), columns, room)
    if block.mode == "dense":
        return counter.matmul(formed(trajectory, block, window, counter), columns, room)
    given = columns
    for factor in reversed(block.words[0]):
        if is_diagonal(factor):
            entries = vector(trajectory, factor, window, columns.shape[:2], counter)
            columns = counter.scale(entries, columns, None if columns is given else columns)
        else:
            assert isinstance(factor, Matrix)
            weight = trajectory.weights[factor.name]
            fits = room is not None and columns is given and room.shape[1] == len(weight)
            columns = counter.matmul(weight, columns, room if fits else None)
    return columns


def enter(
    trajectory: Trajectory,
    entry: Immediate,
    window: Window,
    target: Array,
    where: Places,
    counter: Counter,
) -> None:
    """Adds the direct influence of the weights of one affine map on one new state."""
    batch, height = target.shape[:2]
    net = window[entry.net]
    rows = np.arange(height)
    scaled = entry.block.mode == "diagonal"
    if scaled:
        reach = diagonal(trajectory, entry.block, window, net.shape, counter)
    else:
        reach = formed(trajectory, entry.block, window, counter)
    for name, kind, source in [
        *((str(term.matrix), term.kind, window[term.source]) for term in entry.terms),
        *(((entry.bias, "bias", None),) if entry.bias else ()),
    ]:
        if name not in where:
            continue
        start, stop, _ = where[name]
        view = target[..., start:stop]
        if kind == "dense":
            assert source is not None
            view = view.reshape(batch, height, net.shape[1], source.shape[1])
            if scaled:
                view[:, rows, rows] += counter.times(reach[..., None], source[:, None, :])
            else:
                view += counter.outer(reach[..., None], source[:, None, None, :])
        elif scaled:
            view[:, rows, rows] += reach if source is None else counter.times(reach, source)
        else:
            view += reach if source is None else counter.outer(reach, source[:, None, :])


def diagonal(
    trajectory: Trajectory, block: BlockPlan, window: Window, shape: tuple[int, ...], counter: Counter
) -> Array:
    """The one diagonal that all words of the block add up to."""
    total = np.zeros(shape)
    for word in block.words:
        part: Array | None = None
        for factor in word:
            entries = vector(trajectory, factor, window, shape, counter)
            part = entries if part is None else counter.times(part, entries)
        total = total + (1.0 if part is None else part)
    return total


def formed(trajectory: Trajectory, block: BlockPlan, window: Window, counter: Counter) -> Array:
    """The block as a dense matrix, (batch, rows, columns)."""
    words = [_formed_word(trajectory, block, word, window, counter) for word in block.words]
    dense = [w for w in words if w.ndim == 3]
    total = sum(dense[1:], dense[0]).copy()
    index = np.arange(min(total.shape[-2:]))
    for vector in (w for w in words if w.ndim == 2):
        total[:, index, index] += vector
    return total


def _formed_word(trajectory: Trajectory, block: BlockPlan, word: Word, window: Window, counter: Counter) -> Array:
    """One word from the right: a vector while it is diagonal, a matrix once a matrix has been met."""
    batch = next(iter(window.values())).shape[0]
    if not word:
        return np.ones((batch, trajectory.states[block.row].shape[2]))
    part: Array | None = None
    for factor in reversed(word):
        if is_diagonal(factor):
            entries = vector(trajectory, factor, window, (batch, _height(trajectory, factor, window)), counter)
            if part is not None:
                entries = counter.times(entries if part.ndim == 2 else entries[..., None], part)
            part = entries
            continue
        assert isinstance(factor, Matrix)
        weight = trajectory.weights[factor.name]
        if part is None:
            part = np.broadcast_to(weight, (batch, *weight.shape))
        elif part.ndim == 2:
            part = counter.times(weight, part[:, None, :])
        else:
            part = counter.matmul(weight, part)
    assert part is not None
    return part


def _height(trajectory: Trajectory, factor: object, window: Window) -> int:
    """The length of a diagonal; 1 for a number, which multiplies vectors of any length."""
    if isinstance(factor, Matrix):
        return trajectory.weights[factor.name].shape[0]
    assert isinstance(factor, Diag)
    return max((window[s].shape[-1] for s in factor.entry.free_symbols), default=1)


def vector(trajectory: Trajectory, factor: object, window: Window, shape: tuple[int, ...], counter: Counter) -> Array:
    """A diagonal factor of a word, as numbers."""
    if isinstance(factor, Matrix):
        return np.broadcast_to(trajectory.weights[factor.name], shape)
    assert isinstance(factor, Diag)
    function = elementwise(factor.entry)
    return counter.evaluate(function.function, [window[s] for s in function.reads], shape)
