"""Random weights of the right shapes, for examples, tests and figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from errorflow.definition import Definition
from errorflow.numeric.arrays import Array


def random_weights(
    definition: Definition, rng: np.random.Generator, *, scale: float | None = None, sizes: Mapping[str, int]
) -> dict[str, Array]:
    """Weights drawn from N(0, scale^2); biases are zero, diagonals have columns = 1.

    A fixed matrix between vectors of different sizes gives each unit one entry, 1, of the block it belongs to; blocks
    are of neighbouring units and differ by one unit at most.

    Raises: KeyError if a size label has no number, ValueError if it is not a positive integer, TypeError if rng is
    no Generator.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    labels = list(dict.fromkeys(s for p in definition.parameters for s in (p.rows, p.columns) if s))
    if sorted(labels) != sorted(sizes):
        raise KeyError(f"cell {definition.name!r} needs sizes {', '.join(labels)}, got {', '.join(sizes) or 'none'}")
    for label, number in sizes.items():
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
            raise ValueError(f"{label} must be a positive integer, got {number!r}")
    weights = {}
    for p in definition.parameters:
        shape = (sizes[p.rows], sizes[p.columns]) if p.columns else (sizes[p.rows],)
        if p.kind == "fixed" and p.rows != p.columns:
            units, blocks = shape[0], shape[-1]
            weights[p.name] = np.eye(blocks)[np.arange(units) * blocks // units]
            continue
        spread = 1 / np.sqrt(shape[-1] if p.columns else 1) if scale is None else scale
        weights[p.name] = np.zeros(shape) if p.kind == "bias" else rng.normal(0.0, spread, shape)
    return weights
