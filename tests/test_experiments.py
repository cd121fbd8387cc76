"""Tasks of the 1997 paper are what the paper says, and networks that are trained on them have their own gradients."""

import re
from dataclasses import replace

import numpy as np
import pytest

import errorflow as ef
from figures.experiments.optimisers import adam, clipped, descent
from figures.experiments.settings import SETTINGS
from figures.experiments.side_by_side import Budget, cell, gradient, learn, start
from figures.experiments.tasks import (
    ORDER,
    REBER,
    TASKS,
    Sequences,
    adding,
    embedded_reber,
    embedded_reber_string,
    noise_free,
    possible_next,
    temporal_order,
)
from figures.experiments.training import gradient as gradient_of
from figures.experiments.training import start as started
from figures.experiments.training import train

# The Reber grammar read off its diagram as a regular expression, independent of the table that generates.
# V leads to the end or, by P, to X; after X (and from T) come T's, then V, then P again or V, which leads to the end.
_LOOP = r"T*V(?:PXT*V)*(?:V|PS)"
_INNER = rf"B(?:TS*X(?:S|X{_LOOP})|P{_LOOP})E"
EMBEDDED = re.compile(rf"B(?:T{_INNER}T|P{_INNER}P)E")


def decoded(inputs, symbols):
    """The symbols of one sequence of units, up to its padding."""
    return "".join(symbols[k] for k in inputs.argmax(axis=1)[inputs.any(axis=1)])


def test_every_string_is_one_of_the_embedded_reber_grammar():
    rng = np.random.default_rng(0)
    strings = [embedded_reber_string(rng) for _ in range(2000)]
    assert all(EMBEDDED.fullmatch(s) for s in strings)
    assert min(map(len, strings)) == 9
    branches = [s[1] for s in strings]
    # 1000 expected, standard deviation 22
    assert 880 < branches.count("T") < 1120
    # four shortest strings of the inner grammar: BTXSE with probability 1/8, BPVVE with 1/8
    shortest = {s for s in strings if len(s) == 9}
    assert shortest == {f"B{e}B{inner}E{e}E" for e in "TP" for inner in ("TXS", "PVV")}
    assert 400 < sum(len(s) == 9 for s in strings) < 600  # 500 expected, standard deviation 19


@pytest.mark.parametrize("string", ["BTBTXSEPE", "BPBPVVEPPE", "BTBTSXXTVETE", "BTBPXSETE", "BBTXSEE"])
def test_a_string_of_another_grammar_is_told_apart(string):
    assert not EMBEDDED.fullmatch(string)


def test_what_may_come_next_is_what_some_string_goes_on_with():
    rng = np.random.default_rng(1)
    strings = [embedded_reber_string(rng) for _ in range(4000)]
    followers = {}
    for s in strings:
        for k in range(1, len(s)):
            followers.setdefault(s[:k], set()).add(s[k])
    for s in strings[:200]:
        told = possible_next(s)
        assert len(told) == len(s) - 1
        for k, symbols in enumerate(told, 1):
            assert followers[s[:k]] <= set(symbols)
            if k <= 5:  # short beginnings are so frequent that every way on occurs
                assert followers[s[:k]] == set(symbols)


def test_reber_targets_are_the_next_symbols_and_padding_asks_nothing():
    batch = embedded_reber(np.random.default_rng(2), 50)
    for row in range(50):
        n = int(batch.asked[row].sum())
        symbols = decoded(batch.inputs[row], REBER)
        whole = symbols + REBER[batch.targets[row, n - 1].argmax()]
        assert EMBEDDED.fullmatch(whole)
        assert decoded(batch.targets[row], REBER) == whole[1:]
        assert batch.possible[row, np.arange(n), batch.targets[row, :n].argmax(axis=1)].all()
        assert not batch.inputs[row, n:].any()


def test_only_who_remembers_the_second_symbol_is_right_at_the_last_but_one():
    task, batch = TASKS["embedded_reber"], embedded_reber(np.random.default_rng(3), 64)
    perfect = batch.possible.astype(float)
    assert task.correct(perfect, batch).all()
    forgetful = perfect.copy()
    rows, last = np.arange(64), batch.asked.sum(axis=1) - 2
    forgetful[rows[:, None], last[:, None], [REBER.index("T"), REBER.index("P")]] = [0.6, 0.5]
    told_t = batch.targets[rows, last, REBER.index("T")] == 1
    np.testing.assert_array_equal(task.correct(forgetful, batch), told_t)


def test_the_adding_problem_marks_two_pairs_and_asks_their_scaled_sum():
    batch = adding(np.random.default_rng(4), 500)
    lengths = batch.asked.argmax(axis=1) + 1
    assert (lengths.min(), lengths.max()) == (100, 110)
    assert (batch.asked.sum(axis=1) == 1).all()
    firsts, seconds, begun = [], [], 0
    for row, length in enumerate(lengths):
        marks = batch.inputs[row, :, 1]
        marked = np.flatnonzero(marks == 1)
        assert len(marked) == 2
        firsts.append(marked.min())
        seconds.append(marked.max())
        assert marks[length - 1] == -1
        assert marks[0] == (1 if 0 in marked else -1)
        begun += 0 in marked
        assert set(np.flatnonzero(marks)) == {0, length - 1, *marked}
        total = batch.inputs[row, marked, 0].sum()
        assert batch.targets[row, length - 1, 0] == pytest.approx(0.5 + total / 4, abs=1e-15)
        if 0 in marked:
            assert batch.inputs[row, 0, 0] == 0
    assert max(firsts) <= 9
    assert max(seconds) == 49  # so the lag to the end is at least 50
    assert 30 < begun < 100  # 1/10 + 1/49: 59 expected
    assert np.abs(batch.inputs[..., 0]).max() <= 1


def test_temporal_order_tells_which_symbols_came_first_and_second():
    batch = temporal_order(np.random.default_rng(5), 500)
    lengths = batch.asked.argmax(axis=1) + 1
    assert (lengths.min(), lengths.max()) == (100, 110)
    classes = {"XX": 0, "XY": 1, "YX": 2, "YY": 3}
    places = []
    for row, length in enumerate(lengths):
        symbols = decoded(batch.inputs[row], ORDER)
        assert len(symbols) == length
        assert re.fullmatch(r"E[abcd]*[XY][abcd]*[XY][abcd]*B", symbols)
        t1, t2 = (k for k, s in enumerate(symbols) if s in "XY")
        places.append((t1, t2))
        assert batch.targets[row, length - 1].argmax() == classes[symbols[t1] + symbols[t2]]
        assert batch.targets[row].sum() == 1
    first, second = np.array(places).T
    assert (first.min(), first.max(), second.min(), second.max()) == (10, 20, 50, 60)
    counts = np.bincount(batch.targets.sum(axis=1).argmax(axis=1))
    assert (np.abs(counts - 125) < 50).all()  # standard deviation 10


def test_chance_is_what_the_caption_says():
    """Telling the mean is right for |X1 + X2| < 0.16: 1 - (1 - 0.08)^2 = 0.1536, about one in six."""
    rng = np.random.default_rng(6)
    batch = adding(rng, 4000)
    told = np.full(batch.targets.shape, 0.5)
    # a little more, because X1 is set to zero where the first pair is marked; standard deviation 0.006
    assert TASKS["adding"].correct(told, batch).mean() == pytest.approx(0.16, abs=0.02)
    order = temporal_order(rng, 400)
    assert TASKS["temporal_order"].correct(np.full(order.targets.shape, 0.25), order).mean() == 0


@pytest.mark.parametrize("delay", [2, 5, 100])
def test_the_two_noise_free_sequences_differ_in_their_first_symbol_alone(delay):
    batch = noise_free(delay)
    assert batch.inputs.shape == (2, delay, delay + 1)
    assert (batch.inputs.sum(axis=2) == 1).all()
    np.testing.assert_array_equal(batch.inputs[0, 1:], batch.inputs[1, 1:])
    assert batch.inputs[:, 0].argmax(axis=1).tolist() == [0, 1]
    assert batch.inputs[0].argmax(axis=1)[1:].tolist() == list(range(2, delay + 1))
    assert batch.targets[:, -1].tolist() == [[1, 0], [0, 1]]
    assert batch.asked.sum() == 2
    assert batch.asked[:, -1].all()


@pytest.mark.parametrize("name", TASKS)
def test_the_same_generator_gives_the_same_sequences(name):
    one, same, other = (TASKS[name].draw(np.random.default_rng(s), 8) for s in (7, 7, 8))
    np.testing.assert_array_equal(one.inputs, same.inputs)
    np.testing.assert_array_equal(one.targets, same.targets)
    assert one.inputs.shape != other.inputs.shape or (one.inputs != other.inputs).any()
    assert one.inputs.shape[2] == TASKS[name].inputs
    assert one.targets.shape[2] == TASKS[name].outputs


def test_one_output_that_is_off_makes_a_sequence_wrong():
    batch = Sequences(np.zeros((2, 3, 8)), np.zeros((2, 3, 4)), np.array([[0, 0, 1]] * 2, dtype=bool))
    told = np.zeros((2, 3, 4))
    told[0, 2, 3], told[1, 1, 0] = 0.31, 0.9
    assert TASKS["temporal_order"].correct(told, batch).tolist() == [False, True]


@pytest.mark.parametrize(
    ("network", "algorithm"), [("logistic", "bptt"), ("tanh", "bptt"), ("memory_cell", "lstm1997")]
)
def test_trials_side_by_side_have_the_gradients_of_networks_alone(network, algorithm):
    """Oracle: central differences of one trial's own loss, computed without the engine."""
    budget = Budget(network, algorithm, "adam", 0.01, 6, 4, 0, 3)
    made, batch, (hidden, outer) = cell(network), noise_free(6), start(budget)
    inner, back, worst = gradient(made, hidden, outer, batch, algorithm)
    trial = 2

    def loss(hidden, outer):
        value, largest = 0.0, 0.0
        for x, target in zip(batch.inputs, batch.targets[:, -1], strict=True):
            h = 0.0
            for symbol in x.argmax(axis=1):
                if network == "memory_cell":
                    i, g = (1 / (1 + np.exp(-hidden[f"U_{k}"][trial, symbol])) for k in "ig")
                    h += i * g
                else:
                    net = hidden["w"][trial] * h + hidden["U"][trial, symbol]
                    h = np.tanh(net) if network == "tanh" else 1 / (1 + np.exp(-net))
            told = 1 / (1 + np.exp(-(outer["V"][trial] * h + outer["bias"][trial])))
            value += ((told - target) ** 2).sum() / 4
            largest = max(largest, np.abs(told - target).max())
        return value, largest

    assert worst[trial] == pytest.approx(loss(hidden, outer)[1], rel=1e-12)
    for weights, found in ((hidden, inner.weights), (outer, back)):
        for name, array in weights.items():
            for index in np.ndindex(array.shape):
                kept = array[index]
                array[index] = kept + 1e-5
                above = loss(hidden, outer)[0]
                array[index] = kept - 1e-5
                below = loss(hidden, outer)[0]
                array[index] = kept
                slope = (above - below) / 2e-5
                # differences are right to about 1e-10
                assert slope == pytest.approx(found[name][index] if index[0] == trial else 0.0, abs=1e-9)


@pytest.mark.parametrize("algorithm", ["bptt", "lstm1997"])
def test_the_gradient_with_the_outputs_is_that_of_autograd(algorithm):
    """With recurrent weights of zero nothing is cut by the 1997 algorithm, so that both are the gradient."""
    torch = pytest.importorskip("torch", reason="autograd is the oracle")
    setting, task = SETTINGS["temporal_order"], TASKS["temporal_order"]
    rng = np.random.default_rng(0)
    weights, outer = started(setting, task, rng)
    for name in ("W_i", "W_o", "W_g"):
        weights[name][:] = 0.0 if algorithm == "lstm1997" else weights[name]
    batch = task.draw(rng, 3)
    inner, back, told = gradient_of(ef.cell("lstm1997"), weights, outer, batch, algorithm)
    theirs = {k: torch.tensor(v, requires_grad=True) for k, v in (weights | outer).items()}
    x, h = torch.tensor(batch.inputs), torch.zeros(3, 8, dtype=torch.float64)
    c, loss = h, 0.0
    for t in range(x.shape[1]):
        nets = {k: h @ theirs[f"W_{k}"].T + x[:, t] @ theirs[f"U_{k}"].T + theirs[f"b_{k}"] for k in "iog"}
        c = c + torch.sigmoid(nets["i"]) * 2 * torch.tanh(nets["g"] / 2)
        h = torch.sigmoid(nets["o"]) * torch.tanh(c / 2)
        y = torch.sigmoid(h @ theirs["V"].T + theirs["d"])
        asked = torch.tensor(batch.asked[:, t, None])
        loss = loss + ((y - torch.tensor(batch.targets[:, t])) ** 2 * asked).sum() / 6
    loss.backward()
    assert inner.value == pytest.approx(float(loss.detach()), rel=1e-12)
    for name, found in (inner.weights | back).items():
        if algorithm == "lstm1997" and name.startswith("W_"):
            continue  # zero, so that nothing is cut on the way to others; their own gradient is truncated
        np.testing.assert_allclose(found, theirs[name].grad.numpy(), rtol=0, atol=1e-13)
    assert told.shape == batch.targets.shape


def test_optimisers_take_the_steps_of_their_definitions():
    weights = {"w": np.array([1.0, -2.0])}
    descent(0.5)(weights, {"w": np.array([2.0, 4.0])})
    np.testing.assert_allclose(weights["w"], [0.0, -4.0], rtol=0, atol=1e-15)
    update, start_at = adam(0.1), weights["w"].copy()
    update(weights, {"w": np.array([1e-3, -5.0])})
    # the first step of Adam is the rate, whatever the size of the gradient
    np.testing.assert_allclose(start_at - weights["w"], [0.1, -0.1], rtol=2e-5)
    update(weights, {"w": np.array([0.0, 0.0])})
    mean, square = 0.9 * 0.1 * 5 / (1 - 0.81), 0.999 * 0.001 * 25 / (1 - 0.999**2)
    assert weights["w"][1] == pytest.approx(start_at[1] + 0.1 + 0.1 * mean / np.sqrt(square), rel=1e-6)
    short = clipped({"a": np.array([3.0]), "b": np.array([4.0])}, 1.0)
    assert (short["a"][0], short["b"][0]) == pytest.approx((0.6, 0.8))
    assert clipped({"a": np.array([0.3])}, 1.0)["a"][0] == 0.3


def test_a_memory_cell_learns_a_delay_of_five_and_stays_right():
    budget = Budget("memory_cell", "lstm1997", "adam", 0.02, 5, 4, 3000, 0)
    reached = learn(budget)
    assert all(shown is not None and shown > 100 for shown in reached)
    assert learn(budget) == reached  # the same seed gives the same run


def test_a_trial_that_is_not_given_enough_fails():
    assert learn(Budget("memory_cell", "lstm1997", "adam", 0.02, 5, 4, 40, 0)) == [None] * 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_the_1997_algorithm_learns_the_adding_problem_at_a_hundred_steps(seed):
    setting = replace(SETTINGS["adding"], algorithm="lstm1997")
    curve = train(setting, TASKS["adding"], seed)
    assert curve.correct[0] < 0.3
    assert curve.correct[-1] > 0.9
