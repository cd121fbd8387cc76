"""Outline for the norm that a positive vector weights."""

from __future__ import annotations

from typing import Any

from . import geometric
from .steps import Step, add_up, apply, given, positive, sign


def _half(goal: str, *products: tuple[str, str], using: list[list[str]] | None = None) -> Step:
    """A goal that is half the sum of products of two factors each."""
    terms = [["1/2", [[a, 1], [b, 1]]] for a, b in products]
    return given("positive", goal, terms=terms, **({"using": using} if using else {}))


_ONCE: list[Step] = [
    positive("g >= 0", "g - d", "g + d", degree=1),
    positive("M >= 0", "M - W", "M + W", degree=1),
    positive("n >= 0", "n - 1", degree=1),
    given("positive", "M*x >= 0", terms=[["1", [["M", 1], ["x", 1]]]]),
    add_up("B >= 0", "M*x >= 0", B="1"),
    given("positive", "r*x >= 0", terms=[["1", [["r*x - g*B", 1]]], ["1", [["g", 1], ["B", 1]]]]),
    sign("r*x >= 0 iff r >= 0", "x", degree=1),
    apply("r >= 0", "r*x >= 0"),
]
_STEP: list[Step] = [
    *_ONCE,
    given("positive", "R' >= 0", terms=[["1", [["r", 1], ["R", 1]]]], using=[["1", "R' = r*R"]]),
    _half("R*c*M*x - W*P >= 0", ("M - W", "R*c*x + P"), ("M + W", "R*c*x - P")),
    _half("R*c*M*x + W*P >= 0", ("M + W", "R*c*x + P"), ("M - W", "R*c*x - P")),
    add_up("R*c*B - A >= 0", "R*c*M*x - W*P >= 0", A="-1", B="R*c"),
    add_up("R*c*B + A >= 0", "R*c*M*x + W*P >= 0", A="1", B="R*c"),
    _half("g*R*c*B - d'*A >= 0", ("g - d'", "R*c*B + A"), ("g + d'", "R*c*B - A")),
    _half("g*R*c*B + d'*A >= 0", ("g + d'", "R*c*B + A"), ("g - d'", "R*c*B - A")),
    given("positive", "R*c >= 0", terms=[["1", [["R", 1], ["c", 1]]]]),
    given(
        "positive",
        "P' <= R'*c*x",
        terms=[["1", [["R*c", 1], ["r*x - g*B", 1]]], ["1", [["g*R*c*B - d'*A", 1]]]],
        using=[["-1", "P' = d'*A"], ["c*x", "R' = r*R"]],
    ),
    given(
        "positive",
        "-R'*c*x <= P'",
        terms=[["1", [["R*c", 1], ["r*x - g*B", 1]]], ["1", [["g*R*c*B + d'*A", 1]]]],
        using=[["1", "P' = d'*A"], ["c*x", "R' = r*R"]],
    ),
]
_START: list[Step] = [
    positive("R >= 0", equations=("R = 1",)),
    positive("P <= R*c*x", "c*x - P", degree=1, equations=("R = 1",)),
    positive("-R*c*x <= P", "c*x + P", degree=1, equations=("R = 1",)),
]
ABSOLUTE_RADIUS: list[Any] = [
    {"base": _START, "step": _STEP},
    {
        "base": [
            *_START,
            *geometric.BASE,
            positive("P*(1 + j*(1 - r)) <= c*x", "c*x - P", degree=1, equations=("j = 0",)),
            positive("-c*x <= P*(1 + j*(1 - r))", "c*x + P", degree=1, equations=("j = 0",)),
        ],
        "step": [
            *_STEP,
            *geometric.STEP,
            given(
                "positive",
                "P'*(1 + j'*(1 - r)) <= c*x",
                terms=[
                    ["1", [["R'*c*x - P'", 1], ["1 + j'*(1 - r)", 1]]],
                    ["1", [["c", 1], ["x", 1], ["1 - R'*(1 + j'*(1 - r))", 1]]],
                ],
            ),
            given(
                "positive",
                "-c*x <= P'*(1 + j'*(1 - r))",
                terms=[
                    ["1", [["P' + R'*c*x", 1], ["1 + j'*(1 - r)", 1]]],
                    ["1", [["c", 1], ["x", 1], ["1 - R'*(1 + j'*(1 - r))", 1]]],
                ],
            ),
        ],
    },
]
