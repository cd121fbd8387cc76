"""Expressions whose slope is periodic: a multiple of x plus functions of sines and cosines."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from errorflow.enclosure.backends import Backend, Number
from errorflow.enclosure.expression import PI, Node, X, linear, mul


@dataclass(frozen=True)
class Frequency:
    """value, or pi times value."""

    value: Fraction
    with_pi: bool = False

    def interval(self, backend: Backend) -> Number:
        """It as a number of an interval library."""
        found = backend.number(self.value)
        return found * backend.pi() if self.with_pi else found


CONSTANT = Frequency(Fraction(0))
Kind = tuple[Fraction, Frequency]  # the multiple of x, and the frequency


def frequency(node: Node) -> Frequency | None:
    """omega > 0 if the slope has the period 2 pi / omega, else None."""
    kind = _kind(node)
    return kind[1] if kind is not None and kind[1].value else None


def _kind(node: Node) -> Kind | None:
    if node.op in ("number", "pi"):
        return Fraction(0), CONSTANT
    if node.op == "x":
        return Fraction(1), CONSTANT
    if node.op in ("sin", "cos"):
        wave = _wave(node.args[0])
        if wave is not None:
            return Fraction(0), wave
    kinds = [_kind(arg) for arg in node.args]
    known = [kind for kind in kinds if kind is not None]
    together = _common([kind[1] for kind in known])
    if len(known) < len(kinds) or together is None:
        return None
    if node.op == "add":
        return sum((kind[0] for kind in known), Fraction(0)), together
    if node.op == "mul" and node.args[0].op == "number" and len(node.args) == 2:
        return node.args[0].data * known[1][0], known[1][1]
    if node.op == "where" and not known[0][0] and known[1][0] == known[2][0]:
        return known[1][0], together
    return (Fraction(0), together) if not any(kind[0] for kind in known) else None


def _wave(u: Node) -> Frequency | None:
    line = linear(u)
    if line is not None:
        return Frequency(abs(line[0]))
    scale = u.args[0].data if u.op == "mul" and u.args[0].op == "number" else Fraction(1)
    return Frequency(abs(scale), with_pi=True) if u == mul(Node("number", (), scale), PI, X) else None


def _common(frequencies: list[Frequency]) -> Frequency | None:
    """The largest number of which all are multiples, or None if some have pi and some have not."""
    found = [f for f in frequencies if f.value]
    if not found:
        return CONSTANT
    if len({f.with_pi for f in found}) > 1:
        return None
    denominator = lcm(*(f.value.denominator for f in found))
    numerator = gcd(*(f.value.numerator * (denominator // f.value.denominator) for f in found))
    return Frequency(Fraction(numerator, denominator), found[0].with_pi)
