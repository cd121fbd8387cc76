"""A point where a claim may fail: weights and a state to start from, all rational or inverse activations of rationals.

Inputs that enter through affine maps are zero, since biases steer these as well; others are constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from errorflow.conjecture.exact import Inverse, ball, shown

Entry = Fraction | Inverse
Array = Any  # numpy.ndarray of floats


@dataclass(frozen=True)
class Witness:
    """A point where a claim may fail, in exact numbers.

    Attributes
    ----------
    units : int
        n.
    weights : mapping of str to tuple of tuple
        Rows of a matrix, or one row, for a vector or a diagonal.
    state : mapping of str to tuple
        Block -> entries.
    lag : int
        The value of q.
    sizes : mapping of str to int
        A number for every size label.
    vectors : frozenset of str
        The names of biases and diagonals.
    inputs : mapping of str to tuple
        What is given at every step, zero where absent.
    """

    units: int
    weights: Mapping[str, tuple[tuple[Entry, ...], ...]]
    state: Mapping[str, tuple[Fraction, ...]]
    lag: int
    sizes: Mapping[str, int]
    vectors: frozenset[str] = frozenset()
    inputs: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The point as JSON: numbers as text, exact.

        Returns
        -------
        dict
        """
        weights = {name: [[shown(v) for v in row] for row in rows] for name, rows in self.weights.items()}
        return {
            "n": self.units,
            "weights": {name: rows[0] if name in self.vectors else rows for name, rows in weights.items()},
            "state": {name: [str(v) for v in row] for name, row in self.state.items()},
            "inputs": {name: [str(v) for v in row] for name, row in self.inputs.items()} or "0",
        }


def floats(rows: tuple[tuple[Entry, ...], ...]) -> Array:
    """The rows in float64."""
    return np.array([[float(v) if isinstance(v, Fraction) else float(ball(v)) for v in row] for row in rows])
