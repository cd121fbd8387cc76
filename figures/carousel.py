"""The constant error carousel over 1000 steps: what is constant, what is bounded, what a forget gate makes of it.

(a) Cell of 1997, six units, input-gate bias -5, noise as input: the derivative of cell state by cell state.
Truncated, as the 1997 algorithm computes it, it is exactly the identity at every lag. The full derivative also runs
through the recurrent outputs. Its smallest and largest singular values (lines) stay between bounds (shaded) that
follow step by step from the norms of the factors A, D and B of the one-step Jacobian: below by a cone that is
carried along (lstm.lower_bound), above by the flow of the norms (lstm.vanishing). (b) Norm of the same block, full
derivative, of LSTMs with small weights whose forget gate is held at sigma(b): it follows f^q (dots), with half-life
ln 2 / ln(1 + exp(-b)), ticks. At b = 0, a usual start, half of the error is lost in each step. The whole flow of a
tanh network with spectral norm 0.9 (dashed) stays below 0.9^q and, up to lag 100, between those of the forget
biases 1 and 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.numeric.forward import Trajectory, run
from errorflow.numeric.linear import jacobians
from errorflow.plots import style
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "carousel"
SHOWS = ("lstm1997.carousel", "lstm.lower_bound", "lstm.vanishing", "forget_gate.half_life")
ALT = (
    "Left: over 1000 lags the truncated derivative of the 1997 cell stays exactly at one; the singular values of "
    "the full one drift slowly within shaded bounds. Right: on a logarithmic lag axis, error falls to one "
    "half at lags 1, 2.2, 14.3, 103 and 760 for forget biases 0, 1, 3, 5 and 7."
)
WIDTH = style.TEXT

UNITS, STEPS, SEED, SCALE, INPUT_BIAS = 6, 1000, 9, 0.25, -5.0
SMALL = 0.005  # recurrent weights of the LSTM, so small that its full derivative shows the forget gate
FORGET_BIASES = (0, 1, 3, 5, 7)
RNN_NORM = 0.9


def data() -> Table:
    """Singular values of the 1997 cell with their bounds, norms of LSTMs by forget bias, and of a tanh network."""
    rng = np.random.default_rng(SEED)
    inputs = rng.normal(size=(STEPS, 2))
    curves = {}
    lags = np.arange(STEPS + 1.0)

    cell = ef.lstm1997()
    weights = cell.random_weights(rng, scale=SCALE, n=UNITS, m=2)
    weights["b_i"][:] = INPUT_BIAS
    trajectory = run(cell.definition, weights, inputs)
    steps = jacobians(trajectory)
    singular = _singular_values(steps)
    curves["a", "full largest"] = (lags, singular[:, 0])
    curves["a", "full smallest"] = (lags, singular[:, -1])
    cut = _singular_values(jacobians(trajectory, truncated=True))
    curves["a", "truncated largest"] = (lags, cut[:, 0])
    curves["a", "truncated smallest"] = (lags, cut[:, -1])
    curves["a", "lower bound"], curves["a", "upper bound"] = ((lags, b) for b in _bounds(trajectory, steps))

    weights = ef.lstm().random_weights(rng, scale=SMALL, n=UNITS, m=2)
    weights["b_i"][:] = INPUT_BIAS
    weights["W_f"][:], weights["U_f"][:] = 0.0, 0.0
    at = np.unique(np.round(np.geomspace(1, STEPS, 181)).astype(int))
    for bias in FORGET_BIASES:
        weights["b_f"][:] = bias
        flow = ef.lstm().profile(weights, inputs, departures=False).log2_norm_blocks["c", "c"]
        curves["b", f"b={bias}"] = (lags[at], 2.0 ** flow[at])
        curves["b", f"b={bias} law"] = (lags[at], bounds.forget_decay(bias, lags[at]))
    orthogonal, _ = np.linalg.qr(rng.normal(size=(UNITS, UNITS)))
    weights = {"W": RNN_NORM * orthogonal, "U": rng.normal(0, 0.1, (UNITS, 2)), "b": np.zeros(UNITS)}
    flow = ef.rnn().profile(weights, inputs, departures=False).log2_norm
    curves["b", "tanh network"] = (lags[at], 2.0 ** flow[at])
    curves["b", "tanh network bound"] = (lags[at], RNN_NORM ** lags[at])
    return Table(
        curves,
        {
            "units": UNITS, "steps": STEPS, "seed": SEED, "weights_1997": SCALE, "input_gate_bias": INPUT_BIAS,
            "weights_lstm": SMALL, "forget_biases": list(FORGET_BIASES), "spectral_norm_of_the_tanh_network": RNN_NORM,
            "half_lives": {str(b): bounds.half_life(b) for b in FORGET_BIASES},
        },
        {"a": ("lag q", "singular value of d c_T / d c_(T-q)"), "b": ("lag q", "norm of d c_T / d c_(T-q)")},
    )  # fmt: skip


def _singular_values(steps: Array) -> Array:
    """Singular values of the block c to c of the flow, (T + 1, n), lag 0 first; steps (T, 2n, 2n), c before h."""
    products, flow = np.empty((len(steps) + 1, UNITS, UNITS)), np.eye(2 * UNITS)
    products[0] = np.eye(UNITS)
    for q, step in enumerate(steps[::-1], 1):
        flow = flow @ step
        products[q] = flow[:UNITS, :UNITS]
    return np.asarray(np.linalg.svd(products, compute_uv=False))


def _bounds(trajectory: Trajectory, steps: Array) -> tuple[Array, Array]:
    """The bounds along this run, from the factors F, A, Dm, B of each step; F is the identity here."""
    c, h = slice(0, UNITS), slice(UNITS, None)
    a, d = steps[:, c, h], steps[:, h, c]
    b = steps[:, h, h] - d @ a
    one = np.ones(trajectory.steps)
    alpha, dm, beta = (np.linalg.norm(block, 2, axis=(1, 2)) for block in (a, d, b))
    lower, upper = bounds.log2_lstm_bounds(one, one, alpha, dm, beta)
    return 2.0**lower, 2.0**upper


def check(table: Table) -> None:
    """Raises AssertionError unless the truncated flow is exactly 1 and all else keeps to its bounds."""
    for which in ("largest", "smallest"):
        holds(
            table.y("a", f"truncated {which}") == 1, "the truncated flow through the carousel is exactly the identity"
        )
    least, most = table.y("a", "full smallest"), table.y("a", "full largest")
    slack = 1 + 1e-12 * (1 + table.x("a", "lower bound"))  # a product of q factors loses q units in the last place
    holds(least * slack >= table.y("a", "lower bound"), "the smallest singular value stays above its bound")
    holds(most <= table.y("a", "upper bound") * slack, "the largest singular value stays below its bound")
    holds(least <= most, "the smallest singular value is the smaller one")
    holds(table.y("a", "lower bound") > 0, "the lower bound is not void")
    for bias in FORGET_BIASES:
        x, norm = table["b", f"b={bias}"]
        law = table.y("b", f"b={bias} law")
        holds(np.abs(norm - law) < 0.04, f"the error flow at forget bias {bias} follows f^q")
        crossing = np.interp(0.5, law[::-1], x[::-1])
        holds(abs(crossing / bounds.half_life(bias) - 1) < 0.02, f"the half-life at forget bias {bias}")
    norm, bound = table.y("b", "tanh network"), table.y("b", "tanh network bound")
    holds(norm <= bound * (1 + 1e-9), "the flow of the tanh network stays below its bound")
    early = table.x("b", "tanh network") <= 100
    between = (table.y("b", "b=1") < norm) & (norm < table.y("b", "b=3"))
    holds(between[early], "up to lag 100 the tanh network lies between the forget biases 1 and 3")


def _spaced(x: Array) -> list[int]:
    """Indices of points about evenly spaced on a logarithmic axis."""
    return sorted({int(np.argmin(np.abs(np.log(x / at)))) for at in np.geomspace(1, x[-1], 28)})


_LOOK = dict(zip(FORGET_BIASES, (style.BLUE, style.VIOLET, style.PURPLE, style.RED, style.ORANGE), strict=True))
_NEAR = ((1.7, "left"), (1.6, ""), (16, "right"), (115, "right"), (700, ""))  # of the names


def draw(fig: Any, table: Table) -> None:
    """Panel a: the 1997 cell. Panel b: forget gates."""
    page = Page(fig)
    left, right = page.panels(2, height=1.9, least=2.6, ratios=(1, 1.4))
    page.heading(left, "a", "cell of 1997, state to state")
    page.heading(right, "b", "LSTM, forget gate held at $\\sigma(b)$")
    _draw_cell(page, left, table)
    _draw_gates(page, right, table)
    for ax in (left, right):
        ax.minorticks_off()
    page.settle()


def _draw_cell(page: Page, ax: Any, table: Table) -> None:
    x, lower = table["a", "lower bound"]
    upper = table.y("a", "upper bound")
    ax.fill_between(x, lower, upper, color=style.BLUE, alpha=0.14, lw=0)
    for name, bound in (("lower bound", lower), ("upper bound", upper)):
        ax.plot(x, bound, color=style.BLUE, lw=0.8, ls=style.DOTTED)
        page.name(ax, x, bound, name, style.BLUE, near=350, side="above" if name == "upper bound" else "below")
    ax.plot(*table["a", "full largest"], color=style.RED)
    ax.plot(*table["a", "full smallest"], color=style.PURPLE, ls=style.DASHED)
    ax.plot(*table["a", "truncated largest"], color=style.INK, lw=1.6)
    page.name(ax, *table["a", "full largest"], "full, largest", style.RED, near=600, side="above")
    page.name(ax, *table["a", "full smallest"], "full, smallest", style.PURPLE, near=600, side="below")
    page.name(ax, *table["a", "truncated largest"], "truncated: exactly 1", style.INK, near=750)
    ax.set(yscale="log", xlim=(0, STEPS), ylim=(0.08, 12.5), xlabel="lag $q$ (steps)")
    ax.set_xticks([0, 250, 500, 750, 1000])
    ax.set_yticks([0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.1", "0.2", "0.5", "1", "2", "5", "10"])
    ax.set_ylabel(r"singular values of $\partial c_T / \partial c_{T-q}$")


def _high(table: Table, name: str) -> tuple[Array, Array]:
    """The part of a curve of panel b that stands apart from the others: near zero they are one."""
    x, y = table["b", name]
    return x[y > 0.1], y[y > 0.1]


def _draw_gates(page: Page, ax: Any, table: Table) -> None:
    ax.set(xscale="log", xlim=(1, STEPS), ylim=(0, 1.12))
    ax.plot([1, STEPS], [1, 1], color=style.INK, lw=1.6)
    page.name(ax, [1, STEPS], [1, 1], "1997 cell, truncated", style.INK, near=1, side="above")
    ax.axhline(0.5, color=style.GREY, lw=0.7, zorder=0)
    ticks = []
    for (bias, color), (near, side) in zip(_LOOK.items(), _NEAR, strict=True):
        ax.plot(*table["b", f"b={bias}"], color=color)
        law = table["b", f"b={bias} law"]
        seen = _spaced(law[0])
        ax.plot(law[0][seen], law[1][seen], "o", ms=2.0, color=style.dark(color), zorder=4)
        half = table.parameters["half_lives"][str(bias)]
        ax.plot([half, half], [0, 0.5], color=style.GREY, lw=0.7, ls=style.DOTTED, zorder=0)
        ticks.append((half, f"{half:.3g}"))
        page.name(ax, *_high(table, f"b={bias}"), f"$b = {bias}$", color, near=near, side=side)
    ax.plot(*table["b", "tanh network"], color=style.INK, lw=1.1, ls=style.DASHED)
    page.name(ax, *_high(table, "tanh network"), "tanh\nRNN", style.INK, near=6, side="right", linespacing=0.95)
    ax.set_xticks([t for t, _ in ticks] + [1000], [text for _, text in ticks] + [""])
    ax.set_yticks([0, 0.5, 1], ["0", "1/2", "1"])
    ax.set_ylabel(r"$\|\,\partial c_T / \partial c_{T-q}\,\|$")
    ax.set_xlabel("lag $q$ (steps, logarithmic), ticks at the half-lives")
