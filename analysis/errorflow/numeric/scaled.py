"""Blocks of vectors with an integer power of two for each column: products over any number of steps keep every digit.

A block is mantissa * 2^exponent with one exponent for each sequence and column, so that 0.99^q beside 0.5^q both
survive, 10^6 steps neither overflow nor underflow, and signs are kept. Scaling by powers of two is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import sympy

from errorflow.numeric.arrays import Array

K = TypeVar("K", bound=Hashable)
Integers = npt.NDArray[np.int64]

NOTHING = -(2**60)
"""Exponent of a column that is exactly zero."""

_APART = 400
"""Blocks whose exponents differ by more bits than this are carried through a step one by one."""


@dataclass(frozen=True)
class Scaled:
    """mantissa (width, batch, columns) times 2 ** exponent (batch, columns)."""

    mantissa: Array
    exponent: Integers

    def __add__(self, other: Scaled) -> Scaled:
        top = np.maximum(self.exponent, other.exponent)
        return normalised(self.at(top) + other.at(top), top)

    def at(self, exponent: Integers) -> Array:
        """The mantissa that belongs to `exponent`, which must not be smaller by much."""
        return self.mantissa * _power(self.exponent - exponent)


def _power(exponent: Integers) -> Array:
    return np.ldexp(1.0, np.clip(exponent, -2000, 1000))


def normalised(mantissa: Array, exponent: Integers) -> Scaled:
    """The same block with column maxima brought to [1/2, 1); raises FloatingPointError if an entry is not finite."""
    largest = np.abs(mantissa).max(axis=0)
    if not np.isfinite(largest).all():
        raise FloatingPointError("a Jacobian along the trajectory has entries beyond float64")
    _, power = np.frexp(largest)
    if power.any():
        mantissa = mantissa * _power(-power.astype(np.int64))
    return Scaled(mantissa, np.where(largest > 0, exponent + power, NOTHING))


def identity(widths: dict[sympy.Symbol, int], batch: int) -> dict[sympy.Symbol, Scaled]:
    """The identity over the joint state, cut into blocks of rows; column k belongs to entry k of the joint state."""
    total = sum(widths.values())
    full, start, blocks = np.eye(total), 0, {}
    for symbol, width in widths.items():
        rows = np.repeat(full[start : start + width, None, :], batch, axis=1)
        blocks[symbol] = normalised(rows, np.zeros((batch, total), dtype=np.int64))
        start += width
    return blocks


def through(
    step: Callable[[dict[sympy.Symbol, Array]], Mapping[K, Array]], blocks: Mapping[sympy.Symbol, Scaled]
) -> dict[K, Scaled]:
    """`step`, a linear map of blocks, applied to scaled blocks.

    Where the exponents lie close together one common exponent serves all blocks; else each block goes through alone.
    """
    exponents = np.stack([b.exponent for b in blocks.values()])
    top = exponents.max(axis=0)
    live = exponents > NOTHING // 2
    if not (live & (exponents < top - _APART)).any():
        moved = step({s: b.at(top) for s, b in blocks.items()})
        return {s: normalised(m, top) for s, m in moved.items()}
    total: dict[K, Scaled] = {}
    for symbol, block in blocks.items():
        alone = step({symbol: block.mantissa})
        for target, mantissa in alone.items():
            part = normalised(mantissa, block.exponent)
            total[target] = total[target] + part if target in total else part
    return total


def log2_norms(matrix: Array, exponent: Integers) -> tuple[Array, Array]:
    """log2 of spectral and Frobenius norm of matrices (..., r, c) times 2 ** exponent (...).

    The spectral norm is the root of the largest eigenvalue of the smaller Gram matrix: the top of the spectrum keeps
    full relative accuracy, and small singular values are not asked for.
    """
    with np.errstate(divide="ignore"):
        frobenius = 0.5 * np.log2(np.square(matrix).sum(axis=(-2, -1))) + exponent
        if min(matrix.shape[-2:]) == 1:
            return frobenius, frobenius
        tall = matrix.shape[-2] >= matrix.shape[-1]
        gram = matrix.swapaxes(-1, -2) @ matrix if tall else matrix @ matrix.swapaxes(-1, -2)
        largest = np.maximum(np.linalg.eigvalsh(gram)[..., -1], 0.0)
        return 0.5 * np.log2(largest) + exponent, frobenius
