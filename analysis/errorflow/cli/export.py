"""`errorflow export`: every derivation and theorem as a LaTeX fragment with a stable name."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

from errorflow.cli.arguments import Parser, Usage, filename
from errorflow.cli.output import print_json

_USE = """In an article, with DIR/errorflow.sty beside it:
  \\usepackage[notation=classic]{errorflow}  or modern, or review
  \\EFpath{DIR/}                             where the folder fragments/ is
  \\[ \\EFresult{lstm.jacobian} \\]            or \\EFequation{...}, numbered
  \\EFsteps{lstm.jacobian.c_h}               a derivation, line by line
  \\EFstatement{rnn.vanishing}               a theorem; \\EFverdict{...} its verdict
DIR/catalogue.tex shows every name. `sha256sum --check SHA256SUMS` in DIR, and
--check with every result derived and proved anew, say which files differ.

"""


def arguments(parser: Parser) -> None:
    """What `export` takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _USE + "\n".join(textwrap.wrap(parser.epilog or "", 78))
    parser.add_argument("folder", type=filename, metavar="DIR", help="where to; made if it is not there")
    parser.add_argument(
        "--cell", action="append", default=[], metavar="FILE.PY:NAME", help="a cell of your own too; may be repeated"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; say which files are not what would be written now"
    )


def main(args: argparse.Namespace) -> int:
    """Writes the fragments and prints how many. 1, and nothing written, if a theorem among them fails."""
    folder = Path(args.folder)
    if folder.exists() and not folder.is_dir():
        raise Usage(f"DIR must be a folder, got the file {folder}")
    if args.check and not folder.is_dir():
        raise Usage(f"DIR must be a folder that `errorflow export` wrote, got {folder}, which there is not")
    from errorflow.cli.cells import find_cell
    from errorflow.export import differing, export, unnamed

    cells = [find_cell(text) for text in args.cell]
    try:
        if args.check:
            if own := unnamed(folder, cells):
                raise Usage(
                    f"--cell must be repeated with --check: {folder} holds cells of your own, {', '.join(own)};"
                    " give each as it was written, --cell FILE.PY:NAME"
                )
            return _report(folder, differing(folder, cells), args.json)
        written = export(folder, cells)
    except AssertionError as failed:  # a theorem that does not hold is a finding and not a fault of what was typed
        print(f"errorflow export: {' '.join(str(failed).split())}", file=sys.stderr)
        return 1
    except ValueError as error:
        raise Usage(f"--cell: {error}") from None
    if args.json:
        print_json({"folder": str(folder), "files": [str(path) for path in written]})
    else:
        print(f"{len(written)} files in {folder}")
    return 0


def _report(folder: Path, different: list[str], as_json: bool) -> int:
    """What `--check` found; 1 if any file is another than would be written now."""
    if as_json:
        print_json({"folder": str(folder), "differing": different})
    elif different:
        print("\n".join(f"{folder / name} is not what this version writes" for name in different))
    else:
        print(f"every file in {folder} is what this version writes")
    return 1 if different else 0
