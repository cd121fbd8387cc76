"""A second opinion: the goals of the theorems as SMT-LIB 2, answered by z3 and cvc5.

What they share with the checker is the reading of a claim's grammar and the list of analytic facts; what they do not is
everything that the checker decides by. An answer is not a proof, since neither solver's can be followed here.
"""

from __future__ import annotations

from .goals import Goal, LeftOut, goals_of
from .opinion import Opinion, exported, opinions
from .solvers import Answer, NotHere, installed
from .text import smtlib

__all__ = ["Answer", "Goal", "LeftOut", "NotHere", "Opinion", "exported", "goals_of", "installed", "opinions", "smtlib"]
