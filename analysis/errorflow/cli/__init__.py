"""The command line: one module for each command, imported only when that command is called.

Exit status: 0 fine, 1 a checked statement failed, 2 usage or bad input, 3 a package is missing. A fault is one line on
stderr that says what is wrong and what would be right; results are on stdout, progress is on stderr.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from errorflow.cli.arguments import COMMANDS, Parser, Usage, build

FINE, FAILED, USAGE, MISSING, INTERRUPTED, PIPE = 0, 1, 2, 3, 130, 141
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status of `errorflow` called with these arguments, those of the process where there are none."""
    words = list(sys.argv[1:] if argv is None else argv)
    for name in THREADS:
        # The products here are many and small: threads of the BLAS wait for one another, at ten times the processor
        # time. It reads this when NumPy is imported, so it has to stand here; subprocesses inherit it.
        os.environ.setdefault(name, "1")
    if sys.stderr is None:  # closed by the caller; print would write to stdout in its place
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - it lives as long as the process
    if sys.stdout is None:
        return _fault(words, "standard output must be open, got it closed; `> FILE` sends the result to a file", USAGE)
    _replace_what_the_terminal_cannot_print()
    try:
        status = _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return PIPE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        _drop_output()
        return _fault(words, _reason(error), USAGE)
    return status


def _run(words: list[str]) -> int:
    try:
        arguments = build(words).parse_args(words)
        command: Callable[..., int] = import_module(COMMANDS[arguments.command].module).main
        return command(arguments)
    except SystemExit as leave:  # after --help and --version
        return int(leave.code or 0)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "errorflow"):
            raise
        return _fault(words, f"this needs the package {package}; `pip install {package}` gets it", MISSING)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except (ValueError, TypeError, KeyError, OSError, MemoryError, OverflowError) as error:
        return _fault(words, _reason(error), USAGE)
    except Exception as error:
        line = f"internal fault, {type(error).__name__}: {_reason(error)}; errorflow is to blame and not what was typed"
        return _fault(words, line, FAILED)


def _fault(words: list[str], reason: str, status: int) -> int:
    command = next((w for w in words if w in COMMANDS), "")
    print(f"errorflow {command}".rstrip() + f": {_short(reason)}", file=sys.stderr)
    return status


def _short(reason: str) -> str:
    """A complaint in which what was typed is echoed at no great length: 60 signs of what is quoted, 200 of a path."""

    def cut(found: re.Match[str]) -> str:
        return f"{found[0][:45]}...{found[0][-15:]}"

    return re.sub(r"\S{200,}", cut, re.sub(r"(?<!\w)'[^']{60,}'(?!\w)|\"[^\"]{60,}\"", cut, reason))


def _reason(error: BaseException) -> str:
    """What an exception says, on one line."""
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror.lower() + (f": {error.filename}" if error.filename else "")
    elif isinstance(error, KeyError) and error.args:
        text = str(error.args[0])
    elif isinstance(error, MemoryError):
        size = re.search(r"allocate (\S+ \w+)", str(error))  # NumPy says how much it asked for
        more = f"{size[1]} more memory" if size else "more memory"
        text = f"{more} is needed than there is; fewer steps, sequences or units need less"
    else:
        text = str(error) or type(error).__name__
    return " ".join(text.split())


def _replace_what_the_terminal_cannot_print() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Sends what is still buffered nowhere, so that Python does not complain about it when it leaves."""
    with contextlib.suppress(OSError, ValueError):  # a stream without a file, as under a test
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


__all__ = ["Parser", "Usage", "main"]
