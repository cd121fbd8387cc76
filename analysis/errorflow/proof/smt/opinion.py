"""What the solvers say of theorems: goal by goal, and for a goal that none decides, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from threading import Event

from ..theorems.theorem import Theorem
from .goals import Goal, LeftOut, goals_of
from .solvers import Answer, Solver, installed
from .text import question, smtlib

SECONDS = 3.0  # a goal takes z3 a tenth of a second at most, cvc5 as much or without end


@dataclass(frozen=True)
class Opinion:
    """What was answered to one goal.

    verdict: confirmed, contradicted or undecided. steps: how many steps of the certificate were asked for, one by one,
    where the goal itself was not decided. answers: those to the goal, or of each solver the first to a step that is not
    as expected. alone: whether the assumptions that were met are the hypotheses alone, without the facts on functions.
    """

    goal: Goal
    verdict: str
    answers: tuple[Answer, ...]
    steps: int = 0
    alone: bool = False


@dataclass
class _Panel:
    """The solvers that are here, asked at the same time, and what they answered: nothing is asked twice."""

    solvers: list[Solver]
    pool: ThreadPoolExecutor
    answered: Event
    before: dict[str, tuple[Answer, ...]] = field(default_factory=dict)

    def ask(self, goal: Goal) -> tuple[str, tuple[Answer, ...]]:
        """The verdict on a goal, and the answer of every solver."""
        text = smtlib(goal)
        key = question(text)
        if key not in self.before:
            self.answered.clear()
            self.before[key] = tuple(self.pool.map(lambda solver: solver.ask(text), self.solvers))
        answers = self.before[key]
        said, other = {answer.answer for answer in answers}, {"sat": "unsat", "unsat": "sat"}[goal.expected]
        return "contradicted" if other in said else "confirmed" if goal.expected in said else "undecided", answers


def exported(theorems: Iterable[Theorem], folder: Path) -> int:
    """Writes a file for every goal, and for every step of a certificate where one was needed; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {goal.name: smtlib(goal) for one in theorems for goal in goals_of(one) if isinstance(goal, Goal)}
    for name, text in texts.items():
        (folder / f"{name}.smt2").write_text(text, encoding="utf-8")
    return len(texts)


def opinions(theorems: Sequence[Theorem], seconds: float = SECONDS) -> Iterator[Opinion | LeftOut]:
    """The opinion of every solver that is here on every goal. Raises NotHere where there is none."""
    answered = Event()
    solvers = [Solver(name, seconds, answered) for name in installed()]
    try:
        with ThreadPoolExecutor(len(solvers)) as pool:
            panel = _Panel(solvers, pool, answered)
            for theorem in theorems:
                yield from _of_theorem(theorem, panel)
    finally:
        for solver in solvers:
            solver.end()


def _of_theorem(theorem: Theorem, panel: _Panel) -> Iterator[Opinion | LeftOut]:
    def place(goal: Goal | LeftOut) -> tuple[str, int, int]:
        return getattr(goal, "kind", ""), goal.part, goal.conclusion

    for (kind, _, _), group in groupby(goals_of(theorem), place):
        if kind == "neighbour":
            yield _of_neighbour([g for g in group if isinstance(g, Goal)], panel)
        else:
            yield from (_of_goal(g, panel) if isinstance(g, Goal) else g for g in group)


def _of_goal(goal: Goal, panel: _Panel) -> Opinion:
    verdict, answers = panel.ask(goal)
    if verdict == "undecided" and goal.kind == "met":
        goal = replace(goal, given=goal.hypotheses)
        return Opinion(goal, *panel.ask(goal), alone=True)
    if verdict != "undecided" or goal.kind:
        return Opinion(goal, verdict, answers)
    count = 0
    for step in goal.by_steps():
        count += 1
        verdict, said = panel.ask(step.narrowed())
        if verdict != "confirmed":
            verdict, said = panel.ask(step)
        answers = tuple(old if old.answer != step.expected else new for old, new in zip(answers, said, strict=True))
        if verdict != "confirmed":
            break
    return Opinion(goal, verdict, answers, count)


def _of_neighbour(goals: list[Goal], panel: _Panel) -> Opinion:
    """A false neighbour proved by induction is refused where its base or its step is."""
    found = [(goal, *panel.ask(goal)) for goal in goals]
    for goal, verdict, answers in found:
        if verdict == "confirmed":
            return Opinion(goal, verdict, answers)
    goal, verdict, answers = found[-1]
    return Opinion(goal, verdict, answers)
