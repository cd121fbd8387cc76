"""What a learning algorithm is: how it runs, what it costs, what it takes and for which cells it is defined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from errorflow.definition import Definition
from errorflow.learning.cost import Cost
from errorflow.learning.operations import Counter
from errorflow.learning.plan import Cut
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory


@dataclass(frozen=True, eq=False)
class Settings:
    """What is asked of a run. All but `biases` are options: an algorithm takes those that it names.

    by_lag: whether the gradient is also split by lag. truncated: the cut edges that are deleted. biases: whether biases
    are learned. horizon, every: h and h' of BPTT(h; h'). block: steps in a block of the 1992 hybrid. rng, feedback,
    schedule: random numbers, random feedback matrix, convention of time.
    """

    by_lag: bool = False
    truncated: Cut = False
    biases: bool = True
    horizon: int | None = None
    every: int | None = None
    block: int | None = None
    rng: np.random.Generator | None = None
    feedback: Any = None
    schedule: str | None = None


@dataclass(frozen=True, eq=False)
class Result:
    """weights: name -> d loss / d weight, summed over the batch. by_lag: name -> (T, *shape), None unless asked."""

    weights: dict[str, Array]
    by_lag: dict[str, Array] | None = None


Sizes = dict[str, int]
Run = Callable[[Trajectory, Array, Counter, Settings], Result]


@dataclass(frozen=True)
class Algorithm:
    """One learning algorithm; what it runs and what is counted of it come from the same plan.

    Attributes
    ----------
    name : str
        As in JSON.
    title : str
        In words.
    exact : bool
        Whether its gradient is that of the loss.
    options : tuple of str
        Names of the options that it takes.
    refusal : callable
        Definition -> why the algorithm is not defined for the cell, None where it is.
    run : callable
        (trajectory, errors (T, batch, n), counter, settings) -> result.
    cost : callable
        (definition, whether biases are learned, letter -> number) -> cost.
    source : str
        Of the algorithm.
    reads : callable or None
        (definition, settings) -> the names whose values a run reads, all if not given.
    """

    name: str
    title: str
    exact: bool
    options: tuple[str, ...]
    refusal: Callable[[Definition], str | None]
    run: Run
    cost: Callable[[Definition, bool, Sizes], Cost]
    source: str
    reads: Callable[[Definition, Settings], tuple[sympy.Symbol, ...]] | None = None


def always(definition: Definition) -> str | None:
    """No reason to refuse any cell."""
    return None
