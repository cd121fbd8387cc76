"""The pages of the 1D-CNN and of the TCN in its standard form: kernels of two samples, dilations 1, 2, 4, ..."""

from __future__ import annotations

import sympy

from errorflow.models.record import LAG, Law, Model

_t, _j, _l = sympy.symbols("t j l", integer=True)
_T = sympy.Symbol("T")
_x, _y, _w, _s = (sympy.IndexedBase(name) for name in ("x", "y", "w", "s"))
_phi = sympy.Function("phi")
k, n, m, L = sympy.symbols("k n m L", positive=True, integer=True)


def _convolved(lag: int) -> sympy.Expr:
    """d y_T / d x_(T-q) of one convolution of three samples, differentiated as it stands."""
    times = [_x[_T - j] for j in range(lag + 3)]
    net = sum(_w[j] * times[j] for j in range(3))
    return sympy.diff(_s[_T] * net, times[lag])


def dilated(lag: int, levels: int = 3) -> sympy.Expr:
    """d y_T / d x_(T-q) of three levels, each net input multiplied by the slope of its unit, unrolled."""
    inputs: dict[int, sympy.Expr] = {}

    def value(level: int, back: int) -> sympy.Expr:
        if level < 0:
            return inputs.setdefault(back, sympy.Dummy(f"x{back}"))
        net = _w[level, 0] * value(level - 1, back) + _w[level, 1] * value(level - 1, back + 2**level)
        return _s[level, _T - back] * net

    total = sympy.expand(value(levels - 1, 0))
    return sympy.diff(total, inputs[lag]) if lag in inputs else sympy.Integer(0)


_digit = sympy.Mod(sympy.floor(LAG / 2**_l), 2)
_when = _T - 2 ** (_l + 1) * sympy.floor(LAG / 2 ** (_l + 1))

CNN = Model(
    name="cnn",
    title="1D-CNN, one causal convolution",
    equations=(sympy.Eq(_y[_t], _phi(sympy.Sum(_w[_j] * _x[_t - _j], (_j, 0, k - 1)))),),
    influence=sympy.Piecewise((_s[_T] * _w[LAG], k > LAG), (0, True)),
    derive=_convolved,
    law=Law("finite", k),
    path_length=sympy.Integer(1),
    macs=k * m * n,
    memory=(k - 1) * m,
    letters=(("k", "samples in a kernel"), ("m", "inputs"), ("n", "channels"), ("s", "slope of phi")),
    source="LeCun & Bengio 1995",
)

TCN_PAGE = Model(
    name="tcn",
    title="TCN, L dilated convolutions",
    equations=(
        sympy.Eq(_y[_l, _t], _phi(_w[_l, 0] * _y[_l - 1, _t] + _w[_l, 1] * _y[_l - 1, _t - 2**_l])),
        sympy.Eq(_y[-1, _t], _x[_t]),
    ),
    influence=sympy.Piecewise(
        (sympy.Product(_s[_l, _when] * _w[_l, _digit], (_l, 0, L - 1)), LAG < 2**L), (0, True)
    ),
    derive=dilated,
    law=Law("finite", 2**L),
    path_length=L,
    macs=2 * m * n + 2 * (L - 1) * n**2,
    memory=m + n * (2**L - 2),
    letters=(("L", "levels, l = 0..L-1"), ("m", "inputs"), ("n", "channels"), ("s", "slope of phi, by level and step")),
    theorems=("tcn.receptive_field",),
    source="van den Oord et al. 2016; Bai, Kolter & Koltun 2018",
    remark="one path leads to each lag, along the binary digits of q; with kernels of k samples the reach"
    " is 1 + (k - 1)(2^L - 1) and L = ceil(log2((T - 1)/(k - 1) + 1)) levels see T steps; residual paths are shorter",
)  # fmt: skip

PAGES = (CNN, TCN_PAGE)
