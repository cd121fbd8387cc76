"""The learning algorithm of 1997 written out by hand from its equations, against the engine's truncated gradient."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from errorflow import builtin
from errorflow.claims.record import Finding
from errorflow.learning import gradient
from errorflow.numeric.arrays import Array

_ROUNDING = 1e-12  # relative to the whole gradient: some hundred roundings of 2^-53
Weights = dict[str, Array]


@dataclass(frozen=True)
class ByHand:
    """gradient: weight name -> array. products: multiplications that it took. words: trace words kept."""

    gradient: Weights
    products: int
    words: int


def gradient_1997(weights: Weights, xs: Array, errors: Array, traced: frozenset[str] = frozenset("ig")) -> ByHand:
    """The gradient of sum_t errors_t . y_t in the 1997 cell's weights, by the published equations.

    traced: maps whose ds/dw is carried forward from step to step, as RTRL does; the others keep the present step only.

    Source: Hochreiter & Schmidhuber 1997, A.1, (21) for the output gate, (23), (24), (26), (28) for the error at the
    cell, (25) and (27) for the traces.
    """
    n = weights["b_i"].shape[0]
    joined = {k: np.column_stack([weights[f"W_{k}"], weights[f"U_{k}"], weights[f"b_{k}"]]) for k in "iog"}
    traces = {k: np.zeros_like(joined[k]) for k in "ig"}
    total = {k: np.zeros_like(joined[k]) for k in "iog"}
    c, y, products = np.zeros(n), np.zeros(n), 0
    for x, e in zip(xs, errors, strict=True):
        source = np.concatenate([y, x, [1.0]])
        i, o, sigma = (1 / (1 + np.exp(-joined[k] @ source)) for k in "iog")
        g = 4 * sigma - 2
        c = c + i * g
        out = 2 / (1 + np.exp(-c)) - 1
        y = o * out
        local = {"g": (1 - g * g / 4) * i, "i": g * i * (1 - i)}
        at_cell = e * o * (1 - out * out) / 2
        total["o"] += np.outer(e * out * o * (1 - o), source)
        for k in "ig":
            traces[k] = (traces[k] if k in traced else 0.0) + np.outer(local[k], source)
            total[k] += at_cell[:, None] * traces[k]
        products += total["o"].size + 2 * sum(t.size for t in traces.values())
    parted = {f"{a}_{k}": part for k in "iog" for a, part in _parted(total[k], n).items()}
    return ByHand(parted, products, sum(t.size for t in traces.values()))


def _parted(joined: Array, n: int) -> Weights:
    return {"W": joined[:, :n], "U": joined[:, n:-1], "b": joined[:, -1]}


def published_algorithm(traced: str, units: int, steps: int, seed: int, expected: bool) -> Finding:
    """Whether the published equations, with these maps traced, give the truncated gradient of the 1997 cell."""
    made, rng = builtin.lstm1997(), np.random.default_rng(seed)
    weights = made.random_weights(rng, n=units, m=2)
    xs, errors = rng.normal(size=(steps, 2)), rng.normal(size=(steps, units))
    engine = gradient(made.definition, weights, xs, errors, truncated=True).weights
    by_hand = gradient_1997(weights, xs, errors, frozenset(traced)).gradient
    gap = _relative_gap(engine, by_hand)
    traces = "the maps " + ", ".join(traced) if traced else "no map"
    return Finding(
        (gap < _ROUNDING) if expected else (gap > 0.01),
        f"{units} units, {steps} steps, seed {seed}, traces for {traces}: relative difference {gap:.2g} from the"
        " truncated gradient",
    )


def _relative_gap(one: Weights, other: Weights) -> float:
    keys = sorted(one)
    a, b = (np.concatenate([w[k].ravel() for k in keys]) for w in (one, other))
    return float(np.linalg.norm(a - b) / np.linalg.norm(a))


def published_cost(sizes: tuple[int, ...]) -> Finding:
    """Products and trace words of the published algorithm, for each weight and step: the same at every size."""
    per_weight = set()
    for n in sizes:
        made, rng = builtin.lstm1997(), np.random.default_rng(n)
        weights = made.random_weights(rng, n=n, m=n)
        run = gradient_1997(weights, rng.normal(size=(3, n)), rng.normal(size=(3, n)))
        count = sum(w.size for w in weights.values())
        per_weight.add((Fraction(run.products, 3 * count), Fraction(run.words, count)))
    (products, words), *others = sorted(per_weight)
    return Finding(
        not others,
        f"{products} products for each weight and step and {words} trace words for each weight, at"
        f" {', '.join(map(str, sizes))} units alike",
    )


def lags_of_truncated(cell: str, traced: str, one_step: str, units: int, steps: int, seed: int) -> Finding:
    """Which maps draw on earlier steps in the truncated gradient, and so need traces, and which on the present only."""
    made, rng = builtin.cell(cell), np.random.default_rng(seed)
    weights = made.random_weights(rng, n=units, m=2)
    xs, errors = rng.normal(size=(steps, 2)), rng.normal(size=(steps, units))
    lags = gradient(made.definition, weights, xs, errors, truncated=True, by_lag=True).by_lag or {}
    reach = {k: int(np.flatnonzero(np.abs(lags[f"W_{k}"]).max(axis=(1, 2)))[-1]) for k in traced + one_step}
    # The first step has no recurrent input, so that recurrent weights reach back steps - 2 lags.
    fits = all(reach[k] == steps - 2 for k in traced) and all(reach[k] == 0 for k in one_step)
    seen = ", ".join(f"{q} for {k}" for k, q in reach.items())
    return Finding(fits, f"{steps} steps: longest lag that recurrent weights learn from: {seen}")


def either_algorithm(units: int, steps: int, seed: int) -> Finding:
    """BPTT and RTRL of the truncated graph give one gradient: which is used is a choice, not a property of it."""
    made, rng = builtin.lstm1997(), np.random.default_rng(seed)
    weights = made.random_weights(rng, n=units, m=2)
    xs, errors = rng.normal(size=(steps, 2)), rng.normal(size=(steps, units))
    back, forward = (
        gradient(made.definition, weights, xs, errors, algorithm=a, truncated=True).weights for a in ("bptt", "rtrl")
    )
    gap = _relative_gap(back, forward)
    return Finding(gap < _ROUNDING, f"truncated gradient by BPTT and by RTRL: relative difference {gap:.1g}")
