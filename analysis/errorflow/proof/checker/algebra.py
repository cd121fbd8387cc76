"""Rules on polynomials: equations that follow from equations, sums of nonnegative products, signs, integers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from .facts import fact, known, knows, learn, single
from .meaning import expand
from .polynomial import (
    LARGEST_EXPONENT,
    ONE,
    Claim,
    Polynomial,
    Refused,
    add,
    constant,
    multiply,
    parse_claim,
    parse_expression,
)
from .state import Fact, State


def expression(state: State, text: str) -> Polynomial:
    """The polynomial of a text."""
    return expand(parse_expression(text), state)


def comparison(state: State, step: Mapping[str, Any]) -> tuple[Claim, str, Polynomial]:
    """The single comparison that a step wants, as `p symbol 0` with p not rescaled."""
    claim = parse_claim(step["goal"])
    if len(claim.chain) != 1:
        raise Refused(f"a step must prove one comparison, got {step['goal']!r}")
    r = claim.chain[0]
    p = add(expand(r.left, state), expand(r.right, state), -1)
    if r.symbol != "=" and any(word for _, word in p):
        raise Refused("only reals can be compared by size")
    return claim, {"<": ">", "<=": ">="}.get(r.symbol, r.symbol), add({}, p, -1) if r.symbol in ("<", "<=") else p


def combination(state: State, using: Sequence[Sequence[str]]) -> Polynomial:
    """The sum of left * (equation) * right over known equations: zero, whatever the cofactors are."""
    total: Polynomial = {}
    for left, equation, *right in using:
        claim = parse_claim(equation)
        if len(claim.chain) != 1 or claim.iff or claim.chain[0].symbol != "=" or not known(state, claim):
            raise Refused(f"{equation!r} must be an equation that is known")
        r = claim.chain[0]
        p = add(expand(r.left, state), expand(r.right, state), -1)
        p = multiply(expression(state, left), p)
        total = add(total, multiply(p, expression(state, right[0])) if right else p)
    return total


def prove_identity(state: State, step: Mapping[str, Any]) -> None:
    """An equation that is a combination of known ones."""
    claim, symbol, p = comparison(state, step)
    if symbol != "=" or claim.iff or add(p, combination(state, step.get("using", ())), -1):
        raise Refused(f"{step['goal']!r} must follow from the equations it uses")
    learn(state, claim)


def sum_of_products(state: State, terms: Sequence[Any]) -> tuple[Polynomial, list[tuple[bool, list[Fact]]]]:
    """The polynomial of a sum of nonnegative products, and of each product whether it is positive, and its factors."""
    total, products = constant(0), []
    for coefficient, factors in terms:
        term, strict = expression(state, coefficient), True
        if set(term) != {ONE} or term[ONE] <= 0:
            raise Refused(f"a coefficient must be a positive number, got {coefficient!r}")
        for text, exponent in factors:
            b = expression(state, text)
            if exponent not in range(1, LARGEST_EXPONENT + 1) or any(word for _, word in b):
                raise Refused(f"a factor must be a real with an exponent from 1 on, got {text!r}")
            if exponent % 2 and not knows(state, ">=", b):
                raise Refused(f"{text} must be known to be nonnegative")
            strict = strict and (knows(state, ">", b) or (exponent % 2 == 0 and knows(state, ">", add({}, b, -1))))
            term = reduce(multiply, [b] * exponent, term)
        total = add(total, term)
        products.append((strict, [fact("=", expression(state, text)) for text, _ in factors]))
    return total, products


def prove_positive(state: State, step: Mapping[str, Any]) -> None:
    """An inequality whose difference is a sum of nonnegative products, and where it is an equation."""
    claim, symbol, p = comparison(state, step)
    total, products = sum_of_products(state, step["terms"])
    if symbol == "=" or claim.iff or add(add(p, combination(state, step.get("using", ())), -1), total, -1):
        raise Refused(f"{step['goal']!r} must equal the sum of its terms")
    if symbol == ">" and not any(strict for strict, _ in products):
        raise Refused(f"{step['goal']!r} must have a term that is positive")
    learn(state, claim)
    if "zero_iff" in step:
        zero = parse_claim(step["zero_iff"])
        b = single(zero.chain[0], state)
        alone = [t for t, (_, factors) in zip(step["terms"], products, strict=True) if {b} == set(factors)]
        if (
            len(zero.chain) != 1
            or zero.iff
            or b[0] != "="
            or not alone
            or not all(b in factors for _, factors in products)
        ):
            raise Refused(f"{step['zero_iff']!r} must be a factor of every term, and one term its power alone")
        state.equivalences.add((fact("=", p), b))


def prove_sign(state: State, step: Mapping[str, Any]) -> None:
    """An equivalence of two comparisons whose differences are a positive factor apart."""
    claim, _, p = comparison(state, step)
    if len(claim.iff) != 1:
        raise Refused(f"{step['goal']!r} must be an equivalence of two comparisons")
    r = claim.iff[0]
    b = add(expand(r.left, state), expand(r.right, state), -1)
    b = add({}, b, -1) if r.symbol in ("<", "<=") else b
    factor, products = sum_of_products(state, step["factor"])
    difference = add(p, combination(state, step.get("using", ())), -1)
    if not any(strict for strict, _ in products) or add(difference, multiply(factor, b), -1):
        raise Refused(f"{step['goal']!r} must have sides that differ by a positive factor")
    for symbol in ("=", ">", ">="):
        for sign in (1, -1):
            left, right = multiply(p, constant(sign)), multiply(b, constant(sign))
            state.equivalences.add((fact(symbol, left), fact(symbol, right)))
    if not known(state, claim):
        raise Refused(f"{step['goal']!r} must compare both sides alike")


def prove_integer(state: State, step: Mapping[str, Any]) -> None:
    """An integer that is above -1 is nonnegative."""
    claim, symbol, p = comparison(state, step)
    whole = {name for reals, _ in p for name in reals} <= set(state.statement.integer)
    whole = whole and all(c.denominator == 1 for c in p.values())
    if claim.iff or symbol != ">=" or not whole or not knows(state, ">", add(p, constant(1))):
        raise Refused(f"{step['goal']!r} must be an integer known to be above -1")
    learn(state, claim)
