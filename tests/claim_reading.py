"""A second reading of statements: Python's own parser and 40-digit numbers, nothing of the kernel's polynomials.

A claim is read as Python writes it, `=` as equality and `d(e, x)` as a derivative by mpmath, with every value of a
function computed from its argument. Equal means equal to 25 digits, so that what is true of reals is true here.
"""

from __future__ import annotations

import ast
import re

import mpmath

DIGITS, SLACK = 40, mpmath.mpf(10) ** -25
FUNCTIONS = {"logistic": lambda x: 1 / (1 + mpmath.exp(-x)), "tanh": mpmath.tanh, "exp": mpmath.exp}
_COMPARISON = re.compile(r"(<=|>=|<|>|=)")


class Unread(Exception):
    """A name without a value."""


def number(value):
    """A point's value: a number such as "3/4", or a matrix as rows of them."""
    if isinstance(value, (list, tuple)):
        return mpmath.matrix([[number(entry) for entry in row] for row in value])
    if isinstance(value, str):
        top, _, bottom = value.partition("/")
        return mpmath.mpf(top) / mpmath.mpf(bottom or 1)
    return value if isinstance(value, mpmath.mpf) else mpmath.mpf(value)  # mpf would round one to 15 digits


class Place:
    """A statement at given values of its free names."""

    def __init__(self, statement, values):
        self.statement, self.values = statement, {k: number(v) for k, v in values.items()}
        self.let = {name: (function, argument) for name, function, argument in statement.let}
        self.blocks = dict(statement.blocks)

    def moved(self, name, value):
        other = Place(self.statement, {})
        other.values = {**self.values, name: value}
        return other

    def name(self, name):
        function, argument = self.let.get(name, (None, None))
        if argument is not None and (function == "" or function in FUNCTIONS):
            try:
                inner = self.value(argument)
            except Unread:
                if function == "":
                    raise
            else:
                return FUNCTIONS[function](inner) if function else inner
        if name in self.values:
            return self.values[name]
        if name in self.blocks:
            return mpmath.matrix([[self.value(entry) for entry in row] for row in self.blocks[name]])
        raise Unread(name)

    def value(self, text):
        return self._value(ast.parse(text.strip().replace("'", "_next"), mode="eval").body)

    def _value(self, node):
        match node:
            case ast.Constant(value=int(k)):
                return mpmath.mpf(k)
            case ast.Name(id=name):
                return self.name(name.replace("_next", "'"))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -self._value(inner)
            case ast.Call(func=ast.Name(id="d"), args=[inner, ast.Name(id=x)]):
                # the derivative of an analytic function by differences in 40 digits, good to more than 25
                with mpmath.workdps(3 * DIGITS):
                    return mpmath.diff(lambda v: self.moved(x, v)._value(inner), self.name(x), h=mpmath.mpf(10) ** -40)
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(op, self._value(left), self._value(right))
        raise Unread(ast.dump(node))

    @staticmethod
    def _operation(op, a, b):
        one = [isinstance(v, mpmath.matrix) for v in (a, b)]
        if one[0] != one[1] and isinstance(op, ast.Add | ast.Sub):  # a number stands for that multiple of the identity
            a, b = (v if m else v * mpmath.eye(len(w)) for v, m, w in zip((a, b), one, (b, a), strict=True))
        match op:
            case ast.Add():
                return a + b
            case ast.Sub():
                return a - b
            case ast.Mult():
                return a * b
            case ast.Div():
                return a / b
            case ast.Pow():
                return a ** int(b)
        raise Unread(ast.dump(op))

    def holds(self, claim):
        """Whether a claim is true here. Raises Unread if a name lacks a value."""
        with mpmath.workdps(DIGITS):
            sides = [self._chain(side) for side in claim.split(" iff ")]
        return sides[0] if len(sides) == 1 else sides[0] == sides[1]

    def _chain(self, text):
        *pieces, last = _COMPARISON.split(text)
        terms, symbols = [self.value(t) for t in (*pieces[::2], last)], pieces[1::2]
        return all(_compare(a, s, b) for a, s, b in zip(terms, symbols, terms[1:], strict=False))


def _compare(a, symbol, b):
    difference = Place._operation(ast.Sub(), a, b)
    entries = list(difference) if isinstance(difference, mpmath.matrix) else [difference]
    size = 1 + max(map(abs, [*a, *b] if isinstance(a, mpmath.matrix) and isinstance(b, mpmath.matrix) else entries))
    zero = all(abs(x) <= SLACK * size for x in entries)
    if symbol == "=":
        return zero
    if len(entries) != 1:
        raise Unread("only numbers are compared by size")
    return {"<": not zero and entries[0] < 0, ">": not zero and entries[0] > 0,
            "<=": zero or entries[0] < 0, ">=": zero or entries[0] > 0}[symbol]  # fmt: skip
