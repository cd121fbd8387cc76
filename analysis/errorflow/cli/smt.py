"""`errorflow prove --smt`: the goals of the theorems put to z3 and cvc5."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from errorflow.cli.output import paragraph, table
from errorflow.cli.progress import progress
from errorflow.proof import Theorem
from errorflow.proof.smt import LeftOut, NotHere, Opinion, exported, installed, opinions

INDUCTION = "that base and step of an induction make a claim true at every index"


def asked(theorems: Sequence[Theorem], folder: str | None) -> tuple[list[Opinion], dict[str, Any]]:
    """The opinions on all goals, and the document of them. Raises NotHere where there is no solver."""
    if folder:
        count = exported(theorems, Path(folder))
        print(f"{count} files written to {folder}; `z3 FILE` and `cvc5 --nl-cov FILE` read them", file=sys.stderr)
    versions = installed()
    found = []
    with progress() as tell:
        for one in opinions(theorems):
            tell(one.goal.name if isinstance(one, Opinion) else one.theorem)
            found.append(one)
    said = [one for one in found if isinstance(one, Opinion)]
    return said, {
        "solvers": versions,
        "goals": [_data(one) for one in said],
        "left_out": [_left(one) for one in found if isinstance(one, LeftOut)] + _beyond(theorems, said),
    }


def _data(one: Opinion) -> dict[str, Any]:
    g = one.goal
    return {
        "name": g.name,
        "theorem": g.theorem,
        "part": g.part,
        "conclusion": g.conclusion,
        "place": g.place,
        "kind": {"": "goal", "neighbour": "false neighbour", "met": "assumptions"}[g.kind],
        "text": g.text,
        "instance": g.instance,
        "expected": g.expected,
        "verdict": one.verdict,
        "steps": one.steps,
        "hypotheses_alone": one.alone,
        "answers": {a.solver: {"answer": a.answer, "seconds": a.seconds} for a in one.answers},
    }


def _left(one: LeftOut) -> dict[str, Any]:
    return {"theorem": one.theorem, "what": one.text, "reason": one.reason}


def _beyond(theorems: Sequence[Theorem], said: list[Opinion]) -> list[dict[str, Any]]:
    """What the goals leave to others: inductions, every size but one, and facts assumed in words."""
    rows = []
    for theorem in theorems:
        mine = [one.goal for one in said if one.goal.theorem == theorem.name]
        if any(g.place for g in mine):
            rows.append((theorem.name, INDUCTION, "a solver answers questions about one index and the next"))
        for size in dict.fromkeys(g.instance for g in mine if g.instance):
            rows.append((theorem.name, f"every size but {size}", "words of matrices and sums over units have no size"))
        rows += [(theorem.name, fact, "a hypothesis, and no claim about reals") for fact in theorem.assumes]
    return [{"theorem": name, "what": what, "reason": reason} for name, what, reason in rows]


def written(said: list[Opinion], document: dict[str, Any]) -> str:
    """The opinions as a table, a line for each theorem, and what they come to."""
    solvers = list(document["solvers"])
    names = dict.fromkeys(one.goal.theorem for one in said)
    rows = [("theorem", "goals", "instances", *solvers, "neighbour", "assumptions")]
    rows += [_row(name, [one for one in said if one.goal.theorem == name], solvers) for name in names]
    goals = [one for one in said if not one.goal.kind]
    whole = [one for one in said if one.verdict == "confirmed"]
    closing = [
        f"{len(goals)} goals, {sum(bool(one.goal.instance) for one in goals)} of them instances of one size; "
        + ", ".join(f"{s} {document['solvers'][s]} says unsat to {_decided(goals, s)}" for s in solvers)
        + f"; {sum(bool(one.steps) for one in goals)} step by step",
        f"{_count(said, 'neighbour')} false neighbours do not follow, {_count(said, 'met')} sets of assumptions can be "
        f"met{_alone(said)}",
        f"{len(whole)} of {len(said)} questions answered as expected",
    ]
    others = [
        paragraph(f"{one.goal.name}: {one.goal.text} ({', '.join(f'{a.solver}: {a.answer}' for a in one.answers)})",
                  "    ", f"{one.verdict} ")
        for one in said if one.verdict != "confirmed"
    ]  # fmt: skip
    reasons: dict[str, list[str]] = {}
    for row in document["left_out"]:
        reasons.setdefault(row["what"], []).append(row["theorem"])
    left = [paragraph(", ".join(dict.fromkeys(names)), "    ", f"  {what}: ") for what, names in reasons.items()]
    heading = f"Not asked of a solver, {len(document['left_out'])} in all:"
    return "\n".join([table(rows, right=range(1, 5)), "", *others, *closing, *([heading, *left] if left else [])])


def _alone(said: list[Opinion]) -> str:
    names = [one.goal.name for one in said if one.alone and one.verdict == "confirmed"]
    if not names:
        return ""
    return f", {len(names)} of them the hypotheses alone, without the facts on functions: " + ", ".join(names)


def _row(name: str, mine: list[Opinion], solvers: list[str]) -> tuple[str, ...]:
    goals = [one for one in mine if not one.goal.kind]
    answers = (f"{_decided(goals, solver)}" for solver in solvers)
    refused = "sat" if _count(mine, "neighbour") else "not refused"
    met = "sat" if _count(mine, "met") == sum(one.goal.kind == "met" for one in mine) else "not met"
    return name, str(len(goals)), str(sum(bool(one.goal.instance) for one in goals)), *answers, refused, met


def _decided(goals: list[Opinion], solver: str) -> int:
    return sum(any(a.solver == solver and a.answer == "unsat" for a in one.answers) for one in goals)


def _count(said: list[Opinion], kind: str) -> int:
    return sum(one.goal.kind == kind and one.verdict == "confirmed" for one in said)


__all__ = ["NotHere", "asked", "written"]
