"""Signs and names: how they look in LaTeX, and which name stands for a value or for a diagonal of parameters."""

from __future__ import annotations

import sympy

from errorflow.activations import ACTIVATIONS, BY_FUNCTION
from errorflow.calculus.words import At, at
from errorflow.definition import Definition

FUNCTIONS = {
    **{function.__name__: entry.tex for function, entry in BY_FUNCTION.items()},
    **{entry.slope.__name__: entry.slope_tex for entry in ACTIVATIONS if entry.slope_tex},
    **{name: rf"\{name}" for name in ("exp", "log", "sin", "cos", "sinh", "cosh")},
    "asinh": r"\operatorname{arsinh}",
    "sign": r"\operatorname{sgn}",
}


TALL = (r"\frac", r"\prod", r"\sqrt")


class Weight(sympy.Symbol):
    """A parameter that stands for the diagonal of its matrix; it has no time."""


def upright(word: str) -> str:
    """A word set upright in LaTeX; a letter, a Greek one included, stays as it is."""
    shown = str(sympy.latex(sympy.Symbol(word))) if word else ""
    if len(word) > 1 and word.replace("_", "").isalpha() and not shown.startswith(("\\", "{")):
        return rf"\mathrm{{{word}}}".replace("_", r"\_")
    return shown


def braced(text: str) -> str:
    """`text` ready to carry an exponent: LaTeX refuses two."""
    return f"{{{text}}}" if "^" in text or "'" in text else text


def is_below(expression: sympy.Expr) -> bool:
    return bool(expression.is_Pow and expression.exp.is_Number and expression.exp.is_negative)


def timed_values(definition: Definition, expression: sympy.Expr) -> dict[sympy.Expr, sympy.Symbol]:
    """f(u) -> the name that holds it, at every time that occurs in `expression`."""
    lags = {s.lag if isinstance(s, At) else 0 for s in expression.free_symbols}
    held = {}
    for lag in lags:
        for value, symbol in definition.values.items():
            held[at(value, lag)] = at(symbol, lag)
    return held
