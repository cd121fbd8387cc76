"""One tanh unit that feeds itself, h' = tanh(w h + x): what its error flow does and cannot do.

rnn.fixed_point: at a fixed point other than 0 of h' = tanh(w h) the slope lies between 0 and 1, however large w is; it
is above 1 - 3 (w - 1), so that it tends to 1 as w falls to 1.
rnn.scalar_vanishes: |w| > 1 makes the error of h' = tanh(w h) vanish geometrically from every start but 0, from which
it explodes as w^q.
rnn.scalar_variation: whatever w, bias and inputs are, |dh_q/dh_0| adds up to at most 2 over all starts in [-1, 1], so
that the error exceeds K from a set of starts of length at most 2/K.
rnn.volume: for n units the same holds of |det dh_q/dh_0| with 2^n, and the Lyapunov exponents add up to at most 0.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

FIXED_POINT = Theorem(
    name="rnn.fixed_point",
    title="At a fixed point other than 0, one tanh unit shrinks errors",
    statement=Statement(
        real=("w", "h", "y", "z"),
        let=(
            ("zero", "", "0"),
            ("u", "", "w*h"),
            ("t", "tanh", "w*h"),
            ("t0", "tanh", "0"),
            ("ty", "tanh", "y"),
            ("tz", "tanh", "z"),
        ),
        assume=("h > 0", "t = h"),
        parts=(
            Part(
                (
                    *("h**2 < 3*(w - 1)", "d(t, h) = w*(1 - h**2)"),
                    *("0 < d(t, h) < 1 - 2*h**2/3", "d(t, h) > 1 - 3*(w - 1)"),
                )
            ),
        ),
    ),
    scope="universal: any w; the fixed point -h has the same slope",
    source="against |w| > 1 explodes; the slope is artanh(h) (1 - h^2) / h, a series in h that begins with 1 - 2 h^2/3",
    sharp="the slope tends to 1 as w falls to 1, where h tends to 0; 0.166... at w = 2, where h = 0.957...",
    points=({"h": "1/2", "t": "1/2"},),
    neighbour=Neighbour("d(t, h) < 1 - 2*h**2/3", "d(t, h) < 1 - 3*h**2/4", "", {}),
    symbols=(
        Symbol("h", "h", "h", "a fixed point of `x -> tanh(w x)` above 0"),
        Symbol("t", r"\tanh(w h)", "tanh(w h)"),
    ),
    depends=("tanh.slope",),
)

VANISHES = Theorem(
    name="rnn.scalar_vanishes",
    title="A weight above 1 makes the error of one tanh unit vanish from every start but 0",
    statement=Statement(
        real=("w", "W", "L", "a", "c", "k", "h", "P", "g", "G", "K", "R", "j", "y", "z"),
        let=(
            *(("zero", "", "0"), ("U", "", "W*L"), ("u", "", "w*h"), ("n", "", "-w*h"), ("r", "", "k**2")),
            *(("T", "tanh", "W*L"), ("t", "tanh", "w*h"), ("m", "tanh", "-w*h"), ("tg", "tanh", "w*g")),
            *(("t0", "tanh", "0"), ("ty", "tanh", "y"), ("tz", "tanh", "z")),
            *(("s", "logistic", "2*w*h"), ("sm", "logistic", "-2*w*h"), ("S", "logistic", "2*W*L")),
            *(("x", "exp", "-2*w*h"), ("xm", "exp", "2*w*h"), ("E", "exp", "2*W*L"), ("Em", "exp", "-2*W*L")),
        ),
        assume=(
            *("W > 1", "W**2 = w**2", "L > 0", "L**2 < a**2", "W*L <= W - 1", "c >= 1", "c >= a**2"),
            "k*T = W*L*(1 - T**2)",
        ),
        recurrence=Recurrence(
            "q",
            0,
            ("h", "P", "g", "G"),
            base=("h = a", "P = 1", "g = 0", "G = 1"),
            step=("h' = t", "P' = w*(1 - h'**2)*P", "g' = tg", "G' = w*(1 - g'**2)*G"),
            accumulate=(
                Accumulated("R", "product", "r"),
                Accumulated("K", "product", "w"),
                Accumulated("j", "sum", "1"),
            ),
        ),
        parts=(
            Part(("L <= T < W*L", "0 < k < 1")),
            Part(("R >= 0", "h**2 > L**2", "h**2 <= c", "P**2*a**2 <= R*h**2"), induction=True),
            Part(("R >= 0", "j >= 0", "R <= 1", "R*(1 + j*(1 - r)) <= 1"), induction=True),
            Part(("P**2*a**2*(1 + j*(1 - r)) <= c",)),
            Part(("g = 0", "G = K"), induction=True),
        ),
    ),
    scope="schema in q; any w with |w| > 1 and any start other than 0 have such L, c and k",
    source="against |w| > 1 explodes",
    sharp="|P| tends to 0 as fast as the power of the slope at the fixed point; from 0 it is exactly |w|^q",
    points=(),
    existence=("L <= T < W*L",),
    neighbour=Neighbour(
        "P**2*a**2 <= R*h**2",
        "4*P**2*a**2 <= R*h**2",
        "4*P**2*a**2 <= R*h**2",
        {"P": "1", "a": "1", "R": "1", "h": "1"},
    ),
    symbols=(
        Symbol("w", "w", "w", "the weight"),
        Symbol("W", "|w|", "|w|"),
        Symbol("a", "a", "a", "the start, which is not 0"),
        Symbol("h", "h_{@}", "h[@]", "the activation after `q` steps"),
        Symbol("P", "P_{@}", "P[@]", "its derivative in the start, by the chain rule"),
        Symbol("g", "g_{@}", "g[@]", "the activation after `q` steps from 0"),
        Symbol("G", "G_{@}", "G[@]", "the derivative there"),
        Symbol("L", "L", "L", "a number below `|a|` and at most `1 - 1/|w|`"),
        Symbol("c", "c", "c", "at least 1 and at least `a^2`"),
        Symbol("T", r"\tanh(|w| L)", "tanh(|w| L)"),
        Symbol("j", "@", "@"),
    ),
    depends=("rnn.fixed_point",),
)

VARIATION = Theorem(
    name="rnn.scalar_variation",
    title="From most starts the error of one tanh unit cannot explode",
    statement=Statement(
        real=("I", "V", "K", "m"),
        assume=("K > 0",),
        parts=(Part(("I = V", "V <= 2")), Part(("m*K <= 2",))),
    ),
    scope="schema in q, for any weight, bias and inputs",
    source="follows from h_q being monotone in h_0 with values in (-1, 1)",
    sharp="2 at lag 0 and, in the limit of a large weight, at any lag; then the steep starts are few",
    points=({"I": "1", "V": "1", "K": "1", "m": "1"},),
    route="coq",
    lemmas=("Variation.driven_derivative", "Variation.variation", "Variation.steep_starts"),
    neighbour=Neighbour("V <= 2", "V <= 1", "V <= 1", {"V": "2"}),
    symbols=(
        Symbol(
            "I",
            r"\int_{-1}^{1} |\mathrm{d} h_{q} / \mathrm{d} h_{0}| \, \mathrm{d} h_{0}",
            "the integral over h[0] in [-1, 1] of |dh[q]/dh[0]|",
            "what an error becomes in size, added up over all starts",
        ),
        Symbol(
            "V",
            r"|h_{q}(1) - h_{q}(-1)|",
            "|h[q](1) - h[q](-1)|",
            "the distance after `q` steps of the orbits of one tanh unit that feeds itself from 1 and from -1",
        ),
        Symbol("K", meaning="any size of an error"),
        Symbol(
            "m",
            meaning="the total length of intervals of starts in [-1, 1] that do not overlap, from all of which "
            "the modulus of `dh_q/dh_0` is at least `K`",
        ),
    ),
    depends=("tanh.slope",),
)

VOLUME = Theorem(
    name="rnn.volume",
    title="From most starts the volume of errors cannot explode",
    statement=Statement(
        real=("I", "M", "K", "m", "L"),
        assume=("K > 0",),
        parts=(Part(("I <= M", "m*K <= M", "L <= 0")),),
    ),
    scope="schema in n and q, for any invertible weights, biases and inputs of a fully recurrent tanh network",
    source="follows from h_0 -> h_q being one-to-one, with values in (-1, 1)^n",
    sharp="equal at lag 0",
    points=({"I": "1", "M": "2", "K": "1", "m": "1", "L": "0"},),
    route="reference",
    reference="Rudin 1987, Real and Complex Analysis, 3rd edition: change of variables, Theorem 7.26, gives the "
    "integral, and Theorem 1.41 (Borel & Cantelli) the exponents from the measure",
    neighbour=Neighbour("I <= M", "2*I <= M", "2*I <= M", {"I": "2", "M": "2"}),
    symbols=(
        Symbol(
            "I",
            r"\int_{[-1, 1]^{n}} |\det\Phi_{q}| \, \mathrm{d} h_{0}",
            "the integral over h[0] in [-1, 1]^n of |det Phi[q]|",
            "what a volume of errors becomes, added up over all starts",
        ),
        Symbol("M", "2^{n}", "2^n", "the volume of `[-1, 1]^n`, `n` being the number of units"),
        Symbol("K", meaning="any volume"),
        Symbol(
            "m",
            meaning="the measure of the starts in `[-1, 1]^n` from which the modulus of the determinant is `K` or more",
        ),
        Symbol(
            "L",
            meaning="the sum of the Lyapunov exponents from almost every start, the limit superior of "
            "`ln |det Phi_q| / q`",
        ),
    ),
    depends=("rnn.scalar_variation", "rnn.determinant_bound"),
    assumes=("the determinant is multiplicative",),
)
