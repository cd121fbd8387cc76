"""The influence of a cell's input: against central differences and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import errorflow as ef
from errorflow.models import cell_influence, measured_influence

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def same_numbers_in_every_order():
    # With several workers, which tests ran before is not fixed.
    RNG.bit_generator.state = np.random.default_rng(0).bit_generator.state


@pytest.mark.parametrize("name", ["rnn", "lstm1997", "lstm_peephole", "gru", "mingru", "lru", "slstm"])
def test_influence_is_that_of_central_differences(name):
    cell, step = ef.cell(name), 1e-6
    weights, inputs = cell.random_weights(RNG, n=3, m=2), RNG.normal(size=(5, 2))
    found = cell_influence(cell.definition, weights, inputs)
    for q in range(5):
        for i in range(2):
            moved = np.zeros((5, 2))
            moved[4 - q, i] = step
            sides = [cell.run(weights, inputs + sign * moved).output()[-1] for sign in (1, -1)]
            assert found[q, :, i] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-7)


def test_influence_through_a_stack_is_what_pytorch_finds():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    torch.manual_seed(0)
    module = torch.nn.LSTM(2, 4, 2, batch_first=True, dtype=torch.float64)
    network = ef.read_network(module.state_dict())
    stack = ef.stacked([layer.cell() for layer in network.layers])
    weights = ef.stacked_weights([layer.weights for layer in network.layers])
    inputs = RNG.normal(size=(7, 2))
    found = measured_influence(module, torch.tensor(inputs))
    assert cell_influence(stack.definition, weights, inputs) == pytest.approx(found, abs=1e-13)


def test_a_batch_is_refused():
    rnn = ef.rnn()
    with pytest.raises(ValueError, match="inputs must be one sequence"):
        cell_influence(rnn.definition, rnn.random_weights(RNG, n=2, m=2), RNG.normal(size=(1, 3, 2)))
