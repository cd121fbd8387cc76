"""Independent oracles: every built-in cell written out by hand once, in whatever arithmetic it is given.

The equations below are typed from the papers and know nothing of the engine. They run on complex NumPy vectors (complex
step), on PyTorch tensors (autograd), on 50-digit numbers (mpmath) and on symbols (SymPy, unrolled at width 2).

A cell is a function step(m, W, s, x, read) -> new state blocks, in the order of the cell's states:
    m: the arithmetic, with sigma and tanh. W: name -> weight. s: old state blocks. x: input.
    read: read(v, k) is what the affine map k sees of an old state v through a full matrix. The identity gives the full
    derivative; a function that cuts the derivative gives the truncated one.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import mpmath
import numpy as np
import sympy

STEP = 1e-30  # complex step: the error is STEP^2, the derivative has no subtraction in it


def open_read(v, k):
    """Truncate nothing."""
    return v


NUMPY = SimpleNamespace(
    sigma=lambda a: 1 / (1 + np.exp(-a)),
    tanh=np.tanh,
    relu=lambda a: np.where(a.real > 0, a, 0),
    exp=np.exp,
    cut=np.real,
)

_elementwise = {
    "mp": (lambda a: 1 / (1 + mpmath.exp(-a)), mpmath.tanh, lambda a: a if mpmath.re(a) > 0 else a * 0, mpmath.re),
    "sp": (lambda a: 1 / (1 + sympy.exp(-a)), sympy.tanh, None, None),
}


def _objects(name):
    sigma, tanh, relu, cut = (f and np.frompyfunc(f, 1, 1) for f in _elementwise[name])
    return SimpleNamespace(sigma=sigma, tanh=tanh, relu=relu, cut=cut)


MPMATH, SYMPY = _objects("mp"), _objects("sp")


def torch_arithmetic():
    """The PyTorch arithmetic."""
    import torch

    return SimpleNamespace(
        sigma=torch.sigmoid, tanh=torch.tanh, relu=torch.relu, exp=torch.exp, cut=lambda v: v.detach()
    )


def rnn(m, W, s, x, read=open_read, f="tanh"):
    (h,) = s
    return (getattr(m, f)(W["W"] @ read(h, "") + W["U"] @ x + W["b"]),)


def rnn_relu(m, W, s, x, read=open_read):
    return rnn(m, W, s, x, read, "relu")


def rnn_logistic(m, W, s, x, read=open_read):
    return rnn(m, W, s, x, read, "sigma")


def rnn_pre(m, W, s, x, read=open_read):
    (a,) = s
    return (W["W"] @ read(m.tanh(a), "") + W["U"] @ x + W["b"],)


def lstm1997(m, W, s, x, read=open_read):
    c, h = s
    i, o = (m.sigma(W[f"W_{k}"] @ read(h, k) + W[f"U_{k}"] @ x + W[f"b_{k}"]) for k in "io")
    g = 4 * m.sigma(W["W_g"] @ read(h, "g") + W["U_g"] @ x + W["b_g"]) - 2
    new = c + i * g
    return new, o * (2 * m.sigma(new) - 1)


def lstm(m, W, s, x, read=open_read):
    c, h = s
    i, f, o = (m.sigma(W[f"W_{k}"] @ read(h, k) + W[f"U_{k}"] @ x + W[f"b_{k}"]) for k in "ifo")
    g = m.tanh(W["W_g"] @ read(h, "g") + W["U_g"] @ x + W["b_g"])
    new = f * c + i * g
    return new, o * m.tanh(new)


def gru(m, W, s, x, read=open_read):
    (h,) = s
    r, z = (m.sigma(W[f"W_{k}"] @ read(h, k) + W[f"U_{k}"] @ x + W[f"b_{k}"]) for k in "rz")
    n = m.tanh(r * (W["W_n"] @ read(h, "hn") + W["b_hn"]) + W["U_n"] @ x + W["b_n"])
    return ((1 - z) * n + z * h,)


def gru_reset_before(m, W, s, x, read=open_read):
    (h,) = s
    r, z = (m.sigma(W[f"W_{k}"] @ read(h, k) + W[f"U_{k}"] @ x + W[f"b_{k}"]) for k in "rz")
    n = m.tanh(W["W_n"] @ read(r * h, "n") + W["U_n"] @ x + W["b_n"])
    return ((1 - z) * n + z * h,)


def lstm_peephole(m, W, s, x, read=open_read):
    """Gers & Schmidhuber 2000: input and forget gate see the old cell, the output gate the new one."""
    c, h = s
    i, f = (m.sigma(W[f"W_{k}"] @ read(h, k) + W[f"U_{k}"] @ x + W[f"p_{k}"] * c + W[f"b_{k}"]) for k in "if")
    g = m.tanh(W["W_g"] @ read(h, "g") + W["U_g"] @ x + W["b_g"])
    new = f * c + i * g
    o = m.sigma(W["W_o"] @ read(h, "o") + W["U_o"] @ x + W["p_o"] * new + W["b_o"])
    return new, o * m.tanh(new)


def lstm_projected(m, W, s, x, read=open_read):
    """Sak, Senior & Beaufays 2014: the output is W_r times what an LSTM gives out."""
    c, h = s
    i, f, o = (m.sigma(W[f"W_{k}"] @ read(h, k) + W[f"U_{k}"] @ x + W[f"b_{k}"]) for k in "ifo")
    g = m.tanh(W["W_g"] @ read(h, "g") + W["U_g"] @ x + W["b_g"])
    new = f * c + i * g
    return new, W["W_r"] @ (o * m.tanh(new))


def lstm1997_full(m, W, s, x, read=open_read):
    """Hochreiter & Schmidhuber 1997, A.1: all net inputs read the units of the hidden layer one step before."""
    c, h, i, o, u = s[:5]

    def net(k):
        rows = zip((h, i, o, u), "hiou", strict=True)
        return sum(W[f"W_{k}{source}"] @ read(v, k) for v, source in rows) + W[f"U_{k}"] @ x + W[f"b_{k}"]

    y_in, y_out, hidden = (m.sigma(net(k)) for k in "iou")
    new = c + (W["E"] @ y_in) * (4 * m.sigma(net("g")) - 2)
    y_c = (W["E"] @ y_out) * (2 * m.sigma(new) - 1)
    if len(s) == 5:
        return new, y_c, y_in, y_out, hidden
    return new, y_c, y_in, y_out, hidden, m.sigma(W["W_yh"] @ y_c + W["W_yu"] @ hidden + W["b_y"])


def mingru(m, W, s, x, read=open_read):
    """Feng et al. 2024."""
    (h,) = s
    z = m.sigma(W["U_z"] @ x + W["b_z"])
    return (h + z * (W["U_n"] @ x + W["b_n"] - h),)


def lru(m, W, s, x, read=open_read):
    """Orvieto et al. 2023, the product of complex numbers written out."""
    h, v = s
    a, b = W["lambda_re"], W["lambda_im"]
    return a * h - b * v + W["B_re"] @ x, a * v + b * h + W["B_im"] @ x


def minimal_rnn(m, W, s, x, read=open_read):
    """Chen, Pennington & Schoenholz 2018."""
    (h,) = s
    z = m.tanh(W["U_z"] @ x + W["b_z"])
    u = m.sigma(W["W_u"] @ read(h, "u") + W["V_u"] @ z + W["b_u"])
    return (u * h + (1 - u) * z,)


def orthogonal_rnn(m, W, s, x, read=open_read):
    """White, Lee & Sompolinsky 2004; Henaff, Szlam & LeCun 2016."""
    (h,) = s
    return (m.tanh(W["Q"] @ read(h, "") + W["U"] @ x + W["b"]),)


def leaky_rnn(m, W, s, x, read=open_read):
    """Jaeger et al. 2007."""
    (h,) = s
    return ((1 - W["a"]) * h + W["a"] * m.tanh(W["W"] @ read(h, "") + W["U"] @ x + W["b"]),)


def janet(m, W, s, x, read=open_read):
    """van der Westhuizen & Lasenby 2018, beta = 1."""
    (h,) = s
    a = W["W_f"] @ read(h, "f") + W["U_f"] @ x + W["b_f"]
    return (m.sigma(a) * h + (1 - m.sigma(a - 1)) * m.tanh(W["W_g"] @ read(h, "g") + W["U_g"] @ x + W["b_g"]),)


def slstm(m, W, s, x, read=open_read, forget="sigma"):
    """Beck et al. 2024 without the stabiliser."""
    c, n, h = s
    net = {k: W[f"W_{k}"] @ read(h, k) + W[f"U_{k}"] @ x + W[f"b_{k}"] for k in "ifoz"}
    i, f = m.exp(net["i"]), getattr(m, forget)(net["f"])
    c, n = f * c + i * m.tanh(net["z"]), f * n + i
    return c, n, m.sigma(net["o"]) * c / n


def slstm_exp(m, W, s, x, read=open_read):
    return slstm(m, W, s, x, read, "exp")


STEPS = {
    "rnn": rnn,
    "rnn_relu": rnn_relu,
    "rnn_logistic": rnn_logistic,
    "rnn_pre": rnn_pre,
    "lstm1997": lstm1997,
    "lstm": lstm,
    "gru": gru,
    "gru_reset_before": gru_reset_before,
    "lstm_peephole": lstm_peephole,
    "lstm_projected": lstm_projected,
    "lstm1997_full": lstm1997_full,
    "lstm1997_full_outputs": lstm1997_full,
    "mingru": mingru,
    "lru": lru,
    "minimal_rnn": minimal_rnn,
    "orthogonal_rnn": orthogonal_rnn,
    "leaky_rnn": leaky_rnn,
    "janet": janet,
    "slstm": slstm,
    "slstm_exp": slstm_exp,
}


def cutting(m, labels=None):
    """A `read` that cuts the derivative into every map, or into those called in `labels`."""
    return lambda v, k: m.cut(v) if labels is None or k in labels else v


def split(vector, widths):
    """A joint vector cut into state blocks."""
    return tuple(np.split(vector, np.cumsum(widths)[:-1]))


def orbit(step, W, state, xs):
    """Joint states 0..T of one sequence, (T + 1, N), by the oracle's own forward pass."""
    blocks, path = tuple(np.asarray(s, dtype=float) for s in state), []
    path.append(np.concatenate(blocks))
    for x in xs:
        blocks = step(NUMPY, W, blocks, x)
        path.append(np.concatenate(blocks))
    return np.array(path)


def complex_step(function, point):
    """The Jacobian of `function` at `point`, to rounding: one column for each entry of the point."""
    columns = []
    for k in range(len(point)):
        moved = np.asarray(point, dtype=complex).copy()
        moved[k] += 1j * STEP
        columns.append(np.imag(function(moved)) / STEP)
    return np.array(columns).T.reshape(-1, len(point))


def step_jacobian(step, W, joint, x, widths, read=open_read):
    """d new / d old of one step at the joint state `joint`, by complex step."""
    return complex_step(lambda s: np.concatenate(step(NUMPY, W, split(s, widths), x, read)), joint)


def flow(step, W, path, xs, lag, widths):
    """d state_T / d state_(T-lag) by one complex step through `lag` steps of the cell: nothing is multiplied."""
    start = len(xs) - lag

    def run(s):
        blocks = split(s, widths)
        for x in xs[start:]:
            blocks = step(NUMPY, W, blocks, x)
        return np.concatenate(blocks)

    return complex_step(run, path[start])


def mp_array(array):
    """A float array as exact 50-digit numbers."""
    return np.frompyfunc(mpmath.mpf, 1, 1)(np.asarray(array, dtype=float))


def mp_jacobians(step, W, state, xs):
    """All one-step Jacobians of one sequence with the working digits of mpmath, as object arrays."""
    widths = [len(s) for s in state]
    exact = {k: mp_array(v) for k, v in W.items()}
    h = mpmath.mpf(10) ** (-mpmath.mp.dps)
    joint, found = mp_array(np.concatenate(state)), []
    for x in map(mp_array, xs):
        columns = []
        for k in range(len(joint)):
            moved = joint.copy()
            moved[k] = mpmath.mpc(moved[k], h)
            new = np.concatenate(step(MPMATH, exact, split(moved, widths), x))
            columns.append([mpmath.im(v) / h for v in new])
        found.append(np.array(columns, dtype=object).T)
        joint = np.concatenate(step(MPMATH, exact, split(joint, widths), x))
    return found


def mp_log2_norms(matrix):
    """log2 of spectral and Frobenius norm with the working digits of mpmath."""
    frobenius = mpmath.sqrt(sum(v * v for v in matrix.flat))
    if frobenius == 0:
        return -np.inf, -np.inf
    largest = mpmath.svd_r(mpmath.matrix((matrix / frobenius).tolist()), compute_uv=False)[0]
    return float(mpmath.log(largest * frobenius, 2)), float(mpmath.log(frobenius, 2))


def _cosh(a):
    return np.cosh(np.clip(a, -300, 300))  # the slopes are below 1e-130 there, and their squares still finite


FUNCTIONS = {
    "tanh": np.tanh,
    "logistic": lambda a: 1 / (1 + np.exp(-a)),
    "squash_in": lambda a: 4 / (1 + np.exp(-a)) - 2,
    "squash_out": lambda a: 2 / (1 + np.exp(-a)) - 1,
    "relu": lambda a: np.where(a.real > 0, a, 0),
    "tanh_slope": lambda a: 1 / _cosh(a) ** 2,
    "logistic_slope": lambda a: 1 / (2 + 2 * _cosh(a)),
    "squash_in_slope": lambda a: 2 / (1 + _cosh(a)),
    "squash_out_slope": lambda a: 1 / (1 + _cosh(a)),
    "positive": lambda a: np.where(a.real > 0, 1.0, 0.0),
    "exp": np.exp,
    "sin": np.sin,
    "cos": np.cos,
}


def entry_value(expression, values, n):
    """A scalar expression as the vector of n entries it stands for; values(symbol) -> vector."""
    return np.broadcast_to(scalar_value(expression, values), (n,))


def scalar_value(expression, values):
    """A scalar expression by walking its tree: a number where it is one, else a vector."""
    if expression.is_Symbol:
        return values(expression)
    if expression.is_number:
        return float(expression)
    parts = [scalar_value(part, values) for part in expression.args]
    if expression.is_Add:
        return sum(parts)
    if expression.is_Mul:
        return math.prod(parts)
    if expression.is_Pow:
        return parts[0] ** (int(expression.exp) if expression.exp.is_Integer else parts[1])
    return FUNCTIONS[expression.func.__name__](*parts)


def word_value(word, size, entry, matrix):
    """The product of a word as an object array; entry(expression) -> diagonal, matrix(name) -> array."""
    product = None
    for factor in word:
        if hasattr(factor, "entry"):
            value = np.diag(entry(factor.entry))
        else:
            value = matrix(factor.name)
            value = np.diag(value) if value.ndim == 1 else value.T if factor.transposed else value
        product = value if product is None else product @ value
    return np.diag([1] * size) if product is None else product


def words_value(words, shape, entry, matrix):
    """The sum of words."""
    total = np.zeros(shape, dtype=object)
    for word in words:
        total = total + word_value(word, shape[0], entry, matrix)
    return total
