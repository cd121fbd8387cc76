"""The search for a cover: bisection, best first, until the slope is known to the tolerance everywhere.

What it finds is a list of leaves, two tails and two witnesses; `certificate` checks them without any of this.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from errorflow.enclosure.backends import ARB, Number
from errorflow.enclosure.expression import Refused
from errorflow.enclosure.kinks import Breaks, bits_at, find_breaks, inner
from errorflow.enclosure.leaves import Bounds, Leaf, choose
from errorflow.enclosure.pieces import Split, holds
from errorflow.enclosure.rays import Tail, TailBounds, tail_bounds
from errorflow.enclosure.tails import Declined

TOLERANCE = Fraction(1, 10**12)
GOAL = TOLERANCE / 2
MOST_LEAVES = 3000
NARROWEST = Fraction(1, 2**70)
LARGEST_RADIUS = 2**24
DIGITS = 128  # binary ones, by which leaves are told apart

Place = tuple[Fraction, str]


@dataclass
class Found:
    """A cover with the bounds on each part; how far out each leaf may be, above and below; the slopes furthest out.

    highest, lowest: a witness of the largest and of the smallest slope, (value, place). seen: the values as balls.
    """

    leaves: dict[Leaf, Bounds] = field(default_factory=dict)
    reach: dict[Leaf, tuple[Fraction, Fraction]] = field(default_factory=dict)
    tails: dict[Tail, TailBounds] = field(default_factory=dict)
    highest: tuple[Fraction, Place] | None = None
    lowest: tuple[Fraction, Place] | None = None
    seen: tuple[Number, Number] | None = None

    def see(self, split: Split, x: Fraction, bits: str) -> None:
        """Takes the slope at a point into account."""
        low, high = ARB.ends(split.at(ARB, bits, x, 2)[1])
        most, least = self.seen or (low, high)
        if self.seen is None or low > most:
            self.highest, most = (ARB.lower(low), (x, bits)), low
        if self.seen is None or high < least:
            self.lowest, least = (ARB.upper(high), (x, bits)), high
        self.seen = most, least

    def least(self) -> Fraction:
        """The supremum is at least this."""
        return _value(self.highest)

    def most(self) -> Fraction:
        """The infimum is at most this."""
        return _value(self.lowest)


def _value(witness: tuple[Fraction, Place] | None) -> Fraction:
    if witness is None:
        raise Refused("the slope is defined at none of the points that were tried")
    return witness[0]


def search(split: Split, low: Fraction | None, high: Fraction | None) -> Found:
    """A cover of the interval from low to high, None being infinite.

    Raises: Refused with the reason, if the slope cannot be enclosed.
    """
    breaks = find_breaks(split, low, high)
    found = Found()
    sides = [side for side, end in ((-1, low), (1, high)) if end is None]
    inside = [*breaks.points, *(end for end in (low, high) if end is not None)]
    radius = _power_of_two(max([Fraction(3), *map(abs, inside)]) + 1)
    for a, b in _stretches(breaks, -radius if low is None else low, radius if high is None else high):
        _sample(split, found, breaks, a, b)
    radii = {side: _tail(split, found, side, radius) for side in sides}
    for a, b in _stretches(breaks, -radii[-1] if low is None else low, radii[1] if high is None else high):
        for bits in _branches(split, breaks, a, b):
            _put(split, found, Leaf(a, b, bits), blurred=(a, b) in breaks.blurred)
    _refine(split, found, breaks)
    return found


def _stretches(breaks: Breaks, low: Fraction, high: Fraction) -> list[tuple[Fraction, Fraction]]:
    return list(pairwise([low, *(p for p in breaks.points if low < p < high), high]))


def _power_of_two(value: Fraction) -> Fraction:
    return Fraction(2 ** max(2, math.ceil(math.log2(float(value)))))


def _sample(split: Split, found: Found, breaks: Breaks, a: Fraction, b: Fraction) -> None:
    if (a, b) in breaks.blurred:
        return
    bits = bits_at(split, inner(a, b))
    for k in range(9):
        try:
            found.see(split, a + (b - a) * Fraction(k, 8), bits)
        except (ArithmeticError, ValueError):
            continue


def _branches(split: Split, breaks: Breaks, a: Fraction, b: Fraction) -> list[str]:
    """The branches on a leaf; round an irrational kink all combinations of those that change."""
    if (a, b) not in breaks.blurred:
        return [bits_at(split, inner(a, b))]
    step = (b - a) / 2
    left, right = bits_at(split, a - step), bits_at(split, b + step)
    combinations = [""]
    for s, t in zip(left, right, strict=True):
        combinations = [c + sign for c in combinations for sign in sorted({s, t})]
    return combinations


def _tail(split: Split, found: Found, side: int, radius: Fraction) -> Fraction:
    """The smallest tried radius beyond which the slope is no further out than where it was already seen."""
    bits = bits_at(split, side * (radius + Fraction(10, 7)))
    reason = "its slope beyond a large radius has no sharp bound"
    while radius <= LARGEST_RADIUS:
        tail = Tail(side, radius, bits)
        try:
            known = tail_bounds(split, ARB, tail)
        except (Declined, ArithmeticError, ValueError) as error:
            reason = str(error)
            radius *= 2
            continue
        found.see(split, side * radius, bits)
        limit = known.limit or (Fraction(0), Fraction(0))
        above = known.upper in (math.inf, -math.inf) or known.upper <= found.least() + GOAL / 4
        below = known.lower in (math.inf, -math.inf) or known.lower >= found.most() - GOAL / 4
        above = above or (known.limit is not None and known.upper - limit[0] < GOAL / 4)
        below = below or (known.limit is not None and limit[1] - known.lower < GOAL / 4)
        if above and below:
            found.tails[tail] = known
            _see_far(split, found, tail, known)
            return radius
        reason = "its slope beyond a large radius has no sharp bound"
        radius *= 2
    raise Refused(f"x -> {'' if side > 0 else '-'}oo cannot be enclosed: {reason}")


def _see_far(split: Split, found: Found, tail: Tail, known: TailBounds) -> None:
    """Looks for a witness far out, where the limit is further out than anything that was seen."""
    if known.limit is None:
        return
    x = tail.radius
    for _ in range(200):
        high_enough = known.limit[0] <= found.least() + GOAL / 4
        low_enough = known.limit[1] >= found.most() - GOAL / 4
        if high_enough and low_enough:
            return
        x *= 2
        try:
            found.see(split, tail.side * x, tail.bits)
        except ArithmeticError:
            return


def _put(split: Split, found: Found, leaf: Leaf, *, blurred: bool) -> None:
    """Bounds a leaf and keeps it, or bisects it where the slope is not bounded."""
    known = choose(split, ARB, leaf) if blurred or _on_branch(split, leaf) else None
    if known is None:
        if blurred or leaf.b - leaf.a < NARROWEST or len(found.leaves) > MOST_LEAVES:
            what = "the slope could not be bounded" if _on_branch(split, leaf) else "the kinks could not be told apart"
            raise Refused(
                f"{what} near x = {round(float(leaf.a), 9) + 0.0:g}: it is unbounded, undefined or not resolved there"
            )
        middle = (leaf.a + leaf.b) / 2
        _put(split, found, Leaf(leaf.a, middle, leaf.bits), blurred=False)
        _put(split, found, Leaf(middle, leaf.b, leaf.bits), blurred=False)
        return
    found.leaves[known[0]] = known[1]
    found.reach[known[0]] = _reach(*known)
    if not blurred:
        chosen = known[0]
        places = [chosen.a, chosen.b, *([chosen.centre] if chosen.centre is not None else [])]
        for x in places:
            found.see(split, x, leaf.bits)


def _on_branch(split: Split, leaf: Leaf) -> bool:
    piece = split.piece(leaf.bits)
    ends = leaf.a, leaf.b
    return all(holds(ARB, piece, j, leaf.bits[k], ends, split.jumps(k)) for j, k in enumerate(piece.reached))


def _refine(split: Split, found: Found, breaks: Breaks) -> None:
    """Bisects the leaf that is furthest out until none is further out than a witness and the goal."""
    above = all(t.upper != math.inf for t in found.tails.values())
    below = all(t.lower != -math.inf for t in found.tails.values())
    while True:
        worst = None
        if above:
            leaf = max(found.reach, key=lambda k: found.reach[k][0])
            worst = leaf if found.reach[leaf][0] > GOAL + _rounded_up(found.least()) else None
        if below and worst is None:
            leaf = max(found.reach, key=lambda k: found.reach[k][1])
            worst = leaf if found.reach[leaf][1] + _rounded_up(found.most()) > GOAL else None
        if worst is None:
            return
        near = f"near x = {round(float(worst.a), 9) + 0.0:g}"
        if (worst.a, worst.b) in breaks.blurred:
            raise Refused(f"several kinks meet at an irrational place {near}; the slope there cannot be enclosed")
        if len(found.leaves) > MOST_LEAVES or worst.b - worst.a < NARROWEST:
            raise Refused(f"the slope could not be enclosed to {float(TOLERANCE):g} {near}")
        del found.leaves[worst], found.reach[worst]
        middle = (worst.a + worst.b) / 2
        for a, b in ((worst.a, middle), (middle, worst.b)):
            _put(split, found, Leaf(a, b, worst.bits), blurred=False)


def _reach(leaf: Leaf, known: Bounds) -> tuple[Fraction, Fraction]:
    """The upper bound and minus the lower one, rounded up: a slope such as e^(-10^6) has a million digits.

    With a margin for the other library where they come from wide intervals.
    """
    ends = _rounded_up(known.upper), _rounded_up(-known.lower)
    margin = (ends[0] + ends[1]) / 16 if leaf.method in ("value", "taylor") else Fraction(0)
    return ends[0] + margin, ends[1] + margin


def _rounded_up(value: Fraction) -> Fraction:
    return Fraction(-((-value.numerator << DIGITS) // value.denominator), 1 << DIGITS)
