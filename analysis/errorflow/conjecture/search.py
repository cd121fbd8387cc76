"""Looks for a counterexample: small exact points first, then optimisation in float64 with the result rounded.

A point is only proposed here; `recheck` decides.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize

from errorflow.conjecture import candidates
from errorflow.conjecture.measured import Scene, margin, scene
from errorflow.conjecture.recheck import Refutation, refuted
from errorflow.conjecture.subject import Subject
from errorflow.conjecture.terms import Claim, Compare, Condition, Fate
from errorflow.conjecture.witness import Witness, floats

EDGE = 1e-9  # a point that misses by less is looked at exactly
POINTS, STARTS = 1200, 12
CLEARER = 500  # points that are tried after a counterexample that fails by little more than rounding
EDGES = 300  # points on the edge that are looked at exactly; what holds with equality has many


@dataclass
class Budget:
    """What was spent. seconds: at most. points: tried. met: those where all hypotheses hold, in float64. starts: of the
    optimisation. rechecked: looked at exactly. edges: those of them that miss by no more than rounding."""

    seconds: float
    began: float
    points: int = 0
    met: int = 0
    starts: int = 0
    rechecked: int = 0
    edges: int = 0

    @property
    def spent(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() - self.began > self.seconds


def search(claim: Claim, about: Subject, budget: Budget, seed: int = 0) -> Refutation | None:
    """The first counterexample that stands, or None."""
    rng = np.random.default_rng(seed)
    tried: list[Witness] = []
    narrow, since = None, 0  # one that fails by little more than rounding, kept while a clearer one is looked for
    for point in _points(claim, about, rng):
        since += narrow is not None
        if budget.spent or since > CLEARER:
            return narrow
        edges = budget.edges
        found = _try(claim, about, point, budget, tried)
        if found and budget.edges > edges and not found.exact:
            narrow = narrow or found
        elif found:
            return found
    if narrow:
        return narrow
    if _smooth(claim):
        for start in _starts(tried, rng):
            if budget.spent:
                return None
            budget.starts += 1
            for point in _improved(claim, about, start):
                found = _try(claim, about, point, budget, [])
                if found:
                    return found
    return None


def _points(claim: Claim, about: Subject, rng: np.random.Generator) -> Iterator[Witness]:
    if about.cell is None:
        yield from candidates.bare(claim)
    elif about.plain is not None:
        yield from _plain(claim, about, rng)
    else:
        yield from candidates.gated_points(about, claim, rng, POINTS)


def _plain(claim: Claim, about: Subject, rng: np.random.Generator) -> Iterator[Witness]:
    """Points of a plain network, at rest and then on the move. Hypotheses on W alone are looked at once for each W."""
    plain = about.plain
    assert plain is not None
    static = [c for c in claim.hypotheses if _static(c)]
    values = candidates.constants(claim)
    several = len(claim.flows()) > 1 and not claim.fates()  # flows of several lags differ most where slopes change
    for n in (1, 2, 3):
        if n == 2 and several:
            yield from candidates.moving_points(about, plain, claim, rng, POINTS)
        others = {name: np.zeros((n, 1)) for name in about.matrices}  # of the inputs, which are zero
        for w in candidates.matrices(n, values):
            weights = Scene(n, 1, {**others, plain.matrix: floats(w)})
            if all(_nearly(c, weights) for c in static):
                for lag in candidates.lags(claim):
                    yield from candidates.plain_points(about, plain, n, w, lag)
    if not claim.fates() and not several:
        yield from candidates.moving_points(about, plain, claim, rng, POINTS)


def _static(condition: Condition) -> bool:
    """Whether a condition is on weights alone."""
    if isinstance(condition, Fate):
        return False
    sides = (condition.left, condition.right) if isinstance(condition, Compare) else (condition.matrix,)
    return not any(t.op in ("flow", "q", "largest", "least") for side in sides for t in side.walk())


def _nearly(condition: Condition, seen: Scene) -> bool:
    return margin(condition, seen) >= -EDGE


def _try(claim: Claim, about: Subject, point: Witness, budget: Budget, tried: list[Witness]) -> Refutation | None:
    budget.points += 1
    try:
        seen = scene(claim, about, point)
        if not all(_nearly(c, seen) for c in claim.hypotheses):
            if len(tried) < 400:
                tried.append(point)
            return None
        budget.met += 1
        tried.append(point)
        least = min(margin(c, seen) for c in claim.conclusions)
        if least > EDGE or (least >= -EDGE and budget.edges == EDGES):
            return None
        budget.edges += least >= -EDGE
    except (ArithmeticError, np.linalg.LinAlgError, ValueError):
        return None
    budget.rechecked += 1
    return refuted(claim, about, point)


def _smooth(claim: Claim) -> bool:
    return not any(isinstance(c, Fate) for c in claim.conditions)


def _starts(tried: list[Witness], rng: np.random.Generator) -> list[Witness]:
    if not tried:
        return []
    chosen = rng.choice(len(tried), size=min(STARTS, len(tried)), replace=False)
    return [tried[int(k)] for k in chosen]


def _improved(claim: Claim, about: Subject, start: Witness) -> Iterator[Witness]:
    """Points near the lowest margin that a simplex search reaches from here, its numbers rounded to short fractions."""
    names = [name for name, rows in start.weights.items() if not _inert(name, about)]
    flat = [(name, i, j) for name in names for i, row in enumerate(start.weights[name]) for j in range(len(row))]
    if not flat or len(flat) > 40:
        return
    begin = np.concatenate([floats(start.weights[name]).ravel() for name in names])
    begin = begin + np.random.default_rng(len(flat)).normal(scale=0.1, size=begin.shape)

    def at(x: np.ndarray, denominator: int = 0) -> Witness:
        weights = {name: [list(row) for row in rows] for name, rows in start.weights.items()}
        for (name, i, j), v in zip(flat, x, strict=True):
            exact = Fraction(float(v)) if not denominator else Fraction(round(float(v) * denominator), denominator)
            weights[name][i][j] = exact
        rows = {name: tuple(map(tuple, m)) for name, m in weights.items()}
        return Witness(start.units, rows, start.state, start.lag, start.sizes, start.vectors, start.inputs)

    def loss(x: np.ndarray) -> float:
        try:
            seen = scene(claim, about, at(np.clip(x, -50, 50)))
            broken = sum(min(margin(c, seen) - 1e-3, 0) for c in claim.hypotheses if not _rigid(c))
            fails = min(margin(c, seen) for c in claim.conclusions)
        except (ArithmeticError, np.linalg.LinAlgError, ValueError):
            return 10.0
        return float(np.nan_to_num(max(fails, -1.0) - 10 * broken, nan=10.0))

    best = minimize(loss, begin, method="Nelder-Mead", options={"maxfev": 60 + 12 * len(flat), "xatol": 1e-3})
    if best.fun < 0:
        for denominator in (1, 2, 4, 8, 32, 256, 4096):
            yield at(np.clip(best.x, -50, 50), denominator)


def _rigid(condition: Condition) -> bool:
    return not isinstance(condition, Compare) or condition.sign == "=="


def _inert(name: str, about: Subject) -> bool:
    """Whether a weight reads the inputs, which are zero."""
    if about.cell is None:
        return False
    d = about.cell.definition
    return name in {str(t.matrix) for node in d.nodes for t in node.terms if t.source in d.inputs}
