"""How results leave: as one JSON document, or as tables and equations within the width of a terminal."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

WIDTH = 100
TIE = "\0"  # stands for a space at which a paragraph must not break


def print_json(document: Any) -> None:
    """Prints one JSON document; a number that is not finite, such as log2 of zero, is null."""
    print(json.dumps(_finite(document), indent=1, allow_nan=False))


def _finite(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def table(rows: Iterable[Sequence[str]], right: Sequence[int] = (), indent: str = "") -> str:
    """Rows with aligned columns, two spaces apart; what is too long in the last one goes on below.

    right: columns of numbers.
    """
    rows = [tuple(row) for row in rows]
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = [f"{c:>{w}}" if k in right else f"{c:{w}}" for k, (c, w) in enumerate(zip(row, widths, strict=True))]
        before = indent + "".join(f"{cell}  " for cell in cells[:-1])
        last = cells[-1].rstrip()
        fits = len(before) + len(last) <= WIDTH
        lines.append((before + last).rstrip() if fits else paragraph(last, " " * len(before), before))
    return "\n".join(lines)


def shortened(text: str) -> str:
    """A text that fits into one line, with three dots where it had to be cut."""
    return text if len(text) <= WIDTH else text[: WIDTH - 3].rstrip() + "..."


def paragraph(text: str, indent: str = "", first: str | None = None) -> str:
    """A text as lines within the width. first: what stands before the first line in place of the indent."""
    begin = indent if first is None else first
    wrapped = textwrap.wrap(
        text, WIDTH, initial_indent=begin, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(wrapped).replace(TIE, " ") or begin.rstrip()


def equation(left: str, terms: Sequence[str]) -> str:
    """left = term + term + ... on one line if that fits, else a line for each term, the signs below one another."""
    line = f"{left} = {' + '.join(terms)}"
    if len(line) <= WIDTH:
        return line
    long = len(left) > WIDTH // 3
    gap = " " * (6 if long else len(left) + 1)
    pairs = enumerate(tied(term, WIDTH - len(gap) - 4) for term in terms)
    lines = [paragraph(term, gap + "    ", f"{gap}{'+' if k else '='} ") for k, term in pairs]
    return "\n".join([left, *lines] if long else [left + lines[0][len(left) :], *lines[1:]])


def tied(formula: str, room: int) -> str:
    """A formula with ties at the spaces where a line must not break, room being the length of a line.

    What is longer than a line breaks before its + and -; a term of it that is, between its factors; and such a factor,
    within its brackets by the same rule.
    """
    if len(formula) <= room:
        return formula.replace(" ", TIE)
    for only in ("+-", ""):
        pieces = _cut(formula, only)
        if len(pieces) > 1:
            return " ".join(tied(piece, room) for piece in pieces)
    begin = min((k for k, sign in enumerate(formula) if sign in "(["), default=len(formula))
    end = next((k for k, depth in _depths(formula) if k > begin and depth == 0), len(formula))
    if begin >= end:
        return formula.replace(" ", TIE)
    around = len(formula) - (end - begin) + 1  # what stands before the first piece inside or behind the last
    inner = tied(formula[begin + 1 : end], max(room // 2, room - around))
    return formula[: begin + 1].replace(" ", TIE) + inner + tied(formula[end:], room)


def _cut(formula: str, only: str) -> list[str]:
    """A formula cut at spaces outside brackets, not behind an operator nor in d / d; only before these signs if any."""
    pieces, start = [], 0
    for k, depth in _depths(formula):
        last = formula[start:k].rpartition(" ")[2]
        after = formula[k + 1 : k + 3]
        if formula[k] != " " or depth or last in ("+", "-", "*", "/", "d") or after == "/ ":
            continue
        if not only or (after[:1] in only and after.endswith(" ")):
            pieces.append(formula[start:k])
            start = k + 1
    return [*pieces, formula[start:]]


def _depths(formula: str) -> Iterator[tuple[int, int]]:
    """Each position with the number of brackets that stand open behind it."""
    depth = 0
    for k, sign in enumerate(formula):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        yield k, depth
