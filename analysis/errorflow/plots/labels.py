"""Labels set on curves so that none hides a box or another label, and few hide another curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_ROUNDS, _CANDIDATES, _MARGIN = 6, 61, 2.0
_TAIL, _HEAD = 4.0, 10.0


class Box(NamedTuple):
    """A rectangle by its centre."""

    x: float
    y: float
    width: float
    height: float


def overlap(one: Box, other: Box, margin: float = 0.0) -> float:
    """The area that two boxes share, each grown by half of `margin`."""
    across = (one.width + other.width) / 2 + margin - abs(one.x - other.x)
    along = (one.height + other.height) / 2 + margin - abs(one.y - other.y)
    return max(0.0, across) * max(0.0, along)


def placed(paths: Sequence[Array], sizes: Sequence[tuple[float, float]], boxes: Sequence[Box]) -> tuple[Array, float]:
    """The centres of the labels (arrows, 2) on their paths, and the area that they hide of boxes and of each other.

    paths: points along each arrow. sizes: width and height of its label. boxes: what must not be covered.
    """
    candidates = [_candidates(path, width) for path, (width, _) in zip(paths, sizes, strict=True)]
    fixed = [_fixed_costs(k, paths, sizes, boxes, candidates[k]) for k in range(len(paths))]
    choice = [int(np.argmin(cost)) for cost in fixed]

    def box(k: int, at: int) -> Box:
        x, y = candidates[k][at]
        return Box(float(x), float(y), *sizes[k])

    for _ in range(_ROUNDS):
        before = list(choice)
        for k in range(len(paths)):
            others = [box(j, choice[j]) for j in range(len(paths)) if j != k]
            hidden = [sum(overlap(box(k, i), o, _MARGIN) for o in others) for i in range(len(candidates[k]))]
            choice[k] = int(np.argmin(fixed[k] + 20.0 * np.array(hidden)))
        if choice == before:
            break
    chosen = [box(k, at) for k, at in enumerate(choice)]
    area = sum(overlap(one, other, _MARGIN) for i, one in enumerate(chosen) for other in chosen[:i])
    area += sum(overlap(one, other) for one in chosen for other in boxes)
    return np.array([[b.x, b.y] for b in chosen]).reshape(-1, 2), area


def _candidates(path: Array, width: float) -> Array:
    """Points along the path, evenly spaced by length, that leave its ends in sight; its middle if there is no room."""
    length = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1)))
    at = np.linspace(0.05, 0.95, _CANDIDATES) * length[-1]
    points = np.stack([np.interp(at, length, path[:, i]) for i in (0, 1)], axis=1)
    inside = (points[:, 0] - path[0, 0] > width / 2 + _TAIL) & (path[-1, 0] - points[:, 0] > width / 2 + _HEAD)
    return points[inside] if inside.any() else points[_CANDIDATES // 2 :][:1]


def _fixed_costs(
    k: int, paths: Sequence[Array], sizes: Sequence[tuple[float, float]], boxes: Sequence[Box], candidates: Array
) -> Array:
    """What each place of label k costs, whatever the other labels do: boxes and curves it hides, bends, distance
    from the middle."""
    width, height = sizes[k]
    run, rise = np.abs(np.gradient(candidates, axis=0)).T if len(candidates) > 1 else np.zeros((2, 1))
    steep = rise > 0.05 * run
    cost = 2.0 * np.abs(np.linspace(-1, 1, len(candidates))) + 1.5 * steep
    others = [p for j, p in enumerate(paths) if j != k]
    for i, (x, y) in enumerate(candidates):
        cost[i] += 20.0 * sum(overlap(Box(x, y, width, height), b, 2 * _MARGIN) for b in boxes)
        for path in others:
            inside = (np.abs(path[:, 0] - x) < width / 2 + 1) & (np.abs(path[:, 1] - y) < height / 2 + 1)
            cost[i] += 5.0 * inside.sum()
    return np.asarray(cost)
