"""Fails if a tracked file holds what must not be there: an address of a package registry, or a path of one machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r"(?i)(index-url|find-links|https?://[^\s\"'>)]*(pypi|pythonhosted|npmjs|registry)[^\s\"'>)]*)")
PINNED = re.compile(r"^[A-Za-z0-9_.\-]+==\S+( ;.*)? \\$")
HOME = re.compile(rf"(/home/\w+/|/root/|/Users/\w+/|[A-Z]:\\\\Users|(?<![\w.:/]){re.escape(str(ROOT))}\b)")


def main() -> int:
    """0 if the tree is clean, else 1 with a line for each fault."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    faults = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.resolve() == Path(__file__).resolve() or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if ADDRESS.search(line):
                faults.append(f"{name}:{number}: holds the address of a package registry")
            if HOME.search(line):
                faults.append(f"{name}:{number}: holds a path of one machine")
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-docs.txt"):
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
            if line and not line.startswith((" ", "#")) and not PINNED.match(line):
                faults.append(f"{name}:{number}: is not pinned with a hash: {line}")
    print("\n".join(faults) or "no registry address, no machine path, every requirement pinned with hashes")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
