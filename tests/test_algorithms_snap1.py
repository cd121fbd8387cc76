"""SnAp-1 beside the influence matrix carried in full and masked at every step to what a weight reaches in one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from sympy import tanh

import errorflow as ef
from errorflow.learning import ALGORITHMS
from tests import oracles
from tests.autograd import close, gap, place, some_errors
from tests.mixed import NAMES
from tests.pairs import MORE, Case
from tests.random_cells import SIZES, recipes
from tests.test_algorithms_truncated import GRID, check_count, learnt, shared, some

SNAP1 = next(a for a in ALGORITHMS if a.name == "snap1")
# Weights that reach a state through a matrix within the step, or gates that are shared, have no unit of their own.
REFUSED = {"gru_reset_before", "mixed", "lstm_projected", "lstm1997_full", "lstm1997_full_outputs", "minimal_rnn"}
DEFINED = [name for name in [*NAMES, *MORE] if name not in REFUSED]


def flat(c):
    """(names of the weights that are learned, all of them as one vector, how to take it apart)."""
    learned = [p.name for p in c.cell.definition.parameters if p.kind != "fixed"]
    ends = np.cumsum([np.size(c.weights[k]) for k in learned])

    def apart(vector):
        parts = np.split(vector, ends[:-1])
        return {k: v.reshape(np.shape(c.weights[k])) for k, v in zip(learned, parts, strict=True)}

    return np.concatenate([np.ravel(c.weights[k]) for k in learned]), apart


def masked(c, errors):
    """(T, number of weights): what each lag receives; the mask is where a weight reaches an entry in one step."""
    point, apart = flat(c)
    immediate = [
        oracles.complex_step(
            lambda v, t=t, x=x: np.concatenate(
                c.step(oracles.NUMPY, c.weights | apart(v), oracles.split(c.path[t], c.widths), x)
            ),
            point,
        )
        for t, x in enumerate(c.inputs)
    ]
    mask = sum(np.abs(part) for part in immediate) > 0
    rows = slice(*np.cumsum([0, *c.widths])[place(c) : place(c) + 2])
    steps = len(c.inputs)
    aged, lags = np.zeros((steps, *mask.shape)), np.zeros((steps, len(point)))
    for t, x in enumerate(c.inputs):
        jacobian = oracles.step_jacobian(c.step, c.weights, c.path[t], x, c.widths)
        aged[1:] = mask * (jacobian @ aged[:-1])
        aged[0] = immediate[t]
        lags += errors[t] @ aged[:, rows]
    return [apart(part) for part in lags]


@pytest.mark.parametrize("name", DEFINED)
def test_what_is_kept_is_the_influence_masked_at_every_step(name):
    c = some(name)
    errors = some_errors(c)
    got, want = learnt(c, errors, "snap1", by_lag=True), masked(c, errors)
    for q, lag in enumerate(want):
        for weight, part in lag.items():
            # Complex steps have 16 digits of the entries of the Jacobian, of which up to six meet here.
            np.testing.assert_allclose(
                got.by_lag[weight][q], part, rtol=0, atol=1e-13 * np.abs(got.by_lag[weight]).max(initial=1e-300)
            )
    close(learnt(c, errors, "snap1").weights, got.weights)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_where_a_weight_has_no_unit_of_its_own_the_cell_is_refused(name):
    c = some(name)
    with pytest.raises(ValueError, match=f"snap1 is not defined for cell '{c.cell.name}': .* no unit is their own"):
        learnt(c, some_errors(c), "snap1")


def test_a_lag_of_zero_is_exact_and_so_is_a_single_unit():
    c = some("lstm")
    errors = some_errors(c)
    got, exact = learnt(c, errors, "snap1", by_lag=True), learnt(c, errors, "bptt", by_lag=True)
    close({k: v[0] for k, v in got.by_lag.items()}, {k: v[0] for k, v in exact.by_lag.items()})
    assert gap(got.weights, exact.weights) > 0.01
    one = ef.gru()
    rng = np.random.default_rng(0)
    weights = one.random_weights(rng, n=1, m=2)
    xs, last = rng.normal(size=(7, 2)), np.ones(1)
    small, whole = (one.gradient(weights, xs, last, algorithm=k).weights for k in ("snap1", "rtrl"))
    close(small, whole)


def test_a_matrix_that_maps_share_is_kept_where_any_of_them_leads():
    cell, step = shared()
    rng = np.random.default_rng(0)
    weights = {k: 0.5 * rng.normal(size=[{"n": 3, "m": 2}[label] for label in shape])
               for k, shape in cell.shapes().items()}  # fmt: skip
    state, xs = {"h": rng.normal(size=3), "a": rng.normal(size=3)}, rng.normal(size=(6, 2))
    path = oracles.orbit(step, weights, list(state.values()), xs)
    c = Case(cell, step, weights, state, xs, path, [3, 3])
    errors = some_errors(c)
    want = masked(c, errors)
    close(learnt(c, errors, "snap1").weights, {k: sum(lag[k] for lag in want) for k in want[0]})


h, a, x = ef.names("h a x")


def test_two_matrices_in_one_step_are_refused():
    cell = ef.Cell("twice", inputs=[x], state={h: tanh(ef.net("h", ef.net("e", ef.fixed("Q", h), bias=False), x))})
    assert SNAP1.refusal(cell.definition) == "state h reaches state h through two matrices in one step"


def test_a_state_that_no_weight_reaches_in_one_step_carries_nothing():
    cell = ef.Cell("late", inputs=[x], state={a: tanh(ef.net("a", a, x)), h: tanh(a)}, output=h)
    rng = np.random.default_rng(0)
    weights = cell.random_weights(rng, n=2, m=1)
    got = cell.gradient(weights, rng.normal(size=(4, 1)), rng.normal(size=(4, 2)), algorithm="snap1")
    assert not any(part.any() for part in got.weights.values())
    assert cell.cost(algorithms=["snap1"])[0].memory == 0


@dataclass(frozen=True)
class Drawn:
    """A random cell with numbers, as `tests.pairs.Case`."""

    cell: object
    step: object
    weights: dict
    state: dict
    inputs: list
    path: np.ndarray
    widths: list


def drawn(recipe, steps):
    """(a random cell with numbers, its inputs as the package takes them)."""
    cell, rng = recipe.cell(), np.random.default_rng(1)
    names = [s.name for s in cell.definition.states]
    widths = [SIZES[cell.definition.sizes[s]] for s in cell.definition.states]
    weights = {k: 0.5 * rng.normal(size=[SIZES[label] for label in shape]) for k, shape in cell.shapes().items()}
    state = {k: 0.1 * rng.normal(size=width) for k, width in zip(names, widths, strict=True)}
    streams = {v: rng.normal(size=(steps, SIZES[label])) for v, label in recipe.inputs.items()}

    def step(m, W, blocks, t, read=None):
        now = {v: stream[t] for v, stream in streams.items()}
        new = recipe.step(W, dict(zip(names, blocks, strict=True)), now)
        return [new[k] * np.ones(width) for k, width in zip(names, widths, strict=True)]

    path = oracles.orbit(step, weights, list(state.values()), range(steps))
    given = next(iter(streams.values())) if len(streams) == 1 else (streams or steps)
    return Drawn(cell, step, weights, state, range(steps), path, widths), given


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(recipe=recipes())
def test_whatever_graph_is_written_snap1_is_refused_or_keeps_the_masked_influence_at_its_cost(recipe):
    definition = recipe.cell().definition
    assume(SNAP1.refusal(definition) is None and any(p.kind != "fixed" for p in definition.parameters))
    with np.errstate(over="ignore", invalid="ignore"):
        c, xs = drawn(recipe, 3)
        assume(np.abs(c.path).max() < 1e3)  # products of states with themselves may grow beyond any use
    errors = some_errors(c)
    got = c.cell.gradient(c.weights, xs, errors, state=c.state, algorithm="snap1", count=True)
    want = masked(c, errors)
    for weight, part in got.weights.items():
        whole = sum(lag[weight] for lag in want)
        # Some thousand roundings, and sums over steps that may cancel to a hundredth of their terms.
        np.testing.assert_allclose(part, whole, rtol=0, atol=1e-10 * np.abs(whole).max(initial=1e-290))
    labels = {"n": "units", "m": "inputs"}
    sizes = {labels.get(label, label): SIZES[label] for label in set(definition.sizes.values())}
    cost = c.cell.cost(algorithms=["snap1"], steps=3, biases=True, **sizes)[0]
    assert (got.macs, got.elementwise, got.words) == (cost.macs_total, cost.elementwise_total, cost.memory_words)


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("name", DEFINED)
def test_the_polynomials_are_what_runs_count(name, biases):
    for sizes in GRID:
        check_count(some(name).cell, "snap1", biases, *sizes)


def test_the_costs_are_the_closed_forms():
    n, m, T = (sympy.Symbol(s, positive=True, integer=True) for s in "nmT")
    elman = ef.rnn().cost(algorithms=["snap1"])[0]
    assert sympy.expand(elman.macs - 4 * n * (n + m) * T) == 0
    assert sympy.expand(elman.memory - n * (n + m)) == 0
