"""Random cells: whatever graph is written, its derivatives are those of complex step, in words and in numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings

from errorflow.calculus.edges import gates
from errorflow.calculus.flow import carried_flow, departures
from errorflow.calculus.jacobian import state_jacobian
from errorflow.calculus.latex import Notation
from errorflow.calculus.words import At, Diag, shift
from errorflow.numeric.linear import apply, apply_transpose, jacobians
from tests import oracles
from tests.random_cells import SIZES, recipes

STEPS = 3
ALLOWED = list(HealthCheck)  # large recipes are drawn slowly, and some have too many words to write out
PHASES = [p for p in Phase if p.name != "explain"]  # explaining would take longer than finding

# A few dozen roundings; the scale is that of the largest entry met on the way, which a product may cancel.
ROUNDING = 1e-12


class Numbers:
    """A recipe with random numbers, the cell made of it, and the derivatives of the recipe by complex step."""

    def __init__(self, recipe, seed=0):
        self.recipe, self.cell = recipe, recipe.cell()
        self.definition = self.cell.definition
        note("\n".join(f"{left} = {right}" for left, right in Notation(self.definition, tex=False).equations()))
        rng = np.random.default_rng(seed)
        shapes = self.cell.shapes()
        self.weights = {k: 0.7 * rng.normal(size=[SIZES[label] for label in shape]) for k, shape in shapes.items()}
        self.inputs = {x: rng.normal(size=(STEPS, SIZES[size])) for x, size in recipe.inputs.items()}
        self.widths = {name: SIZES[size] for name, (size, _) in recipe.of("state").items()}
        self.start = {name: rng.normal(size=width) for name, width in self.widths.items()}
        self.trajectory = self.cell.run(self.weights, self.given_inputs(), self.start)
        self.labels = set(gates(self.definition))

    def given_inputs(self):
        if not self.inputs:
            return STEPS
        return next(iter(self.inputs.values())) if len(self.inputs) == 1 else self.inputs

    def cut(self, vector):
        ends = np.cumsum(list(self.widths.values()))[:-1]
        return dict(zip(self.widths, np.split(vector, ends), strict=True))

    def after(self, state, first, last, cut=(), weights=None):
        """The state after the steps first..last-1 of the recipe."""
        for t in range(first, last):
            inputs = {x: array[t] for x, array in self.inputs.items()}
            state = self.recipe.step(weights or self.weights, state, inputs, cut)
        return state

    def derivative(self, first, last, cut=()):
        """d state after the steps / d state before, by one complex step through all of them."""
        point = np.concatenate(list(self.after(self.start, 0, first).values()))

        def run(vector):
            return np.concatenate([np.atleast_1d(v) for v in self.after(self.cut(vector), first, last, cut).values()])

        return oracles.complex_step(run, point)

    def of_words(self, blocks, t):
        """A joint matrix of words at the step t, every word applied to the identity from the right."""
        vectors = [{s: a[0, 0] for s, a in self.trajectory.between(k, k + 1).items()} for k in range(t + 1)]

        def values(symbol):
            return vectors[t - symbol.lag][symbol.base] if isinstance(symbol, At) else vectors[t][symbol]

        def applied(word, width):
            result = np.eye(width)
            for factor in reversed(word):
                if isinstance(factor, Diag):
                    scalar = oracles.scalar_value(factor.entry, values)
                    result = (scalar[:, None] if np.ndim(scalar) else scalar) * result
                else:
                    matrix = self.weights[factor.name]
                    result = matrix[:, None] * result if factor.kind == "diagonal" else matrix @ result
            return result

        return np.block(
            [
                [sum((applied(w, n) for w in blocks[p, q]), np.zeros((m, n))) for q, n in self.widths.items()]
                for p, m in self.widths.items()
            ]
        )


def close(got, true):
    true = np.asarray(true)
    np.testing.assert_allclose(got, true, rtol=ROUNDING, atol=ROUNDING * max(1.0, np.abs(true).max(initial=0)))


def few_words(numbers, most=200):
    assume(sum(map(sum, numbers.cell.jacobian().counts())) <= most)


def random_cells(test):
    quick = settings(
        max_examples=40, phases=PHASES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    return quick(given(recipes())(test))


@random_cells
def test_the_forward_pass_is_that_of_the_recipe(recipe):
    numbers = Numbers(recipe)
    for t in range(STEPS + 1):
        for name, value in numbers.after(numbers.start, 0, t).items():
            close(numbers.trajectory.states[name][t, 0], value)


@random_cells
def test_one_step_in_numbers_is_the_derivative(recipe):
    numbers = Numbers(recipe)
    true = numbers.derivative(1, 2)
    close(jacobians(numbers.trajectory)[1], true)
    close(apply(numbers.trajectory, 1, np.eye(len(true))), true)
    close(apply_transpose(numbers.trajectory, 1, np.eye(len(true))), true.T)


@random_cells
def test_one_step_in_words_is_the_derivative(recipe):
    numbers = Numbers(recipe)
    few_words(numbers)
    close(numbers.of_words(state_jacobian(numbers.definition), 1), numbers.derivative(1, 2))


@random_cells
def test_two_steps_in_words_are_the_derivative_through_both(recipe):
    numbers = Numbers(recipe)
    few_words(numbers, 30)
    assume(sum(map(sum, numbers.cell.jacobian().counts())) ** 2 <= 5000)
    close(numbers.of_words(numbers.cell.flow(2).blocks, 2), numbers.derivative(1, 3))


@random_cells
def test_truncation_is_cutting_old_states_off_full_matrices(recipe):
    numbers = Numbers(recipe)
    few_words(numbers)
    identity = np.eye(sum(numbers.widths.values()))
    for truncated in (True, *({label} for label in sorted(numbers.labels))):
        true = numbers.derivative(1, 2, numbers.labels if truncated is True else truncated)
        close(numbers.of_words(state_jacobian(numbers.definition, truncated), 1), true)
        close(apply(numbers.trajectory, 1, identity, truncated), true)
        close(apply_transpose(numbers.trajectory, 1, identity, truncated), true.T)


@random_cells
def test_the_closed_truncated_flow_is_the_derivative_through_all_steps(recipe):
    numbers = Numbers(recipe)
    few_words(numbers)
    closed = carried_flow(numbers.definition)
    assume(closed is not None)
    names = tuple(numbers.widths)
    true = numbers.derivative(0, STEPS, numbers.labels)
    total = np.zeros_like(true)
    parts = {pair: prefix for pair, (prefix, _) in closed.blocks.items()}
    total = numbers.of_words(Closed(names, parts), STEPS - 1)
    for k in range(STEPS):
        factors = {(old, old): shift(step, k) for (_, old), (_, step) in closed.blocks.items()}
        total = total @ numbers.of_words(Closed(names, factors), STEPS - 1)
    close(total, true)


class Closed(dict):
    """Blocks by pair of states, zero where there are none."""

    def __init__(self, names, words):
        super().__init__({(p, q): words.get((p, q), ()) for p in names for q in names})


@random_cells
def test_departures_and_carry_sum_to_the_derivative(recipe):
    numbers = Numbers(recipe)
    few_words(numbers)
    carry = numbers.of_words(state_jacobian(numbers.definition, True), 1)
    left = departures(numbers.definition)
    close(carry + sum(numbers.of_words(part, 1) for part in left.values()), numbers.derivative(1, 2))
    profile = numbers.cell.profile(numbers.weights, numbers.given_inputs(), numbers.start)
    for lag in range(1, STEPS + 1):
        norm = np.linalg.norm(numbers.derivative(STEPS - lag, STEPS), 2)
        if norm > 1e-8:
            assert profile.log2_norm[..., lag].item() == pytest.approx(np.log2(norm), abs=1e-9)


@random_cells
@pytest.mark.parametrize("algorithm", ["bptt", "rtrl"])
def test_the_gradient_is_the_derivative_in_every_weight(algorithm, recipe):
    numbers = Numbers(recipe)
    output = numbers.definition.output.name
    errors = np.random.default_rng(1).normal(size=(STEPS, numbers.widths[output]))
    got = numbers.cell.gradient(
        numbers.weights, numbers.given_inputs(), errors, algorithm=algorithm, state=numbers.start
    )
    learned = {p.name for p in numbers.definition.parameters if p.kind != "fixed"}
    assert set(got.weights) == learned

    for name in sorted(learned):
        array = numbers.weights[name]

        def loss(flat, name=name, array=array):
            weights, state, total = {**numbers.weights, name: flat.reshape(array.shape)}, numbers.start, 0.0
            for t in range(STEPS):
                state = numbers.after(state, t, t + 1, weights=weights)
                total = total + errors[t] @ state[output]
            return np.atleast_1d(total)

        close(got.weights[name], oracles.complex_step(loss, array.ravel()).reshape(array.shape))


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=ALLOWED)
@given(recipes())
def test_two_thousand_more_cells_in_words_and_in_numbers(recipe):
    numbers = Numbers(recipe)
    few_words(numbers)
    true = numbers.derivative(1, 2)
    close(numbers.of_words(state_jacobian(numbers.definition), 1), true)
    close(apply(numbers.trajectory, 1, np.eye(len(true))), true)
