"""`errorflow models`: how the influence of the input falls with the lag, model by model."""

from __future__ import annotations

import argparse

from errorflow.cli.arguments import Parser
from errorflow.cli.output import paragraph, print_json, table, tied
from errorflow.models import MODELS, Model, model
from errorflow.models.record import plain
from errorflow.models.table import latex_rows, markdown


def arguments(parser: Parser) -> None:
    """What `models` takes."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="one model; without it, all of them in a table")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="the table in Markdown, with theorems")
    form.add_argument("--latex", action="store_true", help="rows of the table in LaTeX; of one model, its equations")


def main(args: argparse.Namespace) -> int:
    """Prints the table of all models, or the page of one."""
    pages = (model(args.name),) if args.name else MODELS
    if args.json:
        print_json({"models": [page.json() for page in pages]})
    elif args.markdown:
        print(markdown(pages))
    elif args.latex:
        print(pages[0].latex() if args.name else latex_rows(pages))
    elif args.name:
        print(_page(pages[0]))
    else:
        rows: list[tuple[str, ...]] = [
            ("model", "path", "multiply-adds", "memory, words", "influence of the input at lag q")
        ]
        shown = [[plain(e) for e in (page.path_length, page.macs, page.memory)] for page in pages]
        rows += [(page.name, *cells, page.law.text()) for page, cells in zip(pages, shown, strict=True)]
        print(table(rows))
        print("\nMultiply-adds and memory are those of one more step. `errorflow models NAME` shows a model's page.")
    return 0


def _page(page: Model) -> str:
    rows = [("law", page.law.text()), ("path length", plain(page.path_length))]
    rows += [("multiply-adds", f"{plain(page.macs)} per step"), ("memory", f"{plain(page.memory)} words")]
    rows += [(letter, meaning) for letter, meaning in page.letters]
    rows += [("theorems", ", ".join(page.theorems))] if page.theorems else []
    rows += [("source", page.source)] + ([("remark", page.remark)] if page.remark else [])
    lines = [page.title, ""]
    lines += [paragraph(tied(plain(e), 96), "      ", "  ") for e in page.equations]
    lines += [paragraph(tied(f"d y[T] / d {page.input}[T-q] = {plain(page.influence)}", 96), "      ", "  "), ""]
    return "\n".join([*lines, table(rows, indent="  ")])
