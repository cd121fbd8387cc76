"""Slopes: the form that is read, the form that runs, and their supremum, held together at 50 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow.activations import ACTIVATIONS, partial, readable

SMOOTH = [a for a in ACTIVATIONS if a.name not in ("identity", "relu")]
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
    slopes = entry.stable_slope(GRID)
    tiny = np.finfo(float).tiny
    for x, slope in zip(GRID, slopes, strict=True):
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


@named(ACTIVATIONS)
def test_readable_slope_is_the_derivative_of_the_definition(entry):
    value = entry.definition(X)
    read = entry.read_slope(X, value)
    if entry.name == "relu":
        read = read.replace(lambda e: e.func.__name__ == "positive", lambda e: sympy.Heaviside(e.args[0], 0))
        for x in (-3, sympy.Rational(-1, 10**9), sympy.Rational(1, 10**9), 2):
            assert read.subs(X, x) == sympy.diff(value, X).subs(X, x)
        return
    t = sympy.Symbol("t", positive=True)  # exp(x): both sides become rational functions, and cancel decides
    difference = (read - sympy.diff(value, X)).rewrite(sympy.exp).subs(X, sympy.log(t))
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
    for x in GRID[(GRID != 0) & (np.abs(GRID) > 1e-100)]:
        assert 0 < derivative(mpmath.mpf(x)) < sup
    assert (entry.stable_slope(GRID) <= float(sup)).all()


@named([a for a in ACTIVATIONS if a.name in ("identity", "relu")])
def test_piecewise_linear_slopes_are_one_where_the_record_says_so(entry):
    on = GRID if entry.attained == "every x" else GRID[GRID > 0]
    assert entry.attained in ("every x", "every x > 0")
    assert entry.sup == 1
    np.testing.assert_array_equal(entry.stable_slope(on), np.ones_like(on))
    off = np.setdiff1d(GRID, on)
    np.testing.assert_array_equal(entry.stable_slope(off), np.zeros_like(off))


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
            if entry.name not in ("identity", "tanh", "relu"):
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
