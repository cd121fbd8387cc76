"""A function and its first three derivatives at once: truncated Taylor series, carried through an expression.

A jet is [f, f', f''/2, f'''/6]. The numbers may be intervals of either library.
"""

from __future__ import annotations

from fractions import Fraction

from errorflow.enclosure.backends import Backend, Number
from errorflow.enclosure.expression import Node, Refused, walk
from errorflow.enclosure.functions import Four, derivatives, rational_power

Jet = list[Number]


def multiply(u: Jet, v: Jet) -> Jet:
    """The product; a jet of length one is a constant."""
    if len(u) == 1:
        return [u[0] * b for b in v]
    if len(v) == 1:
        return [a * v[0] for a in u]
    return [sum((u[j] * v[k - j] for j in range(1, k + 1)), u[0] * v[k]) for k in range(len(u))]


def plus(u: Jet, v: Jet) -> Jet:
    """The sum."""
    if len(u) < len(v):
        u, v = v, u
    return [a + b for a, b in zip(u, v, strict=False)] + u[len(v) :]


def compose(f: Four, u: Jet) -> Jet:
    """f(u) from the derivatives of f at u: the chain rule up to the third order."""
    if len(u) == 1:
        return [f[0]]
    found = [f[0], f[1] * u[1]]
    if len(u) > 2:
        square = u[1] * u[1]
        found.append(f[1] * u[2] + f[2] * square)
        if len(u) > 3:
            found.append(f[1] * u[3] + 2 * f[2] * u[1] * u[2] + f[3] * square * u[1])
    return found


class Program:
    """Smooth expressions, each distinct part once, ready to be evaluated many times."""

    def __init__(self, *outputs: Node) -> None:
        self.index: dict[Node, int] = {}
        self.steps: list[tuple[Node, list[int]]] = []
        for output in outputs:
            for part in walk(output):
                if part not in self.index:
                    if part.op == "where":
                        raise Refused("a kink is left")
                    self.index[part] = len(self.steps)
                    self.steps.append((part, [self.index[arg] for arg in part.args]))
        self.outputs = [self.index[output] for output in outputs]
        self.constants: dict[tuple[str, int], Jet] = {}

    def jets(self, backend: Backend, x: Number, order: int) -> list[Jet]:
        """The jets of the outputs where x is an interval.

        Raises: ArithmeticError where one is not defined or not bounded.
        """
        one, zero = backend.number(1), backend.number(0)
        variable = [x, one, zero, zero][: order + 1]
        values: list[Jet] = []
        for place, (part, args) in enumerate(self.steps):
            values.append(variable if part.op == "x" else self._step(backend, place, part, [values[k] for k in args]))
        found = [values[k] for k in self.outputs]
        for jet in found:
            if not all(map(backend.finite, jet)):
                raise ArithmeticError("not bounded there")
            jet += [zero] * (order + 1 - len(jet))
        return found

    def _step(self, backend: Backend, place: int, part: Node, args: list[Jet]) -> Jet:
        if part.op in ("number", "pi"):
            key = (backend.name, place)
            if key not in self.constants:
                value = backend.pi() if part.op == "pi" else backend.number(part.data)
                self.constants[key] = [value]
            return list(self.constants[key])
        if part.op in ("add", "mul"):
            total = args[0]
            for other in args[1:]:
                total = plus(total, other) if part.op == "add" else multiply(total, other)
            return list(total)
        inner = args[0]
        if part.op == "power":
            return compose(rational_power(backend, inner[0], Fraction(part.data)), inner)
        return compose(derivatives(backend, part.op, inner[0]), inner)
