"""One-step Jacobians formed as matrices, at about the cost of writing them.

A block of J is kept as what it is for as long as possible: a diagonal, rows of weight matrices times numbers, or an
array of matrices. Rows of several steps are written at once, unit by unit, by one product of these numbers (steps,
matrices) with the row of every matrix (matrices, width).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import sympy

from errorflow.calculus.edges import Truncation, check_truncation, is_cut
from errorflow.definition import New
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import Slope, compiled
from errorflow.numeric.forward import Trajectory

_TOGETHER = 16  # steps that are written at once: their pages stay at hand
_DERIVED = 2**15  # entries of a vector, over steps, whose derivatives are made at once and stay in the cache


@dataclass(frozen=True)
class Block:
    """d vector / d old state at every step: the sum of a diagonal, of rows and of matrices.

    diagonal: (steps, batch, n). rows: name -> the numbers (steps, batch, n) that the rows of this weight are multiplied
    by. dense: (steps, batch, n, k). unit: whether the diagonal is the identity.
    """

    diagonal: Array | None = None
    rows: dict[str, Array] = field(default_factory=dict)
    dense: Array | None = None
    unit: bool = False

    def __add__(self, other: Block) -> Block:
        rows = dict(self.rows)
        for name, numbers in other.rows.items():
            rows[name] = rows[name] + numbers if name in rows else numbers
        return Block(_sum(self.diagonal, other.diagonal), rows, _sum(self.dense, other.dense))

    def scaled(self, entry: Array) -> Block:
        """A diagonal (steps, batch, n) times this block."""
        return Block(
            None if self.diagonal is None else entry * self.diagonal,
            {name: entry * numbers for name, numbers in self.rows.items()},
            None if self.dense is None else entry[..., None] * self.dense,
        )

    def through(self, name: str, weights: dict[str, Array]) -> Block:
        """A weight matrix times this block."""
        weight = weights[name]
        if self.unit:
            assert self.diagonal is not None
            return Block(rows={name: np.ones((*self.diagonal.shape[:2], len(weight)))})
        total = None if self.diagonal is None else weight * self.diagonal[..., None, :]
        dense = self.dense
        for other, numbers in self.rows.items():
            dense = _sum(dense, numbers[..., None] * weights[other])
        return Block(dense=_sum(total, None if dense is None else weight @ dense))


def spread(target: Array, weights: Array, numbers: Array) -> None:
    """Writes rows of matrices (n, matrices, N), times numbers (steps, n, matrices) and added up, into (steps, n, N)."""
    by_unit = numbers.transpose(1, 0, 2)
    for start in range(0, len(target), _TOGETHER):
        here = slice(start, start + _TOGETHER)
        np.matmul(by_unit[:, here], weights, out=target[here].transpose(1, 0, 2))


def _write(target: Array, blocks: Sequence[tuple[slice, Block]], weights: Mapping[str, Array]) -> None:
    """Blocks beside one another, each in its columns, into `target` (batch, steps, n, N).

    The rows of one block are extended by zeros over the others, so that whole rows are written one after another.
    """
    rows = [(own, weights[name], numbers) for own, block in blocks for name, numbers in block.rows.items()]
    if rows:
        wide = np.zeros((target.shape[2], len(rows), target.shape[3]))
        for k, (own, weight, _) in enumerate(rows):
            wide[:, k, own] = weight
        every = np.stack([numbers for _, _, numbers in rows], axis=-1).swapaxes(0, 1)
        for sequence, numbers in zip(target, every, strict=True):
            spread(sequence, wide, numbers)
    else:
        target[...] = 0.0
    for own, block in blocks:
        if block.dense is not None:
            target[..., own] += block.dense.swapaxes(0, 1)
        if block.diagonal is not None:
            np.einsum("btii->bti", target[..., own])[...] += block.diagonal.swapaxes(0, 1)


def jacobians(
    trajectory: Trajectory,
    truncated: Truncation = False,
    start: int = 0,
    stop: int | None = None,
    *,
    out: Array | None = None,
) -> Array:
    """All one-step Jacobians, (batch, T, N, N), entry [p, q] = d new_p / d old_q; no batch axis for a single sequence.

    start, stop: the steps wanted, default all; 0 <= start <= stop <= T. out: an array of the result's shape to write
    into, which saves the making of a new one where many are formed in turn.

    Raises: ValueError for steps outside 0..T or an `out` that does not fit; ArithmeticError if an entry is not finite.
    """
    stop = _checked_stop(trajectory, truncated, start, stop)
    shape = (trajectory.batch, stop - start, trajectory.width, trajectory.width)
    result = np.empty(shape) if out is None else _checked_out(out, shape[1:] if trajectory.single else shape)
    whole = result.reshape(shape)
    places: dict[sympy.Symbol, slice] = {}
    end = 0
    for state in trajectory.definition.states:
        places[state] = slice(end, end + trajectory.states[state.name].shape[2])
        end = places[state].stop
    for now, found in _derived(trajectory, truncated, start, stop):
        for new, rows in places.items():
            blocks = [(columns, found[old].get(New(new), Block())) for old, columns in places.items()]
            _write(whole[:, now, rows], blocks, trajectory.weights)
    return result[0] if trajectory.single and out is None else result


def jacobian_blocks(
    trajectory: Trajectory, truncated: Truncation = False, start: int = 0, stop: int | None = None
) -> dict[tuple[str, str], Array]:
    """The blocks of all one-step Jacobians under (new, old): (batch, T, n, k), or (batch, T, n) of a diagonal one.

    A block is diagonal, here, if no matrix lies between the two states, as c -> new c of an LSTM; blocks that are zero
    at every step are left out. No batch axis for a single sequence. start, stop, Raises: as in `jacobians`.
    """
    stop = _checked_stop(trajectory, truncated, start, stop)
    result: dict[tuple[str, str], Array] = {}
    for now, found in _derived(trajectory, truncated, start, stop):
        for new, old in product(trajectory.definition.states, repeat=2):
            block = found[old].get(New(new))
            if block is None:
                continue
            key, diagonal_alone = (new.name, old.name), not block.rows and block.dense is None
            if key not in result:
                widths = [trajectory.states[s.name].shape[2] for s in (new, old)]
                result[key] = np.empty((trajectory.batch, stop - start, *widths[: 1 if diagonal_alone else 2]))
            if diagonal_alone:
                assert block.diagonal is not None
                result[key][:, now] = block.diagonal.swapaxes(0, 1)
            else:
                _write(result[key][:, now], [(slice(None), block)], trajectory.weights)
    return {key: block[0] for key, block in result.items()} if trajectory.single else result


def _checked_stop(trajectory: Trajectory, truncated: Truncation, start: int, stop: int | None) -> int:
    check_truncation(trajectory.definition, truncated)
    stop = trajectory.steps if stop is None else stop
    if not 0 <= start <= stop <= trajectory.steps:
        raise ValueError(f"start and stop must be 0 <= start <= stop <= T = {trajectory.steps}, got {start} and {stop}")
    return stop


def _derived(
    trajectory: Trajectory, truncated: Truncation, start: int, stop: int
) -> Iterator[tuple[slice, dict[sympy.Symbol, dict[sympy.Symbol, Block]]]]:
    """Some steps after others, as a slice from `start` on, with the derivatives of every vector in every old state."""
    slopes = compiled(trajectory.definition).slopes
    together = max(_TOGETHER, _DERIVED // (trajectory.batch * trajectory.width))
    for first in range(start, stop, together):
        last = min(stop, first + together)
        window = trajectory.between(first, last)

        def along(k: int, window: dict[sympy.Symbol, Array] = window) -> Array:
            return diagonal(trajectory, slopes[k], window)

        found = {
            old: reached(trajectory, old, last - first, along, lambda slope: not is_cut(slope.edge, truncated))
            for old in trajectory.definition.states
        }
        yield slice(first - start, last - start), found


def reached(
    trajectory: Trajectory,
    old: sympy.Symbol,
    steps: int,
    along: Callable[[int], Array],
    wanted: Callable[[Slope], bool] = lambda slope: True,
) -> dict[sympy.Symbol, Block]:
    """The derivative in one old state of every vector that depends on it.

    along: number of a slope -> its diagonal (steps, batch, width).
    """
    ones = np.ones((steps, trajectory.batch, trajectory.states[old.name].shape[2]))
    found = {old: Block(ones, unit=True)}
    grouped: dict[sympy.Symbol, list[tuple[int, Slope]]] = defaultdict(list)
    for k, slope in enumerate(compiled(trajectory.definition).slopes):
        grouped[slope.edge.target].append((k, slope))
    for node in trajectory.definition.nodes:
        for k, slope in grouped[node.symbol]:
            if slope.edge.source in found and wanted(slope):
                inner = found[slope.edge.source]
                if slope.entry is None and not slope.diagonal:
                    part = inner.through(str(slope.matrix), trajectory.weights)
                else:
                    part = inner.scaled(along(k))
                found[node.symbol] = found[node.symbol] + part if node.symbol in found else part
    return found


def diagonal(trajectory: Trajectory, slope: Slope, window: dict[sympy.Symbol, Array]) -> Array:
    """The local derivative along an edge that carries a diagonal, (steps, batch, width).

    Raises: ArithmeticError if it is not finite: the state can be finite where its slope is not, as for sqrt(h) at 0.
    """
    if slope.entry is None:
        return trajectory.weights[str(slope.matrix)][None, None]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        entries = slope.entry(window, window[slope.edge.target].shape)
    if not np.isfinite(entries).all():
        name = trajectory.definition.name
        raise ArithmeticError(
            f"d {slope.edge.target} / d {slope.edge.source} of cell {name!r} is not finite on this trajectory"
        )
    return entries


def _sum(a: Array | None, b: Array | None) -> Array | None:
    return b if a is None else a if b is None else a + b


def _checked_out(out: Array, shape: tuple[int, ...]) -> Array:
    if not isinstance(out, np.ndarray) or out.dtype != np.float64 or out.shape != shape or not out.flags.c_contiguous:
        got = f"{out.dtype} of shape {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
        raise ValueError(f"out must be a contiguous float64 array of shape {shape}, got {got}")
    return out
