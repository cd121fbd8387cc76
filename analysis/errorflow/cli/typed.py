"""Complaints of the package in the words of the command line: --prefix where Python says prefix=."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from errorflow.cli.arguments import Usage


@contextmanager
def as_typed(*options: str) -> Iterator[None]:
    """Turns a ValueError or TypeError that speaks of these arguments of Python into a Usage that speaks of options."""
    try:
        yield
    except (ValueError, TypeError) as error:
        if isinstance(error, Usage):
            raise
        raise Usage(in_options(str(error), options)) from error


def in_options(text: str, options: Sequence[str]) -> str:
    """The text with each argument, `name=` or "name must", as the option --name; what is quoted after it stays."""
    names = "|".join(map(re.escape, options))
    text = re.sub(rf"(^|: )({names}) must\b", r"\1--\2 must", text)
    # Several values, prefix=('a', 'b'), are the option several times.
    text = re.sub(rf"(?<![\w/.-])({names})=\(([^()]*)\)", _several, text)
    text = re.sub(rf"(?<![\w/.-])({names})=('[^']*'|\"[^\"]*\")", r"--\1 \2", text)
    return re.sub(rf"(?<![\w/.-])({names})=(?!\w)", r"--\1", text)


def _several(found: re.Match[str]) -> str:
    return " ".join(f"--{found[1]} {value.strip()}" for value in found[2].split(",") if value.strip())
