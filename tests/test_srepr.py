"""What `derive --format srepr` prints: SymPy alone reads it, and at the numbers of a run it is the Jacobian."""

import re

import numpy as np
import pytest
import sympy
from sympy.matrices.expressions.matexpr import MatrixElement

import errorflow as ef
from errorflow.activations import ACTIVATIONS
from errorflow.builtin import BUILTIN
from errorflow.cli import main
from errorflow.definition import New

# The formulas are exact; the run, and the sums of some ten products of both, are rounded.
CLOSE = {"rtol": 1e-10, "atol": 1e-12}


def read(source):
    """The names that the lines assign, with the names of SymPy and no others."""
    space = {}
    exec("from sympy import *", space)
    known = set(space)
    exec(source, space)
    return {name: value for name, value in space.items() if name not in known}


def drawn(cell, steps):
    """Weights, and a run of random inputs."""
    rng = np.random.default_rng(3)
    sizes = {label: {"m": 2, "n": 3}.get(label, 2) for shape in cell.shapes().values() for label in shape}
    weights = cell.random_weights(rng, **sizes)
    inputs = rng.normal(size=(steps, 2))
    return weights, inputs, cell.run(weights, inputs)


def numbers(expression, weights, trajectory, sizes):
    """The matrix expression as an array, its names those of the last step of the run."""
    known = {name: np.asarray(value) for name, value in weights.items()}
    states = trajectory.definition.states
    last = trajectory.steps
    for step in range(last):
        for symbol, array in trajectory.between(step, step + 1).items():
            lag = last - 1 - step + (symbol in states)
            name = symbol.of.name if isinstance(symbol, New) else symbol.name
            known[f"{name}[t-{lag}]" if lag else f"{name}[t]"] = array[0, 0]
    sized = expression.xreplace({s: sympy.Integer(sizes[s.name]) for s in expression.atoms(sympy.Symbol)
                                 if s.name in sizes and s.is_positive})  # fmt: skip
    explicit = sympy.Matrix(sized.as_explicit())
    entries = {e: sympy.Float(float(np.reshape(known[e.parent.name], e.parent.shape)[e.i, e.j]), 17)
               for e in explicit.atoms(MatrixElement)}  # fmt: skip
    return np.array(explicit.xreplace(entries).evalf(17).tolist(), dtype=float)


def compare(cell, text, true, weights, trajectory, *, rows=False):
    found = read(text)
    widths = {s.name: trajectory.states[s.name].shape[-1] for s in cell.definition.states}
    sizes = {cell.definition.sizes[s]: widths[s.name] for s in cell.definition.states}
    for name, shape in cell.shapes().items():
        sizes |= dict(zip(shape, np.shape(weights[name]), strict=True))
    starts = dict(zip(widths, np.cumsum([0, *widths.values()]), strict=False))
    for new in widths:
        for old in widths:
            block = true[starts[new] :, starts[old] :][: widths[new], : widths[old]]
            got = found[f"J_{old}_{new}" if rows else f"J_{new}_{old}"]
            got = numbers(got, weights, trajectory, sizes)
            np.testing.assert_allclose(got.T if rows else got, block, **CLOSE)


LONG = ("lstm1997_full", "lstm_peephole")  # ten seconds, for their many blocks and terms
CELLS = [pytest.param(name, marks=[pytest.mark.slow] * (name in LONG)) for name in BUILTIN]


@pytest.mark.parametrize("name", CELLS)
def test_every_block_of_every_cell_is_read_by_sympy_alone_and_is_the_jacobian(name, capsys):
    cell = ef.cell(name)
    weights, inputs, trajectory = drawn(cell, 2)
    true = cell.step_jacobians(weights, inputs)[-1]
    for layout in ("column", "row"):
        assert main(["derive", name, "--layout", layout, "--format", "srepr"]) == 0
        compare(cell, capsys.readouterr().out, true, weights, trajectory, rows=layout == "row")


@pytest.mark.parametrize("name", ["rnn", "lru"])
def test_the_flow_over_two_steps_names_the_step_of_every_vector(name, capsys):
    cell = ef.cell(name)
    weights, inputs, trajectory = drawn(cell, 3)
    steps = cell.step_jacobians(weights, inputs)
    assert main(["derive", name, "--lag", "2", "--format", "srepr"]) == 0
    compare(cell, capsys.readouterr().out, steps[2] @ steps[1], weights, trajectory)


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.name)
def test_every_activation_stands_in_functions_of_sympy(entry):
    cell = ef.rnn(entry.name)
    weights, inputs, trajectory = drawn(cell, 2)
    text = f"J_h_h = {cell.jacobian()['h', 'h'].srepr()}"
    compare(cell, text, cell.step_jacobians(weights, inputs)[-1], weights, trajectory)


def test_one_block_is_one_line_that_sympify_reads_too(capsys):
    assert main(["derive", "lstm", "--block", "c,h", "--format", "srepr"]) == 0
    name, _, source = capsys.readouterr().out.strip().partition(" = ")
    assert name == "J_c_h"
    found = sympy.sympify(source)
    assert found == read(f"x = {source}")["x"]
    assert sorted(re.findall(r"W_\w", str(found))) == ["W_f", "W_g", "W_i"]
    assert found.shape[0] == found.shape[1] == sympy.Symbol("n", integer=True, positive=True)
