"""Tensors by the names of PyTorch, files that hold them, and how they are refused."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from safetensors.numpy import save_file

import errorflow as ef

ROWS = {"rnn": 1, "gru": 3, "lstm": 4}
MIB = 2**20


def state_dict(
    kind,
    units=5,
    inputs=3,
    prefix="rnn.",
    bias=True,
    seed=0,
    dtype=np.float64,
    layers=1,
    both=False,
    projection=None,
):
    """Random tensors by the names of PyTorch. both: whether there is a reverse direction."""
    rng, rows, width = np.random.default_rng(seed), ROWS[kind] * units, projection or units
    tensors = {}
    for layer in range(layers):
        for end in ("", "_reverse") if both else ("",):
            shapes = {"weight_ih": (rows, (1 + both) * width if layer else inputs), "weight_hh": (rows, width)}
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)} if bias else {}
            shapes |= {"weight_hr": (projection, units)} if projection else {}
            tensors |= {
                f"{prefix}{part}_l{layer}{end}": rng.normal(0, 0.5, shape).astype(dtype)
                for part, shape in shapes.items()
            }
    return tensors


def write(path, tensors):
    """The tensors as a file of the kind that the suffix says."""
    save_file(tensors, path) if path.suffix == ".safetensors" else np.savez(path, **tensors)
    return path


def refusal(source, kind=ValueError, **options):
    """The message with which `source` is refused: one line, in little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(kind) as caught:
            ef.read_network(source, **options)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * MIB, peak
    message = str(caught.value)
    assert "\n" not in message
    return message
