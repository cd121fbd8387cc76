"""Claims 1 to 7 and 24: plain recurrent networks, and why their gradients vanish or explode."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import cells, lags, measured, plain
from errorflow.claims.exact import diagonal, matrix
from errorflow.claims.record import Backing, Claim, citation, theorem
from errorflow.claims.sources import LSTM_1997, MODELS, REVIEW, review

_RNN = review("Vanilla RNN")
_ROTATION = matrix([["3/5", "-4/5"], ["4/5", "3/5"]])
_FIXED_POINT = {"low": Fraction("0.9575"), "high": Fraction("0.957505")}

FEEDS_BACK = Claim(
    id="review.rnn_feeds_back",
    number=1,
    theme=REVIEW,
    source=_RNN,
    text=(
        "A vanilla RNN is much like a fully connected network, x_t entering its units and h_t leaving them; the"
        " difference is that the output of a step is an input of the next step."
    ),
    statement=(
        "h_t = f(W h_{t-1} + U x_t + b): one fully connected layer whose output is fed back. If the readout is fed"
        " back instead of the hidden state, the network is a Jordan network."
    ),
    lesson="Without the one matrix W there is no recurrence and no error flow through time.",
    backing=(
        Backing("definition", "state_feeds_back", "for", cells.step_feeds_step, {"cell": "rnn"}),
        citation("elman", MODELS["rnn"], "for"),
    ),
)  # fmt: skip

ALL_OR_LAST = Claim(
    id="review.all_or_last_output",
    number=2,
    theme=REVIEW,
    source=_RNN,
    text="The outputs of all steps can be used, or only the output of the last step.",
    statement=(
        "Both are losses of the same network. With a loss at the last step the error at step k is one product of"
        " transposed Jacobians; with a loss at every step it is the sum of such products, one for each later step."
    ),
    lesson="A loss at every step adds short error paths; it lengthens none.",
    backing=(
        Backing("identity", "sum_over_last_steps", "for", lags.all_steps_are_a_sum,
                {"cell": "rnn", "units": 4, "steps": 8, "seed": 2}),
    ),
)  # fmt: skip

BPTT_IS_THE_CAUSE = Claim(
    id="review.bptt_is_the_cause",
    number=3,
    theme=REVIEW,
    source=_RNN,
    text="The limit of plain RNNs: because BPTT is used, gradients vanish and explode.",
    statement=(
        "Vanishing and exploding are properties of the product of state Jacobians, that is of the network and its"
        " orbit. Every method that computes the exact gradient has them in the same measure, RTRL too."
    ),
    lesson="The messenger is not the cause: a forward run already forgets.",
    backing=(
        theorem("rtrl.equals_bptt", "against"),
        Backing("counterexample", "forward_run_forgets", "against", plain.perturbation_fades,
                {"weight": Fraction(1, 2), "steps": 20}),
        Backing("identity", "lags_of_bptt_and_rtrl", "against", lags.lags_agree_exactly,
                {"units": 2, "steps": 8, "seed": 1}),
        citation("section_5", f"{LSTM_1997}, section 5, which finds the decay in RTRL and in BPTT", "against"),
    ),
)  # fmt: skip

TEN_STEPS = Claim(
    id="review.ten_step_limit",
    number=4,
    theme=REVIEW,
    source=_RNN,
    text="Over long spans of 10 or more time steps no learning takes place.",
    statement=(
        "True of logistic units with small weights: in the 1997 experiment, one self-recurrent unit with weights of"
        " at most 0.2 at first, the error over 10 steps is bounded by (0.2/4)^10. No law of RNNs: with an orthogonal"
        " W and slopes 1 the flow keeps every length at every lag, and such networks learn across longer spans."
    ),
    lesson="Ten steps is what one initialisation reaches, not what recurrence reaches.",
    backing=(
        theorem("rnn.path_bound", "for"),
        Backing("count", "bound_of_the_1997_experiment", "for", plain.one_unit_bound,
                {"largest": Fraction(1, 5), "lag": 10}),
        citation("table_2", f"{LSTM_1997}, Table 2: RTRL succeeds in at most 78 % of the trials at p = 4 and in none at"
                 " p = 10; BPTT in none at p = 100", "for"),
        Backing("counterexample", "rotation", "against", plain.orthogonal_flow, {"rotation": _ROTATION, "lag": 100}),
        Backing("measurement", "learned_across_30_steps", "against", measured.learns_across,
                {"lag": 30, "sequences": 8, "updates": 60, "rate": 2e-4, "seed": 4}),
    ),
)  # fmt: skip

THRESHOLD_ONE = Claim(
    id="review.weight_one_threshold",
    number=5,
    theme=REVIEW,
    source=_RNN,
    text=(
        "With long time dependencies a W_h smaller than 1 that is multiplied again and again makes the gradient"
        " vanish, and one larger than 1 makes it explode."
    ),
    statement=(
        "Exact for linear networks without input, with the spectral radius in the place of the size of W. With"
        " slopes at most gamma, gamma ||W|| < 1 suffices to vanish and gamma ||W|| > 1 is necessary, not sufficient,"
        " to explode. The spectral radius decides neither once slopes differ."
    ),
    lesson="Size of W means its norm, and above 1 it permits an explosion without causing it.",
    ask="rnn: norm(W) > 1 implies explodes",
    backing=(
        theorem("rnn.vanishing", "for"),
        theorem("rnn.explosion_needs", "for"),
        Backing("identity", "linear_unit", "for", plain.linear_threshold,
                {"below": Fraction(9, 10), "above": Fraction(11, 10), "lag": 100}),
        Backing("counterexample", "above_1_vanishes", "against", plain.saturating_unit,
                {"weight": Fraction(2), **_FIXED_POINT}),
        Backing("counterexample", "radius_0_explodes", "against", plain.nilpotent_flow,
                {"weights": matrix([[8, 8], [-8, -8]]), "activations": (Fraction(0), Fraction(1, 2)), "lag": 50}),
        theorem("rnn.nilpotent", "against"),
    ),
)  # fmt: skip

SAME_MATRIX = Claim(
    id="review.same_matrix_multiplied",
    number=6,
    theme=REVIEW,
    source=_RNN,
    text="In backpropagation it is the same matrix product, with W_h, that is repeated.",
    statement=(
        "W repeats, but the factor of step t is D(f'_t) W, whose slopes change along the orbit. These factors do not"
        " commute, and the same W vanishes on one orbit and explodes on another."
    ),
    lesson="Powers of W are the linear case; a network multiplies different matrices.",
    backing=(
        Backing("identity", "matrix_stands_in_each_factor", "for", cells.matrix_repeats, {"cell": "rnn", "lag": 4}),
        Backing("counterexample", "order_of_slopes", "against", plain.slopes_do_not_commute,
                {"weights": matrix([[1, 1], [0, 1]]), "first": diagonal(["1", "1/2"]),
                 "second": diagonal(["1/2", "1"])}),
        Backing("counterexample", "one_weight_two_fates", "against", plain.same_weight_two_fates,
                {"weight": Fraction(2), **_FIXED_POINT, "lag": 20}),
    ),
)  # fmt: skip

TANH_SLOPE = Claim(
    id="review.tanh_slope_vanishes",
    number=7,
    theme=REVIEW,
    source=_RNN,
    text=(
        "The derivative of the activation function tanh is smaller than 1, so the gradient is lost when it is passed"
        " back through a long sequence."
    ),
    statement=(
        "tanh' is at most 1, and equal to 1 at 0 only. So the flow over q steps is at most ||W||^q, which vanishes"
        " for ||W|| < 1. With larger weights the flow can grow although every slope is below 1."
    ),
    lesson="A slope below 1 shrinks; the weight beside it may enlarge more.",
    ask="rnn: vanishes",
    backing=(
        theorem("tanh.slope", "for"),
        theorem("rnn.vanishing", "for"),
        Backing("counterexample", "held_at_one_half", "against", plain.held_unit,
                {"weight": Fraction(2), "activation": Fraction(1, 2), "lag": 50}),
    ),
)  # fmt: skip

SIGMOID_SLOPE = Claim(
    id="review.sigmoid_slope_quarter",
    number=24,
    theme=REVIEW,
    source=review("Why a variant of the hyperbolic functions as squash function?"),
    text="The derivative of the sigmoid function is at most 0.25, so vanishing gets worse in backpropagation.",
    statement=(
        "The bound is right and attained at 0 only. But a logistic network with weights 4W and shifted biases is the"
        " tanh network with W in other units, with the same Jacobians: the factor 1/4 is a choice of scale. And"
        " beyond |x| = 1.6629 the logistic slope is the larger one."
    ),
    lesson="Compare activations at the scale of their weights, not by the height of their slopes.",
    backing=(
        theorem("logistic.slope", "for"),
        theorem("rnn.conjugacy", "against"),
        theorem("slopes.crossing", "against"),
        Backing("counterexample", "logistic_steeper_at_2", "against", plain.logistic_steeper, {"at": Fraction(2)}),
    ),
)  # fmt: skip
