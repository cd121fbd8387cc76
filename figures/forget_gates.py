"""What forget gates keep, by theorem and in trained networks, and that this is not what carries the error.

(a) The half-life ln 2 / ln(1 + exp(-b)) of an error on a forget gate that stays at sigma(b) (theorem
forget_gate.half_life), and the bias of each unit of three trained LSTM layers with its half-life along its inputs,
from the mean of log f. Gates move around sigma(b), so that half-lives spread by a factor of five where the biases
alone would spread them by little more than two; no unit keeps half of the error for the 64 steps of a digit, for
which a constant gate needs b = 4.5. (b) The forget gates of the network trained on digits, unit by unit: median, and
range in 80 of 100 steps. (c) The same network, medians over 8 digits. What the best unit of each digit keeps by its
forget gate alone, the norm of the truncated flow of the cell state, falls to a twentieth; the norm of the full flow,
through all paths, has grown more than eightfold.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.diagnosis.units import carriers
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.profile import profile_of
from errorflow.plots import style
from errorflow.plots.gates import draw_gates, gate_ranges
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "forget_gates"
SHOWS = ("forget_gate.half_life", "forget_gate.product")
ALT = (
    "Half-lives of forget gates. Against the bias they scatter around the proved curve, between two and twelve steps "
    "for the network trained on digits and near one step for that trained on sunspots. Gates range widely over time. "
    "By lag the product of forget gates falls while the norm of the full flow grows."
)
WIDTH = style.TEXT

FOLDER = Path(__file__).parent / "networks"
BIASES = np.linspace(-1, 5.5, 131)
SEQUENCES = 8
RANGES = ("10 %", "median", "90 %")
LAYERS = {"digits": "digits", "lower": "sunspots, lower", "upper": "sunspots, upper"}


def data() -> Table:
    """Half-lives by bias, ranges of the gates by unit, and what is kept by lag."""
    curves = {("a", "law"): (BIASES, np.array([bounds.half_life(b) for b in BIASES]))}
    digits = ef.read_network(FOLDER / "digits_lstm.safetensors")
    inputs = np.load(FOLDER / "digits_inputs.npy")
    run = digits.cell().run(digits.weights, inputs)
    sunspots = ef.read_network(FOLDER / "sunspots_lstm2.safetensors")
    windows = np.load(FOLDER / "sunspots_inputs.npy")
    runs = dict(zip(LAYERS, (run, *sunspots.trajectories(windows)), strict=True))
    error = 0.0
    for name, each in runs.items():
        (found,) = carriers(each)
        units = list(found.units)
        curves["a", name] = (each.weights["b_f"][units], found.half_lives)
        kept = np.log2(_forget(each)).mean(axis=(0, 1))[units]
        error = max(error, float(np.abs(found.half_lives * kept + 1).max()))
    ranges = gate_ranges(_forget(run))
    for name, values in zip(RANGES, ranges, strict=True):
        curves["b", name] = (np.arange(1.0, ranges.shape[1] + 1), values)
    few = run.sequences(0, SEQUENCES)
    lags = np.arange(few.steps + 1.0)
    gates = np.cumsum(np.log2(_forget(few))[::-1], axis=0)
    for name, values in (("best unit", gates.max(axis=2)), ("middle unit", np.median(gates, axis=2))):
        curves["c", name] = (lags, np.append(0.0, np.median(values, axis=1)))
    full = profile_of(few, departures=False).log2_norm_blocks["c", "c"]
    curves["c", "all paths"] = (lags, np.median(full, axis=0))
    horizon = {"steps": run.steps, "bias": bounds.bias_for_horizon(run.steps)}
    return Table(
        curves,
        {"networks": ["digits_lstm.safetensors", "sunspots_lstm2.safetensors"], "sequences_in_c": SEQUENCES,
         "horizon": horizon, "largest_error_of_half_life": error},
        {"a": ("bias of the forget gate", "half-life in steps"), "b": ("units in order", "forget gate"),
         "c": ("lag q", "log2 of what is kept")},
    )  # fmt: skip


def _forget(run: Trajectory) -> Array:
    """The forget gate along a run, (T, batch, n)."""
    return next(values for symbol, values in run.values.items() if symbol.name == "f")


def check(table: Table) -> None:
    """Raises AssertionError unless half-lives spread, gates move, and products fall while the flow grows."""
    x, law = table["a", "law"]
    holds(np.abs(0.5 ** (1 / law) * (1 + np.exp(-x)) - 1) < 1e-12, "after a half-life half is kept")
    holds(table.parameters["largest_error_of_half_life"] < 1e-9, "half-lives are those of the mean of log f")
    steps, needed = (table.parameters["horizon"][k] for k in ("steps", "bias"))
    holds(abs(np.interp(needed, x, law) / steps - 1) < 0.01, "the bias that a constant gate needs lies on the curve")
    biases, lives = table["a", "digits"]
    holds(lives < steps / 5, "no unit keeps half of the error over a fifth of a digit")
    holds(biases < needed - 1.5, "no bias comes near what a constant gate would need")
    holds(lives.max() > 5 * lives.min(), "half-lives spread by a factor of five")
    holds(
        np.ptp(np.log2(np.interp(biases, x, law))) < np.log2(2.4), "biases alone would spread them by little over two"
    )
    for name in ("lower", "upper"):
        holds(np.abs(np.log2(table.y("a", name))) < 1.2, "half-lives on the sunspots are near one step")
    low, middle, high = (table.y("b", name) for name in RANGES)
    holds((low <= middle) & (middle <= high), "the median lies in the range")
    holds(np.diff(middle) >= 0, "units are in order")
    holds(np.median(high - low) > 0.1, "gates of most units move by more than a tenth")
    best, middle, full = (table.y("c", name) for name in ("best unit", "middle unit", "all paths"))
    holds(best >= middle, "the best unit keeps more than the middle one")
    holds(np.diff(best) < 0, "what a forget gate keeps falls at every lag")
    holds(np.abs(best[-1] - np.log2(1 / 20)) < 0.2, "the best unit keeps about a twentieth at the end")
    holds(full[1:] >= best[1:] - 0.1, "all paths carry at least about as much as the best forget gate")
    holds(full[-1] > 3, "through all paths the error has grown more than eightfold at the end")


_LOOK = {"digits": (style.RED, "o"), "lower": (style.BLUE, "s"), "upper": (style.VIOLET, "^")}


def draw(fig: Any, table: Table) -> None:
    """Half-lives by bias, gates by unit, and what is kept by lag."""
    page = Page(fig)
    a, b, c = page.panels(3, height=1.75, least=2.0, stacked=1.5)
    page.heading(a, "a", "half-lives")
    page.heading(b, "b", "forget gates, digits")
    page.heading(c, "c", "what is kept, digits")
    a.plot(*table["a", "law"], color=style.INK, lw=1)
    for name, (color, marker) in _LOOK.items():
        a.plot(*table["a", name], marker, ls="none", ms=2.8, mfc="none", mec=color, mew=0.7)
    steps, needed = (table.parameters["horizon"][k] for k in ("steps", "bias"))
    a.plot([BIASES[0], needed, needed], [steps, steps, 0.1], color=style.GREY, lw=0.7, ls=style.DOTTED, zorder=0)
    a.set(yscale="log", xlim=(BIASES[0], BIASES[-1]), ylim=(0.4, 300), xlabel="bias $b$", ylabel="half-life (steps)")
    a.set_xticks([0, 2, needed], ["0", "2", f"{needed:.1f}"])
    a.set_yticks([1, 10, steps], ["1", "10", str(steps)])
    a.minorticks_off()
    page.name(a, *table["a", "law"], "constant gate", style.INK, near=4.5)
    for name, (color, _) in _LOOK.items():
        page.name(a, *table["a", name], LAYERS[name], color)
    draw_gates(b, np.stack([table.y("b", name) for name in RANGES]))
    b.set(ylim=(0.4, 1), xlabel="units, in order", ylabel="forget gate $f$")
    b.set_yticks([0.5, 0.75, 1], ["1/2", "3/4", "1"])
    b.set_xticks([1, 32, 64])
    looks = {
        "all paths": (style.RED, style.SOLID, "all paths", 30),
        "best unit": (style.BLUE, style.DASHED, "best gate", 40),
        "middle unit": (style.VIOLET, style.DASHDOT, "middle gate", 20),
    }  # fmt: skip
    for name, (color, line, text, near) in looks.items():
        c.plot(*table["c", name], color=color, ls=line)
        page.name(c, *table["c", name], text, color, near=near)
    decade = float(np.log2(10))
    c.axhline(0, color=style.GREY, lw=0.7, zorder=0)
    c.set(xlim=(0, 64), ylim=(-5 * decade, 1.8 * decade), xlabel="lag $q$ (steps)")
    c.set_ylabel(r"$\|\,\partial c_T / \partial c_{T-q}\,\|$")
    c.set_xticks([0, 16, 32, 48, 64])
    c.set_yticks([k * decade for k in (0, -2, -4)], ["1", "$10^{-2}$", "$10^{-4}$"])
    page.settle()
