"""Certificates replayed, mutated and misread: what is proved is true, and what is false is refused."""

import ast
import json
import random
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import mpmath
import pytest

import errorflow as ef
from errorflow.proof.checker import kernel, rules
from errorflow.proof.checker.axioms import AXIOMS
from errorflow.proof.checker.polynomial import Refused
from errorflow.proof.checker.statement import Accumulated, Part, Recurrence, Statement
from errorflow.proof.mutation.tokens import names_of, texts
from errorflow.proof.search.finder import text_of
from errorflow.proof.theorems.theorem import certificate, check, digest, neighbour, satisfiable
from tests.claim_reading import FUNCTIONS, Place, Unread

THEOREMS = ef.theorems()
PROOF = Path(kernel.__file__).parents[1]
KERNEL = tuple(t for t in THEOREMS if t.route == "kernel")
every = pytest.mark.parametrize("theorem", THEOREMS, ids=lambda t: t.name)
checked = pytest.mark.parametrize("theorem", KERNEL, ids=lambda t: t.name)


# In reading order. A name is never changed once it is published, and a theorem never taken away.
NAMES = (
    "logistic.slope",
    "tanh.slope",
    "squash.slopes",
    "squash.decay",
    "logistic.curvature",
    "slopes.crossing",
    "local_error.peak_gain",
    "local_error.peak",
    "rnn.path_sum",
    "rnn.path_sum_as_printed",
    "rnn.path_bound",
    "rnn.path_factors",
    "rnn.weights_below_four",
    "norm.entry_bound",
    "rnn.vanishing",
    "rnn.explosion_needs",
    "rnn.lower_bound",
    "rnn.determinant_bound",
    "rnn.nonnegative_bound",
    "rnn.absolute_radius",
    "rnn.scaled_norm",
    "rnn.nilpotent",
    "rnn.conjugacy",
    "rnn.fixed_point",
    "rnn.scalar_vanishes",
    "rnn.scalar_variation",
    "rnn.volume",
    "carousel.linear_unit",
    "lstm1997.carousel",
    "lstm1997.carousel_bound",
    "lstm.factorisation",
    "lstm.cell_recursion",
    "lstm.lower_bound",
    "lstm.lower_rate",
    "lstm.vanishing",
    "lstm.state_bound",
    "lstm1997.state_bound",
    "lstm.constants",
    "lstm1997.constants",
    "forget_gate.half_life",
    "forget_gate.product",
    "output.sum_is_wrong",
    "output.shared_gate",
    "rtrl.equals_bptt",
    "bptt.cost",
    "rtrl.cost",
    "learning.memory_break_even",
    "schmidhuber1992.exact",
    "uoro.unbiased",
    "lstm1997.step_count",
    "hmm.contraction",
    "arima.unit_root",
    "tcn.receptive_field",
    "softmax.jacobian",
    "attention.weight_floor",
    "slstm.convex_weights",
    "ode.logarithmic_norm",
    "gaussian.lyapunov",
)


def test_no_theorem_is_lost_or_renamed():
    assert tuple(t.name for t in THEOREMS) == NAMES
    routes = [t.route for t in THEOREMS]
    assert (routes.count("kernel"), routes.count("coq"), routes.count("reference")) == (54, 1, 3)


# Every theorem --------------------------------------------------------------------------------------------------------


@checked
def test_the_stored_certificate_proves_the_theorem(theorem):
    report = check(theorem)
    assert (report.verdict, report.reason) == ("proved", "")
    assert set(report.axioms) <= set(AXIOMS)


@checked
def test_the_finder_writes_the_stored_certificate_again(theorem):
    assert (PROOF / "certificates" / f"{theorem.name}.json").read_text(encoding="utf-8") == text_of(theorem)


def test_there_is_no_certificate_without_a_theorem():
    assert {p.stem for p in (PROOF / "certificates").iterdir()} == {t.name for t in KERNEL}


@every
def test_the_hypotheses_can_be_met(theorem):
    assert satisfiable(theorem)


@checked
def test_the_false_neighbour_is_refused(theorem):
    statement, proof = neighbour(theorem)
    assert statement != theorem.statement
    for attempt in (proof, certificate(theorem.name)):
        with pytest.raises(Refused):
            kernel.check(statement, attempt)


# Points at which a neighbour without rational point fails: the crossing lies at 1.6629, the peak at 1.5434.
_R = mpmath.sqrt(3)
FAILING = {
    "slopes.crossing": (
        "d(t, x) > d(s, x) iff u < (2 + r)/2",
        {"x": 1.8, "u": mpmath.cosh(mpmath.mpf(1.8) / 2), "r": _R},
    ),
    "output.sum_is_wrong": ("d(o + t, c) = o*(1 - t**2)", {"o": 0, "c": 0}),
    "logistic.curvature": (
        "k < 96225044864/1000000000000",
        {"x": mpmath.log((3 - _R) / (3 + _R))},
    ),
    "rnn.fixed_point": ("d(t, h) < 1 - 3*h**2/4", {"h": 0.25, "w": 4 * mpmath.atanh(0.25)}),
    "local_error.peak_gain": (
        "X*s*(1 - s) < 2238716023471/10000000000000",
        {"X": mpmath.findroot(lambda x: x * mpmath.tanh(x / 2) - 1, 1.5)},
    ),
}


@every
def test_the_false_neighbour_fails_at_its_point_and_the_theorem_does_not(theorem):
    change = theorem.neighbour
    fails, at = FAILING.get(theorem.name, (change.fails, change.at))
    concluded = [text for part in neighbour(theorem)[0].parts for text in part.conclude]
    parts = [p for text in concluded for p in _comparisons(text)]
    assert all(piece in parts for piece in _comparisons(fails)), "what fails must be among the changed conclusions"
    place = Place(theorem.statement, at)
    assert not place.holds(fails)
    if theorem.name != "lstm1997.carousel":  # whose point has no value for the matrix that the neighbour left out
        assert place.holds(fails.replace(change.new, change.old))


def _comparisons(text):
    """The single comparisons of a claim; an equivalence is one."""
    if " iff " in text:
        return [text]
    pieces = re.split(r"\s(<=|>=|<|>|=)\s", text)
    return [" ".join(pieces[k : k + 3]) for k in range(0, len(pieces) - 2, 2)]


@checked
def test_the_digest_changes_with_every_field_of_the_statement_and_every_word_of_the_certificate(theorem):
    proof = certificate(theorem.name)
    seen = {digest(theorem, proof)}
    for field in fields(theorem.statement):
        value = getattr(theorem.statement, field.name)
        if is_dataclass(value):
            other = replace(value, start=value.start + 1)
        else:
            other = Recurrence("q", 0, ()) if value is None else (*value, "x")
        changed = replace(theorem.statement, parts=theorem.statement.parts[:-1]) if field.name == "parts" else None
        changed = changed or replace(theorem.statement, **{field.name: other})
        seen.add(digest(replace(theorem, statement=changed), proof))
    assert len(seen) == 1 + len(fields(theorem.statement))
    rng = random.Random(theorem.name)
    places = list(_leaves(proof))
    for place, leaf in rng.sample(places, min(20, len(places))):
        seen.add(digest(theorem, _put(proof, place, f"{leaf} + 0")))
    assert len(seen) == 1 + len(fields(theorem.statement)) + min(20, len(places))


def test_a_report_is_made_afresh_and_nothing_stores_a_verdict():
    assert ef.prove(["logistic.slope"])[0] is not ef.prove(["logistic.slope"])[0]
    for path in PROOF.glob("certificates/*.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        assert set(data) == {"theorem", "parts"}
        assert not {"proved", "verdict"} & set(_keys(data))
    assert not {"proved", "verdict"} & {f.name for f in fields(THEOREMS[0])}


def _keys(data):
    if isinstance(data, dict):
        yield from data
    for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _keys(item)


def test_an_unknown_theorem_is_a_key_error_with_the_nearest_name():
    with pytest.raises(KeyError, match=r"no theorem called 'lstm1997\.carousell'; did you mean 'lstm1997\.carousel'"):
        ef.theorem("lstm1997.carousell")
    with pytest.raises(KeyError, match="no theorem called 'zzz'"):
        ef.prove(["logistic.slope", "zzz"])


def test_one_name_is_proved_as_a_list_of_one_is():
    (report,) = ef.prove("rnn.vanishing")
    assert report.name == "rnn.vanishing"


def test_theorems_on_norms_and_determinants_name_the_facts_that_they_assume():
    assumed = {r.name: r.assumes for r in ef.prove() if r.assumes}
    norms = {t.name for t in THEOREMS if any(re.search(r"norm|det|sigma_min", s.text + s.latex) for s in t.symbols)}
    norms |= {t.name for t in THEOREMS if any("|" in s.text for s in t.symbols)}
    moduli = {"rnn.scalar_vanishes", "rnn.scalar_variation"}  # whose bars are those of real numbers
    cited = {"ode.logarithmic_norm"}  # which rests on a book as a whole
    assert norms > moduli | cited
    assert set(assumed) == norms - moduli - cited | {"uoro.unbiased"}  # which assumes of expectation that it is linear


# What is printed ------------------------------------------------------------------------------------------------------


@every
def test_nothing_internal_is_left_in_the_printed_theorem(theorem):
    s = theorem.statement
    shown = {symbol.name for symbol in theorem.symbols}
    printed = [theorem.text(), theorem.latex(), *theorem.hypotheses(), *theorem.claims()]
    for text in printed:
        assert not re.search(r"[@#`]|''|\bNone\b|\*\*|\bd\(\w+, ", text), text
    for text in (theorem.text(), *theorem.hypotheses()):
        assert not re.search(r"\\|\$|[{}]", text), text
        internal = {
            n for n in (*s.real, *s.integer, *s.matrix) if n in shown and len(n) > 2 and n not in ("eps", "tau", "phi")
        }
        for name in internal - {w for symbol in theorem.symbols for w in re.findall(r"\w+", symbol.text)}:
            assert not re.search(rf"(?<![\w^]){name}(?![\w(])", text), (name, text)


@every
def test_what_changes_with_an_index_or_a_unit_is_said_for_every_one(theorem):
    plan = theorem.statement.recurrence
    sentences = re.split(r"(?<=\.) (?=(?:Then|If|Moreover|For|Assume)\b)", theorem.text())
    for sentence in sentences[1:]:
        moving = plan and re.search(rf"\[{plan.index}\]|\(t-{plan.index}\)", sentence)
        assert not moving or f"or every {plan.index} >= {plan.start}" in sentence, sentence
    if theorem.statement.sums and theorem.name != "rnn.path_sum_as_printed":  # whose entries are those of any pair
        assert re.search(r" for every (v|l|v and l) from 1 to [np]", theorem.text())


@every
def test_no_two_names_are_printed_alike(theorem):
    prints = [symbol.latex or symbol.name for symbol in theorem.symbols]
    assert len(prints) == len(set(prints))
    texts = [symbol.text or symbol.name for symbol in theorem.symbols]
    assert len(texts) == len(set(texts))


@every
def test_a_name_printed_as_the_index_is_the_index(theorem):
    plan = theorem.statement.recurrence
    for symbol in theorem.symbols:
        if symbol.latex == "@":
            (sequence,) = (a for a in plan.accumulate if a.name == symbol.name)
            assert (sequence.kind, sequence.term, sequence.first) == ("sum", "1", 1)


# The rules ------------------------------------------------------------------------------------------------------------


def step(rule, goal, **more):
    return {"rule": rule, "goal": goal, **more}


_SUM = Statement((), real=("w",), integer=("n",), sums=(("S", "n", "w"),), running=("w",), assume=("n >= 1", "w >= 2"))
_N = step("positive", "n >= 0", terms=[["1", [["n - 1", 1]]], ["1", []]])
_BETWEEN = {"function": "y**3", "at": "y", "from": {"y": "a"}, "to": {"y": "b"}}
_XY = Statement((), real=("x", "y"), assume=("x > 0", "y >= 0", "x*y = 1"))
# rule: (statement without parts, steps before, the right step, wrong neighbours of it as changed fields)
RIGHT = {
    "identity": (
        _XY,
        [],
        step("identity", "x**2*y = x", using=[["x", "x*y = 1"]]),
        [{"goal": "x**2*y = y"}, {"using": []}],
    ),
    "positive": (
        _XY,
        [],
        step("positive", "x**2 + y > 0", terms=[["1", [["x", 2]]], ["1", [["y", 1]]]]),
        [{"goal": "x**2 - y > 0"}, {"terms": [["1", [["x", 2]]], ["-1", [["y", 1]]]]}, {"goal": "x**2 + y > 1"}],
    ),
    "sign": (
        _XY,
        [],
        step("sign", "x*y > x iff y > 1", factor=[["1", [["x", 1]]]]),
        [{"goal": "x*y > x iff y < 1"}, {"goal": "x*y > x iff y >= 1"}, {"factor": [["1", [["y", 1]]]]}],
    ),
    "sturm": (
        Statement((), real=("x",), assume=("x > 0", "x < 1")),
        [],
        step(
            "sturm",
            "x*(1 - x)*(1 - 2*x) < 9623/100000",
            of="x",
            above="0",
            below="1",
            rest="9623/100000 - x*(1 - x)*(1 - 2*x)",
        ),
        [
            {"goal": "x*(1 - x)*(1 - 2*x) < 9622/100000", "rest": "9622/100000 - x*(1 - x)*(1 - 2*x)"},
            {"goal": "x*(1 - x)*(1 - 2*x) < 9622/100000"},
            {"above": "-1"},
            {"above": "1/10"},
            {"below": "9/10"},
            {"of": "y"},
            {"square": "x"},
            {"rest": "9623/100000"},
        ],
    ),
    "axiom": (
        replace(_XY, let=(("s", "logistic", "x"),)),
        [],
        {"rule": "axiom", "name": "logistic.range", "at": {"s": "s"}, "goal": "1 - s > 0"},
        [{"name": "tanh.range"}, {"at": {"s": "x"}}, {"name": "logistic.exp"}, {"goal": "s - 1 > 0"}],
    ),
    "sum": (
        _SUM,
        [_N],
        step("sum", "S - 2*n >= 0", of="w - 2 >= 0", constant="-2", parts={"S": "1"}),
        [{"goal": "S - 3*n >= 0"}, {"goal": "S - 2*n > 0"}, {"constant": "-1"}, {"parts": {"n": "1"}}],
    ),
    "blocks": (
        Statement((), real=("x",), blocks=(("A", (("1", "x"), ("0", "1"))), ("B", (("1", "2*x"), ("0", "1"))))),
        [],
        step("blocks", "A*A = B"),
        [{"goal": "A*A = A"}, {"goal": "A*B = B"}, {"goal": "A*A = 1"}],
    ),
    "integer": (
        Statement((), integer=("n",), real=("x",), assume=("n > 0", "x > 0")),
        [],
        step("integer", "n - 1 >= 0"),
        [{"goal": "n - 2 >= 0"}, {"goal": "x - 1 >= 0"}, {"goal": "n - 1 > 0"}, {"goal": "n/2 >= 0"}],
    ),
    "exponential": (
        Statement((), let=(("e", "exp", "1"),)),
        [],
        step("exponential", "e < 2719/1000", value="e", terms=10),
        [{"goal": "e < 2718/1000"}, {"terms": 3}, {"goal": "e > 2719/1000"}],
    ),
    "apply": (
        Statement((), real=("x", "y"), assume=("x > 0 iff y > 0", "y > 0")),
        [],
        step("apply", "x > 0", **{"from": "y > 0"}),
        [{"goal": "x > 1"}, {"from": "x > 0"}, {"goal": "x < 0"}],
    ),
    "equivalent": (
        Statement((), real=("x",)),
        [],
        step(
            "equivalent",
            "x > 1 iff x - 1 > 0",
            forward=[],
            backward=[],
        ),
        [{"goal": "x > 1 iff x > 0"}, {"goal": "x >= 1 iff x > 1"}],
    ),
    "contradiction": (
        _XY,
        [],
        step(
            "contradiction",
            "y > 0",
            steps=[
                step("positive", "0 > 0", terms=[["1", [["x", 1], ["-y", 1]]], ["1", []]], using=[["1", "x*y = 1"]])
            ],
        ),
        [{"steps": []}, {"goal": "y > 1"}, {"goal": "y = 1"}],
    ),
    "cases": (
        Statement((), real=("x",)),
        [],
        step(
            "cases",
            "x**2 + x + 1 > 0",
            on="x > 0",
            yes=[step("positive", "x**2 + x + 1 > 0", terms=[["1", [["x", 2]]], ["1", [["x", 1]]], ["1", []]])],
            no=[step("positive", "x**2 + x + 1 > 0", terms=[["1", [["x + 1/2", 2]]], ["3/4", []]])],
        ),
        [{"no": []}, {"yes": []}, {"on": "x = 0"}, {"goal": "x**2 + x > 0"}],
    ),
    "mean_value": (
        Statement((), real=("a", "b", "y"), assume=("a > 0", "b > a")),
        [],
        step(
            "mean_value",
            "b**3 > a**3",
            **_BETWEEN,
            steps=[
                step("positive", "y > 0", terms=[["1", [["y - a", 1]]], ["1", [["a", 1]]]]),
                step("positive", "d(y**3, y) > 0", terms=[["3", [["y", 2]]]]),
            ],
        ),
        [{"goal": "b**3 > a**3 + 1"}, {"goal": "a**3 > b**3"}, {"from": {"y": "b"}, "to": {"y": "a"}}, {"steps": []}],
    ),
}


def _proves(statement, steps, goal):
    return kernel.check(replace(statement, parts=(Part((goal,)),)), [steps])


def test_every_rule_is_tested():
    assert set(RIGHT) == set(rules.RULES)


@pytest.mark.parametrize("rule", RIGHT)
def test_a_right_step_is_accepted_and_proves_its_goal(rule):
    statement, before, right, _ = RIGHT[rule]
    _proves(statement, [*before, right], right["goal"])
    with pytest.raises(Refused):
        _proves(statement, before, right["goal"])


@pytest.mark.parametrize(("rule", "wrong"), [(rule, wrong) for rule, case in RIGHT.items() for wrong in case[3]])
def test_a_wrong_neighbour_of_a_right_step_is_refused(rule, wrong):
    statement, before, right, _ = RIGHT[rule]
    with pytest.raises(Refused):
        _proves(statement, [*before, right | wrong], (right | wrong)["goal"])


_DOUBLING = Recurrence("q", 0, ("x",), base=("x = 1",), step=("x' = 2*x",))


@pytest.mark.parametrize(
    ("goal", "recurrence", "accepted"),
    [
        ("x >= 1", _DOUBLING, True),
        ("x >= 2", _DOUBLING, False),  # not so at the start
        ("x <= 1", _DOUBLING, False),  # not so at the next index
        ("x >= 1", replace(_DOUBLING, step=("x' = x - 1",)), False),
    ],
)
def test_an_induction_needs_its_base_and_its_step(goal, recurrence, accepted):
    statement = Statement((Part((goal,), induction=True),), real=("x",), recurrence=recurrence)
    more = {"x >= 1": ["1", [["x - 1", 1]]], "x >= 2": ["2", [["x - 2", 1]]], "x <= 1": ["2", [["1 - x", 1]]]}[goal]
    base = [step("positive", goal, terms=[], using=[["1" if ">" in goal else "-1", "x = 1"]])]
    later = goal.replace("x", "x'")
    proof = {
        "base": base,
        "step": [
            step(
                "positive",
                later,
                terms=[["2", more[1]], ["1", []]],
                using=[["1" if ">" in goal else "-1", recurrence.step[0]]],
            )
        ],
    }
    if accepted:
        kernel.check(statement, [proof])
    else:
        with pytest.raises(Refused):
            kernel.check(statement, [proof])


@pytest.mark.parametrize("name", AXIOMS)
def test_an_axiom_holds_at_random_arguments_that_meet_its_premises(name):
    axiom, rng, tried = AXIOMS[name], random.Random(name), 0
    arguments = [argument for _, _, argument in axiom.values]
    statement = Statement((), real=tuple(dict.fromkeys(arguments)), let=axiom.values)
    for _ in range(300):
        values = {a: rng.choice([0, 1, -1, 2, rng.uniform(-5, 5)]) for a in arguments}
        for premise in axiom.premises:
            left, _, right = premise.partition(" = ")
            with mpmath.workdps(40):
                values[left] = Place(statement, values).value(right)
        place = Place(statement, values)
        tried += all(place.holds(premise) for premise in axiom.premises)
        for conclusion in axiom.conclusions:
            assert place.holds(conclusion), (values, conclusion)
    assert tried == 300


def test_the_table_of_derivatives_is_right():
    from errorflow.proof.checker.axioms import FUNCTIONS as SLOPES

    assert set(SLOPES) == set(FUNCTIONS)
    for name, slope in SLOPES.items():
        place = Place(Statement((), real=("x",), let=(("v", name, "x"),)), {"x": 0.7})
        assert place.holds(f"d(v, x) = {slope}")


# Attacks: each of these certificates was once accepted, or comes close to one that was ------------------------------

_FALSE = step("contradiction", "0 > 1", steps=[])


def _absurd(*terms, using=()):
    return step("contradiction", "0 > 1", steps=[step("positive", "0 > 0", terms=list(terms), using=list(using))])


ATTACKS = {
    "a derivative inside the function of a mean value is not moved with its end": (
        Statement(
            (Part(("0 > 1",)),), real=("a", "b", "y"), let=(("c", "logistic", "a"),), assume=("a > 0", "a < 1", "b > 1")
        ),
        [
            [
                {"rule": "axiom", "name": "logistic.range", "at": {"s": "c"}},
                step("positive", "b - a > 0", terms=[["1", [["1 - a", 1]]], ["1", [["b - 1", 1]]]]),
                step(
                    "mean_value",
                    "-a*c*(1 - c) >= 0",
                    function="d(y*c, y)",
                    at="y",
                    **{"from": {"y": "a"}, "to": {"y": "b"}},
                    steps=[],
                ),
                _absurd(["1", [["a", 1], ["c", 1], ["1 - c", 1]]], ["1", [["-a*c*(1 - c)", 1]]]),
            ]
        ],
        "sign of the slope",
    ),
    "a sum over the point in between is known before the point is": (
        Statement(
            (Part(("0 > 1",)),),
            real=("a", "b", "y"),
            integer=("n",),
            sums=(("S", "n", "y"),),
            assume=("n = 1", "S = 5", "a = 0", "b = 1"),
        ),
        [
            [
                step("positive", "n >= 0", terms=[["1", []]], using=[["1", "n = 1"]]),
                step("positive", "b - a > 0", terms=[["1", []]], using=[["1", "b = 1"], ["-1", "a = 0"]]),
                step(
                    "mean_value",
                    "a - b > 0",
                    function="-y",
                    at="y",
                    **{"from": {"y": "a"}, "to": {"y": "b"}},
                    steps=[
                        step("sum", "n*b - S >= 0", of="b - y > 0", constant="b", parts={"S": "-1"}),
                        step(
                            "contradiction",
                            "0 - 1 > 0",
                            steps=[
                                step(
                                    "positive",
                                    "0 > 0",
                                    terms=[["1", [["n*b - S", 1]]], ["4", []]],
                                    using=[["-b", "n = 1"], ["-1", "b = 1"], ["1", "S = 5"]],
                                )
                            ],
                        ),
                    ],
                ),
                _absurd(["1", [["a - b", 1]]], ["1", [["b - a", 1]]]),
            ]
        ],
        "nothing may be known",
    ),
    "a sum of matrices is not a real": (
        Statement(
            (Part(("S*B = B*S",)),), matrix=("A", "B"), integer=("n",), sums=(("S", "n", "A"),), assume=("n = 1",)
        ),
        [[step("identity", "S*B = B*S")]],
        "made of reals",
    ),
    "a power of a matrix is not a real": (
        Statement(
            (Part(("K*B = B*K",)),),
            real=("K",),
            matrix=("A", "B"),
            recurrence=Recurrence("q", 0, (), accumulate=(Accumulated("K", "product", "A"),)),
        ),
        [[step("identity", "K*B = B*K")]],
        "made of reals",
    ),
    "a function of a matrix is not a real": (
        Statement((Part(("s*B = B*s",)),), matrix=("A", "B"), let=(("s", "logistic", "A"),)),
        [[step("identity", "s*B = B*s")]],
        "made of reals",
    ),
    "a value of a function does not count steps too": (
        Statement(
            (Part(("s >= 2",), induction=True), Part(("0 > 1",))),
            real=("x",),
            let=(("s", "logistic", "x"),),
            recurrence=Recurrence("q", 2, (), accumulate=(Accumulated("s", "sum", "1"),)),
        ),
        [
            {
                "base": [step("positive", "s >= 2", terms=[], using=[["1", "s = 1 + 1"]])],
                "step": [
                    step("positive", "s' >= 2", terms=[["1", [["s - 2", 1]]], ["1", []]], using=[["1", "s' = s + 1"]])
                ],
            },
            [
                {"rule": "axiom", "name": "logistic.range", "at": {"s": "s"}},
                _absurd(["1", [["s - 2", 1]]], ["1", [["1 - s", 1]]], ["1", []]),
            ],
        ],
        "one law",
    ),
    "a product of halves is not an integer": (
        Statement(
            (Part(("K > 0",), induction=True), Part(("K >= 1",))),
            integer=("K",),
            recurrence=Recurrence("q", 0, (), accumulate=(Accumulated("K", "product", "1/2"),)),
        ),
        [
            {
                "base": [step("positive", "K > 0", terms=[["1", []]], using=[["1", "K = 1"]])],
                "step": [step("positive", "K' > 0", terms=[["1/2", [["K", 1]]]], using=[["1", "K' = 1/2*K"]])],
            },
            [step("integer", "K - 1 >= 0"), step("positive", "K >= 1", terms=[["1", [["K - 1", 1]]]])],
        ],
        "one law",
    ),
    "a sequence is not the sum of itself": (
        Statement(
            (Part(("J <= 0", "K >= 0"), induction=True),),
            real=("J", "K"),
            recurrence=Recurrence(
                "q", 0, (), accumulate=(Accumulated("J", "sum", "1"), Accumulated("K", "sum", "K + 1"))
            ),
        ),
        [{"base": [], "step": []}],
        "defined by other names",
    ),
    "an equivalence does not say that there is a unit": (
        Statement(
            (Part(("c <= e",)),),
            real=("c", "e", "w"),
            integer=("n",),
            sums=(("S", "n", "w"),),
            running=("w",),
            assume=("n >= 1 iff 0 = 1", "n >= 0", "c <= w", "w <= e"),
        ),
        [[step("positive", "c <= e", terms=[["1", [["w - c", 1]]], ["1", [["e - w", 1]]]])]],
        "at least one term",
    ),
    "the number of units is not different for each of them": (
        Statement((Part(("S = n",)),), integer=("n",), sums=(("S", "n", "1"),), running=("n",), assume=("n >= 1",)),
        [
            [
                _N,
                step("sum", "S - n = 0", of="1 - 1 = 0", constant="-1", parts={"S": "1"}),
                step("identity", "S = n", using=[["1", "S - n = 0"]]),
            ]
        ],
        "must be one number",
    ),
    "a definition is not its own argument": (
        Statement((Part(("0 > 1",)),), let=(("e", "exp", "e"),)),
        [[{"rule": "axiom", "name": "exp.tangent", "at": {"e": "e"}}, _absurd(["1", [["e - 1 - e", 1]]], ["1", []])]],
        "declared before it",
    ),
    "a bound on exp of a long number takes no minute": (
        Statement((Part(("e < 2",)),), let=(("e", "exp", f"1/{'9' * 1000}"),)),
        [[step("exponential", "e < 2", value="e", terms=200)]],
        "128 binary digits",
    ),
    "a chain does not say where an inequality is an equation": (
        Statement((Part(("x**2 = 0 iff x = 0",)),), real=("x", "y")),
        [[step("positive", "x**2 >= 0", terms=[["1", [["x", 2]]]], zero_iff="x = 0 = y")]],
        "must be a factor of every term",
    ),
    "a hypothesis at an index is none at the next": (
        Statement(
            (Part(("h = 0",), induction=True),),
            real=("h",),
            recurrence=Recurrence("q", 0, ("h",), base=("h = 0",), step=("h' = h + 1",)),
        ),
        [{"base": [], "step": []}],
        "does not reach",
    ),
    "a sum of at least no positive terms is not positive": (
        Statement(
            (Part(("S > 0",)),),
            real=("x",),
            integer=("n",),
            sums=(("S", "n", "x"),),
            running=("x",),
            assume=("n >= 1", "x > 0"),
        ),
        [
            [
                step("positive", "n >= 0", terms=[["1", [["n - 1", 1]]], ["1", []]]),
                step("sum", "S > 0", of="x > 0", parts={"S": "1"}),
            ]
        ],
        "must be the sum",
    ),
    "a root at the end of a closed interval is not above zero": (
        Statement((Part(("x > 0",)),), real=("x",), assume=("x >= 0",)),
        [[step("sturm", "x > 0", rest="x", of="x", above="0")]],
        "must be known to lie between the ends",
    ),
    "a derivative sees that a product depends on its factor": (
        Statement(
            (Part(("d(K, w) = 0",)),),
            real=("K", "w"),
            recurrence=Recurrence("q", 0, (), accumulate=(Accumulated("K", "product", "w"),)),
        ),
        [[step("identity", "d(K, w) = 0")]],
        "not declared",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_the_kernel_is_refused_for_its_reason(attack):
    statement, proof, reason = ATTACKS[attack]
    with pytest.raises(Refused, match=reason):
        kernel.check(statement, proof)


# Mutations ------------------------------------------------------------------------------------------------------------


def mutated(text, names, rng):
    """The text with one number, sign, relation or name replaced."""
    return rng.choice(list(texts(text, names, frozenset())) or [f"{text} + 1"])


def _leaves(data, place=()):
    """(place, text) of every text in a certificate."""
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, (dict, list, tuple)):
        for key, item in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _leaves(item, (*place, key))


def _put(data, place, value):
    if not place:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[place[0]] = _put(copy[place[0]], place[1:], value)
    return copy


@checked
def test_a_mutated_certificate_never_proves_the_false_neighbour(theorem):
    rng = random.Random(theorem.name)
    statement, proof = neighbour(theorem)
    for attempt in (proof, certificate(theorem.name)):
        places = list(_leaves(attempt))
        for _ in range(6):
            place, leaf = rng.choice(places)
            with pytest.raises(Refused):
                kernel.check(statement, _put(attempt, place, mutated(leaf, names_of(statement), rng)))


def test_most_mutations_of_a_certificate_are_refused():
    rng, refused, tried = random.Random(7), 0, 0
    for theorem in KERNEL:
        proof = certificate(theorem.name)
        for place, leaf in rng.sample(list(_leaves(proof)), 5):
            tried += 1
            refused += (
                check(theorem, _put(proof, place, mutated(leaf, names_of(theorem.statement), rng))).verdict == "failed"
            )
    assert refused > 0.8 * tried  # the rest are equivalent writings, such as a factor that commutes


def samples(theorem, part, rng):
    """Places that satisfy the hypotheses of a part: the theorem's own points, and drawn ones where that is easy."""
    s = theorem.statement
    found = [Place(s, point) for point in (*theorem.points, theorem.step_point or {})]
    free = [*s.real, *s.integer]
    for _ in range(60):
        values = {n: rng.uniform(-3, 3) for n in s.real} | {n: rng.randint(1, 4) for n in s.integer}
        if theorem.name == "slopes.crossing":
            with mpmath.workdps(40):
                x = rng.choice([mpmath.mpf(values["x"]), 2 * mpmath.acosh((1 + mpmath.sqrt(3)) / 2)])
                values |= {"x": x, "u": mpmath.cosh(x / 2), "r": mpmath.sqrt(3)}
        if theorem.name == "local_error.peak_gain":
            with mpmath.workdps(40):
                values["X"] = mpmath.findroot(lambda x: x * mpmath.tanh(x / 2) - 1, 1.5)
        if theorem.name == "rnn.scalar_vanishes":
            with mpmath.workdps(40):
                w, a = 1 + mpmath.mpf(abs(values["w"])), mpmath.mpf(values["a"])
                L = min(abs(a), 1 - 1 / w) / 2
                T = mpmath.tanh(w * L)
                values |= {"w": -w, "W": w, "a": a, "L": L, "c": max(1, a**2), "k": w * L * (1 - T**2) / T}
        if theorem.name == "rnn.nilpotent":
            with mpmath.workdps(40):
                a = mpmath.atanh(mpmath.mpf(1) / 2)
                values |= {"x1": 0, "x2": a, "a": a}  # the held orbit
        for text in (*s.assume, *part.assume):
            left, symbol, right = text.partition(" = ")
            if symbol and left in free:
                try:
                    with mpmath.workdps(40):
                        values[left] = Place(s, values).value(right)
                except Unread:
                    continue
        found.append(Place(s, values))
    return [place for place in found if _meets(place, (*s.assume, *part.assume))]


def _meets(place, hypotheses):
    try:
        return all(place.holds(text) for text in hypotheses)
    except Unread:
        return False


def _weaker(new, old):
    """Whether each comparison of `new` follows from one of `old` by its symbol alone, or compares like with like."""
    allowed = {"=": ("<=", ">="), "<": ("<=",), ">": (">=",)}
    given = [re.split(r"\s(<=|>=|<|>|=)\s", c) for c in _comparisons(old)]
    return all(
        (a == b and s in ("=", "<=", ">="))
        or any((a, b) == (c, d) and (s == r or s in allowed.get(r, ())) for c, r, d in given)
        for a, s, b in (re.split(r"\s(<=|>=|<|>|=)\s", c) for c in _comparisons(new) if " iff " not in c)
    ) and (" iff " not in new or new == old)


@checked
def test_hypotheses_that_no_rational_meets_are_met_in_forty_digits(theorem):
    if theorem.existence:
        assert samples(theorem, theorem.statement.parts[0], random.Random(1))
    else:
        assert theorem.points


@checked
def test_a_mutated_statement_that_is_accepted_is_true(theorem):
    rng, s = random.Random(theorem.name), theorem.statement
    proof = certificate(theorem.name)
    for _ in range(12 if len(list(_leaves(proof))) < 500 else 4):  # a longer one takes longer to replay
        i = rng.randrange(len(s.parts))
        old = rng.choice(s.parts[i].conclude)
        new = mutated(old, names_of(s), rng)
        swap = tuple(new if text == old else text for text in s.parts[i].conclude)
        statement = replace(s, parts=tuple(replace(p, conclude=swap) if k == i else p for k, p in enumerate(s.parts)))
        renamed = proof
        for place, leaf in list(_leaves(proof)):
            renamed = _put(renamed, place, new) if leaf == old else renamed
        if any(check(replace(theorem, statement=statement), p).verdict == "proved" for p in (proof, renamed)):
            assert _weaker(new, old) or _true_everywhere(theorem, s.parts[i], new, rng), (old, new)


def _true_everywhere(theorem, part, claim, rng):
    """Whether a claim holds at all places that can be drawn, of which there must be one."""
    tried = []
    for place in samples(theorem, part, rng):
        try:
            tried.append(place.holds(claim))
        except Unread:
            continue
    return bool(tried) and all(tried)


# Malformed certificates -----------------------------------------------------------------------------------------------


MALFORMED = [
    [],
    [[]],
    [[{}]],
    [[None]],
    ["text"],
    [["rule"]],
    [{"base": [], "step": []}],
    [[{"rule": "identity"}]],
    [[{"rule": ["identity"]}]],
    [[step("identity", 5)]],
    [[step("identity", "x = ")]],
    [[step("identity", "x = x", using="ab")]],
    [[step("identity", "x = x", using=[["1"]])]],
    [[step("positive", "x > 0", terms=[["1"]])]],
    [[step("positive", "x > 0", terms=[["1", [["x", 10**9]]]])]],
    [[step("positive", "x > 0", terms=None)]],
    [[step("exponential", "x > 0", value="s", terms="many")]],
    [[step("cases", "x > 0", on="x > 0")]],
    [[step("blocks", "x")]],
    [[{"rule": "axiom", "name": "logistic.range", "at": {}}]],
    [[step("identity", "(" * 3000)]],
    [[step("identity", "9" * 5000 + " = 1")]],
    [[], []],
    {"parts": []},
    7,
    {1},
]


@pytest.mark.parametrize("proof", MALFORMED, ids=lambda proof: repr(proof)[:60])
def test_a_malformed_certificate_is_a_failed_verdict_and_no_traceback(proof):
    report = check(ef.theorem("logistic.slope"), proof)
    assert report.verdict == "failed"
    assert report.reason


def test_a_damaged_or_missing_certificate_is_a_failed_verdict():
    lost = replace(ef.theorem("logistic.slope"), name="logistic.lost")
    report = check(lost)
    assert report.verdict == "failed"
    assert "certificate" in report.reason


# The rooms ------------------------------------------------------------------------------------------------------------

# What each room may import besides itself; the modules beside the rooms are the door and the way to Coq.
ROOMS = {
    "checker": set(),
    "page": {"checker"},
    "theorems": {"checker", "page"},
    "search": {"checker", "theorems"},
    "smt": {"checker", "theorems"},
    "mutation": {"checker", "theorems"},
    "": {"checker", "theorems"},
}
_OUTSIDE = {"search": {"sympy"}}


def _imports(path):
    """Where a module imports from: `errorflow.proof.x.y` in full, whether it is written so or with dots."""
    package = ["errorflow", "proof", *path.relative_to(PROOF).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            yield ".".join([*start, *filter(None, [node.module])])


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_those_below_it_and_the_standard_library(room):
    paths = list((PROOF / room).rglob("*.py") if room else PROOF.glob("*.py"))
    assert paths
    for path in paths:
        for name in _imports(path):
            parts = name.split(".")
            if parts[:2] == ["errorflow", "proof"]:
                other = parts[2] if len(parts) > 2 and (PROOF / parts[2]).is_dir() else ""
                assert other in ROOMS[room] | {room}, (path.name, name)
            else:
                assert parts[0] in sys.stdlib_module_names | _OUTSIDE.get(room, set()), (path.name, name)


def test_the_package_proves_without_the_search():
    code = "import sys, errorflow as ef; ef.prove('logistic.slope'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "errorflow.proof.checker.kernel" in loaded
    assert not [name for name in loaded if name.startswith(("errorflow.proof.search", "sympy"))]


@pytest.mark.parametrize("path", sorted((PROOF / "checker").glob("*.py")), ids=lambda path: path.stem)
def test_the_checker_computes_with_no_float(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    exact = {"__future__", "collections", "dataclasses", "fractions", "functools", "itertools", "json", "re", "typing"}
    exact |= {"errorflow"}
    assert {name.split(".")[0] for name in _imports(path)} <= exact
    assert not [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
    ]
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"float", "eval", "exec", "compile", "round"}
