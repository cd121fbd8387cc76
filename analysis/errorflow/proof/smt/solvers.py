"""z3 and cvc5, each given the text of a goal as a reader would give it to them."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import IO

INSTALL = "`pip install 'errorflow[smt]'` gets z3 and cvc5"
PACKAGES = {"z3": "z3-solver", "cvc5": "cvc5"}
NOTHING, START = "(set-logic QF_NRA)(check-sat)", 60.0  # a first question, whose answer tells that it has begun
PATIENCE = 0.5  # what is not answered by then seldom is within the limit


class NotHere(RuntimeError):
    """Neither solver is installed."""


@dataclass(frozen=True)
class Answer:
    """answer: unsat, sat or unknown."""

    solver: str
    answer: str
    seconds: float


def installed() -> dict[str, str]:
    """The version of every solver that is here. Raises NotHere where there is none."""
    found = {}
    for name, package in PACKAGES.items():
        try:
            found[name] = version(package) if find_spec(name) else ""
        except PackageNotFoundError:
            continue
    found = {name: number for name, number in found.items() if number}
    if not found:
        raise NotHere(f"a second opinion needs z3 or cvc5; {INSTALL}")
    return found


class Solver:
    """A solver that is asked one text after the other, started anew after one that took too long.

    answered: set while another solver has decided what this one is asked.
    """

    def __init__(self, name: str, limit: float, answered: Event | None = None) -> None:
        self.name, self.limit = name, limit
        self.answered = answered or Event()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, text: str) -> Answer:
        """What the solver answers; unknown where it takes longer than the limit."""
        if self._process is None:
            self._start()
            self._said(NOTHING, START)
        began = time.perf_counter()
        said = self._said(text, self.limit)
        if said in ("sat", "unsat"):
            self.answered.set()
        return Answer(self.name, said, time.perf_counter() - began)

    def _said(self, text: str, limit: float) -> str:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return "unknown"
        process.stdin.write(json.dumps(text) + "\n")
        process.stdin.flush()
        line = process.stdout.readline() if self._ready(process.stdout, limit) else ""
        if not line:
            self.end()
        return json.loads(line) if line else "unknown"

    def _ready(self, pipe: IO[str], limit: float) -> bool:
        """Whether something is to be read in time: in PATIENCE where another has decided, but for a start."""
        began = time.perf_counter()
        while time.perf_counter() - began < (PATIENCE if self.answered.is_set() and limit < START else limit):
            if select.select([pipe], [], [], 0.05)[0]:
                return True
        return False

    def _start(self) -> None:
        root = str(Path(__file__).parents[3])
        paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        command = [sys.executable, "-m", "errorflow.proof.smt.worker", self.name]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def end(self) -> None:
        """Ends the process, if there is one."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None
