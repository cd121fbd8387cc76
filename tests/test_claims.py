"""The claims: their verdicts, how these are deduced, and that every check behind them can fail."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from fractions import Fraction
from itertools import groupby, pairwise

import mpmath
import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow import builtin
from errorflow.claims import Backing, Claim, Finding, claim, claims, judge, verdict_of
from errorflow.claims.checks import architectures, cells, counts, lags, models, paths, printed, published
from errorflow.claims.exact import exp_bounds, logistic_bounds, matrix, multiply, tanh_bounds
from errorflow.claims.record import citation, judge_claim, theorem
from errorflow.learning import gradient
from tests import claim_neighbours, oracles

RIGHT, CONDITIONAL, WRONG, OPEN, FAILED = "right", "conditional", "wrong", "open", "failed"

VERDICTS = {
    "review.rnn_feeds_back": RIGHT,
    "review.all_or_last_output": RIGHT,
    "review.bptt_is_the_cause": WRONG,
    "review.ten_step_limit": CONDITIONAL,
    "review.weight_one_threshold": CONDITIONAL,
    "review.same_matrix_multiplied": CONDITIONAL,
    "review.tanh_slope_vanishes": CONDITIONAL,
    "review.carousel_prevents_vanishing": CONDITIONAL,
    "review.plain_addition_keeps_gradient": CONDITIONAL,
    "review.longer_time_is_depth": CONDITIONAL,
    "review.gates_write": RIGHT,
    "review.no_forget_gate": RIGHT,
    "review.input_gate_equations": RIGHT,
    "review.output_gate_uses_input_weights": WRONG,
    "review.output_is_a_sum": WRONG,
    "review.mixes_bptt_and_rtrl": RIGHT,
    "review.bptt_cost": CONDITIONAL,
    "review.bptt_backward_pass": RIGHT,
    "review.rtrl_cost": CONDITIONAL,
    "review.rtrl_resists_vanishing": WRONG,
    "review.rtrl_little_memory": CONDITIONAL,
    "review.rtrl_real_time": RIGHT,
    "review.which_part_uses_which": WRONG,
    "review.sigmoid_slope_quarter": CONDITIONAL,
    "review.squash_is_hyperbolic": CONDITIONAL,
    "review.tanh_with_gates": CONDITIONAL,
    "review.full_bptt_today": RIGHT,
    "review.thousand_steps": CONDITIONAL,
    "review.model_families": RIGHT,
    "review.carousel_contributes_most": OPEN,
    **claim_neighbours.VERDICTS,
}

# What each check is given, changed a little so that what it looks for is no longer there.
NEIGHBOURS = {
    ("review.rnn_feeds_back", "state_feeds_back"): {"cell": "gru"},
    ("review.bptt_is_the_cause", "forward_run_forgets"): {"weight": Fraction(1)},
    ("review.bptt_is_the_cause", "lags_of_bptt_and_rtrl"): {"steps": 1},
    ("review.ten_step_limit", "bound_of_the_1997_experiment"): {"largest": Fraction(4)},
    ("review.ten_step_limit", "rotation"): {"rotation": matrix([["3/5", "-4/5"], ["4/5", "2/5"]])},
    ("review.ten_step_limit", "learned_across_30_steps"): {"updates": 1},
    ("review.weight_one_threshold", "linear_unit"): {"below": Fraction(1)},
    ("review.weight_one_threshold", "above_1_vanishes"): {"weight": Fraction(3)},
    ("review.weight_one_threshold", "radius_0_explodes"): {"weights": matrix([[8, 8], [-8, -7]])},
    ("review.same_matrix_multiplied", "matrix_stands_in_each_factor"): {"cell": "gru"},
    ("review.same_matrix_multiplied", "order_of_slopes"): {"second": matrix([[1, 0], [0, "1/2"]])},
    ("review.same_matrix_multiplied", "one_weight_two_fates"): {"lag": 2},
    ("review.tanh_slope_vanishes", "held_at_one_half"): {"weight": Fraction(4, 3)},
    ("review.carousel_prevents_vanishing", "full_flow_vanishes"): {"weight": Fraction(0)},
    ("review.carousel_prevents_vanishing", "full_flow_explodes"): {"weight": Fraction(-4)},
    ("review.plain_addition_keeps_gradient", "edge_and_paths"): {"cell": "lstm"},
    ("review.plain_addition_keeps_gradient", "full_flow_vanishes"): {"grows": True},
    ("review.no_forget_gate", "cell_of_1997"): {"cell": "lstm"},
    ("review.no_forget_gate", "cell_with_forget_gate"): {"cell": "lstm1997"},
    ("review.output_gate_uses_input_weights", "gates_coincide"): {"output_map": "o"},
    ("review.output_is_a_sum", "closed_gate_leaks"): {"state": Fraction(0)},
    ("review.output_is_a_sum", "output_beyond_1"): {"gate": Fraction(1, 100)},
    ("review.output_is_a_sum", "sum_has_no_gate_in_its_derivative"): {"combine": "product"},
    ("review.output_is_a_sum", "product_has_it"): {"combine": "sum"},
    ("review.mixes_bptt_and_rtrl", "published_equations"): {"traced": "g"},
    ("review.bptt_cost", "closed_form"): {"polynomial": "T*(2*n*(n + m) + n**2)"},
    ("review.bptt_cost", "order_of_a_step"): {"algorithm": "rtrl"},
    ("review.bptt_cost", "order_of_the_whole"): {"per_step": 3},
    ("review.rtrl_cost", "closed_form"): {"polynomial": "T*n*(n + m)*n**2"},
    ("review.rtrl_cost", "order_of_a_step"): {"algorithm": "bptt"},
    ("review.rtrl_cost", "order_of_the_whole"): {"algorithm": "bptt"},
    ("review.rtrl_resists_vanishing", "lags_as_fractions"): {"steps": 1},
    ("review.rtrl_resists_vanishing", "lags_of_a_network"): {"steps": 1},
    ("review.rtrl_little_memory", "less_at_n_squared_steps"): {"steps": 9_999},
    ("review.rtrl_little_memory", "more_one_step_before"): {"steps": 10_000},
    ("review.rtrl_little_memory", "more_at_ordinary_lengths"): {"units": 10},
    ("review.which_part_uses_which", "published_equations"): {"traced": "i"},
    ("review.which_part_uses_which", "without_traces"): {"traced": "ig"},
    ("review.which_part_uses_which", "lags_by_map"): {"traced": "io", "one_step": "g"},
    ("review.sigmoid_slope_quarter", "logistic_steeper_at_2"): {"at": Fraction(8, 5)},
    ("review.tanh_with_gates", "beside_a_plain_network"): {"bias": 0.0},
    ("review.tanh_with_gates", "gated_and_vanishing"): {"weight": Fraction(2)},
    ("review.tanh_with_gates", "gated_and_exploding"): {"weight": Fraction(2)},
    ("review.thousand_steps", "bias_for_1000_steps"): {"low": Fraction("6.9074")},
    ("review.thousand_steps", "unbiased_gate"): {"bias": Fraction(7)},
    ("review.model_families", "recurrent_ones"): {"cells": ("rnn", "hmm")},
    ("review.model_families", "receptive_field"): {"kernel": 0},
    ("review.model_families", "unit_root"): {"lag": 5},
    ("review.carousel_contributes_most", "share_of_the_carry"): {"weights": (Fraction(0),)},
    **claim_neighbours.NEIGHBOURS,
}  # fmt: skip

# Checks of the engine or of the counts that hold for everything they could be given; each is made to fail below.
BY_SABOTAGE = {
    ("review.all_or_last_output", "sum_over_last_steps"): (lags, "gradient", "forgets the last step"),
    ("review.carousel_prevents_vanishing", "truncated_flow_is_the_identity"): (cells, "jacobians", "not truncated"),
    ("review.longer_time_is_depth", "unfolded_layers"): (builtin, "cell", "leaky"),
    ("review.gates_write", "a_state_must_be_written"): (cells, "Cell", "accepts everything"),
    ("review.input_gate_equations", "equations_by_hand"): (builtin, "lstm1997", "logistic input"),
    ("review.mixes_bptt_and_rtrl", "work_for_each_weight"): (published, "gradient_1997", "counts squares"),
    ("review.bptt_backward_pass", "beyond_the_forward_pass"): (counts, "cost_of", "swapped"),
    ("review.rtrl_cost", "never_cheaper_than_bptt"): (counts, "cost_of", "swapped"),
    ("review.rtrl_little_memory", "break_even"): (counts, "cost_of", "swapped"),
    ("review.rtrl_real_time", "same_work_every_step"): (counts, "cost_of", "swapped"),
    ("review.which_part_uses_which", "either_algorithm"): (published, "gradient", "full for rtrl"),
    ("review.squash_is_hyperbolic", "one_slope_at_every_lag"): (builtin, "lstm1997", "squashed twice"),
    ("review.full_bptt_today", "full_bptt_is_the_derivative"): (builtin, "lstm", "no way out of the carry"),
    ("paper1997.path_formula", "two_units_one_step"): (paths, "error_of_first", "blind to the transpose"),
    ("paper1997.weak_bound", "loose_by_n_squared"): (paths, "multiply", "forgets the last factor"),
    ("paper1997.row_norm", "maximum_norm"): (paths, "_largest_sum", "smallest sum"),
    ("paper1997.error_signals", "same_sign"): (printed, "slope_of_error", "with the wrong sign"),
    ("paper1997.error_signals", "factor_two"): (printed, "slope_of_error", "of half the square"),
    ("folklore.layer_norm_fixes", "two_units"): (architectures, "_normalised", "not centred"),
    ("folklore.carousel_is_integration", "truncated_flow_is_the_identity"): (cells, "jacobians", "not truncated"),
}


@pytest.fixture(scope="module")
def judgements():
    return {one.id: one for one in judge()}


def backing(of: str, name: str) -> Backing:
    (found,) = [b for b in claim(of).backing if b.name == name]
    return found


def test_claims_are_numbered_in_reading_order_and_the_review_comes_first():
    assert [c.number for c in claims()] == list(range(1, 78))
    assert [c.id for c in claims()] == list(VERDICTS)
    assert [c.number for c in claims() if c.id.startswith("review.")] == list(range(1, 31))


def test_the_claims_of_a_theme_stand_together():
    themes = [c.theme for c in claims()]
    assert len([title for title, _ in groupby(themes)]) == len(set(themes)) == 6


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_is_the_one_that_the_mathematics_gives(name, judgements):
    broken = [f"{b['name']}: {b['detail']}" for b in judgements[name].backing if not b["ok"]]
    assert (judgements[name].verdict, broken) == (VERDICTS[name], [])


@pytest.mark.parametrize(
    ("bearings", "verdict"),
    [
        ({"for"}, RIGHT),
        ({"for", "context"}, RIGHT),
        ({"for", "against"}, CONDITIONAL),
        ({"for", "open"}, CONDITIONAL),
        ({"for", "against", "open", "context"}, CONDITIONAL),
        ({"against"}, WRONG),
        ({"against", "open"}, WRONG),
        ({"against", "context"}, WRONG),
        ({"open"}, OPEN),
        ({"open", "context"}, OPEN),
        ({"context"}, OPEN),
    ],
)
def test_a_verdict_is_read_off_the_bearings(bearings, verdict):
    assert verdict_of(bearings) == verdict


def made(*backings: Backing) -> Claim:
    return Claim("test.made", 1, "Tests", "a test", "It is so.", "It is so.", "Look.", backings)


def holds(value: int = 1) -> Finding:
    return Finding(value > 0, f"value {value}")


def test_a_claim_fails_when_one_backing_is_false_raises_or_is_missing():
    good = Backing("identity", "good", "for", holds)
    assert judge_claim(made(good)).verdict == RIGHT
    assert judge_claim(made(good, Backing("identity", "false", "context", holds, {"value": 0}))).verdict == FAILED
    raising = judge_claim(made(good, Backing("identity", "raises", "for", lambda: 1 / 0)))
    assert raising.verdict == FAILED
    assert "ZeroDivisionError" in raising.backing[1]["detail"]
    assert judge_claim(made()).verdict == FAILED


def test_a_theorem_that_does_not_exist_fails_the_claim_and_an_empty_reference_too():
    assert judge_claim(made(theorem("logistic.slope", "for"))).verdict == RIGHT
    assert judge_claim(made(theorem("logistic.slop", "for"))).verdict == FAILED
    assert judge_claim(made(citation("nothing", " ", "for"))).verdict == FAILED


def test_a_theorem_that_is_not_proved_now_fails_the_claim(monkeypatch):
    import errorflow.proof

    report = errorflow.proof.prove(["logistic.slope"])[0]
    monkeypatch.setattr(errorflow.proof, "prove", lambda names: [replace(report, verdict="failed", reason="no")])
    assert judge_claim(made(theorem("logistic.slope", "for"))).verdict == FAILED


def test_what_claims_share_is_checked_once_in_a_call_and_anew_in_the_next():
    calls = []

    def counting(value: int = 1) -> Finding:
        calls.append(value)
        return holds(value)

    one, seen = made(Backing("identity", "a", "for", counting), Backing("identity", "b", "for", counting)), {}
    judge_claim(one, seen)
    judge_claim(one, seen)
    assert len(calls) == 1
    judge_claim(one, {})
    assert len(calls) == 2


def test_every_check_has_a_neighbour_or_a_sabotage():
    checked = {(c.id, b.name) for c in claims() for b in c.backing if b.kind not in ("theorem", "citation")}
    assert checked == set(NEIGHBOURS) | set(BY_SABOTAGE)
    assert not set(NEIGHBOURS) & set(BY_SABOTAGE)


@pytest.mark.parametrize(("of", "name"), NEIGHBOURS)
def test_the_neighbour_of_a_check_fails_and_the_claim_with_it(of, name):
    whole, part = claim(of), backing(of, name)
    changed = replace(part, given={**part.given, **NEIGHBOURS[of, name]})
    others = tuple(changed if b is part else b for b in whole.backing if b.kind != "theorem" or b is part)
    judged = judge_claim(replace(whole, backing=others))
    assert judged.verdict == FAILED
    assert [b["name"] for b in judged.backing if not b["ok"]] == [name]


def swapped_costs(algorithm: str, *rest: object) -> object:
    return COST_OF({"bptt": "rtrl", "rtrl": "bptt"}[algorithm], *rest)


def gradient_without_the_last_error(definition, weights, xs, errors, **options):
    if np.ndim(errors) == 2:
        errors = np.concatenate([errors[:-1], 0 * errors[-1:]])
    return gradient(definition, weights, xs, errors, **options)


def full_gradient_by_rtrl(definition, weights, xs, errors, *, algorithm, truncated):
    return gradient(definition, weights, xs, errors, algorithm=algorithm, truncated=truncated and algorithm == "bptt")


def cell_that_squashes(outer, inner) -> ef.Cell:
    """The 1997 cell with other functions: `inner` on the cell input, `outer` on the state."""
    h, c, x, i, o, g = ef.names("h c x i o g")
    where = {i: ef.logistic(ef.net("i", h, x)), o: ef.logistic(ef.net("o", h, x)), g: inner(ef.net("g", h, x))}
    return ef.Cell("other", inputs=[x], state={c: c + i * g, h: o * outer(ef.new(c))}, where=where)


def cell_of_separate_units() -> ef.Cell:
    """Units that only feed themselves: truncation has nothing to cut."""
    h, x = ef.names("h x")
    return ef.Cell("separate", inputs=[x], state={h: sympy.tanh(ef.net("", ef.diagonal("w", h), x))})


def squared_count(weights, xs, errors):
    run = GRADIENT_1997(weights, xs, errors)
    return replace(run, products=run.products**2)


COST_OF, GRADIENT_1997, JACOBIANS, CELL = counts.cost_of, published.gradient_1997, cells.jacobians, builtin.cell
ERROR_OF_FIRST, SLOPE_OF_ERROR = paths.error_of_first, printed.slope_of_error
SABOTAGE = {
    "forgets the last step": gradient_without_the_last_error,
    "not truncated": lambda trajectory, truncated: JACOBIANS(trajectory, truncated=False),
    "leaky": lambda name: CELL("lstm"),
    "accepts everything": lambda name, inputs, state, where=None: CELL("lstm1997"),
    "logistic input": lambda: cell_that_squashes(ef.squash_out, ef.logistic),
    "counts squares": squared_count,
    "swapped": swapped_costs,
    "full for rtrl": full_gradient_by_rtrl,
    "squashed twice": lambda: cell_that_squashes(lambda a: ef.squash_out(ef.squash_out(a)), ef.squash_in),
    "no way out of the carry": cell_of_separate_units,
    "blind to the transpose": lambda weights, lag: ERROR_OF_FIRST(matrix([[0, 0], [0, 0]]), lag),
    "forgets the last factor": lambda *factors: multiply(*factors[: max(1, len(factors) - 1)]),
    "smallest sum": lambda of: min(sum(map(abs, row)) for row in of),
    "with the wrong sign": lambda target, output: -SLOPE_OF_ERROR(target, output),
    "of half the square": lambda target, output: SLOPE_OF_ERROR(target, output) / 2,
    "not centred": lambda point: tuple(Fraction(x) for x in point),
}


@pytest.mark.parametrize(("of", "name"), BY_SABOTAGE)
def test_a_check_of_the_engine_fails_when_the_engine_is_made_wrong(of, name, monkeypatch):
    module, attribute, how = BY_SABOTAGE[of, name]
    part = backing(of, name)
    assert judge_claim(made(part)).verdict != FAILED
    monkeypatch.setattr(module, attribute, SABOTAGE[how])
    assert judge_claim(made(part)).verdict == FAILED


def test_nilpotent_counterexample_in_floats_against_its_fractions():
    w, d = np.array([[8.0, 8.0], [-8.0, -8.0]]), np.diag([1.0, 0.75])
    assert max(abs(np.linalg.eigvals(w))) < 1e-6  # a double eigenvalue is known to the square root of rounding
    flow = np.linalg.matrix_power(w @ d, 50)
    assert np.array_equal(flow, 2.0**49 * w @ d)  # products of powers of two and 3: exact in float64


def test_resting_cell_in_the_oracle_shrinks_by_half_at_every_step():
    w = {k: np.zeros((1, 1)) for k in ("W_i", "W_o", "U_i", "U_o", "U_g")} | {
        k: np.zeros(1) for k in ("b_i", "b_o", "b_g")
    }
    w["W_g"] = np.array([[-4.0]])
    state, xs = [np.zeros(1), np.zeros(1)], np.zeros((12, 1))
    path = oracles.orbit(oracles.lstm1997, w, state, xs)
    flow = [oracles.flow(oracles.lstm1997, w, path, xs, q, [1, 1])[0, 0] for q in range(1, 13)]
    assert flow == pytest.approx([0.5**q for q in range(12)], rel=1e-14)  # a few roundings a step


def test_the_published_algorithm_is_the_derivative_with_the_nets_cut_off():
    rng, n, m, steps = np.random.default_rng(5), 2, 2, 7
    shapes = builtin.lstm1997().shapes()
    w = {k: rng.normal(size=[{"n": n, "m": m}[s] for s in shape]) for k, shape in shapes.items()}
    xs, errors = rng.normal(size=(steps, m)), rng.normal(size=(steps, n))

    def loss(moved):
        state, total = (np.zeros(n), np.zeros(n)), 0
        for x, e in zip(xs, errors, strict=True):
            state = oracles.lstm1997(oracles.NUMPY, moved, state, x, oracles.cutting(oracles.NUMPY))
            total = total + e @ state[1]
        return total

    by_hand = published.gradient_1997(w, xs, errors).gradient
    for name, array in w.items():
        for index in np.ndindex(array.shape):
            moved = {k: v.astype(complex) for k, v in w.items()}
            moved[name][index] += 1j * oracles.STEP
            true = np.imag(loss(moved)) / oracles.STEP
            assert by_hand[name][index] == pytest.approx(true, rel=1e-11, abs=1e-13)  # rounding of some 50 products


def test_lags_by_hand_add_up_to_the_gradient_of_unfolded_symbols():
    a, b = sympy.symbols("a b")
    h, total = sympy.Integer(0), 0
    for error in (2, 3, 5):
        h = a * h + b * 7
        total += error * h
    parts = lags.by_lag_forward([matrix([["1/2"]])] * 3, [matrix([[7]])] * 3, [matrix([[e]]) for e in (2, 3, 5)])
    assert sum(p[0][0] for p in parts) == Fraction(str(sympy.diff(total, b).subs(a, sympy.Rational(1, 2))))


@pytest.mark.parametrize("x", ["0", "1/7", "-3/2", "7", "-20", "60"])
def test_rational_bounds_enclose_the_function_closely(x):
    with mpmath.workdps(60):
        value = mpmath.mpf(Fraction(x).numerator) / Fraction(x).denominator
        for bounds, function in (
            (exp_bounds, mpmath.exp),
            (logistic_bounds, lambda a: 1 / (1 + mpmath.exp(-a))),
            (tanh_bounds, mpmath.tanh),
        ):
            low, high = (mpmath.mpf(b.numerator) / b.denominator for b in bounds(Fraction(x)))
            true, slack = function(value), mpmath.mpf(10) ** -55 * max(1, abs(function(value)))
            assert low - slack <= true <= high + slack
            assert high - low < mpmath.mpf(10) ** -28 * max(1, true) ** 2


def test_products_run_from_left_to_right():
    a, b = matrix([[1, 2], [3, 4]]), matrix([[0, 1], [1, 0]])
    assert multiply(a, b) == matrix([[2, 1], [4, 3]])
    assert multiply(b, a) == matrix([[3, 4], [1, 2]])


def test_counted_receptive_field_is_the_support_of_a_stack_of_convolutions():
    signal = np.ones(1)
    for level in range(4):
        kernel = np.zeros(2 * 2**level + 1)
        kernel[:: 2**level] = 1
        signal = np.convolve(signal, kernel)
    assert f"{np.count_nonzero(signal)} steps are seen" in models.receptive_field(3, 4).detail


def test_numbers_in_the_statements_are_those_of_the_formulas():
    crossing = 2 * math.acosh((1 + math.sqrt(3)) / 2)
    assert f"|x| = {crossing:.4f}" in claim("review.sigmoid_slope_quarter").statement
    assert f"about {-math.log(math.exp(1 / 1000) - 1):.3f}" in claim("review.thousand_steps").statement.replace(
        "\n", " "
    )
    n, m, steps = sympy.symbols("n m T", positive=True, integer=True)
    assert sympy.expand(counts.cost_of("bptt", "rnn").macs - (steps * n * (3 * n + 2 * m) - n**2)) == 0
    assert "T n (3n + 2m) - n^2" in claim("review.bptt_cost").statement
    assert sympy.expand(counts.cost_of("rtrl", "rnn").macs - steps * n * (n + m) * (n + 1) ** 2) == 0
    assert "T n (n + m) (n + 1)^2" in claim("review.rtrl_cost").statement


def test_an_unknown_id_is_refused_with_the_nearest_one():
    with pytest.raises(
        KeyError, match=r"no claim called 'review\.output_is_sum'; did you mean 'review\.output_is_a_sum'"
    ):
        claim("review.output_is_sum")
    with pytest.raises(KeyError, match="`errorflow claims` shows all"):
        judge(["review.no_forget_gate", "zzz"])
    with pytest.raises(TypeError, match="a list of ids"):
        judge("review.no_forget_gate")


def test_claims_can_be_judged_one_by_one_through_the_public_door():
    (one,) = ef.judge(["review.no_forget_gate"])
    assert (one.id, one.verdict) == ("review.no_forget_gate", RIGHT)
    assert ef.claim("review.no_forget_gate").number == 12
    assert judge([]) == []


def test_json_of_every_judgement_is_valid_and_complete(judgements):
    for one in judgements.values():
        data = json.loads(json.dumps(one.json(), allow_nan=False))
        keys = ["id", "number", "theme", "source", "text", "verdict", "statement", "lesson", "ask", "backing"]
        assert list(data) == keys
        assert data["backing"]
        for part in data["backing"]:
            assert list(part) == ["kind", "name", "bearing", "ok", "detail"]
            assert part["detail"]


def test_what_a_reader_sees_is_a_sentence_without_names_of_the_code():
    inside = {t.name for t in ef.theorems()} | {name for name in builtin.BUILTIN if re.search(r"\d|_", name)}
    inside |= {"errorflow", "squash_in", "squash_out", "[S]", "[M]", "[R]"}
    for one in claims():
        for text in (one.source, one.text, one.statement, one.lesson):
            assert text.strip()
            assert not re.search(r"\bT[1-9]\d?\b(?! )", text), text
            assert not [name for name in inside if name in text], text
        for text in (one.text, one.statement, one.lesson):
            assert text.endswith((".", ".)")), text


def test_no_two_claims_say_the_same_and_names_of_backings_are_unique_within_a_claim():
    assert (
        len({c.text for c in claims()})
        == len({c.statement for c in claims()})
        == len({c.lesson for c in claims()})
        == len(claims())
    )
    for one in claims():
        names = sorted(b.name for b in one.backing)
        assert all(a != b for a, b in pairwise(names)), one.id


def test_a_wrong_or_right_claim_rests_on_more_than_a_reference():
    for one in claims():
        weighing = [b for b in one.backing if b.bearing in ("for", "against")]
        assert not weighing or any(b.kind != "citation" for b in weighing), one.id


def test_no_counterexample_speaks_for_a_claim():
    assert not [(c.id, b.name) for c in claims() for b in c.backing if (b.kind, b.bearing) == ("counterexample", "for")]
