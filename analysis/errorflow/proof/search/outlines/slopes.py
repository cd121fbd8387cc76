"""Outlines for the slopes of the squashing functions."""

from __future__ import annotations

from .steps import Step, apply, axiom, contradiction, equivalent, given, identity, positive


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
