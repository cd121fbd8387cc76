"""Attention: influence against PyTorch, the law of the value path where it is attained, pages by substitution."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

from errorflow import models
from errorflow.models import Attention, LinearAttention, Transformer, TransformerLayer, softmax_jacobian, weight_floor

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def same_numbers_in_every_order():
    # With several workers, which tests ran before is not fixed.
    RNG.bit_generator.state = np.random.default_rng(0).bit_generator.state


def attention(heads=2):
    return Attention(*(RNG.normal(size=(6, 3)) for _ in range(3)), RNG.normal(size=(4, 6)), heads)


def test_attention_is_that_of_pytorch_and_so_is_its_influence():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    layer, x = attention(), RNG.normal(size=(9, 3))

    def forward(given):
        split = [
            (given[0] @ torch.tensor(w).T).reshape(9, 2, 3).swapaxes(0, 1)
            for w in (layer.query, layer.key, layer.value)
        ]
        heads = torch.nn.functional.scaled_dot_product_attention(*split, is_causal=True)
        return (heads.swapaxes(0, 1).reshape(9, 6) @ torch.tensor(layer.output).T)[None]

    assert layer.run(x) == pytest.approx(forward(torch.tensor(x)[None])[0].numpy(), abs=1e-13)
    assert layer.influence(x) == pytest.approx(models.measured_influence(forward, torch.tensor(x)), abs=1e-12)


def test_value_key_and_query_paths_add_up_to_the_influence():
    layer, x = attention(), RNG.normal(size=(7, 3))
    parts = [layer.influence(x, path) for path in ("value", "key", "query")]
    assert sum(parts) == pytest.approx(layer.influence(x), abs=1e-13)
    assert not parts[2][1:].any()  # only the last step asks


def test_influence_of_one_head_is_the_closed_form():
    layer, x = Attention(*(RNG.normal(size=(3, 3)) for _ in range(3))), RNG.normal(size=(6, 3))
    alpha = layer.weights(x)[0, -1]
    middle = alpha @ x
    for q in range(1, 6):
        through = np.outer(x[5 - q] - middle, x[5] @ layer.query.T @ layer.key) / math.sqrt(3)
        assert layer.influence(x)[q] == pytest.approx(alpha[5 - q] * layer.value @ (np.eye(3) + through), abs=1e-13)


def test_no_weight_is_below_its_floor_and_the_floor_is_attained():
    layer, x = attention(), RNG.normal(size=(12, 3))
    floor = weight_floor(12, layer.logit_bound(x))
    assert (layer.weights(x)[:, -1] >= floor).all()
    bound = 0.7
    logits = np.full(12, bound)
    logits[3] = -bound
    assert weight_floor(12, bound) == pytest.approx((np.exp(logits) / np.exp(logits).sum()).min(), rel=1e-14)
    assert weight_floor(12, bound) >= layer.law(bound).rate / 12


def test_the_softmax_jacobian_has_norm_at_most_one_half_attained_by_two_equal_weights():
    assert np.linalg.norm(softmax_jacobian([0.5, 0.5]), 2) == pytest.approx(0.5, abs=1e-15)
    assert np.linalg.norm(softmax_jacobian([0.5, 0.5, 0.0]), 2) == pytest.approx(0.5, abs=1e-15)
    for _ in range(200):
        p = RNG.dirichlet(np.full(4, 0.3))
        assert np.linalg.norm(softmax_jacobian(p), 2) <= 0.5 + 1e-15
    logits = RNG.normal(size=4)
    steps = [np.exp(logits + 1e-6 * s * e) for e in np.eye(4) for s in (1, -1)]
    weights = [s / s.sum() for s in steps]
    differences = np.array([(a - b) / 2e-6 for a, b in zip(weights[::2], weights[1::2], strict=True)]).T
    p = np.exp(logits) / np.exp(logits).sum()
    assert softmax_jacobian(p) == pytest.approx(differences, abs=1e-9)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("norm_first", "activation", "bias"), [(True, "gelu", True), (False, "relu", True), (False, "gelu", False)]
)
def test_a_live_transformer_is_read_and_its_influence_met(norm_first, activation, bias):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(
        8, 2, 16, 0.0, activation, batch_first=True, norm_first=norm_first, bias=bias, dtype=torch.float64
    )
    module = torch.nn.TransformerEncoder(
        layer, 2, torch.nn.LayerNorm(8, dtype=torch.float64), enable_nested_tensor=False
    )
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    x = torch.randn(10, 8, dtype=torch.float64)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(10, dtype=torch.float64)
    read = models.from_torch_transformer(module)
    assert read.run(x.numpy()) == pytest.approx(module(x[None], mask)[0].detach().numpy(), abs=1e-12)
    found = models.measured_influence(lambda given: module(given, mask), x)
    assert read.influence(x.numpy()) == pytest.approx(found, abs=1e-11)
    assert read.path_length() == 2
    assert all(parameter.grad is None for parameter in module.parameters())


@pytest.mark.parametrize("decay", [1.0, 0.9])
def test_linear_attention_has_the_influence_of_its_recurrence(decay):
    layer = LinearAttention(*(RNG.normal(size=(4, 3)) for _ in range(3)), decay)
    x, step = RNG.normal(size=(8, 3)), 1e-6
    for q in range(8):
        for i in range(3):
            moved = [x.copy(), x.copy()]
            moved[0][7 - q, i] += step
            moved[1][7 - q, i] -= step
            difference = (layer.run(moved[0])[-1] - layer.run(moved[1])[-1]) / (2 * step)
            # The output is a polynomial of size up to 1e3 in x: 1e-6 is its rounding over the step, and more.
            assert layer.influence(x)[q, :, i] == pytest.approx(difference, abs=1e-6)
    kind = "constant" if decay == 1.0 else "exponential"
    assert layer.law().kind == kind


def test_without_decay_the_influence_of_equal_samples_is_equal_at_every_lag():
    layer = LinearAttention(*(RNG.normal(size=(4, 3)) for _ in range(3)))
    influence = layer.influence(np.tile(RNG.normal(size=3), (200, 1)))
    assert influence[199] == pytest.approx(influence[1], rel=1e-14)


@pytest.mark.parametrize("lag", [1, 2, 3])
def test_pages_at_width_one_are_what_differentiating_gives(lag):
    x = RNG.normal(size=lag + 2)
    wq, wk, wv, decay = 0.7, -1.1, 1.3, 0.8
    values = {sympy.Symbol(f"x{k}"): v for k, v in enumerate(x)}
    values |= {sympy.Symbol("w_q"): wq, sympy.Symbol("w_k"): wk, sympy.Symbol("w_v"): wv}
    logits = wq * x[-1] * wk * x
    alpha = np.exp(logits) / np.exp(logits).sum()
    names = {"W_V": wv, "W_Q": wq, "W_K": wk, "W_Q^T": wq, "W_K^T": wk, "x_T": x[-1], "x_T^T": x[-1], "q": lag, "d": 1}
    names |= {"x_{T-q}": x[-1 - lag], "x_{T-q}^T": x[-1 - lag], "xbar_T": alpha @ x, "gamma": decay}
    for name in ("attention", "linear_attention"):
        page = models.model(name)
        closed = page.influence.replace(lambda e: isinstance(e, sympy.Indexed), lambda e: sympy.Float(alpha[-1 - lag]))
        closed = closed.subs({s: names[s.name] for s in closed.free_symbols})
        derived = page.derive(lag).subs({**values, sympy.Symbol("gamma", positive=True): decay})
        assert float(closed) == pytest.approx(float(derived), rel=1e-12)
    one = Attention([[wq]], [[wk]], [[wv]])
    stream = Transformer((TransformerLayer(one), TransformerLayer(one)))
    derived = float(models.model("transformer").derive(lag).subs(values))
    assert stream.influence(x[: lag + 1, None])[lag].item() == pytest.approx(derived, rel=1e-12)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"query must have shape \(rows, m\) with rows a multiple of 2, got \(3, 3\)"):
        Attention(np.ones((3, 3)), np.ones((3, 3)), np.ones((3, 3)), heads=2)
    with pytest.raises(ValueError, match="path must be 'all', 'value', 'key' or 'query', got 'keys'"):
        attention().influence(np.ones((3, 3)), "keys")
    with pytest.raises(TypeError, match=r"module must be a torch\.nn\.TransformerEncoder"):
        models.from_torch_transformer(object())
    with pytest.raises(ValueError, match="weights must be probabilities"):
        softmax_jacobian([0.5, 0.6])


@pytest.mark.filterwarnings("ignore")
def test_a_live_layer_is_what_it_is_in_evaluation():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    torch.manual_seed(1)
    made = {"batch_first": False, "norm_first": True, "dtype": torch.float64, "layer_norm_eps": 1e-2}
    layer = torch.nn.TransformerEncoderLayer(8, 4, 16, 0.3, torch.nn.GELU("tanh"), **made)
    x, read = torch.randn(6, 8, dtype=torch.float64), models.from_torch_transformer(layer)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(6, dtype=torch.float64)

    def forward(given):
        return layer(given.transpose(0, 1), mask).transpose(0, 1)

    with pytest.raises(ValueError, match="in evaluation mode where it has dropout"):
        models.measured_influence(layer, x)
    layer.eval()
    assert read.run(x.numpy()) == pytest.approx(forward(x[None])[0].detach().numpy(), abs=1e-12)
    assert read.influence(x.numpy()) == pytest.approx(models.measured_influence(forward, x), abs=1e-12)


def test_layers_of_several_kinds_and_decoders_are_refused():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    module = torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(8, 2, batch_first=True), 2)
    module.layers[1].norm_first = True
    with pytest.raises(ValueError, match="layers must agree in heads, activation, norm_first and eps"):
        models.from_torch_transformer(module)
    with pytest.raises(TypeError, match="got TransformerDecoderLayer"):
        models.from_torch_transformer(torch.nn.TransformerDecoderLayer(8, 2))
    with pytest.raises(TypeError, match="must be relu, gelu or gelu_tanh, got softplus"):
        models.from_torch_transformer(torch.nn.TransformerEncoderLayer(8, 2, activation=torch.nn.functional.softplus))


def test_what_overflows_is_an_error_and_no_silent_nan():
    layer = LinearAttention(np.eye(3), np.eye(3), np.eye(3))
    for call in (layer.run, layer.influence):
        with pytest.raises(OverflowError, match="beyond float64"):
            call(np.full((2, 3), 1e200))
        with pytest.raises(ValueError, match=r"x must have shape \(T, 3\) with T >= 1, got \(2, 4\)"):
            call(np.ones((2, 4)))
    with pytest.raises(OverflowError, match="a logit is beyond float64"):
        Attention(np.eye(3), np.eye(3), np.eye(3)).influence(np.full((2, 3), 1e200))
    with pytest.raises(ValueError, match=r"x must have shape \(T, 6\) with T >= 1, got \(6,\)"):
        Transformer((TransformerLayer(Attention(*[np.eye(6)] * 3)),)).run(np.ones(6))
    with pytest.raises(ValueError, match="heads must be 1 or more, got 0"):
        Attention(*[np.eye(3)] * 3, heads=0)
    with pytest.raises(ValueError, match="decay must be a finite number, got nan"):
        LinearAttention(np.eye(3), np.eye(3), np.eye(3), float("nan"))
    assert LinearAttention(np.eye(3), np.eye(3), np.eye(3), 0.0).law().text() == "0 from lag 1 on"
    assert weight_floor(5, 1000.0) == 0.0
    assert weight_floor(1, 1000.0) == 1.0
