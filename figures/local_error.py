"""The local error factor of 1997, |f'(net) w|, over the weight w, for the logistic function and net = w y + b.

One step sends an error back through a weight with this factor; a path grows only where factors exceed 1. (a) b = 0.
Each activation y that feeds the weight gives one peak for each sign of w, at w = (1/y) coth(net/2), dots. All peaks
lie on one ray, because the largest factor is 0.2239/|y|, taken at |w y| = 1.5434. All curves stay below |w|/4,
which is reached only where net = 0: hence the remark that |w| < 4.0 keeps every factor below 1 (shaded: no curve
leaves it upwards). It bounds single paths; a sum of n^(q-1) paths may still grow. (b) y = 1/2: the bias moves the
peak, and the two signs of w y then differ; the larger of both peaks is the maximum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from errorflow import bounds
from errorflow.activations import activation
from errorflow.plots import style
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "local_error"
SHOWS = ("local_error.peak_gain", "local_error.peak", "logistic.slope", "rnn.weights_below_four")
ALT = (
    "The factor |f'(net) w| rises with the weight w along the line |w|/4, peaks, and falls to zero; smaller "
    "activations y peak later and higher, all peaks on one ray. At |w| = 4 the line |w|/4 reaches one. A bias "
    "shifts and raises the peak."
)
WIDTH = style.TEXT

ACTIVATIONS = (1.0, 0.5, 0.25, 0.15)
BIASES = (0.0, -2.0, -4.0)
AT = 0.5


def factor(w: Array, y: float, b: float) -> Array:
    """|f'(w y + b) w| for the logistic f."""
    return np.asarray(activation("logistic").stable_slope(w * y + b) * np.abs(w))


_LOOKS = (
    (style.PURPLE, style.SOLID),
    (style.BLUE, style.DASHED),
    (style.RED, style.DASHDOT),
    (style.ORANGE, style.LONG),
)
_NEAR = {"a": (5.2, 8.6, 12.4, 18.0), "b": (-4.3, 9.1, 10.9)}  # abscissae of the names


def data() -> Table:
    """The factor over w for several y and b, with both stationary points of each curve."""
    curves = {}
    for panel, choices, w in (
        ("a", [(y, 0.0) for y in ACTIVATIONS], np.linspace(0, 20, 801)),
        ("b", [(AT, b) for b in BIASES], np.linspace(-20, 20, 1601)),
    ):
        for y, b in choices:
            name = f"y={y:g} b={b:g}"
            curves[panel, name] = (w, factor(w, y, b))
            # over the sign that panel a does not show, b = 0 only repeats itself
            peaks = np.array(bounds.local_error_peaks(y, b)[: 1 if panel == "a" else 2])
            curves[panel, f"{name} peak"] = (peaks, factor(peaks, y, b))
        curves[panel, "|w|/4"] = (w, np.abs(w) * float(activation("logistic").sup))
    ray = np.array([0.0, 20.0])
    peak = float(curves["a", "y=1 b=0 peak"][1][0] / curves["a", "y=1 b=0 peak"][0][0])
    curves["a", "peaks"] = (ray, peak * ray)
    return Table(
        curves,
        {"function": "logistic", "y_in_a": list(ACTIVATIONS), "b_in_b": list(BIASES), "y_in_b": AT},
        {"a": ("weight w", "|f'(net) w|, b = 0"), "b": ("weight w", "|f'(net) w|, y = 1/2")},
    )


def check(table: Table) -> None:
    """Raises AssertionError unless curves stay below their peaks and below |w|/4, and below 1 for |w| < 4."""
    for (panel, name), (w, y) in table.curves.items():
        if not name.startswith("y=") or name.endswith("peak"):
            continue
        where, peak = table[panel, f"{name} peak"]
        holds(y <= table.y(panel, "|w|/4") * (1 + 1e-12), f"{name} stays below |w|/4")
        holds(y[np.abs(w) < 4] < 1, f"{name} stays below 1 for |w| < 4")
        for place, height in zip(where, peak, strict=True):
            one_side = (w * place >= 0) & (np.abs(w) <= 3 * np.abs(place))
            holds(
                y[one_side] <= height * (1 + 1e-12), f"{name} has its largest value of one sign of w at the proved peak"
            )
            net = place * float(name.split()[0][2:]) + float(name.split()[1][2:])
            coth = 1 / np.tanh(net / 2) / float(name.split()[0][2:])
            holds(abs(place - coth) < 1e-9 * abs(place), f"the peak of {name} solves w = (1/y) coth(net/2)")
            slope = float(np.interp(place, w, y))
            holds(abs(slope - height) < 2e-3 * height, f"the curve {name} passes through its peak")
    for y in ACTIVATIONS:
        where, peak = table["a", f"y={y:g} b=0 peak"]
        holds(abs(peak[0] * y - 0.22387160234715) < 1e-13, "the largest factor is 0.22387160234715 / y where b = 0")
        on_ray = np.interp(where, *table["a", "peaks"])
        holds(np.abs(on_ray - peak) < 1e-12, "the peaks lie on one ray")


def draw(fig: Any, table: Table) -> None:
    """Panel a: b = 0, several y. Panel b: y = 1/2, several b."""
    page = Page(fig)
    left, right = page.panels(2, height=1.85, least=2.5, ratios=(1, 1.25))
    page.heading(left, "a", r"$\mathrm{net} = wy$")
    page.heading(right, "b", r"$\mathrm{net} = w/2 + b$")
    for ax, panel in ((left, "a"), (right, "b")):
        ax.plot(*table[panel, "|w|/4"], color=style.INK, lw=0.8, ls=style.DASHED)
        ax.axhline(1, color=style.GREY, lw=0.7, zorder=0)
        ax.fill_between([-4, 4], 0, 1, color=style.GREY, alpha=0.16, lw=0, zorder=0)
        ax.set(xlabel="weight $w$", ylabel=r"$|f'(\mathrm{net})\,w|$")
    left.plot(*table["a", "peaks"], color=style.FAINT, lw=0.9, ls=style.DOTTED)
    left.set(xlim=(0, 20), ylim=(0, 1.75))
    right.set(xlim=(-14, 20), ylim=(0, 2.5))
    left.set_xticks([0, 4, 8, 12, 16, 20])
    left.set_yticks([0, 0.5, 1, 1.5], ["0", "0.5", "1", "1.5"])
    right.set_xticks([-12, -8, -4, 0, 4, 8, 12, 16, 20], ["−12", "−8", "−4", "0", "4", "8", "12", "16", "20"])
    right.set_yticks([0, 0.5, 1, 1.5, 2, 2.5], ["0", "0.5", "1", "1.5", "2", "2.5"])
    choices = [(left, "a", y, 0.0, f"$y = {y:g}$", at) for y, at in zip(ACTIVATIONS, _NEAR["a"], strict=True)]
    choices += [(right, "b", AT, b, f"$b = {b:g}$".replace("-", "−"), at)
                for b, at in zip(BIASES, _NEAR["b"], strict=True)]  # fmt: skip
    for ax, panel, y, b, text, near in choices:
        name = f"y={y:g} b={b:g}"
        color, line = _LOOKS[ACTIVATIONS.index(y) if panel == "a" else BIASES.index(b)]
        ax.plot(*table[panel, name], color=color, ls=line)
        ax.plot(*table[panel, f"{name} peak"], "o", ms=3.4, color=style.dark(color), zorder=4)
        page.name(ax, *table[panel, name], text, color, near=near)
    small = style.size("tick")
    style.label(left, 2, 1, "$|w| < 4.0$", style.FAINT, 0, 5.5, fontsize=small, ha="center")
    style.label(right, 0, 0.83, "$|w| < 4.0$", style.FAINT, fontsize=small, ha="center")
    style.label(right, -13.8, 1, "grows above", style.FAINT, 0, 5.5, fontsize=small)
    page.name(left, *table["a", "|w|/4"], "$|w|/4$", style.INK, near=6.0, side="left")
    page.name(right, *table["b", "|w|/4"], "$|w|/4$", style.INK, near=-8.6, side="right")
    page.name(left, *table["a", "peaks"], "$0.2239/y$", style.FAINT, near=9.0, side="above")
    page.note(left, "peaks: $w = \\frac{1}{y}\\,\\coth\\frac{\\mathrm{net}}{2}$", (1, 0.97))
    page.settle()
