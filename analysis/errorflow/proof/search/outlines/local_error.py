"""Outlines for the local error factor."""

from __future__ import annotations

from ...theorems.local_error import GAIN_HIGH, GAIN_LOW, HIGH, LOW
from .steps import (
    Step,
    apply,
    axiom,
    cases,
    contradiction,
    exponential,
    given,
    identity,
    mean_value,
    positive,
)


def _half(s: str, t: str) -> list[Step]:
    return [axiom("tanh.logistic", s=s, t=t), axiom("logistic.range", s=s), axiom("tanh.range", t=t)]


def _order(larger: str, smaller: str, above: str, argument: str) -> list[Step]:
    """tanh is larger at the larger argument."""
    return [
        axiom("tanh.order", t=smaller, r=larger),
        axiom("tanh.order", t=larger, r=smaller),
        apply(f"{larger} > {smaller}", f"{above} > {argument}"),
    ]


_PEAK = [
    *_half("s", "T"),
    axiom("tanh.centre", t="T"),
    apply("T > 0", "X > 0"),
]
GAIN = [
    *_PEAK,
    identity("s = (1 + T)/2", "T = 2*s - 1"),
    given("identity", "X*s*(1 - s) = (X - T)/4", using=[["X/4*(T + 2*s - 1)", "T = 2*s - 1"], ["-T/4", "X*T = 1"]]),
    given("identity", "X/2*(1 - T**2) = 2*X*s*(1 - s)", using=[["-X/2*(T + 2*s - 1)", "T = 2*s - 1"]]),
]


def _factor(y: str, falls: bool) -> str:
    """x f'(x) at y, or its negative where it falls, so that it always rises."""
    return f"{'-' if falls else ''}{y}*s{y}*(1 - s{y})"


def _rises(y: str, falls: bool) -> Step:
    """The slope of that has the sign of 1 - y tanh(y/2), or of its negative, which is known."""
    sign = f"{y}*t{y} - 1" if falls else f"1 - {y}*t{y}"
    return given("positive", f"d({_factor(y, falls)}, {y}) > 0",
                 terms=[["1", [[f"s{y}", 1], [f"1 - s{y}", 1], [sign, 1]]]],
                 using=[[_factor(y, falls), f"t{y} = 2*s{y} - 1"]])  # fmt: skip


_X = {"y": "X", "sy": "s"}
_x = {"y": "x", "sy": "sx"}
ABOVE = [
    *_PEAK,
    mean_value(
        "-x*sx*(1 - sx) > -X*s*(1 - s)",
        _factor("y", True),
        "y",
        _X,
        _x,
        *_half("sy", "ty"),
        *_order("ty", "T", "y/2", "X/2"),
        positive("y*ty - 1 > 0", "y - X", "T", "ty - T", "X", equations=("X*T = 1",)),
        _rises("y", True),
    ),
]
BELOW = [
    *_PEAK,
    axiom("logistic.range", s="sx"),
    cases(
        "x*sx*(1 - sx) < X*s*(1 - s)",
        "x >= 0",
        [
            mean_value(
                "x*sx*(1 - sx) < X*s*(1 - s)",
                _factor("y", False),
                "y",
                _x,
                _X,
                *_half("sy", "ty"),
                *_order("T", "ty", "X/2", "y/2"),
                positive("y > 0", "y - x", "x", degree=1),
                positive("1 - y*ty > 0", "X - y", "T", "T - ty", "y", equations=("X*T = 1",)),
                _rises("y", False),
            )
        ],
        [
            positive("X*s*(1 - s) > 0", "X", "s", "1 - s", degree=3),
            positive("x*sx*(1 - sx) < 0", "0 - x", "sx", "1 - sx", degree=3),
            positive("x*sx*(1 - sx) < X*s*(1 - s)", "X*s*(1 - s)", "0 - x*sx*(1 - sx)", degree=1),
        ],
    ),
]
BRACKET: list[Step] = [
    exponential(f"{LOW}*(el - 1) < el + 1", "el", 40),
    exponential(f"{HIGH}*(eh - 1) > eh + 1", "eh", 40),
]
_EXPRESSED = [
    axiom("exp.positive", e="ex"),
    axiom("exp.positive", e="en"),
    axiom("exp.inverse", e="ex", x="en"),
    axiom("logistic.exp", s="s", e="en"),
    given("identity", "s*(ex + 1) = ex", using=[["ex", "s*(1 + en) = 1"], ["-s", "ex*en = 1"]]),
    given("identity", "T*(ex + 1) = ex - 1", using=[["ex + 1", "T = 2*s - 1"], ["2", "s*(ex + 1) = ex"]]),
    given("identity", "X*(ex - 1) = ex + 1", using=[["ex + 1", "X*T = 1"], ["-X", "T*(ex + 1) = ex - 1"]]),
]


def _bounded(end: str, value: str, above: bool) -> Step:
    """X on one side of a rational, since x (e^x - 1) - (e^x + 1) has the other sign on the wrong one."""
    goal = f"X > {end}" if above else f"X < {end}"
    order = [axiom("exp.order", e=value, x="ex"), axiom("exp.order", e="ex", x=value)]
    if above:
        return contradiction(
            goal,
            *order,
            apply(f"{value} >= ex", f"{end} >= X"),
            given(
                "positive",
                "0 > 0",
                terms=[
                    ["1", [[f"{value} + 1 - {end}*({value} - 1)", 1]]],
                    ["1", [[f"{end} - X", 1], [f"{value} - 1", 1]]],
                    ["1", [["X - 1", 1], [f"{value} - ex", 1]]],
                ],
                using=[["1", "X*(ex - 1) = ex + 1"]],
            ),
        )
    return contradiction(
        goal,
        *order,
        apply(f"ex >= {value}", f"X >= {end}"),
        given(
            "positive",
            "0 > 0",
            terms=[
                ["1", [[f"{end}*({value} - 1) - ({value} + 1)", 1]]],
                ["1", [[f"X - {end}", 1], [f"{value} - 1", 1]]],
                ["1", [["X - 1", 1], [f"ex - {value}", 1]]],
            ],
            using=[["-1", "X*(ex - 1) = ex + 1"]],
        ),
    )


ENCLOSED = [
    *_PEAK,
    *_EXPRESSED,
    axiom("exp.tangent", e="el"),
    axiom("exp.tangent", e="eh"),
    given("positive", "X - 1 > 0", terms=[["1", [["X", 1], ["1 - T", 1]]]], using=[["1", "X*T = 1"]]),
    positive("el - 1 > 0", f"el - 1 - {LOW}", degree=1),
    positive("eh - 1 > 0", f"eh - 1 - {HIGH}", degree=1),
    _bounded(LOW, "el", True),
    _bounded(HIGH, "eh", False),
    given(
        "positive",
        f"X + {LOW} - 4*{GAIN_LOW} > 0",
        terms=[["1", [[f"X - {LOW}", 1]]], ["1", [[f"2*{LOW} - 4*{GAIN_LOW}", 1]]]],
    ),
    given(
        "positive",
        f"X + {HIGH} - 4*{GAIN_HIGH} > 0",
        terms=[["1", [[f"X - {LOW}", 1]]], ["1", [[f"{LOW} + {HIGH} - 4*{GAIN_HIGH}", 1]]]],
    ),
    given(
        "identity",
        "4*X*X*s*(1 - s) = X**2 - 1",
        using=[["X**2*(T + 2*s - 1)", "T = 2*s - 1"], ["-(X*T + 1)", "X*T = 1"]],
    ),
    given(
        "positive",
        f"X**2 - 1 - 4*X*{GAIN_LOW} > 0",
        terms=[
            ["1", [[f"X - {LOW}", 1], [f"X + {LOW} - 4*{GAIN_LOW}", 1]]],
            ["1", [[f"({LOW})**2 - 4*{GAIN_LOW}*{LOW} - 1", 1]]],
        ],
    ),
    given(
        "positive",
        f"4*X*{GAIN_HIGH} - X**2 + 1 > 0",
        terms=[
            ["1", [[f"{HIGH} - X", 1], [f"X + {HIGH} - 4*{GAIN_HIGH}", 1]]],
            ["1", [[f"1 + 4*{GAIN_HIGH}*{HIGH} - ({HIGH})**2", 1]]],
        ],
    ),
    contradiction(
        f"X*s*(1 - s) > {GAIN_LOW}",
        given(
            "positive",
            "0 > 0",
            terms=[
                ["4", [["X", 1], [f"{GAIN_LOW} - X*s*(1 - s)", 1]]],
                ["1", [[f"X**2 - 1 - 4*X*{GAIN_LOW}", 1]]],
            ],
            using=[["1", "4*X*X*s*(1 - s) = X**2 - 1"]],
        ),
    ),
    contradiction(
        f"X*s*(1 - s) < {GAIN_HIGH}",
        given(
            "positive",
            "0 > 0",
            terms=[
                ["4", [["X", 1], [f"X*s*(1 - s) - {GAIN_HIGH}", 1]]],
                ["1", [[f"4*X*{GAIN_HIGH} - X**2 + 1", 1]]],
            ],
            using=[["-1", "4*X*X*s*(1 - s) = X**2 - 1"]],
        ),
    ),
]

STATIONARY = [
    *_half("s", "t"),
    identity("d(s*(1 - s)*w, w) = s*(1 - s)*(1 - w*y*t)", "t = 2*s - 1"),
]
_HALF_Z = _half("sz", "tz")


def _side(top: str, away: bool, negative: bool) -> list[Step]:
    """The factor is smaller at v than at its peak `top`: `away` beyond the peak, else between 0 and the peak.

    On the side w y < 0 everything is the mirror image. Beyond the peak z tanh > 1 and the factor falls, before it
    z tanh < 1 and the factor rises.
    """

    def size(name: str) -> str:
        return f"0 - {name}" if negative else name

    t, s = f"t{top}", f"s{top}"
    peak, place = {"z": top, "sz": s}, {"z": "v", "sz": "sv"}
    ends, arguments = [peak, place], (f"({top} + c)/2", "(z + c)/2")
    if away != negative:
        order, gap, rise = _order("tz", t, *reversed(arguments)), f"z - {top}", f"tz - {t}"
    else:
        order, gap, rise = _order(t, "tz", *arguments), f"{top} - z", f"{t} - tz"
        ends.reverse()
    at_peak = (f"{top}*{t} = 1",)
    if away:
        between = [positive(f"{size('tz')} > 0", size(t), rise, degree=1),
                   positive("z*tz - 1 > 0", gap, size("tz"), rise, size(top), equations=at_peak)]  # fmt: skip
    else:
        between = [positive(f"{size('z')} > 0", "v - z" if negative else "z - v", size("v"), degree=1),
                   positive("1 - z*tz > 0", gap, size(t), rise, size("z"), equations=at_peak)]  # fmt: skip
    sign = "-" if negative else ""
    goal = f"{sign}sv*(1 - sv)*v < {sign}{s}*(1 - {s})*{top}"
    of_t = contradiction(f"{size(t)} > 0", positive("0 > 0", size(top), f"0 - ({size(t)})", equations=at_peak))
    steps = [*_HALF_Z, *order, *between, _rises("z", away)]
    return [*_half(s, t), of_t, mean_value(goal, _factor("z", away), "z", *ends, *steps)]


def _height(top: str, negative: bool) -> Step:
    s, t, sign = f"s{top}", f"t{top}", "-" if negative else ""
    other = "-" if not negative else ""
    right = f"({t} - {top})/4" if negative else f"({top} - {t})/4"
    return given(
        "identity",
        f"{sign}{s}*(1 - {s})*{top} = {right}",
        using=[[f"{sign}({top}/4*({t} + 2*{s} - 1))", f"{t} = 2*{s} - 1"], [f"{other}{t}/4", f"{top}*{t} = 1"]],
    )


PEAK_PARTS = [
    STATIONARY,
    [*_side("a", True, False), _height("a", False)],
    _side("a", False, False),
    [*_side("b", True, True), _height("b", True)],
    _side("b", False, True),
    [
        axiom("tanh.logistic", s="sv", t="tv"),
        axiom("exp.positive", e="ep"),
        axiom("exp.inverse", e="ep", x="en"),
        axiom("logistic.exp", s="sv", e="en"),
        axiom("exp.tangent", e="ep"),
        given("identity", "sv*(ep + 1) = ep", using=[["ep", "sv*(1 + en) = 1"], ["-sv", "ep*en = 1"]]),
        given("identity", "tv*(ep + 1) = ep - 1", using=[["ep + 1", "tv = 2*sv - 1"], ["2", "sv*(ep + 1) = ep"]]),
        positive("ep >= 3", "ep - 1 - v - c", "v + c - 2", degree=1),
        positive("ep + 1 > 0", "ep", degree=1),
        contradiction(
            "tv >= 1/2",
            given(
                "positive",
                "0 > 0",
                terms=[
                    ["1", [["1/2 - tv", 1], ["ep + 1", 1]]],
                    ["1/2", [["ep - 3", 1]]],
                ],
                using=[["1", "tv*(ep + 1) = ep - 1"]],
            ),
        ),
        positive("v*tv >= 1", "v - 2", "tv - 1/2"),
    ],
]
