"""Paths, printed subscripts and bounds of the 1997 paper, held against all small integer matrices."""

from __future__ import annotations

import itertools
from fractions import Fraction

from errorflow.claims.exact import Matrix, decimals, multiply, power, radius_at_most, scaled, shown, transposed
from errorflow.claims.record import Finding
from errorflow.claims.search import ORDER, every, first, integer_matrices

_SLOPES = tuple(tuple(Fraction(1, k) for k in ks) for ks in ((4, 5, 6), (5, 6, 4), (6, 4, 7), (4, 7, 5)))


def error_of_first(weights: Matrix, lag: int) -> tuple[Fraction, ...]:
    """The first row of W F'(t-1) W F'(t-2) ... W F'(t-lag), with slopes that differ by unit and time."""
    row = tuple(Fraction(k == 0) for k in range(len(weights)))
    for step in range(lag):
        slopes = _SLOPES[step % len(_SLOPES)]
        passed = (sum((a * w for a, w in zip(row, column, strict=True)), Fraction(0)) for column in transposed(weights))
        row = tuple(p * f for p, f in zip(passed, slopes, strict=False))
    return row


def slip_shows(weights: Matrix, lag: int, own: bool) -> bool:
    """Whether the printed subscripts change the error from unit 1 to itself, or from unit 1 to unit 2."""
    column = 0 if own else 1
    return error_of_first(weights, lag)[column] != error_of_first(transposed(weights), lag)[column]


def printed_subscripts(lag: int) -> Finding:
    """The smallest network in which the printed formula gives another error from one unit to another."""
    found, tried = first(integer_matrices(2, 1), lambda w: slip_shows(w, lag, own=False))
    right, printed = (error_of_first(w, lag)[1] for w in (found, transposed(found)))
    return Finding(
        right != printed,
        f"W = {shown(found)}, {lag} step{'s' * (lag > 1)}, slopes such as 1/4 and 1/5: the error from one unit to the"
        f" other is {right}, as printed {printed}; number {tried} of the (2, 2) integer matrices {ORDER}",
    )


def hidden_slip(units: int, lag: int) -> Finding:
    """From a unit back to itself the slip hides in all smaller networks and lags, and shows in this one."""
    alike = every(
        ((w, q) for n in range(1, units) for w in integer_matrices(n, 1) for q in range(1, lag + 1)),
        lambda pair: not slip_shows(*pair, own=True),
    )
    alike += every(
        ((w, q) for w in integer_matrices(units, 1, signed=False) for q in range(1, lag)),
        lambda pair: not slip_shows(*pair, own=True),
    )
    found, _ = first(integer_matrices(units, 1, signed=False), lambda w: slip_shows(w, lag, own=True))
    return Finding(
        units > 1,
        f"from a unit back to itself both agree in all {alike:,} smaller cases looked at; they part in a cycle of"
        f" {units} units after {lag} steps, W = {shown(found)}",
    )


def loose_by_square(weight: int, units: tuple[int, ...], lags: tuple[int, ...]) -> Finding:
    """All weights equal and all slopes 1/4: the flow is tau^q / n, which the printed n tau^q exceeds n^2 times."""
    ratios = {}
    for n, q in itertools.product(units, lags):
        step = tuple(tuple(Fraction(weight, 4) for _ in range(n)) for _ in range(n))
        entry = multiply(*[step] * q)[0][0]
        ratios[n, q] = n * Fraction(n * weight, 4) ** q / entry
    return Finding(
        all(ratio == n * n for (n, _), ratio in ratios.items()) and max(units) > 1,
        f"all weights {weight}, all slopes 1/4: n tau^q over the true entry is {', '.join(str(n * n) for n in units)}"
        f" for n = {', '.join(map(str, units))}, at each of the lags {', '.join(map(str, lags))}",
    )


def grows_below_four(most: int) -> Finding:
    """The smallest integer weights, all below 4, with which two logistic units at activation 1/2 do not vanish."""
    kept, tried = first(integer_matrices(2, most), lambda w: not _shrinks(w))
    grown, looked = first(integer_matrices(2, most), lambda w: not radius_at_most(w, Fraction(4)))
    entry = multiply(*[scaled(Fraction(1, 4), grown)] * 50)[1][1]
    return Finding(
        most < 4 and entry > 1,
        f"two logistic units held at 1/2 by their biases, every slope 1/4: W = {shown(kept)} is the first of {tried:,}"
        f" integer matrices with which the error does not vanish, W = {shown(grown)} the first of {looked:,} with which"
        f" it grows, to {decimals(entry)} after 50 steps; every factor |f' w| is at most {Fraction(most, 4)}; {ORDER}",
    )


def _shrinks(weights: Matrix) -> bool:
    """Whether both eigenvalues are below 4 in modulus, so that quarter slopes make the flow vanish."""
    (a, b), (c, d) = weights
    return abs(a * d - b * c) < 16 and abs(a + d) * 4 < 16 + a * d - b * c


def cancelling_factors(least: int, most: int, slope: Fraction) -> Finding:
    """The smallest integer weights with which every factor on every path is above 1, and the sum of paths is zero."""
    candidates = integer_matrices(2, most, least=least)
    found, tried = first(candidates, lambda w: not any(map(any, multiply(w, w))))
    factor = slope * min(abs(entry) for row in found for entry in row)
    return Finding(
        factor > 1,
        f"W = {shown(found)}, all slopes {slope}: every |f' w| is at least {factor}, and from 2 steps on the flow is"
        f" exactly 0; number {tried} of the integer matrices with moduli from {least} to {most}, {ORDER}",
    )


def cancelling_paths(lag: int) -> Finding:
    """With slopes 1 and weights +1 and -1 there are 2^(q-1) paths of modulus 1 between two units, which add up to 0."""
    found, tried = first(integer_matrices(2, 1, least=1), lambda w: not any(map(any, multiply(w, w))))
    sums = [_paths(found, q) for q in range(2, lag + 1)]
    alike = all(len(s) == 2 ** (q - 1) and not sum(s) and all(abs(p) == 1 for p in s) for q, s in enumerate(sums, 2))
    return Finding(
        alike and bool(sums),
        f"W = {shown(found)}, slopes 1, number {tried} of the matrices of +1 and -1: at the lags 2 to {lag} the"
        f" {', '.join(str(len(s)) for s in sums)} paths from one unit to the other have modulus 1 and add up to 0",
    )


def _paths(weights: Matrix, lag: int) -> list[Fraction]:
    return [_along(weights, (0, *middle, 1)) for middle in itertools.product(range(2), repeat=lag - 1)]


def _along(weights: Matrix, path: tuple[int, ...]) -> Fraction:
    product = Fraction(1)
    for a, b in itertools.pairwise(path):
        product *= weights[a][b]
    return product


def row_outgrows_norm(most: int) -> Finding:
    """The smallest matrix with a row whose 1-norm exceeds the induced 1-norm, the largest column sum."""
    found, tried = first(integer_matrices(2, most), lambda w: _largest_sum(w) > _largest_sum(transposed(w)))
    return Finding(
        True,
        f"W = {shown(found)}, number {tried} of the integer matrices {ORDER}: the 1-norm of its first row is"
        f" {_largest_sum(found)}, while the induced 1-norm of W is {_largest_sum(transposed(found))}",
    )


def row_within_norm(most: int) -> Finding:
    """In the maximum norm no row is larger than the induced norm, the largest row sum."""
    tried = every(integer_matrices(2, most), lambda w: max(abs(e) for row in w for e in row) <= _largest_sum(w))
    return Finding(tried > 1, f"all {tried:,} matrices of integers up to {most}: no entry exceeds the largest row sum")


def _largest_sum(of: Matrix) -> Fraction:
    return max(sum(map(abs, row), Fraction(0)) for row in of)


def moving_bias(weight: int, lag: int) -> Finding:
    """With a bias that moves along with the weight the slope stays 1/4, and the factor grows with the weight."""
    factor = Fraction(weight, 4)
    return Finding(
        factor > 1,
        f"a logistic unit that feeds itself with w = {weight} and bias {Fraction(-weight, 2)} rests at 1/2: factor"
        f" {factor}, over {lag} steps {power(factor, lag)}; the sentence holds the rest of the net input fixed",
    )
