"""What a derivation hands back: objects that can be read as LaTeX, text, Markdown, JSON and NumPy source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy

from errorflow.calculus import flow as flows
from errorflow.calculus.code import numpy_source
from errorflow.calculus.edges import Truncation, gates
from errorflow.calculus.jacobian import Blocks, Layout, factorisation, state_jacobian
from errorflow.calculus.latex import Notation
from errorflow.calculus.steps import Step, derivation
from errorflow.calculus.words import Diag, Matrix, Words
from errorflow.definition import Definition, New


@dataclass(frozen=True, eq=False)
class Block:
    """One block of a Jacobian or of a flow: a sum of words.

    row, column: the state blocks that index it. left: the derivative that it is, as (LaTeX, text).
    """

    definition: Definition
    row: str
    column: str
    words: Words
    left: tuple[str, str]

    def latex(self) -> str:
        """The formula, without its left side, as pure mathematics for any math environment."""
        return Notation(self.definition).words(self.words)

    def text(self) -> str:
        """The formula as plain text."""
        return Notation(self.definition, tex=False).words(self.words)

    def equation(self) -> str:
        """Left side, = and formula as LaTeX."""
        return f"{self.left[0]} = {self.latex()}"

    def lines(self) -> str:
        """The equation as rows of an `aligned` environment, broken at its terms."""
        notation = Notation(self.definition)
        terms = [notation.word(w) for w in self.words] or ["0"]
        return self.left[0] + " ={}& " + " \\\\\n  &{}+ ".join(terms)

    def numpy(self) -> str:
        """The formula as a NumPy expression in the vectors and weights of the cell."""
        rows, columns = (f"len({name})" for name in (self.row, self.column))
        return numpy_source(self.definition, self.words, rows, columns)

    def json(self) -> dict[str, Any]:
        """The words as data: every factor a diagonal with its entry, or a matrix."""
        text = Notation(self.definition, tex=False)

        def factor(f: Any) -> dict[str, Any]:
            if isinstance(f, Matrix):
                return {"matrix": f.name, "kind": f.kind, "transposed": f.transposed}
            assert isinstance(f, Diag)
            return {"diag": text.entry(f.entry)}

        return {
            "row": self.row,
            "column": self.column,
            "words": [[factor(f) for f in w] for w in self.words],
            "latex": self.latex(),
            "text": self.text(),
        }

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.equation()}$"

    def __str__(self) -> str:
        return f"{self.left[1]} = {self.text()}"


class _Shown:
    """Rendering that Jacobian and Flow share, over `definition`, `blocks` and `_left`."""

    definition: Definition
    blocks: Blocks

    def _left(self, row: str, column: str) -> tuple[str, str]:
        raise NotImplementedError

    def __getitem__(self, pair: tuple[str, str]) -> Block:
        row, column = pair
        return Block(self.definition, row, column, self.blocks[row, column], self._left(row, column))

    def __iter__(self) -> Any:
        return (self[r, c] for r in self.blocks.rows for c in self.blocks.columns)

    def latex(self) -> str:
        """All blocks as one `aligned` environment, long sums broken at their terms."""
        body = " \\\\\n".join(block.lines() for block in self)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"

    def text(self) -> str:
        """All blocks as plain text, one equation a line."""
        return "\n".join(str(block) for block in self)

    def markdown(self) -> str:
        """All blocks as Markdown with display mathematics."""
        return "\n\n".join(f"$$\n{block.equation()}\n$$" for block in self)

    def numpy(self) -> str:
        """All blocks as NumPy assignments J_new_old = ..."""
        return "\n".join(f"J_{b.row}_{b.column} = {b.numpy()}" for b in self)

    def json(self) -> dict[str, Any]:
        """All blocks as data."""
        return {"cell": self.definition.name, "layout": self.blocks.layout, "blocks": [b.json() for b in self]}

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, eq=False)
class Jacobian(_Shown):
    """The one-step state Jacobian J[new, old] = d new state / d old state of a cell, for any width.

    `jacobian["c", "h"]` is one block; in row layout the pair is (old, new) and the block is transposed.
    """

    definition: Definition
    truncated: Truncation = False
    layout: Layout = "column"

    @cached_property
    def blocks(self) -> Blocks:  # type: ignore[override]
        """The blocks as words."""
        return state_jacobian(self.definition, self.truncated, self.layout)

    def _left(self, row: str, column: str) -> tuple[str, str]:
        return _derivative(self.definition, row, column, self.layout, self.truncated, "1")

    def factorisation(self) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """J = within @ across, as the non-zero blocks of both: among the new states, and from old states to new."""
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
            left = (rf"\left.{left[0]}\right|_{{\text{{new states held}}}}", f"{left[1]} (new states held)")
        return Block(self.definition, row, column, blocks[row, column], left)

    def counts(self) -> list[list[int]]:
        """The number of words of each block: one for each path of the graph."""
        return self.blocks.counts()

    def steps(self, new: str, old: str) -> tuple[Step, ...]:
        """The derivation of d new / d old, line by line, each with the name of its rule."""
        return derivation(self.definition, new, old, self.truncated)


@dataclass(frozen=True, eq=False)
class Flow(_Shown):
    """The product of `lag` Jacobians, d state_t / d state_{t-lag}.

    lag: an integer, or "q" for a number of steps that stays a symbol.
    """

    definition: Definition
    lag: int | str = "q"
    truncated: Truncation = False
    layout: Layout = "column"

    def __post_init__(self) -> None:
        if self.lag != "q":
            if isinstance(self.lag, bool) or not isinstance(self.lag, int) or self.lag < 0:
                raise ValueError(f"lag must be a non-negative integer or 'q', got {self.lag!r}")
            _ = self.blocks

    @cached_property
    def blocks(self) -> Blocks:  # type: ignore[override]
        """The blocks as words with their times; only for a numeric lag."""
        if not isinstance(self.lag, int):
            raise ValueError("the flow over q steps is a product; give a number as lag to write its words out")
        return flows.product(self.definition, self.lag, self.truncated, self.layout)

    def _left(self, row: str, column: str) -> tuple[str, str]:
        return _derivative(self.definition, row, column, self.layout, self.truncated, str(self.lag))

    def latex(self) -> str:
        """The flow: written out for a number, as a product, with its closed form if it has one, for q."""
        return super().latex() if self.lag != "q" else _symbolic(self, Notation(self.definition))

    def text(self) -> str:
        """The flow as plain text."""
        return super().text() if self.lag != "q" else _symbolic(self, Notation(self.definition, tex=False))

    def markdown(self) -> str:
        """The flow as Markdown with display mathematics."""
        return super().markdown() if self.lag != "q" else f"$$\n{self.latex()}\n$$"

    def json(self) -> dict[str, Any]:
        """The flow as data."""
        if self.lag != "q":
            return {**super().json(), "lag": self.lag}
        return {"cell": self.definition.name, "lag": "q", "latex": self.latex(), "text": self.text()}

    def path_sum(self, *, tex: bool = True) -> str:
        """The flow of a fully recurrent network as a sum over n^(q-1) paths through units, as LaTeX or plain text.

        Raises: ValueError if the cell has no such sum, or for no steps at all.
        """
        form = flows.path_sum(self.definition)
        if self.lag == 0:
            raise ValueError("lag must be 1 or larger for a sum over paths, got 0")
        lag, last = str(self.lag), "q-1" if self.lag == "q" else str(int(self.lag) - 1)
        unit = "l_{m-1}" if form.slope_first else "l_m"
        slope = Notation(self.definition, tex=tex, time="t-m", advance=1 if form.slope_first else 0, unit=unit)
        entry = slope._bracket(slope.entry(form.entry)) if form.entry != 1 else ""
        dots = r"\ldots" if tex else "..."
        units = {"0": "", "1": "l_1", "2": "l_1, l_2"}.get(last, f"l_1, {dots}, l_{{{last}}}")
        if tex:
            factors = [entry, rf"\left[{form.matrix}\right]_{{l_{{m-1}} l_m}}"]
            over = rf"\sum_{{{units} = 1}}^{{n}} \;" if units else ""
            ends = rf", \qquad l_0 = u,\; l_{{{lag}}} = v"
            head = rf"\left[\Phi_{{t,{lag}}}\right]_{{uv}} = {over}\prod_{{m=1}}^{{{lag}}} "
        else:
            factors = [entry, f"{form.matrix}[l_{{m-1}},l_m]"]
            over = f"sum({units} = 1..n) " if units else ""
            ends = f",  l_0 = u, l_{lag} = v"
            head = f"Phi[t,{lag}][u,v] = {over}prod(m=1..{lag}) "
        between = r"\, " if tex else " "
        ordered = factors if form.slope_first else factors[::-1]
        return head + between.join(filter(None, ordered)) + ends

    def departures(self, *, tex: bool = True) -> str:
        """The flow cut at the step where the error first leaves the carry, as LaTeX or plain text."""
        labels = ", ".join(_label(label, tex) for label in gates(self.definition))
        if not tex:
            return (
                "Phi[t,q] = C[t] C[t-1] ... C[t-q+1]"
                f" + sum(k in {labels}) sum(r=0..q-1) J[t] ... J[t-r+1] E(k)[t-r] C[t-r-1] ... C[t-q+1]"
            )
        return (
            r"\Phi_{t,q} = C_t C_{t-1} \cdots C_{t-q+1}"
            rf" + \sum_{{k \in \{{{labels}\}}}} \; \sum_{{r=0}}^{{q-1}}"
            r" J_t \cdots J_{t-r+1}\, E^{(k)}_{t-r}\, C_{t-r-1} \cdots C_{t-q+1}"
        )

    def leaving(self) -> dict[str, list[Block]]:
        """The blocks of E^(k), what leaves the carry in one step through the map k."""
        found = {}
        for label, blocks in flows.departures(self.definition).items():
            left = [
                (rf"E^{{({_label(label, True)})}}_{{{r}{c}}}", f"E({_label(label, False)})[{r},{c}]")
                for r, c in blocks.words
            ]
            found[label] = [
                Block(self.definition, r, c, words, name)
                for ((r, c), words), name in zip(blocks.words.items(), left, strict=True)
            ]
        return found


def _label(label: str, tex: bool) -> str:
    """A map as it is called: by one letter for its gate, or by a word."""
    word = label or "net"
    return rf"\mathrm{{{word}}}" if tex and len(word) > 1 else word


def _derivative(
    definition: Definition, row: str, column: str, layout: Layout, truncated: Truncation, lag: str
) -> tuple[str, str]:
    """The left side of a block."""
    new, old = (row, column) if layout == "column" else (column, row)
    tex, text = Notation(definition), Notation(definition, tex=False)
    top, below = New(definition.state(new)), definition.state(old)
    latex = rf"\frac{{\partial {tex.name(top)}}}{{\partial {_before(tex, below, lag)}}}"
    plain = f"d {text.name(top)} / d {_before(text, below, lag)}"
    if truncated:
        latex, plain = rf"\left.{latex}\right|_{{\mathrm{{tr}}}}", f"{plain} (truncated)"
    if layout == "row":
        latex, plain = rf"\left({latex}\right)^{{\!\top}}", f"({plain})^T"
    return latex, plain


def _before(notation: Notation, state: sympy.Symbol, lag: str) -> str:
    shown = notation.name(state)
    return shown if lag == "1" else shown.replace("t-1", f"t-{lag}" if lag != "0" else "t")


def _symbolic(flow: Flow, notation: Notation) -> str:
    """The flow over q steps."""
    tex = notation.tex
    mark = "J" if not flow.truncated else (r"J^{\mathrm{tr}}" if tex else "Jtr")
    if flow.layout == "column":
        order = [f"{mark}_{{t}}", f"{mark}_{{t-1}}", f"{mark}_{{t-q+1}}"]
        index = "t-k"
    else:
        order = [f"{mark}_{{t-q+1}}^{{\\top}}", f"{mark}_{{t-1}}^{{\\top}}", f"{mark}_{{t}}^{{\\top}}"]
        index = "t-q+1+k"
    closed = flows.carried_flow(flow.definition) if flow.truncated is True and flow.layout == "column" else None
    if tex:
        dots = rf"{order[0]}\, {order[1]} \cdots {order[2]}" if flow.layout == "column" else (
            rf"{order[0]} \cdots {order[1]}\, {order[2]}"
        )  # fmt: skip
        head = rf"\Phi_{{t,q}} = {dots}" if flow.layout == "column" else rf"\Phi_{{t,q}}^{{\top}} = {dots}"
        if closed is None:
            return head
        lines = [head.replace(" = ", " ={}& ", 1)]
        for pair, (prefix, factor) in _all_blocks(flow, closed):
            lines.append(_derivative(flow.definition, *pair, "column", True, "q")[0] + " ={}& "
                         + _closed(notation, prefix, factor))  # fmt: skip
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + " \\qquad (q \\ge 1)\n\\end{aligned}"
    star = "^T" if flow.layout == "row" else ""
    plain = mark.replace("_", "")
    head = (
        f"Phi[t,q] = {plain}[t] {plain}[t-1] ... {plain}[t-q+1]"
        if flow.layout == "column"
        else f"Phi[t,q]^T = {plain}[t-q+1]{star} ... {plain}[t-1]{star} {plain}[t]{star}"
    )
    del index
    if closed is None:
        return head
    lines = [head]
    for pair, (prefix, factor) in _all_blocks(flow, closed):
        left = _derivative(flow.definition, *pair, "column", True, "q")[1]
        lines.append(f"{left} = {_closed(notation, prefix, factor)}   for every q >= 1")
    return "\n".join(lines)


def _all_blocks(flow: Flow, closed: flows.Carried) -> list[tuple[tuple[str, str], tuple[Words, sympy.Expr | None]]]:
    names = [s.name for s in flow.definition.states]
    return [((r, c), closed.blocks.get((r, c), ((), None))) for r in names for c in names]


def _closed(notation: Notation, prefix: Words, factor: sympy.Expr | None) -> str:
    """prefix times the product of the factor over all q steps."""
    if not prefix:
        return "0"
    front = notation.words(prefix) if prefix != ((),) else ""
    if factor is None:
        return front or "I"
    if notation.tex:
        moving = Notation(notation.definition, time="t-k")
        back = rf"\prod_{{k=0}}^{{q-1}} {moving.factor(Diag(factor))}"
        return f"{front}\\, {back}" if front else back
    moving = Notation(notation.definition, tex=False, time="t-k")
    return f"{front + ' ' if front else ''}prod(k=0..q-1) diag({moving.entry(factor)})"
