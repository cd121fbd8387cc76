"""Every way in which one token of a certificate may be wrong.

A token is a number, a name, a sign (+ - * / **) or a relation in a text; a number that is not in a text; an entry of a
list; an entry of a mapping. A number becomes one more and one less; a name the next name of the statement, and its
value at the other index; a sign another sign; a relation each of the other four; the name of a rule or of an axiom the
next one. An entry of a list is left out, doubled, exchanged with the one behind it; an entry of a mapping is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..checker.axioms import AXIOMS
from ..checker.rules import RULES
from ..checker.statement import Statement

WORD = re.compile(r"\d+|[A-Za-z]\w*'?|\*\*|<=|>=|[-+*/=<>]")
RELATIONS = ("=", "<=", ">=", "<", ">")
SIGNS = {"+": "-", "-": "+", "*": "+", "**": "*", "/": "*"}


def names_of(statement: Statement) -> list[str]:
    """The declared names of a statement, in order."""
    s = statement
    return [
        *s.real,
        *s.integer,
        *s.matrix,
        *(n for n, *_ in s.let),
        *(n for n, *_ in s.sums),
        *(n for n, _ in s.blocks),
    ]


def mutants(data: Any, statement: Statement) -> Iterator[Any]:
    """Every copy of a part of a certificate with one token that is wrong."""
    yield from _mutants(data, names_of(statement), _indexed(statement))


def _indexed(s: Statement) -> frozenset[str]:
    return frozenset((*s.recurrence.indexed, *(a.name for a in s.recurrence.accumulate)) if s.recurrence else ())


def _mutants(data: Any, names: Sequence[str], indexed: frozenset[str], key: str = "") -> Iterator[Any]:
    if isinstance(data, str):
        yield from texts(data, names, indexed) if key not in ("rule", "name") else _next_of(key, data)
    elif isinstance(data, int):
        yield from (data + 1, data - 1)
    elif isinstance(data, Mapping):
        for k, item in data.items():
            yield {other: value for other, value in data.items() if other != k}
            yield from ({**data, k: new} for new in _mutants(item, names, indexed, k))
    elif isinstance(data, (list, tuple)):
        yield from entries(data)
        for k, item in enumerate(data):
            yield from ([*data[:k], new, *data[k + 1 :]] for new in _mutants(item, names, indexed))


def entries(data: Sequence[Any]) -> Iterator[list[Any]]:
    """A list with an entry left out, doubled or exchanged with the next, for each of them."""
    for k in range(len(data)):
        yield from ([*data[:k], *rest] for rest in first_entry(data[k:]))


def first_entry(data: Sequence[Any]) -> Iterator[list[Any]]:
    """A list with its first entry left out, doubled or exchanged with the next."""
    yield list(data[1:])
    yield [data[0], *data]
    if len(data) > 1:
        yield [data[1], data[0], *data[2:]]


def texts(text: str, names: Sequence[str], indexed: frozenset[str]) -> Iterator[str]:
    """A text with one of its tokens wrong."""
    for found in WORD.finditer(text):
        for new in _others(found.group(), names, indexed):
            yield text[: found.start()] + new + text[found.end() :]


def _others(word: str, names: Sequence[str], indexed: frozenset[str]) -> Iterator[str]:
    if word.isdigit():
        yield str(int(word) + 1)
        if int(word):
            yield str(int(word) - 1)
    elif word in RELATIONS:
        yield from (other for other in RELATIONS if other != word)
    elif word in SIGNS:
        yield SIGNS[word]
    elif word not in ("d", "iff"):
        plain = word.removesuffix("'")
        if plain in names and len(names) > 1:
            yield names[(names.index(plain) + 1) % len(names)] + word[len(plain) :]
        if plain in indexed:
            yield plain + ("" if word.endswith("'") else "'")


def _next_of(key: str, word: str) -> Iterator[str]:
    known = list(RULES if key == "rule" else AXIOMS)
    if word in known:
        yield known[(known.index(word) + 1) % len(known)]
