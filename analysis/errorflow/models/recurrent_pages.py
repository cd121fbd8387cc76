"""The pages of recurrent cells, made from the definitions of the cells themselves."""

from __future__ import annotations

import sympy

from errorflow import builtin
from errorflow.activations import partial, readable
from errorflow.definition import Definition, New
from errorflow.learning import counting
from errorflow.models.record import LAG, Law, Model


def _timed(name: str, when: str) -> str:
    return f"{name}_{when}" if len(when) == 1 else f"{name}_{{{when}}}"


def _equations(definition: Definition) -> tuple[sympy.Eq, ...]:
    """The cell as a paper has it: matrices do not commute, elementwise products do."""
    old = {s: sympy.Symbol(_timed(s.name, "t-1")) for s in definition.states}
    now = {s: sympy.Symbol(_timed(s.name, "t")) for s in definition.inputs}
    found = []
    for node in definition.nodes:
        known = {**old, **now}
        if node.expression is None:
            vectors = {source: sympy.Symbol(str(symbol), commutative=False) for source, symbol in known.items()}
            value = sympy.Symbol(node.bias) if node.bias else sympy.Integer(0)
            for term in node.terms:
                source = vectors.get(term.source, known[term.source])
                value += sympy.Symbol(str(term.matrix), commutative=False) * source
            now[node.symbol] = value
            continue
        value = node.expression.xreplace(known)
        if node.inner:
            now[node.symbol] = value
            continue
        symbol = node.symbol.of if isinstance(node.symbol, New) else node.symbol
        now[node.symbol] = sympy.Symbol(_timed(symbol.name, "t"))
        found.append(sympy.Eq(now[node.symbol], value, evaluate=False))
    return tuple(found)


def unrolled(definition: Definition, lag: int) -> sympy.Expr:
    """d output_T / d x_(T-q) of the cell with one unit and one input, carried forward from x_0 by the chain rule.

    In symbols for the value of every vector at every step, such as f_1 and, for the state before the first step, c_0;
    for a net input, net_f_1. Weights have their own names.
    """
    moved: dict[sympy.Symbol, sympy.Expr] = {}
    for t in range(1, lag + 2):
        old = {s: _at(s.name, t - 1) for s in definition.states}
        values = {**old, **{s: _at(s.name, t) for s in definition.inputs}}
        moved = {s: moved.get(s, sympy.Integer(0)) for s in definition.states}
        moved |= {s: sympy.Integer(int(t == 1)) for s in definition.inputs}
        for node in definition.nodes:
            name = node.symbol.of.name if isinstance(node.symbol, New) else str(node.symbol)
            values[node.symbol] = _at(name, t)
            if node.expression is None:
                moved[node.symbol] = sum(sympy.Symbol(str(term.matrix)) * moved[term.source] for term in node.terms)
                continue
            slopes = {s: readable(partial(node.expression, s), definition.values) for s in node.expression.free_symbols}
            moved[node.symbol] = sum(slope.xreplace(values) * moved[s] for s, slope in slopes.items())
        moved = {s: moved[New(s)] for s in definition.states}
    return moved[definition.output]


def _at(name: str, step: int) -> sympy.Symbol:
    return sympy.Symbol(f"{name}_{step}")


def _page(
    name: str,
    title: str,
    law: Law,
    letters: tuple[tuple[str, str], ...],
    theorems: tuple[str, ...],
    source: str,
    remark: str = "",
) -> Model:
    definition = builtin.cell(name).definition
    state = sum((counting.length(definition, s) for s in definition.states), sympy.Integer(0))
    flow = [sympy.Symbol(text, commutative=False) for text in ("J_T", "...", "J_{T-q+1}", "G_{T-q}")]
    return Model(
        name=name,
        title=title,
        equations=_equations(definition),
        influence=sympy.Mul(*flow),
        derive=lambda lag: unrolled(definition, lag),
        law=law,
        path_length=LAG,
        macs=sympy.expand(counting.forward(definition).macs),
        memory=state,
        letters=(
            ("n", "units"),
            ("m", "inputs"),
            ("J", "state Jacobian of a step"),
            ("G", "d state / d input"),
            *letters,
        ),
        source=source,
        remark=remark,
        theorems=theorems,
    )


_LETTERS = (("n", "units"), ("m", "inputs"), ("J", "state Jacobian of a step"), ("G", "d state / d input"))
_norm = sympy.Symbol("|W|") * sympy.Symbol("gamma")
_plus, _f = sympy.Symbol("lambda_+"), sympy.Symbol("f")

PAGES = (
    _page("rnn", "Elman network", Law("exponential", _norm, sense="at most"),
          (("gamma", "greatest slope: 1 for tanh, 1/4 for the logistic"), ("|W|", "2-norm of the recurrent matrix")),
          ("rnn.vanishing",), "Elman 1990",
          "an upper bound: it says that error vanishes where it is below 1, and nothing where it is above"),
    _page("lstm1997", "LSTM of 1997", Law("constant"), (), ("lstm1997.carousel", "lstm1997.carousel_bound"),
          "Hochreiter & Schmidhuber 1997",
          "constant along the carousel, in the truncated derivative: what enters a cell arrives after any lag with one"
          " factor at either end. The full derivative lies between the powers of lstm.lower_rate and lstm.vanishing"),
    _page("lstm", "LSTM with forget gate", Law("exponential", _plus, sense="at most"),
          (("lambda_+", "larger root of the majorant of lstm.vanishing"),), ("lstm.vanishing", "forget_gate.half_life"),
          "Gers, Schmidhuber & Cummins 2000",
          "the carousel alone carries the product of the forget gates, with half-life ln 2 / ln(1 + e^-b) at bias b"),
    _page("gru", "GRU", Law("exponential", sympy.Symbol("r"), sense="at most"),
          (("r", "bound of the norm of J"),), (), "Cho et al. 2014",
          "the direct path carries the product of the update gates z; |J| is at most max z plus what h enters by"),
    _page("slstm", "sLSTM", Law("constant", sense="at most"), (), ("slstm.convex_weights",), "Beck et al. 2024",
          "without recurrent matrices: c/n is an average of the candidates z, whose weights i f ... f / n are at most 1"
          " and sum to 1, so that no lag explodes and a large i keeps one. With them the derivative has further paths,"
          " which nothing here bounds"),
    _page("mingru", "minGRU", Law("exponential", sympy.Symbol("max(1-z)"), sense="at most"),
          (("z", "update gate, of the input alone"),), (), "Feng et al. 2024",
          "J = diag(1 - z) exactly, so the influence is a product of known gates"),
    _page("lru", "Linear recurrent unit, diagonal state space model", Law("exponential", sympy.Symbol("|lambda|")),
          (("lambda", "complex eigenvalue of a unit"),), (), "Orvieto et al. 2023",
          "each unit has its own known rate; the slowest decides"),
)  # fmt: skip
