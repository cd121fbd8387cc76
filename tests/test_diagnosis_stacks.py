"""Stacks as one cell: the joint flow of all layers against autograd, and the structure of a step."""

import numpy as np
import pytest
from sympy import tanh

import errorflow as ef
from errorflow.builtin import BUILTIN
from errorflow.calculus.jacobian import state_jacobian
from errorflow.diagnosis.trap import _log2_norm
from errorflow.numeric.linear import jacobians
from tests import oracles

MODULES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def torch_stack(torch, kind, layers, n=5, m=2, seed=3, **options):
    """A torch module of random weights in float64, and what errorflow reads of it."""
    torch.manual_seed(seed)
    module = getattr(torch.nn, MODULES[kind])(m, n, num_layers=layers, batch_first=True, **options).double()
    with torch.no_grad():
        for weight in module.parameters():
            weight.mul_(2.0)
    return module, ef.read_network(module.state_dict())


def autograd_flows(torch, module, kind, inputs):
    """d state_T / d state_(T-q) of the joint state by autograd, q = 0..T; per layer c before h."""
    n, layers = module.hidden_size, module.num_layers
    x = torch.tensor(inputs)
    parts = 2 if kind == "lstm" else 1
    states = [torch.zeros(layers * parts * n, dtype=torch.float64, requires_grad=True)]
    for t in range(len(inputs)):
        blocks = states[-1].reshape(layers, parts, n)
        if kind == "lstm":
            start = (blocks[:, 1].unsqueeze(1).contiguous(), blocks[:, 0].unsqueeze(1).contiguous())
            _, (h, c) = module(x[None, t : t + 1], start)
            states.append(torch.stack([c[:, 0], h[:, 0]], dim=1).reshape(-1))
        else:
            _, h = module(x[None, t : t + 1], blocks[:, 0].unsqueeze(1).contiguous())
            states.append(h[:, 0].reshape(-1))
    flows = [[] for _ in states]
    for row in range(len(states[-1])):
        grads = torch.autograd.grad(states[-1][row], states, retain_graph=True)
        for flow, g in zip(flows, reversed(grads), strict=True):
            flow.append(g.numpy())
    return [np.array(flow) for flow in flows]


@pytest.mark.parametrize(("kind", "layers"), [("rnn", 3), ("lstm", 2), ("gru", 2)])
def test_the_joint_flow_of_a_stack_is_that_of_autograd_at_every_lag(kind, layers):
    torch = pytest.importorskip("torch", reason="autograd is the oracle")
    module, network = torch_stack(torch, kind, layers)
    inputs = np.random.default_rng(1).normal(size=(20, 2))
    found = ef.diagnose(network, inputs, departures=False).joint
    flows = autograd_flows(torch, module, kind, inputs)
    wanted = np.log2([np.linalg.norm(flow, 2) for flow in flows])
    # 20 products of matrices with norms below 30, each good to rounding
    np.testing.assert_allclose(found.log2_norm, wanted, rtol=0, atol=1e-9)
    start = 0
    for state in found.profile.log2_norm_blocks:
        if state[0] == state[1]:
            block = [flow[start : start + 5, start : start + 5] for flow in flows]
            norms = np.log2([np.linalg.norm(b, 2) for b in block])
            np.testing.assert_allclose(found.log2_norm_blocks[f"{state[0]},{state[1]}"], norms, rtol=0, atol=1e-9)
            start += 5
    assert start == flows[0].shape[0]


def test_the_joint_flow_of_projected_layers_is_that_of_autograd_at_every_lag():
    torch = pytest.importorskip("torch", reason="autograd is the oracle")
    n, p, m = 5, 3, 2
    module, network = torch_stack(torch, "lstm", 2, n=n, m=m, proj_size=p)
    inputs = np.random.default_rng(1).normal(size=(12, m))
    states = [torch.zeros(2 * (n + p), dtype=torch.float64, requires_grad=True)]
    for x in torch.tensor(inputs):
        c, h = (block.unsqueeze(1).contiguous() for block in states[-1].reshape(2, n + p).split([n, p], dim=1))
        _, (h, c) = module(x[None, None], (h, c))
        states.append(torch.cat([c[:, 0], h[:, 0]], dim=1).reshape(-1))
    rows = [torch.autograd.grad(entry, states, retain_graph=True) for entry in states[-1]]
    flows = [np.stack([row[t].numpy() for row in rows]) for t in range(12, -1, -1)]
    found = ef.diagnose(network, inputs)
    wanted = np.log2([np.linalg.norm(flow, 2) for flow in flows])
    np.testing.assert_allclose(found.joint.log2_norm, wanted, rtol=0, atol=1e-9)  # as above
    lower = np.log2([np.linalg.norm(flow[: n + p, : n + p], 2) for flow in flows])
    np.testing.assert_allclose(found.layers[0].log2_norm, lower, rtol=0, atol=1e-9)


def test_separate_modules_under_several_prefixes_have_the_flow_and_the_loss_of_autograd_at_every_lag():
    torch = pytest.importorskip("torch", reason="autograd is the oracle")
    torch.manual_seed(1)
    n, p, steps = 4, 3, 14
    lower, upper = torch.nn.LSTM(2, n, batch_first=True).double(), torch.nn.GRUCell(n, p).double()
    head = torch.nn.Linear(p, 2).double()
    rng = np.random.default_rng(1)
    inputs, targets = rng.normal(size=(steps, 2)), rng.normal(size=(steps, 2))
    states, losses = [torch.zeros(2 * n + p, dtype=torch.float64, requires_grad=True)], []
    for x, y in zip(torch.tensor(inputs), torch.tensor(targets), strict=True):
        c, h, g = (block.contiguous()[None] for block in states[-1].split([n, n, p]))
        _, (h, c) = lower(x[None, None], (h[None], c[None]))
        states.append(torch.cat([c[0, 0], h[0, 0], upper(h[0], g)[0]]))
        losses.append((head(states[-1][2 * n :]) - y).square().sum())
    rows = [torch.autograd.grad(entry, states, retain_graph=True) for entry in states[-1]]
    flows = [np.stack([row[t].numpy() for row in rows]) for t in range(steps, -1, -1)]
    errors = [g.numpy() for g in torch.autograd.grad(sum(losses), states)][::-1]
    modules = {"encoder.rnn.": lower, "decoder.": upper, "fc.": head}
    tensors = {prefix + name: v for prefix, module in modules.items() for name, v in module.state_dict().items()}
    network = ef.read_network(tensors, prefix=("encoder.", "decoder."))
    found = ef.diagnose(network, inputs, loss="squared", targets=targets)
    # fourteen products of matrices of norm near one
    wanted = np.log2([np.linalg.norm(flow, 2) for flow in flows])
    np.testing.assert_allclose(found.joint.log2_norm, wanted, rtol=0, atol=1e-9)
    wanted = np.log2([np.linalg.norm(error) for error in errors])
    np.testing.assert_allclose(found.loss.log2_error[0], wanted, rtol=0, atol=1e-9)
    for k, q in enumerate(found.loss.aligned_lags.tolist()):
        if q:
            leading = np.linalg.svd(flows[q])[2][0]
            cosine = abs(leading @ errors[q]) / np.linalg.norm(errors[q])
            assert found.loss.alignment[0, k] == pytest.approx(cosine, abs=1e-9)


@pytest.mark.parametrize("name", BUILTIN)
def test_every_cell_can_stand_on_another_and_be_diagnosed(name):
    cell = ef.stacked([ef.gru(), ef.cell(name)])
    labels = dict.fromkeys(label for shape in cell.shapes().values() for label in shape)
    sizes = {label: 2 if label == "m" else 3 for label in labels}
    rng = np.random.default_rng(1)
    weights = cell.random_weights(rng, scale=0.5, **sizes)
    found = ef.diagnose(cell, rng.normal(size=(2, 6, 2)), weights=weights).layers[0]
    shares = np.sum(list(found.shares.values()), axis=0)
    np.testing.assert_allclose(shares, 1, rtol=0, atol=1e-9)  # a few signed parts, each good to rounding
    trajectory = cell.run(weights, rng.normal(size=(6, 2)))
    assert np.isfinite(jacobians(trajectory)).all()


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_each_layer_of_a_stack_alone_has_the_flow_of_its_own_cell(kind):
    torch = pytest.importorskip("torch", reason="its modules give the weights")
    module, network = torch_stack(torch, kind, 2)
    inputs = np.random.default_rng(2).normal(size=(2, 9, 2))
    lower = torch.nn.__dict__[MODULES[kind]](2, 5, batch_first=True).double()
    lower.load_state_dict({k: v for k, v in module.state_dict().items() if k.endswith("l0")})
    between = lower(torch.tensor(inputs))[0].detach().numpy()
    found = ef.diagnose(network, inputs, departures=False)
    for layer, stream in zip(network.layers, (inputs, between), strict=True):
        wanted = layer.cell().profile(layer.weights, stream, departures=False).log2_norm
        # the streams agree to rounding, 1e-15, and nine steps multiply it by the sensitivity of the flow
        np.testing.assert_allclose(found.layers[layer.layer].log2_norm_by_sequence, wanted, rtol=0, atol=1e-9)


def test_a_step_of_a_stack_is_the_complex_step_of_its_layers_one_after_the_other():
    rng = np.random.default_rng(4)
    cells, kinds = [ef.lstm(), ef.gru(), ef.rnn()], ["lstm", "gru", "rnn"]
    layers = [c.random_weights(rng, n=n, m=m) for c, n, m in zip(cells, (4, 3, 2), (2, 4, 3), strict=True)]
    stack, weights = ef.stacked(cells), ef.stacked_weights(layers)
    trajectory = stack.run(weights, rng.normal(size=(3, 2)))

    def step(state):
        new, signal = [], x
        olds = oracles.split(state, [4, 4, 3, 2])
        for kind, w, old in zip(kinds, layers, (olds[:2], olds[2:3], olds[3:]), strict=True):
            new += oracles.STEPS[kind](oracles.NUMPY, w, old, signal)
            signal = new[-1]
        return np.concatenate(new)

    x = trajectory.values[stack.definition.inputs[0]][2, 0]
    old = np.concatenate([trajectory.states[s.name][2, 0] for s in stack.definition.states])
    wanted = oracles.complex_step(step, old)
    # the complex step has no difference to cancel: both sides are a few roundings from the truth
    np.testing.assert_allclose(jacobians(trajectory)[2], wanted, rtol=0, atol=1e-13)


def test_an_upper_layer_never_reaches_a_lower_one_within_a_step():
    blocks = state_jacobian(ef.stacked([ef.lstm(), ef.gru(), ef.rnn()]).definition)
    layer = {name: int(name[-1]) for name in blocks.rows}
    assert all(layer[new] >= layer[old] for new, old in blocks.words)
    assert blocks["h_l2", "c_l0"]


def test_bptt_and_rtrl_of_a_stack_give_one_gradient():
    rng = np.random.default_rng(5)
    stack = ef.stacked([ef.lstm(), ef.rnn()])
    weights = stack.random_weights(rng, n_l0=3, n_l1=2, m=2)
    inputs, errors = rng.normal(size=(6, 2)), rng.normal(size=(6, 2))
    one, two = (stack.gradient(weights, inputs, errors, algorithm=a).weights for a in ("bptt", "rtrl"))
    for name in weights:
        # sums of a few hundred products of numbers near one, in another order
        np.testing.assert_allclose(one[name], two[name], rtol=0, atol=1e-12)


def test_a_stack_of_one_cell_is_that_cell_under_other_names():
    rng = np.random.default_rng(6)
    weights, inputs = ef.gru().random_weights(rng, n=4, m=2), rng.normal(size=(5, 2))
    alone = ef.gru().profile(weights, inputs)
    stack = ef.stacked([ef.gru()]).profile(ef.stacked_weights([weights]), inputs)
    np.testing.assert_array_equal(stack.log2_norm, alone.log2_norm)
    assert list(stack.shares) == ["carry", "r_l0", "z_l0", "hn_l0"]


def test_cells_with_inner_expressions_shared_matrices_and_own_sizes_can_be_stacked():
    h, c, x, f = ef.names("h c x f")
    odd = ef.Cell(
        "odd",
        inputs=[x],
        state={c: f * c + (1 - f) * tanh(ef.net("u", f * c, ef.net("f", h, ef.diagonal("d", c), x))),
               h: tanh(ef.net("r", ef.dense("R", ef.new(c)), bias=False))},
        where={f: ef.logistic(ef.net("f", h, ef.diagonal("d", c), x))},
        sizes={h: "p"},
    )  # fmt: skip
    stack = ef.stacked([odd, odd])
    assert stack.shapes()["U_f_l1"] == ("n_l1", "p_l0")
    assert stack.shapes()["R_l1"] == ("p_l1", "n_l1")
    assert stack.shapes()["d_l0"] == ("n_l0",)
    assert {p.name: p.kind for p in stack.definition.parameters}["d_l1"] == "diagonal"


FREE = ef.Cell("free", inputs=[], state={ef.names("h")[0]: tanh(ef.net("", ef.names("h")[0]))})


@pytest.mark.parametrize(
    ("cells", "error", "says"),
    [
        ([], ValueError, "at least one cell"),
        (["lstm"], TypeError, "cells must be cells"),
        ([ef.rnn(), FREE], ValueError, "one input"),
    ],
)
def test_what_cannot_be_stacked_is_refused(cells, error, says):
    with pytest.raises(error, match=says):
        ef.stacked(cells)


def test_the_product_of_blocks_alone_is_measured_at_its_own_scale():
    from errorflow.numeric.scaled import Scaled

    exponent = np.array([[-5000, -5000]])
    block = Scaled(np.array([[[3.0, 0.0]], [[0.0, 1.0]]]), exponent)
    assert _log2_norm(block)[0] == pytest.approx(np.log2(3) - 5000, abs=1e-12)
