"""Views of the calculus as plain text, LaTeX, Markdown, MathML and NumPy source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from errorflow.calculus.block import directive
from errorflow.calculus.latex import Notation
from errorflow.calculus.mathml import equation as equation_rows
from errorflow.calculus.mathml import table
from errorflow.cells import Cell
from errorflow.cli.output import TIE, WIDTH, equation, paragraph
from errorflow.cli.views import BlockLine, Line, View
from errorflow.results.layout import aligned, terms


def about(cell: Cell) -> dict[str, Any]:
    """What is said of a cell beside every derivation: its vectors, its weights and its equations."""
    tex, text = Notation(cell.definition).equations(), Notation(cell.definition, tex=False).equations()
    return {
        "cell": cell.name,
        "states": [s.name for s in cell.definition.states],
        "inputs": [s.name for s in cell.definition.inputs],
        "weights": {name: list(shape) for name, shape in cell.shapes().items()},
        "definition": [
            {"left": a, "right": b, "latex": f"{c} = {d}"} for (a, b), (c, d) in zip(text, tex, strict=True)
        ],
    }


def _text(cell: Cell, view: View, introduced: bool) -> str:
    sections = []
    if introduced:
        sections.append(_introduction(cell))
    for title, lines in view.parts:
        body = "\n".join(_text_line(line) for line in lines)
        alone = not introduced and len(view.parts) == 1
        sections.append(body if alone else f"{title}:\n\n{body}")
    return "\n\n".join(sections)


def _introduction(cell: Cell) -> str:
    definition = cell.definition
    states, inputs = (
        _listed({s.name: (definition.sizes[s],) for s in group}) for group in (definition.states, definition.inputs)
    )
    about = f"state {states}; input {inputs}; weights {_listed(cell.shapes())}."
    lines = [paragraph(about, "  ", f"{cell.name}: "), "  [t] is the step, * a product entry by entry."]
    equations = [equation(left, terms(right)) for left, right in Notation(definition, tex=False).equations()]
    return "\n".join([*lines, "", *equations])


def _listed(sizes: Mapping[str, Sequence[str]]) -> str:
    """Names with their sizes, each to stand on one line: W (n, n), b (n)."""
    return ", ".join(f"{name}{TIE}({f',{TIE}'.join(shape)})" for name, shape in sizes.items()) or "none"


def _text_line(line: Line | BlockLine) -> str:
    body = equation(*line.text)
    if line.rule is None:
        return body
    last = body.rpartition("\n")[2]
    rule = f"[{line.rule[1]}]"
    if len(last) + 3 + len(rule) <= WIDTH:
        return f"{body}   {rule}"
    return f"{body}\n{paragraph(rule, ' ' * 8)}"


def _latex(cell: Cell, view: View, introduced: bool) -> str:
    body = " \\\\\n".join(_latex_line(line) for _, lines in view.parts for line in lines)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"


def _latex_line(line: Line | BlockLine) -> str:
    left, right = line.latex
    # \tag* moves a rule to a line of its own where the equation leaves no room for it.
    rule = rf" \tag*{{\footnotesize {line.rule[0]}}}" if line.rule else ""
    return f"{left} ={{}}& " + " \\\\\n  &{}+ ".join(right) + rule


def _markdown(cell: Cell, view: View, introduced: bool) -> str:
    sections = []
    for title, lines in view.parts:
        shown = []
        for line in lines:
            left, right = line.latex
            rule = f"\n\n{line.rule[0]}" if line.rule else ""
            shown.append(f"$$\n{left} = {' + '.join(right)}\n$${rule}")
        body = "\n\n".join(shown)
        sections.append(f"**{cell.name}: {title}**\n\n{body}")
    return "\n\n".join(sections)


def _mathml(cell: Cell, view: View, introduced: bool) -> str:
    """One `math` element, to be called within `as_mathml`."""
    lines = [line for _, part in view.parts for line in part]
    rows = [equation_rows(*line.latex, line.rule[1] if line.rule else "") for line in lines]
    return table([row for several in rows for row in several])


def _myst(cell: Cell, view: View, introduced: bool) -> str:
    sections = []
    for title, lines in view.parts:
        shown = []
        for k, line in enumerate(lines, 1):
            left, right = line.latex
            latex = aligned([f"{left} ={{}}& " + " \\\\\n  &{}+ ".join(right)])
            own = line.label or (str(k) if len(lines) > 1 else "")
            label = ".".join(filter(None, (cell.name, view.name or _slug(title), own)))
            shown.append(directive(label, latex) + (f"\n\n{line.rule[0]}" if line.rule else ""))
        sections.append(f"**{cell.name}: {title}**\n\n" + "\n\n".join(shown))
    return "\n\n".join(sections)


def _slug(title: str) -> str:
    """A heading as part of a label."""
    return re.sub(r"\W+", "_", title.lower()).strip("_")


def _numpy(cell: Cell, view: View, introduced: bool) -> str:
    states = ", ".join(s.name for s in cell.definition.states)
    names = (
        f"vectors, {states} before the step and {', '.join(f'{s.name}_new' for s in cell.definition.states)} after it"
    )
    if view.over_time:
        first = cell.definition.states[0].name
        names = f"arrays over time, {first}[t] the vector {first} after step t"
    head = [
        f"# {cell.name}: J_new_old is d new / d old. Names stand for float64 {names}:",
        *(f"#   {left} = {right}" for left, right in Notation(cell.definition, tex=False).equations()),
        "import numpy as np",
        "",
    ]
    return "\n".join(head + [line.numpy for _, lines in view.parts for line in lines])


def _srepr(cell: Cell, view: View, introduced: bool) -> str:
    """A line for each block; of diagonals the entry as SymPy reads it, words in the order of the product."""
    return "\n".join(line.srepr for _, lines in view.parts for line in lines)


RENDER: dict[str, Callable[[Cell, View, bool], str]] = {
    "text": _text,
    "latex": _latex,
    "markdown": _markdown,
    "mathml": _mathml,
    "myst": _myst,
    "numpy": _numpy,
    "srepr": _srepr,
}
