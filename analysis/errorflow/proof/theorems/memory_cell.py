"""The carousel of the memory cell: what makes its error flow constant.

carousel.linear_unit: a differentiable f with f'(x) w = 1 everywhere is f(x) = x/w + C; the activation that it carries
from step to step is y(0) + C t, so that it is kept if and only if C = 0.
lstm1997.carousel: the truncated Jacobian of the 1997 cell is [[I, 0], [D, 0]] at every step, and so is the product of
any q of them, with the D of the newest step: the error from the output at time t to what enters q steps before is
D(t) E(t-q), with no factor from the steps between (eq. 41).
lstm1997.carousel_bound: eq. (41) is below 1/2 for the cell input and below 1/4 for the input gate, at any lag.
lstm.factorisation: the Jacobian of a cell with state (c, h) is [[I, 0], [D, I]] [[F, A], [0, B]]; its determinant is
det F det B; its truncated product is [[F_q .. F_1, 0], [D_q F_q .. F_1, 0]].
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

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
    scope="schema in t, for any f with f' w = 1 at every net input, not only at those that the unit meets",
    source=f"{_H97}, section 3.2: f(x) = x/w, where the constant C is left out",
    sharp="an identity; with C other than 0 the error flow is constant and the activation drifts by C at every step",
    points=({"w": "2", "k": "1/2", "a": "3", "y": "3", "fy": "3", "C": "0", "j": "0"},),
    step_point={"w": "2", "k": "1/2", "a": "3", "y": "3", "fy": "4", "C": "1", "j": "0", "y'": "4"},
    neighbour=Neighbour(
        "fy = y iff C = 0", "fy = y iff C = 1", "fy = y iff C = 1", {"w": "1", "k": "1", "y": "1", "fy": "1", "C": "0"}
    ),
    symbols=(
        Symbol("k", "f'", "f'"),
        Symbol("fx", "f(x)", "f(x)"),
        Symbol("fy", r"f(w y_{@})", "f(w y[@])"),
        Symbol("C", "C", "C"),
        Symbol("y", r"y_{@}", "y[@]", "the activation at step `t` of a unit whose only input is itself"),
        _INDEX,
    ),
)

CAROUSEL = Theorem(
    name="lstm1997.carousel",
    title="The truncated error flow of the 1997 cell is the same at every lag",
    statement=Statement(
        matrix=("D", "G", "E", "Phi"),
        blocks=(
            ("J", (("1", "0"), ("D", "0"))),
            ("out", (("0", "1"),)),
            ("into", (("E",), ("G*E",))),
        ),
        recurrence=Recurrence("q", 1, ("D",), accumulate=(Accumulated("Phi", "product", "J"),)),
        parts=(Part(("Phi = J",), induction=True), Part(("out*Phi*into = D*E",))),
    ),
    scope="schema in q and in the numbers of cells and of gates",
    source=f"{_H97}, appendix A.2, eqs. (30), (35) and (41)",
    sharp="an identity; the lag enters through E, the values at the step of entry, alone",
    points=({"D": "1/2", "G": "1/3", "E": "1/5", "Phi": (("1", "0"), ("1/2", "0"))},),
    neighbour=Neighbour(
        "= D*E",
        "= G*E",
        "out*Phi*into = G*E",
        {"out": (("0", "1"),), "Phi": (("1", "0"), ("1/2", "0")), "into": (("1",), ("1/3",)), "G": "1/3", "E": "1"},
    ),
    symbols=(
        Symbol(
            "D",
            r"D_{@}",
            "D[@]",
            "the derivative of the cell outputs in the cell states at step `q`, in 1997 the "
            "diagonal matrix of `y^out h'(s)`",
        ),
        Symbol("G", "D_{0}", "D[0]", "the same at the step of entry"),
        Symbol(
            "E",
            meaning="the derivative of the cell states in what enters: the diagonal matrix of "
            "`g'(net_c) y^in` for the cell input, of `g(net_c) f'(net_in)` for the input gate",
        ),
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
            ("o", "logistic", "b"),
            ("i", "logistic", "a"),
            ("sigma_s", "logistic", "s"),
            ("sigma_z", "logistic", "z"),
            ("h", "", "2*sigma_s - 1"),
            ("g", "", "4*sigma_z - 2"),
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
    sharp="suprema, not attained, at s = 0 as y_out -> 1: 1/2 as y_in -> 1, net_c = 0; 1/4 as |g| -> 2, y_in = 1/2",
    points=({"s": "0", "b": "0", "a": "0", "z": "0", "o": "1/2", **_BOUND_AT},),
    neighbour=Neighbour(
        "o*d(h, s)*d(g, z)*i < 1/2", "o*d(h, s)*d(g, z)*i < 1/9", "o*d(h, s)*d(g, z)*i < 1/9", {"o": "1/2", **_BOUND_AT}
    ),
    symbols=(
        Symbol("s", "s", "s", "the state of the cell at time `t`"),
        Symbol("b", r"\mathrm{net}_{\mathrm{out}}", "net_out"),
        Symbol("a", r"\mathrm{net}_{\mathrm{in}}", "net_in", "the net input of the input gate at the step of entry"),
        Symbol("z", r"\mathrm{net}_{c}", "net_c", "the net input of the cell at the step of entry"),
        Symbol("o", r"y^{\mathrm{out}}", "y_out"),
        Symbol("i", r"y^{\mathrm{in}}", "y_in"),
        Symbol("sigma_s", r"\sigma(s)", "logistic(s)"),
        Symbol("sigma_z", r"\sigma(\mathrm{net}_{c})", "logistic(net_c)"),
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
            ("J", (("F", "A"), ("D*F", "D*A + B"))),
            ("L", (("1", "0"), ("D", "1"))),
            ("R", (("F", "A"), ("0", "B"))),
            ("Jtr", (("F", "0"), ("D*F", "0"))),
            ("Q", (("P", "0"), ("D*P", "0"))),
        ),
        recurrence=Recurrence(
            "q",
            1,
            ("F", "A", "D", "B", "dc", "dh", "dc1", "dh1", "detJ", "detL", "detR", "detF", "detB", "delta"),
            base=("delta = detJ",),
            step=("delta' = detJ'*delta",),
            always=("detJ = detL*detR", "detL = 1", "detR = detF*detB"),
            accumulate=(
                Accumulated("P", "product", "F"),
                Accumulated("Phi", "product", "Jtr"),
                Accumulated("K", "product", "detF"),
                Accumulated("M", "product", "detB"),
            ),
        ),
        parts=(
            Part(("J = L*R",)),
            Part(("dh1 = D*F*dc + (D*A + B)*dh",), assume=("dc1 = F*dc + A*dh", "dh1 = D*dc1 + B*dh")),
            Part(("detJ = detF*detB",)),
            Part(("delta = K*M",), induction=True),
            Part(("Phi = Q",), induction=True),
        ),
    ),
    scope="schema in q and n",
    assumes=(
        "the determinant is multiplicative",
        "that of a triangular block matrix is the product of those of its diagonal blocks",
    ),
    source="chain rule; Hochreiter & Schmidhuber 1997 with F = I, Gers, Schmidhuber & Cummins 2000 with F = D(f)",
    sharp="an identity",
    points=(
        {
            "F": "1/2",
            "A": "1",
            "D": "1/3",
            "B": "1/5",
            "detJ": "1/10",
            "detL": "1",
            "detR": "1/10",
            "detF": "1/2",
            "detB": "1/5",
            "delta": "1/10",
            "P": "1/2",
            "Phi": (("1/2", "0"), ("1/6", "0")),
            "K": "1/2",
            "M": "1/5",
            "dc": "2",
            "dh": "5",
            "dc1": "6",
            "dh1": "3",
            "Jtr": (("1/2", "0"), ("1/6", "0")),
        },
    ),
    step_point={
        "detJ": "1/10",
        "detL": "1",
        "detR": "1/10",
        "detF": "1/2",
        "detB": "1/5",
        "delta": "1/10",
        "detJ'": "1",
        "delta'": "1/10",
    },
    neighbour=Neighbour(
        "detJ = detF*detB", "detJ = detF + detB", "detJ = detF + detB", {"detJ": "1/10", "detF": "1/2", "detB": "1/5"}
    ),
    symbols=(
        Symbol("F", r"F_{@}", "F[@]", "the derivative of the new cell state in the old one, hidden state fixed"),
        Symbol("A", r"A_{@}", "A[@]", "that in the old hidden state"),
        Symbol("D", r"D_{@}", "D[@]", "the derivative of the new hidden state in the new cell state"),
        Symbol("B", r"B_{@}", "B[@]", "that in the old hidden state, cell state fixed"),
        Symbol("dc", r"\delta c_{@}", "dc[@]"),
        Symbol("dh", r"\delta h_{@}", "dh[@]"),
        Symbol("dc1", r"\delta c^{+}_{@}", "dc+[@]", "the change of the new cell state that follows"),
        Symbol("dh1", r"\delta h^{+}_{@}", "dh+[@]", "the change of the new hidden state that follows"),
        Symbol("J", r"J_{@}", "J[@]"),
        Symbol("L", r"L_{@}", "L[@]"),
        Symbol("R", r"R_{@}", "R[@]"),
        Symbol("Jtr", r"\tilde J_{@}", "J~[@]"),
        Symbol("Phi", r"\tilde\Phi_{@}", "Phi~[@]", "the truncated `q`-step flow"),
        Symbol("Q", r"Q_{@}", "Q[@]"),
        Symbol("P", r"P_{@}", "P[@]"),
        Symbol("detJ", r"\det J_{@}", "det J[@]"),
        Symbol("detL", r"\det L_{@}", "det L[@]"),
        Symbol("detR", r"\det R_{@}", "det R[@]"),
        Symbol("detF", r"\det F_{@}", "det F[@]"),
        Symbol("detB", r"\det B_{@}", "det B[@]"),
        Symbol("delta", r"\det\Phi_{@}", "det Phi[@]", "the determinant of the full `q`-step flow"),
        Symbol("K", r"\Pi^{F}_{@}", "Pi_F[@]"),
        Symbol("M", r"\Pi^{B}_{@}", "Pi_B[@]"),
    ),
)
