"""One-step Jacobians, formed and applied, against complex steps, 50 digits and PyTorch."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import errorflow as ef
from errorflow.numeric.linear import apply, apply_transpose, jacobians
from tests import oracles
from tests.mixed import NAMES, numbers

# Both sides carry rounding of a dozen operations on numbers of size 1, relative to the largest entry of the Jacobian.
CLOSE = {"rtol": 1e-12, "atol": 1e-13}


def dense(c, read=oracles.open_read):
    """All one-step Jacobians of a case by complex step, along the oracle's own orbit."""
    pairs = zip(c.path[:-1], c.inputs, strict=True)
    return np.array([oracles.step_jacobian(c.step, c.weights, s, x, c.widths, read) for s, x in pairs])


def gates(c):
    """Labels of the maps that truncation cuts."""
    return list(c.cell.profile(c.weights, c.inputs, c.state).shares)[1:]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "m", "T"), [(2, 1, 3), (5, 3, 8)])
def test_jacobians_are_the_derivative_of_the_step(name, n, m, T):
    c = numbers(name, n, m, T, seed=1)
    np.testing.assert_allclose(jacobians(c.run()), dense(c), **CLOSE)


@pytest.mark.parametrize("name", NAMES)
def test_jacobians_of_an_interval_are_a_slice_of_all_of_them(name):
    trajectory = numbers(name).run()
    every = jacobians(trajectory)
    np.testing.assert_array_equal(jacobians(trajectory, start=2, stop=5), every[2:5])
    assert jacobians(trajectory, start=3, stop=3).shape == (0, trajectory.width, trajectory.width)
    for start, stop in [(2, 7), (-1, 2), (4, 2)]:
        with pytest.raises(ValueError, match="0 <= start <= stop <= T = 6"):
            jacobians(trajectory, start=start, stop=stop)


@pytest.mark.parametrize("name", NAMES)
def test_truncated_jacobians_are_the_derivative_with_these_reads_held(name):
    c = numbers(name, seed=2)
    for labels in [None, *({label} for label in gates(c)), set(gates(c)[:2])]:
        want = dense(c, oracles.cutting(oracles.NUMPY, labels))
        got = jacobians(c.run(), truncated=True if labels is None else labels)
        np.testing.assert_allclose(got, want, **CLOSE)


@pytest.mark.parametrize("name", NAMES)
def test_applying_j_and_its_transpose_is_multiplying_by_it(name):
    c, rng = numbers(name, n=4, seed=3), np.random.default_rng(0)
    trajectory = c.run()
    block = rng.normal(size=(trajectory.width, 5))
    for truncated in (False, True, {gates(c)[0]}):
        formed = jacobians(trajectory, truncated)
        for t in (0, 3, trajectory.steps - 1):
            np.testing.assert_allclose(apply(trajectory, t, block, truncated), formed[t] @ block, **CLOSE)
            np.testing.assert_allclose(apply_transpose(trajectory, t, block, truncated), formed[t].T @ block, **CLOSE)


@pytest.mark.parametrize("name", NAMES)
def test_every_sequence_of_a_batch_meets_its_own_jacobian(name):
    cases, rng = [numbers(name, seed=k) for k in range(3)], np.random.default_rng(0)
    c = cases[0]
    state = {s: np.stack([k.state[s] for k in cases]) for s in c.state}
    trajectory = c.cell.run(c.weights, np.stack([k.inputs for k in cases]), state)
    formed = jacobians(trajectory)
    for k, one in enumerate(cases):
        np.testing.assert_allclose(formed[k], jacobians(c.cell.run(c.weights, one.inputs, one.state)), **CLOSE)
    own, shared = rng.normal(size=(3, trajectory.width, 2)), rng.normal(size=(trajectory.width, 2))
    for vectors in (own, shared, own.tolist(), own.astype(np.float32)):
        array = np.asarray(vectors, dtype=float)
        np.testing.assert_allclose(apply(trajectory, 2, vectors), formed[:, 2] @ array, **CLOSE)
        np.testing.assert_allclose(
            apply_transpose(trajectory, 2, vectors), formed[:, 2].swapaxes(1, 2) @ array, **CLOSE
        )


def test_a_block_of_no_vectors_gives_a_block_of_no_vectors():
    trajectory = numbers("lstm").run()
    assert apply(trajectory, 0, np.zeros((6, 0))).shape == (6, 0)
    assert apply_transpose(trajectory, 0, np.zeros((1, 6, 0))).shape == (1, 6, 0)


def test_wide_cells_are_applied_without_forming_a_matrix():
    import tracemalloc

    cell, rng, n = ef.lstm(), np.random.default_rng(0), 700
    trajectory = cell.run(cell.random_weights(rng, n=n, m=1), rng.normal(size=(2, 1)))
    vector = rng.normal(size=(2 * n, 1))
    tracemalloc.start()
    apply_transpose(trajectory, 1, vector)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * n * n / 4  # one n by n block of float64 would be four times this


@pytest.mark.parametrize("net", [5.0, 18.0, 25.0, 300.0, -40.0])
def test_jacobians_keep_their_digits_where_units_saturate(net):
    cell = ef.rnn()
    weights = {"W": np.array([[0.5]]), "U": np.array([[1.0]]), "b": np.zeros(1)}
    got = jacobians(cell.run(weights, [[net]]))[0, 0, 0]
    with mpmath.workdps(400):
        want = float(mpmath.mpf("0.5") * mpmath.sech(mpmath.mpf(net)) ** 2)
    # 1 - tanh^2 is off by 4 % at 18 and zero from 20 on. exp turns rounding of net into a relative error of net * ulp,
    # but 5, 18, 25, 300 and 40 are exact.
    assert got == pytest.approx(want, rel=1e-15)


def test_an_infinite_slope_at_a_finite_state_is_named():
    import sympy

    h, x = ef.names("h x")
    cell = ef.Cell("root", inputs=[x], state={h: sympy.sqrt(h) + ef.net("a", x)})
    trajectory = cell.run({"U_a": [[1.0]], "b_a": [0.0]}, [[1.0], [1.0]])
    for use in (jacobians, lambda run: apply(run, 0, [[1.0]])):
        with pytest.raises(ArithmeticError, match="d h_new / d h of cell 'root' is not finite on this trajectory"):
            use(trajectory)


@pytest.mark.parametrize(
    ("t", "vectors", "truncated", "kind", "message"),
    [
        (6, np.eye(6), False, ValueError, "t must be an integer from 0 to T - 1 = 5, got 6"),
        (-1, np.eye(6), False, ValueError, "got -1"),
        (1.0, np.eye(6), False, ValueError, r"got 1\.0"),
        (True, np.eye(6), False, ValueError, "got True"),
        (0, np.ones(6), False, ValueError, r"vectors must have shape \(batch, 6, k\), got \(6,\)"),
        (0, np.eye(5), False, ValueError, r"got \(5, 5\)"),
        (0, np.ones((2, 6, 1)), False, ValueError, "vectors must have a batch of 1, got 2"),
        (0, np.full((6, 1), np.nan), False, ValueError, r"vectors must be finite, got nan at index \(0, 0\)"),
        (0, np.ones((6, 1), complex), False, TypeError, "vectors must hold real numbers"),
        (0, np.eye(6), {"q"}, KeyError, "no truncated edges into 'q'; there are i, f, o, g"),
        (0, np.eye(6), "f", TypeError, "a collection of labels such as"),
    ],
)
def test_vectors_and_steps_that_do_not_fit_are_refused_with_the_reason(t, vectors, truncated, kind, message):
    trajectory = numbers("lstm").run()
    for use in (apply, apply_transpose):
        with pytest.raises(kind, match=message):
            use(trajectory, t, vectors, truncated)


@pytest.mark.parametrize("name", NAMES)
def test_pytorch_differentiates_the_step_to_the_same_jacobian(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    c, m = numbers(name, n=4, m=2, T=4, seed=4), oracles.torch_arithmetic()
    weights = {k: torch.tensor(v) for k, v in c.weights.items()}
    got = jacobians(c.run())
    for t, x in enumerate(torch.tensor(c.inputs)):

        def step(s, x=x):
            return torch.cat(c.step(m, weights, torch.split(s, c.widths), x))

        want = torch.autograd.functional.jacobian(step, torch.tensor(c.path[t])).numpy()
        np.testing.assert_allclose(got[t], want, **CLOSE)
