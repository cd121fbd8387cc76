"""Files that are never opened: pickles, known by name and first bytes, as unpickling runs what they say; and HDF5."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt", ".joblib"}
KERAS = {".keras", ".h5", ".hdf5"}
ZIP = b"PK\x03\x04"


def refuse_suffix(path: Path) -> None:
    """Raises: ValueError with the way out if the file is called like a pickle or a file of Keras."""
    if path.suffix.lower() in SUFFIXES:
        raise ValueError(f"{path} must be .safetensors or .npz, got {path.suffix}, a pickle. {export(path)}")
    if path.suffix.lower() in KERAS:
        raise ValueError(
            f"{path} must be .safetensors or .npz, got {path.suffix}. Where Keras is installed, export it once: "
            f"import keras, numpy; model = keras.saving.load_model({path.name!r}); "
            f"numpy.savez({path.stem + '.npz'!r}, **{{w.path: w.numpy() for w in model.weights}})"
        )


def refuse_content(path: Path) -> None:
    """Raises: ValueError with the way out if the file begins like a pickle, or like the zip file around one."""
    with path.open("rb") as file:
        start = file.read(9)
    if start[:4] == ZIP and path.suffix.lower() != ".npz":
        raise ValueError(
            f"{path} must be a safetensors file, got a zip archive, as torch.save writes it. {export(path)}"
        )
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
