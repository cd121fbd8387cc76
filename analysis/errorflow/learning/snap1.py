"""SnAp-1: the influence of a weight is kept on the units that it reaches in one step, and dropped on all others."""

from __future__ import annotations

from functools import lru_cache

import sympy

from errorflow.calculus.words import Matrix
from errorflow.definition import Definition, New
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes
from errorflow.learning.cost import Cost
from errorflow.learning.operations import Counter
from errorflow.learning.plan import is_diagonal
from errorflow.learning.trace_cost import cost_of
from errorflow.learning.trace_plan import (
    Group,
    Hop,
    NoTraces,
    TracePlan,
    blocks,
    closed,
    entries,
    links,
    reach,
    weights_of,
)
from errorflow.learning.traces import by_traces
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory


@lru_cache(maxsize=64)
def one_step_plan(definition: Definition) -> TracePlan | str:
    """The plan of SnAp-1, or why the cell has none.

    Weights that reach the same states are carried alike: where they go through another state within the step, it has no
    trace of theirs, and so is part of the way from state to state.
    """
    try:
        pattern = _pattern(definition)
        alike: dict[tuple[sympy.Symbol, ...], list[str]] = {}
        for weight, states in pattern.items():
            alike.setdefault(states, []).append(weight)
        groups = tuple(_group(definition, states, weights) for states, weights in alike.items())
    except NoTraces as reason:
        return str(reason)
    output = New(definition.output)
    return TracePlan(groups, (Hop((output,), (), (output,), (), ()),))


def _pattern(definition: Definition) -> dict[str, tuple[sympy.Symbol, ...]]:
    """Weight -> the states that it reaches in one step. Raises: NoTraces if it reaches other units than its own."""
    found: dict[str, set[sympy.Symbol]] = {}
    for node in (n for n in definition.nodes if weights_of(n)):
        reached = reach(definition, node.symbol, False)
        for state in (s for s in definition.states if reached[New(s)]):
            mixing = [f.name for w in reached[New(state)] for f in w if isinstance(f, Matrix) and not is_diagonal(f)]
            if mixing:
                way = f"reach state {state} through {mixing[0]}"
                raise NoTraces(f"the weights of {node.symbol} {way}, so that no unit is their own")
            for weight in weights_of(node):
                found.setdefault(weight, set()).add(state)
    return {weight: tuple(s for s in definition.states if s in states) for weight, states in found.items()}


def _group(definition: Definition, states: tuple[sympy.Symbol, ...], weights: list[str]) -> Group:
    """The traces of these weights, which reach these states; between states, matrices count with their diagonal."""
    found = links(definition, False, states)
    among = found.leading_to([definition.output]) & {*states}
    for (row, column), words in found.carry.items():
        if {row, column} <= among and any(sum(not is_diagonal(f) for f in w) > 1 for w in words):
            raise NoTraces(f"state {column} reaches state {row} through two matrices in one step")
    carry, within = (blocks(definition, pairs, among, own_unit=True) for pairs in (found.carry, found.within))
    start = entries(definition, found.enter, among, weights)
    return Group(closed(definition, start, within), carry, within, start)


def refusal(definition: Definition) -> str | None:
    """Why a weight has no unit of its own, None where each has one."""
    plan = one_step_plan(definition)
    return plan if isinstance(plan, str) else None


def snap1(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The gradient from the influence that is kept. errors: (T, batch, n), d loss / d output."""
    plan = one_step_plan(trajectory.definition)
    assert isinstance(plan, TracePlan), plan
    return by_traces(plan, trajectory, errors, counter, settings)


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """Every step alike."""
    return cost_of(one_step_plan(definition), definition, biases, sizes, name="snap1")


SNAP1 = Algorithm(
    name="snap1",
    title="SnAp-1: influence on the own unit alone",
    exact=False,
    options=("by_lag",),
    refusal=refusal,
    run=snap1,
    cost=cost,
    source="Menick, Elsen, Evci, Osindero, Simonyan & Graves 2021",
)
