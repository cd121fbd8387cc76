"""What the spectral radius of the recurrent weights does not decide: growth, fading of the start, constancy."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from errorflow.claims.exact import (
    Bounds,
    Matrix,
    decimals,
    diagonal,
    matrix,
    multiply,
    power,
    radius_at_most,
    shown,
    tanh_bounds,
)
from errorflow.claims.record import Finding
from errorflow.claims.search import ORDER, first, integer_matrices, integers


def nilpotent_matrices(most: int) -> Iterator[Matrix]:
    """The (2, 2) integer matrices of spectral radius below 1: W W = 0. In the order of `integer_matrices`."""
    found = [(a, b, c, -a) for a, b, c in itertools.product(list(integers(most)), repeat=3) if a * a == -b * c]
    found.sort(key=lambda e: (max(map(abs, e)), sum(map(abs, e)), sum(k < 0 for k in e), [-k for k in e]))
    return (matrix([[a, b], [c, d]]) for a, b, c, d in found)


def radius_permits_growth(most: int, activations: tuple[Fraction, ...], lag: int) -> Finding:
    """The smallest integer W of spectral radius 0 with a tanh fixed point at which the flow grows."""
    places = list(itertools.product(activations, repeat=2))
    candidates = itertools.product(nilpotent_matrices(most), places)

    def grows(case: tuple[Matrix, tuple[Fraction, ...]]) -> bool:
        weights, held = case
        return not radius_at_most(multiply(weights, diagonal([1 - a * a for a in held])), Fraction(1))

    (weights, held), tried = first(candidates, grows)
    step = multiply(weights, diagonal([1 - a * a for a in held]))
    factor = step[0][0] + step[1][1]
    return Finding(
        multiply(step, step) == tuple(tuple(factor * e for e in row) for row in step),
        f"W = {shown(weights)} has W W = 0; held by its biases at activations {', '.join(map(str, held))} its step J"
        f" has J J = {factor} J, and the flow over {lag} steps is {power(factor, lag - 1)} J; case {tried} of the"
        f" integer matrices with W W = 0, {ORDER}, each with two activations out of {', '.join(map(str, activations))}",
    )


def several_resting_points(most: int, grid: tuple[int, int]) -> Finding:
    """The smallest nilpotent integer W with which h' = tanh(W h), without input, has a resting point other than 0.

    W = v w^T with w v = 0 rests at h = tanh(v s) wherever s is the sum of w_i tanh(v_i s). The search looks for a
    change of sign of the difference at s = k / grid[1], k up to grid[0], in floats; that of the W found is certain.
    """
    candidates = [w for w in nilpotent_matrices(most) if all(map(all, w))]
    found, tried = first(candidates, lambda w: _crossing(w, grid) is not None)
    low, high = _crossing(found, grid) or (Fraction(0), Fraction(0))
    one, other = ("s" if v == 1 else f"{v} s" for v in _outer(found)[0])
    return Finding(
        not any(map(any, multiply(found, found))) and _excess(found, low)[1] < 0 < _excess(found, high)[0],
        f"h' = tanh(W h), W = {shown(found)}: both eigenvalues are 0, yet besides h = 0 it rests at h = (tanh({one}),"
        f" tanh({other})) with s between {decimals(low)} and {decimals(high)}, and at -h; number {tried} of the"
        f" integer matrices with W W = 0 and no entry 0, {ORDER}, and the first whose sign changes on a grid of s",
    )


def _outer(weights: Matrix) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """(v, w) with W = v w^T for a matrix of rank one without zeros, v of the smallest integers, the first positive."""
    ratio = weights[1][0] / weights[0][0]
    column = (Fraction(ratio.denominator), Fraction(ratio.numerator))
    return column, tuple(entry / column[0] for entry in weights[0])


def _excess(weights: Matrix, s: Fraction) -> Bounds:
    """Bounds of the sum of w_i tanh(v_i s), less s."""
    ends = [sorted(w * b for b in tanh_bounds(v * s)) for v, w in zip(*_outer(weights), strict=True)]
    return sum((low for low, _ in ends), -s), sum((high for _, high in ends), -s)


def _crossing(weights: Matrix, grid: tuple[int, int]) -> Bounds | None:
    """Neighbours on the grid between which the excess goes from negative to positive, as floats see it."""
    pairs = [(float(v), float(w)) for v, w in zip(*_outer(weights), strict=True)]
    points = [Fraction(k, grid[1]) for k in range(1, grid[0] + 1)]
    signs = [sum(w * math.tanh(v * float(s)) for v, w in pairs) > s for s in points]
    return next((ends for ends, (a, b) in zip(pairwise(points), pairwise(signs), strict=True) if b and not a), None)


def modulus_one_grows(most: int, lag: int) -> Finding:
    """The smallest integer W whose eigenvalues have modulus 1 and whose powers grow."""

    def grows(w: Matrix) -> bool:
        small = radius_at_most(w, Fraction(1)) and abs(w[0][0] * w[1][1] - w[0][1] * w[1][0]) == 1
        return small and max(abs(e) for row in multiply(*[w] * lag) for e in row) >= lag

    found, tried = first(integer_matrices(2, most), grows)
    return Finding(
        lag > 1,
        f"W = {shown(found)}, number {tried} of the integer matrices {ORDER}: both eigenvalues have modulus 1, and"
        f" over {lag} steps the linear flow is {shown(multiply(*[found] * lag))}",
    )
