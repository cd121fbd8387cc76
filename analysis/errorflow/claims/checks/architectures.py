"""Residual connections, layer normalisation, attention, diagonal recurrence, two directions: exact small instances."""

from __future__ import annotations

import itertools
from collections import deque
from fractions import Fraction

import numpy as np
from sympy import tanh

from errorflow import builtin
from errorflow.calculus.words import ONE
from errorflow.cells import Cell
from errorflow.claims.exact import Matrix, decimals, exp_bounds, power
from errorflow.claims.record import Finding
from errorflow.claims.search import every, first, integers
from errorflow.definition import names, net


def residual_edge(carried: str) -> Finding:
    """What of h' = h + tanh(W h + U x + b) is no path through the branch is the identity, as the carousel's edge is."""
    h, x = names("h x")
    residual = Cell("residual", inputs=[x], state={h: h + tanh(net("", h, x))})
    words, edge = (c.jacobian(truncated=True)[s, s].words for c, s in ((residual, "h"), (builtin.cell(carried), "c")))
    through = len(residual.jacobian()["h", "h"].words) - len(words)
    return Finding(
        words == edge == ONE and through > 0,
        f"h' = h + tanh(W h + U x + b): the skip is the identity, as is the edge from old to new cell state in"
        f" {carried}; {through} further word runs through the branch",
    )


def residual_fates(most: int, lag: int) -> Finding:
    """The smallest integer derivatives of the branch with which h' = h + F(h) loses an error and enlarges it."""
    lost, _ = first(integers(most), lambda a: 1 + a == 0)
    grown, _ = first(integers(most), lambda a: abs(1 + a) > 1)
    return Finding(
        (1 + lost) ** lag == 0,
        f"one unit, h' = h + F(h): with F' = {lost} the error is exactly 0 after one step, with F' = {grown} it is"
        f" {power(Fraction(1 + grown), lag)} after {lag}; smallest integers for either",
    )


def normalised_jacobian(normalised: tuple[Fraction, ...]) -> Matrix:
    """The Jacobian of layer normalisation times the standard deviation: I - 1 1^T / n - y y^T / n at its output y."""
    n = len(normalised)
    return tuple(
        tuple(Fraction(i == j) - Fraction(1, n) - a * b / n for j, b in enumerate(normalised))
        for i, a in enumerate(normalised)
    )


def normalisation_forgets(most: int) -> Finding:
    """Layer normalisation of two units has derivative 0 wherever it has one."""
    points = [p for p in itertools.product(integers(most), repeat=2) if p[0] != p[1]]
    outputs = {_normalised(p) for p in points}
    zero = all(not any(map(any, normalised_jacobian(y))) for y in outputs)
    four = normalised_jacobian((Fraction(1), Fraction(-1), Fraction(1), Fraction(-1)))
    lost = all(sum(a * b for a, b in zip(r, v, strict=True)) == 0 for r in four for v in ([1] * 4, [1, -1, 1, -1]))
    return Finding(
        zero and lost and all(sorted(y) == [-1, 1] for y in outputs),
        f"two units: at all {len(points)} integer points the output is (1, -1) or (-1, 1), and the derivative is"
        " exactly 0, so one step loses every error; of four units two directions are lost at each step",
    )


def _normalised(point: tuple[int, ...]) -> tuple[Fraction, ...]:
    """(x - mean) / deviation of two numbers, without gain, bias and epsilon."""
    middle, half = Fraction(sum(point), 2), abs(Fraction(point[0] - point[1], 2))
    return tuple((x - middle) / half for x in point)


def scale_drops_out(factors: tuple[int, ...], most: int) -> Finding:
    """The output of layer normalisation does not change when everything that enters is multiplied by a number."""
    points = [p for p in itertools.product(integers(most), repeat=2) if p[0] != p[1]]
    cases = itertools.product(points, factors)
    tried = every(cases, lambda c: _normalised(c[0]) == _normalised(tuple(c[1] * x for x in c[0])))
    return Finding(
        tried > 1, f"{tried} cases: what enters and any positive multiple of it come out as the same numbers"
    )


def attention_outlasts(bound: int, factor: Fraction, most: int) -> Finding:
    """Logits within a bound: from some length on the least weight is above what a factor a step has left."""
    spread = exp_bounds(Fraction(2 * bound))[1]

    def least(steps: int) -> Fraction:
        return 1 / (1 + (steps - 1) * spread)

    steps, _ = first(range(2, most + 1), lambda t: least(t) > factor**t)
    return Finding(
        least(10 * steps) > factor ** (10 * steps),
        f"logits between -{bound} and {bound}: each weight over T steps is at least 1/(1 + (T - 1) e^{2 * bound}), a"
        f" factor {factor} a step leaves less from T = {steps} on; at T = {10 * steps} it is"
        f" {decimals(least(10 * steps), 3)} against {decimals(factor ** (10 * steps), 3)}",
    )


def attention_saturates(most: int, kept: Fraction) -> Finding:
    """The smallest integer gap of two logits at which weight and slope of the smaller one are below `kept`."""
    gap, _ = first(range(1, most + 1), lambda g: 1 / (1 + exp_bounds(Fraction(g))[0]) < kept)
    least = exp_bounds(Fraction(gap))[0]
    weight = 1 / (1 + least)
    return Finding(
        weight * (1 - weight) < kept,
        f"two steps whose logits differ by {gap}: the smaller has weight at most {decimals(weight)}, and so has the"
        f" slope of the softmax; the first integer at which both are below {decimals(kept)}",
    )


def known_decay(real: Fraction, imaginary: Fraction, lag: int) -> Finding:
    """The flow of a diagonal linear recurrence is |lambda|^q, whatever the input."""
    made, rng = builtin.lru(), np.random.default_rng(0)
    weights = made.random_weights(rng, n=1, m=1) | {
        "lambda_re": np.array([float(real)]),
        "lambda_im": np.array([float(imaginary)]),
    }
    modulus = np.hypot(float(real), float(imaginary))
    found = [
        float(made.profile(weights, xs, departures=False).log2_norm[lag])
        for xs in (np.zeros((lag, 1)), rng.normal(size=(lag, 1)))
    ]
    gap = max(abs(f - lag * np.log2(modulus)) for f in found)
    return Finding(
        bool(gap < 1e-9 and modulus < 1),  # rounding of one logarithm
        f"lambda = {real} + {imaginary} i: over {lag} steps log2 of the flow is {found[0]:.6g} for two inputs alike,"
        f" log2 of |lambda|^{lag} to {gap:.0e}",
    )


def input_sets_decay(biases: tuple[int, int], lag: int) -> Finding:
    """The diagonal recurrence of a minimal GRU, same weights, keeps and forgets as the input says."""
    made = builtin.mingru()
    weights = {name: np.zeros([1] * len(shape)) for name, shape in made.shapes().items()} | {"U_z": np.ones((1, 1))}
    found = [float(made.profile(weights, np.full((lag, 1), float(x)), departures=False).log2_norm[lag]) for x in biases]
    return Finding(
        min(found) < -10 < -1 < max(found),
        f"minimal GRU with one set of weights: log2 of the flow over {lag} steps is {found[0]:.3g} with inputs"
        f" {biases[0]} and {found[1]:.3g} with inputs {biases[1]}",
    )


def shortest_ways(length: int, read: str) -> int:
    """The longest of the shortest ways from an input to a read-out, counted in recurrent steps.

    read: "ends", the forward state after the last step and the backward one after the first; "every", at every step.
    """
    worst = 0
    for source in range(length):
        ways = {("forward", source): 0, ("backward", source): 0}
        queue = deque(ways)
        while queue:
            direction, place = queue.popleft()
            following = (direction, place + (1 if direction == "forward" else -1))
            if 0 <= following[1] < length and following not in ways:
                ways[following] = ways[direction, place] + 1
                queue.append(following)
        if read == "ends":
            worst = max(worst, min(ways["forward", length - 1], ways["backward", 0]))
        else:
            worst = max(worst, *(min(ways.get((d, t), length) for d in ("forward", "backward")) for t in range(length)))
    return worst


def two_directions(length: int, read: str, steps: int) -> Finding:
    """How many recurrent steps an error has to pass at most, with the states of both directions read."""
    worst = shortest_ways(length, read)
    where = "the two end states are read" if read == "ends" else "every step is read"
    return Finding(
        worst == steps,
        f"{length} steps, {where}: the error that has farthest to go passes {worst} steps; one direction has"
        f" {length - 1}",
    )
