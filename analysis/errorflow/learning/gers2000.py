"""Eligibility traces: the truncated gradient where gates carry the states, one number for each weight and state.

The same algorithm is e-prop, whose learning signal is the derivative of the loss in the output, sent back exactly or by
fixed weights (`feedback`); so "eprop" is another name of it. Of an LSTM, its eligibility traces are these, and its
gradient is that of the graph with all reads of h by maps cut. Of a leaky network it is RFLO. A plain network carries
nothing, and what is left is BPTT(1), the gradient that looks back no step.
"""

from __future__ import annotations

from errorflow.definition import Definition
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes
from errorflow.learning.carried import carried_plan
from errorflow.learning.cost import Cost
from errorflow.learning.feedback import sent_back
from errorflow.learning.operations import Counter
from errorflow.learning.trace_cost import cost_of
from errorflow.learning.trace_plan import TracePlan
from errorflow.learning.traces import by_traces
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import Trajectory


def refusal(definition: Definition) -> str | None:
    """Why a trace would spread to other units, None where none does."""
    plan = carried_plan(definition)
    return plan if isinstance(plan, str) else None


def gers2000(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """The truncated gradient: d c / d w (t) = f d c / d w (t-1) + what w adds at t, met by the error at c.

    errors: (T, batch, n), d loss / d output; (T, batch, k) with feedback (n, k).
    """
    plan = carried_plan(trajectory.definition)
    assert isinstance(plan, TracePlan), plan
    return by_traces(plan, trajectory, sent_back(errors, settings, counter), counter, settings)


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """Every step alike; with feedback (n, k), n k multiply-adds more at each."""
    return cost_of(carried_plan(definition), definition, biases, sizes, name="gers2000")


GERS2000 = Algorithm(
    name="gers2000",
    title="eligibility traces of the truncated gradient; e-prop",
    exact=False,
    options=("by_lag", "feedback"),
    refusal=refusal,
    run=gers2000,
    cost=cost,
    source="Gers, Schmidhuber & Cummins 2000; Bellec et al. 2020, whose eligibility traces of an LSTM are these",
)
