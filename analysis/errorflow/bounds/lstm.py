"""Bounds of the memory cell: the carousel of 1997, the two-sided bound along a run, and what a forget gate keeps."""

from __future__ import annotations

from typing import Any

import numpy as np

from .checks import Array, at_least_zero, log2, nonnegative, number, whole_lags


def carousel_bounds(input_gate: float = 1.0, output_gate: float = 1.0) -> tuple[float, float]:
    """Upper bounds of the truncated error factor of the 1997 cell, (to the cell input, to the input gate), at any lag.

    Parameters
    ----------
    input_gate, output_gate : float, default 1.0
        Upper bounds of the gates, at most 1; at 1 the bounds are 1/2 and 1/4, approached and not attained.

    Returns
    -------
    to_cell_input, to_input_gate : float

    Raises
    ------
    ValueError, TypeError
        For a bound that is not a number from 0 to 1.

    References
    ----------
    Theorem lstm1997.carousel_bound; Hochreiter & Schmidhuber 1997, eq. (41).
    """
    for name, value in (("input_gate", input_gate), ("output_gate", output_gate)):
        if at_least_zero(name, value) > 1:
            raise ValueError(f"{name} must be at most 1, got {value}")
    open_slope = input_gate * (1 - input_gate) if input_gate < 0.5 else 0.25
    return output_gate * input_gate / 2, output_gate * open_slope


def log2_lstm_bounds(mu: Any, phi: Any, alpha: Any, d: Any, beta: Any) -> tuple[Array, Array]:
    """log2 of (lower bound of the smallest, upper bound of the largest singular value) of the flow c to c, lags 0..T.

    Of the factors of the one-step Jacobian [[F, A], [Dm F, Dm A + B]], one entry for each step.

    Parameters
    ----------
    mu, phi : array_like, (..., T)
        Least and largest entry of F.
    alpha, d, beta : array_like, (..., T)
        Norms of A, Dm and B.

    Returns
    -------
    lower, upper : array, (..., T + 1)
        The lower bound is -inf where it is void.

    Raises
    ------
    ValueError, TypeError
        For a negative or non-finite entry or shapes that differ.

    References
    ----------
    Theorem lstm.lower_bound below, from kappa = 0 on and with the least kappa at each step; theorem lstm.vanishing
    above, its X and Y. For norms that are the same at every step theorem lstm.lower_rate gives lambda^q.
    """
    given = {"mu": mu, "phi": phi, "alpha": alpha, "d": d, "beta": beta}
    mu, phi, alpha, d, beta = (nonnegative(name, value) for name, value in given.items())
    if len({x.shape for x in (mu, phi, alpha, d, beta)}) != 1 or mu.ndim < 1:
        raise ValueError("mu, phi, alpha, d, beta must have one shape (..., T)")
    return _cone(mu, alpha, d, beta), _majorant(phi, alpha, d, beta)


def _cone(mu: Array, alpha: Array, d: Array, beta: Array) -> Array:
    """log2 of the product of mu - alpha kappa over the steps of each lag, for every first step at once."""
    kappa, total = np.zeros(mu.shape), np.zeros(mu.shape)
    for t in range(mu.shape[-1]):
        now, step = (..., slice(0, t + 1)), (..., slice(t, t + 1))
        kept = mu[step] - alpha[step] * kappa[now]
        alive = (kept > 0) & (total[now] > -np.inf)
        total[now] += log2(np.where(alive, kept, 0.0))
        kappa[now] = np.where(alive, d[step] + beta[step] * kappa[now] / np.where(alive, kept, 1.0), 0.0)
    return np.concatenate([np.zeros((*mu.shape[:-1], 1)), total[..., ::-1]], axis=-1)


def _majorant(phi: Array, alpha: Array, d: Array, beta: Array) -> Array:
    """The product of the 2 x 2 norms, of which the row of c is carried along, rescaled by powers of two."""
    row = np.broadcast_to([1.0, 0.0], (*phi.shape[:-1], 2)).copy()
    exponent, found = np.zeros(phi.shape[:-1]), [np.zeros(phi.shape[:-1])]
    for t in range(phi.shape[-1])[::-1]:
        c, h = row[..., 0], row[..., 1]
        through = c + h * d[..., t]
        row = np.stack([through * phi[..., t], through * alpha[..., t] + h * beta[..., t]], axis=-1)
        shift = np.frexp(row.max(axis=-1))[1]
        row, exponent = np.ldexp(row, -shift[..., None]), exponent + shift
        found.append(log2(row[..., 0]) + exponent)
    return np.stack(found, axis=-1)


def forget_decay(bias: float, lags: Any) -> Array:
    """f^q for a forget gate that stays at f = 1 / (1 + exp(-bias)).

    Parameters
    ----------
    bias : float
        Of the forget gate.
    lags : array_like of int, (...)
        q >= 0.

    Returns
    -------
    array, (...)

    Raises
    ------
    ValueError, TypeError
        For a bias that is not a finite number, or what are no lags.

    References
    ----------
    Theorem forget_gate.half_life.
    """
    return np.asarray(np.exp(-whole_lags(lags) * np.logaddexp(0.0, -number("bias", bias))))


def half_life(bias: float) -> float:
    """The lag in steps at which f^q is one half for a forget gate that stays at 1 / (1 + exp(-bias)).

    Parameters
    ----------
    bias : float
        Of the forget gate.

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        For a bias that is not a finite number.

    References
    ----------
    Theorem forget_gate.half_life.
    """
    return float(np.log(2) / np.logaddexp(0.0, -number("bias", bias)))


def bias_for_horizon(steps: float, kept: float = 0.5) -> float:
    """The least bias with which a constant forget gate keeps the share `kept` of the error over `steps` steps.

    Parameters
    ----------
    steps : float
        Above 0.
    kept : float, default 0.5
        Between 0 and 1.

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        For what is not a number in its range.

    References
    ----------
    Theorem forget_gate.half_life.
    """
    if not number("steps", steps) > 0 or not 0 < number("kept", kept) < 1:
        raise ValueError(f"steps must be above 0 and kept between 0 and 1, got {steps} and {kept}")
    rate = -np.log(kept) / steps
    return -float(rate + np.log(-np.expm1(-rate)))  # -ln(e^rate - 1) that neither cancels nor overflows
