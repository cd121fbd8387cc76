"""The symbols of what is derived of a cell: how each is printed, what it stands for, and its shape in size labels."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from errorflow.calculus.latex import Notation
from errorflow.calculus.letters import lettered, written
from errorflow.definition import Definition, New, Node

_SIZES = {"n": "the number of units", "m": "the number of inputs"}
# name: (LaTeX, meaning, shape), "N" being the length of the joint state.
_SIGNS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "t": ("t", "the step", ()),
    "q": ("q", "a number of steps, at least 1", ()),
    "J": ("J_{t}", "the Jacobian of step t, [p, q] the derivative of new state p by old state q", ("N", "N")),
    "Phi": (r"\Phi_{t,q}", "the flow over q steps, the product of their Jacobians, newest on the left", ("N", "N")),
    "C": ("C_{t}", "the carry: the truncated Jacobian of step t", ("N", "N")),
    "E": ("E^{(k)}_{t}", "what leaves the carry at step t through the affine map k first", ("N", "N")),
    "R": ("R_{t}", "from the old states to the new, the new states that they read held", ("N", "N")),
    "L": ("L_{t}", "among the new states of step t", ("N", "N")),
    "k": ("k", "an affine map of the cell", ()),
    "r": ("r", "the number of steps after the one at which error leaves the carry", ()),
    "l": ("l_{m}", "the unit that a path visits m steps back", ()),
    "u": ("u", "the unit at which a path begins, at time t", ()),
    "v": ("v", "the unit at which a path ends, q steps back", ()),
    "T": ("T", "the number of steps of a sequence", ()),
    "A": ("A_{t}", "the derivative of the new c by the old h", ("n", "n")),
    "B": ("B_{t}", "the derivative of the new h by the old h, the new c held", ("n", "n")),
    "D": ("D_{t}", "the derivative of the new h by the new c", ("n", "n")),
    "F": ("F_{t}", "the derivative of the new c by the old c", ("n", "n")),
}
_OF = {
    "jacobian": "t",
    "factors": "t J A B D F",
    "flow": "t q J Phi",
    "truncated_flow": "t q J Phi L R",
    "carry_and_total": "t",
    "paths": "t q J Phi u v l",
    "departures": "t q J Phi C E k r",
    "weights": "t",
    "definition": "t",
    "cost": "T",
}


def symbols(definition: Definition, suffix: str, text: str) -> list[dict[str, Any]]:
    """The symbols of one result: `name` in plain text, `latex`, `meaning`, `shape`.

    suffix: which result. text: the result, of whose vectors and weights those that stand in it are listed. A symbol
    that other notations write otherwise has `letters`: notation -> LaTeX.
    """
    stands = set(re.findall(r"[A-Za-z_]\w*", text))
    everything = suffix == "jacobian"  # whose derivations step by step begin at the definition
    found = [_vector(definition, name) for name in _vectors(definition) if everything or name in stands]
    found += [_weight(definition, p.name) for p in definition.parameters if everything or p.name in stands]
    length = _length(definition)
    for sign in _OF[suffix].split():
        latex, meaning, shape = _SIGNS[sign]
        if not any(sign == one["name"] for one in found):
            shapes = [length if label == "N" else label for label in shape]
            found.append({"name": sign, "latex": latex, "meaning": meaning, "shape": shapes})
    labels = {label for one in found for shape in one["shape"] for label in re.findall(r"[A-Za-z]+", shape)}
    labels |= stands & set(definition.sizes.values()) if suffix == "cost" else set()
    named = {one["name"] for one in found}
    return found + [_size(definition, label) for label in sorted(labels) if label not in named]


def _vectors(definition: Definition) -> list[str]:
    computed = [n.symbol.name for n in definition.nodes if not n.inner and not isinstance(n.symbol, New)]
    return [s.name for s in (*definition.states, *definition.inputs)] + computed


def _vector(definition: Definition, name: str) -> dict[str, Any]:
    text = Notation(definition, tex=False)
    symbol = next(s for s in definition.sizes if s.name == name and not isinstance(s, New))
    shown = New(symbol) if symbol in definition.states else symbol
    meaning = "an input of step t"
    if symbol in definition.states:
        meaning = "a state, after step t"
    elif symbol not in definition.inputs:
        node = definition.node(symbol)
        sort = "a net input" if node.expression is None else "a vector"
        meaning = f"{sort} of step t, {text.right_side(node)}"
    return {"name": name, **_letters(definition, shown), "meaning": meaning, "shape": [definition.sizes[symbol]]}


def _weight(definition: Definition, name: str) -> dict[str, Any]:
    parameter = next(p for p in definition.parameters if p.name == name)
    node, source = _reader(definition, name)
    text = Notation(definition, tex=False)
    into = text.name(node.symbol)
    kind = {"dense": "the matrix", "diagonal": "the diagonal of the matrix", "fixed": "the fixed matrix"}
    meaning = f"the bias of {into}" if source is None else f"{kind[parameter.kind]} from {source} to {into}"
    shape = [parameter.rows, parameter.columns] if parameter.columns else [parameter.rows]
    with_letters = {n: _in(n, definition, name) for n in lettered(definition)}
    return {"name": name, **_told(with_letters), "meaning": meaning, "shape": shape}


def _reader(definition: Definition, weight: str) -> tuple[Node, str | None]:
    """The affine map that a weight is part of, and the vector that it multiplies."""
    text = Notation(definition, tex=False)
    for node in definition.nodes:
        for term in node.terms:
            if str(term.matrix) == weight:
                return node, text.name(term.source)
        if node.bias == weight:
            return node, None
    raise LookupError(f"no map of {definition.name!r} has the weight {weight!r}")


def _letters(definition: Definition, symbol: Any) -> dict[str, Any]:
    return _told({n: _in(n, definition, symbol) for n in lettered(definition)})


def _in(notation: str, definition: Definition, symbol: Any) -> str:
    with written(notation):
        tex = Notation(definition)
        return tex.matrix(symbol) if isinstance(symbol, str) else tex.name(symbol)


def _told(letters: dict[str, str]) -> dict[str, Any]:
    modern = letters.pop("modern")
    return {"latex": modern} | ({"letters": letters} if letters else {})


def _length(definition: Definition) -> str:
    """The length of the joint state: 2n for two blocks of n."""
    counts = Counter(definition.sizes[s] for s in definition.states)
    return " + ".join(f"{k}{label}" if k > 1 else label for label, k in counts.items())


def _size(definition: Definition, label: str) -> dict[str, Any]:
    of = [s.name for s in (*definition.states, *definition.inputs) if definition.sizes[s] == label]
    meaning = _SIZES.get(label) or f"the length of {' and '.join(of) or 'a vector'}"
    return {"name": label, "latex": label, "meaning": meaning, "shape": []}
