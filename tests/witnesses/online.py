"""Witnesses of the theorems on gradients that are computed while the network runs."""

from __future__ import annotations

from itertools import product

import numpy as np

import errorflow as ef
from errorflow.learning import gradient
from errorflow.numeric.forward import run
from errorflow.numeric.linear import jacobians

from .record import TWELVE, Dropped, Witness


def elman(rng, n=2, m=1, T=6):
    """An Elman network of recurrent weights alone, inputs, and the derivative of its loss at every step."""
    return {
        "W": rng.normal(size=(n, n)), "U": rng.normal(size=(n, m)), "x": rng.normal(size=(T, m)),
        "errors": rng.normal(size=(T, n)),
    }  # fmt: skip


def _steps(W, U, x):
    """Per step: the state Jacobian, and the derivative of the state in the entries of (W, U), row by row (n, n p)."""
    trajectory = run(ef.rnn().definition, {"W": W, "U": U, "b": np.zeros(len(W))}, x)
    states, J = trajectory.states["h"][:, 0], jacobians(trajectory)
    B = [np.kron(np.diag(1 - h**2), np.append(old, now)) for old, h, now in zip(states, states[1:], x, strict=False)]
    return J, np.array(B)


def _gradient(W, U, x, errors, algorithm="rtrl"):
    """The gradient that users get, in the same order."""
    weights = {"W": W, "U": U, "b": np.zeros(len(W))}
    found = gradient(ef.rnn().definition, weights, x, errors, algorithm=algorithm, biases=False).weights
    return np.concatenate([found["W"], found["U"]], axis=1).ravel()


def by_blocks(W, U, x, errors, block=3, carried=True):
    """The gradient by blocks: BPTT within a block, and the influence at its start, carried from block to block."""
    J, B = _steps(W, U, x)
    Z, total = np.zeros_like(B[0]), np.zeros(B[0].shape[1])
    for t in range(0, len(x), block):
        flow, local = np.eye(len(W)), np.zeros_like(Z)
        for s in range(t, min(t + block, len(x))):
            flow, local = J[s] @ flow, J[s] @ local + B[s]
            total += errors[s] @ flow @ Z + errors[s] @ local
        Z = flow @ Z + local if carried else np.zeros_like(Z)
    return total, _gradient(W, U, x, errors)


def averaged_over_signs(W, U, x, errors, signs=(-1.0, 1.0), a=0.7, b=1.3):
    """The mean of the gradient estimates of the last step's loss over all draws of signs, against the gradient."""
    J, B = _steps(W, U, x)
    n, total, draws = len(W), 0.0, list(product(product(signs, repeat=len(W)), repeat=len(x)))
    for draw in draws:
        s, theta = np.zeros(n), np.zeros(B[0].shape[1])
        for j, immediate, nu in zip(J, B, np.array(draw), strict=True):
            s, theta = a * j @ s + b * nu, theta / a + nu @ immediate / b
        total = total + (errors[-1] @ s) * theta / len(draws)
    last = np.zeros_like(errors)
    last[-1] = errors[-1]
    return total, _gradient(W, U, x, last)


def step_counted(K, H, C, S, I, output_weights=None):
    """Products of one step of 1997, one by one through its equations, against the printed total and K C (S - 1)."""
    cells = C * S
    output_weights = K * (H + cells) if output_weights is None else output_weights
    hidden = sum(1 for _ in range(H) for _ in range(K))
    gates = sum(1 for _ in range(C) for _ in range(S) for _ in range(K))
    changes = output_weights + (H + C) * I
    counted = K + hidden + gates + changes + cells * K + 4 * cells * I
    return counted, K + 2 * K * H + K * C + 2 * K * S * C + H * I + C * I + 4 * C * S * I + K * C * (S - 1)


_NET = elman(np.random.default_rng(5))
_SHORT = elman(np.random.default_rng(6), T=3)
_SIZES = {"K": 2, "H": 3, "C": 2, "S": 3, "I": 4}

WITNESSES: tuple[Witness, ...] = (
    Witness(
        "schmidhuber1992.exact", "=", lambda rng: elman(rng) | {"block": int(rng.integers(1, 8))}, by_blocks,
        TWELVE,
        _NET,
        (Dropped("the influence is carried to the next block", _NET | {"carried": False}),),
        draws=20,
    ),
    Witness(
        "uoro.unbiased", "=", lambda rng: elman(rng, T=3), averaged_over_signs,
        1e-11,  # 64 products that cancel
        _SHORT,
        (
            Dropped("what is drawn has mean 0", _SHORT | {"signs": (0.0, 2.0)}),
            Dropped("its second moment is 1", _SHORT | {"signs": (-2.0, 2.0)}),
        ),
        draws=5,
    ),
    Witness(
        "lstm1997.step_count", "=",
        lambda rng: {k: int(rng.integers(1, 6)) for k in "KHCSI"}, step_counted,
        0.0,  # integers
        _SIZES | {"S": 1},
        (Dropped("the outputs read every cell of a block", _SIZES | {"output_weights": 2 * (3 + 2)}),),
    ),
)  # fmt: skip
