"""This package's programs for the same work."""

from __future__ import annotations

import numpy as np

import errorflow as ef
from errorflow.numeric.assembly import jacobian_blocks
from errorflow.numeric.linear import jacobians as formed


def log2_norms(kind, w, xs):
    """log2 of the spectral norm at lags 1..T, and with it those of Frobenius and of all blocks."""
    cell = ef.cell(kind)
    cell.profile(w, xs[:4], departures=False)  # compiles
    return lambda: cell.profile(w, xs, departures=False).log2_norm[1:]


def jacobians(kind, w, xs, how):
    """All one-step Jacobians (T, N, N), the states being known: made anew, into a `reused` array, or as `blocks`."""
    trajectory = ef.cell(kind).run(w, xs)
    formed(trajectory, stop=1)  # compiles
    if how == "blocks":
        return lambda: jacobian_blocks(trajectory)
    out = formed(trajectory) if how == "reused" else None
    return lambda: formed(trajectory, out=out)


def written(kind, w, xs):
    """Arrays of the shapes of these blocks, made anew and filled with a number: the bytes alone."""
    shapes = [block.shape for block in jacobian_blocks(ef.cell(kind).run(w, xs)).values()]
    return lambda: {k: np.full(shape, 1.0) for k, shape in enumerate(shapes)}
