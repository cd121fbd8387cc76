"""The chain rule for scalar expressions of activations: slopes kept whole, then read in the value of their function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
import sympy.tensor.tensor  # SymPy loads it at the first sum, 50 ms that belong to the import and not to a derivation

from errorflow.activations.functions import positive
from errorflow.activations.running import Array
from errorflow.activations.table import ACTIVATIONS, Activation

BY_FUNCTION: dict[Any, Activation] = {a.function: a for a in ACTIVATIONS if a.name != "identity"}
# A slope that is itself an activation, such as sigma for softplus, is read as it stands.
_BY_SLOPE: dict[Any, Activation] = {a.slope: a for f, a in BY_FUNCTION.items() if a.slope not in BY_FUNCTION}


def _whole(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """`function` as one operation: an array that watches what is done to it does not see inside."""

    def applied(x: Array) -> Array:
        if type(x) is np.ndarray or not isinstance(x, np.ndarray):
            return function(x)
        return x.__array_wrap__(np.asarray(function(np.asarray(x))))

    return applied


NUMPY_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    **{a.function.__name__: _whole(a.value) for a in BY_FUNCTION.values()},
    **{a.slope.__name__: _whole(a.stable_slope) for a in _BY_SLOPE.values()},
}


def partial(expression: sympy.Expr, name: sympy.Symbol) -> sympy.Expr:
    """The derivative of a scalar `expression` by `name`, with every slope kept as a named function.

    SymPy differentiates what is left when each activation f(u) is replaced by a variable; f contributes
    f'(u) du by the chain rule. Nothing is simplified.
    """
    if name not in expression.free_symbols:
        return sympy.Integer(0)
    applied = [f for f in expression.atoms(sympy.Function) if f.func in BY_FUNCTION]
    stand_in = {f: sympy.Dummy() for f in applied}
    opened = expression.xreplace(stand_in)  # from the outside in: what stands inside another is not seen
    total = sympy.diff(opened, name)
    for application, dummy in stand_in.items():
        through = partial(application.args[0], name) if dummy in opened.free_symbols else 0
        if through != 0:
            slope = BY_FUNCTION[application.func].slope(application.args[0])
            total += sympy.diff(opened, dummy) * slope * through
    return total.xreplace({dummy: f for f, dummy in stand_in.items()})


def readable(expression: sympy.Expr, names: dict[sympy.Expr, sympy.Symbol]) -> sympy.Expr:
    """`expression` with each slope written in the value of its function, as papers print it.

    names: f(u) -> the name of the vector that holds it, so that sigma'(net_f) becomes f (1 - f).
    """
    replaced = {}
    for function in expression.atoms(sympy.Function):
        if function.func is sympy.exp and function in names:  # its own slope
            replaced[function] = names[function]
        if function.func not in _BY_SLOPE:
            continue
        entry = _BY_SLOPE[function.func]
        value = entry.function(function.args[0])
        if value in names or function.func is not positive:
            replaced[function] = entry.read_slope(function.args[0], names.get(value, value))
    return expression.xreplace(replaced)
