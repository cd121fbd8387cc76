"""The elementary functions with their first three derivatives, on intervals.

Each gives (f, f', f''/2, f'''/6) at an interval u. Monotone and bell-shaped parts are taken at the ends of u; the
others are products of such parts, which is sound and becomes sharp as u shrinks.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from errorflow.enclosure.backends import Backend, Number, bell, rising

Four = tuple[Number, Number, Number, Number]


def _logistic(backend: Backend, u: Number) -> Number:
    return 1 / (1 + backend.exp(-u))


def _bell(backend: Backend, u: Number) -> Number:
    """sigma'(u) at a narrow u, written in exp of the negative side so that it does not overflow."""
    decay = backend.exp(u if u < 0 else -u)
    return decay / (1 + decay) ** 2


def _sigma(backend: Backend, u: Number) -> Four:
    value = rising(backend, lambda v: _logistic(backend, v), u)
    slope = bell(backend, lambda v: _bell(backend, v), u)
    turn = 1 - 2 * value  # -tanh(u / 2)
    return value, slope, slope * turn / 2, slope * (1 - 6 * slope) / 6


def _tanh(backend: Backend, u: Number) -> Four:
    value, slope, second, third = _sigma(backend, 2 * u)
    return 2 * value - 1, 4 * slope, 8 * second, 16 * third


def _softplus(backend: Backend, u: Number) -> Four:
    def value(v: Number) -> Number:
        return v + backend.log1p(backend.exp(-v)) if v > 0 else backend.log1p(backend.exp(v))

    sigma, slope, second, _ = _sigma(backend, u)
    return rising(backend, value, u), sigma, slope / 2, second / 3


def _exp(backend: Backend, u: Number) -> Four:
    value = rising(backend, backend.exp, u)
    return value, value, value / 2, value / 6


def _log(backend: Backend, u: Number) -> Four:
    if not u > 0:
        raise ArithmeticError("log needs a positive argument")
    first = whole_power(backend, u, -1)
    return rising(backend, backend.log, u), first, -first * first / 2, first * first * first / 3


def _erf(backend: Backend, u: Number) -> Four:
    scale = 2 / backend.root(backend.pi(), 2)
    slope = scale * bell(backend, lambda v: backend.exp(-v * v), u)
    return rising(backend, backend.erf, u), slope, -u * slope, slope * (2 * whole_power(backend, u, 2) - 1) / 3


def _atan(backend: Backend, u: Number) -> Four:
    square = whole_power(backend, u, 2)
    slope = bell(backend, lambda v: 1 / (1 + v * v), u)
    return rising(backend, backend.atan, u), slope, -u * slope * slope, slope * slope * slope * (3 * square - 1) / 3


def _sin(backend: Backend, u: Number) -> Four:
    sin, cos = backend.sin(u), backend.cos(u)
    return sin, cos, -sin / 2, -cos / 6


def _cos(backend: Backend, u: Number) -> Four:
    sin, cos = backend.sin(u), backend.cos(u)
    return cos, -sin, -cos / 2, sin / 6


TABLE: dict[str, Callable[[Backend, Number], Four]] = {
    "exp": _exp,
    "log": _log,
    "sigma": _sigma,
    "tanh": _tanh,
    "softplus": _softplus,
    "erf": _erf,
    "atan": _atan,
    "sin": _sin,
    "cos": _cos,
}


def whole_power(backend: Backend, u: Number, n: int) -> Number:
    """u^n for an integer n, sharp on wide intervals."""
    if n < 0 and not (u > 0 or u < 0):
        raise ArithmeticError("division by an interval that holds zero")
    if n % 2 == 0 and n > 0:
        return bell(backend, lambda v: _product(v, n), u)
    if n in (0, 1):
        return u if n else backend.number(1)
    if n > 0:
        return rising(backend, lambda v: _product(v, n), u)
    return rising(backend, lambda v: 1 / _product(v, -n), u)


def _product(v: Number, n: int) -> Number:
    """v^n by squaring, for Arb's own power of a ball round zero is not a number."""
    found = v
    for bit in f"{n:b}"[1:]:
        found = found * found
        if bit == "1":
            found = found * v
    return found


def rational_power(backend: Backend, u: Number, exponent: Fraction) -> Four:
    """(u^r, r u^(r-1), ...) for a rational r; u must be positive where r is no integer."""
    if exponent.denominator == 1:
        n = exponent.numerator
        found, factor = [], 1
        for k in range(4):
            found.append(factor * whole_power(backend, u, n - k) if factor else backend.number(0))
            factor = factor * (n - k) // (k + 1)  # a binomial coefficient, so nothing is left over
        return found[0], found[1], found[2], found[3]
    if not u > 0:
        raise ArithmeticError("a root needs a positive argument")
    value = rising(backend, lambda v: backend.root(v, exponent.denominator) ** exponent.numerator, u)
    inverse = whole_power(backend, u, -1)
    first = backend.number(exponent) * value * inverse
    second = backend.number((exponent - 1) / 2) * first * inverse
    return value, first, second, backend.number((exponent - 2) / 3) * second * inverse


def derivatives(backend: Backend, name: str, u: Number) -> Four:
    """(f, f', f''/2, f'''/6) of the function called `name`, every entry finite.

    Raises: ArithmeticError where u leaves the domain.
    """
    found = TABLE[name](backend, u)
    if not all(backend.finite(part) for part in found):
        raise ArithmeticError(f"{name} is not bounded there")
    return found
