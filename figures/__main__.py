"""`python -m figures [NAME ...]`: writes figures, with their data, to figures/out/."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import NoReturn

from figures import figure, names
from figures.render import FORMATS, OUT, WIDTHS, caption, drawn_for, only_data, render, thumbnail


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
    parser.add_argument("--width", metavar="VENUE", help=f"refuse what does not fit: {', '.join(WIDTHS)}")
    parser.add_argument("--gallery", action="store_true", help="draw the thumbnails of figures/gallery instead")
    given = parser.parse_args(arguments)
    formats = tuple(given.format.split(","))
    if given.width is not None and given.width not in WIDTHS:
        return _refuse(f"--width must be one of {', '.join(WIDTHS)}, got {given.width!r}")
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
    if given.width is not None and not given.data:
        try:
            for name in chosen:
                drawn_for(given.width, figure(name))
        except ValueError as too_narrow:
            return _refuse(str(too_narrow))
    records = []
    for k, name in enumerate(chosen, 1):
        began = time.perf_counter()
        try:
            paths = _made(name, given, formats)
        except AssertionError as contradiction:
            print(f"{name}: {contradiction}", file=sys.stderr)
            return 1
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
    return [thumbnail(name)] if given.gallery else render(name, given.out, formats, width=WIDTHS.get(given.width))


def _list(chosen: list[str], as_json: bool) -> int:
    if as_json:
        found = [figure(n) for n in chosen]
        records = [{"name": m.NAME, "caption": caption(m), "alt": m.ALT, "theorems": list(m.SHOWS)} for m in found]
        print(json.dumps({"figures": records}, indent=1))
        return 0
    for name in chosen:
        print(f"{name:20} {(figure(name).__doc__ or '').strip().splitlines()[0]}")
    return 0


def _refuse(message: str) -> int:
    print(f"python -m figures: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
