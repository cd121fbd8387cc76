"""Why a geometric bound vanishes: R = r^q <= 1 and R (1 + q (1 - r)) <= 1 for 0 <= r <= 1, by induction; j is q."""

from __future__ import annotations

from .steps import Step, given, positive

BASE: list[Step] = [
    positive("j >= 0", equations=("j = 0",)),
    positive("R <= 1", equations=("R = 1",)),
    positive("R*(1 + j*(1 - r)) <= 1", equations=("R = 1", "j = 0")),
]
STEP: list[Step] = [
    positive("j' >= 0", "j", degree=1, equations=("j' = j + 1",)),
    given(
        "positive",
        "R' <= 1",
        terms=[["1", [["1 - R", 1]]], ["1", [["R", 1], ["1 - r", 1]]]],
        using=[["-1", "R' = r*R"]],
    ),
    given(
        "positive",
        "R'*(1 + j'*(1 - r)) <= 1",
        terms=[["1", [["r", 1], ["1 - R*(1 + j*(1 - r))", 1]]], ["1", [["1 - r", 1], ["1 - R'", 1]]]],
        using=[["-(1 + j*(1 - r))", "R' = r*R"], ["-R'*(1 - r)", "j' = j + 1"]],
    ),
    positive("1 + j'*(1 - r) >= 0", "j'", "1 - r"),
]
