"""Slopes of the squashing functions of 1997 and of tanh.

(a) The logistic function, tanh, g(x) = 4 sigma(x) - 2 and h(x) = 2 sigma(x) - 1 with their proved least upper
bounds 1/4, 1, 1 and 1/2, each attained at x = 0 only. (b) The same on a logarithmic scale. tanh has the larger
slope near 0 and the smaller one beyond |x| = 2 arccosh((1 + sqrt 3)/2) = 1.6629, where both are (2 - sqrt 3)/2 =
0.1340: it falls twice as fast. That the slope of tanh may be four times that of the logistic function is a choice
of units: tanh'(x) = 4 sigma'(2x).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from errorflow import bounds
from errorflow.activations import activation
from errorflow.plots import style
from figures.table import Table, holds

NAME = "slopes"
SHOWS = ("logistic.slope", "tanh.slope", "squash.slopes", "slopes.crossing")
ALT = (
    "Bell-shaped slope curves of tanh, the 1997 squashes g and h and the logistic function, with maxima 1, 1, one "
    "half and one quarter at zero; tanh and logistic slopes cross at plus and minus 1.663, beyond which tanh is "
    "the flatter."
)
WIDTH, HEIGHT = style.TEXT, 2.55

FUNCTIONS = ("squash_in", "tanh", "squash_out", "logistic")


def data() -> Table:
    """Slopes on a grid over [-7, 7], their bounds, and the crossing."""
    x = np.linspace(-7, 7, 1401)
    curves = {}
    for name in FUNCTIONS:
        entry = activation(name)
        curves["a", name] = (x, entry.stable_slope(x))
        curves["a", f"{name} bound"] = (x, np.full_like(x, float(entry.sup)))
        curves["b", name] = (x[x >= 0], entry.stable_slope(x[x >= 0]))
    where, value = bounds.slopes_crossing()
    curves["a", "crossing"] = (np.array([-where, where]), np.array([value, value]))
    curves["b", "crossing"] = (np.array([where]), np.array([value]))
    return Table(
        curves,
        {"functions": list(FUNCTIONS), "crossing": where, "value_at_crossing": value},
        {"a": ("x", "slope f'(x)"), "b": ("x", "slope f'(x), logarithmic")},
    )


def check(table: Table) -> None:
    """Raises AssertionError unless the curves keep to their bounds, attain them at 0 only, and cross where proved."""
    for name in FUNCTIONS:
        x, slope = table["a", name]
        bound = table.y("a", f"{name} bound")
        holds(slope <= bound * (1 + 1e-12), f"the slope of {name} stays below its bound")
        holds((slope == bound) == (x == 0), f"the slope of {name} attains its bound at 0 and nowhere else")
        holds(slope > 0, f"the slope of {name} is positive")
    logistic, tanh = table.y("a", "logistic"), table.y("a", "tanh")
    inside = np.abs(table.x("a", "tanh")) < table.x("a", "crossing")[1]
    holds((tanh > logistic) == inside, "tanh has the larger slope exactly inside the crossing")
    x, slope = table["b", "tanh"]
    half = np.interp(2 * x, table.x("b", "logistic"), table.y("b", "logistic"))
    seen = 2 * x <= x[-1]
    holds(np.abs(slope - 4 * half)[seen] <= 1e-12, "tanh'(x) = 4 sigma'(2 x)")
    for name in ("logistic", "tanh"):
        where, value = table["b", "crossing"]
        holds(np.abs(np.interp(where, x, table.y("b", name)) - value) < 1e-4, f"{name} passes through the crossing")


_LOOK = {
    "squash_in": (style.ORANGE, style.DASHED, r"$g'$"),
    "tanh": (style.BLUE, style.SOLID, r"$\tanh'$"),
    "squash_out": (style.PURPLE, style.DASHDOT, r"$h'$"),
    "logistic": (style.RED, style.SOLID, r"$\sigma'$"),
}


def draw(fig: Any, table: Table) -> None:
    """Two panels: linear with bounds, logarithmic with the crossing."""
    left, right = fig.subplots(1, 2, gridspec_kw={"width_ratios": [1.15, 1]})
    fig.subplots_adjust(left=0.075, right=0.97, bottom=0.16, top=0.89, wspace=0.24)
    for name, (color, line, _) in _LOOK.items():
        left.plot(*table["a", f"{name} bound"], color=style.GREY, lw=0.6, ls=style.DOTTED, zorder=1)
        left.plot(*table["a", name], color=color, ls=line)
        right.plot(*table["b", name], color=color, ls=line)
    for ax, key in ((left, "a"), (right, "b")):
        ax.plot(*table[key, "crossing"], "o", ms=3.6, mfc="white", mec=style.INK, mew=0.8, zorder=5)
        ax.set_xlabel("$x$")
        ax.set_ylabel("slope $f'(x)$")
    where, value = float(table.x("b", "crossing")[0]), float(table.y("b", "crossing")[0])

    style.panel(left, "a", "slopes and their least upper bounds")
    left.set_xlim(-5.6, 5.6)
    left.set_ylim(0, 1.06)
    left.set_yticks([0, 0.25, 0.5, 1], ["0", "1/4", "1/2", "1"])
    left.set_xticks([-4, -where, 0, where, 4], ["−4", "−1.663", "0", "1.663", "4"])
    for name, x, dx, dy in (("squash_in", 1.75, 5, 4), ("squash_out", 2.3, -1, 5)):
        color, _, text = _LOOK[name]
        y = float(np.interp(x, *table["a", name]))
        style.label(left, x, y, text, style.dark(color), dx, dy, ha="left")
    style.label(left, 0, 0.6, r"$\tanh'$", style.dark(style.BLUE), ha="center")
    style.label(left, 0, 0.25, r"$\sigma'$", style.dark(style.RED), 0, -7, ha="center")

    style.panel(right, "b", "crossing and tails")
    right.set_yscale("log")
    right.set_xlim(0, 7)
    right.set_ylim(1e-5, 1.6)
    right.set_xticks([0, where, 4, 6], ["0", "1.663", "4", "6"])
    right.set_yticks([1, value, 1e-2, 1e-3, 1e-4, 1e-5], ["1", "0.134", *(f"$10^{{-{k}}}$" for k in (2, 3, 4, 5))])
    right.minorticks_off()
    right.plot([where, where], [1e-5, value], color=style.GREY, lw=0.6, ls=style.DOTTED, zorder=0)
    right.plot([0, where], [value, value], color=style.GREY, lw=0.6, ls=style.DOTTED, zorder=0)
    for name, x, dx, dy in (
        ("squash_in", 7, 3, 3),
        ("squash_out", 7, 3, 0),
        ("logistic", 7, 3, -3),
        ("tanh", 4.2, -5, -4),
    ):
        color, _, text = _LOOK[name]
        y = float(np.interp(x, *table["b", name]))
        style.label(right, x, y, text, style.dark(color), dx, dy, ha="right" if dx < 0 else "left")
