"""Checks at the door: every array becomes float64, finite and of the right shape, or an error that says why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.definition import Definition

Array = npt.NDArray[np.float64]


def checked(name: str, value: Any, *, own: bool = True) -> Array:
    """`value` as a finite float64 array of its own, so that a later change to `value` changes nothing here.

    own: False where the array is read at once and never kept; then it may be `value` itself.

    Raises: TypeError if it is not real numbers, ValueError naming the first index that is not finite.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be an array without mask, got a masked one; fill it first")
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be a rectangular array, got rows of different lengths") from None
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    with np.errstate(over="ignore"):  # a longer float than float64
        array = np.array(array, dtype=np.float64) if own else np.asarray(array, dtype=np.float64)
    finite = np.isfinite(array)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(f"{name} must be finite, got {array[index]}" + (f" at index {index}" if index else ""))
    return array


def checked_weights(definition: Definition, weights: Mapping[str, Any]) -> tuple[dict[str, Array], dict[str, int]]:
    """All weights of the cell as float64, and the number behind every size label, read off their shapes.

    Raises: KeyError for a missing or unknown weight, ValueError for shapes that contradict one another; as `checked`.
    """
    _check_names(definition, weights)
    arrays: dict[str, Array] = {}
    sizes: dict[str, int] = {}
    origin: dict[str, str] = {}
    for parameter in definition.parameters:
        name = parameter.name
        array = arrays[name] = checked(name, weights[name])
        labels = [parameter.rows] + ([parameter.columns] if parameter.columns else [])
        wanted = f"({', '.join(labels)})" if len(labels) > 1 else f"({labels[0]},)"
        if array.ndim != len(labels):
            raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
        for label, length in zip(labels, array.shape, strict=True):
            if length < 1:
                raise ValueError(f"{name} must not be empty, got shape {array.shape}")
            if sizes.setdefault(label, length) != length:
                raise ValueError(
                    f"{name} must have shape {wanted} with {label} = {sizes[label]} as in {origin[label]},"
                    f" got {array.shape}"
                )
            origin.setdefault(label, name)
    return arrays, sizes


def _check_names(definition: Definition, weights: Mapping[str, Any]) -> None:
    if not isinstance(weights, Mapping):
        raise TypeError(f"weights must map names to arrays, got {type(weights).__name__}")
    wanted = [p.name for p in definition.parameters]
    missing = [name for name in wanted if name not in weights]
    unknown = [str(name) for name in weights if name not in wanted]
    if missing or unknown:
        parts = ["lacks " + ", ".join(missing)] if missing else []
        parts += ["does not know " + ", ".join(unknown)] if unknown else []
        raise KeyError(
            f"weights of cell {definition.name!r} must be {', '.join(wanted)}; this set {' and '.join(parts)}"
        )


def checked_inputs(definition: Definition, inputs: Any, sizes: dict[str, int]) -> tuple[dict[str, Array], bool]:
    """Every input as (T, batch, width), and whether the caller gave one sequence without a batch axis.

    inputs: (T, m) or (batch, T, m); a mapping by name where the cell has several inputs; for a cell without input, the
        number of steps.
    """
    names = [s.name for s in definition.inputs]
    if not names:
        if isinstance(inputs, bool) or not isinstance(inputs, int | np.integer) or inputs < 0:
            raise ValueError(f"cell {definition.name!r} takes no input: give the number of steps, got {inputs!r}")
        return {"": np.zeros((int(inputs), 1, 0))}, True
    if len(names) > 1 and not isinstance(inputs, Mapping):
        raise TypeError(f"inputs of cell {definition.name!r} must map {', '.join(names)} to arrays, got one array")
    given = inputs if isinstance(inputs, Mapping) else {names[0]: inputs}
    if set(given) != set(names):
        raise KeyError(f"inputs of cell {definition.name!r} must be {', '.join(names)}, got {list(given)}")
    arrays = {}
    for symbol in definition.inputs:
        array = checked(f"input {symbol.name}" if len(names) > 1 else "inputs", given[symbol.name])
        width = sizes.setdefault(definition.sizes[symbol], array.shape[-1] if array.ndim else 0)
        if array.ndim not in (2, 3) or array.shape[-1] != width:
            raise ValueError(f"inputs must have shape (T, {width}) or (batch, T, {width}), got {array.shape}")
        arrays[symbol.name] = array
    _same(arrays, [a.shape[:-1] for a in arrays.values()])
    single = next(iter(arrays.values())).ndim == 2
    if not single and next(iter(arrays.values())).shape[0] == 0:
        raise ValueError("inputs must hold at least one sequence, got a batch of 0")
    return {n: a[:, None, :] if single else a.transpose(1, 0, 2) for n, a in arrays.items()}, single


def checked_state(definition: Definition, state: Any, sizes: dict[str, int], batch: int) -> dict[str, Array]:
    """The initial value of every state block as (batch, width); zero where it is not given.

    A block that no weight and no input gives a length takes it from here.

    Raises: TypeError if `state` is no mapping, KeyError for a name that is no state block, ValueError for a shape that
    does not fit, or for a block without a length.
    """
    if not isinstance(state, Mapping | None):
        raise TypeError(f"state must map names of state blocks to arrays, got {type(state).__name__}")
    given = {k.name if k in definition.states else k: v for k, v in (state or {}).items()}  # names, or their symbols
    for name in given:
        definition.state(name)
    blocks = {}
    for symbol in definition.states:
        label = definition.sizes[symbol]
        alike = (np.shape(given[s.name]) for s in definition.states if definition.sizes[s] == label and s.name in given)
        width = sizes.get(label) or next((shape[-1] for shape in alike if shape), 0)
        if width < 1:
            raise ValueError(f"state {symbol.name} must be given: no weight or input tells its length {label}")
        sizes[label] = width
        array = checked(f"state {symbol.name}", given.get(symbol.name, np.zeros(width)))
        if array.shape not in ((width,), (batch, width)):
            raise ValueError(f"state {symbol.name} must have shape ({width},) or ({batch}, {width}), got {array.shape}")
        blocks[symbol.name] = np.broadcast_to(array, (batch, width))
    return blocks


def _same(arrays: dict[str, Array], shapes: Sequence[tuple[int, ...]]) -> None:
    if len(set(shapes)) > 1:
        raise ValueError(f"inputs must have equal batch and steps, got {dict(zip(arrays, shapes, strict=True))}")
