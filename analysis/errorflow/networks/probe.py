"""Layers run one on top of the other, so that the outputs can be compared with those of the trained module itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from errorflow.networks.layer import Array, Layer
from errorflow.numeric import Trajectory, run

TIME = -2


def trajectories(
    layers: Sequence[Layer], inputs: Any, merge: str = "concat", *, inner: bool = True
) -> Iterator[Trajectory]:
    """The run of each layer in order, as it is processed: step 0 of a reverse layer is the last time.

    merge: of two directions, "concat", "sum", "ave" or "mul". inner: of `errorflow.numeric.run`.
    """
    signal = inputs
    last = layers[-1].layer
    for number, directions in groupby(layers, key=lambda layer: layer.layer):
        outputs = []
        for layer in directions:
            trajectory = run(layer.cell().definition, layer.weights, turned(layer, signal), inner=inner)
            outputs.append(turned(layer, trajectory.output()) if number < last else None)
            yield trajectory
        signal = merged(outputs, merge) if number < last else None


def outputs(layers: Sequence[Layer], inputs: Any, merge: str = "concat") -> Array:
    """The outputs of the last layer in the order of time, (batch, T, directions * d), or (T, directions * d)."""
    last = layers[-1].layer
    parts = []
    # One trajectory at a time is kept: each holds the states at every step.
    for layer, trajectory in zip(layers, trajectories(layers, inputs, merge, inner=False), strict=True):
        if layer.layer == last:
            parts.append(turned(layer, trajectory.output()))
    return merged(parts, merge)


def merged(parts: Sequence[Any], merge: str) -> Array:
    """What both directions of a layer come to; of one, itself."""
    if len(parts) == 1:
        return np.asarray(parts[0])
    if merge == "concat":
        return np.concatenate(parts, axis=-1)
    forward, backward = parts
    return np.asarray(forward * backward if merge == "mul" else (forward + backward) / (2 if merge == "ave" else 1))


def turned(layer: Layer, signal: Any) -> Any:
    return np.flip(np.asarray(signal), axis=TIME) if layer.direction == "reverse" else signal
