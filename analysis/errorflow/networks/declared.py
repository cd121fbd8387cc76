"""What a file or a mapping says about its tensors, checked before anything is allocated for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

NAME_LIMIT = 200
LIST_LIMIT = 8
SHOWN = 80  # characters of one entry in a list
FLOATS = ("float16", "bfloat16", "float32", "float64")


@dataclass(frozen=True)
class Declared:
    """The shape and the number type of one tensor, as declared.

    stored: the type of its numbers in NumPy's word, such as "float32". itemsize: how many bytes a number takes.

    Raises: ValueError if the name cannot be shown.
    """

    name: str
    shape: tuple[int, ...]
    stored: str
    itemsize: int

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def bytes(self) -> int:
        """The memory that the tensor takes. Python integers: a declared shape can exceed 64 bits."""
        return prod(self.shape) * self.itemsize


def check_name(name: str) -> None:
    """Raises: ValueError if the name cannot stand in a message: it must not clear a terminal or fill it."""
    if not name.isprintable() or len(name) > NAME_LIMIT:
        raise ValueError(f"names of tensors must be printable, up to {NAME_LIMIT} characters, got {name[:40]!r}")


def check_floats(tensor: Declared) -> None:
    """Raises: ValueError if a weight is no real floating point number whose value float64 holds.

    Integers are refused, too: stored weights that are integers are quantised, and mean nothing without their scale.
    """
    if tensor.stored not in FLOATS:
        raise ValueError(f"tensor {tensor.name} must be {', '.join(FLOATS[:-1])} or {FLOATS[-1]}, got {tensor.stored}")


def listed(names: Iterable[str]) -> str:
    """Some of the names, for a message."""
    every = [name if len(name) <= SHOWN else f"{name[: SHOWN - 23]}...{name[-20:]}" for name in names]
    more = len(every) - LIST_LIMIT
    return (", ".join(every[:LIST_LIMIT]) or "no tensors") + (f" and {more} more" if more > 0 else "")


def shown(shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Some of the tensors with their shapes, for a message."""
    return listed(f"{name} {shape}" for name, shape in shapes.items())
