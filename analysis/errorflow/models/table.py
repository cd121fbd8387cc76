"""All models in one table, as Markdown and as rows of LaTeX: made from the pages, so that nothing is written twice."""

from __future__ import annotations

from collections.abc import Iterable

from errorflow.models.record import Model, plain, printed

HEAD = ("model", "influence at lag q", "path", "multiply-adds per step", "memory, words", "theorems")


def markdown(models: Iterable[Model]) -> str:
    """The table in Markdown, a line for each model."""
    rows = [
        (
            _code(page.name),
            page.law.text(),
            *(plain(e) for e in (page.path_length, page.macs, page.memory)),
            ", ".join(map(_code, page.theorems)),
        )
        for page in models
    ]
    lines = [HEAD, ("---",) * len(HEAD), *([cell.replace("|", r"\|").replace("*", " ") for cell in r] for r in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def latex_rows(models: Iterable[Model]) -> str:
    r"""Rows of LaTeX, each ended by \\: model, law, path, multiply-adds, memory."""
    return "\n".join(
        " & ".join(
            (
                page.title.replace("&", r"\&"),
                page.law.latex(),
                *(f"${printed(e)}$" for e in (page.path_length, page.macs, page.memory)),
            )
        )
        + r" \\"
        for page in models
    )


def _code(text: str) -> str:
    return f"`{text}`"
