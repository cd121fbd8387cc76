"""Fails unless the wheel holds the package alone, installs on its own, and the examples of README and pages run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from readme_examples import run_all

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "analysis" / "errorflow"
PAGES = ("first_derivation", "my_cell", "my_network", "trust")


def main() -> int:
    """0 if all of it holds, else 1 with a line for each fault."""
    readme = ROOT / "README.md"
    if not readme.is_file():
        print("README.md is missing: no wheel can be built and no example run")
        return 1
    with tempfile.TemporaryDirectory(prefix="errorflow-") as name:
        folder = Path(name)
        wheel = build(folder)
        faults = contents(wheel)
        binaries = install(wheel, folder)
        work = folder / "work"
        work.mkdir()
        # Commands in the README name these files as they lie in the clone.
        shutil.copytree(ROOT / "figures" / "networks", work / "figures" / "networks")
        for page in (readme, *(ROOT / "paper" / "docs" / f"{name}.md" for name in PAGES)):
            faults += run_all(page, work, binaries)
    print("\n".join(faults) or "the wheel installs on its own and the README's examples run")
    return 1 if faults else 0


def build(folder: Path) -> Path:
    """The wheel, built from the clone with the pinned build tools."""
    _pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("errorflow-*.whl")
    print(f"  built {wheel.name}, {wheel.stat().st_size // 1024} kB")
    return wheel


def contents(wheel: Path) -> list[str]:
    """A line for each file that is in the wheel and should not be, or the other way round."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {n for n in archive.namelist() if not re.match(r"errorflow-[^/]+\.dist-info/", n)}
    tracked = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--", "."],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    wanted = {f"errorflow/{n}" for n in tracked.split("\0") if n}
    faults = [
        f"the wheel must not hold {n}, which is not a tracked file of the package" for n in sorted(packed - wanted)
    ]
    return faults + [f"the wheel must hold {n}" for n in sorted(wanted - packed)]


def install(wheel: Path, folder: Path) -> Path:
    """The programs of an empty environment into which the wheel has drawn what it declares, at the pinned versions."""
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pins = re.findall(r"^(\S+==.+?) *\\?$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins) + "\n", encoding="utf-8")
    python = str(environment / "bin" / "python")
    _pip(python, "install", "--only-binary", ":all:", "--constraint", str(constraints), str(wheel))
    _pip(python, "check")
    where = subprocess.run(
        [python, "-I", "-c", "import errorflow; print(errorflow.__file__)"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if str(environment) not in where:
        raise RuntimeError(f"errorflow must be imported from the wheel, got {where.strip()}")
    return environment / "bin"


def _pip(python: str, verb: str, *arguments: str) -> None:
    done = subprocess.run(
        [
            python,
            "-m",
            "pip",
            "--disable-pip-version-check",
            verb,
            *([] if verb == "check" else ["--quiet"]),
            *arguments,
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"pip {verb} failed: {(done.stderr or done.stdout).strip()[-3000:]}")


if __name__ == "__main__":
    sys.exit(main())
