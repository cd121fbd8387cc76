"""The graph of a cell as something to be drawn: boxes with their text, arrows with their derivative and kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sympy

from errorflow.calculus.edges import Edge, edges
from errorflow.calculus.latex import Notation
from errorflow.calculus.words import Diag
from errorflow.definition import Definition, New, Node

Role = Literal["old", "input", "affine", "elementwise", "new"]
Kind = Literal["carry", "cut", "plain"]


@dataclass(frozen=True)
class Vertex:
    """One box.

    symbol: the vector it stands for. name, formula: what is written in it, as (LaTeX, plain text); the formula is
    empty where the arrows say it all.
    """

    symbol: sympy.Symbol
    role: Role
    name: tuple[str, str]
    formula: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Arrow:
    """One edge, from box number `source` to box number `target`.

    label: the derivative of the target by the source, (LaTeX, plain text); a vector stands for its diagonal matrix.
    kind: "cut" where truncation deletes it, "carry" where it lies on a path from an old state to a new one
    that truncation leaves whole, else "plain".
    """

    source: int
    target: int
    label: tuple[str, str]
    kind: Kind


@dataclass(frozen=True)
class Diagram:
    """The picture of a definition: old states and inputs first, then the vectors in the order of the definition."""

    title: str
    vertices: tuple[Vertex, ...]
    arrows: tuple[Arrow, ...]

    def description(self) -> str:
        """The picture in words, for those who cannot see it."""
        read = {
            v.name[1]: [self.vertices[a.source].name[1] for a in self.arrows if a.target == k]
            for k, v in enumerate(self.vertices)
        }
        parts = [f"{name} reads {', '.join(sources)}" for name, sources in read.items() if sources]
        cut = sum(a.kind == "cut" for a in self.arrows)
        return f"Graph of the cell {self.title}: {'; '.join(parts)}. Truncation cuts {cut} of {len(self.arrows)} edges."


def diagram(definition: Definition) -> Diagram:
    """The diagram of a cell: one box for each vector, one arrow for each edge of `calculus.edges`."""
    tex, plain = Notation(definition), Notation(definition, tex=False)

    def named(symbol: sympy.Symbol) -> tuple[str, str]:
        return tex.name(symbol), plain.name(symbol)

    vertices = [Vertex(s, "old", named(s)) for s in definition.states]
    vertices += [Vertex(s, "input", named(s)) for s in definition.inputs]
    for node in definition.nodes:
        value = (tex.right_side(node), plain.right_side(node)) if node.expression is not None else ("", "")
        name, formula = (value, ("", "")) if node.inner else (named(node.symbol), value)
        vertices.append(Vertex(node.symbol, _role(node), name, formula))
    number = {v.symbol: k for k, v in enumerate(vertices)}
    found = edges(definition)
    carry = _carry(definition, found)
    arrows = [
        Arrow(number[e.source], number[e.target], (_derivative(tex, e), _derivative(plain, e)), _kind(e, carry))
        for e in found
    ]
    return Diagram(definition.name, tuple(vertices), tuple(arrows))


def _role(node: Node) -> Role:
    if isinstance(node.symbol, New):
        return "new"
    return "affine" if node.expression is None else "elementwise"


def _derivative(notation: Notation, edge: Edge) -> str:
    if isinstance(edge.factor, Diag):
        return notation.entry(edge.factor.entry)
    return notation.matrix(edge.factor.name)


def _kind(edge: Edge, carry: set[Edge]) -> Kind:
    return "cut" if edge.cut else "carry" if edge in carry else "plain"


def _carry(definition: Definition, found: tuple[Edge, ...]) -> set[Edge]:
    """The edges on paths without cut edge from an old state to a new one. found: in the order of the nodes."""
    kept = [e for e in found if not e.cut]
    from_old: set[sympy.Symbol] = set(definition.states)
    for edge in kept:
        if edge.source in from_old:
            from_old.add(edge.target)
    to_new: set[sympy.Symbol] = {New(s) for s in definition.states}
    for edge in reversed(kept):
        if edge.target in to_new:
            to_new.add(edge.source)
    return {e for e in kept if e.source in from_old and e.target in to_new}
