"""Claims 31 to 36: error flow in the 1997 paper, its formula, its bounds, and the weights that they allow."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import paths, plain, printed
from errorflow.claims.record import Backing, Claim, theorem
from errorflow.claims.sources import PAPER, paper

_GROWS = Backing("counterexample", "two_units_grow", "against", paths.grows_below_four, {"most": 3})

SUBSCRIPTS = Claim(
    id="paper1997.path_formula",
    number=31,
    theme=PAPER,
    source=paper("section 3.1, eq. (2)"),
    text=(
        "The error that flows from unit u to unit v over q steps is the sum over paths of products of f'(net) times"
        " w, the weight of each factor being indexed by its own layer first and by the layer nearer to u second."
    ),
    statement=(
        "The subscripts of the weights are interchanged. As printed the formula gives the flow of the transposed"
        " matrix; with the earlier index first it agrees with the recursion in eq. (1). Where an error returns to the"
        " unit it came from, the slip hides in one and two units and shows in three units over three steps."
    ),
    lesson="Check an index formula at one step and two units, where both readings can be written out.",
    backing=(
        theorem("rnn.path_sum_as_printed", "against"),
        Backing("counterexample", "two_units_one_step", "against", paths.printed_subscripts, {"lag": 1}),
        theorem("rnn.path_sum", "context"),
        Backing("counterexample", "where_it_hides", "context", paths.hidden_slip, {"units": 3, "lag": 3}),
    ),
)  # fmt: skip

WEAK_BOUND = Claim(
    id="paper1997.weak_bound",
    number=32,
    theme=PAPER,
    source=paper("section 3.1, the bound by the largest weight"),
    text="With logistic units and weights of at most w_max the error flow over q steps is at most n (n w_max / 4)^q.",
    statement=(
        "Right, and n^2 times too large: tau^q / n with tau = n w_max / 4 holds too, and is attained at every lag by"
        " equal weights and activations 1/2."
    ),
    lesson="A bound that is attained tells more than one that is true.",
    ask="rnn(logistic): maxabs(flow(q)) <= n * (n * maxabs(W) / 4) ** q",
    backing=(
        theorem("rnn.path_bound", "for"),
        theorem("norm.entry_bound", "context"),
        Backing("count", "loose_by_n_squared", "context", paths.loose_by_square,
                {"weight": 3, "units": (1, 2, 3, 5), "lags": (1, 2, 5, 10)}),
    ),
)  # fmt: skip

BELOW_FOUR = Claim(
    id="paper1997.weights_below_four",
    number=33,
    theme=PAPER,
    source=paper("section 3.1, which says that it tends to be so"),
    text="In networks of logistic units the error flow vanishes as long as all weights are below 4 in absolute value.",
    statement=(
        "Right for one unit, and for n units if n w_max < 4. From two units on weights below 4 permit growth: the"
        " paths are many, and their products add up."
    ),
    lesson="The threshold is for the sum over paths, so it falls with the number of units.",
    ask="rnn(logistic): maxabs(W) < 4 implies vanishes",
    backing=(
        theorem("rnn.path_bound", "for"),
        theorem("rnn.weights_below_four", "against"),
        _GROWS,
    ),
)  # fmt: skip

PATH_FACTORS = Claim(
    id="paper1997.path_factors",
    number=34,
    theme=PAPER,
    source=paper("section 3.1, after eq. (2)"),
    text=(
        "If |f'(net) w| is above 1 on all paths the error explodes, and if it is below 1 on all paths the error"
        " vanishes."
    ),
    statement=(
        "Right of the largest single path, and of a network of one unit, which has one path. The sum over paths can"
        " cancel to exactly zero with every factor above 1, and can grow with every factor below 1."
    ),
    lesson="A bound on each term is no bound on the sum, and no sign either.",
    backing=(
        Backing("identity", "one_unit", "for", plain.linear_threshold,
                {"below": Fraction(9, 10), "above": Fraction(11, 10), "lag": 100}),
        theorem("rnn.path_factors", "against"),
        Backing("counterexample", "all_above_1_and_zero", "against", paths.cancelling_factors,
                {"least": 5, "most": 8, "slope": Fraction(1, 4)}),
        _GROWS,
    ),
)  # fmt: skip

LARGER_WEIGHTS = Claim(
    id="paper1997.larger_weights",
    number=35,
    theme=PAPER,
    source=paper("section 3.1, the maximum of |f'(net) w|"),
    text="Larger weights do not help: with the rest held fixed the factor f'(net) w goes to zero as the weight grows.",
    statement=(
        "Right for an activation other than zero, the rest of the net input being fixed: the slope falls"
        " exponentially, the weight grows linearly, and without a bias the factor stays below 0.2239 / |y|. A bias"
        " that moves along with the weight holds the slope, and then the factor grows."
    ),
    lesson="A large weight drives its own unit into saturation unless something holds it back.",
    backing=(
        theorem("local_error.peak", "for"),
        theorem("local_error.peak_gain", "for"),
        Backing("count", "factor_at_weights", "for", printed.gain_falls, {"weights": (2, 4, 8, 16, 32)}),
        Backing("identity", "bias_moves_along", "context", paths.moving_bias, {"weight": 8, "lag": 50}),
    ),
)  # fmt: skip

ROW_NORM = Claim(
    id="paper1997.row_norm",
    number=36,
    theme=PAPER,
    source=paper("section 3.1, the step from vectors to the matrix norm"),
    text="For every matrix norm that fits a vector norm, no row of the weight matrix is larger than the matrix.",
    statement=(
        "Right in the maximum norm and the Euclidean norm, false in the 1-norm, in which a row of n ones has length n"
        " and may stand in a matrix of norm 1. The bound that is drawn from it holds nevertheless: an entry is at most"
        " any induced norm."
    ),
    lesson="Rows are measured by the dual norm.",
    backing=(
        Backing("count", "maximum_norm", "for", paths.row_within_norm, {"most": 2}),
        Backing("counterexample", "row_of_ones", "against", paths.row_outgrows_norm, {"most": 1}),
        theorem("norm.entry_bound", "context"),
    ),
)  # fmt: skip
