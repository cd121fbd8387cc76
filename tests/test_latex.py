"""What is printed: the formulas of the papers in LaTeX, text, Markdown, NumPy and JSON, without machine noise."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow.calculus.latex import Notation
from tests import oracles
from tests.mixed import mixed
from tests.pairs import CELLS, case
from tests.print_reading import as_text
from tests.test_steps import reader

# NumPy source in float64 against complex step: a few roundings on numbers of order one, the readable slope included.
TIGHT = {"rtol": 1e-11, "atol": 1e-12}


def every_cell(test):
    return pytest.mark.parametrize("name", list(CELLS))(test)


def squeezed(latex):
    """LaTeX without the spacing that a compositor would choose."""
    return re.sub(r"\\[,;!]|\\left|\\right|\s", "", latex)


# As a paper prints it, typed by hand

PAPER = [
    ("rnn", "h,h", r"\operatorname{diag}(1 - h_{t}^{\odot 2}) W"),
    ("rnn_relu", "h,h", r"\operatorname{diag}(\mathbf{1}_{>0}(h_{t})) W"),
    ("rnn_logistic", "h,h", r"\operatorname{diag}(h_{t} \odot (1 - h_{t})) W"),
    ("rnn_pre", "a,a", r"W \operatorname{diag}(1 - \tanh^{2}(a_{t-1}))"),
    ("lstm", "c,c", r"\operatorname{diag}(f_{t})"),
    (
        "lstm",
        "c,h",
        r"\operatorname{diag}(f_{t} \odot (1 - f_{t}) \odot c_{t-1}) W_{f}"
        r" + \operatorname{diag}(i_{t} \odot (1 - g_{t}^{\odot 2})) W_{g}"
        r" + \operatorname{diag}(i_{t} \odot (1 - i_{t}) \odot g_{t}) W_{i}",
    ),
    ("lstm", "h,c", r"\operatorname{diag}(f_{t} \odot o_{t} \odot (1 - \tanh^{2}(c_{t})))"),
    ("lstm1997", "c,c", "I"),
    (
        "lstm1997",
        "c,h",
        r"\operatorname{diag}(i_{t} \odot (1 - \tfrac{1}{4} g_{t}^{\odot 2})) W_{g}"
        r" + \operatorname{diag}(i_{t} \odot (1 - i_{t}) \odot g_{t}) W_{i}",
    ),
    ("lstm1997", "h,c", r"\operatorname{diag}(\tfrac{1}{2} o_{t} \odot (1 - h^{2}(c_{t})))"),
    (
        "gru",
        "h,h",
        r"\operatorname{diag}(z_{t}) + \operatorname{diag}(r_{t} \odot (1 - z_{t}) \odot (1 - n_{t}^{\odot 2})) W_{n}"
        r" + \operatorname{diag}(r_{t} \odot (1 - r_{t}) \odot \mathrm{net}_{\mathrm{hn},t} \odot (1 - z_{t})"
        r" \odot (1 - n_{t}^{\odot 2})) W_{r}"
        r" + \operatorname{diag}(z_{t} \odot (1 - z_{t}) \odot (h_{t-1} - n_{t})) W_{z}",
    ),
    (
        "gru_reset_before",
        "h,h",
        r"\operatorname{diag}(z_{t}) + \operatorname{diag}((1 - z_{t}) \odot (1 - n_{t}^{\odot 2})) W_{n}"
        r" \operatorname{diag}(r_{t})"
        r" + \operatorname{diag}((1 - z_{t}) \odot (1 - n_{t}^{\odot 2})) W_{n}"
        r" \operatorname{diag}(r_{t} \odot (1 - r_{t}) \odot h_{t-1}) W_{r}"
        r" + \operatorname{diag}(z_{t} \odot (1 - z_{t}) \odot (h_{t-1} - n_{t})) W_{z}",
    ),
    (
        "lstm_peephole",
        "c,c",
        r"\operatorname{diag}(f_{t}) + \operatorname{diag}(f_{t} \odot (1 - f_{t}) \odot c_{t-1} \odot p_{f})"
        r" + \operatorname{diag}(i_{t} \odot (1 - i_{t}) \odot g_{t} \odot p_{i})",
    ),
]


@pytest.mark.parametrize(("name", "block", "printed"), PAPER, ids=[f"{n}:{b}" for n, b, _ in PAPER])
def test_a_block_prints_as_in_a_paper(name, block, printed):
    assert squeezed(CELLS[name]().jacobian()[tuple(block.split(","))].latex()) == squeezed(printed)


def test_the_left_side_is_the_partial_derivative():
    lstm = ef.lstm()
    assert lstm.jacobian()["c", "h"].equation().startswith(r"\frac{\partial c_{t}}{\partial h_{t-1}} = ")
    assert lstm.flow(3)["c", "h"].left[0] == r"\frac{\partial c_{t}}{\partial h_{t-3}}"
    assert lstm.flow(0)["c", "h"].equation() == r"\frac{\partial c_{t}}{\partial h_{t}} = 0"
    row = lstm.jacobian(layout="row")["h", "c"]
    assert row.left[0] == r"\left(\frac{\partial c_{t}}{\partial h_{t-1}}\right)^{\!\top}"
    assert row.latex().startswith(r"W_{f}^{\top}\, \operatorname{diag}")
    cut = lstm.jacobian(truncated=True)["c", "c"]
    assert cut.left[0] == r"\left.\frac{\partial c_{t}}{\partial c_{t-1}}\right|_{\mathrm{tr}}"
    one = lstm.jacobian(truncated={"o", "f"})["c", "c"]
    assert one.left == (
        cut.left[0].replace(r"{\mathrm{tr}}", r"{\mathrm{tr}(f, o)}"),
        "d c[t] / d c[t-1] (truncated into f, o)",
    )


def test_the_flow_over_q_steps_prints_as_a_product():
    lstm = ef.lstm()
    assert lstm.flow("q").latex() == r"\Phi_{t,q} = J_{t}\, J_{t-1} \cdots J_{t-q+1}"
    assert (
        lstm.flow(layout="row").latex() == r"\Phi_{t,q}^{\top} = J_{t-q+1}^{\top} \cdots J_{t-1}^{\top}\, J_{t}^{\top}"
    )
    closed = lstm.flow(truncated=True).latex()
    assert r"\Phi^{\mathrm{tr}}_{t,q} ={}& J^{\mathrm{tr}}_{t}" in closed
    assert r"\prod_{k=0}^{q-1} \operatorname{diag}(f_{t-k})" in closed


def test_the_path_sum_prints_with_the_subscripts_of_equation_one():
    assert squeezed(ef.rnn().flow().path_sum()) == squeezed(
        r"[\Phi_{t,q}]_{uv} = \sum_{l_1, \ldots, l_{q-1} = 1}^{n} \prod_{m=1}^{q}"
        r" (1 - h_{l_{m-1},t-m+1}^{2}) W_{l_{m-1} l_m}, \qquad l_0 = u, l_{q} = v"
    )
    assert squeezed(ef.rnn(form="pre").flow(3).path_sum()) == squeezed(
        r"[\Phi_{t,3}]_{uv} = \sum_{l_1, l_2 = 1}^{n} \prod_{m=1}^{3}"
        r" W_{l_{m-1} l_m} (1 - \tanh^{2}(a_{l_m,t-m})), \qquad l_0 = u, l_{3} = v"
    )


def test_no_index_of_a_sum_is_the_name_of_a_gate():
    assert r"\sum_{s=0}^{q-1}" in ef.gru().flow().departures()  # r is the reset gate
    assert r"\sum_{r=0}^{q-1}" in ef.lstm().flow().departures()


def test_what_leaves_through_a_gate_is_named_by_gate_block_and_step():
    first = ef.lstm().flow().leaving()["i"][0]
    assert first.left == (r"E^{(i)}_{ch,t}", "E(i)[t][c,h]")
    assert ef.gru().flow().leaving()["hn"][0].left == (r"E^{(\mathrm{hn})}_{t}", "E(hn)[t]")


# Every print of every cell


def everything(cell):
    """All LaTeX that a cell prints."""
    state = cell.definition.states[0].name
    jacobians = [cell.jacobian(truncated=cut, layout=layout) for cut in (False, True) for layout in ("column", "row")]
    flows = [cell.flow(lag, truncated=cut, layout=layout)
             for lag in (0, 2, "q") for cut in (False, True) for layout in ("column", "row")]  # fmt: skip
    whole = cell.flow()
    printed = [derived.latex() for derived in (*jacobians, *flows)]
    printed += [b.equation() for part in cell.jacobian().factorisation() for b in part]
    printed += [whole.departures(), *(b.equation() for blocks in whole.leaving().values() for b in blocks)]
    printed += [f"{s.left[0]} = {s.right[0]}" for s in cell.jacobian().steps(state, state)]
    printed += [f"{s.left[0]} = {s.right[0]}" for s in cell.flow(truncated=True).steps()]
    printed += [f"{left} = {right}" for left, right in Notation(cell.definition).equations()]
    if cell.name == "rnn":
        printed += [cell.flow(lag).path_sum() for lag in (1, 2, "q")]
    return printed


def odd():
    """Names and functions that are hard to print."""
    alpha, h1, hprime, forget, x_in = ef.names("alpha h1 hprime forget x_in")
    gate = ef.logistic(ef.net("reset_gate", h1, ef.diagonal("W__p", hprime)))
    return ef.Cell(
        "odd",
        inputs=[x_in],
        state={
            h1: gate * h1 / (1 + hprime**2) - sympy.Float("0.1") * forget**3,
            hprime: sympy.sqrt(1 + h1**2) * sympy.exp(-(hprime**2)) + sympy.Abs(alpha) / 3 + sympy.pi * 2**hprime / 50,
        },
        where={
            forget: sympy.tanh(ef.net("forget", h1, x_in)),
            alpha: sympy.atan(ef.net("k", ef.dense("W1", h1 * hprime))) * sympy.log(2 + sympy.sin(h1)),
        },
    )


EVERY = {**CELLS, "mixed": mixed, "odd": odd}


@pytest.mark.parametrize("name", list(EVERY))
def test_latex_is_balanced_and_without_machine_noise(name):
    for latex in everything(EVERY[name]()):
        for opening, closing in ("{}", "()", "[]"):
            assert latex.count(opening) == latex.count(closing), latex
        assert latex.count(r"\left") == latex.count(r"\right"), latex
        assert not re.search(
            r"Dummy|_in_|@|_new|new\(|_slope|squash|logistic|\*|\d\.\d{4}|e-\d|\\operatorname\{(re|im|Abs)\}", latex
        )
        assert not re.search(r"\^\{[^{}]*\}\^|\}'?\^\{[^{}]*\}_\{[^{}]*\}\^|_\{[^{}]*\}_", latex), (
            latex
        )  # double scripts


@pytest.mark.parametrize("name", list(EVERY))
def test_text_is_without_machine_noise(name):
    cell = EVERY[name]()
    for text in (cell.jacobian().text(), cell.flow(2).text(), cell.flow(truncated=True).text()):
        assert not re.search(r"Dummy|_in_|@|_new|_slope|\\|\d\.\d{4}", text)


@every_cell
def test_latex_says_what_the_text_says(name):
    cell = CELLS[name]()
    for block in (*cell.jacobian(), *cell.jacobian(layout="row"), *cell.flow(2, truncated=True)):
        assert [as_text(word) for word in block.latex().split(" + ")] == block.text().split(" + ")


@every_cell
def test_the_text_taken_at_its_word_is_the_derivative(name):
    numbers = case(name, n=3, T=1, seed=3)
    true = oracles.step_jacobian(numbers.step, numbers.weights, numbers.path[0], numbers.inputs[0], numbers.widths)
    page = reader(numbers, 0)
    for new, rows in numbers.blocks:
        for old, columns in numbers.blocks:
            got = page.words(numbers.cell.jacobian()[new, old].text(), (3, 3))
            np.testing.assert_allclose(got, true[rows, columns], **TIGHT)
            got = page.words(numbers.cell.jacobian(layout="row")[old, new].text(), (3, 3))
            np.testing.assert_allclose(got, true[rows, columns].T, **TIGHT)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_everything_printed_compiles(tmp_path):
    page = "\n".join(
        f"\\[\n{latex}\n\\]" for make in EVERY.values() for latex in everything(make()) if len(latex) < 20_000
    )
    head = (
        r"\documentclass[10pt]{article}\usepackage[paperwidth=3000mm,paperheight=800mm]{geometry}\usepackage{amsmath}"
    )
    (tmp_path / "page.tex").write_text(f"{head}\\begin{{document}}\n{page}\n\\end{{document}}\n")
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2000:]


# The other formats


@every_cell
def test_the_numpy_source_runs_and_is_the_jacobian(name):
    numbers = case(name, n=3, T=1, seed=12)
    true = oracles.step_jacobian(numbers.step, numbers.weights, numbers.path[0], numbers.inputs[0], numbers.widths)
    vectors = {s.name: a[0, 0] for s, a in numbers.run().between(0, 1).items()}
    for layout in ("column", "row"):
        space = {"np": np, **numbers.weights, **vectors}
        exec(numbers.cell.jacobian(layout=layout).numpy(), space)
        for new, rows in numbers.blocks:
            for old, columns in numbers.blocks:
                got = space[f"J_{new}_{old}"] if layout == "column" else space[f"J_{old}_{new}"].T
                np.testing.assert_allclose(got, true[rows, columns], **TIGHT)


@every_cell
def test_the_numpy_source_of_several_steps_reads_arrays_over_time(name):
    numbers = case(name, n=2, T=3, seed=4)
    trajectory = numbers.run()
    space = {"np": np, "t": 3, **numbers.weights}
    space |= {s.name: np.concatenate([np.full((1, 2), np.nan), a[:, 0]]) for s, a in trajectory.values.items()
              if s not in numbers.cell.definition.inputs}  # fmt: skip
    space |= {name: a[:, 0] for name, a in trajectory.states.items()}  # h[t] is the state after step t = 1..3
    true = oracles.flow(numbers.step, numbers.weights, numbers.path, numbers.inputs, 2, numbers.widths)
    exec(numbers.cell.flow(2).numpy(), space)
    for new, rows in numbers.blocks:
        for old, columns in numbers.blocks:
            np.testing.assert_allclose(space[f"J_{new}_{old}"], true[rows, columns], **TIGHT)


def test_numpy_source_scales_by_numbers_and_needs_no_brackets_around_products():
    h, x = ef.names("h x")
    leaky = ef.Cell("leaky", inputs=[x], state={h: h / 2 + sympy.tanh(ef.net("", h, x)) / 3})
    source = leaky.jacobian().numpy()
    assert source.startswith("J_h_h = 1/2 * np.eye(len(h)) + (")
    assert source.endswith(")[:, None] * W")
    assert leaky.jacobian().text() == "d h[t] / d h[t-1] = 1/2 I + diag(1/3 * (1 - tanh^2(net[t]))) W"
    space = {"np": np, "h": np.ones(2), "net": np.zeros(2), "W": np.array([[3.0, 0.0], [6.0, 9.0]])}
    exec(source, space)
    np.testing.assert_allclose(space["J_h_h"], [[1.5, 0], [2, 3.5]], rtol=1e-15)
    assert ef.gru_reset_before().jacobian().numpy().count(" @ ") == 1


@every_cell
def test_json_survives_a_round_trip_and_holds_every_word(name):
    cell = CELLS[name]()
    for derived in (cell.jacobian(), cell.jacobian(truncated=True, layout="row"), cell.flow(2), cell.flow()):
        data = derived.json()
        assert json.loads(json.dumps(data, allow_nan=False)) == data
        assert (data["cell"], data["layout"], data["truncated"]) == (cell.name, derived.layout, derived.truncated)
    blocks = {(b["row"], b["column"]): b for b in cell.jacobian().json()["blocks"]}
    for (row, column), data in blocks.items():
        block = cell.jacobian()[row, column]
        assert (data["latex"], data["text"], len(data["words"])) == (block.latex(), block.text(), len(block.words))
        for shown, word in zip(data["words"], block.words, strict=True):
            assert [f.get("matrix") for f in shown] == [getattr(f, "name", None) for f in word]


def test_json_of_a_partly_truncated_flow_lists_the_labels():
    data = ef.lstm().flow(2, truncated={"o", "f"}).json()
    assert (data["truncated"], data["lag"]) == (["f", "o"], 2)
    assert json.loads(json.dumps(data)) == data


def test_markdown_is_display_mathematics():
    text = ef.lstm().jacobian().markdown()
    assert text.count("$$") == 8
    assert ef.lstm().jacobian()["c", "h"].latex() in text
    assert ef.lstm().flow().markdown() == f"$$\n{ef.lstm().flow().latex()}\n$$"


def test_a_notebook_shows_the_formula():
    for shown in (ef.lstm(), ef.lstm().jacobian(), ef.lstm().flow(), ef.lstm().jacobian()["c", "c"]):
        assert re.fullmatch(r"(?s)\$\\displaystyle .*\$", shown._repr_latex_())
    assert str(ef.rnn().jacobian()) == "d h[t] / d h[t-1] = diag(1 - h[t]^2) W"
    assert str(ef.rnn().flow()) == "Phi[t,q] = J[t] J[t-1] ... J[t-q+1]"
