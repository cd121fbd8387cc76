"""Counterexamples of the claims beyond the review, each held against plain NumPy, mpmath, fractions or PyTorch."""

from __future__ import annotations

import ast
import itertools
import json
import math
import re
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import errorflow as ef
from errorflow.claims import claim, claims, judge
from errorflow.claims.checks import architectures, gated, printed, radius, training
from errorflow.claims.exact import matrix, radius_at_most
from errorflow.claims.search import every, first, integer_matrices
from errorflow.cli import main


def detail(of: str, name: str) -> str:
    """What a backing found, run now."""
    (part,) = [b for b in claim(of).backing if b.name == name]
    found = part.check(**part.given)
    assert found.ok
    return found.detail


def matrices(text: str) -> list[np.ndarray]:
    """The integer matrices that a message prints after `W = `."""
    return [np.array(ast.literal_eval(m)) for m in re.findall(r"W = (\[\[[-\d, \[\]]*\]\])", text)]


def integer_arrays(most: int, n: int = 2):
    for entries in itertools.product(range(-most, most + 1), repeat=n * n):
        yield np.array(entries).reshape(n, n)


def radius_of(w) -> float:
    return float(max(abs(np.linalg.eigvals(w))))


# the searches


@pytest.mark.parametrize(("n", "most", "least", "signed"), [(1, 3, 0, True), (2, 2, 1, True), (2, 1, 0, False)])
def test_the_enumeration_meets_every_matrix_once_and_smaller_ones_first(n, most, least, signed):
    found = [np.array(w, float) for w in integer_matrices(n, most, least, signed)]
    size = [(abs(w).max(), abs(w).sum()) for w in found]
    entries = [k for k in range(-most if signed else 0, most + 1) if abs(k) >= least]
    assert len({w.tobytes() for w in found}) == len(found) == len(entries) ** (n * n)
    assert size == sorted(size)


def test_a_search_that_finds_nothing_says_how_much_it_looked_through():
    with pytest.raises(LookupError, match="none of 81 candidates"):
        first(integer_matrices(2, 1), lambda w: w[0][0] > 1)
    with pytest.raises(LookupError, match="lacks the property"):
        every(integer_matrices(1, 2), lambda w: w[0][0] < 2)
    assert first([3, 5, 6], lambda k: k % 2 == 0) == (6, 3)


def test_the_test_of_the_spectral_radius_agrees_with_eigenvalues():
    for w in integer_arrays(2):
        for bound in (Fraction(1, 2), Fraction(3, 2), Fraction(5, 2)):  # no such matrix has a radius at these
            assert radius_at_most(matrix(w.tolist()), bound) is (radius_of(w) < float(bound))


def test_smallest_weights_below_four_that_keep_and_enlarge_an_error():
    kept, grown = matrices(detail("paper1997.weights_below_four", "two_units_grow"))
    assert radius_of(kept) == pytest.approx(4)
    assert radius_of(grown) > 4.3
    assert all(radius_of(w) < 4 for w in integer_arrays(1))
    for w in integer_arrays(3):
        if radius_of(w) > 4 + 1e-9:
            assert (abs(w).max(), abs(w).sum()) >= (3, abs(grown).sum())


def test_smallest_nilpotent_weights_whose_flow_grows():
    text = detail("folklore.eigenvalue_condition", "radius_0_grows")
    (w,) = matrices(text)
    slopes = np.array([1, 1 - 0.8**2])
    assert not (w @ w).any()
    assert radius_of(w @ np.diag(slopes)) == pytest.approx(32 / 25)
    for other in integer_arrays(1):
        if not (other @ other).any():
            for held in itertools.product((0, 0.5, 0.6, 0.8), repeat=2):
                assert radius_of(other @ np.diag(1 - np.square(held))) <= 1


def test_smallest_reservoir_of_radius_zero_that_remembers_its_start():
    (w,) = matrices(detail("folklore.echo_state", "three_resting_points"))
    assert not (w @ w).any()
    h = np.tanh([1.5, -3.0])
    for _ in range(500):
        h = np.tanh(w @ h)
    assert abs(h).min() > 0.5
    assert np.allclose(np.tanh(w @ h), h, atol=1e-15)  # one rounding
    s = np.linspace(0.001, 20, 20000)
    for a, b, c in itertools.product(range(-7, 8), repeat=3):
        if a * a == -b * c != 0:  # [[a, b], [c, -a]] = (1, c/a) (a, b): on its range a map of one number s
            assert (abs(a * np.tanh(s) + b * np.tanh(c / a * s)) < s).all()


def test_smallest_shear_and_smallest_cancelling_factors():
    (w,) = matrices(detail("folklore.radius_one", "shear"))
    assert np.allclose(abs(np.linalg.eigvals(w)), 1)
    assert np.linalg.norm(np.linalg.matrix_power(w, 50), 2) > 50
    assert abs(w).sum() == 3
    (w,) = matrices(detail("paper1997.path_factors", "all_above_1_and_zero"))
    assert (abs(w) / 4 > 1).all()
    assert not (w @ w).any()
    (w,) = matrices(detail("paper1997.row_norm", "row_of_ones"))
    assert np.linalg.norm(w[0], 1) == 2 > np.linalg.norm(w, 1) == 1


# the 1997 paper


def error_of_unit(w, slopes, unit):
    product = np.eye(len(w))
    for f in slopes:
        product = product @ w @ np.diag(f)
    return product[unit]


def test_the_printed_subscripts_hide_from_a_unit_back_to_itself_in_two_units_and_not_in_three():
    rng = np.random.default_rng(31)
    for _ in range(20):
        w, slopes = rng.normal(size=(2, 2)), rng.uniform(0.1, 0.3, size=(6, 2))
        there, printed_as = error_of_unit(w, slopes, 0), error_of_unit(w.T, slopes, 0)
        assert there[0] == pytest.approx(printed_as[0], rel=1e-9)  # a few roundings in sums that may cancel
        assert abs(there[1] - printed_as[1]) > 1e-12
    cycle, slopes = matrices(detail("paper1997.path_formula", "where_it_hides"))[0], rng.uniform(0.1, 0.3, size=(3, 3))
    assert abs(error_of_unit(cycle, slopes, 0)[0] - error_of_unit(cycle.T, slopes, 0)[0]) > 1e-6


def test_a_sum_over_written_out_paths_gives_tau_to_the_q_over_n():
    n, q, w = 3, 4, Fraction(2)
    paths = itertools.product(range(n), repeat=q - 1)
    assert sum((w / 4) ** q for _ in paths) == (n * w / 4) ** q / n == n * (n * w / 4) ** q / n**2


def test_the_gain_of_one_connection_is_largest_where_the_statement_says():
    with mpmath.workdps(30):
        x = mpmath.findroot(lambda v: v * mpmath.tanh(v / 2) - 1, 1.5)
        peak = x * mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2
    assert f"below {math.ceil(float(peak) * 1e4) / 1e4}" in claim("paper1997.larger_weights").statement


@pytest.mark.parametrize("sizes", [(2, 3, 3, 4, 6), (1, 1, 1, 1, 1), (5, 2, 4, 3, 7)])
def test_the_printed_number_of_operations_lacks_the_weights_of_all_cells_of_a_block_but_one(sizes):
    k, h, c, s, i = sizes
    weights_counted_once = k * (h + c * s) + h * i + c * i  # changes of output, hidden and output gate weights
    errors = k + k * h + k * s * c + k * c * s
    by_parts = weights_counted_once + errors + 4 * c * s * i
    text = printed.step_count(sizes, short=s > 1).detail
    assert f"counted {by_parts}, printed {by_parts - k * c * (s - 1)}," in text


def test_the_printed_error_signal_is_half_the_derivative():
    for t, y in ((1.0, 0.3), (-0.5, 0.2)):
        slope = mpmath.diff(lambda v, t=t: (t - v) ** 2, y)
        assert float(-slope) == pytest.approx(2 * (t - y), rel=1e-10)  # digits of mpmath's differences


def test_weights_of_the_tables_are_rows_times_columns():
    assert (12 * (7 + 12) + 8 + 4 * 7, 12 * (7 + 12) + 6 + 6 * 7) == (264, 276)
    assert [1 * (p + 2) + (p + 1) * (p + 2) for p in (4, 10, 100)] == [36, 144, 10404]
    assert all(str(k) in claim("paper1997.weight_counts").text for k in (264, 276, 36, 144, 10404))


def test_the_state_of_an_open_cell_drifts_by_nearly_two_a_step():
    gate = 1 / (1 + math.exp(-5))
    state = 10 * gate * (4 * gate - 2)
    assert f"state {10 * gate * (4 * gate - 2) / 2:.3g} after 5 steps" in detail("paper1997.state_drift", "open_gates")
    assert 0.5 / math.cosh(state / 2) ** 2 < 2 * math.exp(-state) < 1e-7


# plain networks


@pytest.mark.parametrize("weight", ["2", "3/2"])
def test_factor_at_rest_of_a_saturated_unit_in_fifty_digits(weight):
    from errorflow.claims.checks.recurrent import rest_factor

    low, high = rest_factor(Fraction(weight))
    with mpmath.workdps(50):
        w = mpmath.mpf(Fraction(weight).numerator) / Fraction(weight).denominator
        h = mpmath.findroot(lambda v: mpmath.tanh(w * v) - v, 0.9)
        factor = w * (1 - h * h)
        assert mpmath.mpf(low.numerator) / low.denominator < factor < mpmath.mpf(high.numerator) / high.denominator
    assert high - low < Fraction(1, 10**11)


def test_a_latch_keeps_its_sign_under_noise_while_its_flow_vanishes():
    rng = np.random.default_rng(48)
    h, flow = np.array([0.9, -0.9]), np.ones(2)
    for _ in range(1000):
        h = np.tanh(2 * h + rng.normal(size=2) / 10)
        flow *= 2 * (1 - h * h)
    assert h[0] > 0.5
    assert h[1] < -0.5
    assert flow.max() < 1e-100


def test_two_live_relu_units_lose_an_error_that_each_step_keeps():
    one, other = np.diag([1, 0]), np.diag([0, 1])
    assert np.linalg.norm(one, 2) == np.linalg.norm(other, 2) == 1
    assert not (one @ other).any()


# gradients, and learning from them


def test_truncated_window_is_autograd_with_the_state_detached():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    xs, span = [1, 0, -2, 3, 0, 1], 3
    w, u = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.5, 1.0))
    h = torch.zeros((), dtype=torch.float64)
    for t, x in enumerate(xs):
        h = w * (h.detach() if t == len(xs) - span else h) + u * x
    h.backward()
    assert [float(v) for v in training.window(Fraction(1, 2), xs, span)] == [float(w.grad), float(u.grad)]


def test_variance_of_uoro_by_sampling_signs():
    rng = np.random.default_rng(59)
    signs = rng.choice([-1.0, 1.0], size=(200_000, 8))
    estimates = signs.sum(axis=1) ** 2  # factor 1, local derivative 1: s = theta = sum of signs
    assert estimates.mean() == pytest.approx(8, rel=0.02)  # standard error 0.3 %
    assert estimates.var() / 64 == pytest.approx(7 / 4, rel=0.05)  # standard error under 1 %
    assert "1, 3/2, 7/4 after 2, 4, 8 steps" in detail("folklore.unbiased_is_as_good", "variance")


def test_float32_loses_a_part_that_it_can_represent():
    part = np.float32(2.0**-30)
    assert part > np.finfo(np.float32).tiny
    assert np.float32(1) + part == np.float32(1)
    assert np.float32(2.0**-149) > 0 == np.float32(2.0**-150)


# gates


def resting_lstm(weight: float):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    cell = torch.nn.LSTMCell(1, 1).double()
    with torch.no_grad():
        for p in cell.parameters():
            p.zero_()
        cell.weight_hh[2, 0] = weight  # rows i, f, g, o
    return torch, cell


@pytest.mark.parametrize(("weight", "flow"), [(2.0, 0.5), (3.0, 0.5 * 1.25**49), (0.0, 2.0**-50)])
def test_flow_of_a_resting_lstm_in_pytorch(weight, flow):
    torch, cell = resting_lstm(weight)
    c0 = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    h, c = torch.zeros_like(c0), c0
    for _ in range(50):
        h, c = cell(torch.zeros_like(c0), (h, c))
    (found,) = torch.autograd.grad(c.sum(), c0)
    assert float(found) == pytest.approx(flow, rel=1e-12)  # some hundred roundings


def test_no_smaller_integer_weight_makes_a_resting_lstm_explode():
    assert all(abs(0.5 + w / 4) <= 1 for w in range(-2, 3))
    assert 0.5 + 3 / 4 > 1
    assert "smallest of 6 integers" in detail("folklore.lstm_cannot_explode", "smallest_weight")


def test_blocks_of_the_output_vanish_where_the_derivative_of_the_output_does_not_in_pytorch():
    torch, cell = resting_lstm(2.0)
    h0 = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    h, c, blocks = h0, torch.zeros_like(h0), 1.0
    for _ in range(50):
        old = h.detach().requires_grad_()
        blocks *= float(torch.autograd.grad(cell(torch.zeros_like(h0), (old, c.detach()))[0].sum(), old)[0])
        h, c = cell(torch.zeros_like(h0), (h, c))
    assert blocks == pytest.approx(2.0**-50, rel=1e-12)
    assert float(torch.autograd.grad(h.sum(), h0)[0]) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(("reset", "factor"), [(0.25, 7 / 8), (0.75, 13 / 8)])
def test_step_of_a_resting_gru_in_pytorch(reset, factor):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    cell = torch.nn.GRUCell(1, 1).double()
    with torch.no_grad():
        for p in cell.parameters():
            p.zero_()
        cell.weight_hh[2, 0], cell.bias_hh[0] = 3.0, math.log(reset / (1 - reset))  # rows r, z, n
    h = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(cell(torch.zeros_like(h), h).sum(), h)
    assert float(found) == pytest.approx(factor, rel=1e-14)
    assert str(Fraction(factor)) in detail("folklore.reset_gate", "candidate_decides")


@pytest.mark.parametrize(("peephole", "state", "edge"), [(-2, 1, 0), (1, 3, 1.25)])
def test_edge_of_a_peephole_cell_by_complex_step(peephole, state, edge):
    c = state + 1e-30j
    new = c / (1 + np.exp(-(peephole * c - peephole * state)))
    assert new.imag / 1e-30 == pytest.approx(edge, abs=1e-15)
    text = detail("folklore.peepholes", "carry_of_zero")
    assert f"weight {peephole}, " in text


def test_numbers_of_the_forget_gate_are_those_of_its_formula():
    kept = 1 / (1 + math.exp(-1))
    said = claim("folklore.forget_bias_one").statement
    for number in (f"{kept:.3f} a step", f"half-life of {math.log(0.5) / math.log(kept):.1f} steps", "from 23 steps on",
                   f"about {-math.log(2 ** (1 / 1000) - 1):.2f}"):  # fmt: skip
        assert number in said
    assert kept**22 > 1e-3 > kept**23
    assert abs((500 / 501) ** 1000 * math.exp(2) - 1) < 0.01
    assert "0.135606" in gated.chrono_middle(1000, 10).detail
    assert (1 - 1 / 1000) ** 10_000 < 1e-4


def test_tied_gates_peak_where_calculus_says():
    q = 10
    best = (q / (q + 1)) ** q / (q + 1)
    assert gated.tied_gates(parts=q + 1, lag=q).detail.count(f"{best:.6g}") == 1


# other architectures


@pytest.mark.parametrize("units", [2, 3, 5])
def test_layer_normalisation_loses_two_directions_in_pytorch(units):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    generator = torch.Generator().manual_seed(71)
    x = torch.randn(units, dtype=torch.float64, generator=generator)
    jacobian = torch.autograd.functional.jacobian(lambda v: torch.nn.functional.layer_norm(v, (units,), eps=0.0), x)
    values = torch.linalg.svdvals(jacobian)
    assert (values < 1e-12).sum() == 2  # rounding of the Jacobian
    assert (values > 1e-3).sum() == units - 2


def test_softmax_within_a_bound_and_beyond():
    rng = np.random.default_rng(72)
    logits = rng.uniform(-3, 3, size=(200, 50))
    weights = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert weights.min() >= 1 / (1 + 49 * math.exp(6))
    assert 1 / (1 + math.exp(13)) > 1e-6 > 1 / (1 + math.exp(14))
    assert 1 / (1 + 100 * math.exp(6)) > 0.9**101
    assert 1 / (1 + 99 * math.exp(6)) < 0.9**100


def test_decay_of_a_complex_unit_and_of_an_input_gate():
    assert f"{50 * math.log2(abs(0.6 + 0.5j)):.6g} for" in detail("folklore.diagonal_decay_known", "fixed_eigenvalue")
    kept = 50 * math.log2(1 - 1 / (1 + math.exp(8)))
    assert f"{kept:.3g} with" in detail("folklore.diagonal_decay_known", "gate_reads_input")


@pytest.mark.parametrize("length", [1, 2, 7, 20, 21])
def test_two_directions_shorten_the_way_to_the_end_states_alone(length):
    to_ends = max(min(k, length - 1 - k) for k in range(length))
    to_every = max(abs(t - k) for k in range(length) for t in range(length))
    assert architectures.shortest_ways(length, "ends") == to_ends == (length - 1) // 2
    assert architectures.shortest_ways(length, "every") == to_every == length - 1


# the command


def printed_by(capsys, *words: str) -> tuple[int, str]:
    status = main(["claims", *words])
    return status, capsys.readouterr().out


def test_a_counterexample_that_is_sabotaged_ends_in_status_one_and_is_named(capsys, monkeypatch):
    assert printed_by(capsys, "folklore.echo_state")[0] == 0
    monkeypatch.setattr(radius, "_excess", lambda weights, s: (-s, s))
    status, out = printed_by(capsys, "folklore.echo_state")
    assert status == 1
    assert "verdict     failed" in out
    assert "DOES NOT HOLD, counterexample three_resting_points" in out
    status, out = printed_by(capsys, "--json", "folklore.echo_state")
    (found,) = json.loads(out)["claims"]
    assert status == 1
    assert found["verdict"] == "failed"


def test_a_sabotaged_check_fails_its_own_claims_and_no_other(capsys, monkeypatch):
    monkeypatch.setattr(training, "lags_of", lambda weight, most: [Fraction(1)] * (most + 1))
    theme = [c.id for c in claims() if c.theme == claim("folklore.clipping").theme]
    status, out = printed_by(capsys, "--json", *theme)
    failed = [c["id"] for c in json.loads(out)["claims"] if c["verdict"] == "failed"]
    assert status == 1
    assert failed == [f"folklore.{k}" for k in ("clipping", "step_size", "gradient_norm", "underflow")]


@pytest.fixture(scope="module")
def judgements():
    """All claims, judged once for this module."""
    return judge()


@pytest.fixture
def judged(judgements, monkeypatch):
    """The command with these judgements in place of fresh ones."""
    monkeypatch.setattr("errorflow.cli.claims.judge", lambda ids: judgements)


def test_a_failure_stands_below_the_list_with_what_was_found(capsys, judgements, monkeypatch):
    one = judgements[0]
    broken = replace(one, verdict="failed", backing=({**one.backing[0], "ok": False, "detail": "it is not"},))
    monkeypatch.setattr("errorflow.cli.claims.judge", lambda ids: [broken, *judgements[1:]])
    status, out = printed_by(capsys)
    assert status == 1
    assert f"{one.id} failed: DOES NOT HOLD, {one.backing[0]['kind']} {one.backing[0]['name']}: it is not" in out
    assert f"{len(judgements)} claims: 1 failed, " in out


@pytest.mark.parametrize("by", ["theme", "verdict"])
def test_the_list_names_every_claim_once_within_a_hundred_columns(by, capsys, judged):
    status, out = printed_by(capsys, "--by", by)
    assert status == 0
    assert max(map(len, out.split("\n"))) <= 100
    rows = re.findall(r"^ ?(\d+)  (\w+) +(\w+\.\w+)$", out, re.MULTILINE)
    assert sorted(int(k) for k, _, _ in rows) == [c.number for c in claims()]
    groups = re.findall(r"^(\S.*) \((?:\d|\d\d)[\w, ]*\)$", out, re.MULTILINE)
    verdicts = ["wrong", "conditional", "right", "open"]
    assert groups == (list(dict.fromkeys(c.theme for c in claims())) if by == "theme" else verdicts)


def test_pages_fit_and_a_page_tells_the_whole_story(capsys, judged):
    _, out = printed_by(capsys, *(c.id for c in claims()))
    assert max(map(len, out.split("\n"))) <= 100
    flat = " ".join(out.split())
    for one in claims():
        assert f"{one.id} ({one.number}, {one.theme})" in flat
        assert not one.ask or f'\n  to try      errorflow check "{one.ask}"\n' in out  # on one line, to be copied
        for text in (one.text, one.statement, one.lesson, one.source):
            assert " ".join(text.split()) in flat


def test_a_page_shows_what_speaks_for_and_against(capsys):
    _, out = printed_by(capsys, "folklore.clipping")
    against, _, favour = out.partition("  for it")
    assert "identity size_is_bounded" in favour
    assert "counterexample ratios_stay" in against.partition("against it")[2]


def test_sources_say_what_is_a_quotation_of_nobody():
    for one in claims():
        if one.id.startswith("folklore."):
            assert re.match(r"(said in lectures|a rule of thumb|Pascanu)", one.source)
        if one.id.startswith("paper1997."):
            assert one.source.endswith("in our words")


def test_themes_and_numbers_are_in_the_data():
    (one,) = ef.judge(["folklore.echo_state"])
    assert (one.json()["number"], one.json()["theme"]) == (44, "Plain recurrent networks")


@pytest.mark.parametrize("one", [pytest.param(c, id=c.id) for c in claims() if c.ask])
def test_what_a_page_says_to_try_is_answered_as_the_ledger_judges(one):
    """Without its conditions a claim that is right is proved, and one that is conditional or wrong is refuted."""
    (judgement,) = judge([one.id])
    assert (
        ef.check(one.ask).verdict
        == {"right": "proved", "conditional": "refuted", "wrong": "refuted"}[judgement.verdict]
    )
