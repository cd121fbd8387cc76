"""The rules of the checker; each adds a fact that follows from those before it, or refuses the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from .axioms import AXIOMS
from .facts import (
    Fact, State, definition, expand, fact, known, knows, learn, linked, names_of, next_index, reached, single, variable,
)
from .polynomial import (
    LARGEST_EXPONENT, ONE, Claim, Polynomial, Refused, Relation, Tree, add, constant, multiply, names_in, parse_claim,
    parse_expression,
)

Steps = Sequence[Mapping[str, Any]]
Grid = list[list[Polynomial]]


def run(state: State, steps: Steps) -> None:
    """Replay the steps in order; every step must follow from what is known before it."""
    for step in steps:
        rule = RULES.get(step["rule"])
        if rule is None:
            raise Refused(f"rule must be one of {sorted(RULES)}, got {step['rule']!r}")
        rule(state, step)


def _expression(state: State, text: str) -> Polynomial:
    return expand(parse_expression(text), state)


def _goal(state: State, step: Mapping[str, Any]) -> tuple[Claim, str, Polynomial]:
    """The single comparison that a step wants, as `p symbol 0` with p not rescaled."""
    claim = parse_claim(step["goal"])
    if len(claim.chain) != 1:
        raise Refused(f"a step must prove one comparison, got {step['goal']!r}")
    r = claim.chain[0]
    p = add(expand(r.left, state), expand(r.right, state), -1)
    if r.symbol != "=" and any(word for _, word in p):
        raise Refused("only reals can be compared by size")
    return claim, {"<": ">", "<=": ">="}.get(r.symbol, r.symbol), add({}, p, -1) if r.symbol in ("<", "<=") else p


def _combination(state: State, using: Sequence[Sequence[str]]) -> Polynomial:
    """The sum of left * (equation) * right over known equations: zero, whatever the cofactors are."""
    total: Polynomial = {}
    for left, equation, *right in using:
        claim = parse_claim(equation)
        if len(claim.chain) != 1 or claim.iff or claim.chain[0].symbol != "=" or not known(state, claim):
            raise Refused(f"{equation!r} must be an equation that is known")
        r = claim.chain[0]
        p = add(expand(r.left, state), expand(r.right, state), -1)
        p = multiply(_expression(state, left), p)
        total = add(total, multiply(p, _expression(state, right[0])) if right else p)
    return total


def _identity(state: State, step: Mapping[str, Any]) -> None:
    claim, symbol, p = _goal(state, step)
    if symbol != "=" or claim.iff or add(p, _combination(state, step.get("using", ())), -1):
        raise Refused(f"{step['goal']!r} must follow from the equations it uses")
    learn(state, claim)


def _sum_of_products(state: State, terms: Sequence[Any]) -> tuple[Polynomial, list[tuple[bool, list[Fact]]]]:
    """The polynomial of a sum of nonnegative products, and of each product whether it is positive, and its factors."""
    total, products = constant(0), []
    for coefficient, factors in terms:
        term, strict = _expression(state, coefficient), True
        if set(term) != {ONE} or term[ONE] <= 0:
            raise Refused(f"a coefficient must be a positive number, got {coefficient!r}")
        for text, exponent in factors:
            b = _expression(state, text)
            if exponent not in range(1, LARGEST_EXPONENT + 1) or any(word for _, word in b):
                raise Refused(f"a factor must be a real with an exponent from 1 on, got {text!r}")
            if exponent % 2 and not knows(state, ">=", b):
                raise Refused(f"{text} must be known to be nonnegative")
            strict = strict and (knows(state, ">", b) or (exponent % 2 == 0 and knows(state, ">", add({}, b, -1))))
            term = reduce(multiply, [b] * exponent, term)
        total = add(total, term)
        products.append((strict, [fact("=", _expression(state, text)) for text, _ in factors]))
    return total, products


def _positive(state: State, step: Mapping[str, Any]) -> None:
    claim, symbol, p = _goal(state, step)
    total, products = _sum_of_products(state, step["terms"])
    if symbol == "=" or claim.iff or add(add(p, _combination(state, step.get("using", ())), -1), total, -1):
        raise Refused(f"{step['goal']!r} must equal the sum of its terms")
    if symbol == ">" and not any(strict for strict, _ in products):
        raise Refused(f"{step['goal']!r} must have a term that is positive")
    learn(state, claim)
    if "zero_iff" in step:
        zero = parse_claim(step["zero_iff"])
        b = single(zero.chain[0], state)
        alone = [t for t, (_, factors) in zip(step["terms"], products, strict=True) if {b} == set(factors)]
        if b[0] != "=" or not alone or not all(b in factors for _, factors in products):
            raise Refused(f"{step['zero_iff']!r} must be a factor of every term, and one term its power alone")
        state.equivalences.add((fact("=", p), b))


def _sign(state: State, step: Mapping[str, Any]) -> None:
    claim, _, p = _goal(state, step)
    if len(claim.iff) != 1:
        raise Refused(f"{step['goal']!r} must be an equivalence of two comparisons")
    r = claim.iff[0]
    b = add(expand(r.left, state), expand(r.right, state), -1)
    b = add({}, b, -1) if r.symbol in ("<", "<=") else b
    factor, products = _sum_of_products(state, step["factor"])
    difference = add(p, _combination(state, step.get("using", ())), -1)
    if not any(strict for strict, _ in products) or add(difference, multiply(factor, b), -1):
        raise Refused(f"{step['goal']!r} must have sides that differ by a positive factor")
    for symbol in ("=", ">", ">="):
        for sign in (1, -1):
            left, right = multiply(p, constant(sign)), multiply(b, constant(sign))
            state.equivalences.add((fact(symbol, left), fact(symbol, right)))
    if not known(state, claim):
        raise Refused(f"{step['goal']!r} must compare both sides alike")


def _axiom(state: State, step: Mapping[str, Any]) -> None:
    axiom = AXIOMS.get(step["name"])
    if axiom is None:
        raise Refused(f"axiom must be one of {sorted(AXIOMS)}, got {step['name']!r}")
    places: dict[str, Tree] = {}
    for value, function, argument in axiom.values:
        name = step["at"][value]
        defined, tree = definition(name, state)
        if defined != function:
            raise Refused(f"{name!r} must be a value of {function}")
        places |= {value: Tree("name", name=name), argument: tree}

    def put(tree: Tree) -> Tree:
        return places[tree.name] if tree.head == "name" else Tree(
            tree.head, tuple(put(part) for part in tree.parts), tree.name, tree.number
        )

    def placed(text: str) -> Claim:
        claim = parse_claim(text)
        chain, iff = (tuple(Relation(put(r.left), r.symbol, put(r.right)) for r in c) for c in (claim.chain, claim.iff))
        return Claim(chain, iff)

    for text in axiom.premises:
        if not known(state, placed(text)):
            raise Refused(f"{step['name']} needs {text}")
    for text in axiom.conclusions:
        learn(state, placed(text))
    state.axioms.add(step["name"])


def _add_up(state: State, step: Mapping[str, Any]) -> None:
    statement, source = state.statement, parse_claim(step["of"])
    if len(source.chain) != 1 or not known(state, source) or source.iff or state.one_unit:
        raise Refused(f"{step['of']!r} must be known for every l")
    _, symbol, given = _goal(state, {"goal": step["of"]})
    claim, wanted, p = _goal(state, step)
    free = _expression(state, step.get("constant", "0"))
    left, total, counts = dict(free), {}, set()
    parts = [(free, None)] + [(_expression(state, text), name) for name, text in step["parts"].items()]
    for coefficient, name in parts:
        if state.runs(coefficient) or any(word for _, word in coefficient):
            raise Refused("a coefficient must not depend on l")
        if name is not None:
            count, term = next(((c, t) for n, c, t in statement.sums if n == name), ("", ""))
            if not count:
                raise Refused(f"{name!r} must be a sum")
            counts.add(count)
            left = add(left, multiply(coefficient, _expression(state, term)))
            total = add(total, multiply(coefficient, variable(name, state)))
    if len(counts) != 1 or add(left, given, -1):
        raise Refused(f"{step['of']!r} must be the summand")
    count = counts.pop()
    if count not in statement.integer or not knows(state, ">=", variable(count, state)):
        raise Refused(f"{count!r} must be an integer known to be at least 0")
    total = add(total, multiply(free, variable(count, state)))
    if claim.iff or wanted != ("=" if symbol == "=" else ">=") or add(total, p, -1):
        raise Refused(f"{step['goal']!r} must be the sum over l")
    learn(state, claim)


def _grid(tree: Tree, state: State) -> Grid | Polynomial:
    """The entries of a matrix expression, or the polynomial of one that is not a matrix of blocks."""
    if tree.head == "name":
        for name, rows in state.statement.blocks:
            if tree.name in (name, name + "'"):
                cells = [[parse_expression(entry) for entry in row] for row in rows]
                if tree.name != name:
                    cells = [[next_index(cell, state.indexed) for cell in row] for row in cells]
                return [[expand(cell, state) for cell in row] for row in cells]
    if tree.head in ("number", "name", "d"):
        return expand(tree, state)
    inner = [_grid(part, state) for part in tree.parts]
    if all(isinstance(x, dict) for x in inner):
        return expand(tree, state)
    a, b = inner[0], inner[-1]
    if tree.head in ("+", "-") and isinstance(a, list) and isinstance(b, list):
        factor = 1 if tree.head == "+" else -1
        return [[add(x, y, factor) for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]
    if tree.head == "*" and isinstance(a, list) and isinstance(b, list):
        if len(a[0]) != len(b):
            raise Refused("blocks must fit to be multiplied")
        return [[reduce(add, (multiply(x, row[j]) for x, row in zip(r, b, strict=True))) for j in range(len(b[0]))]
                for r in a]
    if tree.head == "*" and isinstance(a, dict) and isinstance(b, list) and not any(word for _, word in a):
        return [[multiply(a, y) for y in row] for row in b]
    raise Refused(f"{tree.head!r} is not defined for blocks")


def _blocks(state: State, step: Mapping[str, Any]) -> None:
    claim = parse_claim(step["goal"])
    r = claim.chain[0]
    left, right = _grid(r.left, state), _grid(r.right, state)
    if len(claim.chain) != 1 or claim.iff or r.symbol != "=" or not isinstance(left, list):
        raise Refused(f"{step['goal']!r} must be one equation of blocks")
    if isinstance(right, dict):
        if right and [len(row) for row in left] != [1]:
            raise Refused("blocks must be compared with blocks or with 0, a single one with its entry")
        right = [[right for _ in row] for row in left]
    if [len(row) for row in left] != [len(row) for row in right]:
        raise Refused(f"{step['goal']!r} must have sides of one shape")
    using = step.get("using", {})
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        for j, (x, y) in enumerate(zip(a, b, strict=True)):
            if add(add(x, y, -1), _combination(state, using.get(f"{i},{j}", ())), -1):
                raise Refused(f"{step['goal']!r} must hold entry by entry, which {i},{j} does not")
    learn(state, claim)


def _integer(state: State, step: Mapping[str, Any]) -> None:
    claim, symbol, p = _goal(state, step)
    whole = {name for reals, _ in p for name in reals} <= set(state.statement.integer)
    whole = whole and all(c.denominator == 1 for c in p.values())
    if claim.iff or symbol != ">=" or not whole or not knows(state, ">", add(p, constant(1))):
        raise Refused(f"{step['goal']!r} must be an integer known to be above -1")
    learn(state, claim)


def _exponential(state: State, step: Mapping[str, Any]) -> None:
    claim, symbol, p = _goal(state, step)
    function, argument = definition(step["value"], state)
    a, value = expand(argument, state), variable(step["value"], state)
    x, terms = a.get(ONE, Fraction(0)), int(step["terms"])
    if function != "exp" or set(a) - {ONE} or x < 0 or not x < terms + 1 or terms > 200:
        raise Refused("the bound is on exp of a number from 0 to below the number of terms + 1, at most 200")
    powers = [Fraction(1)]
    for k in range(1, terms + 1):
        powers.append(powers[-1] * x / k)
    lower = sum(powers[:-1], Fraction(0))
    upper = lower + powers[-1] * (terms + 1) / (terms + 1 - x)
    ((only, _),) = value.items()
    k = p.get(only, Fraction(0))
    bound = add(value, constant(lower), -1) if k > 0 else add(constant(upper), value, -1)
    slack = add(p, bound, -abs(k))
    if claim.iff or symbol == "=" or set(slack) - {ONE} or slack.get(ONE, Fraction(0)) <= 0:
        raise Refused(f"{step['goal']!r} must be looser than the series gives")
    learn(state, claim)


def _apply(state: State, step: Mapping[str, Any]) -> None:
    goal, source = parse_claim(step["goal"]), parse_claim(step["from"])
    if goal.iff or source.iff or not known(state, source) or not known(state, Claim(goal.chain, source.chain)):
        raise Refused(f"{step['goal']!r} must be known to be equivalent to {step['from']!r}, which must be known")
    learn(state, goal)


def _about_one_unit(state: State, chain: tuple[Relation, ...]) -> bool:
    return state.runs(*(expand(side, state) for r in chain for side in (r.left, r.right)))


def _equivalent(state: State, step: Mapping[str, Any]) -> None:
    claim = parse_claim(step["goal"])
    for given, wanted, steps in ((claim.chain, claim.iff, "forward"), (claim.iff, claim.chain, "backward")):
        inner = state.copy(one_unit=_about_one_unit(state, given))
        learn(inner, Claim(given))
        run(inner, step[steps])
        if not wanted or not known(inner, Claim(wanted)):
            raise Refused(f"{steps} proof of {step['goal']!r} must reach the other side")
    learn(state, claim)


def _contradiction(state: State, step: Mapping[str, Any]) -> None:
    claim, symbol, p = _goal(state, step)
    if symbol == "=" or claim.iff:
        raise Refused("only an inequality can be proved by contradiction")
    inner = state.copy(one_unit=state.runs(p))
    inner.facts.add(fact(">=" if symbol == ">" else ">", add({}, p, -1)))
    run(inner, step["steps"])
    if (">", frozenset()) not in inner.facts:
        raise Refused(f"the negation of {step['goal']!r} must prove 0 > 0")
    learn(state, claim)


def _cases(state: State, step: Mapping[str, Any]) -> None:
    goal, on = parse_claim(step["goal"]), parse_claim(step["on"])
    _, symbol, p = _goal(state, {"goal": step["on"]})
    if symbol == "=" or on.iff or goal.iff:
        raise Refused("cases must be split on an inequality")
    for given, steps in (((symbol, p), "yes"), ((">=" if symbol == ">" else ">", add({}, p, -1)), "no")):
        inner = state.copy(one_unit=state.runs(p))
        inner.facts.add(fact(*given))
        run(inner, step[steps])
        if not known(inner, goal):
            raise Refused(f"case {steps!r} must reach {step['goal']!r}")
    learn(state, goal)


def _mean_value(state: State, step: Mapping[str, Any]) -> None:
    """f(b) > f(a) for a < b, since f' > 0 at every y between them; f(b) = f(a) for any a and b, since f' = 0."""
    y, tree = step["at"], parse_expression(step["function"])
    moving = frozenset({y})
    for name, _, argument in state.statement.let:
        moving |= {name} if names_in(parse_expression(argument)) & moving else frozenset()
    mentioned = {n for _, p in state.facts for (reals, _), _ in p for n in reals}
    mentioned |= {n for pair in state.equivalences for _, p in pair for (reals, _), _ in p for n in reals}
    touched = moving | linked(moving, state)
    if touched & mentioned or moving & (state.indexed | state.running) or y not in state.statement.real:
        raise Refused(f"nothing may be known of {y!r}, which runs between the ends")
    ends = [_end(state, expand(tree, state), moving, y, step[place]) for place in ("from", "to")]
    (a, start), (b, end) = ends
    claim, symbol, p = _goal(state, step)
    inner, here = state.copy(one_unit=state.runs(a, b)), variable(y, state)
    if symbol != "=":
        if not knows(state, ">", add(b, a, -1)):
            raise Refused(f"{step['to'][y]!r} must be known to be above {step['from'][y]!r}")
        inner.facts |= {fact(">", add(here, a, -1)), fact(">", add(b, here, -1))}
    run(inner, step["steps"])
    slope = expand(Tree("d", (tree,), name=y), state)
    if claim.iff or not knows(inner, symbol, slope) or add(p, add(end, start, -1), -1):
        raise Refused(f"{step['goal']!r} must follow from the sign of the slope in between")
    learn(state, claim)


def _end(
    state: State, function: Polynomial, moving: frozenset[str], y: str, put: Mapping[str, str]
) -> tuple[Polynomial, Polynomial]:
    """One end of the range of y, and the value of the function there: y and the values at y replaced one by one."""
    places = {y: variable(put[y], state)}
    for name, kind, argument in state.statement.let:
        if name in moving and kind and name in put:
            other, wanted = definition(put[name], state)
            there = _placed(_expression(state, argument), places)
            if kind != other or add(there, expand(wanted, state), -1):
                raise Refused(f"{put[name]!r} must be {name!r} at {put[y]!r}")
            places[name] = variable(put[name], state)
    value = _placed(function, places)
    names = names_of(value) | names_of(places[y])
    used = frozenset[str]().union(*(reached(Tree("name", name=n), state) for n in names))
    if used & (moving | linked(moving, state)):
        raise Refused(f"the ends must not depend on {y!r}, which runs between them")
    return places[y], value


def _placed(p: Polynomial, places: Mapping[str, Polynomial]) -> Polynomial:
    """The polynomial with names replaced."""
    total: Polynomial = {}
    for (reals, word), c in p.items():
        kept: Polynomial = {(tuple(n for n in reals if n not in places), word): c}
        total = add(total, reduce(multiply, (places[n] for n in reals if n in places), kept))
    return total


RULES: dict[str, Callable[[State, Mapping[str, Any]], None]] = {
    "identity": _identity, "positive": _positive, "sign": _sign, "axiom": _axiom, "sum": _add_up, "blocks": _blocks,
    "integer": _integer, "exponential": _exponential, "apply": _apply, "equivalent": _equivalent,
    "contradiction": _contradiction, "cases": _cases, "mean_value": _mean_value,
}
