"""Bounds of single units: where two slopes cross, and the largest error factor of one connection."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from .checks import number


def slopes_crossing() -> tuple[float, float]:
    """(x, slope) where tanh' and the logistic's slope are equal, x > 0; tanh' is the larger one nearer to 0.

    Returns
    -------
    x, slope : float

    References
    ----------
    Theorem slopes.crossing.
    """
    return 2 * float(np.arccosh((1 + np.sqrt(3)) / 2)), (2 - float(np.sqrt(3))) / 2


def logistic_curvature() -> float:
    """sqrt(3)/18, the largest modulus of the second derivative of the logistic function.

    Returns
    -------
    float

    References
    ----------
    Theorem logistic.curvature.
    """
    return float(np.sqrt(3)) / 18


def scalar_fixed_point(w: float) -> tuple[float, float]:
    """(h, slope) at the fixed point h > 0 of x -> tanh(w x), where the slope w (1 - h^2) lies between 0 and 1.

    Parameters
    ----------
    w : float
        Above 1; below that 0 is the only fixed point.

    Returns
    -------
    h, slope : float

    Raises
    ------
    ValueError, TypeError
        If w is not a finite number above 1.

    References
    ----------
    Theorem rnn.fixed_point.
    """
    if number("w", w) <= 1:
        raise ValueError(f"w must be above 1, got {w}; below that 0 is the only fixed point")
    reach = float(np.sqrt(3 * (w - 1)))
    u = float(brentq(lambda u: w * np.tanh(u) - u, reach / 2 if w < 1.5 else 0.5, w, xtol=1e-300, rtol=1e-15))
    return u / w, w / float(np.cosh(u)) ** 2 if u < 300 else 0.0


def local_error_peaks(y: float, b: float = 0.0) -> tuple[float, float]:
    """The weights at which the factor f'(w y + b) |w| of a logistic unit peaks, first the one with w y > 0.

    Parameters
    ----------
    y : float
        Activation of the sending unit, not 0.
    b : float, default 0.0
        The rest of the net input.

    Returns
    -------
    above, below : float

    Raises
    ------
    ValueError, TypeError
        If y is 0 or a number is not finite.

    References
    ----------
    Theorem local_error.peak; Hochreiter & Schmidhuber 1997, section 3.1.
    """
    above, below = _peaks(y, b)
    return above / y, below / y


def local_error_bound(y: float, b: float = 0.0) -> float:
    """The largest value of f'(w y + b) |w| over all weights w of a logistic unit: 0.2238716.../|y| where b is 0.

    Parameters
    ----------
    y : float
        Activation of the sending unit, not 0.
    b : float, default 0.0
        The rest of the net input.

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        If y is 0 or a number is not finite.

    References
    ----------
    Theorems local_error.peak_gain and local_error.peak.
    """
    return max(abs(v) - 1 / abs(v) for v in _peaks(y, b)) / (4 * abs(y))


def _peaks(y: float, b: float) -> tuple[float, float]:
    """The two roots v = w y of v tanh((v + b)/2) = 1, the positive one first."""
    number("b", b)
    if number("y", y) == 0:
        raise ValueError("y must differ from 0, got 0: a unit that is silent has no error factor to bound")

    def excess(v: float) -> float:
        return v * float(np.tanh((v + b) / 2)) - 1

    reach = 4 + 2 * abs(b)
    above, below = (max(0.0, -b), reach), (-reach, min(0.0, -b))
    return float(brentq(excess, *above, xtol=1e-14)), float(brentq(excess, *below, xtol=1e-14))
