"""The Jacobian as words: right for every cell, block and width, exactly where exactness is possible."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow.activations import tanh_slope
from errorflow.calculus.edges import gates
from errorflow.calculus.flow import departures
from errorflow.calculus.jacobian import Blocks, factorisation, state_jacobian
from errorflow.calculus.words import ONE, At, Diag, Matrix, add, multiply, shift, transpose, word
from tests import oracles
from tests.pairs import CELLS, case

ALL = list(CELLS)
ANALYTIC = [name for name in ALL if name != "rnn_relu"]

# Words evaluated in floats against complex step: a handful of roundings on numbers of order one.
TIGHT = {"rtol": 1e-12, "atol": 1e-13}


def every_cell(test):
    return pytest.mark.parametrize("name", ALL)(test)


# Exact values: each name and each slope gets random rationals, one for a unit.


class Rationals:
    """Random rational vectors and matrices, made when first asked for by name."""

    def __init__(self, n: int, seed: int, shapes: dict[str, tuple[str, ...]]) -> None:
        self.n, self.rng, self.known = n, np.random.default_rng(seed), {}
        for name, shape in shapes.items():
            self.known[name] = self._draw((n,) * len(shape))

    def _draw(self, shape):
        numerators, denominators = self.rng.integers(-9, 10, shape), self.rng.integers(1, 10, shape)
        return np.frompyfunc(sympy.Rational, 2, 1)(numerators, denominators)

    def __call__(self, name: str):
        """The vector or weight called `name`; a slope goes by its text, such as logistic_slope(net_f).

        A matrix W that the cell does not have is drawn too: the table below is built for all cells at once.
        """
        if name not in self.known:
            self.known[name] = self._draw((self.n,) * (2 if name.startswith("W") else 1))
        return self.known[name]

    def D(self, *names: str):
        """diag of the product of vectors."""
        return np.diag(np.prod([self(k) for k in names], axis=0))

    def entry(self, expression):
        """The vector that a scalar expression stands for."""
        functions = sorted(expression.atoms(sympy.Function), key=str)
        stand_in = {f: sympy.Dummy(str(f)) for f in functions}
        opened = expression.xreplace(stand_in)
        atoms = sorted(opened.free_symbols, key=lambda s: s.name)
        values = [self(a.name) for a in atoms]
        return np.array([opened.xreplace({a: v[u] for a, v in zip(atoms, values, strict=True)}) for u in range(self.n)])

    def __getitem__(self, words):
        """The value of words."""
        return oracles.words_value(words, (self.n, self.n), self.entry, self)


def printed_formulas(R):
    """The Jacobians of the papers, typed by hand; s' stands for the slope at the pre-activation."""

    def s(k, f="logistic"):
        return f"{f}_slope(net_{k})"

    def lstm(F, squash="tanh", last="tanh"):
        candidate = s("g", squash)
        A = R.D("g", s("i")) @ R("W_i") + R.D("i", candidate) @ R("W_g")
        return F, A, R.D("o", f"{last}_slope(c_new)"), R.D(f"{last}(c_new)", s("o")) @ R("W_o")

    def assembled(F, A, Dm, B):
        return {("c", "c"): F, ("c", "h"): A, ("h", "c"): Dm @ F, ("h", "h"): Dm @ A + B}

    one = np.diag([1] * R.n)
    D, U = R.D, R
    F, A, Dm, B = lstm(D("f"))
    modern = assembled(F, A + D("c", s("f")) @ U("W_f"), Dm, B)
    old = assembled(*lstm(one, "squash_in", "squash_out"))
    Fp = D("f") + D("c", s("f"), "p_f") + D("g", s("i"), "p_i")
    Dp = D("o", "tanh_slope(c_new)") + D("tanh(c_new)", s("o"), "p_o")
    peephole = assembled(Fp, A + D("c", s("f")) @ U("W_f"), Dp, B)
    z = D("z") + np.diag(R("h") - R("n")) @ D(s("z")) @ U("W_z")
    keep = np.diag(1 - R("z"))
    inside = D("r") @ U("W_n") + D("net_hn", s("r")) @ U("W_r")
    after = z + keep @ np.diag(R.entry(slope_of_candidate())) @ inside
    before = z + keep @ D(s("n", "tanh")) @ U("W_n") @ (D("r") + D("h", s("r")) @ U("W_r"))
    return {
        "rnn": {("h", "h"): D("tanh_slope(net)") @ U("W")},
        "rnn_relu": {("h", "h"): D("positive(net)") @ U("W")},
        "rnn_logistic": {("h", "h"): D("logistic_slope(net)") @ U("W")},
        "rnn_pre": {("a", "a"): U("W") @ D("tanh_slope(a)")},
        "lstm": modern,
        "lstm1997": old,
        "lstm_peephole": peephole,
        "gru": {("h", "h"): after},
        "gru_reset_before": {("h", "h"): before},
    }


def slope_of_candidate():
    """The slope of the GRU's candidate, whose argument r * net_hn + net_n is no single name."""
    (node,) = [n for n in ef.gru().definition.nodes if n.symbol.name == "n"]
    return tanh_slope(node.expression.args[0])


@every_cell
@pytest.mark.parametrize("n", [1, 2, 3])
def test_every_block_is_the_formula_of_the_papers_in_exact_rationals(name, n):
    cell = CELLS[name]()
    R = Rationals(n, 5 + n, cell.shapes())
    formulas = printed_formulas(R)[name]
    blocks = state_jacobian(cell.definition)
    assert set(formulas) == {(r, c) for r in blocks.rows for c in blocks.columns}
    for pair, expected in formulas.items():
        assert (R[blocks[pair]] == expected).all(), pair


# Words and paths


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("rnn", [[1]]),
        ("rnn_pre", [[1]]),
        ("gru", [[4]]),
        ("gru_reset_before", [[4]]),
        ("lstm1997", [[1, 2], [1, 3]]),
        ("lstm", [[1, 3], [1, 4]]),
        ("lstm_peephole", [[3, 3], [6, 7]]),
    ],
)
def test_there_are_as_many_words_as_paths(name, counts):
    assert CELLS[name]().jacobian().counts() == counts


def test_the_jacobian_does_not_know_the_width():
    words = ef.lstm().jacobian().blocks.words
    assert not any(
        isinstance(f, Matrix) and not isinstance(f.name, str) for ws in words.values() for w in ws for f in w
    )
    assert max(len(w) for ws in words.values() for w in ws) <= 3


# Factorisation


@every_cell
def test_the_factorisation_expands_to_the_jacobian_word_for_word(name):
    definition = CELLS[name]().definition
    for truncated in (False, True):
        parts = factorisation(definition, truncated)
        product, whole = parts.within @ parts.across, state_jacobian(definition, truncated)
        for row in whole.rows:
            for column in whole.columns:
                assert Counter(product[row, column]) == Counter(whole[row, column]), (row, column)


@pytest.mark.parametrize("name", ["lstm", "lstm1997", "lstm_peephole"])
def test_the_lstm_factorisation_is_unit_lower_times_block_upper_triangular(name):
    parts = factorisation(CELLS[name]().definition)
    assert parts.within["c", "c"] == parts.within["h", "h"] == ONE
    assert parts.within["c", "h"] == ()
    assert parts.across["h", "c"] == ()
    assert all(len(w) == 1 and isinstance(w[0], Diag) for w in parts.within["h", "c"][:1])
    assert len(parts.across["h", "h"]) == 1


@pytest.mark.parametrize("name", ["lstm", "lstm1997", "lstm_peephole"])
def test_the_determinant_of_the_lstm_jacobian_is_det_F_times_det_B(name):
    definition = CELLS[name]().definition
    R = Rationals(2, 3, CELLS[name]().shapes())
    parts, whole = factorisation(definition), state_jacobian(definition)
    J = np.block([[R[whole[r, c]] for c in "ch"] for r in "ch"])
    F, B = R[parts.across["c", "c"]], R[parts.across["h", "h"]]
    assert sympy.Matrix(J).det() == sympy.Matrix(F).det() * sympy.Matrix(B).det() != 0


# Truncation


def test_truncated_error_through_the_carousel_is_exactly_one():
    jacobian = ef.lstm1997().jacobian(truncated=True)
    assert jacobian["c", "c"].words == ONE
    assert jacobian["c", "h"].words == jacobian["h", "h"].words == ()
    assert len(jacobian["h", "c"].words) == 1
    for q in (1, 2, 3, 7):
        assert ef.lstm1997().flow(q, truncated=True)["c", "c"].words == ONE


def test_truncated_1997_flow_depends_on_no_step_but_the_last():
    one = ef.lstm1997().jacobian(truncated=True).blocks
    for q in (1, 2, 5):
        assert ef.lstm1997().flow(q, truncated=True).blocks.words == one.words


@every_cell
def test_truncation_leaves_only_words_without_a_full_matrix(name):
    definition = CELLS[name]().definition
    whole, short = state_jacobian(definition), state_jacobian(definition, truncated=True)
    for pair in whole.words:
        kept = [w for w in whole[pair] if all(not isinstance(f, Matrix) or f.kind == "diagonal" for f in w)]
        assert Counter(short[pair]) == Counter(kept)


@every_cell
def test_truncating_one_map_deletes_the_words_that_enter_it_first(name):
    definition = CELLS[name]().definition
    whole = state_jacobian(definition)
    leaving = departures(definition)
    assert set(leaving) == set(gates(definition))
    for label in leaving:
        short = state_jacobian(definition, truncated={label})
        for row in whole.rows:
            for column in whole.columns:
                deleted = Counter(whole[row, column]) - Counter(short[row, column])
                # a word may enter `label` after another map too (the GRU's r inside n): then it is not first there
                assert Counter(leaving[label][row, column]) <= deleted
                assert sum(deleted.values()) == len(whole[row, column]) - len(short[row, column])


# Layout and algebra


@every_cell
def test_the_row_layout_is_the_transpose_of_the_column_layout(name):
    cell = CELLS[name]()
    column, row = cell.jacobian().blocks, cell.jacobian(layout="row").blocks
    R = Rationals(2, 9, cell.shapes())
    for (new, old), words in column.words.items():
        assert (R[row[old, new]] == R[words].T).all()
        assert transpose(transpose(words)) == words
    assert row.transposed() == column


@every_cell
def test_a_flow_is_the_product_of_its_steps_newest_on_the_left(name):
    cell = CELLS[name]()
    R = Rationals(2, 11, cell.shapes())
    J, flow = cell.jacobian().blocks, cell.flow(3).blocks
    names = J.rows
    steps = [np.block([[R[shift(J[r, c], k)] for c in names] for r in names]) for k in range(3)]
    written_out = np.block([[R[flow[r, c]] for c in names] for r in names])
    assert (written_out == steps[0] @ steps[1] @ steps[2]).all()
    assert not (written_out == steps[2] @ steps[1] @ steps[0]).all()
    assert cell.flow(0).blocks.words == {(s, s): ONE for s in names}


def test_words_are_an_algebra():
    a, b = sympy.symbols("a b", real=True)
    Da, Db, M, N = Diag(a), Diag(b), Matrix("M"), Matrix("N")
    assert word(Da, Db) == ((Diag(a * b),),)
    assert word(Da, Diag(1 / a)) == ONE
    assert word(Da, Diag(sympy.Integer(0)), M) == ()
    assert word(Diag(sympy.Integer(1)), M) == word(M)
    assert multiply(word(M), word(N)) != multiply(word(N), word(M))
    assert multiply(add(word(M), word(Da)), word(N)) == add(word(M, N), word(Da, N))
    assert transpose(word(Da, M, N)) == ((Matrix("N", transposed=True), Matrix("M", transposed=True), Da),)
    assert shift(shift(word(Da), 1), 2) == ((Diag(At(a, 3)),),)
    p = Matrix("p", "diagonal")
    assert transpose(word(p)) == word(p)


# Numbers out of words


def float_values(trajectory, t):
    """symbol -> vector at step t, from the package's run."""
    return {symbol: array[0, 0] for symbol, array in trajectory.between(t, t + 1).items()}


def float_words(words, n, values, weights):
    """Words in floats, slopes from their textbook form and not from the package's stable one."""
    shape = (n, n)
    return oracles.words_value(words, shape, lambda e: oracles.entry_value(e, values, n), weights.__getitem__).astype(
        float
    )


@every_cell
@pytest.mark.parametrize("n", [1, 2, 5])
def test_every_block_is_the_derivative_by_complex_step(name, n):
    numbers = case(name, n=n, T=2, seed=n)
    trajectory, jacobian = numbers.run(), numbers.cell.jacobian().blocks
    for t in range(2):
        true = oracles.step_jacobian(numbers.step, numbers.weights, numbers.path[t], numbers.inputs[t], numbers.widths)
        values = float_values(trajectory, t)
        for new, rows in numbers.blocks:
            for old, columns in numbers.blocks:
                got = float_words(jacobian[new, old], n, values.__getitem__, numbers.weights)
                np.testing.assert_allclose(got, true[rows, columns], **TIGHT)


@every_cell
def test_every_truncated_block_is_the_derivative_with_the_old_state_cut(name):
    numbers = case(name, n=3, T=1, seed=4)
    values = float_values(numbers.run(), 0)
    for truncated in (True, *({label} for label in gates(numbers.cell.definition))):
        read = oracles.cutting(oracles.NUMPY, None if truncated is True else truncated)
        true = oracles.step_jacobian(
            numbers.step, numbers.weights, numbers.path[0], numbers.inputs[0], numbers.widths, read
        )
        jacobian = numbers.cell.jacobian(truncated=truncated).blocks
        for new, rows in numbers.blocks:
            for old, columns in numbers.blocks:
                got = float_words(jacobian[new, old], 3, values.__getitem__, numbers.weights)
                np.testing.assert_allclose(got, true[rows, columns], **TIGHT)


@pytest.mark.parametrize("name", ANALYTIC)
def test_two_unrolled_steps_at_width_two_differentiate_entry_by_entry_to_the_flow(name):
    # SymPy knows only scalars here: two units, two steps, every entry of the Jacobian by itself.
    numbers = case(name, n=2, m=1, T=2, seed=8)
    start = np.array(sympy.symbols(f"s:{len(numbers.path[0])}", real=True))
    known = {}  # weights and inputs stay letters: SymPy expands powers of sums of rationals

    def letters(name, array):
        named = np.array(sympy.symbols(f"{name}:{array.size}", real=True)).reshape(array.shape)
        known.update(zip(named.ravel(), map(float, array.ravel()), strict=True))
        return named

    weights = {k: letters(f"{k}_", w) for k, w in numbers.weights.items()}
    blocks = oracles.split(start, numbers.widths)
    for t, x in enumerate(numbers.inputs):
        blocks = numbers.step(oracles.SYMPY, weights, blocks, letters(f"x{t}_", x))
    entries = [sympy.diff(v, s) for v in np.concatenate(blocks) for s in start]
    value = sympy.lambdify([*start, *known], entries, modules="mpmath", cse=True)
    true = np.array([float(v) for v in value(*map(float, numbers.path[0]), *known.values())]).reshape(len(start), -1)
    trajectory, flow = numbers.run(), numbers.cell.flow(2).blocks
    at_step = [float_values(trajectory, t) for t in range(2)]

    def values(symbol):
        return at_step[1 - symbol.lag][symbol.base] if isinstance(symbol, At) else at_step[1][symbol]

    for new, rows in numbers.blocks:
        for old, columns in numbers.blocks:
            got = float_words(flow[new, old], 2, values, numbers.weights)
            np.testing.assert_allclose(got, true[rows, columns], **TIGHT)


@every_cell
def test_the_printed_numpy_source_computes_the_block(name):
    numbers = case(name, n=3, T=1, seed=12)
    trajectory = numbers.run()
    true = oracles.step_jacobian(numbers.step, numbers.weights, numbers.path[0], numbers.inputs[0], numbers.widths)
    space = {"np": np, **numbers.weights}
    space |= {symbol.name: vector for symbol, vector in float_values(trajectory, 0).items()}
    for new, rows in numbers.blocks:
        for old, columns in numbers.blocks:
            got = eval(numbers.cell.jacobian()[new, old].numpy(), dict(space))
            np.testing.assert_allclose(got, true[rows, columns], **TIGHT)


# What is refused


def test_a_wrong_question_about_a_jacobian_is_refused_with_the_way_out():
    lstm = ef.lstm()
    with pytest.raises(KeyError, match="no block c,z; rows are c, h, columns c, h"):
        lstm.jacobian()["c", "z"]
    with pytest.raises(ValueError, match="layout must be 'column' or 'row', got 'rows'"):
        _ = lstm.jacobian(layout="rows").blocks
    with pytest.raises(KeyError, match="no truncated edges into 'z'; there are i, f, o, g"):
        _ = lstm.jacobian(truncated={"z"}).blocks
    with pytest.raises(TypeError, match="truncated must be True, False or a collection"):
        _ = lstm.jacobian(truncated="f").blocks
    for lag in (-1, True, 1.5, "p"):
        with pytest.raises((ValueError, TypeError), match="lag must be a non-negative integer or 'q'"):
            lstm.flow(lag)


def test_blocks_of_different_layouts_do_not_multiply():
    lstm = ef.lstm()
    with pytest.raises(ValueError, match="cannot multiply"):
        lstm.jacobian().blocks @ lstm.jacobian(layout="row").blocks
    with pytest.raises(ValueError, match="cannot multiply"):
        lstm.jacobian().blocks @ Blocks(("h",), ("h",), {})
