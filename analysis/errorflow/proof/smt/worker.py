"""One solver in a process of its own, so that it can be ended when it does not end itself: a text in, an answer out.

On the standard input one JSON string a line, on the standard output the answer to each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def z3(text: str) -> str:
    """What z3 answers."""
    module: Any = import_module("z3")
    solver = module.SolverFor("QF_NRA")
    solver.from_string(text)
    return str(solver.check())


def cvc5(text: str) -> str:
    """What cvc5 answers, with cylindrical algebraic coverings: without them it answers next to nothing here."""
    module: Any = import_module("cvc5")
    solver = module.Solver()
    solver.setOption("nl-cov", "true")
    parser = module.InputParser(solver)
    parser.setStringInput(module.InputLanguage.SMT_LIB_2_6, text, "goal")
    answer = "unknown"
    while not (command := parser.nextCommand()).isNull():
        answer = command.invoke(solver, parser.getSymbolManager()).strip() or answer
    return answer


SOLVERS: dict[str, Callable[[str], str]] = {"z3": z3, "cvc5": cvc5}


def main(name: str) -> None:
    """Answers until the input ends."""
    for line in sys.stdin:
        try:
            answer = SOLVERS[name](json.loads(line))
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
