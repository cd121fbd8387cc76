"""Named results as LaTeX files that anyone's paper can read in.

NAME.tex is pure mathematics, to stand in a display: \\[ \\input{lstm.jacobian} \\]. NAME.steps.tex is a derivation with
the rule of every line, and the NAME.tex of a theorem its statement: both are running text with displays of their own.
All need amsmath and nothing else, and fit a line of 345 points, that of a plain article. results.json holds the same as
data; catalogue.tex shows every file with its name; theorem_table.tex lists the theorems with their verdicts.
"""

from __future__ import annotations

import json
import os
import platform
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sympy

from errorflow.results import Piece, Result, results
from errorflow.results.layout import escaped
from errorflow.results.record import digest

_PASSED = ("proved", "computed", "cited")
PAGE = 25  # rows of the table of theorems that fit on a page


def export(folder: str | os.PathLike[str]) -> list[Path]:
    """The files written to `folder`, which is made if it is not there; results.json comes last.

    Every theorem is checked anew. The same version writes the same bytes. Each file is replaced in one step, and
    nothing is written before all is worked out.

    Raises: NotADirectoryError if `folder` is a file; AssertionError, naming them, if theorems fail.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(f"folder must be a folder, got the file {target}; give a folder or a new name")
    contents = files(results())
    target.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        _replace(target / name, text)
    return [target / name for name in contents]


def files(chosen: tuple[Result, ...]) -> dict[str, str]:
    """File name -> text, for the results given. Raises: AssertionError if a theorem among them fails."""
    records = [result.json() for result in chosen]
    failed = [f"{r['name']} ({r['reason']})" for r in records if r["kind"] == "theorem" and r["verdict"] not in _PASSED]
    if failed:
        raise AssertionError(f"every theorem must be proved before it is exported; failed: {', '.join(failed)}")
    pieces = {name: piece for result in chosen for name, piece in result.pieces().items()}
    # The last sign of a file is a comment, so that reading it in adds no space to the text around it.
    found = {f"{name}.tex": f"{piece.latex}%\n" for name, piece in pieces.items()}
    found["theorem_table.tex"] = f"{_theorem_table(records)}%\n"
    found["catalogue.tex"] = _catalogue(chosen, pieces)
    found["results.json"] = json.dumps(_document(records), indent=1, ensure_ascii=True) + "\n"
    return found


def _document(records: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schema": 1,
        "digest": digest({r["name"]: r["digest"] for r in records}),
        "versions": {
            "errorflow": _version(),
            "sympy": sympy.__version__,
            "python": platform.python_version(),
        },
        "results": records,
    }


def _version() -> str:
    import errorflow

    return errorflow.__version__


def _theorem_table(records: list[dict[str, Any]]) -> str:
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


def _catalogue(chosen: tuple[Result, ...], pieces: Mapping[str, Piece]) -> str:
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


def _replace(path: Path, text: str) -> None:
    """Writes a file so that whoever reads it sees the old text or the new, never half of one."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:  # which names the folder that was asked for, not the temporary file
        raise type(error)(error.errno, error.strerror, str(path.parent)) from None
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as stream:
            stream.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
