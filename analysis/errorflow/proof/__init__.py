"""Theorems with their certificates, and the checker that replays them.

>>> theorem("logistic.slope").sharp
'1/4 at x = 0, nowhere else'
>>> prove(["logistic.slope"])[0].verdict
'proved'
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from .theorems.registry import THEOREMS
from .theorems.theorem import Report, Theorem, check


def theorems() -> tuple[Theorem, ...]:
    """All theorems in reading order.

    Returns
    -------
    tuple of Theorem
    """
    return THEOREMS


def theorem(name: str) -> Theorem:
    """The theorem of that name.

    Parameters
    ----------
    name : str
        As `errorflow list` has it.

    Returns
    -------
    Theorem

    Raises
    ------
    KeyError
        With the nearest names where there is none.
    """
    for candidate in THEOREMS:
        if candidate.name == name:
            return candidate
    near = difflib.get_close_matches(name, [t.name for t in THEOREMS], 1)
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    raise KeyError(f"no theorem called {name!r}{hint} `errorflow list` shows all")


def prove(names: str | Sequence[str] | None = None) -> list[Report]:
    """Fresh reports on the theorem or theorems named, or on all, in reading order.

    Parameters
    ----------
    names : str or sequence of str, optional
        All theorems if not given.

    Returns
    -------
    list of Report

    Raises
    ------
    KeyError
        For a wrong name.
    """
    names = [names] if isinstance(names, str) else names
    chosen = THEOREMS if names is None else [theorem(name) for name in names]
    return [check(one) for one in chosen]


__all__ = ["Report", "Theorem", "check", "prove", "theorem", "theorems"]
