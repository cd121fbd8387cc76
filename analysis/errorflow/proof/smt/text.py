"""A goal as a file of SMT-LIB 2: assumptions one by one, each under its words, and the negation of the conclusion."""

from __future__ import annotations

import re
import textwrap

from .goals import Goal
from .reading import symbols
from .terms import Term

_SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = frozenset(("as", "let", "exists", "forall", "match", "par", "and", "or", "not", "xor", "ite", "distinct"))


def smtlib(goal: Goal) -> str:
    """The text of a goal. unsat: the conclusion follows from what is assumed; sat: it does not."""
    used = dict.fromkeys(n for term in (*(f.formula for f in goal.given), goal.wanted) for n in symbols(term))
    lines = [*_comment(_title(goal)), "(set-logic QF_NRA)"]
    for name in used:
        plain = name.partition("[")[0].partition("~")[0].removesuffix("'")
        function, argument = goal.reading.values.get(plain, ("", ""))
        lines.append(f"(declare-const {_symbol(name)} Real)" + (f"  ; {function}({argument})" if function else ""))
    for fact in goal.given:
        lines += [*_comment(fact.words), f"(assert {_written(fact.formula)})"]
    at = " at the next index" if goal.place == "step" else ""
    if goal.kind != "met":
        lines += [*_comment(f"the negation{at} of: {goal.text}"), f"(assert (not {_written(goal.wanted)}))"]
    return "\n".join([*lines, "(check-sat)"]) + "\n"


def question(text: str) -> str:
    """The text without its comments: what a solver is asked."""
    return "\n".join(filter(None, (line.partition(";")[0].rstrip() for line in text.splitlines())))


def _title(goal: Goal) -> str:
    kind = {"": "conclusion", "neighbour": "a false neighbour of conclusion", "met": "assumptions of conclusion"}[
        goal.kind
    ]
    place = {"": "", "base": ", where the induction begins", "step": ", from one index to the next"}[goal.place]
    size = f"; an instance, {goal.instance}" if goal.instance else ""
    return f"{goal.theorem}, part {goal.part}, {kind} {goal.conclusion}{place}{size}; expected: {goal.expected}"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 116, initial_indent="; ", subsequent_indent=";   ", break_long_words=False)


def _symbol(name: str) -> str:
    return name if _SIMPLE.fullmatch(name) and name not in _RESERVED else f"|{name}|"


def _written(term: Term) -> str:
    if isinstance(term, str):
        return _symbol(term) if term[0].isalpha() else term
    return f"({term[0]} {' '.join(map(_written, term[1:]))})"
