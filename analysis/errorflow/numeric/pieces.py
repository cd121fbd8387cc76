"""A matrix that meets a few columns again and again, cut into rows so that each product is a small one.

OpenBLAS has kernels for products of up to 10^6 multiply-adds that do not pack the matrix anew. Where it takes them, 512
x 128 times 128 x 16 runs at 83 GFLOP/s in two pieces and at 50 in one; elsewhere pieces cost nothing that was seen.
"""

from __future__ import annotations

from errorflow.numeric.arrays import Array

_SMALL = 10**6  # multiply-adds
_ROWS = 16  # no piece is lower: its calls would take longer than its products
_COLUMNS = 32  # with more of them a product is as fast in one piece


def number(matrix: Array, columns: int) -> int:
    """In how many pieces of equal height to cut a matrix that meets so many columns."""
    rows, inner = matrix.shape
    if not 2 <= columns <= _COLUMNS:
        return 1
    pieces = 1
    while rows * inner * columns >= pieces * _SMALL and rows % (2 * pieces) == 0 and rows >= 2 * pieces * _ROWS:
        pieces *= 2
    # Pieces that are still too large help nobody.
    return pieces if rows * inner * columns < pieces * _SMALL else 1


def cut(array: Array, pieces: int) -> Array:
    """(..., rows, k) as a view (..., pieces, rows / pieces, k)."""
    *leading, rows, k = array.shape
    return array.reshape(*leading, pieces, rows // pieces, k)
