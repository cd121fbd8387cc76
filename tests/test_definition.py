"""A definition that is not a cell is refused when it is made, with the reason; one that is a cell is read right."""

from __future__ import annotations

import copy
import pickle
import re

import numpy as np
import pytest
import sympy
from sympy import tanh

import errorflow as ef
from errorflow.builtin import BUILTIN
from tests import oracles
from tests.mixed import mixed

h, c, x, y, f, g, u, r = ef.names("h c x y f g u r")
A = ef.net("", h, x)  # an affine map that is always right


def cell(state, inputs=(x,), **rest):
    return ef.Cell("mine", inputs=inputs, state=state, **rest)


def refused(reason, make, error=ValueError):
    """Asserts that `make` raises `error` with a message that has `reason` in it and names the cell."""
    with pytest.raises(error, match=reason) as caught:
        make()
    assert "\n" not in str(caught.value)


# What is refused


@pytest.mark.parametrize(
    ("reason", "state", "where"),
    [
        (
            re.escape("new(h) reads u, which is no state, input or name of `where`; a weight enters"),
            {h: tanh(A) + u},
            {},
        ),
        ("net_f reads u, which is no state", {h: tanh(ef.net("f", u))}, {}),
        ("net_f reads u, which is no state", {h: tanh(ef.net("f", ef.dense("W", u)))}, {}),
        ("net_f reads u, which is no state", {h: tanh(ef.net("f", h * u))}, {}),
        (re.escape("reads new(c), which is no state"), {h: tanh(ef.new(c))}, {}),
        (re.escape("reads new(x), which is no state"), {h: tanh(A) + ef.new(x)}, {}),
        (re.escape("reads new(f), which is no state"), {h: f + ef.new(f)}, {f: tanh(A)}),
    ],
    ids=["name", "source", "matrix_source", "inner_source", "new_of_nothing", "new_of_input", "new_of_gate"],
)
def test_an_unknown_name_is_refused(reason, state, where):
    expected = reason.replace("net_f reads u", "(net_f|net) reads u")
    refused(expected, lambda: cell(state, where=where))


@pytest.mark.parametrize(
    ("loop", "state", "where"),
    [
        (r"f -> g -> f|g -> f -> g", {h: f * h}, {f: tanh(g), g: tanh(f)}),
        (r"f -> f", {h: f * h}, {f: tanh(f + A)}),
        (r"new\(h\) -> new\(h\)", {h: tanh(A) * ef.new(h)}, {}),
        (r"new\(c\)", {c: tanh(ef.new(h)) + c, h: tanh(ef.new(c)) + h}, {}),
        (r"new\(h\)", {h: f * h}, {f: ef.logistic(ef.net("f", ef.new(h), x))}),
        (r"net_f", {h: f * h}, {f: ef.logistic(ef.net("f", f, x))}),
    ],
    ids=["two_gates", "itself", "own_new", "two_news", "through_new", "through_a_map"],
)
def test_a_circle_is_refused_and_shown(loop, state, where):
    refused(rf"the definitions go in a circle: .*({loop})", lambda: cell(state, where=where))


@pytest.mark.parametrize(
    "make",
    [
        lambda: cell({h: tanh(A) + x}),
        lambda: cell({h: f * h}, where={f: ef.logistic(ef.net("f", h)) * x}),
        lambda: cell({h: ef.net("f", ef.diagonal("p", x)) + h}),
        lambda: cell({h: tanh(ef.net("f", ef.diagonal("p", h * x)))}),
        lambda: cell({h: x}),
    ],
    ids=["sum", "gate", "diagonal", "inner", "copy"],
)
def test_an_input_that_meets_a_state_entry_by_entry_is_refused(make):
    refused("would need the same length", make)


@pytest.mark.parametrize(
    "make",
    [
        lambda: cell({h: tanh(ef.net("a", ef.dense("W", h)) + ef.net("b", ef.dense("W", x)))}),
        lambda: cell({h: ef.net("a", ef.dense("W", h)) + ef.net("b", ef.diagonal("W", h))}),
        lambda: cell({h: ef.net("a", ef.dense("W", h)) + ef.net("b", ef.fixed("W", h))}),
        lambda: cell({h: ef.net("a", h, bias="b") + ef.net("b", ef.dense("b", h), bias=False)}),
    ],
    ids=["widths", "diagonal", "fixed", "bias"],
)
def test_a_matrix_of_two_shapes_or_kinds_is_refused(make):
    refused("is shared, but", make)


def test_two_lengths_that_must_agree_are_refused():
    refused("cannot have both", lambda: cell({h: tanh(A) + c, c: c * f}, where={f: tanh(A)}, sizes={h: "p", c: "q"}))
    refused("cannot have both", lambda: cell({h: tanh(ef.net("", h, x, y)) * x * y}, [x, y]))


@pytest.mark.parametrize(
    ("state", "where"),
    [({h: h}, {}), ({h: tanh(A), c: c}, {}), ({h: u}, {u: h}), ({h: u}, {u: g, g: h})],
    ids=["alone", "second", "alias", "alias_of_alias"],
)
def test_a_state_that_is_never_updated_is_refused(state, where):
    refused("is never updated", lambda: cell(state, where=where))


K = sympy.Symbol("k", integer=True)


@pytest.mark.parametrize(
    ("expression", "culprit"),
    [
        (sympy.MatrixSymbol("M", 2, 2) * h, "not elementwise"),
        (sympy.Sum(h * K, (K, 1, 3)), "Sum"),
        (sympy.Product(h, (K, 1, 3)), "Product"),
        (sympy.Integral(h, (h, 0, 1)), "Integral"),
        (sympy.Derivative(sympy.Function("q")(h), h), "Derivative"),
        (sympy.Function("softmax")(h), "softmax"),
        (sympy.exp(h) / sympy.Sum(sympy.exp(sympy.Indexed("h", K)), (K, 0, 3)), "Sum|Indexed"),
        (sympy.Indexed("h", 0) + h, "Indexed|not elementwise"),
        (h * sympy.I, "ImaginaryUnit"),
        (sympy.Symbol("h", commutative=False) * 2, "not elementwise"),
        (sympy.sign(h), "sign"),
        (sympy.erf(h), "erf"),
        (sympy.Max(0, h), "Max"),
        (sympy.Piecewise((h, h > 0), (0, True)), "Piecewise"),
    ],
    ids=str,
)
def test_a_function_that_is_not_elementwise_or_not_known_is_refused(expression, culprit):
    refused(culprit, lambda: cell({h: expression}))


@pytest.mark.parametrize("value", [sympy.nan, sympy.oo, -sympy.oo, sympy.zoo, float("nan"), float("inf")], ids=str)
def test_a_constant_that_is_not_finite_is_refused(value):
    refused("must be finite|ComplexInfinity", lambda: cell({h: tanh(A), c: c * f}, where={f: value}))


def test_a_name_that_is_given_twice_is_refused():
    refused("h is given twice", lambda: cell({h: tanh(A)}, inputs=[h, x]))
    refused("x is given twice", lambda: cell({h: tanh(A)}, inputs=[x, x]))
    refused("x is given twice", lambda: cell({h: tanh(A)}, where={x: tanh(A)}))
    again = sympy.Symbol("h", positive=True)
    refused("h is given twice", lambda: cell({h: tanh(A), again: tanh(A)}))


def test_a_name_that_prints_like_a_pre_activation_or_a_new_state_is_refused():
    (net_f, h_new) = ef.names("net_f h_new")
    refused("names two vectors", lambda: cell({h: net_f + ef.net("f", h)}, where={net_f: tanh(A)}))
    refused("names two vectors", lambda: cell({h: tanh(A) * h_new}, where={h_new: tanh(A)}))


def test_a_definition_that_reaches_no_state_is_refused():
    refused("u is defined but reaches no state", lambda: cell({h: tanh(A)}, where={u: tanh(h)}))


def test_two_maps_of_one_label_are_refused():
    refused("two different maps are called 'f'", lambda: cell({h: ef.net("f", h) + ef.net("f", x)}))
    refused("two different maps are called 'f'", lambda: cell({h: ef.net("f", h) + ef.net("f", h, bias=False)}))
    refused("two different maps", lambda: cell({h: ef.net("f", ef.net("g", h)) + ef.net("f", ef.net("g", x))}))


def test_matrices_that_would_share_a_name_by_accident_are_refused():
    # net f over h and c makes W_fh and W_fc; net fc over h alone would make W_fc too.
    both = {h: ef.net("f", h, c) + ef.net("fc", h), c: c * tanh(A)}
    refused("would both have a matrix W_fc", lambda: cell(both))
    refused("reads h twice", lambda: cell({h: ef.net("f", h, h)}))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: ef.Cell("", inputs=[x], state={h: tanh(A)}), "name must be a non-empty string"),
        (lambda: ef.Cell(3, inputs=[x], state={h: tanh(A)}), "name must be a non-empty string"),
        (lambda: cell({h: tanh(A)}, inputs=x), r"inputs must be a list of names, got x; write inputs=\[x\]"),
        (lambda: cell({h: tanh(A)}, inputs="x"), "inputs must be a list of names"),
        (lambda: cell({h: tanh(A)}, inputs=["x"]), "must come from errorflow.names, got 'x'"),
        (lambda: cell({h: tanh(A)}, inputs=[ef.new(h)]), "must come from errorflow.names"),
        (lambda: cell([h]), "state must map names"),
        (lambda: cell(None), "state must map names"),
        (lambda: cell({"h": tanh(A)}), "state must have names .* as keys, got 'h'"),
        (lambda: cell({h: tanh(A)}, where=[f]), "where must map names"),
        (lambda: cell({h: tanh(A)}, sizes={"h": "p"}), "sizes must have names .* as keys, got 'h'"),
        (lambda: cell({h: tanh(A)}, sizes=["p"]), "sizes must map names"),
        (lambda: cell({h: tanh(A)}, sizes={h: 3}), "must be a label such as 'p', got 3"),
        (lambda: cell({h: "tanh(h)"}), "must be a scalar SymPy expression, got str"),
        (lambda: cell({h: np.ones(3)}), "must be a scalar SymPy expression, got ndarray"),
        (lambda: cell({h: sympy.Matrix([[1]])}), "must be a scalar SymPy expression"),
        (lambda: cell({h: True}), "must be a scalar SymPy expression"),
        (lambda: cell({h: None}), "must be a scalar SymPy expression"),
        (lambda: cell({h: sympy.tanh}), "must be a scalar SymPy expression"),
        (lambda: cell({h: h > 0}), "must be a scalar SymPy expression"),
        (lambda: ef.net("f", "h"), "a source must be the name of a vector"),
        (lambda: ef.net("f", np.ones(2)), "a source must be the name of a vector"),
        (lambda: ef.new("h"), "new takes the name of a state"),
        (lambda: ef.new(ef.new(h)), "new takes the name of a state"),
        (lambda: ef.new(A), "new takes the name of a state"),
        (lambda: ef.names(["h"]), "names must be given as one string"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_thing_of_the_wrong_kind_is_a_type_error(make, reason):
    refused(reason, make, TypeError)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: cell({}), "must have at least one state"),
        (lambda: cell({h: tanh(A)}, output=c), "output must be one of its states, h, got c"),
        (lambda: cell({h: tanh(A)}, output="h"), "output must be one of its states, h, got 'h'"),
        (lambda: cell({h: tanh(A)}, sizes={u: "p"}), "sizes names u, which is not a vector"),
        (lambda: cell({h: tanh(A)}, sizes={h: ""}), "must be a label such as 'p', got ''"),
        (lambda: cell({h: tanh(A)}, sizes={h: "2 p"}), "must be a label such as 'p'"),
        (lambda: ef.net("f g", h), "label must be a name"),
        (lambda: ef.net(None, h), "label must be a name"),
        (lambda: ef.net("f"), "must read at least one vector"),
        (lambda: ef.dense("W f", h), "must be named by an identifier"),
        (lambda: ef.net("f", h, bias="b f"), "must be named by an identifier"),
        (lambda: ef.names("1h"), "a name must be a Python identifier"),
        (lambda: ef.names("lambda"), "a name must be a Python identifier"),
        (lambda: ef.names("_h"), "a name must be a Python identifier"),
        (lambda: ef.names(" "), "names must be given"),
        (lambda: ef.rnn(form="middle"), "form must be 'post' or 'pre', got 'middle'"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_wrong_value_is_a_value_error(make, reason):
    refused(reason, make)


def test_an_unknown_cell_is_a_key_error_with_the_known_ones():
    refused("no cell called 'lstmm'; built in are rnn, lstm1997, lstm, gru", lambda: ef.cell("lstmm"), KeyError)


# What is accepted


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("rnn", "W nn U nm b n"),
        ("lstm1997", "W_i nn U_i nm b_i n W_o nn U_o nm b_o n W_g nn U_g nm b_g n"),
        ("lstm", "W_i nn U_i nm b_i n W_f nn U_f nm b_f n W_o nn U_o nm b_o n W_g nn U_g nm b_g n"),
        ("gru", "W_r nn U_r nm b_r n W_z nn U_z nm b_z n W_n nn U_n nm b_hn n b_n n"),
        ("gru_reset_before", "W_r nn U_r nm b_r n W_z nn U_z nm b_z n W_n nn U_n nm b_n n"),
        (
            "lstm_peephole",
            "W_i nn U_i nm p_i n b_i n W_f nn U_f nm p_f n b_f n W_g nn U_g nm b_g n W_o nn U_o nm p_o n b_o n",
        ),
        (
            "lstm_projected",
            "W_i np U_i nm b_i n W_f np U_f nm b_f n W_o np U_o nm b_o n W_g np U_g nm b_g n W_r pn",
        ),
        (
            "lstm1997_full",
            "W_ih bn W_ii bb W_io bb W_iu bk U_i bm b_i b E nb W_oh bn W_oi bb W_oo bb W_ou bk U_o bm b_o b "
            "W_gh nn W_gi nb W_go nb W_gu nk U_g nm b_g n W_uh kn W_ui kb W_uo kb W_uu kk U_u km b_u k",
        ),
        ("mingru", "U_z nm b_z n U_n nm b_n n"),
        ("lru", "lambda_re n lambda_im n B_re nm B_im nm"),
        ("minimal_rnn", "U_z nm b_z n W_u nn V_u nn b_u n"),
        ("orthogonal_rnn", "Q nn U nm b n"),
        ("leaky_rnn", "W nn U nm b n a n"),
        ("janet", "W_f nn U_f nm b_f n W_g nn U_g nm b_g n"),
        ("slstm", "W_i nn U_i nm b_i n W_f nn U_f nm b_f n W_o nn U_o nm b_o n W_z nn U_z nm b_z n"),
    ],
)
def test_every_built_in_cell_has_the_weights_of_its_paper(name, shapes):
    words = shapes.split()
    assert ef.cell(name).shapes() == {k: tuple(v) for k, v in zip(words[::2], words[1::2], strict=True)}
    assert ef.cell(name).name == name
    assert getattr(ef, name)().name == name


def test_a_shared_matrix_is_one_parameter():
    mine = cell({h: f * tanh(ef.net("g", ef.dense("W", h), x))}, where={f: ef.logistic(ef.net("f", ef.dense("W", h)))})
    assert list(mine.shapes()).count("W") == 1
    assert mine.shapes() == {"W": ("n", "n"), "b_f": ("n",), "U_g": ("n", "m"), "b_g": ("n",)}


def test_a_shared_map_is_one_vector():
    mine = cell({h: tanh(A) * ef.logistic(A)})
    assert mine.shapes() == {"W": ("n", "n"), "U": ("n", "m"), "b": ("n",)}
    assert mine.jacobian().counts() == [[1]]  # one path: h -> net -> new h, the product is one elementwise vector


def test_diagonal_and_fixed_matrices_have_their_shapes():
    mine = cell({h: tanh(ef.net("f", ef.diagonal("p", h), ef.fixed("R", h), x, bias=False))})
    assert mine.shapes() == {"p": ("n",), "R": ("n", "n"), "U_f": ("n", "m")}
    assert [p.kind for p in mine.definition.parameters] == ["diagonal", "fixed", "dense"]


def test_inner_expressions_of_any_label_stay_apart():
    # Two labels whose inner vectors were once given one name: x with its second, x1 with its first expression.
    mine = cell({h: tanh(ef.net("x", 2 * h, h**2) + ef.net("y", h**3))}, inputs=[])
    assert mine.shapes() == {
        "W_x1": ("n", "n"), "W_x2": ("n", "n"), "b_x": ("n",), "W_y": ("n", "n"), "b_y": ("n",)
    }  # fmt: skip
    (in_n,) = ef.names("in_n")
    gated = cell({h: in_n * tanh(ef.net("n", r * h, x))}, where={r: tanh(ef.net("r", h)), in_n: tanh(ef.net("i", h))})
    trajectory = gated.run(
        {k: np.ones([2] * len(s)) for k, s in gated.shapes().items()}, np.ones((1, 2)), {"h": [1, 2]}
    )
    t = np.tanh(4.0)
    expected = t * np.tanh(t * 3 + 3)
    np.testing.assert_allclose(trajectory.output()[0], [expected, expected], rtol=1e-15)


def test_several_inputs_have_a_matrix_and_a_width_each():
    mine = cell({h: tanh(ef.net("f", h, x, y))}, [x, y])
    assert mine.shapes() == {"W_f": ("n", "n"), "U_fx": ("n", "m_x"), "U_fy": ("n", "m_y"), "b_f": ("n",)}
    alike = cell({h: tanh(ef.net("f", h, x * y))}, [x, y], sizes={x: "m", y: "m"})
    assert alike.shapes() == {"W_fh": ("n", "n"), "W_f2": ("n", "m"), "b_f": ("n",)}


def test_a_cell_may_have_no_input_and_no_weight():
    assert cell({h: tanh(ef.net("", h))}, []).shapes() == {"W": ("n", "n"), "b": ("n",)}
    assert cell({h: h / 2}, []).shapes() == {}


def test_a_projected_lstm_has_a_recurrent_width_of_its_own():
    i, o = ef.names("i o")
    gates = {k: ef.logistic(ef.net(k.name, h, x)) for k in (i, f, o)} | {g: tanh(ef.net("g", h, x))}
    projection = ef.net("p", o * tanh(ef.new(c)), bias=False)
    mine = cell({c: f * c + i * g, h: projection}, where=gates, sizes={h: "p"})
    assert mine.shapes()["W_p"] == ("p", "n")
    assert all(mine.shapes()[f"W_{k}"] == ("n", "p") for k in "ifog")
    assert mine.definition.output == h


def test_an_input_of_the_width_of_the_state_may_meet_it():
    assert cell({h: tanh(ef.net("", h) + x)}, sizes={x: "n"}).shapes() == {"W": ("n", "n"), "b": ("n",)}
    assert cell({h: h / 2 + x}, sizes={h: "m"}).shapes() == {}


def test_the_output_is_h_if_there_is_one_else_the_first_state():
    assert ef.lstm().definition.output == h
    assert cell({c: tanh(ef.net("", c, x)), u: u / 2}).definition.output == c
    assert cell({c: tanh(ef.net("", c, x)), u: u / 2}, output=u).definition.output == u


def test_every_vector_reads_only_earlier_ones():
    for make in BUILTIN.values():
        definition = make().definition
        seen = {*definition.states, *definition.inputs}
        for node in definition.nodes:
            assert set(node.sources) <= seen, node.symbol
            seen.add(node.symbol)


def test_a_definition_does_not_depend_on_the_order_of_where():
    gates = {f: ef.logistic(ef.net("f", g, x)), g: tanh(ef.net("g", h, x))}
    forward = cell({h: f * h}, where=gates)
    backward = cell({h: f * h}, where=dict(reversed(gates.items())))
    assert forward.shapes().keys() == backward.shapes().keys()
    assert forward.jacobian().text() == backward.jacobian().text()


def test_names_are_words_with_or_without_commas():
    assert ef.names("h, c x") == (h, c, x)


def test_a_symbol_of_the_same_name_is_told_from_the_state():
    refused("net reads h, .*; h is the name of two symbols; take it from errorflow.names, once",
            lambda: cell({h: tanh(ef.net("", sympy.Symbol("h")))}))  # fmt: skip


# Cells as objects


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
@pytest.mark.parametrize("make", [*BUILTIN.values(), mixed], ids=[*BUILTIN, "mixed"])
def test_a_copy_of_a_cell_is_the_same_cell(make, copied):
    mine = make()
    other = copied(mine)
    assert repr(other) == repr(mine)
    assert other.shapes() == mine.shapes()
    assert other.jacobian().blocks == mine.jacobian().blocks
    assert other.jacobian().latex() == mine.jacobian().latex()
    assert copied(mine.flow(2)).text() == mine.flow(2).text()
    weights = mine.random_weights(np.random.default_rng(0), **{label: 2 for s in mine.shapes().values() for label in s})
    steps = np.ones((3, 2))
    np.testing.assert_array_equal(other.run(weights, steps).output(), mine.run(weights, steps).output())


def test_a_cell_made_twice_has_the_same_words():
    assert ef.lstm().jacobian().blocks == ef.lstm().jacobian().blocks


def test_a_cell_of_ones_own_takes_few_lines_and_has_everything():
    h, c, x, f, u = ef.names("h c x f u")
    carousel = ef.Cell("carousel", inputs=[x], state={h: tanh(ef.new(c)), c: f * c + (1 - f) * u},
                       where={f: ef.logistic(ef.net("f", h, x)), u: tanh(ef.net("u", h, x))})  # fmt: skip
    assert carousel.jacobian()["c", "h"].latex() == (
        r"\operatorname{diag}(f_{t} \odot (1 - f_{t}) \odot (c_{t-1} - u_{t}))\, W_{f}"
        r" + \operatorname{diag}((1 - f_{t}) \odot (1 - u_{t}^{\odot 2}))\, W_{u}"
    )
    assert carousel.flow(lag="q").text() == "Phi[t,q] = J[t] J[t-1] ... J[t-q+1]"
    weights = carousel.random_weights(np.random.default_rng(1), n=4, m=3)
    inputs = np.random.default_rng(2).normal(size=(5, 3))
    norms = carousel.profile(weights, inputs).log2_norm

    def after(joint):
        old_h, old_c = joint[:4], joint[4:]
        for step in inputs:
            gate, new = (weights[f"W_{k}"] @ old_h + weights[f"U_{k}"] @ step + weights[f"b_{k}"] for k in "fu")
            gate = 1 / (1 + np.exp(-gate))
            old_c = gate * old_c + (1 - gate) * np.tanh(new)
            old_h = np.tanh(old_c)
        return np.concatenate([old_h, old_c])

    true = np.linalg.norm(oracles.complex_step(after, np.zeros(8)), 2)
    assert norms[5] == pytest.approx(np.log2(true), abs=1e-12)
    bptt, rtrl = carousel.cost(units=64, inputs=3, steps=200, algorithms=("bptt", "rtrl"))
    assert (bptt.name, rtrl.name) == ("bptt", "rtrl")
    assert 0 < bptt.total(bptt.macs) < rtrl.total(rtrl.macs)
