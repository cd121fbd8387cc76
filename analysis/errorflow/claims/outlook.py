"""Claims 25, 26 and 28 to 30: squashing functions, the reach of today's cells, and other models of time series."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import cells, measured, models
from errorflow.claims.record import Backing, Claim, citation, theorem
from errorflow.claims.sources import LSTM_1997, MODELS, REVIEW, review

_SQUASH = review("Why a variant of the hyperbolic functions as squash function?")
_TODAY = review("Current Vanilla LSTM")

SQUASH = Claim(
    id="review.squash_is_hyperbolic",
    number=25,
    theme=REVIEW,
    source=_SQUASH,
    text=(
        "A variant of the hyperbolic functions serves as squash function because the derivative of tanh lies between"
        " 0 and 1."
    ),
    statement=(
        "The 1997 squashes are rescaled logistic functions, which are hyperbolic tangents of half the argument: h ="
        " tanh(x/2) with slope at most 1/2, g = 2 tanh(x/2) with slope at most 1. The height of these slopes is no"
        " reason: on the truncated path each of them enters once, whatever the lag."
    ),
    lesson="A factor that occurs once cannot make an exponential.",
    backing=(
        theorem("squash.slopes", "for"),
        theorem("tanh.slope", "for"),
        theorem("lstm1997.carousel", "against"),
        Backing("identity", "one_slope_at_every_lag", "against", cells.slope_stands_once, {"lags": 5}),
    ),
)  # fmt: skip

TANH_WITH_GATES = Claim(
    id="review.tanh_with_gates",
    number=26,
    theme=REVIEW,
    source=_SQUASH,
    text="Used together with the gates, tanh can reduce vanishing and exploding.",
    statement=(
        "With open forget gates it can, and the truncated error that enters the 1997 cell and leaves it again is scaled"
        " by less than 1/2, whatever the lag. Gates and tanh alone do not suffice: an LSTM at rest, with every gate at"
        " 1/2, vanishes or explodes by one weight."
    ),
    lesson="It is the state carried by gates near 1 that helps, not the shape of the squash.",
    backing=(
        theorem("lstm1997.carousel_bound", "for"),
        Backing("measurement", "beside_a_plain_network", "for", measured.gates_keep_more,
                {"units": 8, "lag": 100, "bias": 5.0, "seed": 26}),
        Backing("counterexample", "gated_and_vanishing", "against", cells.resting_cell,
                {"cell": "lstm", "weight": Fraction(0), "lag": 50, "grows": False}),
        Backing("counterexample", "gated_and_exploding", "against", cells.resting_cell,
                {"cell": "lstm", "weight": Fraction(6), "lag": 50, "grows": True}),
    ),
)  # fmt: skip

THOUSAND_STEPS = Claim(
    id="review.thousand_steps",
    number=28,
    theme=REVIEW,
    source=_TODAY,
    text="The current structure can learn up to about 1,000 steps.",
    statement=(
        "The direct path over T steps is the product of T forget gates. It keeps 1/e over 1000 steps from a forget"
        " bias of about 6.907 on, and 2^-1000 with the bias 0. Lags of 1000 steps were reported for the 1997 cell,"
        " truncated and without forget gate; 1000 is no limit of either."
    ),
    lesson="The reach of a forget gate is set by its bias.",
    backing=(
        theorem("forget_gate.half_life", "for"),
        Backing("count", "bias_for_1000_steps", "for", models.forget_bias_for,
                {"steps": 1000, "low": Fraction("6.907"), "high": Fraction("6.9075")}),
        Backing("counterexample", "unbiased_gate", "against", models.forgetful_gate,
                {"steps": 1000, "bias": Fraction(0)}),
        citation("experiments", f"{LSTM_1997}, abstract and section 5, on the 1997 cell; not repeated here", "open"),
    ),
)  # fmt: skip

MODEL_FAMILIES = Claim(
    id="review.model_families",
    number=29,
    theme=REVIEW,
    source=review("Time-Series Data"),
    text=(
        "Models of time series: HMM and ARIMA, mostly in the past, and as deep networks vanilla RNN, LSTM, GRU,"
        " 1D-CNN, Transformer, TCN, Neural ODE and LTFS-Linear."
    ),
    statement=(
        "Right, with LTSF-Linear as the name of the last. How an input reaches later steps differs in kind: through"
        " a product of one factor a step in plain RNNs and forget gates, with factor 1 in integrated models as on the"
        " carousel, and not at all beyond a fixed span in convolutions and in the linear map of a window."
    ),
    lesson="ARIMA(0,1,0) is a carousel: both carry with factor 1.",
    backing=(
        Backing("definition", "recurrent_ones", "for", models.built_in, {"cells": ("rnn", "lstm", "gru")}),
        *(citation(name, reference, "for") for name, reference in MODELS.items()),
        Backing("count", "receptive_field", "context", models.receptive_field, {"kernel": 3, "levels": 8}),
        Backing("identity", "unit_root", "context", models.integrated_noise, {"feedback": Fraction(3, 5), "lag": 40}),
    ),
)  # fmt: skip

CONTRIBUTES_MOST = Claim(
    id="review.carousel_contributes_most",
    number=30,
    theme=REVIEW,
    source=review("Contribution & Methodology"),
    text="The CEC is the core of the LSTM and contributes most to preventing the loss of the gradient.",
    statement=(
        "Not decidable as it stands: it names no other parts and no measure of their contributions. What can be"
        " said: the truncated flow over the carousel has no factor from the steps between. The carry's part in the"
        " full flow, which is one possible measure, depends on the weights."
    ),
    lesson="Contributes most needs a measure before it can be true or false.",
    backing=(
        theorem("lstm1997.carousel", "context"),
        Backing("measurement", "share_of_the_carry", "open", cells.carry_share,
                {"weights": (Fraction(0), Fraction(1), Fraction(8)), "lag": 20}),
    ),
)  # fmt: skip
