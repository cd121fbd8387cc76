"""What BPTT and RTRL cost: polynomials, runs that count themselves, degrees and break-even points."""

from __future__ import annotations

import itertools

import numpy as np
import sympy

from errorflow import builtin
from errorflow.claims.record import Finding
from errorflow.learning import Cost, costs, gradient

_N, _M, _T = sympy.symbols("n m T", positive=True, integer=True)
Grid = tuple[tuple[int, int, int], ...]


def cost_of(
    algorithm: str, cell: str, units: int | None = None, inputs: int | None = None, steps: int | None = None
) -> Cost:
    """The cost of one algorithm for a built-in cell."""
    definition = builtin.cell(cell).definition
    return costs(definition, units=units, inputs=inputs, steps=steps, algorithms=[algorithm])[0]


def closed_form(algorithm: str, polynomial: str, grid: Grid) -> Finding:
    """The multiply-adds are this polynomial, and runs at every size of the grid take exactly as many."""
    expected = sympy.sympify(polynomial, locals={"n": _N, "m": _M, "T": _T})
    macs = cost_of(algorithm, "rnn").macs
    counted = []
    for n, m, steps in grid:
        made, rng = builtin.rnn(), np.random.default_rng(0)
        weights, xs = made.random_weights(rng, n=n, m=m), rng.normal(size=(steps, m))
        run = gradient(made.definition, weights, xs, np.ones((steps, n)), algorithm=algorithm, biases=False)
        counted.append((run.macs, int(expected.subs({_N: n, _M: m, _T: steps}))))
    return Finding(
        sympy.expand(macs - expected) == 0 and all(a == b for a, b in counted),
        f"multiply-adds {sympy.factor(expected)}; counted in runs: {', '.join(str(a) for a, _ in counted)}"
        f" at (n, m, T) = {', '.join(map(str, grid))}",
    )


def order_in_units(algorithm: str, per_step: int) -> Finding:
    """The degree in n for one step, with as many inputs as units and T counted apart."""
    degree = sympy.Poly(cost_of(algorithm, "rnn").macs.subs(_M, _N), _N).degree()
    return Finding(degree == per_step, f"m = n: each step takes multiply-adds of degree {degree} in n")


def order_of_the_whole(algorithm: str, per_step: int) -> Finding:
    """For the whole sequence the steps count too, and so do the inputs: the total is not of the order of one step."""
    macs = cost_of(algorithm, "rnn").macs
    whole = sympy.Poly(macs.subs({_M: _N, _T: _N}), _N).degree()
    wide = sympy.Poly(macs.subs(_M, _N**2), _N).degree()
    return Finding(
        whole == per_step + 1 and wide == per_step + 1,
        f"the whole sequence has degree {whole} in n for T = n steps; one step has degree {wide} for n^2 inputs",
    )


def backward_pass_apart(grid: Grid) -> Finding:
    """What BPTT takes beyond the forward pass, and that its memory grows with every step; RTRL's does not."""
    back, forward = cost_of("bptt", "rnn"), cost_of("rtrl", "rnn")
    beyond = sympy.expand(back.macs - _T * _N * (_N + _M))
    grows, stays = sympy.diff(back.memory, _T), sympy.diff(forward.memory, _T)
    forward_pass = _T * _N * (_N + _M)
    ratios = [float((beyond / forward_pass).subs({_N: n, _M: m, _T: t})) for n, m, t in grid]
    return Finding(
        all(r > 0 for r in ratios) and never_negative(2 * forward_pass - beyond) and grows != 0 and stays == 0,
        f"beyond the forward pass BPTT takes {beyond} multiply-adds, less than twice the forward pass:"
        f" {', '.join(f'{r:.2f}' for r in ratios)} of it at (n, m, T) = {', '.join(map(str, grid))};"
        f" its memory grows by {grows} words a step, that of RTRL by {stays}",
    )


def never_negative(polynomial: sympy.Expr) -> bool:
    """Whether a polynomial in n, m, T has only coefficients >= 0 in n - 1, m - 1, T - 1, so is >= 0 at all sizes."""
    shifted = sympy.expand(polynomial.subs({_N: _N + 1, _M: _M + 1, _T: _T + 1}, simultaneous=True))
    return all(c >= 0 for c in sympy.Poly(shifted, _N, _M, _T).coeffs())


def never_cheaper() -> Finding:
    """RTRL takes more multiply-adds than BPTT at every size."""
    more = sympy.expand(cost_of("rtrl", "rnn").macs - cost_of("bptt", "rnn").macs)
    least = more.subs({_N: 1, _M: 1, _T: 1})
    return Finding(
        never_negative(more - least) and least > 0,
        f"RTRL takes {more} multiply-adds more, which is smallest, {least}, at n = m = T = 1",
    )


def same_work_every_step() -> Finding:
    """RTRL takes the same work at every step and a memory in which T does not occur; BPTT's memory has T in it."""
    cost = cost_of("rtrl", "rnn")
    each = sympy.cancel(cost.macs / _T)
    free = _T not in each.free_symbols and _T not in cost.memory.free_symbols
    stored = cost_of("bptt", "rnn").memory
    return Finding(
        free and _T in stored.free_symbols,
        f"RTRL: {sympy.factor(each)} multiply-adds at every step, {sympy.factor(cost.memory)} words;"
        f" BPTT: {stored} words",
    )


def memory_at(units: int, inputs: int, steps: int, rtrl_smaller: bool) -> Finding:
    """Which of the two needs less memory at these sizes."""
    words = {}
    for name in ("bptt", "rtrl"):
        cost = cost_of(name, "rnn", units, inputs, steps)
        words[name] = cost.total(cost.memory) or 0
    return Finding(
        (words["rtrl"] < words["bptt"]) == rtrl_smaller,
        f"n = {units}, m = {inputs}, T = {steps}: RTRL {words['rtrl']} words, BPTT {words['bptt']}",
    )


def break_even(most_units: int, most_inputs: int) -> Finding:
    """From how many steps on RTRL needs less memory: T = n^2 if BPTT stores inputs, T = n (n + m) if it does not."""
    back, forward = (sympy.lambdify((_N, _M, _T), cost_of(name, "rnn").memory) for name in ("bptt", "rtrl"))
    tried = 0
    for n, m in itertools.product(range(1, most_units + 1), range(1, most_inputs + 1)):
        for steps in range(1, n * (n + m) + 3):
            tried += 1
            words, stored = forward(n, m, steps), back(n, m, steps)
            if (words < stored, words < stored - steps * m) != (steps >= n * n, steps >= n * (n + m)):
                return Finding(False, f"n = {n}, m = {m}, T = {steps} is an exception")
    return Finding(
        True,
        f"less memory exactly when T >= n^2, or T >= n (n + m) without stored inputs, at all {tried} sizes with"
        f" n <= {most_units}, m <= {most_inputs}",
    )


def exact_at_lower_order(
    algorithm: str, cell: str, per_step: int, units: int, steps: int, seed: int, block: int | None = None
) -> Finding:
    """An algorithm that stores no sequence, of lower order than RTRL of a dense network, has the gradient of BPTT.

    The order is that of one step in n, with as many inputs as units and blocks of n steps.
    """
    made, rng = builtin.cell(cell), np.random.default_rng(seed)
    cost = cost_of(algorithm, cell)
    others = dict.fromkeys(cost.macs.free_symbols - {_T}, _N)
    degree = sympy.Poly(sympy.expand(cost.macs.subs(others)), _N).degree()
    weights, xs = made.random_weights(rng, n=units, m=units), rng.normal(size=(steps, units))
    errors = rng.normal(size=(steps, units))
    run = gradient(made.definition, weights, xs, errors, algorithm=algorithm, block=block)
    back = gradient(made.definition, weights, xs, errors)
    dense = gradient(made.definition, weights, xs, errors, algorithm="rtrl")
    gap = max(float(np.abs(run.weights[k] - v).max() / np.abs(v).max()) for k, v in back.weights.items())
    return Finding(
        degree == per_step and _T not in cost.memory.free_symbols and gap < 1e-12 and run.macs < dense.macs,
        f"{algorithm}, {cell}: degree {degree} in n a step, memory without T;"
        f" {units} units, {steps} steps, seed {seed}: {run.macs:,} multiply-adds where RTRL takes {dense.macs:,}, and"
        f" the gradient of BPTT to {gap:.0e}",
    )
