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
from figures.table import Array, Table, holds

NAME = "laws"
SHOWS = ("forget_gate.half_life",)
ALT = (
    "Left: influence against lag on logarithmic axes. A unit root is flat; attention falls as one over the length, a "
    "cubic neural ODE as a power, a forget gate, an autoregression and a hidden Markov model exponentially; a "
    "convolution and a linear window stop. Right: the derivative of sunspot forecasts by lag for an ARMA process, a "
    "linear window, a Transformer and an LSTM."
)
WIDTH, HEIGHT = style.TEXT, 3.0
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


_LOOK = {  # colour, line, where the label stands, what it says, its shift in points
    "unit root": (style.INK, style.SOLID, 30, 1.0, "unit root, carousel", 0, 6, "center"),
    "LTSF-Linear": (style.ORANGE, style.DASHED, 330, 0.4, "linear window", 3, 5, "right"),
    "forget gate": (style.RED, style.SOLID, 150, KEPT**150, "forget gate", 5, 7, "left"),
    "attention": (style.BLUE, style.LONG, 21, 0.058, "attention, $1/T$", 0, 0, "left"),
    "neural ODE": (style.VIOLET, style.DASHDOT, 1.15, 0.006, "neural ODE,\n$q^{-3/2}$", 0, 0, "left"),
    "AR": (style.GREY, style.SOLID, 66, 2.2e-5, "AR(2)", 4, 0, "left"),
    "HMM": (style.PURPLE, style.DASHED, 48, 0.8**48, "HMM", -5, 0, "right"),
    "TCN": (style.INK, style.DOTTED, 32, 0.262, "TCN", 0, -7, "center"),
}
_FIT = {
    "arma": (style.INK, style.SOLID, 31, "", 5, 4),
    "linear": (style.ORANGE, style.DASHED, 14, "linear window", 0, 13),
    "transformer": (style.BLUE, style.LONG, 44, "Transformer", 4, 17),
    "lstm": (style.RED, style.SOLID, 44, "LSTM", -4, -12),
}


def draw(fig: Any, table: Table) -> None:
    """Draws the figure."""
    left, right = fig.subplots(1, 2)
    fig.subplots_adjust(left=0.085, right=0.985, bottom=0.15, top=0.9, wspace=0.26)
    for name, (color, line, x, y, text, dx, dy, align) in _LOOK.items():
        lags, values = table["a", name]
        seen = values > 0
        left.plot(lags[seen], values[seen], color=color, linestyle=line)
        style.label(left, x, y, text, style.dark(color), dx, dy, ha=align)
    left.set(xscale="log", yscale="log", xlim=(1, FARTHEST), ylim=(1e-5, 3), xlabel="lag $q$", ylabel="influence")
    for name, (color, line, at, text, dx, dy) in _FIT.items():
        lags, values = table["b", name]
        right.plot(lags, values, color=color, linestyle=line)
        text = text or f"ARMA, falls as ${table.parameters['arma_rate']:.2f}^q$"
        align = "right" if name == "lstm" else "left"
        style.label(right, at, values[at], text, style.dark(color), dx, dy, halo=name != "arma", ha=align)
    right.set(yscale="log", xlim=(0, 59), ylim=(1e-14, 30), xlabel="lag $q$ (years)", ylabel="|d forecast / d number|")
    right.set_xticks([0, 10, 20, 30, 40, 50, 59])
    style.panel(left, "a", "one example of each law")
    style.panel(right, "b", "fitted to the sunspots")


__all__ = ["ALT", "HEIGHT", "NAME", "SHOWS", "WIDTH", "Array", "check", "data", "draw"]
