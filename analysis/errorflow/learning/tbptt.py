"""Truncated backpropagation through time, BPTT(h; h'): every h' steps, back over the last h.

At the end of every h' steps, and at the end of the sequence, the errors of the steps since the last time go back over
the last h steps. So all lags up to h - h' count, lags from h count never, and of those between, the losses that stand
late enough in their group. Weights stay as they are: this is the sum of what the updates would be.
"""

from __future__ import annotations

import numpy as np
import sympy

from errorflow.definition import Definition
from errorflow.learning import counting
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes, always
from errorflow.learning.bptt import bptt, reads, stretch
from errorflow.learning.cost import STEPS, Cost, size
from errorflow.learning.operations import Counter
from errorflow.learning.plan import backward_plan
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory

HORIZON, EVERY = size("h"), size("hprime")


def tbptt(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The gradient of BPTT(h; h'), h the horizon and h' = 1 unless `every` says otherwise.

    errors: (T, batch, n), d loss / d output.
    """
    horizon, every = _numbers(settings)
    steps = len(errors)
    weights: dict[str, Array] = {}
    lags: dict[str, Array] = {}
    for first in range(0, steps, every):
        stop = min(first + every, steps)
        start = max(0, stop - horizon)
        some = np.zeros((stop - start, *errors.shape[1:]))
        some[first - start :] = errors[first:stop]
        part = bptt(stretch(trajectory, start, stop), some, counter, settings)
        for name, array in part.weights.items():
            weights[name] = weights[name] + array if name in weights else array
        for name, array in (part.by_lag or {}).items():
            lags.setdefault(name, np.zeros((steps, *array.shape[1:])))[: stop - start] += array
    return Result(weights, lags if settings.by_lag else None)


def _numbers(settings: Settings) -> tuple[int, int]:
    """(h, h')."""
    horizon = whole("horizon", settings.horizon, "h of BPTT(h): how many steps an error goes back")
    every = 1 if settings.every is None else whole("every", settings.every, "h' of BPTT(h; h')")
    _check_every(horizon, every)
    return horizon, every


def _check_every(horizon: int, every: int) -> None:
    if every > horizon:
        raise ValueError(f"every must be at most horizon = {horizon}, got {every}: no loss may be left out")


def whole(name: str, value: object, meaning: str) -> int:
    """The option as a positive integer. Raises: ValueError if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a positive integer, got {value!r}; it is {meaning}")
    return int(value)


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """The windows of all updates: rising to h steps at the start, h steps from there on."""
    plan, walked = backward_plan(definition), counting.walked(definition, backward_plan(definition))
    latest = max([1, *(back.left_out for back, _ in walked)])
    every = sizes.get("hprime", 1)
    T, h = sizes.get("T"), sizes.get("h")
    if h is not None:
        _check_every(h, every)
    if T is not None and h is not None and not _regular(T, h, every, latest):
        numbers = {left_out: sympy.Integer(_walked(T, h, every, left_out)) for left_out in range(latest + 1)}
        steps, back_to = sympy.Integer(T), sympy.Integer(min(T, h))
    else:
        symbol = EVERY if "hprime" in sizes else sympy.Integer(1)
        numbers = {left_out: _polynomial(symbol, every, left_out) for left_out in range(latest + 1)}
        steps, back_to = STEPS, HORIZON
    total = counting.forward(definition) * steps
    total += (counting.slopes(definition, plan) + counting.outer(definition, plan)) * numbers[0]
    total += counting.total(count * numbers[back.left_out] for back, count in walked)
    kept = counting.stored(definition, plan)[1].replace("every step", "the last h steps")
    memory = counting.words(definition, plan, back_to)
    conditions = [f"T >= h{f' >= {latest}' if latest > 1 else ''}"]
    conditions += ["h' divides h and T"] if "hprime" in sizes else []
    macs, elementwise = sympy.expand(total.macs), sympy.expand(total.elementwise)
    return Cost("tbptt", macs, elementwise, memory, kept, False, tuple(sizes.items()), holds=", ".join(conditions))


def _regular(steps: int, horizon: int, every: int, latest: int) -> bool:
    """Whether the polynomial holds at these numbers."""
    return steps >= horizon >= latest and horizon % every == 0 and steps % every == 0


def _polynomial(every: sympy.Expr, number: int, left_out: int) -> sympy.Expr:
    """How often an edge is walked that `left_out` of the steps of a window do not walk.

    The windows of u = 1, 2, ... T / h' are of min(h, u h') steps. number: h' as a number, for windows too short to walk
    the edge at all.
    """
    windows = STEPS / every
    all_steps = HORIZON * windows - HORIZON**2 / (2 * every) + HORIZON / 2
    too_short = sum(left_out - k for k in range(number, left_out, number))
    return sympy.expand(all_steps - left_out * windows + too_short)


def _walked(steps: int, horizon: int, every: int, left_out: int) -> int:
    """The same number at any T, h and h'."""
    full = steps // every
    rising = min((horizon - 1) // every, full)
    first = left_out // every + 1  # the first window that is longer than what is left out
    long_enough = max(rising - first + 1, 0)
    walked = every * (long_enough * (first + rising)) // 2 - left_out * long_enough
    walked += (full - rising) * max(horizon - left_out, 0)
    return walked + (max(min(horizon, steps) - left_out, 0) if steps % every else 0)


TBPTT = Algorithm(
    name="tbptt",
    title="truncated backpropagation through time, BPTT(h; h')",
    exact=False,
    options=("horizon", "every", "by_lag", "truncated"),
    refusal=always,
    run=tbptt,
    cost=cost,
    source="Williams & Peng 1990; Williams & Zipser 1995",
    reads=reads,
)
