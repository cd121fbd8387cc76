"""Whether known inequalities imply a claim: a product of powers of them, found by linear programming, checked exactly.

The claim says L <= R for all q >= 1. With logarithms every line of the proof is linear, and so is the search for
nonnegative exponents; SciPy proposes them in float64, and only what rationals confirm is a proof. A line may be divided
out only by what cannot be 0; whether a matrix is 0 is a case of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog

from errorflow.conjecture.monomials import NONE, Atom, Line, Monomial
from errorflow.conjecture.terms import Term

NORMS = ("norm1", "norm2", "norminf", "normfro", "maxabs", "norm2 abs")
DENOMINATORS = (1, 2, 4, 12)


@dataclass(frozen=True)
class Product:
    """The lines that were used, with their exponents."""

    used: tuple[tuple[Line, Fraction], ...]


def implied(goal: Line, lines: Sequence[Line], kills: Mapping[Term, Sequence[Term]]) -> Product | None:
    """A proof of the goal from the lines, for every q >= 1 and every point where the lines hold.

    kills: matrix -> the flows that are 0 where it is. The goal holds for all q >= 1 if it does at q = 1 and its growth
    with q does: what is linear in q is decided so.
    """
    lines = [line for line in lines if not _divides(line)]
    if _divides(goal):
        return None
    positive = _positive(lines)
    zero_case, safe = _zero_matrices(goal, lines, positive, kills)
    if not zero_case:
        return None
    return _product(goal, lines, positive | safe)


def _divides(line: Line) -> bool:
    """Whether a line has an atom with a negative exponent at q = 1 or later."""
    return any(
        a.what != "n" and (u + v < 0 or v < 0) for side in (line.lower, line.upper) for a, (u, v) in side.atoms.items()
    )


def _positive(lines: Sequence[Line]) -> set[Atom]:
    """Atoms that cannot be 0: n, the largest value of a logistic gate, and those that lie above something positive."""
    known: set[Atom] = {Atom("n")}
    known |= {a for line in lines for side in (line.lower, line.upper) for a in side.atoms
              if a.what in ("max", "some positive number")}  # fmt: skip
    while True:
        more = {
            a for line in lines if line.strict or all(b in known for b in line.lower.atoms) for a in line.upper.atoms
        } - known
        if not more:
            return known
        known |= more


def _zero_matrices(
    goal: Line, lines: Sequence[Line], positive: set[Atom], kills: Mapping[Term, Sequence[Term]]
) -> tuple[bool, set[Atom]]:
    """Whether the goal holds where a matrix is 0, for the matrices for which this is a case of its own; and the norms
    that are positive in all other cases."""
    matrices = {a.of for line in (goal, *lines) for side in (line.lower, line.upper) for a in side.atoms
                if isinstance(a.of, Term)}  # fmt: skip
    safe: set[Atom] = set()
    for m in matrices:
        norms = {Atom(what, m) for what in NORMS}
        if any(a.of == m for a in positive):
            safe |= norms  # it cannot be 0
            continue
        with_it = (m, *kills.get(m, ()))
        on_the_left = any(a.of in with_it and u + v > 0 for a, (u, v) in goal.lower.atoms.items())
        on_the_right = any(a.of == m for a in goal.upper.atoms)
        if on_the_left and not goal.strict:
            safe |= norms  # where it is 0, the left side is 0
        elif on_the_left and not on_the_right:
            # 0 < right side, which must be positive: only constants and what cannot be 0 may stand there.
            if any(a not in positive for a in goal.upper.atoms):
                return False, set()
            safe |= norms
    return True, safe


def _product(goal: Line, lines: Sequence[Line], nonzero: set[Atom]) -> Product | None:
    """Exponents by linear programming: lines with q in them once for all q, the others for q = 1 and for the growth."""
    moving = [k for k, line in enumerate(lines) if _has_flow(line) or _has_lag(line)]
    still = [k for k, line in enumerate(lines) if k not in moving]
    columns = [(k, part) for k in moving for part in ("both",)]
    columns += [(k, part) for k in still for part in ("first", "growth")]
    parts = {"first": (1, 1), "growth": (0, 1)}
    wanted = {part: _ratio(goal, *uv) for part, uv in parts.items()}
    ratios = {(k, part): _ratio(lines[k], *parts[part]) for k in moving for part in parts}
    ratios |= {(k, "still"): _ratio(lines[k], 1, 0) for k in still}

    def given(column: tuple[int, str], part: str) -> Monomial | None:
        k, own = column
        if own == "both":
            return ratios[k, part]
        return ratios[k, "still"] if own == part else None

    atoms = sorted({a for m in (*wanted.values(), *ratios.values()) for a in m.atoms}, key=repr)
    equations, right = [], []
    bounds, limits = [], []
    for part in parts:
        for a in atoms:
            equations.append([_of(given(c, part), a) for c in columns])
            right.append(_of(wanted[part], a))
        bounds.append([_log(given(c, part)) for c in columns])
        limits.append(_log(wanted[part]))
    cost = np.array([lines[k].cost for k, _ in columns])
    tries: list[tuple[np.ndarray, list[list[float]], list[float]]] = [(cost, bounds, limits)]
    if goal.strict:
        gain = np.array([float(lines[k].strict and part != "growth") for k, part in columns])
        tries = [(cost, bounds, [limits[0] - 1e-6, limits[1]]), (0.001 * cost - gain, bounds, limits)]
    for objective, rows, ends in tries:
        found = linprog(objective, A_ub=np.array(rows), b_ub=np.array(ends) + 1e-12, A_eq=np.array(equations),
                        b_eq=np.array(right), bounds=(0, 64), method="highs")  # fmt: skip
        if found.status != 0:
            continue
        for denominator in DENOMINATORS:
            powers = [Fraction(round(float(x) * denominator), denominator) for x in found.x]
            proof = _confirmed(goal, lines, columns, powers, nonzero)
            if proof is not None:
                return proof
    return None


def _confirmed(
    goal: Line,
    lines: Sequence[Line],
    columns: Sequence[tuple[int, str]],
    powers: Sequence[Fraction],
    nonzero: set[Atom],
) -> Product | None:
    """The proof, if the product of these powers is the goal, in rationals, with nothing divided out that may be 0."""
    if any(p < 0 for p in powers):
        return None
    for part, uv in {"first": (1, 1), "growth": (0, 1)}.items():
        used = [(lines[k], p) for (k, own), p in zip(columns, powers, strict=True) if p and own in ("both", part)]
        rest = _ratio(goal, *uv)
        strict = False
        for line, p in used:
            own = uv if _has_flow(line) or _has_lag(line) else (1, 0)
            rest = rest.times(_ratio(line, *own), (-p, Fraction(0)))
            strict |= line.strict
        if rest.atoms:
            return None
        left_over = compare_with_one(rest)
        if left_over < 0 or (part == "first" and goal.strict and not strict and left_over == 0):
            return None
    used_lines = [lines[k] for (k, _), p in zip(columns, powers, strict=True) if p]
    above = {a for line in used_lines for a in line.upper.atoms}
    below = {a for line in used_lines for a in line.lower.atoms}
    both = (above & below) | (set(goal.lower.atoms) & set(goal.upper.atoms))
    if not both <= nonzero or (goal.strict and not set(goal.upper.atoms) <= nonzero):
        return None
    spent: dict[int, Fraction] = {}
    for (k, _), p in zip(columns, powers, strict=True):
        if p:
            spent[k] = max(spent.get(k, Fraction(0)), p)
    return Product(tuple((lines[k], p) for k, p in spent.items()))


def compare_with_one(m: Monomial) -> int:
    """-1, 0 or 1 for a product of rational powers of rationals below, equal to or above 1; exact."""
    common = math.lcm(*(u.denominator for u, _ in m.constants.values()), 1)
    value = Fraction(1)
    for base, (u, _) in m.constants.items():
        exponent = int(u * common)
        if abs(exponent) > 5000:
            return -1  # too long to be worked out: not a proof
        value *= base**exponent
    return (value > 1) - (value < 1)


def _has_flow(line: Line) -> bool:
    atoms = [*line.lower.atoms, *line.upper.atoms]
    return any(isinstance(a.of, Term) and a.of.op == "flow" for a in atoms)


def _has_lag(line: Line) -> bool:
    exponents = [
        *line.lower.atoms.values(), *line.upper.atoms.values(),
        *line.lower.constants.values(), *line.upper.constants.values(),
    ]  # fmt: skip
    return any(v for _, v in exponents)


def _ratio(line: Line, u: int, v: int) -> Monomial:
    """upper / lower at q = 1, (1, 1), or what it gains with every further q, (0, 1)."""
    return line.upper.times(line.lower, (Fraction(-1), Fraction(0))).at(u, v)


def _of(m: Monomial | None, a: Atom) -> float:
    return 0.0 if m is None else float(m.atoms.get(a, NONE)[0])


def _log(m: Monomial | None) -> float:
    if m is None:
        return 0.0
    return sum(float(u) * (math.log(c.numerator) - math.log(c.denominator)) for c, (u, _) in m.constants.items())
