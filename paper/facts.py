"""The numbers that the article prints: each is worked out here, or read from the data beside a figure."""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path

import sympy

import errorflow as ef
from errorflow import bounds
from errorflow.proof import Report
from errorflow.proof.checker.axioms import AXIOMS

Curves = dict[tuple[str, str], dict[int, float]]


def facts(reports: list[Report], drawn: Path) -> dict[str, str]:
    """Name -> LaTeX of a number. reports: what the checker just found. drawn: the folder with the figures' data."""
    return {
        "version": ef.__version__,
        "theorems": str(len(reports)),
        "theorems.kernel": str(sum(r.verdict == "proved" and r.route == "kernel" for r in reports)),
        "axioms": _spelled(len(AXIOMS)),
        **_words(),
        **_cost(),
        **_carousel(drawn),
        **_digits(drawn),
    }


def verdicts(reports: list[Report]) -> str:
    """A table of all theorems by name in two columns, with verdict, route and scope, read downwards.

    A dagger marks those that assume facts on norms or determinants.
    """
    mark = {True: r"\rlap{$^{\dagger}$}", False: ""}
    cells = [
        rf"\texttt{{\detokenize{{{r.name}}}}} & {r.verdict}, {r.route}{mark[bool(r.assumes)]} & "
        + re.split(r"[^a-z]", r.scope)[0]
        for r in reports
    ]
    half = (len(cells) + 1) // 2
    right = [*cells[half:], *["& &"] * (2 * half - len(cells))]
    rows = [rf"{a} & {b} \\" for a, b in zip(cells[:half], right, strict=True)]
    head = " & ".join(["Theorem & Verdict & Scope"] * 2)
    columns = r"@{}lll@{\hspace{2.5em}}lll@{}"
    begin, end = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule"], [r"\bottomrule", r"\end{tabular}%", ""]
    return "\n".join([*begin, rf"{head} \\", r"\midrule", *rows, *end])


def _spelled(number: int) -> str:
    small = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return small[number] if number < len(small) else str(number)


def _words() -> dict[str, str]:
    counts = sympy.Matrix(ef.lstm().jacobian().counts())
    return {"lstm.words": _spelled(sum(counts)), "lstm.words.5": str(sum(counts**5))}


def _cost() -> dict[str, str]:
    bptt, rtrl = ef.rnn().cost(units=100, inputs=100, steps=1000, algorithms=("bptt", "rtrl"))
    return {"cost.ratio": f"{rtrl.total(rtrl.macs) / bptt.total(bptt.macs):.0f}"}


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


def _percent(share: float) -> str:
    return f"${100 * share:.{0 if abs(share) >= 0.01 else 1}f}\\,\\%$"


def _data(drawn: Path, name: str) -> tuple[Curves, dict[str, int | float]]:
    """The curves of a figure and the parameters behind them, from the files beside it."""
    curves: Curves = {}
    with open(drawn / f"{name}.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            curves.setdefault((row["panel"], row["curve"]), {})[int(float(row["x"]))] = float(row["y"])
    return curves, json.loads((drawn / f"{name}.json").read_text(encoding="utf-8"))["parameters"]
