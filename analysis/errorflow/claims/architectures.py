"""Claims 72 to 77: residual connections, normalisation, attention, diagonal recurrence, two directions, ARIMA."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import architectures, cells, models
from errorflow.claims.record import Backing, Claim, theorem
from errorflow.claims.sources import (
    BIDIRECTIONAL_1997,
    DIAGONAL_2023,
    LAYER_NORM_2016,
    MODELS,
    OTHERS,
    RESIDUAL_2015,
    folklore,
)

RESIDUAL = Claim(
    id="folklore.residual_is_a_carousel",
    number=72,
    theme=OTHERS,
    source=folklore(RESIDUAL_2015),
    text="A residual connection is a constant error carousel.",
    statement=(
        "The skip is the same edge, the identity. But nothing truncates the branch beside it: the step is the identity"
        " plus the derivative of the branch, which loses the error with derivative -1 and doubles it with 1."
    ),
    lesson="The carousel was the identity and a cut; the residual block kept the identity.",
    backing=(
        Backing("identity", "same_edge", "for", architectures.residual_edge, {"carried": "lstm1997"}),
        Backing("counterexample", "branch_of_minus_one", "against", architectures.residual_fates,
                {"most": 3, "lag": 50}),
        theorem("lstm1997.carousel", "context"),
    ),
)  # fmt: skip

LAYER_NORM = Claim(
    id="folklore.layer_norm_fixes",
    number=73,
    theme=OTHERS,
    source=folklore(LAYER_NORM_2016),
    text="Layer normalisation in the recurrence fixes vanishing and exploding gradients.",
    statement=(
        "It takes the common scale of all weights out: multiplied by one positive number they give the same output and"
        " flow. It puts nothing in its place. The derivative of the normalisation, without the small number that"
        " programs add to the deviation, loses two directions at each step, which with two units is all of them."
    ),
    lesson="To normalise is to project, and a projection loses.",
    backing=(
        Backing("count", "scale_drops_out", "for", architectures.scale_drops_out,
                {"factors": (2, 3, 7), "most": 3}),
        Backing("counterexample", "two_units", "against", architectures.normalisation_forgets, {"most": 4}),
    ),
)  # fmt: skip

ATTENTION = Claim(
    id="folklore.attention_no_vanishing",
    number=74,
    theme=OTHERS,
    source=folklore(MODELS["transformer"]),
    text="Attention has no vanishing gradient, because the path between any two steps has length 1.",
    statement=(
        "The path through the values carries the attention weight, which for bounded logits is at least of order 1/T,"
        " not exponentially small in the lag. It is exponentially small in the gap of the logits: a gap of 14 leaves"
        " less than a millionth, of the value and of the slope that could change it."
    ),
    lesson="A path of length 1 can still have a factor of nearly 0 on it.",
    backing=(
        Backing("count", "bounded_logits", "for", architectures.attention_outlasts,
                {"bound": 3, "factor": Fraction(9, 10), "most": 500}),
        Backing("counterexample", "saturated_softmax", "against", architectures.attention_saturates,
                {"most": 40, "kept": Fraction(1, 10**6)}),
    ),
)  # fmt: skip

DIAGONAL = Claim(
    id="folklore.diagonal_decay_known",
    number=75,
    theme=OTHERS,
    source=folklore(DIAGONAL_2023),
    text="In diagonal state-space models the decay of the gradient is known exactly from the weights.",
    statement=(
        "Right with fixed eigenvalues: the flow of a unit over q steps is |lambda|^q for every input. With gates that"
        " read the input it is a product that the input decides: one set of weights keeps and forgets."
    ),
    lesson="Ask whether the eigenvalue is a weight or a function of the input.",
    backing=(
        Backing("identity", "fixed_eigenvalue", "for", architectures.known_decay,
                {"real": Fraction(3, 5), "imaginary": Fraction(1, 2), "lag": 50}),
        Backing("counterexample", "gate_reads_input", "against", architectures.input_sets_decay,
                {"biases": (-8, 0), "lag": 50}),
    ),
)  # fmt: skip

BIDIRECTIONAL = Claim(
    id="folklore.bidirectional_halves",
    number=76,
    theme=OTHERS,
    source=folklore(BIDIRECTIONAL_1997),
    text="A bidirectional network halves the vanishing gradient problem.",
    statement=(
        "Right if the two end states are read: no input is then farther than half the sequence. With an output at every"
        " step the farthest input and output are as far apart as in one direction, and the lag between two given steps"
        " never changes."
    ),
    lesson="A second direction changes where one looks from, not how far error is carried.",
    backing=(
        Backing("count", "end_states", "for", architectures.two_directions,
                {"length": 21, "read": "ends", "steps": 10}),
        Backing("count", "every_step", "against", architectures.two_directions,
                {"length": 21, "read": "every", "steps": 20}),
    ),
)  # fmt: skip

ARIMA = Claim(
    id="folklore.carousel_is_integration",
    number=77,
    theme=OTHERS,
    source=folklore(MODELS["arima"]),
    text="The constant error carousel is the I(1) of ARIMA.",
    statement=(
        "Right of the carry: both add what comes in to what is there, and pass a change on with factor 1 at every lag."
        " The gates and the path through the output, which ARIMA lacks, are the rest of the cell."
    ),
    lesson="The unit root that statisticians difference away is what the cell is built on.",
    ask="lstm1997 truncated: flow(c, c, q) == I",
    backing=(
        Backing("identity", "unit_root", "for", models.integrated_noise, {"feedback": Fraction(3, 5), "lag": 40}),
        theorem("lstm1997.carousel", "for"),
        Backing("identity", "truncated_flow_is_the_identity", "for", cells.truncated_carry,
                {"units": 4, "steps": 1000, "seed": 8}),
    ),
)  # fmt: skip
