"""Names set beside their curves, where they hide no ink, no other text, and are nearer to their curve than to another.

Every name has some hundreds of places: points along its curve, on eight sides of each, near or a little further off.
The cheapest is taken, name by name, until none moves any more. Lengths are pixels unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.plots import style
from figures.ink import Ink, along

Array = npt.NDArray[np.float64]
# side -> where the box lies, seen from the point, in halves of its size; what taking this side costs
SIDES = {
    "above": (0, 1, 0.0), "below": (0, -1, 0.3), "right": (1, 0, 0.6), "left": (-1, 0, 0.6),
    "above right": (1, 1, 0.4), "above left": (-1, 1, 0.4), "below right": (1, -1, 0.6), "below left": (-1, -1, 0.6),
}  # fmt: skip
_OFF = (2.5, 5.0, 8.0)  # points between curve and box
_BEYOND = 3.0  # points from the right border of a panel to the name of a curve that ends there
_INSET, _CLEAR, _CLOSE = 2.0, 1.0, 3.0  # points between a name and its panel's border, ink, and another curve
_POINTS, _GRID, _ROUNDS = 41, 31, 6
# What it costs: to lie over a text, over ink (per point of curve), outside the panel (per point); to stand a panel's
# width from where it should; to be nearer to another curve than to its own; to stand off (per point).
_TEXT, _INK, _OUTSIDE, _FAR, _STRANGER, _AWAY = 60.0, 4.0, 6.0, 25.0, 25.0, 0.25


@dataclass(frozen=True, eq=False)
class Name:
    """A text that names the curve (x, y) of a panel.

    near: an abscissa, or none. side: a word of a name in SIDES; `end` for beyond the right border, where the curve
    ends; or none. A name without a curve is a note: `near` is then a point in fractions of the panel.
    """

    ax: Any
    x: Any
    y: Any
    text: str
    color: str
    near: Any = None
    side: str = ""
    how: dict[str, Any] = field(default_factory=dict)


def at_ends(names: Sequence[Name]) -> dict[Name, Any]:
    """Adds the names that stand beyond the right border of their panels, at the heights where their curves end."""
    found = {}
    for name in names:
        if name.side == "end":
            x, y = np.asarray(name.x, dtype=float), np.asarray(name.y, dtype=float)
            last = np.flatnonzero(np.isfinite(y) & (x <= max(name.ax.get_xlim()) * (1 + 1e-9)))[-1]
            across = name.ax.get_yaxis_transform()
            found[name] = name.ax.annotate(
                name.text, (1, y[last]), (_BEYOND, 0), xycoords=across, textcoords="offset points", va="center",
                annotation_clip=False, **_look(name),
            )  # fmt: skip
    return found


def spread(ends: Mapping[Name, Any], renderer: Any) -> None:
    """Moves the names at the right border of a panel apart, as little as needed, and not below its foot."""
    for ax in {name.ax: None for name in ends}:
        here = sorted((a for n, a in ends.items() if n.ax is ax), key=lambda a: _centre(a, renderer))
        heights = np.array([a.get_window_extent(renderer).height for a in here])
        wanted = np.array([_centre(a, renderer) for a in here])
        # Least squares under an order with gaps: without the gaps, the nearest sequence that does not fall.
        gaps = np.append(0, ((heights[1:] + heights[:-1]) / 2).cumsum())
        moved = np.maximum(_rising(wanted - gaps), ax.bbox.y0) + gaps
        for artist, by in zip(here, moved - wanted, strict=True):
            artist.xyann = (_BEYOND, by * 72 / ax.figure.dpi)


def _centre(artist: Any, renderer: Any) -> float:
    box = artist.get_window_extent(renderer)
    return float(box.y0 + box.y1) / 2


def _rising(values: Array) -> Array:
    """The nearest sequence that does not fall, by least squares: neighbours that fall are pooled."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (b, m), (a, n) = blocks.pop(), blocks.pop()
            blocks.append(((a * n + b * m) / (n + m), n + m))
    return np.concatenate([np.full(n, v) for v, n in blocks])


def place(fig: Any, names: Sequence[Name]) -> None:
    """Adds all other names to their panels. The panels must stand where they will stay."""
    names = [name for name in names if name.side != "end"]
    if not names:
        return
    renderer = fig.canvas.get_renderer()
    taken = texts(fig, renderer)
    ink = {ax: Ink(ax) for ax in {name.ax: None for name in names}}
    artists = [name.ax.text(0, 0, name.text, transform=None, va="bottom", **_look(name)) for name in names]
    choices = []
    for name, artist in zip(names, artists, strict=True):
        box = artist.get_window_extent(renderer)
        choices.append(_Choice(name, (box.width, box.height), ink[name.ax], taken))
    at = [int(np.argmin(c.cost)) for c in choices]
    for _ in range(_ROUNDS):
        before = list(at)
        for k, choice in enumerate(choices):
            others = [o.boxes[at[j]] for j, o in enumerate(choices) if j != k]
            crowded = sum(_TEXT * _meet(choice.boxes, box) for box in others)
            at[k] = int(np.argmin(choice.cost + crowded))
        if at == before:
            break
    for artist, choice, k in zip(artists, choices, at, strict=True):
        to_fraction = choice.name.ax.transAxes
        artist.set_transform(to_fraction)
        artist.set_position(to_fraction.inverted().transform(choice.boxes[k][:2]))


def texts(fig: Any, renderer: Any) -> Array:
    """The boxes (texts, 4) of all letters that the figure shows: left, bottom, right, top."""
    from matplotlib.text import Text

    found = [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and _in_view(t)]
    return np.array([t.get_window_extent(renderer).extents for t in found]).reshape(-1, 4)


def _in_view(text: Any) -> bool:
    return bool(text.axes is None or text.axes.axison or text in text.axes.texts)


def _look(name: Name) -> dict[str, Any]:
    return {"fontsize": style.size("curve"), "linespacing": 1.1, "color": name.color, **name.how}


class _Choice:
    """The places of one name, boxes (places, 4), with what each costs whatever the other names do."""

    def __init__(self, name: Name, size: tuple[float, float], ink: Ink, taken: Array) -> None:
        self.name = name
        frame, point = name.ax.bbox.extents, name.ax.figure.dpi / 72
        if name.x is None:
            self.boxes, self.cost = _anywhere(name, size)
        else:
            path = _path(name.ax, np.asarray(name.x, dtype=float), np.asarray(name.y, dtype=float))
            self.boxes, self.cost = _beside(path, size, name.side, point)
            self.cost += _FAR * self._distance(path) / name.ax.bbox.width
            mine = _apart(self.boxes, path)
            closer = (mine - ink.distance_to_others(self.boxes, path)) / (_CLOSE * point)
            self.cost += _STRANGER * np.clip(1 + closer, 0, 1)
        inset = _INSET * point
        over = np.concatenate([frame[:2] + inset - self.boxes[:, :2], self.boxes[:, 2:] - frame[2:] + inset], axis=1)
        self.cost += _OUTSIDE * np.maximum(over, 0).sum(axis=1) / point
        self.cost += _INK * ink.hidden(self.boxes, _CLEAR * point) / point
        for box in taken:
            self.cost += _TEXT * _meet(self.boxes, box)

    def _distance(self, path: Array) -> Array:
        """How far each box is from where it should be."""
        middle = (self.boxes[:, :2] + self.boxes[:, 2:]) / 2
        wanted = path[len(path) // 2]
        if self.name.near is not None:
            across = self.name.ax.transData.transform([(self.name.near, self.name.ax.get_ylim()[0])])[0, 0]
            wanted = path[int(np.argmin(np.abs(path[:, 0] - across)))]
        return np.asarray(np.hypot(*(middle - wanted).T))


def _path(ax: Any, x: Array, y: Array) -> Array:
    """Points along what is seen of a curve, evenly spaced; the corner of the panel if nothing is."""
    points = ax.transData.transform(np.stack([x, y], axis=1))
    seen = along(points, ax.bbox.extents) if len(points) > 1 else points[np.isfinite(points).all(axis=1)]
    if len(seen) == 0:
        return np.repeat(ax.bbox.extents[None, :2], _POINTS, axis=0)
    length = np.append(0.0, np.hypot(*np.diff(seen, axis=0).T).cumsum())
    at = np.linspace(0, length[-1], _POINTS)
    return np.stack([np.interp(at, length, seen[:, i]) for i in (0, 1)], axis=1)


def _beside(path: Array, size: tuple[float, float], side: str, point: float) -> tuple[Array, Array]:
    """Boxes (places, 4) on all sides of all points of a path, and what each costs by its side and its distance."""
    boxes, costs = [], []
    half = np.array(size) / 2
    for which, (across, up, price) in SIDES.items():
        if side and side not in which.split():
            continue
        for off in _OFF:
            centre = path + np.array([across, up]) * (half + off * point / (1.4 if across and up else 1.0))
            boxes.append(np.concatenate([centre - half, centre + half], axis=1))
            costs.append(np.full(len(path), price + _AWAY * (off - _OFF[0])))
    return np.concatenate(boxes), np.concatenate(costs)


def _anywhere(name: Name, size: tuple[float, float]) -> tuple[Array, Array]:
    """Boxes all over a panel, and what each costs by its distance from where the note should be."""
    (x0, y0, x1, y1), half = name.ax.bbox.extents, np.array(size) / 2
    room = np.maximum(np.array([x1 - x0, y1 - y0]) / 2 - half - _INSET * name.ax.figure.dpi / 72, 0)
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, _GRID)] * 2), axis=-1).reshape(-1, 2)
    centre = np.array([x0 + x1, y0 + y1]) / 2 + grid * room
    away = np.hypot(*(grid / 2 + 0.5 - np.asarray(name.near)).T)
    return np.concatenate([centre - half, centre + half], axis=1), _FAR * away


def _apart(boxes: Array, points: Array) -> Array:
    """Distance from each box to the nearest of the points."""
    away = np.maximum(np.maximum(boxes[:, None, :2] - points, points - boxes[:, None, 2:]), 0)
    return np.asarray(np.hypot(away[..., 0], away[..., 1]).min(axis=1))


def _meet(boxes: Array, box: Array) -> Any:
    """Which of the boxes share more than their border with one box."""
    return ((boxes[:, :2] < box[2:]) & (box[:2] < boxes[:, 2:])).all(axis=1)
