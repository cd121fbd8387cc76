"""What BPTT and RTRL cost, as exact polynomials read off the plans that run.

n units, m inputs, T steps; multiply-adds and words for one sequence with a loss at every step. Biases are left out
unless asked for. An instrumented run of the same plan gives the same integers, for every cell and every T >= 1.

BPTT walks an edge at every step back from the one at which an error first reaches it. So it takes a polynomial in T as
soon as T is large enough for errors to have reached everything; a shorter sequence takes more than that polynomial.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np
import sympy

from errorflow.calculus.signs import is_below
from errorflow.calculus.words import Diag, Matrix, Word
from errorflow.definition import Definition, New
from errorflow.learning.plan import BackwardPlan, BlockPlan, backward_plan, forward_plan, is_diagonal

STEPS = sympy.Symbol("T", positive=True, integer=True)


@dataclass(frozen=True)
class Cost:
    """What one algorithm takes for a whole sequence.

    macs, elementwise: polynomials in n, m, T, multiply-adds and products entry by entry. memory: words beyond weights
    and gradient, for every T. kept: what these words hold, at all steps alike. exact: whether the gradient is exact.
    sizes: numbers put in for n, m, T. valid_from: the least T at which the polynomials hold; where a smaller one was
    given, macs and elementwise are what that T takes.
    """

    name: str
    macs: sympy.Expr
    elementwise: sympy.Expr
    memory: sympy.Expr
    kept: str
    exact: bool
    sizes: tuple[tuple[str, int], ...] = ()
    valid_from: int = 1

    @property
    def macs_total(self) -> int | None:
        """Multiply-adds at the sizes, None while some are open."""
        return self.total(self.macs)

    @property
    def elementwise_total(self) -> int | None:
        """Products entry by entry at the sizes, None while some are open."""
        return self.total(self.elementwise)

    @property
    def memory_words(self) -> int | None:
        """Words of memory at the sizes, None while some are open."""
        return self.total(self.memory)

    def total(self, polynomial: sympy.Expr) -> int | None:
        """The integer that `polynomial` is at the sizes, None while some are open."""
        value = polynomial.xreplace({_size(label): sympy.Integer(k) for label, k in self.sizes})
        return int(value) if value.is_Integer else None

    def json(self) -> dict[str, Any]:
        """The record as data, polynomials as text."""
        return {
            "name": self.name,
            "macs_total": self.macs_total,
            "elementwise_total": self.elementwise_total,
            "memory_words": self.memory_words,
            "exact": self.exact,
            "macs_polynomial": str(self.macs),
            "elementwise_polynomial": str(self.elementwise),
            "memory_polynomial": str(self.memory),
            "memory_holds": self.kept,
            **({"valid_from": self.valid_from} if self.valid_from > 1 else {}),
        }


def costs(
    definition: Definition,
    *,
    units: int | None = None,
    inputs: int | None = None,
    steps: int | None = None,
    biases: bool = False,
    **others: int | None,
) -> tuple[Cost, ...]:
    """The cost of BPTT and of RTRL for a cell, in this order.

    units, inputs, steps: numbers for n, m, T; others: for other size labels. What is left out stays a symbol.

    Raises: ValueError for a number that is not a positive integer, KeyError for a label that the cell does not have.
    """
    unknown = [label for label in others if label not in definition.sizes.values()]
    if unknown:
        known = ", ".join(dict.fromkeys(definition.sizes.values()))
        raise KeyError(f"cell {definition.name!r} has no size {', '.join(unknown)}; its sizes are {known}")
    sizes = []
    for label, number in {"n": units, "m": inputs, "T": steps, **others}.items():
        if number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
            raise ValueError(f"{_WORDS.get(label, label)} must be a positive integer, got {number!r}")
        sizes.append((label, int(number)))
    return tuple(cost(definition, biases, tuple(sizes)) for cost in (_bptt, _rtrl))


_WORDS = {"n": "units", "m": "inputs", "T": "steps"}


def _size(label: str) -> sympy.Symbol:
    return STEPS if label == "T" else sympy.Symbol(label, positive=True, integer=True)


def _length(definition: Definition, symbol: sympy.Symbol) -> sympy.Expr:
    return _size(definition.sizes[symbol])


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


def _weights(definition: Definition, biases: bool) -> sympy.Expr:
    """The number of learned weights."""
    total = sympy.Integer(0)
    for p in definition.parameters:
        if p.kind != "fixed" and (biases or p.kind != "bias"):
            total += _size(p.rows) * (_size(p.columns) if p.columns else 1)
    return total


def _forward(definition: Definition) -> tuple[sympy.Expr, sympy.Expr]:
    """(multiply-adds, elementwise products) of one step forward."""
    macs = elementwise = sympy.Integer(0)
    for node in definition.nodes:
        rows = _length(definition, node.symbol)
        if node.expression is not None:
            elementwise += products(node.expression) * rows
        for term in node.terms:
            if term.kind == "diagonal":
                elementwise += rows
            else:
                macs += rows * _length(definition, term.source)
    return macs, elementwise


def _bptt(definition: Definition, biases: bool, sizes: tuple[tuple[str, int], ...]) -> Cost:
    plan = backward_plan(definition)
    forward_macs, forward_elementwise = _forward(definition)
    macs, elementwise = STEPS * forward_macs, STEPS * forward_elementwise
    walked = [back for back in plan.edges if back.entry != 1]
    valid_from = max([1, *(back.left_out for back in walked)])
    given = sympy.Integer(dict(sizes).get("T", valid_from))
    for back in walked:
        rows = _length(definition, back.edge.target)
        steps = STEPS - back.left_out if given >= back.left_out else sympy.Integer(0)
        if back.entry is not None:
            elementwise += STEPS * products(back.entry) * rows
        if isinstance(back.edge.factor, Matrix) and back.edge.factor.kind != "diagonal":
            macs += steps * rows * _length(definition, back.edge.source)
        else:
            elementwise += steps * rows
    for node in plan.remade:
        elementwise += STEPS * products(node.expression) * _length(definition, node.symbol)
    for net, term in plan.outer:
        rows = _length(definition, net)
        if term.kind == "diagonal":
            elementwise += STEPS * rows
        else:
            macs += STEPS * rows * _length(definition, term.source)
    if given < valid_from:
        macs, elementwise = macs.xreplace({STEPS: given}), elementwise.xreplace({STEPS: given})
    memory, kept = _stored(definition, plan)
    macs, elementwise, memory = (sympy.expand(e) for e in (macs, elementwise, memory))
    return Cost("bptt", macs, elementwise, memory, kept, True, sizes, valid_from)


def _stored(definition: Definition, plan: BackwardPlan) -> tuple[sympy.Expr, str]:
    """The words that BPTT keeps, and what they hold. A state that is read both old and new is kept T + 1 times."""
    memory = sum((STEPS * _length(definition, s) for s in plan.kept if not isinstance(s, New)), sympy.Integer(0))
    for symbol in plan.kept:
        if isinstance(symbol, New):
            memory += (1 if symbol.of in plan.kept else STEPS) * _length(definition, symbol.of)
    names = dict.fromkeys(s.of.name if isinstance(s, New) else s.name for s in plan.kept)
    return memory, f"{', '.join(names)} at every step" if names else "nothing"


def _rtrl(definition: Definition, biases: bool, sizes: tuple[tuple[str, int], ...]) -> Cost:
    plan = forward_plan(definition)
    count = _weights(definition, biases)
    macs, elementwise = _forward(definition)
    for block in (*plan.across, *plan.within):
        more = _meeting(definition, block, count)
        macs, elementwise = macs + more[0], elementwise + more[1]
    kinds = {p.name: p.kind for p in definition.parameters}
    for entry in plan.immediate:
        rows = _size_of_block(definition, entry.block.row)
        inside = _length(definition, entry.net)
        if entry.block.mode == "diagonal":
            elementwise += _diagonal_cost(entry.block, rows)
        else:
            more = _forming(definition, entry.block)
            macs, elementwise = macs + more[0], elementwise + more[1]
        for term in entry.terms:
            if kinds[str(term.matrix)] == "fixed":
                continue
            columns = _length(definition, term.source) if term.kind == "dense" else sympy.Integer(1)
            if entry.block.mode == "diagonal":
                elementwise += rows * columns
            else:
                macs += rows * inside * columns
    macs += _length(definition, definition.output) * count
    memory = count * sum((_length(definition, s) for s in definition.states), sympy.Integer(0))
    macs, elementwise, memory = (sympy.expand(e) for e in (STEPS * macs, STEPS * elementwise, memory))
    return Cost("rtrl", macs, elementwise, memory, "the influence of every weight on the state", True, sizes)


def _size_of_block(definition: Definition, name: str) -> sympy.Expr:
    symbols = {s.name: s for s in (*definition.states, *(n.symbol for n in definition.nodes))}
    return _length(definition, symbols[name])


def _diagonal_cost(block: BlockPlan, rows: sympy.Expr) -> sympy.Expr:
    """Products that make the one diagonal of a block."""
    total = 0
    for word in block.words:
        total += sum(products(f.entry) for f in word if isinstance(f, Diag)) + max(len(word) - 1, 0)
    return total * rows


def _meeting(definition: Definition, block: BlockPlan, columns: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """(multiply-adds, elementwise products) of one block meeting the influence matrix."""
    rows = _size_of_block(definition, block.row)
    if block.mode == "diagonal":
        scaling = sympy.Integer(0) if block.words == ((),) else rows * columns
        return scaling, _diagonal_cost(block, rows)
    if block.mode == "dense":
        macs, elementwise = _forming(definition, block)
        return macs + rows * _size_of_block(definition, block.column) * columns, elementwise
    macs = elementwise = sympy.Integer(0)
    height = _size_of_block(definition, block.column)
    for factor in reversed(block.words[0]):
        if is_diagonal(factor):
            macs += height * columns
            elementwise += products(factor.entry) * height if isinstance(factor, Diag) else 0
        else:
            assert isinstance(factor, Matrix)
            new_height = _rows(definition, factor)
            macs += new_height * height * columns
            height = new_height
    return macs, elementwise


def _forming(definition: Definition, block: BlockPlan) -> tuple[sympy.Expr, sympy.Expr]:
    """(multiply-adds, elementwise products) of writing a block out as a dense matrix."""
    macs = elementwise = sympy.Integer(0)
    for word in block.words:
        more = _forming_word(definition, word, _size_of_block(definition, block.column))
        macs, elementwise = macs + more[0], elementwise + more[1]
    return macs, elementwise


def _forming_word(definition: Definition, word: Word, columns: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    macs = elementwise = sympy.Integer(0)
    height, state = columns, "nothing"
    for factor in reversed(word):
        if is_diagonal(factor):
            elementwise += products(factor.entry) * height if isinstance(factor, Diag) else 0
            elementwise += {"nothing": sympy.Integer(0), "vector": height, "matrix": height * columns}[state]
            state = "vector" if state != "matrix" else state
            continue
        assert isinstance(factor, Matrix)
        new_height = _rows(definition, factor)
        if state == "vector":
            elementwise += new_height * height
        elif state == "matrix":
            macs += new_height * height * columns
        height, state = new_height, "matrix"
    return macs, elementwise


def _rows(definition: Definition, factor: Matrix) -> sympy.Expr:
    return _size(next(p.rows for p in definition.parameters if p.name == factor.name))
