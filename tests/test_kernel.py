"""Attacks on the checker: statements that are false, each with a certificate that once proved it or was meant to."""

import re
import time

import pytest

from errorflow.proof.checker.kernel import check
from errorflow.proof.checker.polynomial import Refused
from errorflow.proof.checker.statement import Accumulated, Part, Recurrence, Statement


def by(rule, goal, **fields):
    return {"rule": rule, "goal": goal, **fields}


def identity(goal, *using):
    return by("identity", goal, using=list(using))


def axiom(name, **at):
    return {"rule": "axiom", "name": name, "at": at}


ZERO = by("positive", "0 > 0", terms=[])


def statement(*conclude, assume=(), **fields):
    return Statement(parts=(Part(conclude),), assume=assume, **fields)


ATTACKS = {
    # Derivatives: what changes with the variable in a way that the derivative does not see.
    "a function of a function that is declared later is not constant": (
        statement("d(s, x) = 0", real=("x",), let=(("s", "logistic", "t"), ("t", "tanh", "x"))),
        [[identity("d(s, x) = 0")]],
        "declared before it",
    ),
    "a name that a hypothesis ties to the variable is not constant": (
        statement("d(u, x) = 0", real=("x", "u"), assume=("u = 2*x",)),
        [[identity("d(u, x) = 0")]],
        "in a way that is not declared",
    ),
    "a name that two hypotheses tie to the variable is not constant": (
        statement("d(v, x) = 0", real=("x", "u", "v"), assume=("u = 2*x", "v = u")),
        [[identity("d(v, x) = 0")]],
        "in a way that is not declared",
    ),
    "a name that two inequalities tie to the variable is not constant": (
        statement("d(u, x) = 0", real=("x", "u"), assume=("x <= u", "u <= x")),
        [[identity("d(u, x) = 0")]],
        "in a way that is not declared",
    ),
    "a name that a product with zero ties to the variable is not constant": (
        statement("d(u, x) = 0", real=("x", "u"), assume=("x*u = 0",)),
        [[identity("d(u, x) = 0")]],
        "in a way that is not declared",
    ),
    "a function of a name that is tied to the variable has a further slope": (
        statement("d(s, x) = s*(1 - s)", real=("x", "u"), let=(("s", "logistic", "x + u"),), assume=("u = 2*x",)),
        [[identity("d(s, x) = s*(1 - s)")]],
        "in a way that is not declared",
    ),
    "a power of the variable is not constant": (
        Statement(
            real=("x", "K"),
            recurrence=Recurrence("q", 0, (), accumulate=(Accumulated("K", "product", "x"),)),
            parts=(Part(("d(K, x) = 0",)),),
        ),
        [[identity("d(K, x) = 0")]],
        "in a way that is not declared",
    ),
    "a sequence that starts at the variable is not constant": (
        Statement(
            real=("x", "y"),
            recurrence=Recurrence("q", 0, ("y",), base=("y = x",), step=("y' = 2*y",)),
            parts=(Part(("d(y, x) = 0",)),),
        ),
        [[identity("d(y, x) = 0")]],
        "in a way that is not declared",
    ),
    "a function of a sum over the variable is not constant": (
        statement(
            "d(s, a) = 0",
            real=("a",),
            integer=("n",),
            running=("a",),
            sums=(("S", "n", "a"),),
            assume=("n >= 1",),
            let=(("s", "logistic", "S"),),
        ),
        [[identity("d(s, a) = 0")]],
        "by one real",
    ),
    "a matrix of the variable is not constant": (
        statement("d(B, x) = 0", real=("x",), blocks=(("B", (("x",),)),)),
        [[identity("d(B, x) = 0")]],
        "in a way that is not declared",
    ),
    # The mean value theorem: ends that move with the point between them.
    "an end that is an abbreviation of the point between gives no mean value": (
        statement("0 > 1", real=("y",), let=(("u", "", "y + 1"),)),
        [
            [
                by(
                    "mean_value",
                    "0 > 1",
                    function="-y",
                    at="y",
                    **{"from": {"y": "y"}, "to": {"y": "u"}},
                    steps=[by("contradiction", "d(0 - y, y) > 0", steps=[])],
                )
            ]
        ],
        "the ends must not depend on 'y'",
    ),
    "an abbreviation of the point between does not stay where it is": (
        statement("0 > 0", real=("y", "a", "b"), let=(("A", "", "B"), ("B", "", "y**2")), assume=("0 < a", "a < b")),
        [
            [
                by(
                    "mean_value",
                    "0 > 0",
                    function="A",
                    at="y",
                    **{"from": {"y": "a"}, "to": {"y": "b"}},
                    steps=[by("positive", "d(A, y) > 0", terms=[["2", [["y - a", 1]]], ["2", [["a", 1]]]])],
                )
            ]
        ],
        "declared before it",
    ),
    "a point of which something is known is not any point": (
        statement("b**2 > a**2", real=("y", "a", "b"), assume=("a < b", "y > 0")),
        [
            [
                by(
                    "mean_value",
                    "b**2 > a**2",
                    function="y**2",
                    at="y",
                    **{"from": {"y": "a"}, "to": {"y": "b"}},
                    steps=[by("positive", "d(y**2, y) > 0", terms=[["2", [["y", 1]]]])],
                )
            ]
        ],
        "nothing may be known of 'y'",
    ),
    "ends in no known order give no inequality": (
        statement("b > a", real=("y", "a", "b")),
        [[by("mean_value", "b > a", function="y", at="y", **{"from": {"y": "a"}, "to": {"y": "b"}}, steps=[])]],
        "must be known to be above",
    ),
    "a function whose slope is only nonnegative is not constant": (
        statement("b = a", real=("y", "a", "b"), assume=("a < b",)),
        [[by("mean_value", "b = a", function="y", at="y", **{"from": {"y": "a"}, "to": {"y": "b"}}, steps=[])]],
        "sign of the slope",
    ),
    "a value at another argument is not the value at the end": (
        statement(
            "sc - sa > 0",
            real=("y", "a", "b", "c"),
            assume=("a < b",),
            let=(("sy", "logistic", "y"), ("sa", "logistic", "a"), ("sc", "logistic", "c")),
        ),
        [
            [
                by(
                    "mean_value",
                    "sc - sa > 0",
                    function="sy",
                    at="y",
                    **{"from": {"y": "a", "sy": "sa"}, "to": {"y": "b", "sy": "sc"}},
                    steps=[
                        axiom("logistic.range", s="sy"),
                        by("positive", "d(sy, y) > 0", terms=[["1", [["sy", 1], ["1 - sy", 1]]]]),
                    ],
                )
            ]
        ],
        "'sc' must be 'sy' at 'b'",
    ),
    # Sums: what is true of one unit is not true of all.
    "cases for one unit are not cases for all": (
        statement(
            "S**2 = n**2",
            real=("a",),
            integer=("n",),
            running=("a",),
            sums=(("S", "n", "a"),),
            assume=("n >= 1", "a**2 = 1"),
        ),
        [
            [
                by("positive", "n >= 0", terms=[["1", [["n - 1", 1]]], ["1", []]]),
                by(
                    "cases",
                    "S**2 = n**2",
                    on="a > 0",
                    yes=[
                        by("positive", "a + 1 > 0", terms=[["1", [["a", 1]]], ["1", []]]),
                        by("sign", "a**2 = 1 iff a = 1", factor=[["1", [["a + 1", 1]]]]),
                        by("apply", "a = 1", **{"from": "a**2 = 1"}),
                        by("sum", "S - n = 0", of="a - 1 = 0", constant="-1", parts={"S": "1"}),
                        identity("S**2 = n**2", ["S + n", "S - n = 0"]),
                    ],
                    no=[
                        by("positive", "1 - a > 0", terms=[["1", [["0 - a", 1]]], ["1", []]]),
                        by("sign", "a**2 = 1 iff 0 - a - 1 = 0", factor=[["1", [["1 - a", 1]]]]),
                        by("apply", "a + 1 = 0", **{"from": "a**2 = 1"}),
                        by("sum", "S + n = 0", of="a + 1 = 0", constant="1", parts={"S": "1"}),
                        identity("S**2 = n**2", ["S - n", "S + n = 0"]),
                    ],
                ),
            ]
        ],
        "known for every l",
    ),
    "a contradiction for all units is none for one": (
        statement(
            "a > 0", real=("a",), integer=("n",), running=("a",), sums=(("S", "n", "a"),), assume=("n >= 1", "S = 1")
        ),
        [
            [
                by("positive", "n >= 0", terms=[["1", [["n - 1", 1]]], ["1", []]]),
                by(
                    "contradiction",
                    "a > 0",
                    steps=[
                        by("sum", "0 - S >= 0", of="0 - a >= 0", parts={"S": "-1"}),
                        by("positive", "0 > 0", terms=[["1", [["0 - S", 1]]], ["1", []]], using=[["1", "S = 1"]]),
                    ],
                ),
            ]
        ],
        "known for every l",
    ),
    "an equivalence for one unit does not speak of the sum": (
        statement(
            "a = 0 iff S = 0", real=("a",), integer=("n",), running=("a",), sums=(("S", "n", "a"),), assume=("n >= 1",)
        ),
        [
            [
                by("positive", "n >= 0", terms=[["1", [["n - 1", 1]]], ["1", []]]),
                by(
                    "equivalent",
                    "a = 0 iff S = 0",
                    forward=[by("sum", "S = 0", of="a = 0", parts={"S": "1"})],
                    backward=[],
                ),
            ]
        ],
        "known for every l",
    ),
    "a sum of nothing proves nothing about its terms": (
        statement(
            "0 > 0",
            real=("a",),
            integer=("n",),
            running=("a",),
            sums=(("S", "n", "a"),),
            assume=("n >= 0", "a > 0", "a < 0"),
        ),
        [[by("positive", "0 > 0", terms=[["1", [["a", 1]]], ["1", [["0 - a", 1]]]])]],
        "at least one term",
    ),
    "a coefficient that depends on the unit stays inside the sum": (
        statement(
            "S = a*T",
            real=("a", "b"),
            integer=("n",),
            running=("a", "b"),
            sums=(("S", "n", "a*b"), ("T", "n", "b")),
            assume=("n >= 1",),
        ),
        [
            [
                by("positive", "n >= 0", terms=[["1", [["n - 1", 1]]], ["1", []]]),
                identity("a*b - a*b = 0"),
                by("sum", "S - a*T = 0", of="a*b - a*b = 0", parts={"S": "1", "T": "-a"}),
                identity("S = a*T", ["1", "S - a*T = 0"]),
            ]
        ],
        "must not depend on l",
    ),
    "the sum of one row is not the sum of another": (
        statement(
            "R = n*S",
            real=("w", "y", "z"),
            integer=("n",),
            running=("w", "y", "z"),
            sums=(("S", "n", "w*y"), ("R", "n", "z")),
            assume=("n >= 1", "z = S"),
        ),
        [
            [
                by("positive", "n >= 0", terms=[["1", [["n - 1", 1]]], ["1", []]]),
                identity("z - S = 0", ["1", "z = S"]),
                by("sum", "R - n*S = 0", of="z - S = 0", constant="0 - S", parts={"R": "1"}),
                identity("R = n*S", ["1", "R - n*S = 0"]),
            ]
        ],
        "must not depend on l",
    ),
    "terms that are positive have a sum that may have no terms": (
        statement(
            "S > 0", real=("a",), integer=("n",), running=("a",), sums=(("S", "n", "a"),), assume=("n >= 1", "a > 0")
        ),
        [
            [
                by("positive", "n >= 0", terms=[["1", [["n - 1", 1]]], ["1", []]]),
                by("sum", "S > 0", of="a > 0", parts={"S": "1"}),
            ]
        ],
        "must be the sum over l",
    ),
    # Induction: assumptions that move, primes, parts with assumptions of their own.
    "an assumption about the next value does not hold throughout": (
        Statement(
            real=("y",),
            assume=("y' = 0",),
            parts=(Part(("y = 0",), induction=True),),
            recurrence=Recurrence("q", 0, ("y",), base=("y = 0",), step=("y' = y + 1",)),
        ),
        [{"base": [], "step": []}],
        "must not change with the index",
    ),
    "a conclusion under an assumption is not known without it": (
        Statement(real=("x",), parts=(Part(("x = 0",), assume=("x = 0",)), Part(("x = 0",)))),
        [[], []],
        "does not reach",
    ),
    "the base of an induction is not known at every index": (
        Statement(
            real=("y",),
            parts=(Part(("y = 0",)),),
            recurrence=Recurrence("q", 0, ("y",), base=("y = 0",), step=("y' = y + 1",)),
        ),
        [[]],
        "does not reach",
    ),
    "the step may not use the next value of what it proves": (
        Statement(
            real=("y",),
            parts=(Part(("y = 0",), induction=True),),
            recurrence=Recurrence("q", 0, ("y",), base=("y = 0",), step=("y' = y + 1",)),
        ),
        [{"base": [], "step": [identity("y' = 0", ["1", "y' = 0"])]}],
        "an equation that is known",
    ),
    "a name that does not change has no next value": (
        Statement(
            real=("x", "y"),
            parts=(Part(("x = 0",)),),
            recurrence=Recurrence("q", 0, ("y",), base=("y = 0",), step=("y' = y",)),
        ),
        [[identity("x' - x' = 0"), identity("x = 0", ["1", "x' - x' = 0"])]],
        "must belong to a name that changes",
    ),
    "the next value under another name still changes": (
        Statement(
            real=("y",),
            let=(("u", "", "y'"),),
            parts=(Part(("u = 1",), induction=True),),
            recurrence=Recurrence("q", 0, ("y",), base=("y = 0", "y' = 1"), step=("y' = y + 1",)),
        ),
        [{"base": [], "step": []}],
        "a definition must be of one index",
    ),
    "a sequence follows one law": (
        Statement(
            real=("x", "y", "K"),
            parts=(Part(("K*x = K*y",), induction=True),),
            recurrence=Recurrence(
                "q", 1, (), accumulate=(Accumulated("K", "product", "x"), Accumulated("K", "product", "y"))
            ),
        ),
        [
            {
                "base": [identity("K*x = K*y", ["x", "K = 1*y"], ["-y", "K = 1*x"])],
                "step": [identity("K'*x = K'*y", ["x", "K' = y*K"], ["-y", "K' = x*K"])],
            }
        ],
        "one law",
    ),
    # Arithmetic and order.
    "what is known of no root says nothing of its size": (
        statement("x > 1", real=("x",)),
        [[by("positive", "x > 1", terms=[["1", [["x - 1", 1]]]])]],
        "known to be nonnegative",
    ),
    "a negative coefficient makes no positive sum": (
        statement("0 - x**2 >= 0", real=("x",)),
        [[by("positive", "0 - x**2 >= 0", terms=[["-1", [["x", 2]]]])]],
        "a positive number",
    ),
    "a square may be zero": (
        statement("x**2 > 0", real=("x",)),
        [[by("positive", "x**2 > 0", terms=[["1", [["x", 2]]]])]],
        "a term that is positive",
    ),
    "a divisor may not be a name": (
        statement("x/x = 1", real=("x",)),
        [[identity("x/x = 1")]],
        "a divisor must be a number",
    ),
    "a divisor may not be zero": (
        statement("x/0 = x/0", real=("x",)),
        [[identity("x/0 = x/0")]],
        "a divisor must be a number",
    ),
    "a square does not vanish where one of its factors does not": (
        statement("x**2 + y**2 = 0 iff x = 0", real=("x", "y")),
        [[by("positive", "x**2 + y**2 >= 0", terms=[["1", [["x", 2]]], ["1", [["y", 2]]]], zero_iff="x = 0")]],
        "a factor of every term",
    ),
    "a factor that may vanish does not keep the sign": (
        statement("x*y > 0 iff y > 0", real=("x", "y"), assume=("x >= 0",)),
        [[by("sign", "x*y > 0 iff y > 0", factor=[["1", [["x", 1]]]])]],
        "a positive factor",
    ),
    "a half is not an integer": (
        statement("n/2 >= 0", integer=("n",), assume=("n/2 > 0 - 1",)),
        [[by("integer", "n/2 >= 0")]],
        "must be an integer",
    ),
    "a real above -1 need not be nonnegative": (
        statement("x >= 0", real=("x",), assume=("x > -1",)),
        [[by("integer", "x >= 0")]],
        "must be an integer",
    ),
    "matrices do not commute": (
        statement("A*B = B*A", matrix=("A", "B")),
        [[identity("A*B = B*A")]],
        "must follow from the equations",
    ),
    "matrices are not compared by size": (
        statement("A*A >= 0", matrix=("A",)),
        [[by("positive", "A*A >= 0", terms=[["1", [["A", 2]]]])]],
        "only reals",
    ),
    "an equation that is not known proves nothing": (
        statement("x = 1", real=("x",)),
        [[identity("x = 1", ["1", "x = 1"])]],
        "an equation that is known",
    ),
    "an equation is not proved by contradiction": (
        statement("x = 1", real=("x",)),
        [[by("contradiction", "x = 1", steps=[])]],
        "only an inequality",
    ),
    # Sturm's rule: squares that vanish, roots at and beyond the ends, intervals that the name is not known to be in.
    "nothing squared times what is positive is not positive": (
        statement("0 > 0", real=("x",)),
        [[by("sturm", "0 > 0", of="x", square="0", rest="x**2 + 1")]],
        "no square that can vanish",
    ),
    "a square is not positive at its root": (
        statement("x**2 > 0", real=("x",)),
        [[by("sturm", "x**2 > 0", of="x", square="x", rest="1")]],
        "no square that can vanish",
    ),
    "a double root is a root": (
        statement("(x - 1)**2 > 0", real=("x",), assume=("x > 0",)),
        [[by("sturm", "(x - 1)**2 > 0", of="x", above="0", rest="(x - 1)**2")]],
        "where it has 1 roots",
    ),
    "a root at a closed end is not outside": (
        statement("x > 0", real=("x",), assume=("x >= 0",)),
        [[by("sturm", "x > 0", of="x", above="0", rest="x")]],
        "lie between the ends",
    ),
    "what is negative has no root either": (
        statement("0 - x**2 - 1 > 0", real=("x",)),
        [[by("sturm", "0 - x**2 - 1 > 0", of="x", rest="0 - x**2 - 1")]],
        "must be positive between the ends",
    ),
    "an interval that nothing is known of proves nothing": (
        statement("x > 0", real=("x",)),
        [[by("sturm", "x > 0", of="x", above="0", rest="x")]],
        "lie between the ends",
    ),
    "an interval that is empty proves nothing": (
        statement("x > 5", real=("x",), assume=("x > 1", "x < 0")),
        [[by("sturm", "x > 5", of="x", above="1", below="0", rest="x - 5")]],
        "in order",
    ),
    "an end that moves is no end": (
        statement("x - y > 0", real=("x", "y"), assume=("x > y",)),
        [[by("sturm", "x - y > 0", of="x", above="y", rest="x - y")]],
        "in 'x' alone",
    ),
    "a value of a function beyond its range is not known to be in it": (
        statement("s - 1/2 > 0", real=("x",), let=(("s", "logistic", "x"),)),
        [[axiom("logistic.range", s="s"), by("sturm", "s - 1/2 > 0", of="s", above="1/2", rest="s - 1/2")]],
        "lie between the ends",
    ),
    "a word of matrices has no roots to count": (
        statement("A*A + 1 = 0", matrix=("A",)),
        [[by("sturm", "A*A + 1 = 0", of="A", rest="A*A + 1")]],
        "square times the rest",
    ),
    # Axioms and tables.
    "an axiom is about values of its own function": (
        statement("t > 0", real=("x",), let=(("t", "tanh", "x"),)),
        [[axiom("logistic.range", s="t")]],
        "must be a value of logistic",
    ),
    "an axiom needs its premises": (
        statement("s*(1 + e) = 1", real=("x",), let=(("s", "logistic", "x"), ("e", "exp", "x"))),
        [[axiom("logistic.exp", s="s", e="e")]],
        "needs c = 0 - a",
    ),
    "a function of the statement does not take the name of one of the table": (
        statement("d(s, x) = k", real=("x", "k"), functions=(("logistic", "k"),), let=(("s", "logistic", "x"),)),
        [[identity("d(s, x) = k")]],
        "one declaration",
    ),
    "a slope that changes from step to step is not the slope of one function": (
        Statement(
            real=("x", "k"),
            functions=(("f", "k"),),
            let=(("y", "f", "x"),),
            parts=(Part(("d(y, x) = k",)),),
            recurrence=Recurrence("q", 0, ("k",), base=("k = 1",), step=("k' = 2*k",)),
        ),
        [[identity("d(y, x) = k")]],
        "must be one real",
    ),
    "exp of a third is not below one": (
        statement("e < 1", let=(("e", "exp", "1/3"),)),
        [[by("exponential", "e < 1", value="e", terms=5)]],
        "looser than the series",
    ),
    "blocks that do not agree are not equal": (
        statement("A = B", real=("x",), blocks=(("A", (("x", "0"),)), ("B", (("x", "1"),)))),
        [[by("blocks", "A = B")]],
        "entry by entry",
    ),
    "a ragged matrix has no entries to compare": (
        statement("A*B = C", real=("x",), blocks=(("A", (("1", "1"),)), ("B", (("1",), ("1", "x"))), ("C", (("2",),)))),
        [[by("blocks", "A*B = C")]],
        "rows of one length",
    ),
    "a name has one meaning": (
        statement("x = 1", real=("x",), let=(("x", "", "1"),)),
        [[identity("x = 1")]],
        "one declaration",
    ),
    "a statement that says nothing is not proved": (Statement(parts=(Part(()),)), [[]], "must have conclusions"),
    "a rule that is not there proves nothing": (statement("0 > 0"), [[by("trust me", "0 > 0")]], "rule must be one of"),
    "a certificate of another shape proves nothing": (
        statement("0 > 0"),
        [[{"goal": "0 > 0"}]],
        "the shape of its rules",
    ),
    "nothing proves that nothing is positive": (statement("0 > 0"), [[ZERO]], "a term that is positive"),
}


HOSTILE = {
    "a chain of a high power with large coefficients": (
        statement("x > 0", real=("x",)),
        [[by("sturm", "x > 0", of="x", rest=f"x**40 + {10**40}*x**39 - {7**60}")]],
        "square times the rest",
    ),
    "a chain that is too long": (
        statement("x**25 + 1 > 0", real=("x",)),
        [[by("sturm", "x**25 + 1 > 0", of="x", rest="x**25 + 1")]],
        "of degree at most",
    ),
    "a longest chain of large coefficients": (
        statement("0 > 1", real=("x",)),
        [
            [
                by(
                    "sturm",
                    (dense := " + ".join(f"{3**k + 10**30 * (k % 7)}*x**{k}" for k in range(25))) + " - 10**30 > 0",
                    of="x",
                    rest=f"{dense} - 10**30",
                )
            ]
        ],
        "must be positive between the ends",
    ),
    "a number of terms without end": (
        statement("e < 2", let=(("e", "exp", "1/3"),)),
        [[by("exponential", "e < 2", value="e", terms=float("inf"))]],
        "number of terms",
    ),
    "a number of terms that is not one": (
        statement("e < 2", let=(("e", "exp", "1/3"),)),
        [[by("exponential", "e < 2", value="e", terms=5.5)]],
        "number of terms",
    ),
    "an infinite exponent": (
        statement("x > 0", real=("x",)),
        [[by("positive", "x > 0", terms=[["1", [["x", float("inf")]]]])]],
        "an exponent from 1 on",
    ),
    "digits of another script": (
        statement("x = x", real=("x",)),
        [[identity("x = x", ["\u0663", "x = x"])]],
        "the grammar of claims",
    ),
    "a power of a sum that has too many terms": (
        statement("x > 0", real=("x", "y", "z", "u", "v")),
        [[by("positive", "x > 0", terms=[["1", [["x + y + z + u + v + 1", 40]]]])]],
        "an expansion must stay within",
    ),
    "a power of a power of a power": (
        statement("x > 0", real=("x",)),
        [[by("positive", "x > 0", terms=[["(((2**40)**40)**40)**40", [["x", 2]]]])]],
        "an expansion must stay within",
    ),
    "a monomial of too high a degree": (
        statement("x > 0", real=("x",)),
        [[identity("x = x", ["((x**40)**40)**40", "x = x"])]],
        "an expansion must stay within",
    ),
    "brackets without end": (
        statement("x > 0", real=("x",)),
        [[identity("x = x", ["(" * 10**5 + "x" + ")" * 10**5, "x = x"])]],
        "the shape of its rules",
    ),
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_certificate_is_refused_within_a_second(hostile):
    claim, certificate, reason = HOSTILE[hostile]
    began = time.perf_counter()
    with pytest.raises(Refused, match=re.escape(reason)):
        check(claim, certificate)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("false", ATTACKS, ids=lambda sentence: sentence.replace(" ", "_"))
def test_false_statement_is_refused(false):
    claim, certificate, reason = ATTACKS[false]
    with pytest.raises(Refused, match=re.escape(reason)):
        check(claim, certificate)
