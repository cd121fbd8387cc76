"""The layout of PyTorch's recurrent modules: which tensor holds which gate, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.networks.network import Array

Shapes = Mapping[str, tuple[int, ...]]

NAME = re.compile(
    r"^(?P<prefix>.*?)(?P<part>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)(_l(?P<layer>\d+))?(_reverse)?$"
)
# Rows of weight_hh for each unit tell the kind; the letters are the gates in the order of PyTorch's row blocks.
KINDS = {1: ("rnn", ("",)), 3: ("gru", ("r", "z", "n")), 4: ("lstm", ("i", "f", "g", "o"))}
LIST_LIMIT = 12


@dataclass(frozen=True)
class TorchLayout:
    """One recurrent layer found among named tensors: its kind, its sizes, and the tensor that plays each part."""

    kind: str
    units: int
    inputs: int
    prefix: str
    tensors: dict[str, str]
    head: dict[str, tuple[int, ...]] | None


def recognise(shapes: Shapes, where: str, prefix: str | None = None) -> TorchLayout:
    """The single recurrent layer among tensors of these shapes.

    prefix: what stands before weight_hh_l0; all other tensors are then ignored.

    Raises: ValueError that names the tensors seen and what is missing, contradictory or not read.

    Source: torch.nn.RNN, LSTM and GRU, section Variables; row blocks i f g o, and r z n.
    """
    parts = {name: match for name in shapes if (match := NAME.match(name)) and prefix in (None, match["prefix"])}
    prefixes = list(dict.fromkeys(match["prefix"] for match in parts.values()))
    if not prefixes:
        wanted = f" with the prefix {prefix!r}" if prefix is not None else ""
        raise ValueError(
            f"{where} must hold weight_ih_l0 and weight_hh_l0 of a torch.nn.RNN, LSTM or GRU{wanted}, "
            f"got {_list(shapes)}"
        )
    if len(prefixes) > 1:
        raise ValueError(f"{where} must hold one recurrent module, got {_list(prefixes)}; choose one with prefix=")
    _refuse_what_is_not_read(where, parts)
    tensors = {match["part"]: name for name, match in parts.items()}
    _refuse_missing(where, tensors, shapes)
    kind, units, inputs = _sizes(where, tensors, shapes)
    others = {name: shape for name, shape in shapes.items() if name not in parts}
    head = _head(others, units)
    if head is None and others and prefix is None:
        raise ValueError(
            f"{where} must hold one {kind} and at most one linear map that reads its {units} units, "
            f"got also {_list(others)}; prefix={prefixes[0]!r} reads the {kind} alone"
        )
    return TorchLayout(kind, units, inputs, prefixes[0], tensors, head)


def split(layout: TorchLayout, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Weights by the names of the built-in cells: a block of rows for each gate, the two biases added up.

    arrays: name of the part -> array, (rows, n), (rows, m) or (rows,).
    """
    _, gates = KINDS[len(arrays["weight_hh"]) // layout.units]
    zero = np.zeros(len(arrays["weight_hh"]))
    blocks = {
        part: dict(zip(gates, np.split(arrays.get(part, zero), len(gates)), strict=True))
        for part in ("weight_hh", "weight_ih", "bias_ih", "bias_hh")
    }
    weights: dict[str, Array] = {}
    for gate in gates:
        mark = f"_{gate}" if gate else ""
        weights[f"W{mark}"] = blocks["weight_hh"][gate]
        weights[f"U{mark}"] = blocks["weight_ih"][gate]
        if gate == "n":  # the reset gate multiplies W_n h + b_hn
            weights["b_n"], weights["b_hn"] = blocks["bias_ih"][gate], blocks["bias_hh"][gate]
        else:
            weights[f"b{mark}"] = blocks["bias_ih"][gate] + blocks["bias_hh"][gate]
    return weights


def _refuse_what_is_not_read(where: str, parts: Mapping[str, re.Match[str]]) -> None:
    not_read = {
        "several layers": [n for n, match in parts.items() if match["layer"] not in (None, "0")],
        "a reverse direction": [n for n in parts if n.endswith("_reverse")],
        "a projection": [n for n, match in parts.items() if match["part"] == "weight_hr"],
    }
    for what, names in not_read.items():
        if names:
            raise ValueError(
                f"{where} must be one forward layer without projection, got {what}: {_list(names)}; not read yet"
            )
    by_part = [match["part"] for match in parts.values()]
    if len(set(by_part)) < len(by_part):
        raise ValueError(f"{where} must hold each tensor once, got {_list(parts)}")


def _refuse_missing(where: str, tensors: Mapping[str, str], shapes: Shapes) -> None:
    present = next(iter(tensors.items()))
    wanted = ["weight_ih", "weight_hh"]
    if "bias_ih" in tensors or "bias_hh" in tensors:
        wanted += ["bias_ih", "bias_hh"]
    missing = [present[1].replace(present[0], part) for part in wanted if part not in tensors]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}; it holds {_list(shapes)}")


def _sizes(where: str, tensors: Mapping[str, str], shapes: Shapes) -> tuple[str, int, int]:
    name = tensors["weight_hh"]
    shape = shapes[name]
    ratio = shape[0] // shape[1] if len(shape) == 2 and min(shape) > 0 and shape[0] % shape[1] == 0 else 0
    if ratio not in KINDS:
        raise ValueError(
            f"{name} of {where} must have shape (n, n) in an RNN, (3n, n) in a GRU or (4n, n) in an LSTM, got {shape}"
        )
    kind, units, rows = KINDS[ratio][0], shape[1], shape[0]
    inputs = shapes[tensors["weight_ih"]]
    if len(inputs) != 2 or inputs[0] != rows or inputs[1] < 1:
        raise ValueError(
            f"{tensors['weight_ih']} of {where} must have shape ({rows}, m), since {name} has {shape}, got {inputs}"
        )
    for part in ("bias_ih", "bias_hh"):
        bias = tensors.get(part, "")
        if bias and shapes[bias] != (rows,):
            raise ValueError(
                f"{bias} of {where} must have shape ({rows},), since {name} has {shape}, got {shapes[bias]}"
            )
    return kind, units, inputs[1]


def _head(others: Shapes, units: int) -> dict[str, tuple[int, ...]] | None:
    """The tensors of one linear map that reads the units, or None if they are anything else."""
    matrices = [name for name in others if name.endswith("weight")]
    if len(matrices) != 1 or len(others[matrices[0]]) != 2 or others[matrices[0]][1] != units:
        return None
    biases = {matrices[0].removesuffix("weight") + "bias": (others[matrices[0]][0],)}
    rest = {name: shape for name, shape in others.items() if name != matrices[0]}
    return dict(others) if rest in ({}, biases) else None


def _list(names: Iterable[Any]) -> str:
    every = [str(name) if str(name) else "''" for name in names]
    shown = ", ".join(every[:LIST_LIMIT]) or "no tensors"
    return shown if len(every) <= LIST_LIMIT else f"{shown} and {len(every) - LIST_LIMIT} more"
