"""What a result says of how it was made: versions and seconds; and how it is written."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

import errorflow

HERE = Path(__file__).parent
Found = TypeVar("Found")


def timed(work: Callable[[], Found]) -> tuple[Found, dict[str, float]]:
    """What `work` gives, and the seconds it took: of the process, and by the clock."""
    wall, process = time.perf_counter(), time.process_time()
    found = work()
    return found, {"cpu_s": round(time.process_time() - process, 1), "wall_s": round(time.perf_counter() - wall, 1)}


def versions() -> dict[str, str]:
    """What the numbers depend on."""
    return {"python": platform.python_version(), "numpy": np.__version__, "errorflow": errorflow.__version__}


def write(name: str, about: dict[str, Any], runs: list[dict[str, Any]]) -> Path:
    """The file NAME.json: one line for each run, in a stable order."""
    rows = sorted(json.dumps(run) for run in runs)
    head = json.dumps(about | {"versions": versions()}, indent=1)[:-2]
    path = HERE / f"{name}.json"
    path.write_text(head + ',\n "runs": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n")
    return path


def done(name: str) -> list[dict[str, Any]]:
    """The runs that are there already, so that a script that was stopped goes on where it was."""
    return list(read(name)["runs"]) if (HERE / f"{name}.json").exists() else []


def read(name: str) -> dict[str, Any]:
    """What was written."""
    found: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text())
    return found
