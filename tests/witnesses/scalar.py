"""Witnesses of the theorems on one tanh unit that feeds itself, and on volumes."""

from __future__ import annotations

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.numeric.forward import run
from errorflow.numeric.linear import jacobians

from .record import TWELVE, Dropped, Witness


def _flow(W, b, x, starts, f="tanh"):
    """States (T + 1, batch, n) and flows (T + 1, batch, n, n) of a run from each of the starts (batch, n)."""
    starts = np.asarray(starts, dtype=float)
    states, flows = [starts], [np.broadcast_to(np.eye(len(W)), (len(starts), len(W), len(W)))]
    if len(x):
        inputs = np.broadcast_to(x, (len(starts), *x.shape))
        trajectory = run(ef.rnn(f).definition, {"W": W, "U": np.eye(len(W)), "b": b}, inputs, {"h": starts})
        states += list(trajectory.states["h"][1:])
        for step in np.moveaxis(jacobians(trajectory), 1, 0):
            flows.append(step @ flows[-1])
    return np.array(states), np.array(flows)


def _alone(w, start, steps):
    """Activations and derivatives (steps + 1,) of h' = tanh(w h)."""
    states, flows = _flow(np.array([[w]]), np.zeros(1), np.zeros((steps, 1)), [[start]])
    return states[:, 0, 0], flows[:, 0, 0, 0]


def slope_at_rest(w, start=None):
    """The slope at the fixed point between its bounds; the run confirms that it rests there."""
    h, _ = bounds.scalar_fixed_point(w)
    h = h if start is None else start
    states, flows = _alone(w, h, 1)
    assert abs(states[1] - h) < 1e-14
    return [flows[1], 1 - 3 * (w - 1)], [1 - 2 * h**2 / 3, flows[1]]


def error_below_rate(w, start, steps, lags=None):
    """log2 P_q^2 a^2 against q log2 k^2 + log2 h_q^2, for L close to the largest that is admitted."""
    h, P = _alone(w, start, steps)
    L = 0.999 * min(abs(start), 1 - 1 / abs(w))
    U, T = abs(w) * L, np.tanh(abs(w) * L)
    k = U * (1 - T**2) / T
    left, right = 2 * np.log2(np.abs(P * start)), 2 * np.log2(np.abs(h)) + 2 * np.log2(k) * np.arange(len(P))
    return left[:lags], right[:lags]


def error_is_gone(w, start, steps):
    """The logarithm of the error after many steps against that of 1."""
    return np.log2(np.abs(_alone(w, start, steps)[1][-1])), 0.0


def variation(w, b, x, f="tanh"):
    """The error added up over all starts in [-1, 1], by the changes of h_q between many, against the two extremes."""
    starts = np.linspace(-1, 1, 2001)[:, None]
    h = _flow(np.array([[w]]), np.array([b]), x, starts, f)[0][-1, :, 0]
    return np.abs(np.diff(h)).sum(), abs(h[-1] - h[0])


def steep_starts(w, b, x, K, f="tanh"):
    """K times the length of the starts between which the mean error is at least K, against 2."""
    starts = np.linspace(-1, 1, 2001)[:, None]
    h = _flow(np.array([[w]]), np.array([b]), x, starts, f)[0][-1, :, 0]
    return K * 2e-3 * (np.abs(np.diff(h)) >= K * 1e-3 * (1 - 1e-9)).sum() / 2, 2.0


def _unit(rng):
    x = rng.normal(size=(int(rng.integers(1, 6)), 1))
    return {"w": rng.normal() * 4, "b": rng.normal() * 0.3, "x": x}


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)


def volume(W, b, x, f="tanh"):
    """The integral of |det flow| over the square of starts, by Gauss quadrature, against its area."""
    starts = np.array([[u, v] for u in _NODES for v in _NODES])
    flows = _flow(W, b, x, starts, f)[1][-1]
    return np.abs(np.linalg.det(flows)) @ np.outer(_WEIGHTS, _WEIGHTS).ravel(), 4.0


def _pair(rng):
    return {"W": rng.normal(size=(2, 2)), "b": rng.normal(size=2) * 0.3, "x": rng.normal(size=(3, 2)) * 0.5}


_STILL = {"W": np.eye(2), "b": np.zeros(2), "x": np.zeros((0, 2))}
_LINE = {"w": 2.0, "b": 0.0, "x": np.zeros((1, 1)), "f": "identity"}

WITNESSES: tuple[Witness, ...] = (
    Witness(
        "rnn.fixed_point", "<", lambda rng: {"w": rng.uniform(1.05, 4)}, slope_at_rest,
        1e-11,  # at w = 1 + 1e-12 all four are 1 but for a few 1e-12
        {"w": 1 + 1e-12},
        (Dropped("the fixed point is not 0", {"w": 2.0, "start": 0.0}),),
    ),
    Witness(
        "rnn.scalar_vanishes", "<=",
        lambda rng: {"w": rng.choice([-1, 1]) * rng.uniform(1.05, 5), "start": rng.normal() * 2, "steps": 12},
        error_below_rate,
        TWELVE,
        {"w": -2.0, "start": 0.3, "steps": 3, "lags": 1},
        (Dropped("the start is not 0", {"w": 2.0, "start": 0.0, "steps": 100}, error_is_gone),),
        draws=60,
    ),
    Witness(
        "rnn.scalar_variation", "=", _unit, variation,
        TWELVE,
        {"w": 5.0, "b": 0.0, "x": np.zeros((3, 1))},
        (Dropped("the unit is monotone", {"w": 5.0, "b": 0.0, "x": np.zeros((1, 1)), "f": "silu"}),),
        draws=30,
    ),
    Witness(
        "rnn.scalar_variation", "<=", lambda rng: _unit(rng) | {"K": np.exp(rng.normal())}, steep_starts,
        TWELVE,
        {"w": 1.0, "b": 0.0, "x": np.zeros((0, 1)), "K": 1.0},
        (Dropped("activations stay in (-1, 1)", _LINE | {"K": 2.0}),),
        draws=30,
    ),
    Witness(
        "rnn.volume", "<=", _pair, volume,
        1e-6,  # the quadrature, of slopes that change within a third of the square
        _STILL,
        (Dropped("the units are tanh", _STILL | {"W": 2 * np.eye(2), "x": np.zeros((1, 2)), "f": "identity"}),),
        draws=10,
    ),
)  # fmt: skip
