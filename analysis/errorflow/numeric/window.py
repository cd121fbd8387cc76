"""The flow at one lag, and at successive lags at exponents of their own: what is carried, and when that is safe."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.entries import Entries
from errorflow.numeric.scaled import DEEP, NOTHING, Integers, Scaled, normalised, smallest
from errorflow.numeric.thinning import Columns

NEAR = 40
"""Bits between blocks that may share an exponent at the start of a window."""

_SAFE = 160  # bits that a column may have on either side of 1 within a window

Flow = dict[sympy.Symbol, Scaled]
Stacks = Mapping[sympy.Symbol, Array]


@dataclass(frozen=True)
class Window:
    """The flow at successive lags, with what its columns are, and its parts side by side in the order of the labels.

    Mantissas are (lags, width, batch, columns), exponents (lags, batch, columns). squares: of the flow's columns of
    mantissas, their squared lengths.
    """

    flow: Flow
    parts: Flow
    columns: Columns
    squares: Mapping[sympy.Symbol, Array]

    @property
    def lags(self) -> int:
        """How many lags there are."""
        return len(next(iter(self.flow.values())).mantissa)


@dataclass(frozen=True)
class Moment:
    """The flow and its parts at one lag. apart: both with an exponent for every entry, where they need it."""

    flow: Flow
    parts: Flow
    columns: Columns
    apart: tuple[Entries, Entries | None] | None = None

    @property
    def size(self) -> int:
        """Entries of all mantissas."""
        return sum(block.mantissa.size for block in (*self.flow.values(), *self.parts.values()))


class Room:
    """An array that is used again and again: new memory takes longer to touch than a window to write."""

    def __init__(self) -> None:
        self._array = np.empty(0)

    def of(self, shape: tuple[int, ...]) -> Array:
        """An array of this shape, until the next one is asked for."""
        size = math.prod(shape)
        if size > self._array.size:
            self._array = np.empty(size)
        return self._array[:size].reshape(shape)


def stacked(moments: Sequence[Moment]) -> Window:
    """Successive lags as a window."""

    def stack(blocks: Sequence[Scaled]) -> Scaled:
        return Scaled(np.stack([b.mantissa for b in blocks]), np.stack([b.exponent for b in blocks]))

    flow = {s: stack([m.flow[s] for m in moments]) for s in moments[0].flow}
    parts = {s: stack([m.parts[s] for m in moments]) for s in moments[0].parts}
    return Window(flow, parts, moments[0].columns, {s: squares_of(block.mantissa) for s, block in flow.items()})


def last_of(window: Window) -> Moment:
    """The flow at the last lag in arrays of its own, every column near 1 again."""

    def last(blocks: Flow) -> Flow:
        return {s: normalised(b.mantissa[-1].copy(order="K"), b.exponent[-1], together=True) for s, b in blocks.items()}

    return Moment(last(window.flow), last(window.parts), window.columns)


def far_apart(blocks: Flow) -> bool:
    """Whether blocks of a column lie too far from one another to share an exponent."""
    top = common(blocks) if blocks else np.zeros(())
    return any(((e < top - NEAR) & (e > NOTHING // 2)).any() for e in (b.exponent for b in blocks.values()))


def common(blocks: Flow, nothing: Integers | int = 0) -> Integers:
    """One exponent for each column that serves all blocks, `nothing` where there is nothing."""
    top = np.maximum.reduce([block.exponent for block in blocks.values()])
    return np.where(top > NOTHING // 2, top, nothing)


def stacks_of(like: Flow, steps: Sequence[Sequence[Array]]) -> Stacks:
    """Blocks at successive lags, in the order of the states, as one array for each state."""
    return {s: np.stack(blocks) for s, blocks in zip(like, zip(*steps, strict=True), strict=True)}


def squares_of(mantissa: Array) -> Array:
    """The squared length of every column of (lags, width, batch, columns)."""
    rows = mantissa.transpose(0, 2, 3, 1)
    with np.errstate(over="ignore", invalid="ignore"):  # `within` judges
        return np.asarray(np.vecdot(rows, rows))


def within(stacks: Stacks, squares: Stacks, exponent: Integers, often: int) -> Flow | None:
    """Stacks (lags, width, batch, columns) with their exponent; None where one for all lags is not safe.

    That is, where a column is not zero and too far from 1, or an entry not zero and too small. often: steps between two
    looks at the entries.
    """
    found = {}
    for s, mantissa in stacks.items():
        some = squares[s] != 0
        if not ((squares[s] < 4.0**_SAFE) & (squares[s] > 4.0**-_SAFE) | ~some).all():
            return None
        if not some.all() and mantissa.transpose(0, 2, 3, 1)[~some].any():
            return None  # what is squared to zero need not be zero
        if smallest(mantissa[::-often].transpose(0, 2, 3, 1)) < 2.0**-DEEP:
            return None
        found[s] = Scaled(mantissa, np.where(some, exponent, NOTHING))
    return found
