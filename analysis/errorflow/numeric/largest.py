"""The largest eigenvalue of many Gram matrices, certified: a few products with a vector where these are enough.

A unit vector x gives the lower bound theta = <x, G x>. In the basis of x and its complement G is [[theta, r], [r, C]],
with |r| the residual |G x - theta x|, so the largest eigenvalue is at most theta + |r|^2 / (theta - |C|) where
|C| < theta. |C|_F^2 = |G|_F^2 - 2 |r|^2 - theta^2 bounds |C| where the spectrum falls, as it does at long lags. Where
it is flat, as under orthogonal weights, D = G - theta is small and the largest eigenvalue at most theta plus
|D D|_F^(1/2). Between the two, G^4 is asked for its largest eigenvalue, whose fourth root it is; and LAPACK for
what is left.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from errorflow.numeric.arrays import Array

_CLOSE = 2.0**-44  # of the eigenvalue, 2^-45 of its root: 4e-14 in log2
_NEAR = 2.0**-40  # of a flat spectrum, of which the middle is taken: 3.3e-13 in log2
_ROUNDING = 2.0**-48  # of |G|_F^2, a sum of positive terms
_FEW, _MANY = 3, 12  # products with a vector, before and after taking fourth powers

Flags = npt.NDArray[np.bool_]


def largest(gram: Array) -> Array:
    """The largest eigenvalue of each symmetric positive semidefinite matrix, within 2^-41 of itself.

    gram: (..., r, r).
    """
    if gram.shape[-1] == 1:
        return gram[..., 0, 0]
    matrices = gram.reshape(-1, *gram.shape[-2:])
    values, certain = _above(matrices, _FEW)
    for method in (_flat, _squared, _exactly):
        rest = np.flatnonzero(~certain)
        if rest.size:
            hard = matrices if rest.size == len(matrices) else matrices[rest]
            values[rest], certain[rest] = method(hard, values[rest])
    return values.reshape(gram.shape[:-2])


def _above(gram: Array, rounds: int) -> tuple[Array, Flags]:
    """A lower bound of each largest eigenvalue, and whether it stands far enough above the others to be certain."""
    squares = np.einsum("mij,mij->m", gram, gram)
    # The column of the largest diagonal entry is a product with a vector that has been made already.
    highest = np.einsum("mii->mi", gram).argmax(axis=1)
    image = np.take_along_axis(gram, highest[:, None, None], axis=2)[..., 0]
    image[squares == 0, 0] = 1.0
    length = np.einsum("mi,mi->m", image, image)
    for _ in range(rounds):
        x = image / np.sqrt(length)[:, None]
        image = (gram @ x[..., None])[..., 0]
        theta, length = np.einsum("mi,mi->m", x, image), np.einsum("mi,mi->m", image, image)
        residual = np.maximum(length - theta**2, 0.0)
        others = np.maximum(squares - 2 * residual - theta**2, 0.0) + _ROUNDING * squares
        certain = (residual <= _CLOSE * theta * (theta - np.sqrt(others))) | (squares == 0)
        if certain.all():
            break
        length[squares == 0] = 1.0
    return theta, certain


def _flat(gram: Array, theta: Array) -> tuple[Array, Flags]:
    """The same where all eigenvalues are close to `theta`: the middle between it and the upper bound."""
    apart = gram - theta[:, None, None] * np.eye(gram.shape[-1])
    near = np.maximum(apart.max(axis=(1, 2)), -apart.min(axis=(1, 2))) <= _NEAR * theta
    if not near.any():
        return theta, near
    some = apart if near.all() else apart[near]
    square = some @ some
    above = np.einsum("mij,mij->m", square, square) ** 0.25
    values = theta.copy()
    values[near] += above / 2
    near[near] = above <= _NEAR * theta[near]
    return values, near


def _squared(gram: Array, _: Array) -> tuple[Array, Flags]:
    """The same from the fourth powers of the matrices, whose largest eigenvalues stand further above the others."""
    _, power = np.frexp(np.einsum("mii->m", gram))
    square = np.ldexp(gram, -power[:, None, None])
    square = square @ square
    fourth, certain = _above(square @ square, _MANY)
    return np.ldexp(np.sqrt(np.sqrt(fourth)), power), certain


def _exactly(gram: Array, _: Array) -> tuple[Array, Flags]:
    return np.asarray(np.linalg.eigvalsh(gram)[:, -1]), np.ones(len(gram), dtype=bool)
