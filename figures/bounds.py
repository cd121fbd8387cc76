"""Bound lines, each a function of what its theorem assumes, never of the curve that it bounds.

Stands in for `errorflow.proof.bounds`. Logarithms are to base two, arrays run over lags q = 0, 1, ..., Q.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from figures.table import Array


def slopes_crossing() -> tuple[float, float]:
    """(x, value) where tanh' and the logistic's slope cross. Theorem slopes.crossing."""
    return 2 * float(np.arccosh((1 + np.sqrt(3)) / 2)), (2 - float(np.sqrt(3))) / 2


def local_error_peaks(y: float, b: float) -> tuple[float, float]:
    """The two stationary points of f'(w y + b) w over w, first that with w y > 0: w = (1/y) coth((w y + b)/2).

    Theorem local_error.peak; for b = 0, local_error.peak_gain.
    """

    def excess(u: float) -> float:
        return u * float(np.tanh((u + b) / 2)) - 1

    reach = 4 + 2 * abs(b)
    return brentq(excess, max(0.0, -b), reach, xtol=1e-14) / y, brentq(excess, -reach, min(0.0, -b), xtol=1e-14) / y


def rnn_bounds(slopes: Array, matrix: Array) -> tuple[Array, Array]:
    """log2 of (lower bound of the smallest singular value, upper bound of the norm) of the flow, by lag.

    slopes (T, n): f' along the orbit. matrix: W (n, n). The step of theorems rnn.lower_bound and
    rnn.vanishing, multiplied up along the orbit.
    """
    singular = np.linalg.svd(matrix, compute_uv=False)
    newest_first = slopes[::-1]
    lower = np.log2(newest_first.min(axis=1)) + np.log2(singular[-1])
    upper = np.log2(newest_first.max(axis=1)) + np.log2(singular[0])
    return np.append(0.0, np.cumsum(lower)), np.append(0.0, np.cumsum(upper))


def nilpotent_growth(lags: int) -> Array:
    """log2 of 2^(q-1) sqrt(200), lag 0 being 0. Theorem rnn.nilpotent."""
    return np.append(0.0, np.arange(lags) + 0.5 * np.log2(200.0))


def cell_carry_bounds(mu: Array, phi: Array, alpha: Array, d: Array, beta: Array) -> tuple[Array, Array]:
    """(lower bound of the smallest, upper bound of the largest singular value) of the flow c to c, by lag.

    Each argument (T,), one entry for each step: min and max of F, norms of A, Dm and B. The lower bound is 0 where the
    certificate is void: with |dc'| >= mu |dc| - alpha |dh| and |dh'| <= d |dc'| + beta |dh|, a cone |dh| <= kappa |dc|
    is carried along. No theorem of the registry states this yet.
    """
    steps = len(mu)
    slope = np.zeros(steps)  # kappa, for every first step at once
    factor = np.ones(steps)
    for t in range(steps):
        at = slice(0, t + 1)
        kept = mu[t] - alpha[t] * slope[at]
        factor[at] *= np.maximum(kept, 0.0)
        alive = kept > 0
        slope[at] = np.where(alive, d[t] + beta[t] * slope[at] / np.where(alive, kept, 1.0), np.inf)
    lower = np.append(1.0, factor[::-1])
    upper, product = np.ones(steps + 1), np.eye(2)
    for q, t in enumerate(range(steps - 1, -1, -1), 1):
        # a bound of (|dc'|, |dh'|) in terms of (|dc|, |dh|)
        product = product @ np.array([[phi[t], alpha[t]], [d[t] * phi[t], d[t] * alpha[t] + beta[t]]])
        upper[q] = product[0, 0]
    return lower, upper


def forget_decay(bias: float, lags: Array) -> Array:
    """f^q for a forget gate that stays at f = 1 / (1 + exp(-bias))."""
    return np.exp(-lags * np.log1p(np.exp(-bias)))


def half_life(bias: float) -> float:
    """The lag at which f^q is one half. Theorem forget_gate.half_life."""
    return float(np.log(2) / np.log1p(np.exp(-bias)))


def memory_break_even(units: int) -> int:
    """The number of steps from which RTRL needs less memory than BPTT that stores states and inputs, n^2.

    Theorem learning.memory_break_even; at least one input.
    """
    return units**2
