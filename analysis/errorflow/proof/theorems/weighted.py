"""What a positive vector that the moduli of the weights shrink says about the q-step flow of a network.

rnn.absolute_radius: x > 0 and gamma |W| x <= r x, entry by entry, keep every error below c x below r^q c x. Such x
exists for every r above gamma rho(|W|), the spectral radius of the moduli; that of W itself bounds nothing.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .point import at
from .theorem import Neighbour, Theorem

_HALF = {
    "n": "2", "W": "1/4", "M": "1/4", "P": "1", "d": "1", "x": "1", "g": "1", "r": "1/2", "c": "1", "R": "1", "j": "0",
}  # fmt: skip

ABSOLUTE_RADIUS = Theorem(
    name="rnn.absolute_radius",
    title="Moduli of weights that shrink a vector make the flow vanish",
    statement=Statement(
        real=("W", "M", "P", "d", "x", "g", "r", "c", "R", "j"),
        integer=("n",),
        sums=(("A", "n", "W*P"), ("B", "n", "M*x")),
        running=("W", "M", "P", "d", "x"),
        assume=("n >= 1", "-M <= W <= M", "x > 0", "g*B <= r*x", "c >= 0"),
        recurrence=Recurrence(
            "q",
            0,
            ("P", "d"),
            base=("-c*x <= P <= c*x",),
            step=("P' = d'*A",),
            always=("-g <= d <= g",),
            accumulate=(Accumulated("R", "product", "r"), Accumulated("j", "sum", "1")),
        ),
        parts=(
            Part(("R >= 0", "-R*c*x <= P <= R*c*x"), induction=True),
            Part(
                (
                    *("R >= 0", "j >= 0", "-R*c*x <= P <= R*c*x", "R <= 1", "R*(1 + j*(1 - r)) <= 1"),
                    "-c*x <= P*(1 + j*(1 - r)) <= c*x",
                ),
                assume=("r <= 1",),
                induction=True,
            ),
        ),
    ),
    scope="schema in q and n",
    source="follows from the flow being at most that of the moduli; in place of the eigenvalue of Pascanu et al. 2013",
    sharp="equal for W >= 0 with W x a multiple of x, all slopes gamma and an error of c x",
    points=(_HALF,),
    step_point=_HALF | {"d'": "1", "P'": "1/2"},
    neighbour=Neighbour("P <= R*c*x", "2*P <= R*c*x", "2*P <= R*c*x", {"P": "1", "R": "1", "c": "1", "x": "1"}),
    symbols=(
        Symbol("W", "W_{vl}", "W_vl", "the weight from unit `l` to unit `v`"),
        Symbol("M", "M_{vl}", "M_vl", "at least its modulus"),
        Symbol("P", r"\delta_{@,#}", "delta[@]_#", "the error in unit `v` after `q` steps"),
        Symbol("d", r"d_{@,#}", "d[@]_#", "the slope of unit `v` at step `q`"),
        Symbol("x", "x_{#}", "x_#"),
        Symbol("A", r"A_{@,v}", "A[@]_v"),
        Symbol("B", "B_{v}", "B_v"),
        Symbol("g", r"\gamma", "gamma", "an upper bound of the moduli of all slopes"),
        Symbol("j", "@", "@"),
    ),
)

SCALED_NORM = Theorem(
    name="rnn.scaled_norm",
    title="A diagonal change of units that makes the weights contract makes the flow vanish",
    statement=Statement(
        real=("N", "M", "d", "w", "g", "c", "R", "j"),
        matrix=("W", "S", "T", "D", "Phi", "Q"),
        let=(("V", "", "S*W*T"), ("r", "", "g*w")),
        assume=("S*T = 1", "T*S = 1", "w >= 0", "g >= 0", "c >= 0"),
        recurrence=Recurrence(
            "q",
            0,
            ("D", "d", "N", "M"),
            base=("N = 1",),
            step=("N' <= d'*w*N",),
            always=("S*D = D*S", "0 <= d <= g", "N >= 0", "M <= c*N"),
            accumulate=(
                Accumulated("Phi", "product", "D*W"),
                Accumulated("Q", "product", "D*V"),
                Accumulated("R", "product", "r"),
                Accumulated("j", "sum", "1"),
            ),
        ),
        parts=(
            Part(("Phi = T*Q*S",), induction=True),
            Part(("R >= 0", "N <= R"), induction=True),
            Part(("M <= c*R",)),
            Part(("R >= 0", "j >= 0", "R <= 1", "R*(1 + j*(1 - r)) <= 1"), assume=("r <= 1",), induction=True),
        ),
    ),
    scope="schema in q and n, for any norm with the properties assumed",
    source="follows from D S = S D for diagonal matrices; in place of the eigenvalue of Pascanu et al. 2013",
    sharp="equal for S = I, W = ||W|| I, slopes gamma; S = diag(1, sqrt 60) brings [[.5, 3], [.05, .3]] to norm .8",
    points=(
        at("N=1 M=1 d=1 w=1/2 g=1 c=1 R=1 j=0 W=1/2 S=2 T=1/2 D=1 Phi=1 Q=1 V=1/2"),
    ),
    step_point=at("N=1 M=1 d=1 w=1/2 g=1 c=1 R=1 j=0 W=1/2 S=2 T=1/2 D=1 V=1/2 N'=1/2 M'=1/2 d'=1 D'=1"),
    assumes=("the norm is submultiplicative, and that of a diagonal matrix is its largest modulus",),
    neighbour=Neighbour("Phi = T*Q*S", "Phi = S*Q*T", "Phi = S*Q*T", {
        "Phi": (("0", "1"), ("0", "0")), "Q": (("0", "2"), ("0", "0")), "S": (("2", "0"), ("0", "1")),
        "T": (("1/2", "0"), ("0", "1")),
    }),
    symbols=(
        Symbol("S", meaning="a diagonal matrix with positive entries"),
        Symbol("T", "S^{-1}", "S^-1"),
        Symbol("V", "S W S^{-1}", "S W S^-1"),
        Symbol("D", "D_{@}", "D[@]", "the diagonal matrix of slopes at step `q`"),
        Symbol("Phi", r"\Phi_{@}", "Phi[@]", "the `q`-step flow"),
        Symbol("Q", "Q_{@}", "Q[@]"),
        Symbol("N", r"\|Q_{@}\|", "|Q[@]|"),
        Symbol("M", r"\|\Phi_{@}\|", "|Phi[@]|"),
        Symbol("d", r"\|D_{@}\|", "|D[@]|", "the largest modulus of a slope at step `q`"),
        Symbol("w", r"\|S W S^{-1}\|", "|S W S^-1|"),
        Symbol("g", r"\gamma", "gamma", "an upper bound of the moduli of all slopes"),
        Symbol("c", r"\|S\| \|S^{-1}\|", "cond(S)"),
        Symbol("j", "@", "@"),
    ),
    depends=("rnn.vanishing",),
)  # fmt: skip
