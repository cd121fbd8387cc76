"""A step of a cell, and a block of words, as NumPy source for a reader's own script.

The vectors of one step have their plain names, new states end in `_new`. Over several steps a name is an array over
time: f[t - 1] is the gate at step t - 1 and h[t] the state after step t.
"""

from __future__ import annotations

from itertools import groupby

import sympy
from sympy.printing.numpy import NumPyPrinter

from errorflow.activations import ACTIVATIONS, BY_FUNCTION, readable
from errorflow.calculus.signs import timed_values
from errorflow.calculus.words import Diag, Factor, Matrix, Word, Words, at, base, is_diagonal
from errorflow.definition import Definition, New, Node

_WRITTEN_OUT = {
    **{function.__name__: entry.code for function, entry in BY_FUNCTION.items()},
    **{entry.slope.__name__: entry.slope_code for entry in ACTIVATIONS if entry.slope_code},
}


class _Printer(NumPyPrinter):
    """SymPy's NumPy printer with `np.` and our own functions written out."""

    _module = "np"

    def _print_Function(self, expr: sympy.Function) -> str:
        name = expr.func.__name__
        if name not in _WRITTEN_OUT:
            return str(super()._print_Function(expr))
        argument = self._print(expr.args[0])
        text = _WRITTEN_OUT[name].format(argument if expr.args[0].is_Atom else f"({argument})")
        return text if text.startswith("np.") else f"({text})"


def numpy_source(definition: Definition, words: Words, rows: str, columns: str, *, over_time: bool = False) -> str:
    """A NumPy expression for a block.

    rows, columns: the state blocks that index it, for the lengths of a block that is zero or the identity.
    over_time: whether names are arrays over time.
    """
    lengths = [f"len({name}[t])" if over_time else f"len({name})" for name in (rows, columns)]
    texts = [_word(definition, word, lengths[0], over_time) for word in words]
    return " + ".join(texts) or f"np.zeros(({lengths[0]}, {lengths[1]}))"


def step_source(definition: Definition, *, over_time: bool = False) -> tuple[str, ...]:
    """One step as NumPy assignments in the order in which they run: net inputs, gates and new states.

    They read the weights, states and inputs by their names. over_time: whether names are arrays over time.
    """
    shown = [n for n in definition.nodes if not n.inner]
    return tuple(f"{_name(definition, n.symbol, over_time)} = {_value(definition, n, over_time)}" for n in shown)


def _value(definition: Definition, node: Node, over_time: bool) -> str:
    if node.expression is None:
        parts = [
            f"{term.matrix} {'*' if term.kind == 'diagonal' else '@'} {_source(definition, term.source, over_time)}"
            for term in node.terms
        ]
        return " + ".join([*parts, node.bias] if node.bias else parts)
    text = _printed(definition, node.expression, over_time)
    if node.expression.free_symbols:
        return text
    return f"np.full({_length(definition, definition.sizes[node.symbol], over_time)}, {text})"


def _source(definition: Definition, source: sympy.Expr, over_time: bool) -> str:
    """What a weight multiplies; an unnamed expression is written out."""
    inner = next((n.expression for n in definition.nodes if n.inner and n.symbol == source), None)
    return _name(definition, source, over_time) if inner is None else f"({_printed(definition, inner, over_time)})"


def _printed(definition: Definition, entry: sympy.Expr, over_time: bool) -> str:
    if over_time:
        entry = entry.xreplace({s: _array(definition, s) for s in entry.free_symbols})
    return str(_Printer().doprint(entry)).replace("numpy.", "np.")


def _name(definition: Definition, symbol: sympy.Symbol, over_time: bool) -> str:
    return str(_array(definition, symbol).name if over_time else symbol.name)


def _length(definition: Definition, label: str, over_time: bool) -> str:
    """What has the length `label`: a state, an input or a weight."""
    vectors = [*definition.states, *definition.inputs]
    found = [f"len({_name(definition, s, over_time)})" for s in vectors if definition.sizes[s] == label]
    found += [f"len({p.name})" for p in definition.parameters if p.rows == label]
    found += [f"{p.name}.shape[1]" for p in definition.parameters if p.columns == label]
    return found[0] if found else "1"


def _word(definition: Definition, word: Word, length: str, over_time: bool) -> str:
    """A product, read from the left: the first vector scales the rows of a matrix, later ones the columns."""
    text = ""
    for diagonal, group in groupby(word, is_diagonal):
        factors = list(group)
        if diagonal:
            entry = sympy.Mul(*(_entry(definition, f, over_time) for f in factors))
            vector = str(_Printer().doprint(entry)).replace("numpy.", "np.")
            if len(factors) == len(word):
                return f"{vector} * np.eye({length})" if entry.is_number else f"np.diag({vector})"
            vector = f"({vector})" if entry.is_Add or entry.is_Mul or entry.is_Pow else vector
            rows = vector if entry.is_number else f"{vector}[:, None]"
            text = f"{text} * {vector}" if text else f"{rows} *"
        else:
            product = " @ ".join(_matrix(f) for f in factors)
            text = f"{text} {product}" if text.endswith("*") else f"{text} @ {product}" if text else product
    return text or f"np.eye({length})"


def _entry(definition: Definition, factor: Factor, over_time: bool) -> sympy.Expr:
    """The diagonal as a scalar expression whose names are those of the arrays."""
    if isinstance(factor, Matrix):
        return sympy.Symbol(factor.name, real=True)
    assert isinstance(factor, Diag)
    entry = readable(factor.entry, timed_values(definition, factor.entry))
    inner = {n.symbol: n.expression for n in definition.nodes if n.inner}
    opened = {s: at(inner[base(s)[0]], base(s)[1]) for s in entry.free_symbols if base(s)[0] in inner}
    entry = entry.xreplace(opened)
    return entry.xreplace({s: _array(definition, s) for s in entry.free_symbols}) if over_time else entry


def _array(definition: Definition, symbol: sympy.Symbol) -> sympy.Symbol:
    """A name at its step, f[t - 1]; the old state of the step t is h[t - 1], the new one h[t]."""
    name, lag = base(symbol)
    lag += name in definition.states
    name = name.of if isinstance(name, New) else name
    return sympy.Symbol(f"{name}[t - {lag}]" if lag else f"{name}[t]", real=True)


def _matrix(factor: Factor) -> str:
    assert isinstance(factor, Matrix)
    return factor.name + (".T" if factor.transposed else "")
