"""What is known of the sign of a polynomial, and how it is learned."""

from __future__ import annotations

from fractions import Fraction

from .meaning import expand
from .polynomial import ONE, Claim, Polynomial, Refused, Relation, add, constant, multiply
from .state import Fact, State


def fact(symbol: str, p: Polynomial) -> Fact:
    """`p symbol 0` up to a positive factor, and for equations any factor."""
    if p:
        scale = p[min(p)]
        p = multiply(p, constant(1 / (scale if symbol == "=" else abs(scale))))
    return symbol, frozenset(p.items())


def single(r: Relation, state: State) -> Fact:
    """The fact that one comparison states."""
    difference = add(expand(r.left, state), expand(r.right, state), -1)
    if r.symbol == "=":
        return fact("=", difference)
    if any(word for _, word in difference):
        raise Refused("only reals can be compared by size")
    if r.symbol in ("<", "<="):
        difference = add({}, difference, -1)
    return fact(">" if r.symbol in "<>" else ">=", difference)


def knows(state: State, symbol: str, p: Polynomial) -> bool:
    """Whether `p symbol 0` is a fact, follows from a stronger one about p, or concerns a number."""
    if set(p) <= {ONE}:
        value = p.get(ONE, Fraction(0))
        if value == 0 if symbol == "=" else value > 0 if symbol == ">" else value >= 0:
            return True
    stronger = {"=": ("=",), ">": (">",), ">=": (">=", ">", "=")}[symbol]
    return any(fact(other, p) in state.facts for other in stronger)


def known(state: State, claim: Claim) -> bool:
    """Whether a claim is among the facts, without any work to find out."""
    facts = [single(r, state) for r in claim.chain]
    if not claim.iff:
        return all(knows(state, f[0], dict(f[1])) for f in facts)
    pair = (facts[0], single(claim.iff[0], state))
    return len(facts) == len(claim.iff) == 1 and (pair in state.equivalences or pair[::-1] in state.equivalences)


def learn(state: State, claim: Claim) -> None:
    """Add a claim to the facts: for hypotheses, and for conclusions once they are proved."""
    facts = [single(r, state) for r in claim.chain]
    if not claim.iff:
        state.facts.update(facts)
    elif len(facts) == len(claim.iff) == 1:
        state.equivalences.add((facts[0], single(claim.iff[0], state)))
    else:
        raise Refused("an equivalence must join two single comparisons")
