"""Claims 8 to 15: the carousel, the gates, and the equations of the cell."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import cells, gates
from errorflow.claims.record import Backing, Claim, citation, theorem
from errorflow.claims.sources import FORGET_2000, LSTM_1997, REVIEW, review

_CONTRIBUTION = review("Contribution & Methodology")
_VANISHES = Backing("counterexample", "full_flow_vanishes", "against", cells.resting_cell,
                    {"cell": "lstm1997", "weight": Fraction(-4), "lag": 50, "grows": False})  # fmt: skip
_EXPLODES = Backing("counterexample", "full_flow_explodes", "against", cells.resting_cell,
                    {"cell": "lstm1997", "weight": Fraction(8), "lag": 50, "grows": True})  # fmt: skip
_TRUNCATED = Backing("identity", "truncated_flow_is_the_identity", "for", cells.truncated_carry,
                     {"units": 4, "steps": 1000, "seed": 8})  # fmt: skip

PREVENTS_VANISHING = Claim(
    id="review.carousel_prevents_vanishing",
    number=8,
    theme=REVIEW,
    source=_CONTRIBUTION,
    text=(
        "The CEC (constant error carousel), a cell of long-term memory, is introduced and prevents the vanishing"
        " gradient."
    ),
    statement=(
        "True of the truncated derivative, which the 1997 algorithm uses: the error on the cell state is carried"
        " with factor 1, and what the cell input receives after any lag depends on the two end points only. The full"
        " derivative, which also runs through output and gates, can vanish and can explode in the same cell."
    ),
    lesson="The error is constant because the other paths were cut.",
    ask="lstm1997: never vanishes",
    backing=(
        theorem("lstm1997.carousel", "for"),
        theorem("lstm1997.carousel_bound", "for"),
        _TRUNCATED,
        _VANISHES,
        _EXPLODES,
    ),
)  # fmt: skip

PLAIN_ADDITION = Claim(
    id="review.plain_addition_keeps_gradient",
    number=9,
    theme=REVIEW,
    source=_CONTRIBUTION,
    text=(
        "The previous C_{t-1} is added on to give C_t. This is a plain addition, so the gradient is passed back"
        " without loss of information: it is C_{t-1} times a weight of 1.0, an identity mapping from C_{t-1} to C_t."
    ),
    statement=(
        "True of the edge from old to new cell state of the 1997 cell, in one step. Over two and more steps the"
        " derivative of the cell state in the earlier one has further terms, through the output; and with a forget"
        " gate the edge is diag(f)."
    ),
    lesson="The edge is the identity; the network around it is not.",
    ask="lstm1997: flow(c, c, q) == I",
    backing=(
        Backing("identity", "edge_and_paths", "for", cells.direct_edge_is_one, {"cell": "lstm1997", "lag": 2}),
        theorem("lstm1997.carousel", "for"),
        _VANISHES,
        theorem("lstm.factorisation", "context"),
    ),
)  # fmt: skip

LONGER_IS_DEEPER = Claim(
    id="review.longer_time_is_depth",
    number=10,
    theme=REVIEW,
    source=_CONTRIBUTION,
    text="With the vanishing gradient of BPTT solved, deeper networks, which means longer times, can be trained.",
    statement=(
        "Unfolded over T steps a recurrent network is a network of T layers with shared weights: so far a"
        " definition. That it can be trained is a statement about experiments, which error flow alone does not"
        " decide."
    ),
    lesson="Error that arrives is necessary for learning, not sufficient.",
    backing=(
        Backing("definition", "unfolded_layers", "for", cells.unfolded_depth, {"cell": "rnn", "most": 6}),
        citation(
            "experiments", f"{LSTM_1997}, section 5: experiments with lags of 1000 steps, not repeated here", "open"
        ),
    ),
)  # fmt: skip

GATES_WRITE = Claim(
    id="review.gates_write",
    number=11,
    theme=REVIEW,
    source=_CONTRIBUTION,
    text="Passing C_{t-1} on to C_t as it is would change no information, so the gates update it.",
    statement=(
        "s(t) = s(t-1) + y_in(t) g(net_c(t)): what is added is the squashed input times the input gate. Without that"
        " term the state would be constant."
    ),
    lesson="The carousel keeps; only the gated input writes.",
    backing=(Backing("definition", "a_state_must_be_written", "for", cells.nothing_written_is_refused),),
)  # fmt: skip

NO_FORGET_GATE = Claim(
    id="review.no_forget_gate",
    number=12,
    theme=REVIEW,
    source=_CONTRIBUTION,
    text="The original LSTM has no forget gate.",
    statement=(
        "The 1997 cell has an input gate and an output gate, and carries its state with factor 1. The forget gate"
        " was added in 2000."
    ),
    lesson="The gate that most descriptions put first came last.",
    backing=(
        Backing("definition", "cell_of_1997", "for", cells.forget_gate, {"cell": "lstm1997", "expected": False}),
        Backing(
            "definition", "cell_with_forget_gate", "context", cells.forget_gate, {"cell": "lstm", "expected": True}
        ),
        citation("section_4", f"{LSTM_1997}, section 4", "for"),
        citation("forget_gate", FORGET_2000, "for"),
    ),
)  # fmt: skip

INPUT_EQUATIONS = Claim(
    id="review.input_gate_equations",
    number=13,
    theme=REVIEW,
    source=review("1. input gate"),
    text="i_t = sigma(W_i * [h_{t-1}, x_t] + bias) and S_t = squash(W_c * [h_{t-1}, x_t] + bias).",
    statement=(
        "Right, * being the product of a matrix and a vector, the bias one for each map, and the squash g = 4 sigma"
        " - 2. In 1997 the sources may include gate activations too, and the cells of one block share their gates."
    ),
    lesson="One matrix on [h, x] is the recurrent and the input matrix side by side.",
    backing=(
        Backing("identity", "equations_by_hand", "for", cells.formulas_by_hand,
                {"units": 4, "inputs": 3, "steps": 6, "seed": 13}),
        theorem("squash.slopes", "context"),
    ),
)  # fmt: skip

SHARED_WEIGHTS = Claim(
    id="review.output_gate_uses_input_weights",
    number=14,
    theme=REVIEW,
    source=review("2. output gate"),
    text="O_t = sigma(W_i * [h_{t-1}, x_t] + bias).",
    statement=(
        "O_t = sigma(W_o [h_{t-1}, x_t] + b_o), with weights of its own. With those of the input gate both gates"
        " would be equal at every step: the cell could not write without showing, and n (n + m + 1) weights would be"
        " missing."
    ),
    lesson="Two gates with one set of weights are one gate.",
    backing=(
        theorem("output.shared_gate", "against"),
        Backing("counterexample", "gates_coincide", "against", gates.shared_weights,
                {"output_map": "i", "units": 5, "inputs": 3, "steps": 20, "seed": 14}),
    ),
)  # fmt: skip

SUM_OUTPUT = Claim(
    id="review.output_is_a_sum",
    number=15,
    theme=REVIEW,
    source=review("2. output gate"),
    text="h_t = O_t + squash(C_t).",
    statement=(
        "h_t = O_t squash(C_t), entry by entry. With the sum a closed gate would still show the state, the output"
        " could exceed 1, and the derivative of the output in the state would have no gate in it."
    ),
    lesson="A gate multiplies.",
    backing=(
        theorem("output.sum_is_wrong", "against"),
        Backing("counterexample", "closed_gate_leaks", "against", gates.closed_gate_leaks,
                {"gate": Fraction(1, 1000), "state": Fraction(1)}),
        Backing("counterexample", "output_beyond_1", "against", gates.sum_leaves_range,
                {"gate": Fraction(9, 10), "state": Fraction(4)}),
        Backing("identity", "sum_has_no_gate_in_its_derivative", "against", gates.gate_in_the_derivative,
                {"combine": "sum", "expected": False}),
        Backing("identity", "product_has_it", "context", gates.gate_in_the_derivative,
                {"combine": "product", "expected": True}),
    ),
)  # fmt: skip
