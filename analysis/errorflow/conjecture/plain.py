"""Plain networks: one matrix and one activation, so that the Jacobian is the one times a diagonal of slopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from errorflow.activations import BY_FUNCTION
from errorflow.cells import Cell
from errorflow.definition import Net, New
from errorflow.enclosure import Refused, slope

X = sympy.Symbol("x", real=True)


@dataclass(frozen=True)
class Plain:
    """A cell whose Jacobian is one matrix times one diagonal of slopes f'.

    matrix: its name. post: whether the state is f of the net input, not the net input itself. function: f of `X`.
    bound: at least sup |f'|. floor: at most inf |f'|.
    """

    matrix: str
    bias: str | None
    post: bool
    function: sympy.Expr
    bound: Fraction | None
    floor: Fraction

    @property
    def name(self) -> str:
        """The name of f where it has one."""
        return "identity" if self.function == X else self.function.func.__name__

    @property
    def numbers(self) -> tuple[Callable[[Any], Any], Callable[[Any], Any]] | None:
        """f and f' in NumPy, where f is one of the package's functions."""
        if self.function == X:
            return np.asarray, np.ones_like
        entry = BY_FUNCTION.get(self.function.func) if self.function.args == (X,) else None
        return None if entry is None else (entry.value, entry.stable_slope)


def plain_network(cell: Cell) -> Plain | None:
    """The cell as a matrix and one activation; None if it is not that."""
    d = cell.definition
    if len(d.states) != 1 or len(d.nodes) > 3:
        return None
    (state,) = d.states
    nodes = {node.symbol: node for node in d.nodes}
    new = nodes[New(state)].expression
    nets = [node for node in d.nodes if isinstance(node.symbol, Net)]
    if new is None or len(nets) != 1:
        return None
    (net,) = nets
    terms = [t for t in net.terms if t.source not in d.inputs]
    if len(terms) != 1 or terms[0].kind == "diagonal":
        return None
    (recurrent,) = terms
    if recurrent.source == state and new.free_symbols == {net.symbol}:
        post, function = True, new.subs(net.symbol, X)
    elif new == net.symbol and (inner := nodes.get(recurrent.source)) and inner.expression is not None:
        if inner.expression.free_symbols != {state}:
            return None
        post, function = False, inner.expression.subs(state, X)
    else:
        return None
    bound, floor = _slopes(function)
    return Plain(str(recurrent.matrix), net.bias, post, function, bound, floor)


def _slopes(function: sympy.Expr) -> tuple[Fraction | None, Fraction]:
    try:
        found = slope(function, X)
    except (Refused, ValueError):
        return None, Fraction(0)
    bound = found.bound if isinstance(found.bound, Fraction) else None
    low = found.inf.exact if found.inf.exact is not None else found.inf.lower
    return bound, max(Fraction(low), Fraction(0)) if isinstance(low, Fraction) else Fraction(0)
