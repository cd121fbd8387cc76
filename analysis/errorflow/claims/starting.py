"""Claims 49 to 53: starting matrices, rectifiers and weight decay as remedies or as causes."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import plain, recurrent
from errorflow.claims.record import Backing, Claim, theorem
from errorflow.claims.recurrence import ACTIVATIONS, ROTATION
from errorflow.claims.sources import IDENTITY_2015, ORTHOGONAL_2014, PLAIN, UNITARY_2016, folklore

_ROTATION = Backing("identity", "rotation", "for", plain.orthogonal_flow, {"rotation": ROTATION, "lag": 100})

ORTHOGONAL_START = Claim(
    id="folklore.orthogonal_start",
    number=49,
    theme=PLAIN,
    source=folklore(ORTHOGONAL_2014),
    text="Orthogonal initialisation solves the vanishing gradient.",
    statement=(
        "Right for linear networks at the start. With tanh the slopes stand between the orthogonal factors, and an"
        " input that holds the units away from zero makes the flow vanish; and the first gradient step leaves the"
        " orthogonal matrices unless something keeps them there."
    ),
    lesson="An initialisation is a statement about the first step of training.",
    ask="rnn: orthogonal(W) implies never vanishes",
    backing=(
        _ROTATION,
        Backing("counterexample", "held_by_its_input", "against", recurrent.orthogonal_and_lost,
                {"activations": ACTIVATIONS, "lag": 100}),
        Backing("counterexample", "after_one_update", "against", recurrent.leaves_the_group,
                {"rate": Fraction(1, 100), "steps": 10, "lag": 100}),
    ),
)  # fmt: skip

UNITARY = Claim(
    id="folklore.unitary_cannot_vanish",
    number=50,
    theme=PLAIN,
    source=folklore(UNITARY_2016),
    text="With a recurrent matrix that is kept orthogonal or unitary gradients can neither explode nor vanish.",
    statement=(
        "They cannot explode if slopes are at most 1. They can vanish by the slopes: two ReLU units of which one is"
        " alive at each step lose every error in two steps, though each step alone keeps one of norm 1."
    ),
    lesson="The matrix keeps lengths; the nonlinearity beside it does not.",
    ask="rnn(relu): orthogonal(W) implies never vanishes",
    backing=(
        theorem("rnn.vanishing", "for"),
        theorem("rnn.explosion_needs", "for"),
        Backing("count", "never_grows", "for", recurrent.orthogonal_never_grows,
                {"slopes": (Fraction(0), Fraction(1, 2), Fraction(1))}),
        Backing("counterexample", "alive_and_lost", "against", recurrent.orthogonal_and_dead, {"n": 2}),
        Backing("counterexample", "held_by_its_input", "against", recurrent.orthogonal_and_lost,
                {"activations": ACTIVATIONS, "lag": 100}),
    ),
)  # fmt: skip

IDENTITY_START = Claim(
    id="folklore.identity_start",
    number=51,
    theme=PLAIN,
    source=folklore(IDENTITY_2015),
    text="A ReLU network that starts with the identity as recurrent matrix keeps its gradient over any lag.",
    statement=(
        "Right as long as all units stay active: the flow is then exactly the identity. One input that pushes a unit"
        " below zero cuts its flow to exactly zero, for all lags across that step."
    ),
    lesson="A rectifier is a switch, and the input throws it.",
    ask="rnn(relu): W == I implies never vanishes",
    backing=(
        Backing("counterexample", "input_that_cuts", "against", recurrent.shortest_input_that_cuts,
                {"most": 3, "lag": 100}),
        Backing("identity", "while_active", "for", recurrent.active_flow, {"weight": Fraction(1), "lag": 100}),
    ),
)  # fmt: skip

RELU_FIXES = Claim(
    id="folklore.relu_fixes",
    number=52,
    theme=PLAIN,
    source=folklore(),
    text="ReLU fixes the vanishing gradient, because its slope is 1.",
    statement=(
        "It takes the slope out of the product for units that are active; the weights remain, and nothing saturates"
        " any more. An active unit vanishes with w = 1/2 and explodes with w = 2, and an inactive one passes nothing."
    ),
    lesson="Slope 1 leaves the weights alone with the problem.",
    ask="rnn(relu): never vanishes",
    backing=(
        Backing("identity", "slope_is_1", "context", recurrent.active_flow, {"weight": Fraction(1), "lag": 100}),
        Backing("counterexample", "active_and_vanishing", "against", recurrent.active_relu_fates,
                {"most": 4, "lag": 50}),
        Backing("counterexample", "input_that_cuts", "against", recurrent.shortest_input_that_cuts,
                {"most": 3, "lag": 100}),
    ),
)  # fmt: skip

WEIGHT_DECAY = Claim(
    id="folklore.weight_decay",
    number=53,
    theme=PLAIN,
    source=folklore(),
    text="Weight decay makes gradients vanish, because it shrinks the recurrent weights.",
    statement=(
        "Right for linear networks: keeping 99 of 100 parts of the weights keeps the hundredth power of that over 100"
        " steps. A saturated unit goes the other way: with smaller weights it saturates less, and its factor rises."
    ),
    lesson="A smaller weight may sit beside a larger slope.",
    backing=(
        Backing("identity", "linear_flow_shrinks", "for", recurrent.decay_shrinks,
                {"kept": Fraction(99, 100), "lag": 100}),
        Backing("counterexample", "saturated_unit", "against", recurrent.decay_helps,
                {"before": Fraction(2), "after": Fraction(3, 2)}),
    ),
)  # fmt: skip
