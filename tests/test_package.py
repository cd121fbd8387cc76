"""The LaTeX package: fragments say in every notation what the calculus says, and articles that read them compile."""

import os
import re
import shutil
import subprocess

import numpy as np
import pytest

import errorflow as ef
from errorflow.calculus.letters import LETTERS, NOTATIONS, check_letters, lettered, written
from errorflow.cli import main
from errorflow.export import files
from errorflow.export.package import expanded, letters, package
from errorflow.results import results
from tests import oracles
from tests.pairs import case
from tests.print_reading import as_text
from tests.test_steps import reader

# What a fragment may hold: our macros, and amsmath.
COMMANDS = {
    "frac", "partial", "operatorname", "mathrm", "odot", "sigma", "tanh", "left", "right",
    "top", "prod", "sum", "cdots", "ldots", "tfrac", "Phi", "text", "gamma",
    "begin", "end", "in", "le", "ge", "qquad", "quad", "colon", "emergencystretch",
    "cite", "mathbf", "exp", "log", "alpha", "beta", "lambda", "theta", "varphi",
}  # fmt: skip


def cell_results(*names):
    return tuple(r for r in results() if r.name.rpartition(".")[0] in names and r.kind != "theorem")


@pytest.fixture(scope="module")
def made():
    return files(cell_results("rnn", "lstm1997", "lstm", "gru"))


@pytest.mark.parametrize("notation", NOTATIONS[1:])
@pytest.mark.parametrize("cell", ["rnn", "lstm1997", "lstm"])
def test_a_formula_in_macros_expands_to_the_formula_printed_in_the_notation(cell, notation):
    with written("macros"):
        macros = [b.equation() for b in ef.cell(cell).jacobian()]
    with written(notation):
        printed = [b.equation() for b in ef.cell(cell).jacobian()]
    assert [expanded(m, notation) for m in macros] == printed
    assert all("\\EF" in m and "\\EF" not in p for m, p in zip(macros, printed, strict=True))


@pytest.mark.parametrize("cell", ["rnn", "lstm1997", "lstm", "lstm_peephole"])
def test_macros_in_modern_letters_taken_at_their_word_are_the_derivative(cell):
    numbers = case(cell, n=3, T=1, seed=3)
    true = oracles.step_jacobian(numbers.step, numbers.weights, numbers.path[0], numbers.inputs[0], numbers.widths)
    page = reader(numbers, 0)
    with written("macros"):
        printed = {(b.row, b.column): b.latex() for b in numbers.cell.jacobian()}
    for new, rows in numbers.blocks:
        for old, columns in numbers.blocks:
            words = expanded(printed[new, old], "modern").split(" + ")
            got = page.words(" + ".join(map(as_text, words)), (3, 3))
            # float64 against complex step: a few roundings on numbers of order one
            np.testing.assert_allclose(got, true[rows, columns], rtol=1e-11, atol=1e-12)


def test_the_carousel_of_1997_is_written_as_in_1997():
    with written("classic"):
        blocks = ef.lstm1997().jacobian()
        assert blocks["c", "c"].equation() == r"\frac{\partial s(t)}{\partial s(t-1)} = I"
        assert blocks["h", "c"].latex() == r"\operatorname{diag}(y^{\mathrm{out}}(t) \odot h'(s(t)))"
        paths = ef.rnn().flow().path_sum()
    assert paths.count(r"f'(\mathrm{net}_{l_{m-1}}(t-m+1))\, w_{l_{m-1} l_m}") == 1
    assert ef.rnn().jacobian()["h", "h"].latex().count("net") == 0  # outside, the modern letters are back


def test_no_two_vectors_of_a_cell_have_one_letter():
    for notation in NOTATIONS:
        for cell in LETTERS:
            found = [text for kind, key, text in letters(notation) if kind == "sym" and key.startswith(f"{cell}.")]
            assert len(found) == len(set(found)), (notation, cell)


def test_a_cell_without_letters_is_refused_in_a_notation_and_warned_of_in_the_package(made, capsys):
    assert lettered(ef.gru().definition) == ("modern",)
    with pytest.raises(ValueError, match=r"notation classic must have letters for the cell, got 'gru'"):
        check_letters(ef.gru().definition, "classic")
    assert main(["derive", "gru", "--format", "latex", "--notation", "classic"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert made["fragments/gru.jacobian.tex"].startswith(r"\EFonly{gru.jacobian}{modern}")


def test_fragments_use_known_commands_and_balanced_braces(made):
    ours = set(re.findall(r"\\(EF\w+)", package()))
    for name, text in made.items():
        if name.startswith("fragments/"):
            assert text.count("{") == text.count("}"), name
            used = set(re.findall(r"\\([A-Za-z]+)", text))
            assert used <= COMMANDS | ours, (name, used - COMMANDS - ours)
            assert "$$" not in text
            assert r"\label" not in text


def test_every_letter_of_every_fragment_is_defined_in_every_notation(made):
    for text in (text for name, text in made.items() if name.startswith("fragments/")):
        for notation in NOTATIONS:
            assert not re.search(r"\\EF(sym|mat|fun|slope|unit|entry|map|block)\b", expanded(text, notation))


def test_srepr_of_an_entry_is_read_by_sympy_alone(capsys):
    import sympy

    assert main(["derive", "lstm1997", "--block", "h,c", "--format", "srepr"]) == 0
    shown = capsys.readouterr().out.strip().removeprefix("J_h_c = diag(").removesuffix(")")
    o, c = (sympy.Symbol(name, real=True) for name in ("o[t]", "c[t]"))
    known = {name: getattr(sympy, name) for name in re.findall(r"(\w+)\(", shown)}
    read = eval(shown, {"__builtins__": {}}, known)
    expected = o * sympy.diff(2 / (1 + sympy.exp(-c)) - 1, c)
    assert sympy.N((read - expected).subs({o: sympy.Rational(1, 3), c: sympy.Rational(2, 7)}), 30) == pytest.approx(
        0, abs=1e-25
    )


DOCUMENT = r"""\documentclass[%s]{article}
\usepackage[notation=%s]{errorflow}
\usepackage{hyperref}
\begin{document}
\begin{equation}\label{one}\EFresult{lstm.jacobian}\end{equation}
\EFresult{lstm1997.carry_and_total} \EFresult{rnn.paths} \EFresult{lstm.departures} $\EFresult{lstm.flow}$ \ref{one}
\EFsteps{lstm1997.jacobian.c_h} \EFstatement{rnn.vanishing} \EFverdict{rnn.vanishing}%s
\end{document}
"""


def compiled(folder, made, notation, columns, more=""):
    for name, text in made.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "article.tex").write_text(DOCUMENT % (columns, notation, more))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "article.tex"]
    environment = {**os.environ, "max_print_line": "1000"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def exported():
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed (texlive-latex-base)")
    theorem = next(r for r in results() if r.name == "rnn.vanishing")
    return files((*cell_results("rnn", "lstm1997", "lstm"), theorem))


SLOW = [pytest.param(n, c, marks=pytest.mark.slow) for n in NOTATIONS for c in ("onecolumn", "twocolumn")]


@pytest.mark.parametrize(("notation", "columns"), [("classic", "twocolumn"), *SLOW])
def test_an_article_compiles_in_every_notation_and_nothing_sticks_out(exported, tmp_path, notation, columns):
    status, log = compiled(tmp_path, exported, notation, columns)
    assert status == 0, re.findall(r"^!.*", log, re.M)
    wide = [m for m in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide", log) if float(m) > 1]
    assert not wide


def test_an_unknown_name_is_an_error_in_latex(exported, tmp_path):
    status, log = compiled(tmp_path, {k: exported[k] for k in exported if "jacob" not in k}, "modern", "onecolumn")
    assert status != 0
    assert "Package errorflow Error: no body of a result called `lstm.jacobian'" in log
