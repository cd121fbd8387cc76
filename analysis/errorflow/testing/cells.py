"""Whether a step function has the derivative that the definition of its cell has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np

from errorflow.calculus.edges import Truncation
from errorflow.cells import Cell
from errorflow.numeric.arrays import Array
from errorflow.numeric.linear import jacobians, moduli
from errorflow.testing.derivative import derivative
from errorflow.testing.rounding import gamma, unit
from errorflow.testing.structure import Layout, layout, numbers

_FEW = 5  # what is tried in every order: 120 of them


@dataclass(frozen=True, eq=False)
class Predicted:
    """J (N, N) by the definition, and how far from it a computation in numbers of some unit roundoff may be."""

    matrix: Array
    new: Array
    old: Layout
    largest: float
    roundings: float
    net: float

    def tolerance(self, unit: float) -> float:
        """The bound of an entry's error, the same for all of them."""
        return gamma(self.roundings * (1 + self.net), unit) * self.largest


def named_cell(cell: Any) -> Cell:
    """A cell by its name, or the cell that was given."""
    from errorflow.builtin import cell as by_name

    if not isinstance(cell, (str, Cell)):
        raise TypeError(f"cell must be a name or a Cell, got {type(cell).__name__}")
    return by_name(cell) if isinstance(cell, str) else cell


def predicted(cell: Cell, weights: Mapping[str, Any], state: Any, x: Any, truncated: Truncation = False) -> Predicted:
    """What the definition gives at one state and input.

    An entry is a sum of products of slopes and weights. Each slope is taken where a sum of n + m + 1 products is off by
    that many roundings of its terms, whose moduli add up to at most `net`; the slopes of the usual activations move by
    at most twice that, so that an entry is off by gamma_k (1 + net) times the sum of the moduli of its products.
    """
    names = tuple(s.name for s in cell.definition.states)
    old, leaves = layout(state, names)
    blocks = {name: numbers(name, leaf).reshape(-1) for name, leaf in zip(old.names, leaves, strict=True)}
    if set(blocks) != set(names):
        raise ValueError(f"the state of {cell.name!r} must have the blocks {', '.join(names)}, got {', '.join(blocks)}")
    arrays = {name: numbers(name, value) for name, value in weights.items()}
    given = numbers("x", x).reshape(1, -1)
    run = cell.run(arrays, given, blocks)
    matrix = np.asarray(jacobians(run, truncated)).reshape(run.width, run.width)
    largest = max(float(moduli(run, 0, truncated).max(initial=0)), float(np.abs(matrix).max(initial=0)))
    reach = max([1.0, *(float(np.abs(b).max(initial=0)) for b in (*blocks.values(), given))])
    rows = [float(np.abs(w).sum(axis=-1).max(initial=0)) for w in arrays.values() if w.ndim == 2] or [0.0]
    offset = max([0.0, *(float(np.abs(w).max(initial=0)) for w in arrays.values() if w.ndim == 1)])
    new = np.concatenate([run.states[name][-1, 0] for name in names])
    roundings = 8.0 * (run.width + given.size + 8)
    return Predicted(matrix, new, old, max(largest, 2.0**-1000), roundings, reach * max(rows) * 2 + offset)


def assert_jacobian_matches(
    step: Callable[[Any, Any], Any] | Any,
    cell: Any,
    weights: Mapping[str, Any],
    state: Any,
    x: Any,
    *,
    truncated: Truncation = False,
    method: str = "auto",
) -> None:
    """Passes if d new state / d state of a step function is the Jacobian that the cell's definition has there.

    Parameters
    ----------
    step : callable or array_like
        `step(state, x)`, the new state in the form of the old one; or its Jacobian as an array (N, N), the blocks
        in the order of the cell's definition.
    cell : str or Cell
        A name such as "lstm", or a cell.
    weights : mapping of str to array_like
        As the cell takes them, under the names of `Cell.shapes`.
    state : array_like, (n,), or tuple or mapping of array_like
        One array, or the cell's blocks.
    x : array_like, (m,)
        The input.
    truncated : bool or collection of str, default False
        True, or labels of maps, to compare with the derivative that stops at the recurrent maps.
    method : {'auto', 'autograd', 'complex', 'central'}, default 'auto'
        How the step function is differentiated.

    Raises
    ------
    AssertionError
        With the entry that is furthest off, what it must be, and a likely cause.
    TypeError, ValueError
        For arrays that are none, or do not fit the cell.
    """
    chosen = named_cell(cell)
    truth = predicted(chosen, weights, state, x, truncated)
    if callable(step):
        names = tuple(s.name for s in chosen.definition.states)
        found = derivative(lambda old: step(old, x), state, method, names)
        matrix, error, kind, how = found.matrix, found.error, found.unit, found.how
    else:
        given = numbers("step", step)
        matrix, error, kind, how = given.astype(np.float64), 0.0, unit([given]), "given"
    if matrix.shape != truth.matrix.shape:
        raise AssertionError(f"the Jacobian must have shape {truth.matrix.shape}, got {matrix.shape}")
    tolerance = truth.tolerance(kind) + error
    off = np.where(np.isfinite(matrix), np.abs(matrix - truth.matrix), np.inf)
    i, j = np.unravel_index(int(np.argmax(off)), off.shape)
    if not off[i, j] <= tolerance:  # a tolerance that is nan allows nothing
        entry = f"d {truth.old.entry(int(i))} / d {truth.old.entry(int(j))}"
        raise AssertionError(
            f"{entry} was measured as {matrix[i, j]:.9g} and must be {truth.matrix[i, j]:.9g}, to within"
            f" {tolerance:.1e} ({how}); {int((~(off <= tolerance)).sum())} of {off.size} entries are off;"
            f" {_cause(matrix, chosen, weights, state, x, truncated, tolerance)}"
        )


def _cause(
    matrix: Array, cell: Cell, weights: Mapping[str, Any], state: Any, x: Any, truncated: Truncation, tolerance: float
) -> str:
    """What is likely to be wrong: a change of the prediction that would make it fit."""

    def fits(truth: Array) -> bool:
        return bool(np.abs(matrix - truth).max() <= tolerance)

    if not np.isfinite(matrix).all() or not np.isfinite(tolerance):
        return "what was measured is not finite: the step gives nan or inf there"
    arrays = {name: numbers(name, value) for name, value in weights.items()}
    square = [n for n, w in arrays.items() if w.ndim == 2 and w.shape[0] == w.shape[1] and n.startswith("W")]
    truth = predicted(cell, arrays, state, x, truncated).matrix
    if fits(truth.T):
        return "it is the transposed Jacobian: rows are old states where columns should be"
    for group in [square, *([name] for name in square)]:
        if group and fits(predicted(cell, arrays | {n: arrays[n].T for n in group}, state, x, truncated).matrix):
            return f"it fits {', '.join(group)} transposed: the layout of the recurrent weights is the other one"
    if not isinstance(truncated, bool) or not truncated:
        if fits(predicted(cell, arrays, state, x, True).matrix):
            return "it fits the truncated derivative: the state is detached on its way into the gates"
    elif fits(predicted(cell, arrays, state, x, False).matrix):
        return "it fits the full derivative: nothing is detached"
    for taken in _exchanges(sorted({n.partition("_")[2] for n in arrays if "_" in n})):
        changed = {n: arrays.get(_renamed(n, taken), w) for n, w in arrays.items()}
        alike = all(changed[n].shape == w.shape for n, w in arrays.items())
        if alike and fits(predicted(cell, changed, state, x, truncated).matrix):
            told = ", ".join(f"{b} in the place of {a}" for a, b in taken.items())
            told = f"{' and '.join(taken)} exchanged" if len(taken) == 2 else told
            return f"it fits the weights of {told}: the gates are taken in another order"
    order = _order_of_blocks(matrix, cell, arrays, state, x, truncated, tolerance)
    if order:
        names = ", ".join(s.name for s in cell.definition.states)
        return f"it fits a state given as ({order}), and the definition has ({names}): a mapping has no order"
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = np.where(np.abs(truth) > tolerance, matrix / truth, np.nan)
    known = rows[np.isfinite(rows)]
    if known.size and np.ptp(known) <= 1e-6 * abs(known[0]):
        return f"every entry is {known[0]:.6g} times what it must be: a constant factor"
    if np.isfinite(rows).any(axis=1).all() and (np.nanmax(rows, 1) - np.nanmin(rows, 1) <= 1e-6).all():
        return "every row is a multiple of what it must be: a slope is missing or is that of another activation"
    return "no exchange of gates, transposition or constant factor makes it fit: compare the slopes one by one"


def _exchanges(labels: list[str]) -> Iterator[dict[str, str]]:
    """Which gate is taken in the place of which: pairs first, then, of a few gates, every other order of them."""
    orders = permutations(labels) if len(labels) <= _FEW else ()
    moved = [{a: b for a, b in zip(labels, order, strict=True) if a != b} for order in orders]
    yield from ({a: b, b: a} for a, b in combinations(labels, 2))
    yield from sorted((m for m in moved if len(m) > 2), key=len)


def _renamed(name: str, taken: Mapping[str, str]) -> str:
    """The name of the same weight of the gate that is taken instead."""
    stem, _, label = name.partition("_")
    return f"{stem}_{taken.get(label, label)}" if label else name


def _order_of_blocks(
    matrix: Array, cell: Cell, arrays: Mapping[str, Array], state: Any, x: Any, truncated: Truncation, tolerance: float
) -> str:
    """The order of the blocks of a state without names that makes it fit, or nothing."""
    names = tuple(s.name for s in cell.definition.states)
    old, leaves = layout(state, names)
    if old.kind != "tuple" or len(leaves) > _FEW:
        return ""
    places = np.split(np.arange(len(matrix)), np.cumsum(old.sizes)[:-1])
    for order in permutations(range(len(leaves))):
        sizes = tuple(old.sizes[k] for k in order)
        if order == tuple(sorted(order)) or sizes != old.sizes:
            continue
        truth = predicted(cell, arrays, tuple(leaves[k] for k in order), x, truncated).matrix
        at = np.concatenate([places[k] for k in order])
        if np.abs(matrix[np.ix_(at, at)] - truth).max() <= tolerance:
            return ", ".join(names[order.index(k)] for k in range(len(order)))
    return ""
