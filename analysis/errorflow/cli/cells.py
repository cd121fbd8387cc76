"""A cell from what was typed: the name of a built-in one, or file.py:name for a user's own."""

from __future__ import annotations

import contextlib
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from errorflow.builtin import BUILTIN
from errorflow.cells import Cell
from errorflow.cli.arguments import Usage, near

HELP = f"{', '.join(BUILTIN)}, or file.py:name for your own"


def find_cell(text: str) -> Cell:
    """The cell that is built in under this name, or the one called `name` in file.py.

    Raises: Usage if there is none, with what is there.
    """
    if text in BUILTIN:
        return BUILTIN[text]()
    if ":" not in text and not text.endswith(".py"):
        there_are = f"built in are {', '.join(BUILTIN)}; your own is file.py:name"
        raise Usage(f"no cell {text!r}" + near(text, BUILTIN, there_are))
    file, _, name = text.rpartition(":") if ":" in text else (text, "", "")
    if not file.endswith(".py"):
        raise Usage(f"a cell of your own must be given as file.py:name, got {text!r}")
    module = _load(Path(file))
    if not name:
        raise Usage(f"a cell of your own must be given as {file}:name, got {text!r}" + near("", (), _there_are(module)))
    return _named(module, file, name)


def _load(path: Path) -> ModuleType:
    """The module in a file, whatever it prints sent to stderr."""
    if not path.is_file():
        raise Usage(f"no file {path}; a cell of your own is given as file.py:name")
    try:
        code = compile(path.read_bytes(), str(path), "exec")
    except (SyntaxError, ValueError) as error:
        line = f" at line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise Usage(f"{path} must be Python, got {getattr(error, 'msg', error)}{line}") from error
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    # Dataclasses look their module up here; a name with a space cannot hide a module that is imported by its own.
    sys.modules[f"errorflow file {path.stem}"] = module
    module.__name__ = f"errorflow file {path.stem}"
    sys.path.insert(0, str(path.resolve().parent))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(code, module.__dict__)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: what a user's file does must not end the command without a word
        raise Usage(f"{path} must run without error, got {_raised(error, str(path))}") from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    return module


def _named(module: ModuleType, file: str, name: str) -> Cell:
    if not hasattr(module, name):
        known = [n for n in vars(module) if not n.startswith("_")]
        raise Usage(f"{file} has no {name!r}" + near(name, known, _there_are(module)))
    value: Any = getattr(module, name)
    if not isinstance(value, Cell) and callable(value) and not isinstance(value, type):
        try:
            with contextlib.redirect_stdout(sys.stderr):
                value = value()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise Usage(f"{file}:{name}() must return a cell, got {_raised(error, file)}") from error
    if not isinstance(value, Cell):
        wanted = "a Cell or a function without arguments that returns one"
        got = f"{file}:{name} must be {wanted}, got {type(value).__name__}"
        raise Usage(got + near("", (), _there_are(module)))
    return value


def _raised(error: BaseException, file: str) -> str:
    """An exception in one line, with the line of the user's file where it arose."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    where = f" at line {lines[-1]}" if lines else ""
    return f"{type(error).__name__}{where}: {' '.join(str(error).split())}"


def _there_are(module: ModuleType) -> str:
    cells = [name for name, value in vars(module).items() if isinstance(value, Cell)]
    return f"its cells are {', '.join(cells)}" if cells else ""
