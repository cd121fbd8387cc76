"""Slopes of the squashing functions.

logistic.slope: 0 < sigma' = sigma (1 - sigma) <= 1/4, with equality at 0 only.
tanh.slope: 0 < tanh' = 1 - tanh^2 <= 1, with equality at 0 only.
squash.slopes: the 1997 squashes h = 2 sigma - 1 = tanh(x/2) and g = 4 sigma - 2 = 2 tanh(x/2) have slopes
(1 - h^2)/2 <= 1/2 and 1 - g^2/4 <= 1, with equality at 0 only.
squash.decay: the slope of the squash h falls with |x| as 2 e^-|x|, and stays below that.
logistic.curvature: |sigma''| is at most sqrt(3)/18, where 6 sigma (1 - sigma) = 1.
slopes.crossing: tanh' > sigma' exactly where cosh(x/2) < (1 + sqrt 3)/2.
"""

from __future__ import annotations

from ..checker.statement import Part, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

LOGISTIC_SLOPE = Theorem(
    name="logistic.slope",
    title="The logistic function has slope at most 1/4",
    statement=Statement(
        real=("x",),
        let=(("s", "logistic", "x"),),
        parts=(Part(("d(s, x) = s*(1 - s)", "0 < d(s, x) <= 1/4", "d(s, x) = 1/4 iff x = 0")),),
    ),
    scope="universal",
    source="Hochreiter & Schmidhuber 1997, section 3.1, below eq. (2): f' of the logistic is at most 0.25",
    sharp="1/4 at x = 0, nowhere else",
    points=({"x": "0", "s": "1/2"},),
    neighbour=Neighbour("1/4", "1/5", "d(s, x) <= 1/5", {"x": "0", "s": "1/2"}),
)

TANH_SLOPE = Theorem(
    name="tanh.slope",
    title="The hyperbolic tangent has slope at most 1",
    statement=Statement(
        real=("x",),
        let=(("t", "tanh", "x"),),
        parts=(Part(("d(t, x) = 1 - t**2", "0 < d(t, x) <= 1", "d(t, x) = 1 iff x = 0")),),
    ),
    scope="universal",
    source="Hochreiter & Schmidhuber 1997, section 3.1",
    sharp="1 at x = 0, nowhere else",
    points=({"x": "0", "t": "0"},),
    neighbour=Neighbour("<= 1", "<= 9/10", "d(t, x) <= 9/10", {"x": "0", "t": "0"}),
)

SQUASH_SLOPES = Theorem(
    name="squash.slopes",
    title="The 1997 squashes are hyperbolic tangents of half the argument",
    statement=Statement(
        real=("x",),
        let=(("s", "logistic", "x"), ("t", "tanh", "x/2"), ("h", "", "2*s - 1"), ("g", "", "4*s - 2")),
        parts=(
            Part(("h = t", "d(h, x) = (1 - h**2)/2", "0 < d(h, x) <= 1/2", "d(h, x) = 1/2 iff x = 0")),
            Part(("g = 2*t", "d(g, x) = 1 - g**2/4", "0 < d(g, x) <= 1", "d(g, x) = 1 iff x = 0")),
        ),
    ),
    scope="universal",
    source="Hochreiter & Schmidhuber 1997, eqs. (4) and (5), where h is 2 logistic - 1 and g is 4 logistic - 2",
    sharp="1/2 and 1 at x = 0, nowhere else",
    points=({"x": "0", "s": "1/2", "t": "0"},),
    neighbour=Neighbour("<= 1/2", "<= 1/3", "d(h, x) <= 1/3", {"x": "0", "s": "1/2", "t": "0"}),
    depends=("logistic.slope",),
)

SQUASH_DECAY = Theorem(
    name="squash.decay",
    title="The slope of the output squash decays exponentially with the cell state",
    statement=Statement(
        real=("x",),
        let=(("s", "logistic", "x"), ("h", "", "2*s - 1"), ("p", "exp", "x"), ("e", "exp", "-x")),
        parts=(
            Part(
                (
                    "d(h, x)*(1 + e)**2 = 2*e",
                    "d(h, x)*(1 + p)**2 = 2*p",
                    "d(h, x) > 0",
                    "d(h, x) < 2*e",
                    "d(h, x) < 2*p",
                )
            ),
            Part(("2*d(h, x) >= e",), assume=("x >= 0",)),
            Part(("2*d(h, x) >= p",), assume=("x <= 0",)),
        ),
    ),
    scope="universal",
    source="Hochreiter & Schmidhuber 1997, section 4, on a cell state that drifts and appendix A.2, eq. (5)",
    sharp="e^-x is 1 and the slope 1/2 at x = 0; the quotient of slope and 2 e^-|x| tends to 1 as |x| grows",
    points=({"x": "0", "s": "1/2", "p": "1", "e": "1"},),
    neighbour=Neighbour("d(h, x) < 2*e", "3*d(h, x) < e", "3*d(h, x) < e", {"x": "0", "s": "1/2", "p": "1", "e": "1"}),
    symbols=(Symbol("p", "e^{x}", "e^x"), Symbol("e", "e^{-x}", "e^-x")),
    depends=("squash.slopes",),
)

CURVATURE = Theorem(
    name="logistic.curvature",
    title="The slope of the logistic function changes by at most sqrt(3)/18 for each unit of net input",
    statement=Statement(
        real=("x",),
        let=(("s", "logistic", "x"), ("f", "", "d(s, x)"), ("k", "", "d(f, x)")),
        parts=(
            Part(
                (
                    "k = f*(1 - 2*s)",
                    "108*k**2 <= 1",
                    "108*k**2 = 1 iff 1 - 6*s*(1 - s) = 0",
                    "-96225044865/1000000000000 < k < 96225044865/1000000000000",
                )
            ),
        ),
    ),
    scope="universal",
    source="follows from logistic.slope; the second derivative at which the factor |f'(net) w| of 1997 is stationary",
    sharp="sqrt(3)/18 = 0.0962250448649... where s = (3 - sqrt 3)/6, its negative where s = (3 + sqrt 3)/6",
    points=({"x": "0", "s": "1/2"},),
    neighbour=Neighbour("< 96225044865/", "< 96225044864/", "", {}),
    symbols=(Symbol("f", r"\sigma'", "sigma'"), Symbol("k", r"\kappa", "kappa")),
    depends=("logistic.slope",),
)

CROSSING = Theorem(
    name="slopes.crossing",
    title="Where the slope of tanh is the larger one",
    statement=Statement(
        real=("x", "u", "r"),
        let=(
            ("s", "logistic", "x"),
            ("t", "tanh", "x"),
            ("p", "exp", "x/2"),
            ("e", "exp", "-x/2"),
            ("e2", "exp", "-x"),
            ("e4", "exp", "-2*x"),
            ("z", "logistic", "2*x"),
        ),
        assume=("u = (p + e)/2", "r > 0", "r**2 = 3"),
        parts=(
            Part(("u >= 1", "d(t, x) > d(s, x) iff u < (1 + r)/2", "d(t, x) = d(s, x) iff u = (1 + r)/2")),
            Part(("d(s, x) = (2 - r)/2",), assume=("u = (1 + r)/2",)),
        ),
    ),
    scope="universal",
    source="follows from logistic.slope and tanh.slope",
    sharp="equal at |x| = 2 arccosh((1 + sqrt 3)/2) = 1.662885891058621..., both slopes (2 - sqrt 3)/2 = 0.13397459...",
    points=({"x": "0"},),
    existence=("u >= 1",),
    neighbour=Neighbour("u < (1 + r)/2", "u < (2 + r)/2", "", {}),
    symbols=(Symbol("u", meaning="`cosh(x/2)`"), Symbol("r", meaning="the square root of 3")),
    depends=("logistic.slope", "tanh.slope"),
)
