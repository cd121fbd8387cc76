"""Reads a claim in a grammar of its own; nothing that is typed is ever evaluated.

A claim is short ASCII text. It is cut into signs, and a parser by recursive descent makes terms of them; what is not in
the grammar is refused with the place where it stands and with what would be right.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from fractions import Fraction

from errorflow.conjecture.arithmetic import joined, linear
from errorflow.conjecture.grammar import Unreadable, split_cell, suggestion
from errorflow.conjecture.signs import HELP, cut
from errorflow.conjecture.terms import FATES, KINDS, Claim, Compare, Condition, Fate, Kind, Term, number

DEEPEST, DIGITS, LAG = 25, 20, 20

_ENDS = ("implies", "then", "=>")
_COMPARISONS = ("<", "<=", ">", ">=", "==")
_FUNCTIONS = {name: name for name in ("norm", "radius", "maxabs", "sigma_min")}
_FUNCTIONS |= dict.fromkeys(("rho", "spectral_radius"), "radius")
_NUMBERS = {"n": "number of units", "q": "lag"}
_NORMS = {"1": "1", "2": "2", "inf": "inf", "oo": "inf", "fro": "fro"}


def read(text: str) -> Claim:
    """The claim that is written in `text`.

    Raises: Unreadable with what is not in the grammar.
    """
    cell, truncated, rest = split_cell(text)
    return _Reader(rest).claim(cell, truncated)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0
        self.signs = cut(text)

    def claim(self, cell: str, truncated: bool) -> Claim:
        if not self.signs:
            raise Unreadable(f"claim must say something, such as 'rnn: norm(W) < 1 implies vanishes'; {HELP}")
        conditional = self._take("if")
        first = self._conditions()
        if any(self._take(word) for word in _ENDS):
            hypotheses, conclusions = first, self._conditions()
        elif not conditional and self._take("if"):
            hypotheses, conclusions = self._conditions(), first
        elif conditional:
            raise self._fault("`then`")
        else:
            hypotheses, conclusions = (), first
        if self.at < len(self.signs):
            raise self._fault("`and`, `implies` or the end")
        if any(c == Fate("can explode") for c in hypotheses):
            raise Unreadable("`can explode` must be a conclusion, got it as a hypothesis; `explodes` may be one")
        return Claim(cell, truncated, hypotheses, conclusions)

    def _conditions(self) -> tuple[Condition, ...]:
        found = list(self._condition())
        while self._take("and"):
            found += self._condition()
        return tuple(found)

    def _condition(self) -> list[Condition]:
        word = self._see()
        if word in ("never", "can", *FATES):
            self.at += 1
            name = word if word in FATES else f"{word} {self._next()}"
            name = {"never vanish": "never vanishes", "never explode": "never explodes"}.get(name, name)
            if name not in FATES:
                raise Unreadable(f"no word {name!r}; {suggestion(name, FATES)}")
            return [Fate(name)]
        if word in KINDS:
            self.at += 1
            (matrix,) = self._arguments(self._matrix)
            return [Kind(word, matrix)]
        left, found = self._side(), list[Condition]()
        while self._see() in (*_COMPARISONS, "="):
            sign = self._next()
            right = self._side()
            sign = "==" if sign == "=" else sign
            found.append(self._compared(left, sign, right))
            left = right
        if not found:
            raise self._fault("a comparison such as `<= 1`")
        return found

    def _compared(self, left: Term, sign: str, right: Term) -> Compare:
        zero = number(0)
        if left.is_matrix != right.is_matrix and zero not in (left, right):
            raise Unreadable("both sides of a comparison must be numbers or both matrices; norm(W) makes a number")
        if (left.is_matrix or right.is_matrix) and sign != "==":
            raise Unreadable(f"matrices must be compared by ==, got {sign}; norm(W) makes a number of a matrix")
        return Compare(left, sign, right)

    def _side(self) -> Term:
        return self._matrix() if self._at_matrix() else self._sum()

    def _sum(self) -> Term:
        left = self._product()
        while self._see() in ("+", "-"):
            left = joined(self._next(), left, self._product())
        return left

    def _product(self) -> Term:
        left = self._signed()
        while self._see() in ("*", "/"):
            left = joined(self._next(), left, self._signed())
        return left

    def _signed(self) -> Term:
        if self._take("-"):
            with_sign = self._nested(self._signed)
            return joined("*", number(-1), with_sign)
        return self._power()

    def _power(self) -> Term:
        base = self._atom()
        if self._see() in ("**", "^"):
            self.at += 1
            exponent = self._nested(self._signed)
            if not all(t.op in ("number", "q", "+", "-", "*") for t in exponent.walk()):
                raise Unreadable("an exponent must be a number or made of q, such as q or 2*q + 1")
            if any(t.op == "number" and t.data.denominator != 1 for t in exponent.walk()):  # type: ignore[union-attr]
                raise Unreadable("an exponent must be made of integers and q")
            return joined("**", base, exponent)
        return base

    def _atom(self) -> Term:
        word = self._next()
        if word[0].isdigit():
            if len(word) > DIGITS:
                raise Unreadable(f"a number must have at most {DIGITS} digits, got {word}")
            return number(Fraction(word))
        if word == "(":
            inner = self._nested(self._sum)
            self._expect(")")
            return inner
        if word in ("n", "q"):
            return Term(word)
        if word == "slope":
            return Term("slope", data=self._raw())
        if word in ("max", "min"):
            self._expect("(")
            gate = self._name("the name of a gate")
            self._expect(")")
            return Term("largest" if word == "max" else "least", data=gate)
        if word in _FUNCTIONS:
            return self._function(_FUNCTIONS[word])
        if word[0].isalpha():
            known = (*_FUNCTIONS, "slope", "max", "min", "n", "q", *KINDS, *FATES)
            called = self._see() == "("
            if called or difflib.get_close_matches(word, known, 1, 0.75):
                raise Unreadable(f"no {'function' if called else 'number'} {word!r}; {suggestion(word, known)}")
        self.at -= 1
        raise self._fault("a number such as 1/4, n, norm(W) or radius(W)")

    def _function(self, op: str) -> Term:
        self._expect("(")
        matrix = self._nested(self._matrix)
        kind = None
        if op == "norm":
            kind = "2"
            if self._take(","):
                word = self._next()
                if word not in _NORMS:
                    raise Unreadable(f"a norm must be 1, 2, inf or fro, got {word}")
                kind = _NORMS[word]
        self._expect(")")
        return Term(op, (matrix,), kind)

    def _at_matrix(self) -> bool:
        word = self._see()
        after = self.signs[self.at + 1].text if self.at + 1 < len(self.signs) else ""
        named = word[:1].isalpha() and word not in ("n", "q", "slope", "max", "min", *_FUNCTIONS)
        if named and after == "(":
            return word in ("flow", "abs", "transpose")
        return named and not difflib.get_close_matches(word, (*FATES, *_FUNCTIONS), 1, 0.75)

    def _matrix(self) -> Term:
        word = self._name("a matrix such as W, flow(q) or J")
        if word in ("n", "q"):
            raise Unreadable(f"{word} must stand for a number, the {_NUMBERS[word]}, got it in the place of a matrix")
        if word == "flow":
            found = self._flow()
        elif word in ("abs", "transpose"):
            (inner,) = self._arguments(self._matrix)
            found = Term(word, (inner,))
        elif word == "J":
            found = Term("flow", (number(1),))
        else:
            found = Term("identity") if word == "I" else Term("matrix", data=word)
        while self._take("."):
            if self._next() != "T":
                raise Unreadable("only .T, the transpose, may follow a matrix")
            found = Term("transpose", (found,))
        return found

    def _flow(self) -> Term:
        self._expect("(")
        blocks = None
        if self._see()[:1].isalpha() and self._see() != "q":
            row = self._name("a state")
            self._expect(",")
            column = self._name("a state")
            self._expect(",")
            blocks = (row, column)
        lag = self._nested(self._sum)
        self._expect(")")
        whole = all(t.op in ("number", "q", "+", "-", "*") for t in lag.walk())
        whole = whole and all(t.op != "number" or t.data.denominator == 1 for t in lag.walk())  # type: ignore[union-attr]
        a, b = linear(lag) if whole else (-1, 0)
        if not 0 <= a <= 3 or not -LAG <= b <= LAG or a + b < 1:
            raise Unreadable(f"a lag must be q, q + 1, 2*q or an integer from 1 to {LAG}")
        return Term("flow", (lag,), blocks)

    def _raw(self) -> str:
        """What stands between brackets, as typed; it is read by the grammar of `errorflow slope`."""
        self._expect("(")
        start, depth = self.signs[self.at - 1].start + 1, 1
        while depth:
            sign = self._next()
            depth += {"(": 1, ")": -1}.get(sign, 0)
        return self.text[start : self.signs[self.at - 1].start].strip()

    def _arguments(self, read: Callable[[], Term]) -> tuple[Term]:
        self._expect("(")
        inner = self._nested(read)
        self._expect(")")
        return (inner,)

    def _nested(self, read: Callable[[], Term]) -> Term:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable(f"claim must be nested at most {DEEPEST} deep")
        found = read()
        self.depth -= 1
        return found

    def _name(self, wanted: str) -> str:
        word = self._next()
        if not word[0].isalpha():
            self.at -= 1
            raise self._fault(wanted)
        return word

    def _see(self) -> str:
        return self.signs[self.at].text if self.at < len(self.signs) else ""

    def _next(self) -> str:
        if self.at == len(self.signs):
            raise self._fault("more")
        self.at += 1
        return self.signs[self.at - 1].text

    def _take(self, word: str) -> bool:
        taken = self._see() == word
        self.at += taken
        return taken

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._fault(f"`{word}`")

    def _fault(self, wanted: str) -> Unreadable:
        got = repr(self._see()) if self._see() else "the end"
        before = " ".join(sign.text for sign in self.signs[max(0, self.at - 4) : self.at])
        where = f" after {before!r}" if before else ""
        return Unreadable(f"claim must have {wanted}{where}, got {got}; {HELP}")
