"""A statement as sentences, in LaTeX and in plain text: Let, Put, Assume, Then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ..checker.declarations import begin
from ..checker.polynomial import names_in, parse_claim, parse_expression
from ..checker.statement import Accumulated, Part, Statement
from .blocks import block, in_short, is_long, long_entries
from .printing import (
    FUNCTIONS,
    LINE,
    Page,
    accumulated,
    bracket,
    claim_text,
    group,
    is_power,
    math,
    name_of,
    prose,
    shifted,
    show,
)
from .symbols import Symbol


def hypotheses(statement: Statement, symbols: Sequence[Symbol] = ()) -> tuple[str, ...]:
    """What is assumed, one hypothesis each, in plain text; what a name stands for comes first."""
    page = page_of(statement, symbols, False)
    found = [f"{name}: {meaning}" for name, meaning in _meanings(page, symbols)]
    found += [f"{names} {kind}" for names, kind in _kinds(page, frozenset())]
    found += [f"{name}: {kind}" for name, kind in _functions(page)]
    found += [*definitions(page), *_assumed(page)]
    found += [f"{text} for every {_indices(page)}" for text in _recurring(page)]
    units = _units(page)
    found += [f"all this for {units}"] if units else []
    for i, part in enumerate(statement.parts, 1):
        found += [f"part {i}: {claim_text(page, parse_claim(text))}" for text in part.assume]
    return tuple(found)


def text(statement: Statement, symbols: Sequence[Symbol] = ()) -> str:
    """The statement in plain text: hypotheses, then the conclusions of each part."""
    page = page_of(statement, symbols, False)
    sentences = _opening(page, symbols)
    for head, shown in _concluded(page):
        sentences.append(f"{head} {'; '.join(claim_text(page, parse_claim(t)) for t in shown)}.")
    return " ".join(sentences)


def latex(statement: Statement, symbols: Sequence[Symbol] = ()) -> str:
    """The statement in LaTeX: hypotheses in the running text, the conclusions of each part displayed."""
    page = page_of(statement, symbols, True)
    plain = page_of(statement, symbols, False)
    out = "\n".join(_opening(page, symbols))
    for head, texts in _concluded(page):
        shown = [parse_claim(t) for t in texts]
        rows = _rows([(claim_text(page, c), len(claim_text(plain, c))) for c in shown])
        out += f"\n{head}\n" + _display(rows)
    return out


def claims(statement: Statement, symbols: Sequence[Symbol] = ()) -> tuple[str, ...]:
    """The conclusions as LaTeX mathematics, one each, in the order in which they are printed."""
    page = page_of(statement, symbols, True)
    shown = (text for k in range(len(statement.parts)) for text in _shown(statement, k))
    return tuple(claim_text(page, parse_claim(text)) for text in shown)


def page_of(statement: Statement, symbols: Sequence[Symbol], tex: bool) -> Page:
    plan = statement.recurrence
    return Page(statement, {s.name: s for s in symbols}, tex, plan.index if plan else "")


def _opening(page: Page, symbols: Sequence[Symbol]) -> list[str]:
    """The sentences before the conclusions."""
    told = frozenset(s.name for s in symbols if s.meaning)
    let = [f"{names} be {kind}" for names, kind in _kinds(page, told)]
    let += [f"{name} be {meaning}" for name, meaning in _meanings(page, symbols)]
    let += [f"{name} be {kind}" for name, kind in _functions(page)]
    sentences = [f"Let {_series(let, '; ')}."] if let else []
    put = list(definitions(page))
    entries = long_entries(page) if page.latex else ""
    if put:
        sentences.append(f"Put {_series(put)}" + (f" {entries}" if entries else "."))
    assumed, recurring = list(_assumed(page)), list(_recurring(page))
    if recurring:
        assumed.append(f"for every {_indices(page)}, {_series(recurring)}")
    units = _units(page)
    if assumed and units:
        assumed[-1] += f"; all this for {units}"
    if assumed:
        sentences.append(f"Assume {_series(assumed, '; ' if recurring else ', ')}.")
    return sentences


def _series(items: Sequence[str], between: str = ", ") -> str:
    if len(items) < 3:
        return f"{'' if between == ', ' else between.rstrip()} and ".join(items)
    return f"{between.join(items[:-1])}{between.rstrip()} and {items[-1]}"


def _concluded(page: Page) -> Iterator[tuple[str, list[str]]]:
    """The words that lead to conclusions, and these; parts that hold under the same words are said together."""
    s = page.statement
    found: list[tuple[Part, bool, list[str]]] = []
    for k, part in enumerate(s.parts):
        shown = _shown(s, k)
        every = part.induction or _moves(s, shown + list(part.assume))
        if found and (found[-1][0].assume, found[-1][1]) == (part.assume, every):
            found[-1][2].extend(shown)
        elif shown:
            found.append((part, every, shown))
    for k, (part, every, shown) in enumerate(found):
        yield _head(page, part, every, k), shown


def _moves(statement: Statement, claims: Sequence[str]) -> bool:
    """Whether one of the claims changes with the index, so that it is meant at every one."""
    if statement.recurrence is None:
        return False
    changing, plan = begin(statement).indexed, statement.recurrence
    changing -= {a.name for a in plan.accumulate if a.term == "1"}
    return any(
        name.removesuffix("'") in changing
        for text in claims
        for claim in [parse_claim(text)]
        for r in (*claim.chain, *claim.iff)
        for side in (r.left, r.right)
        for name in names_in(side)
    )


def _head(page: Page, part: Part, every: bool, k: int) -> str:
    """The words that lead to the conclusions of a part."""
    indices = f"for every {_indices(page)}" if every and page.statement.recurrence else ""
    if not part.assume:
        return ("Moreover" if k else "Then") + (f", {indices}," if indices else "," * bool(k))
    given = " and ".join(math(page, claim_text(page, parse_claim(t))) for t in part.assume)
    units = _units(page, part.assume)
    given += f" for {units}" if units else ""
    if indices and _moves(page.statement, part.assume):
        return f"F{indices[1:]}, if {given}, then"
    return f"If {given}, then{' ' * bool(indices)}{indices}{',' * bool(indices)}"


def _units(page: Page, claims: Sequence[str] | None = None) -> str:
    """The indices of units for which what is assumed holds: all of it, or some claims."""
    s = page.statement
    if not s.sums:
        return ""
    texts = list(claims if claims is not None else (*_assumed(page), *_recurring(page)))
    if claims is not None:
        texts = [claim_text(page, parse_claim(t)) for t in texts]
    words = [word for text in texts for word in re.findall(r"[_{]\{?([a-z]{1,2})(?=[^a-zA-Z]|$)", text)]
    used = [letter for letter in "vl" if any(letter in word for word in words)]
    count = name_of(page, s.sums[0][1])[0]
    return (
        f"every {' and '.join(math(page, x) for x in used)} from {math(page, '1')} to {math(page, count)}"
        if used
        else ""
    )


def _shown(statement: Statement, k: int) -> list[str]:
    """The conclusions of a part, without what is there for the induction only or stands in an earlier part already.

    For the induction only are the range of the index and the sign of a power that bounds something.
    """
    plan, part = statement.recurrence, statement.parts[k]
    covering = [p for p in statement.parts[:k] if not p.assume and (p.induction or not part.induction)]
    said = {t for p in covering for t in p.conclude}
    trivial = {f"{a.name} >= 0" for a in plan.accumulate if a.term == "1" or a.kind != "sum"} if plan else set()
    trivial |= {f"{a.name} > 0" for a in plan.accumulate if a.kind != "sum"} if plan else set()
    trivial |= {f"{a.name} >= 1" for a in plan.accumulate if a.term == "1"} if plan else set()
    shown = [t for t in part.conclude if t not in said | trivial]
    return shown or [t for t in part.conclude if t not in said]


def _rows(conclusions: Sequence[tuple[str, int]]) -> list[str]:
    """Conclusions side by side as long as they fit on a line."""
    rows: list[tuple[str, int]] = []
    for body, length in conclusions:
        if rows and rows[-1][1] + length + 6 <= LINE:
            rows[-1] = (rf"{rows[-1][0]}, \qquad {body}", rows[-1][1] + length + 6)
        else:
            rows.append((body, length))
    return [body for body, _ in rows]


def _display(rows: Sequence[str]) -> str:
    if len(rows) == 1:
        return f"\\[\n{rows[0]}.\n\\]"
    return "\\begin{gather*}\n" + ", \\\\\n".join(rows) + ".\n\\end{gather*}"


def _meanings(page: Page, symbols: Sequence[Symbol]) -> Iterator[tuple[str, str]]:
    for s in symbols:
        if s.meaning:
            yield math(page, name_of(page, s.name)[0]), prose(s.meaning, page.latex)


def _kinds(page: Page, told: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Names by kind, without those that are told in words."""
    s = page.statement
    shown = mentioned(s)
    for one, many, names in (
        ("real", "real", s.real), ("an integer", "integers", s.integer), ("a matrix", "matrices", s.matrix)
    ):  # fmt: skip
        loose = [n for n in names if not accumulated(page, n) and n in shown and n not in told]
        if loose:
            yield ", ".join(_listed(page, loose)), many if len(loose) > 1 else one


def _listed(page: Page, names: Sequence[str]) -> Iterator[str]:
    """Names as mathematics; of four or more that differ in their numbers alone, the first and the last."""
    for stem, alike in groupby(names, lambda name: name.rstrip("0123456789")):
        found = [name_of(page, name)[0] for name in alike]
        if len(found) > 3 and len(names) > len(found) and stem:
            yield math(page, rf"{found[0]}, \ldots, {found[-1]}" if page.latex else f"{found[0]}, ..., {found[-1]}")
        else:
            yield from (math(page, one) for one in found)


def _functions(page: Page) -> Iterator[tuple[str, str]]:
    """Functions of which only the slope is known."""
    for name, slope in page.statement.functions:
        shown = math(page, show(page, parse_expression(slope)))
        yield math(page, name), f"a function of one real variable with slope {shown} everywhere"


def definitions(page: Page) -> Iterator[str]:
    s, shown = page.statement, mentioned(page.statement)
    for name, function, argument in s.let:
        if name in shown and not _speaks_for_itself(page, name, function, argument):
            inner = show(page, parse_expression(argument))
            yield math(page, f"{name_of(page, name)[0]} = {_applied(page, function, inner)}")
    for name, rows in s.blocks:
        if (short := in_short(page, name, rows)) is not None:
            yield math(page, short)
        elif not (page.latex and is_long(rows)):
            yield from block(page, name_of(page, name)[0], rows)
    for name, count, term in s.sums:
        body, top = show(page.summed(), parse_expression(term), 2), name_of(page, count)[0]
        total = rf"\sum_{{l=1}}^{{{top}}} {body}" if page.latex else f"sum over l = 1..{top} of {body}"
        yield math(page, f"{name_of(page, name)[0]} = {total}")
    if s.recurrence:
        for a in s.recurrence.accumulate:
            if not (is_power(page, a) and a.name not in page.symbols) and a.term != "1":
                yield math(page, _sequence(page, a, s.recurrence.index))


def _speaks_for_itself(page: Page, name: str, function: str, argument: str) -> bool:
    """Whether a value is printed as the function at its argument, so that `f(x) = f(x)` need not be said."""
    plain = Page(page.statement, page.symbols, False, page.index, page.unit)
    return name_of(plain, name)[0] == _applied(plain, function, show(plain, parse_expression(argument)))


def _applied(page: Page, function: str, inner: str) -> str:
    if not function:
        return inner
    if not page.latex:
        return f"{function}({inner})"
    return FUNCTIONS.get(function, function) + bracket(inner).replace(r"\left(", r"\!\left(", 1)


def _sequence(page: Page, a: Accumulated, index: str) -> str:
    """A sequence of partial sums or products."""
    term = parse_expression(a.term)
    name = name_of(page.at(index), a.name)[0]
    if a.kind == "sum":
        body = show(page.at("k"), term)
        if page.latex:
            return rf"{name} = \sum_{{k={a.first}}}^{{{index}}} {body}"
        return f"{name} = sum over k = {a.first}..{index} of {body}"
    if is_power(page, a):
        power = shifted(index, 1 - a.first)
        return f"{name} = {show(page, term, 4)}^" + (f"{{{power}}}" if page.latex else group(power))
    new, old = show(page.at(index), term, 2), show(page.at(str(a.first)), term, 2)
    dots = r"\cdots" if page.latex else "..."
    return f"{name} = {new} {dots} {old}" if a.kind == "product" else f"{name} = {old} {dots} {new}"


def _assumed(page: Page) -> Iterator[str]:
    """What is assumed once."""
    s = page.statement
    for claim in s.assume:
        yield math(page, claim_text(page, parse_claim(claim)))
    if s.recurrence:
        for claim in s.recurrence.base:
            yield math(page, claim_text(page.at(str(s.recurrence.start)), parse_claim(claim)))


def _recurring(page: Page) -> Iterator[str]:
    """What is assumed at every index."""
    plan = page.statement.recurrence
    for claim in plan.step + plan.always if plan else ():
        yield math(page, claim_text(page, parse_claim(claim)))


def _indices(page: Page) -> str:
    plan = page.statement.recurrence
    assert plan is not None
    return math(page, rf"{plan.index} \ge {plan.start}" if page.latex else f"{plan.index} >= {plan.start}")


def mentioned(s: Statement) -> frozenset[str]:
    """The names that a reader meets; what only the proof needs is left out."""
    plan = s.recurrence
    texts = list(s.assume) + [t for part in s.parts for t in part.assume + part.conclude]
    texts += list(plan.base + plan.step + plan.always) if plan else []
    relations = [r for t in texts for c in [parse_claim(t)] for r in (*c.chain, *c.iff)]
    trees = [side for r in relations for side in (r.left, r.right)]
    terms = [t for _, _, t in s.sums] + [a.term for a in (plan.accumulate if plan else ())]
    terms += [entry for _, rows in s.blocks for row in rows for entry in row] + [slope for _, slope in s.functions]
    found = frozenset[str]().union(*(names_in(t) for t in trees), *(names_in(parse_expression(t)) for t in terms))
    found = frozenset(name.removesuffix("'") for name in found)
    for name, _, argument in reversed(s.let):
        found |= names_in(parse_expression(argument)) if name in found else frozenset()
    return found
