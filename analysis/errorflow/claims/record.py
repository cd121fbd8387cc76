"""A claim, what it rests on, and the judgement that follows when every part of it has been checked again.

A verdict is deduced: each backing says which way it bears on the claim, and the verdict is read off the bearings of
backings that have just been checked. One that does not check makes the judgement `failed`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Bearing = Literal["for", "against", "open", "context"]
Kind = Literal["theorem", "counterexample", "count", "identity", "measurement", "definition", "citation"]
Verdict = Literal["right", "conditional", "wrong", "open", "failed"]


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes
    ----------
    ok : bool
        Whether it holds.
    detail : str
        The numbers it saw.
    """

    ok: bool
    detail: str


@dataclass(frozen=True)
class Backing:
    """One thing that a claim rests on.

    Attributes
    ----------
    kind : str
        theorem, counterexample, count, identity, measurement, definition or citation.
    name : str
        Stable within the claim.
    bearing : {'for', 'against', 'open', 'context'}
        Which way it bears on the claim as made; "open" for a part that no check here decides, "context" for what
        explains without deciding.
    check : callable
        Called with `given`, every time anew.
    given : mapping of str to object
        Arguments of the check.
    """

    kind: Kind
    name: str
    bearing: Bearing
    check: Callable[..., Finding]
    given: Mapping[str, Hashable] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A sentence as it is heard, and the precise statement in its place.

    Attributes
    ----------
    id : str
        Stable once published.
    number : int
        Its place in the list.
    theme : str
        The chapter of the list in which it stands.
    source : str
        Who says it and where.
    text : str
        The claim as made.
    statement : str
        What is true.
    lesson : str
        One sentence for a lecture.
    backing : tuple of Backing
        What the verdict is deduced from.
    ask : str
        The claim without its conditions, in the grammar of `errorflow check`, where that can say it.
    """

    id: str
    number: int
    theme: str
    source: str
    text: str
    statement: str
    lesson: str
    backing: tuple[Backing, ...]
    ask: str = ""


@dataclass(frozen=True)
class Judgement:
    """A claim with its verdict and what every backing showed, made afresh and never stored.

    Attributes
    ----------
    id, number, theme, source, text : str
        As in the claim.
    verdict : {'right', 'conditional', 'wrong', 'open', 'failed'}
        Deduced from the backings that were just checked.
    statement, lesson, ask : str
        As in the claim.
    backing : tuple of dict
        kind, name, bearing, ok and detail of each.
    """

    id: str
    number: int
    theme: str
    source: str
    text: str
    verdict: Verdict
    statement: str
    lesson: str
    ask: str
    backing: tuple[dict[str, Any], ...]

    def json(self) -> dict[str, Any]:
        """The judgement as data.

        Returns
        -------
        dict
        """
        return {
            "id": self.id,
            "number": self.number,
            "theme": self.theme,
            "source": self.source,
            "text": self.text,
            "verdict": self.verdict,
            "statement": self.statement,
            "lesson": self.lesson,
            "ask": self.ask or None,
            "backing": [dict(one) for one in self.backing],
        }


def verdict_of(bearings: set[str]) -> Verdict:
    """The verdict that checked backings support, from which way they bear.

    Right needs support and nothing against it; conditional has both, or support for one part and nothing to decide the
    other; wrong is refuted with nothing in its favour; what only stays open is open.
    """
    if "for" in bearings:
        return "conditional" if bearings & {"against", "open"} else "right"
    return "wrong" if "against" in bearings else "open"


def judge_claim(claim: Claim, seen: dict[Hashable, Finding] | None = None) -> Judgement:
    """The judgement of one claim. seen: findings of this same call of `judge`, for a check that claims share."""
    seen = {} if seen is None else seen
    results = []
    for backing in claim.backing:
        key = (backing.check, tuple(sorted(backing.given.items())))
        if key not in seen:
            seen[key] = _checked(backing)
        found = seen[key]
        results.append(
            {
                "kind": backing.kind,
                "name": backing.name,
                "bearing": backing.bearing,
                "ok": found.ok,
                "detail": found.detail,
            }
        )
    failed = not results or not all(one["ok"] for one in results)
    verdict = "failed" if failed else verdict_of({b.bearing for b in claim.backing})
    return Judgement(
        id=claim.id,
        number=claim.number,
        theme=claim.theme,
        source=claim.source,
        text=claim.text,
        verdict=verdict,
        statement=claim.statement,
        lesson=claim.lesson,
        ask=claim.ask,
        backing=tuple(results),
    )


def _checked(backing: Backing) -> Finding:
    try:
        found = backing.check(**backing.given)
        return Finding(bool(found.ok), found.detail)
    except Exception as error:  # a check that cannot run has not passed, whatever stopped it
        said = error.args[0] if isinstance(error, KeyError) and error.args else error  # str() of a KeyError adds quotes
        return Finding(False, f"{type(error).__name__}: {said}")


def theorem(name: str, bearing: Bearing) -> Backing:
    """A theorem that must be proved again each time."""
    return Backing("theorem", name, bearing, proved, {"theorem": name})


def proved(theorem: str) -> Finding:
    """Whether the checker accepts the theorem now."""
    from errorflow.proof import prove
    from errorflow.proof import theorem as named

    report = prove([theorem])[0]
    how = f"{named(theorem).title}: {report.verdict} by {report.route}, {report.scope}"
    return Finding(report.verdict in ("proved", "computed"), f"{how}: {report.reason}" if report.reason else how)


def citation(name: str, reference: str, bearing: Bearing) -> Backing:
    """An exact reference, which nothing here can check."""
    return Backing("citation", name, bearing, cited, {"reference": reference})


def cited(reference: str) -> Finding:
    """The reference, said to be one."""
    return Finding(bool(reference.strip()), f"cited, not checked here: {reference}")
