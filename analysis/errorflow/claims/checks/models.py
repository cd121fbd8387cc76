"""Numbers for the outlook: forget biases for long spans, and how far other models of time series reach back."""

from __future__ import annotations

import itertools
from fractions import Fraction

from errorflow import builtin
from errorflow.claims.exact import decimals, exp_bounds, logistic_bounds
from errorflow.claims.record import Finding


def forget_bias_for(steps: int, low: Fraction, high: Fraction) -> Finding:
    """The forget bias from which the direct path keeps 1/e over this many steps lies between low and high."""
    least = exp_bounds(Fraction(1))
    below, above = _power(low, steps)[1], _power(high, steps)[0]
    return Finding(
        below < 1 / least[1] and above > 1 / least[0],
        f"forget bias {decimals(low)} keeps at most {decimals(below)} over {steps} steps and {decimals(high)} at least"
        f" {decimals(above)}; 1/e = {decimals(1 / least[0])} lies between",
    )


def forgetful_gate(steps: int, bias: Fraction) -> Finding:
    """With this forget bias the direct path keeps next to nothing."""
    low, high = logistic_bounds(bias)
    kept = high**steps
    each = str(low) if low == high else f"at most {decimals(high)}"
    return Finding(
        kept < Fraction(1, 10**6),
        f"forget bias {bias}: the direct path keeps {each} at each step, at most {decimals(kept)} over {steps} steps",
    )


def _power(bias: Fraction, steps: int) -> tuple[Fraction, Fraction]:
    low, high = logistic_bounds(bias)
    return low**steps, high**steps


def built_in(cells: tuple[str, ...]) -> Finding:
    """These recurrent networks are cells of the toolkit, each with a state Jacobian."""
    blocks = {name: len(builtin.cell(name).jacobian().blocks.words) for name in cells}
    return Finding(
        all(blocks.values()),
        "; ".join(
            f"{name}: {count} block{'s' if count > 1 else ''} of the state Jacobian" for name, count in blocks.items()
        ),
    )


def receptive_field(kernel: int, levels: int) -> Finding:
    """How many steps a stack of dilated causal convolutions sees: offsets enumerated, against the closed form."""
    seen = {0}
    for level in range(levels):
        seen = {a + b * 2**level for a, b in itertools.product(seen, range(kernel))}
    closed = 1 + (kernel - 1) * (2**levels - 1)
    return Finding(
        len(seen) == closed == max(seen) + 1,
        f"{levels} levels of width {kernel}, dilations doubling: {len(seen)} steps are seen and none beyond, by"
        f" enumeration and by 1 + (k - 1)(2^levels - 1) = {closed}",
    )


def integrated_noise(feedback: Fraction, lag: int) -> Finding:
    """Impulse response of ARIMA(1,1,0): it tends to 1 / (1 - feedback), and is 1 at every lag without feedback."""
    response, plain = (sum((f**k for k in range(lag + 1)), Fraction(0)) for f in (feedback, Fraction(0)))
    limit = 1 / (1 - feedback)
    return Finding(
        abs(response - limit) < Fraction(1, 10**6) and plain == 1,
        f"ARIMA(1,1,0) with coefficient {feedback}: response {decimals(response)} at lag {lag}, limit {limit};"
        f" ARIMA(0,1,0): {plain}",
    )
