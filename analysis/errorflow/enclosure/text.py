"""Expressions that are typed: Python's grammar for arithmetic, a white list, and nothing is ever evaluated.

Decimals are exact: 0.1 is 1/10. Names: x, pi, e, the functions of `CALLS`. `where(u, p, q)` is p for u > 0 and q for
u < 0; a conditional `p if x > 1 else q` says the same.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from functools import partial

from errorflow.enclosure import expression as ex
from errorflow.enclosure.expression import Node, Refused

LONGEST = 2000
DEEPEST = 60


def _exp(u: Node) -> Node:
    return ex.call("exp", u)


def divide(u: Node, v: Node) -> Node:
    """u / v."""
    return ex.mul(u, ex.power(v, Fraction(-1)))


def _scale(c: int | Fraction, u: Node) -> Node:
    return ex.mul(ex.number(c), u)


def sinh(u: Node) -> Node:
    """(e^u - e^-u) / 2."""
    return _scale(Fraction(1, 2), ex.add(_exp(u), ex.negative(_exp(ex.negative(u)))))


def cosh(u: Node) -> Node:
    """(e^u + e^-u) / 2."""
    return _scale(Fraction(1, 2), ex.add(_exp(u), _exp(ex.negative(u))))


def asinh(u: Node) -> Node:
    """log(u + sqrt(1 + u^2)), written in |u| where nothing cancels."""
    side = ex.absolute(u)
    root = ex.power(ex.add(ex.ONE, ex.power(u, Fraction(2))), Fraction(1, 2))
    grown = ex.call("log", ex.add(side, root))
    return ex.where(u, grown, ex.negative(grown), closed=True, jumps=False)


def silu(u: Node) -> Node:
    """u sigma(u)."""
    return ex.mul(u, ex.call("sigma", u))


CALLS: dict[str, Callable[[Node], Node]] = {
    **{name: partial(ex.call, name) for name in ex.FUNCTIONS},
    "logistic": lambda u: ex.call("sigma", u),
    "sigmoid": lambda u: ex.call("sigma", u),
    "arctan": lambda u: ex.call("atan", u),
    "erfc": lambda u: ex.add(ex.ONE, ex.negative(ex.call("erf", u))),
    "sqrt": lambda u: ex.power(u, Fraction(1, 2)),
    "abs": ex.absolute,
    "Abs": ex.absolute,
    "sign": ex.signum,
    "relu": lambda u: ex.larger(u, ex.ZERO),
    "sinh": sinh,
    "cosh": cosh,
    "sech": lambda u: ex.power(cosh(u), Fraction(-1)),
    "coth": lambda u: ex.power(ex.call("tanh", u), Fraction(-1)),
    "asinh": asinh,
    "silu": silu,
    "squash_in": lambda u: ex.add(_scale(4, ex.call("sigma", u)), ex.number(-2)),
    "squash_out": lambda u: ex.add(_scale(2, ex.call("sigma", u)), ex.number(-1)),
}
SEVERAL: dict[str, Callable[[Node, Node], Node]] = {
    "max": ex.larger,
    "Max": ex.larger,
    "min": ex.smaller,
    "Min": ex.smaller,
}
VARIABLES = ("x", "net", "z", "t", "u")


def read_text(text: str) -> Node:
    """The expression that is written in `text`; its variable may be any of `VARIABLES`, but only one of them.

    Raises: Refused with what is not in the grammar.
    """
    if len(text) > LONGEST:
        raise Refused(f"an expression must have at most {LONGEST} characters, got {len(text)}")
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise Refused(f"an expression must be arithmetic such as 'x * logistic(x)', got {text[:60]!r}") from error
    reader = _Reader(text.strip().replace("^", "**"))
    return reader.node(tree, 0)


def read_number(text: str) -> Fraction:
    """An exact rational number from a decimal or a quotient of integers.

    Raises: Refused if the text is neither.
    """
    if len(text) > 100 or "e" in text.lower():
        raise Refused(f"a number must be a decimal or a quotient, got {text[:60]!r}")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise Refused(f"a number must be a decimal or a quotient, got {text[:60]!r}") from error


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.variable = ""

    def node(self, tree: ast.expr, depth: int) -> Node:
        if depth > DEEPEST:
            raise Refused(f"an expression must be nested at most {DEEPEST} deep")
        if isinstance(tree, ast.Constant):
            return self._constant(tree)
        if isinstance(tree, ast.Name):
            return self._name(tree.id)
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd):
            inner = self.node(tree.operand, depth + 1)
            return ex.negative(inner) if isinstance(tree.op, ast.USub) else inner
        if isinstance(tree, ast.BinOp):
            return self._binary(tree, depth)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
            return self._call(tree.func.id, [self.node(arg, depth + 1) for arg in tree.args])
        if isinstance(tree, ast.IfExp):
            return self._conditional(tree, depth)
        raise Refused(f"{ast.unparse(tree)[:60]!r} is not in the grammar; arithmetic and named functions are")

    def _constant(self, tree: ast.Constant) -> Node:
        if isinstance(tree.value, bool) or not isinstance(tree.value, int | float):
            raise Refused(f"a constant must be a number, got {str(tree.value)[:60]!r}")
        text = ast.get_source_segment(self.source, tree) or ""
        if isinstance(tree.value, float) and "e" in text.lower():
            mantissa, _, exponent = text.lower().partition("e")
            if abs(int(exponent)) > 300:
                raise Refused(f"a number must have an exponent of at most 300, got {text[:60]!r}")
            return ex.number(read_number(mantissa) * Fraction(10) ** int(exponent))
        return ex.number(read_number(text) if isinstance(tree.value, float) else tree.value)

    def _name(self, name: str) -> Node:
        if name in ("pi", "e", "E"):
            return ex.PI if name == "pi" else _exp(ex.ONE)
        if name not in VARIABLES:
            known = ", ".join(dict.fromkeys(["x", "pi", "e", *CALLS, "max", "min"]))
            raise Refused(f"no name {name!r}; there are {known}")
        if self.variable not in ("", name):
            raise Refused(f"an expression must have one variable, got {self.variable!r} and {name!r}")
        self.variable = name
        return ex.X

    def _binary(self, tree: ast.BinOp, depth: int) -> Node:
        u, v = self.node(tree.left, depth + 1), self.node(tree.right, depth + 1)
        if isinstance(tree.op, ast.Add):
            return ex.add(u, v)
        if isinstance(tree.op, ast.Sub):
            return ex.add(u, ex.negative(v))
        if isinstance(tree.op, ast.Mult):
            return ex.mul(u, v)
        if isinstance(tree.op, ast.Div):
            return divide(u, v)
        if isinstance(tree.op, ast.Pow):
            return raised(u, v)
        raise Refused(f"{ast.unparse(tree)[:60]!r} must use + - * / **")

    def _call(self, name: str, args: list[Node]) -> Node:
        if name in SEVERAL and len(args) >= 2:
            total = args[0]
            for other in args[1:]:
                total = SEVERAL[name](total, other)
            return total
        if name == "where" and len(args) == 3:
            return ex.where(args[0], args[1], args[2])
        if name in CALLS and len(args) == 1:
            return CALLS[name](args[0])
        many = f"{len(args)} argument{'s' * (len(args) != 1)}"
        raise Refused(f"no function {name!r} of {many}; there are {', '.join([*CALLS, *SEVERAL])}")

    def _conditional(self, tree: ast.IfExp, depth: int) -> Node:
        test = tree.test
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            raise Refused(f"a condition must be one comparison, got {ast.unparse(test)[:60]!r}")
        left, right = self.node(test.left, depth + 1), self.node(test.comparators[0], depth + 1)
        p, q = self.node(tree.body, depth + 1), self.node(tree.orelse, depth + 1)
        sign = test.ops[0]
        if not isinstance(sign, ast.Gt | ast.GtE | ast.Lt | ast.LtE):
            raise Refused("a condition must be one of < <= > >=")
        difference = ex.add(left, ex.negative(right))
        above = isinstance(sign, ast.Gt | ast.GtE)
        closed = isinstance(sign, ast.GtE | ast.LtE)
        return ex.where(difference if above else ex.negative(difference), p, q, closed=closed)


def raised(u: Node, v: Node) -> Node:
    """u ** v, for a constant exponent or a positive constant base.

    Raises: Refused for any other.
    """
    if v.op == "number":
        return ex.power(u, v.data)
    if u == _exp(ex.ONE):
        return _exp(v)
    if u.op == "number" and u.data > 0:
        return _exp(ex.mul(v, ex.call("log", u)))
    raise Refused("a power must have a rational exponent or a positive rational base")
