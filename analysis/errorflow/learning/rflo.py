"""Random feedback local online learning: traces that leak as the units do, errors that arrive by fixed weights."""

from __future__ import annotations

from errorflow.calculus.words import Diag
from errorflow.definition import Definition
from errorflow.learning import gers2000
from errorflow.learning.algorithm import Algorithm, Sizes
from errorflow.learning.carried import carried_plan
from errorflow.learning.cost import Cost
from errorflow.learning.trace_cost import cost_of


def refusal(definition: Definition) -> str | None:
    """Why the cell is no leaky network, None where it is one."""
    if len(definition.states) != 1:
        return f"it is defined for leaky networks of one state, and there are {len(definition.states)}"
    plan = carried_plan(definition)
    if isinstance(plan, str):
        return plan
    blocks = [block for group in plan.groups for block in group.carry]
    if not blocks:
        return f"state {definition.states[0]} does not leak: without its maps nothing is left of it after one step"
    for factor in (f for block in blocks for word in block.words for f in word):
        changing = factor.entry.free_symbols if isinstance(factor, Diag) else set()
        if changing:
            names = ", ".join(sorted(str(s) for s in changing))
            return f"state {definition.states[0]} leaks at a rate that changes with {names}; gers2000 takes any rate"
    return None


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """Every step alike; with feedback (n, k), n k multiply-adds more at each."""
    return cost_of(carried_plan(definition), definition, biases, sizes, name="rflo")


RFLO = Algorithm(
    name="rflo",
    title="random feedback local online learning",
    exact=False,
    options=("by_lag", "feedback"),
    refusal=refusal,
    run=gers2000.gers2000,
    cost=cost,
    source="Murray 2019",
)
