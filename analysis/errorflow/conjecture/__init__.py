"""Claims of one's own: read in a small grammar, then proved, refuted or left undecided.

terms, grammar, reading, sentences: what a claim is, from text and back. subject, plain, blocks: the cell it is about.
monomials, inequalities, implication, direct, proving: whether it follows. witness, candidates, measured, search: where
it may fail. exact, norms, stepping, values, recheck: whether it does. verdict: all of it.
"""

from errorflow.conjecture.grammar import GRAMMAR, Unreadable, split_cell
from errorflow.conjecture.verdict import SECONDS, Verdict, check

__all__ = ["GRAMMAR", "SECONDS", "Unreadable", "Verdict", "check", "split_cell"]
