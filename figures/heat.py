"""Error flow over time and lag while two trained networks read eight digits in a row, 512 steps: the norm of d state_t
/ d state_(t-q), growth red and decay blue; broken lines surround norms below 1/2.

(a) The tanh network. Upright stripes are times whose errors grow or decay on their way back, slanted ones earlier steps
at which the errors of many times arrive large. Its recurrent weights have a spectral norm of 2.86, so that theorem
rnn.vanishing admits growth by this factor at every step; along this run the norm over 64 steps lies between 0.03 and
13. (b) The GRU: it never falls below 0.2, at any time and lag of the map. White: lags that would reach back before the
first step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.diagnosis import heat
from errorflow.plots import style
from errorflow.plots.diagnosis import draw_heat
from figures.layout import Page
from figures.table import Table, holds

NAME = "heat"
SHOWS = ("rnn.vanishing",)
ALT = (
    "Two maps of error norms over time and lag for networks that read eight handwritten digits in a row. Both "
    "show upright stripes, times whose errors grow on their way back, and slanted ones, earlier steps at which the "
    "errors of many times arrive large. In the GRU decay is weaker and red prevails."
)
WIDTH = style.TEXT

FOLDER = Path(__file__).parent / "networks"
DIGITS, EVERY, LAGS = 8, 4, 64
PANELS = {"a": "rnn", "b": "gru"}


def data() -> Table:
    """A curve over time for each lag of each network; nan where a lag reaches back before the first step."""
    inputs = np.load(FOLDER / "digits_inputs.npy")[:DIGITS].reshape(-1, 1)
    curves, norms = {}, {}
    for panel, kind in PANELS.items():
        network = ef.read_network(FOLDER / f"digits_{kind}.safetensors")
        found = heat(network.cell().definition, network.weights, inputs, max_lag=LAGS, every=EVERY)
        for q in found.lags:
            curves[panel, f"lag {q}"] = (found.times.astype(float), found.log2_norm[:, q])
        if kind == "rnn":
            bound = bounds.log2_rnn_upper(network.weights["W"], 1.0, found.lags)
            curves[panel, "bound by lag"] = (found.lags.astype(float), bound)
            norms["spectral_norm_of_the_rnn"] = float(np.linalg.norm(network.weights["W"], 2))
    axes = ("time t (steps)", "log2 norm of d state_t / d state_(t-q)")
    return Table(
        curves,
        {"networks": [f"digits_{k}.safetensors" for k in PANELS.values()], "digits": DIGITS, "every": EVERY, **norms},
        dict.fromkeys(PANELS, axes),
    )


def _map(table: Table, panel: str) -> tuple[Any, Any]:
    """Times, and log2 norms as (times, lags)."""
    return table.x(panel, "lag 0"), np.stack([table.y(panel, f"lag {q}") for q in range(LAGS + 1)], axis=1)


def check(table: Table) -> None:
    """Raises AssertionError unless the maps keep to the bound and say what the caption says."""
    for panel in PANELS:
        times, norms = _map(table, panel)
        holds(abs(norms[:, 0]) < 1e-12, f"over no step the flow of panel {panel} is the identity")
        before = np.arange(LAGS + 1) > times[:, None]
        holds(np.isnan(norms) == before, f"panel {panel} is white where a lag reaches back before the first step")
    rnn, gru = (_map(table, panel)[1] for panel in PANELS)
    bound = table.y("a", "bound by lag")
    holds((rnn <= bound + 1e-9) | np.isnan(rnn), "no norm of the tanh network exceeds its bound")
    holds(abs(2.0 ** bound[1] - 2.86) < 0.005, "the spectral norm of the recurrent weights is 2.86")
    late = rnn[:, LAGS][np.isfinite(rnn[:, LAGS])]
    holds((2**late > 0.03) & (2**late < 13), "over 64 steps the norm of the tanh network lies between 0.03 and 13")
    holds((2**gru > 0.2) | np.isnan(gru), "the norm of the GRU never falls below 0.2")
    holds(np.nanmin(rnn) < np.nanmin(gru), "decay is weaker in the GRU")
    holds(np.nanmean(gru > 0) > 0.5, "in the GRU red prevails")


def draw(fig: Any, table: Table) -> None:
    """Two maps, one above the other, with one scale of colours below them."""
    page = Page(fig)
    *maps, bar = page.rows([[1], [1], [1]], [1.1, 1.1, 0.07])
    limit = max(float(np.nanmax(np.abs(_map(table, panel)[1]))) for panel in PANELS)
    for ax, panel, name in zip(maps, PANELS, ("tanh network", "GRU"), strict=True):
        times, norms = _map(table, panel)
        page.heading(ax, panel, name)
        image = draw_heat(ax, times, np.arange(LAGS + 1), norms, limit, bar=False)
        ax.contour(times, np.arange(LAGS + 1), norms.T, [-1], colors=style.INK, linewidths=0.6, linestyles="dashed")
        ax.set(xlabel="time $t$ (steps); a new digit every 64", xlim=(0, 64 * DIGITS + EVERY / 2))
        ax.set_xticks(np.arange(0, 64 * DIGITS + 1, 64))
        ax.set_yticks([0, 16, 32, 48, 64])
        ax.minorticks_off()
    scale = fig.colorbar(image, cax=bar, orientation="horizontal")
    scale.outline.set_linewidth(0.4)
    scale.set_label(r"$\log_2 \|\,\partial s_t / \partial s_{t-q}\,\|$")
    page.settle()
