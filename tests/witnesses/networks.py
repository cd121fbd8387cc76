"""Witnesses of the theorems on the flow of fully recurrent networks."""

from __future__ import annotations

import numpy as np

import errorflow as ef
from errorflow import bounds
from errorflow.activations import activation
from errorflow.numeric.forward import run
from errorflow.numeric.linear import jacobians

from .record import EPS, ROUNDING, TWELVE, Dropped, Witness, slope


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


def norm_below_scaled(f, W, b, x, scale, gamma=None, condition=True):
    """log2 norms of the flow against cond(S) (gamma ||S W S^-1||)^q, or without the condition number."""
    _, _, norms = measured(f, W, b, x)
    gamma = float(activation(f).sup) if gamma is None else gamma
    bound = bounds.log2_rnn_scaled(W, scale, gamma, np.arange(len(norms)))
    return norms, bound if condition else bound - bound[0]


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


_RNG = np.random.default_rng(97)
_TURN = {"f": "tanh", "W": 0.9 * orthogonal(_RNG), "b": np.zeros(4), "x": np.zeros((8, 4))}  # every slope is 1
_BY_TWO = _TURN | {"W": 2 * _TURN["W"]}
_HALF = {"f": "logistic", "W": 3 * orthogonal(_RNG), "b": np.zeros(4), "x": np.zeros((1, 4))}
_ONES = {"f": "identity", "W": np.full((4, 4), 0.5), "b": np.zeros(4), "x": np.zeros((8, 4))}
_CANCELLING = {"f": "identity", "W": np.array([[1.0, -1.0], [-1.0, 1.0]]), "b": np.zeros(2), "x": np.zeros((3, 2))} | {
    "v": np.ones(2)
}
_SATURATED = _TURN | {"b": np.array([4.0, 0, 0, 0])}
_SPUN = {"W": np.array([[1.0, -1.0], [1.0, 4.0]]), "D": np.array([1.0, 0.75])}
_REST = {"W": np.eye(2), "b": np.zeros(2), "x": np.zeros((4, 2)), "h": np.zeros(2)}

WITNESSES: tuple[Witness, ...] = (
    Witness(
        "norm.entry_bound", "<=",
        lambda rng: {"M": rng.normal(size=(4, 4)), "p": rng.choice([1, 2, np.inf])}, entry_below_norm,
        4 * EPS,  # one singular value
        {"M": np.eye(3), "p": 2},
        (Dropped("the bound is an induced norm, not the spectral radius", {"M": np.eye(3, k=1), "p": None}),),
    ),
    Witness(
        "rnn.vanishing", "<=", network, norm_below_power,
        TWELVE,
        _TURN,
        (
            Dropped("no slope exceeds gamma", _TURN | {"gamma": 0.9}),
            Dropped("the norm, not the spectral radius", network(_RNG, 2, W=NILPOTENT, quiet=True), norm_below_radius),
        ),
    ),
    Witness(
        "rnn.vanishing", "<=", network, norm_below_orbit,
        TWELVE,
        _TURN,
        (Dropped("the slopes are those of the orbit", _TURN | {"halved": 0.5}),),
    ),
    Witness(
        "rnn.explosion_needs", "<=", _contraction, no_explosion,
        TWELVE,
        _TURN | {"W": _TURN["W"] / 0.9},
        (Dropped("gamma ||W|| is at most 1", _BY_TWO),),
    ),
    Witness(
        "rnn.lower_bound", "<=", _well_conditioned, smallest_above_power,
        ROUNDING,
        _TURN,
        (Dropped("no slope is below m", _SATURATED | {"m": 1.0}),),
    ),
    Witness(
        "rnn.lower_bound", "<=", _well_conditioned, smallest_above_orbit,
        ROUNDING,
        _TURN,
        (Dropped("the slopes are those of the orbit", _TURN | {"stretched": 2.0}),),
    ),
    Witness(
        "rnn.determinant_bound", "<=", network, norm_above_determinant,
        TWELVE,
        _HALF,
        (Dropped("the slopes are those of the orbit", _TURN | {"stretched": 2.0}),),
    ),
    Witness(
        "rnn.nonnegative_bound", "<=",
        lambda rng: network(rng, W=rng.uniform(size=(4, 4)) * rng.integers(0, 2, (4, 4))), norm_above_radius,
        TWELVE,
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
        TWELVE,
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
        TWELVE,
        _ONES | {"v": np.ones(4)},
        (
            Dropped("no slope exceeds gamma", _ONES | {"v": np.ones(4), "gamma": 0.9}),
            Dropped("the weights are taken without their signs", _CANCELLING | {"moduli": np.array}),
        ),
    ),
    Witness(
        "rnn.scaled_norm", "<=", lambda rng: network(rng) | {"scale": rng.uniform(0.2, 2, 4)}, norm_below_scaled,
        TWELVE,
        _TURN | {"scale": np.ones(4)},
        (
            Dropped("no slope exceeds gamma", _TURN | {"scale": np.ones(4), "gamma": 0.9}),
            Dropped(
                "the condition number counts",
                network(_RNG, 2, T=1, W=np.array([[0.0, 8.0], [0.0, 0.0]]), quiet=True)
                | {"scale": np.array([1.0, 8.0]), "condition": False},
            ),
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
)  # fmt: skip
