"""Outlines for the bounds of a memory cell that hold before anything is measured."""

from __future__ import annotations

from typing import Any

from .steps import Step, axiom, contradiction, given, positive

STATE_BOUND: list[Any] = [
    {
        "base": [],
        "step": [
            axiom("logistic.range", s="f'"),
            axiom("logistic.range", s="i'"),
            axiom("tanh.range", t="g'"),
            given(
                "positive",
                "c' <= M",
                terms=[
                    ["1", [["f'", 1], ["M - c", 1]]],
                    ["1", [["M*(1 - phi) - 1", 1]]],
                    ["1/2", [["M + c", 1], ["phi - f'", 1]]],
                    ["1/2", [["M - c", 1], ["phi - f'", 1]]],
                    ["1", [["i'", 1], ["1 - g'", 1]]],
                    ["1", [["1 - i'", 1]]],
                ],
                using=[["-1", "c' = f'*c + i'*g'"]],
            ),
            given(
                "positive",
                "-M <= c'",
                terms=[
                    ["1", [["f'", 1], ["M + c", 1]]],
                    ["1", [["M*(1 - phi) - 1", 1]]],
                    ["1/2", [["M + c", 1], ["phi - f'", 1]]],
                    ["1/2", [["M - c", 1], ["phi - f'", 1]]],
                    ["1", [["i'", 1], ["1 + g'", 1]]],
                    ["1", [["1 - i'", 1]]],
                ],
                using=[["1", "c' = f'*c + i'*g'"]],
            ),
        ],
    }
]

STATE_DRIFT: list[Any] = [
    {
        "base": [
            given("positive", "s <= 2*j", terms=[], using=[["-1", "s = 0"], ["2", "j = 0"]]),
            given("positive", "-2*j <= s", terms=[], using=[["1", "s = 0"], ["2", "j = 0"]]),
        ],
        "step": [
            axiom("logistic.range", s="i'"),
            axiom("logistic.range", s="k'"),
            given(
                "positive",
                "s' <= 2*j'",
                terms=[["1", [["2*j - s", 1]]], ["4", [["i'", 1], ["1 - k'", 1]]], ["2", [["1 - i'", 1]]]],
                using=[["-1", "s' = s + i'*g'"], ["2", "j' = j + 1"]],
            ),
            given(
                "positive",
                "-2*j' <= s'",
                terms=[["1", [["2*j + s", 1]]], ["4", [["i'", 1], ["k'", 1]]], ["2", [["1 - i'", 1]]]],
                using=[["1", "s' = s + i'*g'"], ["2", "j' = j + 1"]],
            ),
        ],
    }
]


def _below(size: str, bound: str, entry: str, above: list[Any], under: list[Any], signs: str = "= =") -> list[Step]:
    """A size whose square is that of an entry is at most a bound of its modulus; signs tell where that is strict."""
    first, second = (f">{sign}".replace(">>", ">") for sign in signs.split())
    return [
        given("positive", f"{bound} - {entry} {first} 0", terms=above),
        given("positive", f"{bound} + {entry} {second} 0", terms=under),
        contradiction(
            f"{size} <= {bound}",
            positive(f"{size} + {bound} > 0", f"{size} - {bound}", bound, degree=1),
            given(
                "positive",
                "0 > 0",
                terms=[
                    ["1", [[f"{size} - {bound}", 1], [f"{size} + {bound}", 1]]],
                    ["1", [[f"{bound} - {entry}", 1], [f"{bound} + {entry}", 1]]],
                ],
                using=[["-1", f"{size}**2 = ({entry})**2"]],
            ),
        ),
    ]


def _logistic(s: str, *, quarter: bool = False) -> list[Step]:
    """The range of a logistic value, and that of its slope s (1 - s)."""
    steps = [axiom("logistic.range", s=s), positive(f"{s}*(1 - {s}) > 0", s, f"1 - {s}")]
    return steps + [positive(f"1/4 - {s}*(1 - {s}) >= 0", f"{s} - 1/2")] * quarter


def _gated(size: str, bound: str, gate: str, x: str, value: str, top: str) -> list[Step]:
    """|value gate'| <= top/4 where |value| < top."""
    slope = f"{gate}*(1 - {gate})"
    room = [top, [[f"1/4 - {slope}", 1]]]
    return _below(
        size,
        bound,
        f"{value}*d({gate}, {x})",
        [room, ["1", [[slope, 1], [f"{top} - {value}", 1]]]],
        [room, ["1", [[slope, 1], [f"{top} + {value}", 1]]]],
    )


CONSTANTS: list[Any] = [
    [
        *_logistic("f", quarter=True),
        *_logistic("i", quarter=True),
        *_logistic("n", quarter=True),
        *_logistic("k"),
        *_logistic("o"),
        *(axiom("tanh.range", t=t) for t in "gwhq"),
        positive("M >= 0", "M - c", "M + c", degree=1),
        *_below(
            "mf",
            "M/4",
            "c*d(f, x)",
            [["1", [["M - c", 1], ["f*(1 - f)", 1]]], ["1", [["M", 1], ["1/4 - f*(1 - f)", 1]]]],
            [["1", [["M + c", 1], ["f*(1 - f)", 1]]], ["1", [["M", 1], ["1/4 - f*(1 - f)", 1]]]],
        ),
        *_gated("mi", "1/4", "i", "y", "g", "1"),
        *_below(
            "mg",
            "1",
            "k*d(w, v)",
            [["1", [["1 - k", 1]]], ["1", [["k", 1], ["w", 2]]]],
            [["1", []], ["1", [["k", 1], ["1 - w", 1], ["1 + w", 1]]]],
        ),
        *_gated("mo", "1/4", "n", "e", "q", "1"),
        *_below(
            "d",
            "1",
            "o*d(h, s)",
            [["1", [["1 - o", 1]]], ["1", [["o", 1], ["h", 2]]]],
            [["1", []], ["1", [["o", 1], ["1 - h", 1], ["1 + h", 1]]]],
        ),
        given(
            "positive",
            "alpha <= M*Uf/4 + Ui/4 + Ug",
            terms=[
                ["1", [["mf*Uf + mi*Ui + mg*Ug - alpha", 1]]],
                ["1", [["M/4 - mf", 1], ["Uf", 1]]],
                ["1", [["1/4 - mi", 1], ["Ui", 1]]],
                ["1", [["1 - mg", 1], ["Ug", 1]]],
            ],
        ),
        given("positive", "beta <= Uo/4", terms=[["1", [["mo*Uo - beta", 1]]], ["1", [["1/4 - mo", 1], ["Uo", 1]]]]),
    ]
]

_RANGES_1997 = [
    *_logistic("i", quarter=True),
    *_logistic("n", quarter=True),
    *(step for s in ("k", "sz", "sv", "o", "sh", "sr") for step in _logistic(s)),
    positive("2 - g > 0", "1 - sz", degree=1),
    positive("2 + g > 0", "sz", degree=1),
    positive("1 - q > 0", "1 - sr", degree=1),
    positive("1 + q > 0", "sr", degree=1),
    positive("M > 0", "M - i", "i", degree=1),
]


def _loop(i: str, g: str) -> Step:
    return given(
        "positive",
        f"alpha <= M*({i}*Ui + Ug)",
        terms=[
            ["1", [["mi*Ui + mg*Ug - alpha", 1]]],
            ["1", [[f"{i}*M - mi", 1], ["Ui", 1]]],
            ["1", [[f"{g} - mg", 1], ["Ug", 1]]],
        ],
    )


CONSTANTS_1997: list[Any] = [
    [
        *_RANGES_1997,
        *_gated("mi", "1/2", "i", "y", "g", "2"),
        *_below(
            "mi",
            "2*M",
            "g*d(i, y)",
            [["2", [["M - i", 1]]], ["2", [["i", 2]]], ["1", [["i*(1 - i)", 1], ["2 - g", 1]]]],
            [["2", [["M - i", 1]]], ["2", [["i", 2]]], ["1", [["i*(1 - i)", 1], ["2 + g", 1]]]],
            "> >",
        ),
        *_below(
            "mg",
            "M",
            "k*d(w, v)",
            [["1", [["M - k", 1]]], ["4", [["k", 1], ["sv - 1/2", 2]]]],
            [["1", [["M", 1]]], ["4", [["k", 1], ["sv", 1], ["1 - sv", 1]]]],
            "= >",
        ),
        _loop("2", "M"),
        *_below(
            "d",
            "1/2",
            "o*d(h, s)",
            [["1/2", [["1 - o", 1]]], ["2", [["o", 1], ["sh - 1/2", 2]]]],
            [["1/2", []], ["2", [["o", 1], ["sh", 1], ["1 - sh", 1]]]],
        ),
        *_gated("mo", "1/4", "n", "e", "q", "1"),
        given("positive", "beta <= Uo/4", terms=[["1", [["mo*Uo - beta", 1]]], ["1", [["1/4 - mo", 1], ["Uo", 1]]]]),
    ],
    [
        *_RANGES_1997,
        positive("1 - M - i >= 0", "1/2 - M", "M - i", degree=1),
        positive("2*M*(1 - M) >= 0", "M", "1/2 - M"),
        *_below(
            "mi",
            "2*M*(1 - M)",
            "g*d(i, y)",
            [["2", [["M - i", 1], ["1 - M - i", 1]]], ["1", [["i*(1 - i)", 1], ["2 - g", 1]]]],
            [["2", [["M - i", 1], ["1 - M - i", 1]]], ["1", [["i*(1 - i)", 1], ["2 + g", 1]]]],
            "> >",
        ),
        _loop("2*(1 - M)", "M"),
    ],
]

RECURSION: list[Any] = [
    {
        "base": [
            given("identity", "dc = Phi*z", using=[["1", "dc = F*z"], ["-1", "Phi = E", "z"], ["-1", "E = F", "z"]]),
            given(
                "identity", "Phi = Pi + X", using=[["1", "Phi = E"], ["1", "E = F"], ["-1", "Pi = F"], ["-1", "X = 0"]]
            ),
        ],
        "step": [
            given(
                "identity",
                "dc' = Phi'*z",
                using=[
                    ["1", "dc' = F'*dc + A'*dh"],
                    ["A'", "dh = D*dc"],
                    ["F' + A'*D", "dc = Phi*z"],
                    ["-1", "Phi' = E'*Phi", "z"],
                    ["-1", "E' = F' + A'*D", "Phi*z"],
                ],
            ),
            given(
                "identity",
                "Phi' = Pi' + X'",
                using=[
                    ["1", "Phi' = E'*Phi"],
                    ["1", "E' = F' + A'*D", "Phi"],
                    ["-1", "Pi' = F'*Pi"],
                    ["-1", "X' = F'*X + A'*D*Phi"],
                    ["F'", "Phi = Pi + X"],
                ],
            ),
        ],
    },
    {
        "base": [
            positive("L >= 0", equations=("L = 1",)),
            given("positive", "K >= L", terms=[], using=[["1", "K = 1"], ["-1", "L = 1"]]),
            given("positive", "y <= phi*K", terms=[["1", [["phi - y", 1]]]], using=[["phi", "K = 1"]]),
            given(
                "positive",
                "x <= phi*(K - L)",
                terms=[],
                using=[["-1", "x = 0"], ["phi", "K = 1"], ["-phi", "L = 1"]],
            ),
        ],
        "step": [
            positive("K >= 0", "K - L", "L", degree=1),
            positive("phi*K >= 0", "phi", "K"),
            positive("phi*(K - L) >= 0", "phi", "K - L"),
            given("positive", "a'*e >= 0", terms=[["1", [["a'", 1], ["e", 1]]]]),
            given(
                "positive",
                "alpha*d - a'*e >= 0",
                terms=[["1", [["alpha", 1], ["d - e", 1]]], ["1", [["e", 1], ["alpha - a'", 1]]]],
            ),
            given("positive", "L' >= 0", terms=[["1", [["phi", 1], ["L", 1]]]], using=[["1", "L' = phi*L"]]),
            given(
                "positive",
                "K' >= L'",
                terms=[["1", [["phi*(K - L)", 1]]], ["1", [["alpha", 1], ["d", 1], ["K", 1]]]],
                using=[["1", "K' = (phi + alpha*d)*K"], ["-1", "L' = phi*L"]],
            ),
            given(
                "positive",
                "y' <= phi*K'",
                terms=[
                    ["1", [["(p' + a'*e)*y - y'", 1]]],
                    ["1", [["p'", 1], ["phi*K - y", 1]]],
                    ["1", [["a'*e", 1], ["phi*K - y", 1]]],
                    ["1", [["phi*K", 1], ["phi - p'", 1]]],
                    ["1", [["phi*K", 1], ["alpha*d - a'*e", 1]]],
                ],
                using=[["phi", "K' = (phi + alpha*d)*K"]],
            ),
            given(
                "positive",
                "x' <= phi*(K' - L')",
                terms=[
                    ["1", [["p'*x + a'*e*y - x'", 1]]],
                    ["1", [["p'", 1], ["phi*(K - L) - x", 1]]],
                    ["1", [["phi*(K - L)", 1], ["phi - p'", 1]]],
                    ["1", [["a'*e", 1], ["phi*K - y", 1]]],
                    ["1", [["phi*K", 1], ["alpha*d - a'*e", 1]]],
                ],
                using=[["phi", "K' = (phi + alpha*d)*K"], ["-phi", "L' = phi*L"]],
            ),
        ],
    },
]
