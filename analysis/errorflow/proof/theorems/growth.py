"""Growth rates that rest on analysis: a flow in continuous time, and products of random matrices.

ode.logarithmic_norm: the flow of z' = f(t, z) lies between the exponentials of the integrals of its logarithmic norms.
gaussian.lyapunov: the Lyapunov exponents of products of independent Gaussian matrices, in closed form.
"""

from __future__ import annotations

from ..checker.statement import Part, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

LOGARITHMIC_NORM = Theorem(
    name="ode.logarithmic_norm",
    title="Logarithmic norms bound the flow of a differential equation on both sides",
    statement=Statement(
        real=("a", "s", "S", "b"),
        parts=(Part(("a <= s", "s <= S", "S <= b")),),
    ),
    scope="schema in the number of units and in q, for any continuously differentiable field",
    source="Dahlquist 1958; Lozinskii 1958",
    sharp="all four are equal where A is a multiple of the identity plus a skew matrix at every time",
    points=({"a": "1/2", "s": "1", "S": "2", "b": "4"},),
    route="reference",
    reference="Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, 2nd edition, section I.10",
    neighbour=Neighbour("S <= b", "2*S <= b", "2*S <= b", {"a": "1", "s": "1", "S": "1", "b": "1"}),
    symbols=(
        Symbol(
            "a",
            r"e^{-\int \mu(-A)}",
            "exp(-integral of mu(-A))",
            "the exponential of minus the integral of `mu(-A)` over the last `q` units of time, `mu(A)` being the "
            "greatest eigenvalue of `(A + A^T) / 2` and `A` being `d f / d z` along the solution",
        ),
        Symbol(
            "s",
            r"\sigma_{\min}(\Phi)",
            "sigma_min(Phi)",
            "the least singular value of the flow `Phi = d z(T) / d z(T - q)`",
        ),
        Symbol("S", r"\lVert\Phi\rVert_{2}", "|Phi|", "its 2-norm"),
        Symbol(
            "b",
            r"e^{\int \mu(A)}",
            "exp(integral of mu(A))",
            "that of the integral of `mu(A)`",
        ),
    ),
)

LYAPUNOV = Theorem(
    name="gaussian.lyapunov",
    title="Products of Gaussian matrices have known Lyapunov exponents",
    statement=Statement(real=("l", "g"), parts=(Part(("l = g",)),)),
    scope="schema in n and k = 1..n, for independent n x n matrices whose entries are independent N(0, sigma^2)",
    source="Newman 1986",
    sharp="an equation; for n = 1 the exponent is ln sigma - (ln 2 + Euler's constant) / 2",
    points=({"l": "1", "g": "1"},),
    route="reference",
    reference="Newman 1986, The distribution of Lyapunov exponents: exact results for random matrices, "
    "Communications in Mathematical Physics 103",
    neighbour=Neighbour("l = g", "l = 2*g", "l = 2*g", {"l": "1", "g": "1"}),
    symbols=(
        Symbol("l", r"\lambda_{k}", "lambda_k", "the `k`-th Lyapunov exponent, almost surely"),
        Symbol(
            "g",
            r"\ln\sigma + \tfrac{1}{2}\bigl(\ln 2 + \psi\bigl(\tfrac{n - k + 1}{2}\bigr)\bigr)",
            "ln sigma + (ln 2 + psi((n - k + 1)/2))/2",
            "the value of this expression, psi being the digamma function",
        ),
    ),
)
