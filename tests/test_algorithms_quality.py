"""Bias and variance of approximate gradients beside the exact one, and the arithmetic of the 1997 paper."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow.cli import main
from errorflow.learning import published1997
from errorflow.learning.published1997 import COUNTED, NETWORKS, PUBLISHED, STEP, TRACE_WORDS, WEIGHTS, decay, slip
from tests.autograd import some_errors
from tests.mixed import numbers


def qualities(c, **arguments):
    """Name -> quality."""
    found = c.cell.gradient_quality(c.weights, c.inputs, some_errors(c), state=c.state, **arguments)
    return {q.algorithm: q for q in found}


def test_an_exact_algorithm_has_neither_bias_nor_variance():
    found = qualities(numbers("lstm"), algorithms=["bptt", "rtrl"])
    assert list(found) == ["bptt", "rtrl"]
    for q in found.values():
        assert q.bias < 1e-14
        assert q.variance == q.bias_error == 0
        assert q.cosine == pytest.approx(1, rel=1e-15)
        assert q.cosine_by_lag == pytest.approx([1] * 6, rel=1e-12)


def test_bias_and_cosine_are_those_of_the_two_gradients():
    c = numbers("gru", 3, 2, 6, seed=1)
    got = qualities(c, algorithms=["snap1"])["snap1"]
    runs = [c.cell.gradient(c.weights, c.inputs, some_errors(c), state=c.state, algorithm=a, by_lag=True)
            for a in ("snap1", "rtrl")]  # fmt: skip
    one, exact = (np.concatenate([r.weights[k].ravel() for k in sorted(r.weights)]) for r in runs)
    assert got.bias == pytest.approx(np.linalg.norm(one - exact) / np.linalg.norm(exact), rel=1e-12)
    assert got.cosine == pytest.approx(one @ exact / np.linalg.norm(one) / np.linalg.norm(exact), rel=1e-12)
    for q in range(6):
        one, exact = (np.concatenate([r.by_lag[k][q].ravel() for k in sorted(r.weights)]) for r in runs)
        assert got.cosine_by_lag[q] == pytest.approx(one @ exact / np.linalg.norm(one) / np.linalg.norm(exact))
    assert got.bias_by_lag[0] < 1e-15 < got.bias_by_lag[1]


def test_the_truncated_gradient_of_a_plain_network_sees_one_step_and_no_further():
    c = numbers("rnn")
    got = qualities(c)["gers2000"]
    assert got.cosine_by_lag[0] == pytest.approx(1, rel=1e-15)
    assert got.cosine_by_lag[1:] == (None,) * 5
    assert got.bias_by_lag[1:] == pytest.approx(got.share_by_lag[1:])


def test_draws_have_a_variance_and_a_bias_within_its_error():
    c = numbers("rnn", 2, 1, 4, seed=3)
    got = qualities(c, rng=np.random.default_rng(0), draws=300)
    assert list(got) == ["gers2000", "snap1", "uoro"]
    uoro = got["uoro"]
    assert (uoro.draws, uoro.cosine_by_lag, uoro.bias_by_lag) == (300, None, None)
    assert uoro.variance > 1  # one draw is further from the gradient than zero is
    assert uoro.bias_error == pytest.approx(np.sqrt(uoro.variance / 300), rel=1e-12)
    assert uoro.bias < 2 * uoro.bias_error
    assert got["snap1"].variance == 0 < got["snap1"].bias


def test_what_is_not_defined_or_has_no_generator_is_left_out_unless_asked():
    assert list(qualities(numbers("mixed"))) == []
    assert list(qualities(numbers("lstm1997"))) == ["lstm1997", "gers2000", "snap1"]
    with pytest.raises(TypeError, match="rng must be a numpy"):
        qualities(numbers("rnn"), algorithms=["uoro"])


def test_a_quality_is_valid_json():
    found = qualities(numbers("rnn"), rng=np.random.default_rng(0), draws=3)
    for q in found.values():
        assert json.loads(json.dumps(q.json(), allow_nan=False))["algorithm"] == q.algorithm


def test_what_cannot_be_compared_is_refused():
    c = numbers("rnn")
    zero = 0 * some_errors(c)
    with pytest.raises(ValueError, match="the exact gradient must not be zero"):
        c.cell.gradient_quality(c.weights, c.inputs, zero)
    for draws in (1, True, 2.5):
        with pytest.raises(ValueError, match="draws must be an integer of at least 2"):
            qualities(c, draws=draws)


def test_the_published_step_is_short_by_the_weights_of_output_units_from_all_but_one_cell_of_a_block():
    K, H, C, S, I = sympy.symbols("K H C S I", positive=True, integer=True)
    assert sympy.expand(COUNTED - (K + 2 * K * H + 3 * K * C * S + H * I + C * I + 4 * C * S * I)) == 0
    assert sympy.expand(PUBLISHED + K * C * (S - 1) - COUNTED) == 0
    assert slip() == K * C * (S - 1)
    assert TRACE_WORDS == 2 * C * S * I
    assert [key.split(")")[0] + ")" for key in STEP] == [f"({k})" for k in (19, 20, 21, 22, 22, 22, 23, 25, 26, 27, 28)]


def test_the_published_step_is_proportional_to_the_number_of_weights():
    K, H, C, S, I = sympy.symbols("K H C S I", positive=True, integer=True)
    # At most four products for each weight, for K is at most K C S.
    left = sympy.expand(4 * WEIGHTS - COUNTED)
    assert left == 2 * K * H + K * C * S + 7 * C * I + 3 * H * I - K
    assert set(left.free_symbols) == {K, H, C, S, I}


def test_every_network_of_the_tables_has_the_weights_that_are_printed():
    assert len(NETWORKS) == 16
    assert [k.table for k in NETWORKS] == [1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 7, 8, 9, 9]
    for network in NETWORKS:
        assert network.agrees, network


def test_a_topology_has_the_weights_of_the_cell_that_it_is():
    # The hidden layer of 1997 with no hidden units, biases taken off: 12 units that read 7 inputs and one another.
    cell = ef.lstm1997_full(output_units=True)
    sizes = {"n": 6, "b": 3, "k": 0, "m": 7, "l": 7}
    shapes = {p.name: [sizes[label] for label in (p.rows, p.columns) if label] for p in cell.definition.parameters
              if p.kind == "dense"}  # fmt: skip
    gates = 2 * 3
    assert sum(int(np.prod(shape)) for shape in shapes.values()) + gates == 276


def test_a_wrong_topology_would_be_seen():
    reber = NETWORKS[0]
    assert not replace(reber, topology=replace(reber.topology, recurrent=False)).agrees
    assert not replace(reber, published=263).agrees


def test_the_decay_of_the_second_experiment_is_below_one_in_ten_million_million():
    assert decay(Fraction(1, 5), 10) == Fraction(1, 20**10)
    assert float(decay(Fraction(1, 5), 10)) == 9.765625e-14
    with pytest.raises(ValueError, match="steps must not be negative, got -1"):
        decay(Fraction(1, 5), -1)


def test_the_published_counts_are_shown_and_checked(capsys, monkeypatch):
    assert main(["cost", "--published", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["step"]["published_is_short_by"] == "C*K*(S - 1)"
    assert {(n["weights"], n["agrees"]) for n in document["networks"]} >= {(264, True), (276, True), (10504, True)}
    assert document["decay"]["factor"] == 9.765625e-14
    assert main(["cost", "--published"]) == 0
    shown = capsys.readouterr().out
    assert "published is short by  C K (S - 1)" in shown
    assert "(0.2 / 4)^10 = 9.765625e-14" in shown
    assert max(map(len, shown.splitlines())) <= 100
    monkeypatch.setattr(published1997, "NETWORKS", (replace(NETWORKS[0], published=263),))
    assert main(["cost", "--published"]) == 1
