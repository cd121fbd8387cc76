"""Two interval libraries behind one small set of words: Arb's balls and mpmath's intervals.

Numbers of either library add, multiply, divide and compare by themselves; a comparison is true only if it is certain.
What differs is here. Arb's balls lose the ends of wide intervals, so monotone functions are taken at the ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import flint
import mpmath

from errorflow.enclosure.expression import Refused

Number = Any
BITS = 128


class NotExpressible(Refused):
    """An interval library has no such function."""


class Arb:
    """Balls of python-flint."""

    name = "arb"

    @contextmanager
    def working(self, bits: int = BITS) -> Iterator[None]:
        """Sets the precision, which is a global of the library, and puts it back."""
        before = flint.ctx.prec
        flint.ctx.prec = bits
        try:
            yield
        finally:
            flint.ctx.prec = before

    def number(self, value: Fraction | int) -> Number:
        """A rational, never by way of a decimal or a float."""
        return flint.arb(flint.fmpq(value.numerator, value.denominator))

    def interval(self, a: Fraction, b: Fraction) -> Number:
        """The interval from a to b; exact where the ends are short dyadic fractions."""
        if a == b:
            return self.number(a)
        if not a or not b:
            return self.hull(self.number(a), self.number(b))
        middle, radius = self.number((a + b) / 2), self.number((b - a) / 2)
        return flint.arb(middle.mid(), (middle.rad() + radius).upper())

    def hull(self, u: Number, v: Number) -> Number:
        """An interval that holds both; zero stays an end where it is one, which a ball's radius would lose."""
        for near, far in ((u, v), (v, u)):
            if near.is_zero() and (far > 0 or far < 0):
                radius = flint.arb(0, (abs(far) / 2).upper()).rad()
                return flint.arb(radius if far > 0 else -radius, radius)
        return u.union(v)

    def ends(self, u: Number) -> tuple[Number, Number]:
        """The two ends."""
        return u.lower(), u.upper()

    def finite(self, u: Number) -> bool:
        """Whether it is bounded, and no NaN."""
        return bool(u.is_finite())

    def lower(self, u: Number) -> Fraction:
        """The lower end as a rational."""
        return self._rational(u.lower())

    def upper(self, u: Number) -> Fraction:
        """The upper end as a rational."""
        return self._rational(u.upper())

    @staticmethod
    def _rational(end: Number) -> Fraction:
        mantissa, exponent = end.man_exp()
        m, e = int(mantissa), int(exponent)
        return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)

    def thin(self, u: Number) -> bool:
        """Whether it is so narrow that a function may be taken of it as it is."""
        return bool(u.rad() < 2.0**-40)

    def pi(self) -> Number:
        """pi."""
        return flint.arb.pi()

    def exp(self, u: Number) -> Number:
        """e^u at a narrow u."""
        return u.exp()

    def log(self, u: Number) -> Number:
        """The logarithm at a narrow positive u."""
        return u.log()

    def log1p(self, u: Number) -> Number:
        """log(1 + u)."""
        return u.log1p()

    def root(self, u: Number, degree: int) -> Number:
        """A root of a narrow positive u."""
        return u.root(degree)

    def erf(self, u: Number) -> Number:
        """erf."""
        return u.erf()

    def atan(self, u: Number) -> Number:
        """arctan."""
        return u.atan()

    def sin(self, u: Number) -> Number:
        """sin, of a wide u too."""
        return u.sin()

    def cos(self, u: Number) -> Number:
        """cos, of a wide u too."""
        return u.cos()


class MpmathIv:
    """Intervals of mpmath, which have neither erf nor arctan."""

    name = "mpmath.iv"

    @contextmanager
    def working(self, bits: int = BITS) -> Iterator[None]:
        """Sets the precision, which is a global of the library, and puts it back."""
        before = mpmath.iv.prec
        mpmath.iv.prec = bits
        try:
            yield
        finally:
            mpmath.iv.prec = before

    def number(self, value: Fraction | int) -> Number:
        """A rational, never by way of a decimal or a float."""
        return mpmath.iv.mpf(value.numerator) / mpmath.iv.mpf(value.denominator)

    def interval(self, a: Fraction, b: Fraction) -> Number:
        """The interval from a to b."""
        return self.hull(self.number(a), self.number(b))

    def hull(self, u: Number, v: Number) -> Number:
        """An interval that holds both."""
        return mpmath.iv.mpf([min(u.a, v.a), max(u.b, v.b)])

    def ends(self, u: Number) -> tuple[Number, Number]:
        """The two ends."""
        return u.a, u.b

    def finite(self, u: Number) -> bool:
        """Whether it is bounded, and no NaN."""
        return all(end[1] != 0 or end[2] == 0 for end in u._mpi_)

    def lower(self, u: Number) -> Fraction:
        """The lower end as a rational."""
        return self._rational(u._mpi_[0])

    def upper(self, u: Number) -> Fraction:
        """The upper end as a rational."""
        return self._rational(u._mpi_[1])

    @staticmethod
    def _rational(end: Any) -> Fraction:
        sign, mantissa, exponent, _ = end
        m = -int(mantissa) if sign else int(mantissa)
        return Fraction(m << exponent) if exponent >= 0 else Fraction(m, 1 << -exponent)

    def thin(self, u: Number) -> bool:
        """Whether it is so narrow that a function may be taken of it as it is."""
        return bool(u.delta < 2.0**-40)

    def pi(self) -> Number:
        """pi."""
        return +mpmath.iv.pi

    def exp(self, u: Number) -> Number:
        """e^u."""
        return mpmath.iv.exp(u)

    def log(self, u: Number) -> Number:
        """The logarithm."""
        return mpmath.iv.log(u)

    def log1p(self, u: Number) -> Number:
        """log(1 + u)."""
        return mpmath.iv.log(1 + u)

    def root(self, u: Number, degree: int) -> Number:
        """A root of a positive u."""
        return mpmath.iv.sqrt(u) if degree == 2 else mpmath.iv.exp(mpmath.iv.log(u) / degree)

    def erf(self, u: Number) -> Number:
        """Not there."""
        raise NotExpressible("mpmath's intervals have no erf")

    def atan(self, u: Number) -> Number:
        """Not there."""
        raise NotExpressible("mpmath's intervals have no arctan")

    def sin(self, u: Number) -> Number:
        """sin."""
        return mpmath.iv.sin(u)

    def cos(self, u: Number) -> Number:
        """cos."""
        return mpmath.iv.cos(u)


Backend = Arb | MpmathIv
ARB, IV = Arb(), MpmathIv()


def rising(backend: Backend, function: Callable[[Number], Number], u: Number) -> Number:
    """A monotone function of u, from its values at the ends where u is wide."""
    if backend.thin(u):
        return function(u)
    low, high = backend.ends(u)
    return backend.hull(function(low), function(high))


def bell(backend: Backend, function: Callable[[Number], Number], u: Number) -> Number:
    """An even function that falls with |u|."""
    low, high = backend.ends(u)
    found = backend.hull(function(low), function(high))
    return backend.hull(found, function(0 * low)) if low < 0 and high > 0 else found
