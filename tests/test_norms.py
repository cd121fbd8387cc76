"""Certified norms, dropped directions, singular values and Jacobians in place: against 50 digits and LAPACK."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest

import errorflow as ef
from errorflow.numeric import flows, largest, rows, thinning
from errorflow.numeric.assembly import jacobian_blocks
from errorflow.numeric.backward import Backward
from errorflow.numeric.formed import gathered
from errorflow.numeric.linear import Steps, carried, jacobians
from errorflow.numeric.profile import profile_of
from errorflow.numeric.scaled import Scaled
from errorflow.numeric.spectrum import numerical_rank, singular_values
from tests import oracles
from tests.mixed import NAMES, numbers

ULP = 2.0**-52


def several(rng, n, shape):
    """Five matrices of one kind each."""
    rotation = np.linalg.qr(rng.normal(size=(5, n, n)))[0]
    return {
        "random": lambda: rng.normal(size=(5, n, n)),
        "orthogonal": lambda: rotation,
        "almost orthogonal": lambda: rotation * (1 + 1e-13 * rng.normal(size=n)),
        "clustered": lambda: rotation * (1 + 1e-6 * rng.normal(size=n)),
        "two that tie": lambda: rotation * np.where(np.arange(n) < 2, 1.0, 0.1),
        "identity": lambda: np.broadcast_to(np.eye(n), (5, n, n)),
        "rank one": lambda: rng.normal(size=(5, n, 1)) * rng.normal(size=(5, 1, n)),
        "zero": lambda: np.zeros((5, n, n)),
        "defective": lambda: np.broadcast_to(np.eye(n) + np.eye(n, k=1), (5, n, n)),
        "graded": lambda: rng.normal(size=(5, n, n)) * 2.0 ** (-2 * np.arange(n)),
        "small": lambda: 2.0**-30 * rng.normal(size=(5, n, n)),
        "tiny": lambda: 2.0**-100 * rng.normal(size=(5, n, n)),
        "huge": lambda: 2.0**100 * rng.normal(size=(5, n, n)),
        "zero beside random": lambda: rng.normal(size=(5, n, n)) * np.array([0, 1, 0, 1, 1])[:, None, None],
    }[shape]()


SHAPES = (
    "random, orthogonal, almost orthogonal, clustered, two that tie, identity, rank one, zero, defective, graded,"
    " small, tiny, huge, zero beside random"
)


@pytest.mark.parametrize("shape", SHAPES.split(", "))
@pytest.mark.parametrize("n", [1, 2, 3, 17, 64, 100])
def test_the_certified_largest_eigenvalue_is_that_of_lapack(shape, n):
    matrix = several(np.random.default_rng(n), n, shape)
    gram = matrix.swapaxes(1, 2) @ matrix
    want = np.linalg.eigvalsh(gram)[:, -1]
    # 2^-41 is what the certificate leaves open, and LAPACK's own error n ulp.
    np.testing.assert_allclose(largest.largest(gram), want, rtol=2.0**-41 + 4 * n * ULP, atol=0)


def test_a_start_without_the_leading_vector_is_not_taken_for_certain():
    # The column of the largest diagonal entry, 3, is orthogonal to the eigenvector of 4 = 2 + 2.
    gram = np.array([[[3.0, 0, 0], [0, 2, 2], [0, 2, 2]]])
    np.testing.assert_allclose(largest.largest(gram), [4.0], rtol=4 * ULP)


@pytest.mark.parametrize("hidden", [4.0, 3.0 + 1e-9, 3.0 + 1e-13, 3.0 - 1e-13, 2.9])
def test_a_krylov_space_that_cannot_see_the_largest_eigenvalue_does_not_certify_another(hidden):
    # Lanczos' method starts, and stays, in the first half, whose largest eigenvalue is 3.
    rng, half = np.random.default_rng(7), 60
    gram, turn = np.zeros((2, 2 * half, 2 * half)), np.linalg.qr(rng.normal(size=(half, half)))[0]
    gram[:, :half, :half] = np.diag([3.0, *0.01 * rng.random(half - 1)])
    gram[:, half:, half:] = turn @ np.diag([hidden, *0.01 * rng.random(half - 1)]) @ turn.T
    np.testing.assert_allclose(largest.largest(gram), max(hidden, 3.0), rtol=2.0**-41 + 400 * ULP)


def test_the_rest_of_the_trace_bounds_what_a_basis_leaves_out():
    rng, n = np.random.default_rng(8), 30
    matrix = rng.normal(size=(4, n, n)) * 2.0 ** -np.arange(n)
    gram = matrix @ matrix.swapaxes(1, 2)
    basis = np.linalg.qr(rng.normal(size=(4, n, 5)))[0].swapaxes(1, 2)
    found, certain = largest._ritz(gram, basis, basis @ gram)
    assert not certain.any()  # the span of random vectors holds no eigenvector
    leading = np.linalg.eigh(gram)[1][:, :, -5:].swapaxes(1, 2)
    found, certain = largest._ritz(gram, leading, leading @ gram)
    assert certain.all()
    np.testing.assert_allclose(found, np.linalg.eigvalsh(gram)[:, -1], rtol=2.0**-41)
    skewed = leading.copy()
    skewed[:, 0] += 1e-6 * skewed[:, -1]
    assert not largest._ritz(gram, skewed, skewed @ gram)[1].any()


@pytest.fixture
def narrow(monkeypatch):
    """Networks of few units drop directions too."""
    monkeypatch.setattr(flows, "NARROW", 0)


# Flows against 50 digits at lag 1000

STEPS = 1000


def recurrent(kind, n, rng):
    """A recurrent matrix of a tanh network."""
    rotation = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return {
        "gain 0.5": lambda: 0.5 / np.sqrt(n) * rng.normal(size=(n, n)),
        "gain 1.5": lambda: 1.5 / np.sqrt(n) * rng.normal(size=(n, n)),
        "gain 3": lambda: 3 / np.sqrt(n) * rng.normal(size=(n, n)),
        "orthogonal": lambda: rotation,
        "identity": lambda: np.eye(n),
        "rank one": lambda: rng.normal(size=(n, 1)) * rng.normal(size=(1, n)) / n,
        "defective": lambda: np.eye(n) + np.eye(n, k=1),
        "dynamic range": lambda: rotation * 2.0 ** -np.arange(n),
        "zero": lambda: np.zeros((n, n)),
    }[kind]()


def at_50_digits(trajectory, lags):
    """log2 spectral and Frobenius norm of the flow of a tanh or linear network, from its states, at these lags."""
    w = oracles.mp_array(trajectory.weights["W"])
    linear = "tanh" not in str(trajectory.definition.nodes[-1].expression)
    h = trajectory.states["h"][:, 0]
    flow, found, seen = oracles.mp_array(np.eye(len(w))), [], iter(lags)
    wanted = next(seen)
    for q in range(1, max(lags) + 1):
        x = trajectory.values[trajectory.definition.inputs[0]][-q, 0]
        net = oracles.mp_array(trajectory.weights["U"]) @ oracles.mp_array(x) + w @ oracles.mp_array(h[-q - 1])
        slope = [mpmath.mpf(1) if linear else mpmath.sech(v) ** 2 for v in net]
        flow = (flow * np.array(slope)[None, :]) @ w
        if q == wanted:
            found.append(oracles.mp_log2_norms(flow))
            wanted = next(seen, 0)
    return np.array(found, dtype=float)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("kind", ["gain 0.5", "gain 1.5", "gain 3", "orthogonal", "dynamic range", "rank one"])
@pytest.mark.parametrize("seed", [11])
def test_log2_norms_at_lag_1000_are_within_1e_12_of_50_digits(kind, seed, monkeypatch):
    rng, n = np.random.default_rng(seed), 6
    monkeypatch.setattr(thinning, "PROBES", 1)  # so that a network of 6 units has directions to drop
    monkeypatch.setattr(flows, "PROBES", 1)
    weights = {"W": recurrent(kind, n, rng), "U": rng.normal(size=(n, 1)), "b": np.zeros(n)}
    trajectory = ef.rnn().run(weights, rng.normal(size=(STEPS, 1)))
    lags = (1, 10, 100, 999, 1000)
    with mpmath.workdps(50):
        want = at_50_digits(trajectory, lags)
    got = profile_of(trajectory, departures=False)
    np.testing.assert_allclose(got.log2_norm[list(lags)], want[:, 0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(got.log2_frobenius[list(lags)], want[:, 1], rtol=0, atol=1e-12)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("kind", ["gain 0.5", "gain 1.5", "gain 3", "orthogonal", "identity", "defective", "zero"])
@pytest.mark.parametrize(("cell", "n"), [("rnn", 40), ("lstm", 24)])
def test_dropping_directions_changes_no_norm(cell, n, kind, monkeypatch):
    rng = np.random.default_rng([n, 5])
    cell = ef.cell(cell)
    weights = cell.random_weights(rng, n=n, m=1)
    for name in weights:
        if name.startswith("W"):
            weights[name] = recurrent(kind, n, rng)
    trajectory = cell.run(weights, rng.normal(size=(300, 1)))
    thin = profile_of(trajectory, departures=False)
    monkeypatch.setattr(flows, "_FIRST", 10**9)
    whole = profile_of(trajectory, departures=False)
    # Each side may be off by 2^-42 of itself, and 300 products by an ulp each.
    close = {"rtol": 0, "atol": 1e-12}
    np.testing.assert_allclose(thin.log2_norm, whole.log2_norm, **close)
    np.testing.assert_allclose(thin.log2_frobenius, whole.log2_frobenius, **close)
    for pair, norm in whole.log2_norm_blocks.items():
        np.testing.assert_allclose(thin.log2_norm_blocks[pair], norm, **close)


@pytest.mark.usefixtures("narrow")
def test_a_random_network_is_carried_in_few_columns_and_an_orthogonal_one_in_all():
    n, last = 48, {}
    for kind in ("gain 1.5", "identity"):
        rng = np.random.default_rng(3)
        cell = ef.rnn() if kind == "gain 1.5" else ef.rnn("identity")
        weights = {"W": recurrent(kind, n, rng), "U": rng.normal(size=(n, 1)), "b": np.zeros(n)}
        for window in flows.windows(cell.run(weights, rng.normal(size=(400, 1))), 400, whole=False):
            last[kind] = window.columns.total
    assert last["gain 1.5"] < n / 2
    assert last["identity"] == n


@pytest.mark.usefixtures("narrow")
def test_directions_that_come_back_are_noticed_and_the_flow_is_carried_whole():
    # Backwards in time one half of the units falls by 1/2 for 200 steps and is dropped; then the other is wiped out.
    n, steps = 12, 230
    h, x = ef.names("h x")
    cell = ef.Cell("gated", inputs=[x], state={h: x * h}, sizes={h: "n", x: "n"})
    xs = np.ones((steps, n))
    xs[-200:, : n // 2] = 0.5
    xs[0, n // 2 :] = 0.0
    trajectory = cell.run({}, xs, {"h": np.ones(n)})
    *_, last = flows.windows(trajectory, steps, whole=False)
    assert last.columns.kept == (n // 2,)
    got = profile_of(trajectory, departures=False)
    np.testing.assert_array_equal(got.log2_norm[:steps], np.zeros(steps))
    assert got.log2_norm[steps] == -200.0


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("size", [-45, -60, -66, -150])
def test_a_dropped_direction_that_later_steps_raise_is_back_in_the_norm(size):
    # Backwards in time: mixed once, then half of the units fall to 2^size, from 2^-43 on without being carried; then
    # they rise by 2^83, about 1e25, while the others, which alone are carried, are switched off.
    n, falling, rising = 12, -size, 83
    rng = np.random.default_rng(0)
    matrix = rng.integers(-9, 10, (n, n)).astype(float)
    gates, switches = np.zeros((falling + rising + 20, n)), np.zeros((falling + rising + 20, n))
    switches[-1] = 1.0
    gates[:-1] = 1.0
    gates[-1 - falling : -1, : n // 2] = 0.5
    gates[:rising, : n // 2] = 2.0
    gates[rising - 1, n // 2 :] = 0.0
    h, g, s = ef.names("h g s")
    cell = ef.Cell("gated", inputs=[g, s], state={h: g * h + s * ef.net("a", h, bias=False)}, sizes={g: "n", s: "n"})
    trajectory = cell.run({"W_a": matrix}, {"g": gates, "s": switches}, {"h": np.zeros(n)})
    least = min(window.columns.total for window in flows.windows(trajectory, len(gates), whole=False))
    assert least < n  # directions were dropped
    got = profile_of(trajectory, departures=False)
    # The columns of these units are all that is left, times 2^(size + 83).
    want = np.log2(np.linalg.norm(matrix[:, : n // 2], 2)) + size + rising
    assert got.log2_norm[-1] == pytest.approx(want, abs=1e-12)
    assert profile_of(trajectory).log2_norm[-1] == pytest.approx(want, abs=1e-12)


def test_the_vectors_that_probe_are_the_same_for_the_same_flow_and_others_for_another():
    lengths = [np.array([1.0, 0.5])]
    first = thinning._generator(lengths).normal(size=3)
    np.testing.assert_array_equal(first, thinning._generator(lengths).normal(size=3))
    assert not np.isclose(first, thinning._generator([np.array([1.0, 0.5 + ULP])]).normal(size=3)).any()


def test_gaussian_probes_bound_a_matrix_as_the_proof_says():
    # P(|E g| <= |E|_F / a) <= sqrt(e) / a, sharp up to a constant for a matrix of rank one: here a = 10.
    rng = np.random.default_rng(0)
    for singular in ([1.0], [1.0, 0.5], np.ones(20)):
        lengths = np.sqrt((np.square(singular) * rng.normal(size=(100_000, len(singular))) ** 2).sum(axis=1))
        missed = (lengths <= np.linalg.norm(singular) / 10).mean()
        assert missed <= np.sqrt(np.e) / 10
    assert thinning.PROBES * np.log2(np.sqrt(np.e) / thinning._FACTOR) < -57


def test_thinning_turns_columns_and_keeps_every_norm():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(30, 1, 3)) @ rng.normal(size=(3, 30)) + 1e-15 * rng.normal(size=(30, 1, 30))
    block = {"h": Scaled(matrix, rng.integers(-3, 3, size=(1, 30)))}
    whole = np.ldexp(matrix[:, 0], block["h"].exponent[0])
    less, columns = thinning.thinned(block, thinning.Columns((30,)))
    assert columns == thinning.Columns((3,), thinning.PROBES)
    kept = thinning.part(less["h"], columns.of(0))
    kept = np.ldexp(kept.mantissa[:, 0], kept.exponent[0])
    # Rounding of a product of 30 terms.
    np.testing.assert_allclose(np.linalg.norm(kept, 2), np.linalg.norm(whole, 2), rtol=1e-14)
    np.testing.assert_allclose(kept @ kept.T, whole @ whole.T, rtol=0, atol=1e-12 * np.linalg.norm(whole, 2) ** 2)
    probes = thinning.part(less["h"], columns.probing(0))
    assert np.abs(np.ldexp(probes.mantissa, probes.exponent)).max() < 1e-11


# One step backwards


@pytest.mark.parametrize("name", NAMES)
def test_the_short_way_back_is_the_way_edge_by_edge(name):
    trajectory = numbers(name, 4, 2, 5).run()
    steps, rng = Steps(trajectory, 1, 5), np.random.default_rng(0)
    blocks = {s: rng.normal(size=(trajectory.states[s.name].shape[2], 1, 3)) for s in trajectory.definition.states}
    arriving = steps.arriving(blocks)
    for keep, back in ((lambda slope: True, Backward(steps)), (carried, Backward(steps, carry=True))):
        want = steps.pull(3, arriving, keep)
        for s, block in zip(blocks, back.pull(3, list(blocks.values())), strict=True):
            np.testing.assert_allclose(block, want.get(s, np.zeros_like(block)), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("formed", [1, 10**9])
@pytest.mark.parametrize("name", NAMES)
def test_rows_pass_a_step_as_the_jacobian_has_it_formed_or_not(name, formed, monkeypatch):
    monkeypatch.setattr(rows, "_FORMED", formed)
    trajectory = numbers(name, 4, 2, 20).run()
    steps = Steps(trajectory, 1, 20)
    walk, every = rows.Rows(steps, Backward(steps)), np.empty((20, 1, 3, trajectory.width))
    every[0] = np.random.default_rng(0).normal(size=every.shape[1:])
    walk.walk(range(19, 0, -1), every)
    want = every[0, 0]
    for q, jacobian in enumerate(jacobians(trajectory)[:0:-1], 1):
        want = want @ jacobian
        # Some ulp of the largest at every step.
        np.testing.assert_allclose(every[q, 0], want, rtol=0, atol=1e-13 * np.abs(want).max())


def test_the_matrices_between_the_states_of_an_lstm_are_formed_for_every_sequence(monkeypatch):
    rng, cell = np.random.default_rng(2), ef.lstm()
    trajectory = cell.run(cell.random_weights(rng, n=3, m=2), rng.normal(size=(5, 4, 2)))
    steps = Steps(trajectory, 0, 4)
    assert gathered(Backward(steps)) is not None
    assert (
        gathered(
            Backward(Steps(ef.rnn().run({"W": np.eye(2), "U": np.eye(2), "b": np.ones(2)}, np.ones((4, 2))), 0, 4))
        )
        is None
    )
    every = np.empty((5, 5, 6, 6))
    every[0] = np.eye(6)
    monkeypatch.setattr(rows, "_FORMED", 1)
    rows.Rows(steps, Backward(steps)).walk(range(3, -1, -1), every)
    for b, (t0, t1, t2, t3) in enumerate(jacobians(trajectory)):
        np.testing.assert_allclose(every[4, b], t3 @ t2 @ t1 @ t0, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("truncated", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_blocks_of_jacobians_are_those_of_the_whole_and_diagonals_where_no_matrix_lies_between(name, truncated):
    trajectory = numbers(name).run()
    whole, blocks = jacobians(trajectory, truncated), jacobian_blocks(trajectory, truncated)
    names = [s.name for s in trajectory.definition.states]
    ends = np.cumsum([0, *(trajectory.states[s].shape[2] for s in names)])
    places = {s: slice(*span) for s, span in zip(names, itertools.pairwise(ends), strict=True)}
    for new, old in itertools.product(names, repeat=2):
        want = whole[:, places[new], places[old]]
        got = blocks.pop((new, old), np.zeros(want.shape))
        if got.ndim == 2:
            got = got[:, :, None] * np.eye(got.shape[1])
        np.testing.assert_array_equal(got, want)
    assert not blocks


def test_an_lstm_has_two_dense_and_two_diagonal_blocks_for_each_sequence():
    rng, cell = np.random.default_rng(3), ef.lstm()
    weights = cell.random_weights(rng, n=5, m=2)
    blocks = cell.step_jacobian_blocks(weights, rng.normal(size=(3, 7, 2)))
    shapes = {pair: block.shape for pair, block in blocks.items()}
    dense, diagonal = (3, 7, 5, 5), (3, 7, 5)
    assert shapes == {("c", "c"): diagonal, ("c", "h"): dense, ("h", "c"): diagonal, ("h", "h"): dense}


@pytest.mark.parametrize("name", NAMES)
def test_jacobians_written_into_an_array_are_those_made_anew(name):
    trajectory = numbers(name).run()
    want = jacobians(trajectory)
    out = np.full(want.shape, np.nan)
    assert jacobians(trajectory, out=out) is out
    np.testing.assert_array_equal(out, want)
    for wrong in (np.empty(want.shape, dtype=np.float32), want[:-1], want.T):
        with pytest.raises(ValueError, match="out must be a contiguous float64 array of shape"):
            jacobians(trajectory, out=wrong)


# Singular values


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_singular_values_are_those_of_the_product_of_jacobians(name):
    c = numbers(name, 5, 2, 8, seed=4)
    trajectory, flow = c.run(), np.eye(sum(c.widths))
    got = singular_values(trajectory)
    assert got.shape == (9, sum(c.widths))
    for q in range(9):
        want = np.linalg.svd(flow, compute_uv=False)
        seen = ~np.isnan(got[q])
        np.testing.assert_array_equal(seen, want >= 2.0**-40 * want[0])
        # Eight products lose some ulp of the largest.
        np.testing.assert_allclose(2.0 ** got[q][seen], want[seen], rtol=0, atol=1e-14 * want[0])
        flow = flow @ jacobians(trajectory)[7 - q] if q < 8 else flow
    np.testing.assert_allclose(got[:, 0], profile_of(trajectory).log2_norm, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(singular_values(trajectory, max_lag=3), got[:4])


def test_the_numerical_rank_falls_to_the_rank_of_the_weights_and_is_zero_where_the_flow_is():
    rng, n = np.random.default_rng(0), 6
    weights = {"W": rng.normal(size=(n, 2)) @ rng.normal(size=(2, n)), "U": np.zeros((n, 1)), "b": np.zeros(n)}
    values = singular_values(ef.rnn("identity").run(weights, np.zeros((4, 1))))
    np.testing.assert_array_equal(numerical_rank(values), [n, 2, 2, 2, 2])
    dead = singular_values(ef.rnn("identity").run(weights | {"W": np.zeros((n, n))}, np.zeros((2, 1))))
    np.testing.assert_array_equal(dead[1:], np.full((2, n), -np.inf))
    np.testing.assert_array_equal(numerical_rank(dead), [n, 0, 0])
    with pytest.raises(ValueError, match="part must be from"):
        numerical_rank(values, 1e-20)


@pytest.mark.parametrize("rows", [20, 130])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_matrices_in_parts_have_the_largest_eigenvalue_of_their_parts(rows, size):
    rng = np.random.default_rng(size)
    there = np.kron(np.eye(rows // size), np.ones((size, size)))
    shuffled = rng.permutation(len(there))
    there = there[np.ix_(shuffled, shuffled)]
    factors = there * rng.normal(size=(6, *there.shape)) * 10.0 ** rng.integers(-9, 1, size=(6, len(there), 1))
    gram = factors @ factors.swapaxes(1, 2)
    values, certain = largest._in_parts(gram, np.zeros(6))
    np.testing.assert_allclose(values, np.linalg.eigvalsh(gram)[:, -1], rtol=1e-14)
    assert certain.all()
    gram[0] += 1e-200  # every row meets every other
    assert not largest._in_parts(gram, np.zeros(6))[1].any()
    np.testing.assert_allclose(largest.largest(gram), np.linalg.eigvalsh(gram)[:, -1], rtol=2**-40)


def test_a_chain_of_rows_is_no_part():
    chain = np.eye(40) + 0.3 * (np.eye(40, k=1) + np.eye(40, k=-1))
    assert not largest._in_parts(chain[None], np.zeros(1))[1].any()
