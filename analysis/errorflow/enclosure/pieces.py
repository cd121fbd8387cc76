"""The smooth pieces of an expression with kinks: which branch holds where, and what happens where two of them meet.

A switch is a `where` node. Its branches are written as a string of signs, one for each switch in a fixed order, and
an expression with its branches chosen is smooth. A leaf says which branches it takes; here that is verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from errorflow.enclosure.backends import Backend, Number
from errorflow.enclosure.exact import exact_jets
from errorflow.enclosure.expression import Node, Refused, linear, rebuild, walk
from errorflow.enclosure.jets import Jet, Program
from errorflow.enclosure.tail_functions import tail_pairs
from errorflow.enclosure.tails import Ray

MOST_SWITCHES = 24


@dataclass(frozen=True)
class Piece:
    """A smooth expression and the switches that were decided on the way to it.

    program: evaluates the expression. arguments: those of the switches in `reached`, as expressions.
    """

    smooth: Node
    program: Program
    reached: tuple[int, ...]
    arguments: tuple[Node, ...]

    def constant_slope(self) -> Fraction | None:
        """The slope if the piece is a straight line with rational coefficients."""
        found = linear(self.smooth)
        return None if found is None else found[0]


class Split:
    """An expression with its switches, and its pieces as they are asked for."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.switches = [part for part in walk(node) if part.op == "where"]
        if len(self.switches) > MOST_SWITCHES:
            raise Refused(f"an expression must have at most {MOST_SWITCHES} kinks, got {len(self.switches)}")
        self._pieces: dict[str, Piece] = {}
        self._points: dict[tuple[str, str, Fraction, int], Jet] = {}

    def jumps(self, k: int) -> bool:
        """Whether the branches of switch k may differ where they meet."""
        return bool(self.switches[k].data[1])

    def piece(self, bits: str) -> Piece:
        """The smooth expression with these branches."""
        if bits not in self._pieces:
            resolved = self.resolved(bits)
            reached = self._reached(bits)
            arguments = tuple(resolved[self.switches[k].args[0]] for k in reached)
            smooth = resolved[self.node]
            self._pieces[bits] = Piece(smooth, Program(smooth), reached, arguments)
        return self._pieces[bits]

    def resolved(self, bits: str) -> dict[Node, Node]:
        """Every part of the expression with the branches chosen; only as far as there are signs in `bits`."""
        chosen = dict(zip(self.switches, bits, strict=False))
        found: dict[Node, Node] = {}
        for part in walk(self.node):
            if part.op == "where":
                if part not in chosen:
                    continue
                found[part] = found[part.args[1 if chosen[part] == "+" else 2]]
            elif all(arg in found for arg in part.args):
                changed = any(found[arg] is not arg for arg in part.args)
                found[part] = rebuild(part, tuple(found[arg] for arg in part.args)) if changed else part
        return found

    def _reached(self, bits: str) -> tuple[int, ...]:
        place = {switch: k for k, switch in enumerate(self.switches)}
        stack, seen, reached = [self.node], set[Node](), set[int]()
        while stack:
            part = stack.pop()
            if part in seen:
                continue
            seen.add(part)
            if part.op == "where":
                k = place[part]
                reached.add(k)
                stack += [part.args[0], part.args[1 if bits[k] == "+" else 2]]
            else:
                stack += part.args
        return tuple(sorted(reached))

    def at(self, backend: Backend, bits: str, x: Fraction, order: int = 2) -> Jet:
        """The jet of the piece at a point."""
        key = (backend.name, bits, x, order)
        if key not in self._points:
            self._points[key] = self.piece(bits).program.jets(backend, backend.number(x), order)[0]
        return self._points[key]


def holds(backend: Backend, piece: Piece, k: int, sign: str, ends: tuple[Fraction, Fraction], strict: bool) -> bool:
    """Whether the argument of the k-th reached switch has this sign between the ends; zero only at the ends if strict.

    A linear argument is compared exactly; another one by its range, or by its ends where it is monotone.
    """
    side = 1 if sign == "+" else -1
    u = piece.arguments[k]
    line = linear(u)
    if line is not None:
        values = [side * (line[0] * end + line[1]) for end in ends]
        return min(values) >= 0 and max(values) > 0
    program = Program(u)
    try:
        value, slope = program.jets(backend, backend.interval(*ends), 1)[0]
        if value * side > 0 or (not strict and value * side >= 0):
            return True
        if not (slope > 0 or slope < 0 or (not strict and (slope >= 0 or slope <= 0))):
            return False
        return all(_sign_at(backend, program, end, side) for end in ends)
    except ArithmeticError:
        return False


def _sign_at(backend: Backend, program: Program, x: Fraction, side: int) -> bool:
    if program.jets(backend, backend.number(x), 0)[0][0] * side >= 0:
        return True
    exact = exact_jets(program, x, 0)
    return exact is not None and exact[0][0].rational == 0


def holds_beyond(backend: Backend, piece: Piece, k: int, sign: str, radius: Fraction, side: int) -> bool:
    """Whether the argument of the k-th reached switch has this sign for side * x >= radius."""
    wanted = 1 if sign == "+" else -1
    u = piece.arguments[k]
    line = linear(u)
    if line is not None:
        return wanted * (line[0] * side * radius + line[1]) > 0 and wanted * line[0] * side >= 0
    value = tail_pairs(Program(u), Ray(backend, radius), side)[0][0]
    return value is not None and value.sign() == wanted


def meet(split: Split, backend: Backend, left: str, right: str, x: Fraction) -> None:
    """Nothing, if the expression is continuous at x, where `left` holds on one side and `right` on the other.

    Raises: Refused if it jumps there, or if that cannot be decided.
    """
    pieces = [split.piece(left), split.piece(right)]
    touched = [
        k
        for piece in pieces
        for j, k in enumerate(piece.reached)
        if split.jumps(k) and _may_be_zero(backend, piece, j, x)
    ]
    if not touched:
        return
    here = _bits_at(split, x)
    nodes = [piece.smooth for piece in pieces] + ([split.piece(here).smooth] if here is not None else [])
    exact = [exact_jets(Program(node), x, 0) for node in nodes]
    values = {str(jets[0][0]) if jets is not None else None for jets in exact}
    if here is not None and len(values) == 1 and None not in values:
        return
    try:
        balls: list[Number] = [Program(node).jets(backend, backend.number(x), 0)[0][0] for node in nodes]
    except ArithmeticError as error:
        raise Refused(f"the expression is not defined at x = {x}") from error
    if any(u > v or u < v for u in balls for v in balls):
        shown = [f"{float(backend.lower(v)):.6g}" for v in balls[:2]]
        raise Refused(f"the expression jumps at x = {x} (from {shown[0]} to {shown[1]}): it is not Lipschitz")
    raise Refused(f"whether the pieces meet at x = {x} cannot be decided exactly")


def _may_be_zero(backend: Backend, piece: Piece, j: int, x: Fraction) -> bool:
    value = Program(piece.arguments[j]).jets(backend, backend.number(x), 0)[0][0]
    return not (value > 0 or value < 0)


def _bits_at(split: Split, x: Fraction) -> str | None:
    """The branches that hold at the very point x, or None where a sign cannot be found exactly."""
    bits = ""
    for switch in split.switches:
        u = split.resolved(bits)[switch.args[0]]
        exact = exact_jets(Program(u), x, 0)
        value = exact[0][0].rational if exact is not None else None
        if value is None:
            return None
        bits += "+" if value > 0 or (value == 0 and switch.data[0]) else "-"
    return bits
