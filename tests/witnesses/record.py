"""What a witness is, and the slopes and tolerances that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.activations import activation

EPS = float(np.finfo(float).eps)


Instance = Mapping[str, Any]


@dataclass(frozen=True)
class Dropped:
    """An instance without one hypothesis; `sides` if they must be computed in another way to be so."""

    hypothesis: str
    instance: Instance
    sides: Callable[..., tuple[Any, Any]] | None = None


@dataclass(frozen=True)
class Witness:
    """left <= right ("<="), left < right ("<") or left = right ("=") on every instance, entry by entry.

    theorem: its name. draw: rng -> instance. sides: instance -> (left, right). slack: relative to 1 + |right|; strict
    relations are asked for as they are, and `sharp` comes within the slack of equality.
    """

    theorem: str
    relation: str
    draw: Callable[[np.random.Generator], Instance]
    sides: Callable[..., tuple[Any, Any]]
    slack: float
    sharp: Instance
    dropped: tuple[Dropped, ...]
    draws: int = 200

    @property
    def label(self) -> str:
        return f"{self.theorem} ({self.sides.__name__})"


def slope(name, x):
    """The slope that users get, elementwise."""
    return activation(name).stable_slope(np.asarray(x, dtype=float))


def sigma(x):
    return 1 / (1 + np.exp(-x))


TWELVE = 1e-12  # logarithms and products of at most 12 factors, each good to a few units in the last place
ROUNDING = 1e-10  # the same where condition numbers reach 10^5
