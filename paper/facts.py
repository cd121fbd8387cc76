"""The numbers that the article prints: each is worked out here, or read from the data beside a figure."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from pathlib import Path

import sympy

import errorflow as ef
from errorflow import bounds
from errorflow.claims import Judgement
from errorflow.models import MODELS
from errorflow.proof import Report, checker
from errorflow.proof.checker.axioms import AXIOMS

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


def _percent(share: float) -> str:
    return f"${100 * share:.{0 if abs(share) >= 0.01 else 1}f}\\,\\%$"


def _data(drawn: Path, name: str) -> tuple[Curves, dict[str, int | float]]:
    """The curves of a figure and the parameters behind them, from the files beside it."""
    curves: Curves = {}
    with open(drawn / f"{name}.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            curves.setdefault((row["panel"], row["curve"]), {})[int(float(row["x"]))] = float(row["y"])
    return curves, json.loads((drawn / f"{name}.json").read_text(encoding="utf-8"))["parameters"]
