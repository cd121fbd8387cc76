"""A named result: what it is called, and what it says, worked out when it is asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Kind = Literal["definition", "derivation", "cost", "theorem"]


@dataclass(frozen=True)
class Piece:
    """LaTeX that can be read in.

    Attributes
    ----------
    latex : str
        The source.
    math : bool
        True for pure mathematics, to stand in a display; False for running text that brings its own displays.
    """

    latex: str
    math: bool = True


@dataclass(frozen=True)
class Content:
    """What a result says.

    Attributes
    ----------
    whole : Piece
        The result.
    text : str
        The same in plain text.
    parts : mapping of str to Piece
        Suffix of the name -> a part of it, for those who want to print less.
    data : mapping
        What else the record holds.
    """

    whole: Piece
    text: str
    parts: Mapping[str, Piece] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """A named result.

    Attributes
    ----------
    name : str
        Stable once published.
    title : str
        In words.
    kind : {'definition', 'derivation', 'cost', 'theorem'}
        What sort of result it is.
    make : callable
        Works out what it says; called once, and only if needed.
    build : callable, optional
        Makes the cell that it is of.
    """

    name: str
    title: str
    kind: Kind
    make: Callable[[], Content]
    build: Callable[[], Any] | None = None

    @cached_property
    def content(self) -> Content:
        """What the result says."""
        return self.make()

    def latex(self) -> str:
        """The result as LaTeX: pure mathematics, for a theorem text with displays.

        Returns
        -------
        str
        """
        return self.content.whole.latex

    def text(self) -> str:
        """The result as plain text.

        Returns
        -------
        str
        """
        return self.content.text

    def pieces(self) -> dict[str, Piece]:
        """Stable name -> LaTeX, the whole result first and then its parts.

        Returns
        -------
        dict of str to Piece
        """
        return {self.name: self.content.whole} | {f"{self.name}.{k}": p for k, p in self.content.parts.items()}

    def json(self) -> dict[str, Any]:
        """The result as data, with a digest of all that it says.

        Returns
        -------
        dict
        """
        content = self.content
        record = {
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "mode": "math" if content.whole.math else "text",
            "latex": content.whole.latex,
            "text": content.text,
            "parts": {k: {"mode": "math" if p.math else "text", "latex": p.latex} for k, p in content.parts.items()},
            **content.data,
        }
        return {**record, "digest": digest(record)}


def digest(record: Mapping[str, Any]) -> str:
    """The sha256 of data in canonical JSON."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
