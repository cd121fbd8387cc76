"""Whose names the tensors bear: the one recurrent module among them, or the question which of several is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from errorflow.networks import keras_layout, torch_layout
from errorflow.networks.declared import shown
from errorflow.networks.joined import in_order, joined, merged
from errorflow.networks.layer import Array
from errorflow.networks.module import FoundLayer, Module

Shapes = Mapping[str, tuple[int, ...]]

FAMILIES = {"torch": torch_layout, "keras": keras_layout}
LAYOUTS = (*FAMILIES, *keras_layout.RESETS)


def find(
    shapes: Shapes,
    where: str,
    prefix: str | Sequence[str] | None = None,
    layout: str | None = None,
    merge: str | None = None,
) -> Module:
    """The one recurrent module among tensors of these shapes, or the stack of several.

    prefix: what stands before its names, or the beginning of that where it is the beginning of one alone; None if
        there is but one; several, lowest first, for a stack of modules.
    layout: one of LAYOUTS; None if the names tell. merge: one of MERGES.

    Raises: ValueError that names the tensors seen and what is missing, or the modules among which to choose.
    """
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}, got {layout!r}")
    if prefix is None or isinstance(prefix, str):
        return merged(_one(shapes, where, prefix, layout), merge, where)
    prefixes = list(prefix)
    if not prefixes or not all(isinstance(each, str) for each in prefixes):
        raise TypeError(f"prefix must be a string or several, got {prefix!r}")
    if len(set(prefixes)) < len(prefixes):
        raise ValueError(f"prefix must name each module once, got {', '.join(map(repr, prefixes))}")
    modules = [_one(shapes, where, each, layout) for each in prefixes]
    several = [merged(m, merge if m.bidirectional else None, where) for m in modules]
    if merge is not None and not any(m.bidirectional for m in modules):
        merged(modules[-1], merge, where)
    return joined(several, where) if len(several) > 1 else several[0]


def _one(shapes: Shapes, where: str, prefix: str | None, layout: str | None) -> Module:
    families = list(FAMILIES) if layout is None else [_family(layout)]
    modules = [(family, found) for family in families for found in FAMILIES[family].prefixes(shapes)]
    if not modules:
        wanted = ", or ".join(FAMILIES[family].MODULES for family in families)
        raise ValueError(f"{where} must hold {wanted}; got {shown(shapes)}")
    halves = [("keras", found) for found in keras_layout.halves(shapes) if "keras" in families]
    exact = [(family, found) for family, found in modules + halves if found == prefix]
    fitting = exact or [(family, found) for family, found in modules if found.startswith(prefix or "")]
    if not fitting:
        raise ValueError(f"prefix must be {_alternatives(modules)} in {where}, got {prefix!r}")
    if len({found for _, found in fitting}) > 1:
        stack = in_order([m for each in fitting if (m := _whole(shapes, where, *each, layout))])
        such = f", as in prefix={stack!r}" if stack else ""
        raise ValueError(
            f"{where} must hold one recurrent module, got {_alternatives(fitting)}; choose one with prefix=, or those"
            f" of a stack, lowest first{such}"
        )
    if len(fitting) > 1:
        raise ValueError(
            f"{where} must hold one recurrent module, got {_alternatives(fitting)}; choose one with layout="
        )
    return _module(shapes, where, *fitting[0], layout)


def _module(shapes: Shapes, where: str, family: str, found: str, layout: str | None) -> Module:
    recognise = (
        partial(keras_layout.recognise, layout=layout or family) if family == "keras" else torch_layout.recognise
    )
    return Module(layout or family, found, recognise(shapes, where, found))


def _whole(shapes: Shapes, where: str, family: str, found: str, layout: str | None) -> Module | None:
    try:
        return _module(shapes, where, family, found, layout)
    except ValueError:
        return None


def weights(module: Module, found: FoundLayer, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The weights of one layer by the names of the built-in cells. arrays: part -> array."""
    return FAMILIES[_family(module.layout)].weights(found, arrays)


def _family(layout: str) -> str:
    return layout.partition("_")[0]


def _alternatives(modules: list[tuple[str, str]]) -> str:
    several = len({family for family, _ in modules}) > 1
    every = [repr(prefix) + (f" (layout {family!r})" if several else "") for family, prefix in modules[:8]]
    return " or ".join(every) + (f" or {len(modules) - 8} more" if len(modules) > 8 else "")
