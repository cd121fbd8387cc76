"""Claims about recurrent networks as they are heard, each judged from backings that are checked when it is asked.

>>> claim("review.output_is_a_sum").text
'h_t = O_t + squash(C_t).'
"""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Sequence

from errorflow.claims.record import Backing, Claim, Finding, Judgement, judge_claim, verdict_of
from errorflow.claims.registry import CLAIMS


def claims() -> tuple[Claim, ...]:
    """All claims in reading order."""
    return CLAIMS


def claim(id: str) -> Claim:  # noqa: A002
    """The claim with that id.

    Parameters
    ----------
    id : str
        As `errorflow claims` has it.

    Returns
    -------
    Claim

    Raises
    ------
    KeyError
        With the nearest id where there is none.
    """
    for candidate in CLAIMS:
        if candidate.id == id:
            return candidate
    near = difflib.get_close_matches(str(id), [c.id for c in CLAIMS], 1, 0.4)
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    raise KeyError(f"no claim called {id!r}{hint} `errorflow claims` shows all")


def judge(ids: Sequence[str] | None = None) -> list[Judgement]:
    """Fresh judgements of the claims named, or of all, in reading order.

    What several of them rest on is checked once in a call, and anew in the next.

    Parameters
    ----------
    ids : sequence of str, optional
        All claims if not given.

    Returns
    -------
    list of Judgement

    Raises
    ------
    KeyError
        For an unknown id.
    TypeError
        For one id that is not in a list.
    """
    if isinstance(ids, str):
        raise TypeError(f"ids must be a list of ids, got {ids!r}; judge([{ids!r}]) judges one")
    seen: dict[Hashable, Finding] = {}
    return [judge_claim(one, seen) for one in (CLAIMS if ids is None else [claim(i) for i in ids])]


__all__ = ["Backing", "Claim", "Finding", "Judgement", "claim", "claims", "judge", "verdict_of"]
