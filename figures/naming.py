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

Array = npt.NDArray[np.float64]
# side -> where the box lies, seen from the point, in halves of its size; what taking this side costs
SIDES = {
    "above": (0, 1, 0.0), "below": (0, -1, 0.3), "right": (1, 0, 0.6), "left": (-1, 0, 0.6),
    "above right": (1, 1, 0.4), "above left": (-1, 1, 0.4), "below right": (1, -1, 0.6), "below left": (-1, -1, 0.6),
}  # fmt: skip
_OFF = (2.5, 5.0, 8.0)  # points between curve and box
_POINTS, _ROUNDS, _EVERY = 41, 6, 2.0
_TEXT, _INK, _OUTSIDE, _FAR, _STRANGER, _AWAY = 40.0, 1.2, 2.0, 14.0, 12.0, 0.25
_BEYOND = 3.0  # points from the right border of a panel to the name of a curve that ends there


@dataclass(frozen=True, eq=False)
class Name:
    """A text that names the curve (x, y) of a panel.

    near: an abscissa. side: a word of a name in SIDES; `end` for beyond the right border, where the curve ends; none.
    """

    ax: Any
    x: Any
    y: Any
    text: str
    color: str
    near: float | None = None
    side: str = ""
    how: dict[str, Any] = field(default_factory=dict)


def at_ends(names: Sequence[Name]) -> dict[Name, Any]:
    """Adds the names that stand beyond the right border of their panels, at the heights where their curves end."""
    found = {}
    for name in names:
        if name.side == "end":
            x, y = np.asarray(name.x, dtype=float), np.asarray(name.y, dtype=float)
            last = np.flatnonzero(np.isfinite(y) & (x <= max(name.ax.get_xlim()) * (1 + 1e-9)))[-1]
            how = {"fontsize": style.size("curve"), "color": name.color, "linespacing": 1.0, **name.how}
            across = name.ax.get_yaxis_transform()
            found[name] = name.ax.annotate(
                name.text, (1, y[last]), (_BEYOND, 0), xycoords=across, textcoords="offset points", va="center",
                annotation_clip=False, **how,
            )  # fmt: skip
    return found


def spread(ends: Mapping[Name, Any], renderer: Any) -> None:
    """Moves the names at the right border of a panel apart, as little as needed, and into its height."""
    for ax in {name.ax: None for name in ends}:
        here = sorted((a for n, a in ends.items() if n.ax is ax), key=lambda a: _centre(a, renderer))
        heights = np.array([a.get_window_extent(renderer).height for a in here])
        wanted = np.array([_centre(a, renderer) for a in here])
        gaps = (heights[1:] + heights[:-1]) / 2
        # Least squares under an order with gaps: pool neighbours that would overlap.
        moved = np.maximum(_pooled(wanted - np.append(0, gaps.cumsum())), ax.bbox.y0) + np.append(0, gaps.cumsum())
        point = ax.figure.dpi / 72
        for artist, by in zip(here, moved - wanted, strict=True):
            artist.xyann = (_BEYOND, by / point)


def _centre(artist: Any, renderer: Any) -> float:
    box = artist.get_window_extent(renderer)
    return float(box.y0 + box.y1) / 2


def _pooled(values: Array) -> Array:
    """The nearest non-decreasing sequence, by least squares."""
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
    ink = {ax: _ink(ax) for ax in {name.ax: None for name in names}}
    artists = [_added(name) for name in names]
    choices = []
    for name, artist in zip(names, artists, strict=True):
        box = artist.get_window_extent(renderer)
        choices.append(_Choice(name, (box.width, box.height), ink[name.ax], taken))
    at = [int(np.argmin(c.cost)) for c in choices]
    for _ in range(_ROUNDS):
        before = list(at)
        for k, choice in enumerate(choices):
            others = [o.boxes[at[j]] for j, o in enumerate(choices) if j != k]
            crowded = sum((_shared(choice.boxes, box) > 0) * _TEXT for box in others) if others else 0.0
            at[k] = int(np.argmin(choice.cost + crowded))
        if at == before:
            break
    for artist, choice, k in zip(artists, choices, at, strict=True):
        inverse = choice.name.ax.transAxes.inverted()
        artist.set_position(inverse.transform(choice.boxes[k][:2]))


def texts(fig: Any, renderer: Any) -> Array:
    """The boxes (texts, 4) of all letters that the figure shows: left, bottom, right, top."""
    from matplotlib.text import Text

    found = [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and _in_view(t)]
    return np.array([t.get_window_extent(renderer).extents for t in found]).reshape(-1, 4)


def _in_view(text: Any) -> bool:
    return bool(text.axes is None or text.axes.axison or text in text.axes.texts)


def _added(name: Name) -> Any:
    """The text, in no place yet."""
    how = {"fontsize": style.size("curve"), "linespacing": 1.0, **name.how}
    return name.ax.text(0.5, 0.5, name.text, color=name.color, transform=name.ax.transAxes, va="bottom", **how)


class _Choice:
    """The places of one name, boxes (places, 4), with what each costs whatever the other names do."""

    def __init__(self, name: Name, size: tuple[float, float], ink: dict[Any, Array], taken: Array) -> None:
        self.name = name
        point = name.ax.figure.dpi / 72
        path = _path(name.ax, np.asarray(name.x, dtype=float), np.asarray(name.y, dtype=float))
        self.boxes, self.cost = _places(path, size, name.side, point)
        frame = name.ax.bbox.extents
        over = np.concatenate([frame[:2] - self.boxes[:, :2], self.boxes[:, 2:] - frame[2:]], axis=1)
        self.cost += _OUTSIDE * np.maximum(over, 0).sum(axis=1) / point
        self.cost += _FAR * self._distance(path) / name.ax.bbox.width
        for box in taken:
            self.cost += _TEXT * (_shared(self.boxes, box) > 0)
        own, others = path, []
        for line, (points, weight) in ink.items():
            pad = point * (1.0 + (0.5 * line.get_markersize() if line.get_marker() not in ("None", "", None) else 0))
            hidden = _inside(self.boxes, points, pad).sum(axis=1)
            self.cost += _INK * weight * hidden * _EVERY / point
            if weight == 1 and len(points) and not _same(points, own):
                others.append(points)
        if others:
            far = np.minimum.reduce([_gap(self.boxes, points) for points in others])
            self.cost += _STRANGER * (far < _gap(self.boxes, own) + 2 * point)

    def _distance(self, path: Array) -> Array:
        """How far each box is from where it should be."""
        middle = (self.boxes[:, :2] + self.boxes[:, 2:]) / 2
        if self.name.near is None:
            wanted = path[len(path) // 2]
        else:
            across = self.name.ax.transData.transform([(self.name.near, self.name.ax.get_ylim()[0])])[0, 0]
            wanted = path[int(np.argmin(np.abs(path[:, 0] - across)))]
        return np.hypot(*(middle - wanted).T)


def _path(ax: Any, x: Array, y: Array) -> Array:
    """Points along what is seen of a curve, evenly spaced."""
    return _sampled(_seen(ax, ax.transData.transform(np.stack([x, y], axis=1))), _POINTS)


def _seen(ax: Any, points: Array) -> Array:
    """Close points of the curve within the panel; the corner nearest to it if there are none."""
    finite = points[np.isfinite(points).all(axis=1)]
    low, high = ax.bbox.extents[:2], ax.bbox.extents[2:]
    close = _sampled(np.clip(finite, low - 1e3, high + 1e3), 400) if len(finite) else np.array([low])
    inside = ((close >= low - 1) & (close <= high + 1)).all(axis=1)
    return close[inside] if inside.any() else np.clip(close[:1], low, high)


def _sampled(points: Array, count: int) -> Array:
    length = np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    at = np.linspace(0, length[-1], count)
    return np.stack([np.interp(at, length, points[:, i]) for i in (0, 1)], axis=1)


def _places(path: Array, size: tuple[float, float], side: str, point: float) -> tuple[Array, Array]:
    """Boxes (places, 4) on all sides of all points of a path, and what each costs by its side and its distance."""
    boxes, costs = [], []
    half = np.array(size) / 2
    for which, (across, along, price) in SIDES.items():
        if side and side not in which.split():
            continue
        for off in _OFF:
            centre = path + np.array([across, along]) * (half + off * point / (1.4 if across and along else 1.0))
            boxes.append(np.concatenate([centre - half, centre + half], axis=1))
            costs.append(np.full(len(path), price + _AWAY * (off - _OFF[0])))
    return np.concatenate(boxes), np.concatenate(costs)


def _ink(ax: Any) -> dict[Any, tuple[Array, float]]:
    """line -> points along it, and how much it matters that they are hidden: thin grey lines matter less."""
    found = {}
    for line in ax.lines:
        points = line.get_transform().transform(np.asarray(line.get_xydata(), dtype=float))
        if line.get_linestyle() in ("None", "", " "):
            close = points[np.isfinite(points).all(axis=1)]
        else:
            low, high = ax.bbox.extents[:2] - 20, ax.bbox.extents[2:] + 20
            close = _dense(np.clip(points, low, high))
        found[line] = (close, 0.3 if line.get_linewidth() < 0.75 else 1.0)
    return found


def _dense(points: Array) -> Array:
    """Points along the straight pieces between finite points, at most `_EVERY` apart, one for each square of that size.

    Closely drawn curves, and curves of many points, would otherwise weigh more than others.
    """
    both = np.isfinite(points[:-1]).all(axis=1) & np.isfinite(points[1:]).all(axis=1)
    starts, steps = points[:-1][both], np.diff(points, axis=0)[both]
    counts = (np.hypot(*steps.T) / _EVERY).astype(int) + 1
    piece = np.repeat(np.arange(len(counts)), counts)
    part = (np.arange(len(piece)) - np.repeat(counts.cumsum() - counts, counts)) / counts[piece]
    along = starts[piece] + steps[piece] * part[:, None]
    _, first = np.unique(np.floor(along / _EVERY), axis=0, return_index=True)
    return np.asarray(along[np.sort(first)])


def _inside(boxes: Array, points: Array, pad: float) -> Any:
    low, high = boxes[:, None, :2] - pad, boxes[:, None, 2:] + pad
    return ((points > low) & (points < high)).all(axis=2)


def _gap(boxes: Array, points: Array) -> Array:
    """Distance from each box to the nearest of the points."""
    away = np.maximum(np.maximum(boxes[:, None, :2] - points, points - boxes[:, None, 2:]), 0)
    return np.asarray(np.hypot(away[..., 0], away[..., 1]).min(axis=1))


def _same(points: Array, path: Array) -> bool:
    """Whether a line runs along the path of a name."""
    return bool(np.hypot(*(path[:, None] - points).transpose(2, 0, 1)).min(axis=1).max() < 3 * _EVERY)


def _shared(boxes: Array, box: Array) -> Array:
    """The area that each box shares with one box."""
    across = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    along = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1])
    return np.asarray(np.maximum(across, 0) * np.maximum(along, 0))
