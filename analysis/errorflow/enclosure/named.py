"""The activations that are asked for by name: the package's own, and others that are met in the literature."""

from __future__ import annotations

import sympy

from errorflow.activations import ACTIVATIONS
from errorflow.enclosure.expression import Node
from errorflow.enclosure.reading import read_sympy
from errorflow.enclosure.text import read_text

OTHERS: dict[str, str] = {
    "swish": "x * logistic(3/2 * x)",
    "relu6": "max(0, min(6, x))",
    "softshrink": "max(x - 1/2, 0) + min(x + 1/2, 0)",
    "hardshrink": "0 if abs(x) < 1/2 else x",
    "snake": "x + sin(x)**2",
    "gompertz": "exp(-exp(-x))",
    "arcsinh": "asinh(x)",
    "sech": "sech(x)",
}
OWN = tuple(entry.name for entry in ACTIVATIONS)
NAMES: tuple[str, ...] = (*OWN, *(name for name in OTHERS if name not in OWN))


def named(name: str) -> Node:
    """The activation of that name as an expression in x.

    Raises: KeyError if there is none.
    """
    for entry in ACTIVATIONS:
        if entry.name == name:
            x = sympy.Symbol("x")
            return read_sympy(entry.definition(x), x)
    if name not in OTHERS:
        raise KeyError(f"no activation called {name!r}; there are {', '.join(NAMES)}")
    return read_text(OTHERS[name])
