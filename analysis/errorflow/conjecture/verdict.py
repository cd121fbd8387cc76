"""A claim of one's own, decided: proved, refuted or undecided."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

from errorflow.cells import Cell
from errorflow.conjecture.direct import Proof
from errorflow.conjecture.proving import proof
from errorflow.conjecture.reading import read
from errorflow.conjecture.recheck import Refutation
from errorflow.conjecture.search import Budget, search
from errorflow.conjecture.sentences import reading
from errorflow.conjecture.subject import subject

SECONDS = 5.0


@dataclass(frozen=True)
class Verdict:
    """What became of a claim.

    Attributes
    ----------
    claim : str
        As typed.
    reading : str
        How it was understood, in one sentence with its quantifiers.
    verdict : {'proved', 'refuted', 'undecided'}
        What was found.
    proof : Proof or None
        Where it is proved.
    counterexample : Refutation or None
        Where it is refuted.
    searched : dict
        What was spent on looking for a counterexample.
    """

    claim: str
    reading: str
    verdict: Literal["proved", "refuted", "undecided"]
    proof: Proof | None
    counterexample: Refutation | None
    searched: dict[str, Any]

    def json(self) -> dict[str, Any]:
        """The verdict as data.

        Returns
        -------
        dict
        """
        return {
            "claim": self.claim,
            "reading": self.reading,
            "verdict": self.verdict,
            "by": None if self.proof is None else self.proof.data(),
            "counterexample": None if self.counterexample is None else self.counterexample.data(),
            "searched": self.searched,
        }


def check(claim: str, *, cell: Cell | None = None, seconds: float = SECONDS, seed: int = 0) -> Verdict:
    """Whether a claim about error flow is proved by the theorems, refuted by a counterexample, or undecided.

    Proved means: it follows from theorems that the kernel has just checked, from standard inequalities between norms
    and from the derivation of the cell. Refuted means: the hypotheses hold and the conclusion fails at a point that is
    worked out again in exact rationals or certified balls. Anything else is undecided, which is no pass.

    Parameters
    ----------
    claim : str
        Such as "rnn: norm(W) < 1 implies vanishes"; `errorflow check --grammar` prints the grammar. Nothing of it
        is ever evaluated as code.
    cell : Cell, optional
        The cell that is meant, where it is not a built-in one.
    seconds : float, default SECONDS
        At most spent on the search for a counterexample.
    seed : int, default 0
        Of the search; the same seed and enough time give the same answer.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If the claim is not in the grammar or names what is not there, with what would be right; for seconds that
        are not above 0 and at most 3600.
    """
    if not 0 < seconds <= 3600:
        raise ValueError(f"seconds must be above 0 and at most 3600, got {seconds}")
    parsed = read(claim)
    about = subject(parsed, cell)
    sentence = reading(parsed, about)
    began = time.monotonic()
    found = proof(parsed, about)
    if found is not None:
        return Verdict(claim, sentence, "proved", found, None, {})
    budget = Budget(seconds, began)
    point = search(parsed, about, budget, seed)
    searched = {
        "points": budget.points,
        "points_where_the_hypotheses_hold": budget.met,
        "optimised_from": budget.starts,
        "rechecked": budget.rechecked,
        "seconds": round(time.monotonic() - began, 3),
        "stopped_by_time": budget.spent,
        "seed": seed,
    }
    return Verdict(claim, sentence, "undecided" if point is None else "refuted", None, point, searched)
