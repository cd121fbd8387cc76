"""Bounds of the q-step flow of fully recurrent networks."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csgraph

from .checks import Array, at_least_zero, count, finite, log2, square, whole_lags


def log2_rnn_upper(W: Any, slope: float, lags: Any) -> Array:
    """log2 of (slope ||W||)^q, an upper bound of the norm of the q-step flow of a fully recurrent network.

    Parameters
    ----------
    W : array_like, (n, n)
        Recurrent weights.
    slope : float
        An upper bound of |f'|, 1 for tanh.
    lags : array_like of int, (...)
        q >= 0.

    Returns
    -------
    array, (...)

    Raises
    ------
    ValueError, TypeError
        For what is not a finite square matrix, a nonnegative slope, lags.

    References
    ----------
    Theorem rnn.vanishing; without explosion where slope ||W|| <= 1, rnn.explosion_needs.
    """
    return _powers(at_least_zero("slope", slope) * _singular_values(W)[0], lags)


def log2_rnn_lower(W: Any, slope: float, lags: Any) -> Array:
    """log2 of (slope sigma_min(W))^q, a lower bound of the smallest singular value of the q-step flow.

    Parameters
    ----------
    W : array_like, (n, n)
        Recurrent weights.
    slope : float
        A lower bound of |f'| along the orbit.
    lags : array_like of int, (...)
        q >= 0.

    Returns
    -------
    array, (...)

    Raises
    ------
    ValueError, TypeError
        For what is not a finite square matrix, a nonnegative slope, lags.

    References
    ----------
    Theorem rnn.lower_bound.
    """
    return _powers(at_least_zero("slope", slope) * _singular_values(W)[-1], lags)


def log2_rnn_bounds(slopes: Any, W: Any) -> tuple[Array, Array]:
    """log2 of (lower bound of the smallest singular value, upper bound of the norm) of the flow, lags 0..T.

    Parameters
    ----------
    slopes : array_like, (..., T, n)
        f' along the orbit, oldest step first.
    W : array_like, (n, n)
        Recurrent weights.

    Returns
    -------
    lower, upper : array, (..., T + 1)

    Raises
    ------
    ValueError, TypeError
        For arrays that do not fit or are not finite.

    References
    ----------
    One step of theorems rnn.lower_bound and rnn.vanishing, multiplied up along the orbit.
    """
    singular = _singular_values(W)
    newest_first = _slopes(slopes, len(singular))[..., ::-1, :]
    lower = log2(newest_first.min(axis=-1)) + log2(singular[-1])
    upper = log2(newest_first.max(axis=-1)) + log2(singular[0])
    return _summed(lower), _summed(upper)


def log2_rnn_determinant(slopes: Any, W: Any) -> Array:
    """log2 of |det flow|^(1/n), a lower bound of the norm of the flow, lags 0..T.

    Parameters
    ----------
    slopes : array_like, (..., T, n)
        f' along the orbit, oldest step first.
    W : array_like, (n, n)
        Recurrent weights.

    Returns
    -------
    array, (..., T + 1)

    Raises
    ------
    ValueError, TypeError
        For arrays that do not fit or are not finite.

    References
    ----------
    Theorem rnn.determinant_bound.
    """
    singular = _singular_values(W)
    newest_first = _slopes(slopes, len(singular))[..., ::-1, :]
    return _summed((log2(newest_first) + log2(singular)).mean(axis=-1))


def log2_rnn_nonnegative(W: Any, slope: float, lags: Any) -> Array:
    """log2 of (slope rho(W))^q, a lower bound of the norm of the q-step flow where no weight is negative.

    Parameters
    ----------
    W : array_like, (n, n)
        Recurrent weights, none negative; their spectral radius rho is taken from below.
    slope : float
        A lower bound of f' along the orbit, at least 0.
    lags : array_like of int, (...)
        q >= 0.

    Returns
    -------
    array, (...)

    Raises
    ------
    ValueError, TypeError
        For what is not a finite square matrix, a negative weight or slope, what are no lags.

    References
    ----------
    Theorem rnn.nonnegative_bound.
    """
    matrix = square(W)
    if (matrix < 0).any():
        raise ValueError(f"W must have no negative entry, got {matrix.min()}; log2_rnn_lower admits both signs")
    components, of = csgraph.connected_components(matrix > 0, connection="strong")
    radius = max(_perron(matrix[np.ix_(of == k, of == k)]) for k in range(components))
    return _powers(at_least_zero("slope", slope) * radius, lags)


def _perron(block: Array) -> float:
    """A lower bound of the spectral radius of an irreducible nonnegative matrix, exact up to rounding.

    For every x > 0 the least ratio (block x) / x is one, whatever the error in the eigenvector x is.
    """
    values, vectors = np.linalg.eig(block)
    x = np.abs(vectors[:, np.argmax(values.real)])
    seen = x > 0
    return float(((block @ x)[seen] / x[seen]).min())


def log2_rnn_scaled(W: Any, scale: Any, slope: float, lags: Any) -> Array:
    """log2 of cond(S) (slope ||S W S^-1||)^q, an upper bound of the norm of the q-step flow, S = diag(scale).

    Parameters
    ----------
    W : array_like, (n, n)
        Recurrent weights.
    scale : array_like, (n,)
        Positive numbers, units in which W may contract where ||W|| does not.
    slope : float
        An upper bound of |f'|, 1 for tanh.
    lags : array_like of int, (...)
        q >= 0.

    Returns
    -------
    array, (...)

    Raises
    ------
    ValueError, TypeError
        For what is not a finite square matrix, a scale that does not fit or is not positive, a negative slope, what are
        no lags.

    References
    ----------
    Theorem rnn.scaled_norm.
    """
    matrix, s = square(W), finite("scale", scale)
    if s.shape != (len(matrix),) or (s <= 0).any():
        raise ValueError(f"scale must hold {len(matrix)} positive numbers, got {scale!r}")
    bound = at_least_zero("slope", slope) * _singular_values(s[:, None] * matrix / s)[0]
    return np.log2(s.max() / s.min()) + _powers(bound, lags)


def log2_path_bound(largest: float, units: int, lags: Any, slope: float = 0.25) -> Array:
    """log2 of tau^q / n with tau = n w_max slope, an upper bound of every entry of the q-step flow, q >= 1.

    Parameters
    ----------
    largest : float
        An upper bound w_max of the modulus of every weight.
    units : int
        n.
    lags : array_like of int, (...)
        q >= 1.
    slope : float, default 0.25
        An upper bound of |f'|, 1/4 for logistic.

    Returns
    -------
    array, (...)

    Raises
    ------
    ValueError, TypeError
        For a negative bound, no unit, a lag below 1.

    References
    ----------
    Theorem rnn.path_bound; Hochreiter & Schmidhuber 1997, section 3.1, whose factor n is here 1/n.
    """
    n = count("units", units)
    q = whole_lags(lags)
    if (q < 1).any():
        raise ValueError(f"lags must be at least 1, got {q.min():g}; the flow at lag 0 is the identity")
    tau = n * at_least_zero("largest", largest) * at_least_zero("slope", slope)
    return _powers(tau, q) - np.log2(n)


def log2_nilpotent_growth(lags: int) -> Array:
    """log2 of the norm of the flow of W = [[8, 8], [-8, -8]] held at tanh = (0, 1/2), lags 0..`lags`: 2^(q-1) sqrt 200.

    Both eigenvalues of this W are 0.

    Parameters
    ----------
    lags : int
        The largest lag.

    Returns
    -------
    array, (lags + 1,)

    Raises
    ------
    ValueError, TypeError
        For what is not a positive integer.

    References
    ----------
    Theorem rnn.nilpotent.
    """
    return np.append(0.0, np.arange(count("lags", lags)) + 0.5 * np.log2(200.0))


def _powers(base: float, lags: Any) -> Array:
    """log2 of base^q, 0 at q = 0 for every base."""
    q = whole_lags(lags)
    with np.errstate(invalid="ignore"):
        return np.where(q == 0, 0.0, q * log2(np.float64(base)))


def _summed(newest_first: Array) -> Array:
    """Sums over the newest q entries, q = 0..T, along the last axis."""
    start = np.zeros((*newest_first.shape[:-1], 1))
    return np.concatenate([start, np.cumsum(newest_first, axis=-1)], axis=-1)


def _singular_values(W: Any) -> Array:
    return np.asarray(np.linalg.svd(square(W), compute_uv=False))


def _slopes(value: Any, units: int) -> Array:
    slopes = np.abs(finite("slopes", value))
    if slopes.ndim < 2 or slopes.shape[-1] != units:
        raise ValueError(f"slopes must have shape (..., T, {units}) to fit W, got {slopes.shape}")
    return slopes
