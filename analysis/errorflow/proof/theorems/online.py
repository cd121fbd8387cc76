"""Gradients that are computed while the network runs: exact by blocks, right on average, and what a step of 1997 takes.

schmidhuber1992.exact: over a block of any length, the influence at its end is the flow of the block times the influence
at its start, plus what the block adds; so is the gradient.
uoro.unbiased: two vectors whose product has the influence as its expectation have it again one step later, if the
signs that are drawn have mean 0 and the identity as second moment.
lstm1997.step_count: the multiply-adds of one step, item by item, are K C (S - 1) more than the total that is printed.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .point import at
from .theorem import Neighbour, Theorem

_P = Symbol("P", "P_{@}", "P[@]", "the influence of all weights on the state after `t` steps")
_J = Symbol("J", "J_{@}", "J[@]", "the state Jacobian of step `t`")
_B = Symbol("B", "B_{@}", "B[@]", "the derivative of the state in the weights used at step `t`")

BLOCKS = Theorem(
    name="schmidhuber1992.exact",
    title="Influence carried over blocks is exact for blocks of any length",
    statement=Statement(
        matrix=("J", "B", "P", "Z", "Phi", "L", "e", "G", "y", "H"),
        recurrence=Recurrence(
            "t",
            1,
            ("J", "B", "P", "L", "e"),
            base=("P = J*Z + B", "L = B"),
            step=("P' = J'*P + B'", "L' = J'*L + B'"),
            accumulate=(
                Accumulated("Phi", "product", "J"),
                Accumulated("G", "sum", "e*P"),
                Accumulated("y", "sum", "e*Phi"),
                Accumulated("H", "sum", "e*L"),
            ),
        ),
        parts=(Part(("P = Phi*Z + L", "G = y*Z + H"), induction=True),),
    ),
    scope="schema in n, in the number of weights and in the length of the block; the next block starts where it ends",
    source="Schmidhuber 1992, A fixed size storage O(n^3) time complexity learning algorithm",
    sharp="an identity",
    points=({"J": "2", "B": "3", "P": "5", "Z": "1", "Phi": "2", "L": "3", "e": "1", "G": "5", "y": "2", "H": "3"},),
    step_point={"P": "5", "L": "3", "J'": "2", "B'": "1", "P'": "11", "L'": "7"},
    neighbour=Neighbour("G = y*Z + H", "G = y*Z - H", "G = y*Z - H", {"G": "5", "y": "2", "Z": "1", "H": "3"}),
    symbols=(
        _J,
        _B,
        _P,
        Symbol("Z", "P_{0}", "P[0]", "the influence before the first step of the block"),
        Symbol("Phi", r"\Phi_{@}", "Phi[@]", "the flow over the first `t` steps of the block"),
        Symbol("L", "L_{@}", "L[@]", "the influence of the weights as they are used within the block"),
        Symbol("e", "e_{@}", "e[@]", "the derivative of the loss at step `t` in the state, a row"),
        Symbol("G", "G_{@}", "G[@]", "the gradient of the first `t` steps of the block"),
        Symbol("y", "y_{@}", "y[@]", "their loss's derivative in the state before the block, which BPTT finds"),
        Symbol("H", "H_{@}", "H[@]", "the gradient of BPTT within the block"),
    ),
    depends=("rtrl.equals_bptt",),
)

UNBIASED = Theorem(
    name="uoro.unbiased",
    title="The product of two random vectors is the influence on average",
    statement=Statement(
        real=("a", "b", "ai", "bi"),
        matrix=("J", "B", "P", "X", "U", "V", "N", "s", "th", "v", "vt", "s1", "th1"),
        recurrence=Recurrence(
            "t",
            0,
            ("J", "B", "P", "X", "U", "V", "N"),
            base=("X = P",),
            step=("P' = J'*P + B'", "X' = J'*X + J'*U'*B' + V' + N'*B'"),
            always=("U = 0", "V = 0", "N = 1"),
        ),
        parts=(
            Part(
                ("s1*th1 = J*s*th + a*bi*J*s*vt*B + b*ai*v*th + v*vt*B",),
                assume=("s1 = a*J*s + b*v", "th1 = ai*th + bi*vt*B", "a*ai = 1", "b*bi = 1"),
            ),
            Part(("X = P",), induction=True),
        ),
    ),
    scope="schema in n, in the number of weights and in t; any factors a and b that "
    "do not change when all signs of the step do",
    source="Tallec & Ollivier 2017, unbiased online recurrent optimization",
    sharp="an identity; the variance is another matter",
    points=(
        at("J=2 B=1 P=1 X=1 U=0 V=0 N=1 s=1 th=1 v=1 vt=1 s1=3 th1=2 a=1 b=1 ai=1 bi=1"),
    ),
    step_point=at("P=1 X=1 J'=2 B'=1 P'=3 X'=3 U'=0 V'=0 N'=1 U=0 V=0 N=1"),
    assumes=(
        "expectation is linear, and what is drawn at a step has mean 0 and is independent of what was there before",
    ),
    neighbour=Neighbour("+ v*vt*B", "+ 2*v*vt*B", "s1*th1 = J*s*th + a*bi*J*s*vt*B + b*ai*v*th + 2*v*vt*B", {
        "J": "2", "B": "1", "s": "1", "th": "1", "v": "1", "vt": "1", "s1": "3", "th1": "2", "a": "1", "b": "1",
        "ai": "1", "bi": "1",
    }),
    symbols=(
        _J,
        _B,
        _P,
        Symbol("X", "X_{@}", "X[@]", "the expectation of the product after `t` steps"),
        Symbol("s", "s", "s", "the column of the pair"),
        Symbol("th", r"\theta^{T}", "theta^T", "its row"),
        Symbol("v", r"\nu", "nu", "a column of signs drawn at this step"),
        Symbol("vt", r"\nu^{T}", "nu^T"),
        Symbol("s1", "s^{+}", "s+"),
        Symbol("th1", r"\theta^{+T}", "theta+^T"),
        Symbol("ai", "a^{-1}", "1/a"),
        Symbol("bi", "b^{-1}", "1/b"),
        Symbol("U", "U_{@}", "U[@]", "the mean of what stands between `J` and `B` below, 0 since signs have mean 0"),
        Symbol("V", "V_{@}", "V[@]", "that of the third, 0 likewise"),
        Symbol("N", "N_{@}", "N[@]", "that of the column of signs times its row, the identity"),
    ),
    depends=("rtrl.equals_bptt",),
)  # fmt: skip

STEP_COUNT = Theorem(
    name="lstm1997.step_count",
    title="A step of the 1997 learning algorithm takes more than the total that is printed",
    statement=Statement(
        integer=("K", "H", "C", "S", "I"),
        let=(
            ("a", "", "K"),
            ("b", "", "K*H"),
            ("c", "", "K*S*C"),
            ("e", "", "K*(H + C*S) + H*I + C*I"),
            ("f", "", "K*C*S"),
            ("g", "", "C*S*I"),
            ("N", "", "a + b + c + e + f + 4*g"),
            ("M", "", "K + 2*K*H + K*C + 2*K*S*C + H*I + C*I + 4*C*S*I"),
        ),
        assume=("K >= 1", "H >= 0", "C >= 1", "S >= 1", "I >= 0"),
        parts=(Part(("N = M + K*C*(S - 1)", "N >= M", "N = M iff S = 1")),),
    ),
    scope="universal over integers: K outputs, H hidden units, C blocks of S cells, I sources of the hidden layer",
    source="Hochreiter & Schmidhuber 1997, appendix A.1, below eq. (28); the output weights number K (H + C S)",
    sharp="equal for blocks of one cell",
    points=({"K": "1", "H": "0", "C": "1", "S": "2", "I": "3"},),
    neighbour=Neighbour("N = M + K*C*(S - 1)", "N = M", "N = M", {"K": "1", "H": "0", "C": "1", "S": "2", "I": "3"}),
    symbols=(
        Symbol("a", "N_{19}", "N_19", "the multiply-adds of eq. (19)"),
        Symbol("b", "N_{20}", "N_20", "those of eq. (20)"),
        Symbol("c", "N_{21}", "N_21", "those of eq. (21)"),
        Symbol("e", "N_{22}", "N_22", "those of eq. (22): weights to outputs, hidden units, output gates"),
        Symbol("f", "N_{23}", "N_23", "those of eq. (23)"),
        Symbol("g", "N_{25}", "N_25", "those of each of eqs. (25) to (28)"),
        Symbol("N", "N", "N", "their sum"),
        Symbol("M", "M", "M", "the total that is printed"),
    ),
)
