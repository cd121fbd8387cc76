"""What a file says about its tensors, checked before anything is allocated for them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

NAME_LIMIT = 200


@dataclass(frozen=True)
class Declared:
    """The shape and the number type of one tensor, as declared in the file.

    dtype: how many bytes a number takes, and how NumPy reads it. stored: what the file calls this type.

    Raises: ValueError if the name cannot be shown.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    stored: str

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def bytes(self) -> int:
        """The memory that the tensor takes. Python integers: a declared shape can exceed 64 bits."""
        return prod(self.shape) * self.dtype.itemsize


def check_name(name: str) -> None:
    """Raises: ValueError if the name cannot stand in a message: it must not clear a terminal or fill it."""
    if not name.isprintable() or len(name) > NAME_LIMIT:
        raise ValueError(f"names of tensors must be printable, up to {NAME_LIMIT} characters, got {name[:40]!r}")


def check_floats(tensor: Declared) -> None:
    """Raises: ValueError if a weight is not a real floating point number that NumPy knows.

    Integers are refused, too: stored weights that are integers are quantised, and mean nothing without their scale.
    """
    if tensor.dtype.kind != "f":
        raise ValueError(f"tensor {tensor.name} must be float16, float32 or float64, got {tensor.stored}")
