"""The steps of a certificate as goals of their own, for a conclusion that no solver reaches at once.

Each step is to follow from the hypotheses, the facts asked for so far and the steps before it; how the certificate adds
it up is not read, but for two hints that cannot make a false step follow: a known equation is given times the cofactors
that the step names as well, and the question is first put with what speaks of nothing but the names in the step. What
is shown under an assumption, of one case or at a point in between, is left there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import count
from typing import Any

from ..checker.polynomial import Claim, Relation, Tree, parse_claim, parse_expression
from .facts import Between, Fact, Step, at_point, between, facts
from .reading import Reading, symbols
from .terms import Term

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Lemma:
    """One step: its text, what it is to follow from, its formula, what is known behind it; and what helps it.

    hints: the equations that it uses, times the cofactors that it names. names: those in the step.
    """

    words: str
    given: tuple[Fact, ...]
    text: str
    wanted: Term
    after: tuple[Fact, ...] = ()
    hints: tuple[Fact, ...] = ()
    names: frozenset[str] = frozenset()


@dataclass
class _Walk:
    reading: Reading
    marks: Iterator[int] = field(default_factory=lambda: count(1))


def facts_of(steps: Any, reading: Reading) -> list[Fact]:
    """All facts that the steps ask for, those inside other steps as well."""
    walk, found = _Walk(reading), list[Fact]()
    for step, there in _every(steps, walk, None):
        found += facts(step, there, reading)
    return found


def _every(data: Any, walk: _Walk, there: Between | None) -> Iterator[tuple[Mapping[str, Any], Between | None]]:
    if isinstance(data, Mapping) and "rule" in data:
        there = between(data, walk.reading, f"~{next(walk.marks)}", there)
        yield data, there
    for item in data.values() if isinstance(data, Mapping) else data if isinstance(data, (list, tuple)) else ():
        yield from _every(item, walk, there)


def lemmas_of(hypotheses: Sequence[Fact], steps: Sequence[Any], reading: Reading) -> Iterator[Lemma]:
    """The steps of one certificate, those inside a step before it."""
    yield from _lemmas(list(hypotheses), steps, _Walk(reading), None)


def _lemmas(known: list[Fact], steps: Sequence[Any], walk: _Walk, there: Between | None) -> Iterator[Lemma]:
    """Lemmas in order; `known` grows with them."""
    for step in steps:
        point = between(step, walk.reading, f"~{next(walk.marks)}", there)
        for key, assumed in _inside(step, walk, point):
            inner = [*known, *assumed]
            yield from _lemmas(inner, step[key], walk, point)
            known += _carried(inner[len(known) + len(assumed) :], assumed)
        known += facts(step, point, walk.reading)
        if step["rule"] not in ("axiom", "exponential", "integer", "sum", "blocks"):
            for text in (step["goal"], *([_zero(step)] if "zero_iff" in step else [])):
                wanted = walk.reading.formula(at_point(parse_claim(text), there, walk.reading))
                before = tuple(known)
                known.append(Fact(f"shown before: {text}", wanted))
                hints = _multiples(step, walk, there, before)
                names = frozenset(symbols(wanted)).union(*(symbols(one.formula) for one in hints))
                names = names.union(*(symbols(one) for one in _factors(step, walk, there)))
                yield Lemma(step["rule"], before, text, wanted, tuple(known), hints, names)


def _factors(step: Step, walk: _Walk, there: Between | None) -> Iterator[Term]:
    """The factors that a step names, each as an equation with 0."""
    for _, factors in (*step.get("terms", ()), *step.get("factor", ())):
        for text, _ in factors:
            claim = Claim((Relation(parse_expression(text), "=", parse_expression("0")),))
            yield walk.reading.formula(at_point(claim, there, walk.reading))


def _multiples(step: Step, walk: _Walk, there: Between | None, before: Sequence[Fact]) -> tuple[Fact, ...]:
    """The equations that a step uses, each among what is known before it, times the cofactors that it names."""
    formulas, found = {fact.formula for fact in before}, []
    for left, equation, *right in step.get("using", ()):
        claim = parse_claim(equation)
        if walk.reading.formula(at_point(claim, there, walk.reading)) in formulas:
            r = claim.chain[0]
            sides = (reduce(_times, map(parse_expression, right), _times(parse_expression(left), x))
                     for x in (r.left, r.right))  # fmt: skip
            product = Claim((Relation(next(sides), "=", next(sides)),))
            words = f"{equation}, times {' and '.join([left, *right])}"
            found.append(Fact(words, walk.reading.formula(at_point(product, there, walk.reading))))
    return tuple(found)


def _times(a: Tree, b: Tree) -> Tree:
    return Tree("*", (a, b))


def _zero(step: Mapping[str, Any]) -> str:
    """Where an inequality that was shown is an equation."""
    r = step["goal"]
    for symbol in ("<=", ">=", "<", ">"):
        if f" {symbol} " in r:
            return r.replace(f" {symbol} ", " = ") + f" iff {step['zero_iff']}"
    return r


def _carried(shown: Sequence[Fact], assumed: Sequence[Fact]) -> list[Fact]:
    """What was shown under an assumption, as implications from it."""
    formulas = [fact.formula for fact in assumed]
    return [Fact(f"{f.words}, if so assumed", ("=>", *formulas, f.formula) if formulas else f.formula) for f in shown]


def _inside(step: Mapping[str, Any], walk: _Walk, point: Between | None) -> Iterator[tuple[str, list[Fact]]]:
    """The steps inside a step: under which key, and what is assumed there."""
    rule, reading = step["rule"], walk.reading

    def fact(claim: Claim) -> Fact:
        return Fact("assumed", reading.formula(at_point(claim, point, reading)))

    if rule == "equivalent":
        claim = parse_claim(step["goal"])
        yield "forward", [fact(Claim(claim.chain))]
        yield "backward", [fact(Claim(claim.iff))]
    elif rule == "contradiction":
        yield "steps", [fact(_opposite(step["goal"]))]
    elif rule == "cases":
        yield "yes", [fact(parse_claim(step["on"]))]
        yield "no", [fact(_opposite(step["on"]))]
    elif rule == "mean_value" and point:
        y, (a, b) = (
            Tree("name", name=step["at"]),
            (parse_expression(step[place][step["at"]]) for place in ("from", "to")),
        )
        if parse_claim(step["goal"]).chain[0].symbol != "=":
            yield "steps", [fact(Claim((Relation(a, "<", y), Relation(y, "<", b))))]
        else:
            yield "steps", []


def _opposite(text: str) -> Claim:
    r = parse_claim(text).chain[0]
    return Claim((Relation(r.left, OPPOSITE[r.symbol], r.right),))
