"""`errorflow prove`: theorems, checked anew."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from dataclasses import asdict
from typing import Any

from errorflow.cli.arguments import Parser, Usage, filename, near, whole
from errorflow.cli.output import paragraph, print_json, table
from errorflow.proof import Report, Theorem, check, theorem, theorems
from errorflow.proof.coq import Confirmed, NotHere, confirm
from errorflow.proof.coq import table as coq_table
from errorflow.proof.theorems.theorem import confirmed

PASSED = ("proved", "computed", "cited")


def arguments(parser: Parser) -> None:
    """What `prove` takes."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="theorems, as `errorflow list` names them; default all"
    )
    parser.add_argument("--coq", action="store_true", help="compile the Coq files as well, in half a minute")
    parser.add_argument("--smt", action="store_true", help="put every goal to z3 and cvc5 as well, in a minute")
    parser.add_argument(
        "--export", metavar="DIR", type=filename, help="with --smt, write every goal as a file of SMT-LIB 2"
    )
    parser.add_argument(
        "--mutate", action="store_true", help="put every certificate with one token wrong to the checker as well"
    )
    parser.add_argument("--sample", metavar="K", type=whole(1), help="with --mutate, at most K mutants of each theorem")
    parser.add_argument(
        "--seed", metavar="S", type=whole(0), default=0, help="with --mutate, of what is drawn; default 0"
    )


def main(args: argparse.Namespace) -> int:
    """Prints a fresh report on every theorem that was named, or on all. 1 if one failed, 3 without Coq or solvers."""
    chosen = [_theorem(name) for name in dict.fromkeys(args.names)] or list(theorems())
    in_coq: list[Confirmed] = []
    if args.export and not args.smt:
        raise Usage("--export must be given with --smt, whose goals it writes")
    if args.sample and not args.mutate:
        raise Usage("--sample must be given with --mutate, whose mutants it draws")
    if args.coq:
        try:
            in_coq = [one for name, one in coq_table().items() if name in {t.name for t in chosen}]
            axioms = confirm(in_coq) if in_coq else ()
        except (NotHere, RuntimeError) as refusal:
            print(f"errorflow prove: {refusal}", file=sys.stderr)
            return 3 if isinstance(refusal, NotHere) else 1
    compiled = {one.name for one in in_coq}
    found = [(one, confirmed(check(one)) if one.name in compiled else check(one)) for one in chosen]
    if args.smt:
        from errorflow.cli import smt

        try:
            said, second = smt.asked(chosen, args.export)
        except smt.NotHere as missing:
            print(f"errorflow prove: {missing}", file=sys.stderr)
            return 3
    if args.mutate:
        from errorflow.cli import mutate

        fates = mutate.tried([one for one, report in found if report.verdict == "proved"], args.seed, args.sample)
    if args.json:
        coq = {"coq": {"confirmed": [asdict(one) for one in in_coq], "axioms": axioms}} if args.coq else {}
        others = {"smt": second} if args.smt else {}
        others |= {"mutation": mutate.document(fates, args.seed)} if args.mutate else {}
        print_json({"theorems": [_data(one, report) for one, report in found], **coq, **others})
    else:
        told = "\n\n".join(_whole(one, report) for one, report in found)
        texts = [told if args.names else _overview(found), _coq_text(in_coq, axioms) if args.coq else ""]
        texts += [smt.written(said, second) if args.smt else ""]
        texts += [mutate.written(fates, args.seed) if args.mutate else ""]
        print("\n\n".join(filter(None, texts)))
    agreed = not args.smt or all(one.verdict == "confirmed" for one in said)
    agreed = agreed and (not args.mutate or mutate.passed(fates))
    return 0 if agreed and all(report.verdict in PASSED for _, report in found) else 1


def _theorem(name: str) -> Theorem:
    try:
        return theorem(name)
    except KeyError:
        known = [one.name for one in theorems()]
        raise Usage(f"no theorem called {name!r}" + near(name, known, "`errorflow list` shows all")) from None


def _coq_text(in_coq: list[Confirmed], axioms: tuple[str, ...]) -> str:
    if not in_coq:
        return "none of these is among the Coq files"
    rows = [paragraph(f"{one.says} ({', '.join(one.lemmas)})", "    ", f"{one.name}: ") for one in in_coq]
    together = ", ".join(axioms) or "no axiom"
    return "\n".join(
        [*rows, "", f"{len(rows)} theorems confirmed by Coq, compiled anew; together they rest on {together}"]
    )


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
        "lemmas": one.lemmas,
        "reference": one.reference,
        "sharp": one.sharp,
        "source": one.source,
        "depends": one.depends,
        "axioms": report.axioms,
        "assumes": report.assumes,
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
    reasons = [paragraph(r.reason, "    ", f"{t.name} {r.verdict}: ") for t, r in found if r.reason]
    return "\n".join([table(rows), "", *reasons, closing])


def kind_of_scope(scope: str) -> str:
    """universal, schema or instance, without what the scope says of which."""
    return scope.replace(";", " ").replace(":", " ").replace(",", " ").split()[0]


def _whole(one: Theorem, report: Report) -> str:
    lines = [f"{one.name}: {one.title}", ""]
    lines += [paragraph(sentence, "    ", "  ") for sentence in _sentences(one.text())]
    facts = [
        ("verdict", report.verdict + (f", checked anew in {report.seconds:.3f} s" if report.seconds else "")),
        ("because", report.reason),
        ("in Coq", ", ".join(one.lemmas)),
        ("route", report.route),
        ("scope", report.scope),
        ("sharp", one.sharp),
        ("axioms", ", ".join(report.axioms) or "none"),
        ("assumes", "; ".join(report.assumes)),
        ("rests on", ", ".join(one.depends)),
        ("source", one.source),
        ("digest", report.digest),
    ]
    return "\n".join([*lines, "", *(paragraph(text, " " * 12, f"  {name:10}") for name, text in facts if text)])


def _sentences(text: str) -> list[str]:
    """The statement sentence by sentence: what is let, put and assumed, and what follows."""
    return re.split(r"(?<=\.) (?=(?:Let|Put|Assume|Then|If|Moreover|For)\b)", text)
