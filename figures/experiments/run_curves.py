"""Learning curves: every task, algorithm and seed of `settings` that has not been run.

    python -m figures.experiments.run_curves [TASK]    # minutes of one core for each task; writes curves_TASK.json

Seed 0 served to find the learning rate, with BPTT and the 1997 algorithm; the seeds here were run once.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace

from figures.experiments.records import done, timed, write
from figures.experiments.settings import ALGORITHMS, SEEDS, SETTINGS
from figures.experiments.tasks import TASKS
from figures.experiments.training import HELD_OUT, RECENT, train


def main() -> None:
    """Runs what is asked and writes what came of it."""
    parser = argparse.ArgumentParser(description="Learn tasks of the 1997 paper with several algorithms.")
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"some of {', '.join(SETTINGS)} (default: all)")
    for name in parser.parse_args().tasks or SETTINGS:
        task, runs = TASKS[name], done(f"curves_{name}")
        budget = {k: v for k, v in asdict(SETTINGS[name]).items() if k not in ("algorithm", "options")}
        about = {"bound": task.bound, "below": task.below, "pool": task.pool, "recent": RECENT, "held_out": HELD_OUT}
        for algorithm, options in ALGORITHMS.items():
            for seed in SEEDS:
                if any((run["algorithm"], run["seed"]) == (algorithm, seed) for run in runs):
                    continue
                setting = replace(SETTINGS[name], algorithm=algorithm, options=options)
                curve, seconds = timed(lambda setting=setting, seed=seed, task=task: train(setting, task, seed))
                runs.append({"algorithm": algorithm, "options": options, "seed": seed} | asdict(curve) | seconds)
                print(f"{name} {algorithm} {seed}: {curve.correct[-1]:.3f}, {curve.reached}, {seconds}", flush=True)
                write(f"curves_{name}", {"budget": budget, "criterion": about}, runs)


if __name__ == "__main__":
    main()
