"""Formulas as LaTeX and as plain text: one walk over the words, two sets of signs.

Names carry their time: an old state is h_{t-1}, a new one h_t, everything else belongs to the step. A scalar entry is
printed as the vector it stands for, with elementwise products. Slopes are printed in the value they were read off.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from errorflow.activations import readable
from errorflow.calculus.words import At, Diag, Factor, Matrix, Partial, Word, Words, at
from errorflow.definition import Definition, Net, New, Node

_FUNCTIONS = {
    "logistic": r"\sigma",
    "squash_in": "g",
    "squash_out": "h",
    "relu": r"\operatorname{relu}",
    "tanh": r"\tanh",
    "positive": r"\mathbf{1}_{>0}",
}


@dataclass(frozen=True)
class Notation:
    """How the words of one cell are written.

    tex: LaTeX or plain text. time, advance: the step that names belong to is time + advance. unit: an index for the
    unit, when entries and not vectors are meant.
    """

    definition: Definition
    tex: bool = True
    time: str = "t"
    advance: int = 0
    unit: str = ""

    def name(self, symbol: sympy.Symbol) -> str:
        """A vector with its time index."""
        lag, base = (symbol.lag, symbol.base) if isinstance(symbol, At) else (0, symbol)
        if base in self.definition.states:
            lag += 1
        if isinstance(base, New):
            base = base.of
        node = None if isinstance(base, Net) else next((n for n in self.definition.nodes if n.symbol == base), None)
        if node is not None and node.inner and node.expression is not None:
            return self._bracket(self.entry(at(node.expression, lag)))
        shift = self.advance - lag
        time = f"{self.time}{shift:+d}" if shift else self.time
        if not self.tex:
            return f"{base.name}[{self.unit + ',' if self.unit else ''}{time}]"
        if isinstance(base, Net):
            stem, index = r"\mathrm{net}", base.label
        else:
            stem, _, index = sympy.latex(sympy.Symbol(base.name)).partition("_")
            index = index.removeprefix("{").removesuffix("}")
        return rf"{stem}_{{{','.join(part for part in (index, self.unit, time) if part)}}}"

    def matrix(self, name: str) -> str:
        """A weight without time index."""
        if not self.tex:
            return name
        stem, _, index = name.partition("_")
        return f"{stem}_{{{index}}}" if index else stem

    def entry(self, expression: sympy.Expr) -> str:
        """A scalar expression as the vector it stands for."""
        return self._sum(readable(expression, _timed_values(self.definition, expression)))

    def _bracket(self, text: str) -> str:
        return rf"\left({text}\right)" if self.tex and r"\frac" in text else f"({text})"

    def _number(self, number: sympy.Expr) -> str:
        """A rational number; as a fraction in small type, so that brackets around it need not grow."""
        return sympy.latex(number).replace(r"\frac", r"\tfrac") if self.tex else str(number)

    def _sum(self, expression: sympy.Expr) -> str:
        terms = sorted(sympy.Add.make_args(expression), key=self._rank)
        if terms[0].could_extract_minus_sign() and any(not t.could_extract_minus_sign() for t in terms):
            terms = sorted(terms, key=lambda t: (t.could_extract_minus_sign(), self._rank(t)))
        text = ""
        for term in terms:
            negative = term.could_extract_minus_sign()
            sign = ("-" if negative else "") if not text else (" - " if negative else " + ")
            text += sign + self._product(-term if negative else term)
        return text

    def _rank(self, term: sympy.Expr, old_state: int = -1) -> tuple[int, list[int], str]:
        """Where a part stands: gates in the order of the definition, old states at `old_state`."""
        places = {n.symbol: k for k, n in enumerate(self.definition.nodes)}
        known = [places.get(s.base if isinstance(s, At) else s, old_state) for s in term.free_symbols]
        return (0 if term.is_Number else 1, sorted(known), str(term))

    def _product(self, expression: sympy.Expr) -> str:
        factors = sympy.Mul.make_args(expression)
        numbers = [f for f in factors if f.is_Number]
        above = [f for f in factors if not f.is_Number and not _is_below(f)]
        below = [1 / f for f in factors if _is_below(f)]
        above.sort(key=lambda f: (f.is_Add, f.is_Function or f.is_Pow, self._rank(f, len(self.definition.nodes))))
        gathered = self._gather(above)
        times = self._times
        text = times.join(gathered)
        for number in numbers:
            shown = self._number(number)
            text = shown if not text else f"{shown}\\, {text}" if self.tex else f"{shown} * {text}"
        if below:
            bottom = times.join(self._power(f) for f in below)
            text = rf"\frac{{{text or 1}}}{{{bottom}}}" if self.tex else f"{text or 1} / ({bottom})"
        return text or "1"

    @property
    def _times(self) -> str:
        if not self.tex:
            return " * "
        return r"\, " if self.unit else r" \odot "

    def _gather(self, factors: list[sympy.Expr]) -> list[str]:
        """Factors as text, f directly before 1 - f, so that a gate's slope is seen as one thing."""
        left = list(factors)
        out = []
        while left:
            factor = left.pop(0)
            out.append(self._power(factor))
            if factor.is_Symbol and (1 - factor) in left:
                left.remove(1 - factor)
                out.append(self._power(1 - factor))
        return out

    def _power(self, expression: sympy.Expr) -> str:
        if expression.is_Pow and expression.exp.is_Number:
            base, power = expression.args
            if isinstance(base, sympy.Function) and power.is_Integer:
                return self._function(base, int(power))
            exponent = sympy.latex(power) if self.tex else str(power)
            mark = "" if self.unit else r"\odot "
            return f"{self._atom(base)}^{{{mark}{exponent}}}" if self.tex else f"{self._atom(base)}^{exponent}"
        return self._atom(expression)

    def _atom(self, expression: sympy.Expr) -> str:
        if expression.is_Symbol:
            return self.name(expression)
        if expression.is_Number:
            return self._number(expression)
        if isinstance(expression, sympy.Function):
            return self._function(expression, 1)
        return self._bracket(self._sum(expression))

    def _function(self, expression: sympy.Expr, power: int) -> str:
        name = expression.func.__name__
        if self.tex:
            name = _FUNCTIONS.get(name, rf"\operatorname{{{name}}}")
        raised = (f"^{{{power}}}" if self.tex else f"^{power}") if power != 1 else ""
        inside = ", ".join(self._sum(a) for a in expression.args)
        return f"{name}{raised}" + self._bracket(inside)

    def factor(self, factor: Factor) -> str:
        """One factor of a word."""
        if isinstance(factor, Diag):
            inside = self.entry(factor.entry)
            return (r"\operatorname{diag}" if self.tex else "diag") + self._bracket(inside)
        if isinstance(factor, Partial):
            return self.partial(factor.of, factor.by)
        text = self.matrix(factor.name)
        if factor.kind == "diagonal":
            return rf"\operatorname{{diag}}({text})" if self.tex else f"diag({text})"
        return text + ("^{\\top}" if self.tex else "^T") if factor.transposed else text

    def word(self, word: Word) -> str:
        """A product of factors; the empty one is the identity."""
        return (r"\, " if self.tex else " ").join(self.factor(f) for f in word) or "I"

    def words(self, words: Words) -> str:
        """A sum of words; the empty one is zero."""
        return " + ".join(self.word(w) for w in words) or "0"

    def partial(self, of: sympy.Symbol, by: sympy.Symbol) -> str:
        """d of / d by, with the sign of a partial derivative."""
        if self.tex:
            return rf"\frac{{\partial {self.name(of)}}}{{\partial {self.name(by)}}}"
        return f"d {self.name(of)} / d {self.name(by)}"

    def right_side(self, node: Node) -> str:
        """What a vector of the graph is defined as."""
        if node.expression is not None:
            return self._sum(node.expression)
        parts = []
        for term in node.terms:
            matrix = self.factor(Matrix(str(term.matrix), term.kind))
            parts.append(f"{matrix} {self.name(term.source)}")
        return " + ".join([*parts, self.matrix(node.bias)] if node.bias else parts)

    def equations(self) -> list[tuple[str, str]]:
        """The definition of the cell, (left, right) for every named vector.

        An affine map that nothing but one function reads stands inside that function.
        """
        readers = [s for n in self.definition.nodes if n.expression is not None for s in n.expression.free_symbols]
        maps = {n.symbol: n for n in self.definition.nodes if n.expression is None and readers.count(n.symbol) == 1}
        read = {n.symbol: _only_argument(n.expression) for n in self.definition.nodes if n.expression is not None}
        inside = {symbol: maps[argument] for symbol, argument in read.items() if argument in maps}
        absorbed = {node.symbol for node in inside.values()}
        found = []
        for node in self.definition.nodes:
            right = self.right_side(node)
            if node.symbol in inside:
                net = inside[node.symbol]
                right = right.replace(self.name(net.symbol), self.right_side(net))
            if not node.inner and node.symbol not in absorbed:
                found.append((self.name(node.symbol), right))
        return found


def _only_argument(expression: sympy.Expr) -> sympy.Expr:
    """u for f(u) and for u alone."""
    return expression.args[0] if isinstance(expression, sympy.Function) and len(expression.args) == 1 else expression


def _is_below(expression: sympy.Expr) -> bool:
    return bool(expression.is_Pow and expression.exp.is_Number and expression.exp.is_negative)


def _timed_values(definition: Definition, expression: sympy.Expr) -> dict[sympy.Expr, sympy.Symbol]:
    """f(u) -> the name that holds it, at every time that occurs in `expression`."""
    lags = {s.lag if isinstance(s, At) else 0 for s in expression.free_symbols}
    held = {}
    for lag in lags:
        for value, symbol in definition.values.items():
            held[at(value, lag)] = at(symbol, lag)
    return held
