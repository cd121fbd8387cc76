"""What the norms of the factors of an LSTM's steps say about its full flow: bounds below and above.

One step is dc' = F dc + A dh, dh' = D dc' + B dh, with `mu ||dc|| <= ||F dc|| <= phi ||dc||` and the norms of A, D and
B at most alpha, d and beta, so that the norms alone obey inequalities.

lstm.lower_bound: a cone ||dh|| <= kappa ||dc|| that is carried along from step to step bounds ||dc|| below.
lstm.lower_rate: with constant bounds, sqrt(mu) >= sqrt(alpha d) + sqrt(beta) keeps ||dc|| above lambda^q ||dc_0||.
lstm.vanishing: the 2 x 2 matrices of the norms bound the flow above; d alpha < (1 - phi)(1 - beta) makes it vanish.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .point import at
from .theorem import Neighbour, Theorem

_X = Symbol("x", r"\|\delta c_{@}\|", "|dc[@]|", "the norm of the change of the cell state after `q` steps")
_Y = Symbol("y", r"\|\delta h_{@}\|", "|dh[@]|", "that of the hidden state")
_F = "`F`, the derivative of the new cell state in the old one"
_A = "`A`, the derivative of the new cell state in the old hidden state"
_D = "`D`, the derivative of the new hidden state in the new cell state"
_B = "`B`, the derivative of the new hidden state in the old one, the new cell state fixed"
_TRIANGLE = "the norm obeys the triangle inequality"
_FACTORS = "a factor of the Jacobian changes a norm by no more than its own, and F by no less than mu"

LOWER_BOUND = Theorem(
    name="lstm.lower_bound",
    title="A cone bounds the full LSTM flow below",
    statement=Statement(
        real=("x", "y", "mu", "alpha", "d", "beta", "kappa", "g", "a", "G"),
        assume=("a >= 0",),
        recurrence=Recurrence(
            "q",
            0,
            ("x", "y", "mu", "alpha", "d", "beta", "kappa", "g"),
            base=("x = a", "kappa >= 0", "y <= kappa*x"),
            step=(
                "x' >= mu'*x - alpha'*y",
                "y' <= d'*x' + beta'*y",
                "g' = mu' - alpha'*kappa",
                "kappa'*g' >= d'*g' + beta'*kappa",
            ),
            always=("alpha >= 0", "d >= 0", "beta >= 0", "g > 0"),
            accumulate=(Accumulated("G", "product", "g"),),
        ),
        parts=(Part(("kappa >= 0", "G > 0", "y <= kappa*x", "x >= G*a"), induction=True),),
    ),
    scope="schema in q and n, for any norms with the properties assumed",
    source="the factors of lstm.factorisation; the cone is that of dominated splittings",
    sharp="equal for one unit, (F, A, D, B) = (mu, -alpha, d, beta), from the edge of the cone",
    points=(
        {
            "a": "1", "x": "1", "y": "1", "mu": "1", "alpha": "1/4", "d": "1/2", "beta": "1/4", "kappa": "1",
            "g": "3/4", "G": "1",
        },
    ),
    step_point={
        "a": "1", "x": "1", "y": "1", "mu": "1", "alpha": "1/4", "d": "1/2", "beta": "1/4", "kappa": "1", "g": "3/4",
        "mu'": "1", "alpha'": "1/4", "d'": "1/2", "beta'": "1/4", "kappa'": "5/6", "g'": "3/4",
        "x'": "3/4", "y'": "5/8",
    },
    assumes=(_TRIANGLE, _FACTORS),
    neighbour=Neighbour("x >= G*a", "x >= 2*G*a", "x >= 2*G*a", {"x": "1", "G": "1", "a": "1"}),
    symbols=(
        _X,
        _Y,
        Symbol("mu", r"\mu_{@}", "mu[@]", f"at step `q` at most the least factor by which {_F}, changes a norm"),
        Symbol("alpha", r"\alpha_{@}", "alpha[@]", f"at least the norm at step `q` of {_A}"),
        Symbol("d", r"d_{@}", "d[@]", f"at least that of {_D}"),
        Symbol("beta", r"\beta_{@}", "beta[@]", f"at least that of {_B}"),
        Symbol("kappa", r"\kappa_{@}", "kappa[@]", "the width of the cone"),
        Symbol("g", r"g_{@}", "g[@]", "what the cone leaves of that factor"),
        Symbol("G", r"G_{@}", "G[@]"),
    ),
    depends=("lstm.factorisation",),
)  # fmt: skip

_ROOTS = ("p**2 = mu", "s**2 = alpha*d", "t**2 = beta", "s >= 0", "t >= 0", "p >= s + t")
_RATE = (
    *_ROOTS,
    "w >= 0",
    "w**2 = (mu - alpha*d + beta)**2 - 4*mu*beta",
    "2*lam = mu - alpha*d + beta + w",
)
_HALVES = {
    "a": "1", "b": "1", "x": "1", "y": "1", "L": "1", "mu": "1", "alpha": "1/2", "d": "1/2", "beta": "1/4",
    "kappa": "1", "lam": "1/2", "p": "1", "s": "1/2", "t": "1/2", "w": "0",
}  # fmt: skip

LOWER_RATE = Theorem(
    name="lstm.lower_rate",
    title="A rate bounds the full LSTM flow below",
    statement=Statement(
        real=("x", "y", "a", "b", "mu", "alpha", "d", "beta", "kappa", "lam", "p", "s", "t", "w", "L"),
        assume=("a >= 0", "alpha >= 0", "d >= 0", "beta >= 0"),
        recurrence=Recurrence(
            "q",
            0,
            ("x", "y"),
            base=("x = a", "y = b"),
            step=("x' >= mu*x - alpha*y", "y' <= d*x' + beta*y"),
            accumulate=(Accumulated("L", "product", "lam"),),
        ),
        parts=(
            Part(
                ("L >= 0", "y <= kappa*x", "x >= L*a"),
                assume=(
                    "kappa >= 0",
                    "alpha*kappa**2 - (mu + alpha*d - beta)*kappa + d*mu <= 0",
                    "lam = mu - alpha*kappa",
                    "lam > 0",
                    "b <= kappa*a",
                ),
                induction=True,
            ),
            Part(("(mu - alpha*d + beta)**2 - 4*mu*beta >= 0",), assume=_ROOTS),
            Part(
                ("0 <= lam <= mu - alpha*d", "lam**2 - (mu - alpha*d + beta)*lam + mu*beta = 0"),
                assume=_RATE,
            ),
            Part(
                ("L >= 0", "alpha*y <= (mu - lam)*x", "x >= L*a"),
                assume=(*_RATE, "alpha*b <= (mu - lam)*a"),
                induction=True,
            ),
        ),
    ),
    scope="schema in q and n, for any norms with the properties assumed",
    source="lstm.lower_bound with constant bounds; lambda is the larger root of its quadratic",
    sharp="equal for one unit, (F, A, D, B) = (mu, -alpha, d, beta), from the edge of the cone",
    points=(_HALVES,),
    step_point=_HALVES | {"x'": "1/2", "y'": "1/2"},
    assumes=(_TRIANGLE, _FACTORS),
    neighbour=Neighbour("x >= L*a", "x >= 2*L*a", "x >= 2*L*a", {"x": "1", "L": "1", "a": "1"}),
    symbols=(
        _X,
        _Y,
        Symbol("mu", meaning=f"a lower bound of the factors by which {_F}, changes a norm"),
        Symbol("alpha", meaning=f"an upper bound of the norms of {_A}"),
        Symbol("d", meaning=f"one of those of {_D}"),
        Symbol("beta", meaning=f"one of those of {_B}"),
        Symbol("lam", r"\lambda", "lambda"),
        Symbol("p", r"\sqrt{\mu}", "sqrt(mu)"),
        Symbol("s", r"\sqrt{\alpha d}", "sqrt(alpha d)"),
        Symbol("t", r"\sqrt{\beta}", "sqrt(beta)"),
    ),
    depends=("lstm.lower_bound",),
)

_WEIGHTED = ("u > 0", "v > 0", "(u + v*e)*p <= r*u", "u*a + v*(e*a + b) <= r*v")
_QUARTERS = {
    "x": "1", "y": "1", "phi": "1/2", "alpha": "1/4", "d": "1/2", "beta": "1/2", "X": "1", "Y": "1",
    "p": "1/2", "a": "1/4", "e": "1/2", "b": "1/2", "u": "5/8", "v": "3/4", "r": "10/11",
    "S": "11/8", "R": "1", "j": "0",
}  # fmt: skip

VANISHING = Theorem(
    name="lstm.vanishing",
    title="A weak loop makes the full LSTM flow vanish",
    statement=Statement(
        real=(
            *("x", "y", "phi", "alpha", "d", "beta", "X", "Y"),
            *("p", "a", "e", "b", "u", "v", "r", "S", "R", "j", "z"),
        ),
        recurrence=Recurrence(
            "q",
            0,
            ("x", "y", "phi", "alpha", "d", "beta", "X", "Y"),
            base=("X = x", "Y = y", "S = u*x + v*y"),
            step=(
                "x' <= phi'*x + alpha'*y",
                "y' <= d'*x' + beta'*y",
                "X' = phi'*X + alpha'*Y",
                "Y' = d'*X' + beta'*Y",
            ),
            always=("x >= 0", "y >= 0", "0 <= phi <= p", "0 <= alpha <= a", "0 <= d <= e", "0 <= beta <= b"),
            accumulate=(Accumulated("R", "product", "r"), Accumulated("j", "sum", "1")),
        ),
        parts=(
            Part(("x <= X", "y <= Y"), induction=True),
            Part(("R >= 0", "u*x + v*y <= R*S", "S >= 0"), assume=_WEIGHTED, induction=True),
            Part(
                (
                    *("R >= 0", "j >= 0", "S >= 0", "u*x + v*y <= R*S", "R <= 1"),
                    *("R*(1 + j*(1 - r)) <= 1", "(u*x + v*y)*(1 + j*(1 - r)) <= S"),
                ),
                assume=(*_WEIGHTED, "r <= 1"),
                induction=True,
            ),
            Part(
                ("u > 0", "v > 0", "r < 1", "(u + v*e)*p <= r*u", "u*a + v*(e*a + b) <= r*v"),
                assume=(
                    "p < 1",
                    "b < 1",
                    "e*a < (1 - p)*(1 - b)",
                    "u = 1 - b - e*a + e*p",
                    "v = 1 - p + a",
                    "(1 - r)*(u + v) = (1 - p)*(1 - b) - e*a",
                ),
            ),
            Part(
                (
                    *("u >= 0", "v >= 0", "(u + v*e)*p = r*u", "u*a + v*(e*a + b) = r*v"),
                    "(1 - p)*(1 - b) - e*a > 0 iff 1 - r > 0",
                ),
                assume=(
                    *("p < 1", "b < 1", "z >= 0", "z**2 = (p + e*a + b)**2 - 4*p*b", "2*r = p + e*a + b + z"),
                    *("u = e*p", "v = r - p"),
                ),
            ),
        ),
    ),
    scope="schema in q and n, for any norms with the properties assumed",
    source="the factors of lstm.factorisation; a nonnegative matrix and a positive vector that it shrinks",
    sharp="equal for one unit, (F, A, D, B) = (phi, alpha, d, beta); the last rate is the least, (u, v) being Perron's",
    points=(
        _QUARTERS,
        {**_QUARTERS, **at("alpha=1/5 beta=1/8 a=1/5 b=1/8 u=1/4 v=1/8 r=5/8 z=21/40 S=3/8")},
    ),
    step_point=_QUARTERS
    | {
        "phi'": "1/2", "alpha'": "1/4", "d'": "1/2", "beta'": "1/2", "x'": "3/4", "y'": "7/8", "X'": "3/4", "Y'": "7/8",
    },
    assumes=(_TRIANGLE, "a factor of the Jacobian changes a norm by no more than its own"),
    neighbour=Neighbour("x <= X", "2*x <= X", "2*x <= X", {"x": "1", "X": "1"}),
    symbols=(
        _X,
        _Y,
        Symbol("phi", r"\phi_{@}", "phi[@]", f"at least the norm at step `q` of {_F}"),
        Symbol("alpha", r"\alpha_{@}", "alpha[@]", f"at least that of {_A}"),
        Symbol("d", r"d_{@}", "d[@]", f"at least that of {_D}"),
        Symbol("beta", r"\beta_{@}", "beta[@]", f"at least that of {_B}"),
        Symbol("p", r"\bar{\phi}", "phi_max"),
        Symbol("a", r"\bar{\alpha}", "alpha_max"),
        Symbol("e", r"\bar{d}", "d_max"),
        Symbol("b", r"\bar{\beta}", "beta_max"),
        Symbol("X", r"X_{@}", "X[@]"),
        Symbol("Y", r"Y_{@}", "Y[@]"),
        Symbol("j", "@", "@"),
    ),
    depends=("lstm.factorisation",),
)  # fmt: skip
