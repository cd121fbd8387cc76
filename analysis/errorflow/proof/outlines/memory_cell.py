"""Outlines for the carousel and its gates."""

from __future__ import annotations

from typing import Any

from .steps import Step, add_up, apply, axiom, blocks, contradiction, equivalent, given, identity, mean_value, positive

_SLOPE_IS_K = identity("d(fz - k*z, z) = 0")
LINEAR_UNIT: list[Any] = [
    [
        mean_value("fx - k*x = C", "fz - k*z", "z", {"z": "o", "fz": "C"}, {"z": "x", "fz": "fx"}, _SLOPE_IS_K),
        identity("fx = k*x + C", "fx - k*x = C"),
        identity("w*(fx - C) = x", "fx = k*x + C", "k*w = 1"),
    ],
    [
        mean_value("fy - k*(w*y) = C", "fz - k*z", "z", {"z": "o", "fz": "C"}, {"z": "u", "fz": "fy"}, _SLOPE_IS_K),
        identity("fy = y + C", "fy - k*(w*y) = C", "k*w = 1"),
        given("sign", "fy = y iff C = 0", factor=[["1", []]], using=[["1", "fy = y + C"]]),
    ],
    {"base": [identity("y = a + C*j", "y = a", "j = 0")],
     "step": [identity("y' = a + C*j'", "y' = fy", "fy = y + C", "y = a + C*j", "j' = j + 1")]},
]

CAROUSEL: list[Any] = [
    {"base": [identity("Phi = J", "Phi = 1*J")],
     "step": [blocks("J'*J = J'"), identity("Phi' = J'", "Phi' = J'*Phi", "Phi = J", "J'*J = J'")]},
    [blocks("out*J*into = D*E"), identity("out*Phi*into = D*E", "Phi = J", "out*J*into = D*E")],
]

_RANGES = [axiom("logistic.range", s=s) for s in ("o", "i", "sigma_s", "sigma_z")]
_H, _G, _I = "2*sigma_s*(1 - sigma_s)", "4*sigma_z*(1 - sigma_z)", "i*(1 - i)"


def _below_quarter(s: str) -> Step:
    return positive(f"1/4 - {s}*(1 - {s}) >= 0", f"{s} - 1/2")


_SLOPES = [
    positive("sigma_s*(1 - sigma_s) > 0", "sigma_s", "1 - sigma_s"),
    positive("sigma_z*(1 - sigma_z) > 0", "sigma_z", "1 - sigma_z"),
    positive("i*(1 - i) > 0", "i", "1 - i"),
    _below_quarter("sigma_s"), _below_quarter("sigma_z"), _below_quarter("i"),
]


def _gate_side(sign: str) -> Step:
    """g below 2 on this side: o h' i' (2 - g), the slack of the three factors, and the open gate."""
    goal = f"o*d(h, s)*g*d(i, a) {'<' if sign == '-' else '>'} {'1/4' if sign == '-' else '-1/4'}"
    edge = "1 - sigma_z" if sign == "-" else "sigma_z"
    return given("positive", goal, terms=[
        ["8", [["o", 1], ["sigma_s*(1 - sigma_s)", 1], ["i*(1 - i)", 1], [edge, 1]]],
        ["4", [["o", 1], ["sigma_s*(1 - sigma_s)", 1], ["1/4 - i*(1 - i)", 1]]],
        ["1", [["o", 1], ["1/4 - sigma_s*(1 - sigma_s)", 1]]],
        ["1/4", [["1 - o", 1]]],
    ])


CAROUSEL_BOUND = [
    [
        *_RANGES, *_SLOPES,
        given("positive", "o*d(h, s)*d(g, z)*i > 0",
              terms=[["8", [["o", 1], ["sigma_s*(1 - sigma_s)", 1], ["sigma_z*(1 - sigma_z)", 1], ["i", 1]]]]),
        given("positive", "o*d(h, s)*d(g, z)*i < 1/2", terms=[
            ["8", [["o", 1], ["sigma_s*(1 - sigma_s)", 1], ["i", 1], ["1/4 - sigma_z*(1 - sigma_z)", 1]]],
            ["2", [["o", 1], ["i", 1], ["1/4 - sigma_s*(1 - sigma_s)", 1]]],
            ["1/2", [["o", 1], ["1 - i", 1]]], ["1/2", [["1 - o", 1]]],
        ]),
    ],
    [*_RANGES, *_SLOPES, _gate_side("+"), _gate_side("-")],
    [
        axiom("logistic.centre", s="sigma_s"), axiom("logistic.centre", s="sigma_z"),
        apply("sigma_s = 1/2", "s = 0"), apply("sigma_z = 1/2", "z = 0"),
        identity("o*d(h, s)*d(g, z)*i = o*i/2", "sigma_s = 1/2", "sigma_z = 1/2"),
    ],
    [
        axiom("logistic.centre", s="sigma_s"), axiom("logistic.centre", s="i"),
        apply("sigma_s = 1/2", "s = 0"), apply("i = 1/2", "a = 0"),
        identity("o*d(h, s)*g*d(i, a) = o*g/8", "sigma_s = 1/2", "i = 1/2"),
    ],
]

FACTORISATION: list[Any] = [
    [blocks("J = L*R")],
    [identity("dh1 = D*F*dc + (D*A + B)*dh", "dh1 = D*dc1 + B*dh", "dc1 = F*dc + A*dh")],
    [identity("detJ = detF*detB", "detJ = detL*detR", "detL = 1", "detR = detF*detB")],
    {"base": [identity("delta = K*M", "delta = detJ", "detJ = detF*detB", "K = 1*detF", "M = 1*detB")],
     "step": [
        identity("detJ' = detF'*detB'", "detJ' = detL'*detR'", "detL' = 1", "detR' = detF'*detB'"),
        identity("delta' = K'*M'", "delta' = detJ'*delta", "detJ' = detF'*detB'", "delta = K*M", "K' = detF'*K",
                 "M' = detB'*M"),
     ]},
    {"base": [blocks("Jtr = Q", _0_0=[["-1", "P = 1*F"]], _1_0=[["-D", "P = 1*F"]]),
              identity("Phi = Q", "Phi = 1*Jtr", "Jtr = Q")],
     "step": [blocks("Jtr'*Q = Q'", _0_0=[["-1", "P' = F'*P"]], _1_0=[["-D'", "P' = F'*P"]]),
              identity("Phi' = Q'", "Phi' = Jtr'*Phi", "Phi = Q", "Jtr'*Q = Q'")]},
]

_GATE = [axiom("logistic.range", s="f"), axiom("logistic.range", s="p"), axiom("logistic.order", s="f", r="p")]
_KEPT_BASE = [
    *_GATE,
    positive("K > 0", "f", degree=1, equations=("K = 1*f",)),
    positive("L > 0", "p", degree=1, equations=("L = 1*p",)),
    equivalent("K >= L iff b >= a",
               [positive("f >= p", "K - L", degree=1, equations=("K = 1*f", "L = 1*p")), apply("b >= a", "f >= p")],
               [apply("f >= p", "b >= a"), positive("K >= L", "f - p", degree=1, equations=("K = 1*f", "L = 1*p"))]),
]
_KEPT_STEP = [
    *_GATE,
    positive("K' > 0", "f", "K", equations=("K' = f*K",)),
    positive("L' > 0", "p", "L", equations=("L' = p*L",)),
    equivalent(
        "K' >= L' iff b >= a",
        [contradiction(
            "f >= p",
            contradiction("L > K", apply("b >= a", "K >= L"), apply("f >= p", "b >= a"),
                          positive("0 > 0", "p - f", "f - p", degree=1)),
            given("positive", "0 > 0", terms=[["1", [["K' - L'", 1]]], ["1", [["p - f", 1], ["K", 1]]],
                                              ["1", [["p", 1], ["L - K", 1]]]],
                  using=[["-1", "K' = f*K"], ["1", "L' = p*L"]])),
         apply("b >= a", "f >= p")],
        [apply("f >= p", "b >= a"), apply("K >= L", "b >= a"),
         given("positive", "K' >= L'", terms=[["1", [["f - p", 1], ["K", 1]]], ["1", [["p", 1], ["K - L", 1]]]],
               using=[["1", "K' = f*K"], ["-1", "L' = p*L"]])]),
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
        equivalent(f"{k} >= 1/2 iff {j} <= tau",
                   [positive(f"{y} >= Z", f"{k} - 1/2", degree=1, equations=(f"{y} = {k}", "Z = 1/2")),
                    apply(f"-{j}*lam >= -tau*lam", f"{y} >= Z"), apply(f"{j} <= tau", f"-{j}*lam >= -tau*lam")],
                   [apply(f"-{j}*lam >= -tau*lam", f"{j} <= tau"), apply(f"{y} >= Z", f"-{j}*lam >= -tau*lam"),
                    positive(f"{k} >= 1/2", f"{y} - Z", degree=1, equations=(f"{y} = {k}", "Z = 1/2"))]),
    ]


HALF_LIFE: list[Any] = [
    [axiom("logistic.exp", s="f", e="E"), axiom("logistic.exp", s="p", e="A")],
    {"base": _KEPT_BASE, "step": _KEPT_STEP},
    {"base": [*_RATE, axiom("exp.order", e="Y", x="m"), identity("-j*lam = -lam", "j = 1"),
              apply("Y = m", "-j*lam = -lam"), identity("K = Y", "K = 1*f", "Y = m", "m = f"), *_DECAY, *_until("")],
     "step": [*_RATE, identity("-j'*lam = -j*lam + -lam", "j' = j + 1"),
              axiom("exp.product", e="Y'", x="Y", y="m"),
              identity("K' = Y'", "K' = f*K", "Y' = Y*m", "m = f", "K = Y"), *_DECAY, *_until("'")]},
]

SUM_IS_WRONG: list[Any] = [
    [
        axiom("tanh.range", t="t"),
        identity("d(o + t, c) = 1 - t**2"),
        identity("d(o*t, c) = o*(1 - t**2)"),
        positive("-o <= o*t", "o", "1 + t"),
        positive("o*t <= o", "o", "1 - t"),
        positive("1 + o > 0", "o", degree=1),
        given("positive", "o*t > -1", terms=[["1/2", [["1 + o", 1], ["1 + t", 1]]], ["1/2", [["1 - o", 1], ["1 - t", 1]]]]),
        given("positive", "o*t < 1", terms=[["1/2", [["1 + o", 1], ["1 - t", 1]]], ["1/2", [["1 - o", 1], ["1 + t", 1]]]]),
    ],
    [
        axiom("tanh.range", t="t"), axiom("tanh.centre", t="t"),
        identity("o*t = 0", "o = 0"),
        identity("d(o*t, c) = 0", "o = 0"),
        identity("o + t = t", "o = 0"),
        positive("d(o + t, c) > 0", "1 - t", "1 + t"),
        equivalent("o + t = 0 iff c = 0",
                   [identity("t = 0", "o + t = 0", "o = 0"), apply("c = 0", "t = 0")],
                   [apply("t = 0", "c = 0"), identity("o + t = 0", "o = 0", "t = 0")]),
    ],
    [
        axiom("tanh.centre", t="t"), apply("t > 0", "c > 0"),
        positive("o + t > 1", "t", degree=1, equations=("o = 1",)),
    ],
]

SHARED_GATE: list[Any] = [
    [axiom("logistic.order", s="o", r="i"), equivalent(
        "o = i iff B + c = A + b",
        [apply("B + c = A + b", "o = i")], [apply("o = i", "B + c = A + b")])],
    [
        positive("p >= 0", "p - 1", degree=1),
        identity("v*z - w*z = 0", "v = w"),
        add_up("B - A = 0", "v*z - w*z = 0", B="1", A="-1"),
        axiom("logistic.order", s="o", r="i"),
        given("identity", "B + c = A + b", using=[["1", "B - A = 0"], ["1", "c = b"]]),
        apply("o = i", "B + c = A + b"),
    ],
]
