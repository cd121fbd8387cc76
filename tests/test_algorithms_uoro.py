"""UORO: the mean over all signs is the influence matrix, exactly; one draw is far from it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow.learning.operations import Counter
from errorflow.learning.uoro import rank_one
from tests import oracles
from tests.autograd import gap, some_errors
from tests.mixed import NAMES, numbers
from tests.pairs import MORE
from tests.test_algorithms_snap1 import flat
from tests.test_algorithms_truncated import GRID, check_count, learnt, some

SMALL = [
    ("rnn", 2, 1, 2),
    ("rnn", 2, 2, 3),
    ("lstm", 1, 1, 3),
    ("gru", 2, 1, 3),
    ("lstm1997", 1, 1, 3),
    ("mixed", 2, 1, 3),
]


def all_signs(width, steps):
    """(steps, 2^(width steps), width): every pattern of signs, as a batch."""
    patterns = np.array(list(itertools.product([-1.0, 1.0], repeat=width * steps)))
    return patterns.reshape(-1, steps, width).swapaxes(0, 1)


def influence(c):
    """d state after the last step / d weights, by one complex step through the whole sequence."""
    point, apart = flat(c)

    def run(vector):
        blocks = tuple(c.state.values())
        for x in c.inputs:
            blocks = c.step(oracles.NUMPY, c.weights | apart(vector), blocks, x)
        return np.concatenate(blocks)

    return oracles.complex_step(run, point)


def every_pattern(c):
    """(s, theta) for every pattern of signs after the last step, as rows."""
    signs = all_signs(sum(c.widths), len(c.inputs))
    batch = signs.shape[1]
    trajectory = c.cell.run(c.weights, np.broadcast_to(c.inputs, (batch, *c.inputs.shape)), c.state)
    *_, (state, weights) = rank_one(trajectory, signs, Counter(), True)
    states = np.concatenate([state[s] for s in c.cell.definition.states], axis=1)
    return states, np.concatenate([weights[k].reshape(batch, -1) for k in flat(c)[1](flat(c)[0])], axis=1)


@pytest.mark.parametrize(("name", "n", "m", "T"), SMALL)
def test_the_mean_over_all_signs_is_the_influence(name, n, m, T):
    c = numbers(name, n, m, T, seed=4)
    states, weights = every_pattern(c)
    exact = influence(c)
    mean = states.T @ weights / len(states)
    # The mean of up to 512 products of 16 digits, whose terms are up to ten times what is left of them.
    np.testing.assert_allclose(mean, exact, rtol=0, atol=1e-13 * np.abs(exact).max())


def test_the_mean_over_half_of_the_signs_is_not_the_influence():
    c = numbers("rnn", 2, 2, 3, seed=4)
    states, weights = every_pattern(c)
    half = len(states) // 2 + 5
    assert np.abs(states[:half].T @ weights[:half] / half - influence(c)).max() > 0.01 * np.abs(influence(c)).max()


def test_both_vectors_are_kept_alike_in_length():
    c = numbers("rnn", 3, 2, 6, seed=4)
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(6, 1, 3))
    trajectory = c.run()
    for t, (state, weights) in enumerate(rank_one(trajectory, signs, Counter(), True)):
        lengths = [np.sqrt(sum((part**2).sum() for part in parts.values())) for parts in (state, weights)]
        if t == 0:  # one term: s = rho nu, theta = nu^T I / rho
            np.testing.assert_allclose(*lengths, rtol=1e-14)
        assert 0.1 < lengths[0] / lengths[1] < 10


def test_the_mean_of_many_draws_nears_the_gradient_as_the_root_of_their_number():
    c = numbers("lstm", 2, 1, 4, seed=5)
    errors = some_errors(c)
    exact, draws = learnt(c, errors, "rtrl").weights, 4000
    xs, many = np.broadcast_to(c.inputs, (draws, *c.inputs.shape)), np.broadcast_to(errors, (draws, *errors.shape))
    rng = np.random.default_rng(0)
    found = c.cell.gradient(c.weights, xs, many, state=c.state, algorithm="uoro", rng=rng).weights
    few = [learnt(c, errors, "uoro", rng=rng).weights for _ in range(200)]

    def squared(one, factor=1.0):
        return sum(((factor * one[k] - exact[k]) ** 2).sum() for k in exact)

    variance = np.mean([squared(one) for one in few])
    assert squared(found, 1 / draws) < 4 * variance / draws  # twice the standard error
    assert variance > sum((v**2).sum() for v in exact.values())  # one draw is further away than zero is


def test_the_same_generator_gives_the_same_draw_and_there_must_be_one():
    c = numbers("gru")
    errors = some_errors(c)
    one, same, other = (learnt(c, errors, "uoro", rng=np.random.default_rng(k)).weights for k in (1, 1, 2))
    assert gap(one, same) == 0 < gap(one, other)
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator for uoro, got NoneType"):
        learnt(c, errors, "uoro")
    with pytest.raises(TypeError, match="got int"):
        learnt(c, errors, "uoro", rng=1)


def test_lags_are_mixed_in_one_vector_and_so_are_refused():
    c = numbers("rnn")
    with pytest.raises(ValueError, match="by_lag must be left out for uoro"):
        learnt(c, some_errors(c), "uoro", rng=np.random.default_rng(0), by_lag=True)


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("name", [n for n in (*NAMES, *MORE) if n != "mixed"])
def test_the_polynomials_are_what_runs_count(name, biases):
    for sizes in GRID:
        check_count(some(name).cell, "uoro", biases, *sizes, rng=np.random.default_rng(0))


def test_the_costs_are_the_closed_forms():
    n, m, T = (sympy.Symbol(s, positive=True, integer=True) for s in "nmT")
    elman = ef.rnn().cost(algorithms=["uoro"])[0]
    # Forward, local part, two rescalings, contraction; J s; the error and s.
    assert sympy.expand(elman.macs - T * (5 * n * (n + m) + n**2 + n)) == 0
    assert sympy.expand(elman.memory - n * (n + m) - n) == 0
