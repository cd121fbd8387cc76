"""What a file says about its tensors, checked before anything is allocated for them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Declared:
    """The shape and the number type of one tensor, as declared in the file.

    Raises: ValueError, naming the tensor, if the numbers are not floating point.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __post_init__(self) -> None:
        check_kind(self.name, self.dtype)

    @property
    def bytes(self) -> int:
        """The memory that the tensor takes. Python integers: a declared shape can exceed 64 bits."""
        return prod(self.shape) * self.dtype.itemsize


def check_kind(name: str, dtype: np.dtype[Any]) -> None:
    """Raises: ValueError if the numbers are not real floating point.

    Integers are refused, too: stored weights that are integers are quantised, and mean nothing without their scale.
    """
    if dtype.kind != "f":
        raise ValueError(f"tensor {name} must be float16, float32 or float64, got {dtype}")
