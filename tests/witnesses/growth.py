"""Growth rates in plain NumPy: flows of linear equations, and products of Gaussian matrices by repeated QR."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm
from scipy.special import digamma

from errorflow.models import log_norm

from .record import TWELVE, Dropped, Witness


def flow_between_exponentials(A, q):
    """exp(-q mu(-A)), sigma_min, |Phi| against sigma_min, |Phi|, exp(q mu(A))."""
    values = np.linalg.svd(expm(q * A), compute_uv=False)
    sides = [np.exp(-q * log_norm(-A)), values[-1], values[0], np.exp(q * log_norm(A))]
    return np.array(sides[:-1]), np.array(sides[1:])


def by_spectral_abscissa(A, q):
    """The same with the greatest real part of an eigenvalue in the place of the logarithmic norm."""
    return np.linalg.norm(expm(q * A), 2), np.exp(q * np.linalg.eigvals(A).real.max())


def exponents(n, sigma, seed, rows=None):
    """Mean logarithms of the diagonal of R over 3000 steps, against the closed form."""
    rng, basis, total = np.random.default_rng(seed), np.eye(n), np.zeros(n)
    for _ in range(3000):
        factor = sigma * rng.normal(size=(n, n))
        if rows == "orthogonal":
            factor = sigma * np.linalg.qr(factor)[0]
        basis, triangle = np.linalg.qr(factor @ basis)
        total += np.log(np.abs(np.diag(triangle)))
    k = np.arange(1, n + 1)
    return total / 3000, np.log(sigma) + (np.log(2) + digamma((n - k + 1) / 2)) / 2


_SKEW = np.array([[0.3, 2.0], [-2.0, 0.3]])

WITNESSES = (
    Witness(
        "ode.logarithmic_norm", "<=",
        lambda rng: {"A": rng.normal(size=(3, 3)), "q": rng.uniform(0, 2)},
        flow_between_exponentials,
        TWELVE,
        {"A": _SKEW, "q": 1.5},
        (Dropped("mu is not the spectral abscissa", {"A": np.array([[-1.0, 9.0], [0.0, -1.0]]), "q": 0.5},
                 by_spectral_abscissa),),
    ),
    Witness(
        "gaussian.lyapunov", "=",
        lambda rng: {"n": int(rng.integers(1, 5)), "sigma": rng.uniform(0.5, 2), "seed": int(rng.integers(1 << 30))},
        exponents,
        0.1,  # the mean of 3000 logarithms of deviation up to 1.2: five times its own
        {"n": 2, "sigma": 1.0, "seed": 0},
        (Dropped("entries are independent", {"n": 3, "sigma": 1.0, "seed": 0, "rows": "orthogonal"}),),
        draws=2,
    ),
)  # fmt: skip
