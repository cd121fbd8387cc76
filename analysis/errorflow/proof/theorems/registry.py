"""All theorems in reading order."""

from __future__ import annotations

from . import examples, gates, learning, local_error, lstm_flow, memory_cell, norms, paths, slopes, weighted
from .theorem import Theorem

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
    weighted.ABSOLUTE_RADIUS,
    examples.NILPOTENT,
    examples.CONJUGACY,
    memory_cell.LINEAR_UNIT,
    memory_cell.CAROUSEL,
    memory_cell.CAROUSEL_BOUND,
    memory_cell.FACTORISATION,
    lstm_flow.LOWER_BOUND,
    lstm_flow.LOWER_RATE,
    lstm_flow.VANISHING,
    gates.HALF_LIFE,
    gates.SUM_IS_WRONG,
    gates.SHARED_GATE,
    learning.RTRL_EQUALS_BPTT,
    learning.BPTT_COST,
    learning.RTRL_COST,
    learning.BREAK_EVEN,
)
