"""From a file, or from arrays in memory, to a network: what is declared is judged first, then read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from errorflow.networks import mapping, npz_file, safetensors_file
from errorflow.networks.bombs import refuse_holes
from errorflow.networks.declared import Declared, check_floats
from errorflow.networks.joined import ask_for_merge
from errorflow.networks.layer import Array, Layer
from errorflow.networks.layouts import find, weights
from errorflow.networks.module import Module
from errorflow.networks.network import Head, Network
from errorflow.networks.pickles import refuse_content, refuse_suffix
from errorflow.networks.read_out import FoundHead, alone, beside, named, refuse_what_else_is_there

CONTAINERS = {".safetensors": safetensors_file, ".npz": npz_file}
NONLINEARITIES = ("tanh", "relu")

Loader = Callable[[Iterable[str]], Mapping[str, Any]]
Opened = tuple[str, Mapping[str, Declared], Loader]


def read_network(
    source: str | os.PathLike[str] | Mapping[str, Any],
    *,
    nonlinearity: str = "tanh",
    prefix: str | Sequence[str] | None = None,
    layout: str | None = None,
    merge: str | None = None,
    head: str | None = None,
) -> Network:
    """The torch.nn.RNN, LSTM, GRU or single-step cell stored in `source`: stacked, bidirectional, projected or plain.

    A recurrent layer of Keras is read, too, with both directions of a Bidirectional. Nothing is ever unpickled.

    Parameters
    ----------
    source : str, path-like or mapping of str to array_like
        A .safetensors or .npz file, or a state dict.
    nonlinearity : {'tanh', 'relu'}, default 'tanh'
        Of an RNN: its tensors do not tell.
    prefix : str or sequence of str, optional
        What stands before "weight_hh_l0", such as "encoder.rnn."; what else there is, except its read-out, is then
        ignored. Several, lowest first, make one stack of separate modules: each reads the outputs of the one before
        it at the same step.
    layout : {'torch', 'keras', 'keras_reset_after', 'keras_reset_before'}, optional
        Only needed where the names do not tell; the last two are for a GRU of Keras without bias.
    merge : {'concat', 'sum', 'ave', 'mul'}, optional
        How a Bidirectional of Keras makes one output of its two directions; "concat" is its default and the one
        taken where nothing tells otherwise.
    head : str, optional
        What stands before "weight" of the linear read-out, such as "fc."; only needed where that is in doubt.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If the file is not such a network, is damaged, or holds weights that are not finite.
    FileNotFoundError
        If there is no such file.
    TypeError
        If `source` is neither file nor mapping.
    """
    if nonlinearity not in NONLINEARITIES:
        raise ValueError(f"nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
    where, declared, load = _opened(source)
    shapes = {name: tensor.shape for name, tensor in declared.items()}
    module = find(shapes, where, prefix, layout, merge)
    kinds = list(dict.fromkeys(found.kind for found in module.layers))
    if "rnn" not in kinds and nonlinearity != "tanh":
        told = " and ".join(kinds)
        raise ValueError(f"nonlinearity must be left out for {where}, whose kind is {told}, got {nonlinearity!r}")
    if merge is None:
        ask_for_merge(module, shapes, where)
    found, rest = beside(module, shapes)
    if head is not None:
        found, rest = named(head, module, shapes, where), {}
    elif prefix is None:
        refuse_what_else_is_there(where, module, rest)
    # With tensors between that are not understood, the map need not read the outputs.
    wanted = None if rest else found
    layers = _layers(module, nonlinearity, declared, load)
    read_out = _head(wanted, declared, load) if wanted else None
    return Network(layers, read_out, where, module.prefix, module.layout, module.merge)


def read_head(source: str | os.PathLike[str] | Mapping[str, Any]) -> Head:
    """The linear read-out that `source` holds alone: weight (k, n), or kernel (n, k), and bias (k,) if there is one.

    Parameters
    ----------
    source : str, path-like or mapping of str to array_like
        A .safetensors or .npz file, or a state dict.

    Returns
    -------
    Head

    Raises
    ------
    ValueError
        If it holds no such map, or several.
    FileNotFoundError
        If there is no such file.
    TypeError
        If `source` is neither file nor mapping.
    """
    where, declared, load = _opened(source)
    return _head(alone({name: tensor.shape for name, tensor in declared.items()}, where), declared, load)


def _opened(source: object) -> Opened:
    if isinstance(source, Mapping):
        return "the state dict", mapping.declared(source), lambda names: mapping.load(source, names)
    if not isinstance(source, str | os.PathLike):
        hint = "; give its state_dict()" if hasattr(source, "state_dict") else ""
        raise TypeError(
            f"source must be a file name or a mapping from names to arrays, got {type(source).__name__}{hint}"
        )
    path = Path(source)
    refuse_suffix(path)
    kind = path.suffix.lower()
    if kind not in CONTAINERS:
        raise ValueError(f"{path} must be .safetensors or .npz, got {kind or 'no suffix'}")
    if not path.exists():
        raise FileNotFoundError(f"no file {path}")
    if not path.is_file():
        raise ValueError(f"{path} must be a file, got {'a folder' if path.is_dir() else 'a device or a pipe'}")
    refuse_content(path)
    refuse_holes(path)
    container = CONTAINERS[kind]
    return str(path), container.declared(path), lambda names: container.load(path, names)


def _layers(module: Module, nonlinearity: str, declared: Mapping[str, Declared], load: Loader) -> tuple[Layer, ...]:
    layers = []
    for found in module.layers:
        arrays = _arrays(found.tensors, declared, load)
        told = nonlinearity if found.kind == "rnn" else None
        named = weights(module, found, arrays)
        layers.append(
            Layer(
                found.kind,
                found.units,
                found.inputs,
                named,
                found.layer,
                found.direction,
                told,
                found.projection,
                found.stepwise,
            )
        )
    return tuple(layers)


def _head(found: FoundHead, declared: Mapping[str, Declared], load: Loader) -> Head:
    names = {"weight": found.weight} | ({"bias": found.bias} if found.bias else {})
    arrays = _arrays(names, declared, load)
    weight = arrays["weight"].T.copy() if found.transposed else arrays["weight"]
    return Head(weight, arrays.get("bias", np.zeros(len(weight))), found.name)


def _arrays(names: Mapping[str, str], declared: Mapping[str, Declared], load: Loader) -> dict[str, Array]:
    """The tensors by part, in float64 and finite."""
    for name in names.values():
        check_floats(declared[name])
    loaded = load(names.values())
    arrays = {}
    for part, name in names.items():
        array = np.array(loaded[name], dtype=np.float64)
        finite = np.isfinite(array)
        if not finite.all():
            index = tuple(int(i) for i in np.argwhere(~finite)[0])
            raise ValueError(f"tensor {name} must be finite, got {array[index]} at index {index}")
        arrays[part] = array
    return arrays
