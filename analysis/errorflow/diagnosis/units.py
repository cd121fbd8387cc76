"""Which units carry: half-lives on the carry unit by unit, and how many directions of the flow are left by lag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.calculus.jacobian import state_jacobian
from errorflow.calculus.words import is_diagonal
from errorflow.numeric.arrays import Array
from errorflow.numeric.carried_errors import flows_at
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.linear import Steps, carried
from errorflow.numeric.scaled import Integers

NEGLIGIBLE = 1e-8  # of the largest singular value: directions below it do not count for the rank
_CHUNK = 256


@dataclass(frozen=True, eq=False)
class Carriers:
    """Half-lives of the units of one state block, longest first.

    Attributes
    ----------
    state : str
        The block.
    units : tuple of int
        Their indices.
    half_lives : array, (n,)
        In steps, of what stays on the carry, from the mean of log2 of its factor over steps and sequences; infinite
        where nothing is lost, 0 where the carry is broken.
    """

    state: str
    units: tuple[int, ...]
    half_lives: Array

    def json(self) -> dict[str, Any]:
        """As data.

        Returns
        -------
        dict
        """
        return {"state": self.state, "units": self.units, "half_lives": self.half_lives}


def carriers(run: Trajectory) -> tuple[Carriers, ...]:
    """The units of each state block that has a diagonal carry onto itself: the forget gate of an LSTM, z of a GRU."""
    blocks = state_jacobian(run.definition, True)
    found = []
    for state in run.definition.states:
        words = blocks[state.name, state.name]
        if not words or not all(is_diagonal(factor) for word in words for factor in word):
            continue
        total = np.zeros(run.states[state.name].shape[2])
        ones = np.ones((*run.states[state.name].shape[:0:-1], 1))  # (width, batch, 1)
        for first in range(0, run.steps, _CHUNK):
            stop = min(first + _CHUNK, run.steps)
            steps = Steps(run, first, stop)
            for t in range(first, stop):
                with np.errstate(divide="ignore"):
                    total += np.log2(np.abs(steps.push(t, {state: ones}, carried)[state])).sum(axis=(1, 2))
        loss = -total / max(1, run.steps * run.batch)
        with np.errstate(divide="ignore"):
            lives = np.where(loss > 0, 1 / np.abs(loss), np.inf)
        order = np.argsort(-lives, kind="stable")
        found.append(Carriers(state.name, tuple(int(k) for k in order), lives[order]))
    return tuple(found)


def rank_by_lag(run: Trajectory, lags: Integers) -> Integers:
    """The numerical rank of the flow at these lags, (batch, len(lags)): singular values above 1e-8 of the largest.

    At every lag: `errorflow.numeric.spectrum`.
    """
    ranks = np.zeros((run.batch, len(lags)), dtype=np.int64)
    for k, (_, flow, _) in enumerate(flows_at(run, lags.tolist())):
        values = np.linalg.svd(flow, compute_uv=False)
        ranks[:, k] = (values > NEGLIGIBLE * values[:, :1]).sum(axis=1)
    return ranks
