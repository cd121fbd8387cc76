"""The declarations of a statement: what each name is, and whether it is one thing only."""

from __future__ import annotations

from .axioms import FUNCTIONS
from .dependence import reached
from .meaning import expand
from .polynomial import Refused, names_in, parse_expression
from .state import State
from .statement import Statement


def begin(statement: Statement) -> State:
    """Nothing known yet; raises Refused where a name has two meanings, or is used before it has one."""
    s, plan = statement, statement.recurrence
    kinds = s.real + s.integer + s.matrix + tuple(x[0] for x in (*s.let, *s.sums, *s.blocks, *s.functions))
    if len(set(kinds)) != len(kinds) or any("'" in name for name in kinds) or set(kinds) & set(FUNCTIONS):
        raise Refused(f"every name must have one declaration and no prime, got {sorted(kinds)}")
    products = [(a.name, a.term) for a in plan.accumulate] if plan else []
    made = [(n, text) for n, _, text in (*s.let, *s.sums)] + [(n, e) for n, rows in s.blocks for r in rows for e in r]
    if any(name.endswith("'") for _, text in made + products for name in names_in(parse_expression(text))):
        raise Refused("a definition must be of one index")
    indexed = frozenset(plan.indexed) | {name for name, _ in products} if plan else frozenset[str]()
    running = frozenset(s.running) | {name for name, _, _ in s.sums}
    state = State(s, _closure(indexed, made), _closure(running, made + products))
    _functions_in_order(state)
    _made_of_others(state, made + products)
    _one_law_each(state)
    return state


def _closure(found: frozenset[str], defined: list[tuple[str, str]]) -> frozenset[str]:
    """The names found and those whose definition mentions one of them."""
    while new := {name for name, text in defined if names_in(parse_expression(text)) & found} - found:
        found |= new
    return found


def _functions_in_order(state: State) -> None:
    """Raises Refused where a function looks ahead or is not known, or its slope is not one constant."""
    s = state.statement
    ahead = {name for name, _, _ in s.let}
    for name, function, argument in s.let:
        if names_in(parse_expression(argument)) & ahead or function not in {"", *FUNCTIONS, *dict(s.functions)}:
            raise Refused(f"{name!r} must be a function of what is declared before it")
        ahead.discard(name)
    for name, slope in s.functions:
        if slope not in s.real or slope in state.indexed | state.running:
            raise Refused(f"the slope of {name!r} must be one real, got {slope!r}")


def _made_of_others(state: State, made: list[tuple[str, str]]) -> None:
    """Raises Refused where a real is made of matrices, a matrix is ragged or a definition leads back to itself."""
    s = state.statement
    reals = {name for name, function, _ in s.let if function} | {name for name, _, _ in s.sums} | set(s.real)
    for name, text in made:
        tree = parse_expression(text)
        if name in reached(tree, state):
            raise Refused(f"{name!r} must be defined by other names, got {text!r}")
        if name in reals and any(word for _, word in expand(tree, state)):
            raise Refused(f"{name!r} must be made of reals, got {text!r}")
    for name, rows in s.blocks:
        if len({len(row) for row in rows}) != 1:
            raise Refused(f"{name!r} must have rows of one length")


def _one_law_each(state: State) -> None:
    """Raises Refused where a sequence has two laws or is not of reals or matrices, or a sum has no one length."""
    s, plan = state.statement, state.statement.recurrence
    made = [a.name for a in plan.accumulate] if plan else []
    names = made + list(plan.indexed if plan else ())
    if len(set(names)) != len(names) or not set(made) <= {*s.real, *s.matrix}:
        raise Refused(f"a sequence must be one real or matrix and have one law, got {names}")
    if any(count in state.running | state.indexed for _, count, _ in s.sums):
        raise Refused("the number of terms of a sum must be one number")
