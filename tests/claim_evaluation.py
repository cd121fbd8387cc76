"""A second way to evaluate a claim at a point: Python reads it, mpmath or NumPy computes, cells are the oracles.

Only claims that stand in these tests are read here; the package never hands a text to Python.
"""

from __future__ import annotations

import re
from fractions import Fraction
from types import SimpleNamespace

import mpmath
import numpy as np

from tests import oracles

TOLERANCE = mpmath.mpf(10) ** -30  # 50 digits, less what a few hundred products and one eigenvalue problem lose
STEPS = {
    "": None,
    "rnn": oracles.rnn,
    "rnn(relu)": oracles.rnn_relu,
    "rnn(logistic)": oracles.rnn_logistic,
    "rnn(identity)": lambda m, W, s, x, read=oracles.open_read: (W["W"] @ s[0] + W["U"] @ x + W["b"],),
    **{name: getattr(oracles, name) for name in ("lstm", "lstm1997", "gru", "gru_reset_before", "mingru", "janet")},
    **{name: getattr(oracles, name) for name in ("leaky_rnn", "minimal_rnn", "lstm_peephole", "lstm_projected")},
}
STATES = {"lstm": "c h", "lstm1997": "c h", "lstm_peephole": "c h", "lstm_projected": "c h"}


class Real:
    """A number whose comparisons allow for rounding: a < b only if b is larger by more than that; if the tolerance is
    negative, also if b is smaller by no more than that, so that nothing that holds is ever said to fail."""

    def __init__(self, v, tolerance):
        self.v, self.tolerance = v, tolerance

    def _other(self, other):
        return other.v if isinstance(other, Real) else other

    def _room(self, other):
        return self.tolerance * max(1, abs(self.v), abs(self._other(other)))

    def __lt__(self, other):
        return self.v < self._other(other) - self._room(other)

    def __gt__(self, other):
        return self.v > self._other(other) + self._room(other)

    def __le__(self, other):
        return self.v <= self._other(other) + abs(self._room(other))

    def __ge__(self, other):
        return self.v >= self._other(other) - abs(self._room(other))

    def __eq__(self, other):
        return self <= other and self >= other

    __hash__ = None

    def _apply(op):
        def method(self, other):
            return Real(op(self.v, self._other(other)), self.tolerance)

        return method

    __add__ = __radd__ = _apply(lambda a, b: a + b)
    __mul__ = __rmul__ = _apply(lambda a, b: a * b)
    __sub__ = _apply(lambda a, b: a - b)
    __rsub__ = _apply(lambda a, b: b - a)
    __truediv__ = _apply(lambda a, b: a / b)
    __rtruediv__ = _apply(lambda a, b: b / a)
    __pow__ = _apply(lambda a, b: a**b)
    __rpow__ = _apply(lambda a, b: b**a)


class Matrix:
    """A matrix that claims can speak of."""

    def __init__(self, rows, tolerance):
        self.rows, self.tolerance = np.asarray(rows), tolerance

    @property
    def T(self):
        return Matrix(self.rows.T, self.tolerance)

    def __abs__(self):
        return Matrix(abs(self.rows), self.tolerance)

    def __eq__(self, other):
        rows = other.rows if isinstance(other, Matrix) else other * np.eye(*self.rows.shape)
        return bool((abs(self.rows - rows) <= self.tolerance).all())

    __hash__ = None


def number(text):
    """A number as a counterexample prints it, such as artanh(4/5) - 8/5 or log(3), to 50 digits."""

    def rational(found):
        fraction = Fraction(found)
        return mpmath.mpf(fraction.numerator) / fraction.denominator

    found = re.fullmatch(r"(artanh|log)\(([-\d/]+)\)(?: ([-+]) ([\d/]+))?", text)
    if not found:
        return rational(text)
    name, inner, sign, shift = found.groups()
    value = {"artanh": mpmath.atanh, "log": mpmath.log}[name](rational(inner))
    return value + (rational(shift) if sign == "+" else -rational(shift)) if sign else value


def array(rows):
    """Numbers in print as an array of 50-digit numbers."""
    return np.array([array(row) if isinstance(row, list) else number(row) for row in rows], dtype=object)


def at_counterexample(claim, data):
    """(whether all hypotheses hold, whether the conclusion does) at a counterexample as the command prints it."""
    cell, truncated, rest = parts(claim)
    weights = {name: array(rows) for name, rows in data["weights"].items()}
    state = [array(row) for row in data["state"].values()]
    return _evaluated(rest, cell, truncated, weights, state, data["n"], data["q"], mpmath.mpf, TOLERANCE)


def at_random(claim, rng, n, q):
    """The same at weights and states drawn in float64, the weights of many sizes and kinds."""
    cell, truncated, rest = parts(claim)
    kinds = [lambda w: w, lambda w: w + w.T, abs, lambda w: np.linalg.qr(w)[0], lambda w: np.diag(np.diag(w))]

    def square():
        w = kinds[rng.integers(len(kinds))](rng.normal(size=(n, n)))
        return w if rng.random() < 0.3 else w * 10 ** rng.uniform(-1.5, 0.7)

    names = dict.fromkeys(re.findall(r"\b[A-Z](?:_\w+)?\b", rest))
    if STEPS[cell] is None:
        weights, state = {name: square() for name in names if name not in "IJT"}, []
    else:
        import errorflow as ef

        made = ef.rnn(cell[4:-1]) if "(" in cell else ef.cell(cell)
        weights = {}
        for name, shape in made.shapes().items():
            full = len(shape) == 2 and shape[1] != "m"
            weights[name] = square() if full else rng.normal(size=tuple(1 if s == "m" else n for s in shape)) * 2
        state = [rng.normal(size=n) * rng.choice([0, 1, 3]) for _ in STATES.get(cell, "h").split()]
    # float64, 20 products, a complex step and an SVD
    return _evaluated(rest, cell, truncated, weights, state, n, q, float, 1e-9)


def parts(claim):
    """The cell, whether the flow is truncated, and the rest of a claim."""
    head, _, rest = claim.rpartition(":")
    return head.replace(" truncated", "").strip(), "truncated" in head, rest


def _evaluated(rest, cell, truncated, weights, state, n, q, kind, tolerance):
    exact = kind is mpmath.mpf
    m = oracles.MPMATH if exact else oracles.NUMPY
    step, names = STEPS[cell], STATES.get(cell, "h").split()
    lags = re.findall(r"flow\((?:\w+ *, *\w+ *, *)?([^(),]+)\)", rest)
    count = max([{"q": q, "q+1": q + 1, "2*q": 2 * q}.get(lag) or int(lag) for lag in lags] + [1])
    jacobians, path, gates = [], [state], []
    if step is not None:
        x = np.zeros(1) if not exact else np.array([mpmath.mpf(0)], dtype=object)
        read = oracles.cutting(m) if truncated else oracles.open_read
        for _ in range(count):
            jacobians.append(_jacobian(m, step, weights, path[-1], x, read, exact))
            gates.append(_gates(m, weights, path[-1][-1]))
            path.append(list(step(m, weights, path[-1], x)))
    scene = SimpleNamespace(exact=exact, jacobians=jacobians, path=path, names=names, tolerance=tolerance, n=n)
    strict, lenient = (_words(scene, weights, gates, q, t) for t in (tolerance, -tolerance))
    text = rest.replace("can explode", "can_explode").replace("never explodes", "never_explodes")
    text = text.replace("never vanishes", "never_vanishes")
    hypotheses, _, conclusion = text.rpartition(" implies ")

    def true(condition, words):
        return bool(eval(condition.strip(), {"__builtins__": {}}, words))  # a claim of these tests

    return (not hypotheses or true(hypotheses, strict)), true(conclusion, strict if exact else lenient)


def _jacobian(m, step, weights, state, x, read, exact):
    widths = [len(s) for s in state]
    joint = np.concatenate(state)
    if not exact:
        return oracles.step_jacobian(step, weights, joint, x, widths, read)
    h, columns = mpmath.mpf(10) ** -40, []  # the error of a complex step is h^2
    for k in range(len(joint)):
        moved = joint.copy()
        moved[k] = mpmath.mpc(moved[k], h)
        new = np.concatenate(step(m, weights, oracles.split(moved, widths), x, read))
        columns.append([mpmath.im(v) / h for v in new])
    return np.array(columns, dtype=object).T


def _gates(m, W, h):
    """Logistic gates by name, for cells whose gates read h alone: zero input."""
    return {name[2:]: m.sigma(w @ h + W["b_" + name[2:]]) for name, w in W.items()
            if name[:2] == "W_" and name[2:] in "ifozr" and "b_" + name[2:] in W}  # fmt: skip


def _words(scene, weights, gates, q, tolerance):
    kind = lambda rows: Matrix(rows, scene.tolerance)  # noqa: E731
    real = lambda v: Real(v, tolerance)  # noqa: E731

    def singular(rows):
        if not scene.exact:
            return np.linalg.svd(rows.astype(float), compute_uv=False)
        return list(mpmath.svd_r(mpmath.matrix(rows.tolist()), compute_uv=False))

    def size(rows):
        if not scene.exact:
            return abs(np.linalg.eigvals(rows.astype(float))).max()
        if len(rows) == 1:
            return abs(rows[0, 0])
        values = mpmath.eig(mpmath.matrix(rows.tolist()), left=False, right=False)
        return max(abs(v) for v in values)

    def norm(a, p=2):
        m = abs(a.rows)
        if p == "fro":
            return real((m**2).sum() ** (mpmath.mpf(1) / 2 if scene.exact else 0.5))
        if p in (1, "inf"):
            return real(max(m.sum(axis=0 if p == 1 else 1)))
        return real(max(singular(a.rows)))

    def flow(*args):
        *blocks, lag = args
        total = np.eye(len(scene.jacobians[0]))
        for jacobian in scene.jacobians[len(scene.jacobians) - lag :]:
            total = jacobian @ total
        if blocks:
            places = {name: slice(k * scene.n, (k + 1) * scene.n) for k, name in enumerate(scene.names)}
            total = total[places[blocks[0]], places[blocks[1]]]
        return kind(total)

    def largest(gate):
        return real(max(v for one in gates for v in one[gate]))

    def least(gate):
        return real(min(v for one in gates for v in one[gate]))

    rho = lambda a: real(size(a.rows))  # noqa: E731
    small = {letter: letter for letter in "cfhioruz"}
    words = {
        **{name: kind(w) for name, w in weights.items() if np.ndim(w) == 2},
        **small,
        "norm": norm,
        "radius": rho,
        "rho": rho,
        "flow": flow,
        "max": largest,
        "min": least,
        "abs": abs,
        "maxabs": lambda a: real(abs(a.rows).max()),
        "sigma_min": lambda a: real(min(singular(a.rows))),
        "orthogonal": lambda a: kind(a.rows.T @ a.rows) == 1,
        "symmetric": lambda a: a == a.T,
        "nonnegative": lambda a: bool((a.rows >= -scene.tolerance).all()),
        "diagonal": lambda a: a == kind(np.diag(np.diag(a.rows))),
        "n": scene.n,
        "q": q,
        "inf": "inf",
        "fro": "fro",
        "I": 1,
    }
    if scene.jacobians:
        words["J"] = flow(1)
        words |= _fates(scene, size)
    return words


def _fates(scene, size):
    """What becomes of the powers of J where the state stays; else of the product of the Jacobians that were seen."""
    first = scene.jacobians[0]
    stays = max(abs(a - b) for old, new in zip(scene.path[0], scene.path[1], strict=True)
                for a, b in zip(old, new, strict=True)) <= scene.tolerance  # fmt: skip
    if not stays:
        return {}
    radius = Real(size(first), scene.tolerance)
    powers = [first]
    for _ in range(12):
        power = powers[-1] @ powers[-1]
        powers.append(power / max(abs(power).max(), 1) if abs(power).max() > 1e30 else power)
    grows = abs(powers[-1]).max() > 1.5 * abs(powers[-2]).max()
    vanish, explode = radius < 1, radius > 1 or (radius == 1 and bool(grows))
    return {"vanishes": vanish, "explodes": explode, "never_vanishes": not vanish, "never_explodes": not explode}
