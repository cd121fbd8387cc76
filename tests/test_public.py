"""The public door: what `import errorflow` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import errorflow as ef
from errorflow.activations import ACTIVATIONS as ACTIVATION_TABLE
from errorflow.builtin import BUILTIN
from errorflow.plots import draw_cell
from tests import oracles
from tests.pairs import case

DEFINING = {"Cell", "names", "new", "net", "dense", "diagonal", "fixed", "stacked", "stacked_weights"}
ACTIVATIONS = {a.name for a in ACTIVATION_TABLE} - {"tanh", "arctan"} | {"activation", "swish"}  # SymPy has those two
CELLS = {"cell", *BUILTIN}
CHECKED = {"check", "claim", "judge", "prove", "recheck", "result", "slope", "theorem", "theorems"}
NETWORKS = {"read_network", "diagnose"}


def test_the_public_names_are_these_and_no_others():
    # A name is a promise: it is added here when it is published, and never taken out.
    assert set(ef.__all__) == DEFINING | ACTIVATIONS | CELLS | CHECKED | NETWORKS
    assert ef.__all__ == sorted(ef.__all__)


@pytest.mark.parametrize("name", ef.__all__)
def test_every_public_name_exists_and_says_what_it_is(name):
    thing = getattr(ef, name)
    assert callable(thing)
    assert (thing.__doc__ or "").strip()
    assert name in dir(ef)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'errorflow' has no attribute 'celll'"):
        _ = ef.celll


def test_importing_does_no_algebra():
    code = "import sys, errorflow; print(sorted({'sympy', 'numpy', 'matplotlib', 'scipy', 'flint'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(("name", "gate"), [("lstm", "i"), ("gru", "r")])
def test_what_a_console_shows_of_a_result_is_one_line_and_print_shows_all_of_it(name, gate):
    cell = ef.cell(name)
    states = ", ".join(s.name for s in cell.definition.states)
    shown = {
        f"Jacobian({name!r}, states {states})": cell.jacobian(),
        f"Jacobian({name!r}, states {states}, cut into {gate})": cell.jacobian(truncated=[gate]),
        f"Flow({name!r}, states {states}, truncated, row layout, lag q)": cell.flow("q", truncated=True, layout="row"),
        f"Block(d h[t] / d h[t-1] of {name!r}, 4 terms)": cell.jacobian()["h", "h"],
    }
    for text, result in shown.items():
        assert repr(result) == text
        assert result.text() in str(result)


def test_what_a_console_shows_of_a_profile_is_one_line():
    lstm = ef.lstm()
    weights = {name: np.zeros([2] * len(shape)) for name, shape in lstm.shapes().items()}
    assert repr(lstm.profile(weights, np.zeros((5, 2)))) == "Profile(lags 0..5, states c, h)"
    assert repr(lstm.profile(weights, np.zeros((3, 5, 2)))) == "Profile(3 sequences, lags 0..5, states c, h)"


def test_a_block_that_is_not_asked_for_by_a_pair_is_refused_with_the_pair():
    for wrong in ("c", 0, ("c",)):
        with pytest.raises(KeyError, match=r"row and column, such as \['c', 'c'\]"):
            ef.lstm().jacobian()[wrong]


def test_no_public_name_is_hidden_by_a_room_of_the_package():
    # Importing errorflow.results would put the module where a function of that name stood.
    rooms = {path.stem for path in Path(ef.__file__).parent.iterdir()}
    assert not rooms & set(ef.__all__)


def test_the_jacobians_of_a_cell_are_the_derivative_of_its_step():
    given = case("lstm", n=3, m=2, T=4)
    found = given.cell.step_jacobians(given.weights, given.inputs, given.state)
    for t, x in enumerate(given.inputs):
        true = oracles.step_jacobian(given.step, given.weights, given.path[t], x, given.widths)
        np.testing.assert_allclose(found[t], true, rtol=1e-12, atol=1e-13)  # a few roundings of numbers of order one


def test_the_truncated_jacobians_of_a_cell_keep_the_carry_alone():
    given = case("lstm", n=3, m=2, T=4)
    found = given.cell.step_jacobians(given.weights, given.inputs, given.state, truncated=True)
    (_, c), (_, h) = given.blocks
    assert not found[:, :, h].any()
    full = given.cell.step_jacobians(given.weights, given.inputs, given.state)
    np.testing.assert_array_equal(found[:, c, c], full[:, c, c])
    assert full[:, c, h].any()


def test_a_cell_draws_itself(tmp_path):
    picture = ef.lstm().draw(tmp_path / "lstm.svg")
    assert picture.read_bytes() == draw_cell(ef.lstm().definition, tmp_path / "same.svg").read_bytes()
