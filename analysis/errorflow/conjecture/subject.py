"""What a claim is about: the cell with its matrices, gates and slopes, and whether the claim's names are there."""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import sympy

from errorflow.activations import BY_FUNCTION, logistic, squash_in, squash_out
from errorflow.builtin import BUILTIN
from errorflow.calculus.jacobian import state_jacobian
from errorflow.calculus.words import Diag, Words
from errorflow.cells import Cell
from errorflow.conjecture.blocks import DiagonalBlock, circular, ends_of
from errorflow.conjecture.grammar import Unreadable, suggestion
from errorflow.conjecture.plain import Plain, plain_network
from errorflow.conjecture.terms import Claim, Compare, Fate, Kind, Term
from errorflow.definition import Net, New
from errorflow.enclosure import Enclosure, Refused, slope


@dataclass(frozen=True, eq=False)
class Subject:
    """name: as typed. cell: None for a claim on matrices or slopes alone."""

    name: str
    cell: Cell | None
    truncated: bool

    @cached_property
    def matrices(self) -> dict[str, tuple[str, str]]:
        """The shapes of the matrices that a claim may name, in size labels."""
        parameters = self.cell.definition.parameters if self.cell else ()
        return {p.name: (p.rows, p.columns or p.rows) for p in parameters if p.columns or p.kind == "diagonal"}

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """The names of inner vectors."""
        nodes = self.cell.definition.nodes if self.cell else ()
        return tuple(n.symbol.name for n in nodes if not isinstance(n.symbol, New | Net) and not n.inner)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The names of the state blocks."""
        return tuple(s.name for s in self.cell.definition.states) if self.cell else ()

    @cached_property
    def jacobian(self) -> dict[tuple[str, str], Words]:
        """The blocks of the one-step Jacobian that are not zero."""
        assert self.cell is not None
        return dict(state_jacobian(self.cell.definition, self.truncated).words)

    @cached_property
    def plain(self) -> Plain | None:
        """The cell as a matrix and one activation, if it is that."""
        if self.cell is None or self.truncated:
            return None
        return plain_network(self.cell)

    def unit_gate(self, name: str) -> bool:
        """Whether a gate is a logistic function, so that it stays between 0 and 1."""
        assert self.cell is not None
        return any(n.symbol.name == name and isinstance(n.expression, logistic) for n in self.cell.definition.nodes)

    def diagonal_block(self, row: str, column: str, one_step: bool = False) -> DiagonalBlock | None:
        """The block as a product of diagonals, where nothing enters it from other blocks, or nothing leaves it.

        one_step: of the Jacobian of one step, whatever else enters and leaves.
        """
        if (row != column and not one_step) or self.cell is None:
            return None
        others = [s for s in self.states if s != row]
        enters = any((row, s) in self.jacobian for s in others)
        leaves = any((s, row) in self.jacobian for s in others)
        words = self.jacobian.get((row, column), ())
        if (enters and leaves and not one_step) or len(words) != 1 or len(words[0]) > 1:
            return None
        if not words[0]:
            return DiagonalBlock(sympy.Integer(1), Fraction(1))
        (factor,) = words[0]
        if not isinstance(factor, Diag):
            return None
        ends = ends_of(factor.entry, self.ranges)
        bound = None if ends is None else max(abs(ends[0]), abs(ends[1]))
        symbols = [e.name for e in (factor.entry, 1 - factor.entry) if e.is_Symbol]
        return DiagonalBlock(factor.entry, bound, any(s in self.gates and self.unit_gate(s) for s in symbols))

    @cached_property
    def ranges(self) -> dict[sympy.Symbol, tuple[Fraction, Fraction]]:
        """The inner vectors that stay within known ends: logistic functions, hyperbolic tangents, squashes."""
        assert self.cell is not None
        ends = {logistic: (0, 1), sympy.tanh: (-1, 1), squash_in: (-2, 2), squash_out: (-1, 1)}
        found = {n.symbol: ends.get(n.expression.func) for n in self.cell.definition.nodes if n.expression is not None}
        return {s: (Fraction(pair[0]), Fraction(pair[1])) for s, pair in found.items() if pair}

    @cached_property
    def carry(self) -> tuple[str, DiagonalBlock] | None:
        """The one state that carries error from step to step, by diagonals, where all other blocks pass it on, bounded.

        Then the whole flow is at most a constant times that block of it, a few steps shorter.
        """
        if self.cell is None:
            return None
        loops = [s for s in self.states if (s, s) in self.jacobian]
        others = {pair: words for pair, words in self.jacobian.items() if pair[0] != pair[1]}
        if len(loops) != 1 or circular(others):
            return None
        for words in others.values():
            for word in words:
                if any(not isinstance(f, Diag) or ends_of(f.entry, self.ranges) is None for f in word):
                    return None
        block = self.diagonal_block(loops[0], loops[0])
        return None if block is None else (loops[0], block)


def subject(claim: Claim, cell: Cell | None = None) -> Subject:
    """What the claim is about. cell: the cell itself, where it is not a built-in one.

    Raises: Unreadable if a name of the claim is not there.
    """
    if cell is None and claim.cell:
        cell = _builtin(claim.cell)
    found = Subject(claim.cell or (cell.name if cell else ""), cell, claim.truncated)
    _check(claim, found)
    return found


def _builtin(text: str) -> Cell:
    name, _, rest = text.partition("(")
    name, function = name.strip(), rest.strip().removesuffix(")").strip()
    if name not in BUILTIN:
        raise Unreadable(f"no cell {name!r}; {suggestion(name, BUILTIN)}")
    if not rest:
        return BUILTIN[name]()
    if "activation" not in inspect.signature(BUILTIN[name]).parameters:
        raise Unreadable(f"{name} must be given without an activation, got {text!r}; rnn(relu) has one")
    known = {**{a.name: a for a in BY_FUNCTION.values()}, "identity": None}
    aliases = {"sigmoid": "logistic", "linear": "identity", "atan": "arctan"}
    function = aliases.get(function, function)
    if function not in known:
        raise Unreadable(f"no activation {function!r}; {suggestion(function, known)}")
    return BUILTIN[name](function)  # type: ignore[call-arg]


def _check(claim: Claim, about: Subject) -> None:
    needs_cell = claim.fates() or any(t.op in ("flow", "largest", "least", "q") for t in claim.terms())
    if needs_cell and about.cell is None:
        raise Unreadable("a claim on a flow must name its cell, such as `rnn: norm(flow(q)) <= norm(W)**q`")
    for term in claim.terms():
        if term.op == "matrix" and about.cell is not None and term.data not in about.matrices:
            name = str(term.data)
            raise Unreadable(f"{about.name} has no matrix {name!r}; {suggestion(name, about.matrices)}")
        if term.op in ("largest", "least") and term.data not in about.gates:
            there = suggestion(str(term.data), about.gates) if about.gates else "it has none"
            raise Unreadable(f"{about.name} has no gate {str(term.data)!r}; {there}")
        if term.op == "flow" and isinstance(term.data, tuple):
            odd = next((s for s in term.data if s not in about.states), None)
            if odd is not None:
                raise Unreadable(f"{about.name} has no state {odd!r}; {suggestion(odd, about.states)}")
        if term.op == "slope" and not math.isfinite(expression_slope(str(term.data)).bound):
            raise Unreadable(f"slope({str(term.data)[:40]}) must be a number, and the slope of this is unbounded")
        if term.op in ("radius", "sigma_min"):
            _must_be_square(term.args[0], about)
    for condition in claim.conditions:
        if isinstance(condition, Kind):
            _must_be_square(condition.matrix, about)
        elif isinstance(condition, Compare) and (condition.left.is_matrix or condition.right.is_matrix):
            shapes = {shape(m, about) for m in (condition.left, condition.right)} - {None}
            if len(shapes) > 1:
                raise Unreadable("matrices that are compared must have one shape")
        elif isinstance(condition, Fate) and about.cell is None:
            raise Unreadable(f"`{condition.name}` must be said of a cell, such as `rnn: ...`")


def shape(matrix: Term, about: Subject) -> tuple[str, str] | None:
    """The shape of a matrix in size labels; None for what takes any, such as I."""
    if matrix.op == "transpose" or matrix.op == "abs":
        inner = shape(matrix.args[0], about)
        return inner[::-1] if inner and matrix.op == "transpose" else inner
    if matrix.op == "flow":
        if not isinstance(matrix.data, tuple):
            return ("N", "N")
        assert about.cell is not None
        sizes = {s.name: about.cell.definition.sizes[s] for s in about.cell.definition.states}
        return sizes[matrix.data[0]], sizes[matrix.data[1]]
    if matrix.op == "matrix":
        return about.matrices.get(str(matrix.data), ("n", "n"))
    return None


def _must_be_square(matrix: Term, about: Subject) -> None:
    rows, columns = shape(matrix, about) or ("", "")
    if rows != columns:
        raise Unreadable(f"a matrix must be square here, got one of shape {rows} by {columns}")


@lru_cache(maxsize=64)
def expression_slope(text: str) -> Enclosure:
    """The certified slope of an activation or an expression. Raises Unreadable with the reason if there is none."""
    try:
        return slope({"sigmoid": "logistic", "linear": "x", "identity": "x"}.get(text, text))
    except (Refused, KeyError, ValueError) as error:
        said = error.args[0] if error.args else error
        raise Unreadable(f"slope({text[:40]}) must be of an activation or an expression in x: {said}") from None
