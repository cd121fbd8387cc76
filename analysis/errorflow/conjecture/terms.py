"""What a claim is made of: numbers, matrices, conditions on them, and words on what becomes of a flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Term:
    """A number or a matrix, written as an operation on others.

    op of a number: number, n, q, + - * / ** (the exponent is its second argument), norm, radius, maxabs, sigma_min,
    slope, largest, least. op of a matrix: matrix, flow (its argument is the lag), identity, abs, transpose.
    data: the value of a number; the kind of a norm; the name of a matrix or gate; the two blocks of a flow; the
    expression whose slope is meant.
    """

    op: str
    args: tuple[Term, ...] = ()
    data: Fraction | str | tuple[str, str] | None = None

    @property
    def is_matrix(self) -> bool:
        """Whether it stands for a matrix."""
        return self.op in ("matrix", "flow", "identity", "abs", "transpose")

    def walk(self) -> Iterator[Term]:
        """The term and all that it is made of."""
        yield self
        for arg in self.args:
            yield from arg.walk()


@dataclass(frozen=True)
class Compare:
    """left sign right, for numbers or for matrices."""

    left: Term
    sign: str
    right: Term


@dataclass(frozen=True)
class Kind:
    """What kind of matrix it is: one of `KINDS`."""

    name: str
    matrix: Term


@dataclass(frozen=True)
class Fate:
    """What becomes of the flow as the lag grows: one of `FATES`."""

    name: str


Condition = Compare | Kind | Fate

KINDS = {
    "orthogonal": "is orthogonal",
    "symmetric": "is symmetric",
    "nonnegative": "has no negative entry",
    "diagonal": "is diagonal",
}
FATES = {
    "vanishes": "norm(flow(q)) -> 0 as q -> infinity",
    "explodes": "norm(flow(q)) is unbounded in q",
    "never explodes": "norm(flow(q)) is bounded in q",
    "never vanishes": "norm(flow(q)) does not tend to 0",
    "can explode": "some initial state and inputs make norm(flow(q)) unbounded in q",
}


@dataclass(frozen=True)
class Claim:
    """A claim as read. cell: as typed, "" where there is none. truncated: whether the flow is the truncated one."""

    cell: str
    truncated: bool
    hypotheses: tuple[Condition, ...]
    conclusions: tuple[Condition, ...]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Hypotheses and conclusions."""
        return self.hypotheses + self.conclusions

    def terms(self) -> Iterator[Term]:
        """All terms of all conditions."""
        for condition in self.conditions:
            if isinstance(condition, Compare):
                yield from condition.left.walk()
                yield from condition.right.walk()
            elif isinstance(condition, Kind):
                yield from condition.matrix.walk()

    def flows(self) -> list[Term]:
        """The flows that it speaks of, each once."""
        return list(dict.fromkeys(t for t in self.terms() if t.op == "flow"))

    def fates(self) -> bool:
        """Whether it speaks of what becomes of the flow."""
        return any(isinstance(c, Fate) for c in self.conditions)


def number(value: int | Fraction) -> Term:
    """A constant."""
    return Term("number", data=Fraction(value))


def lag_of(term: Term, q: int | None = None) -> tuple[int, int]:
    """(a, b) with the lag or exponent a q + b. q: a value for it, then a is 0."""
    if term.op == "number":
        assert isinstance(term.data, Fraction)
        return 0, int(term.data)
    if term.op == "q":
        return (1, 0) if q is None else (0, q)
    (a, b), (c, d) = (lag_of(arg, q) for arg in term.args)
    if term.op == "*":
        if a and c:
            raise ValueError("a lag or an exponent must be linear in q, got q * q")
        return a * d + b * c, b * d
    return (a + c, b + d) if term.op == "+" else (a - c, b - d)
