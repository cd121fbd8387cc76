"""Points that are tried one after the other: small matrices with small entries first, then structured families.

The order is fixed, so that the first counterexample is the smallest that is met: fewest units, then the simplest
entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from errorflow.conjecture.exact import ZERO, Inverse
from errorflow.conjecture.plain import Plain
from errorflow.conjecture.stepping import NotSmooth, step
from errorflow.conjecture.subject import Subject
from errorflow.conjecture.terms import Claim
from errorflow.conjecture.witness import Entry, Witness
from errorflow.definition import Definition, Parameter

Rows = tuple[tuple[Fraction, ...], ...]
F = Fraction
_STATES: dict[str, tuple[tuple[Entry, Fraction], ...]] = {
    # activation -> (net input, value there), the steepest first; slopes are rational at all of them
    "tanh": ((F(0), F(0)), (Inverse("tanh", F(4, 5)), F(4, 5)), (Inverse("tanh", F(1, 2)), F(1, 2))),
    "logistic": ((F(0), F(1, 2)), (Inverse("logistic", F(4, 5)), F(4, 5))),
    "squash_in": ((F(0), F(0)), (Inverse("logistic", F(4, 5)), F(6, 5))),
    "squash_out": ((F(0), F(0)), (Inverse("logistic", F(4, 5)), F(3, 5))),
    "relu": ((F(1), F(1)), (F(-1), F(0))),
    "leaky_relu": ((F(1), F(1)), (F(-1), F(-1, 100))),
    "softsign": ((F(1, 4), F(1, 5)), (F(4), F(4, 5))),
    "hardtanh": ((F(0), F(0)), (F(2), F(1))),
    "hardsigmoid": ((F(0), F(1, 2)), (F(6), F(1))),
    "identity": ((F(0), F(0)),),
}  # fmt: skip
_FROM_ZERO = {"elu", "selu", "silu", "gelu", "gelu_tanh", "mish", "lisht", "arctan", "isru", "tanhshrink", "hardswish"}


def constants(claim: Claim) -> tuple[Fraction, ...]:
    """The numbers of the claim, and some below and above them."""
    seeds = [t.data for t in claim.terms() if t.op == "number" and isinstance(t.data, Fraction) and 0 < t.data <= 1000]
    seeds = list(dict.fromkeys([F(1), *seeds]))[:4]
    around = [c * k for k in (F(1), F(1, 2), F(2), F(3, 4), F(3, 2), F(5, 4), F(9, 10), F(1, 10), F(10)) for c in seeds]
    return tuple(sorted(set(around), key=_cost)[:24])


def _cost(v: Fraction) -> tuple[Fraction, bool]:
    """How simple a number is: 0 before 1 before 2 before 1/2; positive before negative."""
    return F(abs(v.numerator)) + 2 * (v.denominator - 1), v < 0


@cache
def matrices(n: int, values: tuple[Fraction, ...]) -> tuple[Rows, ...]:
    """Matrices to try: structured ones times each value first, then small entries of every kind; the simplest first."""
    structured = {_scaled(base, v) for base in _bases(n) for v in (F(1), *values)}
    if n == 1:
        structured |= {((-v,),) for v in values} | {((F(0),),)}
    others: set[Rows] = set()
    if n == 2:
        small = (F(0), F(1), F(-1), F(2), F(-2))
        for a, b, c, d in product(small, repeat=4):
            if (a, b) >= (d, c):  # else it is the same with its units renamed
                others.add(((a, b), (c, d)))
        for v, w in product(values[:8], repeat=2):
            others |= {((v, w), (F(0), v)), ((v, F(0)), (F(0), w)), ((F(0), v), (w, F(0)))}
    return (*sorted(structured, key=_complexity), *sorted(others - structured, key=_complexity))


def _complexity(m: Rows) -> tuple[Fraction, Rows]:
    return sum((_entry_cost(v) for row in m for v in row), ZERO), m


@cache
def _entry_cost(v: Fraction) -> Fraction:
    return _cost(v)[0] + F(int(v < 0), 4)


@cache
def _bases(n: int) -> tuple[Rows, ...]:
    shift, ones, one = np.roll(np.eye(n), 1, axis=1), np.ones((n, n)), np.eye(n)[0]
    signs = (-1) ** np.arange(n)
    found = [
        *(np.eye(n), -np.eye(n), ones, -ones, np.triu(ones), np.triu(ones, 1), np.eye(n, k=1), np.eye(n, k=-1), shift),
        *(np.tril(ones) - np.triu(ones, 1), ones - np.eye(n), ones - 2 * np.eye(n), np.outer(one, one)),
        *(np.outer(one, ones[0]), np.outer(ones[0], one), (n + 1) * np.eye(n) - ones, np.diag(range(n))),
        *(np.outer(ones[0], signs), np.outer(signs, ones[0]), np.diag(signs)),
    ]
    turns: list[Rows] = []
    if n == 2:
        for c, s in ((F(3, 5), F(4, 5)), (F(5, 13), F(12, 13))):
            turns += [((c, -s), (s, c)), ((c, s), (s, -c))]
    return (*(tuple(tuple(F(int(v)) for v in row) for row in m) for m in found), *turns)


def _scaled(m: Rows, c: Fraction) -> Rows:
    return tuple(tuple(c * v for v in row) for row in m)


def lags(claim: Claim) -> tuple[int, ...]:
    """The lags that are tried."""
    if not any(t.op == "q" for t in claim.terms()):
        return (1,)
    return (1, 2, 3, 5)


def bare(claim: Claim) -> Iterator[Witness]:
    """Points for a claim on matrices alone: every name the same matrix, or pairs of simple ones."""
    names = list(dict.fromkeys(str(t.data) for t in claim.terms() if t.op == "matrix"))
    values = constants(claim)
    for n in (1, 2, 3):
        several = matrices(n, values)
        for m in several:
            yield Witness(n, dict.fromkeys(names, m), {}, 1, {"n": n})
        if len(names) > 1:
            short = several[: int(800 ** (1 / len(names)))]
            for chosen in product(short, repeat=len(names)):
                yield Witness(n, dict(zip(names, chosen, strict=True)), {}, 1, {"n": n})
    if not names:
        for n in (1, 2, 3, 4, 10):
            yield Witness(n, {}, {}, 1, {"n": n})


def plain_points(about: Subject, plain: Plain, n: int, w: Rows, lag: int) -> Iterator[Witness]:
    """Points of a plain network with this matrix: the state is held where all slopes are rational, by the bias."""
    assert about.cell is not None
    d = about.cell.definition
    (state,) = d.states
    options = _STATES.get(plain.name) or (((F(0), F(0)),) if plain.name in _FROM_ZERO else None)
    free = {p.name: zero_weight(p, sizes_of(d, n)) for p in d.parameters}
    if options is None or plain.bias is None:
        yield point(d, n, free | {plain.matrix: w}, {state.name: (ZERO,) * n}, lag)
        return
    for chosen in _patterns(options, n):
        nets, values = [net for net, _ in chosen], [value for _, value in chosen]
        shift = [sum((v * x for v, x in zip(row, values, strict=True)), ZERO) for row in w]
        bias = tuple(_less(net, s) for net, s in zip(nets, shift, strict=True))
        if plain.post:
            yield point(d, n, free | {plain.matrix: w, plain.bias: (bias,)}, {state.name: tuple(values)}, lag)
        elif all(isinstance(net, Fraction) for net in nets):
            fixed = {state.name: tuple(F(net) for net in nets)}  # type: ignore[arg-type]
            yield point(d, n, free | {plain.matrix: w, plain.bias: (bias,)}, fixed, lag)


def moving_points(
    about: Subject, plain: Plain, claim: Claim, rng: np.random.Generator, count: int
) -> Iterator[Witness]:
    """Points of a plain network whose state moves: weights, bias and state at random among simple numbers."""
    assert about.cell is not None
    d = about.cell.definition
    pool = [F(0), F(1), F(-1), F(2), F(-2), F(1, 2), F(3), F(-4), *constants(claim)[:8]]
    for k in range(count):
        n = 1 if k < count // 4 else 2
        weights = {p.name: zero_weight(p, sizes_of(d, n)) for p in d.parameters}
        weights[plain.matrix] = tuple(tuple(_pick(rng, pool) for _ in range(n)) for _ in range(n))
        if plain.bias:
            weights[plain.bias] = (tuple(_pick(rng, pool) for _ in range(n)),)
        state = {d.states[0].name: tuple(_pick(rng, pool) for _ in range(n))}
        yield point(d, n, weights, state, int(rng.choice(lags(claim))))


def _patterns(options: tuple[tuple[Entry, Fraction], ...], n: int) -> list[tuple[tuple[Entry, Fraction], ...]]:
    same = [(option,) * n for option in options]
    mixed = (
        [(options[0],) + (options[1],) * (n - 1), (options[1],) + (options[0],) * (n - 1)] if len(options) > 1 else []
    )
    return list(dict.fromkeys(same + mixed))


def _less(net: Entry, shift: Fraction) -> Entry:
    return Inverse(net.function, net.value, net.shift - shift) if isinstance(net, Inverse) else net - shift


def zero_weight(p: Parameter, sizes: dict[str, int]) -> Any:
    """A weight of zeros: rows of a matrix, or one row for a vector or a diagonal."""
    if p.columns is None or p.kind == "diagonal":
        return ((ZERO,) * sizes[p.rows],)
    return tuple((ZERO,) * sizes[p.columns] for _ in range(sizes[p.rows]))


def sizes_of(d: Definition, n: int) -> dict[str, int]:
    """A number for every size label: one input, and n of all else."""
    labels = {*d.sizes.values(), *(x for p in d.parameters for x in (p.rows, p.columns) if x)}
    inputs = {d.sizes[x] for x in d.inputs} - {d.sizes[s] for s in d.states}
    return {label: 1 if label in inputs else n for label in labels}


def point(d: Definition, n: int, weights: Any, state: Any, lag: int, inputs: Any = None) -> Witness:
    """A point of a cell."""
    vectors = frozenset(p.name for p in d.parameters if p.columns is None or p.kind == "diagonal")
    return Witness(n, weights, state, lag, sizes_of(d, n), vectors, inputs or {})


def gated_points(about: Subject, claim: Claim, rng: np.random.Generator, count: int) -> Iterator[Witness]:
    """Points of any cell: one weight at a time, then a few at random; many with biases that make gates rational."""
    assert about.cell is not None
    d = about.cell.definition
    values = [v for v in constants(claim) if v][:8]
    pool = [F(1), F(2), F(4), F(-1), F(-2), F(-4), F(8), F(-8), F(1, 2), *values]
    biases: list[Entry] = [
        ZERO,
        Inverse("logistic", F(3, 4)),
        Inverse("logistic", F(1, 4)),
        Inverse("logistic", F(9, 10)),
    ]
    weighty = about.matrices  # dense or diagonal; the others are biases
    for n in (1, 2):
        sizes = sizes_of(d, n)
        inputs = {str(t.matrix) for node in d.nodes for t in node.terms if t.source in d.inputs}
        zero = {p.name: zero_weight(p, sizes) for p in d.parameters}
        rest = _rest(d, n, zero)
        free = [p for p in d.parameters if p.name not in inputs]
        direct = [x for x in d.inputs if any(node.expression is not None and x in node.sources for node in d.nodes)]
        yield from (point(d, n, zero, rest, lag) for lag in lags(claim))
        for p in free:
            for v in pool if p.name in weighty else biases[1:]:
                filled = tuple(tuple(v for _ in row) for row in zero[p.name])
                yield from (point(d, n, zero | {p.name: filled}, rest, lag) for lag in lags(claim))
        for _ in range(count // 2):
            weights = dict(zero)
            for p in free:
                if rng.random() < 0.5:
                    choices = pool if p.name in weighty else [*biases, F(1), F(-1), F(2), F(-3), F(4)]
                    weights[p.name] = tuple(tuple(_pick(rng, [ZERO, *choices]) for _ in row) for row in zero[p.name])
            start = rest
            if rng.random() < 0.4:
                start = {
                    name: tuple(_pick(rng, [F(0), F(1, 2), F(1), F(-1), F(2)]) for _ in row)
                    for name, row in rest.items()
                }
            given = {x.name: tuple(_pick(rng, pool) for _ in range(sizes[d.sizes[x]])) for x in direct}
            yield point(d, n, weights, start, int(rng.choice(lags(claim))), given)


def _rest(d: Definition, n: int, zero: Any) -> dict[str, tuple[Fraction, ...]]:
    """Where the state stays with all weights zero: 0, or what 0 becomes in one step."""
    rest = {s.name: (ZERO,) * sizes_of(d, n)[d.sizes[s]] for s in d.states}
    try:
        new = step(d, point(d, n, zero, rest, 1), rest, truncated=False).state
    except (NotSmooth, ArithmeticError):
        return rest
    settled = {name: row for name, row in new.items() if all(isinstance(v, Fraction) for v in row)}
    return settled if len(settled) == len(rest) else rest


def _pick(rng: np.random.Generator, values: list[Any]) -> Any:
    return values[int(rng.integers(len(values)))]
