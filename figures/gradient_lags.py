"""How far back the gradient in the weights sees, in networks that have learned to read digits, 64 pixels one by one.

Loss at the last step; each of 32 digits by itself, medians. (a) to (c) Contribution of each lag to the gradient in the
weights of the recurrent part, relative to the whole exact gradient. Exact: BPTT and RTRL alike. Eligibility traces
(e-prop; in the LSTM the truncated gradient of 2000) and SnAp-1 have all of lag 0 and lose what comes from further
back: in LSTM and GRU as the carry fades; in the tanh network, where no state is carried, traces have lag 0 alone and
SnAp-1 a few lags. (d) What a window leaves out: distance of the sum of all lags below h to the whole gradient, relative
to its length. These networks were trained by BPTT; one that was trained by an approximation might have put its memory
where that algorithm can see.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from errorflow.plots import style
from figures.experiments.records import read
from figures.layout import Page
from figures.table import Table, holds

NAME = "gradient_lags"
SHOWS = ("rtrl.equals_bptt",)
ALT = (
    "Four panels. In trained tanh network, GRU and LSTM the exact contributions to the gradient fall less than tenfold"
    " over 64 lags; those of eligibility traces and SnAp-1 start at the same value and fall, in the tanh network below"
    " 1e-6 within ten lags, in GRU and LSTM a thousandfold. Last panel: what a window leaves out falls almost linearly."
)
WIDTH = style.TEXT

PANELS = {"rnn": ("a", "tanh network"), "gru": ("b", "GRU"), "lstm": ("c", "LSTM")}
LOOKS = {
    "bptt": (style.BLUE, style.SOLID, "exact", "above"),
    "snap1": (style.ORANGE, style.DASHDOT, "SnAp-1", "right"),
    "gers2000": (style.RED, style.DASHED, "traces", "left"),
}


def data() -> Table:
    """Medians as they were measured, by lag."""
    found = read("trained_lags")
    curves: dict[tuple[str, str], Any] = {}
    parameters: dict[str, Any] = {k: v for k, v in found.items() if k != "runs"}
    for run in found["runs"]:
        panel, _ = PANELS[run["network"]]
        for name, row in run["algorithms"].items():
            norm = np.array(row["norm"])
            curves[panel, name] = (np.arange(float(norm.size)), norm)
            curves[panel, f"cosine {name}"] = (np.arange(float(norm.size)), np.array(row["cosine"]))
        left = np.array(run["truncated"])
        curves["d", run["network"]] = (np.arange(1.0, left.size + 1), left)
        parameters[run["network"]] = {
            name: {key: row[key] for key in ("distance", "cosine_of_whole")}
            for name, row in run["algorithms"].items()
            if name != "bptt"
        } | {"cpu_s": run["cpu_s"]}
    axes = dict.fromkeys("abc", ("lag q", "norm of the contribution"))
    return Table(curves, parameters, axes | {"d": ("window h", "distance to the whole gradient")})


def check(table: Table) -> None:
    """Raises AssertionError unless all are exact at lag 0, traces lose the past that the gradient has, and sums end."""
    for panel, _ in PANELS.values():
        exact = table.y(panel, "bptt")
        holds(np.abs(table.y(panel, "cosine bptt") - 1) < 1e-9, "the exact contribution has the cosine one to itself")
        holds(
            exact[32:48].min() > exact[0] / 10, "of what comes from the middle of the sequence, the exact one has much"
        )
        for name in ("snap1", "gers2000"):
            part, cosine = table.y(panel, name), table.y(panel, f"cosine {name}")
            holds(abs(part[0] / exact[0] - 1) < 1e-6 and abs(cosine[0] - 1) < 1e-6, f"{name} is exact at lag 0")
            holds(np.abs(cosine) <= 1 + 1e-9, "a cosine is at most one")
            holds(part[32:48] < exact[32:48] / 10, f"{name} has little of it")
    for name in PANELS:
        left = table.y("d", name)
        holds(abs(left[-1]) < 1e-9, "a window over the whole sequence leaves nothing out")
        holds(left[:10] > 0.5, "a window of ten steps misses more than half")


def draw(fig: Any, table: Table) -> None:
    """Three networks, and what a window leaves out."""
    page = Page(fig)
    axes = page.panels(4, height=1.35, least=2.6)
    for ax, (panel, heading) in zip(axes, PANELS.values(), strict=False):
        page.heading(ax, panel, heading)
        floor = 1e-7 if panel == "a" else 1e-5
        for name, (color, line, words, side) in LOOKS.items():
            x, y = table[panel, name]
            ax.plot(x, np.where(y > 0, y, np.nan), color=color, ls=line)
            seen = y > floor
            if name == "gers2000" and not y[1:].any():
                ax.plot(x[:1], y[:1], "o", ms=3.6, color=color, clip_on=False, zorder=5)
                page.name(ax, x[:2], y[[0, 0]], words, color, side="above")
            else:
                page.name(ax, x[seen], y[seen], words, color, side=side)
        ax.set(yscale="log", xlim=(0, 63), ylim=(floor, 1), xlabel="lag $q$ (steps)")
        ax.set_ylabel("relative to the whole")
    d = axes[3]
    page.heading(d, "d", "what a window leaves out")
    for name, (color, line, words) in {
        "rnn": (style.ORANGE, style.SOLID, "tanh"),
        "gru": (style.VIOLET, style.DASHED, "GRU"),
        "lstm": (style.INK, style.DASHDOT, "LSTM"),
    }.items():
        d.plot(*table["d", name], color=color, ls=line)
        page.name(d, *table["d", name], words, color)
    d.set(xlim=(1, 64), ylim=(0, None), xlabel="window $h$ (steps)", ylabel="distance")
    for ax in axes:
        ax.set_xticks([0, 16, 32, 48, 63] if ax is not d else [1, 16, 32, 48, 64])
        ax.minorticks_off()
    page.settle()
