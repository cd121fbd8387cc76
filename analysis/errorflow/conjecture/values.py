"""What is proved of a point: numbers, matrices and conditions, in exact rationals or certified balls.

Everything is worked out again from the definition of the cell: trajectory, Jacobians, products, norms. A comparison
that is not certain is None and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from errorflow.conjecture.exact import ONE, ZERO, Value, ball, compared, over, plus, times, to_power
from errorflow.conjecture.norms import (
    Matrix,
    bounded_powers,
    identity,
    largest,
    maxabs,
    moduli,
    modulus,
    norm,
    product,
    radius,
    sigma_min,
    transposed,
)
from errorflow.conjecture.stepping import step
from errorflow.conjecture.subject import Subject, expression_slope
from errorflow.conjecture.terms import Claim, Compare, Condition, Fate, Term, lag_of
from errorflow.conjecture.witness import Witness


@dataclass(frozen=True)
class Scene:
    """What is proved of a point. steps: Jacobians in the order of time. fixed: whether the state stays, exactly."""

    about: Subject
    point: Witness
    steps: tuple[Matrix, ...]
    gates: Mapping[str, tuple[Value, ...]]
    places: Mapping[str, range]
    fixed: bool


class NoValue(ArithmeticError):
    """A number that does not exist at this point, or that cannot be worked out here."""


def look(claim: Claim, about: Subject, point: Witness) -> Scene:
    """What is proved of a point, for as many steps as the claim speaks of. Raises NotSmooth at a kink."""
    if about.cell is None:
        return Scene(about, point, (), {}, {}, False)
    definition = about.cell.definition
    count = max([sum(lag_of(flow.args[0], point.lag)) for flow in claim.flows()] + [1])
    state: Mapping[str, tuple[Value, ...]] = dict(point.state)
    steps, inner = [], []
    fixed = False
    for _ in range(count):
        made = step(definition, point, state, truncated=about.truncated)
        steps.append(made.jacobian)
        inner.append(made.inner)
        fixed = all(isinstance(v, Fraction) for row in made.state.values() for v in row) and made.state == state
        if fixed:
            steps += [made.jacobian] * (count - len(steps))
            break
        state = made.state
    gates = {name: tuple(v for one in inner for v in one[name]) for name in inner[0]}
    places, start = {}, 0
    for s in definition.states:
        places[s.name] = range(start, start + len(point.state[s.name]))
        start += len(point.state[s.name])
    return Scene(about, point, tuple(steps), gates, places, fixed and len(inner) == 1)


def holds(condition: Condition, seen: Scene) -> bool | None:
    """Whether a condition holds; None where it is not certain."""
    if isinstance(condition, Fate):
        return _fate(condition.name, seen)
    if isinstance(condition, Compare):
        if condition.left.is_matrix or condition.right.is_matrix:
            return _equal(*_pair(condition.left, condition.right, seen))
        return compared(value(condition.left, seen), condition.sign, value(condition.right, seen))
    m = matrix(condition.matrix, seen)
    if condition.name == "orthogonal":
        return _equal(product(transposed(m), m), identity(len(m)))
    if condition.name == "symmetric":
        return _equal(m, transposed(m))
    if condition.name == "nonnegative":
        return _all(compared(v, ">=", ZERO) for row in m for v in row)
    return _all(compared(v, "==", ZERO) for i, row in enumerate(m) for j, v in enumerate(row) if i != j)


def value(term: Term, seen: Scene) -> Value:
    """A number, exact or enclosed. Raises NoValue or ZeroDivisionError where there is none."""
    if term.op == "number":
        return term.data
    if term.op in ("n", "q"):
        return Fraction(seen.point.units if term.op == "n" else seen.point.lag)
    if term.op == "**":
        return to_power(value(term.args[0], seen), sum(lag_of(term.args[1], seen.point.lag)))
    if term.op in ("+", "-", "*", "/"):
        a, b = (value(arg, seen) for arg in term.args)
        if term.op == "-":
            return plus(a, times(-ONE, b))
        return {"+": plus, "*": times, "/": over}[term.op](a, b)
    if term.op == "slope":
        return slope_value(str(term.data))
    if term.op in ("largest", "least"):
        entries = list(seen.gates[str(term.data)])
        if term.op == "largest":
            return largest(entries)
        return times(-ONE, largest([times(-ONE, v) for v in entries]))
    m = matrix(term.args[0], seen)
    found = norm(m, str(term.data)) if term.op == "norm" else _OF_A_MATRIX[term.op](m)
    if found is None:
        raise NoValue(term.op)
    return found


_OF_A_MATRIX = {"radius": radius, "maxabs": maxabs, "sigma_min": sigma_min}


def slope_value(text_: str) -> Value:
    """sup |f'|, exact or enclosed. Raises NoValue where it is infinite."""
    found = expression_slope(text_)
    ends = [(e.exact, e.lower, e.upper) for e in (found.sup, found.inf)]
    if any(not isinstance(end, Fraction) for _, *pair in ends for end in pair):
        raise NoValue("slope")
    values = [modulus(exact if exact is not None else ball(low).union(ball(high))) for exact, low, high in ends]
    return largest(values)


def matrix(term: Term, seen: Scene) -> Matrix:
    """A matrix, entry by entry."""
    if term.op == "matrix":
        rows = seen.point.weights[str(term.data)]
        if term.data in seen.point.vectors:
            return tuple(tuple(v if i == j else ZERO for j in range(len(rows[0]))) for i, v in enumerate(rows[0]))
        return rows
    if term.op == "flow":
        lag = sum(lag_of(term.args[0], seen.point.lag))
        total = identity(len(seen.steps[0]))
        for jacobian in seen.steps[len(seen.steps) - lag :]:
            total = product(jacobian, total)
        if isinstance(term.data, tuple):
            rows_, columns = seen.places[term.data[0]], seen.places[term.data[1]]
            return tuple(tuple(total[i][j] for j in columns) for i in rows_)
        return total
    inner = matrix(term.args[0], seen)
    return transposed(inner) if term.op == "transpose" else tuple(tuple(modulus(v) for v in row) for row in inner)


def _pair(left: Term, right: Term, seen: Scene) -> tuple[Matrix, Matrix]:
    known = {side: matrix(side, seen) for side in (left, right) if side.is_matrix and side.op != "identity"}
    if not known:
        raise NoValue("I == I")
    shape = next(iter(known.values()))

    def filled(side: Term) -> Matrix:
        unit = ONE if side.op == "identity" else ZERO
        return tuple(tuple(unit if i == j else ZERO for j in range(len(shape[0]))) for i in range(len(shape)))

    return known.get(left) or filled(left), known.get(right) or filled(right)


def _equal(a: Matrix, b: Matrix) -> bool | None:
    return _all(compared(x, "==", y) for r, s in zip(a, b, strict=True) for x, y in zip(r, s, strict=True))


def _all(answers: Any) -> bool | None:
    found = set(answers)
    return False if False in found else None if None in found else True


def _fate(name: str, seen: Scene) -> bool | None:
    if name == "can explode" and shrinks_all(seen):
        return False
    if not seen.fixed:
        return None
    vanish, bounded = bounded_powers(seen.steps[0])
    if name in ("vanishes", "never vanishes"):
        return vanish if vanish is None or name == "vanishes" else not vanish
    if name == "can explode":
        return True if bounded is False else None
    return bounded if bounded is None or name == "never explodes" else not bounded


def shrinks_all(seen: Scene) -> bool:
    """Whether the weights of a plain network bound the flow along every trajectory, by moduli or by a norm."""
    plain = seen.about.plain
    if plain is None or plain.bound is None:
        return False
    signed = tuple(tuple(times(plain.bound, v) for v in row) for row in seen.point.weights[plain.matrix])
    scaled = tuple(tuple(modulus(v) for v in row) for row in signed)
    if compared(moduli(scaled), "<", ONE):
        return True
    return any(compared(norm(signed, kind), "<=", ONE) for kind in ("1", "inf", "2"))
