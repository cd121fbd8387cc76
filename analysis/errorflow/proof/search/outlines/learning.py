"""Outlines for BPTT and RTRL: telescoping sums, counts by induction, integers."""

from __future__ import annotations

from typing import Any

from .steps import Step, contradiction, equivalent, given, identity, integer, positive

RTRL_EQUALS_BPTT: list[Any] = [
    {
        "base": [identity("H + e*P = G + d*P", "H = d*B", "G = e*P", "P = B")],
        "step": [
            given(
                "identity",
                "H' + e'*P' = G' + d'*P'",
                using=[
                    ["1", "H' = H + d'*B'"],
                    ["-1", "G' = G + e'*P'"],
                    ["-d'", "P' = J'*P + B'"],
                    ["1", "H + e*P = G + d*P"],
                    ["1", "d = e + d'*J'", "P"],
                ],
            )
        ],
    },
    [given("identity", "H = G", using=[["1", "H + e*P = G + d*P"], ["1", "d = e", "P"]])],
    {
        "base": [given("identity", "y*X = z", using=[["y", "X = B"], ["-1", "z = y*B"]])],
        "step": [
            given("identity", "y'*X' = z", using=[["y'", "X' = J'*X"], ["-1", "y = y'*J'", "X"], ["1", "y*X = z"]])
        ],
    },
    [given("identity", "z = e*X", using=[["-1", "y*X = z"], ["1", "y = e", "X"]])],
]

BPTT_COST: list[Any] = [
    {
        "base": [
            identity("C = j*(2*n*p + n**2) - n**2", "F = n*p", "G = n*p", "R = 0", "j = 1"),
            identity("M = j*p + n", "S = p", "j = 1"),
        ],
        "step": [
            identity(
                "F' + G' + R' = j'*(2*n*p + n**2) - n**2",
                "F' = F + n*p",
                "G' = G + n*p",
                "R' = R + n**2",
                "j' = j + 1",
                "F = j*(2*n*p + n**2) - n**2 - G - R",
            ),
            identity("S' + n = j'*p + n", "S' = S + p", "j' = j + 1", "S = j*p"),
        ],
    },
]

_POSITIVE: list[Step] = [
    positive("n > 0", "n - 1", degree=1),
    positive("p - n >= 0", "m", degree=1),
    positive("p > 0", "p - n", "n", degree=1),
    positive("p - 1 >= 0", "p - n", "n - 1", degree=1),
]
RTRL_COST: list[Any] = [
    {
        "base": [
            identity("C = j*n*p*(n + 1)**2", "F = n*p", "G = n**3*p", "S = n**2*p", "O = n**2*p", "j = 1"),
            positive("j >= 1", equations=("j = 1",)),
        ],
        "step": [
            given(
                "identity",
                "F' + G' + S' + O' = j'*n*p*(n + 1)**2",
                using=[
                    ["1", "F' = F + n*p"],
                    ["1", "G' = G + n**3*p"],
                    ["1", "S' = S + n**2*p"],
                    ["1", "O' = O + n**2*p"],
                    ["1", "C = j*n*p*(n + 1)**2"],
                    ["-n*p*(n + 1)**2", "j' = j + 1"],
                ],
            ),
            positive("j' >= 1", "j - 1", degree=1, equations=("j' = j + 1",)),
        ],
    },
    [
        *_POSITIVE,
        positive("j > 0", "j - 1", degree=1),
        given(
            "positive",
            "C > j*(2*n*p + n**2) - n**2",
            terms=[
                ["1", [["j", 1], ["n", 1], ["p", 1], ["n - 1", 2]]],
                ["2", [["j", 1], ["n", 1], ["p", 1], ["n - 1", 1]]],
                ["2", [["j", 1], ["n", 2], ["p - 1", 1]]],
                ["1", [["j", 1], ["n", 2]]],
                ["1", [["n", 2]]],
            ],
            using=[["1", "C = j*n*p*(n + 1)**2"]],
        ),
    ],
]


def _break_even(fewer: str, bptt: str, words: str, least: str, rest: list[Any]) -> Step:
    """`fewer` holds from T = least on: below it T is smaller by a whole step, which is too much."""
    return equivalent(
        f"{fewer} iff T >= {least}",
        [
            contradiction(
                f"T >= {least}",
                integer(f"{least} - T - 1 >= 0"),
                given(
                    "positive",
                    "0 > 0",
                    terms=[["1", [[f"{bptt} - n**2*p", 1]]], ["1", [[words, 1], [f"{least} - T - 1", 1]]], *rest],
                ),
            )
        ],
        [given("positive", fewer, terms=[["1", [[words, 1], [f"T - {least}", 1]]], ["1", [["n", 1]]]])],
    )


BREAK_EVEN: list[Any] = [
    [*_POSITIVE, _break_even("n**2*p < T*p + n", "T*p + n", "p", "n**2", [["1", [["m", 1]]]])],
    [*_POSITIVE, _break_even("n**2*p < n*(T + 1)", "n*(T + 1)", "n", "n*p", [])],
    [identity("n**2*p = T*p + n + m", "T = n**2 - 1")],
]
