"""Exact constants: polynomials with rational coefficients in pi, powers of e, roots and values of functions.

Two constants with the same form are equal; two with different forms may still be, and nobody claims otherwise. With
these numbers the jets of an expression at a rational point are exact, which decides whether the pieces of an
activation meet and what its slope is at a point such as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from errorflow.enclosure.expression import Node, Refused, exact_root
from errorflow.enclosure.functions import Four
from errorflow.enclosure.jets import Jet, Program, compose, multiply, plus

Monomial = tuple[tuple[Any, Fraction], ...]
MOST_TERMS = 64


@dataclass(frozen=True)
class Exact:
    """Sum of coefficient * product of atom ** exponent."""

    terms: tuple[tuple[Monomial, Fraction], ...]

    def __add__(self, other: Exact | int) -> Exact:
        return _collect([*self.terms, *_exact(other).terms])

    __radd__ = __add__

    def __mul__(self, other: Exact | int | Fraction) -> Exact:
        pairs = [(m, c, n, d) for m, c in self.terms for n, d in _exact(other).terms]
        total: list[tuple[Monomial, Fraction]] = []
        for m, c, n, d in pairs:
            monomial, factor = _merge(m, n)
            total.append((monomial, c * d * factor))
        return _collect(total)

    __rmul__ = __mul__

    def __neg__(self) -> Exact:
        return self * -1

    def __sub__(self, other: Exact | int) -> Exact:
        return self + _exact(other) * -1

    def __rsub__(self, other: Exact | int) -> Exact:
        return _exact(other) - self

    @property
    def rational(self) -> Fraction | None:
        """The value if it is a rational number."""
        if not self.terms:
            return Fraction(0)
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0] else None

    def __str__(self) -> str:
        return " + ".join(_term(m, c) for m, c in self.terms).replace("+ -", "- ") or "0"


def _exact(value: Exact | int | Fraction) -> Exact:
    if isinstance(value, Exact):
        return value
    return Exact((((), Fraction(value)),) if value else ())


def _collect(terms: list[tuple[Monomial, Fraction]]) -> Exact:
    total: dict[Monomial, Fraction] = {}
    for monomial, coefficient in terms:
        total[monomial] = total.get(monomial, Fraction(0)) + coefficient
    kept = sorted(((m, c) for m, c in total.items() if c), key=repr)
    if len(kept) > MOST_TERMS:
        raise ArithmeticError("an exact constant has too many terms")
    return Exact(tuple(kept))


def _merge(m: Monomial, n: Monomial) -> tuple[Monomial, Fraction]:
    powers = dict(m)
    for atom, exponent in n:
        powers[atom] = powers.get(atom, Fraction(0)) + exponent
    factor = Fraction(1)
    for atom, exponent in list(powers.items()):
        if isinstance(atom, Fraction) and exponent.denominator == 1:  # the root of a rational has become whole
            factor *= atom**exponent.numerator
            exponent = Fraction(0)
        if not exponent:
            del powers[atom]
    return tuple(sorted(powers.items(), key=repr)), factor


def _atom(atom: Any, exponent: Fraction | int = 1) -> Exact:
    return Exact(((((atom, Fraction(exponent)),), Fraction(1)),))


def _term(monomial: Monomial, coefficient: Fraction) -> str:
    factors = [_factor(atom, exponent) for atom, exponent in monomial]
    if coefficient == -1 and factors:
        return "-" + "*".join(factors)
    return "*".join(([str(coefficient)] if coefficient != 1 or not factors else []) + factors)


def _factor(atom: Any, exponent: Fraction) -> str:
    if isinstance(atom, tuple) and atom[0] == "exp":
        return f"exp({_term(atom[1], exponent)})"
    base = f"({atom})" if isinstance(atom, Exact) or (isinstance(atom, Fraction) and atom.denominator > 1) else atom
    text = f"{base[0]}({base[1]})" if isinstance(base, tuple) else str(base)
    if exponent == Fraction(1, 2):
        return f"sqrt({text.strip('()') if isinstance(atom, Fraction) else text})"
    return text if exponent == 1 else f"{text}**({exponent})"


def raise_to(u: Exact, exponent: Fraction) -> Exact:
    """u ** exponent.

    Raises: ArithmeticError for a division by zero, or a root of what is not positive.
    """
    value, n = u.rational, exponent.numerator
    if exponent == 0:
        return _exact(1)
    if value is not None:
        if value == 0 and n > 0:
            return _exact(0)
        if value == 0 or (value < 0 and exponent.denominator > 1):
            raise ArithmeticError("not defined there")
        root = value if exponent.denominator == 1 else exact_root(value, exponent.denominator)
        return _exact(root**n) if root is not None else _merge_one(value, exponent)
    if exponent.denominator == 1 and 0 < n <= 8:
        total = u
        for _ in range(n - 1):
            total = total * u
        return total
    if len(u.terms) == 1 and (exponent.denominator == 1 or _positive_atoms(u.terms[0][0])):
        (monomial, coefficient) = u.terms[0]
        inside = Exact(((tuple((a, e * exponent) for a, e in monomial), Fraction(1)),))
        return inside * raise_to(_exact(coefficient), exponent)
    return _atom(u, exponent)


def _merge_one(value: Fraction, exponent: Fraction) -> Exact:
    whole = exponent.numerator // exponent.denominator
    return _atom(value, exponent - whole) * value**whole


def _positive_atoms(monomial: Monomial) -> bool:
    return all(atom == "pi" or (isinstance(atom, tuple) and atom[0] == "exp") for atom, _ in monomial)


def _function(name: str, u: Exact) -> Exact:
    if u.rational == 0:
        known = {"exp": Fraction(1), "cos": Fraction(1), "sigma": Fraction(1, 2)}
        if name in known:
            return _exact(known[name])
        if name in ("tanh", "erf", "atan", "sin"):
            return _exact(0)
        return _function("log", _exact(2)) if name == "softplus" else _undefined()
    if name in ("tanh", "erf", "atan", "sin") and u.terms[0][1] < 0:  # odd
        return -_function(name, -u)
    if name == "exp":
        total = _exact(1)
        for monomial, coefficient in u.terms:
            total = total * _atom(("exp", monomial), coefficient)
        return total
    if name == "log" and u.rational is not None:
        return _exact(0) if u.rational == 1 else _atom((name, u)) if u.rational > 0 else _undefined()
    return _atom((name, u))


def _undefined() -> Exact:
    raise ArithmeticError("not defined there")


def _derivatives(name: str, u: Exact) -> Four:
    """(f, f', f''/2, f'''/6) at an exact u."""
    f = _function(name, u)
    if name == "exp":
        return f, f, f * Fraction(1, 2), f * Fraction(1, 6)
    if name in ("sigma", "softplus"):
        s = f if name == "sigma" else _function("sigma", u)
        first = s * (1 - s)
        second, third = first * (1 - 2 * s) * Fraction(1, 2), first * (1 - 6 * first) * Fraction(1, 6)
        return (f, first, second, third) if name == "sigma" else (f, s, first * Fraction(1, 2), second * Fraction(1, 3))
    if name == "tanh":
        first = 1 - f * f
        return f, first, -f * first, first * (3 * f * f - 1) * Fraction(1, 3)
    if name == "erf":
        first = 2 * _atom("pi", Fraction(-1, 2)) * _function("exp", -u * u)
        return f, first, -u * first, first * (2 * u * u - 1) * Fraction(1, 3)
    if name == "atan":
        w = raise_to(1 + u * u, Fraction(-1))
        return f, w, -u * w * w, w * w * w * (3 * u * u - 1) * Fraction(1, 3)
    if name == "log":
        w = raise_to(u, Fraction(-1))
        return f, w, w * w * Fraction(-1, 2), w * w * w * Fraction(1, 3)
    other = _function("cos" if name == "sin" else "sin", u)
    first = other if name == "sin" else -other
    return f, first, f * Fraction(-1, 2), first * Fraction(-1, 6)


def _power(u: Exact, exponent: Fraction) -> Four:
    found, factor = [], Fraction(1)
    for k in range(4):
        found.append(raise_to(u, exponent - k) * factor if factor else _exact(0))
        factor = factor * (exponent - k) / (k + 1)
    return found[0], found[1], found[2], found[3]


def simple_point(x: Fraction) -> Exact | None:
    """A rational number of short form, or a root of one, that is within 1e-9 of x. A guess; nothing rests on it."""
    for degree in (1, 2, 3, 4):
        base = (abs(x) ** degree).limit_denominator(100)
        if abs(float(base) ** (1 / degree) - float(abs(x))) < 1e-9:
            return raise_to(_exact(base), Fraction(1, degree)) * (1 if x >= 0 else -1)
    return None


def exact_jets(program: Program, x: Fraction | Exact, order: int) -> list[Jet] | None:
    """The exact jets of the outputs at a point, or None where the form has no words for them."""
    variable = [_exact(x), _exact(1), _exact(0), _exact(0)][: order + 1]
    values: list[Jet] = []
    try:
        for part, args in program.steps:
            values.append(variable if part.op == "x" else _step(part, [values[k] for k in args]))
    except (ArithmeticError, Refused, OverflowError):
        return None
    return [values[k] + [_exact(0)] * (order + 1 - len(values[k])) for k in program.outputs]


def _step(part: Node, args: list[Jet]) -> Jet:
    if part.op == "number":
        return [_exact(part.data)]
    if part.op == "pi":
        return [_atom("pi")]
    if part.op in ("add", "mul"):
        total = args[0]
        for other in args[1:]:
            total = plus(total, other) if part.op == "add" else multiply(total, other)
        return list(total)
    u = args[0][0]
    return compose(_power(u, part.data) if part.op == "power" else _derivatives(part.op, u), args[0])
