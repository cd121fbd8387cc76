"""Arithmetic of the terms of a claim: constants are worked out as they are read, and stay short."""

from __future__ import annotations

from fractions import Fraction

from errorflow.conjecture.grammar import Unreadable
from errorflow.conjecture.terms import Term, lag_of, number

POWER = 20


def linear(term: Term) -> tuple[int, int]:
    """(a, b) of an exponent or a lag a q + b. Raises: Unreadable for any other."""
    try:
        return lag_of(term)
    except ValueError as error:
        raise Unreadable(str(error)) from None


def joined(op: str, left: Term, right: Term) -> Term:
    """left op right; constants are worked out. Raises: Unreadable for matrices, 1/0 and what grows too long."""
    if left.is_matrix or right.is_matrix:
        raise Unreadable("a matrix must stand inside norm(...), radius(...), ... or be compared with a matrix")
    if op == "**":
        a, b = linear(right)
        if abs(a) > POWER or abs(b) > POWER:
            raise Unreadable(f"an exponent must be at most {POWER}, or that many times q, got {a}*q + {b}")
    if left.op == right.op == "number":
        x, y = left.data, right.data
        assert isinstance(x, Fraction)
        assert isinstance(y, Fraction)
        if (op == "/" and not y) or (op == "**" and not x and y < 0):
            raise Unreadable("a number must not be divided by 0")
        value = {"+": lambda: x + y, "-": lambda: x - y, "*": lambda: x * y, "/": lambda: x / y}.get(
            op, lambda: Fraction(x ** int(y))
        )()
        if max(abs(value.numerator), value.denominator).bit_length() > 300:
            raise Unreadable("a number must have at most 90 digits")
        return number(value)
    return Term(op, (left, right))
