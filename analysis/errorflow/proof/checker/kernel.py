"""The checker: replays a certificate step by step in exact arithmetic and refuses whatever does not follow.

It searches for nothing and stores no verdict. A fact is a polynomial that is = 0, >= 0 or > 0. The rules:

  identity        a difference is a combination of equations that are known
  positive        a difference is a sum of products of squares and of factors known to be nonnegative
                  (`zero_iff`: and it vanishes exactly where one given factor does)
  sign            a difference is a positive factor times another expression, so both have the same sign
  sturm           a difference in one real is a square times what has no root in an interval, by an exact count
  axiom           an entry of `axioms.py`, once its premises are known
  sum             an inequality or equation that holds for every l, added up over l = 1..count
  blocks          a relation of matrices, entry by entry, up to equations that are known
  integer         an integer that is positive is at least one
  exponential     a rational bound on exp of a rational number, by its series and a geometric remainder
  apply           one side of an equivalence, from the other
  equivalent      an equivalence, from a proof in each direction
  contradiction   an inequality, since its negation proves 0 > 0
  cases           a claim that is proved on either side of an inequality
  mean_value      f(a) < f(b) for a < b, since f' > 0 is proved at a point between of which nothing else is known;
                  f(a) = f(b) for any a and b, since f' = 0 is proved at a point of which nothing is known

What is assumed on the way about one unit is not added up over all, and a derivative is refused where a hypothesis, a
sum or a product may hide a further dependence. And induction over an index: the conclusions at `start`, and at the next
index from those at an index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from .declarations import begin
from .facts import known, learn
from .meaning import later, next_index
from .polynomial import Claim, Refused, Relation, Tree, names_in, parse_claim, parse_expression
from .rules import run
from .state import State
from .statement import Accumulated, Part, Recurrence, Statement


def check(statement: Statement, certificate: Sequence[Any]) -> tuple[str, ...]:
    """The axioms that the certificate uses, if it proves the statement. Raises Refused if it does not."""
    try:
        return _check(statement, certificate)
    except Refused:
        raise
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, ArithmeticError, RecursionError) as error:
        raise Refused(f"certificate must have the shape of its rules, got {type(error).__name__}: {error}") from error


def _check(statement: Statement, certificate: Sequence[Any]) -> tuple[str, ...]:
    if not statement.parts or not all(part.conclude for part in statement.parts):
        raise Refused("a statement must have conclusions")
    if len(certificate) != len(statement.parts):
        raise Refused(f"certificate must have {len(statement.parts)} parts, got {len(certificate)}")
    state = begin(statement)
    for _, count, _ in statement.sums:
        given = [claim for claim in map(parse_claim, statement.assume) if not claim.iff]
        if not any(_at_least_one(count, r) for claim in given for r in claim.chain):
            raise Refused(f"a sum must have at least one term by hypothesis, got {count!r} terms")
    for text in statement.assume:
        _constant(state, text)
        learn(state, parse_claim(text))
    plan = statement.recurrence
    always = state.copy()
    for text in plan.always if plan else ():
        learn(always, parse_claim(text))
    state = always
    for part, proof in zip(statement.parts, certificate, strict=True):
        inner = state.copy()
        for text in part.assume:
            if part.induction:
                _constant(state, text)
            learn(inner, parse_claim(text))
        if part.induction:
            _induct(inner, part, proof)
        else:
            run(inner, proof)
            _require(inner, part.conclude)
        if not part.assume:
            for text in part.conclude:
                learn(state, parse_claim(text))
    return tuple(sorted(state.axioms))


def _induct(state: State, part: Part, proof: Mapping[str, Any]) -> None:
    """Base and step of an induction whose invariant is the conclusion of the part."""
    plan = state.statement.recurrence
    if plan is None:
        raise Refused("an induction must have a recurrence")
    base, step = state.copy(), state.copy()
    for text in plan.base:
        learn(base, parse_claim(text))
    for text in plan.step:
        learn(step, parse_claim(text))
    for text in plan.always:
        learn(step, later(parse_claim(text), state.indexed))
    for sequence in plan.accumulate:
        first, following = accumulation(sequence, plan, state.indexed)
        learn(base, Claim((first,)))
        learn(step, Claim((following,)))
    goals = [parse_claim(text) for text in part.conclude]
    for goal in goals:
        learn(step, goal)
    run(base, proof["base"])
    run(step, proof["step"])
    _require(base, part.conclude)
    for goal in goals:
        if not known(step, later(goal, state.indexed)):
            raise Refused(f"the step of the induction does not reach {part.conclude} at the next index")


def accumulation(sequence: Accumulated, plan: Recurrence, indexed: frozenset[str]) -> tuple[Relation, Relation]:
    """How a sum or product begins, and how its next value follows."""
    name, term = Tree("name", name=sequence.name), parse_expression(sequence.term)
    count, moves = plan.start - sequence.first + 1, bool(names_in(term) & indexed)
    if sequence.kind not in ("sum", "product", "product_right") or count < 0 or (moves and count > 1):
        raise Refused(f"{sequence.name!r} must begin with none or one of its terms, got {count}")
    sign = "+" if sequence.kind == "sum" else "*"
    first = reduce(lambda x, _: Tree(sign, (x, term)), range(count), Tree("number", number=int(sign == "*")))
    new = next_index(term, indexed)
    pair = (new, name) if sequence.kind == "product" else (name, new)
    return Relation(name, "=", first), Relation(next_index(name, indexed), "=", Tree(sign, pair))


def _at_least_one(count: str, r: Relation) -> bool:
    return r.left.name == count and r.symbol in ("=", ">=") and r.right.head == "number" and r.right.number >= 1


def _constant(state: State, text: str) -> None:
    claim = parse_claim(text)
    names = {name for r in (*claim.chain, *claim.iff) for side in (r.left, r.right) for name in names_in(side)}
    if {name.removesuffix("'") for name in names} & state.indexed:
        raise Refused(f"an assumption that holds throughout must not change with the index, got {text!r}")


def _require(state: State, conclusions: Sequence[str]) -> None:
    for text in conclusions:
        if not known(state, parse_claim(text)):
            raise Refused(f"the certificate does not reach {text!r}")
