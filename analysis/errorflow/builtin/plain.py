"""Networks without gates: fully recurrent, leaky, orthogonal, diagonal.

W are recurrent matrices, U input matrices, b biases.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import tanh

from errorflow import activations
from errorflow.cells import Cell
from errorflow.definition import dense, diagonal, fixed, names, net

h, v, x = names("h v x")

Nonlinearity = str | Callable[[sympy.Expr], sympy.Expr]


def rnn(activation: Nonlinearity = tanh, form: str = "post") -> Cell:
    """The fully recurrent network. "post": h' = f(W h + U x + b). "pre": a' = W f(a) + U x + b.

    Parameters
    ----------
    activation : str or callable, default tanh
        A name such as "relu", or any elementwise SymPy function.
    form : {'post', 'pre'}, default 'post'
        "post" (Elman) or "pre", whose state is the net input, as in section 3.1 of the 1997 paper.

    Returns
    -------
    Cell

    Raises
    ------
    KeyError, ValueError
        For an unknown activation; for another form.

    References
    ----------
    Elman 1990; Hochreiter & Schmidhuber 1997, section 3.1.
    """
    function = _function(activation)
    if form == "post":
        return Cell("rnn", inputs=[x], state={h: function(net("", dense("W", h), x))})
    if form == "pre":
        (a,) = names("a")
        return Cell("rnn", inputs=[x], state={a: net("", dense("W", function(a)), x)})
    raise ValueError(f"form must be 'post' or 'pre', got {form!r}")


def leaky_rnn(activation: Nonlinearity = tanh) -> Cell:
    """The leaky integrator: h' = h + a (f(W h + U x + b) - h), a rate a for each unit.

    The rates `a` are weights: one number in (0, 1] for each unit, all equal in most of the literature. With a = 1 it is
    the fully recurrent network, with small a an Euler step of the continuous one.

    Parameters
    ----------
    activation : str or callable, default tanh
        A name such as "relu", or any elementwise SymPy function.

    Returns
    -------
    Cell

    Raises
    ------
    KeyError
        For an unknown activation.

    References
    ----------
    Jaeger, Lukosevicius, Popovici & Siewert 2007.
    """
    pull = _function(activation)(net("", dense("W", h), x)) - h
    return Cell("leaky_rnn", inputs=[x], state={h: h + net("a", diagonal("a", pull), bias=False)})


def orthogonal_rnn(activation: Nonlinearity = tanh) -> Cell:
    """The fully recurrent network whose recurrent matrix Q is given, orthogonal, and not learned.

    That Q is orthogonal is a property of the numbers, which nothing here enforces: pass Q of a QR decomposition. With
    slopes of at most one, no error flow can then grow; it keeps its norm only where slopes are one.

    Parameters
    ----------
    activation : str or callable, default tanh
        A name such as "relu", or any elementwise SymPy function.

    Returns
    -------
    Cell

    Raises
    ------
    KeyError
        For an unknown activation.

    References
    ----------
    White, Lee & Sompolinsky 2004 (linear); Henaff, Szlam & LeCun 2016 (with a nonlinearity).
    """
    return Cell("orthogonal_rnn", inputs=[x], state={h: _function(activation)(net("", fixed("Q", h), x))})


def lru() -> Cell:
    """The linear recurrent unit: one complex number lambda for each unit, as a real part h and an imaginary part v.

    lambda_re and lambda_im are the weights, B_re and B_im the complex input matrix. The paper learns nu and theta with
    lambda = exp(-exp(nu) + i theta), and scales the input by sqrt(1 - |lambda|^2): both are maps of the weights, to be
    applied before, with the chain rule in these entries applied after. The loss reads h, as the paper's Re(C h + i C v)
    does with a real C. With lambda_im = 0 this is a diagonal state-space model.

    Returns
    -------
    Cell

    References
    ----------
    Orvieto et al. 2023, section 3.
    """
    real = net("re", diagonal("lambda_re", h), diagonal("lambda_im", -v), dense("B_re", x), bias=False)
    imaginary = net("im", diagonal("lambda_im", h), diagonal("lambda_re", v), dense("B_im", x), bias=False)
    return Cell("lru", inputs=[x], state={h: real, v: imaginary})


def _function(activation: Nonlinearity) -> Callable[[sympy.Expr], sympy.Expr]:
    return activations.activation(activation).function if isinstance(activation, str) else activation
