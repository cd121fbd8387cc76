"""The house: rooms of the package import one way, and Matplotlib is met in one room only."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import errorflow

PACKAGE = Path(errorflow.__file__).parent


def imports(path):
    """The dotted names that a file imports anywhere in it, absolute; inside functions and for type checking too."""
    inside = path.relative_to(PACKAGE.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = list(inside[: -node.level]) if node.level else []
            stem = ".".join([*start, *([node.module] if node.module else [])])
            # `from errorflow import bounds` names a room; `from errorflow.bounds import x` names one already.
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def rooms():
    """room -> the rooms that it imports, by any import in any of its files."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] in ("__init__", "__main__"):
            continue
        known = found.setdefault(parts[0], set())
        for name in imports(path):
            first, *rest = name.split(".")
            if first == "errorflow" and rest and rest[0] != parts[0]:
                known.add(rest[0])
    return found


def test_rooms_import_one_way():
    graph = rooms()
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
    assert order.index("definition") < order.index("calculus") < order.index("numeric") < order.index("learning")
    assert order.index("proof") < order.index("claims") < order.index("cli")


def test_the_proof_room_imports_no_other():
    assert rooms()["proof"] == set()


def test_matplotlib_is_imported_for_drawing_alone():
    drawing = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py")
               if any(name.split(".")[0] == "matplotlib" for name in imports(path))}  # fmt: skip
    assert drawing == {"plots"}
