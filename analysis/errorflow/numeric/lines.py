"""Straight lines: NumPy calls that write into memory that is there already, repeated from step to step.

`f c + i g` is product, product, sum. The lines of a step walk side by side over its arrays, so that no step looks
anything up, asks for memory or passes through the interpreter between two calls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any

import numpy as np
import sympy

from errorflow.activations import BY_FUNCTION, NUMPY_FUNCTIONS
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise


@dataclass(frozen=True)
class Scratch:
    """Memory of a program: 0 is where the value of an expression goes, others are for what comes between."""

    number: int


Operand = Any  # a symbol, scratch memory or a number


@dataclass(frozen=True)
class Line:
    """target = function(*reads), entry by entry; the function takes the target as its last argument."""

    function: Callable[..., Any]
    reads: tuple[Operand, ...]
    target: Scratch


@dataclass(frozen=True)
class Copied:
    """A function that makes an array of its own, as one that writes into the target."""

    function: Callable[..., Any]

    def __call__(self, *reads_and_target: Any) -> None:
        *reads, target = reads_and_target
        target[...] = self.function(*reads)


Bound = tuple[Callable[..., Any], tuple[Iterable[Any], ...]]  # a function, and what stands at each place at each step


def walk(steps: int, program: Iterable[Bound]) -> None:
    """Runs a program: at each of the steps, the first call, the second, and so on."""
    deque(zip(range(steps), *(map(function, *places) for function, places in program), strict=False), maxlen=0)


@lru_cache(maxsize=4096)
def lines(expression: sympy.Expr) -> tuple[Line, ...]:
    """`expression` as lines, whose last one writes `Scratch(0)`. Functions run in their stable form."""
    found: list[Line] = []
    value = _value(expression, Scratch(0), 1, found)
    if value != Scratch(0):
        found.append(Line(np.positive, (value,), Scratch(0)))
    return tuple(found)


def _value(e: sympy.Expr, room: Scratch, free: int, found: list[Line]) -> Operand:
    """Where the value of `e` stands, after lines that put it into `room` if it stands nowhere yet.

    free: the number of the first scratch memory that may be overwritten.
    """
    if e.is_Symbol:
        return e
    if not e.free_symbols:
        return float(e)
    if e.is_Add:
        return _sum(e, room, free, found)
    if e.is_Mul:
        return _product(e, room, free, found)
    if e.is_Pow and e.exp.is_Rational:
        return _power(e, room, free, found)
    if e.func in BY_FUNCTION or e.func is sympy.exp:
        argument = _value(e.args[0], room, free, found)
        found.append(Line(_written(e.func), (argument,), room))
        return room
    # A choice between cases, a maximum, a vector in an exponent.
    whole = elementwise(e)
    found.append(Line(Copied(whole.function), whole.reads, room))
    return room


def _written(function: Any) -> Callable[..., Any]:
    if function is sympy.exp:
        return np.exp
    value = BY_FUNCTION[function].value
    return value if isinstance(value, np.ufunc) else _WRITES.get(function.__name__) or Copied(
        NUMPY_FUNCTIONS[function.__name__]
    )  # fmt: skip


def _logistic(x: Array, target: Array) -> None:
    with np.errstate(over="ignore"):
        np.exp(np.negative(x, target), target)
    np.add(target, 1.0, target)
    np.reciprocal(target, target)


_WRITES = {"logistic": _logistic, "relu": lambda x, target: np.maximum(x, 0.0, out=target)}


def _sum(e: sympy.Expr, room: Scratch, free: int, found: list[Line]) -> Operand:
    terms = e.as_ordered_terms()
    minus = [bool(t.is_Mul and t.args[0] == -1) for t in terms]
    first = minus.index(False) if False in minus else 0
    total = _value(terms[first], room, free, found)
    for k, term in enumerate(terms):
        if k != first:
            total = _joined(np.subtract if minus[k] else np.add, total, -term if minus[k] else term, room, free, found)
    return total


def _joined(function: np.ufunc, total: Operand, e: sympy.Expr, room: Scratch, free: int, found: list[Line]) -> Scratch:
    """function(total, e), into `room`, where `total` may stand."""
    beside = total == room
    part = _value(e, Scratch(free) if beside else room, free + beside, found)
    found.append(Line(function, (total, part), room))
    return room


def _product(e: sympy.Expr, room: Scratch, free: int, found: list[Line]) -> Operand:
    """Numbers meet first; all that is below the bar is one product, and takes one quotient."""
    factors = e.as_ordered_factors()
    numbers = list(takewhile(lambda factor: not factor.free_symbols, factors))
    number, above, below = sympy.Mul(*numbers), [], []
    for factor in factors[len(numbers) :]:
        if factor.is_Pow and factor.exp.is_Number and factor.exp.is_negative:
            below.append(1 / factor)
        else:
            above.append(factor)
    if number not in (1, -1):
        above.insert(0, sympy.Abs(number))
    total = _chain(above, room, free, found) if above else None
    if total is None:
        found.append(Line(np.reciprocal, (_chain(below, room, free, found),), room))
        total = room
    elif below:
        total = _joined(np.divide, total, sympy.Mul(*below, evaluate=False), room, free, found)
    if number.is_negative:
        found.append(Line(np.negative, (total,), room))
        total = room
    return total


def _chain(factors: list[sympy.Expr], room: Scratch, free: int, found: list[Line]) -> Operand:
    """The product of some factors from the left."""
    total = _value(factors[0], room, free, found)
    for factor in factors[1:]:
        total = _joined(np.multiply, total, factor, room, free, found)
    return total


def _power(e: sympy.Expr, room: Scratch, free: int, found: list[Line]) -> Operand:
    base = _value(e.base, room, free, found)
    named = {2: np.square, -1: np.reciprocal, sympy.Rational(1, 2): np.sqrt}.get(e.exp)
    found.append(Line(np.power, (base, float(e.exp)), room) if named is None else Line(named, (base,), room))
    return room
