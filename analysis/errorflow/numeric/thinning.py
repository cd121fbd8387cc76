"""Directions of the flow that no longer matter, dropped with a bound on what that costs.

Phi_q^T is carried as its columns, and the columns of one new state may be rotated at any lag: no norm of a block of
Phi changes. When the singular values of these columns have spread, those of the small ones are dropped. What is
dropped then, E, and what is kept, B, have orthogonal row spaces, and go on having them: both are only ever multiplied
from the left. So Phi^T Phi is B B^T + E E^T, and for every block, at every later lag,

    |B|^2 <= |Phi|^2 <= |B|^2 + |E|^2        spectral and Frobenius norms alike.

The dropped part of every block has a known length when it is dropped, but J may stretch it later. E is not carried, but
E g is, for four Gaussian vectors g (`PROBES`). For one g, P(|E g| <= |E|_F / a) <= sqrt(e) / a: with s_i the squared
singular values, of sum 1, and z_i normal, Markov's inequality for exp(-t sum s_i z_i^2) gives
P(sum s_i z_i^2 <= b) <= e^(t b) prod (1 + 2 t s_i)^(-1/2) <= e^(t b) (1 + 2 t)^(-1/2), which is at most sqrt(e b) at
2 t = 1/b - 1. With a = 2^15 all four fail together with a probability of at most (sqrt(e) / 2^15)^4 < 2^-57 at each
lag and block, so that one fails among a million blocks is less likely than 2^-37. `trusted` demands
2^15 |E g| <= 2^-21 |B| of the largest of the four: the spectral norm of every block is then right to 2^-43 of itself,
that of k by k blocks together to k^2 2^-43. Where this fails, the flow is carried whole.

The probability is that of the vectors, not of the network: it holds for every network that was there before they were
drawn. They are drawn from a digest of the flow, so that a profile can be repeated and no network be made to fit them.
No bound that is certain comes as cheaply. From products of J with fewer vectors than N nothing follows for the others
but what the norm of J allows, and norms of single steps multiply to 3^q where random weights of gain 1.5 make
products of about 1. A profile with departures drops nothing. All this is for exact arithmetic on top of what rounding
does to any product of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TypeVar

import numpy as np

from errorflow.numeric.arrays import Array
from errorflow.numeric.scaled import NOTHING, Scaled, normalised

K = TypeVar("K")

PROBES = 4
_FACTOR = 2.0**15
_TRUSTED = 2.0**-21
_DROPPED = 2.0**-43  # of every block, at one time: leaves room for 2^15 |E g| and for what E grows against B
_SEEN = 2.0**-24  # of every block: what is shorter is left out of norms
_NOISE = 2.0**-100  # of a rotation
_APART = 300  # bits between the columns of a block, of which one exponent for all would lose digits
_WORTHWHILE = 0.9  # of the columns, to be worth the rotation


@dataclass(frozen=True)
class Columns:
    """What the columns of a carried flow are: those kept of each new state in turn, then the probes of each in turn.

    kept: how many of each new state. probes: how many of each, 0 as long as nothing has been dropped.
    """

    kept: tuple[int, ...]
    probes: int = 0

    @property
    def total(self) -> int:
        """How many columns there are."""
        return sum(self.kept) + len(self.kept) * self.probes

    def of(self, state: int) -> slice:
        """The columns kept of this new state."""
        start = sum(self.kept[:state])
        return slice(start, start + self.kept[state])

    def probing(self, state: int) -> slice:
        """The columns that probe what was dropped of this new state."""
        start = sum(self.kept) + state * self.probes
        return slice(start, start + self.probes)


def thinned(flow: dict[K, Scaled], columns: Columns) -> tuple[dict[K, Scaled], Columns]:
    """The same flow in fewer columns, or as it was where that would save too few of them."""
    if any(_spread_of(block.exponent) > _APART for block in flow.values()):
        return flow, columns
    found: list[_Rotation] = []
    for k in range(len(columns.kept)):
        rotation = _rotation([part(block, columns.of(k)) for block in flow.values()])
        if rotation is None:
            return flow, columns
        found.append(rotation)
    fewer = Columns(tuple(rotation.kept for rotation in found), PROBES)
    if fewer.total > _WORTHWHILE * columns.total:
        if columns.probes or sum(rotation.seen for rotation in found) > _WORTHWHILE * sum(columns.kept):
            return flow, columns
        found, fewer = [replace(rotation, kept=len(rotation.lengths)) for rotation in found], columns
    rng = _generator([rotation.lengths for rotation in found])
    gaussian = [rng.normal(size=(PROBES, len(r.lengths) - r.kept)) for r in found]
    turned = {}
    for state, block in flow.items():
        kept, probes = [], []
        for k, rotation in enumerate(found):
            mantissa, top = _at_one(part(block, columns.of(k)))
            new = rotation.matrix @ mantissa.transpose(1, 2, 0)
            kept.append(_spread(new[:, : rotation.kept], top))
            if not fewer.probes:
                continue
            lost = _spread(gaussian[k] @ new[:, rotation.kept :], top)
            probes.append(part(block, columns.probing(k)) + lost if columns.probes else lost)
        turned[state] = beside([*kept, *probes])
    return turned, fewer


def _spread_of(exponent: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> int:
    some = exponent[exponent > NOTHING // 2]
    return int(np.ptp(some)) if some.size else 0


def trusted(norms: Array, probes: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether what was dropped of a block is certainly too little to be seen.

    norms: log2 of the spectral norm of what is kept. probes: log2 of |E g|, one g in the last axis each.
    """
    allowed = np.log2(_TRUSTED / _FACTOR) + norms
    return probes.max(axis=-1) <= allowed


def part(block: Scaled, columns: slice) -> Scaled:
    """Some columns of a block."""
    return Scaled(block.mantissa[..., columns], block.exponent[..., columns])


def beside(blocks: Sequence[Scaled]) -> Scaled:
    """Blocks side by side."""
    rows = np.concatenate([b.mantissa.transpose(1, 2, 0) for b in blocks], axis=1)  # as they lie in memory
    return Scaled(rows.transpose(2, 0, 1), np.concatenate([b.exponent for b in blocks], axis=-1))


@dataclass(frozen=True)
class _Rotation:
    """An orthogonal matrix (batch, r, r) for r columns, by rows, and how many of the new columns are needed.

    lengths: of the new columns, in the first sequence. seen: how many of them are seen in the norm.
    """

    matrix: Array
    kept: int
    seen: int
    lengths: Array


def _rotation(blocks: Sequence[Scaled]) -> _Rotation | None:
    """New columns of falling length, for blocks above one another, each of norm 1; None where they hardly fall.

    Two QR factorisations, M = Q R of columns of falling length and R^T = P S, give M P = Q S^T. The columns of S^T are
    nearly as short as singular vectors would make them, and how short they are is known: no more is asked of P.
    """
    parts = []
    for block in blocks:
        mantissa, _ = _at_one(block)
        size = np.sqrt(np.einsum("rbk,rbk->b", mantissa, mantissa))
        parts.append(mantissa.transpose(1, 0, 2) / np.where(size > 0, size, 1.0)[:, None, None])
    stacked = np.concatenate(parts, axis=1)
    order = np.argsort(-np.einsum("bmk,bmk->bk", stacked, stacked), axis=1)[:, None]
    upper = np.asarray(np.linalg.qr(np.take_along_axis(stacked, order, axis=2), mode="r"))
    if _counted(upper, _SEEN / 8) > _WORTHWHILE * upper.shape[2]:
        return None
    turned, lower = np.linalg.qr(upper.swapaxes(1, 2))
    matrix = np.empty_like(turned)
    turned = np.where(np.abs(turned) < _NOISE, 0.0, turned)  # no entries that are too small to carry
    np.put_along_axis(matrix, order, turned.swapaxes(1, 2), axis=2)
    return _Rotation(matrix, _counted(lower, _DROPPED), _counted(lower, _SEEN), np.linalg.norm(lower[0], axis=1))


def _counted(rows: Array, least: float) -> int:
    """How many rows (batch, r, k) are needed, so that the others together are shorter than `least`."""
    tails = np.cumsum(np.einsum("bmk,bmk->bm", rows, rows)[:, ::-1], axis=1)[:, ::-1]
    return max(1, int((tails > least**2).sum(axis=1).max()))


def _generator(numbers: Sequence[Array]) -> np.random.Generator:
    """Random numbers that are the same for the same flow, and that no flow can have been made to fit."""
    digest = blake2b(b"".join(array.tobytes() for array in numbers)).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))


def _at_one(block: Scaled) -> tuple[Array, np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """The mantissa of a block at one exponent for all columns of a sequence, and this exponent."""
    top = block.exponent.max(axis=-1, keepdims=True)
    return block.at(np.broadcast_to(top, block.exponent.shape)), top


def _spread(rows: Array, top: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Scaled:
    """Rows (batch, columns, width) as columns."""
    exponent = np.broadcast_to(top, rows.shape[:2])
    return normalised(rows.transpose(2, 0, 1), np.where(exponent > NOTHING // 2, exponent, NOTHING), together=True)
