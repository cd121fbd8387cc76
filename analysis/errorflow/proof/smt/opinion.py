"""What the solvers say of theorems: goal by goal, and for a goal that none decides, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from ..theorems.theorem import Theorem
from .goals import Goal, LeftOut, goals_of
from .solvers import Answer, Solver, installed
from .text import smtlib

SECONDS = 3.0  # a goal takes z3 a tenth of a second at most, cvc5 as much or without end


@dataclass(frozen=True)
class Opinion:
    """What was answered to one goal.

    verdict: confirmed, contradicted or undecided. steps: how many steps of the certificate were asked for, one by one,
    where the goal itself was not decided. answers: those to the goal, or of each solver the first to a step that is not
    as expected.
    """

    goal: Goal
    verdict: str
    answers: tuple[Answer, ...]
    steps: int = 0


def exported(theorems: Iterable[Theorem], folder: Path) -> int:
    """Writes a file for every goal, and for every step of a certificate where one was needed; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {goal.name: smtlib(goal) for one in theorems for goal in goals_of(one) if isinstance(goal, Goal)}
    for name, text in texts.items():
        (folder / f"{name}.smt2").write_text(text, encoding="utf-8")
    return len(texts)


def opinions(theorems: Sequence[Theorem], seconds: float = SECONDS) -> Iterator[Opinion | LeftOut]:
    """The opinion of every solver that is here on every goal. Raises NotHere where there is none."""
    solvers = [Solver(name, seconds) for name in installed()]
    try:
        with ThreadPoolExecutor(len(solvers)) as pool:
            for theorem in theorems:
                yield from _of_theorem(theorem, solvers, pool)
    finally:
        for solver in solvers:
            solver.end()


def _of_theorem(theorem: Theorem, solvers: list[Solver], pool: ThreadPoolExecutor) -> Iterator[Opinion | LeftOut]:
    def place(goal: Goal | LeftOut) -> tuple[str, int, int]:
        return getattr(goal, "kind", ""), goal.part, goal.conclusion

    for (kind, _, _), group in groupby(goals_of(theorem), place):
        if kind == "neighbour":
            yield _of_neighbour([g for g in group if isinstance(g, Goal)], solvers, pool)
        else:
            yield from (_of_goal(g, solvers, pool) if isinstance(g, Goal) else g for g in group)


def _ask(goal: Goal, solvers: list[Solver], pool: ThreadPoolExecutor) -> tuple[str, tuple[Answer, ...]]:
    text = smtlib(goal)
    answers = tuple(pool.map(lambda solver: solver.ask(text), solvers))
    said, other = {answer.answer for answer in answers}, {"sat": "unsat", "unsat": "sat"}[goal.expected]
    verdict = "contradicted" if other in said else "confirmed" if goal.expected in said else "undecided"
    return verdict, answers


def _of_goal(goal: Goal, solvers: list[Solver], pool: ThreadPoolExecutor) -> Opinion:
    verdict, answers = _ask(goal, solvers, pool)
    if verdict == "undecided" and goal.kind == "met":  # the hypotheses alone, without what is true of the functions
        goal = replace(goal, given=goal.hypotheses)
        verdict, answers = _ask(goal, solvers, pool)
    if verdict != "undecided" or goal.kind:
        return Opinion(goal, verdict, answers)
    count = 0
    for step in goal.by_steps():
        count += 1
        verdict, said = _ask(step.narrowed(), solvers, pool)
        if verdict != "confirmed":
            verdict, said = _ask(step, solvers, pool)
        answers = tuple(old if old.answer != step.expected else new for old, new in zip(answers, said, strict=True))
        if verdict != "confirmed":
            break
    return Opinion(goal, verdict, answers, count)


def _of_neighbour(goals: list[Goal], solvers: list[Solver], pool: ThreadPoolExecutor) -> Opinion:
    """A false neighbour proved by induction is refused where its base or its step is."""
    found = [(goal, *_ask(goal, solvers, pool)) for goal in goals]
    for goal, verdict, answers in found:
        if verdict == "confirmed":
            return Opinion(goal, verdict, answers)
    goal, verdict, answers = found[-1]
    return Opinion(goal, verdict, answers)
