"""The programs of a JAX user: jitted scans and vmapped forward-mode Jacobians, in float64."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def step_of(kind, w):
    """One step on the joint state: h of the RNN, (c, h) of the LSTM."""

    def rnn(h, x):
        return jnp.tanh(w["W"] @ h + w["U"] @ x + w["b"])

    def lstm(s, x):
        c, h = jnp.split(s, 2)
        i, f, o, g = (w[f"W_{k}"] @ h + w[f"U_{k}"] @ x + w[f"b_{k}"] for k in "ifog")
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jnp.concatenate([c, jax.nn.sigmoid(o) * jnp.tanh(c)])

    return rnn if kind == "rnn" else lstm


def states_of(step, xs, width):
    """The states before every step."""

    def one(s, x):
        return step(s, x), s

    return jax.lax.scan(one, jnp.zeros(width), xs)[1]


def log2_norms(kind, w, xs, norm):
    """log2 of a norm of the flow at lags 1..T, rescaled at every step; forward pass and Jacobians included."""
    width = len(w["W"] if kind == "rnn" else w["W_i"]) * (1 if kind == "rnn" else 2)

    def size(flow):
        if norm == "frobenius":
            return jnp.linalg.norm(flow)
        return jnp.linalg.svd(flow, compute_uv=False)[0]

    def program(w, xs):
        step = step_of(kind, w)
        states = states_of(step, xs, width)

        def one(carry, at):
            flow, log = carry
            flow = flow @ closed_form(kind, w, *at)
            scale = size(flow)
            log = log + jnp.log2(scale)
            return (flow / scale, log), log

        return jax.lax.scan(one, (jnp.eye(width), 0.0), (states, xs), reverse=True)[1][::-1]

    compiled = jax.jit(program).lower(w, xs).compile()
    return lambda: np.asarray(compiled(w, xs))


def closed_form(kind, w, s, x):
    """The Jacobian of a step by hand: what a user who wants speed writes, faster here than forward mode."""
    if kind == "rnn":
        return (1 - jnp.tanh(w["W"] @ s + w["U"] @ x + w["b"]) ** 2)[:, None] * w["W"]
    c, h = jnp.split(s, 2)
    net = {k: w[f"W_{k}"] @ h + w[f"U_{k}"] @ x + w[f"b_{k}"] for k in "ifog"}
    i, f, o = (jax.nn.sigmoid(net[k]) for k in "ifo")
    g = jnp.tanh(net["g"])
    new = jnp.tanh(f * c + i * g)
    by_h = (
        (g * i * (1 - i))[:, None] * w["W_i"]
        + (c * f * (1 - f))[:, None] * w["W_f"]
        + (i * (1 - g**2))[:, None] * w["W_g"]
    )
    through = o * (1 - new**2)
    bottom = (new * o * (1 - o))[:, None] * w["W_o"] + through[:, None] * by_h
    return jnp.block([[jnp.diag(f), by_h], [jnp.diag(through * f), bottom]])


def jacobians(kind, w, xs, mode="forward"):
    """All one-step Jacobians (T, N, N), the states being known."""
    width = len(w["W"] if kind == "rnn" else w["W_i"]) * (1 if kind == "rnn" else 2)

    states = jax.jit(lambda w, xs: states_of(step_of(kind, w), xs, width))(w, xs)

    def program(w, states, xs):
        step = step_of(kind, w)
        one = jax.jacfwd(step) if mode == "forward" else lambda s, x: closed_form(kind, w, s, x)
        return jax.vmap(one)(states, xs)

    compiled = jax.jit(program).lower(w, states, xs).compile()
    return lambda: compiled(w, states, xs).block_until_ready()
