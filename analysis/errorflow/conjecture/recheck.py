"""Whether a claim fails at a point, for certain; independent of the search that found the point."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from errorflow.conjecture.exact import ONE, Value, ball, compared, shown, working
from errorflow.conjecture.norms import bounded_powers, radius
from errorflow.conjecture.sentences import condition_text, text
from errorflow.conjecture.stepping import NotSmooth
from errorflow.conjecture.subject import Subject
from errorflow.conjecture.terms import Claim, Compare, Condition, Fate
from errorflow.conjecture.values import NoValue, Scene, holds, look, matrix, value
from errorflow.conjecture.witness import Witness


@dataclass(frozen=True)
class Refutation:
    """A point where all hypotheses hold and a conclusion fails.

    Attributes
    ----------
    point : Witness
        Where.
    fails : str
        The conclusion that fails.
    shows : dict of str to str
        What was worked out, name -> value as text.
    trajectory : str
        What the states do, in words.
    because : str
        Why the conclusion fails, where that needs words.
    """

    point: Witness
    fails: str
    shows: dict[str, str]
    trajectory: str
    because: str = ""

    @property
    def exact(self) -> bool:
        """Whether all that was worked out is rational."""
        return not any("+/-" in value for value in self.shows.values())

    def data(self) -> dict[str, Any]:
        """The counterexample as JSON.

        Returns
        -------
        dict
        """
        found = {**self.point.data(), "q": self.point.lag, "trajectory": self.trajectory}
        more = {"because": self.because} if self.because else {}
        return {**found, "fails": self.fails, "values": self.shows, **more}


def refuted(claim: Claim, about: Subject, point: Witness) -> Refutation | None:
    """The refutation of the claim by this point, if it is one for certain."""
    with working():
        try:
            seen = look(claim, about, point)
            if any(holds(c, seen) is not True for c in claim.hypotheses):
                return None
            failed = next((c for c in claim.conclusions if holds(c, seen) is False), None)
            return None if failed is None else _refutation(claim, failed, seen)
        except (NotSmooth, NoValue, ZeroDivisionError):
            return None


def _refutation(claim: Claim, failed: Condition, seen: Scene) -> Refutation:
    shows: dict[str, str] = {"n": str(seen.point.units)}
    if any(t.op == "q" for t in claim.terms()):
        shows["q"] = str(seen.point.lag)
    for condition in claim.conditions:
        if isinstance(condition, Compare):
            for side in (condition.left, condition.right):
                if side.is_matrix and side.op != "identity":
                    rows = matrix(side, seen)
                    shows[text(side)] = "[" + ", ".join("[" + ", ".join(map(shown, row)) + "]" for row in rows) + "]"
                elif not side.is_matrix and side.op not in ("number", "n", "q"):
                    shows[text(side)] = _told_apart(
                        value(side, seen), [value(s, seen) for s in (condition.left, condition.right)]
                    )
    because = ""
    if isinstance(failed, Fate):
        because = _why(failed.name, seen)
        if seen.fixed:
            shows["J"] = "[" + ", ".join("[" + ", ".join(map(shown, row)) + "]" for row in seen.steps[0]) + "]"
            size = radius(seen.steps[0])
            if size is not None:
                shows["radius(J)"] = shown(size)
    if seen.about.cell is None:
        path = ""
    else:
        path = "the state stays where it starts" if seen.fixed else "from the state given"
    return Refutation(seen.point, condition_text(failed), shows, path, because)


def _told_apart(v: Value, both: list[Value]) -> str:
    """A number with as many digits as tell the two sides apart in print."""
    digits = 12
    if not all(isinstance(x, Fraction) for x in both):
        difference = abs(ball(both[0]) - ball(both[1]))
        while digits < 60 and difference > 0 and difference < ball(Fraction(1, 10 ** (digits - 4))) * abs(ball(v)):
            digits += 6
    return shown(v, digits)


def _why(name: str, seen: Scene) -> str:
    if name == "can explode":
        return "the moduli or a norm of W times the largest slope bound the flow along every trajectory"
    vanish, bounded = bounded_powers(seen.steps[0])
    size = radius(seen.steps[0])
    outside = bounded is False if size is None else compared(size, ">", ONE)
    relation = "< 1" if vanish else "> 1" if outside else "= 1"
    fate = "tends to 0" if vanish else "does not tend to 0"
    if name in ("explodes", "never explodes"):
        fate = "is bounded" if bounded else "is unbounded"
    return f"flow(q) = J**q, with radius(J) {relation}, {fate}"
