"""Exact real-time recurrent learning where no unit's recurrence reads another unit: LRU, minGRU, leaky integrators.

There a weight into unit k changes the state of unit k alone, and its influence is one number for each state block: n p
numbers instead of n^2 p. Layers above may still mix units; the influence of a weight on what stands beyond the mixing
is dense, and that part is carried as in RTRL.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import sympy

from errorflow.calculus.words import Matrix
from errorflow.definition import Definition, Parameter
from errorflow.learning import counting
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes
from errorflow.learning.cost import STEPS, Cost, size
from errorflow.learning.influence import Window, diagonal, formed
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BlockPlan, Cut, Immediate, forward_plan
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory

Form = Literal["trace", "dense"]
Key = tuple[str, str]  # state block, weight
# Key -> (batch, entries of the state block, lags, columns): the columns are those of the weight in a trace, where entry
# k is the influence of row k; and all entries of the weight where it is dense.
Carried = dict[Key, Array]


def refusal(definition: Definition) -> str | None:
    """Why the influence is not diagonal: a block of the Jacobian that mixes units within a recurrence."""
    plan = forward_plan(definition)
    blocks = (*plan.across, *plan.within)
    reads = {s.name: {block.column for block in blocks if block.row == s.name} for s in definition.states}
    for block in blocks:
        if block.mode != "diagonal" and block.row in _reached(reads, block.column):
            mixing = (f.name for word in block.words for f in word if isinstance(f, Matrix) and f.kind != "diagonal")
            by = ", ".join(dict.fromkeys(mixing))
            return f"its recurrence mixes units, for new {block.row} reads {block.column} through {by}"
    return None


def _reached(reads: dict[str, set[str]], start: str) -> set[str]:
    found, front = {start}, [start]
    while front:
        more = reads[front.pop()] - found
        found |= more
        front += more
    return found


@lru_cache(maxsize=64)
def forms(definition: Definition, truncated: Cut = False) -> dict[Key, Form]:
    """How the influence of each weight on each state block is carried; absent where there is none."""
    plan = forward_plan(definition, truncated)
    found: dict[Key, Form] = {}
    front: list[tuple[Key, Form]] = [
        ((entry.block.row, weight), "trace" if entry.block.mode == "diagonal" else "dense")
        for entry in plan.immediate
        for weight in (*(str(term.matrix) for term in entry.terms), *((entry.bias,) if entry.bias else ()))
    ]
    while front:
        key, form = front.pop()
        joined: Form = "dense" if "dense" in (form, found.get(key)) else "trace"
        if found.get(key) == joined:
            continue
        found[key] = joined
        for block in (*plan.across, *plan.within):
            if block.column == key[0]:
                front.append(((block.row, key[1]), joined if block.mode == "diagonal" else "dense"))
    return found


def diagonal_rtrl(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The gradient without a backward pass, every influence in the least form that holds it.

    errors: (T, batch, n), d loss / d output. The zero initial influence is not skipped.
    """
    definition = trajectory.definition
    plan = forward_plan(definition, settings.truncated)
    steps, batch, _ = errors.shape
    lags = steps if settings.by_lag else 1
    shapes = {p.name: trajectory.weights[p.name].shape for p in _learned(definition, settings.biases)}
    form = {key: f for key, f in forms(definition, settings.truncated).items() if key[1] in shapes}
    influence: Carried = {}
    for (state, weight), kind in form.items():
        columns = int(np.prod(shapes[weight][1:] if kind == "trace" else shapes[weight]))
        influence[state, weight] = np.zeros((batch, trajectory.states[state].shape[2], lags, columns))
    everything = trajectory.between(0, steps)
    total = {weight: np.zeros((lags, *shape)) for weight, shape in shapes.items()}
    for t in range(steps):
        window = {symbol: array[t] for symbol, array in everything.items()}
        moved = {key: np.zeros_like(array) for key, array in influence.items()}
        for block in plan.across:
            _pass_on(trajectory, block, window, influence, moved, form, counter)
        if settings.by_lag:
            for part in moved.values():
                part[:, :, 1:] = part[:, :, :-1].copy()
                part[:, :, 0] = 0.0
        for entry in plan.immediate:
            _enter(trajectory, entry, window, moved, form, counter)
        influence = {key: array.copy() for key, array in moved.items()}
        for block in plan.within:
            _pass_on(trajectory, block, window, moved, influence, form, counter)
        counter.keep(influence.values())
        for weight, sum_ in total.items():
            key = definition.output.name, weight
            if key in form:
                sum_ += _contracted(errors[t], influence[key], form[key], counter).reshape(sum_.shape)
    weights = {name: part.sum(axis=0) for name, part in total.items()}
    return Result(weights, total if settings.by_lag else None)


def _learned(definition: Definition, biases: bool) -> list[Parameter]:
    return [p for p in definition.parameters if p.kind != "fixed" and (biases or p.kind != "bias")]


def _pass_on(
    trajectory: Trajectory,
    block: BlockPlan,
    window: Window,
    source: Carried,
    target: Carried,
    form: dict[Key, Form],
    counter: Counter,
) -> None:
    """Adds block @ influence for every weight that has one on the block's column."""
    weights = [weight for state, weight in source if state == block.column]
    if not weights:
        return
    through: Array | None = None
    if block.mode != "diagonal":
        through = formed(trajectory, block, window, counter)
    elif block.words != ((),):
        through = diagonal(trajectory, block, window, source[block.column, weights[0]].shape[:2], counter)
    for weight in weights:
        part, kind = source[block.column, weight], form[block.column, weight]
        batch, height, lags, columns = part.shape
        if through is None:
            met = part
        elif block.mode == "diagonal":
            met = counter.scale(through, part.reshape(batch, height, -1)).reshape(part.shape)
        elif kind == "dense":
            met = counter.matmul(through, part.reshape(batch, height, -1)).reshape(batch, -1, lags, columns)
        else:
            met = counter.outer(through[:, :, None, :, None], part.transpose(0, 2, 1, 3)[:, None])
            met, kind = met.reshape(batch, -1, lags, height * columns), "dense"
        _add(target[block.row, weight], form[block.row, weight], met, kind)


def _add(target: Array, form: Form, part: Array, kind: Form) -> None:
    """Adds an influence to one that is carried in the same form or densely."""
    if form == kind:
        target += part
        return
    batch, height, lags, columns = part.shape
    rows = np.arange(height)
    target.reshape(batch, height, lags, height, columns)[:, rows, :, rows] += part.transpose(1, 0, 2, 3)


def _enter(
    trajectory: Trajectory,
    entry: Immediate,
    window: Window,
    target: Carried,
    form: dict[Key, Form],
    counter: Counter,
) -> None:
    """Adds the direct influence of the weights of one affine map on one new state, at lag 0."""
    scaled, net = entry.block.mode == "diagonal", window[entry.net]
    make = diagonal(trajectory, entry.block, window, net.shape, counter) if scaled else None
    reach = formed(trajectory, entry.block, window, counter) if make is None else make
    sources = [(str(term.matrix), term.kind, window[term.source]) for term in entry.terms]
    for weight, kind, source in (*sources, *(((entry.bias, "bias", None),) if entry.bias else ())):
        key = entry.block.row, weight
        if key not in target:
            continue
        if source is None:
            part = reach
        elif scaled:
            part = counter.times(*((reach[..., None], source[:, None]) if kind == "dense" else (reach, source)))
        elif kind == "dense":
            part = counter.outer(reach[..., None], source[:, None, None, :])
        else:
            part = counter.outer(reach, source[:, None, :])
        now = target[key][:, :, :1]
        _add(now, form[key], part.reshape(*reach.shape[:2], 1, -1), "trace" if scaled else "dense")


def _contracted(error: Array, influence: Array, form: Form, counter: Counter) -> Array:
    """error @ influence, summed over the batch, lags first."""
    batch, height, lags, columns = influence.shape
    flat = influence.reshape(batch, height, -1)
    if form == "dense":
        return counter.matmul(error[:, None, :], flat).sum(axis=(0, 1)).reshape(lags, columns)
    seen = counter.scale(error, flat).sum(axis=0)
    return seen.reshape(height, lags, columns).swapaxes(0, 1)


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """Every step alike; what each influence takes is the length of the form that holds it."""
    plan, learned = forward_plan(definition), {p.name: p for p in _learned(definition, biases)}
    form = {key: f for key, f in forms(definition).items() if key[1] in learned}
    columns = {key: _columns(learned[key[1]], f) for key, f in form.items()}
    step = counting.forward(definition)
    for block in (*plan.across, *plan.within):
        step += _passing_on(definition, block, {k: c for k, c in columns.items() if k[0] == block.column}, form)
    step += counting.total(counting.entering(definition, entry) for entry in plan.immediate)
    output = definition.output.name
    held = {key: counting.length(definition, key[0]) * number for key, number in columns.items()}
    step += counting.Count(sum((words for key, words in held.items() if key[0] == output), sympy.Integer(0)))
    memory = sympy.expand(sum(held.values(), sympy.Integer(0)))
    macs, elementwise = sympy.expand(STEPS * step.macs), sympy.expand(STEPS * step.elementwise)
    dense = ", densely for what stands beyond a mixing of units" if "dense" in form.values() else ""
    kept = f"the influence of every weight on the states of its own unit{dense}"
    return Cost("diagonal_rtrl", macs, elementwise, memory, kept, True, tuple(sizes.items()))


def _columns(parameter: Parameter, form: Form) -> sympy.Expr:
    columns = size(parameter.columns) if parameter.columns else sympy.Integer(1)
    return columns if form == "trace" else size(parameter.rows) * columns


def _passing_on(
    definition: Definition, block: BlockPlan, columns: dict[Key, sympy.Expr], form: dict[Key, Form]
) -> counting.Count:
    if not columns or block.words == ((),):
        return counting.Count()
    rows, inside = counting.length(definition, block.row), counting.length(definition, block.column)
    numbers = sum(columns.values())
    if block.mode == "diagonal":
        return counting.diagonal(block, rows) + counting.Count(rows * numbers)
    return counting.forming(definition, block) + counting.Count(rows * inside * numbers)


DIAGONAL_RTRL = Algorithm(
    name="diagonal_rtrl",
    title="real-time recurrent learning of an elementwise recurrence",
    exact=True,
    options=("by_lag", "truncated"),
    refusal=refusal,
    run=diagonal_rtrl,
    cost=cost,
    source="Mozer 1989; Irie, Gopalakrishnan & Schmidhuber 2023, for elementwise recurrence and its limits in layers",
)
