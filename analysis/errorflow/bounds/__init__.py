"""Proved bounds as numbers, each a function of what its theorem assumes and never of what it bounds.

For one's own tests: `profile.log2_norm <= bounds.log2_rnn_upper(W, 1, lags) + slack`. Names that begin with `log2_`
return logarithms to base two, as `Profile.log2_norm` is one, so that they neither overflow nor underflow; an exact 0
is -inf. Lags are in steps. Singular values come from float64: allow a few units in the last place for each lag.

>>> from errorflow import bounds
>>> bounds.log2_rnn_upper([[0.0, 1.0], [-1.0, 0.0]], 0.25, [0, 1, 10])
array([  0.,  -2., -20.])
>>> round(bounds.bias_for_horizon(1000, kept=0.5), 3)
7.274
"""

from .cell_state import (
    cell_state_bound,
    cell_state_drift,
    loop_bound,
    lstm1997_factor_bounds,
    lstm_factor_bounds,
    squash_decay,
)
from .lstm import bias_for_horizon, carousel_bounds, forget_decay, half_life, log2_lstm_bounds
from .memory import memory_break_even
from .rnn import (
    log2_nilpotent_growth,
    log2_path_bound,
    log2_rnn_bounds,
    log2_rnn_determinant,
    log2_rnn_lower,
    log2_rnn_nonnegative,
    log2_rnn_scaled,
    log2_rnn_upper,
)
from .units import local_error_bound, local_error_peaks, logistic_curvature, scalar_fixed_point, slopes_crossing

__all__ = [
    "bias_for_horizon",
    "carousel_bounds",
    "cell_state_bound",
    "cell_state_drift",
    "forget_decay",
    "half_life",
    "local_error_bound",
    "local_error_peaks",
    "log2_lstm_bounds",
    "log2_nilpotent_growth",
    "log2_path_bound",
    "log2_rnn_bounds",
    "log2_rnn_determinant",
    "log2_rnn_lower",
    "log2_rnn_nonnegative",
    "log2_rnn_scaled",
    "log2_rnn_upper",
    "logistic_curvature",
    "loop_bound",
    "lstm1997_factor_bounds",
    "lstm_factor_bounds",
    "memory_break_even",
    "scalar_fixed_point",
    "slopes_crossing",
    "squash_decay",
]
