"""`errorflow derive`: the calculus of one cell, in the form that is asked for."""

from __future__ import annotations

import argparse
from contextlib import nullcontext

from errorflow.calculus.letters import NOTATIONS, check_letters, written
from errorflow.calculus.marks import as_mathml
from errorflow.cells import Cell
from errorflow.cli import formulas
from errorflow.cli.arguments import Parser, Usage, one_of, whole
from errorflow.cli.cells import HELP, find_cell
from errorflow.cli.output import print_json
from errorflow.cli.views import View, blocks, departures, factors, flow_steps, path_sum, steps, symbolic_flow, weights

FORMATS = ("text", "latex", "markdown", "myst", "mathml", "json", "numpy", "srepr")
LETTERED = ("latex", "markdown", "myst", "mathml", "json")
MOST_LAGS = 1000
ROW = "--layout row"
VIEWS = ("steps", "factors", "paths", "departures", "weights")


def arguments(parser: Parser) -> None:
    """What `derive` takes."""
    parser.add_argument("cell", metavar="CELL", help=HELP)
    parser.add_argument("--block", type=_pair, metavar="NEW,OLD", help="one block only, d NEW / d OLD, such as c,h")
    parser.add_argument(
        "--lag", type=_lag, metavar="Q", help="Q steps instead of one: a number, or q to keep it symbolic"
    )
    parser.add_argument("--truncated", action="store_true", help="delete the edges that the 1997 truncation deletes")
    parser.add_argument("--cut", type=_labels, metavar="MAPS", help="delete only those into these maps, such as i,o")
    parser.add_argument(
        "--layout", type=one_of("column", "row"), default="column", help="column or row: J or its transpose"
    )
    parser.add_argument("--format", type=one_of(*FORMATS), help="default text; " + ", ".join(FORMATS))
    parser.add_argument(
        "--notation",
        type=one_of(*NOTATIONS),
        default="modern",
        help="letters of LaTeX, Markdown and MathML: modern, classic (1997) or review",
    )
    view = parser.add_mutually_exclusive_group()
    view.add_argument("--steps", action="store_true", help="line by line, with the rule of each")
    view.add_argument("--factors", action="store_true", help="J as a product: among new states, from old to new")
    view.add_argument("--paths", action="store_true", help="the flow as a sum over paths through units")
    view.add_argument(
        "--departures", action="store_true", help="the flow by where it first leaves the carry, forward in time"
    )
    view.add_argument("--weights", action="store_true", help="derivatives in the weights")


def main(args: argparse.Namespace) -> int:
    """Prints the derivation."""
    form = "json" if args.json else args.format or "text"
    cell = find_cell(args.cell)
    _check(args, form)
    with written(args.notation), as_mathml() if form == "mathml" else nullcontext():
        check_letters(cell.definition, args.notation)
        view = _view(cell, args)
        data = view.data() if form == "json" else {}
        whole_cell = args.block is None and form == "text"
        shown = formulas.RENDER[form](cell, view, whole_cell) if form != "json" else ""
    if form == "json":
        print_json({**formulas.about(cell), **_settings(args), **data})
    else:
        print(shown)
    return 0


def _view(cell: Cell, args: argparse.Namespace) -> View:
    truncated = args.cut if args.cut else args.truncated
    if args.steps and args.lag == "q":
        return flow_steps(cell, truncated, args.layout)
    if args.steps:
        return steps(cell, args.block, truncated)
    if args.factors:
        return factors(cell, truncated)
    if args.paths:
        return path_sum(cell, "q" if args.lag is None else args.lag)
    if args.departures:
        return departures(cell)
    if args.weights:
        return weights(cell, truncated)
    if args.lag == "q":
        return symbolic_flow(cell, truncated, args.layout)
    return blocks(cell, args.lag, args.block, truncated, args.layout)


def _check(args: argparse.Namespace, form: str) -> None:
    """Raises Usage for options that say nothing together."""
    if args.json and args.format not in (None, "json"):
        raise Usage(f"--json must be given without --format {args.format}; give one of the two")
    chosen = next((v for v in VIEWS if getattr(args, v)), None)
    if args.steps and isinstance(args.lag, int):
        raise Usage(
            f"--steps must be given with --lag q or without --lag, got {args.lag}; `--lag q` gives every number"
        )
    given = {
        "--lag": args.lag is not None,
        "--block": args.block is not None,
        "--truncated": args.truncated,
        "--cut": args.cut is not None,
        ROW: args.layout == "row",
        "--format numpy": form == "numpy",
        "--format srepr": form == "srepr",
    }
    fits = {
        "steps": ("--block", "--truncated", "--cut") if args.lag is None else ("--lag", "--truncated", "--cut", ROW),
        "factors": ("--truncated", "--cut", "--format numpy"),
        "paths": ("--lag",),
        "departures": (),
        "weights": ("--truncated", "--cut"),
    }
    if chosen:
        wrong = next((name for name, there in given.items() if there and name not in fits[chosen]), None)
        if wrong:
            allowed = f"; with it go {', '.join(fits[chosen])}" if fits[chosen] else ""
            raise Usage(f"--{chosen} must be given without {wrong}{allowed}")
    if args.truncated and args.cut:
        raise Usage("--truncated deletes all edges that --cut could name; give one of the two")
    if args.lag == "q" and args.block:
        raise Usage("--block must be given with a number as --lag, got q; the flow over q steps is one product")
    if args.lag == "q" and form in ("numpy", "srepr"):
        raise Usage(f"--format {form} must be given with a number as --lag, got q; `--lag 3` writes three steps out")
    if args.notation != "modern" and form not in LETTERED:
        formats = f"{', '.join(LETTERED[:-1])} or {LETTERED[-1]}"
        raise Usage(f"--notation {args.notation} must be given with --format {formats}, got {form}")


def _settings(args: argparse.Namespace) -> dict[str, object]:
    truncated = list(args.cut) if args.cut else args.truncated
    return {
        "notation": args.notation,
        "layout": args.layout,
        "lag": 1 if args.lag is None else args.lag,
        "truncated": truncated,
    }


def _pair(text: str) -> tuple[str, str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(parts):
        raise argparse.ArgumentTypeError(f"must be NEW,OLD, two state blocks such as c,h, got {text!r}")
    return parts[0], parts[1]


def _lag(text: str) -> int | str:
    try:
        return "q" if text == "q" else whole(0, MOST_LAGS)(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"must be q or an integer from 0 to {MOST_LAGS}, got {text!r}") from error


def _labels(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(","))
    if not all(parts):
        raise argparse.ArgumentTypeError(f"must be names of affine maps such as i,o, got {text!r}")
    return parts
