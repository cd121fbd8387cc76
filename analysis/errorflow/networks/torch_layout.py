"""The layout of PyTorch's recurrent modules: which tensor holds which gate, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from errorflow.networks.declared import listed, shown
from errorflow.networks.layer import Array
from errorflow.networks.module import FoundLayer

Shapes = Mapping[str, tuple[int, ...]]
Parts = dict[tuple[int, str], dict[str, str]]

MODULES = "weight_ih_l0 and weight_hh_l0 of a torch.nn.RNN, LSTM or GRU (of a cell without _l0)"
NAME = re.compile(
    r"(?P<prefix>.*?)(?P<part>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)"
    r"(_l(?P<layer>0|[1-9][0-9]{0,2}))?(?P<reverse>_reverse)?"
)
RECURRENT = ("weight_ih", "weight_hh", "weight_hr")
# A tensor that stands beside the known ones and is named so belongs to the module, as in weight_hh_l0_g.
SIBLING = re.compile(r"(weight|bias)[^./]*")
# Rows of weight_hh for each unit tell the kind; the letters are the gates in the order of PyTorch's row blocks.
KINDS = {1: "rnn", 3: "gru", 4: "lstm"}
GATES = {"rnn": ("",), "gru": ("r", "z", "n"), "lstm": ("i", "f", "g", "o"), "lstm_projected": ("i", "f", "g", "o")}


def prefixes(shapes: Shapes) -> list[str]:
    """What stands before the names of the recurrent modules."""
    matches = (NAME.fullmatch(name) for name in shapes)
    return list(dict.fromkeys(match["prefix"] for match in matches if match and match["part"] in RECURRENT))


def recognise(shapes: Shapes, where: str, prefix: str) -> tuple[FoundLayer, ...]:
    """The layers whose tensors begin with `prefix`, forward before reverse.

    Raises: ValueError that names the tensors seen and what is missing, contradictory or not known.

    Source: torch.nn.RNN, LSTM and GRU, section Variables; row blocks i f g o, and r z n.
    """
    matches = {name: m for name in shapes if (m := NAME.fullmatch(name)) and m["prefix"] == prefix}
    _refuse_siblings(shapes, where, prefix, set(matches))
    parts = _by_layer(matches, shapes, where)
    kind, units, projection = _kind(parts[0, "forward"], shapes, where)
    _check_shapes(parts, shapes, where, units, projection)
    return tuple(
        FoundLayer(
            kind,
            units,
            shapes[tensors["weight_ih"]][1],
            tensors,
            projection,
            layer,
            direction,
            stepwise=not matches[tensors["weight_ih"]]["layer"],
        )
        for (layer, direction), tensors in parts.items()
    )


def weights(found: FoundLayer, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Weights by the names of the built-in cells: a block of rows for each gate, the two biases added up.

    arrays: name of the part -> array, (rows, n), (rows, m) or (rows,).
    """
    gates = GATES[found.kind]
    zero = np.zeros(len(arrays["weight_hh"]))
    blocks = {
        part: dict(zip(gates, np.split(arrays.get(part, zero), len(gates)), strict=True))
        for part in ("weight_hh", "weight_ih", "bias_ih", "bias_hh")
    }
    named: dict[str, Array] = {}
    for gate in gates:
        mark = f"_{gate}" if gate else ""
        named[f"W{mark}"] = blocks["weight_hh"][gate]
        named[f"U{mark}"] = blocks["weight_ih"][gate]
        if gate == "n":  # the reset gate multiplies W_n h + b_hn
            named["b_n"], named["b_hn"] = blocks["bias_ih"][gate], blocks["bias_hh"][gate]
        else:
            named[f"b{mark}"] = blocks["bias_ih"][gate] + blocks["bias_hh"][gate]
    return named | ({"W_r": arrays["weight_hr"]} if found.projection else {})


def _refuse_siblings(shapes: Shapes, where: str, prefix: str, known: set[str]) -> None:
    unknown = [n for n in shapes if n.startswith(prefix) and n not in known and SIBLING.fullmatch(n[len(prefix) :])]
    if unknown:
        raise ValueError(
            f"{where} must hold a plain torch.nn.RNN, LSTM or GRU under {prefix!r}, "
            f"got also {shown({n: shapes[n] for n in unknown})}, whose meaning is not known"
        )


def _by_layer(matches: Mapping[str, re.Match[str]], shapes: Shapes, where: str) -> Parts:
    """(layer, direction) -> part -> name, complete and in order."""
    found: Parts = {}
    for name, match in matches.items():
        place = found.setdefault((int(match["layer"] or 0), "reverse" if match["reverse"] else "forward"), {})
        if match["part"] in place:
            raise ValueError(f"{where} must hold each tensor once, got {place[match['part']]} and {name}")
        place[match["part"]] = name
    there = {part for tensors in found.values() for part in tensors}
    biases = ["bias_ih", "bias_hh"] * bool(there & {"bias_ih", "bias_hh"})
    wanted = ["weight_ih", "weight_hh", *biases, *["weight_hr"] * ("weight_hr" in there)]
    depth = 1 + max(layer for layer, _ in found)
    directions = ["forward", *["reverse"] * any(direction == "reverse" for _, direction in found)]
    places = [(layer, direction) for layer in range(depth) for direction in directions]
    missing = [_name(matches, part, *place) for place in places for part in wanted if part not in found.get(place, {})]
    if missing:
        prefix = next(iter(matches.values()))["prefix"]
        seen = {name: shapes[name] for name in [*matches, *shapes] if name.startswith(prefix)}
        raise ValueError(f"{where} lacks {listed(missing)}; it holds {shown(seen)}")
    return {place: {part: found[place][part] for part in wanted} for place in places}


def _name(matches: Mapping[str, re.Match[str]], part: str, layer: int, direction: str) -> str:
    """How a tensor that is not there would be called."""
    like = next(iter(matches.values()))
    number = f"_l{layer}" if like["layer"] or layer else ""
    return f"{like['prefix']}{part}{number}{'_reverse' * (direction == 'reverse')}"


def _kind(tensors: Mapping[str, str], shapes: Shapes, where: str) -> tuple[str, int, int | None]:
    """The kind of the first layer, its units, and the length of what it projects to."""
    name = tensors["weight_hh"]
    shape = shapes[name]
    if "weight_hr" in tensors:
        projection = shapes[tensors["weight_hr"]]
        if (
            len(shape) != 2
            or len(projection) != 2
            or min(projection) < 1
            or shape != (4 * projection[1], projection[0])
        ):
            raise ValueError(
                f"{name} of {where} must have shape (4n, p) where {tensors['weight_hr']} has shape (p, n), "
                f"got {shape} and {projection}"
            )
        return "lstm_projected", projection[1], projection[0]
    ratio = shape[0] // shape[1] if len(shape) == 2 and min(shape) > 0 and shape[0] % shape[1] == 0 else 0
    if ratio not in KINDS:
        raise ValueError(
            f"{name} of {where} must have shape (n, n) in an RNN, (3n, n) in a GRU or (4n, n) in an LSTM "
            f"without weight_hr, got {shape}"
        )
    return KINDS[ratio], shape[1], None


def _check_shapes(parts: Parts, shapes: Shapes, where: str, units: int, projection: int | None) -> None:
    """All layers of a module have the same kind and units, and read all directions of the layer before."""
    first = parts[0, "forward"]
    rows = shapes[first["weight_hh"]][0]
    width = projection or units
    inputs = shapes[first["weight_ih"]]
    if len(inputs) != 2 or inputs[0] != rows or inputs[1] < 1:
        raise ValueError(
            f"{first['weight_ih']} of {where} must have shape ({rows}, m), "
            f"since {first['weight_hh']} has {shapes[first['weight_hh']]}, got {inputs}"
        )
    deeper = width * len({direction for _, direction in parts})
    for (layer, _), tensors in parts.items():
        wanted = {
            "weight_ih": (rows, deeper if layer else inputs[1]), "weight_hh": (rows, width),
            "bias_ih": (rows,), "bias_hh": (rows,), "weight_hr": (projection, units),
        }  # fmt: skip
        for part, name in tensors.items():
            if shapes[name] != wanted[part]:
                raise ValueError(
                    f"{name} of {where} must have shape {wanted[part]}, "
                    f"since {first['weight_hh']} has {shapes[first['weight_hh']]}, got {shapes[name]}"
                )
