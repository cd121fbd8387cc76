"""Counting: multiply-adds and products entry by entry of the pieces that plans are made of.

n units, m inputs, T steps; for one sequence with a loss at every step. Biases are left out unless asked for. An
instrumented run of the same plan gives the same integers, for every cell and every T >= 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

import sympy

from errorflow.calculus.signs import is_below
from errorflow.calculus.words import Diag, Matrix, Word
from errorflow.definition import Definition, New
from errorflow.learning.cost import STEPS, size
from errorflow.learning.plan import Back, BackwardPlan, BlockPlan, Immediate, is_diagonal

ZERO = sympy.Integer(0)


@dataclass(frozen=True)
class Count:
    """macs: multiply-adds. elementwise: products entry by entry. Polynomials, which add and are taken many times."""

    macs: sympy.Expr = ZERO
    elementwise: sympy.Expr = ZERO

    def __add__(self, other: Count) -> Count:
        return Count(self.macs + other.macs, self.elementwise + other.elementwise)

    def __mul__(self, times: sympy.Expr | int) -> Count:
        return Count(times * self.macs, times * self.elementwise)


def total(counts: Iterable[Count]) -> Count:
    """Their sum."""
    return sum(counts, Count())


def products(expression: sympy.Expr) -> int:
    """How many products, quotients and squares one entry of `expression` takes as written; numbers alone take none."""
    if not expression.free_symbols:
        return 0
    if expression.is_Mul:
        written = [f for f in expression.as_ordered_factors() if f not in (1, -1)]
        above = _numbers_as_one([f for f in written if not is_below(f)])
        below = _numbers_as_one([f for f in written if is_below(f)])
        # All that is below is one product and one quotient, which takes the place of a product and of an inverse.
        joined = len(above) + len(below) - 1 if above else len(below)
        return joined + sum(products(f) - is_below(f) for f in (*above, *below) if f.free_symbols)
    if expression.is_Pow:
        exponent = expression.exp
        own = abs(int(exponent)) - 1 if exponent.is_Integer else 0
        own += 1 if exponent.is_negative else 0
        return own + products(expression.base)
    return sum(products(argument) for argument in expression.args)


def _numbers_as_one(factors: list[sympy.Expr]) -> list[sympy.Expr]:
    """The factors with the numbers at their head as one: these meet before any vector does."""
    numbers = list(takewhile(lambda f: not f.free_symbols, factors))
    return [*numbers[-1:], *factors[len(numbers) :]]


def length(definition: Definition, vector: sympy.Symbol | str) -> sympy.Expr:
    """The number of entries of a vector; a state may be called by its name."""
    if isinstance(vector, str):
        symbols = {s.name: s for s in (*definition.states, *(n.symbol for n in definition.nodes))}
        vector = symbols[vector]
    return size(definition.sizes[vector])


def weights(definition: Definition, biases: bool) -> sympy.Expr:
    """The number of learned weights."""
    learned = (p for p in definition.parameters if p.kind != "fixed" and (biases or p.kind != "bias"))
    return sum((size(p.rows) * (size(p.columns) if p.columns else 1) for p in learned), ZERO)


def forward(definition: Definition) -> Count:
    """One step forward."""
    found = []
    for node in definition.nodes:
        rows = length(definition, node.symbol)
        if node.expression is not None:
            found.append(Count(elementwise=products(node.expression) * rows))
        for term in node.terms:
            diagonal = term.kind == "diagonal"
            found.append(Count(elementwise=rows) if diagonal else Count(rows * length(definition, term.source)))
    return total(found)


def slopes(definition: Definition, plan: BackwardPlan) -> Count:
    """The local derivatives of one step, and what is made again for it."""
    entries = [(back.entry, back.edge.target) for back in plan.edges if back.entry is not None and back.entry != 1]
    entries += [(node.expression, node.symbol) for node in plan.remade]
    return total(Count(elementwise=products(e) * length(definition, vector)) for e, vector in entries)


def outer(definition: Definition, plan: BackwardPlan) -> Count:
    """The products of one step that give the gradient, for one error."""
    found = []
    for net, term in plan.outer:
        rows = length(definition, net)
        diagonal = term.kind == "diagonal"
        found.append(Count(elementwise=rows) if diagonal else Count(rows * length(definition, term.source)))
    return total(found)


def walked(definition: Definition, plan: BackwardPlan) -> tuple[tuple[Back, Count], ...]:
    """What one error takes along every edge that is more than a passing on."""
    found = []
    for back in plan.edges:
        if back.entry == 1:
            continue
        rows = length(definition, back.edge.target)
        dense = isinstance(back.edge.factor, Matrix) and back.edge.factor.kind != "diagonal"
        columns = length(definition, back.edge.source)
        found.append((back, Count(rows * columns) if dense else Count(elementwise=rows)))
    return tuple(found)


def stored(definition: Definition, plan: BackwardPlan) -> tuple[sympy.Expr, str]:
    """The words that a backward pass over T steps reads, and what they hold.

    A state that is read both old and new is kept T + 1 times.
    """
    memory = sum((STEPS * length(definition, s) for s in plan.kept if not isinstance(s, New)), ZERO)
    for symbol in plan.kept:
        if isinstance(symbol, New):
            memory += (1 if symbol.of in plan.kept else STEPS) * length(definition, symbol.of)
    names = dict.fromkeys(s.of.name if isinstance(s, New) else s.name for s in plan.kept)
    return sympy.expand(memory), f"{', '.join(names)} at every step" if names else "nothing"


def words(definition: Definition, plan: BackwardPlan, steps: sympy.Expr | int) -> sympy.Expr:
    """The words that a backward pass over so many steps reads."""
    return sympy.expand(stored(definition, plan)[0].xreplace({STEPS: sympy.sympify(steps)}))


def diagonal(block: BlockPlan, rows: sympy.Expr) -> Count:
    """Making the one diagonal that the words of a block add up to."""
    found = 0
    for word in block.words:
        found += sum(products(f.entry) for f in word if isinstance(f, Diag)) + max(len(word) - 1, 0)
    return Count(elementwise=found * rows)


def meeting(definition: Definition, block: BlockPlan, columns: sympy.Expr) -> Count:
    """One block meeting an influence matrix of so many columns."""
    rows = length(definition, block.row)
    if block.mode == "diagonal":
        return Count(ZERO if block.words == ((),) else rows * columns) + diagonal(block, rows)
    if block.mode == "dense":
        return forming(definition, block) + Count(rows * length(definition, block.column) * columns)
    found, height = Count(), length(definition, block.column)
    for factor in reversed(block.words[0]):
        if is_diagonal(factor):
            entry = products(factor.entry) * height if isinstance(factor, Diag) else ZERO
            found += Count(height * columns, entry)
        else:
            assert isinstance(factor, Matrix)
            higher = _rows(definition, factor)
            found, height = found + Count(higher * height * columns), higher
    return found


def entering(definition: Definition, entry: Immediate) -> Count:
    """The direct influence of the weights of one affine map on one new state."""
    rows, inside = length(definition, entry.block.row), length(definition, entry.net)
    scaled = entry.block.mode == "diagonal"
    found = diagonal(entry.block, rows) if scaled else forming(definition, entry.block)
    for term in entry.terms:
        if term.kind != "fixed":
            columns = length(definition, term.source) if term.kind == "dense" else sympy.Integer(1)
            found += Count(elementwise=rows * columns) if scaled else Count(rows * inside * columns)
    return found


def forming(definition: Definition, block: BlockPlan) -> Count:
    """Writing a block out as a dense matrix."""
    return total(_forming_word(definition, word, length(definition, block.column)) for word in block.words)


def _forming_word(definition: Definition, word: Word, columns: sympy.Expr) -> Count:
    found, height, state = Count(), columns, "nothing"
    for factor in reversed(word):
        if is_diagonal(factor):
            entry = products(factor.entry) * height if isinstance(factor, Diag) else ZERO
            met = {"nothing": ZERO, "vector": height, "matrix": height * columns}[state]
            found += Count(elementwise=entry + met)
            state = "vector" if state != "matrix" else state
            continue
        assert isinstance(factor, Matrix)
        higher = _rows(definition, factor)
        if state == "vector":
            found += Count(elementwise=higher * height)
        elif state == "matrix":
            found += Count(higher * height * columns)
        height, state = higher, "matrix"
    return found


def _rows(definition: Definition, factor: Matrix) -> sympy.Expr:
    return size(next(p.rows for p in definition.parameters if p.name == factor.name))
