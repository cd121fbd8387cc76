"""Outlines for the gates of a memory cell."""

from __future__ import annotations

from typing import Any

from .steps import Step, add_up, apply, axiom, contradiction, equivalent, given, identity, positive

_GATE = [axiom("logistic.range", s="f"), axiom("logistic.range", s="p"), axiom("logistic.order", s="f", r="p")]
_KEPT_BASE = [
    *_GATE,
    positive("K > 0", "f", degree=1, equations=("K = 1*f",)),
    positive("L > 0", "p", degree=1, equations=("L = 1*p",)),
    equivalent(
        "K >= L iff b >= a",
        [positive("f >= p", "K - L", degree=1, equations=("K = 1*f", "L = 1*p")), apply("b >= a", "f >= p")],
        [apply("f >= p", "b >= a"), positive("K >= L", "f - p", degree=1, equations=("K = 1*f", "L = 1*p"))],
    ),
]
_KEPT_STEP = [
    *_GATE,
    positive("K' > 0", "f", "K", equations=("K' = f*K",)),
    positive("L' > 0", "p", "L", equations=("L' = p*L",)),
    equivalent(
        "K' >= L' iff b >= a",
        [
            contradiction(
                "f >= p",
                contradiction(
                    "L > K",
                    apply("b >= a", "K >= L"),
                    apply("f >= p", "b >= a"),
                    positive("0 > 0", "p - f", "f - p", degree=1),
                ),
                given(
                    "positive",
                    "0 > 0",
                    terms=[["1", [["K' - L'", 1]]], ["1", [["p - f", 1], ["K", 1]]], ["1", [["p", 1], ["L - K", 1]]]],
                    using=[["-1", "K' = f*K"], ["1", "L' = p*L"]],
                ),
            ),
            apply("b >= a", "f >= p"),
        ],
        [
            apply("f >= p", "b >= a"),
            apply("K >= L", "b >= a"),
            given(
                "positive",
                "K' >= L'",
                terms=[["1", [["f - p", 1], ["K", 1]]], ["1", [["p", 1], ["K - L", 1]]]],
                using=[["1", "K' = f*K"], ["-1", "L' = p*L"]],
            ),
        ],
    ),
]
_RATE = [
    axiom("exp.inverse", e="X", x="m"),
    given("identity", "m = f", using=[["f", "X*m = 1"], ["-f*m", "X = 1 + E"], ["-m", "f*(1 + E) = 1"]]),
]
_DECAY = [
    axiom("exp.positive", e="E"),
    identity("0 = 0"),
    axiom("exp.zero", e="one"),
    axiom("exp.order", e="X", x="one"),
    positive("X > one", "E", degree=1, equations=("X = 1 + E", "one = 1")),
    apply("lam > 0", "X > one"),
    axiom("exp.inverse", e="H", x="Z"),
    given("identity", "Z = 1/2", using=[["1/2", "H*Z = 1"], ["-Z/2", "H = 2"]]),
    axiom("exp.order", e="Y", x="Z"),
]


def _until(prime: str) -> list[Step]:
    """At least one half, in the words of the exponents."""
    k, y, j = f"K{prime}", f"Y{prime}", f"j{prime}"
    return [
        axiom("exp.order", e=y, x="Z"),
        given("sign", f"-{j}*lam >= -tau*lam iff {j} <= tau", factor=[["1", [["lam", 1]]]]),
        equivalent(
            f"{k} >= 1/2 iff {j} <= tau",
            [
                positive(f"{y} >= Z", f"{k} - 1/2", degree=1, equations=(f"{y} = {k}", "Z = 1/2")),
                apply(f"-{j}*lam >= -tau*lam", f"{y} >= Z"),
                apply(f"{j} <= tau", f"-{j}*lam >= -tau*lam"),
            ],
            [
                apply(f"-{j}*lam >= -tau*lam", f"{j} <= tau"),
                apply(f"{y} >= Z", f"-{j}*lam >= -tau*lam"),
                positive(f"{k} >= 1/2", f"{y} - Z", degree=1, equations=(f"{y} = {k}", "Z = 1/2")),
            ],
        ),
    ]


HALF_LIFE: list[Any] = [
    [axiom("logistic.exp", s="f", e="E"), axiom("logistic.exp", s="p", e="A")],
    {"base": _KEPT_BASE, "step": _KEPT_STEP},
    {
        "base": [
            *_RATE,
            axiom("exp.order", e="Y", x="m"),
            identity("-j*lam = -lam", "j = 1"),
            apply("Y = m", "-j*lam = -lam"),
            identity("K = Y", "K = 1*f", "Y = m", "m = f"),
            *_DECAY,
            *_until(""),
        ],
        "step": [
            *_RATE,
            identity("-j'*lam = -j*lam + -lam", "j' = j + 1"),
            axiom("exp.product", e="Y'", x="Y", y="m"),
            identity("K' = Y'", "K' = f*K", "Y' = Y*m", "m = f", "K = Y"),
            *_DECAY,
            *_until("'"),
        ],
    },
]

SUM_IS_WRONG: list[Any] = [
    [
        axiom("tanh.range", t="t"),
        identity("d(o + t, c) = 1 - t**2"),
        identity("d(o*t, c) = o*(1 - t**2)"),
        positive("-o <= o*t", "o", "1 + t"),
        positive("o*t <= o", "o", "1 - t"),
        positive("1 + o > 0", "o", degree=1),
        given(
            "positive", "o*t > -1", terms=[["1/2", [["1 + o", 1], ["1 + t", 1]]], ["1/2", [["1 - o", 1], ["1 - t", 1]]]]
        ),
        given(
            "positive", "o*t < 1", terms=[["1/2", [["1 + o", 1], ["1 - t", 1]]], ["1/2", [["1 - o", 1], ["1 + t", 1]]]]
        ),
    ],
    [
        axiom("tanh.range", t="t"),
        axiom("tanh.centre", t="t"),
        identity("o*t = 0", "o = 0"),
        identity("d(o*t, c) = 0", "o = 0"),
        identity("o + t = t", "o = 0"),
        positive("d(o + t, c) > 0", "1 - t", "1 + t"),
        equivalent(
            "o + t = 0 iff c = 0",
            [identity("t = 0", "o + t = 0", "o = 0"), apply("c = 0", "t = 0")],
            [apply("t = 0", "c = 0"), identity("o + t = 0", "o = 0", "t = 0")],
        ),
    ],
    [
        axiom("tanh.centre", t="t"),
        apply("t > 0", "c > 0"),
        positive("o + t > 1", "t", degree=1, equations=("o = 1",)),
    ],
]

SHARED_GATE: list[Any] = [
    [
        axiom("logistic.order", s="o", r="i"),
        equivalent("o = i iff B + c = A + b", [apply("B + c = A + b", "o = i")], [apply("o = i", "B + c = A + b")]),
    ],
    [
        positive("p >= 0", "p - 1", degree=1),
        identity("v*z - w*z = 0", "v = w"),
        add_up("B - A = 0", "v*z - w*z = 0", B="1", A="-1"),
        axiom("logistic.order", s="o", r="i"),
        given("identity", "B + c = A + b", using=[["1", "B - A = 0"], ["1", "c = b"]]),
        apply("o = i", "B + c = A + b"),
    ],
]

PRODUCT: list[Any] = [
    {
        "base": [
            given("identity", "s = K*z", using=[["1", "s = z"], ["-z", "K = 1"]]),
            given("identity", "-X = 0", using=[["-1", "X = 0"]]),
            axiom("exp.zero", e="Y"),
            given("identity", "K = Y", using=[["1", "K = 1"], ["-1", "Y = 1"]]),
            given("positive", "X >= 0", terms=[], using=[["1", "X = 0"]]),
        ],
        "step": [
            given("identity", "s' = K'*z", using=[["1", "s' = f'*s"], ["f'", "s = K*z"], ["-z", "K' = f'*K"]]),
            given("identity", "-X' = -x' - X", using=[["-1", "X' = X + x'"]]),
            axiom("exp.product", e="Y'", x="f'", y="Y"),
            given("identity", "K' = Y'", using=[["1", "K' = f'*K"], ["f'", "K = Y"], ["-1", "Y' = f'*Y"]]),
            given("positive", "X' >= 0", terms=[["1", [["X", 1]]], ["1", [["x'", 1]]]], using=[["1", "X' = X + x'"]]),
        ],
    },
    [
        axiom("exp.positive", e="Y"),
        positive("K > 0", "Y", degree=1, equations=("K = Y",)),
        identity("0 = 0"),
        axiom("exp.zero", e="one"),
        axiom("exp.order", e="one", x="Y"),
        positive("0 >= -X", "X", degree=1),
        apply("one >= Y", "0 >= -X"),
        given("positive", "K <= 1", terms=[["1", [["one - Y", 1]]]], using=[["-1", "K = Y"], ["-1", "one = 1"]]),
        axiom("exp.order", e="A", x="Y"),
        equivalent(
            "K <= A iff X >= a",
            [
                given("positive", "A >= Y", terms=[["1", [["A - K", 1]]]], using=[["1", "K = Y"]]),
                apply("-a >= -X", "A >= Y"),
                positive("X >= a", "X - a", degree=1),
            ],
            [
                positive("-a >= -X", "X - a", degree=1),
                apply("A >= Y", "-a >= -X"),
                given("positive", "K <= A", terms=[["1", [["A - Y", 1]]]], using=[["-1", "K = Y"]]),
            ],
        ),
    ],
]
