"""The tables of README.md between their markers. `python paper/docs/front_page.py` writes them there anew."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections import Counter
from pathlib import Path

from writing import code, plain, table

from errorflow.claims import CLAIMS, verdict_of
from errorflow.proof import theorems

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
COQ = ROOT / "analysis" / "formal" / "theorems.json"


def theorem_table() -> str:
    """What there is, counted, and a line for each theorem: its name, what it says, what checks it."""
    coq = json.loads(COQ.read_text(encoding="utf-8"))
    routes = Counter(theorem.route for theorem in theorems())
    verdicts = Counter(verdict_of({backing.bearing for backing in claim.backing}) for claim in CLAIMS)
    judged = ", ".join(f"{verdicts[word]} {word}" for word in ("right", "conditional", "wrong", "open"))
    said = (
        f"{len(theorems())} theorems: {routes['kernel']} replayed by the checker, {routes['coq']} in Coq alone,"
        f" {routes['reference']} cited; {len(coq)} in Coq. {len(CLAIMS)} claims: {judged}."
    )
    by = {"kernel": "checker", "coq": "", "reference": "cited"}
    rows = []
    for theorem in theorems():
        checked = ", ".join(filter(None, (by[theorem.route], "Coq" * (theorem.name in coq))))
        rows.append((code(theorem.name), plain(theorem.title), checked))
    return f"{said}\n\n{table(('theorem', 'what it says', 'checked by'), rows)}"


def figure_table() -> str:
    """A line for each figure: its name, what it shows, the theorems that it rests on."""
    from figures import FIGURES

    rows = []
    for module in FIGURES:
        title = re.split(r"(?<=\.)\s|\n\n", inspect.getdoc(module) or "", maxsplit=1)[0]
        picture = f"[{code(module.NAME)}](figures/gallery/{module.NAME}.png)"
        rows.append((picture, plain(title).rstrip("."), ", ".join(map(code, module.SHOWS))))
    return table(("figure", "what it shows", "theorems"), rows)


TABLES = {"theorems": theorem_table, "figures": figure_table}


def written(text: str) -> str:
    """The page with its tables made anew.

    Raises: ValueError for a page without the markers of a table.
    """
    for name, make in TABLES.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
        if text.count(start) != 1 or text.count(end) != 1:
            raise ValueError(f"README.md must have the markers <!-- {name} --> and <!-- /{name} --> once")
        before, after = text.partition(start)[0], text.partition(end)[2]
        text = f"{before}{start}\n{make()}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
