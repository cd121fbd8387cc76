"""The filter of a hidden Markov model: beliefs by enumeration, influence by differences and by exact two-state form."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy

from errorflow.models import HMM, model
from errorflow.models.hmm import birkhoff, log_odds_step

A = np.array([[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.25, 0.35, 0.4]])


def enumerated(hmm, likelihoods):
    """P(last state | observations), summed over all paths of states."""
    steps, states = likelihoods.shape
    total = np.zeros(states)
    for path in itertools.product(range(states), repeat=steps):
        weight = hmm.start[path[0]] * np.prod([likelihoods[t, s] for t, s in enumerate(path)])
        total[path[-1]] += weight * np.prod([hmm.transition[a, b] for a, b in itertools.pairwise(path)])
    return total / total.sum()


def likelihoods(steps, states, seed=0):
    return np.random.default_rng(seed).uniform(0.05, 2.0, size=(steps, states))


def test_beliefs_are_those_of_all_paths_enumerated():
    hmm, seen = HMM(A, np.array([0.2, 0.5, 0.3])), likelihoods(5, 3)
    assert hmm.filter(seen)[-1] == pytest.approx(enumerated(hmm, seen), rel=1e-13)


@pytest.mark.parametrize("lag", [0, 1, 4])
def test_the_derivative_in_a_log_likelihood_is_that_of_central_differences(lag):
    hmm, seen, step = HMM(A), likelihoods(6, 3), 1e-6
    found = hmm.log_jacobian(seen, lag)
    for i in range(3):
        sides = []
        for sign in (1, -1):
            moved = seen.copy()
            moved[5 - lag, i] *= np.exp(sign * step)
            sides.append(np.log(hmm.filter(moved)[-1]))
        assert found[:, i] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-9)  # step^2 and rounding / step


def test_influence_is_the_operator_norm_in_the_seminorm_max_minus_min():
    hmm, seen = HMM(A), likelihoods(7, 3)
    for lag, norm in enumerate(hmm.influence(seen)):
        jacobian = hmm.log_jacobian(seen, lag)
        # The seminorm is greatest at the corners of the cube, up to constants.
        corners = [jacobian @ np.array(v) for v in itertools.product((0.0, 1.0), repeat=3)]
        assert norm == pytest.approx(max(v.max() - v.min() for v in corners), abs=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_no_observation_beats_the_contraction_of_birkhoff(seed):
    rng = np.random.default_rng(seed)
    hmm = HMM(rng.dirichlet(np.full(4, 2.0), size=4))
    influence = hmm.influence(10.0 ** rng.uniform(-3, 3, size=(30, 4)))
    assert (influence <= hmm.contraction() ** np.arange(30) * (1 + 1e-12)).all()
    assert influence[0] == 1.0


def test_the_contraction_is_reached_by_two_states_in_exact_form():
    p, r = sympy.Rational(1, 50), sympy.Rational(1, 2)
    hmm = HMM(np.array([[0.98, 0.02], [0.5, 0.5]]))
    assert hmm.contraction() == pytest.approx(0.75, rel=1e-14)
    x = sympy.Symbol("x", positive=True)  # exp of the log odds
    slope = sympy.simplify(sympy.diff(log_odds_step(sympy.log(x), p, r), x) * x)
    top = [s for s in sympy.solve(sympy.diff(slope, x), x) if s.is_positive]
    assert [sympy.simplify(slope.subs(x, s)) for s in top] == [sympy.Rational(3, 4)]


def test_two_states_follow_the_page():
    p, r = 0.1, 0.3
    hmm, seen = HMM(np.array([[1 - p, p], [r, 1 - r]])), likelihoods(5, 2)
    beliefs = hmm.filter(seen)
    odds = np.log(beliefs[:, 0] / beliefs[:, 1])
    page = model("hmm")
    values = {sympy.Symbol("p", positive=True): p, sympy.Symbol("r", positive=True): r}
    base = sympy.IndexedBase("l")
    values |= {base[sympy.Symbol("T") - k]: odds[4 - k] for k in range(5)}
    for lag, norm in enumerate(hmm.influence(seen)):
        derived = float(page.derive(lag).xreplace(values))
        q = next(s for s in page.influence.free_symbols if s.name == "q")
        closed = float(page.influence.subs(q, lag).doit().xreplace(values))
        assert derived == pytest.approx(closed, rel=1e-12)
        assert norm == pytest.approx(abs(closed), rel=1e-12)


@pytest.mark.parametrize(("p", "r"), [(0.02, 0.5), (0.3, 0.3), (0.4, 0.6), (0.01, 0.02)])
def test_the_contraction_is_at_least_the_second_eigenvalue_with_equality_only_where_said(p, r):
    tau, second = birkhoff([[1 - p, p], [r, 1 - r]]), abs(1 - p - r)
    assert tau == pytest.approx(second, abs=1e-15) if p == r or p + r == 1 else tau > second + 1e-6


def test_an_impossible_transition_leaves_no_bound_and_impossible_observations_are_refused():
    hmm = HMM(np.array([[0.5, 0.5], [0.0, 1.0]]))
    assert hmm.contraction() == 1.0
    with pytest.raises(ValueError, match="likelihoods must leave a state possible, got none at step 1"):
        HMM(np.eye(2), np.array([1.0, 0.0])).filter([[1.0, 1.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match="transition must hold probabilities"):
        HMM(np.array([[0.5, 0.6], [0.5, 0.5]]))
    with pytest.raises(ValueError, match=r"likelihoods must have shape \(T, 2\)"):
        hmm.filter([1.0, 2.0])
