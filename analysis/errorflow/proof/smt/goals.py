"""The goals of a theorem: that each of its conclusions follows, at every place where it has to.

A conclusion without index is one goal. One that is proved by induction is two, its base and its step; that both make it
true at every index is the principle of induction, which no solver is asked for. Conclusions that were goals before are
assumptions of those behind them, as in the checker. The false neighbour is read in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from ..checker.polynomial import Claim, Relation, Tree, parse_claim, parse_expression
from ..checker.statement import Accumulated, Statement
from ..theorems.theorem import Theorem, certificate, neighbour
from .facts import Fact
from .lemmas import Lemma, facts_of, lemmas_of
from .reading import Reading, symbols, units_of
from .terms import NotRead, Term


@dataclass(frozen=True)
class Goal:
    """Assumptions from which a conclusion follows, or does not.

    kind: "" for a goal of the theorem, "neighbour" for one that must not follow, "met" for the question whether the
    assumptions can be met. part, conclusion: which, from 1 on. place: "", "base" or "step". instance: of what size,
    where the reading is of one size. given: what is assumed, of which `hypotheses` are those of the statement. steps:
    the certificate. step: which of its steps, where the goal is one of them, and `names` those in that step.
    """

    kind: str
    theorem: str
    part: int
    conclusion: int
    place: str
    text: str
    instance: str
    given: tuple[Fact, ...]
    wanted: Term
    reading: Reading
    hypotheses: tuple[Fact, ...] = ()
    steps: Sequence[Any] = ()
    step: int = 0
    names: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """A name for the goal that can be that of a file."""
        step = f"step.{self.step}" if self.step else ""
        return "-".join(filter(None, [self.theorem, f"{self.part}.{self.conclusion}", self.place, step, self.kind]))

    @property
    def expected(self) -> str:
        """unsat where the conclusion follows, sat where it must not and where assumptions are to be met."""
        return "sat" if self.kind else "unsat"

    def by_steps(self) -> Iterator[Goal]:
        """The steps of the certificate as goals, each from those before it, and then the goal itself from them."""
        lemma = Lemma("", (), "0 = 0", ("=", "0", "0"))
        for k, lemma in enumerate(lemmas_of(self.hypotheses, self.steps, self.reading), 1):
            known = _once((*lemma.given, *lemma.hints))
            yield replace(self, text=lemma.text, given=known, wanted=lemma.wanted, step=k, names=lemma.names)
        yield replace(self, given=_once((*self.given, *lemma.after)))

    def narrowed(self) -> Goal:
        """The goal from those assumptions alone that speak of its own names: if it follows from them, it follows."""
        own = self.names.union(symbols(self.wanted))
        return replace(self, given=tuple(fact for fact in self.given if own.issuperset(symbols(fact.formula))))


@dataclass(frozen=True)
class LeftOut:
    """A conclusion that is not exported, and why."""

    theorem: str
    part: int
    conclusion: int
    text: str
    reason: str


def goals_of(theorem: Theorem) -> Iterator[Goal | LeftOut]:
    """Every conclusion of a theorem as goals, and those of its false neighbour, or why there are none."""
    try:
        certificate(theorem.name)
    except OSError:
        yield LeftOut(theorem.name, 0, 0, theorem.title, "it has no certificate, since its proof is not the checker's")
        return
    yield from _goals(theorem, theorem.statement, "")
    yield from _goals(theorem, neighbour(theorem)[0], "neighbour")


def _goals(theorem: Theorem, changed: Statement, kind: str) -> Iterator[Goal | LeftOut]:
    s = theorem.statement
    reading = Reading(s, units_of(s))
    proofs: Sequence[Any] = certificate(theorem.name)
    before: list[Fact] = []
    for k, (part, other, proof) in enumerate(zip(s.parts, changed.parts, proofs, strict=True)):
        for j, (text, new) in enumerate(zip(part.conclude, other.conclude, strict=True)):
            if kind and text == new:
                continue
            try:
                for place in ("base", "step") if part.induction else ("",):
                    goal = _goal(theorem.name, reading, k, j, place, new, proof, before, kind)
                    yield goal
                    if not kind and j == len(part.conclude) - 1:
                        yield replace(goal, kind="met")
            except NotRead as reason:
                yield LeftOut(theorem.name, k + 1, j + 1, new, f"no solver reads {reason}")
        if not part.assume:
            before += _claims(part.conclude, reading, f"part {k + 1} says")


def _goal(
    name: str, reading: Reading, k: int, j: int, place: str, text: str, proof: Any, before: list[Fact], kind: str
) -> Goal:
    s = reading.statement
    part, plan = s.parts[k], s.recurrence
    given = _claims(s.assume, reading) + (_claims(plan.always, reading) if plan else []) + before
    given += _claims(part.assume, reading)
    claim = parse_claim(text)
    if place and plan:
        given += _claims(plan.base if place == "base" else plan.step, reading)
        given += [_law(a, reading, place) for a in plan.accumulate]
    if place == "step" and plan:
        given += _claims(plan.always, reading, later=True)
        given += _claims((*part.conclude[:j], text, *part.conclude[j + 1 :]), reading, "by induction")
        claim = _later(claim, reading)
    given += _claims(part.conclude[:j], reading, "shown before", later=place == "step")
    steps = proof[place] if place else proof
    base = [*_counts(reading), *given]
    given = [*base, *facts_of(steps, reading)]
    wanted = reading.formula(claim)
    size = _instance(given, wanted, reading)
    return Goal(kind, name, k + 1, j + 1, place, text, size, _once(given), wanted, reading, _once(base), steps)


def _later(claim: Claim, reading: Reading) -> Claim:
    def move(relations: tuple[Relation, ...]) -> tuple[Relation, ...]:
        return tuple(Relation(reading.later(r.left), r.symbol, reading.later(r.right)) for r in relations)

    return Claim(move(claim.chain), move(claim.iff))


def _claims(texts: Iterable[str], reading: Reading, words: str = "", later: bool = False) -> list[Fact]:
    """Claims as assumptions, at each unit as well where they hold for every unit."""
    found = []
    for text in texts:
        claim = parse_claim(text)
        claim = _later(claim, reading) if later else claim
        said = f"{words}, at the next index" if later and words else "at the next index" if later else words
        said = f"{said}: {text}" if said else text
        found.append(Fact(said, reading.formula(claim)))
        found += [Fact(f"{said}, at unit {unit}", reading.formula(claim, unit)) for unit in reading.units_of(claim)]
    return found


def _counts(reading: Reading) -> list[Fact]:
    """The number of units that was chosen."""
    counts = dict.fromkeys(count for _, count, _ in reading.statement.sums)
    return [Fact(f"as an instance, {n} = {reading.units}", ("=", n, str(reading.units))) for n in counts]


def _law(a: Accumulated, reading: Reading, place: str) -> Fact:
    """How a sum or product begins, or follows from one index to the next."""
    plan = reading.statement.recurrence
    assert plan is not None
    name, term = Tree("name", name=a.name), reading.spelt(parse_expression(a.term))
    sign = "+" if a.kind == "sum" else "*"
    if place == "base":
        terms = [term] * (plan.start - a.first + 1)
        value = reduce(lambda x, y: Tree(sign, (x, y)), terms) if terms else Tree("number", number=int(sign == "*"))
        return Fact(f"{a.name} begins", reading.relation(Relation(name, "=", value)))
    new = reading.later(term)
    value = Tree(sign, (new, name) if a.kind == "product" else (name, new))
    return Fact(f"{a.name} goes on", reading.relation(Relation(reading.later(name), "=", value)))


def _instance(given: Sequence[Fact], wanted: Term, reading: Reading) -> str:
    """Which instance the reading is, as far as the goal depends on it."""
    names = {name for term in (wanted, *(fact.formula for fact in given)) for name in symbols(term)}
    inside = [name.partition("[") for name in names if "[" in name]
    said = list(dict.fromkeys(f"{count} = {reading.units}" for _, count, _ in reading.statement.sums))
    said *= any("," not in place for _, _, place in inside)
    if {name.removesuffix("'") for name, _, place in inside if "," in place} & reading.sized:
        said.append("2 by 2 matrices")
    return ", ".join(said)


def _once(given: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple({fact.formula: fact for fact in given}.values())


__all__ = ["Goal", "LeftOut", "goals_of"]
