"""A sequence model as a page: its definition, how the influence of its input falls with the lag, what a step costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

Kind = Literal["finite", "exponential", "polynomial", "constant", "inverse", "none"]
Sense = Literal["exact", "at most", "at least"]

LAG = sympy.Symbol("q", nonnegative=True, integer=True)
LENGTH = sympy.Symbol("T", positive=True, integer=True)

# What `rate` is, by the kind of law.
RATES: dict[str, str] = {
    "finite": "the number of lags that are seen, lag 0 among them",
    "exponential": "the factor per step",
    "polynomial": "the power of the lag",
    "constant": "the limit",
    "inverse": "the constant over the number of steps T",
    "none": "no derivative",
}


@dataclass(frozen=True)
class Law:
    """How the influence of an input falls with its lag q.

    Parameters
    ----------
    kind : {'finite', 'exponential', 'polynomial', 'constant', 'inverse', 'none'}
        Of the law.
    rate : int, float, sympy.Expr or None, optional
        What `RATES` says for the kind, a number or an expression in the model's symbols; None where there is none.
    power : int, default 0
        A further factor q^power beside an exponential, from a root that is repeated.
    sense : {'exact', 'at most', 'at least'}, default 'exact'
        Whether the law is the asymptotics, or bounds the influence from above or from below.

    Raises
    ------
    ValueError
        For another kind.
    """

    kind: Kind
    rate: Any = None
    power: int = 0
    sense: Sense = "exact"

    def __post_init__(self) -> None:
        if self.kind not in RATES:
            raise ValueError(f"kind of a law must be one of {', '.join(RATES)}, got {self.kind!r}")

    def text(self) -> str:
        """The law in a few words.

        Returns
        -------
        str
        """
        rate = _shown(self.rate)
        lag = {0: "", 1: "q "}.get(self.power, f"q^{self.power} ")
        words = {
            "finite": f"0 from lag {rate} on",
            "exponential": f"{lag}{_held(rate)}^q",
            "polynomial": f"q^{_held(rate)}",
            "constant": "constant" if self.rate is None else f"constant, {rate}",
            "inverse": f"{_held(rate)} / T",
            "none": "no derivative",
        }[self.kind]
        if self.kind == "polynomial" and isinstance(self.rate, int):
            words = "grows as q" if self.rate == 1 else f"grows as q^{self.rate}"
        elif self.kind == "exponential" and self.rate == 1.0:
            words = f"grows as {lag.strip()}, oscillating" if self.power else "does not fall, oscillates"
        return words if self.sense == "exact" else f"{self.sense} {words}"

    def latex(self) -> str:
        """The law in a few words of LaTeX.

        Returns
        -------
        str
        """
        number = isinstance(self.rate, float) or self.rate is None
        rate = "" if self.rate is None else f"{self.rate:.6g}" if number else printed(sympy.sympify(self.rate))
        rate = re.sub(r"(?<![\\\w])(theta|phi|lambda|max)\b", r"\\\1", rate)
        lag = {0: "", 1: "q "}.get(self.power, f"q^{{{self.power}}} ")
        bare = re.fullmatch(r"[\\\w]+|\\\w+\{?\(.*\)\}?", rate)
        base = rate if bare else rf"\left({rate}\right)"
        words = {
            "finite": f"0 from lag ${rate}$ on",
            "exponential": f"${lag}{base}^q$",
            "polynomial": "grows as $q$" if self.rate == 1 else f"grows as $q^{{{rate}}}$",
            "constant": "constant" if self.rate is None else f"constant, ${rate}$",
            "inverse": f"${rate} / T$",
            "none": "no derivative",
        }[self.kind]
        return words if self.sense == "exact" else f"{self.sense} {words}"

    def json(self) -> dict[str, Any]:
        """The law as data, an expression as text.

        Returns
        -------
        dict
        """
        number = self.rate is None or isinstance(self.rate, int | float)
        return {
            "kind": self.kind,
            "rate": self.rate if number else plain(self.rate),
            "rate_means": RATES[self.kind],
            "power": self.power,
            "sense": self.sense,
            "text": self.text(),
        }


@dataclass(frozen=True)
class Model:
    """A sequence model in the field's standard form.

    Attributes
    ----------
    name, title : str
        As in `errorflow models`, and in words.
    equations : tuple of sympy.Eq
        Its definition.
    influence : sympy.Expr
        d y_T / d x_(T-q) in closed form, for a lag q as wide as the model sees.
    derive : callable
        Lag -> the same for one lag as a number, by differentiating the definition unrolled; a test ties the two
        together.
    law : Law
        How the influence falls.
    path_length : sympy.Expr
        How many maps an error passes from the output back to the input at lag q.
    macs, memory : sympy.Expr
        Multiply-adds and words that one more step takes.
    letters : tuple of (str, str)
        What each size stands for.
    source : str
        Who wrote the model down.
    input : str
        The letter of what comes in.
    remark : str
        What else there is to say.
    theorems : tuple of str
        Names in the registry of theorems.
    """

    name: str
    title: str
    equations: tuple[sympy.Eq, ...]
    influence: sympy.Expr
    derive: Callable[[int], sympy.Expr]
    law: Law
    path_length: sympy.Expr
    macs: sympy.Expr
    memory: sympy.Expr
    letters: tuple[tuple[str, str], ...]
    source: str
    input: str = "x"
    remark: str = ""
    theorems: tuple[str, ...] = ()

    def latex(self) -> str:
        """The definition and the influence as rows of an aligned environment.

        Returns
        -------
        str
        """
        rows = [f"{printed(e.lhs)} &= {printed(e.rhs)}" for e in self.equations]
        rows.append(rf"\frac{{\partial y_T}}{{\partial {self.input}_{{T-q}}}} &= {printed(self.influence)}")
        return " \\\\\n".join(rows)

    def json(self) -> dict[str, Any]:
        """The page as data, expressions as text.

        Returns
        -------
        dict
        """
        return {
            "name": self.name,
            "title": self.title,
            "equations": [plain(e) for e in self.equations],
            "influence": plain(self.influence),
            "law": self.law.text(),
            "law_kind": self.law.kind,
            "rate": self.law.json()["rate"],
            "sense": self.law.sense,
            "path_length": plain(self.path_length),
            "theorems": list(self.theorems),
            "cost": {"macs_per_step": plain(self.macs), "memory_words": plain(self.memory)},
            "letters": dict(self.letters),
            "source": self.source,
            "remark": self.remark,
            "latex": self.latex(),
        }


def _held(text: str) -> str:
    """In brackets where a sign or a product stands outside brackets of its own."""
    return f"({text})" if re.search(r"[-+*/ ]", re.sub(r"\([^()]*\)", "", text)) else text


class _Printer(LatexPrinter):
    """LaTeX as a paper has it: t - k and not -k + t, entries of matrices counted from 1."""

    def _print_MatrixElement(self, expr: Any) -> str:
        inside = self._print(expr.parent)
        inside = inside if expr.parent.is_Symbol else rf"\left({inside}\right)"
        return f"{inside}_{{{' '.join(self._print(index + 1) for index in (expr.i, expr.j))}}}"

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return _positive_first(super()._as_ordered_terms(expr, order))

    def _print_Indexed(self, expr: Any) -> str:
        return f"{self._print(expr.base)}_{{{','.join(map(self._print, expr.indices))}}}"


class _Plain(StrPrinter):
    """Plain text with the same order of terms, in words that are read and not in SymPy's."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return _positive_first(super()._as_ordered_terms(expr, order))

    def _print_Piecewise(self, expr: Any) -> str:
        *cases, (last, _) = expr.args
        said = [f"{self._print(value)} for {self._print(condition)}" for value, condition in cases]
        return ", ".join([*said, f"else {self._print(last)}"])

    def _print_Relational(self, expr: Any) -> str:
        given = expr.reversed if expr.rhs == LAG else expr
        signs = {"==": "=", "!=": "is not"}
        return f"{self._print(given.lhs)} {signs.get(given.rel_op, given.rel_op)} {self._print(given.rhs)}"

    def _over(self, name: str, expr: Any) -> str:
        ranges = [f"{self._print(i)} = {self._print(low)}..{self._print(high)}" for i, low, high in expr.limits]
        return f"{name}({self._print(expr.function)}, {', '.join(ranges)})"

    def _print_Sum(self, expr: Any) -> str:
        return self._over("sum", expr)

    def _print_Product(self, expr: Any) -> str:
        return self._over("product", expr)

    def _print_Integral(self, expr: Any) -> str:
        return self._over("integral", expr)

    def _print_Derivative(self, expr: Any) -> str:
        return f"d{self._print(expr.expr)}/d{self._print(expr.variables[0])}"

    def _print_KroneckerDelta(self, expr: Any) -> str:
        one, other = sorted(expr.args, key=lambda arg: arg != LAG)
        return f"[{self._print(one)} = {self._print(other)}]"

    def _print_Abs(self, expr: Any) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_MatrixElement(self, expr: Any) -> str:
        return f"({self._print(expr.parent)})[{self._print(expr.i + 1)}, {self._print(expr.j + 1)}]"


def _positive_first(terms: list[Any]) -> list[Any]:
    return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))


def printed(expression: sympy.Expr) -> str:
    """An expression in LaTeX."""
    return str(_Printer().doprint(expression))


def plain(expression: Any) -> str:
    """An expression, an equation or a number in plain text."""
    if isinstance(expression, sympy.Eq):
        return f"{plain(expression.lhs)} = {plain(expression.rhs)}"
    text = str(_Plain().doprint(expression)).replace("**", "^")
    return re.sub(r"\*(sum\(.*\))\^\(-1\)$", r"/\1", text)  # what does not commute has no quotient in SymPy


def _shown(rate: Any) -> str:
    return f"{rate:.6g}" if isinstance(rate, float) else plain(rate)
