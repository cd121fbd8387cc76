"""What every algorithm takes: the same memory cell of 1997, as many inputs as units.

Lines are the polynomials that are derived from the plan of a run, points are counts of runs, multiply-adds and words
one by one; they are equal as integers. (a) Multiply-adds for T = 100 steps with a loss at every step, relative to BPTT:
RTRL grows with n^2 over it, the hybrid of 1992 with n^2 / h, all others stay within a factor of four. (b) Words beyond
weights and gradient, n = 16. Only BPTT keeps more for every step; from the circled T on it keeps more than the
algorithm whose line it crosses. Hybrid: blocks of 5 steps. BPTT(h; h'): 20 steps back, every 5. Eligibility traces
(Gers 2000, e-prop) cost here what the 1997 algorithm does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import errorflow as ef
from errorflow.plots import style
from figures.layout import Page
from figures.table import Table, holds

NAME = "costs"
SHOWS = ("bptt.cost", "rtrl.cost", "learning.memory_break_even")
ALT = (
    "Left: multiply-adds relative to BPTT over the number of units; RTRL and the hybrid of 1992 rise as squares, four"
    " others are level between one and four. Right: memory over the number of steps; BPTT rises through the level lines"
    " of the others at circled points, last through that of RTRL at T = 512. Measured points lie on all lines."
)
WIDTH = style.TEXT

STEPS, WIDE = 100, 16
OPTIONS: dict[str, dict[str, int]] = {"schmidhuber1992": {"block": 5}, "tbptt": {"horizon": 20, "every": 5}}
LOOKS = {  # colour, line, marker, name, orders of operations in a step and of words
    "rtrl": (style.RED, style.SOLID, "o", "RTRL", "$n^4$", "$n^3$"),
    "schmidhuber1992": (style.PURPLE, style.LONG, "s", "hybrid 1992", "$n^4/h$", "$n^3$"),
    "tbptt": (style.INK, style.DOTTED, "v", "BPTT($h$; $h'$)", "$n^2 h/h'$", "$nh$"),
    "uoro": (style.VIOLET, (0, (3, 1, 1, 1, 1, 1)), "^", "UORO", "$n^2$", "$n^2$"),
    "snap1": (style.ORANGE, style.DASHDOT, "D", "SnAp-1", "$n^2$", "$n^2$"),
    "lstm1997": (style.GREY, (0, (12, 1.5)), "p", "1997", "$n^2$", "$n^2$"),
    "bptt": (style.BLUE, style.DASHED, "X", "BPTT", "$n^2$", "$nT$"),
}
COUNTED = {"a": (1, 2, 4, 8), "b": (20, 60, 200)}  # units and steps of the runs that are counted


def data() -> Table:
    """Polynomials at many sizes, counts of runs at a few."""
    cell = ef.lstm1997()
    widths = 2 ** np.arange(11)
    steps = np.unique([10, *np.round(np.geomspace(20, 4000, 24) / 20).astype(int) * 20])
    at = {"a": ("macs", [(int(n), STEPS) for n in widths]), "b": ("memory", [(WIDE, int(t)) for t in steps])}
    curves: dict[tuple[str, str], Any] = {}
    for panel, (what, sizes) in at.items():
        for name in LOOKS:
            # a sequence shorter than its horizon is all that truncated BPTT keeps
            some = [(n, t) for n, t in sizes if t >= OPTIONS.get(name, {}).get("horizon", 0)]
            x = np.array([float(n if panel == "a" else t) for n, t in some])
            curves[panel, name] = (x, np.array([_predicted(cell, name, what, n, t) for n, t in some]))
            runs = [(k, STEPS) if panel == "a" else (WIDE, k) for k in COUNTED[panel]]
            counts = np.array([_counted(cell, name, what, n, t) for n, t in runs])
            curves[panel, f"{name} counted"] = (np.array(COUNTED[panel], dtype=float), counts)
    for name in LOOKS:
        if name not in ("bptt", "tbptt", "schmidhuber1992"):
            level = curves["b", name][1][0]
            turn = int(level // _predicted(cell, "bptt", "memory", WIDE, 1)) + 1
            curves["b", f"{name} break-even"] = (np.array([float(turn)]), np.array([level]))
    return Table(
        curves,
        {
            "a": {"cell": "lstm1997", "inputs": "n", "steps": STEPS, "options": OPTIONS},
            "b": {"cell": "lstm1997", "units": WIDE, "inputs": WIDE, "options": OPTIONS},
        },
        {"a": ("units n = inputs m", "multiply-adds"), "b": ("steps T", "words beyond weights and gradient")},
    )


def _predicted(cell: ef.Cell, name: str, what: str, units: int, steps: int) -> float:
    """The polynomial at these numbers."""
    cost = cell.cost(units=units, inputs=units, steps=steps, algorithms=[name], **OPTIONS.get(name, {}))[0]
    value = cost.macs_total if what == "macs" else cost.memory_words
    assert value is not None
    return float(value)


def _counted(cell: ef.Cell, name: str, what: str, units: int, steps: int) -> float:
    """What a run takes, counted."""
    rng = np.random.default_rng(0)
    weights = cell.random_weights(rng, n=units, m=units)
    options: dict[str, Any] = OPTIONS.get(name, {}) | ({"rng": rng} if name == "uoro" else {})
    inputs, loss = rng.normal(size=(steps, units)), rng.normal(size=(steps, units))
    found = cell.gradient(weights, inputs, loss, algorithm=name, biases=False, count=True, **options)
    assert found.words is not None
    return float(found.macs if what == "macs" else found.words)


def check(table: Table) -> None:
    """Raises AssertionError unless every count is what the polynomial says, and memories cross where it is said."""
    for panel in COUNTED:
        for name in LOOKS:
            x, counts = table[panel, f"{name} counted"]
            at, predicted = table[panel, name]
            for size, count in zip(x, counts, strict=True):
                holds(predicted[at == size] == count, f"{name} takes what is predicted")
            holds(np.isin(x, at), "every count has its prediction")
    back = table.y("a", "bptt")
    holds(table.y("a", "rtrl") > back, "RTRL never takes fewer multiply-adds than BPTT")
    for name in ("tbptt", "uoro", "snap1", "lstm1997"):
        ratio = table.y("a", name) / back
        holds((ratio >= 1) & (ratio < 4), f"{name} takes between one and four times as much as BPTT")
    rise = np.log2(table.y("a", "rtrl")[-1] / back[-1] * back[-2] / table.y("a", "rtrl")[-2])
    holds(abs(rise - 2) < 0.01, "RTRL grows with n^2 over BPTT")
    steps, kept = table["b", "bptt"]
    for name in LOOKS:
        memory = table.y("b", name)
        holds(name == "bptt" or np.ptp(memory) == 0, "only BPTT keeps more for every step")
    for name in ("rtrl", "uoro", "snap1", "lstm1997"):
        (turn,), (level,) = table["b", f"{name} break-even"]
        holds(level == table.y("b", name), f"what {name} keeps is where BPTT crosses it")
        holds((kept > level) == (steps >= turn), f"BPTT keeps more than {name} exactly from its break-even on")


def draw(fig: Any, table: Table) -> None:
    """Multiply-adds, memory, and a key with orders."""
    page = Page(fig)
    if page.narrow:
        a, b, key = page.rows([[1], [1], [1]], [1.7, 1.7, 1.3])
    elif page.width < WIDTH:
        a, b, key = page.rows([[1, 1], [1]], [1.75, 1.3])
    else:
        a, b, key = page.rows([[1, 1, 1]], [1.85])
    page.heading(a, "a", "multiply-adds, BPTT = 1")
    page.heading(b, "b", f"words of memory, $n = {WIDE}$")
    _, back = table["a", "bptt"]
    for name, (color, line, marker, *_) in LOOKS.items():
        x, y = table["a", name]
        a.plot(x, y / back, color=color, ls=line)
        points, counts = table["a", f"{name} counted"]
        a.plot(points, counts / back[np.isin(x, points)], marker, ms=3.2, color=color, mew=0, clip_on=False)
        b.plot(*table["b", name], color=color, ls=line)
        b.plot(*table["b", f"{name} counted"], marker, ms=3.2, color=color, mew=0, clip_on=False)
        if ("b", f"{name} break-even") in table.curves:
            b.plot(*table["b", f"{name} break-even"], "o", ms=6, mfc="none", mec=style.INK, mew=0.7, clip_on=False)
    a.set_xscale("log", base=2)
    a.set(yscale="log", xlim=(1, 1024), xlabel="units $n$, inputs $m = n$")
    a.set_xticks([1, 8, 64, 512], ["1", "8", "64", "512"])
    a.set_yticks([1, 1e2, 1e4, 1e6], ["1", *(f"$10^{k}$" for k in (2, 4, 6))])
    a.set_ylabel("relative to BPTT", labelpad=1)
    b.set(xscale="log", yscale="log", xlim=(10, 4000), ylim=(5e2, 5e5), xlabel="steps $T$")
    b.set_xticks([10, 100, 512], ["10", "100", "$2n^2$"])
    b.set_ylabel("words", labelpad=1)
    for ax in (a, b):
        ax.minorticks_off()
    _key(key)
    page.settle()


def _key(ax: Any) -> None:
    """Lines, names, and orders of operations in a step and of memory, in the middle of a panel."""
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    ax.set_axis_off()
    ax.set_ylim(len(LOOKS) + 0.5, -0.5)
    middle = ScaledTranslation(0.5, 0, ax.transAxes)
    across = blended_transform_factory(ax.figure.dpi_scale_trans + middle, ax.transData)
    how = {"va": "center_baseline", "fontsize": style.size("curve"), "transform": across}
    columns = {"a step": 0.36, "words": 0.8}  # inches from the middle
    for word, x in columns.items():
        ax.text(x, 0, word, ha="center", **how)
    for k, (color, line, marker, name, macs, words) in enumerate(LOOKS.values(), 1):
        ax.plot([-1.02, -0.74], [k, k], color=color, ls=line, clip_on=False, transform=across)
        ax.plot([-0.88], [k], marker, color=color, ms=3.6, mew=0, clip_on=False, transform=across)
        ax.text(-0.7, k, name, color=style.readable(color), **how)
        for text, x in zip((macs, words), columns.values(), strict=True):
            ax.text(x, k, text, ha="center", **how)
