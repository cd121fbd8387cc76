"""The forward pass against the equations written by hand, and what happens to input that is not as it should be."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import errorflow as ef
from tests.mixed import NAMES, numbers

STEPS = 5


def orbit(trajectory, sequence=0):
    """Joint states 0..T of one sequence, as the oracle gives them."""
    return np.concatenate([block[:, sequence] for block in trajectory.states.values()], axis=1)


@pytest.fixture
def lstm():
    """A small LSTM: cell, weights, inputs."""
    rng = np.random.default_rng(0)
    cell = ef.lstm()
    return cell, cell.random_weights(rng, n=3, m=2), rng.normal(size=(STEPS, 2))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "m", "T"), [(1, 1, 1), (4, 3, 9), (7, 1, 3)])
def test_every_state_at_every_step_is_what_the_equations_give(name, n, m, T):
    c = numbers(name, n + (name == "mixed"), m, T)
    # Two sums of at most 10 terms in another order, over at most 9 steps of a map that need not contract.
    np.testing.assert_allclose(orbit(c.run()), c.path, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_gives_what_its_sequences_give_one_by_one(name):
    cases = [numbers(name, seed=k) for k in range(3)]
    weights, xs = cases[0].weights, np.stack([c.inputs for c in cases])
    state = {s: np.stack([c.state[s] for c in cases]) for s in cases[0].state}
    together = cases[0].cell.run(weights, xs, state)
    assert together.output().shape[:2] == (3, 6)
    for k, c in enumerate(cases):
        alone = c.cell.run(weights, c.inputs, c.state)
        np.testing.assert_allclose(orbit(together, k), orbit(alone), rtol=1e-13, atol=1e-14)  # BLAS may sum otherwise
        np.testing.assert_allclose(together.output()[k], alone.output(), rtol=1e-13, atol=1e-14)


def test_a_state_without_batch_axis_starts_every_sequence(lstm):
    cell, weights, x = lstm
    start = np.array([0.5, -0.25, 1.0])
    both = cell.run(weights, np.stack([x, x]), {"c": start}).output()
    np.testing.assert_array_equal(both, cell.run(weights, np.stack([x, x]), {"c": np.stack([start, start])}).output())
    assert not np.allclose(both, cell.run(weights, np.stack([x, x])).output())


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble, np.int8, np.int64, np.uint8])
def test_numbers_of_any_real_type_are_computed_with_in_float64(lstm, dtype):
    cell, weights, x = lstm
    rounded = np.abs(3 * x).astype(dtype)
    coarse = {name: (8 * array).astype(dtype) for name, array in weights.items()} if dtype != np.uint8 else weights
    got = cell.run(coarse, rounded)
    exact = {name: array.astype(np.float64) for name, array in coarse.items()}
    np.testing.assert_array_equal(got.output(), cell.run(exact, rounded.astype(np.float64)).output())
    arrays = [*got.values.values(), *got.states.values(), *got.weights.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float64)}


def test_lists_views_columns_and_read_only_arrays_give_the_same_numbers(lstm):
    cell, weights, x = lstm
    want = cell.run(weights, x).output()
    spread = np.zeros((2 * STEPS, 4))
    spread[::-2, ::2] = x
    frozen = x.copy()
    frozen.setflags(write=False)
    turned = {name: np.asfortranarray(array) for name, array in weights.items()}
    for given in (x.tolist(), spread[::-2, ::2], np.asfortranarray(x), frozen, x.astype(">f8")):
        # BLAS takes another kernel for another layout.
        np.testing.assert_allclose(cell.run(turned, given).output(), want, rtol=1e-14, atol=1e-15)


def test_nothing_that_is_given_is_changed_and_a_later_change_to_it_changes_nothing(lstm):
    cell, weights, x = lstm
    state = {"h": np.ones(3), "c": np.zeros(3)}
    before = {k: v.copy() for k, v in (weights | state).items()} | {"x": x.copy()}
    trajectory = cell.run(weights, x, state)
    cell.profile(weights, x, state)
    cell.gradient(weights, x, np.ones((STEPS, 3)), state=state, by_lag=True)
    for name, array in (weights | state | {"x": x}).items():
        np.testing.assert_array_equal(array, before[name])
    kept = orbit(trajectory).copy()
    for array in (*weights.values(), *state.values(), x):
        array += 1.0
    np.testing.assert_array_equal(orbit(trajectory), kept)
    np.testing.assert_array_equal(trajectory.weights["W_f"], before["W_f"])


def test_no_steps_leave_the_initial_state(lstm):
    cell, weights, x = lstm
    trajectory = cell.run(weights, x[:0], {"c": [1.0, 2.0, 3.0]})
    assert (trajectory.steps, trajectory.batch, trajectory.width) == (0, 1, 6)
    assert trajectory.output().shape == (0, 3)
    np.testing.assert_array_equal(trajectory.states["c"][0, 0], [1.0, 2.0, 3.0])
    assert cell.run(weights, np.zeros((4, 0, 2))).output().shape == (4, 0, 3)


def test_a_cell_without_input_takes_the_number_of_steps():
    (h,) = ef.names("h")
    cell = ef.Cell("linear", inputs=[], state={h: ef.net("", h, bias=False)})
    got = cell.run({"W": [[0.0, 2.0], [1.0, 0.0]]}, 3, {"h": [1.0, 0.0]}).output()
    np.testing.assert_array_equal(got, [[0.0, 1.0], [2.0, 0.0], [0.0, 2.0]])
    for steps in (-1, 2.5, True, "3", None, [[1.0]]):
        with pytest.raises(ValueError, match="takes no input: give the number of steps"):
            cell.run({"W": np.eye(2)}, steps)


def test_several_inputs_are_given_by_name():
    h, x, y = ef.names("h x y")
    cell = ef.Cell("two", inputs=[x, y], state={h: ef.net("", h, x, y)}, sizes={y: "k"})
    weights = cell.random_weights(np.random.default_rng(0), n=2, m_x=1, k=3)
    given = {"x": np.ones((4, 1)), "y": np.ones((4, 3))}
    assert cell.run(weights, given).output().shape == (4, 2)
    refusals = [
        (np.ones((4, 1)), TypeError, "must map x, y to arrays"),
        ({"x": given["x"]}, KeyError, "must be x, y, got"),
        (given | {"z": given["x"]}, KeyError, "must be x, y, got"),
        (given | {"y": np.ones((5, 3))}, ValueError, "equal batch and steps"),
        (given | {"y": np.ones((4, 2))}, ValueError, r"\(T, 3\)"),
    ]
    for inputs, kind, message in refusals:
        with pytest.raises(kind, match=message):
            cell.run(weights, inputs)


NAN = np.where(np.arange(2 * STEPS).reshape(STEPS, 2) == 7, np.nan, 0.0)


@pytest.mark.parametrize(
    ("inputs", "kind", "message"),
    [
        (NAN, ValueError, r"inputs must be finite, got nan at index \(3, 1\)"),
        (np.full((1, 2), -np.inf), ValueError, r"got -inf at index \(0, 0\)"),
        (np.ones((STEPS, 2), bool), TypeError, "inputs must hold real numbers, got dtype bool"),
        (np.ones((STEPS, 2), complex), TypeError, "complex128"),
        (np.ones((STEPS, 2), object), TypeError, "object"),
        ([["a", "b"]], TypeError, "real numbers"),
        (None, TypeError, "real numbers"),
        ([[1.0, 2.0], [3.0]], ValueError, "inputs must be a rectangular array, got rows of different lengths"),
        (np.ma.masked_less(np.ones((STEPS, 2)), 2.0), TypeError, "without mask"),
        (np.full((1, 2), np.longdouble("1e4000")), ValueError, "must be finite, got inf"),
        (np.ones((STEPS, 3)), ValueError, r"inputs must have shape \(T, 2\) or \(batch, T, 2\), got \(5, 3\)"),
        (np.ones((STEPS, 0)), ValueError, r"got \(5, 0\)"),
        (np.ones(STEPS), ValueError, r"got \(5,\)"),
        (3.0, ValueError, r"got \(\)"),
        (np.ones((1, 1, STEPS, 2)), ValueError, r"got \(1, 1, 5, 2\)"),
        (np.ones((0, STEPS, 2)), ValueError, "at least one sequence, got a batch of 0"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_with_the_reason(lstm, inputs, kind, message):
    cell, weights, _ = lstm
    with pytest.raises(kind, match=message):
        cell.run(weights, inputs)


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"W_f": np.full((3, 3), np.nan)}, ValueError, r"W_f must be finite, got nan at index \(0, 0\)"),
        ({"W_f": np.ones((2, 3))}, ValueError, r"W_f must have shape \(n, n\) with n = 3 as in W_i, got \(2, 3\)"),
        ({"U_f": np.ones((3, 4))}, ValueError, r"U_f must have shape \(n, m\) with m = 2 as in U_i, got \(3, 4\)"),
        ({"b_f": np.ones((3, 1))}, ValueError, r"b_f must have shape \(n,\), got \(3, 1\)"),
        ({"b_f": 1.0}, ValueError, r"b_f must have shape \(n,\), got \(\)"),
        ({"W_i": np.ones((0, 0))}, ValueError, r"W_i must not be empty, got shape \(0, 0\)"),
        ({"b_f": [True, False, True]}, TypeError, "b_f must hold real numbers, got dtype bool"),
        ({"b_f": [[1], [1, 2]]}, ValueError, "b_f must be a rectangular array"),
        ({"W_q": np.ones(3), 7: 0}, KeyError, "does not know W_q, 7"),
        ({"W_f": None}, TypeError, "W_f must hold real numbers"),
    ],
)
def test_weights_that_do_not_fit_are_refused_with_the_reason(lstm, change, kind, message):
    cell, weights, x = lstm
    with pytest.raises(kind, match=message):
        cell.run({**weights, **change}, x)


def test_a_missing_weight_is_named_and_so_are_all_that_belong(lstm):
    cell, weights, x = lstm
    del weights["W_f"]
    with pytest.raises(KeyError, match=r"must be W_i, U_i, b_i, W_f, .* lacks W_f"):
        cell.run(weights, x)
    with pytest.raises(TypeError, match="weights must map names to arrays, got list"):
        cell.run([1, 2], x)


@pytest.mark.parametrize(
    ("state", "kind", "message"),
    [
        ({"h": np.zeros(2)}, ValueError, r"state h must have shape \(3,\) or \(1, 3\), got \(2,\)"),
        ({"h": np.zeros((2, 3))}, ValueError, r"got \(2, 3\)"),
        ({"h": [0.0, np.nan, 0.0]}, ValueError, r"state h must be finite, got nan at index \(1,\)"),
        ({"s": np.zeros(3)}, KeyError, "has no state 's'; its states are c, h"),
        ([np.zeros(3)], TypeError, "state must map names of state blocks to arrays, got list"),
    ],
)
def test_an_initial_state_that_does_not_fit_is_refused_with_the_reason(lstm, state, kind, message):
    cell, weights, x = lstm
    with pytest.raises(kind, match=message):
        cell.run(weights, x, state)


def test_a_forward_pass_that_leaves_float64_says_where():
    cell = ef.rnn("identity")
    weights = {"W": np.diag([1.0, 1e30]), "U": np.zeros((2, 1)), "b": np.zeros(2)}
    # 1e30^11 = 1e330 at step 11 is the first beyond 1.8e308.
    with pytest.raises(ArithmeticError, match=r"state h of cell 'rnn' left the range of float64 at step 11, .* unit 1"):
        cell.run(weights, np.zeros((20, 1)), {"h": np.ones(2)})


def test_weights_are_called_in_one_order_in_every_process():
    program = "import errorflow as ef; print([list(ef.cell(k).shapes()) for k in ('gru', 'gru_reset_before', 'lstm')])"
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": str(k)}, capture_output=True, text=True, check=True
        ).stdout
        for k in range(4)
    }
    assert len(seen) == 1


def test_random_weights_have_the_spread_they_promise():
    cell = ef.lstm()
    weights = cell.random_weights(np.random.default_rng(0), n=200, m=50)
    # The relative error of a standard deviation over k draws is 1 / sqrt(2 k); 5 of these, k = 40000 and 10000.
    assert weights["W_f"].std() == pytest.approx(200**-0.5, rel=5 / np.sqrt(80000))
    assert weights["U_f"].std() == pytest.approx(50**-0.5, rel=5 / np.sqrt(20000))
    assert not weights["b_f"].any()
    scaled = cell.random_weights(np.random.default_rng(0), scale=3.0, n=200, m=50)
    assert scaled["W_f"].std() == pytest.approx(3.0, rel=5 / np.sqrt(80000))


def test_random_weights_ask_for_a_generator_and_for_every_size():
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator, got int"):
        ef.lstm().random_weights(0, n=2, m=1)
    with pytest.raises(KeyError, match="needs sizes n, m, got n"):
        ef.lstm().random_weights(rng, n=2)
    for wrong in (0, -1, 2.0, True):
        with pytest.raises(ValueError, match="n must be a positive integer"):
            ef.lstm().random_weights(rng, n=wrong, m=1)


def test_a_state_may_be_given_under_its_symbol():
    cell = ef.lstm()
    rng = np.random.default_rng(4)
    weights, x, c = cell.random_weights(rng, n=3, m=2), rng.normal(size=(2, 2)), rng.normal(size=3)
    named = cell.step_jacobians(weights, x, {"c": c})
    np.testing.assert_array_equal(cell.step_jacobians(weights, x, {cell.definition.state("c"): c}), named)
