"""Starting matrices, activations, latches and decay of weights: smallest counterexamples in exact arithmetic."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from errorflow.claims.exact import (
    Bounds,
    Matrix,
    decimals,
    diagonal,
    identity,
    multiply,
    shown,
    tanh_bounds,
    transposed,
)
from errorflow.claims.record import Finding
from errorflow.claims.search import every, first, integer_matrices

_FAST = Fraction(1, 2**40)


def same_in_other_units(activations: tuple[Fraction, ...], scale: int) -> Finding:
    """A logistic unit with `scale` times w at y = (1 + h) / 2 has the step factor of the tanh unit with w at h."""
    pairs = [(scale * y * (1 - y), 1 - h * h) for h in activations for y in ((1 + h) / 2,)]
    return Finding(
        all(a == b for a, b in pairs),
        f"at {len(pairs)} activations h of tanh and (1 + h)/2 of the logistic function: {scale} times the logistic"
        " slope and the slope of tanh are the same fraction",
    )


def orthogonal_and_lost(activations: tuple[Fraction, ...], lag: int) -> Finding:
    """The smallest orthogonal integer W and held tanh activation whose flow vanishes."""
    orthogonal = (w for w in integer_matrices(1, 1) if multiply(transposed(w), w) == identity(1))
    (weights, held), _ = first(itertools.product(orthogonal, activations), lambda case: case[1] != 0)
    factor = weights[0][0] * (1 - held * held)
    return Finding(
        abs(factor) ** lag < Fraction(1, 1000),
        f"W = {shown(weights)} held at activation {held} by its input: factor {factor} a step,"
        f" {decimals(abs(factor) ** lag)} over {lag} steps",
    )


def leaves_the_group(rate: Fraction, steps: int, lag: int) -> Finding:
    """One gradient step on a linear unit with w = 1: the weight is orthogonal no more, and its flow vanishes."""
    start, target = Fraction(1), Fraction(1, 2)
    slope = (start**steps - target) * steps * start ** (steps - 1)
    moved = start - rate * slope
    return Finding(
        moved != 1 and moved**lag < Fraction(1, 100),
        f"h' = w h over {steps} steps towards {target}: one gradient step of rate {rate} takes w from 1 to {moved},"
        f" with flow {decimals(moved**lag)} over {lag} steps",
    )


def signed_permutations(n: int) -> Iterator[Matrix]:
    """The orthogonal matrices of integers."""
    return (w for w in integer_matrices(n, 1) if multiply(transposed(w), w) == identity(n))


def orthogonal_never_grows(slopes: tuple[Fraction, ...]) -> Finding:
    """Over two steps with slopes between 0 and 1 no row and no column of the flow has a sum of moduli above 1."""
    diagonals = [diagonal(d) for d in itertools.product(slopes, repeat=2)]
    cases = itertools.product(list(signed_permutations(2)), diagonals, diagonals)

    def small(case: tuple[Matrix, Matrix, Matrix]) -> bool:
        q, one, other = case
        flow = multiply(one, q, other, q)
        return all(sum(map(abs, row)) <= 1 for row in (*flow, *transposed(flow)))

    tried = every(cases, small)
    return Finding(tried > 1, f"all {tried} flows over 2 steps of orthogonal integer (2, 2) matrices: norm at most 1")


def orthogonal_and_dead(n: int) -> Finding:
    """The smallest orthogonal integer W and ReLU patterns, one unit alive at each step, whose flow is exactly 0."""
    alive = [diagonal([int(i == k) for i in range(n)]) for k in range(n)]
    cases = itertools.product(signed_permutations(n), alive, alive)
    (q, one, other), tried = first(cases, lambda c: not any(map(any, multiply(c[1], c[0], c[2], c[0]))))
    return Finding(
        n > 1,
        f"W = {shown(q)}, ReLU slopes {shown(other)} and then {shown(one)}: each step passes an error of norm 1, and"
        f" the flow over both is exactly 0; number {tried} of the cases",
    )


def shortest_input_that_cuts(most: int, lag: int) -> Finding:
    """A ReLU unit with W = 1 from h = 1: its flow is 1 while it is active, and the shortest inputs that cut it."""
    sequences = itertools.chain.from_iterable(
        itertools.product(sorted(range(-most, most + 1), key=abs), repeat=length) for length in range(1, 3)
    )
    found, tried = first(sequences, lambda xs: _relu_flow(xs) == 0)
    return Finding(
        _relu_flow((1,) * lag) == 1,
        f"h' = relu(h + x) from h = 1: with inputs 1 the flow over {lag} steps is 1; with the input"
        f" {', '.join(map(str, found))} it is exactly 0, number {tried} of the input sequences",
    )


def _relu_flow(xs: tuple[int, ...]) -> int | None:
    state, flow = 1, 1
    for x in xs:
        if state + x == 0:
            return None  # at the kink there is no derivative
        flow *= int(state + x > 0)
        state = max(state + x, 0)
    return flow


def active_relu_fates(most: int, lag: int) -> Finding:
    """The simplest positive weights, all slopes 1, with which one active ReLU unit vanishes and explodes."""
    heights = sorted({Fraction(p, q) for p in range(1, most + 1) for q in range(1, most + 1)},
                     key=lambda w: (w.numerator + w.denominator, w))  # fmt: skip
    small, _ = first(heights, lambda w: w**lag < Fraction(1, 1000))
    large, _ = first(heights, lambda w: w**lag > 1000)
    return Finding(
        small < 1 < large,
        f"one ReLU unit that is always active: over {lag} steps {decimals(small**lag)} with w = {small} and"
        f" {decimals(large**lag)} with w = {large}, the simplest fractions on either side",
    )


def resting_point(weight: Fraction) -> Bounds:
    """Rationals around the positive h with tanh(w h) = h, for w above 1, by bisection to 2^-40."""
    low, high = 1 - 1 / weight, Fraction(1)
    if not tanh_bounds(weight * low)[0] > low > 0:
        raise ValueError(f"weight must be above 1, got {weight}")
    while high - low > _FAST:
        middle = (low + high) / 2
        least, most = tanh_bounds(weight * middle)
        if least > middle:
            low = middle
        elif most < middle:
            high = middle
        else:
            break
    return low, high


def rest_factor(weight: Fraction) -> Bounds:
    """Rationals around w tanh'(w h) at that resting point."""
    low, high = resting_point(weight)
    return weight * (1 - high * high), weight * (1 - low * low)


def latch(most: int, lag: int) -> Finding:
    """The smallest positive integer weight with which a tanh unit keeps a sign for ever while its flow vanishes."""
    weight, tried = first(range(1, most + 1), lambda w: w > 1 and rest_factor(Fraction(w))[1] < 1)
    low, _ = resting_point(Fraction(weight))
    _, factor = rest_factor(Fraction(weight))
    return Finding(
        factor**lag < Fraction(1, 10**6),
        f"w = {weight}, number {tried} of the positive integers: h' = tanh({weight} h) rests at +{decimals(low, 8)}"
        f" and at -{decimals(low, 8)}, one bit for ever, while the flow over {lag} steps is at most"
        f" {decimals(factor**lag)}",
    )


def decay_helps(before: Fraction, after: Fraction) -> Finding:
    """Shrinking the weight of a saturated tanh unit raises the step factor at its resting point."""
    old, new = rest_factor(before), rest_factor(after)
    return Finding(
        after < before and old[1] < new[0],
        f"h' = tanh(w h) at rest: step factor {decimals(old[1], 5)} with w = {before}, {decimals(new[0], 5)} once w has"
        f" decayed to {after}",
    )


def decay_shrinks(kept: Fraction, lag: int) -> Finding:
    """Weights shrunk by a factor shrink a linear flow by its power of the lag."""
    return Finding(
        kept**lag < Fraction(1, 2),
        f"one update that keeps {kept} of every weight keeps {decimals(kept**lag)} of a linear flow over {lag} steps",
    )


def active_flow(weight: Fraction, lag: int) -> Finding:
    """A ReLU unit that stays active has slope 1 at every step, and only its weight is left in the flow."""
    state, flow = Fraction(1), Fraction(1)
    for _ in range(lag):
        net = weight * state
        flow *= weight * int(net > 0)
        state = max(net, Fraction(0))
    return Finding(
        flow == 1 and lag > 0,
        f"h' = relu({weight} h) from h = 1 stays active, and its flow over {lag} steps is exactly {flow}",
    )
