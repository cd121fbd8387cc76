"""The carousel of the memory cell: what makes its error flow constant, and what its gates do to it.

carousel.linear_unit: a differentiable f with f'(x) w = 1 everywhere is f(x) = x/w + C; the activation that it carries
from step to step is y(0) + C t, so that it is kept if and only if C = 0.
lstm1997.carousel: the truncated Jacobian of the 1997 cell is [[I, 0], [D, 0]] at every step, and so is the product of
any q of them, with the D of the newest step: the error from the output at time t to what enters q steps before is
D(t) E(t-q), with no factor from the steps between (eq. 41).
lstm1997.carousel_bound: eq. (41) is below 1/2 for the cell input and below 1/4 for the input gate, at any lag.
lstm.factorisation: the Jacobian of a cell with state (c, h) is [[I, 0], [D, I]] [[F, A], [0, B]]; its determinant is
det F det B; its truncated product is [[F_q .. F_1, 0], [D_q F_q .. F_1, 0]].
forget_gate.half_life: a constant forget gate f = sigma(b) keeps f^T >= eps if and only if b >= -ln(eps^(-1/T) - 1), and
at least half for ln 2 / ln(1 + e^-b) steps.
output.sum_is_wrong: o + tanh(c) in place of o tanh(c) leaves (-1, 1), lets the cell out of a closed gate, and its slope
in c does not feel the gate.
output.shared_gate: an output gate with the input gate's weights and bias is the input gate.
"""

from __future__ import annotations

from ..printing import Symbol
from ..statement import Accumulated, Part, Recurrence, Statement
from ..theorem import Neighbour, Theorem

_H97 = "Hochreiter & Schmidhuber 1997"
_COUNT = Accumulated("j", "sum", "1")
_INDEX = Symbol("j", "@", "@")

LINEAR_UNIT = Theorem(
    name="carousel.linear_unit",
    title="Constant error flow through one unit makes it linear",
    statement=Statement(
        real=("x", "w", "k", "y", "a", "z", "j"),
        functions=(("f", "k"),),
        let=(("o", "", "0"), ("u", "", "w*y"), ("C", "f", "0"), ("fx", "f", "x"), ("fy", "f", "w*y"), ("fz", "f", "z")),
        assume=("k*w = 1",),
        recurrence=Recurrence("t", 0, ("y",), base=("y = a",), step=("y' = fy",), accumulate=(_COUNT,)),
        parts=(
            Part(("fx = k*x + C", "w*(fx - C) = x")),
            Part(("fy = y + C", "fy = y iff C = 0")),
            Part(("y = a + C*j",), induction=True),
        ),
    ),
    scope="universal",
    source=f"{_H97}, section 3.2: f(x) = x/w, where the constant C is left out",
    sharp="an identity; with C other than 0 the error flow is constant and the activation drifts by C at every step",
    points=({"w": "2", "k": "1/2", "a": "3", "y": "3", "fy": "3", "C": "0", "j": "0"},),
    step_point={"w": "2", "k": "1/2", "a": "3", "y": "3", "fy": "4", "C": "1", "j": "0", "y'": "4"},
    neighbour=Neighbour("fy = y iff C = 0", "fy = y iff C = 1", "fy = y iff C = 1",
                        {"w": "1", "k": "1", "y": "1", "fy": "1", "C": "0"}),
    symbols=(
        Symbol("k", "f'", "f'"),
        Symbol("fx", "f(x)", "f(x)"), Symbol("fy", r"f(w y_{@})", "f(w y[@])"), Symbol("C", "C", "C"),
        Symbol("y", r"y_{@}", "y[@]", "the activation at step `t` of a unit whose only input is itself"), _INDEX,
    ),
)

CAROUSEL = Theorem(
    name="lstm1997.carousel",
    title="The truncated error flow of the 1997 cell is the same at every lag",
    statement=Statement(
        matrix=("D", "G", "E", "Phi"),
        blocks=(
            ("J", (("1", "0"), ("D", "0"))), ("out", (("0", "1"),)), ("into", (("E",), ("G*E",))),
        ),
        recurrence=Recurrence("q", 1, ("D",), accumulate=(Accumulated("Phi", "product", "J"),)),
        parts=(Part(("Phi = J",), induction=True), Part(("out*Phi*into = D*E",))),
    ),
    scope="schema in q and in the numbers of cells and of gates",
    source=f"{_H97}, appendix A.2, eqs. (30), (35) and (41)",
    sharp="an identity; the lag enters through E, the values at the step of entry, alone",
    points=({"D": "1/2", "G": "1/3", "E": "1/5", "Phi": (("1", "0"), ("1/2", "0"))},),
    neighbour=Neighbour("= D*E", "= G*E", "out*Phi*into = G*E",
                        {"out": (("0", "1"),), "Phi": (("1", "0"), ("1/2", "0")), "into": (("1",), ("1/3",)), "G": "1/3",
                         "E": "1"}),
    symbols=(
        Symbol("D", r"D_{@}", "D[@]", "the derivative of the cell outputs in the cell states at step `q`, in 1997 the "
               "diagonal matrix of `y^out h'(s)`"),
        Symbol("G", "D_{0}", "D[0]", "the same at the step of entry"),
        Symbol("E", meaning="the derivative of the cell states in what enters: the diagonal matrix of "
               "`g'(net_c) y^in` for the cell input, of `g(net_c) f'(net_in)` for the input gate"),
        Symbol("J", r"J_{@}", "J[@]", "the truncated Jacobian of cell states and outputs at step `q`"),
        Symbol("Phi", r"\Phi_{@}", "Phi[@]", "the truncated `q`-step flow"),
        Symbol("out", r"\pi", "pi", "the row that reads the outputs"),
        Symbol("into", r"\varepsilon", "eps", "the column by which the error enters"),
    ),
)

_BOUND_AT = {"sigma_s": "1/2", "sigma_z": "1/2", "s": "0", "z": "0", "a": "0", "i": "1/2"}

CAROUSEL_BOUND = Theorem(
    name="lstm1997.carousel_bound",
    title="The truncated error flow of the 1997 cell is below 1/2, that of its input gate below 1/4",
    statement=Statement(
        real=("s", "b", "a", "z"),
        let=(
            ("o", "logistic", "b"), ("i", "logistic", "a"), ("sigma_s", "logistic", "s"), ("sigma_z", "logistic", "z"),
            ("h", "", "2*sigma_s - 1"), ("g", "", "4*sigma_z - 2"),
        ),
        parts=(
            Part(("0 < o*d(h, s)*d(g, z)*i < 1/2",)),
            Part(("-1/4 < o*d(h, s)*g*d(i, a) < 1/4",)),
            Part(("o*d(h, s)*d(g, z)*i = o*i/2",), assume=("s = 0", "z = 0")),
            Part(("o*d(h, s)*g*d(i, a) = o*g/8",), assume=("s = 0", "a = 0")),
        ),
    ),
    scope="universal: any values at time t and at the step of entry, so any lag",
    source=f"{_H97}, appendix A.2, eq. (41)",
    sharp="suprema, approached as the gates open and g tends to 2, and not attained",
    points=({"s": "0", "b": "0", "a": "0", "z": "0", "o": "1/2", **_BOUND_AT},),
    neighbour=Neighbour("o*d(h, s)*d(g, z)*i < 1/2", "o*d(h, s)*d(g, z)*i < 1/9", "o*d(h, s)*d(g, z)*i < 1/9",
                        {"o": "1/2", **_BOUND_AT}),
    symbols=(
        Symbol("s", "s", "s", "the state of the cell at time `t`"), Symbol("b", r"\mathit{net}_{\mathrm{out}}", "net_out"),
        Symbol("a", r"\mathit{net}_{\mathrm{in}}", "net_in", "the net input of the input gate at the step of entry"),
        Symbol("z", r"\mathit{net}_{c}", "net_c", "the net input of the cell at the step of entry"),
        Symbol("o", r"y^{\mathrm{out}}", "y_out"), Symbol("i", r"y^{\mathrm{in}}", "y_in"),
        Symbol("sigma_s", r"\sigma(s)", "logistic(s)"), Symbol("sigma_z", r"\sigma(\mathit{net}_{c})", "logistic(net_c)"),
    ),
    depends=("lstm1997.carousel", "logistic.slope", "squash.slopes"),
)

FACTORISATION = Theorem(
    name="lstm.factorisation",
    title="The Jacobian of an LSTM is a product of two triangular ones",
    statement=Statement(
        real=("detJ", "detL", "detR", "detF", "detB", "delta", "K", "M"),
        matrix=("F", "A", "D", "B", "dc", "dh", "dc1", "dh1", "P", "Phi"),
        blocks=(
            ("J", (("F", "A"), ("D*F", "D*A + B"))), ("L", (("1", "0"), ("D", "1"))), ("R", (("F", "A"), ("0", "B"))),
            ("Jtr", (("F", "0"), ("D*F", "0"))), ("Q", (("P", "0"), ("D*P", "0"))),
        ),
        recurrence=Recurrence(
            "q", 1, ("F", "A", "D", "B", "dc", "dh", "dc1", "dh1", "detJ", "detL", "detR", "detF", "detB", "delta"),
            base=("delta = detJ",), step=("delta' = detJ'*delta",),
            always=("detJ = detL*detR", "detL = 1", "detR = detF*detB"),
            accumulate=(Accumulated("P", "product", "F"), Accumulated("Phi", "product", "Jtr"),
                        Accumulated("K", "product", "detF"), Accumulated("M", "product", "detB")),
        ),
        parts=(
            Part(("J = L*R",)),
            Part(("dh1 = D*F*dc + (D*A + B)*dh",), assume=("dc1 = F*dc + A*dh", "dh1 = D*dc1 + B*dh")),
            Part(("detJ = detF*detB",)),
            Part(("delta = K*M",), induction=True),
            Part(("Phi = Q",), induction=True),
        ),
    ),
    scope="schema in q and n; the determinant is multiplicative, and that of a triangular block matrix the product of "
          "those of its diagonal blocks",
    source="chain rule; Hochreiter & Schmidhuber 1997 with F = I, Gers, Schmidhuber & Cummins 2000 with F = D(f)",
    sharp="an identity",
    points=({"F": "1/2", "A": "1", "D": "1/3", "B": "1/5", "detJ": "1/10", "detL": "1", "detR": "1/10", "detF": "1/2",
             "detB": "1/5", "delta": "1/10", "P": "1/2", "Phi": (("1/2", "0"), ("1/6", "0")), "K": "1/2", "M": "1/5",
             "dc": "2", "dh": "5", "dc1": "6", "dh1": "3", "Jtr": (("1/2", "0"), ("1/6", "0"))},),
    step_point={"detJ": "1/10", "detL": "1", "detR": "1/10", "detF": "1/2", "detB": "1/5", "delta": "1/10",
                "detJ'": "1", "delta'": "1/10"},
    neighbour=Neighbour("detJ = detF*detB", "detJ = detF + detB", "detJ = detF + detB",
                        {"detJ": "1/10", "detF": "1/2", "detB": "1/5"}),
    symbols=(
        Symbol("F", r"F_{@}", "F[@]", "the derivative of the new cell state in the old one, hidden state fixed"),
        Symbol("A", r"A_{@}", "A[@]", "that in the old hidden state"),
        Symbol("D", r"D_{@}", "D[@]", "the derivative of the new hidden state in the new cell state"),
        Symbol("B", r"B_{@}", "B[@]", "that in the old hidden state, cell state fixed"),
        Symbol("dc", r"\delta c_{@}", "dc[@]"), Symbol("dh", r"\delta h_{@}", "dh[@]"),
        Symbol("dc1", r"\delta c^{+}_{@}", "dc+[@]", "the change of the new cell state that follows"),
        Symbol("dh1", r"\delta h^{+}_{@}", "dh+[@]", "the change of the new hidden state that follows"),
        Symbol("J", r"J_{@}", "J[@]"), Symbol("L", r"L_{@}", "L[@]"), Symbol("R", r"R_{@}", "R[@]"),
        Symbol("Jtr", r"\tilde J_{@}", "J~[@]"), Symbol("Phi", r"\tilde\Phi_{@}", "Phi~[@]", "the truncated `q`-step flow"),
        Symbol("Q", r"Q_{@}", "Q[@]"), Symbol("P", r"P_{@}", "P[@]"),
        Symbol("detJ", r"\det J_{@}", "det J[@]"), Symbol("detL", r"\det L_{@}", "det L[@]"),
        Symbol("detR", r"\det R_{@}", "det R[@]"), Symbol("detF", r"\det F_{@}", "det F[@]"),
        Symbol("detB", r"\det B_{@}", "det B[@]"),
        Symbol("delta", r"\det\Phi_{@}", "det Phi[@]", "the determinant of the full `q`-step flow"),
        Symbol("K", r"\Pi^{F}_{@}", "Pi_F[@]"), Symbol("M", r"\Pi^{B}_{@}", "Pi_B[@]"),
    ),
)

HALF_LIFE = Theorem(
    name="forget_gate.half_life",
    title="How long a constant forget gate keeps the error",
    statement=Statement(
        real=("b", "a", "lam", "tau", "K", "L", "j"),
        let=(
            ("f", "logistic", "b"), ("p", "logistic", "a"), ("E", "exp", "-b"), ("A", "exp", "-a"), ("X", "exp", "lam"),
            ("H", "exp", "tau*lam"), ("m", "exp", "-lam"), ("Y", "exp", "-j*lam"), ("Z", "exp", "-tau*lam"),
            ("zero", "", "0"), ("one", "exp", "0"),
        ),
        recurrence=Recurrence("T", 1, (), accumulate=(Accumulated("K", "product", "f"), Accumulated("L", "product", "p"),
                                                      _COUNT)),
        parts=(
            Part(("f*(1 + E) = 1", "p*(1 + A) = 1")),
            Part(("K > 0", "L > 0", "K >= L iff b >= a"), induction=True),
            Part(("K = Y", "K >= 1/2 iff j <= tau"), assume=("X = 1 + E", "H = 2"), induction=True),
        ),
    ),
    scope="schema in T",
    source="follows from f = sigma(b): eps = p^T has -ln(eps^(-1/T) - 1) = a and half-life ln 2 / ln(1 + e^-b) = tau",
    sharp="equal at b = a; exactly 1/2 at T = tau, which is 1 for b = 0",
    points=({"b": "0", "a": "0", "f": "1/2", "p": "1/2", "E": "1", "A": "1", "X": "2", "H": "2", "tau": "1", "j": "1",
             "K": "1/2", "L": "1/2"},),
    neighbour=Neighbour("j <= tau", "2*j <= tau", "K >= 1/2 iff 2*j <= tau", {"K": "1/2", "j": "1", "tau": "1"}),
    symbols=(
        Symbol("b", "b", "b", "the bias of a forget gate that is otherwise fed nothing"),
        Symbol("a", "a", "a", "the bias at which a gate keeps the share `p` at each step, `eps = p^T` after `T` steps"),
        Symbol("lam", r"\lambda", "lambda", "the rate of decay"), Symbol("tau", r"\tau", "tau", "the half-life"),
        Symbol("E", r"e^{-b}", "exp(-b)"), Symbol("A", r"e^{-a}", "exp(-a)"), Symbol("X", r"e^{\lambda}", "exp(lambda)"),
        Symbol("H", r"e^{\tau \lambda}", "exp(tau lambda)"), Symbol("Y", r"e^{-\lambda @}", "exp(-@ lambda)"), _INDEX,
    ),
    depends=("logistic.slope",),
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
            Part(("o*t = 0", "d(o*t, c) = 0", "o + t = t", "o + t = 0 iff c = 0", "d(o + t, c) > 0"), assume=("o = 0",)),
            Part(("o + t > 1",), assume=("o = 1", "c > 0")),
        ),
    ),
    scope="universal",
    source=f"against h = o + squash(c); {_H97}, section 4: y_c = y_out h(s)",
    sharp="o tanh(c) stays inside (-1, 1), o + tanh(c) reaches any value below 2",
    points=({"o": "0", "c": "0", "t": "0"}, {"o": "1", "c": "1"}),
    neighbour=Neighbour("d(o + t, c) = 1 - t**2", "d(o + t, c) = o*(1 - t**2)", "d(o + t, c) = o*(1 - t**2)",
                        {"o": "0", "t": "0"}),
    symbols=(Symbol("o", "o", "o", "the output gate"), Symbol("c", "c", "c", "the state of the cell"),
             Symbol("t", r"\tanh(c)", "tanh(c)")),
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
    source="against O_t = sigma(W_i [h, x] + b); the output gate has weights of its own since Hochreiter & Schmidhuber 1997",
    sharp="an identity; p = n + m sources, so that n (n + m + 1) parameters are lost",
    points=({"p": "1", "w": "0", "v": "0", "z": "1", "b": "0", "c": "0"},),
    neighbour=Neighbour("o = i iff B + c = A + b", "o = i iff B + c = 2*A + b", "o = i iff B + c = 2*A + b",
                        {"A": "1", "B": "1", "b": "-1", "c": "-1", "o": "1/2", "i": "1/2"}),
    symbols=(
        Symbol("z", "z_l", "z_l", "what the gates read, the old hidden state and the input"),
        Symbol("w", "w_l", "w_l", "a weight of the input gate"), Symbol("v", "v_l", "v_l", "a weight of the output gate"),
        Symbol("b", "b_i", "b_i"), Symbol("c", "b_o", "b_o"), Symbol("A", r"\mathit{net}_i", "net_i"),
        Symbol("B", r"\mathit{net}_o", "net_o"),
    ),
)
