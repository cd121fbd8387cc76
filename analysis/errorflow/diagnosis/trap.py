"""What a look at the outputs alone would have shown, beside the flow that is there.

The outputs of a fused recurrent operation are read by nothing inside it: autograd gives them the derivative of the loss
directly in them, so with a loss at the last step a hook on an earlier output reads exactly 0, whatever the weights. The
outputs of a cell that is called step by step are read by later steps: there a hook reads the block h to h of the flow.
Multiplying the blocks d h_t / d h_(t-1), other state held constant, loses what travels in that other state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.diagnosis.decay import middle_of
from errorflow.numeric.arrays import Array
from errorflow.numeric.carried_errors import carried_back, log2_spectral_norms
from errorflow.numeric.forward import Trajectory
from errorflow.numeric.scaled import Integers, Scaled

MOST_SEQUENCES = 8
_WHY_HOOK = (
    "A hook on the outputs of a fused module, with a loss at the last step, reads exactly 0 at every earlier step:"
    " inside the fused operation no later step reads an output again."
)
_STEPWISE = "A hook on the outputs of a cell that is called step by step reads what comes back to {h}"


@dataclass(frozen=True, eq=False)
class Trap:
    """Three looks at one network, norms by lag, medians over `sequences` sequences.

    Attributes
    ----------
    output : str
        The block that the loss reads.
    others : tuple of str
        The other blocks.
    sequences : int
        How many were looked at.
    lags : array of int, (Q + 1,)
        0..Q.
    hook : array, (Q + 1,)
        The norm itself, relative to the last step: 1, then zeros, if fused; else that of d h_T / d h_(T-q).
    log2_alone : array, (Q + 1,)
        Of the product of the blocks d new h / d old h, all else held.
    log2_output : array, (Q + 1,)
        Of d h_T / d h_(T-q), every path counted.
    log2_joint : array, (Q + 1,)
        Of the joint state.
    fused : bool
        Whether all steps are one operation, or each is a call of a cell.
    """

    output: str
    others: tuple[str, ...]
    sequences: int
    lags: Integers
    hook: Array
    log2_alone: Array
    log2_output: Array
    log2_joint: Array
    fused: bool = True

    def _lost(self, output: str) -> str:
        """What the product of blocks misses at the largest lag; a tenth of a bit is nothing."""
        alone, truth = float(self.log2_alone[-1]), float(self.log2_output[-1])
        if alone == truth or abs(alone - truth) < 0.1:
            return f"little or nothing comes back to {output} through them"
        return "loses what travels there"

    @property
    def words(self) -> tuple[str, ...]:
        """What each look would have made one believe, and why."""
        h, rest, q = self.output, ", ".join(self.others), len(self.lags) - 1
        hook = _WHY_HOOK
        if not self.fused:
            hook = _STEPWISE.format(h=h)
            hook += (
                f" with {rest} held: {_power(self.log2_output[-1])} at lag {q}, beside"
                f" {_power(self.log2_joint[-1])} for the joint state." if rest else ", which is all of the state."
            )  # fmt: skip
        if not self.others:
            return (hook,)
        return (
            hook,
            f"The blocks d {h} / d {h} multiplied alone give {_power(self.log2_alone[-1])} at lag {q}; the truth is"
            f" {_power(self.log2_output[-1])} for {h} and {_power(self.log2_joint[-1])} for the joint state: the"
            f" product holds {rest} constant and {self._lost(h)}.",
        )

    def json(self) -> dict[str, Any]:
        """As data.

        Returns
        -------
        dict
        """
        return {
            "output": self.output, "fused": self.fused, "sequences": self.sequences, "lags": self.lags,
            "hook": self.hook, "log2_blocks_alone": self.log2_alone, "log2_output": self.log2_output,
            "log2_joint": self.log2_joint, "words": list(self.words),
        }  # fmt: skip


def trap_of(run: Trajectory, joint: Array, output: Array, fused: bool = True) -> Trap:
    """The three looks along a run. joint, output (batch, Q + 1): log2 norms of the joint state and of h to h.

    fused: whether all steps are one operation for autograd, as in torch.nn.LSTM, or each is a call of a cell.
    """
    few = min(run.batch, MOST_SEQUENCES)
    lags = joint.shape[1] - 1
    name = run.definition.output.name
    width = run.states[name].shape[2]
    unit = np.repeat(np.eye(width)[None], few, axis=0)
    if len(run.definition.states) > 1:
        products = carried_back(run.sequences(0, few), {name: unit}, lags, only=name)
        alone = np.stack([_log2_norm(errors[run.definition.output]) for errors in products], axis=1)
    else:
        alone = output[:few]
    truth = middle_of(output[:few])
    with np.errstate(over="ignore"):
        hook = np.append(1.0, np.zeros(lags)) if fused else np.exp2(truth)
    return Trap(
        output=name,
        others=tuple(s.name for s in run.definition.states if s.name != name),
        sequences=few,
        lags=np.arange(lags + 1),
        hook=hook,
        log2_alone=middle_of(alone),
        log2_output=truth,
        log2_joint=middle_of(joint[:few]),
        fused=fused,
    )


def _log2_norm(block: Scaled) -> Array:
    """log2 of the spectral norm, (batch,)."""
    top = block.exponent.max(axis=1)
    matrix = block.at(np.broadcast_to(top[:, None], block.exponent.shape)).transpose(1, 0, 2)
    return np.asarray(log2_spectral_norms(matrix) + top)


def _power(log2: float) -> str:
    return "0 in float64" if log2 == -np.inf else f"2^{log2:.1f}"
