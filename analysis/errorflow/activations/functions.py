"""The elementwise functions as SymPy functions, to be applied in the definition of a cell, and their slopes.

SymPy knows nothing about them but their name and that they take one argument, so nothing is ever expanded. What they
mean, how they run and how they print stands in `errorflow.activations.table`.
"""

from __future__ import annotations

from typing import Any

import sympy


class logistic(sympy.Function):
    """sigma(x) = 1 / (1 + exp(-x))."""

    nargs = 1


class squash_in(sympy.Function):
    """g(x) = 4 sigma(x) - 2, the input squash of the 1997 memory cell, with values in (-2, 2)."""

    nargs = 1


class squash_out(sympy.Function):
    """h(x) = 2 sigma(x) - 1, the output squash of the 1997 memory cell, with values in (-1, 1)."""

    nargs = 1


class relu(sympy.Function):
    """max(0, x)."""

    nargs = 1


class leaky_relu(sympy.Function):
    """x where x > 0, x / 100 elsewhere."""

    nargs = 1


class elu(sympy.Function):
    """x where x > 0, exp(x) - 1 elsewhere. Clevert, Unterthiner & Hochreiter 2016."""

    nargs = 1


class selu(sympy.Function):
    """scale * (x where x > 0, alpha (exp(x) - 1) elsewhere). Klambauer et al. 2017."""

    nargs = 1


class softplus(sympy.Function):
    """log(1 + exp(x)), the integral of sigma."""

    nargs = 1


class logsigmoid(sympy.Function):
    """log sigma(x)."""

    nargs = 1


class silu(sympy.Function):
    """x sigma(x); also called swish. Elfwing, Uchibe & Doya 2018."""

    nargs = 1


class normal_cdf(sympy.Function):
    """Phi(x), the distribution function of the standard normal."""

    nargs = 1


class gelu(sympy.Function):
    """x Phi(x). Hendrycks & Gimpel 2016."""

    nargs = 1


class gelu_tanh(sympy.Function):
    """x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, which many programs run in place of `gelu`."""

    nargs = 1


class mish(sympy.Function):
    """x tanh(softplus(x)). Misra 2020."""

    nargs = 1


class lisht(sympy.Function):
    """x tanh(x). Roy et al. 2019."""

    nargs = 1


class tanhshrink(sympy.Function):
    """x - tanh(x)."""

    nargs = 1


class hardtanh(sympy.Function):
    """x, held in [-1, 1]."""

    nargs = 1


class hardsigmoid(sympy.Function):
    """x / 6 + 1 / 2, held in [0, 1], as in PyTorch and Keras 3; older Keras and Theano had x / 5 + 1 / 2."""

    nargs = 1


class hardswish(sympy.Function):
    """x hardsigmoid(x). Howard et al. 2019."""

    nargs = 1


class softsign(sympy.Function):
    """x / (1 + |x|)."""

    nargs = 1


class isru(sympy.Function):
    """x / sqrt(1 + x^2), the inverse square root unit. Carlile et al. 2017."""

    nargs = 1


class gaussian(sympy.Function):
    """exp(-x^2)."""

    nargs = 1


class positive(sympy.Function):
    """1 where x > 0 and 0 elsewhere: the slope of `relu`, with 0 at the kink."""

    nargs = 1


class normal_density(sympy.Function):
    """phi(x) = exp(-x^2 / 2) / sqrt(2 pi), the slope of `normal_cdf`."""

    nargs = 1


def identity(x: sympy.Expr) -> sympy.Expr:
    """x itself: the linear unit."""
    return x


def swish(x: sympy.Expr, beta: Any = 1) -> sympy.Expr:
    """x sigma(beta x) for a number or a vector `beta`; its largest slope is that of `silu` for every beta != 0.

    Source: Ramachandran, Zoph & Le 2017.
    """
    return silu(x) if beta == 1 else x * logistic(beta * x)


def _slope(name: str) -> Any:
    """A function that stands for the derivative of `name`, so that it is read in one form and run in another."""
    return type(f"{name}_slope", (sympy.Function,), {"nargs": 1, "__module__": __name__, "__doc__": f"{name}'(x)."})


logistic_slope = _slope("logistic")
tanh_slope = _slope("tanh")
squash_in_slope = _slope("squash_in")
squash_out_slope = _slope("squash_out")
leaky_relu_slope = _slope("leaky_relu")
elu_slope = _slope("elu")
selu_slope = _slope("selu")
silu_slope = _slope("silu")
gelu_slope = _slope("gelu")
gelu_tanh_slope = _slope("gelu_tanh")
mish_slope = _slope("mish")
lisht_slope = _slope("lisht")
tanhshrink_slope = _slope("tanhshrink")
hardtanh_slope = _slope("hardtanh")
hardsigmoid_slope = _slope("hardsigmoid")
hardswish_slope = _slope("hardswish")
softsign_slope = _slope("softsign")
arctan_slope = _slope("arctan")
isru_slope = _slope("isru")
gaussian_slope = _slope("gaussian")
