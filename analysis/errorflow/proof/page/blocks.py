"""Matrices of a statement by their entries: side by side, one by one where they are long, or as one sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..checker.polynomial import names_in, parse_expression
from .printing import LINE, Page, math, name_of, show


def block(page: Page, name: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A matrix by its entries: one by one where they are too long to stand side by side."""
    cells = [[show(page, parse_expression(entry)) for entry in row] for row in rows]
    if any(
        names_in(parse_expression(e)) & set(page.statement.matrix)
        for _, b in page.statement.blocks
        for r in b
        for e in r
    ):
        cells = [["I" if cell == "1" else cell for cell in row] for row in cells]
    if is_long(rows):
        for i, row in enumerate(cells, 1):
            for j, cell in enumerate(row, 1):
                yield f"{name}_{{{i}{j}}} ={{}}& {_broken(cell)}" if page.latex else f"{name}[{i}, {j}] = {cell}"
        return
    if page.latex:
        body = r"\begin{pmatrix}" + r" \\ ".join(" & ".join(row) for row in cells) + r"\end{pmatrix}"
    else:
        body = "[" + ", ".join("[" + ", ".join(row) + "]" for row in cells) + "]"
    yield math(page, f"{name} = {body}")


def in_short(page: Page, name: str, rows: Sequence[Sequence[str]]) -> str | None:
    """The entries of a matrix as one sum, if its symbol has one that gives just these entries."""
    summed = page.symbols[name].summed if name in page.symbols else None
    if summed is None or summed.entries() != tuple(map(tuple, rows)):
        return None
    shown, over = name_of(page, name)[0], ", ".join(summed.indices)
    term = show(page, parse_expression(summed.general()), 2)
    if page.latex:
        return rf"{shown}_{{uv}} = \sum_{{{over}=1}}^{{{summed.size}}} {term}"
    return f"{shown}[u, v] = sum over {over} = 1..{summed.size} of {term}"


def is_long(rows: Sequence[Sequence[str]]) -> bool:
    return max(len(" ".join(row)) for row in rows) > LINE


def _broken(cell: str) -> str:
    """A sum over two lines, or what is no sum as it is."""
    terms = cell.split(" + ")
    half = (len(terms) + 1) // 2
    if half == len(terms):
        return cell
    return " + ".join(terms[:half]) + " \\\\\n&{}+ " + " + ".join(terms[half:])


def long_entries(page: Page) -> str:
    """What is too long for the running text, as a display."""
    blocks = [(name, rows) for name, rows in page.statement.blocks if in_short(page, name, rows) is None]
    long = [(name, rows) for name, rows in blocks if is_long(rows)]
    rows = [row for name, entries in long for row in block(page, name_of(page, name)[0], entries)]
    return "with\n\\begin{align*}\n" + ", \\\\\n".join(rows) + ".\n\\end{align*}" if rows else ""
