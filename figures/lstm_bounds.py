"""How far the two-sided bound of the full LSTM Jacobian is from the truth: the LSTM trained on digits, one digit.

Largest and smallest singular value of d c_T / d c_(T-q) through all paths, and between which numbers theorems
lstm.lower_bound and lstm.vanishing enclose them, from the factors of each step along the run (shaded). (a) As
trained. The bounds hold and say little: the upper one grows by a factor near 3 in each step while the norm stays
within 16 of 1, and below nothing is proved from lag 2 on. (b) All recurrent weights of the same network divided by
16: now the bounds enclose the truth, the lower one falling half again as fast as the smallest singular value. (c) The
growth per step over 64 steps against the factor by which recurrent weights are multiplied. Where the upper bound
falls, vanishing is proved (left); where the line of the lower bound ends, nothing is proved below (right). The
trained network, at 1, lies far to the right of both: what is proved decides for weak recurrence alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import errorflow as ef
from errorflow.diagnosis.limits import bound_of
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.linear import jacobians
from errorflow.numeric.spectrum import SEEN
from errorflow.plots import style
from errorflow.plots.bounds import draw_bound
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "lstm_bounds"
SHOWS = ("lstm.lower_bound", "lstm.vanishing")
ALT = (
    "Singular values of the cell-to-cell flow of a trained LSTM with proved bounds. As trained the upper bound climbs "
    "far above the norm and the lower bound is void; with recurrent weights divided by sixteen both follow the truth. "
    "Growth per step against the scale of the weights shows a gap in which neither vanishing nor carrying is proved."
)
WIDTH = style.TEXT

FOLDER = Path(__file__).parent / "networks"
DIGIT = 3
SCALES = 2.0 ** -np.arange(0, 6.5, 0.5)[::-1]
SHOWN = {"a": 1.0, "b": 1 / 16}
PARTS = ("norm", "smallest", "upper", "lower")


def data() -> Table:
    """Singular values and bounds by lag at two scales, and their growth per step at all."""
    network = ef.read_network(FOLDER / "digits_lstm.safetensors")
    inputs = np.load(FOLDER / "digits_inputs.npy")[DIGIT]
    curves, rates = {}, []
    lags = np.arange(len(inputs) + 1.0)
    for scale in SCALES:
        weights = {k: v * scale if k.startswith("W_") else v for k, v in network.weights.items()}
        run = network.cell().run(weights, inputs)
        largest, smallest = _singular_values(run)
        bound = bound_of("lstm", run, largest, largest, DIGIT)
        assert bound.lower is not None
        found = dict(zip(PARTS, (largest, smallest, bound.upper, bound.lower), strict=True))
        for panel in (p for p, s in SHOWN.items() if s == scale):
            curves |= {(panel, name): (lags, values) for name, values in found.items()}
        rates.append([values[-1] / lags[-1] for values in found.values()])
    for name, values in zip(PARTS, np.array(rates).T, strict=True):
        curves["c", name] = (SCALES, values)
    return Table(
        curves,
        {"network": "digits_lstm.safetensors", "digit": DIGIT, "steps": len(inputs), "scales": SCALES.tolist()},
        {**dict.fromkeys(SHOWN, ("lag q", "log2 of singular values of d c_T / d c_(T-q)")),
         "c": ("factor of all recurrent weights", "log2 of the factor per step")},
    )  # fmt: skip


def _singular_values(run: Trajectory) -> tuple[Array, Array]:
    """log2 of the largest and the smallest singular value of the flow c to c by lag; nan where it is rounding."""
    steps, n = jacobians(run), run.width // 2
    flow, found = np.eye(2 * n), [np.ones(n)]
    for step in steps[::-1]:
        flow = flow @ step
        found.append(np.linalg.svd(flow[:n, :n], compute_uv=False))
    values = np.array(found)
    kept = np.where(values[:, -1] > SEEN * values[:, 0], values[:, -1], np.nan)
    return np.log2(values[:, 0]), np.log2(kept)


def check(table: Table) -> None:
    """Raises AssertionError unless the bounds enclose the truth and are as far from it as the caption says."""
    for panel in (*SHOWN, "c"):
        norm, smallest, upper, lower = (table.y(panel, name) for name in PARTS)
        holds(norm <= upper + 1e-9, "the norm stays below its bound")
        holds((lower <= smallest + 1e-6) | np.isnan(smallest), "the smallest singular value stays above its bound")
        holds((smallest <= norm) | np.isnan(smallest), "the smallest singular value is the smaller one")
    norm, upper, lower = (table.y("a", name) for name in ("norm", "upper", "lower"))
    holds(np.abs(norm) < 4, "as trained the norm stays within 16 of 1")
    holds(abs(2 ** (upper[-1] / (len(upper) - 1)) - 3) < 0.3, "the upper bound grows by a factor near 3 in each step")
    holds(np.isneginf(lower[2:]), "as trained there is no lower bound from lag 2 on")
    holds(table.y("b", "upper")[1:] < 1, "a sixteenth of the weights: the upper bound stays")
    lower, smallest = table.y("b", "lower"), table.y("b", "smallest")
    holds(np.isfinite(lower), "and there is a lower bound at every lag")
    holds(1.3 < lower[-1] / smallest[-1] < 1.6, "which falls half again as fast as the smallest singular value")
    upper, lower = table.y("c", "upper"), table.y("c", "lower")
    holds((upper[0] < 0) & (upper[-1] > 0), "the upper bound falls where weights are small and grows as trained")
    holds(np.isfinite(lower[0]) and np.isneginf(lower[-1]), "the lower bound is left where weights are small alone")
    holds(np.diff(upper) > 0, "the more the weights, the faster the upper bound grows")


def draw(fig: Any, table: Table) -> None:
    """Bounds by lag as trained and with small weights, and growth per step against the scale of the weights."""
    page = Page(fig)
    a, b, c = page.panels(3, height=1.75, least=2.0, stacked=1.5)
    page.heading(a, "a", "as trained")
    page.heading(b, "b", "recurrent weights times 1/16")
    page.heading(c, "c", "growth per step")
    decade = float(np.log2(10))
    for ax, panel, low, high, each in ((a, "a", -12, 30, 10), (b, "b", -9, 1, 2)):
        x, norm = table[panel, "norm"]
        smallest, upper, lower = (table.y(panel, name) for name in PARTS[1:])
        draw_bound(ax, x, norm, upper, lower, smallest)
        ax.set(xlim=(0, x[-1]), ylim=(low * decade, high * decade), xlabel="lag $q$ (steps)")
        ticks = range(-each * (-low // each), high + 1, each)
        ax.set_yticks([k * decade for k in ticks], [f"$10^{{{k}}}$" if k else "1" for k in ticks])
        ax.set_xticks([0, 16, 32, 48, 64])
        page.name(ax, x, upper, "upper bound", style.BLUE, near=30)
        page.name(ax, x, norm, "largest", style.RED, near=48)
        page.name(ax, x, smallest, "smallest", style.PURPLE, near=40)
    a.set_ylabel(r"singular values of $\partial c_T / \partial c_{T-q}$")
    x, lower = table["a", "lower"]
    void = int(np.argmax(np.isneginf(lower)))
    page.note(a, f"no lower bound\nfrom $q = {void}$", (0.75, 0.15), style.BLUE)
    b.set_ylabel(r"singular values of $\partial c_T / \partial c_{T-q}$")
    page.name(b, *table["b", "lower"], "lower bound", style.BLUE, near=30)
    _draw_rates(c, table, page)
    page.settle()


def _draw_rates(ax: Any, table: Table, page: Page) -> None:
    looks = {
        "upper": (style.BLUE, style.DOTTED, "upper bound", 0.3), "norm": (style.RED, style.SOLID, "largest", 0.6),
        "smallest": (style.PURPLE, style.DASHED, "smallest", 0.6),
        "lower": (style.BLUE, style.DOTTED, "lower bound", 0.05),
    }  # fmt: skip
    for name, (color, line, text, near) in looks.items():
        x, y = table["c", name]
        seen = np.isfinite(y)
        ax.plot(x[seen], y[seen], color=color, ls=line)
        page.name(ax, x[seen], y[seen], text, color, near=near)
    ax.axhline(0, color=style.GREY, lw=0.7, zorder=0)
    falls = table.x("c", "upper")[table.y("c", "upper") < 0][-1]
    left = table.x("c", "lower")[np.isfinite(table.y("c", "lower"))][-1]
    words = {"va": "top", "fontsize": style.size("curve"), "color": style.INK, "transform": ax.get_xaxis_transform()}
    for x in (falls, left):
        ax.plot([x, x], [0, 1], color=style.FAINT, lw=0.7, ls=style.DOTTED, transform=ax.get_xaxis_transform())
    ax.text((SCALES[0] * falls) ** 0.5, 0.98, "vanishing proved", ha="center", rotation=90, **words)
    ax.text(left**0.5, 0.98, "no lower\nbound", ha="center", **words)
    ax.set(xscale="log", xlabel="factor of recurrent weights", ylabel="factor per step", xlim=(SCALES[0], 1))
    ax.set_xticks([1 / 64, 1 / 16, 1 / 4, 1], ["1/64", "1/16", "1/4", "1"])
    ax.set_yticks(np.log2([0.5, 1, 2, 4]), ["1/2", "1", "2", "4"])
    ax.set_ylim(-1.2, 2.6)
    ax.minorticks_off()
