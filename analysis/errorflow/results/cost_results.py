"""What BPTT and RTRL cost for a cell, as a named result."""

from __future__ import annotations

import sympy

from errorflow.cells import Cell
from errorflow.learning.cost import STEPS
from errorflow.results.layout import aligned
from errorflow.results.record import Content, Piece

_LINE = 64
_FIELDS = (("macs", "multiply-adds"), ("elementwise", "elementwise products"), ("memory", "words of memory"))


def cost(made: Cell) -> Content:
    """The polynomials of both algorithms in n units, m inputs and T steps, and from which T on they hold if not all."""
    records = made.cost(algorithms=("bptt", "rtrl"))
    rows, text, parts = [], [], {}
    for record in records:
        for field, words in _FIELDS:
            polynomial = getattr(record, field)
            formula = shown(polynomial)
            late = record.valid_from > 1 and field != "memory"
            at = f", T >= {record.valid_from}" if late else ""
            at_tex = rf",\ T \ge {record.valid_from}" if late else ""
            rows.append(rf"\text{{{record.name.upper()}, {words}}}{at_tex} \colon{{}}& {_broken(formula)}")
            text.append(f"{record.name}, {words}{at}: {polynomial}")
            parts[f"{record.name}.{field}"] = Piece(formula)
    return Content(Piece(aligned(rows)), "\n".join(text), parts, {"algorithms": [record.json() for record in records]})


def shown(polynomial: sympy.Expr) -> str:
    """A cost as LaTeX: one product if it factors, else a multiple of T and a rest, each factored."""
    by_steps = sympy.Poly(polynomial, STEPS)
    slope, rest = (sympy.factor(by_steps.coeff_monomial(STEPS**k)) for k in (1, 0))
    if slope == 0 or rest == 0:
        return _product(sympy.factor(polynomial))
    sign = "-" if rest.could_extract_minus_sign() else "+"
    return f"{_product(STEPS * slope)} {sign} {_product(-rest if sign == '-' else rest)}"


def _broken(formula: str) -> str:
    """A long formula on two lines, cut at a sum; brackets of a fixed size may be cut through."""
    place = formula.find(" + ", _LINE // 2)
    if len(formula) <= _LINE or place < 0:
        return formula
    return formula[:place] + " \\\\\n" + r"  &\quad{}+ " + formula[place + 3 :]


def _product(factored: sympy.Expr) -> str:
    """A product, in brackets no larger than they need to be."""
    return sympy.latex(factored).replace(r"\left", "").replace(r"\right", "")
