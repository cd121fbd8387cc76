"""`errorflow slope`: how steep an activation can be, proved."""

from __future__ import annotations

import argparse
import difflib
import math
import re
from fractions import Fraction

from errorflow.cli.arguments import Parser, Usage
from errorflow.cli.output import paragraph, print_json, table
from errorflow.enclosure import NAMES, Check, Enclosure, Extremum, recheck, slope
from errorflow.enclosure.text import read_number

WORDS = {True: "attained at", False: "not attained; approached", None: "whether it is attained is open;"}

# What Python calls the interval, in the words of the command line.
TYPED = {
    "interval must have its lower end first": "--from must be smaller than --to",
    "interval must have": "--from and --to must be",
    "interval=(low, high)": "--from A, --to B or both",
}


def arguments(parser: Parser) -> None:
    """What `slope` takes."""
    parser._negative_number_matcher = re.compile(r"-(?!-|h$)")  # so that -1/2 and -x are no options
    parser.add_argument(
        "expression",
        metavar="EXPRESSION",
        help="in x, such as 'x * logistic(x)' or 'max(0, x)'; decimals are exact; or a name: " + ", ".join(NAMES),
    )
    parser.add_argument("--from", dest="low", metavar="A", help="left end, such as -1/2; default minus infinity")
    parser.add_argument("--to", dest="high", metavar="B", help="right end; default infinity")


def main(args: argparse.Namespace) -> int:
    """Prints the bounds of the slope, and what two interval libraries say of their certificate. 1 if one rejects it."""
    near = difflib.get_close_matches(args.expression, NAMES, 1)
    if args.expression.isidentifier() and args.expression not in (*NAMES, "x") and near:
        raise Usage(f"no activation {args.expression!r}; did you mean {near[0]!r}? `errorflow slope --help` shows all")
    for option, end in (("--from", args.low), ("--to", args.high)):
        _check_number(option, end)
    try:
        found = slope(args.expression, interval=(args.low, args.high))
    except ValueError as error:
        text = str(error)
        for theirs, ours in TYPED.items():
            text = text.replace(theirs, ours)
        raise Usage(text) from error
    checks = recheck(found.certificate)
    if args.json:
        print_json(_document(found, checks))
    else:
        print(_shown(found, checks))
    return 1 if any(check.verdict == "rejected" for check in checks) else 0


def _check_number(option: str, end: str | None) -> None:
    try:
        if end not in (None, "oo", "-oo"):
            read_number(end or "")
    except ValueError as error:
        raise Usage(str(error).replace("a number", option, 1)) from error


def _document(found: Enclosure, checks: tuple[Check, ...]) -> dict[str, object]:
    return {
        "expression": found.expression,
        "interval": [None if end is None else str(end) for end in found.interval],
        **{name: _extremum(one) for name, one in (("sup", found.sup), ("inf", found.inf))},
        "bound": _text(found.bound),
        "checks": [{"library": c.backend, "verdict": c.verdict, "reason": c.reason} for c in checks],
        "certificate": found.certificate,
    }


def _extremum(one: Extremum) -> dict[str, object]:
    return {
        "value": float(one),
        "unbounded": math.isinf(one.upper),
        "lower": _text(one.lower),
        "upper": _text(one.upper),
        "exact": None if one.exact is None else str(one.exact),
        "closed_form": one.closed_form,
        "attained": one.attained,
        "where": list(one.where),
    }


def _text(value: Fraction | float) -> str | None:
    return str(value) if isinstance(value, Fraction) else None


def _shown(found: Enclosure, checks: tuple[Check, ...]) -> str:
    low, high = found.interval
    domain = f"{'(-oo' if low is None else f'[{low}'}, {'oo)' if high is None else f'{high}]'}"
    rows = [(name, _value(one), _where(one)) for name, one in (("sup f'", found.sup), ("inf f'", found.inf))]
    lines = [paragraph(f"f(x) = {found.expression}   on {domain}"), table(rows, indent="  ")]
    if math.isfinite(found.bound):
        lines.append(f"  |f(x) - f(y)| <= {_decimal(found.bound)} |x - y|")
    else:
        lines.append("  f is not Lipschitz: its slope is unbounded")
    verdicts = "; ".join(f"{c.backend}: {c.verdict}{f' ({c.reason})' if c.reason else ''}" for c in checks)
    leaves, tails = len(found.certificate["leaves"]), len(found.certificate["tails"])
    counts = f"{leaves} interval{'s' * (leaves != 1)}, {tails} tail{'s' * (tails != 1)}"
    lines.append(paragraph(f"certificate: {counts}, checked anew: {verdicts}"))
    return "\n".join(lines)


def _value(one: Extremum) -> str:
    if math.isinf(one.upper):
        return "unbounded"
    if one.closed_form is None:
        return f"[{float(one.lower):.15g}, {float(one.upper):.15g}]"
    rational = one.exact is not None and one.exact.denominator == 1
    return f"= {one.closed_form}" if rational else f"= {one.closed_form} = {float(one):.13g}"


def _where(one: Extremum) -> str:
    if math.isinf(one.upper):
        return ", ".join(one.where)
    return f"{WORDS[one.attained]} {', '.join(one.where)}"


def _decimal(value: Fraction | float) -> str:
    """The bound to 13 places, rounded up."""
    scaled = math.ceil(value * 10**13)
    return f"{scaled // 10**13}.{scaled % 10**13:013d}".rstrip("0").rstrip(".")
