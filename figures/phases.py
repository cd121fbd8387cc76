"""Where error vanishes and where it grows: what is proved, what is measured, and how wide the gap is.

Colour is the factor per step of a random error, measured. (a) One tanh unit h' = tanh(w h + b). For |w| < 1 vanishing
is proved (rnn.vanishing, dashed), but |w| = 1 is no border: error decays on both sides of it. Its factor comes near 1
only about the curves on which a fixed point has the slope 1 (solid) or -1 (long dashes); from most starts the error
of one unit cannot explode, whatever w and b are (rnn.scalar_variation). (b) A hundred tanh units with Gaussian
weights times g, driven by noise of strength s. To the left of the dashed line, g |W| = 1, vanishing is proved; growth
is possible to the right of it only (rnn.explosion_needs). The dotted line is where the spectral radius of g W is 1.
The measured border (solid) lies to its right, the farther the more the input flattens the units: between the dashed
and the solid line error vanishes and the norm does not tell. (c) The networks trained on digits, all their recurrent
weights times a factor, means over 4 digits. As they are, at 1, each keeps error within a few hundredths of its size
per step, next to where it begins to grow; for the tanh network the norm proves decay only left of the dotted line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.diagnosis import growth_map
from errorflow.numeric.linear import jacobians
from errorflow.plots import style
from errorflow.plots.growth import draw_growth
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "phases"
SHOWS = ("rnn.vanishing", "rnn.explosion_needs", "rnn.scalar_variation")
ALT = (
    "Maps of the measured factor of an error per step. One tanh unit over weight and bias: decay on both sides of "
    "weight one, except about two curves. A hundred units over gain and input: the proved border lies at half the gain "
    "of the measured one. Three trained networks with scaled recurrent weights: factor near one where they are."
)
WIDTH = style.TEXT

SEED, UNITS, CHANNELS = 3, 100, 10
ALONE, STEPS, SEQUENCES, SETTLE = 80, 60, 4, 16  # where error grows rounding does: few steps, several runs
WEIGHTS, BIASES = np.linspace(-4, 4, 49), np.linspace(-3, 3, 49)
GAINS, DRIVES = np.linspace(0.1, 3, 30), np.linspace(0, 1.5, 16)
FOLDER = Path(__file__).parent / "networks"
TRAINED, FACTORS, DIGITS = ("rnn", "lstm", "gru"), np.linspace(0.1, 2, 20), 4
START = 0.3  # of the one unit: any number but 0, from which it would not move where b = 0


def data() -> Table:
    """Both maps, row by row, with the borders that are proved and those that are found."""
    rng = np.random.default_rng(SEED)
    one = {"W": [[1.0]], "U": [[1.0]], "b": [0.0]}
    cell = ef.rnn().definition
    unit = growth_map(cell, one, np.ones((ALONE, 1)), rng, recurrent=WEIGHTS, driving=BIASES, state={"h": [START]})
    weights = {
        "W": rng.normal(0, UNITS**-0.5, (UNITS, UNITS)), "U": rng.normal(0, 1, (UNITS, CHANNELS)),
        "b": np.zeros(UNITS),
    }  # fmt: skip
    start = {"h": rng.uniform(-1, 1, (SEQUENCES, UNITS))}
    noise = rng.normal(0, CHANNELS**-0.5, (SEQUENCES, STEPS, CHANNELS))
    net = growth_map(cell, weights, noise, rng, recurrent=GAINS, driving=DRIVES, state=start, settle=SETTLE)
    curves = {("a", f"b={b:.3g}"): (WEIGHTS, unit.rate[:, k]) for k, b in enumerate(BIASES)}
    curves |= {("b", f"s={s:.3g}"): (GAINS, net.rate[:, k]) for k, s in enumerate(DRIVES)}
    for sign, name in ((1, "slope 1"), (-1, "slope -1")):
        curves["a", name], curves["a", f"{name} measured"] = _marginal(sign)
    norm = np.linalg.norm(weights["W"], 2)
    radius = np.abs(np.linalg.eigvals(weights["W"])).max()
    curves["b", "bound"] = (GAINS, np.array([bounds.log2_rnn_upper(g * weights["W"], 1, 1) for g in GAINS]))
    curves["b", "border"] = (net.border(), DRIVES)
    proved = _trained(curves, rng)
    return Table(
        curves,
        {"seed": SEED, "units": UNITS, "steps": STEPS, "sequences": SEQUENCES, "steps_alone": ALONE,
         "lags": list(net.lags), "channels": CHANNELS, "start": START, "norm": float(norm), "radius": float(radius),
         "digits": DIGITS, "networks": [f"digits_{kind}.safetensors" for kind in TRAINED], "proved_below": proved},
        {"a": ("weight w", "log2 of the factor per step"), "b": ("gain g", "log2 of the factor per step"),
         "c": ("factor of all recurrent weights", "log2 of the factor per step")},
    )  # fmt: skip


def _trained(curves: dict[tuple[str, str], tuple[Array, Array]], rng: np.random.Generator) -> float:
    """Adds the rates of the trained networks; the factor below which the norm proves decay of the tanh network."""
    inputs = np.load(FOLDER / "digits_inputs.npy")[:DIGITS]
    for kind in TRAINED:
        network = ef.read_network(FOLDER / f"digits_{kind}.safetensors")
        found = growth_map(network.cell().definition, network.weights, inputs, rng, recurrent=FACTORS)
        curves["c", kind] = (FACTORS, found.rate[:, 0])
        if kind == "rnn":
            curves["c", "bound"] = (
                FACTORS,
                np.array([bounds.log2_rnn_upper(g * network.weights["W"], 1, 1) for g in FACTORS]),
            )
            proved = float(1 / np.linalg.norm(network.weights["W"], 2))
    return proved


def _marginal(sign: int) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """(w, b) at which a fixed point of one unit has the slope `sign`, and (w, that slope as the cell has it)."""
    h = np.linspace(-0.9, 0.9, 73)
    w = sign / (1 - h**2)
    b = np.arctanh(h) - w * h
    cell, slopes = ef.rnn(), []
    for weight, bias, state in zip(w, b, h, strict=True):
        run = cell.run({"W": [[weight]], "U": [[1.0]], "b": [bias]}, np.zeros((2, 1)), {"h": [state]})
        slopes.append(jacobians(run)[:, 0, 0])
    return (w, b), (w, np.array(slopes)[:, 1])


def check(table: Table) -> None:
    """Raises AssertionError unless bounds hold, one unit never grows, and the borders lie where the caption says."""
    unit = np.stack([table.y("a", f"b={b:.3g}") for b in BIASES])
    proved = np.broadcast_to(np.log2(np.abs(WEIGHTS).clip(1e-300)), unit.shape)
    holds(unit <= proved + 1e-9, "the error of one unit decays at least as |w|")
    holds(unit < np.log2(1.01), "the error of one unit grows for no weight and bias of the map")
    beyond = unit[:, np.abs(WEIGHTS) > 1.05]
    holds((beyond < np.log2(0.9)).mean() > 0.9, "also nearly everywhere where |w| is above 1")
    w, b = np.concatenate([table["a", name] for name in ("slope 1", "slope -1")], axis=1)
    for k, j in np.argwhere(unit > np.log2(0.9)):
        holds(np.hypot(w - WEIGHTS[j], b - BIASES[k]).min() < 0.5, "it comes near 1 only about curves of slope 1 or -1")
    for sign, name in ((1, "slope 1"), (-1, "slope -1")):
        holds(np.abs(table.y("a", f"{name} measured") - sign) < 1e-9, f"on the curve the {name} is the cell's")
    net = np.stack([table.y("b", f"s={s:.3g}") for s in DRIVES])
    holds(net <= table.y("b", "bound") + 1e-9, "no error grows faster than the norm allows")
    norm, radius = table.parameters["norm"], table.parameters["radius"]
    holds(net[:, GAINS * norm < 1] < 0, "where vanishing is proved error vanishes")
    border, drives = table["b", "border"]
    holds(np.isfinite(border), "for every strength of the input there is a border")
    factor = [np.interp(g, GAINS, rates) for g, rates in zip(border, net, strict=True)]
    holds(np.abs(factor) < 1e-9, "at which the measured factor is 1")
    holds(border > 1.8 / norm, "the measured border lies at almost twice the proved one or beyond")
    holds(border > 0.95 / radius, "and not left of a spectral radius of 1")
    holds(border[drives >= 1] > 1.3 / radius, "input moves it to the right")
    holds(table.y("c", "rnn") <= table.y("c", "bound") + 1e-9, "the trained network keeps to its norm too")
    for kind in TRAINED:
        x, y = table["c", kind]
        holds(np.abs(np.interp(1.0, x, y)) < np.log2(1.06), f"as trained the {kind} keeps error within 6 % per step")
        holds((y[x < 0.8] < 0).all() and y[x > 1.2].mean() > 0, f"the {kind} decays below and grows on the whole above")


def draw(fig: Any, table: Table) -> None:
    """Two maps with their borders."""
    page = Page(fig)
    left, right = page.panels(2, height=2.0, least=2.7)
    (below,) = page.panels(1, height=1.2)
    page.heading(below, "c", "trained on digits")
    page.heading(left, "a", r"one unit, $h' = \tanh(wh + b)$")
    page.heading(right, "b", f"{table.parameters['units']} units, weights times $g$")
    unit = np.stack([table.y("a", f"b={b:.3g}") for b in BIASES], axis=1)
    net = np.stack([table.y("b", f"s={s:.3g}") for s in DRIVES], axis=1)
    draw_growth(left, WEIGHTS, BIASES, unit, bar=False)
    draw_growth(right, GAINS, DRIVES, net)
    for name, line, text in (("slope 1", style.SOLID, "slope 1"), ("slope -1", style.LONG, "slope $-1$")):
        left.plot(*table["a", name], color=style.INK, lw=1.0, ls=line)
        page.name(left, *table["a", name], text, style.INK, near=3 if name == "slope 1" else -3)
    for w in (-1, 1):
        left.plot([w, w], [BIASES[0], BIASES[-1]], color=style.INK, ls=style.DASHED, lw=1)
    words = {"ha": "center", "va": "center", "fontsize": style.size("curve"), "color": style.INK}
    edge, ends = 1 / table.parameters["norm"], 1 / table.parameters["radius"]
    left.text(0, 0, "vanishing proved", rotation=90, **words)
    right.text((GAINS[0] + edge) / 2, DRIVES[-1] / 2, "vanishing proved", rotation=90, **words)
    right.text(ends - 0.11, DRIVES[-1] * 0.97, r"$g\rho(W) = 1$", rotation=90, **words | {"va": "top"})
    right.text(1.4, 1.25, "decays,\nnot proved", **words)
    right.text(2.5, 0.45, "grows", **words)
    for g, line in ((edge, style.DASHED), (ends, style.DOTTED)):
        right.plot([g, g], [0, DRIVES[-1]], color=style.INK, ls=line, lw=1)
    right.plot(*table["b", "border"], color=style.INK, lw=1.3)
    left.set(xlabel="weight $w$", ylabel="bias $b$", xlim=(-4, 4), ylim=(-3, 3))
    right.set(xlabel="gain $g$", ylabel="input strength $s$", xlim=(GAINS[0], 3), ylim=(0, DRIVES[-1]))
    left.set_xticks([-4, -1, 0, 1, 4], ["−4", "−1", "0", "1", "4"])
    looks = {"rnn": (style.BLUE, style.DASHED, "RNN"), "lstm": (style.RED, style.SOLID, "LSTM"),
             "gru": (style.ORANGE, style.DASHDOT, "GRU")}  # fmt: skip
    for kind, (color, line, text) in looks.items():
        below.plot(*table["c", kind], color=color, ls=line)
        page.name(below, *table["c", kind], text, color, near=0.45)
    below.axhline(0, color=style.GREY, lw=0.7, zorder=0)
    below.axvline(1, color=style.GREY, lw=0.7, zorder=0)
    proved = table.parameters["proved_below"]
    below.axvline(proved, color=style.BLUE, lw=0.7, ls=style.DOTTED, zorder=0)
    below.set(
        xlabel="factor of all recurrent weights", ylabel="factor per step", xlim=(0, 2), ylim=np.log2([0.6, 1.15])
    )
    below.set_xticks([proved, 0.5, 1, 1.5, 2], [f"{proved:.2f}", "0.5", "1", "1.5", "2"])
    below.set_yticks(np.log2([0.6, 0.8, 1]), ["0.6", "0.8", "1"])
    page.settle()
