"""The slope beyond a radius: its bounds there, its limit, and the side from which it comes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from errorflow.enclosure.backends import Backend, Number
from errorflow.enclosure.pieces import Split
from errorflow.enclosure.tail_functions import tail_pairs
from errorflow.enclosure.tails import ONE, Declined, Ray, Series


@dataclass(frozen=True)
class Tail:
    """side * x >= radius, with the branches `bits`."""

    side: int
    radius: Fraction
    bits: str


@dataclass(frozen=True)
class TailBounds:
    """lower, upper: of the slope on the ray, infinite where it is unbounded.

    limit: an interval for its limit, or None if it has none that is known. approach: -1 if the slope lies below its
    limit on the whole ray, 1 if above, 0 if that is open. exact: the limit as a rational number, if it is known as
    one. constant: whether the slope is that number on the whole ray.
    """

    lower: Fraction | float
    upper: Fraction | float
    limit: tuple[Fraction, Fraction] | None
    approach: int
    exact: Fraction | None
    constant: bool


def tail_bounds(split: Split, backend: Backend, tail: Tail) -> TailBounds:
    """What the slope does on the ray.

    Raises: Declined where the tail arithmetic has no words for it.
    """
    ray = Ray(backend, tail.radius)
    slope = tail_pairs(split.piece(tail.bits).program, ray, tail.side)[0][1]
    if slope.terms and slope.ordered()[0].growth() > 0:
        return _unbounded(slope)
    limit = slope.terms.get(ONE, Fraction(0))
    rest = Series(ray, {m: c for m, c in slope.terms.items() if m != ONE})
    approach = rest.sign() if rest.terms else 0
    at: Number = slope.interval(limit)
    whole = at + rest.range()
    lower, upper = backend.lower(whole), backend.upper(whole)
    low, high = backend.lower(at), backend.upper(at)
    lower = max(lower, low) if approach > 0 else lower
    upper = min(upper, high) if approach < 0 else upper
    if isinstance(limit, Fraction):
        lower = limit if approach > 0 else lower
        upper = limit if approach < 0 else upper
        if not rest.terms:
            lower = upper = limit
    settled = high - low < Fraction(1, 10**20)  # else the coefficient may wander for ever, as that of a sine does
    exact = limit if isinstance(limit, Fraction) else None
    return TailBounds(
        lower, upper, (low, high) if settled else None, approach, exact, not rest.terms and exact is not None
    )


def _unbounded(slope: Series) -> TailBounds:
    m, c, eps = slope.lead()
    backend = slope.ray.backend
    factor = 1 + eps.range()
    if not factor > 0:
        raise Declined("the largest term does not outweigh the others yet")
    slope.ray.top(m.inverse())  # so that m is smallest at the radius
    edge = slope.interval(c) * factor * slope.ray.value(m)
    if c > 0:
        return TailBounds(backend.lower(edge), math.inf, None, 0, None, False)
    return TailBounds(-math.inf, backend.upper(edge), None, 0, None, False)
