"""Straight lines and pieces: the value of an expression, the memory that they write, the products that they count."""

from __future__ import annotations

from itertools import repeat

import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow.learning.counting import products
from errorflow.learning.operations import Counter
from errorflow.numeric import pieces
from errorflow.numeric.compile import elementwise
from errorflow.numeric.lines import Scratch, lines, walk

x, y, z = ef.names("x y z")
KNOWN = {"x": x, "y": y, "z": z, "logistic": ef.logistic, "relu": ef.relu}
EXPRESSIONS = [
    "x", "-x", "2", "x + y", "x - y", "-x - y", "1 - x**2", "x*y + (1 - x)*z", "x*(1 - x)", "-x*y/2", "x/y", "1/(x*y)",
    "x**3/(1 + y**2)**2", "1/x", "x**-2", "sqrt(y)/z", "y**(5/2)", "logistic(x)*(1 - logistic(x))", "relu(x - y)*z",
    "tanh(x*tanh(y + z) - logistic(x/3))", "exp(-x**2)", "Max(x, y*z)", "y**x", "x*y*(x + y*(z - x*(y + z)))",
    "(x - y)*(x + z)/((1 + x**2)*(2 + y))", "2*sin(x)*tanh(1)",
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_lines_give_the_value_of_an_expression_and_count_its_products_and_change_nothing_that_they_read(text):
    expression = sympy.sympify(text, locals=KNOWN)
    rng = np.random.default_rng(0)
    given = {s: rng.uniform(0.5, 2, (3, 2)) for s in (x, y, z)}
    before = {s: array.copy() for s, array in given.items()}
    places, counter = dict(given), Counter(count_elementwise=True)
    for line in lines(expression):
        target = places.setdefault(line.target, np.full((3, 2), np.nan))
        counter.writes(line.function)(*(r if isinstance(r, float) else places[r] for r in line.reads), target)
    whole = elementwise(expression)
    want = np.broadcast_to(whole.function(*(given[s] for s in whole.reads)), (3, 2))
    np.testing.assert_allclose(places[Scratch(0)], want, rtol=4e-16, atol=0)  # a power as products, or by itself
    assert counter.elementwise == 6 * products(expression)
    for symbol, array in before.items():
        np.testing.assert_array_equal(given[symbol], array)


def test_a_walk_takes_the_first_call_then_the_second_at_every_step():
    total, seen = np.zeros(1), []
    double = (np.multiply, (repeat(total), repeat(2.0), repeat(total)))
    walk(
        3, [(np.add, (repeat(total), np.ones((9, 1)), repeat(total))), double, (seen.append, (map(float, repeat(5)),))]
    )
    assert total == 14  # ((1) 2 + 1) 2 + 1) 2
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("rows", "inner", "columns", "want"),
    [
        (512, 128, 16, 2),
        (256, 64, 16, 1),
        (1024, 256, 16, 8),
        (512, 128, 1, 1),
        (30, 10**4, 16, 1),
        (48, 2000, 16, 2),
        (512, 128, 64, 1),
    ],
)
def test_pieces_are_of_equal_height_and_small_or_there_is_one(rows, inner, columns, want):
    matrix = np.empty((rows, inner))
    assert pieces.number(matrix, columns) == want
    assert want == 1 or rows * inner * columns / want < 10**6
    whole = np.random.default_rng(0).normal(size=(rows, 3))
    part = pieces.cut(whole, want)
    assert part.shape == (want, rows // want, 3)
    assert np.shares_memory(part, whole)
