"""The largest eigenvalue of many Gram matrices, certified: a few products with a vector where these are enough.

A unit vector x gives the lower bound theta = <x, G x>. In the basis of x and its complement G is [[theta, d], [d, C]],
with |d| the residual |G x - theta x|, so the largest eigenvalue is at most theta + |d|^2 / (theta - |C|) where
|C| < theta. Leaving out d lowers the trace of every convex function, so |C|^p <= tr G^p - theta^p for even p: p = 2
serves where the spectrum falls, as it does at long lags, p = 8 where it falls slowly. Where it is flat, as under
orthogonal weights, D = G - theta is small and the largest eigenvalue at most theta plus |D D|_F^(1/2). Where others
come close to the largest, x is the limit of Lanczos' method, C is bounded by what of tr G^2 its basis leaves (`_ritz`)
or, where that is too much, that no eigenvalue lies above is what a Cholesky factor of (1 + 2^-43) theta - G says.
Where rows meet few others, as under W = 1, each part has its own. What is left is asked of LAPACK. All this is up to
rounding, r ulp.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from errorflow.numeric.arrays import Array

_CLOSE = 2.0**-44  # of the eigenvalue, 2^-45 of its root: 4e-14 in log2
_NEAR = 2.0**-40  # of a flat spectrum, of which the middle is taken: 3.3e-13 in log2
_ROUNDING = 2.0**-40  # of tr G^p, a sum of positive terms
_FEW = 3  # products with a vector at first
_MANY = 8  # products with G^8
_NEAR_ONE = 16  # bits that a trace may be away from 1: the square of an entry of G^16 keeps its digits
_SMALL, _MIDDLE = 8, 96  # rows up to which LAPACK, and squaring, are fastest
_KRYLOV = 20  # steps of Lanczos' method
_LOOKS = (9, 12, 15)  # steps after which it may be enough
_SHORT = 2.0**-24  # of the eigenvalue: a residual that is
_TOGETHER = 2**19  # entries that are worked on at once, to stay in the cache

Flags = npt.NDArray[np.bool_]
Method = Callable[[Array, Array], tuple[Array, Flags]]


def largest(gram: Array) -> Array:
    """The largest eigenvalue of each symmetric positive semidefinite matrix, within 2^-41 of itself.

    gram: (..., r, r).
    """
    rows = gram.shape[-1]
    if rows == 1:
        return gram[..., 0, 0]
    matrices = gram.reshape(-1, rows, rows)
    values, together = np.empty(len(matrices)), max(1, _TOGETHER // rows**2)
    for start in range(0, len(matrices), together):
        values[start : start + together] = _largest(matrices[start : start + together])
    return values.reshape(gram.shape[:-2])


def _largest(gram: Array) -> Array:
    """The same, of matrices (m, r, r)."""
    traces = np.einsum("mii->m", gram)
    _, power = np.frexp(traces)
    if (np.abs(power) > _NEAR_ONE).any():
        gram = np.ldexp(gram, -power[:, None, None])  # so that powers of the matrix neither over- nor underflow
    else:
        power = np.zeros_like(power)
    methods: tuple[Method, ...]
    if gram.shape[1] <= _MIDDLE:
        values, certain = _above(gram)
        methods = (_flat, _in_parts, _squared, _exactly) if gram.shape[1] > _SMALL else (_exactly,)
    else:
        values, certain = np.einsum("mii->mi", gram).max(axis=1), np.zeros(len(gram), dtype=bool)
        methods = (_flat, _in_parts, _like_last, _exactly)
    values[traces == 0], certain[traces == 0] = 0.0, True
    for method in methods:
        rest = np.flatnonzero(~certain)
        if rest.size:
            values[rest], certain[rest] = method(gram if rest.size == len(gram) else gram[rest], values[rest])
    return np.ldexp(values, power)


def _judged(gram: Array, vectors: Array, trace: Array, p: int) -> tuple[Array, Flags, Array]:
    """theta of these vectors, not of norm 1, whether it is certain, and the residual's square. trace: of G^p."""
    x = _unit(vectors)
    image = _image(gram, x)
    theta = _dot(x, image)
    image -= theta[:, None] * x
    residual = _dot(image, image)
    others = (np.maximum(trace - theta**p, 0.0) + _ROUNDING * trace) ** (1 / p)
    return theta, residual <= _CLOSE * theta * (theta - others), residual


def _above(gram: Array) -> tuple[Array, Flags]:
    """A lower bound of each largest eigenvalue, and whether it stands far enough above the others to be certain."""
    squares = np.einsum("mij,mij->m", gram, gram)
    vectors = _column(gram)
    for _ in range(_FEW - 1):
        vectors = _image(gram, _unit(vectors))
    theta, certain, _ = _judged(gram, vectors, squares, 2)
    return theta, certain


def _flat(gram: Array, theta: Array) -> tuple[Array, Flags]:
    """The same where all eigenvalues are close to `theta`: the middle between it and the upper bound."""
    near = np.abs(np.einsum("mii->mi", gram) - theta[:, None]).max(axis=1) <= _NEAR * theta
    if not near.any():
        return theta, near
    apart = gram[near] - theta[near, None, None] * np.eye(gram.shape[-1])
    square = apart @ apart
    above = np.einsum("mij,mij->m", square, square) ** 0.25
    values = theta.copy()
    values[near] += above / 2
    near[near] = above <= _NEAR * theta[near]
    return values, near


def _in_parts(gram: Array, lower: Array) -> tuple[Array, Flags]:
    """The same where, by exact zeros, all of these matrices fall into the same parts of at most `_SMALL` rows."""
    meets = (gram != 0).any(axis=0)
    rows = len(meets)
    if np.count_nonzero(meets) <= _SMALL * rows:
        np.fill_diagonal(meets, True)
        part = np.arange(rows)  # of a row: the least row that it meets, over others
        for _ in range(_SMALL):
            part = np.where(meets, part, rows).min(axis=1)
        sizes = np.bincount(part, minlength=rows)[part]
        if not (meets & (part != part[:, None])).any() and sizes.max() <= _SMALL:
            order, values = np.argsort(part, kind="stable"), np.zeros(len(gram))
            for size in np.unique(sizes):
                of = order[sizes[order] == size].reshape(-1, size)
                blocks = gram[:, of[:, :, None], of[:, None, :]]
                np.maximum(values, np.linalg.eigvalsh(blocks)[..., -1].max(axis=1), out=values)
            return values, np.ones(len(gram), dtype=bool)
    return lower, np.zeros(len(gram), dtype=bool)


def _squared(gram: Array, _lower: Array) -> tuple[Array, Flags]:
    """The same by products with G^8, and tr G^8."""
    square = gram @ gram
    fourth = square @ square
    trace = np.einsum("mij,mij->m", fourth, fourth)
    power = fourth @ fourth
    vectors = _column(power)
    for _ in range(_MANY):
        vectors = _image(power, _unit(vectors))
    theta, certain, _ = _judged(gram, vectors, trace, 8)
    return theta, certain


def _like_last(gram: Array, lower: Array) -> tuple[Array, Flags]:
    """The same by Lanczos' method, which is given up where it fails for the last: spectra spread with the lag."""
    values, certain = lower.copy(), np.zeros(len(gram), dtype=bool)
    values[-1:], certain[-1:] = _lanczos(gram[-1:])
    if certain[-1] and len(gram) > 1:
        values[:-1], certain[:-1] = _lanczos(gram[:-1])
    return values, certain


def _lanczos(gram: Array) -> tuple[Array, Flags]:
    """The same by Lanczos' method and what it leaves of the trace or, where others are too close, a Cholesky factor."""
    steps = min(_KRYLOV, gram.shape[1])
    basis, images = np.zeros((2, len(gram), steps, gram.shape[1]))
    diagonal, beside = np.zeros((2, steps, len(gram)))
    vector = _unit(_column(gram))
    for k in range(steps):
        basis[:, k] = vector
        images[:, k] = image = _image(gram, vector)
        diagonal[k] = _dot(vector, image)
        before = basis[:, : k + 1]
        image = image - (_image(before, image)[:, None] @ before)[:, 0]
        beside[k] = np.sqrt(_dot(image, image))
        vector = image / np.where(beside[k] > 0, beside[k], 1.0)[:, None]
        if k + 1 in _LOOKS:
            last = _leading(diagonal[: k + 1], beside[:k])[:, -1]
            if (np.abs(last) * beside[k] <= _SHORT * diagonal[0]).all():
                break
    return _ritz(gram, basis[:, : k + 1], images[:, : k + 1])


def _ritz(gram: Array, basis: Array, images: Array) -> tuple[Array, Flags]:
    """theta of the leading vector in the span of a basis (m, k, r), and whether it is certain. images: G times it.

    In that basis and its complement G is [[T, D^t], [D, C]], and |C|_F^2 = |G|_F^2 - 2 |G V|_F^2 + |T|_F^2. Where T is
    diagonal, all but theta is at most as long as the longer of C and the second entry of T, and D.
    """
    small = images @ basis.swapaxes(1, 2)
    ritz, turn = np.linalg.eigh((small + small.swapaxes(1, 2)) / 2)
    x = _unit((turn[:, None, :, -1] @ basis)[:, 0])
    image = _image(gram, x)
    theta = _dot(x, image)
    image -= theta[:, None] * x
    residual = _dot(image, image)
    inside, all_images, whole = (np.einsum("mij,mij->m", part, part) for part in (small, images, gram))
    outside = np.sqrt(np.maximum(whole - 2 * all_images + inside, 0.0) + _ROUNDING * whole)
    second = ritz[:, -2] if ritz.shape[1] > 1 else np.zeros(len(ritz))
    others = np.maximum(second, outside) + np.sqrt(np.maximum(all_images - inside, 0.0) + _ROUNDING * whole)
    skew = np.abs(basis @ basis.swapaxes(1, 2) - np.eye(basis.shape[1])).max(axis=(1, 2))
    certain = (residual <= _CLOSE * theta * (theta - others)) & (skew <= _ROUNDING)
    for m in np.flatnonzero(~certain & (residual <= _NEAR * theta**2)):
        certain[m] = _nothing_above(gram[m], theta[m])
    return theta, certain


def _leading(diagonal: Array, beside: Array) -> Array:
    """The leading eigenvector of each tridiagonal matrix, (m, k)."""
    small = np.zeros((diagonal.shape[1], len(diagonal), len(diagonal)))
    np.einsum("mii->mi", small)[...] = diagonal.T
    np.einsum("mii->mi", small[:, 1:, :-1])[...] = beside.T
    return np.asarray(np.linalg.eigh(small)[1][:, :, -1])


def _nothing_above(gram: Array, theta: float) -> bool:
    """Whether no eigenvalue lies above (1 + 2 _CLOSE) theta."""
    try:
        np.linalg.cholesky((1 + 2 * _CLOSE) * theta * np.eye(len(gram)) - gram)
    except np.linalg.LinAlgError:
        return False
    return True


def _exactly(gram: Array, _: Array) -> tuple[Array, Flags]:
    return np.asarray(np.linalg.eigvalsh(gram)[:, -1]), np.ones(len(gram), dtype=bool)


def _column(gram: Array) -> Array:
    """The column of the largest diagonal entry: a product with a vector that has been made already."""
    return np.asarray(gram[np.arange(len(gram)), np.einsum("mii->mi", gram).argmax(axis=1)])


def _image(gram: Array, vectors: Array) -> Array:
    return (gram @ vectors[..., None])[..., 0]


def _dot(left: Array, right: Array) -> Array:
    return np.asarray(np.einsum("mi,mi->m", left, right))


def _unit(vectors: Array) -> Array:
    length = np.sqrt(_dot(vectors, vectors))
    return vectors / np.where(length > 0, length, 1.0)[:, None]
