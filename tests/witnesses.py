"""A witness for every theorem of the registry, in plain NumPy against the code that users call; no symbolic engine.

A witness draws an instance that satisfies the hypotheses and computes both sides of the conclusion. `sharp` is an
instance on which the sides are equal. `dropped` has for each hypothesis an instance without it, on which the conclusion
fails. `slack` is the rounding that the two computations may differ by, with its reason beside each witness.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.activations import activation
from errorflow.learning import costs, gradient
from errorflow.numeric.forward import run
from errorflow.numeric.linear import jacobians
from tests import oracles

EPS = float(np.finfo(float).eps)
Instance = Mapping[str, Any]


@dataclass(frozen=True)
class Dropped:
    """An instance without one hypothesis; `sides` if they must be computed in another way to be so."""

    hypothesis: str
    instance: Instance
    sides: Callable[..., tuple[Any, Any]] | None = None


@dataclass(frozen=True)
class Witness:
    """left <= right ("<="), left < right ("<") or left = right ("=") on every instance, entry by entry.

    theorem: its name. draw: rng -> instance. sides: instance -> (left, right). slack: relative to 1 + |right|; strict
    relations are asked for as they are, and `sharp` comes within the slack of equality.
    """

    theorem: str
    relation: str
    draw: Callable[[np.random.Generator], Instance]
    sides: Callable[..., tuple[Any, Any]]
    slack: float
    sharp: Instance
    dropped: tuple[Dropped, ...]
    draws: int = 200

    @property
    def label(self) -> str:
        return f"{self.theorem} ({self.sides.__name__})"


def slope(name, x):
    """The slope that users get, elementwise."""
    return activation(name).stable_slope(np.asarray(x, dtype=float))


def sigma(x):
    return 1 / (1 + np.exp(-x))


# Slopes of the squashing functions ------------------------------------------------------------------------------------


def largest_slopes(x, name):
    """The slope against its supremum; off the real line, the modulus of a difference quotient of the plain function."""
    plain = {
        "logistic": sigma,
        "tanh": np.tanh,
        "squash_out": lambda x: 2 * sigma(x) - 1,
        "squash_in": lambda x: 4 * sigma(x) - 2,
    }[name]
    difference = np.abs(plain(x + 1e-6) - plain(x - 1e-6)) / 2e-6 if np.iscomplexobj(x) else slope(name, x)
    return difference, np.full(np.shape(x), float(activation(name).sup))


def _slope_bound(theorem, name):
    return Witness(
        theorem,
        "<=",
        lambda rng: {"x": rng.normal(size=50) * rng.choice([0.1, 1, 10, 100]), "name": name},
        largest_slopes,
        4 * EPS,  # a stable slope is good to 4 units in the last place
        {"x": np.zeros(1), "name": name},
        (Dropped("x is real", {"x": np.array([0.7j]), "name": name}),),
    )


def larger_slope(x, nearer):
    """The slope of tanh is above that of the logistic where |x| is below the crossing, and below it beyond."""
    tanh, logistic = slope("tanh", x), slope("logistic", x)
    return np.where(nearer, logistic, tanh), np.where(nearer, tanh, logistic)


def _around_crossing(rng):
    x = rng.normal(size=50) * 3
    return {"x": x, "nearer": np.abs(x) < bounds.slopes_crossing()[0]}


# The local error factor of one connection -----------------------------------------------------------------------------


def factor(w, y, b):
    """|f'(w y + b) w| of a logistic unit."""
    return np.abs(slope("logistic", w * y + b) * w)


def factor_below_gain(y, w, b=0.0):
    return factor(w, y, b), bounds.local_error_bound(y)


def factor_below_peak(y, b, w, side):
    peak = bounds.local_error_peaks(y, b)[side]
    return factor(w, y, b), factor(peak, y, b)


def factor_below_both_peaks(y, b, w, at=None):
    return factor(w, y, b), bounds.local_error_bound(y, b if at is None else at)


def _connection(rng):
    y, b = rng.choice([-1, 1]) * rng.uniform(0.05, 1), rng.normal() * 3
    side = int(rng.integers(2))
    size = np.abs(rng.normal(size=100)) * 10 / abs(y)
    return {"y": y, "b": b, "w": size * np.sign(y) * (1 - 2 * side), "side": side}


# The flow of fully recurrent networks ---------------------------------------------------------------------------------


def network(rng, n=4, T=8, f="tanh", W=None, quiet=False):
    """A network and an input; quiet: no bias, no input, zero state, so that every slope is f'(0)."""
    loud = 0.0 if quiet else 1.0
    return {
        "f": f,
        "W": rng.normal(size=(n, n)) * rng.uniform(0.2, 1.5) if W is None else W,
        "b": loud * rng.normal(size=n) * 0.3,
        "x": loud * rng.normal(size=(T, n)) * 0.7,
    }


def orthogonal(rng, n=4):
    return np.linalg.qr(rng.normal(size=(n, n)))[0]


def measured(f, W, b, x):
    """What users get: slopes along the orbit (T, n), all flows (T + 1, n, n), log2 norms by lag."""
    cell = ef.rnn(f)
    trajectory = run(cell.definition, {"W": W, "U": np.eye(len(W)), "b": b}, x)
    net = cell.definition.nodes[0].symbol
    slopes = slope(f, trajectory.values[net][:, 0])
    flows = [np.eye(len(W))]
    for step in jacobians(trajectory)[::-1]:
        flows.append(flows[-1] @ step)
    norms = cell.profile(trajectory.weights, x, departures=False).log2_norm
    return slopes, np.array(flows), norms


def norm_below_power(f, W, b, x, gamma=None):
    _, _, norms = measured(f, W, b, x)
    gamma = float(activation(f).sup) if gamma is None else gamma
    return norms, bounds.log2_rnn_upper(W, gamma, np.arange(len(norms)))


def norm_below_orbit(f, W, b, x, halved=1.0):
    slopes, _, norms = measured(f, W, b, x)
    return norms, bounds.log2_rnn_bounds(halved * slopes, W)[1]


def norm_below_radius(f, W, b, x):
    """The conclusion with the spectral radius where the norm belongs; true for normal matrices."""
    _, _, norms = measured(f, W, b, x)
    return norms, np.arange(len(norms)) * np.log2(max(np.abs(np.linalg.eigvals(W)).max(), 1e-300))


def no_explosion(f, W, b, x):
    _, _, norms = measured(f, W, b, x)
    return norms, np.zeros_like(norms)


def _contraction(rng):
    net = network(rng)
    return net | {"W": net["W"] / np.linalg.norm(net["W"], 2) * rng.uniform(0.5, 1)}


def smallest_above_power(f, W, b, x, m=None):
    slopes, flows, _ = measured(f, W, b, x)
    m = slopes.min() if m is None else m
    smallest = np.linalg.svd(flows, compute_uv=False)[:, -1]
    return bounds.log2_rnn_lower(W, m, np.arange(len(flows))), np.log2(smallest)


def smallest_above_orbit(f, W, b, x, stretched=1.0):
    slopes, flows, _ = measured(f, W, b, x)
    smallest = np.linalg.svd(flows, compute_uv=False)[:, -1]
    return bounds.log2_rnn_bounds(stretched * slopes, W)[0], np.log2(smallest)


def _well_conditioned(rng):
    """Condition numbers of flows stay below 10^5, so that the smallest singular value keeps ten digits."""
    W = orthogonal(rng) @ np.diag(rng.uniform(0.7, 1.3, 4)) @ orthogonal(rng)
    return network(rng, T=5, W=W)


def norm_above_determinant(f, W, b, x, stretched=1.0):
    slopes, _, norms = measured(f, W, b, x)
    return bounds.log2_rnn_determinant(stretched * slopes, W), norms


def norm_above_radius(f, W, b, x, m=None):
    slopes, _, norms = measured(f, W, b, x)
    lags = np.arange(len(norms))
    return bounds.log2_rnn_nonnegative(W, slopes.min() if m is None else m, lags), norms


def radius_below_norm(W, D):
    """The conclusion for any W and constant slopes, with the spectral radius by NumPy: no sign is asked of W."""
    q, m = 40, D.min()
    radius = np.abs(np.linalg.eigvals(W)).max()
    return (m * radius) ** q, np.linalg.norm(np.linalg.matrix_power(D[:, None] * W, q), 2)


def entries_above_power(W, slopes, m):
    """Phi >= m^q W^q, entry by entry, where W >= 0."""
    flow, power = np.eye(len(W)), np.eye(len(W))
    for d in slopes:
        flow, power = d[:, None] * W @ flow, m * W @ power
    return power, flow


def below_absolute_radius(f, W, b, x, v, gamma=None, moduli=np.abs):
    """|Phi_q| v against r^q v, for the least r with gamma |W| v <= r v, entry by entry."""
    _, flows, _ = measured(f, W, b, x)
    gamma = float(activation(f).sup) if gamma is None else gamma
    r = (gamma * moduli(W) @ v / v).max()
    return np.abs(flows) @ v, r ** np.arange(len(flows))[:, None] * v


def entry_below_norm(M, p):
    return np.abs(M).max(), np.linalg.norm(M, p) if p is not None else np.abs(np.linalg.eigvals(M)).max()


NILPOTENT = np.array([[8.0, 8.0], [-8.0, -8.0]])
HELD = np.array([0.0, np.arctanh(0.5)])


def nilpotent_flow(start, W=NILPOTENT, steps=12):
    """log2 norms of the flow of a' = W tanh(a) + b, b such that HELD is a fixed point."""
    weights = {"W": W, "U": np.zeros((2, 1)), "b": HELD - W @ np.tanh(HELD)}
    profile = ef.rnn("tanh", form="pre").profile(weights, np.zeros((steps, 1)), {"a": start}, departures=False)
    return profile.log2_norm[1:], bounds.log2_nilpotent_growth(steps)[1:]


def conjugate_orbits(W, b, x, h, shift=2.0):
    """States and one-step Jacobians of the logistic network, and of the tanh network in its units."""
    n = len(W)
    tanh = run(ef.rnn().definition, {"W": W, "U": np.eye(n), "b": b}, x, {"h": h})
    weights = {"W": 4 * W, "U": 2 * np.eye(n), "b": 2 * b - shift * W.sum(axis=1)}
    logistic = run(ef.rnn("logistic").definition, weights, x, {"h": (1 + h) / 2})
    left = np.append(logistic.states["h"].ravel(), jacobians(logistic).ravel())
    return left, np.append((1 + tanh.states["h"].ravel()) / 2, jacobians(tanh).ravel())


# Path sums ------------------------------------------------------------------------------------------------------------


def pre_network(rng, n=3, T=4, W=None):
    W = rng.normal(size=(n, n)) * 2 if W is None else W
    return {"W": W, "b": rng.normal(size=n), "x": rng.normal(size=(T, n))}


def _pre_flow(W, b, x, f="logistic", start=None):
    """The flow over all T steps of net' = W f(net) + x + b, and the slopes f'(net(t-1)), ..., f'(net(t-q))."""
    cell = ef.rnn(f, form="pre")
    state = None if start is None else {"a": start}
    trajectory = run(cell.definition, {"W": W, "U": np.eye(len(W)), "b": b}, x, state)
    flow = np.eye(len(W))
    for step in jacobians(trajectory):
        flow = step @ flow
    return flow, slope(f, trajectory.states["a"][:-1, 0])[::-1]


def _sum_over_paths(W, slopes, printed):
    """Eq. (2) of 1997, path by path: prod f'_{l_m} w with the subscripts l_{m-1} l_m, or l_m l_{m-1} as printed."""
    n, q = len(W), len(slopes)
    total = np.zeros((n, n))
    for u, v in product(range(n), repeat=2):
        for inner in product(range(n), repeat=q - 1):
            stops = (u, *inner, v)
            steps = zip(stops, stops[1:], slopes, strict=False)
            total[u, v] += np.prod([d[b] * (W[b, a] if printed else W[a, b]) for a, b, d in steps])
    return total


def paths_make_the_flow(W, b, x, printed=False):
    flow, slopes = _pre_flow(W, b, x)
    return _sum_over_paths(W, slopes, printed), flow


def printed_paths_make_the_transposed_flow(W, b, x):
    _, slopes = _pre_flow(W, b, x)
    flow = np.eye(len(W))
    for d in slopes:
        flow = flow @ W.T * d
    return _sum_over_paths(W, slopes, True), flow


def entry_below_path_bound(W, b, x, largest=None, f="logistic", start=None):
    flow, _ = _pre_flow(W, b, x, f, start)
    largest = np.abs(W).max() if largest is None else largest
    return np.log2(np.abs(flow).max()), bounds.log2_path_bound(largest, len(W), len(x))


def _at_half(n, w, T):
    """All weights w, biases that keep every net input at 0, where the logistic is 1/2."""
    return {"W": np.full((n, n), w), "b": np.full(n, -n * w / 2), "x": np.zeros((T, n))}


def factors_and_flow(W, slopes, expected, steps):
    """The flow of constant factors |f' w|, at lags 1..steps, against what the theorem states of its largest entry."""
    flow, found = np.eye(len(W)), []
    for _ in range(steps):
        flow = slopes[:, None] * W @ flow
        found.append(np.abs(flow).max())
    return np.array(found), np.array([expected(q) for q in range(1, steps + 1)])


EXACTLY_GONE = {
    "W": NILPOTENT,
    "slopes": np.full(2, 0.25),
    "expected": lambda q: 2.0 if q == 1 else 0.0,
    "steps": 6,
}
GROWING = {"W": np.full((5, 5), 3.6), "slopes": np.full(5, 0.25), "expected": lambda q: 4.5**q / 5, "steps": 10}


def entry_stays_above(n, w, T, b=None):
    """1/n against the smallest entry of the flow of a network whose weights are all w < 4."""
    net = _at_half(n, w, T)
    flow, _ = _pre_flow(net["W"], net["b"] if b is None else np.full(n, b), net["x"])
    return 1 / n, flow.min()


# The memory cell ------------------------------------------------------------------------------------------------------


def linear_unit(w, C, start, T, slope_times_w=1.0, claimed=0.0):
    """log2 of the error flow of a unit with the function x slope_times_w / w + C, and how far its activation moved."""
    y, x = ef.names("y x")
    net = ef.net("", ef.dense("W", y), x)
    unit = ef.Cell("unit", inputs=[x], state={y: net * (slope_times_w / w) + C})
    weights = {"W": np.array([[w]]), "U": np.zeros((1, 1)), "b": np.zeros(1)}
    silence = np.zeros((T, 1))
    flow = unit.profile(weights, silence, {"y": [start]}, departures=False).log2_norm
    moved = unit.run(weights, silence, {"y": [start]}).states["y"][:, 0, 0] - start
    return np.append(flow, moved), np.append(np.zeros(T + 1), claimed * np.arange(T + 1))


def _unit(rng):
    w, C, start = rng.normal(size=3)
    return {"w": w, "C": C, "start": start, "T": 8, "claimed": C}


def memory_cell(rng, name="lstm1997", n=3, m=2, T=6, gain=1.0):
    cell = ef.cell(name)
    weights = {k: gain * rng.normal(size=[{"n": n, "m": m}[s] for s in shape]) for k, shape in cell.shapes().items()}
    state = {"c": rng.normal(size=n), "h": rng.uniform(-1, 1, n)}
    return {"name": name, "weights": weights, "x": rng.normal(size=(T, m)), "state": state}


def truncated_flow_is_the_newest_step(name, weights, x, state, truncated=True):
    """The product of the oracle's cut Jacobians against the package's newest one: nothing from the steps between."""
    step, n = oracles.STEPS[name], len(state["c"])
    path = oracles.orbit(step, weights, list(state.values()), x)
    read = oracles.cutting(oracles.NUMPY) if truncated else oracles.open_read
    flow = np.eye(2 * n)
    for joint, now in zip(path, x, strict=False):
        flow = oracles.step_jacobian(step, weights, joint, now, [n, n], read) @ flow
    return flow, jacobians(run(ef.cell(name).definition, weights, x, state), truncated=True)[-1]


def carousel_factors(nets, s, input_gate=1.0, output_gate=1.0, squash_slope=None, diagonal=False):
    """Eq. (41) for the cell input and for the input gate, against the bounds; nets: net_in, net_out, net_c.

    diagonal: the first instance for the cell input and the second for the input gate, no others.
    """
    i, o, c = nets
    first = sigma(o) * (slope("squash_out", s) if squash_slope is None else squash_slope)
    entries = slope("squash_in", c) * sigma(i), np.abs(activation("squash_in").value(c)) * slope("logistic", i)
    found, limit = first * np.array(entries), np.array(bounds.carousel_bounds(input_gate, output_gate))
    return (np.diagonal(found), limit) if diagonal else (found, np.broadcast_to(limit[:, None], found.shape))


def factorised(name, weights, x, state):
    """The one-step Jacobian and log |det J| against [[I, 0], [Dm, I]] [[F, A], [0, B]] typed from the paper."""
    W, n = weights, len(state["c"])
    c, h = state["c"], state["h"]

    def net(k):
        return (
            W[f"W_{k}"] @ h + W[f"U_{k}"] @ x[0] + W[f"b_{k}"] + (W[f"p_{k}"] * c if f"p_{k}" in W and k != "o" else 0)
        )

    i, f, g = sigma(net("i")), sigma(net("f")), np.tanh(net("g"))
    new = f * c + i * g
    o = sigma(net("o") + (W["p_o"] * new if "p_o" in W else 0))

    def by(diagonal, k):
        return diagonal[:, None] * W[f"W_{k}"]

    A = by(c * f * (1 - f), "f") + by(g * i * (1 - i), "i") + by(i * (1 - g**2), "g")
    F, D = np.diag(f), np.diag(o * (1 - np.tanh(new) ** 2))
    B = by(np.tanh(new) * o * (1 - o), "o")
    zero, one = np.zeros((n, n)), np.eye(n)
    J = np.block([[one, zero], [D, one]]) @ np.block([[F, A], [zero, B]])
    found = oracles.step_jacobian(oracles.STEPS[name], W, np.concatenate([c, h]), x[0], [n, n])
    if name != "lstm_peephole":
        found = jacobians(run(ef.cell(name).definition, W, x[:1], state))[0]
    determinant = np.linalg.slogdet(found)[1]
    return np.append(found, determinant), np.append(J, np.log(f).sum() + np.linalg.slogdet(B)[1])


def _peephole(rng):
    instance = memory_cell(rng, "lstm", T=1)
    weights = instance["weights"] | {f"p_{k}": rng.normal(size=3) for k in "ifo"}
    return instance | {"name": "lstm_peephole", "weights": weights}


# The full flow of an LSTM ---------------------------------------------------------------------------------------------


def factors_of_a_run(name, weights, x, state):
    """F, A, D, B (T, n, n) of every step, read off the package's Jacobians [[F, A], [D F, D A + B]]; F is diagonal."""
    J = jacobians(ef.cell(name).run(weights, x, state))
    n = J.shape[-1] // 2
    F, A = J[:, :n, :n], J[:, :n, n:]
    D = J[:, n:, :n] / np.diagonal(F, axis1=1, axis2=2)[:, None, :]  # h sees the old c through the new one
    return {"F": F, "A": A, "D": D, "B": J[:, n:, n:] - D @ A}


def factor_norms(F, A, D, B):
    """mu, phi, alpha, d, beta of every step (T,)."""
    least, largest = (np.linalg.svd(F, compute_uv=False)[:, k] for k in (-1, 0))
    return [least, largest, *(np.linalg.norm(M, 2, axis=(1, 2)) for M in (A, D, B))]


def _full_steps(F, A, D, B):
    return np.block([[F, A], [D @ F, D @ A + B]])


def c_to_c(F, A, D, B):
    """Least and largest singular value of the block c to c of the flow over the last q steps, each (T + 1,)."""
    n, flow, found = F.shape[1], np.eye(2 * F.shape[1]), [[1.0, 1.0]]
    for step in _full_steps(F, A, D, B)[::-1]:
        flow = flow @ step
        found.append(np.linalg.svd(flow[:n, :n], compute_uv=False)[[-1, 0]])
    return np.log2(found).T


def _misstated(norms, misstated):
    return [v * (misstated or {}).get(k, 1.0) for k, v in zip(["mu", "phi", "alpha", "d", "beta"], norms, strict=True)]


def above_the_cone(F, A, D, B, misstated=None):
    lower, _ = bounds.log2_lstm_bounds(*_misstated(factor_norms(F, A, D, B), misstated))
    return lower, c_to_c(F, A, D, B)[0]


def below_the_majorant(F, A, D, B, misstated=None):
    _, upper = bounds.log2_lstm_bounds(*_misstated(factor_norms(F, A, D, B), misstated))
    return c_to_c(F, A, D, B)[1], upper


def _carried(F, A, D, B, c, h):
    """Norms of dc and dh after 0, ..., T steps from (c, h), each (T + 1,)."""
    found, e, n = [], np.append(c, h), len(c)
    for step in [np.eye(2 * n), *_full_steps(F, A, D, B)]:
        e = step @ e
        found.append([np.linalg.norm(e[:n]), np.linalg.norm(e[n:])])
    return np.array(found).T


def _rate(mu, alpha, d, beta):
    """The larger root of l^2 - (mu - alpha d + beta) l + mu beta, of its real part where it is complex."""
    trace = mu - alpha * d + beta
    return (trace + np.sqrt(max(trace**2 - 4 * mu * beta, 0.0))) / 2


def above_the_rate(F, A, D, B, c, h):
    """lambda^q ||dc_0|| against ||dc_q||, both logarithms, with the extremes of the norms over all steps."""
    mu, _, *rest = factor_norms(F, A, D, B)
    rate = _rate(mu.min(), *(v.max() for v in rest))
    x, _ = _carried(F, A, D, B, c, h)
    return np.arange(len(x)) * np.log2(rate) + np.log2(x[0]), np.log2(np.maximum(x, 1e-300))


def weighted_below_rate(F, A, D, B, c, h, perron=False):
    """u ||dc_q|| + v ||dh_q|| against r^q of its beginning, with the weights of the theorem or the best ones."""
    _, *norms = factor_norms(F, A, D, B)
    phi, alpha, d, beta = (v.max() for v in norms)
    u, v = 1 - beta - d * alpha + d * phi, 1 - phi + alpha
    r = 1 - ((1 - phi) * (1 - beta) - d * alpha) / (u + v)
    if perron:
        values, left = np.linalg.eig(np.array([[phi, alpha], [d * phi, d * alpha + beta]]).T)
        (u, v), r = np.abs(left[:, values.real.argmax()]), values.real.max()
    x, y = _carried(F, A, D, B, c, h)
    total = u * x + v * y
    return np.log2(total), np.arange(len(x)) * np.log2(r) + np.log2(total[0])


def _one_unit(F, A, D, B, T=9, **more):
    return {k: np.full((T, 1, 1), v) for k, v in {"F": F, "A": A, "D": D, "B": B}.items()} | more


def _with_norms(rng, least, largest, alpha, d, beta, T=8, n=3):
    """Factors of T steps with the norms given, and a diagonal F of moduli between `least` and `largest`."""

    def scaled(size):
        M = rng.normal(size=(T, n, n))
        return M / np.linalg.norm(M, 2, axis=(1, 2))[:, None, None] * size

    moduli = rng.uniform(least, largest, (T, n)) * rng.choice([-1, 1], (T, n))
    moduli[:, 0], moduli[:, 1] = least, largest
    F = np.array([np.diag(row) for row in moduli])
    return {"F": F, "A": scaled(alpha), "D": scaled(d), "B": scaled(beta), "c": rng.normal(size=n)}


def _weak_recurrence(rng):
    """Within the cone at the start, and sqrt(mu) >= sqrt(alpha d) + sqrt(beta)."""
    mu, share, part, alpha = rng.uniform([0.3, 0.0, 0.0, 0.1], [1.0, 1.0, 1.0, 0.5])
    d, beta = share**2 * mu / alpha * part**2, (share * (1 - part)) ** 2 * mu
    instance = _with_norms(rng, mu, 1.2, alpha, d, beta)
    edge = (mu - _rate(mu, alpha, d, beta)) / alpha * np.linalg.norm(instance["c"])
    h = rng.normal(size=3)
    return instance | {"h": h / np.linalg.norm(h) * edge * rng.uniform()}


def _weak_loop(rng):
    """phi, beta < 1 and d alpha < (1 - phi)(1 - beta)."""
    phi, beta, share, d = rng.uniform([0.1, 0.0, 0.0, 0.1], [0.95, 0.95, 1.0, 1.0])
    alpha = share * (1 - phi) * (1 - beta) / d
    return _with_norms(rng, 0.05, phi, alpha, d, beta) | {"h": rng.normal(size=3)}


def _short_run(rng):
    """Recurrent weights so small that the lower bound is not void on a fair part of the runs."""
    return factors_of_a_run(**memory_cell(rng, ["lstm", "lstm1997"][rng.integers(2)], gain=rng.uniform(0.05, 0.6)))


def _horizon(rng):
    return {"steps": float(rng.integers(1, 2000)), "kept": rng.uniform(0.01, 0.99)}


def half_is_left(bias, steps, kept, shift=0.0):
    """f^q at the half-life, and the share that the least bias for a horizon keeps over it."""
    f, held = (
        activation("logistic").value(np.float64(b)) for b in (bias, bounds.bias_for_horizon(steps, kept) + shift)
    )
    return np.log2([f ** bounds.half_life(bias), held**steps]), np.log2([0.5, kept])


def enough_is_kept(steps, kept, above):
    bias = bounds.bias_for_horizon(steps, kept) + above
    return kept, bounds.forget_decay(bias, steps)


def _output_cell(added):
    """A memory cell that adds its input to c, whose output is o + squash(c) as in the slip, or o squash(c)."""
    from sympy import tanh

    h, c, x, o = ef.names("h c x o")
    out = o + tanh(ef.new(c)) if added else o * tanh(ef.new(c))
    where = {o: ef.logistic(ef.net("o", h, x))}
    return ef.Cell("output", inputs=[x], state={c: c + x, h: out}, where=where, sizes={x: "n"})


def closed_gate_lets_through(c, added=True):
    """Output behind a closed gate, and its slope in c, against squash(c) and its slope: nothing is gated."""
    cell = _output_cell(added)
    weights = {"W_o": np.zeros((1, 1)), "U_o": np.zeros((1, 1)), "b_o": np.array([-800.0])}  # o is exactly 0
    trajectory = run(cell.definition, weights, np.zeros((1, 1)), {"c": [c]})
    found = [trajectory.states["h"][1, 0, 0], jacobians(trajectory)[0][1, 0]]
    return np.array(found), np.array([np.tanh(c), 1 / np.cosh(c) ** 2])


def added_output_exceeds_one(c, o_net, added=True):
    """1 against the output, for a gate and a cell state that are both wide open."""
    weights = {"W_o": np.zeros((1, 1)), "U_o": np.zeros((1, 1)), "b_o": np.array([o_net])}
    return 1.0, _output_cell(added).run(weights, np.zeros((1, 1)), {"c": [c]}).states["h"][1, 0, 0]


def gates_coincide(name, weights, x, state, other_bias=0.0):
    shared = {k.replace("_i", "_o"): v for k, v in weights.items() if k.endswith("_i")}
    trajectory = run(ef.cell(name).definition, weights | shared | {"b_o": shared["b_o"] + other_bias}, x, state)
    values = {s.name: v for s, v in trajectory.values.items()}
    return values["i"], values["o"]


# Learning -------------------------------------------------------------------------------------------------------------


def _errors(rng, instance):
    return instance | {"errors": rng.normal(size=(len(instance["x"]), len(instance["state"]["h"])))}


def contributions(name, weights, x, state, errors, start=0):
    """The gradient and what each lag contributes to it, by both algorithms; RTRL may start late, without influence."""
    definition = ef.cell(name).definition
    back = gradient(definition, weights, x, errors, algorithm="bptt", state=state, by_lag=True)
    if start:
        reached = run(definition, weights, x[:start], state)
        state = {k: v[-1, 0] for k, v in reached.states.items()}
    forth = gradient(definition, weights, x[start:], errors[start:], algorithm="rtrl", state=state, by_lag=True)
    lags = len(x) - start
    return tuple(
        np.concatenate([a.ravel() for k in weights for a in (g.weights[k], g.by_lag[k][:lags])]) for g in (back, forth)
    )


def counted(algorithm, n, m, T, biases=False, closed=None):
    """Multiply-adds of an instrumented run, those published and the memory published, against the closed forms."""
    p = n + m
    macs = {"bptt": T * (2 * n * p + n * n) - n * n, "rtrl": T * n * p * (n + 1) ** 2}[closed or algorithm]
    words = {"bptt": T * p + n, "rtrl": n * n * p}[closed or algorithm]
    if T == 0:
        return 0, macs
    definition, rng = ef.rnn().definition, np.random.default_rng(0)
    weights = ef.rnn().random_weights(rng, n=n, m=m)
    inputs, errors = rng.normal(size=(T, m)), rng.normal(size=(T, n))
    count = gradient(definition, weights, inputs, errors, algorithm=algorithm, biases=biases).macs
    (published,) = costs(definition, units=n, inputs=m, steps=T, biases=biases, algorithms=[algorithm])
    return [count, published.total(published.macs), published.total(published.memory)], [macs, macs, words]


def _sizes(algorithm):
    def draw(rng):
        n, m, T = (int(k) for k in rng.integers(1, 6, size=3))
        return {"algorithm": algorithm, "n": n, "m": m, "T": T}

    return draw


def cheaper_memory(n, m, T, inputs_stored=True, claimed=True):
    """Whether RTRL holds fewer words than BPTT, against whether T has reached the break-even."""
    back, forth = (c.total(c.memory) for c in ef.rnn().cost(units=n, inputs=m, steps=T, algorithms=("bptt", "rtrl")))
    if not inputs_stored:
        back = n * (T + 1)
    return int(forth < back), int(bounds.memory_break_even(n, m, inputs_stored=claimed) <= T)


def _near_break_even(rng):
    n, m, stored = int(rng.integers(1, 7)), int(rng.integers(1, 7)), bool(rng.integers(2))
    turn = n * n if stored else n * (n + m)
    T = max(1, turn + int(rng.integers(-2, 3)))
    return {"n": n, "m": m, "T": T, "inputs_stored": stored, "claimed": stored}


# The table ------------------------------------------------------------------------------------------------------------

_RNG = np.random.default_rng(97)
_WHERE, _ = bounds.slopes_crossing()
_TURN = {"f": "tanh", "W": 0.9 * orthogonal(_RNG), "b": np.zeros(4), "x": np.zeros((8, 4))}  # every slope is 1
_BY_TWO = _TURN | {"W": 2 * _TURN["W"]}
_HALF = {"f": "logistic", "W": 3 * orthogonal(_RNG), "b": np.zeros(4), "x": np.zeros((1, 4))}
_ONES = {"f": "identity", "W": np.full((4, 4), 0.5), "b": np.zeros(4), "x": np.zeros((8, 4))}
_CANCELLING = {"f": "identity", "W": np.array([[1.0, -1.0], [-1.0, 1.0]]), "b": np.zeros(2), "x": np.zeros((3, 2))} | {
    "v": np.ones(2)
}
_SATURATED = _TURN | {"b": np.array([4.0, 0, 0, 0])}
_WIDE = {"nets": np.array([[2.0], [40.0], [0.0]]), "s": np.zeros(1)}
_SPUN = {"W": np.array([[1.0, -1.0], [1.0, 4.0]]), "D": np.array([1.0, 0.75])}
_REST = {"W": np.eye(2), "b": np.zeros(2), "x": np.zeros((4, 2)), "h": np.zeros(2)}
_RUN = memory_cell(_RNG)
_LSTM = memory_cell(_RNG, "lstm")
_LEARNER = _errors(_RNG, _RUN)
_TWELVE = 1e-12  # logarithms and products of at most 12 factors, each good to a few units in the last place
_ROUNDING = 1e-10  # the same where condition numbers reach 10^5

WITNESSES: tuple[Witness, ...] = (
    _slope_bound("logistic.slope", "logistic"),
    _slope_bound("tanh.slope", "tanh"),
    _slope_bound("squash.slopes", "squash_in"),
    _slope_bound("squash.slopes", "squash_out"),
    Witness(
        "slopes.crossing", "<=", _around_crossing, larger_slope,
        4 * EPS,  # two stable slopes
        {"x": np.array([_WHERE, -_WHERE]), "nearer": np.array([True, False])},
        (Dropped("|x| is below the crossing", {"x": np.array([2.0]), "nearer": np.array([True])}),),
    ),
    Witness(
        "local_error.peak_gain", "<=",
        lambda rng: {"y": rng.uniform(0.01, 1) * rng.choice([-1, 1]), "w": rng.normal(size=100) * 20},
        factor_below_gain,
        16 * EPS,  # a slope, a root at which the factor is level, a few products
        {"y": 0.5, "w": np.array(bounds.local_error_peaks(0.5))},
        (Dropped("there is no bias", {"y": 0.5, "w": np.array([10.0]), "b": -5.0}),),
    ),
    Witness(
        "local_error.peak", "<=", _connection, factor_below_peak,
        16 * EPS,  # as above
        {"y": 0.5, "b": -3.0, "w": np.array([bounds.local_error_peaks(0.5, -3.0)[1]]), "side": 1},
        (Dropped("w y has the sign of the peak", {"y": 0.5, "b": -3.0, "w": np.array([8.0]), "side": 1}),),
    ),
    Witness(
        "local_error.peak", "<=",
        lambda rng: {k: v for k, v in _connection(rng).items() if k != "side"}, factor_below_both_peaks,
        64 * EPS,  # |v| - 1/|v| loses a few binary digits where the larger peak is at |v| near 1.5
        {"y": 0.5, "b": -3.0, "w": np.array([bounds.local_error_peaks(0.5, -3.0)[0]])},
        (Dropped("the net input has this bias", {"y": 0.5, "b": -5.0, "w": np.array([10.0]), "at": 0.0}),),
    ),
    Witness(
        "rnn.path_sum", "=", pre_network, paths_make_the_flow,
        _TWELVE,
        pre_network(_RNG),
        (Dropped("the subscripts are l_(m-1) l_m", pre_network(_RNG) | {"printed": True}),),
        draws=20,
    ),
    Witness(
        "rnn.path_sum_as_printed", "=", pre_network, printed_paths_make_the_transposed_flow,
        _TWELVE,
        pre_network(_RNG),
        (Dropped("the matrix is the transposed one", pre_network(_RNG) | {"printed": True}, paths_make_the_flow),),
        draws=20,
    ),
    Witness(
        "rnn.path_sum_as_printed", "=",
        lambda rng: pre_network(rng, W=(lambda W: W + W.T)(rng.normal(size=(3, 3)))) | {"printed": True},
        paths_make_the_flow,
        _TWELVE,
        pre_network(_RNG, W=np.eye(3)) | {"printed": True},
        (Dropped("W is symmetric", pre_network(_RNG) | {"printed": True}),),
        draws=20,
    ),
    Witness(
        "rnn.path_bound", "<=", pre_network, entry_below_path_bound,
        _TWELVE,
        _at_half(3, 1.5, 4),
        (
            Dropped("no weight exceeds w_max", _at_half(3, 1.5, 4) | {"largest": 1.4}),
            Dropped("the units are logistic", _at_half(3, 0.5, 4) | {"b": np.zeros(3), "f": "tanh"}),
        ),
    ),
    Witness(
        "rnn.path_factors", "=", lambda rng: [EXACTLY_GONE, GROWING][rng.integers(2)], factors_and_flow,
        _TWELVE,
        EXACTLY_GONE,
        (
            Dropped("the paths cancel in sign", EXACTLY_GONE | {"W": np.abs(NILPOTENT)}),
            Dropped("there are five units", GROWING | {"W": np.full((1, 1), 3.6), "slopes": np.full(1, 0.25)}),
        ),
        draws=4,
    ),
    Witness(
        "rnn.weights_below_four", "<=",
        lambda rng: (lambda n: {"n": n, "w": rng.integers(-(-32 // n), 32) / 8, "T": 8})(int(rng.integers(2, 6))),
        entry_stays_above,
        _TWELVE,
        {"n": 4, "w": 1.0, "T": 8},
        (
            Dropped("w is at least 4/n", {"n": 4, "w": 0.875, "T": 8}),
            Dropped("the bias is -n w / 2", {"n": 2, "w": 3.0, "T": 8, "b": 3.0}),
            Dropped("there are two units", {"n": 1, "w": 3.0, "T": 8}),
        ),
    ),
    Witness(
        "norm.entry_bound", "<=",
        lambda rng: {"M": rng.normal(size=(4, 4)), "p": rng.choice([1, 2, np.inf])}, entry_below_norm,
        4 * EPS,  # one singular value
        {"M": np.eye(3), "p": 2},
        (Dropped("the bound is an induced norm, not the spectral radius", {"M": np.eye(3, k=1), "p": None}),),
    ),
    Witness(
        "rnn.vanishing", "<=", network, norm_below_power,
        _TWELVE,
        _TURN,
        (
            Dropped("no slope exceeds gamma", _TURN | {"gamma": 0.9}),
            Dropped("the norm, not the spectral radius", network(_RNG, 2, W=NILPOTENT, quiet=True), norm_below_radius),
        ),
    ),
    Witness(
        "rnn.vanishing", "<=", network, norm_below_orbit,
        _TWELVE,
        _TURN,
        (Dropped("the slopes are those of the orbit", _TURN | {"halved": 0.5}),),
    ),
    Witness(
        "rnn.explosion_needs", "<=", _contraction, no_explosion,
        _TWELVE,
        _TURN | {"W": _TURN["W"] / 0.9},
        (Dropped("gamma ||W|| is at most 1", _BY_TWO),),
    ),
    Witness(
        "rnn.lower_bound", "<=", _well_conditioned, smallest_above_power,
        _ROUNDING,
        _TURN,
        (Dropped("no slope is below m", _SATURATED | {"m": 1.0}),),
    ),
    Witness(
        "rnn.lower_bound", "<=", _well_conditioned, smallest_above_orbit,
        _ROUNDING,
        _TURN,
        (Dropped("the slopes are those of the orbit", _TURN | {"stretched": 2.0}),),
    ),
    Witness(
        "rnn.determinant_bound", "<=", network, norm_above_determinant,
        _TWELVE,
        _HALF,
        (Dropped("the slopes are those of the orbit", _TURN | {"stretched": 2.0}),),
    ),
    Witness(
        "rnn.nonnegative_bound", "<=",
        lambda rng: network(rng, W=rng.uniform(size=(4, 4)) * rng.integers(0, 2, (4, 4))), norm_above_radius,
        _TWELVE,
        _ONES,
        (
            Dropped("no slope is below m", _ONES | {"f": "tanh", "x": np.ones((8, 4)), "m": 1.0}),
            Dropped("no weight is negative", _SPUN, radius_below_norm),
        ),
    ),
    Witness(
        "rnn.nonnegative_bound", "<=",
        lambda rng: {"W": rng.uniform(size=(3, 3)), "slopes": rng.uniform(0.3, 1, (6, 3)), "m": 0.3},
        entries_above_power,
        _TWELVE,
        {"W": np.full((2, 2), 0.5), "slopes": np.full((6, 2), 0.5), "m": 0.5},
        (
            Dropped("no slope is below m", {"W": np.full((2, 2), 0.5), "slopes": np.full((6, 2), 0.5), "m": 0.6}),
            Dropped("no weight is negative", {"W": np.diag([1.0, -1.0]), "slopes": np.ones((5, 2)), "m": 0.5}),
        ),
    ),
    Witness(
        "rnn.absolute_radius", "<=",
        lambda rng: network(rng, f=["tanh", "logistic"][rng.integers(2)]) | {"v": rng.uniform(0.1, 1, 4)},
        below_absolute_radius,
        _TWELVE,
        _ONES | {"v": np.ones(4)},
        (
            Dropped("no slope exceeds gamma", _ONES | {"v": np.ones(4), "gamma": 0.9}),
            Dropped("the weights are taken without their signs", _CANCELLING | {"moduli": np.array}),
        ),
    ),
    Witness(
        "rnn.nilpotent", "=", lambda rng: {"start": HELD}, nilpotent_flow,
        2**12 * 16 * EPS,  # the orbit is unstable: a rounding doubles at each of 12 steps
        {"start": HELD},
        (Dropped("the orbit is held", {"start": np.array([0.5, 0.0])}),),
        draws=1,
    ),
    Witness(
        "rnn.conjugacy", "=",
        lambda rng: {k: v for k, v in network(rng).items() if k != "f"} | {"h": rng.uniform(-1, 1, 4)},
        conjugate_orbits,
        1e-9,  # eight steps of an orbit that may be chaotic: a rounding grows by up to a factor 5 at each
        _REST,
        (Dropped("the bias is 2b - 2W1", _REST | {"shift": 0.0}),),
    ),
    Witness(
        "carousel.linear_unit", "=",
        _unit, linear_unit,
        _TWELVE,
        {"w": 2.0, "C": 0.0, "start": 0.7, "T": 8},
        (
            Dropped("C is 0, for the activation to be constant", {"w": 2.0, "C": 0.1, "start": 0.7, "T": 8}),
            Dropped("f' w is 1", {"w": 2.0, "C": 0.0, "start": 0.7, "T": 8, "slope_times_w": 0.9}),
        ),
    ),
    Witness(
        "lstm1997.carousel", "=", memory_cell, truncated_flow_is_the_newest_step,
        16 * EPS,  # one step by complex step against one by the package; products with 1 and 0 are exact
        _RUN,
        (Dropped("the errors are truncated", _RUN | {"truncated": False}),),
        draws=50,
    ),
    Witness(
        "lstm1997.carousel_bound", "<",
        lambda rng: {"nets": rng.normal(size=(3, 50)) * 5, "s": rng.normal(size=50) * 3}, carousel_factors,
        4 * EPS,  # approached to rounding: 1/2 with both gates open and net_c = 0, 1/4 with y_in = 1/2 and |g| = 2
        {"nets": np.array([[40.0, 0.0], [40.0, 40.0], [0.0, 80.0]]), "s": np.zeros(2), "diagonal": True},
        (
            Dropped("the output squash is h, not the identity", _WIDE | {"squash_slope": 1.0}),
            Dropped("the input gate keeps to its bound", _WIDE | {"input_gate": 0.1}),
            Dropped("the output gate keeps to its bound", _WIDE | {"output_gate": 0.5}),
        ),
    ),
    Witness(
        "lstm.factorisation", "=", lambda rng: memory_cell(rng, "lstm", T=1), factorised,
        1e-9,  # log |det J| of a matrix with condition numbers up to 10^6
        _LSTM,
        (Dropped("the output gate does not see the new cell state", _peephole(_RNG)),),
        draws=100,
    ),
    Witness(
        "lstm.lower_bound", "<=", _short_run, above_the_cone,
        _ROUNDING,
        _one_unit(0.9, -0.3, 0.5, 0.2, T=3),
        (
            Dropped("F shrinks no change below mu", _one_unit(0.9, -0.3, 0.5, 0.2, T=3, misstated={"mu": 1.1})),
            Dropped("the norm of A is at most alpha", _one_unit(0.9, -0.3, 0.5, 0.2, T=3, misstated={"alpha": 0.9})),
            Dropped("that of D is at most d", _one_unit(0.9, -0.3, 0.5, 0.2, T=3, misstated={"d": 0.9})),
            Dropped("that of B is at most beta", _one_unit(0.9, -0.3, 0.5, 0.2, T=3, misstated={"beta": 0.9})),
        ),
        draws=100,
    ),
    Witness(
        "lstm.lower_rate", "<=", _weak_recurrence, above_the_rate,
        _TWELVE,
        _one_unit(1.0, -0.5, 0.5, 0.25, c=np.ones(1), h=np.ones(1)),
        (
            Dropped("the start is in the cone", _one_unit(1.0, -0.5, 0.5, 0.25, c=np.ones(1), h=np.full(1, 1.5))),
            Dropped(
                "sqrt(mu) >= sqrt(alpha d) + sqrt(beta)",
                _one_unit(0.5, -0.5, 1.0, 0.5, c=np.ones(1), h=np.zeros(1)),
            ),
        ),
    ),
    Witness(
        "lstm.vanishing", "<=", _short_run, below_the_majorant,
        _ROUNDING,
        _one_unit(0.9, 0.3, 0.5, 0.2),
        tuple(
            Dropped(f"the norm of {name} is at most {size}", _one_unit(0.9, 0.3, 0.5, 0.2, misstated={size: 0.9}))
            for name, size in (("F", "phi"), ("A", "alpha"), ("D", "d"), ("B", "beta"))
        ),
        draws=100,
    ),
    Witness(
        "lstm.vanishing", "<=", _weak_loop, weighted_below_rate,
        _TWELVE,
        _one_unit(0.5, 0.25, 0.5, 0.5, c=np.ones(1), h=np.ones(1), perron=True),
        (Dropped("d alpha < (1 - phi)(1 - beta)", _one_unit(0.9, 1.0, 1.0, 0.5, c=np.ones(1), h=np.zeros(1))),),
    ),
    Witness(
        "forget_gate.half_life", "=",
        lambda rng: _horizon(rng) | {"bias": rng.normal() * 3}, half_is_left,
        1e-11,  # f^q with q up to 2000 multiplies the rounding of f by q
        {"bias": 0.0, "steps": 1.0, "kept": 0.5},
        (Dropped("the bias is the least one", {"bias": 0.0, "steps": 10.0, "kept": 0.5, "shift": -0.1}),),
    ),
    Witness(
        "forget_gate.half_life", "<=",
        lambda rng: _horizon(rng) | {"above": rng.exponential()}, enough_is_kept,
        1e-11,  # as above
        {"steps": 1000.0, "kept": 0.5, "above": 0.0},
        (Dropped("the bias is at least the least one", {"steps": 1000.0, "kept": 0.5, "above": -0.01}),),
    ),
    Witness(
        "output.sum_is_wrong", "=", lambda rng: {"c": rng.normal() * 2}, closed_gate_lets_through,
        8 * EPS,  # a slope in two forms
        {"c": 1.0},
        (Dropped("the gate is added, not multiplied", {"c": 1.0, "added": False}),),
        draws=20,
    ),
    Witness(
        "output.sum_is_wrong", "<", lambda rng: {"c": 1 + rng.exponential(), "o_net": 1 + rng.exponential()},
        added_output_exceeds_one,
        1e-15,  # at the edge gate and squash together make 1
        {"c": float(np.arctanh(0.5)), "o_net": 0.0},
        (Dropped("the gate is added, not multiplied", {"c": 2.0, "o_net": 2.0, "added": False}),),
        draws=20,
    ),
    Witness(
        "output.shared_gate", "=", lambda rng: memory_cell(rng, "lstm"), gates_coincide,
        0.0,  # the same numbers in the same order
        _LSTM,
        (Dropped("the biases are equal too", _LSTM | {"other_bias": 0.1}),),
        draws=20,
    ),
    Witness(
        "rtrl.equals_bptt", "=", lambda rng: _errors(rng, memory_cell(rng, ["lstm", "lstm1997"][rng.integers(2)])),
        contributions,
        1e-11,  # sums of six products of Jacobians with entries up to ten
        _LEARNER,
        (Dropped("RTRL starts where BPTT ends", _LEARNER | {"start": 3}),),
        draws=20,
    ),
    Witness(
        "bptt.cost", "=", _sizes("bptt"), counted,
        0.0,  # integers
        {"algorithm": "bptt", "n": 1, "m": 1, "T": 1},
        (
            Dropped("there is a step", {"algorithm": "bptt", "n": 2, "m": 1, "T": 0}),
            Dropped("the algorithm is BPTT", {"algorithm": "rtrl", "n": 2, "m": 1, "T": 3, "closed": "bptt"}),
        ),
        draws=40,
    ),
    Witness(
        "rtrl.cost", "=", _sizes("rtrl"), counted,
        0.0,  # integers
        {"algorithm": "rtrl", "n": 1, "m": 1, "T": 1},
        (Dropped("no bias is learned", {"algorithm": "rtrl", "n": 2, "m": 1, "T": 3, "biases": True}),),
        draws=40,
    ),
    Witness(
        "learning.memory_break_even", "=", _near_break_even, cheaper_memory,
        0.0,  # integers
        {"n": 3, "m": 2, "T": 9},
        (Dropped("BPTT stores the inputs", {"n": 3, "m": 2, "T": 9, "inputs_stored": False}),),
    ),
)  # fmt: skip
