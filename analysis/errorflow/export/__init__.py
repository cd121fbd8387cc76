"""Named results as LaTeX that anyone's paper can read in: a package with letters to choose, and plain files.

errorflow.sty is the package and fragments/NAME.tex what it reads: \\EFresult{lstm.jacobian} in a display, \\EFsteps,
\\EFstatement and \\EFverdict in the text, in the letters of \\usepackage[notation=classic]{errorflow}; formulas break
to fit the column. \\EFequation and \\EFtheorem are numbered, for \\ref and, if cleveref is loaded last, \\cref. A
theorem has letters of its own, each told by its Let and Put, and has the same in every notation. errorflow.bib holds
the sources. Without the package:

NAME.tex is pure mathematics, to stand in a display: \\[ \\input{lstm.jacobian} \\]. NAME.steps.tex is a derivation with
the rule of every line, and the NAME.tex of a theorem its statement: both are running text with displays of their own.
All need amsmath and nothing else, and fit a line of 345 points, that of a plain article. catalogue.tex shows every file
with its name; theorem_table.tex lists the theorems with their verdicts.

results.json holds the same as data: of every result the statement, its symbols with their meaning and shape, for a
theorem hypotheses, verdict and route, and a digest, the SHA-256 of all else in its record as canonical JSON. SHA256SUMS
has the digest of every file, for `sha256sum --check SHA256SUMS`; `errorflow export DIR --check` derives and proves
everything anew and says which files differ from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sympy

from errorflow.builtin import BUILTIN
from errorflow.cells import Cell
from errorflow.export.package import fragments, package
from errorflow.export.plain import catalogue, theorem_table
from errorflow.export.sources import bibliography
from errorflow.results import Result, results, results_of
from errorflow.results.record import digest

_PASSED = ("proved", "computed", "cited")


def export(folder: str | os.PathLike[str], cells: Iterable[Cell] = ()) -> list[Path]:
    """The files written to `folder`, which is made if it is not there; results.json comes last.

    Every theorem is checked anew. The same version writes the same bytes. Each file is replaced in one step, and
    nothing is written before all is worked out.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    cells : iterable of Cell, optional
        Cells of one's own, whose results come before the theorems.

    Returns
    -------
    list of Path

    Raises
    ------
    NotADirectoryError
        If `folder` is a file.
    AssertionError
        If theorems fail, with their names.
    ValueError
        For a cell with the name of another.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(f"folder must be a folder, got the file {target}; give a folder or a new name")
    contents = files(chosen(cells))
    target.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        (target / name).parent.mkdir(exist_ok=True)
        _replace(target / name, text)
    return [target / name for name in contents]


def differing(folder: str | os.PathLike[str], cells: Iterable[Cell] = ()) -> list[str]:
    """The names of the files in `folder` that are not there or not what `export` would write now, in its order.

    Parameters
    ----------
    folder : path
        That `export` wrote.
    cells : iterable of Cell, optional
        Cells of one's own, with which it was written.

    Returns
    -------
    list of str
    """
    target = Path(folder)
    return [
        name
        for name, text in files(chosen(cells)).items()
        if not (target / name).is_file() or (target / name).read_bytes() != text.encode("ascii")
    ]


def unnamed(folder: str | os.PathLike[str], cells: Iterable[Cell] = ()) -> list[str]:
    """The names of cells of one's own with which the folder was written and which are not given."""
    try:
        found = json.loads((Path(folder) / "results.json").read_text(encoding="ascii"))["results"]
        there = [r["name"].rpartition(".definition")[0] for r in found if r["kind"] == "definition"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not there, or not as it was written
        return []
    known = {*BUILTIN, *(r.name.rpartition(".definition")[0] for r in chosen(cells) if r.kind == "definition")}
    return [name for name in there if name and name not in known]


def chosen(cells: Iterable[Cell]) -> tuple[Result, ...]:
    """All named results, those of the given cells before the theorems. Raises: ValueError for a name met twice."""
    own = [result for cell in cells for result in results_of(cell)]
    twice = [name for name, count in Counter(r.name for r in own).items() if count > 1]
    if twice:
        raise ValueError(f"cells must have names of their own, got {twice[0].partition('.')[0]!r} twice")
    known = results()
    return (*(r for r in known if r.kind != "theorem"), *own, *(r for r in known if r.kind == "theorem"))


def files(chosen: tuple[Result, ...]) -> dict[str, str]:
    """File name -> text, for the results given. Raises: AssertionError if a theorem among them fails."""
    records = [result.json() for result in chosen]
    failed = [f"{r['name']} ({r['reason']})" for r in records if r["kind"] == "theorem" and r["verdict"] not in _PASSED]
    if failed:
        raise AssertionError(f"every theorem must be proved before it is exported; failed: {', '.join(failed)}")
    pieces = {name: piece for result in chosen for name, piece in result.pieces().items()}
    # The last sign of a file is a comment, so that reading it in adds no space to the text around it.
    found = {f"{name}.tex": f"{piece.latex}%\n" for name, piece in pieces.items()}
    found["theorem_table.tex"] = f"{theorem_table(records)}%\n"
    found["catalogue.tex"] = catalogue(chosen, pieces)
    found["errorflow.sty"] = package()
    found |= fragments(chosen, records)
    found["errorflow.bib"] = bibliography()
    document = json.dumps(_document(records), indent=1, ensure_ascii=True) + "\n"
    sums = {name: hashlib.sha256(text.encode("ascii")).hexdigest() for name, text in found.items()}
    sums["results.json"] = hashlib.sha256(document.encode("ascii")).hexdigest()
    found["SHA256SUMS"] = "".join(f"{value}  {name}\n" for name, value in sums.items())
    return found | {"results.json": document}


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
