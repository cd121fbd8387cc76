"""The hybrid of 1992: backpropagation through time within blocks of h steps, one step of RTRL from block to block.

In a block, errors go back from every unit of the state after it, and from the loss: N + 1 passes of BPTT. They give
M, d (state after the block, loss) / d state before it, and D, the same in the weights as used within it. The influence
P of all earlier uses of the weights then takes one product: (P, gradient) becomes M P + D.
"""

from __future__ import annotations

import numpy as np
import sympy

from errorflow.definition import Definition
from errorflow.learning import counting
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes, always
from errorflow.learning.backward import backward
from errorflow.learning.backward import whole as all_steps
from errorflow.learning.bptt import kept, stretch
from errorflow.learning.cost import STEPS, Cost, size
from errorflow.learning.influence import Places, places
from errorflow.learning.local import Window
from errorflow.learning.operations import Counter
from errorflow.learning.plan import BackwardPlan, backward_plan
from errorflow.learning.tbptt import whole
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory

BLOCK = size("h")


def schmidhuber1992(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The gradient, block by block; the last block may be shorter. The influence is ready to go on after the last step.

    errors: (T, batch, n), d loss / d output. With by_lag, losses and uses of the weights of all steps stay apart.
    """
    h = whole("block", settings.block, "h, the number of steps in a block")
    plan = backward_plan(trajectory.definition, settings.truncated, every_state=True)
    where, columns = places(trajectory, settings.biases)
    (steps, batch, _), width = errors.shape, trajectory.width
    lags = np.zeros((steps if settings.by_lag else 1, columns))
    influence = np.zeros((batch, width, columns))
    for start in range(0, steps, h):
        stop = min(start + h, steps)
        some = stretch(trajectory, start, stop)
        window = kept(some, plan, counter, influence.size)
        if settings.by_lag:
            influence = _apart(some, plan, window, errors[start:stop], influence, where, lags, counter)
            continue
        across, nets = _block(some, plan, window, errors[start:stop, None], counter)
        moved = counter.matmul(across, influence)
        moved += _direct(some, plan, window, nets, where, moved.shape, counter)
        influence, gradient = moved[:, :width], moved[:, width]
        lags[0] += gradient.sum(axis=0)
    split = {name: lags[:, a:b].reshape(len(lags), *shape) for name, (a, b, shape) in where.items()}
    return Result({name: part.sum(axis=0) for name, part in split.items()}, split if settings.by_lag else None)


def _block(
    trajectory: Trajectory, plan: BackwardPlan, window: Window, errors: Array, counter: Counter
) -> tuple[Array, Window]:
    """(M, (batch, N + losses, N); d (state after the block, losses) / d net, (T, N + losses, batch, width)).

    errors: (T, losses, batch, n), what each loss is in the output of each step.
    """
    (steps, losses, batch, n), width = errors.shape, trajectory.width
    rows = width + losses
    entering = np.zeros((steps, rows, batch, n))
    entering[:, width:] = errors
    states, start = {}, 0
    for symbol in trajectory.definition.states:
        own = trajectory.states[symbol.name].shape[2]
        unit = np.zeros((rows, batch, own))
        unit[np.arange(start, start + own), :, np.arange(own)] = 1.0
        states[symbol], start = unit.reshape(rows * batch, own), start + own
    nets = all_steps(backward(trajectory, plan, window, entering.reshape(steps, rows * batch, n), counter, states))
    across = np.concatenate([states[s].reshape(rows, batch, -1) for s in trajectory.definition.states], axis=2)
    return across.transpose(1, 0, 2), {net: nets.of(net).reshape(steps, rows, batch, -1) for net in nets.spans}


def _direct(
    trajectory: Trajectory,
    plan: BackwardPlan,
    window: Window,
    nets: Window,
    where: Places,
    shape: tuple[int, ...],
    counter: Counter,
) -> Array:
    """D, of `shape` (batch, rows, columns): what the weights as used at these steps are to each row."""
    batch, rows, _ = shape
    found = np.zeros(shape)
    for net, term in plan.outer:
        start, stop, (height, *_) = where[str(term.matrix)]
        if term.kind == "diagonal":
            found[..., start:stop] += counter.times(nets[net], window[term.source][:, None]).sum(axis=0).swapaxes(0, 1)
            continue
        error = nets[net].transpose(2, 1, 3, 0).reshape(batch, rows * height, -1)
        part = counter.matmul(error, window[term.source].swapaxes(0, 1))
        found[..., start:stop] += part.reshape(batch, rows, stop - start)
    for node in trajectory.definition.nodes:
        if node.bias in where and node.symbol in nets:
            start, stop, _ = where[node.bias]
            found[..., start:stop] += nets[node.symbol].sum(axis=0).swapaxes(0, 1)
    return found


def _apart(
    trajectory: Trajectory,
    plan: BackwardPlan,
    window: Window,
    errors: Array,
    influence: Array,
    where: Places,
    lags: Array,
    counter: Counter,
) -> Array:
    """Adds what the losses of a block are at every lag to `lags`; returns the influence, the last use first.

    influence: (batch, N, uses * columns), the weights as used 1, 2, ... steps before the block; a zero at the start.
    """
    (steps, batch, n), width, columns = errors.shape, trajectory.width, lags.shape[1]
    each = np.zeros((steps, steps, batch, n))
    each[np.arange(steps), np.arange(steps)] = errors
    across, nets = _block(trajectory, plan, window, each, counter)
    uses = influence.shape[2] // max(columns, 1)  # a cell may have no weight
    moved = counter.matmul(across, influence).reshape(batch, width + steps, uses, columns)
    for loss in range(steps):
        reached = lags[loss + 1 : loss + 1 + uses]
        reached += moved[:, width + loss].sum(axis=0)[: len(reached)]
    recent = []
    for use in range(steps - 1, -1, -1):
        now = slice(use, use + 1)
        window_now = {symbol: array[now] for symbol, array in window.items()}
        nets_now = {net: array[now] for net, array in nets.items()}
        shape = (batch, width + steps, columns)
        direct = _direct(trajectory, plan, window_now, nets_now, where, shape, counter)
        recent.append(direct[:, :width])
        for loss in range(use, steps):
            lags[loss - use] += direct[:, width + loss].sum(axis=0)
    return np.concatenate([*recent, moved[:, :width].reshape(batch, width, -1)], axis=2)


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """N + 1 errors along every edge and into every weight at every step, and one product for each block."""
    plan = backward_plan(definition, every_state=True)
    columns = counting.weights(definition, biases)
    width = sum((counting.length(definition, s) for s in definition.states), sympy.Integer(0))
    errors = counting.outer(definition, plan) + counting.total(count for _, count in counting.walked(definition, plan))
    step = counting.forward(definition) + counting.slopes(definition, plan) + errors * (width + 1)
    T, h = sizes.get("T"), sizes.get("h")
    steps, blocks, longest = STEPS, STEPS / BLOCK, BLOCK
    if T is not None and h is not None and T % h:
        steps, blocks, longest = (sympy.Integer(k) for k in (T, -(-T // h), min(T, h)))
    total = step * steps + counting.Count((width + 1) * width * columns) * blocks
    memory = sympy.expand(width * columns + counting.words(definition, plan, longest))
    kept_names = counting.stored(definition, plan)[1].replace("every step", "every step of a block")
    held = f"the influence of every weight on the state; {kept_names}"
    macs, elementwise = sympy.expand(total.macs), sympy.expand(total.elementwise)
    return Cost(
        "schmidhuber1992",
        macs,
        elementwise,
        memory,
        held,
        True,
        tuple(sizes.items()),
        holds="h divides T",
        columns=width + 1,
    )


SCHMIDHUBER1992 = Algorithm(
    name="schmidhuber1992",
    title="the hybrid of BPTT within blocks of h steps and RTRL between them",
    exact=True,
    options=("block", "by_lag", "truncated"),
    refusal=always,
    run=schmidhuber1992,
    cost=cost,
    source="Schmidhuber 1992, A fixed size storage O(n^3) time complexity learning algorithm",
)
