"""Runs every program in turn, round after round, each in a process of its own, and writes a table.

    python -m tests.benchmarks [--quick] [--rounds N] [--only TEXT] [--python FILE] [--json FILE] [--table FILE]

The learning algorithms follow, as `python -m tests.benchmarks.learning` has them; with --only, if it is `learning`.

Figures are processor time, which other work on the machine disturbs less than the time on the clock; one core each.
Both are in the JSON, with the load, and the limits of this machine: products of matrices and writing. About 20 minutes
on two free cores; what takes longer than 10 seconds is run in the first round only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.benchmarks import learning

ROOT = Path(__file__).parents[2]
ONE_THREAD = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
NORMS = ("errorflow norms", "jax spectral", "jax frobenius", "torch spectral", "torch frobenius")
SLOW = 10.0  # seconds
FEWER = NORMS[:3]  # where PyTorch would do the same factorisations again, for minutes
JACOBIANS = ("errorflow jacobians", "errorflow jacobians reused", "jax jacobians", "jax jacobians by hand",
             "torch jacobians")  # fmt: skip


def work(quick):
    """(programs, kind, n, steps, how) of every row."""
    sizes = (16, 64) if quick else (16, 64, 128, 256)
    for kind in ("rnn", "lstm"):
        for how in ("random",) if quick else ("random", "orthogonal", "identity"):
            for n in sizes if how == "random" else sizes[-2:]:
                yield NORMS if n < 128 else FEWER, kind, n, 200 if n < 64 or quick else 1000, how
    for n in sizes:
        yield JACOBIANS, "lstm", n, 200 if quick else (1000 if n < 256 else 256), "random"


def timed(program, row, seed, times, python):
    """What the worker says."""
    _, kind, n, steps, how = row
    library = program.split(" ")[0]
    interpreter = python if python and library == "jax" else sys.executable
    arguments = [program, kind, str(n), str(steps), how, str(seed), str(times)]
    command = [interpreter, "-m", "tests.benchmarks.worker", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else str(done.returncode)}
    return json.loads(done.stdout.splitlines()[-1])


def limits():
    """GFLOP/s of products of matrices and GB/s of writing into an array, on one thread, now."""
    rng, found = np.random.default_rng(0), {}
    for n in (64, 128, 256):
        a = rng.normal(size=(n, n))
        found[f"gemm_{n}_gflops"] = 2e-9 * n**3 / _best(lambda a=a: a @ a)
    array = np.empty(2**24)
    found["fill_gb_per_s"] = 8e-9 * array.size / _best(lambda: array.fill(1.0))
    return {name: round(value, 1) for name, value in found.items()}


def _best(run):
    times = []
    for _ in range(20):
        start = time.process_time()
        for _ in range(3):
            run()
        times.append((time.process_time() - start) / 3)
    return min(times)


def table(rows):
    """The Markdown table: medians, spread, and the ratio of each peer to this package."""
    lines = ["| work | program | median ms | from - to | times ours |", "|---|---|---|---|---|"]
    for row in rows:
        ours = row["programs"][next(iter(row["programs"]))]
        for name, cell in row["programs"].items():
            if "cpu" not in cell:
                lines.append(f"| {row['work']} | {name} | {'absent' if 'absent' in cell else 'failed'} | | |")
                continue
            ms = [1e3 * t for t in cell["cpu"]]
            spread = f"{statistics.median(ms):.3g} | {min(ms):.3g} - {max(ms):.3g}"
            ratio = statistics.median(cell["cpu"]) / statistics.median(ours["cpu"]) if "cpu" in ours else float("nan")
            lines.append(f"| {row['work']} | {name} | {spread} | {ratio:.2f} |")
    return "\n".join(lines)


def measured(row, rounds, python):
    """One row: every program in turn, round after round; round k has seed k."""
    programs, kind, n, steps, how = row
    times = 1 if n >= 256 and programs is not JACOBIANS else 3
    cells = {name: {"wall": [], "cpu": [], "last": [], "peak_mib": []} for name in programs}
    for seed in range(rounds):
        for name in programs:
            if "cpu" not in cells[name] or (cells[name]["cpu"] and min(cells[name]["cpu"]) > SLOW):
                continue
            got = timed(name, row, seed, times, python)
            if "cpu" not in got:
                cells[name] = got
                continue
            for key in ("wall", "cpu"):
                cells[name][key] += got[key]
            for key in ("last", "peak_mib"):
                cells[name][key].append(got[key])
    what = "Jacobians" if programs is JACOBIANS else "log2 norms"
    return {"work": f"{what}, {kind} {how}, n = {n}, {steps} steps", "programs": cells}


def main():
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", help="an interpreter that has JAX and NumPy, where this one has not")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--table", type=Path)
    arguments = parser.parse_args()
    os.environ.update(ONE_THREAD)
    began = time.perf_counter()
    machine = {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
               "load_before": os.getloadavg(), **limits()}  # fmt: skip
    print(json.dumps(machine), file=sys.stderr)
    rows = []
    for row in work(arguments.quick):
        if arguments.only in " ".join(map(str, ("jacobians" if row[0] is JACOBIANS else "norms", *row[1:]))):
            rows.append(measured(row, arguments.rounds, arguments.python))
            print(table(rows[-1:]).split("\n", 2)[2], file=sys.stderr)
    slopes = []
    if arguments.only in ("", "learning"):
        gradients, slopes = learning.measured(arguments.quick, arguments.rounds, arguments.python)
        rows += gradients
    machine |= {"load_after": os.getloadavg(), "minutes": round((time.perf_counter() - began) / 60, 1)}
    for file in filter(None, (arguments.json, arguments.table)):
        file.parent.mkdir(parents=True, exist_ok=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "rows": rows, "slopes": slopes}, indent=1))
    text = "\n".join([json.dumps(machine), "", table(rows), "", *map(learning.sentence, slopes), ""])
    if arguments.table:
        arguments.table.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
