"""Error flow as a sum over paths, and what single weights do and do not say about it (the 1997 analysis).

rnn.path_sum: the error signals q steps back are e W F'(t-1) W F'(t-2) ... W F'(t-q); those of one unit u reach a unit
as the sum over n^(q-1) paths, a path of q+1 steps being a path of q steps and one more step.
rnn.path_sum_as_printed: with the subscripts of the printed eq. (2) it is the flow of the transposed W instead; both
agree for a symmetric W, and for u = v when q <= 2.
rnn.path_bound: with logistic units and |w_ij| <= w_max, an entry is at most tau^q / n, where tau = n w_max / 4.
rnn.path_factors: neither are all factors |f' w| > 1 enough to explode, nor all < 1 enough to vanish.
rnn.weights_below_four: for every n and every w with 4/n <= w, all weights equal to w give entries of at least 1/n at
every lag, also for w < 4.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Summed, Symbol
from .theorem import Neighbour, Theorem

_FLOW = Symbol(
    "P", r"\Theta_{@}", "Theta[@]", "the `q`-step flow, whose entry `(u, v)` is `d theta_v(t-q) / d theta_u(t)`"
)


_WALKS = Summed(("k", "l"), 2, "w[u,k]*f[1,k]*w[k,l]*f[2,l]*w[l,v]*f[3,v]")
_ENTRIES = tuple(f"w{i}{j}" for i in (1, 2) for j in (1, 2)) + tuple(f"f{k}{i}" for k in (1, 2, 3) for i in (1, 2))

PATH_SUM = Theorem(
    name="rnn.path_sum",
    title="The error signal q steps back is a sum over paths",
    statement=Statement(
        real=("a", "x", "p", "w", "v", "f", "c", "N", *_ENTRIES),
        integer=("n",),
        matrix=("W", "F", "e", "th", "P"),
        blocks=(
            ("Wx", (("w11", "w12"), ("w21", "w22"))),
            ("Fa", (("f11", "0"), ("0", "f12"))),
            ("Fb", (("f21", "0"), ("0", "f22"))),
            ("Fc", (("f31", "0"), ("0", "f32"))),
            ("Sum", _WALKS.entries()),
        ),
        sums=(("X", "n", "x*w"), ("S", "n", "p*w"), ("C", "n", "c")),
        running=("x", "p", "w", "v", "f", "c"),
        assume=("n >= 1",),
        recurrence=Recurrence(
            "q",
            1,
            ("F", "th", "x", "p", "f", "c"),
            base=("th = e*W*F", "x = a*v*f", "p = v*f", "c = 1"),
            step=("th' = th*W*F'", "x' = X*f'", "p' = S*f'", "c' = C"),
            accumulate=(Accumulated("P", "product_right", "W*F"), Accumulated("N", "product", "n", 2)),
        ),
        parts=(
            Part(("th = e*P",), induction=True),
            Part(("x = a*p", "c = N"), induction=True),
            Part(("Wx*Fa*Wx*Fb*Wx*Fc = Sum",)),
        ),
    ),
    scope="schema in n and q, the sum over paths by its recurrence; instance, path by path: n = 2 and q = 3",
    source="Hochreiter & Schmidhuber 1997, section 3.1, eqs. (1) and (2), the latter with its subscripts repaired",
    sharp="an identity",
    points=(
        {"n": "1", "W": "2", "F": "1/4", "e": "1", "th": "1/2", "P": "1/2", "N": "1"}
        | {"a": "3", "w": "2", "v": "2", "f": "1/4", "x": "3/2", "p": "1/2", "c": "1"},
    ),
    step_point={"n": "1", "W": "2", "F": "1/4", "F'": "1/8", "e": "1", "th": "1/2", "th'": "1/8"}
    | {"a": "3", "w": "2", "v": "2", "f": "1/4", "f'": "1/8", "x": "3/2", "p": "1/2", "c": "1"}
    | {"X": "3", "S": "1", "C": "1", "x'": "3/8", "p'": "1/8", "c'": "1"},
    neighbour=Neighbour(
        "th = e*P",
        "th = P*e",
        "th = P*e",
        {"e": (("1", "1"), ("0", "1")), "P": (("1", "0"), ("1", "1")), "th": (("2", "1"), ("1", "1"))},
    ),
    symbols=(
        Symbol("th", r"\theta(t-@)", "theta(t-@)", "the row of error signals `q` steps back"),
        Symbol("e", r"\theta(t)", "theta(t)", "the row of error signals at time `t`"),
        Symbol("F", r"F'(t-@)", "F'(t-@)", "the diagonal matrix of slopes at time `t-q`"),
        _FLOW,
        Symbol("a", r"\theta_u", "theta_u", "the error signal of unit `u` at time `t`, where all others are 0"),
        Symbol("x", r"\theta_#(t-@)", "theta_#(t-@)", "the error signal that it causes `q` steps back"),
        Symbol("p", r"\Pi_{@,u#}", "Pi[@]_u#", "the sum over paths of `q` steps from `u` of the products along them"),
        Symbol("c", r"c_{@,#}", "c[@]_#", "the number of these paths"),
        Symbol("f", r"f'_#(t-@)", "f'_#(t-@)", "the slope of a unit at time `t-q`"),
        Symbol("w", "w_{lv}", "w_lv"),
        Symbol("v", "w_{uv}", "w_uv"),
        Symbol("X", r"X_{@}", "X[@]"),
        Symbol("S", r"S_{@}", "S[@]"),
        Symbol("C", r"C_{@}", "C[@]"),
        Symbol("Wx", "W^{(2)}", "W2", "the weights of two units, written out"),
        Symbol("Sum", r"\Sigma", "Sum", "the sum over the four paths of three steps from unit `u` to unit `v`", _WALKS),
        Symbol("Fa", "F'_1", "F'1"),
        Symbol("Fb", "F'_2", "F'2"),
        Symbol("Fc", "F'_3", "F'3"),
    ),
)

AS_PRINTED = Theorem(
    name="rnn.path_sum_as_printed",
    title="The printed subscripts of eq. (2) give the flow of the transposed matrix",
    statement=Statement(
        real=("f", "fl", "wuv", "wvu", "wul", "wlu"),
        integer=("n",),
        matrix=("W", "V", "F", "P", "Q"),
        sums=(("R", "n", "wul*fl*wlu*f"), ("S", "n", "wlu*fl*wul*f")),
        running=("wul", "wlu", "fl"),
        assume=("n >= 1", "f > 0"),
        recurrence=Recurrence(
            "q",
            1,
            ("F",),
            accumulate=(Accumulated("P", "product_right", "W*F"), Accumulated("Q", "product_right", "V*F")),
        ),
        parts=(
            Part(("f*wuv = f*wvu iff wuv = wvu",)),
            Part(("R = S",)),
            Part(("P = Q",), assume=("V = W",), induction=True),
        ),
    ),
    scope="schema in n and q",
    source="Hochreiter & Schmidhuber 1997, section 3.1, eq. (2) as printed: f'_{l_m} w_{l_m l_{m-1}}",
    sharp="differs already at q = 1: f'_v w_vu against f'_v w_uv",
    points=({"n": "2", "f": "1", "W": "1", "V": "1", "F": "1/4", "P": "1/4", "Q": "1/4"},),
    neighbour=Neighbour(
        "iff wuv = wvu", "iff wuv = 2*wvu", "f*wuv = f*wvu iff wuv = 2*wvu", {"f": "1", "wuv": "1", "wvu": "1"}
    ),
    symbols=(
        _FLOW,
        Symbol("Q", r"\tilde\Theta_{@}", "Theta~[@]", "the same sum with the printed subscripts"),
        Symbol("V", "W^{T}", "W^T", "the transposed weight matrix"),
        Symbol("F", r"F'(t-@)", "F'(t-@)", "the diagonal matrix of slopes at time `t-q`"),
        Symbol("wuv", "w_{uv}", "w_uv"),
        Symbol("wvu", "w_{vu}", "w_vu"),
        Symbol("wul", "w_{ul}", "w_ul"),
        Symbol("wlu", "w_{lu}", "w_lu"),
        Symbol("f", "f'", "f'", "the slope of the last unit"),
        Symbol("fl", "f'_l", "f'_l"),
        Symbol("R", meaning="entry `(u, u)` of the flow at `q = 2`"),
        Symbol("S", meaning="the same as printed"),
    ),
)

PATH_BOUND = Theorem(
    name="rnn.path_bound",
    title="Bounded weights bound every entry of the flow, without the factor n",
    statement=Statement(
        real=("m", "w", "v", "p", "K", "net"),
        integer=("n",),
        let=(("s", "logistic", "net"), ("f", "", "s*(1 - s)")),
        sums=(("S", "n", "p*w"),),
        running=("w", "v", "p", "net"),
        assume=("n >= 1", "-m <= w <= m", "-m <= v <= m"),
        recurrence=Recurrence(
            "q",
            1,
            ("p", "net"),
            base=("p = v*f",),
            step=("p' = S*f'",),
            accumulate=(Accumulated("K", "product", "n*m/4"),),
        ),
        parts=(Part(("-K <= n*p <= K",), induction=True),),
    ),
    scope="schema in n and q",
    source="Hochreiter & Schmidhuber 1997, section 3.1, weak upper bound n tau^q, tau = n w_max / 4; n^2 times this",
    sharp="attained at every q: all weights w_max, biases -n w_max / 2, activations 1/2 (rnn.weights_below_four)",
    points=({"n": "2", "m": "3", "w": "3", "v": "3", "net": "0", "s": "1/2", "p": "3/4", "K": "3/2"},),
    step_point={
        "n": "2",
        "m": "3",
        "w": "3",
        "v": "3",
        "net": "0",
        "s": "1/2",
        "net'": "0",
        "s'": "1/2",
        "p": "3/4",
        "S": "9/2",
        "p'": "9/8",
    },
    neighbour=Neighbour(
        "n*p <= K",
        "2*n*p <= K",
        "-K <= 2*n*p <= K",
        {"n": "2", "m": "3", "w": "3", "v": "3", "net": "0", "s": "1/2", "p": "3/4", "K": "3/2"},
    ),
    symbols=(
        Symbol("p", r"\Theta_{@,u#}", "Theta[@]_u#", "one entry of the `q`-step flow"),
        Symbol("m", r"w_{\max}", "w_max", "the largest modulus of a weight"),
        Symbol("w", "w_{lv}", "w_lv"),
        Symbol("v", "w_{uv}", "w_uv"),
        Symbol("net", r"\mathrm{net}_{v}(t-@)", "net_v(t-@)"),
        Symbol("s", r"s_{@}", "s[@]"),
        Symbol("f", r"f'_{@}", "f'[@]", "the slope of unit `v` at time `t-q`"),
        Symbol("S", r"S_{@}", "S[@]"),
    ),
    depends=("logistic.slope", "rnn.path_sum"),
)

PATH_FACTORS = Theorem(
    name="rnn.path_factors",
    title="Factors above 1 need not explode, factors below 1 need not vanish",
    statement=Statement(
        real=("a", "p", "K"),
        integer=("n",),
        matrix=("Phi",),
        blocks=(("W", (("8", "8"), ("-8", "-8"))), ("J", (("1/4*8", "1/4*8"), ("-1/4*8", "-1/4*8")))),
        sums=(("S", "n", "a*p"),),
        running=("p",),
        assume=("n = 5", "a = 9/10"),
        recurrence=Recurrence(
            "q",
            1,
            ("p",),
            base=("p = a",),
            step=("p' = S",),
            accumulate=(Accumulated("Phi", "product", "J"), Accumulated("K", "product", "n*a")),
        ),
        parts=(
            Part(("1/4*8 > 1", "4*J = W", "J*J = 0")),
            Part(("J*Phi = 0",), induction=True),
            Part(("a < 1", "n*a > 4")),
            Part(("n*p = K", "K >= 1"), induction=True),
        ),
    ),
    scope="instance: W = [[8, 8], [-8, -8]] with slopes 1/4, and n = 5 with all factors 9/10; every q",
    source="against Hochreiter & Schmidhuber 1997, section 3.1: |f' w| > 1 for all m blows up, |f' w| < 1 vanishes",
    sharp="the flow is exactly 0 from q = 2 on; it is (9/2)^q / 5 in every entry",
    points=({"n": "5", "a": "9/10", "p": "9/10", "K": "9/2", "Phi": (("2", "2"), ("-2", "-2"))},),
    step_point={"n": "5", "a": "9/10", "p": "9/10", "S": "81/20", "p'": "81/20"},
    neighbour=Neighbour("J*J = 0", "J*J = J", "J*J = J", {"J": (("2", "2"), ("-2", "-2"))}),
    symbols=(
        Symbol(
            "p",
            r"\Theta_{@,u#}",
            "Theta[@]_u#",
            "an entry of the flow of `n = 5` units whose factors `|f' w|` are all `a`",
        ),
        Symbol("Phi", r"\Phi_{@}", "Phi[@]", "the flow with every factor `|f' w|` equal to 2"),
        Symbol("S", r"S_{@}", "S[@]"),
        Symbol("W", meaning="a weight matrix"),
        Symbol("J", meaning="its Jacobian at slopes `1/4`"),
    ),
)

BELOW_FOUR = Theorem(
    name="rnn.weights_below_four",
    title="Weights below 4 need not vanish",
    statement=Statement(
        real=("w", "b", "y", "net", "p", "K"),
        integer=("n",),
        let=(("s", "logistic", "net"), ("f", "", "s*(1 - s)")),
        sums=(("A", "n", "w*y"), ("S", "n", "p*w")),
        running=("y", "p"),
        assume=("n >= 2", "n*w >= 4", "w < 4", "b = -n*w/2"),
        recurrence=Recurrence(
            "q",
            1,
            ("y", "net", "p"),
            base=("y = 1/2", "net = 0", "p = w*f"),
            step=("net' = A + b", "y' = s'", "p' = S*f'"),
            accumulate=(Accumulated("K", "product", "n*w/4"),),
        ),
        parts=(Part(("y = 1/2", "net = 0", "n*p = K", "K >= 1"), induction=True), Part(("n*p >= 1",))),
    ),
    scope="schema in n and q",
    source="against Hochreiter & Schmidhuber 1997, section 3.1: error flow tends to vanish for weights below 4.0",
    sharp="w = 4/n holds every entry at 1/n; n = 2, w = 3, b = -3 gives (1/2)(3/2)^q",
    points=({"n": "2", "w": "3", "b": "-3", "y": "1/2", "net": "0", "s": "1/2", "p": "3/4", "K": "3/2"},),
    step_point={
        "n": "2",
        "w": "3",
        "b": "-3",
        "y": "1/2",
        "net": "0",
        "s": "1/2",
        "A": "3",
        "net'": "0",
        "s'": "1/2",
        "y'": "1/2",
        "p": "3/4",
        "S": "9/2",
        "p'": "9/8",
    },
    neighbour=Neighbour(
        "n*p >= 1",
        "n*p < 1",
        "n*p < 1",
        {"n": "2", "w": "3", "b": "-3", "y": "1/2", "net": "0", "s": "1/2", "p": "3/4"},
    ),
    symbols=(
        Symbol("y", r"y_{@}", "y[@]", "the activation of every unit"),
        Symbol("w", meaning="the value of every weight"),
        Symbol("b", meaning="the bias of every unit"),
        Symbol("net", r"\mathrm{net}_{@}", "net[@]"),
        Symbol("p", r"\Theta_{@,u#}", "Theta[@]_u#", "one entry of the `q`-step flow"),
        Symbol("s", r"s_{@}", "s[@]"),
        Symbol("f", r"f'_{@}", "f'[@]"),
        Symbol("A", r"A_{@}", "A[@]"),
        Symbol("S", r"S_{@}", "S[@]"),
    ),
    depends=("logistic.slope", "rnn.path_sum"),
)
