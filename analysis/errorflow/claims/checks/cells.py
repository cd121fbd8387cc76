"""Structure of the built-in cells, and identities and counterexamples of the memory cell, from the engine itself."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import sympy
from sympy import tanh

from errorflow import builtin
from errorflow.calculus.edges import edges, gates
from errorflow.calculus.words import ONE, Diag, Matrix
from errorflow.cells import Cell
from errorflow.claims.exact import decimals, power
from errorflow.claims.record import Finding
from errorflow.definition import names, net, new
from errorflow.numeric.arrays import Array
from errorflow.numeric.linear import jacobians

_ROUNDING = 1e-14  # a few dozen roundings of numbers of order one


def step_feeds_step(cell: str) -> Finding:
    """The new state is a function of one affine map of old state and input through full matrices."""
    definition = builtin.cell(cell).definition
    affine = [node for node in definition.nodes if node.terms]
    read = {str(term.source): (str(term.matrix), term.kind) for node in affine for term in node.terms}
    states, inputs = {s.name for s in definition.states}, {x.name for x in definition.inputs}
    full = len(affine) == 1 and all(kind == "dense" for _, kind in read.values())
    through = " and ".join(f"{name} through {matrix}" for name, (matrix, _) in read.items())
    return Finding(
        full and set(read) == states | inputs and len(states) == 1,
        f"the new {', '.join(sorted(states))} reads {through}: without the first it is one fully connected layer",
    )


def matrix_repeats(cell: str, lag: int) -> Finding:
    """The flow written out is one word in which the recurrent matrix stands once a step, each after a new slope."""
    (words,) = builtin.cell(cell).flow(lag).blocks.words.values()
    matrices = [f.name for word in words for f in word if isinstance(f, Matrix)]
    slopes = {f.entry for word in words for f in word if isinstance(f, Diag)}
    return Finding(
        len(words) == 1 and len(matrices) == lag and len(set(matrices)) == 1 and len(slopes) == lag,
        f"over {lag} steps: {len(words)} word, {' ... '.join(dict.fromkeys(matrices))} in it {len(matrices)} times,"
        f" with {len(slopes)} slopes that belong to different times",
    )


def forget_gate(cell: str, expected: bool) -> Finding:
    """Whether the cell state is carried with a gate in front of it, or with factor one."""
    definition = builtin.cell(cell).definition
    (carry,) = [
        e.factor.entry for e in edges(definition)
        if e.target == new(definition.state("c")) and e.source.name == "c" and isinstance(e.factor, Diag)
    ]  # fmt: skip
    found = carry != 1
    return Finding(
        found == expected,
        f"gates and inputs with weights of their own: {', '.join(gates(definition))};"
        f" the old cell state enters the new one with factor {carry}",
    )


def nothing_written_is_refused() -> Finding:
    """A memory whose state is only passed on is no cell; with the write term it is one, and its input decides."""
    c, x, i, g = names("c x i g")
    try:
        Cell("passed on", inputs=[x], state={c: c})
    except ValueError as refusal:
        refused = "never updated" in str(refusal)
    else:
        refused = False
    written = Cell("written", inputs=[x], state={c: c + i * g}, where={i: tanh(net("i", x)), g: tanh(net("g", x))})
    reads = sympy.sympify(written.definition.node(new(c)).expression)
    return Finding(
        refused and {i, g} < reads.free_symbols,
        f"a state with c -> c is {'refused as never updated' if refused else 'accepted'};"
        f" the memory cell has c -> {reads}",
    )


def truncated_carry(units: int, steps: int, seed: int) -> Finding:
    """The truncated flow from cell state to cell state of random 1997 cells is the identity, to the last bit."""
    cell, rng = builtin.lstm1997(), np.random.default_rng(seed)
    weights = cell.random_weights(rng, n=units, m=2)
    trajectory = cell.run(weights, rng.normal(size=(steps, 2)))
    flow = np.eye(2 * units)
    for step in jacobians(trajectory, truncated=True):
        flow = step @ flow
    exact = bool(np.array_equal(flow[:units, :units], np.eye(units)))
    return Finding(
        exact,
        f"{units} cells with random weights, seed {seed}: the truncated flow from cell state to cell state over {steps}"
        f" steps {'is' if exact else 'is not'} exactly the identity",
    )


def direct_edge_is_one(cell: str, lag: int) -> Finding:
    """One step carries the cell state with the identity alone; several steps have further paths through the output."""
    one = builtin.cell(cell).jacobian()["c", "c"].words
    several = builtin.cell(cell).flow(lag)["c", "c"].words
    paths = len(several) - several.count(())
    return Finding(
        one == ONE and several.count(()) == 1 and paths > 0,
        f"from cell state to cell state: one step is {'the identity' if one == ONE else f'{len(one)} words'},"
        f" {lag} steps are the identity and {paths} further paths through gates and output",
    )


def resting_cell(cell: str, weight: Fraction, lag: int, grows: bool) -> Finding:
    """One unit at rest, all weights 0 but the recurrent one of the cell input: its full flow is a power of a rational.

    At rest every gate is 1/2, cell input and state are 0, and the step is (1, d)^T (f, w/2): f the factor of the old
    state, d the derivative of the output in the new state. So the flow from cell state to cell state is
    f (f + d w/2)^(lag-1).
    """
    kept, output = {"lstm1997": (Fraction(1), Fraction(1, 4)), "lstm": (Fraction(1, 2), Fraction(1, 2))}[cell]
    ratio = kept + output * weight / 2
    flow = kept * ratio ** (lag - 1)
    made = builtin.cell(cell)
    log2 = made.profile(at_rest(made, weight), np.zeros((lag, 1)), departures=False).log2_norm_blocks["c", "c"][lag]
    agrees = math.isclose(log2, math.log2(abs(flow)), abs_tol=1e-9) if flow else log2 == -math.inf
    beyond = abs(flow) > 1000 if grows else abs(flow) < Fraction(1, 1000)
    return Finding(
        bool(agrees and beyond),
        f"one unit at rest, recurrent weight {weight} into the cell input, all others 0: over {lag} steps the full flow"
        f" from cell state to cell state is {kept} * {power(ratio, lag - 1)} = {decimals(flow)};"
        f" the engine has log2 {log2:.6g}",
    )


def at_rest(cell: Cell, weight: Fraction) -> dict[str, Array]:
    """Weights of one unit that are all 0 but the recurrent one of the cell input."""
    zeros = {name: np.zeros([1] * len(shape)) for name, shape in cell.shapes().items()}
    return zeros | {"W_g": np.array([[float(weight)]])}


def carry_share(weights: tuple[Fraction, ...], lag: int) -> Finding:
    """How much of the full flow of the resting 1997 cell is its carry: all of it, or next to nothing.

    The flow is (1 + w/8)^(lag-1) (1, 1/4)^T (1, w/2), the carry (1, 1/4)^T (1, 0), the share <carry, flow> / |flow|^2.
    """
    cell = builtin.lstm1997()
    shares = [1 / ((1 + w / 8) ** (lag - 1) * (1 + w * w / 4)) for w in weights]
    engine = [float(cell.profile(at_rest(cell, w), np.zeros((lag, 1))).shares["carry"][lag]) for w in weights]
    agrees = all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(shares, engine, strict=True))
    seen = ", ".join(f"{decimals(s)} for weight {w}" for w, s in zip(weights, shares, strict=True))
    return Finding(
        agrees and max(shares) == 1 and min(shares) < Fraction(1, 100),
        f"share of the carry in the full flow over {lag} steps of one unit at rest: {seen}",
    )


def slope_stands_once(lags: int) -> Finding:
    """In the truncated flow the slope of the output squash stands once at every lag, that of the input squash never."""
    cell = builtin.lstm1997()
    counts = []
    for lag in range(1, lags + 1):
        words = cell.flow(lag, truncated=True)["h", "c"].words
        entries = [f.entry for word in words for f in word if isinstance(f, Diag)]
        functions = [a.func.__name__ for e in entries for a in e.atoms(sympy.Function)]
        counts.append((functions.count("squash_out_slope"), functions.count("squash_in_slope")))
    return Finding(
        set(counts) == {(1, 0)},
        f"truncated flow from cell state to output at lags 1 to {lags}: slopes of the output squash"
        f" {sorted({a for a, _ in counts})}, of the input squash {sorted({b for _, b in counts})}",
    )


def formulas_by_hand(units: int, inputs: int, steps: int, seed: int) -> Finding:
    """Input gate and cell input by [h, x] put together and one matrix, against the values that the cell computes."""
    cell, rng = builtin.lstm1997(), np.random.default_rng(seed)
    weights = cell.random_weights(rng, n=units, m=inputs) | {
        "b_i": rng.normal(size=units),
        "b_g": rng.normal(size=units),
    }
    xs = rng.normal(size=(steps, inputs))
    trajectory = cell.run(weights, xs)
    both = np.concatenate([trajectory.states["h"][:-1, 0], xs], axis=1)
    worst = 0.0
    for name, height, shift in (("i", 1.0, 0.0), ("g", 4.0, 2.0)):
        joined = np.concatenate([weights[f"W_{name}"], weights[f"U_{name}"]], axis=1)
        by_hand = height / (1 + np.exp(-(both @ joined.T + weights[f"b_{name}"]))) - shift
        values = next(v for s, v in trajectory.values.items() if s.name == name)[:, 0]
        worst = max(worst, float(np.abs(values - by_hand).max()))
    return Finding(
        worst < _ROUNDING, f"largest difference {worst:.1e} over {steps} steps, {units} units, {inputs} inputs"
    )


def unfolded_depth(cell: str, most: int) -> Finding:
    """The flow over T steps is a product of T layers' Jacobians, for T = 0..most."""
    depths = []
    for steps in range(most + 1):
        (word,) = itertools.chain(*builtin.cell(cell).flow(steps).blocks.words.values())
        depths.append(sum(isinstance(f, Matrix) for f in word))
    return Finding(
        depths == list(range(most + 1)), f"layers passed in 0 to {most} steps: {', '.join(map(str, depths))}"
    )
