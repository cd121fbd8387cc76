"""The theorem that bounds the flow of a layer along its run, and how far the bound stays from the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from errorflow import bounds
from errorflow.activations import partial
from errorflow.definition import New
from errorflow.numeric.arrays import Array
from errorflow.numeric.carried_errors import log2_spectral_norms
from errorflow.numeric.compile import elementwise
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.linear import jacobians

FURTHEST = 1024  # lags to which a flow is bounded: a lower bound takes the square of their number
_CHUNK = 64  # steps whose Jacobians are held at once


@dataclass(frozen=True, eq=False)
class Bound:
    """An upper bound of the norm of a block by lag, for one sequence.

    Attributes
    ----------
    theorem : str or None
        Of the registry, that bounds above; None where only the submultiplicativity of the norm is used.
    block : str
        "s" for the joint state, else "new,old".
    upper : array, (lags,)
        log2 by lag, up to the largest lag or 1024.
    lower : array, (lags,), or None
        log2 lower bound of the smallest singular value.
    truth : array, (lags,)
        log2 of the norm.
    sequence : int
        Whose run it is.
    theorem_below : str or None
        That bounds below.
    """

    theorem: str | None
    block: str
    upper: Array
    lower: Array | None
    truth: Array
    sequence: int
    theorem_below: str | None = None

    @property
    def last(self) -> int:
        """The largest lag at which there is a bound."""
        return len(self.upper) - 1

    @property
    def gap(self) -> float:
        """By how many powers of two the bound exceeds the truth at its largest lag: 0 where both are zero."""
        above, truth = float(self.upper[-1]), float(self.truth[-1])
        return 0.0 if above == truth else above - truth

    def plot(self, path: Any = None, title: str = "") -> Any:
        """The path of a picture of norm and bounds by lag; without a path, a picture for a notebook.

        Parameters
        ----------
        path : str or path-like, optional
            Ends in .pdf, .svg or .png.
        title : str, default ''
            Stands above the picture.

        Returns
        -------
        Path or Picture

        Raises
        ------
        ValueError
            For another suffix.
        OSError
            If the path cannot be written.
        """
        from errorflow.plots import plot_bound

        return plot_bound(self, path, title)

    def json(self) -> dict[str, Any]:
        """As data.

        Returns
        -------
        dict
        """
        return {
            "theorem": self.theorem, "theorem_below": self.theorem_below, "block": self.block,
            "sequence": self.sequence, "last_lag": self.last, "gap_at_last_lag": self.gap, "log2_upper": self.upper,
            "log2_lower": self.lower, "log2_norm": self.truth,
        }  # fmt: skip


def bound_of(kind: str, run: Trajectory, joint: Array, c_to_c: Array | None, sequence: int) -> Bound:
    """The bound of a layer's flow along the run of one sequence.

    kind: of the layer. run: of this sequence alone. joint, c_to_c: log2 norms by lag, of the joint state and of the
    block c to c where there is one.
    """
    lags = min(len(joint) - 1, FURTHEST)
    joint = joint[: lags + 1]
    if kind == "rnn":
        W, slopes = run.weights["W"], _slopes(run, run.steps - lags)
        upper = bounds.log2_rnn_upper(W, 1.0, np.arange(lags + 1))
        lower, along = bounds.log2_rnn_bounds(slopes, W)
        return Bound("rnn.vanishing", "s", np.minimum(upper, along), lower, joint, sequence, "rnn.lower_bound")
    if kind == "lstm" and c_to_c is not None:
        lower, upper = bounds.log2_lstm_bounds(*_lstm_factors(run, lags))
        return Bound("lstm.vanishing", "c,c", upper, lower, c_to_c[: lags + 1], sequence, "lstm.lower_bound")
    upper = np.append(0.0, np.cumsum(_log2_norms(run, lags)[::-1]))
    return Bound(None, "s", upper, None, joint, sequence)


def _slopes(run: Trajectory, start: int) -> Array:
    """f' along the run of a fully recurrent network from a step on, (T - start, n)."""
    (state,) = run.definition.states
    return _local(run, New(state), next(n.symbol for n in run.definition.nodes if n.expression is None), start)


def _local(run: Trajectory, target: sympy.Symbol, source: sympy.Symbol, start: int) -> Array:
    """The scalar derivative d target / d source along the run of one sequence, (T - start, n)."""
    expression = run.definition.node(target).expression
    assert expression is not None
    window = run.between(start, run.steps)
    return elementwise(partial(expression, source))(window, window[target].shape)[:, 0]


def _lstm_factors(run: Trajectory, lags: int) -> tuple[Array, Array, Array, Array, Array]:
    """mu, phi, alpha, d, beta of the last `lags` steps: extremes of F, norms of A, Dm and B."""
    c, h = run.definition.state("c"), run.definition.state("h")
    n, start = run.states["c"].shape[2], run.steps - lags
    forget = run.between(start, run.steps)[sympy.Symbol("f", real=True)][:, 0]
    diagonal = np.abs(_local(run, New(h), New(c), start)).max(axis=1)
    alpha, beta = [], []
    for first in range(start, run.steps, _CHUNK):
        stop = min(first + _CHUNK, run.steps)
        alpha.append(log2_spectral_norms(_matrices(run, False, first, stop)[:, :n, n:]))
        # With the maps into c cut, h reads the old h through its output gate alone: B.
        beta.append(log2_spectral_norms(_matrices(run, {"i", "f", "g"}, first, stop)[:, n:, n:]))
    none = [np.zeros(0)]
    return (
        forget.min(axis=1), forget.max(axis=1), np.exp2(np.concatenate(alpha or none)), diagonal,
        np.exp2(np.concatenate(beta or none)),
    )  # fmt: skip


def _log2_norms(run: Trajectory, lags: int) -> Array:
    """log2 of the spectral norms of the last one-step Jacobians."""
    found = [np.zeros(0)]
    for first in range(run.steps - lags, run.steps, _CHUNK):
        found.append(log2_spectral_norms(_matrices(run, False, first, min(first + _CHUNK, run.steps))))
    return np.concatenate(found)


def _matrices(run: Trajectory, truncated: Any, start: int, stop: int) -> Array:
    steps = jacobians(run, truncated, start, stop)
    return steps if run.single else steps[0]
