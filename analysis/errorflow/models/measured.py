"""The influence of a live module's input, by its own automatic differentiation."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from errorflow.numeric.arrays import Array


def measured_influence(module: Any, inputs: Any, *, channels_first: bool = False) -> Array:
    """d y_T / d x_(T-q) for q = 0..T-1 of a PyTorch module, at the last step of its output.

    PyTorch is not imported here: a tensor that is passed has brought it along. No gradient of a parameter is touched.

    Parameters
    ----------
    module : callable
        Anything on a tensor (1, T, m) that returns one tensor (1, T', out), or (1, out) for an output at the last
        step only; a tuple is read by its first entry, as for an LSTM.
    inputs : torch.Tensor, (T, m)
        The series.
    channels_first : bool, default False
        Whether tensors are (1, m, T) and (1, out, T') on the way in and out, as convolutions have them.

    Returns
    -------
    array, (T, out, m)

    Raises
    ------
    TypeError
        Where `inputs` is no tensor.
    ValueError
        Where shapes do not fit, or where the module is in training mode and has dropout, which would make every
        derivative a random one.
    """
    torch: Any = sys.modules.get("torch")
    if torch is None or not isinstance(inputs, torch.Tensor):
        raise TypeError(f"inputs must be a PyTorch tensor (T, m), got {type(inputs).__name__}")
    if inputs.ndim != 2:
        raise ValueError(f"inputs must have shape (T, m), got {tuple(inputs.shape)}")
    if getattr(module, "training", False) and any(map(_drops, module.modules())):
        raise ValueError("module must be in evaluation mode where it has dropout, got training mode; call eval() first")
    x = inputs.detach().clone().requires_grad_(True)
    given = x.T[None] if channels_first else x[None]
    y = module(given)
    y = y[0] if isinstance(y, tuple) else y
    if y.ndim == 3:
        y = y[:, :, -1] if channels_first else y[:, -1]
    if y.ndim != 2 or y.shape[0] != 1:
        raise ValueError(f"module must return (1, T, out) or (1, out) for one sequence, got {tuple(y.shape)}")
    rows = [torch.autograd.grad(one, x, retain_graph=True, allow_unused=True)[0] for one in y[0]]
    found = [np.zeros(tuple(x.shape)) if row is None else row.detach().cpu().numpy().astype(float) for row in rows]
    return np.stack(found)[:, ::-1].swapaxes(0, 1)


def _drops(part: Any) -> bool:
    """Whether a part of a module leaves units out at random: a layer of dropout, or an LSTM or attention with some."""
    share = getattr(part, "p", 0.0) if "Dropout" in type(part).__name__ else getattr(part, "dropout", 0.0)
    return isinstance(share, float) and share > 0
