"""Certificates with one token wrong: what is made, what is refused, and that what is accepted is true."""

import json
import random
from dataclasses import replace

import pytest

import errorflow as ef
from errorflow.cli import main
from errorflow.proof.checker import kernel
from errorflow.proof.checker.axioms import AXIOMS
from errorflow.proof.checker.declarations import begin
from errorflow.proof.checker.facts import single
from errorflow.proof.checker.polynomial import Refused, parse_claim
from errorflow.proof.checker.statement import Part, Statement
from errorflow.proof.mutation import ROUTES, mutants, mutate, replay, texts
from errorflow.proof.mutation.truth import shown, weaker
from errorflow.proof.theorems.theorem import certificate

THEOREMS = [t for t in ef.theorems() if t.route == "kernel"]
every = pytest.mark.parametrize("theorem", THEOREMS, ids=lambda t: t.name)
XY = Statement((Part(("x > 0",)),), real=("x", "y"))


def fact(text):
    return single(parse_claim(text).chain[0], begin(XY))


def state(*claims):
    known = begin(XY)
    known.facts = {fact(text) for text in claims}
    return known


@every
def test_all_that_a_sample_of_accepted_mutants_says_is_true(theorem):
    found = mutate(theorem, seed=1, sample=30)
    assert found.unshown == ()
    assert found.refused + sum(found.accepted.values()) == found.tried == min(30, found.made)
    assert found.refused > 0.7 * found.tried  # nineteen in twenty of all


def test_every_token_of_a_text_is_changed_in_its_ways():
    made = list(texts("2*x <= y' + 10", ["x", "y"], frozenset("y")))
    assert made == ["3*x <= y' + 10", "1*x <= y' + 10", "2+x <= y' + 10", "2*y <= y' + 10", "2*x = y' + 10",
                    "2*x >= y' + 10", "2*x < y' + 10", "2*x > y' + 10", "2*x <= x' + 10", "2*x <= y + 10",
                    "2*x <= y' - 10", "2*x <= y' + 11", "2*x <= y' + 9"]  # fmt: skip


def test_every_entry_of_a_step_is_left_out_doubled_exchanged_and_changed():
    step = {"rule": "positive", "goal": "x > 0", "terms": [["1", [["x", 1]]]]}
    made = list(mutants(step, XY))
    assert [key for key in step if any(key not in other for other in made)] == list(step)
    assert {**step, "rule": "sign"} in made
    assert {**step, "terms": []} in made
    assert {**step, "terms": [["1", [["x", 1]]]] * 2} in made
    assert {**step, "terms": [[[["x", 1]], "1"]]} in made
    assert {**step, "terms": [["1", [["x", 2]]]]} in made
    assert {**step, "terms": [["1", [["y", 1]]]]} in made
    assert all(other != step for other in made)


@pytest.mark.parametrize("name", ["logistic.slope", "output.shared_gate", "rnn.lower_bound", "carousel.linear_unit"])
def test_replaying_from_the_changed_step_on_finds_what_the_checker_finds(name):
    theorem, rng = ef.theorem(name), random.Random(name)
    proof = certificate(name)
    found = [one for part in replay.stretches(theorem.statement, proof) for one in part.mutants(theorem.statement)]
    for one in rng.sample(found, 60):
        try:
            kernel.check(theorem.statement, one.certificate(proof))
            accepted = True
        except Refused:
            accepted = False
        assert accepted == (one.replay() is not None)


@pytest.mark.parametrize(
    ("new", "old", "follows"),
    [
        ("x >= 0", "x > 0", True),
        ("x > 0", "x >= 0", False),
        ("2*x + 1 > 0", "x >= 0", True),
        ("2*x - 1 > 0", "x >= 0", False),
        ("0 - x >= 0", "x >= 0", False),
        ("0 - x >= 0", "x = 0", True),
        ("x + y > 0", "x > 0", False),
        ("x = 1", "x = 0", False),
        ("1 > 0", "x = 0", True),
    ],
)
def test_what_follows_from_a_fact_by_its_relation_or_a_constant(new, old, follows):
    assert weaker(fact(new), fact(old)) == follows


@pytest.mark.parametrize(
    ("claim", "route"),
    [
        ("x > 0", "nothing new"),
        ("x >= 0", "weaker"),
        ("x*y >= 0", "evaluated"),
        ("x - y > 0", ""),
        ("x < 0", ""),
        ("y <= 1", ""),
    ],
)
def test_a_claim_is_shown_by_the_route_that_there_is_and_a_false_one_by_none(claim, route):
    given = state("x > 0", "y >= 0")
    assert shown(state("x > 0", "y >= 0", claim), given, given, random.Random(0)) == route


UNIT = Statement((Part(("x > 0",)),), real=("x", "t", "k", "c", "j", "z"))
KNOWN = ("x = t", "1 - t > 0", "1 + t > 0", "c >= 1", "j >= 0", "k > 0", "k < 1", "k*z**3 = c*z - j", "z**2 > 7*c")


@pytest.mark.parametrize(
    ("claim", "route"),
    [("x**2 < c", "evaluated"), ("k**2 > 0", "evaluated"), ("1 + j*(1 - k**2) > 0", "evaluated"),
     ("x > 0", ""), ("x**2 < k", ""), ("k**2 > 1/2", ""), ("1 - j*(1 - k**2) > 0", ""), ("j > 0", ""), ("c > 1", "")],
)  # fmt: skip
def test_a_fact_is_evaluated_where_what_speaks_of_its_own_names_holds_and_a_false_one_is_not(claim, route):
    # no drawn point meets the last two of what is known, a cubic equation and a bound beyond what is drawn
    def known(*claims):
        there = begin(UNIT)
        there.facts = {single(parse_claim(text).chain[0], begin(UNIT)) for text in claims}
        return there

    given = known(*KNOWN)
    for seed in range(5):
        assert shown(known(*KNOWN, claim), given, given, random.Random(seed)) == route


SIZE = Statement((Part(("m <= 2*y",)),), real=("m", "x", "y"))


@pytest.mark.parametrize(
    ("claim", "route"), [("m < 2*y", "evaluated"), ("m + 2*y > 0", "evaluated"), ("m > 0", ""), ("m < 1/4", "")]
)
def test_a_size_is_evaluated_whose_square_alone_is_known(claim, route):
    def known(*claims):
        there = begin(SIZE)
        there.facts = {single(parse_claim(text).chain[0], begin(SIZE)) for text in claims}
        return there

    given = ("m**2 = (2*x*(1 - x))**2", "x > 0", "1 - x > 0", "y >= x", "m <= 2*y")
    for seed in range(5):
        assert shown(known(*given, claim), known(*given), known(*given), random.Random(seed)) == route


def test_a_kernel_that_accepts_what_is_false_is_found_out(monkeypatch):
    # the wrong end of a bracket, and a range that is too small
    broken = replace(AXIOMS["logistic.range"], conclusions=("s > 0", "1 - s > 0", "1/3 - s > 0"))
    monkeypatch.setitem(AXIOMS, "logistic.range", broken)
    assert mutate(ef.theorem("local_error.peak_gain"), sample=400).unshown


def test_a_replay_that_differs_from_the_checker_is_an_error(monkeypatch):
    monkeypatch.setattr(replay.Stretch, "with_steps", lambda self, k, steps: self.states[-1])
    with pytest.raises(RuntimeError, match="replay and checker must agree"):
        mutate(ef.theorem("tanh.slope"), sample=50)


def test_the_command_prints_the_counts_and_fails_where_something_is_not_shown(capsys, monkeypatch):
    assert main(["prove", "tanh.slope", "--mutate", "--sample", "80", "--seed", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)["mutation"]
    (one,) = document["theorems"]
    assert document["passed"]
    assert (one["tried"], set(one["accepted"])) == (80, set(ROUTES))
    monkeypatch.setattr("errorflow.proof.mutation.shown", lambda *given: "")
    assert main(["prove", "tanh.slope", "--mutate", "--sample", "80"]) == 1
    assert "tanh.slope accepts, not shown: " in capsys.readouterr().out
    assert main(["prove", "tanh.slope", "--sample", "80"]) == 2
    assert "--sample must be given with --mutate" in capsys.readouterr().err


@pytest.mark.slow
@every
def test_all_that_any_accepted_mutant_says_is_true(theorem):
    assert mutate(theorem).unshown == ()
