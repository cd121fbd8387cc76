"""What may be said: the grammar of claims in print, and the refusal of what is not in it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST = 500

GRAMMAR = """\
CLAIM       [CELL [truncated] :] [CONDITION and ... implies] CONDITION [and ...]
            `if ... then ...` and `... if ...` say the same as `... implies ...`
CELL        rnn, rnn(logistic), rnn(relu), lstm, gru, ... as `errorflow list` shows them;
            file.py:name for your own
CONDITION   NUMBER < NUMBER      < <= > >= ==, also a chain: 1 < norm(W) <= 2
            MATRIX == MATRIX
            orthogonal(MATRIX)   or symmetric, nonnegative (no negative entry), diagonal
            vanishes             norm(flow(q)) -> 0 as q -> infinity
            explodes             norm(flow(q)) is unbounded in q
            never vanishes       and `never explodes`: the negations, along every trajectory
            can explode          some initial state and inputs make norm(flow(q)) unbounded
NUMBER      2, 0.25, 1/4, + - * / ** and brackets; n (units), q (lag in steps)
            norm(MATRIX)         spectral norm; also norm(MATRIX, 1), with inf or with fro
            radius(MATRIX)       spectral radius, also written rho(MATRIX)
            maxabs(MATRIX)       largest modulus of an entry
            sigma_min(MATRIX)    least singular value
            slope(tanh)          largest slope of an activation, or of an expression in x
            max(f), min(f)       over all units and steps, of a gate of the cell
MATRIX      W                    a weight matrix of the cell by its name; without a cell, any matrix
            abs(W), W.T          entrywise modulus; transpose
            I, 0                 identity, zero, where matrices are compared
            flow(q)              d state[T] / d state[T-q], a product of q Jacobians; also flow(5)
            flow(c, h, q)        one of its blocks, d c[T] / d h[T-q]
            J                    the Jacobian of one step, flow(1)

A claim is for every number of units n >= 1, all weights and biases, every initial state, all inputs
and every lag q >= 1: along each such trajectory, where all hypotheses hold, so does the conclusion.
`and` joins conditions; there is no `or`.

rnn: norm(W) < 1 implies norm(flow(q)) <= norm(W)**q
rnn: radius(W) < 1 implies vanishes
rnn(logistic): n*maxabs(W) < 4 implies vanishes
rnn: explodes implies norm(W) > 1
lstm: norm(flow(c,c,q)) <= max(f)**q
lstm1997 truncated: flow(c,c,q) == I
norm(W) <= norm(W, fro)
"""


class Unreadable(ValueError):
    """A text that is no claim; it says what would be."""


def split_cell(text: str) -> tuple[str, bool, str]:
    """What stands before the last colon: the cell and whether the flow is truncated; and the rest.

    Raises: Unreadable for a text that is too long or not ASCII.
    """
    if not isinstance(text, str):
        raise TypeError(f"claim must be text, got {type(text).__name__}")
    if len(text) > LONGEST:
        raise Unreadable(f"claim must have at most {LONGEST} characters, got {len(text)}")
    odd = next((sign for sign in text if not " " <= sign <= "~"), None)
    if odd is not None:
        raise Unreadable(f"claim must be written in ASCII, got {odd!a}; <= is less or equal, norm(W) a norm")
    head, _, rest = text.rpartition(":")
    words = head.split()
    truncated = len(words) > 1 and words[-1] == "truncated"
    return " ".join(words[:-1] if truncated else words), truncated, rest


def suggestion(word: str, known: Iterable[str]) -> str:
    """What was probably meant, or all that there is."""
    names = list(known)
    near = difflib.get_close_matches(word, names, 1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
