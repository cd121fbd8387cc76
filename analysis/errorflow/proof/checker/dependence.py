"""Which names are made from which, by definition or by hypothesis."""

from __future__ import annotations

from .polynomial import Tree, names_in, parse_claim, parse_expression
from .state import State


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
