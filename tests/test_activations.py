"""Slopes: the form that is read, the form that runs, and their supremum, held together at 50 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow.activations import ACTIVATIONS, NUMPY_FUNCTIONS, partial, readable

SMOOTH = [ef.activation(name) for name in ("logistic", "tanh", "squash_in", "squash_out")]
KINKED = ("relu", "leaky_relu", "hardtanh", "hardsigmoid", "hardswish", "elu", "selu")
OTHERS = [a for a in ACTIVATIONS if a not in SMOOTH and a.name != "identity"]
X = sympy.Symbol("x", real=True)

# Both signs, every scale from the smallest subnormal to where exp ends, dense where the slopes bend.
GRID = np.unique(
    np.concatenate(
        [
            np.linspace(-700, 700, 2801),
            np.linspace(-8, 8, 1601),
            np.logspace(-320, 2.8, 500),
            -np.logspace(-320, 2.8, 500),
            [0.0],
        ]
    )
)


def named(activations):
    return pytest.mark.parametrize("entry", activations, ids=lambda a: a.name)


def exact(expression):
    """`expression` in X as a function of mpmath numbers, in elementary functions only."""
    return sympy.lambdify(X, expression, modules="mpmath")


@pytest.fixture(autouse=True)
def _fifty_digits():
    # 1 - tanh(700)^2 needs 608 digits before it differs from 0; 50 more are left to compare with.
    with mpmath.workdps(660):
        yield


@named(SMOOTH)
def test_running_slope_is_within_4_ulp_of_the_derivative_of_the_definition(entry):
    # exp, one sum, one square and one quotient: at most half an ulp each, doubled by the square.
    derivative = exact(sympy.diff(entry.definition(X), X))
    points = GRID[::3]
    slopes = entry.stable_slope(points)
    tiny = np.finfo(float).tiny
    for x, slope in zip(points, slopes, strict=True):
        true = derivative(mpmath.mpf(x))
        if true >= tiny:
            assert abs(slope - true) <= 4 * np.spacing(float(true)), x
        else:
            assert abs(slope - true) <= 4 * mpmath.mpf(2) ** -53 * tiny, x


@named(SMOOTH)
def test_running_slope_is_even_and_falls_on_both_sides(entry):
    slopes = entry.stable_slope(GRID[GRID >= 0])
    assert (np.diff(slopes) <= 4 * np.spacing(slopes[:-1])).all()
    np.testing.assert_array_equal(slopes, entry.stable_slope(-GRID[GRID >= 0]))


@named(SMOOTH)
def test_running_value_is_the_definition_to_4_ulp_or_4_units_of_rounding(entry):
    definition = exact(entry.definition(X))
    for x, value in zip(GRID[::3], entry.value(GRID)[::3], strict=True):
        true = definition(mpmath.mpf(x))
        assert abs(value - true) <= max(4 * np.spacing(abs(float(true))), 4 * 2.0**-53 * abs(float(true))), x


@named(SMOOTH)
def test_readable_slope_is_the_derivative_of_the_definition(entry):
    value = entry.definition(X)
    t = sympy.Symbol("t", positive=True)  # exp(x): both sides become rational functions, and cancel decides
    difference = (entry.read_slope(X, value) - sympy.diff(value, X)).rewrite(sympy.exp).subs(X, sympy.log(t))
    assert sympy.cancel(sympy.powsimp(sympy.expand_power_exp(sympy.simplify(difference)))) == 0


@named(SMOOTH)
def test_readable_slope_equals_running_slope_at_50_digits(entry):
    # The two forms meet in mpmath, where neither loses digits.
    read = exact(entry.read_slope(X, entry.definition(X)))
    for x in (-300.5, -18.0, -1.0, 0.0, 0.3, 20.0, 345.0):
        assert abs(entry.stable_slope(np.array(x)) - read(mpmath.mpf(x))) <= 4 * np.spacing(float(read(mpmath.mpf(x))))


@named(SMOOTH)
def test_no_slope_exceeds_its_supremum_and_zero_attains_it(entry):
    sup = mpmath.mpf(entry.sup.p) / entry.sup.q
    derivative = exact(sympy.diff(entry.definition(X), X))
    assert derivative(mpmath.mpf(0)) == sup
    assert entry.stable_slope(np.array(0.0)) == float(sup)
    assert entry.attained == "x = 0 only"
    for x in GRID[(GRID != 0) & (np.abs(GRID) > 1e-100)][::3]:
        assert 0 < derivative(mpmath.mpf(x)) < sup
    assert (entry.stable_slope(GRID) <= float(sup)).all()


@named([ef.activation(name) for name in ("identity", "relu", "leaky_relu", "hardtanh", "hardsigmoid")])
def test_piecewise_linear_slopes_are_the_supremum_where_the_record_says_so_and_smaller_elsewhere(entry):
    on = {"every x": GRID == GRID, "every x > 0": GRID > 0, "every |x| < 1": np.abs(GRID) < 1,
          "every |x| < 3": np.abs(GRID) < 3}[entry.attained]  # fmt: skip
    np.testing.assert_array_equal(entry.stable_slope(GRID[on]), float(entry.sup))
    assert (entry.stable_slope(GRID[~on]) < float(entry.sup)).all()


def test_the_readable_form_would_be_wrong_where_a_unit_saturates():
    # Why two forms exist: 1 - tanh(18)^2 in floats is 4 % off, and 0 at 20.
    tanh = ef.activation("tanh")
    for x, least in ((18.0, 0.03), (20.0, 0.99)):
        true = 1 / mpmath.cosh(x) ** 2
        assert abs((1 - np.tanh(x) ** 2) / true - 1) > least
        assert abs(tanh.stable_slope(np.array(x)) / true - 1) < 1e-15


@named(ACTIVATIONS)
def test_slopes_and_values_raise_no_warning_at_the_ends_of_float64(entry):
    ends = np.array([-np.finfo(float).max, -1e5, -746.0, -0.0, 0.0, 746.0, 1e5, np.finfo(float).max])
    assert np.isfinite(entry.stable_slope(ends)).all()
    assert np.isfinite(entry.value(ends)).all()


def test_the_1997_squashes_have_the_ranges_of_the_paper():
    g, h = ef.activation("squash_in"), ef.activation("squash_out")
    np.testing.assert_array_equal(g.value(np.array([-800.0, 0.0, 800.0])), [-2, 0, 2])
    np.testing.assert_array_equal(h.value(np.array([-800.0, 0.0, 800.0])), [-1, 0, 1])


def test_an_unknown_activation_is_refused_with_the_known_ones():
    with pytest.raises(KeyError, match=r"no activation called 'tanhh'; known are logistic, tanh, squash_in"):
        ef.activation("tanhh")


FEW = np.unique(
    np.concatenate([np.linspace(-12, 12, 121), np.logspace(-100, 2.8, 40), -np.logspace(-100, 2.8, 40), [-3.0, 3.0]])
)
# Where the slope, or the value, has a zero or a tail that no short formula reaches, digits are counted from 1.
LEVEL = {"silu", "gelu", "gelu_tanh", "mish", "hardswish"}


def by_hand(entry):
    """(value, slope) in mpmath; slopes at kinks are not asked of it."""
    value = entry.definition(X)
    return exact(value), exact(sympy.diff(value, X))


@pytest.fixture
def digits():
    # x - tanh x at 1e-100 needs 300 digits before it differs from 0.
    with mpmath.workdps(360):
        yield


@named(OTHERS)
def test_every_other_activation_runs_to_4_ulp_or_4_units_of_rounding(entry, digits):
    value, slope = by_hand(entry)
    for x, v, s in zip(FEW, entry.value(FEW), entry.stable_slope(FEW), strict=True):
        for got, true, kind in ((v, value(mpmath.mpf(x)), "value"), (s, slope(mpmath.mpf(x)), "slope")):
            if kind == "slope" and entry.name in KINKED and x in (-3, -1, 0, 1, 3):
                continue
            ulp = np.spacing(max(abs(float(true)), 1.0 if entry.name in LEVEL else np.finfo(float).tiny))
            # the tail of normal_cdf is a product of four rounded factors, one of them exp
            assert abs(got - true) <= (8 if entry.name == "normal_cdf" else 4) * ulp, (x, kind)


@named(OTHERS)
def test_every_other_readable_slope_is_the_running_one(entry, digits):
    """Wherever x is away from kinks: the readable form is opened into definitions and evaluated at many digits."""
    names = {a.function.__name__: a for a in ACTIVATIONS if a.name not in ("identity", "tanh", "arctan")}

    def opened(e):
        for function in sorted(e.atoms(sympy.Function), key=lambda f: len(str(f))):
            if function.func.__name__ in names:
                e = e.replace(function.func, names[function.func.__name__].definition)
        e = e.replace(lambda f: f.func.__name__ == "positive", lambda f: sympy.Heaviside(f.args[0], 0))
        return e.replace(
            lambda f: f.func.__name__ == "normal_density",
            lambda f: sympy.exp(-(f.args[0] ** 2) / 2) / sympy.sqrt(2 * sympy.pi),
        )

    read = entry.read_slope(X, entry.definition(X))
    if read.func.__name__ in ("selu_slope", "gelu_tanh_slope"):
        assert entry.slope_tex.endswith("'")
        assert entry.slope_code
        return
    for x in (-4.5, -2.125, -0.75, -0.3, 0.4, 0.9, 1.75, 2.9, 5.5):
        true = opened(read).subs(X, sympy.Rational(x)).evalf(40)
        assert abs(entry.stable_slope(np.array(x)) - float(true)) <= 4 * 2.0**-52 * max(1, abs(float(true))), x


@named(OTHERS)
def test_no_other_slope_exceeds_its_supremum_and_something_comes_close(entry):
    sup, slopes = float(entry.sup), np.abs(entry.stable_slope(np.unique([*FEW, *np.linspace(-5, 5, 20001), 3 - 1e-9])))
    assert (slopes <= sup * (1 + 4 * 2.0**-53)).all()
    assert slopes.max() >= sup * (1 - 1e-7)  # the grid is 5e-4 wide and peaks are parabolas


@pytest.mark.parametrize(
    ("name", "equation", "start", "closed"),
    [
        ("silu", lambda x: x * mpmath.tanh(x / 2) - 2, 2.4, lambda x: mpmath.mpf(1) / 2 + x / 4),
        ("lisht", lambda x: x * mpmath.tanh(x) - 1, 1.2, lambda x: x),
        ("gelu", lambda x: x * x - 2, 1.4, lambda x: mpmath.ncdf(x) + x * mpmath.npdf(x)),
        ("gaussian", lambda x: 2 * x * x - 1, 0.7, lambda x: 2 * x * mpmath.exp(-(x**2))),
        ("gelu_tanh", None, 1.42, None),
        ("mish", None, 1.49, None),
    ],
)
def test_a_supremum_is_the_slope_where_it_is_said_to_be_attained(name, equation, start, closed):
    entry = ef.activation(name)
    with mpmath.workdps(50):
        slope = exact(sympy.diff(entry.definition(X), X))
        bend = exact(sympy.diff(entry.definition(X), X, 2))
        peak = mpmath.findroot(equation or bend, start)
        assert abs(bend(peak)) < mpmath.mpf("1e-45")  # the peak of the slope, by its own equation
        if closed:
            assert abs(abs(slope(peak)) - closed(peak)) < mpmath.mpf("1e-45")
        above = mpmath.mpf(str(sympy.N(entry.sup, 50))) - abs(slope(peak))
        assert mpmath.mpf("-1e-45") < above < mpmath.mpf("1e-24")
        assert str(mpmath.nstr(peak, 12))[:10] in entry.attained or "sqrt" in entry.attained


def test_suprema_that_are_not_attained_are_limits():
    for name, towards in (("softplus", 36.0), ("logsigmoid", -36.0), ("tanhshrink", 18.0), ("hardswish", 3 - 2.0**-51)):
        entry = ef.activation(name)
        assert entry.attained is None
        assert float(entry.sup) - 1e-15 <= entry.stable_slope(np.array(towards)) <= float(entry.sup)
        assert (entry.stable_slope(np.linspace(-5, 5, 1001)) < float(entry.sup)).all()


TORCH = {
    "logistic": "sigmoid", "tanh": "tanh", "relu": "relu", "leaky_relu": "leaky_relu", "hardtanh": "hardtanh",
    "hardsigmoid": "hardsigmoid", "hardswish": "hardswish", "elu": "elu", "selu": "selu", "softplus": "softplus",
    "logsigmoid": "logsigmoid", "silu": "silu", "gelu": "gelu", "mish": "mish", "tanhshrink": "tanhshrink",
    "softsign": "softsign",
}  # fmt: skip


@pytest.mark.parametrize("name", [*TORCH, "gelu_tanh"])
def test_value_and_slope_are_those_of_pytorch_kinks_included(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    # PyTorch's softplus is x itself from 20 on, with an error of exp(-20).
    x = torch.linspace(-16, 16, 129, dtype=torch.float64, requires_grad=True)
    options = {"approximate": "tanh"} if name == "gelu_tanh" else {}
    value = getattr(torch.nn.functional, TORCH.get(name, "gelu"))(x, **options)
    value.sum().backward()
    points, entry = x.detach().numpy(), ef.activation(name)
    # PyTorch subtracts where this package does not: a few units of rounding of the largest term, |x|
    np.testing.assert_allclose(entry.value(points), value.detach().numpy(), rtol=1e-14, atol=1e-14)
    single = 3e-8 if name == "hardsigmoid" else 1e-14  # PyTorch's 1/6 is that of single precision there
    np.testing.assert_allclose(entry.stable_slope(points), x.grad.numpy(), rtol=single, atol=1e-14)


@named(ACTIVATIONS)
def test_a_network_of_every_activation_is_derived_run_and_printed(entry):
    cell = ef.rnn(entry.name)
    rng = np.random.default_rng(3)
    weights, inputs = cell.random_weights(rng, n=3, m=2, scale=0.7) | {"b": np.full(3, 0.5)}, rng.normal(size=(3, 2))
    trajectory = cell.run(weights, inputs)
    before, after = trajectory.states["h"][:-1, 0], trajectory.states["h"][1:, 0]
    nets = before @ weights["W"].T + inputs @ weights["U"].T + weights["b"]
    np.testing.assert_allclose(after, entry.value(nets), rtol=1e-14, atol=1e-15)
    product = np.eye(3)
    for net in nets:
        product = entry.stable_slope(net)[:, None] * weights["W"] @ product
    found = cell.profile(weights, inputs).log2_norm[-1]
    np.testing.assert_allclose(found, np.log2(np.linalg.norm(product, 2)), atol=1e-12)
    errors = rng.normal(size=(3, 3))
    back, forward = (cell.gradient(weights, inputs, errors, algorithm=a).weights for a in ("bptt", "rtrl"))
    for name in back:  # sums of some ten products in another order
        np.testing.assert_allclose(back[name], forward[name], rtol=1e-12, atol=1e-13)
    latex = cell.jacobian().latex()
    assert not any(noise in latex for noise in ("_slope", "normal", "**", "squash_"))
    assert latex.count("{") == latex.count("}")


@named(ACTIVATIONS)
def test_the_numpy_source_of_a_network_of_every_activation_is_its_jacobian(entry):
    scipy = pytest.importorskip("scipy.special") and __import__("scipy")
    cell = ef.rnn(entry.name)
    rng = np.random.default_rng(4)
    weights, x, h = cell.random_weights(rng, n=3, m=2), rng.normal(size=2), rng.normal(size=3)
    net = weights["W"] @ h + weights["U"] @ x
    names = {**weights, "net": net, "h": h, "h_new": entry.value(net), "np": np, "scipy": scipy, "x": x}
    found = eval(cell.jacobian()["h", "h"].numpy(), names)
    # The readable form loses a few digits to cancellation; |net| is below 3 here.
    np.testing.assert_allclose(found, entry.stable_slope(net)[:, None] * weights["W"], rtol=1e-13, atol=1e-15)


@named(ACTIVATIONS)
def test_the_cost_of_a_network_of_every_activation_is_what_a_run_counts(entry):
    cell = ef.rnn(entry.name)
    rng = np.random.default_rng(5)
    weights, inputs, errors = cell.random_weights(rng, n=3, m=2), rng.normal(size=(4, 2)), rng.normal(size=(4, 3))
    for cost in cell.cost(units=3, inputs=2, steps=4, algorithms=("bptt", "rtrl")):
        run = cell.gradient(weights, inputs, errors, algorithm=cost.name, biases=False, count=True)
        assert (run.macs, run.elementwise) == (cost.total(cost.macs), cost.total(cost.elementwise))


def test_swish_of_any_beta_is_an_expression_with_the_supremum_of_silu():
    beta = sympy.Rational(3, 2)
    assert ef.swish(X) == ef.silu(X)
    found = partial(ef.swish(X, beta), X)
    assert {f.func.__name__ for f in found.atoms(sympy.Function)} == {"logistic", "logistic_slope"}
    slopes = sympy.lambdify(X, found, modules=[NUMPY_FUNCTIONS, "numpy"])(np.linspace(-6, 6, 24001))
    np.testing.assert_allclose(max(slopes), float(ef.activation("silu").sup), rtol=1e-7)  # a grid of 5e-4, a parabola


def test_other_names_of_an_activation_are_understood():
    assert ef.activation("sigmoid") is ef.activation("logistic")
    assert ef.activation("swish") is ef.activation("silu")


A, B = ef.names("a b")
NESTED = [
    ef.logistic(A * B),
    sympy.tanh(ef.logistic(A) * B + A),
    ef.squash_in(ef.squash_out(A + B) * sympy.exp(A)) ** 2,
    ef.logistic(A) / (1 + ef.logistic(A) ** 2) + sympy.log(2 + sympy.tanh(A)),
    sympy.tanh(sympy.sin(A) + sympy.tanh(A)) * sympy.sqrt(1 + A**2),
    sympy.tanh(A) + sympy.tanh(B * sympy.tanh(A)),
    ef.logistic(A) * ef.logistic(A + ef.logistic(A)),
]


@pytest.mark.parametrize("expression", NESTED, ids=str)
def test_a_partial_derivative_is_the_derivative_of_the_definition(expression):
    def opened(e):
        for entry in ACTIVATIONS:
            if entry in SMOOTH and entry.name != "tanh":
                e = e.replace(entry.function, entry.definition)
        return e

    got = readable(partial(expression, A), {})
    point = {A: sympy.Rational(3, 7), B: sympy.Rational(-5, 11)}
    difference = opened(got).subs(point) - sympy.diff(opened(expression), A).subs(point)
    # exact expressions at a rational point, evaluated at 50 digits
    assert abs(sympy.N(difference, 50, chop=False)) < sympy.Float("1e-45")


def test_a_partial_derivative_keeps_every_slope_whole():
    derivative = partial(sympy.tanh(A * B), A)
    assert {f.func.__name__ for f in derivative.atoms(sympy.Function)} == {"tanh_slope"}
    assert partial(sympy.tanh(B), A) == 0
