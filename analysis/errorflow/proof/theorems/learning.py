"""BPTT and RTRL: the same gradient, and what either costs. n units, m inputs, p = n + m sources, T steps, no bias.

rtrl.equals_bptt: with P_t = J_t P_{t-1} + B_t forwards and d_{t-1} = e_{t-1} + d_t J_t backwards, the gradients
sum e_t P_t and sum d_t B_t are the same, for any n and T; and so is the part of either that comes from one lag.
bptt.cost: T (2np + n^2) - n^2 multiply-adds, and T p + n words where states and inputs are kept.
rtrl.cost: T n p (n + 1)^2 multiply-adds, more than BPTT's for every n, m and T.
learning.memory_break_even: RTRL's n^2 p words are fewer than BPTT's T p + n if and only if T >= n^2; and fewer than
n (T + 1), where the inputs need not be kept, if and only if T >= n p.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

_COUNT = Accumulated("j", "sum", "1")
_INDEX = Symbol("j", "@", "@")
_UNITS = Symbol("n", "n", "n", "the number of units")
_INPUTS = Symbol("m", "m", "m", "the number of inputs")
_SOURCES = ("p", "", "n + m")

RTRL_EQUALS_BPTT = Theorem(
    name="rtrl.equals_bptt",
    title="RTRL and BPTT compute the same gradient, lag by lag",
    statement=Statement(
        matrix=("J", "B", "P", "d", "e", "G", "H", "X", "y", "z"),
        recurrence=Recurrence(
            "t",
            1,
            ("J", "B", "P", "d", "e", "X", "y"),
            base=("P = B", "X = B", "z = y*B"),
            step=("P' = J'*P + B'", "d = e + d'*J'", "X' = J'*X", "y = y'*J'"),
            accumulate=(Accumulated("G", "sum", "e*P"), Accumulated("H", "sum", "d*B")),
        ),
        parts=(
            Part(("H + e*P = G + d*P",), induction=True),
            Part(("H = G",), assume=("d = e",)),
            Part(("y*X = z",), induction=True),
            Part(("z = e*X",), assume=("y = e",)),
        ),
    ),
    scope="schema in n, in the number of weights and in T; a use at a later step is the first step of another clock",
    source="Hochreiter & Schmidhuber 1997, section 5: off-line RTRL and BPTT compute the same gradient",
    sharp="an identity, also for each lag by itself",
    points=({"J": "3", "B": "2", "P": "2", "d": "5", "e": "5", "X": "2", "y": "5", "z": "10", "G": "10", "H": "10"},),
    step_point={
        "P": "2",
        "B": "2",
        "J": "3",
        "J'": "2",
        "B'": "1",
        "P'": "5",
        "d": "11",
        "e": "5",
        "d'": "3",
        "X": "2",
        "X'": "4",
        "y": "6",
        "y'": "3",
    },
    neighbour=Neighbour(
        "H + e*P = G + d*P",
        "H + d*P = G + e*P",
        "H + d*P = G + e*P",
        {"H": "22", "G": "10", "e": "5", "d": "11", "P": "2"},
    ),
    symbols=(
        Symbol("J", r"J_{@}", "J[@]", "the state Jacobian of step `t`"),
        Symbol("B", r"B_{@}", "B[@]", "the derivative of the state in the weights used at step `t`"),
        Symbol("P", r"P_{@}", "P[@]", "the influence of all weights on the state, carried forwards by RTRL"),
        Symbol("e", r"e_{@}", "e[@]", "the derivative of the loss at step `t` in the state, a row"),
        Symbol(
            "d", r"\delta_{@}", "delta[@]", "the error signal, carried backwards by BPTT, at the last step equal to `e`"
        ),
        Symbol("G", r"G_{@}", "G[@]", "the gradient of RTRL"),
        Symbol("H", r"H_{@}", "H[@]", "the gradient of BPTT"),
        Symbol("X", r"X_{@}", "X[@]", "the influence of the weights as they are used at step 1"),
        Symbol("y", r"y_{@}", "y[@]", "the error signal of the last step's loss alone"),
        Symbol("z", "z", "z", "the part of the gradient that this loss and that use have in BPTT"),
    ),
)

BPTT_COST = Theorem(
    name="bptt.cost",
    title="The multiply-adds and the memory of BPTT",
    statement=Statement(
        real=("F", "G", "R", "S", "j"),
        integer=("n", "m"),
        let=(_SOURCES, ("C", "", "F + G + R"), ("M", "", "S + n")),
        recurrence=Recurrence(
            "T",
            1,
            (),
            accumulate=(
                Accumulated("F", "sum", "n*p"),
                Accumulated("G", "sum", "n*p"),
                Accumulated("R", "sum", "n**2", 2),
                Accumulated("S", "sum", "p"),
                _COUNT,
            ),
        ),
        parts=(Part(("C = j*(2*n*p + n**2) - n**2", "M = j*p + n"), induction=True),),
    ),
    scope="schema in n, m and T",
    source="counted: W h + U x, the outer product with the error, and the error through W, but for the first step",
    sharp="an identity of integers",
    points=({"n": "2", "m": "1", "F": "6", "G": "6", "R": "0", "S": "3", "j": "1"},),
    neighbour=Neighbour(
        "- n**2",
        "- n",
        "C = j*(2*n*p + n**2) - n",
        {"n": "2", "m": "1", "F": "6", "G": "6", "R": "0", "S": "3", "j": "1"},
    ),
    symbols=(
        _UNITS,
        _INPUTS,
        _INDEX,
        Symbol("F", r"F_{@}", "F[@]", "the multiply-adds of the forward pass"),
        Symbol("G", r"G_{@}", "G[@]", "those of the outer products that make the gradient"),
        Symbol("R", r"R_{@}", "R[@]", "those of the error on its way back"),
        Symbol("S", r"S_{@}", "S[@]", "the states and inputs that are kept"),
        Symbol("C", r"C_{@}", "C[@]", "all multiply-adds of `T` steps"),
        Symbol("M", r"M_{@}", "M[@]", "all words, with the initial state"),
    ),
)

RTRL_COST = Theorem(
    name="rtrl.cost",
    title="The multiply-adds of RTRL, always more than those of BPTT",
    statement=Statement(
        real=("F", "G", "S", "O", "j"),
        integer=("n", "m"),
        let=(_SOURCES, ("C", "", "F + G + S + O")),
        assume=("n >= 1", "m >= 0"),
        recurrence=Recurrence(
            "T",
            1,
            (),
            accumulate=(
                Accumulated("F", "sum", "n*p"),
                Accumulated("G", "sum", "n**3*p"),
                Accumulated("S", "sum", "n**2*p"),
                Accumulated("O", "sum", "n**2*p"),
                _COUNT,
            ),
        ),
        parts=(
            Part(("C = j*n*p*(n + 1)**2", "j >= 1"), induction=True),
            Part(("C > j*(2*n*p + n**2) - n**2",)),
        ),
    ),
    scope="schema in n, m and T",
    source="counted: W h + U x, W times the influence, its scaling by the slopes, its contraction with the error",
    sharp="an identity of integers; at n = m = 1 and T = 1 it is 8 against 4",
    points=({"n": "1", "m": "1", "F": "2", "G": "2", "S": "2", "O": "2", "j": "1"},),
    neighbour=Neighbour(
        "(n + 1)**2", "n**2", "C = j*n*p*n**2", {"n": "1", "m": "1", "F": "2", "G": "2", "S": "2", "O": "2", "j": "1"}
    ),
    symbols=(
        _UNITS,
        _INPUTS,
        _INDEX,
        Symbol("F", r"F_{@}", "F[@]", "the multiply-adds of the forward pass"),
        Symbol("G", r"G_{@}", "G[@]", "those of the recurrent matrix times the influence, an `n` by `n p` matrix"),
        Symbol("S", r"S_{@}", "S[@]", "those that scale its rows by the slopes"),
        Symbol("O", r"O_{@}", "O[@]", "those that contract it with the error"),
        Symbol("C", r"C_{@}", "C[@]", "all multiply-adds of `T` steps"),
    ),
    depends=("bptt.cost",),
)

BREAK_EVEN = Theorem(
    name="learning.memory_break_even",
    title="RTRL of Elman's network needs less memory than BPTT from T = n^2 on",
    statement=Statement(
        integer=("n", "m", "T"),
        let=(_SOURCES,),
        assume=("n >= 1", "m >= 0"),
        parts=(
            Part(("n**2*p < T*p + n iff T >= n**2",)),
            Part(("n**2*p < n*(T + 1) iff T >= n*p",)),
            Part(("n**2*p = T*p + n + m",), assume=("T = n**2 - 1",)),
        ),
    ),
    scope="universal over integers: n^2 p words of influence against states and inputs, or against states alone",
    source="Hochreiter & Schmidhuber 1997, section 5, on memory that does not grow with the length",
    sharp="at T = n^2 RTRL keeps n words fewer, at T = n^2 - 1 it keeps m more",
    points=({"n": "1", "m": "1", "T": "0"},),
    neighbour=Neighbour(
        "T >= n**2", "T >= n**2 + 1", "n**2*p < T*p + n iff T >= n**2 + 1", {"n": "2", "m": "1", "T": "4"}
    ),
    symbols=(
        Symbol("n", "n", "n", "the number of units of a fully recurrent (Elman) network"),
        _INPUTS,
        Symbol("T", "T", "T", "the number of steps"),
    ),
    depends=("bptt.cost", "rtrl.cost"),
)
