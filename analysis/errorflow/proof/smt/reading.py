"""Statements read as terms of SMT-LIB: every name a constant, every relation an assertion, nothing multiplied out.

Shared with the checker are the grammar of claims and the data of a statement. Not shared are its polynomials: trees go
to the solver as they were written, and are differentiated here by rules of their own. A sum over units is written out
for a number of units, and a matrix for a number of rows; such a reading is an instance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..checker.axioms import FUNCTIONS
from ..checker.polynomial import Claim, Relation, Tree, names_in, parse_claim, parse_expression, renamed
from ..checker.statement import Statement
from .terms import Grid, NotRead, Term, added, conjunction, entrywise, flat, like, multiplied, one

ROWS = 2


@dataclass(frozen=True)
class Reading:
    """A statement with a number of units in each sum and of rows in each matrix."""

    statement: Statement
    units: int = 2

    @cached_property
    def indexed(self) -> frozenset[str]:
        """The names that change with the index."""
        plan = self.statement.recurrence
        begun = {*plan.indexed, *(a.name for a in plan.accumulate)} if plan else set[str]()
        return _closure(begun, self._made())

    @cached_property
    def running(self) -> frozenset[str]:
        """The names that depend on the unit, sums left out."""
        s = self.statement
        plan = [(a.name, a.term) for a in s.recurrence.accumulate] if s.recurrence else []
        return _closure({*s.running}, [(n, a) for n, _, a in s.let] + plan) - self.summed.keys()

    @cached_property
    def summed(self) -> dict[str, str]:
        """The term of every sum."""
        return {name: term for name, _, term in self.statement.sums}

    @cached_property
    def values(self) -> dict[str, tuple[str, str]]:
        """The function and the argument of every name defined by one."""
        return {name: (function, argument) for name, function, argument in self.statement.let if function}

    @cached_property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Rows and columns of every matrix: those of what it is a product of, else square with ROWS rows."""
        s = self.statement
        shapes = dict.fromkeys(s.matrix, (ROWS, ROWS))
        entries = [names_in(parse_expression(e)) for _, rows in s.blocks for row in rows for e in row]
        each = ROWS if frozenset[str]().union(*entries) & {*s.matrix} else 1  # blocks are matrices, or all are numbers
        for name, rows in s.blocks:
            shapes[name] = (each * len(rows), each * len(rows[0]))
        for a in s.recurrence.accumulate if s.recurrence else ():
            if a.name in s.matrix:
                factors = [shapes[n] for n in names_in(parse_expression(a.term)) if n in shapes]
                shapes[a.name] = factors[0] if factors else (ROWS, ROWS)
        return shapes

    @cached_property
    def sized(self) -> frozenset[str]:
        """The matrices whose size was chosen: all but those made of matrices whose entries are written out."""
        s = self.statement
        names = {n for n in self.shapes if n in s.matrix or self.shapes[n] != self._written_out(n)}
        if names & {*s.matrix} - {a.name for a in (s.recurrence.accumulate if s.recurrence else ())}:
            return frozenset(names)
        return frozenset()

    def _written_out(self, block: str) -> tuple[int, int]:
        rows = dict(self.statement.blocks)[block]
        return len(rows), len(rows[0])

    def _made(self) -> list[tuple[str, str]]:
        s = self.statement
        entries = [(name, entry) for name, rows in s.blocks for row in rows for entry in row]
        return [*((name, text) for name, _, text in (*s.let, *s.sums)), *entries]

    def later(self, tree: Tree) -> Tree:
        """The expression one index later."""
        return renamed(tree, lambda name: name + "'" if name in self.indexed else name)

    def spelt(self, tree: Tree) -> Tree:
        """The expression without abbreviations and derivatives."""
        if tree.head == "name":
            plain = tree.name.removesuffix("'")
            for name, function, argument in self.statement.let:
                if name == plain and not function:
                    inner = parse_expression(argument)
                    return self.spelt(self.later(inner) if plain != tree.name else inner)
            return tree
        parts = tuple(self.spelt(part) for part in tree.parts)
        return self.slope(parts[0], tree.name) if tree.head == "d" else Tree(tree.head, parts, tree.name, tree.number)

    def at_unit(self, tree: Tree, unit: int | str) -> Tree:
        """A spelt expression at one unit: what depends on the unit bears its number."""
        return renamed(tree, lambda name: f"{name}[{unit}]" if name.removesuffix("'") in self.running else name)

    def slope(self, tree: Tree, by: str) -> Tree:
        """The derivative of a spelt expression by one name; a name without definition is held fixed."""
        if tree.head == "number":
            return _number(0)
        if tree.head == "name":
            return self._slope_of_name(tree, by)
        a = tree.parts[0]
        da = self.slope(a, by)
        if tree.head == "negative":
            return Tree("negative", (da,))
        if tree.head == "**":
            if tree.number == 0:
                return _number(0)
            power = Tree("**", (a,), number=tree.number - 1)
            return _times(_times(_number(tree.number), power), da)
        b = tree.parts[1]
        if tree.head == "/":
            return Tree("/", (da, b))
        db = self.slope(b, by)
        if tree.head in ("+", "-"):
            return Tree(tree.head, (da, db))
        return _plus(_times(da, b), _times(a, db))

    def _slope_of_name(self, tree: Tree, by: str) -> Tree:
        if tree.name == by:
            return _number(1)
        if tree.name not in self.values:
            return _number(0)
        function, argument = self.values[tree.name]
        inner = self.slope(self.spelt(parse_expression(argument)), by)
        given = dict(self.statement.functions)
        if function in given:
            return _times(Tree("name", name=given[function]), inner)
        outer = renamed(parse_expression(FUNCTIONS[function]), lambda _: tree.name)
        return _times(outer, inner)

    def term(self, tree: Tree) -> Term | Grid:
        """The term of a spelt expression, or the terms of a matrix."""
        if tree.head == "number":
            return str(tree.number)
        if tree.head == "name":
            return self._named(tree.name)
        inner = [self.term(part) for part in tree.parts]
        if tree.head == "negative":
            return entrywise(lambda x: ("-", x), inner[0])
        if tree.head == "**":
            if isinstance(inner[0], list):
                raise NotRead("a power of a matrix")
            return ("*", *[inner[0]] * tree.number) if tree.number > 1 else inner[0] if tree.number else "1"
        if tree.head == "/":
            if names_in(tree.parts[1]):
                raise NotRead("a divisor that is not a number")
            return entrywise(lambda x: ("/", x, one(inner[1])), inner[0])
        return multiplied(*inner) if tree.head == "*" else added(tree.head, *inner)

    def _named(self, name: str) -> Term | Grid:
        plain, prime = name.removesuffix("'"), name.endswith("'")
        if plain in self.summed:
            term = self.spelt(parse_expression(self.summed[plain]))
            term = self.later(term) if prime else term
            terms = [one(self.term(self.at_unit(term, unit))) for unit in range(1, self.units + 1)]
            return ("+", *terms) if len(terms) > 1 else terms[0]
        for block, rows in self.statement.blocks:
            if block == plain:
                cells = [[self.spelt(parse_expression(entry)) for entry in row] for row in rows]
                each = self.shapes[block][0] // len(rows)
                return flat([[self.term(self.later(c) if prime else c) for c in row] for row in cells], each)
        if plain in self.shapes:
            rows_, columns = self.shapes[plain]
            return [[f"{name}[{i},{j}]" for j in range(1, columns + 1)] for i in range(1, rows_ + 1)]
        return name

    def relation(self, r: Relation, unit: int | str | None = None) -> Term:
        """The formula of one comparison, at one unit where that is given."""
        sides = [self.spelt(side) for side in (r.left, r.right)]
        left, right = (self.term(side if unit is None else self.at_unit(side, unit)) for side in sides)
        if isinstance(left, list) or isinstance(right, list):
            if r.symbol != "=":
                raise NotRead("matrices compared by size")
            pairs = zip(*(like(x, y) for x, y in ((left, right), (right, left))), strict=True)
            cells = [("=", x, y) for a, b in pairs for x, y in zip(a, b, strict=True)]
            return ("and", *cells) if len(cells) > 1 else cells[0]
        return (r.symbol, left, right)

    def formula(self, claim: Claim, unit: int | str | None = None) -> Term:
        """The formula of a claim."""
        chain, iff = ([self.relation(r, unit) for r in side] for side in (claim.chain, claim.iff))
        whole = conjunction(chain)
        return ("=", whole, conjunction(iff)) if iff else whole

    def units_of(self, claim: Claim) -> Iterator[int]:
        """The units at which a claim that holds for every unit is to be asserted as well, none if it is of one only."""
        sides = [self.spelt(x) for r in (*claim.chain, *claim.iff) for x in (r.left, r.right)]
        names = {name.removesuffix("'") for side in sides for name in names_in(side)}
        if names & self.running and not names & self.summed.keys() and self.statement.sums:
            yield from range(1, self.units + 1)


def units_of(statement: Statement) -> int:
    """The number of units at which sums are written out: what a hypothesis says it is, else 2."""
    counts = {count for _, count, _ in statement.sums}
    for text in statement.assume:
        r = parse_claim(text).chain[0]
        if r.left.name in counts and r.symbol == "=" and r.right.head == "number":
            return r.right.number
    return 2


def symbols(term: Term) -> Iterator[str]:
    """The constants in a term, in order, with repetitions."""
    if isinstance(term, str):
        if term[0].isalpha():
            yield term
    else:
        for part in term[1:]:
            yield from symbols(part)


def _closure(found: set[str], made: list[tuple[str, str]]) -> frozenset[str]:
    """The names found and those made from one of them."""
    while new := {name for name, text in made if names_in(parse_expression(text)) & found} - found:
        found |= new
    return frozenset(found)


def _number(value: int) -> Tree:
    return Tree("number", number=value)


def _times(a: Tree, b: Tree) -> Tree:
    if _number(0) in (a, b):
        return _number(0)
    return b if a == _number(1) else a if b == _number(1) else Tree("*", (a, b))


def _plus(a: Tree, b: Tree) -> Tree:
    return b if a == _number(0) else a if b == _number(0) else Tree("+", (a, b))
