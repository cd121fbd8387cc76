"""The proofs in outline: goals in order, with hints; the finder completes them to certificates."""

from __future__ import annotations

from typing import Any

from . import examples, gates, learning, local_error, lstm_flow, memory_cell, norms, paths, slopes, weighted

OUTLINES: dict[str, list[Any]] = {
    "logistic.slope": [slopes.LOGISTIC],
    "tanh.slope": [slopes.TANH],
    "squash.slopes": [slopes.SQUASH_H, slopes.SQUASH_G],
    "slopes.crossing": [slopes.CROSSING, slopes.VALUE],
    "local_error.peak_gain": [
        local_error.GAIN,
        local_error.ABOVE,
        local_error.BELOW,
        local_error.BRACKET,
        local_error.ENCLOSED,
    ],
    "local_error.peak": local_error.PEAK_PARTS,
    "rnn.path_sum": paths.PATH_SUM,
    "rnn.path_sum_as_printed": paths.AS_PRINTED,
    "rnn.path_bound": paths.PATH_BOUND,
    "rnn.path_factors": paths.PATH_FACTORS,
    "rnn.weights_below_four": paths.BELOW_FOUR,
    "norm.entry_bound": norms.ENTRY,
    "rnn.vanishing": norms.VANISHING,
    "rnn.explosion_needs": norms.EXPLOSION,
    "rnn.lower_bound": norms.LOWER,
    "rnn.determinant_bound": norms.DETERMINANT,
    "rnn.nonnegative_bound": norms.NONNEGATIVE,
    "rnn.absolute_radius": weighted.ABSOLUTE_RADIUS,
    "rnn.nilpotent": examples.NILPOTENT,
    "rnn.conjugacy": examples.CONJUGACY,
    "carousel.linear_unit": memory_cell.LINEAR_UNIT,
    "lstm1997.carousel": memory_cell.CAROUSEL,
    "lstm1997.carousel_bound": memory_cell.CAROUSEL_BOUND,
    "lstm.factorisation": memory_cell.FACTORISATION,
    "lstm.lower_bound": lstm_flow.LOWER_BOUND,
    "lstm.lower_rate": lstm_flow.LOWER_RATE,
    "lstm.vanishing": lstm_flow.VANISHING,
    "forget_gate.half_life": gates.HALF_LIFE,
    "output.sum_is_wrong": gates.SUM_IS_WRONG,
    "output.shared_gate": gates.SHARED_GATE,
    "rtrl.equals_bptt": learning.RTRL_EQUALS_BPTT,
    "bptt.cost": learning.BPTT_COST,
    "rtrl.cost": learning.RTRL_COST,
    "learning.memory_break_even": learning.BREAK_EVEN,
}
