"""The layout of Keras's recurrent layers, one layer each: which columns hold which gate.

Keras keeps the activations outside the weights: the defaults (tanh and sigmoid) are taken here. The two halves of a
Bidirectional are one layer, and each may be read for itself; any other layer that goes backwards is read as one that is
given its inputs backwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import numpy as np

from errorflow.networks.declared import shown
from errorflow.networks.layer import Array
from errorflow.networks.module import FoundLayer

Shapes = Mapping[str, tuple[int, ...]]

MODULES = "kernel and recurrent_kernel of a Keras SimpleRNN, LSTM or GRU"
NAME = re.compile(r"(?P<prefix>.*?)(?P<part>kernel|recurrent_kernel|bias)(:0)?")
# Columns of the recurrent kernel for each unit tell the kind; the letters are the gates in Keras's order.
KINDS = {1: "rnn", 3: "gru", 4: "lstm"}
GATES = {"rnn": ("",), "gru": ("z", "r", "n"), "gru_reset_before": ("z", "r", "n"), "lstm": ("i", "f", "g", "o")}
RESETS = {"keras_reset_after": "gru", "keras_reset_before": "gru_reset_before"}


# The wrapper Bidirectional calls its two layers so; what is called after them is the name of the cell.
HALF = re.compile(r"(?P<wrapper>(.*/)?)(?P<way>forward|backward)_(?P<name>[^/]+)/.*")


def prefixes(shapes: Shapes) -> list[str]:
    """What stands before the names of the recurrent layers, a Bidirectional counted as one."""
    wrapped = {half: wrapper for wrapper, both in _wrappers(shapes).items() for half in both}
    return list(dict.fromkeys(wrapped.get(found, found) for found in _cells(shapes)))


def halves(shapes: Shapes) -> list[str]:
    """What stands before the names of each half of a Bidirectional."""
    return [half for both in _wrappers(shapes).values() for half in both]


def _cells(shapes: Shapes) -> list[str]:
    matches = (NAME.fullmatch(name) for name in shapes)
    return list(dict.fromkeys(match["prefix"] for match in matches if match and match["part"] == "recurrent_kernel"))


def _wrappers(shapes: Shapes) -> dict[str, tuple[str, str]]:
    """What stands before a Bidirectional -> the same of its forward and of its backward layer."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for prefix in _cells(shapes):
        if match := HALF.fullmatch(prefix):
            found.setdefault((match["wrapper"], match["name"]), {})[match["way"]] = prefix
    pairs = {key: both for key, both in found.items() if len(both) == 2}
    # Of two pairs under one name, each is called by its own as well.
    alone = Counter(wrapper for wrapper, _ in pairs)
    return {
        wrapper if alone[wrapper] == 1 else f"{wrapper}*_{name}/": (both["forward"], both["backward"])
        for (wrapper, name), both in pairs.items()
    }


def recognise(shapes: Shapes, where: str, prefix: str, layout: str = "keras") -> tuple[FoundLayer, ...]:
    """The layer whose arrays begin with `prefix`; both directions of a Bidirectional.

    layout: "keras_reset_after" or "keras_reset_before" where a GRU without bias does not tell.

    Raises: ValueError that names the arrays seen and what is missing, contradictory or not known.

    Source: keras.layers.LSTM (columns i f c o) and GRU (columns z r h; a bias (2, 3n) where the reset is after).
    """
    both = _wrappers(shapes).get(prefix)
    if both is None:
        return (_one(shapes, where, prefix, layout),)
    forward, backward = (_one(shapes, where, half, layout) for half in both)
    if forward.inputs != backward.inputs:
        raise ValueError(
            f"the two directions of {prefix!r} of {where} must read the same inputs, "
            f"got {forward.inputs} and {backward.inputs}"
        )
    return forward, backward


def _one(shapes: Shapes, where: str, prefix: str, layout: str) -> FoundLayer:
    matches = {name: m for name in shapes if (m := NAME.fullmatch(name)) and m["prefix"] == prefix}
    tensors = {match["part"]: name for name, match in matches.items()}
    if len(tensors) < len(matches):
        raise ValueError(f"{where} must hold each array once, got {shown({name: shapes[name] for name in matches})}")
    if "kernel" not in tensors:
        raise ValueError(f"{where} lacks {prefix}kernel; it holds {shown({name: shapes[name] for name in matches})}")
    recurrent, kernel = shapes[tensors["recurrent_kernel"]], shapes[tensors["kernel"]]
    ratio = recurrent[1] // recurrent[0] if len(recurrent) == 2 and 0 < recurrent[0] <= recurrent[1] else 0
    if ratio not in KINDS or recurrent[1] % recurrent[0]:
        raise ValueError(
            f"{tensors['recurrent_kernel']} of {where} must have shape (n, n) in a SimpleRNN, (n, 3n) in a GRU or "
            f"(n, 4n) in an LSTM, got {recurrent}"
        )
    if len(kernel) != 2 or kernel[1] != recurrent[1] or kernel[0] < 1:
        raise ValueError(
            f"{tensors['kernel']} of {where} must have shape (m, {recurrent[1]}), "
            f"since {tensors['recurrent_kernel']} has {recurrent}, got {kernel}"
        )
    kind = _kind(KINDS[ratio], shapes, tensors, where, layout)
    direction = "reverse" if re.search(r"(^|/)backward_", prefix) else "forward"
    return FoundLayer(kind, recurrent[0], kernel[0], tensors, direction=direction)


def weights(found: FoundLayer, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Weights by the names of the built-in cells: a block of columns for each gate, transposed.

    arrays: name of the part -> array, (n, columns), (m, columns), and (columns,) or (2, columns).
    """
    gates = GATES[found.kind]
    columns = arrays["recurrent_kernel"].shape[1]
    bias = arrays.get("bias", np.zeros(columns))
    outer, inner = bias if bias.ndim == 2 else (bias, np.zeros(columns))
    named: dict[str, Array] = {}
    for k, gate in enumerate(gates):
        mark = f"_{gate}" if gate else ""
        block = slice(k * found.units, (k + 1) * found.units)
        named[f"W{mark}"] = arrays["recurrent_kernel"][:, block].T.copy()
        named[f"U{mark}"] = arrays["kernel"][:, block].T.copy()
        if gate == "n" and found.kind == "gru":  # the reset gate multiplies W_n h + b_hn
            named["b_n"], named["b_hn"] = outer[block].copy(), inner[block].copy()
        else:
            named[f"b{mark}"] = outer[block] + inner[block]
    return named


def _kind(kind: str, shapes: Shapes, tensors: Mapping[str, str], where: str, layout: str) -> str:
    """The built-in cell: of a GRU, the bias or the layout tells where the reset acts."""
    columns = shapes[tensors["recurrent_kernel"]][1]
    bias = shapes[tensors["bias"]] if "bias" in tensors else None
    told: dict[tuple[int, ...], str] = {(columns,): kind}
    if kind == "gru":
        told = {(2, columns): "gru", (columns,): "gru_reset_before"}
    if bias is not None and bias not in told:
        wanted = " or ".join(str(shape) for shape in told)
        raise ValueError(
            f"{tensors['bias']} of {where} must have shape {wanted}, "
            f"since {tensors['recurrent_kernel']} has {shapes[tensors['recurrent_kernel']]}, got {bias}"
        )
    if kind != "gru":
        if layout in RESETS:
            raise ValueError(f"layout must be 'keras' for {where}, whose kind is {kind}, got {layout!r}")
        return kind
    if bias is None and layout not in RESETS:
        raise ValueError(
            f"{where} is a Keras GRU without bias, which does not tell whether the reset acts after or before the "
            "recurrent product; choose layout='keras_reset_after' (reset_after=True, the default of Keras) or "
            "'keras_reset_before'"
        )
    if bias is not None and layout in RESETS and RESETS[layout] != told[bias]:
        raise ValueError(
            f"layout must be 'keras' for {where}, whose bias has shape {bias} and tells the reset, got {layout!r}"
        )
    return RESETS[layout] if bias is None else told[bias]
