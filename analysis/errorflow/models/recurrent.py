"""The influence of the input of a recurrent cell, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from errorflow.definition import Definition
from errorflow.learning.backward import backward, whole
from errorflow.learning.bptt import kept
from errorflow.learning.operations import Counter
from errorflow.learning.plan import backward_plan
from errorflow.numeric.arrays import Array
from errorflow.numeric.forward import run


def cell_influence(definition: Definition, weights: Mapping[str, Any], inputs: Any, state: Any = None) -> Array:
    """d output_T / d x_(T-q) of a cell along one sequence, for q = 0..T-1.

    Parameters
    ----------
    definition : Definition
        That of the cell, `cell.definition`.
    weights : mapping of str to array_like
        Shapes as in `definition.parameters`.
    inputs : array_like, (T, m)
        The sequence.
    state : mapping of str to array_like, (n,), optional
        Initial state by block, zero where absent.

    Returns
    -------
    array, (T, n, m)

    Raises
    ------
    ValueError
        For a batch, or for a cell of several inputs.
    """
    trajectory = run(definition, weights, inputs, state)
    if not trajectory.single or len(definition.inputs) != 1:
        raise ValueError(f"inputs must be one sequence (T, m) of one input, got shape {np.shape(inputs)}")
    (x,) = definition.inputs
    terms = [(node.symbol, term) for node in definition.nodes for term in node.terms if term.source == x]
    steps, width = trajectory.steps, trajectory.states[definition.output.name].shape[2]
    errors = np.zeros((steps, width, width))
    errors[-1] = np.eye(width)
    counter = Counter()
    plan = backward_plan(definition)
    nets = whole(backward(trajectory, plan, kept(trajectory, plan, counter), errors, counter))
    found = np.zeros((steps, width, np.shape(inputs)[1]))
    for net, term in terms:
        weight = trajectory.weights[str(term.matrix)]
        found += nets.of(net) * weight if weight.ndim == 1 else nets.of(net) @ weight
    return found[::-1]
