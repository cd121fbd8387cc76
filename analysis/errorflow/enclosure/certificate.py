"""A bound of the slope as data, and the loop that checks it: no search, either interval library.

The document holds the expression as a list of steps, the leaves of the cover with the argument that bounds each, the
tails, two witnesses and the claims as exact rationals. It is checked that the leaves lie end to end and reach the
tails, that each takes the branches that hold there, that the pieces meet, that no bound is beyond the claim, that the
witnesses reach it, and that the claims are as sharp as promised.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

from errorflow.enclosure.attained import Cover, attained
from errorflow.enclosure.backends import ARB, IV, Backend, NotExpressible
from errorflow.enclosure.expression import FUNCTIONS, Node, Refused, walk
from errorflow.enclosure.leaves import Bounds, Leaf, bounds
from errorflow.enclosure.periodic import frequency
from errorflow.enclosure.pieces import Split, holds, holds_beyond, meet
from errorflow.enclosure.rays import Tail, TailBounds, tail_bounds
from errorflow.enclosure.search import TOLERANCE, Found, Place

FORMAT = "errorflow slope 1"
Document = Mapping[str, Any]
SIMPLE = 2**40  # a bound that is a fraction as short as this was worked out without rounding


@dataclass(frozen=True)
class Check:
    """What one interval library made of a certificate.

    Attributes
    ----------
    backend : str
        The interval library.
    verdict : {'holds', 'rejected', 'not expressible'}
        What it found.
    reason : str
        Why, where it does not hold.
    """

    backend: str
    verdict: str
    reason: str = ""


def steps(node: Node) -> list[list[Any]]:
    """The expression as a list of steps: name, places of the arguments, data."""
    place: dict[Node, int] = {}
    found: list[list[Any]] = []
    for part in walk(node):
        place[part] = len(found)
        data = str(part.data) if isinstance(part.data, Fraction) else list(part.data) if part.data else None
        found.append([part.op, [place[arg] for arg in part.args], data])
    return found


def expression(found: Iterable[Iterable[Any]]) -> Node:
    """The expression of a list of steps.

    Raises: Refused if a step is none.
    """
    nodes: list[Node] = []
    arity = {"x": 0, "number": 0, "pi": 0, "power": 1, "where": 3, **dict.fromkeys(FUNCTIONS, 1)}
    for op, args, data in found:
        if (op not in arity and op not in ("add", "mul")) or len(args) != arity.get(op, len(args)):
            raise Refused(f"a step must be one of the grammar, got {op!r}")
        if any(not 0 <= k < len(nodes) for k in args) or (op in ("add", "mul") and not args):
            raise Refused("a step must use earlier steps only")
        value = Fraction(data) if op in ("number", "power") else (bool(data[0]), bool(data[1])) if data else None
        nodes.append(Node(op, tuple(nodes[k] for k in args), value))
    return nodes[-1]


def digest(document: Document) -> str:
    """SHA-256 of everything but the digest, as canonical JSON."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def document(
    split: Split, interval: tuple[Fraction | None, Fraction | None], period: bool, found: Found
) -> dict[str, Any]:
    """The certificate of a search."""
    parts: list[Bounds | TailBounds] = [*found.leaves.values(), *found.tails.values()]
    top, bottom = max(p.upper for p in parts), min(p.lower for p in parts)
    made: dict[str, Any] = {
        "format": FORMAT,
        "expression": steps(split.node),
        "interval": [None if end is None else str(end) for end in interval],
        "period": period,
        "leaves": [
            [str(k.a), str(k.b), k.bits, k.method, None if k.centre is None else str(k.centre)]
            for k in sorted(found.leaves, key=lambda k: (k.a, k.b, k.bits))
        ],
        "tails": [[k.side, str(k.radius), k.bits] for k in sorted(found.tails, key=lambda k: k.side)],
    }
    assert found.highest is not None
    assert found.lowest is not None
    high, low = _outward(found.least(), top), _outward(-found.most(), -bottom)
    made["sup"] = _claim(high, 1, found.highest[1])
    made["inf"] = _claim(low, -1, found.lowest[1])
    made["digest"] = digest(made)
    return made


def _outward(least: Fraction, most: Fraction | float) -> tuple[Fraction, Fraction] | None:
    """The claim, a little wider than the bounds unless they are exact, so that the other library can confirm it."""
    if most == math.inf:
        return None
    assert isinstance(most, Fraction)
    if least == most and least.denominator < SIMPLE:
        return least, most
    unit = 10**16
    upper = most if most.denominator < SIMPLE else Fraction(math.ceil(most * unit) + 100, unit)
    return Fraction(math.floor(least * unit) - 100, unit), upper


def _claim(ends: tuple[Fraction, Fraction] | None, sign: int, place: Place) -> dict[str, Any]:
    x, bits = place
    if ends is None:
        return {"unbounded": True}
    low, high = ends if sign > 0 else (-ends[1], -ends[0])
    return {"lower": str(low), "upper": str(high), "at": str(x), "bits": bits}


class Rejected(ValueError):
    """What in a certificate does not hold."""


def recheck(certificate: Document, node: Node | None = None) -> tuple[Check, ...]:
    """The verdict of each interval library on a certificate.

    Parameters
    ----------
    certificate : mapping
        As `Enclosure.certificate`.
    node : Node, optional
        The expression that the certificate must be about, if that is known from elsewhere.

    Returns
    -------
    tuple of Check
    """
    return tuple(_check(certificate, backend, node) for backend in (ARB, IV))


def _check(certificate: Document, backend: Backend, node: Node | None) -> Check:
    try:
        with backend.working():
            verify(certificate, backend, node)
    except NotExpressible as reason:
        return Check(backend.name, "not expressible", str(reason))
    except (Rejected, ValueError, ArithmeticError, KeyError, TypeError, IndexError, AttributeError) as reason:
        return Check(backend.name, "rejected", f"{reason}" or type(reason).__name__)
    return Check(backend.name, "holds")


def verify(
    certificate: Document, backend: Backend, node: Node | None = None, found: Found | None = None
) -> dict[int, Cover]:
    """The checked cover, for the supremum under 1 and for the infimum under -1.

    found: the search that the certificate has just come from; its bounds are not worked out twice.
    Raises: Rejected, Refused, ArithmeticError and their like if anything in the certificate does not hold.
    """
    _require(certificate["format"] == FORMAT and certificate["digest"] == digest(certificate), "the digest differs")
    split = Split(expression(certificate["expression"]))
    _require(node is None or node == split.node, "it is about another expression")
    leaves = [
        Leaf(Fraction(a), Fraction(b), bits, method, None if c is None else Fraction(c))
        for a, b, bits, method, c in certificate["leaves"]
    ]
    tails = [Tail(side, Fraction(radius), bits) for side, radius, bits in certificate["tails"]]
    _cover(split, backend, certificate, leaves, tails)
    _branches(split, backend, leaves, tails)
    of_leaves = {leaf: found.leaves[leaf] if found else _bounded(split, backend, leaf) for leaf in leaves}
    of_tails = {tail: found.tails[tail] if found else tail_bounds(split, backend, tail) for tail in tails}
    return {sign: _claimed(split, backend, certificate, of_leaves, of_tails, sign) for sign in (1, -1)}


def _bounded(split: Split, backend: Backend, leaf: Leaf) -> Bounds:
    known = bounds(split, backend, leaf)
    if known is None:
        raise Rejected(f"the slope is not {leaf.method} on [{leaf.a}, {leaf.b}]")
    return known


def _require(condition: bool, text: str) -> None:
    if not condition:
        raise Rejected(text)


def _cover(split: Split, backend: Backend, certificate: Document, leaves: list[Leaf], tails: list[Tail]) -> None:
    """The leaves lie end to end, from end to end of the interval or from tail to tail."""
    _require(bool(leaves) and all(leaf.a < leaf.b for leaf in leaves), "a leaf is empty")
    wanted = [None if end is None else Fraction(end) for end in certificate["interval"]]
    ends = [leaves[0].a, leaves[-1].b]
    _require(all(tail.side in (-1, 1) and tail.radius >= 4 for tail in tails), "a radius must be at least 4")
    radii = {tail.side: tail.radius for tail in tails}
    _require(len(radii) == len(tails), "a side has two tails")
    if certificate["period"]:
        omega = frequency(split.node)
        _require(wanted == [None, None] and not tails and omega is not None, "the slope is not periodic")
        assert omega is not None
        half = backend.number((ends[1] - ends[0]) / 2)
        _require(bool(half * omega.interval(backend) > backend.pi()), "it is less than a period")
    else:
        for side, end, known in ((-1, ends[0], wanted[0]), (1, ends[1], wanted[1])):
            if known is None:
                _require(radii.get(side) == side * end, "the leaves do not reach the tail")
            else:
                _require(side not in radii and end == known, "the leaves do not reach the end")
    spans = [(leaf.a, leaf.b) for leaf in leaves]
    distinct = [span for span, _ in groupby(spans)]
    _require(all(left[1] == right[0] for left, right in pairwise(distinct)), "a part of the line is not covered")


def _branches(split: Split, backend: Backend, leaves: list[Leaf], tails: list[Tail]) -> None:
    """Each leaf and tail takes the branches that hold there, and neighbours meet."""
    if not split.switches:
        return
    groups = [list(group) for _, group in groupby(leaves, key=lambda leaf: (leaf.a, leaf.b))]
    for group in groups:
        signs = [set(column) for column in zip(*(leaf.bits for leaf in group), strict=True)]
        open_ones = [k for k, column in enumerate(signs) if len(column) > 1]
        _require(len({leaf.bits for leaf in group}) == 2 ** len(open_ones), "a combination of branches is missing")
        for leaf in group:
            _require(len(leaf.bits) == len(split.switches) and set(leaf.bits) <= {"+", "-"}, "branches")
            piece = split.piece(leaf.bits)
            for j, k in enumerate(piece.reached):
                if k in open_ones:
                    _require(not split.jumps(k), "a jump is hidden in a leaf")
                else:
                    ends = leaf.a, leaf.b
                    right = holds(backend, piece, j, leaf.bits[k], ends, split.jumps(k))
                    _require(right, f"another branch holds on [{leaf.a}, {leaf.b}]")
    for tail in tails:
        piece = split.piece(tail.bits)
        for j, k in enumerate(piece.reached):
            right = holds_beyond(backend, piece, j, tail.bits[k], tail.radius, tail.side)
            _require(right, f"another branch holds beyond {tail.radius}")
    edges = [(left[0].b, a.bits, b.bits) for left, right in pairwise(groups) for a in left for b in right]
    for tail in tails:
        edge = groups[0] if tail.side < 0 else groups[-1]
        edges += [(tail.side * tail.radius, leaf.bits, tail.bits) for leaf in edge]
    if any(split.jumps(k) for k in range(len(split.switches))):
        for x, left_bits, right_bits in edges:
            meet(split, backend, left_bits, right_bits, x)


def _claimed(
    split: Split,
    backend: Backend,
    certificate: Document,
    leaves: dict[Leaf, Bounds],
    tails: dict[Tail, TailBounds],
    sign: int,
) -> Cover:
    claim = certificate["sup" if sign > 0 else "inf"]
    cover = Cover(split, backend, leaves, tails, sign, Fraction(0))
    tops = [*map(cover.top, leaves.values()), *map(cover.top, tails.values())]
    if claim.get("unbounded"):
        _require(max(tops) == math.inf, "the slope is bounded")
        return cover
    low, high = Fraction(claim["lower"]), Fraction(claim["upper"])
    _require(low <= high and high - low <= TOLERANCE, "the claim is not as sharp as promised")
    least, most = (low, high) if sign > 0 else (-high, -low)
    _require(all(top <= most for top in tops), "a bound is beyond the claim")
    x, bits = Fraction(claim["at"]), claim["bits"]
    inside = any(leaf.bits == bits and leaf.a <= x <= leaf.b and _alone(leaf, leaves) for leaf in leaves)
    _require(inside or any(t.bits == bits and t.side * x >= t.radius for t in tails), "the witness lies elsewhere")
    slope = split.at(backend, bits, x)[1] * sign
    _require(backend.lower(slope) >= least, "the witness does not reach the claim")
    return Cover(split, backend, leaves, tails, sign, least)


def _alone(leaf: Leaf, leaves: Iterable[Leaf]) -> bool:
    """Whether the leaf's branches are the only ones there."""
    return not any(other.a == leaf.a and other.b == leaf.b and other.bits != leaf.bits for other in leaves)


__all__ = ["Check", "attained", "digest", "document", "expression", "recheck", "steps", "verify"]
