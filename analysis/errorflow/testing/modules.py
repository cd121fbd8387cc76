"""Live modules of PyTorch as step functions, with the cell and the weights that they amount to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from errorflow.cells import Cell
from errorflow.networks import read_network


@dataclass(frozen=True, eq=False)
class Live:
    """A module of PyTorch as a step function, with the cell that it is.

    Attributes
    ----------
    step : callable
        `step(state, x)` on tensors.
    cell : Cell
        What it is by definition.
    weights : dict of str to array
        As the cell takes them.
    state : dict of str to tensor
        Zero, by the names of the cell's blocks, to begin with.
    """

    step: Callable[[Any, Any], Any]
    cell: Cell
    weights: dict[str, Any]
    state: dict[str, Any]


def live(module: Any) -> Live:
    """A torch.nn.RNN, LSTM or GRU of one layer and direction, or a cell of PyTorch, as a step function.

    Parameters
    ----------
    module : torch.nn.Module

    Returns
    -------
    Live

    Raises
    ------
    TypeError, ValueError
        For another module.

    Examples
    --------
    >>> import torch  # doctest: +SKIP
    >>> given = live(torch.nn.LSTM(3, 4))  # doctest: +SKIP
    >>> assert_jacobian_matches(given.step, given.cell, given.weights, given.state, torch.ones(3))  # doctest: +SKIP
    """
    kind = type(module).__name__
    torch = sys.modules.get("torch")
    if (
        torch is None
        or not isinstance(module, torch.nn.Module)
        or not hasattr(module, "weight_hh_l0") | hasattr(module, "weight_hh")
    ):
        raise TypeError(f"module must be a torch.nn.RNN, LSTM or GRU or a cell of one, got {kind}")
    layer = read_network(module.state_dict(), nonlinearity=getattr(module, "nonlinearity", "tanh")).only()
    single = hasattr(module, "weight_hh")
    template = module.weight_hh if single else module.weight_hh_l0
    cell = layer.cell()
    widths = {"h": layer.outputs, "c": layer.units}
    state = {s.name: template.new_zeros(widths[s.name]).detach() for s in cell.definition.states}

    def step(state: dict[str, Any], x: Any) -> dict[str, Any]:
        given = torch.as_tensor(x).to(template)
        h = state["h"]
        if single:
            new = module(given[None], (h[None], state["c"][None]) if "c" in state else h[None])
            return {"c": new[1][0], "h": new[0][0]} if "c" in state else {"h": new[0]}
        shape = (1, 1, -1)
        old = (h.reshape(shape), state["c"].reshape(shape)) if "c" in state else h.reshape(shape)
        _, new = module(given.reshape(shape), old)
        return {"c": new[1].reshape(-1), "h": new[0].reshape(-1)} if "c" in state else {"h": new.reshape(-1)}

    return Live(step, cell, layer.weights, state)
