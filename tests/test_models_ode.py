"""Neural ODE: flow against matrix exponentials, closed solutions and differences; bounds hold; Euler steps converge."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from scipy.linalg import expm

from errorflow import models
from errorflow.models import NeuralODE, euler_error_bound, log_norm
from errorflow.models.ode_pages import cubic, cubic_influence, z

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def same_numbers_in_every_order():
    # With several workers, which tests ran before is not fixed.
    RNG.bit_generator.state = np.random.default_rng(0).bit_generator.state


A = np.array([[-0.2, 1.1], [-0.9, 0.1]])
LAGS = np.linspace(0.0, 2.0, 5)


def linear():
    return NeuralODE(lambda t, x: A @ x, lambda t, x: A)


def network():
    """z' = W_2 tanh(W_1 z + t v), whose Jacobian depends on where it passes and when."""
    first, second, drive = RNG.normal(size=(5, 3)), 0.5 * RNG.normal(size=(3, 5)), RNG.normal(size=5)

    def field(t, x):
        return second @ np.tanh(first @ x + t * drive)

    def jacobian(t, x):
        return second * (1 - np.tanh(first @ x + t * drive) ** 2) @ first

    return NeuralODE(field, jacobian)


def test_of_a_linear_equation_the_influence_is_the_matrix_exponential():
    found = linear().influence([1.0, 0.5], 2.0, LAGS)
    assert found == pytest.approx(np.array([expm(q * A) for q in LAGS]), abs=1e-9)


def test_influence_is_that_of_central_differences_of_the_solution():
    equation, start, step = network(), RNG.normal(size=3), 1e-5
    found = equation.influence(start, 2.0, [2.0])[0]
    for i, unit in enumerate(np.eye(3)):
        sides = [equation.solve(start + sign * step * unit, 2.0)(2.0) for sign in (1, -1)]
        assert found[:, i] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-6)  # step^2 and tolerance / step


def test_the_adjoint_is_the_error_times_the_influence():
    equation, start, error = network(), RNG.normal(size=3), RNG.normal(size=3)
    influence = equation.influence(start, 2.0, LAGS)
    assert equation.adjoint(start, 2.0, error, LAGS) == pytest.approx(error @ influence, abs=1e-9)


def test_logarithmic_norms_bound_every_singular_value():
    equation, start = network(), RNG.normal(size=3)
    low, high = equation.bounds(start, 2.0, LAGS)
    values = np.linalg.svd(equation.influence(start, 2.0, LAGS), compute_uv=False)
    assert (values[:, -1] >= low * (1 - 1e-8)).all()
    assert (values[:, 0] <= high * (1 + 1e-8)).all()
    skew = np.array([[0.0, 2.0], [-2.0, 0.0]])
    turning = NeuralODE(lambda t, x: skew @ x, lambda t, x: skew)
    assert turning.bounds([1.0, 0.0], 2.0, LAGS) == pytest.approx(np.ones((2, 5)), abs=1e-9)


def test_euler_steps_converge_within_their_bound_and_at_first_order():
    exact, errors = expm(A), []
    for steps in (8, 16, 32, 64):
        flow = linear().euler([1.0, 0.0], 1.0, steps)
        assert flow[-1] == pytest.approx(np.linalg.matrix_power(np.eye(2) + A / steps, steps), rel=1e-12)
        errors.append(np.linalg.norm(flow[-1] - exact, 2))
        assert errors[-1] <= euler_error_bound(A, steps)
    assert errors[-2] / errors[-1] == pytest.approx(2.0, rel=0.02)


def test_a_cubic_field_has_a_power_law_and_no_exponential_one():
    x = sympy.Symbol("x")
    equation = NeuralODE.from_expressions([x], [-(x**3)])
    lags = np.array([0.0, 1.0, 10.0, 100.0])
    for lag, found in zip(lags, equation.influence([1.5], 100.0, lags).ravel(), strict=True):
        then = equation.solve([1.5], 100.0)(100.0 - lag)[0]
        assert found == pytest.approx((1 + 2 * then**2 * lag) ** -1.5, abs=1e-9)
    early = NeuralODE.from_expressions([x], [-(x**3)]).influence([1.5], 1000.0, [1000.0]).item()
    assert early == pytest.approx((1 + 2 * 1.5**2 * 1000) ** -1.5, rel=1e-4)


def test_the_page_derives_what_its_exponential_says():
    q = sympy.Symbol("q", positive=True)
    solution = cubic(z, q)
    assert sympy.simplify(sympy.diff(solution, q) + solution**3) == 0
    rate = sympy.integrate(-3 * solution**2, (q, 0, 2))  # A = -3 z^2 along the solution
    assert sympy.simplify(sympy.exp(rate) - cubic_influence(2)) == 0
    assert models.model("neural_ode").derive(2) == cubic_influence(2)


def test_the_logarithmic_norm_is_the_slope_of_the_norm_at_zero():
    h = 1e-7
    slope = (np.linalg.norm(np.eye(2) + h * A, 2) - 1) / h
    assert log_norm(A) == pytest.approx(slope, abs=1e-6)


def test_expressions_derive_their_own_jacobian():
    x, y, t = sympy.symbols("x y t")
    equation = NeuralODE.from_expressions([x, y], [sympy.tanh(y) * t, -x * y], t)
    point = np.array([0.3, -0.7])
    wanted = [[0.0, 2.0 * (1 - np.tanh(-0.7) ** 2)], [0.7, -0.3]]
    assert equation.jacobian(2.0, point) == pytest.approx(np.array(wanted), abs=1e-15)
    with pytest.raises(ValueError, match="field must hold the states and the time alone, got t too"):
        NeuralODE.from_expressions([x], [x * t])


def test_a_solution_that_blows_up_is_an_error_and_so_are_lags_beyond_the_start():
    x = sympy.Symbol("x")
    with pytest.raises(ValueError, match="the equation must have a solution up to 2"):
        NeuralODE.from_expressions([x], [x**2]).solve([1.0], 2.0)
    with pytest.raises(ValueError, match="lags must ascend from 0 or more to at most 2"):
        linear().influence([1.0, 0.0], 2.0, [3.0])
