"""States as they come, one array or several, of any framework, laid out as one vector and put together again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.networks.mapping import load

Array = npt.NDArray[Any]


def numbers(name: str, value: Any) -> Array:
    """An array of any framework as one of NumPy, off its device and out of autograd. Raises: TypeError."""
    return load({name: value}, [name])[name]


def framework(value: Any) -> str:
    """torch, jax or numpy: whose array it is."""
    module = type(value).__module__.partition(".")[0]
    return {"torch": "torch", "jax": "jax", "jaxlib": "jax"}.get(module, "numpy")


@dataclass(frozen=True, eq=False)
class Layout:
    """How the arrays of a state follow one another in one vector.

    names: of the blocks, to be said of an entry. shapes: of the arrays. kind: array, tuple or mapping.
    """

    kind: str
    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of entries of each block."""
        return tuple(int(np.prod(shape)) for shape in self.shapes)

    def leaves(self, state: Any) -> list[Any]:
        """The arrays of a state in this order. Raises: TypeError or ValueError for a state of another form."""
        if self.kind == "mapping":
            if not isinstance(state, Mapping) or set(state) != set(self.names):
                got = sorted(state) if isinstance(state, Mapping) else type(state).__name__
                raise TypeError(f"the new state must be a mapping with {', '.join(self.names)} as the old, got {got}")
            found = [state[name] for name in self.names]
        elif self.kind == "tuple":
            if not isinstance(state, Sequence) or len(state) != len(self.names):
                raise TypeError(f"the new state must be a tuple of {len(self.names)} arrays as the old, got {state!r}")
            found = list(state)
        else:
            found = [state]
        for name, leaf, shape in zip(self.names, found, self.shapes, strict=True):
            if tuple(leaf.shape) != shape:
                raise ValueError(f"block {name} of the new state must have shape {shape}, got {tuple(leaf.shape)}")
        return found

    def state(self, leaves: Sequence[Any]) -> Any:
        """The state that these arrays make."""
        if self.kind == "mapping":
            return dict(zip(self.names, leaves, strict=True))
        return tuple(leaves) if self.kind == "tuple" else leaves[0]

    def cut(self, vector: Array) -> list[Array]:
        """One vector as the arrays of a state."""
        ends = np.cumsum(self.sizes)[:-1]
        return [part.reshape(shape) for part, shape in zip(np.split(vector, ends), self.shapes, strict=True)]

    def entry(self, index: int) -> str:
        """The name of one entry: c[3]."""
        for name, size, shape in zip(self.names, self.sizes, self.shapes, strict=True):
            if index < size:
                return f"{name}[{', '.join(map(str, np.unravel_index(index, shape)))}]"
            index -= size
        raise IndexError(index)


def layout(state: Any, names: Sequence[str] | None = None) -> tuple[Layout, list[Any]]:
    """The layout of a state and its arrays. names: of the blocks of a cell, whose order is taken."""
    if isinstance(state, Mapping):
        found = tuple(names if names and set(names) == set(state) else state)
        leaves, kind = [state[name] for name in found], "mapping"
    elif isinstance(state, (tuple, list)) and state and hasattr(state[0], "shape"):
        leaves, kind = list(state), "tuple"
        found = tuple(names) if names and len(names) == len(leaves) else tuple(f"s{k}" for k in range(len(leaves)))
    else:
        leaves, kind = [state if hasattr(state, "shape") else np.asarray(state)], "array"
        found = tuple(names) if names and len(names) == 1 else ("s",)
    return Layout(kind, found, tuple(tuple(map(int, leaf.shape)) for leaf in leaves)), leaves


def like(leaf: Any) -> Callable[[Array], Any]:
    """What makes an array of NumPy one of the framework, number type and device of another."""
    kind = framework(leaf)
    if kind == "torch":
        return lambda array: sys.modules["torch"].as_tensor(np.ascontiguousarray(array)).to(leaf)
    if kind == "jax":
        return lambda array: sys.modules["jax"].numpy.asarray(array, dtype=leaf.dtype)
    return lambda array: np.asarray(array)
