"""Neural ODE: z' = f(t, z). Error flow in continuous time, its adjoint, and Euler steps, which are a recurrent network.

Phi(T, s) = d z(T) / d z(s) solves d Phi / d s = -Phi A(s) with A = d f / d z along the solution. The logarithmic norm
mu(A), the greatest eigenvalue of (A + A^T) / 2, bounds it on both sides:
exp(-integral of mu(-A)) <= sigma_min(Phi) <= |Phi| <= exp(integral of mu(A)).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from scipy.integrate import solve_ivp

from errorflow.models.record import Law
from errorflow.numeric.arrays import Array, checked

Field = Callable[[float, Array], Any]


@dataclass(frozen=True, eq=False)
class NeuralODE:
    """A field f(t, z) with its Jacobian in z.

    Parameters
    ----------
    field : callable
        (t, z) -> (n,).
    jacobian : callable
        (t, z) -> (n, n).
    tolerance : float, default 1e-11
        Relative and absolute tolerance of the solver in each step.

    References
    ----------
    Theorem ode.logarithmic_norm; Chen et al. 2018.
    """

    field: Field
    jacobian: Field
    tolerance: float = 1e-11

    @classmethod
    def from_expressions(
        cls, states: Sequence[sympy.Symbol], field: Sequence[sympy.Expr], time: sympy.Symbol | None = None
    ) -> NeuralODE:
        """The equation whose field is given by expressions in the states and the time; SymPy derives the Jacobian.

        Parameters
        ----------
        states : sequence of sympy.Symbol
            Names.
        field : sequence of sympy.Expr
            An expression for each of the states.
        time : sympy.Symbol, optional
            The name of t, if the field depends on it.

        Returns
        -------
        NeuralODE

        Raises
        ------
        ValueError
            For a field that does not fit the states or holds other names.
        """
        if len(states) != len(field) or not states:
            raise ValueError(f"field must have an expression for each of the states, got {len(field)} of {len(states)}")
        clock = sympy.Dummy("t") if time is None else time
        unknown = {s for e in field for s in sympy.sympify(e).free_symbols} - {*states, clock}
        if unknown:
            raise ValueError(f"field must hold the states and the time alone, got {', '.join(map(str, unknown))} too")
        matrix = sympy.Matrix(list(field)).jacobian(list(states))
        value = sympy.lambdify([clock, list(states)], list(field), "numpy")
        slope = sympy.lambdify([clock, list(states)], matrix.tolist(), "numpy")
        return cls(lambda t, z: np.array(value(t, z), dtype=float), lambda t, z: np.array(slope(t, z), dtype=float))

    def solve(self, start: Any, until: float) -> Callable[[float], Array]:
        """z as a function of time on [0, until].

        Parameters
        ----------
        start : array_like, (n,)
            z(0).
        until : float
            T.

        Returns
        -------
        callable
            Time -> (n,).

        Raises
        ------
        ValueError
            For arrays that do not fit; where the solver cannot go on, as at a pole.
        """
        first = self._start(start, until)
        return self._solved(self.field, (0.0, until), first)

    def influence(self, start: Any, until: float, lags: Any) -> Array:
        """d z(T) / d z(T - q) with T = until.

        Parameters
        ----------
        start : array_like, (n,)
            z(0).
        until : float
            T.
        lags : array_like, (lags,)
            q in units of time, ascending.

        Returns
        -------
        array, (lags, n, n)

        Raises
        ------
        ValueError
            For arrays that do not fit; where the solver cannot go on.
        """
        first, times = self._start(start, until), _lags(lags, until)
        path, size = self.solve(first, until), len(first)

        def back(q: float, flat: Array) -> Array:
            matrix = self.jacobian(until - q, path(until - q))
            return np.asarray(flat.reshape(size, size) @ matrix).ravel()

        if times[-1] == 0:
            return np.tile(np.eye(size), (len(times), 1, 1))
        flow = self._solved(back, (0.0, float(times[-1])), np.eye(size).ravel())
        return np.array([flow(q).reshape(size, size) for q in times])

    def adjoint(self, start: Any, until: float, error: Any, lags: Any) -> Array:
        """d loss / d z(T - q), by the adjoint a' = -A^T a run back.

        Parameters
        ----------
        start : array_like, (n,)
            z(0).
        until : float
            T.
        error : array_like, (n,)
            d loss / d z(T).
        lags : array_like, (lags,)
            q in units of time, ascending.

        Returns
        -------
        array, (lags, n)

        Raises
        ------
        ValueError
            For arrays that do not fit; where the solver cannot go on.
        """
        first, times = self._start(start, until), _lags(lags, until)
        path, given = self.solve(first, until), checked("error", error)
        if given.shape != first.shape:
            raise ValueError(f"error must have shape {first.shape}, got {given.shape}")
        if times[-1] == 0:
            return np.tile(given, (len(times), 1))

        def back(q: float, a: Array) -> Array:
            return np.asarray(np.asarray(self.jacobian(until - q, path(until - q))).T @ a)

        flow = self._solved(back, (0.0, float(times[-1])), given)
        return np.array([flow(q) for q in times])

    def bounds(self, start: Any, until: float, lags: Any) -> tuple[Array, Array]:
        """(Lower bound of the least, upper bound of the greatest singular value of the influence) by lag.

        Parameters
        ----------
        start : array_like, (n,)
            z(0).
        until : float
            T.
        lags : array_like, (lags,)
            q in units of time, ascending.

        Returns
        -------
        lower, upper : array, (lags,)

        Raises
        ------
        ValueError
            For arrays that do not fit; where the solver cannot go on.

        References
        ----------
        Theorem ode.logarithmic_norm.
        """
        first, times = self._start(start, until), _lags(lags, until)
        path = self.solve(first, until)

        def rates(q: float, _: Array) -> Array:
            matrix = np.asarray(self.jacobian(until - q, path(until - q)))
            return np.array([-log_norm(-matrix), log_norm(matrix)])

        if times[-1] == 0:
            return np.ones(len(times)), np.ones(len(times))
        sums = self._solved(rates, (0.0, float(times[-1])), np.zeros(2))
        low, high = np.exp(np.array([sums(q) for q in times])).T
        return low, high

    def euler(self, start: Any, until: float, steps: int) -> Array:
        """d z_N / d z_(N-k) of N = steps Euler steps z + h f, for k = 0..N: products of I + h A.

        Parameters
        ----------
        start : array_like, (n,)
            z(0).
        until : float
            T = N h.
        steps : int
            N.

        Returns
        -------
        array, (N + 1, n, n)

        Raises
        ------
        ValueError
            For arrays that do not fit.
        """
        z, h = self._start(start, until), until / steps
        jacobians = []
        for k in range(steps):
            jacobians.append(np.eye(len(z)) + h * np.asarray(self.jacobian(k * h, z)))
            z = z + h * np.asarray(self.field(k * h, z))
        flow = [np.eye(len(z))]
        for jacobian in reversed(jacobians):
            flow.append(flow[-1] @ jacobian)
        return np.array(flow)

    def law(self, rate: float) -> Law:
        """The law where mu(A) <= rate along every solution: at most e^(rate q).

        Parameters
        ----------
        rate : float
            Per unit of time.

        Returns
        -------
        Law

        References
        ----------
        Theorem ode.logarithmic_norm.
        """
        return Law("exponential", float(np.exp(rate)), sense="at most")

    def _solved(self, field: Field, span: tuple[float, float], first: Array) -> Callable[[float], Array]:
        done = solve_ivp(
            field, span, first, method="DOP853", rtol=self.tolerance, atol=self.tolerance, dense_output=True
        )
        if not done.success:
            raise ValueError(f"the equation must have a solution up to {span[1]:g}, got {done.message.lower()}")
        found: Callable[[float], Array] = done.sol
        return found

    def _start(self, start: Any, until: float) -> Array:
        first = checked("start", start)
        if first.ndim != 1 or not len(first):
            raise ValueError(f"start must have shape (n,), got {first.shape}")
        if not until > 0:
            raise ValueError(f"until must be a time above 0, got {until}")
        return first


def log_norm(matrix: Any) -> float:
    """mu(A) for the 2-norm, the greatest eigenvalue of (A + A^T) / 2.

    Parameters
    ----------
    matrix : array_like, (n, n)
        A.

    Returns
    -------
    float

    References
    ----------
    Dahlquist 1958; Lozinskii 1958.
    """
    a = checked("matrix", matrix)
    return float(np.linalg.eigvalsh((a + a.T) / 2)[-1])


def euler_error_bound(matrix: Any, steps: int) -> float:
    """A bound of |(I + A/N)^N - e^A| in the 2-norm: |A|^2 e^|A| / (2 N).

    Parameters
    ----------
    matrix : array_like, (n, n)
        A.
    steps : int
        N.

    Returns
    -------
    float
    """
    size = float(np.linalg.norm(checked("matrix", matrix), 2))
    return size**2 * float(np.exp(size)) / (2 * steps)


def _lags(lags: Any, until: float) -> Array:
    times = np.atleast_1d(checked("lags", lags))
    if times.ndim != 1 or (np.diff(times) < 0).any() or not len(times) or times[0] < 0 or times[-1] > until:
        raise ValueError(f"lags must ascend from 0 or more to at most {until:g}, got {times}")
    return times
