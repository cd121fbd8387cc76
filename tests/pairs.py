"""Cells of the package paired with their oracles, and random weights, states and inputs to run both on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sympy import tanh

import errorflow as ef
from tests import oracles


def peephole() -> ef.Cell:
    """The LSTM with peepholes, through the public door: input and forget gate see the old cell, output the new one."""
    c, h, x, i, f, o, g = ef.names("c h x i f o g")
    where = {
        i: ef.logistic(ef.net("i", h, x, ef.diagonal("p_i", c))),
        f: ef.logistic(ef.net("f", h, x, ef.diagonal("p_f", c))),
        o: ef.logistic(ef.net("o", h, x, ef.diagonal("p_o", ef.new(c)))),
        g: tanh(ef.net("g", h, x)),
    }
    return ef.Cell("lstm_peephole", inputs=[x], state={c: f * c + i * g, h: o * tanh(ef.new(c))}, where=where)


CELLS = {
    "rnn": ef.rnn,
    "rnn_relu": lambda: ef.rnn("relu"),
    "rnn_logistic": lambda: ef.rnn("logistic"),
    "rnn_pre": lambda: ef.rnn(form="pre"),
    "lstm1997": ef.lstm1997,
    "lstm": ef.lstm,
    "gru": ef.gru,
    "gru_reset_before": ef.gru_reset_before,
    "lstm_peephole": peephole,
}


@dataclass(frozen=True)
class Case:
    """A cell with numbers: one sequence of T inputs, the oracle and the orbit that the oracle computes."""

    cell: ef.Cell
    step: object
    weights: dict
    state: dict
    inputs: np.ndarray
    path: np.ndarray
    widths: list

    @property
    def blocks(self):
        """(name, slice of the joint state) for each state block."""
        ends = np.cumsum([0, *self.widths])
        return [(s.name, slice(*ends[k : k + 2])) for k, s in enumerate(self.cell.definition.states)]

    def run(self):
        """The package's own trajectory."""
        return self.cell.run(self.weights, self.inputs, self.state)


def case(name: str, n: int = 3, m: int = 2, T: int = 6, seed: int = 0, gain: float = 0.8) -> Case:
    """Random numbers for the cell called `name`, biases and initial state included."""
    rng = np.random.default_rng([seed, n, m, T, list(CELLS).index(name)])
    cell = CELLS[name]()
    size = {"n": n, "m": m}
    weights = {k: gain * rng.normal(size=[size[label] for label in shape]) for k, shape in cell.shapes().items()}
    state = {s.name: rng.normal(size=n) for s in cell.definition.states}
    inputs = rng.normal(size=(T, m))
    path = oracles.orbit(oracles.STEPS[name], weights, list(state.values()), inputs)
    return Case(cell, oracles.STEPS[name], weights, state, inputs, path, [n] * len(state))
