"""The pages that are made from the registries: theorems, claims, cells, algorithms, models, figures, command line."""

from __future__ import annotations

import inspect
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import reference
from writing import anchor, code, display, plain, statement, table

import errorflow as ef
from errorflow.builtin import BUILTIN
from errorflow.claims import Judgement, judge
from errorflow.cli.arguments import COMMANDS, build
from errorflow.learning import ALGORITHMS, undefined
from errorflow.models import MODELS
from errorflow.models.table import markdown as models_table
from errorflow.proof import Report, prove, theorems
from errorflow.results import results
from errorflow.results.cost_results import shown

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "figures" / "gallery"
BY_HAND = ("index", "first_derivation", "my_cell", "my_network", "trust")
COUNTED = ("rnn", "lstm", "gru", "lru")
VERDICTS = ("proved", "computed", "cited", "right", "conditional", "wrong", "open")


def write(folder: Path, by_hand: Path) -> None:
    """All pages as Markdown, with the pictures that they show; by_hand: where the written ones are.

    Raises: AssertionError with the reason if a theorem or a claim does not check, or a name is missing on one side.
    """
    faults = reference.missing()
    assert not faults, "\n".join(faults)
    for name in BY_HAND:
        shutil.copy(by_hand / f"{name}.md", folder)
    shutil.copytree(GALLERY, folder / "gallery")
    (folder / "cells").mkdir()
    for name in BUILTIN:
        ef.cell(name).draw(folder / "cells" / f"{name}.svg")
    made = {
        "theorems": theorem_index(prove()),
        "claims": ledger(judge()),
        "cells": cells(),
        "algorithms": algorithms(),
        "sequence_models": models(),
        "gallery": gallery(),
        "command_line": command_line(),
        "reference": _contents([f"reference_{page.name}" for page in reference.PAGES]),
        **{f"reference_{page.name}": reference.markdown(page) for page in reference.PAGES},
    }
    for name, text in made.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def theorem_index(reports: list[Report]) -> str:
    """All theorems: a table of what they say and how each was checked, then every statement in full."""
    failed = [r.name for r in reports if r.verdict == "failed"]
    assert not failed, f"theorems that do not check: {', '.join(failed)}"
    found = {theorem.name: theorem for theorem in theorems()}
    count = Counter(f"{r.verdict} by {r.route}" for r in reports)
    said = ", ".join(f"{number} {how}" for how, number in count.items())
    rows = [
        (f"[{code(r.name)}](#{anchor(r.name)})", plain(found[r.name].title), f"{r.verdict}, {r.route}", plain(r.scope))
        for r in reports
    ]
    parts = [
        "# Theorems",
        f"{len(reports)} theorems, checked when this page was built: {said}. [](trust.md) says what the words mean.",
        table(("theorem", "what it says", "verdict, route", "scope"), rows),
    ]
    parts += [_theorem(report) for report in reports]
    return "\n\n".join(parts) + "\n"


def _theorem(report: Report) -> str:
    theorem = ef.theorem(report.name)
    about = {
        "verdict": f"{report.verdict}, {report.route}; {plain(report.scope)}",
        "sharp": plain(theorem.sharp),
        "assumes": plain("; ".join(report.assumes)),
        "rests on": ", ".join(f"[{code(name)}](#{anchor(name)})" for name in theorem.depends),
        "axioms": ", ".join(map(code, report.axioms)),
        "why not proved": plain(report.reason),
        "source": plain(theorem.source),
    }
    listed = "\n".join(f"- *{word}*: {text}" for word, text in about.items() if text)
    heading = f"({anchor(report.name)})=\n## {plain(theorem.title)}"
    return f"{heading}\n\n{code(report.name)}\n\n{statement(theorem.latex())}\n\n{listed}"


def ledger(judgements: list[Judgement]) -> str:
    """The claims by theme: as heard, verdict, what is true, what it rests on."""
    failed = [one.id for one in judgements if one.verdict == "failed"]
    assert not failed, f"claims whose backing does not check: {', '.join(failed)}"
    count = Counter(one.verdict for one in judgements)
    said = ", ".join(f"{count[verdict]} {verdict}" for verdict in VERDICTS if count[verdict])
    parts = [
        "# The ledger of claims",
        f"{len(judgements)} claims about recurrent networks as they are heard, judged when this page was built: {said}."
        " A verdict is deduced from backings that are checked each time; `errorflow claims ID` shows what they found.",
    ]
    theme = ""
    for one in judgements:
        if one.theme != theme:
            theme = one.theme
            parts.append(f"## {plain(theme)}")
        backing = "; ".join(f"{b['bearing']}, {b['kind']} {_linked(b)}" for b in one.backing)
        parts.append(
            f"**{plain(one.text)}** *{one.verdict}*\n: {plain(one.statement)}\n\n"
            f"  {code(one.id)}, {plain(one.source)}. Backing: {backing}."
        )
    return "\n\n".join(parts) + "\n"


def _linked(backing: dict[str, object]) -> str:
    name = str(backing["name"])
    return f"[{code(name)}](theorems.md#{anchor(name)})" if backing["kind"] == "theorem" else code(name)


def cells() -> str:
    """Every built-in cell: definition, graph, weights and what is derived of it that fits a page."""
    found = {result.name: result for result in results()}
    parts = ["# Cells", "Derived for any width from one definition each; `errorflow derive NAME --steps` shows how."]
    for name, make in BUILTIN.items():
        cell = make()
        title = found[f"{name}.definition"].title.partition(":")[0]
        about = plain((inspect.getdoc(make) or "").splitlines()[0])
        shapes = ", ".join(f"{code(w)} ({', '.join(shape)})" for w, shape in cell.shapes().items())
        parts += [
            f"## {plain(title)}",
            f"{{py:func}}`errorflow.{name}`. {about}",
            display(found[f"{name}.definition"].latex()),
            f"Weights: {shapes}.",
            f"![The graph of {name}, each edge with its derivative](cells/{name}.svg)",
        ]
        if f"{name}.jacobian" in found:
            parts += ["One-step Jacobian:", display(found[f"{name}.jacobian"].latex())]
        else:
            parts.append(f"Its Jacobian fills no page; `errorflow derive {name}` prints it.")
        parts += ["Over q steps:", display(found[f"{name}.flow"].latex())]
    return "\n\n".join(parts) + "\n"


def algorithms() -> str:
    """Every learning algorithm: what it is, for which cells it is defined, what it takes."""
    parts = [
        "# Algorithms and costs",
        "For a whole sequence of T steps. One multiply-add is one product inside a matrix or an outer product; memory"
        " is counted beyond weights and gradient. `errorflow cost` puts numbers in and takes a cell of yours.",
        table(
            ("algorithm", "in words", "exact", "source"),
            [(code(a.name), plain(a.title), "yes" if a.exact else "no", plain(a.source)) for a in ALGORITHMS],
        ),
        "Letters: n units, m inputs, T steps; h and h' are the horizon and the stride of truncated BPTT, h the length"
        " of a block of the 1992 hybrid.",
    ]
    for name in COUNTED:
        rows = [
            (code(c.name), *(_math(shown(p)) for p in (c.macs, c.elementwise, c.memory)), plain(c.kept))
            for c in ef.cell(name).cost()
        ]
        head = ("algorithm", "multiply-adds", "elementwise products", "words of memory", "which hold")
        parts += [f"## {code(name)}", table(head, rows)]
    parts += ["## For which cells", "Where an algorithm is not defined, this is why."]
    whys: dict[tuple[str, str], list[str]] = {}
    for name, make in BUILTIN.items():
        for algorithm, reason in undefined(make().definition).items():
            whys.setdefault((algorithm, reason), []).append(name)
    rows = [(code(a), ", ".join(map(code, names)), plain(reason)) for (a, reason), names in whys.items()]
    parts.append(table(("algorithm", "cells", "why not"), rows))
    return "\n\n".join(parts) + "\n"


def _math(latex: str) -> str:
    return f"${latex}$".replace("|", r"\vert ")


def models() -> str:
    """The table of sequence models, then the page of each."""
    parts = ["# Other sequence models", "By which law the influence of an input falls with its lag, over which path, at"
             " which cost for one more step. `errorflow models NAME` prints a page.", models_table(MODELS)]  # fmt: skip
    for page in MODELS:
        letters = "; ".join(f"{plain(letter)}: {plain(meaning)}" for letter, meaning in page.letters)
        about = {
            "influence": plain(page.law.text()),
            "letters": letters,
            "remark": plain(page.remark),
            "theorems": ", ".join(f"[{code(name)}](theorems.md#{anchor(name)})" for name in page.theorems),
            "source": plain(page.source),
        }
        parts += [f"## {plain(page.title)}", display(f"\\begin{{aligned}}\n{page.latex()}\n\\end{{aligned}}")]
        parts.append("\n".join(f"- *{word}*: {text}" for word, text in about.items() if text))
    return "\n\n".join(parts) + "\n"


def gallery() -> str:
    """Every figure with its caption."""
    from figures import FIGURES
    from figures.render import caption

    drawn, named = {path.stem for path in GALLERY.glob("*.png")}, {module.NAME for module in FIGURES}
    assert drawn == named, f"thumbnails and figures must be the same, got apart {sorted(drawn ^ named)}"
    parts = ["# Figures", "`python -m figures NAME` draws one of them as PDF, SVG and PNG and writes its data."]
    for module in FIGURES:
        first, _, _ = (inspect.getdoc(module) or "").partition("\n\n")
        shows = ", ".join(f"[{code(name)}](theorems.md#{anchor(name)})" for name in module.SHOWS)
        parts += [
            f"## {plain(first).rstrip('.')}",
            f"![{plain(module.ALT)}](gallery/{module.NAME}.png)",
            plain(caption(module).removeprefix(" ".join(first.split())).strip()),
            f"{code(module.NAME)}{'; theorems ' if shows else ''}{shows}",
        ]
    return "\n\n".join(parts) + "\n"


def command_line() -> str:
    """What `errorflow --help` says of every command."""
    os.environ["COLUMNS"] = "96"
    rows = [(f"[{code(name)}](#errorflow-{name})", plain(command.help)) for name, command in COMMANDS.items()]
    parts = ["# Command line", table(("command", "what it does"), rows)]
    parts.append(plain(build(["--help"]).epilog or ""))
    for name, command in COMMANDS.items():
        parser = build([name])
        chosen = next(a.choices[name] for a in parser._actions if isinstance(a.choices, dict))
        text = re.sub(r"\n\nExit status:.*", "", chosen.format_help(), flags=re.DOTALL).strip()
        parts += [
            f"(errorflow-{name})=\n## errorflow {name}",
            f"```text\n{text}\n```",
            f"For example {code(command.example)}.",
        ]
    return "\n\n".join(parts) + "\n"


def _contents(names: list[str]) -> str:
    listed = "\n".join(names)
    return f"# API reference\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
