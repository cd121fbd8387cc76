"""Counterexamples and identities of plain recurrent networks, in exact rationals."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.exact import (
    Matrix,
    decimals,
    diagonal,
    identity,
    logistic_bounds,
    multiply,
    power,
    scaled,
    shown,
    tanh_bounds,
    transposed,
)
from errorflow.claims.record import Finding


def perturbation_fades(weight: Fraction, steps: int) -> Finding:
    """Two runs of h' = w h forward in time, 1 apart at first: their distance fades, and no gradient was taken."""
    near, far = Fraction(0), Fraction(1)
    for _ in range(steps):
        near, far = weight * near, weight * far
    gap = abs(far - near)
    return Finding(
        0 < gap < Fraction(1, 1000),
        f"forward runs of h' = {weight} h that start 1 apart are {decimals(gap)} apart after {steps} steps",
    )


def one_unit_bound(largest: Fraction, lag: int) -> Finding:
    """The factor that bounds the error flow of one logistic unit with |w| <= largest, over `lag` steps."""
    factor = (largest / 4) ** lag
    return Finding(
        factor < Fraction(1, 10**12),
        f"one logistic unit with |w| <= {largest}: the error over {lag} steps is at most"
        f" {power(largest / 4, lag)} = {decimals(factor, 7)} of what it was",
    )


def orthogonal_flow(rotation: Matrix, lag: int) -> Finding:
    """The flow of h' = Q h over `lag` steps keeps every length, though it differs from the identity."""
    flow = multiply(*([rotation] * lag))
    one = identity(len(rotation))
    kept = multiply(transposed(flow), flow) == one
    return Finding(
        kept and flow != one,
        f"Q = {shown(rotation)} as linear recurrent weights: the flow over {lag} steps times its transpose"
        f" {'is' if kept else 'is not'} exactly the identity, so every error keeps its length",
    )


def linear_threshold(below: Fraction, above: Fraction, lag: int) -> Finding:
    """|w| below 1 vanishes and |w| above 1 explodes, for one linear unit without input."""
    small, large = abs(below) ** lag, abs(above) ** lag
    return Finding(
        small < Fraction(1, 1000) and large > 1000,
        f"h' = w h over {lag} steps: {decimals(small)} for w = {below}, {decimals(large)} for w = {above}",
    )


def nilpotent_flow(weights: Matrix, activations: tuple[Fraction, Fraction], lag: int) -> Finding:
    """Both eigenvalues of W are zero, yet along an orbit held at these tanh activations the flow grows."""
    jacobian = multiply(weights, diagonal([1 - a * a for a in activations]))
    nilpotent = multiply(weights, weights) == scaled(Fraction(0), weights)
    factor = jacobian[0][0] + jacobian[1][1]
    doubles = multiply(jacobian, jacobian) == scaled(factor, jacobian)
    held = all(-1 < a < 1 for a in activations)
    return Finding(
        nilpotent and doubles and held and factor > 1,
        f"W = {shown(weights)} has W W {'= 0, so both eigenvalues are 0' if nilpotent else '!= 0'};"
        f" with slopes {', '.join(str(1 - a * a) for a in activations)} the step J has J J = {factor} J,"
        f" and over {lag} steps the flow is {power(factor, lag - 1)} J",
    )


def saturating_unit(weight: Fraction, low: Fraction, high: Fraction) -> Finding:
    """The unit h' = tanh(w h) has a fixed point between low and high, where its step factor is below 1 though w > 1."""
    encloses = tanh_bounds(weight * low)[0] > low > 0 and tanh_bounds(weight * high)[1] < high < 1
    steepest, flattest = weight * (1 - low * low), weight * (1 - high * high)
    return Finding(
        weight > 1 and encloses and flattest > 0 and steepest < 1,
        f"tanh({weight} h) crosses h between {decimals(low, 8)} and {decimals(high, 8)}; there w tanh' lies between"
        f" {decimals(flattest, 5)} and {decimals(steepest, 5)}: w = {weight}, and the error vanishes",
    )


def held_unit(weight: Fraction, activation: Fraction, lag: int) -> Finding:
    """The unit h' = tanh(w h + b), held at an activation by its bias, has slope below 1 and an error that grows."""
    slope = 1 - activation * activation
    factor = weight * slope
    return Finding(
        0 < slope < 1 and factor > 1,
        f"a tanh unit with w = {weight} held at h = {activation} by its bias has slope {slope} at every step, and the"
        f" error over {lag} steps is multiplied by {power(factor, lag)} = {decimals(factor**lag)}",
    )


def same_weight_two_fates(weight: Fraction, low: Fraction, high: Fraction, lag: int) -> Finding:
    """One weight, two orbits of one tanh unit: at rest at 0 the error explodes, at another fixed point it vanishes."""
    at_rest = weight**lag
    settled = saturating_unit(weight, low, high)
    most = (weight * (1 - low * low)) ** lag
    return Finding(
        settled.ok and at_rest > 1000 and most < Fraction(1, 1000),
        f"w = {weight} throughout: {decimals(at_rest)} over {lag} steps along h = 0, where every slope is 1; at most"
        f" {decimals(most)} at the fixed point near {decimals(high, 4)}",
    )


def slopes_do_not_commute(weights: Matrix, first: Matrix, second: Matrix) -> Finding:
    """With the same W the order of the slopes changes the product: it is no power of one matrix."""
    one = multiply(first, weights, second, weights)
    other = multiply(second, weights, first, weights)
    return Finding(
        one != other,
        f"W = {shown(weights)}, slopes D1 = {shown(first)} and D2 = {shown(second)}: D1 W D2 W = {shown(one)},"
        f" D2 W D1 W = {shown(other)}",
    )


def logistic_steeper(at: Fraction) -> Finding:
    """At this point the slope of the logistic function is above that of tanh."""
    low, high = logistic_bounds(at)
    lower, upper = tanh_bounds(at)
    logistic_least = min(low * (1 - low), high * (1 - high))
    tanh_most = 1 - min(abs(lower), abs(upper)) ** 2
    return Finding(
        logistic_least > tanh_most,
        f"at x = {at} the logistic slope is at least {decimals(logistic_least)}, the slope of tanh at most"
        f" {decimals(tanh_most)}",
    )
