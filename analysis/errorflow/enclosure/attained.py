"""Where an extremum of the slope is attained, or why it is not; and its exact value where it lies at a simple point.

It follows from the bounds of the cover alone: what cannot reach the claimed value is out, and what is left is a
constant stretch, a peak between two signs of f'', an end of a piece, or a tail that stays on one side of its limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from errorflow.enclosure.backends import Backend
from errorflow.enclosure.exact import Exact, exact_jets, simple_point
from errorflow.enclosure.leaves import Bounds, Leaf
from errorflow.enclosure.pieces import Split
from errorflow.enclosure.rays import Tail, TailBounds

Range = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True)
class Attained:
    """attained: None where it is open. where: in words. places: intervals that hold the points. exact: the value."""

    attained: bool | None
    where: tuple[str, ...]
    places: tuple[Range, ...] = ()
    exact: Exact | None = None


@dataclass(frozen=True)
class Cover:
    """A cover with its bounds. sign: 1 for the supremum, -1 for the infimum. least: what it reaches, times sign."""

    split: Split
    backend: Backend
    leaves: dict[Leaf, Bounds]
    tails: dict[Tail, TailBounds]
    sign: int
    least: Fraction

    def top(self, part: Bounds | TailBounds) -> Fraction | float:
        """The most that the slope can be there, times sign."""
        return part.upper if self.sign > 0 else -part.lower


def attained(cover: Cover) -> Attained:
    """Where the supremum (sign 1) or infimum (sign -1) of the slope is attained."""
    limits = [cover.sign * b.exact for b in cover.tails.values() if b.exact is not None]
    least = max([cover.least, *limits])
    leaves = sorted((k for k, b in cover.leaves.items() if cover.top(b) >= least), key=lambda k: k.a)
    tails = [k for k, b in cover.tails.items() if cover.top(b) >= least]
    constant = _constant(cover, leaves, tails)
    if constant is not None:
        return constant
    if tails and not leaves:
        return _in_tails(cover, tails)
    found = [_cluster(cover, cluster) for cluster in _clusters(leaves)]
    if tails:
        return _before_tails(cover, found, tails)
    verdicts = {one.attained for one in found}
    forms = {one.exact for one in found}
    where = tuple(text for one in found for text in one.where)
    places = tuple(place for one in found for place in one.places)
    return Attained(
        verdicts.pop() if len(verdicts) == 1 else None, where, places, forms.pop() if len(forms) == 1 else None
    )


def _constant(cover: Cover, leaves: list[Leaf], tails: list[Tail]) -> Attained | None:
    values: dict[Leaf | Tail, Fraction] = {}
    for leaf in leaves:
        slope = cover.split.piece(leaf.bits).constant_slope()
        if slope is not None:
            values[leaf] = cover.sign * slope
    for tail in tails:
        exact = cover.tails[tail].exact
        if cover.tails[tail].constant and exact is not None:
            values[tail] = cover.sign * exact
    if not values:
        return None
    best = max(values.values())
    others = [cover.top(cover.leaves[k]) for k in leaves if k not in values]
    others += [cover.top(cover.tails[k]) for k in tails if k not in values]
    if any(other > best for other in others):
        return None
    ranges = sorted(
        (_range(part) for part, value in values.items() if value == best),
        key=lambda r: (r[0] is not None, r[0] if r[0] is not None else Fraction(0)),
    )
    merged: list[Range] = []
    for low, high in ranges:
        if merged and merged[-1][1] == low:
            merged[-1] = merged[-1][0], high
        else:
            merged.append((low, high))
    where = tuple(
        f"every x in ({'-oo' if a is None else _shown(a)}, {'oo' if b is None else _shown(b)})" for a, b in merged
    )
    return Attained(True, where, tuple(merged), _rational(cover.sign * best))


def _range(part: Leaf | Tail) -> Range:
    if isinstance(part, Leaf):
        return part.a, part.b
    return (None, -part.radius) if part.side < 0 else (part.radius, None)


def _rational(value: Fraction) -> Exact:
    return Exact((((), value),) if value else ())


def _in_tails(cover: Cover, tails: list[Tail]) -> Attained:
    known = [cover.tails[tail] for tail in tails]
    where = tuple(f"as x -> {'-' if tail.side < 0 else ''}oo" for tail in tails)
    if not all(one.limit is not None and one.approach == -cover.sign for one in known):
        return Attained(None, where)
    limits = {one.exact for one in known}
    exact = limits.pop() if len(limits) == 1 else None
    return Attained(False, where, (), None if exact is None else _rational(exact))


def _before_tails(cover: Cover, found: list[Attained], tails: list[Tail]) -> Attained:
    """At points that reach exactly what the tails only tend to."""
    unclear = Attained(None, ("the cover does not tell",))
    known = [cover.tails[tail] for tail in tails]
    values = [one.exact.rational if one.attained and one.exact is not None else None for one in found]
    if any(value is None for value in values) or any(part.exact is None for part in known):
        return unclear
    best = max(cover.sign * value for value in values if value is not None)
    if any(part.approach != -cover.sign or cover.sign * part.exact > best for part in known if part.exact is not None):
        return unclear
    top = [one for one, value in zip(found, values, strict=True) if value is not None and cover.sign * value == best]
    places = tuple(place for one in top for place in one.places)
    return Attained(True, tuple(text for one in top for text in one.where), places, top[0].exact)


def _clusters(leaves: list[Leaf]) -> Iterator[list[Leaf]]:
    group: list[Leaf] = []
    for leaf in leaves:
        if group and max(k.b for k in group) < leaf.a:
            yield group
            group = []
        group.append(leaf)
    if group:
        yield group


def _cluster(cover: Cover, cluster: list[Leaf]) -> Attained:
    """Neighbouring leaves that may hold the extremum."""
    peaks = {_peak(cover, leaf) for leaf in cluster}
    hull = min(leaf.a for leaf in cluster), max(leaf.b for leaf in cluster)
    unclear = Attained(None, (f"a point in [{_shown(hull[0])}, {_shown(hull[1])}]",), (hull,))
    if None in peaks or len(peaks) != 1:
        return _at_both_ends(cover, cluster) or _between_kinks(cover, cluster, unclear)
    (peak,) = peaks
    assert peak is not None
    sides = _neighbours(cover, peak)
    if len(sides) == 2 and sides[0].bits != sides[1].bits:
        return _at_kink(cover, cluster, peak, sides) or unclear
    end = len(sides) == 1
    exact = _exactly(cover, cluster, peak, end)
    if exact is not None:
        return exact
    if end:
        return Attained(True, (f"x = {_shown(peak)}",), ((peak, peak),))
    for bits in (44, 36, 28):
        width = Fraction(1, 2**bits)
        if hull[0] <= peak - width and peak + width <= hull[1] and _turns(cover, cluster, peak, width):
            return Attained(True, (f"x = {_shown(peak)}",), ((peak - width, peak + width),))
    return _between_kinks(cover, cluster, unclear)


def _at_both_ends(cover: Cover, cluster: list[Leaf]) -> Attained | None:
    """Of a leaf whose slope bends the other way, at both of its ends where these have exactly the same slope."""
    (leaf,) = cluster if len(cluster) == 1 else (None,)
    if leaf is None or leaf.method != ("convex" if cover.sign > 0 else "concave"):
        return None
    program = cover.split.piece(leaf.bits).program
    jets = [exact_jets(program, end, 1) for end in (leaf.a, leaf.b)]
    if jets[0] is None or jets[1] is None or jets[0][0][1] != jets[1][0][1]:
        return None
    ends = (leaf.a, leaf.b)
    return Attained(True, tuple(f"x = {_shown(x)}" for x in ends), tuple((x, x) for x in ends), jets[0][0][1])


def _exactly(cover: Cover, cluster: list[Leaf], peak: Fraction, end: bool) -> Attained | None:
    """At a simple point where f'' is exactly zero: there a strictly concave slope has its peak, and its exact value."""
    simple = simple_point(peak)
    if simple is None or (end and simple.rational != peak):
        return None
    exact = exact_jets(cover.split.piece(cluster[0].bits).program, simple, 2)
    if exact is None or not (end or not exact[0][2].terms):
        return None
    low = high = simple.rational
    if low is None:
        width = Fraction(1, 2**44)
        low, high = peak - width, peak + width
        if not (_turns(cover, cluster, peak, width) and all(leaf.a <= low and high <= leaf.b for leaf in cluster)):
            return None
    elif not all(leaf.a <= low <= leaf.b for leaf in cluster):
        return None
    return Attained(True, (f"x = {simple}",), ((low, high),), exact[0][1])


def _peak(cover: Cover, leaf: Leaf) -> Fraction | None:
    """The only place in the leaf where the extremum can lie, as near as the leaf knows it."""
    if not cover.leaves[leaf].strict:
        return None
    if leaf.method in ("rising", "falling"):
        return leaf.b if (leaf.method == "rising") == (cover.sign > 0) else leaf.a
    if leaf.method == ("concave" if cover.sign > 0 else "convex"):
        return leaf.centre
    if leaf.method in ("concave", "convex"):  # of the other kind, so that an end is the furthest out
        left, right = (cover.split.at(cover.backend, leaf.bits, end)[1] * cover.sign for end in (leaf.a, leaf.b))
        return leaf.a if left > right else leaf.b if left < right else None
    return None


def _neighbours(cover: Cover, x: Fraction) -> list[Leaf]:
    """The leaves that end or begin at x, or the leaf round x twice."""
    left = [leaf for leaf in cover.leaves if leaf.a < x <= leaf.b]
    right = [leaf for leaf in cover.leaves if leaf.a <= x < leaf.b]
    beyond = [tail for tail in cover.tails if tail.side * x == tail.radius]
    return [*left[:1], *right[:1]] if not beyond else [*left[:1], *right[:1]] * 2


def _turns(cover: Cover, cluster: list[Leaf], peak: Fraction, width: Fraction) -> bool:
    """Whether f'' changes its sign round the peak, so that the peak of a strictly concave slope is there."""
    bits = {leaf.bits for leaf in cluster}
    if len(bits) != 1:
        return False
    (one,) = bits
    before, after = (cover.split.at(cover.backend, one, peak + side * width)[2] * cover.sign for side in (-1, 1))
    return bool(before > 0 and after < 0)


def _at_kink(cover: Cover, cluster: list[Leaf], x: Fraction, sides: list[Leaf]) -> Attained | None:
    jets = [exact_jets(cover.split.piece(leaf.bits).program, x, 1) for leaf in sides]
    if jets[0] is not None and jets[1] is not None and jets[0][0][1] == jets[1][0][1]:
        return Attained(True, (f"x = {_shown(x)}",), ((x, x),), jets[0][0][1])
    slopes = [cover.split.at(cover.backend, leaf.bits, x)[1] for leaf in sides]
    if not (slopes[0] > slopes[1] or slopes[0] < slopes[1]):
        return None
    upper = 0 if (slopes[0] > slopes[1]) == (cover.sign > 0) else 1
    if any(leaf.bits != sides[upper].bits for leaf in cluster):
        return None
    one = jets[upper]
    side = ("left", "right")[upper]
    return Attained(False, (f"as x -> {_shown(x)} from the {side}",), ((x, x),), None if one is None else one[0][1])


def _between_kinks(cover: Cover, cluster: list[Leaf], unclear: Attained) -> Attained:
    """A continuous slope on closed leaves away from all ends of pieces attains its extremum."""
    low, high = unclear.places[0]
    assert low is not None
    assert high is not None
    bits = {leaf.bits for end in (low, high) for leaf in _neighbours(cover, end)} | {leaf.bits for leaf in cluster}
    return Attained(True if len(bits) == 1 else None, unclear.where, unclear.places)


def _shown(x: Fraction) -> str:
    return str(x) if x.denominator <= 1000 else f"{float(x):.12g}"
