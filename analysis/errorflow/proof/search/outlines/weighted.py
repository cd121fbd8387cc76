"""Outlines for norms that a positive vector weights, and that a diagonal matrix scales."""

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

_POWER: list[Step] = [
    positive("r >= 0", "g", "w"),
    given("positive", "R' >= 0", terms=[["1", [["r", 1], ["R", 1]]]], using=[["1", "R' = r*R"]]),
]
SCALED_NORM: list[Any] = [
    {
        "base": [
            given("identity", "Phi = T*Q*S", using=[["1", "Phi = 1"], ["-T", "Q = 1", "S"], ["-1", "T*S = 1"]]),
        ],
        "step": [
            given(
                "identity",
                "T*D' = D'*T",
                using=[["-T", "S*D' = D'*S", "T"], ["-T*D'", "S*T = 1"], ["1", "T*S = 1", "D'*T"]],
            ),
            given(
                "identity",
                "Phi' = T*Q'*S",
                using=[
                    ["1", "Phi' = D'*W*Phi"],
                    ["D'*W", "Phi = T*Q*S"],
                    ["-T", "Q' = D'*V*Q", "S"],
                    ["-1", "T*D' = D'*T", "S*W*T*Q*S"],
                    ["-D'", "T*S = 1", "W*T*Q*S"],
                ],
            ),
        ],
    },
    {
        "base": [positive("R >= 0", equations=("R = 1",)), positive("N <= R", equations=("N = 1", "R = 1"))],
        "step": [
            *_POWER,
            given(
                "positive",
                "N' <= R'",
                terms=[
                    ["1", [["d'*w*N - N'", 1]]],
                    ["1", [["w", 1], ["N", 1], ["g - d'", 1]]],
                    ["1", [["r", 1], ["R - N", 1]]],
                ],
                using=[["1", "R' = r*R"]],
            ),
        ],
    },
    [given("positive", "M <= c*R", terms=[["1", [["c*N - M", 1]]], ["1", [["c", 1], ["R - N", 1]]]])],
    {
        "base": [positive("R >= 0", equations=("R = 1",)), *geometric.BASE],
        "step": [*_POWER, *geometric.STEP],
    },
]
