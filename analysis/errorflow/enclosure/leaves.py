"""One interval of the cover: what the slope can be on it, by one of five elementary arguments."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from errorflow.enclosure.backends import Backend, Number
from errorflow.enclosure.jets import Jet
from errorflow.enclosure.pieces import Split


@dataclass(frozen=True)
class Leaf:
    """The slope between a and b with the branches `bits`, bounded by `method` about `centre`.

    value: the range of f' in interval arithmetic. rising, falling: f'' has a sign, so the ends decide. concave:
    f''' <= 0, so f' lies below its tangent at the centre and above the smaller end. convex: the other way about.
    taylor: f'(c) + f''(c) (x - c) + f''' (x - c)^2 / 2.
    """

    a: Fraction
    b: Fraction
    bits: str
    method: str = "value"
    centre: Fraction | None = None


@dataclass(frozen=True)
class Bounds:
    """Rational bounds of the slope on a leaf or a ray, and whether it is strictly monotone or concave there."""

    lower: Fraction
    upper: Fraction
    strict: bool = False


ORDER = {"value": 1, "rising": 2, "falling": 2, "concave": 3, "convex": 3, "taylor": 3}


def bounds(split: Split, backend: Backend, leaf: Leaf, jet: Jet | None = None) -> Bounds | None:
    """The bounds that the leaf's own argument gives, or None if the argument does not hold.

    jet: the jet of the piece on the leaf, if it is known already.
    Raises: ArithmeticError where the slope is not defined or not bounded.
    """
    a, b = leaf.a, leaf.b
    x = backend.interval(a, b)
    if jet is None:
        jet = split.piece(leaf.bits).program.jets(backend, x, ORDER[leaf.method])[0]
    if leaf.method == "value":
        return Bounds(backend.lower(jet[1]), backend.upper(jet[1]))
    if leaf.method in ("rising", "falling"):
        second = jet[2] * (1 if leaf.method == "rising" else -1)
        if not second >= 0:
            return None
        ends = [split.at(backend, leaf.bits, end)[1] for end in (a, b)]
        return _between(backend, ends, ends, bool(second > 0))
    c = (a + b) / 2 if leaf.centre is None else leaf.centre
    if not a <= c <= b:
        return None
    third = 6 * jet[3]
    _, slope, half = split.at(backend, leaf.bits, c)
    second = 2 * half
    if leaf.method == "taylor":
        span = max(b - c, c - a)
        low, high = backend.number(Fraction(0)), backend.number(span * span / 2)
        total = slope + second * (x - backend.number(c)) + third * backend.hull(low, high)
        return Bounds(backend.lower(total), backend.upper(total))
    sign = 1 if leaf.method == "convex" else -1
    if not third * sign >= 0:
        return None
    ends = [split.at(backend, leaf.bits, end)[1] for end in (a, b)]
    tangents = [slope + second * backend.number(end - c) for end in (a, b)]
    low, high = (tangents, ends) if leaf.method == "convex" else (ends, tangents)
    return _between(backend, low, high, bool(third * sign > 0))


def _between(backend: Backend, low: list[Number], high: list[Number], strict: bool) -> Bounds:
    return Bounds(min(map(backend.lower, low)), max(map(backend.upper, high)), strict)


def choose(split: Split, backend: Backend, leaf: Leaf) -> tuple[Leaf, Bounds] | None:
    """The leaf with the argument that says most about it, or None where the slope cannot be bounded on it."""
    x = backend.interval(leaf.a, leaf.b)
    try:
        jet = split.piece(leaf.bits).program.jets(backend, x, 3)[0]
    except (ArithmeticError, ValueError):
        return None
    for method, part, sign in (("rising", 2, 1), ("falling", 2, -1), ("concave", 3, -1), ("convex", 3, 1)):
        if _clearly(backend, jet[part] * sign):
            centre = _critical(split, backend, leaf) if part == 3 else None
            chosen = Leaf(leaf.a, leaf.b, leaf.bits, method, centre)
            found = _tried(split, backend, chosen, jet)
            if found is not None:
                return chosen, found
    plain = Bounds(backend.lower(jet[1]), backend.upper(jet[1]))
    taylor = Leaf(leaf.a, leaf.b, leaf.bits, "taylor")
    found = _tried(split, backend, taylor, jet)
    if found is not None and _width(backend, found) < _width(backend, plain):
        return taylor, found
    return leaf, plain


def _width(backend: Backend, known: Bounds) -> Fraction:
    """The width of the bounds, rounded; ends such as e^(-10^6) have a million digits."""
    return backend.upper(backend.number(known.upper) - backend.number(known.lower))


def _clearly(backend: Backend, part: Number) -> bool:
    """Whether a sign is so certain that another interval library, which rounds elsewhere, will find it too."""
    low, high = backend.ends(part)
    return bool(low == 0 or 8 * low >= high - low)


def _tried(split: Split, backend: Backend, leaf: Leaf, jet: Jet) -> Bounds | None:
    try:
        return bounds(split, backend, leaf, jet)
    except (ArithmeticError, ValueError):
        return None


def _critical(split: Split, backend: Backend, leaf: Leaf) -> Fraction:
    """Near a zero of f'' in the leaf, by Newton's rule; nothing rests on it."""
    c = (leaf.a + leaf.b) / 2
    for _ in range(12):
        jet = split.at(backend, leaf.bits, c, 3)
        second, third = (float(2 * backend.lower(jet[2])), float(6 * backend.lower(jet[3])))
        if not third:
            break
        step = second / third
        moved = min(max(c - Fraction(step), leaf.a), leaf.b)
        moved = Fraction(round(moved * 2**64), 2**64) if leaf.a < moved < leaf.b else moved
        if moved == c or abs(moved - c) < Fraction(1, 2**58):
            return moved
        c = moved
    return c
