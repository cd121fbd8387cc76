"""Polynomials, powers and exponentials of tail series: the largest term apart, the rest by Taylor's formula."""

from __future__ import annotations

from fractions import Fraction

from errorflow.enclosure.expression import exact_root
from errorflow.enclosure.functions import derivatives, rational_power
from errorflow.enclosure.tails import ONE, Coefficient, Declined, Monomial, Ray, Series, constant, is_zero


def polynomial(ray: Ray, coefficients: list[Coefficient], eps: Series) -> Series:
    """c0 + c1 eps + c2 eps^2 + ..."""
    total = constant(ray, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total * eps + constant(ray, c)
    return total


def power(u: Series, exponent: Fraction) -> Series:
    """u ** exponent."""
    if exponent.denominator == 1 and 0 <= exponent <= 8:
        total = constant(u.ray, Fraction(1))
        for _ in range(int(exponent)):
            total = total * u
        return total
    m, c, eps = u.lead()
    whole = exponent.denominator == 1
    if not whole and not c > 0:
        raise Declined("a root needs a positive argument")
    if m.logs and not whole:
        raise Declined("roots of logarithms are not in the scale")
    if isinstance(c, Fraction) and whole:
        front: Coefficient = c**exponent.numerator
    elif isinstance(c, Fraction) and (root := exact_root(c, exponent.denominator)) is not None:
        front = root**exponent.numerator
    else:
        front = rational_power(u.ray.backend, u.interval(c), exponent)[0]
    grown = Monomial(tuple((e, d * exponent) for e, d in m.decay), m.power * exponent, int(m.logs * exponent))
    return binomial(eps, exponent).times(front, grown)


def binomial(eps: Series, exponent: Fraction) -> Series:
    """(1 + eps) ** exponent."""
    base = 1 + eps.range()
    if not base > 0:
        raise Declined("the largest term does not outweigh the others yet")
    coefficients: list[Coefficient] = [Fraction(1)]
    for k in range(3):
        coefficients.append(coefficients[-1] * (exponent - k) / (k + 1))
    if eps.terms:
        rest = rational_power(eps.ray.backend, base, exponent - 3)[0]
        coefficients[3] = eps.interval(coefficients[3]) * rest
    return polynomial(eps.ray, coefficients, eps)


def exponential(u: Series) -> Series:
    """exp(u)."""
    ray, b = u.ray, u.ray.backend
    decay: dict[Fraction, Fraction] = {}
    power_of_x, wild, small, c0 = Fraction(0), {}, {}, Fraction(0)
    for m, c in u.terms.items():
        if m == ONE:
            c0 = c
        elif m.growth() < 0:
            small[m] = c
        elif isinstance(c, Fraction) and not m.decay and not m.logs:
            decay[m.power] = -c
        elif isinstance(c, Fraction) and m == Monomial((), Fraction(0), 1):
            power_of_x = c
        else:
            wild[m] = c
    shape = Monomial(tuple(sorted(decay.items(), reverse=True)), power_of_x, 0)
    eps = Series(ray, small)
    rest = b.exp(eps.range()) if b.thin(eps.range()) else b.hull(*(b.exp(end) for end in b.ends(eps.range())))
    taylor = polynomial(ray, [Fraction(1), Fraction(1), Fraction(1, 2), rest / 6 if small else Fraction(0)], eps)
    front = Fraction(1) if is_zero(c0) else derivatives(b, "exp", u.interval(c0))[0]
    found = taylor.times(front, shape)
    return found * _dominated(Series(ray, wild)) if wild else found


def _dominated(w: Series) -> Series:
    """exp(w) for a w that grows in no simple way: between 0 and a decay that is simple, if w is negative."""
    ray, b = w.ray, w.ray.backend
    m, c, _ = w.lead()
    unit = b.interval(Fraction(0), Fraction(1))
    if c > 0:
        if m.decay or m.logs:
            raise Declined("a growth beyond exp of a polynomial is not in the scale")
        steeper = Fraction(-int(-b.upper(c) * 2**20 // 1), 2**20) + Fraction(1, 2**20)
        if (w + Series(ray, {m: -steeper})).sign() >= 0:
            raise Declined("a growth is not in the scale")
        return Series(ray, {Monomial(((m.power, -steeper),), Fraction(0), 0): unit})
    if not m.decay and not m.logs:
        slower = Fraction(int(b.lower(-c) * 2**20 // 1), 2**20) - Fraction(1, 2**20)
        if slower > 0 and (w + Series(ray, {m: slower})).sign() < 0:
            return Series(ray, {Monomial(((m.power, slower),), Fraction(0), 0): unit})
    for e in (Fraction(2), Fraction(1)):
        if (w + Series(ray, {Monomial((), e, 0): Fraction(1)})).sign() < 0:
            return Series(ray, {Monomial(((e, Fraction(1)),), Fraction(0), 0): unit})
    raise Declined("a decay is not in the scale at this radius")
