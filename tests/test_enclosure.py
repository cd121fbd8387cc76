"""Certified slopes: true, sharp, checked by two libraries, and refused where they cannot be had.

The oracles share no code with the enclosure: SymPy differentiates, mpmath evaluates at forty digits.
"""

from __future__ import annotations

import copy
import json
import math
import random
import time
from fractions import Fraction

import mpmath
import pytest
import sympy
from sympy import Abs, Max, Min, Piecewise, Rational, atan, cos, erf, exp, log, sign, sin, sqrt, tanh

from errorflow.activations import ACTIVATIONS, logistic
from errorflow.cli import main
from errorflow.enclosure import NAMES, Refused, recheck, slope
from errorflow.enclosure.certificate import digest

X = sympy.Symbol("x", real=True)
WIDTH = Fraction(1, 10**12)
SIGMA = 1 / (1 + exp(-X))

# The table of the documents: text or name, sup f', inf f' to 12 digits, worked out with mpmath at 40 digits.
TABLE = [
    ("logistic", "0.25", "0"),
    ("tanh", "1", "0"),
    ("squash_in", "1", "0"),
    ("squash_out", "0.5", "0"),
    ("softplus", "1", "0"),
    ("logsigmoid", "1", "0"),
    ("silu", "1.09983932012886691832", "-0.09983932012886691832"),
    ("x * logistic(3/2 * x)", "1.09983932012886691832", "-0.09983932012886691832"),
    ("gelu", "1.12890414518515480844", "-0.12890414518515480844"),
    ("gelu_tanh", "1.12899306865877176546", "-0.12899306865877176546"),
    ("mish", "1.08849816125172786123", None),
    ("elu", "1", "0"),
    ("relu", "1", "0"),
    ("selu", "1.75809934084737685994", "0"),
    ("hardtanh", "1", "0"),
    ("max(0, min(1, x / 5 + 1/2))", "0.2", "0"),
    ("hardswish", "1.5", "-0.5"),
    ("softsign", "1", "0"),
    ("arctan", "1", "0"),
    ("isru", "1", "0"),
    ("gaussian", "0.85776388496070679648", "-0.85776388496070679648"),
    ("lisht", "1.19967864025773383392", "-1.19967864025773383392"),
    ("tanhshrink", "1", "0"),
]

# What nobody announced: expression, sup f', inf f'; None where only sampling is the oracle.
UNUSUAL = [
    (X**3 / (1 + Abs(X) ** 3), None, 0),
    (X * exp(-(X**2)), 1, -2 * exp(-Rational(3, 2))),
    (log(1 + X**2), 1, -1),
    (atan(X) ** 2, None, None),
    (X / (1 + Abs(X)) ** 2, 1, -Rational(1, 27)),
    (X / (1 + exp(-Rational(7, 3) * X)), None, None),
    (tanh(X) * SIGMA, (1 + sqrt(2)) / 4, (1 - sqrt(2)) / 4),
    (erf(X) * X, erf(1) + 2 * exp(-1) / sqrt(sympy.pi), None),
    (sqrt(1 + X**2), 1, -1),
    (exp(-Abs(X)), 1, -1),
    (X + sin(X) ** 2, 2, 0),
    (sin(sympy.pi * X), sympy.pi, -sympy.pi),
    (X * atan(X), sympy.pi / 2, -sympy.pi / 2),
    (1 / (1 + X**2), 3 * sqrt(3) / 8, -3 * sqrt(3) / 8),
    (log(1 + log(1 + X**2)), None, None),
    (Max(tanh(X), X / 2), 1, 0),
    (Max(0, X) - Abs(X) / 2, Rational(1, 2), Rational(1, 2)),
    (X * sign(X), 1, -1),
    (Piecewise((exp(X), X < 1), (sympy.E * X, True)), sympy.E, 0),
    (sympy.sech(X), Rational(1, 2), -Rational(1, 2)),
    (sympy.asinh(X), 1, 0),
    (cos(X) * exp(-(X**2)), None, None),
]


def holds_value(extremum, value):
    with mpmath.workdps(40):
        true = mpmath.mpf(value) if isinstance(value, str) else mpmath.mpf(sympy.N(value, 40))
        low, high = (mpmath.mpf(end.numerator) / end.denominator for end in (extremum.lower, extremum.upper))
        return low - mpmath.mpf(10) ** -19 <= true <= high + mpmath.mpf(10) ** -19  # the table has 20 digits


def sampled(expression, low=-12.0, high=12.0, count=160):
    """f' at points off every kink of the tests, by central differences of f at 60 digits: no differentiation rule."""
    value = sympy.lambdify(X, expression, modules="mpmath")
    found = []
    with mpmath.workdps(60):
        step = mpmath.mpf(10) ** -20
        for k in range(count):
            x = mpmath.mpf(low) + (mpmath.mpf(high) - low) * (k + mpmath.sqrt(2) / 3) / count
            found.append((value(x + step) - value(x - step)) / (2 * step))  # off by f'''/6 * 1e-40
    return found


def check_against_samples(found, expression, low=-12.0, high=12.0):
    with mpmath.workdps(60):
        margin = mpmath.mpf(10) ** -30
        for one in sampled(expression, low, high):
            for end, side in ((found.sup.upper, 1), (found.inf.lower, -1)):
                if math.isfinite(end):
                    assert side * (one - mpmath.mpf(end.numerator) / end.denominator) <= margin


@pytest.mark.parametrize(("text", "sup", "inf"), TABLE, ids=[row[0] for row in TABLE])
def test_slopes_of_the_table_are_enclosed_to_1e_12_in_less_than_50_ms(text, sup, inf):
    spent = []
    for _ in range(3):
        start = time.process_time()
        found = slope(text)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.1, spent  # 50 ms on an idle core; twice that, for a clock that is shared
    for one, value in ((found.sup, sup), (found.inf, inf)):
        assert one.upper - one.lower <= WIDTH
        assert value is None or holds_value(one, value)


def test_slopes_that_are_zero_but_for_a_million_digits_cost_no_arithmetic():
    start = time.process_time()
    found = slope("tanh(1000000*x)")  # beyond |x| = 1 its slope is below e^(-2000000)
    assert time.process_time() - start < 5, "a third of a second on an idle core"
    assert (found.sup.exact, found.sup.where) == (10**6, ("x = 0",))


@pytest.mark.parametrize(("text", "sup", "inf"), TABLE, ids=[row[0] for row in TABLE])
def test_both_libraries_confirm_the_certificates_of_the_table_or_say_that_they_cannot(text, sup, inf):
    checks = recheck(json.loads(json.dumps(slope(text).certificate)))
    assert [check.backend for check in checks] == ["arb", "mpmath.iv"]
    assert checks[0].verdict == "holds"
    expressible = text not in ("gelu", "arctan")
    assert checks[1].verdict == ("holds" if expressible else "not expressible"), checks[1].reason


@pytest.mark.parametrize(("expression", "sup", "inf"), UNUSUAL, ids=[str(row[0]) for row in UNUSUAL])
def test_slopes_that_nobody_announced_hold_every_sample_and_the_known_value(expression, sup, inf):
    found = slope(expression)
    for one, value in ((found.sup, sup), (found.inf, inf)):
        assert one.upper - one.lower <= WIDTH
        assert value is None or holds_value(one, value)
    check_against_samples(found, expression)
    checks = recheck(found.certificate)
    assert checks[0].verdict == "holds"
    assert checks[1].verdict in ("holds", "not expressible")


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.name)
def test_the_supremum_that_an_activation_states_is_the_enclosed_one(entry):
    found = slope(entry.definition(X))
    with mpmath.workdps(30):
        stated = mpmath.mpf(sympy.N(entry.sup, 30))
        gap = stated - mpmath.mpf(found.sup.upper.numerator) / found.sup.upper.denominator
        assert -(mpmath.mpf(10) ** -12) <= gap <= mpmath.mpf(10) ** -12  # the width of the enclosure
    assert slope(entry.name).sup.upper == found.sup.upper


def test_the_own_functions_of_the_package_stand_for_their_definitions():
    assert slope(X * logistic(X)).sup.lower == slope(X * SIGMA).sup.lower


def test_attained_says_where_or_why_not():
    assert slope("logistic").sup.where == ("x = 0",)
    assert slope("logistic").sup.exact == Fraction(1, 4)
    assert slope("gelu").sup.where == ("x = sqrt(2)",)
    assert (slope("softplus").sup.attained, slope("softplus").sup.where) == (False, ("as x -> oo",))
    assert (slope("hardswish").sup.attained, slope("hardswish").sup.where) == (False, ("as x -> 3 from the left",))
    assert slope("relu").sup.where == ("every x in (0, oo)",)
    assert slope(exp(-Abs(X))).sup.where == ("as x -> 0 from the left",)
    (place,) = slope("silu").sup.places
    with mpmath.workdps(30):
        peak = mpmath.findroot(lambda x: x * mpmath.tanh(x / 2) - 2, 2.4)
        assert place[0] <= Fraction(str(peak)) <= place[1]
    assert place[1] - place[0] < WIDTH


def test_a_slope_without_bound_is_said_to_be_unbounded():
    for expression in (X**3, Max(0, X) ** 2, exp(X), X * Abs(X)):
        found = slope(expression)
        assert found.sup.upper == math.inf
        assert found.bound == math.inf
        assert recheck(found.certificate)[0].verdict == "holds"
    assert slope(X**3).inf.exact == 0
    assert slope(X**3, interval=(-1, 2)).sup.exact == 12


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (sign(X), "jumps at x = 0"),
        (Piecewise((X + 1, X > 0), (X, True)), "jumps at x = 0"),
        (Piecewise((X, X < 0), (X, X > 0), (5, True)), "jumps at x = 0"),
        (Piecewise((exp(X), X < 1), (Rational(2718281828459045, 10**15) * X, True)), "jumps at x = 1"),
        (sympy.Heaviside(X - 2), "jumps at x = 2"),
        (1 / X, "near x = 0"),
        (sqrt(Abs(X)), "near x = 0"),
        (log(X), "log"),
        (X * sin(X), "cannot be enclosed"),
        (sin(X**2), "cannot be enclosed"),
        (0.1 * X, "Float"),
        (sympy.gamma(X), "white list|made of"),
        (X * sympy.Symbol("a"), "variable must be given"),
        (X**X, "power"),
    ],
    ids=str,
)
def test_what_cannot_be_enclosed_is_refused_with_the_reason(expression, reason):
    with pytest.raises(Refused, match=reason):
        slope(expression)


def test_a_kink_at_an_irrational_place_is_no_obstacle():
    found = slope(Min(Abs(X**2 - 2), 5))
    assert holds_value(found.sup, 2 * sqrt(7))
    assert recheck(found.certificate)[1].verdict == "holds"


@pytest.mark.parametrize(
    "text", ["1/0*x", "x.real", "__import__('os').system('true')", "x[0]", "lambda: x", "f(x)", "x@x"]
)
def test_hostile_text_is_refused_and_never_evaluated(text):
    with pytest.raises(Refused):
        slope(text)


@pytest.mark.parametrize(
    "text", ["9**9**9*x", "x**9999", "(" * 300 + "x" + ")" * 300, "x+" * 1500 + "x", "abs(" * 70 + "x"]
)
def test_text_that_would_take_for_ever_is_refused_at_once(text):
    start = time.process_time()
    with pytest.raises(Refused):
        slope(text)
    assert time.process_time() - start < 1


def test_decimals_in_text_are_exact():
    assert slope("0.1 * x").sup.exact == Fraction(1, 10)
    assert slope("1e-3 * x").sup.exact == Fraction(1, 1000)


def sealed(certificate, change):
    """A certificate after a change, with a digest that fits, so that only the mathematics can reject it."""
    changed = copy.deepcopy(dict(certificate))
    change(changed)
    changed["digest"] = digest(changed)
    return changed


def shifted(key, end, by):
    def change(certificate):
        certificate[key][end] = str(Fraction(certificate[key][end]) + Fraction(by, 10**13))

    return change


def dropped(k):
    return lambda certificate: certificate["leaves"].pop(k)


def moved(certificate):
    certificate["leaves"][2][1] = str(Fraction(certificate["leaves"][2][1]) + Fraction(1, 64))


def nearer_tail(certificate):
    certificate["tails"][1][1] = str(Fraction(certificate["tails"][1][1]) / 2)


def nearer_tail_and_cover(certificate):
    radius = Fraction(certificate["tails"][1][1]) / 4
    certificate["tails"][1][1] = str(radius)
    certificate["leaves"] = [leaf for leaf in certificate["leaves"] if Fraction(leaf[1]) <= radius]


def steeper(certificate):
    step = next(step for step in certificate["expression"] if step[0] in ("sigma", "tanh"))
    step[0] = {"sigma": "tanh", "tanh": "sigma"}[step[0]]


MUTATIONS = {
    **{
        f"{key} {end} {by}e-13": shifted(key, end, by)
        for key in ("sup", "inf")
        for end in ("lower", "upper")
        for by in (-20, 20)
    },
    **{f"leaf {k} dropped": dropped(k) for k in (0, 3, -1)},
    "an interval shifted": moved,
    "a tail that begins earlier": nearer_tail,
    "a tail and cover that end earlier": nearer_tail_and_cover,
    "another function": steeper,
    "no tails": lambda certificate: certificate["tails"].clear(),
    "a witness elsewhere": lambda certificate: certificate["sup"].update(at="1000000"),
    "unbounded": lambda certificate: certificate.update(sup={"unbounded": True}),
    "the line for an interval": lambda certificate: certificate.update(interval=["-1", "1"]),
}


@pytest.mark.parametrize("name", ["silu", "tanh", "mish"])
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_certificate_is_rejected_by_both_libraries(name, mutation):
    changed = sealed(slope(name).certificate, MUTATIONS[mutation])
    assert [check.verdict for check in recheck(changed)] == ["rejected", "rejected"]


def test_a_certificate_is_not_taken_for_one_of_another_branch():
    changed = sealed(slope("relu").certificate, lambda c: [leaf.__setitem__(2, "-") for leaf in c["leaves"]])
    assert [check.verdict for check in recheck(changed)] == ["rejected", "rejected"]
    certificate = dict(slope("relu").certificate)
    assert recheck({**certificate, "interval": ["0", None]})[0].reason == "the digest differs"


UNARY = [tanh, lambda u: 1 / (1 + exp(-u)), atan, lambda u: exp(-(u**2)), lambda u: log(1 + exp(u)), Abs]
UNARY += [lambda u: Max(0, u), lambda u: u / sqrt(1 + u**2), lambda u: Min(1, u), erf, lambda u: u / (1 + Abs(u))]


def random_expression(source):
    """Two or three of the usual functions, of a shifted and stretched x, added, multiplied or nested."""

    def leaf():
        shift = Rational(source.randint(-4, 4), source.choice((1, 2, 3)))
        return Rational(source.choice((-2, -1, 1, 1, 2, 3)), source.choice((1, 2))) * X + shift

    first, second = (source.choice(UNARY)(leaf()) for _ in range(2))
    kind = source.randrange(4)
    if kind == 0:
        return first + second
    if kind == 1:
        return first * second
    return source.choice(UNARY)(first) + (second if kind == 3 else 0)


def fuzz(seeds):
    answered = 0
    for seed in seeds:
        expression = random_expression(random.Random(seed))
        try:
            found = slope(expression)
        except Refused:
            continue
        answered += 1
        check_against_samples(found, expression)
        assert found.sup.upper == math.inf or found.sup.upper - found.sup.lower <= WIDTH
        assert found.inf.lower == -math.inf or found.inf.upper - found.inf.lower <= WIDTH
        verdicts = [check.verdict for check in recheck(found.certificate)]
        assert "rejected" not in verdicts, expression
    return answered


def test_random_expressions_have_no_sample_beyond_their_bounds():
    assert fuzz(range(12)) >= 10  # the rest may be refused, never wrong


@pytest.mark.slow
def test_many_random_expressions_have_no_sample_beyond_their_bounds():
    assert fuzz(range(100, 500)) >= 340


def test_every_name_is_answered_or_refused_for_a_jump():
    refused = []
    for name in NAMES:
        try:
            slope(name)
        except Refused as reason:
            refused.append((name, "jumps" in str(reason)))
    assert refused == [("hardshrink", True)]


def test_the_precision_of_the_libraries_is_left_as_it_was():
    import flint

    before = flint.ctx.prec, mpmath.iv.prec
    recheck(slope("tanh").certificate)
    assert (flint.ctx.prec, mpmath.iv.prec) == before


def test_command_line_answers_in_text_and_json_and_refuses_in_one_line(capsys):
    assert main(["slope", "gelu", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sup"]["closed_form"] == "(1 + erf(1))/2 + exp(-1)/sqrt(pi)"
    assert recheck(document["certificate"])[0].verdict == "holds"
    assert main(["slope", "x**3", "--from", "-1/2", "--to", "2"]) == 0
    assert "= 12" in capsys.readouterr().out
    assert main(["slope", "x if x > 0 else 1"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "jumps at x = 0" in error


@pytest.mark.parametrize(
    ("words", "said"),
    [("x --from a", "--from must be a decimal or a quotient, got 'a'"),
     ("x --to 1/0", "--to must be a decimal or a quotient, got '1/0'"),
     ("tan(x)", "no function 'tan' of 1 argument; ")],
)  # fmt: skip
def test_what_is_typed_wrong_is_named_as_it_is_typed(words, said, capsys):
    assert main(["slope", *words.split()]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_slope_that_is_the_same_at_both_ends_is_attained_at_both():
    found = slope("x**3", interval=(-1, 1))
    assert found.sup.attained
    assert found.sup.where == ("x = -1", "x = 1")
    assert found.sup.exact == 3
    least = slope("-(x**3)", interval=(Fraction(-1, 2), Fraction(1, 2))).inf
    assert (least.where, least.exact) == (("x = -1/2", "x = 1/2"), Fraction(-3, 4))
    assert slope("x**3", interval=(-1, 2)).sup.where == ("x = 2",)


@pytest.mark.parametrize(
    ("text", "sign", "place"), [("sin(x)", -1, math.pi), ("-sin(x)", 1, math.pi), ("sin(2*pi*x)", -1, 0.5)]
)
def test_places_a_period_apart_are_listed_once(text, sign, place):
    found = slope(text)
    one = found.sup if sign > 0 else found.inf
    ((low, high),) = one.places
    assert low <= place + 1e-9
    assert high >= place - 1e-9
    assert len(one.where) == 1


def test_two_places_within_one_period_are_both_listed():
    assert len(slope("sin(x) + sin(2*x)/2").inf.where) == 2  # cos x + cos 2x is least where cos x = -1/4


@pytest.mark.parametrize("text", ["log(x)", "1/x", "sqrt(x)"])
def test_what_is_not_defined_everywhere_is_told_to_take_an_interval(text):
    with pytest.raises(Refused, match="on an interval alone, give that: interval="):
        slope(text)
    assert slope(text, interval=(1, 4)).sup.attained


@pytest.mark.parametrize(("text", "sup", "inf"), [("log(1+exp(2*x))/2", 1.0, 0.0), ("1/(1+exp(-x))^2", None, 0.0)])
def test_a_slope_that_is_proved_rational_has_that_value_as_a_float_and_not_the_middle_of_its_bounds(text, sup, inf):
    found = slope(text)
    assert sup is None or float(found.sup) == sup
    assert float(found.inf) == inf
