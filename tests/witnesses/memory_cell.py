"""Witnesses of the theorems on the memory cell and its carousel."""

from __future__ import annotations

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.activations import activation
from errorflow.numeric.forward import run
from errorflow.numeric.linear import jacobians
from tests import oracles

from .record import EPS, TWELVE, Dropped, Witness, sigma, slope


def linear_unit(w, C, start, T, slope_times_w=1.0, claimed=0.0):
    """log2 of the error flow of a unit with the function x slope_times_w / w + C, and how far its activation moved."""
    y, x = ef.names("y x")
    net = ef.net("", ef.dense("W", y), x)
    unit = ef.Cell("unit", inputs=[x], state={y: net * (slope_times_w / w) + C})
    weights = {"W": np.array([[w]]), "U": np.zeros((1, 1)), "b": np.zeros(1)}
    silence = np.zeros((T, 1))
    flow = unit.profile(weights, silence, {"y": [start]}, departures=False).log2_norm
    moved = unit.run(weights, silence, {"y": [start]}).states["y"][:, 0, 0] - start
    return np.append(flow, moved), np.append(np.zeros(T + 1), claimed * np.arange(T + 1))


def _unit(rng):
    w, C, start = rng.normal(size=3)
    return {"w": w, "C": C, "start": start, "T": 8, "claimed": C}


def memory_cell(rng, name="lstm1997", n=3, m=2, T=6, gain=1.0):
    cell = ef.cell(name)
    weights = {k: gain * rng.normal(size=[{"n": n, "m": m}[s] for s in shape]) for k, shape in cell.shapes().items()}
    state = {"c": rng.normal(size=n), "h": rng.uniform(-1, 1, n)}
    return {"name": name, "weights": weights, "x": rng.normal(size=(T, m)), "state": state}


def truncated_flow_is_the_newest_step(name, weights, x, state, truncated=True):
    """The product of the oracle's cut Jacobians against the package's newest one: nothing from the steps between."""
    step, n = oracles.STEPS[name], len(state["c"])
    path = oracles.orbit(step, weights, list(state.values()), x)
    read = oracles.cutting(oracles.NUMPY) if truncated else oracles.open_read
    flow = np.eye(2 * n)
    for joint, now in zip(path, x, strict=False):
        flow = oracles.step_jacobian(step, weights, joint, now, [n, n], read) @ flow
    return flow, jacobians(run(ef.cell(name).definition, weights, x, state), truncated=True)[-1]


def carousel_factors(nets, s, input_gate=1.0, output_gate=1.0, squash_slope=None, diagonal=False):
    """Eq. (41) for the cell input and for the input gate, against the bounds; nets: net_in, net_out, net_c.

    diagonal: the first instance for the cell input and the second for the input gate, no others.
    """
    i, o, c = nets
    first = sigma(o) * (slope("squash_out", s) if squash_slope is None else squash_slope)
    entries = slope("squash_in", c) * sigma(i), np.abs(activation("squash_in").value(c)) * slope("logistic", i)
    found, limit = first * np.array(entries), np.array(bounds.carousel_bounds(input_gate, output_gate))
    return (np.diagonal(found), limit) if diagonal else (found, np.broadcast_to(limit[:, None], found.shape))


def factorised(name, weights, x, state):
    """The one-step Jacobian and log |det J| against [[I, 0], [Dm, I]] [[F, A], [0, B]] typed from the paper."""
    W, n = weights, len(state["c"])
    c, h = state["c"], state["h"]

    def net(k):
        return (
            W[f"W_{k}"] @ h + W[f"U_{k}"] @ x[0] + W[f"b_{k}"] + (W[f"p_{k}"] * c if f"p_{k}" in W and k != "o" else 0)
        )

    i, f, g = sigma(net("i")), sigma(net("f")), np.tanh(net("g"))
    new = f * c + i * g
    o = sigma(net("o") + (W["p_o"] * new if "p_o" in W else 0))

    def by(diagonal, k):
        return diagonal[:, None] * W[f"W_{k}"]

    A = by(c * f * (1 - f), "f") + by(g * i * (1 - i), "i") + by(i * (1 - g**2), "g")
    F, D = np.diag(f), np.diag(o * (1 - np.tanh(new) ** 2))
    B = by(np.tanh(new) * o * (1 - o), "o")
    zero, one = np.zeros((n, n)), np.eye(n)
    J = np.block([[one, zero], [D, one]]) @ np.block([[F, A], [zero, B]])
    found = oracles.step_jacobian(oracles.STEPS[name], W, np.concatenate([c, h]), x[0], [n, n])
    if name != "lstm_peephole":
        found = jacobians(run(ef.cell(name).definition, W, x[:1], state))[0]
    determinant = np.linalg.slogdet(found)[1]
    return np.append(found, determinant), np.append(J, np.log(f).sum() + np.linalg.slogdet(B)[1])


def _peephole(rng):
    instance = memory_cell(rng, "lstm", T=1)
    weights = instance["weights"] | {f"p_{k}": rng.normal(size=3) for k in "ifo"}
    return instance | {"name": "lstm_peephole", "weights": weights}


_RNG = np.random.default_rng(97)
_WIDE = {"nets": np.array([[2.0], [40.0], [0.0]]), "s": np.zeros(1)}
_RUN = memory_cell(_RNG)
_LSTM = memory_cell(_RNG, "lstm")

WITNESSES: tuple[Witness, ...] = (
    Witness(
        "carousel.linear_unit", "=",
        _unit, linear_unit,
        TWELVE,
        {"w": 2.0, "C": 0.0, "start": 0.7, "T": 8},
        (
            Dropped("C is 0, for the activation to be constant", {"w": 2.0, "C": 0.1, "start": 0.7, "T": 8}),
            Dropped("f' w is 1", {"w": 2.0, "C": 0.0, "start": 0.7, "T": 8, "slope_times_w": 0.9}),
        ),
    ),
    Witness(
        "lstm1997.carousel", "=", memory_cell, truncated_flow_is_the_newest_step,
        16 * EPS,  # one step by complex step against one by the package; products with 1 and 0 are exact
        _RUN,
        (Dropped("the errors are truncated", _RUN | {"truncated": False}),),
        draws=50,
    ),
    Witness(
        "lstm1997.carousel_bound", "<",
        lambda rng: {"nets": rng.normal(size=(3, 50)) * 5, "s": rng.normal(size=50) * 3}, carousel_factors,
        4 * EPS,  # approached to rounding: 1/2 with both gates open and net_c = 0, 1/4 with y_in = 1/2 and |g| = 2
        {"nets": np.array([[40.0, 0.0], [40.0, 40.0], [0.0, 80.0]]), "s": np.zeros(2), "diagonal": True},
        (
            Dropped("the output squash is h, not the identity", _WIDE | {"squash_slope": 1.0}),
            Dropped("the input gate keeps to its bound", _WIDE | {"input_gate": 0.1}),
            Dropped("the output gate keeps to its bound", _WIDE | {"output_gate": 0.5}),
        ),
    ),
    Witness(
        "lstm.factorisation", "=", lambda rng: memory_cell(rng, "lstm", T=1), factorised,
        1e-9,  # log |det J| of a matrix with condition numbers up to 10^6
        _LSTM,
        (Dropped("the output gate does not see the new cell state", _peephole(_RNG)),),
        draws=100,
    ),
)  # fmt: skip
