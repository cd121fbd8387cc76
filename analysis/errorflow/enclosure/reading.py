"""SymPy expressions in one real variable, read node by node with a white list; nothing is simplified or evaluated."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import sympy

from errorflow.activations import ACTIVATIONS
from errorflow.enclosure import expression as ex
from errorflow.enclosure.expression import Node, Refused
from errorflow.enclosure.text import CALLS, raised

NAMES: dict[Any, str] = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.tanh: "tanh",
    sympy.erf: "erf",
    sympy.erfc: "erfc",
    sympy.atan: "atan",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
    sympy.sech: "sech",
    sympy.coth: "coth",
    sympy.asinh: "asinh",
    sympy.Abs: "abs",
    sympy.sign: "sign",
}
SIDES = {sympy.Gt: (1, False), sympy.Ge: (1, True), sympy.Lt: (-1, False), sympy.Le: (-1, True)}
UNDEFINED = Node("log", (ex.number(-1),))
MOST_NODES = 2000


def read_sympy(expression: sympy.Expr, variable: sympy.Symbol | None = None) -> Node:
    """The expression as a tree of exact operations.

    Raises: Refused for a Float, a second variable, or a function that is not on the white list.
    """
    free = sorted(expression.free_symbols, key=str)
    if variable is None:
        if len(free) > 1:
            raise Refused(f"variable must be given, for the expression has {', '.join(map(str, free))}")
        variable = free[0] if free else sympy.Symbol("x")
    others = [symbol for symbol in free if symbol != variable]
    if others:
        raise Refused(f"expression must have no symbol but {variable}, got {', '.join(map(str, others))}")
    if sum(1 for _ in sympy.preorder_traversal(expression)) > MOST_NODES:
        raise Refused(f"expression must have at most {MOST_NODES} parts")
    return _read(expression, variable)


def _read(e: Any, x: sympy.Symbol) -> Node:
    if e == x:
        return ex.X
    if isinstance(e, sympy.Float):
        raise Refused(f"expression must have exact numbers, got the Float {e}; Rational('{e}') is exact")
    if isinstance(e, sympy.Rational):
        return ex.number(Fraction(int(e.p), int(e.q)))
    if e is sympy.pi:
        return ex.PI
    if e is sympy.E:
        return ex.call("exp", ex.ONE)
    if isinstance(e, sympy.Add):
        return ex.add(*(_read(arg, x) for arg in e.args))
    if isinstance(e, sympy.Mul):
        return ex.mul(*(_read(arg, x) for arg in e.args))
    if isinstance(e, sympy.Pow):
        return raised(_read(e.base, x), _read(e.exp, x))
    if isinstance(e, sympy.Max | sympy.Min):
        return reduce(ex.larger if isinstance(e, sympy.Max) else ex.smaller, (_read(arg, x) for arg in e.args))
    if isinstance(e, sympy.Piecewise):
        return _pieces(e.args, x)
    if isinstance(e, sympy.Heaviside):
        return ex.where(
            _read(e.args[0], x), ex.ONE, ex.where(ex.negative(_read(e.args[0], x)), ex.ZERO, ex.number(Fraction(1, 2)))
        )
    if e.func in NAMES:
        return CALLS[NAMES[e.func]](_read(e.args[0], x))
    definition = _definitions().get(e.func)
    if definition is not None:
        return _read(definition(*e.args), x)
    raise Refused(
        f"expression must be made of the functions on the white list, got {getattr(e, 'func', type(e)).__name__}"
    )


@lru_cache(maxsize=1)
def _definitions() -> dict[Any, Callable[..., sympy.Expr]]:
    """The package's own functions, by their definitions."""
    return {entry.function: entry.definition for entry in ACTIVATIONS if isinstance(entry.function, type)}


def _pieces(pairs: Any, x: sympy.Symbol) -> Node:
    """The first branch whose condition holds; none is not a number."""
    total = UNDEFINED
    for value, condition in reversed(pairs):
        total = _where(condition, _read(value, x), total, x)
    return total


def _where(condition: Any, p: Node, q: Node, x: sympy.Symbol) -> Node:
    if condition in (sympy.true, True):
        return p
    if condition in (sympy.false, False):
        return q
    if isinstance(condition, sympy.And):
        return reduce(lambda inner, part: _where(part, inner, q, x), condition.args, p)
    if isinstance(condition, sympy.Or):
        return reduce(lambda inner, part: _where(part, p, inner, x), condition.args, q)
    if isinstance(condition, sympy.Not):
        return _where(condition.args[0], q, p, x)
    if type(condition) not in SIDES:
        raise Refused(f"a condition must be one of < <= > >=, got {condition}")
    sign, closed = SIDES[type(condition)]
    difference = ex.add(_read(condition.lhs, x), ex.negative(_read(condition.rhs, x)))
    return ex.where(difference if sign > 0 else ex.negative(difference), p, q, closed=closed)
