"""Where an expression has kinks. Found by trial; what is found is verified leaf by leaf, so nothing rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from errorflow.enclosure.backends import ARB
from errorflow.enclosure.exact import exact_jets
from errorflow.enclosure.expression import Refused, linear
from errorflow.enclosure.jets import Program
from errorflow.enclosure.pieces import Split

FAR = Fraction(256)
WIDTH = Fraction(1, 2**60)


@dataclass(frozen=True)
class Breaks:
    """points: where pieces may meet, in order. blurred: pairs of neighbouring points with an irrational kink inside."""

    points: tuple[Fraction, ...]
    blurred: frozenset[tuple[Fraction, Fraction]]


def find_breaks(split: Split, low: Fraction | None, high: Fraction | None) -> Breaks:
    """The kinks between two ends, None being infinite."""
    points: set[Fraction] = set()
    blurred: set[tuple[Fraction, Fraction]] = set()
    for k, switch in enumerate(split.switches):
        for a, b in gaps(sorted(points), low, high):
            if (a, b) in blurred:
                continue
            u = split.resolved(bits_at(split, inner(a, b), k))[switch.args[0]]
            line = linear(u)
            if line is not None:
                roots = [(-line[1] / line[0],) * 2] if line[0] else []
            else:
                roots = _roots(Program(u), -FAR if a is None else a, FAR if b is None else b)
            for left, right in roots:
                if (a is None or left > a) and (b is None or right < b):
                    points |= {left, right}
                    if left < right:
                        blurred.add((left, right))
                        if split.jumps(k):
                            raise Refused(
                                f"a piece must end at a rational point, this one ends near {float(left):.12g}"
                            )
    return Breaks(tuple(sorted(points)), frozenset(blurred))


def gaps(
    points: list[Fraction], low: Fraction | None, high: Fraction | None
) -> list[tuple[Fraction | None, Fraction | None]]:
    """The intervals between neighbouring points, from end to end."""
    inside = [p for p in points if (low is None or p > low) and (high is None or p < high)]
    ends = [low, *inside, high]
    return list(pairwise(ends))


def inner(a: Fraction | None, b: Fraction | None) -> Fraction:
    """A point inside, of no special place."""
    if a is None:
        return Fraction(0) if b is None else b - Fraction(10, 7)
    if b is None:
        return a + Fraction(10, 7)
    return a + (b - a) * Fraction(4, 9)


def bits_at(split: Split, x: Fraction, count: int | None = None) -> str:
    """The branches that hold at x, of the first `count` switches."""
    bits = ""
    for switch in split.switches[:count]:
        u = split.resolved(bits)[switch.args[0]]
        try:
            bits += "+" if Program(u).jets(ARB, ARB.number(x), 0)[0][0] > 0 else "-"
        except ArithmeticError:
            bits += "-"
    return bits


def _roots(program: Program, a: Fraction, b: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Places where the sign changes: a rational number twice, or the ends of a very short interval."""
    grid = [a + (b - a) * Fraction(k, 509) for k in range(510)]
    signs = [_sign(program, x) for x in grid]
    found = [(x, x) for x, s in zip(grid, signs, strict=True) if s == 0 and a < x < b and _vanishes(program, x)]
    for left, right, s, t in zip(grid[:-1], grid[1:], signs[:-1], signs[1:], strict=True):
        if s and t and s != t:
            found.append(_narrowed(program, left, right, s))
    return found


def _narrowed(program: Program, left: Fraction, right: Fraction, sign: int) -> tuple[Fraction, Fraction]:
    while right - left > WIDTH:
        middle = Fraction(round((left + right) * 2**70), 2**71)
        if _sign(program, middle) == sign:
            left = middle
        else:
            right = middle
    near = ((left + right) / 2).limit_denominator(10**6)
    if _vanishes(program, near):
        return near, near
    return left - WIDTH, right + WIDTH


def _vanishes(program: Program, x: Fraction) -> bool:
    exact = exact_jets(program, x, 0)
    return exact is not None and exact[0][0].rational == 0


def _sign(program: Program, x: Fraction) -> int:
    try:
        value = program.jets(ARB, ARB.number(x), 0)[0][0]
    except ArithmeticError:
        return 0
    return 1 if value > 0 else -1 if value < 0 else 0
