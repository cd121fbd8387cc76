"""A stack of cells as one cell: layer k + 1 reads the new output of layer k, and one engine serves them all.

Within a step the graph of a stack is the graphs of its layers, one above the other. Its joint Jacobian is therefore
block triangular in the order of the layers: an error goes up only forward in the step, and back down through the
matrices by which the layer above reads the one below. These edges lead to a new state and not to an old one, so they
are not cut: the carry of a stack is what never passed a recurrent matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy

from errorflow.cells import Cell
from errorflow.definition import Definition, Net, New, Term
from errorflow.definition.node import Node


def stacked(cells: Sequence[Cell], *, name: str | None = None) -> Cell:
    """The stack of these cells, lowest first, as one cell.

    Layer k's names end in _lk, k from 0: states h_l0, c_l0, h_l1, ..., weights W_f_l0, gates f_l0, size labels n_l0;
    the inputs of the lowest layer keep their names. Layer k + 1 reads the output of layer k after the step.

    Parameters
    ----------
    cells : sequence of Cell
        Lowest first.
    name : str, optional
        Of the stack; made of the names of the cells where it is not given.

    Returns
    -------
    Cell

    Raises
    ------
    TypeError
        For what is not a cell.
    ValueError
        For no cell, or for an upper one without exactly one input.
    """
    cells = list(cells)
    for cell in cells:
        if not isinstance(cell, Cell):
            raise TypeError(f"cells must be cells, such as errorflow.lstm(), got {cell!r}")
    if not cells:
        raise ValueError("cells must hold at least one cell, got none")
    state: dict[sympy.Symbol, sympy.Expr] = {}
    where: dict[sympy.Symbol, sympy.Expr] = {}
    sizes: dict[sympy.Symbol, str] = {}
    below: sympy.Symbol | None = None
    for k, cell in enumerate(cells):
        layer = _Layer(cell.definition, k, below)
        state |= layer.equations(new=True)
        where |= layer.equations(new=False)
        sizes |= layer.sizes()
        below = layer.renamed[cell.definition.output]
    label = name or "_on_".join(cell.name for cell in reversed(cells))
    bottom = list(cells[0].definition.inputs)
    return Cell(label, inputs=bottom, state=state, where=where, sizes=sizes, output=below)


def stacked_weights(weights: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The weights of the layers, lowest first, under the names that `stacked` gives them.

    Parameters
    ----------
    weights : iterable of mapping of str to array_like
        One mapping for each layer.

    Returns
    -------
    dict of str to array_like
    """
    return {suffixed(name, k): array for k, layer in enumerate(weights) for name, array in layer.items()}


def suffixed(name: str, layer: int) -> str:
    """A name as layer `layer` of a stack bears it."""
    return f"{name}_l{layer}" if name else f"l{layer}"


class _Layer:
    """One layer's definition with every name changed, its input replaced by what the layer below puts out."""

    def __init__(self, definition: Definition, k: int, below: sympy.Symbol | None) -> None:
        self.definition, self.k = definition, k
        if below is not None and len(definition.inputs) != 1:
            raise ValueError(
                f"cell {definition.name!r} must have one input to stand on another cell, got {len(definition.inputs)}"
            )
        self.nodes: dict[sympy.Symbol, Node] = {node.symbol: node for node in definition.nodes}
        self.renamed: dict[sympy.Symbol, sympy.Symbol] = {
            x: x if below is None else New(below) for x in definition.inputs
        }
        for symbol in definition.states:
            self.renamed[symbol] = sympy.Symbol(suffixed(symbol.name, k), real=True)
        for node in definition.nodes:
            self._rename(node.symbol)

    def _rename(self, symbol: sympy.Symbol) -> sympy.Symbol:
        if symbol not in self.renamed:
            if isinstance(symbol, New):
                self.renamed[symbol] = New(self.renamed[symbol.of])
            elif isinstance(symbol, Net):
                self.renamed[symbol] = self._net(symbol)
            else:
                self.renamed[symbol] = sympy.Symbol(suffixed(symbol.name, self.k), real=True)
        return self.renamed[symbol]

    def _net(self, net: Net) -> Net:
        node = self.nodes[net]
        terms = tuple(
            Term(suffixed(str(resolved.matrix), self.k), asked.kind, self._expression(asked.source))
            for asked, resolved in zip(net.terms, node.terms, strict=True)
        )
        return Net(suffixed(net.label, self.k), terms, suffixed(node.bias, self.k) if node.bias else None)

    def _expression(self, expression: sympy.Expr) -> sympy.Expr:
        return expression.xreplace({s: self._rename(s) for s in expression.free_symbols})

    def equations(self, new: bool) -> dict[sympy.Symbol, sympy.Expr]:
        """The equations of the states, or those of `where`."""
        return {
            self.renamed[node.symbol.of if new else node.symbol]: self._expression(node.expression)
            for node in self.definition.nodes
            if node.expression is not None and not node.inner and isinstance(node.symbol, New) == new
        }

    def sizes(self) -> dict[sympy.Symbol, str]:
        """The size label of every vector of the layer; its input has that of its source."""
        named = [s for s in self.definition.sizes if s not in self.definition.inputs]
        inner = {node.symbol for node in self.definition.nodes if node.inner}
        return {self.renamed[s]: suffixed(self.definition.sizes[s], self.k) for s in named if s not in inner} | {
            x: self.definition.sizes[x] for x in self.definition.inputs if self.k == 0
        }


__all__ = ["stacked", "stacked_weights", "suffixed"]
