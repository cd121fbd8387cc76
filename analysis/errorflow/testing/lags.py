"""What reaches back over many steps: the norm of the flow by lag, and the carry that must be the identity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.testing.derivative import derivative
from errorflow.testing.rounding import gamma, unit
from errorflow.testing.structure import Array, Layout, layout, numbers


@dataclass(frozen=True, eq=False)
class Steps:
    """The Jacobians of a run, (T, N, N), newest last, the bound of each one's error, and the unit of their numbers."""

    matrices: Array
    errors: Array
    unit: float
    old: Layout


def _steps(step: Any, state: Any, inputs: Any, method: str, names: Sequence[str] | None = None) -> Steps:
    if not callable(step):
        given = numbers("step", step)
        if given.ndim != 3 or given.shape[1] != given.shape[2]:
            raise ValueError(f"Jacobians must have shape (T, N, N), got {given.shape}")
        old = layout(np.zeros(given.shape[1]))[0]
        if state is not None:
            old = layout(state, tuple(names) if names else None)[0]
        return _finite(Steps(given.astype(np.float64), np.zeros(len(given)), unit([given]), old))
    if inputs is None or len(inputs) == 0:
        raise ValueError("inputs must have at least one step, got none")
    found = []
    for x in inputs:
        found.append(derivative(lambda s, x=x: step(s, x), state, method, tuple(names) if names else None))  # type: ignore[misc]
        state = step(state, x)
    matrices = np.stack([f.matrix for f in found])
    return _finite(Steps(matrices, np.array([f.error for f in found]), found[0].unit, found[0].old))


def _finite(steps: Steps) -> Steps:
    """The same; numbers that are none are within no bound and are no identity."""
    wrong = ~(np.isfinite(steps.matrices).all(axis=(1, 2)) & np.isfinite(steps.errors))
    if wrong.any():
        raise AssertionError(
            f"the Jacobian of step {int(np.argmax(wrong))}, counted from 0, is not finite: the step gives nan or inf"
        )
    return steps


def _log2(value: Any) -> Array:
    with np.errstate(divide="ignore"):
        return np.log2(np.asarray(value, dtype=np.float64))


def _norms(steps: Steps) -> tuple[Array, Array]:
    """log2 of the spectral norm of the flow at lags 0..T, and of a bound of its error, both free of underflow.

    The computed product of q matrices errs by at most gamma_(q N) times the product of their Frobenius norms, and by
    the same with one norm replaced by the error of that matrix for each of them.
    """
    count, size = len(steps.matrices), steps.matrices.shape[1]
    flow, exponent = np.eye(size), 0.0
    norms, slack = [0.0], [-np.inf]
    frobenius = _log2(np.linalg.norm(steps.matrices, axis=(1, 2)))
    for q in range(1, count + 1):
        flow = flow @ steps.matrices[count - q]
        largest = float(np.abs(flow).max(initial=0))
        if largest > 0:
            shift = np.floor(np.log2(largest))
            flow, exponent = flow * 2.0**-shift, exponent + shift
        norms.append(float(_log2(np.linalg.norm(flow, 2))) + exponent if largest > 0 else -np.inf)
        window = slice(count - q, count)
        with np.errstate(invalid="ignore"):
            share = (
                (steps.errors[window] / 2.0 ** frobenius[window]).sum() if np.isfinite(frobenius[window]).all() else 0.0
            )
        slack.append(float(_log2(gamma(q * (size + 4) + 4 * size, steps.unit) + share) + frobenius[window].sum()))
    return np.array(norms), np.array(slack)


def assert_norm_bound_by_lag(
    step: Callable[[Any, Any], Any] | Any,
    state: Any = None,
    inputs: Any = None,
    *,
    log2_upper: Any = None,
    log2_lower: Any = None,
    method: str = "auto",
) -> None:
    """Passes if the norm of d state_T / d state_(T-q) is within its bounds at every lag q = 0..T.

    Parameters
    ----------
    step : callable or array_like
        `step(state, x)`; or the Jacobians of a run, (T, N, N), newest last.
    state : array_like, (n,), or tuple or mapping of array_like, optional
        In which the run starts.
    inputs : array_like, (T, m), optional
        Over which the step function is run.
    log2_upper, log2_lower : array_like, (T + 1,), or callable, optional
        log2 of the bounds by lag, as the functions of `errorflow.bounds` return them; or a function of the array of
        lags.
    method : {'auto', 'autograd', 'complex', 'central'}, default 'auto'
        How the step function is differentiated.

    Raises
    ------
    AssertionError
        With the first lag at which a bound fails, what was measured, and a likely cause; also where a Jacobian is
        not finite.
    TypeError
        Without any bound.
    ValueError
        For Jacobians or bounds of another shape, or no step.
    """
    if log2_upper is None and log2_lower is None:
        raise TypeError("log2_upper or log2_lower must be given: a bound by lag")
    norms, slack = _norms(_steps(step, state, inputs, method))
    for bound, above in ((log2_upper, True), (log2_lower, False)):
        if bound is None:
            continue
        limit = _limits(bound, len(norms))
        wide = np.logaddexp2(limit, slack) if above else limit
        value = norms if above else np.logaddexp2(norms, slack)
        # two more roundings of logarithms of this size
        more = 4 * 2.0**-53 * (1 + np.abs(np.where(np.isfinite(limit), limit, 0)))
        failed = value > wide + more if above else value < wide - more
        if failed.any():
            q = int(np.argmax(failed))
            raise AssertionError(
                f"at lag {q} the flow has the norm 2^{norms[q]:.6f}, {'above' if above else 'below'} its bound"
                f" 2^{limit[q]:.6f} by a factor of 2^{abs(norms[q] - limit[q]):.6f}, where rounding explains"
                f" 2^{slack[q]:.1f} at most; {int(failed.sum())} of {len(norms)} lags fail;"
                f" {_why(norms, limit, slack, above)}"
            )


def _limits(bound: Any, count: int) -> Array:
    limit = np.asarray(bound(np.arange(count)) if callable(bound) else numbers("bound", bound), dtype=np.float64)
    if limit.shape != (count,):
        raise ValueError(f"a bound must have one value for every lag 0..T, {count} in all, got shape {limit.shape}")
    if np.isnan(limit).any():
        raise ValueError(f"a bound must not be nan, got it at lag {int(np.argmax(np.isnan(limit)))}")
    return limit


def _why(norms: Array, limit: Array, slack: Array, above: bool) -> str:
    """What is likely to be wrong: a bound that belongs to a neighbouring lag, or a factor at every step."""
    shifts = (limit[:-1], norms[1:]), (limit[1:], norms[:-1])
    for name, (bound, value), margin in zip(("before", "behind"), shifts, (slack[1:], slack[:-1]), strict=True):
        fits = value <= np.logaddexp2(bound, margin) if above else np.logaddexp2(value, margin) >= bound
        if len(fits) > 1 and fits.all():
            return f"the bound of the lag {name} holds throughout: lags are counted off by one"
    lags = np.arange(1, len(norms))
    over = np.where(np.isfinite(norms[1:]) & np.isfinite(limit[1:]), norms[1:] - limit[1:], np.nan) / lags
    rate = float(np.nanmax(over) if above else -np.nanmin(over)) if np.isfinite(over).any() else 0.0
    return (
        f"a factor of up to 2^{rate:.4f} at each step would explain it: a slope that is missing, or another norm of W"
    )


def assert_identity_carry(
    step: Callable[[Any, Any], Any] | Any,
    state: Any = None,
    inputs: Any = None,
    *,
    block: str = "c",
    method: str = "auto",
) -> None:
    """Passes if the derivative of one block over q steps, q = 1..T, is the identity: the constant error carousel.

    Parameters
    ----------
    step : callable or array_like
        A step function whose derivative is truncated, such as one of PyTorch that detaches what the gates read; or
        the truncated Jacobians of a run, (T, N, N), newest last.
    state : array_like, (n,), or tuple or mapping of array_like, optional
        In which the run starts, the block under its name.
    inputs : array_like, (T, m), optional
        Over which the step function is run.
    block : str, default 'c'
        Whose derivative is meant; without names, "s0", "s1" and so on.
    method : {'auto', 'autograd', 'complex', 'central'}, default 'auto'
        How the step function is differentiated.

    Raises
    ------
    AssertionError
        With the lag and the entry, or the step whose Jacobian is not finite, and a likely cause.
    KeyError
        For a block that the state does not have.

    References
    ----------
    Theorem lstm1997.carousel.
    """
    steps = _steps(step, state, inputs, method)
    old = steps.old
    if block not in old.names:
        raise KeyError(f"block must be one of {', '.join(old.names)}, got {block!r}")
    k = old.names.index(block)
    start = sum(old.sizes[:k])
    inside = slice(start, start + old.sizes[k])
    size = steps.matrices.shape[1]
    flow, error, bound = np.eye(size), 0.0, 1.0
    for q, (matrix, slip) in enumerate(zip(steps.matrices[::-1], steps.errors[::-1], strict=True), 1):
        flow = flow @ matrix
        norm = float(np.abs(matrix).sum(axis=1).max())
        error = error * (norm + slip) + bound * (slip * size + gamma(size + 8, steps.unit) * norm)
        bound = max(1.0, float(np.abs(flow).sum(axis=1).max()))
        part = flow[inside, inside]
        off = np.abs(part - np.eye(len(part)))
        off[~np.isfinite(off)] = np.inf
        if off.max(initial=0) > error:
            i, j = (int(a) for a in np.unravel_index(int(np.argmax(off)), off.shape))
            raise AssertionError(
                f"at lag {q}, d {old.entry(start + i)} / d {old.entry(start + j)} was measured as {part[i, j]:.9g} and"
                f" must be {int(i == j)}, to within {error:.1e}: {_leak(part, q, flow, inside)}"
            )


def _leak(part: Array, q: int, flow: Array, inside: slice) -> str:
    """What is likely to be wrong with a carry."""
    diagonal = np.diag(part)
    rest = part - np.diag(diagonal)
    if not part.any():
        return "nothing comes back: the state itself is detached, and not what the gates read of it"
    if not rest.any():
        factor = f"{diagonal[0] ** (1 / q):.6g}" if diagonal[0] > 0 else f"{diagonal[0]:.6g}"
        same = np.ptp(diagonal) <= 1e-9
        return f"the carry is multiplied by {factor if same else 'a gate'} at each step, as by a forget gate or a decay"
    return "units reach one another: the error leaves the carry through the recurrent weights, which no detach stops"
