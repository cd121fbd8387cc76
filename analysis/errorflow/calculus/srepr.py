"""A block of words in the form of SymPy's `srepr`: a matrix expression that `from sympy import *` and `eval` read.

Vectors are columns, `MatrixSymbol('f[t]', n, 1)`, and a diagonal is a `FunctionMatrix` whose entry is that of the unit
i, so that numbers for n and for the symbols make the expression a matrix of numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy.printing.repr import ReprPrinter

from errorflow.activations import ACTIVATIONS, BY_FUNCTION, positive, readable
from errorflow.calculus.latex import Notation
from errorflow.calculus.signs import timed_values
from errorflow.calculus.words import Diag, Factor, Matrix, Word, Words, at, base
from errorflow.definition import Definition

_BY_SLOPE = {entry.slope: entry for entry in ACTIVATIONS}
_I, _J = sympy.symbols("i j", integer=True)


class _Printer(ReprPrinter):
    """SymPy's `srepr` without the names that `from sympy import *` lacks."""

    def _print_Str(self, expr: sympy.Basic) -> str:
        return repr(str(expr))

    def _print_MatrixElement(self, expr: sympy.Basic) -> str:
        return f"{self._print(expr.args[0])}[{self._print(expr.args[1])}, {self._print(expr.args[2])}]"

    def _print_ExprCondPair(self, expr: sympy.Basic) -> str:
        return f"({self._print(expr.args[0])}, {self._print(expr.args[1])})"


def srepr_source(definition: Definition, words: Words, rows: str, columns: str) -> str:
    """A block as source for SymPy. rows, columns: the state blocks that index it, whose sizes it has."""
    sizes = [definition.sizes[definition.state(name)] for name in (rows, columns)]
    terms = [_word(definition, word, sizes[0]) for word in words]
    if not terms:
        return _printed(sympy.ZeroMatrix(*map(_size, sizes)))
    return terms[0] if len(terms) == 1 else f"MatAdd({', '.join(terms)})"


def _word(definition: Definition, word: Word, rows: str) -> str:
    """A product; rows: the size label of its left side, which every matrix changes to that of its right one."""
    factors = []
    for factor in word:
        matrix, rows = _factor(definition, factor, rows)
        factors.append(_printed(matrix))
    if not factors:
        return _printed(sympy.Identity(_size(rows)))
    return factors[0] if len(factors) == 1 else f"MatMul({', '.join(factors)})"


def _factor(definition: Definition, factor: Factor, rows: str) -> tuple[sympy.Basic, str]:
    """A factor, and the size label of its right side."""
    size = _size(rows)
    if isinstance(factor, Matrix) and factor.kind != "diagonal":
        shape = next((p.rows, p.columns or "1") for p in definition.parameters if p.name == factor.name)
        matrix = sympy.MatrixSymbol(factor.name, *map(_size, shape))
        return (sympy.Transpose(matrix), shape[0]) if factor.transposed else (matrix, shape[1])
    if isinstance(factor, Matrix):
        entry = sympy.Symbol(factor.name, real=True)
    else:
        assert isinstance(factor, Diag)
        entry = elementary(definition, factor.entry, Notation(definition, tex=False).name)
    of_unit = entry.xreplace({s: sympy.MatrixSymbol(s.name, size, 1)[_I, 0] for s in entry.free_symbols})
    return sympy.FunctionMatrix(size, size, sympy.Lambda((_I, _J), sympy.KroneckerDelta(_I, _J) * of_unit)), rows


def elementary(definition: Definition, entry: sympy.Expr, name: Callable[[sympy.Symbol], str]) -> sympy.Expr:
    """An entry in plain SymPy: slopes in the value they are read off, activations in elementary functions."""
    read = readable(entry, timed_values(definition, entry))
    inner = {n.symbol: n.expression for n in definition.nodes if n.inner}
    read = read.xreplace({s: at(inner[base(s)[0]], base(s)[1]) for s in read.free_symbols if base(s)[0] in inner})
    for _ in range(3):  # a definition may hold another activation, as that of mish holds softplus
        ours = [f for f in read.atoms(sympy.Function) if f.func in BY_FUNCTION or f.func in _BY_SLOPE]
        read = read.xreplace({f: plain for f in ours if (plain := _plain(f)) != f})
    return read.xreplace({s: sympy.Symbol(name(s), real=True) for s in read.free_symbols})


def _plain(function: sympy.Function) -> sympy.Expr:
    """An activation, or a slope that is read as it is, in terms of simpler functions."""
    argument = function.args[0]
    if function.func in BY_FUNCTION:
        return BY_FUNCTION[function.func].definition(argument)
    if function.func is positive:
        return sympy.Heaviside(argument, 0)
    x = sympy.Dummy(real=True)
    return sympy.diff(_BY_SLOPE[function.func].definition(x), x).xreplace({x: argument})


def _size(label: str) -> sympy.Symbol:
    return sympy.Symbol(label, integer=True, positive=True)


def _printed(expression: sympy.Basic) -> str:
    return str(_Printer().doprint(expression))
