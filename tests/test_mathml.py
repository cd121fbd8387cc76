"""MathML and MyST: well-formed, of known elements, and with the same signs in the same places as the LaTeX."""

import re
from xml.etree import ElementTree

import pytest

import errorflow as ef
from errorflow.builtin import BUILTIN
from errorflow.calculus.letters import lettered, written
from errorflow.calculus.mathml import read
from errorflow.cli import main

SPACE = "{http://www.w3.org/1998/Math/MathML}"
# Elements of presentation MathML with the number of children that each must have, None for any.
ELEMENTS = {
    "math": None, "mrow": None, "mi": 0, "mn": 0, "mo": 0, "mtext": 0, "mspace": 0, "mfrac": 2, "msqrt": None,
    "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3, "mtable": None, "mtr": None,
    "mtd": None,
}  # fmt: skip
SIGNS = {
    "odot": "⊙", "partial": "∂", "sigma": "σ", "lambda": "λ", "Phi": "Φ", "gamma": "γ", "alpha": "α", "beta": "β",
    "cdots": "⋯", "ldots": "…", "sum": "∑", "prod": "∏", "in": "∈", "ge": "≥", "le": "≤", "top": "⊤", "lvert": "|",
    "rvert": "|", "varphi": "φ", "delta": "δ", "theta": "θ", "phi": "ϕ", "kappa": "κ", "mu": "μ",
}  # fmt: skip


OTHER = str.maketrans({"−": "-", "\u2061": "", "\u2062": "", "\xa0": " ", "{": "⟨", "}": "⟩"})


def checked(markup):
    """The tree of one `math` element; every element is known and has as many children as it must."""
    tree = ElementTree.fromstring(markup)
    assert tree.tag == f"{SPACE}math"
    for element in tree.iter():
        name = element.tag.removeprefix(SPACE)
        wanted = ELEMENTS[name]
        assert wanted is None or len(element) == wanted, name
        if name in ("mi", "mn", "mtext"):
            assert (element.text or "").strip(), name
    return tree


def signs(element):
    """What an element shows, with the marks of LaTeX for what stands above, below and in fractions."""
    name = element.tag.removeprefix(SPACE)
    parts = [signs(child) for child in element]
    if name in ("mi", "mo", "mn", "mtext"):
        return (element.text or "").translate(OTHER)
    if name == "mfrac":
        return f"/{parts[0]}{parts[1]}"
    if name in ("msub", "munder"):
        return "_".join(parts)
    if name in ("msup", "mover"):
        return parts[0] + ("′" if parts[1] == "′" else f"^{parts[1]}")
    if name in ("msubsup", "munderover"):
        return f"{parts[0]}_{parts[1]}^{parts[2]}"
    return "".join(parts)


def of_latex(latex):
    """The same of LaTeX: spaces, sizes and braces left out, commands as the signs that they show."""
    latex = latex.replace(r"\{", "⟨").replace(r"\}", "⟩")
    inside = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
    latex = re.sub(rf"\^{inside}_{inside}", r"_{\2}^{\1}", latex)  # either order is the same in LaTeX
    latex = re.sub(r"\\begin\{aligned\}|\\end\{aligned\}|\\\\\n|&|\{\}|\\(left|right)\.", "", latex)
    latex = re.sub(r"\\(left|right|mathrm|operatorname|text|qquad|quad|[,;!])(?![A-Za-z])", "", latex)
    latex = re.sub(r"\\t?frac", "/", latex)
    latex = re.sub(r"\\([A-Za-z]+)", lambda m: SIGNS.get(m[1], m[1]), latex)
    return re.sub(r"[{}\s]", "", latex).replace("'", "′").replace("\\", "")


def same(markup, latex):
    assert re.sub(r"\s", "", signs(checked(markup))) == of_latex(latex)


@pytest.mark.parametrize("name", BUILTIN)
def test_mathml_shows_the_signs_that_latex_shows(name):
    cell = ef.cell(name)
    for block in cell.jacobian():
        same(block.mathml(), block.latex())
    same(cell.jacobian().mathml(), cell.jacobian().latex())
    for flow in (cell.flow(), cell.flow(truncated=True), cell.flow(layout="row", truncated=True)):
        same(flow.mathml(), flow.latex())


@pytest.mark.parametrize("name", ["rnn", "lstm1997", "lstm"])
def test_mathml_is_written_in_the_letters_of_every_notation(name):
    cell = ef.cell(name)
    for notation in lettered(cell.definition):
        with written(notation):
            same(cell.jacobian().mathml(), cell.jacobian().latex())
            same(cell.flow(truncated=True).mathml(), cell.flow(truncated=True).latex())


VIEWS = [
    "lstm --steps", "lstm --lag q --steps --truncated", "lstm --factors", "rnn --paths", "lstm --departures",
    "lru --weights", "lstm --lag 2 --block c,h", "gru --cut r,z", "rnn --paths --notation classic",
    "lstm --departures --notation review", "lru --lag q --truncated",
]  # fmt: skip


@pytest.mark.parametrize("line", VIEWS)
def test_every_view_is_printed_as_one_math_element(line, capsys):
    assert main(["derive", *line.split(), "--format", "mathml"]) == 0
    markup = capsys.readouterr().out
    assert markup.isascii()
    assert main(["derive", *line.split(), "--format", "latex"]) == 0
    latex = re.sub(r" \\tag\*\{.*\}(?= \\\\\n|\n)", "", capsys.readouterr().out)
    tree = checked(markup)
    for row in tree.iter(f"{SPACE}mtr"):
        for rule in row.findall(f"{SPACE}mtd")[2:]:
            row.remove(rule)
    assert re.sub(r"\s", "", signs(tree)) == of_latex(latex.replace("{align*}", "{aligned}"))


def test_a_rule_stands_beside_its_line(capsys):
    assert main(["derive", "rnn", "--steps", "--format", "mathml"]) == 0
    rows = list(checked(capsys.readouterr().out).iter(f"{SPACE}mtr"))
    assert [signs(row[2]) for row in rows] == [
        "definition", "chain rule, tanh' = 1 - tanh^2", "definition", "affine map",
        "substitution, neighbouring diagonals multiplied",
    ]  # fmt: skip


def test_signs_of_xml_are_escaped_and_an_unknown_command_is_refused():
    assert "<mo>&lt;</mo>" in read("a < b")
    assert "<mtext>a &amp; b</mtext>" in read(r"\text{a & b}")
    with pytest.raises(ValueError, match="herring"):
        read(r"\herring{x}")
    with pytest.raises(ValueError, match="balanced"):
        read("a}b")


@pytest.mark.parametrize("line", VIEWS)
def test_myst_has_the_latex_in_directives_with_labels_of_their_own(line, capsys):
    assert main(["derive", *line.split(), "--format", "myst"]) == 0
    page = capsys.readouterr().out
    found = re.findall(r"^```\{math\}\n:label: (\S+)\n\n(.*?)\n```$", page, re.M | re.S)
    labels = [label for label, _ in found]
    assert len(labels) == len(set(labels)) == page.count("```") / 2
    assert main(["derive", *line.split(), "--format", "latex"]) == 0
    latex = re.sub(r" \\tag\*\{.*\}(?= \\\\\n|\n)", "", capsys.readouterr().out)
    assert "".join(of_latex(formula) for _, formula in found) == of_latex(latex.replace("{align*}", "{aligned}"))


def test_labels_of_myst_are_the_names_of_the_results(capsys):
    lstm = ef.lstm()
    assert re.findall(r":label: (\S+)", lstm.jacobian().myst()) == [
        f"lstm.jacobian.{new}_{old}" for new in "ch" for old in "ch"
    ]
    assert ":label: lstm.flow\n" in lstm.flow().myst()
    assert ":label: lstm.truncated_flow_2.c_c\n" in lstm.flow(2, truncated=True).myst()
    assert main(["derive", "lstm", "--format", "myst"]) == 0
    assert lstm.jacobian().myst() in capsys.readouterr().out
