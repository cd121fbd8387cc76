"""The one-step state Jacobian of any cell, as blocks of words, by the chain rule along its graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import sympy

from errorflow.calculus.edges import Edge, Truncation, check_truncation, edges, is_cut
from errorflow.calculus.words import ONE, ZERO, Words, add, multiply, transpose, word
from errorflow.definition import Definition, New

Layout = Literal["column", "row"]


@dataclass(frozen=True)
class Blocks:
    """A matrix of blocks of words over the state blocks of a cell.

    Attributes
    ----------
    rows, columns : tuple of str
        Names of the state blocks.
    words : mapping of (str, str) to words
        (row, column) -> sum of words; a missing pair is zero.
    layout : {'column', 'row'}
        "column" for d new_p / d old_q in row p and column q, "row" for its transpose.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    words: Mapping[tuple[str, str], Words]
    layout: Layout = "column"

    def __getitem__(self, pair: tuple[str, str]) -> Words:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise KeyError(f"a block is asked for by row and column, such as ['{self.rows[0]}', '{self.columns[0]}']")
        row, column = pair
        if row not in self.rows or column not in self.columns:
            raise KeyError(
                f"no block {row},{column}; rows are {', '.join(self.rows)}, columns {', '.join(self.columns)}"
            )
        return self.words.get(pair, ZERO)

    def __matmul__(self, other: Blocks) -> Blocks:
        if self.columns != other.rows or self.layout != other.layout:
            raise ValueError(f"blocks over {self.columns} cannot multiply blocks over {other.rows}")
        product = {
            (row, column): add(*(multiply(self[row, k], other[k, column]) for k in self.columns))
            for row in self.rows
            for column in other.columns
        }
        return Blocks(self.rows, other.columns, {p: w for p, w in product.items() if w}, self.layout)

    def transposed(self) -> Blocks:
        """The same derivative in the other layout.

        Returns
        -------
        Blocks
        """
        return Blocks(
            self.columns,
            self.rows,
            {(c, r): transpose(w) for (r, c), w in self.words.items()},
            "row" if self.layout == "column" else "column",
        )

    def counts(self) -> list[list[int]]:
        """How many words each block has: the number of paths of the graph.

        Returns
        -------
        list[list of int]
        """
        return [[len(self[r, c]) for c in self.columns] for r in self.rows]


def propagate(
    definition: Definition,
    seeds: Mapping[sympy.Symbol, Words],
    truncated: Truncation = False,
    *,
    stop_at_new: bool = False,
) -> dict[sympy.Symbol, Words]:
    """d vector / d source as words, for every vector of the graph.

    seeds: vectors whose derivative is given: ONE for the source.
    stop_at_new: hold the new states fixed where other vectors read them.
    """
    reached: dict[sympy.Symbol, Words] = dict(seeds)
    by_target = _edges_by_target(definition)
    for node in definition.nodes:
        total = reached.get(node.symbol, ZERO)
        for edge in by_target[node.symbol]:
            held = stop_at_new and isinstance(edge.source, New) and edge.source not in seeds
            if not is_cut(edge, truncated) and not held:
                total = add(total, multiply(word(edge.factor), reached.get(edge.source, ZERO)))
        reached[node.symbol] = total
    return reached


@lru_cache(maxsize=256)
def cached_edges(definition: Definition) -> tuple[Edge, ...]:
    """`edges`, worked out once for each definition."""
    return edges(definition)


def _edges_by_target(definition: Definition) -> dict[sympy.Symbol, list[Edge]]:
    grouped: dict[sympy.Symbol, list[Edge]] = {node.symbol: [] for node in definition.nodes}
    for edge in cached_edges(definition):
        grouped[edge.target].append(edge)
    return grouped


def state_jacobian(definition: Definition, truncated: Truncation = False, layout: Layout = "column") -> Blocks:
    """J = d new state / d old state, one block for each pair of state blocks.

    truncated: True deletes all cut edges before the words are summed; a set of labels only those into these maps.
    """
    check_truncation(definition, truncated)
    names = tuple(s.name for s in definition.states)
    words = {}
    for old in definition.states:
        reached = propagate(definition, {old: ONE}, truncated)
        words.update({(s.name, old.name): reached[New(s)] for s in definition.states if reached[New(s)]})
    blocks = Blocks(names, names, words)
    check_layout(layout)
    return blocks if layout == "column" else blocks.transposed()


@dataclass(frozen=True)
class Factorisation:
    """J = within @ across.

    across: from old states to new ones, the other new states held. within: among the new states.
    """

    within: Blocks
    across: Blocks


def factorisation(definition: Definition, truncated: Truncation = False) -> Factorisation:
    """The step split into its two parts; for the LSTM this is [[I,0],[D,I]] [[F,A],[0,B]].

    Expanding within @ across gives the blocks of `state_jacobian` word for word.
    """
    check_truncation(definition, truncated)
    names = tuple(s.name for s in definition.states)
    across = {}
    within: dict[tuple[str, str], Words] = {}
    for old in definition.states:
        direct = propagate(definition, {old: ONE}, truncated, stop_at_new=True)
        across.update({(s.name, old.name): direct[New(s)] for s in definition.states if direct[New(s)]})
    for source in definition.states:
        among = propagate(definition, {New(source): ONE}, truncated)
        for target in definition.states:
            paths = among[New(target)]
            if paths:
                within[target.name, source.name] = paths
    return Factorisation(Blocks(names, names, within), Blocks(names, names, across))


def check_layout(layout: Layout) -> None:
    """Raises ValueError if `layout` is neither of the two."""
    if layout not in ("column", "row"):
        raise ValueError(f"layout must be 'column' or 'row', got {layout!r}")
