"""What is known where the steps inside a step begin, so that they can be replayed without the step around them.

A step that is refused there is refused by the rule around it, too; one that is not is shown to that rule as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..checker.algebra import comparison
from ..checker.facts import fact, learn
from ..checker.meaning import expand, variable
from ..checker.polynomial import Claim, add, parse_claim
from ..checker.state import State

KEYS = {"equivalent": ("forward", "backward"), "contradiction": ("steps",), "cases": ("yes", "no"),
        "mean_value": ("steps",)}  # fmt: skip


def inside(state: State, step: Mapping[str, Any]) -> Iterator[tuple[str, State]]:
    """The keys under which a step has steps of its own, and what is known where these begin."""
    if step["rule"] == "equivalent":
        claim = parse_claim(step["goal"])
        for key, given in (("forward", claim.chain), ("backward", claim.iff)):
            sides = [expand(side, state) for r in given for side in (r.left, r.right)]
            inner = state.copy(one_unit=state.runs(*sides))
            learn(inner, Claim(given))
            yield key, inner
    elif step["rule"] in ("contradiction", "cases"):
        text = step["on"] if step["rule"] == "cases" else step["goal"]
        _, symbol, p = comparison(state, {"goal": text})
        opposite = fact(">=" if symbol == ">" else ">", add({}, p, -1))
        for key in KEYS[step["rule"]]:
            inner = state.copy(one_unit=state.runs(p))
            inner.facts.add(fact(symbol, p) if key == "yes" else opposite)
            yield key, inner
    elif step["rule"] == "mean_value":
        a, b, y = (variable(name, state) for name in (step["from"][step["at"]], step["to"][step["at"]], step["at"]))
        inner = state.copy(one_unit=state.runs(a, b))
        if comparison(state, step)[1] != "=":
            inner.facts |= {fact(">", add(y, a, -1)), fact(">", add(b, y, -1))}
        yield "steps", inner


__all__ = ["KEYS", "inside"]
