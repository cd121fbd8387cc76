"""The proofs in outline: goals in order, with hints; the finder completes them to certificates."""

from __future__ import annotations

from typing import Any

from . import slopes

OUTLINES: dict[str, list[Any]] = {
    "logistic.slope": [slopes.LOGISTIC],
    "tanh.slope": [slopes.TANH],
    "squash.slopes": [slopes.SQUASH_H, slopes.SQUASH_G],
    "slopes.crossing": [slopes.CROSSING, slopes.VALUE],
}
