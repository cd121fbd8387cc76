"""The graph of a cell as NumPy functions: each elementwise vector and each local derivative, compiled once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy

from errorflow.activations import NUMPY_FUNCTIONS
from errorflow.calculus.edges import Edge, edges
from errorflow.calculus.words import Diag, Matrix
from errorflow.definition import Definition, New, Node
from errorflow.numeric.arrays import Array


@dataclass(frozen=True)
class Elementwise:
    """A scalar expression that runs on whole arrays. reads: the names of its arguments, in order."""

    reads: tuple[sympy.Symbol, ...]
    function: Callable[..., Array]

    def __call__(self, values: dict[sympy.Symbol, Array], shape: tuple[int, ...]) -> Array:
        result = self.function(*(values[s] for s in self.reads))
        return result if np.shape(result) == shape else np.broadcast_to(np.asarray(result, dtype=float), shape)


@dataclass(frozen=True)
class Slope:
    """An edge with its local derivative made executable: a scalar function, or the name of a matrix."""

    edge: Edge
    entry: Elementwise | None
    matrix: str | None
    diagonal: bool


@dataclass(frozen=True)
class Compiled:
    """A cell that runs.

    nodes: (node, its function; None for an affine one). slopes: all edges but those from inputs, grouped by target in
    node order. news: state -> its new value, the very symbol that the edges hold. reading: the edges from inputs.
    """

    nodes: tuple[tuple[Node, Elementwise | None], ...]
    slopes: tuple[Slope, ...]
    news: dict[sympy.Symbol, sympy.Symbol]
    reading: tuple[Slope, ...]


@lru_cache(maxsize=128)
def compiled(definition: Definition) -> Compiled:
    """The executable form of a definition."""
    nodes = tuple((n, None if n.expression is None else elementwise(n.expression)) for n in definition.nodes)
    reading, slopes = (
        tuple(_slope(e) for e in edges(definition) if (e.source in definition.inputs) == read) for read in (True, False)
    )
    news = {n.symbol.of: n.symbol for n in definition.nodes if isinstance(n.symbol, New)}
    return Compiled(nodes, slopes, {s: news[s] for s in definition.states}, reading)


@lru_cache(maxsize=4096)
def elementwise(expression: sympy.Expr) -> Elementwise:
    """`expression` as a NumPy function. Slopes run in their stable form."""
    reads = tuple(sorted(expression.free_symbols, key=lambda s: s.name))
    plain = [sympy.Dummy() for _ in reads]
    body = expression.xreplace(dict(zip(reads, plain, strict=True)))
    return Elementwise(reads, sympy.lambdify(plain, body, modules=[NUMPY_FUNCTIONS, "numpy"]))


def _slope(edge: Edge) -> Slope:
    factor = edge.factor
    if isinstance(factor, Diag):
        return Slope(edge, elementwise(factor.entry), None, False)
    assert isinstance(factor, Matrix)
    return Slope(edge, None, factor.name, factor.kind == "diagonal")
