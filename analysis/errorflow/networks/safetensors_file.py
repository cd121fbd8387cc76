"""Tensors of a .safetensors file, its header checked against the size of the file before anything is allocated."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from safetensors import SafetensorError, safe_open

from errorflow.networks.declared import Declared, check_name

# The format allows 100 MB; the header of a recurrent layer has under 1 kB, of a large model under 1 MB.
HEADER_LIMIT = 4 * 2**20
MOST_AXES = 8
DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(code)
    for name, code in {
        "F16": "<f2", "F32": "<f4", "F64": "<f8", "BF16": "V2", "F8_E4M3": "V1", "F8_E5M2": "V1", "BOOL": "?",
        "I8": "i1", "I16": "<i2", "I32": "<i4", "I64": "<i8", "U8": "u1", "U16": "<u2", "U32": "<u4", "U64": "<u8",
    }.items()
}  # fmt: skip


def declared(path: Path) -> dict[str, Declared]:
    """What the header declares, name -> shape and number type; no tensor is read.

    Raises: ValueError if the header is malformed, or declares more or less than the file holds.

    Source: the safetensors format: 8 bytes little endian header length, JSON header, then the data.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or not 2 <= length <= size - 8:
            raise ValueError(f"{path} must be a safetensors file, got one whose header does not fit its {size} bytes")
        if length > HEADER_LIMIT:
            raise ValueError(f"the header of {path} must have at most {HEADER_LIMIT} bytes, got {length}")
        raw = file.read(length)
    header = _header(path, raw)
    header.pop("__metadata__", None)
    return {name: _declared(path, name, entry, size - 8 - length) for name, entry in header.items()}


def load(path: Path, names: Iterable[str]) -> dict[str, np.ndarray[Any, Any]]:
    """The tensors called `names`. Call `declared` first. Raises: ValueError if the file is damaged."""
    try:
        with safe_open(path, framework="np") as file:
            return {name: file.get_tensor(name) for name in names}
    except SafetensorError as error:
        raise ValueError(f"{path} must be an undamaged safetensors file: {error}") from None


def _header(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:  # JSON and UTF-8 errors are ValueErrors
        raise ValueError(f"{path} must be a safetensors file, got a header that is no JSON: {_short(error)}") from None
    if not isinstance(header, dict):
        raise ValueError(f"{path} must be a safetensors file, got a header that is no JSON object")
    return header


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def _declared(path: Path, name: str, entry: Any, available: int) -> Declared:
    check_name(name)
    fields = entry if isinstance(entry, dict) else {}
    kind, shape, offsets = fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")
    if not (isinstance(kind, str) and _counts(shape, MOST_AXES) and _counts(offsets, 2) and len(offsets) == 2):
        raise ValueError(f"{path} must declare dtype, shape and data_offsets of tensor {name}, got {_short(entry)}")
    if kind not in DTYPES:
        raise ValueError(f"tensor {name} of {path} must be of a type that is known, got {_short(kind)}")
    tensor = Declared(name, tuple(shape), DTYPES[kind], kind)
    begin, end = offsets
    if not begin <= end <= available or end - begin != tensor.bytes:
        raise ValueError(
            f"tensor {name} of {path} must fit the file: shape {shape} of {kind} takes {tensor.bytes} bytes, "
            f"declared are bytes {begin} to {end} of {available}; the file is damaged or cut off"
        )
    return tensor


def _counts(value: Any, most: int) -> TypeGuard[list[int]]:
    return isinstance(value, list) and len(value) <= most and all(type(v) is int and v >= 0 for v in value)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
