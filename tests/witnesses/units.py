"""Witnesses of the theorems on slopes of single units, and the local error factor of one connection."""

from __future__ import annotations

import numpy as np

from errorflow import bounds
from errorflow.activations import activation

from .record import EPS, Dropped, Witness, sigma, slope


def largest_slopes(x, name):
    """The slope against its supremum; off the real line, the modulus of a difference quotient of the plain function."""
    plain = {
        "logistic": sigma,
        "tanh": np.tanh,
        "squash_out": lambda x: 2 * sigma(x) - 1,
        "squash_in": lambda x: 4 * sigma(x) - 2,
    }[name]
    difference = np.abs(plain(x + 1e-6) - plain(x - 1e-6)) / 2e-6 if np.iscomplexobj(x) else slope(name, x)
    return difference, np.full(np.shape(x), float(activation(name).sup))


def _slope_bound(theorem, name):
    return Witness(
        theorem,
        "<=",
        lambda rng: {"x": rng.normal(size=50) * rng.choice([0.1, 1, 10, 100]), "name": name},
        largest_slopes,
        4 * EPS,  # a stable slope is good to 4 units in the last place
        {"x": np.zeros(1), "name": name},
        (Dropped("x is real", {"x": np.array([0.7j]), "name": name}),),
    )


def slope_below_decay(x, name="squash_out"):
    return np.log2(slope(name, x)), np.log2(bounds.squash_decay(x))


def slope_changes_little(x, gap, name="logistic"):
    """The change of the slope over a gap against the gap times the largest curvature."""
    return np.abs(slope(name, x + gap / 2) - slope(name, x - gap / 2)), bounds.logistic_curvature() * np.abs(gap)


def larger_slope(x, nearer):
    """The slope of tanh is above that of the logistic where |x| is below the crossing, and below it beyond."""
    tanh, logistic = slope("tanh", x), slope("logistic", x)
    return np.where(nearer, logistic, tanh), np.where(nearer, tanh, logistic)


def _around_crossing(rng):
    x = rng.normal(size=50) * 3
    return {"x": x, "nearer": np.abs(x) < bounds.slopes_crossing()[0]}


def factor(w, y, b):
    """|f'(w y + b) w| of a logistic unit."""
    return np.abs(slope("logistic", w * y + b) * w)


def factor_below_gain(y, w, b=0.0):
    return factor(w, y, b), bounds.local_error_bound(y)


def factor_below_peak(y, b, w, side):
    peak = bounds.local_error_peaks(y, b)[side]
    return factor(w, y, b), factor(peak, y, b)


def factor_below_both_peaks(y, b, w, at=None):
    return factor(w, y, b), bounds.local_error_bound(y, b if at is None else at)


def _connection(rng):
    y, b = rng.choice([-1, 1]) * rng.uniform(0.05, 1), rng.normal() * 3
    side = int(rng.integers(2))
    size = np.abs(rng.normal(size=100)) * 10 / abs(y)
    return {"y": y, "b": b, "w": size * np.sign(y) * (1 - 2 * side), "side": side}


_WHERE, _ = bounds.slopes_crossing()

WITNESSES: tuple[Witness, ...] = (
    _slope_bound("logistic.slope", "logistic"),
    _slope_bound("tanh.slope", "tanh"),
    _slope_bound("squash.slopes", "squash_in"),
    _slope_bound("squash.slopes", "squash_out"),
    Witness(
        "squash.decay", "<=", lambda rng: {"x": rng.normal(size=50) * rng.choice([1, 10, 100])}, slope_below_decay,
        4 * EPS,  # the logarithm of a stable slope
        {"x": np.array([60.0, -600.0])},
        (Dropped("the squash is that of the output", {"x": np.array([3.0]), "name": "squash_in"}),),
    ),
    Witness(
        "logistic.curvature", "<=",
        lambda rng: {"x": rng.normal(size=50) * 3, "gap": rng.exponential(size=50)}, slope_changes_little,
        4 * EPS,  # two stable slopes
        {"x": np.log((3 - np.sqrt(3)) / (3 + np.sqrt(3))) * np.array([1.0, -1.0]), "gap": np.full(2, 1e-5)},
        (Dropped("the function is logistic", {"x": np.array([0.7]), "gap": np.array([0.1]), "name": "tanh"}),),
    ),
    Witness(
        "slopes.crossing", "<=", _around_crossing, larger_slope,
        4 * EPS,  # two stable slopes
        {"x": np.array([_WHERE, -_WHERE]), "nearer": np.array([True, False])},
        (Dropped("|x| is below the crossing", {"x": np.array([2.0]), "nearer": np.array([True])}),),
    ),
    Witness(
        "local_error.peak_gain", "<=",
        lambda rng: {"y": rng.uniform(0.01, 1) * rng.choice([-1, 1]), "w": rng.normal(size=100) * 20},
        factor_below_gain,
        16 * EPS,  # a slope, a root at which the factor is level, a few products
        {"y": 0.5, "w": np.array(bounds.local_error_peaks(0.5))},
        (Dropped("there is no bias", {"y": 0.5, "w": np.array([10.0]), "b": -5.0}),),
    ),
    Witness(
        "local_error.peak", "<=", _connection, factor_below_peak,
        16 * EPS,  # as above
        {"y": 0.5, "b": -3.0, "w": np.array([bounds.local_error_peaks(0.5, -3.0)[1]]), "side": 1},
        (Dropped("w y has the sign of the peak", {"y": 0.5, "b": -3.0, "w": np.array([8.0]), "side": 1}),),
    ),
    Witness(
        "local_error.peak", "<=",
        lambda rng: {k: v for k, v in _connection(rng).items() if k != "side"}, factor_below_both_peaks,
        64 * EPS,  # |v| - 1/|v| loses a few binary digits where the larger peak is at |v| near 1.5
        {"y": 0.5, "b": -3.0, "w": np.array([bounds.local_error_peaks(0.5, -3.0)[0]])},
        (Dropped("the net input has this bias", {"y": 0.5, "b": -5.0, "w": np.array([10.0]), "at": 0.0}),),
    ),
)  # fmt: skip
