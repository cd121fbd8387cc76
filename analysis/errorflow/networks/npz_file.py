"""Arrays of an .npz file, their headers checked against the size of the file before anything is allocated."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from errorflow.networks.bombs import refuse_expansion
from errorflow.networks.declared import Declared, check_name
from errorflow.networks.pickles import export

HEADER_LIMIT = 10_000  # bytes; NumPy's own limit for a header that it parses
# What zipfile and zlib raise at a file that is damaged, or made so.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, UnicodeDecodeError)
MEMBER = b"PK\x01\x02"  # opens each entry of the directory; by chance once in 4 GB of weights
MOST_MEMBERS = 10_000
CHUNK = 2**20
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def declared(path: Path) -> dict[str, Declared]:
    """What the members' headers declare, name -> shape and number type; no array is read.

    Raises: ValueError if the file is no npz, holds a pickle, or declares more or less than it holds.
    """
    size = path.stat().st_size
    _refuse_crowds(path)
    found: dict[str, Declared] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if any(m.filename.endswith("data.pkl") for m in members):
                raise ValueError(f"{path} must hold arrays, got a PyTorch archive. {export(path)}")
            promised = sum(m.file_size for m in members)
            refuse_expansion(path, promised, size)
            for member in members:
                tensor = _declared(path, archive, member)
                if tensor.name in found:
                    raise ValueError(f"{path} must hold each array once, got {tensor.name} twice")
                found[tensor.name] = tensor
    except DAMAGE as error:
        raise _damaged(path, error) from None
    return found


def load(path: Path, names: Iterable[str]) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays called `names`. Call `declared` first. Raises: ValueError if the file is damaged."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except DAMAGE as error:
        raise _damaged(path, error) from None


def _refuse_crowds(path: Path) -> None:
    """The directory of a zip file takes many times its length in memory, so members are counted before it is read."""
    count, tail = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            count += (tail + chunk).count(MEMBER)
            tail = chunk[1 - len(MEMBER) :]
    if count > MOST_MEMBERS:
        raise ValueError(f"{path} must hold at most {MOST_MEMBERS} arrays, got {count}")


def _declared(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Declared:
    name = member.filename.removesuffix(".npy")
    if name == member.filename:
        raise ValueError(f"{path} must hold arrays only, got {member.filename[:80]!r}")
    if member.compress_type not in METHODS:
        raise ValueError(f"{path} must be stored or deflated, got compression method {member.compress_type} for {name}")
    check_name(name)
    with archive.open(member) as file:
        start = io.BytesIO(file.read(HEADER_LIMIT + 16))
    try:
        version = npy.read_magic(start)
        if version not in READERS:
            raise ValueError
        shape, _, dtype = READERS[version](start, max_header_size=HEADER_LIMIT)
    except Exception:  # NumPy's parser lets through whatever Python's tokenizer raises
        got = repr(start.getvalue()[:40])
        raise ValueError(f"array {name} of {path} must begin as numpy.save writes it, got {got}") from None
    if dtype.hasobject:
        raise ValueError(f"array {name} of {path} must hold numbers, got Python objects, which are never unpickled")
    if any(length < 0 for length in shape):
        raise ValueError(f"array {name} of {path} must have lengths of at least 0, got {shape}")
    tensor = Declared(name, shape, dtype.name, dtype.itemsize)
    if tensor.bytes != member.file_size - start.tell():
        raise ValueError(
            f"array {name} of {path} must fit the file: shape {shape} of {dtype} takes {tensor.bytes} bytes, "
            f"the file has {member.file_size - start.tell()}; it is damaged or cut off"
        )
    return tensor


def _damaged(path: Path, error: Exception) -> ValueError:
    return ValueError(f"{path} must be an undamaged npz file: {str(error)[:120] or type(error).__name__}")
