"""Whether what an accepted mutant says is true, shown without the rule that accepted it.

nothing new: after normalisation all that is known at its end was known at the end of the certificate, too.
weaker: a fact is one of these with a weaker relation or a constant that helps.
axiom: a fact on the values of functions holds wherever it is computed in floats, with the functions themselves.
evaluated: a fact holds at rational points that meet the hypotheses, in exact arithmetic.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce

from ..checker.meaning import definition, expand
from ..checker.polynomial import ONE, Polynomial, parse_claim
from ..checker.state import Fact, State, names_of

ROUTES = ("nothing new", "weaker", "axiom", "evaluated")
POINTS, TRIES, GUESSES = 50, 30_000, 8
COMPUTED: dict[str, Callable[[float], float]] = {
    "logistic": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "exp": math.exp,
}


def shown(new: State, old: State, hypotheses: State, rng: random.Random) -> str:
    """The weakest of the routes by which all that is known in `new` is true, or "" if one fact is not shown."""
    facts, pairs = new.facts - old.facts, new.equivalences - old.equivalences
    routes = [_fact(fact, old, hypotheses, rng) for fact in sorted(facts, key=_order)]
    routes += [
        _pair(*pair, hypotheses, rng) for pair in sorted(pairs, key=lambda pair: (_order(pair[0]), _order(pair[1])))
    ]
    return max(routes, key=ROUTES.index, default="nothing new") if all(routes) else ""


def _fact(fact: Fact, old: State, hypotheses: State, rng: random.Random) -> str:
    if any(weaker(fact, other) for other in old.facts):
        return "weaker"
    p = dict(fact[1])
    if _values(names_of(p), hypotheses):
        return "axiom" if _computed([fact], hypotheses, rng) else ""
    return "evaluated" if _evaluated(fact, old, hypotheses, rng) else ""


def _pair(a: Fact, b: Fact, hypotheses: State, rng: random.Random) -> str:
    if a == b:
        return "weaker"
    return "axiom" if _computed([a, b], hypotheses, rng) else ""


def weaker(fact: Fact, known: Fact) -> bool:
    """Whether a fact follows from one that is known by its relation, or because a constant is added that helps."""
    (symbol, a), (other, b) = fact, known
    new, old = dict(a), dict(b)
    rest = set(new) - {ONE}
    if not rest:
        return holds(symbol, new.get(ONE, Fraction(0)))
    if rest != set(old) - {ONE}:
        return False
    place = min(rest)
    factor = new[place] / old[place]
    if (factor < 0 and other != "=") or any(new[m] != factor * old[m] for m in rest):
        return False
    more = new.get(ONE, Fraction(0)) - factor * old.get(ONE, Fraction(0))
    if symbol == "=":
        return other == "=" and more == 0
    return more > 0 or (more == 0 and (symbol == ">=" or other == ">"))


def holds(symbol: str, value: Fraction | float) -> bool:
    """Whether a value is = 0, >= 0 or > 0, as the symbol says."""
    return value == 0 if symbol == "=" else value > 0 if symbol == ">" else value >= 0


def _values(names: Iterable[str], state: State) -> set[str]:
    """The names that are values of functions."""
    plain = {name for name, function, _ in state.statement.let if function}
    return {name for name in names if name.removesuffix("'") in plain}


def _computed(facts: list[Fact], state: State, rng: random.Random) -> bool:
    """Whether one fact, or the equivalence of two, holds at random arguments, the functions being computed."""
    for _ in range(4 * POINTS):
        point: dict[str, float] = {}
        truths = []
        for symbol, p in facts:
            terms = [float(c) * math.prod(_number(n, point, state, rng) for n in reals) for (reals, _), c in p]
            total, size = math.fsum(terms), math.fsum(map(abs, terms))
            truths.append(holds(symbol, 0.0 if abs(total) <= 1e-12 * size else total))  # some ten roundings
        if (len(truths) == 1 and not truths[0]) or len(set(truths)) > 1:
            return False
    return True


def _number(name: str, point: dict[str, float], state: State, rng: random.Random) -> float:
    """The value of a name: of a function from its argument, of any other at random, zero among them."""
    if name in point:
        return point[name]
    if not _values([name], state):
        point[name] = rng.choice([0.0, 1.0, -1.0, rng.uniform(-4, 4), rng.uniform(-1, 1)])
        return point[name]
    function, argument = definition(name, state)
    if function not in COMPUTED:
        return math.nan  # a function of which only the slope is known
    terms = expand(argument, state).items()
    inner = math.fsum(float(c) * math.prod(_number(n, point, state, rng) for n in reals) for (reals, _), c in terms)
    point[name] = COMPUTED[function](inner)
    return point[name]


def _evaluated(fact: Fact, old: State, hypotheses: State, rng: random.Random) -> bool:
    """Whether a fact holds at POINTS rational points at which the hypotheses do, or some of them.

    What follows from few conditions follows from all, and fewer conditions make more points. So those come first that
    speak of the fact's own names, then of what equations link with them, among them the ones that the certificate
    itself proves; then of what any hypothesis links with them; then all hypotheses that are linked.
    """
    if any(word for _, word in dict(fact[1])):
        return False
    names = names_of(dict(fact[1]))
    proved = _of_reals(old)
    linked = _linked(names, _of_reals(hypotheses))
    near = names.union(*(names_of(q) for s, q in proved if s == "=" and _brings_one(q, names)))
    reach = names.union(*(names_of(q) for s, q in linked if s == "="))
    beyond = reach.union(*(names_of(q) for _, q in linked))
    own, beside, inside, around = (
        [(s, q) for s, q in proved if names_of(q) <= some] for some in (names, near, reach, beyond)
    )
    defined = _defined(hypotheses)
    return any(_at_points(fact, given, defined, rng) for given in (own, beside, inside, around, linked))


def _brings_one(q: Polynomial, names: frozenset[str]) -> bool:
    """Whether an equation speaks of the names and of a single one besides."""
    return bool(names_of(q) & names) and len(names_of(q) - names) == 1


def _order(fact: Fact) -> tuple[str, list[tuple[object, Fraction]]]:
    return fact[0], sorted(fact[1])


def _of_reals(state: State) -> list[tuple[str, Polynomial]]:
    """The facts about reals, in an order that does not change."""
    facts = [(s, dict(q)) for s, q in sorted(state.facts, key=_order)]
    return [(s, q) for s, q in facts if not any(word for _, word in q)]


def _defined(state: State) -> frozenset[str]:
    """The names that a hypothesis `name = ...` gives."""
    s, plan = state.statement, state.statement.recurrence
    texts = [*s.assume, *(text for part in s.parts for text in part.assume)]
    texts += [*plan.base, *plan.step, *plan.always] if plan else []
    sides = [r.left for text in texts for r in parse_claim(text).chain if r.symbol == "="]
    made = {a.name + prime for a in (plan.accumulate if plan else ()) for prime in ("", "'")}
    return frozenset(made | {side.name for side in sides if side.head == "name"})


def _at_points(fact: Fact, given: list[tuple[str, Polynomial]], defined: frozenset[str], rng: random.Random) -> bool:
    symbol, p = fact[0], dict(fact[1])
    found = 0
    for _ in range(TRIES):
        point = _point(names_of(p), given, defined, rng)
        if point is None:
            continue
        found += 1
        if not holds(symbol, value(p, point)):
            return False
        if found == POINTS:
            return True
    return False


def _linked(names: frozenset[str], given: list[tuple[str, Polynomial]]) -> list[tuple[str, Polynomial]]:
    """The hypotheses that speak of the names, or of names that these speak of."""
    chosen: list[tuple[str, Polynomial]] = []
    size = -1
    while len(chosen) != size:
        size = len(chosen)
        chosen = [one for one in given if names_of(one[1]) & names]
        names = names.union(*(names_of(q) for s, q in chosen if s == "="))
    return chosen


def value(p: Polynomial, point: dict[str, Fraction]) -> Fraction:
    """The value of a polynomial at rational values."""
    return sum((reduce(lambda x, n: x * point[n], reals, c) for (reals, _), c in p.items()), Fraction(0))


def _point(
    names: frozenset[str], given: list[tuple[str, Polynomial]], defined: frozenset[str], rng: random.Random
) -> dict[str, Fraction] | None:
    """Rational values that meet what is given, or None where these do not."""
    wanted = sorted(names.union(*(names_of(q) for _, q in given)))
    equations = [q for s, q in given if s == "="]
    order = sorted(rng.sample(wanted, len(wanted)), key=lambda name: name in defined)
    negative = rng.choice([2, 16])  # one in how many: many conditions seldom leave room for negative numbers
    point: dict[str, Fraction] = {}
    left = [(s, q, names_of(q)) for s, q in given]
    _solve(equations, point, rng)
    for name in order:
        if name in point:
            continue
        for _ in range(GUESSES):
            tried = {**point, name: _number_at_random(negative, rng)}
            _solve(equations, tried, rng)
            known = [(s, q) for s, q, of in left if of <= tried.keys()]
            if all(holds(s, value(q, tried)) for s, q in known):
                break
        else:
            return None
        point, left = tried, [one for one in left if not one[2] <= tried.keys()]
    return point if all(holds(s, value(q, point)) for s, q, _ in left) else None


def _number_at_random(negative: int, rng: random.Random) -> Fraction:
    """Most hypotheses are on numbers from 0 to 1, and what is strict fails at an end."""
    size = rng.choice([rng.randint(0, 16), rng.randint(0, 16), rng.randint(0, 16), 0, 16])
    return Fraction(-size if rng.randrange(negative) == 0 else size, rng.choice([4, 16, 16, 16]))


def _solve(equations: list[Polynomial], point: dict[str, Fraction], rng: random.Random) -> None:
    """Adds every value that follows from an equation in which one name is open, to the second power at most."""
    again = True
    while again:
        again = False
        for q in equations:
            names = names_of(q) - set(point)
            if len(names) != 1:
                continue
            (name,) = names
            if all(reals.count(name) <= 2 for reals, _ in q):
                roots = _roots(*(value(q, {**point, name: Fraction(k)}) for k in (-1, 0, 1)))
                if roots:
                    point[name] = rng.choice(roots)
                    again = True


def _roots(before: Fraction, at_zero: Fraction, after: Fraction) -> list[Fraction]:
    """The rational roots of the polynomial of degree 1 or 2 with these values at -1, 0 and 1."""
    a, b, c = (before + after) / 2 - at_zero, (after - before) / 2, at_zero
    if a == 0:
        return [-c / b] if b else []
    inside = b * b - 4 * a * c
    root = Fraction(math.isqrt(max(inside.numerator, 0)), math.isqrt(inside.denominator))
    return [(-b - root) / (2 * a), (-b + root) / (2 * a)] if root * root == inside else []


__all__ = ["ROUTES", "holds", "shown", "value", "weaker"]
