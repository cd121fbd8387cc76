"""The LaTeX package: fragments say in every notation what the calculus says, and articles that read them compile."""

import os
import re
import shutil
import subprocess

import numpy as np
import pytest

import errorflow as ef
from errorflow.calculus.latex import Notation
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
    "texttt",
    "cite", "allowbreak", "ignorespaces", "mathbf", "exp", "log", "alpha", "beta", "lambda", "theta", "varphi",
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


def article(body, *, options="notation=modern", kind="{article}", more=""):
    """An article that reads the package and then `more`."""
    return (
        rf"\documentclass{kind}"
        "\n"
        rf"\usepackage[{options}]{{errorflow}}{more}"
        "\n"
        rf"\begin{{document}}{body}\end{{document}}"
        "\n"
    )


def typeset(folder, text, *, passes=1):
    """Exit status and log of the last pass; nothing else is run."""
    (folder / "article.tex").write_text(text)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "article.tex"]
    environment = {**os.environ, "max_print_line": "1000"}
    for _ in range(passes):
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace", check=False
        )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A folder with the package and the results on three cells and two theorems."""
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed (texlive-latex-base)")
    folder = tmp_path_factory.mktemp("article")
    proved = [r for r in results() if r.name in ("rnn.vanishing", "logistic.slope")]
    for name, text in files((*cell_results("rnn", "lstm1997", "lstm"), *proved)).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


HYPERREF = r"\usepackage{hyperref}"
BODY = r"""
\begin{equation}\label{one}\EFresult{lstm.jacobian}\end{equation}
\EFresult{lstm1997.carry_and_total} \EFresult{rnn.paths} \EFresult{lstm.departures} $\EFresult{lstm.flow}$ \ref{one}
\EFsteps{lstm1997.jacobian} \EFsteps{rnn.flow} \EFtheorem{rnn.vanishing} \EFverdict{rnn.vanishing}
\section{\EFtitle{rnn.vanishing}} \EFequation{lstm.definition}
"""


def test_an_article_compiles_and_nothing_sticks_out(exported):
    status, log = typeset(
        exported, article(BODY, options="notation=classic", kind="[twocolumn]{article}", more=HYPERREF)
    )
    assert status == 0, re.findall(r"^!.*", log, re.M)
    assert not [m for m in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide", log) if float(m) > 1]


ERRORS = {
    r"\EFresult{lstm.jacobain}": ("no result called `lstm.jacobain'", "there are", "lstm.jacobian", "errorflow list"),
    r"\EFresult{qqq}": ("no result called `qqq'", "errorflow list"),
    r"\EFverdict{rnn.vanish}": ("no result called `rnn.vanish'", "rnn.vanishing"),
    r"\EFsteps{lstm.weights}": ("no derivation line by line of `lstm.weights'", "Jacobians and flows"),
    r"\EFsteps{rnn.vanishing}": ("no derivation line by line of `rnn.vanishing'", "errorflow prove"),
    r"\EFpath{lost/}\EFresult{lstm.flow}": ("no file lost/fragments/names.tex", r"\EFpath{...} says where"),
}


@pytest.mark.parametrize("wrong", ERRORS)
def test_a_name_that_there_is_not_is_an_error_that_says_what_would_be_right(exported, wrong):
    status, log = typeset(exported, article(wrong))
    assert status != 0
    assert "Package errorflow Error" in log
    for words in ERRORS[wrong]:
        assert words in log, log[-1500:]


def test_an_unknown_notation_is_an_error_that_names_those_that_there_are(exported):
    status, log = typeset(exported, article("x", options="notation=modren"))
    assert status != 0
    assert "no option `notation=modren'" in log
    assert all(f"notation={n}" in log for n in NOTATIONS)


def test_an_option_of_the_class_called_review_changes_no_letters(exported):
    shown = r"\EFresult{lstm.jacobian.c_c}\makeatletter\typeout{<\EF@notation>}"
    status, log = typeset(exported, article(shown, kind="[review]{article}"))
    assert status == 0
    assert "<modern>" in log


def test_cleveref_refers_to_exported_equations_and_theorems(exported):
    if subprocess.run(["kpsewhich", "cleveref.sty"], capture_output=True, check=False).returncode:
        pytest.skip("cleveref is not installed (texlive-latex-extra)")
    body = (
        r"\cref{eq:lstm.flow,thm:rnn.vanishing,lemma,mine} \Cref{eq:lstm.flow}"
        r"\EFequation{lstm.flow}\EFtheorem{rnn.vanishing}"
        r"\begin{lemma}\label{lemma}\EFstatement{logistic.slope}\end{lemma}"
        r"\begin{equation}\label{mine}\EFresult{lstm.definition}\end{equation}"
    )
    more = HYPERREF + r"\usepackage{cleveref}\newtheorem{lemma}{Lemma}"
    status, log = typeset(exported, article(body, kind="[twocolumn]{article}", more=more), passes=2)
    assert status == 0, re.findall(r"^!.*", log, re.M)
    assert "undefined" not in log
    labels = dict(re.findall(r"\\newlabel\{(\S+)@cref\}\{\{\[(\w+)\]", (exported / "article.aux").read_text()))
    assert labels == {"eq:lstm.flow": "equation", "thm:rnn.vanishing": "EFthm", "lemma": "lemma", "mine": "equation"}


def test_a_theorem_is_set_in_the_environment_of_the_article_where_it_has_one(exported):
    body = r"\EFtheorem{rnn.vanishing}\EFtheorem[lemma]{logistic.slope}\typeout{<\arabic{theorem} \arabic{lemma}>}"
    status, log = typeset(exported, article(body, more=r"\newtheorem{theorem}{Theorem}\newtheorem{lemma}{Lemma}"))
    assert status == 0
    assert "<1 1>" in log


def test_a_definition_is_no_tautology_where_a_vector_has_no_letter_of_its_own():
    with written("classic"):
        rows = dict(Notation(ef.lstm().definition).equations())
    assert rows[r"\mathrm{net}_{c}(t)"] == "W_{c} y^{c}(t-1) + U_{c} x(t) + b_{c}"
    assert all(left not in right for left, right in rows.items() if not right.startswith(left.replace("(t)", "(t-1)")))
