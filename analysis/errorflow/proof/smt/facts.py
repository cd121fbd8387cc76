"""What is assumed of logistic, tanh and exp: true facts about values that a statement names, each with a word for it.

Of a certificate nothing is read here but which of these facts it asks for, and where. A fact that is not needed does no
harm: axioms are asserted as implications from their premises; the mean value theorem as the point in between that there
is; exp of a rational number as bounds computed here; an integer above -1 as one that is at least 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..checker.axioms import AXIOMS
from ..checker.polynomial import Claim, Relation, Tree, names_in, parse_claim, parse_expression, renamed
from .reading import Reading
from .terms import NotRead, Term, conjunction

Step = Mapping[str, Any]
DIGITS = 40


@dataclass(frozen=True)
class Between:
    """A point between two others: the names whose values there are called otherwise, and how they are called.

    outer: the point at which those two are themselves, where one is sought on the way to another.
    """

    mark: str
    names: frozenset[str]
    outer: Between | None = None

    def moved(self, tree: Tree) -> Tree:
        """A spelt expression at the point."""
        tree = renamed(tree, lambda name: name + self.mark if name in self.names else name)
        return self.outer.moved(tree) if self.outer else tree


@dataclass(frozen=True)
class Fact:
    """An assertion and the words that stand before it."""

    words: str
    formula: Term


def between(step: Step, reading: Reading, mark: str, outer: Between | None) -> Between | None:
    """The point in between of which a step on the mean value speaks, or the one around any other step."""
    if step["rule"] != "mean_value":
        return outer
    return Between(mark, frozenset(_moving(step["at"], reading)), outer)


def facts(step: Step, there: Between | None, reading: Reading) -> Iterator[Fact]:
    """What one step of a certificate asks for, at a point in between if it speaks of one."""
    if step["rule"] == "axiom":
        yield from _axiom(step, there, reading)
    elif step["rule"] == "mean_value" and there:
        yield _mean_value(step, there, reading)
    elif step["rule"] == "exponential":
        yield _exponential(step, reading)
    elif step["rule"] == "integer":
        yield _integer(step, reading)


def definition(name: str, reading: Reading) -> tuple[str, Tree]:
    """The function and the spelt argument by which a name, at this index or the next, is defined."""
    plain = name.removesuffix("'")
    if plain not in reading.values:
        raise NotRead(f"{name!r} as a value of a function")
    function, text = reading.values[plain]
    tree = parse_expression(text)
    return function, reading.spelt(reading.later(tree) if name != plain else tree)


def _axiom(step: Step, there: Between | None, reading: Reading) -> Iterator[Fact]:
    """The conclusions of an axiom at named values, given its premises: at the point in between, or at every unit."""
    axiom = AXIOMS[step["name"]]
    put: dict[str, Tree] = {}
    for value, function, argument in axiom.values:
        name = step["at"][value]
        defined, tree = definition(name, reading)
        if defined != function:
            raise NotRead(f"{name!r} as a value of {function}")
        put |= {value: Tree("name", name=name), argument: tree}
    premises = [_placed(text, put) for text in axiom.premises]
    words = f"{step['name']} at {', '.join(step['at'].values())}"
    for text in axiom.conclusions:
        claims = [at_point(claim, there, reading) for claim in (*premises, _placed(text, put))]
        units = dict.fromkeys(unit for claim in claims for unit in reading.units_of(claim))
        for unit in (None, *units):
            parts = [reading.formula(claim, unit) for claim in claims]
            said = f", at {there.mark}" if there else f", at unit {unit}" if unit else ""
            yield Fact(words + said, ("=>", *parts) if premises else parts[0])


def _placed(text: str, put: Mapping[str, Tree]) -> Claim:
    def place(tree: Tree) -> Tree:
        if tree.head == "name":
            return put[tree.name]
        return Tree(tree.head, tuple(map(place, tree.parts)), tree.name, tree.number)

    def side(relations: tuple[Relation, ...]) -> tuple[Relation, ...]:
        return tuple(Relation(place(r.left), r.symbol, place(r.right)) for r in relations)

    claim = parse_claim(text)
    return Claim(side(claim.chain), side(claim.iff))


def at_point(claim: Claim, there: Between | None, reading: Reading) -> Claim:
    """The claim as it stands, or about the values at a point in between."""
    if there is None:
        return claim

    def move(tree: Tree) -> Tree:
        return there.moved(reading.spelt(tree))

    chain, iff = (tuple(Relation(move(r.left), r.symbol, move(r.right)) for r in c) for c in (claim.chain, claim.iff))
    return Claim(chain, iff)


def _moving(at: str, reading: Reading) -> list[str]:
    """A free name and the values that depend on it."""
    moving = [at]
    for name, (_, argument) in reading.values.items():
        if names_in(reading.spelt(parse_expression(argument))) & set(moving):
            moving.append(name)
    return moving


def _mean_value(step: Step, there: Between, reading: Reading) -> Fact:
    """f(b) - f(a) = (b - a) f'(y) for some y, between a and b unless they are equal."""
    at = step["at"]
    function = reading.spelt(parse_expression(step["function"]))
    guards: list[Term] = []
    ends = []
    for place in ("from", "to"):
        put = {at: reading.spelt(parse_expression(step[place][at]))}
        for name in sorted(there.names & set(step[place])):
            if name != at:
                kind, argument = definition(name, reading)
                other, wanted = definition(step[place][name], reading)
                if kind != other:
                    raise NotRead(f"{step[place][name]!r} as a value of {kind}")
                same = Claim((Relation(_put(argument, {at: put[at]}), "=", wanted),))
                guards.append(reading.formula(at_point(same, there.outer, reading)))
                put[name] = Tree("name", name=step[place][name])
        ends.append((put[at], _put(function, put)))
    (a, start), (b, end) = ends
    if there.outer:
        a, start, b, end = map(there.outer.moved, (a, start, b, end))
    slope, y = there.moved(reading.slope(function, at)), there.moved(Tree("name", name=at))
    law = Relation(Tree("-", (end, start)), "=", Tree("*", (Tree("-", (b, a)), slope)))
    inside = [
        ("=>", reading.relation(Relation(x, "<", z)), ("and", *(reading.relation(r) for r in chain)))
        for x, z, chain in (
            (a, b, (Relation(a, "<", y), Relation(y, "<", b))),
            (b, a, (Relation(b, "<", y), Relation(y, "<", a))),
        )
    ]
    whole: Term = ("and", reading.relation(law), *inside)
    words = f"the mean value theorem for {step['function']} between {step['from'][at]} and {step['to'][at]}"
    return Fact(words, ("=>", conjunction(guards), whole) if guards else whole)


def _put(tree: Tree, put: Mapping[str, Tree]) -> Tree:
    if tree.head == "name":
        return put.get(tree.name, tree)
    return Tree(tree.head, tuple(_put(part, put) for part in tree.parts), tree.name, tree.number)


def _exponential(step: Step, reading: Reading) -> Fact:
    """Bounds on exp of a rational number, from its series and a remainder, rounded outwards to DIGITS digits."""
    function, argument = definition(step["value"], reading)
    x = _rational(argument)
    if function != "exp" or not 0 <= x < 50:
        raise NotRead(f"exp of {x}")
    term, total, k = Fraction(1), Fraction(1), 0
    while term > Fraction(1, 10 ** (DIGITS + 5)) or k < 2 * x:
        k += 1
        term = term * x / k
        total += term
    scale = 10**DIGITS  # beyond 2 x every further term is less than half of the one before, all together less than one
    low, high = int(total * scale), int((total + term) * scale) + 1
    value = step["value"]
    formula: Term = ("and", ("<=", ("/", str(low), str(scale)), value), ("<=", value, ("/", str(high), str(scale))))
    return Fact(f"exp({x}) to {DIGITS} digits", formula)


def _rational(tree: Tree) -> Fraction:
    if tree.head == "number":
        return Fraction(tree.number)
    if tree.head not in ("negative", "+", "-", "*", "/"):
        raise NotRead("exp of what is not a rational number")
    inner = [_rational(part) for part in tree.parts]
    if tree.head == "negative":
        return -inner[0]
    a, b = inner
    return a + b if tree.head == "+" else a - b if tree.head == "-" else a * b if tree.head == "*" else a / b


def _integer(step: Step, reading: Reading) -> Fact:
    """An integer above -1 is at least 0."""
    r = parse_claim(step["goal"]).chain[0]
    tree = reading.spelt(Tree("-", (r.left, r.right)))
    if not names_in(tree) <= set(reading.statement.integer) or _has(tree, "/") or r.symbol != ">=":
        raise NotRead(f"{step['goal']!r} as a claim about an integer")
    p = reading.term(tree)
    if isinstance(p, list):
        raise NotRead(f"{step['goal']!r} as a claim about an integer")
    return Fact(f"{step['goal']}: an integer above -1 is at least 0", ("=>", (">", p, ("-", "1")), (">=", p, "0")))


def _has(tree: Tree, head: str) -> bool:
    return tree.head == head or any(_has(part, head) for part in tree.parts)
