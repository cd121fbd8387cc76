"""The printed form of a statement, in LaTeX and in plain text, made from the same trees that the checker expands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .facts import begin
from .polynomial import Claim, Relation, Tree, names_in, parse_claim, parse_expression
from .statement import Accumulated, Statement


@dataclass(frozen=True)
class Symbol:
    """How a name is printed. `meaning` says in words what the name is.

    `@` stands for the index; `#` for the unit, which is l inside a sum over l and v elsewhere.
    """

    name: str
    latex: str = ""
    text: str = ""
    meaning: str = ""


_GREEK = ("alpha", "beta", "gamma", "delta", "epsilon", "eps", "kappa", "lambda", "mu", "sigma", "tau", "theta", "phi",
          "Phi", "Theta", "Delta")
_FUNCTIONS = {"logistic": r"\sigma", "tanh": r"\tanh", "exp": r"\exp"}
_SIGNS = {"<=": r"\le", ">=": r"\ge"}
_INDEXED_GAP = "@"


@dataclass(frozen=True)
class _Page:
    """One language of print: LaTeX or plain text."""

    statement: Statement
    symbols: dict[str, Symbol]
    latex: bool
    index: str = ""
    unit: str = "v"

    def at(self, index: str) -> _Page:
        return _Page(self.statement, self.symbols, self.latex, index, self.unit)

    def summed(self) -> _Page:
        return _Page(self.statement, self.symbols, self.latex, self.index, "l")


def _successor(index: str) -> str:
    return str(int(index) + 1) if index.isdigit() else f"{index}+1"


def _indexed(page: _Page) -> frozenset[str]:
    plan = page.statement.recurrence
    return frozenset(plan.indexed) | {a.name for a in plan.accumulate} if plan else frozenset()


def _accumulated(page: _Page, name: str) -> Accumulated | None:
    plan = page.statement.recurrence
    return next((a for a in plan.accumulate if a.name == name), None) if plan else None


def _is_power(page: _Page, a: Accumulated) -> bool:
    return a.kind != "sum" and not names_in(parse_expression(a.term)) & begin(page.statement).indexed


def _name(page: _Page, name: str) -> tuple[str, int]:
    """The print of a name and how tightly it binds."""
    plain = name.removesuffix("'")
    index = _successor(page.index) if name != plain and page.index else page.index
    a = _accumulated(page, plain)
    if a is not None and plain not in page.symbols and _is_power(page, a):
        shift = 1 - a.first
        exponent = str(int(index) + shift) if index.isdigit() else _shifted(index, shift)
        base = _show(page, parse_expression(a.term), 4)
        return (f"{base}^{{{exponent}}}" if page.latex else f"{base}^{_group(exponent)}"), 3
    symbol = page.symbols.get(plain, Symbol(plain))
    form = ((symbol.latex if page.latex else symbol.text) or _plain(plain, page.latex)).replace("#", page.unit)
    if _INDEXED_GAP in form:
        return form.replace(_INDEXED_GAP, index or "q"), 1 if form == _INDEXED_GAP and not index.isalnum() else 5
    if plain in begin(page.statement).indexed and index:
        return (f"{form}_{{{index}}}" if page.latex else f"{form}[{index}]"), 5
    return form, 5


def _group(exponent: str) -> str:
    return exponent if re.fullmatch(r"\w+", exponent) else f"({exponent})"


def _shifted(index: str, shift: int) -> str:
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


def _show(page: _Page, tree: Tree, tight: int = 0) -> str:
    body, binds = _body(page, tree)
    if binds >= tight:
        return body
    return rf"\left({body}\right)" if page.latex else f"({body})"


def _body(page: _Page, tree: Tree) -> tuple[str, int]:
    if tree.head == "number":
        return str(tree.number), 5
    if tree.head == "name":
        return _name(page, tree.name)
    if tree.head == "d":
        x, inner = _name(page, tree.name)[0], tree.parts[0]
        if page.latex:
            if inner.head == "name":
                return rf"\frac{{\mathrm{{d}} {_show(page, inner)}}}{{\mathrm{{d}} {x}}}", 5
            return rf"\frac{{\mathrm{{d}}}}{{\mathrm{{d}} {x}}}\,{_show(page, inner, 3)}", 2
        return f"d({_show(page, inner)})/d{x}", 5
    first = tree.parts[0]
    if tree.head == "negative":
        return f"-{_show(page, first, 2)}", 1
    if tree.head in ("+", "-"):
        return f"{_show(page, first, 1)} {tree.head} {_show(page, tree.parts[1], 2)}", 1
    if tree.head == "**":
        base = _show(page, first, 4)
        return (f"{base}^{{{tree.number}}}" if page.latex else f"{base}^{tree.number}"), 3
    second = tree.parts[1]
    if tree.head == "/":
        if page.latex:
            return rf"\frac{{{_show(page, first)}}}{{{_show(page, second)}}}", 3
        return f"{_show(page, first, 2)}/{_show(page, second, 3)}", 2
    left, right = _show(page, first, 2), _show(page, second, 2 if second.head == "*" else 3)
    between = (r" \cdot " if page.latex else " * ") if right[:1].isdigit() else (r" \, " if page.latex else " ")
    if page.latex and not right[:1].isdigit():
        between = r" "
    return left + between + right, 2


def _relations(page: _Page, relations: tuple[Relation, ...]) -> str:
    out = _show(page, relations[0].left)
    for r in relations:
        sign = _SIGNS.get(r.symbol, r.symbol) if page.latex else r.symbol
        out += f" {sign} {_show(page, r.right)}"
    return out


def _claim(page: _Page, claim: Claim) -> str:
    out = _relations(page, claim.chain)
    if claim.iff:
        out += (r" \iff " if page.latex else " if and only if ") + _relations(page, claim.iff)
    return out


def _math(page: _Page, body: str) -> str:
    return f"${body}$" if page.latex else body


def _sequence(page: _Page, a: Accumulated, index: str) -> str:
    term = parse_expression(a.term)
    name = _name(page.at(index), a.name)[0]
    if a.kind == "sum":
        body = _show(page.at("k"), term)
        return (rf"{name} = \sum_{{k={a.first}}}^{{{index}}} {body}" if page.latex
                else f"{name} = sum over k = {a.first}..{index} of {body}")
    new, old = _show(page.at(index), term, 2), _show(page.at(str(a.first)), term, 2)
    dots = r"\cdots" if page.latex else "..."
    return f"{name} = {new} {dots} {old}" if a.kind == "product" else f"{name} = {old} {dots} {new}"


def _listed(page: _Page) -> list[str]:
    """The hypotheses, one each."""
    s, plan = page.statement, page.statement.recurrence
    page = page.at(plan.index if plan else "")
    out = []
    for kind, names in (("real", s.real), ("an integer", s.integer), ("a matrix", s.matrix)):
        loose = [n for n in names if not _accumulated(page, n) and n in _mentioned(s)]
        if loose:
            shown = ", ".join(_math(page, _name(page, n)[0]) for n in loose)
            many = {"an integer": "integers", "a matrix": "matrices"}.get(kind, kind) if len(loose) > 1 else kind
            out.append(f"{shown} {many}")
    shown = _mentioned(s)
    for name, function, argument in s.let:
        if name not in shown:
            continue
        inner = _show(page, parse_expression(argument))
        if not function:
            out.append(_math(page, f"{_name(page, name)[0]} = {inner}"))
            continue
        f = _FUNCTIONS[function] if page.latex else function
        bracket = rf"\left({inner}\right)" if page.latex else f"({inner})"
        out.append(_math(page, f"{_name(page, name)[0]} = {f}{bracket}"))
    for name, by, value in s.slopes:
        out.append(_math(page, _relations(page, (Relation(Tree("d", (Tree("name", name=name),), name=by), "=",
                                                          parse_expression(value)),))))
    for name, rows in s.blocks:
        cells = [[_show(page, parse_expression(entry)) for entry in row] for row in rows]
        body = (r"\begin{pmatrix}" + r" \\ ".join(" & ".join(row) for row in cells) + r"\end{pmatrix}" if page.latex
                else "[" + ", ".join("[" + ", ".join(row) + "]" for row in cells) + "]")
        out.append(_math(page, f"{_name(page, name)[0]} = {body}"))
    for name, count, term in s.sums:
        body, top = _show(page.summed(), parse_expression(term), 2), _name(page, count)[0]
        out.append(_math(page, rf"{_name(page, name)[0]} = \sum_{{l=1}}^{{{top}}} {body}" if page.latex
                         else f"{_name(page, name)[0]} = sum over l = 1..{top} of {body}"))
    out += [_math(page, _claim(page, parse_claim(text))) for text in s.assume]
    if plan:
        out += [_math(page, _sequence(page, a, plan.index)) for a in plan.accumulate
                if not (_is_power(page, a) and a.name not in page.symbols) and a.term != "1"]
        out += [_math(page, _claim(page.at(str(plan.start)), parse_claim(text))) for text in plan.base]
        at_least = _math(page, rf"{plan.index} \ge {plan.start}" if page.latex else f"{plan.index} >= {plan.start}")
        for text in plan.step + plan.always:
            out.append(f"{_math(page, _claim(page, parse_claim(text)))} for every {at_least}")
    return out


def _mentioned(s: Statement) -> frozenset[str]:
    """The names that a reader meets; what only the proof needs is left out."""
    plan = s.recurrence
    texts = list(s.assume) + [t for part in s.parts for t in part.assume + part.conclude]
    texts += list(plan.base + plan.step + plan.always) if plan else []
    relations = [r for t in texts for c in [parse_claim(t)] for r in (*c.chain, *c.iff)]
    trees = [side for r in relations for side in (r.left, r.right)]
    terms = [t for _, _, t in s.sums] + [a.term for a in (plan.accumulate if plan else ())]
    terms += [entry for _, rows in s.blocks for row in rows for entry in row] + [t for _, _, t in s.slopes]
    found = frozenset[str]().union(*(names_in(t) for t in trees), *(names_in(parse_expression(t)) for t in terms))
    found = frozenset(name.removesuffix("'") for name in found)
    for name, _, argument in reversed(s.let):
        found |= names_in(parse_expression(argument)) if name in found else frozenset()
    return found


def _page(statement: Statement, symbols: Sequence[Symbol], latex: bool) -> _Page:
    return _Page(statement, {s.name: s for s in symbols}, latex)


def _meanings(page: _Page, symbols: Sequence[Symbol]) -> list[str]:
    plan = page.statement.recurrence
    page = page.at(plan.index if plan else "")
    return [f"{_math(page, _name(page, s.name)[0])}: {s.meaning}" for s in symbols if s.meaning]


def hypotheses(statement: Statement, symbols: Sequence[Symbol] = ()) -> tuple[str, ...]:
    """What is assumed, one hypothesis each, in plain text; what a name stands for comes first."""
    page = _page(statement, symbols, False)
    parts = [f"part {i}: {_claim(page.at(_running(page)), parse_claim(text))}"
             for i, part in enumerate(statement.parts, 1) for text in part.assume]
    return tuple(_meanings(page, symbols) + _listed(page) + parts)


def _running(page: _Page) -> str:
    plan = page.statement.recurrence
    return plan.index if plan else ""


def text(statement: Statement, symbols: Sequence[Symbol] = ()) -> str:
    """The statement in plain text: hypotheses, then the conclusions of each part."""
    page = _page(statement, symbols, False)
    out = "Let " + "; ".join(_meanings(page, symbols) + _listed(page)) + "."
    inner = page.at(_running(page))
    for part in statement.parts:
        given = " and ".join(_claim(inner, parse_claim(t)) for t in part.assume)
        plan = statement.recurrence
        every = f"for every {plan.index} >= {plan.start}, " if part.induction and plan else ""
        body = "; ".join(_claim(inner, parse_claim(t)) for t in part.conclude)
        out += f" If {given}, then {every}{body}." if given else f" Then {every}{body}."
    return out


def latex(statement: Statement, symbols: Sequence[Symbol] = ()) -> str:
    """The statement in LaTeX: hypotheses in the running text, the conclusions of each part displayed."""
    page = _page(statement, symbols, True)
    out = "Let " + "; ".join(_meanings(page, symbols) + _listed(page)) + "."
    inner = page.at(_running(page))
    for part in statement.parts:
        given = " and ".join(f"${_claim(inner, parse_claim(t))}$" for t in part.assume)
        plan = statement.recurrence
        every = rf" for every ${plan.index} \ge {plan.start}$," if part.induction and plan else ""
        lines = " \\\\\n".join(_claim(inner, parse_claim(t)) for t in part.conclude)
        head = f" If {given}, then" if given else " Then"
        out += f"{head}{every}\n\\begin{{gather*}}\n{lines}\n\\end{{gather*}}\n"
    return out
