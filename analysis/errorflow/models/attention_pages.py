"""The pages of softmax attention, of a Transformer's residual stream and of linear attention.

Matrices and vectors are symbols that do not commute; derivations are made at width one, where they do.
"""

from __future__ import annotations

import sympy

from errorflow.models.record import LAG, LENGTH, Law, Model

_T, _t, _s, _r, _q = (sympy.Symbol(name) for name in ("T", "t", "s", "r", "q"))
_alpha, _B = sympy.IndexedBase("alpha"), sympy.Symbol("B", nonnegative=True)
d, m, n, k, L = sympy.symbols("d m n k L", positive=True, integer=True)
gamma = sympy.Symbol("gamma", positive=True)


def _vector(name: str) -> sympy.Symbol:
    return sympy.Symbol(name, commutative=False)


WV, WQ, WK, WQT, WKT = (_vector(name) for name in ("W_V", "W_Q", "W_K", "W_Q^T", "W_K^T"))
XT, XTT, XLAG, XLAGT, XBAR = (_vector(name) for name in ("x_T", "x_T^T", "x_{T-q}", "x_{T-q}^T", "xbar_T"))


def unrolled_attention(lag: int) -> sympy.Expr:
    """d y_T / d x_(T-q) at width one, for T = q + 1 steps before the last, differentiated as it stands."""
    x = sympy.symbols(f"x0:{lag + 2}")
    wq, wk, wv = sympy.symbols("w_q w_k w_v")
    scores = [sympy.exp(wq * x[-1] * wk * one) for one in x]
    y = sum(score * wv * one for score, one in zip(scores, x, strict=True)) / sum(scores)
    return sympy.diff(y, x[len(x) - 1 - lag])


def unrolled_stream(lag: int) -> sympy.Expr:
    """The same of two layers of attention around a residual stream, of width one and without feed-forward map."""
    x = sympy.symbols(f"x0:{lag + 1}")
    wq, wk, wv = sympy.symbols("w_q w_k w_v")
    stream = list(x)
    for _ in range(2):
        below = list(stream)
        for t, last in enumerate(below):
            scores = [sympy.exp(wq * last * wk * one) for one in below[: t + 1]]
            mixed = sum(score * wv * one for score, one in zip(scores, below, strict=False)) / sum(scores)
            stream[t] = last + mixed
    return sympy.diff(stream[-1], x[0])


def unrolled_linear(lag: int) -> sympy.Expr:
    """The same of linear attention with decay."""
    x = sympy.symbols(f"x0:{lag + 2}")
    wq, wk, wv = sympy.symbols("w_q w_k w_v")
    state = sympy.Integer(0)
    for one in x:
        state = gamma * state + wv * one * wk * one
    return sympy.expand(sympy.diff(state * wq * x[-1], x[len(x) - 1 - lag]))


_value_path = _alpha[_T, _T - _q] * WV
_through_keys = 1 + (XLAG - XBAR) * XTT * WQT * WK / sympy.sqrt(d)

ATTENTION = Model(
    name="attention",
    title="Causal softmax attention, one layer",
    equations=(
        sympy.Eq(sympy.Symbol("y_t"), sympy.Sum(_alpha[_t, _s] * WV * _vector("x_s"), (_s, 1, _t))),
        sympy.Eq(
            _alpha[_t, _s],
            sympy.exp(_vector("x_t^T") * WQT * WK * _vector("x_s") / sympy.sqrt(d))
            / sympy.Sum(sympy.exp(_vector("x_t^T") * WQT * WK * _vector("x_r") / sympy.sqrt(d)), (_r, 1, _t)),
        ),
        sympy.Eq(XBAR, sympy.Sum(_alpha[_T, _s] * _vector("x_s"), (_s, 1, _T))),
    ),
    influence=_value_path * _through_keys,
    derive=unrolled_attention,
    law=Law("inverse", sympy.exp(-2 * _B), sense="at least"),
    path_length=sympy.Integer(1),
    macs=2 * d * m + n * m + LENGTH * (d + n),
    memory=LENGTH * (d + n),
    letters=(
        ("d", "width of queries and keys"),
        ("n", "width of values"),
        ("m", "inputs"),
        ("B", "bound of the logits"),
    ),
    theorems=("attention.weight_floor", "softmax.jacobian"),
    source="Vaswani et al. 2017",
    remark="for q >= 1; the law is that of the value path, weight_floor gives it exactly: at least"
    " 1/(1 + (T - 1) e^(2B)). The whole, with what the keys add, may cancel",
)

TRANSFORMER = Model(
    name="transformer",
    title="Transformer, L layers around a residual stream",
    equations=(
        sympy.Eq(_vector("z_l"), _vector("x_l") + _vector("Attention_l(x_l)")),
        sympy.Eq(_vector("x_{l+1}"), _vector("z_l") + _vector("F_l(z_l)")),
        sympy.Eq(_vector("J_l"), (1 + _vector("F_l'")) * (1 + _vector("A_l"))),
        sympy.Eq(_vector("Phi"), _vector("J_L") * _vector("...") * _vector("J_2") * _vector("J_1")),
    ),
    influence=_vector("Phi_{T,T-q}"),
    derive=unrolled_stream,
    law=Law("inverse", sympy.exp(-2 * _B), sense="at least"),
    path_length=L,
    macs=L * (4 * m**2 + 2 * k * m + 2 * LENGTH * m),
    memory=2 * L * LENGTH * m,
    letters=(
        ("L", "layers"),
        ("m", "width of the stream"),
        ("k", "width of the feed-forward map"),
        ("B", "bound of the logits"),
    ),
    theorems=("attention.weight_floor",),
    source="Vaswani et al. 2017; Xiong et al. 2020 for the norm first",
    remark="Phi is a block matrix over pairs of steps. A_l is d attention / d x, block lower triangular, F_l' that of"
    " the feed-forward map, block diagonal; the stream alone carries lag 0. The law is that of a value path",
)

LINEAR_ATTENTION = Model(
    name="linear_attention",
    title="Linear attention with decay, a recurrence",
    equations=(
        sympy.Eq(_vector("S_t"), gamma * _vector("S_{t-1}") + WV * _vector("x_t") * _vector("x_t^T") * WKT),
        sympy.Eq(_vector("y_t"), _vector("S_t") * WQ * _vector("x_t")),
    ),
    influence=gamma**_q * (WV * XLAGT * WKT * WQ * XT + WV * XLAG * XTT * WQT * WK),
    derive=unrolled_linear,
    law=Law("exponential", gamma),
    path_length=LAG,
    macs=2 * d * m + n * m + 2 * n * d,
    memory=n * d,
    letters=(
        ("d", "width of queries and keys"),
        ("n", "width of values"),
        ("m", "inputs"),
        ("gamma", "decay, 1 for none"),
    ),
    source="Katharopoulos et al. 2020; Sun et al. 2023 for the decay",
    remark="for q >= 1; the scalar x_(T-q)^T W_K^T W_Q x_T of the first term stands behind W_V as it is read; without"
    " decay the law is constant: the state is a carousel. The elementwise scaling of S by gamma is not a multiply-add",
)

PAGES = (ATTENTION, TRANSFORMER, LINEAR_ATTENTION)
