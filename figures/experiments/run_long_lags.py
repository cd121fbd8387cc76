"""Ten steps and a hundred: which one-unit networks learn task 2a at which delay, within a budget.

    python -m figures.experiments.run_long_lags           # some minutes of one core; writes long_lags.json
    python -m figures.experiments.run_long_lags --long    # the memory cell, delay 1000; writes long_lags_1000.json

A unit that sees itself learns by BPTT, the memory cell of 1997 by its own algorithm, which is exact here: nothing but
the carousel leads from step to step. Every trial starts anew; all get as many presentations, whatever the delay.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict

from figures.experiments.records import done, timed, write
from figures.experiments.side_by_side import BOUND, SPREAD, Budget, learn

DELAYS, TRIALS, PRESENTATIONS, SEED = (5, 10, 20, 50, 100), 18, 10_000, 1
SEARCH = {
    "logistic": ("bptt", {"descent": (1.0, 10.0), "adam": (0.01,)}),
    "tanh": ("bptt", {"descent": (1.0, 10.0), "adam": (0.01,)}),
    "memory_cell": ("lstm1997", {"adam": (0.01,), "descent": (1.0, 0.1, 0.01)}),
}
LONG = {"memory_cell": ("lstm1997", {"adam": (0.01,)})}


def main() -> None:
    """Runs every budget and writes what came of it."""
    parser = argparse.ArgumentParser(description="Learn task 2a at several delays.")
    parser.add_argument("--long", action="store_true", help="the memory cell at a delay of 1000")
    long = parser.parse_args().long
    search, delays = (LONG, (1000,)) if long else (SEARCH, DELAYS)
    about = {
        "task": "2a, the last symbol asked",
        "criterion": f"no output wrong by {BOUND} on either sequence",
        "start": f"uniform in [-{SPREAD}, {SPREAD}]",
        "update": "the two sequences together, mean of half their squared errors",
    }
    name = "long_lags_1000" if long else "long_lags"
    runs = done(name)
    for network, (algorithm, optimisers) in search.items():
        for optimiser, rates in optimisers.items():
            for rate, delay in ((rate, delay) for rate in rates for delay in delays):
                budget = Budget(network, algorithm, optimiser, rate, delay, TRIALS, PRESENTATIONS, SEED)
                if any(asdict(budget).items() <= run.items() for run in runs):
                    continue
                reached, seconds = timed(lambda budget=budget: learn(budget))
                runs.append(asdict(budget) | {"reached": reached} | seconds)
                succeeded = sum(shown is not None for shown in reached)
                print(f"{network} {optimiser} {rate} delay {delay}: {succeeded} of {TRIALS}, {seconds}", flush=True)
                write(name, about, runs)


if __name__ == "__main__":
    main()
