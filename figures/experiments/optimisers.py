"""Gradient descent and Adam on a dictionary of arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[np.float64]]
Update = Callable[[Arrays, Arrays], None]


def descent(rate: float) -> Update:
    """An update that moves weights against the gradient."""

    def update(weights: Arrays, gradient: Arrays) -> None:
        for name, part in gradient.items():
            weights[name] -= rate * part

    return update


def adam(rate: float, first: float = 0.9, second: float = 0.999, least: float = 1e-8) -> Update:
    """An update by running means of the gradient and of its square. Source: Kingma & Ba 2015, algorithm 1."""
    means: Arrays = {}
    squares: Arrays = {}
    step = 0

    def update(weights: Arrays, gradient: Arrays) -> None:
        nonlocal step
        step += 1
        for name, part in gradient.items():
            means[name] = first * means.get(name, 0.0) + (1 - first) * part
            squares[name] = second * squares.get(name, 0.0) + (1 - second) * part**2
            size = np.sqrt(squares[name] / (1 - second**step)) + least
            weights[name] -= rate * means[name] / (1 - first**step) / size

    return update


def clipped(gradient: Arrays, most: float) -> Arrays:
    """The gradient, shortened to the norm `most` where it is longer."""
    norm = float(np.sqrt(sum((part**2).sum() for part in gradient.values())))
    return gradient if norm <= most else {name: part * (most / norm) for name, part in gradient.items()}


OPTIMISERS: dict[str, Callable[[float], Update]] = {"descent": descent, "adam": adam}
