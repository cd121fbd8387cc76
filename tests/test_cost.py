"""What learning costs: polynomials against runs that count themselves, and against closed forms derived by hand."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings

import errorflow as ef
from errorflow.builtin import BUILTIN
from errorflow.cli import main
from errorflow.learning import ALGORITHMS, costs, undefined
from errorflow.learning.cost import STEPS
from errorflow.learning.counting import products
from errorflow.learning.operations import Counter
from errorflow.learning.plan import backward_plan
from errorflow.learning.tbptt import EVERY, HORIZON
from errorflow.numeric import run
from tests.mixed import NAMES, mixed
from tests.pairs import CELLS
from tests.random_cells import SIZES, recipes

n, m, T = (sympy.Symbol(s, positive=True, integer=True) for s in "nmT")
r = sympy.Symbol("r", positive=True, integer=True)
p = n + m
BOTH = ("bptt", "rtrl")
GRID = [*itertools.product((1, 2, 3), (1, 2), (1, 2, 3)), (5, 4, 7)]


def cell(name):
    """The cell called `name` in the tests."""
    return mixed() if name == "mixed" else CELLS[name]()


def values(polynomial, units, inputs, steps):
    """The integer that a polynomial is; r stands for n + 1 in the runs."""
    return int(polynomial.subs({n: units, m: inputs, T: steps, r: units + 1}))


def counted(c, units, inputs, steps, algorithm, biases, **options):
    """A run that counts itself."""
    rng = np.random.default_rng(0)
    labels = {label for shape in c.shapes().values() for label in shape}
    sizes = {"n": units, "m": inputs, "r": units + 1}
    weights = c.random_weights(rng, **{k: v for k, v in sizes.items() if k in labels})
    width = units + 1 if c.name == "mixed" else units
    errors, xs = rng.normal(size=(steps, width)), rng.normal(size=(steps, inputs))
    return c.gradient(weights, xs, errors, algorithm=algorithm, biases=biases, count=True, **options)


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_polynomials_are_what_runs_count(name, biases):
    c = cell(name)
    for polynomial in c.cost(biases=biases, algorithms=BOTH):
        for sizes in GRID:
            run_ = counted(c, *sizes, polynomial.name, biases)
            assert run_.macs == values(polynomial.macs, *sizes), sizes
            assert run_.elementwise == values(polynomial.elementwise, *sizes), sizes
            assert run_.words == values(polynomial.memory, *sizes), sizes


HORIZONS = [{"horizon": h, "every": k} for h, k in ((1, None), (2, None), (3, 1), (3, 2), (4, 4), (6, 3), (9, 2))]
BLOCKS = [{"block": h} for h in (1, 2, 3, 7)]


@pytest.mark.parametrize("name", NAMES)
def test_what_truncated_bptt_and_the_hybrid_take_is_what_runs_count_at_every_length(name):
    c, extra = cell(name), {"r": 3} if name == "mixed" else {}
    for algorithm, several in (("tbptt", HORIZONS), ("schmidhuber1992", BLOCKS)):
        for options in several:
            h, k = next(iter(options.values())), options.get("every") or 1
            for steps in (1, 2, 3, 6, 7):
                biases = steps % 2 == 0
                asked = {"algorithms": [algorithm], "biases": biases, **options}
                cost = c.cost(units=2, inputs=1, steps=steps, **extra, **asked)[0]
                run_ = counted(c, 2, 1, steps, algorithm, biases, **options)
                assert [run_.macs, run_.elementwise, run_.words] == totals(cost), (options, steps)
                # The general polynomials, with h and h' put in, where what they say of h, h' and T is so.
                general = c.cost(**asked)[0]
                if algorithm == "tbptt":
                    assert general.holds == "T >= h" + (", h' divides h and T" if options["every"] else "")
                    holds = steps >= h and steps % k == h % k == 0
                else:
                    assert general.holds == "h divides T"
                    holds = steps % h == 0
                at = {n: 2, m: 1, r: 3, T: steps, HORIZON: h, EVERY: k}
                polynomials = (general.macs, general.elementwise, general.memory)
                assert ([int(p.subs(at)) for p in polynomials] == totals(cost)) or not holds


@pytest.mark.parametrize("name", ["lru", "mingru"])
def test_what_traces_take_is_what_runs_count(name):
    c = cell(name) if name in CELLS else ef.cell(name)
    for biases in (False, True):
        (cost,) = c.cost(biases=biases, algorithms=["diagonal_rtrl"])
        for sizes in GRID:
            run_ = counted(c, *sizes, "diagonal_rtrl", biases)
            found = [values(p, *sizes) for p in (cost.macs, cost.elementwise, cost.memory)]
            assert [run_.macs, run_.elementwise, run_.words] == found
    assert sympy.Poly(cost.macs.subs(m, n), n).degree() == sympy.Poly(cost.memory.subs(m, n), n).degree() == 2


def test_the_closed_forms_of_truncated_bptt_and_the_hybrid_are_those_of_the_plain_network():
    truncated, hybrid = ef.rnn().cost(algorithms=["tbptt", "schmidhuber1992"])
    h = HORIZON
    # A step: forward n p, h outer products of n p, h - 1 transposed matrices; the first h - 1 windows are shorter.
    steady = n * p * (1 + h) + (h - 1) * n**2
    short = sum_(h - t for t in range(1, 5)) * n * p + sum_(h - t for t in range(1, 5)) * n**2
    assert sympy.expand((T * steady - truncated.macs).subs(h, 5) - short.subs(h, 5)) == 0
    assert sympy.expand(truncated.memory - (h * p + n)) == 0
    each = n * p + (n + 1) * (n**2 + n * p) + (n**3 * p + n**2 * p) / h
    assert sympy.expand(hybrid.macs - T * each) == 0
    assert sympy.expand(hybrid.memory - (n**2 * p + h * p + n)) == 0
    (grouped,) = ef.rnn().cost(algorithms=["tbptt"], every=3)
    per_update = (n * p * h + (h - 1) * n**2) / EVERY
    assert sympy.expand(grouped.macs.coeff(T) - n * p - per_update) == 0
    assert sympy.expand(grouped.macs.subs(EVERY, 1) - truncated.macs) == 0


def sum_(terms):
    """Their sum as an expression."""
    return sum(terms, sympy.Integer(0))


def test_the_costs_of_a_billion_steps_are_exact_integers_at_once():
    sizes = {"units": 10**4, "inputs": 3, "steps": 10**9 + 7}
    one, other = (ef.rnn().cost(**sizes, horizon=1000, every=e, algorithms=["tbptt"])[0] for e in (1, 999))
    u, p_, T_ = 10**4, 10**4 + 3, 10**9 + 7
    windows = 1000 * T_ - 1000 * 999 // 2
    assert one.macs_total == T_ * u * p_ + windows * u * p_ + (windows - T_) * u * u
    lengths = [min(1000, t) for t in (*range(999, 3000, 999),)]
    updates = -(-T_ // 999)
    steps_back = sum(lengths) + (updates - len(lengths)) * 1000
    assert other.macs_total == T_ * u * p_ + steps_back * u * p_ + (steps_back - updates) * u * u


def test_options_of_costs_are_checked():
    with pytest.raises(ValueError, match="horizon must be left out for bptt, rtrl; it is an option of tbptt"):
        ef.rnn().cost(algorithms=BOTH, horizon=3)
    with pytest.raises(ValueError, match="every must be at most horizon = 2, got 3"):
        ef.rnn().cost(horizon=2, every=3)
    with pytest.raises(ValueError, match="block must be a positive integer, got 0"):
        ef.rnn().cost(block=0)
    with pytest.raises(KeyError, match=r"algorithm must be one of bptt, tbptt, .*, got 'bptt2'"):
        ef.rnn().cost(algorithms=["bptt2"])
    with pytest.raises(ValueError, match="diagonal_rtrl is not defined for cell 'rnn': its recurrence mixes units"):
        ef.rnn().cost(algorithms=["diagonal_rtrl"])


def test_by_default_every_algorithm_that_is_defined_for_the_cell_is_counted_in_reading_order():
    for name in BUILTIN:
        definition = ef.cell(name).definition
        defined = [a.name for a in ALGORITHMS if a.name not in undefined(definition)]
        assert [c.name for c in ef.cell(name).cost()] == defined
        assert defined[:2] == ["bptt", "tbptt"]


def totals(cost):
    """The three integers of a cost."""
    return [cost.macs_total, cost.elementwise_total, cost.memory_words]


def runs_and_costs(c, inputs, steps, biases=False, size=SIZES, asked=(("bptt", {}), ("rtrl", {}))):
    """(run, cost) of each algorithm asked for on a random sequence. inputs: name -> label of its size."""
    rng = np.random.default_rng(steps)
    widths = {s: size[label] for s, label in c.definition.sizes.items()}
    weights = {k: 0.5 * rng.normal(size=[size[label] for label in shape]) for k, shape in c.shapes().items()}
    start = {s.name: 0.1 * rng.normal(size=widths[s]) for s in c.definition.states}
    errors = rng.normal(size=(steps, widths[c.definition.output]))
    xs = {x: rng.normal(size=(steps, size[label])) for x, label in inputs.items()} or steps
    xs = next(iter(xs.values())) if len(inputs) == 1 else xs
    try:
        c.run(weights, xs, start)
    except ArithmeticError:
        assume(False)  # a product of states with itself may leave the range of float64
    words = {"n": "units", "m": "inputs"}
    sizes = {words.get(label, label): size[label] for label in set(c.definition.sizes.values())}
    for algorithm, options in asked:
        (cost,) = c.cost(biases=biases, steps=steps, algorithms=[algorithm], **sizes, **options)
        run_ = c.gradient(weights, xs, errors, algorithm=algorithm, biases=biases, state=start, count=True, **options)
        yield run_, cost


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(recipe=recipes())
def test_whatever_graph_is_written_its_cost_is_what_runs_count(recipe):
    c = recipe.cell()
    asked = [("bptt", {}), ("rtrl", {}), ("tbptt", {"horizon": 3, "every": 2}), ("schmidhuber1992", {"block": 2})]
    asked += [] if "diagonal_rtrl" in undefined(c.definition) else [("diagonal_rtrl", {})]
    for steps in (1, 2, 3, 5):
        pairs = list(runs_and_costs(c, recipe.inputs, steps, biases=steps % 2 == 0, asked=asked))
        for run_, cost in pairs:
            assert [run_.macs, run_.elementwise, run_.words] == totals(cost), (cost.name, steps)
        (back, _), (forward, _), *_ = pairs
        for weight, array in back.weights.items():  # nothing is left out that the gradient needs
            scale = np.abs(forward.weights[weight]).max(initial=1e-300)
            # Some thousand roundings, and sums over steps that may cancel to a hundredth of their terms.
            np.testing.assert_allclose(array / scale, forward.weights[weight] / scale, rtol=0, atol=1e-10)


h, a, b, d, x = ef.names("h a b d x")


def late():
    """Cells whose error reaches some state late or never, with the T from which on their polynomials hold."""

    def tanh(*reads, label):
        return sympy.tanh(ef.net(label, *reads))

    chain = {h: tanh(a, label="h"), a: tanh(b, label="a"), b: tanh(d, label="b"), d: tanh(x, label="d")}
    looped = {h: tanh(h, a, label="h"), a: tanh(b, a, label="a"), b: tanh(b, x, label="b")}
    dead = {h: tanh(h, x, label="h"), a: tanh(ef.new(h), a, label="a")}
    after = {h: tanh(h, a, x, label="h"), a: tanh(ef.new(h), a, label="a")}
    carry = {a: 0.9 * a + tanh(h, x, label="g"), h: ef.logistic(ef.net("o", h, x)) * sympy.tanh(ef.new(a))}
    return {
        "chain": (ef.Cell("chain", inputs=[x], state=chain), 3),
        "looped": (ef.Cell("looped", inputs=[x], state=looped), 3),
        "dead": (ef.Cell("dead", inputs=[x], state=dead), 1),
        "after": (ef.Cell("after", inputs=[x], state=after), 2),
        "carry": (ef.Cell("carry", inputs=[x], state=carry, output=a), 2),
    }


@pytest.mark.parametrize("name", late())
def test_a_polynomial_holds_from_the_step_on_that_it_names_and_not_before(name):
    c, valid_from = late()[name]
    general = c.cost(algorithms=["bptt"])[0]
    assert general.valid_from == valid_from
    assert general.json().get("valid_from", 1) == valid_from
    for steps in range(1, 7):
        run_, cost = next(runs_and_costs(c, {"x": "m"}, steps))
        assert (run_.macs, run_.elementwise) == (cost.macs_total, cost.elementwise_total)
        held = [values(p, SIZES["n"], SIZES["m"], steps) for p in (general.macs, general.elementwise)]
        assert (held == [run_.macs, run_.elementwise]) == (steps >= valid_from)


def test_states_that_no_error_reaches_cost_nothing_on_the_way_back():
    back = late()["dead"][0].cost(algorithms=["bptt"])[0]
    # The plain network, and the forward pass of a state that nothing reads: 2 n^2 a step.
    assert sympy.expand(back.macs - ef.rnn().cost(algorithms=["bptt"])[0].macs - 2 * T * n**2) == 0
    assert back.memory == ef.rnn().cost(algorithms=["bptt"])[0].memory


def test_the_built_in_cells_whose_polynomials_hold_from_the_second_step_on_are_two():
    found = {name for name in BUILTIN if ef.cell(name).cost(algorithms=["bptt"])[0].valid_from > 1}
    assert found == {"lru", "lstm1997_full"}


def test_a_polynomial_that_does_not_hold_at_once_says_so_wherever_it_is_printed(capsys):
    for cell, late in (("lru", True), ("rnn", False)):
        assert main(["cost", "--cell", cell]) == 0
        assert ("holds from      : T = 2 on" in capsys.readouterr().out) == late
        result = ef.result(f"{cell}.cost")
        assert ("T >= 2" in result.text()) == (r"T \ge 2" in result.latex()) == late
    # At T = 1 the general polynomial, 13 T n - 7 n, is not the number.
    assert main(["cost", "--cell", "lru", "--steps", "1"]) == 0
    out = capsys.readouterr().out
    assert "elementwise     = 8 n" in out
    assert "holds from" not in out


@pytest.mark.parametrize(
    "expression",
    [
        "log(1 + exp(u))", "1/(1 + exp(-u))", "exp(u)/(1 + exp(u))", "1/(1 + u**2)", "tanh(u)/(1 + exp(v))",
        "sin(u)*log(1 + exp(v))", "2/(1 + exp(u))", "1/(pi*(1 + exp(u)))", "sqrt(2)*tanh(u)/2",
        "tanh(u)**3/(1 + exp(v))**3", "u/sqrt(1 + u**2)", "2**tanh(u)", "(1 + exp(u))**tanh(v)", "tanh(2*sqrt(3)*u)",
        "2*sin(u)*tanh(1)",
    ],
)  # fmt: skip
def test_products_of_a_quotient_are_what_runs_count(expression):
    nets = {letter: ef.net(letter, h, x) for letter in "uv"}
    c = ef.Cell("quotient", inputs=[x], state={h: sympy.sympify(expression, locals=nets)})
    for steps in (1, 3):
        for run_, cost in runs_and_costs(c, {"x": "m"}, steps):
            assert run_.elementwise == cost.elementwise_total


@pytest.mark.parametrize("name", NAMES)
def test_counting_changes_no_gradient_and_counting_products_is_optional(name):
    c = cell(name)
    with_ = counted(c, 3, 2, 4, "bptt", True)
    for algorithm in ("bptt", "rtrl"):
        run_ = counted(c, 3, 2, 4, algorithm, True)
        for weight, array in with_.weights.items():
            np.testing.assert_allclose(run_.weights[weight], array, rtol=1e-10, atol=1e-12)


def test_the_costs_of_a_fully_recurrent_network_are_the_closed_forms():
    back, forward = ef.rnn().cost(algorithms=BOTH)
    # Forward n p, outer products n p, W^T n^2, the last not at the first step. RTRL: forward n p, W P n^3 p, slopes
    # n^2 p, contraction n^2 p.
    assert sympy.expand(back.macs - (T * (2 * n * p + n**2) - n**2)) == 0
    assert sympy.expand(forward.macs - T * n * p * (n + 1) ** 2) == 0
    assert sympy.expand(back.memory - (T * p + n)) == 0
    assert sympy.expand(forward.memory - n**2 * p) == 0
    assert (back.exact, forward.exact) == (True, True)


def test_a_bias_counts_as_one_more_input_in_the_influence_and_nowhere_in_bptt():
    back, forward = ef.rnn().cost(biases=True, algorithms=BOTH)
    assert back.macs == ef.rnn().cost(algorithms=["bptt"])[0].macs
    # The influence has n more columns for each of n rows: W P, slopes and contraction, n (n^2 + n + n) more a step.
    plain = ef.rnn().cost(algorithms=["rtrl"])[0]
    assert sympy.expand(forward.macs - plain.macs - T * n * (n**2 + 2 * n)) == 0
    assert sympy.expand(forward.memory - plain.memory - n**2) == 0


def test_rtrl_of_an_lstm_takes_eight_n_cubed_p_and_not_sixteen():
    back, forward = ef.lstm().cost(algorithms=BOTH)
    per_step = sympy.Poly(sympy.expand(forward.macs / T), n, m)
    # Two products of n by n with n by 4 n p, by the factorisation of the step; the joint Jacobian, 2 n by 2 n, takes 16
    # and the 8 n^2 p of scaling are of lower order.
    top = sum(c * n**i * m**j for (i, j), c in per_step.terms() if i + j == 4)
    assert sympy.expand(top - 8 * n**3 * p) == 0
    # Forward 4 n p, outer products 4 n p, transposed recurrent matrices 4 n^2, these not at the first step.
    assert sympy.expand(back.macs - (T * (8 * n * p + 4 * n**2) - 4 * n**2)) == 0
    assert sympy.expand(forward.memory - 2 * n * 4 * n * p) == 0


def test_rtrl_needs_less_memory_than_bptt_exactly_from_n_squared_steps_on():
    for units, inputs in itertools.product((1, 2, 5, 10), (1, 3, 20)):
        for steps in (max(1, units**2 - 1), units**2, units**2 + 1):
            words = [c.total(c.memory) for c in ef.rnn().cost(units=units, inputs=inputs, steps=steps, algorithms=BOTH)]
            assert (words[1] < words[0]) == (steps >= units**2)
    at = [
        [c.total(c.memory) for c in ef.rnn().cost(units=100, inputs=100, steps=s, algorithms=BOTH)]
        for s in (9999, 10_000)
    ]
    assert at == [[1_999_900, 2_000_000], [2_000_100, 2_000_000]]


def test_the_ratio_of_time_is_that_of_the_closed_forms():
    # 2 (n + 1)^2 / 5 a step for n = m, BPTT taken without its shorter first step.
    for units, ratio in ((10, 48.4), (100, 4080.4), (1000, 400800.4)):
        back, forward = ef.rnn().cost(units=units, inputs=units, steps=10**9, algorithms=BOTH)
        assert forward.total(forward.macs) / back.total(back.macs) == pytest.approx(ratio, rel=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_the_memory_of_bptt_is_the_size_of_the_arrays_it_keeps(name):
    c = cell(name)
    for units, inputs, steps in GRID:
        rng = np.random.default_rng(0)
        labels = {label for shape in c.shapes().values() for label in shape}
        sizes = {"n": units, "m": inputs, "r": units + 1}
        weights = c.random_weights(rng, **{k: v for k, v in sizes.items() if k in labels})
        trajectory = run(c.definition, weights, rng.normal(size=(steps, inputs)))
        window, stored = trajectory.between(0, steps), {}
        for symbol in backward_plan(c.definition).kept:
            # Rows that are one and the same, such as h as the new state of a step and the old one of the next, once.
            for row in window[symbol]:
                stored[row.__array_interface__["data"][0]] = row.size
        assert sum(stored.values()) == values(c.cost(algorithms=["bptt"])[0].memory, units, inputs, steps)


@pytest.mark.parametrize("name", NAMES)
def test_the_memory_of_rtrl_is_the_size_of_its_influence(name, monkeypatch):
    c, contracted, original = cell(name), [], Counter.matmul

    def watching(self, a, b, out=None):
        contracted.append(b)
        return original(self, a, b, out)

    monkeypatch.setattr(Counter, "matmul", watching)
    for units, inputs, steps in GRID[:6]:
        counted(c, units, inputs, steps, "rtrl", False)
        # The last product of a run is that of the error with the influence on the output, one column for each weight.
        columns = contracted[-1].shape[-1]
        width = sum({"n": units, "r": units + 1}[c.definition.sizes[s]] for s in c.definition.states)
        assert width * columns == values(c.cost(algorithms=["rtrl"])[0].memory, units, inputs, steps)


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("x", 0), ("2", 0), ("x + y", 0), ("-x", 0), ("1 - x", 0), ("x*y", 1), ("2*x", 1), ("-x*y", 1), ("x*y*z", 2),
        ("x**2", 1), ("x**3", 2), ("1/x", 1), ("x/y", 1), ("1/(x*y)", 2), ("x/y**2", 2), ("x**-2", 2),
        ("tanh(x)", 0), ("x*tanh(y*z)", 2),
        ("x*(1 - x)", 1), ("1 - x**2", 1), ("x*y + z*x", 2), ("sqrt(x)", 0),
    ],
)  # fmt: skip
def test_products_of_an_expression_are_counted_as_they_are_written(expression, count):
    assert products(sympy.sympify(expression)) == count


def test_numbers_that_are_given_are_put_in_and_the_rest_stays_open():
    back, forward = ef.rnn().cost(units=3, steps=5, algorithms=BOTH)
    assert back.total(back.macs) is None
    assert back.total(back.memory) is None
    assert forward.total(sympy.Integer(7)) == 7
    whole = ef.rnn().cost(units=3, inputs=2, steps=5)[0]
    assert whole.total(whole.macs) == whole.macs_total == 5 * (2 * 3 * 5 + 9) - 9
    assert (back.macs_total, back.elementwise_total, back.memory_words) == (None, 30, None)  # h^2, and e (1 - h^2)
    assert ef.rnn().cost(algorithms=["bptt"])[0].macs.free_symbols == {n, m, STEPS}


def test_a_cost_is_valid_json_with_integers_and_polynomials():
    for record in (c.json() for c in ef.lstm().cost(units=4, inputs=2, steps=7, algorithms=BOTH)):
        again = json.loads(json.dumps(record, allow_nan=False))
        assert again == record
        at = {"n": 4, "m": 2, "T": 7}
        for total, polynomial in [("macs_total", "macs_polynomial"), ("memory_words", "memory_polynomial"),
                                  ("elementwise_total", "elementwise_polynomial")]:  # fmt: skip
            assert int(sympy.sympify(again[polynomial]).subs(at)) == again[total]
    assert ef.lstm().cost(algorithms=["bptt"])[0].json()["macs_total"] is None


@pytest.mark.parametrize("wrong", [0, -1, 2.0, True, "3", 2**0.5])
def test_sizes_that_are_no_positive_integers_are_refused(wrong):
    for name in ("units", "inputs", "steps"):
        with pytest.raises(ValueError, match=f"{name} must be a positive integer, got {wrong!r}"):
            costs(ef.rnn().definition, **{name: wrong})


def test_sizes_may_be_integers_of_numpy():
    assert ef.rnn().cost(units=np.int64(3), inputs=1, steps=2)[0].total(n) == 3


def test_other_widths_of_a_cell_are_given_by_their_label():
    back = mixed().cost(units=3, inputs=2, steps=5, r=4)[0]
    assert back.total(back.macs) == values(back.macs, 3, 2, 5)
    with pytest.raises(KeyError, match="cell 'mixed' has no size k; its sizes are n, r, m"):
        mixed().cost(k=2)
    with pytest.raises(ValueError, match="r must be a positive integer, got 0"):
        mixed().cost(r=0)


@pytest.mark.parametrize("label", ["T", "h", "hprime", "units", "algorithms"])
def test_a_size_that_is_called_as_a_number_of_steps_or_an_argument_is_refused(label):
    h, x = ef.names("h x")
    cell = ef.Cell("odd", inputs=[x], state={h: sympy.tanh(ef.net("", h, x))}, sizes={x: label})
    with pytest.raises(ValueError, match=f"the size labels of cell 'odd' must leave {label} to costs"):
        cell.cost(steps=5)
    with pytest.raises(ValueError, match=f"must leave {label} to costs"):
        cell.cost(algorithms=["bptt"])
