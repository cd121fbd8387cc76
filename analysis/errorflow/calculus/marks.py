"""What formulas are put together with in LaTeX, in plain text and in MathML: brackets, fractions, powers, products."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sympy

from errorflow.calculus import mathml
from errorflow.calculus.signs import TALL, braced

_markup: ContextVar[str] = ContextVar("errorflow_markup", default="latex")


@contextmanager
def as_mathml() -> Iterator[None]:
    """Within it, what is printed as LaTeX is printed as MathML instead."""
    token = _markup.set("mathml")
    try:
        yield
    finally:
        _markup.reset(token)


def marks(tex: bool) -> Marks:
    """The marks of plain text, or those of LaTeX or of what is printed in its place now."""
    if not tex:
        return PLAIN
    return MATHML if _markup.get() == "mathml" else TEX


class Marks:
    """The marks of LaTeX; every method takes and gives what is printed."""

    gap = r"\, "
    between_units, between_vectors = r"\, ", r" \odot "
    identity, zero, one = "I", "0", "1"
    diagonal = r"\operatorname{diag}"

    def read(self, latex: str, *arguments: str) -> str:
        """A letter, or a fixed part of a formula, that is kept in LaTeX; #1, #2 stand for what is printed already."""
        for k, argument in enumerate(arguments, 1):
            latex = latex.replace(f"#{k}", argument)
        return latex

    def number(self, number: sympy.Expr) -> str:
        """A rational number; as a fraction in small type, so that brackets around it need not grow."""
        return str(sympy.latex(number)).replace(r"\frac", r"\tfrac")

    def bracket(self, text: str) -> str:
        """In brackets of its size."""
        return rf"\left({text}\right)" if any(s in text for s in TALL) else f"({text})"

    def numbered(self, number: str, text: str) -> str:
        """A number before a product."""
        return rf"{number}\, {text}"

    def fraction(self, top: str, below: str, single: bool) -> str:
        """A quotient; single: whether what is below is one factor and no sum."""
        return rf"\frac{{{top}}}{{{below}}}"

    def root(self, inside: str) -> str:
        """A square root."""
        return rf"\sqrt{{{inside}}}"

    def modulus(self, inside: str, power: int) -> str:
        """An absolute value."""
        return rf"\lvert {inside} \rvert" + (f"^{{{power}}}" if power != 1 else "")

    def power(self, base: str, exponent: str, single: bool, unit: bool) -> str:
        """A power, entry by entry unless one unit is meant; single: whether the exponent is one sign."""
        mark = "" if unit else r"\odot "
        return f"{braced(base)}^{{{mark}{exponent}}}"

    def called(self, function: str, power: int, argument: str) -> str:
        """A function at its argument."""
        return function + (f"^{{{power}}}" if power != 1 else "") + self.bracket(argument)

    def transposed(self, text: str) -> str:
        """The transpose of a matrix."""
        return braced(text) + r"^{\top}"

    def partial(self, of: str, by: str) -> str:
        """A partial derivative."""
        return rf"\frac{{\partial {of}}}{{\partial {by}}}"

    def times(self, matrix: str, vector: str) -> str:
        """A matrix times a vector."""
        return f"{matrix} {vector}"


class _Plain(Marks):
    gap = " "
    between_units = between_vectors = " * "
    diagonal = "diag"

    def number(self, number: sympy.Expr) -> str:
        return str(sympy.sstr(number, full_prec=False))

    def bracket(self, text: str) -> str:
        return f"({text})"

    def numbered(self, number: str, text: str) -> str:
        return f"{number} * {text}"

    def fraction(self, top: str, below: str, single: bool) -> str:
        return f"{top} / {below if single else f'({below})'}"

    def root(self, inside: str) -> str:
        return f"sqrt({inside})"

    def power(self, base: str, exponent: str, single: bool, unit: bool) -> str:
        return f"{base}^{exponent if single else self.bracket(exponent)}"

    def called(self, function: str, power: int, argument: str) -> str:
        return function + (f"^{power}" if power != 1 else "") + self.bracket(argument)

    def transposed(self, text: str) -> str:
        return f"{text}^T"

    def partial(self, of: str, by: str) -> str:
        return f"d {of} / d {by}"


class _MathML(Marks):
    gap = between_units = mathml.TIMES
    between_vectors = mathml.mo("\u2299")
    identity, zero, one = "<mi>I</mi>", "<mn>0</mn>", "<mn>1</mn>"
    diagonal = mathml.read(r"\operatorname{diag}")

    def read(self, latex: str, *arguments: str) -> str:
        return mathml.read(latex, *arguments)

    def number(self, number: sympy.Expr) -> str:
        if not (number.is_Rational or number.is_Float):
            return mathml.read(str(sympy.latex(number)))
        sign = mathml.MINUS if number.is_negative else ""
        if number.is_Float or number.q == 1:
            return f"{sign}<mn>{abs(number)}</mn>"
        top, below = (f"<mn>{n}</mn>" for n in (abs(number.p), number.q))
        return f'{sign}<mfrac displaystyle="false">{top}{below}</mfrac>'

    def bracket(self, text: str) -> str:
        return mathml.bracketed(text)

    def numbered(self, number: str, text: str) -> str:
        return f"{number}{self.gap}{text}"

    def fraction(self, top: str, below: str, single: bool) -> str:
        return mathml.fraction(top, below)

    def root(self, inside: str) -> str:
        return f"<msqrt>{mathml.row(inside)}</msqrt>"

    def modulus(self, inside: str, power: int) -> str:
        bars = f"<mrow>{mathml.mo('|')}{mathml.closed(inside)}{mathml.mo('|')}</mrow>"
        return bars if power == 1 else mathml.raised(bars, f"<mn>{power}</mn>")

    def power(self, base: str, exponent: str, single: bool, unit: bool) -> str:
        return mathml.raised(base, exponent if unit else self.between_vectors + exponent)

    def called(self, function: str, power: int, argument: str) -> str:
        name = function if power == 1 else mathml.raised(function.removesuffix(mathml.APPLY), f"<mn>{power}</mn>")
        return mathml.applied(name.removesuffix(mathml.APPLY), argument)

    def transposed(self, text: str) -> str:
        return mathml.raised(text, mathml.mo("\u22a4"))

    def partial(self, of: str, by: str) -> str:
        return mathml.fraction(mathml.mo("\u2202") + of, mathml.mo("\u2202") + by)

    def times(self, matrix: str, vector: str) -> str:
        return f"{matrix}{self.gap}{vector}"


TEX, PLAIN, MATHML = Marks(), _Plain(), _MathML()
