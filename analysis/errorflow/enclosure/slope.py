"""The slope of an activation: rigorous bounds of its supremum and infimum, with a certificate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from errorflow.enclosure.attained import Attained, Cover, Range, attained
from errorflow.enclosure.backends import ARB
from errorflow.enclosure.certificate import document, verify
from errorflow.enclosure.closed_forms import closed_form
from errorflow.enclosure.expression import Node, Refused, number
from errorflow.enclosure.named import NAMES, named
from errorflow.enclosure.periodic import Frequency, frequency
from errorflow.enclosure.pieces import Split
from errorflow.enclosure.reading import read_sympy
from errorflow.enclosure.search import search
from errorflow.enclosure.text import read_number, read_text

_SAME = 1e-9  # of a period: two places this close are one
LONGEST_FORM = 80  # a longer form says less than the digits
End = int | Fraction | str | None


@dataclass(frozen=True)
class Extremum:
    """lower <= the extremum <= upper, exact rationals; infinite where the slope is unbounded.

    Attributes
    ----------
    lower, upper : fractions.Fraction or float
        The bounds.
    attained : bool or None
        None where the cover does not tell.
    where : tuple of str
        Where it is attained, in words.
    places : tuple of pairs of fractions.Fraction
        Intervals that hold the points.
    closed_form : str or None
        In text, checked against the bounds; None where none is known.
    exact : fractions.Fraction or None
        The value if it is proved to be a rational.
    """

    lower: Fraction | float
    upper: Fraction | float
    attained: bool | None
    where: tuple[str, ...]
    places: tuple[tuple[Fraction | None, Fraction | None], ...]
    closed_form: str | None
    exact: Fraction | None

    def __float__(self) -> float:
        if self.exact is not None:
            return float(self.exact)
        return float(self.lower + self.upper) / 2 if math.isfinite(self.upper) else float(self.upper)


@dataclass(frozen=True)
class Enclosure:
    """What the slope of an expression is between the ends of an interval.

    Attributes
    ----------
    expression : str
        As given.
    interval : pair of fractions.Fraction or None
        The ends, None being infinite.
    sup, inf : Extremum
        The supremum and the infimum of the derivative.
    certificate : mapping
        Data for `recheck`.
    """

    expression: str
    interval: tuple[Fraction | None, Fraction | None]
    sup: Extremum
    inf: Extremum
    certificate: Mapping[str, Any] = field(repr=False)

    @property
    def bound(self) -> Fraction | float:
        """gamma, with |f(x) - f(y)| <= gamma |x - y|: the larger of sup f' and -inf f', exact where both are known."""
        sup = self.sup.upper if self.sup.exact is None else self.sup.exact
        inf = self.inf.lower if self.inf.exact is None else self.inf.exact
        return max(sup, -inf)


def slope(
    expression: sympy.Expr | str, variable: sympy.Symbol | None = None, *, interval: tuple[End, End] | None = None
) -> Enclosure:
    """The supremum and the infimum of the derivative to 1e-12, proved, over the real line or an interval.

    Parameters
    ----------
    expression : sympy.Expr or str
        SymPy in one variable, or text in the grammar of the command line, or the name of an activation. At a kink
        the slopes on both sides count.
    variable : sympy.Symbol, optional
        The variable of a SymPy expression.
    interval : pair of int, fractions.Fraction, str or None, optional
        The ends, such as (0, "1/3"); None is infinite.

    Returns
    -------
    Enclosure

    Raises
    ------
    ValueError
        With the reason if the expression jumps, is undefined somewhere, or cannot be enclosed.
    TypeError
        If it is neither SymPy nor text.
    """
    node = _node(expression, variable)
    ends = _ends(interval)
    with ARB.working():
        split = Split(node)
        omega = frequency(node) if ends == (None, None) else None
        window = ends
        if omega is not None:
            half = Fraction(math.ceil(ARB.upper(ARB.pi() / omega.interval(ARB)) * 1024) + 1, 1024)
            window = -half, half
        try:
            found = search(split, *window)
        except Refused as refused:
            if ends == (None, None):
                raise Refused(
                    f"{refused}; if it is defined on an interval alone, give that: interval=(low, high)"
                ) from None
            raise
        made = document(split, ends, omega is not None, found)
        covers = verify(made, ARB, found=found)
        extrema = [_extremum(made, covers[sign], omega) for sign in (1, -1)]
    return Enclosure(str(expression), ends, extrema[0], extrema[1], made)


def _node(expression: sympy.Expr | str, variable: sympy.Symbol | None) -> Node:
    if isinstance(expression, str):
        return named(expression) if expression in NAMES else read_text(expression)
    if isinstance(expression, int | Fraction):
        return number(expression)
    if not isinstance(expression, sympy.Expr):
        raise TypeError(f"expression must be a SymPy expression or text, got {type(expression).__name__}")
    return read_sympy(expression, variable)


def _ends(interval: tuple[End, End] | None) -> tuple[Fraction | None, Fraction | None]:
    if interval is None:
        return None, None
    if len(interval) != 2:
        raise ValueError(f"interval must have two ends, got {len(interval)}")
    low, high = (_end(end) for end in interval)
    if low is not None and high is not None and low >= high:
        raise ValueError(f"interval must have its lower end first, got {low} and {high}")
    for end in (low, high):
        if end is not None and (abs(end) > 2**40 or end.denominator.bit_length() > 200):
            raise ValueError(f"interval must have ends up to 2**40, got {end}; None is infinite")
    return low, high


def _end(end: End) -> Fraction | None:
    if end is None or end in ("oo", "-oo"):
        return None
    if isinstance(end, float):
        raise TypeError(f"interval must have exact ends, got the float {end}; '{end}' in quotes is exact")
    if isinstance(end, str):
        return read_number(end)
    if isinstance(end, sympy.Rational):
        return Fraction(int(end.p), int(end.q))
    if isinstance(end, int | Fraction):
        return Fraction(end)
    raise TypeError(f"interval must have rational ends, got {end!r}")


def _extremum(made: Mapping[str, Any], cover: Cover, omega: Frequency | None) -> Extremum:
    claim = made["sup" if cover.sign > 0 else "inf"]
    if claim.get("unbounded"):
        where = tuple(
            f"as x -> {'-' if tail.side < 0 else ''}oo"
            for tail, part in cover.tails.items()
            if cover.top(part) == math.inf
        )
        return Extremum(cover.sign * math.inf, cover.sign * math.inf, False, where, (), None, None)
    lower, upper = Fraction(claim["lower"]), Fraction(claim["upper"])
    found: Attained = attained(cover)
    exact = found.exact.rational if found.exact is not None else None
    form = None if found.exact is None or len(str(found.exact)) > LONGEST_FORM else str(found.exact)
    known = closed_form(cover.split.node, cover.sign) if made["interval"] == [None, None] else None
    if known is not None:
        low, high = known.enclosure()
        if high < lower or low > upper:
            raise Refused(f"the closed form {known} contradicts the enclosure")
        form = str(known)
    where, places = found.where, found.places
    if omega is not None:
        where, places = _once(where, places, float(2 * ARB.pi() / omega.interval(ARB)))
        where = tuple(f"{text}, and by whole periods from there" for text in where)
    return Extremum(lower, upper, found.attained, where, places, form, exact)


def _once(
    where: tuple[str, ...], places: tuple[Range, ...], period: float
) -> tuple[tuple[str, ...], tuple[Range, ...]]:
    """Places that are not a whole number of periods apart, of two that are the positive one.

    The ends of the window lie a little more than half a period from 0, so that it may hold a place twice.
    """
    kept: list[tuple[str, Range]] = []
    for text, place in sorted(zip(where, places, strict=True), key=lambda pair: _middle(pair[1]) < 0):
        apart = [abs(_middle(place) - _middle(other)) / period for _, other in kept]
        if not any(abs(turns - round(turns)) < _SAME for turns in apart):
            kept.append((text, place))
    return tuple(text for text, _ in kept), tuple(place for _, place in kept)


def _middle(place: Range) -> float:
    low, high = place
    return float((low + high) / 2) if low is not None and high is not None else math.inf
