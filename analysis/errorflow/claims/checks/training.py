"""What is done to gradients: clipping, step sizes, windows, noisy estimates, small floats; on one linear unit."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

from errorflow.claims.exact import Matrix, decimals, matrix, multiply
from errorflow.claims.record import Finding


def lags_of(weight: Fraction, most: int) -> list[Fraction]:
    """What each lag 0..most contributes to the gradient of h' = w h + b in b, from an error 1 at the end: w^q."""
    return [weight**q for q in range(most + 1)]


def clip(parts: list[Fraction], threshold: Fraction) -> list[Fraction]:
    """The contributions after their sum has been clipped to the threshold."""
    size = abs(sum(parts, Fraction(0)))
    return [part * min(Fraction(1), threshold / size) for part in parts]


def clipping_bounds(weight: Fraction, lag: int, threshold: Fraction) -> Finding:
    """An exploded gradient has the size of the threshold once it is clipped."""
    parts = lags_of(weight, lag)
    before, after = sum(parts, Fraction(0)), sum(clip(parts, threshold), Fraction(0))
    return Finding(
        before > 1000 * threshold and after == threshold,
        f"h' = {weight} h + b over {lag} steps: gradient {decimals(before)} before clipping at {threshold}, exactly"
        f" {after} after",
    )


def clipping_keeps_ratios(weight: Fraction, lag: int, threshold: Fraction) -> Finding:
    """Clipping multiplies the contributions of all lags by one number: what vanished beside the rest stays vanished."""
    parts = lags_of(weight, lag)
    after = clip(parts, threshold)
    ratio, kept = parts[lag] / parts[0], after[lag] / after[0]
    return Finding(
        after != parts and ratio == kept and ratio < Fraction(1, 1000),
        f"h' = {weight} h + b: the contribution of lag {lag} is {decimals(ratio)} of that of lag 0 before clipping at"
        f" {threshold} and exactly the same fraction after",
    )


def rate_keeps_ratios(weight: Fraction, lag: int, factor: int) -> Finding:
    """A larger step size enlarges all lags alike."""
    parts = lags_of(weight, lag)
    larger = [factor * p for p in parts]
    return Finding(
        larger[lag] / larger[0] == parts[lag] / parts[0] and parts[lag] / parts[0] < Fraction(1, 1000),
        f"h' = {weight} h + b: {factor:,} times the step size, and lag {lag} still has {decimals(parts[lag])} of the"
        " part of lag 0",
    )


def sign_is_of_short_lags(weight: Fraction, lag: int, stronger: int) -> Finding:
    """The first step of Adam is the sign of the gradient; an error far back, though much larger, does not turn it."""
    near, far = Fraction(1), -stronger * weight**lag
    total = near + far
    return Finding(
        total > 0 > far,
        f"h' = {weight} h + b, error 1 at lag 0 and error {-stronger} at lag {lag}: gradient {decimals(total)}; each"
        f" weight moves by the full step size in the direction that lag 0 asks for, against the error {stronger} times"
        " as large",
    )


def norm_hides_lags(weight: Fraction, steps: int, lag: int) -> Finding:
    """A loss at every step: the gradient is of healthy size, and next to nothing of it is from long lags."""
    by_lag = [(steps - q) * part for q, part in enumerate(lags_of(weight, steps - 1))]
    total, far = sum(by_lag, Fraction(0)), sum(by_lag[lag:], Fraction(0))
    return Finding(
        total > 1 and far / total < Fraction(1, 1000),
        f"h' = {weight} h + b, error 1 at each of {steps} steps: gradient {decimals(total)}, of which lags from {lag}"
        f" on are {decimals(far / total, 2)}",
    )


def lost_before_underflow(lag: int) -> Finding:
    """A factor 1/2 a step, in float32: the contribution is an ordinary number, and adding it changes nothing."""
    part = np.float32(0.5) ** np.float32(lag)
    smallest = np.finfo(np.float32).tiny
    lost = np.float32(1) + part == np.float32(1)
    first = next(q for q in range(1, 200) if np.float32(2.0**-q) == 0)
    return Finding(
        bool(part >= smallest and lost),
        f"2^-{lag} is a normal float32, yet 1 + 2^-{lag} = 1 there; float32 has no 2^-{first}, {first - lag} steps on;"
        f" as a fraction lag {lag} has 1 part in {2**lag:,} whatever the format",
    )


def window(weight: Fraction, xs: list[int], span: int) -> tuple[Fraction, Fraction]:
    """d h_T / d (w, u) for h' = w h + u x with u = 1 from h = 0, cut after `span` steps back; the states run on."""
    states = [Fraction(0)]
    for x in xs:
        states.append(weight * states[-1] + x)
    lags = range(min(span, len(xs)))
    return (
        sum((weight**q * states[-2 - q] for q in lags), Fraction(0)),
        sum((weight**q * xs[-1 - q] for q in lags), Fraction(0)),
    )


def write_is_not_credited(weight: Fraction, lag: int, span: int) -> Finding:
    """The weight that wrote the input before the window gets no gradient at all."""
    xs = [1] + [0] * lag
    (_, full), (_, cut) = window(weight, xs, lag + 1), window(weight, xs, span)
    return Finding(
        full != 0 == cut,
        f"h' = {weight} h + u x, one input {lag} steps back: d h / d u is {full} in full and exactly 0 in a window of"
        f" {span} steps",
    )


def window_learns_to_hold(span: int, held: int, lag: int, start: float, rate: float, updates: int) -> Finding:
    """h' = w h, trained by truncated BPTT to keep what it holds, keeps it over lags far beyond the window."""
    w = start
    for _ in range(updates):
        states = w ** np.arange(held + 1)
        slopes = [sum(w**q * states[t - 1 - q] for q in range(min(span, t))) for t in range(1, held + 1)]
        w -= rate * float((states[1:] - 1) @ np.array(slopes))
    return Finding(
        abs(start**lag - 1) > 0.5 and abs(w**lag - 1) < 1e-6,
        f"h' = w h, window {span}, sequences of {held} steps with an error at each, {updates} plain gradient steps of"
        f" rate {rate}: over {lag} steps it keeps {start**lag:.2g} before, and after it 1 to within"
        f" {max(abs(w**lag - 1), 1e-15):.0e}",
    )


def _estimate(jacobians: list[Matrix], local: list[Matrix], signs: list[tuple[int, ...]]) -> Matrix:
    """UORO's estimate of the influence, its scalings being one: s' = J s + nu, theta' = theta + nu^T I."""
    n, width = len(local[0]), len(local[0][0])
    s, theta = matrix([[0]] * n), matrix([[0] * width])
    for jacobian, entering, nu in zip(jacobians, local, signs, strict=True):
        carried, added = multiply(jacobian, s), multiply(matrix([nu]), entering)
        s = tuple((carried[i][0] + nu[i],) for i in range(n))
        theta = (tuple(a + b for a, b in zip(theta[0], added[0], strict=True)),)
    return multiply(s, theta)


def _influence(jacobians: list[Matrix], local: list[Matrix]) -> Matrix:
    total = tuple(tuple(Fraction(0) for _ in row) for row in local[0])
    for jacobian, entering in zip(jacobians, local, strict=True):
        carried = multiply(jacobian, total)
        total = tuple(tuple(a + b for a, b in zip(r, e, strict=True)) for r, e in zip(carried, entering, strict=True))
    return total


def estimates(jacobian: Matrix, local: Matrix, steps: int) -> tuple[list[Matrix], Matrix]:
    """The estimates for every choice of signs, and the true influence, with one Jacobian at all steps."""
    n = len(jacobian)
    vectors = list(itertools.product((1, -1), repeat=n))
    choices = itertools.product(vectors, repeat=steps)
    js, ls = [jacobian] * steps, [local] * steps
    return [_estimate(js, ls, list(signs)) for signs in choices], _influence(js, ls)


def unbiased(jacobian: Matrix, local: Matrix, steps: int) -> Finding:
    """The mean of UORO's estimate over all signs is the influence, as fractions."""
    found, true = estimates(jacobian, local, steps)
    mean = tuple(
        tuple(sum((e[i][j] for e in found), Fraction(0)) / len(found) for j in range(len(true[0])))
        for i in range(len(true))
    )
    return Finding(
        mean == true and len(found) > 1 and any(e != true for e in found),
        f"{len(jacobian)} units, {steps} steps: the mean over all {len(found)} choices of signs is exactly the"
        " influence of RTRL",
    )


def noise_stays(steps: tuple[int, ...]) -> Finding:
    """On one unit that carries with factor 1 the estimate's deviation is about sqrt(2) times the influence."""
    one, seen = matrix([[1]]), []
    for t in steps:
        found, true = estimates(one, one, t)
        variance = sum(((e[0][0] - true[0][0]) ** 2 for e in found), Fraction(0)) / len(found)
        seen.append(variance / true[0][0] ** 2)
    grows = all(a < b for a, b in itertools.pairwise(seen))
    return Finding(
        grows and seen[-1] >= 1 and all(v == 2 - Fraction(2, t) for v, t in zip(seen, steps, strict=True)),
        "one unit with factor 1, over all signs: variance of the estimate over the squared influence is"
        f" {', '.join(map(str, seen))} after {', '.join(map(str, steps))} steps, 2 (1 - 1/T); RTRL has 0",
    )
