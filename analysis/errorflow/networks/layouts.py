"""Whose names the tensors bear: the one recurrent module among them, or the question which of several is meant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from errorflow.networks import keras_layout, torch_layout
from errorflow.networks.declared import shown
from errorflow.networks.layer import Array
from errorflow.networks.module import FoundLayer, Module

Shapes = Mapping[str, tuple[int, ...]]

FAMILIES = {"torch": torch_layout, "keras": keras_layout}
LAYOUTS = (*FAMILIES, *keras_layout.RESETS)


def find(shapes: Shapes, where: str, prefix: str | None = None, layout: str | None = None) -> Module:
    """The one recurrent module among tensors of these shapes.

    prefix: what stands before its names; None if there is but one. layout: one of LAYOUTS; None if the names tell.

    Raises: ValueError that names the tensors seen and what is missing, or the modules among which to choose.
    """
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}, got {layout!r}")
    families = list(FAMILIES) if layout is None else [_family(layout)]
    modules = [(family, found) for family in families for found in FAMILIES[family].prefixes(shapes)]
    fitting = [(family, found) for family, found in modules if prefix in (None, found)]
    if not modules:
        wanted = ", or ".join(FAMILIES[family].MODULES for family in families)
        raise ValueError(f"{where} must hold {wanted}; got {shown(shapes)}")
    if not fitting:
        raise ValueError(f"prefix must be {_alternatives(modules)} in {where}, got {prefix!r}")
    if len(fitting) > 1:
        by = "prefix=" if len({found for _, found in fitting}) > 1 else "layout="
        raise ValueError(f"{where} must hold one recurrent module, got {_alternatives(fitting)}; choose one with {by}")
    family, found = fitting[0]
    recognise = (
        partial(keras_layout.recognise, layout=layout or family) if family == "keras" else torch_layout.recognise
    )
    return Module(layout or family, found, recognise(shapes, where, found))


def weights(module: Module, found: FoundLayer, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The weights of one layer by the names of the built-in cells. arrays: part -> array."""
    return FAMILIES[_family(module.layout)].weights(found, arrays)


def _family(layout: str) -> str:
    return layout.partition("_")[0]


def _alternatives(modules: list[tuple[str, str]]) -> str:
    several = len({family for family, _ in modules}) > 1
    every = [repr(prefix) + (f" (layout {family!r})" if several else "") for family, prefix in modules[:8]]
    return " or ".join(every) + (f" or {len(modules) - 8} more" if len(modules) > 8 else "")
