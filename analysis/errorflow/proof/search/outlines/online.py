"""Outlines for gradients that are computed while the network runs."""

from __future__ import annotations

from typing import Any

from .steps import given, identity, positive

BLOCKS: list[Any] = [
    {
        "base": [
            given(
                "identity",
                "P = Phi*Z + L",
                using=[["1", "P = J*Z + B"], ["-1", "Phi = J", "Z"], ["-1", "L = B"]],
            ),
            given(
                "identity",
                "G = y*Z + H",
                using=[["1", "G = e*P"], ["-1", "y = e*Phi", "Z"], ["-1", "H = e*L"], ["e", "P = Phi*Z + L"]],
            ),
        ],
        "step": [
            given(
                "identity",
                "P' = Phi'*Z + L'",
                using=[
                    ["1", "P' = J'*P + B'"],
                    ["-1", "Phi' = J'*Phi", "Z"],
                    ["-1", "L' = J'*L + B'"],
                    ["J'", "P = Phi*Z + L"],
                ],
            ),
            given(
                "identity",
                "G' = y'*Z + H'",
                using=[
                    ["1", "G' = G + e'*P'"],
                    ["-1", "y' = y + e'*Phi'", "Z"],
                    ["-1", "H' = H + e'*L'"],
                    ["e'", "P' = Phi'*Z + L'"],
                    ["1", "G = y*Z + H"],
                ],
            ),
        ],
    }
]

UNBIASED: list[Any] = [
    [
        given(
            "identity",
            "s1*th1 = J*s*th + a*bi*J*s*vt*B + b*ai*v*th + v*vt*B",
            using=[
                ["1", "s1 = a*J*s + b*v", "th1"],
                ["a*J*s + b*v", "th1 = ai*th + bi*vt*B"],
                ["J*s*th", "a*ai = 1"],
                ["v*vt*B", "b*bi = 1"],
            ],
        )
    ],
    {
        "base": [],
        "step": [
            given(
                "identity",
                "X' = P'",
                using=[
                    ["1", "X' = J'*X + J'*U'*B' + V' + N'*B'"],
                    ["-1", "P' = J'*P + B'"],
                    ["J'", "X = P"],
                    ["J'", "U' = 0", "B'"],
                    ["1", "V' = 0"],
                    ["1", "N' = 1", "B'"],
                ],
            )
        ],
    },
]

STEP_COUNT: list[Any] = [
    [
        identity("N = M + K*C*(S - 1)"),
        positive("K > 0", "K - 1", degree=1),
        positive("C > 0", "C - 1", degree=1),
        given("positive", "N >= M", terms=[["1", [["K", 1], ["C", 1], ["S - 1", 1]]]]),
        given("sign", "N = M iff S = 1", factor=[["1", [["K", 1], ["C", 1]]]]),
    ]
]
