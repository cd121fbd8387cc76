"""The public door: what `import errorflow` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import errorflow as ef
from errorflow.activations import ACTIVATIONS as ACTIVATION_TABLE
from errorflow.builtin import BUILTIN

DEFINING = {"Cell", "names", "new", "net", "dense", "diagonal", "fixed", "stacked", "stacked_weights"}
ACTIVATIONS = {a.name for a in ACTIVATION_TABLE} - {"tanh", "arctan"} | {"activation", "swish"}  # SymPy has those two
CELLS = {"cell", *BUILTIN}
CHECKED = {"claim", "judge", "prove", "recheck", "result", "slope", "theorem", "theorems"}
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
