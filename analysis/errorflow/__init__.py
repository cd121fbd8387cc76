"""errorflow: how error flows through a recurrent network, derived, proved, measured.

Names are imported when they are first used, so that `import errorflow` does no algebra.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_WHERE = {
    "errorflow.cells": ("Cell",),
    "errorflow.definition": ("names", "new", "net", "dense", "diagonal", "fixed"),
    "errorflow.activations": (
        *("activation", "elu", "gaussian", "gelu", "gelu_tanh", "hardsigmoid", "hardswish", "hardtanh", "identity"),
        *("isru", "leaky_relu", "lisht", "logistic", "logsigmoid", "mish", "normal_cdf", "relu", "selu", "silu"),
        *("softplus", "softsign", "squash_in", "squash_out", "swish", "tanhshrink"),
    ),
    "errorflow.builtin": (
        *("cell", "rnn", "lstm1997", "lstm", "gru", "gru_reset_before", "lstm_peephole", "lstm_projected"),
        *("lstm1997_full", "mingru", "lru", "minimal_rnn", "orthogonal_rnn", "leaky_rnn", "janet", "slstm"),
    ),
    "errorflow.networks": ("read_network",),
    "errorflow.stacks": ("stacked", "stacked_weights"),
    "errorflow.diagnosis": ("diagnose",),
    "errorflow.enclosure": ("recheck", "slope"),
    "errorflow.results": ("result",),
    "errorflow.proof": ("prove", "theorem", "theorems"),
    "errorflow.claims": ("claim", "judge"),
    "errorflow.conjecture": ("check",),
}
_HOME = {name: module for module, members in _WHERE.items() for name in members}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'errorflow' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
