"""Panels on a page of any width: side by side where it is wide, stacked where it is narrow, margins measured.

A figure asks for panels by their height in inches and says how wide each must be at least. It draws into them, names
its curves, and settles the page: panels are then moved so that every label has its place, the height of the figure
becomes what its rows need, and names are set beside their curves where they hide nothing.

    >>> from errorflow.plots.files import new_figure, styled
    >>> from figures.layout import Page
    >>> x = [0.1 * k for k in range(11)]
    >>> with styled(3.25):
    ...     page = Page(new_figure(3.25, 1.0))
    ...     a, b = page.panels(2, height=1.6, least=2.2)
    ...     for ax, letter, power in ((a, "a", 1), (b, "b", 2)):
    ...         y = [t**power for t in x]
    ...         page.heading(ax, letter, f"power {power}")
    ...         _ = ax.plot(x, y, color=style.BLUE)
    ...         _ = ax.set(xlabel="$x$", ylabel="$y$")
    ...         page.name(ax, x, y, f"$x^{power}$", style.BLUE, near=0.7)
    ...     page.settle()
    >>> bool(a.get_position().x0 == b.get_position().x0)  # one above the other: 3.25 inches hold one panel of 2.2
    True
    >>> bool(page.fig.get_figheight() > 2 * 1.6)
    True
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from errorflow.plots import style
from figures.naming import Name, at_ends, place, spread

NARROW = 4.5  # inches: a page below this is one column
LEAST = 3.0  # inches: no figure is drawn on less
_EDGE, _GAP = 0.03, 0.15  # inches: to the border of the page, between what belongs to two panels
_RISE = 5.0  # points from a panel to its heading
_PASSES, _DPI = 3, 200


class TooNarrow(ValueError):
    """There is no room at this width."""


class Page:
    """A figure of a fixed width whose height follows from its rows.

    fig: an empty Matplotlib figure, made within `styled(width)`, which sets the sizes of letters for that width.

    Attributes: width: in inches. narrow: whether this is one column of a page of two.
    """

    def __init__(self, fig: Any) -> None:
        self.fig = fig
        fig.set_dpi(_DPI)  # to measure by: in few dots a letter is up to a tenth wider or narrower than in print
        self.width: float = fig.get_figwidth()
        self.narrow = self.width < NARROW
        self._rows: list[_Row] = []
        self._headings: list[_Heading] = []
        self._names: list[Name] = []
        self._key: list[tuple[str, dict[str, Any]]] = []
        if self.width < LEAST - 1e-9:
            raise TooNarrow(f"width must be at least {LEAST:g} inches for its letters to be read, got {self.width:g}")

    def panels(
        self, count: int, height: float, least: float = 2.0, ratios: Sequence[float] = (), stacked: float | None = None
    ) -> list[Any]:
        """So many axes in rows of equal height, as many side by side as have `least` inches each.

        height: of each panel, without its labels, in inches; stacked: the same where all stand one above the other, by
        default `height`. ratios: relative widths where all stand in one row.
        """
        columns = max(1, min(count, int(self.width / least + 1e-9)))
        rows = -(-count // columns)
        sizes = [count // rows + (k < count % rows) for k in range(rows)]
        each = stacked if stacked is not None and columns == 1 else height
        return self.rows([ratios if rows == 1 and ratios else [1.0] * size for size in sizes], [each] * rows)

    def rows(self, ratios: Sequence[Sequence[float]], heights: Sequence[float]) -> list[Any]:
        """Axes from the left and from the top. ratios: relative widths, row by row. heights: of the rows, in inches."""
        for widths, height in zip(ratios, heights, strict=True):
            row = len(self._rows)
            axes = [self.fig.add_axes((0.1, 0.1, 0.8, 0.8), label=f"{row},{k}") for k in range(len(widths))]
            self._rows.append(_Row(tuple(axes), tuple(float(w) for w in widths), float(height)))
        return [ax for row in self._rows[-len(heights) :] for ax in row.axes]

    def share_x(self, axes: Sequence[Any]) -> None:
        """Leaves words and numbers below to the lowest of these panels, if they stand one above the other."""
        if self._alone(axes):
            for ax in axes[:-1]:
                ax.set_xlabel("")
                ax.tick_params(labelbottom=False)

    def _alone(self, axes: Sequence[Any]) -> bool:
        return all(row.axes == (ax,) for ax in axes for row in self._rows if ax in row.axes)

    def heading(self, ax: Any, letter: str, text: str = "", last: Any = None) -> None:
        """A bold letter and a heading above a panel, broken into lines where the panel is too narrow for it.

        last: the panel, in the same row, up to whose right border the heading may run.
        """
        how = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "baseline", "linespacing": 1.1}
        bold = ax.annotate(letter, (0, 1), (0, _RISE), weight="bold", **how)
        words = ax.annotate(text, (0, 1), (_indent(letter), _RISE), **how)
        for artist in (bold, words):
            artist.set_in_layout(False)
        self._headings.append(_Heading(bold, words, text, ax if last is None else last))

    def name(
        self, ax: Any, x: Any, y: Any, text: str, color: str, near: float | None = None, side: str = "", **how: Any
    ) -> None:
        """A name beside the curve (x, y), in its colour, darkened, where it hides no curve and no other letters.

        near: the abscissa close to which it should stand, by default the middle of the curve. side: `above`, `below`,
        `left` or `right` of the curve, or `end`, beyond the right border of the panel; by default wherever there is
        room. how: goes to the text.
        """
        self._names.append(Name(ax, x, y, text, style.readable(color), near, side, how))

    def note(self, ax: Any, text: str, near: tuple[float, float], color: str = style.INK, **how: Any) -> None:
        """A text on a panel where it hides nothing, close to a point `near` in fractions of the panel."""
        self._names.append(Name(ax, None, None, text, style.readable(color), near, "", how))

    def key(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """A key below all panels, set in lines like words: name -> how its line or marker is drawn."""
        self._key += [(text, dict(look)) for text, look in entries.items()]

    def settle(self) -> None:
        """Gives every panel its place, the figure its height, the names their places. Called once, when all is drawn.

        Raises: TooNarrow, a ValueError, if a panel would be narrower than half an inch.
        """
        renderer = self.fig.canvas.get_renderer()
        lines = _key_lines(self.fig, self._key, self.width, renderer)
        strip = _KEY_LINE * len(lines) + (_BEFORE_KEY if lines else 0.0)
        ends = at_ends(self._names)
        for _ in range(_PASSES):
            self._break_headings(renderer)
            height = self._arrange(renderer, strip)
        for k, line in enumerate(lines):
            _draw_key(self.fig, line, strip - _BEFORE_KEY - _KEY_LINE * (k + 0.5) + _EDGE, self.width, height)
        spread(ends, renderer)
        place(self.fig, self._names)

    def _arrange(self, renderer: Any, strip: float) -> float:
        """Moves all panels to where their labels have room; the height that this takes, in inches."""
        margins = [[self._margin(ax, renderer) for ax in row.axes] for row in self._rows]
        tops = [max(m.top for m in row) for row in margins]
        bottoms = [max(m.bottom for m in row) for row in margins]
        places = [
            _across(row, line, self.width) for row, line in zip(self._rows, _aligned(self._rows, margins), strict=True)
        ]
        between = _GAP * (len(self._rows) - 1) + 2 * _EDGE + strip
        height = round(sum(tops) + sum(bottoms) + sum(row.height for row in self._rows) + between, 2)
        self.fig.set_size_inches(self.width, height)
        y = height - _EDGE
        for row, spans, top, bottom in zip(self._rows, places, tops, bottoms, strict=True):
            y -= top + row.height
            for ax, (left, width) in zip(row.axes, spans, strict=True):
                ax.set_position((left / self.width, y / height, width / self.width, row.height / height))
            y -= bottom + _GAP
        return height

    def _margin(self, ax: Any, renderer: Any) -> _Margin:
        """Inches that the labels of a panel take on each side of it."""
        inch, inner, outer = self.fig.dpi, ax.bbox, ax.get_tightbbox(renderer)
        if outer is None:
            return _Margin(0.0, 0.0, 0.0, 0.0)
        tops = [outer.y1, *(h.bold.get_window_extent(renderer).y1 for h in self._headings if h.bold.axes is ax)]
        found = (inner.x0 - outer.x0, outer.x1 - inner.x1, inner.y0 - outer.y0, max(tops) - inner.y1)
        return _Margin(*(max(0.0, m / inch) for m in found))

    def _break_headings(self, renderer: Any) -> None:
        """Sets each heading in as few lines as fit between the left of its panel and the right of its last one."""
        point = self.fig.dpi / 72
        for bold, words, text, last in self._headings:
            ends = any(row.axes[-1] is last for row in self._rows)
            right = (self.width - _EDGE) * self.fig.dpi if ends else last.bbox.x1 + 4 * point
            room = right - words.axes.bbox.x0 - words.xyann[0] * point
            lines = _broken(text, room, lambda line, like=words: _length(like, line, renderer))
            rise = _RISE + (len(lines) - 1) * 1.1 * 1.2 * words.get_fontsize()
            words.set_text("\n".join(lines))
            bold.xyann = (0, rise)


@dataclass(frozen=True, eq=False)
class _Row:
    axes: tuple[Any, ...]
    ratios: tuple[float, ...]
    height: float


class _Heading(NamedTuple):
    bold: Any
    words: Any
    text: str
    last: Any


class _Margin(NamedTuple):
    left: float
    right: float
    bottom: float
    top: float


def _aligned(rows: Sequence[_Row], margins: Sequence[Sequence[_Margin]]) -> list[list[tuple[float, float]]]:
    """Margins left and right of every panel, so that columns of equal rows and the borders of all rows line up."""
    left, right = max(row[0].left for row in margins), max(row[-1].right for row in margins)
    found = []
    for row in rows:
        alike = [m for other, m in zip(rows, margins, strict=True) if other.ratios == row.ratios]
        line = [(max(m[k].left for m in alike), max(m[k].right for m in alike)) for k in range(len(row.axes))]
        line[0] = (left, line[0][1])
        line[-1] = (line[-1][0], right)
        found.append(line)
    return found


def _across(row: _Row, margins: Sequence[tuple[float, float]], width: float) -> list[tuple[float, float]]:
    """Left border and width of each panel of a row, in inches."""
    room = width - 2 * _EDGE - _GAP * (len(row.axes) - 1) - sum(map(sum, margins))
    spans, x = [], _EDGE
    for ratio, (left, right) in zip(row.ratios, margins, strict=True):
        inches = room * ratio / sum(row.ratios)
        if inches < 0.4:
            raise TooNarrow(f"width must leave half an inch for each panel, got {width:g} inches")
        spans.append((x + left, inches))
        x += left + inches + right + _GAP
    return spans


_BEFORE_KEY, _KEY_LINE = 0.07, 0.17  # inches: above the key, and each of its lines
_SAMPLE, _AFTER, _APART = 0.26, 0.06, 0.2  # inches: a sample of a line, from it to its name, to the next sample
_Placed = tuple[float, str, dict[str, Any]]


def _key_lines(
    fig: Any, entries: Sequence[tuple[str, dict[str, Any]]], width: float, renderer: Any
) -> list[list[_Placed]]:
    """The entries line by line, each with where it begins, in inches; lines are centred."""
    lines: list[list[_Placed]] = [[]] if entries else []
    ends, x = [0.0] * len(lines), 0.0
    like = fig.text(0, 0, "", fontsize=style.size("curve"))
    for text, look in entries:
        wide = _SAMPLE + _AFTER + _length(like, text, renderer) / fig.dpi
        if lines[-1] and x + wide > width - 2 * _EDGE:
            lines.append([])
            ends.append(0.0)
            x = 0.0
        lines[-1].append((x, text, look))
        ends[-1] = x + wide
        x += wide + _APART
    like.remove()
    return [
        [(x + (width - end) / 2, text, look) for x, text, look in line] for line, end in zip(lines, ends, strict=True)
    ]


def _draw_key(fig: Any, line: Sequence[_Placed], y: float, width: float, height: float) -> None:
    from matplotlib.lines import Line2D

    for x, text, look in line:
        only_marker = look.get("ls", "-") in ("None", "")
        xs = [x + _SAMPLE / 2] if only_marker else [x, x + _SAMPLE]
        if not only_marker and "marker" in look:
            xs = [x, x + _SAMPLE / 2, x + _SAMPLE]
            look = {"markevery": [1], **look}
        fig.add_artist(Line2D([v / width for v in xs], [y / height] * len(xs), transform=fig.transFigure, **look))
        color = style.readable(look.get("color", look.get("mec", style.INK)))
        at = ((x + _SAMPLE + _AFTER) / width, y / height)
        fig.text(*at, text, color=color, va="center_baseline", fontsize=style.size("curve"))


def _indent(letter: str) -> float:
    return style.size("axes") * 1.05 if letter else 0.0


def _length(like: Any, text: str, renderer: Any) -> float:
    """How wide a line would be, in pixels, set like this artist."""
    before = like.get_text()
    like.set_text(text)
    width = like.get_window_extent(renderer).width
    like.set_text(before)
    return float(width)


def _broken(text: str, room: float, length: Callable[[str], float]) -> list[str]:
    """The text in as few lines no longer than `room` as there can be, evenly, broken at spaces outside formulas."""
    words = re.findall(r"(?:\$[^$]*\$|[^\s$])+", text)
    lines = _filled(words, room, length)
    best = lines
    for share in (0.9, 0.8, 0.7, 0.6):
        tighter = _filled(words, share * room, length)
        if len(tighter) > len(lines):
            break
        best = tighter
    return best


def _filled(words: Sequence[str], room: float, length: Callable[[str], float]) -> list[str]:
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and length(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
