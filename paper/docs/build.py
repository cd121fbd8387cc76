"""`make docs`: writes the pages that are made from the registries, and builds all of them as HTML in build/docs/.

Exit status: 0 built; 1 a theorem fails, a name is missing on one side, or Sphinx warns; 3 a package is missing.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGES, SITE, TREES = (ROOT / "build" / name for name in ("docs-pages", "docs", "docs-trees"))
NEEDS = {"sphinx": "sphinx", "myst_parser": "myst-parser", "numpydoc": "numpydoc"}


def main() -> int:
    """The exit status."""
    lacking = [package for module, package in NEEDS.items() if importlib.util.find_spec(module) is None]
    if lacking:
        print(f"docs: {', '.join(lacking)} not found; `pip install -r requirements-docs.txt` gets it", file=sys.stderr)
        return 3
    sys.path[:0] = [str(HERE), str(ROOT)]
    from pages import write

    for folder in (PAGES, SITE, TREES):
        shutil.rmtree(folder, ignore_errors=True)
    PAGES.mkdir(parents=True)
    try:
        write(PAGES, HERE)
    except AssertionError as failure:
        print(f"docs: {failure}", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-n", "-W", "--keep-going", "-q"]
    # A date or a seed of the machine would make the bytes of two builds differ.
    fixed = {**os.environ, "SOURCE_DATE_EPOCH": "0", "PYTHONHASHSEED": "0", "COLUMNS": "100"}
    done = subprocess.run(
        [*command, "-c", str(HERE), "-d", str(TREES), str(PAGES), str(SITE)], cwd=ROOT, env=fixed, check=False
    )
    if done.returncode == 0:
        print((SITE / "index.html").relative_to(ROOT))
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
