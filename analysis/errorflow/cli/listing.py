"""`errorflow list`: everything that has a name."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from errorflow.builtin import BUILTIN
from errorflow.claims import claims
from errorflow.cli.output import print_json, shortened
from errorflow.cli.prove import kind_of_scope
from errorflow.proof import theorems
from errorflow.results import results


def main(args: argparse.Namespace) -> int:
    """Prints the cells, the named results, the theorems and the claims."""
    cells = [(name, _first_sentence(make.__doc__ or "")) for name, make in BUILTIN.items()]
    derived = [one for one in results() if one.kind != "theorem"]
    if args.json:
        print_json(
            {
                "cells": [{"name": name, "title": title} for name, title in cells],
                "results": [{"name": r.name, "title": r.title, "kind": r.kind} for r in derived],
                "theorems": [{"name": t.name, "title": t.title, "scope": t.scope} for t in theorems()],
                "claims": [{"id": c.id, "text": c.text} for c in claims()],
            }
        )
        return 0
    print(_group("Cells (errorflow derive CELL)", cells))
    print(_group("Definitions, derivations and costs (errorflow export DIR)", [(r.name, r.title) for r in derived]))
    proved = [(t.name, f"{kind_of_scope(t.scope):9}  {t.title}") for t in theorems()]
    print(_group("Theorems (errorflow prove NAME)", proved))
    print(_group("Claims (errorflow claims NAME)", [(c.id, c.text) for c in claims()]).rstrip("\n"))
    return 0


def _group(title: str, rows: Sequence[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows)
    return "\n".join([title, *(shortened(f"  {name:{width}}  {text}") for name, text in rows), ""])


def _first_sentence(text: str) -> str:
    return text.strip().split("\n")[0].split(". ")[0].rstrip(".")
