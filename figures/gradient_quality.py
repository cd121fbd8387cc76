"""Approximate gradients: what they see of the past, and what they pay.

LSTM with 8 units and forget biases of 2, loss at the last of 31 steps, medians over fifteen networks with random
weights. (a) Cosine of the contribution of each lag to the exact one. Eligibility traces (the truncated gradient of
1997 and 2000, which is e-prop) and SnAp-1 are exact at lag 0 and turn away from the gradient the further back it comes
from. (b) Norm of the contributions, relative to the whole exact gradient, which BPTT and RTRL give. (c) An LSTM with 6
units, 12 steps: distance to the exact gradient, relative to its length. UORO has no bias, and one draw of it is further
away than no gradient at all would be; the mean of k draws comes nearer as the root of k (line: from the variance), and
needs hundreds of draws to be as near as either of the others, whose bias no draws can lower.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import errorflow as ef
from errorflow.learning import gradient
from errorflow.learning.operations import Counter
from errorflow.learning.uoro import rank_one
from errorflow.plots import style
from figures.layout import Page
from figures.table import Table, holds

NAME = "gradient_quality"
SHOWS = ("rtrl.equals_bptt",)
ALT = (
    "Left: cosine to the exact gradient by lag, one at lag zero for eligibility traces and for SnAp-1, falling below"
    " one half within fifteen lags. Middle: norms of the contributions by lag, those of both below the exact one."
    " Right: error over the number of draws; that of UORO falls as a straight line from above one and crosses two"
    " level lines."
)
WIDTH = style.TEXT

UNITS, INPUTS, STEPS, FORGET, NETWORKS = 8, 2, 31, 2.0, 15
SMALL, SHORT, DRAWS, SEED = 6, 12, 4096, 0
TRACED = ("gers2000", "snap1")
GROUPS = 4 ** np.arange(6)


def data() -> Table:
    """Cosines and norms by lag, and the error of means of draws."""
    cell = ef.lstm()
    lags = np.arange(float(STEPS))
    cosines: dict[str, list[Any]] = {name: [] for name in TRACED}
    norms: dict[str, list[Any]] = {name: [] for name in ("exact", *TRACED)}
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        weights = cell.random_weights(rng, n=UNITS, m=INPUTS)
        weights["b_f"][:] = FORGET
        inputs, loss = rng.normal(size=(STEPS, INPUTS)), rng.normal(size=UNITS)
        exact = _by_lag(cell, weights, inputs, loss, "bptt")
        whole = np.linalg.norm(exact.sum(axis=0))
        norms["exact"].append(np.linalg.norm(exact, axis=1) / whole)
        for name in TRACED:
            part = _by_lag(cell, weights, inputs, loss, name)
            lengths = np.linalg.norm(part, axis=1)
            norms[name].append(lengths / whole)
            cosines[name].append((part * exact).sum(axis=1) / lengths / np.linalg.norm(exact, axis=1))
    curves = {("a", name): (lags, np.median(rows, axis=0)) for name, rows in cosines.items()}
    curves |= {("b", name): (lags, np.median(rows, axis=0)) for name, rows in norms.items()}
    return Table(
        curves | _draws(cell),
        {
            "a": {"cell": "lstm", "units": UNITS, "inputs": INPUTS, "steps": STEPS, "b_f": FORGET, "seeds": NETWORKS},
            "c": {"units": SMALL, "inputs": INPUTS, "steps": SHORT, "draws": DRAWS, "seed": SEED},
        },
        {
            "a": ("lag q", "cosine to the exact contribution"),
            "b": ("lag q", "norm of the contribution"),
            "c": ("draws", "distance to the exact gradient, relative to its length"),
        },
    )


def _by_lag(cell: ef.Cell, weights: Any, inputs: Any, loss: Any, name: str) -> Any:
    """Contributions, (T, number of weights)."""
    lags = gradient(cell.definition, weights, inputs, loss, algorithm=name, by_lag=True).by_lag
    assert lags is not None
    return np.concatenate([lags[k].reshape(len(lags[k]), -1) for k in sorted(lags)], axis=1)


def _draws(cell: ef.Cell) -> dict[tuple[str, str], Any]:
    """Bias of the traces, and the error of means of so many draws of UORO, as its root mean square over groups."""
    rng = np.random.default_rng(SEED)
    weights = cell.random_weights(rng, n=SMALL, m=INPUTS)
    weights["b_f"][:] = 1.0
    inputs, loss = rng.normal(size=(SHORT, INPUTS)), rng.normal(size=SMALL)
    names = sorted(weights)

    def whole(name: str) -> Any:
        found = gradient(cell.definition, weights, inputs, loss, algorithm=name).weights
        return np.concatenate([found[k].ravel() for k in names])

    exact = whole("bptt")
    size = np.linalg.norm(exact)
    run = cell.run(weights, np.broadcast_to(inputs, (DRAWS, SHORT, INPUTS)))
    signs = rng.choice(np.array([-1.0, 1.0]), size=(SHORT, DRAWS, 2 * SMALL))
    *_, (state, theta) = rank_one(run, signs, Counter(), True)
    seen = state[cell.definition.output] @ loss
    drawn = np.concatenate([theta[k].reshape(DRAWS, -1) for k in names], axis=1) * seen[:, None]
    error = [np.sqrt((((drawn.reshape(-1, k, exact.size).mean(axis=1) - exact) ** 2).sum(axis=1)).mean()) / size
             for k in GROUPS]  # fmt: skip
    spread = np.sqrt(((drawn - drawn.mean(axis=0)) ** 2).sum() / (DRAWS - 1)) / size
    at = GROUPS.astype(float)
    biases = {name: np.linalg.norm(whole(name) - exact) / size for name in TRACED}
    curves = {("c", name): (at, np.full(at.shape, bias)) for name, bias in biases.items()}
    return curves | {("c", "uoro"): (at, np.array(error)), ("c", "uoro by variance"): (at, spread / np.sqrt(at))}


def check(table: Table) -> None:
    """Raises AssertionError unless traces are exact at lag 0 and lose the past, and draws have no bias that shows."""
    for name in TRACED:
        cosine = table.y("a", name)
        holds(abs(cosine[0] - 1) < 1e-12, f"{name} is exact at lag 0")
        holds(np.abs(cosine) <= 1 + 1e-12, "a cosine is at most one")
        holds(cosine[1:4].min() > cosine[16:].max(), f"{name} turns away from the gradient of the far past")
        same = abs(table.y("b", name)[0] / table.y("b", "exact")[0] - 1)
        holds(same < 1e-12, f"{name} has the contribution of lag 0")
        holds(table.y("b", name)[12:] < table.y("b", "exact")[12:], f"{name} has less from the far past than there is")
    error, predicted = table.y("c", "uoro"), table.y("c", "uoro by variance")
    holds(np.abs(np.log2(error / predicted)) < 1, "the error of a mean of draws is what the variance says")
    holds(error[0] > 1, "one draw is further away than no gradient at all")
    best = min(table.y("c", name)[0] for name in TRACED)
    holds(error[-1] < best < error[2], "a mean of hundreds of draws is as near as a trace, and one of few is not")


def draw(fig: Any, table: Table) -> None:
    """Cosines, norms, errors."""
    page = Page(fig)
    a, b, c = page.panels(3, height=1.7, least=1.8, stacked=1.4)
    page.heading(a, "a", "direction by lag")
    page.heading(b, "b", "length by lag")
    page.heading(c, "c", "bias and variance")
    b.plot(*table["b", "exact"], color=style.INK, ls=style.DOTTED)
    page.name(b, *table["b", "exact"], "exact", style.INK, near=24, side="above")
    for name, (color, line, words, *near) in _LOOKS.items():
        for ax, panel, at in zip((a, b, c), "abc", near, strict=True):
            ax.plot(*table[panel, name], color=color, ls=line)
            page.name(ax, *table[panel, name], words, color, near=at)
    a.set(ylim=(0, 1.05))
    a.set_ylabel("cosine to the exact one", labelpad=2)
    b.set(yscale="log")
    b.set_ylabel("norm of the contribution", labelpad=2)
    for ax in (a, b):
        ax.set(xlim=(0, STEPS - 1), xlabel="lag $q$ (steps)")
        ax.set_xticks([0, 10, 20, 30])
    c.plot(*table["c", "uoro by variance"], color=style.VIOLET, ls=style.DASHDOT)
    c.plot(*table["c", "uoro"], "o", ms=3.4, mfc="white", mec=style.dark(style.VIOLET), mew=0.9)
    page.name(c, *table["c", "uoro by variance"], "UORO", style.VIOLET, near=8, side="right")
    c.set_xscale("log", base=2)
    c.set(yscale="log", xlabel="draws $k$")
    c.set_xticks([1, 16, 256], ["1", "16", "256"])
    c.set_yticks([0.3, 1, 3, 10], ["0.3", "1", "3", "10"])
    b.set_yticks([0.1, 0.01], ["0.1", "0.01"])
    for ax in (a, b, c):
        ax.minorticks_off()
    c.set_ylabel("distance to the gradient", labelpad=2)
    page.settle()


_LOOKS = {  # colour, line, name, and where it stands in each panel
    "gers2000": (style.BLUE, style.DASHED, "traces", 24, 10, 2),
    "snap1": (style.RED, style.SOLID, "SnAp-1", 21, 16, 2),
}
