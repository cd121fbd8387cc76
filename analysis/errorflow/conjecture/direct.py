"""What a proof is, and claims that need no inequalities: kinds of matrices, blocks that are I or 0, slopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from errorflow.conjecture.exact import compared, working
from errorflow.conjecture.monomials import bare
from errorflow.conjecture.subject import Subject
from errorflow.conjecture.terms import Claim, Compare, Kind, Term
from errorflow.conjecture.values import Scene, value
from errorflow.conjecture.witness import Witness


@dataclass(frozen=True)
class Proof:
    """Why a claim holds.

    Attributes
    ----------
    theorems : tuple of str
        Names, all checked anew.
    reasons : tuple of str
        What else the claim rests on, in words, in the order of use.
    """

    theorems: tuple[str, ...]
    reasons: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """The proof as JSON.

        Returns
        -------
        dict
        """
        return {"theorems": list(self.theorems), "reasons": list(self.reasons)}

    def and_(self, other: Proof) -> Proof:
        """Both together.

        Parameters
        ----------
        other : Proof
            Another proof.

        Returns
        -------
        Proof
        """
        return Proof(
            tuple(dict.fromkeys(self.theorems + other.theorems)), tuple(dict.fromkeys(self.reasons + other.reasons))
        )


def of_a_kind(conclusion: Kind, claim: Claim) -> Proof | None:
    """A kind that a matrix has with its transpose, or that diagonal matrices have."""
    for given in claim.hypotheses:
        if isinstance(given, Kind) and bare(given.matrix)[0::2] == bare(conclusion.matrix)[0::2]:
            if given.name == conclusion.name:
                return Proof((), (f"a matrix is {given.name} if its transpose is",))
            if (given.name, conclusion.name) == ("diagonal", "symmetric"):
                return Proof((), ("a diagonal matrix is symmetric",))
    return None


def of_blocks(conclusion: Compare, about: Subject) -> Proof | None:
    """A block of the flow that is the identity, or 0, by the derivation of the cell."""
    left, right = conclusion.left, conclusion.right
    if left == right:
        return Proof((), ("both sides are the same",))
    flow, other = (left, right) if left.op == "flow" else (right, left)
    if flow.op != "flow" or about.cell is None:
        return None
    blocks = flow.data if isinstance(flow.data, tuple) else about.states * 2
    if other.op == "identity" and len(blocks) == 2:
        found = about.diagonal_block(*blocks)
        if found is None or found.entry != 1:
            return None
        why = f"derived: d {blocks[0]} / d {blocks[0]} of one step is I, and no other path leads there"
        theorem = "lstm1997.carousel" if about.name == "lstm1997" else ""
        return Proof((theorem,) if theorem else (), (why, "induction on q"))
    if other.op == "number" and not _reaches(about, flow):
        return Proof((), ("derived: no path leads from the one to the other, in any number of steps",))
    return None


def _reaches(about: Subject, flow: Term) -> bool:
    """Whether a path of one step or more leads to the row of a flow from its column."""
    if not isinstance(flow.data, tuple):
        return bool(about.jacobian)
    row, column = flow.data
    seen: set[str] = set()
    waiting = [column]
    while waiting:
        source = waiting.pop()
        for to, by in about.jacobian:
            if by == source and to not in seen:
                seen.add(to)
                waiting.append(to)
    return row in seen


def of_slopes(conclusion: Compare) -> Proof | None:
    """A comparison of slopes and constants, by certified enclosures."""
    terms = [*conclusion.left.walk(), *conclusion.right.walk()]
    if any(t.op not in ("slope", "number", "+", "-", "*", "/") for t in terms) or not any(
        t.op == "slope" for t in terms
    ):
        return None
    empty = Scene(Subject("", None, False), Witness(1, {}, {}, 1, {}), (), {}, {}, False)
    try:
        with working():
            if compared(value(conclusion.left, empty), conclusion.sign, value(conclusion.right, empty)) is not True:
                return None
    except (ArithmeticError, ValueError):
        return None
    named = {"logistic": "logistic.slope", "sigmoid": "logistic.slope", "tanh": "tanh.slope",
             "squash_in": "squash.slopes", "squash_out": "squash.slopes"}  # fmt: skip
    slopes = [str(t.data) for t in terms if t.op == "slope"]
    theorems = tuple(dict.fromkeys(named[s] for s in slopes if s in named))
    reasons = tuple(f"certified enclosure of the slope of {s}" for s in dict.fromkeys(slopes))
    return Proof(theorems, reasons)
