"""The printed form of claims, in LaTeX and in plain text, made from the same trees that the checker expands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ..checker.declarations import begin
from ..checker.polynomial import Claim, Relation, Tree, names_in, parse_expression
from ..checker.statement import Accumulated, Statement
from .symbols import Symbol

_GREEK = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "eps",
    "kappa",
    "lambda",
    "mu",
    "sigma",
    "tau",
    "theta",
    "phi",
    "Phi",
    "Theta",
    "Delta",
)
FUNCTIONS = {"logistic": r"\sigma", "tanh": r"\tanh", "exp": r"\exp"}
_SIGNS = {"<=": r"\le", ">=": r"\ge"}
_INDEXED_GAP = "@"
LINE = 52  # plain signs that fit on one line of a display


@dataclass(frozen=True)
class Page:
    """One language of print: LaTeX or plain text."""

    statement: Statement
    symbols: dict[str, Symbol]
    latex: bool
    index: str = ""
    unit: str = "v"

    def at(self, index: str) -> Page:
        return Page(self.statement, self.symbols, self.latex, index, self.unit)

    def summed(self) -> Page:
        return Page(self.statement, self.symbols, self.latex, self.index, "l")


def _successor(index: str) -> str:
    return str(int(index) + 1) if index.isdigit() else f"{index}+1"


def accumulated(page: Page, name: str) -> Accumulated | None:
    """The sequence of partial sums or products of that name, if it is one."""
    plan = page.statement.recurrence
    return next((a for a in plan.accumulate if a.name == name), None) if plan else None


@lru_cache(maxsize=256)
def _changing(statement: Statement) -> frozenset[str]:
    """The names that change with the index; asked for at every name that is printed."""
    return begin(statement).indexed


def is_power(page: Page, a: Accumulated) -> bool:
    """Whether a product has the same factor at every index."""
    return a.kind != "sum" and not names_in(parse_expression(a.term)) & _changing(page.statement)


def name_of(page: Page, name: str) -> tuple[str, int]:
    """The print of a name and how tightly it binds."""
    plain = name.removesuffix("'")
    index = _successor(page.index) if name != plain and page.index else page.index
    a = accumulated(page, plain)
    if a is not None and plain not in page.symbols and is_power(page, a):
        shift = 1 - a.first
        exponent = str(int(index) + shift) if index.isdigit() else shifted(index, shift)
        base = show(page, parse_expression(a.term), 4)
        return (f"{base}^{{{exponent}}}" if page.latex else f"{base}^{group(exponent)}"), 3
    symbol = page.symbols.get(plain, Symbol(plain))
    form = ((symbol.latex if page.latex else symbol.text) or _plain(plain, page.latex)).replace("#", page.unit)
    if _INDEXED_GAP in form:
        return _at_index(form, index or "q"), 1 if form == _INDEXED_GAP and not index.isalnum() else 5
    if plain in _changing(page.statement) and index:
        return (f"{form}_{{{index}}}" if page.latex else f"{form}[{index}]"), 5
    return form, 5


def _at_index(form: str, index: str) -> str:
    """The print of a name at an index; what is subtracted or an exponent is a whole."""
    form = form.replace("-" + _INDEXED_GAP, "-" + index.replace("+", "-"))
    return form.replace("^" + _INDEXED_GAP, "^" + group(index)).replace(_INDEXED_GAP, index)


def group(exponent: str) -> str:
    """An exponent in plain text, in brackets where it needs them."""
    return exponent if re.fullmatch(r"\w+", exponent) else f"({exponent})"


def shifted(index: str, shift: int) -> str:
    """An index moved by some steps."""
    match = re.fullmatch(r"([A-Za-z]+)(?:([+-]\d+))?", index)
    if match is None:
        return index
    total = int(match.group(2) or 0) + shift
    return match.group(1) + (f"{total:+d}" if total else "")


def _plain(name: str, latex: bool) -> str:
    if not latex:
        return name
    match = re.fullmatch(r"([A-Za-z]+?)_?(\d+|_[A-Za-z0-9]+)?", name)
    stem, rest = (match.group(1), match.group(2)) if match else (name, None)
    body = {"eps": r"\varepsilon"}.get(stem, "\\" + stem) if stem in _GREEK else stem
    if len(stem) > 1 and stem not in _GREEK:
        body = rf"\mathit{{{stem}}}"
    return f"{body}_{{{rest.lstrip('_')}}}" if rest else body


def show(page: Page, tree: Tree, tight: int = 0) -> str:
    """An expression, in brackets if what stands around it binds more tightly than it does."""
    body, binds = _body(page, tree)
    if binds >= tight:
        return body
    return bracket(body) if page.latex else f"({body})"


def bracket(body: str) -> str:
    """LaTeX in brackets that are as large as they need to be."""
    return rf"\left({body}\right)" if r"\frac" in body or r"\sum" in body else f"({body})"


def _body(page: Page, tree: Tree) -> tuple[str, int]:
    if tree.head == "number":
        return str(tree.number), 5
    if tree.head == "name":
        return name_of(page, tree.name)
    if tree.head == "d":
        x, inner = name_of(page, tree.name)[0], tree.parts[0]
        if page.latex:
            if inner.head == "name":
                return rf"\frac{{\mathrm{{d}} {show(page, inner)}}}{{\mathrm{{d}} {x}}}", 5
            return rf"\frac{{\mathrm{{d}}}}{{\mathrm{{d}} {x}}}\,{show(page, inner, 3)}", 2
        shown = show(page, inner)
        return f"d{shown}/d{x}" if re.fullmatch(r"\w+", shown) else f"d({shown})/d{x}", 5
    first = tree.parts[0]
    if tree.head == "negative":
        return f"-{show(page, first, 2)}", 1
    if tree.head in ("+", "-"):
        return f"{show(page, first, 1)} {tree.head} {show(page, tree.parts[1], 2)}", 1
    if tree.head == "**":
        base = show(page, first, 4)
        return (f"{base}^{{{tree.number}}}" if page.latex else f"{base}^{tree.number}"), 3
    second = tree.parts[1]
    if tree.head == "/":
        if _is_decimal(first, second):
            return _decimal(first.number, second.number), 5
        if page.latex:
            return rf"\frac{{{show(page, first)}}}{{{show(page, second)}}}", 3
        return f"{show(page, first, 2)}/{show(page, second, 3)}", 2
    left, right = show(page, first, 2), show(page, second, 2 if second.head == "*" else 3)
    between = (r" \cdot " if page.latex else " * ") if right[:1].isdigit() else (r" \, " if page.latex else " ")
    if page.latex and not right[:1].isdigit():
        between = r" "
    return left + between + right, 2


def _is_decimal(top: Tree, below: Tree) -> bool:
    """Whether a quotient is a long decimal fraction, better read with a point."""
    return top.head == below.head == "number" and re.fullmatch(r"10{3,}", str(below.number)) is not None


def _decimal(top: int, below: int) -> str:
    places = len(str(below)) - 1
    whole, rest = divmod(top, below)
    return f"{whole}.{rest:0{places}d}"


def _relations(page: Page, relations: tuple[Relation, ...]) -> str:
    out = show(page, relations[0].left)
    for r in relations:
        sign = _SIGNS.get(r.symbol, r.symbol) if page.latex else r.symbol
        out += f" {sign} {show(page, r.right)}"
    return out


def claim_text(page: Page, claim: Claim) -> str:
    """A claim as mathematics."""
    out = _relations(page, claim.chain)
    if claim.iff:
        out += (r" \iff " if page.latex else " if and only if ") + _relations(page, claim.iff)
    return out


def math(page: Page, body: str) -> str:
    """Mathematics in the running text."""
    return f"${body}$" if page.latex else body


_WORDS_IN_FORMULAS = re.compile(r"\b(tanh|coth|cosh|exp|log|det|min|max|theta|sigma|gamma|Phi|Theta)")
_SIGNS_IN_FORMULAS = (("->", r"\to"), ("<=", r"\le"), (">=", r"\ge"), ("...", r"\dots"))


def prose(words: str, latex: bool) -> str:
    """A meaning, its formulas between backquotes set as mathematics."""
    pieces = words.split("`")
    if not latex:
        return "".join(pieces)
    return "".join(f"${_formula(piece)}$" if k % 2 else _escaped(piece) for k, piece in enumerate(pieces))


def _formula(plain: str) -> str:
    for sign, shown in _SIGNS_IN_FORMULAS:
        plain = plain.replace(sign, shown)
    plain = re.sub(r"\bd (?=[A-Za-z])", r"\\partial ", plain)
    plain = re.sub(r"\beps\b", r"\\varepsilon", re.sub(r"\bnet\b|\bnet(?=_)", r"\\mathrm{net}", plain))
    plain = re.sub(r"([_^])([A-Za-z]{2,})", r"\1{\\mathrm{\2}}", _WORDS_IN_FORMULAS.sub(r"\\\1", plain))
    return re.sub(r"_(\w+)", r"_{\1}", plain)


def _escaped(words: str) -> str:
    return re.sub(r"([&%#_])", r"\\\1", re.sub(r"([<>|])", r"$\1$", words)).replace("^", r"\^{}")
