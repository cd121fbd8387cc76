"""Bounds of a memory cell from its weights and gates, before anything is measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from .checks import Array, at_least_zero, number, square, whole_lags


def cell_state_bound(forget: float, start: float = 0.0) -> float:
    """The larger of |c_0| and 1/(1 - forget), which no cell state of an LSTM exceeds.

    Parameters
    ----------
    forget : float
        An upper bound of the forget gate, at least 0 and below 1.
    start : float, default 0.0
        |c_0|.

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        For what is not such a number.

    References
    ----------
    Theorem lstm.state_bound.
    """
    phi = at_least_zero("forget", forget)
    if phi >= 1:
        raise ValueError(f"forget must be below 1, got {phi}; a gate that may be 1 bounds no state")
    return max(at_least_zero("start", start), 1 / (1 - phi))


def cell_state_drift(steps: Any) -> Array:
    """2 t, which no cell state of the 1997 LSTM exceeds after t steps from 0.

    Parameters
    ----------
    steps : array_like of int, (...)
        t >= 0.

    Returns
    -------
    array, (...)

    Raises
    ------
    ValueError, TypeError
        For what is not a whole number of steps.

    References
    ----------
    Theorem lstm1997.state_bound.
    """
    return 2 * whole_lags(steps)


def squash_decay(state: Any) -> Array:
    """2 e^-|s|, which the slope of the 1997 output squash stays below at the cell state s.

    Parameters
    ----------
    state : array_like, (...)
        s.

    Returns
    -------
    array, (...)

    References
    ----------
    Theorem squash.decay; Hochreiter & Schmidhuber 1997, appendix A.2, on states that drift.
    """
    return np.asarray(2 * np.exp(-np.abs(np.asarray(state, dtype=np.float64))))


def lstm_factor_bounds(W_f: Any, W_i: Any, W_g: Any, W_o: Any, state: float) -> tuple[float, float, float]:
    """(alpha, d, beta) of every step of an LSTM: norms of dc'/dh, of dh'/dc' and of dh'/dh at a fixed cell state.

    Parameters
    ----------
    W_f, W_i, W_g, W_o : array_like, (n, n)
        Recurrent weights.
    state : float
        An upper bound of the moduli of the cell states.

    Returns
    -------
    alpha, d, beta : float
        For `log2_lstm_bounds`.

    Raises
    ------
    ValueError, TypeError
        For what is not a finite square matrix, or a negative bound.

    References
    ----------
    Theorem lstm.constants.
    """
    f, i, g, o = (_norm(W) for W in (W_f, W_i, W_g, W_o))
    return at_least_zero("state", state) * f / 4 + i / 4 + g, 1.0, o / 4


def lstm1997_factor_bounds(W_i: Any, W_g: Any, W_o: Any, input_gate: float = 1.0) -> tuple[float, float, float]:
    """(alpha, d, beta) of every step of the 1997 LSTM whose cell outputs alone are fed back, whatever its state is.

    Parameters
    ----------
    W_i, W_g, W_o : array_like, (n, n)
        Recurrent weights, a row for every cell.
    input_gate : float, default 1.0
        An upper bound of the input gates.

    Returns
    -------
    alpha, d, beta : float
        For `log2_lstm_bounds` with mu = phi = 1.

    Raises
    ------
    ValueError, TypeError
        For what is not a finite square matrix, or an input gate outside [0, 1].

    References
    ----------
    Theorem lstm1997.constants.
    """
    M = number("input_gate", input_gate)
    if not 0 <= M <= 1:
        raise ValueError(f"input_gate must be between 0 and 1, got {M}")
    moved = 2 * M * (1 - M) if M <= 0.5 else 0.5
    return moved * _norm(W_i) + M * _norm(W_g), 0.5, _norm(W_o) / 4


def loop_bound(forget: float, alpha: float, d: float, lags: Any) -> Array:
    """phi ((phi + alpha d)^(q-1) - phi^(q-1)), a bound of how far the flow c to c is from the carry where W_o = 0.

    Parameters
    ----------
    forget : float
        phi, an upper bound of the forget gate.
    alpha, d : float
        Norms of the factors A and Dm of `log2_lstm_bounds`.
    lags : array_like of int, (...)
        q >= 1.

    Returns
    -------
    array, (...)

    Raises
    ------
    ValueError, TypeError
        For a negative bound or a lag below 1.

    References
    ----------
    Theorem lstm.cell_recursion.
    """
    phi, loop = at_least_zero("forget", forget), at_least_zero("alpha", alpha) * at_least_zero("d", d)
    q = whole_lags(lags)
    if (q < 1).any():
        raise ValueError(f"lags must be at least 1, got {q.min():g}; the flow at lag 0 is the identity")
    return np.asarray(phi * ((phi + loop) ** (q - 1) - phi ** (q - 1)))


def _norm(W: Any) -> float:
    return float(np.linalg.norm(square(W), 2))
