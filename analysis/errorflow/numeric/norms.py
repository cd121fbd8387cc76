"""Norms of flows, of their blocks and of their parts, from Gram matrices of scaled columns.

The largest eigenvalue of a Gram matrix is accurate to rounding relative to itself, so its root is the spectral norm to
full accuracy; small singular values, which a Gram matrix loses, are not asked for. Every block is measured at its own
exponent: a block 2^-600 of its neighbour keeps all its digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import sympy

from errorflow.numeric.arrays import Array
from errorflow.numeric.flows import Window
from errorflow.numeric.largest import largest
from errorflow.numeric.scaled import NOTHING, Integers, Scaled
from errorflow.numeric.thinning import trusted

Flow = Mapping[sympy.Symbol, Scaled]
Table = dict[tuple[str, ...], Array]

_UNSEEN = 2.0**-47  # of a norm's square: columns that are left out of its Gram matrix


def measured(window: Window, labels: Sequence[str]) -> tuple[Table, npt.NDArray[np.bool_]]:
    """Everything that a profile says of these lags, each (lags, batch), and whether it holds for certain.

    labels: of the parts.
    """
    columns, flow, states = window.columns, window.flow, tuple(window.flow)
    own = [columns.of(k) for k in range(len(states))]
    squares = window.squares
    kept = {s: block.exponent[..., : sum(columns.kept)] for s, block in flow.items()}
    top = _finite(np.max([exponent.max(axis=-1) for exponent in kept.values()], axis=0))
    seen = [max(_seen(squares[s][..., c], kept[s][..., c]) for s in flow) for c in own]
    used = [slice(c.start, c.start + count) for c, count in zip(own, seen, strict=True)]
    table: Table = {}
    certain = np.ones(top.shape, dtype=bool)
    ends = np.cumsum([0, *seen])
    joint = np.zeros((*top.shape, ends[-1], ends[-1]) if len(states) > 1 else ())
    for old, block in flow.items():
        rows = [block.mantissa[..., c].transpose(0, 2, 3, 1) for c in used]
        grams = {(i, j): rows[i] @ rows[j].swapaxes(2, 3) for i in range(len(rows)) for j in range(i + 1)}
        for k, new in enumerate(states):
            exponent = block.exponent[..., used[k]]
            highest = _finite(exponent.max(axis=-1))
            norm = _log2_root(_at(grams[k, k], exponent, highest), highest)
            if columns.probes:
                probes = columns.probing(k)
                certain &= trusted(norm, _log2_lengths(squares[old][..., probes], block.exponent[..., probes]))
            table["block", new.name, old.name] = norm
        for (i, j), gram in grams.items() if len(states) > 1 else ():
            scaled = _at(gram, block.exponent[..., used[i]], top, block.exponent[..., used[j]])
            joint[..., ends[i] : ends[i + 1], ends[j] : ends[j + 1]] += scaled
            if i != j:
                joint[..., ends[j] : ends[j + 1], ends[i] : ends[i + 1]] += scaled.swapaxes(2, 3)
    square = sum(np.ldexp(squares[s][..., : kept[s].shape[-1]], 2 * (kept[s] - top[..., None])).sum(-1) for s in flow)
    with np.errstate(divide="ignore"):
        table["norm",] = norm if len(states) == 1 else _log2_root(joint, top)
        table["frobenius",] = 0.5 * np.log2(square) + top
    if labels:
        table |= _parts(flow, window.parts, top, np.asarray(square), labels)
    return table, certain


def _seen(squares: Array, exponent: Integers) -> int:
    """How many of these columns count for the norm: the square of the others together is less than 2^-47 of its own."""
    sizes = np.ldexp(squares, 2 * (exponent - _finite(exponent.max(axis=-1))[..., None]))
    others = np.cumsum(sizes[..., ::-1], axis=-1)[..., ::-1]
    return max(1, int((others > _UNSEEN * sizes.max(axis=-1, keepdims=True)).sum(axis=-1).max()))


def _log2_lengths(squares: Array, exponent: Integers) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(0.5 * np.log2(squares) + exponent)


def _parts(flow: Flow, parts: Flow, top: Integers, square: Array, labels: Sequence[str]) -> Table:
    """log2 Frobenius norm of each part, and its share <part, Phi> / |Phi|^2."""
    apart = {s: (*block.exponent.shape[:2], len(labels), -1) for s, block in parts.items()}
    exponents = {s: block.exponent.reshape(apart[s]) for s, block in parts.items()}
    highest = _finite(np.max([e.max(axis=-1) for e in exponents.values()], axis=0))
    norms = overlap = np.zeros(highest.shape)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for s, block in parts.items():
            part = block.mantissa.reshape(*block.mantissa.shape[:3], len(labels), -1)
            squares = np.einsum("lrbpk,lrbpk->lbpk", part, part)
            norms = norms + np.ldexp(squares, 2 * (exponents[s] - highest[..., None])).sum(axis=-1)
            products = np.einsum("lrbpk,lrbk->lbpk", part, flow[s].mantissa)
            shift = exponents[s] + (flow[s].exponent - 2 * top[..., None])[:, :, None]
            overlap = overlap + np.ldexp(products, shift).sum(axis=-1)
        norms, shares = 0.5 * np.log2(norms) + highest, overlap / square[..., None]
    shares = np.where(np.isfinite(shares), shares, np.nan)
    table: Table = {}
    for k, label in enumerate(labels):
        table["departure", label], table["share", label] = norms[..., k], shares[..., k]
    return table


def _finite(exponent: Integers) -> Integers:
    """The exponent, 0 where there is nothing."""
    return np.where(exponent > NOTHING // 2, exponent, 0)


def _at(gram: Array, exponent: Integers, top: Integers, other: Integers | None = None) -> Array:
    """Products of columns as they are, at the exponent 2 * top. other: of the columns on the right, if not the same."""
    left = exponent - top[..., None]
    right = left if other is None else other - top[..., None]
    if not (left.any() or right.any()):
        return gram
    return gram * np.ldexp(1.0, left)[..., :, None] * np.ldexp(1.0, right)[..., None, :]


def _log2_root(gram: Array, top: Integers) -> Array:
    """log2 of the spectral norm."""
    with np.errstate(divide="ignore"):
        return 0.5 * np.log2(np.maximum(largest(gram), 0.0)) + top
