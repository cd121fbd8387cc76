"""What a theorem says, as data: the object that the kernel checks and that the reader is shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Accumulated:
    """A sequence defined from its terms: the sum or the product of `term` from index `first` to the current one.

    `product` puts the newest factor on the left, `product_right` on the right.
    """

    name: str
    kind: str
    term: str
    first: int = 1


@dataclass(frozen=True)
class Recurrence:
    """Sequences over an index from `start` on, given by how they begin and how each step follows.

    index, start: the running index and its first value.
    indexed: the names that change with the index; `name'` is the value at the next index.
    base: what is known at `start`. step: what links an index with the next. always: what holds at every index.
    """

    index: str
    start: int
    indexed: tuple[str, ...]
    base: tuple[str, ...] = ()
    step: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    accumulate: tuple[Accumulated, ...] = ()


@dataclass(frozen=True)
class Part:
    """Conclusions under further assumptions, if any; at every index of the recurrence where `induction` says so."""

    conclude: tuple[str, ...]
    assume: tuple[str, ...] = ()
    induction: bool = False


@dataclass(frozen=True)
class Statement:
    """The names of a theorem, what is assumed about them, and the parts of its conclusion.

    real, integer, matrix: the names of each kind; an integer is also a real.
    let: (name, function, argument), the function one of the kernel's table or of `functions`, or empty for an
    abbreviation; an argument mentions only what is declared before it.
    functions: (name, slope) of any differentiable function of one real variable whose slope is that real everywhere.
    blocks: (name, rows), a matrix given by its blocks or its entries.
    sums: (name, count, term), the sum of the term over l = 1..count; `running` lists what
    depends on the unit: every relation holds for every unit l, and a weight among its names for every pair (v, l).
    assume: claims that hold throughout. recurrence: the sequences, if there are any.
    """

    parts: tuple[Part, ...]
    real: tuple[str, ...] = ()
    integer: tuple[str, ...] = ()
    matrix: tuple[str, ...] = ()
    let: tuple[tuple[str, str, str], ...] = ()
    functions: tuple[tuple[str, str], ...] = ()
    blocks: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = ()
    sums: tuple[tuple[str, str, str], ...] = ()
    running: tuple[str, ...] = ()
    assume: tuple[str, ...] = ()
    recurrence: Recurrence | None = None


def canonical(data: Mapping[str, object]) -> str:
    """The one JSON text of some data: sorted keys, no spaces; what JSON does not know as Python shows it."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=repr)


def statement_json(statement: Statement) -> dict[str, object]:
    """The statement as plain data for a digest."""
    return asdict(statement)
