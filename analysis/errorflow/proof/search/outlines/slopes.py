"""Outlines for the slopes of the squashing functions."""

from __future__ import annotations

from .steps import Step, apply, axiom, contradiction, equivalent, given, identity, positive, sign, sturm


def _attained(slope: str, value: str, middle: str) -> Step:
    """The slope takes its largest value exactly at 0, through the value of the function there."""
    return equivalent(
        f"{slope} = {value} iff x = 0",
        [apply(middle, f"{slope} = {value}"), apply("x = 0", middle)],
        [apply(middle, "x = 0"), apply(f"{slope} = {value}", middle)],
    )


LOGISTIC = [
    axiom("logistic.range", s="s"),
    axiom("logistic.centre", s="s"),
    identity("d(s, x) = s*(1 - s)"),
    positive("d(s, x) > 0", "s", "1 - s"),
    positive("d(s, x) <= 1/4", "s - 1/2", zero_iff="s = 1/2"),
    _attained("d(s, x)", "1/4", "s = 1/2"),
]

TANH = [
    axiom("tanh.range", t="t"),
    axiom("tanh.centre", t="t"),
    identity("d(t, x) = 1 - t**2"),
    positive("d(t, x) > 0", "1 - t", "1 + t"),
    positive("d(t, x) <= 1", "t", zero_iff="t = 0"),
    _attained("d(t, x)", "1", "t = 0"),
]

_SQUASH_COMMON = [axiom("tanh.logistic", s="s", t="t"), axiom("logistic.range", s="s"), axiom("logistic.centre", s="s")]

SQUASH_H = [
    *_SQUASH_COMMON,
    identity("h = t", "t = 2*s - 1"),
    identity("d(h, x) = (1 - h**2)/2"),
    positive("d(h, x) > 0", "s", "1 - s"),
    positive("d(h, x) <= 1/2", "s - 1/2", zero_iff="s = 1/2"),
    _attained("d(h, x)", "1/2", "s = 1/2"),
]

SQUASH_G = [
    *_SQUASH_COMMON,
    identity("g = 2*t", "t = 2*s - 1"),
    identity("d(g, x) = 1 - g**2/4"),
    positive("d(g, x) > 0", "s", "1 - s"),
    positive("d(g, x) <= 1", "s - 1/2", zero_iff="s = 1/2"),
    _attained("d(g, x)", "1", "s = 1/2"),
]

_EXPS = [
    axiom("logistic.range", s="s"),
    axiom("logistic.exp", s="s", e="e"),
    axiom("exp.positive", e="e"),
    axiom("exp.positive", e="p"),
    axiom("exp.inverse", e="e", x="p"),
    given("identity", "s*(1 + p) = p", using=[["p", "s*(1 + e) = 1"], ["-s", "e*p = 1"]]),
]
DECAY = [
    *_EXPS,
    identity("d(h, x)*(1 + e)**2 = 2*e", "s*(1 + e) = 1"),
    identity("d(h, x)*(1 + p)**2 = 2*p", "s*(1 + p) = p"),
    positive("d(h, x) > 0", "s", "1 - s"),
    positive("1 + s > 0", "s", degree=1),
    positive("2 - s > 0", "1 - s", degree=1),
    identity("d(h, x) = 2*s**2*e", "s*(1 + e) = 1"),
    identity("d(h, x) = 2*(1 - s)**2*p", "s*(1 + p) = p"),
    given(
        "positive",
        "d(h, x) < 2*e",
        terms=[["2", [["e", 1], ["1 - s", 1], ["1 + s", 1]]]],
        using=[["-1", "d(h, x) = 2*s**2*e"]],
    ),
    given(
        "positive",
        "d(h, x) < 2*p",
        terms=[["2", [["p", 1], ["s", 1], ["2 - s", 1]]]],
        using=[["-1", "d(h, x) = 2*(1 - s)**2*p"]],
    ),
]


def _half_at_least(value: str, other: str, beyond: str, equation: str, least: str) -> list[Step]:
    """Twice the slope is at least the smaller exponential, whose factor 4 s^2 or 4 (1 - s)^2 is at least 1."""
    part = "s" if value == "e" else "1 - s"
    return [
        *_EXPS,
        axiom("exp.tangent", e=other),
        positive(f"{other} - 1 >= 0", f"{other} - 1 - {beyond}" if beyond == "x" else f"{other} - 1 + x", least),
        positive(f"1 + {other} > 0", other, degree=1),
        given(
            "positive",
            f"(2*({part}) - 1)*(1 + {other}) >= 0",
            terms=[["1", [[f"{other} - 1", 1]]]],
            using=[["2" if value == "e" else "-2", equation]],
        ),
        sign(f"(2*({part}) - 1)*(1 + {other}) >= 0 iff 2*({part}) - 1 >= 0", f"1 + {other}", degree=1),
        apply(f"2*({part}) - 1 >= 0", f"(2*({part}) - 1)*(1 + {other}) >= 0"),
        identity(f"d(h, x) = 2*({part})**2*{value}", f"s*(1 + {value}) = {'1' if value == 'e' else 'p'}"),
        given(
            "positive",
            f"2*d(h, x) >= {value}",
            terms=[
                ["1", [[value, 1], [f"2*({part}) - 1", 2]]],
                ["2", [[value, 1], [f"2*({part}) - 1", 1]]],
            ],
            using=[["2", f"d(h, x) = 2*({part})**2*{value}"]],
        ),
    ]


FAR_RIGHT = _half_at_least("e", "p", "x", "s*(1 + p) = p", "x")
FAR_LEFT = _half_at_least("p", "e", "-x", "s*(1 + e) = 1", "0 - x")

_LEVEL = "1 - 6*s*(1 - s)"
_BOUND = "96225044865/1000000000000"
CURVATURE = [
    axiom("logistic.range", s="s"),
    identity("k = f*(1 - 2*s)"),
    positive("s*(1 - s) > 0", "s", "1 - s"),
    given(
        "positive",
        "108*k**2 <= 1",
        terms=[["1", [[_LEVEL, 2]]], ["12", [[_LEVEL, 2], ["s*(1 - s)", 1]]]],
    ),
    positive(f"({_LEVEL})**2 >= 0", _LEVEL, zero_iff=f"{_LEVEL} = 0"),
    given("sign", f"1 = 108*k**2 iff ({_LEVEL})**2 = 0", factor=[["1", []], ["12", [["s*(1 - s)", 1]]]]),
    equivalent(
        f"108*k**2 = 1 iff {_LEVEL} = 0",
        [apply(f"({_LEVEL})**2 = 0", "1 = 108*k**2"), apply(f"{_LEVEL} = 0", f"({_LEVEL})**2 = 0")],
        [apply(f"({_LEVEL})**2 = 0", f"{_LEVEL} = 0"), apply("1 = 108*k**2", f"({_LEVEL})**2 = 0")],
    ),
    sturm(f"k < {_BOUND}", "s", "0", "1"),
    sturm(f"-{_BOUND} < k", "s", "0", "1"),
]

_A, _B = "(1 - t**2)", "s*(1 - s)"
_COSH = [
    axiom("exp.positive", e="p"),
    axiom("exp.positive", e="e"),
    axiom("exp.inverse", e="p", x="e"),
    axiom("exp.product", e="e2", x="e", y="e"),
    axiom("exp.product", e="e4", x="e2", y="e2"),
    axiom("logistic.exp", s="s", e="e2"),
    axiom("logistic.exp", s="z", e="e4"),
    axiom("tanh.logistic", t="t", s="z"),
    axiom("logistic.range", s="s"),
    axiom("tanh.range", t="t"),
    positive("u > 0", "p", "e", equations=("u = (p + e)/2",)),
    positive("u**2 - 1 >= 0", "p - e", equations=("u = (p + e)/2", "p*e = 1")),
    contradiction("u >= 1", positive("0 > 0", "1 - u", "u", "u**2 - 1")),
    contradiction("r > 1", positive("0 > 0", "1 - r", "r", equations=("r**2 = 3",))),
    identity("s*e*e = 1 - s", "e*e = e2", "s*(1 + e2) = 1"),
    given("identity", "p*p*s = p*p - s", using=[["p*p", "s*e*e = 1 - s"], ["-s*(p*e + 1)", "p*e = 1"]]),
    identity("4*u**2*s*(1 - s) = 1", "u = (p + e)/2", "p*e = 1", "s*e*e = 1 - s", "p*p*s = p*p - s"),
    given("identity", "e**4 = e2**2", using=[["-(e2 + e*e)", "e2 = e*e"]]),
    identity("z*e**4 = 1 - z", "e**4 = e2**2", "e2**2 = e4", "z*(1 + e4) = 1"),
    given(
        "identity", "p**4*z = p**4 - z", using=[["p**4", "z*e**4 = 1 - z"], ["-z*(p*e + 1)*(p*p*e*e + 1)", "p*e = 1"]]
    ),
    identity(
        "(2*u**2 - 1)**2*(1 - t**2) = 1",
        "u = (p + e)/2",
        "t = 2*z - 1",
        "p*e = 1",
        "z*e**4 = 1 - z",
        "p**4*z = p**4 - z",
    ),
]
_FACTOR = [["2", [["1 - t", 1], ["1 + t", 1], ["s", 1], ["1 - s", 1], ["2*u + 2*u**2 - 1", 1], ["u + (r - 1)/2", 1]]]]
_USING = [
    [f"0 - {_A}", "4*u**2*s*(1 - s) = 1"],
    [_B, "(2*u**2 - 1)**2*(1 - t**2) = 1"],
    [f"0 - {_A}*{_B}*(2*u + 2*u**2 - 1)/2", "r**2 = 3"],
]
CROSSING = [
    *_COSH,
    positive("2*u + 2*u**2 - 1 > 0", "u", "u - 1"),
    positive("u + (r - 1)/2 > 0", "u", "r - 1"),
    given("sign", "d(t, x) > d(s, x) iff u < (1 + r)/2", factor=_FACTOR, using=_USING),
    given("sign", "d(t, x) = d(s, x) iff (1 + r)/2 = u", factor=_FACTOR, using=_USING),
]
VALUE = [
    *_COSH,
    given(
        "identity",
        "d(s, x) = (2 - r)/2",
        using=[
            ["(2 - r)/2", "4*u**2*s*(1 - s) = 1"],
            [f"-{_B}*(2 - r)*(2*u + 1 + r)", "u = (1 + r)/2"],
            [f"{_B}*r/2", "r**2 = 3"],
        ],
    ),
]
