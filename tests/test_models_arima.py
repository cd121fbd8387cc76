"""ARIMA: influence against the recursion run with and without a shock, laws against the series far out."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import sympy

from errorflow import models
from errorflow.models import ARIMA, from_statsmodels
from errorflow.models.arima_pages import AR, MA, unrolled


def run(process, shocks):
    """y from the definition: the series w of the ARMA part, summed up d times."""
    w = np.zeros(len(shocks))
    for t in range(len(shocks)):
        w[t] = shocks[t]
        w[t] += sum(c * w[t - k] for k, c in enumerate(process.phi, 1) if k <= t)
        w[t] += sum(c * shocks[t - k] for k, c in enumerate(process.theta, 1) if k <= t)
    for _ in range(process.d):
        w = np.cumsum(w)
    return w


CASES = [
    ARIMA((0.5, 0.3)),
    ARIMA((), 0, (0.4, -0.7)),
    ARIMA((0.6,), 1),
    ARIMA((-0.3, 0.2, 0.1), 2, (0.5,)),
    ARIMA((1.2,), 0, (0.3,)),
]


@pytest.mark.parametrize("process", CASES)
def test_influence_is_what_one_more_unit_of_shock_adds(process):
    base = np.random.default_rng(1).normal(size=16)
    pushed = base + np.eye(16)[0]
    # A difference of sums of some ten terms of size up to 1e3: 1e-10 is a thousand times its rounding.
    assert process.influence(15) == pytest.approx(run(process, pushed) - run(process, base), abs=1e-10)


@pytest.mark.parametrize("process", CASES)
def test_forecast_influence_inverts_influence(process):
    # sum_k pi_k psi_(q-k) = 0 with pi_0 = -1: the forecast is what the shocks so far add up to.
    psi, pi = process.influence(12), np.concatenate([[-1.0], process.forecast_influence(11)])
    assert np.convolve(psi, pi)[1:13] == pytest.approx(np.zeros(12), abs=1e-9 * np.abs(psi).max())


@pytest.mark.parametrize(
    ("process", "kind", "rate", "power"),
    [
        (ARIMA((0.5, 0.3)), "exponential", 0.8520797289396148, 0),
        (ARIMA((1.0, -0.25)), "exponential", 0.5, 1),
        (ARIMA((), 0, (0.4, -0.7)), "finite", 3, 0),
        (ARIMA(), "finite", 1, 0),
        (ARIMA((0.6,), 1), "constant", 2.5, 0),
        (ARIMA((0.5,), 1, (0.4,)), "constant", 2.8, 0),
        (ARIMA((0.5,), 2), "polynomial", 1, 0),
        (ARIMA((), 1, (-1.0,)), "finite", 1, 0),  # over-differenced: the unit root cancels
        (
            ARIMA((0.5, 0.14), 0, (-0.7,)),
            "exponential",
            0.2,
            0,
        ),  # (1 - 0.7 B)(1 + 0.2 B) over 1 - 0.7 B
        (ARIMA((0.0, 0.0, 0.0, 1.0)), "exponential", 1.0, 0),
        (ARIMA((0.0, 0.0, 0.0, 1.0), 1), "polynomial", 1, 0),
        (ARIMA((1.2,)), "exponential", 1.2, 0),
    ],
)
def test_law_is_read_off_the_roots(process, kind, rate, power):
    law = process.law()
    assert (law.kind, law.power) == (kind, power)
    assert law.rate == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize("process", [ARIMA((0.5, 0.3)), ARIMA((0.9, -0.2), 0, (0.3,)), ARIMA((0.4,), 0, (0.9,))])
def test_far_out_the_influence_falls_by_the_factor_of_the_law(process):
    psi = np.abs(process.influence(200))
    assert psi[200] / psi[199] == pytest.approx(process.law().rate, rel=1e-9)


@pytest.mark.parametrize("process", [ARIMA((0.6,), 1), ARIMA((0.5, 0.2), 1, (0.4, -0.1))])
def test_under_a_unit_root_the_influence_stays_at_theta_of_one_over_phi_of_one(process):
    limit = (1 + sum(process.theta)) / (1 - sum(process.phi))
    assert process.law().rate == pytest.approx(limit, rel=1e-12)
    assert process.influence(400)[-1] == pytest.approx(limit, rel=1e-12)


def test_a_random_walk_is_the_carousel_its_influence_is_one_at_every_lag():
    assert (ARIMA((), 1).influence(1000) == 1.0).all()


def test_powers_of_the_companion_matrix_hold_the_influence():
    process = ARIMA((0.5, -0.2), 1)
    powers = [np.linalg.matrix_power(process.companion(), q)[0, 0] for q in range(9)]
    assert process.influence(8) == pytest.approx(powers, rel=1e-13)


def test_pages_in_closed_form_are_what_differentiating_the_unrolled_definition_gives():
    phi, theta = sympy.IndexedBase("phi"), sympy.IndexedBase("theta")
    companion = sympy.Matrix([[phi[1], phi[2]], [1, 0]])
    for q in range(5):
        assert sympy.expand((companion**q)[0, 0] - AR.derive(q)) == 0
        closed = MA.influence.xreplace(
            {models.record.LAG: sympy.Integer(q), sympy.Symbol("r", positive=True, integer=True): sympy.Integer(2)}
        )
        assert closed.doit() == MA.derive(q)
    page = models.model("arima")
    left = sympy.Matrix([[1 + phi[1], -phi[1]], [1, 0]])  # (1 - phi B)(1 - B)
    for q in range(5):
        psi = (left**q)[0, 0] + (theta[1] * (left ** (q - 1))[0, 0] if q else 0)
        assert sympy.expand(psi - page.derive(q)) == 0


def test_unrolled_recursion_in_rationals_is_the_influence_exactly():
    for a, b in itertools.product((Fraction(1, 2), Fraction(-3, 4)), (Fraction(1, 4), Fraction(2))):
        exact = [unrolled([sympy.Rational(a)], 1, [sympy.Rational(b)], q) for q in range(6)]
        assert ARIMA((float(a),), 1, (float(b),)).influence(5).tolist() == [float(e) for e in exact]


def test_what_overflows_or_is_no_coefficient_is_an_error():
    with pytest.raises(OverflowError, match=r"beyond float64; ask for fewer lags"):
        ARIMA((2.0,)).influence(2000)
    with pytest.raises(ValueError, match="phi must be finite"):
        ARIMA((float("nan"),))
    with pytest.raises(ValueError, match="d must be a whole number of differences, got -1"):
        ARIMA((), -1)
    with pytest.raises(TypeError, match="which lacks polynomial_reduced_ar"):
        from_statsmodels(object())
    with pytest.raises(KeyError, match="did you mean 'arima'"):
        models.model("arma")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("order", "seasonal"), [((2, 1, 1), (0, 0, 0, 0)), ((1, 0, 1), (1, 1, 0, 4)), ((0, 1, 2), (0, 1, 1, 3))]
)
def test_a_live_statsmodels_result_is_read_and_its_impulse_response_met(order, seasonal):
    statsmodels = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")
    series = np.cumsum(np.random.default_rng(0).normal(size=80))
    result = statsmodels.tsa.SARIMAX(series, order=order, seasonal_order=seasonal).fit(disp=0, maxiter=5)
    assert from_statsmodels(result).influence(20) == pytest.approx(result.impulse_responses(20)[:21], abs=1e-12)


@pytest.mark.parametrize(("lags", "trend"), [(3, "c"), ([1, 4], "ct"), (2, "n")])
def test_a_live_autoregression_is_read_with_its_lags(lags, trend):
    tsa = pytest.importorskip("statsmodels.tsa.ar_model", reason="statsmodels is not installed")
    series = np.random.default_rng(0).normal(size=60)
    result = tsa.AutoReg(series, lags, trend=trend).fit()
    process = from_statsmodels(result)
    pushed = series.copy()
    pushed[-1] += 1.0
    forecasts = [result.model.predict(result.params, start=60, end=60)]
    again = tsa.AutoReg(pushed, lags, trend=trend)
    forecasts.append(again.predict(result.params, start=60, end=60))
    assert process.forecast_influence(3)[0] == pytest.approx((forecasts[1] - forecasts[0]).item(), abs=1e-12)
    assert len(process.phi) == max(lags if isinstance(lags, list) else [lags])


@pytest.mark.parametrize(
    ("process", "text"),
    [
        (ARIMA((0.6,), 1, (), 1, 4), "grows as q"),  # a double root at 1 beside the seasons
        (ARIMA((0.6,), 0, (0.2,), 1, 4), "does not fall, oscillates"),
        (ARIMA((0.5,), 0, (), 2, 4), "grows as q, oscillating"),
        (ARIMA((), 1, (-0.2,), 1, 52), "grows as q"),
        (ARIMA((0.0, -1.0)), "does not fall, oscillates"),
    ],
)
def test_seasonal_differences_put_roots_around_the_unit_circle(process, text):
    assert process.law().text() == text
    psi, shock = process.influence(260), np.zeros(261)
    shock[0] = 1.0
    plain = run(ARIMA(process.phi, process.d, process.theta), shock)
    for _ in range(process.seasonal_d):
        for t in range(process.period, 261):
            plain[t] += plain[t - process.period]
    assert psi == pytest.approx(plain, rel=1e-11)


def test_a_unit_root_that_cancels_leaves_no_rounding_at_late_lags():
    assert ARIMA((0.3,), 1, (-1.0,)).influence(2000) == pytest.approx(0.3 ** np.arange(2001.0), rel=1e-11)


def test_a_year_of_weeks_has_its_law_at_once():
    phi = np.convolve([1, -0.61], [1, *np.zeros(51), -0.21])
    process = ARIMA(tuple(-phi[1:]), 1, (0.3,), 1, 52)
    assert (process.law().kind, process.law().rate) == ("polynomial", 1)
    assert ARIMA(tuple(-phi[1:])).law().rate == pytest.approx(0.21 ** (1 / 52), rel=1e-8)


@pytest.mark.filterwarnings("ignore")
def test_differences_outside_the_fit_are_part_of_the_process():
    statsmodels = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")
    series = np.cumsum(np.random.default_rng(0).normal(size=80))
    fit = statsmodels.tsa.SARIMAX(series, order=(1, 1, 1), simple_differencing=True).fit(disp=0, maxiter=5)
    summed = np.cumsum(fit.impulse_responses(20)[:21])
    assert from_statsmodels(fit).influence(20) == pytest.approx(summed, abs=1e-12)


@pytest.mark.parametrize("seasonal", [False, True])
def test_further_regressors_are_not_taken_for_lags(seasonal):
    tsa = pytest.importorskip("statsmodels.tsa.ar_model", reason="statsmodels is not installed")
    rng = np.random.default_rng(2)
    series, other = rng.normal(size=60), rng.normal(size=(60, 2))
    made = {"exog": other, "trend": "ct", "seasonal": seasonal, "period": 3 if seasonal else None}
    result = tsa.AutoReg(series, [2, 5], **made).fit()
    pushed = series.copy()
    pushed[48] += 1.0
    ahead = [tsa.AutoReg(y, [2, 5], **made).predict(result.params, start=50, end=50) for y in (series, pushed)]
    assert from_statsmodels(result).forecast_influence(4)[1] == pytest.approx((ahead[1] - ahead[0]).item(), abs=1e-12)
