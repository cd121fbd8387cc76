"""The filter of a hidden Markov model: how fast it forgets what it believed.

p_t(j) is proportional to b_t(j) sum_i p_(t-1)(i) A_ij, with b_t(j) the likelihood of observation t in state j. A small
change d log p_(t-1) enters log p_t through the backward kernel W_t, W_t[j, i] = P(state i at t-1 | state j at t, past),
and the rest of it is normalisation, the same for every state. Products of such kernels are stochastic, so influence is
measured as Dobrushin did: by the greatest total variation between two rows, which is the operator norm of the product
in the seminorm max - min, the tangent of Hilbert's projective metric. Birkhoff: one step takes at most the factor
tau(A) = tanh(Delta / 4), whatever is observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from errorflow.models.record import LAG, Law, Model
from errorflow.numeric.arrays import Array, checked


@dataclass(frozen=True, eq=False)
class HMM:
    """A hidden Markov model with given transitions.

    Parameters
    ----------
    transition : array_like, (k, k)
        A, row i the probabilities to go from i.
    start : array_like, (k,), optional
        Probabilities of the first state, uniform where absent.

    Raises
    ------
    ValueError
        For what are no probabilities, or do not fit.

    References
    ----------
    Theorem hmm.contraction; Birkhoff 1957.
    """

    transition: Array
    start: Any = None

    def __post_init__(self) -> None:
        matrix = checked("transition", self.transition)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not len(matrix):
            raise ValueError(f"transition must be a square matrix, got shape {matrix.shape}")
        states = len(matrix)
        first = np.full(states, 1 / states) if self.start is None else checked("start", self.start)
        if first.shape != (states,):
            raise ValueError(f"start must have shape ({states},), got {first.shape}")
        for name, rows in (("transition", matrix), ("start", first[None])):
            if (rows < 0).any() or np.abs(rows.sum(axis=1) - 1).max() > 1e-9:
                raise ValueError(f"{name} must hold probabilities, rows that sum to 1, got row {rows[_worst(rows)]}")
        object.__setattr__(self, "transition", matrix)
        object.__setattr__(self, "start", first)

    def filter(self, likelihoods: Any) -> Array:
        """p_t(j) = P(state j at t | observations up to t).

        Parameters
        ----------
        likelihoods : array_like, (T, k)
            Of what was observed, by state.

        Returns
        -------
        array, (T, k)

        Raises
        ------
        ValueError
            Where a likelihood is negative or the observations are impossible.
        """
        return self._steps(likelihoods)[0]

    def influence(self, likelihoods: Any) -> Array:
        """How much of a change of belief after step T-q is left after step T, for q = 0..T-1, each in [0, 1].

        It is the greatest total variation between two rows of W_T ... W_(T-q+1), over the states that are possible.

        Parameters
        ----------
        likelihoods : array_like, (T, k)
            Of what was observed, by state.

        Returns
        -------
        array, (T,)

        Raises
        ------
        ValueError
            Where a likelihood is negative or the observations are impossible.
        """
        beliefs, kernels = self._steps(likelihoods)
        product = np.eye(len(self.transition))
        rows = beliefs[-1] > 0
        found = [_variation(product[rows])]
        for kernel in reversed(kernels[1:]):
            product = product @ kernel
            found.append(_variation(product[rows]))
        return np.array(found)

    def log_jacobian(self, likelihoods: Any, lag: int) -> Array:
        """d log p_T / d log b_(T-q): the kernel product less what normalisation takes away.

        Rows of states that are impossible at T, whose logarithm has no derivative, say nothing.

        Parameters
        ----------
        likelihoods : array_like, (T, k)
            b, of what was observed, by state.
        lag : int
            q.

        Returns
        -------
        array, (k, k)

        Raises
        ------
        ValueError
            For a lag beyond the sequence; where a likelihood is negative or the observations are impossible.
        """
        beliefs, kernels = self._steps(likelihoods)
        if not 0 <= lag < len(kernels):
            raise ValueError(f"lag must be 0..{len(kernels) - 1}, got {lag}")
        product = np.eye(len(self.transition))
        for kernel in reversed(kernels[len(kernels) - lag :]):
            product = product @ kernel
        return product - beliefs[-1] @ product

    def contraction(self) -> float:
        """tau(A), the most that one step keeps of a difference of beliefs; 1 where a transition is impossible.

        Returns
        -------
        float
        """
        return birkhoff(self.transition)

    def law(self) -> Law:
        """Birkhoff's law: at most tau(A)^q.

        Returns
        -------
        Law
        """
        return Law("exponential", self.contraction(), sense="at most")

    def _steps(self, likelihoods: Any) -> tuple[Array, Array]:
        """Beliefs (T, k) and backward kernels (T, k, k); the first kernel belongs to no earlier step."""
        weights = checked("likelihoods", likelihoods)
        states = len(self.transition)
        if weights.ndim != 2 or weights.shape[1] != states or not len(weights):
            raise ValueError(f"likelihoods must have shape (T, {states}) with T >= 1, got {weights.shape}")
        if (weights < 0).any():
            raise ValueError("likelihoods must not be negative")
        beliefs, kernels = np.empty_like(weights), np.zeros((len(weights), states, states))
        predicted = self.start
        for t, weight in enumerate(weights):
            joint = self.transition * beliefs[t - 1][:, None] if t else np.diag(self.start)
            predicted = joint.sum(axis=0)
            kernels[t] = np.divide(joint, predicted, out=np.full_like(joint, 1 / states), where=predicted > 0).T
            belief = weight * predicted
            if not belief.sum() > 0:
                raise ValueError(f"likelihoods must leave a state possible, got none at step {t}")
            beliefs[t] = belief / belief.sum()
        return beliefs, kernels


def birkhoff(matrix: Any) -> float:
    """tanh(Delta / 4), Delta = max log (a_ij a_kl / (a_il a_kj)): Birkhoff's contraction of a positive matrix, else 1.

    Source: Birkhoff 1957.
    """
    entries = checked("matrix", matrix)
    if (entries <= 0).any():
        return 1.0
    logs = np.log(entries)
    ratios = logs[:, None, :] - logs[None, :, :]  # log a_ij / a_kj
    return float(np.tanh((ratios.max(axis=2) - ratios.min(axis=2)).max() / 4))


def _variation(rows: Array) -> float:
    return float(np.abs(rows[:, None] - rows[None]).sum(axis=2).max() / 2)


def _worst(rows: Array) -> int:
    return int(np.argmax(np.where((rows < 0).any(axis=1), np.inf, np.abs(rows.sum(axis=1) - 1))))


# The page: two states in log odds, where the filter is one scalar map.

_l, _b, _p, _r, _k = sympy.symbols("l b p r k", positive=True)
_lt = sympy.IndexedBase("l")
_t = sympy.Symbol("t", integer=True)
_g, _tau = sympy.Function("g"), sympy.Symbol("tau")


def log_odds_step(odds: sympy.Expr, p: sympy.Expr, r: sympy.Expr) -> sympy.Expr:
    """g(l): the log odds predicted from log odds l, p and r the probabilities to leave the first and second state."""
    ahead = sympy.exp(odds)
    return sympy.log(((1 - p) * ahead + r) / (p * ahead + 1 - r))


def _derive(lag: int) -> sympy.Expr:
    """d l_T / d l_(T-q): the slopes of g at the log odds passed, by the chain rule."""
    x = sympy.Symbol("x")
    slope = sympy.diff(log_odds_step(x, _p, _r), x)
    result = sympy.Integer(1)
    for back in range(lag, 0, -1):
        result *= slope.subs(x, _lt[sympy.Symbol("T") - back])
    return result


_j = sympy.Symbol("j", integer=True)
_odds = sympy.exp(_lt[sympy.Symbol("T") - _j])

HMM_PAGE = Model(
    name="hmm",
    title="Hidden Markov model, filter of two states in log odds",
    equations=(
        sympy.Eq(_lt[_t], sympy.IndexedBase("b")[_t] + _g(_lt[_t - 1])),
        sympy.Eq(_g(_l), log_odds_step(_l, _p, _r)),
    ),
    influence=sympy.Product(
        (1 - _p - _r) * _odds / (((1 - _p) * _odds + _r) * (_p * _odds + 1 - _r)), (_j, 1, LAG)
    ),
    derive=_derive,
    law=Law("exponential", _tau, sense="at most"),
    path_length=LAG,
    macs=_k**2,
    memory=_k,
    letters=(("p", "probability to leave the first state"), ("r", "probability to leave the second"),
             ("k", "states"), ("b", "log likelihood ratio of what is observed")),
    source="Rabiner 1989; Birkhoff 1957",
    input="b",
    remark="tau = tanh(Delta/4), Delta the greatest log a_ij a_kl / (a_il a_kj): of all states, whatever is seen;"
    " it is at least |1 - p - r|, the second eigenvalue, and equal to it only for p = r or p + r = 1",
    theorems=("hmm.contraction",),
)  # fmt: skip

PAGES = (HMM_PAGE,)
