"""Completes outlines to certificates. Nothing here is trusted: the kernel replays whatever it proposes.

`python -m errorflow.proof.search.finder` writes the certificates of all theorems, or of those named, afresh.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from sympy import Poly, Rational, Symbol, factor_list, reduced

from ..checker.declarations import begin
from ..checker.facts import knows, learn
from ..checker.kernel import accumulation
from ..checker.meaning import expand, later
from ..checker.polynomial import (
    Claim,
    Monomial,
    Polynomial,
    Refused,
    add,
    constant,
    multiply,
    parse_claim,
    parse_expression,
)
from ..checker.rules import run
from ..checker.state import State
from ..checker.statement import Statement
from ..theorems.registry import THEOREMS
from ..theorems.theorem import Theorem
from .outlines import OUTLINES
from .simplex import combination

_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
CERTIFICATES = Path(__file__).resolve().parents[1] / "certificates"


def find(theorem: Theorem) -> list[Any]:
    """The certificate of a theorem, one entry for each part. Raises Refused where no completion is found."""
    statement: Statement = theorem.statement
    state, plan = begin(statement), statement.recurrence
    for text in statement.assume + (plan.always if plan else ()):
        learn(state, parse_claim(text))
    parts: list[Any] = []
    for part, outline in zip(statement.parts, OUTLINES[theorem.name], strict=True):
        inner = state.copy()
        for text in part.assume:
            learn(inner, parse_claim(text))
        if part.induction and plan:
            base, step = inner.copy(), inner.copy()
            for text in plan.base:
                learn(base, parse_claim(text))
            for text in plan.step + part.conclude:
                learn(step, parse_claim(text))
            for text in plan.always:
                learn(step, later(parse_claim(text), state.indexed))
            for sequence in plan.accumulate:
                first, following = accumulation(sequence, plan, state.indexed)
                learn(base, Claim((first,)))
                learn(step, Claim((following,)))
            parts.append({"base": complete(base, outline["base"]), "step": complete(step, outline["step"])})
        else:
            parts.append(complete(inner, outline))
        if not part.assume:
            for text in part.conclude:
                learn(state, parse_claim(text))
    return parts


def complete(state: State, outline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps of an outline with their cofactors and sums of products, each replayed before the next is tried."""
    steps = []
    for given in outline:
        step = {key: value for key, value in given.items() if key not in ("factors", "equations", "degree")}
        if step["rule"] == "identity" and "using" not in step:
            step["using"] = _cofactors(state, step["goal"], given["equations"])[0]
        elif step["rule"] in ("positive", "sign") and not {"terms", "factor"} & set(step):
            step |= _products(state, given)
        elif step["rule"] == "sturm":
            step |= _square_and_rest(state, step["goal"])
        elif step["rule"] == "equivalent":
            claim = parse_claim(step["goal"])
            for side, key in ((claim.chain, "forward"), (claim.iff, "backward")):
                inner = state.copy()
                learn(inner, Claim(side))
                step[key] = complete(inner, given[key])
        elif step["rule"] == "contradiction":
            inner, r = state.copy(), parse_claim(step["goal"]).chain[0]
            learn(inner, Claim((type(r)(r.left, _OPPOSITE[r.symbol], r.right),)))
            step["steps"] = complete(inner, given["steps"])
        elif step["rule"] == "cases":
            r = parse_claim(step["on"]).chain[0]
            for key, symbol in (("yes", r.symbol), ("no", _OPPOSITE[r.symbol])):
                inner = state.copy()
                learn(inner, Claim((type(r)(r.left, symbol, r.right),)))
                step[key] = complete(inner, given[key])
        elif step["rule"] == "mean_value":
            inner, y = state.copy(), step["at"]
            if parse_claim(step["goal"]).chain[0].symbol != "=":
                learn(inner, parse_claim(f"{step['from'][y]} < {y} < {step['to'][y]}"))
            step["steps"] = complete(inner, given["steps"])
        run(state, [step])
        steps.append(step)
    return steps


def _difference(state: State, goal: str) -> Polynomial:
    r = parse_claim(goal).chain[0]
    left, right = expand(r.left, state), expand(r.right, state)
    return add(right, left, -1) if r.symbol in ("<", "<=") else add(left, right, -1)


def _text(p: Polynomial) -> str:
    """The polynomial in the grammar of claims."""
    terms = []
    for (reals, word), c in sorted(p.items()):
        names = [n if k == 1 else f"{n}**{k}" for n, k in ((n, len(list(g))) for n, g in itertools.groupby(reals))]
        factors = ([] if abs(c) == 1 and (reals or word) else [str(abs(c))]) + names + list(word)
        terms.append((" - " if c < 0 else " + ") + "*".join(factors))
    text = "".join(terms) or " + 0"
    return ("-" if text.startswith(" - ") else "") + text[3:]


def _cofactors(state: State, goal: str, equations: Sequence[str]) -> tuple[list[list[str]], Polynomial]:
    """Cofactors of the equations in the goal's difference, and what remains of it."""
    return _reduced(state, _difference(state, goal), equations)


def _reduced(state: State, p: Polynomial, equations: Sequence[str]) -> tuple[list[list[str]], Polynomial]:
    rest, using = _rewrite(state, p, equations)
    if rest and not any(word for _, word in rest):
        more, rest = _divide(state, rest, equations)
        using += more
    return using, rest


def _rewrite(state: State, p: Polynomial, equations: Sequence[str]) -> tuple[Polynomial, list[list[str]]]:
    """p with the left side of each equation replaced by its right side for as long as that is possible."""
    found: dict[tuple[str, str, str], Polynomial] = {}
    for _ in range(200):
        hit = _first_hit(state, p, equations)
        if hit is None:
            break
        equation, left, right, remove = hit
        p = add(p, remove, -1)
        key = (equation, "", _text(right))
        word_left = left
        found[key] = add(found.get(key, {}), word_left)
    using = []
    for (equation, _, right_text), left in found.items():
        if left:
            using.append([_text(left), equation] + ([right_text] if right_text != "1" else []))
    return p, using


def _first_hit(
    state: State, p: Polynomial, equations: Sequence[str]
) -> tuple[str, Polynomial, Polynomial, Polynomial] | None:
    for equation in equations:
        r = parse_claim(equation).chain[0]
        head, tail = expand(r.left, state), expand(r.right, state)
        if len(head) != 1:
            continue
        (((reals, word), scale),) = head.items()
        for (xs, ws), c in p.items():
            rest = list(xs)
            try:
                for name in reals:
                    rest.remove(name)
            except ValueError:
                continue
            places = [i for i in range(len(ws) - len(word) + 1) if ws[i : i + len(word)] == word]
            if not places or (not reals and not word):
                continue
            i = places[0]
            left: Polynomial = {(tuple(rest), ws[:i]): c / scale}
            right: Polynomial = {((), ws[i + len(word) :]): Fraction(1)}
            return equation, left, right, multiply(multiply(left, add(head, tail, -1)), right)
    return None


def _sympy(p: Polynomial) -> Any:
    total: Any = 0
    for (reals, _), c in p.items():
        term: Any = Rational(c.numerator, c.denominator)
        for name in reals:
            term *= Symbol(name)
        total += term
    return total


def _back(expression: Any) -> Polynomial:
    p: Polynomial = {}
    symbols = sorted(expression.free_symbols, key=str)
    if not symbols:
        return constant(Fraction(int(expression.p), int(expression.q)))
    for powers, c in Poly(expression, *symbols).terms():
        reals = tuple(sorted(n for s, k in zip(symbols, powers, strict=True) for n in [str(s)] * k))
        p = add(p, {(reals, ()): Fraction(int(c.p), int(c.q))})
    return p


def _divide(state: State, p: Polynomial, equations: Sequence[str]) -> tuple[list[list[str]], Polynomial]:
    """Cofactors by polynomial division, trying the orders of the names until nothing remains."""
    ideal = [_sympy(_difference(state, e)) for e in equations]
    if not ideal:
        return [], p
    goal = _sympy(p)
    names = sorted(goal.free_symbols.union(*(e.free_symbols for e in ideal)), key=str)
    for order in itertools.islice(itertools.permutations(names), 720):
        for kind in ("lex", "grevlex"):
            quotients, rest = reduced(goal, ideal, *order, order=kind)
            if rest == 0:
                using = [[_text(_back(q)), e] for q, e in zip(quotients, equations, strict=True) if q != 0]
                return using, {}
    return [], p


def _products(state: State, step: Mapping[str, Any]) -> dict[str, Any]:
    """The terms of a positive combination that gives the goal, or the positive factor of a sign step."""
    p, using = _rewrite(state, _difference(state, step["goal"]), step["equations"])
    if step["rule"] == "sign":
        r = parse_claim(step["goal"]).iff[0]
        side = f"{_text(expand(r.left, state))} {r.symbol} {_text(expand(r.right, state))}"
        (quotient,), rest = reduced(_sympy(p), [_sympy(_difference(state, side))])
        if rest != 0:
            raise Refused(f"no factor found between the sides of {step['goal']!r}")
        p = _back(quotient)
    factors = list(step["factors"])
    if not factors and len(p) > 1:
        factors = [_text(_back(f)) for f, _ in factor_list(_sympy(p))[1]]
    zero = step.get("zero_iff")
    equations = step["equations"] if step["rule"] == "positive" else ()
    chosen = _search(state, p, factors, step, _text(_difference(state, zero)) if zero else "", equations)
    if chosen is None:
        raise Refused(f"no combination of {factors} up to degree {step['degree']} found for {step['goal']!r}")
    if step["rule"] == "positive":
        rest = _difference(state, step["goal"])
        for weight, used in chosen:
            term = expand(parse_expression(weight), state)
            for body, power in used:
                for _ in range(power):
                    term = multiply(term, expand(parse_expression(body), state))
            rest = add(rest, term, -1)
        using = _reduced(state, rest, equations)[0]
    out: dict[str, Any] = {"factor" if step["rule"] == "sign" else "terms": chosen}
    return out | ({"using": using} if using else {})


def _square_and_rest(state: State, goal: str) -> dict[str, str]:
    """The difference of a goal as a square, of its factors of even power, times what has no root twice."""
    p = _difference(state, goal)
    coefficient, factors = factor_list(_sympy(p))
    strict = parse_claim(goal).chain[0].symbol in "<>"
    square, rest = Rational(1), coefficient
    for factor, power in factors:
        square *= 1 if strict else factor ** (power // 2)
        rest *= factor ** (power if strict else power % 2)
    return {"square": _text(_back(square.expand())), "rest": _text(_back(rest.expand()))}


def _search(
    state: State, p: Polynomial, factors: list[str], step: Mapping[str, Any], zero: str, equations: Sequence[str]
) -> list[Any] | None:
    degree = step["degree"]
    bodies = {f: expand(parse_expression(f), state) for f in factors}
    products: list[tuple[list[Any], Polynomial, bool]] = []
    for powers in itertools.product(range(degree + 1), repeat=len(factors)):
        if sum(powers) > degree:
            continue
        used = [(f, k) for f, k in zip(factors, powers, strict=True) if k]
        if any(k % 2 and not knows(state, ">=", bodies[f]) for f, k in used) or (zero and not used):
            continue
        if zero and not any(_equal(state, bodies[f], zero) for f, _ in used):
            continue
        body, strict = constant(1), True
        for f, k in used:
            for _ in range(k):
                body = multiply(body, bodies[f])
            strict = strict and knows(state, ">", bodies[f])
        body = _rewrite(state, body, equations)[0]
        products.append(([[f, k] for f, k in used], body, strict or bool(zero and len(used) == 1)))
    rows: list[Monomial] = sorted({m for _, body, _ in products for m in body} | set(p))
    columns = [[body.get(m, Fraction(0)) for m in rows] for _, body, _ in products]
    weights = combination(columns, [p.get(m, Fraction(0)) for m in rows], [s for _, _, s in products])
    if weights is None:
        return None
    return [[str(w), used] for w, (used, _, _) in zip(weights, products, strict=True) if w]


def _equal(state: State, p: Polynomial, text: str) -> bool:
    q = expand(parse_expression(text), state)
    return not add(p, q, -1) or not add(p, q)


def text_of(theorem: Theorem) -> str:
    """The JSON text of a theorem's certificate, as it is stored."""
    return json.dumps({"theorem": theorem.name, "parts": find(theorem)}, indent=1) + "\n"


def main(names: Sequence[str]) -> int:
    """Write the certificates of the theorems named, or of all; 1 if one is not found."""
    failed = 0
    for theorem in THEOREMS:
        if names and theorem.name not in names:
            continue
        try:
            text = text_of(theorem)
        except Refused as refusal:
            print(f"{theorem.name}: {refusal}", file=sys.stderr)
            failed = 1
            continue
        (CERTIFICATES / f"{theorem.name}.json").write_text(text, encoding="utf-8")
        print(theorem.name)
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
