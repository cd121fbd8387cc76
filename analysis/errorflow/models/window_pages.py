"""The pages of maps of a window and of learners on it: one map from any lag, nothing beyond the window."""

from __future__ import annotations

import sympy

from errorflow.models.record import LAG, Law, Model

_T, _t, _i, _j, _k = (sympy.Symbol(name, integer=True) for name in ("T", "t", "i", "j", "k"))
_x, _w, _u, _v, _y, _a, _R, _E, _X = (sympy.IndexedBase(name) for name in ("x", "w", "u", "v", "y", "a", "R", "E", "X"))
_yT = sympy.Symbol("y_T")
L, H, N, M = sympy.symbols("L H N M", positive=True, integer=True)
gamma = sympy.Symbol("gamma", positive=True)
_delta = sympy.KroneckerDelta(LAG, 0)
_LETTERS = (("L", "samples in the window"), ("H", "steps that are forecast"))


def _times(lag: int, length: int) -> list[sympy.Expr]:
    return [_x[_T - q] for q in range(max(length, lag + 1))]


def linear(lag: int, length: int = 3) -> sympy.Expr:
    """d y_T / d x_(T-q) of LTSF-Linear with a window of three, differentiated as it stands."""
    x = _times(lag, length)
    return sympy.diff(sum(_w[q] * x[q] for q in range(length)), x[lag])


def nlinear(lag: int, length: int = 3) -> sympy.Expr:
    """The same of NLinear."""
    x = _times(lag, length)
    return sympy.expand(sympy.diff(x[0] + sum(_w[q] * (x[q] - x[0]) for q in range(length)), x[lag]))


def dlinear(lag: int, length: int = 4) -> sympy.Expr:
    """The same of DLinear with a moving average over three samples, its ends repeated, and a window of four."""
    x = _times(lag, length)
    trend = [sum(x[min(max(q + s, 0), length - 1)] for s in (-1, 0, 1)) / 3 for q in range(length)]
    y = sum(_u[q] * (x[q] - trend[q]) + _v[q] * trend[q] for q in range(length))
    return sympy.expand(sympy.diff(y, x[lag]))


def amplitude(lag: int, length: int = 4) -> sympy.Expr:
    """d |X_1| / d x_(T-q) on a window of four."""
    x = sympy.symbols(f"x0:{length}", real=True)
    value = sum(one * sympy.exp(-2 * sympy.pi * sympy.I * n / length) for n, one in enumerate(x))
    size = sympy.sqrt(sympy.expand(sympy.re(value) ** 2 + sympy.im(value) ** 2))
    return sympy.diff(size, x[length - 1 - lag]) if lag < length else sympy.Integer(0)


def gaussian(lag: int, points: int = 2) -> sympy.Expr:
    """d f / d x_(T-q) of two support vectors on a window of two."""
    x = [_x[_T - q] for q in range(max(2, lag + 1))]
    seen = sympy.IndexedBase("s")
    f = sum(_a[i] * sympy.exp(-gamma * sum((x[q] - seen[i, q]) ** 2 for q in range(2))) for i in range(points))
    return sympy.diff(f, x[lag])


def warped(lag: int) -> sympy.Expr:
    """d distance / d x_(T-q) of soft-DTW with two samples against two, from the sum over its three alignments."""
    x, y = [_x[_T - 1], _x[_T]], [_y[0], _y[1]]
    costs = [[(one - other) ** 2 for other in y] for one in x]
    ends = costs[0][0] + costs[1][1]
    total = sum(sympy.exp(-(ends + between) / gamma) for between in (0, costs[0][1], costs[1][0]))
    return sympy.diff(-gamma * sympy.log(total), x[1 - lag]) if lag < 2 else sympy.Integer(0)


def _none(lag: int) -> sympy.Expr:
    return sympy.Integer(0)


def _turn(sample: sympy.Expr) -> sympy.Expr:
    """What the sample enters X_k by."""
    return sympy.exp(-2 * sympy.pi * sympy.I * _k * sample / L)


def _within(expression: sympy.Expr) -> sympy.Expr:
    return sympy.Piecewise((expression, LAG < L), (0, True))


_BEFORE = (_R[_i - 1, _j - 1], _R[_i - 1, _j], _R[_i, _j - 1])
_ZENG = "Zeng et al. 2023"
_average = sympy.IndexedBase("M")
_trend = sympy.Sum(_average[_i, _j] * _x[_T - _j], (_j, 0, L - 1))
_k_i = sympy.Symbol("k_i")
_s, _tree = sympy.IndexedBase("s"), sympy.Function("tree_i")
_kernel = sympy.exp(-gamma * sympy.Sum((_x[_T - _j] - _s[_i, _j]) ** 2, (_j, 0, L - 1)))

PAGES = (
    Model(
        name="ltsf_linear",
        title="LTSF-Linear",
        equations=(sympy.Eq(_yT, sympy.Sum(_w[_j] * _x[_T - _j], (_j, 0, L - 1))),),
        influence=_within(_w[LAG]),
        derive=linear,
        law=Law("finite", L),
        path_length=sympy.Integer(1),
        macs=H * L,
        memory=L,
        letters=_LETTERS,
        source=_ZENG,
        remark="a single map of the window: there is no product that could vanish",
    ),
    Model(
        name="nlinear",
        title="NLinear",
        equations=(sympy.Eq(_yT, _x[_T] + sympy.Sum(_w[_j] * (_x[_T - _j] - _x[_T]), (_j, 0, L - 1))),),
        influence=_within(_w[LAG] + _delta * (1 - sympy.Sum(_w[_j], (_j, 0, L - 1)))),
        derive=nlinear,
        law=Law("finite", L),
        path_length=sympy.Integer(1),
        macs=H * L,
        memory=L,
        letters=_LETTERS,
        source=_ZENG,
        remark="the influences of all lags sum to 1: a shift of the window shifts the forecast",
    ),
    Model(
        name="dlinear",
        title="DLinear",
        equations=(
            sympy.Eq(sympy.Symbol("m_i"), _trend),
            sympy.Eq(
                _yT,
                sympy.Sum(_u[_i] * (_x[_T - _i] - sympy.Symbol("m_i")) + _v[_i] * sympy.Symbol("m_i"), (_i, 0, L - 1)),
            ),
        ),
        influence=_within(_u[LAG] + sympy.Sum((_v[_i] - _u[_i]) * _average[_i, LAG], (_i, 0, L - 1))),
        derive=dlinear,
        law=Law("finite", L),
        path_length=sympy.Integer(1),
        macs=2 * H * L,
        memory=L,
        letters=(*_LETTERS, ("M", "moving average, its ends repeated")),
        source=_ZENG,
        remark="the moving average is sums, and no multiply-adds",
    ),
    Model(
        name="lag_features",
        title="Lag features",
        equations=(sympy.Eq(_y[_j], _x[_T - _j]),),
        influence=sympy.KroneckerDelta(LAG, _j),
        derive=lambda lag: sympy.diff(_x[_T - 1], _x[_T - lag]),
        law=Law("finite", L),
        path_length=sympy.Integer(1),
        macs=sympy.Integer(0),
        memory=L,
        letters=_LETTERS[:1],
        source="Box & Jenkins 1970",
        remark="feature j sees lag j alone; what a learner makes of the features is its own derivative",
    ),
    Model(
        name="fft_features",
        title="Amplitudes of the Fourier transform of a window",
        equations=(
            sympy.Eq(_X[_k], sympy.Sum(_x[_T - L + 1 + _j] * _turn(_j), (_j, 0, L - 1))),
            sympy.Eq(_yT, sympy.Abs(_X[_k])),
        ),
        influence=_within(sympy.re(sympy.conjugate(_X[_k]) * _turn(L - 1 - LAG)) / sympy.Abs(_X[_k])),
        derive=amplitude,
        law=Law("finite", L),
        path_length=sympy.Integer(1),
        macs=2 * L,
        memory=L,
        letters=_LETTERS[:1],
        source="Cooley & Tukey 1965",
        remark="the cosine of a phase: at most 1 at every lag of the window, and of no decay. Cost is that of one"
        " frequency, summed as written",
    ),
    Model(
        name="soft_dtw",
        title="Soft dynamic time warping against a reference of M samples",
        equations=(
            sympy.Eq(
                _R[_i, _j],
                (_x[_i] - _y[_j]) ** 2
                - gamma * sympy.log(sum(sympy.exp(-before / gamma) for before in _BEFORE)),
            ),
        ),
        influence=sympy.Sum(2 * _E[_T - LAG, _j] * (_x[_T - LAG] - _y[_j]), (_j, 1, M)),
        derive=warped,
        law=Law("finite", sympy.Symbol("T", positive=True, integer=True)),
        path_length=LAG + 1,
        macs=M,
        memory=M,
        letters=(("M", "samples of the reference"), ("E", "probability to pass a pair"), ("gamma", "temperature")),
        source="Cuturi & Blondel 2017",
        remark="E_ij lies in [0, 1] and its rows sum to 1 or more, for each sample is aligned: the path is long, but"
        " its product of weights is a probability, so nothing explodes. At gamma = 0 the distance has kinks",
    ),
    Model(
        name="svm",
        title="Support vector machine with a Gaussian kernel on lag features",
        equations=(sympy.Eq(_k_i, _kernel), sympy.Eq(_yT, sympy.Sum(_a[_i] * _k_i, (_i, 1, N)))),
        influence=_within(-2 * gamma * sympy.Sum(_a[_i] * (_x[_T - LAG] - _s[_i, LAG]) * _k_i, (_i, 1, N))),
        derive=gaussian,
        law=Law("finite", L),
        path_length=sympy.Integer(1),
        macs=N * L + N,
        memory=L,
        letters=(*_LETTERS[:1], ("N", "support vectors"), ("s", "a support vector, by lag")),
        source="Boser, Guyon & Vapnik 1992",
        remark="at most sqrt(2 gamma / e) sum |a_i| at any lag, on any window",
    ),
    Model(
        name="random_forest",
        title="Random forest on lag features",
        equations=(sympy.Eq(_yT, sympy.Sum(_tree(_x[_T], sympy.Symbol("..."), _x[_T - L + 1]), (_i, 1, N)) / N),),
        influence=sympy.Integer(0),
        derive=_none,
        law=Law("none"),
        path_length=sympy.Integer(1),
        macs=sympy.Integer(0),
        memory=L,
        letters=(*_LETTERS[:1], ("N", "trees")),
        source="Breiman 2001",
        remark="constant in pieces: the derivative is 0 where there is one and says nothing. What can be said is how"
        " far the forecast moves when one lag does and the others stay, which the trees give exactly",
    ),
)  # fmt: skip
