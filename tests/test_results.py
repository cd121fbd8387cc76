"""The registry of named results: names, order, and that each says what its parts say."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest
import sympy

import errorflow as ef
from errorflow.builtin import BUILTIN
from errorflow.calculus.edges import gates
from errorflow.learning.cost import STEPS
from errorflow.proof import theorems
from errorflow.proof.page.symbols import Summed
from errorflow.results import Content, Piece, Result, result, results
from errorflow.results.cost_results import shown
from errorflow.results.derivations import SORTS
from errorflow.results.layout import aligned, escaped, terms

RESULTS = results()
OF_EVERY_CELL = ("definition", "jacobian", "flow", "truncated_flow", "weights", "cost")
m, n = sympy.symbols("m n", positive=True, integer=True)


def named(name):
    return next(r for r in RESULTS if r.name == name)


def test_every_name_occurs_once_even_with_the_names_of_parts():
    names = [name for r in RESULTS for name in r.pieces()]
    assert len(names) == len(set(names))


def test_names_are_words_with_dots_that_any_file_system_takes():
    for r in RESULTS:
        for name in r.pieces():
            assert re.fullmatch(r"[a-z0-9_]+(\.[A-Za-z0-9_]+)+", name), name


def test_every_cell_has_its_results_and_every_result_a_cell_or_a_theorem():
    expected = {f"{cell}.{suffix}" for cell in BUILTIN for suffix in OF_EVERY_CELL}
    expected |= {f"{cell}.departures" for cell in BUILTIN if cell not in ("mingru", "lru")}
    expected |= {"rnn.paths", "orthogonal_rnn.paths"}
    expected |= {f"{c}.carry_and_total" for c in BUILTIN if c not in ("rnn", "orthogonal_rnn", "mingru", "lru")}
    # no page holds these
    expected -= {"lstm_peephole.carry_and_total", "lstm_peephole.truncated_flow"}
    expected -= {f"lstm1997_full.{suffix}" for suffix in ("jacobian", "departures", "cost")}
    expected |= {f"{cell}.factors" for cell in ("lstm1997", "lstm", "lstm_peephole", "lstm_projected")}
    assert {r.name for r in RESULTS} == expected | {t.name for t in theorems()}


@pytest.mark.parametrize("name", BUILTIN)
def test_what_is_derived_of_a_cell_follows_from_where_its_error_leaves_the_carry(name):
    definition, cell = ef.cell(name).definition, ef.cell(name)
    first = definition.states[0].name
    carried, total = (cell.jacobian(truncated=cut)[first, first].words for cut in (True, False))
    sort = "paths" if not carried else "carried" if carried != total else "two steps"
    if sort == "two steps" and [s.name for s in definition.states] == ["c", "h"]:
        sort = "factors"
    assert SORTS[name] == (sort if gates(definition) else "closed")


def test_a_matrix_is_printed_as_one_sum_only_if_the_sum_gives_its_entries():
    theorem = next(t for t in theorems() if t.name == "rnn.path_sum")
    assert r"\Sigma_{uv} = \sum_{k, l=1}^{2} w_{uk} f_{1k} w_{kl} f_{2l} w_{lv} f_{3v}" in theorem.latex()
    assert "Sum[u, v] = sum over k, l = 1..2 of w_uk f_1k w_kl f_2l w_lv f_3v" in theorem.text()
    other = Summed(("k", "l"), 2, "w[u,k]*f[1,k]*w[k,l]*f[2,l]*w[v,l]*f[3,v]")
    symbols = tuple(replace(s, summed=other) if s.summed else s for s in theorem.symbols)
    full = replace(theorem, symbols=symbols).latex()
    assert r"\Sigma_{uv}" not in full
    assert r"\Sigma_{22} ={}& w_{21} f_{11} w_{11} f_{21} w_{12} f_{32}" in full


@pytest.mark.parametrize("name", [n for n, sort in SORTS.items() if sort != "closed" and n != "lstm1997_full"])
def test_the_flow_by_gate_says_what_the_carry_is_and_that_the_other_blocks_are_zero(name):
    found, several = result(f"{name}.departures"), len(BUILTIN[name]().definition.states) > 1
    assert re.search(r"^C\[t\](\[\w+,\w+\])? = ", found.text(), re.MULTILINE)
    assert re.search(r"C_\{(\w+,)?t\} ={}&", found.latex())
    assert several == (r"\text{all blocks that are not listed are } 0" in found.latex())


@pytest.mark.parametrize("name", ["lstm1997", "lstm1997_full"])
def test_a_definition_says_what_the_functions_of_1997_are(name):
    found = result(f"{name}.definition")
    told = ("logistic(z) = 1/(1 + exp(-z))", "squash_in(z) = 4 logistic(z) - 2", "squash_out(z) = 2 logistic(z) - 1")
    assert tuple(found.text().splitlines()[-3:]) == told
    assert r"g(z) ={}& 4 \sigma(z) - 2" in found.latex()
    assert r"h(z) ={}& 2 \sigma(z) - 1" in found.latex()
    assert "(z)" not in result("lstm.definition").text()


def test_theorems_come_last_in_their_own_order():
    assert [r.name for r in RESULTS][-len(theorems()) :] == [t.name for t in theorems()]
    assert {r.kind for r in RESULTS[-len(theorems()) :]} == {"theorem"}


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(KeyError, match=r"did you mean 'lstm\.jacobian'"):
        result("lstm.jacobain")
    with pytest.raises(KeyError, match="errorflow list"):
        result("qqqqqqqq")


def test_a_result_is_made_once_and_only_when_it_is_asked_for():
    made = []

    def make():
        made.append(1)
        return Content(Piece("x"), "x")

    one = Result("a.b", "A", "derivation", make)
    assert not made
    assert one.latex() + one.text() == "xx"
    assert made == [1]


def test_listing_the_names_derives_nothing():
    code = (
        "import errorflow.calculus.jacobian as j, errorflow.proof.checker.kernel as k, sys\n"
        "def no(*a, **b): sys.exit('derived or checked')\n"
        "j.propagate = j.state_jacobian = k.check = no\n"
        "from errorflow.results import results\n"
        "print(len(results()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(RESULTS)


def nested(latex):
    """Whether environments are closed in the order opposite to that in which they are opened."""
    open_ones = []
    for kind, name in re.findall(r"\\(begin|end)\{([\w*]+)\}", latex):
        if kind == "begin":
            open_ones.append(name)
        elif not open_ones or open_ones.pop() != name:
            return False
    return not open_ones


@pytest.mark.parametrize("r", RESULTS, ids=lambda r: r.name)
def test_each_result_is_balanced_ascii_and_json(r):
    record = r.json()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert r.text().strip()
    for name, piece in r.pieces().items():
        assert piece.latex.isascii(), name
        assert piece.latex.count("{") == piece.latex.count("}"), name
        assert piece.latex.count(r"\left") == piece.latex.count(r"\right"), name
        assert nested(piece.latex), name
        # machine noise: names of Python functions, of SymPy classes, of inner vectors
        assert not re.search(r"_slope|squash_|Symbol|_in_|\*\*|None|@", piece.latex), name
        if piece.math:
            assert "$" not in piece.latex, name
            assert r"\[" not in piece.latex, name
        else:
            assert piece.latex.count("$") % 2 == 0, name


@pytest.mark.parametrize("cell", [cell for cell in BUILTIN if cell != "lstm1997_full"])
def test_blocks_of_the_jacobian_are_the_rows_of_the_whole(cell):
    """Every word of every block stands in the whole, and the whole has no further one."""
    whole = named(f"{cell}.jacobian")
    blocks = [p.latex for k, p in whole.content.parts.items() if not k.endswith("steps")]
    count = sum(map(sum, ef.cell(cell).jacobian().counts()))
    assert sum(b.count("{}+ ") + (0 if b.endswith("= 0") else 1) for b in blocks) == count
    assert whole.latex().count("{}+ ") == sum(b.count("{}+ ") for b in blocks)


@pytest.mark.parametrize("cell", [cell for cell in BUILTIN if cell != "lstm1997_full"])
def test_a_derivation_ends_with_the_block_that_it_derives(cell):
    parts = named(f"{cell}.jacobian").content.parts
    for block in ef.cell(cell).jacobian():
        steps = parts[f"{block.row}_{block.column}.steps"].latex
        flat = re.sub(r" \\\\\n  &\{\}|&|\{\}", " ", steps)
        last = re.sub(r"\s+", " ", flat.split(r"\tag*")[-2])
        words = re.sub(r"\s+", " ", block.latex())
        assert last.strip().endswith(words.strip()), (last, words)


def test_the_truncated_flow_of_1997_carries_the_identity_and_the_full_one_does_not():
    parts = named("lstm1997.carry_and_total").content.parts
    assert parts["carry"].latex.endswith("= I")
    assert parts["total"].latex.count("W_") == 2


def test_factors_are_named_as_in_the_theorem():
    for cell in ("lstm", "lstm1997"):
        parts = named(f"{cell}.factors").content.parts
        assert {"A", "B", "D"} <= set(parts)
        assert ("F" in parts) == (cell == "lstm")  # in 1997 the carry is the identity and needs no letter


@pytest.mark.parametrize(
    ("polynomial", "latex"),
    [
        (STEPS * n * (m + n) * (n + 1) ** 2, r"T n (m + n) (n + 1)^{2}"),
        (2 * STEPS * n * (m + n) + STEPS * n**2 - n**2, r"T n (2 m + 3 n) - n^{2}"),
        (n**3 + n**2 * m, r"n^{2} (m + n)"),
        (STEPS * (m + n) + n, r"T (m + n) + n"),
    ],
)
def test_costs_print_as_published(polynomial, latex):
    assert shown(sympy.expand(polynomial)) == latex


@pytest.mark.parametrize("cell", BUILTIN)
def test_printed_costs_are_the_polynomials(cell):
    """What is printed, read again as a formula at integers, is the count itself."""
    for record in ef.cell(cell).cost(algorithms=("bptt", "rtrl")):
        for field in ("macs", "elementwise", "memory"):
            polynomial = getattr(record, field)
            plain = shown(sympy.expand(polynomial)).replace("{", "").replace("}", "").replace("^", "**")
            plain = re.sub(r"(?<=[\w)]) (?=[\w(])", "*", re.sub(r"(\d)([a-zT])", r"\1*\2", plain))
            plain = plain.replace(")(", ")*(")
            sizes = {"n": 5, "m": 3, "T": 7, "p": 2, "b": 4, "k": 6}
            assert eval(plain, dict(sizes)) == polynomial.xreplace({s: sizes[s.name] for s in polynomial.free_symbols})


def test_theorems_carry_a_fresh_verdict_and_their_statement():
    record = named("rnn.vanishing").json()
    assert record["verdict"] == "proved"
    assert record["route"] == "kernel"
    assert record["hypotheses"]
    assert record["mode"] == "text"
    assert record["latex"].count(r"\le") >= 2


def test_a_sum_is_cut_only_outside_brackets():
    assert terms("a + (b + c) + {d + e}") == ["a", "(b + c)", "{d + e}"]
    assert terms("a") == ["a"]


def test_one_short_equation_needs_no_environment():
    assert aligned(["a ={}& b"]) == "a = b"
    assert aligned(["a ={}& b \\\\\n  &{}+ c"]).startswith(r"\begin{aligned}")


@pytest.mark.parametrize(
    ("plain", "tex"),
    [("a_b", r"a\_b"), ("50 %", r"50 \%"), ("x < y", "x $<$ y"), ("n^2", r"n\^{}2"), ("{a}", r"\{a\}")],
)
def test_plain_text_is_escaped(plain, tex):
    assert escaped(plain) == tex
