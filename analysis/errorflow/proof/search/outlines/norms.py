"""Outlines for the norm, singular value, determinant and sign arguments."""

from __future__ import annotations

from .steps import Step, add_up, given, identity, positive

ENTRY = [
    [
        positive("x <= N", "c - x", "N*e - c", degree=1, equations=("e = 1",)),
        positive("-N <= x", "c + x", "N*e - c", degree=1, equations=("e = 1",)),
    ]
]

_GROW: list[Step] = [
    positive("g*w >= 0", "g", "w"),
    positive("K' >= 0", "g*w", "K", equations=("K' = g*w*K",)),
    given(
        "positive",
        "N' <= K'",
        terms=[
            ["1", [["d'*w*N - N'", 1]]],
            ["1", [["w", 1], ["N", 1], ["g - d'", 1]]],
            ["1", [["g*w", 1], ["K - N", 1]]],
        ],
        using=[["1", "K' = g*w*K"]],
    ),
]
_START: list[Step] = [
    positive("K >= 0", equations=("K = 1",)),
    positive("N <= K", equations=("K = 1", "N = 1")),
]
VANISHING = [
    {"base": _START, "step": _GROW},
    {
        "base": [
            *_START,
            positive("j >= 0", equations=("j = 0",)),
            positive("K <= 1", equations=("K = 1",)),
            positive("K*(1 + j*(1 - g*w)) <= 1", equations=("K = 1", "j = 0")),
            positive("N*(1 + j*(1 - g*w)) <= 1", equations=("N = 1", "j = 0")),
        ],
        "step": [
            *_GROW,
            positive("j' >= 0", "j", degree=1, equations=("j' = j + 1",)),
            given(
                "positive",
                "K' <= 1",
                terms=[["1", [["1 - K", 1]]], ["1", [["K", 1], ["1 - g*w", 1]]]],
                using=[["-1", "K' = g*w*K"]],
            ),
            given(
                "positive",
                "K'*(1 + j'*(1 - g*w)) <= 1",
                terms=[
                    ["1", [["g*w", 1], ["1 - K*(1 + j*(1 - g*w))", 1]]],
                    ["1", [["1 - g*w", 1], ["1 - K'", 1]]],
                ],
                using=[["-(1 + j*(1 - g*w))", "K' = g*w*K"], ["-K'*(1 - g*w)", "j' = j + 1"]],
            ),
            positive("1 + j'*(1 - g*w) >= 0", "j'", "1 - g*w"),
            given(
                "positive",
                "N'*(1 + j'*(1 - g*w)) <= 1",
                terms=[
                    ["1", [["K' - N'", 1], ["1 + j'*(1 - g*w)", 1]]],
                    ["1", [["1 - K'*(1 + j'*(1 - g*w))", 1]]],
                ],
            ),
        ],
    },
]
EXPLOSION = [
    {
        "base": [positive("N <= 1", equations=("N = 1",))],
        "step": [
            positive("g*w >= 0", "g", "w"),
            given(
                "positive",
                "N' <= 1",
                terms=[
                    ["1", [["d'*w*N - N'", 1]]],
                    ["1", [["w", 1], ["N", 1], ["g - d'", 1]]],
                    ["1", [["g*w", 1], ["1 - N", 1]]],
                    ["1", [["1 - g*w", 1]]],
                ],
            ),
        ],
    },
]
LOWER = [
    {
        "base": [positive("K >= 0", equations=("K = 1",)), positive("S >= K", equations=("S = 1", "K = 1"))],
        "step": [
            positive("m*w >= 0", "m", "w"),
            positive("K' >= 0", "m*w", "K", equations=("K' = m*w*K",)),
            positive("S >= 0", "S - K", "K", degree=1),
            given(
                "positive",
                "S' >= K'",
                terms=[
                    ["1", [["S' - d'*w*S", 1]]],
                    ["1", [["d' - m", 1], ["w", 1], ["S", 1]]],
                    ["1", [["m*w", 1], ["S - K", 1]]],
                ],
                using=[["-1", "K' = m*w*K"]],
            ),
        ],
    },
]
DETERMINANT = [
    {
        "base": [identity("D = K*Q", "D = 1", "K = 1", "Q = 1")],
        "step": [identity("D' = K'*Q'", "D' = p'*w*D", "K' = w*K", "Q' = p'*Q", "D = K*Q")],
    },
    [positive("N >= K*Q", "N - D", degree=1, equations=("D = K*Q",))],
]
NONNEGATIVE = [
    {
        "base": [
            positive("K >= 0", equations=("K = 1",)),
            positive("V >= 0", "e", degree=1, equations=("V = e",)),
            positive("P >= K*V", equations=("P = e", "K = 1", "V = e")),
        ],
        "step": [
            positive("n >= 0", "n - 1", degree=1),
            positive("W*V >= 0", "W", "V"),
            add_up("B >= 0", "W*V >= 0", B="1"),
            positive("W*P - K*W*V >= 0", "W", "P - K*V"),
            add_up("A - K*B >= 0", "W*P - K*W*V >= 0", A="1", B="-K"),
            positive("A >= 0", "A - K*B", "K", "B"),
            positive("K' >= 0", "m", "K", equations=("K' = m*K",)),
            positive("V' >= 0", "B", degree=1, equations=("V' = B",)),
            given(
                "positive",
                "P' >= K'*V'",
                terms=[["1", [["d' - m", 1], ["A", 1]]], ["1", [["m", 1], ["A - K*B", 1]]]],
                using=[["1", "P' = d'*A"], ["-V'", "K' = m*K"], ["-m*K", "V' = B"]],
            ),
        ],
    },
    [given("positive", "N >= K*R", terms=[["1", [["N - K*M", 1]]], ["1", [["K", 1], ["M - R", 1]]]])],
]
