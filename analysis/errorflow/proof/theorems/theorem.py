"""A theorem: its statement as data, where it is sharp, what guards it against misstatement; and the check of one."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from ..checker import kernel
from ..checker.polynomial import Refused
from ..checker.statement import Statement, canonical, statement_json
from ..page.sentences import claims, hypotheses, latex, text
from ..page.symbols import Symbol
from ..page.table import table
from .point import Values, satisfies


@dataclass(frozen=True)
class Neighbour:
    """A false statement close to the theorem: `old` replaced by `new`, and a point where it fails.

    at: values that satisfy the hypotheses and not the changed conclusion `fails`.
    """

    old: str
    new: str
    fails: str
    at: Values


@dataclass(frozen=True)
class Theorem:
    """A named result with its hypotheses as data.

    Attributes
    ----------
    name : str
        Stable once published.
    title : str
        In words.
    statement : Statement
        As the checker parses it.
    scope : str
        universal, schema (in the symbols it names) or instance (which).
    source : str
        Who stated it, and where.
    sharp : str
        Value and place of equality.
    points : tuple of mapping
        Values that satisfy the hypotheses, those of each part at one of them.
    neighbour : Neighbour
        A false statement close to the theorem, which must be refused.
    symbols : tuple of Symbol
        How its letters print and what they mean.
    depends : tuple of str
        Names of the theorems that it rests on.
    step_point : mapping or None
        Satisfies the step of the recurrence.
    route : {'kernel', 'coq', 'reference'}
        By a stored certificate; by the lemmas named, which are compiled on demand; by what is printed at the place
        that is given.
    existence : tuple of str
        Conclusions by which the hypotheses can be met where no rational can, by the intermediate value theorem,
        which is not checked.
    assumes : tuple of str
        Facts on norms and determinants that are hypotheses, in words.
    lemmas : tuple of str
        Names in Coq.
    reference : str
        Where it is printed.
    """

    name: str
    title: str
    statement: Statement
    scope: str
    source: str
    sharp: str
    points: tuple[Values, ...]
    neighbour: Neighbour
    symbols: tuple[Symbol, ...] = ()
    depends: tuple[str, ...] = ()
    step_point: Values | None = None
    route: str = "kernel"
    existence: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()
    reference: str = ""

    def latex(self) -> str:
        """The theorem in LaTeX, hypotheses first, from what the checker parses.

        Returns
        -------
        str
        """
        return latex(self.statement, self.symbols)

    def text(self) -> str:
        """The theorem in plain text, hypotheses first, from what the checker parses.

        Returns
        -------
        str
        """
        return text(self.statement, self.symbols)

    def claims(self) -> tuple[str, ...]:
        """The conclusions as LaTeX mathematics, one each.

        Returns
        -------
        tuple of str
        """
        return claims(self.statement, self.symbols)

    def hypotheses(self) -> tuple[str, ...]:
        """The hypotheses in plain text, one each.

        Returns
        -------
        tuple of str
        """
        return hypotheses(self.statement, self.symbols)

    def table(self) -> list[dict[str, Any]]:
        """Every name in the statement: how it is printed, its meaning and its shape.

        Returns
        -------
        list of dict
            `name` in plain text, `latex`, `meaning` and `shape`, in size labels, [] for a number.
        """
        return table(self.statement, self.symbols)


@dataclass(frozen=True)
class Report:
    """What one check found; made afresh by every check and never stored.

    Attributes
    ----------
    name : str
        Of the theorem.
    verdict : {'proved', 'computed', 'cited', 'failed'}
        What was found now.
    route : {'kernel', 'coq', 'reference'}
        By which way.
    scope : str
        universal, schema (in the symbols it names) or instance (which).
    seconds : float
        What the check took.
    digest : str
        sha256 of statement and certificate.
    axioms : tuple of str
        Facts about exp, logistic and tanh that the checker used.
    reason : str
        Why it is not proved, where it is not.
    assumes : tuple of str
        Facts on norms and determinants that are hypotheses, in words.
    """

    name: str
    verdict: str
    route: str
    scope: str
    seconds: float
    digest: str
    axioms: tuple[str, ...] = ()
    reason: str = ""
    assumes: tuple[str, ...] = ()


@cache
def certificate(name: str) -> tuple[Any, ...]:
    """The certificate that is stored with the package under a theorem's name, one entry for each part."""
    source = resources.files("errorflow.proof").joinpath("certificates", f"{name}.json")
    return tuple(json.loads(source.read_text(encoding="utf-8"))["parts"])


def digest(theorem: Theorem, proof: Sequence[Any]) -> str:
    """The sha256 of statement and certificate, or what stands in for one, together, in canonical JSON."""
    proof = proof or theorem.lemmas or [theorem.reference]
    data = {"name": theorem.name, "statement": statement_json(theorem.statement), "parts": proof}
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def check(theorem: Theorem, proof: Sequence[Any] | None = None) -> Report:
    """A fresh report on a theorem, from the stored certificate or from the one given.

    Without a certificate the verdict is `cited`: what is not checked here is not called proved.
    """
    if theorem.route != "kernel":
        return _cited(theorem)
    began = time.perf_counter()
    verdict, reason = "proved", ""
    axioms: tuple[str, ...] = ()
    try:
        proof = certificate(theorem.name) if proof is None else proof
        axioms = kernel.check(theorem.statement, proof)
    except (Refused, OSError, ValueError, KeyError) as refusal:
        verdict, reason, proof = "failed", str(refusal), proof or ()
    seconds = time.perf_counter() - began
    return Report(
        theorem.name,
        verdict,
        theorem.route,
        theorem.scope,
        seconds,
        digest(theorem, proof),
        axioms,
        reason,
        theorem.assumes,
    )


def _cited(theorem: Theorem) -> Report:
    """A report that claims no check, on a theorem that the kernel cannot prove: where its proof is, how to run it."""
    if theorem.route == "coq":
        lemmas = ", ".join(theorem.lemmas)
        reason = f"proved in Coq ({lemmas}), not re-checked here; `errorflow prove {theorem.name} --coq` does that"
    else:
        reason = f"not proved here, see {theorem.reference}"
    return Report(
        theorem.name, "cited", theorem.route, theorem.scope, 0.0, digest(theorem, ()), (), reason, theorem.assumes
    )


def confirmed(report: Report) -> Report:
    """The report on a theorem of route `coq` once Coq has compiled its lemmas anew."""
    return replace(report, verdict="proved", reason="") if report.route == "coq" else report


def satisfiable(theorem: Theorem) -> bool:
    """Whether the theorem's own point satisfies its hypotheses exactly, so that it is not vacuous."""
    if theorem.existence:
        concluded = {text for part in theorem.statement.parts for text in part.conclude}
        return set(theorem.existence) <= concluded and check(theorem).verdict == "proved"
    return satisfies(theorem.statement, theorem.points, theorem.step_point)


def neighbour(theorem: Theorem) -> tuple[Statement, tuple[Any, ...]]:
    """The false neighbour's statement, and the theorem's certificate, if it has one, with the same replacement."""
    change = theorem.neighbour

    def swap(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(change.old, change.new)
        if isinstance(value, Mapping):
            return {key: swap(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(swap(item) for item in value)
        return value

    parts = tuple(replace(part, conclude=swap(part.conclude)) for part in theorem.statement.parts)
    proof = certificate(theorem.name) if theorem.route == "kernel" else ()
    return replace(theorem.statement, parts=parts), swap(proof)
