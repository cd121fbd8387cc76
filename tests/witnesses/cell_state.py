"""Witnesses of the theorems that bound a memory cell before anything is measured."""

from __future__ import annotations

import numpy as np

import errorflow as ef
from errorflow import bounds

from .lstm_flow import factor_norms, factors_of_a_run
from .memory_cell import memory_cell
from .record import TWELVE, Dropped, Witness


def _gates(name, weights, x, state):
    trajectory = ef.cell(name).run(weights, x, state)
    return trajectory.states["c"][:, 0], {s.name: v[:, 0] for s, v in trajectory.values.items()}


def state_below_bound(name, weights, x, state, below=None):
    """The largest cell state of a run against the bound by its largest forget gate, or by one that is claimed."""
    c, gates = _gates(name, weights, x, state)
    phi = gates["f"].max() if below is None else below
    return np.abs(c).max(), bounds.cell_state_bound(phi, np.abs(c[0]).max())


def state_below_drift(name, weights, x, state):
    c, _ = _gates(name, weights, x, state)
    return np.abs(c).max(axis=1), bounds.cell_state_drift(np.arange(len(c)))


def _from_zero(instance):
    return instance | {"state": {"c": np.zeros(len(instance["state"]["c"])), "h": instance["state"]["h"]}}


def _one(name, x=0.0, c=0.0, T=1, **weights):
    """A cell of one unit whose weights are 0 but for those given, from a silent output."""
    found = {k: np.zeros([1] * len(shape)) for k, shape in ef.cell(name).shapes().items()}
    found |= {k: np.full_like(found[k], v) for k, v in weights.items()}
    return {"name": name, "weights": found, "x": np.full((T, 1), x), "state": {"c": np.full(1, c), "h": np.zeros(1)}}


def factors_below_constants(name, weights, x, state, claimed=None):
    """alpha, d and beta of every step against what the norms of the recurrent weights say."""
    _, _, *norms = factor_norms(**factors_of_a_run(name, weights, x, state))
    c, gates = _gates(name, weights, x, state)
    if name == "lstm":
        largest = np.abs(c[:-1]).max() if claimed is None else claimed
        found = bounds.lstm_factor_bounds(*(weights[f"W_{k}"] for k in "figo"), largest)
    else:
        largest = gates["i"].max() if claimed is None else claimed
        found = bounds.lstm1997_factor_bounds(*(weights[f"W_{k}"] for k in "igo"), largest)
    return np.array([v.max() for v in norms]), np.array(found)


def _without_output_loop(rng):
    instance = memory_cell(rng, "lstm", gain=0.7)
    instance["weights"]["W_o"] = np.zeros((3, 3))
    return factors_of_a_run(**instance)


def _from_the_carry(F, A, D, B):
    """The flows c to c over 1, ..., T steps, and the carries (T, n, n)."""
    n, flow, carry, found = F.shape[1], np.eye(2 * F.shape[1]), np.eye(F.shape[1]), []
    for f, a, d, b in zip(F, A, D, B, strict=True):
        flow = np.block([[f, a], [d @ f, d @ a + b]]) @ flow
        carry = f @ carry
        found.append([flow[:n, :n], carry])
    return np.moveaxis(np.array(found), 1, 0)


def flow_is_the_recursion(F, A, D, B):
    """The product of F + A D of the step before against the flow c to c."""
    product, found = F[0], [F[0]]
    for t in range(1, len(F)):
        product = (F[t] + A[t] @ D[t - 1]) @ product
        found.append(product)
    return np.array(found).ravel(), _from_the_carry(F, A, D, B)[0].ravel()


def away_from_the_carry(F, A, D, B):
    flows, carries = _from_the_carry(F, A, D, B)
    _, phi, alpha, d, _ = (v.max() for v in factor_norms(F, A, D, B))
    return np.linalg.norm(flows - carries, 2, axis=(1, 2)), bounds.loop_bound(phi, alpha, d, np.arange(1, len(F) + 1))


def _constant(F, A, D, B, T=5):
    return {k: np.full((T, 1, 1), v) for k, v in {"F": F, "A": A, "D": D, "B": B}.items()}


_WIDE = {"b_i": 40.0, "b_o": 40.0}

WITNESSES: tuple[Witness, ...] = (
    Witness(
        "lstm.state_bound", "<=", lambda rng: memory_cell(rng, "lstm", T=12), state_below_bound,
        TWELVE,
        _one("lstm", c=2.0, T=5, b_i=40.0, b_g=40.0),
        (Dropped("no forget gate exceeds phi", _one("lstm", c=1.0, T=5, b_i=40.0, b_g=40.0) | {"below": 0.3}),),
        draws=60,
    ),
    Witness(
        "lstm1997.state_bound", "<=", lambda rng: _from_zero(memory_cell(rng, gain=3.0)), state_below_drift,
        TWELVE,
        _one("lstm1997", T=6, b_i=40.0, b_g=80.0),
        (Dropped("the cell starts at 0", _one("lstm1997", c=1.0, T=6, b_i=40.0, b_g=80.0)),),
        draws=60,
    ),
    Witness(
        "lstm.constants", "<=", lambda rng: memory_cell(rng, "lstm"), factors_below_constants,
        TWELVE,
        _one("lstm", W_g=0.7, **_WIDE),
        (Dropped("no cell state exceeds M", _one("lstm", c=3.0, W_f=1.0) | {"claimed": 1.0}),),
        draws=60,
    ),
    Witness(
        "lstm1997.constants", "<=", memory_cell, factors_below_constants,
        TWELVE,
        _one("lstm1997", W_g=0.7, **_WIDE),
        (Dropped("no input gate exceeds M", _one("lstm1997", W_g=0.7, **_WIDE) | {"claimed": 0.4}),),
        draws=60,
    ),
    Witness(
        "lstm.cell_recursion", "=", _without_output_loop, flow_is_the_recursion,
        TWELVE,
        _constant(0.9, 0.3, 0.5, 0.0),
        (Dropped("the output gate reads no hidden state", _constant(0.9, 0.3, 0.5, 0.2)),),
        draws=60,
    ),
    Witness(
        "lstm.cell_recursion", "<=", _without_output_loop, away_from_the_carry,
        TWELVE,
        _constant(0.9, 0.3, 0.5, 0.0),
        (Dropped("the output gate reads no hidden state", _constant(0.9, 0.3, 0.5, 0.2)),),
        draws=60,
    ),
)  # fmt: skip
