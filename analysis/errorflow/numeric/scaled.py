"""Blocks of vectors with an integer power of two for each column: products over any number of steps keep every digit.

A block is mantissa * 2^exponent with one exponent for each sequence and column, so that 0.99^q beside 0.5^q both
survive, 10^6 steps neither overflow nor underflow, and signs are kept. Scaling by powers of two is exact. An entry far
below the largest of its own column and block would come to lose digits, or be taken for zero: `through` says so first,
where it is asked to, and `entries` takes over.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import sympy

from errorflow.numeric.arrays import Array

K = TypeVar("K", bound=Hashable)
Integers = npt.NDArray[np.int64]

NOTHING = -(2**60)
"""Exponent of a column that is zero."""

_APART = 64
"""Blocks whose exponents differ by more bits than this are carried through a step one by one: a common exponent would
bring the smaller one so much nearer to underflow."""

_SLACK = 32
"""Mantissas are brought back to [1/2, 1) only once a column's largest entry has left 1 by more bits than this."""

_SPAN = 64
"""Columns that lie this many bits apart still have room enough below 1 for a window."""

_PIECE = 2**14  # entries looked at together, which stay in the cache
_NONE = np.uint64(2**64 - 1)

DEEP = 450
"""Bits below 1 at which an entry of a mantissa is given an exponent of its own, to stay away from 2^-1022."""

FALL = 300
"""Bits by which an entry may fall between two looks at it."""


class Lost(Exception):
    """An entry is too small beside another to be carried at its exponent."""


@dataclass(frozen=True)
class Scaled:
    """mantissa (width, batch, columns) times 2 ** exponent (batch, columns)."""

    mantissa: Array
    exponent: Integers

    def __add__(self, other: Scaled) -> Scaled:
        top = np.maximum(self.exponent, other.exponent)
        return normalised(self.at(top) + other.at(top), top)

    def plus(self, other: Scaled) -> Scaled:
        """The sum; raises Lost if an entry that meets no other is too small beside the largest of its column."""
        for small, large in ((self, other), (other, self)):
            far = (small.exponent < large.exponent - FALL) & (small.exponent > NOTHING // 2)
            if far.any() and (far & (small.mantissa != 0) & (large.mantissa == 0)).any():
                raise Lost
        return _deep_enough(self + other)

    def at(self, exponent: Integers) -> Array:
        """The mantissa that belongs to `exponent`, which must not be smaller."""
        shift = self.exponent - exponent
        return self.mantissa * np.ldexp(1.0, shift) if shift.any() else self.mantissa


def normalised(mantissa: Array, exponent: Integers, *, together: bool = False) -> Scaled:
    """The same block with every column's largest entry near 1; raises FloatingPointError if an entry is not finite.

    together: whether columns of a sequence that lie less than `_SPAN` bits apart may share a power of two instead.
    """
    largest = np.abs(mantissa).max(axis=0)
    if not np.isfinite(largest).all():
        raise FloatingPointError("a Jacobian along the trajectory has entries beyond float64")
    _, power = np.frexp(largest)
    if together:
        highest = np.where(largest > 0, power, NOTHING).max(axis=-1, keepdims=True)
        near = (largest == 0) | (power > highest - _SPAN)
        power = np.where(near.all(axis=-1, keepdims=True) & (highest > NOTHING), highest, power)
    if (np.abs(power) > _SLACK).any():
        # Not 2^-power times the mantissa: 2^1074, which lifts the smallest float64, is itself beyond float64.
        mantissa, exponent = np.ldexp(mantissa, -power), exponent + power
    return Scaled(mantissa, exponent if largest.all() else np.where(largest > 0, exponent, NOTHING))


def identity(widths: Mapping[sympy.Symbol, int], batch: int) -> dict[sympy.Symbol, Scaled]:
    """The identity over the joint state, cut into blocks of rows; column k belongs to entry k of the joint state."""
    total = sum(widths.values())
    full, start, blocks = np.eye(total), 0, {}
    for symbol, width in widths.items():
        rows = np.repeat(full[start : start + width, None, :], batch, axis=1)
        blocks[symbol] = normalised(rows, np.zeros((batch, total), dtype=np.int64))
        start += width
    return blocks


def smallest(values: Array) -> float:
    """The smallest absolute value that is not zero; inf where all are zero."""
    bits, least = values.reshape(-1).view(np.uint64), _NONE
    for start in range(0, len(bits), _PIECE):
        piece = bits[start : start + _PIECE] << np.uint64(1)  # no sign
        piece -= np.uint64(1)  # zero becomes the largest
        least = min(least, piece.min())
    return float((least // 2 + np.uint64(1)).view(np.float64)) if least != _NONE else np.inf


def through(
    step: Callable[[dict[sympy.Symbol, Array]], Mapping[K, Array]],
    blocks: Mapping[sympy.Symbol, Scaled],
    *,
    whole: bool = False,
) -> dict[K, Scaled]:
    """`step`, a linear map of blocks, applied to scaled blocks.

    Where the exponents lie close together one common exponent serves all blocks; else each block goes through alone.
    A result may hold several images of the columns side by side. whole: whether to raise `Lost` before an entry is lost
    by a step in which none falls by more than `FALL` bits.
    """
    exponents = [block.exponent for block in blocks.values()]
    top = reduce(np.maximum, exponents)
    total: dict[K, Scaled]
    with np.errstate(over="ignore", invalid="ignore"):  # `normalised` judges
        if len(blocks) == 1 or not any(((e < top - _APART) & (e > NOTHING // 2)).any() for e in exponents):
            moved = step({symbol: block.at(top) for symbol, block in blocks.items()})
            total = {k: normalised(m, _repeated(top, m)) for k, m in moved.items()}
            return {k: _deep_enough(block) for k, block in total.items()} if whole else total
        total = {}
        for symbol, block in blocks.items():
            for target, mantissa in step({symbol: block.mantissa}).items():
                part = normalised(mantissa, _repeated(block.exponent, mantissa))
                part = _deep_enough(part) if whole else part
                if target in total:
                    part = total[target].plus(part) if whole else total[target] + part
                total[target] = part
        return total


def _deep_enough(block: Scaled) -> Scaled:
    if smallest(block.mantissa) < 2.0**-DEEP:
        raise Lost
    return block


def _repeated(exponent: Integers, mantissa: Array) -> Integers:
    copies = mantissa.shape[2] // exponent.shape[1]
    return exponent if copies == 1 else np.tile(exponent, (1, copies))
