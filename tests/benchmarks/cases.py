"""The numbers that every program gets: weights and inputs of a cell, NumPy alone."""

from __future__ import annotations

import numpy as np

INPUTS = 4


def weights(kind: str, n: int, how: str, seed: int) -> dict[str, np.ndarray]:
    """Weights in this package's names.

    kind: rnn or lstm. how: "random" of gain 1.5, "orthogonal" or "identity" recurrent matrices.
    """
    rng = np.random.default_rng([seed, n])

    def square():
        if how == "identity":
            return np.eye(n)
        if how == "orthogonal":
            return np.linalg.qr(rng.normal(size=(n, n)))[0]
        return 1.5 / np.sqrt(n) * rng.normal(size=(n, n))

    def one(suffix):
        return {
            f"W{suffix}": square(),
            f"U{suffix}": rng.normal(size=(n, INPUTS)) / np.sqrt(INPUTS),
            f"b{suffix}": np.zeros(n),
        }

    return one("") if kind == "rnn" else one("_i") | one("_f") | one("_o") | one("_g")


def inputs(n: int, steps: int, seed: int) -> np.ndarray:
    """Standard normal inputs (T, m)."""
    return np.random.default_rng([seed, n, steps]).normal(size=(steps, INPUTS))
