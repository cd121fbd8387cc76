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
from figures.layout import Page
from figures.table import Table, holds

NAME = "slopes"
SHOWS = ("logistic.slope", "tanh.slope", "squash.slopes", "slopes.crossing")
ALT = (
    "Bell-shaped slope curves of tanh, the 1997 squashes g and h and the logistic function, with maxima 1, 1, one "
    "half and one quarter at zero; tanh and logistic slopes cross at plus and minus 1.663, beyond which tanh is "
    "the flatter."
)
WIDTH = style.TEXT

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


_LOOK = {  # colour, line, text, where it stands in (a) and in (b)
    "squash_in": (style.ORANGE, style.DASHED, r"$g'$", 2.0, "end"),
    "tanh": (style.BLUE, style.SOLID, r"$\tanh'$", -0.6, ""),
    "squash_out": (style.PURPLE, style.DASHDOT, r"$h'$", 0.0, "end"),
    "logistic": (style.RED, style.LONG, r"$\sigma'$", 0.0, "end"),
}


def draw(fig: Any, table: Table) -> None:
    """Two panels: linear with bounds, logarithmic with the crossing."""
    page = Page(fig)
    left, right = page.panels(2, height=1.75, least=2.5, ratios=(1.15, 1))
    page.heading(left, "a", "slopes and their least upper bounds")
    page.heading(right, "b", "crossing and tails")
    where, value = float(table.x("b", "crossing")[0]), float(table.y("b", "crossing")[0])
    for x in (-where, where):
        left.plot([x, x], [0, value], color=style.GREY, lw=0.6, ls=style.DOTTED, zorder=0)
    right.plot([where, where, 0], [1e-5, value, value], color=style.GREY, lw=0.6, ls=style.DOTTED, zorder=0)
    for name, (color, line, text, near, side) in _LOOK.items():
        left.plot(*table["a", f"{name} bound"], color=style.GREY, lw=0.6, ls=style.DOTTED, zorder=1)
        left.plot(*table["a", name], color=color, ls=line)
        right.plot(*table["b", name], color=color, ls=line)
        page.name(left, *table["a", name], text, color, near=near)
        page.name(right, *table["b", name], text, color, near=4.0, side=side)
    for ax, key in ((left, "a"), (right, "b")):
        ax.plot(*table[key, "crossing"], "o", ms=3.6, mfc="white", mec=style.INK, mew=0.8, zorder=5)
        ax.set(xlabel="$x$", ylabel="slope $f'(x)$")
    left.set(xlim=(-5.6, 5.6), ylim=(0, 1.06))
    left.set_yticks([0, 0.25, 0.5, 1], ["0", "1/4", "1/2", "1"])
    left.set_xticks([-4, -where, 0, where, 4], ["−4", "−1.663", "0", "1.663", "4"])
    right.set(yscale="log", xlim=(0, 7), ylim=(1e-5, 1.6))
    right.set_xticks([0, where, 4, 6], ["0", "1.663", "4", "6"])
    right.set_yticks([1, value, 1e-2, 1e-3, 1e-4, 1e-5], ["1", "0.134", *(f"$10^{{-{k}}}$" for k in (2, 3, 4, 5))])
    for ax in (left, right):
        ax.minorticks_off()
    page.settle()
