"""The array operations that learning runs on, each of which counts itself as it runs.

A multiply-add is one product inside a matrix product, an outer product, a scaling of the influence matrix by a diagonal
or its contraction with the error. Products of gates, entry by entry, are a field of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.numeric.arrays import Array
from errorflow.numeric.lines import Copied


@dataclass
class Counter:
    """macs: multiply-adds so far.

    elementwise: products entry by entry so far, words: the most words that were kept at once; both only if asked.
    """

    count_elementwise: bool = False
    macs: int = 0
    elementwise: int = 0
    words: int = 0

    def keep(self, arrays: Iterable[Array], lasting: int = 0) -> None:
        """Counts these as what is kept at a time; rows that are one and the same in memory count once.

        lasting: words that are kept beside them.
        """
        if self.count_elementwise:
            rows = {row.__array_interface__["data"][0]: row.size for array in arrays for row in array}
            self.words = max(self.words, lasting + sum(rows.values()))

    def matmul(self, a: Array, b: Array, out: Array | None = None) -> Array:
        """a @ b, broadcast over leading axes; written into `out` if given."""
        product = np.matmul(a, b, out=out)
        self.macs += product.size * a.shape[-1]
        return product

    def scale(self, diagonal: Array, columns: Array, out: Array | None = None) -> Array:
        """diag(diagonal) @ columns: (..., n) and (..., n, k); written into `out` if given."""
        self.macs += columns.size
        return np.multiply(diagonal[..., None], columns, out=out)

    def outer(self, column: Array, row: Array) -> Array:
        """column[..., :, None] * row[..., None, :], the entries of a dense derivative in a weight."""
        product = column * row
        self.macs += product.size
        return product

    def times(self, a: Array, b: Array, out: Array | None = None) -> Array:
        """a * b, entry by entry; written into `out` if given.

        Where a has several times as many columns as b, every column of b meets its like in each of these groups.
        """
        if a.shape[-1] == b.shape[-1] or b.shape[-1] == 1 or a.shape[-1] == 1:
            product = np.multiply(a, b, out=out)
        else:
            groups = np.multiply(a.reshape(*a.shape[:-1], -1, b.shape[-1]), b[..., None, :])
            product = groups.reshape(a.shape)
        self.elementwise += product.size if self.count_elementwise else 0
        return product

    def writes(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of `errorflow.numeric.lines`, whose last argument is its target, with its products counted."""
        if not self.count_elementwise:
            return function

        def counted(*places: Any) -> None:
            *reads, target = places
            if isinstance(function, Copied):
                target[...] = self.evaluate(function.function, reads, target.shape)
            else:
                function(*places)
                self.products(target.size * _products(function, reads))

        return counted

    def products(self, number: int) -> None:
        """Counts products entry by entry."""
        self.elementwise += number if self.count_elementwise else 0

    def evaluate(self, function: Callable[..., Any], arguments: list[Array], shape: tuple[int, ...]) -> Array:
        """function(*arguments), its products counted by the arrays themselves as they meet."""
        if not self.count_elementwise:
            return np.broadcast_to(np.asarray(function(*arguments), dtype=float), shape)
        seen = [np.asarray(a).view(_Counting) for a in arguments]
        for array in seen:
            array.counter = self
        # A value that was computed from no array, such as the constant 1, has no entries to count.
        return np.broadcast_to(np.asarray(function(*seen), dtype=float), shape)


def _products(function: Callable[..., Any], reads: list[Any]) -> int:
    """How many products one entry takes."""
    if function in (np.multiply, np.true_divide, np.square, np.reciprocal):
        return 1
    if function not in (np.power, np.float_power) or np.ndim(reads[1]):  # other powers are functions, as exp is
        return 0
    exponent = float(reads[1])
    return (abs(int(exponent)) - 1 if exponent.is_integer() else 0) + (exponent < 0)


class _Counting(np.ndarray):
    """An array that adds its multiplications, divisions and powers to a counter."""

    counter: Counter | None = None

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        counter = next(a.counter for a in inputs if isinstance(a, _Counting) and a.counter is not None)
        plain = [a.view(np.ndarray) if isinstance(a, _Counting) else a for a in inputs]
        result = np.asarray(getattr(ufunc, method)(*plain, **kwargs))
        counter.elementwise += result.size * _products(ufunc, plain)
        counted = result.view(_Counting)
        counted.counter = counter
        return counted

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        counted = np.asarray(array).view(_Counting)
        counted.counter = self.counter
        return counted
