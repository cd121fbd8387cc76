"""How many multiply-adds a second this machine makes, measured on products of the shapes that learning takes."""

from __future__ import annotations

import time

import numpy as np

# Larger products run at the same rate, and would only take longer to measure.
_MOST = 512


def rate(units: int, columns: int, seconds: float = 0.1) -> float:
    """Multiply-adds a second of (n, n) times (n, columns) in float64, the best of what fits into `seconds`.

    units: n. columns: 1 where a matrix meets the vector of one sequence, many where it meets an influence. Both are
    measured up to 512.
    """
    n, k = min(units, _MOST), min(columns, _MOST)
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(n, n)), rng.normal(size=(n, k))
    out = np.empty((n, k))
    times = max(1, 2**18 // (n * n * k))  # so that a look at the clock costs nothing beside
    best, end = np.inf, time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        for _ in range(times):
            np.matmul(a, b, out=out)
        stop = time.perf_counter()
        best = min(best, (stop - start) / times)
        if stop >= end:
            return n * n * k / best
