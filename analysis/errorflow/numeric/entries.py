"""Products of matrices in which every entry has an exponent of its own, so that none is lost beside a larger one.

Where the entries of a column lie further apart than float64 reaches, one exponent for the column would set the smaller
ones to zero, and they may be all that is left once the larger ones have met a unit that is switched off. A matrix is
cut by size into layers of 2^256 here; layers are multiplied as plain float64, which no product of two of them leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.scaled import NOTHING, Integers, Scaled

_LAYER = 256
_NARROW = 200  # bits between the entries of a column that one exponent serves again
_NEGLIGIBLE = -2000  # bits: a shift that makes any float64 zero


@dataclass(frozen=True)
class Entries:
    """mantissa times 2 ** exponent, both (batch, rows, columns); a mantissa is zero or from 1/2 to 1."""

    mantissa: Array
    exponent: Integers

    def __add__(self, other: Entries) -> Entries:
        top = np.maximum(self.exponent, other.exponent)
        return entries(_shifted(self, -top) + _shifted(other, -top), top)

    def scaled(self) -> Scaled:
        """The same with one exponent for each column."""
        top = self.exponent.max(axis=1)
        return Scaled(_shifted(self, -top[:, None]).transpose(1, 0, 2), top)

    @property
    def narrow(self) -> bool:
        """Whether one exponent for each column would do."""
        apart = self.exponent.max(axis=1, keepdims=True) - self.exponent
        return bool((apart[self.exponent > NOTHING // 2] < _NARROW).all())


def entries(mantissa: Array, exponent: Integers) -> Entries:
    """mantissa * 2 ** exponent, whatever the size of the mantissa's entries."""
    mantissa, power = np.frexp(mantissa)
    return Entries(mantissa, np.where(mantissa != 0, exponent + power, NOTHING))


def joint(blocks: Mapping[sympy.Symbol, Scaled]) -> Entries:
    """Blocks of rows above one another."""
    mantissa = np.concatenate([b.mantissa for b in blocks.values()]).transpose(1, 0, 2)
    exponent = np.concatenate([np.broadcast_to(b.exponent, b.mantissa.shape) for b in blocks.values()])
    return entries(mantissa, exponent.transpose(1, 0, 2))


def cut(block: Entries, widths: Mapping[sympy.Symbol, int]) -> dict[sympy.Symbol, Entries]:
    """The blocks of rows that `joint` put above one another."""
    ends = np.cumsum(list(widths.values()))[:-1]
    pieces = zip(np.split(block.mantissa, ends, axis=1), np.split(block.exponent, ends, axis=1), strict=True)
    return {symbol: Entries(*piece) for symbol, piece in zip(widths, pieces, strict=True)}


def units(widths: Mapping[sympy.Symbol, int], batch: int) -> dict[sympy.Symbol, Array]:
    """The identity in blocks of rows (width, batch, columns), whose image under a linear map is its matrix."""
    whole = np.eye(sum(widths.values()))
    ends = np.cumsum(list(widths.values()))[:-1]
    blocks = [np.repeat(rows[:, None], batch, axis=1) for rows in np.split(whole, ends)]
    return dict(zip(widths, blocks, strict=True))


def matrix_of(images: Mapping[sympy.Symbol, Array], widths: Mapping[sympy.Symbol, int]) -> Array:
    """The images of `units` above one another, (batch, rows, columns)."""
    return np.concatenate([images[s] for s in widths]).transpose(1, 0, 2)


def product(matrix: Array, block: Entries) -> Entries:
    """The product of a float64 matrix (batch, rows, k) with a block of k rows.

    Raises: FloatingPointError if an entry of the matrix is not finite.
    """
    if not np.isfinite(matrix).all():
        raise FloatingPointError("a Jacobian along the trajectory has entries beyond float64")
    top = block.exponent.max(axis=1, keepdims=True)
    left = _layers(entries(matrix, np.zeros(matrix.shape, dtype=np.int64)), np.zeros((), dtype=np.int64))
    by_depth: dict[int, Array] = {}
    for k, low in _layers(block, top).items():
        for j, high in left.items():
            by_depth[j + k] = by_depth.get(j + k, 0.0) + high @ low
    total = entries(np.zeros((*matrix.shape[:2], block.mantissa.shape[2])), top)
    for depth, term in by_depth.items():
        total = total + entries(term, top - depth * _LAYER)
    return total


def beside(blocks: Sequence[Entries]) -> Entries:
    """Blocks side by side."""
    return Entries(
        np.concatenate([b.mantissa for b in blocks], axis=2), np.concatenate([b.exponent for b in blocks], axis=2)
    )


def _layers(block: Entries, top: Integers) -> dict[int, Array]:
    """Depth d -> the entries from 2^-257 to 1 times 2^(top - 256 d), as such multiples; the others zero."""
    some = block.mantissa != 0
    depths = np.where(some, (top - block.exponent) // _LAYER, 0)
    found = {}
    for depth in np.unique(depths[some]):
        own = some & (depths == depth)
        shift = np.where(own, block.exponent - top + depth * _LAYER, 0)
        found[int(depth)] = np.where(own, np.ldexp(block.mantissa, shift), 0.0)
    return found


def _shifted(block: Entries, by: Integers) -> Array:
    return np.ldexp(block.mantissa, np.maximum(block.exponent + by, _NEGLIGIBLE))
