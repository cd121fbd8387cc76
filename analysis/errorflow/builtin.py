"""The built-in cells, written through the same public door as a user's own.

W are recurrent matrices, U input matrices, b biases. States are named h (hidden) and c (cell).
"""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import tanh

from errorflow import activations
from errorflow.activations import logistic, squash_in, squash_out
from errorflow.cells import Cell
from errorflow.definition import dense, names, net, new

h, c, x, i, f, o, g, r, z, n = names("h c x i f o g r z n")


def rnn(activation: str | Callable[[sympy.Expr], sympy.Expr] = tanh, form: str = "post") -> Cell:
    """The fully recurrent network. "post": h' = f(W h + U x + b). "pre": a' = W f(a) + U x + b.

    activation: a name such as "relu", or any elementwise SymPy function. form: "post" (Elman) or "pre", whose state is
    the net input, as in section 3.1 of the 1997 paper.

    Source: Elman 1990; Hochreiter & Schmidhuber 1997, section 3.1.
    """
    function = activations.activation(activation).function if isinstance(activation, str) else activation
    if form == "post":
        return Cell("rnn", inputs=[x], state={h: function(_shared("W", h))})
    if form == "pre":
        (a,) = names("a")
        return Cell("rnn", inputs=[x], state={a: _shared("W", function(a))})
    raise ValueError(f"form must be 'post' or 'pre', got {form!r}")


def _shared(matrix: str, source: sympy.Expr) -> sympy.Expr:
    return net("", dense(matrix, source), x)


def lstm1997() -> Cell:
    """The memory cell of 1997: no forget gate, so the cell state is carried with factor one; only h is recurrent.

    Source: Hochreiter & Schmidhuber 1997, section 4; g = 4 sigma - 2, h = 2 sigma - 1.
    """
    gates = {i: logistic(net("i", h, x)), o: logistic(net("o", h, x)), g: squash_in(net("g", h, x))}
    return Cell("lstm1997", inputs=[x], state={c: c + i * g, h: o * squash_out(new(c))}, where=gates)


def lstm() -> Cell:
    """The LSTM with forget gate, as in torch.nn.LSTM.

    Source: Gers, Schmidhuber & Cummins 2000.
    """
    gates = {name: logistic(net(name.name, h, x)) for name in (i, f, o)} | {g: tanh(net("g", h, x))}
    return Cell("lstm", inputs=[x], state={c: f * c + i * g, h: o * tanh(new(c))}, where=gates)


def gru() -> Cell:
    """The GRU whose reset gate acts after the recurrent product, as in torch.nn.GRU.

    b_hn is the bias inside the reset. Source: Cho et al. 2014, arXiv 1406.1078v1.
    """
    inside = net("hn", dense("W_n", h))
    gates = {name: logistic(net(name.name, h, x)) for name in (r, z)} | {n: tanh(r * inside + net("n", x))}
    return Cell("gru", inputs=[x], state={h: (1 - z) * n + z * h}, where=gates)


def gru_reset_before() -> Cell:
    """The GRU whose reset gate acts on the state before the recurrent product.

    Source: Cho et al. 2014, arXiv 1406.1078v3.
    """
    gates = {name: logistic(net(name.name, h, x)) for name in (r, z)} | {n: tanh(net("n", r * h, x))}
    return Cell("gru_reset_before", inputs=[x], state={h: (1 - z) * n + z * h}, where=gates)


BUILTIN: dict[str, Callable[[], Cell]] = {
    "rnn": rnn,
    "lstm1997": lstm1997,
    "lstm": lstm,
    "gru": gru,
    "gru_reset_before": gru_reset_before,
}


def cell(name: str) -> Cell:
    """The built-in cell called `name`. Raises: KeyError with the names that exist."""
    if name not in BUILTIN:
        raise KeyError(f"no cell called {name!r}; built in are {', '.join(BUILTIN)}; your own is file.py:name")
    return BUILTIN[name]()
