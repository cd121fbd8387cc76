"""What was fitted to the sunspots: its law, derived from its parameters, against the influence that is measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errorflow import models
from errorflow.networks import safetensors_file

FOLDER = Path(__file__).parents[1] / "figures" / "networks"
WINDOWS = np.load(FOLDER / "sunspots_inputs.npy").astype(float)


def fitted(name):
    path = FOLDER / f"sunspots_{name}.safetensors"
    return {k: v.astype(float) for k, v in safetensors_file.load(path, safetensors_file.declared(path)).items()}


def transformer():
    weights = fitted("transformer")
    inner = {k.removeprefix("encoder."): v for k, v in weights.items() if k.startswith("encoder.")}
    return weights, models.read_transformer(inner, heads=2, activation="gelu", norm_first=True)


def test_the_arma_process_falls_at_the_rate_of_its_law():
    weights = fitted("arma")
    process = models.ARIMA(tuple(weights["phi"]), 0, tuple(weights["theta"]))
    found = np.abs(process.forecast_influence(59))
    # One moving-average root: beyond the autoregressive order the ratio is the rate but for rounding.
    assert found[21:] / found[20:-1] == pytest.approx(np.full(39, process.forecast_law().rate), rel=1e-9)
    psi = np.abs(process.influence(4000)) ** (1 / np.maximum(np.arange(4001), 1))
    assert psi[3900:].max() == pytest.approx(process.law().rate, rel=2e-3)  # its envelope, a constant to the power 1/q


@pytest.mark.filterwarnings("ignore")
def test_statsmodels_fits_the_process_that_was_stored_again():
    tsa = pytest.importorskip("statsmodels.tsa.arima.model", reason="statsmodels is not installed")
    weights, series = fitted("arma"), np.load(FOLDER / "sunspots.npy")[:260]
    order = (len(weights["phi"]), 0, len(weights["theta"]))
    process = models.from_statsmodels(tsa.ARIMA(series, order=order).fit())
    # An optimiser that stops early, perhaps elsewhere with another LAPACK: the same law to 2 percent.
    stored = models.ARIMA(tuple(weights["phi"]), 0, tuple(weights["theta"]))
    assert process.law().rate == pytest.approx(stored.law().rate, rel=0.02)
    assert process.forecast_law().rate == pytest.approx(stored.forecast_law().rate, rel=0.02)
    assert process.influence(5) == pytest.approx(stored.influence(5), abs=0.02)


def test_no_weight_of_the_fitted_transformer_is_below_the_floor_of_its_logits():
    weights, network = transformer()
    for x in WINDOWS[::5]:
        stream = x @ weights["embed.weight"].T + weights["embed.bias"] + weights["position"]
        for layer in network.layers:
            inside = layer.norms[0].run(stream)
            alpha = layer.attention.weights(inside)[:, -1]
            bound = layer.attention.logit_bound(inside)
            floor = models.weight_floor(len(x), bound)
            assert floor <= alpha.min()
            assert layer.attention.law(bound).rate / len(x) <= floor
            ceiling = 1 / (1 + (len(x) - 1) * np.exp(-2 * bound))
            assert alpha.max() <= ceiling
            stream = layer.run(stream)


def test_the_transformer_and_the_linear_window_feel_the_oldest_year_and_nothing_before_it():
    weights, network = transformer()
    stream = WINDOWS[0] @ weights["embed.weight"].T + weights["embed.bias"] + weights["position"]
    through = (weights["head.weight"] @ network.influence(stream) @ weights["embed.weight"])[:, 0, 0]
    assert np.abs(through[50:]).min() > 1e-4
    linear = models.ltsf_linear(fitted("linear")["weight"])
    found = linear.influence(80)[:, 0]
    assert linear.law().rate == 60
    assert (found[:60] != 0).all()
    assert (found[60:] == 0).all()
