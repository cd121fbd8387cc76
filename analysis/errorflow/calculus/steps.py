"""A derivation step by step: every line an equation with the name of the rule that gives it."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from errorflow.calculus.edges import Truncation, is_cut
from errorflow.calculus.jacobian import cached_edges, state_jacobian
from errorflow.calculus.latex import Notation
from errorflow.calculus.letters import applies, letter
from errorflow.calculus.words import ONE, Partial, Words, add, word
from errorflow.definition import Definition, New, Node

_SLOPE_RULES = {
    "logistic_slope": (r"\sigma' = \sigma(1-\sigma)", "logistic' = logistic (1 - logistic)"),
    "tanh_slope": (r"\tanh' = 1-\tanh^2", "tanh' = 1 - tanh^2"),
    "squash_in_slope": (r"g' = 1-g^2/4", "g' = 1 - g^2/4"),
    "squash_out_slope": (r"h' = (1-h^2)/2", "h' = (1 - h^2)/2"),
    "positive": (r"\operatorname{relu}' = \mathbf{1}_{>0}", "relu' = 1 where positive"),
}
_SIGNS = {"logistic": r"\sigma", "tanh": r"\tanh", "squash_in": "g", "squash_out": "h"}


@dataclass(frozen=True)
class Step:
    """One line of a derivation: left = right by rule.

    Attributes
    ----------
    left, right, rule : tuple of (str, str)
        Each as (LaTeX, plain text).
    """

    left: tuple[str, str]
    right: tuple[str, str]
    rule: tuple[str, str]


def derivation(definition: Definition, new: str, old: str, truncated: Truncation = False) -> tuple[Step, ...]:
    """How d new / d old of one step comes about: definitions, chain rule, affine maps, truncation, substitution."""
    source, target = definition.state(old), New(definition.state(new))
    relevant = _between(definition, source, target)
    both = (Notation(definition), Notation(definition, tex=False))
    steps = []
    for node in reversed(definition.nodes):
        if node.symbol not in relevant:
            continue
        if not node.inner:
            steps.append(_step(both, node.symbol, node, ("definition", "definition")))
        steps += _differentiated(definition, both, node, source, relevant, truncated)
    words = state_jacobian(definition, truncated)[new, old]
    rule = "substitution, neighbouring diagonals multiplied"
    if not relevant:
        rule = "no path leads from the one to the other"
    left = Partial(target, source)
    steps.append(_equation(both, word(left), words, (rule, rule)))
    return tuple(steps)


def _differentiated(
    definition: Definition,
    both: tuple[Notation, Notation],
    node: Node,
    source: sympy.Symbol,
    relevant: set[sympy.Symbol],
    truncated: Truncation,
) -> list[Step]:
    """The derivative of one vector in terms of those it reads."""
    kept: Words = ()
    deleted = False
    slopes: list[str] = []
    for edge in cached_edges(definition):
        if edge.target != node.symbol or edge.source not in relevant | {source}:
            continue
        if is_cut(edge, truncated):
            deleted = True
            continue
        inner = ONE if edge.source == source else word(Partial(edge.source, source))
        kept = add(kept, tuple(a + b for a in word(edge.factor) for b in inner))
        entry = getattr(edge.factor, "entry", None)
        if entry is not None:
            slopes += [f.func.__name__ for f in entry.atoms(sympy.Function) if f.func.__name__ in _SLOPE_RULES]
    tex, text = ("affine map", "affine map") if node.expression is None else ("chain rule", "chain rule")
    for name in dict.fromkeys(slopes):
        tex += f", ${_slope_rule(definition, name)}$"
        text += f", {_SLOPE_RULES[name][1]}"
    if deleted:
        tex, text = (f"{r}; truncation deletes the edge from the old state" for r in (tex, text))
    return [_equation(both, word(Partial(node.symbol, source)), kept, (tex, text))]


def _slope_rule(definition: Definition, name: str) -> str:
    """The slope in LaTeX as a rule, its function in the letters of the notation."""
    rule, function = _SLOPE_RULES[name][0], name.removesuffix("_slope")
    if not applies(definition):
        return rule
    sign = letter(definition, "fun", function)
    return rule.replace(_SIGNS[function], sign)


def _between(definition: Definition, source: sympy.Symbol, target: sympy.Symbol) -> set[sympy.Symbol]:
    """The vectors on a path from source to target, the source left out."""
    forward = {source}
    for edge in cached_edges(definition):
        if edge.source in forward:
            forward.add(edge.target)
    backward = {target}
    for edge in reversed(cached_edges(definition)):
        if edge.target in backward:
            backward.add(edge.source)
    return (forward & backward) - {source}


def _step(both: tuple[Notation, Notation], symbol: sympy.Symbol, node: Node, rule: tuple[str, str]) -> Step:
    tex, text = both
    return Step((tex.name(symbol), text.name(symbol)), (tex.right_side(node), text.right_side(node)), rule)


def _equation(both: tuple[Notation, Notation], left: Words, right: Words, rule: tuple[str, str]) -> Step:
    tex, text = both
    return Step((tex.words(left), text.words(left)), (tex.words(right), text.words(right)), rule)
