"""Tasks of the 1997 paper, drawn from a Generator, each with the paper's own criterion of a correct sequence.

Sequences of a batch are padded with zeros at their ends, where nothing is asked. Losses are half squared errors of
logistic outputs, as in the paper.

Source: Hochreiter & Schmidhuber 1997, section 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

REBER = "BTPSXVE"
# Node -> the symbols that may follow, and where each leads; 5 has the E after which the inner string is over.
GRAMMAR: dict[int, dict[str, int]] = {
    0: {"T": 1, "P": 2},
    1: {"S": 1, "X": 3},
    2: {"T": 2, "V": 4},
    3: {"X": 2, "S": 5},
    4: {"P": 3, "V": 5},
    5: {"E": 6},
}
ORDER = "EBabcdXY"


@dataclass(frozen=True, eq=False)
class Sequences:
    """A batch. inputs: (batch, T, m). targets: (batch, T, k). asked: (batch, T), at which steps there is an error.

    possible: (batch, T, k), the symbols that may come next, where the next symbol is to be told; else None.
    """

    inputs: Array
    targets: Array
    asked: Mask
    possible: Mask | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def pick(self, which: npt.NDArray[np.int64]) -> Sequences:
        """These sequences of the batch."""
        possible = None if self.possible is None else self.possible[which]
        return Sequences(self.inputs[which], self.targets[which], self.asked[which], possible)


@dataclass(frozen=True)
class Task:
    """A task. inputs, outputs: numbers of units. draw: (Generator, number of sequences) -> batch.

    bound: the absolute error of every output below which a sequence is correct; None where instead the symbols that
    may come next must be the most active ones at every step. below: what the average error of the most recent
    sequences must be under when learning is over. pool: size of a fixed training set; None if sequences are made anew.
    """

    name: str
    inputs: int
    outputs: int
    draw: Callable[[np.random.Generator, int], Sequences]
    bound: float | None
    below: float | None
    pool: int | None = None

    def correct(self, outputs: Array, batch: Sequences) -> Mask:
        """Which sequences are processed correctly, (batch,). outputs: (batch, T, k)."""
        if self.bound is not None:
            right = (np.abs(outputs - batch.targets) < self.bound).all(axis=2)
        else:
            assert batch.possible is not None
            least = np.where(batch.possible, outputs, np.inf).min(axis=2)
            right = least > np.where(batch.possible, -np.inf, outputs).max(axis=2)
        return (right | ~batch.asked).all(axis=1)


def embedded_reber_string(rng: np.random.Generator) -> str:
    """A string of the embedded Reber grammar; each of two ways is taken with probability one half."""
    branch = rng.choice(["T", "P"])
    inner, node = "B", 0
    while node in GRAMMAR:
        symbol = rng.choice(list(GRAMMAR[node]))
        inner, node = inner + symbol, GRAMMAR[node][symbol]
    return f"B{branch}{inner}{branch}E"


def possible_next(string: str) -> list[str]:
    """After each symbol but the last of a string of the embedded Reber grammar, those that may come next."""
    found, node = ["TP", "B", "TP"], 0
    for symbol in string[3:-2]:
        node = GRAMMAR[node][symbol]
        found.append("".join(GRAMMAR.get(node, {string[1]: 0})))
    return [*found, "E"]


def embedded_reber(rng: np.random.Generator, number: int) -> Sequences:
    """Strings of the embedded Reber grammar; the next symbol is asked at every step. Task 1."""
    strings = [embedded_reber_string(rng) for _ in range(number)]
    steps = max(map(len, strings)) - 1
    inputs, targets = (np.zeros((number, steps, len(REBER))) for _ in range(2))
    asked, possible = np.zeros((number, steps), dtype=bool), np.zeros((number, steps, len(REBER)), dtype=bool)
    for row, string in enumerate(strings):
        coded = np.array([REBER.index(symbol) for symbol in string])
        at = np.arange(len(string) - 1)
        inputs[row, at, coded[:-1]] = 1.0
        targets[row, at, coded[1:]] = 1.0
        asked[row, at] = True
        for t, symbols in enumerate(possible_next(string)):
            possible[row, t, [REBER.index(symbol) for symbol in symbols]] = True
    return Sequences(inputs, targets, asked, possible)


def adding(rng: np.random.Generator, number: int, steps: int = 100) -> Sequences:
    """Pairs of a real number and a mark; the sum of the two marked numbers is asked at the end. Task 4.

    steps: T; lengths are T to T + T / 10, and both marks stand in the first half.
    """
    lengths = rng.integers(steps, steps + steps // 10 + 1, size=number)
    inputs = np.zeros((number, lengths.max(), 2))
    targets, asked = np.zeros((number, lengths.max(), 1)), np.zeros((number, lengths.max()), dtype=bool)
    for row, length in enumerate(lengths):
        inputs[row, :length, 0] = rng.uniform(-1, 1, size=length)
        first = rng.integers(10)
        # one of the first T / 2 - 1 pairs that are not yet marked
        second = rng.choice(np.delete(np.arange(steps // 2), first)[: steps // 2 - 1])
        inputs[row, [0, length - 1], 1] = -1.0
        inputs[row, [first, second], 1] = 1.0
        if 0 in (first, second):
            inputs[row, 0, 0] = 0.0
        targets[row, length - 1, 0] = 0.5 + inputs[row, [first, second], 0].sum() / 4
        asked[row, length - 1] = True
    return Sequences(inputs, targets, asked)


def temporal_order(rng: np.random.Generator, number: int) -> Sequences:
    """Symbols among which two are X or Y; which came first and which second is asked at the end. Task 6a."""
    lengths = rng.integers(100, 111, size=number)
    inputs = np.zeros((number, lengths.max(), len(ORDER)))
    targets, asked = np.zeros((number, lengths.max(), 4)), np.zeros((number, lengths.max()), dtype=bool)
    for row, length in enumerate(lengths):
        symbols = rng.integers(2, 6, size=length)
        pair = rng.integers(2, size=2)
        symbols[rng.integers(10, 21)] = 6 + pair[0]
        symbols[rng.integers(50, 61)] = 6 + pair[1]
        symbols[0], symbols[-1] = 0, 1
        inputs[row, np.arange(length), symbols] = 1.0
        targets[row, length - 1, 2 * pair[0] + pair[1]] = 1.0
        asked[row, length - 1] = True
    return Sequences(inputs, targets, asked)


def noise_free(delay: int) -> Sequences:
    """The two sequences (x, a_1 .. a_(p-1), x) and (y, a_1 .. a_(p-1), y), p = delay, of task 2a.

    The last symbol is asked, after the p symbols before it. The paper asks every symbol; all others follow from the one
    before them, which the paper's outputs read past the hidden unit, so that they need no memory and are left out here.
    """
    symbols = np.array([[first, *range(2, delay + 1)] for first in (0, 1)])
    targets, asked = np.zeros((2, delay, 2)), np.zeros((2, delay), dtype=bool)
    targets[:, -1], asked[:, -1] = np.eye(2), True
    return Sequences(np.eye(delay + 1)[symbols], targets, asked)


TASKS = {
    task.name: task
    for task in (
        Task("embedded_reber", 7, 7, embedded_reber, None, None, pool=256),
        Task("adding", 2, 1, adding, 0.04, 0.01),
        Task("temporal_order", 8, 4, temporal_order, 0.3, 0.1),
    )
}
