"""AR, MA, ARMA and ARIMA: the influence of a shock, and of an observation on the forecast.

phi(B) (1 - B)^d y_t = theta(B) e_t with phi(B) = 1 - phi_1 B - ... - phi_p B^p, theta(B) = 1 + theta_1 B + ... +
theta_r B^r and B the step back. The influence of the shock at lag q is psi_q, the coefficient of B^q in
theta(B) / (phi(B) (1 - B)^d). Laws are read off the roots of both polynomials, whose coefficients are
taken as the decimals that they print as: common factors are divided out first, exactly, for what they cancel has no
influence. The unit root of d = 1 is the constant error carousel of this family: its influence stays at
theta(1) / phi(1), theorem arima.unit_root. Seasonal differences, (1 - B^s)^D on the left, put roots all around the unit
circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from errorflow.models.record import Law
from errorflow.numeric.arrays import Array, checked

B = sympy.Symbol("B")


@dataclass(frozen=True)
class ARIMA:
    """An ARIMA(p, d, r) process with given coefficients; AR, MA and ARMA are those with r = 0, p = 0 or d = 0.

    phi(B) (1 - B)^d (1 - B^s)^D y_t = theta(B) e_t with phi(B) = 1 - phi_1 B - ... - phi_p B^p, theta(B) = 1 + theta_1
    B + ... + theta_r B^r and B the step back.

    Parameters
    ----------
    phi : array_like, (p,), default ()
        Coefficients with these signs.
    d : int, default 0
        How often y is differenced.
    theta : array_like, (r,), default ()
        Coefficients with these signs.
    seasonal_d, period : int, default 0
        D and s, how often over a season of s steps.

    Raises
    ------
    ValueError
        For coefficients that are no finite list, and for what is no whole number.

    References
    ----------
    Theorem arima.unit_root; Box & Jenkins 1970.
    """

    phi: tuple[float, ...] = ()
    d: int = 0
    theta: tuple[float, ...] = ()
    seasonal_d: int = 0
    period: int = 0

    def __post_init__(self) -> None:
        for name in ("phi", "theta"):
            values = checked(name, list(getattr(self, name)))
            if values.ndim != 1:
                raise ValueError(f"{name} must be a list of coefficients, got shape {values.shape}")
            object.__setattr__(self, name, tuple(values.tolist()))
        for name in ("d", "seasonal_d", "period"):
            number = getattr(self, name)
            if isinstance(number, bool) or not isinstance(number, int) or number < 0:
                what = "steps" if name == "period" else "differences"
                raise ValueError(f"{name} must be a whole number of {what}, got {number!r}")
        if self.seasonal_d and not self.period:
            raise ValueError(f"period must be above 0 where seasonal_d is, got {self.period}")

    @cached_property
    def sides(self) -> tuple[sympy.Poly, sympy.Poly]:
        """phi(B) (1 - B)^d (1 - B^s)^D and theta(B), exactly."""
        left = sympy.Poly([-_exact(c) for c in reversed(self.phi)] + [1], B, domain="QQ")
        right = sympy.Poly([_exact(c) for c in reversed(self.theta)] + [1], B, domain="QQ")
        season = sympy.Poly(1 - B**self.period, B, domain="QQ") if self.seasonal_d else sympy.Poly(1, B, domain="QQ")
        return left * sympy.Poly(1 - B, B, domain="QQ") ** self.d * season**self.seasonal_d, right

    def influence(self, lags: int) -> Array:
        """psi_q = d y_T / d e_(T-q) for q = 0..lags.

        Parameters
        ----------
        lags : int
            The largest lag.

        Returns
        -------
        array, (lags + 1,)

        Raises
        ------
        ValueError, OverflowError
            For a negative number of lags; where it grows beyond float64.
        """
        return self._series(*self.sides, lags)

    def forecast_influence(self, lags: int) -> Array:
        """d (forecast of y_(T+1)) / d y_(T-q) for q = 0..lags: what an observation adds to the forecast.

        The forecast is the one from an infinite past; with invertible theta its weights fall.

        Parameters
        ----------
        lags : int
            The largest lag.

        Returns
        -------
        array, (lags + 1,)

        Raises
        ------
        ValueError, OverflowError
            For a negative number of lags; where it grows beyond float64.
        """
        left, right = self.sides
        return -self._series(right, left, lags + 1)[1:]

    def law(self) -> Law:
        """How psi_q goes on as q grows.

        Returns
        -------
        Law
        """
        return _law(*self.sides)

    def forecast_law(self) -> Law:
        """How the influence of an observation on the forecast goes on.

        Returns
        -------
        Law
        """
        left, right = self.sides
        law = _law(right, left)
        return Law("finite", law.rate - 1) if law.kind == "finite" else law

    def companion(self) -> Array:
        """C with psi_q = (C^q)_11 where theta = 0; its spectral radius is the factor per step.

        Returns
        -------
        array, (k, k)
            With k = p + d + D s.
        """
        left, _ = self.sides
        size = left.degree()
        matrix = np.eye(size, k=-1)
        if size:
            matrix[0] = [-float(c) for c in reversed(left.all_coeffs()[:-1])]
        return matrix

    @staticmethod
    def _series(below: sympy.Poly, above: sympy.Poly, lags: int) -> Array:
        if lags < 0:
            raise ValueError(f"lags must be 0 or more, got {lags}")
        common = sympy.gcd(below, above)  # a unit root that cancels would leave its rounding behind at every lag
        below, above = (side.quo(common) for side in (below, above))
        first = below.eval(0)
        recursion = [-float(c / first) for c in reversed(below.all_coeffs()[:-1])]
        shock = [float(c / first) for c in reversed(above.all_coeffs())]
        with np.errstate(over="ignore", invalid="ignore"):
            series = np.array(impulse_response(recursion, shock, lags))
        if not np.isfinite(series).all():
            at = int(np.argmin(np.isfinite(series)))
            raise OverflowError(f"the influence at lag {at} is beyond float64; ask for fewer lags")
        return series


def impulse_response(recursion: Sequence[Any], shock: Sequence[Any], lags: int) -> list[Any]:
    """psi_0..psi_lags of y_t = sum_k recursion_k y_(t-k) + sum_j shock_j e_(t-j); numbers or expressions."""
    found: list[Any] = []
    for q in range(lags + 1):
        value = shock[q] if q < len(shock) else 0 * shock[0]
        for k, factor in enumerate(recursion[:q], 1):
            value = value + factor * found[q - k]
        found.append(value)
    return found


def _exact(value: float) -> sympy.Rational:
    number = Fraction(str(value))
    return sympy.Rational(number.numerator, number.denominator)


def _law(below: sympy.Poly, above: sympy.Poly) -> Law:
    """The law of the coefficients of above / below."""
    common = sympy.gcd(below, above)
    below, above = below.quo(common), above.quo(common)
    if below.degree() == 0:
        return Law("finite", above.degree() + 1)
    roots = [(modulus, times) for factor, times in below.sqf_list()[1] for modulus in _moduli(factor)]
    nearest = min(modulus for modulus, _ in roots)
    near = 1e-12 if below.degree() <= _EXACT_UP_TO else 1e-8
    leading = [times for modulus, times in roots if modulus <= nearest * (1 + near)]
    power = max(leading) - 1
    unit = _order_at_one(below)
    nearest = 1.0 if abs(nearest - 1) < near else nearest
    if unit == power + 1 and leading.count(unit) == 1 and nearest >= 1:
        rest = below.quo(sympy.Poly((1 - B) ** unit, B, domain="QQ"))
        return Law("constant", float(above.eval(1) / rest.eval(1))) if unit == 1 else Law("polynomial", power)
    return Law("exponential", float(1 / nearest), power)


_EXACT_UP_TO = 24  # degrees: 30 digits take milliseconds below and half a minute at 100, where roots are simple


def _moduli(factor: sympy.Poly) -> list[float]:
    """The moduli of the roots of a polynomial without repeated ones: exact to float64, or to 1e-8 at high degrees."""
    if factor.degree() > _EXACT_UP_TO:
        return [float(modulus) for modulus in np.abs(np.roots([float(c) for c in factor.all_coeffs()]))]
    return [abs(complex(root)) for root in factor.nroots(n=30, maxsteps=200)]


def _order_at_one(polynomial: sympy.Poly) -> int:
    order = 0
    while polynomial.eval(1) == 0:
        polynomial, order = polynomial.diff(B), order + 1
    return order
