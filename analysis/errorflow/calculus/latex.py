"""Formulas as LaTeX, as plain text and as MathML: one walk over the words, three sets of marks.

Names carry their time: an old state is h_{t-1}, a new one h_t, everything else belongs to the step. A scalar entry is
printed as the vector it stands for, with elementwise products. Slopes are printed in the value they were read off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import sympy

from errorflow.activations import readable
from errorflow.calculus.letters import MACROS, applies, cases, current, letter, template
from errorflow.calculus.marks import Marks, marks
from errorflow.calculus.signs import FUNCTIONS, Weight, is_below, timed_values, upright
from errorflow.calculus.words import At, Diag, Factor, Matrix, Partial, Word, Words, at, is_diagonal
from errorflow.definition import Definition, Net, New, Node


@dataclass(frozen=True)
class Notation:
    """How the words of one cell are written.

    tex: LaTeX, or MathML where that is asked for, or plain text. time, advance: the step that names belong to is time +
    advance. unit: an index for the unit, when entries and not vectors are meant.
    """

    definition: Definition
    tex: bool = True
    time: str = "t"
    advance: int = 0
    unit: str = ""

    def name(self, symbol: sympy.Symbol) -> str:
        """A vector with its time index."""
        if isinstance(symbol, Weight):
            return self.matrix(symbol.name)
        lag, base = (symbol.lag, symbol.base) if isinstance(symbol, At) else (0, symbol)
        if base in self.definition.states:
            lag += 1
        if isinstance(base, New):
            base = base.of
        node = None if isinstance(base, Net) else next((n for n in self.definition.nodes if n.symbol == base), None)
        if node is not None and node.inner and node.expression is not None:
            inside = self.entry(at(node.expression, lag))
            return inside if isinstance(node.expression, sympy.Function) else self.bracket(inside)
        shift = self.advance - lag
        time = f"{self.time}{shift:+d}" if shift else self.time
        if self._lettered:
            kind, unit = ("unit", (self.unit,)) if self.unit else ("sym", ())
            return self._marks.read(letter(self.definition, kind, base.name, time, *unit))
        if not self.tex:
            return f"{base.name}[{self.unit + ',' if self.unit else ''}{time}]"
        stem, index = self._letters(base.name)
        return self._marks.read(rf"{stem}_{{{','.join(part for part in (index, self.unit, time) if part)}}}")

    def matrix(self, name: str) -> str:
        """A weight without time index."""
        if not self.tex:
            return name
        if self._lettered:
            return self._marks.read(letter(self.definition, "mat", name))
        stem, index = self._letters(name)
        return self._marks.read(f"{stem}_{{{index}}}" if index else stem)

    def weight_between(self, name: str, units: str) -> str:
        """The entry of a matrix between two units."""
        if not self.tex:
            return f"{name}[{units.replace(' ', ',')}]"
        if self._lettered:
            return self._marks.read(letter(self.definition, "entry", name, units))
        stem, index = self._letters(name)
        matrix = f"({stem}_{{{index}}})" if index else stem if len(stem) == 1 else f"({stem})"
        return self._marks.read(rf"{matrix}_{{{units}}}")

    @property
    def _marks(self) -> Marks:
        return marks(self.tex)

    @property
    def _lettered(self) -> bool:
        return self.tex and applies(self.definition)

    def _letters(self, name: str) -> tuple[str, str]:
        """Stem and index of a name in LaTeX: a letter in italics, a word upright, W_fh with two letters below."""
        stem, _, index = name.partition("_")
        if stem == "net" or (index and index in (getattr(n.symbol, "label", "") for n in self.definition.nodes)):
            return upright(stem), upright(index)
        stem, _, index = sympy.latex(sympy.Symbol(name)).partition("_")
        return upright(stem), index.removeprefix("{").removesuffix("}")

    def entry(self, expression: sympy.Expr) -> str:
        """A scalar expression as the vector it stands for."""
        return self._sum(self._read(expression))

    def scalar(self, expression: sympy.Expr) -> str:
        """A scalar expression as a factor of a product."""
        return self._product(self._read(expression))

    def _read(self, expression: sympy.Expr) -> sympy.Expr:
        """`expression` with slopes in the value they were read off; letters keep them, since some write f'(net)."""
        if self._lettered:
            return expression
        return readable(expression, timed_values(self.definition, expression))

    def bracket(self, text: str) -> str:
        """`text` in brackets of its size."""
        return self._marks.bracket(text)

    def _number(self, number: sympy.Expr) -> str:
        """A rational number; as a fraction in small type, so that brackets around it need not grow."""
        return self._marks.number(number)

    def _sum(self, expression: sympy.Expr) -> str:
        number, rest = expression.primitive() if expression.is_Add else (1, expression)
        if number != 1 and all(abs(term.as_coeff_Mul()[0]) == 1 for term in rest.args):
            # 1/2 (1 - h^2), which SymPy multiplies out
            return self._marks.numbered(self._number(number), self.bracket(self._sum(rest)))
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
        known = [self._places.get(s.base if isinstance(s, At) else s, old_state) for s in term.free_symbols]
        return (0 if term.is_Number else 1, sorted(known), str(term))

    @cached_property
    def _places(self) -> dict[sympy.Symbol, int]:
        return {n.symbol: k for k, n in enumerate(self.definition.nodes)}

    def _product(self, expression: sympy.Expr) -> str:
        factors = sympy.Mul.make_args(expression)
        numbers = [f for f in factors if f.is_Number]
        above = [f for f in factors if not f.is_Number and not is_below(f)]
        below = [1 / f for f in factors if is_below(f)]
        above.sort(key=lambda f: (f.is_Add, f.is_Function or f.is_Pow, self._rank(f, len(self.definition.nodes))))
        gathered = self._gather(above)
        times = self._times
        text = times.join(gathered)
        for number in numbers:
            shown = self._number(number)
            text = shown if not text else self._marks.numbered(shown, text)
        if below:
            bottom = self._sum(sympy.Mul(*below))
            text = self._marks.fraction(text or self._marks.one, bottom, len(below) == 1 and not below[0].is_Add)
        return text or self._marks.one

    @property
    def _times(self) -> str:
        return self._marks.between_units if self.unit else self._marks.between_vectors

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
        if not expression.is_Pow:
            return self._atom(expression)
        base, power = expression.args
        if isinstance(base, sympy.Function) and power.is_Integer:
            return self._function(base, int(power))
        if power == sympy.Rational(1, 2):
            return self._marks.root(self._sum(base))
        exponent = self._sum(power)
        below = self.bracket(self._number(base)) if base.is_negative and base.is_Atom else self._atom(base)
        return self._marks.power(below, exponent, power.is_Atom, bool(self.unit))

    def _atom(self, expression: sympy.Expr) -> str:
        if expression.is_Symbol:
            return self.name(expression)
        if expression.is_Atom:
            return self._number(expression)
        if isinstance(expression, sympy.Function):
            return self._function(expression, 1)
        return self.bracket(self._sum(expression))

    def _function(self, expression: sympy.Expr, power: int) -> str:
        name = expression.func.__name__
        if self._lettered and name.endswith("_slope"):
            return self._slope(expression, "factor")
        if self._lettered:
            name = self._marks.read(letter(self.definition, "fun", name))
        elif self.tex:
            name = self._marks.read(FUNCTIONS.get(name, rf"\operatorname{{{name}}}"))
        (argument,) = expression.args
        if self.tex and isinstance(expression, sympy.Abs):
            return self._marks.modulus(self._sum(argument), power)
        return self._marks.called(name, power, self._sum(argument))

    def _slope(self, expression: sympy.Expr, shape: str) -> str:
        """A slope in letters: of the value of its function where that has a name, and of its argument."""
        name = expression.func.__name__.removesuffix("_slope")
        (argument,) = expression.args
        held = timed_values(self.definition, expression)
        value = next((s for f, s in held.items() if f.func.__name__ == name and f.args == (argument,)), None)
        where = "unit." if self.unit else "at." if value is None else ""
        shown = "" if value is None else self.name(value)
        named = f"{name}@{where}{shape}"
        if current() == MACROS:
            return letter(self.definition, "slope", named, shown, self._sum(argument))
        return self._marks.read(template(self.definition.name, current(), "slope", named), shown, self._sum(argument))

    def factor(self, factor: Factor) -> str:
        """One factor of a word."""
        if is_diagonal(factor):
            return self._diagonal([factor])
        if isinstance(factor, Partial):
            return self.partial(factor.of, factor.by)
        assert isinstance(factor, Matrix)
        text = self.matrix(factor.name)
        if not factor.transposed:
            return text
        return self._marks.transposed(text)

    def _known_diagonal(self, factors: tuple[Factor, ...]) -> str:
        """The same diagonals stand in many words of a flow."""
        if factors not in self._diagonals:
            self._diagonals[factors] = self._diagonal(factors)
        return self._diagonals[factors]

    @cached_property
    def _diagonals(self) -> dict[tuple[Factor, ...], str]:
        return {}

    def _diagonal(self, factors: Sequence[Factor]) -> str:
        """Neighbouring diagonals as one; a number is written without diag."""
        entry = self._merged(factors)
        alone = self._lettered and isinstance(entry, sympy.Function) and entry.func.__name__.endswith("_slope")
        inside = self._slope(entry, "alone") if alone else self._sum(entry)
        if entry.is_number:
            return inside if entry.is_positive and entry.is_Atom else self.bracket(inside)
        return self._marks.diagonal + self.bracket(inside)

    def _merged(self, factors: Sequence[Factor]) -> sympy.Expr:
        """The entry of a product of diagonals."""
        entries = [self._read(f.entry) if isinstance(f, Diag)
                   else Weight(getattr(f, "name", ""), real=True) for f in factors]  # fmt: skip
        return sympy.Mul(*entries)

    def as_factor(self, words: Words) -> str:
        """A sum of words as a factor of a product: of diagonals as one diagonal, of others in brackets."""
        if len(words) == 1:
            return self.words(words)
        if not all(is_diagonal(f) for w in words for f in w):
            return self.bracket(self.words(words))
        inside = " + ".join(self._sum(self._merged(w)) for w in words)
        return self._marks.diagonal + self.bracket(inside)

    def word(self, word: Word) -> str:
        """A product of factors; the empty one is the identity."""
        between, parts = self._marks.gap, []
        for diagonal, group in groupby(word, is_diagonal):
            factors = list(group)
            parts += [self._known_diagonal(tuple(factors))] if diagonal else [self.factor(f) for f in factors]
        plain = all(isinstance(f, Diag) and f.entry.is_number for f in word)
        return between.join([*parts, self._marks.identity] if plain else parts)

    def words(self, words: Words) -> str:
        """A sum of words; the empty one is zero."""
        return " + ".join(self.word(w) for w in words) or self._marks.zero

    def partial(self, of: sympy.Symbol, by: sympy.Symbol) -> str:
        """d of / d by, with the sign of a partial derivative."""
        return self._marks.partial(self.name(of), self.name(by))

    def right_side(self, node: Node) -> str:
        """What a vector of the graph is defined as."""
        if node.expression is not None:
            return self._sum(node.expression)
        parts = []
        for term in node.terms:
            matrix = self.factor(Matrix(str(term.matrix), term.kind))
            parts.append(self._marks.times(matrix, self.name(term.source)))
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
            left, right = self.name(node.symbol), self.right_side(node)
            if node.symbol in inside:
                net = self.name(inside[node.symbol].symbol)
                affine = self.right_side(inside[node.symbol])
                right = right.replace(net, affine)
                if self._lettered and not isinstance(node.symbol, New):
                    left = cases(self.definition, node.symbol.name, net, left)
                    right = cases(self.definition, node.symbol.name, affine, right)
            if not node.inner and node.symbol not in absorbed:
                found.append((left, right))
        return found


def _only_argument(expression: sympy.Expr) -> sympy.Expr:
    """u for f(u) and for u alone."""
    return expression.args[0] if isinstance(expression, sympy.Function) and len(expression.args) == 1 else expression
