"""Proofs of claims: from the theorems, standard inequalities between norms, and the derivation of the cell.

Every theorem that is named is checked anew by the kernel before the claim is called proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from errorflow.conjecture import inequalities as known
from errorflow.conjecture.direct import Proof, of_a_kind, of_blocks, of_slopes
from errorflow.conjecture.implication import implied
from errorflow.conjecture.memory_cell import of_an_lstm
from errorflow.conjecture.monomials import Line, Monomial, NotMonomial, constant, lines, monomial, summands
from errorflow.conjecture.sentences import condition_text
from errorflow.conjecture.subject import Subject
from errorflow.conjecture.terms import Claim, Compare, Condition, Fate, Kind, Term
from errorflow.proof import prove

_ONE = Monomial()
_CONSTANTS = "both sides are one product, but for a constant"
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_NOT = {"vanishes": "never vanishes", "never vanishes": "vanishes", "explodes": "never explodes",
        "never explodes": "explodes"}  # fmt: skip


def proof(claim: Claim, about: Subject) -> Proof | None:
    """A proof of the claim, or None where none was found."""
    total = Proof((), ())
    for conclusion in claim.conclusions:
        found = _conclusion(conclusion, claim, about) or _reversed(conclusion, claim, about)
        if found is None:
            return None
        total = total.and_(found)
    if any(report.verdict != "proved" for report in prove(list(total.theorems))):
        return None
    return total.and_(Proof((), _notes(claim, about)))


def _notes(claim: Claim, about: Subject) -> tuple[str, ...]:
    """What a proof does not show: that the hypotheses cannot be met, or are not needed."""
    if not claim.hypotheses:
        return ()
    absurd = Line(constant(Fraction(2)), _ONE, False, "")
    if _by_lines(absurd, _given(claim, about), claim, about):
        return ("the hypotheses exclude one another, so that this says nothing",)
    free = replace(claim, hypotheses=())
    if all(_conclusion(conclusion, free, about) for conclusion in claim.conclusions):
        return ("no hypothesis is needed",)
    return ()


def _conclusion(conclusion: Condition, claim: Claim, about: Subject) -> Proof | None:
    if conclusion in claim.hypotheses:
        return Proof((), ("it is one of the hypotheses",))
    if isinstance(conclusion, Fate):
        return _fate(conclusion.name, claim, about)
    if isinstance(conclusion, Kind):
        return of_a_kind(conclusion, claim)
    if conclusion.left.is_matrix or conclusion.right.is_matrix:
        return of_blocks(conclusion, about)
    return of_slopes(conclusion) or _comparison(conclusion, claim, about)


def _reversed(conclusion: Condition, claim: Claim, about: Subject) -> Proof | None:
    """By contraposition, where a hypothesis is a fate: the contrary of the conclusion excludes it."""
    if not isinstance(conclusion, Compare) or conclusion.sign not in _OPPOSITE or conclusion.left.is_matrix:
        return None
    opposite = replace(conclusion, sign=_OPPOSITE[conclusion.sign])
    for fate in claim.hypotheses:
        if isinstance(fate, Fate) and fate.name in _NOT:
            others = tuple(h for h in claim.hypotheses if h != fate)
            found = _fate(_NOT[fate.name], replace(claim, hypotheses=(*others, opposite)), about)
            if found:
                return Proof((), (f"by contraposition, from {condition_text(opposite)}",)).and_(found)
    return None


def _given(claim: Claim, about: Subject) -> list[Line]:
    """All lines that a proof may use."""
    found: list[Line] = [known.units()]
    for hypothesis in claim.hypotheses:
        found += lines(hypothesis, f"the hypothesis {condition_text(hypothesis)}")
    for matrix, size in known.matrices_of(claim, about).items():
        found += known.of_every_matrix(matrix, size)
    if about.cell is not None:
        found += known.of_flows(claim, about)
        found += known.of_gates(claim, about)
    return [line for line in found if _sound(line, about)]


def _sound(line: Line, about: Subject) -> bool:
    """Whether no atom can be negative: a gate must be logistic to stand in a monomial."""
    gates = [a.of for side in (line.lower, line.upper) for a in side.atoms if a.what in ("max", "min")]
    return all(about.unit_gate(str(gate)) for gate in gates)


def _comparison(conclusion: Compare, claim: Claim, about: Subject) -> Proof | None:
    total = Proof((), ())
    low, high = conclusion.left, conclusion.right
    pairs = {"<": [(low, high)], "<=": [(low, high)], ">": [(high, low)], ">=": [(high, low)]}
    given = _given(claim, about)
    for lower, upper in pairs.get(conclusion.sign, [(low, high), (high, low)]):
        found = next(_below(lower, upper, conclusion.sign in "<>", given, claim, about), None)
        if found is None:
            return None
        total = total.and_(found)
    return total


def _below(lower: Term, upper: Term, strict: bool, given: list[Line], claim: Claim, about: Subject) -> Iterator[Proof]:
    """Proofs that lower <= upper; of a sum above, one summand is enough where none is negative."""
    if lower.op == "number" and isinstance(lower.data, Fraction) and lower.data <= 0:
        parts = summands(upper)
        try:
            goals = [Line(_ONE, monomial(part), False, "") for part in parts]
        except NotMonomial:
            return
        if (not strict or lower.data < 0) and all(_sound(goal, about) for goal in goals):
            yield Proof((), ("norms, moduli and radii are not negative",))
        return
    for part in summands(upper):
        try:
            goal = Line(monomial(lower), monomial(part), strict and part is upper, "")
        except NotMonomial:
            continue
        if not _sound(goal, about) or (strict and part is not upper):
            continue
        found = _by_lines(goal, given, claim, about)
        if found:
            yield found


def _by_lines(goal: Line, given: list[Line], claim: Claim, about: Subject) -> Proof | None:
    """The goal as a product of lines, with what matrices of a kind have in common put in everywhere."""
    kinds = [h for h in claim.hypotheses if isinstance(h, Kind)]
    goal, of_the_goal = _for_kinds(goal, kinds)
    changed = [_for_kinds(line, kinds) for line in given]
    kills = {}
    if about.plain is not None:
        flows = [flow for flow in claim.flows() if isinstance(flow, Term)]
        kills[Term("matrix", data=about.plain.matrix)] = flows
    product = implied(goal, [line for line, _ in changed], kills)
    if product is None:
        return None
    used = [line for line, _ in sorted(product.used, key=lambda pair: pair[0].cost)]
    theorems = list(dict.fromkeys(line.theorem for line in used if line.theorem))
    if any(name.startswith("rnn.") for name in theorems) and about.plain is not None:
        theorems += [name for name in (known.slope_theorem(about),) if name and name not in theorems]
    divided = {a for line in used for a in line.upper.atoms} & {a for line in used for a in line.lower.atoms}
    divided |= set(goal.lower.atoms) & set(goal.upper.atoms)
    above_zero = [line for line, _ in changed if any(a.what == "some positive number" for a in line.lower.atoms)]
    used += [line for line in above_zero if divided & set(line.upper.atoms) and line not in used]
    reasons = [_said(line) for line in used] + list(of_the_goal)
    reasons += [said for line, why in changed if line in used for said in why]
    return Proof(tuple(theorems), tuple(dict.fromkeys(reasons)) or (_CONSTANTS,))


def _for_kinds(line: Line, kinds: list[Kind]) -> tuple[Line, tuple[str, ...]]:
    lower, why = known.equal_by_kind(kinds, line.lower)
    upper, more = known.equal_by_kind(kinds, line.upper)
    return replace(line, lower=lower, upper=upper), why + more


def _said(line: Line) -> str:
    return f"{line.theorem}: {line.why}" if line.theorem else line.why


def _fate(name: str, claim: Claim, about: Subject) -> Proof | None:
    """What becomes of the flow, from a rate that is below, at most, above or at least 1."""
    fates = {h.name for h in claim.hypotheses if isinstance(h, Fate)}
    if name == "never explodes" and "vanishes" in fates:
        return Proof((), ("what tends to 0 is bounded",))
    if name == "never vanishes" and "explodes" in fates:
        return Proof((), ("what tends to 0 is bounded",))
    given = _given(claim, about)
    if name in ("vanishes", "never explodes"):
        if not about.jacobian:
            return Proof((), ("derived: no error reaches the state of the step before",))
        for rate, must_be_below, theorem, why in known.rates(about, claim):
            goal = Line(rate, _ONE, name == "vanishes" or must_be_below, "")
            found = _by_lines(goal, given, claim, about) if _sound(goal, about) else None
            if found:
                return _with(about, theorem, why, found)
        return of_an_lstm(claim, about, lambda line: _by_lines(line, given, claim, about))
    if name == "can explode":
        name = "explodes"
    for rate, theorem, why in known.growth(about, claim):
        goal = Line(_ONE, rate, name == "explodes", "")
        found = _by_lines(goal, given, claim, about)
        if found:
            return _with(about, theorem, why, found)
    return None


def _with(about: Subject, theorem: str, why: str, rest: Proof) -> Proof:
    names = [theorem] if theorem else []
    if about.plain is not None and known.slope_theorem(about):
        names.append(known.slope_theorem(about))
    said = f"{theorem}: {why}" if theorem else f"derived: {why}"
    more = tuple(reason for reason in rest.reasons if reason != _CONSTANTS)
    return Proof(tuple(names), (said,)).and_(replace(rest, reasons=more))
