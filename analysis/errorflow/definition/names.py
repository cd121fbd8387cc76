"""The words a cell is written in: names of vectors, `new`, and affine maps of vectors.

Every name is a SymPy symbol and stands for one unit's entry, so that an elementwise equation is an ordinary scalar
expression. Only `net` mixes units: it is the affine map W h + U x + b, whose matrices are named and not written out.
"""

from __future__ import annotations

from dataclasses import dataclass
from keyword import iskeyword
from typing import Any, Literal

import sympy

Kind = Literal["dense", "diagonal", "fixed"]


def names(text: str) -> tuple[sympy.Symbol, ...]:
    """Names of vectors, one for each word of `text`.

    Parameters
    ----------
    text : str
        Identifiers, apart by spaces or commas.

    Returns
    -------
    tuple of sympy.Symbol

    Raises
    ------
    TypeError, ValueError
        For what is not one string of identifiers.

    Examples
    --------
    >>> h, c = names("h c")
    """
    if not isinstance(text, str):
        raise TypeError(f"names must be given as one string of words, got {type(text).__name__}")
    words = text.replace(",", " ").split()
    if not words:
        raise ValueError(f"names must be given as one string of words, got {text!r}")
    for word in words:
        if not word.isidentifier() or word.startswith("_") or iskeyword(word):
            raise ValueError(f"a name must be a Python identifier, no keyword and not starting with _, got {word!r}")
    return tuple(sympy.Symbol(word, real=True) for word in words)


class New(sympy.Symbol):
    """The value a state has after the step; its plain name is the value before the step.

    Attributes
    ----------
    of : sympy.Symbol
        The name before the step.
    """

    of: sympy.Symbol

    def __new__(cls, of: sympy.Symbol) -> New:
        symbol = sympy.Symbol.__xnew__(cls, f"{of.name}_new", real=True)
        symbol.of = of
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), "new")

    def __reduce__(self) -> tuple[Any, ...]:
        return New, (self.of,)


def new(state: sympy.Symbol) -> New:
    """The new value of `state`, for use on the right-hand side of an equation.

    Parameters
    ----------
    state : sympy.Symbol
        A name that is a state of the cell.

    Returns
    -------
    New

    Raises
    ------
    TypeError
        For what is not the name of a vector.
    """
    if not isinstance(state, sympy.Symbol) or isinstance(state, New | Net):
        raise TypeError(f"new takes the name of a state, got {state!r}")
    return New(state)


@dataclass(frozen=True)
class Term:
    """matrix * source inside an affine map.

    Attributes
    ----------
    matrix : str or None
        Its name; None until the cell gives it one.
    kind : {'dense', 'diagonal', 'fixed'}
        What the matrix is.
    source : sympy.Expr
        The vector, or elementwise expression, that it multiplies.
    """

    matrix: str | None
    kind: Kind
    source: sympy.Expr


def dense(matrix: str, source: sympy.Expr) -> Term:
    """A full matrix times `source`. The same name in two maps is one shared matrix.

    Parameters
    ----------
    matrix : str
        Its name.
    source : sympy.Expr
        A name, or an elementwise expression of names.

    Returns
    -------
    Term

    Raises
    ------
    TypeError, ValueError
        For a source that is no expression; for a name that is no identifier.
    """
    return Term(_matrix_name(matrix), "dense", _source(source))


def diagonal(matrix: str, source: sympy.Expr) -> Term:
    """diag(`matrix`) times `source`: one weight for each unit, such as a peephole.

    Parameters
    ----------
    matrix : str
        Its name.
    source : sympy.Expr
        A name, or an elementwise expression of names.

    Returns
    -------
    Term

    Raises
    ------
    TypeError, ValueError
        For a source that is no expression; for a name that is no identifier.
    """
    return Term(_matrix_name(matrix), "diagonal", _source(source))


def fixed(matrix: str, source: sympy.Expr) -> Term:
    """A full matrix times `source` that is given with the weights and never learned.

    Parameters
    ----------
    matrix : str
        Its name.
    source : sympy.Expr
        A name, or an elementwise expression of names.

    Returns
    -------
    Term

    Raises
    ------
    TypeError, ValueError
        For a source that is no expression; for a name that is no identifier.
    """
    return Term(_matrix_name(matrix), "fixed", _source(source))


class Net(sympy.Symbol):
    """The pre-activation vector of an affine map; made by `net`.

    Attributes
    ----------
    terms : tuple of Term
        Products of a matrix and a vector.
    bias : str or None
        Its name.
    label : str
        By which its gate is called.
    """

    terms: tuple[Term, ...]
    bias: str | None
    label: str

    def __new__(cls, label: str, terms: tuple[Term, ...], bias: str | None) -> Net:
        symbol = sympy.Symbol.__xnew__(cls, f"net_{label}" if label else "net", real=True)
        symbol.label, symbol.terms, symbol.bias = label, terms, bias
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        # Flat, and of SymPy objects and strings only: SymPy sorts the summands of an expression by comparing these.
        parts = [part for t in self.terms for part in (t.matrix or "", t.kind, t.source)]
        return (*super()._hashable_content(), *parts, self.bias or "")

    def __reduce__(self) -> tuple[Any, ...]:
        return Net, (self.label, self.terms, self.bias)


def net(label: str, *sources: sympy.Expr | Term, bias: str | bool = True) -> Net:
    """The affine map called `label` of one or more vectors: net_f = W_f h + U_f x + b_f.

    Parameters
    ----------
    label : str
        Of the gate; matrices and bias get their names from it.
    *sources : sympy.Expr or Term
        Names of vectors, `new(state)`, an elementwise expression of names, or a term made by `dense`, `diagonal` or
        `fixed`. A plain source gets a full matrix, named when the cell is made: U_f if it is an input, W_f if not
        (W_fh, W_fc when there are several of a sort).
    bias : str or bool, default True
        True for b_f, a name of your own, or False.

    Returns
    -------
    Net

    Raises
    ------
    TypeError, ValueError
        For a label or a name that is no identifier; for no source or one that is no expression.
    """
    if not isinstance(label, str) or (label and not label.isidentifier()):
        raise ValueError(f"label must be a name such as 'f', got {label!r}; write net('f', h, x)")
    if not sources:
        raise ValueError(f"net({label!r}) must read at least one vector, got none")
    terms = tuple(s if isinstance(s, Term) else Term(None, "dense", _source(s)) for s in sources)
    name = (f"b_{label}" if label else "b") if bias is True else (bias or None)
    return Net(label, terms, None if name is None else _matrix_name(name))


def _matrix_name(name: str) -> str:
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"a matrix must be named by an identifier such as 'W_f', got {name!r}")
    return name


def _source(source: Any) -> sympy.Expr:
    if not isinstance(source, sympy.Expr):
        raise TypeError(f"a source must be the name of a vector or an elementwise expression, got {source!r}")
    return source
