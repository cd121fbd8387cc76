"""What can be seen of a cell's calculus: each view as lines to print and as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from errorflow.calculus.edges import Truncation
from errorflow.calculus.flow import WeightDerivative, weight_derivatives
from errorflow.calculus.jacobian import Layout
from errorflow.calculus.latex import Notation
from errorflow.calculus.marks import marks
from errorflow.calculus.result import Block, label
from errorflow.calculus.steps import Step
from errorflow.cells import Cell
from errorflow.definition import New
from errorflow.results.layout import terms


@dataclass(frozen=True)
class Line:
    """left = sum of terms, in text and in LaTeX; rule: what gives it."""

    text: tuple[str, Sequence[str]]
    latex: tuple[str, Sequence[str]]
    rule: tuple[str, str] | None = None
    numpy: str = ""
    srepr: str = ""
    label: str = ""


@dataclass(frozen=True)
class BlockLine:
    """One block as a line; only what is asked for is written out. written: LaTeX and text, shared by all blocks.

    numpy, srepr: the same as an assignment.
    """

    block: Block
    written: tuple[Notation, Notation]
    matrix: str = "J"
    rule: None = None

    @cached_property
    def latex(self) -> tuple[str, Sequence[str]]:
        return self.block.left[0], [self.written[0].word(w) for w in self.block.words] or [self.written[0].words(())]

    @cached_property
    def text(self) -> tuple[str, Sequence[str]]:
        return self.block.left[1], [self.written[1].word(w) for w in self.block.words] or ["0"]

    @property
    def label(self) -> str:
        return f"{self.block.row}_{self.block.column}"

    @property
    def numpy(self) -> str:
        return f"{self.matrix}_{self.block.row}_{self.block.column} = {self.block.numpy()}"

    @property
    def srepr(self) -> str:
        return f"{self.matrix}_{self.block.row}_{self.block.column} = {self.block.srepr()}"


@dataclass(frozen=True)
class View:
    """parts: (heading, lines) to print. data: makes the same for JSON, without what is said of every cell.

    over_time: whether the NumPy source reads vectors over time, as a flow does. name: in labels, where it has one.
    transposed: whether old states are its rows.
    """

    parts: tuple[tuple[str, tuple[Line | BlockLine, ...]], ...]
    data: Callable[[], dict[str, Any]]
    over_time: bool = False
    name: str = ""
    transposed: bool = False


def _lines(blocks: Sequence[Block], matrix: str = "J") -> tuple[BlockLine, ...]:
    if not blocks:
        return ()
    definition = blocks[0].definition
    written = Notation(definition), Notation(definition, tex=False)
    return tuple(BlockLine(block, written, matrix) for block in blocks)


def blocks(cell: Cell, lag: int | None, pair: tuple[str, str] | None, truncated: Truncation, layout: Layout) -> View:
    """The one-step Jacobian, or the flow over a number of steps written out; all blocks or the one of `pair`.

    pair: (new, old) in either layout.
    """
    lagged = lag is not None
    derived = (
        cell.flow(lag, truncated=truncated, layout=layout)
        if lag is not None
        else cell.jacobian(truncated=truncated, layout=layout)
    )
    if pair is None:
        shown = list(derived)
    else:
        for name in pair:
            cell.definition.state(name)
        shown = [derived[pair if layout == "column" else (pair[1], pair[0])]]
    title = f"Error flow over {lag} step{'s' * (lag != 1)}" if lagged else "One-step state Jacobian"
    if truncated:
        title += ", truncated"
    parts = ((title, _lines(shown)),)
    return View(
        parts,
        lambda: {"blocks": [b.json() for b in shown]},
        over_time=lagged,
        name=label(derived),
        transposed=layout == "row",
    )


def symbolic_flow(cell: Cell, truncated: Truncation, layout: Layout) -> View:
    """The flow over q steps, with its closed form where it has one."""
    flow = cell.flow("q", truncated=truncated, layout=layout)
    tex = flow.latex().removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}").replace(" ={}& ", " = ")
    pairs = zip(flow.text().split("\n"), tex.split(" \\\\\n"), strict=True)
    lines = [_formula(text, latex) for text, latex in pairs]
    title = "Error flow over q steps" + (", truncated" if truncated else "")
    data = {"flow": {"text": flow.text(), "latex": flow.latex()}}
    return View(((title, tuple(lines)),), lambda: data, name=label(flow))


def steps(cell: Cell, pair: tuple[str, str] | None, truncated: Truncation) -> View:
    """The derivation of one block, or of all, line by line."""
    names = [s.name for s in cell.definition.states]
    pairs = [(new, old) for new in names for old in names] if pair is None else [pair]
    jacobian = cell.jacobian(truncated=truncated)
    parts, data = [], []
    for new, old in pairs:
        found = jacobian.steps(new, old)
        lines = tuple(map(_step, found))
        parts.append((f"d {new} / d {old}, step by step", lines))
        data.append({"new": new, "old": old, "steps": list(map(_row, found))})
    return View(tuple(parts), lambda: {"derivations": data})


def flow_steps(cell: Cell, truncated: Truncation, layout: Layout) -> View:
    """The derivation of the flow over q steps, line by line."""
    found = cell.flow("q", truncated=truncated, layout=layout).steps()
    title = "Error flow over q steps, step by step" + (", truncated" if truncated else "")
    return View(((title, tuple(map(_step, found))),), lambda: {"derivation": list(map(_row, found))})


def _row(step: Step) -> dict[str, str]:
    return {
        "left": step.left[1],
        "right": step.right[1],
        "rule": step.rule[1],
        "latex": f"{step.left[0]} = {step.right[0]}",
    }


def _step(step: Step) -> Line:
    """A line of a derivation; a definition is short and stays on one line."""
    split = (lambda text: [text]) if step.rule[1] == "definition" else terms
    return Line((step.left[1], split(step.right[1])), (step.left[0], split(step.right[0])), step.rule)


def factors(cell: Cell, truncated: Truncation) -> View:
    """J = within @ across."""
    within, across = cell.jacobian(truncated=truncated).factorisation()
    parts = (
        ("J = within @ across; within, among the new states", _lines(within, "within")),
        ("across, from the old states to the new ones", _lines(across, "across")),
    )
    return View(parts, lambda: {"within": [b.json() for b in within], "across": [b.json() for b in across]})


def path_sum(cell: Cell, lag: int | str) -> View:
    """The flow of a fully recurrent network as a sum over paths through units."""
    flow = cell.flow(lag)
    tex, text = flow.path_sum(), flow.path_sum(tex=False)
    title = "Error flow as a sum over paths through units"
    return View(((title, (_formula(text, tex),)),), lambda: {"path_sum": {"text": text, "latex": tex}})


def departures(cell: Cell) -> View:
    """The flow by the map through which it first leaves the carry, read forward in time."""
    flow = cell.flow("q")
    tex, text = flow.departures(), flow.departures(tex=False)
    carry = list(cell.jacobian(truncated=True))
    leaving = {k: list(v) for k, v in flow.leaving().items()}
    parts: list[tuple[str, tuple[Line | BlockLine, ...]]] = [
        ("Error flow by first departure from the carry", (_formula(text, tex),)),
        ("The carry C, one step", _lines(carry)),
        *((f"What leaves through net_{k}" if k else "What leaves", _lines(v)) for k, v in leaving.items()),
    ]

    def data() -> dict[str, Any]:
        left = {k or "net": [b.json() for b in v] for k, v in leaving.items()}
        return {"departures": {"text": text, "latex": tex, "carry": [b.json() for b in carry], "leaving": left}}

    return View(tuple(parts), data)


def _formula(text: str, tex: str) -> Line:
    left, _, right = text.partition(" = ")
    tex_left, _, tex_right = tex.partition(" = ")
    return Line((left, terms(right)), (tex_left, terms(tex_right)))


def weights(cell: Cell, truncated: Truncation) -> View:
    """How every weight enters the new states in one step, as differentials."""
    lines, data = [], []
    for found in weight_derivatives(cell.definition, truncated):
        for state in found.words if found.kind != "fixed" else ():
            text, latex = (_change(Notation(cell.definition, tex=tex), found, state) for tex in (False, True))
            lines.append(Line(text, latex))
            joined = {
                form: f"{left} = {' + '.join(right)}" for form, (left, right) in (("text", text), ("latex", latex))
            }
            data.append({"state": state, "weight": found.weight, "kind": found.kind, **joined})
    title = "What a change of each weight does to the new states in one step"
    return View(((title, tuple(lines)),), lambda: {"weights": data})


def _change(notation: Notation, found: WeightDerivative, state: str) -> tuple[str, list[str]]:
    """The change of a new state as a sum of words that end in the change of the weight and what it multiplies."""
    tex, shown = notation.tex, marks(notation.tex)
    differential, times = shown.read(r"\mathrm{d}") if tex else "d", shown.gap
    matrix = differential + notation.matrix(found.weight)
    if found.kind == "diagonal":
        matrix = shown.read(r"\operatorname{diag}\left(#1\right)", matrix) if tex else f"diag({matrix})"
    change = matrix if found.source is None else f"{matrix}{times}{notation.name(found.source)}"
    left = (differential if tex else "d ") + notation.name(New(notation.definition.state(state)))
    return left, [f"{notation.word(w)}{times}{change}" if w else change for w in found.words[state]]
