"""The pages of AR, MA and ARIMA. Symbols stand for the coefficients; derivations are made at small orders."""

from __future__ import annotations

from collections.abc import Iterable

import sympy

from errorflow.models.record import LAG, Law, Model

B = sympy.Symbol("B")
p, d, r = sympy.symbols("p d r", positive=True, integer=True)
_t, _k = sympy.symbols("t k", integer=True)
_y, _e = sympy.IndexedBase("y"), sympy.IndexedBase("e")
_phi, _theta = sympy.IndexedBase("phi"), sympy.IndexedBase("theta")
_j, _C = sympy.Symbol("j", integer=True), sympy.MatrixSymbol("C", p + d, p + d)


def unrolled(phi: Iterable[sympy.Expr], differences: int, theta: Iterable[sympy.Expr], lag: int) -> sympy.Expr:
    """d y_T / d e_(T-q) at T = q, by differentiating the recursion unrolled from rest."""
    left = sympy.Poly([-c for c in reversed(list(phi))] + [1], B) * sympy.Poly(1 - B, B) ** differences
    factors = [-c for c in reversed(left.all_coeffs()[:-1])]
    shocks = sympy.symbols(f"e0:{lag + 1}")
    moving = [sympy.Integer(1), *theta]
    values: list[sympy.Expr] = []
    for t in range(lag + 1):
        past = sum(factor * values[t - k] for k, factor in enumerate(factors, 1) if k <= t)
        values.append(past + sum(moving[j] * shocks[t - j] for j in range(min(t, len(moving) - 1) + 1)))
    return sympy.expand(sympy.diff(values[lag], shocks[0]))


def _sum(base: sympy.IndexedBase, series: sympy.IndexedBase, order: sympy.Expr) -> sympy.Expr:
    return sympy.Sum(base[_k] * series[_t - _k], (_k, 1, order))


_LETTERS = (("p", "autoregressive coefficients"), ("d", "differences"), ("r", "moving-average coefficients"))
_BOX = "Box & Jenkins 1970"

AR = Model(
    name="ar",
    title="AR(p)",
    equations=(sympy.Eq(_y[_t], _sum(_phi, _y, p) + _e[_t]),),
    influence=(_C**LAG)[0, 0],
    input="e",
    derive=lambda lag: unrolled([_phi[1], _phi[2]], 0, [], lag),
    law=Law("exponential", sympy.Function("rho")(_C)),
    path_length=LAG,
    macs=p,
    memory=p,
    letters=_LETTERS[:1],
    source=_BOX,
    remark="C is the companion matrix, rho its spectral radius; repeated roots give a further power of q",
)

MA = Model(
    name="ma",
    title="MA(r)",
    equations=(sympy.Eq(_y[_t], _e[_t] + _sum(_theta, _e, r)),),
    input="e",
    influence=sympy.Piecewise((1, sympy.Eq(LAG, 0)), (_theta[LAG], r >= LAG), (0, True)),
    derive=lambda lag: unrolled([], 0, [_theta[1], _theta[2]], lag),
    law=Law("finite", r + 1),
    path_length=sympy.Integer(1),
    macs=r,
    memory=r,
    letters=_LETTERS[2:],
    source=_BOX,
)

ARIMA_PAGE = Model(
    name="arima",
    title="ARIMA(p, d, r)",
    equations=(
        sympy.Eq(sympy.Symbol("w_t"), (1 - B) ** d * _y[_t]),
        sympy.Eq(
            sympy.Symbol("w_t"),
            sympy.Sum(_phi[_k] * sympy.Symbol("w_{t-k}"), (_k, 1, p)) + _e[_t] + _sum(_theta, _e, r),
        ),
    ),
    input="e",
    influence=sympy.Sum(_theta[_j] * (_C ** (LAG - _j))[0, 0], (_j, 0, sympy.Min(LAG, r))),
    derive=lambda lag: unrolled([_phi[1]], 1, [_theta[1]], lag),
    law=Law("constant", sympy.Symbol("theta(1)") / sympy.Symbol("phi(1)")),
    path_length=LAG,
    macs=p + d + r,
    memory=p + d + r,
    letters=_LETTERS,
    source=_BOX,
    theorems=("arima.unit_root",),
    remark="theta_0 = 1 and C the companion matrix of phi(B) (1 - B)^d; the law is that of d = 1, the unit root, which "
    "is the constant error carousel: d = 0 is exponential, d = 2 grows as q",
)

PAGES = (AR, MA, ARIMA_PAGE)
