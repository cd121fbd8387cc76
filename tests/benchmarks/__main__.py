"""Runs every program in turn, round after round, each in a process of its own, and writes a table.

    python -m tests.benchmarks [--quick] [--rounds N] [--minutes M] [--only TEXT] [--python FILE]
                               [--json FILE] [--table FILE]

Prints the table in Markdown, then everything in JSON. The learning algorithms are the last rows, as
`python -m tests.benchmarks.learning` has them; with --only, if it is `learning`. Figures are processor time, which
other work on the machine disturbs less than the time on the clock; one core each. Both are in the JSON, with the load,
and the limits of this machine: products of matrices and writing. Every row is run once, and again, for --rounds times
at most, as long as the rows so far have taken less than their share of --minutes.
"""

from __future__ import annotations

import argparse
import json
import math
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
FEWER = NORMS[:3]  # where PyTorch would do the same factorisations again, for minutes
JACOBIANS = ("errorflow jacobians", "errorflow reused", "errorflow blocks", "numpy blocks", "jax jacobians",
             "jax by hand", "torch jacobians")  # fmt: skip


BESIDE = {
    "errorflow jacobians": ("jax jacobians", "jax by hand", "torch jacobians"),
    "errorflow reused": ("jax jacobians",),
    "errorflow blocks": ("jax jacobians", "numpy blocks"),
}


def work(quick):
    """(programs, kind, n, steps, how) of every row."""
    sizes = (16, 64) if quick else (16, 64, 128, 256)
    for kind in ("rnn", "lstm"):
        for how in ("random",) if quick else ("random", "orthogonal", "identity"):
            for n in sizes if how == "random" else sizes[-2:]:
                yield NORMS if n < 128 else FEWER, kind, n, 200 if quick else 1000, how
    for n in sizes:
        yield (
            (JACOBIANS if n < 128 else JACOBIANS[:-1]),
            "lstm",
            n,
            200 if quick else (1000 if n < 256 else 256),
            "random",
        )


def goal(row, ours, peer):
    """How many times as fast as this peer the program is meant to be, or None."""
    what, n = row["work"].split(",")[0], int(row["work"].split("n = ")[1].split(",")[0])
    if what == "BPTT" and not peer.startswith("numpy"):
        return 1.3
    if what == "RTRL":
        return {"jax jacfwd": 30, "jax influence": 1}.get(peer) if n == 64 else None
    if what == "norms" and n >= 128:
        random, lstm = "random" in row["work"], "lstm" in row["work"]
        return {"jax spectral": (8 if lstm else 15) if random else 1, "jax frobenius": 1.5 if random else None}.get(
            peer
        )
    if what == "Jacobians":
        if peer == "numpy blocks":
            return 0.5 if ours == "errorflow blocks" else None
        return {16: 1, 64: 6, 128: 8, 256: 8}.get(n) if peer == "jax jacobians" else None
    return None


def timed(program, row, seed, python):
    """What the worker says."""
    _, kind, n, steps, how = row
    interpreter = python if python and program.startswith("jax") else sys.executable
    arguments = [program, kind, str(n), str(steps), how, str(seed)]
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


def comparisons(rows):
    """Every program of this package beside every peer: seconds of both, the ratio of medians, and the goal."""
    for row in rows:
        cells = row["programs"]
        for ours in (name for name in cells if name.startswith("errorflow") and "cpu" in cells[name]):
            for peer in (name for name in cells if not name.startswith("errorflow")):
                if peer not in BESIDE.get(ours, cells):
                    continue
                found = {"work": row["work"], "ours": ours, "peer": peer, "goal": goal(row, ours, peer)}
                if "cpu" in cells[peer]:
                    a, b = cells[ours]["cpu"], cells[peer]["cpu"]
                    found |= {"seconds": a, "peer_seconds": b, "ratio": statistics.median(b) / statistics.median(a)}
                yield found


def table(rows):
    """The Markdown table: median and range in milliseconds, how many times as fast as the peer, and the goal."""
    lines = ["| work | ours | ms | beside | ms | times as fast | goal |", "|---|---|---|---|---|---|---|"]
    for found in comparisons(rows):
        if "ratio" in found:
            last = f"{_span(found['peer_seconds'])} | {found['ratio']:.2f} | {found['goal'] or ''} |"
            ours = found["ours"].removeprefix("errorflow ")
            lines.append(f"| {found['work']} | {ours} | {_span(found['seconds'])} | {found['peer']} | {last}")
    for row in rows:
        for name, cell in row["programs"].items():
            if "cpu" not in cell:
                lines.append(f"| {row['work']} | | | {name} | {'absent' if 'absent' in cell else 'failed'} | | |")
    return "\n".join(lines)


def _span(seconds):
    middle, low, high = (f"{1e3 * t:.3g}" for t in (statistics.median(seconds), min(seconds), max(seconds)))
    return f"{middle} ({low} - {high})" if low != high else middle


def measured(row, rounds, python, until):
    """One row: every program in turn, round after round, while there is time; round k has seed k."""
    programs, kind, n, steps, how = row
    cells = {name: {"wall": [], "cpu": [], "last": [], "peak_mib": []} for name in programs}
    for seed in range(rounds):
        if seed and time.perf_counter() > until:
            break
        for name in programs:
            if "cpu" not in cells[name]:
                continue
            got = timed(name, row, seed, python)
            if "cpu" not in got:
                cells[name] = got
                continue
            for key in ("wall", "cpu"):
                cells[name][key] += got[key]
            for key in ("last", "peak_mib"):
                cells[name][key].append(got[key])
    _agree(cells)
    what = "Jacobians" if programs[0] == JACOBIANS[0] else "norms"
    return {"work": f"{what}, {kind} {how}, n = {n}, {steps} steps", "programs": cells}


def _agree(cells):
    """Raises ArithmeticError where programs that compute the same differ: norms in log2, or a sum of entries."""
    for kind in ("norms", "spectral", "frobenius", "jacobians", "by hand", "blocks", "reused"):
        same = [cell["last"] for name, cell in cells.items() if cell.get("last") and name.endswith(kind)]
        ours = cells.get("errorflow norms", {}).get("last") if kind == "spectral" else None
        for last in [*same, *([ours] if ours else [])]:
            for a, b in zip(last, same[0], strict=False):
                if a is not None and b is not None and not math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6):
                    raise ArithmeticError(f"programs differ: {cells.keys()} end with {a} and {b}")


def main():
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=10.0, help="after which rows are run once")
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
    wanted = [
        row
        for row in work(arguments.quick)
        if arguments.only in " ".join(map(str, ("jacobians" if row[0][0] == JACOBIANS[0] else "norms", *row[1:])))
    ]
    rows, slopes = [], []
    for k, row in enumerate(wanted):
        until = began + 60 * arguments.minutes * (k + 1) / len(wanted)
        rows.append(measured(row, arguments.rounds, arguments.python, until))
        minutes = (time.perf_counter() - began) / 60
        print(f"{minutes:.1f} min", *table(rows[-1:]).split("\n")[2:], sep="\n", file=sys.stderr, flush=True)
    if arguments.only in ("", "learning"):
        gradients, slopes = learning.measured(arguments.quick, arguments.rounds, arguments.python)
        rows += gradients
    machine |= {"load_after": os.getloadavg(), "minutes": round((time.perf_counter() - began) / 60, 1)}
    found = json.dumps({"machine": machine, "rows": rows, "slopes": slopes, "comparisons": list(comparisons(rows))})
    text = "\n".join([table(rows), "", *map(learning.sentence, slopes), sentence(machine)])
    for file, content in ((arguments.json, found), (arguments.table, text + "\n")):
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
    print(text, found, sep="\n\n")


def sentence(machine):
    """The machine in words."""
    before, after = (machine[when][0] for when in ("load_before", "load_after"))
    gemm = ", ".join(str(machine[f"gemm_{n}_gflops"]) for n in (64, 128, 256))
    return (
        f"Milliseconds of processor time, median and range, one core each, float64. Load {before:.1f} before and"
        f" {after:.1f} after; products of matrices at n = 64, 128, 256: {gemm} GFLOP/s; writing"
        f" {machine['fill_gb_per_s']} GB/s; {machine['minutes']} minutes."
    )


if __name__ == "__main__":
    main()
