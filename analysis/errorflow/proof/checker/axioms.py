"""The analytic facts that the kernel takes on trust, as data. There are no others.

FUNCTIONS gives the derivative of f(u) as a polynomial in its own value v, times du, and the open range of v.
AXIOMS are facts about values at real arguments; `premises` speak of the arguments, `conclusions` of both.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Axiom:
    """values: (value, function, argument) of each function value involved; premises imply the conclusions."""

    values: tuple[tuple[str, str, str], ...]
    conclusions: tuple[str, ...]
    premises: tuple[str, ...] = ()


FUNCTIONS: dict[str, str] = {"logistic": "v*(1 - v)", "tanh": "1 - v**2", "exp": "v"}

_S, _T, _E = ("s", "logistic", "a"), ("t", "tanh", "b"), ("e", "exp", "c")

AXIOMS: dict[str, Axiom] = {
    "logistic.range": Axiom((_S,), ("s > 0", "1 - s > 0")),
    "logistic.centre": Axiom((_S,), ("s = 1/2 iff a = 0",)),
    "logistic.exp": Axiom((_S, _E), ("s*(1 + e) = 1",), ("c = 0 - a",)),
    "logistic.order": Axiom((_S, ("r", "logistic", "b")), ("s > r iff a > b", "s = r iff a = b", "s >= r iff a >= b")),
    "tanh.range": Axiom((_T,), ("1 - t > 0", "1 + t > 0")),
    "tanh.centre": Axiom((_T,), ("t = 0 iff b = 0", "t > 0 iff b > 0")),
    "tanh.logistic": Axiom((_S, _T), ("t = 2*s - 1",), ("a = 2*b",)),
    "tanh.order": Axiom((_T, ("r", "tanh", "a")), ("t > r iff b > a", "t = r iff b = a")),
    "exp.positive": Axiom((_E,), ("e > 0",)),
    "exp.zero": Axiom((_E,), ("e = 1",), ("c = 0",)),
    "exp.tangent": Axiom((_E,), ("e >= 1 + c",)),
    "exp.product": Axiom((_E, ("x", "exp", "a"), ("y", "exp", "b")), ("e = x*y",), ("c = a + b",)),
    "exp.inverse": Axiom((_E, ("x", "exp", "a")), ("e*x = 1",), ("c = 0 - a",)),
    "exp.order": Axiom((_E, ("x", "exp", "a")), ("e > x iff c > a", "e = x iff c = a", "e >= x iff c >= a")),
}
