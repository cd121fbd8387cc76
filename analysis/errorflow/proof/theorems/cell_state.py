"""What keeps the state of a memory cell and the factors of its Jacobian bounded before anything is measured.

lstm.state_bound: with a forget gate at most phi < 1 the cell state stays within max(|c_0|, 1/(1 - phi)).
lstm1997.state_bound: without one it grows by less than 2 at every step.
lstm.constants: alpha, d and beta of lstm.vanishing from the norms of the recurrent weights.
lstm1997.constants: the same for the cell of 1997, where they depend on no state and shrink with the input gate.
lstm.cell_recursion: where the output gate reads no hidden state, the cell state alone carries the error, and differs
from the carry F_q ... F_1 by at most phi ((phi + alpha d)^(q-1) - phi^(q-1)).
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .point import at
from .theorem import Neighbour, Theorem

_H97 = "Hochreiter & Schmidhuber 1997"
_DIAGONAL = "the norm of a diagonal matrix is its largest modulus, which one unit has"
_SUM = "the norm obeys the triangle inequality and is submultiplicative"

STATE_BOUND = Theorem(
    name="lstm.state_bound",
    title="A forget gate below 1 keeps the cell state bounded",
    statement=Statement(
        real=("a", "b", "e", "c", "phi", "M"),
        let=(("f", "logistic", "a"), ("i", "logistic", "b"), ("g", "tanh", "e")),
        assume=("M*(1 - phi) >= 1", "phi < 1"),
        recurrence=Recurrence(
            "t",
            0,
            ("a", "b", "e", "c"),
            base=("-M <= c <= M",),
            step=("c' = f'*c + i'*g'",),
            always=("f <= phi",),
        ),
        parts=(Part(("-M <= c <= M",), induction=True),),
    ),
    scope="schema in t, for every unit by itself",
    source="c_t = f_t c_{t-1} + i_t g_t; Gers, Schmidhuber & Cummins 2000",
    sharp="approached by constant inputs with f = phi, i and g near 1: c_t = (1 - phi^t)/(1 - phi) from 0",
    points=({"a": "0", "f": "1/2", "phi": "1/2", "M": "2", "c": "1"},),
    step_point=at("a=0 b=0 e=0 f=1/2 i=1/2 g=0 phi=1/2 M=2 c=1 a'=0 b'=0 e'=0 f'=1/2 i'=1/2 g'=0 c'=1/2"),
    neighbour=Neighbour("<= M", "<= M/2", "c <= M/2", {"c": "2", "M": "2"}),
    symbols=(
        Symbol("c", "c_{@}", "c[@]", "the cell state of one unit"),
        Symbol("f", "f_{@}", "f[@]", "its forget gate"),
        Symbol("i", "i_{@}", "i[@]", "its input gate"),
        Symbol("g", "g_{@}", "g[@]", "its candidate"),
        Symbol("a", r"\mathrm{net}^{f}_{@}", "net_f[@]"),
        Symbol("b", r"\mathrm{net}^{i}_{@}", "net_i[@]"),
        Symbol("e", r"\mathrm{net}^{g}_{@}", "net_g[@]"),
        Symbol("phi", meaning="an upper bound of the forget gate at every step"),
        Symbol("M", meaning="at least `|c_0|` and at least `1/(1 - phi)`"),
    ),
)

STATE_DRIFT = Theorem(
    name="lstm1997.state_bound",
    title="The cell state of 1997 drifts by less than 2 at every step",
    statement=Statement(
        real=("b", "e", "s", "j"),
        let=(("i", "logistic", "b"), ("k", "logistic", "e"), ("g", "", "4*k - 2")),
        recurrence=Recurrence(
            "t",
            0,
            ("b", "e", "s"),
            base=("s = 0",),
            step=("s' = s + i'*g'",),
            accumulate=(Accumulated("j", "sum", "1"),),
        ),
        parts=(Part(("-2*j <= s <= 2*j",), induction=True),),
    ),
    scope="schema in t, for every unit by itself",
    source=f"{_H97}, section 4: s(0) = 0, s(t) = s(t-1) + y_in g(net_c)",
    sharp="approached by constant inputs with y_in near 1 and g near 2; never attained after the start",
    points=({"s": "0", "j": "0"},),
    step_point={"s": "0", "j": "0", "b'": "0", "e'": "0", "i'": "1/2", "k'": "1/2", "s'": "0", "g'": "0"},
    neighbour=Neighbour("<= 2*j", "<= j", "s <= j", {"s": "7/4", "j": "1"}),
    symbols=(
        Symbol("s", "s_{@}", "s[@]", "the cell state of one unit"),
        Symbol("i", r"y^{\mathrm{in}}_{@}", "y_in[@]", "its input gate"),
        Symbol("k", r"\sigma_{@}", "sigma[@]"),
        Symbol("g", "g_{@}", "g[@]", "its squashed input"),
        Symbol("b", r"\mathrm{net}^{\mathrm{in}}_{@}", "net_in[@]"),
        Symbol("e", r"\mathrm{net}^{c}_{@}", "net_c[@]"),
        Symbol("j", "@", "@"),
    ),
)

_NETS = (
    Symbol("pf", r"p_{f}", "p_f"),
    Symbol("pi", r"p_{i}", "p_i"),
    Symbol("pz", r"z_{i}", "z_i"),
    Symbol("qi", r"q_{i}", "q_i"),
    Symbol("qz", r"z_{g}", "z_g"),
)

CONSTANTS = Theorem(
    name="lstm.constants",
    title="The norms of the recurrent weights bound the factors of an LSTM's Jacobian",
    statement=Statement(
        real=(
            *("x", "y", "z", "u", "v", "b", "s", "e", "r", "c", "M"),
            *("mf", "mi", "mg", "mo", "alpha", "beta", "d", "Uf", "Ui", "Ug", "Uo"),
        ),
        let=(
            *(("f", "logistic", "x"), ("i", "logistic", "y"), ("g", "tanh", "z"), ("k", "logistic", "u")),
            *(("w", "tanh", "v"), ("o", "logistic", "b"), ("h", "tanh", "s"), ("n", "logistic", "e")),
            ("q", "tanh", "r"),
        ),
        assume=(
            *("Uf >= 0", "Ui >= 0", "Ug >= 0", "Uo >= 0", "-M <= c <= M"),
            *("mf**2 = (c*d(f, x))**2", "mi**2 = (g*d(i, y))**2", "mg**2 = (k*d(w, v))**2", "mo**2 = (q*d(n, e))**2"),
            *("d**2 = (o*d(h, s))**2", "alpha <= mf*Uf + mi*Ui + mg*Ug", "beta <= mo*Uo"),
        ),
        parts=(Part(("mf <= M/4", "mi <= 1/4", "mg <= 1", "alpha <= M*Uf/4 + Ui/4 + Ug", "d <= 1", "beta <= Uo/4")),),
    ),
    scope="universal: any weights, inputs and states, at every step",
    source="the factors of lstm.factorisation: A = D(c f') W_f + D(g i') W_i + D(i g') W_g, B = D(tanh(c') o') W_o",
    sharp="approached one by one: f, i and o at 1/2, |g| near 1; i near 1 and g at 0; o near 1 and c' at 0",
    points=(
        at(
            "x=0 y=0 z=0 u=0 v=0 b=0 s=0 e=0 r=0 c=1 f=1/2 i=1/2 g=0 k=1/2 w=0 o=1/2 h=0 n=1/2 q=0 "
            "M=1 mf=1/4 mi=0 mg=1/2 mo=0 alpha=3/4 beta=0 d=1/2 Uf=1 Ui=1 Ug=1 Uo=1"
        ),
    ),
    assumes=(_DIAGONAL, _SUM),
    neighbour=Neighbour("mf <= M/4", "mf <= M/5", "mf <= M/5", {"mf": "1/4", "M": "1"}),
    symbols=(
        Symbol("mf", r"\|D(c f')\|", "|D(c f')|"),
        Symbol("mi", r"\|D(g i')\|", "|D(g i')|"),
        Symbol("mg", r"\|D(i g')\|", "|D(i g')|"),
        Symbol("mo", r"\|D(\tanh(c^{+}) o')\|", "|D(tanh(c+) o')|"),
        Symbol("d", r"\|D\|", "|D|", "the norm of the derivative of the new hidden state in the new cell state"),
        Symbol("alpha", r"\|A\|", "|A|", "that of the new cell state in the old hidden state"),
        Symbol("beta", r"\|B\|", "|B|", "that of the new hidden state in the old, the cell state fixed"),
        Symbol("Uf", r"\|W_{f}\|", "|W_f|"),
        Symbol("Ui", r"\|W_{i}\|", "|W_i|"),
        Symbol("Ug", r"\|W_{g}\|", "|W_g|"),
        Symbol("Uo", r"\|W_{o}\|", "|W_o|"),
        Symbol("M", meaning="an upper bound of the moduli of the cell states, such as that of lstm.state_bound"),
        Symbol("x", meaning="the net input of the forget gate of the unit where `|c f'|` is largest"),
        Symbol("c", meaning="the old cell state there"),
        Symbol("y", meaning="the net input of the input gate of the unit where `|g i'|` is largest"),
        Symbol("z", meaning="that of the candidate there"),
        Symbol("u", meaning="the net input of the input gate of the unit where `|i g'|` is largest"),
        Symbol("v", meaning="that of the candidate there"),
        Symbol("b", meaning="the net input of the output gate of the unit where `|o tanh'(c^+)|` is largest"),
        Symbol("s", meaning="the new cell state there"),
        Symbol("e", meaning="the net input of the output gate of the unit where `|tanh(c^+) o'|` is largest"),
        Symbol("r", meaning="the new cell state there"),
        Symbol("q", "h_{r}", "h_r"),
    ),
    depends=("lstm.factorisation", "lstm.state_bound", "logistic.slope", "tanh.slope"),
)

CONSTANTS_1997 = Theorem(
    name="lstm1997.constants",
    title="An input gate that is nearly closed makes the loop of the 1997 cell weak, whatever the state is",
    statement=Statement(
        real=(
            *("y", "z", "u", "v", "b", "s", "e", "r", "M", "mi", "mg", "mo", "alpha", "beta", "d"),
            *("Ui", "Ug", "Uo"),
        ),
        let=(
            *(("i", "logistic", "y"), ("sz", "logistic", "z"), ("g", "", "4*sz - 2"), ("k", "logistic", "u")),
            *(("sv", "logistic", "v"), ("w", "", "4*sv - 2"), ("o", "logistic", "b"), ("sh", "logistic", "s")),
            *(("h", "", "2*sh - 1"), ("n", "logistic", "e"), ("sr", "logistic", "r"), ("q", "", "2*sr - 1")),
        ),
        assume=(
            *("Ui >= 0", "Ug >= 0", "Uo >= 0", "i <= M", "k <= M"),
            *("mi**2 = (g*d(i, y))**2", "mg**2 = (k*d(w, v))**2", "mo**2 = (q*d(n, e))**2", "d**2 = (o*d(h, s))**2"),
            *("alpha <= mi*Ui + mg*Ug", "beta <= mo*Uo"),
        ),
        parts=(
            Part(("mi <= 1/2", "mi <= 2*M", "mg <= M", "alpha <= M*(2*Ui + Ug)", "d <= 1/2", "beta <= Uo/4")),
            Part(("mi <= 2*M*(1 - M)", "alpha <= M*(2*(1 - M)*Ui + Ug)"), assume=("M <= 1/2",)),
        ),
    ),
    scope="universal: only the cell outputs are fed back, and W_i and W_o have a row for every cell",
    source=f"{_H97}, section 4 and appendix A.1; the factors of lstm.factorisation with F = I",
    sharp="approached: |g| near 2 and i at its bound; i at its bound and g at 0; o near 1 and s at 0; |h(s)| near 1",
    points=(
        at(
            "y=0 z=0 u=0 v=0 b=0 s=0 e=0 r=0 i=1/2 sz=1/2 k=1/2 sv=1/2 o=1/2 sh=1/2 n=1/2 sr=1/2 "
            "M=1/2 mi=0 mg=1/2 mo=0 alpha=1/2 beta=0 d=1/4 Ui=1 Ug=1 Uo=1"
        ),
    ),
    assumes=(_DIAGONAL, _SUM),
    neighbour=Neighbour("mg <= M", "mg <= M/2", "mg <= M/2", {"mg": "1/2", "M": "1/2"}),
    symbols=(
        Symbol("mi", r"\|D(g i')\|", "|D(g i')|"),
        Symbol("mg", r"\|D(i g')\|", "|D(i g')|"),
        Symbol("mo", r"\|D(h(s) o')\|", "|D(h(s) o')|"),
        Symbol("d", r"\|D\|", "|D|", "the norm of the derivative of the new cell outputs in the new cell states"),
        Symbol("alpha", r"\|A\|", "|A|", "that of the new cell states in the old outputs"),
        Symbol("beta", r"\|B\|", "|B|", "that of the new outputs in the old, the cell states fixed"),
        Symbol("Ui", r"\|W_{i}\|", "|W_i|"),
        Symbol("Ug", r"\|W_{g}\|", "|W_g|"),
        Symbol("Uo", r"\|W_{o}\|", "|W_o|"),
        Symbol("M", meaning="an upper bound of the input gates"),
        Symbol("y", meaning="the net input of the input gate of the unit where `|g i'|` is largest"),
        Symbol("z", meaning="that of the cell there"),
        Symbol("u", meaning="the net input of the input gate of the unit where `|i g'|` is largest"),
        Symbol("v", meaning="that of the cell there"),
        Symbol("b", meaning="the net input of the output gate of the unit where `|o h'(s)|` is largest"),
        Symbol("s", meaning="the cell state there"),
        Symbol("e", meaning="the net input of the output gate of the unit where `|h(s) o'|` is largest"),
        Symbol("r", meaning="the cell state there"),
        Symbol("sz", r"\sigma_{z}", "sigma_z"),
        Symbol("sv", r"\sigma_{v}", "sigma_v"),
        Symbol("sh", r"\sigma_{s}", "sigma_s"),
        Symbol("sr", r"\sigma_{r}", "sigma_r"),
        Symbol("q", "h_{r}", "h_r"),
    ),
    depends=("lstm.factorisation", "lstm.lower_rate", "squash.slopes"),
)

RECURSION = Theorem(
    name="lstm.cell_recursion",
    title="Where the output gate reads no hidden state, the cell state alone carries the error",
    statement=Statement(
        real=("x", "y", "phi", "alpha", "d", "p", "a", "e", "K", "L"),
        matrix=("F", "A", "D", "E", "dc", "dh", "z", "Phi", "Pi", "X"),
        assume=("phi >= 0", "alpha >= 0", "d >= 0"),
        recurrence=Recurrence(
            "q",
            1,
            ("F", "A", "D", "E", "X", "dc", "dh", "x", "y", "p", "a", "e"),
            base=("dc = F*z", "E = F", "X = 0", "x = 0", "0 <= y <= phi"),
            step=(
                "dc' = F'*dc + A'*dh",
                "E' = F' + A'*D",
                "X' = F'*X + A'*D*Phi",
                "y' <= (p' + a'*e)*y",
                "x' <= p'*x + a'*e*y",
            ),
            always=("dh = D*dc", "0 <= p <= phi", "0 <= a <= alpha", "0 <= e <= d", "x >= 0", "y >= 0"),
            accumulate=(
                Accumulated("Phi", "product", "E"),
                Accumulated("Pi", "product", "F"),
                Accumulated("K", "product", "phi + alpha*d", 2),
                Accumulated("L", "product", "phi", 2),
            ),
        ),
        parts=(
            Part(("dc = Phi*z", "Phi = Pi + X"), induction=True),
            Part(("K >= L", "L >= 0", "y <= phi*K", "x <= phi*(K - L)"), induction=True),
        ),
    ),
    scope="schema in q and n, for any norm with the properties assumed",
    source="lstm.factorisation with W_o = 0, so that B = 0; the matrix form of eq. (30) of 1997, which F = I gives",
    sharp="equal for one unit with F = phi, A = alpha, D = d; 0 if A or D is 0, where Phi is the carry",
    points=(at("F=1 z=1 dc=1 D=1 dh=1 E=1 x=0 y=1 phi=1 alpha=1 d=1 p=1 a=1 e=1 Phi=1 Pi=1 K=1 L=1 X=0"),),
    step_point=at(
        "F=1 z=1 dc=1 D=1 dh=1 E=1 x=0 y=1 phi=1 alpha=1 d=1 p=1 a=1 e=1 F'=1 A'=1 D'=1 dc'=2 X=0 "
        "X'=1 Phi=1 dh'=2 E'=2 p'=1 a'=1 e'=1 y'=2 x'=1"
    ),
    assumes=(_SUM,),
    neighbour=Neighbour("y <= phi*K", "2*y <= phi*K", "2*y <= phi*K", {"y": "1", "phi": "1", "K": "1"}),
    symbols=(
        Symbol("F", "F_{@}", "F[@]", "the derivative of the new cell state in the old one"),
        Symbol("A", "A_{@}", "A[@]", "that in the old hidden state"),
        Symbol("D", "D_{@}", "D[@]", "the derivative of the new hidden state in the new cell state"),
        Symbol("E", "E_{@}", "E[@]"),
        Symbol("dc", r"\delta c_{@}", "dc[@]"),
        Symbol("dh", r"\delta h_{@}", "dh[@]"),
        Symbol("z", r"\delta c_{0}", "dc[0]", "a change of the cell state before step 1, the hidden state unchanged"),
        Symbol("Phi", r"\Phi_{@}", "Phi[@]"),
        Symbol("Pi", r"\Pi_{@}", "Pi[@]", "the carry"),
        Symbol("X", "X_{@}", "X[@]", "what the loop through the hidden state adds to it"),
        Symbol("x", r"\|X_{@}\|", "|X[@]|"),
        Symbol("y", r"\|\Phi_{@}\|", "|Phi[@]|"),
        Symbol("p", r"\|F_{@}\|", "|F[@]|"),
        Symbol("a", r"\|A_{@}\|", "|A[@]|"),
        Symbol("e", r"\|D_{@}\|", "|D[@]|"),
    ),
    depends=("lstm.factorisation",),
)
