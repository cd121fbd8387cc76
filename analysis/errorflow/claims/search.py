"""Searches for the smallest counterexample: what is looked through, in which order, and the first that is found."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import TypeVar

from errorflow.claims.exact import Matrix

Candidate = TypeVar("Candidate")
ORDER = "in order of the largest entry, then of their sum"


def integers(most: int) -> Iterator[int]:
    """0, 1, -1, 2, -2, ... up to that modulus."""
    yield 0
    for size in range(1, most + 1):
        yield from (size, -size)


def integer_matrices(n: int, most: int, least: int = 0, signed: bool = True) -> Iterator[Matrix]:
    """All (n, n) matrices of integers with moduli from `least` to `most`, smallest first.

    Smaller is, as ORDER says in short, the one with the smaller largest modulus, then with the smaller sum of moduli,
    then with fewer negative entries, then by its entries in reading order. signed: whether negative entries occur.
    """
    for largest in range(least, most + 1):
        entries = [k for k in range(-largest if signed else 0, largest + 1) if abs(k) >= least]
        shell = [e for e in itertools.product(entries, repeat=n * n) if max(map(abs, e)) == largest]
        shell.sort(key=lambda e: (sum(map(abs, e)), sum(k < 0 for k in e), [-k for k in e]))
        for e in shell:
            yield tuple(tuple(map(Fraction, e[n * row : n * row + n])) for row in range(n))


def first(candidates: Iterable[Candidate], wanted: Callable[[Candidate], bool]) -> tuple[Candidate, int]:
    """The first candidate with the property, and how many were looked at. Raises LookupError where there is none."""
    tried = 0
    for candidate in candidates:
        tried += 1
        if wanted(candidate):
            return candidate, tried
    raise LookupError(f"none of {tried:,} candidates has the property")


def every(candidates: Iterable[Candidate], wanted: Callable[[Candidate], bool]) -> int:
    """How many candidates there are, all of which have the property. Raises LookupError with one that lacks it."""
    tried = 0
    for candidate in candidates:
        tried += 1
        if not wanted(candidate):
            raise LookupError(f"{candidate} lacks the property")
    return tried
