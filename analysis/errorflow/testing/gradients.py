"""Whether two ways to the gradient of a loss are one: backwards through time, and forwards with the influence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from errorflow.testing.derivative import derivative
from errorflow.testing.rounding import gamma, unit
from errorflow.testing.structure import Array, layout, numbers

Step = Callable[[Mapping[str, Any], Any, Any], Any]


def assert_bptt_equals_rtrl(
    bptt: Mapping[str, Any],
    step: Step | Mapping[str, Any],
    weights: Mapping[str, Any] | None = None,
    state: Any = None,
    inputs: Any = None,
    errors: Any = None,
    *,
    output: str = "h",
    steps: int | None = None,
    method: str = "auto",
) -> None:
    """Passes if a gradient that was carried backwards is the one that the influence carries forwards.

    Parameters
    ----------
    bptt : mapping of str to array_like
        Name -> gradient, an array of the weight's shape.
    step : callable or mapping of str to array_like
        `step(weights, state, x)`, over which RTRL is run here; or the gradients of a user's own RTRL, then with
        `steps`.
    weights : mapping of str to array_like, optional
        Of the step function.
    state : array_like, (n,), or tuple or mapping of array_like, optional
        In which RTRL starts.
    inputs : array_like, (T, m), optional
        Over which it runs.
    errors : array_like, (T, n), optional
        d loss / d output at every step.
    output : str, default 'h'
        The block of the state that the loss reads, where there are several.
    steps : int, optional
        T, where two gradients are given.
    method : {'auto', 'autograd', 'complex', 'central'}, default 'auto'
        How the step function is differentiated.

    Raises
    ------
    AssertionError
        With the weight and the index, both values, and a likely cause.
    TypeError
        Where something that is needed is not given.
    KeyError
        For an output that is no block of the state.
    ValueError
        For errors that are not finite or do not fit the inputs.
    """
    mine = {name: numbers(name, value) for name, value in bptt.items()}
    if not callable(step):
        if steps is None:
            raise TypeError("steps must be given with two gradients: the rounding of T steps is allowed for")
        theirs = {name: numbers(name, value) for name, value in step.items()}
        slack = {n: _between(mine[n], a, steps) for n, a in theirs.items() if n in mine}
        _compare(mine, {n: a.astype(np.float64) for n, a in theirs.items()}, slack, {})
        return
    if weights is None or errors is None or inputs is None:
        raise TypeError("weights, state, inputs and errors must be given with a step function, over which RTRL is run")
    given = np.asarray(numbers("errors", errors), dtype=np.float64)
    if len(given) != len(inputs):
        raise ValueError(f"errors must have a row for each of the {len(inputs)} steps of inputs, got {len(given)}")
    if not np.isfinite(given).all():
        raise ValueError("errors must be finite: with nan or inf no two gradients can be told apart")
    _compare(mine, *_rtrl(step, weights, state, inputs, given, output, method))


def _between(a: Array, b: Array, steps: int) -> float:
    """How far two computations of a sum over T steps, each a product over at most T, may be apart."""
    size = float(max(np.abs(a).max(initial=0), np.abs(b).max(initial=0)))
    return gamma(8 * (steps + 1) * (max(a.shape, default=1) + 4), unit([a, b])) * size


def _rtrl(
    step: Step, weights: Mapping[str, Any], state: Any, inputs: Any, errors: Array, output: str, method: str
) -> tuple[dict[str, Array], dict[str, float], dict[str, dict[str, Array]]]:
    """The gradient by RTRL, a bound of its error, and what parts of it are, that a faulty BPTT may have returned."""
    names = list(weights)
    old, _ = layout(state)
    block = old.names.index(output) if output in old.names else 0 if len(old.names) == 1 else -1
    if block < 0:
        raise KeyError(f"output must be one of {', '.join(old.names)}, got {output!r}")
    start = sum(old.sizes[:block])
    inside = slice(start, start + old.sizes[block])
    given = errors.reshape(len(inputs), -1)
    if given.shape[1] != old.sizes[block]:
        raise ValueError(f"errors must have shape (T, {old.sizes[block]}), d loss / d {output}, got {errors.shape}")
    total = sum(int(np.prod(numbers(n, w).shape)) for n, w in weights.items())
    width = sum(old.sizes)
    influence, error, size = np.zeros((width, total)), 0.0, 0.0
    gradient, last, first, here, late, early = (np.zeros(total) for _ in range(6))
    slack, kind = 0.0, 2.0**-53
    for t, x in enumerate(inputs):
        carry = derivative(lambda s, x=x: step(weights, s, x), state, method)  # type: ignore[misc]
        own = derivative(lambda w, s=state, x=x: step(w, s, x), dict(weights), method)  # type: ignore[misc]
        kind = max(carry.unit, own.unit)
        error = error * _rows(carry.matrix) + carry.error * width * size + own.error
        influence = carry.matrix @ influence + own.matrix
        size = max(size, float(np.abs(influence).max(initial=0)))
        error += gamma(4 * (width + 8), kind) * (size * max(1.0, _rows(carry.matrix)) + 1.0)
        part = given[t] @ influence[inside]
        gradient = gradient + part
        here = here + given[t] @ own.matrix[inside]
        late = late + (given[t - 1] @ influence[inside] if t else 0.0)
        early = early + (given[t + 1] @ influence[inside] if t + 1 < len(inputs) else 0.0)
        last = part if t == len(inputs) - 1 else last
        first = part if t == 0 else first
        slack += float(np.abs(given[t]).sum()) * error
        state = step(weights, state, x)
    slack += gamma(8 * len(inputs), kind) * float(np.abs(gradient).max(initial=0))
    parts = {
        "that of every step by itself, lag 0: the state is detached between steps": here,
        "that of the last step's loss alone": last,
        "that without the loss of the last step: lags are counted off by one": gradient - last,
        "that without the loss of the first step: lags are counted off by one": gradient - first,
        "that of each error one step after its own: lags are counted off by one": late,
        "that of each error one step before its own: lags are counted off by one": early,
        "its opposite: a sign": -gradient,
        f"divided by the number of steps, {len(inputs)}: a mean over steps in the place of a sum": gradient
        / len(inputs),
    }
    shapes = {n: numbers(n, weights[n]).shape for n in names}
    whole = _cut(gradient, shapes)
    bound = {
        n: slack + gamma(64, unit([numbers(n, weights[n])])) * float(np.abs(whole[n]).max(initial=0)) for n in names
    }
    return whole, bound, {words: _cut(vector, shapes) for words, vector in parts.items()}


def _rows(matrix: Array) -> float:
    return float(np.abs(matrix).sum(axis=1).max(initial=0))


def _cut(vector: Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    found, at = {}, 0
    for name, shape in shapes.items():
        count = int(np.prod(shape))
        found[name] = vector[at : at + count].reshape(shape)
        at += count
    return found


def _compare(
    mine: Mapping[str, Array],
    theirs: Mapping[str, Array],
    slack: Mapping[str, float],
    parts: Mapping[str, Mapping[str, Array]],
) -> None:
    if not mine or not set(mine) <= set(theirs):
        raise KeyError(f"gradients must be of the weights {', '.join(theirs)}, got {', '.join(mine) or 'none'}")
    for name, gradient in mine.items():
        other = theirs[name]
        if gradient.shape != other.shape:
            more = ": it is transposed" if gradient.shape == other.shape[::-1] else ""
            raise AssertionError(f"the gradient in {name} must have shape {other.shape}, got {gradient.shape}{more}")
        both = np.isfinite(gradient) & np.isfinite(other)
        off = np.abs(np.subtract(gradient, other, where=both, out=np.full(other.shape, np.inf)))
        limit = slack[name] + gamma(64, unit([gradient])) * float(np.abs(other).max(initial=0))
        if not both.all() or off.max(initial=0) > limit:
            index = tuple(int(k) for k in np.unravel_index(int(np.argmax(off)), off.shape))
            raise AssertionError(
                f"d loss / d {name}{list(index)} is {gradient[index]:.9g} by BPTT and {other[index]:.9g} by RTRL, which"
                f" must agree to within {limit:.1e}; {_why(name, gradient, other, limit, parts)}"
            )


def _why(name: str, gradient: Array, other: Array, limit: float, parts: Mapping[str, Mapping[str, Array]]) -> str:
    if not np.isfinite(gradient).all() or not np.isfinite(other).all():
        return "a gradient must be finite to be compared"
    if gradient.ndim == 2 and gradient.shape == other.T.shape and np.abs(gradient - other.T).max() <= limit:
        return "it is the transposed gradient"
    for words, part in parts.items():
        if np.abs(gradient - part[name]).max() <= limit:
            return f"it is {words}"
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.abs(other) > limit, gradient / other, np.nan)
    known = ratio[np.isfinite(ratio)]
    if known.size and np.ptp(known) <= 1e-6 * abs(known[0]):
        return f"every entry is {known[0]:.6g} times the other: a factor such as the batch or the mean of the loss"
    return "no part of it, sign, factor or transposition makes it fit: compare lag by lag"
