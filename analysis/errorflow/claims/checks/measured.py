"""Measurements on networks, each with its budget, and the gradient held against differences of the loss."""

from __future__ import annotations

import numpy as np

from errorflow import builtin
from errorflow.claims.record import Finding
from errorflow.learning import gradient
from errorflow.numeric.arrays import Array


def full_gradient(units: int, steps: int, seed: int) -> Finding:
    """Full BPTT of the LSTM is the derivative of the loss and the truncated gradient is not, by differences."""
    made, rng = builtin.lstm(), np.random.default_rng(seed)
    weights = made.random_weights(rng, n=units, m=2)
    xs, errors = rng.normal(size=(steps, 2)), rng.normal(size=(steps, units))
    direction = {k: rng.normal(size=v.shape) for k, v in weights.items()}

    def loss(size: float) -> float:
        moved = {k: v + size * direction[k] for k, v in weights.items()}
        return float((made.run(moved, xs).output() * errors).sum())

    true = (8 * (loss(1e-3) - loss(-1e-3)) - (loss(2e-3) - loss(-2e-3))) / 12e-3
    full, cut = (
        sum(float((v * direction[k]).sum()) for k, v in gradient(
            made.definition, weights, xs, errors, truncated=truncated).weights.items())
        for truncated in (False, True)
    )  # fmt: skip
    gap, lost = abs(full - true) / abs(true), abs(cut - true) / abs(true)
    return Finding(
        gap < 1e-7 < 1e-3 < lost,  # differences of fourth order at 1e-3 are good to some 1e-9
        f"{units} units, {steps} steps, seed {seed}: full BPTT is {gap:.0e} from a difference quotient of the loss, the"
        f" truncated gradient {lost:.2g}",
    )


def learns_across(lag: int, sequences: int, updates: int, rate: float, seed: int) -> Finding:
    """A plain ReLU network started at the identity learns to give twice what it read `lag` steps ago."""
    made, rng = builtin.rnn("relu"), np.random.default_rng(seed)
    weights = {"W": np.eye(1), "U": np.ones((1, 1)), "b": np.zeros(1)}
    xs = np.zeros((sequences, lag + 1, 1))
    xs[:, 0, 0] = rng.uniform(0.5, 1.5, sequences)
    before = after = _miss(made.run(weights, xs).output(), xs)
    for _ in range(updates):
        error = (made.run(weights, xs).output()[:, -1] - 2 * xs[:, 0]) / sequences
        step = gradient(made.definition, weights, xs, error).weights
        weights = {k: v - rate * step[k] for k, v in weights.items()}
        after = _miss(made.run(weights, xs).output(), xs)
    return Finding(
        after < before / 100,
        f"one ReLU unit with W = 1 at first, {sequences} sequences, seed {seed}, {updates} plain gradient steps of rate"
        f" {rate}: mean square error {before:.3g} before, {after:.2g} after, across {lag} steps",
    )


def _miss(output: Array, xs: Array) -> float:
    return float(np.square(output[:, -1] - 2 * xs[:, 0]).mean())


def gates_keep_more(units: int, lag: int, bias: float, seed: int) -> Finding:
    """An LSTM with open forget gates beside a tanh network with recurrent weights of the same size."""
    rng = np.random.default_rng(seed)
    xs = rng.normal(size=(lag, 2))
    found = {}
    for cell in ("rnn", "lstm"):
        made = builtin.cell(cell)
        weights = made.random_weights(rng, scale=0.5 / units**0.5, n=units, m=2)
        if cell == "lstm":
            weights["b_f"] = np.full(units, bias)
        found[cell] = float(made.profile(weights, xs, departures=False).log2_norm[lag])
    return Finding(
        found["rnn"] < -40 and -10 < found["lstm"] < 10,
        f"{units} units, one random network each, seed {seed}, forget bias {bias}: log2 of the norm of the flow over"
        f" {lag} steps is {found['rnn']:.1f} without gates and {found['lstm']:.1f} with them",
    )
