"""BPTT and RTRL: one gradient, two prices.

(a) Contribution of each lag to the gradient of an LSTM with 8 units, loss at the last of 40 steps: norm over all
weights, by BPTT (circles) and by RTRL (points). They are the same numbers, so error that vanishes in one vanishes
in the other. (b) Multiply-adds for T = 100 steps of a fully recurrent network with as many inputs as units, loss at
every step: BPTT grows with n^2, RTRL with n^4, and RTRL never takes less. (c) Memory in words beyond weights and
gradient, for n = m = 32. RTRL keeps n^2 (n + m) words whatever T; BPTT that stores states and inputs keeps T (n +
m) + n, and holds more from T = n^2 on. If the inputs need not be stored, because they can be read again, BPTT keeps
n (T + 1) words and holds more from T = n (n + m) on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.learning import gradient
from errorflow.plots import style
from figures.layout import Page
from figures.table import Table, holds

NAME = "learning"
SHOWS = ("rtrl.equals_bptt", "bptt.cost", "rtrl.cost", "learning.memory_break_even")
ALT = (
    "Left: by lag, the contribution to the gradient is the same for BPTT and RTRL, points inside circles. Middle: "
    "multiply-adds over the number of units, RTRL growing with the fourth power and BPTT with the square. Right: "
    "memory over the number of steps; BPTT rises through the constant line of RTRL at T equal to n squared, 1024."
)
WIDTH = style.TEXT

UNITS, INPUTS, STEPS, SEED = 8, 2, 40, 11
LONG_STEPS, WIDE = 100, 32
ALGORITHMS = ("bptt", "rtrl")


def data() -> Table:
    """Contributions by lag from both algorithms, and their exact costs."""
    rng = np.random.default_rng(SEED)
    cell = ef.lstm()
    weights = cell.random_weights(rng, n=UNITS, m=INPUTS)
    weights["b_f"][:] = 1.0
    inputs, loss = rng.normal(size=(STEPS, INPUTS)), rng.normal(size=UNITS)
    lags = np.arange(float(STEPS))
    curves, parts = {}, {}
    for name in ALGORITHMS:
        by_lag = gradient(cell.definition, weights, inputs, loss, algorithm=name, by_lag=True).by_lag
        assert by_lag is not None
        parts[name] = np.concatenate([p.reshape(STEPS, -1) for p in by_lag.values()], axis=1)
        curves["a", name] = (lags, np.linalg.norm(parts[name], axis=1))
    apart = np.abs(parts["bptt"] - parts["rtrl"]).max(axis=1)
    curves["a", "largest difference"] = (lags, apart)

    cell = ef.rnn()
    widths = 2 ** np.arange(11)
    for name in ALGORITHMS:
        macs = [cell.cost(units=int(n), inputs=int(n), steps=LONG_STEPS, algorithms=[name])[0] for n in widths]
        curves["b", name] = (widths.astype(float), np.array([float(c.total(c.macs)) for c in macs]))
    turns = [bounds.memory_break_even(WIDE, WIDE, inputs_stored=stored) for stored in (True, False)]
    steps = np.unique([*np.round(np.geomspace(16, 16384, 121)).astype(int), *turns, *(turn - 1 for turn in turns)])
    for name in ALGORITHMS:
        words = [cell.cost(units=WIDE, inputs=WIDE, steps=int(t), algorithms=[name])[0] for t in steps]
        curves["c", name] = (steps.astype(float), np.array([float(c.total(c.memory)) for c in words]))
    curves["c", "bptt without inputs"] = (steps.astype(float), WIDE * (steps + 1.0))
    curves["c", "break-even"] = (np.array(turns, dtype=float), np.full(2, float(WIDE**2 * 2 * WIDE)))
    return Table(
        curves,
        {
            "a": {"cell": "lstm", "units": UNITS, "inputs": INPUTS, "steps": STEPS, "seed": SEED},
            "b": {"cell": "rnn", "inputs": "n", "steps": LONG_STEPS},
            "c": {"cell": "rnn", "units": WIDE, "inputs": WIDE},
            "polynomials": {
                c.name: {"macs": str(c.macs), "memory": str(c.memory)} for c in cell.cost(algorithms=ALGORITHMS)
            },
        },
        {
            "a": ("lag q", "norm of the contribution to the gradient"),
            "b": ("units n = inputs m", "multiply-adds"),
            "c": ("steps T", "words of memory beyond weights and gradient"),
        },
    )


def check(table: Table) -> None:
    """Raises AssertionError unless both give the same contribution at every lag, at the costs that are stated."""
    one, other = table.y("a", "bptt"), table.y("a", "rtrl")
    holds(np.abs(one - other) <= 1e-12 * one.max(), "BPTT and RTRL give the same contribution at every lag")
    holds(table.y("a", "largest difference") <= 1e-12 * one.max(), "they agree weight by weight")
    n, cheap = table["b", "bptt"]
    dear = table.y("b", "rtrl")
    holds(dear > cheap, "RTRL never takes fewer multiply-adds")
    holds(dear == LONG_STEPS * n * (2 * n) * (n + 1) ** 2, "RTRL takes T n p (n + 1)^2 multiply-adds")
    holds(cheap == LONG_STEPS * (2 * n * (2 * n) + n**2) - n**2, "BPTT takes T (2 n p + n^2) - n^2 multiply-adds")
    steps, kept = table["c", "bptt"]
    influence = table.y("c", "rtrl")
    holds((influence < kept) == (steps >= WIDE**2), "RTRL needs less memory exactly from T = n^2 on")
    holds(influence == table.y("c", "break-even")[0], "the memory of RTRL does not depend on T")
    lean = table.y("c", "bptt without inputs")
    holds(kept >= lean, "storing inputs takes memory")
    holds((influence < lean) == (steps >= 2 * WIDE**2), "without stored inputs RTRL needs less from T = n (n + m) on")


def draw(fig: Any, table: Table) -> None:
    """Contributions by lag, multiply-adds, memory."""
    page = Page(fig)
    a, b, c = page.panels(3, height=1.7, least=1.8, stacked=1.4)
    page.heading(a, "a", "the same gradient")
    page.heading(b, "b", f"$T = {LONG_STEPS}$ steps, $m = n$ inputs")
    page.heading(c, "c", f"$n = {WIDE}$ units, $m = {WIDE}$ inputs")
    a.plot(*table["a", "bptt"], "o", ms=4.2, mfc="none", mec=style.BLUE, mew=0.9, clip_on=False, label="BPTT")
    a.plot(*table["a", "rtrl"], ".", ms=3.2, color=style.dark(style.RED), clip_on=False, label="RTRL")
    a.legend(
        frameon=False,
        loc="upper right",
        borderaxespad=0,
        handletextpad=0.1,
        labelcolor=[style.readable(style.BLUE), style.readable(style.RED)],
    )
    a.set(yscale="log", xlim=(0, STEPS), xlabel="lag $q$ (steps)")
    a.set_xticks([0, 10, 20, 30, 40])
    a.set_ylabel("contribution to the gradient", labelpad=2)

    b.plot(*table["b", "rtrl"], color=style.RED, marker=".", ms=4)
    b.plot(*table["b", "bptt"], color=style.BLUE, ls=style.DASHED, marker="o", ms=3.2, mfc="white")
    b.set_xscale("log", base=2)
    b.set(yscale="log", xlim=(1, 1024), ylim=(1e2, 1e15), xlabel="units $n$")
    b.set_xticks([1, 8, 64, 512], ["1", "8", "64", "512"])
    b.set_yticks([1e3, 1e6, 1e9, 1e12, 1e15], [f"$10^{{{k}}}$" for k in (3, 6, 9, 12, 15)])
    b.set_ylabel("multiply-adds", labelpad=2)
    page.name(b, *table["b", "rtrl"], "RTRL", style.RED, near=40, side="above")
    page.name(b, *table["b", "bptt"], "BPTT", style.BLUE, near=80, side="below")
    _draw_memory(page, c, table)
    for ax in (a, b, c):
        ax.minorticks_off()
    page.settle()


def _draw_memory(page: Page, ax: Any, table: Table) -> None:
    ax.plot(*table["c", "rtrl"], color=style.RED)
    ax.plot(*table["c", "bptt"], color=style.BLUE, ls=style.DASHED)
    ax.plot(*table["c", "bptt without inputs"], color=style.VIOLET, ls=style.DOTTED)
    at, level = table["c", "break-even"]
    ax.plot(at, level, "o", ms=3.8, mfc="white", mec=style.INK, mew=0.8, zorder=5)
    for turn in at:
        ax.plot([turn, turn], [1e2, level[0]], color=style.GREY, lw=0.6, ls=style.DOTTED, zorder=0)
    ax.set(xscale="log", yscale="log", xlim=(16, 16384), ylim=(3e2, 3e6), xlabel="steps $T$")
    ax.set_xticks([16, 128, *at], ["16", "128", "", ""])
    tick = {"va": "baseline", "fontsize": style.size("tick")}
    style.label(ax, at[0], 3e2, "$n^2$", style.INK, 3, -11.5, ha="right", **tick)
    style.label(ax, at[1], 3e2, "$n(n + m)$", style.INK, -4, -11.5, **tick)
    ax.set_yticks([1e3, 1e4, 1e5, 1e6], [f"$10^{k}$" for k in (3, 4, 5, 6)])
    ax.set_ylabel("words of memory", labelpad=2)
    page.name(ax, *table["c", "rtrl"], "RTRL", style.RED, near=40)
    page.name(ax, *table["c", "bptt"], "BPTT", style.BLUE, near=150, side="left")
    page.name(
        ax, *table["c", "bptt without inputs"], "BPTT,\ninputs\nnot stored", style.VIOLET, near=3000, side="right"
    )
