"""Claims in words: how a claim was understood, its quantifiers spelt out."""

from __future__ import annotations

from errorflow.conjecture.subject import Subject
from errorflow.conjecture.terms import FATES, KINDS, Claim, Compare, Condition, Fate, Term, number

STEP = Term("flow", (number(1),))
_LEVEL = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}


def text(term: Term, level: int = 0) -> str:
    """A term as it is typed."""
    if term.op == "number":
        shown = str(term.data)
        return f"({shown})" if level > 1 and ("/" in shown or shown.startswith("-")) else shown
    if term.op in ("n", "q"):
        return term.op
    if term.op in _LEVEL:
        own = _LEVEL[term.op]
        left, right = text(term.args[0], own + (own == 4)), text(term.args[1], own + 1)
        joined = f"{left}{term.op}{right}" if own == 4 else f"{left} {term.op} {right}"
        return f"({joined})" if level > own else joined
    if term.op in ("largest", "least"):
        return f"{'max' if term.op == 'largest' else 'min'}({term.data})"
    if term.op == "slope":
        return f"slope({term.data})"
    if term.op == "matrix":
        return str(term.data)
    if term.op == "identity":
        return "I"
    if term.op == "transpose":
        return f"{text(term.args[0])}.T"
    if term == STEP:
        return "J"
    parts = [*(term.data if isinstance(term.data, tuple) else ()), *(text(arg) for arg in term.args)]
    if term.op == "norm" and term.data != "2":
        parts.append(str(term.data))
    return f"{term.op}({', '.join(parts)})"


def condition_text(condition: Condition) -> str:
    """A condition as it is typed."""
    if isinstance(condition, Fate):
        return condition.name
    if isinstance(condition, Compare):
        return f"{text(condition.left)} {condition.sign} {text(condition.right)}"
    return f"{condition.name}({text(condition.matrix)})"


def reading(claim: Claim, about: Subject) -> str:
    """The claim in one sentence, with its quantifiers."""
    return f"{_for_every(claim, about)}: {_if(claim)}{_and(claim.conclusions)}."


def _for_every(claim: Claim, about: Subject) -> str:
    named = list(dict.fromkeys(str(t.data) for t in claim.terms() if t.op == "matrix"))
    units = any(t.op == "n" for t in claim.terms())
    if about.cell is None:
        if named:
            return f"for every n >= 1 and every real n by n matrix {' and '.join(named)}"
        return "for every n >= 1" if units else "without conditions"
    parameters = about.cell.definition.parameters
    weights = ", ".join(p.name for p in parameters if p.kind != "fixed")
    given = " and ".join(p.name for p in parameters if p.kind == "fixed")
    found = f"for every n >= 1 and all weights {weights} of {about.name}"
    if given:  # what a paper says of it, that Q is orthogonal, is no part of the definition
        found += f", whatever matrix {given} is given"
    if any(t.op == "q" for t in claim.terms()):
        found += ", every lag q >= 1"
    if not (claim.flows() or claim.fates() or any(t.op in ("largest", "least") for t in claim.terms())):
        return found
    if Fate("can explode") not in claim.conclusions:
        found += ", along every trajectory (any initial state and inputs)"
    return found + (", for the truncated flow" if claim.truncated else "")


def _if(claim: Claim) -> str:
    return f"if {_and(claim.hypotheses)}, then " if claim.hypotheses else ""


def _and(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(map(_words, conditions))


def _words(condition: Condition) -> str:
    if isinstance(condition, Fate):
        return FATES[condition.name]
    if isinstance(condition, Compare):
        return condition_text(condition)
    return f"{text(condition.matrix)} {KINDS[condition.name]}"
