"""Causal softmax attention and its Jacobian; linear attention, which is a recurrence.

y_t = sum over s <= t of alpha_ts W_V x_s, alpha_ts = softmax over s of (W_Q x_t) . (W_K x_s) / sqrt(d). For s < t

    d y_t / d x_s = alpha_ts W_V (I + (x_s - xbar_t) x_t^T W_Q^T W_K / sqrt(d)),   xbar_t = sum_s alpha_ts x_s:

the value path alone, alpha_ts W_V, has weights that sum to 1, none below 1 / (1 + (t - 1) e^(2 B)) for logits within
[-B, B]. So it falls as 1/T at most and not exponentially; what the keys add may still cancel it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.models.record import Law
from errorflow.numeric.arrays import Array, checked


@dataclass(frozen=True, eq=False)
class Attention:
    """One layer of causal attention with one head or several.

    y_t = sum over s <= t of alpha_ts W_V x_s, alpha_ts = softmax over s of (W_Q x_t) . (W_K x_s) / sqrt(d).

    Parameters
    ----------
    query, key : array_like, (h d, m)
        W_Q and W_K, rows of one head after those of another.
    value : array_like, (h v, m)
        W_V.
    output : array_like, (n, h v), optional
        W_O, identity where absent.
    heads : int, default 1
        h.
    query_bias, key_bias : array_like, (h d,), optional
        Zero where absent.
    value_bias : array_like, (h v,), optional
        Zero where absent.
    output_bias : array_like, (n,), optional
        Zero where absent.

    Raises
    ------
    ValueError
        For shapes that do not fit.

    References
    ----------
    Theorems attention.weight_floor and softmax.jacobian; Vaswani et al. 2017.
    """

    query: Any
    key: Any
    value: Any
    output: Any = None
    heads: int = 1
    query_bias: Any = None
    key_bias: Any = None
    value_bias: Any = None
    output_bias: Any = None

    def __post_init__(self) -> None:
        arrays = {name: checked(name, getattr(self, name)) for name in ("query", "key", "value")}
        if self.heads < 1:
            raise ValueError(f"heads must be 1 or more, got {self.heads}")
        for name, array in arrays.items():
            if array.ndim != 2 or len(array) % self.heads or array.shape[1] != arrays["query"].shape[1]:
                raise ValueError(
                    f"{name} must have shape (rows, m) with rows a multiple of {self.heads}, got {array.shape}"
                )
        if arrays["query"].shape != arrays["key"].shape:
            raise ValueError(f"key must have shape {arrays['query'].shape} as query has, got {arrays['key'].shape}")
        rows = len(arrays["value"])
        arrays["output"] = np.eye(rows) if self.output is None else checked("output", self.output)
        if arrays["output"].ndim != 2 or arrays["output"].shape[1] != rows:
            raise ValueError(f"output must have shape (n, {rows}), got {arrays['output'].shape}")
        for name in tuple(arrays):
            given, length = getattr(self, f"{name}_bias"), len(arrays[name])
            bias = np.zeros(length) if given is None else checked(f"{name}_bias", given)
            if bias.shape != (length,):
                raise ValueError(f"{name}_bias must have shape ({length},), got {bias.shape}")
            arrays[f"{name}_bias"] = bias
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    def logits(self, x: Any) -> Array:
        """The logits of query t and key s, minus infinity where s > t.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        array, (heads, T, T)

        Raises
        ------
        ValueError, OverflowError
            For another shape; where a logit is beyond float64.
        """
        values = self._checked(x)
        queries, keys = (self._split(values, name) for name in ("query", "key"))
        with np.errstate(over="ignore", invalid="ignore"):
            logits = queries @ keys.swapaxes(1, 2) / math.sqrt(queries.shape[2])
        if not np.isfinite(logits).all():
            raise OverflowError("a logit is beyond float64; x or the weights are too large")
        logits[:, np.triu(np.ones((len(values), len(values)), dtype=bool), 1)] = -np.inf
        return logits

    def weights(self, x: Any) -> Array:
        """alpha; each row sums to 1.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        array, (heads, T, T)

        Raises
        ------
        ValueError, OverflowError
            For another shape; where a logit is beyond float64.
        """
        logits = self.logits(x)
        found = np.exp(logits - logits.max(axis=2, keepdims=True))
        return found / found.sum(axis=2, keepdims=True)

    def run(self, x: Any) -> Array:
        """The outputs along a series.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        array, (T, n)

        Raises
        ------
        ValueError, OverflowError
            For another shape; where a logit is beyond float64.
        """
        values = self._checked(x)
        heads = self.weights(values) @ self._split(values, "value")
        return heads.swapaxes(0, 1).reshape(len(values), -1) @ self.output.T + self.output_bias

    def influence(self, x: Any, path: str = "all") -> Array:
        """d y_T / d x_(T-q) along a series, for q = 0..T-1.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.
        path : {'all', 'value', 'key', 'query'}, default 'all'
            All of it, or one of the three parts that add up to it.

        Returns
        -------
        array, (T, n, m)

        Raises
        ------
        ValueError, OverflowError
            For another shape or path; where a logit is beyond float64.
        """
        values = self._checked(x)
        width = len(self.output)
        error = np.zeros((width, len(values), width))
        error[:, -1] = np.eye(width)
        return self.pull(values, error, path)[:, ::-1].swapaxes(0, 1)

    def pull(self, x: Array, error: Array, path: str = "all") -> Array:
        """d loss / d x from d loss / d y.

        Parameters
        ----------
        x : array, (T, m)
            The series.
        error : array, (rows, T, n)
            For several losses at once.
        path : {'all', 'value', 'key', 'query'}, default 'all'
            All of it, or one of the three parts that add up to it.

        Returns
        -------
        array, (rows, T, m)

        Raises
        ------
        ValueError, OverflowError
            For another path; where a logit is beyond float64.
        """
        if path not in ("all", "value", "key", "query"):
            raise ValueError(f"path must be 'all', 'value', 'key' or 'query', got {path!r}")
        queries, keys, shown = (self._split(x, name) for name in ("query", "key", "value"))
        alpha = self.weights(x)
        rows, steps = error.shape[:2]
        back = (error @ self.output).reshape(rows, steps, self.heads, -1).swapaxes(1, 2)  # (rows, heads, T, v)
        moved = back @ shown.swapaxes(1, 2)  # d / d alpha
        logits = alpha * (moved - (alpha * moved).sum(axis=3, keepdims=True)) / math.sqrt(queries.shape[2])
        parts = {
            "value": (alpha.swapaxes(1, 2) @ back, self.value),
            "key": (logits.swapaxes(2, 3) @ queries, self.key),
            "query": (logits @ keys, self.query),
        }
        total = np.zeros((rows, steps, x.shape[1]))
        for name, (part, matrix) in parts.items():
            if path in ("all", name):
                total += part.swapaxes(1, 2).reshape(rows, steps, -1) @ matrix
        return total

    def logit_bound(self, x: Any) -> float:
        """B, the greatest modulus of a logit along a series.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        float

        Raises
        ------
        ValueError, OverflowError
            For another shape; where a logit is beyond float64.
        """
        logits = self.logits(x)
        return float(np.abs(logits[np.isfinite(logits)]).max())

    def law(self, bound: float) -> Law:
        """The law of the value path for logits within [-bound, bound]: at least e^(-2 bound) / T.

        Parameters
        ----------
        bound : float
            B.

        Returns
        -------
        Law

        Raises
        ------
        ValueError
            For a negative bound.

        References
        ----------
        Theorem attention.weight_floor.
        """
        if not bound >= 0:
            raise ValueError(f"bound must be 0 or more, got {bound}")
        return Law("inverse", math.exp(-2 * bound), sense="at least")

    def _split(self, x: Array, name: str) -> Array:
        """(heads, T, rows of one head)."""
        rows = x @ getattr(self, name).T + getattr(self, f"{name}_bias")
        return np.ascontiguousarray(rows.reshape(len(x), self.heads, -1).swapaxes(0, 1))

    def _checked(self, x: Any) -> Array:
        values = checked("x", x)
        if values.ndim != 2 or not len(values) or values.shape[1] != self.query.shape[1]:
            raise ValueError(f"x must have shape (T, {self.query.shape[1]}) with T >= 1, got {values.shape}")
        return values


def weight_floor(steps: int, bound: float) -> float:
    """The least weight that softmax can give one of `steps` logits within [-bound, bound]: 1 / (1 + (T - 1) e^(2 B)).

    Attained where that logit is -B and all the others are B.

    Parameters
    ----------
    steps : int
        T.
    bound : float
        B.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For no step or a negative bound.

    References
    ----------
    Theorem attention.weight_floor.
    """
    if steps < 1 or not bound >= 0:
        raise ValueError(f"steps must be 1 or more and bound 0 or more, got {steps} and {bound}")
    share = math.exp(-2 * bound)  # exp(2 B) overflows
    return share / (share + steps - 1) if steps > 1 else 1.0


def softmax_jacobian(weights: Any) -> Array:
    """D(p) - p p^T, the derivative of softmax at weights p; its 2-norm is at most 1/2, attained at (1/2, 1/2).

    Parameters
    ----------
    weights : array_like, (T,)
        p, probabilities.

    Returns
    -------
    array, (T, T)

    Raises
    ------
    ValueError
        For what are no probabilities.

    References
    ----------
    Theorem softmax.jacobian.
    """
    p = checked("weights", weights)
    if p.ndim != 1 or (p < 0).any() or abs(p.sum() - 1) > 1e-9:
        raise ValueError(f"weights must be probabilities (T,) that sum to 1, got shape {p.shape}, sum {p.sum()}")
    return np.diag(p) - np.outer(p, p)


@dataclass(frozen=True, eq=False)
class LinearAttention:
    """Attention without softmax, as a recurrence: S_t = decay S_(t-1) + (W_V x_t)(W_K x_t)^T, y_t = S_t W_Q x_t.

    Parameters
    ----------
    query, key : array_like, (d, m)
        W_Q and W_K.
    value : array_like, (n, m)
        W_V.
    decay : float, default 1.0
        1 keeps all, as a carousel does; below 1 it forgets at that factor.

    Raises
    ------
    ValueError
        For shapes that do not fit and a decay that is not finite.

    References
    ----------
    Katharopoulos et al. 2020.
    """

    query: Any
    key: Any
    value: Any
    decay: float = 1.0

    def __post_init__(self) -> None:
        for name in ("query", "key", "value"):
            object.__setattr__(self, name, checked(name, getattr(self, name)))
        if self.query.shape != self.key.shape or self.value.ndim != 2 or self.value.shape[1] != self.key.shape[1]:
            raise ValueError(
                f"query and key must have one shape (d, m) and value (n, m), got {self.query.shape}, {self.key.shape},"
                f" {self.value.shape}"
            )
        if not isinstance(self.decay, int | float) or not math.isfinite(self.decay):
            raise ValueError(f"decay must be a finite number, got {self.decay}")

    def run(self, x: Any) -> Array:
        """The outputs along a series, step by step with the state S.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        array, (T, n)

        Raises
        ------
        ValueError, OverflowError
            For another shape; where an output is beyond float64.
        """
        state = np.zeros((len(self.value), len(self.key)))
        found = []
        with np.errstate(over="ignore", invalid="ignore"):
            for sample in self._checked(x):
                state = self.decay * state + np.outer(self.value @ sample, self.key @ sample)
                found.append(state @ (self.query @ sample))
        return _finite(np.array(found))

    def influence(self, x: Any) -> Array:
        """d y_T / d x_(T-q) along a series, for q = 0..T-1.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        array, (T, n, m)

        Raises
        ------
        ValueError, OverflowError
            For another shape; where a value is beyond float64.
        """
        values = self._checked(x)
        with np.errstate(over="ignore", invalid="ignore"):
            queries = self.query @ values[-1]
            meeting = values @ self.key.T @ queries  # key s against the last query
            shown, lags = values @ self.value.T, np.arange(len(values))
            reads = np.outer(meeting, self.value).reshape(len(values), *self.value.shape)
            parts = reads + shown[:, :, None] * (queries @ self.key)[None, None]
            found = parts[::-1] * (float(self.decay) ** lags)[:, None, None]
            state = (shown * (float(self.decay) ** lags[::-1])[:, None]).T @ (values @ self.key.T)
            found[0] += state @ self.query
        return _finite(np.asarray(found))

    def law(self) -> Law:
        """Constant in the lag without decay, exponential with it; the factor in front depends on key and query.

        Returns
        -------
        Law
        """
        if self.decay == 0:
            return Law("finite", 1)
        return Law("constant") if self.decay == 1.0 else Law("exponential", float(abs(self.decay)))

    def _checked(self, x: Any) -> Array:
        values = checked("x", x)
        if values.ndim != 2 or not len(values) or values.shape[1] != self.query.shape[1]:
            raise ValueError(f"x must have shape (T, {self.query.shape[1]}) with T >= 1, got {values.shape}")
        return values


def _finite(values: Array) -> Array:
    if not np.isfinite(values).all():
        raise OverflowError("a value is beyond float64; x, the weights or the decay are too large")
    return values
