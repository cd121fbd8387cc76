"""Maps of a window, alignments and learners: against PyTorch, enumeration, differences and fitted learners."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy

from errorflow import models
from errorflow.models import Forest, KernelMachine, SoftDTW, Tree
from errorflow.models.windows import (
    amplitude_influence,
    dlinear,
    lag_features,
    ltsf_linear,
    moving_average,
    nlinear,
    spectrum,
)

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def same_numbers_in_every_order():
    # With several workers, which tests ran before is not fixed.
    RNG.bit_generator.state = np.random.default_rng(0).bit_generator.state


def in_torch(torch, form, weight, trend):
    """LTSF-Linear, NLinear or DLinear on (1, L, 1), as its definition has it."""

    def forward(x):
        series = x[0, :, 0]
        if form == "ltsf_linear":
            y = weight @ series
        elif form == "nlinear":
            y = weight @ (series - series[-1]) + series[-1]
        else:
            padded = torch.cat([series[:1].repeat(2), series, series[-1:].repeat(2)])
            slow = torch.nn.functional.avg_pool1d(padded[None, None], 5, stride=1)[0, 0]
            y = weight @ (series - slow) + trend @ slow
        return y[None]

    return forward


@pytest.mark.parametrize("form", ["ltsf_linear", "nlinear", "dlinear"])
def test_influence_of_the_linear_forecasters_is_what_pytorch_finds(form):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    weight, trend, x = RNG.normal(size=(4, 9)), RNG.normal(size=(4, 9)), RNG.normal(size=9)
    ours = {"ltsf_linear": ltsf_linear(weight), "nlinear": nlinear(weight), "dlinear": dlinear(weight, trend, 5)}[form]
    forward = in_torch(torch, form, torch.tensor(weight), torch.tensor(trend))
    assert ours.run(x) == pytest.approx(forward(torch.tensor(x)[None, :, None])[0].numpy(), abs=1e-13)
    found = models.measured_influence(forward, torch.tensor(x)[:, None])[:, :, 0]
    assert ours.influence(8) == pytest.approx(found, abs=1e-13)
    assert not ours.influence(12)[9:].any()
    assert ours.law().rate == 9


def test_the_influences_of_nlinear_sum_to_one():
    assert nlinear(RNG.normal(size=(3, 20))).influence(19).sum(axis=0) == pytest.approx(np.ones(3), abs=1e-13)


def test_a_moving_average_keeps_constants_and_needs_a_centre():
    assert moving_average(7, 5) @ np.ones(7) == pytest.approx(np.ones(7), abs=1e-15)
    with pytest.raises(ValueError, match="width must be an odd number of samples, got 4"):
        moving_average(7, 4)


def test_features_see_their_own_lag_or_every_lag_alike():
    assert lag_features(5, [0, 3]).influence(5).T.tolist() == [[1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0]]
    parts = spectrum(8).influence(7)
    assert parts[:, :5] ** 2 + parts[:, 5:] ** 2 == pytest.approx(np.ones((8, 5)), abs=1e-14)


def test_amplitudes_have_the_influence_of_central_differences_and_never_above_one():
    x, step = RNG.normal(size=9), 1e-6
    found = amplitude_influence(x)
    for q in range(9):
        sides = [np.abs(np.fft.rfft(x + sign * step * np.eye(9)[8 - q])) for sign in (1, -1)]
        assert found[q] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-8)
    assert np.abs(found).max() <= 1 + 1e-15


def alignments(rows, columns):
    """All monotone paths from the first pair to the last."""
    if (rows, columns) == (1, 1):
        return [[(0, 0)]]
    before = [(rows - 1, columns), (rows, columns - 1), (rows - 1, columns - 1)]
    return [[*path, (rows - 1, columns - 1)] for a, b in before if a and b for path in alignments(a, b)]


@pytest.mark.parametrize("gamma", [0.1, 1.0, 20.0])
def test_soft_dtw_is_the_mean_over_all_alignments_and_its_derivative_theirs(gamma):
    x, y = RNG.normal(size=4), RNG.normal(size=3)
    paths = alignments(4, 3)
    costs = np.array([sum((x[i] - y[j]) ** 2 for i, j in path) for path in paths])
    weights = np.exp(-(costs - costs.min()) / gamma)
    warp = SoftDTW(y, gamma)
    assert warp.distance(x) == pytest.approx(costs.min() - gamma * np.log(weights.sum()), rel=1e-13)
    passed = np.zeros((4, 3))
    for path, weight in zip(paths, weights / weights.sum(), strict=True):
        for pair in path:
            passed[pair] += weight
    assert warp.alignment(x) == pytest.approx(passed, abs=1e-13)
    assert warp.influence(x) == pytest.approx((passed * 2 * (x[:, None] - y)).sum(axis=1)[::-1], abs=1e-12)
    assert (passed.sum(axis=1) >= 1 - 1e-12).all()


def test_a_kernel_machine_has_the_influence_of_central_differences_within_its_bound():
    machine = KernelMachine(RNG.normal(size=(6, 4)), RNG.normal(size=6), 0.7, 0.1)
    x, step = RNG.normal(size=4), 1e-6
    found = [
        (machine.run(x + step * np.eye(4)[3 - q]) - machine.run(x - step * np.eye(4)[3 - q])) / (2 * step)
        for q in range(4)
    ]
    assert machine.influence(x) == pytest.approx(np.array(found), abs=1e-8)
    assert np.abs([machine.influence(point) for point in RNG.normal(size=(300, 4))]).max() <= machine.bound()
    one = KernelMachine([[0.0]], [2.0], 0.7)
    assert one.influence([1 / np.sqrt(1.4)]).item() == pytest.approx(-one.bound(), rel=1e-14)


def stump():
    """x[1] <= 0: (x[0] <= 1: 5, else 7), else -1."""
    return Tree([1, 0, -2, -2, -2], [0.0, 1.0, 0, 0, 0], [1, 2, -1, -1, -1], [4, 3, -1, -1, -1], [0, 0, 5.0, 7.0, -1.0])


def test_a_forest_is_constant_in_pieces_and_says_how_far_each_lag_can_move_it():
    forest = Forest((stump(),), 2)
    assert forest.run([0.5, -1.0]) == 5.0
    cuts, values = forest.along([0.5, -1.0], 0)
    assert (cuts.tolist(), values.tolist()) == ([0.0], [5.0, -1.0])
    assert forest.reach([0.5, -1.0]).tolist() == [6.0, 2.0]
    assert forest.reach([0.5, 1.0]).tolist() == [6.0, 0.0]
    assert forest.influence([0.5, -1.0]).tolist() == [0.0, 0.0]
    assert forest.law().kind == "none"
    with pytest.raises(ValueError, match="x must lie on no threshold, got one at lag 0, where the forecast jumps"):
        forest.influence([0.5, 0.0])


def test_fitted_learners_are_read_and_forecast_alike():
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.svm import SVR

    x = RNG.normal(size=(60, 5)).astype(np.float32).astype(float)  # scikit-learn's trees compare float32
    y = np.sin(x[:, -1]) + 0.5 * x[:, -3]
    forest = RandomForestRegressor(7, random_state=0, max_depth=5).fit(x, y)
    ours = models.from_sklearn(forest)
    assert [ours.run(one) for one in x] == pytest.approx(forest.predict(x), rel=1e-12)
    for lag in (0, 2, 4):
        cuts, values = ours.along(x[0], lag)
        between = (cuts[1:] + cuts[:-1]) / 2
        moved = np.tile(x[0], (len(between), 1))
        moved[:, 4 - lag] = between
        kept = np.abs(between[:, None] - cuts).min(axis=1) > 1e-4  # wide enough for float32
        assert forest.predict(moved[kept]) == pytest.approx(values[1:-1][kept], rel=1e-12)
    machine = SVR(kernel="rbf").fit(x, y)
    assert [models.from_sklearn(machine).run(one) for one in x] == pytest.approx(machine.predict(x), rel=1e-10)
    with pytest.raises(TypeError, match="fitted must be an SVR with kernel 'rbf'"):
        models.from_sklearn(object())


def test_pages_of_the_linear_forecasters_hold_lag_by_lag():
    lag = models.record.LAG
    length = sympy.Symbol("L", positive=True, integer=True)
    average = moving_average(4, 3)
    for name, size in (("ltsf_linear", 3), ("nlinear", 3), ("dlinear", 4)):
        page = models.model(name)
        for q in range(size + 2):
            closed = page.influence.subs({length: size, lag: q}).doit()
            base = sympy.IndexedBase("M")
            weights = {
                base[i, j]: sympy.nsimplify(average[i, j], rational=True, tolerance=1e-9)
                for i, j in itertools.product(range(4), repeat=2)
            }
            assert sympy.expand(closed.xreplace(weights) - page.derive(q)) == 0
            assert (page.derive(q) == 0) == (q >= size)


def test_pages_of_amplitude_kernel_machine_and_alignment_evaluate_to_their_objects():
    x = RNG.normal(size=4)
    named = {sympy.Symbol(f"x{k}", real=True): v for k, v in enumerate(x)}
    for q in range(4):
        derived = float(models.model("fft_features").derive(q).subs(named))
        assert derived == pytest.approx(amplitude_influence(x)[q, 1], rel=1e-12)
    time, a, s, seen, y = sympy.Symbol("T", integer=True), *(sympy.IndexedBase(n) for n in "asxy")
    machine = KernelMachine([[0.3, -0.2], [1.0, 0.5]], [1.5, -0.7], 0.8)
    values = {a[0]: 1.5, a[1]: -0.7, s[0, 1]: 0.3, s[0, 0]: -0.2, s[1, 1]: 1.0, s[1, 0]: 0.5}
    values |= {seen[time - 1]: x[0], seen[time]: x[1], y[0]: 0.4, y[1]: -0.9, sympy.Symbol("gamma", positive=True): 0.8}
    warp = SoftDTW([0.4, -0.9], 0.8)
    for q in range(2):
        assert float(models.model("svm").derive(q).subs(values)) == pytest.approx(
            machine.influence(x[:2])[q], rel=1e-12
        )
        assert float(models.model("soft_dtw").derive(q).subs(values)) == pytest.approx(
            warp.influence(x[:2])[q], rel=1e-12
        )
