"""Ten steps, a hundred, a thousand: what one unit learns, and what of the error reaches how far back.

Two sequences that differ in their first symbol, which is to be told p steps later (task 2a of the 1997 paper without
the symbols that need no memory). Networks with one hidden unit: 18 trials each, weights from [-0.2, 0.2], 10000
presentations. A unit that sees itself learns by BPTT, the memory cell of 1997 by its own algorithm. (a) Trials that
succeed, for the best learning rate that was tried at each delay: by gradient descent (hollow) and by Adam (full); at a
delay of 1000 the memory cell alone was tried, by Adam. (b) Presentations until success, each trial that had any, by
Adam. (c) At the start, p = 100: contribution of each lag to the gradient in the input weights, relative to lag 0,
median over the trials. Units that see themselves stay below the bound (dotted) that no weight in [-0.2, 0.2] can pass,
while the carousel hands every lag the same. What is measured is this start and this budget, not a law: with larger
weights a unit may hold a symbol as long as one likes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from errorflow import bounds
from errorflow.plots import style
from figures.experiments.records import read
from figures.experiments.side_by_side import SPREAD, Budget, cell, gradient, start
from figures.experiments.tasks import noise_free
from figures.layout import Page
from figures.table import Table, holds

NAME = "long_lags"
SHOWS = ("rnn.path_bound", "lstm1997.carousel")
ALT = (
    "Left: share of successful trials over the delay; the memory cell trained with Adam succeeds always up to a delay"
    " of 100 and nearly always at 1000, units that see themselves mostly at 5, seldom at 10, never later. Middle:"
    " presentations needed. Right: by lag, contributions of the logistic and the tanh unit fall in straight lines on a"
    " logarithmic scale, that of the memory cell is level."
)
WIDTH = style.TEXT

NETWORKS = {"logistic": 0.25, "tanh": 1.0, "memory_cell": None}  # the largest slope of a unit that sees itself
OPTIMISERS = ("descent", "adam")
FAR, SEED = 100, 1


def data() -> Table:
    """Shares and presentations as they were measured, and contributions by lag at the start."""
    found = read("long_lags")
    found["runs"] = [*found["runs"], *read("long_lags_1000")["runs"]]
    curves: dict[tuple[str, str], Any] = {}
    for network in NETWORKS:
        for optimiser in OPTIMISERS:
            runs = [r for r in found["runs"] if (r["network"], r["optimiser"]) == (network, optimiser)]
            delays = sorted({r["delay"] for r in runs})
            best = [max((r["reached"] for r in runs if r["delay"] == p), key=_successes) for p in delays]
            shares = np.array([_successes(reached) / len(reached) for reached in best])
            curves["a", f"{network} {optimiser}"] = (np.array(delays, dtype=float), shares)
            if optimiser == "adam":
                points = [(p, shown) for p, reached in zip(delays, best, strict=True) for shown in reached if shown]
                x, y = np.array(points, dtype=float).reshape(-1, 2).T
                curves["b", network] = (x, y)
    lags = np.arange(float(FAR))
    for network, slope in NETWORKS.items():
        curves["c", network] = (lags, np.median(contributions(network), axis=0))
        if slope is not None:
            curves["c", f"{network} largest"] = (lags, contributions(network).max(axis=0))
            bound = bounds.log2_path_bound(SPREAD, 1, lags[1:], slope)
            curves["c", f"{network} bound"] = (lags[1:], 2.0**bound)
    seconds = round(sum(r["cpu_s"] for r in found["runs"]), 1)
    kept = {k: v for k, v in found.items() if k != "runs"} | {"runs": len(found["runs"]), "cpu_s": seconds}
    return Table(
        curves,
        {
            "a": kept | {k: found["runs"][0][k] for k in ("trials", "presentations", "seed")},
            "c": {"delay": FAR, "seed": SEED, "trials": found["runs"][0]["trials"]},
        },
        {
            "a": ("delay p", "share of successful trials"),
            "b": ("delay p", "presentations until success"),
            "c": ("lag q", "contribution to the gradient relative to lag 0"),
        },
    )


def _successes(reached: list[int | None]) -> int:
    return sum(shown is not None for shown in reached)


def contributions(network: str) -> Any:
    """|contribution of each lag to the gradient in the input weights|, relative to lag 0, (trials, lags)."""
    trials = 18
    made = cell(network)
    hidden, outer = start(Budget(network, "bptt", "descent", 0.0, FAR, trials, 0, SEED))
    found, _, _ = gradient(made, hidden, outer, noise_free(FAR), "bptt", by_lag=True)
    assert found.by_lag is not None
    part = np.abs(found.by_lag["U_g" if network == "memory_cell" else "U"]).sum(axis=2)
    return (part / part[0]).T


def check(table: Table) -> None:
    """Raises AssertionError unless the cell succeeds where the units fail, and lags count as theorems say they must."""
    for network in NETWORKS:
        for optimiser in OPTIMISERS:
            share = table.y("a", f"{network} {optimiser}")
            holds((share >= 0) & (share <= 1), "a share lies between 0 and 1")
    delays = table.x("a", "memory_cell adam")
    share = table.y("a", "memory_cell adam")
    holds(share[delays <= 100] == 1, "the memory cell succeeds in every trial up to a delay of 100, by Adam")
    holds(share[delays == 1000] > 0.9, "and in nearly every one at a delay of 1000")
    for network in ("logistic", "tanh"):
        for optimiser in OPTIMISERS:
            delays, share = table["a", f"{network} {optimiser}"]
            holds(share[delays >= 20] == 0, "no unit that sees itself bridges 20 steps within this budget")
            holds(share[delays >= 10] < 0.5, "units that see themselves fail in most trials from 10 steps on")
        slope = NETWORKS[network]
        assert slope is not None
        # slopes at the last step, where net inputs lie within 0.4, are a little below the largest one
        least = slope * (1 - np.tanh(2 * SPREAD * np.sqrt(slope)) ** 2)
        largest = table.y("c", f"{network} largest")
        bound = (SPREAD * slope) ** table.x("c", f"{network} bound")
        holds(np.abs(table.y("c", f"{network} bound") / bound - 1) < 1e-9, "the bound is that of weights up to 0.2")
        holds(largest[1:] <= bound * slope / least * (1 + 1e-9), "contributions stay below the bound")
        holds(table.y("c", network) <= largest * (1 + 1e-12), "a median is at most the largest")
    level = table.y("c", "memory_cell")
    # i g' of weights up to 0.2: i within 10 % and g' within 1 % of their values at zero
    holds(np.abs(level[:-1] - 1) < 0.25, "the carousel hands every lag the same up to its gate and slope")
    shown = table.y("b", "memory_cell")
    holds((shown > 0) & (shown <= 10_000), "successes come within the budget")


def draw(fig: Any, table: Table) -> None:
    """Shares, presentations, contributions."""
    page = Page(fig)
    a, b, c = page.panels(3, height=1.7, least=1.8, stacked=1.4)
    page.heading(a, "a", "trials that succeed")
    page.heading(b, "b", "presentations needed")
    page.heading(c, "c", "contributions by lag")
    for network, (color, line, marker) in _LOOKS.items():
        for optimiser, face in (("descent", "white"), ("adam", color)):
            x, y = table["a", f"{network} {optimiser}"]
            a.plot(x, y, color=color, ls=line, lw=1, marker=marker, ms=4, mfc=face, mew=0.9, clip_on=False)
        x, y = table["b", network]
        b.plot(x, y, marker, ms=3.4, mfc="none", mec=color, mew=0.8)
        c.plot(*table["c", network], color=color, ls=line)
        if network != "memory_cell":
            c.plot(*table["c", f"{network} bound"], color=color, ls=_BOUNDS[network], lw=1)
    a.set(ylim=(0, 1.02))
    a.set_yticks([0, 0.5, 1], ["0", "1/2", "1"])
    a.set_ylabel("share of trials", labelpad=1)
    b.set(yscale="log", ylim=(100, 1e4))
    b.set_yticks([100, 1000, 10000], ["100", "1000", "$10^4$"])
    b.set_ylabel("presentations", labelpad=1)
    for ax in (a, b):
        ax.set(xscale="log", xlim=(4, 1250), xlabel="delay $p$ (steps)")
        ax.set_xticks([5, 10, 20, 50, 100, 1000], ["5", "10", "20", "50", "100", "1000"])
    c.set(yscale="log", ylim=(1e-50, 1e4), xlim=(0, FAR - 1), xlabel="lag $q$ (steps)")
    c.set_yticks([1, 1e-10, 1e-20, 1e-30, 1e-40, 1e-50], ["1", *(f"$10^{{-{k}}}$" for k in (10, 20, 30, 40, 50))])
    c.set_xticks([0, 25, 50, 75, 99])
    c.set_ylabel("relative to lag 0", labelpad=1)
    page.note(c, "dotted: bounds", (1, 0.75), style.FAINT)
    page.name(a, *table["a", "memory_cell adam"], "Adam", style.RED, near=60, side="below")
    page.name(a, *table["a", "memory_cell descent"], "descent", style.RED, near=70, side="left")
    page.key({n.replace("_", " "): {"color": color, "ls": line, "marker": marker, "ms": 4, "mew": 0.9}
              for n, (color, line, marker) in _LOOKS.items()})  # fmt: skip
    for ax in (a, b, c):
        ax.minorticks_off()
    page.settle()


_LOOKS = {
    "memory_cell": (style.RED, style.SOLID, "o"),
    "tanh": (style.BLUE, style.DASHED, "s"),
    "logistic": (style.VIOLET, style.DASHDOT, "^"),
}
_BOUNDS = {"tanh": style.DOTTED, "logistic": (0, (1, 3))}
