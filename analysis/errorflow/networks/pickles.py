"""Pickles are recognised by name and by their first bytes, and never opened: unpickling runs what the file says."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt", ".joblib"}


def refuse_suffix(path: Path) -> None:
    """Raises: ValueError with the way out if the file is called like a pickle."""
    if path.suffix.lower() in SUFFIXES:
        raise ValueError(f"{path} must be .safetensors or .npz, got {path.suffix}, a pickle. {export(path)}")


def refuse_content(path: Path) -> None:
    """Raises: ValueError with the way out if the file begins like a pickle."""
    with path.open("rb") as file:
        start = file.read(9)
    # A pickle opens with 0x80 and its protocol. So may a safetensors file, by the length of its header, but then the
    # header's brace follows.
    if len(start) > 2 and start[0] == 0x80 and start[1] in range(2, 6) and start[8:] != b"{":
        raise ValueError(f"{path} must hold arrays, got a Python pickle, which is never opened. {export(path)}")


def export(path: Path) -> str:
    """How to turn the pickle into a file that is read here."""
    return (
        "Where torch is installed, export it once: import torch; from safetensors.torch import save_file; "
        f"save_file(torch.load({path.name!r}, weights_only=True), {path.stem + '.safetensors'!r})"
    )
