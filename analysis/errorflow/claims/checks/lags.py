"""BPTT against RTRL, lag by lag: in exact fractions, and on networks through the engine."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np

from errorflow import builtin
from errorflow.claims.exact import Matrix, decimals, multiply
from errorflow.claims.record import Finding
from errorflow.learning import gradient

_ROUNDING = 1e-12  # relative to the number compared: some hundred roundings of 2^-53


def lags_agree_exactly(units: int, steps: int, seed: int) -> Finding:
    """BPTT and RTRL of a random rational recurrence: what each lag contributes is the same fraction, and it fades."""
    draw = random.Random(seed)

    def rational(rows: int, columns: int, size: int) -> Matrix:
        return tuple(tuple(Fraction(draw.randint(-size, size), 12) for _ in range(columns)) for _ in range(rows))

    jacobians = [rational(units, units, 4) for _ in range(steps)]
    local = [rational(units, units, 12) for _ in range(steps)]
    errors = [rational(1, units, 12) for _ in range(steps)]
    back, forward = by_lag_backward(jacobians, local, errors), by_lag_forward(jacobians, local, errors)
    first, last = (max(abs(e) for row in back[q] for e in row) for q in (0, steps - 1))
    return Finding(
        back == forward and 0 < last < first / 1000,
        f"{units} units, {steps} steps of random fractions: the contributions of all {steps} lags are"
        f" {'the same fractions' if back == forward else 'different'}; the largest is {decimals(first)} at lag 0 and"
        f" {decimals(last)} at lag {steps - 1}",
    )


def by_lag_backward(jacobians: list[Matrix], local: list[Matrix], errors: list[Matrix]) -> list[Matrix]:
    """BPTT: each error is carried back step by step, and meets the local derivative of every step on its way."""
    lags = [_nothing(errors[0], local[0]) for _ in jacobians]
    for t, carried in enumerate(errors):
        for q in range(t + 1):
            lags[q] = _sum(lags[q], multiply(carried, local[t - q]))
            carried = multiply(carried, jacobians[t - q])
    return lags


def by_lag_forward(jacobians: list[Matrix], local: list[Matrix], errors: list[Matrix]) -> list[Matrix]:
    """RTRL: the influence of every step so far is carried forward, and meets the error of the present step."""
    lags = [_nothing(errors[0], local[0]) for _ in jacobians]
    influence: list[Matrix] = []
    for jacobian, entering, error in zip(jacobians, local, errors, strict=True):
        influence = [entering, *(multiply(jacobian, earlier) for earlier in influence)]
        for q, part in enumerate(influence):
            lags[q] = _sum(lags[q], multiply(error, part))
    return lags


def _nothing(error: Matrix, local: Matrix) -> Matrix:
    return tuple(tuple(Fraction(0) for _ in local[0]) for _ in error)


def _sum(a: Matrix, b: Matrix) -> Matrix:
    return tuple(tuple(x + y for x, y in zip(r, s, strict=True)) for r, s in zip(a, b, strict=True))


def lags_agree_on_a_network(cell: str, algorithms: tuple[str, str], units: int, steps: int, seed: int) -> Finding:
    """Two algorithms on a random network that forgets: the contribution of every lag, compared at its own size."""
    made, rng = builtin.cell(cell), np.random.default_rng(seed)
    weights = made.random_weights(rng, scale=0.6 / units**0.5, n=units, m=2)
    xs, errors = rng.normal(size=(steps, 2)), rng.normal(size=(steps, units))
    one, other = (
        gradient(made.definition, weights, xs, errors, algorithm=a, by_lag=True).by_lag or {} for a in algorithms
    )
    sizes = np.sqrt(sum((np.square(v).reshape(steps, -1).sum(axis=1) for v in one.values()), np.zeros(steps)))
    gaps = np.sqrt(sum((np.square(one[k] - other[k]).reshape(steps, -1).sum(axis=1) for k in one), np.zeros(steps)))
    worst = float((gaps / sizes).max())
    return Finding(
        worst < _ROUNDING and sizes[-1] < sizes[0] / 1000,
        f"{algorithms[0]} and {algorithms[1]}, {units} units, {steps} steps, seed {seed}: relative difference at most"
        f" {worst:.0e} over all lags, while the contribution falls from {sizes[0]:.3g} at lag 0 to {sizes[-1]:.3g} at"
        f" lag {steps - 1}",
    )


def all_steps_are_a_sum(cell: str, units: int, steps: int, seed: int) -> Finding:
    """The gradient of a loss at every step is the sum of the gradients of losses at the last step of each prefix."""
    made, rng = builtin.cell(cell), np.random.default_rng(seed)
    weights = made.random_weights(rng, n=units, m=2)
    xs, errors = rng.normal(size=(steps, 2)), rng.normal(size=(steps, units))
    whole = gradient(made.definition, weights, xs, errors).weights
    parts = [gradient(made.definition, weights, xs[: t + 1], errors[t]).weights for t in range(steps)]
    gap = max(float(np.abs(whole[k] - sum(p[k] for p in parts)).max() / np.abs(whole[k]).max()) for k in whole)
    return Finding(
        gap < _ROUNDING,
        f"loss at all {steps} steps against {steps} losses at a last step: relative difference {gap:.0e}",
    )


def changing_weights(weights: tuple[Fraction, ...], lag: int) -> Finding:
    """On-line RTRL of h' = w h + b while w runs through these values: what an entry of `lag` steps ago still adds."""
    trace, without = Fraction(1), Fraction(0)
    for step in range(lag):
        w = weights[step % len(weights)]
        trace, without = w * trace + 1, w * without + 1
    left, most = trace - without, max(weights) ** lag
    return Finding(
        0 < left <= most < Fraction(1, 1000),
        f"h' = w h + b, w running through {', '.join(map(str, weights))}: an entry into the trace {lag} steps ago adds"
        f" {decimals(left)} to it now, at most {decimals(most)}",
    )


def window_keeps_short_lags(cell: str, units: int, steps: int, horizon: int, seed: int) -> Finding:
    """BPTT(h) has the contributions of the lags below h, as BPTT has them, and nothing of the others."""
    made, rng = builtin.cell(cell), np.random.default_rng(seed)
    weights = made.random_weights(rng, n=units, m=2)
    xs, errors = rng.normal(size=(steps, 2)), rng.normal(size=(steps, units))
    full = gradient(made.definition, weights, xs, errors, by_lag=True).by_lag or {}
    cut = gradient(made.definition, weights, xs, errors, algorithm="tbptt", horizon=horizon, by_lag=True).by_lag or {}
    short = max(float(np.abs(cut[k][:horizon] - full[k][:horizon]).max() / np.abs(full[k]).max()) for k in full)
    beyond = max(float(np.abs(cut[k][horizon:]).max(initial=0)) for k in cut)
    missing = min(float(np.abs(full[k][horizon:]).max(initial=0)) for k in full)
    return Finding(
        short < _ROUNDING and beyond == 0 < missing,
        f"{cell}, {units} units, {steps} steps, seed {seed}: BPTT({horizon}) has the lags 0 to {horizon - 1} of BPTT to"
        f" {short:.0e} and exactly 0 of the others",
    )
