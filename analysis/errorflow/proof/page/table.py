"""The names of a statement as a table: how each is printed, what it stands for, and its shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..checker.polynomial import names_in, parse_expression
from ..checker.statement import Statement
from .printing import Page, accumulated, name_of, prose, show
from .sentences import definitions, mentioned, page_of
from .symbols import Symbol

_KINDS = {"real": "a real number", "integer": "an integer", "matrix": "a matrix"}


def table(statement: Statement, symbols: Sequence[Symbol] = ()) -> list[dict[str, Any]]:
    """Every name that a reader meets: `name` in plain text, `latex`, `meaning`, `shape`.

    meaning: in words, else by its definition, else its kind. shape: [] for a number, ["2", "2"] for a matrix that is
    written out, ["any", "any"] for one of any size that fits.
    """
    plain, tex = page_of(statement, symbols, False), page_of(statement, symbols, True)
    meanings = _meanings(plain, symbols)
    found = []
    for name, kind in _names(statement):
        shown = name_of(plain, name)[0]
        if accumulated(plain, name) and not {name, shown} & (meanings.keys() | plain.symbols.keys()):
            continue  # a power is printed as one, without its name
        meaning = meanings.get(name) or meanings.get(shown) or _KINDS[kind]
        latex, shape = name_of(tex, name)[0], _shape(statement, name, kind)
        found.append({"name": shown, "latex": latex, "meaning": meaning, "shape": shape})
    if statement.recurrence:
        index, start = statement.recurrence.index, statement.recurrence.start
        found.append({"name": index, "latex": index, "meaning": f"any integer from {start} on", "shape": []})
    return found


def _meanings(page: Page, symbols: Sequence[Symbol]) -> dict[str, str]:
    """Name, or what is printed for it, -> what it stands for, in words or by its definition."""
    found = {}
    for text in definitions(page):
        left, right = text.split(" = ", 1)
        name, entry, _ = left.partition("[u, v]")
        found[name] = f"the matrix with the entries {right}" if entry else right
    for name, slope in page.statement.functions:
        found[name] = f"a function of one real variable with slope {show(page, parse_expression(slope))}"
    return found | {s.name: prose(s.meaning, False) for s in symbols if s.meaning}


def _names(s: Statement) -> Iterator[tuple[str, str]]:
    """The names that a reader meets with their kinds, each once."""
    kinds = {name: kind for kind in _KINDS for name in getattr(s, kind)} | {name: "matrix" for name, _ in s.blocks}
    kinds |= {name: "real" for name, *_ in (*s.let, *s.sums) if name not in kinds}
    kinds |= {a.name: "real" for a in (s.recurrence.accumulate if s.recurrence else ()) if a.name not in kinds}
    met = mentioned(s) | {name for name, _ in (*s.blocks, *s.functions)}
    yield from ((name, kind) for name, kind in kinds.items() if name in met)
    yield from ((name, "real") for name, _ in s.functions if name not in kinds)


def _shape(s: Statement, name: str, kind: str) -> list[str]:
    rows = dict(s.blocks).get(name)
    if rows and not any(names_in(parse_expression(entry)) & set(s.matrix) for row in rows for entry in row):
        return [str(len(rows)), str(len(rows[0]))]
    return ["any", "any"] if kind == "matrix" else []
