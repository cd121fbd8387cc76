"""Fitted models of other packages as objects of this one, read by their attributes: the package is never imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from errorflow.models.arima import ARIMA


def from_statsmodels(result: Any) -> ARIMA:
    """The process behind a fitted result of statsmodels' ARIMA, SARIMAX or AutoReg.

    The process is that of the series as it was given, also where the fit was to its differences (simple_differencing).
    Seasonal factors are multiplied out. Trend and further regressors shift the forecast and change no influence. Reads
    attributes alone, so that statsmodels need not be installed.

    Parameters
    ----------
    result : object
        Of statsmodels.

    Returns
    -------
    ARIMA

    Raises
    ------
    TypeError
        For what has no autoregressive and moving-average polynomials.
    """
    if all(hasattr(result, name) for name in ("polynomial_reduced_ar", "polynomial_reduced_ma", "model")):
        model, left, right = result.model, result.polynomial_reduced_ar, result.polynomial_reduced_ma
        d = int(getattr(model, "k_diff", getattr(model, "_k_diff", 0)) or 0)
        seasonal = int(getattr(model, "k_seasonal_diff", getattr(model, "_k_seasonal_diff", 0)) or 0)
        period = int(getattr(model, "seasonal_periods", 0) or 0)
        phi, theta = -np.asarray(left, dtype=float)[1:], np.asarray(right, dtype=float)[1:]
        return ARIMA(tuple(phi), d, tuple(theta), seasonal, period if seasonal else 0)
    if hasattr(result, "ar_lags") and hasattr(result, "params"):
        lags, model = list(result.ar_lags or ()), result.model
        weights = np.asarray(result.params, dtype=float)
        names = list(model.exog_names)  # of trend, seasons, lags and other regressors, in this order
        phi = np.zeros(max(lags, default=0))
        for lag in lags:
            phi[lag - 1] = weights[names.index(f"{model.endog_names}.L{lag}")]
        return ARIMA(phi=tuple(phi))
    raise TypeError(
        f"result must be one of statsmodels' ARIMA, SARIMAX or AutoReg, got {type(result).__name__}, which lacks"
        " polynomial_reduced_ar and ar_lags"
    )
