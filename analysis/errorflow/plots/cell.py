"""`errorflow draw CELL`: the graph of a cell's definition as a picture."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from errorflow.definition import Definition
from errorflow.plots import style
from errorflow.plots.diagram import Arrow, Diagram, Kind, Role, Vertex, diagram
from errorflow.plots.files import kind_of, new_figure, picture, styled, write
from errorflow.plots.layout import Layout, Link, Size, laid_out

Measure = Callable[[str, float], Size]
NAME, FORMULA, LABEL = 10.0, 8.0, 8.0  # type sizes in points
_MARGIN, _LEGEND, _WIDEST, _LEAD = 10.0, 50.0, 150.0, 4.0
_NAMES: dict[Role, str] = {
    "old": "old state",
    "input": "input",
    "affine": "affine map",
    "elementwise": "elementwise",
    "new": "new state",
}
_FILL = {"old": "#ffffff", "input": "#ffffff", "affine": "#ececee", "elementwise": "#fdebd2", "new": "#dbe7fe"}
_EDGE = {"old": style.BLUE, "input": style.FAINT, "affine": style.FAINT, "elementwise": style.ORANGE, "new": style.BLUE}
_MEANING: dict[Kind, str] = {"carry": "carry", "cut": "cut by truncation", "plain": "other edge"}
_LINE: dict[Kind, dict[str, Any]] = {
    "carry": {"color": style.dark(style.BLUE), "linewidth": 2.2, "linestyle": "-"},
    "cut": {"color": style.RED, "linewidth": 1.0, "linestyle": (0, (4, 2.4))},
    "plain": {"color": style.INK, "linewidth": 0.8, "linestyle": "-"},
}


def draw_cell(cell: Any, path: str | os.PathLike[str]) -> Path:
    """The path of the picture of a cell: its vectors as boxes, its edges as arrows, each with its local derivative.

    Old states and inputs stand on the left, new states on the right. Bold: the carry. Dashed: what truncation cuts.

    Parameters
    ----------
    cell : Cell or Definition
    path : str or path-like
        Ends in .pdf, .svg or .png. The file is written whole or not at all, and twice in the same bytes.

    Returns
    -------
    Path

    Raises
    ------
    TypeError
        If `cell` is no cell.
    ValueError
        For another suffix.
    OSError
        If the path cannot be written.
    """
    target = Path(path)
    kind = kind_of(target)
    definition = _definition(cell)
    shown = diagram(definition)
    with styled():
        content = picture(_figure(shown), kind, f"cell {shown.title}", shown.description())
    return write(target, content)


def cell_figure(cell: Any) -> Any:
    """The same picture as a Matplotlib figure, whose parts carry as gid what they are, such as "label h net_f".

    Parameters
    ----------
    cell : Cell or Definition

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError
        If `cell` is no cell.
    """
    with styled():
        return _figure(diagram(_definition(cell)))


def _definition(cell: Any) -> Definition:
    definition = getattr(cell, "definition", cell)
    if not isinstance(definition, Definition):
        raise TypeError(f"cell must be an errorflow.Cell, got {type(cell).__name__}; `errorflow.lstm()` makes one")
    return definition


def _figure(shown: Diagram) -> Any:
    measure = _measure()
    sizes = [_box_size(k, shown, measure) for k in range(len(shown.vertices))]
    weight = {"carry": 4, "cut": 1, "plain": 1}
    links = []
    for arrow in shown.arrows:
        width, height = measure(_text(arrow.label), LABEL)
        links.append(Link(arrow.source, arrow.target, (width + 3, height + 2), weight[arrow.kind]))
    read = {a.source for a in shown.arrows}
    last = [k for k, v in enumerate(shown.vertices) if v.role == "new" and k not in read]
    layout = laid_out(sizes, links, last)
    width = max(layout.width, 400.0) + 2 * _MARGIN
    height = layout.height + 2 * _MARGIN + _LEGEND
    fig = new_figure(width / 72, height / 72)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(-(width - layout.width) / 2, (width + layout.width) / 2)
    ax.set_ylim(-_MARGIN - _LEGEND, layout.height + _MARGIN)
    for k, vertex in enumerate(shown.vertices):
        _draw_box(ax, vertex, layout.boxes[k], sizes[k])
    for k, arrow in enumerate(shown.arrows):
        _draw_arrow(ax, shown, arrow, layout, k)
    _legend(ax, shown, layout.width)
    return fig


def _measure() -> Measure:
    """Text -> (width, height) in points, as it will be drawn."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    reader = TextToPath()

    def measure(text: str, size: float) -> Size:
        properties = FontProperties(family=style.RC["font.family"], size=size)
        width, height, _ = reader.get_text_width_height_descent(text, properties, ismath="$" in text)
        return float(width), float(height)

    return measure


@lru_cache(maxsize=1024)
def _text(pair: tuple[str, str]) -> str:
    """LaTeX between dollars, or the plain text where Matplotlib cannot set that LaTeX."""
    from matplotlib.mathtext import MathTextParser

    tex, plain = _brackets(pair[0].replace(r"\tfrac", r"\frac")), pair[1]  # Matplotlib sets all fractions small
    try:
        MathTextParser("path").parse(f"${tex}$")
    except ValueError:
        return plain.replace("$", "")
    return f"${tex}$" if tex else ""


def _brackets(tex: str) -> str:
    r"""The same LaTeX with \left and \right at fractions only: Matplotlib shrinks brackets around small letters."""
    parts, opened = re.split(r"(\\left\(|\\right\))", tex), []
    for k, part in enumerate(parts):
        if part == r"\left(":
            opened.append(k)
        elif part == r"\right)":
            start = opened.pop()
            if not any(r"\frac" in inner for inner in parts[start:k]):
                parts[start], parts[k] = "(", ")"
    return "".join(parts)


def _box_size(number: int, shown: Diagram, measure: Measure) -> Size:
    vertex = shown.vertices[number]
    width, height = measure(_text(vertex.name), NAME)
    formula = _formula(vertex, measure)
    if formula:
        across, along = measure(formula, FORMULA)
        width, height = max(width, across), height + along + _LEAD
    arriving = sum(a.target == number for a in shown.arrows)
    leaving = sum(a.source == number for a in shown.arrows)
    return max(width + 14, 30.0), max(height + 10, 6.0 + 7.0 * (max(arriving, leaving) - 1), 22.0)


def _formula(vertex: Vertex, measure: Measure) -> str:
    """The second line of a box; none where it would make the box too wide."""
    text = _text(vertex.formula)
    return text if text and measure(text, FORMULA)[0] <= _WIDEST else ""


def _draw_box(ax: Any, vertex: Vertex, centre: Any, size: Size) -> None:
    (x, y), (width, height) = centre, size
    _patch(ax, x, y, width, height, vertex.role, f"box {vertex.symbol.name}")
    measure = _measure()
    name, formula = _text(vertex.name), _formula(vertex, measure)
    above, below = measure(name, NAME)[1] + _LEAD, measure(formula, FORMULA)[1] + _LEAD if formula else 0.0
    how = {"ha": "center", "va": "center", "zorder": 5}
    ax.text(x, y + below / 2, name, fontsize=NAME, color=style.INK, **how)
    if formula:
        ax.text(x, y - above / 2, formula, fontsize=FORMULA, color=style.FAINT, **how)


def _patch(ax: Any, x: float, y: float, width: float, height: float, role: Role, gid: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = {"affine": "square,pad=0", "input": "square,pad=0"}.get(role, f"round,pad=0,rounding_size={height / 4:g}")
    box = FancyBboxPatch(
        (x - width / 2, y - height / 2), width, height, boxstyle=corner, facecolor=_FILL[role], edgecolor=_EDGE[role],
        linewidth=2.0 if role == "new" else 1.0, zorder=4, gid=gid,
    )  # fmt: skip
    ax.add_patch(box)


def _draw_arrow(ax: Any, shown: Diagram, arrow: Arrow, layout: Layout, k: int) -> None:
    names = " ".join(shown.vertices[end].symbol.name for end in (arrow.source, arrow.target))
    _line(ax, layout.curves[k], arrow.kind, f"{arrow.kind} {names}")
    x, y = layout.labels[k]
    ax.text(
        x, y, _text(arrow.label), fontsize=LABEL, color=_LINE[arrow.kind]["color"], ha="center", va="center", zorder=3,
        gid=f"label {names}", bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
    )  # fmt: skip


def _line(ax: Any, controls: Any, kind: Kind, gid: str) -> None:
    """A curve that ends horizontally, with its head."""
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path as Curve

    look = _LINE[kind]
    x, y = controls[-1]
    length, half = (8.0, 3.6) if kind == "carry" else (5.5, 2.2)
    shortened = np.concatenate([controls[:-1], [[x - 0.8 * length, y]]])
    codes = [Curve.MOVETO] + [Curve.CURVE4] * (len(controls) - 1)
    curve = Curve(shortened, codes)
    ax.add_patch(PathPatch(curve, fill=False, capstyle="butt", zorder=2, gid=gid, **look))
    head = [(x, y), (x - length, y + half), (x - length, y - half)]
    ax.add_patch(Polygon(head, closed=True, facecolor=look["color"], edgecolor="none", zorder=2.5))


def _legend(ax: Any, shown: Diagram, width: float) -> None:
    """What boxes and lines mean, in two rows below the graph; only what occurs."""
    measure = _measure()
    roles = [role for role in _NAMES if any(v.role == role for v in shown.vertices)]
    kinds = [kind for kind in _MEANING if any(a.kind == kind for a in shown.arrows)]
    rows: tuple[list[tuple[Any, str]], ...] = ([(r, _NAMES[r]) for r in roles], [(k, _MEANING[k]) for k in kinds])
    for row, entries in enumerate(rows):
        y = -_MARGIN - 12.0 - 15.0 * row
        wide = sum(28.0 + measure(text, LABEL)[0] + 14.0 for _, text in entries) - 14.0
        x = width / 2 - wide / 2
        for key, text in entries:
            if row == 0:
                _patch(ax, x + 11, y, 22.0, 9.0, key, f"key {key}")
            else:
                _line(ax, np.array([[x, y], [x + 8, y], [x + 14, y], [x + 22, y]]), key, f"key {key}")
            ax.text(x + 28, y, text, fontsize=LABEL, color=style.INK, ha="left", va="center_baseline")
            x += 28.0 + measure(text, LABEL)[0] + 14.0
    said = "on each arrow: the derivative of its head by its tail; a vector stands for its diagonal matrix"
    ax.text(width / 2, -_MARGIN - 42.0, said, fontsize=LABEL, color=style.FAINT, ha="center", va="center_baseline")
