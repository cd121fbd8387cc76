"""Judged claims as one picture: each with a mark for its verdict, in columns, by theme."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from errorflow.plots import style
from errorflow.plots.files import Picture, delivered, new_figure, picture, styled

# verdict -> how its mark is drawn; told apart by shape and filling too
MARKS: dict[str, dict[str, Any]] = {
    "right": {"marker": "o", "color": style.BLUE},
    "conditional": {
        "marker": "D",
        "ms": 4.2,
        "color": style.ORANGE,
        "fillstyle": "left",
        "markerfacecoloralt": "white",
    },
    "wrong": {"marker": "X", "color": style.RED, "mew": 0},
    "open": {"marker": "o", "color": style.FAINT, "mfc": "white"},
    "failed": {"marker": "s", "color": style.INK},
}
_WRITTEN = {word.lower(): word for word in ("RNN", "LSTM", "GRU", "BPTT", "RTRL", "ReLU")}
_LINE, _COLUMN = 1.34, 1.62  # height of a line in letters; width of a column in inches


class Entry(NamedTuple):
    """A claim as it stands in the picture: its theme, its name, its verdict."""

    theme: str
    name: str
    verdict: str


def plot_ledger(
    judgements: Iterable[Any], path: str | os.PathLike[str] | None = None, title: str = ""
) -> Path | Picture:
    """The path of a picture of judged claims, by theme and within it by verdict.

    Parameters
    ----------
    judgements : iterable of Judgement
        Of `errorflow.claims.judge`.
    path : str or path-like, optional
        Ends in .pdf, .svg or .png; None for a picture that a notebook shows.
    title : str, default ''
        Stands above the picture.

    Returns
    -------
    Path or Picture

    Raises
    ------
    ValueError
        For another suffix, or no judgement.
    OSError
        If the path cannot be written.
    """
    entries = entries_of(judgements)
    if not entries:
        raise ValueError("judgements must hold at least one, got none")
    counts = {verdict: sum(e.verdict == verdict for e in entries) for verdict in MARKS}
    alt = f"{len(entries)} claims by theme: " + ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n) + "."

    def drawn(kind: str) -> bytes:
        with styled(style.TEXT):
            columns = columns_for(style.TEXT)
            inches = height(entries, columns)
            fig = new_figure(style.TEXT, inches + 0.6)
            ax = fig.add_axes((0.02, 0.3 / (inches + 0.6), 0.96, inches / (inches + 0.6)))
            style.panel(ax, "", title)
            draw_ledger(ax, entries, columns)
            return picture(fig, kind, title or "claims", alt)

    return delivered(path, drawn)


def entries_of(judgements: Iterable[Any]) -> list[Entry]:
    """The judgements as entries, themes in the order in which they come, within each by verdict."""
    found = [Entry(j.theme, _spelled(j.id.partition(".")[2]), j.verdict) for j in judgements]
    themes, verdicts = list(dict.fromkeys(e.theme for e in found)), list(MARKS)
    return sorted(found, key=lambda e: (themes.index(e.theme), verdicts.index(e.verdict)))


def _spelled(name: str) -> str:
    return " ".join(_WRITTEN.get(word, word) for word in name.split("_"))


def columns_for(width: float) -> int:
    """How many columns stand side by side on so many inches."""
    return max(1, int(width / _COLUMN))


def height(entries: Sequence[Entry], columns: int) -> float:
    """The height in inches that the entries take. Only within `styled`."""
    return max(map(len, _columns(entries, columns))) * _letters() * _LINE / 72


def draw_ledger(ax: Any, entries: Sequence[Entry], columns: int) -> None:
    """Draws judged claims in columns into axes that have the height of `errorflow.plots.ledger.height`.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        What is drawn into.
    entries : sequence of Entry
        Of `errorflow.plots.ledger.entries_of`.
    columns : int
        How many columns.
    """
    lines = _columns(entries, columns)
    ax.set(xlim=(0, columns), ylim=(max(map(len, lines)) - 0.5, -0.5), xticks=[], yticks=[])
    ax.set_axis_off()
    for column, here in enumerate(lines):
        for row, line in enumerate(here):
            if isinstance(line, str):
                _written(ax, column, row, line, 0, style="italic")
                continue
            ax.plot(column + 0.03, row, ls="none", clip_on=False, **{"mew": 0.8, "ms": 5, **MARKS[line.verdict]})
            _written(ax, column + 0.03, row, line.name, 5)


def _letters() -> float:
    """The size of the letters in points: small, so that a column of a page holds them all."""
    return style.size("tick") - 0.7


def _written(ax: Any, x: float, y: float, text: str, dx: float, **how: Any) -> None:
    """Text to the right of a point, moved by so many points."""
    how |= {"fontsize": _letters(), "va": "center_baseline"}
    words = ax.annotate(text, (x, y), (dx, 0), textcoords="offset points", annotation_clip=False, **how)
    words.set_in_layout(False)  # within the panel: a page of many need not be measured again and again


def _columns(entries: Sequence[Entry], columns: int) -> list[list[Entry | str]]:
    """The lines of each column: headings, entries and empty lines, in columns of about equal length."""
    lines: list[Entry | str] = []
    for k, entry in enumerate(entries):
        if k == 0 or entry.theme != entries[k - 1].theme:
            lines += ["", entry.theme] if k else [entry.theme]
        lines.append(entry)
    least = -(-len(lines) // columns)
    while len(_broken(lines, least)) > columns:
        least += 1
    return min((_broken(lines, most) for most in range(least, least + 4)), key=_orphans)


def _orphans(columns: Sequence[Sequence[Entry | str]]) -> int:
    """How many columns begin with the last one or two entries of a theme."""
    starts = (list(takewhile(lambda line: not isinstance(line, str), column)) for column in columns)
    return sum(1 <= len(start) <= 2 < len(column) for start, column in zip(starts, columns, strict=True))


def _broken(lines: Sequence[Entry | str], most: int) -> list[list[Entry | str]]:
    """Columns of at most so many lines: none begins with an empty line or ends with a heading."""
    found: list[list[Entry | str]] = [[]]
    for line in lines:
        heading = isinstance(line, str) and line
        if len(found[-1]) + (2 if heading else 1) > most:
            found.append([])
        if line or found[-1]:
            found[-1].append(line)
    return found
