"""How far rounding may move a number: the usual model, in which every operation errs by one unit at most."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def unit(arrays: Iterable[Any]) -> float:
    """The largest unit roundoff among arrays of NumPy: 2^-53 for float64, 2^-24 for float32."""
    kinds = [np.finfo(a.dtype).eps / 2 for a in arrays if a.dtype.kind in "fc"]
    return float(max(kinds, default=2.0**-53))


def gamma(count: float, unit: float) -> float:
    """k u / (1 - k u): the relative error of k operations. Source: Higham 2002, lemma 3.1."""
    share = count * unit
    return share / (1 - share) if share < 0.5 else float("inf")
