"""The gates of a memory cell: how long one keeps the error, and how one must not be wired.

forget_gate.half_life: a constant forget gate f = sigma(b) keeps f^T >= eps if and only if b >= -ln(eps^(-1/T) - 1), and
at least half for ln 2 / ln(1 + e^-b) steps.
forget_gate.product: gates f_t = e^-x_t keep the share e^-(x_1 + ... + x_T), which is at most e^-a if and only if that
sum is at least a: the error vanishes if and only if the sum of -ln f_t diverges.
output.sum_is_wrong: o + tanh(c) in place of o tanh(c) leaves (-1, 1), lets the cell out of a closed gate, and its slope
in c does not feel the gate.
output.shared_gate: an output gate with the input gate's weights and bias is the input gate.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

HALF_LIFE = Theorem(
    name="forget_gate.half_life",
    title="How long a constant forget gate keeps the error",
    statement=Statement(
        real=("b", "a", "lam", "tau", "K", "L", "j"),
        let=(
            ("f", "logistic", "b"),
            ("p", "logistic", "a"),
            ("E", "exp", "-b"),
            ("A", "exp", "-a"),
            ("X", "exp", "lam"),
            ("H", "exp", "tau*lam"),
            ("m", "exp", "-lam"),
            ("Y", "exp", "-j*lam"),
            ("Z", "exp", "-tau*lam"),
            ("zero", "", "0"),
            ("one", "exp", "0"),
        ),
        recurrence=Recurrence(
            "T",
            1,
            (),
            accumulate=(
                Accumulated("K", "product", "f"),
                Accumulated("L", "product", "p"),
                Accumulated("j", "sum", "1"),
            ),
        ),
        parts=(
            Part(("f*(1 + E) = 1", "p*(1 + A) = 1")),
            Part(("K > 0", "L > 0", "K >= L iff b >= a"), induction=True),
            Part(("K = Y", "K >= 1/2 iff j <= tau"), assume=("X = 1 + E", "H = 2"), induction=True),
        ),
    ),
    scope="schema in T",
    source="follows from f = sigma(b): eps = p^T has -ln(eps^(-1/T) - 1) = a and half-life ln 2 / ln(1 + e^-b) = tau",
    sharp="equal at b = a; exactly 1/2 at T = tau, which is 1 for b = 0",
    points=(
        {
            "b": "0",
            "a": "0",
            "f": "1/2",
            "p": "1/2",
            "E": "1",
            "A": "1",
            "X": "2",
            "H": "2",
            "tau": "1",
            "j": "1",
            "K": "1/2",
            "L": "1/2",
        },
    ),
    neighbour=Neighbour("j <= tau", "2*j <= tau", "K >= 1/2 iff 2*j <= tau", {"K": "1/2", "j": "1", "tau": "1"}),
    symbols=(
        Symbol("b", "b", "b", "the bias of a forget gate that is otherwise fed nothing"),
        Symbol("a", "a", "a", "the bias at which a gate keeps the share `p` at each step, `eps = p^T` after `T` steps"),
        Symbol("lam", r"\lambda", "lambda", "the rate of decay"),
        Symbol("tau", r"\tau", "tau", "the half-life"),
        Symbol("E", r"e^{-b}", "exp(-b)"),
        Symbol("A", r"e^{-a}", "exp(-a)"),
        Symbol("X", r"e^{\lambda}", "exp(lambda)"),
        Symbol("H", r"e^{\tau \lambda}", "exp(tau lambda)"),
        Symbol("Y", r"e^{-\lambda @}", "exp(-@ lambda)"),
        Symbol("j", "@", "@"),
    ),
    depends=("logistic.slope",),
)

PRODUCT = Theorem(
    name="forget_gate.product",
    title="What forget gates keep vanishes if and only if the sum of their rates diverges",
    statement=Statement(
        real=("x", "a", "s", "z", "K", "X"),
        let=(("f", "exp", "-x"), ("Y", "exp", "-X"), ("A", "exp", "-a"), ("one", "exp", "0")),
        recurrence=Recurrence(
            "T",
            0,
            ("x", "s"),
            base=("s = z",),
            step=("s' = f'*s",),
            always=("x >= 0",),
            accumulate=(Accumulated("K", "product", "f"), Accumulated("X", "sum", "x")),
        ),
        parts=(
            Part(("s = K*z", "K = Y", "X >= 0"), induction=True),
            Part(("0 < K <= 1", "K <= A iff X >= a")),
        ),
    ),
    scope="schema in T, for any gates above 0 and at most 1",
    source="Gers, Schmidhuber & Cummins 2000; the carousel with a gate on its loop",
    sharp="an identity; with f_t = 1 - 1/(t+1)^2 at every step the gates keep more than half for ever",
    points=({"x": "0", "f": "1", "a": "0", "A": "1", "s": "1", "z": "1", "K": "1", "X": "0", "Y": "1"},),
    step_point={"x": "0", "x'": "0", "f'": "1", "s": "1", "s'": "1"},
    neighbour=Neighbour("X >= a", "X >= 2*a", "K <= A iff X >= 2*a", {"a": "1", "X": "1", "K": "1/3"}),
    symbols=(
        Symbol("x", "x_{@}", "x[@]", "the rate `-ln f_T` of the forget gate of one unit at step `T`"),
        Symbol("f", "f_{@}", "f[@]"),
        Symbol("K", "K_{@}", "K[@]"),
        Symbol("X", "X_{@}", "X[@]"),
        Symbol("A", "e^{-a}", "exp(-a)"),
        Symbol("Y", "e^{-X_{@}}", "exp(-X[@])"),
        Symbol("s", r"\delta c_{@}", "dc[@]", "the change of the cell state after step `T`, along the carry"),
        Symbol("z", meaning="that before step 1"),
    ),
    depends=("lstm.factorisation",),
)

SUM_IS_WRONG = Theorem(
    name="output.sum_is_wrong",
    title="A gate that is added does not close",
    statement=Statement(
        real=("o", "c"),
        let=(("t", "tanh", "c"),),
        assume=("0 <= o <= 1",),
        parts=(
            Part(("d(o + t, c) = 1 - t**2", "d(o*t, c) = o*(1 - t**2)", "-o <= o*t <= o", "-1 < o*t < 1")),
            Part(
                ("o*t = 0", "d(o*t, c) = 0", "o + t = t", "o + t = 0 iff c = 0", "d(o + t, c) > 0"), assume=("o = 0",)
            ),
            Part(("o + t > 1",), assume=("o = 1", "c > 0")),
        ),
    ),
    scope="universal",
    source="against h = o + squash(c); Hochreiter & Schmidhuber 1997, section 4: y_c = y_out h(s)",
    sharp="o tanh(c) stays inside (-1, 1), o + tanh(c) takes every value between -1 and 2",
    points=({"o": "0", "c": "0", "t": "0"}, {"o": "1", "c": "1"}),
    neighbour=Neighbour(
        "d(o + t, c) = 1 - t**2", "d(o + t, c) = o*(1 - t**2)", "d(o + t, c) = o*(1 - t**2)", {"o": "0", "t": "0"}
    ),
    symbols=(
        Symbol("o", "o", "o", "the output gate"),
        Symbol("c", "c", "c", "the state of the cell"),
        Symbol("t", r"\tanh(c)", "tanh(c)"),
    ),
    depends=("tanh.slope",),
)

SHARED_GATE = Theorem(
    name="output.shared_gate",
    title="An output gate with the weights of the input gate is the input gate",
    statement=Statement(
        real=("w", "v", "z", "b", "c"),
        integer=("p",),
        let=(("i", "logistic", "A + b"), ("o", "logistic", "B + c")),
        sums=(("A", "p", "w*z"), ("B", "p", "v*z")),
        running=("w", "v", "z"),
        assume=("p >= 1",),
        parts=(Part(("o = i iff B + c = A + b",)), Part(("o = i",), assume=("v = w", "c = b"))),
    ),
    scope="schema in p, for any state and input, so at every step",
    source="against O_t = sigma(W_i [h, x] + b); in 1997, section 4, net_out has weights of its own",
    sharp="an identity; p = n + m sources, so that n (n + m + 1) parameters are lost",
    points=({"p": "1", "w": "0", "v": "0", "z": "1", "b": "0", "c": "0"},),
    neighbour=Neighbour(
        "o = i iff B + c = A + b",
        "o = i iff B + c = 2*A + b",
        "o = i iff B + c = 2*A + b",
        {"A": "1", "B": "1", "b": "-1", "c": "-1", "o": "1/2", "i": "1/2"},
    ),
    symbols=(
        Symbol("p", "p", "p", "the number of sources that the gates read"),
        Symbol("z", "z_l", "z_l", "a source, an old hidden state or an input"),
        Symbol("w", "w_l", "w_l", "a weight of the input gate"),
        Symbol("v", "v_l", "v_l", "a weight of the output gate"),
        Symbol("b", "b_i", "b_i"),
        Symbol("c", "b_o", "b_o"),
        Symbol("A", r"\mathrm{net}_i", "net_i"),
        Symbol("B", r"\mathrm{net}_o", "net_o"),
    ),
)
