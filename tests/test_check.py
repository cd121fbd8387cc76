"""Claims of one's own: what is proved follows, what is refuted fails where it is said to, and nothing else passes."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from itertools import product
from pathlib import Path

import mpmath
import numpy as np
import pytest

import errorflow as ef
from errorflow import conjecture
from errorflow.conjecture import GRAMMAR, candidates, norms
from errorflow.conjecture.exact import Inverse, ball, compared, working
from errorflow.conjecture.proving import proof
from errorflow.conjecture.reading import read
from errorflow.conjecture.recheck import refuted
from errorflow.conjecture.stepping import step
from errorflow.conjecture.subject import subject
from errorflow.conjecture.witness import floats
from errorflow.proof import prove
from tests import claim_evaluation, oracles
from tests.pairs import CELLS

PROVED = {
    "rnn: norm(W) < 1 implies norm(flow(q)) <= norm(W)**q": "rnn.vanishing",
    "rnn: norm(W) < 1 implies vanishes": "rnn.vanishing",
    "rnn: norm(W, inf) < 1 implies vanishes": "rnn.vanishing",
    "rnn: norm(W, fro) <= 9/10 implies vanishes": "rnn.vanishing",
    "rnn: norm(W, 1)*norm(W, inf) < 1 implies vanishes": "rnn.vanishing",
    "rnn: n*maxabs(W) < 1 implies vanishes": "rnn.vanishing",
    "rnn: rho(abs(W)) < 1 implies vanishes": "rnn.absolute_radius",
    "rnn: nonnegative(W) and radius(W) < 1 implies vanishes": "rnn.absolute_radius",
    "rnn: symmetric(W) and radius(W) < 1 implies vanishes": "rnn.vanishing",
    "rnn: orthogonal(W) implies never explodes": "rnn.vanishing",
    "rnn: explodes implies norm(W) > 1": "rnn.vanishing",
    "rnn: norm(W) <= 1 implies norm(flow(q+1)) <= norm(flow(q))": "rnn.vanishing",
    "rnn: norm(flow(2*q), 1) <= n**2 * norm(W)**(2*q)": "rnn.vanishing",
    "rnn: maxabs(flow(q)) <= norm(W)**q": "norm.entry_bound",
    "rnn: norm(flow(q), fro) <= norm(W, fro)**q": "rnn.vanishing",
    "rnn: norm(J) <= norm(W)": "tanh.slope",
    "rnn: norm(W) < 1/2 implies norm(flow(q)) < 2**(-q)": "rnn.vanishing",
    "rnn(logistic): n*maxabs(W) < 4 implies vanishes": "rnn.path_bound",
    "rnn(logistic): maxabs(flow(q)) <= n*(n*maxabs(W)/4)**q": "rnn.path_bound",
    "rnn(logistic): norm(W) <= 4 implies never explodes": "logistic.slope",
    "rnn(relu): orthogonal(W) implies norm(flow(q)) <= 1": "rnn.vanishing",
    "rnn(identity): orthogonal(W) implies norm(flow(q)) == 1": "rnn.lower_bound",
    "rnn(identity): sigma_min(W) > 1 implies explodes": "rnn.lower_bound",
    "rnn(identity): nonnegative(W) and radius(W) > 1 implies explodes": "",
    "rnn(identity): radius(W) < 1 implies vanishes": "",
    "lstm1997 truncated: flow(c,c,q) == I": "lstm1997.carousel",
    "lstm truncated: norm(flow(c,c,q)) <= max(f)**q": "",
    "lstm truncated: min(f)**q <= norm(flow(c,c,q)) < 1": "logistic.slope",
    "lstm truncated: flow(h,h,q) == 0": "",
    "lstm truncated: max(f) < 1 implies vanishes": "",
    "lstm truncated: never explodes": "logistic.slope",
    "lstm1997 truncated: never vanishes": "lstm1997.carousel",
    "lstm: norm(flow(c,c,1)) <= max(f)": "",
    "lstm: norm(flow(h,c,1)) <= 1": "logistic.slope",
    "lstm: norm(W_f) <= 1/10 and norm(W_i) <= 1/10 and norm(W_g) <= 4/10 and norm(W_o) <= 1/10 and max(f) <= 1/2"
    " implies vanishes": "lstm.vanishing",
    "lstm: W_f == 0 and W_i == 0 and W_o == 0 and norm(W_g, inf) < 1/2 and max(f) <= 1/2 implies vanishes": (
        "lstm.constants"
    ),
    "lstm: W_f == 0 and norm(W_i, 1) <= 1 and norm(W_g, 1) <= 1/8 and norm(W_o, 1) <= 1 and max(f) <= 1/4"
    " implies never explodes": "lstm.state_bound",
    "gru truncated: norm(flow(q)) <= max(z)**q": "",
    "mingru: norm(flow(q)) < 1": "",
    "norm(W) <= norm(W, fro)": "",
    "norm(W)**2 <= norm(W, 1)*norm(W, inf)": "",
    "norm(W) <= n*maxabs(W)": "",
    "norm(W.T, 1) == norm(W, inf)": "",
    "radius(W) <= radius(abs(W)) <= norm(abs(W))": "",
    "symmetric(W) implies norm(W) == radius(W)": "",
    "orthogonal(W) implies norm(W, 1) <= n": "",
    "norm(A) + norm(B) >= norm(A)": "",
    "diagonal(W) implies norm(W) == maxabs(W)": "",
    "norm(W) < 1 implies radius(W)**19 < 1": "",
    "diagonal(W.T) implies symmetric(W)": "",
    "slope(tanh) <= 1": "tanh.slope",
    "slope(logistic) == 1/4": "logistic.slope",
    "slope(x*logistic(x)) <= 11/10": "",
}
REFUTED = (
    "rnn: radius(W) < 1 implies vanishes",
    "rnn(logistic): maxabs(W) < 4 implies vanishes",
    "rnn: norm(W) > 1 implies explodes",
    "rnn: radius(W) > 1 implies explodes",
    "rnn: explodes implies radius(W) > 1",
    "rnn: orthogonal(W) implies never vanishes",
    "rnn: orthogonal(W) implies norm(flow(q)) == 1",
    "rnn(relu): orthogonal(W) implies norm(flow(q)) == 1",
    "rnn(relu): norm(W) > 1 implies explodes",
    "rnn: norm(flow(q)) <= radius(W)**q",
    "rnn: norm(flow(q+1)) <= norm(flow(q))",
    "rnn: norm(J) <= 2",
    "rnn: norm(flow(2)) <= norm(flow(1))**2",
    "rnn(relu): radius(W) < 1 implies vanishes",
    "rnn: norm(W) <= 2 implies norm(flow(3)) <= 7",
    "rnn(identity): radius(W) < 1 implies norm(flow(q)) <= 1",
    "rnn(logistic): norm(W) < 5 implies vanishes",
    "lstm: norm(flow(c,c,q)) <= max(f)**q",
    "lstm: max(f) < 1 implies vanishes",
    "lstm1997: never vanishes",
    "lstm: norm(flow(q)) >= min(f)**q",
    "janet: never explodes",
    "lstm: norm(J) <= 1",
    "lstm: flow(h,h,q) == 0",
    "lstm truncated: flow(c,c,q) == I",
    "lstm1997: flow(c,c,q) == I",
    "gru: norm(J) <= 2",
    "gru: norm(flow(q)) <= 1",
    "gru: max(z) < 1 implies vanishes",
    "gru_reset_before: norm(J) <= 3",
    "leaky_rnn: norm(W) < 1 implies vanishes",
    "janet: norm(flow(q)) <= 1",
    "rnn: norm(U) < norm(W) implies vanishes",
    "norm(W, fro) <= norm(W)",
    "norm(W, 1) <= norm(W)",
    "norm(W) <= radius(W)",
    "radius(W) < norm(W)",
    "radius(W) <= sigma_min(W)",
    "norm(W) <= 1 implies norm(W, inf) <= 1",
    "symmetric(W) implies nonnegative(W)",
    "norm(W)**3 <= norm(W)**2",
)
UNDECIDED = (
    "rnn: radius(W) > 1 implies can explode",
    "lstm: norm(W_g) < 1/8 and max(f) < 1/2 implies vanishes",
)


@pytest.fixture(autouse=True)
def fifty_digits():
    with mpmath.workdps(50):
        yield


@pytest.mark.parametrize("claim", PROVED)
def test_a_claim_that_theorems_imply_is_proved_and_says_by_which(claim):
    found = ef.check(claim)
    assert (found.verdict, found.counterexample) == ("proved", None)
    theorem = PROVED[claim]
    assert not theorem or theorem in found.proof.theorems
    assert found.proof.theorems or found.proof.reasons
    assert all(report.verdict == "proved" for report in prove(list(found.proof.theorems)))


@pytest.mark.parametrize("claim", PROVED)
def test_no_point_drawn_at_random_violates_a_claim_that_is_proved(claim):
    if "slope" in claim:
        pytest.skip("a statement on one function, with nothing to draw")
    rng, met = np.random.default_rng(len(claim)), 0
    for n, q in product((1, 2, 3), (1, 2, 4)):
        for _ in range(6):
            try:
                hypotheses, conclusion = claim_evaluation.at_random(claim, rng, n, q)
            except NameError:
                continue  # what becomes of the flow, along a trajectory that does not stay where it is
            met += hypotheses
            assert conclusion or not hypotheses
    assert met or re.search("vanishes|explodes", claim), "no point met the hypotheses"


@pytest.mark.parametrize("claim", REFUTED)
def test_at_a_counterexample_the_hypotheses_hold_and_the_conclusion_fails_in_another_arithmetic(claim):
    found = ef.check(claim, seconds=60)
    assert (found.verdict, found.proof) == ("refuted", None)
    data = json.loads(json.dumps(found.counterexample.data()))
    assert claim_evaluation.at_counterexample(claim, data) == (True, False)
    assert data["n"] <= 2


@pytest.mark.parametrize("claim", UNDECIDED)
def test_what_is_neither_proved_nor_refuted_is_undecided_and_says_what_was_tried(claim):
    found = ef.check(claim, seconds=0.5)
    assert (found.verdict, found.proof, found.counterexample) == ("undecided", None, None)
    assert found.searched["points"] > 0


@pytest.mark.parametrize("given", ["norm(W_g) < 1/2 and max(f) <= 1/2 and norm(W_o) <= 1/8",
                                   "norm(W_g) <= 1/2 and max(f) <= 1/2 and W_o == 0",
                                   "norm(W_g) < 1/8 and max(f) < 1 and W_o == 0"])  # fmt: skip
def test_a_loop_that_may_be_as_strong_as_the_limit_is_not_called_weak(given):
    assert ef.check(f"lstm: W_f == 0 and W_i == 0 and {given} implies vanishes", seconds=0.01).verdict == "undecided"


def test_can_explode_is_refuted_by_weights_that_bound_the_flow_along_every_trajectory():
    found = ef.check("rnn: norm(W) > 1 implies can explode").counterexample.data()
    w = np.array([[float(Fraction(v)) for v in row] for row in found["weights"]["W"]])
    assert np.linalg.norm(w, 2) > 1
    power = np.linalg.matrix_power(abs(w), 50)  # tanh has slopes up to 1: the flow is at most abs(W)^q
    assert power.max() <= abs(w).max()


def test_a_proof_says_where_its_hypotheses_are_idle_or_exclude_one_another():
    idle = ef.check("rnn: norm(W) < 1 implies norm(flow(q)) <= norm(W)**q").proof.reasons
    assert idle[-1] == "no hypothesis is needed"
    empty = ef.check("rnn: norm(W) < 1 and norm(W) > 2 implies vanishes").proof.reasons
    assert empty[-1] == "the hypotheses exclude one another, so that this says nothing"
    both = ef.check("rnn: norm(W) < 1 implies vanishes").proof.reasons
    assert not {idle[-1], empty[-1]} & set(both)


def test_what_is_above_zero_may_be_divided_out():
    assert ef.check("radius(W)*norm(W) <= radius(W) and radius(W) > 0 implies norm(W) <= 1").verdict == "proved"
    assert ef.check("radius(W)*norm(W) <= radius(W) implies norm(W) <= 1").verdict == "refuted"


def test_a_slope_above_its_bound_is_refuted():
    found = ef.check("slope(gelu) <= 1")
    assert found.verdict == "refuted"
    x = mpmath.sqrt(2)  # where gelu is steepest
    assert mpmath.diff(lambda t: t * mpmath.ncdf(t), x) > 1.128
    assert found.counterexample.shows["slope(gelu)"].startswith("[1.1289")


STRONGER = (
    "rnn: norm(W) <= 101/100 implies vanishes",
    "rnn: norm(W) <= 1 implies vanishes",
    "rnn: norm(W) < 1 implies norm(flow(q)) <= 99/100*norm(W)**q",
    "rnn: norm(W) < 1 implies norm(flow(q)) <= norm(W)**(q+1)",
    "rnn: norm(W) < 1 implies norm(flow(q)) < norm(W)**q",
    "rnn: norm(flow(q+1)) <= norm(W)**(q+2)",
    "rnn: explodes implies norm(W) > 101/100",
    "rnn: norm(W) <= 1 implies norm(flow(q+1)) < norm(flow(q))",
    "rnn: rho(abs(W)) <= 1 implies vanishes",
    "rnn: norm(flow(q), 1) <= norm(W)**q",
    "rnn(logistic): n*maxabs(W) <= 4 implies vanishes",
    "rnn(logistic): maxabs(flow(q)) < (n*maxabs(W)/4)**q/n",
    "rnn(logistic): norm(W) <= 401/100 implies never explodes",
    "rnn(identity): sigma_min(W) >= 1 implies explodes",
    "rnn(identity): radius(W) <= 1 implies never explodes",
    "rnn(silu): norm(W) <= 91/100 implies vanishes",
    "lstm truncated: norm(flow(c,c,q)) <= 99/100",
    "lstm truncated: norm(flow(c,c,q)) <= max(f)**(q+1)",
    "lstm truncated: max(f)**q <= norm(flow(c,c,q))",
    "gru: norm(flow(q)) <= max(z)**q",
    "mingru: norm(flow(q)) <= 99/100",
    "mingru: vanishes",
    "norm(W) < norm(W, fro)",
    "norm(W)**2 <= norm(W, 1)",
    "norm(W) <= 99/100*n*maxabs(W)",
    "norm(W, 1) < 2*norm(W, 1)",
    "symmetric(W) implies norm(abs(W)) == radius(W)",
    "slope(tanh) <= 99/100",
)


@pytest.mark.parametrize("claim", STRONGER)
def test_a_claim_that_is_stronger_than_what_holds_is_not_proved(claim):
    parsed = read(claim)
    assert proof(parsed, subject(parsed)) is None


def test_each_hypothesis_is_needed_for_the_proof():
    for claim in PROVED:
        if " implies " in claim:
            cell, _, rest = claim.rpartition(": ")
            free = (f"{cell}: " if cell else "") + rest.split(" implies ")[1]
            if free not in ("rnn: norm(flow(q)) <= norm(W)**q",):
                parsed = read(free)
                assert proof(parsed, subject(parsed)) is None, free


NAMES = ("norm(W)", "norm(W, 1)", "norm(W, fro)", "radius(abs(W))", "sigma_min(W)")


@pytest.mark.parametrize("power", ["", *(pytest.param(p, marks=pytest.mark.slow) for p in ("n*", "n**2*"))])
def test_inequalities_between_two_criteria_are_decided_and_every_answer_stands(power):
    rng = np.random.default_rng(0)
    drawn = [rng.integers(-3, 4, size=(n, n)).astype(float) for n in (1, 2, 2, 3, 3, 5) for _ in range(20)]
    for a, b in product(NAMES, repeat=2):
        claim = f"{a} <= {power}{b}"
        found = ef.check(claim, seconds=60)
        values = [claim_evaluation._evaluated(claim, "", False, {"W": w}, [], len(w), 1, float, 1e-9)[1] for w in drawn]
        if found.verdict == "proved":
            assert all(values), claim
        elif found.verdict == "refuted":
            data = json.loads(json.dumps(found.counterexample.data()))
            assert claim_evaluation.at_counterexample(claim, data) == (True, False)
        if not all(values) and not power:  # what fails for large n alone is not met at n <= 3
            assert found.verdict == "refuted", claim


@pytest.mark.parametrize("name", [*CELLS])
def test_one_exact_step_has_the_jacobian_of_the_oracle(name):
    cell, rng = CELLS[name](), np.random.default_rng(3)
    d = cell.definition
    sizes = candidates.sizes_of(d, 2)
    zero = {p.name: candidates.zero_weight(p, sizes) for p in d.parameters}
    draw = lambda: Fraction(int(rng.integers(-7, 8)), 4) + Fraction(1, 64)  # noqa: E731 - never on a kink
    weights = {name: tuple(tuple(draw() for _ in row) for row in rows) for name, rows in zero.items()}
    state = {s.name: tuple(draw() for _ in range(2)) for s in d.states}
    point = candidates.point(d, 2, weights, state, 1)
    arrays = {k: floats(v)[0] if k in point.vectors else floats(v) for k, v in weights.items()}
    joint = np.concatenate([np.array(list(map(float, row))) for row in state.values()])
    oracle = oracles.STEPS[name]
    for truncated in (False, True):
        with working():
            made = step(d, point, state, truncated=truncated)
            jacobian = np.array([[float(ball(v)) for v in row] for row in made.jacobian])
        read_ = oracles.cutting(oracles.NUMPY) if truncated else oracles.open_read
        widths = [len(row) for row in state.values()]
        expected = oracles.step_jacobian(oracle, arrays, joint, np.zeros(1), widths, read_)
        np.testing.assert_allclose(jacobian, expected, rtol=0, atol=1e-14 * max(1, abs(expected).max()))


def test_norms_are_exact_where_they_are_rational_and_enclosed_to_thirty_digits_elsewhere():
    rng = np.random.default_rng(1)
    with working():
        turn = ((Fraction(3, 5), Fraction(-4, 5)), (Fraction(4, 5), Fraction(3, 5)))
        assert norms.norm(turn, "2") == norms.radius(turn) == norms.sigma_min(turn) == 1
        for _ in range(10):
            rows = tuple(tuple(Fraction(int(v), 3) for v in row) for row in rng.integers(-4, 5, size=(3, 3)))
            exact = mpmath.matrix([[mpmath.mpf(v.numerator) / v.denominator for v in row] for row in rows])
            largest = max(mpmath.svd_r(exact, compute_uv=False))
            found = ball(norms.norm(rows, "2"))
            assert abs(mpmath.mpf(found.mid().str(40, radius=False)) - largest) < mpmath.mpf(10) ** -15 * largest
            assert float(found.rad()) < 1e-15
            values = mpmath.eig(exact, left=False, right=False)
            radius = ball(norms.radius(rows))
            assert abs(mpmath.mpf(radius.mid().str(40, radius=False)) - max(map(abs, values))) < 1e-20


@pytest.mark.parametrize(
    ("rows", "tends_to_0", "bounded"),
    [
        ([[0, 2], [0, 0]], True, True),
        ([["3/5", "-4/5"], ["4/5", "3/5"]], False, True),
        ([[1, 1], [0, 1]], False, False),
        ([[0, 1, 0], [0, 0, 1], [1, 0, 0]], False, True),
        ([["1/2", 100], [0, "-1/2"]], True, True),
        ([[1, 0], [0, "101/100"]], False, False),
        ([[-1, 0], [0, 1]], False, True),
        ([[0, -1, 1, 0], [1, 0, 0, 1], [0, 0, 0, -1], [0, 0, 1, 0]], False, False),
    ],
)
def test_what_becomes_of_the_powers_of_a_matrix_is_decided_exactly(rows, tends_to_0, bounded):
    exact = tuple(tuple(Fraction(v) for v in row) for row in rows)
    assert norms.bounded_powers(exact) == (tends_to_0, bounded)
    sizes = [abs(np.linalg.matrix_power(np.array(exact, dtype=float), k)).max() for k in (1000, 4000)]
    assert (sizes[1] < 1e-9) == tends_to_0
    assert (sizes[1] <= 1.5 * sizes[0] + 1e-9) == bounded


def test_a_comparison_that_is_not_certain_decides_nothing():
    with working(64):
        third = ball(Fraction(1, 3))
        assert compared(third, "<", third) is None
        assert compared(third, "<=", Fraction(1, 3)) is None
        assert compared(third, "<", Fraction(34, 100)) is True
        assert compared(Inverse("tanh", Fraction(4, 5)), "<", Fraction(11, 10)) is True
        assert compared(Inverse("tanh", Fraction(4, 5)), "<", Fraction(109, 100)) is False


def test_a_point_that_meets_no_hypothesis_or_keeps_the_conclusion_refutes_nothing():
    claim = read("rnn: radius(W) < 1 implies vanishes")
    about = subject(claim)
    found = ef.check("rnn: radius(W) < 1 implies vanishes").counterexample
    assert refuted(claim, about, found.point) is not None
    assert refuted(read("rnn: norm(W) < 1 implies vanishes"), about, found.point) is None
    assert refuted(read("rnn: radius(W) < 1 implies never vanishes"), about, found.point) is None


def test_the_same_claim_has_the_same_counterexample_each_time():
    for claim in ("gru: norm(J) <= 2", "rnn: radius(W) < 1 implies vanishes"):
        assert ef.check(claim, seconds=60).counterexample == ef.check(claim, seconds=60).counterexample


def test_the_reading_states_the_quantifiers():
    told = ef.check("rnn: norm(W) < 1 implies norm(flow(q)) <= norm(W)**q").reading
    assert told == (
        "for every n >= 1 and all weights W, U, b of rnn, every lag q >= 1, along every trajectory (any initial state "
        "and inputs): if norm(W) < 1, then norm(flow(q)) <= norm(W)**q."
    )


def test_the_reading_says_that_a_given_matrix_may_be_any():
    told = ef.check("orthogonal_rnn: norm(flow(q)) <= 1", seconds=1)
    assert told.verdict == "refuted"
    assert "all weights U, b of orthogonal_rnn, whatever matrix Q is given, every lag" in told.reading
    assert ef.check("orthogonal_rnn: orthogonal(Q) implies norm(flow(q)) <= 1").verdict == "proved"


def test_if_then_and_other_spellings_say_the_same():
    one = read("rnn: norm(W) < 1 and orthogonal(W) implies vanishes")
    assert one == read("rnn: if norm( W,2 ) < 1.0 and orthogonal(W) then vanishes")
    assert one.conclusions == read("rnn: 1 > norm(W) => vanishes").conclusions
    assert one == read("rnn: vanishes if norm(W) < 1 and orthogonal(W)")
    assert read("spectral_radius(W) < 1") == read("rho(W) < 1") == read("radius(W) < 1")
    assert read("norm(W)^2 = 1") == read("norm(W)**2 == 1")
    assert read("rnn: 1/2 < norm(W) <= 2 implies vanishes").hypotheses[1:] == read("rnn: norm(W) <= 2").conclusions


def test_a_cell_of_ones_own_is_checked_like_a_built_in_one():
    from sympy import tanh

    h, c, x, f, u = ef.names("h c x f u")
    own = ef.Cell("carousel", inputs=[x], state={h: tanh(ef.new(c)), c: f * c + (1 - f) * u},
                  where={f: ef.logistic(ef.net("f", h, x)), u: tanh(ef.net("u", h, x))})  # fmt: skip
    assert ef.check("own truncated: norm(flow(c,c,q)) <= max(f)**q", cell=own).verdict == "proved"
    assert ef.check("norm(flow(c,c,q)) <= max(f)**q", cell=own).verdict == "refuted"
    with pytest.raises(ValueError, match="carousel has no state 'y'; there are h, c"):
        ef.check("flow(y,y,q) == I", cell=own)


def test_an_input_that_is_no_summand_is_part_of_the_counterexample():
    c, x = ef.names("c x")
    gain = ef.Cell("gain", inputs=[x], state={c: x * c}, sizes={x: "n"})
    for claim in ("never explodes", "norm(flow(q)) <= 1"):
        found = ef.check(f"gain: {claim}", cell=gain, seconds=60).counterexample
        assert max(abs(Fraction(v)) for v in found.data()["inputs"]["x"]) > 1
    assert ef.check("norm(flow(q)) < 10**9", cell=gain, seconds=0.2).verdict != "proved"


HOSTILE = (
    "__import__('os').system('true')",
    "rnn: W.__class__ == W",
    "rnn: W.T.__init__ == W",
    "rnn: norm(W) < 9**9**9",
    "rnn: norm(W)**(9*9*9*9) < 1",
    "rnn: norm(W) < 1e999",
    "norm(W) < 2**20*2**20*2**20*2**20*2**20*2**20*2**20*2**20*2**20*2**20*2**20*2**20*2**20*2**20*2**20*2**20",
    "rnn: " + "(" * 60 + "1" + ")" * 60 + " < 2",
    "rnn: norm(" + "abs(" * 60 + "W" + ")" * 60 + ") < 1",
    "rnn: " + "-" * 200 + "1 < 2",
    "rnn: norm(W) < 1" + " and norm(W) < 1" * 60,
    "rnn: norm(W) < 1\0",
    "rnn: n\u043erm(W) < 1",
    "rnn: norm(W) \u2264 1",
    "rnn: norm(W) < \u0661",
    "rnn: norm(W) < {0.__class__}",
    "rnn: norm(W) < %s%n",
    "rnn: norm(W) < 1; vanishes",
    "rnn: lambda: 1",
    "rnn: [norm(W) for W in W]",
    "rnn: norm(W) < 1 or vanishes",
    "rnn: norm(W) < 1 if 1 else 2",
    "rnn: norm(W) < 1/0",
    "rnn: norm(W) < 0**(-1)",
    "rnn: norm(W)**q**q < 1",
    "rnn: norm(flow(q*q)) < 1",
    "rnn: norm(flow(0)) < 1",
    "rnn: norm(flow(99999999)) < 1",
    "rnn: norm(flow(q/2)) < 1",
    "rnn: norm(W, W) < 1",
    "rnn: norm(W",
    "rnn: slope(" + "x*" * 100 + "x) < 1)",
    "rnn: slope(__import__) < 1",
    "slope(sign(x)) < 1",
    "rnn: W < 1",
    "rnn: |W| > 1 implies explodes",
    "rnn: vanishes if norm(W) < 1 if norm(W) < 2",
    "rnn: W == 2",
    "rnn: norm(W) + W < 1",
    "rnn: can fly",
    "norm(q) < 1",
    "radius(n) < 1",
    "rnn: norm(q.T) < 1",
    "slope(x**2) <= 100",
    "rnn: norm(W) < slope(exp(x)) implies vanishes",
    "rnn: can explode implies norm(W) > 1",
    "rnn: if norm(W) < 1",
    "rnn: norm(W) < 1 implies",
    "rnn: ",
    "",
    "   ",
    ":::",
    "rnn(__class__): vanishes",
    "rnn(relu)(relu): vanishes",
    "lstm(tanh): vanishes",
    "lsmt: vanishes",
    "vanishes",
    "norm(flow(q)) < 1",
    "lstm: norm(W) < 1 implies vanishes",
    "lstm: max(q) < 1 implies vanishes",
    "lstm: max(g.real) < 1",
    "lstm: norm(flow(c,x,q)) < 1",
    "rnn: radius(U) < 1",
    "nrom(W) < 1",
    "rnn: norm(W) < 1 implies vanish",
    "x" * 501,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_not_in_the_grammar_is_refused_in_one_short_line(text):
    with pytest.raises(ValueError, match=r"^[ -~]+$") as caught:
        ef.check(text, seconds=0.1)
    assert len(str(caught.value)) < 400


def test_a_claim_must_be_text():
    with pytest.raises(TypeError, match="claim must be text, got int"):
        ef.check(3)
    with pytest.raises(ValueError, match="seconds must be above 0"):
        ef.check("1 < 2", seconds=0)


def test_nothing_that_is_typed_is_handed_to_python():
    for path in Path(conjecture.__file__).parent.glob("*.py"):
        assert not re.search(r"(?<![\w.])(eval|exec|compile|sympify|parse_expr|__import__)\(", path.read_text())


def test_the_grammar_names_every_word_of_the_language():
    for word in ("norm", "radius", "rho", "maxabs", "sigma_min", "slope", "max", "min", "flow", "abs", "orthogonal",
                 "symmetric", "nonnegative", "diagonal", "vanishes", "explodes", "never vanishes", "never explodes",
                 "can explode", "implies", "and", "inf", "fro", "truncated"):  # fmt: skip
        assert word in GRAMMAR
    assert max(map(len, GRAMMAR.splitlines())) <= 100


def test_the_examples_of_the_grammar_are_decided():
    examples = GRAMMAR.split("no `or`.\n\n")[1].splitlines()
    verdicts = [ef.check(example, seconds=60).verdict for example in examples]
    assert set(verdicts) == {"proved", "refuted"}
