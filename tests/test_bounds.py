"""Every theorem against its witness: true on random instances, equal at the sharp point, false without a hypothesis."""

import ast
import doctest
import re
from pathlib import Path

import numpy as np
import pytest

import errorflow as ef
from errorflow import bounds
from tests.witnesses import WITNESSES
from tests.witnesses.lstm_flow import above_the_cone, factors_of_a_run
from tests.witnesses.memory_cell import carousel_factors, memory_cell

every = pytest.mark.parametrize("witness", WITNESSES, ids=lambda w: w.label)


def close(left, right, slack):
    """Whether two arrays agree entry by entry, equal infinities included."""
    left, right = np.broadcast_arrays(np.asarray(left, dtype=float), np.asarray(right, dtype=float))
    same = left == right
    return bool((same | (np.abs(np.where(same, 0, left) - np.where(same, 0, right)) <= slack)).all())


def holds(witness, left, right):
    """Whether the conclusion holds between the two sides, up to rounding where the relation is not strict."""
    left, right = (np.asarray(side, dtype=float) for side in (left, right))
    assert not np.isnan(left).any()
    assert not np.isnan(right).any()
    slack = witness.slack * (1 + np.where(np.isfinite(right), np.abs(right), 0))
    if witness.relation == "<":
        return bool((left < right).all())
    if witness.relation == "<=":
        return bool((left <= right + slack).all())
    return close(left, right, slack)


def test_every_theorem_has_a_witness_and_every_witness_a_theorem():
    assert {w.theorem for w in WITNESSES} == {t.name for t in ef.theorems()}


@every
def test_the_conclusion_holds_on_random_instances(witness):
    rng = np.random.default_rng(sum(map(ord, witness.label)))
    for k in range(witness.draws):
        instance = witness.draw(rng)
        left, right = witness.sides(**instance)
        assert holds(witness, left, right), (k, instance, left, right)


@every
def test_the_sides_are_equal_at_the_sharp_point(witness):
    left, right = witness.sides(**witness.sharp)
    assert close(left, right, witness.slack * (1 + np.abs(np.where(np.isfinite(right), right, 0)))), (left, right)


@pytest.mark.parametrize(
    ("witness", "dropped"),
    [pytest.param(w, d, id=f"{w.theorem}: {d.hypothesis}") for w in WITNESSES for d in w.dropped],
)
def test_the_conclusion_fails_without_its_hypothesis(witness, dropped):
    left, right = (dropped.sides or witness.sides)(**dropped.instance)
    assert not holds(witness, left, right), (left, right)


def test_every_witness_drops_a_hypothesis():
    assert all(w.dropped for w in WITNESSES)


# The two-sided bound of the memory cell along a run -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lstm1997", "lstm"])
def test_on_a_fair_part_of_the_runs_the_lower_bound_is_not_void(name):
    rng, kept = np.random.default_rng(11), 0
    for _ in range(60):
        lower, _ = above_the_cone(**factors_of_a_run(**memory_cell(rng, name, n=4, T=10, gain=rng.uniform(0.05, 0.6))))
        kept += bool(np.isfinite(lower[-1]))
    assert kept > 10


def test_both_bounds_of_the_memory_cell_are_attained_by_one_unit_of_matching_signs():
    rng = np.random.default_rng(5)
    mu, alpha, d, beta = rng.uniform(0.8, 1, 9), rng.uniform(0, 0.2, 9), rng.uniform(0, 0.5, 9), rng.uniform(0, 0.3, 9)
    lower, upper = bounds.log2_lstm_bounds(mu, mu, alpha, d, beta)
    for bound, sign in ((lower, -1), (upper, 1)):
        flow = np.eye(2)
        for q in range(1, 10):
            t = 9 - q
            A = sign * alpha[t]
            flow = flow @ np.array([[mu[t], A], [d[t] * mu[t], d[t] * A + beta[t]]])
            assert abs(np.log2(flow[0, 0]) - bound[q]) < 1e-13  # nine products of small sums


@pytest.mark.parametrize("changed", ["mu", "phi", "alpha", "d", "beta"])
def test_a_bound_of_the_memory_cell_fails_when_a_factor_is_misstated(changed):
    true = {"mu": 0.9, "phi": 0.9, "alpha": 0.3, "d": 0.5, "beta": 0.2}
    claimed = true | {changed: {"mu": 0.95, "phi": 0.85}.get(changed, 0.0)}
    lower, upper = bounds.log2_lstm_bounds(*(np.full(6, v) for v in claimed.values()))
    flows = []
    for A in (-0.3, 0.3):
        step = np.array([[0.9, A], [0.5 * 0.9, 0.5 * A + 0.2]])
        flows.append(np.log2(abs(np.linalg.matrix_power(step, 6)[0, 0])))
    assert flows[0] < lower[-1] - 1e-9 or flows[1] > upper[-1] + 1e-9


def test_a_void_lower_bound_stays_void_at_longer_lags():
    lower, _ = bounds.log2_lstm_bounds(np.ones(6), np.ones(6), [0, 0, 9, 0, 0, 0], np.ones(6), np.zeros(6))
    assert np.isfinite(lower[:4]).all()
    assert (lower[5:] == -np.inf).all()


def test_the_bounds_of_the_carousel_are_approached_where_the_theorem_says_and_nowhere_else():
    grid = np.array(np.meshgrid(*[np.linspace(-30, 30, 61)] * 3, indexing="ij")).reshape(3, -1)
    (cell_input, input_gate), _ = carousel_factors(grid, np.zeros(1))
    at_half, at_quarter = cell_input > 0.5 - 1e-6, input_gate > 0.25 - 1e-6
    y_in, y_out, g = (1 / (1 + np.exp(-grid[0])), 1 / (1 + np.exp(-grid[1])), 2 * np.tanh(grid[2] / 2))
    assert at_half.any()
    assert (y_in[at_half] > 1 - 1e-5).all()
    assert (y_out[at_half] > 1 - 1e-5).all()
    assert (grid[2][at_half] == 0).all()
    assert at_quarter.any()
    assert (y_in[at_quarter] == 0.5).all()
    assert (y_out[at_quarter] > 1 - 1e-5).all()
    assert (np.abs(g[at_quarter]) > 2 - 1e-5).all()
    assert input_gate[y_in > 0.99].max() < 0.01  # an open input gate is far from its bound
    moved, _ = carousel_factors(np.array([[0.0], [40.0], [40.0]]), np.array([3.0]))
    assert moved[1, 0] < 0.1  # so is a cell state away from 0


def test_the_docstrings_of_the_bounds_name_theorems_that_exist():
    names, found = {t.name for t in ef.theorems()}, set()
    families = "|".join(sorted({name.split(".")[0] for name in names}))
    for path in Path(bounds.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
                words = re.sub(r"\s+", " ", ast.get_docstring(node) or "")
                named = re.findall(r"\btheorems? (\w+\.\w+)", words) + re.findall(
                    rf"\b(?:{families})\.[a-z_]+\b", words
                )
                assert set(named) <= names, (path.name, set(named) - names)
                found |= set(named)
    assert len(found) > 8


# Bounds as functions --------------------------------------------------------------------------------------------------


def test_a_million_steps_neither_overflow_nor_underflow():
    lags = [0, 10**6]
    assert bounds.log2_rnn_upper(2 * np.eye(2), 1, lags)[1] == 10**6
    assert bounds.log2_rnn_lower(np.eye(2) / 2, 1, lags)[1] == -(10**6)
    assert bounds.log2_path_bound(1.0, 8, 10**6) == 10**6 - 3
    _, upper = bounds.log2_lstm_bounds(*np.full((5, 3000), 4.0))
    assert np.isfinite(upper).all()
    assert upper[-1] > 3000


def test_an_exact_zero_is_minus_infinity_and_lag_zero_is_no_product():
    singular = np.diag([1.0, 0.0])
    assert bounds.log2_rnn_lower(singular, 1, [0, 1]).tolist() == [0, -np.inf]
    assert bounds.log2_rnn_nonnegative(np.eye(3, k=1), 1, [0, 2]).tolist() == [0, -np.inf]
    assert bounds.log2_rnn_determinant(np.ones((2, 2)), singular).tolist() == [0, -np.inf, -np.inf]


def test_leading_axes_of_slopes_are_batch_axes():
    rng = np.random.default_rng(2)
    slopes, W = rng.uniform(0.1, 1, (2, 3, 5, 4)), rng.normal(size=(4, 4))
    for bound in (lambda s: bounds.log2_rnn_bounds(s, W)[0], lambda s: bounds.log2_rnn_determinant(s, W)):
        whole = bound(slopes)
        assert whole.shape == (2, 3, 6)
        assert (whole[1, 2] == bound(slopes[1, 2])).all()
    given = rng.uniform(0.1, 1, (5, 2, 6))
    for whole, one in zip(bounds.log2_lstm_bounds(*given), bounds.log2_lstm_bounds(*given[:, 1]), strict=True):
        assert (whole[1] == one).all()


def test_the_spectral_radius_of_a_defective_matrix_is_not_overstated():
    W = np.triu(np.full((6, 6), 3.0), 1) + np.diag([0.5, 0.5, 0.5, 0.2, 0.2, 0.2])
    assert bounds.log2_rnn_nonnegative(W, 1, 1) == -1


@pytest.mark.parametrize("bias", [-800.0, -3.0, 0.0, 7.0, 30.0])
def test_half_life_and_horizon_undo_each_other_over_the_whole_range_of_biases(bias):
    # -log f at a bias is good to a few units in the last place, and so is the bias at a rate
    assert abs(bounds.bias_for_horizon(bounds.half_life(bias)) - bias) <= 1e-13 * (1 + abs(bias))


REFUSED = {
    "log2_rnn_upper(np.ones((2, 3)), 1, 0)": "W must be a square matrix",
    "log2_rnn_upper(np.full((2, 2), np.nan), 1, 0)": "W must be finite",
    "log2_rnn_upper(np.eye(2), -1, 0)": "slope must not be negative",
    "log2_rnn_upper(np.eye(2), 1, [-1])": "lags must not be negative",
    "log2_rnn_upper(np.eye(2), 1, [0.5])": "lags must be whole steps",
    "log2_rnn_upper([['a']], 1, 1)": "W must hold real numbers",
    "log2_rnn_upper(np.eye(2), [1, 1], 1)": "slope must be one number",
    "log2_rnn_nonnegative(-np.eye(2), 1, 1)": "W must have no negative entry",
    "log2_rnn_bounds(np.ones((3, 3)), np.eye(2))": r"slopes must have shape \(..., T, 2\)",
    "log2_path_bound(1, 0, 1)": "units must be at least 1",
    "log2_path_bound(1, 2, 0)": "lags must be at least 1",
    "log2_lstm_bounds([1], [1], [1], [1], [-1])": "beta must not be negative",
    "log2_lstm_bounds([1], [1], [1], [1], [1, 1])": "must have one shape",
    "carousel_bounds(1.5)": "input_gate must be at most 1",
    "local_error_peaks(0)": "y must differ from 0",
    "bias_for_horizon(10, 1.0)": "kept between 0 and 1",
    "half_life(np.inf)": "bias must be finite",
    "memory_break_even(2.0)": "units must be an integer",
    "memory_break_even(0)": "units must be at least 1",
}


@pytest.mark.parametrize(("call", "reason"), REFUSED.items(), ids=REFUSED)
def test_a_wrong_argument_is_refused_by_name(call, reason):
    with pytest.raises((ValueError, TypeError), match=reason):
        eval(f"bounds.{call}", {"bounds": bounds, "np": np})


def test_every_bound_names_a_theorem_that_exists():
    known = {t.name for t in ef.theorems()}
    for name in bounds.__all__:
        named = set(re.findall(r"\b[a-z]\w*\.[a-z]\w*", getattr(bounds, name).__doc__)) & known
        assert named, name


def test_the_examples_of_the_module_run():
    assert doctest.testmod(bounds) == (0, 3)
