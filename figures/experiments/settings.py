"""The budgets of the learning curves: three tasks of the 1997 paper, one network, five algorithms, three seeds.

The network is eight memory cells of 1997 and logistic outputs; gates start closed as the paper says.
"""

from __future__ import annotations

from dataclasses import replace

from figures.experiments.training import Setting

SEEDS = (1, 2, 3)
ALGORITHMS: dict[str, dict[str, int]] = {
    "bptt": {},
    "lstm1997": {},
    "snap1": {},
    "tbptt": {"horizon": 10, "every": 5},
    "uoro": {},
}
_LONG = Setting("adding", "lstm1997", "bptt", {}, 8, 0.02, 1.0, 20, 16_000, 40, {"b_i": [-3.0, -6.0]})
SETTINGS = {
    "embedded_reber": replace(
        _LONG, task="embedded_reber", batch=16, presentations=24_000, every=75, spread=0.2,
        biases={"b_o": [-1.0, -2.0, -3.0, -4.0]},
    ),
    "adding": _LONG,
    "temporal_order": replace(_LONG, task="temporal_order", biases={"b_i": [-2.0, -4.0]}),
}  # fmt: skip
