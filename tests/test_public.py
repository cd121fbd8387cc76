"""The names that users import: these and no others, all of them there, none of them costly before it is used."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

import errorflow as ef

PUBLIC = [
    "Cell", "activation", "cell", "claim", "dense", "diagonal", "fixed", "gru", "gru_reset_before", "identity",
    "judge", "logistic", "lstm", "lstm1997", "names", "net", "new", "prove", "read_network", "relu", "result",
    "rnn", "squash_in", "squash_out", "theorem", "theorems",
]  # fmt: skip


def test_the_public_names_are_these():
    assert sorted(ef.__all__) == sorted(PUBLIC)
    assert set(PUBLIC) <= set(dir(ef))


def test_every_public_name_is_there_and_says_what_it_is():
    for name in ef.__all__:
        assert getattr(ef, name).__doc__, name


def test_no_public_name_is_hidden_by_a_folder_of_the_package():
    """`import errorflow.results` would put the module where a function of that name stood."""
    from pathlib import Path

    rooms = {path.stem for path in Path(ef.__file__).parent.iterdir()}
    assert not rooms & set(ef.__all__)


def test_importing_the_package_imports_neither_sympy_nor_numpy_nor_matplotlib():
    code = "import errorflow, sys; print([m for m in ('sympy', 'numpy', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_methods_of_a_cell_are_the_engine_they_stand_for(tmp_path):
    from errorflow.numeric.linear import jacobians

    cell = ef.lstm()
    weights = cell.random_weights(np.random.default_rng(1), n=3, m=2)
    inputs = np.random.default_rng(2).normal(size=(4, 5, 2))
    full = cell.step_jacobians(weights, inputs)
    assert full.shape == (4, 5, 6, 6)
    assert np.array_equal(full, jacobians(cell.run(weights, inputs)))
    cut = cell.step_jacobians(weights, inputs, truncated=True)
    assert not np.array_equal(full, cut)
    assert not cut[:, :, :3, 3:].any()
    assert cell.draw(tmp_path / "lstm.svg").read_text().startswith("<?xml")
