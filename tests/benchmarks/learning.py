"""Gradients beside those of PyTorch and JAX, each program alone in its process: one thread, float64, round after round.

    python -m tests.benchmarks.learning [--quick] [--rounds N] [--python FILE]

BPTT of an LSTM, T = 200, a batch of 16, with as many inputs as units; RTRL of a tanh network, one sequence. Then the
slopes of seconds against n, log to log, beside those of the multiply-adds. Seconds of processor time, medians.
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
BATCH = 16
ONE_THREAD = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
BPTT = ("errorflow bptt", "torch bptt", "jax bptt")
RTRL = ("errorflow rtrl", "jax influence", "jax jacfwd")


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


def one(name, n, m, steps, times):
    """Times one program in this process: seconds, and the gradient's sum of squares to compare."""
    library, work = name.split(" ")
    lstm = work == "bptt"
    w, xs, errors = numbers("lstm" if lstm else "rnn", n, m, steps, BATCH if lstm else 1)
    try:
        if library == "errorflow":
            program = ours(work, w, xs, errors)
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
    return {"seconds": seconds, "square": float((gradient**2).sum())}


def apart(name, n, m, steps, times, python):
    """The same in a process of its own."""
    interpreter = python if python and name.startswith("jax") else sys.executable
    command = [interpreter, "-m", "tests.benchmarks.learning", "--one", name, *map(str, (n, m, steps, times))]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"absent": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else str(done.returncode)}
    return json.loads(done.stdout.splitlines()[-1])


def compared(programs, n, m, steps, rounds, times, python):
    """Prints the row of every program, in turn, round after round."""
    seconds = {name: [] for name in programs}
    squares = {}
    for _, name in itertools.product(range(rounds), programs):
        got = apart(name, n, m, steps, times if name != "jax jacfwd" else 1, python)
        seconds[name] += got.get("seconds", [])
        squares[name] = got.get("square")
    ours_ = statistics.median(seconds[programs[0]])
    for name in programs:
        if not seconds[name]:
            print(f"  {name:16} absent")
            continue
        middle = statistics.median(seconds[name])
        agree = abs(squares[name] / squares[programs[0]] - 1)
        print(f"  {name:16} {1e3 * middle:10.2f} ms  {middle / ours_:7.2f} times ours   differs by {agree:.0e}")
    return ours_


def main():
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.learning")
    parser.add_argument("--quick", action="store_true", help="fewer sizes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", help="an interpreter that has JAX and NumPy, where this one has not")
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        name, *rest = arguments.one
        print(json.dumps(one(name, *map(int, rest))))
        return
    measured(arguments.quick, arguments.rounds, arguments.python)


def measured(quick, rounds, python):
    """Prints all rows, then the slopes."""
    for n in (64,) if quick else (64, 128):
        print(f"BPTT of an LSTM, n = m = {n}, T = 200, batch {BATCH}; load {os.getloadavg()[0]:.1f}")
        compared(BPTT, n, n, 200, rounds, 10, python)
    n, steps = (32, 20) if quick else (64, 50)
    print(f"RTRL of a tanh network, n = {n}, m = 4, T = {steps}; load {os.getloadavg()[0]:.1f}")
    compared(RTRL, n, 4, steps, rounds, 3, python)
    slopes(rounds)


def slopes(rounds):
    """How seconds and multiply-adds grow with n = m, between the two largest sizes."""
    import errorflow as ef

    for work, cell, sizes, steps in (("bptt", ef.lstm(), (256, 512), 20), ("rtrl", ef.rnn(), (64, 128), 5)):
        times, macs = [], []
        for n in sizes:
            got = [apart(f"errorflow {work}", n, n, steps, 3, None)["seconds"] for _ in range(rounds)]
            times.append(min(s for some in got for s in some))
            macs.append(cell.cost(units=n, inputs=n, steps=steps, algorithms=[work])[0].macs_total)
        measured, counted = (np.log2(b / a) for a, b in (times, macs))
        print(f"{work} of {cell.name}, n = m = {sizes[0]} to {sizes[1]}: seconds grow as n^{measured:.2f},"
              f" multiply-adds as n^{counted:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
