"""Unbiased online recurrent optimisation: the influence as a product of two vectors, right in expectation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy

from errorflow.activations import readable
from errorflow.calculus.edges import Edge
from errorflow.calculus.jacobian import cached_edges
from errorflow.calculus.words import Diag, Matrix
from errorflow.definition import Definition, New
from errorflow.learning import counting
from errorflow.learning.algorithm import Algorithm, Result, Settings, Sizes, always
from errorflow.learning.cost import STEPS, Cost
from errorflow.learning.counting import Count
from errorflow.learning.operations import Counter
from errorflow.learning.trace_plan import weights_of
from errorflow.numeric.arrays import Array
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory

Window = dict[sympy.Symbol, Array]
Weights = dict[str, Array]


@dataclass(frozen=True)
class _Walk:
    """One edge. entry: its local derivative in values, None for a matrix. pushed: whether a change of the old state
    goes along it; pulled: whether an error at the new state comes back along it to learned weights."""

    edge: Edge
    entry: sympy.Expr | None
    pushed: bool
    pulled: bool


@lru_cache(maxsize=64)
def _plan(definition: Definition) -> tuple[_Walk, ...]:
    moved, learned = set(definition.states), {n.symbol for n in definition.nodes if weights_of(n)}
    for edge in cached_edges(definition):
        moved |= {edge.target} if edge.source in moved else set()
        learned |= {edge.target} if edge.source in learned else set()
    walks = []
    for edge in cached_edges(definition):
        entry = readable(edge.factor.entry, definition.values) if isinstance(edge.factor, Diag) else None
        walks.append(_Walk(edge, entry, edge.source in moved, edge.source in learned))
    return tuple(w for w in walks if w.pushed or w.pulled)


def uoro(trajectory: Trajectory, errors: Array, counter: Counter, settings: Settings) -> Result:
    """One unbiased draw of the gradient. errors: (T, batch, n), d loss / d output.

    Raises: TypeError without a numpy.random.Generator.
    """
    if not isinstance(settings.rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator for uoro, got {type(settings.rng).__name__}")
    shape = (trajectory.steps, trajectory.batch, trajectory.width)
    signs = settings.rng.choice(np.array([-1.0, 1.0]), size=shape)
    total = {name: np.zeros(weight.shape) for name, weight in _learned(trajectory, settings.biases).items()}
    output = trajectory.definition.output
    for t, (state, weights) in enumerate(rank_one(trajectory, signs, counter, settings.biases)):
        seen = counter.matmul(errors[t][:, None, :], state[output][:, :, None])[:, 0, 0]
        for name, part in weights.items():
            total[name] += _times(counter, seen, part).sum(axis=0)
    return Result(total)


def rank_one(trajectory: Trajectory, signs: Array, counter: Counter, biases: bool) -> Iterator[tuple[Window, Weights]]:
    """After every step (s, theta), whose product s theta^T has the influence of the weights on the state as its mean.

    signs: (T, batch, N), the random signs of the joint state. s: state -> (batch, n); theta: weight -> (batch, *shape).

    Source: Tallec & Ollivier 2018, with its factors of least variance.
    """
    definition, plan = trajectory.definition, _plan(trajectory.definition)
    window = trajectory.between(0, trajectory.steps)
    slopes = _slopes(plan, window, counter)
    ends = np.cumsum([trajectory.states[s.name].shape[2] for s in definition.states])
    state: Window = {s: np.zeros_like(trajectory.states[s.name][0]) for s in definition.states}
    weights = {k: np.zeros((trajectory.batch, *w.shape)) for k, w in _learned(trajectory, biases).items()}
    for t in range(trajectory.steps):
        sign = dict(zip(definition.states, np.split(signs[t], ends[:-1], axis=-1), strict=True))
        pushed = _push(trajectory, plan, slopes, t, state, counter)
        local = _local(trajectory, plan, slopes, window, t, sign, weights, counter)
        old = _ratio(_norm(counter, weights), _norm(counter, pushed))
        fresh = _ratio(_norm(counter, local), np.full(trajectory.batch, np.sqrt(trajectory.width)))
        state = {
            s: counter.times(old[:, None], pushed[s]) + counter.times(fresh[:, None], sign[s])
            for s in definition.states
        }
        weights = {k: _times(counter, 1 / old, weights[k]) + _times(counter, 1 / fresh, local[k]) for k in weights}
        counter.keep([*state.values(), *weights.values()])
        yield state, weights


def _learned(trajectory: Trajectory, biases: bool) -> Weights:
    kinds = {p.name: p.kind for p in trajectory.definition.parameters}
    return {k: w for k, w in trajectory.weights.items() if kinds[k] != "fixed" and (biases or kinds[k] != "bias")}


def _slopes(plan: tuple[_Walk, ...], window: Window, counter: Counter) -> list[Array | None]:
    """The local derivative of each edge, all steps at once; None for one, and for a matrix."""
    found: list[Array | None] = []
    for walk in plan:
        if walk.entry is None or walk.entry == 1:
            found.append(None)
            continue
        function = elementwise(walk.entry)
        shape = window[walk.edge.target].shape
        found.append(counter.evaluate(function.function, [window[s] for s in function.reads], shape))
    return found


def _push(
    trajectory: Trajectory, plan: tuple[_Walk, ...], slopes: list[Array | None], t: int, state: Window, counter: Counter
) -> Window:
    """J at step t times a vector over the old state."""
    reached = dict(state)
    for walk, slope in zip(plan, slopes, strict=True):
        if not walk.pushed:
            continue
        part = _along(trajectory, walk, slope, t, reached[walk.edge.source], counter, transposed=False)
        target = walk.edge.target
        reached[target] = reached[target] + part if target in reached else part
    return {s: reached.get(New(s), np.zeros_like(state[s])) for s in trajectory.definition.states}


def _local(
    trajectory: Trajectory,
    plan: tuple[_Walk, ...],
    slopes: list[Array | None],
    window: Window,
    t: int,
    sign: Window,
    weights: Weights,
    counter: Counter,
) -> Weights:
    """The random signs times the direct influence of the weights on the new state: one step of backpropagation."""
    reached = {New(s): vector for s, vector in sign.items()}
    for walk, slope in zip(reversed(plan), reversed(slopes), strict=True):
        if not walk.pulled:
            continue
        part = _along(trajectory, walk, slope, t, reached[walk.edge.target], counter, transposed=True)
        source = walk.edge.source
        reached[source] = reached[source] + part if source in reached else part
    found = {name: np.zeros_like(part) for name, part in weights.items()}
    for node in (n for n in trajectory.definition.nodes if n.symbol in reached):
        error = reached[node.symbol]
        for term in (m for m in node.terms if m.kind != "fixed"):
            source = window[term.source][t]
            diagonal = term.kind == "diagonal"
            outer = counter.times(error, source) if diagonal else counter.outer(error[..., None], source[:, None, :])
            found[str(term.matrix)] += outer
        if node.bias in found:
            found[node.bias] += error
    return found


def _along(
    trajectory: Trajectory,
    walk: _Walk,
    slope: Array | None,
    t: int,
    vector: Array,
    counter: Counter,
    transposed: bool,
) -> Array:
    if walk.entry is not None:
        return vector if slope is None else counter.times(vector, slope[t])
    assert isinstance(walk.edge.factor, Matrix)
    weight = trajectory.weights[walk.edge.factor.name]
    if weight.ndim == 1:
        return counter.times(vector, weight)
    return counter.matmul(vector, weight if transposed else weight.T)


def _norm(counter: Counter, parts: Window | Weights) -> Array:
    """The norm of all parts together, for each sequence."""
    squares = [counter.times(p, p).reshape(len(p), -1).sum(axis=1) for p in parts.values()]
    return np.sqrt(sum(squares))


def _ratio(above: Array, below: Array) -> Array:
    """sqrt(above / below), the factor that leaves both vectors alike; one where either vanishes."""
    fine = (above > 0) & (below > 0)
    return np.sqrt(np.where(fine, above, 1.0) / np.where(fine, below, 1.0))


def _times(counter: Counter, factors: Array, part: Array) -> Array:
    """One factor for each sequence times what belongs to it: a multiply-add for each weight."""
    counter.macs += part.size
    return factors.reshape(-1, *[1] * (part.ndim - 1)) * part


def cost(definition: Definition, biases: bool, sizes: Sizes) -> Cost:
    """Every step alike, norms and factors included."""
    count, width = counting.weights(definition, biases), counting.ZERO
    width = sum((counting.length(definition, s) for s in definition.states), counting.ZERO)
    step = counting.forward(definition)
    for walk in _plan(definition):
        rows = counting.length(definition, walk.edge.target)
        times = walk.pushed + walk.pulled
        if walk.entry is None and getattr(walk.edge.factor, "kind", "") != "diagonal":
            step += Count(rows * counting.length(definition, walk.edge.source)) * times
        elif walk.entry != 1:
            own = 0 if walk.entry is None else counting.products(walk.entry)
            step += Count(elementwise=(times + own) * rows)
    for node in definition.nodes:
        for term in (m for m in node.terms if m.kind != "fixed"):
            rows = counting.length(definition, node.symbol)
            diagonal = term.kind == "diagonal"
            step += Count(elementwise=rows) if diagonal else Count(rows * counting.length(definition, term.source))
    # Old and new part rescaled and met by the error; two norms over the weights, one over the state, two products.
    step += Count(3 * count + counting.length(definition, definition.output), 2 * count + 3 * width)
    macs, products = (sympy.expand(STEPS * e) for e in (step.macs, step.elementwise))
    kept = "one vector over the state and one over the weights"
    return Cost("uoro", macs, products, sympy.expand(width + count), kept, False, tuple(sizes.items()))


UORO = Algorithm(
    name="uoro",
    title="unbiased online recurrent optimisation: influence of rank one",
    exact=False,
    options=("rng",),
    refusal=always,
    run=uoro,
    cost=cost,
    source="Tallec & Ollivier 2018",
)
