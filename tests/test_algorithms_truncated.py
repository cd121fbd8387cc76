"""Traces for what the carry holds, one step back for the rest: the 1997 algorithm, eligibility traces, RFLO.

The oracle is autograd with `detach` at the reads that the truncation cuts, and the published equations by hand.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from sympy import tanh

import errorflow as ef
from errorflow.learning import ALGORITHMS
from errorflow.learning.carried import carried_plan, hidden_cut
from errorflow.learning.published1997 import COUNTED
from tests import appendix_a1
from tests.autograd import by_torch, close, gap, place, some_errors
from tests.mixed import NAMES, numbers
from tests.pairs import MORE, more
from tests.random_cells import SIZES, recipes

BY_NAME = {a.name: a for a in ALGORITHMS}
CAROUSELS = ["lstm1997", "lstm1997_full", "lstm1997_full_outputs"]
REFUSED = {"mixed", "minimal_rnn"}  # their weights reach a carried state through a matrix within the step
TRACED = [name for name in [*NAMES, *MORE] if name not in REFUSED]


def some(name, T=6, seed=2):
    """Numbers for a cell of either list."""
    return more(name, T, seed) if name in MORE else numbers(name, 3, 2, T, seed)


def learnt(c, errors, algorithm, **options):
    """The gradient of the package."""
    return c.cell.gradient(c.weights, c.inputs, errors, state=c.state, algorithm=algorithm, **options)


@pytest.mark.parametrize("name", TRACED)
def test_eligibility_traces_give_the_gradient_of_the_graph_whose_cut_reads_are_detached(name):
    c = some(name)
    errors = some_errors(c)
    close(learnt(c, errors, "gers2000").weights, by_torch(c, errors, None))


@pytest.mark.parametrize("name", CAROUSELS)
def test_the_algorithm_of_1997_gives_the_gradient_of_the_graph_whose_cut_reads_are_detached(name):
    for T in (1, 2, 15):
        c = some(name, T)
        errors = some_errors(c)
        close(learnt(c, errors, "lstm1997").weights, by_torch(c, errors, None))


@pytest.mark.parametrize("name", CAROUSELS)
def test_where_a_loss_reads_the_step_before_the_gradient_is_that_of_this_loss(name):
    c = some(name)
    errors = some_errors(c)
    got = learnt(c, errors, "lstm1997", schedule="next_step", by_lag=True)
    close(got.weights, by_torch(c, errors, None, earlier=True))
    same = learnt(c, errors, "lstm1997", schedule="same_step")
    assert gap(same.weights, learnt(c, errors, "lstm1997").weights) == 0
    assert gap(got.weights, same.weights) > 0.1
    for weight, lags in got.by_lag.items():
        assert not lags[0].any()  # no loss of a step reads that step
        np.testing.assert_allclose(lags.sum(axis=0), got.weights[weight], rtol=0, atol=1e-14 * np.abs(lags).max())


def test_a_function_is_given_what_its_step_reads():
    c = some("lstm1997")
    seen = []

    def loss(output):
        seen.append(output)
        return 0.0, 2 * output

    learnt(c, loss, "lstm1997", schedule="next_step")
    learnt(c, loss, "lstm1997", schedule="same_step")
    np.testing.assert_array_equal(seen[0][1:], seen[1][:-1])
    np.testing.assert_array_equal(seen[0][0], c.state["h"])


def published(cells, blocks, hidden, outputs, inputs, schedule, steps=8):
    """(the network of appendix A.1 as a cell, its weights, inputs, targets)."""
    cell = ef.lstm1997_full(output_units=True, schedule=schedule)
    rng = np.random.default_rng([cells, blocks, hidden, outputs, inputs])
    sizes = {"n": cells * blocks, "b": blocks, "k": hidden, "l": outputs, "m": inputs}
    weights = {k: rng.normal(size=[sizes[label] for label in shape]) for k, shape in cell.shapes().items()}
    weights["E"] = np.repeat(np.eye(blocks), cells, axis=0)
    return cell, weights, rng.normal(size=(steps, inputs)), rng.uniform(size=(steps, outputs))


TOPOLOGIES = [(1, 1, 1, 1, 1), (2, 2, 3, 2, 1), (3, 2, 1, 3, 2)]


@pytest.mark.parametrize("schedule", ["same_step", "next_step"])
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_published_equations_are_half_the_gradient_of_the_squared_error(topology, schedule):
    cell, weights, xs, targets = published(*topology, schedule)

    def squared(y):
        return ((targets - y) ** 2).sum(), -2 * (targets - y)

    change, _ = appendix_a1.learn(weights, topology[0], xs, targets, schedule)
    got = cell.gradient(weights, xs, squared, algorithm="lstm1997", by_lag=True)
    close({k: -2 * v for k, v in change.items()}, got.weights)
    cut = hidden_cut(cell.definition)
    assert cut == (True if schedule == "same_step" else {"g", "i", "o", "u"})
    back = cell.gradient(weights, xs, squared, truncated=cut, by_lag=True)
    close(got.by_lag, back.by_lag)
    assert gap(got.weights, cell.gradient(weights, xs, squared).weights) > 1e-3  # the truncation does cut something


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_published_equations_take_the_products_that_are_itemised(topology):
    S, C, H, K, m = topology
    _, weights, xs, targets = published(*topology, "same_step")
    _, products = appendix_a1.learn(weights, S, xs, targets, "same_step")
    sizes = dict(zip("KHCSI", (K, H, C, S, C * S + 2 * C + H + m + 1), strict=True))  # the bias is a source
    assert sum(products.values()) == COUNTED.xreplace({s: sympy.Integer(sizes[s.name]) for s in COUNTED.free_symbols})


def test_what_runs_shares_one_sum_of_the_published_step_and_spreads_gates_by_a_matrix():
    n, m, b, k, l_, T = (sympy.Symbol(s, positive=True, integer=True) for s in ("n", "m", "b", "k", "l", "T"))
    sources = n + 2 * b + k + m
    cell = ef.lstm1997_full(output_units=True)
    cost = cell.cost(algorithms=["lstm1997"])[0]
    forward = (n + 2 * b + k) * sources + 2 * n * b + l_ * (n + k)
    sizes = dict(zip("KHCSI", (l_, k, b, n / b, sources), strict=True))
    step = COUNTED.xreplace({s: sizes[s.name] for s in COUNTED.free_symbols})
    # (19) is elementwise, (21) and (23) share their sum over output units, and E spreads the output gates to cells.
    assert sympy.expand(cost.macs - T * (forward + step - l_ - l_ * n + n * b)) == 0
    assert sympy.expand(cost.memory - 2 * n * sources) == 0


def carousel_of_integers(W, xs, errors):
    """The truncated gradient of c' = c + i g, h' = o c' with squares as gates, in whole numbers of any size.

    For one weight after another: its tangent enters at the net input, and reads of h have none.
    """
    maps = {
        k: [[int(v) for v in row] for row in np.column_stack([W[f"W_{k}"], W[f"U_{k}"], W[f"b_{k}"]])] for k in "igo"
    }
    n = len(maps["i"])
    total = {k: [[0] * len(maps[k][0]) for _ in range(n)] for k in "igo"}
    for label, row, column in ((k, r, q) for k in "igo" for r in range(n) for q in range(len(maps[k][0]))):
        c, dc, h = [0] * n, [0] * n, [0] * n
        for x_t, error in zip(xs, errors, strict=True):
            source = [*h, *(int(v) for v in x_t), 1]
            net = {k: [sum(w * s for w, s in zip(rows, source, strict=True)) for rows in maps[k]] for k in "igo"}
            tangent = {k: [source[column] if (k, r) == (label, row) else 0 for r in range(n)] for k in "igo"}
            i, g, o = [v**2 for v in net["i"]], net["g"], [v**2 for v in net["o"]]
            di, dg, do = (
                [2 * v * d if k != "g" else d for v, d in zip(net[k], tangent[k], strict=True)] for k in "igo"
            )
            c = [c[r] + i[r] * g[r] for r in range(n)]
            dc = [dc[r] + di[r] * g[r] + i[r] * dg[r] for r in range(n)]
            h = [o[r] * c[r] for r in range(n)]
            dh = [do[r] * c[r] + o[r] * dc[r] for r in range(n)]
            total[label][row][column] += sum(int(e) * d for e, d in zip(error, dh, strict=True))
    return total


def test_with_whole_numbers_the_algorithm_of_1997_is_the_truncated_gradient_with_no_difference():
    c, h, i, o, g = ef.names("c h i o g")
    gates = {i: ef.net("i", h, x) ** 2, o: ef.net("o", h, x) ** 2, g: ef.net("g", h, x)}
    cell = ef.Cell("whole", inputs=[x], state={c: c + i * g, h: o * ef.new(c)}, where=gates)
    rng = np.random.default_rng(1)
    weights = {k: rng.integers(-1, 2, size=[2] * len(shape)).astype(float) for k, shape in cell.shapes().items()}
    xs, errors = rng.integers(-1, 2, size=(3, 2)), rng.integers(-2, 3, size=(3, 2))
    want = carousel_of_integers(weights, xs, errors)
    assert 10**4 < max(abs(v) for part in want.values() for row in part for v in row) < 2**53  # float64 has them all
    for algorithm, options in (("lstm1997", {}), ("bptt", {"truncated": True}), ("rtrl", {"truncated": True})):
        got = cell.gradient(weights, xs, errors, algorithm=algorithm, **options).weights
        for k, part in want.items():
            np.testing.assert_array_equal(np.column_stack([got[f"W_{k}"], got[f"U_{k}"], got[f"b_{k}"]]), part)
    full = cell.gradient(weights, xs, errors).weights
    assert (full["W_g"] != np.array(want["g"])[:, :2]).any()


def test_gates_of_a_block_need_a_matrix_with_one_entry_in_each_row():
    c = some("lstm1997_full")
    c.weights["E"][1] = [0.5, 0.25]
    with pytest.raises(ValueError, match=r"E must have at most one entry in each row .* got 2 in row 1"):
        learnt(c, some_errors(c), "gers2000")


def test_a_block_gate_may_be_scaled_and_a_cell_may_have_none():
    c = some("lstm1997_full")
    c.weights["E"][0] = [0.0, -0.5]
    c.weights["E"][3] = 0.0
    errors = some_errors(c)
    close(learnt(c, errors, "lstm1997").weights, by_torch(c, errors, None))


@pytest.mark.parametrize("name", TRACED)
def test_lags_of_traces_are_those_of_truncated_backpropagation(name):
    c = some(name)
    errors = some_errors(c)
    got = learnt(c, errors, "gers2000", by_lag=True)
    want = learnt(c, errors, "bptt", truncated=hidden_cut(c.cell.definition), by_lag=True)
    for weight, lags in want.by_lag.items():
        for one, other in zip(got.by_lag[weight], lags, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-13 * np.abs(other).max(initial=1e-300))
    close(got.weights, learnt(c, errors, "gers2000").weights)


@pytest.mark.parametrize("name", ["lstm", "lstm_projected", "lstm1997_full_outputs", "leaky_rnn"])
def test_a_batch_has_the_sum_of_the_gradients_of_its_sequences(name):
    cases = [some(name, seed=k) for k in range(3)]
    c = cases[0]
    state = {s: np.stack([k.state[s] for k in cases]) for s in c.state}
    errors = np.stack([some_errors(k, seed) for seed, k in enumerate(cases)])
    xs = np.stack([k.inputs for k in cases])
    got = c.cell.gradient(c.weights, xs, errors, state=state, algorithm="gers2000", by_lag=True, count=True)
    alone = [
        c.cell.gradient(c.weights, k.inputs, e, state=k.state, algorithm="gers2000", by_lag=True, count=True)
        for k, e in zip(cases, errors, strict=True)
    ]
    assert gap(got.by_lag, {k: sum(a.by_lag[k] for a in alone) for k in got.by_lag}) < 1e-13
    assert (got.macs, got.words) == (sum(a.macs for a in alone), sum(a.words for a in alone))


def test_a_recurrence_of_single_units_has_the_exact_gradient():
    for name in ("mingru", "lru"):
        c = some(name)
        errors = some_errors(c)
        close(learnt(c, errors, "gers2000").weights, learnt(c, errors, "bptt").weights)


def test_the_loss_of_the_last_step_is_enough():
    c = some("lstm")
    errors = some_errors(c)
    errors[:-1] = 0.0
    every, last = learnt(c, errors, "gers2000"), learnt(c, errors[-1], "gers2000")
    assert gap(last.weights, every.weights) == 0


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(recipe=recipes())
def test_whatever_graph_is_written_traces_are_refused_or_give_its_truncated_gradient_at_their_cost(recipe):
    c = recipe.cell()
    why = BY_NAME["gers2000"].refusal(c.definition)
    assume(why is None)
    rng = np.random.default_rng(0)
    widths = {s: SIZES[label] for s, label in c.definition.sizes.items()}
    weights = {k: 0.5 * rng.normal(size=[SIZES[label] for label in shape]) for k, shape in c.shapes().items()}
    fixed = [p.name for p in c.definition.parameters if p.kind == "fixed"]
    for k in fixed:  # in each row one entry at most: each unit is acted on by one
        weights[k][np.arange(weights[k].shape[1]) != np.arange(len(weights[k]))[:, None] % 2] = 0.0
    start = {s.name: 0.1 * rng.normal(size=widths[s]) for s in c.definition.states}
    for steps in (1, 2, 5):
        errors = rng.normal(size=(steps, widths[c.definition.output]))
        xs = {x: rng.normal(size=(steps, SIZES[label])) for x, label in recipe.inputs.items()} or steps
        xs = next(iter(xs.values())) if len(recipe.inputs) == 1 else xs
        try:
            c.run(weights, xs, start)
        except ArithmeticError:
            assume(False)  # a product of states with itself may leave the range of float64
        got = c.gradient(weights, xs, errors, state=start, algorithm="gers2000", count=True, biases=steps != 2)
        want = c.gradient(weights, xs, errors, state=start, truncated=hidden_cut(c.definition), biases=steps != 2)
        for weight, array in want.weights.items():
            scale = np.abs(array).max(initial=1e-300)
            # Some thousand roundings, and sums over steps that may cancel to a hundredth of their terms.
            np.testing.assert_allclose(got.weights[weight] / scale, array / scale, rtol=0, atol=1e-10)
        labels = {"n": "units", "m": "inputs"}
        sizes = {labels.get(label, label): SIZES[label] for label in set(c.definition.sizes.values())}
        cost = c.cost(algorithms=["gers2000"], steps=steps, biases=steps != 2, **sizes)[0]
        counted = (got.macs, got.elementwise, got.words)
        assert counted == (cost.macs_total, cost.elementwise_total, cost.memory_words), steps


h, a, c, x, f, y = ef.names("h a c x f y")


def shared():
    """(a cell whose maps share a matrix, which one of them holds twice, and a bias; its step by hand)."""
    one = ef.net("m", ef.dense("V", h), ef.dense("V", a), ef.dense("W", h), bias="b")
    other = ef.net("r", ef.dense("V", h), ef.dense("U", x), bias="b")
    cell = ef.Cell("shared", inputs=[x], state={h: h / 2 + tanh(one), a: a / 4 + ef.new(h) * ef.logistic(other)})

    def step(m, W, blocks, x_t, read=None):
        first, second = blocks
        new = first / 2 + m.tanh(W["V"] @ (first + second) + W["W"] @ first + W["b"])
        return new, second / 4 + new * m.sigma(W["V"] @ first + W["U"] @ x_t + W["b"])

    return cell, step


def test_a_matrix_that_maps_share_has_one_trace():
    cell, _ = shared()
    rng = np.random.default_rng(0)
    weights = cell.random_weights(rng, n=3, m=2)
    xs, errors = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    got = cell.gradient(weights, xs, errors, algorithm="gers2000", by_lag=True, count=True)
    want = cell.gradient(weights, xs, errors, truncated=True, by_lag=True)
    close(got.weights, want.weights)
    assert gap(got.by_lag, want.by_lag) < 1e-14
    cost = cell.cost(algorithms=["gers2000"], units=3, inputs=2, steps=5, biases=True)[0]
    once = cell.gradient(weights, xs, errors, algorithm="gers2000", count=True)
    assert (once.macs, once.elementwise, once.words) == (cost.macs_total, cost.elementwise_total, cost.memory_words)
    assert once.words == 3 * (3 + 3 + 1)  # V, W and b on h; the loss reads h alone


def test_output_units_that_read_the_step_before_are_no_part_of_the_hidden_layer():
    layer = {a: a + tanh(ef.net("g", h, x)), h: ef.logistic(ef.net("o", h, x)) * tanh(ef.new(a))}
    cell = ef.Cell("late", inputs=[x], state=layer | {y: tanh(ef.net("y", h))}, output=y)
    assert hidden_cut(cell.definition) == {"g", "o"}
    assert [len(hop.edges) > 0 for hop in carried_plan(cell.definition).hops] == [True, True]
    rng = np.random.default_rng(0)
    weights = cell.random_weights(rng, n=3, m=2)
    xs, errors = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    got = cell.gradient(weights, xs, errors, algorithm="lstm1997", by_lag=True)
    want = cell.gradient(weights, xs, errors, truncated={"g", "o"}, by_lag=True)
    close(got.by_lag, want.by_lag)
    assert np.abs(got.weights["W_g"]).max() > 0  # which truncating every map would make zero


def test_the_truncation_of_all_other_cells_is_that_of_all_maps():
    assert all(hidden_cut(some(name).cell.definition) is True for name in [*NAMES, *MORE])


def test_a_cell_is_refused_with_the_reason():
    carried = ef.Cell("carried", inputs=[x], state={c: c + tanh(ef.net("g", x)), h: h / 2 + ef.net("h", ef.new(c))})
    deep = ef.Cell("deep", inputs=[x], state={h: h / 2 + tanh(ef.net("h", tanh(ef.net("x", x))))})
    for cell, algorithm, reason in (
        (carried, "gers2000", "state c reaches state h through W_h, so that a trace spreads to all units"),
        (deep, "gers2000", "the weights of net_x reach state h through U?W?_h, so that no unit is their own"),
        (ef.rnn(), "lstm1997", "no state is carried from one step to the next"),
        (ef.lstm(), "lstm1997", "state c is carried to c by a factor that is not one; gers2000 takes any"),
        (ef.rnn(), "rflo", "state h does not leak"),
        (ef.lstm(), "rflo", "it is defined for leaky networks of one state, and there are 2"),
        (ef.gru(), "rflo", "state h leaks at a rate that changes with z; gers2000 takes any rate"),
    ):
        with pytest.raises(ValueError, match=f"{algorithm} is not defined for cell '{cell.name}': .*{reason}"):
            cell.gradient({}, 1, 1, algorithm=algorithm)


def test_a_schedule_is_one_of_two():
    with pytest.raises(ValueError, match="schedule must be 'same_step' or 'next_step', got 'later'"):
        ef.lstm1997_full(output_units=True, schedule="later")
    c = some("lstm1997")
    with pytest.raises(ValueError, match="schedule must be 'same_step' or 'next_step', got 'later'"):
        learnt(c, some_errors(c), "lstm1997", schedule="later")
    with pytest.raises(ValueError, match="schedule must be left out for gers2000"):
        learnt(c, some_errors(c), "gers2000", schedule="same_step")


def rflo_by_hand(c, errors, feedback):
    """Murray 2019 in plain NumPy: traces that leak with the rates of the units, random feedback."""
    W, U, b, rate = (c.weights[k] for k in ("W", "U", "b", "a"))
    state = c.state["h"]
    p, q, r, total = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b), {"W": 0.0, "U": 0.0, "b": 0.0}
    for x_t, error in zip(c.inputs, errors, strict=True):
        u = np.tanh(W @ state + U @ x_t + b)
        slope = rate * (1 - u**2)
        p = (1 - rate)[:, None] * p + np.outer(slope, state)
        q = (1 - rate)[:, None] * q + np.outer(slope, x_t)
        r = (1 - rate) * r + slope
        state = (1 - rate) * state + rate * u
        signal = feedback @ error
        total = {
            k: total[k] + (signal[:, None] * v if v.ndim == 2 else signal * v)
            for k, v in zip("WUb", (p, q, r), strict=True)
        }
    return total


def test_rflo_is_leaking_traces_and_random_feedback():
    c, rng = some("leaky_rnn"), np.random.default_rng(0)
    feedback = rng.normal(size=(4, 2))
    errors = rng.normal(size=(6, 2))
    got = learnt(c, errors, "rflo", feedback=feedback).weights
    close({k: got[k] for k in "WUb"}, rflo_by_hand(c, errors, feedback))


def test_feedback_by_the_transposed_read_out_is_the_error_of_the_units():
    c, rng = some("leaky_rnn"), np.random.default_rng(0)
    read_out, errors = rng.normal(size=(2, 4)), rng.normal(size=(6, 2))
    for algorithm in ("rflo", "gers2000"):
        sent = learnt(c, errors, algorithm, feedback=read_out.T, count=True)
        own = learnt(c, errors @ read_out, algorithm, count=True)
        close(sent.weights, own.weights)
        assert sent.macs - own.macs == 6 * 4 * 2
    last = learnt(c, errors[-1], "rflo", feedback=read_out.T)
    close(last.weights, learnt(c, errors[-1] @ read_out, "rflo").weights)


def test_feedback_has_a_row_for_each_unit_and_a_column_for_each_error():
    c = some("leaky_rnn")
    with pytest.raises(ValueError, match=r"feedback must have shape \(4, k\) for a read-out of k units, got \(3, 2\)"):
        learnt(c, some_errors(c), "rflo", feedback=np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"must have shape \(6, 2\) \(every step\) or \(2,\)"):
        learnt(c, some_errors(c), "rflo", feedback=np.ones((4, 2)))


GRID = [(1, 1, 1), (2, 3, 1), (3, 2, 4), (5, 4, 2)]


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("name", TRACED)
def test_the_polynomials_are_what_runs_count(name, biases):
    cell = some(name).cell
    for algorithm in ("lstm1997", "gers2000", "rflo"):
        if BY_NAME[algorithm].refusal(cell.definition) is None:
            for sizes in GRID:
                check_count(cell, algorithm, biases, *sizes)


def check_count(cell, algorithm, biases, units, inputs, steps, **options):
    """A run counts what the polynomials say, integer by integer."""
    rng = np.random.default_rng(0)
    labels = {label for shape in cell.shapes().values() for label in shape}
    sizes = {"n": units, "m": inputs, "p": units + 1, "b": 2, "k": 3, "l": 2}
    weights = cell.random_weights(rng, **{k: v for k, v in sizes.items() if k in labels})
    if "E" in weights:
        weights["E"] = np.eye(2)[np.arange(units) % 2]
    width = sizes[cell.definition.sizes[cell.definition.output]]
    state = {"n": np.ones(units)} if cell.name == "slstm" else None
    errors, xs = rng.normal(size=(steps, width)), rng.normal(size=(steps, inputs))
    run = cell.gradient(weights, xs, errors, state=state, algorithm=algorithm, biases=biases, count=True, **options)
    cost = cell.cost(algorithms=[algorithm], biases=biases)[0]
    numbers_ = {"T": steps, **sizes}
    for counted, polynomial in zip(
        (run.macs, run.elementwise, run.words), (cost.macs, cost.elementwise, cost.memory), strict=True
    ):
        assert counted == polynomial.xreplace({s: sympy.Integer(numbers_[s.name]) for s in polynomial.free_symbols})


n, m, T = (sympy.Symbol(s, positive=True, integer=True) for s in "nmT")
p = n + m


def test_the_costs_are_the_closed_forms():
    def cost(cell, name):
        found = cell.cost(algorithms=[name])[0]
        assert not found.exact
        return sympy.expand(found.macs / T), sympy.expand(found.memory)

    # Forward, immediate part and contraction of three traces, of which the forget gate scales each; the output gate.
    assert cost(ef.lstm(), "gers2000") == (sympy.expand(4 * n * p + 3 * 3 * n * p + n * p), sympy.expand(3 * n * p))
    # No trace is scaled where the carry is one.
    assert cost(ef.lstm1997(), "lstm1997") == (sympy.expand(3 * n * p + 2 * 2 * n * p + n * p), sympy.expand(2 * n * p))
    # Forward, leak, outer product and contraction.
    leak = ef.Cell("leak", inputs=[x], state={h: h * 9 / 10 + tanh(ef.net("", h, x)) / 10})
    assert cost(leak, "rflo") == (sympy.expand(4 * n * p), sympy.expand(n * p))
    # The rates are learned too, by 2 n.
    assert cost(ef.leaky_rnn(), "rflo") == (sympy.expand(4 * n * p + 2 * n), sympy.expand(n * p + n))


def test_the_work_of_a_step_is_proportional_to_the_number_of_weights():
    for cell, name in ((ef.lstm1997(), "lstm1997"), (ef.lstm(), "gers2000"), (ef.gru(), "gers2000")):
        macs = cell.cost(algorithms=[name])[0].macs
        assert sympy.Poly(macs / T, n, m).total_degree() == 2


def test_output_is_where_the_errors_are():
    assert place(some("lstm1997_full_outputs")) == 5


@pytest.mark.parametrize(("n", "b"), [(6, 2), (7, 3), (2, 5)])
def test_random_weights_of_the_1997_cell_give_each_unit_one_block_so_that_its_algorithm_takes_them(n, b):
    cell = ef.lstm1997_full()
    weights = cell.random_weights(np.random.default_rng(0), n=n, m=2, b=b, k=2)
    assert (weights["E"].sum(axis=1) == 1).all()
    assert (np.diff(weights["E"].argmax(axis=1)) >= 0).all()  # blocks are of neighbours
    if n >= b:
        assert np.ptp(weights["E"].sum(axis=0)) <= 1
    xs, errors = np.random.default_rng(1).normal(size=(5, 2)), np.random.default_rng(2).normal(size=(5, n))
    want = cell.gradient(weights, xs, errors, truncated=True).weights
    for algorithm in ("lstm1997", "gers2000"):
        got = cell.gradient(weights, xs, errors, algorithm=algorithm).weights
        for name, array in want.items():
            np.testing.assert_allclose(got[name], array, rtol=0, atol=1e-13 * np.abs(array).max())


def test_e_prop_of_a_plain_network_looks_back_no_step_of_a_leaky_one_it_is_rflo_and_of_an_lstm_the_truncated_gradient():
    rng = np.random.default_rng(7)
    equals = {
        "rnn": {"algorithm": "tbptt", "horizon": 1},
        "leaky_rnn": {"algorithm": "rflo"},
        "lstm": {"truncated": True},
    }
    for kind, options in equals.items():
        cell = ef.cell(kind)
        weights = cell.random_weights(rng, n=4, m=3)
        xs, errors = rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 6, 4))
        got = cell.gradient(weights, xs, errors, algorithm="eprop").weights
        for name, wanted in cell.gradient(weights, xs, errors, **options).weights.items():
            np.testing.assert_allclose(got[name], wanted, rtol=0, atol=1e-13 * np.abs(wanted).max())
        whole = cell.gradient(weights, xs, errors).weights
        assert any(np.abs(got[name] - whole[name]).max() > 1e-3 for name in whole)
    assert ef.lstm().cost(algorithms=["eprop"]) == ef.lstm().cost(algorithms=["gers2000"])
