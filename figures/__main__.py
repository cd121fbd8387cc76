"""`python -m figures [NAME ...]`: writes figures, with their data, to figures/out/.

    python -m figures                                            all, as PDF, SVG and PNG, with their data
    python -m figures digits --format pdf --width icml-single    one, for the column of a venue
    python -m figures digits --width 4.2                         or so many inches wide
    python -m figures digits --data                              the numbers alone, digits.csv and digits.json
    python -m figures --list --json                              names, captions, alternative texts, widths

A wrong argument is one line on stderr and status 2; data that contradict their figure are status 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import NoReturn

from figures import figure, names
from figures.layout import TooNarrow
from figures.render import FORMATS, OUT, WIDTHS, caption, inches, only_data, render, thumbnail


class _Parser(argparse.ArgumentParser):
    """One line on stderr for a wrong argument, not the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(_refuse(f"{message}; --help shows the arguments"))


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0 fine, 1 the data of a figure contradict its claims, 2 a wrong argument."""
    parser = _Parser(prog="python -m figures", description="Draw the figures of errorflow.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which figures (default: all)")
    parser.add_argument("--list", action="store_true", help="name the figures and draw nothing")
    parser.add_argument("--json", action="store_true", help="report as one JSON document")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="where to write (default: figures/out)")
    parser.add_argument("--format", default=",".join(FORMATS), metavar="KINDS", help="pdf,svg,png or some of them")
    parser.add_argument("--data", action="store_true", help="write the data alone, and no picture")
    parser.add_argument("--width", metavar="WIDTH", help=f"as wide as {', '.join(WIDTHS)}, or inches")
    parser.add_argument("--gallery", action="store_true", help="draw the thumbnails of figures/gallery instead")
    given = parser.parse_args(arguments)
    formats = tuple(given.format.split(","))
    try:
        given.width = None if given.width is None else inches(given.width)
    except ValueError as wrong:
        return _refuse(str(wrong))
    unknown = [n for n in given.names if n not in names()]
    if unknown:
        return _refuse(f"NAME must be one of {', '.join(names())}, got {unknown[0]!r}")
    if not set(formats) <= set(FORMATS):
        return _refuse(f"--format must name some of {', '.join(FORMATS)}, got {given.format!r}")
    if given.out.exists() and not given.out.is_dir():
        return _refuse(f"--out must be a folder, got {given.out}, a file")
    chosen = given.names or names()
    if given.list:
        return _list(chosen, given.json)
    records = []
    for k, name in enumerate(chosen, 1):
        began = time.perf_counter()
        try:
            paths = _made(name, given, formats)
        except AssertionError as contradiction:
            print(f"{name}: {contradiction}", file=sys.stderr)
            return 1
        except TooNarrow as narrow:
            return _refuse(f"{name}: {narrow}")
        except OSError as error:
            return _refuse(f"--out must be a folder that can be written, got {given.out}: {error.strerror}")
        seconds = time.perf_counter() - began
        print(f"figure {k}/{len(chosen)}: {name}, {seconds:.1f} s", file=sys.stderr)
        records.append({"name": name, "files": [str(p) for p in paths], "seconds": round(seconds, 3)})
    if given.json:
        print(json.dumps({"figures": records}, indent=1))
    return 0


def _made(name: str, given: argparse.Namespace, formats: tuple[str, ...]) -> list[Path]:
    """The files that were written for one figure."""
    if given.data:
        return only_data(name, given.out)
    return [thumbnail(name)] if given.gallery else render(name, given.out, formats, width=given.width)


def _list(chosen: list[str], as_json: bool) -> int:
    if as_json:
        found = [figure(n) for n in chosen]
        records = [
            {"name": m.NAME, "caption": caption(m), "alt": m.ALT, "theorems": list(m.SHOWS), "width_inches": m.WIDTH}
            for m in found
        ]
        print(json.dumps({"figures": records, "widths": WIDTHS}, indent=1))
        return 0
    for name in chosen:
        print(f"{name:20} {(figure(name).__doc__ or '').strip().splitlines()[0]}")
    return 0


def _refuse(message: str) -> int:
    print(f"python -m figures: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
