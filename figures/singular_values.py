"""How many directions of error survive: singular values of d state_T / d state_(T-q) of the networks trained on digits,
medians over 8 digits.

(a, b, c) The k-th largest singular value for k = 1, 2, 4, ...: the norm, k = 1, stays near 1, while most others fall
off exponentially. Values below 10^-12 of the largest are left out: they are rounding. Grey in (a): the geometric mean
of all singular values, the n-th root of |det|, which theorem rnn.determinant_bound computes from the weights and the
slopes alone; the norm never falls below it. (d) The share of singular values above 10^-8 of the largest. Of the tanh
network fewer than a tenth are left after 64 steps. Of the LSTM half are left from lag 16 to 24, as many as it has
memory cells, and more than a third at the end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.numeric.spectrum import SEEN, numerical_rank, singular_values
from errorflow.plots import style
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "singular_values"
SHOWS = ("rnn.determinant_bound",)
ALT = (
    "Singular values of the error flow by lag for three trained networks. The largest stays near one, the others fan "
    "out downwards exponentially. The share of directions that are left falls from one to below a tenth in the tanh "
    "network and to about two fifths in the LSTM."
)
WIDTH = style.TEXT

FOLDER = Path(__file__).parent / "networks"
KINDS = {"a": "rnn", "b": "lstm", "c": "gru"}
SEQUENCES = 8
SHOWN = {"rnn": (1, 2, 4, 8, 16, 32, 64), "lstm": (1, 2, 4, 8, 16, 32, 64, 128), "gru": (1, 2, 4, 8, 16, 32, 64)}
RANKED = 1e-8


def data() -> Table:
    """Medians over sequences of log2 singular values, and how many directions are left."""
    inputs = np.load(FOLDER / "digits_inputs.npy")[:SEQUENCES]
    curves = {}
    lags = np.arange(inputs.shape[1] + 1.0)
    for panel, kind in KINDS.items():
        network = ef.read_network(FOLDER / f"digits_{kind}.safetensors")
        trajectory = network.cell().run(network.weights, inputs)
        found = singular_values(trajectory)
        middle = np.median(found, axis=0)
        seen = np.isfinite(found).all(axis=0)
        for k in SHOWN[kind]:
            curves[panel, f"k={k}"] = (lags, np.where(seen[:, k - 1], middle[:, k - 1], np.nan))
        curves["d", kind] = (lags, np.median(numerical_rank(found, RANKED), axis=0) / found.shape[2])
        if kind == "rnn":
            slopes = 1 - trajectory.states["h"][1:].transpose(1, 0, 2) ** 2
            mean = bounds.log2_rnn_determinant(slopes, network.weights["W"])
            curves["a", "geometric mean"] = (lags, np.median(mean, axis=0))
            curves["a", "least excess of the norm over it"] = (lags, (found[:, :, 0] - mean).min(axis=0))
            whole = np.where(seen.all(axis=1), np.abs(found.mean(axis=2) - mean).max(axis=0), np.nan)
            curves["a", "error of the mean where all values are known"] = (lags, whole)
    axes = {panel: ("lag q", f"log2 of the k-th singular value, {kind}") for panel, kind in KINDS.items()}
    return Table(
        curves,
        {"networks": [f"digits_{k}.safetensors" for k in KINDS.values()], "sequences": SEQUENCES, "floor": SEEN,
         "ranked_above": RANKED},
        {**axes, "d": ("lag q", "share of singular values above 1e-8 of the largest")},
    )  # fmt: skip


def check(table: Table) -> None:
    """Raises AssertionError unless values are sorted, keep to the theorem and do what the caption says."""
    for panel, kind in KINDS.items():
        fan = np.stack([table.y(panel, f"k={k}") for k in SHOWN[kind]])
        holds(np.abs(fan[:, 0]) < 1e-12, f"over no step all singular values of the {kind} are 1")
        both = np.isfinite(fan[1:]) & np.isfinite(fan[:-1])
        holds((fan[1:] <= fan[:-1] + 1e-12) | ~both, f"the singular values of the {kind} are in order")
        holds(np.abs(fan[0]) < 6, f"the norm of the {kind} stays within a factor of 64 of 1")
        middle = fan[SHOWN[kind].index({"rnn": 32, "lstm": 64, "gru": 32}[kind])]
        holds(not middle[-1] > -20, f"half of the singular values of the {kind} have fallen below 10^-6 by lag 64")
    holds(table.y("a", "least excess of the norm over it") > -1e-9, "the norm never falls below the geometric mean")
    error = table.y("a", "error of the mean where all values are known")
    holds(np.isfinite(error[:3]), "over two steps all singular values of the tanh network are known")
    holds((error < 1e-6) | np.isnan(error), "where all singular values are known, their mean is the theorem's")
    for kind in KINDS.values():
        rank = table.y("d", kind)
        holds((rank[0] == 1) & (rank[-1] < 0.5), f"fewer than half of the directions of the {kind} are left at the end")
    holds(table.y("d", "rnn")[-1] < 0.1, "of the tanh network fewer than a tenth are left")
    holds(np.abs(table.y("d", "lstm")[16:25] - 0.5) < 0.01, "from lag 16 to 24 half of the LSTM's directions are left")
    holds(table.y("d", "lstm")[-1] > 1 / 3, "of the LSTM more than a third are left")


_NAMES = {"rnn": "tanh network", "lstm": "LSTM", "gru": "GRU"}
_LOOK = {"rnn": (style.BLUE, style.DASHED), "lstm": (style.RED, style.SOLID), "gru": (style.ORANGE, style.DASHDOT)}
_LINES = (style.SOLID, style.DASHED, style.DASHDOT, style.LONG, style.DOTTED)


def draw(fig: Any, table: Table) -> None:
    """Three fans and the share of directions that are left."""
    page = Page(fig)
    *fans, d = page.panels(4, height=1.6, least=2.2, stacked=1.2)
    decade = float(np.log2(10))
    for ax, (panel, kind) in zip(fans, KINDS.items(), strict=True):
        page.heading(ax, panel, f"singular values, {_NAMES[kind]}")
        for j, k in enumerate(SHOWN[kind]):
            x, y = table[panel, f"k={k}"]
            ax.plot(x, y, color=_LOOK[kind][0], ls=_LINES[j % len(_LINES)], alpha=1 - 0.08 * j, lw=1.3 if k == 1 else 1)
        ax.set(ylim=(-13 * decade, 2.5 * decade), ylabel="$k$-th singular value")
        ax.set_yticks([p * decade for p in (0, -4, -8, -12)], ["1", "$10^{-4}$", "$10^{-8}$", "$10^{-12}$"])
        _name_fan(page, ax, table, panel, kind)
    x, y = table["a", "geometric mean"]
    fans[0].plot(x, y, color=style.FAINT, lw=0.9, ls=(0, (3, 1, 1, 1, 1, 1)))
    page.note(fans[0], "grey: geometric mean,\nfrom the theorem", (1, 0.12), style.FAINT)
    page.heading(d, "d", "directions that are left")
    for kind, (color, line) in _LOOK.items():
        d.plot(*table["d", kind], color=color, ls=line)
        page.name(d, *table["d", kind], _NAMES[kind], color, near={"lstm": 46, "gru": 38, "rnn": 34}[kind])
    d.set(ylim=(0, 1.02), ylabel="share of singular values")
    d.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "1/4", "1/2", "3/4", "1"])
    for ax in (*fans, d):
        ax.minorticks_off()
        ax.set(xlim=(0, 64), xlabel="lag $q$ (steps)")
        ax.set_xticks([0, 8, 16, 32, 48, 64])
    page.share_x((*fans, d))
    page.settle()


def _name_fan(page: Page, ax: Any, table: Table, panel: str, kind: str) -> None:
    """k beside the end of each curve."""
    for k in SHOWN[kind]:
        x, y = table[panel, f"k={k}"]
        seen = np.isfinite(y)
        text = f"$k={k}$" if k == 1 else f"${k}$"
        if seen[-1]:
            page.name(ax, x, y, text, _LOOK[kind][0], side="end")
        else:
            page.name(ax, x[seen], y[seen], text, _LOOK[kind][0], near=x[seen][-1], side="right")


__all__ = ["ALT", "NAME", "SHOWS", "WIDTH", "Array", "check", "data", "draw"]
