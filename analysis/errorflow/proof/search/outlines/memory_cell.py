"""Outlines for the carousel and its gates."""

from __future__ import annotations

from typing import Any

from .steps import Step, apply, axiom, blocks, given, identity, mean_value, positive

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
    {
        "base": [identity("y = a + C*j", "y = a", "j = 0")],
        "step": [identity("y' = a + C*j'", "y' = fy", "fy = y + C", "y = a + C*j", "j' = j + 1")],
    },
]

CAROUSEL: list[Any] = [
    {
        "base": [identity("Phi = J", "Phi = 1*J")],
        "step": [blocks("J'*J = J'"), identity("Phi' = J'", "Phi' = J'*Phi", "Phi = J", "J'*J = J'")],
    },
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
    _below_quarter("sigma_s"),
    _below_quarter("sigma_z"),
    _below_quarter("i"),
]


def _gate_side(sign: str) -> Step:
    """g below 2 on this side: o h' i' (2 - g), the slack of the three factors, and the open gate."""
    goal = f"o*d(h, s)*g*d(i, a) {'<' if sign == '-' else '>'} {'1/4' if sign == '-' else '-1/4'}"
    edge = "1 - sigma_z" if sign == "-" else "sigma_z"
    return given(
        "positive",
        goal,
        terms=[
            ["8", [["o", 1], ["sigma_s*(1 - sigma_s)", 1], ["i*(1 - i)", 1], [edge, 1]]],
            ["4", [["o", 1], ["sigma_s*(1 - sigma_s)", 1], ["1/4 - i*(1 - i)", 1]]],
            ["1", [["o", 1], ["1/4 - sigma_s*(1 - sigma_s)", 1]]],
            ["1/4", [["1 - o", 1]]],
        ],
    )


CAROUSEL_BOUND = [
    [
        *_RANGES,
        *_SLOPES,
        given(
            "positive",
            "o*d(h, s)*d(g, z)*i > 0",
            terms=[["8", [["o", 1], ["sigma_s*(1 - sigma_s)", 1], ["sigma_z*(1 - sigma_z)", 1], ["i", 1]]]],
        ),
        given(
            "positive",
            "o*d(h, s)*d(g, z)*i < 1/2",
            terms=[
                ["8", [["o", 1], ["sigma_s*(1 - sigma_s)", 1], ["i", 1], ["1/4 - sigma_z*(1 - sigma_z)", 1]]],
                ["2", [["o", 1], ["i", 1], ["1/4 - sigma_s*(1 - sigma_s)", 1]]],
                ["1/2", [["o", 1], ["1 - i", 1]]],
                ["1/2", [["1 - o", 1]]],
            ],
        ),
    ],
    [*_RANGES, *_SLOPES, _gate_side("+"), _gate_side("-")],
    [
        axiom("logistic.centre", s="sigma_s"),
        axiom("logistic.centre", s="sigma_z"),
        apply("sigma_s = 1/2", "s = 0"),
        apply("sigma_z = 1/2", "z = 0"),
        identity("o*d(h, s)*d(g, z)*i = o*i/2", "sigma_s = 1/2", "sigma_z = 1/2"),
    ],
    [
        axiom("logistic.centre", s="sigma_s"),
        axiom("logistic.centre", s="i"),
        apply("sigma_s = 1/2", "s = 0"),
        apply("i = 1/2", "a = 0"),
        identity("o*d(h, s)*g*d(i, a) = o*g/8", "sigma_s = 1/2", "i = 1/2"),
    ],
]

FACTORISATION: list[Any] = [
    [blocks("J = L*R")],
    [identity("dh1 = D*F*dc + (D*A + B)*dh", "dh1 = D*dc1 + B*dh", "dc1 = F*dc + A*dh")],
    [identity("detJ = detF*detB", "detJ = detL*detR", "detL = 1", "detR = detF*detB")],
    {
        "base": [identity("delta = K*M", "delta = detJ", "detJ = detF*detB", "K = 1*detF", "M = 1*detB")],
        "step": [
            identity("detJ' = detF'*detB'", "detJ' = detL'*detR'", "detL' = 1", "detR' = detF'*detB'"),
            identity(
                "delta' = K'*M'",
                "delta' = detJ'*delta",
                "detJ' = detF'*detB'",
                "delta = K*M",
                "K' = detF'*K",
                "M' = detB'*M",
            ),
        ],
    },
    {
        "base": [
            blocks("Jtr = Q", _0_0=[["-1", "P = 1*F"]], _1_0=[["-D", "P = 1*F"]]),
            identity("Phi = Q", "Phi = 1*Jtr", "Jtr = Q"),
        ],
        "step": [
            blocks("Jtr'*Q = Q'", _0_0=[["-1", "P' = F'*P"]], _1_0=[["-D'", "P' = F'*P"]]),
            identity("Phi' = Q'", "Phi' = Jtr'*Phi", "Phi = Q", "Jtr'*Q = Q'"),
        ],
    },
]
