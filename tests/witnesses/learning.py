"""Witnesses of the theorems on BPTT and RTRL."""

from __future__ import annotations

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.learning import costs, gradient
from errorflow.numeric.forward import run

from .memory_cell import memory_cell
from .record import Dropped, Witness


def _errors(rng, instance):
    return instance | {"errors": rng.normal(size=(len(instance["x"]), len(instance["state"]["h"])))}


def contributions(name, weights, x, state, errors, start=0):
    """The gradient and what each lag contributes to it, by both algorithms; RTRL may start late, without influence."""
    definition = ef.cell(name).definition
    back = gradient(definition, weights, x, errors, algorithm="bptt", state=state, by_lag=True)
    if start:
        reached = run(definition, weights, x[:start], state)
        state = {k: v[-1, 0] for k, v in reached.states.items()}
    forth = gradient(definition, weights, x[start:], errors[start:], algorithm="rtrl", state=state, by_lag=True)
    lags = len(x) - start
    return tuple(
        np.concatenate([a.ravel() for k in weights for a in (g.weights[k], g.by_lag[k][:lags])]) for g in (back, forth)
    )


def counted(algorithm, n, m, T, biases=False, closed=None):
    """Multiply-adds of an instrumented run, those published and the memory published, against the closed forms."""
    p = n + m
    macs = {"bptt": T * (2 * n * p + n * n) - n * n, "rtrl": T * n * p * (n + 1) ** 2}[closed or algorithm]
    words = {"bptt": T * p + n, "rtrl": n * n * p}[closed or algorithm]
    if T == 0:
        return 0, macs
    definition, rng = ef.rnn().definition, np.random.default_rng(0)
    weights = ef.rnn().random_weights(rng, n=n, m=m)
    inputs, errors = rng.normal(size=(T, m)), rng.normal(size=(T, n))
    count = gradient(definition, weights, inputs, errors, algorithm=algorithm, biases=biases).macs
    (published,) = costs(definition, units=n, inputs=m, steps=T, biases=biases, algorithms=[algorithm])
    return [count, published.total(published.macs), published.total(published.memory)], [macs, macs, words]


def _sizes(algorithm):
    def draw(rng):
        n, m, T = (int(k) for k in rng.integers(1, 6, size=3))
        return {"algorithm": algorithm, "n": n, "m": m, "T": T}

    return draw


def cheaper_memory(n, m, T, inputs_stored=True, claimed=True):
    """Whether RTRL holds fewer words than BPTT, against whether T has reached the break-even."""
    back, forth = (c.total(c.memory) for c in ef.rnn().cost(units=n, inputs=m, steps=T, algorithms=("bptt", "rtrl")))
    if not inputs_stored:
        back = n * (T + 1)
    return int(forth < back), int(bounds.memory_break_even(n, m, inputs_stored=claimed) <= T)


def _near_break_even(rng):
    n, m, stored = int(rng.integers(1, 7)), int(rng.integers(1, 7)), bool(rng.integers(2))
    turn = n * n if stored else n * (n + m)
    T = max(1, turn + int(rng.integers(-2, 3)))
    return {"n": n, "m": m, "T": T, "inputs_stored": stored, "claimed": stored}


_RNG = np.random.default_rng(97)
_RUN = memory_cell(_RNG)
_LEARNER = _errors(_RNG, _RUN)

WITNESSES: tuple[Witness, ...] = (
    Witness(
        "rtrl.equals_bptt", "=", lambda rng: _errors(rng, memory_cell(rng, ["lstm", "lstm1997"][rng.integers(2)])),
        contributions,
        1e-11,  # sums of six products of Jacobians with entries up to ten
        _LEARNER,
        (Dropped("RTRL starts where BPTT ends", _LEARNER | {"start": 3}),),
        draws=20,
    ),
    Witness(
        "bptt.cost", "=", _sizes("bptt"), counted,
        0.0,  # integers
        {"algorithm": "bptt", "n": 1, "m": 1, "T": 1},
        (
            Dropped("there is a step", {"algorithm": "bptt", "n": 2, "m": 1, "T": 0}),
            Dropped("the algorithm is BPTT", {"algorithm": "rtrl", "n": 2, "m": 1, "T": 3, "closed": "bptt"}),
        ),
        draws=40,
    ),
    Witness(
        "rtrl.cost", "=", _sizes("rtrl"), counted,
        0.0,  # integers
        {"algorithm": "rtrl", "n": 1, "m": 1, "T": 1},
        (Dropped("no bias is learned", {"algorithm": "rtrl", "n": 2, "m": 1, "T": 3, "biases": True}),),
        draws=40,
    ),
    Witness(
        "learning.memory_break_even", "=", _near_break_even, cheaper_memory,
        0.0,  # integers
        {"n": 3, "m": 2, "T": 9},
        (Dropped("BPTT stores the inputs", {"n": 3, "m": 2, "T": 9, "inputs_stored": False}),),
    ),
)  # fmt: skip
