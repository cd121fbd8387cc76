"""The rule on polynomials in one real: signs on an interval, from an exact count of roots by Sturm's chain."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .algebra import comparison, expression
from .facts import knows, learn
from .meaning import variable
from .polynomial import ONE, Polynomial, Refused, add, constant, multiply
from .state import State

Coefficients = list[Fraction]
LARGEST_CHAIN = 24  # the degree of the longest chain


def prove_by_sturm(state: State, step: Mapping[str, Any]) -> None:
    """An inequality whose difference is square^2 * rest, where the rest is positive on an interval around its name.

    The interval is open, from `above` to `below`, either of which may be missing; the name must be known to lie in it,
    or in it or at an end where the rest does not vanish or need not be positive.
    """
    claim, symbol, p = comparison(state, step)
    square, rest = expression(state, step.get("square", "1")), expression(state, step["rest"])
    if claim.iff or symbol == "=" or add(p, multiply(multiply(square, square), rest), -1):
        raise Refused(f"{step['goal']!r} must compare by the square times the rest")
    if symbol == ">" and set(square) != {ONE}:
        raise Refused(f"{step['goal']!r} must have no square that can vanish")
    x = step["of"]
    r = _coefficients(rest, x)
    a, b = (_end(state, step[place]) if place in step else None for place in ("above", "below"))
    for end, sign in ((a, 1), (b, -1)):
        if end is not None:
            distance = multiply(add(variable(x, state), constant(end), -1), constant(sign))
            if not knows(state, ">=" if symbol == ">=" or _value(r, end) else ">", distance):
                raise Refused(f"{x!r} must be known to lie between the ends, got {end}")
    chain = _chain(r)
    roots = _variations(chain, a, -1) - _variations(chain, b, 1) - (b is not None and not _value(r, b))
    if roots or _value(r, _between(a, b)) <= 0:
        raise Refused(f"{step['rest']!r} must be positive between the ends, where it has {roots} roots")
    learn(state, claim)


def _coefficients(p: Polynomial, x: str) -> Coefficients:
    """Coefficients from the constant one on. Raises Refused where p is 0 or has another name."""
    degree = max((len(reals) for reals, _ in p), default=-1)
    if not 0 <= degree <= LARGEST_CHAIN or any(word or set(reals) - {x} for reals, word in p):
        raise Refused(f"the rest must be a polynomial in {x!r} alone, of degree at most {LARGEST_CHAIN}")
    return [p.get(((x,) * k, ()), Fraction(0)) for k in range(degree + 1)]


def _end(state: State, text: str) -> Fraction:
    end = expression(state, text)
    if set(end) - {ONE}:
        raise Refused(f"an end must be a number, got {text!r}")
    return end.get(ONE, Fraction(0))


def _between(a: Fraction | None, b: Fraction | None) -> Fraction:
    """A number inside the interval. Raises Refused where it is empty."""
    if a is not None and b is not None:
        if a >= b:
            raise Refused(f"the ends must be in order, got {a} and {b}")
        return (a + b) / 2
    return a + 1 if a is not None else b - 1 if b is not None else Fraction(0)


def _value(p: Coefficients, x: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(p):
        total = total * x + c
    return total


def _divided(dividend: Coefficients, divisor: Coefficients) -> tuple[Coefficients, Coefficients]:
    """Quotient and remainder."""
    rest, quotient = list(dividend), [Fraction(0)] * (len(dividend) - len(divisor) + 1)
    for shift in reversed(range(len(quotient))):
        quotient[shift] = rest.pop() / divisor[-1]
        for k, c in enumerate(divisor[:-1]):
            rest[k + shift] -= quotient[shift] * c
    while rest and not rest[-1]:
        rest.pop()
    return quotient, rest


def _chain(p: Coefficients) -> list[Coefficients]:
    """p without its multiple roots, its derivative, and the negative remainder of each two, up to positive factors."""
    chain = [p, [k * c for k, c in enumerate(p)][1:]]
    while chain[-1]:
        remainder = _divided(chain[-2], chain[-1])[1]
        chain.append([-c / abs(remainder[-1]) for c in remainder])
    chain.pop()
    return chain if len(chain[-1]) == 1 else _chain(_divided(p, chain[-1])[0])


def _variations(chain: list[Coefficients], at: Fraction | None, side: int) -> int:
    """The changes of sign along the chain at a number, or at the infinity of a side; zeros are skipped."""
    values = (p[-1] * side ** (len(p) - 1) if at is None else _value(p, at) for p in chain)
    return sum(s != t for s, t in pairwise(v > 0 for v in values if v))
