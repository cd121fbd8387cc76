"""Two networks that correct what is widely said of eigenvalues and of the logistic function.

rnn.nilpotent: a W with both eigenvalues 0 whose flow is 2^(q-1) J: the spectral radius of W decides nothing.
rnn.conjugacy: the logistic network with 4W is the tanh network with W in other units, with the same Jacobian.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

NILPOTENT = Theorem(
    name="rnn.nilpotent",
    title="Both eigenvalues of W are 0, and the flow doubles at every step",
    statement=Statement(
        real=("x1", "x2", "a", "K"),
        matrix=("Phi",),
        let=(("t1", "tanh", "x1"), ("t2", "tanh", "x2"), ("ta", "tanh", "a")),
        blocks=(
            ("W", (("8", "8"), ("-8", "-8"))),
            ("D", (("1", "0"), ("0", "3/4"))),
            ("J", (("8", "6"), ("-8", "-6"))),
            ("G", (("128", "96"), ("96", "72"))),
            ("Jt", (("8", "-8"), ("6", "-6"))),
        ),
        assume=("ta = 1/2",),
        recurrence=Recurrence(
            "q",
            1,
            ("x1", "x2"),
            base=("x1 = 0", "x2 = a"),
            step=("x1' = 8*t1 + 8*t2 - 4", "x2' = -8*t1 - 8*t2 + a + 4"),
            accumulate=(Accumulated("Phi", "product", "J"), Accumulated("K", "product", "2", 2)),
        ),
        parts=(
            Part(("x1 = 0", "x2 = a", "1 - t1**2 = 1", "1 - t2**2 = 3/4"), induction=True),
            Part(("W*W = 0", "W*D = J", "J*J = 2*J")),
            Part(("Phi = K*J",), induction=True),
            Part(("Jt*J = G", "G*G = 200*G")),
        ),
    ),
    scope="schema in q, for this W of two tanh units, x' = W tanh(x) + (-4, a + 4), tanh(a) = 1/2",
    source="against Pascanu, Mikolov & Bengio 2013, section 2.1: a largest eigenvalue below 1/gamma suffices to vanish",
    sharp="exactly 2^(q-1) J, of spectral norm 2^(q-1) sqrt 200, since J^T J = G has the eigenvalues 0 and 200",
    points=({"ta": "1/2", "x1": "0", "x2": "7/11", "a": "7/11", "Phi": (("8", "6"), ("-8", "-6")), "K": "1"},),
    existence=("x1 = 0",),
    neighbour=Neighbour("J*J = 2*J", "J*J = J", "J*J = J", {"J": (("8", "6"), ("-8", "-6"))}),
    symbols=(
        Symbol("Phi", r"\Phi_{@}", "Phi[@]", "the `q`-step flow"),
        Symbol("Jt", "J^{T}", "J^T"),
        Symbol("D", meaning="the slopes `tanh'` along the orbit"),
        Symbol("J", meaning="the Jacobian of `x -> W tanh(x) + b` along the orbit"),
        Symbol("x1", r"x_{1,@}", "x1[@]"),
        Symbol("x2", r"x_{2,@}", "x2[@]"),
        Symbol("t1", r"t_{1,@}", "t1[@]"),
        Symbol("t2", r"t_{2,@}", "t2[@]"),
        Symbol("ta", "t_a", "t_a"),
    ),
    depends=("tanh.slope",),
)

CONJUGACY = Theorem(
    name="rnn.conjugacy",
    title="A logistic network with 4W is a tanh network with W",
    statement=Statement(
        real=("y", "h", "W", "x", "b", "ny", "nh"),
        integer=("n",),
        let=(("sy", "logistic", "ny"), ("th", "tanh", "nh")),
        sums=(("A", "n", "4*W*y"), ("H", "n", "W*h"), ("R", "n", "W")),
        running=("W", "y", "h", "x", "b", "ny", "nh"),
        assume=("n >= 1",),
        recurrence=Recurrence(
            "q",
            0,
            ("y", "h", "x", "ny", "nh"),
            base=("y = (1 + h)/2",),
            step=("nh' = H + x' + b", "h' = th'", "ny' = A + 2*x' + 2*b - 2*R", "y' = sy'"),
        ),
        parts=(Part(("y = (1 + h)/2",), induction=True), Part(("4*y*(1 - y) = 1 - h**2",))),
    ),
    scope="schema in n and the number of steps, for any weights, biases and inputs",
    source="follows from tanh(a) = 2 logistic(2a) - 1",
    sharp="an identity: both networks have the same Jacobian D(4 y (1 - y)) W = D(1 - h^2) W",
    points=(
        {"n": "1", "W": "1", "x": "0", "b": "0", "y": "1/2", "h": "0", "ny": "0", "nh": "0", "sy": "1/2", "th": "0"},
    ),
    step_point={
        "n": "1",
        "W": "1",
        "x": "0",
        "x'": "0",
        "b": "0",
        "y": "1/2",
        "h": "0",
        "A": "2",
        "H": "0",
        "R": "1",
        "nh'": "0",
        "th'": "0",
        "h'": "0",
        "ny'": "0",
        "sy'": "1/2",
        "y'": "1/2",
    },
    neighbour=Neighbour("4*y*(1 - y)", "y*(1 - y)", "y*(1 - y) = 1 - h**2", {"y": "1/2", "h": "0"}),
    symbols=(
        Symbol(
            "y",
            r"y_{@,#}",
            "y[@]_#",
            "a unit of the logistic network with weights `4W`, bias `2b - 2W1`, doubled input",
        ),
        Symbol("h", r"h_{@,#}", "h[@]_#", "the same unit of the tanh network with weights `W`, bias `b`"),
        Symbol("W", "W_{vl}", "W_vl"),
        Symbol("b", "b_v", "b_v"),
        Symbol("x", r"(Ux_{@})_v", "(U x[@])_v", "the input of unit `v`"),
        Symbol("A", r"A_{@}", "A[@]"),
        Symbol("H", r"H_{@}", "H[@]"),
        Symbol("ny", r"\mathrm{net}^{y}_{@}", "net_y[@]"),
        Symbol("nh", r"\mathrm{net}^{h}_{@}", "net_h[@]"),
        Symbol("sy", r"s_{@}", "s[@]"),
        Symbol("th", r"t_{@}", "t[@]"),
    ),
)
