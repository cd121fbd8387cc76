"""Real-time recurrent learning for any cell: the influence of every weight on the state, carried forward."""

from __future__ import annotations

import numpy as np
import sympy

from errorflow.calculus.words import Diag, Matrix, Word
from errorflow.learning.bptt import Result
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BlockPlan, Cut, Immediate, forward_plan, is_diagonal
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory

Window = dict[sympy.Symbol, Array]


def rtrl(trajectory: Trajectory, errors: Array, counter: Counter, by_lag: bool, truncated: Cut, biases: bool) -> Result:
    """The gradient without a backward pass; with by_lag, the influence of each lag is carried apart.

    errors: (T, batch, n), d loss / d output. The zero initial influence is not skipped.

    Source: Williams & Zipser 1989; the factorised step is what makes an LSTM take 8 n^3 p and not 16.
    """
    definition = trajectory.definition
    plan = forward_plan(definition, truncated)
    steps, batch, _ = errors.shape
    places, width = _places(trajectory, biases)
    copies = steps if by_lag else 1
    influence = {
        s.name: np.zeros((batch, trajectory.states[s.name].shape[2], copies * width)) for s in definition.states
    }
    everything = trajectory.between(0, steps)
    total = np.zeros((copies, width))
    for t in range(steps):
        window = {symbol: array[t] for symbol, array in everything.items()}
        moved = {name: np.zeros_like(block) for name, block in influence.items()}
        for block in plan.across:
            moved[block.row] += _meet(trajectory, block, window, influence[block.column], counter)
        if by_lag:
            for part in moved.values():
                part[..., width:] = part[..., :-width].copy()
                part[..., :width] = 0.0
        for entry in plan.immediate:
            _enter(trajectory, entry, window, moved[entry.block.row][..., :width], places, counter)
        influence = {name: block.copy() for name, block in moved.items()}
        for block in plan.within:
            influence[block.row] += _meet(trajectory, block, window, moved[block.column], counter)
        seen = counter.matmul(errors[t][:, None, :], influence[definition.output.name])
        total += seen.sum(axis=(0, 1)).reshape(copies, width)
    split = {name: total[:, start:stop].reshape(copies, *shape) for name, (start, stop, shape) in places.items()}
    return {name: part.sum(axis=0) for name, part in split.items()}, split if by_lag else None


def _places(trajectory: Trajectory, biases: bool) -> tuple[dict[str, tuple[int, int, tuple[int, ...]]], int]:
    """Where each learned weight stands among the columns of the influence matrix, and how many columns there are."""
    places, start = {}, 0
    for p in trajectory.definition.parameters:
        if p.kind == "fixed" or (p.kind == "bias" and not biases):
            continue
        shape = trajectory.weights[p.name].shape
        stop = start + int(np.prod(shape))
        places[p.name] = (start, stop, shape)
        start = stop
    return places, start


def _meet(trajectory: Trajectory, block: BlockPlan, window: Window, columns: Array, counter: Counter) -> Array:
    """block @ columns, in the way the plan says."""
    if block.mode == "diagonal":
        if block.words == ((),):
            return columns
        return counter.scale(_diagonal(trajectory, block, window, columns.shape[:2], counter), columns)
    if block.mode == "dense":
        return counter.matmul(_formed(trajectory, block, window, counter), columns)
    for factor in reversed(block.words[0]):
        if is_diagonal(factor):
            columns = counter.scale(_vector(trajectory, factor, window, columns.shape[:2], counter), columns)
        else:
            assert isinstance(factor, Matrix)
            columns = counter.matmul(trajectory.weights[factor.name], columns)
    return columns


def _enter(
    trajectory: Trajectory,
    entry: Immediate,
    window: Window,
    target: Array,
    places: dict[str, tuple[int, int, tuple[int, ...]]],
    counter: Counter,
) -> None:
    """Adds the direct influence of the weights of one affine map on one new state."""
    batch, height = target.shape[:2]
    net = window[entry.net]
    rows = np.arange(height)
    diagonal = entry.block.mode == "diagonal"
    if diagonal:
        reach = _diagonal(trajectory, entry.block, window, net.shape, counter)
    else:
        reach = _formed(trajectory, entry.block, window, counter)
    for name, kind, source in [
        *((str(term.matrix), term.kind, window[term.source]) for term in entry.terms),
        *(((entry.bias, "bias", None),) if entry.bias else ()),
    ]:
        if name not in places:
            continue
        start, stop, _ = places[name]
        view = target[..., start:stop]
        if kind == "dense":
            assert source is not None
            view = view.reshape(batch, height, net.shape[1], source.shape[1])
            if diagonal:
                view[:, rows, rows] += counter.times(reach[..., None], source[:, None, :])
            else:
                view += counter.outer(reach[..., None], source[:, None, None, :])
        elif diagonal:
            view[:, rows, rows] += reach if source is None else counter.times(reach, source)
        else:
            view += reach if source is None else counter.outer(reach, source[:, None, :])


def _diagonal(
    trajectory: Trajectory, block: BlockPlan, window: Window, shape: tuple[int, ...], counter: Counter
) -> Array:
    """The one diagonal that all words of the block add up to."""
    total = np.zeros(shape)
    for word in block.words:
        part: Array | None = None
        for factor in word:
            vector = _vector(trajectory, factor, window, shape, counter)
            part = vector if part is None else counter.times(part, vector)
        total = total + (1.0 if part is None else part)
    return total


def _formed(trajectory: Trajectory, block: BlockPlan, window: Window, counter: Counter) -> Array:
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
            vector = _vector(trajectory, factor, window, (batch, _height(trajectory, factor, window)), counter)
            if part is not None:
                vector = counter.times(vector if part.ndim == 2 else vector[..., None], part)
            part = vector
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


def _vector(trajectory: Trajectory, factor: object, window: Window, shape: tuple[int, ...], counter: Counter) -> Array:
    if isinstance(factor, Matrix):
        return np.broadcast_to(trajectory.weights[factor.name], shape)
    assert isinstance(factor, Diag)
    function = elementwise(factor.entry)
    return counter.evaluate(function.function, [window[s] for s in function.reads], shape)
