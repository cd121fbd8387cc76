"""Counts, factors and quantities that the 1997 paper prints, worked out again."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

from errorflow import builtin
from errorflow.claims.exact import decimals, exp_bounds, logistic_bounds
from errorflow.claims.record import Finding
from errorflow.claims.search import first


def slope_of_error(target: int, output: int) -> Fraction:
    """d/dy of (t - y)^2, by a central difference, which is exact for a square."""
    return Fraction((target - output - 1) ** 2 - (target - output + 1) ** 2, 2)


def dropped_two(most: int) -> Finding:
    """The printed error signal t - y is half of what the printed error (t - y)^2 gives."""
    pairs = list(itertools.product(range(-most, most + 1), repeat=2))
    ratios = {-slope_of_error(t, y) / (t - y) for t, y in pairs if t != y}
    (t, y), _ = first(pairs, lambda pair: -slope_of_error(*pair) != pair[0] - pair[1])
    return Finding(
        ratios == {2},
        f"{len(pairs)} pairs of integer targets and outputs: -d(t - y)^2/dy is 2 (t - y) in all of them, not t - y,"
        f" for instance {-slope_of_error(t, y)} and not {t - y} at t = {t}, y = {y}",
    )


def same_direction(most: int) -> Finding:
    """The printed signal has the sign of the true one everywhere, so descent is in the same direction."""
    pairs = list(itertools.product(range(-most, most + 1), repeat=2))
    same = all((t - y) * -slope_of_error(t, y) > 0 for t, y in pairs if t != y)
    return Finding(same and most > 0, f"{len(pairs)} pairs: the signs agree in all; a learning rate absorbs the factor")


def step_count(sizes: tuple[int, int, int, int, int], short: bool) -> Finding:
    """The operations of appendix A.1, counted index by index, against the printed total."""
    outputs, hidden, blocks, cells, inputs = sizes
    state = blocks * cells
    loops = {
        "errors of outputs": [outputs],
        "errors of hidden units": [outputs, hidden],
        "errors of output gates": [outputs, blocks, cells],
        "changes of output weights": [outputs, hidden + state],
        "changes of hidden weights": [hidden, inputs],
        "changes of output gate weights": [blocks, inputs],
        "errors of cell states": [outputs, state],
        "traces and changes of cell inputs and input gates": [4, state, inputs],
    }
    counted = sum(sum(1 for _ in itertools.product(*map(range, loop))) for loop in loops.values())
    k, h, c, s, i = sizes
    printed = k + 2 * k * h + k * c + 2 * k * s * c + h * i + c * i + 4 * c * s * i
    missing = k * c * (s - 1)
    return Finding(
        counted - printed == missing and (missing > 0) is short,
        f"(K, H, C, S, I) = {sizes}: counted {counted}, printed {printed}, short by K C (S - 1) = {missing}",
    )


def weight_counts(blocks: tuple[tuple[int, int], ...], delays: tuple[int, ...]) -> Finding:
    """Connections of the networks of Tables 1 and 2, enumerated from their topologies."""
    reber = [_block_network(7, 7, count, size) for count, size in blocks]
    recurrent = [_one_hidden_unit(p + 1) for p in delays]
    return Finding(
        [*reber, *recurrent] == [264, 276, 36, 144, 10404],
        f"embedded Reber grammar, (blocks, cells of each) {', '.join(map(str, blocks))}: {', '.join(map(str, reber))};"
        f" RTRL and BPTT at p = {', '.join(map(str, delays))}: {', '.join(map(str, recurrent))}, as printed",
    )


def _block_network(inputs: int, outputs: int, blocks: int, size: int) -> int:
    """Cells, gates with a bias each, every one reading inputs and all units; outputs read the cells."""
    cells, gates = blocks * size, 2 * blocks
    units = cells + gates
    reads = sum(1 for _ in itertools.product(range(units), range(inputs + units)))
    return reads + gates + sum(1 for _ in itertools.product(range(outputs), range(cells)))


def _one_hidden_unit(symbols: int) -> int:
    """One input and one output for each symbol, and a hidden unit; it and the outputs read inputs and hidden unit."""
    return sum(1 for _ in itertools.product(range(1 + symbols), range(symbols + 1)))


def state_drifts(bias: float, steps: int, seen: tuple[int, ...]) -> Finding:
    """One cell with open gates and inputs of one sign: the state grows by nearly 2 a step and shuts its own output."""
    made = builtin.lstm1997()
    weights = {name: np.zeros([1] * len(shape)) for name, shape in made.shapes().items()}
    weights |= {name: np.full(1, bias) for name in ("b_i", "b_g")}
    path = made.run(weights, np.zeros((steps, 1))).states["c"][:, 0, 0]
    bounded = all(abs(s) <= 2 * t for t, s in enumerate(path))
    slopes, small = [], True
    for t in seen:
        state = Fraction(float(path[t]))
        low, high = logistic_bounds(state)
        slope = 2 * high * (1 - low)
        small = small and slope < 2 / exp_bounds(state)[0]
        slopes.append(f"{decimals(state, 3)} after {t} steps, h' at most {decimals(slope, 2)}")
    return Finding(
        bounded and small and float(path[-1]) > steps,
        f"biases {bias} at input gate and cell input: state {'; '.join(slopes)}; |s(t)| <= 2t and h'(s) < 2 exp(-|s|)",
    )


def gain_falls(weights: tuple[int, ...]) -> Finding:
    """f'(w y) w at y = 1 in the logistic unit: enclosed, and falling once the weight is large."""
    bounds = [logistic_bounds(Fraction(w)) for w in weights]
    gains = [(w * low * (1 - high), w * high * (1 - low)) for w, (low, high) in zip(weights, bounds, strict=True)]
    falls = all(later[1] < earlier[0] for earlier, later in itertools.pairwise(gains))
    most = max(high for _, high in gains)
    seen = ", ".join(f"{decimals(high, 3)} at {w}" for w, (_, high) in zip(weights, gains, strict=True))
    return Finding(
        falls and most < Fraction(2239, 10000), f"y = 1, no bias: f'(w y) w is at most {seen}, always below 0.2239"
    )


def drifting_unit(most: int, steps: int) -> Finding:
    """f(x) = x / w + C keeps the error for every C; the smallest C that moves the activation."""
    pairs = [(w, c) for c in range(most + 1) for w in range(1, most + 1)]
    (weight, constant), tried = first(pairs, lambda pair: _run_unit(*pair, steps)[-1] != 0)
    path = _run_unit(weight, constant, steps)
    factor = Fraction(1, weight) * weight
    return Finding(
        factor == 1 and path[-1] == constant * steps,
        f"f(x) = x/{weight} + {constant}, number {tried} of the pairs (w, C): the error has factor {factor} at every"
        f" step, and the activation runs {', '.join(map(str, path[:4]))}, ... to {path[-1]} after {steps} steps",
    )


def _run_unit(weight: int, constant: int, steps: int) -> list[Fraction]:
    path = [Fraction(0)]
    for _ in range(steps):
        path.append(path[-1] * weight / weight + constant)
    return path
