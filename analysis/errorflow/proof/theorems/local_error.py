"""The local error factor of one connection, |f'(net) w| with net = w y + c and f the logistic function.

local_error.peak_gain: x f'(x) has its only maximum over the reals at a root X > 0 of x tanh(x/2) = 1, where it is
(X - 1/X)/4 = 0.2238716...; for tanh the maximum is exactly twice that. That X exists is a hypothesis: what is proved
is the change of sign over its bracket.
local_error.peak: for any bias c and y other than 0, on either side w y >= 0 or w y <= 0, the factor has one maximum,
where w y tanh(net/2) = 1, that is w = (1/y) coth(net/2). With c other than 0 the two sides differ.
"""

from __future__ import annotations

from ..checker.statement import Part, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

LOW, HIGH = "1543404638418208/1000000000000000", "1543404638418209/1000000000000000"
GAIN_LOW, GAIN_HIGH = "2238716023471/10000000000000", "2238716023472/10000000000000"

PEAK_GAIN = Theorem(
    name="local_error.peak_gain",
    title="The largest gain of one connection without bias",
    statement=Statement(
        real=("x", "y", "X"),
        let=(
            ("T", "tanh", "X/2"),
            ("s", "logistic", "X"),
            ("sx", "logistic", "x"),
            ("sy", "logistic", "y"),
            ("ty", "tanh", "y/2"),
            ("el", "exp", LOW),
            ("eh", "exp", HIGH),
            ("ex", "exp", "X"),
            ("en", "exp", "-X"),
        ),
        assume=("X > 0", "X*T = 1"),
        parts=(
            Part(("X*s*(1 - s) = (X - T)/4", "X/2*(1 - T**2) = 2*X*s*(1 - s)")),
            Part(("x*sx*(1 - sx) < X*s*(1 - s)",), assume=("x > X",)),
            Part(("x*sx*(1 - sx) < X*s*(1 - s)",), assume=("x < X",)),
            Part((f"{LOW}*(el - 1) < el + 1", f"{HIGH}*(eh - 1) > eh + 1")),
            Part((f"{LOW} < X < {HIGH}", f"{GAIN_LOW} < X*s*(1 - s) < {GAIN_HIGH}")),
        ),
    ),
    scope="universal, given a root X; a change of sign is proved, the intermediate value theorem is not in the kernel",
    source="Hochreiter & Schmidhuber 1997, section 3.1, maximum of |f'(net) w| over w",
    sharp="0.2238716023471... at x = X = 1.543404638418208..., nowhere else",
    points=(),
    existence=(f"{LOW}*(el - 1) < el + 1", f"{HIGH}*(eh - 1) > eh + 1"),
    neighbour=Neighbour(GAIN_HIGH, "2238716023471/10000000000000", "", {}),
    symbols=(
        Symbol("X", meaning="a root of `x tanh(x/2) = 1`"),
        Symbol("sx", r"\sigma_x", "sigma_x"),
        Symbol("el", r"e_1", "e1", "`exp` at the lower end of the bracket"),
        Symbol("eh", r"e_2", "e2", "`exp` at the upper end of the bracket"),
    ),
    depends=("logistic.slope", "tanh.slope"),
)

PEAK = Theorem(
    name="local_error.peak",
    title="The weight at which the local error factor peaks",
    statement=Statement(
        real=("w", "y", "c", "v", "a", "b", "z"),
        let=(
            ("s", "logistic", "w*y + c"),
            ("t", "tanh", "(w*y + c)/2"),
            ("sv", "logistic", "v + c"),
            ("tv", "tanh", "(v + c)/2"),
            ("sa", "logistic", "a + c"),
            ("ta", "tanh", "(a + c)/2"),
            ("sb", "logistic", "b + c"),
            ("tb", "tanh", "(b + c)/2"),
            ("sz", "logistic", "z + c"),
            ("tz", "tanh", "(z + c)/2"),
            ("ep", "exp", "v + c"),
            ("en", "exp", "-v - c"),
        ),
        parts=(
            Part(("d(s*(1 - s)*w, w) = s*(1 - s)*(1 - w*y*t)",)),
            Part(
                ("sv*(1 - sv)*v < sa*(1 - sa)*a", "sa*(1 - sa)*a = (a - ta)/4"), assume=("a > 0", "a*ta = 1", "v > a")
            ),
            Part(("sv*(1 - sv)*v < sa*(1 - sa)*a",), assume=("a > 0", "a*ta = 1", "v >= 0", "v < a")),
            Part(
                ("-sv*(1 - sv)*v < -sb*(1 - sb)*b", "-sb*(1 - sb)*b = (tb - b)/4"),
                assume=("b < 0", "b*tb = 1", "v < b"),
            ),
            Part(("-sv*(1 - sv)*v < -sb*(1 - sb)*b",), assume=("b < 0", "b*tb = 1", "v <= 0", "v > b")),
            Part(("v*tv >= 1",), assume=("v >= 2", "v + c >= 2")),
        ),
    ),
    scope="universal, given a root on the side in question",
    source="Hochreiter & Schmidhuber 1997, section 3.1: |f'(net) w| is largest at w = (1/y) coth(net/2)",
    sharp="attained at w y = a; the maximum over all w is the larger of the two sides, which agree for c = 0",
    points=(
        {"a": "2", "ta": "1/2", "v": "3"},
        {"a": "2", "ta": "1/2", "v": "1"},
        {"b": "-2", "tb": "-1/2", "v": "-3"},
        {"b": "-2", "tb": "-1/2", "v": "-1"},
        {"v": "2", "c": "0"},
    ),
    neighbour=Neighbour(
        "1 - w*y*t",
        "1 - w*y*s",
        "d(s*(1 - s)*w, w) = s*(1 - s)*(1 - w*y*s)",
        {"w": "1", "y": "1", "c": "-1", "s": "1/2", "t": "0"},
    ),
    symbols=(
        Symbol("v", meaning="`w y`, the share of this connection in `net = w y + c`"),
        Symbol("a", meaning="a root of `x tanh((x + c)/2) = 1` on the side `x > 0`"),
        Symbol("b", meaning="a root of the same equation on the side `x < 0`"),
        Symbol("sv", r"\sigma_v", "sigma_v"),
        Symbol("sa", r"\sigma_a", "sigma_a"),
        Symbol("sb", r"\sigma_b", "sigma_b"),
        Symbol("tv", r"t_v", "t_v"),
        Symbol("ta", r"t_a", "t_a"),
        Symbol("tb", r"t_b", "t_b"),
    ),
    depends=("logistic.slope",),
)
