"""What an expression of a statement means as a polynomial."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from .axioms import FUNCTIONS
from .dependence import linked, reached
from .polynomial import (
    ONE,
    Claim,
    Polynomial,
    Refused,
    Relation,
    Tree,
    add,
    constant,
    derivative,
    multiply,
    names_in,
    parse_expression,
    renamed,
)
from .state import State


def next_index(tree: Tree, indexed: frozenset[str]) -> Tree:
    """The expression one index later."""

    def change(name: str) -> str:
        if name.endswith("'"):
            raise Refused(f"only one step ahead may be named, got {name!r}")
        return name + "'" if name in indexed else name

    return renamed(tree, change)


def later(claim: Claim, indexed: frozenset[str]) -> Claim:
    """The claim one index later."""

    def move(relations: tuple[Relation, ...]) -> tuple[Relation, ...]:
        return tuple(Relation(next_index(r.left, indexed), r.symbol, next_index(r.right, indexed)) for r in relations)

    return Claim(move(claim.chain), move(claim.iff))


def definition(name: str, state: State) -> tuple[str, Tree]:
    """The function and the argument by which a name is defined."""
    for defined, function, argument in state.statement.let:
        if defined == name:
            return function, parse_expression(argument)
        if defined + "'" == name and defined in state.indexed:
            return function, next_index(parse_expression(argument), state.indexed)
    raise Refused(f"{name!r} must be defined by a function")


def expand(tree: Tree, state: State) -> Polynomial:
    """The polynomial of an expression; a derivative d(e, x) holds every name without a definition fixed."""
    if tree.head == "number":
        return constant(tree.number)
    if tree.head == "name":
        return variable(tree.name, state)
    if tree.head == "d":
        return derivative(expand(tree.parts[0], state), _slopes(tree, state))
    inner = [expand(part, state) for part in tree.parts]
    if tree.head == "negative":
        return add({}, inner[0], -1)
    if tree.head in "+-":
        return add(inner[0], inner[1], 1 if tree.head == "+" else -1)
    if tree.head == "*":
        return multiply(*inner)
    if tree.head == "**":
        return reduce(multiply, [inner[0]] * tree.number, constant(1))
    if set(inner[1]) != {ONE}:
        raise Refused("a divisor must be a number other than zero")
    return multiply(inner[0], constant(1 / inner[1][ONE]))


def variable(name: str, state: State) -> Polynomial:
    """The polynomial of one name. Raises Refused where the statement does not declare it."""
    s, plain = state.statement, name.removesuffix("'")
    if name != plain and plain not in state.indexed:
        raise Refused(f"{name!r} must belong to a name that changes with the index")
    for defined, function, argument in s.let:
        if defined == plain and not function:
            tree = parse_expression(argument)
            return expand(next_index(tree, state.indexed) if name != plain else tree, state)
    if plain in s.matrix or plain in {n for n, _ in s.blocks}:
        return {((), (name,)): Fraction(1)}
    if plain in s.real + s.integer or plain in {x[0] for x in s.let + s.sums}:
        return {((name,), ()): Fraction(1)}
    raise Refused(f"{name!r} must be declared")


def _slopes(tree: Tree, state: State) -> dict[str, Polynomial]:
    """The derivative by one variable of every name that depends on it."""
    s, by = state.statement, tree.name
    if by not in s.real or by in state.running or any("'" in name for name in names_in(tree)):
        raise Refused(f"a derivative must be by one real and at one index, got {sorted(names_in(tree))}")
    slopes: dict[str, Polynomial] = {by: constant(1)}
    for name, function, argument in s.let:
        inner = derivative(expand(parse_expression(argument), state), slopes) if function else {}
        if inner:
            slopes[name] = multiply(_outer_slope(name, function, state), inner)
    used, unseen = reached(tree.parts[0], state), linked(frozenset(slopes), state)
    if used & unseen:
        raise Refused(f"{sorted(used & unseen)} may depend on {by!r} in a way that is not declared")
    return slopes


def _outer_slope(value: str, function: str, state: State) -> Polynomial:
    """The slope of a function at the argument where it takes the named value."""
    for name, slope in state.statement.functions:
        if name == function:
            return variable(slope, state)
    return expand(renamed(parse_expression(FUNCTIONS[function]), lambda _: value), state)
