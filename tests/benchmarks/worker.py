"""One program on one case, alone in its process and on one core: prints seconds, processor time and a result as JSON.

python -m tests.benchmarks.worker PROGRAM KIND N STEPS HOW SEED
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

from tests.benchmarks import cases

TIMES = 5
SECONDS = 3.0  # of timed runs, after which no other is begun
SLOW = 10.0  # seconds, from which on the first run is the only one


def program_of(name, kind, w, xs):
    """The program, ready to run. Raises ImportError where its library is absent."""
    library, work = name.split(" ", 1)
    if library == "errorflow":
        from tests.benchmarks import our_programs as ours

        return ours.log2_norms(kind, w, xs) if work == "norms" else ours.jacobians(kind, w, xs, work)
    if library == "numpy":
        from tests.benchmarks import our_programs as ours

        return ours.written(kind, w, xs)
    if library == "jax":
        from tests.benchmarks import jax_programs as jax

        if work in ("jacobians", "by hand"):
            return jax.jacobians(kind, w, xs, "forward" if work == "jacobians" else "closed")
        return jax.log2_norms(kind, w, xs, work)
    from tests.benchmarks import torch_programs as torch

    return torch.jacobians(kind, w, xs) if work == "jacobians" else torch.log2_norms(kind, w, xs, work)


def main(name, kind, n, steps, how, seed):
    """Times the program after one run that warms up and touches memory; that run alone where it takes too long.

    Every library has compiled before. Flags that ask for one thread do not keep every library to it, one core does.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    w, xs = cases.weights(kind, int(n), how, int(seed)), cases.inputs(int(n), int(steps), int(seed))
    try:
        program = program_of(name, kind, w, xs)
    except ImportError as error:
        return {"absent": str(error)}
    wall, cpu = [], []
    for _ in range(1 + TIMES):
        last = None  # what was made before is given back first, as in a loop over sequences
        a, b = time.perf_counter(), time.process_time()
        last = program()
        wall.append(time.perf_counter() - a)
        cpu.append(time.process_time() - b)
        if wall[0] > SLOW or sum(wall[1:]) > SECONDS:
            break
    some = slice(1 if len(wall) > 1 else 0, None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return {"wall": wall[some], "cpu": cpu[some], "last": digest(last), "peak_mib": peak}


def digest(result):
    """A number that programs of the same work have in common; None of those that compute nothing."""
    if isinstance(result, dict):
        return None
    return float(result[-1]) if result.ndim == 1 else float(abs(result[-1]).sum())


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
