"""Layers run one on top of the other, so that the outputs can be compared with those of the trained module itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from errorflow.networks.layer import Array, Layer
from errorflow.numeric import Trajectory

TIME = -2


def trajectories(layers: Sequence[Layer], inputs: Any) -> Iterator[Trajectory]:
    """The run of each layer in order, as it is processed: step 0 of a reverse layer is the last time."""
    signal = inputs
    for _, directions in groupby(layers, key=lambda layer: layer.layer):
        outputs = []
        for layer in directions:
            trajectory = layer.cell().run(layer.weights, _turned(layer, signal))
            outputs.append(_turned(layer, trajectory.output()))
            yield trajectory
        signal = np.concatenate(outputs, axis=-1)


def outputs(layers: Sequence[Layer], inputs: Any) -> Array:
    """The outputs of the last layer in the order of time, (batch, T, directions * d), or (T, directions * d)."""
    last = layers[-1].layer
    parts = []
    # One trajectory at a time is kept: each holds every inner vector at every step.
    for layer, trajectory in zip(layers, trajectories(layers, inputs), strict=True):
        if layer.layer == last:
            parts.append(_turned(layer, trajectory.output()))
    return np.concatenate(parts, axis=-1)


def _turned(layer: Layer, signal: Any) -> Any:
    return np.flip(np.asarray(signal), axis=TIME) if layer.direction == "reverse" else signal
