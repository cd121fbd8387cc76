"""The derivatives in the weights: what reaches the new states from each affine map, and what the map is linear in."""

from __future__ import annotations

import sympy

from errorflow.calculus.flow import weight_derivatives
from errorflow.calculus.latex import Notation
from errorflow.calculus.result import Block
from errorflow.cells import Cell
from errorflow.definition import New, Node
from errorflow.results.layout import aligned
from errorflow.results.record import Content, Piece


def weights(made: Cell) -> Content:
    """d state / d net of one step for every affine map, and d net as linear in the changes of the weights."""
    definition = made.definition
    direct = {record.weight: record.words for record in weight_derivatives(definition)}
    rows: list[str] = []
    text: list[str] = []
    for node in definition.nodes:
        own = [str(term.matrix) for term in node.terms if term.kind != "fixed"] + ([node.bias] if node.bias else [])
        if node.expression is not None or not own:
            continue
        for state, words in direct[own[0]].items():
            left = _left(made, New(definition.state(state)), node.symbol)
            block = Block(definition, state, node.symbol.name, words, left)
            rows.append(block.lines())
            text.append(str(block))
        rows.append(f"{_change(made, node, True)[0]} ={{}}& {_change(made, node, True)[1]}")
        text.append(" = ".join(_change(made, node, False)))
    return Content(Piece(aligned(rows)), "\n".join(text))


def _left(made: Cell, state: sympy.Symbol, net: sympy.Symbol) -> tuple[str, str]:
    tex, text = (Notation(made.definition, tex=kind).partial(state, net) for kind in (True, False))
    return tex, text


def _change(made: Cell, node: Node, tex: bool) -> tuple[str, str]:
    """How a map answers to changes of its own weights, its sources held."""
    notation = Notation(made.definition, tex=tex)
    d = r"\mathrm{d}" if tex else "d "
    gap = r"\, " if tex else " "
    parts = [
        f"{d}{notation.matrix(str(t.matrix))}{gap}{notation.name(t.source)}" for t in node.terms if t.kind != "fixed"
    ]
    if node.bias:
        parts.append(f"{d}{notation.matrix(node.bias)}")
    return f"{d}{gap if tex else ''}{notation.name(node.symbol)}", " + ".join(parts)
