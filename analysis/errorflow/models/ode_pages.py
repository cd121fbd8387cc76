"""The page of the neural ODE: its exponential, and z' = -z^3 as a law that is a power and not an exponential."""

from __future__ import annotations

import sympy

from errorflow.models.record import Law, Model

z = sympy.Symbol("z", positive=True)
_A, _f, _mu = sympy.Function("A"), sympy.Function("f"), sympy.Symbol("mu", real=True)
_s, _t, _T, _q = (sympy.Symbol(name) for name in ("s", "t", "T", "q"))
_zt, _a = sympy.Function("z"), sympy.Function("a")
k, n = sympy.symbols("k n", positive=True, integer=True)


def cubic(start: sympy.Expr, time: sympy.Expr) -> sympy.Expr:
    """The solution of z' = -z^3 from z(0) = start."""
    return start / sympy.sqrt(1 + 2 * start**2 * time)


def cubic_influence(lag: int) -> sympy.Expr:
    """d z(T) / d z(T - q) of z' = -z^3, by differentiating its solution; z stands for z(T - q)."""
    return sympy.simplify(sympy.diff(cubic(z, sympy.Integer(lag)), z))


NEURAL_ODE = Model(
    name="neural_ode",
    title="Neural ODE, one unit",
    equations=(
        sympy.Eq(sympy.Derivative(_zt(_t), _t), _f(_zt(_t))),
        sympy.Eq(_A(_t), sympy.Derivative(_f(_zt(_t)), _zt(_t))),
        sympy.Eq(sympy.Derivative(_a(_t), _t), -_A(_t) * _a(_t)),
    ),
    influence=sympy.exp(sympy.Integral(_A(_s), (_s, _T - _q, _T))),
    derive=cubic_influence,
    law=Law("exponential", sympy.exp(_mu), sense="at most"),
    path_length=_q,
    macs=2 * k * n,
    memory=n,
    letters=(("n", "units"), ("k", "width of f = W_2 phi(W_1 z)"), ("mu", "bound of the logarithmic norm of A")),
    source="Chen et al. 2018",
    input="z",
    theorems=("ode.logarithmic_norm",),
    remark="of many units, the exponential is ordered in time. Cost is that of one evaluation of f. With mu = 0 the"
    " law may be any: z' = -z^3 has (1 + 2 z^2 q)^(-3/2), a power of the lag. An Euler step has the Jacobian I + h A,"
    " the constant error carousel for A = 0",
)

PAGES = (NEURAL_ODE,)
