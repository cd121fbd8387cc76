"""Local derivatives along the graph, and which edges truncation deletes.

Every edge source -> vector carries one factor: diag of a scalar partial derivative, or a matrix. All that follows
(formulas, numbers, costs, gradients) is a sum over paths of products of these factors.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sympy

from errorflow.activations import partial
from errorflow.calculus.words import Diag, Matrix
from errorflow.definition import Definition, New

Truncation = bool | Collection[str]


@dataclass(frozen=True)
class Edge:
    """source -> target with its local derivative.

    cut: whether truncation deletes it. The 1997 truncation deletes the edges by which an old state enters an affine map
    through a full matrix; the edges that are left are the carry.
    """

    target: sympy.Symbol
    source: sympy.Symbol
    factor: Diag | Matrix
    cut: bool


def edges(definition: Definition) -> tuple[Edge, ...]:
    """All edges, in the order of the nodes.

    Source: Hochreiter & Schmidhuber 1997, appendix A.1, for what is cut.
    """
    carried = set(definition.states)
    found: list[Edge] = []
    for node in definition.nodes:
        local: list[Edge] = []
        if node.expression is not None:
            for source in node.sources:
                derivative = partial(node.expression, source)
                if derivative != 0:
                    local.append(Edge(node.symbol, source, Diag(derivative), False))
        for term in node.terms:
            cut = term.kind != "diagonal" and term.source in carried
            local.append(Edge(node.symbol, term.source, Matrix(str(term.matrix), term.kind), cut))
        if any(e.source in carried and not e.cut for e in local) and not isinstance(node.symbol, New):
            carried.add(node.symbol)
        found += local
    return tuple(found)


def is_cut(edge: Edge, truncated: Truncation) -> bool:
    """Whether `edge` is deleted: all cut edges for True, those into the named maps for a collection of labels."""
    if isinstance(truncated, bool):
        return truncated and edge.cut
    return edge.cut and getattr(edge.target, "label", None) in truncated


def check_truncation(definition: Definition, truncated: Truncation) -> None:
    """Raises KeyError if `truncated` names a map that has no edge to cut, TypeError if it is a plain string."""
    if isinstance(truncated, bool):
        return
    if isinstance(truncated, str):
        raise TypeError(f"truncated must be True, False or a collection of labels such as {{'f'}}, got {truncated!r}")
    labels = gates(definition)
    for label in truncated:
        if label not in labels:
            raise KeyError(
                f"cell {definition.name!r} has no truncated edges into {label!r}; there are {', '.join(labels)}"
            )


def gates(definition: Definition) -> tuple[str, ...]:
    """Labels of the maps through which error leaves the carry."""
    return tuple(dict.fromkeys(e.target.label for e in edges(definition) if e.cut))
