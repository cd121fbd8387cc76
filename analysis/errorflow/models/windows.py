"""Maps of a window of L past samples: LTSF-Linear and its kin, lag features, the spectrum.

All but the spectrum's amplitude are one matrix on the window, so influence is a column of it: no product along time, a
path of length 1, and exactly 0 beyond the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.models.record import Law
from errorflow.numeric.arrays import Array, checked


@dataclass(frozen=True, eq=False)
class WindowMap:
    """y = W x + b on a window x, the oldest sample first.

    Parameters
    ----------
    matrix : array_like, (H, L)
        W.
    bias : array_like, (H,), optional
        b, zero where absent.

    Raises
    ------
    ValueError
        For shapes that do not fit.
    """

    matrix: Any
    bias: Any = None

    def __post_init__(self) -> None:
        matrix = checked("matrix", self.matrix)
        if matrix.ndim != 2 or 0 in matrix.shape:
            raise ValueError(f"matrix must have shape (H, L), got {matrix.shape}")
        bias = np.zeros(len(matrix)) if self.bias is None else checked("bias", self.bias)
        if bias.shape != (len(matrix),):
            raise ValueError(f"bias must have shape ({len(matrix)},), got {bias.shape}")
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "bias", bias)

    def run(self, x: Any) -> Array:
        """y of the last L samples of a series.

        Parameters
        ----------
        x : array_like, (T,)
            The series.

        Returns
        -------
        array, (H,)

        Raises
        ------
        ValueError
            For a series shorter than the window.
        """
        series, length = checked("x", x), self.matrix.shape[1]
        if series.ndim != 1 or len(series) < length:
            raise ValueError(f"x must have shape (T,) with T >= {length}, got {series.shape}")
        return np.asarray(self.matrix @ series[-length:] + self.bias)

    def influence(self, lags: int) -> Array:
        """d y / d x_(T-q) for q = 0..lags, whatever x is.

        Parameters
        ----------
        lags : int
            The largest lag.

        Returns
        -------
        array, (lags + 1, H)
        """
        found = np.zeros((lags + 1, len(self.matrix)))
        seen = min(lags + 1, self.matrix.shape[1])
        found[:seen] = self.matrix[:, ::-1].T[:seen]
        return found

    def law(self) -> Law:
        """The influence is exactly 0 beyond the window.

        Returns
        -------
        Law
        """
        return Law("finite", int(self.matrix.shape[1]))


def ltsf_linear(weight: Any, bias: Any = None) -> WindowMap:
    """LTSF-Linear: one matrix on the window as it is.

    Parameters
    ----------
    weight : array_like, (H, L)
        The matrix.
    bias : array_like, (H,), optional
        Zero where absent.

    Returns
    -------
    WindowMap

    Raises
    ------
    ValueError
        For shapes that do not fit.

    References
    ----------
    Zeng et al. 2023.
    """
    return WindowMap(weight, bias)


def nlinear(weight: Any, bias: Any = None) -> WindowMap:
    """NLinear: the last sample is taken off before the map and put back on after it.

    Parameters
    ----------
    weight : array_like, (H, L)
        The matrix.
    bias : array_like, (H,), optional
        Zero where absent.

    Returns
    -------
    WindowMap

    Raises
    ------
    ValueError
        For shapes that do not fit.

    References
    ----------
    Zeng et al. 2023.
    """
    plain = checked("weight", weight)
    matrix = plain.copy()
    matrix[:, -1] += 1 - plain.sum(axis=1)
    return WindowMap(matrix, bias)


def dlinear(seasonal: Any, trend: Any, width: int = 25, seasonal_bias: Any = None, trend_bias: Any = None) -> WindowMap:
    """DLinear: one map for a moving average over `width` samples, the ends repeated, one for what is left.

    Parameters
    ----------
    seasonal : array_like, (H, L)
        For what is left.
    trend : array_like, (H, L)
        For the moving average.
    width : int, default 25
        Samples of the average, odd.
    seasonal_bias, trend_bias : array_like, (H,), optional
        Zero where absent.

    Returns
    -------
    WindowMap

    Raises
    ------
    ValueError
        For shapes that do not fit and an even width, which has no centre.

    References
    ----------
    Zeng et al. 2023.
    """
    rest, slow = checked("seasonal", seasonal), checked("trend", trend)
    if rest.shape != slow.shape or rest.ndim != 2:
        raise ValueError(f"seasonal and trend must have one shape (H, L), got {rest.shape} and {slow.shape}")
    average = moving_average(rest.shape[1], width)
    biases = [np.zeros(len(rest)) if b is None else checked("bias", b) for b in (seasonal_bias, trend_bias)]
    return WindowMap(rest + (slow - rest) @ average, biases[0] + biases[1])


def moving_average(length: int, width: int) -> Array:
    """The matrix (L, L) of a centred moving average in which the first and last sample stand in for what is missing.

    Raises: ValueError for an even width, which has no centre.
    """
    if width < 1 or width % 2 == 0:
        raise ValueError(f"width must be an odd number of samples, got {width}")
    matrix = np.zeros((length, length))
    for offset in range(-(width // 2), width // 2 + 1):
        at = np.clip(np.arange(length) + offset, 0, length - 1)
        np.add.at(matrix, (np.arange(length), at), 1 / width)
    return matrix


def lag_features(length: int, lags: Sequence[int]) -> WindowMap:
    """The samples at these lags as features: influence 1 at its own lag, 0 at every other.

    Parameters
    ----------
    length : int
        L, the samples of a window.
    lags : sequence of int
        Each from 0 to L - 1.

    Returns
    -------
    WindowMap

    Raises
    ------
    ValueError
        For no lag, or one beyond the window.
    """
    if any(lag < 0 or lag >= length for lag in lags) or not lags:
        raise ValueError(f"lags must be in 0..{length - 1}, got {list(lags)}")
    return WindowMap(np.eye(length)[[length - 1 - lag for lag in lags]])


def spectrum(length: int) -> WindowMap:
    """Real and then imaginary parts of the Fourier transform at frequencies 0..L//2: modulus 1 at every lag.

    Parameters
    ----------
    length : int
        L, the samples of a window.

    Returns
    -------
    WindowMap
    """
    transform = np.fft.rfft(np.eye(length), axis=1).T
    return WindowMap(np.concatenate([transform.real, transform.imag]))


def amplitude_influence(x: Any) -> Array:
    """d |X_k| / d x_(T-q) on a window: the cosine of a phase, so at most 1 and of no decay.

    Parameters
    ----------
    x : array_like, (L,)
        The window.

    Returns
    -------
    array, (L, L//2 + 1)

    Raises
    ------
    ValueError
        Where an amplitude is 0, at which it has no derivative.
    """
    window = checked("x", x)
    values = np.fft.rfft(window)
    size = np.abs(values)
    if (size == 0).any():
        raise ValueError(f"x must have no amplitude 0, got 0 at frequency {int(np.argmin(size))}")
    transform = np.fft.rfft(np.eye(len(window)), axis=1)
    return np.asarray((transform * (values.conj() / size)).real[::-1])
