"""Products of powers of norms: the form in which inequalities are combined.

A monomial is c n^k a^r b^s ... with c > 0 and atoms a, b that are never negative; every exponent is u + v q. An
inequality lower <= upper between monomials is one line of a proof: such lines are raised to nonnegative powers and
multiplied.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from errorflow.conjecture.terms import Compare, Condition, Term, lag_of, number

Exponent = tuple[Fraction, Fraction]  # (u, v) for u + v q
Base = TypeVar("Base", bound=Hashable)
NONE: Exponent = (Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Atom:
    """A number that is never negative: what it is, such as norm2, maxabs, max or n, and of which matrix or gate."""

    what: str
    of: Term | str = ""


N = Atom("n")


@dataclass(frozen=True)
class Monomial:
    """The product of base**exponent over `constants` (positive rationals) and `atoms`."""

    constants: Mapping[Fraction, Exponent] = field(default_factory=dict)
    atoms: Mapping[Atom, Exponent] = field(default_factory=dict)

    def times(self, other: Monomial, power: Exponent = (Fraction(1), Fraction(0))) -> Monomial:
        """The product with a power of another; one of the two exponents must be free of q."""
        constants = _merged(self.constants, other.constants, power)
        return Monomial({c: e for c, e in constants.items() if c != 1}, _merged(self.atoms, other.atoms, power))

    def at(self, u: int, v: int) -> Monomial:
        """The same with exponents u * constant part + v * part of q: (1, 1) is q = 1, (0, 1) the growth with q."""

        def part(e: Exponent) -> Exponent:
            return u * e[0] + v * e[1], Fraction(0)

        return Monomial({}, {}).times(
            Monomial({c: part(e) for c, e in self.constants.items()}, {a: part(e) for a, e in self.atoms.items()})
        )


def _merged(a: Mapping[Base, Exponent], b: Mapping[Base, Exponent], power: Exponent) -> dict[Base, Exponent]:
    total = dict(a)
    for base, exponent in b.items():
        (u, v), (du, dv) = total.get(base, NONE), _product(exponent, power)
        total[base] = (u + du, v + dv)
    return {base: exponent for base, exponent in total.items() if exponent != NONE}


def _product(a: Exponent, b: Exponent) -> Exponent:
    if a[1] and b[1]:
        raise NotMonomial
    return a[0] * b[0], a[0] * b[1] + a[1] * b[0]


class NotMonomial(ValueError):
    """A number that is no product of powers."""


def constant(value: Fraction, power: Exponent = (Fraction(1), Fraction(0))) -> Monomial:
    """A positive rational. Raises NotMonomial for another."""
    if value <= 0:
        raise NotMonomial
    return Monomial({value: power} if value != 1 else {})


def atom(what: str, of: Term | str = "", power: Exponent = (Fraction(1), Fraction(0))) -> Monomial:
    """One atom, to a power."""
    return Monomial({}, {Atom(what, of): power})


def bare(matrix: Term) -> tuple[Term, bool, bool]:
    """A matrix without its transpositions and moduli, and whether it is transposed, and taken by modulus."""
    turned = positive = False
    while matrix.op in ("transpose", "abs"):
        turned ^= matrix.op == "transpose"
        positive |= matrix.op == "abs"
        matrix = matrix.args[0]
    return matrix, turned, positive


def monomial(term: Term) -> Monomial:
    """A number as a monomial. Raises NotMonomial if it is none."""
    one = (Fraction(1), Fraction(0))
    if term.op == "number":
        assert isinstance(term.data, Fraction)
        return constant(term.data)
    if term.op == "n":
        return atom("n")
    if term.op in ("*", "/"):
        left, right = map(monomial, term.args)
        return left.times(right, one if term.op == "*" else (Fraction(-1), Fraction(0)))
    if term.op == "**":
        v, u = lag_of(term.args[1])
        return Monomial().times(monomial(term.args[0]), (Fraction(u), Fraction(v)))
    if term.op in ("largest", "least"):
        return atom("max" if term.op == "largest" else "min", str(term.data))
    if term.op not in ("norm", "radius", "maxabs", "sigma_min"):
        raise NotMonomial
    matrix, turned, positive = bare(term.args[0])
    if matrix.op == "identity":
        raise NotMonomial
    what = f"norm{term.data}" if term.op == "norm" else term.op
    if turned and what in ("norm1", "norminf"):
        what = "norminf" if what == "norm1" else "norm1"
    if positive and what in ("norm2", "radius", "sigma_min"):
        what = f"{what} abs"
    return atom(what, matrix)


@dataclass(frozen=True)
class Line:
    """lower <= upper, or <, for every point in question. why: what it rests on. theorem: its name if it is one.

    cost: how gladly it is used, little for what is close to the claim.
    """

    lower: Monomial
    upper: Monomial
    strict: bool
    why: str
    theorem: str = ""
    cost: float = 1.0


def lines(condition: Condition, why: str) -> Iterator[Line]:
    """What a comparison says of monomials: a sum below something has every summand below it."""
    if not isinstance(condition, Compare) or condition.left.is_matrix or condition.right.is_matrix:
        return
    left, right = condition.left, condition.right
    directions = {"<": [(left, right)], "<=": [(left, right)], ">": [(right, left)], ">=": [(right, left)]}
    for low, high in directions.get(condition.sign, [(left, right), (right, left)]):
        if low == number(0) and condition.sign in "<>":
            # What is above 0 is above some positive number, which has no other name here.
            yield from _above_zero(high, why)
            continue
        for part in summands(low):
            try:
                yield Line(monomial(part), monomial(high), condition.sign in "<>", why, cost=0.01)
            except NotMonomial:
                continue


def _above_zero(term: Term, why: str) -> Iterator[Line]:
    try:
        yield Line(atom("some positive number", term), monomial(term), False, why, cost=0.01)
    except NotMonomial:
        return


def summands(term: Term) -> list[Term]:
    """The parts of a sum; each is at most the whole where none is negative, which a monomial never is."""
    if term.op != "+":
        return [term]
    parts = [part for arg in term.args for part in summands(arg)]
    try:
        for part in parts:
            monomial(part)
    except NotMonomial:
        return [term]
    return parts
