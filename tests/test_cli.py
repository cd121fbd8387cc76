"""The command line: what it prints is what the package says, and what cannot be meant is answered in one line."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow.builtin import BUILTIN
from errorflow.calculus.code import step_source
from errorflow.cli import main
from errorflow.cli.arguments import COMMANDS

TRAINED = Path(__file__).parents[1] / "figures" / "networks"
LSTM, RNN, DIGITS = (
    str(TRAINED / n) for n in ("digits_lstm.safetensors", "digits_rnn.safetensors", "digits_inputs.npy")
)
CELL = """
import errorflow as ef
from sympy import tanh

print("a user's file may print")
h, c, x, f, u = ef.names("h c x f u")
carousel = ef.Cell("carousel", inputs=[x], state={h: tanh(ef.new(c)), c: f * c + (1 - f) * u},
                   where={f: ef.logistic(ef.net("f", h, x)), u: tanh(ef.net("u", h, x))})
number = 3

def made():
    return carousel

def needs(width):
    return carousel

def breaks():
    return 1 / 0
"""


@pytest.fixture
def call(capsys):
    """Runs a command in this process: (status, stdout, stderr)."""

    def run(*words):
        status = main([str(w) for w in words])
        found = capsys.readouterr()
        return status, found.out, found.err

    return run


@pytest.fixture
def document(call):
    """The JSON document of a command that ends well."""

    def run(*words):
        status, out, err = call(*words, "--json")
        assert (status, err) == (0, "")
        return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))

    return run


@pytest.fixture
def mine(tmp_path):
    """A user's own file."""
    path = tmp_path / "mine.py"
    path.write_text(CELL)
    return path


def process(*words, **options):
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "errorflow", *words], capture_output=True, text=True, **options)


# Wrong input. Each message must say what is wrong and what would be right.

WRONG = [
    ("", "a command must be given: list, derive"),
    ("deriv lstm", "did you mean 'derive'?"),
    ("--json list", "errorflow list --json"),
    ("list everything", "no place for 'everything'"),
    ("list --jsn", "did you mean '--json'?"),
    ("derive", "CELL must be given"),
    ("derive lsmt", "did you mean 'lstm'?"),
    ("derive lstm --blok c,h", "did you mean '--block'?"),
    ("derive lstm --block c", "--block must be NEW,OLD"),
    ("derive lstm --block c,z", "its states are c, h"),
    ("derive lstm --format txt", "did you mean 'text'?"),
    ("derive lstm --layout diagonal", "--layout must be column or row"),
    ("derive lstm --lag -1", "--lag must be q or an integer"),
    ("derive lstm --lag 1000000", "--lag must be q or an integer from 0 to 1000"),
    ("derive lstm --lag 12", "lag 'q' keeps the product"),
    ("derive lstm --lag q --block c,h", "--block must be given with a number as --lag"),
    ("derive lstm --lag q --format numpy", "`--lag 3` writes three steps out"),
    ("derive lstm --steps --lag 3", "--steps must be given with --lag q or without --lag, got 3"),
    ("derive lstm --steps --lag q --block c,c", "--steps must be given without --block; with it go --lag"),
    ("derive lstm --steps --factors", "--factors must be given without --steps"),
    ("derive lstm --format latex --json", "--json must be given without --format latex"),
    ("derive lstm --lag", "--lag must have a value"),
    ("derive lstm --json=3", "--json must have no value, got '3'"),
    ("derive lstm --paths", "has no sum over paths"),
    ("derive rnn --paths --lag 0", "lag must be 1 or larger"),
    ("derive lstm --cut k", "there are i, f, o, g"),
    ("derive lstm --cut i --truncated", "give one of the two"),
    ("derive absent.py:cell", "no file absent.py"),
    ("prove rnn.vanshing", "did you mean 'rnn.vanishing'?"),
    ("prove rnn.nil", "did you mean 'rnn.nilpotent'?"),
    ("prove rnn.", "did you mean 'rnn.path_sum', "),
    ("prove squash", "did you mean 'squash.slopes' or 'squash.decay'?"),
    ("prove --all", "unknown option --all"),
    ("claims review.rtrl_resists_vanish", "did you mean 'review.rtrl_resists_vanishing'?"),
    ("claims --text", "unknown option --text"),
    ("claims 78", "no claim called '78'; `errorflow claims` shows all 77"),
    ("cost --cell lstn", "did you mean 'lstm'?"),
    ("cost --units 0", "--units must be an integer, 1 or larger, got '0'"),
    ("cost --steps ten", "--steps must be an integer, 1 or larger, got 'ten'"),
    ("cost --units 1" + "0" * 3000, "--units must be at most a million million, got a number of 3001 digits"),
    (f"profile {LSTM} --steps 99999999999", "--steps must fit into memory, at most "),
    (f"profile {LSTM} --steps 3 --inputs x.npy", "--inputs must be given without --steps"),
    ("export", "DIR must be given"),
    ("export one two", "no place for 'two'"),
    ("draw lstm -o lstm.pdff", "--output must end in .pdf, .svg, .png"),
    ("draw lstm --output absent/lstm.pdf", "mkdir -p absent"),
    ("draw lsmt", "did you mean 'lstm'?"),
    ("profile", "WEIGHTS must be given"),
    ("profile absent.safetensors --steps 3", "no file absent.safetensors"),
    ("profile weights.pt --steps 3", "weights.pt"),
    (f"profile {LSTM}", "--inputs or --steps must be given"),
    (f"profile {LSTM} --inputs absent.npy", "absent.npy, which is not there"),
    (f"profile {LSTM} --inputs {LSTM}", "as numpy.save writes it"),
    (f"profile {LSTM} --inputs {DIGITS} --sequence 32", "--sequence must be from 0 to 31, got 32"),
    (f"profile {LSTM} --steps 3 --nonlinearity relu", "nonlinearity must be left out"),
    (f"profile {LSTM} --steps 3 --prefix encoder.", "prefix must be 'rnn.' in"),
    ("slope log(x)", "give that: --from A, --to B or both"),
    ("slope x --from 3 --to 1", "--from must be smaller than --to, got 3 and 1"),
    ("slope geluu", "did you mean 'gelu'?"),
    ("slope sign(x)", "jumps at x = 0 (from -1 to 1): it is not Lipschitz"),
    ("check", "CLAIM must be given"),
    ("check rnn:vanish", "did you mean 'vanishes'?"),
    ("check rnn:norm(V)<1", "rnn has no matrix 'V'; there are W, U"),
    ("check 1<2 --seconds 0", "--seconds must be a number of seconds, above 0 and at most 3600, got '0'"),
    ("check absent.py:cell:vanishes", "no file absent.py"),
    ("run everything", "no place for 'everything'"),
    ("run --fast", "unknown option --fast"),
    ("models tnc", "no model called 'tnc'; did you mean 'tcn'? `errorflow models` shows all"),
    ("models tcn arima", "there is no place for 'arima'; `errorflow models --help` shows what may be given"),
]


@pytest.mark.parametrize(("line", "says"), WRONG)
def test_wrong_input_is_answered_in_one_line_with_the_way_out(line, says, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = call(*line.split())
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert err.startswith("errorflow")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "name"),
    [(["export", ""], "DIR"), (["draw", "rnn", "-o", ""], "--output"), (["profile", "", "--steps", "3"], "WEIGHTS"),
     (["profile", LSTM, "--inputs", ""], "--inputs"), (["profile", LSTM, "--steps", "3", "--plot", ""], "--plot")],
)  # fmt: skip
def test_an_empty_path_is_refused_and_nothing_is_written(words, name, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = call(*words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f": {name} must be a path, got ''; `.` is the current folder" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [["cost", "--units", "1" * 5000], ["derive", "l" * 5000], ["derive", "lstm", "--cut", "i," * 2000],
     ["prove", "rnn" * 1000], ["derive", "two words " * 500], ["list", "--" + "x" * 5000]],
)  # fmt: skip
def test_what_was_typed_at_great_length_is_echoed_short(words, call):
    status, _, err = call(*words)
    assert (status, err.count("\n")) == (2, 1)
    assert "..." in err
    assert len(err) < 600


def test_two_wrong_inputs_are_tried_for_each_command():
    tried = [line.split()[0] for line, _ in WRONG if line]
    assert all(tried.count(command) >= 2 for command in COMMANDS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mine.py:carousell", "did you mean 'carousel'? its cells are carousel"),
        ("mine.py:number", "must be a Cell or a function without arguments that returns one, got int"),
        ("mine.py:needs", "needs() must return a cell, got TypeError"),
        ("mine.py:breaks", "ZeroDivisionError at line 18: division by zero"),
        ("mine.py", "as mine.py:name, got 'mine.py'; its cells are carousel"),
        ("broken.py:cell", "must be Python, got"),
        ("raises.py:cell", "must run without error, got RuntimeError at line 2: two lines of it"),
        ("leaves.py:cell", "must run without error, got SystemExit"),
        ("bytes.py:cell", "must be Python"),
        ("mine.txt:carousel", "as file.py:name"),
        (".:carousel", "as file.py:name"),
    ],
)
@pytest.mark.parametrize("command", ["derive", "draw", "cost --cell"])
def test_a_users_file_that_holds_no_such_cell_is_refused_in_one_line(command, text, says, call, mine, monkeypatch):
    monkeypatch.chdir(mine.parent)
    Path("broken.py").write_text("def (:\n")
    Path("raises.py").write_text("\nraise RuntimeError('two lines\\nof it')\n")
    Path("leaves.py").write_text("raise SystemExit(0)\n")
    Path("bytes.py").write_bytes(b"\x00\xff\xfe")
    status, out, err = call(*command.split(), text)
    assert (status, out) == (2, "")
    line = err.splitlines()[-1]
    assert says in line
    assert [k for k in err.splitlines() if k != "a user's file may print"] == [line]


@pytest.mark.parametrize("name", ["carousel", "made"])
def test_a_users_cell_is_derived_like_a_built_in_one(name, document, call, mine):
    space: dict = {}
    exec(CELL.replace("print", "str"), space)
    status, out, err = call("derive", f"{mine}:{name}", "--json")
    found = json.loads(out)
    assert status == 0
    assert err.splitlines()[-1] == "a user's file may print"
    assert found["cell"] == "carousel"
    for block in found["blocks"]:
        assert block["text"] == space["carousel"].jacobian()[block["row"], block["column"]].text()


def test_a_users_file_may_import_its_neighbour_and_leaves_the_path_as_it_was(call, mine):
    (mine.parent / "outer.py").write_text("from mine import carousel\n")
    before = list(sys.path)
    assert call("cost", "--cell", f"{mine.parent / 'outer.py'}:carousel")[0] == 0
    assert sys.path == before


# derive


@pytest.mark.parametrize("name", ["rnn", "lstm", "lstm1997", "gru", "gru_reset_before"])
def test_derive_gives_the_blocks_of_the_jacobian(name, document):
    found = document("derive", name)
    jacobian = ef.cell(name).jacobian()
    assert (found["cell"], found["lag"], found["layout"], found["truncated"]) == (name, 1, "column", False)
    assert [(b["row"], b["column"], b["latex"]) for b in found["blocks"]] == [
        (b.row, b.column, b.latex()) for b in jacobian
    ]
    assert found["weights"] == {k: list(v) for k, v in ef.cell(name).shapes().items()}


def test_derive_of_one_block_is_that_block_alone(call):
    status, out, _ = call("derive", "lstm", "--block", "c,h")
    assert status == 0
    assert " ".join(out.split()) == str(ef.lstm().jacobian()["c", "h"])


def test_block_names_new_and_old_in_row_layout_too(document):
    (block,) = document("derive", "lstm", "--block", "c,h", "--layout", "row")["blocks"]
    assert (block["row"], block["column"]) == ("h", "c")
    assert block["text"] == ef.lstm().jacobian(layout="row")["h", "c"].text()


def test_text_says_first_what_the_names_mean(call):
    _, out, _ = call("derive", "gru")
    assert out.index("z[t] = logistic(W_z h[t-1] + U_z x[t] + b_z)") < out.index("d h[t] / d h[t-1] = ")


@pytest.mark.parametrize("option", ["--truncated", "--cut=i,f", ""])
@pytest.mark.parametrize("lag", ["2", "0"])
def test_derive_writes_the_flow_out(lag, option, document):
    truncated = {"--truncated": True, "--cut=i,f": ["i", "f"], "": False}[option]
    found = document("derive", "lstm", "--lag", lag, *filter(None, [option]))
    flow = ef.lstm().flow(int(lag), truncated=truncated)
    assert (found["lag"], found["truncated"]) == (int(lag), truncated)
    assert [b["text"] for b in found["blocks"]] == [b.text() for b in flow]


def test_derive_keeps_the_lag_symbolic(document, call):
    flow = ef.lstm1997().flow("q", truncated=True)
    found = document("derive", "lstm1997", "--lag", "q", "--truncated")
    assert found["flow"] == {"text": flow.text(), "latex": flow.latex()}
    _, out, _ = call("derive", "lstm1997", "--lag", "q", "--truncated")
    for line in flow.text().split("\n"):
        assert line in out


def test_steps_carry_their_rules(document, call):
    found = document("derive", "lstm", "--steps", "--block", "h,c")["derivations"]
    (only,) = found
    steps = ef.lstm().jacobian().steps("h", "c")
    assert [(s["left"], s["right"], s["rule"]) for s in only["steps"]] == [
        (s.left[1], s.right[1], s.rule[1]) for s in steps
    ]
    _, out, _ = call("derive", "lstm", "--steps", "--block", "h,c")
    assert out.count("[definition]") == sum(s.rule[1] == "definition" for s in steps) > 0
    assert "[chain rule, tanh' = 1 - tanh^2]" in out


@pytest.mark.parametrize("option", ["--truncated", "--layout=row", ""])
def test_steps_of_the_flow_over_q_steps_are_those_of_the_package(option, document, call):
    flow = ef.lstm().flow("q", truncated=option == "--truncated", layout="row" if "row" in option else "column")
    words = ["derive", "lstm", "--steps", "--lag", "q", *filter(None, [option])]
    found = document(*words)["derivation"]
    assert [(s["left"], s["right"], s["rule"]) for s in found] == [
        (s.left[1], s.right[1], s.rule[1]) for s in flow.steps()
    ]
    assert "[the same q times]" in call(*words)[1]


def test_steps_of_all_blocks_are_shown_where_none_is_named(document):
    pairs = [(d["new"], d["old"]) for d in document("derive", "lstm", "--steps")["derivations"]]
    assert pairs == [("c", "c"), ("c", "h"), ("h", "c"), ("h", "h")]


def test_factors_are_those_of_the_jacobian(document):
    found = document("derive", "lstm", "--factors")
    within, across = ef.lstm().jacobian().factorisation()
    assert [b["text"] for b in found["within"]] == [b.text() for b in within]
    assert [b["text"] for b in found["across"]] == [b.text() for b in across]


def test_path_sum_is_that_of_the_flow(document):
    flow = ef.rnn().flow("q")
    assert document("derive", "rnn", "--paths")["path_sum"] == {
        "latex": flow.path_sum(),
        "text": flow.path_sum(tex=False),
    }
    assert document("derive", "rnn", "--paths", "--lag", "3")["path_sum"]["latex"] == ef.rnn().flow(3).path_sum()


def test_carry_and_departures_add_up_to_the_jacobian_word_for_word(document):
    found = document("derive", "lstm", "--departures")["departures"]
    parts = [*found["carry"], *(b for blocks in found["leaving"].values() for b in blocks)]
    for block in ef.lstm().jacobian():
        mine = [w for b in parts if (b["row"], b["column"]) == (block.row, block.column) for w in b["words"]]
        assert sorted(map(str, mine)) == sorted(map(str, block.json()["words"]))


def test_every_learned_weight_has_its_derivative(document):
    found = document("derive", "gru", "--weights")["weights"]
    assert [w["weight"] for w in found] == list(ef.gru().shapes())
    (update,) = (w for w in found if w["weight"] == "W_z")
    assert update["text"] == "d h[t] = diag(z[t] * (1 - z[t]) * (h[t-1] - n[t])) dW_z h[t-1]"


def test_numpy_source_gives_the_jacobian_by_complex_step(call):
    _, source, _ = call("derive", "lstm", "--format", "numpy")
    rng = np.random.default_rng(5)
    n, m = 4, 3
    weights = ef.lstm().random_weights(rng, n=n, m=m)
    c, h, x = rng.normal(size=n), rng.normal(size=n), rng.normal(size=m)

    def step(state):
        i, f, o = (
            1 / (1 + np.exp(-(weights[f"W_{k}"] @ state[n:] + weights[f"U_{k}"] @ x + weights[f"b_{k}"])))
            for k in "ifo"
        )
        g = np.tanh(weights["W_g"] @ state[n:] + weights["U_g"] @ x + weights["b_g"])
        new = f * state[:n] + i * g
        return np.concatenate([new, o * np.tanh(new)])

    joint = np.concatenate([c, h])
    scope = {**weights, "c": c, "h": h, "x": x}
    exec(source, scope)
    mine = np.block([[scope["J_c_c"], scope["J_c_h"]], [scope["J_h_c"], scope["J_h_h"]]])
    columns = [step(joint + 1e-30j * e).imag / 1e-30 for e in np.eye(2 * n)]
    # A complex step has no cancellation: what is left are some ten roundings of numbers below 1.
    assert np.abs(mine - np.transpose(columns)).max() < 1e-14


@pytest.mark.parametrize("name", list(BUILTIN))
def test_numpy_source_runs_from_weights_state_and_input_alone(call, name):
    """Blocks of a step and of a flow over two, in either layout, from the printed script and nothing else."""
    cell = ef.cell(name)
    rng = np.random.default_rng(8)
    sizes = {label: {"n": 4, "m": 2, "b": 2}.get(label, 3) for shape in cell.shapes().values() for label in shape}
    weights = cell.random_weights(rng, **sizes)
    inputs = rng.normal(size=(3, 2))
    states = [s.name for s in cell.definition.states]
    first = {k: v[0].ravel() for k, v in cell.run(weights, inputs).states.items()}
    first = {k: rng.normal(size=v.shape) + 2 * (name == "slstm" and k == "n") for k, v in first.items()}
    true = cell.step_jacobians(weights, inputs, first)
    widths = np.cumsum([first[s].size for s in states])[:-1]
    (read,) = cell.definition.inputs

    def blocks(matrix):
        rows = [np.split(part, widths, axis=1) for part in np.split(matrix, widths)]
        return {(a, b): rows[i][k] for i, a in enumerate(states) for k, b in enumerate(states)}

    # The calculus and the code take their products in other orders; entries are of the size of ten.
    close = {"rtol": 1e-11, "atol": 1e-12}
    step = {**weights, **first, read.name: inputs[0]}
    for layout in ("column", "row"):
        scope = dict(step)
        exec(call("derive", name, "--layout", layout, "--format", "numpy")[1], scope)
        for (new, old), block in blocks(true[0]).items():
            got = scope[f"J_{new}_{old}"] if layout == "column" else scope[f"J_{old}_{new}"].T
            np.testing.assert_allclose(got, block, **close)
    scope = {**weights, **{f"{s}_0": v for s, v in first.items()}, read.name: [None, *inputs], "T": 3}
    exec(call("derive", name, "--lag", "2", "--format", "numpy")[1], scope)
    for (new, old), block in blocks(true[2] @ true[1]).items():
        np.testing.assert_allclose(scope[f"J_{new}_{old}"], block, **close)


def test_numpy_source_of_factors_multiplies_to_the_jacobian(call):
    rng = np.random.default_rng(9)
    weights = ef.lstm_peephole().random_weights(rng, n=3, m=2)
    scope = {**weights, "c": rng.normal(size=3), "h": rng.normal(size=3), "x": rng.normal(size=2)}
    true = ef.lstm_peephole().step_jacobians(weights, scope["x"][None], {k: scope[k] for k in "ch"})[0]
    exec(call("derive", "lstm_peephole", "--factors", "--format", "numpy")[1], scope)
    zero = np.zeros((3, 3))
    within, across = (
        np.block([[scope.get(f"{part}_{new}_{old}", zero) for old in "ch"] for new in "ch"])
        for part in ("within", "across")
    )
    np.testing.assert_allclose(within @ across, true, rtol=1e-12, atol=1e-14)


def test_numpy_source_has_a_length_for_a_constant_and_writes_inner_expressions_out():
    h, c, x = ef.names("h c x")
    cell = ef.Cell("constant", inputs=[x], state={h: sympy.tanh(ef.net("", h * c, x)), c: sympy.Rational(1, 3)})
    shown = step_source(cell.definition)
    assert "c_new = np.full(len(h), 1/3)" in shown
    assert any(re.fullmatch(r"net = W @ \(c\*h\) \+ U @ x \+ b", line) for line in shown)


def test_markdown_holds_every_equation(call):
    _, out, _ = call("derive", "lstm", "--format", "markdown")
    assert out.count("$$") == 2 * 4
    for block in ef.lstm().jacobian():
        assert block.equation() in out


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_of_every_view_can_be_pasted_into_a_paper(call, tmp_path):
    lines = ["lstm", "lstm --steps", "lstm1997 --lag q --truncated", "gru --lag q --layout row", "rnn --paths",
             "lstm --lag 2 --block c,h", "lstm --departures", "gru --weights", "lstm --factors"]  # fmt: skip
    body = "\n".join(call("derive", *line.split(), "--format", "latex")[1] for line in lines)
    page = (
        rf"\documentclass{{article}}\usepackage{{amsmath}}\allowdisplaybreaks\begin{{document}}{body}\end{{document}}"
    )
    (tmp_path / "page.tex").write_text(page)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


# prove and claims


@pytest.fixture(scope="module")
def once():
    """The check of a theorem, made once for this module: the dear ones take a second each."""
    from errorflow.proof import check

    reports: dict = {}

    def checked(theorem):
        if theorem.name not in reports:
            reports[theorem.name] = check(theorem)
        return reports[theorem.name]

    return checked


def test_prove_checks_every_theorem_and_says_so(document, once, monkeypatch):
    monkeypatch.setattr("errorflow.cli.prove.check", once)
    found = document("prove")["theorems"]
    assert [t["name"] for t in found] == [t.name for t in ef.theorems()]
    for mine, theorem in zip(found, ef.theorems(), strict=True):
        report = once(theorem)
        assert report.verdict in ("proved", "computed", "cited"), theorem.name
        assert (mine["verdict"], mine["route"], mine["scope"]) == (report.verdict, report.route, report.scope)
        assert (mine["statement"], mine["hypotheses"]) == (theorem.text(), list(theorem.hypotheses()))
        assert (mine["seconds"] > 0) == (mine["route"] == "kernel")


def test_prove_of_one_shows_statement_hypotheses_and_where_it_is_sharp(call):
    status, out, _ = call("prove", "rnn.vanishing")
    assert status == 0
    theorem, flat = ef.theorem("rnn.vanishing"), " ".join(out.split())
    for text in (theorem.text(), theorem.sharp, theorem.scope, theorem.source, "axioms none"):
        assert " ".join(text.split()) in flat


def test_prove_names_every_theorem_with_verdict_and_route(call, once, monkeypatch):
    monkeypatch.setattr("errorflow.cli.prove.check", once)
    _, out, _ = call("prove")
    for theorem in ef.theorems():
        assert re.search(
            rf"^{once(theorem).verdict} +{theorem.route} +\w+ +{re.escape(theorem.name)} ", out, re.MULTILINE
        ), theorem.name


def test_a_theorem_whose_certificate_is_spoilt_ends_in_status_one(call, monkeypatch):
    from errorflow.cli import prove
    from errorflow.proof import check

    monkeypatch.setattr(prove, "check", lambda theorem: check(theorem, [{"rule": "trust me"}]))
    status, out, _ = call("prove")
    assert status == 1
    assert "logistic.slope failed: " in out
    status, out, _ = call("prove", "rnn.vanishing", "--json")
    assert status == 1
    assert json.loads(out)["theorems"][0]["verdict"] == "failed"
    assert "verdict   failed" in call("prove", "rnn.vanishing")[1]


@pytest.fixture(scope="module")
def judgements():
    """All claims as the package judges them."""
    return ef.judge()


def test_claims_are_those_that_the_package_judges(call, judgements):
    status, out, _ = call("claims", "--json")
    found = json.loads(out)["claims"]
    assert [(c["id"], c["verdict"], c["text"], c["statement"], c["source"]) for c in found] == [
        (j.id, j.verdict, j.text, j.statement, j.source) for j in judgements
    ]
    assert all(c["backing"] for c in found)
    assert status == (1 if any(j.verdict == "failed" for j in judgements) else 0)


def test_a_claim_answers_to_its_number(document, judgements):
    (found,) = document("claims", "3")["claims"]
    assert found["id"] == ef.claim(found["id"]).id == "review.bptt_is_the_cause"


def test_claims_of_one_shows_what_holds_and_every_backing(call, judgements):
    one = next(j for j in judgements if j.id == "review.weight_one_threshold")
    status, out, _ = call("claims", one.id)
    flat = " ".join(out.split())
    assert status == 0
    for text in (one.text, one.statement, one.lesson, f"verdict {one.verdict}", *(b["detail"] for b in one.backing)):
        assert " ".join(text.split()) in flat


def test_a_claim_whose_theorem_is_not_proved_ends_in_status_one(call, monkeypatch):
    import errorflow.proof

    def refuse(names):
        return [errorflow.proof.check(errorflow.proof.theorem(name), [{"rule": "trust me"}]) for name in names]

    monkeypatch.setattr(errorflow.proof, "prove", refuse)
    status, out, _ = call("claims", "review.sigmoid_slope_quarter")
    assert status == 1
    assert "DOES NOT HOLD" in out


# cost


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_cost_is_that_of_the_cell(name, document):
    found = document("cost", "--cell", name, "--units", 7, "--inputs", 2, "--steps", 5)
    costs = ef.cell(name).cost(units=7, inputs=2, steps=5)
    assert [a["name"] for a in found["algorithms"]] == [c.name for c in costs]
    for mine, cost in zip(found["algorithms"], costs, strict=True):
        assert mine["macs_total"] == cost.total(cost.macs)
        assert mine["elementwise_total"] == cost.total(cost.elementwise)
        assert mine["memory_words"] == cost.total(cost.memory)
        assert mine["exact"] is cost.exact
        assert mine["macs_polynomial"] == str(cost.macs)
        assert mine["memory_polynomial"] == str(cost.memory)


def test_cost_of_the_rnn_is_what_mathematics_says(call):
    # RTRL of h' = f(W h + U x): each step n^2 + nm forward, n^2 p + n^2 p with the influence of p = n^2 + nm weights
    # scaled by rows, and n p for the gradient: p = 12, n = 3, m = 1, T = 2.
    n, m, steps = 3, 1, 2
    p = n * n + n * m
    _, out, _ = call("cost", "--cell", "rnn", "--units", n, "--inputs", m, "--steps", steps)
    row = next(line.split() for line in out.splitlines() if line.startswith("rtrl "))
    assert int(row[1].replace(",", "")) >= steps * (n * n * p + n * p)
    assert int(row[3].replace(",", "")) == n * p
    assert row[4] == "exact"


def test_cost_separates_thousands_and_names_what_is_stored(call):
    _, out, _ = call("cost", "--units", 64, "--inputs", 3, "--steps", 200)
    cost = ef.lstm().cost(units=64, inputs=3, steps=200, algorithms=("bptt", "rtrl"))
    assert f"{cost[1].total(cost[1].macs):,}" in out
    assert cost[0].kept in " ".join(out.split())


def test_cost_takes_the_sizes_that_only_some_cells_have(document, call):
    found = document("cost", "--cell", "lstm_projected", "--units", 7, "--inputs", 2, "--steps", 5, "--size", "p=3")
    costs = ef.lstm_projected().cost(units=7, inputs=2, steps=5, p=3)
    assert [a["macs_total"] for a in found["algorithms"]] == [c.total(c.macs) for c in costs]
    assert found["p"] == 3
    refused = (
        ("q=3", "lstm_projected", "be one of p, got q"),
        ("p=3", "lstm", "be left out"),
        ("p", "lstm_projected", "must be a letter and a number such as p=16, got 'p'"),
    )
    for size, cell, text in refused:
        code, _, error = call("cost", "--cell", cell, "--size", size)
        assert (code, text in error) == (2, True)


def test_cost_leaves_open_what_is_not_given(document, call):
    assert document("cost", "--units", 8)["algorithms"][0]["macs_total"] is None
    _, out, _ = call("cost", "--cell", "rnn", "--units", 2, "--inputs", 3)
    total = ef.rnn().cost(units=2, inputs=3, steps=1, algorithms=["rtrl"])[0]
    assert f"multiply-adds   = {total.total(total.macs)} T" in out


# profile


@pytest.fixture(scope="module")
def trained():
    """The profile of the digit LSTM, with three of its sequences."""
    network = ef.read_network(LSTM)
    return network.cell().profile(network.weights, np.load(DIGITS)[:3])


def test_profile_of_one_sequence_is_that_of_the_package(document, trained):
    (layer,) = document("profile", LSTM, "--inputs", DIGITS, "--sequence", 2)["layers"]
    assert {k: layer[k] for k in ("layer", "direction", "kind", "units", "inputs", "sequence")} == {
        "layer": 0, "direction": "forward", "kind": "lstm", "units": 64, "inputs": 1, "sequence": 2,
    }  # fmt: skip
    assert layer["lags"] == list(range(65))
    # The same products in a batch of one and of three: some hundred roundings, in log2.
    np.testing.assert_allclose(layer["log2_norm"], trained.log2_norm[2], atol=1e-10)
    assert set(layer["log2_norm_blocks"]) == {"c,c", "c,h", "h,c", "h,h"}
    np.testing.assert_allclose(
        layer["log2_norm_blocks"]["h,c"][1:], trained.log2_norm_blocks["h", "c"][2][1:], atol=1e-10
    )
    assert set(layer["shares"]) == {"carry", "i", "f", "o", "g"}
    np.testing.assert_allclose(np.sum(list(layer["shares"].values()), axis=0), 1, atol=1e-9)


def test_an_exact_zero_is_null_in_json_and_zero_in_the_table(document, call):
    (layer,) = document("profile", LSTM, "--inputs", DIGITS, "--sequence", 0)["layers"]
    assert layer["log2_norm_blocks"]["c,h"][0] is None
    _, out, _ = call("profile", LSTM, "--inputs", DIGITS, "--sequence", 0)
    assert re.search(r"^ +0 +0\.000 .*\bzero\b", out, re.MULTILINE)


def test_profile_over_several_sequences_is_their_median_with_mean_shares(document, trained, tmp_path):
    np.save(tmp_path / "three.npy", np.load(DIGITS)[:3])
    (layer,) = document("profile", LSTM, "--inputs", tmp_path / "three.npy")["layers"]
    assert layer["sequence"] == "median of 3"
    np.testing.assert_allclose(layer["log2_norm"], np.median(trained.log2_norm, axis=0), atol=1e-12)
    np.testing.assert_allclose(layer["shares"]["g"], trained.shares["g"].mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(np.sum(list(layer["shares"].values()), axis=0), 1, atol=1e-9)
    low, high = layer["log2_norm_quartiles"]
    assert np.all(np.array(low) <= layer["log2_norm"])
    assert np.all(np.array(high) >= layer["log2_norm"])


def test_profile_of_two_sequences_of_which_one_flow_is_zero_is_zero_and_no_warning(document, tmp_path):
    # A ReLU network: no unit of the first sequence is on, all of the second are.
    tensors = {"weight_ih_l0": np.ones((2, 1)), "weight_hh_l0": np.eye(2)}
    np.savez(tmp_path / "relu.npz", **tensors)
    np.save(tmp_path / "x.npy", np.array([[[-1.0], [-1.0]], [[1.0], [1.0]]]))
    (layer,) = document("profile", tmp_path / "relu.npz", "--inputs", tmp_path / "x.npy", "--nonlinearity", "relu")[
        "layers"
    ]
    assert layer["log2_norm"] == [0.0, None, None]
    assert layer["shares"]["net"] == [0.0, 1.0, 1.0]


def test_profile_takes_one_sequence_without_batch_axis_and_other_number_types(document, tmp_path):
    np.save(tmp_path / "x.npy", np.load(DIGITS)[1, :5].astype(np.float16))
    (layer,) = document("profile", RNN, "--inputs", tmp_path / "x.npy")["layers"]
    network = ef.read_network(RNN)
    wanted = network.cell().profile(network.weights, np.load(DIGITS)[1, :5].astype(np.float16)).log2_norm
    np.testing.assert_allclose(layer["log2_norm"], wanted, atol=1e-12)
    assert layer["sequence"] == 0


def test_profile_of_no_steps_is_the_identity(document, tmp_path):
    np.save(tmp_path / "empty.npy", np.zeros((2, 0, 1)))
    (layer,) = document("profile", LSTM, "--inputs", tmp_path / "empty.npy")["layers"]
    assert (layer["lags"], layer["log2_norm"]) == ([0], [0.0])


def test_profile_without_inputs_feeds_zeros(document):
    (layer,) = document("profile", RNN, "--steps", 4)["layers"]
    network = ef.read_network(RNN)
    wanted = network.cell().profile(network.weights, np.zeros((4, 1))).log2_norm
    np.testing.assert_allclose(layer["log2_norm"], wanted, atol=1e-12)


def test_profile_shows_lags_that_double_and_the_last(call, tmp_path):
    np.save(tmp_path / "x.npy", np.load(DIGITS)[:2, :20])
    _, out, _ = call("profile", RNN, "--inputs", tmp_path / "x.npy")
    rows = [line.split() for line in out.splitlines()]
    lags = [int(row[0]) for row in rows if row and row[0].isdigit()]
    assert lags == [0, 1, 2, 4, 8, 16, 20]
    assert "rnn (tanh), 64 units, 1 input, 20 steps; median of 2 sequences." in out


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: np.save(path, np.full((3, 4, 1), np.nan)), "inputs must be finite, got nan at index (0, 0, 0)"),
        (lambda path: np.save(path, np.zeros((3, 4, 2))), "must have shape (T, 1) or (batch, T, 1)"),
        (lambda path: np.save(path, np.zeros((0, 4, 1))), "got (0, 4, 1)"),
        (lambda path: np.save(path, np.array([["a"]])), "must hold real numbers"),
        (lambda path: np.save(path, np.array([[None]]), allow_pickle=True), "must be an array of numbers"),
        (lambda path: path.write_bytes(path.read_bytes()[:100]), "must be an array of numbers that is whole"),
        (lambda path: path.write_bytes(path.read_bytes()[:200]), "must be an array of numbers that is whole"),
        (lambda path: path.write_text("1,2,3\n"), "as numpy.save writes it"),
    ],
)
def test_inputs_that_cannot_be_read_are_refused_in_one_line(make, says, call, tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((3, 40, 1)))
    make(path)
    status, out, err = call("profile", LSTM, "--inputs", path)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_inputs_that_declare_more_than_they_hold_take_no_memory(call, tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((1, 1, 1)))
    path.write_bytes(path.read_bytes().replace(b"(1, 1, 1), }" + b" " * 12, b"(900000000000, 1, 1), }" + b" "))
    status, _, err = call("profile", LSTM, "--inputs", path)
    assert (status, err.count("\n")) == (2, 1)


# list, draw, export, run


def test_list_names_everything_that_has_a_name(document, call):
    found = document("list")
    from errorflow.builtin import BUILTIN
    from errorflow.claims import claims
    from errorflow.results import results

    assert [c["name"] for c in found["cells"]] == list(BUILTIN)
    assert [t["name"] for t in found["theorems"]] == [t.name for t in ef.theorems()]
    assert [c["id"] for c in found["claims"]] == [c.id for c in claims()]
    assert {r["name"] for r in found["results"]} | {t["name"] for t in found["theorems"]} == {r.name for r in results()}
    _, out, _ = call("list")
    for name in [*BUILTIN, *(t.name for t in ef.theorems()), *(c.id for c in claims()), *(r.name for r in results())]:
        assert f"  {name} " in out


@pytest.mark.parametrize(("suffix", "start"), [("pdf", b"%PDF"), ("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_draw_writes_the_picture_and_says_where(suffix, start, document, tmp_path):
    path = tmp_path / f"picture.{suffix}"
    assert document("draw", "rnn", "-o", path) == {"cell": "rnn", "file": str(path)}
    assert path.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [path]


def test_draw_names_the_file_after_the_cell(call, mine, monkeypatch):
    monkeypatch.chdir(mine.parent)
    status, out, _ = call("draw", "mine.py:carousel")
    assert (status, out) == (0, "carousel.pdf\n")
    assert Path("carousel.pdf").is_file()


def test_a_drawing_that_fails_leaves_the_old_file_as_it_was(call, tmp_path, monkeypatch):
    path = tmp_path / "lstm.pdf"
    path.write_text("mine")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    status, out, err = call("draw", "lstm", "-o", path)
    assert (status, out) == (3, "")
    assert err == "errorflow draw: this needs the package matplotlib; `pip install matplotlib` gets it\n"
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_draw_writes_through_a_link(call, tmp_path):
    (tmp_path / "deep").mkdir()
    target, link = tmp_path / "deep" / "kept.pdf", tmp_path / "link.pdf"
    target.write_text("old")
    link.symlink_to(target)
    assert call("draw", "rnn", "-o", link) == (0, f"{link}\n", "")
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"%PDF")
    assert list(target.parent.iterdir()) == [target]


def test_draw_to_a_link_that_leads_nowhere_or_round_is_refused(call, tmp_path):
    nowhere, round_ = tmp_path / "nowhere.pdf", tmp_path / "round.pdf"
    nowhere.symlink_to(tmp_path / "absent" / "kept.pdf")
    round_.symlink_to(round_)
    assert call("draw", "rnn", "-o", nowhere)[::2] == (
        2,
        f"errorflow draw: no such file or directory: {tmp_path}/absent/kept.pdf\n",
    )
    status, _, err = call("draw", "rnn", "-o", round_)
    assert (status, err.count("\n")) == (2, 1)
    assert f"links: {round_}" in err
    assert round_.is_symlink()


def test_draw_into_a_folder_is_refused(call, tmp_path):
    (tmp_path / "folder.pdf").mkdir()
    status, _, err = call("draw", "lstm", "-o", tmp_path / "folder.pdf")
    assert (status, err.count("\n")) == (2, 1)
    assert "must be a file, got the folder" in err


def test_export_writes_a_fragment_for_every_result(document, tmp_path, once, monkeypatch):
    monkeypatch.setattr("errorflow.results.theorems.check", once)
    found = document("export", tmp_path / "deep" / "fragments")
    files = [Path(name) for name in found["files"]]
    assert files
    assert all(path.is_file() and path.stat().st_size for path in files)
    assert {p for p in (tmp_path / "deep" / "fragments").rglob("*") if p.is_file()} == set(files)


def test_export_writes_nothing_where_a_theorem_fails(call, tmp_path, monkeypatch):
    from errorflow.proof import check
    from errorflow.results import results

    results.cache_clear()
    monkeypatch.setattr("errorflow.results.theorems.check", lambda theorem: check(theorem, [{"rule": "trust me"}]))
    status, out, err = call("export", tmp_path / "fragments")
    results.cache_clear()
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "every theorem must be proved before it is exported; failed: logistic.slope" in err
    assert not list(tmp_path.iterdir())


def test_export_into_a_folder_that_takes_no_file_names_the_folder(call, tmp_path, monkeypatch):
    def refused(**where):
        raise PermissionError(13, "Permission denied", f"{where['dir']}/{where['prefix']}x1y2")

    monkeypatch.setattr("errorflow.export.files", lambda chosen: {"one.tex": "%"})
    monkeypatch.setattr("errorflow.export.tempfile.mkstemp", refused)
    assert call("export", tmp_path) == (2, "", f"errorflow export: permission denied: {tmp_path}\n")


def test_export_over_a_file_is_refused_and_leaves_it(call, tmp_path):
    (tmp_path / "file").write_text("mine")
    status, _, err = call("export", tmp_path / "file")
    assert (status, err.count("\n")) == (2, 1)
    assert "DIR must be a folder" in err
    assert (tmp_path / "file").read_text() == "mine"


def test_the_main_job_takes_a_cited_theorem_for_what_it_is_and_a_failed_one_for_a_failure(monkeypatch):
    from dataclasses import replace

    from errorflow import proof
    from errorflow.cli import run

    reports = proof.prove(["tanh.slope", "rnn.volume"])
    monkeypatch.setattr(proof, "prove", lambda: reports)
    assert (run._prove().done, run._prove().ok) == ("2: 1 proved, 1 cited", True)
    failed = [replace(reports[0], verdict="failed"), reports[1]]
    monkeypatch.setattr(proof, "prove", lambda: failed)
    assert (run._prove().done, run._prove().ok) == ("2: 1 cited, 1 failed", False)


def test_run_hands_over_to_the_main_job_and_returns_its_status(call, monkeypatch):
    from errorflow.cli import run

    seen = []
    monkeypatch.setattr(run, "main", lambda arguments: seen.append(arguments.json) or 1)
    assert call("run", "--json")[0] == 1
    assert call("run")[0] == 1
    assert seen == [True, False]


# How it starts and how it ends


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "errorflow", option], capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "argparse" in imported
    assert not imported & {"sympy", "numpy", "scipy", "matplotlib", "flint", "safetensors"}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_take_less_than_a_seventh_of_a_second(option):
    def seconds():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process(option)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # Processor time, the least of three, since others may use the machine at the same time.
    assert min(seconds() for _ in range(3)) < 0.15


def test_version_is_that_of_the_package(call):
    assert call("--version") == (0, f"errorflow {ef.__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_takes_json(command, call):
    status, out, err = call(command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(f"usage: errorflow {command}")
    assert "--json" in out


@pytest.mark.parametrize("command", [[], ["prove"]])
def test_help_says_what_an_exit_status_means(command, call):
    _, out, _ = call(*command, "--help")
    told = " ".join(out.split())
    assert told.endswith("0 fine, 1 a checked statement failed, 2 usage or bad input, 3 a package is missing.")


@pytest.mark.parametrize(
    "line",
    ["list", "check --grammar", "check lstm:flow(h,h,q)==0",
     "derive lstm", "derive lstm --lag 3 --block c,h", "derive gru --lag 2", "derive gru --steps",
     "derive lstm --departures", "prove", "cost", "prove rnn.nilpotent", "claims review.weight_one_threshold",
     f"profile {LSTM} --inputs {DIGITS} --sequence 0"],
)  # fmt: skip
def test_no_line_is_wider_than_a_hundred_columns(line, call):
    _, out, _ = call(*line.split())
    assert max(map(len, out.splitlines())) <= 100
    assert out.isascii()


@pytest.mark.parametrize(
    "line",
    [
        "derive gru --lag 2",
        "derive lstm --lag 3 --block c,c",
        "derive gru --steps",
        "cost --cell lstm_projected --algorithm bptt rtrl",
    ],
)
def test_a_line_breaks_before_a_sign_and_not_within_a_short_bracket_or_a_monomial(line, call):
    _, out, _ = call(*line.split())
    broken = [one for one in out.splitlines() if one.startswith("          ")]
    assert broken
    for one in broken:
        assert one.count("(") == one.count(")")
        assert not one.endswith(("+", "-", "*", "/"))
        # What goes on below begins with a sign, a factor, or what is stored; not with the letters of a coefficient.
        assert re.match(r" +([-+] |diag\(|[WU]_\w+( |$)|d |:)", one)


def test_a_small_negative_number_is_shown_without_a_sign():
    from errorflow.cli.profile_page import _norm

    assert [_norm(v) for v in (-1e-5, -0.0, -0.0006, 1e-5)] == ["0.000", "0.000", "-0.001", "0.000"]


def test_memory_that_is_not_there_is_one_line_with_a_way_out(call, monkeypatch):
    from errorflow.cli import cost

    monkeypatch.setattr(cost, "main", lambda args: np.empty(10**15))
    status, out, err = call("cost")
    assert (status, out) == (2, "")
    assert re.fullmatch(
        r"errorflow cost: 7\.\d+ PiB more memory is needed than there is; fewer steps, sequences or units need less\n",
        err,
    )


def test_closed_streams_are_no_traceback():
    command = f"{sys.executable} -m errorflow cost"
    done = subprocess.run(["sh", "-c", f"{command} >&-"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "standard output must be open, got it closed" in done.stderr
    done = subprocess.run(["sh", "-c", f"{command} --units 0 2>&-"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell the number of threads")
def test_the_linear_algebra_of_a_command_takes_one_thread_unless_told_otherwise(mine):
    told = "import os, numpy\nthreads = [s for s in open('/proc/self/status') if s.startswith('Threads')]\n"
    mine.write_text(told + "print(threads[0].split()[1], os.environ['OMP_NUM_THREADS'])\n" + CELL)
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    bare = {name: value for name, value in os.environ.items() if name not in names}
    assert process("derive", f"{mine}:carousel", env=bare).stderr.splitlines()[0] == "1 1"
    assert process("derive", f"{mine}:carousel", env=bare | {"OMP_NUM_THREADS": "2"}).stderr.split()[1] == "2"


def test_a_fault_of_errorflow_itself_is_one_line_and_no_traceback(call, monkeypatch):
    from errorflow.cli import cost

    def broken(args):
        raise AttributeError("'NoneType' object has no attribute 'x'")

    monkeypatch.setattr(cost, "main", broken)
    status, out, err = call("cost")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "errorflow is to blame" in err


def test_an_interrupt_ends_in_status_130(call, monkeypatch):
    from errorflow.cli import cost

    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr(cost, "main", interrupted)
    assert call("cost") == (130, "", "interrupted\n")


def test_a_reader_that_stops_reading_is_no_fault():
    command = subprocess.Popen(
        [sys.executable, "-m", "errorflow", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    command.stdout.close()
    assert command.stderr.read() == ""
    assert command.wait() == 141
    command.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_line():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "errorflow", "cost"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert done.stderr == "errorflow cost: no space left on device\n"


def test_a_terminal_that_knows_ascii_only_gets_every_command(mine):
    mine.write_text(CELL.replace('"carousel",', '"Karussell für c",'), encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = process("derive", f"{mine}:carousel", env=environment)
    assert done.returncode == 0
    assert r"Karussell f\xfcr c" in done.stdout
    done = process("derive", f"{mine}:carousel", "--json", env=environment)
    assert json.loads(done.stdout)["cell"] == "Karussell für c"
