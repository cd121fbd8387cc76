"""The documentation: its examples run, its pages hold what the registries hold, and docstrings say what is due."""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import json
import re
import shlex
import sys
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from sympy import tanh

import errorflow as ef
from errorflow.builtin import BUILTIN
from errorflow.claims import CLAIMS, Judgement
from errorflow.cli import main
from errorflow.cli.arguments import COMMANDS
from errorflow.learning import ALGORITHMS
from errorflow.models import MODELS
from errorflow.proof import Report
from errorflow.proof.checker.statement import Part
from errorflow.proof.theorems.theorem import satisfiable
from tests import documented
from tests.packaging.readme_examples import COMPARE, FILE, commands, python_blocks

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "paper" / "docs"
BY_HAND = ("first_derivation", "my_cell", "my_network", "trust")


@pytest.fixture(scope="module")
def made():
    """The modules of the documentation, by name."""
    sys.path.insert(0, str(DOCS))
    names = ("writing", "reference", "pages", "front_page")
    yield {name: import_module(name) for name in names}
    sys.path.remove(str(DOCS))
    for name in names:
        sys.modules.pop(name)


def reports(verdict="proved"):
    """A report on every theorem, without a check."""
    return [Report(t.name, verdict, t.route, t.scope, 0.0, "", (), "", t.assumes) for t in ef.theorems()]


def judgements(verdict="right"):
    """A judgement of every claim, without a check."""
    return [
        Judgement(c.id, c.number, c.theme, c.source, c.text, verdict, c.statement, c.lesson, c.ask,
                  tuple({"kind": b.kind, "name": b.name, "bearing": b.bearing} for b in c.backing))
        for c in CLAIMS
    ]  # fmt: skip


@pytest.mark.parametrize("page", BY_HAND)
def test_the_examples_of_a_page_run(page, tmp_path, monkeypatch):
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "networks").symlink_to(ROOT / "figures" / "networks")
    monkeypatch.chdir(tmp_path)
    blocks, listed = python_blocks(text), commands(text)
    assert blocks
    assert listed
    space: dict[str, object] = {}
    for block in blocks:
        if named := FILE.match(block.splitlines()[0]):
            (tmp_path / named[1]).write_text(block, encoding="utf-8")
        exec(compile(block, f"{page}.md", "exec"), space)
    for command in listed:
        line, _, otherwise = command.line.partition(" || ")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = main(shlex.split(line, comments=True)[1:])
        said = out.getvalue() + (f"exit status {status}\n" if otherwise else "")
        assert bool(status) == bool(otherwise), command.line
        if command.output is not None:
            assert doctest.OutputChecker().check_output(command.output, said, COMPARE), said


def test_the_tables_in_the_readme_are_those_that_are_made(made):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert made["front_page"].written(text) == text, "python paper/docs/front_page.py writes them anew"
    known = {theorem.name for theorem in ef.theorems()}
    assert set(re.findall(r"^\| `([a-z0-9_]+\.[a-z0-9_]+)` \|", text, re.MULTILINE)) == known
    with pytest.raises(ValueError, match="markers"):
        made["front_page"].written(text.replace("<!-- /figures -->\n", ""))


def test_places_and_files_that_the_readme_leads_to_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    titles = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^## (.*)", text, re.M)
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert target[1:] in titles if target.startswith("#") else (ROOT / target).is_file(), target
    by_hand = re.sub(r"(<!-- (\w+) -->).*?<!-- /\2 -->", "", text, flags=re.DOTALL)
    assert by_hand.count("\n") <= 270  # what is looked up stands in paper/docs/


@pytest.fixture
def contributing():
    """The blocks of the section Contributing of the README, (language, source)."""
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## Contributing")[2].partition("## The map")[0]
    )
    return re.findall(r"```(python|py)\n(.*?)```", section, re.DOTALL)


def test_the_cell_and_the_theorem_that_contributing_adds_work(contributing):
    cell, theorem = (source for language, source in contributing if language == "python")
    space = {"np": np, "ef": ef, "tanh": tanh, "inputs": np.random.default_rng(1).normal(size=(2, 100, 3))}
    exec(cell, space)
    bptt, rtrl = space["highway"]().cost(units=4, inputs=3, steps=5, algorithms=("bptt", "rtrl"))
    assert 0 < bptt.macs_total < rtrl.macs_total
    exec(theorem, space)
    leak, parts = space["leak"], [[{"rule": "positive", "goal": space["claim"], "terms": space["terms"]}]]
    assert satisfiable(leak)
    false = replace(leak, statement=replace(leak.statement, parts=(Part((space["wrong"],)),)))
    assert space["check"](false, json.loads(json.dumps(parts).replace("<= M", "<= M/2"))).verdict == "failed"


def test_the_figure_that_contributing_adds_is_drawn(contributing, tmp_path):
    from figures.render import drawn

    (source,) = (source for language, source in contributing if language == "py")
    path = tmp_path / "bell.py"
    path.write_text(source, encoding="utf-8")
    spec = spec_from_file_location("bell", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    table = module.data()
    module.check(table)
    with pytest.raises(AssertionError, match="stays below 1/4"):
        module.check(table.with_y("a", "slope", table.y("a", "slope") + 0.01))
    assert drawn(module, table, ("svg",))["svg"].startswith(b"<?xml")


def test_every_page_is_in_the_table_of_contents(made):
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = {name for block in re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL)
              for name in block.split("\n\n", 1)[1].split()}  # fmt: skip
    written = set(re.findall(r'^        "(\w+)": ', (DOCS / "pages.py").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(made["pages"].BY_HAND) == {"index", *BY_HAND} == {path.stem for path in DOCS.glob("*.md")}
    assert listed == {*BY_HAND, *(written & {"theorems", "claims", "cells", "algorithms", "sequence_models", "gallery",
                                             "command_line", "reference"})}  # fmt: skip


def names_in_code(text):
    """What stands in backquotes."""
    return set(re.findall(r"`([^`\n]+)`", text))


def test_the_page_of_theorems_has_each_of_them_and_no_other(made):
    page = made["pages"].theorem_index(reports())
    known = {theorem.name for theorem in ef.theorems()}
    assert set(re.findall(r"^\| \[`([^`]+)`\]", page, re.MULTILINE)) == known
    assert set(re.findall(r"^\(([a-z0-9-]+)\)=$", page, re.MULTILINE)) == {made["writing"].anchor(n) for n in known}
    with pytest.raises(AssertionError, match=r"do not check: rnn\.nilpotent"):
        made["pages"].theorem_index(
            [replace(r, verdict="failed") if r.name == "rnn.nilpotent" else r for r in reports()]
        )


def test_the_ledger_has_every_claim_and_links_to_theorems_that_exist(made):
    page = made["pages"].ledger(judgements())
    assert {claim.id for claim in CLAIMS} <= names_in_code(page)
    places = {made["writing"].anchor(theorem.name) for theorem in ef.theorems()}
    assert set(re.findall(r"theorems\.md#([a-z0-9-]+)", page)) <= places
    with pytest.raises(AssertionError, match="does not check"):
        made["pages"].ledger(judgements("failed"))


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("cells", {"errorflow.rnn", "errorflow.lstm1997_full"}),
        ("algorithms", {algorithm.name for algorithm in ALGORITHMS}),
        ("models", {model.name for model in MODELS}),
        ("command_line", set(COMMANDS)),
    ],
)
def test_a_page_made_from_a_registry_has_all_of_it(made, page, names, monkeypatch):
    assert made["pages"].BUILTIN is BUILTIN
    monkeypatch.setattr(made["pages"], "BUILTIN", {name: BUILTIN[name] for name in ("rnn", "lstm1997_full")})
    monkeypatch.setattr(made["pages"], "COUNTED", ("rnn",))  # two cells do for a test; `make docs` makes all
    text = getattr(made["pages"], page)()
    missing = names - names_in_code(text) - set(re.findall(r"## errorflow (\w+)", text))
    assert not missing


def test_the_gallery_shows_every_figure_and_no_other(made):
    from figures import names

    page = made["pages"].gallery()
    assert re.findall(r"gallery/(\w+)\.png", page) == names()


def test_running_latex_becomes_displays(made):
    text = "Then,\n\\[\na \\le b.\n\\]\nIf so,\n\\begin{gather*}\nx, \\\\\ny.\n\\end{gather*}\n"
    found = made["writing"].statement(text)
    assert "$$\na \\le b.\n$$" in found
    assert "$$\n\\begin{aligned}\n& x,\\\\\n& y.\n\\end{aligned}\n$$" in found


def test_plain_text_is_shown_as_it_stands(made):
    assert made["writing"].plain("|W|^2 and c_t * `x|y`") == r"\|W\|\^2 and c\_t \* `x|y`"


def test_the_reference_has_a_place_for_every_public_name(made):
    assert made["reference"].missing() == []


def public(made):
    """Dotted name -> (object, whether it is a property), of everything in the reference and what classes define."""
    found = {}
    for page in made["reference"].PAGES:
        for name in (*page.names, *page.records):
            room, _, last = name.rpartition(".")
            found[name] = getattr(import_module(room), last), False
    for name, (thing, _) in list(found.items()):
        if isinstance(thing, type):
            found |= {f"{name}.{m}": (function, read) for m, function, read in documented.members(thing)}
    return found


def test_docstrings_of_everything_public_say_what_is_due(made):
    wrong = {name: found for name, (thing, read) in public(made).items() if (found := documented.faults(thing, read))}
    assert not wrong, "\n".join(f"{name}: {'; '.join(found)}" for name, found in wrong.items())


def test_theorems_that_docstrings_name_exist(made):
    known = {theorem.name for theorem in ef.theorems()}
    named = {name: found for name, (thing, _) in public(made).items()
             if (found := set(documented.THEOREM.findall(thing.__doc__ or "")))}  # fmt: skip
    assert not {name: found - known for name, found in named.items() if found - known}
    bounds = {name for name in named if name.startswith("errorflow.bounds.")}
    assert {f"errorflow.bounds.{name}" for name in import_module("errorflow.bounds").__all__} == bounds


def test_every_cell_and_learning_algorithm_has_a_source():
    for name, make in BUILTIN.items():
        assert documented.sections(make.__doc__).get("References"), name
    assert all(algorithm.source for algorithm in ALGORITHMS)


@cache
def imported(module):
    """Name -> (module, name) of what a module imports, for type checking alone too."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    return {alias.asname or alias.name: (node.module, alias.name) for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.level == 0 for alias in node.names}  # fmt: skip


def test_classes_that_public_functions_return_are_in_the_reference(made):
    found = public(made)
    listed = {thing for thing, _ in found.values() if isinstance(thing, type)}
    missing = set()
    for name, (thing, _) in found.items():
        if isinstance(thing, type):
            continue
        module = sys.modules[thing.__module__]
        for word in re.findall(r"\w+", str(thing.__annotations__.get("return", ""))):
            source, original = imported(module).get(word, (module.__name__, word))
            kind = getattr(import_module(source), original, None) if source.startswith("errorflow") else None
            if isinstance(kind, type) and kind.__module__.startswith("errorflow") and kind not in listed:
                missing.add(f"{kind.__module__}.{kind.__name__}, returned by {name}")
    assert not missing


def sound(x, *rest, scale=1.0):
    """The sum.

    Parameters
    ----------
    x : array_like, (n,)
    *rest : float
    scale : float, default 1.0

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For no numbers.
    """
    if not rest:
        raise ValueError("none")
    return scale


sound.__annotations__["return"] = "float"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("The sum.", "The sum", "full stop"),
        ("    scale : float, default 1.0\n", "", "parameters must be"),
        (", (n,)", "", "must have a shape"),
        ("*rest : float", "*rest", "must have a type"),
        ("    Returns\n    -------\n    float\n\n", "", "Returns must stand there"),
        ("    ValueError\n", "    KeyError\n", "must name ValueError"),
    ],
)
def test_a_docstring_that_lacks_something_is_found(old, new, words, monkeypatch):
    assert documented.faults(sound) == []
    monkeypatch.setattr(sound, "__doc__", sound.__doc__.replace(old, new))
    assert any(words in fault for fault in documented.faults(sound))
