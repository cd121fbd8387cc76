"""What a start does to the directions of error: all singular values of d state_T / d state_(T-q) before any training.

Networks of 64 units driven by weak noise; singular values in order, medians over 2 sequences. Values below 10^-12 of
the largest are rounding: a curve with more of them ends in a triangle. (a) After one step a Gaussian matrix, at the
scale at which its radius is near 1, has spread them from 2 to almost 0; with an orthogonal matrix or the identity all
lie between 0.4 and 1. (b) After 10 steps half of the directions of an LSTM, as many as it has outputs, have dropped
by more than 10^4. (c) After 100 steps the orthogonal start still has all of its directions within a factor of 10^5,
all below 1/50: with slopes at most 1 none can grow (rnn.vanishing). Of the Gaussian start fewer than half are left.
The LSTM with forget bias 1 is worse than all of them: in its best direction 10^-7 is left; with bias 5 half of its
directions are left, as many as it has cells, and some of them grow. The geometric mean of all values is fixed by
weights and slopes (rnn.determinant_bound).
"""

from __future__ import annotations

from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.numeric.spectrum import SEEN, singular_values
from errorflow.plots import style
from errorflow.plots.spectrum import draw_spectrum, middle_values
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "starting"
SHOWS = ("rnn.vanishing", "rnn.determinant_bound")
ALT = (
    "Singular values of the error flow, sorted, for four starts at lags 1, 10 and 100. All near one for orthogonal and "
    "identity matrices at lag 1, spread for a Gaussian matrix. At lag 100 the Gaussian start has lost nearly all "
    "directions, while the orthogonal one keeps all of them, equally small."
)
WIDTH = style.TEXT

SEED, UNITS, INPUTS, STEPS, SEQUENCES, DRIVE = 4, 64, 8, 100, 2, 0.1
LAGS = {"a": 1, "b": 10, "c": 100}
STARTS = ("Gaussian", "orthogonal", "identity")
FORGET = (1, 5)


def data() -> Table:
    """Singular values of four starts at three lags."""
    rng = np.random.default_rng(SEED)
    inputs = rng.normal(size=(SEQUENCES, STEPS, INPUTS))
    gaussian = rng.normal(0, UNITS**-0.5, (UNITS, UNITS))
    orthogonal, _ = np.linalg.qr(gaussian)
    recurrent = dict(zip(STARTS, (gaussian, orthogonal, np.eye(UNITS)), strict=False))
    U = rng.normal(0, DRIVE * INPUTS**-0.5, (UNITS, INPUTS))
    curves: dict[tuple[str, str], tuple[Array, Array]] = {}
    error = 0.0
    for name, W in recurrent.items():
        run = ef.rnn().run({"W": W, "U": U, "b": np.zeros(UNITS)}, inputs)
        found = singular_values(run)
        mean = bounds.log2_rnn_determinant(1 - run.states["h"][1:].transpose(1, 0, 2) ** 2, W)
        error = max(error, float(np.abs(found[:, 1].mean(axis=1) - mean[:, 1]).max()))
        _add(curves, name, found)
    weights = ef.lstm().random_weights(rng, n=UNITS, m=INPUTS)
    for bias in FORGET:
        weights["b_f"][:] = bias
        _add(curves, f"LSTM {bias}", singular_values(ef.lstm().run(weights, inputs)))
    return Table(
        curves,
        {"seed": SEED, "units": UNITS, "steps": STEPS, "sequences": SEQUENCES, "drive": DRIVE, "floor": SEEN,
         "forget_biases": list(FORGET), "error_of_the_geometric_mean": error},
        {panel: ("share of the singular values", f"log2 of a singular value at lag {q}") for panel, q in LAGS.items()},
    )  # fmt: skip


def _add(curves: dict[tuple[str, str], tuple[Array, Array]], name: str, found: Array) -> None:
    for panel, q in LAGS.items():
        middle = middle_values(found[:, q])
        curves[panel, name] = ((np.arange(len(middle)) + 0.5) / len(middle), middle)


def check(table: Table) -> None:
    """Raises AssertionError unless values are in order, keep to the theorems and spread as the caption says."""
    holds(table.parameters["error_of_the_geometric_mean"] < 1e-9, "their geometric mean is the theorem's")
    for key in table.curves:
        y = table.y(*key)
        holds(y[:1] >= y[np.isfinite(y)], f"the first singular value of {key} is the largest")
    for name in ("orthogonal", "identity"):
        for panel in LAGS:
            holds(table.y(panel, name) <= 1e-9, f"no direction of the {name} start grows")
        holds(table.y("a", name) > np.log2(0.4), f"after one step no direction of the {name} start is below 0.4")
    holds(np.abs(2.0 ** table.y("a", "Gaussian")[0] - 2) < 0.2, "the norm of a Gaussian matrix is near 2")
    holds(table.y("a", "Gaussian")[-1] < np.log2(0.02), "and its least singular value near 0")
    for bias in FORGET:
        y = table.y("b", f"LSTM {bias}")
        holds(y[len(y) // 2 - 1] - y[len(y) // 2] > np.log2(1e4), "half of the directions of an LSTM have dropped")
    last = {name: table.y("c", name) for name in _LOOK}
    holds(np.ptp(last["orthogonal"]) < np.log2(1e5), "after 100 steps orthogonal directions are within 10^5")
    holds(last["orthogonal"] < np.log2(1 / 50), "and all below 1/50")
    holds(np.isfinite(last["Gaussian"]).mean() < 0.5, "fewer than half of the Gaussian directions are left")
    holds(last["LSTM 1"][0] < np.log2(1e-7), "at forget bias 1 the LSTM keeps less than 10^-7 in its best direction")
    holds(np.nanmin(last["orthogonal"]) > last["LSTM 1"][0], "more than the orthogonal start in its worst")
    left = int(np.isfinite(last["LSTM 5"]).sum())
    holds(abs(left / len(last["LSTM 5"]) - 0.5) < 0.02, "at bias 5 half of its directions are left")
    holds(last["LSTM 5"][0] > 3, "and some grow")


_LOOK = {
    "Gaussian": (style.BLUE, style.DASHED, "Gaussian"), "orthogonal": (style.RED, style.SOLID, "orthogonal"),
    "identity": (style.ORANGE, style.DASHDOT, "identity"), "LSTM 1": (style.VIOLET, style.LONG, "LSTM, $b_f = 1$"),
    "LSTM 5": (style.INK, style.DOTTED, "LSTM, $b_f = 5$"),
}  # fmt: skip
_LIMITS = {"a": (-5, 1, 2), "b": (-13, 1, 4), "c": (-20, 2, 5)}  # decades: lowest, highest, between ticks


def draw(fig: Any, table: Table) -> None:
    """Sorted singular values at three lags."""
    page = Page(fig)
    axes = page.panels(3, height=1.85, least=2.0, stacked=1.5)
    decade = float(np.log2(10))
    for ax, (panel, q) in zip(axes, LAGS.items(), strict=True):
        page.heading(ax, panel, f"after {q} step{'s' * (q > 1)}")
        for name, (color, line, _) in _LOOK.items():
            draw_spectrum(ax, table.y(panel, name), color, line)
        low, high, each = _LIMITS[panel]
        ticks = range(0, low, -each)
        ax.set_yticks([k * decade for k in ticks], [f"$10^{{{k}}}$" if k else "1" for k in ticks])
        ax.axhline(0, color=style.GREY, lw=0.7, zorder=0)
        ax.set(xlim=(0, 1), ylim=(low * decade, high * decade), xlabel="share of directions", ylabel="singular value")
        ax.set_xticks([0, 0.5, 1], ["0", "1/2", "1"])
    page.share_x(axes)
    page.key({text: {"color": color, "ls": line} for color, line, text in _LOOK.values()})
    page.settle()
