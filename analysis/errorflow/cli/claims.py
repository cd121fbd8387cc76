"""`errorflow claims`: what is often heard about recurrent networks, judged anew."""

from __future__ import annotations

import argparse
from collections import Counter

from errorflow.claims import Judgement, claims, judge
from errorflow.cli.arguments import Parser, Usage, near
from errorflow.cli.output import paragraph, print_json, shortened, table


def arguments(parser: Parser) -> None:
    """What `claims` takes."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="ids or numbers, as `errorflow claims` shows them; default all"
    )


def main(args: argparse.Namespace) -> int:
    """Prints a fresh judgement of every claim that was named, or of all. 1 if the backing of one did not hold."""
    found = judge(list(dict.fromkeys(map(_id, args.names))) or None)
    if args.json:
        print_json({"claims": [one.json() for one in found]})
    elif args.names:
        print("\n\n".join(map(_whole, found)))
    else:
        print(_overview(found))
    return 1 if any(one.verdict == "failed" for one in found) else 0


def _id(name: str) -> str:
    """The id of the claim with that id or that number."""
    number = {str(claim.number): claim.id for claim in claims()}
    ids = list(number.values())
    if name not in ids and name not in number:
        raise Usage(f"no claim called {name!r}" + near(name, ids, f"`errorflow claims` shows all {len(ids)}"))
    return number.get(name, name)


def _overview(found: list[Judgement]) -> str:
    number = {claim.id: str(claim.number) for claim in claims()}
    rows = [(number[one.id], one.verdict, one.id) for one in found]
    lines = []
    for row, one in zip(table(rows, right=(0,)).split("\n"), found, strict=True):
        lines += [row, shortened(f"{' ' * 17}{one.text}")]
    counts = Counter(one.verdict for one in found)
    failures = [
        paragraph(f"{part['kind']} {part['name']}: {part['detail']}", "    ", f"{one.id} failed: ")
        for one in found
        for part in one.backing
        if not part["ok"]
    ]
    closing = f"{len(found)} claims: {', '.join(f'{k} {v}' for v, k in counts.items())}; each judged anew"
    return "\n".join([*lines, "", *failures, closing, "`errorflow claims NAME` shows what holds instead, and why"])


def _whole(one: Judgement) -> str:
    facts = [("claim", one.text), ("verdict", one.verdict), ("what holds", one.statement), ("lesson", one.lesson)]
    facts.append(("source", one.source))
    lines = [one.id, "", *(paragraph(text, " " * 14, f"  {name:12}") for name, text in facts), "", "  backing"]
    for part in one.backing:
        mark = "" if part["ok"] else "DOES NOT HOLD, "
        lines.append(
            paragraph(part["detail"], " " * 6, f"    {part['kind']} {part['name']} ({mark}{part['bearing']}): ")
        )
    return "\n".join(lines)
