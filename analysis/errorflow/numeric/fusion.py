"""Which parts of a step run as one: maps that read the same vector take one product, equal functions one call.

The affine maps of a cell stand below one another in one array, in the order of the definition. Maps that are neighbours
there and read the same vector, as the four gates of an LSTM read h, are one product with their matrices stacked. The
number of multiply-adds is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import sympy

from errorflow.definition import Definition, Net, New, Node


@dataclass(frozen=True)
class Product:
    """Neighbouring maps that read `source`, each through the matrix of the same place.

    layer: 0, or more where maps read the vector more than once.
    """

    source: sympy.Symbol
    nets: tuple[sympy.Symbol, ...]
    matrices: tuple[str, ...]
    layer: int = 0


@lru_cache(maxsize=128)
def products(definition: Definition) -> tuple[Product, ...]:
    """Every full matrix of every map once, in as few products as there can be without moving a map."""
    return joined(
        definition, ((node.symbol, t.source, str(t.matrix)) for node in definition.nodes for t in node.terms
                     if t.kind != "diagonal")
    )  # fmt: skip


def joined(definition: Definition, terms: Iterable[tuple[sympy.Symbol, sympy.Symbol, str]]) -> tuple[Product, ...]:
    """The products that some terms make; a term is a map, what it reads and its matrix."""
    order = {node.symbol: k for k, node in enumerate(n for n in definition.nodes if n.expression is None)}
    reading: dict[sympy.Symbol, list[dict[sympy.Symbol, str]]] = {}
    for net, source, matrix in terms:
        # A map that reads a vector twice has its second matrix in a second layer.
        layers = reading.setdefault(source, [])
        layer = next((one for one in layers if net not in one), None)
        if layer is None:
            layers.append(layer := {})
        layer[net] = matrix
    found = []
    for source, layers in reading.items():
        for depth, layer in enumerate(layers):
            nets = sorted(layer, key=order.__getitem__)
            starts = [0, *(k + 1 for k, (a, b) in enumerate(pairwise(nets)) if order[b] != order[a] + 1), len(nets)]
            for start, stop in pairwise(starts):
                some = tuple(nets[start:stop])
                found.append(Product(source, some, tuple(layer[net] for net in some), depth))
    return tuple(found)


@lru_cache(maxsize=128)
def calls(definition: Definition) -> tuple[tuple[Node, ...], ...]:
    """Runs of vectors f(net) of one function f, neighbours as maps and as vectors, whose maps read old values alone."""
    early = {*definition.states, *definition.inputs}
    nodes = {node.symbol: node for node in definition.nodes}
    maps = {node.symbol: k for k, node in enumerate(n for n in definition.nodes if n.expression is None)}
    runs: list[list[Node]] = []
    last: sympy.Symbol | None = None
    for node in definition.nodes:
        if node.expression is None or isinstance(node.symbol, New):
            continue
        argument = node.expression.args[0] if len(node.expression.args) == 1 else None
        if not isinstance(argument, Net) or not {t.source for t in nodes[argument].terms} <= early:
            last = None
            continue
        follows = last is not None and maps[argument] == maps[last] + 1
        if follows and runs[-1][-1].expression.func == node.expression.func:  # type: ignore[union-attr]
            runs[-1].append(node)
        else:
            runs.append([node])
        last = argument
    return tuple(tuple(run) for run in runs if len(run) > 1)
