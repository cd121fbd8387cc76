"""Outlines for one tanh unit that feeds itself."""

from __future__ import annotations

from . import geometric
from .steps import Step, apply, axiom, cases, given, identity, mean_value, positive, sign


def above_tanh(y: str, ty: str, z: str, tz: str) -> list[Step]:
    """y > tanh(y) for y > 0, by the slope of z - tanh(z), which is tanh(z)^2."""
    ends = {z: "zero", tz: "t0"}, {z: y, tz: ty}
    inside = [
        axiom("tanh.centre", t=tz),
        apply(f"{tz} > 0", f"{z} > 0"),
        positive(f"d({z} - {tz}, {z}) > 0", tz),
    ]
    return [
        mean_value(f"{y} - {ty} > zero - t0", f"{z} - {tz}", z, *ends, *inside),
        positive(f"{y} - {ty} > 0", f"{y} - {ty} - zero + t0", degree=1, equations=("t0 = 0",)),
    ]


_ENDS = {"y": "zero", "ty": "t0"}, {"y": "u", "ty": "t"}
_INSIDE = [axiom("tanh.centre", t="ty"), apply("ty > 0", "y > 0")]
FIXED_POINT: list[Step] = [
    axiom("tanh.centre", t="t0"),
    apply("t0 = 0", "0 = 0"),
    axiom("tanh.centre", t="t"),
    axiom("tanh.range", t="t"),
    positive("t > 0", "h", degree=1, equations=("t = h",)),
    apply("w*h > 0", "t > 0"),
    sign("w*h > 0 iff w > 0", "h", degree=1),
    apply("w > 0", "w*h > 0"),
    positive("1 - h > 0", "1 - t", degree=1, equations=("t = h",)),
    positive("1 + h > 0", "h", degree=1),
    mean_value(
        "u - t - t**3/3 > zero - t0 - t0**3/3",
        "y - ty - ty**3/3",
        "y",
        *_ENDS,
        *_INSIDE,
        given("positive", "d(y - ty - ty**3/3, y) > 0", terms=[["1", [["ty", 4]]]]),
    ),
    given(
        "positive",
        "h*(w - 1 - h**2/3) > 0",
        terms=[["1", [["u - t - t**3/3 - zero + t0 + t0**3/3", 1]]]],
        using=[["1 + (t**2 + t*h + h**2)/3", "t = h"], ["-1 - t0**2/3", "t0 = 0"]],
    ),
    sign("h*(w - 1 - h**2/3) > 0 iff w - 1 - h**2/3 > 0", "h", degree=1),
    apply("w - 1 - h**2/3 > 0", "h*(w - 1 - h**2/3) > 0"),
    given("positive", "h**2 < 3*(w - 1)", terms=[["3", [["w - 1 - h**2/3", 1]]]]),
    positive("w - 1 > 0", "w - 1 - h**2/3", "h"),
    mean_value(
        "t - 2*t**3/3 - u*(1 - t**2) > t0 - 2*t0**3/3 - zero*(1 - t0**2)",
        "ty - 2*ty**3/3 - y*(1 - ty**2)",
        "y",
        *_ENDS,
        *_INSIDE,
        *above_tanh("y", "ty", "z", "tz"),
        axiom("tanh.range", t="ty"),
        given(
            "positive",
            "d(ty - 2*ty**3/3 - y*(1 - ty**2), y) > 0",
            terms=[["2", [["ty", 1], ["y - ty", 1], ["1 - ty", 1], ["1 + ty", 1]]]],
        ),
    ),
    given(
        "positive",
        "h*(1 - 2*h**2/3 - w*(1 - h**2)) > 0",
        terms=[["1", [["t - 2*t**3/3 - u*(1 - t**2) - t0 + 2*t0**3/3 + zero*(1 - t0**2)", 1]]]],
        using=[["-1 + 2*(t**2 + t*h + h**2)/3 - w*h*(t + h)", "t = h"], ["1 - 2*t0**2/3", "t0 = 0"]],
    ),
    sign("h*(1 - 2*h**2/3 - w*(1 - h**2)) > 0 iff 1 - 2*h**2/3 - w*(1 - h**2) > 0", "h", degree=1),
    apply("1 - 2*h**2/3 - w*(1 - h**2) > 0", "h*(1 - 2*h**2/3 - w*(1 - h**2)) > 0"),
    identity("d(t, h) = w*(1 - h**2)", "t = h"),
    given(
        "positive",
        "d(t, h) > 0",
        terms=[["1", [["w", 1], ["1 - h", 1], ["1 + h", 1]]]],
        using=[["1", "d(t, h) = w*(1 - h**2)"]],
    ),
    given(
        "positive",
        "d(t, h) < 1 - 2*h**2/3",
        terms=[["1", [["1 - 2*h**2/3 - w*(1 - h**2)", 1]]]],
        using=[["-1", "d(t, h) = w*(1 - h**2)"]],
    ),
    given(
        "positive",
        "d(t, h) > 1 - 3*(w - 1)",
        terms=[["1", [["w - 1", 1], ["1 - h", 1], ["1 + h", 1]]], ["1", [["3*(w - 1) - h**2", 1]]]],
        using=[["1", "d(t, h) = w*(1 - h**2)"]],
    ),
]

_ORIGIN: list[Step] = [axiom("tanh.centre", t="t0"), apply("t0 = 0", "0 = 0")]
_T_POSITIVE: list[Step] = [
    positive("W > 0", "W - 1", degree=1),
    positive("W*L > 0", "W", "L"),
    axiom("tanh.centre", t="T"),
    apply("T > 0", "W*L > 0"),
    axiom("tanh.range", t="T"),
]
LOW: list[Step] = [
    *_ORIGIN,
    *_T_POSITIVE,
    axiom("tanh.logistic", s="S", t="T"),
    axiom("logistic.exp", s="S", e="Em"),
    axiom("exp.inverse", e="E", x="Em"),
    axiom("exp.tangent", e="E"),
    given("identity", "S*(E + 1) = E", using=[["E", "S*(1 + Em) = 1"], ["-S", "E*Em = 1"]]),
    given("identity", "T*(E + 1) = E - 1", using=[["E + 1", "T = 2*S - 1"], ["2", "S*(E + 1) = E"]]),
    positive("E + 1 > 0", "E - 1 - 2*W*L", "W*L", degree=1),
    given("positive", "W*(1 - L) > 0", terms=[["1", [["W - 1 - W*L", 1]]], ["1", []]]),
    sign("W*(1 - L) > 0 iff 1 - L > 0", "W", degree=1),
    apply("1 - L > 0", "W*(1 - L) > 0"),
    given(
        "positive",
        "(T - L)*(E + 1) >= 0",
        terms=[["1", [["1 - L", 1], ["E - 1 - 2*W*L", 1]]], ["2", [["L", 1], ["W - 1 - W*L", 1]]]],
        using=[["1", "T*(E + 1) = E - 1"]],
    ),
    sign("(T - L)*(E + 1) >= 0 iff T - L >= 0", "E + 1", degree=1),
    apply("T - L >= 0", "(T - L)*(E + 1) >= 0"),
    *above_tanh("U", "T", "z", "tz"),
    given(
        "positive", "T*k > 0", terms=[["1", [["W*L", 1], ["1 - T", 1], ["1 + T", 1]]]],
        using=[["1", "k*T = W*L*(1 - T**2)"]],
    ),
    sign("T*k > 0 iff k > 0", "T", degree=1),
    apply("k > 0", "T*k > 0"),
    mean_value(
        "T - U*(1 - T**2) > t0 - zero*(1 - t0**2)",
        "ty - y*(1 - ty**2)",
        "y",
        {"y": "zero", "ty": "t0"},
        {"y": "U", "ty": "T"},
        axiom("tanh.centre", t="ty"),
        apply("ty > 0", "y > 0"),
        axiom("tanh.range", t="ty"),
        given(
            "positive",
            "d(ty - y*(1 - ty**2), y) > 0",
            terms=[["2", [["y", 1], ["ty", 1], ["1 - ty", 1], ["1 + ty", 1]]]],
        ),
    ),
    given(
        "positive",
        "T*(1 - k) > 0",
        terms=[["1", [["T - U*(1 - T**2) - t0 + zero*(1 - t0**2)", 1]]]],
        using=[["-1", "k*T = W*L*(1 - T**2)"], ["1", "t0 = 0"]],
    ),
    sign("T*(1 - k) > 0 iff 1 - k > 0", "T", degree=1),
    apply("1 - k > 0", "T*(1 - k) > 0"),
]  # fmt: skip


def _beyond(v: str, V: str) -> list[Step]:
    """What holds of v = |w h| > U and V = tanh(v), given that v is not negative: k V > v (1 - V^2), and V > T."""
    slope = "W*L*(1 - T**2)*ty - y*(1 - ty**2)*T"
    return [
        positive(f"{v} + W*L > 0", v, "W*L", degree=1),
        sign(f"(w*h)**2 - (W*L)**2 > 0 iff {v} - W*L > 0", f"{v} + W*L", degree=1),
        apply(f"{v} - W*L > 0", "(w*h)**2 - (W*L)**2 > 0"),
        positive(f"{v} > 0", f"{v} - W*L", "W*L", degree=1),
        axiom("tanh.order", t=V, r="T"),
        apply(f"{V} > T", f"{v} > W*L"),
        positive(f"{V} > 0", f"{V} - T", "T", degree=1),
        axiom("tanh.range", t=V),
        mean_value(
            f"W*L*(1 - T**2)*{V} - {v}*(1 - {V}**2)*T > 0",
            slope,
            "y",
            {"y": "U", "ty": "T"},
            {"y": v, "ty": V},
            axiom("tanh.range", t="ty"),
            axiom("tanh.order", t="ty", r="T"),
            apply("ty > T", "y > W*L"),
            positive("ty > 0", "ty - T", "T", degree=1),
            given(
                "positive",
                "W*L*(1 - T**2) - T + 2*y*ty*T > 0",
                terms=[
                    ["1", [["W*L - T", 1]]],
                    ["1", [["W*L", 1], ["T", 2]]],
                    ["2", [["T", 1], ["y - W*L", 1], ["ty", 1]]],
                    ["2", [["T", 1], ["W*L", 1], ["ty - T", 1]]],
                ],
            ),
            given(
                "positive",
                f"d({slope}, y) > 0",
                terms=[["1", [["1 - ty", 1], ["1 + ty", 1], ["W*L*(1 - T**2) - T + 2*y*ty*T", 1]]]],
            ),
        ),
        given(
            "positive",
            f"T*(k*{V} - {v}*(1 - {V}**2)) > 0",
            terms=[["1", [[f"W*L*(1 - T**2)*{V} - {v}*(1 - {V}**2)*T", 1]]]],
            using=[[V, "k*T = W*L*(1 - T**2)"]],
        ),
        sign(f"T*(k*{V} - {v}*(1 - {V}**2)) > 0 iff k*{V} - {v}*(1 - {V}**2) > 0", "T", degree=1),
        apply(f"k*{V} - {v}*(1 - {V}**2) > 0", f"T*(k*{V} - {v}*(1 - {V}**2)) > 0"),
        positive(f"k*{V} + {v}*(1 - {V}**2) > 0", "k", V, v, f"1 - {V}", f"1 + {V}", degree=3),
    ]


_SHRINKS, _STAYS = "k**2*t**2 - (w*h)**2*(1 - t**2)**2 >= 0", "t**2 - L**2 > 0"


def _either(goal: str) -> Step:
    """The goal, which is even in h, on either side of 0."""

    def end(v: str, V: str) -> Step:
        even = "k**2 + (w*h)**2*(2 - t**2 - m**2)" if goal == _SHRINKS else "1"
        terms = (
            [["1", [[f"k*{V} - {v}*(1 - {V}**2)", 1], [f"k*{V} + {v}*(1 - {V}**2)", 1]]]]
            if goal == _SHRINKS
            else [["1", [[f"{V} - T", 1], [f"{V} + T", 1]]], ["1", [["T - L", 1], ["T + L", 1]]]]
        )
        return given("positive", goal, terms=terms, using=[[f"-({even})", "m**2 = t**2"]] if V == "m" else [])

    def side(v: str, V: str) -> list[Step]:
        return [*_beyond(v, V), positive(f"{V} + T > 0", V, "T", degree=1), end(v, V)]

    return cases(goal, "w*h > 0", side("u", "t"), side("n", "m"))


_ODD: list[Step] = [
    axiom("tanh.logistic", s="s", t="t"),
    axiom("tanh.logistic", s="sm", t="m"),
    axiom("logistic.exp", s="s", e="x"),
    axiom("logistic.exp", s="sm", e="xm"),
    axiom("exp.inverse", e="x", x="xm"),
    axiom("exp.positive", e="x"),
    positive("1 + x > 0", "x", degree=1),
    given(
        "identity",
        "(s + sm - 1)*(1 + x) = 0",
        using=[["1", "s*(1 + x) = 1"], ["x", "sm*(1 + xm) = 1"], ["-sm", "x*xm = 1"]],
    ),
    sign("(s + sm - 1)*(1 + x) = 0 iff s + sm - 1 = 0", "1 + x", degree=1),
    apply("s + sm - 1 = 0", "(s + sm - 1)*(1 + x) = 0"),
    given("identity", "m = -t", using=[["1", "m = 2*sm - 1"], ["1", "t = 2*s - 1"], ["2", "s + sm - 1 = 0"]]),
    given("identity", "m**2 = t**2", using=[["m - t", "m = -t"]]),
]
_ORBIT_BASE: list[Step] = [
    positive("R >= 0", equations=("R = 1",)),
    given("positive", "h**2 > L**2", terms=[["1", [["a**2 - L**2", 1]]]], using=[["h + a", "h = a"]]),
    given("positive", "h**2 <= c", terms=[["1", [["c - a**2", 1]]]], using=[["-h - a", "h = a"]]),
    given(
        "positive",
        "P**2*a**2 <= R*h**2",
        terms=[],
        using=[["h**2", "R = 1"], ["h + a", "h = a"], ["-(P + 1)*a**2", "P = 1"]],
    ),
]
_ORBIT_STEP: list[Step] = [
    *_T_POSITIVE,
    positive("T + L > 0", "T", "L", degree=1),
    *_ODD,
    given(
        "positive",
        "(w*h)**2 - (W*L)**2 > 0",
        terms=[["1", [["W", 2], ["h**2 - L**2", 1]]]],
        using=[["-h**2", "W**2 = w**2"]],
    ),
    _either(_SHRINKS),
    _either(_STAYS),
    axiom("tanh.range", t="t"),
    given("positive", "R' >= 0", terms=[["1", [["k", 2], ["R", 1]]]], using=[["1", "R' = r*R"]]),
    given("positive", "h'**2 > L**2", terms=[["1", [["t**2 - L**2", 1]]]], using=[["h' + t", "h' = t"]]),
    given(
        "positive",
        "h'**2 <= c",
        terms=[["1", [["c - 1", 1]]], ["1", [["1 - t", 1], ["1 + t", 1]]]],
        using=[["-h' - t", "h' = t"]],
    ),
    given(
        "positive",
        "P'**2*a**2 <= R'*h'**2",
        terms=[
            ["1", [["R", 1], ["k**2*t**2 - (w*h)**2*(1 - t**2)**2", 1]]],
            ["1", [["w", 2], ["1 - t**2", 2], ["R*h**2 - P**2*a**2", 1]]],
        ],
        using=[
            ["h'**2", "R' = r*R"],
            ["k**2*R*(h' + t) + a**2*w**2*P**2*(2 - h'**2 - t**2)*(h' + t)", "h' = t"],
            ["-a**2*(P' + w*(1 - h'**2)*P)", "P' = w*(1 - h'**2)*P"],
        ],
    ),
]
_RATE: list[Step] = [positive("1 + k > 0", "k", degree=1), positive("1 - r > 0", "1 - k", "1 + k"),
                     positive("r >= 0", "k")]  # fmt: skip
_END: list[Step] = [
    positive("c >= 0", "c - 1", degree=1),
    *_RATE,
    positive("1 + j*(1 - r) >= 0", "j", "1 - r"),
    given(
        "positive",
        "P**2*a**2*(1 + j*(1 - r)) <= c",
        terms=[
            ["1", [["R*h**2 - P**2*a**2", 1], ["1 + j*(1 - r)", 1]]],
            ["1", [["R", 1], ["c - h**2", 1], ["1 + j*(1 - r)", 1]]],
            ["1", [["c", 1], ["1 - R*(1 + j*(1 - r))", 1]]],
        ],
    ),
]
VANISHES = [
    LOW,
    {"base": _ORBIT_BASE, "step": _ORBIT_STEP},
    {
        "base": [positive("R >= 0", equations=("R = 1",)), *geometric.BASE],
        "step": [
            *_RATE,
            given("positive", "R' >= 0", terms=[["1", [["k", 2], ["R", 1]]]], using=[["1", "R' = r*R"]]),
            *geometric.STEP,
        ],
    },
    _END,
    {
        "base": [identity("G = K", "G = 1", "K = 1")],
        "step": [
            axiom("tanh.centre", t="tg"),
            identity("w*g = 0", "g = 0"),
            apply("tg = 0", "w*g = 0"),
            identity("g' = 0", "g' = tg", "tg = 0"),
            identity("G' = K'", "G' = w*(1 - g'**2)*G", "K' = w*K", "g' = 0", "G = K"),
        ],
    },
]
