"""The LaTeX package: its letters in every notation, and the fragments that it reads, in macros for the letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from errorflow.activations import ACTIVATIONS
from errorflow.builtin import cell
from errorflow.calculus.latex import Notation
from errorflow.calculus.letters import (
    ARGUMENTS,
    LETTERS,
    MACROS,
    NOTATIONS,
    SHAPES,
    filled,
    lettered,
    slope,
    template,
    written,
)
from errorflow.definition import Definition, New
from errorflow.export.sources import CELLS, WORKS
from errorflow.results import Piece, Result
from errorflow.results.layout import escaped, terms

_COUNTS = ("cost",)
_VERDICTS = {"definition": "defined", "derivation": "derived", "cost": "counted"}


def package() -> str:
    """The text of errorflow.sty."""
    import errorflow

    # No option is called `review` alone: it would heed that option of a document class.
    options = [rf"\DeclareOption{{notation={n}}}{{\renewcommand*{{\EF@notation}}{{{n}}}}}" for n in NOTATIONS]
    commands = []
    for kind, count in ARGUMENTS.items():
        given = "".join(f"{{#{k}}}" for k in range(2, count + 2))
        commands.append(rf"\newcommand*{{\EF{kind}}}[{count + 1}]{{\csname EF@{kind}@#1\endcsname{given}}}")
    blocks = []
    for notation in NOTATIONS:
        found = [_defined(kind, key, text) for kind, key, text in letters(notation)]
        blocks.append("\n".join([rf"\def\EF@one{{{notation}}}\ifx\EF@one\EF@notation", *dict.fromkeys(found), r"\fi"]))
    filled_in = {
        "@OPTIONS@": "\n".join(options),
        "@CHOICES@": ", ".join(f"notation={n}" for n in NOTATIONS),
        "@COMMANDS@": "\n".join(commands),
        "@LETTERS@": "\n".join(blocks),
        "@VERSION@": errorflow.__version__,
        "@DATE@ ": "",
    }
    text = resources.files("errorflow.export").joinpath("package.sty").read_text(encoding="ascii")
    for mark, value in filled_in.items():
        text = text.replace(mark, value)
    return text


def _defined(kind: str, key: str, text: str) -> str:
    parameters = "".join(f"#{k}" for k in range(1, ARGUMENTS[kind] + 1))
    text = _whole(text.replace("(#1)", "({#1})"))  # no line ends within t-m+1
    return rf"\expandafter\def\csname EF@{kind}@{key}\endcsname{parameters}{{{text}}}"


def _whole(latex: str) -> str:
    """No line ends within 1 - f."""
    return re.sub(r"\((1 - (?:[^()]|\([^()]*\))*)\)", r"({\1})", latex)


def letters(notation: str) -> Iterator[tuple[str, str, str]]:
    """(kind, cell.name, template) of every letter in a notation; a cell without letters in it has the modern ones."""
    for name, tables in LETTERS.items():
        chosen = tables.get(notation, {})
        known, definition = next(iter(tables.values())), cell(name).definition
        for full in known:
            kind, _, of = full.partition(".")
            text = chosen[full] if full in chosen else _modern(definition, kind, of)
            if text is not None:
                yield kind, f"{name}.{of}", text
            if kind == "fun":
                for shape in SHAPES:
                    if chosen:
                        shown = template(name, notation, "slope", f"{of}@{shape}")
                    else:
                        shown = slope(_sign(of), of, shape)
                    yield "slope", f"{name}.{of}@{shape}", shown


def _sign(function: str) -> str:
    return next(a.tex for a in ACTIVATIONS if a.function.__name__ == function)


def _modern(definition: Definition, kind: str, of: str) -> str | None:
    """The modern letter as a template: what `Notation` prints, with its parameters in the place of time and unit."""
    if kind == "fun":
        return _sign(of)
    if kind == "map":
        return of or r"\mathrm{net}"
    if kind == "block":
        return "C" if of == "carry" else of
    if kind == "mat":
        return Notation(definition).matrix(of)
    if kind == "entry":
        return Notation(definition).weight_between(of, "#1")
    vectors = {s.name: s for s in (*definition.inputs, *(n.symbol for n in definition.nodes))}
    vectors |= {s.name: New(s) for s in definition.states}
    unit = "#2" if kind == "unit" else ""
    return Notation(definition, time="#1", unit=unit).name(vectors[of]) if of in vectors else None


def fragments(chosen: tuple[Result, ...], records: list[dict[str, Any]]) -> dict[str, str]:
    """File name -> text of one fragment for each result and each part of one."""
    with written(MACROS):
        # Costs and theorems have the same letters in every notation, and their checks are not to be run again.
        pieces = [
            r.pieces() if r.kind in ("theorem", *_COUNTS) else Result(r.name, r.title, r.kind, r.make).pieces()
            for r in chosen
        ]
    found = {}
    for result, record, parts in zip(chosen, records, pieces, strict=True):
        facts, only = _facts(result, record), _only(result)
        for name, piece in parts.items():
            first = only
            body = _steps(piece.latex) if name.endswith(".steps") else None
            kind, body = ("steps", body) if body is not None else _body(piece)
            if name == result.name and (derived := [k[:-6] for k in result.content.parts if k.endswith(".steps")]):
                first += f"\\EFparts{{{name}}}{{{','.join(derived)}}}%\n"
            found[f"fragments/{name}.tex"] = (
                f"{first}\\EFfacts{{{name}}}{facts}%\n\\EFdefine{{{name}}}{{{kind}}}{{%\n{body}}}%\n"
            )
    names = [f"\\EFname{{{r.name.partition('.')[0]}}}{{{r.name}}}%\n" for r in chosen]
    return found | {"fragments/names.tex": "".join(names)}


def _only(result: Result) -> str:
    """The notations that have letters for a cell, if not all."""
    if result.build is None or result.kind in _COUNTS:
        return ""
    had = lettered(result.build().definition)
    return "" if had == NOTATIONS else f"\\EFonly{{{result.name}}}{{{','.join(had)}}}%\n"


def _facts(result: Result, record: dict[str, Any]) -> str:
    """Title, verdict and source as arguments."""
    if result.kind == "theorem":
        scope = re.split(r"\W", record["scope"])[0]
        verdict, source = f"{record['verdict']} ({record['route']}; {scope})", str(record.get("source") or "")
    else:
        verdict, key = _VERDICTS[result.kind], CELLS.get(result.name.partition(".")[0], "")
        source = f"\\cite{{{key}}}" if key else ""
    shown = source if source.startswith("\\cite") else _cited(source)
    return "".join(f"{{{text}}}" for text in (escaped(result.title), escaped(verdict), shown))


def _cited(source: str) -> str:
    """Where a theorem is from: a work that errorflow.bib has with its key, names of results in typewriter."""
    pieces = re.split(r"(?<![\w.])([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)(?![\w(])", source)
    shown = "".join(f"\\texttt{{{_breakable(escaped(p))}}}" if k % 2 else escaped(p) for k, p in enumerate(pieces))
    for work, key in WORKS.items():
        shown = shown.replace(escaped(work), f"{escaped(work)}~\\cite{{{key}}}")
    return shown


def _breakable(text: str) -> str:
    """Names of results may break within a line at their dots and underscores."""
    return re.sub(r"(?<=[a-z0-9])(\.|\\_)(?=[a-z])", r"\1\\allowbreak ", text)


def _body(piece: Piece) -> tuple[str, str]:
    """Kind and body of a fragment: formulas as rows, text with its displays as rows."""
    if piece.math:
        rows = rows_of(piece.latex)
        return ("line" if len(rows) == 1 else "rows"), _joined(rows)
    displayed = re.sub(r"\\\[\n(.*?)\n?\\\]", lambda m: _display([m[1]]), piece.latex, flags=re.DOTALL)
    displayed = re.sub(
        r"\\begin\{gather\*\}\n(.*?)\n\\end\{gather\*\}",
        lambda m: _display(m[1].split(" \\\\\n")),
        displayed,
        flags=re.DOTALL,
    )
    ends = "\\ignorespaces" if displayed.endswith("}}") else ""  # as after a display
    return "text", f"{displayed}{ends}%\n"


def _display(rows: list[str]) -> str:
    return "\\EFdisplay{%\n" + _joined([("", r.strip()) for r in rows]) + "}"


def _joined(rows: list[tuple[str, str]]) -> str:
    return "\\EFnext\n".join(f"\\EFrow{{{left}}}{{{_whole(right)}}}%\n" for left, right in rows).replace(
        r"\cdots", r"\EFdots"
    )


def rows_of(latex: str) -> list[tuple[str, str]]:
    r"""Left and right sides of an equation or of an `aligned` environment, \EFbreak between the terms of a sum."""
    if not latex.startswith("\\begin{aligned}"):
        left, equals, right = latex.partition(" = ")
        if not equals or left.count("{") != left.count("}"):
            return [("", " \\EFbreak + ".join(terms(latex)))]
        return [(f"{left} ={{}}", " \\EFbreak + ".join(terms(right)).replace(r", \quad ", r", \EFbreak \quad "))]
    rows: list[tuple[str, str]] = []
    for line in latex.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}").split(" \\\\\n"):
        more = re.match(r"  &(?:\\quad)?\{\}\+ ", line)
        if more:
            left, right = rows[-1]
            rows[-1] = left, f"{right} \\EFbreak {{}}+ {line[more.end() :]}"
            continue
        left, _, right = line.partition("& ") if "& " in line else ("", "", line)
        if not _:
            right = right.removeprefix("&")
        rows.append((left.strip(), right))
    return rows


def _steps(latex: str) -> str:
    """The lines of a derivation with what it rests on; a line that says nothing in a notation is left out there."""
    lines = latex.removeprefix("\\begin{align*}\n").removesuffix("\n\\end{align*}").split(" \\\\\n")
    found = ["\\EFgiven{For any widths; functions are differentiable where they are evaluated.}%\n"]
    joined: list[str] = []
    for line in lines:
        if line.startswith("  &{}+ "):
            joined[-1] += f" \\EFbreak {{}}+ {line.removeprefix('  &{}+ ')}"
        else:
            joined.append(line)
    for line in joined:
        equation, _, rule = line.partition(r" \tag*{\footnotesize ")
        left, _, right = equation.partition("& ")
        empty = [n for n in NOTATIONS if expanded(left.removesuffix(" ={}"), n) == expanded(right, n)]
        step = f"\\EFstep{{{left}}}{{{_whole(right)}}}{{{rule.removesuffix('}')}}}"
        found.append("".join(f"\\EFunless{{{n}}}{{" for n in empty) + step + "}" * len(empty) + "%\n")
    return "".join(found)


@cache
def _table(notation: str) -> dict[tuple[str, str], str]:
    return {(kind, key): text for kind, key, text in letters(notation)}


def expanded(latex: str, notation: str) -> str:
    """LaTeX in macros with every letter put in, as the package does it."""
    table = _table(notation)

    def read(text: str, at: int) -> tuple[str, int]:
        depth, k = 0, at
        while True:
            depth += {"{": 1, "}": -1}.get(text[k], 0)
            k += 1
            if not depth:
                return text[at + 1 : k - 1], k

    while found := re.search(rf"\\EF({'|'.join(ARGUMENTS)})(?=\{{)", latex):
        kind, k = found[1], found.end()
        key, k = read(latex, k)
        given = []
        for _ in range(ARGUMENTS[kind]):
            argument, k = read(latex, k)
            given.append(argument)
        latex = latex[: found.start()] + filled(table[kind, key], *given) + latex[k:]
    return latex
