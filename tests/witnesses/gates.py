"""Witnesses of the theorems on the gates of a memory cell."""

from __future__ import annotations

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.activations import activation
from errorflow.numeric.forward import run
from errorflow.numeric.linear import jacobians

from .memory_cell import memory_cell
from .record import EPS, TWELVE, Dropped, Witness


def _horizon(rng):
    return {"steps": float(rng.integers(1, 2000)), "kept": rng.uniform(0.01, 0.99)}


def half_is_left(bias, steps, kept, shift=0.0):
    """f^q at the half-life, and the share that the least bias for a horizon keeps over it."""
    f, held = (
        activation("logistic").value(np.float64(b)) for b in (bias, bounds.bias_for_horizon(steps, kept) + shift)
    )
    return np.log2([f ** bounds.half_life(bias), held**steps]), np.log2([0.5, kept])


def enough_is_kept(steps, kept, above):
    bias = bounds.bias_for_horizon(steps, kept) + above
    return kept, bounds.forget_decay(bias, steps)


def gates_keep(bias, truncated=True):
    """log |dc_q/dc_0| of one unit whose forget biases (T,) come as inputs, against minus the sum of its rates."""
    cell = ef.cell("lstm")
    weights = {k: np.zeros([1] * len(shape)) for k, shape in cell.shapes().items()}
    weights |= {k: np.ones((1, 1)) for k in ("U_f", "W_g", "W_i")}
    steps = jacobians(cell.run(weights, bias[:, None], {"c": np.ones(1), "h": np.zeros(1)}), truncated=truncated)
    flow, found = np.eye(2), []
    for step in steps:
        flow = step @ flow
        found.append(np.log(flow[0, 0]))
    recurrent = cell.run(weights, bias[:, None], {"c": np.ones(1), "h": np.zeros(1)}).values
    gates = next(v[:, 0, 0] for s, v in recurrent.items() if s.name == "f")
    return np.array(found), np.cumsum(np.log(gates))


def _output_cell(added):
    """A memory cell that adds its input to c, whose output is o + squash(c) as in the slip, or o squash(c)."""
    from sympy import tanh

    h, c, x, o = ef.names("h c x o")
    out = o + tanh(ef.new(c)) if added else o * tanh(ef.new(c))
    where = {o: ef.logistic(ef.net("o", h, x))}
    return ef.Cell("output", inputs=[x], state={c: c + x, h: out}, where=where, sizes={x: "n"})


def closed_gate_lets_through(c, added=True):
    """Output behind a closed gate, and its slope in c, against squash(c) and its slope: nothing is gated."""
    cell = _output_cell(added)
    weights = {"W_o": np.zeros((1, 1)), "U_o": np.zeros((1, 1)), "b_o": np.array([-800.0])}  # o is exactly 0
    trajectory = run(cell.definition, weights, np.zeros((1, 1)), {"c": [c]})
    found = [trajectory.states["h"][1, 0, 0], jacobians(trajectory)[0][1, 0]]
    return np.array(found), np.array([np.tanh(c), 1 / np.cosh(c) ** 2])


def added_output_exceeds_one(c, o_net, added=True):
    """1 against the output, for a gate and a cell state that are both wide open."""
    weights = {"W_o": np.zeros((1, 1)), "U_o": np.zeros((1, 1)), "b_o": np.array([o_net])}
    return 1.0, _output_cell(added).run(weights, np.zeros((1, 1)), {"c": [c]}).states["h"][1, 0, 0]


def gates_coincide(name, weights, x, state, other_bias=0.0):
    shared = {k.replace("_i", "_o"): v for k, v in weights.items() if k.endswith("_i")}
    trajectory = run(ef.cell(name).definition, weights | shared | {"b_o": shared["b_o"] + other_bias}, x, state)
    values = {s.name: v for s, v in trajectory.values.items()}
    return values["i"], values["o"]


_RNG = np.random.default_rng(97)
_LSTM = memory_cell(_RNG, "lstm")

WITNESSES: tuple[Witness, ...] = (
    Witness(
        "forget_gate.half_life", "=",
        lambda rng: _horizon(rng) | {"bias": rng.normal() * 3}, half_is_left,
        1e-11,  # f^q with q up to 2000 multiplies the rounding of f by q
        {"bias": 0.0, "steps": 1.0, "kept": 0.5},
        (Dropped("the bias is the least one", {"bias": 0.0, "steps": 10.0, "kept": 0.5, "shift": -0.1}),),
    ),
    Witness(
        "forget_gate.half_life", "<=",
        lambda rng: _horizon(rng) | {"above": rng.exponential()}, enough_is_kept,
        1e-11,  # as above
        {"steps": 1000.0, "kept": 0.5, "above": 0.0},
        (Dropped("the bias is at least the least one", {"steps": 1000.0, "kept": 0.5, "above": -0.01}),),
    ),
    Witness(
        "forget_gate.product", "=", lambda rng: {"bias": rng.normal(size=9) * 3}, gates_keep,
        TWELVE,
        {"bias": np.zeros(5)},
        (Dropped("the error stays on the carry", {"bias": np.zeros(5), "truncated": False}),),
        draws=30,
    ),
    Witness(
        "output.sum_is_wrong", "=", lambda rng: {"c": rng.normal() * 2}, closed_gate_lets_through,
        8 * EPS,  # a slope in two forms
        {"c": 1.0},
        (Dropped("the gate is added, not multiplied", {"c": 1.0, "added": False}),),
        draws=20,
    ),
    Witness(
        "output.sum_is_wrong", "<", lambda rng: {"c": 1 + rng.exponential(), "o_net": 1 + rng.exponential()},
        added_output_exceeds_one,
        1e-15,  # at the edge gate and squash together make 1
        {"c": float(np.arctanh(0.5)), "o_net": 0.0},
        (Dropped("the gate is added, not multiplied", {"c": 2.0, "o_net": 2.0, "added": False}),),
        draws=20,
    ),
    Witness(
        "output.shared_gate", "=", lambda rng: memory_cell(rng, "lstm"), gates_coincide,
        0.0,  # the same numbers in the same order
        _LSTM,
        (Dropped("the biases are equal too", _LSTM | {"other_bias": 0.1}),),
        draws=20,
    ),
)  # fmt: skip
