"""Cells with gates and one state: GRU in both orders, and its smaller relatives.

W are recurrent matrices, U input matrices, b biases. z and u keep the old state where they are one.
"""

from __future__ import annotations

import sympy
from sympy import tanh

from errorflow.activations import logistic
from errorflow.cells import Cell
from errorflow.definition import dense, names, net

h, x, f, g, j, n, r, u, z = names("h x f g j n r u z")


def gru() -> Cell:
    """The GRU whose reset gate acts after the recurrent product, as in torch.nn.GRU.

    b_hn is the bias inside the reset.

    Returns
    -------
    Cell

    References
    ----------
    Cho et al. 2014, arXiv 1406.1078v1.
    """
    inside = net("hn", dense("W_n", h))
    gates = {name: logistic(net(name.name, h, x)) for name in (r, z)} | {n: tanh(r * inside + net("n", x))}
    return Cell("gru", inputs=[x], state={h: (1 - z) * n + z * h}, where=gates)


def gru_reset_before() -> Cell:
    """The GRU whose reset gate acts on the state before the recurrent product.

    Returns
    -------
    Cell

    References
    ----------
    Cho et al. 2014, arXiv 1406.1078v3.
    """
    gates = {name: logistic(net(name.name, h, x)) for name in (r, z)} | {n: tanh(net("n", r * h, x))}
    return Cell("gru_reset_before", inputs=[x], state={h: (1 - z) * n + z * h}, where=gates)


def mingru() -> Cell:
    """The minimal GRU, whose gate and candidate read the input alone: no error leaves the direct edge.

    z = sigma(U_z x + b_z) writes: h' = (1 - z) h + z n with n = U_n x + b_n.

    Returns
    -------
    Cell

    References
    ----------
    Feng et al. 2024, section 3.1.
    """
    return Cell("mingru", inputs=[x], state={h: (1 - z) * h + z * n}, where={z: logistic(net("z", x)), n: net("n", x)})


def minimal_rnn() -> Cell:
    """The minimalRNN: h' = u h + (1 - u) z, with z = tanh(U_z x + b_z) and a gate u that reads h and z.

    Returns
    -------
    Cell

    References
    ----------
    Chen 2017; Chen, Pennington & Schoenholz 2018.
    """
    where = {z: tanh(net("z", x)), u: logistic(net("u", dense("W_u", h), dense("V_u", z)))}
    return Cell("minimal_rnn", inputs=[x], state={h: u * h + (1 - u) * z}, where=where)


def janet(beta: int | sympy.Expr = 1) -> Cell:
    """The LSTM with a forget gate alone: h' = sigma(a) h + (1 - sigma(a - beta)) g, where a is the gate's net input.

    Parameters
    ----------
    beta : int or sympy.Expr, default 1
        The number by which writing stays behind forgetting; 1 in the paper, 0 makes it the coupled gate.

    Returns
    -------
    Cell

    References
    ----------
    van der Westhuizen & Lasenby 2018.
    """
    gate = net("f", h, x)
    where = {f: logistic(gate), j: logistic(gate - beta), g: tanh(net("g", h, x))}
    return Cell("janet", inputs=[x], state={h: f * h + (1 - j) * g}, where=where)
