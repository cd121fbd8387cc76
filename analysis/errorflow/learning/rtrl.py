"""Real-time recurrent learning for any cell: the influence of every weight on the state, carried forward."""

from __future__ import annotations

import numpy as np
import sympy

from errorflow.definition import Definition
from errorflow.learning import counting
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes, always
from errorflow.learning.cost import STEPS, Cost
from errorflow.learning.influence import enter, meet, places
from errorflow.learning.operations import Counter
from errorflow.learning.plan import forward_plan
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory


def rtrl(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The gradient without a backward pass; with by_lag, the influence of each lag is carried apart.

    errors: (T, batch, n), d loss / d output. The zero initial influence is not skipped.
    """
    definition = trajectory.definition
    plan = forward_plan(definition, settings.truncated)
    steps, batch, _ = errors.shape
    where, width = places(trajectory, settings.biases)
    copies = steps if settings.by_lag else 1
    influence = {
        s.name: np.zeros((batch, trajectory.states[s.name].shape[2], copies * width)) for s in definition.states
    }
    everything = trajectory.between(0, steps)
    total = np.zeros((copies, width))
    spare = {name: np.empty_like(array) for name, array in influence.items()}  # fresh memory is dear: two take turns
    for t in range(steps):
        window = {symbol: array[t] for symbol, array in everything.items()}
        moved: dict[str, Array] = {}
        for block in plan.across:
            room = None if block.row in moved else spare.get(block.row)
            _add(moved, block.row, meet(trajectory, block, window, influence[block.column], counter, room), influence)
        for name, array in influence.items():
            if name not in moved:
                moved[name] = np.zeros_like(array)
        if settings.by_lag:
            for part in moved.values():
                part[..., width:] = part[..., :-width].copy()
                part[..., :width] = 0.0
        for entry in plan.immediate:
            enter(trajectory, entry, window, moved[entry.block.row][..., :width], where, counter)
        spare = influence
        among = {block.row for block in plan.within}  # only where new states read one another do both versions live
        influence = {name: array.copy() if name in among else array for name, array in moved.items()}
        for block in plan.within:
            influence[block.row] += meet(trajectory, block, window, moved[block.column], counter)
        counter.keep(influence.values())
        seen = counter.matmul(errors[t][:, None, :], influence[definition.output.name])
        total += seen.sum(axis=(0, 1)).reshape(copies, width)
    split = {name: total[:, start:stop].reshape(copies, *shape) for name, (start, stop, shape) in where.items()}
    weights = {name: part.sum(axis=0) for name, part in split.items()}
    return Result(weights, split if settings.by_lag else None)


def _add(moved: dict[str, Array], name: str, part: Array, influence: dict[str, Array]) -> None:
    """Adds to a sum, which begins with the first array that is not still needed as it is."""
    if name in moved:
        moved[name] += part
    else:
        moved[name] = part.copy() if any(part is array for array in influence.values()) else part


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """Every step alike; the influence is held once from step to step."""
    plan, columns = forward_plan(definition), counting.weights(definition, biases)
    step = counting.forward(definition)
    step += counting.total(counting.meeting(definition, block, columns) for block in (*plan.across, *plan.within))
    step += counting.total(counting.entering(definition, entry) for entry in plan.immediate)
    step += counting.Count(counting.length(definition, definition.output) * columns)
    memory = columns * sum((counting.length(definition, s) for s in definition.states), sympy.Integer(0))
    macs, elementwise, memory = (sympy.expand(e) for e in (STEPS * step.macs, STEPS * step.elementwise, memory))
    kept = "the influence of every weight on the state"
    return Cost("rtrl", macs, elementwise, memory, kept, True, tuple(sizes.items()), columns=columns)


RTRL = Algorithm(
    name="rtrl",
    title="real-time recurrent learning",
    exact=True,
    options=("by_lag", "truncated"),
    refusal=always,
    run=rtrl,
    cost=cost,
    source="Williams & Zipser 1989; the factorised step is what makes an LSTM take 8 n^3 p and not 16",
)
