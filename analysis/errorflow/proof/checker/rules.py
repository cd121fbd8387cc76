"""The rules of the checker; each adds a fact that follows from those before it, or refuses the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

from .algebra import comparison, expression, prove_identity, prove_integer, prove_positive, prove_sign
from .analytic import bound_exponential, use_axiom
from .dependence import linked, reached
from .facts import fact, known, knows, learn
from .families import add_up, compare_blocks
from .meaning import definition, expand, variable
from .polynomial import (
    Claim,
    Polynomial,
    Refused,
    Relation,
    Tree,
    add,
    multiply,
    names_in,
    parse_claim,
    parse_expression,
)
from .state import State, names_of
from .sturm import prove_by_sturm

Steps = Sequence[Mapping[str, Any]]


def run(state: State, steps: Steps) -> None:
    """Replay the steps in order; every step must follow from what is known before it."""
    for step in steps:
        rule = RULES.get(step["rule"])
        if rule is None:
            raise Refused(f"rule must be one of {sorted(RULES)}, got {step['rule']!r}")
        rule(state, step)


def _apply(state: State, step: Mapping[str, Any]) -> None:
    goal, source = parse_claim(step["goal"]), parse_claim(step["from"])
    if goal.iff or source.iff or not known(state, source) or not known(state, Claim(goal.chain, source.chain)):
        raise Refused(f"{step['goal']!r} must be known to be equivalent to {step['from']!r}, which must be known")
    learn(state, goal)


def _about_one_unit(state: State, chain: tuple[Relation, ...]) -> bool:
    return state.runs(*(expand(side, state) for r in chain for side in (r.left, r.right)))


def _equivalent(state: State, step: Mapping[str, Any]) -> None:
    claim = parse_claim(step["goal"])
    for given, wanted, steps in ((claim.chain, claim.iff, "forward"), (claim.iff, claim.chain, "backward")):
        inner = state.copy(one_unit=_about_one_unit(state, given))
        learn(inner, Claim(given))
        run(inner, step[steps])
        if not wanted or not known(inner, Claim(wanted)):
            raise Refused(f"{steps} proof of {step['goal']!r} must reach the other side")
    learn(state, claim)


def _contradiction(state: State, step: Mapping[str, Any]) -> None:
    claim, symbol, p = comparison(state, step)
    if symbol == "=" or claim.iff:
        raise Refused("only an inequality can be proved by contradiction")
    inner = state.copy(one_unit=state.runs(p))
    inner.facts.add(fact(">=" if symbol == ">" else ">", add({}, p, -1)))
    run(inner, step["steps"])
    if (">", frozenset()) not in inner.facts:
        raise Refused(f"the negation of {step['goal']!r} must prove 0 > 0")
    learn(state, claim)


def _cases(state: State, step: Mapping[str, Any]) -> None:
    goal, on = parse_claim(step["goal"]), parse_claim(step["on"])
    _, symbol, p = comparison(state, {"goal": step["on"]})
    if symbol == "=" or on.iff or goal.iff:
        raise Refused("cases must be split on an inequality")
    for given, steps in (((symbol, p), "yes"), ((">=" if symbol == ">" else ">", add({}, p, -1)), "no")):
        inner = state.copy(one_unit=state.runs(p))
        inner.facts.add(fact(*given))
        run(inner, step[steps])
        if not known(inner, goal):
            raise Refused(f"case {steps!r} must reach {step['goal']!r}")
    learn(state, goal)


def _mean_value(state: State, step: Mapping[str, Any]) -> None:
    """f(b) > f(a) for a < b, since f' > 0 at every y between them; f(b) = f(a) for any a and b, since f' = 0."""
    y, tree = step["at"], parse_expression(step["function"])
    moving = frozenset({y})
    for name, _, argument in state.statement.let:
        moving |= {name} if names_in(parse_expression(argument)) & moving else frozenset()
    mentioned = {n for _, p in state.facts for (reals, _), _ in p for n in reals}
    mentioned |= {n for pair in state.equivalences for _, p in pair for (reals, _), _ in p for n in reals}
    touched = moving | linked(moving, state)
    if touched & mentioned or moving & (state.indexed | state.running) or y not in state.statement.real:
        raise Refused(f"nothing may be known of {y!r}, which runs between the ends")
    ends = [_end(state, expand(tree, state), moving, y, step[place]) for place in ("from", "to")]
    (a, start), (b, end) = ends
    claim, symbol, p = comparison(state, step)
    inner, here = state.copy(one_unit=state.runs(a, b)), variable(y, state)
    if symbol != "=":
        if not knows(state, ">", add(b, a, -1)):
            raise Refused(f"{step['to'][y]!r} must be known to be above {step['from'][y]!r}")
        inner.facts |= {fact(">", add(here, a, -1)), fact(">", add(b, here, -1))}
    run(inner, step["steps"])
    slope = expand(Tree("d", (tree,), name=y), state)
    if claim.iff or not knows(inner, symbol, slope) or add(p, add(end, start, -1), -1):
        raise Refused(f"{step['goal']!r} must follow from the sign of the slope in between")
    learn(state, claim)


def _end(
    state: State, function: Polynomial, moving: frozenset[str], y: str, put: Mapping[str, str]
) -> tuple[Polynomial, Polynomial]:
    """One end of the range of y, and the value of the function there: y and the values at y replaced one by one."""
    places = {y: variable(put[y], state)}
    for name, kind, argument in state.statement.let:
        if name in moving and kind and name in put:
            other, wanted = definition(put[name], state)
            there = _placed(expression(state, argument), places)
            if kind != other or add(there, expand(wanted, state), -1):
                raise Refused(f"{put[name]!r} must be {name!r} at {put[y]!r}")
            places[name] = variable(put[name], state)
    value = _placed(function, places)
    names = names_of(value) | names_of(places[y])
    used = frozenset[str]().union(*(reached(Tree("name", name=n), state) for n in names))
    if used & (moving | linked(moving, state)):
        raise Refused(f"the ends must not depend on {y!r}, which runs between them")
    return places[y], value


def _placed(p: Polynomial, places: Mapping[str, Polynomial]) -> Polynomial:
    """The polynomial with names replaced."""
    total: Polynomial = {}
    for (reals, word), c in p.items():
        kept: Polynomial = {(tuple(n for n in reals if n not in places), word): c}
        total = add(total, reduce(multiply, (places[n] for n in reals if n in places), kept))
    return total


RULES: dict[str, Callable[[State, Mapping[str, Any]], None]] = {
    "identity": prove_identity,
    "positive": prove_positive,
    "sign": prove_sign,
    "sturm": prove_by_sturm,
    "axiom": use_axiom,
    "sum": add_up,
    "blocks": compare_blocks,
    "integer": prove_integer,
    "exponential": bound_exponential,
    "apply": _apply,
    "equivalent": _equivalent,
    "contradiction": _contradiction,
    "cases": _cases,
    "mean_value": _mean_value,
}
