"""Functions of one real variable as trees: exact rational numbers, a short list of operations, and nothing else.

Sums and products are kept in a normal form, so that x - x is gone and 1 / (1 + exp(-u)) is seen to be the logistic
function of u. Every rewriting here is an identity of functions wherever the left side is defined.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

FUNCTIONS = ("exp", "log", "sigma", "tanh", "softplus", "erf", "atan", "sin", "cos")
LARGEST_POWER = 64
LARGEST_NUMBER = 4096  # bits; a constant beyond that is no activation's


POSITIVE = ("exp", "sigma", "softplus")
# The open ranges of functions, None being infinite.
RANGES: dict[str, tuple[int, int | None]] = {
    "exp": (0, None),
    "softplus": (0, None),
    "sigma": (0, 1),
    "tanh": (-1, 1),
    "erf": (-1, 1),
}


class Refused(ValueError):
    """What cannot be enclosed, and why."""


@dataclass(frozen=True, eq=False)
class Node:
    """op: x, number, pi, add, mul, power, where, or one of `FUNCTIONS`. data: a number, an exponent, or two flags.

    `where` has arguments (u, p, q): p where u > 0, q where u < 0; data is (value at u = 0 is q's, p and q may differ
    there).
    """

    op: str
    args: tuple[Node, ...] = ()
    data: Any = None

    key: bytes = field(init=False, repr=False, compare=False, default=b"")

    def __post_init__(self) -> None:
        content = repr((self.op, self.data, [arg.key for arg in self.args])).encode()
        object.__setattr__(self, "key", hashlib.blake2b(content, digest_size=24).digest())

    def __hash__(self) -> int:
        """From the key, which is worked out once: trees share their branches."""
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same tree."""
        return isinstance(other, Node) and self.key == other.key


X = Node("x")
PI = Node("pi")


def _order(node: Node) -> bytes:
    return node.key


def number(value: Fraction | int) -> Node:
    """A rational constant."""
    value = Fraction(value)
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > LARGEST_NUMBER:
        raise Refused(f"numbers must have at most {LARGEST_NUMBER} bits")
    return Node("number", (), value)


ZERO, ONE = number(0), number(1)


def add(*terms: Node) -> Node:
    """The sum, with like terms collected."""
    total, rest = Fraction(0), dict[Node, Fraction]()
    for term in terms:
        for coefficient, base in _terms(term):
            if base is None:
                total += coefficient
            else:
                rest[base] = rest.get(base, Fraction(0)) + coefficient
    kept = [_scaled(c, base) for base, c in rest.items() if c]
    kept.sort(key=_order)
    if total or not kept:
        kept.append(number(total))
    return kept[0] if len(kept) == 1 else Node("add", tuple(kept))


def _terms(node: Node) -> Iterator[tuple[Fraction, Node | None]]:
    if node.op == "number":
        yield node.data, None
    elif node.op == "add":
        for term in node.args:
            yield from _terms(term)
    elif node.op == "mul" and node.args[0].op == "number":
        rest = node.args[1:]
        yield node.args[0].data, rest[0] if len(rest) == 1 else Node("mul", rest)
    else:
        yield Fraction(1), node


def _scaled(coefficient: Fraction, base: Node) -> Node:
    if coefficient == 1:
        return base
    return Node("mul", (number(coefficient), *(base.args if base.op == "mul" else (base,))))


def negative(node: Node) -> Node:
    """-u, multiplied out over a sum, so that -(x - 1) and 1 - x are one."""
    return add(*(mul(number(-c), base or ONE) for c, base in _terms(node)))


def mul(*factors: Node) -> Node:
    """The product, with powers of one base collected."""
    coefficient, powers = Fraction(1), dict[Node, Fraction]()
    stack = list(reversed(factors))
    while stack:
        factor = stack.pop()
        if factor.op == "number":
            coefficient *= factor.data
        elif factor.op == "mul":
            stack.extend(reversed(factor.args))
        else:
            base, exponent = (factor.args[0], factor.data) if factor.op == "power" else (factor, Fraction(1))
            powers[base] = powers.get(base, Fraction(0)) + exponent
    if coefficient == 0:
        return ZERO  # where the other factors are defined; a slope is asked for only there
    _merge_logistic(powers)
    kept = [power(base, e) for base, e in powers.items() if e]
    kept.sort(key=_order)
    if any(k.op == "number" for k in kept):
        return mul(number(coefficient), *kept)
    if len(kept) == 1 and kept[0].op == "add":  # a rational factor goes into a sum
        return add(*(mul(number(coefficient * c), base or ONE) for c, base in _terms(kept[0])))
    if coefficient != 1 or not kept:
        kept.insert(0, number(coefficient))
    return kept[0] if len(kept) == 1 else Node("mul", tuple(kept))


def _merge_logistic(powers: dict[Node, Fraction]) -> None:
    """exp(u) sigma(-u) = sigma(u)."""
    for base in [b for b in powers if b.op == "exp"]:
        partner = Node("sigma", (negative(base.args[0]),))
        if powers[base] == 1 and powers.get(partner) == 1:
            del powers[base], powers[partner]
            merged = Node("sigma", base.args)
            powers[merged] = powers.get(merged, Fraction(0)) + 1


def power(base: Node, exponent: Fraction) -> Node:
    """base ** exponent for a rational exponent."""
    if exponent == 0:
        return ONE
    if exponent == 1:
        return base
    if abs(exponent.numerator) > LARGEST_POWER or exponent.denominator > LARGEST_POWER:
        raise Refused(f"an exponent must be a fraction of integers up to {LARGEST_POWER}, got {exponent}")
    whole = exponent.denominator == 1
    if base.op == "number" and whole:
        if base.data == 0 and exponent < 0:
            raise Refused("the expression divides by zero")
        if base.data.numerator.bit_length() * abs(exponent.numerator) > LARGEST_NUMBER:
            raise Refused(f"numbers must have at most {LARGEST_NUMBER} bits")
        return number(base.data**exponent.numerator)
    if base.op == "number" and (root := exact_root(base.data, exponent.denominator)) is not None:
        return power(number(root), Fraction(exponent.numerator))
    if base.op == "exp" and whole:
        return call("exp", mul(number(exponent), base.args[0]))
    if base.op == "power":
        inner = base.data
        if whole:
            return power(base.args[0], inner * exponent)
        if inner.denominator == 1 and inner.numerator % 2 == 0:
            return power(absolute(base.args[0]), inner * exponent)
    if base.op == "mul" and whole:
        return mul(*(power(factor, exponent) for factor in base.args))
    if exponent == -1 and base.op == "add" and len(base.args) == 2:
        exponential = [t for t in base.args if t.op == "exp"]
        if exponential and ONE in base.args:
            return call("sigma", negative(exponential[0].args[0]))
    return Node("power", (base,), exponent)


def exact_root(value: Fraction, degree: int) -> Fraction | None:
    if value < 0:
        return None
    parts = [round(part ** (1 / degree)) if part < 2**52 else 0 for part in (value.numerator, value.denominator)]
    found = Fraction(parts[0], parts[1] or 1)
    return found if found**degree == value else None


def call(name: str, u: Node) -> Node:
    """One of `FUNCTIONS` of u."""
    if u == ZERO:
        known = {"exp": ONE, "sigma": number(Fraction(1, 2)), "cos": ONE}
        if name in known:
            return known[name]
        if name in ("tanh", "erf", "atan", "sin"):
            return ZERO
    if name == "log":
        if u.op == "exp":
            return u.args[0]
        if u == ONE:
            return ZERO
        if u.op == "add" and len(u.args) == 2 and ONE in u.args:
            exponential = [t for t in u.args if t.op == "exp"]
            if exponential:
                return call("softplus", exponential[0].args[0])
        if u.op == "sigma":
            return negative(call("softplus", negative(u.args[0])))
    if name == "exp" and u.op == "log":
        return u.args[0]
    return Node(name, (u,))


def where(u: Node, p: Node, q: Node, *, closed: bool = False, jumps: bool = True) -> Node:
    """p where u > 0, q where u < 0. closed: p also where u = 0. jumps: p and q may differ there."""
    u = _same_sign(u)
    if u.op == "number":
        return p if u.data > 0 or (u.data == 0 and closed) else q
    return p if p == q else Node("where", (u, p, q), (closed, jumps))


def _same_sign(u: Node) -> Node:
    """A simpler expression with the same sign: u for u^3 and for 5 u."""
    if u.op == "mul" and u.args[0].op == "number":
        rest = _same_sign(mul(*u.args[1:]))
        return rest if u.args[0].data > 0 else negative(rest)
    if u.op in POSITIVE:
        return ONE
    if u.op == "add" and len(u.args) == 2 and u.args[1].op == "number":
        return _same_sign_of_sum(u, u.args[0], u.args[1].data)
    odd = u.op == "power" and u.data.denominator == 1 and u.data.numerator % 2 and u.data > 0
    return _same_sign(u.args[0]) if odd or u.op in ("tanh", "erf", "atan") else u


def _same_sign_of_sum(u: Node, term: Node, constant: Fraction) -> Node:
    """For a + c f(v) with f between two values that it never takes; exp(v) - 1 has the sign of v."""
    scaled = term.op == "mul" and len(term.args) == 2 and term.args[0].op == "number"
    factor, inner = (term.args[0].data, term.args[1]) if scaled else (Fraction(1), term)
    if inner.op == "exp" and factor == -constant:
        return _same_sign(mul(number(factor), inner.args[0]))
    low, high = RANGES.get(inner.op, (None, None))
    if low is None or (high is None and factor < 0):
        return u
    if factor > 0 and constant + factor * low >= 0:
        return ONE
    if high is not None:
        ends = constant + factor * low, constant + factor * high
        return ONE if min(ends) >= 0 else number(-1) if max(ends) <= 0 else u
    return u


def absolute(u: Node) -> Node:
    """|u|."""
    if u.op in ("exp", "sigma", "softplus") or (
        u.op == "power" and u.data.denominator == 1 and u.data.numerator % 2 == 0
    ):
        return u
    return where(u, u, negative(u), closed=True, jumps=False)


def larger(u: Node, v: Node) -> Node:
    """max(u, v)."""
    return where(add(u, negative(v)), u, v, closed=True, jumps=False)


def smaller(u: Node, v: Node) -> Node:
    """min(u, v)."""
    return where(add(u, negative(v)), v, u, closed=True, jumps=False)


def signum(u: Node) -> Node:
    """-1, 0 or 1."""
    return where(u, ONE, where(negative(u), number(-1), ZERO))


def linear(u: Node) -> tuple[Fraction, Fraction] | None:
    """(a, b) where u = a x + b with rational a and b, else None."""
    slope = constant = Fraction(0)
    for coefficient, base in _terms(u):
        if base is None:
            constant += coefficient
        elif base == X:
            slope += coefficient
        else:
            return None
    return slope, constant


def walk(node: Node) -> Iterator[Node]:
    """Every distinct part, arguments before what is made of them."""
    seen: set[Node] = set()
    stack = [(node, False)]
    while stack:
        part, ready = stack.pop()
        if ready:
            yield part
        elif part not in seen:
            seen.add(part)
            stack.append((part, True))
            stack.extend((arg, False) for arg in part.args)


def rebuild(node: Node, args: tuple[Node, ...]) -> Node:
    """`node` with other arguments, in normal form."""
    if node.op == "add":
        return add(*args)
    if node.op == "mul":
        return mul(*args)
    if node.op == "power":
        return power(args[0], node.data)
    if node.op == "where":
        return where(*args, closed=node.data[0], jumps=node.data[1])
    return call(node.op, args[0]) if args else node
