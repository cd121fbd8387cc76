"""Derivations line by line: every printed line, taken at its word, is true, and the last one is the block."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest

import errorflow as ef
from tests import oracles
from tests.pairs import CELLS, case
from tests.print_reading import Reader, as_text, split

# A line is a few products of numbers of order one.
TIGHT = {"rtol": 1e-12, "atol": 1e-13}

RULES = (
    "definition",
    "chain rule",
    "affine map",
    "substitution, neighbouring diagonals multiplied",
    "no path leads from the one to the other",
)


def every_cell(test):
    return pytest.mark.parametrize("name", list(CELLS))(test)


def reader(numbers, t):
    """Vectors by the name they are printed with at the step t."""
    states = [s.name for s in numbers.cell.definition.states]
    found = {}
    for symbol, array in numbers.run().between(t, t + 1).items():
        name = symbol.name.removesuffix("_new")
        found[f"{name}[t-1]" if symbol.name in states else f"{name}[t]"] = array[0, 0]
    return Reader(found, numbers.weights)


@every_cell
@pytest.mark.parametrize("truncated", [False, True])
def test_every_line_of_every_derivation_is_true(name, truncated):
    numbers = case(name, n=3, T=2, seed=5)
    read = oracles.cutting(oracles.NUMPY) if truncated else oracles.open_read
    true = oracles.step_jacobian(
        numbers.step, numbers.weights, numbers.path[1], numbers.inputs[1], numbers.widths, read
    )
    for (new, rows), (old, columns) in product(numbers.blocks, repeat=2):
        steps = numbers.cell.jacobian(truncated=truncated).steps(new, old)
        page = reader(numbers, 1)
        for step in reversed(steps[:-1]):  # what a line needs stands below it
            left, right = step.left[1], step.right[1]
            if step.rule[1] == "definition":
                np.testing.assert_allclose(evaluated(page, right), page.vectors[left], **TIGHT, err_msg=left)
            else:
                page.partials[left] = page.words(right, (3, 3))
        block = f"d {new}[t] / d {old}[t-1]"
        assert steps[-1].left[1] == block
        np.testing.assert_allclose(page.words(steps[-1].right[1], (3, 3)), true[rows, columns], **TIGHT)
        if block in page.partials:
            np.testing.assert_allclose(page.partials[block], true[rows, columns], **TIGHT)
        assert steps[-1].right[1] == numbers.cell.jacobian(truncated=truncated)[new, old].text()


def evaluated(page, text):
    """The right side of a definition: an affine map, or an elementwise expression."""
    affine = any(re.match(r"(diag\()?[A-Zp]", term) for term in split(text, " + "))
    return page.words(text, None) if affine else page.entries(text)


@every_cell
def test_every_line_says_the_same_in_latex_and_names_its_rule(name):
    cell = CELLS[name]()
    for new, old in product([s.name for s in cell.definition.states], repeat=2):
        for step in cell.jacobian(truncated=True).steps(new, old):
            assert step.rule[1].startswith(RULES), step.rule
            assert step.rule[0].split(",")[0] == step.rule[1].split(",")[0]
            if "partial" not in step.right[0] and step.rule[1] != "definition":
                assert as_text(step.right[0]) == step.right[1]


def test_the_derivation_of_the_lstm_is_the_page_one_would_write():
    lines = [f"{s.left[1]} = {s.right[1]}   {s.rule[1]}" for s in ef.lstm().jacobian().steps("c", "h")]
    assert lines[0] == "c[t] = f[t] * c[t-1] + i[t] * g[t]   definition"
    assert lines[1] == (
        "d c[t] / d h[t-1] = diag(c[t-1]) d f[t] / d h[t-1] + diag(i[t]) d g[t] / d h[t-1]"
        " + diag(g[t]) d i[t] / d h[t-1]   chain rule"
    )
    assert "d g[t] / d h[t-1] = diag(1 - g[t]^2) d net_g[t] / d h[t-1]   chain rule, tanh' = 1 - tanh^2" in lines
    assert "net_g[t] = W_g h[t-1] + U_g x[t] + b_g   definition" in lines
    assert "d net_g[t] / d h[t-1] = W_g   affine map" in lines
    assert lines[-1].endswith("substitution, neighbouring diagonals multiplied")


def test_truncation_is_named_where_it_deletes():
    rules = [s.rule[1] for s in ef.lstm().jacobian(truncated=True).steps("c", "h")]
    assert sum("truncation deletes the edge from the old state" in rule for rule in rules) == 3
    assert not any("truncation" in s.rule[1] for s in ef.lstm().jacobian().steps("c", "h"))


def test_a_block_without_a_path_is_zero_and_says_why():
    h, c, x = ef.names("h c x")
    apart = ef.Cell("apart", inputs=[x], state={h: ef.net("f", h, x), c: c / 2 + ef.net("g", x)})
    (only,) = apart.jacobian().steps("c", "h")
    assert (only.right[1], only.rule[1]) == ("0", "no path leads from the one to the other")


def test_the_flow_is_derived_by_the_chain_rule_over_one_step():
    steps = ef.lstm().flow().steps()
    assert [s.right[1] for s in steps] == [
        "d (c[t], h[t]) / d (c[t-q], h[t-q])",
        "J[t] Phi[t-1,q-1]",
        "J[t] J[t-1] ... J[t-q+1]",
    ]


def test_the_truncated_flow_is_derived_through_both_factors_of_the_step():
    cut = ef.lstm().flow(truncated=True)
    steps = cut.steps()
    assert [s.right[1] for s in steps[3:5]] == ["L[t] R[t]", "L[t] R[t] R[t-1] ... R[t-q+1]"]
    assert [f"{s.left[1]} = {s.right[1]}" for s in steps[5:]] == cut.text().split("\n")[1:]
    row = ef.lstm().flow(truncated=True, layout="row").steps()
    assert row[5].rule[1] == "transposition turns the order round"
    assert row[5].right[1].startswith("J_tr[t-q+1]^T ... J_tr[t-1]^T J_tr[t]^T")
