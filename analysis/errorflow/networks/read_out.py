"""The linear read-out beside a recurrent module, where there is no doubt which it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from errorflow.networks.declared import listed, shown
from errorflow.networks.module import Module

Shapes = Mapping[str, tuple[int, ...]]

# The matrix of a linear map: (k, d) in PyTorch, (d, k) in Keras. A bias of the same name stands beside it.
MATRIX = {"weight": "torch", "kernel": "keras"}
NAME = re.compile(r"(?P<name>.*?)(?P<part>weight|kernel)(:0)?")


@dataclass(frozen=True)
class FoundHead:
    """The tensors of a linear map that reads the outputs of a module.

    name: what stands before "weight". bias: None where there is none. transposed: whether the weight is stored (d, k).
    """

    name: str
    weight: str
    bias: str | None
    transposed: bool


def beside(module: Module, shapes: Shapes) -> tuple[FoundHead | None, dict[str, tuple[int, ...]]]:
    """The read-out, if it is the only map that reads the outputs, and the other tensors that were not understood.

    An embedding is understood: it stands before the module, and inputs are given as they leave it.
    """
    others = {name: shape for name, shape in shapes.items() if name not in module.tensors}
    rest = {name: shape for name, shape in others.items() if not _embedding(name, shape, module)}
    heads = [head for name in rest if (head := _head(name, others, module))]
    if len(heads) != 1:
        return None, rest
    return heads[0], {name: shape for name, shape in rest.items() if name not in (heads[0].weight, heads[0].bias)}


def named(name: str, module: Module, shapes: Shapes, where: str) -> FoundHead:
    """The read-out called so. name: what stands before "weight" or "kernel"; the dot or slash may be left out.

    Raises: ValueError if there is none, or it does not read the outputs of the module.
    """
    others = {tensor: shape for tensor, shape in shapes.items() if tensor not in module.tensors}
    matrices = {t: m["name"] for t in others if (m := NAME.fullmatch(t)) and len(others[t]) == 2}
    fitting = [t for t, before in matrices.items() if name in (before, before.rstrip("./"))]
    if not fitting:
        there = listed(map(repr, matrices.values())) if matrices else "which has none"
        raise ValueError(
            f"head must be what stands before the weight of a linear map in {where}, {there}, got {name!r}"
        )
    found = _head(fitting[0], others, module)
    if found is None:
        raise ValueError(
            f"head must read the {module.outputs} outputs of the network, got {fitting[0]} {others[fitting[0]]}"
        )
    return found


def alone(shapes: Shapes, where: str) -> FoundHead:
    """The one linear map among these tensors. Raises: ValueError if there is none, or several."""
    matrices = [(t, m) for t in shapes if (m := NAME.fullmatch(t)) and len(shapes[t]) == 2]
    if len(matrices) != 1:
        raise ValueError(f"{where} must hold weight (k, n), or kernel (n, k), of one read-out, got {shown(shapes)}")
    name, match = matrices[0]
    transposed = match["part"] == "kernel"
    count = shapes[name][1 if transposed else 0]
    bias = match["name"] + "bias" + name[match.end("part") :]
    if shapes.get(bias, (count,)) != (count,) or min(shapes[name]) < 1:
        raise ValueError(f"{where} must hold bias ({count},) beside {name} {shapes[name]}, got {shown(shapes)}")
    return FoundHead(match["name"], name, bias if bias in shapes else None, transposed)


def _head(name: str, others: Shapes, module: Module) -> FoundHead | None:
    match = NAME.fullmatch(name)
    shape = others[name]
    if not match or len(shape) != 2 or not module.layout.startswith(MATRIX[match["part"]]):
        return None
    transposed = match["part"] == "kernel"
    count, width = shape[::-1] if transposed else shape
    bias = match["name"] + "bias" + name[match.end("part") :]
    if width != module.outputs or count < 1 or others.get(bias, (count,)) != (count,):
        return None
    return FoundHead(match["name"], name, bias if bias in others else None, transposed)


def _embedding(name: str, shape: tuple[int, ...], module: Module) -> bool:
    return "emb" in name.lower() and len(shape) == 2 and shape[1] == module.inputs


def refuse_what_else_is_there(where: str, module: Module, rest: Shapes) -> None:
    """Raises: ValueError if there are other tensors: they may stand before the module, or before its read-out."""
    if rest:
        kind = module.layers[0].kind
        raise ValueError(
            f"{where} must hold one {kind} and at most one linear map that reads its {module.outputs} outputs, "
            f"got also {shown(rest)}; prefix={module.prefix!r} reads the {kind} alone"
        )
