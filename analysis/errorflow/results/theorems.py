"""The theorems as named results: statement, and a verdict that is found anew."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from errorflow.proof import Report, Theorem, check, theorems
from errorflow.results.layout import escaped
from errorflow.results.record import Content, Piece, Result


def theorem_results() -> Iterator[Result]:
    """One result for each theorem, in reading order."""
    for theorem in theorems():
        yield Result(theorem.name, theorem.title, "theorem", partial(_content, theorem))


def _content(theorem: Theorem) -> Content:
    report = check(theorem)
    parts = {f"claim{k}": Piece(latex) for k, latex in enumerate(theorem.claims(), 1)}
    words = {"title": theorem.title, "verdict": report.verdict, "route": report.route, "scope": report.scope}
    parts |= {key: Piece(escaped(text), math=False) for key, text in words.items()}
    # Formulas in running text break at few places; the stretch lets the lines around them be looser.
    whole = Piece(f"{{\\emergencystretch=3em\n{theorem.latex()}}}", math=False)
    return Content(whole, theorem.text(), parts, _data(theorem, report))


def _data(theorem: Theorem, report: Report) -> dict[str, object]:
    return {
        "symbols": theorem.table(),
        "hypotheses": list(theorem.hypotheses()),
        "verdict": report.verdict,
        "route": report.route,
        "scope": report.scope,
        "reason": report.reason,
        "sharp": theorem.sharp,
        "source": theorem.source,
        "depends": list(theorem.depends),
        "axioms": list(report.axioms),
        "assumes": list(report.assumes),
        "proof_digest": report.digest,
    }
