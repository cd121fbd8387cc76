"""Learning curves: three tasks of the 1997 paper, one network, five algorithms, three seeds (UORO: one).

    python -m figures.experiments.run_curves [TASK]    # minutes of one core for each task; writes curves_TASK.json

The network is eight memory cells of 1997 and logistic outputs; gates start closed as the paper says. Seed 0 served to
find the learning rate, with BPTT and the 1997 algorithm; the seeds here were run once.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace

from figures.experiments.records import done, timed, write
from figures.experiments.tasks import TASKS
from figures.experiments.training import HELD_OUT, RECENT, Setting, train

SEEDS = {"bptt": (1, 2, 3), "lstm1997": (1, 2, 3), "snap1": (1, 2, 3), "tbptt": (1, 2, 3), "uoro": (1,)}
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


def main() -> None:
    """Runs what is asked and writes what came of it."""
    parser = argparse.ArgumentParser(description="Learn tasks of the 1997 paper with several algorithms.")
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"some of {', '.join(SETTINGS)} (default: all)")
    for name in parser.parse_args().tasks or SETTINGS:
        task, runs = TASKS[name], done(f"curves_{name}")
        budget = {k: v for k, v in asdict(SETTINGS[name]).items() if k not in ("algorithm", "options")}
        about = {"bound": task.bound, "below": task.below, "pool": task.pool, "recent": RECENT, "held_out": HELD_OUT}
        for algorithm, options in ALGORITHMS.items():
            for seed in SEEDS[algorithm]:
                if any((run["algorithm"], run["seed"]) == (algorithm, seed) for run in runs):
                    continue
                setting = replace(SETTINGS[name], algorithm=algorithm, options=options)
                curve, seconds = timed(lambda setting=setting, seed=seed, task=task: train(setting, task, seed))
                runs.append({"algorithm": algorithm, "options": options, "seed": seed} | asdict(curve) | seconds)
                print(f"{name} {algorithm} {seed}: {curve.correct[-1]:.3f}, {curve.reached}, {seconds}", flush=True)
                write(f"curves_{name}", {"budget": budget, "criterion": about}, runs)


if __name__ == "__main__":
    main()
