"""This package's programs for the same work."""

from __future__ import annotations

import errorflow as ef
from errorflow.numeric.linear import jacobians as formed


def log2_norms(kind, w, xs):
    """log2 of the spectral norm at lags 1..T, and with it those of Frobenius and of all blocks."""
    cell = ef.cell(kind)
    cell.profile(w, xs[:4], departures=False)  # compiles
    return lambda: cell.profile(w, xs, departures=False).log2_norm[1:]


def jacobians(kind, w, xs, reuse):
    """All one-step Jacobians (T, N, N), the states being known; made anew or written into the same array each time."""
    trajectory = ef.cell(kind).run(w, xs)
    formed(trajectory, stop=1)  # compiles
    out = formed(trajectory) if reuse else None
    return lambda: formed(trajectory, out=out)
