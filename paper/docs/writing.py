"""Markdown from what the package says in plain text and in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|$#~^!])")
_GATHERED = re.compile(r"\\begin\{gather\*\}\n(.*?)\\end\{gather\*\}", re.DOTALL)


def plain(text: str) -> str:
    """Plain text that Markdown shows as it stands; what is in backquotes is code."""
    parts = re.split(r"(`[^`\n]+`)", " ".join(text.split()))
    return "".join(part if i % 2 else _MARKUP.sub(r"\\\1", part) for i, part in enumerate(parts))


def code(text: str) -> str:
    """A name in typewriter, one that can stand in a table."""
    return "`" + text.replace("|", r"\|") + "`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; its cells are Markdown already."""
    lines = [tuple(head), ("---",) * len(head), *map(tuple, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def display(latex: str) -> str:
    """LaTeX as a displayed formula."""
    return f"$$\n{latex.strip()}\n$$"


def statement(latex: str) -> str:
    r"""Running LaTeX with \[ \] and gather* as Markdown with displayed formulas."""
    text = re.sub(r"\\\[\n?(.*?)\n?\\\]", lambda m: f"\n{display(m[1])}\n", latex, flags=re.DOTALL)
    return _GATHERED.sub(lambda m: f"\n{display(_aligned(m[1]))}\n", text)


def _aligned(rows: str) -> str:
    body = "\\\\\n".join(f"& {row.strip()}" for row in re.split(r"\\\\\n", rows))
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def anchor(name: str) -> str:
    """A name as a place that a link can lead to."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())
