"""What Coq confirms: its files are compiled anew, and what each theorem there rests on is compared with four axioms.

python -m errorflow.proof.coq                check everything
python -m errorflow.proof.coq --libraries    and the libraries beneath, in a minute or two
python -m errorflow.proof.coq generate       write Generated.v from the certificates
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "formal"
CLASSICAL = frozenset(
    {"classic", "functional_extensionality_dep", "sig_forall_dec", "sig_not_dec"}
)  # of Coq's own real numbers
INSTALL = "apt-get install --no-install-recommends coq libcoq-coquelicot, in a clone of the source"


class NotHere(RuntimeError):
    """Coq, its library or the files are not here; the text says how to get them."""


@dataclass(frozen=True)
class Confirmed:
    """A theorem's name, its Coq lemmas, and what they say of it."""

    name: str
    lemmas: tuple[str, ...]
    says: str


def table(folder: Path = FOLDER) -> dict[str, Confirmed]:
    """The theorems of the registry, by name, that Coq proves too or that only Coq proves."""
    if not (folder / "theorems.json").exists():
        raise NotHere(f"the Coq files are not part of the wheel: {INSTALL}")
    data = json.loads((folder / "theorems.json").read_text(encoding="utf-8"))
    return {name: Confirmed(name, tuple(entry["lemmas"]), entry["says"]) for name, entry in data.items()}


def files(folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """The Coq files, each with those that it requires."""
    found = {}
    for path in sorted(folder.glob("*.v")):
        required = re.findall(r"^From ErrorFlow Require Import ([\w ]+)\.$", path.read_text(encoding="utf-8"), re.M)
        found[path.stem] = tuple(name for names in required for name in names.split())
    return found


def compile_files(work: Path, wanted: Iterable[str]) -> list[str]:
    """Compile the files wanted and what they require, two at a time. Raises RuntimeError where Coq refuses one."""
    required, order = files(work), list[str]()

    def visit(name: str) -> None:
        for other in required[name]:
            visit(other)
        if name not in order:
            order.append(name)

    for name in wanted:
        visit(name)
    done: dict[str, Future[None]] = {}

    def one(name: str) -> None:
        for other in required[name]:
            done[other].result()
        run(work, "coqc", "-w", "-all", "-Q", ".", "ErrorFlow", f"{name}.v")

    with ThreadPoolExecutor(2) as pool:
        for name in order:
            done[name] = pool.submit(one, name)
    for future in done.values():
        future.result()
    return order


def run(work: Path, *command: str) -> str:
    """The output of a command. Raises RuntimeError with what it complained of."""
    if shutil.which(command[0]) is None:
        raise NotHere(f"{command[0]} must be on the PATH: {INSTALL}")
    result = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if result.returncode:
        text = result.stderr + result.stdout
        if "Coquelicot" in text and ("Cannot find" in text or "Unable to locate" in text):
            raise NotHere(f"Coq must have the library Coquelicot: {INSTALL}")
        raise RuntimeError(f"{' '.join(command[:1] + command[-1:])} refused: {text.strip()[-2000:]}")
    return result.stdout + result.stderr


def assumptions(printed: str) -> tuple[str, ...]:
    """The names of the axioms in what `Print Assumptions` printed. Raises ValueError where that is something else."""
    text = printed.strip()
    if text == "Closed under the global context":
        return ()
    head, _, rest = text.partition("\n")
    if head.strip() != "Axioms:":
        raise ValueError(f"`Print Assumptions` must print axioms, got {text!r}")
    return tuple(sorted({line.split()[0].split(".")[-1] for line in rest.splitlines() if line[:1].strip()}))


def rests_on(work: Path, groups: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The axioms that each group of lemmas rests on, a second a group. Raises RuntimeError where there is another."""
    members = {name: list(dict.fromkeys(lemmas)) for name, lemmas in groups.items()}
    modules = sorted({lemma.split(".")[0] for lemmas in members.values() for lemma in lemmas})
    lines = [f"From ErrorFlow Require {' '.join(modules)}."]
    for k, lemmas in enumerate(members.values()):
        lines += [f"Definition group_{k} := ({', '.join(f'@{lemma}' for lemma in lemmas)})."]
        lines += [f'Redirect "group_{k}" Print Assumptions group_{k}.']
    (work / "Assumptions.v").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run(work, "coqc", "-w", "-all", "-Q", ".", "ErrorFlow", "Assumptions.v")
    found = {}
    for k, name in enumerate(members):
        found[name] = assumptions((work / f"group_{k}.out").read_text(encoding="utf-8"))
        if not set(found[name]) <= CLASSICAL:
            more = sorted(set(found[name]) - CLASSICAL)
            raise RuntimeError(f"{name} must rest on {sorted(CLASSICAL)} at most, got {more}")
    return found


def confirm(chosen: Iterable[Confirmed], folder: Path = FOLDER) -> tuple[str, ...]:
    """The axioms that the theorems chosen rest on together, all of whose files are compiled anew.

    Raises NotHere where Coq is not installed, RuntimeError where it refuses a proof or finds an axiom too many.
    """
    lemmas = [lemma for one in chosen for lemma in one.lemmas]
    with tempfile.TemporaryDirectory() as name:
        work = _copy(folder, Path(name))
        compile_files(work, sorted({lemma.split(".")[0] for lemma in lemmas}))
        return rests_on(work, {"what was chosen": lemmas})["what was chosen"]


def _copy(folder: Path, work: Path) -> Path:
    for path in folder.glob("*.v"):
        shutil.copy(path, work)
    return work


def recheck(work: Path, modules: Iterable[str], libraries: bool = False) -> tuple[str, ...]:
    """The axioms that coqchk, Coq's separate checker, finds in the compiled files. Raises RuntimeError for one of ours.

    libraries: check what lies beneath the files as well, and allow only the four axioms anywhere.
    """
    names = [f"ErrorFlow.{module}" for module in modules]
    options = names if libraries else [word for name in names for word in ("-norec", name)]
    printed = run(work, "coqchk", "-silent", "-o", "-Q", ".", "ErrorFlow", *options)
    sections = dict(re.findall(r"^\* (.*?):(.*?)(?=^\*|\Z)", printed, re.M | re.S))
    axioms = tuple(sorted(sections.pop("Axioms", "<none>").replace("<none>", "").split()))
    wrong = [axiom for axiom in axioms if axiom.startswith("ErrorFlow.")]
    if libraries:
        wrong += [axiom for axiom in axioms if axiom.split(".")[-1] not in CLASSICAL]
    odd = [f"{name}: {' '.join(text.split())}" for name, text in sections.items() if "<none>" not in text]
    odd = [text for text in odd if not text.startswith("Theory: Set is predicative")]
    if wrong or odd or not sections:
        raise RuntimeError(f"coqchk must find no axiom of ours and no relaxed rule, got {wrong + odd or printed!r}")
    return axioms


def main(arguments: list[str]) -> int:
    """0 if Coq confirms everything, 1 if it does not, 3 if it is not here."""
    if arguments == ["generate"]:
        from .coq_lemmas import generated

        (FOLDER / "Generated.v").write_text(generated(), encoding="utf-8")
        return 0
    if arguments not in ([], ["--libraries"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return _report(libraries=bool(arguments))
    except NotHere as missing:
        print(missing, file=sys.stderr)
        return 3
    except RuntimeError as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _report(libraries: bool) -> int:
    began = time.perf_counter()
    everything = list(table().values())
    groups = {one.name: one.lemmas for one in everything}
    groups["what the Python kernel takes on trust"] = lemmas_of("Axioms")

    def say(text: str) -> None:
        print(f"{text} ({time.perf_counter() - began:.0f} s so far)", flush=True)

    with tempfile.TemporaryDirectory() as name:
        work = _copy(FOLDER, Path(name))
        say(f"coqc: {len(compile_files(work, files(work)))} files compiled anew")
        recheck(work, files(FOLDER), libraries)
        say(f"coqchk: agrees{', libraries included' * libraries}")
        together = {"all": [lemma for lemmas in groups.values() for lemma in lemmas]}
        axioms = rests_on(work, groups if libraries else together)
    for name, lemmas in groups.items():
        print(f"{name}: {', '.join(lemma.split('.')[-1] for lemma in lemmas)}")
        if libraries:
            print(f"    rests on {', '.join(axioms[name]) or 'no axiom'}")
    union = sorted({axiom for found in axioms.values() for axiom in found})
    say(f"{len(everything)} theorems confirmed, nothing admitted; all together rest on {', '.join(union)}")
    return 0


def lemmas_of(module: str, folder: Path = FOLDER) -> tuple[str, ...]:
    """The lemmas of one file, under their full names."""
    text = (folder / f"{module}.v").read_text(encoding="utf-8")
    return tuple(f"{module}.{name}" for name in re.findall(r"^(?:Lemma|Theorem|Corollary) (\w+)", text, re.M))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
