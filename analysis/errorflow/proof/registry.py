"""All theorems in reading order."""

from __future__ import annotations

from .theorem import Theorem
from .theorems import slopes

THEOREMS: tuple[Theorem, ...] = (
    slopes.LOGISTIC_SLOPE,
    slopes.TANH_SLOPE,
    slopes.SQUASH_SLOPES,
    slopes.CROSSING,
)
