"""Witnesses of the theorems on the flow as a sum over paths."""

from __future__ import annotations

from itertools import product

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.numeric.forward import run
from errorflow.numeric.linear import jacobians

from .networks import NILPOTENT
from .record import TWELVE, Dropped, Witness, slope


def pre_network(rng, n=3, T=4, W=None):
    W = rng.normal(size=(n, n)) * 2 if W is None else W
    return {"W": W, "b": rng.normal(size=n), "x": rng.normal(size=(T, n))}


def _pre_flow(W, b, x, f="logistic", start=None):
    """The flow over all T steps of net' = W f(net) + x + b, and the slopes f'(net(t-1)), ..., f'(net(t-q))."""
    cell = ef.rnn(f, form="pre")
    state = None if start is None else {"a": start}
    trajectory = run(cell.definition, {"W": W, "U": np.eye(len(W)), "b": b}, x, state)
    flow = np.eye(len(W))
    for step in jacobians(trajectory):
        flow = step @ flow
    return flow, slope(f, trajectory.states["a"][:-1, 0])[::-1]


def _sum_over_paths(W, slopes, printed):
    """Eq. (2) of 1997, path by path: prod f'_{l_m} w with the subscripts l_{m-1} l_m, or l_m l_{m-1} as printed."""
    n, q = len(W), len(slopes)
    total = np.zeros((n, n))
    for u, v in product(range(n), repeat=2):
        for inner in product(range(n), repeat=q - 1):
            stops = (u, *inner, v)
            steps = zip(stops, stops[1:], slopes, strict=False)
            total[u, v] += np.prod([d[b] * (W[b, a] if printed else W[a, b]) for a, b, d in steps])
    return total


def paths_make_the_flow(W, b, x, printed=False):
    flow, slopes = _pre_flow(W, b, x)
    return _sum_over_paths(W, slopes, printed), flow


def printed_paths_make_the_transposed_flow(W, b, x):
    _, slopes = _pre_flow(W, b, x)
    flow = np.eye(len(W))
    for d in slopes:
        flow = flow @ W.T * d
    return _sum_over_paths(W, slopes, True), flow


def entry_below_path_bound(W, b, x, largest=None, f="logistic", start=None):
    flow, _ = _pre_flow(W, b, x, f, start)
    largest = np.abs(W).max() if largest is None else largest
    return np.log2(np.abs(flow).max()), bounds.log2_path_bound(largest, len(W), len(x))


def _at_half(n, w, T):
    """All weights w, biases that keep every net input at 0, where the logistic is 1/2."""
    return {"W": np.full((n, n), w), "b": np.full(n, -n * w / 2), "x": np.zeros((T, n))}


def factors_and_flow(W, slopes, expected, steps):
    """The flow of constant factors |f' w|, at lags 1..steps, against what the theorem states of its largest entry."""
    flow, found = np.eye(len(W)), []
    for _ in range(steps):
        flow = slopes[:, None] * W @ flow
        found.append(np.abs(flow).max())
    return np.array(found), np.array([expected(q) for q in range(1, steps + 1)])


EXACTLY_GONE = {
    "W": NILPOTENT,
    "slopes": np.full(2, 0.25),
    "expected": lambda q: 2.0 if q == 1 else 0.0,
    "steps": 6,
}


GROWING = {"W": np.full((5, 5), 3.6), "slopes": np.full(5, 0.25), "expected": lambda q: 4.5**q / 5, "steps": 10}


def entry_stays_above(n, w, T, b=None):
    """1/n against the smallest entry of the flow of a network whose weights are all w < 4."""
    net = _at_half(n, w, T)
    flow, _ = _pre_flow(net["W"], net["b"] if b is None else np.full(n, b), net["x"])
    return 1 / n, flow.min()


_RNG = np.random.default_rng(97)

WITNESSES: tuple[Witness, ...] = (
    Witness(
        "rnn.path_sum", "=", pre_network, paths_make_the_flow,
        TWELVE,
        pre_network(_RNG),
        (Dropped("the subscripts are l_(m-1) l_m", pre_network(_RNG) | {"printed": True}),),
        draws=20,
    ),
    Witness(
        "rnn.path_sum_as_printed", "=", pre_network, printed_paths_make_the_transposed_flow,
        TWELVE,
        pre_network(_RNG),
        (Dropped("the matrix is the transposed one", pre_network(_RNG) | {"printed": True}, paths_make_the_flow),),
        draws=20,
    ),
    Witness(
        "rnn.path_sum_as_printed", "=",
        lambda rng: pre_network(rng, W=(lambda W: W + W.T)(rng.normal(size=(3, 3)))) | {"printed": True},
        paths_make_the_flow,
        TWELVE,
        pre_network(_RNG, W=np.eye(3)) | {"printed": True},
        (Dropped("W is symmetric", pre_network(_RNG) | {"printed": True}),),
        draws=20,
    ),
    Witness(
        "rnn.path_bound", "<=", pre_network, entry_below_path_bound,
        TWELVE,
        _at_half(3, 1.5, 4),
        (
            Dropped("no weight exceeds w_max", _at_half(3, 1.5, 4) | {"largest": 1.4}),
            Dropped("the units are logistic", _at_half(3, 0.5, 4) | {"b": np.zeros(3), "f": "tanh"}),
        ),
    ),
    Witness(
        "rnn.path_factors", "=", lambda rng: [EXACTLY_GONE, GROWING][rng.integers(2)], factors_and_flow,
        TWELVE,
        EXACTLY_GONE,
        (
            Dropped("the paths cancel in sign", EXACTLY_GONE | {"W": np.abs(NILPOTENT)}),
            Dropped("there are five units", GROWING | {"W": np.full((1, 1), 3.6), "slopes": np.full(1, 0.25)}),
        ),
        draws=4,
    ),
    Witness(
        "rnn.weights_below_four", "<=",
        lambda rng: (lambda n: {"n": n, "w": rng.integers(-(-32 // n), 32) / 8, "T": 8})(int(rng.integers(2, 6))),
        entry_stays_above,
        TWELVE,
        {"n": 4, "w": 1.0, "T": 8},
        (
            Dropped("w is at least 4/n", {"n": 4, "w": 0.875, "T": 8}),
            Dropped("the bias is -n w / 2", {"n": 2, "w": 3.0, "T": 8, "b": 3.0}),
            Dropped("there are two units", {"n": 1, "w": 3.0, "T": 8}),
        ),
    ),
)  # fmt: skip
