"""One step of a cell and its Jacobian, by numbers that carry their derivatives, in exact or certified arithmetic.

This is a second way to the Jacobian: it reads the definition of the cell alone, not the derivation of `calculus`, nor
anything that the search computes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from errorflow.activations import BY_FUNCTION
from errorflow.calculus.edges import edges
from errorflow.conjecture.exact import ONE, ZERO, Inverse, Value, ball, over, plus, sign, times, to_power
from errorflow.conjecture.norms import Matrix
from errorflow.conjecture.witness import Witness
from errorflow.definition import Definition, New


class NotSmooth(ValueError):
    """A value stands on a kink, or cannot be told from one, or has no closed arithmetic here."""


@dataclass(frozen=True)
class Dual:
    """A number and its derivative in every entry of the old state."""

    value: Value
    slopes: tuple[Value, ...]


@dataclass(frozen=True)
class Step:
    """The state after one step, the Jacobian of the joint state, and the inner vectors by name."""

    state: dict[str, tuple[Value, ...]]
    jacobian: Matrix
    inner: dict[str, tuple[Value, ...]]


def step(definition: Definition, point: Witness, state: Mapping[str, Sequence[Value]], *, truncated: bool) -> Step:
    """One step from `state`, with the weights and the inputs of the point.

    Raises: NotSmooth at a kink.
    """
    width = sum(len(state[s.name]) for s in definition.states)
    vectors: dict[sympy.Symbol, list[Dual]] = {}
    place = 0
    for s in definition.states:
        vectors[s] = []
        for value in state[s.name]:
            vectors[s].append(Dual(value, tuple(ONE if k == place else ZERO for k in range(width))))
            place += 1
    for x in definition.inputs:
        given = point.inputs.get(x.name, (ZERO,) * point.sizes[definition.sizes[x]])
        vectors[x] = [_constant(v, width) for v in given]
    cut = _cut(definition) if truncated else {}
    for node in definition.nodes:
        units = point.sizes[definition.sizes[node.symbol]]
        if node.expression is not None:
            rows = [{s: vectors[s][k] for s in node.sources} for k in range(units)]
            vectors[node.symbol] = [_evaluate(node.expression, row, width) for row in rows]
            continue
        found = [_constant(ZERO, width)] * units
        for k, term in enumerate(node.terms):
            source = vectors[term.source]
            if cut.get((node.symbol, k)):
                source = [_constant(v.value, width) for v in source]
            found = _mapped(found, point.weights[str(term.matrix)], source, diagonal=term.kind == "diagonal")
        if node.bias:
            (bias,) = point.weights[node.bias]
            found = [_added(v, _constant(b, width)) for v, b in zip(found, bias, strict=True)]
        vectors[node.symbol] = found
    new = {s.name: tuple(v.value for v in vectors[New(s)]) for s in definition.states}
    jacobian = tuple(v.slopes for s in definition.states for v in vectors[New(s)])
    inner = {s.name: tuple(v.value for v in found) for s, found in vectors.items() if not isinstance(s, New)}
    return Step(new, jacobian, inner)


def _cut(definition: Definition) -> dict[tuple[sympy.Symbol, int], bool]:
    """Which terms of which affine maps truncation cuts, by position."""
    found: dict[tuple[sympy.Symbol, int], bool] = {}
    affine = {node.symbol for node in definition.nodes if node.expression is None}
    count: dict[sympy.Symbol, int] = {}
    for edge in edges(definition):
        if edge.target in affine:
            place = count.get(edge.target, 0)
            found[edge.target, place] = edge.cut
            count[edge.target] = place + 1
    return found


def _constant(value: Value, width: int) -> Dual:
    return Dual(value, (ZERO,) * width)


def _added(a: Dual, b: Dual) -> Dual:
    return Dual(plus(a.value, b.value), tuple(plus(x, y) for x, y in zip(a.slopes, b.slopes, strict=True)))


def _scaled(c: Value, a: Dual, value: Value) -> Dual:
    return Dual(value, tuple(times(c, x) for x in a.slopes))


def _multiplied(a: Dual, b: Dual) -> Dual:
    slopes = (plus(times(a.value, y), times(b.value, x)) for x, y in zip(a.slopes, b.slopes, strict=True))
    return Dual(times(a.value, b.value), tuple(slopes))


def _mapped(total: list[Dual], rows: Sequence[Sequence[Value]], source: list[Dual], *, diagonal: bool) -> list[Dual]:
    if diagonal:
        return [_added(t, _scaled(w, v, times(w, v.value))) for t, w, v in zip(total, rows[0], source, strict=True)]
    found = []
    for t, row in zip(total, rows, strict=True):
        for w, v in zip(row, source, strict=True):
            t = _added(t, _scaled(w, v, times(w, v.value)))
        found.append(t)
    return found


def _evaluate(e: sympy.Expr, names: Mapping[sympy.Symbol, Dual], width: int) -> Dual:
    if e.is_Symbol:
        return names[e]
    if e.is_Rational:
        return _constant(Fraction(int(e.p), int(e.q)), width)
    if e == sympy.pi:
        return _constant(ball(ZERO).pi(), width)
    if e.is_Float:
        return _constant(Fraction(float(e)), width)
    if e.is_Add or e.is_Mul:
        join = _added if e.is_Add else _multiplied
        total = _evaluate(e.args[0], names, width)
        for arg in e.args[1:]:
            total = join(total, _evaluate(arg, names, width))
        return total
    if e.is_Pow:
        return _raised(_evaluate(e.base, names, width), e.exp)
    return _applied(e, names, width)


def _raised(a: Dual, exponent: sympy.Expr) -> Dual:
    try:
        if exponent.is_Integer:
            k = int(exponent)
            return _scaled(times(Fraction(k), to_power(a.value, k - 1)), a, to_power(a.value, k))
        if exponent == sympy.Rational(1, 2):
            value = ball(a.value).sqrt()
            return _scaled(over(Fraction(1, 2), value), a, value)
        if exponent == sympy.Rational(-1, 2):
            return _raised(_raised(a, sympy.Rational(1, 2)), sympy.Integer(-1))
    except ZeroDivisionError:
        raise NotSmooth("a power of zero") from None
    raise NotSmooth(f"the power {exponent}")


def _applied(e: sympy.Expr, names: Mapping[sympy.Symbol, Dual], width: int) -> Dual:
    if isinstance(e, sympy.Piecewise):
        for branch, condition in e.args:
            if condition == sympy.true:
                return _evaluate(branch, names, width)
            difference = _certain_sign(_evaluate(condition.gts - condition.lts, names, width))
            if difference > 0:
                return _evaluate(branch, names, width)
        raise NotSmooth(str(e))
    if isinstance(e, sympy.Max | sympy.Min):
        best, *others = (_evaluate(arg, names, width) for arg in e.args)
        for other in others:
            ahead = _certain_sign(_added(best, _scaled(-ONE, other, times(-ONE, other.value))))
            best = best if (ahead > 0) == isinstance(e, sympy.Max) else other
        return best
    (a,) = (_evaluate(arg, names, width) for arg in e.args)
    name = e.func.__name__
    if name == "Abs":
        return a if _certain_sign(a) > 0 else _scaled(-ONE, a, times(-ONE, a.value))
    if name in ("tanh", "logistic", "squash_in", "squash_out", "exp"):
        value, slope = _sigmoid(name, a.value)
        return _scaled(slope, a, value)
    if name in ("erf", "log", "sinh", "cosh", "sin", "cos", "asinh", "atan"):
        value, slope = _other(name, ball(a.value))
        return _scaled(slope, a, value)
    if e.func in BY_FUNCTION:
        symbol = sympy.Dummy(real=True)
        return _evaluate(BY_FUNCTION[e.func].definition(symbol), {symbol: a}, width)
    raise NotSmooth(f"the function {name}")


def _certain_sign(a: Dual) -> int:
    found = sign(a.value)
    if not found:
        raise NotSmooth("a value on a kink")
    return found


def _sigmoid(name: str, x: Value) -> tuple[Value, Value]:
    """The value and the slope, exact where x is 0 or the inverse of a rational."""
    if name == "exp":
        value = ONE if x == ZERO else ball(x).exp()
        return value, value
    if name in ("squash_in", "squash_out"):
        c = Fraction(4 if name == "squash_in" else 2)
        value, slope = _sigmoid("logistic", x)
        return plus(times(c, value), -c / 2), times(c, slope)
    value = Fraction(0 if name == "tanh" else 1, 2) if isinstance(x, Fraction) and not x else None
    if isinstance(x, Inverse) and not x.shift and x.function == name:
        value = x.value
    if name == "tanh":
        value = ball(x).tanh() if value is None else value
        return value, plus(ONE, times(-ONE, times(value, value)))
    if value is None:
        value = 1 / (1 + (-ball(x)).exp())
        return value, 1 / (2 + ball(x).exp() + (-ball(x)).exp())
    return value, times(value, plus(ONE, times(-ONE, value)))


def _other(name: str, x: Value) -> tuple[Value, Value]:
    if name == "erf":
        return x.erf(), 2 * (-x * x).exp() / x.pi().sqrt()
    if name == "log":
        return x.log(), 1 / x
    if name == "asinh":
        return x.asinh(), 1 / (1 + x * x).sqrt()
    if name == "atan":
        return x.atan(), 1 / (1 + x * x)
    slope = {"sinh": "cosh", "cosh": "sinh", "sin": "cos", "cos": "sin"}[name]
    turned = getattr(x, slope)()
    return getattr(x, name)(), -turned if name == "cos" else turned
