"""How far a claim holds at a point, in float64: what the search looks at. Nothing here is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from errorflow.conjecture.plain import Plain
from errorflow.conjecture.subject import Subject, expression_slope
from errorflow.conjecture.terms import Claim, Compare, Condition, Fate, Term, lag_of
from errorflow.conjecture.witness import Witness, floats
from errorflow.definition import Definition
from errorflow.numeric.linear import jacobians

Array = Any
FAR = 1e300


@dataclass
class Scene:
    """What is seen from a point. steps: Jacobians in the order of time. gates: name -> values over the steps.

    constant: whether the state stays where it is.
    """

    units: int
    lag: int
    matrices: Mapping[str, Array]
    steps: Array = None
    places: Mapping[str, slice] = field(default_factory=dict)
    gates: Mapping[str, Array] = field(default_factory=dict)
    constant: bool = False
    bound: float | None = None
    recurrent: str = ""


def scene(claim: Claim, about: Subject, point: Witness) -> Scene:
    """What is seen from a point."""
    matrices = {name: _array(rows, name in point.vectors) for name, rows in point.weights.items()}
    found = Scene(point.units, point.lag, matrices)
    if about.cell is None:
        return found
    plain = about.plain
    if plain is not None and plain.bound is not None:
        found.bound, found.recurrent = float(plain.bound), plain.matrix
    if plain is not None and plain.numbers is not None:
        _run_plain(plain, found, point, steps_of(claim, point.lag))
        found.places = {name: slice(0, point.units) for name in point.state}
        return found
    weights = {name: m.diagonal() if name in point.vectors else m for name, m in matrices.items()}
    definition = about.cell.definition
    inputs = _inputs(about.cell.definition, point, steps_of(claim, point.lag))
    start = {name: np.array([float(v) for v in row]) for name, row in point.state.items()}
    with np.errstate(over="ignore", invalid="ignore"):
        trajectory = about.cell.run(weights, inputs, start)
        found.steps = jacobians(trajectory, about.truncated)
    place = 0
    places = {}
    for s in definition.states:
        places[s.name] = slice(place, place + len(start[s.name]))
        place += len(start[s.name])
    found.places = places
    found.gates = {s.name: values for s, values in trajectory.values.items()}
    found.constant = all(np.abs(block[1] - block[0]).max() < 1e-9 for block in trajectory.states.values())
    return found


def _inputs(definition: Definition, point: Witness, count: int) -> Any:
    """The inputs of so many steps; their number alone for a cell without input."""
    if not definition.inputs:
        return count
    found = {}
    for x in definition.inputs:
        row = point.inputs.get(x.name, (Fraction(0),) * point.sizes[definition.sizes[x]])
        found[x.name] = np.tile([float(v) for v in row], (count, 1))
    return found


def _run_plain(plain: Plain, found: Scene, point: Witness, count: int) -> None:
    """The steps of a plain network, by what its definition comes to."""
    assert plain.numbers is not None
    value, slope = plain.numbers
    w = found.matrices[plain.matrix]
    bias = found.matrices[plain.bias].diagonal() if plain.bias else np.zeros(len(w))
    ((_, start),) = point.state.items()
    state = first = np.array([float(v) for v in start])
    steps = []
    for _ in range(count):
        if plain.post:
            net = w @ state + bias
            steps.append(slope(net)[:, None] * w)
            new = value(net)
        else:
            steps.append(w * slope(state))
            new = w @ value(state) + bias
        if not len(steps) > 1:
            found.constant = bool(np.abs(new - first).max() < 1e-9)
        if found.constant:
            steps *= count
            break
        state = new
    found.steps = np.array(steps)


def steps_of(claim: Claim, lag: int) -> int:
    """How many steps the flows of the claim reach back."""
    return max([sum(lag_of(flow.args[0], lag)) for flow in claim.flows()] + [1])


def margin(condition: Condition, seen: Scene) -> float:
    """Positive where the condition holds, negative where it does not, near 0 on its edge; NaN where it has no value."""
    if isinstance(condition, Fate):
        return _fate(condition.name, seen)
    if isinstance(condition, Compare):
        if condition.left.is_matrix or condition.right.is_matrix:
            left, right = matrix(condition.left, seen), matrix(condition.right, seen)
            return -float(np.abs(_as(left, right) - _as(right, left)).max())
        left, right = value(condition.left, seen), value(condition.right, seen)
        difference = (right - left) / max(abs(left), abs(right), 1e-300)
        return {"<": difference, "<=": difference, "==": -abs(difference)}.get(condition.sign, -difference)
    m = matrix(condition.matrix, seen)
    faults = {
        "orthogonal": lambda: np.abs(m.T @ m - np.eye(len(m))).max(),
        "symmetric": lambda: np.abs(m - m.T).max(),
        "nonnegative": lambda: max(-m.min(), 0),
        "diagonal": lambda: np.abs(m - np.diag(np.diag(m))).max(),
    }
    return -float(faults[condition.name]())


def value(term: Term, seen: Scene) -> float:
    """A number."""
    if term.op == "number":
        return float(term.data)  # type: ignore[arg-type]
    if term.op in ("n", "q"):
        return float(seen.units if term.op == "n" else seen.lag)
    if term.op == "**":
        base, exponent = value(term.args[0], seen), sum(lag_of(term.args[1], seen.lag))
        return float("nan") if base == 0 and exponent < 0 else min(base**exponent, FAR)
    if term.op in ("+", "-", "*", "/"):
        a, b = (value(arg, seen) for arg in term.args)
        if term.op == "/":
            return a / b if b else float("nan")
        return a + b if term.op == "+" else a - b if term.op == "-" else a * b
    if term.op == "slope":
        return float(expression_slope(str(term.data)).bound)
    if term.op in ("largest", "least"):
        gate = seen.gates[str(term.data)]
        return float(gate.max() if term.op == "largest" else gate.min())
    m = matrix(term.args[0], seen)
    if term.op == "norm":
        if term.data == "fro":
            return float(np.sqrt((m * m).sum()))
        return float(np.linalg.norm(m, {"1": 1, "2": 2, "inf": np.inf}[str(term.data)]))
    if term.op == "radius":
        return float(np.abs(np.linalg.eigvals(m)).max())
    return float(np.abs(m).max() if term.op == "maxabs" else np.linalg.svd(m, compute_uv=False)[-1])


def matrix(term: Term, seen: Scene) -> Array:
    """A matrix; a number for I and 0."""
    if term.op == "matrix":
        return seen.matrices[str(term.data)]
    if term.op == "flow":
        lag = sum(lag_of(term.args[0], seen.lag))
        product = np.eye(seen.steps.shape[1])
        for jacobian in seen.steps[len(seen.steps) - lag :]:
            product = jacobian @ product
        if isinstance(term.data, tuple):
            product = product[seen.places[term.data[0]], seen.places[term.data[1]]]
        return product
    if term.op in ("identity", "number"):
        return float(term.op == "identity")
    inner = matrix(term.args[0], seen)
    return np.abs(inner) if term.op == "abs" else inner.T


def _as(m: Array, other: Array) -> Array:
    if not np.ndim(m):
        return m * np.eye(len(other)) if np.ndim(other) else np.array([[m]])
    return m


def _fate(name: str, seen: Scene) -> float:
    if name == "can explode" and seen.bound is not None:
        moduli = np.abs(seen.matrices[seen.recurrent])
        if seen.bound * np.abs(np.linalg.eigvals(moduli)).max() < 1 + 1e-9:
            return -1.0
    if not seen.constant:
        return float("nan")
    size = float(np.abs(np.linalg.eigvals(seen.steps[0])).max()) - 1
    # On the edge either may be true: the exact check decides.
    return {"vanishes": -size, "never vanishes": size, "explodes": size, "can explode": size}.get(name, -size)


def _array(rows: Any, vector: bool) -> Array:
    found = floats(rows)
    return np.diag(found[0]) if vector else found
