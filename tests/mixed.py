"""A user's cell in which everything occurs at once, written through the public door, and its oracle by hand.

Two states of different widths, a matrix shared by two maps, a fixed matrix, a diagonal one, a map that reads an
expression, a map that reads another map, a state that reads the other's new value, and a state without nonlinearity.
"""

from __future__ import annotations

import numpy as np
from sympy import tanh

import errorflow as ef
from tests import oracles
from tests.pairs import CELLS, Case, case


def mixed() -> ef.Cell:
    """The cell. s has n entries, p has r."""
    s, p, x, a, d = ef.names("s p x a d")
    inner = ef.net("e", ef.dense("V", p), ef.fixed("F", s))
    where = {
        a: ef.logistic(ef.net("a", ef.dense("V", p), ef.diagonal("q", s), x)),
        d: tanh(ef.net("d", inner, a * s, bias=False)),
    }
    state = {s: a * s + (1 - a) * d + s * d / 8, p: ef.net("p", ef.new(s)) + p / 4}
    return ef.Cell("mixed", inputs=[x], state=state, where=where, sizes={p: "r"}, output=p)


def step(m, W, s, x, read=oracles.open_read):
    """The oracle: as in `tests.oracles`."""
    s, p = s
    a = m.sigma(W["V"] @ read(p, "a") + W["q"] * s + W["U_a"] @ x + W["b_a"])
    e = W["V"] @ read(p, "e") + W["F"] @ read(s, "e") + W["b_e"]
    d = m.tanh(W["W_de"] @ e + W["W_d2"] @ read(a * s, "d"))
    new = a * s + (1 - a) * d + s * d / 8
    return new, W["W_p"] @ new + W["b_p"] + p / 4


STEPS = {**oracles.STEPS, "mixed": step}
NAMES = [*CELLS, "mixed"]


def numbers(name: str, n: int = 3, m: int = 2, T: int = 6, seed: int = 0, gain: float = 0.8) -> Case:
    """`tests.pairs.case`, which also knows this cell; r is n - 1."""
    if name != "mixed":
        return case(name, n, m, T, seed, gain)
    rng = np.random.default_rng([seed, n, m, T])
    cell, size = mixed(), {"n": n, "m": m, "r": n - 1}
    weights = {k: gain * rng.normal(size=[size[label] for label in shape]) for k, shape in cell.shapes().items()}
    state = {"s": rng.normal(size=n), "p": rng.normal(size=n - 1)}
    inputs = rng.normal(size=(T, m))
    path = oracles.orbit(step, weights, list(state.values()), inputs)
    return Case(cell, step, weights, state, inputs, path, [n, n - 1])
