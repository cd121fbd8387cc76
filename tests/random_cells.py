"""Random cells as plain recipes, read twice: through the public door as a cell, and by hand in complex NumPy.

A recipe is made of nested tuples, so that hypothesis can shrink it and a reader can read it:

    ("name", "p")  ("new", "p")  ("scale", 1, 2, e)  ("tanh", e)  ("+", e, e)  ("*", e, e)  ("/", e, e)
    ("mix", gate, e, e)  ("net", label, bias, ((matrix, kind, e), ...))

Every vector has a size, "n" or "k" or that of an input; entries meet only within one size. No sum can cancel: an
expression that SymPy finds to be constant would be refused, and rightly so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy
from hypothesis import assume
from hypothesis import strategies as st

import errorflow as ef
from tests import oracles

SIZES = {"n": 3, "k": 2, "m": 2, "m_x": 2, "m_y": 1}
FUNCTIONS = {
    "tanh": sympy.tanh,
    "logistic": ef.logistic,
    "squash_in": ef.squash_in,
    "squash_out": ef.squash_out,
    "relu": ef.relu,
    "sin": sympy.sin,
}


@dataclass(frozen=True)
class Recipe:
    """inputs: name -> size. items: name -> (kind, size, value) in an order in which they can be computed."""

    inputs: dict
    items: dict

    def of(self, kind):
        """name -> (size, value) of the states or of the gates."""
        return {name: item[1:] for name, item in self.items.items() if item[0] == kind}

    def cell(self):
        """The cell, written through the public door."""
        symbols = {name: ef.names(name)[0] for name in (*self.inputs, *self.items)}
        make = {"dense": ef.dense, "diagonal": ef.diagonal, "fixed": ef.fixed}

        def read(e):
            match e:
                case ("name", name):
                    return symbols[name]
                case ("new", name):
                    return ef.new(symbols[name])
                case ("scale", p, q, a):
                    return sympy.Rational(p, q) * read(a)
                case ("net", label, bias, terms):
                    return ef.net(label, *(make[kind](matrix, read(a)) for matrix, kind, a in terms), bias=bias)
                case ("+", a, b):
                    return read(a) + read(b)
                case ("*", a, b):
                    return read(a) * read(b)
                case ("/", a, b):
                    return read(a) / (1 + read(b) ** 2)
                case ("mix", gate, a, b):
                    assume(read(a) != read(b))  # else nothing would depend on the gate
                    return read(gate) * read(a) + (1 - read(gate)) * read(b)
            return FUNCTIONS[e[0]](read(e[1]))

        state = {symbols[name]: read(e) for name, (_, e) in self.of("state").items()}
        where = {symbols[name]: read(e) for name, (_, e) in self.of("gate").items()}
        assume(not any(e.is_Symbol for e in (*state.values(), *where.values())))  # (s + s)/2 is s, never updated
        return ef.Cell(
            "random",
            inputs=[symbols[name] for name in self.inputs],
            state=state,
            where=where,
            sizes={symbols[name]: "k" for name, (_, size, _) in self.items.items() if size == "k"},
        )

    def step(self, W, state, inputs, cut=()):
        """New states by hand. cut: labels of the maps that see no derivative of an old state through a full matrix.

        Each value goes with whether it reads an old state other than through a full matrix or a new state.
        """
        known = {("name", k): (v, True) for k, v in state.items()}
        known |= {("name", k): (v, False) for k, v in inputs.items()}

        def read(e):
            if e not in known:
                known[e] = compute(e)
            return known[e]

        def compute(e):
            match e:
                case ("name", name):
                    return read(self.items[name][2])
                case ("new", name):
                    return read(self.items[name][2])[0], False
                case ("scale", p, q, a):
                    value, reads = read(a)
                    return value * p / q, reads
                case ("net", label, bias, terms):
                    return net(label, bias, terms)
                case ("+" | "*" | "/" | "mix", *parts):
                    values, reads = zip(*map(read, parts), strict=True)
                    return COMBINE[e[0]](*values), any(reads)
            value, reads = read(e[1])
            if e[0] == "relu":  # what is 0 but for a rounding lies on either side of the kink
                assume(not np.any((value.real != 0) & (abs(value.real) < 1e-12)))
            return oracles.FUNCTIONS[e[0]](value), reads

        def net(label, bias, terms):
            total, carried = W[f"b_{label}"] if bias else 0, False
            for matrix, kind, source in terms:
                value, reads = read(source)
                if kind == "diagonal":
                    total, carried = total + W[matrix] * value, carried or reads
                else:
                    total = total + W[matrix] @ (np.real(value) if reads and label in cut else value)
            return total, carried

        return {name: read(("new", name))[0] for name in self.of("state")}


COMBINE = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (1 + b**2),
    "mix": lambda g, a, b: g * a + (1 - g) * b,
}


class Drawing:
    """What may be read at one place of a recipe that is being drawn."""

    def __init__(self, draw, inputs):
        self.draw, self.inputs = draw, inputs
        self.readable = []  # (expression, size): old states, earlier gates, new values of earlier states
        self.unread = {}  # gates that nothing reads yet
        self.maps = []  # (net, size), to be shared
        self.labels = 0

    def name(self, size):
        chosen = self.draw(st.sampled_from([e for e, s in self.readable if s == size]))
        self.unread.pop(chosen, None)
        return chosen

    def has(self, size):
        return any(s == size for _, s in self.readable)

    def expression(self, size, depth):
        """An elementwise expression that is not a bare name."""
        kind = self.draw(st.sampled_from(["net", "+", "*", "scale", "mix", "/", *FUNCTIONS] if depth else ["net"]))
        if kind == "net":
            return self.net(size, max(depth - 1, 0))
        if kind == "scale":
            return ("scale", 1, self.draw(st.integers(2, 3)), self.part(size, depth - 1))
        if kind in FUNCTIONS:
            return (kind, self.part(size, depth - 1))
        if kind == "mix":
            return ("mix", ("logistic", self.part(size, depth - 1)), *(self.part(size, depth - 1) for _ in "ab"))
        return (kind, *(self.part(size, depth - 1) for _ in "ab"))

    def part(self, size, depth):
        if self.has(size) and (depth <= 0 or self.draw(st.booleans())):
            return self.name(size)
        return self.expression(size, depth)

    def net(self, size, depth):
        old = [net for net, s in self.maps if s == size]
        if old and self.draw(st.booleans()):
            return self.draw(st.sampled_from(old))
        self.labels += 1
        label = f"m{self.labels}"
        terms = [self.term(size, depth, label, k) for k in range(self.draw(st.integers(1, 3)))]
        net = ("net", label, self.draw(st.booleans()), tuple(terms))
        self.maps.append((net, size))
        return net

    def term(self, size, depth, label, k):
        kind = self.draw(st.sampled_from(["dense", "dense", "diagonal", "fixed"]))
        if kind == "diagonal" and self.has(size):
            return f"D_{label}{k}", kind, self.source(size, depth)
        kind = "dense" if kind == "diagonal" else kind
        read = self.draw(st.sampled_from([s for s in ("n", "k") if self.has(s)] + list(self.inputs)))
        source = ("name", read) if read in self.inputs else self.source(read, depth)
        columns = self.inputs.get(read, read)
        shared = kind == "dense" and self.draw(st.booleans())
        return (f"V_{size}{columns}" if shared else f"W_{label}{k}"), kind, source

    def source(self, size, depth):
        """A name, or an expression that has one in it, so that its size is known."""
        name = self.name(size)
        return name if depth <= 0 or self.draw(st.booleans()) else ("*", name, self.part(size, depth - 1))


@st.composite
def recipes(draw):
    """Cells of up to three states, three gates and two inputs."""
    inputs = draw(st.sampled_from([{"x": "m"}, {"x": "m_x", "y": "m_y"}, {}]))
    states = "psv"[: draw(st.integers(1, 3))]
    gates = "abd"[: draw(st.integers(0, 3))]
    sizes = {name: draw(st.sampled_from("nk")) for name in (*states, *gates)}
    order = list(draw(st.permutations([*states, *gates])))
    last = max(k for k, name in enumerate(order) if name in states)
    order = [*order[:last], *order[last + 1 :], order[last]]  # a gate that comes last could reach no state
    drawing = Drawing(draw, inputs)
    drawing.readable += [(("name", name), sizes[name]) for name in states]
    items = {}
    for name in order:
        size, kind = sizes[name], "state" if name in states else "gate"
        expression = drawing.expression(size, draw(st.integers(0, 2)))
        if name == order[-1]:
            expression = with_all(expression, size, drawing.unread)
        items[name] = (kind, size, expression)
        read_as = ("new" if kind == "state" else "name", name)
        drawing.readable.append((read_as, size))
        if kind == "gate":
            drawing.unread[read_as] = size
    return Recipe(inputs, {name: items[name] for name in items})


def with_all(expression, size, unread):
    """The last state also reads the gates that nothing has read."""
    terms = []
    for gate, other in unread.items():
        if other == size:
            expression = ("+", expression, gate)
        else:
            terms.append((f"W_rest_{gate[1]}", "dense", gate))
    return ("+", expression, ("net", "rest", False, tuple(terms))) if terms else expression
