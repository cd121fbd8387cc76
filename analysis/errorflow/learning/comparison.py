"""Costs beside one another: orders in the number of units, break-even numbers of steps, and what fits in a memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy

from errorflow.definition import Definition
from errorflow.learning.cost import STEPS, Cost, size

_OPTIONS = frozenset({STEPS, size("h"), size("hprime")})
UNITS = size("n")


@dataclass(frozen=True)
class Order:
    """The leading term of a polynomial in n, all other widths as large as n. power: that of n, not of T or h."""

    leading: sympy.Expr
    power: int


def order(polynomial: sympy.Expr) -> Order:
    """The order in n of a memory, or of what a step takes."""
    alike = polynomial.xreplace(dict.fromkeys(polynomial.free_symbols - _OPTIONS, UNITS))
    terms = sympy.Poly(sympy.expand(alike), UNITS)
    if terms.is_zero:  # its degree is none
        return Order(sympy.S.Zero, 0)
    return Order(sympy.factor(terms.LC()) * UNITS ** terms.degree(), terms.degree())


def per_step(cost: Cost) -> sympy.Expr:
    """The multiply-adds of one step of a long sequence."""
    return sympy.expand(cost.macs).coeff(STEPS, 1)


def less_memory_above(back: Cost, other: Cost) -> sympy.Expr | None:
    """The T above which `other` keeps fewer words than `back`; None unless only the memory of `back` grows with T."""
    kept = sympy.Poly(back.memory, STEPS)
    if kept.degree() != 1 or STEPS in other.memory.free_symbols:
        return None
    slope, rest = kept.coeff_monomial(STEPS), kept.coeff_monomial(1)
    more = sympy.expand(other.memory - rest)
    if more == 0:  # of which SymPy's division gives no quotient
        return sympy.S.Zero
    quotient, remainder = sympy.reduced(more, [slope], *sorted(slope.free_symbols, key=str))
    return quotient[0] + sympy.cancel(remainder / slope)


def least_steps(above: sympy.Expr, sizes: Mapping[str, int]) -> int | None:
    """The least T >= 1 above a bound, None while a size on which it depends is open."""
    if above.is_nonpositive:  # whatever the sizes are
        return 1
    value = above.xreplace({size(label): sympy.Integer(k) for label, k in sizes.items()})
    return max(1, int(sympy.floor(value)) + 1) if value.is_Rational else None


@dataclass(frozen=True)
class Faster:
    """From which T on, and up to which, an algorithm takes fewer multiply-adds than BPTT. to: None for no end."""

    start: int
    to: int | None


def faster(back: Cost, other: Cost, sizes: Mapping[str, int]) -> Faster | bool | None:
    """Where `other` takes fewer multiply-adds than `back`, T from where the polynomials of both hold.

    True: at every T, False: at none, whatever sizes are open; None: it depends on sizes that are open, or on h.
    """
    if other.holds or back.holds:
        return None
    put = {size(label): sympy.Integer(k) for label, k in sizes.items() if label != "T"}
    more = sympy.expand((other.macs - back.macs).xreplace(put))
    valid = max(back.valid_from, other.valid_from)
    if more.free_symbols - {STEPS}:
        at = sympy.expand(more.xreplace({s: s + (valid if s == STEPS else 1) for s in more.free_symbols}))
        signs = {c > 0 for c in sympy.Poly(at, *sorted(at.free_symbols, key=str)).coeffs()}
        return None if len(signs) > 1 else not signs.pop()
    slope, rest = more.coeff(STEPS, 1), more.coeff(STEPS, 0)
    if slope == 0:
        return Faster(valid, None) if rest < 0 else False
    turn = -rest / slope
    if slope < 0:
        return Faster(max(valid, int(sympy.floor(turn)) + 1), None)
    last = int(sympy.ceiling(turn)) - 1
    return Faster(valid, last) if last >= valid else False


def words(definition: Definition, cost: Cost, biases: bool) -> sympy.Expr:
    """All that is held: weights, gradient, and what the algorithm keeps."""
    total = cost.memory
    for p in definition.parameters:
        learned = p.kind != "fixed" and (biases or p.kind != "bias")
        total += (1 + learned) * size(p.rows) * (size(p.columns) if p.columns else 1)
    return sympy.expand(total)


def largest(held: sympy.Expr, letter: str, sizes: Mapping[str, int], most: int) -> int | None:
    """The largest number for `letter` at which no more than `most` words are held; 0 if none is small enough.

    None if any number is, or while another size is open. held: a polynomial that never falls.
    """
    put = {size(label): sympy.Integer(k) for label, k in sizes.items() if label != letter}
    polynomial = held.xreplace(put)
    if polynomial.is_Integer and polynomial > most:
        return 0
    if polynomial.free_symbols != {size(letter)}:
        return None
    at = sympy.lambdify(size(letter), polynomial, "math")
    top = 1
    while at(top) <= most:
        top *= 2
    low = top // 2
    while low + 1 < top:
        middle = (low + top) // 2
        low, top = (middle, top) if at(middle) <= most else (low, middle)
    return low
