"""Cells of the package paired with their oracles, and random weights, states and inputs to run both on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy

import errorflow as ef
from tests import oracles

CELLS = {
    "rnn": ef.rnn,
    "rnn_relu": lambda: ef.rnn("relu"),
    "rnn_logistic": lambda: ef.rnn("logistic"),
    "rnn_pre": lambda: ef.rnn(form="pre"),
    "lstm1997": ef.lstm1997,
    "lstm": ef.lstm,
    "gru": ef.gru,
    "gru_reset_before": ef.gru_reset_before,
    "lstm_peephole": ef.lstm_peephole,
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


# Cells that are tested in test_cells.py alone: the general tests would take half a minute more for them.
MORE = {
    "lstm_projected": ef.lstm_projected,
    "lstm1997_full": ef.lstm1997_full,
    "lstm1997_full_outputs": lambda: ef.lstm1997_full(output_units=True),
    "mingru": ef.mingru,
    "lru": ef.lru,
    "minimal_rnn": ef.minimal_rnn,
    "orthogonal_rnn": ef.orthogonal_rnn,
    "leaky_rnn": ef.leaky_rnn,
    "janet": ef.janet,
    "slstm": ef.slstm,
    "slstm_exp": lambda: ef.slstm(forget=sympy.exp),
}


def more(name: str, T: int = 6, seed: int = 0, gain: float = 0.8, cells: int = 2) -> Case:
    """Random numbers for a cell of MORE, where they have a meaning of their own drawn so that they have it.

    Two blocks of `cells` memory cells, three hidden units, two outputs, three projections, two inputs.
    """
    rng = np.random.default_rng([seed, T, cells, list(MORE).index(name)])
    cell = MORE[name]()
    size = {"n": 2 * cells, "m": 2, "p": 3, "b": 2, "k": 3, "l": 2}
    weights = {k: gain * rng.normal(size=[size[label] for label in shape]) for k, shape in cell.shapes().items()}
    meant = {
        "E": np.repeat(np.eye(2), cells, axis=0),  # two blocks
        "Q": np.linalg.qr(rng.normal(size=(size["n"], size["n"])))[0],
        "a": rng.uniform(0.1, 0.9, size["n"]),
    }
    weights |= {k: v for k, v in meant.items() if k in weights}
    sizes = [size[cell.definition.sizes[s]] for s in cell.definition.states]
    state = {s.name: rng.normal(size=k) for s, k in zip(cell.definition.states, sizes, strict=True)}
    if name.startswith("slstm"):
        state["n"] = 1 + np.abs(state["n"])
    inputs = rng.normal(size=(T, 2))
    path = oracles.orbit(oracles.STEPS[name], weights, list(state.values()), inputs)
    return Case(cell, oracles.STEPS[name], weights, state, inputs, path, sizes)
