"""A run of a cell, step by step, in the fewest calls: the program of a step is made once and then repeated.

Here a vector is a column and a batch is columns side by side, (T, width, batch), so that a gate is one piece of memory
and so are neighbouring gates. All affine maps stand below one another in one array, all other vectors of a step in
another. Vectors that nobody asks for are kept for a few steps only: their array is used over and over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import sympy

from errorflow.definition import Definition, New, Node
from errorflow.numeric import pieces
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import compiled
from errorflow.numeric.fusion import Product, calls, products
from errorflow.numeric.lines import Scratch, lines, walk

Columns = dict[sympy.Symbol, Array]  # (T, width, batch)
Operation = Callable[[int], None]  # what is done at step t
_TOGETHER = 256  # columns, steps times sequences, of the inputs that are met at once


@dataclass(frozen=True, eq=False)
class Place:
    """Where a vector stands at every step: an array, shorter than the run if it is used over and over.

    later: how many steps later than t it stands for.
    """

    array: Array
    later: int = 0

    def over(self, start: int, count: int) -> Array:
        """At some steps, which begin where the array begins anew if it is short."""
        first = start % len(self.array) + self.later if len(self.array) else 0
        return self.array[first : first + count]


Call = tuple[Callable[..., Any], tuple[Place | Array | float, ...]]  # what stands at no place is the same at every step


@dataclass(frozen=True, eq=False)
class Stack:
    """Vectors below one another in one array, (T, all widths, batch).

    spans: the first row of each, and the last one and one.
    """

    array: Array
    spans: dict[sympy.Symbol, tuple[int, int]]

    def rows(self, *neighbours: sympy.Symbol) -> Array:
        """Neighbouring vectors as one."""
        return self.array[:, self.spans[neighbours[0]][0] : self.spans[neighbours[-1]][1]]


def advance(
    definition: Definition,
    weights: dict[str, Array],
    sizes: dict[str, int],
    inputs: Columns,
    states: dict[str, Array],
    wanted: Collection[sympy.Symbol],
) -> Columns:
    """Vectors of every step, those that are wanted among them; the states are filled in.

    inputs: (T, batch, m). states: name -> (T + 1, width, batch), the first one given.
    """
    length, _, batch = next(iter(states.values())).shape
    steps = length - 1
    together = max(1, _TOGETHER // batch)
    ends = [n.symbol for n in definition.nodes if not isinstance(n.symbol, New)]
    affine = {n.symbol for n in definition.nodes if n.expression is None}
    widths = {s: sizes[definition.sizes[s]] for s in ends}
    parts = ([s for s in ends if s in affine], [s for s in ends if s not in affine])
    lasting = [not set(part).isdisjoint(wanted) for part in parts]
    nets, rest = (
        stack(part, widths, steps if lasts else min(steps, together), batch)
        for part, lasts in zip(parts, lasting, strict=True)
    )
    begin = _beginning(definition, weights, inputs, nets, together)
    where = {s: Place(part.rows(s)) for part in (nets, rest) for s in part.spans}
    where |= {x: Place(array.swapaxes(1, 2)) for x, array in inputs.items()}
    for old, new in compiled(definition).news.items():
        where[old], where[new] = Place(states[old.name]), Place(states[old.name], 1)
    program = _program(definition, weights, nets, rest, where)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for start in range(0, steps, together):
            begin(start)
            count = min(together, steps - start)
            walk(count, ((function, _at(places, start, count)) for function, places in program))
    return {s: where[s].array for part, lasts in zip(parts, lasting, strict=True) if lasts for s in part}


def _at(places: Iterable[Place | Array | float], start: int, count: int) -> tuple[Iterable[Any], ...]:
    return tuple(p.over(start, count) if isinstance(p, Place) else repeat(p) for p in places)


def stack(symbols: list[sympy.Symbol], widths: dict[sympy.Symbol, int], steps: int, batch: int) -> Stack:
    """Room for these vectors, in this order."""
    ends = np.cumsum([0, *(widths[s] for s in symbols)]).tolist()
    return Stack(np.empty((steps, ends[-1], batch)), {s: (ends[k], ends[k + 1]) for k, s in enumerate(symbols)})


def stacked_weights(product: Product, weights: dict[str, Array]) -> Array:
    """The matrices of a product below one another."""
    return np.concatenate([weights[name] for name in product.matrices]) if len(product.nets) > 1 else (
        weights[product.matrices[0]]
    )  # fmt: skip


def _beginning(
    definition: Definition, weights: dict[str, Array], inputs: Columns, nets: Stack, together: int
) -> Operation:
    """From step t on, for so many steps at once: U x + b of every affine vector."""
    biases = np.zeros((nets.array.shape[1], 1))
    for node in definition.nodes:
        if node.bias:
            biases[slice(*nets.spans[node.symbol])] = weights[node.bias][:, None]
    through = [(p, stacked_weights(p, weights)) for p in products(definition) if p.source in inputs]
    # The first product may bring the biases along, as one more column for an input that is 1.
    bringing = through.pop(0) if through and through[0][0].nets == tuple(nets.spans) else None
    matrix = None if bringing is None else np.concatenate([bringing[1], biases], axis=1)
    diagonals = [
        (node.symbol, term.source, weights[str(term.matrix)][:, None])
        for node in definition.nodes
        for term in node.terms
        if term.source in inputs and term.kind == "diagonal"
    ]

    def begin(t: int) -> None:
        start = t % len(nets.array)
        some = {x: array[t : t + together] for x, array in inputs.items()}
        count = min(together, len(next(iter(some.values())))) if some else len(nets.array)
        here = slice(start, start + count)
        if bringing is None or matrix is None:
            nets.array[here] = biases
        else:
            _times(matrix, some[bringing[0].source], nets.array[here])
        for product, stacked in through:
            rows = nets.rows(*product.nets)[here]
            part = np.empty(rows.shape)
            _times(stacked, some[product.source], part)
            rows += part
        for net, source, diagonal in diagonals:
            rows = nets.rows(net)[here]
            rows += diagonal * some[source].swapaxes(1, 2)

    return begin


def _times(matrix: Array, vectors: Array, out: Array) -> None:
    """matrix @ vector at every step, (T, rows, batch), of vectors (T, batch, m). One sequence takes one product.

    A matrix with a column more than m has it for an input that is 1.
    """
    steps, batch, m = vectors.shape
    if batch == 1:
        np.matmul(vectors[:, 0], matrix[:, :m].T, out=out[:, :, 0])
        if matrix.shape[1] > m:
            out += matrix[:, m:]
        return
    columns = np.ones((steps, matrix.shape[1], batch))
    columns[:, :m] = vectors.swapaxes(1, 2)
    cut = pieces.number(matrix, batch)
    np.matmul(pieces.cut(matrix, cut), columns[:, None], out=pieces.cut(out, cut))


def _program(
    definition: Definition, weights: dict[str, Array], nets: Stack, rest: Stack, where: dict[sympy.Symbol, Place]
) -> list[Call]:
    """What is done at each step, in order: a map is complete before it is read, and nothing is done twice."""
    together = {node.symbol: run for run in calls(definition) for node in run}
    full = [p for p in products(definition) if p.source not in definition.inputs]
    done: set[object] = set()
    program: list[Call] = []

    def complete(node: Node) -> None:
        if node.symbol in done:
            return
        done.add(node.symbol)
        for product in full:
            if node.symbol in product.nets and product not in done:
                done.add(product)
                target = nets.rows(*product.nets)
                program.extend(_added(stacked_weights(product, weights), where[product.source], target))
        for term in node.terms:
            if term.kind == "diagonal" and term.source not in definition.inputs:
                target, diagonal = nets.rows(node.symbol), weights[str(term.matrix)][:, None]
                room, whole = np.empty(target.shape[1:]), Place(target)
                program.append((np.multiply, (diagonal, where[term.source], room)))
                program.append((np.add, (whole, room, whole)))

    nodes = {node.symbol: node for node in definition.nodes}
    for node in definition.nodes:
        if node.expression is None:
            complete(node)
        elif node.symbol not in done:
            run = together.get(node.symbol, (node,))
            if len(run) == 1:
                program.extend(_evaluated(node.expression, where, where[node.symbol]))
                continue
            arguments = [one.expression.args[0] for one in run]  # type: ignore[union-attr]
            for argument in arguments:
                complete(nodes[argument])
            done |= {one.symbol for one in run}
            read, target = nets.rows(*arguments), rest.rows(*(one.symbol for one in run))
            program.extend(_evaluated(node.expression, {arguments[0]: Place(read)}, Place(target)))
    return program


def _added(matrix: Array, source: Place, target: Array) -> list[Call]:
    """target += matrix @ source."""
    batch = target.shape[2]
    cut = pieces.number(matrix, batch)
    room, whole = np.empty((len(matrix), batch)), Place(target)
    product = (np.matmul, (pieces.cut(matrix, cut), source, pieces.cut(room, cut)))
    return [product, (np.add, (whole, room, whole))]


def _evaluated(expression: sympy.Expr, where: dict[sympy.Symbol, Place], target: Place) -> list[Call]:
    """target = expression."""
    program = lines(expression)
    places: dict[object, Place | Array] = {Scratch(0): target, **where}
    found: list[Call] = []
    for line in program:
        places.setdefault(line.target, np.empty(target.array.shape[1:]))
        reads = (read if isinstance(read, float) else places[read] for read in line.reads)
        found.append((line.function, (*reads, places[line.target])))
    return found
