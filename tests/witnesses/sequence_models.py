"""Witnesses of the theorems on hidden Markov models, ARIMA and dilated convolutions."""

from __future__ import annotations

import numpy as np

from errorflow import models

from .record import EPS, Dropped, Witness


def _chain(p, r):
    return np.array([[1 - p, p], [r, 1 - r]])


def slope_of_the_filter(p, r, belief, likelihoods, claimed=None):
    """What the filter keeps of a change of belief in one step, against tau of the probabilities claimed."""
    hmm = models.HMM(_chain(p, r), np.array([belief, 1 - belief]))
    a, b = claimed or (p, r)
    tau = np.tanh(abs(np.log((1 - a) * (1 - b) / (a * b))) / 4)
    return hmm.influence(np.array([[1.0, 1.0], likelihoods]))[1], tau


def second_eigenvalue(p, r):
    """|1 - p - r| by an eigensolver, against the contraction that users get."""
    return np.abs(np.linalg.eigvals(_chain(p, r))).min(), models.HMM(_chain(p, r)).contraction()


def response_under_a_unit_root(phi, theta, q, d=1):
    """The influence of the shock at lag q, against the closed form."""
    closed = (1 + theta - (phi + theta) * phi**q) / (1 - phi)
    return models.ARIMA((phi,), d, (theta,)).influence(q)[-1], closed


def fewest_levels(T, k, base=2):
    """The number that users get, against the least number of levels through which the last output sees the first of T
    inputs; dilations are powers of `base`."""
    levels = 0
    while True:
        reached = np.zeros(T, dtype=bool)
        reached[0] = True
        for level in range(levels):
            shifts = [j * base**level for j in range(k)]
            reached = np.any(
                [np.r_[np.zeros(min(s, T), dtype=bool), reached[: T - s]] for s in shifts if s < T], axis=0
            )
        if reached[-1]:
            return models.levels_for(T, k), levels
        levels += 1


def _rates(rng):
    return {"p": rng.uniform(0.01, 0.99), "r": rng.uniform(0.01, 0.99)}


def _steepest(p, r):
    """The belief at which the slope of the log odds is greatest."""
    odds = np.sqrt(r * (1 - r) / (p * (1 - p)))
    return odds / (1 + odds)


WITNESSES = (
    Witness(
        "hmm.contraction", "<=",
        lambda rng: _rates(rng) | {"belief": rng.uniform(0.01, 0.99), "likelihoods": rng.uniform(0.1, 1, 2)},
        slope_of_the_filter,
        16 * EPS,  # a few products and a logarithm
        {"p": 0.02, "r": 0.5, "belief": _steepest(0.02, 0.5), "likelihoods": np.array([0.3, 0.9])},
        (Dropped("p and r are those of the filter", {"p": 0.1, "r": 0.1, "belief": 0.5,
                 "likelihoods": np.ones(2), "claimed": (0.4, 0.4)}),),
    ),
    Witness(
        "hmm.contraction", "<=", _rates, second_eigenvalue,
        64 * EPS,  # an eigenvalue near 0 is good to rounding of the other, which is 1
        {"p": 0.3, "r": 0.3},
        (Dropped("tau is one step's", {"p": 0.3, "r": 0.3},
                 lambda p, r: (abs(1 - p - r), models.HMM(_chain(p, r) @ _chain(p, r)).contraction())),),
    ),
    Witness(
        "arima.unit_root", "=",
        lambda rng: {"phi": rng.uniform(-0.95, 0.95), "theta": rng.normal(), "q": int(rng.integers(0, 60))},
        response_under_a_unit_root,
        1e-12,  # a recursion of up to 60 steps, summed
        {"phi": 0.6, "theta": 0.0, "q": 12},
        (Dropped("there is one difference", {"phi": 0.6, "theta": 0.2, "q": 3, "d": 0}),),
        draws=20,
    ),
    Witness(
        "tcn.receptive_field", "=",
        lambda rng: {"T": int(rng.integers(1, 200)), "k": int(rng.integers(2, 7))}, fewest_levels,
        0.0,  # integers
        {"T": 1000, "k": 3},
        (Dropped("dilations double", {"T": 100, "k": 5, "base": 3}),),
        draws=40,
    ),
)  # fmt: skip
