"""The largest eigenvalue of many Gram matrices, certified: a few products with a vector where these are enough.

A unit vector x gives the lower bound theta = <x, G x>. In the basis of x and its complement G is [[theta, r], [r, C]],
with |r| the residual |G x - theta x|, so the largest eigenvalue is at most theta + |r|^2 / (theta - |C|) where
|C| < theta. |C|_F^2 = |G|_F^2 - 2 |r|^2 - theta^2 bounds |C| where the spectrum falls, as it does at long lags. Where
it is flat, as under orthogonal weights, D = G - theta is small and the largest eigenvalue at most theta plus
|D D|_F^(1/2). What neither bound brings within 2^-44 of theta goes to LAPACK.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from errorflow.numeric.arrays import Array

_CLOSE = 2.0**-44  # of the eigenvalue, 2^-45 of its root: 4e-14 in log2
_ROUNDING = 2.0**-48  # of |G|_F^2, a sum of positive terms
_ROUNDS = 4  # products with a vector, before LAPACK is called

Flags = npt.NDArray[np.bool_]


def largest(gram: Array) -> Array:
    """The largest eigenvalue of each symmetric positive semidefinite matrix, within 2^-44 of itself.

    gram: (..., r, r).
    """
    if gram.shape[-1] == 1:
        return gram[..., 0, 0]
    matrices = gram.reshape(-1, *gram.shape[-2:])
    values, certain = _above(matrices)
    rest = np.flatnonzero(~certain)
    if rest.size:
        rest = rest[~_flat(matrices[rest], values[rest])]
    if rest.size:
        values[rest] = np.linalg.eigvalsh(matrices[rest])[:, -1]
    return values.reshape(gram.shape[:-2])


def _above(gram: Array) -> tuple[Array, Flags]:
    """A lower bound of each largest eigenvalue, and whether it stands far enough above the others to be certain."""
    squares = np.einsum("mij,mij->m", gram, gram)
    values, certain = np.zeros(len(gram)), squares == 0
    rest = np.flatnonzero(~certain)
    # The column of the largest diagonal entry is a product with a vector that has been made already.
    highest = np.einsum("mii->mi", gram).argmax(axis=1)
    image = gram[rest, :, highest[rest]]
    for _ in range(_ROUNDS):
        if not rest.size:
            break
        x = image / np.linalg.norm(image, axis=1, keepdims=True)
        image = ((gram if rest.size == len(gram) else gram[rest]) @ x[..., None])[..., 0]
        theta = np.einsum("mi,mi->m", x, image)
        apart = image - theta[:, None] * x
        residual = np.einsum("mi,mi->m", apart, apart)
        others = np.maximum(squares[rest] - 2 * residual - theta**2, 0.0) + _ROUNDING * squares[rest]
        gap = theta - np.sqrt(others)
        certain[rest] = (gap > 0) & (residual <= _CLOSE * theta * gap)
        values[rest] = theta
        image, rest = image[~certain[rest]], rest[~certain[rest]]
    return values, certain


def _flat(gram: Array, theta: Array) -> Flags:
    """Whether no eigenvalue is above `theta` by more than rounding, all of them being close to it."""
    apart = gram - theta[:, None, None] * np.eye(gram.shape[-1])
    near = np.abs(apart).max(axis=(1, 2)) <= _CLOSE * theta
    if near.any():
        some = apart[near]
        fourth = np.linalg.norm(some @ some, axis=(1, 2))
        near[near] = fourth <= (_CLOSE * theta[near]) ** 2
    return near
