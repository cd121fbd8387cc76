"""The programs of a PyTorch user: a loop over steps, and vmapped forward-mode Jacobians, in float64."""

from __future__ import annotations

import numpy as np
import torch

torch.set_num_threads(1)


def step_of(kind, w):
    """One step on the joint state: h of the RNN, (c, h) of the LSTM."""

    def rnn(h, x):
        return torch.tanh(w["W"] @ h + w["U"] @ x + w["b"])

    def lstm(s, x):
        c, h = torch.chunk(s, 2)
        i, f, o, g = (w[f"W_{k}"] @ h + w[f"U_{k}"] @ x + w[f"b_{k}"] for k in "ifog")
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.cat([c, torch.sigmoid(o) * torch.tanh(c)])

    return rnn if kind == "rnn" else lstm


def _ready(kind, w, xs):
    w = {name: torch.tensor(value) for name, value in w.items()}
    width = len(w["W"]) if kind == "rnn" else 2 * len(w["W_i"])
    return step_of(kind, w), torch.tensor(xs), width


def _states(step, xs, width):
    states = [torch.zeros(width, dtype=torch.float64)]
    for x in xs:
        states.append(step(states[-1], x))
    return torch.stack(states[:-1])


def log2_norms(kind, w, xs, norm):
    """log2 of a norm of the flow at lags 1..T, rescaled at every step; Jacobians 64 steps at a time."""
    step, xs, width = _ready(kind, w, xs)

    @torch.no_grad()
    def program():
        states = _states(step, xs, width)
        jacobian = torch.func.vmap(torch.func.jacfwd(step))
        flow, log, found = torch.eye(width, dtype=torch.float64), 0.0, []
        for stop in range(len(xs), 0, -64):
            some = slice(max(0, stop - 64), stop)
            for one in jacobian(states[some], xs[some]).flip(0):
                flow = flow @ one
                size = torch.linalg.norm(flow) if norm == "frobenius" else torch.linalg.svdvals(flow)[0]
                log = log + torch.log2(size)
                flow = flow / size
                found.append(float(log))
        return np.array(found)

    return program


def jacobians(kind, w, xs):
    """All one-step Jacobians (T, N, N), 64 steps at a time, the states being known."""
    step, xs, width = _ready(kind, w, xs)
    states = _states(step, xs, width)

    @torch.no_grad()
    def program():
        jacobian = torch.func.vmap(torch.func.jacfwd(step))
        return torch.cat([jacobian(states[t : t + 64], xs[t : t + 64]) for t in range(0, len(xs), 64)])

    return program
