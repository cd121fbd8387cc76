"""Memory cells: from the cell of 1997 to the exponential gates of 2024.

W are recurrent matrices, U input matrices, p peepholes, b biases. c is the cell state and h what the cell gives out; i,
f, o are the gates and g the candidate.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import exp, tanh

from errorflow.activations import logistic, squash_in, squash_out
from errorflow.cells import Cell
from errorflow.definition import Net, dense, diagonal, fixed, names, net, new

c, h, x, i, f, o, g, n, u, y, z = names("c h x i f o g n u y z")
i_c, o_c = names("i_c o_c")


def lstm1997() -> Cell:
    """The memory cell of 1997: no forget gate, so the cell state is carried with factor one; only h is recurrent.

    g = 4 sigma - 2, h = 2 sigma - 1.

    Returns
    -------
    Cell

    References
    ----------
    Hochreiter & Schmidhuber 1997, section 4.
    """
    gates = {i: logistic(net("i", h, x)), o: logistic(net("o", h, x)), g: squash_in(net("g", h, x))}
    return Cell("lstm1997", inputs=[x], state={c: c + i * g, h: o * squash_out(new(c))}, where=gates)


def lstm1997_full(output_units: bool = False, schedule: str = "same_step") -> Cell:
    """The hidden layer of 1997 as it was: net inputs read cell outputs, gates and hidden units of the step before.

    States: c and h of n cells, the input and output gates i and o of b blocks, k hidden units u. The cells of a block
    share its gates: the fixed matrix E (n, b) is one where a cell belongs to a block and zero elsewhere, for S cells in
    each of B blocks `numpy.repeat(numpy.eye(B), S, axis=0)`. Truncation cuts every net input, so that the truncated
    flow is that of `lstm1997`.

    Parameters
    ----------
    output_units : bool, default False
        Whether l logistic output units y, which read cell outputs and hidden units, are added as a state that
        nothing reads; the loss then reads y. Else the loss reads h, and hidden units act through the cells alone.
    schedule : {'same_step', 'next_step'}, default 'same_step'
        "same_step" if output units read the units of the same step, as in the experiments; "next_step" if they read
        those of the step before, net_k(t) = sum_u w_ku y_u(t-1), as in appendix A.1. Of the maps of the latter,
        those into y are not part of the hidden layer, so that its truncation is `truncated={"g", "i", "o", "u"}`.

    Returns
    -------
    Cell

    Raises
    ------
    ValueError
        For another schedule.

    References
    ----------
    Hochreiter & Schmidhuber 1997, section 4 and appendix A.1.
    """

    def sees(label: str) -> Net:
        return net(label, h, i, o, u, x)

    where = {
        i_c: net("i_c", fixed("E", new(i)), bias=False),
        o_c: net("o_c", fixed("E", new(o)), bias=False),
        g: squash_in(sees("g")),
    }
    state = {
        c: c + i_c * g,
        h: o_c * squash_out(new(c)),
        i: logistic(sees("i")),
        o: logistic(sees("o")),
        u: logistic(sees("u")),
    }
    sizes = {i: "b", o: "b", u: "k"}
    if output_units:
        read = {"same_step": (new(h), new(u)), "next_step": (h, u)}
        if schedule not in read:
            raise ValueError(f"schedule must be 'same_step' or 'next_step', got {schedule!r}")
        cells, hidden = read[schedule]
        state[y], sizes[y] = logistic(net("y", dense("W_yh", cells), dense("W_yu", hidden))), "l"
    return Cell("lstm1997_full", inputs=[x], state=state, where=where, sizes=sizes, output=y if output_units else h)


def lstm() -> Cell:
    """The LSTM with forget gate, as in torch.nn.LSTM.

    Returns
    -------
    Cell

    References
    ----------
    Gers, Schmidhuber & Cummins 2000.
    """
    return Cell("lstm", inputs=[x], state={c: f * c + i * g, h: o * tanh(new(c))}, where=_gates())


def lstm_peephole() -> Cell:
    """The LSTM whose gates see the cell: i and f the old one, o the new one, each unit its own.

    Returns
    -------
    Cell

    References
    ----------
    Gers & Schmidhuber 2000; Gers, Schraudolph & Schmidhuber 2002.
    """
    gates = {
        i: logistic(net("i", h, x, diagonal("p_i", c))),
        f: logistic(net("f", h, x, diagonal("p_f", c))),
        o: logistic(net("o", h, x, diagonal("p_o", new(c)))),
        g: tanh(net("g", h, x)),
    }
    return Cell("lstm_peephole", inputs=[x], state={c: f * c + i * g, h: o * tanh(new(c))}, where=gates)


def lstm_projected() -> Cell:
    """The LSTM whose output is projected to p entries, as in torch.nn.LSTM with proj_size: h' = W_r (o * tanh(c')).

    Returns
    -------
    Cell

    References
    ----------
    Sak, Senior & Beaufays 2014, without their peepholes.
    """
    given = net("r", o * tanh(new(c)), bias=False)
    return Cell("lstm_projected", inputs=[x], state={c: f * c + i * g, h: given}, where=_gates(), sizes={h: "p"})


def slstm(forget: Callable[[sympy.Expr], sympy.Expr] = logistic) -> Cell:
    """The sLSTM: an exponential input gate, and a normaliser n that sums the weights: h' = o c' / n'.

    n must start at 0 or above. This is the cell without the paper's stabiliser m, which only divides c and n by exp(m):
    h and the error into h, the weights and the inputs stay what they are, while the blocks of c and n are those of the
    scaled states. Without it, exp(net_i) leaves float64 at net_i = 709, and the forward pass says so.

    Parameters
    ----------
    forget : callable, default logistic
        `errorflow.logistic` or `sympy.exp`; the paper allows both.

    Returns
    -------
    Cell

    References
    ----------
    Beck et al. 2024, section 2.2.
    """
    gates = {i: exp(net("i", h, x)), f: forget(net("f", h, x)), o: logistic(net("o", h, x)), z: tanh(net("z", h, x))}
    state = {c: f * c + i * z, n: f * n + i, h: o * new(c) / new(n)}
    return Cell("slstm", inputs=[x], state=state, where=gates)


def _gates() -> dict[sympy.Symbol, sympy.Expr]:
    return {name: logistic(net(name.name, h, x)) for name in (i, f, o)} | {g: tanh(net("g", h, x))}
