"""Outlines for hidden Markov models, ARIMA and dilated convolutions."""

from __future__ import annotations

from typing import Any

from . import geometric
from .steps import Step, apply, axiom, equivalent, given, identity, positive

_U, _V = "u**2 = (1 - p)*(1 - r)", "v**2 = p*r"
_TANH, _ROOT = "t*(u + v) = u - v", "1 - p - r = (u - v)*(u + v)"
_W = "(p + r - 2*p*r + 2*u*v)"
_EDGE = "A*B - x*(u + v)**2"


def _signs(goal: str, factor: list[Any], using: list[list[str]] | None = None) -> Step:
    return given("sign", goal, factor=factor, **({"using": using} if using else {}))


_HALF_ANGLE: list[Step] = [
    axiom("exp.positive", e="e"),
    axiom("exp.product", e="F", x="e", y="e"),
    axiom("exp.inverse", e="F", x="E"),
    axiom("logistic.exp", s="h", e="e"),
    axiom("tanh.logistic", s="h", t="t"),
    given(
        "identity",
        "(e*u)**2 = v**2",
        using=[
            *(["e**2", _U], ["-e**2", "E*p*r = (1 - p)*(1 - r)"], ["-e**2*E", _V]),
            *(["-v**2*E", "F = e*e"], ["v**2", "F*E = 1"]),
        ],
    ),
    given("positive", "e*u + v > 0", terms=[["1", [["e", 1], ["u", 1]]], ["1", [["v", 1]]]]),
    _signs("(e*u)**2 = v**2 iff e*u = v", [["1", [["e*u + v", 1]]]]),
    apply("e*u = v", "(e*u)**2 = v**2"),
    given("identity", _TANH, using=[["u + v", "t = 2*h - 1"], ["2*u", "h*(1 + e) = 1"], ["-2*h", "e*u = v"]]),
    given("identity", _ROOT, using=[["-1", _U], ["1", _V]]),
]
_WIDTH: list[Step] = [positive("u + v > 0", "u", "v", degree=1)]
_SLOPE: list[Step] = [
    *_WIDTH,
    axiom("exp.positive", e="x"),
    given("positive", "A > 0", terms=[["1", [["1 - p", 1], ["x", 1]]], ["1", [["r", 1]]]]),
    given("positive", "B > 0", terms=[["1", [["p", 1], ["x", 1]]], ["1", [["1 - r", 1]]]]),
    given(
        "positive",
        f"p*(1 - p)*({_EDGE}) >= 0",
        terms=[["1", [["p*(1 - p)*x - u*v", 2]]]],
        using=[["-p*(1 - p)*x - v**2", _U], ["-p*(1 - p)*x - (1 - p)*(1 - r)", _V]],
    ),
    _signs(f"p*(1 - p)*({_EDGE}) >= 0 iff {_EDGE} >= 0", [["1", [["p", 1], ["1 - p", 1]]]]),
    apply(f"{_EDGE} >= 0", f"p*(1 - p)*({_EDGE}) >= 0"),
    _signs(
        "g*(1 - p - r) >= 0 iff tau >= 0", [["1", [["u + v", 2]]]], [["g", _ROOT], ["-g*(u + v)", _TANH]]
    ),
    apply("tau >= 0", "g*(1 - p - r) >= 0"),
    given("positive", "0 <= g*(d(A, l)*B - A*d(B, l))", terms=[["1", [["g*(1 - p - r)", 1], ["x", 1]]]]),
    given(
        "positive",
        "g*(d(A, l)*B - A*d(B, l)) <= tau*A*B",
        terms=[["1", [["tau", 1], [_EDGE, 1]]]],
        using=[["-g*x", _ROOT], ["g*x*(u + v)", _TANH]],
    ),
]  # fmt: skip
_AT, _MEETS = "p*(1 - p)*z**2 = r*(1 - r)", "p*(1 - p)*z = u*v"
_REACHED: list[Step] = [
    given(
        "identity",
        "(p*(1 - p)*z)**2 = (u*v)**2",
        using=[["p*(1 - p)", _AT], ["-v**2", _U], ["-(1 - p)*(1 - r)", _V]],
    ),
    given(
        "positive",
        "p*(1 - p)*z + u*v > 0",
        terms=[["1", [["p", 1], ["1 - p", 1], ["z", 1]]], ["1", [["u", 1], ["v", 1]]]],
    ),
    _signs(f"(p*(1 - p)*z)**2 = (u*v)**2 iff {_MEETS}", [["1", [["p*(1 - p)*z + u*v", 1]]]]),
    apply(_MEETS, "(p*(1 - p)*z)**2 = (u*v)**2"),
    given(
        "identity",
        "t*((1 - p)*z + r)*(p*z + 1 - r) = (1 - p - r)*z",
        using=[
            *(["2*t*z", _MEETS], ["-t", _AT], ["-t*z", _U], ["-t*z", _V]),
            *(["z*(u + v)", _TANH], ["-z", _ROOT]),
        ],
    ),
]
_GAP, _BOTH = "tau - g*(1 - p - r)", "g*(1 - p - r)*(p - r)**2"
_ABOVE: list[Step] = [
    *_WIDTH,
    given(
        "positive",
        f"{_W} > 0",
        terms=[["1", [["p", 1], ["1 - r", 1]]], ["1", [["r", 1], ["1 - p", 1]]], ["2", [["u", 1], ["v", 1]]]],
    ),
    _signs(
        f"{_BOTH} >= 0 iff {_GAP} >= 0",
        [["1", [["u + v", 2], [_W, 1]]]],
        [
            *([f"{_W}*g", _ROOT], [f"-{_W}*g*(u + v)", _TANH]),
            [f"g*(1 - p - r)*({_W} + 4*v**2)", _U],
            [f"g*(1 - p - r)*({_W} + 4*(1 - p)*(1 - r))", _V],
        ],
    ),
    given("positive", f"{_BOTH} >= 0", terms=[["1", [["g*(1 - p - r)", 1], ["p - r", 2]]]]),
    apply(f"{_GAP} >= 0", f"{_BOTH} >= 0"),
]
HMM_CONTRACTION: list[Any] = [
    _HALF_ANGLE,
    _SLOPE,
    _REACHED,
    _ABOVE,
    [
        *_ABOVE,
        _signs(f"{_BOTH} >= 0 iff (p - r)**2 >= 0", [["1", [["g*(1 - p - r)", 1]]]]),
        given("positive", "(p - r)**2 >= 0", terms=[["1", [["p - r", 2]]]], zero_iff="p - r = 0"),
        equivalent(
            "tau = g*(1 - p - r) iff p = r",
            [
                apply(f"{_BOTH} = 0", f"{_GAP} = 0"),
                apply("(p - r)**2 = 0", f"{_BOTH} = 0"),
                apply("p - r = 0", "(p - r)**2 = 0"),
            ],
            [
                given("identity", f"{_BOTH} = 0", using=[["g*(1 - p - r)*(p - r)", "p = r"]]),
                apply(f"{_GAP} = 0", f"{_BOTH} = 0"),
            ],
        ),
    ],
    [
        *_WIDTH,
        _signs("1 - p - r = 0 iff t = 0", [["1", [["u + v", 2]]]], [["1", _ROOT], ["-u - v", _TANH]]),
        given("identity", "1 - p - r = 0", using=[["-1", "p + r = 1"]]),
        apply("t = 0", "1 - p - r = 0"),
        identity("tau = 0", "t = 0"),
    ],
]

_SUM, _NEXT, _CLOSED = (
    "(1 - C)*S = 1 - C*P",
    "phi*w + theta*e = (phi + theta)*K",
    "(1 - phi)*y = 1 + theta - (phi + theta)*K",
)
_POWER = "K' = phi*K"
UNIT_ROOT: list[Any] = [
    {
        "base": [given("identity", _SUM, using=[["1 - C", "S = P"], ["1", "P = 1"]])],
        "step": [
            given(
                "identity",
                "(1 - C)*S' = 1 - C*P'",
                using=[["1 - C", "S' = S + P'"], ["1", _SUM], ["1", "P' = C*P"]],
            )
        ],
    },
    [given("identity", "a*S*b = a*V*b - a*V*C*P*b", using=[["-a", "V*(1 - C) = 1", "S*b"], ["a*V", _SUM, "b"]])],
    {
        "base": [
            given("identity", _NEXT, using=[["phi", "w = 1"], ["theta", "e = 1"], ["-phi - theta", "K = 1"]]),
            given("identity", _CLOSED, using=[["1 - phi", "y = 1"], ["phi + theta", "K = 1"]]),
        ],
        "step": [
            given(
                "identity",
                "phi*w' + theta*e' = (phi + theta)*K'",
                using=[
                    *(["phi", "w' = phi*w + theta*e"], ["theta", "e' = 0"]),
                    *(["phi", _NEXT], ["-phi - theta", _POWER]),
                ],
            ),
            given(
                "identity",
                "(1 - phi)*y' = 1 + theta - (phi + theta)*K'",
                using=[
                    *(["1 - phi", "y' = y + w'"], ["1", _CLOSED], ["1 - phi", "w' = phi*w + theta*e"]),
                    *(["1 - phi", _NEXT], ["phi + theta", _POWER]),
                ],
            ),
        ],
    },
    {
        "base": [
            positive("R >= 0", equations=("R = 1",)),
            given("positive", "K <= R", terms=[], using=[["1", "R = 1"], ["-1", "K = 1"]]),
            given("positive", "-R <= K", terms=[["2", []]], using=[["1", "R = 1"], ["1", "K = 1"]]),
            *geometric.BASE,
        ],
        "step": [
            positive("r >= 0", "r - phi", "r + phi", degree=1),
            given("positive", "R' >= 0", terms=[["1", [["r", 1], ["R", 1]]]], using=[["1", "R' = r*R"]]),
            *(
                given(
                    "positive",
                    goal,
                    terms=[["1/2", [[a, 1], [b, 1]]] for a, b in pairs],
                    using=[["1", "R' = r*R"], [weight, _POWER]],
                )
                for goal, weight, pairs in (
                    ("K' <= R'", "-1", (("r - phi", "R + K"), ("r + phi", "R - K"))),
                    ("-R' <= K'", "1", (("r + phi", "R + K"), ("r - phi", "R - K"))),
                )
            ),
            *geometric.STEP,
        ],
    },
    {
        "base": [identity("y = 1", "y = 1")],
        "step": [
            given(
                "identity",
                "y' = 1",
                using=[
                    *(["1", "y' = y + w'"], ["1", "y = 1"], ["1", "w' = phi*w + theta*e"]),
                    *(["w", "phi = 0"], ["e", "theta = 0"]),
                ],
            )
        ],
    },
]

_FIELD = "R = (k - 1)*(K - 1)"
_FIELD_NEXT = given(
    "identity",
    "R' = (k - 1)*(K' - 1)",
    using=[["1", "R' = R + (k - 1)*K"], ["1", _FIELD], ["-k + 1", "K' = 2*K"]],
)
_RATE: list[Step] = [
    given("positive", "k - 1 > 0", terms=[["1", [["k - 2", 1]]], ["1", []]]),
    axiom("exp.zero", e="one"),
    axiom("exp.order", e="X", x="one"),
    given("positive", "X > one", terms=[["1", []]], using=[["1", "X = 2"], ["-1", "one = 1"]]),
    apply("lam > 0", "X > one"),
]


def _levels(prime: str) -> list[Step]:
    """1 + R >= T, since Y >= H, since there are enough levels."""
    seen, above, scaled, enough = (
        f"1 + R{prime} >= T", f"Y{prime} >= H", f"j{prime}*lam >= tau*lam", f"j{prime} >= tau",
    )  # fmt: skip
    return [
        axiom("exp.order", e=f"Y{prime}", x="H"),
        _signs(f"{scaled} iff {enough}", [["1", [["lam", 1]]]]),
        _signs(
            f"{seen} iff {above}",
            [["1", [["k - 1", 1]]]],
            [
                *(["1", f"R{prime} = (k - 1)*(K{prime} - 1)"], ["k - 1", f"K{prime} = Y{prime}"]),
                ["1", "(k - 1)*H = T + k - 2"],
            ],
        ),
        equivalent(
            f"{seen} iff {enough}",
            [apply(above, seen), apply(scaled, above), apply(enough, scaled)],
            [apply(scaled, enough), apply(above, scaled), apply(seen, above)],
        ),
    ]


RECEPTIVE_FIELD: list[Any] = [
    {
        "base": [
            positive("K >= 1", equations=("K = 1",)),
            given("identity", _FIELD, using=[["1", "R = 0"], ["-k + 1", "K = 1"]]),
            positive("0 <= o", equations=("o = 0",)),
            positive("o <= R", equations=("o = 0", "R = 0")),
        ],
        "step": [
            given("positive", "K' >= 1", terms=[["2", [["K - 1", 1]]], ["1", []]], using=[["1", "K' = 2*K"]]),
            _FIELD_NEXT,
            given("positive", "K >= 0", terms=[["1", [["K - 1", 1]]], ["1", []]]),
            given(
                "positive", "0 <= o'", terms=[["1", [["o", 1]]], ["1", [["i", 1], ["K", 1]]]],
                using=[["1", "o' = o + i*K"]],
            ),
            given(
                "positive",
                "o' <= R'",
                terms=[["1", [["R - o", 1]]], ["1", [["k - 1 - i", 1], ["K", 1]]]],
                using=[["1", "R' = R + (k - 1)*K"], ["-1", "o' = o + i*K"]],
            ),
        ],
    },
    {
        "base": [
            *_RATE,
            identity("j*lam = 0", "j = 0"),
            axiom("exp.zero", e="Y"),
            given("identity", "K = Y", using=[["1", "K = 1"], ["-1", "Y = 1"]]),
            *_levels(""),
        ],
        "step": [
            *_RATE,
            _FIELD_NEXT,
            given("identity", "j'*lam = j*lam + lam", using=[["lam", "j' = j + 1"]]),
            axiom("exp.product", e="Y'", x="Y", y="X"),
            given(
                "identity",
                "K' = Y'",
                using=[["1", "K' = 2*K"], ["2", "K = Y"], ["-1", "Y' = Y*X"], ["-Y", "X = 2"]],
            ),
            *_levels("'"),
        ],
    },
]  # fmt: skip
