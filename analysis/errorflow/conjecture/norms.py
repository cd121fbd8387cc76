"""Norms, spectral radius and least singular value of a small matrix, exact where they are rational, else enclosed."""

from __future__ import annotations

from fractions import Fraction

import flint

from errorflow.conjecture.exact import ONE, ZERO, Ball, Value, ball, over, plus, root, sign, times

Matrix = tuple[tuple[Value, ...], ...]
SQUARINGS = 60


def product(a: Matrix, b: Matrix) -> Matrix:
    """a b."""
    columns = tuple(zip(*b, strict=True))
    return tuple(tuple(_total(times(x, y) for x, y in zip(r, c, strict=True)) for c in columns) for r in a)


def transposed(a: Matrix) -> Matrix:
    """The transpose."""
    return tuple(zip(*a, strict=True))


def identity(n: int) -> Matrix:
    """The identity."""
    return tuple(tuple(ONE if i == j else ZERO for j in range(n)) for i in range(n))


def modulus(v: Value) -> Value:
    """|v|."""
    return abs(v if isinstance(v, Fraction) else ball(v))


def norm(a: Matrix, kind: str) -> Value:
    """An induced norm, 1, 2 or inf, or fro, that of Frobenius."""
    if kind in ("1", "inf"):
        lines = a if kind == "inf" else transposed(a)
        return largest([_total(modulus(v) for v in line) for line in lines])
    gram = product(transposed(a), a)
    if kind == "fro":
        return _root(_total(gram[k][k] for k in range(len(gram))))
    if _rational(gram):
        top = extreme_root(gram, largest_wanted=True)
        if isinstance(top, Fraction):
            return root(top)
    return _norm_of_gram(gram)


def maxabs(a: Matrix) -> Value:
    """The largest modulus of an entry."""
    return largest([modulus(v) for row in a for v in row])


def sigma_min(a: Matrix) -> Value:
    """The least singular value of a square matrix: exact, or the reciprocal of the norm of the inverse. None else."""
    gram = product(transposed(a), a)
    if not _rational(a):
        return None
    least = extreme_root(gram, largest_wanted=False)
    if isinstance(least, Fraction):
        return root(least)
    inverse = _fmpq(a).inv()
    rows = tuple(tuple(_fraction(v) for v in row) for row in inverse.tolist())
    return over(ONE, norm(rows, "2"))


def radius(a: Matrix) -> Value:
    """The spectral radius of a matrix of rationals; None where an entry is none."""
    return moduli(a) if _rational(a) else None


def moduli(a: Matrix) -> Value:
    """The largest modulus of an eigenvalue of a rational matrix."""
    found: list[Value] = []
    for factor, _ in irreducible(a):
        c = [Fraction(int(v)) for v in factor.coeffs()]
        if len(c) == 2:
            found.append(abs(c[0] / c[1]))
        elif len(c) == 3 and (discriminant := c[1] ** 2 - 4 * c[0] * c[2]) < 0:
            found.append(root(c[0] / c[2]))
        elif len(c) == 3:
            found.append((ball(abs(c[1])) + ball(discriminant).sqrt()) / ball(abs(2 * c[2])))
        else:
            found += [abs(value) for value, _ in factor.complex_roots()]
    return largest(found)


def extreme_root(symmetric: Matrix, *, largest_wanted: bool) -> Value:
    """The largest or least eigenvalue of a symmetric rational matrix where all are rational; None else."""
    factors = irreducible(symmetric)
    if any(factor.degree() > 1 for factor, _ in factors):
        return None
    roots = [Fraction(-int(f.coeffs()[0]), int(f.coeffs()[1])) for f, _ in factors]
    return max(roots) if largest_wanted else min(roots)


def irreducible(a: Matrix, *, minimal: bool = False) -> list[tuple[flint.fmpz_poly, int]]:
    """The irreducible factors over the rationals of the characteristic or minimal polynomial, and how often."""
    matrix = _fmpq(a)
    polynomial = matrix.minpoly() if minimal else matrix.charpoly()
    return list((polynomial * polynomial.denom()).numer().factor()[1])


def bounded_powers(a: Matrix) -> tuple[bool | None, bool | None]:
    """Whether the powers of a matrix tend to 0, and whether they are bounded; None where it is open."""
    if not _rational(a):
        return bounded_by_balls(a)
    vanish: bool | None = True
    bounded: bool | None = True
    for factor, times_ in irreducible(a, minimal=True):
        where = _against_the_circle(factor)
        if where is None:
            return None, None
        if where > 0:
            return False, False
        if where == 0:
            vanish = False
            bounded = bounded and times_ == 1
    return vanish, bounded


def bounded_by_balls(a: Matrix) -> tuple[bool | None, bool | None]:
    """The same of a matrix of balls: radius < 1 if a power has a norm below 1, > 1 if one has a trace above n."""
    power = flint.arb_mat([[ball(v) for v in row] for row in a])
    n = power.nrows()
    for _ in range(12):
        rows = power.tolist()
        if all(ball(_total(abs(v) for v in row)) < 1 for row in rows):
            return True, True
        if abs(ball(_total(rows[k][k] for k in range(n)))) > n:
            return False, False
        power = power * power
    return None, None


def _against_the_circle(factor: flint.fmpz_poly) -> int | None:
    """-1 if all roots lie inside the unit circle, 0 if all are on it, 1 if one is outside; None where it is open."""
    c = [int(v) for v in factor.coeffs()]
    if factor.is_cyclotomic() or (len(c) == 3 and c[0] == c[2] and c[1] ** 2 < 4 * c[0] ** 2):
        return 0
    if len(c) == 2:
        return (abs(c[0]) > abs(c[1])) - (abs(c[0]) < abs(c[1])) if abs(c[0]) != abs(c[1]) else 0
    sizes = [abs(value) for value, _ in factor.complex_roots()]
    if any(size > 1 for size in sizes):
        return 1
    return -1 if all(size < 1 for size in sizes) else None


def _norm_of_gram(gram: Matrix) -> Ball:
    """sqrt of the largest eigenvalue of a symmetric matrix A >= 0: |A^k|_F^(1/k) / n^(1/2k) <= it <= |A^k|_F^(1/k)."""
    n = len(gram)
    power = flint.arb_mat([[ball(v) for v in row] for row in gram])
    size = _frobenius(power)
    if not size > 0:
        return flint.arb(0).union(size.abs_upper().sqrt())
    logarithm = flint.arb(0)
    for _ in range(SQUARINGS):
        size = _frobenius(power)
        logarithm = logarithm + size.log()
        power = power * (1 / size)
        power = power * power
        logarithm = logarithm * 2
    logarithm = logarithm + _frobenius(power).log()
    high = logarithm / 2**SQUARINGS
    low = high - flint.arb(n).log() / 2 ** (SQUARINGS + 1)
    return (low.union(high) / 2).exp()


def _frobenius(a: flint.arb_mat) -> Ball:
    total = flint.arb(0)
    for v in a.entries():
        total = total + v * v
    return total.sqrt()


def largest(values: list[Value]) -> Value:
    """The largest of some numbers; a ball that holds it where it is not certain which it is."""
    best = values[0]
    for v in values[1:]:
        if isinstance(best, Fraction) and isinstance(v, Fraction):
            best = max(best, v)
            continue
        difference = sign(ball(v) - ball(best))
        if difference is None:
            best = ball(v).max(ball(best))
        elif difference > 0:
            best = v
    return best


def _total(values: object) -> Value:
    total: Value = ZERO
    for v in values:  # type: ignore[attr-defined]
        total = plus(total, v)
    return total


def _root(v: Value) -> Value:
    return root(v) if isinstance(v, Fraction) else ball(v).sqrt()


def _rational(a: Matrix) -> bool:
    return all(isinstance(v, Fraction) for row in a for v in row)


def _fmpq(a: Matrix) -> flint.fmpq_mat:
    return flint.fmpq_mat([[flint.fmpq(v.numerator, v.denominator) for v in row] for row in a])


def _fraction(v: flint.fmpq) -> Fraction:
    return Fraction(int(v.p), int(v.q))
