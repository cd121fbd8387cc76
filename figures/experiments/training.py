"""Learning a task with a cell, a layer of logistic outputs and any algorithm; and how far back the gradient comes from.

Outputs read the cell's output with biases. The loss is half the squared error, summed over outputs and asked steps,
mean over the batch. All weights, those of the outputs too, move by Adam; a gradient longer than `clip` is shortened.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

import errorflow as ef
from errorflow.learning import Gradient
from figures.experiments.optimisers import Arrays, adam, clipped
from figures.experiments.tasks import Sequences, Task

Array = npt.NDArray[np.float64]
RECENT = 2000  # sequences that the paper looks back on to say that a task is learned
HELD_OUT = 256  # sequences that are never learned from
SPREAD = 0.1  # weights start in [-0.1, 0.1] but for the biases of gates


@dataclass(frozen=True)
class Setting:
    """What is learned with what. options: of the algorithm. biases: where those of the cell start, others at zero."""

    task: str
    cell: str
    algorithm: str
    options: dict[str, int]
    units: int
    rate: float
    clip: float
    batch: int
    presentations: int
    every: int
    biases: dict[str, list[float]]
    spread: float = SPREAD


@dataclass(frozen=True)
class Curve:
    """How learning went. presentations: sequences shown when the held-out ones were looked at.

    error: mean squared error of an asked output there. correct: share of them that are right by the task's criterion.
    reached: presentations at which the task's criterion of success was met, None if it never was.
    """

    presentations: list[int]
    error: list[float]
    correct: list[float]
    reached: int | None


def start(setting: Setting, task: Task, rng: np.random.Generator) -> tuple[Arrays, Arrays]:
    """Weights of the cell and of the outputs, V (k, n) and d (k,)."""
    cell, sizes = ef.cell(setting.cell), {"n": setting.units, "m": task.inputs}
    shapes = {name: tuple(sizes[s] for s in shape) for name, shape in cell.shapes().items()}
    weights = {name: rng.uniform(-setting.spread, setting.spread, size=shape) for name, shape in shapes.items()}
    for name, values in setting.biases.items():
        weights[name][:] = np.resize(values, setting.units)
    V = rng.uniform(-setting.spread, setting.spread, size=(task.outputs, setting.units))
    return weights, {"V": V, "d": np.zeros(task.outputs)}


def outputs(outer: Arrays, h: Array) -> Array:
    """Logistic outputs, (batch, T, k)."""
    return (1 + np.tanh((h @ outer["V"].T + outer["d"]) / 2)) / 2


def gradient(
    cell: ef.Cell, weights: Arrays, outer: Arrays, batch: Sequences, algorithm: str, **options: Any
) -> tuple[Gradient, Arrays, Array]:
    """Gradients in the weights of the cell and of the outputs, and the outputs."""
    found: Arrays = {}

    def loss(h: Array) -> tuple[float, Array]:
        told = outputs(outer, h)
        error = (told - batch.targets) * batch.asked[..., None]
        back = error * told * (1 - told) / len(batch)
        found.update(told=told, V=np.tensordot(back, h, ([0, 1], [0, 1])), d=back.sum(axis=(0, 1)))
        return float((error**2).sum() / 2 / len(batch)), back @ outer["V"]

    inner = cell.gradient(weights, batch.inputs, loss, algorithm=algorithm, **options)
    return inner, found, found.pop("told")


def train(setting: Setting, task: Task, seed: int) -> Curve:
    """One run. seed: of the data, the start and, where an algorithm draws signs, the signs."""
    rng = np.random.default_rng(seed)
    cell = ef.cell(setting.cell)
    weights, outer = start(setting, task, rng)
    options: dict[str, Any] = setting.options | ({"rng": rng} if setting.algorithm == "uoro" else {})
    pool = None if task.pool is None else task.draw(rng, task.pool)
    held_out = task.draw(rng, HELD_OUT)
    update = adam(setting.rate)
    seen, errors, shares = [], [], []
    reached: int | None = None
    recent: deque[tuple[float, bool]] = deque(maxlen=RECENT)
    for shown in range(0, setting.presentations + 1, setting.batch):
        if shown % (setting.every * setting.batch) == 0:
            error, right = measured(cell, weights, outer, held_out, task)
            seen, errors, shares = [*seen, shown], [*errors, error], [*shares, right]
            if pool is not None and reached is None and right == 1.0:
                reached = shown if measured(cell, weights, outer, pool, task)[1] == 1.0 else None
        drawn = (
            task.draw(rng, setting.batch) if pool is None else pool.pick(rng.integers(len(pool), size=setting.batch))
        )
        inner, back, told = gradient(cell, weights, outer, drawn, setting.algorithm, **options)
        recent.extend(zip(*_by_sequence(told, drawn, task), strict=True))
        if pool is None and reached is None and _learned(recent, task):
            reached = shown + setting.batch
        update(weights | outer, clipped(inner.weights | back, setting.clip))
    return Curve(seen, errors, shares, reached)


def measured(cell: ef.Cell, weights: Arrays, outer: Arrays, batch: Sequences, task: Task) -> tuple[float, float]:
    """(mean squared error of an asked output, share of sequences that are right)."""
    told = outputs(outer, cell.run(weights, batch.inputs).output())
    return float(((told - batch.targets)[batch.asked] ** 2).mean()), float(task.correct(told, batch).mean())


def _by_sequence(told: Array, batch: Sequences, task: Task) -> tuple[list[float], list[bool]]:
    squared = ((told - batch.targets) ** 2).sum(axis=2) * batch.asked
    return (squared.sum(axis=1) / batch.asked.sum(axis=1)).tolist(), task.correct(told, batch).tolist()


def _learned(recent: deque[tuple[float, bool]], task: Task) -> bool:
    """Whether the 2000 most recent sequences were right, with an average error below the task's."""
    if len(recent) < RECENT or not all(right for _, right in islice(reversed(recent), 200)):
        return False
    return all(right for _, right in recent) and np.mean([error for error, _ in recent]) < float(task.below or np.inf)
