"""The numbers that the article prints: each is worked out here, or read from the data beside a figure."""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import sympy

import errorflow as ef
from errorflow import bounds
from errorflow.claims import Judgement
from errorflow.learning import published1997
from errorflow.models import MODELS
from errorflow.numeric.forward import run
from errorflow.numeric.linear import jacobians
from errorflow.proof import Report, checker
from errorflow.proof.checker.axioms import AXIOMS

EXPERIMENTS = Path(__file__).parent.parent / "figures" / "experiments"
NETWORKS = Path(__file__).parent.parent / "figures" / "networks"
COQ = Path(__file__).parent.parent / "analysis" / "formal" / "theorems.json"
Curves = dict[tuple[str, str], dict[int, float]]


def facts(reports: list[Report], judgements: list[Judgement], drawn: Path) -> dict[str, str]:
    """Name -> LaTeX of a number. reports, judgements: what was just checked. drawn: the folder with figures' data."""
    verdicts = Counter(one.verdict for one in judgements)
    return {
        "version": ef.__version__,
        "theorems": str(len(reports)),
        "theorems.kernel": str(sum(r.verdict == "proved" and r.route == "kernel" for r in reports)),
        "theorems.cited": _spelled(sum(r.route != "kernel" for r in reports)),
        "theorems.norms": str(sum(bool(r.assumes) for r in reports)),
        "theorems.coq": str(len(json.loads(COQ.read_text(encoding="utf-8")))),
        "axioms": _spelled(len(AXIOMS)),
        "checker.lines": str(_lines(Path(checker.__file__).parent)),
        "claims": str(len(judgements)),
        **{f"claims.{verdict}": str(verdicts[verdict]) for verdict in ("right", "conditional", "wrong", "open")},
        "models": str(len(MODELS)),
        "algorithms": _spelled(len(ef.rnn().cost())),
        **_words(),
        **_cost(),
        **_carousel(drawn),
        **_digits(drawn),
        **_quality(drawn),
        **_survivors(drawn),
        **_trained(),
        **_seen(drawn),
        **_lags(),
        **_published(),
    }


def _lines(folder: Path) -> int:
    """Lines of the Python files of a folder."""
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in folder.glob("*.py"))


def _spelled(number: int) -> str:
    small = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return small[number] if number < len(small) else str(number)


def _words() -> dict[str, str]:
    counts = sympy.Matrix(ef.lstm().jacobian().counts())
    return {"lstm.words": _spelled(sum(counts)), "lstm.words.5": str(sum(counts**5))}


def _cost() -> dict[str, str]:
    bptt, rtrl = ef.rnn().cost(units=100, inputs=100, steps=1000, algorithms=("bptt", "rtrl"))
    hybrid, snap, uoro = ef.rnn().cost(
        units=100, inputs=100, steps=1000, block=100, algorithms=("schmidhuber1992", "snap1", "uoro")
    )
    once = bptt.total(bptt.macs)
    return {
        "cost.ratio": f"{rtrl.total(rtrl.macs) / once:.0f}",
        "cost.ratio.hybrid": f"{hybrid.total(hybrid.macs) / once:.1f}",
        "cost.ratio.snap": f"{snap.total(snap.macs) / once:.2g}",
        "cost.ratio.uoro": f"{uoro.total(uoro.macs) / once:.2g}",
    }


def _carousel(drawn: Path) -> dict[str, str]:
    curves, parameters = _data(drawn, "carousel")
    last = parameters["steps"]
    at_last = {
        "lower": "lower bound", "smallest": "full smallest", "largest": "full largest", "upper": "upper bound",
    }  # fmt: skip
    found = {f"carousel.{key}": f"{curves['a', curve][last]:.2f}" for key, curve in at_last.items()}
    halves = {f"half.{b}": f"{bounds.half_life(b):.3g}" for b in (0, 1, 5)}
    return {
        **found,
        **halves,
        "carousel.steps": str(last),
        "carousel.bias": f"{parameters['input_gate_bias']:g}",
        "carousel.rnn": f"{parameters['spectral_norm_of_the_tanh_network']:g}",
        "bias.1000": f"{bounds.bias_for_horizon(1000, kept=0.5):.2f}",
    }


def _digits(drawn: Path) -> dict[str, str]:
    curves, _ = _data(drawn, "digits")
    norms = {f"digits.{kind}": f"{2 ** curves['a', kind][64]:.1f}" for kind in ("rnn", "lstm", "gru")}
    return {
        **norms,
        "digits.lstm.carry.8": _percent(curves["c", "carry"][8]),
        "digits.lstm.carry.32": _percent(curves["c", "carry"][32]),
        "digits.lstm.g.64": _percent(curves["c", "g"][64]),
        "digits.gru.n.64": _percent(curves["d", "hn"][64]),
        "digits.blocks": f"$10^{{{math.log10(2) * curves['b', 'product of blocks'][64]:.0f}}}$",
    }


def _quality(drawn: Path) -> dict[str, str]:
    curves, _ = _data(drawn, "gradient_quality")
    draws = curves["c", "uoro"]
    return {
        "quality.uoro.one": f"{draws[1]:.1f}",
        "quality.uoro.many": f"{draws[max(draws)]:.2f}",
        "quality.draws": str(max(draws)),
        "quality.snap.cosine": f"{curves['a', 'snap1'][10]:.2f}",
        "quality.traces.cosine": f"{curves['a', 'gers2000'][10]:.2f}",
    }


def _survivors(drawn: Path) -> dict[str, str]:
    curves, _ = _data(drawn, "singular_values")
    return {f"survivors.{kind}": _percent(curves["d", kind][64]) for kind in ("rnn", "lstm", "gru")}


def _trained() -> dict[str, str]:
    """Accuracies of the networks that read digits, and how far the LSTM is from the two-sided theorem."""
    told = (NETWORKS / "README.md").read_text(encoding="utf-8")
    found = {f"accuracy.{kind}": re.findall(rf"digits_{kind}\.safetensors`.*accuracy (0\.\d\d)", told)[0]
             for kind in ("rnn", "lstm", "gru")}  # fmt: skip
    network = ef.read_network(NETWORKS / "digits_lstm.safetensors")
    inputs = np.load(NETWORKS / "digits_inputs.npy")[:8].astype(float)
    steps, n = jacobians(run(network.cell().definition, network.weights, inputs)), network.units
    forget, A = np.diagonal(steps[..., :n, :n], axis1=-2, axis2=-1), steps[..., :n, n:]
    D = np.diagonal(steps[..., n:, :n], axis1=-2, axis2=-1) / forget
    B = steps[..., n:, n:] - D[..., None] * A
    mu, beta = forget.min(axis=-1), np.linalg.norm(B, 2, axis=(-2, -1))
    loop = np.abs(D).max(axis=-1) * np.linalg.norm(A, 2, axis=(-2, -1))
    return found | {
        "loop.weight": f"{np.median(loop):.1f}",
        "loop.mu": f"{np.median(mu):.2f}",
        "loop.held": str(int((np.sqrt(mu) >= np.sqrt(loop) + np.sqrt(beta)).sum())),
        "loop.steps": str(mu.size),
    }


def _seen(drawn: Path) -> dict[str, str]:
    """How far back gradients see at trained weights; shares at lag 40, and what a window of ten steps leaves out."""
    curves, parameters = _data(drawn, "gradient_lags")
    found = {"seen.digits": str(parameters["digits"])}
    for panel, kind in (("a", "rnn"), ("b", "gru"), ("c", "lstm")):
        exact, snap = curves[panel, "bptt"], curves[panel, "snap1"]
        found |= {
            f"seen.exact.{kind}": _percent(exact[40] / exact[0]),
            f"seen.adds.{kind}": f"{1 / exact[0]:.0f}",
            f"seen.cosine.{kind}": f"{parameters[kind]['snap1']['cosine_of_whole']:.2f}",
            f"seen.window.{kind}": _percent(curves["d", kind][10]),
        }
        if kind != "rnn":
            found |= {
                f"seen.snap.{kind}": _percent(snap[40] / exact[40]),
                f"seen.traces.{kind}": _percent(curves[panel, "gers2000"][40] / exact[40]),
            }
    return found


def _lags() -> dict[str, str]:
    """Trials that bridge a delay with one hidden unit, delay by delay, and what they were given."""
    near, far = read("long_lags")["runs"], read("long_lags_1000")["runs"]
    delays = sorted({run["delay"] for run in near})

    def best(network: str, optimiser: str, delay: int) -> int:
        runs = [r for r in near if (r["network"], r["optimiser"], r["delay"]) == (network, optimiser, delay)]
        return max(sum(shown is not None for shown in r["reached"]) for r in runs)

    [last] = far
    reached = [shown for shown in last["reached"] if shown is not None]
    shown = sorted(r for one in near if (one["network"], one["optimiser"], one["delay"]) == ("memory_cell", "adam", 100)
                   for r in one["reached"])  # fmt: skip
    return {
        "lags.delays": _listed(delays),
        "lags.trials": str(near[0]["trials"]),
        "lags.presentations": _thousands(near[0]["presentations"]),
        "lags.minutes": f"{sum(r['cpu_s'] for r in near) / 60:.0f}",
        **{f"lags.{n}": _listed([best(n, "adam", p) for p in delays]) for n in ("tanh", "logistic", "memory_cell")},
        "lags.memory_cell.descent": _listed([best("memory_cell", "descent", p) for p in delays]),
        "lags.memory_cell.last": _thousands(shown[len(shown) // 2]),
        "far.delay": _thousands(last["delay"]),
        "far.trials": str(last["trials"]),
        "far.reached": str(len(reached)),
        "far.last": _thousands(sorted(reached)[len(reached) // 2]),
        "far.minutes": f"{last['cpu_s'] / 60:.0f}",
    }


def _published() -> dict[str, str]:
    factor = published1997.decay(Fraction(1, 5), 10)
    mantissa, exponent = f"{float(factor):.1e}".split("e")
    assert all(network.agrees for network in published1997.NETWORKS), "a table of 1997 counts other weights"
    return {
        "published.networks": str(len(published1997.NETWORKS)),
        "published.factor": rf"${mantissa}\cdot10^{{{int(exponent)}}}$",
    }


def read(name: str) -> dict[str, Any]:
    """Results of a learning experiment, as they were committed."""
    found: dict[str, Any] = json.loads((EXPERIMENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", r"\,")


def _percent(share: float) -> str:
    return f"${100 * share:.{0 if abs(share) >= 0.01 else 1}f}\\,\\%$"


def _data(drawn: Path, name: str) -> tuple[Curves, dict[str, Any]]:
    """The curves of a figure and the parameters behind them, from the files beside it."""
    curves: Curves = {}
    with open(drawn / f"{name}.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            curves.setdefault((row["panel"], row["curve"]), {})[int(float(row["x"]))] = float(row["y"])
    return curves, json.loads((drawn / f"{name}.json").read_text(encoding="utf-8"))["parameters"]
