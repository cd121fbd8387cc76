"""The full flow of an LSTM, from bounds of its weights and forget gate, by `lstm.vanishing` and `lstm.constants`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from errorflow.conjecture.direct import Proof
from errorflow.conjecture.inequalities import INDUCED
from errorflow.conjecture.monomials import Line, Monomial, atom, constant
from errorflow.conjecture.subject import Subject
from errorflow.conjecture.terms import Claim, Compare, Term, number

_WEIGHTS = ("W_f", "W_i", "W_g", "W_o")
_NAMES = {"norm2": "norm", "norm1": "norm(., 1)", "norminf": "norm(., inf)"}
Prove = Callable[[Line], Proof | None]


def of_an_lstm(claim: Claim, about: Subject, prove: Prove) -> Proof | None:
    """That the full flow of the built-in LSTM vanishes, from numbers that bound norms of its weights and max(f).

    prove: of a line. The loop through the hidden state is weak if d alpha < (1 - phi) (1 - beta), where d <= 1,
    alpha <= M |W_f|/4 + |W_i|/4 + |W_g| and beta <= |W_o|/4, M above the moduli of all cell states.
    """
    named = {t.data for t in claim.terms() if t.op in ("matrix", "largest")}
    if about.name != "lstm" or about.truncated or not {*_WEIGHTS, "f"} <= named:
        return None
    numbers = sorted({t.data for t in claim.terms() if isinstance(t.data, Fraction) and t.data > 0})
    phi = _least(atom("max", "f"), numbers, prove)
    if phi is None or phi.value >= 1:
        return None
    for what in INDUCED:
        known: dict[str, _Bound] = {}
        for name in _WEIGHTS:
            bound = _weight(name, what, numbers, claim, prove)
            if bound is None:
                break
            known[name] = bound
        else:
            states, beta = 1 / (1 - phi.value), known["W_o"].value / 4
            alpha = states * known["W_f"].value / 4 + known["W_i"].value / 4 + known["W_g"].value
            strict = any(known[name].strict for name in ("W_f", "W_i", "W_g"))
            limit = (1 - phi.value) * (1 - beta)
            if beta < 1 and (alpha < limit or (strict and alpha == limit)):
                return _said(phi.value, alpha, beta, strict, what, [phi, *known.values()])
    return None


@dataclass(frozen=True)
class _Bound:
    """A number that something is at most, or below, and why."""

    value: Fraction
    strict: bool
    proof: Proof


def _weight(name: str, what: str, numbers: list[Fraction], claim: Claim, prove: Prove) -> _Bound | None:
    matrix = Term("matrix", data=name)
    if Compare(matrix, "==", number(0)) in claim.hypotheses:
        return _Bound(Fraction(0), False, Proof((), (f"the hypothesis {name} == 0",)))
    return _least(atom(what, matrix), numbers, prove)


def _least(lower: Monomial, numbers: list[Fraction], prove: Prove) -> _Bound | None:
    """The least of the numbers that is known to be at least the monomial."""
    for value in numbers:
        for strict in (True, False):
            found = prove(Line(lower, constant(value), strict, ""))
            if found is not None:
                return _Bound(value, strict, found)
    return None


def _said(phi: Fraction, alpha: Fraction, beta: Fraction, strict: bool, what: str, given: list[_Bound]) -> Proof:
    states, limit, below = 1 / (1 - phi), (1 - phi) * (1 - beta), "<" if strict else "<="
    total = Proof(
        ("lstm.vanishing", "lstm.constants", "lstm.state_bound"),
        (
            f"lstm.state_bound: in the end no cell state stays beyond a number above 1/(1 - {phi}) = {states}",
            f"lstm.constants: in {_NAMES[what]}, of the factors of the Jacobian |D| <= 1, |B| <= |W_o|/4 <= {beta} and,"
            f" in the end, |A| <= {states} |W_f|/4 + |W_i|/4 + |W_g| {below} {alpha}",
            f"lstm.vanishing: |D| |A| < (1 - {phi}) (1 - {beta}) = {limit}",
        ),
    )
    return reduce(Proof.and_, (one.proof for one in given), total)
