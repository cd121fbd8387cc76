"""Tensors of a .safetensors file, its header checked against the size of the file before anything is allocated."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from errorflow.networks.declared import Declared, check_name

# The format allows 100 MB; a recurrent layer has under 1 kB. One made for it takes twenty times its length, parsed.
HEADER_LIMIT = 2**20
MOST_AXES = 8
# What the format calls a type: NumPy's word for it, and its bytes.
TYPES = {
    "F16": ("float16", 2), "BF16": ("bfloat16", 2), "F32": ("float32", 4), "F64": ("float64", 8), "BOOL": ("bool", 1),
    "I8": ("int8", 1), "I16": ("int16", 2), "I32": ("int32", 4), "I64": ("int64", 8), "U8": ("uint8", 1),
    "U16": ("uint16", 2), "U32": ("uint32", 4), "U64": ("uint64", 8), "C64": ("complex64", 8),
    "F8_E4M3": ("float8_e4m3", 1), "F8_E5M2": ("float8_e5m2", 1), "F8_E8M0": ("float8_e8m0", 1),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A tensor as declared, and where its bytes begin and end in the data."""

    tensor: Declared
    begin: int
    end: int


def declared(path: Path) -> dict[str, Declared]:
    """What the header declares, name -> shape and number type; no tensor is read.

    Raises: ValueError if the header is malformed, or declares more or less than the file holds.

    Source: the safetensors format: 8 bytes little endian header length, JSON header, then the data, without holes.
    """
    return {name: entry.tensor for name, entry in _entries(path)[0].items()}


def load(path: Path, names: Iterable[str]) -> dict[str, np.ndarray[Any, Any]]:
    """The tensors called `names`, bfloat16 as the float32 of the same value.

    Raises: ValueError if the file is damaged.
    """
    entries, start = _entries(path)
    with path.open("rb") as file:
        return {name: _array(file, start, entries[name]) for name in names}


def _array(file: Any, start: int, entry: Entry) -> np.ndarray[Any, Any]:
    file.seek(start + entry.begin)
    raw = file.read(entry.end - entry.begin)
    if entry.tensor.stored == "bfloat16":  # the upper half of a float32
        return (np.frombuffer(raw, "<u2").astype("<u4") << 16).view("<f4").reshape(entry.tensor.shape)
    stored = np.dtype(entry.tensor.stored).newbyteorder("<")
    return np.frombuffer(raw, stored).reshape(entry.tensor.shape)


def _entries(path: Path) -> tuple[dict[str, Entry], int]:
    """What the header says of every tensor, and where the data starts."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(8)
        length = int.from_bytes(first, "little")
        if len(first) < 8 or not 2 <= length <= size - 8:
            raise ValueError(f"{path} must be a safetensors file, got one whose header does not fit its {size} bytes")
        if length > HEADER_LIMIT:
            raise ValueError(f"the header of {path} must have at most {HEADER_LIMIT} bytes, got {length}")
        raw = file.read(length)
    header = _header(path, raw)
    header.pop("__metadata__", None)
    available = size - 8 - length
    entries = {name: _entry(path, name, fields, available) for name, fields in header.items()}
    _check_cover(path, entries, available)
    return entries, 8 + length


def _header(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:  # JSON and UTF-8 errors are ValueErrors
        why = "nested too deeply" if isinstance(error, RecursionError) else _short(str(error))
        raise ValueError(f"{path} must be a safetensors file, got a header that is no JSON: {why}") from None
    if not isinstance(header, dict):
        raise ValueError(f"{path} must be a safetensors file, got a header that is no JSON object")
    return header


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def _entry(path: Path, name: str, entry: Any, available: int) -> Entry:
    check_name(name)
    fields = entry if isinstance(entry, dict) else {}
    kind, shape, offsets = fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")
    if not (isinstance(kind, str) and _counts(shape, MOST_AXES) and _counts(offsets, 2) and len(offsets) == 2):
        raise ValueError(f"{path} must declare dtype, shape and data_offsets of tensor {name}, got {_short(entry)}")
    if kind not in TYPES:
        raise ValueError(f"tensor {name} of {path} must be of a type that is known, got {_short(kind)}")
    tensor = Declared(name, tuple(shape), *TYPES[kind])
    begin, end = offsets
    if not begin <= end <= available or end - begin != tensor.bytes:
        raise ValueError(
            f"tensor {name} of {path} must fit the file: shape {_short(shape)} of {kind} takes {_short(tensor.bytes)} "
            f"bytes, declared are bytes {_short(begin)} to {_short(end)} of {available}; the file is damaged or cut off"
        )
    return Entry(tensor, begin, end)


def _check_cover(path: Path, entries: dict[str, Entry], available: int) -> None:
    """The tensors lie end to end: else two share bytes, or something is hidden between them."""
    reached, before = 0, ""
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)):
        if entry.begin != reached:
            wrong = f"overlaps {before}" if entry.begin < reached else f"leaves a hole before byte {entry.begin}"
            raise ValueError(f"tensors of {path} must lie end to end in the file, got {name}, which {wrong}")
        reached, before = entry.end, name
    if reached != available:
        raise ValueError(f"{path} must hold the {reached} bytes of its tensors, got {available}")


def _counts(value: Any, most: int) -> TypeGuard[list[int]]:
    return isinstance(value, list) and len(value) <= most and all(type(v) is int and 0 <= v < 2**63 for v in value)


def _short(value: object) -> str:
    # A header can hold a list of a million entries, of which a message needs few.
    text = value if isinstance(value, str) else reprlib.repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
