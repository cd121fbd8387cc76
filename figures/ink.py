"""Where the curves of a panel are: how much of them a box hides, and how far it is from them.

Lengths are pixels unless said otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_CELL, _ROUND = 1.4, 28.0  # points: the squares in which a panel is looked at, and what is seen around it
_THIN, _LIGHT = 0.75, 0.3  # lines thinner than so many points matter less


class Ink:
    """The lines of a panel, as they stand now."""

    def __init__(self, ax: Any) -> None:
        point = ax.figure.dpi / 72
        x0, y0, x1, y1 = ax.bbox.extents
        self._cell = _CELL * point
        self._low = np.array([x0, y0]) - _ROUND * point
        size = np.array([x1 - x0, y1 - y0]) + 2 * _ROUND * point
        self._shape = tuple(np.ceil(size / self._cell).astype(int) + 1)
        self._lines: list[Array] = []
        weight = np.zeros(self._shape)
        for line in ax.lines:
            points = line.get_transform().transform(np.asarray(line.get_xydata(), dtype=float))
            frame = np.append(self._low, self._low + (np.array(self._shape) - 1) * self._cell)
            drawn = line.get_linestyle() not in ("None", "", " ")
            seen = along(points, frame) if drawn else points[_within(points, frame)]
            if line.get_marker() not in ("None", "", " ", None):
                dots = _discs(points[_within(points, frame)], line.get_markersize() / 2 * point)
                seen = np.concatenate([seen, dots[_within(dots, frame)]])
            light = line.get_linewidth() < _THIN and drawn
            weight[self._cells(seen)] = np.maximum(weight[self._cells(seen)], _LIGHT if light else 1.0)
            if not light:
                self._lines.append(seen)
        self._sums = np.pad(weight, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)

    def _cells(self, points: Array) -> tuple[Any, Any]:
        i, j = np.floor((points - self._low) / self._cell).astype(int).T if len(points) else np.zeros((2, 0), dtype=int)
        return i, j

    def hidden(self, boxes: Array, clear: float) -> Array:
        """Length of curve under each box (boxes, 4) and closer than `clear` to it."""
        top = np.array(self._shape)
        low = np.clip(np.floor((boxes[:, :2] - clear - self._low) / self._cell).astype(int), 0, top)
        high = np.clip(np.ceil((boxes[:, 2:] + clear - self._low) / self._cell).astype(int), 0, top)
        (a, b), (c, d) = low.T, high.T
        return np.asarray((self._sums[c, d] - self._sums[a, d] - self._sums[c, b] + self._sums[a, b]) * self._cell)

    def distance_to_others(self, boxes: Array, path: Array) -> Array:
        """Distance from each box to the nearest line that does not run along the path nor mark it, else inf."""
        from scipy.ndimage import distance_transform_edt

        free = np.ones(self._shape, dtype=bool)
        for points in self._lines:
            if len(points) and not _covers(points, path, 3 * self._cell) and not _covers(path, points, 3 * self._cell):
                free[self._cells(points)] = False
        if free.all():
            return np.full(len(boxes), np.inf)
        distance = self._cell * distance_transform_edt(free)
        share = np.linspace(0, 1, 9)
        border = [(s, t) for s in share for t in (0.0, 1.0)] + [(t, s) for s in share for t in (0.0, 0.5, 1.0)]
        found = []
        for s, t in border:
            points = boxes[:, :2] + (boxes[:, 2:] - boxes[:, :2]) * (s, t)
            i, j = np.floor((points - self._low) / self._cell).astype(int).T
            found.append(distance[np.clip(i, 0, self._shape[0] - 1), np.clip(j, 0, self._shape[1] - 1)])
        return np.asarray(np.minimum.reduce(found))


def along(points: Array, frame: Array) -> Array:
    """Points along the straight pieces between finite points, at most a pixel apart, as far as they lie in the frame.

    points (n, 2). frame: left, bottom, right, top.
    """
    both = np.isfinite(points[:-1]).all(axis=1) & np.isfinite(points[1:]).all(axis=1)
    starts, steps = points[:-1][both], np.diff(points, axis=0)[both]
    first, last = np.zeros(len(starts)), np.ones(len(starts))
    for axis in (0, 1):  # Liang and Barsky: the part of each piece between two parallel borders
        with np.errstate(divide="ignore", invalid="ignore"):
            a = (frame[axis] - starts[:, axis]) / steps[:, axis]
            b = (frame[axis + 2] - starts[:, axis]) / steps[:, axis]
        level = steps[:, axis] == 0
        outside = level & ((starts[:, axis] < frame[axis]) | (starts[:, axis] > frame[axis + 2]))
        first = np.where(level, np.where(outside, 2.0, first), np.maximum(first, np.minimum(a, b)))
        last = np.where(level, last, np.minimum(last, np.maximum(a, b)))
    kept = first <= last
    starts, steps, first, last = starts[kept], steps[kept], first[kept], last[kept]
    counts = np.ceil(np.hypot(*steps.T) * (last - first)).astype(int) + 1
    piece = np.repeat(np.arange(len(counts)), counts)
    part = (np.arange(len(piece)) - np.repeat(counts.cumsum() - counts, counts)) / np.maximum(counts[piece] - 1, 1)
    share = first[piece] + (last - first)[piece] * part
    return np.asarray(starts[piece] + steps[piece] * share[:, None])


def _within(points: Array, frame: Array) -> Any:
    return np.isfinite(points).all(axis=1) & (points >= frame[:2]).all(axis=1) & (points <= frame[2:]).all(axis=1)


def _discs(points: Array, radius: float) -> Array:
    """Points on and in a circle about each point."""
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.concatenate([points, *((points[:, None] + r * radius * ring).reshape(-1, 2) for r in (0.5, 1.0))])


def _covers(points: Array, path: Array, close: float) -> bool:
    """Whether all of the path is close to points."""
    coarse = points[:: max(1, len(points) // 400)]
    return bool(np.hypot(*(path[:, None] - coarse).transpose(2, 0, 1)).min(axis=1).max() < close)
