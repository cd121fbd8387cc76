"""J and its transpose along a trajectory, applied to blocks of vectors without being formed, and formed on request.

Inside, a block of vectors over one state block is an array (width, batch, columns), so that every matrix meets all
sequences and columns in one product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import sympy

from errorflow.calculus.edges import Truncation, check_truncation, is_cut
from errorflow.numeric.arrays import Array, checked
from errorflow.numeric.assembly import diagonal, jacobians
from errorflow.numeric.compile import Slope, compiled
from errorflow.numeric.forward import Trajectory

Vectors = dict[sympy.Symbol, Array]


class Steps:
    """The local derivatives of a trajectory at steps start..stop-1."""

    def __init__(self, trajectory: Trajectory, start: int, stop: int) -> None:
        window = trajectory.between(start, stop)
        self.trajectory, self.start, self.count = trajectory, start, stop - start
        self.slopes = compiled(trajectory.definition).slopes
        self._backwards = tuple(enumerate(self.slopes))[::-1]
        self._along: dict[int, Array] = {}
        self._entries: dict[int, Array] = {}
        for k, slope in enumerate(self.slopes):
            if slope.entry is not None:
                entries = diagonal(trajectory, slope, window)
                self._along[k] = entries
                self._entries[k] = np.ascontiguousarray(entries.transpose(0, 2, 1))[..., None]

    def entry(self, k: int) -> Array:
        """The diagonal of slope k, (steps, width, batch, 1), or (1, width, 1, 1) where it is a weight."""
        if k in self._entries:
            return self._entries[k]
        return self.trajectory.weights[str(self.slopes[k].matrix)][None, :, None, None]

    def along(self, k: int) -> Array:
        """The same with the width last, (steps, batch, width), or (1, 1, width)."""
        return self._along[k] if k in self._along else self.trajectory.weights[str(self.slopes[k].matrix)][None, None]

    def _times(self, k: int, slope: Slope, t: int, vectors: Array, transposed: bool) -> Array:
        if slope.entry is not None:
            return self._entries[k][t - self.start] * vectors
        weight = self.trajectory.weights[str(slope.matrix)]
        if slope.diagonal:
            return weight[:, None, None] * vectors
        if transposed:
            weight = weight.T
        return (weight @ vectors.reshape(vectors.shape[0], -1)).reshape(weight.shape[0], *vectors.shape[1:])

    def arriving(self, blocks: Mapping[sympy.Symbol, Array]) -> Vectors:
        """Vectors over the state as vectors over the new state: those that `pull` starts from."""
        news = compiled(self.trajectory.definition).news
        return {news[s]: block for s, block in blocks.items()}

    def push(self, t: int, vectors: Vectors, keep: Callable[[Slope], bool] = lambda slope: True) -> Vectors:
        """J at step t times vectors over the old state; the result is over the new state, under the same names."""
        reached: Vectors = dict(vectors)
        for k, slope in enumerate(self.slopes):
            if slope.edge.source in reached and keep(slope):
                part = self._times(k, slope, t, reached[slope.edge.source], False)
                target = slope.edge.target
                reached[target] = reached[target] + part if target in reached else part
        return {s: reached[n] for s, n in compiled(self.trajectory.definition).news.items() if n in reached}

    def pull(
        self,
        t: int,
        vectors: Mapping[sympy.Symbol, Array],
        keep: Callable[[Slope], bool] = lambda slope: True,
        through: dict[str, Vectors] | None = None,
    ) -> Vectors:
        """What vectors over any nodes bring to the old state at step t along the edges that `keep` admits.

        Vectors over the new state, under `new(name)`, give J^T times them.
        through: if given, receives for the label of every map with cut edges what these alone bring to their sources.
        """
        reached = self._back(t, vectors, keep, through)
        return {s: reached[s] for s in self.trajectory.definition.states if s in reached}

    def pull_to_inputs(self, t: int, vectors: Mapping[sympy.Symbol, Array]) -> Vectors:
        """What vectors over the new state, as `arriving` gives them, bring to the inputs of step t."""
        reached = self._back(t, vectors, lambda slope: True, None)
        found: Vectors = {}
        for slope in compiled(self.trajectory.definition).reading:
            source, target = slope.edge.source, slope.edge.target
            if target not in reached:
                continue
            above = reached[target]
            if slope.entry is not None:
                window = self.trajectory.between(t, t + 1)
                part = diagonal(self.trajectory, slope, window)[0].T[..., None] * above
            else:
                weight = self.trajectory.weights[str(slope.matrix)]
                if slope.diagonal:
                    part = weight[:, None, None] * above
                else:
                    part = (weight.T @ above.reshape(len(above), -1)).reshape(weight.shape[1], *above.shape[1:])
            found[source] = found[source] + part if source in found else part
        return found

    def _back(
        self,
        t: int,
        vectors: Mapping[sympy.Symbol, Array],
        keep: Callable[[Slope], bool],
        through: dict[str, Vectors] | None,
    ) -> Vectors:
        reached: Vectors = dict(vectors)
        for k, slope in self._backwards:
            source, target = slope.edge.source, slope.edge.target
            if target not in reached or not keep(slope):
                continue
            part = self._times(k, slope, t, reached[target], True)
            if through is not None and slope.edge.cut:
                tails = through.setdefault(target.label, {})
                tails[source] = tails[source] + part if source in tails else part
            reached[source] = reached[source] + part if source in reached else part
        return reached


def carried(slope: Slope) -> bool:
    """Whether an edge belongs to the carry."""
    return not slope.edge.cut


def apply(trajectory: Trajectory, t: int, vectors: object, truncated: Truncation = False) -> Array:
    """J at step t times a block of vectors.

    t: 0 <= t < T; J is d state after step t / d state before it. vectors: (batch, N, k) or (N, k), N the joint state.
    truncated: as in `state_jacobian`.

    Raises: ValueError for a step or a shape that does not fit.
    """
    return _apply(trajectory, t, vectors, truncated, False)


def apply_transpose(trajectory: Trajectory, t: int, vectors: object, truncated: Truncation = False) -> Array:
    """J^T at step t times a block of vectors: one step of backpropagation. Arguments as in `apply`."""
    return _apply(trajectory, t, vectors, truncated, True)


def _apply(trajectory: Trajectory, t: int, vectors: object, truncated: Truncation, transposed: bool) -> Array:
    check_truncation(trajectory.definition, truncated)
    if isinstance(t, bool) or not isinstance(t, int | np.integer) or not 0 <= t < trajectory.steps:
        raise ValueError(f"t must be an integer from 0 to T - 1 = {trajectory.steps - 1}, got {t!r}")
    array = checked("vectors", vectors)
    if array.ndim not in (2, 3) or array.shape[-2] != trajectory.width:
        raise ValueError(f"vectors must have shape (batch, {trajectory.width}, k), got {array.shape}")
    if array.ndim == 3 and array.shape[0] != trajectory.batch:
        raise ValueError(f"vectors must have a batch of {trajectory.batch}, got {array.shape[0]}")
    spread = np.broadcast_to(array, (trajectory.batch, *array.shape[-2:]))
    steps = Steps(trajectory, t, t + 1)

    def keep(slope: Slope) -> bool:
        return not is_cut(slope.edge, truncated)

    blocks = split(trajectory, spread)
    result = steps.pull(t, steps.arriving(blocks), keep) if transposed else steps.push(t, blocks, keep)
    joined = join(trajectory, result, array.shape[-1])
    return joined[0] if trajectory.single and array.ndim == 2 else joined


def moduli(trajectory: Trajectory, t: int, truncated: Truncation = False) -> Array:
    """J at step t with the modulus of every slope and weight in its place, (batch, N, N): no term cancels another.

    It bounds |J| entry by entry; a relative error of all factors moves an entry of J by at most that share of it.
    """
    check_truncation(trajectory.definition, truncated)
    steps = Steps(trajectory, t, t + 1)
    steps._entries = {k: np.abs(entry) for k, entry in steps._entries.items()}
    steps.trajectory = replace(trajectory, weights={k: np.abs(w) for k, w in trajectory.weights.items()})
    units = np.broadcast_to(np.eye(trajectory.width), (trajectory.batch, trajectory.width, trajectory.width))
    reached = steps.push(t, split(trajectory, units), lambda slope: not is_cut(slope.edge, truncated))
    return join(trajectory, reached, trajectory.width)


def split(trajectory: Trajectory, vectors: Array) -> Vectors:
    """(batch, N, k) cut into state blocks (width, batch, k)."""
    blocks, start = {}, 0
    for symbol in trajectory.definition.states:
        width = trajectory.states[symbol.name].shape[2]
        blocks[symbol] = np.ascontiguousarray(vectors[:, start : start + width].transpose(1, 0, 2))
        start += width
    return blocks


def join(trajectory: Trajectory, blocks: Vectors, columns: int) -> Array:
    """State blocks put together again, (batch, N, k); a missing block is zero."""
    parts = []
    for symbol in trajectory.definition.states:
        shape = (trajectory.states[symbol.name].shape[2], trajectory.batch, columns)
        parts.append(blocks.get(symbol, np.zeros(shape)))
    return np.concatenate(parts).transpose(1, 0, 2)


__all__ = ["Steps", "Vectors", "apply", "apply_transpose", "carried", "jacobians", "join", "moduli", "split"]
