"""Random feedback: the error of a read-out sent to the units by a matrix that is not the transposed read-out."""

from __future__ import annotations

from errorflow.learning.algorithm import Settings
from errorflow.learning.operations import Counter
from errorflow.numeric.arrays import Array, checked


def feedback_matrix(settings: Settings, units: int) -> Array | None:
    """The matrix (n, k), None where the error is that of the units themselves. Raises: ValueError for another shape."""
    if settings.feedback is None:
        return None
    matrix = checked("feedback", settings.feedback)
    if matrix.ndim != 2 or matrix.shape[0] != units:
        raise ValueError(f"feedback must have shape ({units}, k) for a read-out of k units, got {matrix.shape}")
    return matrix


def sent_back(errors: Array, settings: Settings, counter: Counter) -> Array:
    """The learning signal of the units, (T, batch, n). errors: as they come, (T, batch, k) where there is feedback."""
    if settings.feedback is None:
        return errors
    return counter.matmul(errors, checked("feedback", settings.feedback).T)
