"""Files that need amsmath and no package of ours: a table of the theorems, and a document that shows every fragment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from errorflow.results import Piece, Result
from errorflow.results.layout import escaped

PAGE = 25  # rows of the table of theorems that fit on a page


def theorem_table(records: list[dict[str, Any]]) -> str:
    r"""The theorems by name, with what is claimed, how it was checked and how far it reaches.

    A paper may set \EFtitlewidth before it reads the tables, each of which fits on a page.
    """
    rows = []
    for r in records:
        if r["kind"] == "theorem":
            name, title, verdict = escaped(r["name"]), escaped(r["title"]), f"{r['verdict']}, {r['route']}"
            rows.append(rf"\texttt{{{name}}} & {title} & {verdict} & {_reach(r['scope'])} \\")
    head = r"Name & What it says & Verdict & Scope \\ \hline"
    width, begin = r"\providecommand{\EFtitlewidth}{.3\linewidth}", r"\begin{tabular}{@{}lp{\EFtitlewidth}ll@{}}"
    pages = [rows[k : k + PAGE] for k in range(0, len(rows), PAGE)]
    return width + "\n" + "\n\n".join("\n".join([begin, head, *page, r"\end{tabular}"]) for page in pages)


def _reach(scope: str) -> str:
    """The first word of a scope: universal, schema or instance."""
    return escaped(re.split(r"\W", scope)[0])


def catalogue(chosen: tuple[Result, ...], pieces: Mapping[str, Piece]) -> str:
    """A document that shows every file with its name."""
    lines = [
        r"\documentclass{article}",
        r"\usepackage{amsmath}",
        r"\allowdisplaybreaks",
        r"\setlength{\parindent}{0pt}",
        r"\begin{document}",
        r"\section*{Named results of errorflow}",
    ]
    for result in chosen:
        lines.append(rf"\subsection*{{\raggedright {escaped(result.title)}}}")
        for name, piece in result.pieces().items():
            read, called = rf"\input{{{name}}}", rf"\texttt{{{escaped(name)}}}"
            if not piece.math and "\n" not in piece.latex:
                lines += ["", rf"{{\raggedright {called}: {read}\par}}"]
            else:
                lines += ["", called, "", rf"\[ {read} \]" if piece.math else read]
    lines += [r"\newpage\subsection*{All theorems}"]
    lines += [r"\scriptsize\newcommand{\EFtitlewidth}{.36\linewidth}"]
    lines += [r"\input{theorem_table}", r"\end{document}"]
    return "\n".join(lines) + "\n"
