"""The steps of a certificate as goals of their own, for a conclusion that no solver reaches at once.

Each step is to follow from the hypotheses, the facts asked for so far and the steps before it; how the certificate adds
it up is not read. What is shown under an assumption, of one case or at a point in between, is left there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ..checker.polynomial import Claim, Relation, Tree, parse_claim, parse_expression
from .facts import Between, Fact, at_point, between, facts
from .reading import Reading
from .terms import Term

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Lemma:
    """One step: its text, what it is to follow from, its formula, and what is known behind it."""

    words: str
    given: tuple[Fact, ...]
    text: str
    wanted: Term
    after: tuple[Fact, ...] = ()


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
        there = between(data, walk.reading, f"~{next(walk.marks)}") or there
        yield data, there
    for item in data.values() if isinstance(data, Mapping) else data if isinstance(data, (list, tuple)) else ():
        yield from _every(item, walk, there)


def lemmas_of(hypotheses: Sequence[Fact], steps: Sequence[Any], reading: Reading) -> Iterator[Lemma]:
    """The steps of one certificate, those inside a step before it."""
    yield from _lemmas(list(hypotheses), steps, _Walk(reading), None)


def _lemmas(known: list[Fact], steps: Sequence[Any], walk: _Walk, there: Between | None) -> Iterator[Lemma]:
    """Lemmas in order; `known` grows with them."""
    for step in steps:
        point = between(step, walk.reading, f"~{next(walk.marks)}") or there
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
                yield Lemma(step["rule"], before, text, wanted, tuple(known))


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
