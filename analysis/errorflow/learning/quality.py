"""How good the gradient of an algorithm is: bias and variance beside the exact one, as a whole and by lag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.definition import Definition
from errorflow.learning import table
from errorflow.learning.gradient import Gradient, gradient
from errorflow.numeric.arrays import Array


@dataclass(frozen=True, eq=False)
class Quality:
    """A gradient beside the exact one, all weights as one vector; lengths are relative to that of the exact one.

    Attributes
    ----------
    algorithm : str
        By which it was computed.
    draws : int
        1 where nothing is random.
    cosine : float or None
        Of the mean of the draws and the exact gradient, None where one is zero.
    bias : float
        |mean - exact|.
    bias_error : float
        What |mean - exact| would be about, had the draws no bias; 0 where nothing is random.
    variance : float
        Mean square distance of a draw from their mean, by the unbiased estimate.
    cosine_by_lag, bias_by_lag : tuple, (T,), or None
        The same for what the losses of all steps t receive through the weights as used at t - q, q = 0..T-1. None
        where the algorithm has no lags.
    share_by_lag : tuple of float, (T,)
        |exact contribution| of the lag.
    """

    algorithm: str
    draws: int
    cosine: float | None
    bias: float
    bias_error: float
    variance: float
    cosine_by_lag: tuple[float | None, ...] | None
    bias_by_lag: tuple[float, ...] | None
    share_by_lag: tuple[float, ...]

    def json(self) -> dict[str, Any]:
        """The record as data.

        Returns
        -------
        dict
        """
        return {
            "algorithm": self.algorithm,
            "draws": self.draws,
            "cosine": self.cosine,
            "bias": self.bias,
            "bias_error": self.bias_error,
            "variance": self.variance,
            "cosine_by_lag": self.cosine_by_lag,
            "bias_by_lag": self.bias_by_lag,
            "share_by_lag": self.share_by_lag,
        }


def gradient_quality(
    definition: Definition,
    weights: Mapping[str, Any],
    inputs: Any,
    loss: Any,
    *,
    algorithms: Iterable[str] | None = None,
    rng: np.random.Generator | None = None,
    draws: int = 100,
    state: Any = None,
    biases: bool = True,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Quality, ...]:
    """Bias and variance of learning algorithms beside the exact gradient, in the order of `algorithms`.

    Parameters
    ----------
    definition : Definition
        Of the cell.
    weights : mapping of str to array_like
        Shapes as in `definition.parameters`.
    inputs : array_like, (batch, T, m) or (T, m)
    loss : array_like, (batch, T, n) or (batch, n), or callable
        As for `errorflow.learning.gradient`.
    algorithms : iterable of str, optional
        All that are not exact, are defined for the cell and find what they take in `rng` and `options`, where it is
        not given.
    rng : numpy.random.Generator, optional
        For those that are random.
    draws : int, default 100
        How often these are run, at least 2.
    state : mapping of str to array_like, (n,) or (batch, n), optional
        Initial state by block, zero where absent.
    biases : bool, default True
        Whether biases are learned.
    options : mapping of str to mapping, optional
        Algorithm -> what else it takes, such as a horizon.

    Returns
    -------
    tuple of Quality

    Raises
    ------
    ValueError
        For fewer than 2 draws and where the exact gradient is zero; else as `errorflow.learning.gradient`.
    TypeError
        Where rng is missing; else as `errorflow.learning.gradient`.
    """
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 2:
        raise ValueError(f"draws must be an integer of at least 2, got {draws!r}")
    given = {name: dict(extra) for name, extra in (options or {}).items()}
    names = list(algorithms) if algorithms is not None else _all(definition, rng)
    common: dict[str, Any] = {"state": state, "biases": biases}
    exact = gradient(definition, weights, inputs, loss, by_lag=True, **common)
    size = float(np.linalg.norm(_joined(exact.weights)))
    if size == 0.0:
        raise ValueError("the exact gradient must not be zero for others to be compared with it; give another loss")
    found = []
    for name in names:
        chosen, extra = table.algorithm(name), given.get(name, {})
        random = "rng" in chosen.options
        extra |= {"rng": rng} if random else {}
        extra |= {"by_lag": True} if "by_lag" in chosen.options else {}
        times = draws if random else 1
        runs = [gradient(definition, weights, inputs, loss, algorithm=name, **common, **extra) for _ in range(times)]
        found.append(_quality(name, runs, exact, size))
    return tuple(found)


def _all(definition: Definition, rng: np.random.Generator | None) -> list[str]:
    reasons = table.undefined(definition)
    usable = [a for a in table.ALGORITHMS if not a.exact and a.name not in reasons]
    return [a.name for a in usable if "horizon" not in a.options and ("rng" not in a.options or rng is not None)]


def _quality(name: str, runs: list[Gradient], exact: Gradient, size: float) -> Quality:
    truth = _joined(exact.weights)
    drawn = np.array([_joined(run.weights) for run in runs])
    mean, draws = drawn.mean(axis=0), len(runs)
    spread = float(((drawn - mean) ** 2).sum() / (draws - 1)) if draws > 1 else 0.0
    assert exact.by_lag is not None
    wanted = _by_lag(exact.by_lag)
    lags = runs[0].by_lag if draws == 1 else None
    got = None if lags is None else _by_lag(lags)
    return Quality(
        algorithm=name,
        draws=draws,
        cosine=_cosine(mean, truth),
        bias=float(np.linalg.norm(mean - truth)) / size,
        bias_error=float(np.sqrt(spread / draws)) / size,
        variance=spread / size**2,
        cosine_by_lag=None if got is None else tuple(map(_cosine, got, wanted)),
        bias_by_lag=None if got is None else tuple(float(b) for b in np.linalg.norm(got - wanted, axis=1) / size),
        share_by_lag=tuple(float(s) for s in np.linalg.norm(wanted, axis=1) / size),
    )


def _joined(weights: Mapping[str, Array]) -> Array:
    return np.concatenate([weights[name].ravel() for name in sorted(weights)])


def _by_lag(lags: Mapping[str, Array]) -> Array:
    """(T, number of weights)."""
    return np.concatenate([lags[name].reshape(len(lags[name]), -1) for name in sorted(lags)], axis=1)


def _cosine(a: Array, b: Array) -> float | None:
    lengths = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    return float(a @ b) / lengths if lengths > 0 else None
