"""Blocks of the flow that are products of diagonals, and bounds of what stands on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

import sympy

from errorflow.activations import ACTIVATIONS
from errorflow.calculus.words import Words

_STEEPEST = {a.slope: Fraction(int(a.sup.p), int(a.sup.q)) for a in ACTIVATIONS if a.sup.is_Rational}


@dataclass(frozen=True)
class DiagonalBlock:
    """A block of the flow that is a product of diagonals, one entry for each step, or the identity.

    entry: in names of the cell; 1 for the identity. bound: at least |entry|, None where nothing is known.
    strict: whether |entry| stays below it.
    """

    entry: sympy.Expr
    bound: Fraction | None
    strict: bool = False


def circular(blocks: Mapping[tuple[str, str], Words]) -> bool:
    """Whether a path leads from a block back to itself."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for row, column in blocks:
        sorter.add(row, column)
    try:
        sorter.prepare()
    except CycleError:
        return True
    return False


def ends_of(e: sympy.Expr, names: dict[sympy.Symbol, tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction] | None:
    """An interval that holds a polynomial of names with known ranges; None for anything else."""
    if e.is_Symbol:
        return names.get(e)
    if e.is_Rational:
        return Fraction(int(e.p), int(e.q)), Fraction(int(e.p), int(e.q))
    if e.func in _STEEPEST:
        return -_STEEPEST[e.func], _STEEPEST[e.func]
    if not (e.is_Add or e.is_Mul):
        return None
    parts = [ends_of(arg, names) for arg in e.args]
    if any(part is None for part in parts):
        return None
    low, high = Fraction(int(e.is_Mul)), Fraction(int(e.is_Mul))
    for part in parts:
        assert part is not None
        if e.is_Add:
            low, high = low + part[0], high + part[1]
        else:
            ends = [low * part[0], low * part[1], high * part[0], high * part[1]]
            low, high = min(ends), max(ends)
    return low, high
