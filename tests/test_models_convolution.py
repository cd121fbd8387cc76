"""Convolutions: influence against PyTorch, reach against the digits that enumeration finds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy

from errorflow import models
from errorflow.models import TCN, Block, Convolution, levels_for
from errorflow.models.convolution_pages import dilated

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def same_numbers_in_every_order():
    # With several workers, which tests ran before is not fixed.
    RNG.bit_generator.state = np.random.default_rng(0).bit_generator.state


def network(residual="matrix", activation="tanh"):
    blocks, width = [], 2
    for level in range(3):
        first = Convolution(RNG.normal(size=(4, width, 3)), RNG.normal(size=4), 2**level, activation)
        second = Convolution(0.4 * RNG.normal(size=(4, 4, 2)), None, 2**level, activation)
        around = RNG.normal(size=(4, width)) if width != 4 else "identity"
        blocks.append(Block((first, second), around if residual == "matrix" else "none", activation))
        width = 4
    return TCN(tuple(blocks))


def in_torch(torch, tcn):
    """The same network from torch.nn.functional, channels first."""

    def forward(x):
        for block in tcn.blocks:
            inner = x
            for layer in block.convolutions:
                weight = torch.tensor(layer.weight[..., ::-1].copy())
                padded = torch.nn.functional.pad(inner, (layer.reach, 0))
                inner = torch.nn.functional.conv1d(padded, weight, torch.tensor(layer.bias), dilation=layer.dilation)
                inner = getattr(torch, layer.activation)(inner)
            if block.around is not None:
                inner = getattr(torch, block.activation)(inner + torch.tensor(block.around) @ x)
            x = inner
        return x

    return forward


@pytest.mark.parametrize(("residual", "activation"), [("matrix", "tanh"), ("none", "tanh"), ("matrix", "relu")])
def test_influence_is_what_pytorch_finds_in_the_same_network(residual, activation):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    tcn, x = network(residual, activation), RNG.normal(size=(40, 2))
    found = models.measured_influence(in_torch(torch, tcn), torch.tensor(x), channels_first=True)
    assert tcn.influence(x) == pytest.approx(found, abs=1e-12)


def test_influence_is_exactly_zero_from_the_receptive_field_on_and_not_before():
    tcn = network()
    reach = tcn.receptive_field()
    assert reach == 1 + sum((3 - 1) * 2**level + (2 - 1) * 2**level for level in range(3))
    influence = tcn.influence(RNG.normal(size=(reach + 10, 2)))
    assert not influence[reach:].any()
    assert influence[reach - 1].any()


@pytest.mark.parametrize(("kernel", "levels"), [(2, 1), (2, 5), (3, 4), (5, 3)])
def test_reach_is_the_greatest_sum_of_offsets(kernel, levels):
    offsets = {0}
    for level in range(levels):
        offsets = {a + j * 2**level for a, j in itertools.product(offsets, range(kernel))}
    layers = [Convolution(np.ones((1, 1, kernel)), None, 2**level) for level in range(levels)]
    tcn = TCN(tuple(Block((layer,)) for layer in layers))
    assert tcn.receptive_field() == max(offsets) + 1 == len(offsets)


@pytest.mark.parametrize("kernel", [2, 3, 7])
def test_the_least_number_of_levels_is_the_least(kernel):
    for steps in (1, 2, 3, kernel, 64, 65, 511, 512, 1000):
        levels = levels_for(steps, kernel)
        assert 1 + (kernel - 1) * (2**levels - 1) >= steps
        assert levels == 0 or 1 + (kernel - 1) * (2 ** (levels - 1) - 1) < steps


def test_the_page_holds_lag_by_lag():
    page = models.model("tcn")
    lag = next(s for s in page.influence.free_symbols if s.name == "q")
    levels = sympy.Symbol("L", positive=True, integer=True)
    for q in range(10):
        closed = page.influence.subs({lag: q, levels: 3}).doit()
        assert sympy.expand(closed - dilated(q)) == 0
        assert (closed == 0) == (q >= 8)
    cnn = models.model("cnn")
    for q in range(5):
        assert cnn.influence.subs({lag: q, sympy.Symbol("k", positive=True, integer=True): 3}) == cnn.derive(q)


def test_cost_on_the_page_is_that_of_such_a_network():
    n, m, levels = 5, 3, 4
    widths = [m, *[n] * levels]
    layers = [Convolution(RNG.normal(size=(widths[i + 1], widths[i], 2)), None, 2**i) for i in range(levels)]
    tcn = TCN(tuple(Block((layer,)) for layer in layers))
    page = models.model("tcn")
    values = {s: {"n": n, "m": m, "L": levels}[s.name] for s in page.macs.free_symbols | page.memory.free_symbols}
    assert (page.macs.subs(values), page.memory.subs(values)) == (tcn.macs(), tcn.memory())


def test_what_does_not_fit_is_refused_with_what_would():
    with pytest.raises(ValueError, match=r"residual must be a matrix \(4, 2\), got 'identity'"):
        Block((Convolution(np.ones((4, 2, 3))),), "identity")
    with pytest.raises(ValueError, match="a block must take 4 inputs"):
        TCN((Block((Convolution(np.ones((4, 2, 3))),)), Block((Convolution(np.ones((4, 3, 3))),))))
    with pytest.raises(ValueError, match=r"x must have shape \(T, 2\)"):
        TCN((Block((Convolution(np.ones((4, 2, 3))),)),)).influence(np.ones(3))
    with pytest.raises(TypeError, match="inputs must be a PyTorch tensor"):
        models.measured_influence(lambda x: x, np.ones((3, 2)))
