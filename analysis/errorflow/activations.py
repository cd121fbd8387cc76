"""The elementwise functions of recurrent networks: value, readable slope, stable slope, and the sup of the slope.

A slope has two forms. The one that is read is written in the value, sigma' = y (1 - y) and tanh' = 1 - y^2. It loses
every digit once the unit saturates: 1 - tanh(x)^2 is off by 4 % at x = 18 and exactly 0 at 20. The one that runs is
stable to the end of the exponent range. `Activation` keeps both, and a test ties them together at 50 digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
import sympy.tensor.tensor  # SymPy loads it at the first sum, 50 ms that belong to the import and not to a derivation

Array = npt.NDArray[np.float64]


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


class positive(sympy.Function):
    """1 where x > 0 and 0 elsewhere: the slope of `relu`, with 0 at the kink."""

    nargs = 1


class logistic_slope(sympy.Function):
    """sigma'(x), kept whole so that it can be read in one form and run in another."""

    nargs = 1


class tanh_slope(sympy.Function):
    """tanh'(x), kept whole."""

    nargs = 1


class squash_in_slope(sympy.Function):
    """g'(x) of the 1997 input squash, kept whole."""

    nargs = 1


class squash_out_slope(sympy.Function):
    """h'(x) of the 1997 output squash, kept whole."""

    nargs = 1


def identity(x: sympy.Expr) -> sympy.Expr:
    """x itself: the linear unit."""
    return x


def _bell(x: Array) -> Array:
    """e / (1 + e)^2 with e = exp(-|x|), which is sigma'(x) without cancellation.

    The square is multiplied out because 1 + e, rounded and then squared, would bring its error in twice.
    """
    decay = np.exp(-np.abs(x))
    return decay / (1.0 + decay * (2.0 + decay))


def _tanh_slope(x: Array) -> Array:
    return 4.0 * _bell(2.0 * np.clip(x, -400.0, 400.0))  # 0 in float64 from 373 on; 2 x must not overflow


def _logistic(x: Array) -> Array:
    decay = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, decay) / (1.0 + decay)


def _positive(x: Array) -> Array:
    return np.where(x > 0, 1.0, 0.0)


@dataclass(frozen=True)
class Activation:
    """An elementwise function with everything the toolkit asks of it.

    name: as typed at the command line.
    function: SymPy function; applied in a cell definition.
    slope: SymPy function that stands for the derivative; never expanded by the calculus.
    definition: x -> the function in elementary terms, for proofs and oracles.
    read_slope: (x, y) -> the slope as it is read, y being the value at x.
    value, stable_slope: NumPy, elementwise, any shape.
    sup: exact supremum of |slope| over the real line.
    attained: where the supremum is attained, in words; None when it is not.
    """

    name: str
    function: Callable[[sympy.Expr], sympy.Expr]
    slope: Callable[[sympy.Expr], sympy.Expr]
    definition: Callable[[sympy.Expr], sympy.Expr]
    read_slope: Callable[[sympy.Expr, sympy.Expr], sympy.Expr]
    value: Callable[[Array], Array]
    stable_slope: Callable[[Array], Array]
    sup: sympy.Rational
    attained: str | None


def _sigma(x: sympy.Expr) -> sympy.Expr:
    return 1 / (1 + sympy.exp(-x))


ACTIVATIONS: tuple[Activation, ...] = (
    Activation(
        "logistic", logistic, logistic_slope, _sigma,
        lambda x, y: y * (1 - y),
        _logistic, _bell, sympy.Rational(1, 4), "x = 0 only",
    ),
    Activation(
        "tanh", sympy.tanh, tanh_slope, sympy.tanh,
        lambda x, y: 1 - y**2,
        np.tanh, _tanh_slope, sympy.Integer(1), "x = 0 only",
    ),
    Activation(
        "squash_in", squash_in, squash_in_slope, lambda x: 4 * _sigma(x) - 2,
        lambda x, y: 1 - y**2 / 4,
        lambda x: 2.0 * np.tanh(0.5 * x), lambda x: 4.0 * _bell(x), sympy.Integer(1), "x = 0 only",
    ),
    Activation(
        "squash_out", squash_out, squash_out_slope, lambda x: 2 * _sigma(x) - 1,
        lambda x, y: sympy.Mul(sympy.Rational(1, 2), 1 - y**2, evaluate=False),
        lambda x: np.tanh(0.5 * x), lambda x: 2.0 * _bell(x), sympy.Rational(1, 2), "x = 0 only",
    ),
    Activation(
        "identity", identity, lambda x: sympy.Integer(1), identity,
        lambda x, y: sympy.Integer(1),
        lambda x: x, np.ones_like, sympy.Integer(1), "every x",
    ),
    Activation(
        "relu", relu, positive, lambda x: sympy.Max(0, x),
        lambda x, y: positive(y),
        lambda x: np.maximum(x, 0.0), _positive, sympy.Integer(1), "every x > 0",
    ),
)  # fmt: skip

_BY_FUNCTION: dict[Any, Activation] = {a.function: a for a in ACTIVATIONS if a.name != "identity"}
_BY_SLOPE: dict[Any, Activation] = {a.slope: a for a in ACTIVATIONS if a.name != "identity"}


def _whole(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """`function` as one operation: an array that watches what is done to it does not see inside."""

    def applied(x: Array) -> Array:
        if type(x) is np.ndarray or not isinstance(x, np.ndarray):
            return function(x)
        return x.__array_wrap__(np.asarray(function(np.asarray(x))))

    return applied


NUMPY_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    **{a.function.__name__: _whole(a.value) for a in _BY_FUNCTION.values()},
    **{a.slope.__name__: _whole(a.stable_slope) for a in _BY_FUNCTION.values()},
}


def activation(name: str) -> Activation:
    """The activation called `name`.

    Raises: KeyError if there is none, with the names that exist.
    """
    for entry in ACTIVATIONS:
        if entry.name == name:
            return entry
    known = ", ".join(a.name for a in ACTIVATIONS)
    raise KeyError(f"no activation called {name!r}; known are {known}")


def partial(expression: sympy.Expr, name: sympy.Symbol) -> sympy.Expr:
    """The derivative of a scalar `expression` by `name`, with every slope kept as a named function.

    SymPy differentiates what is left when each activation f(u) is replaced by a variable; f contributes
    f'(u) du by the chain rule. Nothing is simplified.
    """
    if name not in expression.free_symbols:
        return sympy.Integer(0)
    applied = [f for f in expression.atoms(sympy.Function) if f.func in _BY_FUNCTION]
    stand_in = {f: sympy.Dummy() for f in applied}
    opened = expression.xreplace(stand_in)  # from the outside in: what stands inside another is not seen
    total = sympy.diff(opened, name)
    for application, dummy in stand_in.items():
        through = partial(application.args[0], name) if dummy in opened.free_symbols else 0
        if through != 0:
            slope = _BY_FUNCTION[application.func].slope(application.args[0])
            total += sympy.diff(opened, dummy) * slope * through
    return total.xreplace({dummy: f for f, dummy in stand_in.items()})


def readable(expression: sympy.Expr, names: dict[sympy.Expr, sympy.Symbol]) -> sympy.Expr:
    """`expression` with each slope written in the value of its function, as papers print it.

    names: f(u) -> the name of the vector that holds it, so that sigma'(net_f) becomes f (1 - f).
    """
    replaced = {}
    for slope in expression.atoms(sympy.Function):
        if slope.func not in _BY_SLOPE:
            continue
        entry = _BY_SLOPE[slope.func]
        value = entry.function(slope.args[0])
        if value in names or slope.func is not positive:
            replaced[slope] = entry.read_slope(slope.args[0], names.get(value, value))
    return expression.xreplace(replaced)
