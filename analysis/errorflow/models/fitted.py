"""Fitted models of other packages as objects of this one, read by their attributes: the package is never imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from errorflow.models.arima import ARIMA


def from_statsmodels(result: Any) -> ARIMA:
    """The process behind a fitted result of statsmodels' ARIMA, SARIMAX or AutoReg; seasonal factors multiplied out.

    Reads attributes alone, so that statsmodels need not be installed.

    Raises: TypeError for what has no autoregressive and moving-average polynomials.
    """
    if all(hasattr(result, name) for name in ("polynomial_reduced_ar", "polynomial_reduced_ma", "model")):
        model, left, right = result.model, result.polynomial_reduced_ar, result.polynomial_reduced_ma
        d = int(getattr(model, "k_diff", getattr(model, "_k_diff", 0)) or 0)
        seasonal = int(getattr(model, "k_seasonal_diff", getattr(model, "_k_seasonal_diff", 0)) or 0)
        period = int(getattr(model, "seasonal_periods", 0) or 0)
        left = np.asarray(left, dtype=float)
        for _ in range(seasonal):
            left = np.convolve(left, [1.0, *np.zeros(period - 1), -1.0])
        return ARIMA(phi=tuple(-left[1:]), d=d, theta=tuple(np.asarray(right, dtype=float)[1:]))
    if hasattr(result, "ar_lags") and hasattr(result, "params"):
        lags = list(result.ar_lags or ())
        weights = np.asarray(result.params, dtype=float)
        first = len(weights) - len(lags) - _exogenous(result)
        phi = np.zeros(max(lags, default=0))
        phi[[lag - 1 for lag in lags]] = weights[first : first + len(lags)]
        return ARIMA(phi=tuple(phi))
    raise TypeError(
        f"result must be one of statsmodels' ARIMA, SARIMAX or AutoReg, got {type(result).__name__}, which lacks"
        " polynomial_reduced_ar and ar_lags"
    )


def _exogenous(result: Any) -> int:
    exog = getattr(result.model, "_exog", None)
    return 0 if exog is None else int(np.shape(exog)[-1])
