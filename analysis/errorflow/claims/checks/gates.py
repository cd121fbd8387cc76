"""The two slips in the output equations: the sum in place of the product, and the input gate's weights used twice."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy

from errorflow import builtin
from errorflow.activations import logistic, squash_in, squash_out
from errorflow.calculus.words import Diag
from errorflow.cells import Cell
from errorflow.claims.exact import decimals, tanh_bounds
from errorflow.claims.record import Finding
from errorflow.definition import names, net, new


def variant(combine: str = "product", output_map: str = "o") -> Cell:
    """The 1997 cell, with output gate and squashed state combined and the output gate fed as told."""
    h, c, x, i, o, g = names("h c x i o g")
    out = squash_out(new(c))
    where = {i: logistic(net("i", h, x)), o: logistic(net(output_map, h, x)), g: squash_in(net("g", h, x))}
    state = {c: c + i * g, h: {"product": o * out, "sum": o + out}[combine]}
    return Cell("variant", inputs=[x], state=state, where=where)


def closed_gate_leaks(gate: Fraction, state: Fraction) -> Finding:
    """With a nearly closed gate the product is nearly nothing, while the sum shows the state."""
    low, high = tanh_bounds(state / 2)
    product, total = gate * high, gate + low
    return Finding(
        0 < gate < Fraction(1, 100) and product <= gate and total > Fraction(1, 4),
        f"gate {gate}, state {state}: the product is at most {decimals(product)}, the sum at least {decimals(total)}",
    )


def sum_leaves_range(gate: Fraction, state: Fraction) -> Finding:
    """The sum exceeds 1, which no squashed and gated output does."""
    low, high = tanh_bounds(state / 2)
    return Finding(
        0 < gate < 1 and gate + low > 1 and gate * high < 1,
        f"gate {gate}, state {state}: the sum is at least {decimals(gate + low)}, the product at most"
        f" {decimals(gate * high)}",
    )


def gate_in_the_derivative(combine: str, expected: bool) -> Finding:
    """Whether the output gate stands in the derivative of the output in the new state."""
    within, _ = variant(combine).jacobian().factorisation()
    (words,) = [block.words for block in within if (block.row, block.column) == ("h", "c")]
    read = {s.name for word in words for f in word if isinstance(f, Diag) for s in f.entry.free_symbols}
    found = "o" in read
    return Finding(
        found == expected, f"in the {combine}, d output / d new state {'has' if found else 'lacks'} the output gate"
    )


def shared_weights(output_map: str, units: int, inputs: int, steps: int, seed: int) -> Finding:
    """With the input gate's weights the output gate equals the input gate, bit by bit, and n (n + m + 1) weights go."""
    cell, rng = variant(output_map=output_map), np.random.default_rng(seed)
    trajectory = cell.run(cell.random_weights(rng, n=units, m=inputs), rng.normal(size=(steps, inputs)))
    values = {s.name: v for s, v in trajectory.values.items()}
    same = bool(np.array_equal(values["i"], values["o"]))
    fewer = sympy.expand(weight_count(builtin.lstm1997()) - weight_count(cell))
    n, m = sympy.symbols("n m", positive=True, integer=True)
    return Finding(
        same and fewer == sympy.expand(n * (n + m + 1)),
        f"{units} units, {steps} steps, seed {seed}: both gates {'are' if same else 'are not'} equal to the last bit;"
        f" {fewer} weights fewer",
    )


def weight_count(cell: Cell) -> sympy.Expr:
    """The number of weights and biases as a polynomial in n and m."""
    size = {label: sympy.Symbol(label, positive=True, integer=True) for label in ("n", "m")}
    return sum((sympy.Mul(*(size[label] for label in shape)) for shape in cell.shapes().values()), sympy.Integer(0))
