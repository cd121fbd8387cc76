"""Whether explicit rational values satisfy the hypotheses of a statement, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce

from .facts import State, begin, expand
from .kernel import accumulation
from .polynomial import ONE, Polynomial, Refused, Relation, add, names_in, parse_claim, parse_expression
from .statement import Statement

Values = Mapping[str, object]
Matrix = list[list[Fraction]]

_AT_ZERO = {"logistic": Fraction(1, 2), "tanh": Fraction(0), "exp": Fraction(1)}
_RANGE = {"logistic": (Fraction(0), Fraction(1)), "tanh": (Fraction(-1), Fraction(1)), "exp": (Fraction(0), None)}


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


def consistent(statement: Statement, values: Values, used: frozenset[str]) -> bool:
    """Whether the function values that are used can be taken together: at 0, or each at an argument of its own.

    An argument that is one free name after the given values are put in may take any value; a function of `functions`
    any values that lie on a line of its slope.
    """
    state, slopes = begin(statement), dict(statement.functions)
    seen: dict[str, object] = {}
    for name, function, argument in statement.let:
        if not function or name not in values or name not in used:
            continue
        value, rest = Fraction(str(values[name])), _given(expand(parse_expression(argument), state), values)
        if function in slopes:
            value -= Fraction(str(values[slopes[function]])) * rest.pop(ONE, Fraction(0))
            if rest or seen.setdefault(function, value) != value:
                return False
        elif rest:
            low, high = _RANGE[function]
            free = next((reals[0] for reals, _ in rest if len(reals) == 1 and rest == {(reals, ()): 1}), None)
            inside = value > low and (high is None or value < high)
            if free is None or free in used or not inside or seen.setdefault(free, (function, value)) != (function, value):
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


def _texts_true(statement: Statement, texts: Sequence[str], values: Values, state: State) -> bool:
    relations = [r for text in texts for c in [parse_claim(text)] for r in (*c.chain, *c.iff)]
    used = frozenset[str]().union(*(names_in(r.left) | names_in(r.right) for r in relations))
    try:
        return consistent(statement, values, used) and all(true_at(text, values, state) for text in texts)
    except KeyError as missing:
        raise Refused(f"the point must give a value to {missing}") from missing


def satisfies(statement: Statement, points: Sequence[Values], step: Values | None) -> bool:
    """Whether the points satisfy the hypotheses: all of them those that hold throughout, one those of each part.

    The first point also satisfies the base of the recurrence, and `step` what links one index with the next.
    """
    state, plan = begin(statement), statement.recurrence
    common = statement.assume + (plan.always if plan else ())
    if not all(_texts_true(statement, common, point, state) for point in points):
        return False
    if plan and not (
        _texts_true(statement, common + plan.base, points[0], state)
        and all(holds(accumulation(a, plan, state.indexed)[0], points[0], state) for a in plan.accumulate)
    ):
        return False
    if plan and plan.step and (step is None or not _texts_true(statement, common + plan.step, step, state)):
        return False
    return all(
        not part.assume or any(_texts_true(statement, common + part.assume, point, state) for point in points)
        for part in statement.parts
    )
