"""Spectral radius and norm: which of the two decides whether error vanishes.

(a) Linear units, W = [[0.9, k], [0, 0.9]]. Both eigenvalues are 0.9 whatever k is, yet before it vanishes the error
grows to 16 times its size at k = 4. Shaded for k = 4: above by the norm in the best units (rnn.scaled_norm), below by
the radius, as no weight is negative (rnn.nonnegative_bound). (b) Four tanh units with random weights, of which most
are far from normal, driven so that their states are random: the growth of the error per step from lag 40 to lag 80
against the radius of W. Were the eigenvalue condition true, no network could lie above the diagonal; nearly half of
them do (triangles), and grow even at a radius below 1. (c) The same networks against the norm of W. None lies above
the diagonal, which is theorem rnn.vanishing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.definition import Definition
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.profile import profile_of
from errorflow.plots import style
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "radius"
SHOWS = ("rnn.scaled_norm", "rnn.nonnegative_bound", "rnn.vanishing", "rnn.explosion_needs")
ALT = (
    "Left: error norms of linear units whose eigenvalues are all 0.9 first grow, the more the farther the matrix is "
    "from normal, then vanish within bounds. Middle: growth of error in random tanh networks against the spectral "
    "radius, with many points above the diagonal. Right: against the norm, all points lie below the diagonal."
)
WIDTH = style.TEXT

RADIUS, COUPLINGS, STEPS = 0.9, (0.0, 0.5, 4.0), 80
SEED, NETWORKS, UNITS, LAGS = 4, 160, 4, (40, 80)
FAR = (0.0, 1.0, 3.0, 6.0)  # size of what makes the weights of a network differ from normal ones


def data() -> Table:
    """Norms by lag of three linear networks, and growth of many tanh networks."""
    lags = np.arange(STEPS + 1.0)
    curves = {}
    linear = ef.rnn("identity")
    for k in COUPLINGS:
        W = np.array([[RADIUS, k], [0.0, RADIUS]])
        weights = {"W": W, "U": np.zeros((2, 1)), "b": np.zeros(2)}
        flow = linear.profile(weights, np.zeros((STEPS, 1)), departures=False).log2_norm
        curves["a", f"k={k:g}"] = (lags, flow)
    curves["a", "lower"] = (lags, bounds.log2_rnn_nonnegative(W, 1.0, lags))
    units = np.geomspace(1e-3, 10, 200)
    above = [bounds.log2_rnn_scaled(W, [1.0, 1 / s], 1.0, lags) for s in units]
    curves["a", "upper"] = (lags, np.min(above, axis=0))
    curves["a", "norm"] = (lags, bounds.log2_rnn_upper(W, 1.0, lags))
    radius, norm, rate = np.log2(_networks()).T
    order = np.argsort(radius, kind="stable")
    curves["b", "networks"], curves["c", "networks"] = (radius[order], rate[order]), (norm[order], rate[order])
    return Table(
        curves,
        {"radius": RADIUS, "couplings": list(COUPLINGS), "seed": SEED, "networks": NETWORKS, "units": UNITS,
         "lags": list(LAGS), "far_from_normal": list(FAR)},
        {"a": ("lag q", "log2 of the norm of d h_T / d h_(T-q)"), "b": ("log2 of the radius", "log2 growth per step"),
         "c": ("log2 of the norm", "log2 growth per step")},
    )  # fmt: skip


def _networks() -> Array:
    """Radius of W, norm of W and factor of the error per step of random tanh networks, (networks, 3)."""
    rng = np.random.default_rng(SEED)
    definition, found = ef.rnn().definition, np.empty((NETWORKS, 3))
    for k in range(NETWORKS):
        values = rng.uniform(0.3, 1, UNITS) * rng.choice([-1, 1], UNITS)
        radius = np.exp(rng.uniform(np.log(0.2), np.log(2.5)))
        values *= radius / np.abs(values).max()
        turn, _ = np.linalg.qr(rng.normal(size=(UNITS, UNITS)))
        far = rng.choice(FAR) * np.triu(rng.normal(size=(UNITS, UNITS)), 1)
        W = turn @ (np.diag(values) + far) @ turn.T
        flow = _driven(definition, W, rng.uniform(-0.9, 0.9, (LAGS[1] + 1, UNITS)))
        rate = (flow[LAGS[1]] - flow[LAGS[0]]) / (LAGS[1] - LAGS[0])
        found[k] = np.abs(np.linalg.eigvals(W)).max(), np.linalg.norm(W, 2), 2**rate
    return found


def _driven(definition: Definition, W: Array, states: Array) -> Array:
    """log2 norms by lag of a tanh network that its inputs lead from each of these states to the next.

    It is not run: where error grows, so would rounding, and the states would be others.
    """
    (x,), (h,) = definition.inputs, definition.states
    inputs = np.arctanh(states[1:]) - states[:-1] @ W.T
    weights = {"W": W, "U": np.eye(len(W)), "b": np.zeros(len(W))}
    orbit = Trajectory(definition, weights, {x: inputs[:, None]}, {h.name: states[:, None]}, True)
    return profile_of(orbit, departures=False).log2_norm


def check(table: Table) -> None:
    """Raises AssertionError unless transients keep to their bounds, radii are refuted and norms are not."""
    far = table.y("a", f"k={COUPLINGS[-1]:g}")
    slack = 1e-9
    holds(far <= table.y("a", "upper") + slack, "the norm stays below the bound in the best units")
    holds(far <= table.y("a", "norm") + slack, "and below the power of the norm")
    holds(far >= table.y("a", "lower") - slack, "and above the power of the radius")
    lags = table.x("a", "upper")
    holds(np.abs(table.y("a", "lower") - lags * np.log2(RADIUS)) < 1e-9, "which is that of the eigenvalues")
    holds(np.abs(table.y("a", "k=0") - table.y("a", "lower")) < 1e-9, "a normal matrix follows its radius")
    holds(15.5 < 2 ** far.max() < 16.5, "the error grows to 16 times its size")
    holds(far[-1] < 0, "and vanishes in the end")
    holds((table.y("a", "upper") - far)[lags > 10] < 3, "the bound in the best units is within a factor of 8")
    radius, rate = table["b", "networks"]
    norm, same = table["c", "networks"]
    holds(rate == same, "both panels show the same networks")
    holds((rate > radius + 1e-6).mean() > 0.4, "nearly half of the networks grow faster than their radius")
    holds(((rate > 0) & (radius < 0)).sum() > 20, "many grow at a radius below 1")
    holds(rate <= norm + 1e-9, "none grows faster than its norm")
    holds(radius <= norm + 1e-9, "the radius is at most the norm")


def draw(fig: Any, table: Table) -> None:
    """Transients within bounds, and growth against radius and norm."""
    page = Page(fig)
    a, b, c = page.panels(3, height=1.85, least=2.0, stacked=1.7)
    page.heading(a, "a", "both eigenvalues 0.9")
    page.heading(b, "b", "tanh units, by radius")
    page.heading(c, "c", "by norm")
    lags, upper = table["a", "upper"]
    lower = table.y("a", "lower")
    a.fill_between(lags, lower, upper, color=style.RED, alpha=0.12, lw=0)
    for y in (upper, lower):
        a.plot(lags, y, color=style.RED, ls=style.DOTTED, lw=0.9)
    looks = ((style.BLUE, style.DASHED), (style.VIOLET, style.DASHDOT), (style.RED, style.SOLID))
    for k, (color, line) in zip(COUPLINGS, looks, strict=True):
        x, y = table["a", f"k={k:g}"]
        a.plot(x, y, color=color, ls=line)
        page.name(a, x, y, f"$k = {k:g}$", color, near=30)
    a.axhline(0, color=style.GREY, lw=0.7, zorder=0)
    a.set(xlim=(0, STEPS), ylim=np.log2([1e-4, 100]), xlabel="lag $q$", ylabel=r"$\|W^q\|$")
    a.set_yticks(np.log2([1e-4, 1e-2, 1, 16, 100]), ["$10^{-4}$", "$10^{-2}$", "1", "16", "100"])
    radius, rate = table["b", "networks"]
    faster = rate > radius + 1e-6
    _draw_networks(b, radius, rate, faster, (0.15, 4), (0.1, 5))
    _draw_networks(c, table.x("c", "networks"), rate, faster, (0.15, 40), (0.1, 5))
    b.set_xlabel(r"spectral radius $\rho(W)$")
    c.set_xlabel(r"norm $\|W\|$")
    c.text(np.log2(0.18), np.log2(2.4), "empty:\nproved", color=style.INK, fontsize=style.size("curve"))
    page.key({
        "faster than its radius": {"ls": "None", "marker": "^", "ms": 4, "color": style.RED, "mew": 0},
        "not faster": {"ls": "None", "marker": "o", "ms": 3, "mfc": "none", "mec": style.BLUE},
    })  # fmt: skip
    page.settle()


def _draw_networks(
    ax: Any, x: Array, y: Array, faster: Any, across: tuple[float, float], along: tuple[float, float]
) -> None:
    """Networks on logarithmic axes, those that grow faster than their radius as filled triangles."""
    ax.plot(x[~faster], y[~faster], "o", ms=2.4, mfc="none", mec=style.BLUE, mew=0.6)
    ax.plot(x[faster], y[faster], "^", ms=3.2, color=style.RED, mew=0)
    ends = np.log2([across, along])
    ax.plot(ends[1], ends[1], color=style.INK, lw=0.8)
    ax.plot([0, 0], ends[1], color=style.GREY, lw=0.7, zorder=0)
    ax.plot(ends[0], [0, 0], color=style.GREY, lw=0.7, zorder=0)
    ticks = [0.2, 1, 4, 20]
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(np.log2(ticks), labels=[f"{t:g}" for t in ticks])
    ax.set(xlim=ends[0], ylim=ends[1], ylabel="growth per step")
