"""A block of words as NumPy source, for a reader's own script."""

from __future__ import annotations

import sympy
from sympy.printing.numpy import NumPyPrinter

from errorflow.activations import readable
from errorflow.calculus.words import Diag, Factor, Matrix, Word, Words
from errorflow.definition import Definition

_HELPERS = {
    "logistic": "1 / (1 + np.exp(-{0}))",
    "squash_in": "2 * np.tanh({0} / 2)",
    "squash_out": "np.tanh({0} / 2)",
    "relu": "np.maximum({0}, 0)",
    "positive": "np.where({0} > 0, 1.0, 0.0)",
}


class _Printer(NumPyPrinter):
    """SymPy's NumPy printer with `np.` and our own functions written out."""

    _module = "np"

    def _print_Function(self, expr: sympy.Function) -> str:
        name = expr.func.__name__
        if name in _HELPERS:
            return "(" + _HELPERS[name].format("(" + self._print(expr.args[0]) + ")") + ")"
        return str(super()._print_Function(expr))


def numpy_source(definition: Definition, words: Words, rows: str, columns: str) -> str:
    """A NumPy expression for a block.

    Old states have their plain name, new ones end in `_new`; all of them are float64 vectors.

    rows, columns: sources of the lengths of the block, for a block that is zero or the identity.
    """
    return " + ".join(_word(definition, w, rows) for w in words) or f"np.zeros(({rows}, {columns}))"


def _word(definition: Definition, word: Word, rows: str) -> str:
    if not word:
        return f"np.eye({rows})"
    last = word[-1]
    text = f"np.diag({_vector(definition, last)})" if _is_diagonal(last) else _matrix(last)
    for factor in reversed(word[:-1]):
        if _is_diagonal(factor):
            text = f"({_vector(definition, factor)})[:, None] * ({text})"
        else:
            text = f"{_matrix(factor)} @ ({text})"
    return text


def _is_diagonal(factor: Factor) -> bool:
    return isinstance(factor, Diag) or (isinstance(factor, Matrix) and factor.kind == "diagonal")


def _vector(definition: Definition, factor: Factor) -> str:
    if isinstance(factor, Matrix):
        return factor.name
    assert isinstance(factor, Diag)
    printer = _Printer({"fully_qualified_modules": True})
    inner = {n.symbol: n.expression for n in definition.nodes if n.inner and n.expression is not None}
    text = str(printer.doprint(readable(factor.entry, definition.values).xreplace(inner)))
    return text.replace("numpy.", "np.")


def _matrix(factor: Factor) -> str:
    assert isinstance(factor, Matrix)
    return factor.name + (".T" if factor.transposed else "")
