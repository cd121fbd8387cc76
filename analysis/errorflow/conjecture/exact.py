"""Numbers for a proof: rationals as long as they are, inverse activations of rationals, and certified balls else.

A bias such as artanh(4/5) - 8/5 makes tanh a rational and its slope 1 - (4/5)^2 too, so that a whole trajectory is
exact. Comparisons of balls are true only if they are certain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

BITS = 400
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Inverse:
    """The number x + shift with f(x) = value, for f = tanh or logistic: artanh(value) or log(value / (1 - value))."""

    function: str
    value: Fraction
    shift: Fraction = ZERO

    def __str__(self) -> str:
        v = self.value
        text = f"artanh({v})" if self.function == "tanh" else f"log({v / (1 - v)})"
        sign = "-" if self.shift < 0 else "+"
        return text if not self.shift else f"{text} {sign} {abs(self.shift)}"


Ball = Any  # flint.arb, which has no types
Value = Any  # Fraction, Inverse or Ball


@contextmanager
def working(bits: int = BITS) -> Iterator[None]:
    """Sets the precision of balls, which is a global of their library, and puts it back."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def ball(v: Value) -> Ball:
    """A ball that holds the number."""
    if isinstance(v, Fraction):
        return flint.arb(flint.fmpq(v.numerator, v.denominator))
    if isinstance(v, Inverse):
        x = ball(v.value)
        return (x.atanh() if v.function == "tanh" else (x / (1 - x)).log()) + ball(v.shift)
    return v


def plus(a: Value, b: Value) -> Value:
    """a + b."""
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Fraction):
            if isinstance(y, Fraction):
                return x + y
            if not x:
                return y
            if isinstance(y, Inverse):
                return Inverse(y.function, y.value, y.shift + x)
    return ball(a) + ball(b)


def times(a: Value, b: Value) -> Value:
    """a b."""
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Fraction):
            if isinstance(y, Fraction):
                return x * y
            if not x:
                return ZERO
            if x == 1:
                return y
    return ball(a) * ball(b)


def over(a: Value, b: Value) -> Value:
    """a / b. Raises ZeroDivisionError where b may be 0."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a / b
    b = ball(b)
    if b.contains(0):
        raise ZeroDivisionError
    return ball(a) / b


def to_power(a: Value, k: int) -> Value:
    """a ** k. Raises ZeroDivisionError for a negative power of what may be 0."""
    if k < 0:
        return over(ONE, to_power(a, -k))
    return a**k if isinstance(a, Fraction) else ball(a) ** k


def sign(a: Value) -> int | None:
    """-1, 0 or 1; None where it is not certain."""
    if isinstance(a, Fraction):
        return (a > 0) - (a < 0)
    a = ball(a)
    return 1 if a > 0 else -1 if a < 0 else 0 if a.is_zero() else None


def compared(a: Value, relation: str, b: Value) -> bool | None:
    """Whether `a relation b` holds; None where it is not certain."""
    if a == b and isinstance(a, Fraction | Inverse):
        return relation in ("<=", ">=", "==")
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        difference: int | None = (a > b) - (a < b)
    else:
        difference = sign(ball(a) - ball(b))
        if difference is None:
            return _overlapping(ball(a), relation, ball(b))
    assert difference is not None
    return {"<": difference < 0, "<=": difference <= 0, ">": difference > 0, ">=": difference >= 0,
            "==": difference == 0}[relation]  # fmt: skip


def _overlapping(a: Ball, relation: str, b: Ball) -> bool | None:
    sure: dict[str, Callable[[], bool]] = {
        "<=": lambda: a.upper() <= b.lower(),
        ">=": lambda: a.lower() >= b.upper(),
    }
    return True if relation in sure and sure[relation]() else None


def root(v: Fraction) -> Value:
    """The square root of a rational that is not negative: rational where it is, else a ball."""
    square = flint.fmpz(v.numerator), flint.fmpz(v.denominator)
    roots = [part.isqrt() for part in square]
    if all(r * r == part for r, part in zip(roots, square, strict=True)):
        return Fraction(int(roots[0]), int(roots[1]))
    return ball(v).sqrt()


def shown(v: Value, digits: int = 12) -> str:
    """A number as text: exact where it is, else an interval that holds it, such as [1.41421356237 +/- 3.10e-12]."""
    return str(v) if isinstance(v, Fraction | Inverse) else str(v.str(digits))
