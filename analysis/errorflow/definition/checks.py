"""What must be right about the arguments and the names of a cell before its graph is worth looking at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy

from errorflow.definition.names import Net, New
from errorflow.definition.node import Node


def check_kinds(cell: str, inputs: object, mappings: Mapping[str, object]) -> None:
    """Raises TypeError if an argument of a cell is not the kind of container it must be."""
    if isinstance(inputs, str) or not isinstance(inputs, Sequence):
        raise TypeError(f"cell {cell!r}: inputs must be a list of names, got {inputs!r}; write inputs=[x]")
    for argument, mapping in mappings.items():
        if not isinstance(mapping, Mapping):
            raise TypeError(f"cell {cell!r}: {argument} must map names to values, got {mapping!r}")
        for key in mapping:
            if not isinstance(key, sympy.Symbol):
                raise TypeError(f"cell {cell!r}: {argument} must have names from errorflow.names as keys, got {key!r}")


def alias(symbol: sympy.Symbol, equations: Mapping[sympy.Symbol, object]) -> object:
    """The vector that `symbol` is another name of: itself if it is computed."""
    seen: set[sympy.Symbol] = set()
    while symbol in equations and symbol not in seen and isinstance(equations[symbol], sympy.Symbol):
        seen.add(symbol)
        symbol = equations[symbol]
    return symbol


def check_names(cell: str, given: list[sympy.Symbol], nodes: Mapping[sympy.Symbol, Node]) -> None:
    """Raises ValueError if two vectors would print alike, or two matrices were given one name without being asked."""
    called: dict[str, sympy.Symbol] = {}
    for symbol in [*given, *nodes]:
        if called.setdefault(symbol.name, symbol) != symbol:
            raise ValueError(
                f"cell {cell!r}: {symbol.name} names two vectors, one of them {shown(symbol)}; rename the other"
            )
    automatic: dict[str, Net] = {}
    for symbol, node in nodes.items():
        for asked, term in zip(getattr(symbol, "terms", ()), node.terms, strict=False):
            if asked.matrix is None and automatic.setdefault(str(term.matrix), symbol) != symbol:
                raise ValueError(
                    f"cell {cell!r}: {automatic[str(term.matrix)]} and {symbol} would both have a matrix {term.matrix};"
                    " give another label, or share it on purpose with errorflow.dense"
                )


def unknown(cell: str, reader: sympy.Symbol, read: sympy.Symbol, known: set[sympy.Symbol]) -> ValueError:
    """The error for a vector that reads one that the cell does not have."""
    if any(symbol.name == read.name for symbol in known):
        way_out = f"{read} is the name of two symbols; take it from errorflow.names, once"
    else:
        way_out = "a weight enters through errorflow.net"
    return ValueError(
        f"cell {cell!r}: {shown(reader)} reads {shown(read)}, which is no state, input or name of `where`; {way_out}"
    )


def shown(symbol: sympy.Symbol) -> str:
    """A name as the user wrote it."""
    return f"new({symbol.of})" if isinstance(symbol, New) else str(symbol)
