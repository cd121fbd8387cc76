"""Gated cells at rest and in exact fractions: what the forget gates say of the flow, and what they do not."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import sympy

from errorflow import builtin
from errorflow.calculus.words import Diag
from errorflow.claims.checks.cells import at_rest
from errorflow.claims.exact import decimals, logistic_bounds, power
from errorflow.claims.record import Finding
from errorflow.claims.search import first, integers
from errorflow.numeric.linear import jacobians


def resting_ratio(weight: int) -> Fraction:
    """The step factor of an LSTM at rest whose one weight is that of the cell input: f + (1/2) (w/2), f = 1/2."""
    return Fraction(1, 2) + Fraction(weight, 4)


def smallest_that_explodes(most: int, lag: int) -> Finding:
    """The smallest integer weight with which the full flow of an LSTM at rest grows."""
    weight, tried = first(integers(most), lambda w: abs(resting_ratio(w)) > 1)
    ratio, log2 = resting_ratio(weight), _log2_of_carry(weight, lag)
    expected = Fraction(1, 2) * ratio ** (lag - 1)
    return Finding(
        math.isclose(log2, math.log2(abs(expected)), abs_tol=1e-9) and expected > 1000,
        f"one LSTM unit at rest, forget gate 1/2, recurrent weight {weight} of the cell input, all others 0: the flow"
        f" from cell state to cell state over {lag} steps is 1/2 * {power(ratio, lag - 1)} = {decimals(expected)};"
        f" smallest of {tried} integers; the engine has log2 {log2:.6g}",
    )


def constant_with_half_open_gate(most: int, lag: int) -> Finding:
    """The smallest integer weight with which the full flow of an LSTM stays constant though its forget gate is 1/2."""
    weight, tried = first(integers(most), lambda w: abs(resting_ratio(w)) == 1)
    log2 = _log2_of_carry(weight, lag)
    return Finding(
        math.isclose(log2, -1.0, abs_tol=1e-9),
        f"one LSTM unit at rest, forget gate 1/2, recurrent weight {weight} of the cell input, all others 0: the direct"
        f" path over {lag} steps is 2^-{lag}, the full flow from cell state to cell state 1/2 at every lag; smallest of"
        f" {tried} integers; the engine has log2 {log2:.6g}",
    )


def _log2_of_carry(weight: int, lag: int) -> float:
    made = builtin.lstm()
    found = made.profile(at_rest(made, Fraction(weight)), np.zeros((lag, 1)), departures=False)
    return float(found.log2_norm_blocks["c", "c"][lag])


def hook_on_outputs(weight: int, lag: int) -> Finding:
    """Multiplying d h / d h of single steps, as a hook on the outputs suggests, against the flow of the joint state."""
    made = builtin.lstm()
    trajectory = made.run(at_rest(made, Fraction(weight)), np.zeros((lag, 1)))
    steps = list(jacobians(trajectory))
    through_outputs, joint = 1.0, np.eye(2)
    for step in steps:
        through_outputs *= float(step[1, 1])
        joint = step @ joint
    block = Fraction(weight, 4)
    true = block * resting_ratio(weight) ** (lag - 1)
    agrees = math.isclose(through_outputs, float(block**lag)) and math.isclose(joint[1, 1], float(true))
    return Finding(
        agrees and abs(block**lag) < Fraction(1, 1000) * abs(true),
        f"one LSTM unit at rest, recurrent weight {weight}: the product of d h_t / d h_(t-1) over {lag} steps is"
        f" {power(block, lag)} = {decimals(block**lag)}, the derivative of h_{lag} in h_0 is {true}, the engine agrees",
    )


def direct_path(cell: str, state: str, gate: str, lag: int) -> Finding:
    """The truncated flow of the state is one word of gates, one for each step."""
    words = builtin.cell(cell).flow(lag, truncated=True)[state, state].words
    read = {name for word in words for f in word if isinstance(f, Diag) for name in _names(f.entry)}
    degree = [len(f.entry.free_symbols) for word in words for f in word if isinstance(f, Diag)]
    return Finding(
        len(words) == 1 and read == {gate} and sum(degree) == lag,
        f"{cell}, truncated, {lag} steps: from {state} to {state} is one word, the product of {sum(degree)} gates"
        f" {', '.join(sorted(read))}",
    )


def first_lag_below(bias: int, kept: Fraction, most: int) -> Finding:
    """The first lag at which a forget gate with this bias has let the direct path fall below `kept`."""
    low, high = logistic_bounds(Fraction(bias))
    lag, _ = first(range(1, most + 1), lambda q: high**q < kept)
    return Finding(
        low ** (lag - 1) > kept,
        f"forget bias {bias}: the direct path keeps {decimals(high)} a step, and less than {kept} from lag {lag} on",
    )


def bias_for_half_life(steps: int, low: Fraction, high: Fraction) -> Finding:
    """The forget bias whose half-life is this many steps lies between low and high."""
    below, above = logistic_bounds(low)[1] ** steps, logistic_bounds(high)[0] ** steps
    return Finding(
        below < Fraction(1, 2) < above,
        f"forget bias {decimals(low)} keeps at most {decimals(below)} over {steps} steps, {decimals(high)} at least"
        f" {decimals(above)}",
    )


def chrono(horizon: int) -> Finding:
    """A unit with bias ln(T - 1) keeps (1 - 1/T)^T over T steps, that is between 1/4 and 1/e."""
    kept = (1 - Fraction(1, horizon)) ** horizon
    return Finding(
        horizon > 1 and Fraction(1, 4) <= kept < Fraction(36788, 100000),
        f"bias ln({horizon - 1}), no other input: forget gate 1 - 1/{horizon}, which keeps {decimals(kept)} over"
        f" {horizon} steps",
    )


def chrono_middle(horizon: int, times: int) -> Finding:
    """The middle unit of uniform draws, and the best unit some horizons further, keep little."""
    draw = Fraction(horizon, 2)
    middle = (draw / (1 + draw)) ** horizon
    beyond = (1 - Fraction(1, horizon)) ** (times * horizon)
    return Finding(
        middle < Fraction(1, 5) and beyond < Fraction(1, 1000),
        f"the middle draw, bias ln({draw}), keeps {decimals(middle)} over {horizon} steps; the longest keeps"
        f" {decimals(beyond)} over {times * horizon}",
    )


def tied_gates(parts: int, lag: int) -> Finding:
    """Constant gates that write and then keep over a lag: tied as in a GRU, or free as in an LSTM."""
    gates = [Fraction(k, parts) for k in range(1, parts)]
    tied, where = max(((1 - z) * z**lag, z) for z in gates)
    free = max(i * f**lag for i in gates for f in gates)
    return Finding(
        free > 5 * tied,
        f"constant gates in steps of 1/{parts}: an input written once and read {lag} steps later has the direct factor"
        f" (1 - z) z^{lag} of at most {decimals(tied)}, at z = {where}, in a GRU and i f^{lag} up to {decimals(free)}"
        " in an LSTM",
    )


def words_with_reset(cell: str, carry: int, full: int) -> Finding:
    """How many words of the carry and of the full Jacobian have the reset gate in them."""
    made = builtin.cell(cell)
    found = [
        sum(any(isinstance(f, Diag) and "r" in _names(f.entry) for f in word) for word in words)
        for words in (made.jacobian(truncated=True)["h", "h"].words, made.jacobian()["h", "h"].words)
    ]
    return Finding(
        found == [carry, full] and full > carry,
        f"{cell}: the reset gate stands in {found[0]} words of the carry and in {found[1]} of the full Jacobian",
    )


def _names(entry: sympy.Expr) -> set[str]:
    return {s.name.partition("@")[0] for s in entry.free_symbols}


def reset_decides_candidate(weight: int, resets: tuple[Fraction, ...]) -> Finding:
    """A GRU at rest, z = 1/2, its reset gate set by its bias: the step is 1/2 + r w / 2, below 1 or above by r.

    At h = 0 the slope of tanh is 1, and the paths through the gates have a factor h or h - n, which is 0.
    """
    factors = [Fraction(1, 2) + r * weight / 2 for r in resets]
    made = builtin.gru()
    zeros = {name: np.zeros([1] * len(shape)) for name, shape in made.shapes().items()}
    engine = []
    for r in resets:
        weights = zeros | {"W_n": np.array([[float(weight)]]), "b_r": np.array([math.log(r / (1 - r))])}
        engine.append(float(next(iter(jacobians(made.run(weights, np.zeros((1, 1))))))[0, 0]))
    agrees = all(math.isclose(e, f) for e, f in zip(engine, factors, strict=True))
    return Finding(
        agrees and min(factors) < 1 < max(factors),
        f"a GRU unit at rest, z = 1/2, candidate weight {weight}: the step factor is"
        f" {', '.join(f'{f} with r = {r}' for f, r in zip(factors, resets, strict=True))}; the engine agrees",
    )


def peephole_edge(most: int, lag: int) -> Finding:
    """The smallest peephole weight and state at which the carry of a peephole LSTM is exactly 0, and above 1.

    With the other weights 0, g = 0 and the bias that makes the forget gate 1/2, the edge is 1/2 + c p / 4.
    """
    pairs = sorted(
        ((p, c) for p in range(-most, most + 1) for c in range(-most, most + 1)),
        key=lambda pair: (abs(pair[0]) + abs(pair[1]), sum(k < 0 for k in pair), pair),
    )
    edge = {pair: Fraction(1, 2) + Fraction(pair[0] * pair[1], 4) for pair in pairs}
    (p, c), _ = first(pairs, lambda pair: edge[pair] == 0)
    (q, d), _ = first(pairs, lambda pair: edge[pair] > 1)
    made = builtin.lstm_peephole()
    engine = []
    for weight, state in ((p, c), (q, d)):
        zeros = {name: np.zeros([1] * len(shape)) for name, shape in made.shapes().items()}
        weights = zeros | {"p_f": np.array([float(weight)]), "b_f": np.array([-float(weight * state)])}
        run = made.run(weights, np.zeros((1, 1)), {"c": np.array([float(state)]), "h": np.zeros(1)})
        engine.append(float(next(iter(jacobians(run)))[0, 0]))
    return Finding(
        engine == [float(edge[p, c]), float(edge[q, d])],
        f"forget gate 1/2, peephole weight {p}, cell state {c}: the edge from old to new cell state is exactly"
        f" {edge[p, c]}; weight {q}, state {d}: {edge[q, d]}, which is {decimals(edge[q, d] ** lag)} if held over"
        f" {lag} steps; the smallest integers for either",
    )


def more_words(plain: str, other: str) -> Finding:
    """How many words the step from cell state to cell state has with peepholes and without."""
    without, having = (len(builtin.cell(c).jacobian()["c", "c"].words) for c in (plain, other))
    return Finding(
        having > without,
        f"from old to new cell state: {without} word in the {plain} cell, {having} in the {other} cell, which"
        " reads the state through its gates even where the output gate is closed",
    )
