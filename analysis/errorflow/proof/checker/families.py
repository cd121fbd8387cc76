"""Rules on many relations at once: summed over the units, or the entries of a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from .algebra import combination, comparison, expression
from .facts import known, knows, learn
from .meaning import expand, next_index, variable
from .polynomial import Polynomial, Refused, Tree, add, multiply, parse_claim, parse_expression
from .state import State

Grid = list[list[Polynomial]]


def add_up(state: State, step: Mapping[str, Any]) -> None:
    """A relation that is known for every l, added up over l = 1..count."""
    statement, source = state.statement, parse_claim(step["of"])
    if len(source.chain) != 1 or not known(state, source) or source.iff or state.one_unit:
        raise Refused(f"{step['of']!r} must be known for every l")
    _, symbol, given = comparison(state, {"goal": step["of"]})
    claim, wanted, p = comparison(state, step)
    free = expression(state, step.get("constant", "0"))
    left, counts = dict(free), set()
    total: Polynomial = {}
    parts = [(free, None)] + [(expression(state, text), name) for name, text in step["parts"].items()]
    for coefficient, name in parts:
        if state.runs(coefficient) or any(word for _, word in coefficient):
            raise Refused("a coefficient must not depend on l")
        if name is not None:
            count, term = next(((c, t) for n, c, t in statement.sums if n == name), ("", ""))
            if not count:
                raise Refused(f"{name!r} must be a sum")
            counts.add(count)
            left = add(left, multiply(coefficient, expression(state, term)))
            total = add(total, multiply(coefficient, variable(name, state)))
    if len(counts) != 1 or add(left, given, -1):
        raise Refused(f"{step['of']!r} must be the summand")
    count = counts.pop()
    if count not in statement.integer or not knows(state, ">=", variable(count, state)):
        raise Refused(f"{count!r} must be an integer known to be at least 0")
    total = add(total, multiply(free, variable(count, state)))
    if claim.iff or wanted != ("=" if symbol == "=" else ">=") or add(total, p, -1):
        raise Refused(f"{step['goal']!r} must be the sum over l")
    learn(state, claim)


def _grid(tree: Tree, state: State) -> Grid | Polynomial:
    """The entries of a matrix expression, or the polynomial of one that is not a matrix of blocks."""
    if tree.head == "name":
        for name, rows in state.statement.blocks:
            if tree.name in (name, name + "'"):
                cells = [[parse_expression(entry) for entry in row] for row in rows]
                if tree.name != name:
                    cells = [[next_index(cell, state.indexed) for cell in row] for row in cells]
                return [[expand(cell, state) for cell in row] for row in cells]
    if tree.head in ("number", "name", "d"):
        return expand(tree, state)
    inner = [_grid(part, state) for part in tree.parts]
    if all(isinstance(x, dict) for x in inner):
        return expand(tree, state)
    a, b = inner[0], inner[-1]
    if tree.head in ("+", "-") and isinstance(a, list) and isinstance(b, list):
        factor = 1 if tree.head == "+" else -1
        return [[add(x, y, factor) for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]
    if tree.head == "*" and isinstance(a, list) and isinstance(b, list):
        if len(a[0]) != len(b):
            raise Refused("blocks must fit to be multiplied")
        return [
            [reduce(add, (multiply(x, row[j]) for x, row in zip(r, b, strict=True))) for j in range(len(b[0]))]
            for r in a
        ]
    if tree.head == "*" and isinstance(a, dict) and isinstance(b, list) and not any(word for _, word in a):
        return [[multiply(a, y) for y in row] for row in b]
    raise Refused(f"{tree.head!r} is not defined for blocks")


def compare_blocks(state: State, step: Mapping[str, Any]) -> None:
    """A relation of matrices, entry by entry, up to equations that are known."""
    claim = parse_claim(step["goal"])
    r = claim.chain[0]
    left, right = _grid(r.left, state), _grid(r.right, state)
    if len(claim.chain) != 1 or claim.iff or r.symbol != "=" or not isinstance(left, list):
        raise Refused(f"{step['goal']!r} must be one equation of blocks")
    if isinstance(right, dict):
        if right and [len(row) for row in left] != [1]:
            raise Refused("blocks must be compared with blocks or with 0, a single one with its entry")
        right = [[right for _ in row] for row in left]
    if [len(row) for row in left] != [len(row) for row in right]:
        raise Refused(f"{step['goal']!r} must have sides of one shape")
    using = step.get("using", {})
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        for j, (x, y) in enumerate(zip(a, b, strict=True)):
            if add(add(x, y, -1), combination(state, using.get(f"{i},{j}", ())), -1):
                raise Refused(f"{step['goal']!r} must hold entry by entry, which {i},{j} does not")
    learn(state, claim)
