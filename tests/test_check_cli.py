"""`errorflow check`: what is printed, what is in the JSON, and the exit status, 0 for proved alone."""

from __future__ import annotations

import json

import pytest

from errorflow.cli import main

OWN = """
from sympy import tanh
import errorflow as ef
h, c, x, f, u = ef.names("h c x f u")
carousel = ef.Cell("carousel", inputs=[x], state={h: tanh(ef.new(c)), c: f * c + (1 - f) * u},
                   where={f: ef.logistic(ef.net("f", h, x)), u: tanh(ef.net("u", h, x))})
"""


@pytest.mark.parametrize(
    ("claim", "status", "verdict"),
    [
        ("rnn: norm(W) < 1 implies vanishes", 0, "proved"),
        ("rnn: norm(W) > 1 implies explodes", 1, "refuted"),
        ("rnn: radius(W) > 1 implies can explode", 1, "undecided"),
    ],
)
def test_only_what_is_proved_passes(claim, status, verdict, capsys):
    assert main(["check", claim, "--seconds", "0.3"]) == status
    out, err = capsys.readouterr()
    assert out.startswith(verdict + "\n")
    assert "read as   for every n >= 1 and all weights" in out
    assert err == ""
    assert main(["check", claim, "--seconds", "0.3", "--json"]) == status
    data = json.loads(capsys.readouterr().out)
    assert (data["claim"], data["verdict"]) == (claim, verdict)
    assert (data["by"] is None) == (verdict != "proved")
    assert (data["counterexample"] is None) == (verdict != "refuted")


def test_a_refutation_shows_the_weights_the_trajectory_and_both_sides(capsys):
    assert main(["check", "rnn: norm(flow(q)) <= radius(W)**q"]) == 1
    out, _ = capsys.readouterr()
    for part in (
        "fails at  n = 2, q = 1",
        "W = [[",
        "other weights and inputs 0",
        "norm(flow(q)) = ",
        "radius(W)**q = 0",
    ):
        assert part in out


def test_a_refutation_without_a_cell_shows_matrices_that_are_zero(capsys):
    assert main(["check", "norm(W) < norm(V)"]) == 1
    out = capsys.readouterr().out
    assert "W = [[0]]" in out
    assert "V = [[0]]" in out


def test_a_cell_of_a_file_is_checked(tmp_path, monkeypatch, capsys):
    (tmp_path / "mine.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    assert main(["check", "mine.py:carousel truncated: norm(flow(c,c,q)) <= max(f)**q"]) == 0
    assert main(["check", "mine.py:carousel: norm(flow(c,c,q)) <= max(f)**q"]) == 1
    assert "mine.py:carousel" in capsys.readouterr().out
    assert main(["check", "mine.py:carousell: vanishes"]) == 2
    assert "did you mean 'carousel'?" in capsys.readouterr().err


def test_the_grammar_is_printed_and_stands_in_the_help(capsys):
    assert main(["check", "--grammar"]) == 0
    grammar = capsys.readouterr().out
    assert grammar.startswith("CLAIM")
    with pytest.raises(SystemExit):
        raise SystemExit(main(["check", "--help"]))
    assert grammar in capsys.readouterr().out
    assert main(["check", "--grammar", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"grammar": grammar}


def test_a_wrong_claim_is_one_line_on_stderr(capsys):
    assert main(["check", "rnn: nrom(W) < 1 implies vanishes"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err == "errorflow check: no function 'nrom'; did you mean 'norm'?\n"
