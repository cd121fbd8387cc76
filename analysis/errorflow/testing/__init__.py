"""Assertions for the tests of other code: what a recurrent network's derivative must be, against what it is.

    from errorflow.testing import assert_jacobian_matches

Each takes a plain step function or arrays of any framework, says what it found, what it expected and what is likely to
be wrong, and raises AssertionError. None has a tolerance to be tuned: they follow from the number of roundings and, for
central differences, from their error. A step function is `step(state, x) -> new state`; a state is one array, or a
tuple or mapping of arrays. Derivatives are those of the framework where the state is its tensor, by autograd; else by
the complex step where the function is analytic, and by central differences where it is not.

>>> import numpy as np
>>> W, U = np.array([[0.5, -1.0], [1.0, 0.25]]), np.eye(2)
>>> weights, state, x = {"W": W, "U": U, "b": np.zeros(2)}, np.array([0.1, -0.2]), np.array([0.3, 0.4])
>>> assert_jacobian_matches(lambda h, x: np.tanh(W @ h + U @ x), "rnn", weights, state, x)
>>> assert_jacobian_matches(lambda h, x: np.tanh(W.T @ h + U @ x), "rnn", weights, state, x)
Traceback (most recent call last):
    ...
AssertionError: d h[1] / d h[0] was measured as -0.940014849 and must be 0.822001229, to within ... W transposed: ...
"""

from .cells import assert_jacobian_matches
from .gates import assert_gate_order
from .gradients import assert_bptt_equals_rtrl
from .lags import assert_identity_carry, assert_norm_bound_by_lag
from .modules import Live, live

__all__ = [
    "Live",
    "assert_bptt_equals_rtrl",
    "assert_gate_order",
    "assert_identity_carry",
    "assert_jacobian_matches",
    "assert_norm_bound_by_lag",
    "live",
]
