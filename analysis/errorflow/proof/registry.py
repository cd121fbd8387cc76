"""All theorems in reading order."""

from __future__ import annotations

from .theorem import Theorem
from .theorems import local_error, norms, paths, slopes

THEOREMS: tuple[Theorem, ...] = (
    slopes.LOGISTIC_SLOPE,
    slopes.TANH_SLOPE,
    slopes.SQUASH_SLOPES,
    slopes.CROSSING,
    local_error.PEAK_GAIN,
    local_error.PEAK,
    paths.PATH_SUM,
    paths.AS_PRINTED,
    paths.PATH_BOUND,
    paths.PATH_FACTORS,
    paths.BELOW_FOUR,
    norms.ENTRY,
    norms.VANISHING,
    norms.EXPLOSION,
    norms.LOWER,
    norms.DETERMINANT,
    norms.NONNEGATIVE,
    norms.NILPOTENT,
    norms.CONJUGACY,
)
