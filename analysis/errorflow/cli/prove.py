"""`errorflow prove`: theorems, checked anew."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from typing import Any

from errorflow.cli.arguments import Parser
from errorflow.cli.output import paragraph, print_json, table
from errorflow.proof import Report, Theorem, check, theorem, theorems

PASSED = ("proved", "computed", "cited")


def arguments(parser: Parser) -> None:
    """What `prove` takes."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="theorems, as `errorflow list` names them; default all"
    )


def main(args: argparse.Namespace) -> int:
    """Prints a fresh report on every theorem that was named, or on all. 1 if one failed."""
    chosen = [theorem(name) for name in dict.fromkeys(args.names)] or theorems()
    found = [(one, check(one)) for one in chosen]
    if args.json:
        print_json({"theorems": [_data(one, report) for one, report in found]})
    elif args.names:
        print("\n\n".join(_whole(one, report) for one, report in found))
    else:
        print(_overview(found))
    return 0 if all(report.verdict in PASSED for _, report in found) else 1


def _data(one: Theorem, report: Report) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "statement": one.text(),
        "hypotheses": one.hypotheses(),
        "verdict": report.verdict,
        "route": report.route,
        "scope": report.scope,
        "seconds": report.seconds,
        "reason": report.reason,
        "sharp": one.sharp,
        "source": one.source,
        "depends": one.depends,
        "axioms": report.axioms,
        "digest": report.digest,
        "latex": one.latex(),
    }


def _overview(found: list[tuple[Theorem, Report]]) -> str:
    rows = [(r.verdict, r.route, kind_of_scope(r.scope), t.name, t.title) for t, r in found]
    counts = Counter(r.verdict for _, r in found)
    seconds = sum(r.seconds for _, r in found)
    closing = (
        f"{len(found)} theorems: {', '.join(f'{k} {v}' for v, k in counts.items())}; checked anew in {seconds:.1f} s"
    )
    failures = [paragraph(r.reason, "    ", f"{t.name} failed: ") for t, r in found if r.verdict not in PASSED]
    return "\n".join([table(rows), "", *failures, closing])


def kind_of_scope(scope: str) -> str:
    """universal, schema or instance, without what the scope says of which."""
    return scope.replace(";", " ").replace(":", " ").replace(",", " ").split()[0]


def _whole(one: Theorem, report: Report) -> str:
    lines = [f"{one.name}: {one.title}", ""]
    lines += [paragraph(sentence, "    ", "  ") for sentence in _sentences(one.text())]
    facts = [
        ("verdict", f"{report.verdict}, checked anew in {report.seconds:.3f} s"),
        ("because", report.reason),
        ("route", report.route),
        ("scope", report.scope),
        ("sharp", one.sharp),
        ("axioms", ", ".join(report.axioms) or "none"),
        ("rests on", ", ".join(one.depends)),
        ("source", one.source),
        ("digest", report.digest),
    ]
    return "\n".join([*lines, "", *(paragraph(text, " " * 12, f"  {name:10}") for name, text in facts if text)])


def _sentences(text: str) -> list[str]:
    """The statement sentence by sentence: what is let, put and assumed, and what follows."""
    return re.split(r"(?<=\.) (?=(?:Let|Put|Assume|Then|If|Moreover)\b)", text)
