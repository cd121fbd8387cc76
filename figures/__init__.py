"""The figures of errorflow, in reading order. `python -m figures` writes them all to figures/out/."""

from __future__ import annotations

from types import ModuleType

from figures import (
    carousel,
    costs,
    digits,
    gradient_lags,
    gradient_quality,
    heat,
    laws,
    learning,
    learning_curves,
    local_error,
    long_lags,
    singular_values,
    slopes,
    vanishing_exploding,
)

FIGURES: tuple[ModuleType, ...] = (
    slopes,
    local_error,
    vanishing_exploding,
    carousel,
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
