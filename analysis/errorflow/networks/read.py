"""From a file, or from arrays in memory, to a network: what is declared is judged first, then read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from errorflow.networks import npz_file, safetensors_file
from errorflow.networks.declared import check_kind
from errorflow.networks.network import Array, Network
from errorflow.networks.torch_layout import TorchLayout, recognise, split

CONTAINERS = {".safetensors": safetensors_file, ".npz": npz_file}
PICKLES = {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt", ".joblib"}
NONLINEARITIES = ("tanh", "relu")


def read_network(
    source: str | os.PathLike[str] | Mapping[str, Any], *, nonlinearity: str = "tanh", prefix: str | None = None
) -> Network:
    """The single-layer torch.nn.RNN, LSTM or GRU stored in `source`.

    source: a .safetensors or .npz file, or a state dict, name -> array. Nothing is ever unpickled.
    nonlinearity: "tanh" or "relu", of an RNN: its tensors do not tell.
    prefix: reads only the tensors whose names begin with it, such as "encoder.rnn.", and ignores the others.

    Raises: ValueError if the file is not such a network, is damaged, or holds weights that are not finite;
        FileNotFoundError if there is no such file; TypeError if `source` is neither file nor mapping.
    """
    if nonlinearity not in NONLINEARITIES:
        raise ValueError(f"nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
    where, shapes, load = _from_mapping(source) if isinstance(source, Mapping) else _from_file(source)
    layout = recognise(shapes, where, prefix)
    if layout.kind != "rnn" and nonlinearity != "tanh":
        raise ValueError(
            f"nonlinearity must be left out for {where}, whose kind is {layout.kind}, got {nonlinearity!r}"
        )
    return Network(
        kind=layout.kind,
        units=layout.units,
        inputs=layout.inputs,
        weights=split(layout, _arrays(layout, load)),
        source=where,
        prefix=layout.prefix,
        nonlinearity=nonlinearity if layout.kind == "rnn" else None,
        head=layout.head,
    )


Loader = Callable[[Iterable[str]], Mapping[str, Any]]
Opened = tuple[str, dict[str, tuple[int, ...]], Loader]


def _from_file(source: object) -> Opened:
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"source must be a file name or a mapping from names to arrays, got {type(source).__name__}")
    path = Path(source)
    kind = path.suffix.lower()
    if kind in PICKLES:
        raise ValueError(f"{path} must be .safetensors or .npz, got {kind}: a pickle can run code. {_export(path)}")
    if kind not in CONTAINERS:
        raise ValueError(f"{path} must be .safetensors or .npz, got {kind or 'no suffix'}")
    if not path.exists():
        raise FileNotFoundError(f"no file {path}")
    if not path.is_file():
        raise ValueError(f"{path} must be a file")
    _refuse_pickle(path)
    container = CONTAINERS[kind]
    shapes = {name: tensor.shape for name, tensor in container.declared(path).items()}
    return str(path), shapes, lambda names: container.load(path, names)


def _from_mapping(source: Mapping[str, Any]) -> Opened:
    arrays = {}
    for name, value in source.items():
        if not isinstance(name, str):
            raise TypeError(f"names of tensors must be strings, got {name!r}")
        # A tensor that is being trained has to leave autograd and its device before NumPy can see it.
        array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
        check_kind(name, array.dtype)
        arrays[name] = array
    return "the state dict", {name: array.shape for name, array in arrays.items()}, lambda names: arrays


def _arrays(layout: TorchLayout, load: Loader) -> dict[str, Array]:
    """The layer's tensors by part, in float64 and finite."""
    loaded = load(layout.tensors.values())
    arrays = {}
    for part, name in layout.tensors.items():
        array = np.array(loaded[name], dtype=np.float64)
        finite = np.isfinite(array)
        if not finite.all():
            index = tuple(int(i) for i in np.argwhere(~finite)[0])
            raise ValueError(f"tensor {name} must be finite, got {array[index]} at index {index}")
        arrays[part] = array
    return arrays


def _refuse_pickle(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(9)
    # A pickle opens with 0x80 and its protocol. So may a safetensors file, by the length of its header, but then the
    # header's brace follows.
    if len(start) > 2 and start[0] == 0x80 and start[1] in range(2, 6) and start[8:] != b"{":
        raise ValueError(f"{path} must hold arrays, got a Python pickle, which is never opened. {_export(path)}")


def _export(path: Path) -> str:
    new = str(path.with_suffix(".safetensors").name)
    return (
        "Where torch is installed, export it once: import torch; from safetensors.torch import save_file; "
        f"save_file(torch.load({path.name!r}, weights_only=True), {new!r})"
    )
