"""What is heard about error in recurrent networks, judged: every claim of the ledger with its verdict.

(a) The claims by theme, under the names by which the command `errorflow claims` knows them. A verdict is deduced from
what a claim rests on, all of which has just been checked again. Of five claims one is right as it is heard; most hold
under conditions that are not said. (b) How many of each theme. (c) What the verdicts rest on: how many theorems,
counterexamples, counts and other things bear for and against a claim or explain it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from errorflow.claims import claims, judge
from errorflow.plots import style
from errorflow.plots.ledger import MARKS, Entry, columns_for, draw_ledger, entries_of, height
from figures.layout import Page
from figures.table import Table, holds

NAME = "ledger"
SHOWS = tuple(sorted({b.name for c in claims() for b in c.backing if b.kind == "theorem"}))
ALT = (
    "Seventy-seven claims about recurrent networks in columns, each marked right, conditional, wrong or open. Most are "
    "conditional, a fifth right, a quarter wrong. Below, bars count the verdicts of each theme and the theorems, "
    "counterexamples, counts and measurements on which they rest."
)
WIDTH = style.TEXT

VERDICTS = ("right", "conditional", "wrong", "open")
BEARINGS = ("for", "against", "context", "open")


def data() -> Table:
    """Every verdict, and counts by theme and by kind of backing."""
    judged = judge()
    entries = entries_of(judged)
    themes = list(dict.fromkeys(e.theme for e in entries))
    kinds = Counter(b["kind"] for j in judged for b in j.backing)
    order = [kind for kind, _ in kinds.most_common()]
    bearings = Counter((b["kind"], b["bearing"]) for j in judged for b in j.backing)
    counts = Counter((e.theme, e.verdict) for e in entries)
    at = np.arange(1.0, len(entries) + 1)
    code = np.array([VERDICTS.index(e.verdict) if e.verdict in VERDICTS else -1 for e in entries], dtype=float)
    across = {"b": np.arange(float(len(themes))), "c": np.arange(float(len(order)))}
    curves = {("a", "verdict"): (at, code)}
    curves |= {("b", v): (across["b"], np.array([float(counts[t, v]) for t in themes])) for v in VERDICTS}
    curves |= {("c", b): (across["c"], np.array([float(bearings[k, b]) for k in order])) for b in BEARINGS}
    return Table(
        curves,
        {"themes": themes, "kinds": order, "verdicts": list(VERDICTS), "names": [e.name for e in entries],
         "theme_of": [themes.index(e.theme) for e in entries],
         "failed": [j.id for j in judged if j.verdict == "failed"]},
        {"a": ("claim in order", "place of its verdict in the list of verdicts"), "b": ("theme", "claims"),
         "c": ("kind of backing", "backings")},
    )  # fmt: skip


def check(table: Table) -> None:
    """Raises AssertionError unless every claim is judged and the counts are those of the caption."""
    told = table.parameters
    code = table.y("a", "verdict")
    holds(not told["failed"] and code.min() >= 0, "no claim failed its check")
    totals = np.array([(code == k).sum() for k in range(len(VERDICTS))])
    drawn = np.array([table.y("b", v) for v in VERDICTS])
    holds(drawn.sum(axis=1) == totals, "the bars count the marks")
    by_theme = [np.bincount(np.array(told["theme_of"])[code == k], minlength=len(told["themes"])) for k in range(4)]
    holds(drawn == np.array(by_theme), "theme by theme")
    holds(abs(totals[0] / totals.sum() - 0.2) < 0.02, "of five claims one is right as it is heard")
    holds(totals[1] > totals.sum() / 2, "most are conditional")
    kinds = np.array([table.y("c", b) for b in BEARINGS])
    holds(kinds.sum(axis=0) > 0, "every kind of backing occurs")
    holds(kinds[1].sum() >= totals[2], "every wrong claim has something against it")


def draw(fig: Any, table: Table) -> None:
    """The claims in columns, and two bar charts."""
    page = Page(fig)
    told = table.parameters
    entries = [
        Entry(told["themes"][theme], name, VERDICTS[int(code)])
        for theme, name, code in zip(told["theme_of"], told["names"], table.y("a", "verdict"), strict=True)
    ]
    columns = columns_for(page.width)
    (ax,) = page.rows([[1]], [height(entries, columns)])
    draw_ledger(ax, entries, columns)
    ax.set(xlabel="claims")
    page.heading(ax, "a", f"{len(entries)} claims, as they are heard")
    b, c = page.panels(2, height=1.2, least=2.6, stacked=0.74)
    page.heading(b, "b", "verdicts by theme")
    page.heading(c, "c", "what they rest on")
    of_theme = {v: (MARKS[v]["color"], hatch) for v, hatch in zip(VERDICTS, _HATCH, strict=True)}
    _bars(b, table, "b", of_theme, told["themes"], ("claims", "theme"), 2.1)
    of_kind = {
        n: (color, hatch) for n, color, hatch in zip(BEARINGS, _COLORS, ("", "xxxx", "////", "...."), strict=True)
    }
    _bars(c, table, "c", of_kind, told["kinds"], ("things that bear on them", "kind"), 1.45)
    end = 0.0
    for name in ("for", "against", "context"):
        wide = float(table.y("c", name)[0])
        c.text(end + wide / 2, -0.45, name, ha="center", va="bottom", fontsize=style.size("tick"))
        end += wide
    page.key({v: {"ls": "none", "ms": 5, **MARKS[v]} for v in VERDICTS})
    page.settle()


_HATCH = ("", "////", "xxxx", "....")
_COLORS = (style.BLUE, style.RED, style.GREY, style.FAINT)


def _bars(
    ax: Any,
    table: Table,
    panel: str,
    looks: dict[str, tuple[str, str]],
    names: list[str],
    words: tuple[str, str],
    room: float,
) -> None:
    """Stacked bars from left to right, the first name on top, each name beside its bar.

    room: length of the axis in lengths of the longest bar."""
    left = np.zeros(len(names))
    for curve, (color, hatch) in looks.items():
        y, count = table[panel, curve]
        ax.barh(y, count, 0.72, left, color=color, hatch=hatch, edgecolor="white", lw=0.4)
        left = left + count
    for k, (name, end) in enumerate(zip(names, left, strict=True)):
        style.label(ax, float(end), k, name, style.INK, 4, fontsize=style.size("tick"))
    ax.set(xlabel=words[0], ylabel=words[1], ylim=(len(names) - 0.5, -1.1), xlim=(0, room * left.max()))
    ax.set_yticks([])
    ax.set_xticks([0, int(left.max())])
