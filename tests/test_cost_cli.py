"""`errorflow cost` beyond the polynomials: options, what is not defined, break-even points, time and what fits."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
import sympy

import errorflow as ef
from errorflow.builtin import BUILTIN
from errorflow.cli import main
from errorflow.cli import run as main_job
from errorflow.learning import ALGORITHMS, undefined
from errorflow.learning import costs as learning_costs
from errorflow.learning.rate import rate


@pytest.fixture
def document(capsys):
    """The JSON that a command prints."""

    def run(*words):
        assert main(["cost", *map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def record(rows, name):
    """The row of an algorithm."""
    return next(row for row in rows if row["name"] == name)


def test_every_algorithm_is_listed_or_named_with_the_reason_why_not(document, capsys):
    for cell in ("lstm", "lru"):
        found = document("--cell", cell)
        listed, reasons = [a["name"] for a in found["algorithms"]], {u["name"]: u["reason"] for u in found["undefined"]}
        assert sorted([*listed, *reasons]) == sorted(a.name for a in ALGORITHMS)
        assert reasons == undefined(ef.cell(cell).definition)
        assert main(["cost", "--cell", cell]) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert all(f"{name} is not defined for {cell}: {reason}." in out for name, reason in reasons.items())
    assert [a["name"] for a in document("--algorithm", "rtrl", "bptt")["algorithms"]] == ["rtrl", "bptt"]


def test_options_are_put_in_and_totals_are_those_of_the_package(document):
    sizes = {"units": 7, "inputs": 2, "steps": 11}
    options = {"horizon": 4, "every": 3, "block": 5}
    words = [str(w) for k, v in (sizes | options).items() for w in (f"--{k}", v)]
    names = ["bptt", "tbptt", "rtrl", "schmidhuber1992"]
    found = document("--cell", "gru", *words, "--algorithm", *names)
    costs = ef.gru().cost(**sizes, **options, algorithms=names)
    assert {k: found[k] for k in options} == options
    for mine, cost in zip(found["algorithms"], costs, strict=True):
        assert [mine[k] for k in ("macs_total", "elementwise_total", "memory_words")] == [
            cost.macs_total, cost.elementwise_total, cost.memory_words,
        ]  # fmt: skip
        assert None not in mine.values()


def test_break_even_in_memory_is_the_first_length_at_which_fewer_words_are_kept(document):
    for cell, n, m in (("rnn", 7, 3), ("lstm", 3, 2), ("gru", 4, 1)):
        row = record(document("--cell", cell, "--units", n, "--inputs", m)["against_bptt"], "rtrl")
        turn = row["less_memory_from_T"]
        for steps in (turn - 1, turn):
            back, forward = ef.cell(cell).cost(units=n, inputs=m, steps=steps, algorithms=("bptt", "rtrl"))
            assert (forward.memory_words < back.memory_words) == (steps >= turn)
        bound = sympy.sympify(row["less_memory_for_T_above"]).subs({"n": n, "m": m})
        assert turn == sympy.floor(bound) + 1
    assert (
        record(document("--cell", "rnn", "--units", 30, "--inputs", 5)["against_bptt"], "rtrl")["less_memory_from_T"]
        == 900
    )


def test_whether_bptt_takes_more_is_told_for_all_sizes_or_from_some_length_on(document):
    assert record(document("--cell", "rnn")["against_bptt"], "rtrl")["fewer_macs"] is False
    # Units without recurrence between them and without inputs to learn: nothing goes back but through a diagonal.
    fewer = record(document("--cell", "lru")["against_bptt"], "diagonal_rtrl")["fewer_macs"]
    assert fewer in (False, None)


def test_orders_are_those_of_the_closed_forms(document):
    rows = document("--cell", "rnn")["algorithms"]
    assert record(rows, "bptt")["orders"] == {
        "macs_per_step": {"power": 2, "leading": "5*n**2"}, "memory": {"power": 1, "leading": "n*(2*T + 1)"},
    }  # fmt: skip
    assert record(rows, "rtrl")["orders"]["macs_per_step"] == {"power": 4, "leading": "2*n**4"}
    assert record(rows, "schmidhuber1992")["orders"]["macs_per_step"] == {"power": 4, "leading": "2*n**4/h"}
    traces = record(document("--cell", "mingru")["algorithms"], "diagonal_rtrl")["orders"]
    assert [traces["macs_per_step"]["power"], traces["memory"]["power"]] == [2, 2]


def test_what_fits_is_the_largest_that_fits(document):
    n, m, limit = 20, 4, 10**5
    found = document("--cell", "lstm", "--units", n, "--inputs", m, "--memory", f"{8 * limit}B")["memory"]
    weights = 4 * n * (n + m) + 4 * n  # biases take room, and are not learned here
    assert found["words"] == limit

    def held(steps, name, units=n):
        cost = ef.lstm().cost(units=units, inputs=m, steps=steps, algorithms=[name])[0]
        return cost.memory_words + 2 * 4 * units * (units + m) + 4 * units

    assert weights < limit
    most = record(found["algorithms"], "bptt")["largest_steps"]
    assert held(most, "bptt") <= limit < held(most + 1, "bptt")
    units = record(found["algorithms"], "rtrl")["largest_units"]
    assert held(1, "rtrl", units) <= limit < held(1, "rtrl", units + 1)
    assert record(found["algorithms"], "rtrl")["largest_steps"] is None
    small = document("--cell", "rnn", "--units", 9, "--inputs", 9, "--steps", 9, "--memory", "1KB")["memory"]
    assert [record(small["algorithms"], "bptt")[k] for k in ("fits", "largest_steps")] == [False, 0]


def test_what_does_not_grow_fits_at_any_length_or_at_none_and_what_is_open_is_told_apart(document, capsys):
    def most(*words):
        rows = document("--cell", "rnn", "--inputs", 3, *words)["memory"]["algorithms"]
        return [(record(rows, k)["largest_steps"], record(rows, k)["any_steps"]) for k in ("rtrl", "tbptt")]

    assert most("--units", 9, "--memory", "1MB") == [(None, True), (None, False)]
    assert most("--units", 9, "--memory", "1MB", "--horizon", 5) == [(None, True), (None, True)]
    assert most("--units", 900, "--memory", "1MB", "--horizon", 5) == [(0, False), (0, False)]
    assert main(["cost", "--cell", "rnn", "--units", "900", "--inputs", "3", "--memory", "1GB"]) == 0
    lines = {
        line.split()[0]: line.split() for line in capsys.readouterr().out.partition("What fits")[2].splitlines()[2:]
    }
    assert [lines[k][-2] for k in ("rtrl", "snap1", "tbptt")] == ["0", "any", "open"]


@pytest.mark.parametrize("name", BUILTIN)
def test_every_built_in_cell_has_a_page_of_costs_that_fits_the_terminal(name, capsys):
    assert main(["cost", "--cell", name, "--memory", "1GB"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 100


def test_what_keeps_nothing_keeps_less_at_every_length_whatever_sizes_are_open(document):
    row = record(document("--cell", "orthogonal_rnn")["against_bptt"], "gers2000")
    assert (row["less_memory_for_T_above"], row["less_memory_from_T"]) == ("0", 1)
    assert record(document("--cell", "rnn")["against_bptt"], "gers2000")["less_memory_from_T"] == 1


@pytest.mark.parametrize(
    ("text", "size"),
    [("8GB", 8 * 10**9), ("1.5 gb", 15 * 10**8), ("512MiB", 512 * 2**20), ("64k", 64000), ("100", 100)],
)
def test_a_memory_is_read_with_its_unit(text, size, document):
    assert document("--cell", "rnn", "--memory", text)["memory"]["bytes"] == size


def test_seconds_are_multiply_adds_over_the_rate(document):
    words = ("--cell", "lstm", "--units", 32, "--inputs", 3, "--steps", 50)
    found = document(*words, "--rate", 4)
    for row in found["time"]:
        macs = record(found["algorithms"], row["name"])["macs_total"]
        assert row["seconds"] is None if macs is None else row["seconds"] == pytest.approx(2 * macs / 4e9, rel=1e-15)
    measured = document(*words, "--rate", "auto")["time"]
    assert all(row["gflops"] > 0 and row["seconds"] > 0 for row in measured if row["name"] in ("bptt", "rtrl"))
    assert document("--cell", "rnn", "--rate", "auto")["time"][0] == {"name": "bptt", "gflops": None, "seconds": None}


def test_a_rate_is_measured_in_the_time_it_is_given():
    import time

    start = time.perf_counter()
    found = rate(200, 5, seconds=0.05)
    assert 1e6 < found < 1e13
    assert time.perf_counter() - start < 2  # a busy machine may stop us for a while


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--rate", "fast"], "must be auto or a positive number of GFLOP/s, got 'fast'"),
        (["--rate", "0"], "must be auto or a positive number"),
        (["--rate", "1e999"], "must be auto or a positive number"),
        (["--memory", "8XB"], "must be a number of bytes such as 8GB or 512MiB, got '8XB'"),
        (["--memory", "0GB"], "must be a number of bytes"),
        (["--algorithm", "rprop"], "invalid choice"),
        (["--algorithm", "diagonal_rtrl"], "diagonal_rtrl is not defined for cell 'lstm': its recurrence mixes units"),
        (["--algorithm", "bptt", "--horizon", "3"], "horizon must be left out for bptt; it is an option of tbptt"),
        (["--horizon", "3", "--every", "4"], "every must be at most horizon = 3, got 4"),
        (["--cell", "lstm_projected", "--size", "p=2", "--size", "p=3"], "--size must be given once for each letter"),
        (["--size", "n=3"], "size of lstm must be given by --units for n, got n"),
        (["--horizon", "0"], "must be an integer, 1 or larger, got '0'"),
    ],
)
def test_what_is_not_right_is_refused_in_one_line(words, message, capsys):
    try:
        code = main(["cost", *words])
    except SystemExit as stop:
        code = stop.code
    error = capsys.readouterr().err
    assert code == 2
    assert re.search(re.escape(message), error) or message == "invalid choice"
    assert error.count("\n") == 1


@pytest.mark.parametrize("wrong", [None, "macs", "elementwise", "memory"])
def test_the_main_job_counts_every_algorithm_and_fails_at_one_operation_or_word_too_many(wrong, monkeypatch):
    real = learning_costs

    def costs(definition, **asked):
        found = real(definition, **asked)
        if wrong is None or asked["algorithms"] != ("snap1",):
            return found
        return tuple(dataclasses.replace(cost, **{wrong: getattr(cost, wrong) + 1}) for cost in found)

    monkeypatch.setattr("errorflow.builtin.BUILTIN", {"leaky_rnn": ef.leaky_rnn})
    monkeypatch.setattr("errorflow.learning.costs", costs)
    outcome = main_job._count()
    runs = len(ALGORITHMS) - len(undefined(ef.leaky_rnn().definition))
    assert (outcome.ok, outcome.done.split()[0]) == (wrong is None, str(runs))
