"""The signs that a claim is cut into: numbers, words and marks, with the place of each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from errorflow.conjecture.grammar import Unreadable

HELP = "`errorflow check --grammar` shows what may be said"
_SIGN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z][A-Za-z0-9_]*)|(\*\*|<=|>=|==|=>|[-+*/^<>=(),.]))")


@dataclass(frozen=True)
class Sign:
    """One of them. start: the index of its first character in the text."""

    text: str
    start: int


def cut(text: str) -> list[Sign]:
    """The signs of a text. Raises: Unreadable for a character that is in none."""
    found: list[Sign] = []
    place = 0
    while text[place:].strip():
        sign = _SIGN.match(text, place)
        if not sign:
            odd = text[place:].strip()[0]
            hint = "norm(W), maxabs(W) or radius(W) says which size is meant" if odd == "|" else HELP
            raise Unreadable(f"claim has {odd!r}, which is not in the grammar; {hint}")
        found.append(Sign(sign[0].strip(), sign.end() - len(sign[0].strip())))
        place = sign.end()
    return found
