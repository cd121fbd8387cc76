"""What is derived of a cell, as named results: definition, Jacobian, flow, departures, weights, cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from errorflow.builtin import BUILTIN
from errorflow.calculus.edges import gates
from errorflow.calculus.latex import Notation
from errorflow.calculus.letters import applies, letter
from errorflow.calculus.result import Block, Flow
from errorflow.calculus.signs import FUNCTIONS
from errorflow.calculus.symbolic import carried
from errorflow.cells import Cell
from errorflow.definition import Definition
from errorflow.learning import undefined
from errorflow.results.cost_results import cost
from errorflow.results.layout import align_with_rules, aligned, hanging
from errorflow.results.record import Content, Kind, Piece, Result
from errorflow.results.symbols import symbols
from errorflow.results.weights import weights

# Title, and what is derived beside what every cell has. "paths": nothing is carried, the flow is a sum over paths.
# "carried": error leaves the carry within one step. "two steps": it comes back to the first state only in two.
# "factors": so too, of a cell with state (c, h), whose Jacobian has two factors. "closed": nothing leaves the carry.
_CELLS = {
    "rnn": ("fully recurrent network", "paths"),
    "lstm1997": ("memory cell of 1997", "factors"),
    "lstm": ("LSTM with forget gate", "factors"),
    "gru": ("GRU, reset after the product", "carried"),
    "gru_reset_before": ("GRU, reset before the product", "carried"),
    "lstm_peephole": ("LSTM with peepholes", "factors"),
    "lstm_projected": ("LSTM with projected output", "factors"),
    "lstm1997_full": ("hidden layer of 1997, gates feeding gates", "two steps"),
    "mingru": ("minimal GRU", "closed"),
    "lru": ("linear recurrent unit", "closed"),
    "minimal_rnn": ("minimalRNN", "carried"),
    "orthogonal_rnn": ("orthogonal network", "paths"),
    "leaky_rnn": ("leaky network", "carried"),
    "janet": ("LSTM with a forget gate alone", "carried"),
    "slstm": ("sLSTM", "two steps"),
}
_TITLES = {name: title for name, (title, _) in _CELLS.items()}
SORTS = {name: sort for name, (_, sort) in _CELLS.items()}
# What no page holds is not published under a name; `errorflow derive` prints it.
_TOO_LARGE = {
    "lstm_peephole": ("carry_and_total", "truncated_flow"),
    "lstm1997_full": ("jacobian", "departures", "cost"),
}
# In the letters of the factorisation J = [[I, 0], [D, I]] [[F, A], [0, B]] of a cell with state (c, h).
_ACROSS = {("c", "c"): "F", ("c", "h"): "A", ("h", "h"): "B"}
_WITHIN = {("h", "c"): "D"}
# Name: what it is of z, as LaTeX with @ for the logistic function, and as text.
_SQUASHES = {
    "logistic": (r"\frac{1}{1 + \exp(-z)}", "1/(1 + exp(-z))"),
    "squash_in": ("4 @(z) - 2", "4 logistic(z) - 2"),
    "squash_out": ("2 @(z) - 1", "2 logistic(z) - 1"),
}


def derivations() -> Iterator[Result]:
    """The results on built-in cells, cell by cell in reading order."""
    for name, build in BUILTIN.items():
        yield from _results(name, build, f"The {_TITLES[name]}", SORTS[name], _TOO_LARGE.get(name, ()))


def derivations_of(made: Cell) -> Iterator[Result]:
    """The results on a cell of one's own, under its name; what is derived of it follows from where its error leaves.

    Raises: ValueError if the name is that of a built-in cell or is no word of letters, digits and _.
    """
    name = made.name
    if name in BUILTIN or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(
            f"a cell must have a name that no built-in cell has, a word, got {name!r}; its results are called NAME.flow"
        )
    sort = sort_of(made)
    left_out = ("cost",) if {"bptt", "rtrl"} & set(undefined(made.definition)) else ()
    yield from _results(name, lambda: made, f"The cell {name}", sort, left_out)


def sort_of(made: Cell) -> str:
    """Which of the sorts that are described above a cell is of."""
    definition = made.definition
    if not gates(definition):
        return "closed"
    state = _carrying(made)
    carried, total = (made.jacobian(truncated=cut)[state, state].words for cut in (True, False))
    if not carried:
        return "paths" if _has_paths(made) else "carried"
    if carried != total:
        return "carried"
    within, across = ({(b.row, b.column) for b in part} for part in made.jacobian().factorisation())
    diagonal = {(s.name, s.name) for s in definition.states}
    return "factors" if across == set(_ACROSS) and within == diagonal | set(_WITHIN) else "two steps"


def _carrying(made: Cell) -> str:
    """The first state that error is carried by, or the first of all."""
    names, carry = [s.name for s in made.definition.states], made.jacobian(truncated=True)
    return next((name for name in names if carry[name, name].words), names[0])


def _has_paths(made: Cell) -> bool:
    try:
        return bool(made.flow().path_sum())
    except ValueError:
        return False


def _results(
    name: str, build: Callable[[], Cell], title: str, sort: str, left_out: tuple[str, ...]
) -> Iterator[Result]:
    for suffix, kind, words, make in _OF_EVERY_CELL:
        if suffix in left_out or (suffix == "factors" and sort != "factors"):
            continue
        if suffix in ("carry_and_total", "departures") and sort == "closed":
            continue
        if suffix == "carry_and_total" and sort == "paths":
            suffix, words, make = "paths", "flow as a sum over paths", _paths
        elif suffix == "carry_and_total":
            make = partial(_carry, lag=2 if sort in ("factors", "two steps") else 1)
        yield Result(f"{name}.{suffix}", f"{title}: {words}", kind, partial(_content, build, suffix, make), build)


def _content(build: Callable[[], Cell], suffix: str, make: Callable[[Cell], Content]) -> Content:
    made = build()
    content = make(made)
    return replace(content, data={"symbols": symbols(made.definition, suffix, content.text), **content.data})


def _definition(made: Cell) -> Content:
    definition = made.definition
    tex, text = Notation(definition), Notation(definition, tex=False)
    equations, shown = list(tex.equations()), list(text.equations())
    for left, right, shown_left, shown_right in _squashes(definition, shown):
        equations.append((left, right))
        shown.append((shown_left, shown_right))
    rows = [f"{left} ={{}}& {right}" for left, right in equations]
    return Content(Piece(aligned(rows)), "\n".join(f"{left} = {right}" for left, right in shown))


def _squashes(definition: Definition, shown: list[tuple[str, str]]) -> Iterator[tuple[str, str, str, str]]:
    """What the functions of 1997 are, where one of them stands in a definition: both sides as LaTeX and as text."""
    met = [name for name in _SQUASHES if any(f"{name}(" in right for _, right in shown)]
    if {"squash_in", "squash_out"} & {*met}:
        sign = {n: letter(definition, "fun", n) if applies(definition) else FUNCTIONS[n] for n in _SQUASHES}
        for name in met:
            tex, text = _SQUASHES[name]
            yield f"{sign[name]}(z)", tex.replace("@", sign["logistic"]), f"{name}(z)", text


def _jacobian(made: Cell) -> Content:
    jacobian = made.jacobian()
    parts: dict[str, Piece] = {}
    for block in jacobian:
        parts[f"{block.row}_{block.column}"] = Piece(_block(block))
        parts[f"{block.row}_{block.column}.steps"] = Piece(
            align_with_rules(jacobian.steps(block.row, block.column)), math=False
        )
    whole = Piece(aligned([block.lines() for block in jacobian]))
    return Content(whole, jacobian.text(), parts, {"words": jacobian.json()["blocks"]})


def _block(block: Block) -> str:
    return aligned([block.lines()])


def _factors(made: Cell) -> Content:
    within, across = made.jacobian().factorisation()
    named = [(_ACROSS[b.row, b.column], b) for b in across]
    named += [(_WITHIN[b.row, b.column], b) for b in within if b.row != b.column]
    shown = {letter: "I" if block.latex() == "I" else f"{letter}_t" for letter, block in named}
    head = (
        rf"J_t ={{}}& \begin{{pmatrix}} I & 0 \\ {shown['D']} & I \end{{pmatrix}}"
        rf" \begin{{pmatrix}} {shown['F']} & {shown['A']} \\ 0 & {shown['B']} \end{{pmatrix}}"
    )
    kept = [(letter, block) for letter, block in named if block.latex() != "I"]
    rows = [Block(b.definition, b.row, b.column, b.words, (f"{letter}_t", letter)).lines() for letter, b in kept]
    text = ["J = [[I, 0], [D, I]] [[F, A], [0, B]]", *(f"{letter} = {b.text()}" for letter, b in named)]
    parts = {letter: Piece(aligned([row])) for (letter, _), row in zip(kept, rows, strict=True)}
    parts["product"] = Piece(head.replace("={}&", "="))
    return Content(Piece(aligned([head, *rows])), "\n".join(text), parts)


def _flow(made: Cell) -> Content:
    states = made.definition.states
    now = _stacked([Notation(made.definition).name(s).replace("t-1", "t") for s in states])
    before = _stacked([Notation(made.definition).name(s).replace("t-1", "t-q") for s in states])
    flow = made.flow()
    latex = flow.latex().replace(" = ", rf" = \frac{{\partial {now}}}{{\partial {before}}} = ", 1)
    return Content(Piece(latex), flow.text(), _derivation(flow))


def _derivation(flow: Flow) -> dict[str, Piece]:
    return {"steps": Piece(align_with_rules(flow.steps()), math=False)}


def _stacked(states: list[str]) -> str:
    return states[0] if len(states) == 1 else f"({', '.join(states)})"


def _truncated(made: Cell) -> Content:
    """The closed form; of many blocks only those that are not zero."""
    flow = made.flow(truncated=True)
    if len(made.definition.states) <= 3:
        return Content(Piece(flow.latex()), flow.text(), _derivation(flow))
    rows = [line for line in flow.latex().split("\n")[1:-1] if "={}& 0" not in line]
    whole = aligned([*(row.removesuffix(r" \\") for row in rows), r"&\text{all other blocks are } 0"])
    text = [line for line in flow.text().split("\n") if not line.endswith("= 0")]
    return Content(Piece(whole), "\n".join([*text, "all other blocks are 0"]))


def _paths(made: Cell) -> Content:
    flow, jacobian = made.flow(), made.jacobian()
    total, ends = flow.path_sum().split(r", \qquad ")
    rows = [jacobian["h", "h"].lines(), flow.latex().replace(" = ", " ={}& ", 1), total.replace(" = ", " ={}& ", 1)]
    rows.append(rf"& {ends}")
    text = f"{jacobian.text()}\n{flow.text()}\nPhi[t,q]_uv is the sum over n^(q-1) paths u = l_0, l_1, ..., l_q = v"
    return Content(Piece(aligned(rows)), text, {"sum": Piece(f"{total}, \\quad {ends}")})


def _carry(made: Cell, lag: int) -> Content:
    """Over two steps for a cell whose one-step carry is the total derivative; else over one."""
    state = _carrying(made)
    pair = [made.flow(lag, truncated=cut)[state, state] for cut in (True, False)]
    rows = [hanging(block.lines()) for block in pair]
    parts = {"carry": Piece(aligned(rows[:1])), "total": Piece(aligned(rows[1:]))}
    return Content(Piece(aligned(rows)), "\n".join(str(block) for block in pair), parts)


def _departures(made: Cell) -> Content:
    """The sum, then the blocks of the carry C and of what leaves it; of many only those that are not zero."""
    flow = made.flow()
    several = len(made.definition.states) > 1
    carry = [
        Block(b.definition, b.row, b.column, b.words, carried(b.definition, (b.row, b.column)))
        for b in made.jacobian(truncated=True)
        if b.words or not several
    ]
    left = [block for blocks in flow.leaving().values() for block in blocks]
    sum_of_parts = flow.departures()
    rows = [
        sum_of_parts.replace(" = ", " ={}& ", 1).replace(r" + \sum", " \\\\\n  &{}+ \\sum", 1),
        *(b.lines() for b in (*carry, *left)),
    ]
    text = "Phi = C ... C + sum over gates k and steps r of J ... J E(k) C ... C"
    lines = [text, *(str(block) for block in (*carry, *left))]
    if several:
        rows.append(r"&\text{all blocks that are not listed are } 0")
        lines.append("all blocks of C and E(k) not listed are 0")
    return Content(Piece(aligned(rows)), "\n".join(lines), {"sum": Piece(sum_of_parts)})


def _weights(made: Cell) -> Content:
    return weights(made)


_OF_EVERY_CELL: tuple[tuple[str, Kind, str, Callable[..., Content]], ...] = (
    ("definition", "definition", "definition", _definition),
    ("jacobian", "derivation", "one-step Jacobian", _jacobian),
    ("factors", "derivation", "its Jacobian as two factors", _factors),
    ("flow", "derivation", "flow over q steps", _flow),
    ("truncated_flow", "derivation", "truncated flow over q steps", _truncated),
    ("carry_and_total", "derivation", "carry and total derivative", _carry),
    ("departures", "derivation", "flow by gate", _departures),
    ("weights", "derivation", "derivatives in the weights", _weights),
    ("cost", "cost", "cost of BPTT and RTRL", cost),
)
