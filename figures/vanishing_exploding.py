"""Vanishing and exploding error by lag in fully recurrent networks, between proved bounds.

(a) Spectral norm of d h_T / d h_(T-q) of tanh networks with 32 units, W = s times an orthogonal matrix, for four
spectral norms s, driven by weak noise. The shaded bands reach from the product of min f' and the smallest singular
value of W to the product of max f' and the largest. A spectral norm up to 1 forbids explosion; one above 1 permits
it and does not force it, since the units saturate. (b) The matrix [[8, 8], [-8, -8]], whose spectral radius is 0
and whose norm is 16. With tanh units, held at the fixed point (0, artanh 1/2) by its input, the flow is 2^(q-1)
sqrt 200: spectral radius below 1 does not make error vanish. With linear units it is exactly 0 from lag 2 on: a
norm above 1 does not make it explode.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.activations import activation
from errorflow.numeric.forward import run
from errorflow.plots import style
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "vanishing_exploding"
SHOWS = ("rnn.vanishing", "rnn.lower_bound", "rnn.explosion_needs", "rnn.nilpotent")
ALT = (
    "Left: error flow against lag on a logarithmic scale for spectral norms 0.5 to 2; it decays for 0.5 and 0.9, "
    "stays level for 1.1 and grows for 2, each curve inside its shaded bounds. Right: with one nilpotent matrix "
    "the flow doubles at every step in the tanh network and is exactly zero from lag two in the linear one."
)
WIDTH = style.TEXT

NORMS = (0.5, 0.9, 1.1, 2.0)
UNITS, LAGS, WARM, SEED = 32, 40, 60, 1997
NILPOTENT = np.array([[8.0, 8.0], [-8.0, -8.0]])
HELD = 24


def data() -> Table:
    """Norms by lag of five networks with their bounds, and of the nilpotent network, tanh and linear."""
    rng = np.random.default_rng(SEED)
    orthogonal, _ = np.linalg.qr(rng.normal(size=(UNITS, UNITS)))
    inputs = rng.normal(0.0, 0.1, (WARM + LAGS, UNITS))
    cell = ef.rnn()
    net = cell.definition.nodes[0].symbol
    lags = np.arange(LAGS + 1.0)
    curves = {}
    for s in NORMS:
        weights = {"W": s * orthogonal, "U": np.eye(UNITS), "b": np.zeros(UNITS)}
        trajectory = run(cell.definition, weights, inputs)
        norm = cell.profile(weights, inputs, max_lag=LAGS, departures=False).log2_norm
        slopes = activation("tanh").stable_slope(trajectory.values[net][WARM:, 0])
        lower, upper = bounds.log2_rnn_bounds(slopes, weights["W"])
        for name, log2 in ((f"s={s:g}", norm), (f"s={s:g} lower", lower), (f"s={s:g} upper", upper)):
            curves["a", name] = (lags, log2)

    held = np.arange(HELD + 1.0)
    weights = {"W": NILPOTENT, "U": np.eye(2), "b": np.zeros(2)}
    cell = ef.rnn("tanh", form="pre")
    curves["b", "tanh"] = (held, cell.profile(weights, holding(), _start(), departures=False).log2_norm)
    curves["b", "2^(q-1) sqrt 200"] = (held, bounds.log2_nilpotent_growth(HELD))
    linear = ef.rnn("identity", form="pre").profile(weights, np.zeros((HELD, 2)), departures=False).log2_norm
    curves["b", "linear"] = (held, linear)
    return Table(
        curves,
        {"units": UNITS, "spectral_norms": list(NORMS), "noise": 0.1, "seed": SEED, "nilpotent": NILPOTENT.tolist()},
        {"a": ("lag q", "log2 of the spectral norm"), "b": ("lag q", "log2 of the spectral norm; -inf is an exact 0")},
    )


def _start() -> dict[str, Array]:
    return {"a": np.array([0.0, np.arctanh(0.5)])}


def holding() -> Array:
    """Inputs (steps, 2) that bring the state back to the fixed point at every step, whatever rounding has done to it.

    The orbit repels errors by a factor of two a step: under a constant input it would be left after fifty steps.
    """
    state, inputs = _start()["a"], np.empty((HELD, 2))
    for t in range(HELD):
        recurrent = NILPOTENT @ np.tanh(state)
        inputs[t] = _start()["a"] - recurrent
        state = recurrent + inputs[t]
    return inputs


def check(table: Table) -> None:
    """Raises AssertionError unless every curve lies between its bounds, and the nilpotent ones are as proved."""
    slack = 1e-10  # in log2 and over forty products: rounding of a few units in the last place each
    for s in NORMS:
        curve, lower, upper = (table.y("a", f"s={s:g}{which}") for which in ("", " lower", " upper"))
        holds(curve >= lower - slack, f"the flow at spectral norm {s} stays above its lower bound")
        holds(curve <= upper + slack, f"the flow at spectral norm {s} stays below its upper bound")
        holds(upper <= table.x("a", f"s={s:g}") * np.log2(s) + slack, "the upper bound is at most s^q")
    holds(np.diff(table.y("a", "s=0.9")) < 0, "a spectral norm below 1 makes error vanish")
    holds(abs(table.y("a", "s=1.1")[-1]) < 1, "a spectral norm above 1 need not make error explode")
    holds(table.y("a", "s=2")[-1] > 0, "a spectral norm above 1 may let error grow")
    holds(np.abs(table.y("b", "tanh") - table.y("b", "2^(q-1) sqrt 200")) < 1e-9, "the flow is 2^(q-1) sqrt 200")
    linear = table.y("b", "linear")
    holds(abs(linear[1] - 4) < 1e-12, "the nilpotent matrix has norm 16")
    holds(np.isneginf(linear[2:]), "the linear flow is exactly zero from lag 2 on")


_LOOK = {0.5: style.BLUE, 0.9: style.VIOLET, 1.1: style.ORANGE, 2.0: style.RED}


def draw(fig: Any, table: Table) -> None:
    """Panels a: the sweep, one band each. Panel b: the nilpotent matrix, tanh and linear."""
    page = Page(fig)
    if page.width >= WIDTH:
        *small, right = page.rows([[1] * len(NORMS) + [2.3]], [1.8])
    else:
        *small, right = page.rows([[1] * len(NORMS), [1]], [1.5, 1.6])
    page.heading(small[0], "a", r"tanh network, $W = s\,\times$ orthogonal matrix", last=small[-1])
    page.heading(right, "b", r"$\rho(W) = 0$, $\|W\| = 16$")
    for ax, s in zip(small, NORMS, strict=True):
        _draw_norm(ax, table, s, first=ax is small[0])
    faint = {"color": style.FAINT, "fontsize": style.size("tick")}
    page.note(small[2], "upper\nbound", (0.4, 0.72), **faint)
    page.note(small[2], "lower\nbound", (0, 0.1), **faint)
    _draw_nilpotent(page, right, table)
    for ax in (*small, right):
        ax.minorticks_off()
        ax.axhline(1, color=style.GREY, lw=0.7, zorder=0)
    page.settle()


def _draw_norm(ax: Any, table: Table, s: float, first: bool) -> None:
    """One spectral norm: the flow by lag within its bounds."""
    color = _LOOK[s]
    x, y = table["a", f"s={s:g}"]
    lower, upper = (2.0 ** table.y("a", f"s={s:g} {which}") for which in ("lower", "upper"))
    ax.set(yscale="log", xlim=(0, LAGS), ylim=(1e-12, 1e12), xlabel="lag $q$")
    ax.fill_between(x, lower, upper, color=color, alpha=0.18, lw=0)
    for bound in (lower, upper):
        ax.plot(x, bound, color=color, lw=0.6, ls=style.DOTTED)
    ax.plot(x, 2.0**y, color=style.dark(color))
    ax.annotate(f"$s = {s:g}$", (0.5, 0.97), xycoords="axes fraction", color=style.dark(color), ha="center", va="top")
    ax.set_xticks([0, 20, 40])
    powers = ["$10^{-12}$", "$10^{-6}$", "1", "$10^{6}$", "$10^{12}$"]
    ax.set_yticks([1e-12, 1e-6, 1, 1e6, 1e12], powers if first else [])
    if first:
        ax.set_ylabel(r"$\|\, \partial h_T / \partial h_{T-q} \,\|$")


def _draw_nilpotent(page: Page, ax: Any, table: Table) -> None:
    ax.set(yscale="log", xlim=(0, HELD), ylim=(1e-3, 1e9), xlabel="lag $q$ (steps)")
    x, y = table["b", "tanh"]
    proved = 2.0 ** table.y("b", "2^(q-1) sqrt 200")
    ax.plot(x, 2.0**y, color=style.RED)
    hollow = {"mfc": "white", "mec": style.dark(style.RED), "mew": 0.7, "clip_on": False, "zorder": 4}
    ax.plot(x[1:], proved[1:], "o", ms=2.6, **hollow)
    linear = table.y("b", "linear")
    seen = np.isfinite(linear)
    ax.plot(x[seen], 2.0 ** linear[seen], color=style.BLUE, ls=style.DASHED, marker="s", ms=2.6, clip_on=False)
    ax.plot([1, 2], [16, 1e-3], color=style.BLUE, ls=style.DASHED)
    ax.plot([2], [1e-3], "v", color=style.BLUE, ms=4, clip_on=False)
    page.name(ax, [1, 2], [16, 1e-3], "linear units:\nexactly 0 from $q = 2$", style.BLUE, near=2, side="right")
    page.name(ax, x, 2.0**y, "tanh units:\n$2^{q-1}\\sqrt{200}$", style.RED, near=13, side="left")
    ax.set_xticks([0, 2, 8, 16, 24])
    ax.set_yticks([1e-3, 1, 16, 1e3, 1e6, 1e9], ["$10^{-3}$", "1", "16", "$10^{3}$", "$10^{6}$", "$10^{9}$"])
    ax.set_ylabel(r"$\|\, \partial a_T / \partial a_{T-q} \,\|$", labelpad=1)
