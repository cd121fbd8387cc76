"""Views of the calculus as plain text, LaTeX, Markdown and NumPy source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from errorflow.calculus.latex import Notation
from errorflow.cells import Cell
from errorflow.cli.output import WIDTH, equation, paragraph
from errorflow.cli.views import Line, View


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
        [f"{s.name} ({definition.sizes[s]})" for s in group] for group in (definition.states, definition.inputs)
    )
    weights = [f"{name} ({', '.join(shape)})" for name, shape in cell.shapes().items()]
    about = f"state {', '.join(states)}; input {', '.join(inputs) or 'none'}; weights {', '.join(weights) or 'none'}."
    lines = [paragraph(about, "  ", f"{cell.name}: "), "  [t] is the step, * a product entry by entry."]
    equations = [equation(left, [right]) for left, right in Notation(definition, tex=False).equations()]
    return "\n".join([*lines, "", *equations])


def _text_line(line: Line) -> str:
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


def _latex_line(line: Line) -> str:
    left, terms = line.latex
    # \tag* moves a rule to a line of its own where the equation leaves no room for it.
    rule = rf" \tag*{{\footnotesize {line.rule[0]}}}" if line.rule else ""
    return f"{left} ={{}}& " + " \\\\\n  &{}+ ".join(terms) + rule


def _markdown(cell: Cell, view: View, introduced: bool) -> str:
    sections = []
    for title, lines in view.parts:
        shown = []
        for line in lines:
            left, terms = line.latex
            rule = f"\n\n{line.rule[0]}" if line.rule else ""
            shown.append(f"$$\n{left} = {' + '.join(terms)}\n$${rule}")
        body = "\n\n".join(shown)
        sections.append(f"**{cell.name}: {title}**\n\n{body}")
    return "\n\n".join(sections)


def _numpy(cell: Cell, view: View, introduced: bool) -> str:
    states = [s.name for s in cell.definition.states]
    head = [
        f"# {cell.name}: J_new_old. Vectors are float64: {', '.join(states)} before the step,"
        f" {', '.join(f'{s}_new' for s in states)} after it; the others are",
        *(f"#   {left} = {right}" for left, right in Notation(cell.definition, tex=False).equations()),
        "import numpy as np",
        "",
    ]
    return "\n".join(head + [line.numpy for _, lines in view.parts for line in lines])


RENDER: dict[str, Callable[[Cell, View, bool], str]] = {
    "text": _text,
    "latex": _latex,
    "markdown": _markdown,
    "numpy": _numpy,
}
