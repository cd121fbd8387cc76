"""Certificates as Coq lemmas: what the rules `identity` and `positive` add up is proved again by `ring` and by signs.

A lemma is about any reals: the values of functions are variables, and what the kernel knew of them and used are its
hypotheses. Taken are the theorems without matrices, sums and induction, and of their certificates the steps at the top.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .checker.algebra import comparison
from .checker.declarations import begin
from .checker.facts import knows, learn
from .checker.meaning import definition, expand
from .checker.polynomial import ONE, Polynomial, Refused, Tree, add, parse_claim, parse_expression
from .checker.rules import run
from .checker.state import State
from .checker.statement import Statement
from .theorems.registry import THEOREMS
from .theorems.theorem import certificate

HEADER = """(** Steps of the Python kernel's certificates as lemmas about reals, each proved here again.
    Written by [python -m errorflow.proof.coq generate], not by hand; a test compares the two. *)

Require Import Reals Lra.
From ErrorFlow Require Import Signs.
Open Scope R_scope.
"""
_RESERVED = frozenset(
    ("as", "at", "by", "do", "else", "end", "exists", "fix", "for", "forall", "fun", "if", "in", "let", "match", "of")
    + ("return", "then", "using", "with")
)


@dataclass
class _Writer:
    """Expressions as Coq text; `names` collects the variables that occur."""

    state: State
    names: set[str] = field(default_factory=set)

    def name(self, name: str) -> str:
        self.names.add(name + "_" if name in _RESERVED else name)
        return name + "_" if name in _RESERVED else name

    def tree(self, tree: Tree) -> str:
        if tree.head == "number":
            return str(tree.number)
        if tree.head == "name":
            return self._named(tree.name)
        if tree.head == "d":
            return self.polynomial(expand(tree, self.state))
        inner = [self.tree(part) for part in tree.parts]
        if tree.head == "negative":
            return f"(- {inner[0]})"
        if tree.head == "**":
            return _power(inner[0], tree.number)
        return f"({inner[0]} {tree.head} {inner[1]})"

    def _named(self, name: str) -> str:
        try:
            function, argument = definition(name, self.state)
        except Refused:
            return self.name(name)
        return self.name(name) if function else self.tree(argument)

    def polynomial(self, p: Polynomial) -> str:
        terms = [self._monomial(coefficient, reals) for (reals, _), coefficient in sorted(p.items(), reverse=True)]
        return f"({' + '.join(terms) or '0'})"

    def _monomial(self, coefficient: Fraction, reals: tuple[str, ...]) -> str:
        number = f"({coefficient})" if coefficient.denominator > 1 or coefficient < 0 else f"{coefficient}"
        powers = [_power(self.name(name), reals.count(name)) for name in dict.fromkeys(reals)]
        return " * ".join([number] * (coefficient != 1 or not reals) + powers)

    def text(self, expression: str) -> str:
        return self.tree(parse_expression(expression))


@dataclass(frozen=True)
class _Term:
    """A product of the sum: its Coq text, what is known of its factors, and whether it is positive."""

    text: str
    known: tuple[str, ...]
    strict: bool


def generated() -> str:
    """The whole of Generated.v."""
    chosen = [theorem for theorem in THEOREMS if theorem.route == "kernel" and _scalar(theorem.statement)]
    return "\n".join([HEADER, *(text for theorem in chosen for text in _lemmas(theorem.name, theorem.statement))])


def _scalar(s: Statement) -> bool:
    return not (s.matrix or s.blocks or s.sums or s.recurrence)


def _lemmas(name: str, statement: Statement) -> Iterator[str]:
    """The lemmas of one theorem, whose certificate is replayed as the kernel does it."""
    state, count = begin(statement), 0
    for text in statement.assume:
        learn(state, parse_claim(text))
    for part, proof in zip(statement.parts, certificate(name), strict=True):
        inner = state.copy()
        for text in part.assume:
            learn(inner, parse_claim(text))
        for step in proof:
            if step["rule"] in ("identity", "positive"):
                count += 1
                yield from _lemma(f"{name.replace('.', '_')}_{count}", inner, step)
            run(inner, [step])
        if not part.assume:
            for text in part.conclude:
                learn(state, parse_claim(text))


def _term(writer: _Writer, coefficient: str, factors: list[tuple[str, int]]) -> _Term:
    state, parts, known, strict = writer.state, [_atom(writer.text(coefficient))], [], True
    for text, exponent in factors:
        b, factor = expand(parse_expression(text), state), writer.text(text)
        if exponent % 2 == 0 and not knows(state, ">", b) and knows(state, ">", add({}, b, -1)):
            factor, b = f"(- {factor})", add({}, b, -1)
        positive = knows(state, ">", b)
        if set(b) - {ONE} and (positive or exponent % 2):
            known.append(f"0 {'<' if positive else '<='} {_bare(factor)}")
        strict = strict and positive
        parts.append(_power(_atom(factor), exponent))
    return _Term(" * ".join(parts[parts[0] == "1" and len(parts) > 1 :]), tuple(known), strict)


def _power(base: str, exponent: int) -> str:
    """A power; an even one from 4 on as a square, which shows its sign."""
    if exponent == 1:
        return base
    base = _atom(base)
    return f"{base} ^ {exponent}" if exponent % 2 or exponent == 2 else f"({base} ^ {exponent // 2}) ^ 2"


def _lemma(name: str, state: State, step: Mapping[str, Any]) -> Iterator[str]:
    """The lemma of one step, and one for the case of equality if the step has it."""
    writer = _Writer(state)
    comparison(state, step)
    r = parse_claim(step["goal"]).chain[0]
    left, right = _bare(writer.tree(r.left)), _bare(writer.tree(r.right))
    larger, smaller = (right, left) if r.symbol in ("<", "<=") else (left, right)
    terms = sorted((_term(writer, *term) for term in step.get("terms", ())), key=lambda term: not term.strict)
    used = [(writer.text(c), parse_claim(e).chain[0]) for c, e, *_ in step.get("using", ())]
    equations = [(c, writer.tree(e.left), writer.tree(e.right)) for c, e in used]
    total = " + ".join(term.text for term in terms)
    zero = [f"{_atom(c)} * ({a} - {b})" for c, a, b in equations]
    known = list(
        dict.fromkeys([*(h for t in terms for h in t.known), *(f"{_bare(a)} = {_bare(b)}" for _, a, b in equations)])
    )
    difference = f"{larger} - {_atom(smaller)}"
    proof = [f"intros. assert (H_equal : {difference} = {' + '.join(filter(None, [total, *zero])) or '0'}) by field."]
    proof += [
        f"rewrite (Rminus_diag_eq {_atom(a)} {_atom(b)}) in H_equal by assumption."
        for a, b in dict.fromkeys((a, b) for _, a, b in equations)
    ]
    positive = [f"assert (H_sign : 0 {'<' if terms[0].strict else '<='} {total}) by signs."] if terms else []
    yield _text(name, writer, known, f"{left} {r.symbol} {right}", [*proof, *positive, "lra."], step["goal"])
    if "zero_iff" in step:
        b = parse_claim(step["zero_iff"]).chain[0]
        goal = f"{difference} = 0 <-> {_bare(writer.tree(b.left))} = {_bare(writer.tree(b.right))}"
        yield _text(f"{name}_zero", writer, known, goal, ["zero."], f"{step['goal']}, equal iff {step['zero_iff']}")


def _bare(text: str) -> str:
    """The text without a pair of brackets around all of it."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and place < len(text) - 1:
            return text
    return text[1:-1] if text.startswith("(") else text


def _atom(text: str) -> str:
    """The text, in brackets where it is more than one name or number."""
    return text if text.isidentifier() or text.isdigit() else f"({_bare(text)})"


def _text(name: str, writer: _Writer, known: list[str], goal: str, proof: list[str], comment: str) -> str:
    variables = f"forall {' '.join(sorted(writer.names))} : R,\n  " if writer.names else ""
    statement = f"{variables}{' -> '.join([*known, goal])}."
    lines = [f"(** {comment} *)", f"Lemma {name} : {statement}", "Proof.", *(f"  {line}" for line in proof), "Qed.", ""]
    return "\n".join(piece for line in lines for piece in _wrapped(line))


def _wrapped(text: str) -> list[str]:
    return [
        piece
        for line in text.split("\n")
        for piece in textwrap.wrap(line, 116, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
        or [""]
    ]
