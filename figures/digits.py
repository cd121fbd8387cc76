"""Error flow by lag in networks that read handwritten digits pixel by pixel, 64 steps: RNN, LSTM and GRU with 64 units;
and in a two-layer LSTM that predicts sunspot numbers from 60 years.

(a) Spectral norm of d state_T / d state_(T-q): median over 32 digits (line), tenth to ninetieth percentile (shaded).
(b) The LSTM seen through its outputs h alone. Solid: the norm of d h_T / d h_(T-q), every path counted, with its
spread. Dashed: the product of the blocks d h_t / d h_(t-1), which loses what travels in the cell state. A hook on the
outputs of a fused module (in PyTorch, retain_grad on the output of torch.nn.LSTM) shows neither: with a loss at the
last step it reads exactly 0 at every earlier one, because inside the fused operation the outputs do not feed back.
(c, d) The flow of LSTM and GRU cut up by how it first leaves the carry, read forward in time: through the recurrent
weights of a gate or of the candidate, or never. Signed shares of the squared norm, which sum to 1; medians over 8
digits. Beyond lag 30 almost nothing has stayed on the carry alone: most of the flow first left it through the
candidate. (e) The two layers of the sunspot network, each alone and as one, medians over 15 windows. A step of the
stack is block triangular, so that the joint flow contains the flow of each layer; it decays like the slower one. (f)
The error that the squared loss of the read-out sends back through the stack, relative to where it starts, beside the
worst case, the norm of the joint flow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import errorflow as ef
from errorflow.learning.readout import as_head, loss_and_error
from errorflow.numeric.carried_errors import carried_back, log2_lengths
from errorflow.numeric.forward import run
from errorflow.numeric.linear import jacobians
from errorflow.numeric.profile import profile_of
from errorflow.plots import style
from errorflow.plots.profile import HIGH, LOW, draw_spread, percentiles
from figures.layout import Page
from figures.table import Array, Table, holds

NAME = "digits"
SHOWS = ("lstm.factorisation",)
ALT = (
    "Six panels. Error norms of RNN, LSTM and GRU on digits stay within a factor of thirty over 64 lags. The share "
    "on the carry falls to almost none. The product of hidden-to-hidden blocks falls far below the true flow, a hook "
    "on the outputs reads zero. In a two-layer LSTM on sunspots the joint flow decays like the slower layer, and the "
    "loss's own error stays below it."
)
WIDTH = style.TEXT

FOLDER = Path(__file__).parent / "networks"
KINDS = ("rnn", "lstm", "gru")
FOR_SHARES, YEARS = 8, 15
PANEL = {"lstm": "c", "gru": "d"}
_SPREAD = (f" {LOW} %", "", f" {HIGH} %")
Curves = dict[tuple[str, str], tuple[Array, Array]]
SHOWN = {"lstm": ("carry", "g", "i", "f", "o"), "gru": ("carry", "hn", "r", "z")}


def data() -> Table:
    """Medians and percentiles over the digit sequences."""
    inputs = np.load(FOLDER / "digits_inputs.npy")
    first, rest = inputs[:FOR_SHARES], inputs[FOR_SHARES:]
    lags = np.arange(inputs.shape[1] + 1.0)
    curves: Curves = {}
    for kind in KINDS:
        network = ef.read_network(FOLDER / f"digits_{kind}.safetensors")
        cell = network.cell()
        few, many = cell.profile(network.weights, first), cell.profile(network.weights, rest, departures=False)
        _spread(curves, "a", kind, lags, np.concatenate([few.log2_norm, many.log2_norm]))
        if kind == "lstm":
            h_to_h = [p.log2_norm_blocks["h", "h"] for p in (few, many)]
            _spread(curves, "b", "h to h", lags, np.concatenate(h_to_h))
            curves["b", "h to h of 8 digits"] = (lags, np.median(h_to_h[0], axis=0))
            steps = jacobians(run(cell.definition, network.weights, first))
            curves["b", "product of blocks"] = (lags, np.median(_alone(steps, network.units), axis=0))
        if kind in SHOWN:
            for label in SHOWN[kind]:
                curves[PANEL[kind], label] = (lags, np.median(few.shares[label], axis=0))
            error = np.abs(sum(few.shares.values()) - 1).max(axis=0)
            curves[PANEL[kind], "largest error of the sum of shares"] = (lags, error)
    # What the outputs' own gradient is when the loss reads the last one only: no later step reads an output again.
    curves["b", "hook on the outputs"] = (lags, np.append(1.0, np.zeros(len(lags) - 1)))
    _sunspots(curves)
    return Table(
        curves,
        {
            "networks": [f"digits_{k}.safetensors" for k in KINDS], "sequences": len(inputs),
            "sequences_in_c_and_d": FOR_SHARES, "sequences_in_product_of_blocks": FOR_SHARES,
            "sequences_in_e_and_f": YEARS,
        },
        {
            "a": ("lag q", "log2 of the spectral norm"),
            "b": ("lag q", "log2 of the spectral norm; for the hook, the norm itself"),
            "c": ("lag q", "share, LSTM"),
            "d": ("lag q", "share, GRU"),
            "e": ("lag q", "log2 of the spectral norm, sunspot network"),
            "f": ("lag q", "log2 of the norm, relative to lag 0"),
        },
    )  # fmt: skip


def _spread(curves: Curves, panel: str, name: str, lags: Array, values: Array) -> None:
    for which, spread in zip(_SPREAD, percentiles(values), strict=True):
        curves[panel, name + which] = (lags, spread)


def _sunspots(curves: Curves) -> None:
    """Norms of each layer and of both as one, and the error of the read-out, of the network that predicts sunspots."""
    network = ef.read_network(FOLDER / "sunspots_lstm2.safetensors")
    windows = np.load(FOLDER / "sunspots_inputs.npy")
    inputs, targets = windows[:YEARS], windows[1 : YEARS + 1, -1]  # the year after a window ends the next window
    lags = np.arange(inputs.shape[1] + 1.0)
    alone = []
    for layer, trajectory in zip(network.layers, network.trajectories(inputs), strict=True):
        alone.append(profile_of(trajectory, departures=False).log2_norm)
        curves["e", f"layer {layer.layer}"] = (lags, np.median(alone[-1], axis=0))
    stack = ef.stacked([layer.cell() for layer in network.layers])
    joint_run = stack.run(ef.stacked_weights([layer.weights for layer in network.layers]), inputs)
    joint = profile_of(joint_run, departures=False).log2_norm
    curves["e", "both as one"] = (lags, np.median(joint, axis=0))
    curves["e", "least excess over a layer"] = (lags, (joint - np.max(alone, axis=0)).min(axis=0))
    _, error = loss_and_error(as_head(network.head), "squared", targets, joint_run.output()[:, -1])
    start = {stack.definition.output.name: error[:, :, None]}
    lengths = np.array([log2_lengths(errors)[:, 0] for errors in carried_back(joint_run, start, len(lags) - 1)])
    gain = (lengths - lengths[0]).T
    _spread(curves, "f", "error of the loss", lags, gain)
    curves["f", "worst case"] = curves["e", "both as one"]
    curves["f", "largest excess over the worst case"] = (lags, (gain - joint).max(axis=0))


def _alone(steps: Array, units: int) -> Array:
    """log2 norm of the product of the blocks d h_t / d h_(t-1), c held, by lag, (batch, T + 1).

    steps: all one-step Jacobians, (batch, T, 2n, 2n), c before h.
    """
    blocks = steps[:, :, units:, units:]
    flow, log2 = np.broadcast_to(np.eye(units), blocks[:, 0].shape), [np.zeros(len(blocks))]
    for t in range(blocks.shape[1] - 1, -1, -1):
        flow = flow @ blocks[:, t]
        log2.append(np.log2(np.linalg.norm(flow, 2, axis=(1, 2))))
    return np.array(log2).T


def check(table: Table) -> None:
    """Raises AssertionError unless shares sum to 1 and the picture says what the caption says."""
    for kind in KINDS:
        low, middle, high = (table.y("a", kind + which) for which in _SPREAD)
        holds((low <= middle) & (middle <= high), f"the median of the {kind} lies within its spread")
        holds(abs(middle[0]) < 1e-12, f"the flow of the {kind} over no step is the identity")
    for panel, kind in (("c", "LSTM"), ("d", "GRU")):
        holds(table.y(panel, "largest error of the sum of shares") < 1e-9, f"the shares of the {kind} sum to 1")
        carry = table.y(panel, "carry")
        holds(abs(carry[0] - 1) < 1e-12, f"over no step all of the {kind}'s error is on the carry")
        late = table.x(panel, "carry") > 30
        holds(abs(carry[late]) < 0.05, f"beyond lag 30 almost nothing of the {kind}'s error stayed on the carry")
        candidate = table.y(panel, {"c": "g", "d": "hn"}[panel])
        holds(candidate[late] > 0.5, f"beyond lag 30 most of the {kind}'s error first left through the candidate")
    true, alone = table.y("b", "h to h of 8 digits"), table.y("b", "product of blocks")
    holds(np.abs(true - alone)[:2] < 1e-9, "over one step the block h to h is the whole derivative")
    holds(true[32:] > alone[32:] + 3, "from lag 32 on, the product of blocks alone misses more than 7/8 of the flow")
    holds(table.y("b", "hook on the outputs")[1:] == 0, "a hook on the outputs reads 0 before the last step")
    _check_sunspots(table)


def _check_sunspots(table: Table) -> None:
    holds(table.y("e", "least excess over a layer") > -1e-9, "the joint flow contains the flow of each layer")
    lower, upper, both = (table.y("e", name) for name in ("layer 0", "layer 1", "both as one"))
    holds(lower[20:] > upper[20:] + 3, "the lower layer decays more slowly than the upper one")
    holds(np.abs(both - lower)[20:] < 1, "the joint flow decays like the slower layer")
    holds((both >= lower - 1e-9) & (both >= upper - 1e-9), "the joint flow lies above both layers")
    holds(table.y("f", "largest excess over the worst case") < 1e-9, "the error of the loss stays below the worst case")
    holds(table.y("f", "worst case") == both, "the worst case is the norm of the joint flow")
    low, middle, high = (table.y("f", "error of the loss" + which) for which in _SPREAD)
    holds((low <= middle) & (middle <= high), "the median of the loss's error lies within its spread")
    holds(abs(middle[0]) < 1e-12, "the loss's error is relative to where it starts")


_LOOK = {  # colour, line, name, and where it stands
    "rnn": (style.BLUE, style.DASHED, "RNN", 27),
    "lstm": (style.RED, style.SOLID, "LSTM", 40),
    "gru": (style.ORANGE, style.DASHDOT, "GRU", 50),
}
_GATES = {
    "carry": (style.INK, style.SOLID, "never left the carry", 7, "right"),
    "g": (style.RED, style.SOLID, "through $g$", 30, "below"),
    "hn": (style.RED, style.SOLID, "through $n$", 30, "below"),
    "i": (style.BLUE, style.DASHED, "$i$", None, "end"),
    "f": (style.VIOLET, style.DASHDOT, "$f$", None, "end"),
    "o": (style.ORANGE, style.LONG, "$o$", None, "end"),
    "r": (style.BLUE, style.DASHED, "$r$", None, "end"),
    "z": (style.VIOLET, style.DASHDOT, "$z$", None, "end"),
}
_DECADE = float(np.log2(10))


def _bands(table: Table, panel: str, name: str) -> tuple[Array, Array, Array]:
    low, middle, high = (table.y(panel, name + which) for which in _SPREAD)
    return low, middle, high


def draw(fig: Any, table: Table) -> None:
    """Six panels: norms, what a hook shows, shares of LSTM and of GRU, a stack, and the error of a loss."""
    page = Page(fig)
    a, b, c, d, e, f = page.panels(6, height=1.6, least=2.5, stacked=0.95)
    _draw_norms(page, a, table)
    _draw_outputs(page, b, table)
    for ax, kind in ((c, "lstm"), (d, "gru")):
        _draw_shares(page, ax, table, kind)
    for ax in (a, b, c, d):
        ax.minorticks_off()
        ax.axhline(0, color=style.GREY, lw=0.7, zorder=0)
        ax.set(xlim=(0, 64), xlabel="lag $q$ (steps)")
        ax.set_xticks([0, 8, 16, 32, 48, 64])
    _draw_stack(page, e, table)
    _draw_loss(page, f, table)
    for ax, low in ((e, -11), (f, -8)):
        ax.axhline(0, color=style.GREY, lw=0.7, zorder=0)
        ax.set(ylim=(low * _DECADE, 1.6 * _DECADE), xlim=(0, 60), xlabel="lag $q$ (years)")
        ticks = range(0, low, -2)
        ax.set_yticks([k * _DECADE for k in ticks], ["1", *(f"$10^{{{k}}}$" for k in ticks if k)])
        ax.minorticks_off()
        ax.set_xticks([0, 10, 20, 30, 40, 50, 60])
    page.share_x((a, b, c, d))
    page.share_x((e, f))
    page.settle()


def _draw_norms(page: Page, ax: Any, table: Table) -> None:
    page.heading(ax, "a", "three trained networks, joint state $s$")
    for kind, (color, line, text, near) in _LOOK.items():
        draw_spread(ax, table.x("a", kind), _bands(table, "a", kind), color, line)
        page.name(ax, *table["a", kind], text, color, near=near)
    ax.set_ylabel(r"$\|\,\partial s_T / \partial s_{T-q}\,\|$")
    ax.set_ylim(np.log2(0.2), np.log2(50))
    ticks = ["0.2", "0.5", "1", "2", "5", "10", "20", "50"]
    ax.set_yticks(np.log2([float(t) for t in ticks]), ticks)


def _draw_outputs(page: Page, ax: Any, table: Table) -> None:
    page.heading(ax, "b", "the LSTM seen through its outputs $h$")
    draw_spread(ax, table.x("b", "h to h"), _bands(table, "b", "h to h"), style.RED)
    ax.plot(*table["b", "product of blocks"], color=style.PURPLE, ls=style.DASHED)
    low = -32 * _DECADE
    ax.plot([0, 1], [0, low], color=style.FAINT, lw=1.1, ls=style.DOTTED)
    ax.plot([1], [low], "v", color=style.FAINT, ms=4, clip_on=False)
    ax.set_ylim(low, 3 * _DECADE)
    ax.set_yticks([k * _DECADE for k in (0, -10, -20, -30)], ["1", "$10^{-10}$", "$10^{-20}$", "$10^{-30}$"])
    ax.set_ylabel(r"$\|\,\partial h_T / \partial h_{T-q}\,\|$")
    page.name(ax, *table["b", "h to h"], "all paths", style.RED, near=52, side="below")
    blocks = "blocks $\\partial h_t / \\partial h_{t-1}$\nmultiplied alone"
    page.name(ax, *table["b", "product of blocks"], blocks, style.PURPLE, near=30, side="right")
    page.name(ax, [0, 1], [0, low], "hook on the outputs:\nexactly 0 from $q = 1$", style.FAINT, near=1, side="right")


def _draw_shares(page: Page, ax: Any, table: Table, kind: str) -> None:
    panel = PANEL[kind]
    page.heading(ax, panel, f"{kind.upper()}: how the flow first leaves the carry")
    for name in SHOWN[kind]:
        color, line, words, near, side = _GATES[name]
        ax.plot(*table[panel, name], color=color, ls=line)
        page.name(ax, *table[panel, name], words, color, near=near, side=side)
    ax.set(ylabel="share of the flow", ylim=(-0.05, 1.05))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "1/4", "1/2", "3/4", "1"])


def _draw_stack(page: Page, ax: Any, table: Table) -> None:
    page.heading(ax, "e", "two-layer LSTM, sunspots: joint state $s$")
    for name, words, color, line, near, side in (
        ("both as one", "both layers as one", style.RED, style.SOLID, 40, "above"),
        ("layer 0", "lower layer alone", style.BLUE, style.DASHED, 24, "below"),
        ("layer 1", "upper layer alone", style.VIOLET, style.DASHDOT, 32, "left"),
    ):
        ax.plot(*table["e", name], color=color, ls=line)
        page.name(ax, *table["e", name], words, color, near=near, side=side)
    ax.set_ylabel(r"$\|\,\partial s_T / \partial s_{T-q}\,\|$")


def _draw_loss(page: Page, ax: Any, table: Table) -> None:
    page.heading(ax, "f", "error of the squared loss, and the worst case")
    x, y = table["f", "error of the loss"]
    draw_spread(ax, x, _bands(table, "f", "error of the loss"), style.ORANGE, style.DASHED)
    ax.plot(*table["f", "worst case"], color=style.RED)
    page.name(ax, *table["f", "worst case"], "norm of the joint flow", style.RED, near=36, side="above")
    page.name(ax, x, y, "error of the loss,\nrelative to lag 0", style.ORANGE, near=14, side="below")
    ax.set_ylabel(r"$\|\,\delta_{T-q}\,\| / \|\,\delta_T\,\|$")
