"""Views of the calculus as plain text, LaTeX, Markdown, MathML and NumPy source."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from errorflow.calculus.block import directive
from errorflow.calculus.code import step_source
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
    """A script that runs where weights, states and inputs have their names: the step, or a run, and then the blocks."""
    definition = cell.definition
    states, inputs = ([s.name for s in group] for group in (definition.states, definition.inputs))
    step = step_source(definition, over_time=view.over_time)
    given = {"weights": list(cell.shapes()), "states": states, "inputs": inputs}
    if view.over_time:
        given["states"] = [f"{s}_0" for s in states]
        given["inputs"] = [f"{x}[t]" for x in inputs]
        computed = dict.fromkeys(re.match(r"\w+", line)[0] for line in step)  # type: ignore[index]
        step = (
            *(f"{s} = {{0: {s}_0}}" for s in states),
            *(f"{name} = {{}}" for name in computed if name not in states),
            "for t in range(1, T + 1):",
            *(f"    {line}" for line in step),
        )
        given["inputs"].append("T, the last step t")
    blocks = []
    for title, lines in view.parts:
        blocks += [f"# {title}"] * (len(view.parts) > 1) + [line.numpy for line in lines]
    named = "J_old_new" if view.transposed else "J_new_old"
    what = "; ".join(f"{group} {', '.join(names)}" for group, names in given.items() if names)
    head = [
        f"# {cell.name}: {named} is d new / d old{', transposed' * view.transposed}. To be given as float64 arrays:",
        *(f"#   {line}" for line in textwrap.wrap(what, 110)),
        "import numpy as np",
        *["import scipy.special"] * any("scipy." in line for line in [*step, *blocks]),
    ]
    return "\n".join([*head, "", *step, "", *blocks])


def _srepr(cell: Cell, view: View, introduced: bool) -> str:
    """A line for each block, which `from sympy import *` and `exec` read: NAME = a matrix expression."""
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
