"""Claims 37 to 42: the cell, the algorithm and the tables of the 1997 paper, worked out again."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import lags, printed
from errorflow.claims.record import Backing, Claim, citation, theorem
from errorflow.claims.sources import LSTM_1997, PAPER, paper

LINEAR_UNIT = Claim(
    id="paper1997.linear_unit",
    number=37,
    theme=PAPER,
    source=paper("section 3.2, constant error flow through one unit"),
    text=(
        "Constant error flow through a unit that feeds itself needs a linear unit, f(x) = x / w, and so its activation"
        " stays constant."
    ),
    statement=(
        "That the unit is linear is right: f(x) = x / w + C. The constant C is left out. The error does not see it, but"
        " the activation drifts by C at every step, and stays only with C = 0."
    ),
    lesson="A derivative does not know the constant; the activation does.",
    backing=(
        theorem("carousel.linear_unit", "for"),
        Backing("counterexample", "drift", "against", printed.drifting_unit, {"most": 3, "steps": 100}),
    ),
)  # fmt: skip

ERROR_SIGNALS = Claim(
    id="paper1997.error_signals",
    number=38,
    theme=PAPER,
    source=paper("appendix A.1, eqs. (16) and (19)"),
    text="With the squared error sum of (t - y)^2 the error signal of an output unit is f'(net) (t - y).",
    statement=(
        "Right in direction, half in size: the square without a factor 1/2 gives 2 f'(net) (t - y). All weight changes"
        " are halved alike, which a learning rate absorbs."
    ),
    lesson="Compare gradients with a factor in mind before you look for a bug.",
    backing=(
        Backing("identity", "same_sign", "for", printed.same_direction, {"most": 3}),
        Backing("counterexample", "factor_two", "against", printed.dropped_two, {"most": 3}),
    ),
)  # fmt: skip

STEP_COUNT = Claim(
    id="paper1997.step_count",
    number=39,
    theme=PAPER,
    source=paper("appendix A.1, the computational complexity"),
    text=(
        "With K outputs, H hidden units, C blocks of S cells and I inputs a step takes K + 2KH + KC + 2KSC + HI + CI +"
        " 4CSI operations."
    ),
    statement=(
        "Right for blocks of one cell. Each output has a weight from each of the CS cells, of which the sum counts C,"
        " so K C (S - 1) operations are missing. The order, that of the number of weights, stands."
    ),
    lesson="A count is a program: run it at the smallest sizes.",
    backing=(
        Backing("count", "one_cell_a_block", "for", printed.step_count,
                {"sizes": (3, 4, 2, 1, 5), "short": False}),
        Backing("count", "two_cells_a_block", "against", printed.step_count,
                {"sizes": (3, 4, 2, 2, 5), "short": True}),
    ),
)  # fmt: skip

WEIGHT_COUNTS = Claim(
    id="paper1997.weight_counts",
    number=40,
    theme=PAPER,
    source=paper("Tables 1 and 2"),
    text=(
        "The networks compared have 264 and 276 weights on the Reber grammar, and 36, 144 and 10404 on lags without"
        " noise."
    ),
    statement=(
        "Right: enumerating the connections of the networks described gives the printed numbers, that of RTRL and BPTT"
        " with p + 1 symbols being (p + 2)^2."
    ),
    lesson="A table of sizes can be checked by anyone who can count connections.",
    backing=(
        Backing("count", "connections", "for", printed.weight_counts,
                {"blocks": ((4, 1), (3, 2)), "delays": (4, 10, 100)}),
        citation("tables", f"{LSTM_1997}, Tables 1 and 2", "for"),
    ),
)  # fmt: skip

ALL_SUFFER = Claim(
    id="paper1997.all_suffer",
    number=41,
    theme=PAPER,
    source=paper("section 5"),
    text="Off-line RTRL, on-line RTRL and full BPTT all suffer from the exponential decay of the error.",
    statement=(
        "Right: with fixed weights they compute one and the same number for every lag, so each of them loses exactly"
        " what the others lose. On-line RTRL multiplies the factors of the weights that were in force"
        " at each step, and loses a lag as fast where all of these are below 1."
    ),
    lesson="What is a property of the product is inherited by every way of computing it.",
    backing=(
        theorem("rtrl.equals_bptt", "for"),
        Backing("identity", "lags_as_fractions", "for", lags.lags_agree_exactly,
                {"units": 2, "steps": 8, "seed": 1}),
        Backing("identity", "lags_of_a_network", "for", lags.lags_agree_on_a_network,
                {"cell": "rnn", "algorithms": ("bptt", "rtrl"), "units": 4, "steps": 20, "seed": 20}),
        Backing("identity", "weights_that_change", "for", lags.changing_weights,
                {"weights": (Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)), "lag": 20}),
    ),
)  # fmt: skip

STATE_DRIFT = Claim(
    id="paper1997.state_drift",
    number=42,
    theme=PAPER,
    source=paper("section 4 and appendix A.2, internal state drift"),
    text=(
        "If the inputs of a cell mostly have one sign its state drifts away, and the slope of its output squash"
        " vanishes."
    ),
    statement=(
        "Right: |s(t)| <= 2t, nearly attained by open gates and inputs of one sign, and the slope at the state is below"
        " 2 exp(-|s|). So the one factor at the exit of the carousel vanishes exponentially in the number of writes,"
        " though the carousel itself keeps the error."
    ),
    lesson="The error waits inside the cell; a saturated exit keeps it there.",
    backing=(
        Backing("measurement", "open_gates", "for", printed.state_drifts,
                {"bias": 5.0, "steps": 20, "seen": (5, 10, 20)}),
        theorem("squash.slopes", "context"),
    ),
)  # fmt: skip
