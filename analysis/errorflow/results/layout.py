"""How equations are laid out as LaTeX: rows that align, long sums broken at their terms, rules at the right."""

from __future__ import annotations

from collections.abc import Sequence

from errorflow.calculus.steps import Step

_LINE = 52


def aligned(rows: Sequence[str]) -> str:
    """Rows as one `aligned` environment, to stand in a display; one row that is not broken needs none."""
    if len(rows) == 1 and "\\\\" not in rows[0]:
        return rows[0].replace(" ={}& ", " = ", 1).removeprefix("&")
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def hanging(lines: str) -> str:
    """A broken sum whose later lines start below the left side, for terms that would else be too wide."""
    return "&" + lines.replace(" ={}& ", " = ", 1).replace("  &{}+", r"  &\quad{}+")


def align_with_rules(steps: Sequence[Step]) -> str:
    r"""A derivation as an `align*` environment with the rule of every line at the right.

    \tag* moves a rule to a line of its own where the equation leaves no room for it.
    """
    rows = []
    for step in steps:
        # The plain text is as long as the formula is wide, give or take; short sums stay on one line.
        first, *others = terms(step.right[0]) if len(step.right[1]) > _LINE else [step.right[0]]
        lines = [f"{step.left[0]} ={{}}& {first}", *(f"  &{{}}+ {term}" for term in others)]
        lines[-1] += rf" \tag*{{\footnotesize {step.rule[0]}}}"
        rows.append(" \\\\\n".join(lines))
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def terms(latex: str) -> list[str]:
    """The terms of a sum of words: it is cut where a plus stands outside all brackets."""
    depth, start, found = 0, 0, []
    for k, sign in enumerate(latex):
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(sign, 0)
        if depth == 0 and latex.startswith(" + ", k):
            found.append(latex[start:k])
            start = k + 3
    return [*found, latex[start:]]


def escaped(text: str) -> str:
    """Plain text as LaTeX text."""
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


_ESCAPES = {"\\": r"\textbackslash ", "^": r"\^{}", "~": r"\~{}", "<": "$<$", ">": "$>$", "|": "$|$"} | {
    sign: f"\\{sign}" for sign in "&%#_{}$"
}
