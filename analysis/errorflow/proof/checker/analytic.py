"""Rules on the functions of the table: its axioms, and bounds on exp."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .algebra import comparison
from .axioms import AXIOMS
from .facts import known, learn
from .meaning import definition, expand, variable
from .polynomial import ONE, Claim, Refused, Relation, Tree, add, constant, parse_claim
from .state import State


def use_axiom(state: State, step: Mapping[str, Any]) -> None:
    """An entry of `axioms.py` at named values, once its premises are known."""
    axiom = AXIOMS.get(step["name"])
    if axiom is None:
        raise Refused(f"axiom must be one of {sorted(AXIOMS)}, got {step['name']!r}")
    places: dict[str, Tree] = {}
    for value, function, argument in axiom.values:
        name = step["at"][value]
        defined, tree = definition(name, state)
        if defined != function:
            raise Refused(f"{name!r} must be a value of {function}")
        places |= {value: Tree("name", name=name), argument: tree}

    def put(tree: Tree) -> Tree:
        return (
            places[tree.name]
            if tree.head == "name"
            else Tree(tree.head, tuple(put(part) for part in tree.parts), tree.name, tree.number)
        )

    def placed(text: str) -> Claim:
        claim = parse_claim(text)
        chain, iff = (tuple(Relation(put(r.left), r.symbol, put(r.right)) for r in c) for c in (claim.chain, claim.iff))
        return Claim(chain, iff)

    for text in axiom.premises:
        if not known(state, placed(text)):
            raise Refused(f"{step['name']} needs {text}")
    for text in axiom.conclusions:
        learn(state, placed(text))
    state.axioms.add(step["name"])


LARGEST_ARGUMENT = 128  # binary digits of the numerator and of the denominator, which 200 terms raise to powers


def bound_exponential(state: State, step: Mapping[str, Any]) -> None:
    """A rational bound on exp of a rational number, by its series and a geometric remainder."""
    claim, symbol, p = comparison(state, step)
    function, argument = definition(step["value"], state)
    a, value = expand(argument, state), variable(step["value"], state)
    x, terms = a.get(ONE, Fraction(0)), step["terms"]
    if not isinstance(terms, int) or function != "exp" or set(a) - {ONE} or x < 0 or not x < terms + 1 or terms > 200:
        raise Refused("the bound is on exp of a number from 0 to below the number of terms + 1, at most 200")
    if max(x.numerator.bit_length(), x.denominator.bit_length()) > LARGEST_ARGUMENT:
        raise Refused(f"the bound is on exp of a number of at most {LARGEST_ARGUMENT} binary digits")
    powers = [Fraction(1)]
    for k in range(1, terms + 1):
        powers.append(powers[-1] * x / k)
    lower = sum(powers[:-1], Fraction(0))
    upper = lower + powers[-1] * (terms + 1) / (terms + 1 - x)
    ((only, _),) = value.items()
    weight = p.get(only, Fraction(0))
    bound = add(value, constant(lower), -1) if weight > 0 else add(constant(upper), value, -1)
    slack = add(p, bound, -abs(weight))
    if claim.iff or symbol == "=" or set(slack) - {ONE} or slack.get(ONE, Fraction(0)) <= 0:
        raise Refused(f"{step['goal']!r} must be looser than the series gives")
    learn(state, claim)
