"""Every named result of errorflow in reading order: definitions, derivations, costs and theorems.

A name is stable once published. Nothing is derived or checked before it is asked for.

>>> result("rnn.flow").latex()
'\\\\Phi_{t,q} = \\\\frac{\\\\partial h_{t}}{\\\\partial h_{t-q}} = J_{t}\\\\, J_{t-1} \\\\cdots J_{t-q+1}'
"""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING

from errorflow.results.record import Content, Kind, Piece, Result

if TYPE_CHECKING:
    from errorflow.cells import Cell


@cache
def results() -> tuple[Result, ...]:
    """All named results in reading order."""
    from errorflow.results.derivations import derivations
    from errorflow.results.theorems import theorem_results

    return (*derivations(), *theorem_results())


def results_of(cell: Cell) -> tuple[Result, ...]:
    """The results that a cell of one's own has, NAME.jacobian for a cell NAME.

    Parameters
    ----------
    cell : Cell
        Of a name that no built-in cell has.

    Returns
    -------
    tuple of Result

    Raises
    ------
    ValueError
        If the name is that of a built-in cell or is no word of letters, digits and _.
    """
    from errorflow.results.derivations import derivations_of

    return tuple(derivations_of(cell))


def result(name: str) -> Result:
    """The result of that name.

    Parameters
    ----------
    name : str
        As `errorflow list` has it.

    Returns
    -------
    Result

    Raises
    ------
    KeyError
        With the nearest name where there is none.
    """
    found = {r.name: r for r in results()}
    if name in found:
        return found[name]
    near = difflib.get_close_matches(name, list(found), 1)
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    raise KeyError(f"no result called {name!r}{hint} `errorflow list` shows all")


__all__ = ["Content", "Kind", "Piece", "Result", "result", "results", "results_of"]
