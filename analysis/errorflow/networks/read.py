"""From a file, or from arrays in memory, to a network: what is declared is judged first, then read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from errorflow.networks import npz_file, safetensors_file
from errorflow.networks.declared import Declared, check_floats
from errorflow.networks.network import Array, Network
from errorflow.networks.pickles import refuse_content, refuse_suffix
from errorflow.networks.torch_layout import TorchLayout, recognise, split

CONTAINERS = {".safetensors": safetensors_file, ".npz": npz_file}
NONLINEARITIES = ("tanh", "relu")


def read_network(
    source: str | os.PathLike[str] | Mapping[str, Any], *, nonlinearity: str = "tanh", prefix: str | None = None
) -> Network:
    """The single-layer torch.nn.RNN, LSTM or GRU stored in `source`.

    source: a .safetensors or .npz file, or a state dict, name -> array. Nothing is ever unpickled.
    nonlinearity: "tanh" or "relu", of an RNN: its tensors do not tell.
    prefix: what stands before "weight_hh_l0", such as "encoder.rnn."; all other tensors are then ignored.

    Raises: ValueError if the file is not such a network, is damaged, or holds weights that are not finite;
        FileNotFoundError if there is no such file; TypeError if `source` is neither file nor mapping.
    """
    if nonlinearity not in NONLINEARITIES:
        raise ValueError(f"nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
    where, declared, load = _from_mapping(source) if isinstance(source, Mapping) else _from_file(source)
    layout = recognise({name: tensor.shape for name, tensor in declared.items()}, where, prefix)
    for name in layout.tensors.values():
        check_floats(declared[name])
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
Opened = tuple[str, Mapping[str, Declared], Loader]


def _from_file(source: object) -> Opened:
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"source must be a file name or a mapping from names to arrays, got {type(source).__name__}")
    path = Path(source)
    refuse_suffix(path)
    kind = path.suffix.lower()
    if kind not in CONTAINERS:
        raise ValueError(f"{path} must be .safetensors or .npz, got {kind or 'no suffix'}")
    if not path.exists():
        raise FileNotFoundError(f"no file {path}")
    if not path.is_file():
        raise ValueError(f"{path} must be a file")
    refuse_content(path)
    container = CONTAINERS[kind]
    return str(path), container.declared(path), lambda names: container.load(path, names)


def _from_mapping(source: Mapping[str, Any]) -> Opened:
    arrays, declared = {}, {}
    for name, value in source.items():
        if not isinstance(name, str):
            raise TypeError(f"names of tensors must be strings, got {name!r}")
        # A tensor that is being trained has to leave autograd and its device before NumPy can see it.
        array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
        arrays[name] = array
        declared[name] = Declared(name, array.shape, array.dtype, str(array.dtype))
    return "the state dict", declared, lambda names: arrays


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
