"""A Sphinx extension: LaTeX becomes MathML as pages are built, and docstrings are read as the plain text they are.

Browsers show MathML by themselves, so a page needs neither a script nor the network. Docstrings of errorflow write |W|
for a norm and x_t for an index; reStructuredText would see substitutions and links there.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from writing import anchor

from errorflow.proof import theorems

LOG = logging.getLogger(__name__)
SYNONYMS = {r"\iff": r"\;\Longleftrightarrow\;"}
_CODE = re.compile(r"(`+[^`]+`+(?:_(?!\w))?)")
_THEOREM = re.compile(r"(?<![\w.])(" + "|".join(re.escape(t.name) for t in theorems()) + r")(?![\w]|\.\w)")
_PARAMETER = re.compile(r"^(\s*)(\*{0,2}\w+(?:, \*{0,2}\w+)*)( :.*)?$")


def mathml(latex: str, block: bool) -> str:
    """A formula as MathML.

    Raises: MathError for LaTeX that cannot be turned into it.
    """
    for command, other in SYNONYMS.items():
        latex = re.sub(re.escape(command) + r"(?![A-Za-z])", lambda _, other=other: other, latex)
    return tex2mathml(latex, as_block=block)


def _inline(translator: Any, node: nodes.Element) -> None:
    translator.body.append(_or_warn(node, block=False))
    raise nodes.SkipNode


def _displayed(translator: Any, node: nodes.Element) -> None:
    number = get_node_equation_number(translator, node) if node.get("label") else ""
    shown = f'<span class="eqno">({number})</span>' if number else ""
    translator.body.append(f'<div class="formula">{shown}{_or_warn(node, block=True)}</div>\n')
    raise nodes.SkipNode


def _or_warn(node: nodes.Element, block: bool) -> str:
    try:
        return mathml(node.astext(), block)
    except MathError as error:
        LOG.warning("a formula cannot be shown: %s in %s", error, node.astext(), location=node)
        return ""


def plain(lines: list[str]) -> None:
    """Escapes in place what reStructuredText would take for markup, outside code, doctests and names of parameters."""
    doctest = False
    for k, line in enumerate(lines):
        doctest = bool(line.strip()) and (doctest or line.lstrip().startswith(">>> "))
        if not doctest and not _PARAMETER.match(line):
            parts = _CODE.split(line)
            lines[k] = "".join(part if i % 2 else _escaped(part) for i, part in enumerate(parts))


def _escaped(text: str) -> str:
    text = re.sub(r"([\\|*])", r"\\\1", text)
    text = re.sub(r"(\w)_(?!\w)", r"\1\\_", text)
    return _THEOREM.sub(lambda named: f":ref:`{named[0]} <{anchor(named[0])}>`", text)


def _docstring(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    plain(lines)


def _signature(app: Sphinx, what: str, name: str, thing: Any, *rest: Any) -> tuple[str, None] | None:
    """No signature for a record that the package makes and its user reads."""
    record = what == "class" and dataclasses.is_dataclass(thing) and "Parameters\n" not in (thing.__doc__ or "")
    return ("", None) if record else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
    app.connect("autodoc-process-docstring", _docstring, priority=400)  # before numpydoc reads the sections
    app.connect("autodoc-process-signature", _signature, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
