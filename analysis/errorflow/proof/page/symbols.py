"""How the names of a statement are printed, and what they stand for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Symbol:
    """How a name is printed. `meaning` says in words what the name is, formulas in it between backquotes.

    `@` stands for the index; `#` for the unit, which is l inside a sum over l and v elsewhere.
    """

    name: str
    latex: str = ""
    text: str = ""
    meaning: str = ""
