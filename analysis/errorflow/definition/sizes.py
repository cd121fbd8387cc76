"""Which vectors must have the same length, found by joining every vector with those it meets entry by entry."""

from __future__ import annotations

from collections.abc import Mapping

import sympy

from errorflow.definition.names import New
from errorflow.definition.node import Node

_Shape = tuple[str, str, str | None, str]


def infer_sizes(
    cell: str,
    states: tuple[sympy.Symbol, ...],
    inputs: tuple[sympy.Symbol, ...],
    nodes: tuple[Node, ...],
    given: Mapping[sympy.Symbol, str],
) -> tuple[dict[sympy.Symbol, str], list[_Shape]]:
    """The size label of every vector, and (name, rows, columns, kind) of every parameter.

    Inputs have size "m" (m_x, m_y, ... if there are several), everything else "n" unless `given` says otherwise.

    Raises: ValueError when two lengths that must agree cannot.
    """
    joined = {s: s for s in (*states, *inputs, *(node.symbol for node in nodes))}

    def root(symbol: sympy.Symbol) -> sympy.Symbol:
        while joined[symbol] != symbol:
            symbol = joined[symbol]
        return symbol

    reason: dict[sympy.Symbol, str] = {}
    for node in nodes:
        partners = node.sources if node.expression is not None else ()
        partners += tuple(term.source for term in node.terms if term.kind == "diagonal")
        partners += (node.symbol.of,) if isinstance(node.symbol, New) else ()
        for partner in partners:
            joined[root(partner)] = root(node.symbol)
            reason[partner] = f"{node.symbol} is made entry by entry from {', '.join(map(str, partners))}"

    labels: dict[sympy.Symbol, str] = {}
    for symbol in inputs:
        label = given.get(symbol, "m" if len(inputs) == 1 else f"m_{symbol}")
        _settle(cell, labels, root(symbol), label, symbol, reason)
    for symbol, label in given.items():
        if symbol not in joined:
            raise ValueError(f"cell {cell!r}: sizes names {symbol}, which is not a vector of the cell")
        if not isinstance(label, str):
            raise TypeError(f"cell {cell!r}: the size of {symbol} must be a label such as 'p', got {label!r}")
        if not label.isidentifier():
            raise ValueError(f"cell {cell!r}: the size of {symbol} must be a label such as 'p', got {label!r}")
        _settle(cell, labels, root(symbol), label, symbol, reason)
    for symbol in states:
        if symbol not in given and any(root(symbol) == root(x) for x in inputs if x not in given):
            raise ValueError(
                f"cell {cell!r}: state {symbol} and an input would need the same length"
                f" ({reason.get(symbol, 'they meet entry by entry')}); an input enters through errorflow.net"
            )
    size_of = {symbol: labels.setdefault(root(symbol), "n") for symbol in joined}

    shapes: dict[str, _Shape] = {}
    for node in nodes:
        rows = size_of[node.symbol]
        wanted: list[_Shape] = [
            (str(t.matrix), rows, None if t.kind == "diagonal" else size_of[t.source], t.kind) for t in node.terms
        ]
        wanted += [(node.bias, rows, None, "bias")] if node.bias else []
        for shape in wanted:
            first = shapes.setdefault(shape[0], shape)
            if first != shape:
                raise ValueError(
                    f"cell {cell!r}: {shape[0]} is shared, but is {first[3]} ({first[1]}, {first[2]}) in one place"
                    f" and {shape[3]} ({shape[1]}, {shape[2]}) in another"
                )
    return size_of, list(shapes.values())


def _settle(
    cell: str,
    labels: dict[sympy.Symbol, str],
    root: sympy.Symbol,
    label: str,
    symbol: sympy.Symbol,
    reason: Mapping[sympy.Symbol, str],
) -> None:
    if labels.setdefault(root, label) != label:
        why = reason.get(symbol, "they meet entry by entry")
        raise ValueError(f"cell {cell!r}: {symbol} cannot have both {labels[root]} and {label} entries: {why}")
