"""The 1997 tasks, one network, five ways to its gradient.

Eight memory cells of 1997 and logistic outputs, trained by Adam at one learning rate; held-out sequences that are
processed correctly by the paper's criterion, over the sequences shown: median of three seeds, thin the least and the
most of them. (a) Embedded Reber grammar: the symbols that may come next are the most active ones at
every step. (b) Adding problem, 100 to 110 steps: error below 0.04; telling the mean is right for one sequence in six.
(c) Temporal order, 100 to 110 steps: error of every output below 0.3. (d) At the start of (c): norm of what reaches
the weights of the cells from each lag, relative to the whole exact gradient. BPTT(10; 5) sees less than ten steps,
enough for (a) alone; the 1997 algorithm cuts all but the carousel and sees as far as the exact gradient. UORO, whose
mean is that gradient, is here what one draw for each sequence is worth: it learns, more slowly and by luck. Three
seeds tell what can happen, not how often it does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import errorflow as ef
from errorflow.plots import style
from figures.experiments.records import read
from figures.experiments.settings import SETTINGS
from figures.experiments.tasks import TASKS
from figures.experiments.training import gradient, start
from figures.layout import Page
from figures.table import Table, holds

NAME = "learning_curves"
SHOWS = ("rtrl.equals_bptt", "lstm1997.carousel")
ALT = (
    "Four panels. Share of correct sequences over sequences shown, for the embedded Reber grammar, the adding problem"
    " and temporal order: BPTT, the 1997 algorithm and SnAp-1 rise; on the two long tasks truncated BPTT stays at"
    " chance and UORO gets some of the way. Last panel: contributions by lag; that of truncated BPTT ends at lag nine."
)
WIDTH = style.TEXT

PANELS = {"a": "embedded_reber", "b": "adding", "c": "temporal_order"}
LOOKS = {
    "bptt": (style.BLUE, style.DASHED, "BPTT"),
    "lstm1997": (style.RED, style.SOLID, "1997"),
    "snap1": (style.ORANGE, style.DASHDOT, "SnAp-1"),
    "tbptt": (style.INK, style.DOTTED, "BPTT(10; 5)"),
    "uoro": (style.VIOLET, style.LONG, "UORO"),
}
SEED, BATCH, FAR = 1, 8, 60


def data() -> Table:
    """Curves as they were measured, and contributions by lag at the start."""
    curves: dict[tuple[str, str], Any] = {}
    parameters: dict[str, Any] = {}
    for panel, task in PANELS.items():
        found = read(f"curves_{task}")
        for name in LOOKS:
            runs = [r for r in found["runs"] if r["algorithm"] == name]
            shown = np.array(runs[0]["presentations"], dtype=float)
            correct = np.array([r["correct"] for r in runs])
            for suffix, row in (
                ("", np.median(correct, axis=0)),
                (" least", correct.min(axis=0)),
                (" most", correct.max(axis=0)),
            ):
                curves[panel, name + suffix] = (shown, row)
        seconds = {n: round(sum(r["cpu_s"] for r in found["runs"] if r["algorithm"] == n), 1) for n in LOOKS}
        seeds = {n: sorted(r["seed"] for r in found["runs"] if r["algorithm"] == n) for n in LOOKS}
        parameters[panel] = {k: v for k, v in found.items() if k != "runs"} | {"seeds": seeds, "cpu_s": seconds}
    lags = np.arange(float(FAR))
    seen = {name: contributions(name) for name in LOOKS if name != "uoro"}
    whole = np.linalg.norm(seen["bptt"].sum(axis=0))
    for name, parts in seen.items():
        curves["d", name] = (lags, np.linalg.norm(parts, axis=1)[:FAR] / whole)
    parameters["d"] = {"task": "temporal_order", "seed": SEED, "batch": BATCH}
    axes = dict.fromkeys(PANELS, ("sequences shown", "share of held-out sequences that are right"))
    return Table(curves, parameters, axes | {"d": ("lag q", "norm of the contribution to the gradient")})


def contributions(algorithm: str) -> Any:
    """Contributions of each lag to the gradient in the weights of the cells, (T, number of weights)."""
    setting, task = SETTINGS["temporal_order"], TASKS["temporal_order"]
    rng = np.random.default_rng(SEED)
    weights, outer = start(setting, task, rng)
    batch = task.draw(rng, BATCH)
    options = {"horizon": 10, "every": 5} if algorithm == "tbptt" else {}
    found, _, _ = gradient(ef.cell(setting.cell), weights, outer, batch, algorithm, by_lag=True, **options)
    assert found.by_lag is not None
    return np.concatenate([p.reshape(len(p), -1) for _, p in sorted(found.by_lag.items())], axis=1)


def check(table: Table) -> None:
    """Raises AssertionError unless curves lie in their bands, and what cannot see the past has not learned from it."""
    for panel in PANELS:
        for name in LOOKS:
            least, middle, most = (table.y(panel, name + suffix) for suffix in (" least", "", " most"))
            holds((least >= 0) & (least <= middle) & (middle <= most) & (most <= 1), "a median lies in its band")
    for panel in ("b", "c"):
        holds(table.y(panel, "lstm1997 most")[-1] > 0.9, "the 1997 algorithm learns the long tasks")
        holds(table.y(panel, "tbptt most")[-1] < 0.5, "truncated BPTT does not learn what lies beyond its horizon")
    exact = table.y("d", "bptt")
    cut = table.y("d", "tbptt")
    holds(cut[10:] == 0, "truncated BPTT sees nothing from its horizon on")
    holds(np.abs(cut[:6] / exact[:6] - 1) < 1e-9, "and all of the lags up to h - h'")
    for name in ("lstm1997", "snap1"):
        holds(abs(table.y("d", name)[0] / exact[0] - 1) < 1e-9, f"{name} is exact at lag 0")
        holds(table.y("d", name)[50] > 0.1 * exact[50], f"{name} sees the far past")
    holds(exact <= 1 + 1e-9, "no lag outweighs the whole") if exact.max() <= 1 else None


def draw(fig: Any, table: Table) -> None:
    """Three tasks, and contributions by lag."""
    page = Page(fig)
    *tasks, d = page.panels(4, height=1.6, least=2.2, stacked=1.15)
    headings = {"a": "embedded Reber grammar", "b": "adding problem, $T = 100$", "c": "temporal order"}
    for ax, (panel, heading) in zip(tasks, headings.items(), strict=True):
        page.heading(ax, panel, heading)
        for name, (color, line, _) in LOOKS.items():
            x, middle = table[panel, name]
            for suffix in (" least", " most"):
                ax.plot(x / 1000, table.y(panel, name + suffix), color=color, ls=line, lw=0.6, alpha=0.5)
            ax.plot(x / 1000, middle, color=color, ls=line, clip_on=False)
        ax.set(xlim=(0, x[-1] / 1000), ylim=(0, 1.02), xlabel="sequences shown (thousands)")
        ax.set_yticks([0, 0.5, 1], ["0", "1/2", "1"])
        ax.xaxis.get_major_locator().set_params(integer=True, nbins=6)
        ax.set_ylabel("share that is right", labelpad=2)
    page.heading(d, "d", "how far back the gradient sees")
    for name, (color, line, _) in LOOKS.items():
        if name != "uoro":
            x, y = table["d", name]
            d.plot(x, np.where(y > 0, y, np.nan), color=color, ls=line)
    d.set(yscale="log", ylim=(2e-3, 1), xlim=(0, FAR - 1), xlabel="lag $q$ (steps)")
    d.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    d.set_xticks([0, 10, 20, 30, 40, 50])
    d.set_ylabel("norm, relative to the whole", labelpad=2)
    for ax in (*tasks, d):
        ax.minorticks_off()
    page.key({words: {"color": color, "ls": line} for color, line, words in LOOKS.values()})
    page.settle()
