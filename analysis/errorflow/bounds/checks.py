"""Checks at the door of the bounds: finite numbers of the right kind and shape, or an error that says why not."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def finite(name: str, value: Any) -> Array:
    """`value` as finite float64. Raises TypeError or ValueError that names the argument."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array


def number(name: str, value: Any) -> float:
    """`value` as one finite number."""
    array = finite(name, value)
    if array.ndim:
        raise TypeError(f"{name} must be one number, got an array of shape {array.shape}")
    return float(array)


def nonnegative(name: str, value: Any) -> Array:
    """`value` as finite float64 without a negative entry."""
    array = finite(name, value)
    if (array < 0).any():
        raise ValueError(f"{name} must not be negative, got {array.min()}")
    return array


def at_least_zero(name: str, value: Any) -> float:
    """`value` as one finite number that is not negative."""
    return number(name, nonnegative(name, value))


def count(name: str, value: Any) -> int:
    """`value` as an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def whole_lags(value: Any) -> Array:
    """`value` as lags: whole numbers of at least 0."""
    q = nonnegative("lags", value)
    if (q != np.floor(q)).any():
        raise ValueError(f"lags must be whole steps, got {q[q != np.floor(q)][0]}")
    return q


def square(value: Any) -> Array:
    """`value` as a finite square matrix."""
    matrix = finite("W", value)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"W must be a square matrix (n, n), got shape {matrix.shape}")
    return matrix


def log2(values: Any) -> Array:
    """log2 of nonnegative values, -inf for 0, without a warning."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log2(values), dtype=np.float64)
