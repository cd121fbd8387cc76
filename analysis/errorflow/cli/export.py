"""`errorflow export`: every derivation and theorem as a LaTeX fragment with a stable name."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from errorflow.cli.arguments import Parser, Usage, filename
from errorflow.cli.output import print_json


def arguments(parser: Parser) -> None:
    """What `export` takes."""
    parser.add_argument("folder", type=filename, metavar="DIR", help="where to; made if it is not there")


def main(args: argparse.Namespace) -> int:
    """Writes the fragments and prints how many. 1, and nothing written, if a theorem among them fails."""
    folder = Path(args.folder)
    if folder.exists() and not folder.is_dir():
        raise Usage(f"DIR must be a folder, got the file {folder}")
    from errorflow.export import export

    try:
        written = export(folder)
    except AssertionError as failed:  # a theorem that does not hold is a finding and not a fault of what was typed
        print(f"errorflow export: {' '.join(str(failed).split())}", file=sys.stderr)
        return 1
    if args.json:
        print_json({"folder": str(folder), "files": [str(path) for path in written]})
    else:
        print(f"{len(written)} files in {folder}")
    return 0
