"""The learning algorithm of 1997: RTRL for what the constant error carousel holds, one step of backpropagation else.

Errors that arrive at the net inputs of the hidden layer go no further. So the weights into cell inputs and input gates
need d s / d w alone, which the carousel carries with factor one, and output units, hidden units and output gates learn
by one step of backpropagation: O(1) for each weight and step. It is the gradient of the graph with those edges cut.

The published equations are those of half the derivative of the squared error sum_k (t_k - y_k)^2: (19) leaves out the
factor 2 that differentiating (16) brings. Here the loss says its own factor.
"""

from __future__ import annotations

import numpy as np

from errorflow.definition import Definition
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes
from errorflow.learning.carried import carried_plan
from errorflow.learning.cost import Cost
from errorflow.learning.operations import Counter
from errorflow.learning.trace_cost import cost_of
from errorflow.learning.trace_plan import TracePlan
from errorflow.learning.traces import by_traces
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory


def refusal(definition: Definition) -> str | None:
    """Why there is no constant error carousel, None where there is one."""
    plan = carried_plan(definition)
    if isinstance(plan, str):
        return plan
    blocks = [block for group in plan.groups for block in group.carry]
    if not blocks:
        return "with its maps cut, no state is carried from one step to the next"
    for block in blocks:
        if block.words != ((),):
            return f"state {block.column} is carried to {block.row} by a factor that is not one; gers2000 takes any"
    return None


def lstm1997(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The truncated gradient by the traces (25) and (27), and by (19) to (24), (26), (28).

    errors: (T, batch, n), d loss of step t / d output that it reads: that of step t, or with schedule="next_step" that
    of step t - 1, so that the first one, which reads the initial state, teaches nothing.
    """
    plan = carried_plan(trajectory.definition)
    assert isinstance(plan, TracePlan), plan
    if settings.schedule != "next_step":
        return by_traces(plan, trajectory, errors, counter, settings)
    earlier = np.concatenate([errors[1:], np.zeros_like(errors[:1])])
    found = by_traces(plan, trajectory, earlier, counter, settings)
    if found.by_lag is None:
        return found
    # A loss of step t that reads step t - 1 is one lag further from every weight.
    later = {name: np.concatenate([np.zeros_like(part[:1]), part[:-1]]) for name, part in found.by_lag.items()}
    return Result(found.weights, later)


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """Every step alike, in the order of the number of weights."""
    return cost_of(carried_plan(definition), definition, biases, sizes, name="lstm1997")


LSTM1997 = Algorithm(
    name="lstm1997",
    title="the learning algorithm of the 1997 LSTM: truncated edges, then RTRL and BPTT",
    exact=False,
    options=("by_lag", "schedule"),
    refusal=refusal,
    run=lstm1997,
    cost=cost,
    source="Hochreiter & Schmidhuber 1997, appendix A.1",
)
