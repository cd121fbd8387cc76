"""Gradients beside those of PyTorch and JAX, each program alone in its process: one core, float64, round after round.

    python -m tests.benchmarks.learning [--quick] [--rounds N] [--python FILE] [--only TEXT] [--json FILE]

BPTT of an LSTM, T = 200, a batch of 16, with as many inputs as units, beside the products of matrices that it takes and
nothing else; RTRL of a tanh network, one sequence. Then how seconds grow with the number of units, beside how
multiply-adds do. Seconds of processor time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
ONE_THREAD = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
BPTT = ("errorflow bptt", "numpy products", "torch bptt", "jax bptt")
RTRL = ("errorflow rtrl", "jax influence", "jax jacfwd")
# Sizes from which on the products of matrices take most of the time.
GROWTH = {"bptt": ("lstm", (512, 768, 1024, 1536, 2048), 16, 16), "rtrl": ("rnn", (128, 160, 192, 224, 256), 3, 1)}


def numbers(kind, n, m, steps, batch):
    """Weights, inputs and d loss / d output of every program."""
    rng = np.random.default_rng(0)
    gates = "ifog" if kind == "lstm" else ("",)
    w = {}
    for gate in gates:
        end = f"_{gate}" if gate else ""
        w |= {f"W{end}": rng.normal(size=(n, n)) / np.sqrt(n), f"U{end}": rng.normal(size=(n, m)) / np.sqrt(m)}
        w[f"b{end}"] = np.zeros(n)
    return w, rng.normal(size=(batch, steps, m)), rng.normal(size=(batch, steps, n))


def ours(work, w, xs, errors):
    """This package."""
    import errorflow as ef

    cell = ef.lstm() if work == "bptt" else ef.rnn()
    return lambda: cell.gradient(w, xs, errors, algorithm=work).weights["W_i" if work == "bptt" else "W"]


def products_alone(w, xs, errors):
    """The products of BPTT alone, into memory that is there: no program in NumPy is faster than these."""
    from errorflow.numeric.pieces import cut, number

    W, U = (np.concatenate([w[f"{part}_{g}"] for g in "ifog"]) for part in "WU")
    batch, steps, m = xs.shape
    n, x = W.shape[1], np.ascontiguousarray(xs.transpose(1, 2, 0))
    h, net = np.ascontiguousarray(errors.transpose(1, 2, 0)), np.zeros((4 * n, batch))
    back, rows = np.ascontiguousarray(W.T), 16 * batch
    ways = []
    for matrix, vectors in ((U, x), (W, h), (back, np.zeros((steps, 4 * n, batch)))):
        pieces = number(matrix, batch)
        ways.append((cut(matrix, pieces), vectors, cut(np.empty((len(matrix), batch)), pieces)))
    nets, states, inputs = np.zeros((4 * n, rows)), np.zeros((n, rows)), np.zeros((rows, m))

    def program():
        for matrix, vectors, room in ways:
            for vector in vectors:
                np.matmul(matrix, vector, out=room)
        for _ in range(steps * batch // rows):
            found = nets @ states.T, nets @ inputs
        return found[0] + net[0, 0]

    return program


def torch_bptt(w, xs, errors):
    """torch.nn.LSTM and its autograd."""
    import torch

    torch.set_num_threads(1)
    n, m = w["U_i"].shape
    net = torch.nn.LSTM(m, n, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        net.weight_hh_l0[:] = torch.tensor(np.concatenate([w[f"W_{g}"] for g in "ifgo"]))
        net.weight_ih_l0[:] = torch.tensor(np.concatenate([w[f"U_{g}"] for g in "ifgo"]))
        net.bias_ih_l0.zero_()
        net.bias_hh_l0.zero_()
    xs, errors = torch.tensor(xs), torch.tensor(errors)

    def program():
        net.zero_grad()
        (net(xs)[0] * errors).sum().backward()
        return net.weight_hh_l0.grad[:n].numpy()

    return program


def jax_program(work, w, xs, errors):
    """A jitted scan with value_and_grad; jacfwd through the scan; the influence recursion written by hand."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    w = {k: jnp.asarray(v) for k, v in w.items()}
    xs, errors = jnp.asarray(xs.swapaxes(0, 1)), jnp.asarray(errors.swapaxes(0, 1))

    def lstm_loss(w):
        every = {part: jnp.concatenate([w[f"{part}_{g}"] for g in "ifog"]) for part in "WUb"}

        def step(state, net):
            c, h = state
            i, f, o, g = jnp.split(net + h @ every["W"].T, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (c, h), h

        zero = jnp.zeros((xs.shape[1], len(w["b_i"])))
        _, h = jax.lax.scan(step, (zero, zero), xs @ every["U"].T + every["b"])
        return (h * errors).sum()

    if work == "bptt":
        run = jax.jit(jax.value_and_grad(lstm_loss))
        return lambda: np.asarray(run(w)[1]["W_i"])
    x, e, n = xs[:, 0], errors[:, 0], len(w["b"])
    if work == "jacfwd":

        def rnn_loss(w):
            def step(h, x):
                h = jnp.tanh(w["W"] @ h + w["U"] @ x + w["b"])
                return h, h

            return (jax.lax.scan(step, jnp.zeros(n), x)[1] * e).sum()

        run = jax.jit(jax.jacfwd(rnn_loss))
        return lambda: np.asarray(run(w)["W"])
    m = x.shape[1]

    def influence(w):
        def step(carry, at):
            h, P, total = carry
            x, e = at
            new = jnp.tanh(w["W"] @ h + w["U"] @ x + w["b"])
            P = (w["W"] @ P.reshape(n, -1)).reshape(n, n, n + m + 1)
            source = jnp.concatenate([h, x, jnp.ones(1)])
            P = P.at[jnp.arange(n), jnp.arange(n)].add(source[None, :])
            P = (1 - new**2)[:, None, None] * P
            return (new, P, total + (e @ P.reshape(n, -1)).reshape(n, n + m + 1)), None

        start = (jnp.zeros(n), jnp.zeros((n, n, n + m + 1)), jnp.zeros((n, n + m + 1)))
        return jax.lax.scan(step, start, (x, e))[0][2]

    run = jax.jit(influence)
    return lambda: np.asarray(run(w))[:, :n]


def one(name, kind, n, m, steps, batch, times):
    """Times one program in this process: seconds, and the gradient's sum of squares to compare."""
    if hasattr(os, "sched_setaffinity"):  # flags that ask for one thread do not keep every library to it
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    library, work = name.split(" ")
    w, xs, errors = numbers(kind, n, m, steps, batch)
    try:
        if library == "errorflow":
            program = ours(work, w, xs, errors)
        elif library == "numpy":
            program = products_alone(w, xs, errors)
        elif library == "torch":
            program = torch_bptt(w, xs, errors)
        else:
            program = jax_program(work, w, xs, errors)
    except ImportError as error:
        return {"absent": str(error)}
    program()
    seconds = []
    for _ in range(times):
        start = time.process_time()
        gradient = program()
        seconds.append(time.process_time() - start)
    return {"cpu": seconds, "square": float((gradient**2).sum())}


def apart(name, kind, n, m, steps, batch, times, python=None):
    """The same in a process of its own."""
    interpreter = python if python and name.startswith("jax") else sys.executable
    command = [interpreter, "-m", "tests.benchmarks.learning", "--one", name, kind]
    command += map(str, (n, m, steps, batch, times))
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"absent": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else str(done.returncode)}
    return json.loads(done.stdout.splitlines()[-1])


def compared(programs, kind, n, m, steps, batch, rounds, times, python):
    """The row of some programs, run in turn, round after round; all gradients are one."""
    cells, squares = {name: {} for name in programs}, {}
    for _, name in itertools.product(range(rounds), programs):
        if "absent" in cells[name]:
            continue
        got = apart(name, kind, n, m, steps, batch, times if name != "jax jacfwd" else 1, python)
        if "absent" in got:
            cells[name] = got
            continue
        cells[name].setdefault("cpu", []).extend(got["cpu"])
        squares[name] = got["square"]
    for name, square in squares.items():
        if name != "numpy products" and abs(square / squares[programs[0]] - 1) > 1e-9:
            raise ArithmeticError(f"{name} has another gradient than {programs[0]}: {square}, {squares[programs[0]]}")
    what = {"lstm": "BPTT, lstm", "rnn": "RTRL, rnn"}[kind]
    return {"work": f"{what}, n = {n}, m = {m}, {steps} steps, batch {batch}", "programs": cells}


def growth(work, rounds):
    """How seconds and multiply-adds grow with n: the slope of a line through their logarithms, for each round."""
    import errorflow as ef

    kind, sizes, steps, batch = GROWTH[work]
    inputs = dict(zip(sizes, sizes if work == "bptt" else [4] * len(sizes), strict=True))
    cost = [
        ef.cell(kind).cost(units=n, inputs=m, steps=steps, algorithms=[work])[0].macs_total for n, m in inputs.items()
    ]
    seconds = []
    for _ in range(rounds):
        runs = [apart(f"errorflow {work}", kind, n, m, steps, batch, 4) for n, m in inputs.items()]
        seconds.append([min(run["cpu"]) for run in runs])
    slope = [float(np.polyfit(np.log(sizes), np.log(some), 1)[0]) for some in (*seconds, np.array(cost, dtype=float))]
    return {"work": work, "cell": kind, "units": sizes, "inputs": list(inputs.values()), "steps": steps, "batch": batch,
            "seconds": seconds, "multiply_adds": [batch * c for c in cost], "slopes": slope[:-1],
            "counted": slope[-1]}  # fmt: skip


def sentence(found):
    """The growth in words."""
    slopes, units = found["slopes"], ", ".join(map(str, found["units"]))
    return (
        f"{found['work']} of {found['cell']}, n = {units}, batch {found['batch']}: seconds grow as"
        f" n^{statistics.median(slopes):.2f} ({min(slopes):.2f} to {max(slopes):.2f} in {len(slopes)} rounds),"
        f" multiply-adds as n^{found['counted']:.2f}"
    )


def measured(quick, rounds, python, only=""):
    """All rows, and the growth of each algorithm."""
    work = [(BPTT, "lstm", n, n, 200, 16, 10) for n in ((64,) if quick else (64, 128))]
    work.append((RTRL, "rnn", *((32, 4, 20) if quick else (64, 4, 50)), 1, 3))
    rows = [compared(*row[:-1], rounds, row[-1], python) for row in work if only in " ".join(row[0])]
    return rows, [growth(each, rounds) for each in GROWTH if only in each]


def main():
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.learning")
    parser.add_argument("--quick", action="store_true", help="fewer sizes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", help="an interpreter that has JAX and NumPy, where this one has not")
    parser.add_argument("--only", default="", help="bptt or rtrl")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", nargs=7, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        name, kind, *rest = arguments.one
        print(json.dumps(one(name, kind, *map(int, rest))))
        return
    from tests.benchmarks.__main__ import table

    rows, slopes = measured(arguments.quick, arguments.rounds, arguments.python, arguments.only)
    print(table(rows), *map(sentence, slopes), f"load {os.getloadavg()[0]:.1f}", sep="\n")
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps({"rows": rows, "slopes": slopes}, indent=1))


if __name__ == "__main__":
    main()
