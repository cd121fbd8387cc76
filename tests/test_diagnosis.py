"""Verdicts on networks whose flow is known in closed form, the read-out's own error against autograd, and the trap."""

import json

import numpy as np
import pytest

import errorflow as ef
from errorflow import bounds
from errorflow.cli.output import _finite
from errorflow.diagnosis import heat
from errorflow.diagnosis.decay import FEWEST_FOR_ORDER, horizon, rate
from errorflow.diagnosis.limits import bound_of
from errorflow.diagnosis.units import carriers, rank_by_lag
from errorflow.diagnosis.verdict import verdict
from errorflow.learning.readout import Head, check_targets, loss_and_error
from errorflow.numeric import run
from errorflow.numeric.carried_errors import carried_back, ending_at
from errorflow.numeric.linear import jacobians
from errorflow.numeric.profile import profile_of
from tests.networks import state_dict


def rnn_network(W, nonlinearity="relu"):
    """A network with these recurrent weights; relu at a positive drive is linear."""
    n = len(W)
    state = {"weight_hh_l0": W, "weight_ih_l0": np.ones((n, 1)), "bias_ih_l0": np.zeros(n), "bias_hh_l0": np.zeros(n)}
    return ef.read_network(state, nonlinearity=nonlinearity)


def lstm_network(forget, n=4):
    """An LSTM without recurrent weights whose forget gates stay at the logistic of these biases."""
    bias = np.zeros(4 * n)
    bias[n : 2 * n] = forget
    state = {"weight_hh_l0": np.zeros((4 * n, n)), "weight_ih_l0": np.zeros((4 * n, 1))}
    return ef.read_network({**state, "bias_ih_l0": bias, "bias_hh_l0": np.zeros(4 * n)})


def positive(sequences, steps, seed=0):
    return np.random.default_rng(seed).uniform(0.5, 1.5, (sequences, steps, 1))


# The verdict on constructed networks


def test_a_contracting_linear_network_vanishes_with_the_horizon_of_its_power():
    network = rnn_network(0.9 * np.eye(3))
    (layer,) = ef.diagnose(network, positive(3, 80)).layers
    assert layer.verdict.word == "vanishes"
    assert layer.horizon == int(np.floor(np.log(0.01) / np.log(0.9)))
    # log2 0.9^q to rounding
    assert layer.verdict.rate.log2_per_step == pytest.approx(np.log2(0.9), abs=1e-12)
    assert layer.bound.theorem == "rnn.vanishing"
    assert layer.bound.gap == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("threshold", [0.5, 0.01, 1e-6])
def test_the_horizon_follows_the_threshold(threshold):
    (layer,) = ef.diagnose(rnn_network(0.8 * np.eye(2)), positive(1, 90), threshold=threshold).layers
    assert layer.horizon == int(np.floor(np.log(threshold) / np.log(0.8)))


def test_an_expanding_linear_network_explodes_and_the_theorem_says_what_rules_it_out():
    (layer,) = ef.diagnose(rnn_network(1.2 * np.eye(3)), positive(2, 40)).layers
    assert layer.verdict.word == "explodes"
    assert layer.horizon == 40
    assert any("rnn.explosion_needs" in sentence for sentence in layer.verdict.words)


def test_an_orthogonal_network_carries_without_decay_or_growth():
    swap = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])  # of positive states, so that relu is linear
    (layer,) = ef.diagnose(rnn_network(swap), positive(2, 50)).layers
    assert layer.verdict.word == "carried"
    assert "Neither decay nor growth from lag 25 to 50." in layer.verdict.words
    assert (layer.rank == 3).all()


def test_a_nilpotent_network_is_zero_from_its_index_on():
    shift = np.diag([1.0, 1.0], -1)
    found = ef.diagnose(rnn_network(shift), positive(3, 9))
    (layer,) = found.layers
    assert layer.verdict.word == "vanishes"
    assert layer.horizon == 2
    assert "0 in float64 at lag 9" in layer.verdict.words[0]
    text = json.dumps(_finite(found.json()), allow_nan=False)
    assert json.loads(text)["layers"][0]["log2_norm"][3] is None


def test_where_no_unit_is_on_the_bound_along_the_run_is_zero_too():
    (layer,) = ef.diagnose(rnn_network(np.eye(2)), -positive(2, 4)).layers
    assert layer.log2_norm.tolist() == [0, *[-np.inf] * 4]
    assert layer.bound.gap == 0
    assert any("allows 0 in float64" in sentence for sentence in layer.verdict.words)


@pytest.mark.parametrize("bias", [0.0, 2.0, 5.0])
def test_the_half_life_of_constant_forget_gates_is_the_proved_one(bias):
    (layer,) = ef.diagnose(lstm_network(bias), positive(2, 30)).layers
    (found,) = layer.carriers
    assert found.state == "c"
    np.testing.assert_allclose(found.half_lives, bounds.half_life(bias), rtol=1e-12)
    # the cell state alone feeds the cell state: f^q
    law = np.log2(bounds.forget_decay(bias, np.arange(31)))
    np.testing.assert_allclose(layer.log2_norm_blocks["c,c"], law, rtol=0, atol=1e-12)
    assert layer.verdict.path[0] == "carry"
    assert layer.verdict.path[1] == pytest.approx(1, abs=1e-12)
    needed = bounds.bias_for_horizon(30, 0.5)
    assert any(f"b_f = {needed:.2f}" in sentence for sentence in layer.verdict.words)


def test_units_are_sorted_by_how_long_they_carry():
    (layer,) = ef.diagnose(lstm_network([3.0, -1.0, 5.0, 0.0]), positive(1, 5)).layers
    assert layer.carriers[0].units == (2, 0, 3, 1)
    assert (np.diff(layer.carriers[0].half_lives) < 0).all()


def test_the_cell_of_1997_carries_for_ever_and_a_plain_network_not_at_all():
    rng = np.random.default_rng(0)
    weights = ef.lstm1997().random_weights(rng, n=3, m=1)
    (found,) = carriers(ef.lstm1997().run(weights, positive(1, 6)))
    assert (found.half_lives == np.inf).all()
    assert carriers(ef.rnn().run(ef.rnn().random_weights(rng, n=3, m=1), positive(1, 6))) == ()


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_the_bound_of_a_layer_lies_above_its_truth_at_every_lag(kind):
    cell = ef.cell(kind)
    rng = np.random.default_rng(7)
    trajectory = cell.run(cell.random_weights(rng, scale=0.6, n=6, m=1), positive(1, 40))
    profile = profile_of(trajectory, departures=False)
    c_to_c = profile.log2_norm_blocks.get(("c", "c"))
    found = bound_of(kind, trajectory, profile.log2_norm[0], None if c_to_c is None else c_to_c[0], 0)
    slack = 1e-12 * (1 + np.arange(41))  # a few roundings for each factor
    assert (found.truth <= found.upper + slack).all()
    assert found.gap > 0.1
    named = {"rnn": ("rnn.vanishing", "rnn.lower_bound"), "lstm": ("lstm.vanishing", "lstm.lower_bound")}
    assert (found.theorem, found.theorem_below) == named.get(kind, (None, None))
    assert {found.theorem, found.theorem_below} - {None} <= {t.name for t in ef.theorems()}
    if kind == "lstm":
        flow, least = np.eye(12), [0.0]
        for step in jacobians(trajectory)[0, ::-1]:
            flow = flow @ step
            least.append(np.log2(np.linalg.svd(flow[:6, :6], compute_uv=False)[-1]))
        alive = np.isfinite(found.lower) & (np.array(least) > -40)  # below 2^-40 of the largest, an SVD is rounding
        assert alive[:2].all()
        assert (found.lower <= np.array(least) + 1e-6)[alive].all()


def test_without_a_theorem_the_bound_is_the_product_of_the_norms_of_single_steps():
    cell = ef.gru()
    weights = cell.random_weights(np.random.default_rng(1), n=3, m=1)
    trajectory = cell.run(weights, positive(1, 9)[0])
    joint = profile_of(trajectory, departures=False).log2_norm
    found = bound_of("gru", trajectory, joint, None, 0)
    assert found.theorem is None
    norms = np.linalg.norm(jacobians(trajectory), 2, axis=(1, 2))
    np.testing.assert_allclose(found.upper[1:], np.cumsum(np.log2(norms[::-1])), rtol=0, atol=1e-12)


# Rates and horizons


def test_the_rate_of_a_noisy_line_is_its_slope_within_its_interval():
    rng = np.random.default_rng(3)
    lags = np.arange(101)
    noisy = -0.05 * lags + rng.normal(0, 0.5, (40, 101))
    noisy[:, 70] += 200  # one lag far off moves the median of slopes little
    found = rate(noisy)
    assert found.by == "sequences"
    assert found.low <= -0.05 <= found.high
    assert found.sign == -1


def test_the_interval_covers_the_true_median_about_as_often_as_it_says():
    rng = np.random.default_rng(4)
    lags, hits = np.arange(21), 0
    for _ in range(300):
        slopes = 0.1 + rng.standard_cauchy(12)  # no mean: order statistics do not mind
        found = rate(slopes[:, None] * lags)
        hits += found.low <= 0.1 <= found.high
    # at least 95 % by construction; 300 draws of 0.95 fall below 274 with probability 0.3 %
    assert hits >= 274


def test_few_sequences_get_an_interval_over_stretches_of_lags_and_too_few_lags_get_none():
    lags = np.arange(81)
    wave = -0.02 * lags + np.sin(lags / 3)
    found = rate(wave[None])
    assert found.by == "lags"
    assert found.low < -0.02 < found.high
    assert rate(np.tile(wave, (FEWEST_FOR_ORDER, 1))).by == "sequences"
    assert rate(np.zeros((3, 3))).low is None


@pytest.mark.parametrize("alive", [2, 3])
def test_a_flow_that_soon_is_zero_has_the_rate_of_the_lags_that_it_has(alive):
    row = np.where(np.arange(21) < alive, -2.0 * np.arange(21), -np.inf)
    assert rate(row[None]).log2_per_step == -2
    assert rate(np.array([[0.0, -np.inf, -np.inf]])) is None


def test_a_growth_that_is_not_told_from_none_is_said_so_and_does_not_settle_the_word():
    norms = np.linspace(-0.05, 0.06, 9)[:, None] * np.arange(41)
    found = verdict("", norms, {})
    assert found.word == "carried"
    assert found.rate.sign == 0
    assert any("not told from none" in sentence for sentence in found.words)


def test_a_norm_that_dips_below_the_threshold_and_returns_is_carried_with_a_short_horizon():
    norms = np.array([[0.0, -3.0, -9.0, -3.0, 0.0]])
    found = verdict("", norms, {})
    assert found.word == "carried"
    assert found.horizon == 1
    assert "after a dip" in found.words[0]
    assert horizon(norms[0], 0.001) == 4


def test_the_largest_mean_share_is_the_path_that_decides():
    shares = {
        "carry": np.array([[1.0, 0.2, 0.1]]),
        "g": np.array([[0.0, 0.5, np.nan]]),
        "i": np.array([[0.0, 0.3, 0.2]]),
    }
    assert verdict("lstm", np.zeros((1, 3)), shares).path == ("g", 0.5)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1, 2])
def test_a_threshold_must_lie_between_zero_and_one(threshold):
    with pytest.raises(ValueError, match="threshold must be between 0 and 1"):
        ef.diagnose(rnn_network(np.eye(2)), positive(1, 3), threshold=threshold)


def test_ranks_are_those_of_the_explicit_product():
    cell = ef.lstm()
    trajectory = cell.run(cell.random_weights(np.random.default_rng(2), n=5, m=1), positive(2, 20))
    found = rank_by_lag(trajectory, np.array([0, 1, 7, 20]))
    steps = jacobians(trajectory)
    for k in range(2):
        flow, wanted = np.eye(10), [10]
        for q, step in enumerate(steps[k, ::-1], 1):
            flow = flow @ step
            if q in (1, 7, 20):
                values = np.linalg.svd(flow, compute_uv=False)
                wanted.append(int((values > 1e-8 * values[0]).sum()))
        assert found[k].tolist() == wanted


# The read-out's own error


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("loss", ["cross-entropy", "squared"])
def test_the_error_of_the_read_out_is_that_of_autograd_at_every_lag(kind, loss):
    torch = pytest.importorskip("torch", reason="autograd is the oracle")
    torch.manual_seed(5)
    n, steps, batch = 5, 12, 4
    cell = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[kind](2, n).double()
    head = torch.nn.Linear(n, 3).double()
    rng = np.random.default_rng(6)
    inputs = rng.normal(size=(batch, steps, 2))
    targets = rng.integers(0, 3, batch) if loss == "cross-entropy" else rng.normal(size=(batch, 3))
    # the joint state as one node, c before h: the derivative in c at fixed h, and not through the h it makes
    states = [torch.zeros(batch, n * (2 if kind == "lstm" else 1), dtype=torch.float64, requires_grad=True)]
    for t in range(steps):
        x = torch.tensor(inputs[:, t])
        if kind == "lstm":
            h, c = cell(x, (states[-1][:, n:], states[-1][:, :n]))
            states.append(torch.cat([c, h], dim=1))
        else:
            states.append(cell(x, states[-1]))
    y, wanted = head(states[-1][:, -n:]), torch.tensor(targets)
    if loss == "squared":
        values = (y - wanted).square().sum(dim=1)
    else:
        values = torch.nn.functional.cross_entropy(y, wanted, reduction="none")
    grads = torch.autograd.grad(values.sum(), states)
    lengths = [g.norm(dim=1) for g in reversed(grads)]
    oracle = np.log2(torch.stack(lengths, dim=1).numpy())

    network = ef.read_network(cell.state_dict())
    weight, bias = head.weight.detach().numpy(), head.bias.detach().numpy()
    found = ef.diagnose(network, inputs, loss=loss, targets=targets, head=(weight, bias)).loss
    np.testing.assert_allclose(found.values, values.detach().numpy(), rtol=0, atol=1e-12)
    # twelve products of matrices of norm near one
    np.testing.assert_allclose(found.log2_error, oracle, rtol=0, atol=1e-9)
    assert (found.log2_error <= found.worst + 1e-9).all()


def test_the_error_is_carried_along_the_joint_flow_of_a_stack_and_reads_the_head_in_the_file():
    torch = pytest.importorskip("torch", reason="autograd is the oracle")
    torch.manual_seed(8)
    module, head = torch.nn.GRU(2, 4, num_layers=2, batch_first=True).double(), torch.nn.Linear(4, 1).double()
    inputs, targets = np.random.default_rng(8).normal(size=(3, 7, 2)), np.array([0.5, -1.0, 2.0])
    h = torch.zeros(2, 3, 4, dtype=torch.float64)
    states = [h.requires_grad_()]
    for t in range(7):
        states.append(module(torch.tensor(inputs[:, t : t + 1]), states[-1])[1])
    loss = (head(states[-1][1])[:, 0] - torch.tensor(targets)).square().sum()
    grads = torch.autograd.grad(loss, states)
    oracle = np.log2(torch.stack([g.square().sum(dim=(0, 2)).sqrt() for g in reversed(grads)], dim=1).numpy())
    state = {f"rnn.{k}": v for k, v in module.state_dict().items()} | {
        f"head.{k}": v for k, v in head.state_dict().items()
    }
    found = ef.diagnose(ef.read_network(state), inputs, loss="squared", targets=targets)
    np.testing.assert_allclose(found.loss.log2_error, oracle, rtol=0, atol=1e-9)


@pytest.mark.parametrize("loss", ["cross-entropy", "squared"])
@pytest.mark.parametrize(
    ("kind", "options"),
    [("RNN", {"nonlinearity": "relu"}), ("LSTM", {}), ("LSTM", {"proj_size": 3}), ("GRU", {"num_layers": 2})],
)
def test_the_errors_of_losses_at_every_step_are_those_of_autograd_and_so_is_the_part_of_the_last(kind, options, loss):
    torch = pytest.importorskip("torch", reason="autograd is the oracle")
    torch.manual_seed(5)
    batch, steps, classes = 3, 12, 3
    module = getattr(torch.nn, kind)(2, 5, batch_first=True, **options).double()
    width = module.proj_size or 5
    head = torch.nn.Linear(width, classes).double()
    rng = np.random.default_rng(6)
    inputs = rng.normal(size=(batch, steps, 2))
    shape = (batch, steps)
    targets = rng.integers(0, classes, shape) if loss == "cross-entropy" else rng.normal(size=(*shape, classes))
    zero = [torch.zeros(module.num_layers, batch, n, dtype=torch.float64) for n in (width, 5)[: 1 + (kind == "LSTM")]]
    states, losses = [[z.requires_grad_() for z in zero]], []
    for t in range(steps):
        start = tuple(states[-1]) if kind == "LSTM" else states[-1][0]
        _, new = module(torch.tensor(inputs[:, t : t + 1]), start)
        # the joint state as one node: the derivative in c at fixed h, and not through the h it makes
        blocks = list(new) if kind == "LSTM" else [new]
        joint = torch.cat(blocks, dim=2)
        states.append([b.contiguous() for b in joint.split([b.shape[2] for b in blocks], dim=2)])
        y, wanted = head(states[-1][0][-1]), torch.tensor(targets[:, t])
        if loss == "squared":
            losses.append((y - wanted).square().sum(dim=1))
        else:
            losses.append(torch.nn.functional.cross_entropy(y, wanted, reduction="none"))

    def errors(value):
        flat = [block for state in states for block in state]
        grads = torch.autograd.grad(value.sum(), flat, retain_graph=True, materialize_grads=True)
        by_state = [grads[k : k + len(zero)] for k in range(0, len(flat), len(zero))]
        return np.stack(
            [np.concatenate([g.swapaxes(0, 1).reshape(batch, -1) for g in s], axis=1) for s in by_state][::-1]
        )

    whole, last = errors(sum(losses)), errors(losses[-1])
    tensors = {f"rnn.{k}": v for k, v in module.state_dict().items()}
    tensors |= {f"fc.{k}": v for k, v in head.state_dict().items()}
    network = ef.read_network(tensors, nonlinearity=options.get("nonlinearity", "tanh"))
    found = ef.diagnose(network, inputs, loss=loss, targets=targets, departures=False).loss
    assert found.every_step
    np.testing.assert_allclose(found.values, sum(losses).detach().numpy(), rtol=1e-12)
    # twelve products of matrices of norm near one
    for mine, theirs in ((found.log2_error, whole), (found.log2_last, last)):
        np.testing.assert_allclose(mine.T, np.log2(np.linalg.norm(theirs, axis=2)), rtol=0, atol=1e-9)
    share = (whole * last).sum(axis=2) / (whole * whole).sum(axis=2)
    np.testing.assert_allclose(found.share_of_last.T, share, rtol=0, atol=1e-9)
    assert (found.log2_last <= found.worst + 1e-9).all()


def test_the_error_of_the_last_loss_is_followed_far_below_that_of_all_losses():
    """W = 2^-10: the error of the last loss is 2^(1 - 10 q), of all of them their sum, near 2; both linear in relu."""
    head = (np.array([[1.0]]), np.zeros(1))
    network, inputs = rnn_network(np.array([[2.0**-10]])), positive(1, 300)
    targets = network.run(inputs) - 1.0  # y - target is 1 at every step
    found = ef.diagnose(network, inputs, loss="squared", targets=targets, head=head).loss
    q = np.arange(300)  # at lag 300, before the first step, there is no loss
    np.testing.assert_allclose(found.log2_last[0, :300], 1.0 - 10.0 * q, rtol=0, atol=1e-9)
    total = np.cumsum(2.0 ** (1.0 - 10.0 * q))
    np.testing.assert_allclose(found.log2_error[0, :300], np.log2(total), rtol=0, atol=1e-12)
    assert found.log2_error[0, 300] == pytest.approx(np.log2(total[-1]) - 10, abs=1e-12)
    np.testing.assert_allclose(found.share_of_last[0, :300], 2.0 ** (1.0 - 10.0 * q) / total, rtol=1e-9, atol=1e-300)


def test_an_error_that_enters_beside_one_far_below_it_does_not_wipe_it_out():
    """Unit 1 alone is read, and passes on to nobody; what unit 0 has is 2^-20 a step of what it had."""
    W = np.array([[2.0**-20, 0.0], [0.0, 0.0]])
    trajectory = ef.rnn("relu").run({"W": W, "U": np.ones((2, 1)), "b": np.zeros(2)}, positive(1, 100))
    start = {"h": np.ones((1, 2, 1))}
    more, none = {"h": np.array([[[0.0], [1.0]]])}, {"h": np.zeros((1, 2, 1))}
    h = trajectory.definition.state("h")
    # of the first 20 steps there is no loss, and what unit 0 had comes to light
    *_, last = carried_back(trajectory, start, 100, entering=lambda t: more if t > 20 else none)
    mantissa, power = np.frexp(last[h].mantissa[:, 0, 0])
    assert (mantissa.tolist(), power[0] + last[h].exponent[0, 0]) == ([0.5, 0.0], 1 - 20 * 100)


def test_losses_at_every_step_of_which_all_but_the_last_vanish_are_the_loss_of_the_last():
    network, head = lstm_network(2.0), (np.ones((1, 4)), np.zeros(1))
    inputs = positive(2, 9)
    targets = network.run(inputs) @ head[0].T  # no error at all
    targets[:, -1] -= 1
    every = ef.diagnose(network, inputs, loss="squared", targets=targets, head=head).loss
    last = ef.diagnose(network, inputs, loss="squared", targets=targets[:, -1], head=head).loss
    assert (every.every_step, last.every_step) == (True, False)
    np.testing.assert_allclose(every.log2_error, last.log2_error, rtol=0, atol=1e-12)
    np.testing.assert_allclose(every.share_of_last, 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(every.alignment, last.alignment, rtol=0, atol=1e-9)
    for name, values in last.gradient_by_lag.items():
        np.testing.assert_allclose(every.gradient_by_lag[name], values, rtol=0, atol=1e-9)


TARGETS = [
    ("cross-entropy", 2, 3, (2,), (2,)), ("cross-entropy", 2, 3, (2, 5), (2, 5)), ("cross-entropy", 1, 3, (5,), (1, 5)),
    ("squared", 2, 1, (2,), (2, 1)), ("squared", 2, 1, (2, 5), (2, 5, 1)), ("squared", 2, 3, (2, 5, 3), (2, 5, 3)),
    ("squared", 1, 3, (5, 3), (1, 5, 3)), ("squared", 1, 1, (5,), (1, 5, 1)), ("squared", 1, 1, (1,), (1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "sequences", "outputs", "given", "kept"), TARGETS)
def test_targets_of_one_step_and_of_every_step_are_told_by_their_shape(loss, sequences, outputs, given, kept):
    assert check_targets(loss, np.zeros(given), sequences, outputs, 5).shape == kept


@pytest.mark.parametrize("given", [(2, 4), (5, 2), (2, 5, 3), (5,), ()])
def test_targets_of_neither_shape_are_refused_with_both(given):
    with pytest.raises(ValueError, match=r"\(2,\) for a loss at the last step, \(2, 5\) for one at every step, got"):
        check_targets("cross-entropy", np.zeros(given), 2, 3, 5)


def test_an_error_along_the_leading_direction_attains_the_worst_case_and_is_aligned():
    W = np.diag([0.9, 0.5])
    head = (np.array([[1.0, 0.0]]), np.zeros(1))
    found = ef.diagnose(rnn_network(W), positive(2, 10), loss="squared", targets=[9.0, 9.0], head=head).loss
    np.testing.assert_allclose(found.log2_error, found.worst, rtol=0, atol=1e-12)
    assert np.isnan(found.alignment[:, 0]).all()  # over no step every direction leads
    np.testing.assert_allclose(found.alignment[:, 1:], 1, rtol=0, atol=1e-12)
    across = (np.array([[0.0, 1.0]]), np.zeros(1))
    found = ef.diagnose(rnn_network(W), positive(2, 10), loss="squared", targets=[9.0, 9.0], head=across).loss
    np.testing.assert_allclose(found.alignment[:, 1:], 0, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.diff(found.log2_error), -1.0, rtol=0, atol=1e-12)  # 0.5 a step


def test_the_gradient_by_lag_sums_to_the_gradient_of_the_weights():
    network = rnn_network(np.array([[0.5, 0.2], [0.1, 0.7]]))
    inputs, head = positive(2, 6), (np.ones((1, 2)), np.zeros(1))
    found = ef.diagnose(network, inputs, loss="squared", targets=[1.0, 2.0], head=head).loss
    _, delta = loss_and_error(Head(*head), "squared", np.array([[1.0], [2.0]]), network.run(inputs)[:, -1])
    parts = network.cell().gradient(network.weights, inputs, delta, by_lag=True).by_lag["W"]
    # the parameters as used at one step alone: W enters through the old state, the error from the flow
    steps = jacobians(network.cell().run(network.weights, inputs))
    for q in range(6):
        back = delta
        for t in range(5, 5 - q, -1):
            back = np.einsum("bn,bnm->bm", back, steps[:, t])
        state = np.concatenate([np.zeros((2, 1, 2)), network.run(inputs)], axis=1)[:, 5 - q]
        wanted = np.einsum("bn,bm->nm", back, state)  # relu is linear here: its slope is 1
        np.testing.assert_allclose(parts[q], wanted, rtol=0, atol=1e-12)
        with np.errstate(divide="ignore"):
            assert found.gradient_by_lag["W"][q] == pytest.approx(np.log2(np.linalg.norm(wanted)), abs=1e-12)


def test_the_gradient_by_lag_of_a_long_sequence_is_that_of_its_last_steps():
    network = rnn_network(np.array([[0.5, 0.2], [0.1, 0.7]]))
    inputs, head = positive(2, 150), (np.ones((1, 2)), np.zeros(1))
    found = ef.diagnose(network, inputs, loss="squared", targets=[1.0, 2.0], head=head, departures=False).loss
    _, delta = loss_and_error(Head(*head), "squared", np.array([[1.0], [2.0]]), network.run(inputs)[:, -1])
    parts = network.cell().gradient(network.weights, inputs, delta, by_lag=True).by_lag
    for name, values in found.gradient_by_lag.items():
        assert values.shape == (128,)
        wanted = np.log2([np.linalg.norm(part) for part in parts[name][:128]])
        np.testing.assert_allclose(values, wanted, rtol=0, atol=1e-9)


def test_the_error_of_a_sure_read_out_does_not_cancel():
    head = Head(np.array([[1.0], [-1.0]]), np.zeros(2))
    value, delta = loss_and_error(head, "cross-entropy", np.array([0.0]), np.array([[30.0]]))
    # -log(1 / (1 + e^-60)) = e^-60 and its derivative -2 e^-60, to rounding; the value itself is 0 beside 1
    assert delta[0, 0] == pytest.approx(-2 * np.exp(-60), rel=1e-12)
    assert value[0] == pytest.approx(np.exp(-60), rel=1e-12)


WRONG_TARGETS = [
    ("entropy", [0, 1], ValueError, "loss must be cross-entropy or squared"),
    ("cross-entropy", None, ValueError, "targets must be given"),
    ("cross-entropy", [0, 3], ValueError, "classes from 0 to 2, got 3"),
    ("cross-entropy", [0, -1], ValueError, "classes from 0 to 2, got -1"),
    ("cross-entropy", [0.5, 1], ValueError, "whole numbers"),
    ("cross-entropy", [0, 1, 2], ValueError, "2 whole numbers"),
    ("squared", [0.0, 1.0], ValueError, r"shape \(2, 3\)"),
    ("squared", [[np.nan] * 3] * 2, ValueError, "finite"),
    ("squared", ["a", "b"], TypeError, "real numbers"),
]


@pytest.mark.parametrize(("loss", "targets", "error", "says"), WRONG_TARGETS)
def test_targets_that_do_not_fit_are_refused(loss, targets, error, says):
    with pytest.raises(error, match=says):
        check_targets(loss, targets, 2, 3)


def test_a_class_of_a_read_out_with_one_output_is_refused():
    with pytest.raises(ValueError, match="two classes"):
        check_targets("cross-entropy", [0, 0], 2, 1)


# Long runs: what costs the same at every lag ends before the norms do


def test_on_a_long_run_norms_go_all_the_way_and_what_does_not_says_how_far_it_goes(monkeypatch):
    from errorflow.diagnosis import examine, limits

    inputs = positive(2, 40)
    whole = ef.diagnose(lstm_network(1.0), inputs).layers[0]
    for name, value in (("_NEAREST", 4), ("_FURTHEST", 10), ("_WORK", 0)):
        monkeypatch.setattr(examine, name, value)
    monkeypatch.setattr(limits, "FURTHEST", 8)
    told = []
    part = ef.diagnose(lstm_network(1.0), inputs, tell=told.append).layers[0]
    np.testing.assert_array_equal(part.log2_norm, whole.log2_norm)
    assert part.shares_to == 10
    for name, values in part.shares.items():
        np.testing.assert_allclose(values[:11], whole.shares[name][:11], rtol=0, atol=1e-12)
        assert np.isnan(values[11:]).all()
    assert any("on average over lags up to 10." in sentence for sentence in part.verdict.words)
    assert any("for the block c,c at lag 8" in sentence for sentence in part.verdict.words)
    np.testing.assert_array_equal(part.bound.truth, whole.bound.truth[:9])
    assert part.rank_lags.tolist() == [0, 1, 2, 4]
    assert (len(part.trap.lags), part.json()["shares_to_lag"], part.json()["bound"]["last_lag"]) == (5, 10, 8)
    assert "layer 0 forward: norms, lag 40 of 40" in told
    assert "layer 0 forward: shares, lag 10 of 10" in told


def test_the_joint_run_of_a_stack_is_made_of_the_runs_of_its_layers():
    rng = np.random.default_rng(2)
    state = {"weight_ih_l0": rng.normal(size=(4, 1)), "weight_hh_l0": rng.normal(size=(4, 4))}
    state |= {"weight_ih_l1": rng.normal(size=(4, 4)), "weight_hh_l1": rng.normal(size=(4, 4))}
    network, inputs = ef.read_network(state), positive(2, 9)
    stack = ef.stacked([layer.cell() for layer in network.layers])
    weights = ef.stacked_weights([layer.weights for layer in network.layers])
    found = ef.diagnose(network, inputs).joint.profile
    wanted = stack.profile(weights, inputs)
    # the layers run one after the other make the same sums
    np.testing.assert_allclose(found.log2_norm, wanted.log2_norm, rtol=0, atol=1e-12)


# The trap


def test_the_trap_shows_zeros_the_product_of_blocks_and_the_truth():
    (layer,) = ef.diagnose(lstm_network(6.0), positive(2, 40)).layers
    trap = layer.trap
    assert trap.hook[0] == 1
    assert (trap.hook[1:] == 0).all()
    assert (trap.log2_alone[1:] == -np.inf).all()  # without recurrent weights no h reads another
    assert layer.log2_norm[-1] > -1
    assert any("exactly 0" in sentence for sentence in trap.words)


def test_a_network_that_carries_best_is_called_vanished_by_its_blocks_and_by_a_hook():
    """Forget bias 6: the block h to h alone says 10^-50 and less, a hook exactly 0, and most of the error is there."""
    torch = pytest.importorskip("torch", reason="the hook is PyTorch's")
    torch.manual_seed(2)
    fused = torch.nn.LSTM(4, 8, batch_first=True).double()
    with torch.no_grad():
        fused.bias_ih_l0[8:16], fused.bias_hh_l0[8:16] = 6.0, 0.0
    inputs = np.random.default_rng(2).normal(size=(3, 100, 4))
    outputs, _ = fused(torch.tensor(inputs))
    outputs.retain_grad()
    outputs[:, -1].sum().backward()
    hook = outputs.grad.flip(1).norm(dim=2).numpy()
    (layer,) = ef.diagnose(ef.read_network(fused.state_dict()), inputs).layers
    np.testing.assert_array_equal(hook[:, 1:] / hook[:, :1], np.broadcast_to(layer.trap.hook[1:100], (3, 99)))
    assert layer.trap.log2_alone[-1] < -166
    assert layer.log2_norm[-1] > -1
    assert layer.verdict.word == "carried"


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_a_hook_on_a_cell_called_step_by_step_reads_the_block_of_its_outputs(kind):
    torch = pytest.importorskip("torch", reason="the hook is PyTorch's")
    torch.manual_seed(3)
    cell = getattr(torch.nn, kind)(2, 4).double()
    inputs = np.random.default_rng(3).normal(size=(15, 2))
    state, outputs = None, []
    for x in torch.tensor(inputs):
        state = cell(x[None], state)
        outputs.append(state[0] if kind == "LSTMCell" else state)
        outputs[-1].retain_grad()
    hooks = []
    for unit in range(4):
        for h in outputs:
            h.grad = None
        outputs[-1][0, unit].backward(retain_graph=True)
        hooks.append(np.stack([h.grad[0].numpy() for h in outputs[::-1]]))
    norms = np.linalg.norm(np.stack(hooks, axis=1), 2, axis=(1, 2))  # of d h_T / d h_(T-q), as the hooks see it
    (layer,) = ef.diagnose(ef.read_network(cell.state_dict()), inputs).layers
    assert not layer.trap.fused
    np.testing.assert_allclose(layer.trap.hook[:15], norms, rtol=1e-9)
    words = layer.trap.words[0]
    assert "step by step" in words
    assert "exactly 0" not in words
    assert ("with c held" in words) == (kind == "LSTMCell")
    assert ("all of the state" in words) == (kind != "LSTMCell")


def test_the_product_of_blocks_alone_is_that_of_the_explicit_blocks():
    cell = ef.lstm()
    weights, inputs = cell.random_weights(np.random.default_rng(4), n=3, m=1), positive(1, 300)
    network_run = cell.run(weights, inputs)
    flow, log2, wanted = np.eye(3), 0.0, [0.0]
    for step in jacobians(network_run)[0, ::-1]:
        flow = flow @ step[3:, 3:]
        size = np.linalg.norm(flow, 2)
        flow, log2 = flow / size, log2 + np.log2(size)
        wanted.append(log2)
    unit = {"h": np.eye(3)[None]}
    from errorflow.diagnosis.trap import _log2_norm

    errors = carried_back(network_run, unit, 300, only="h")
    found = [_log2_norm(e[cell.definition.state("h")])[0] for e in errors]
    # 300 steps of rounding
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-10)
    assert wanted[-1] < -300


# The map over time


def test_the_map_over_time_is_the_profile_of_each_beginning():
    cell = ef.gru()
    weights, inputs = cell.random_weights(np.random.default_rng(9), n=4, m=1), positive(1, 20)[0]
    found = heat(cell.definition, weights, inputs, max_lag=8, every=3)
    assert found.times.tolist() == [2, 5, 8, 11, 14, 17, 20]
    for t, row in zip(found.times, found.log2_norm, strict=True):
        wanted = cell.profile(weights, inputs[:t], max_lag=min(8, t), departures=False).log2_norm
        np.testing.assert_allclose(row[: len(wanted)], wanted, rtol=0, atol=1e-12)
        assert np.isnan(row[len(wanted) :]).all()


@pytest.mark.parametrize(("option", "value"), [("max_lag", 0), ("max_lag", 21), ("every", 0), ("every", True)])
def test_a_map_out_of_range_is_refused(option, value):
    weights = ef.rnn().random_weights(np.random.default_rng(0), n=2, m=1)
    with pytest.raises(ValueError, match=f"{option} must be an integer from 1 to T = 20"):
        heat(ef.rnn().definition, weights, positive(1, 20)[0], **{"max_lag": 5, option: value})
    with pytest.raises(ValueError, match="one sequence"):
        heat(ef.rnn().definition, weights, positive(2, 20), max_lag=5)


def test_windows_end_where_they_should():
    cell = ef.rnn()
    trajectory = run(cell.definition, cell.random_weights(np.random.default_rng(0), n=2, m=1), positive(1, 9)[0])
    window = ending_at(trajectory, np.array([4, 9]), 3)
    np.testing.assert_array_equal(window.states["h"][:, 0], trajectory.states["h"][1:5, 0])
    np.testing.assert_array_equal(window.states["h"][:, 1], trajectory.states["h"][6:10, 0])


# Networks of several layers and directions


def bidirectional(torch, layers=1):
    torch.manual_seed(1)
    return ef.read_network(torch.nn.GRU(2, 3, num_layers=layers, bidirectional=True).double().state_dict())


def test_each_direction_has_a_flow_of_its_own_in_its_own_time():
    torch = pytest.importorskip("torch", reason="its modules give the weights")
    network = bidirectional(torch)
    inputs = np.random.default_rng(1).normal(size=(2, 6, 2))
    found = ef.diagnose(network, inputs)
    assert [(each.layer, each.direction) for each in found.layers] == [(0, "forward"), (0, "reverse")]
    assert found.joint is None
    layer = network.layers[1]
    wanted = layer.cell().profile(layer.weights, inputs[:, ::-1]).log2_norm
    np.testing.assert_allclose(found.layers[1].log2_norm_by_sequence, wanted, rtol=0, atol=1e-12)


def test_the_joint_flow_of_a_bidirectional_network_is_refused_with_the_reason():
    torch = pytest.importorskip("torch", reason="its modules give the weights")
    inputs = np.zeros((1, 4, 2))
    with pytest.raises(ValueError, match="no recurrence in one direction of time"):
        ef.diagnose(bidirectional(torch, 2), inputs, layer="joint")


def test_a_cell_of_ones_own_is_diagnosed_with_its_weights():
    cell = ef.stacked([ef.gru(), ef.lstm()])
    rng = np.random.default_rng(3)
    weights = cell.random_weights(rng, n_l0=3, n_l1=2, m=1)
    inputs = positive(1, 9)[0]
    found = ef.diagnose(cell, inputs, weights=weights)
    (layer,) = found.layers
    np.testing.assert_allclose(layer.log2_norm, cell.profile(weights, inputs).log2_norm, rtol=0, atol=1e-12)
    assert (layer.kind, layer.units, layer.inputs) == ("lstm_on_gru", 2, 1)
    assert layer.bound.theorem is None
    assert [c.state for c in layer.carriers] == ["h_l0", "c_l1"]


def test_wrong_targets_are_refused_before_any_work():
    told = []
    with pytest.raises(ValueError, match="two classes"):
        ef.diagnose(rnn_network(np.eye(2)), positive(1, 4), loss="cross-entropy", targets=[0], tell=told.append,
                    head=(np.ones((1, 2)), np.zeros(1)))  # fmt: skip
    assert told == ["running the network"]


def test_only_the_layer_that_is_asked_for_is_judged():
    torch = pytest.importorskip("torch", reason="its modules give the weights")
    network = ef.read_network(torch.nn.LSTM(2, 3, num_layers=2).double().state_dict())
    inputs = np.random.default_rng(1).normal(size=(2, 6, 2))
    whole = ef.diagnose(network, inputs)
    assert [each.layer for each in whole.all] == [0, 1, "joint"]
    assert [each.layer for each in ef.diagnose(network, inputs, layer=1).all] == [1]
    (alone,) = ef.diagnose(network, inputs, layer="joint").all
    np.testing.assert_array_equal(alone.log2_norm, whole.joint.log2_norm)


WRONG = [
    ({"layer": 1}, "layer must be 0, of the only layer"),
    ({"layer": "joint"}, "one layer"),
    ({"targets": [0]}, "loss must say what the targets are for"),
    ({"loss": "squared", "targets": [0.0]}, "head must be given"),
    ({"loss": "squared", "targets": [0.0], "head": (np.ones((1, 3)), np.zeros(1))}, "the head must read 2 units"),
    ({"loss": "squared", "targets": [0.0], "head": (np.ones((1, 2)), np.zeros(2))}, "a head must have weight"),
    ({"max_lag": 5}, "max_lag must be an integer from 0 to T = 4"),
]


@pytest.mark.parametrize(("options", "says"), WRONG)
def test_arguments_that_do_not_fit_are_refused(options, says):
    with pytest.raises(ValueError, match=says):
        ef.diagnose(rnn_network(np.eye(2)), positive(1, 4), **options)


def test_what_is_no_network_and_inputs_of_another_width_are_refused():
    with pytest.raises(TypeError, match="read_network"):
        ef.diagnose("weights.npz", positive(1, 4))
    with pytest.raises(ValueError, match="weights must be given for the cell 'rnn'"):
        ef.diagnose(ef.rnn(), positive(1, 4))
    with pytest.raises(ValueError, match="weights must be left out"):
        ef.diagnose(rnn_network(np.eye(2)), positive(1, 4), weights={})
    with pytest.raises(ValueError, match=r"shape \(T, 1\) or \(batch, T, 1\), got \(4, 2\)"):
        ef.diagnose(rnn_network(np.eye(2)), np.zeros((4, 2)))


def test_no_steps_are_the_identity_and_a_verdict_nevertheless():
    (layer,) = ef.diagnose(rnn_network(np.eye(2)), np.zeros((2, 0, 1))).layers
    assert layer.log2_norm.tolist() == [0]
    assert layer.verdict.word == "carried"
    assert layer.verdict.rate is None


def test_the_json_of_a_layer_has_the_names_of_the_command_line_and_is_valid():
    found = ef.diagnose(lstm_network(1.0), positive(7, 8))
    data = json.loads(json.dumps(_finite(found.json()), allow_nan=False))
    wanted = {
        "layer",
        "direction",
        "kind",
        "units",
        "inputs",
        "lags",
        "log2_norm",
        "log2_norm_blocks",
        "shares",
        "horizon",
    }
    assert wanted | {"verdict", "bound", "half_lives", "rank", "trap", "words"} <= set(data["layers"][0])
    assert data["layers"][0]["verdict"] in ("vanishes", "carried", "explodes")
    assert "joint" not in data


def test_a_profile_shows_itself_in_a_notebook_and_as_a_picture(tmp_path):
    cell = ef.lstm()
    weights = cell.random_weights(np.random.default_rng(0), n=2, m=1)
    found = cell.profile(weights, positive(3, 9))
    assert [int(row.split("</td>")[0]) for row in found._repr_html_().split("<tr><td>")[1:]] == [0, 1, 2, 4, 8, 9]
    assert found.plot(tmp_path / "p.svg").stat().st_size > 1000


def test_a_diagnosis_shows_itself_in_a_notebook_and_as_a_picture(tmp_path):
    found = ef.diagnose(lstm_network(1.0), positive(3, 12))
    assert "<table>" in found._repr_html_()
    assert "vanishes" in found._repr_html_() or "carried" in found._repr_html_()
    assert str(found).startswith("layer 0: lstm, 4 units")
    path = found.plot(tmp_path / "d.svg")
    assert "<desc>" in path.read_text()
    cell = ef.rnn()
    weights = cell.random_weights(np.random.default_rng(0), n=2, m=1)
    path = heat(cell.definition, weights, positive(1, 20)[0], max_lag=5).plot(tmp_path / "h.png")
    assert path.stat().st_size > 500
    with pytest.raises(ValueError, match="must end in"):
        found.plot(tmp_path / "d.gif")


@pytest.mark.parametrize("what", ["diagnosis", "layer", "profile", "heat"])
def test_without_a_path_a_plot_is_a_picture_that_a_notebook_shows(what):
    cell, rng = ef.lstm(), np.random.default_rng(0)
    weights, inputs = cell.random_weights(rng, n=3, m=1), positive(1, 6)
    found = ef.diagnose(cell, inputs, weights=weights)
    shown = {
        "diagnosis": lambda: found,
        "layer": lambda: found.layers[0],
        "profile": lambda: found.layers[0].profile,
        "heat": lambda: heat(cell.definition, weights, inputs[0], max_lag=3),
    }[what]()
    picture = shown.plot()
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert repr(picture).startswith("Picture(")


def test_what_is_found_about_a_layer_and_a_loss_is_a_table_in_a_notebook():
    head = (np.ones((1, 2)), np.zeros(1))
    found = ef.diagnose(rnn_network(0.5 * np.eye(2)), positive(1, 6), loss="squared", targets=[1.0], head=head)
    assert "<b>carried</b>" in found.layers[0]._repr_html_()
    assert "<td>6</td><td>" in found.loss._repr_html_()


# Steps without a loss


@pytest.mark.parametrize("loss", ["cross-entropy", "squared"])
def test_masked_targets_have_no_loss_and_the_others_the_loss_that_they_had(loss):
    network, inputs, rng = ef.read_network(state_dict("lstm", 3, 1)), positive(3, 9), np.random.default_rng(0)
    head = (rng.normal(size=(4, 3)), rng.normal(size=4))
    targets = rng.integers(0, 4, (3, 9)) if loss == "cross-entropy" else rng.normal(size=(3, 9, 4))
    masked = np.ma.masked_array(targets, np.zeros(targets.shape, bool))
    masked[0, 6:], masked[1] = np.ma.masked, np.ma.masked  # a sequence of six steps, and one of none
    shorter = ef.diagnose(network, inputs[:1, :6], loss=loss, targets=targets[:1, :6], head=head).loss
    found = ef.diagnose(network, inputs, loss=loss, targets=masked, head=head).loss
    whole = ef.diagnose(network, inputs, loss=loss, targets=targets, head=head).loss
    assert found.values[0] == pytest.approx(shorter.values[0], rel=1e-14)
    assert found.values[1] == 0
    assert (found.log2_error[1] == -np.inf).all()
    assert (found.log2_error[0, :3] == -np.inf).all()
    np.testing.assert_allclose(found.log2_error[0, 3:], shorter.log2_error[0], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.log2_error[2], whole.log2_error[2])
    assert np.isnan(found.share_of_last[1]).all()


def test_targets_of_which_all_are_masked_are_refused():
    with pytest.raises(ValueError, match="unmasked somewhere"):
        check_targets("cross-entropy", np.ma.masked_equal([[-100, -100]], -100), 1, 2, 2)
    with pytest.raises(ValueError, match="got -100; mask it"):
        check_targets("cross-entropy", [[0, -100]], 1, 2, 2)


def test_the_gradient_by_lag_of_losses_at_every_step_of_a_long_run_has_the_first_lags_of_all_of_them(monkeypatch):
    from errorflow.diagnosis import loss as module

    network, inputs = ef.read_network(state_dict("lstm", 2, 1)), positive(2, 23)
    options = {"loss": "squared", "targets": np.ones((2, 23, 1)), "head": (np.ones((1, 2)), np.zeros(1))}
    whole = ef.diagnose(network, inputs, **options).loss.gradient_by_lag
    monkeypatch.setattr(module, "MOST_STEPS_BY_LAG", 11)
    for name, values in ef.diagnose(network, inputs, **options).loss.gradient_by_lag.items():
        assert values.shape == (5,)
        np.testing.assert_allclose(values, whole[name][:5], rtol=0, atol=1e-12)
