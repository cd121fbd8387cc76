"""What the norm, the smallest singular value, the determinant and the signs of W say about the q-step flow.

norm.entry_bound: an entry of a matrix is at most any of its induced p-norms; the factor n of 1997 is not needed.
rnn.vanishing: ||flow|| <= (gamma ||W||)^q, which vanishes if gamma ||W|| < 1.
rnn.explosion_needs: if gamma ||W|| <= 1 then ||flow|| <= 1 at every lag, so explosion needs gamma ||W|| > 1.
rnn.lower_bound: sigma_min(flow) >= (m sigma_min(W))^q if every slope is at least m.
rnn.determinant_bound: ||flow||^n >= |det W|^q times the product of all slopes.
rnn.nonnegative_bound: for W >= 0 entrywise and slopes >= m, flow >= m^q W^q entrywise.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

_H97 = "Hochreiter & Schmidhuber 1997, section 3.1"
_LAG = Accumulated("j", "sum", "1")
_J = Symbol("j", "@", "@")
_NORM = Symbol(
    "N", r"\|\Phi_{@}\|", "|Phi[@]|", "the norm of the `q`-step flow, whose newest factor is `W` times the slopes"
)
_SLOPE = Symbol("d", r"d_{@}", "d[@]", "the largest modulus of a slope at step `q`")
_WNORM = Symbol("w", r"\|W\|", "|W|", "the norm of `W`")
_GAMMA = Symbol("g", r"\gamma", "gamma", "an upper bound of the moduli of all slopes")
_UPPER = Recurrence(
    "q",
    0,
    ("N", "d"),
    base=("N = 1",),
    step=("N' <= d'*w*N",),
    always=("0 <= d <= g", "N >= 0"),
    accumulate=(Accumulated("K", "product", "g*w"), _LAG),
)

ENTRY = Theorem(
    name="norm.entry_bound",
    title="An entry is at most an induced norm",
    statement=Statement(
        real=("x", "c", "e", "N"),
        assume=("-c <= x <= c", "c <= N*e", "e = 1"),
        parts=(Part(("-N <= x <= N",)),),
    ),
    scope="universal: any norm with the properties assumed, every p-norm among them",
    source=f"{_H97}, weak upper bound, where n (f'_max ||W||)^q is printed",
    sharp="equal for the identity matrix, u = v",
    points=({"x": "1", "c": "1", "e": "1", "N": "1"},),
    assumes=("an induced norm bounds |M e_v|", "no entry exceeds the norm of its column", "a unit vector has norm 1"),
    neighbour=Neighbour("x <= N", "2*x <= N", "2*x <= N", {"x": "1", "c": "1", "e": "1", "N": "1"}),
    symbols=(
        Symbol("x", "M_{uv}", "M_uv", "an entry of a matrix"),
        Symbol("c", r"\|M e_v\|_p", "|M e_v|_p", "the norm of its column, which no entry exceeds"),
        Symbol("e", r"\|e_v\|_p", "|e_v|_p", "the norm of a unit vector"),
        Symbol("N", r"\|M\|_p", "|M|_p", "the induced norm"),
    ),
)

VANISHING = Theorem(
    name="rnn.vanishing",
    title="A contraction vanishes",
    statement=Statement(
        real=("N", "d", "w", "g", "K", "j"),
        assume=("w >= 0", "g >= 0"),
        recurrence=_UPPER,
        parts=(
            Part(("N <= K", "K >= 0"), induction=True),
            Part(
                ("K >= 0", "N <= K", "j >= 0", "K <= 1", "K*(1 + j*(1 - g*w)) <= 1", "N*(1 + j*(1 - g*w)) <= 1"),
                assume=("g*w <= 1",),
                induction=True,
            ),
        ),
    ),
    scope="schema in q, for any norm with the properties assumed",
    source=f"{_H97}; Pascanu, Mikolov & Bengio 2013, section 2.1, with the norm in place of the eigenvalue",
    sharp="equal for W = (||W||) I with all slopes gamma",
    points=({"w": "1/2", "g": "1", "N": "1", "d": "1", "K": "1", "j": "0"},),
    step_point={"w": "1/2", "g": "1", "N": "1", "d": "1", "N'": "1/2", "d'": "1"},
    assumes=("the norm is submultiplicative, and that of a diagonal matrix is its largest modulus",),
    neighbour=Neighbour("N <= K", "2*N <= K", "2*N <= K", {"N": "1", "K": "1"}),
    symbols=(_NORM, _SLOPE, _WNORM, _GAMMA, _J),
)

EXPLOSION = Theorem(
    name="rnn.explosion_needs",
    title="Explosion needs a norm above the reciprocal slope",
    statement=Statement(
        real=("N", "d", "w", "g", "K", "j"),
        assume=("w >= 0", "g >= 0", "g*w <= 1"),
        recurrence=_UPPER,
        parts=(Part(("N <= 1",), induction=True),),
    ),
    scope="schema in q, for any norm with the properties assumed",
    source="Pascanu, Mikolov & Bengio 2013, section 2.1, with the norm in place of the eigenvalue",
    sharp="equal to 1 at every lag for W orthogonal with all slopes 1",
    points=({"w": "1", "g": "1", "N": "1", "d": "1", "K": "1", "j": "0"},),
    step_point={"w": "1", "g": "1", "N": "1", "d": "1", "N'": "1", "d'": "1"},
    assumes=("the norm is submultiplicative, and that of a diagonal matrix is its largest modulus",),
    neighbour=Neighbour("N <= 1", "N <= 1/2", "N <= 1/2", {"N": "1"}),
    symbols=(_NORM, _SLOPE, _WNORM, _GAMMA),
    depends=("rnn.vanishing",),
)

LOWER = Theorem(
    name="rnn.lower_bound",
    title="Slopes bounded below bound the flow below",
    statement=Statement(
        real=("S", "d", "w", "m", "K"),
        assume=("w >= 0", "m >= 0"),
        recurrence=Recurrence(
            "q",
            0,
            ("S", "d"),
            base=("S = 1",),
            step=("S' >= d'*w*S",),
            always=("d >= m",),
            accumulate=(Accumulated("K", "product", "m*w"),),
        ),
        parts=(Part(("S >= K", "K >= 0"), induction=True),),
    ),
    scope="schema in q",
    source="follows from sigma_min(A B) >= sigma_min(A) sigma_min(B)",
    sharp="equal for W a multiple of an orthogonal matrix with equal slopes",
    points=({"w": "2", "m": "1", "S": "1", "d": "1", "K": "1"},),
    step_point={"w": "2", "m": "1", "S": "1", "d": "1", "S'": "2", "d'": "1"},
    assumes=("sigma_min is supermultiplicative, and that of a diagonal matrix is its least modulus",),
    neighbour=Neighbour("S >= K", "S >= 2*K", "S >= 2*K", {"S": "1", "K": "1"}),
    symbols=(
        Symbol("S", r"\sigma_{\min}(\Phi_{@})", "sigma_min(Phi[@])", "the least singular value of the `q`-step flow"),
        Symbol("d", r"d_{@}", "d[@]", "the least modulus of a slope at step `q`"),
        Symbol("w", r"\sigma_{\min}(W)", "sigma_min(W)", "the least singular value of `W`"),
        Symbol("m", meaning="a lower bound of the moduli of all slopes"),
    ),
)

DETERMINANT = Theorem(
    name="rnn.determinant_bound",
    title="The determinant bounds the flow below",
    statement=Statement(
        real=("D", "p", "w", "N", "K", "Q"),
        recurrence=Recurrence(
            "q",
            0,
            ("D", "p", "N"),
            base=("D = 1",),
            step=("D' = p'*w*D",),
            always=("N >= D",),
            accumulate=(Accumulated("K", "product", "w"), Accumulated("Q", "product", "p")),
        ),
        parts=(Part(("D = K*Q",), induction=True), Part(("N >= K*Q",))),
    ),
    scope="schema in q and n",
    source="follows from |det M| <= ||M||^n, the product of the singular values",
    sharp="equal for multiples of an orthogonal matrix with equal slopes",
    points=({"w": "2", "D": "1", "p": "1", "N": "1", "K": "1", "Q": "1"},),
    step_point={"w": "2", "D": "1", "p": "1", "N": "1", "D'": "2", "p'": "1"},
    assumes=("the determinant is multiplicative", "|det M| is at most ||M||^n"),
    neighbour=Neighbour("N >= K*Q", "N >= 2*K*Q", "N >= 2*K*Q", {"N": "1", "K": "1", "Q": "1"}),
    symbols=(
        Symbol("D", r"|\det\Phi_{@}|", "|det Phi[@]|", "the modulus of the determinant of the `q`-step flow"),
        Symbol("p", r"\pi_{@}", "pi[@]", "the product of the moduli of the slopes of all units at step `q`"),
        Symbol("w", r"|\det W|", "|det W|"),
        Symbol(
            "N", r"\|\Phi_{@}\|_2^{n}", "|Phi[@]|^n", "the `n`-th power of its 2-norm, `n` being the number of units"
        ),
        Symbol("Q", r"P_{@}", "P[@]"),
    ),
)

NONNEGATIVE = Theorem(
    name="rnn.nonnegative_bound",
    title="Nonnegative weights bound the flow below, entry by entry",
    statement=Statement(
        real=("W", "P", "V", "d", "m", "K", "e", "N", "M", "r", "R"),
        integer=("n",),
        sums=(("A", "n", "W*P"), ("B", "n", "W*V")),
        running=("W", "P", "V", "d", "e"),
        assume=("n >= 1", "W >= 0", "m >= 0", "e >= 0"),
        recurrence=Recurrence(
            "q",
            0,
            ("P", "V", "d", "N", "M"),
            base=("P = e", "V = e"),
            step=("P' = d'*A", "V' = B"),
            always=("d >= m",),
            accumulate=(Accumulated("K", "product", "m"), Accumulated("R", "product", "r")),
        ),
        parts=(
            Part(("P >= K*V", "V >= 0", "K >= 0"), induction=True),
            Part(("N >= K*R",), assume=("N >= K*M", "M >= R")),
        ),
    ),
    scope="schema in q and n",
    source="follows from the product of nonnegative matrices being monotone in each entry",
    sharp="equal when all slopes are m",
    points=(
        {
            "n": "1",
            "W": "2",
            "m": "1",
            "e": "1",
            "P": "1",
            "V": "1",
            "d": "1",
            "K": "1",
            "N": "1",
            "M": "1",
            "r": "2",
            "R": "1",
        },
    ),
    step_point={
        "n": "1",
        "W": "2",
        "m": "1",
        "e": "1",
        "P": "1",
        "V": "1",
        "d": "1",
        "A": "2",
        "B": "2",
        "P'": "2",
        "V'": "2",
        "d'": "1",
    },
    assumes=("the norm is monotone on nonnegative matrices", "the norm is at least the spectral radius"),
    neighbour=Neighbour("P >= K*V", "P >= 2*K*V", "P >= 2*K*V", {"P": "1", "K": "1", "V": "1"}),
    symbols=(
        Symbol("P", r"\Phi_{@,#j}", "Phi[@]_#j", "an entry of the `q`-step flow"),
        Symbol("V", r"(W^{@})_{#j}", "(W^@)_#j", "the entry of the power of `W`"),
        Symbol("W", "W_{vl}", "W_vl"),
        Symbol("d", r"d_{@,v}", "d[@]_v", "the slope of unit `v` at step `q`"),
        Symbol("A", r"A_{@}", "A[@]"),
        Symbol("e", r"\delta_{#j}", "delta_#j", "the entry of the identity"),
        Symbol("B", r"B_{@}", "B[@]"),
        Symbol("N", r"\|\Phi_{@}\|", "|Phi[@]|"),
        Symbol("M", r"\|W^{@}\|", "|W^@|"),
        Symbol("r", r"\rho(W)", "rho(W)", "the spectral radius of `W`"),
        Symbol("m", meaning="a lower bound of all slopes"),
    ),
)
