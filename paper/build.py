"""`make paper`: writes what the article reads in, checks the names on both sides, and compiles it.

Exit status: 0 built; 1 a theorem fails, a name is unknown or unused, a reference is undefined, or a line is too long;
3 TeX is missing.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
GENERATED, BUILD, DRAWN = HERE / "generated", HERE / "build", HERE.parent / "figures" / "out"
SOURCE = HERE / "errorflow.tex"
TOOLS = ("pdflatex", "latexmk")
STYLES = (
    "amsmath",
    "amsthm",
    "booktabs",
    "caption",
    "geometry",
    "graphicx",
    "hyperref",
    "longtable",
    "microtype",
    "multicol",
)
INSTALL = "apt-get install -y --no-install-recommends texlive-latex-base texlive-latex-recommended latexmk"
LONGEST = 1.0  # points by which a line may stick out


def main() -> int:
    """The exit status."""
    lacking = missing()
    if lacking:
        print(f"paper: {', '.join(lacking)} not found; {INSTALL}", file=sys.stderr)
        return 3
    sys.path.append(str(HERE.parent))  # the figures
    source = SOURCE.read_text(encoding="utf-8")
    try:
        known = write(source)
    except AssertionError as failure:
        print(f"paper: {failure}", file=sys.stderr)
        return 1
    made = [*GENERATED.glob("costs.*.tex"), *GENERATED.glob("models.tex"), *GENERATED.glob("learned.tex")]
    tables = "".join(path.read_text(encoding="ascii") for path in made)
    problems = wrong_names(source, known, tables) or compiled()
    for problem in problems:
        print(f"paper: {problem}", file=sys.stderr)
    if not problems:
        print(BUILD.relative_to(HERE.parent) / "errorflow.pdf")
    return 1 if problems else 0


def missing() -> list[str]:
    """Tools and styles of TeX that are not installed."""
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if lacking:
        return lacking
    return [f"{s}.sty" for s in STYLES if subprocess.run(["kpsewhich", f"{s}.sty"], capture_output=True).returncode]


def write(source: str) -> dict[str, set[str]]:
    """Writes fragments, figures that are not drawn yet, tables and numbers; the names that there are, by command."""
    from facts import facts, read
    from tables import TASKS, costs, learned, ledger, models, statements, verdicts
    from words import paragraphs

    from errorflow.claims import judge
    from errorflow.export import export
    from errorflow.proof import prove, theorems

    shutil.rmtree(GENERATED, ignore_errors=True)  # a fragment of an earlier version would still be read in
    written = {path.name for path in export(GENERATED)}
    figures = figures_in(source)
    if undrawn := sorted(name for name in figures if not is_drawn(name, DRAWN)):
        subprocess.run([sys.executable, "-m", "figures", *undrawn], cwd=HERE.parent, check=False)
    reports, judgements = prove(), judge()
    numbers = facts(reports, judgements, DRAWN)
    texts = {f"fact:{name}": value for name, value in numbers.items()}
    texts |= {f"caption:{name}": paragraphs(_docstring(name)) for name in sorted(figures)}
    lines = [rf"\expandafter\def\csname {name}\endcsname{{{text}}}" for name, text in texts.items()]
    made = {
        "facts": "\n".join(lines) + "\n",
        "verdicts": verdicts(reports),
        "ledger": ledger(judgements),
        "costs.rnn": costs("rnn"),
        "learned": learned({task: read(f"curves_{task}") for task in TASKS}),
        "models": models(),
        "statements": statements(stated_in(source)),
    }
    for name, text in made.items():
        (GENERATED / f"{name}.tex").write_text(text, encoding="ascii")
    return {
        "EF": set(made) | {name.removesuffix(".tex") for name in written},
        "thm": {theorem.name for theorem in theorems()},
        "fact": set(numbers),
        "drawn": {path.stem for path in DRAWN.glob("*.pdf")},
        "cite": set(re.findall(r"\\bibitem\{([^}]+)\}", source)),
    }


def is_drawn(name: str, folder: Path) -> bool:
    """Whether the files of a figure are in the folder, as wide as the article shows it."""
    if not all((folder / f"{name}.{kind}").exists() for kind in ("pdf", "csv", "json")):
        return False
    drawn = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return bool(drawn["width_inches"] == import_module(f"figures.{name}").WIDTH)


def _docstring(name: str) -> str:
    """The caption of a figure, read without running it."""
    source = (HERE.parent / "figures" / f"{name}.py").read_text(encoding="utf-8")
    return ast.get_docstring(ast.parse(source)) or ""


def stated_in(source: str) -> set[str]:
    """The theorems that the article states in full."""
    return set(re.findall(r"\\statement\{([^}#]+)\}", source))


def figures_in(source: str) -> set[str]:
    """The figures that the article shows."""
    return set(re.findall(r"\\drawn(?:\[[^]]*\])?\{([^}#]+)\}", source))


def wrong_names(source: str, known: dict[str, set[str]], tables: str = "") -> list[str]:
    """Names that the article uses and nothing makes; numbers and references that are there and not used.

    tables: the generated tables, which cite too.
    """
    used = {command: set(re.findall(rf"\\{command}\{{([^}}#]+)\}}", source)) for command in ("EF", "thm", "fact")}
    used["thm"] |= stated_in(source)
    used["drawn"] = figures_in(source)
    cited = re.findall(r"\\cite\{([^}#]+)\}", source + tables)
    used["cite"] = {name.strip() for names in cited for name in names.split(",")}
    problems = [
        f"errorflow.tex names {name!r}, which there is not"
        for command, names in used.items()
        for name in sorted(names - known[command])
    ]
    problems += [f"the number {name!r} is made and not used" for name in sorted(known["fact"] - used["fact"])]
    return problems + [
        f"{name!r} stands in the references and is not cited" for name in sorted(known["cite"] - used["cite"])
    ]


def compiled() -> list[str]:
    """What is wrong with the article after it was compiled; nothing if it is as it should be."""
    command = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", f"-outdir={BUILD}", SOURCE.name]
    environment = {**os.environ, "max_print_line": "1000"}
    done = subprocess.run(
        command, cwd=HERE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    log_file = BUILD / "errorflow.log"
    log = log_file.read_text(encoding="latin-1") if log_file.exists() else done.stdout.decode(errors="replace")
    if done.returncode and (errors := re.findall(r"^! .*(?:\n.*)*?\nl\.\d+.*", log, re.MULTILINE)):
        return [f"latexmk failed: {errors[0]}"]  # what stopped it leaves references undefined, too
    return complaints(log) or ["latexmk failed"] * bool(done.returncode)


def complaints(log: str) -> list[str]:
    """The lines of a log that no finished article may have."""
    found = re.findall(
        r"^(?:LaTeX Warning: (?:Reference|Citation).*undefined.*|LaTeX Warning: Label.*multiply.*)", log, re.M
    )
    for line in re.findall(r"^Overfull \\[hv]box.*", log, re.MULTILINE):
        over = re.search(r"\(([\d.]+)pt too (?:wide|high)", line)
        if over and float(over.group(1)) > LONGEST:
            found.append(line)
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    sys.exit(main())
