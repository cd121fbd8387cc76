"""One program on one case, alone in its process and on one core: prints seconds, processor time and a result as JSON.

python -m tests.benchmarks.worker PROGRAM KIND N STEPS HOW SEED TIMES
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

from tests.benchmarks import cases


def program_of(name, kind, w, xs):
    """The program, ready to run. Raises ImportError where its library is absent."""
    library, work = name.split(" ", 1)
    if library == "errorflow":
        from tests.benchmarks import our_programs as ours

        return ours.log2_norms(kind, w, xs) if work == "norms" else ours.jacobians(kind, w, xs, work.endswith("reused"))
    if library == "jax":
        from tests.benchmarks import jax_programs as jax

        if work.startswith("jacobians"):
            return jax.jacobians(kind, w, xs, "forward" if work == "jacobians" else "closed")
        return jax.log2_norms(kind, w, xs, work)
    from tests.benchmarks import torch_programs as torch

    return torch.jacobians(kind, w, xs) if work == "jacobians" else torch.log2_norms(kind, w, xs, work)


def main(name, kind, n, steps, how, seed, times):
    """Times the program after one run that warms up and touches memory; a single run, compiled beforehand, without.

    Flags that ask for one thread do not keep every library to it, one core does.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    w, xs = cases.weights(kind, int(n), how, int(seed)), cases.inputs(int(n), int(steps), int(seed))
    try:
        program = program_of(name, kind, w, xs)
    except ImportError as error:
        return {"absent": str(error)}
    last = program() if int(times) > 1 else None
    wall, cpu = [], []
    for _ in range(int(times)):
        del last
        a, b = time.perf_counter(), time.process_time()
        last = program()
        wall.append(time.perf_counter() - a)
        cpu.append(time.process_time() - b)
    result = float(last[-1]) if last.ndim == 1 else None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return {"wall": wall, "cpu": cpu, "last": result, "peak_mib": peak}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
