"""Outlines for averages: the Jacobian of softmax, the floor of a weight, the weights of an sLSTM."""

from __future__ import annotations

from typing import Any

from .steps import Step, add_up, apply, axiom, given, positive

_P, _A, _Q, _U, _S = "P' = P + p'", "A' = A + p'*v'", "Q' = Q + p'*v'**2", "U' = U + p'**2*v'**2", "S' = S + v'**2"
_MEETS = "P*v'**2 + 2*A*v' + Q"
SOFTMAX_JACOBIAN: list[Any] = [
    {
        "base": [
            given("positive", "P > 0", terms=[["1", [["p", 1]]]], using=[["1", "P = p"]]),
            positive("P*Q - A**2 >= 0", equations=("P = p", "Q = p*v**2", "A = p*v")),
            positive("2*U <= P*Q + A**2", equations=("P = p", "Q = p*v**2", "A = p*v", "U = p**2*v**2")),
            given(
                "positive",
                "U - 2*c*Q + c**2*S >= 0",
                terms=[["1", [["(p - c)*v", 2]]]],
                using=[["1", "U = p**2*v**2"], ["-2*c", "Q = p*v**2"], ["c**2", "S = v**2"]],
            ),
        ],
        "step": [
            given("positive", "P' > 0", terms=[["1", [["P", 1]]], ["1", [["p'", 1]]]], using=[["1", _P]]),
            given(
                "positive",
                f"P*({_MEETS}) >= 0",
                terms=[["1", [["P*v' + A", 2]]], ["1", [["P*Q - A**2", 1]]]],
            ),
            given("sign", f"P*({_MEETS}) >= 0 iff {_MEETS} >= 0", factor=[["1", [["P", 1]]]]),
            apply(f"{_MEETS} >= 0", f"P*({_MEETS}) >= 0"),
            given(
                "positive",
                "P*(P*v'**2 - 2*A*v' + Q) >= 0",
                terms=[["1", [["P*v' - A", 2]]], ["1", [["P*Q - A**2", 1]]]],
            ),
            given("sign", "P*(P*v'**2 - 2*A*v' + Q) >= 0 iff P*v'**2 - 2*A*v' + Q >= 0", factor=[["1", [["P", 1]]]]),
            apply("P*v'**2 - 2*A*v' + Q >= 0", "P*(P*v'**2 - 2*A*v' + Q) >= 0"),
            given(
                "positive",
                "P'*Q' - A'**2 >= 0",
                terms=[["1", [["P*Q - A**2", 1]]], ["1", [["p'", 1], ["P*v'**2 - 2*A*v' + Q", 1]]]],
                using=[["Q'", _P], ["P + p'", _Q], ["-A' - A - p'*v'", _A]],
            ),
            given(
                "positive",
                "2*U' <= P'*Q' + A'**2",
                terms=[["1", [["P*Q + A**2 - 2*U", 1]]], ["1", [["p'", 1], [_MEETS, 1]]]],
                using=[["-2", _U], ["Q'", _P], ["P + p'", _Q], ["A' + A + p'*v'", _A]],
            ),
            given(
                "positive",
                "U' - 2*c*Q' + c**2*S' >= 0",
                terms=[["1", [["U - 2*c*Q + c**2*S", 1]]], ["1", [["(p' - c)*v'", 2]]]],
                using=[["1", _U], ["-2*c", _Q], ["c**2", _S]],
            ),
        ],
    },
    [
        given("positive", "0 <= Q - A**2", terms=[["1", [["P*Q - A**2", 1]]]], using=[["-Q", "P = 1"]]),
        given(
            "positive",
            "Q - A**2 <= S/2",
            terms=[["2", [["U - 2*c*Q + c**2*S", 1]]], ["1", [["P*Q + A**2 - 2*U", 1]]]],
            using=[["-Q", "P = 1"], ["4*Q - S*(2*c + 1)", "c = 1/2"]],
        ),
    ],
]

_SOFTMAX = "alpha*(f + E) = f"


def _clear(goal: str, left: str, right: str, terms: list[Any], using: list[list[str]]) -> list[Step]:
    """A bound on alpha, from the same times f + E."""
    product = f"(f + E)*({right} - ({left})) >= 0"
    return [
        given("positive", product, terms=terms, using=using),
        given("sign", f"{product} iff {right} - ({left}) >= 0", factor=[["1", [["f + E", 1]]]]),
        apply(goal, product),
    ]


WEIGHT_FLOOR: list[Any] = [
    [
        *(axiom("exp.positive", e=name) for name in ("e", "f", "D", "G", "F", "H")),
        *(axiom("exp.order", e=e, x=x) for e, x in (("H", "e"), ("H", "f"), ("e", "D"), ("f", "D"))),
        axiom("exp.product", e="H", x="G", y="D"),
        axiom("exp.product", e="D", x="F", y="H"),
        *(apply(f"{e} >= {x}", f"{a} >= {b}") for e, x, a, b in (("H", "e", "b", "x"), ("H", "f", "b", "y"),
                                                               ("e", "D", "x", "-b"), ("f", "D", "y", "-b"))),
        positive("n >= 0", "n - 1", degree=1),
        add_up("E >= 0", "e > 0", E="1"),
        add_up("n*H - E >= 0", "H - e >= 0", constant="H", E="-1"),
        add_up("E - n*D >= 0", "e - D >= 0", constant="-D", E="1"),
        positive("f + E > 0", "f", "E", degree=1),
        *_clear(
            "1 <= alpha*(1 + n*G)", "1", "alpha*(1 + n*G)",
            [["1", [["f - D", 1], ["n", 1], ["G", 1]]], ["1", [["n*H - E", 1]]]],
            [["1 + n*G", _SOFTMAX], ["-n", "H = G*D"]],
        ),
        *_clear(
            "alpha*(1 + n*F) <= 1", "alpha*(1 + n*F)", "1",
            [["1", [["H - f", 1], ["n", 1], ["F", 1]]], ["1", [["E - n*D", 1]]]],
            [["-1 - n*F", _SOFTMAX], ["n", "D = F*H"]],
        ),
    ],
]  # fmt: skip

CONVEX_WEIGHTS: list[Any] = [
    {
        "base": [
            given("positive", "n > 0", terms=[["1", [["i", 1]]]], using=[["1", "n = i"]]),
            given("identity", "S = g*n", using=[["1", "S = g*i"], ["-g", "n = i"]]),
            given("identity", "C = g*c", using=[["1", "C = g*i*z"], ["-g", "c = i*z"]]),
        ],
        "step": [
            given(
                "positive", "n' > 0", terms=[["1", [["f'", 1], ["n", 1]]], ["1", [["i'", 1]]]],
                using=[["1", "n' = f'*n + i'"]],
            ),
            given(
                "identity",
                "S' = g'*n'",
                using=[["1", "S' = S + g'*i'"], ["1", "S = g*n"], ["-g'", "n' = f'*n + i'"], ["n", "g = g'*f'"]],
            ),
            given(
                "identity",
                "C' = g'*c'",
                using=[["1", "C' = C + g'*i'*z'"], ["1", "C = g*c"], ["-g'", "c' = f'*c + i'*z'"], ["c", "g = g'*f'"]],
            ),
        ],
    },
    [
        given("identity", "S = n", using=[["1", "S = g*n"], ["n", "g = 1"]]),
        given("identity", "C = c", using=[["1", "C = g*c"], ["c", "g = 1"]]),
    ],
    {
        "base": [
            given("positive", "0 <= a", terms=[["1", [["i", 1]]]], using=[["1", "a = i"]]),
            given("positive", "a <= n", terms=[], using=[["1", "n = i"], ["-1", "a = i"]]),
            given("identity", "g*a = w", using=[["g", "a = i"], ["-1", "w = g*i"]]),
        ],
        "step": [
            given("positive", "0 <= a'", terms=[["1", [["f'", 1], ["a", 1]]]], using=[["1", "a' = f'*a"]]),
            given(
                "positive",
                "a' <= n'",
                terms=[["1", [["f'", 1], ["n - a", 1]]], ["1", [["i'", 1]]]],
                using=[["1", "n' = f'*n + i'"], ["-1", "a' = f'*a"]],
            ),
            given("identity", "g'*a' = w", using=[["g'", "a' = f'*a"], ["-a", "g = g'*f'"], ["1", "g*a = w"]]),
        ],
    },
]  # fmt: skip
