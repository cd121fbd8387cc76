"""Outlines for the two-sided bound on the full flow of an LSTM."""

from __future__ import annotations

from typing import Any

from . import geometric
from .steps import Step, apply, contradiction, given, identity, positive, sign

LOWER_BOUND: list[Any] = [
    {
        "base": [
            positive("G > 0", equations=("G = 1",)),
            positive("x >= G*a", equations=("x = a", "G = 1")),
        ],
        "step": [
            given("positive", "G*a >= 0", terms=[["1", [["G", 1], ["a", 1]]]]),
            positive("x >= 0", "x - G*a", "G*a", degree=1),
            given("positive", "G' > 0", terms=[["1", [["g'", 1], ["G", 1]]]], using=[["1", "G' = g'*G"]]),
            given(
                "positive",
                "x' >= g'*x",
                terms=[["1", [["x' - mu'*x + alpha'*y", 1]]], ["1", [["alpha'", 1], ["kappa*x - y", 1]]]],
                using=[["-x", "g' = mu' - alpha'*kappa"]],
            ),
            given(
                "positive",
                "(kappa' - d')*g' >= 0",
                terms=[["1", [["kappa'*g' - d'*g' - beta'*kappa", 1]]], ["1", [["beta'", 1], ["kappa", 1]]]],
            ),
            sign("(kappa' - d')*g' >= 0 iff kappa' - d' >= 0", "g'", degree=1),
            apply("kappa' - d' >= 0", "(kappa' - d')*g' >= 0"),
            positive("kappa' >= 0", "kappa' - d'", "d'", degree=1),
            given(
                "positive",
                "y' <= kappa'*x'",
                terms=[
                    ["1", [["d'*x' + beta'*y - y'", 1]]],
                    ["1", [["kappa' - d'", 1], ["x' - g'*x", 1]]],
                    ["1", [["kappa'*g' - d'*g' - beta'*kappa", 1], ["x", 1]]],
                    ["1", [["beta'", 1], ["kappa*x - y", 1]]],
                ],
            ),
            given(
                "positive",
                "x' >= G'*a",
                terms=[["1", [["x' - g'*x", 1]]], ["1", [["g'", 1], ["x - G*a", 1]]]],
                using=[["-a", "G' = g'*G"]],
            ),
        ],
    }
]

_START: list[Step] = [
    positive("L >= 0", equations=("L = 1",)),
    positive("x >= L*a", equations=("x = a", "L = 1")),
]
_SIZES: list[Step] = [
    given("positive", "L*a >= 0", terms=[["1", [["L", 1], ["a", 1]]]]),
    positive("x >= 0", "x - L*a", "L*a", degree=1),
    given("positive", "L' >= 0", terms=[["1", [["lam", 1], ["L", 1]]]], using=[["1", "L' = lam*L"]]),
]
_STEP_UP = given(
    "positive",
    "x' >= L'*a",
    terms=[["1", [["x' - lam*x", 1]]], ["1", [["lam", 1], ["x - L*a", 1]]]],
    using=[["-a", "L' = lam*L"]],
)
_WITHIN: list[Step] = [
    positive("p - t + s >= 0", "p - s - t", "s", "t", degree=1),
    positive("p + t - s >= 0", "p - s - t", "s", "t", degree=1),
    positive("p + t + s >= 0", "p - s - t", "s", "t", degree=1),
]
_CLOSED: list[Step] = [
    *_WITHIN,
    positive("p**2 - s**2 - t**2 >= 0", "p - s - t", "p + t + s", "s", "t"),
    identity("p**2 - s**2 - t**2 = mu - alpha*d - beta", "p**2 = mu", "s**2 = alpha*d", "t**2 = beta"),
    given(
        "positive",
        "mu - alpha*d - beta >= 0",
        terms=[["1", [["p**2 - s**2 - t**2", 1]]]],
        using=[["-1", "p**2 - s**2 - t**2 = mu - alpha*d - beta"]],
    ),
    contradiction(
        "mu - alpha*d - beta >= w",
        positive("mu - alpha*d - beta + w >= 0", "mu - alpha*d - beta", "w", degree=1),
        positive(
            "mu - alpha*d - beta + w > 0",
            "w - (mu - alpha*d - beta)",
            "mu - alpha*d - beta",
            degree=1,
        ),
        given(
            "positive",
            "0 > 0",
            terms=[
                ["1", [["w - (mu - alpha*d - beta)", 1], ["mu - alpha*d - beta + w", 1]]],
                ["4", [["alpha", 1], ["d", 1], ["beta", 1]]],
            ],
            using=[["-1", "w**2 = (mu - alpha*d + beta)**2 - 4*mu*beta"]],
        ),
    ),
    given(
        "positive",
        "lam <= mu - alpha*d",
        terms=[["1/2", [["mu - alpha*d - beta - w", 1]]]],
        using=[["-1/2", "2*lam = mu - alpha*d + beta + w"]],
    ),
    given(
        "positive",
        "0 <= lam",
        terms=[["1/2", [["mu - alpha*d - beta", 1]]], ["1", [["beta", 1]]], ["1/2", [["w", 1]]]],
        using=[["1/2", "2*lam = mu - alpha*d + beta + w"]],
    ),
    identity(
        "lam**2 - (mu - alpha*d + beta)*lam + mu*beta = 0",
        "2*lam = mu - alpha*d + beta + w",
        "w**2 = (mu - alpha*d + beta)**2 - 4*mu*beta",
    ),
]
LOWER_RATE: list[Any] = [
    {
        "base": [*_START, positive("y <= kappa*x", "kappa*a - b", degree=1, equations=("x = a", "y = b"))],
        "step": [
            *_SIZES,
            given(
                "positive",
                "x' >= lam*x",
                terms=[["1", [["x' - mu*x + alpha*y", 1]]], ["1", [["alpha", 1], ["kappa*x - y", 1]]]],
                using=[["-x", "lam = mu - alpha*kappa"]],
            ),
            given(
                "positive",
                "kappa*lam - d*lam - beta*kappa >= 0",
                terms=[["1", [["(mu + alpha*d - beta)*kappa - alpha*kappa**2 - d*mu", 1]]]],
                using=[["kappa - d", "lam = mu - alpha*kappa"]],
            ),
            given(
                "positive",
                "(kappa - d)*lam >= 0",
                terms=[["1", [["kappa*lam - d*lam - beta*kappa", 1]]], ["1", [["beta", 1], ["kappa", 1]]]],
            ),
            sign("(kappa - d)*lam >= 0 iff kappa - d >= 0", "lam", degree=1),
            apply("kappa - d >= 0", "(kappa - d)*lam >= 0"),
            given(
                "positive",
                "y' <= kappa*x'",
                terms=[
                    ["1", [["d*x' + beta*y - y'", 1]]],
                    ["1", [["kappa - d", 1], ["x' - lam*x", 1]]],
                    ["1", [["kappa*lam - d*lam - beta*kappa", 1], ["x", 1]]],
                    ["1", [["beta", 1], ["kappa*x - y", 1]]],
                ],
            ),
            _STEP_UP,
        ],
    },
    [
        *_WITHIN,
        given(
            "positive",
            "(p**2 - s**2 + t**2)**2 - 4*p**2*t**2 >= 0",
            terms=[["1", [["p - s - t", 1], ["p - t + s", 1], ["p + t - s", 1], ["p + t + s", 1]]]],
        ),
        identity(
            "(p**2 - s**2 + t**2)**2 - 4*p**2*t**2 = (mu - alpha*d + beta)**2 - 4*mu*beta",
            "p**2 = mu",
            "s**2 = alpha*d",
            "t**2 = beta",
        ),
        given(
            "positive",
            "(mu - alpha*d + beta)**2 - 4*mu*beta >= 0",
            terms=[["1", [["(p**2 - s**2 + t**2)**2 - 4*p**2*t**2", 1]]]],
            using=[["-1", "(p**2 - s**2 + t**2)**2 - 4*p**2*t**2 = (mu - alpha*d + beta)**2 - 4*mu*beta"]],
        ),
    ],
    _CLOSED,
    {
        "base": [
            *_START,
            positive("alpha*y <= (mu - lam)*x", "(mu - lam)*a - alpha*b", degree=1, equations=("x = a", "y = b")),
        ],
        "step": [
            *_CLOSED,
            *_SIZES,
            given(
                "positive",
                "x' >= lam*x",
                terms=[["1", [["x' - mu*x + alpha*y", 1]]], ["1", [["(mu - lam)*x - alpha*y", 1]]]],
            ),
            given(
                "positive",
                "alpha*y' <= (mu - lam)*x'",
                terms=[
                    ["1", [["alpha", 1], ["d*x' + beta*y - y'", 1]]],
                    ["1", [["mu - alpha*d - lam", 1], ["x' - lam*x", 1]]],
                    ["1", [["beta", 1], ["(mu - lam)*x - alpha*y", 1]]],
                ],
                using=[["-x", "lam**2 - (mu - alpha*d + beta)*lam + mu*beta = 0"]],
            ),
            _STEP_UP,
        ],
    },
]

_BOUNDS: list[Step] = [
    positive("p >= 0", "phi", "p - phi", degree=1),
    positive("a >= 0", "alpha", "a - alpha", degree=1),
    positive("e >= 0", "d", "e - d", degree=1),
    given("positive", "(u + v*e)*p >= 0", terms=[["1", [["u", 1], ["p", 1]]], ["1", [["v", 1], ["e", 1], ["p", 1]]]]),
    given("positive", "r*u >= 0", terms=[["1", [["r*u - (u + v*e)*p", 1]]], ["1", [["(u + v*e)*p", 1]]]]),
    sign("r*u >= 0 iff r >= 0", "u", degree=1),
    apply("r >= 0", "r*u >= 0"),
]
_BEGIN: list[Step] = [
    positive("R >= 0", equations=("R = 1",)),
    positive("u*x + v*y >= 0", "u", "v", "x", "y"),
    positive("S >= 0", "u*x + v*y", degree=1, equations=("S = u*x + v*y",)),
    identity("u*x + v*y = R*S", "R = 1", "S = u*x + v*y"),
    given("positive", "u*x + v*y <= R*S", terms=[], using=[["-1", "u*x + v*y = R*S"]]),
]
_SHRINK: list[Step] = [
    *_BOUNDS,
    given("positive", "R' >= 0", terms=[["1", [["r", 1], ["R", 1]]]], using=[["1", "R' = r*R"]]),
    given(
        "positive",
        "u*x' + v*y' <= R'*S",
        terms=[
            ["1", [["r", 1], ["R*S - u*x - v*y", 1]]],
            ["1", [["r*u - (u + v*e)*p", 1], ["x", 1]]],
            ["1", [["r*v - u*a - v*(e*a + b)", 1], ["y", 1]]],
            ["1", [["u", 1], ["p - phi'", 1], ["x", 1]]],
            ["1", [["v", 1], ["e", 1], ["p - phi'", 1], ["x", 1]]],
            ["1", [["v", 1], ["e - d'", 1], ["phi'", 1], ["x", 1]]],
            ["1", [["u", 1], ["a - alpha'", 1], ["y", 1]]],
            ["1", [["v", 1], ["e", 1], ["a - alpha'", 1], ["y", 1]]],
            ["1", [["v", 1], ["e - d'", 1], ["alpha'", 1], ["y", 1]]],
            ["1", [["v", 1], ["b - beta'", 1], ["y", 1]]],
            ["1", [["u", 1], ["phi'*x + alpha'*y - x'", 1]]],
            ["1", [["v", 1], ["d'", 1], ["phi'*x + alpha'*y - x'", 1]]],
            ["1", [["v", 1], ["d'*x' + beta'*y - y'", 1]]],
        ],
        using=[["S", "R' = r*R"]],
    ),
]
_U, _V = "u = 1 - b - e*a + e*p", "v = 1 - p + a"
_OWN = "r**2 - (p + e*a + b)*r + p*b"
_LESS = "(p + e*a + b - r)"
_LEFT = "(1 - r)*(u + v) = (1 - p)*(1 - b) - e*a"
VANISHING: list[Any] = [
    {
        "base": [positive("x <= X", equations=("X = x",)), positive("y <= Y", equations=("Y = y",))],
        "step": [
            given(
                "positive",
                "x' <= X'",
                terms=[
                    ["1", [["phi'*x + alpha'*y - x'", 1]]],
                    ["1", [["phi'", 1], ["X - x", 1]]],
                    ["1", [["alpha'", 1], ["Y - y", 1]]],
                ],
                using=[["1", "X' = phi'*X + alpha'*Y"]],
            ),
            given(
                "positive",
                "y' <= Y'",
                terms=[
                    ["1", [["d'*x' + beta'*y - y'", 1]]],
                    ["1", [["d'", 1], ["X' - x'", 1]]],
                    ["1", [["beta'", 1], ["Y - y", 1]]],
                ],
                using=[["1", "Y' = d'*X' + beta'*Y"]],
            ),
        ],
    },
    {"base": _BEGIN, "step": _SHRINK},
    {
        "base": [
            *_BEGIN,
            *geometric.BASE,
            given(
                "positive",
                "(u*x + v*y)*(1 + j*(1 - r)) <= S",
                terms=[],
                using=[["-(u*x + v*y)*(1 - r)", "j = 0"], ["1", "S = u*x + v*y"]],
            ),
        ],
        "step": [
            *_SHRINK,
            *geometric.STEP,
            given(
                "positive",
                "(u*x' + v*y')*(1 + j'*(1 - r)) <= S",
                terms=[
                    ["1", [["R'*S - u*x' - v*y'", 1], ["1 + j'*(1 - r)", 1]]],
                    ["1", [["S", 1], ["1 - R'*(1 + j'*(1 - r))", 1]]],
                ],
            ),
        ],
    },
    [
        positive("e >= 0", "d", "e - d", degree=1),
        positive("p >= 0", "phi", "p - phi", degree=1),
        positive("a >= 0", "alpha", "a - alpha", degree=1),
        given(
            "positive",
            "u > 0",
            terms=[
                ["1", [["(1 - p)*(1 - b) - e*a", 1]]],
                ["1", [["p", 1], ["1 - b", 1]]],
                ["1", [["e", 1], ["p", 1]]],
            ],
            using=[["1", _U]],
        ),
        given("positive", "v > 0", terms=[["1", [["1 - p", 1]]], ["1", [["a", 1]]]], using=[["1", _V]]),
        positive("u + v > 0", "u", "v", degree=1),
        given("positive", "(1 - r)*(u + v) > 0", terms=[["1", [["(1 - p)*(1 - b) - e*a", 1]]]], using=[["1", _LEFT]]),
        sign("(1 - r)*(u + v) > 0 iff 1 - r > 0", "u + v", degree=1),
        apply("1 - r > 0", "(1 - r)*(u + v) > 0"),
        given(
            "positive",
            "(u + v*e)*p <= r*u",
            terms=[["1", [["1 - r", 1], ["v", 1]]]],
            using=[["1 - p", _U], ["-e*p", _V], ["-1", _LEFT]],
        ),
        given(
            "positive",
            "u*a + v*(e*a + b) <= r*v",
            terms=[["1", [["1 - r", 1], ["u", 1]]]],
            using=[["-a", _U], ["1 - b - e*a", _V], ["-1", _LEFT]],
        ),
    ],
    [
        positive("e >= 0", "d", "e - d", degree=1),
        positive("p >= 0", "phi", "p - phi", degree=1),
        positive("a >= 0", "alpha", "a - alpha", degree=1),
        given("positive", "u >= 0", terms=[["1", [["e", 1], ["p", 1]]]], using=[["1", "u = e*p"]]),
        given(
            "identity",
            f"{_OWN} = 0",
            using=[
                ["(2*r + z - (p + e*a + b))/4", "2*r = p + e*a + b + z"],
                ["1/4", "z**2 = (p + e*a + b)**2 - 4*p*b"],
            ],
        ),
        contradiction(
            "r >= p",
            given(
                "positive",
                f"p - {_LESS} > 0",
                terms=[["1", [["p - r", 1]]], ["1", [["z", 1]]]],
                using=[["1", "2*r = p + e*a + b + z"]],
            ),
            given(
                "positive",
                "0 > 0",
                terms=[["1", [["p - r", 1], [f"p - {_LESS}", 1]]], ["1", [["e", 1], ["a", 1], ["p", 1]]]],
                using=[["1", f"{_OWN} = 0"]],
            ),
        ),
        contradiction(
            f"{_LESS} <= p",
            given(
                "positive",
                "r - p > 0",
                terms=[["1", [[f"{_LESS} - p", 1]]], ["1", [["z", 1]]]],
                using=[["1", "2*r = p + e*a + b + z"]],
            ),
            given(
                "positive",
                "0 > 0",
                terms=[["1", [["r - p", 1], [f"{_LESS} - p", 1]]], ["1", [["e", 1], ["a", 1], ["p", 1]]]],
                using=[["1", f"{_OWN} = 0"]],
            ),
        ),
        given("positive", "v >= 0", terms=[["1", [["r - p", 1]]]], using=[["1", "v = r - p"]]),
        given("identity", "(u + v*e)*p = r*u", using=[["p - r", "u = e*p"], ["e*p", "v = r - p"]]),
        given(
            "identity",
            "u*a + v*(e*a + b) = r*v",
            using=[["a", "u = e*p"], ["e*a + b - r", "v = r - p"], ["-1", f"{_OWN} = 0"]],
        ),
        given("positive", f"1 - {_LESS} > 0", terms=[["1", [["1 - p", 1]]], ["1", [[f"p - {_LESS}", 1]]]]),
        given(
            "sign",
            "(1 - p)*(1 - b) - e*a > 0 iff 1 - r > 0",
            factor=[["1", [[f"1 - {_LESS}", 1]]]],
            using=[["1", f"{_OWN} = 0"]],
        ),
    ],
]
