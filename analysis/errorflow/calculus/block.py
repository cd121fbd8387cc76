"""One block of a Jacobian or of a flow, and how several of them are shown together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from errorflow.calculus.code import numpy_source
from errorflow.calculus.latex import Notation
from errorflow.calculus.marks import as_mathml
from errorflow.calculus.mathml import equation, formula, table
from errorflow.calculus.srepr import srepr_source
from errorflow.calculus.words import Diag, Matrix, Words
from errorflow.definition import Definition


@dataclass(frozen=True, eq=False)
class Block:
    """One block of a Jacobian or of a flow: a sum of words.

    Attributes
    ----------
    definition : Definition
        Of the cell.
    row, column : str
        The state blocks that index it.
    words : tuple of words
        Products of diagonals and matrices, whose sum it is.
    left : tuple of (str, str)
        The derivative that it is, as (LaTeX, text).
    over_time : bool
        Whether its names stand at several steps.
    """

    definition: Definition
    row: str
    column: str
    words: Words
    left: tuple[str, str]
    over_time: bool = False

    def latex(self) -> str:
        """The formula, without its left side, as pure mathematics for any math environment.

        Returns
        -------
        str
        """
        return Notation(self.definition).words(self.words)

    def mathml(self) -> str:
        """The formula, without its left side, as one `math` element of presentation MathML.

        Returns
        -------
        str
        """
        with as_mathml():
            return formula(self.latex())

    def text(self) -> str:
        """The formula as plain text.

        Returns
        -------
        str
        """
        return Notation(self.definition, tex=False).words(self.words)

    def equation(self) -> str:
        """Left side, = and formula as LaTeX.

        Returns
        -------
        str
        """
        return f"{self.left[0]} = {self.latex()}"

    def lines(self) -> str:
        """The equation as rows of an `aligned` environment, broken at its terms.

        Returns
        -------
        str
        """
        notation = Notation(self.definition)
        terms = [notation.word(w) for w in self.words] or ["0"]
        return self.left[0] + " ={}& " + " \\\\\n  &{}+ ".join(terms)

    def numpy(self) -> str:
        """The formula as a NumPy expression in the vectors and weights of the cell.

        Returns
        -------
        str
        """
        return numpy_source(self.definition, self.words, self.row, self.column, over_time=self.over_time)

    def srepr(self) -> str:
        """The formula as SymPy's `srepr`: a matrix expression that `from sympy import *` and `eval` read back.

        A vector is a column, `MatrixSymbol('f[t]', n, 1)`, with its time as in the text; a diagonal is a
        `FunctionMatrix`. Activations stand in elementary functions.

        Returns
        -------
        str
        """
        return srepr_source(self.definition, self.words, self.row, self.column)

    def json(self) -> dict[str, Any]:
        """The words as data: every factor a diagonal with its entry, or a matrix.

        Returns
        -------
        dict
        """
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

    def __repr__(self) -> str:
        return (
            f"Block({self.left[1]} of {self.definition.name!r}, {len(self.words)} term{'s' * (len(self.words) != 1)})"
        )

    def __str__(self) -> str:
        return f"{self.left[1]} = {self.text()}"


def latex(blocks: Iterable[Block]) -> str:
    """Blocks as one `aligned` environment, long sums broken at their terms."""
    return aligned(block.lines() for block in blocks)


def aligned(rows: Iterable[str]) -> str:
    """Rows as one `aligned` environment."""
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def text(blocks: Iterable[Block]) -> str:
    """Blocks as plain text, one equation a line."""
    return "\n".join(str(block) for block in blocks)


def markdown(blocks: Iterable[Block]) -> str:
    """Blocks as Markdown with display mathematics."""
    return "\n\n".join(f"$$\n{block.equation()}\n$$" for block in blocks)


def mathml(blocks: Iterable[Block]) -> str:
    """Blocks as a table of presentation MathML, long sums broken at their terms; to be called within `as_mathml`."""
    rows = []
    for block in blocks:
        notation = Notation(block.definition)
        rows += equation(block.left[0], [notation.word(w) for w in block.words] or [notation.words(())])
    return table(rows)


def myst(blocks: Iterable[Block], name: str) -> str:
    """Blocks as MyST Markdown, each with a label of its own, NAME.new_old."""
    return "\n\n".join(
        directive(f"{name}.{b.row}_{b.column}", aligned([b.lines()]) if len(b.words) > 1 else b.equation())
        for b in blocks
    )


def directive(label: str, latex: str) -> str:
    """A formula as a `math` directive of MyST, with a label."""
    return f"```{{math}}\n:label: {label}\n\n{latex}\n```"


def numpy(blocks: Iterable[Block]) -> str:
    """Blocks as NumPy assignments J_new_old = ..."""
    return "\n".join(f"J_{block.row}_{block.column} = {block.numpy()}" for block in blocks)
