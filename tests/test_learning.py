"""Exact learning: one gradient, the same at every lag, and the one that complex steps and PyTorch give."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from sympy import tanh

import errorflow as ef
from errorflow.definition import New
from errorflow.learning import ALGORITHMS as ALL
from errorflow.learning import Settings, readout_loss, undefined
from errorflow.learning.bptt import bptt
from errorflow.learning.operations import Counter
from errorflow.learning.plan import backward_plan
from errorflow.numeric import run
from tests import oracles
from tests.mixed import NAMES, numbers
from tests.pairs import MORE, more
from tests.random_cells import SIZES, recipes

# Every exact algorithm that is defined for all cells, with what it takes; 4 steps a block leave a shorter last block.
EXACT = {"bptt": {}, "rtrl": {}, "schmidhuber1992": {"block": 4}}
ALGORITHMS = list(EXACT)


def by(algorithm):
    """The arguments that ask for it."""
    return {"algorithm": algorithm, **EXACT[algorithm]}


def place(c):
    """Where the output stands among the states."""
    return [s.name for s in c.cell.definition.states].index(c.cell.definition.output.name)


def outputs(m, c, used, read=oracles.open_read, start=None, inputs=None):
    """The output at every step by the oracle; used: the weights at each step."""
    blocks, found = tuple(c.state.values()) if start is None else start, []
    for weights, x in zip(used, c.inputs if inputs is None else inputs, strict=True):
        blocks = c.step(m, weights, blocks, x, read)
        found.append(blocks[place(c)])
    return found


def some_errors(c, seed=0):
    """Random d loss / d output, (T, n)."""
    return np.random.default_rng(seed).normal(size=(len(c.inputs), c.widths[place(c)]))


def learned(c):
    """Names of the weights that have a gradient."""
    return [p.name for p in c.cell.definition.parameters if p.kind != "fixed"]


def by_complex_step(c, errors, name, at=None):
    """d sum(errors * output) / d one weight as used at the steps `at`, default all."""
    weight = np.asarray(c.weights[name])

    def loss(flat):
        moved = c.weights | {name: flat.reshape(weight.shape)}
        used = [moved if at is None or t in at else c.weights for t in range(len(c.inputs))]
        return np.array([(errors * np.array(outputs(oracles.NUMPY, c, used))).sum()])

    return oracles.complex_step(loss, weight.ravel()).reshape(weight.shape)


def close(got, want):
    """Equal up to 12 digits of the largest entry of each weight: sums of some hundred products in another order."""
    assert got.keys() == want.keys()
    for name in want:
        scale = np.abs(want[name]).max()
        np.testing.assert_allclose(got[name], want[name], rtol=0, atol=1e-12 * scale, err_msg=name)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "m"), [(2, 1), (4, 3)])
def test_the_gradient_is_the_derivative_of_the_loss(name, algorithm, n, m):
    c = numbers(name, n, m, 6, seed=1)
    errors = some_errors(c)
    got = c.cell.gradient(c.weights, c.inputs, errors, state=c.state, **by(algorithm))
    assert (got.algorithm, got.value, got.elementwise) == (algorithm, None, None)
    close(got.weights, {weight: by_complex_step(c, errors, weight) for weight in learned(c)})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("name", NAMES)
def test_the_truncated_gradient_is_the_derivative_with_the_cut_reads_held(name, algorithm):
    c = numbers(name, 3, 2, 6, seed=2)
    errors = some_errors(c)
    label = list(c.cell.profile(c.weights, c.inputs, c.state).shares)[-1]
    for truncated, labels in ((True, None), ([label], [label])):
        held = c.cell.gradient(
            c.weights, c.inputs, errors, state=c.state, **by(algorithm), truncated=truncated, by_lag=True
        )
        close(held.weights, truncated_by_torch(c, errors, labels))
        close({k: v.sum(axis=0) for k, v in held.by_lag.items()}, held.weights)


def truncated_by_torch(c, errors, labels):
    """The gradient by autograd with `detach` at the reads that are cut."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    m = oracles.torch_arithmetic()
    weights = {k: torch.tensor(v, requires_grad=True) for k, v in c.weights.items()}
    start = tuple(torch.tensor(s) for s in c.state.values())
    read = oracles.cutting(m, labels)
    found = outputs(m, c, [weights] * len(c.inputs), read, start, torch.tensor(c.inputs))
    (torch.stack(found) * torch.tensor(errors)).sum().backward()
    # A weight that reaches the loss over no step has no gradient there.
    return {
        k: np.zeros(np.shape(c.weights[k])) if weights[k].grad is None else weights[k].grad.numpy() for k in learned(c)
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_that_of_pytorch(name):
    c = numbers(name, 5, 3, 12, seed=3)
    errors = some_errors(c)
    got = c.cell.gradient(c.weights, c.inputs, errors, state=c.state)
    close(got.weights, truncated_by_torch(c, errors, []))


@pytest.mark.parametrize("name", NAMES)
def test_exact_algorithms_agree_in_every_weight_and_at_every_lag(name):
    c = numbers(name, 4, 2, 9, seed=4)
    errors = some_errors(c)
    back, *others = (
        c.cell.gradient(c.weights, c.inputs, errors, state=c.state, **by(a), by_lag=True) for a in ALGORITHMS
    )
    for other in others:
        close(back.weights, other.weights)
        for weight in learned(c):
            assert back.by_lag[weight].shape == (9, *np.shape(c.weights[weight]))
            for one, two in zip(back.by_lag[weight], other.by_lag[weight], strict=True):
                close({weight: one}, {weight: two})  # each lag relative to itself, however small it is
    for got in (back, *others):
        close({k: v.sum(axis=0) for k, v in got.by_lag.items()}, got.weights)
        whole = c.cell.gradient(c.weights, c.inputs, errors, state=c.state, **by(got.algorithm))
        assert whole.by_lag is None
        close(whole.weights, got.weights)


@pytest.mark.parametrize("name", NAMES)
def test_the_contribution_of_a_lag_is_that_of_the_weights_used_so_long_before_each_loss(name):
    c = numbers(name, 2, 1, 5, seed=5)
    errors = some_errors(c)
    got = c.cell.gradient(c.weights, c.inputs, errors, state=c.state, by_lag=True)
    for weight in learned(c):
        for lag in range(5):
            want = 0.0
            for t in range(lag, 5):
                one = np.zeros_like(errors)
                one[t] = errors[t]
                want = want + by_complex_step(c, one, weight, at={t - lag})
            close({weight: got.by_lag[weight][lag]}, {weight: want})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_batch_has_the_sum_of_the_gradients_of_its_sequences(name, algorithm):
    cases = [numbers(name, seed=k) for k in range(3)]
    c = cases[0]
    state = {s: np.stack([k.state[s] for k in cases]) for s in c.state}
    errors = np.stack([some_errors(k, seed) for seed, k in enumerate(cases)])
    xs = np.stack([k.inputs for k in cases])
    together = c.cell.gradient(c.weights, xs, errors, state=state, **by(algorithm), by_lag=True)
    alone = [
        c.cell.gradient(c.weights, k.inputs, e, state=k.state, **by(algorithm), by_lag=True)
        for k, e in zip(cases, errors, strict=True)
    ]
    close(together.weights, {k: sum(a.weights[k] for a in alone) for k in together.weights})
    close(together.by_lag, {k: sum(a.by_lag[k] for a in alone) for k in together.weights})
    assert together.macs == sum(a.macs for a in alone)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_loss_at_the_last_step_is_a_loss_at_every_step_that_is_zero_before(algorithm):
    c = numbers("lstm")
    errors = some_errors(c)
    errors[:-1] = 0.0
    every = c.cell.gradient(c.weights, c.inputs, errors, **by(algorithm))
    last = c.cell.gradient(c.weights, c.inputs, errors[-1], **by(algorithm))
    close(last.weights, every.weights)
    xs = np.stack([c.inputs, c.inputs[::-1]])
    both = c.cell.gradient(c.weights, xs, np.stack([errors[-1], 0 * errors[-1]]), **by(algorithm))
    close(both.weights, every.weights)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_loss_given_as_a_function_is_told_by_its_value_and_derivative(algorithm):
    c = numbers("gru")

    def squares(output):
        assert output.shape == (6, 3)
        return (output**2).sum() / 2, output

    got = c.cell.gradient(c.weights, c.inputs, squares, **by(algorithm))
    output = c.cell.run(c.weights, c.inputs).output()
    assert got.value == pytest.approx((output**2).sum() / 2, rel=1e-15)
    close(got.weights, c.cell.gradient(c.weights, c.inputs, output, **by(algorithm)).weights)
    last = c.cell.gradient(c.weights, c.inputs, lambda h: (h[-1, 0], np.eye(3)[0]), **by(algorithm))
    close(last.weights, c.cell.gradient(c.weights, c.inputs, np.eye(3)[0], **by(algorithm)).weights)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_loss_that_works_in_place_on_the_output_changes_no_gradient(algorithm):
    c = numbers("lstm")
    target = some_errors(c)

    def in_place(h):
        h -= target
        return (h**2).sum() / 2, h

    aside = c.cell.gradient(c.weights, c.inputs, lambda h: (((h - target) ** 2).sum() / 2, h - target), **by(algorithm))
    got = c.cell.gradient(c.weights, c.inputs, in_place, **by(algorithm))
    assert got.value == aside.value
    assert all((got.weights[k] == aside.weights[k]).all() for k in aside.weights)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_error_has_no_gradient(algorithm):
    c = numbers("mixed")
    got = c.cell.gradient(c.weights, c.inputs, 0 * some_errors(c), state=c.state, **by(algorithm), by_lag=True)
    for weight in learned(c):
        assert got.weights[weight].shape == np.shape(c.weights[weight])
        assert not got.weights[weight].any()
        assert not got.by_lag[weight].any()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_biases_that_are_not_learned_change_no_other_gradient(algorithm):
    c = numbers("lstm")
    errors = some_errors(c)
    with_, without = (
        c.cell.gradient(c.weights, c.inputs, errors, **by(algorithm), biases=b).weights for b in (True, False)
    )
    assert [k for k in with_ if k not in without] == ["b_i", "b_f", "b_o", "b_g"]
    close({k: with_[k] for k in without}, without)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_cells_without_input_and_without_weights_between_states_learn_too(algorithm):
    a, b, x = ef.names("a b x")
    free = ef.Cell("free", inputs=[], state={a: ef.net("", a)}, output=a)
    weights, errors = {"W": np.array([[0.5, 0.25], [0.0, -0.5]]), "b": np.array([1.0, 0.0])}, np.ones((3, 2))
    got = free.gradient(weights, 3, errors, **by(algorithm))
    # h = b, W b + b, W W b + W b + b; the sum of all entries is linear in b with 3 I + 2 W + W^2, rows summed.
    W = weights["W"]
    np.testing.assert_allclose(got.weights["b"], (3 * np.eye(2) + 2 * W + W @ W).sum(axis=0), rtol=1e-15)
    leaky = ef.Cell("leaky", inputs=[x], state={b: b / 2 + ef.net("", x)})
    got = leaky.gradient({"U": [[1.0]], "b": [0.0]}, [[1.0], [2.0], [4.0]], [1.0], **by(algorithm), by_lag=True)
    np.testing.assert_array_equal(got.by_lag["U"][:, 0, 0], [4.0, 1.0, 0.25])
    np.testing.assert_array_equal(got.by_lag["b"][:, 0], [1.0, 0.5, 0.25])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_contribution_that_has_vanished_is_told_apart_from_zero(algorithm):
    # h' = W h + U x with W = 2^-20: lag q receives x 2^-20q, far below the rounding of the sum.
    weights, xs = {"W": [[2.0**-20]], "U": [[1.0]], "b": [0.0]}, np.ones((40, 1))
    got = ef.rnn("identity").gradient(weights, xs, [1.0], **by(algorithm), by_lag=True)
    np.testing.assert_array_equal(got.by_lag["U"][:, 0, 0], 2.0 ** (-20.0 * np.arange(40)))


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"algorithm": "rprop"}, KeyError, "algorithm must be one of bptt, tbptt, rtrl, .*, got 'rprop'"),
        (
            {"loss": np.ones((6, 4))},
            ValueError,
            r"must have shape \(6, 3\) \(every step\) or \(3,\) \(last step\), got",
        ),
        ({"loss": np.ones((1, 6, 3))}, ValueError, r"got \(1, 6, 3\)"),
        ({"loss": np.full((6, 3), np.nan)}, ValueError, "the derivative of the loss must be finite, got nan"),
        ({"loss": lambda h: h}, TypeError, "loss must return its value and its derivative as a pair, got ndarray"),
        ({"loss": lambda h: (np.nan, h)}, ValueError, "the value of the loss must be finite, got nan"),
        ({"loss": lambda h: (h[0], h)}, ValueError, r"the value of the loss must be one number, got shape \(3,\)"),
        ({"loss": lambda h: (1j, h)}, TypeError, "the value of the loss must hold real numbers"),
        ({"loss": None}, TypeError, "the derivative of the loss must hold real numbers"),
        ({"inputs": np.zeros((0, 2)), "loss": np.zeros((0, 3))}, ValueError, "at least one step for a gradient"),
        ({"truncated": ["q"]}, KeyError, "no truncated edges into 'q'; there are i, f, o, g"),
        ({"truncated": "f"}, TypeError, "a collection of labels such as"),
        ({"weights": {}}, KeyError, "lacks W_i"),
        ({"horizn": 3}, TypeError, "no learning algorithm has an option 'horizn'; did you mean 'horizon'"),
        ({"horizon": 3}, ValueError, "horizon must be left out for bptt; it is an option of tbptt"),
        ({"algorithm": "rtrl", "block": 3}, ValueError, "block must be left out for rtrl; it is an option of schmidh"),
        ({"algorithm": "tbptt"}, ValueError, r"horizon must be a positive integer, got None; it is h of BPTT\(h\)"),
        ({"algorithm": "tbptt", "horizon": 0}, ValueError, "horizon must be a positive integer, got 0"),
        ({"algorithm": "tbptt", "horizon": 2, "every": True}, ValueError, "every must be a positive integer, got True"),
        ({"algorithm": "tbptt", "horizon": 2, "every": 3}, ValueError, "every must be at most horizon = 2, got 3"),
        ({"algorithm": "schmidhuber1992", "block": 1.5}, ValueError, "block must be a positive integer, got 1.5"),
        (
            {"algorithm": "diagonal_rtrl"},
            ValueError,
            "diagonal_rtrl is not defined for cell 'lstm': its recurrence mixes units, for new c reads h through W_f",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(change, kind, message):
    c = numbers("lstm")
    arguments = {"weights": c.weights, "inputs": c.inputs, "loss": some_errors(c)} | change
    with pytest.raises(kind, match=message):
        c.cell.gradient(**arguments)


@pytest.mark.parametrize("algorithm", [a for a in ALL if a.name in EXACT], ids=ALGORITHMS)
@pytest.mark.parametrize("name", NAMES)
def test_the_algorithms_leave_the_trajectory_as_it_was(name, algorithm):
    trajectory = numbers(name).run()
    arrays = [*trajectory.values.values(), *trajectory.states.values(), *trajectory.weights.values()]
    for array in arrays:
        array.setflags(write=False)
    errors = some_errors(numbers(name))[:, None]
    for by_lag in (False, True):
        algorithm.run(trajectory, errors, Counter(), Settings(by_lag=by_lag, block=4))


@pytest.mark.parametrize("algorithm", ["bptt", "tbptt"])
@pytest.mark.parametrize("name", NAMES)
def test_vectors_kept_for_a_few_steps_alone_leave_the_gradient_as_it_is(name, algorithm):
    c, rng = numbers(name), np.random.default_rng(3)
    horizon = {"horizon": 4} if algorithm == "tbptt" else {}
    # A batch of 100 shares the room of two steps, and to count keeps all steps.
    xs, errors = rng.normal(size=(100, 7, c.inputs.shape[-1])), rng.normal(size=(100, 7, some_errors(c).shape[-1]))
    errors.setflags(write=False)
    short, whole = (
        c.cell.gradient(c.weights, xs, errors, algorithm=algorithm, count=count, **horizon) for count in (False, True)
    )
    assert short.macs == whole.macs
    for key, array in short.weights.items():
        np.testing.assert_array_equal(array, whole.weights[key])  # the same operations in the same order


def poisoned(trajectory, errors, names):
    """The gradient with nan in the values of these names; an old state stands at 0..T-1, a new one at 1..T."""
    values = {s: np.full_like(a, np.nan) if s in names else a for s, a in trajectory.values.items()}
    states = {}
    for symbol in trajectory.definition.states:
        array = trajectory.states[symbol.name].copy()
        array[0] = np.nan if symbol in names else array[0]
        array[-1] = np.nan if New(symbol) in names else array[-1]
        if symbol in names and New(symbol) in names:
            array[:] = np.nan
        states[symbol.name] = array
    changed = dataclasses.replace(trajectory, values=values, states=states)
    with np.errstate(invalid="ignore"):
        return bptt(changed, errors, Counter(), Settings()).weights


def everything(trajectory):
    """Names of all values of a run."""
    states = trajectory.definition.states
    return {*trajectory.values, *states, *map(New, states)}


@pytest.mark.parametrize("name", NAMES)
def test_bptt_reads_what_it_says_it_keeps_and_nothing_else(name):
    c = numbers(name, seed=6)
    trajectory = run(c.cell.definition, c.weights, c.inputs, c.state)
    kept, errors = set(backward_plan(c.cell.definition).kept), some_errors(c)[:, None]
    want = bptt(trajectory, errors, Counter(), Settings()).weights
    close(poisoned(trajectory, errors, everything(trajectory) - kept), want)
    for symbol in kept:
        without = poisoned(trajectory, errors, {symbol})
        assert any((array != want[weight]).any() for weight, array in without.items()), symbol


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(recipe=recipes())
def test_bptt_of_any_cell_reads_nothing_but_what_it_says_it_keeps(recipe):
    c, rng = recipe.cell(), np.random.default_rng(0)
    weights = {k: 0.5 * rng.normal(size=[SIZES[label] for label in shape]) for k, shape in c.shapes().items()}
    start = {name: 0.1 * rng.normal(size=SIZES[size]) for name, (size, _) in recipe.of("state").items()}
    inputs = {name: rng.normal(size=(5, SIZES[size])) for name, size in recipe.inputs.items()} or 5
    trajectory = c.run(weights, next(iter(inputs.values())) if len(recipe.inputs) == 1 else inputs, start)
    errors = rng.normal(size=(5, 1, SIZES[c.definition.sizes[c.definition.output]]))
    want = bptt(trajectory, errors, Counter(), Settings()).weights
    rest = everything(trajectory) - set(backward_plan(c.definition).kept)
    for weight, array in poisoned(trajectory, errors, rest).items():
        np.testing.assert_array_equal(array, want[weight])  # the same operations on the same numbers


# truncated BPTT


def lags_by_hand(c, errors, horizon, every):
    """By complex step: (loss step, use of the weights) counts if the use is in the window of the loss's group."""
    steps, found = len(errors), {}
    for weight in learned(c):
        found[weight] = np.zeros((steps, *np.shape(c.weights[weight])))
        for loss in range(steps):
            one = np.zeros_like(errors)
            one[loss] = errors[loss]
            stop = min((loss // every + 1) * every, steps)
            for use in range(max(0, stop - horizon), loss + 1):
                found[weight][loss - use] += by_complex_step(c, one, weight, at={use})
    return found


@pytest.mark.parametrize(("horizon", "every"), [(1, 1), (2, 1), (3, 2), (4, 4), (5, 3), (9, 1), (9, 7)])
@pytest.mark.parametrize("name", ["lstm", "mixed"])
def test_truncated_bptt_counts_the_uses_of_the_weights_in_the_window_and_no_others(name, horizon, every):
    c = numbers(name, 2, 1, 7, seed=8)
    errors = some_errors(c)
    options = {"algorithm": "tbptt", "horizon": horizon, "every": every}
    got = c.cell.gradient(c.weights, c.inputs, errors, state=c.state, by_lag=True, **options)
    want = lags_by_hand(c, errors, horizon, every)
    close(got.by_lag, want)
    close(got.weights, {weight: parts.sum(axis=0) for weight, parts in want.items()})
    close(c.cell.gradient(c.weights, c.inputs, errors, state=c.state, **options).weights, got.weights)


@pytest.mark.parametrize("name", NAMES)
def test_truncated_bptt_has_all_lags_up_to_h_less_h_prime_and_none_from_h_on(name):
    c = numbers(name, 3, 2, 12, seed=9)
    errors = some_errors(c)
    full = c.cell.gradient(c.weights, c.inputs, errors, state=c.state, by_lag=True).by_lag
    for horizon, every in ((4, 1), (5, 3), (6, 6), (12, 1), (12, 12)):
        options = {"algorithm": "tbptt", "horizon": horizon, "every": every, "by_lag": True}
        some = c.cell.gradient(c.weights, c.inputs, errors, state=c.state, **options).by_lag
        for weight in learned(c):
            for lag in range(horizon - every + 1):
                close({weight: some[weight][lag]}, {weight: full[weight][lag]})
            assert not some[weight][horizon:].any()
    last = c.cell.gradient(c.weights, c.inputs, errors[-1], state=c.state, algorithm="tbptt", horizon=12)
    close(last.weights, c.cell.gradient(c.weights, c.inputs, errors[-1], state=c.state).weights)


def test_truncated_bptt_of_a_loss_at_the_last_step_sees_the_last_h_steps():
    c = numbers("gru", 3, 2, 9)
    error = some_errors(c)[-1]
    full = c.cell.gradient(c.weights, c.inputs, error, state=c.state, by_lag=True).by_lag
    for every in (1, 2, 4):  # 9 is a multiple of none but 1: the last update has a group of its own
        some = c.cell.gradient(c.weights, c.inputs, error, state=c.state, algorithm="tbptt", horizon=4, every=every)
        close(some.weights, {weight: parts[:4].sum(axis=0) for weight, parts in full.items()})


# elementwise recurrence

SEPARATE = {
    "lru": ef.lru,
    "mingru": ef.mingru,
    "leaky": lambda: leaky_units(),
    "mixing": lambda: mixing_below(),
    "mingru on mingru": lambda: ef.stacked([ef.mingru(), ef.mingru()]),
    "mingru on mixing on lru": lambda: ef.stacked([ef.lru(), mixing_below(), ef.mingru()]),
}


def leaky_units():
    """Units that feed themselves alone, through a weight inside a tanh."""
    h, x = ef.names("h x")
    return ef.Cell("leaky", inputs=[x], state={h: tanh(h / 2 + ef.net("", ef.diagonal("d", h), x))})


def mixing_below():
    """An elementwise recurrence above a layer of its own step, whose weights reach every unit."""
    h, x, u = ef.names("h x u")
    keep = ef.logistic(ef.net("f", u, x))
    return ef.Cell("mixing", inputs=[x], where={u: tanh(ef.net("u", x))}, state={h: h * keep + ef.net("g", x)})


def drawn(cell, steps, batch=2):
    """(weights, inputs, errors) at n = 3, m = 2; every other size 4."""
    rng = np.random.default_rng(7)
    labels = {label for shape in cell.shapes().values() for label in shape}
    sizes = {label: {"n": 3, "m": 2}.get(label[0], 4) for label in labels}
    weights = {k: rng.normal(size=[sizes[label] for label in shape]) for k, shape in cell.shapes().items()}
    return weights, rng.normal(size=(batch, steps, 2)), rng.normal(size=(batch, steps, 3))


@pytest.mark.parametrize("name", SEPARATE)
def test_an_elementwise_recurrence_has_the_exact_gradient_by_its_traces(name):
    cell = SEPARATE[name]()
    for steps in (1, 2, 6):
        weights, inputs, errors = drawn(cell, steps)
        want = cell.gradient(weights, inputs, errors, by_lag=True)
        for by_lag in (True, False):
            got = cell.gradient(weights, inputs, errors, algorithm="diagonal_rtrl", by_lag=by_lag)
            close(got.weights, want.weights)
        got = cell.gradient(weights, inputs, errors, algorithm="diagonal_rtrl", by_lag=True)
        for weight, parts in want.by_lag.items():
            for one, other in zip(got.by_lag[weight], parts, strict=True):
                close({weight: one}, {weight: other})


def test_traces_are_refused_exactly_where_the_joint_jacobian_mixes_units():
    for name in (*NAMES, *MORE):
        c = more(name, T=3, cells=2) if name in MORE else numbers(name, 4, 2, 3)
        joint = c.cell.step_jacobians(c.weights, c.inputs, c.state).sum(axis=0)
        widths = [b.shape[-1] for b in c.cell.run(c.weights, c.inputs, c.state).states.values()]
        edges = np.cumsum([0, *widths])
        mixes = any(
            p != q and joint[a + p, b + q] != 0
            for a, i in zip(edges, widths, strict=False)
            for b, j in zip(edges, widths, strict=False)
            for p in range(i)
            for q in range(j)
        )
        assert ("diagonal_rtrl" in undefined(c.cell.definition)) == mixes, name


# stacks


def test_bptt_of_stacked_layers_is_that_of_pytorch_and_of_every_exact_algorithm():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    n, m, T, batch = 3, 2, 7, 2
    net = torch.nn.LSTM(m, n, num_layers=2, batch_first=True, dtype=torch.float64)
    weights = {}
    for k in range(2):
        for part, theirs in (("W", "weight_hh"), ("U", "weight_ih"), ("b", "bias_ih")):
            for gate, array in zip(
                "ifgo", getattr(net, f"{theirs}_l{k}").detach().numpy().reshape(4, n, -1), strict=True
            ):
                weights[f"{part}_{gate}_l{k}"] = array[:, 0] if part == "b" else array
        torch.nn.init.zeros_(getattr(net, f"bias_hh_l{k}"))
    rng = np.random.default_rng(0)
    inputs, errors = rng.normal(size=(batch, T, m)), rng.normal(size=(batch, T, n))
    (net(torch.tensor(inputs))[0] * torch.tensor(errors)).sum().backward()
    cell = ef.stacked([ef.lstm(), ef.lstm()])
    for algorithm in ALGORITHMS:
        got = cell.gradient(weights, inputs, errors, **by(algorithm)).weights
        for k in range(2):
            for part, theirs in (("W", "weight_hh"), ("U", "weight_ih"), ("b", "bias_ih")):
                want = getattr(net, f"{theirs}_l{k}").grad.numpy()
                mine = np.concatenate([got[f"{part}_{gate}_l{k}"] for gate in "ifgo"])
                np.testing.assert_allclose(mine, want, rtol=0, atol=1e-12 * np.abs(want).max())  # as in `close`


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(recipe=recipes())
def test_exact_algorithms_agree_at_every_lag_whatever_graph_is_written(recipe):
    c, rng = recipe.cell(), np.random.default_rng(1)
    weights = {k: 0.5 * rng.normal(size=[SIZES[label] for label in shape]) for k, shape in c.shapes().items()}
    start = {name: 0.1 * rng.normal(size=SIZES[size]) for name, (size, _) in recipe.of("state").items()}
    inputs = {name: rng.normal(size=(4, SIZES[size])) for name, size in recipe.inputs.items()} or 4
    inputs = next(iter(inputs.values())) if len(recipe.inputs) == 1 else inputs
    errors = rng.normal(size=(4, SIZES[c.definition.sizes[c.definition.output]]))
    try:
        want = c.gradient(weights, inputs, errors, state=start, by_lag=True)
    except ArithmeticError:
        assume(False)  # a product of states with itself may leave the range of float64
    others = [{"algorithm": "rtrl"}, *({"algorithm": "schmidhuber1992", "block": h} for h in (1, 3, 4))]
    if "diagonal_rtrl" not in undefined(c.definition):
        others.append({"algorithm": "diagonal_rtrl"})
    for options in others:
        got = c.gradient(weights, inputs, errors, state=start, by_lag=True, **options)
        for weight, parts in want.by_lag.items():
            for one, other in zip(got.by_lag[weight], parts, strict=True):
                # Some hundred roundings, and sums over paths that may cancel to a hundredth of their terms.
                scale = np.abs(other).max(initial=1e-300)
                np.testing.assert_allclose(one / scale, other / scale, rtol=0, atol=1e-10)


def test_a_loss_whose_value_is_not_finite_is_refused():
    cell = ef.rnn()
    weights = cell.random_weights(np.random.default_rng(0), n=2, m=1)
    with pytest.raises(ValueError, match="the value of the loss must be finite, got nan"):
        cell.gradient(weights, np.ones((3, 1)), lambda h: (float("nan"), np.zeros_like(h)))


def test_steps_that_fill_a_batch_up_have_no_loss_as_those_that_pytorch_ignores():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    cell, head = ef.lstm(), (rng.normal(size=(5, 4)), rng.normal(size=5))
    weights, inputs = cell.random_weights(rng, n=4, m=3), rng.normal(size=(3, 8, 3))
    targets = rng.integers(0, 5, (3, 8))
    targets[0, 5:], targets[2, 1:] = -100, -100
    net = torch.nn.LSTM(3, 4, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        net.weight_hh_l0[:] = torch.tensor(np.concatenate([weights[f"W_{k}"] for k in "ifgo"]))
        net.weight_ih_l0[:] = torch.tensor(np.concatenate([weights[f"U_{k}"] for k in "ifgo"]))
        net.bias_ih_l0.zero_()
        net.bias_hh_l0.zero_()
    read = net(torch.tensor(inputs))[0] @ torch.tensor(head[0].T) + torch.tensor(head[1])
    loss = torch.nn.functional.cross_entropy(
        read.reshape(-1, 5), torch.tensor(targets).reshape(-1), ignore_index=-100, reduction="sum"
    )
    loss.backward()
    masked = np.ma.masked_equal(targets, -100)
    for algorithm in ALGORITHMS:
        found = cell.gradient(weights, inputs, readout_loss("cross-entropy", masked, head), **by(algorithm))
        assert found.value == pytest.approx(float(loss.detach()), rel=1e-14)
        wanted = dict(zip("ifgo", np.split(net.weight_hh_l0.grad.numpy(), 4), strict=True))
        close({k: found.weights[f"W_{k}"] for k in "ifgo"}, wanted)


@pytest.mark.parametrize("loss", ["cross-entropy", "squared"])
@pytest.mark.parametrize("single", [False, True])
def test_a_loss_of_a_read_out_is_told_by_its_value_and_derivative(loss, single):
    rng = np.random.default_rng(4)
    output, head = rng.normal(size=(2, 4, 3)), (rng.normal(size=(2, 3)), None)
    every = rng.integers(0, 2, (2, 4)) if loss == "cross-entropy" else rng.normal(size=(2, 4, 2))
    for targets in (np.ma.masked_array(every, np.arange(every.size).reshape(every.shape) % 3 == 0), every[:, -1]):
        for read in (head, None) if loss == "cross-entropy" else (head,):
            of = readout_loss(loss, targets[:1] if single else targets, read)
            point = output[0] if single else output
            value, derivative = of(point)
            derivative = np.asarray(derivative)
            direction, step = rng.normal(size=point.shape), 1e-6
            slope = (of(point + step * direction)[0] - of(point - step * direction)[0]) / (2 * step)
            last = direction if derivative.shape == point.shape else direction[..., -1, :]
            assert (derivative * last).sum() == pytest.approx(slope, rel=1e-7)  # central differences, error step^2
            assert np.isfinite(value)


@pytest.mark.parametrize("by_lag", [False, True])
def test_a_cell_without_weights_has_an_empty_gradient_by_every_exact_algorithm(by_lag):
    (p,) = ef.names("p")
    c = ef.Cell("doubling", inputs=[], state={p: 2 * p})
    for algorithm in ALGORITHMS:
        found = c.gradient({}, 5, np.ones((5, 2)), state={"p": [1.0, 2.0]}, by_lag=by_lag, **by(algorithm))
        assert found.weights == {}


@pytest.mark.parametrize("name", ["rnn", "lstm", "lstm_peephole", "gru_reset_before", "lru", "slstm"])
def test_stretch_after_stretch_of_a_long_run_the_gradient_and_its_count_are_exact(name):
    cell, rng = ef.cell(name), np.random.default_rng(5)
    weights, steps = cell.random_weights(rng, n=3, m=2), 35  # two stretches of 16 steps, and one of three
    inputs, errors = rng.normal(size=(2, steps, 2)), rng.normal(size=(2, steps, 3))
    found = cell.gradient(weights, inputs, errors, count=True, biases=False)
    close(found.weights, cell.gradient(weights, inputs, errors, algorithm="rtrl", biases=False).weights)
    (cost,) = cell.cost(units=3, inputs=2, steps=steps, algorithms=["bptt"])
    assert (found.macs, found.elementwise) == (2 * cost.macs_total, 2 * cost.elementwise_total)
