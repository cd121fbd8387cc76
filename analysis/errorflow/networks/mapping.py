"""Arrays of a mapping: a live state dict, parameters on any device and in any framework. No framework is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from errorflow.networks.declared import Declared


def declared(source: Mapping[str, Any]) -> dict[str, Declared]:
    """Name -> shape and number type; nothing is copied from a device.

    Raises: TypeError for a name that is no string and a value that is no array.
    """
    return {name: _described(name, value) for name, value in source.items()}


def load(source: Mapping[str, Any], names: Iterable[str]) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays called `names`. Raises: TypeError if one cannot be had, such as of a tensor that holds no numbers."""
    return {name: _array(name, source[name]) for name in names}


def _described(name: str, value: Any) -> Declared:
    if not isinstance(name, str):
        raise TypeError(f"names of tensors must be strings, got {name!r}")
    if isinstance(value, Mapping):
        raise TypeError(f"{name!r} must be an array, got a mapping; give this mapping itself: source[{name!r}]")
    try:
        array = value if hasattr(value, "shape") and hasattr(value, "dtype") else np.asarray(value)
        shape = tuple(int(length) for length in array.shape)
    except (TypeError, ValueError, RuntimeError) as error:
        raise _no_array(name, value, error) from None
    stored = str(getattr(array.dtype, "name", array.dtype)).removeprefix("torch.")
    return Declared(name, shape, stored, getattr(array.dtype, "itemsize", 0))


def _array(name: str, value: Any) -> np.ndarray[Any, Any]:
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"tensor {name} must be an array without mask, got a masked one; fill it first")
    try:
        if hasattr(value, "detach"):  # a tensor has to leave autograd and its device before NumPy can see it
            value = value.detach().cpu()
            # NumPy has no bfloat16. Every value of it is one of float32.
            value = value.float() if "bfloat16" in str(value.dtype) else value
        array = np.asarray(value)
        return array.astype(np.float32) if array.dtype.name == "bfloat16" else array
    except (TypeError, ValueError, RuntimeError) as error:
        raise _no_array(name, value, error) from None


def _no_array(name: str, value: Any, error: Exception) -> TypeError:
    reason = str(error).partition("\n")[0].partition(". ")[0][:120]
    return TypeError(f"tensor {name} must be an array that NumPy can hold, got {type(value).__name__}: {reason}")
