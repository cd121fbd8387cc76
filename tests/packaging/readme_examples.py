"""Runs the examples of README.md as a reader would type them, in the folder and with the Python that it is told.

Python blocks run one after the other in one interpreter. A block whose first line is `# name.py` is saved under that
name, too, for the commands that read a user's file. Of the other blocks, `sh` and `console`, those whose first command
is `errorflow` run (`.venv/bin/` before it is dropped); in `console`, `$ ` marks commands, and what follows is compared
with the output, where `...` stands for anything. Set-up commands such as `make` are not run here.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```(python|sh|bash|console)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^# ([\w-]+\.py)\s*$")
COMPARE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
LIMIT_S = 300


@dataclass(frozen=True)
class Command:
    """One command line of the README and the output printed below it; None if none is."""

    line: str
    output: str | None


def python_blocks(text: str) -> list[str]:
    """The Python blocks in order."""
    return [body for kind, body in BLOCK.findall(text) if kind == "python"]


def commands(text: str) -> list[Command]:
    """The commands of every block that begins with `errorflow`, in order."""
    found: list[Command] = []
    for kind, body in BLOCK.findall(text):
        if kind == "python":
            continue
        block = _console(body) if kind == "console" else _shell(body)
        if block and block[0].line.startswith("errorflow "):
            found += block
    return found


def _shell(body: str) -> list[Command]:
    lines = body.replace("\\\n", " ").replace(".venv/bin/", "").splitlines()
    return [Command(line.strip(), None) for line in lines if line.strip() and not line.startswith("#")]


def _console(body: str) -> list[Command]:
    found: list[Command] = []
    for line in body.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:].replace(".venv/bin/", "").strip(), None))
        elif found:
            last = found.pop()
            found.append(Command(last.line, (last.output or "") + line + "\n"))
    return found


def run_all(readme: Path, folder: Path, binaries: Path) -> list[str]:
    """A line for each example that failed, after running all of them in `folder` with the programs in `binaries`."""
    text = readme.read_text(encoding="utf-8")
    environment = {
        "PATH": f"{binaries}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
    } | dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    blocks, faults = python_blocks(text), []
    for block in blocks:
        if named := FILE.match(block.splitlines()[0] if block else ""):
            (folder / named[1]).write_text(block, encoding="utf-8")
    if blocks:
        joined = folder / "readme_blocks.py"
        joined.write_text("\n".join(blocks), encoding="utf-8")
        faults += _run(f"python {joined.name}", None, folder, environment)
    listed = commands(text)
    for command in listed:
        faults += _run(command.line, command.output, folder, environment)
    print(f"{len(blocks)} Python blocks and {len(listed)} commands of {readme.name}, {len(faults)} failed")
    if not blocks or not listed:
        faults.append(
            f"{readme.name} must show Python and the command line, got {len(blocks)} and {len(listed)} examples"
        )
    return faults


def _run(line: str, output: str | None, folder: Path, environment: dict[str, str]) -> list[str]:
    started = time.perf_counter()
    try:
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", line],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return [f"{line}\n  took over {LIMIT_S} s"]
    print(f"  {time.perf_counter() - started:5.1f} s  {line}")
    if done.returncode:
        return [f"{line}\n  exit {done.returncode}: {done.stderr.strip()[-1500:] or done.stdout.strip()[-1500:]}"]
    if output is not None and not doctest.OutputChecker().check_output(output, done.stdout, COMPARE):
        return [f"{line}\n  the README shows:\n{output}  it prints:\n{done.stdout[:3000]}"]
    return []


if __name__ == "__main__":
    wrong = run_all(
        Path(sys.argv[1]).resolve(),
        Path(sys.argv[2] if len(sys.argv) > 2 else os.getcwd()),
        Path(sys.executable).parent,
    )
    print("\n".join(wrong))
    sys.exit(bool(wrong))
