"""`errorflow check`: a claim of one's own, proved, refuted or undecided.

    errorflow check "rnn: radius(W) < 1 implies vanishes"
    errorflow check "rnn(logistic): n*maxabs(W) < 4 implies vanishes"
    errorflow check "lstm: norm(flow(c,c,q)) <= max(f)**q"
    errorflow check "mine.py:carousel truncated: flow(c,c,q) == I"
    errorflow check "norm(W) <= norm(W, fro)"

The exit status is 0 for proved alone. Refuted and undecided are both 1: what could not be decided is no pass.
"""

from __future__ import annotations

import argparse
from typing import Any

from errorflow.cells import Cell
from errorflow.cli.arguments import Parser, Usage
from errorflow.cli.cells import find_cell
from errorflow.cli.output import paragraph, print_json
from errorflow.conjecture import GRAMMAR, SECONDS, Verdict, check, split_cell


def arguments(parser: Parser) -> None:
    """What `check` takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "A claim of your own: proved, refuted or undecided.\n\n" + GRAMMAR
    parser.epilog = "Exit status: 0 proved, 1 refuted or undecided, 2 usage or bad input, 3 a package is missing."
    parser.add_argument("claim", nargs="?", metavar="CLAIM", help="such as 'rnn: norm(W) < 1 implies vanishes'")
    parser.add_argument("--grammar", action="store_true", help="print what may be said, and leave")
    parser.add_argument(
        "--seconds", type=_seconds, default=SECONDS, metavar="S", help=f"for the search, {SECONDS:g} unless given"
    )


def main(args: argparse.Namespace) -> int:
    """Prints the verdict on a claim. 0 if it is proved, else 1."""
    if args.grammar:
        if args.json:
            print_json({"grammar": GRAMMAR})
        else:
            print(GRAMMAR, end="")
        return 0
    if args.claim is None:
        raise Usage("CLAIM must be given, for example `errorflow check 'rnn: norm(W) < 1 implies vanishes'`")
    found = check(args.claim, cell=_own(args.claim), seconds=args.seconds)
    if args.json:
        print_json(found.json())
    else:
        print(_shown(found))
    return 0 if found.verdict == "proved" else 1


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"must be a number of seconds, above 0 and at most 3600, got {text!r}")
    return value


def _own(claim: str) -> Cell | None:
    """The user's own cell that a claim names as file.py:name, or None."""
    name, _, _ = split_cell(claim)
    return find_cell(name) if ".py" in name else None


def _shown(found: Verdict) -> str:
    facts = [("claim", found.claim), ("read as", found.reading)]
    if found.proof is not None:
        by = ", ".join(found.proof.theorems)
        facts += [("by", f"{by}, checked anew" if by else ""), ("because", "; ".join(found.proof.reasons))]
    elif found.counterexample is not None:
        facts += _point(found.counterexample.data())
    else:
        facts += [("searched", _searched(found.searched)), ("so", _so(found.searched))]
    lines = [paragraph(text, " " * 12, f"  {name:10}") for name, text in facts if text]
    return "\n".join([found.verdict, "", *lines])


def _point(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Where the claim fails: what is not 0, and what was worked out there."""
    weights = {name: rows for name, rows in data["weights"].items() if not (data["trajectory"] and _zero(rows))}
    facts = [("fails at", f"n = {data['n']}" + (f", q = {data['q']}" if "q" in data["values"] else ""))]
    facts += [("", f"{name} = {_rows(rows)}") for name, rows in weights.items()]
    if data["trajectory"]:
        given = data["inputs"]
        if given != "0":
            facts += [("", f"{name} = {_rows(row)} at every step") for name, row in given.items()]
        rest = "other weights and inputs 0" if weights else "all weights and inputs 0"
        rest = rest if given == "0" else rest.removesuffix(" and inputs 0") + " 0"
        state = ", ".join(f"{name} = {_rows(row)}" for name, row in data["state"].items())
        facts.append(("", f"{rest}; {state}, {data['trajectory']}"))
    values = {name: value for name, value in data["values"].items() if name not in ("n", "q")}
    facts += [("there" if not k else "", f"{name} = {value}") for k, (name, value) in enumerate(values.items())]
    facts += [("so", f"`{data['fails']}` fails"), ("because", data.get("because", ""))]
    return facts


def _zero(rows: Any) -> bool:
    return all(map(_zero, rows)) if isinstance(rows, list) else rows == "0"


def _rows(rows: Any) -> str:
    return f"[{', '.join(map(_rows, rows))}]" if isinstance(rows, list) else str(rows)


def _searched(spent: dict[str, Any]) -> str:
    return (
        f"{spent['points']} points, {spent['points_where_the_hypotheses_hold']} of which meet the hypotheses, and "
        f"optimisation from {spent['optimised_from']}; {spent['rechecked']} looked at exactly; {spent['seconds']:.1f} s"
        + (", stopped by --seconds" if spent["stopped_by_time"] else "")
    )


def _so(spent: dict[str, Any]) -> str:
    if not spent["points_where_the_hypotheses_hold"]:
        return "no theorem implies it, and no point met the hypotheses, which may exclude one another"
    return "no theorem implies it, and no counterexample was found: neither is a proof"
