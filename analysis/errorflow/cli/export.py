"""`errorflow export`: every derivation and theorem as a LaTeX fragment with a stable name."""

from __future__ import annotations

import argparse
from pathlib import Path

from errorflow.cli.arguments import Parser, Usage
from errorflow.cli.output import print_json


def arguments(parser: Parser) -> None:
    """What `export` takes."""
    parser.add_argument("folder", metavar="DIR", help="where to; made if it is not there")


def main(args: argparse.Namespace) -> int:
    """Writes the fragments and prints how many."""
    folder = Path(args.folder)
    if folder.exists() and not folder.is_dir():
        raise Usage(f"DIR must be a folder, got the file {folder}")
    from errorflow.export import export

    written = export(folder)
    if args.json:
        print_json({"folder": str(folder), "files": [str(path) for path in written]})
    else:
        print(f"{len(written)} files in {folder}")
    return 0
