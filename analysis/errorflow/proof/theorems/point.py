"""Whether explicit rational values satisfy the hypotheses of a statement, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce

from ..checker.declarations import begin
from ..checker.kernel import accumulation
from ..checker.meaning import definition, expand, next_index
from ..checker.polynomial import ONE, Polynomial, Refused, Relation, add, parse_claim, parse_expression
from ..checker.state import State, names_of
from ..checker.statement import Statement

Values = Mapping[str, object]
Matrix = list[list[Fraction]]

_AT_ZERO = {"logistic": Fraction(1, 2), "tanh": Fraction(0), "exp": Fraction(1)}
_RANGE = {"logistic": (Fraction(0), Fraction(1)), "tanh": (Fraction(-1), Fraction(1)), "exp": (Fraction(0), None)}


def at(text: str) -> Values:
    """Values of names, written as `x=0 s=1/2`."""
    return dict(pair.split("=") for pair in text.split())


def _matrix(value: object) -> Matrix:
    if isinstance(value, (list, tuple)):
        return [[Fraction(str(entry)) for entry in row] for row in value]
    return [[Fraction(str(value))]]


def _product(a: Matrix, b: Matrix) -> Matrix:
    if len(a) == len(a[0]) == 1 and len(b) != 1:
        return [[a[0][0] * y for y in row] for row in b]
    if len(b) == len(b[0]) == 1 and len(a[0]) != 1:
        return [[x * b[0][0] for x in row] for row in a]
    return [[sum((x * row[j] for x, row in zip(r, b, strict=True)), Fraction(0)) for j in range(len(b[0]))] for r in a]


def evaluate(p: Polynomial, values: Values) -> Matrix:
    """The value of a polynomial at rational values, as a matrix; a real is a 1 x 1 matrix. KeyError if one lacks."""
    terms = [reduce(_product, (_matrix(values[n]) for n in reals + word), [[c]]) for (reals, word), c in p.items()]
    size = max((len(t) for t in terms), default=1)
    width = max((len(t[0]) for t in terms), default=1)
    total = [[Fraction(0)] * width for _ in range(size)]
    for term in terms:
        if len(term) == 1 and len(term[0]) == 1 and size == width:
            term = [[term[0][0] if i == j else Fraction(0) for j in range(size)] for i in range(size)]
        total = [[x + y for x, y in zip(a, b, strict=True)] for a, b in zip(total, term, strict=True)]
    return total


def holds(relation: Relation, values: Values, state: State) -> bool:
    """Whether one comparison is true at the given values."""
    left, right = expand(relation.left, state), expand(relation.right, state)
    difference = evaluate({**left, **{k: left.get(k, Fraction(0)) - c for k, c in right.items()}}, values)
    flat = [x for row in difference for x in row]
    if relation.symbol == "=":
        return not any(flat)
    x = flat[0] if relation.symbol in (">", ">=") else -flat[0]
    return x > 0 or (x == 0 and relation.symbol in (">=", "<="))


def true_at(text: str, values: Values, state: State) -> bool:
    """Whether a claim is true at the given values; an equivalence is true if its sides agree."""
    claim = parse_claim(text)
    chain = all(holds(r, values, state) for r in claim.chain)
    return chain if not claim.iff else chain == all(holds(r, values, state) for r in claim.iff)


def completed(values: Values, state: State) -> Values | None:
    """The values with those of blocks and sums added, all units being alike; None where they contradict each other."""
    s, found = state.statement, dict(values)
    if any(Fraction(str(values[n])).denominator != 1 for n in s.integer if n in values):
        return None
    for prime in ("", "'"):
        terms = [(name, f"{count}*({term})") for name, count, term in s.sums]
        made = [(name, [[term]]) for name, term in terms] + [(name, list(map(list, rows))) for name, rows in s.blocks]
        for name, rows in made:
            if prime and name not in state.indexed:
                continue
            try:
                cells = [[_entry(text, prime, found, state) for text in row] for row in rows]
            except KeyError:
                continue
            if found.setdefault(name + prime, cells) != cells and _matrix(found[name + prime]) != cells:
                return None
    return found


def _entry(text: str, prime: str, values: Values, state: State) -> Fraction:
    tree = parse_expression(text)
    ((value,),) = evaluate(expand(next_index(tree, state.indexed) if prime else tree, state), values)
    return value


def consistent(values: Values, used: frozenset[str], state: State) -> bool:
    """Whether the function values that are used can be taken together: at 0, or each at an argument of its own.

    An argument that is affine in one free name after the given values are put in may take any value; a function of
    `functions` any values that lie on a line of its slope.
    """
    slopes = dict(state.statement.functions)
    seen: dict[str, object] = {}
    for name in sorted(used & set(values)):
        try:
            function, argument = definition(name, state)
        except Refused:
            continue
        value, rest = Fraction(str(values[name])), _given(expand(argument, state), values)
        if function in slopes:
            value -= Fraction(str(values[slopes[function]])) * rest.pop(ONE, Fraction(0))
            if rest or seen.setdefault(function, value) != value:
                return False
        elif rest:
            low, high = _RANGE[function]
            free = {reals for reals, _ in rest if reals}
            inside = value > low and (high is None or value < high)
            if len(free) != 1 or len(*free) != 1 or not inside or free & {(n,) for n in used}:
                return False
            told = (function, frozenset(rest.items()), value)
            if seen.setdefault(str(*free), told) != told:
                return False
        elif value != _AT_ZERO[function]:
            return False
    return True


def _given(p: Polynomial, values: Values) -> Polynomial:
    """The polynomial with the values put in."""
    total: Polynomial = {}
    for (reals, word), c in p.items():
        known = [Fraction(str(values[n])) for n in reals if n in values]
        rest = tuple(n for n in reals if n not in values)
        total = add(total, {(rest, word): reduce(lambda x, y: x * y, known, c)})
    return total


def _true(relations: Sequence[Relation], texts: Sequence[str], values: Values, state: State) -> bool:
    """Whether the relations and the claims hold at the values; not so where a value lacks."""
    complete, claims = completed(values, state), [parse_claim(text) for text in texts]
    sides = [x for r in relations for x in (r.left, r.right)]
    sides += [x for c in claims for r in (*c.chain, *c.iff) for x in (r.left, r.right)]
    used = frozenset[str]().union(*(names_of(expand(side, state)) for side in sides))
    if complete is None or not used <= set(complete) or not consistent(complete, used, state):
        return False
    return all(holds(r, complete, state) for r in relations) and all(true_at(text, complete, state) for text in texts)


def satisfies(statement: Statement, points: Sequence[Values], step: Values | None) -> bool:
    """Whether the points satisfy the hypotheses: all of them those that hold throughout, one those of each part.

    The first point also satisfies the base of the recurrence, and `step` what links one index with the next.
    """
    state, plan = begin(statement), statement.recurrence
    common = statement.assume + (plan.always if plan else ())
    if not points or not all(_true((), common, point, state) for point in points):
        return False
    if plan:
        begun = [accumulation(a, plan, state.indexed)[0] for a in plan.accumulate]
        if not _true(begun, common + plan.base, points[0], state):
            return False
        if plan.step and not _true((), common + plan.step, step or {}, state):
            return False
    return all(
        not part.assume or any(_true((), common + part.assume, point, state) for point in points)
        for part in statement.parts
    )
