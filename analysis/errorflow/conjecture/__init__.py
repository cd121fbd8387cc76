"""Claims of one's own: read in a small grammar, then proved, refuted or left undecided.

terms, reading: what a claim is, and its grammar. subject: the cell it is about. implication, inequalities, proving:
whether it follows. candidates, measured, search: where it may fail. exact, norms, stepping, recheck: whether it does.
"""

from errorflow.conjecture.reading import GRAMMAR, Unreadable, split_cell
from errorflow.conjecture.verdict import SECONDS, Verdict, check

__all__ = ["GRAMMAR", "SECONDS", "Unreadable", "Verdict", "check", "split_cell"]
