"""Claims 16 to 23 and 27: BPTT, RTRL, what they cost, and which of them the 1997 algorithm uses where."""

from __future__ import annotations

from errorflow.claims.checks import counts, lags, measured, published
from errorflow.claims.record import Backing, Claim, citation, theorem
from errorflow.claims.sources import FULL_2005, LSTM_1997, REVIEW, RTRL_1989, review

_SECTION = review("Contribution & Methodology, BPTT and RTRL")
_GRID = ((2, 1, 3), (3, 2, 5), (5, 4, 2))
_LAGS = Backing("identity", "lags_as_fractions", "against", lags.lags_agree_exactly,
                {"units": 2, "steps": 8, "seed": 1})  # fmt: skip

MIXES_BOTH = Claim(
    id="review.mixes_bptt_and_rtrl",
    number=16,
    theme=REVIEW,
    source=_SECTION,
    text="Variations of BPTT and RTRL are used for learning at the same time, which makes learning more efficient.",
    statement=(
        "The 1997 algorithm carries RTRL-like traces for the weights of cell input and input gate, and propagates"
        " errors back through one step only, as truncated BPTT does. Its work for a step is proportional to the"
        " number of weights."
    ),
    lesson="Cutting the error at the nets is what makes the traces cheap.",
    backing=(
        Backing("identity", "published_equations", "for", published.published_algorithm,
                {"traced": "ig", "units": 3, "steps": 12, "seed": 16, "expected": True}),
        Backing("count", "work_for_each_weight", "for", published.published_cost, {"sizes": (2, 5, 11)}),
        citation("appendix_a1", f"{LSTM_1997}, section 4 and appendix A.1", "for"),
    ),
)  # fmt: skip

BPTT_COST = Claim(
    id="review.bptt_cost",
    number=17,
    theme=REVIEW,
    source=_SECTION,
    text="BPTT is fast, O(n^2), and generally the one in use.",
    statement=(
        "For each step of a fully recurrent network with m = O(n) inputs. Exactly T n (3n + 2m) - n^2 multiply-adds"
        " for T steps with a loss at each, so the whole gradient is of order T n^2."
    ),
    lesson="An order of cost needs to say: for a step or for the sequence.",
    backing=(
        theorem("bptt.cost", "for"),
        Backing("count", "closed_form", "for", counts.closed_form,
                {"algorithm": "bptt", "polynomial": "T*(2*n*(n + m) + n**2) - n**2", "grid": _GRID}),
        Backing("count", "order_of_a_step", "for", counts.order_in_units, {"algorithm": "bptt", "per_step": 2}),
        Backing("count", "order_of_the_whole", "against", counts.order_of_the_whole,
                {"algorithm": "bptt", "per_step": 2}),
    ),
)  # fmt: skip

BACKWARD_PASS = Claim(
    id="review.bptt_backward_pass",
    number=18,
    theme=REVIEW,
    source=_SECTION,
    text="BPTT needs a backward computation of its own.",
    statement=(
        "Right: after the forward pass the errors run back through all T steps, for which the states of all steps"
        " are kept."
    ),
    lesson="The backward pass costs up to twice the forward pass, and the memory of the whole sequence.",
    backing=(Backing("count", "beyond_the_forward_pass", "for", counts.backward_pass_apart, {"grid": _GRID}),),
)  # fmt: skip

RTRL_COST = Claim(
    id="review.rtrl_cost",
    number=19,
    theme=REVIEW,
    source=_SECTION,
    text="RTRL is slow, O(n^4).",
    statement=(
        "For each step of a fully recurrent network with m = O(n) inputs. Exactly T n (n + m) (n + 1)^2"
        " multiply-adds for T steps, so the whole gradient is of order T n^4; at every size more than BPTT."
    ),
    lesson="The price of looking forward is that every weight meets every unit.",
    backing=(
        theorem("rtrl.cost", "for"),
        Backing("count", "closed_form", "for", counts.closed_form,
                {"algorithm": "rtrl", "polynomial": "T*n*(n + m)*(n + 1)**2", "grid": _GRID}),
        Backing("count", "order_of_a_step", "for", counts.order_in_units, {"algorithm": "rtrl", "per_step": 4}),
        Backing("count", "never_cheaper_than_bptt", "for", counts.never_cheaper),
        Backing("count", "order_of_the_whole", "against", counts.order_of_the_whole,
                {"algorithm": "rtrl", "per_step": 4}),
    ),
)  # fmt: skip

RTRL_RESISTS = Claim(
    id="review.rtrl_resists_vanishing",
    number=20,
    theme=REVIEW,
    source=_SECTION,
    text="RTRL resists the vanishing gradient better than BPTT.",
    statement=(
        "With fixed weights both compute the same number, and the same contribution of every lag. Only weights that"
        " change during the sequence make them differ, because the traces of RTRL then belong to earlier weights."
    ),
    lesson="Two ways of bracketing one product cannot differ in what vanishes.",
    backing=(
        theorem("rtrl.equals_bptt", "against"),
        _LAGS,
        Backing("identity", "lags_of_a_network", "against", lags.lags_agree_on_a_network,
                {"cell": "rnn", "algorithms": ("bptt", "rtrl"), "units": 4, "steps": 20, "seed": 20}),
        citation("section_5", f"{LSTM_1997}, section 5, on RTRL and BPTT alike", "against"),
    ),
)  # fmt: skip

RTRL_MEMORY = Claim(
    id="review.rtrl_little_memory",
    number=21,
    theme=REVIEW,
    source=_SECTION,
    text=(
        "RTRL uses little memory: derivatives are computed in the forward pass, so there is no backward computation"
        " and memory use is low."
    ),
    statement=(
        "RTRL keeps n^2 (n + m) words whatever T is, BPTT T (n + m) + n words when it stores states and inputs. RTRL"
        " needs less exactly from T = n^2 steps on. If inputs need not be stored, BPTT keeps n (T + 1) words, and RTRL"
        " needs less exactly from T = n (n + m) on."
    ),
    lesson="Constant in T is not the same as small.",
    backing=(
        theorem("learning.memory_break_even", "for"),
        Backing("count", "less_at_n_squared_steps", "for", counts.memory_at,
                {"units": 100, "inputs": 100, "steps": 10_000, "rtrl_smaller": True}),
        Backing("count", "more_one_step_before", "against", counts.memory_at,
                {"units": 100, "inputs": 100, "steps": 9_999, "rtrl_smaller": False}),
        Backing("count", "more_at_ordinary_lengths", "against", counts.memory_at,
                {"units": 100, "inputs": 100, "steps": 1_000, "rtrl_smaller": False}),
        Backing("count", "break_even", "context", counts.break_even, {"most_units": 7, "most_inputs": 3}),
    ),
)  # fmt: skip

REAL_TIME = Claim(
    id="review.rtrl_real_time",
    number=22,
    theme=REVIEW,
    source=_SECTION,
    text="RTRL suits learning in real time.",
    statement=(
        "Right: the gradient of the present loss is complete at the present step, with the same work at every step"
        " and a memory in which T does not occur. It is local in time, not in space: every weight's influence on"
        " every unit is kept."
    ),
    lesson="Real time says when the gradient is there, not that it is cheap.",
    backing=(
        Backing("count", "same_work_every_step", "for", counts.same_work_every_step),
        citation("algorithm", RTRL_1989, "for"),
    ),
)  # fmt: skip

WHICH_PART = Claim(
    id="review.which_part_uses_which",
    number=23,
    theme=REVIEW,
    source=_SECTION,
    text=(
        "Usually one of the two is used alone; this paper uses BPTT for the input value, the cell state and the"
        " input gate, and RTRL for the output gate and value."
    ),
    statement=(
        "The other way round. Derivatives of the cell state in the weights of cell input and input gate are carried"
        " forward as RTRL-like traces; output gates and output units learn by backpropagation through one step, and"
        " so does the error enter the cell state. The truncated gradient of the output gate has no earlier step in it"
        " that a trace could carry. (Either algorithm alone would give the same truncated gradient; the claim is"
        " about the one that is published.)"
    ),
    lesson="What the cell remembers is traced; what it shows is not.",
    backing=(
        Backing("identity", "published_equations", "against", published.published_algorithm,
                {"traced": "ig", "units": 3, "steps": 12, "seed": 16, "expected": True}),
        Backing("counterexample", "without_traces", "against", published.published_algorithm,
                {"traced": "", "units": 3, "steps": 12, "seed": 16, "expected": False}),
        Backing("identity", "lags_by_map", "against", published.lags_of_truncated,
                {"cell": "lstm1997", "traced": "ig", "one_step": "o", "units": 3, "steps": 12, "seed": 23}),
        Backing("identity", "either_algorithm", "context", published.either_algorithm,
                {"units": 3, "steps": 12, "seed": 16}),
        citation("appendix_a1", f"{LSTM_1997}, appendix A.1: (25) and (27) for the traces, (19) to (22) for one-step"
                 " backpropagation, (23) for the error at the cell state", "against"),
    ),
)  # fmt: skip

FULL_BPTT = Claim(
    id="review.full_bptt_today",
    number=27,
    theme=REVIEW,
    source=review("Current Vanilla LSTM"),
    text="The learning algorithm of the current vanilla LSTM is full BPTT.",
    statement=(
        "Right: since 2005 the exact gradient is used, without truncation at the nets. Frameworks may still cut long"
        " sequences into pieces, which truncates in time."
    ),
    lesson="The truncation that made the carousel constant is no longer in use.",
    backing=(
        citation("full_gradient", FULL_2005, "for"),
        Backing("identity", "full_bptt_is_the_derivative", "for", measured.full_gradient,
                {"units": 3, "steps": 10, "seed": 27}),
    ),
)  # fmt: skip
