"""Outlines for the path sums."""

from __future__ import annotations

from .steps import Step, add_up, apply, axiom, blocks, given, identity, positive

PATH_SUM = [
    {
        "base": [identity("th = e*P", "th = e*W*F", "P = 1*(W*F)")],
        "step": [identity("th' = e*P'", "th' = th*W*F'", "P' = P*(W*F')", "th = e*P")],
    },
    {
        "base": [identity("x = a*p", "x = a*v*f", "p = v*f"), identity("c = N", "c = 1", "N = 1")],
        "step": [
            positive("n >= 0", "n - 1", degree=1),
            given("identity", "x*w - a*(p*w) = 0", using=[["w", "x = a*p"]]),
            add_up("X - a*S = 0", "x*w - a*(p*w) = 0", X="1", S="-a"),
            given("identity", "x' = a*p'", using=[["1", "x' = X*f'"], ["f'", "X - a*S = 0"], ["-a", "p' = S*f'"]]),
            given("identity", "c - N = 0", using=[["1", "c = N"]]),
            add_up("C - n*N = 0", "c - N = 0", "-N", C="1"),
            given("identity", "c' = N'", using=[["1", "c' = C"], ["1", "C - n*N = 0"], ["-1", "N' = n*N"]]),
        ],
    },
    [blocks("Wx*Fa*Wx*Fb*Wx*Fc = Sum")],
]

AS_PRINTED = [
    [given("sign", "f*wuv = f*wvu iff wuv = wvu", factor=[["1", [["f", 1]]]])],
    [
        positive("n >= 0", "n - 1", degree=1),
        identity("wul*fl*wlu*f - wlu*fl*wul*f = 0"),
        add_up("R - S = 0", "wul*fl*wlu*f - wlu*fl*wul*f = 0", R="1", S="-1"),
        identity("R = S", "R - S = 0"),
    ],
    {
        "base": [identity("P = Q", "P = 1*(W*F)", "Q = 1*(V*F)", "V = W")],
        "step": [identity("P' = Q'", "P' = P*(W*F')", "Q' = Q*(V*F')", "V = W", "P = Q")],
    },
]

_BOUNDED: list[Step] = [
    positive("m >= 0", "m - v", "m + v", degree=1),
    positive("n > 0", "n - 1", degree=1),
]


def _slope(prime: str) -> list[Step]:
    s = f"s{prime}"
    return [
        axiom("logistic.range", s=s),
        positive(f"{s}*(1 - {s}) > 0", s, f"1 - {s}"),
        positive(f"1/4 - {s}*(1 - {s}) >= 0", f"{s} - 1/2"),
    ]


def _entry(sign: str) -> list[Step]:
    """-K <= n p, or n p <= K, one step further back."""
    up, minus = (sign == "+"), ("-" if sign == "+" else "+")
    goal = "n*p' <= K'" if up else "-K' <= n*p'"
    plus = "m*K - n*p*w >= 0" if up else "m*K + n*p*w >= 0"
    pair = (("m - w", "K + n*p"), ("m + w", "K - n*p")) if up else (("m - w", "K - n*p"), ("m + w", "K + n*p"))
    total = f"n*m*K {minus} n*S >= 0"
    return [
        given("positive", plus, terms=[["1/2", [[a, 1], [b, 1]]] for a, b in pair]),
        add_up(total, plus, "m*K", S="-n" if up else "n"),
        given(
            "positive",
            goal,
            terms=[
                ["1", [["1/4 - s'*(1 - s')", 1], ["n", 1], ["m", 1], ["K", 1]]],
                ["1", [["s'*(1 - s')", 1], [f"n*m*K {minus} n*S", 1]]],
            ],
            using=[["1", "K' = n*m/4*K"], ["-n" if up else "n", "p' = S*(s'*(1 - s'))"]],
        ),
    ]


PATH_BOUND = [
    {
        "base": [
            *_BOUNDED,
            *_slope(""),
            given(
                "positive",
                "n*p <= K",
                terms=[
                    ["1", [["n", 1], ["1/4 - s*(1 - s)", 1], ["m", 1]]],
                    ["1", [["n", 1], ["s*(1 - s)", 1], ["m - v", 1]]],
                ],
                using=[["1", "K = 1*(n*m/4)"], ["-n", "p = v*f"]],
            ),
            given(
                "positive",
                "-K <= n*p",
                terms=[
                    ["1", [["n", 1], ["1/4 - s*(1 - s)", 1], ["m", 1]]],
                    ["1", [["n", 1], ["s*(1 - s)", 1], ["m + v", 1]]],
                ],
                using=[["1", "K = 1*(n*m/4)"], ["n", "p = v*f"]],
            ),
        ],
        "step": [
            *_BOUNDED,
            *_slope("'"),
            positive("K >= 0", "K - n*p", "K + n*p", degree=1),
            *_entry("+"),
            *_entry("-"),
        ],
    },
]

PATH_FACTORS = [
    [given("positive", "1/4*8 > 1", terms=[["1", []]]), blocks("4*J = W"), blocks("J*J = 0")],
    {
        "base": [identity("J*Phi = 0", "Phi = 1*J", "J*J = 0")],
        "step": [identity("J*Phi' = 0", "Phi' = J*Phi", "J*J = 0")],
    },
    [positive("a < 1", equations=("a = 9/10",)), positive("n*a > 4", equations=("n = 5", "a = 9/10"))],
    {
        "base": [
            identity("n*p = K", "p = a", "K = 1*(n*a)"),
            positive("K >= 1", equations=("K = 1*(n*a)", "n = 5", "a = 9/10")),
        ],
        "step": [
            positive("n >= 0", equations=("n = 5",)),
            given("identity", "a*K - n*(a*p) = 0", using=[["-a", "n*p = K"]]),
            add_up("n*a*K - n*S = 0", "a*K - n*(a*p) = 0", "a*K", S="-n"),
            given("identity", "n*p' = K'", using=[["n", "p' = S"], ["-1", "n*a*K - n*S = 0"], ["-1", "K' = n*a*K"]]),
            positive("K - 1 >= 0", "K - 1", degree=1),
            positive("K' >= 1", "K - 1", degree=1, equations=("K' = n*a*K", "n = 5", "a = 9/10")),
        ],
    },
]

BELOW_FOUR = [
    {
        "base": [
            axiom("logistic.centre", s="s"),
            apply("s = 1/2", "net = 0"),
            identity("n*p = K", "p = w*f", "K = 1*(n*w/4)", "s = 1/2"),
            positive("K >= 1", "n*w - 4", degree=1, equations=("K = 1*(n*w/4)",)),
        ],
        "step": [
            positive("n >= 0", "n - 2", degree=1),
            identity("w*y - w/2 = 0", "y = 1/2"),
            add_up("A - n*w/2 = 0", "w*y - w/2 = 0", "-w/2", A="1"),
            identity("net' = 0", "net' = A + b", "b = -n*w/2", "A - n*w/2 = 0"),
            axiom("logistic.centre", s="s'"),
            apply("s' = 1/2", "net' = 0"),
            identity("y' = 1/2", "y' = s'", "s' = 1/2"),
            given("identity", "w*K - n*(p*w) = 0", using=[["-w", "n*p = K"]]),
            add_up("n*w*K - n*S = 0", "w*K - n*(p*w) = 0", "w*K", S="-n"),
            identity("4*p' = S", "p' = S*f'", "s' = 1/2"),
            given(
                "identity",
                "n*p' = K'",
                using=[["n/4", "4*p' = S"], ["-1/4", "n*w*K - n*S = 0"], ["-1", "K' = n*w/4*K"]],
            ),
            positive("K >= 0", "K - 1", degree=1),
            given(
                "positive",
                "K' >= 1",
                terms=[["1/4", [["n*w - 4", 1], ["K", 1]]], ["1", [["K - 1", 1]]]],
                using=[["1", "K' = n*w/4*K"]],
            ),
        ],
    },
    [positive("n*p >= 1", "K - 1", degree=1, equations=("n*p = K",))],
]
