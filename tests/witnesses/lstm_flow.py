"""Witnesses of the theorems on the full flow of an LSTM."""

from __future__ import annotations

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.numeric.linear import jacobians

from .memory_cell import memory_cell
from .record import ROUNDING, TWELVE, Dropped, Witness


def factors_of_a_run(name, weights, x, state):
    """F, A, D, B (T, n, n) of every step, read off the package's Jacobians [[F, A], [D F, D A + B]]; F is diagonal."""
    J = jacobians(ef.cell(name).run(weights, x, state))
    n = J.shape[-1] // 2
    F, A = J[:, :n, :n], J[:, :n, n:]
    D = J[:, n:, :n] / np.diagonal(F, axis1=1, axis2=2)[:, None, :]  # h sees the old c through the new one
    return {"F": F, "A": A, "D": D, "B": J[:, n:, n:] - D @ A}


def factor_norms(F, A, D, B):
    """mu, phi, alpha, d, beta of every step (T,)."""
    least, largest = (np.linalg.svd(F, compute_uv=False)[:, k] for k in (-1, 0))
    return [least, largest, *(np.linalg.norm(M, 2, axis=(1, 2)) for M in (A, D, B))]


def _full_steps(F, A, D, B):
    return np.block([[F, A], [D @ F, D @ A + B]])


def c_to_c(F, A, D, B):
    """Least and largest singular value of the block c to c of the flow over the last q steps, each (T + 1,)."""
    n, flow, found = F.shape[1], np.eye(2 * F.shape[1]), [[1.0, 1.0]]
    for step in _full_steps(F, A, D, B)[::-1]:
        flow = flow @ step
        found.append(np.linalg.svd(flow[:n, :n], compute_uv=False)[[-1, 0]])
    return np.log2(found).T


def _misstated(norms, misstated):
    return [v * (misstated or {}).get(k, 1.0) for k, v in zip(["mu", "phi", "alpha", "d", "beta"], norms, strict=True)]


def above_the_cone(F, A, D, B, misstated=None):
    lower, _ = bounds.log2_lstm_bounds(*_misstated(factor_norms(F, A, D, B), misstated))
    return lower, c_to_c(F, A, D, B)[0]


def below_the_majorant(F, A, D, B, misstated=None):
    _, upper = bounds.log2_lstm_bounds(*_misstated(factor_norms(F, A, D, B), misstated))
    return c_to_c(F, A, D, B)[1], upper


def _carried(F, A, D, B, c, h):
    """Norms of dc and dh after 0, ..., T steps from (c, h), each (T + 1,)."""
    found, e, n = [], np.append(c, h), len(c)
    for step in [np.eye(2 * n), *_full_steps(F, A, D, B)]:
        e = step @ e
        found.append([np.linalg.norm(e[:n]), np.linalg.norm(e[n:])])
    return np.array(found).T


def _rate(mu, alpha, d, beta):
    """The larger root of l^2 - (mu - alpha d + beta) l + mu beta, of its real part where it is complex."""
    trace = mu - alpha * d + beta
    return (trace + np.sqrt(max(trace**2 - 4 * mu * beta, 0.0))) / 2


def above_the_rate(F, A, D, B, c, h):
    """lambda^q ||dc_0|| against ||dc_q||, both logarithms, with the extremes of the norms over all steps."""
    mu, _, *rest = factor_norms(F, A, D, B)
    rate = _rate(mu.min(), *(v.max() for v in rest))
    x, _ = _carried(F, A, D, B, c, h)
    return np.arange(len(x)) * np.log2(rate) + np.log2(x[0]), np.log2(np.maximum(x, 1e-300))


def weighted_below_rate(F, A, D, B, c, h, perron=False):
    """u ||dc_q|| + v ||dh_q|| against r^q of its beginning, with the weights of the theorem or the best ones."""
    _, *norms = factor_norms(F, A, D, B)
    phi, alpha, d, beta = (v.max() for v in norms)
    u, v = 1 - beta - d * alpha + d * phi, 1 - phi + alpha
    r = 1 - ((1 - phi) * (1 - beta) - d * alpha) / (u + v)
    if perron:
        values, left = np.linalg.eig(np.array([[phi, alpha], [d * phi, d * alpha + beta]]).T)
        (u, v), r = np.abs(left[:, values.real.argmax()]), values.real.max()
    x, y = _carried(F, A, D, B, c, h)
    total = u * x + v * y
    return np.log2(total), np.arange(len(x)) * np.log2(r) + np.log2(total[0])


def _one_unit(F, A, D, B, T=9, **more):
    return {k: np.full((T, 1, 1), v) for k, v in {"F": F, "A": A, "D": D, "B": B}.items()} | more


def _with_norms(rng, least, largest, alpha, d, beta, T=8, n=3):
    """Factors of T steps with the norms given, and a diagonal F of moduli between `least` and `largest`."""

    def scaled(size):
        M = rng.normal(size=(T, n, n))
        return M / np.linalg.norm(M, 2, axis=(1, 2))[:, None, None] * size

    moduli = rng.uniform(least, largest, (T, n)) * rng.choice([-1, 1], (T, n))
    moduli[:, 0], moduli[:, 1] = least, largest
    F = np.array([np.diag(row) for row in moduli])
    return {"F": F, "A": scaled(alpha), "D": scaled(d), "B": scaled(beta), "c": rng.normal(size=n)}


def _weak_recurrence(rng):
    """Within the cone at the start, and sqrt(mu) >= sqrt(alpha d) + sqrt(beta)."""
    mu, share, part, alpha = rng.uniform([0.3, 0.0, 0.0, 0.1], [1.0, 1.0, 1.0, 0.5])
    d, beta = share**2 * mu / alpha * part**2, (share * (1 - part)) ** 2 * mu
    instance = _with_norms(rng, mu, 1.2, alpha, d, beta)
    edge = (mu - _rate(mu, alpha, d, beta)) / alpha * np.linalg.norm(instance["c"])
    h = rng.normal(size=3)
    return instance | {"h": h / np.linalg.norm(h) * edge * rng.uniform()}


def _weak_loop(rng):
    """phi, beta < 1 and d alpha < (1 - phi)(1 - beta)."""
    phi, beta, share, d = rng.uniform([0.1, 0.0, 0.0, 0.1], [0.95, 0.95, 1.0, 1.0])
    alpha = share * (1 - phi) * (1 - beta) / d
    return _with_norms(rng, 0.05, phi, alpha, d, beta) | {"h": rng.normal(size=3)}


def _short_run(rng):
    """Recurrent weights so small that the lower bound is not void on a fair part of the runs."""
    return factors_of_a_run(**memory_cell(rng, ["lstm", "lstm1997"][rng.integers(2)], gain=rng.uniform(0.05, 0.6)))


WITNESSES: tuple[Witness, ...] = (
    Witness(
        "lstm.lower_bound", "<=", _short_run, above_the_cone,
        ROUNDING,
        _one_unit(0.9, -0.3, 0.5, 0.2, T=3),
        (
            Dropped("F shrinks no change below mu", _one_unit(0.9, -0.3, 0.5, 0.2, T=3, misstated={"mu": 1.1})),
            Dropped("the norm of A is at most alpha", _one_unit(0.9, -0.3, 0.5, 0.2, T=3, misstated={"alpha": 0.9})),
            Dropped("that of D is at most d", _one_unit(0.9, -0.3, 0.5, 0.2, T=3, misstated={"d": 0.9})),
            Dropped("that of B is at most beta", _one_unit(0.9, -0.3, 0.5, 0.2, T=3, misstated={"beta": 0.9})),
        ),
        draws=100,
    ),
    Witness(
        "lstm.lower_rate", "<=", _weak_recurrence, above_the_rate,
        TWELVE,
        _one_unit(1.0, -0.5, 0.5, 0.25, c=np.ones(1), h=np.ones(1)),
        (
            Dropped("the start is in the cone", _one_unit(1.0, -0.5, 0.5, 0.25, c=np.ones(1), h=np.full(1, 1.5))),
            Dropped(
                "sqrt(mu) >= sqrt(alpha d) + sqrt(beta)",
                _one_unit(0.5, -0.5, 1.0, 0.5, c=np.ones(1), h=np.zeros(1)),
            ),
        ),
    ),
    Witness(
        "lstm.vanishing", "<=", _short_run, below_the_majorant,
        ROUNDING,
        _one_unit(0.9, 0.3, 0.5, 0.2),
        tuple(
            Dropped(f"the norm of {name} is at most {size}", _one_unit(0.9, 0.3, 0.5, 0.2, misstated={size: 0.9}))
            for name, size in (("F", "phi"), ("A", "alpha"), ("D", "d"), ("B", "beta"))
        ),
        draws=100,
    ),
    Witness(
        "lstm.vanishing", "<=", _weak_loop, weighted_below_rate,
        TWELVE,
        _one_unit(0.5, 0.25, 0.5, 0.5, c=np.ones(1), h=np.ones(1), perron=True),
        (Dropped("d alpha < (1 - phi)(1 - beta)", _one_unit(0.9, 1.0, 1.0, 0.5, c=np.ones(1), h=np.zeros(1))),),
    ),
)  # fmt: skip
