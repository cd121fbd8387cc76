"""How the influence of the input falls with the lag, in the models that are chosen between: by law, and as measured.

(a) One example of each law, on logarithmic axes: a power is a straight line, and an exponential bends away from all of
them. A unit root, which is the constant error carousel, keeps what comes in. The weight of softmax attention with equal
logits falls as one over the length, and z' = -z^3 as a power. A forget gate, an autoregression and the filter of a
hidden Markov model forget exponentially. A convolution and a linear window see so far and no further. (b) Four models
of the yearly sunspot number, fitted to the years 1700 to 1959: the modulus of the derivative of the forecast in the
number q years before, median over 16 windows. The ARMA process falls at the rate of its moving-average root; the LSTM
falls more slowly; Transformer and linear window give a number 59 years ago a weight like that of one 10 years ago.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import sympy

import errorflow as ef
from errorflow import models
from errorflow.bounds import forget_decay
from errorflow.networks import safetensors_file
from errorflow.plots import style
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "laws"
SHOWS = ("forget_gate.half_life",)
ALT = (
    "Left: influence against lag on logarithmic axes. A unit root is flat; attention falls as one over the length, a "
    "cubic neural ODE as a power, a forget gate, an autoregression and a hidden Markov model exponentially; a "
    "convolution and a linear window stop. Right: the derivative of sunspot forecasts by lag for an ARMA process, a "
    "linear window, a Transformer and an LSTM."
)
WIDTH = style.TEXT
FOLDER = Path(__file__).parent / "networks"
FITTED = ("arma", "linear", "transformer", "lstm")
FARTHEST, LEVELS, WINDOW, KEPT, CHANGE = 1000, 6, 336, 0.98, 0.1
AUTOREGRESSION = (0.5, 0.3)


def data() -> Table:
    """Influence by lag of one example of each law, and of what was fitted to the sunspots."""
    curves = {("a", name): curve for name, curve in _examples().items()}
    curves |= {("b", name): (np.arange(len(found), dtype=float), found) for name, found in _fitted().items()}
    return Table(
        curves,
        {"autoregression": list(AUTOREGRESSION), "change_of_state": CHANGE, "forget_gate": KEPT, "levels": LEVELS,
         "window": WINDOW, "windows": len(_windows()), "arma_rate": _arma().forecast_law().rate},
        {"a": ("lag q", "influence"), "b": ("lag q, years", "modulus of the derivative of the forecast")},
    )  # fmt: skip


def _examples() -> dict[str, tuple[Array, Array]]:
    lags = np.arange(1, FARTHEST + 1)
    some = np.unique(np.geomspace(1, FARTHEST, 40).round())
    x = sympy.Symbol("x")
    cubic = models.NeuralODE.from_expressions([x], [-(x**3)])
    layers = tuple(models.Block((models.Convolution([[[0.8, 0.8]]], None, 2**k, "identity"),)) for k in range(LEVELS))
    hmm = models.HMM([[1 - CHANGE, CHANGE], [CHANGE, 1 - CHANGE]])
    found = {
        "unit root": models.ARIMA((), 1).influence(FARTHEST),
        "attention": np.array([models.weight_floor(q + 1, 0.0) for q in range(FARTHEST + 1)]),
        "forget gate": forget_decay(np.log(KEPT / (1 - KEPT)), np.arange(FARTHEST + 1)),
        "AR": models.ARIMA(AUTOREGRESSION).influence(FARTHEST),
        "HMM": hmm.contraction() ** np.arange(FARTHEST + 1),
        "TCN": models.TCN(layers).influence(np.zeros((FARTHEST + 1, 1)))[:, 0, 0],
        "LTSF-Linear": models.ltsf_linear(np.full((1, WINDOW), 0.4)).influence(FARTHEST)[:, 0],
    }
    curves = {name: (lags.astype(float), np.abs(values[1:])) for name, values in found.items()}
    power = [cubic.influence([1.0], float(q), [float(q)]).item() for q in some]
    return curves | {"neural ODE": (some, np.array(power))}


def _windows() -> Array:
    return np.asarray(np.load(FOLDER / "sunspots_inputs.npy"), dtype=float)


def _weights(name: str) -> dict[str, Array]:
    path = FOLDER / f"sunspots_{name}.safetensors"
    return {k: v.astype(float) for k, v in safetensors_file.load(path, safetensors_file.declared(path)).items()}


def _arma() -> models.ARIMA:
    weights = _weights("arma")
    return models.ARIMA(tuple(weights["phi"]), 0, tuple(weights["theta"]))


def _fitted() -> dict[str, Array]:
    """Modulus of the derivative of each forecast in the number q years before, median over the windows."""
    windows = _windows()
    linear = _weights("linear")
    network = ef.read_network(FOLDER / "sunspots_lstm2.safetensors")
    stack = ef.stacked([layer.cell() for layer in network.layers]).definition
    stacked = ef.stacked_weights([layer.weights for layer in network.layers])
    lstm = [network.head.weight @ models.cell_influence(stack, stacked, x) for x in windows]
    found = {
        "arma": _arma().forecast_influence(windows.shape[1] - 1)[None],
        "linear": models.ltsf_linear(linear["weight"], linear["bias"]).influence(windows.shape[1] - 1).T,
        "transformer": np.array([_through_transformer(x) for x in windows]),
        "lstm": np.array(lstm)[:, :, 0, 0],
    }
    return {name: np.median(np.abs(values), axis=0) for name, values in found.items()}


def _through_transformer(x: Array) -> Array:
    weights = _weights("transformer")
    inner = {k.removeprefix("encoder."): v for k, v in weights.items() if k.startswith("encoder.")}
    layers = models.read_transformer(inner, heads=2, activation="gelu", norm_first=True)
    stream = x @ weights["embed.weight"].T + weights["embed.bias"] + weights["position"]
    return np.asarray((weights["head.weight"] @ layers.influence(stream) @ weights["embed.weight"])[:, 0, 0])


def check(table: Table) -> None:
    """Raises AssertionError unless every example follows its law and the fitted models do what the caption says."""
    lags = table.x("a", "attention")
    holds(table.y("a", "unit root") == 1, "a unit root keeps what comes in")
    holds(np.abs(table.y("a", "attention") * (lags + 1) - 1) < 1e-12, "attention falls as one over the length")
    some, power = table["a", "neural ODE"]
    holds(np.abs(power * (1 + 2 * some) ** 1.5 - 1) < 1e-6, "the cubic equation falls as a power")
    for name, rate in (("forget gate", KEPT), ("HMM", 1 - 2 * CHANGE)):
        holds(np.abs(table.y("a", name) / rate**lags - 1) < 1e-9, f"the {name} falls exponentially")
    fall = table.y("a", "AR")
    rate = models.ARIMA(AUTOREGRESSION).law().rate
    holds(np.abs(fall[100:200] / fall[99:199] / rate - 1) < 1e-9, "the autoregression falls at the rate of its root")
    for name, reach in (("TCN", 2**LEVELS), ("LTSF-Linear", WINDOW)):
        seen = table.y("a", name)
        holds((seen[: reach - 1] > 0).all() and (seen[reach - 1 :] == 0).all(), f"the {name} sees {reach} lags")
    late = table.y("b", "arma")[12:]
    holds(np.abs(late[1:] / late[:-1] / table.parameters["arma_rate"] - 1) < 1e-6, "ARMA falls at the rate of its root")
    last = {name: table.y("b", name)[-10:].max() for name in FITTED}
    holds(last["arma"] < 1e-5 * last["lstm"], "after fifty years next to nothing is left in the ARMA process")
    holds(last["lstm"] < 1e-2 * last["transformer"], "the LSTM has forgotten more than the Transformer")
    holds(last["lstm"] < 1e-2 * last["linear"], "and more than the linear window")


_LOOK = {  # colour, line, what the label says, and where it stands
    "unit root": (style.INK, style.SOLID, "unit root, carousel", 30, "above"),
    "LTSF-Linear": (style.ORANGE, style.DASHED, "linear window", 200, ""),
    "forget gate": (style.RED, style.SOLID, "forget gate", 150, "right"),
    "attention": (style.BLUE, style.LONG, "attention,\n$1/(q+1)$", 120, ""),
    "neural ODE": (style.VIOLET, style.DASHDOT, "neural ODE,\n$q^{-3/2}$", 4, "below"),
    "AR": (style.GREY, style.SOLID, "AR(2)", 66, "right"),
    "HMM": (style.PURPLE, style.DASHED, "HMM", 40, "left"),
    "TCN": (style.INK, style.DOTTED, "TCN", 32, "below"),
}
_FIT = {
    "arma": (style.INK, style.SOLID, "", 31, "left"),
    "linear": (style.ORANGE, style.DASHED, "linear window", 14, "above"),
    "transformer": (style.BLUE, style.LONG, "Transformer", 44, "above"),
    "lstm": (style.RED, style.SOLID, "LSTM", 44, "below"),
}


_DERIVATIVE = r"$|\,\partial\,\mathrm{forecast} / \partial\,\mathrm{number}\,|$"


def draw(fig: Any, table: Table) -> None:
    """Draws the figure."""
    page = Page(fig)
    left, right = page.panels(2, height=2.2, least=2.6)
    page.heading(left, "a", "one example of each law")
    page.heading(right, "b", "fitted to the sunspots")
    for name, (color, line, text, near, side) in _LOOK.items():
        lags, values = table["a", name]
        seen = values > 0
        left.plot(lags[seen], values[seen], color=color, linestyle=line)
        page.name(left, lags[seen], values[seen], text, color, near=near, side=side)
    left.set(xscale="log", yscale="log", xlim=(1, FARTHEST), ylim=(1e-5, 3), xlabel="lag $q$", ylabel="influence")
    for name, (color, line, text, near, side) in _FIT.items():
        right.plot(*table["b", name], color=color, linestyle=line)
        text = text or f"ARMA, falls as ${table.parameters['arma_rate']:.2f}^q$"
        page.name(right, *table["b", name], text, color, near=near, side=side)
    right.set(yscale="log", xlim=(0, 59), ylim=(1e-14, 30), xlabel="lag $q$ (years)", ylabel=_DERIVATIVE)
    right.set_xticks([0, 10, 20, 30, 40, 50, 59])
    page.settle()


__all__ = ["ALT", "NAME", "SHOWS", "WIDTH", "Array", "check", "data", "draw"]
