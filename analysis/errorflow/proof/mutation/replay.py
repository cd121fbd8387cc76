"""Certificates with one step changed, replayed from that step on: what stands before it need not be checked again.

The checker itself is asked about a share of the mutants as a whole, and must say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..checker.declarations import begin
from ..checker.facts import known, learn
from ..checker.kernel import accumulation
from ..checker.meaning import later
from ..checker.polynomial import Claim, Refused, parse_claim
from ..checker.rules import run
from ..checker.state import State
from ..checker.statement import Statement
from .inside import inside
from .tokens import first_entry, mutants

Step = Mapping[str, Any]
_FAULTS = (Refused, KeyError, TypeError, AttributeError, IndexError, ValueError, ArithmeticError, RecursionError)


@dataclass(frozen=True, eq=False)
class Stretch:
    """The steps of one part of a certificate, or of its base or step, and what is known before each and at the end.

    place: (part, "") or (part, "base" or "step"). reached: whether the part's conclusions are known.
    """

    place: tuple[int, str]
    steps: list[Step]
    states: list[State]
    reached: Callable[[State], bool]

    def with_steps(self, k: int, steps: Sequence[Any]) -> State | None:
        """What is known after other steps from the k-th on, or None where they are refused."""
        state = self.states[k].copy()
        rest = len(self.steps) - k
        try:
            for place, step in enumerate(steps):
                run(state, [step])
                left = len(steps) - place - 1
                then = len(self.steps) - left
                if left < rest and _same(state, self.states[then]) and list(steps[place + 1 :]) == self.steps[then:]:
                    return self.states[-1]
            return state if self.reached(state) else None
        except _FAULTS:
            return None

    def mutants(self, statement: Statement) -> Iterator[Mutant]:
        """Every mutant of the steps, those of the steps inside a step among them; none is replayed yet."""
        for k, step in enumerate(self.steps):
            rest = self.steps[k + 1 :]
            inner = dict(inside(self.states[k], step))
            own = {key: value for key, value in step.items() if key not in inner}
            for new in mutants(own, statement):
                yield self._mutant(k, [_with_own(step, own, new), *rest])
            for key in inner:
                yield self._mutant(k, [_left_out(step, key), *rest])
            for steps in first_entry(self.steps[k:]):
                yield self._mutant(k, steps)
            for key, state in inner.items():
                there = stretch(self.place, state, step[key], lambda _: True)
                for one in there.mutants(statement):
                    yield self._around(k, key, there, one)

    def _mutant(self, k: int, steps: list[Any]) -> Mutant:
        return Mutant(self, k, steps, lambda: self.with_steps(k, steps))

    def _around(self, k: int, key: str, there: Stretch, one: Mutant) -> Mutant:
        """A mutant of the steps inside a step: these are replayed where they stand before the whole of it is."""
        step = {**self.steps[k], key: [*there.steps[: one.at], *one.steps]}
        steps = [step, *self.steps[k + 1 :]]

        def replay() -> State | None:
            end = one.replay()
            return self.states[-1] if end is there.states[-1] else end and self.with_steps(k, steps)

        return Mutant(self, k, steps, replay)


@dataclass(frozen=True, eq=False)
class Mutant:
    """Steps with one token wrong, from the first that differs on.

    replay: what is known at their end, or None where they are refused.
    """

    of: Stretch
    at: int
    steps: list[Any]
    replay: Callable[[], State | None]

    def certificate(self, whole: Sequence[Any]) -> list[Any]:
        """The whole certificate with the mutant in its place."""
        part, key = self.of.place
        steps = [*self.of.steps[: self.at], *self.steps]
        return [{**proof, key: steps} if key and k == part else steps if k == part else proof
                for k, proof in enumerate(whole)]  # fmt: skip


def _left_out(step: Step, key: str) -> dict[str, Any]:
    return {other: value for other, value in step.items() if other != key}


def _with_own(step: Step, own: Step, new: Step) -> dict[str, Any]:
    """The step with other entries in the place of its own; one that is left out stays out."""
    return {key: new.get(key, value) for key, value in step.items() if key in new or key not in own}


def _same(a: State, b: State) -> bool:
    return a.facts == b.facts and a.equivalences == b.equivalences


def stretches(statement: Statement, certificate: Sequence[Any]) -> list[Stretch]:
    """The stretches of a certificate that proves the statement, in the order of the checker."""
    state, plan, found = begin(statement), statement.recurrence, list[Stretch]()
    for text in (*statement.assume, *(plan.always if plan else ())):
        learn(state, parse_claim(text))
    for k, (part, proof) in enumerate(zip(statement.parts, certificate, strict=True)):
        inner = state.copy()
        for text in part.assume:
            learn(inner, parse_claim(text))
        goals = [parse_claim(text) for text in part.conclude]
        if part.induction:
            following = [later(goal, state.indexed) for goal in goals]
            base, step = _base_and_step(inner, statement, goals)
            found.append(stretch((k, "base"), base, proof["base"], _at_end(goals)))
            found.append(stretch((k, "step"), step, proof["step"], _at_end(following)))
        else:
            found.append(stretch((k, ""), inner, proof, _at_end(goals)))
        if not part.assume:
            for goal in goals:
                learn(state, goal)
    return found


def _base_and_step(inner: State, statement: Statement, goals: Sequence[Claim]) -> tuple[State, State]:
    plan = statement.recurrence
    if plan is None:
        raise Refused("an induction must have a recurrence")
    base, step = inner.copy(), inner.copy()
    for texts, state in ((plan.base, base), (plan.step, step)):
        for text in texts:
            learn(state, parse_claim(text))
    for text in plan.always:
        learn(step, later(parse_claim(text), inner.indexed))
    for sequence in plan.accumulate:
        for relation, state in zip(accumulation(sequence, plan, inner.indexed), (base, step), strict=True):
            learn(state, Claim((relation,)))
    for goal in goals:
        learn(step, goal)
    return base, step


def _at_end(goals: Sequence[Claim]) -> Callable[[State], bool]:
    return lambda state: all(known(state, goal) for goal in goals)


def stretch(place: tuple[int, str], start: State, steps: Sequence[Any], reached: Callable[[State], bool]) -> Stretch:
    """Steps that are accepted, with what is known before each."""
    states = [start]
    for step in steps:
        state = states[-1].copy()
        run(state, [step])
        states.append(state)
    return Stretch(place, list(steps), states, reached)
