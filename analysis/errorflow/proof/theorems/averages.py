"""Models whose output is an average of what came in: softmax attention, and the sLSTM with its normaliser.

softmax.jacobian: for weights p > 0 that sum to 1, v^T (diag(p) - p p^T) v lies between 0 and |v|^2 / 2. In the proof,
for any weights: with sums P of p, A of p v, Q of p v^2, U of p^2 v^2 and S of v^2, P Q - A^2 >= 0 and 2 U <= P Q + A^2.
attention.weight_floor: among logits within [-b, b], each of n + 1 weights is at least 1 / (1 + n e^(2 b)) and at most
1 / (1 + n e^(-2 b)).
slstm.convex_weights: without recurrent matrices the output c/n of an sLSTM is an average of the candidates z: their
weights are not negative and sum to 1.
"""

from __future__ import annotations

from ..checker.statement import Accumulated, Part, Recurrence, Statement
from ..page.symbols import Symbol
from .theorem import Neighbour, Theorem

_ONE = {"p": "1", "v": "1", "P": "1", "A": "1", "Q": "1", "U": "1", "S": "1", "c": "1/2"}

SOFTMAX_JACOBIAN = Theorem(
    name="softmax.jacobian",
    title="The Jacobian of softmax is at most one half",
    statement=Statement(
        real=("p", "v", "P", "A", "Q", "U", "S", "c"),
        recurrence=Recurrence(
            "T",
            1,
            ("p", "v"),
            always=("p > 0",),
            accumulate=(
                Accumulated("P", "sum", "p"),
                Accumulated("A", "sum", "p*v"),
                Accumulated("Q", "sum", "p*v**2"),
                Accumulated("U", "sum", "p**2*v**2"),
                Accumulated("S", "sum", "v**2"),
            ),
        ),
        parts=(
            Part(
                ("P > 0", "P*Q - A**2 >= 0", "2*U <= P*Q + A**2", "U - 2*c*Q + c**2*S >= 0"), induction=True
            ),
            Part(("0 <= Q - A**2 <= S/2",), assume=("P = 1", "c = 1/2")),
        ),
    ),
    scope="schema in T, for any vector v; symmetric, so this is its 2-norm",
    source="follows from Popoviciu's bound of a variance; Vaswani et al. 2017, eq. (1)",
    sharp="equal for two weights of 1/2 and v = (1, -1)",
    points=(_ONE,),
    neighbour=Neighbour("Q - A**2 <= S/2", "Q - A**2 <= S/3", "Q - A**2 <= S/3",
                        {"p": "1/2", "v": "-1", "P": "1", "A": "0", "Q": "1", "U": "1/2", "S": "2", "c": "1/2"}),
    symbols=(
        Symbol("p", r"p_{@}", "p[@]", "a weight"),
        Symbol("v", r"v_{@}", "v[@]", "an entry of any vector"),
        Symbol("c", "c", "c", "any number"),
        Symbol("P", r"P_{@}", "P[@]"),
        Symbol("A", r"A_{@}", "A[@]"),
        Symbol("Q", r"Q_{@}", "Q[@]", "so that `Q - A^2` is, for weights that sum to 1, the quadratic form of the "
               "Jacobian `diag(p) - p p^T` at `v`"),
        Symbol("U", r"U_{@}", "U[@]"),
        Symbol("S", r"S_{@}", "S[@]", "the squared length of `v`"),
    ),
)  # fmt: skip

WEIGHT_FLOOR = Theorem(
    name="attention.weight_floor",
    title="No weight of softmax attention is below one over the number of steps, up to a constant",
    statement=Statement(
        real=("x", "y", "b", "alpha"),
        integer=("n",),
        let=(
            ("e", "exp", "x"),
            ("f", "exp", "y"),
            ("H", "exp", "b"),
            ("D", "exp", "-b"),
            ("G", "exp", "2*b"),
            ("F", "exp", "-2*b"),
        ),
        sums=(("E", "n", "e"),),
        running=("x",),
        assume=("n >= 1", "-b <= x <= b", "-b <= y <= b", "alpha*(f + E) = f"),
        parts=(Part(("1 <= alpha*(1 + n*G)", "alpha*(1 + n*F) <= 1")),),
    ),
    scope="schema in n, the number of the other steps",
    source="Vaswani et al. 2017, eq. (1)",
    sharp="at least: y = -b and every other logit b; at most: y = b and every other logit -b",
    points=({"n": "1", "b": "0", "x": "0", "y": "0", "e": "1", "f": "1", "alpha": "1/2"},),
    neighbour=Neighbour("1 <= alpha*(1 + n*G)", "1 <= alpha*n*G", "1 <= alpha*n*G",
                        {"n": "1", "b": "0", "x": "0", "y": "0", "e": "1", "f": "1", "alpha": "1/2", "G": "1",
                         "E": "1"}),
    symbols=(
        Symbol("n", "n", "n", "the number of the other steps"),
        Symbol("x", "x_l", "x_l", "the logit of another step"),
        Symbol("y", "y", "y", "the logit of the step in question"),
        Symbol("b", "b", "b", "a bound of the modulus of every logit"),
        Symbol("alpha", r"\alpha", "alpha", "the weight of the step in question"),
        Symbol("e", r"e^{x_l}", "exp(x_l)"),
        Symbol("f", r"e^{y}", "exp(y)"),
        Symbol("G", r"e^{2 b}", "exp(2 b)"),
        Symbol("F", r"e^{-2 b}", "exp(-2 b)"),
    ),
)  # fmt: skip

_FIRST = {"i": "2", "f": "1", "z": "3", "n": "2", "c": "6", "g": "1", "a": "2", "w": "2", "S": "2", "C": "6"}

CONVEX_WEIGHTS = Theorem(
    name="slstm.convex_weights",
    title="An sLSTM without recurrent matrices averages its candidates",
    statement=Statement(
        real=("i", "f", "z", "n", "c", "g", "a", "w", "S", "C"),
        recurrence=Recurrence(
            "t",
            1,
            ("i", "f", "z", "n", "c", "g", "a"),
            base=("n = i", "c = i*z", "a = i", "w = g*i"),
            step=("n' = f'*n + i'", "c' = f'*c + i'*z'", "a' = f'*a", "g = g'*f'"),
            always=("i > 0", "f >= 0"),
            accumulate=(Accumulated("S", "sum", "g*i"), Accumulated("C", "sum", "g*i*z")),
        ),
        parts=(
            Part(("n > 0", "S = g*n", "C = g*c"), induction=True),
            Part(("S = n", "C = c"), assume=("g = 1",)),
            Part(("0 <= a <= n", "g*a = w"), induction=True),
        ),
    ),
    scope="schema in T; an input at a later step is at the first step of another clock",
    source="Beck et al. 2024, the sLSTM, without its recurrent matrices",
    sharp="an identity; a weight is 1 where all others have been forgotten",
    points=(_FIRST,),
    step_point=_FIRST | {"i'": "1", "f'": "1", "z'": "0", "n'": "3", "c'": "6", "a'": "2", "g'": "1"},
    neighbour=Neighbour("a <= n", "2*a <= n", "2*a <= n", _FIRST),
    symbols=(
        Symbol("i", r"i_{@}", "i[@]", "the input gate"),
        Symbol("f", r"f_{@}", "f[@]", "the forget gate"),
        Symbol("z", r"z_{@}", "z[@]", "the candidate"),
        Symbol("c", r"c_{@}", "c[@]", "the state of the cell, 0 before the first step"),
        Symbol("n", r"n_{@}", "n[@]", "the normaliser, 0 before the first step; the output is `c/n`"),
        Symbol("g", r"g_{@}", "g[@]", "the product of the forget gates after step `t`, 1 at the last step"),
        Symbol("a", r"a_{@}", "a[@]", "the weight of the first candidate in `c`, carried forward"),
        Symbol("w", "w", "w", "the first term of `S`"),
        Symbol("S", r"S_{@}", "S[@]", "the sum of `g i`"),
        Symbol("C", r"C_{@}", "C[@]", "the sum of `g i z`"),
    ),
)
