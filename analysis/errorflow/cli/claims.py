"""`errorflow claims`: what is often heard about recurrent networks, judged anew."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from errorflow.claims import Judgement, claims, judge
from errorflow.claims.record import Verdict
from errorflow.cli.arguments import Parser, Usage, near
from errorflow.cli.output import TIE, paragraph, print_json, shortened, table

VERDICTS: tuple[Verdict, ...] = ("failed", "wrong", "conditional", "right", "open")
BEARINGS = (("against", "against it"), ("for", "for it"), ("open", "not decided here"), ("context", "to understand it"))


def arguments(parser: Parser) -> None:
    """What `claims` takes."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="ids or numbers, as `errorflow claims` shows them; default all"
    )
    parser.add_argument("--by", choices=("theme", "verdict"), default="theme", help="how the list is grouped")


def main(args: argparse.Namespace) -> int:
    """Prints a fresh judgement of every claim that was named, or of all. 1 if the backing of one did not hold."""
    found = judge(list(dict.fromkeys(map(_id, args.names))) or None)
    if args.json:
        print_json({"claims": [one.json() for one in found]})
    elif args.names:
        print("\n\n".join(map(_story, found)))
    else:
        print(_overview(found, args.by))
    return 1 if any(one.verdict == "failed" for one in found) else 0


def _id(name: str) -> str:
    """The id of the claim with that id or that number."""
    number = {str(claim.number): claim.id for claim in claims()}
    ids = list(number.values())
    if name not in ids and name not in number:
        raise Usage(f"no claim called {name!r}" + near(name, ids, f"`errorflow claims` shows all {len(ids)}"))
    return number.get(name, name)


def _overview(found: Sequence[Judgement], by: str) -> str:
    """The list in groups, each with its counts, and the failures if there are any."""
    titles: Iterable[str] = VERDICTS if by == "verdict" else dict.fromkeys(one.theme for one in found)
    rows = dict(zip((one.id for one in found), _rows(found), strict=True))
    lines = []
    for title in titles:
        group = [one for one in found if title == (one.verdict if by == "verdict" else one.theme)]
        if group:
            counts = f"{len(group)}" if by == "verdict" else _counts(group)
            lines += [f"{title} ({counts})", *(rows[one.id] for one in group), ""]
    for one in found:
        lines += [paragraph(_line(part), "    ", f"{one.id} failed: ") for part in one.backing if not part["ok"]]
    closing = f"{len(found)} claims: {_counts(found)}; each judged anew"
    return "\n".join([*lines, closing, "`errorflow claims NAME` shows what holds instead, and why"])


def _rows(found: Sequence[Judgement]) -> list[str]:
    """For each claim a line with number, verdict and id, and one with as much of the sentence as fits."""
    heads = table([(str(one.number), one.verdict, one.id) for one in found], right=(0,)).split("\n")
    return [f"{head}\n{shortened(' ' * 17 + one.text)}" for head, one in zip(heads, found, strict=True)]


def _counts(found: Iterable[Judgement]) -> str:
    counts = Counter(one.verdict for one in found)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])


def _story(one: Judgement) -> str:
    """One claim as a page: the sentence and who says it, what holds, what was found just now, and the lesson."""
    facts = [("as heard", one.text), ("source", one.source), ("verdict", one.verdict)]
    facts += [("what holds", one.statement), ("lesson", one.lesson)]
    facts += [("to try", f'errorflow check "{one.ask}"')] if one.ask else []
    lines = [f"{one.id} ({one.number}, {one.theme})", ""]
    lines += [paragraph(text, " " * 14, f"  {name:12}") for name, text in facts]
    for bearing, heading in BEARINGS:
        parts = [part for part in one.backing if part["bearing"] == bearing]
        if parts:
            lines += ["", f"  {heading}", *(paragraph(_line(part), " " * 6, "    ") for part in parts)]
    return "\n".join(lines)


def _line(part: dict[str, Any]) -> str:
    mark = "" if part["ok"] else "DOES NOT HOLD, "
    detail = re.sub(r"\[\[.*?\]\]", lambda matrix: matrix[0].replace(" ", TIE), part["detail"])
    return f"{mark}{part['kind']} {part['name']}: {detail}"
