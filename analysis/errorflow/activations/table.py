"""The table of activations: everything the toolkit asks of an elementwise function, once.

The white list of a cell definition, the derivative rules, the NumPy functions, the signs of LaTeX and the NumPy source
that is printed all follow from it.

A slope has two forms. The one that is read is written in the value, sigma' = y (1 - y) and tanh' = 1 - y^2. It loses
every digit once the unit saturates: 1 - tanh(x)^2 is off by 4 % at x = 18 and exactly 0 at 20. The one that runs is
stable to the end of the exponent range. `Activation` keeps both, and a test ties them together at 50 digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy
from sympy import Abs, Integer, Max, Min, Piecewise, Rational, erf, exp, log, pi, sqrt, tanh

from errorflow.activations import functions as f
from errorflow.activations import running as r
from errorflow.activations.running import Array


@dataclass(frozen=True)
class Activation:
    """An elementwise function with everything the toolkit asks of it.

    Attributes
    ----------
    name : str
        As typed at the command line.
    function : callable
        SymPy function; applied in a cell definition.
    slope : callable
        SymPy function that stands for the derivative; never expanded by the calculus.
    definition : callable
        x -> the function in elementary terms, for proofs and oracles.
    read_slope : callable
        (x, y) -> the slope as it is read, y being the value at x.
    value, stable_slope : callable
        NumPy, elementwise, any shape. At a kink the slope is that of PyTorch.
    sup : sympy.Expr
        Supremum of |slope| over the real line: exact where it has a closed form, else a rational number above it by
        less than 10^-24.
    attained : str or None
        Where the supremum is attained, in words; None when it is not.
    tex, code : str
        How the function prints in LaTeX and in NumPy source, {0} being the argument.
    slope_tex, slope_code : str
        The same of the slope, where the form that is read keeps it whole.
    closed : str
        What `sup` is, in words, where SymPy has no expression for it.
    """

    name: str
    function: Callable[[sympy.Expr], sympy.Expr]
    slope: Callable[[sympy.Expr], sympy.Expr]
    definition: Callable[[sympy.Expr], sympy.Expr]
    read_slope: Callable[[sympy.Expr, sympy.Expr], sympy.Expr]
    value: Callable[[Array], Array]
    stable_slope: Callable[[Array], Array]
    sup: sympy.Expr
    attained: str | None
    tex: str
    code: str
    slope_tex: str = ""
    slope_code: str = ""
    closed: str = ""


def _sigma(x: sympy.Expr) -> sympy.Expr:
    return 1 / (1 + exp(-x))


def _gelu_tanh(x: sympy.Expr) -> sympy.Expr:
    return x * (1 + tanh(sqrt(2 / pi) * (x + Rational(44715, 10**6) * x**3))) / 2


def _mish_slope(x: sympy.Expr) -> sympy.Expr:
    gate = tanh(f.softplus(x))
    return gate + x * (1 - gate**2) * f.logistic(x)


_HALF, _HUNDREDTH = Rational(1, 2), Rational(1, 100)
_SCALE, _ALPHA = Rational("1.0507009873554804934193349852946"), Rational("1.6732632423543772848170429916717")
_SIGMA_CODE = "1 / (1 + np.exp(-{0}))"
_GELU_CODE = "np.sqrt(2 / np.pi) * ({0} + 0.044715 * {0}**3)"
_PHI_CODE = "scipy.special.ndtr({0})"

_SIGMOIDS = (
    Activation(
        "logistic", f.logistic, f.logistic_slope, _sigma,
        lambda x, y: y * (1 - y),
        r.logistic, r.bell, Rational(1, 4), "x = 0 only", r"\sigma", _SIGMA_CODE,
    ),
    Activation(
        "tanh", tanh, f.tanh_slope, tanh,
        lambda x, y: 1 - y**2,
        np.tanh, r.tanh_slope, Integer(1), "x = 0 only", r"\tanh", "np.tanh({0})",
    ),
    Activation(
        "squash_in", f.squash_in, f.squash_in_slope, lambda x: 4 * _sigma(x) - 2,
        lambda x, y: 1 - y**2 / 4,
        lambda x: 2.0 * np.tanh(0.5 * x), lambda x: 4.0 * r.bell(x), Integer(1), "x = 0 only",
        "g", "2 * np.tanh({0} / 2)",
    ),
    Activation(
        "squash_out", f.squash_out, f.squash_out_slope, lambda x: 2 * _sigma(x) - 1,
        lambda x, y: sympy.Mul(_HALF, 1 - y**2, evaluate=False),
        lambda x: np.tanh(0.5 * x), lambda x: 2.0 * r.bell(x), _HALF, "x = 0 only",
        "h", "np.tanh({0} / 2)",
    ),
    Activation(
        "softsign", f.softsign, f.softsign_slope, lambda x: x / (1 + Abs(x)),
        lambda x, y: (1 - Abs(y)) ** 2,
        r.softsign, r.softsign_slope, Integer(1), "x = 0 only",
        r"\operatorname{softsign}", "{0} / (1 + np.abs({0}))",
    ),
    Activation(
        "arctan", sympy.atan, f.arctan_slope, sympy.atan,
        lambda x, y: 1 / (1 + x**2),
        np.arctan, r.arctan_slope, Integer(1), "x = 0 only", r"\arctan", "np.arctan({0})",
    ),
    Activation(
        "isru", f.isru, f.isru_slope, lambda x: x / sqrt(1 + x**2),
        lambda x, y: (1 - y**2) ** Rational(3, 2),
        r.isru, r.isru_slope, Integer(1), "x = 0 only", r"\operatorname{isru}", "{0} / np.hypot(1, {0})",
    ),
    Activation(
        "normal_cdf", f.normal_cdf, f.normal_density, lambda x: (1 + erf(x / sqrt(2))) / 2,
        lambda x, y: f.normal_density(x),
        r.normal_cdf, r.normal_density, 1 / sqrt(2 * pi), "x = 0 only", r"\Phi", _PHI_CODE,
        r"\varphi", "1 / np.sqrt(2 * np.pi) * np.exp(-({0}**2) / 2)",
    ),
)  # fmt: skip

_PIECEWISE = (
    Activation(
        "identity", f.identity, lambda x: Integer(1), f.identity,
        lambda x, y: Integer(1),
        lambda x: x, np.ones_like, Integer(1), "every x", "", "{0}",
    ),
    Activation(
        "relu", f.relu, f.positive, lambda x: Max(0, x),
        lambda x, y: f.positive(y),
        lambda x: np.maximum(x, 0.0), r.positive, Integer(1), "every x > 0",
        r"\operatorname{relu}", "np.maximum({0}, 0)", r"\mathbf{1}_{>0}", "np.where({0} > 0, 1.0, 0.0)",
    ),
    Activation(
        "leaky_relu", f.leaky_relu, f.leaky_relu_slope, lambda x: Max(x, x / 100),
        lambda x, y: _HUNDREDTH + 99 * _HUNDREDTH * f.positive(y),
        r.leaky_relu, r.leaky_relu_slope, Integer(1), "every x > 0",
        r"\operatorname{lrelu}", "np.maximum({0}, {0} / 100)",
    ),
    Activation(
        "hardtanh", f.hardtanh, f.hardtanh_slope, lambda x: Max(-1, Min(1, x)),
        lambda x, y: f.positive(1 - y**2),
        lambda x: np.clip(x, -1.0, 1.0), r.hardtanh_slope, Integer(1), "every |x| < 1",
        r"\operatorname{hardtanh}", "np.clip({0}, -1, 1)",
    ),
    Activation(
        "hardsigmoid", f.hardsigmoid, f.hardsigmoid_slope, lambda x: Max(0, Min(1, x / 6 + _HALF)),
        lambda x, y: f.positive(y * (1 - y)) / 6,
        r.hardsigmoid, r.hardsigmoid_slope, Rational(1, 6), "every |x| < 3",
        r"\operatorname{hardsigmoid}", "np.clip({0} / 6 + 0.5, 0, 1)",
    ),
    Activation(
        "hardswish", f.hardswish, f.hardswish_slope, lambda x: x * Max(0, Min(1, x / 6 + _HALF)),
        lambda x, y: f.hardsigmoid(x) + x * f.positive(9 - x**2) / 6,
        r.hardswish, r.hardswish_slope, Rational(3, 2), None,
        r"\operatorname{hardswish}", "{0} * np.clip({0} / 6 + 0.5, 0, 1)",
    ),
    Activation(
        "elu", f.elu, f.elu_slope, lambda x: Piecewise((x, x > 0), (exp(x) - 1, True)),
        lambda x, y: 1 - f.relu(-y),
        r.elu, r.elu_slope, Integer(1), "every x >= 0",
        r"\operatorname{elu}", "np.where({0} > 0, {0}, np.expm1(np.minimum({0}, 0)))",
    ),
    Activation(
        "selu", f.selu, f.selu_slope, lambda x: _SCALE * Piecewise((x, x > 0), (_ALPHA * (exp(x) - 1), True)),
        lambda x, y: f.selu_slope(x),
        r.selu, r.selu_slope, _SCALE * _ALPHA, "x = 0 only, from below",
        r"\operatorname{selu}",
        f"{r.SELU_SCALE} * np.where({{0}} > 0, {{0}}, {r.SELU_ALPHA} * np.expm1(np.minimum({{0}}, 0)))",
        r"\operatorname{selu}'",
        f"{r.SELU_SCALE} * np.where({{0}} > 0, 1.0, {r.SELU_ALPHA} * np.exp(np.minimum({{0}}, 0)))",
    ),
)  # fmt: skip

_SMOOTH_RAMPS = (
    Activation(
        "softplus", f.softplus, f.logistic, lambda x: log(1 + exp(x)),
        lambda x, y: f.logistic(x),
        r.softplus, r.logistic, Integer(1), None, r"\operatorname{softplus}", "np.logaddexp(0, {0})",
    ),
    Activation(
        "logsigmoid", f.logsigmoid, lambda x: f.logistic(-x), lambda x: -log(1 + exp(-x)),
        lambda x, y: f.logistic(-x),
        lambda x: -r.softplus(-x), lambda x: r.logistic(-x), Integer(1), None,
        r"\log\sigma", "-np.logaddexp(0, -{0})",
    ),
    Activation(
        "silu", f.silu, f.silu_slope, lambda x: x * _sigma(x),
        lambda x, y: f.logistic(x) + y * (1 - f.logistic(x)),
        r.silu, r.silu_slope, Rational("1.0998393201288669169581850"), "x = 2.399357280515... only",
        r"\operatorname{silu}", "{0} / (1 + np.exp(-{0}))",
        closed="1/2 + x/4 at the positive x with x tanh(x/2) = 2",
    ),
    Activation(
        "gelu", f.gelu, f.gelu_slope, lambda x: x * (1 + erf(x / sqrt(2))) / 2,
        lambda x, y: f.normal_cdf(x) + x * f.normal_density(x),
        r.gelu, r.gelu_slope, (1 + erf(1)) / 2 + exp(-1) / sqrt(pi), "x = sqrt(2) only",
        r"\operatorname{gelu}", "{0} * " + _PHI_CODE,
    ),
    Activation(
        "gelu_tanh", f.gelu_tanh, f.gelu_tanh_slope, _gelu_tanh,
        lambda x, y: f.gelu_tanh_slope(x),
        r.gelu_tanh, r.gelu_tanh_slope, Rational("1.1289930686587717654559045"), "x = 1.418504008790... only",
        r"\operatorname{gelu}_{\tanh}", f"{{0}} * (1 + np.tanh({_GELU_CODE})) / 2",
        r"\operatorname{gelu}_{\tanh}'",
        f"(1 + np.tanh({_GELU_CODE})) / 2"
        f" + {{0}} * (1 + 0.134145 * {{0}}**2) / np.sqrt(2 * np.pi) / np.cosh({_GELU_CODE}) ** 2",
    ),
    Activation(
        "mish", f.mish, f.mish_slope, lambda x: x * tanh(log(1 + exp(x))),
        lambda x, y: _mish_slope(x),
        r.mish, r.mish_slope, Rational("1.0884981612517278612282937"), "x = 1.490571179485... only",
        r"\operatorname{mish}", "{0} * np.tanh(np.logaddexp(0, {0}))",
    ),
    Activation(
        "lisht", f.lisht, f.lisht_slope, lambda x: x * tanh(x),
        lambda x, y: tanh(x) + x * (1 - tanh(x) ** 2),
        r.lisht, r.lisht_slope, Rational("1.1996786402577338339163699"), "x = 1.199678640257... and its negative",
        r"\operatorname{lisht}", "{0} * np.tanh({0})",
        closed="the positive x with x tanh(x) = 1",
    ),
    Activation(
        "tanhshrink", f.tanhshrink, f.tanhshrink_slope, lambda x: x - tanh(x),
        lambda x, y: tanh(x) ** 2,
        r.tanhshrink, r.tanhshrink_slope, Integer(1), None,
        r"\operatorname{tanhshrink}", "{0} - np.tanh({0})",
    ),
    Activation(
        "gaussian", f.gaussian, f.gaussian_slope, lambda x: exp(-(x**2)),
        lambda x, y: -2 * x * y,
        r.gaussian, r.gaussian_slope, sqrt(2) * exp(-_HALF), "x = sqrt(1/2) and x = -sqrt(1/2)",
        r"\operatorname{gauss}", "np.exp(-({0}**2))",
    ),
)  # fmt: skip

ACTIVATIONS: tuple[Activation, ...] = (*_SIGMOIDS, *_PIECEWISE, *_SMOOTH_RAMPS)
_ALIASES = {"sigmoid": "logistic", "swish": "silu", "linear": "identity"}


def activation(name: str) -> Activation:
    """The activation called `name`.

    Parameters
    ----------
    name : str
        As typed at the command line; "sigmoid", "swish" and "linear" are other names.

    Returns
    -------
    Activation

    Raises
    ------
    KeyError
        If there is none, with the names that exist.
    """
    for entry in ACTIVATIONS:
        if entry.name == _ALIASES.get(name, name):
            return entry
    known = ", ".join(a.name for a in ACTIVATIONS)
    raise KeyError(f"no activation called {name!r}; known are {known}")
