"""`errorflow draw`: the graph of a cell's definition as a picture."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from errorflow.cli.arguments import Parser, Usage, filename, near
from errorflow.cli.cells import HELP, find_cell
from errorflow.cli.output import print_json

SUFFIXES = (".pdf", ".svg", ".png")


def arguments(parser: Parser) -> None:
    """What `draw` takes."""
    parser.add_argument("cell", metavar="CELL", help=HELP)
    parser.add_argument(
        "-o",
        "--output",
        type=filename,
        metavar="FILE",
        help=f"where to, ending in {', '.join(SUFFIXES)}; default CELL.pdf here",
    )


def main(args: argparse.Namespace) -> int:
    """Draws the cell and prints where."""
    cell = find_cell(args.cell)
    target = Path(args.output if args.output is not None else re.sub(r"\W+", "_", cell.name) + ".pdf")
    if target.suffix.lower() not in SUFFIXES:
        hint = near(target.suffix.lower(), SUFFIXES)
        raise Usage(f"--output must end in {', '.join(SUFFIXES)}, got {str(target)!r}{hint}")
    if target.is_dir():
        raise Usage(f"--output must be a file, got the folder {target}")
    if not target.parent.is_dir():
        raise Usage(f"--output must stand in a folder that exists, got {target}; `mkdir -p {target.parent}` makes it")
    from errorflow.plots import draw_cell

    path = draw_cell(cell, target)
    if args.json:
        print_json({"cell": cell.name, "file": str(path)})
    else:
        print(path)
    return 0
