"""What the sequence models beside recurrent networks keep of an input: hidden Markov models, ARIMA, convolutions.

hmm.contraction: the filter of two states, left with probabilities p and r, has a slope in log odds of modulus at most
tau = tanh(|ln((1 - p)(1 - r) / (p r))| / 4), reached at one belief; tau >= |1 - p - r|, equal only for p = r or
p + r = 1. Below, u^2 = (1 - p)(1 - r), v^2 = p r, and g is the sign of 1 - p - r.
arima.unit_root: the response of ARIMA(p, 1, r) sums that of its ARMA part and ends at theta(1)/phi(1), which is a V b
below; that of ARIMA(1, 1, 1) is (1 + theta - (phi + theta) phi^q) / (1 - phi), and that of a random walk is 1.
tcn.receptive_field: L convolutions of k samples with dilations 1, 2, 4, ... see no lag beyond (k - 1)(2^L - 1), and T
steps if and only if L >= log2((T - 1)/(k - 1) + 1).
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

_HMM = {"p": "1/5", "r": "1/5", "g": "1", "u": "4/5", "v": "1/5", "E": "16"}

HMM_CONTRACTION = Theorem(
    name="hmm.contraction",
    title="How much of a belief the filter of two hidden states keeps",
    statement=Statement(
        real=("p", "r", "g", "u", "v", "L", "l", "z"),
        let=(
            ("E", "exp", "L"),
            ("e", "exp", "-L/2"),
            ("F", "exp", "-L"),
            ("h", "logistic", "L/2"),
            ("t", "tanh", "L/4"),
            ("x", "exp", "l"),
            ("A", "", "(1 - p)*x + r"),
            ("B", "", "p*x + 1 - r"),
            ("tau", "", "g*t"),
        ),
        assume=(
            *("0 < p < 1", "0 < r < 1", "g**2 = 1", "g*(1 - p - r) >= 0", "E*p*r = (1 - p)*(1 - r)"),
            *("u > 0", "v > 0", "u**2 = (1 - p)*(1 - r)", "v**2 = p*r"),
        ),
        parts=(
            Part(("t*(u + v) = u - v", "1 - p - r = (u - v)*(u + v)")),
            Part(("A > 0", "B > 0", "0 <= g*(d(A, l)*B - A*d(B, l)) <= tau*A*B")),
            Part(("t*((1 - p)*z + r)*(p*z + 1 - r) = (1 - p - r)*z",), assume=("z > 0", "p*(1 - p)*z**2 = r*(1 - r)")),
            Part(("g*(1 - p - r) <= tau",)),
            Part(("tau = g*(1 - p - r) iff p = r",), assume=("g*(1 - p - r) > 0",)),
            Part(("tau = 0",), assume=("p + r = 1",)),
        ),
    ),
    scope="universal; the slope of ln(A/B) in l is A'/A - B'/B, and what is observed shifts l alone",
    source="Birkhoff 1957, for two states",
    sharp="the slope is tau at odds e^l with p (1 - p) e^(2 l) = r (1 - r); tau = |1 - p - r| for p = r or p + r = 1",
    points=(_HMM | {"z": "1"}, {"p": "1/5", "r": "4/5", "g": "1", "u": "2/5", "v": "2/5", "E": "1", "z": "1"}),
    neighbour=Neighbour("<= tau*A*B", "<= tau*A*B/2", "g*(d(A, l)*B - A*d(B, l)) <= tau*A*B/2",
                        _HMM | {"l": "0", "x": "1", "t": "3/5"}),
    symbols=(
        Symbol("p", "p", "p", "the probability to leave the first state"),
        Symbol("r", "r", "r", "the probability to leave the second state"),
        Symbol("l", r"\ell", "l", "the log odds of the first state before the step"),
        Symbol("z", "z", "z", "other odds"),
        Symbol("L", "L", "L", "the logarithm of `(1 - p)(1 - r)/(p r)`"),
        Symbol("t", r"\tanh(L/4)", "tanh(L/4)"),
        Symbol("g", "g", "g", "the sign of `1 - p - r`, so that `tau` is the modulus of `tanh(L/4)`"),
        Symbol("E", r"e^{L}", "exp(L)"),
        Symbol("x", r"e^{\ell}", "exp(l)"),
        Symbol("A", "A", "A", "the new belief in the first state, the old one in the second taken as 1"),
        Symbol("B", "B", "B", "the new belief in the second state, likewise"),
        Symbol("tau", r"\tau", "tau"),
    ),
    depends=("tanh.slope",),
)  # fmt: skip

_WALK = {
    "phi": "0", "theta": "0", "r": "1/2", "w": "1", "y": "1", "e": "1", "K": "1", "R": "1", "j": "0",
    "C": "1/2", "P": "1", "S": "1", "V": "2", "a": "1", "b": "1",
}  # fmt: skip

UNIT_ROOT = Theorem(
    name="arima.unit_root",
    title="Under a unit root the influence of a shock does not fall",
    statement=Statement(
        real=("phi", "theta", "r", "w", "y", "e", "K", "R", "j"),
        matrix=("C", "P", "S", "V", "a", "b"),
        recurrence=Recurrence(
            "q",
            0,
            ("w", "y", "e"),
            base=("e = 1", "w = 1", "y = 1"),
            step=("e' = 0", "w' = phi*w + theta*e", "y' = y + w'"),
            accumulate=(
                Accumulated("P", "product", "C"),
                Accumulated("S", "sum", "P", 0),
                Accumulated("K", "product", "phi"),
                Accumulated("R", "product", "r"),
                Accumulated("j", "sum", "1"),
            ),
        ),
        parts=(
            Part(("(1 - C)*S = 1 - C*P",), induction=True),
            Part(("a*S*b = a*V*b - a*V*C*P*b",), assume=("V*(1 - C) = 1",)),
            Part(
                ("phi*w + theta*e = (phi + theta)*K", "(1 - phi)*y = 1 + theta - (phi + theta)*K"), induction=True
            ),
            Part(
                ("R >= 0", "-R <= K <= R", "j >= 0", "R <= 1", "R*(1 + j*(1 - r)) <= 1"),
                assume=("-r <= phi <= r", "r <= 1"), induction=True,
            ),
            Part(("y = 1",), assume=("phi = 0", "theta = 0"), induction=True),
        ),
    ),
    scope="schema in q, and in the order of the process for the sum; ARIMA(1, 1, 1) and ARIMA(0, 1, 0) in closed form",
    source="Box & Jenkins 1970; the carousel is the unit root",
    sharp="an identity",
    points=(_WALK,),
    step_point=_WALK | {"w'": "0", "y'": "1", "e'": "0"},
    neighbour=Neighbour("1 + theta - (phi + theta)*K", "1 + theta - (phi - theta)*K", "(1 - phi)*y = 1 + theta - "
                        "(phi - theta)*K", _WALK | {"theta": "1"}),
    symbols=(
        Symbol("phi", r"\phi", "phi", "the autoregressive coefficient of ARIMA(1, 1, 1)"),
        Symbol("theta", r"\theta", "theta", "its moving-average coefficient"),
        Symbol("r", "r", "r", "a bound of the modulus of `phi`"),
        Symbol("e", r"e_{@}", "e[@]", "the shock, 1 at lag 0 and 0 after it"),
        Symbol("w", r"w_{@}", "w[@]", "the response of the differenced series"),
        Symbol("y", r"\psi_{@}", "psi[@]", "the influence of the shock at lag `q`"),
        Symbol("K", r"K_{@}", "K[@]"),
        Symbol("R", r"\rho_{@}", "rho[@]"),
        Symbol("C", "C", "C", "the matrix of any ARMA process in state-space form, of any order"),
        Symbol("P", r"P_{@}", "P[@]"),
        Symbol("S", r"S_{@}", "S[@]", "the sum of the powers of `C`, so that ARIMA with one difference has `a S b`"),
        Symbol("V", "V", "V", "the inverse of `1 - C` where there is one"),
        Symbol("a", "a", "a", "the row that reads the state"),
        Symbol("b", "b", "b", "the column by which the shock enters it"),
        Symbol("j", "@", "@"),
    ),
)  # fmt: skip

_LEVEL = {"k": "3", "T": "1", "i": "2", "R": "0", "o": "0", "K": "1", "j": "0", "X": "2", "H": "1", "tau": "0"}

RECEPTIVE_FIELD = Theorem(
    name="tcn.receptive_field",
    title="How far dilated convolutions see, and how many see T steps",
    statement=Statement(
        real=("i", "R", "o", "K", "j", "lam", "tau"),
        integer=("k", "T"),
        let=(("X", "exp", "lam"), ("H", "exp", "tau*lam"), ("Y", "exp", "j*lam"), ("one", "exp", "0")),
        assume=("k >= 2",),
        recurrence=Recurrence(
            "L",
            0,
            ("i", "R", "o"),
            base=("R = 0", "o = 0"),
            step=("R' = R + (k - 1)*K", "o' = o + i*K"),
            always=("0 <= i <= k - 1",),
            accumulate=(Accumulated("K", "product", "2"), Accumulated("j", "sum", "1")),
        ),
        parts=(
            Part(("K >= 1", "R = (k - 1)*(K - 1)", "0 <= o <= R"), induction=True),
            Part(("K = Y", "1 + R >= T iff j >= tau"), assume=("X = 2", "(k - 1)*H = T + k - 2"), induction=True),
        ),
    ),
    scope="schema in L and k, for one convolution to a level",
    source="van den Oord et al. 2016; Bai, Kolter & Koltun 2018",
    sharp="the lag (k - 1)(2^L - 1) is reached by the oldest sample at each level; tau = log2((T - 1)/(k - 1) + 1)",
    points=(_LEVEL,),
    step_point=_LEVEL | {"i'": "2", "R'": "2", "o'": "2"},
    neighbour=Neighbour("o <= R", "2*o <= R", "2*o <= R", _LEVEL | {"R": "2", "o": "2", "K": "2", "j": "1"}),
    symbols=(
        Symbol("k", "k", "k", "the number of samples in a kernel"),
        Symbol("T", "T", "T", "the number of steps to be seen"),
        Symbol("i", r"i_{@}", "i[@]", "which sample a path takes at level `L`, 0 the newest"),
        Symbol("o", r"o_{@}", "o[@]", "the lag that it reaches with `L` levels"),
        Symbol("R", r"R_{@}", "R[@]", "the lag reached by the oldest sample at each level"),
        Symbol("K", r"K_{@}", "K[@]"),
        Symbol("lam", r"\lambda", "lambda", "the logarithm of 2"),
        Symbol("tau", r"\tau", "tau"),
        Symbol("X", r"e^{\lambda}", "exp(lambda)"),
        Symbol("H", r"e^{\tau \lambda}", "exp(tau lambda)"),
        Symbol("Y", r"e^{@ \lambda}", "exp(@ lambda)"),
        Symbol("j", "@", "@"),
    ),
)
