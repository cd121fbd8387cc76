"""Gradients of the oracles' cells by PyTorch, with `detach` where reads are cut."""

from __future__ import annotations

import numpy as np
import pytest

from tests import oracles


def place(c):
    """Where the output stands among the states."""
    return [s.name for s in c.cell.definition.states].index(c.cell.definition.output.name)


def by_torch(c, errors, labels=(), earlier=False):
    """d sum(errors * output) / d weights; labels: maps whose reads of old states are cut, None for all.

    earlier: the loss of a step reads the output of the step before.
    """
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    m = oracles.torch_arithmetic()
    weights = {k: torch.tensor(v, requires_grad=True) for k, v in c.weights.items()}
    blocks = tuple(torch.tensor(s) for s in c.state.values())
    read, found = oracles.cutting(m, labels), [blocks[place(c)]]
    for x in torch.tensor(c.inputs):
        blocks = c.step(m, weights, blocks, x, read)
        found.append(blocks[place(c)])
    seen = torch.stack(found[:-1] if earlier else found[1:])
    loss = (seen * torch.tensor(errors)).sum()
    if loss.requires_grad:
        loss.backward()
    learned = [p.name for p in c.cell.definition.parameters if p.kind != "fixed"]
    return {
        k: np.zeros(np.shape(c.weights[k])) if weights[k].grad is None else weights[k].grad.numpy() for k in learned
    }


def some_errors(c, seed=0):
    """Random d loss / d output, (T, n)."""
    return np.random.default_rng(seed).normal(size=(len(c.inputs), c.widths[place(c)]))


def gap(got, want):
    """The largest difference, relative to the largest entry of the whole gradient."""
    assert got.keys() == want.keys()
    scale = max(np.abs(part).max() for part in want.values())
    return max(np.abs(got[k] - want[k]).max() for k in want) / max(scale, 1e-300)


def close(got, want):
    """Equal up to some ten roundings of the gradient as a whole, and to 12 digits of the largest entry of each weight.

    A single weight may be the sum of terms a hundred times as large as itself.
    """
    assert gap(got, want) < 1e-14
    for name, part in want.items():
        atol = 1e-12 * np.abs(part).max(initial=1e-300)
        np.testing.assert_allclose(got[name], part, rtol=0, atol=atol, err_msg=name)
