"""The steps of an outline. What the finder adds (cofactors, sums of products) is left out here."""

from __future__ import annotations

from typing import Any

Step = dict[str, Any]


def given(rule: str, goal: str, **fields: Any) -> Step:
    """A step that is written out in full."""
    return {"rule": rule, "goal": goal, **fields}


def identity(goal: str, *equations: str) -> Step:
    """An equation that follows from known ones; each is used from left to right where that is enough."""
    return {"rule": "identity", "goal": goal, "equations": equations}


def positive(goal: str, *factors: str, equations: tuple[str, ...] = (), degree: int = 2, zero_iff: str = "") -> Step:
    """An inequality whose difference is a positive combination of products of the factors, up to a degree."""
    step: Step = {"rule": "positive", "goal": goal, "factors": factors, "equations": equations, "degree": degree}
    return step | ({"zero_iff": zero_iff} if zero_iff else {})


def sign(goal: str, *factors: str, equations: tuple[str, ...] = (), degree: int = 2) -> Step:
    """An equivalence of two comparisons whose differences agree up to a positive factor."""
    return {"rule": "sign", "goal": goal, "factors": factors, "equations": equations, "degree": degree}


def sturm(goal: str, of: str, above: str = "", below: str = "") -> Step:
    """An inequality in one real, between the ends that are given."""
    ends = {key: end for key, end in (("above", above), ("below", below)) if end}
    return {"rule": "sturm", "goal": goal, "of": of} | ends


def axiom(name: str, **at: str) -> Step:
    """An analytic fact at the values named."""
    return {"rule": "axiom", "name": name, "at": at}


def add_up(goal: str, of: str, constant: str = "0", **parts: str) -> Step:
    """A relation summed over l = 1..count."""
    return {"rule": "sum", "goal": goal, "of": of, "constant": constant, "parts": parts}


def blocks(goal: str, **using: list[list[str]]) -> Step:
    """A relation of matrices, entry by entry; `using` gives cofactors of known equations for entry `_i_j`."""
    return {"rule": "blocks", "goal": goal} | ({"using": {k[1:].replace("_", ","): v for k, v in using.items()}}
                                               if using else {})  # fmt: skip


def integer(goal: str) -> Step:
    """An integer above -1 is nonnegative."""
    return {"rule": "integer", "goal": goal}


def apply(goal: str, source: str) -> Step:
    """One side of an equivalence from the other."""
    return {"rule": "apply", "goal": goal, "from": source}


def equivalent(goal: str, forward: list[Step], backward: list[Step]) -> Step:
    """An equivalence by a proof in each direction."""
    return {"rule": "equivalent", "goal": goal, "forward": forward, "backward": backward}


def contradiction(goal: str, *steps: Step) -> Step:
    """An inequality whose negation proves 0 > 0."""
    return {"rule": "contradiction", "goal": goal, "steps": list(steps)}


def exponential(goal: str, value: str, terms: int) -> Step:
    """A rational bound on exp of a rational number."""
    return {"rule": "exponential", "goal": goal, "value": value, "terms": terms}


def cases(goal: str, on: str, yes: list[Step], no: list[Step]) -> Step:
    """A claim proved on either side of an inequality."""
    return {"rule": "cases", "goal": goal, "on": on, "yes": yes, "no": no}


def mean_value(goal: str, function: str, at: str, below: dict[str, str], above: dict[str, str], *steps: Step) -> Step:
    """The function is larger at the upper of two places, since its slope is positive in between, or equal if 0."""
    return {
        "rule": "mean_value",
        "goal": goal,
        "function": function,
        "at": at,
        "from": below,
        "to": above,
        "steps": list(steps),
    }
