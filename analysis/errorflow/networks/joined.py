"""Several recurrent modules of one file read as one stack, and the two directions of a layer made into one output."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, permutations

from errorflow.networks.module import Module

Shapes = Mapping[str, tuple[int, ...]]

_TRIED = 5  # modules in every order: 120
MERGES = ("concat", "sum", "ave", "mul")


def joined(modules: Sequence[Module], where: str) -> Module:
    """The stack of these modules, lowest first: each reads the outputs of the one before it.

    Raises: ValueError if they are of two frameworks, or one does not read as many numbers as the one below gives.
    """
    layers = list(modules[0].layers)
    for below, above in pairwise(modules):
        if below.layout.partition("_")[0] != above.layout.partition("_")[0]:
            raise ValueError(
                f"prefix must name modules of one framework in {where}, got {below.prefix!r} of {below.layout} and "
                f"{above.prefix!r} of {above.layout}"
            )
        if above.inputs != below.outputs:
            raise ValueError(
                f"prefix must name modules of {where} that read one another, lowest first, got {above.prefix!r}, which "
                f"reads {above.inputs} inputs, after {below.prefix!r}, which gives {below.outputs}{_asks(below, above)}"
            )
        depth = 1 + layers[-1].layer
        layers += [replace(found, layer=depth + found.layer) for found in above.layers]
    merge = next((m.merge for m in modules if m.merge != "concat"), "concat")
    return replace(modules[-1], merge=merge, prefix=tuple(str(m.prefix) for m in modules), layers=tuple(layers))


def in_order(modules: Sequence[Module]) -> tuple[str, ...]:
    """The prefixes of these modules in an order in which each reads the one before it, by number where several are.

    Empty where there is none, or more modules than can be tried in every order.
    """
    if not 2 <= len(modules) <= _TRIED:
        ordered = [tuple(_by_number(modules))] if len({(m.inputs, m.outputs) for m in modules[1:]}) == 1 else []
    else:
        ordered = list(permutations(_by_number(modules)))
    for order in ordered:
        if all(above.inputs == below.outputs for below, above in pairwise(order)):
            return tuple(str(module.prefix) for module in order)
    return ()


def _by_number(modules: Sequence[Module]) -> list[Module]:
    """As they come, which is the order of the model in most files; but layers.10 behind layers.9, wherever it is."""
    names = [str(module.prefix) for module in modules]
    if len({re.sub(r"\d+", "", name) for name in names}) > 1:
        return list(modules)
    return sorted(modules, key=lambda m: [int(part) for part in re.findall(r"\d{1,18}", str(m.prefix))])


def merged(module: Module, merge: str | None, where: str) -> Module:
    """The module with its directions merged so; None is side by side, which is all that PyTorch knows.

    Raises: ValueError for another way, for one that does not apply, or for directions that cannot be added.
    """
    if merge is None:
        return module
    if merge not in MERGES:
        raise ValueError(f"merge must be one of {', '.join(MERGES)}, got {merge!r}")
    if not module.bidirectional or module.layout == "torch":
        why = "PyTorch sets directions side by side" if module.bidirectional else "it runs one way"
        if merge == "concat":
            return module
        raise ValueError(f"merge must be left out for {module.prefix!r} of {where}, since {why}, got {merge!r}")
    if merge != "concat" and len({f.units for f in module.layers}) > 1:
        units = " and ".join(str(f.units) for f in module.layers)
        raise ValueError(f"merge must be 'concat' for {module.prefix!r} of {where}, of {units} units, got {merge!r}")
    return replace(module, merge=merge)


def ask_for_merge(module: Module, shapes: Shapes, where: str) -> None:
    """Raises: ValueError if all that stands beside a layer of Keras reads its width, and nothing both directions."""
    if module.layout == "torch" or not module.bidirectional or module.merge != "concat":
        return
    widths = {s[0] for name, s in shapes.items() if name not in module.tensors and len(s) == 2}
    half = module.layers[-1].units
    if half in widths and module.outputs not in widths:
        raise ValueError(
            f"{where} must tell how the directions of {module.prefix!r} are merged: something reads {half} inputs, "
            f"which is one direction and not both side by side; choose merge='sum', merge='ave' or merge='mul'"
        )


def _asks(below: Module, above: Module) -> str:
    if below.bidirectional and below.layout != "torch" and above.inputs == below.layers[-1].units:
        return "; if its directions are merged, choose merge='sum', merge='ave' or merge='mul'"
    return ""
