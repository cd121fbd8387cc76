"""What a derivation hands back: objects that can be read as LaTeX, text, Markdown, JSON and NumPy source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy

from errorflow.calculus import block as show
from errorflow.calculus import flow as flows
from errorflow.calculus import symbolic
from errorflow.calculus.block import Block
from errorflow.calculus.edges import Truncation, check_truncation
from errorflow.calculus.jacobian import Blocks, Layout, check_layout, factorisation, state_jacobian
from errorflow.calculus.latex import Notation
from errorflow.calculus.marks import as_mathml, marks
from errorflow.calculus.mathml import equation, table
from errorflow.calculus.steps import Step, derivation
from errorflow.definition import Definition, New

__all__ = ["Block", "Flow", "Jacobian"]


@dataclass(frozen=True, eq=False)
class Jacobian:
    """The one-step state Jacobian J[new, old] = d new state / d old state of a cell, for any width.

    `jacobian["c", "h"]` is one block; in row layout the pair is (old, new) and the block is transposed.

    Attributes
    ----------
    definition : Definition
        Of the cell.
    truncated : bool or collection of str
        What is cut: nothing, all cut edges, or those into the maps so called.
    layout : {'column', 'row'}
        Whether a column or a row belongs to an old state.
    """

    definition: Definition
    truncated: Truncation = False
    layout: Layout = "column"

    def __post_init__(self) -> None:
        check_truncation(self.definition, self.truncated)
        check_layout(self.layout)

    @cached_property
    def blocks(self) -> Blocks:
        """The blocks as words."""
        return state_jacobian(self.definition, self.truncated, self.layout)

    def __getitem__(self, pair: tuple[str, str]) -> Block:
        words = self.blocks[pair]
        return Block(self.definition, *pair, words, symbolic.left(self.definition, pair, self.layout, self.truncated))

    def __iter__(self) -> Iterator[Block]:
        return (self[r, c] for r in self.blocks.rows for c in self.blocks.columns)

    def latex(self) -> str:
        """All blocks as one `aligned` environment, long sums broken at their terms.

        Returns
        -------
        str
        """
        return show.latex(self)

    def text(self) -> str:
        """All blocks as plain text, one equation a line.

        Returns
        -------
        str
        """
        return show.text(self)

    def markdown(self) -> str:
        """All blocks as Markdown with display mathematics.

        Returns
        -------
        str
        """
        return show.markdown(self)

    def mathml(self) -> str:
        """All blocks as one `math` element of presentation MathML, long sums broken at their terms.

        Returns
        -------
        str
        """
        with as_mathml():
            return show.mathml(self)

    def myst(self) -> str:
        """All blocks as MyST Markdown, each a `math` directive with a label, such as lstm.jacobian.c_h.

        Returns
        -------
        str
        """
        return show.myst(self, f"{self.definition.name}.{label(self)}")

    def numpy(self) -> str:
        """All blocks as NumPy assignments J_new_old = ..., old states by their name and new ones with `_new`.

        Returns
        -------
        str
        """
        return show.numpy(self)

    def json(self) -> dict[str, Any]:
        """All blocks as data.

        Returns
        -------
        dict
        """
        return {**_about(self), "blocks": [b.json() for b in self]}

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        return f"Jacobian({_called(self)})"

    def __str__(self) -> str:
        return self.text()

    def factorisation(self) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """J = within @ across, as the non-zero blocks of both: among the new states, and from old states to new.

        Returns
        -------
        within, across : tuple of Block

        References
        ----------
        Theorem lstm.factorisation, for an LSTM.
        """
        parts = factorisation(self.definition, self.truncated)
        return (
            tuple(self._part(parts.within, r, c, True) for r, c in parts.within.words),
            tuple(self._part(parts.across, r, c, False) for r, c in parts.across.words),
        )

    def _part(self, blocks: Blocks, row: str, column: str, among_new: bool) -> Block:
        tex, text = Notation(self.definition), Notation(self.definition, tex=False)
        new = New(self.definition.state(row))
        old: sympy.Symbol = self.definition.state(column)
        by = New(old) if among_new else old
        left = (tex.partial(new, by), text.partial(new, by))
        if not among_new and len(self.definition.states) > 1:
            held = marks(True).read(r"\left.#1\right|_{\text{new states held}}", left[0])
            left = (held, f"{left[1]} (new states held)")
        return Block(self.definition, row, column, blocks[row, column], left)

    def counts(self) -> list[list[int]]:
        """The number of words of each block: one for each path of the graph.

        Returns
        -------
        list of list of int
            A row for each new state.
        """
        return self.blocks.counts()

    def steps(self, new: str, old: str) -> tuple[Step, ...]:
        """The derivation of d new / d old, line by line, each with the name of its rule.

        Parameters
        ----------
        new, old : str
            Names of state blocks.

        Returns
        -------
        tuple of Step

        Raises
        ------
        KeyError
            For another name.
        """
        return derivation(self.definition, new, old, self.truncated)


@dataclass(frozen=True, eq=False)
class Flow:
    """The product of `lag` Jacobians, d state_t / d state_{t-lag}.

    Attributes
    ----------
    definition : Definition
        Of the cell.
    lag : int or 'q'
        In steps; "q" for a number of steps that stays a symbol.
    truncated : bool or collection of str
        What is cut: nothing, all cut edges, or those into the maps so called.
    layout : {'column', 'row'}
        Whether a column or a row belongs to an old state.
    """

    definition: Definition
    lag: int | str = "q"
    truncated: Truncation = False
    layout: Layout = "column"

    def __post_init__(self) -> None:
        check_truncation(self.definition, self.truncated)
        check_layout(self.layout)
        if self.lag != "q":
            flows.check_lag(self.lag)
            _ = self.blocks  # too many words are refused here and not when they are printed

    @cached_property
    def blocks(self) -> Blocks:
        """The blocks as words with their times; only for a numeric lag."""
        if not isinstance(self.lag, int):
            raise ValueError("the flow over q steps is a product; give a number as lag to write its words out")
        return flows.product(self.definition, self.lag, self.truncated, self.layout)

    def __getitem__(self, pair: tuple[str, str]) -> Block:
        words = self.blocks[pair]
        left = symbolic.left(self.definition, pair, self.layout, self.truncated, str(self.lag))
        return Block(self.definition, *pair, words, left, over_time=True)

    def __iter__(self) -> Iterator[Block]:
        return (self[r, c] for r in self.blocks.rows for c in self.blocks.columns)

    def _symbolic(self, tex: bool) -> tuple[str, ...]:
        return symbolic.flow(self.definition, self.truncated, self.layout, tex)

    def latex(self) -> str:
        """The flow: written out for a number, as a product, with its closed form if it has one, for q.

        Returns
        -------
        str
        """
        if self.lag != "q":
            return show.latex(self)
        lines = self._symbolic(tex=True)
        return lines[0] if len(lines) == 1 else show.aligned(line.replace(" = ", " ={}& ", 1) for line in lines)

    def text(self) -> str:
        """The flow as plain text.

        Returns
        -------
        str
        """
        return show.text(self) if self.lag != "q" else "\n".join(self._symbolic(tex=False))

    def markdown(self) -> str:
        """The flow as Markdown with display mathematics.

        Returns
        -------
        str
        """
        return show.markdown(self) if self.lag != "q" else f"$$\n{self.latex()}\n$$"

    def mathml(self) -> str:
        """The flow as one `math` element of presentation MathML.

        Returns
        -------
        str
        """
        with as_mathml():
            if self.lag != "q":
                return show.mathml(self)
            lines = (line.partition(" = ") for line in self._symbolic(tex=True))
            return table([row for left, _, right in lines for row in equation(left, [right])])

    def myst(self) -> str:
        """The flow as MyST Markdown, a `math` directive with a label, such as lstm.flow or lstm.flow_2.c_h.

        Returns
        -------
        str
        """
        name = f"{self.definition.name}.{label(self)}"
        return show.directive(name, self.latex()) if self.lag == "q" else show.myst(self, name)

    def numpy(self) -> str:
        """All blocks as NumPy assignments; names are arrays over time, h[t] the state after step t.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            For a symbolic lag.
        """
        return show.numpy(self)

    def json(self) -> dict[str, Any]:
        """The flow as data.

        Returns
        -------
        dict
        """
        about = {**_about(self), "lag": self.lag}
        if self.lag != "q":
            return {**about, "blocks": [b.json() for b in self]}
        return {**about, "latex": self.latex(), "text": self.text()}

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        return f"Flow({_called(self)}, lag {self.lag})"

    def __str__(self) -> str:
        return self.text()

    def steps(self) -> tuple[Step, ...]:
        """The derivation of the flow over q steps, line by line, each with the name of its rule.

        Returns
        -------
        tuple of Step
        """
        return symbolic.flow_steps(self.definition, self.truncated, self.layout)

    def path_sum(self, *, tex: bool = True) -> str:
        """The flow of a fully recurrent network as a sum over n^(q-1) paths through units, as LaTeX or plain text.

        Parameters
        ----------
        tex : bool, default True
            Whether LaTeX is meant.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            If the cell has no such sum, for no steps at all, or if the flow is truncated.

        References
        ----------
        Theorem rnn.path_sum; Hochreiter & Schmidhuber 1997, section 3.1.
        """
        self._whole("a sum over paths")
        return symbolic.path_sum(self.definition, self.lag, tex)

    def departures(self, *, tex: bool = True) -> str:
        """The flow cut where, read forward in time, it first leaves the carry, as LaTeX or plain text.

        Parameters
        ----------
        tex : bool, default True
            Whether LaTeX is meant.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            If the flow is truncated.
        """
        self._whole("its departures")
        return symbolic.departures(self.definition, tex)

    def leaving(self) -> dict[str, list[Block]]:
        """The blocks of E^(k), what leaves the carry in one step through the map k.

        Returns
        -------
        dict of str to list of Block

        Raises
        ------
        ValueError
            If the flow is truncated.
        """
        self._whole("its departures")
        return {
            label: [
                Block(self.definition, *pair, words, symbolic.departure(self.definition, label, pair))
                for pair, words in blocks.words.items()
            ]
            for label, blocks in flows.departures(self.definition).items()
        }

    def _whole(self, asked: str) -> None:
        if self.truncated is not False:
            raise ValueError(f"truncated must be False for {asked}, got {self.truncated!r}")


def _about(derived: Jacobian | Flow) -> dict[str, Any]:
    cut = derived.truncated if isinstance(derived.truncated, bool) else sorted(derived.truncated)
    return {"cell": derived.definition.name, "layout": derived.layout, "truncated": cut}


def label(derived: Jacobian | Flow) -> str:
    """What it is called in a label: jacobian, flow, truncated_flow_2, cut_i_o_jacobian, row_flow."""
    cut = _about(derived)["truncated"]
    told = "truncated_" if cut is True else f"cut_{'_'.join(cut)}_" if cut else ""
    name = "jacobian" if isinstance(derived, Jacobian) else "flow" if derived.lag == "q" else f"flow_{derived.lag}"
    return told + "row_" * (derived.layout == "row") + name


def _called(derived: Jacobian | Flow) -> str:
    """What tells it from others, for a line in a REPL or a notebook."""
    states = ", ".join(s.name for s in derived.definition.states)
    cut = _about(derived)["truncated"]
    told = ", truncated" if cut is True else f", cut into {', '.join(cut)}" if cut else ""
    return f"{derived.definition.name!r}, states {states}{told}{', row layout' * (derived.layout == 'row')}"
