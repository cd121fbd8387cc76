"""Many one-unit networks of task 2a trained at once: hidden units that do not see one another, each a trial of its own.

A trial has one hidden unit that reads the inputs, without biases, and two logistic outputs that read the hidden unit,
with biases. Trials share nothing but the two sequences, so the gradient of each is that of the network alone.

Source: Hochreiter & Schmidhuber 1997, section 5.2, for the units, the start and the criterion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import errorflow as ef
from errorflow.learning import Gradient
from figures.experiments.optimisers import OPTIMISERS, Arrays
from figures.experiments.tasks import Sequences, noise_free

Array = npt.NDArray[np.float64]
BOUND = 0.25  # the absolute error that no output of a successful trial may reach
SPREAD = 0.2  # weights start in [-0.2, 0.2]


@dataclass(frozen=True)
class Budget:
    """What is spent. trials: side by side. presentations: sequences shown, the two of the task for each update."""

    network: str
    algorithm: str
    optimiser: str
    rate: float
    delay: int
    trials: int
    presentations: int
    seed: int


def cell(network: str) -> ef.Cell:
    """Units that see themselves and the inputs: "logistic" or "tanh", or "memory_cell"s with an input gate.

    The memory cell is that of task 2a: no output gate, a logistic squash of the input, and none of the output.
    """
    h, c, x = ef.names("h c x")
    if network == "memory_cell":
        i, g = (ef.logistic(ef.net(name, x, bias=False)) for name in "ig")
        return ef.Cell("memory_cell", inputs=[x], state={c: c + i * g})
    function = ef.activation(network).function
    return ef.Cell(network, inputs=[x], state={h: function(ef.net("", ef.diagonal("w", h), x, bias=False))})


def start(budget: Budget) -> tuple[Arrays, Arrays]:
    """Weights of the hidden units and of the outputs, uniform in [-0.2, 0.2]: V (trials, 2) and biases (trials, 2)."""
    rng, sizes = np.random.default_rng(budget.seed), {"n": budget.trials, "m": budget.delay + 1}
    shapes = {name: tuple(sizes[s] for s in shape) for name, shape in cell(budget.network).shapes().items()}
    hidden = {name: rng.uniform(-SPREAD, SPREAD, size=shape) for name, shape in shapes.items()}
    return hidden, {name: rng.uniform(-SPREAD, SPREAD, size=(budget.trials, 2)) for name in ("V", "bias")}


def outputs(outer: Arrays, h: Array) -> Array:
    """Logistic outputs of every trial, (batch, trials, 2). h: (batch, trials), the hidden units at the last step."""
    return (1 + np.tanh((h[..., None] * outer["V"] + outer["bias"]) / 2)) / 2


def gradient(
    made: ef.Cell, hidden: Arrays, outer: Arrays, batch: Sequences, algorithm: str, **options: Any
) -> tuple[Gradient, Arrays, Array]:
    """Gradients of half the squared error, mean over the sequences, and the largest error of each trial's outputs."""
    found: Arrays = {}

    def loss(h: Array) -> tuple[float, Array]:
        told = outputs(outer, h[:, -1])
        error = told - batch.targets[:, -1, None, :]
        back = error * told * (1 - told) / len(batch)
        found.update(worst=np.abs(error).max(axis=(0, 2)), V=(back * h[:, -1, :, None]).sum(axis=0))
        found["bias"] = back.sum(axis=0)
        return float((error**2).sum() / 2 / len(batch)), (back * outer["V"]).sum(axis=2)

    inner = made.gradient(hidden, batch.inputs, loss, algorithm=algorithm, **options)
    return inner, found, found.pop("worst")


def learn(budget: Budget) -> list[int | None]:
    """For each trial, after how many presentations no output was wrong by 0.25 any more; None if never.

    The two sequences are all there are, so a trial that has them right has any number of random ones right. A trial is
    then over; the others go on until the budget is spent.
    """
    made, batch = cell(budget.network), noise_free(budget.delay)
    hidden, outer = start(budget)
    update = OPTIMISERS[budget.optimiser](budget.rate)
    reached: list[int | None] = [None] * budget.trials
    for shown in range(0, budget.presentations + 1, 2):
        inner, back, worst = gradient(made, hidden, outer, batch, budget.algorithm)
        for k in np.flatnonzero(worst < BOUND):
            reached[k] = shown if reached[k] is None else reached[k]
        if None not in reached:
            break
        update(hidden | outer, inner.weights | back)
    return reached
