"""What a function does beyond a radius: sums of C x^p (log x)^l exp(-Q(x)) for all x >= R, with interval coefficients.

Each coefficient is a rational number or an interval that holds the true coefficient for every x >= R. Sums, products,
powers and the elementary functions of such series are again such series: the largest term is split off and the rest,
which is small on the whole ray, goes through a Taylor polynomial with its remainder. Whatever does not fit is declined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from errorflow.enclosure.backends import Backend, Number
from errorflow.enclosure.expression import Refused

Coefficient = Fraction | Number
Decay = tuple[tuple[Fraction, Fraction], ...]
MOST_TERMS = 7


class Declined(Refused):
    """A tail that this arithmetic has no words for, at this radius or at all."""


@dataclass(frozen=True, eq=False)
class Monomial:
    """x^power (log x)^logs exp(-sum c x^e) with the pairs (e, c) of `decay` in falling order of e."""

    decay: Decay
    power: Fraction
    logs: int
    code: int = field(init=False, repr=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", hash((self.decay, self.power, self.logs)))

    def __hash__(self) -> int:
        """Worked out once, for fractions are slow to hash."""
        return self.code

    def __eq__(self, other: object) -> bool:
        """Whether both are the same function."""
        return self is other or (
            isinstance(other, Monomial)
            and self.code == other.code
            and (self.decay, self.power, self.logs) == (other.decay, other.power, other.logs)
        )

    def __mul__(self, other: Monomial) -> Monomial:
        return _product(self, other)

    def inverse(self) -> Monomial:
        """1 / m."""
        return _inverse(self)

    def growth(self) -> int:
        """1 if it tends to infinity, -1 if to 0, 0 if it is 1."""
        if self.decay:
            return -1 if self.decay[0][1] > 0 else 1
        return (self.power > 0) - (self.power < 0) or (self.logs > 0) - (self.logs < 0)


@lru_cache(maxsize=8192)
def _product(m: Monomial, n: Monomial) -> Monomial:
    total = dict(m.decay)
    for e, c in n.decay:
        total[e] = total.get(e, Fraction(0)) + c
    decay = tuple(sorted(((e, c) for e, c in total.items() if c), reverse=True))
    return Monomial(decay, m.power + n.power, m.logs + n.logs)


@lru_cache(maxsize=8192)
def _inverse(m: Monomial) -> Monomial:
    return Monomial(tuple((e, -c) for e, c in m.decay), -m.power, -m.logs)


ONE = Monomial((), Fraction(0), 0)
VARIABLE = Monomial((), Fraction(1), 0)


@dataclass(frozen=True)
class Ray:
    """x >= radius, a power of two and at least 4, with the interval library that the coefficients come from."""

    backend: Backend
    radius: Fraction
    tops: dict[Monomial, Number] = field(default_factory=dict, compare=False, repr=False)

    def value(self, m: Monomial) -> Number:
        """m at the radius."""
        b, r = self.backend, self.radius
        exponent = b.number(0)
        for e, c in m.decay:
            exponent = exponent - b.number(c) * self._power(e)
        logs = b.log(b.number(r)) ** m.logs if m.logs else b.number(1)
        return b.exp(exponent) * self._power(m.power) * logs

    def _power(self, e: Fraction) -> Number:
        b = self.backend
        if e.denominator == 1:
            return b.number(self.radius ** int(e))
        return b.root(b.number(self.radius), e.denominator) ** e.numerator

    def top(self, m: Monomial) -> Number:
        """The interval [0, m(R)] for a monomial that falls on the whole ray.

        Raises: Declined if it does not fall, or not yet.
        """
        if m == ONE:
            return self.backend.number(1)
        if m not in self.tops:
            if not self._falls(m):
                raise Declined("a term does not fall yet at this radius")
            self.tops[m] = self.backend.hull(self.backend.number(0), self.value(m))
        return self.tops[m]

    def _falls(self, m: Monomial) -> bool:
        """Whether p + l / log x <= sum c e x^e for all x >= R; enough if the first term outweighs the others at R."""
        if m.growth() >= 0:
            return False
        b = self.backend
        rest = b.number(max(m.power, Fraction(0)) + max(m.logs, 0))  # 1 / log x <= 1 from 4 on
        if not m.decay:
            gain = -m.power
            return gain >= max(m.logs, 0) / Fraction(2) if gain > 0 and self.radius >= 8 else m.logs <= 0
        for e, c in m.decay[1:]:
            rest = rest + b.number(max(-c * e, Fraction(0))) * self._power(e)
        e, c = m.decay[0]
        return bool(b.number(c * e) * self._power(e) >= rest)


@dataclass(frozen=True)
class Series:
    """A function on a ray."""

    ray: Ray
    terms: dict[Monomial, Coefficient]

    def interval(self, c: Coefficient) -> Number:
        """A coefficient as an interval."""
        return self.ray.backend.number(c) if isinstance(c, Fraction) else c

    def __add__(self, other: Series) -> Series:
        total = dict(self.terms)
        for m, c in other.terms.items():
            total[m] = self.sum_of(total[m], c) if m in total else c
        return Series(self.ray, {m: c for m, c in total.items() if not is_zero(c)})

    def sum_of(self, c: Coefficient, d: Coefficient) -> Coefficient:
        """c + d, rational if both are."""
        both = isinstance(c, Fraction) and isinstance(d, Fraction)
        return c + d if both else self.interval(c) + self.interval(d)

    def product_of(self, c: Coefficient, d: Coefficient) -> Coefficient:
        """c d, rational if both are."""
        both = isinstance(c, Fraction) and isinstance(d, Fraction)
        return c * d if both else self.interval(c) * self.interval(d)

    def __mul__(self, other: Series) -> Series:
        total: dict[Monomial, Coefficient] = {}
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                key, value = m * n, self.product_of(c, d)
                total[key] = self.sum_of(total[key], value) if key in total else value
        return Series(self.ray, {m: c for m, c in total.items() if not is_zero(c)}).trimmed()

    def times(self, c: Coefficient, m: Monomial = ONE) -> Series:
        """This series times c m."""
        if is_zero(c):
            return Series(self.ray, {})
        return Series(self.ray, {k * m: self.product_of(c, v) for k, v in self.terms.items()})

    def ordered(self) -> list[Monomial]:
        """The monomials, the largest first."""
        kept: list[Monomial] = []
        for m in self.terms:
            place = sum(1 for k in kept if (k * m.inverse()).growth() > 0)
            kept.insert(place, m)
        return kept

    def trimmed(self) -> Series:
        """The same with few terms: the smallest are folded into the next larger one."""
        if len(self.terms) <= MOST_TERMS:
            return self
        order = self.ordered()
        terms = {m: self.terms[m] for m in order[:MOST_TERMS]}
        last = order[MOST_TERMS - 1]
        for m in order[MOST_TERMS:]:
            share = self.interval(self.terms[m]) * self.ray.top(m * last.inverse())
            terms[last] = self.interval(terms[last]) + share
        return Series(self.ray, terms)

    def lead(self) -> tuple[Monomial, Coefficient, Series]:
        """(m, C, eps) with the series equal to C m (1 + eps).

        Raises: Declined if the series is zero or the sign of its largest coefficient is open.
        """
        if not self.terms:
            raise Declined("a series is zero")
        m = self.ordered()[0]
        c = self.terms[m]
        if not (c > 0 or c < 0):
            raise Declined("the sign of the largest term is open")
        inverse = 1 / c
        rest = Series(self.ray, {k: v for k, v in self.terms.items() if k != m})
        return m, c, rest.times(inverse, m.inverse())

    def range(self) -> Number:
        """An interval for all values, of a series without growing terms."""
        total = self.ray.backend.number(0)
        for m, c in self.terms.items():
            total = total + self.interval(c) * self.ray.top(m)
        return total

    def sign(self) -> int:
        """1 or -1 if the function has that sign on the whole ray, else 0."""
        try:
            _, c, eps = self.lead()
            if not 1 + eps.range() > 0:
                return 0
        except Declined:
            return 0
        return 1 if c > 0 else -1


def is_zero(c: Coefficient) -> bool:
    """Whether a coefficient is exactly zero."""
    return bool(c == 0) if isinstance(c, Fraction) else bool(c >= 0 and c <= 0)


def constant(ray: Ray, c: Coefficient) -> Series:
    """A constant function."""
    return Series(ray, {} if is_zero(c) else {ONE: c})
