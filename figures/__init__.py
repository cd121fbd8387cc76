"""The figures of errorflow, in reading order. `python -m figures` writes them all to figures/out/."""

from __future__ import annotations

import os
from types import ModuleType

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    # The products here are small, and threads of the BLAS wait for one another; it reads this when NumPy is imported.
    # The files are the same with any number of threads.
    os.environ.setdefault(_name, "1")

from figures import (  # noqa: E402
    carousel,
    costs,
    digits,
    forget_gates,
    gradient_lags,
    gradient_quality,
    heat,
    laws,
    learning,
    learning_curves,
    ledger,
    local_error,
    long_lags,
    lstm_bounds,
    phases,
    radius,
    singular_values,
    slopes,
    starting,
    vanishing_exploding,
)

FIGURES: tuple[ModuleType, ...] = (
    slopes,
    local_error,
    vanishing_exploding,
    radius,
    phases,
    starting,
    carousel,
    lstm_bounds,
    forget_gates,
    learning,
    costs,
    gradient_quality,
    learning_curves,
    long_lags,
    digits,
    gradient_lags,
    singular_values,
    heat,
    laws,
    ledger,
)


def names() -> list[str]:
    """The names of all figures, in reading order."""
    return [module.NAME for module in FIGURES]


def figure(name: str) -> ModuleType:
    """The figure called `name`. Raises: KeyError with the names that exist."""
    for module in FIGURES:
        if name == module.NAME:
            return module
    raise KeyError(f"no figure called {name!r}; there are {', '.join(names())}")


__all__ = ["FIGURES", "figure", "names"]
