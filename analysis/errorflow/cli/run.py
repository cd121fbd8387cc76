"""The main job: derives, proves, judges, counts, measures and draws everything, and says where to look."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
NETWORKS = ROOT / "figures" / "networks"


@dataclass(frozen=True)
class Outcome:
    """One row of the closing table. ok: None for what could not be done here."""

    what: str
    done: str
    ok: bool | None
    look: str


def main(arguments: Any = None) -> int:
    """The exit status of the main job: 0 if all that was checked holds, else 1.

    arguments: with a true `json`, the closing table is printed as one JSON document.
    """
    began = time.perf_counter()
    outcomes = []
    for k, (name, step) in enumerate(STEPS, 1):
        print(f"{k}/{len(STEPS)} {name}", file=sys.stderr, flush=True)
        started = time.perf_counter()
        outcomes.append(step())
        print(f"    {outcomes[-1].done} ({time.perf_counter() - started:.1f} s)", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - began
    if getattr(arguments, "json", False):
        rows = [{"what": o.what, "result": o.done, "ok": o.ok, "look": o.look} for o in outcomes]
        print(json.dumps({"steps": rows, "seconds": round(seconds, 3)}, indent=1))
    else:
        print(_table(outcomes, seconds))
    return 1 if any(o.ok is False for o in outcomes) else 0


def _table(outcomes: list[Outcome], seconds: float) -> str:
    rows = [(o.what, o.done, o.look) for o in outcomes]
    widths = [max(len(row[k]) for row in rows) for k in range(2)]
    lines = [f"{a:{widths[0]}}  {b:{widths[1]}}  {c}" for a, b, c in rows]
    failed = [o.what for o in outcomes if o.ok is False]
    skipped = [o.what for o in outcomes if o.ok is None]
    closing = f"{seconds:.0f} s. " + (f"FAILED: {', '.join(failed)}." if failed else "All that was checked holds.")
    if skipped:
        closing += f" Not done: {', '.join(skipped)}, which need a clone of the repository."
    return "\n".join(["", *lines, "", closing])


def _derive() -> Outcome:
    """Every built-in cell's Jacobian by two routes: directly, and as the product of its factors."""
    from errorflow.builtin import BUILTIN
    from errorflow.calculus.jacobian import factorisation, state_jacobian

    slowest, agree, words = 0.0, True, 0
    for make in BUILTIN.values():
        definition = make().definition
        began = time.perf_counter()
        blocks = state_jacobian(definition)
        slowest = max(slowest, time.perf_counter() - began)
        parts = factorisation(definition)
        product = parts.within @ parts.across
        agree &= product.counts() == blocks.counts()
        agree &= all(set(product[pair]) == set(blocks[pair]) for pair in blocks.words)
        words += sum(map(sum, blocks.counts()))
    done = f"{len(BUILTIN)} cells, {words} words, each below {_ceiling(1e3 * slowest)} ms"
    return Outcome("Jacobians derived", done, agree, "errorflow derive lstm")


def _ceiling(milliseconds: float) -> int:
    return int(milliseconds) + 1


def _prove() -> Outcome:
    from errorflow.proof import prove

    reports = prove()
    verdicts = [r.verdict for r in reports]
    count = {v: verdicts.count(v) for v in ("proved", "computed", "cited", "failed")}
    done = f"{len(verdicts)}: " + ", ".join(f"{k} {v}" for v, k in count.items() if k)
    return Outcome("theorems checked", done, not count["failed"], "errorflow prove")


def _judge() -> Outcome:
    from errorflow.claims import judge

    verdicts = [j.verdict for j in judge()]
    count = {v: verdicts.count(v) for v in ("right", "conditional", "wrong", "open", "failed")}
    done = f"{len(verdicts)}: " + ", ".join(f"{k} {v}" for v, k in count.items() if k)
    return Outcome("claims judged", done, not count["failed"], "errorflow claims")


def _count() -> Outcome:
    """Every algorithm's polynomials against an instrumented run, exact gradients against BPTT's, for each cell."""
    import numpy as np

    from errorflow.builtin import BUILTIN
    from errorflow.learning import ALGORITHMS, costs, gradient, undefined

    # 4 and 3 do not divide 6 steps: windows that are cut short and a last block that is shorter are counted too.
    takes: dict[str, Any] = {"horizon": 4, "every": 2, "block": 4}
    rng = np.random.default_rng(0)
    steps, runs, ok = 6, 0, True
    for make in BUILTIN.values():
        cell = make()
        labels = cell.definition.sizes
        size = {"n": 4, "m": 3} | dict.fromkeys({*labels.values()} - {"n", "m"}, 2)
        weights = cell.random_weights(rng, **size)
        inputs, errors = (
            rng.normal(size=(steps, size[labels[s]])) for s in (*cell.definition.inputs, cell.definition.output)
        )
        found, refused = {}, undefined(cell.definition)
        others: dict[str, Any] = {label: k for label, k in size.items() if label not in ("n", "m")}
        others |= {"units": size["n"], "inputs": size["m"], "steps": steps}
        for algorithm in (a for a in ALGORITHMS if a.name not in refused):
            own = {k: v for k, v in takes.items() if k in algorithm.options}
            (cost,) = costs(cell.definition, **others, algorithms=(algorithm.name,), **own)
            own |= {"rng": rng} if "rng" in algorithm.options else {}
            common: dict[str, Any] = {"algorithm": algorithm.name, "biases": False, "count": True}
            run = gradient(cell.definition, weights, inputs, errors, **common, **own)
            counted = (run.macs, run.elementwise, run.words)
            ok &= counted == (cost.macs_total, cost.elementwise_total, cost.memory_words)
            if algorithm.exact:
                found[algorithm.name] = np.concatenate([part.ravel() for part in run.weights.values()])
            runs += 1
        largest = np.abs(found["bptt"]).max()
        # All sum the same products in another order: a few hundred roundings of numbers of this size.
        ok &= all(bool(np.abs(other - found["bptt"]).max() <= 1e-12 * largest) for other in found.values())
    done = f"{runs} runs counted, equal to their polynomials"
    return Outcome("learning algorithms", done, ok, "errorflow cost --cell lstm")


def _networks() -> Outcome:
    what, look = "trained networks", "errorflow profile WEIGHTS --inputs X.npy, figures/networks"
    if not NETWORKS.is_dir():
        return Outcome(what, "not in this installation", None, look)
    import numpy as np

    from errorflow.diagnosis import diagnose
    from errorflow.networks import read_network

    inputs = np.load(NETWORKS / "digits_inputs.npy")
    found, ok = [], True
    for kind in ("rnn", "lstm", "gru"):
        network = read_network(NETWORKS / f"digits_{kind}.safetensors")
        cell = network.cell()
        profile = cell.profile(network.weights, inputs, departures=False)
        shares = sum(cell.profile(network.weights, inputs[:2]).shares.values())
        ok &= bool(np.abs(shares - 1).max() < 1e-9)
        found.append(f"{kind} {2 ** float(np.median(profile.log2_norm[:, -1])):.3g}")
    stack, years = read_network(NETWORKS / "sunspots_lstm2.safetensors"), np.load(NETWORKS / "sunspots_inputs.npy")
    joint = diagnose(stack, years, layer="joint", departures=False).joint
    assert joint is not None
    done = f"norm at lag {inputs.shape[1]}: {', '.join(found)}; stack: {joint.verdict.word}, horizon {joint.horizon}"
    return Outcome(what, done, ok, look)


def _figures() -> Outcome:
    if not (ROOT / "figures" / "__main__.py").is_file():
        return Outcome("figures", "not in this installation", None, "figures/out")
    done = subprocess.run(
        [sys.executable, "-m", "figures", "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    drawn = json.loads(done.stdout)["figures"] if done.returncode == 0 else []
    files = sum(len(f["files"]) for f in drawn)
    return Outcome("figures written", f"{len(drawn)} in {files} files", done.returncode == 0, "figures/out")


def _export() -> Outcome:
    from errorflow.export import export

    if not (ROOT / "paper").is_dir():
        return Outcome("LaTeX fragments", "not in this installation", None, "errorflow export DIR")
    try:
        written = export(ROOT / "paper" / "generated")
    except AssertionError as failed:  # a theorem that does not check: nothing has been written
        return Outcome("LaTeX fragments", str(failed), False, "paper/generated")
    return Outcome("LaTeX fragments", f"{len(written)} files", True, "paper/generated")


STEPS: tuple[tuple[str, Callable[[], Outcome]], ...] = (
    ("deriving the Jacobians of the built-in cells", _derive),
    ("checking the theorems", _prove),
    ("judging the claims", _judge),
    ("counting the learning algorithms", _count),
    ("profiling the networks trained on digits", _networks),
    ("drawing the figures", _figures),
    ("exporting LaTeX", _export),
)
