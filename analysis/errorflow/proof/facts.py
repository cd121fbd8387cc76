"""What the names of a statement mean as polynomials, and what is known about them at one place of a proof."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from typing import Any

from .axioms import FUNCTIONS
from .polynomial import (
    ONE, Claim, Polynomial, Refused, Relation, Tree, add, constant, derivative, multiply, names_in, parse_claim,
    parse_expression, renamed,
)
from .statement import Statement

Fact = tuple[str, frozenset[Any]]


@dataclass
class State:
    """What is known at one place of a proof."""

    statement: Statement
    indexed: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()
    facts: set[Fact] = field(default_factory=set)
    equivalences: set[tuple[Fact, Fact]] = field(default_factory=set)
    axioms: set[str] = field(default_factory=set)
    one_unit: bool = False

    def copy(self, one_unit: bool = False) -> State:
        """The same knowledge, to be extended under an assumption; `one_unit` if that is about one l and not all."""
        return replace(self, facts=set(self.facts), equivalences=set(self.equivalences),
                       one_unit=self.one_unit or one_unit)  # fmt: skip

    def runs(self, *polynomials: Polynomial) -> bool:
        """Whether one of the polynomials depends on l."""
        return any(name.removesuffix("'") in self.running for p in polynomials for name in names_of(p))


def begin(statement: Statement) -> State:
    """Nothing known yet; raises Refused where a name has two meanings or is used before it has one."""
    s, plan = statement, statement.recurrence
    kinds = s.real + s.integer + s.matrix + tuple(x[0] for x in (*s.let, *s.sums, *s.blocks, *s.functions))
    if len(set(kinds)) != len(kinds) or any("'" in name for name in kinds) or set(kinds) & set(FUNCTIONS):
        raise Refused(f"every name must have one declaration and no prime, got {sorted(kinds)}")
    defined = [(n, arg) for n, _, arg in s.let]
    entries = [(n, entry) for n, rows in s.blocks for row in rows for entry in row]
    sums = [(n, term) for n, _, term in s.sums]
    products = [(a.name, a.term) for a in plan.accumulate] if plan else []
    indexed = frozenset(plan.indexed) | {a.name for a in plan.accumulate} if plan else frozenset[str]()
    indexed = _closure(indexed, defined + sums + entries)
    running = _closure(frozenset(s.running) | {n for n, _ in sums}, defined + sums + entries + products)
    _in_order(statement, indexed | running)
    state = State(s, indexed, running)
    _well_made(state)
    return state


def _in_order(s: Statement, changing: frozenset[str]) -> None:
    """Raises Refused where a definition looks ahead, a slope is not one constant or a matrix is ragged."""
    later = {name for name, _, _ in s.let}
    for name, function, argument in s.let:
        if names_in(parse_expression(argument)) & later or function not in {"", *FUNCTIONS, *dict(s.functions)}:
            raise Refused(f"{name!r} must be a function of what is declared before it")
        later.discard(name)
    texts = [text for _, _, text in (*s.let, *s.sums)] + [e for _, rows in s.blocks for row in rows for e in row]
    texts += [a.term for a in s.recurrence.accumulate] if s.recurrence else []
    if any(name.endswith("'") for text in texts for name in names_in(parse_expression(text))):
        raise Refused("a definition must be of one index")
    made = [a.name for a in s.recurrence.accumulate] if s.recurrence else []
    if len(set(made)) != len(made) or not set(made) <= {*s.real, *s.matrix}:
        raise Refused(f"a sequence must be real or of matrices, and have one law, got {made}")
    for name, slope in s.functions:
        if slope not in s.real or slope in changing:
            raise Refused(f"the slope of {name!r} must be one real, got {slope!r}")
    for name, rows in s.blocks:
        if len({len(row) for row in rows}) != 1:
            raise Refused(f"{name!r} must have rows of one length")


def _well_made(state: State) -> None:
    """Raises Refused where a real is made of matrices, a definition leads back to itself or a sequence has two."""
    s, plan = state.statement, state.statement.recurrence
    sequences = plan.accumulate if plan else ()
    reals = [(n, text) for n, function, text in s.let if function] + [(n, term) for n, _, term in s.sums]
    reals += [(a.name, a.term) for a in sequences if a.name in s.real]
    for name, text in reals:
        if any(word for _, word in expand(parse_expression(text), state)):
            raise Refused(f"{name!r} must be made of reals, got {text!r}")
    others = [(n, entry) for n, rows in s.blocks for row in rows for entry in row]
    for name, text in reals + others + [(a.name, a.term) for a in sequences]:
        tree = parse_expression(text)
        if name in reached(tree, state) or any("'" in used for used in names_in(tree)):
            raise Refused(f"{name!r} must be defined by other names at one index, got {text!r}")
    names = [*plan.indexed, *(a.name for a in sequences)] if plan else []
    if len(set(names)) != len(names) or not {a.name for a in sequences} <= set(s.real + s.matrix):
        raise Refused(f"a sequence must be one real or matrix with one definition, got {names}")
    if any(count in state.running for _, count, _ in s.sums):
        raise Refused("the number of terms of a sum must not depend on l")


def _closure(found: frozenset[str], defined: list[tuple[str, str]]) -> frozenset[str]:
    """The names found and those whose definition mentions one of them."""
    while new := {name for name, text in defined if names_in(parse_expression(text)) & found} - found:
        found |= new
    return found


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


def _sources(state: State) -> dict[str, frozenset[str]]:
    """The names from which each name is defined."""
    s, slopes = state.statement, dict(state.statement.functions)
    texts = [(name, argument) for name, function, argument in s.let if function]
    texts += [(name, slopes[function]) for name, function, _ in s.let if function in slopes]
    texts += [(name, text) for name, *both in s.sums for text in both]
    texts += [(name, entry) for name, rows in s.blocks for row in rows for entry in row]
    texts += [(a.name, a.term) for a in (s.recurrence.accumulate if s.recurrence else ())]
    found: dict[str, frozenset[str]] = {}
    for name, text in texts:
        found[name] = found.get(name, frozenset()) | spelt(parse_expression(text), state)
    return found


def spelt(tree: Tree, state: State) -> frozenset[str]:
    """The names in an expression once its abbreviations are spelt out."""
    found = frozenset(name.removesuffix("'") for name in names_in(tree))
    short = {name: argument for name, function, argument in state.statement.let if not function}
    while found & set(short):
        inner = (names_in(parse_expression(short[name])) for name in found & set(short))
        found = frozenset[str](found - set(short)).union(*inner)
    return found


def reached(tree: Tree, state: State) -> frozenset[str]:
    """The names in an expression and in their definitions."""
    found, sources = spelt(tree, state), _sources(state)
    while new := frozenset[str]().union(*(sources.get(name, frozenset()) for name in found)) - found:
        found |= new
    return found


def linked(moving: frozenset[str], state: State) -> frozenset[str]:
    """The names that may change with the moving ones although no function says how: by hypotheses, sums, products."""
    s, plan = state.statement, state.statement.recurrence
    texts = s.assume + tuple(text for part in s.parts for text in part.assume)
    claims = [parse_claim(text) for text in texts + (plan.base + plan.step + plan.always if plan else ())]
    groups = [
        frozenset[str]().union(*(spelt(side, state) for r in (*c.chain, *c.iff) for side in (r.left, r.right)))
        for c in claims
    ]
    found, sources, size = frozenset[str](), _sources(state), -1
    while len(found) != size:
        size = len(found)
        for group in groups:
            found |= group - moving if group & (moving | found) else frozenset()
        found |= {name for name, given in sources.items() if given & (moving | found)} - moving
    return found


def names_of(p: Polynomial) -> frozenset[str]:
    """The names in a polynomial."""
    return frozenset(name for reals, word in p for name in reals + word)


def fact(symbol: str, p: Polynomial) -> Fact:
    """`p symbol 0` up to a positive factor, and for equations any factor."""
    if p:
        scale = p[min(p)]
        p = multiply(p, constant(1 / (scale if symbol == "=" else abs(scale))))
    return symbol, frozenset(p.items())


def single(r: Relation, state: State) -> Fact:
    """The fact that one comparison states."""
    difference = add(expand(r.left, state), expand(r.right, state), -1)
    if r.symbol == "=":
        return fact("=", difference)
    if any(word for _, word in difference):
        raise Refused("only reals can be compared by size")
    if r.symbol in ("<", "<="):
        difference = add({}, difference, -1)
    return fact(">" if r.symbol in "<>" else ">=", difference)


def knows(state: State, symbol: str, p: Polynomial) -> bool:
    """Whether `p symbol 0` is a fact, follows from a stronger one about p, or concerns a number."""
    if set(p) <= {ONE}:
        value = p.get(ONE, Fraction(0))
        if value == 0 if symbol == "=" else value > 0 if symbol == ">" else value >= 0:
            return True
    stronger = {"=": ("=",), ">": (">",), ">=": (">=", ">", "=")}[symbol]
    return any(fact(other, p) in state.facts for other in stronger)


def known(state: State, claim: Claim) -> bool:
    """Whether a claim is among the facts, without any work to find out."""
    facts = [single(r, state) for r in claim.chain]
    if not claim.iff:
        return all(knows(state, f[0], dict(f[1])) for f in facts)
    pair = (facts[0], single(claim.iff[0], state))
    return len(facts) == len(claim.iff) == 1 and (pair in state.equivalences or pair[::-1] in state.equivalences)


def learn(state: State, claim: Claim) -> None:
    """Add a claim to the facts: for hypotheses, and for conclusions once they are proved."""
    facts = [single(r, state) for r in claim.chain]
    if not claim.iff:
        state.facts.update(facts)
    elif len(facts) == len(claim.iff) == 1:
        state.equivalences.add((facts[0], single(claim.iff[0], state)))
    else:
        raise Refused("an equivalence must join two single comparisons")


