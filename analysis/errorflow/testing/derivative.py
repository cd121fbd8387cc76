"""The derivative of a function as it is written, by the framework's own autograd, the complex step or differences."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.testing.rounding import gamma, unit
from errorflow.testing.structure import Array, Layout, framework, layout, like, numbers

METHODS = ("auto", "autograd", "complex", "central")
STEP = 1e-30  # a complex step errs by its square


@dataclass(frozen=True, eq=False)
class Measured:
    """matrix (N_out, N): d function / d state. error: a bound of its error beyond rounding. unit: of its numbers.

    out: how the entries of the function's value are called, old: those of the state.
    """

    matrix: Array
    error: float
    unit: float
    how: str
    out: Layout
    old: Layout


def derivative(
    function: Callable[[Any], Any], state: Any, method: str = "auto", names: tuple[str, ...] | None = None
) -> Measured:
    """The derivative of a function of a state at a state."""
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    old, leaves = layout(state, names)
    kinds = {framework(leaf) for leaf in leaves}
    kind = "torch" if "torch" in kinds else "jax" if "jax" in kinds else "numpy"
    if kind == "numpy" and method == "autograd":
        raise ValueError("method must be 'complex' or 'central' for a state of NumPy, which has no autograd")
    if kind == "torch" and method in ("auto", "autograd"):
        return _torch(function, old, leaves)
    if kind == "jax" and method in ("auto", "autograd"):
        return _jax(function, old, leaves)
    if method == "central" or kind != "numpy":
        return _central(function, old, leaves)
    found = _complex(function, old, leaves)
    if method == "complex":
        if found is None:
            raise ValueError("method must be 'central' for a function that takes no complex numbers")
        return found
    check = _central(function, old, leaves)
    # a function that takes real parts or moduli on the way runs on complex numbers, and its complex step is wrong
    agrees = found is not None and np.abs(found.matrix - check.matrix).max(initial=0) <= check.error
    return found if found is not None and agrees else check


def _value(function: Callable[[Any], Any], old: Layout, leaves: list[Any]) -> tuple[Layout, list[Any]]:
    value = function(old.state(leaves))
    return layout(value, old.names)


def _complex(function: Callable[[Any], Any], old: Layout, leaves: list[Any]) -> Measured | None:
    point = np.concatenate([np.asarray(leaf, dtype=complex).ravel() for leaf in leaves])
    columns: list[Array] = []
    out = old
    for k in range(len(point)):
        moved = point.copy()
        moved[k] += 1j * STEP
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # NumPy warns where an imaginary part is dropped
                out, found = _value(function, old, list(old.cut(moved)))
                columns.append(np.concatenate([np.asarray(leaf).imag.ravel() for leaf in found]) / STEP)
        except (TypeError, ValueError, AttributeError, Warning):
            return None
    matrix = np.stack(columns, axis=1)
    kind = unit(np.asarray(leaf) for leaf in leaves)
    return Measured(matrix, 0.0, kind, "complex step", out, old)


def _central(function: Callable[[Any], Any], old: Layout, leaves: list[Any]) -> Measured:
    """Central differences with a bound of their error: truncation as the doubled step shows it, and rounding."""
    arrays = [numbers("state", leaf) for leaf in leaves]
    kind = unit(arrays)
    point = np.concatenate([np.asarray(a, dtype=np.float64).ravel() for a in arrays])
    makers = [like(leaf) for leaf in leaves]
    size = 0.0
    out = old

    def at(vector: Array) -> Array:
        nonlocal size, out
        blocks = [make(block) for make, block in zip(makers, old.cut(vector), strict=True)]
        out, found = _value(function, old, blocks)
        value = np.concatenate([np.asarray(numbers("new state", leaf), dtype=np.float64).ravel() for leaf in found])
        size = max(size, float(np.abs(value).max(initial=0)))
        return value

    def differences(step: float) -> Array:
        columns = []
        for k in range(len(point)):
            h = step * max(1.0, abs(point[k]))
            up, down = point.copy(), point.copy()
            up[k], down[k] = up[k] + h, down[k] - h
            columns.append((at(up) - at(down)) / (up[k] - down[k]))
        return np.stack(columns, axis=1)

    step = kind ** (1 / 3)
    with np.errstate(invalid="ignore"):  # what is not finite here is said to be so by the assertion
        fine, coarse = differences(step), differences(2 * step)
        truncation = float(np.abs(coarse - fine).max(initial=0))
    # truncation is three times that of the finer one, where the step is small
    rounding = gamma(4 * (len(point) + 8), kind) * max(size, 1.0) / step
    return Measured(fine, truncation + rounding, kind, "central differences", out, old)


def _torch(function: Callable[[Any], Any], old: Layout, leaves: list[Any]) -> Measured:
    torch = sys.modules["torch"]
    inner = [leaf.detach().clone().requires_grad_() for leaf in leaves]
    with torch.enable_grad():
        out, found = _value(function, old, inner)
        flat = torch.cat([leaf.reshape(-1) for leaf in found])
        rows = [
            torch.autograd.grad(entry, inner, retain_graph=True, allow_unused=True)
            if entry.requires_grad
            else [None] * len(inner)
            for entry in flat
        ]
    blank = [torch.zeros_like(leaf) for leaf in inner]
    joined = [torch.cat([(z if g is None else g).reshape(-1) for g, z in zip(row, blank, strict=True)]) for row in rows]
    matrix = numbers("gradient", torch.stack(joined))
    return Measured(matrix.astype(np.float64), 0.0, unit([matrix]), "autograd", out, old)


def _jax(function: Callable[[Any], Any], old: Layout, leaves: list[Any]) -> Measured:
    jax = sys.modules["jax"]
    out = old

    def flat(vector: Any) -> Any:
        nonlocal out
        ends = np.cumsum(old.sizes)[:-1].tolist()
        parts = [p.reshape(s) for p, s in zip(jax.numpy.split(vector, ends), old.shapes, strict=True)]
        out, found = _value(function, old, parts)
        return jax.numpy.concatenate([leaf.reshape(-1) for leaf in found])

    point = jax.numpy.concatenate([jax.numpy.asarray(leaf).reshape(-1) for leaf in leaves])
    matrix = np.asarray(jax.jacrev(flat)(point))
    return Measured(matrix.astype(np.float64), 0.0, unit([matrix]), "autograd", out, old)
