"""Claims 63 to 71: what is said of LSTM and GRU, and of their gates."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import cells, gated, measured, models
from errorflow.claims.record import Backing, Claim, theorem
from errorflow.claims.sources import BIAS_2015, CHRONO_2018, COMPARED_2014, GATED, MODELS, PEEPHOLE_2000, folklore

_HALF_OPEN = Backing("counterexample", "constant_at_one_half", "against", gated.constant_with_half_open_gate,
                     {"most": 8, "lag": 50})  # fmt: skip
_DIRECT_LSTM = Backing("identity", "carry_of_lstm", "for", gated.direct_path,
                       {"cell": "lstm", "state": "c", "gate": "f", "lag": 5})  # fmt: skip

NO_VANISHING = Claim(
    id="folklore.lstm_no_vanishing",
    number=63,
    theme=GATED,
    source=folklore(),
    text="An LSTM has no vanishing gradient.",
    statement=(
        "It has one with all weights and biases 0: the forget gate is 1/2 and the flow halves at every step. Whenever"
        " the loop through output and gates is weak and forget gates stay below 1 the full flow vanishes; where they"
        " stay near enough to 1 a bound below shows that it does not."
    ),
    lesson="An LSTM can keep its gradient; nothing makes it.",
    ask="lstm: never vanishes",
    backing=(
        theorem("lstm.lower_bound", "for"),
        Backing("measurement", "beside_a_plain_network", "for", measured.gates_keep_more,
                {"units": 8, "lag": 100, "bias": 5.0, "seed": 26}),
        theorem("lstm.vanishing", "against"),
        Backing("counterexample", "all_weights_zero", "against", cells.resting_cell,
                {"cell": "lstm", "weight": Fraction(0), "lag": 50, "grows": False}),
    ),
)  # fmt: skip

NO_EXPLODING = Claim(
    id="folklore.lstm_cannot_explode",
    number=64,
    theme=GATED,
    source=folklore(),
    text="An LSTM gradient cannot explode, because its forget gates are at most 1.",
    statement=(
        "Only the direct path is bounded by the gates. One unit at rest with a single weight of 3, from its output to"
        " its cell input, multiplies the error by 5/4 at every step; no smaller integer of either sign does."
    ),
    lesson="A bounded path is not a bounded network.",
    ask="lstm: never explodes",
    backing=(
        Backing("counterexample", "smallest_weight", "against", gated.smallest_that_explodes, {"most": 8, "lag": 50}),
        Backing("identity", "direct_path_is_bounded", "context", gated.direct_path,
                {"cell": "lstm", "state": "c", "gate": "f", "lag": 5}),
    ),
)  # fmt: skip

BIAS_ONE = Claim(
    id="folklore.forget_bias_one",
    number=65,
    theme=GATED,
    source=folklore(BIAS_2015),
    text="A forget gate bias of 1 is enough for an LSTM to remember over long lags.",
    statement=(
        "At the start it keeps 0.731 a step, a half-life of 2.2 steps, and less than a thousandth from 23 steps on. It"
        " is longer than with bias 0; a half-life of 1000 steps takes a bias of about 7.27."
    ),
    lesson="The half-life about doubles with each 0.7 of bias: reckon it before you choose.",
    backing=(
        theorem("forget_gate.half_life", "against"),
        Backing("counterexample", "lag_of_a_thousandth", "against", gated.first_lag_below,
                {"bias": 1, "kept": Fraction(1, 1000), "most": 100}),
        Backing("count", "bias_for_a_half_life", "context", gated.bias_for_half_life,
                {"steps": 1000, "low": Fraction("7.273"), "high": Fraction("7.275")}),
    ),
)  # fmt: skip

NEAR_ONE = Claim(
    id="folklore.forget_gate_near_one",
    number=66,
    theme=GATED,
    source=folklore(),
    text="To carry an error over long lags the forget gate must be near 1.",
    statement=(
        "Right of the direct path, which keeps a part eps over T steps if and only if f >= eps^(1/T). Not of the full"
        " flow: with the forget gate at 1/2 and one weight of 2 the way through output and cell input makes up for the"
        " loss exactly, at every step."
    ),
    lesson="The gate bounds one path; the error may take another.",
    ask="lstm: max(f) <= 1/2 implies vanishes",
    backing=(
        theorem("forget_gate.half_life", "for"),
        Backing("count", "gate_for_1000_steps", "for", models.forget_bias_for,
                {"steps": 1000, "low": Fraction("6.907"), "high": Fraction("6.9075")}),
        _HALF_OPEN,
    ),
)  # fmt: skip

PRODUCT_OF_GATES = Claim(
    id="folklore.product_of_forget_gates",
    number=67,
    theme=GATED,
    source=folklore(),
    text="The derivative of the cell state in an earlier cell state is the product of the forget gates between.",
    statement=(
        "Right of the derivative truncated at the nets. The full one has further paths, through output, gates and cell"
        " input: they can keep it at 1/2 for ever where the product is 2^-50, and enlarge it without bound."
    ),
    lesson="Say which derivative: with the gates held fixed, or with all that depends on the state.",
    ask="lstm: norm(flow(c, c, q)) <= max(f) ** q",
    backing=(
        _DIRECT_LSTM,
        theorem("lstm.factorisation", "context"),
        _HALF_OPEN,
        Backing("counterexample", "full_flow_explodes", "against", gated.smallest_that_explodes,
                {"most": 8, "lag": 50}),
    ),
)  # fmt: skip

CHRONO = Claim(
    id="folklore.chrono_initialisation",
    number=68,
    theme=GATED,
    source=folklore(CHRONO_2018),
    text="With forget biases drawn as ln(u), u uniform between 1 and T - 1, an LSTM has a memory of T steps.",
    statement=(
        "The longest unit keeps (1 - 1/T)^T, close to 1/e, over T steps: T is where it has fallen to 1/e, at the start"
        " and with no other input to the gate. The middle unit keeps about 1/e^2, and over ten times T less"
        " than a ten-thousandth is left."
    ),
    lesson="A memory of T means down to 1/e at T, not everything until T.",
    backing=(
        Backing("count", "longest_unit", "for", gated.chrono, {"horizon": 1000}),
        Backing("count", "middle_unit_and_beyond", "against", gated.chrono_middle, {"horizon": 1000, "times": 10}),
    ),
)  # fmt: skip

GRU_LIKE_LSTM = Claim(
    id="folklore.gru_like_lstm",
    number=69,
    theme=GATED,
    source=folklore(f"{MODELS['gru']}, and compared by {COMPARED_2014}"),
    text="For gradient flow a GRU is equivalent to an LSTM.",
    statement=(
        "The carry has the same form, a product of gates. But a GRU writes with 1 - z what it keeps with z: with"
        " constant gates an input of lag q arrives with (1 - z) z^q, at most about 1/(e q), where an LSTM can write and"
        " keep with gates near 1 both."
    ),
    lesson="One gate for two tasks must compromise between them.",
    backing=(
        _DIRECT_LSTM,
        Backing("identity", "carry_of_gru", "for", gated.direct_path,
                {"cell": "gru", "state": "h", "gate": "z", "lag": 5}),
        Backing("counterexample", "write_and_keep", "against", gated.tied_gates, {"parts": 64, "lag": 10}),
    ),
)  # fmt: skip

RESET_GATE = Claim(
    id="folklore.reset_gate",
    number=70,
    theme=GATED,
    source=folklore(MODELS["gru"]),
    text="The reset gate of a GRU controls how much gradient flows back through time.",
    statement=(
        "It stands in the paths through the candidate, in either order of reset and product. The carry does not contain"
        " it: with z near 1 the error passes whatever the reset gate does."
    ),
    lesson="The update gate carries; the reset gate only edits the candidate.",
    backing=(
        Backing("identity", "carry_after", "against", gated.words_with_reset,
                {"cell": "gru", "carry": 0, "full": 2}),
        Backing("identity", "carry_before", "against", gated.words_with_reset,
                {"cell": "gru_reset_before", "carry": 0, "full": 1}),
        Backing("identity", "candidate_decides", "for", gated.reset_decides_candidate,
                {"weight": 3, "resets": (Fraction(1, 4), Fraction(3, 4))}),
    ),
)  # fmt: skip

PEEPHOLES = Claim(
    id="folklore.peepholes",
    number=71,
    theme=GATED,
    source=folklore(PEEPHOLE_2000),
    text="Peepholes improve the gradient flow, because the gates then see the cell state.",
    statement=(
        "They add paths from state to state, two to one in the carry. More paths are not more gradient: with a peephole"
        " weight of -2 and a state of 1 they cancel the forget gate exactly, and with 1 and 3 the carry exceeds 1."
    ),
    lesson="A gate that reads the state makes the carry depend on what is carried.",
    backing=(
        Backing("count", "more_words", "context", gated.more_words, {"plain": "lstm", "other": "lstm_peephole"}),
        Backing("counterexample", "carry_of_zero", "against", gated.peephole_edge, {"most": 4, "lag": 20}),
    ),
)  # fmt: skip
