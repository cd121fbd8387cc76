"""Claims 54 to 62: clipping, step sizes, windows, noisy estimates, small numbers, looking at gradients, their cost."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import counts, gated, lags, training
from errorflow.claims.exact import matrix
from errorflow.claims.record import Backing, Claim, citation, theorem
from errorflow.claims.sources import (
    EIGENVALUE_2013,
    HYBRID_1992,
    RTRL_1989,
    TRAINING,
    TRUNCATED_1990,
    UORO_2017,
    folklore,
)

_HALF = Fraction(1, 2)

CLIPPING = Claim(
    id="folklore.clipping",
    number=54,
    theme=TRAINING,
    source=folklore(f"{EIGENVALUE_2013}, which proposes it against explosion only"),
    text="Gradient clipping solves the vanishing and exploding gradient.",
    statement=(
        "It bounds the size of an update, so much is right of explosion. It multiplies the contributions of all lags"
        " by one number of at most 1, so that what has vanished beside the rest is exactly as small beside it"
        " afterwards."
    ),
    lesson="Clipping changes the length of a gradient, not what it is made of.",
    backing=(
        Backing("identity", "size_is_bounded", "for", training.clipping_bounds,
                {"weight": Fraction(2), "lag": 30, "threshold": Fraction(1)}),
        Backing("counterexample", "ratios_stay", "against", training.clipping_keeps_ratios,
                {"weight": _HALF, "lag": 20, "threshold": Fraction(1)}),
    ),
)  # fmt: skip

STEP_SIZE = Claim(
    id="folklore.step_size",
    number=55,
    theme=TRAINING,
    source=folklore(),
    text="A larger learning rate, or an optimiser that normalises such as Adam, makes up for a vanished gradient.",
    statement=(
        "A learning rate enlarges all lags alike. A normalised step follows the sign of the sum, which the short lags"
        " decide: an error a thousand times as large twenty steps back does not turn it at factor 1/2 a step."
    ),
    lesson="No scaling of a sum brings back a term that it has lost.",
    backing=(
        Backing("counterexample", "rate_keeps_ratios", "against", training.rate_keeps_ratios,
                {"weight": _HALF, "lag": 20, "factor": 1000}),
        Backing("counterexample", "sign_of_the_sum", "against", training.sign_is_of_short_lags,
                {"weight": _HALF, "lag": 20, "stronger": 1000}),
    ),
)  # fmt: skip

GRADIENT_NORM = Claim(
    id="folklore.gradient_norm",
    number=56,
    theme=TRAINING,
    source=folklore(),
    text="As long as the norm of the gradient of the weights is not small, no gradient vanishes.",
    statement=(
        "The gradient of the weights is a sum over lags, and the short ones fill it. With factor 1/2 a step and an"
        " error at every step it has a healthy size, of which less than a millionth is from lags of twenty and more."
    ),
    lesson="Ask for the gradient by lag; the sum cannot tell.",
    backing=(
        Backing("counterexample", "short_lags_fill_it", "against", training.norm_hides_lags,
                {"weight": _HALF, "steps": 50, "lag": 20}),
    ),
)  # fmt: skip

UNDERFLOW = Claim(
    id="folklore.underflow",
    number=57,
    theme=TRAINING,
    source=folklore(),
    text="Vanishing gradients are a matter of floating-point underflow, which higher precision would cure.",
    statement=(
        "A contribution is lost beside the others long before it underflows: 2^-30 is an ordinary float32, and adding"
        " it to 1 changes nothing. In exact fractions it is as small a part of the gradient, and steers as little."
    ),
    lesson="The number is there; it is outvoted.",
    backing=(
        Backing("counterexample", "lost_before_underflow", "against", training.lost_before_underflow, {"lag": 30}),
        Backing("counterexample", "small_as_fractions", "against", training.norm_hides_lags,
                {"weight": _HALF, "steps": 50, "lag": 20}),
    ),
)  # fmt: skip

TRUNCATED_WINDOW = Claim(
    id="folklore.truncated_bptt",
    number=58,
    theme=TRAINING,
    source=folklore(TRUNCATED_1990),
    text="BPTT truncated after k steps cannot learn a dependency longer than k steps.",
    statement=(
        "The weight that wrote an input before the window gets exactly no gradient from it. But the state is carried"
        " on: where an error at every step teaches a unit, within windows of two, to keep what it holds, it keeps it"
        " over a hundred."
    ),
    lesson="The window cuts credit, not memory.",
    backing=(
        Backing("identity", "no_credit_beyond", "for", training.write_is_not_credited,
                {"weight": _HALF, "lag": 10, "span": 5}),
        Backing("identity", "short_lags_alone", "for", lags.window_keeps_short_lags,
                {"cell": "lstm", "units": 3, "steps": 10, "horizon": 4, "seed": 58}),
        Backing("measurement", "learns_to_hold", "against", training.window_learns_to_hold,
                {"span": 2, "held": 20, "lag": 100, "start": 0.8, "rate": 0.002, "updates": 200}),
    ),
)  # fmt: skip

UNBIASED = Claim(
    id="folklore.unbiased_is_as_good",
    number=59,
    theme=TRAINING,
    source=folklore(UORO_2017),
    text="An unbiased estimate of the RTRL influence, such as UORO, is as good as RTRL at a fraction of the cost.",
    statement=(
        "Unbiased is right: the mean over all signs is exactly the influence. A single estimate is not: on one unit"
        " that carries with factor 1, and without rescaling, its variance tends to twice the squared influence, where"
        " RTRL has none."
    ),
    lesson="Right on average is no promise for the one you get.",
    backing=(
        Backing("identity", "mean_is_exact", "context", training.unbiased,
                {"jacobian": matrix([["1/2", "1/3"], ["-1/4", "2/3"]]),
                 "local": matrix([[1, "1/2", 0], ["-1/3", 2, 1]]), "steps": 3}),
        Backing("count", "variance", "against", training.noise_stays, {"steps": (2, 4, 8)}),
        citation("algorithm", UORO_2017, "context"),
    ),
)  # fmt: skip

OUTPUT_HOOK = Claim(
    id="folklore.output_hook",
    number=60,
    theme=TRAINING,
    source=folklore(),
    text="Multiplying the derivatives of each LSTM output in the one before shows how the gradient flows through time.",
    statement=(
        "The output is half of the state. The product of these blocks leaves out every path that stays in the cell"
        " state for more than a step: it can vanish as 2^-q where the derivative of the last output in the first is"
        " 1/2 at every lag."
    ),
    lesson="Multiply Jacobians of the whole state, then take the block.",
    backing=(
        Backing("counterexample", "blocks_vanish_alone", "against", gated.hook_on_outputs, {"weight": 2, "lag": 50}),
    ),
)  # fmt: skip

RTRL_ORDER = Claim(
    id="folklore.rtrl_order",
    number=61,
    theme=TRAINING,
    source=folklore(RTRL_1989),
    text="An exact gradient of a recurrent network in a memory that does not grow with time costs O(n^4) a step.",
    statement=(
        "That is what RTRL costs, not what the gradient costs. The hybrid of 1992 goes back within blocks of n steps"
        " and takes one product with the influence from block to block: O(n^3) a step on average, the same gradient,"
        " and a memory without T."
    ),
    lesson="Carry the influence once a block instead of once a step.",
    backing=(
        theorem("rtrl.cost", "context"),
        Backing("count", "hybrid_of_1992", "against", counts.exact_at_lower_order,
                {"algorithm": "schmidhuber1992", "cell": "rnn", "per_step": 3, "units": 6, "steps": 24, "seed": 61,
                 "block": 6}),
        citation("hybrid", HYBRID_1992, "against"),
    ),
)  # fmt: skip

RTRL_IMPRACTICAL = Claim(
    id="folklore.rtrl_impractical",
    number=62,
    theme=TRAINING,
    source=folklore(RTRL_1989),
    text="RTRL is too expensive for recurrent networks of any useful size.",
    statement=(
        "Of dense networks: each step costs of the order n^4, at every size more than BPTT. Where no unit's recurrence"
        " reads another unit, in a single layer of diagonal recurrence, each weight touches one unit, and exact RTRL"
        " costs of the order of the number of weights."
    ),
    lesson="The price is in the mixing of units, not in looking forward.",
    backing=(
        theorem("rtrl.cost", "for"),
        Backing("count", "diagonal_recurrence", "against", counts.exact_at_lower_order,
                {"algorithm": "diagonal_rtrl", "cell": "lru", "per_step": 2, "units": 6, "steps": 24, "seed": 62}),
    ),
)  # fmt: skip
