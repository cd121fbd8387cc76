"""How the names of a statement are printed, and what they stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Summed:
    """A square matrix whose entry (u, v) is a sum of one term over some indices, each from 1 to size.

    term: a product of names with their indices in brackets, such as w[u,k]*w[k,v]; w[1,2] is the name w12.
    """

    indices: tuple[str, ...]
    size: int
    term: str

    def entries(self) -> tuple[tuple[str, ...], ...]:
        """The entries written out, as a statement has them."""
        units = range(1, self.size + 1)
        return tuple(tuple(self._entry(u, v) for v in units) for u in units)

    def _entry(self, u: int, v: int) -> str:
        chosen = product(range(1, self.size + 1), repeat=len(self.indices))
        return " + ".join(self._term({"u": u, "v": v} | dict(zip(self.indices, k, strict=True))) for k in chosen)

    def _term(self, values: dict[str, int], gap: str = "") -> str:
        def name(found: re.Match[str]) -> str:
            return found[1] + gap + "".join(str(values.get(i, i)) for i in found[2].split(","))

        return re.sub(r"(\w+)\[([^]]*)\]", name, self.term)

    def general(self) -> str:
        """The term with its indices as letters: w_uk*w_kv."""
        return self._term({}, "_")


@dataclass(frozen=True)
class Symbol:
    """How a name is printed. `meaning` says in words what the name is, formulas in it between backquotes.

    `@` stands for the index; `#` for the unit, which is l inside a sum over l and v elsewhere. summed: the entries of
    a matrix in short; they stand in full in the statement that is checked, and are printed in full if they differ.
    """

    name: str
    latex: str = ""
    text: str = ""
    meaning: str = ""
    summed: Summed | None = None
