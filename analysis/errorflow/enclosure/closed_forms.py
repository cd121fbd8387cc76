"""Closed forms of extreme slopes that are known, as data: each is checked against the enclosure before it is shown.

`value` is a constant, or an expression in r where `root` vanishes between the two ends of `between`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from errorflow.enclosure.backends import ARB
from errorflow.enclosure.expression import Node, X, call, mul
from errorflow.enclosure.jets import Program
from errorflow.enclosure.named import named
from errorflow.enclosure.text import read_text


@dataclass(frozen=True)
class ClosedForm:
    """value: in the grammar of `text`, the root written x. root: what vanishes there. between: where it is sought."""

    value: str
    root: str = ""
    between: tuple[int, int] = (1, 3)

    def __str__(self) -> str:
        value = self.value.replace("x", "r")
        return (
            f"{value} where {self.root.replace('tanh(x', 'tanh(r').replace('x *', 'r *')}" if self.root else self.value
        )

    def enclosure(self) -> tuple[Fraction, Fraction]:
        """The value to twenty digits. The root is bisected; the sign at both ends is certain."""
        with ARB.working():
            x = ARB.number(Fraction(0))
            if self.root:
                left, right = self.root.split("=")
                x = _bisected(Program(read_text(f"({left}) - ({right})")), *map(Fraction, self.between))
            value = Program(read_text(self.value)).jets(ARB, x, 0)[0][0]
            return ARB.lower(value), ARB.upper(value)


def _bisected(program: Program, low: Fraction, high: Fraction) -> object:
    def sign(x: Fraction) -> bool:
        return bool(program.jets(ARB, ARB.number(x), 0)[0][0] > 0)

    rising = sign(high)
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (low, middle) if sign(middle) == rising else (middle, high)
    return ARB.interval(low, high)


SILU = "x * tanh(x / 2) = 2"
KNOWN: tuple[tuple[str, ClosedForm, ClosedForm], ...] = (
    ("silu", ClosedForm("1/2 + x/4", SILU), ClosedForm("1/2 - x/4", SILU)),
    ("gelu", ClosedForm("(1 + erf(1))/2 + exp(-1)/sqrt(pi)"), ClosedForm("(1 - erf(1))/2 - exp(-1)/sqrt(pi)")),
    ("gaussian", ClosedForm("sqrt(2/e)"), ClosedForm("-sqrt(2/e)")),
    ("lisht", ClosedForm("x", "x * tanh(x) = 1"), ClosedForm("-x", "x * tanh(x) = 1")),
)


@lru_cache(maxsize=1)
def _table() -> dict[Node, tuple[ClosedForm, ClosedForm]]:
    return {named(name): (sup, inf) for name, sup, inf in KNOWN}


def closed_form(node: Node, sign: int) -> ClosedForm | None:
    """The closed form of the supremum (sign 1) or infimum (-1) of the slope, if the table has it.

    x sigma(beta x) has the slopes of x sigma(x), taken elsewhere.
    """
    if node.op == "mul" and len(node.args) == 2 and X in node.args:
        other = next(arg for arg in node.args if arg != X) if node.args[0] != node.args[1] else X
        inner = other.args[0] if other.op == "sigma" else X
        if inner.op == "mul" and len(inner.args) == 2 and inner.args[1] == X and inner.args[0].data:
            node = mul(X, call("sigma", X)) if inner.args[0].data > 0 else node
    found = _table().get(node)
    return None if found is None else found[0 if sign > 0 else 1]
