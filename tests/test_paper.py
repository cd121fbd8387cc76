"""What the article makes of plain text and polynomials; its build is a step of its own."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest
import sympy

import errorflow as ef
from errorflow.claims import claims
from errorflow.learning import ALGORITHMS, undefined
from errorflow.proof import theorems
from figures import slopes

PAPER = Path(__file__).parent.parent / "paper"


@pytest.fixture
def paper(monkeypatch):
    """The folder of the article on the path, where its modules find each other."""
    monkeypatch.syspath_prepend(str(PAPER))
    yield
    for name in ("build", "facts", "tables", "words"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("plain", "printed"),
    [
        ("h_t = O_t", "$h_{t}$ $=$ $O_{t}$"),
        ("n^(q-1) paths", "$n^{q-1}$ paths"),
        ("0.9^q", "$0.9^{q}$"),
        ("w_max", r"$w_{\max}$"),
        ("sigma(b)", r"$\sigma$(b)"),
        ("a theorem, lstm.lower_bound", r"a theorem, \texttt{lstm.lower\_bound}"),
        ("50 % & more", r"50 \% \& more"),
    ],
)
def test_plain_signs_become_mathematics(paper, plain, printed):
    from words import latex

    assert latex(plain) == printed


def test_no_claim_or_title_leaves_a_sign_that_latex_would_take_for_a_command(paper):
    from words import latex

    for text in [s for c in claims() for s in (c.text, c.lesson)] + [t.title for t in theorems()]:
        outside = re.sub(r"\$[^$]*\$", "", latex(text))
        assert latex(text).count("$") % 2 == 0, text
        assert not re.search(r"(?<!\\)[_^&%#<>|]", outside), text
        assert latex(text).isascii(), text


def test_the_cost_of_the_hybrid_is_the_same_polynomial_after_it_was_taken_apart(paper):
    from tables import LETTER, apart

    for cost in ef.rnn().cost():
        often, seldom = apart(cost.macs)
        assert sympy.expand(often + seldom / LETTER - cost.macs) == 0
        assert not often.has(1 / LETTER)


def test_every_algorithm_that_the_table_of_costs_shows_has_a_name_in_it(paper):
    from tables import CALLED

    shown = {a.name for a in ALGORITHMS} - set(undefined(ef.rnn().definition))
    assert shown <= set(CALLED)


def test_a_name_that_nothing_makes_and_a_number_that_nothing_uses_are_found(paper, monkeypatch, tmp_path):
    import build

    monkeypatch.setattr(build, "GENERATED", tmp_path)  # whose tables cite what they cite
    known = {"EF": {"lstm.flow"}, "thm": set(), "fact": {"spare"}, "drawn": set(), "cite": {"elman"}}
    problems = build.wrong_names(
        r"\EF{lstm.flow} \EF{lstm.flaw} \thm{no.such} \drawn[.8]{nothing} \cite{elman,gone}", known
    )
    assert len(problems) == 5
    assert any("spare" in p for p in problems)
    for name in ("lstm.flaw", "no.such", "nothing", "gone"):
        assert any(repr(name) in p for p in problems), name


def test_a_line_that_sticks_out_and_an_undefined_reference_are_complaints(paper):
    from build import complaints

    assert not complaints("Overfull \\hbox (0.4pt too wide) in paragraph\n")
    assert len(complaints("Overfull \\hbox (1.2pt too wide) in paragraph\n")) == 1
    assert len(complaints("LaTeX Warning: Reference `x' on page 1 undefined on input line 3.\n")) == 1


def test_every_model_has_a_source_that_stands_in_the_references(paper):
    from tables import SOURCES, models

    items = set(re.findall(r"\\bibitem\{([^}]+)\}", (PAPER / "errorflow.tex").read_text(encoding="utf-8")))
    assert set(SOURCES.values()) <= items
    assert set(re.findall(r"\\cite\{([^}]+)\}", models())) == set(SOURCES.values())


def test_the_exported_sources_are_those_of_the_article():
    from errorflow.export.sources import SOURCES

    entries = re.findall(r"\\bibitem\{[^}]+\} (.+)", (PAPER / "errorflow.tex").read_text(encoding="utf-8"))
    plain = [re.sub(r"\\emph|[{}~$\\\"]", "", entry) for entry in entries]
    for key, (_, fields) in SOURCES.items():
        title = re.sub(r"[{}~$\\\"]", "", fields["title"]).lower()
        [entry] = [entry for entry in plain if f". {title}. " in entry.lower()]
        number = f"({fields['number']})" if "number" in fields else ""
        volume = f"{fields.get('volume', '')}{number}"
        for told in (fields["year"], f"{volume}:{fields['pages']}" if volume else fields.get("pages", "")):
            assert told in entry, (key, told, entry)


def test_the_table_of_what_was_learned_holds_every_run_and_marks_success(paper):
    from tables import learned

    runs = [
        {"algorithm": name, "options": {"horizon": 4, "every": 2} if name == "tbptt" else {}, "seed": seed,
         "correct": [0.0, 0.25 * seed], "reached": 100 if seed == 2 else None}
        for name in ("uoro", "tbptt", "bptt") for seed in (3, 1, 2)
    ]  # fmt: skip
    found = {"budget": {"presentations": 12_000}, "runs": runs}
    table = learned(dict.fromkeys(("embedded_reber", "adding", "temporal_order"), found))
    rows = [line for line in table.splitlines() if "$0.25$" in line]
    assert [row.split("~")[0].split(" ")[0] for row in rows] == ["BPTT", "BPTT(4;", "UORO"]
    assert all(row.count(r"$0.25$\enspace $0.50^*$\enspace $0.75$") == 3 for row in rows)
    assert r"12\,000 & 12\,000 & 12\,000" in table


@pytest.mark.usefixtures("paper")
def test_a_figure_that_was_drawn_for_another_column_is_drawn_again(tmp_path):
    is_drawn = importlib.import_module("build").is_drawn
    for kind in ("pdf", "csv"):
        (tmp_path / f"slopes.{kind}").touch()
    assert not is_drawn("slopes", tmp_path)  # its data are not told
    for width, drawn in ((slopes.WIDTH, True), (3.25, False)):
        (tmp_path / "slopes.json").write_text(f'{{"width_inches": {width}}}', encoding="utf-8")
        assert is_drawn("slopes", tmp_path) is drawn
