"""The arithmetic of the 1997 paper: what a step of its algorithm takes, the weights of its networks, its decay factor.

K output units, H hidden units, C memory cell blocks of S cells, I units that the hidden layer reads. What is counted
here follows from topologies and equations; what is called published stands in the paper.

Source: Hochreiter & Schmidhuber 1997, section 5 and appendix A.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import sympy

K, H, C, S, I = (sympy.Symbol(letter, positive=True, integer=True) for letter in "KHCSI")

# Products that each equation of appendix A.1 takes in one step, the sums over output units and over sources.
STEP: dict[str, sympy.Expr] = {
    "(19) errors of output units": K,
    "(20) errors of hidden units": K * H,
    "(21) errors of output gates": K * C * S,
    "(22) weights into output units": K * (H + C * S),
    "(22) weights into hidden units": H * I,
    "(22) weights into output gates": C * I,
    "(23) errors of cell states": K * C * S,
    "(25) traces of input gates": C * S * I,
    "(26) weights into input gates": C * S * I,
    "(27) traces of cell inputs": C * S * I,
    "(28) weights into cell inputs": C * S * I,
}
COUNTED = sympy.expand(sum(STEP.values()))
PUBLISHED = K + 2 * K * H + K * C + 2 * K * S * C + H * I + C * I + 4 * C * S * I
TRACE_WORDS = 2 * C * S * I
WEIGHTS = K * H + K * C * S + C * S * I + 2 * C * I + H * I


def slip() -> sympy.Expr:
    """By how much the published sum is short: K C (S - 1), for output units have a weight from every cell."""
    return sympy.factor(COUNTED - PUBLISHED)


@dataclass(frozen=True)
class Topology:
    """A network of the experiments.

    inputs, outputs: units. hidden: units of the hidden layer, gates and cells included. shown: units of it that the
    output units read. recurrent: whether the hidden layer reads itself. biases: units with a bias. direct: whether
    output units read the inputs too.
    """

    inputs: int
    outputs: int
    hidden: int
    shown: int
    recurrent: bool = True
    biases: int = 0
    direct: bool = False

    @property
    def weights(self) -> int:
        """The number of weights."""
        read = self.inputs + (self.hidden if self.recurrent else 0)
        seen = self.shown + (self.inputs if self.direct else 0)
        return self.hidden * read + self.biases + self.outputs * seen


@dataclass(frozen=True)
class Network:
    """One row of a table: what was trained, its topology in words and as data, and the number of weights printed."""

    table: int
    task: str
    learner: str
    words: str
    topology: Topology
    published: int

    @cached_property
    def agrees(self) -> bool:
        """Whether the topology has as many weights as the paper says."""
        return self.topology.weights == self.published

    def json(self) -> dict[str, object]:
        """The row as data."""
        return {
            "table": self.table,
            "task": self.task,
            "learner": self.learner,
            "topology": self.words,
            "weights": self.topology.weights,
            "published": self.published,
        }


def _blocks(count: int, size: int) -> str:
    return f"{count} block{'s' * (count > 1)} of {size} cell{'s' * (size > 1)}"


def _reber(count: int, size: int, published: int) -> Network:
    units = count * (size + 2)
    topology = Topology(7, 7, units, count * size, biases=2 * count)
    words = f"{_blocks(count, size)}, gates with biases, hidden layer fully connected"
    return Network(1, "embedded Reber grammar", "LSTM", words, topology, published)


def _one_unit(p: int, published: int) -> Network:
    topology = Topology(p + 1, p + 1, 1, 1, direct=True)
    return Network(
        2, f"noise-free, p = {p}", "RTRL", "one self-recurrent unit beside direct weights", topology, published
    )


def _long_lag(p: int, published: int) -> Network:
    topology = Topology(p + 4, 2, 6, 2)
    return Network(3, f"random distractors, p = {p}", "LSTM", f"{_blocks(2, 1)}, no biases", topology, published)


def _with_all_biases(table: int, task: str, blocks: int, inputs: int, outputs: int, published: int) -> Network:
    hidden = blocks * 4
    words = f"{_blocks(blocks, 2)}, all units but inputs with biases"
    topology = Topology(inputs, outputs, hidden, 2 * blocks, biases=hidden + outputs)
    return Network(table, task, "LSTM", words, topology, published)


NETWORKS: tuple[Network, ...] = (
    _reber(4, 1, 264),
    _reber(3, 2, 276),
    *(_one_unit(p, k) for p, k in ((4, 36), (10, 144), (100, 10404))),
    Network(
        table=2,
        task="noise-free, p = 100",
        learner="LSTM",
        words="one cell with an input gate, which read the inputs alone, beside direct weights",
        topology=Topology(101, 101, 2, 1, recurrent=False, direct=True),
        published=10504,
    ),
    *(_long_lag(p, k) for p, k in ((50, 364), (100, 664), (200, 1264), (500, 3064), (1000, 6064))),
    Network(
        table=4,
        task="two-sequence problem",
        learner="LSTM",
        words=f"{_blocks(3, 1)}, all units of the hidden layer with biases",
        topology=Topology(1, 1, 9, 3, biases=9),
        published=102,
    ),
    _with_all_biases(7, "adding problem", 2, 2, 1, 93),
    _with_all_biases(8, "multiplication problem", 2, 2, 1, 93),
    _with_all_biases(9, "temporal order, two symbols", 2, 8, 4, 156),
    _with_all_biases(9, "temporal order, three symbols", 3, 8, 8, 308),
)


def decay(largest_weight: Fraction, steps: int) -> Fraction:
    """The most that one self-recurrent logistic unit lets through: (w_max / 4)^steps, for its slope is at most 1/4.

    Source: section 3.1, with the initial weights of section 5.2: at most 0.2, and a lag of 10.
    """
    if steps < 0:
        raise ValueError(f"steps must not be negative, got {steps}")
    return (largest_weight / 4) ** steps
