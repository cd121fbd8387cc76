"""A run of a cell, step by step, in the fewest calls: the program of a step is made once and then repeated.

Here a vector is a column and a batch is columns side by side, (T, width, batch), so that a gate is one piece of memory
and so are neighbouring gates. All affine maps stand below one another in one array, all other vectors of a step in
another. Vectors that nobody asks for are kept for a few steps only: their array is used over and over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import sympy

from errorflow.definition import Definition, New, Node
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import Elementwise, compiled
from errorflow.numeric.fusion import Product, calls, products

Columns = dict[sympy.Symbol, Array]  # (T, width, batch)
Operation = Callable[[int], None]  # what is done at step t
_TOGETHER = 256  # columns, steps times sequences, of the inputs that are met at once

Place = tuple[Array, int]  # an array, shorter than the run if it is used over and over; how many steps later than t


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
    where: dict[sympy.Symbol, Place] = {s: (part.rows(s), 0) for part in (nets, rest) for s in part.spans}
    where |= {x: (array.swapaxes(1, 2), 0) for x, array in inputs.items()}
    for old, new in compiled(definition).news.items():
        where[old], where[new] = (states[old.name], 0), (states[old.name], 1)
    program = _program(definition, weights, nets, rest, where)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for t in range(steps):
            if t % together == 0:
                begin(t)
            for operation in program:
                operation(t)
    return {s: where[s][0] for part, lasts in zip(parts, lasting, strict=True) if lasts for s in part}


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
    np.matmul(matrix, columns, out=out)


def _program(
    definition: Definition, weights: dict[str, Array], nets: Stack, rest: Stack, where: dict[sympy.Symbol, Place]
) -> list[Operation]:
    """What is done at each step, in order: a map is complete before it is read, and nothing is done twice."""
    functions = dict(zip((n.symbol for n in definition.nodes), (f for _, f in compiled(definition).nodes), strict=True))
    together = {node.symbol: run for run in calls(definition) for node in run}
    done: set[object] = set()
    program: list[Operation] = []

    def complete(node: Node) -> None:
        if node.symbol in done:
            return
        done.add(node.symbol)
        for product in products(definition):
            if node.symbol in product.nets and product not in done and product.source not in definition.inputs:
                done.add(product)
                target = nets.rows(*product.nets)
                program.append(_product(stacked_weights(product, weights), *where[product.source], target))
        for term in node.terms:
            if term.kind == "diagonal" and term.source not in definition.inputs:
                diagonal = weights[str(term.matrix)][:, None]
                program.append(_scaling(diagonal, *where[term.source], nets.rows(node.symbol)))

    nodes = {node.symbol: node for node in definition.nodes}
    for node in definition.nodes:
        if node.expression is None:
            complete(node)
        elif node.symbol not in done:
            run = together.get(node.symbol, (node,))
            function = functions[node.symbol]
            assert function is not None
            if len(run) == 1:
                program.append(_call(function, [where[s] for s in function.reads], where[node.symbol]))
                continue
            arguments = [one.expression.args[0] for one in run]  # type: ignore[union-attr]
            for argument in arguments:
                complete(nodes[argument])
            done |= {one.symbol for one in run}
            read, target = nets.rows(*arguments), rest.rows(*(one.symbol for one in run))
            program.append(_call(function, [(read, 0)], (target, 0)))
    return program


def _product(matrix: Array, source: Array, later: int, target: Array) -> Operation:
    room = np.empty((len(matrix), source.shape[2]))

    def operation(t: int) -> None:
        row = target[t % len(target)]
        np.add(row, np.matmul(matrix, source[(t + later) % len(source)], out=room), out=row)

    return operation


def _scaling(diagonal: Array, source: Array, later: int, target: Array) -> Operation:
    def operation(t: int) -> None:
        target[t % len(target)] += diagonal * source[(t + later) % len(source)]

    return operation


def _call(function: Elementwise, reads: list[Place], target: Place) -> Operation:
    array, ahead = target
    called = function.function
    if len(reads) == 1:
        only, later = reads[0]

        def one(t: int) -> None:
            array[(t + ahead) % len(array)] = called(only[(t + later) % len(only)])

        return one

    def several(t: int) -> None:
        array[(t + ahead) % len(array)] = called(*[source[(t + later) % len(source)] for source, later in reads])

    return several
