"""All singular values of the flow by lag."""

from __future__ import annotations

import numpy as np

from errorflow.numeric.arrays import Array
from errorflow.numeric.flows import Window, windows
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.profile import checked_lag
from errorflow.numeric.scaled import NOTHING, Scaled

SEEN = 2.0**-40
"""A product of float64 matrices keeps singular values down to this part of the largest; what is below is rounding."""


def singular_values(trajectory: Trajectory, *, max_lag: int | None = None) -> Array:
    """log2 of the singular values of d state_T / d state_(T-q), q = 0..Q, (batch, Q + 1, N), the largest first.

    No batch axis for a single sequence. -inf throughout where the flow is zero; nan for a value below `SEEN` times the
    largest. max_lag: Q, default T.

    Raises: ValueError for a max_lag outside 0..T; ArithmeticError if an entry of a Jacobian is not finite.
    """
    lags = checked_lag("max_lag", trajectory.steps if max_lag is None else max_lag, trajectory.steps)
    result = np.empty((trajectory.batch, lags + 1, trajectory.width))
    done = 0
    for window in windows(trajectory, lags):
        result[:, done : done + window.lags] = _log2_values(window).swapaxes(0, 1)
        done += window.lags
    return result[0] if trajectory.single else result


def numerical_rank(log2_values: Array, part: float = 1e-8) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """How many singular values exceed `part` of the largest at every lag; 0 where the flow is zero.

    log2_values: (..., N) of `singular_values`. part: at least `SEEN`.

    Raises: ValueError for a part outside [SEEN, 1].
    """
    if not SEEN <= part <= 1:
        raise ValueError(f"part must be from {SEEN} to 1, got {part!r}")
    with np.errstate(invalid="ignore"):
        return (log2_values > log2_values[..., :1] + np.log2(part)).sum(axis=-1)


def _log2_values(window: Window) -> Array:
    blocks = window.flow.values()
    top = np.max([block.exponent.max(axis=-1) for block in blocks], axis=0)
    top = np.where(top > NOTHING // 2, top, 0)
    values = np.linalg.svd(np.concatenate([_at(block, top) for block in blocks], axis=-2), compute_uv=False)
    with np.errstate(divide="ignore"):
        logs = np.log2(values) + top[..., None]
    return np.where((values < SEEN * values[..., :1]), np.nan, logs)


def _at(block: Scaled, top: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Array:
    """(lags, batch, rows, columns) at one exponent."""
    scale = np.ldexp(1.0, block.exponent - top[..., None])
    return (block.mantissa * scale[:, None]).transpose(0, 2, 1, 3)
