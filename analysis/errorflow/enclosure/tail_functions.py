"""The elementary functions of a tail series, with their slopes: (f(u), f'(u)) on a ray."""

from __future__ import annotations

from fractions import Fraction

from errorflow.enclosure.expression import Node
from errorflow.enclosure.functions import derivatives
from errorflow.enclosure.jets import Program
from errorflow.enclosure.tail_powers import binomial, exponential, polynomial, power
from errorflow.enclosure.tails import ONE, VARIABLE, Declined, Monomial, Ray, Series, constant

Pair = tuple[Series, Series]
Half = tuple[Series | None, Series]  # the slope of a logarithm of a logarithm is in the scale, though its value is not
LOG = Monomial((), Fraction(0), 1)


def function(name: str, u: Series) -> Pair:
    """(f(u), f'(u)) for the function called `name`.

    Raises: Declined where there is no such series.
    """
    ray = u.ray
    if name == "exp":
        value = exponential(u)
        return value, value
    if not u.terms:
        return _bounded(name, u)
    growth = u.ordered()[0].growth()
    if growth <= 0:
        return _bounded(name, u)
    if name in ("sin", "cos"):
        wave = constant(ray, ray.backend.interval(Fraction(-1), Fraction(1)))
        return wave, wave
    side = u.sign()
    if side == 0:
        raise Declined("the sign of a growing argument is open")
    return _grown(name, u, side)


def _bounded(name: str, u: Series) -> Pair:
    """Taylor's formula about the constant term."""
    ray, b = u.ray, u.ray.backend
    centre = u.interval(u.terms.get(ONE, Fraction(0)))
    eps = Series(ray, {m: c for m, c in u.terms.items() if m != ONE})
    at = derivatives(b, name, centre)
    if not eps.terms:
        return constant(ray, at[0]), constant(ray, at[1])
    beyond = derivatives(b, name, b.hull(centre, centre + eps.range()))
    return polynomial(ray, [*at[:3], beyond[3]], eps), polynomial(ray, [at[1], 2 * at[2], 3 * beyond[3]], eps)


def _log(u: Series) -> Series:
    m, c, eps = u.lead()
    if not c > 0:
        raise Declined("log needs a positive argument")
    if m.logs:
        raise Declined("logarithms of logarithms are not in the scale")
    grown = {Monomial((), e, 0): -d for e, d in m.decay}
    if m.power:
        grown[LOG] = m.power
    b = u.ray.backend
    front = Series(u.ray, grown) + constant(u.ray, Fraction(0) if c == 1 else derivatives(b, "log", u.interval(c))[0])
    base = 1 + eps.range()
    if not base > 0:
        raise Declined("the largest term does not outweigh the others yet")
    third = derivatives(b, "log", base)[3] if eps.terms else Fraction(0)
    return front + polynomial(u.ray, [Fraction(0), Fraction(1), Fraction(-1, 2), third], eps)


def _grown(name: str, u: Series, side: int) -> Pair:
    """At an argument that tends to plus or minus infinity."""
    ray = u.ray
    one = constant(ray, Fraction(1))
    far = u.times(Fraction(side))  # tends to plus infinity
    if name in ("sigma", "softplus"):
        decay = exponential(far.times(Fraction(-1)))
        inverse = binomial(decay, Fraction(-1))
        near_one, near_zero = inverse, decay * inverse
        if name == "sigma":
            return (near_one if side > 0 else near_zero), decay * inverse * inverse
        logarithm = _log(one + decay)
        return (far + logarithm, near_one) if side > 0 else (logarithm, near_zero)
    if name == "tanh":
        decay = exponential(far.times(Fraction(-2)))
        inverse = binomial(decay, Fraction(-1))
        value = one + (decay * inverse).times(Fraction(-2))
        return value.times(Fraction(side)), (decay * inverse * inverse).times(Fraction(4))
    if name == "erf":
        return _erf(far, side)
    inverse = power(far, Fraction(-1))
    b, fifth = ray.backend, constant(ray, ray.backend.interval(Fraction(0), Fraction(1, 5)))
    cube = inverse * inverse * inverse
    arc = inverse + cube.times(Fraction(-1, 3)) + cube * inverse * inverse * fifth  # arctan(w), w > 0
    value = constant(ray, b.pi() / 2) + arc.times(Fraction(-1))
    square = inverse * inverse
    return value.times(Fraction(side)), square * power(one + square, Fraction(-1))


def _erf(far: Series, side: int) -> Pair:
    """erfc(u) is exp(-u^2) / (u sqrt(pi)) times a factor between 1 - 1/(2 u^2) and 1."""
    ray, b = far.ray, far.ray.backend
    scale = 1 / b.root(b.pi(), 2)
    decay = exponential((far * far).times(Fraction(-1)))
    inverse = power(far, Fraction(-1))
    half = constant(ray, b.interval(Fraction(0), Fraction(1, 2)))
    factor = constant(ray, Fraction(1)) + (inverse * inverse * half).times(Fraction(-1))
    complement = (decay * inverse * factor).times(scale)
    value = constant(ray, Fraction(1)) + complement.times(Fraction(-1))
    return value.times(Fraction(side)), decay.times(2 * scale)


def tail_pairs(program: Program, ray: Ray, side: int) -> list[Half]:
    """The outputs and their slopes, as series in |x|, where side * x >= R.

    Raises: Declined where one has no such series.
    """
    variable = Series(ray, {VARIABLE: Fraction(side)}), constant(ray, Fraction(1))
    values: list[Half] = []
    for part, args in program.steps:
        values.append(variable if part.op == "x" else _step(ray, part, [values[k] for k in args]))
    return [values[k] for k in program.outputs]


def _step(ray: Ray, part: Node, args: list[Half]) -> Half:
    zero = Series(ray, {})
    if part.op == "number":
        return constant(ray, part.data), zero
    if part.op == "pi":
        return constant(ray, ray.backend.pi()), zero
    if part.op == "add":
        return _sum(args)
    if part.op == "log":
        return _slope_of_log(*args[0])
    known = [(u, du) for u, du in args if u is not None]
    if len(known) < len(args):
        raise Declined("logarithms of logarithms are not in the scale")
    if part.op == "mul":
        value, slope = known[0]
        for u, du in known[1:]:
            value, slope = value * u, (value * du + slope * u).trimmed()
        return value, slope
    u, du = known[0]
    if part.op == "power":
        n = Fraction(part.data)
        if not u.terms:
            raise Declined("a power of zero")
        return power(u, n), (power(u, n - 1) * du).times(n)
    value, first = function(part.op, u)
    return value, first * du


def _sum(args: list[Half]) -> Half:
    value, slope = args[0]
    for u, du in args[1:]:
        value, slope = None if value is None or u is None else value + u, slope + du
    return None if value is None else value.trimmed(), slope.trimmed()


def _slope_of_log(u: Series | None, du: Series) -> Half:
    if u is None:
        raise Declined("logarithms of logarithms are not in the scale")
    slope = power(u, Fraction(-1)) * du
    try:
        return _log(u), slope
    except Declined:
        if u.sign() <= 0:
            raise
        return None, slope
