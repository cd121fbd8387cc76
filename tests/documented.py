"""What a docstring has to say: the sections of the numpydoc form, compared with the signature and the code."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import inspect
import re
import textwrap
from functools import cached_property

SECTION = re.compile(r"^(\w[\w ]*)\n(-+)$", re.MULTILINE)
THEOREM = re.compile(r"\btheorems? ([a-z0-9_]+\.[a-z0-9_]+)", re.IGNORECASE)


def sections(doc):
    """Title -> body; what stands before the first section is under ""."""
    parts = SECTION.split(inspect.cleandoc(doc))
    found = {"": parts[0].strip()}
    for title, line, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        assert len(title) == len(line), f"the line under {title} must be as long as it"
        found[title] = body.strip("\n")
    return found


def entries(body):
    """Name -> type of a section of parameters."""
    found = {}
    for line in body.splitlines():
        if line and not line.startswith(" "):
            names, _, kind = line.partition(" : ")
            found |= dict.fromkeys(names.split(", "), kind)
    return found


def members(owner):
    """The public functions and properties that a class defines: (name, function, whether it is read without a call)."""
    for name, value in vars(owner).items():
        if name.startswith("_"):
            continue
        if isinstance(value, property | cached_property):
            yield name, value.fget if isinstance(value, property) else value.func, True
        elif isinstance(value, staticmethod | classmethod):
            yield name, value.__func__, False
        elif inspect.isfunction(value):
            yield name, value, False


def faults(thing, is_property=False):
    """A line for each thing that the docstring lacks, of a function, a property or a class without its members."""
    doc = thing.__doc__ or ""
    if not doc.strip():
        return ["has no docstring"]
    found, wrong = sections(doc), []
    summary = found[""].partition("\n\n")[0]
    if not summary.endswith((".", ":")) or "\n" in summary:
        wrong.append(f"the summary must be one line that ends with a full stop, got {summary!r}")
    given = entries(found.get("Parameters", "")) | entries(found.get("Attributes", ""))
    if isinstance(thing, type):
        wrong += _names(given, _fields(thing))
    elif not is_property:
        wrong += _names(given, _parameters(thing))
        returned = thing.__annotations__.get("return", "None")
        if ("Returns" in found) != (str(returned) != "None"):
            wrong.append(f"Returns must stand there exactly if something is returned, which is {returned}")
        wrong += _raised(thing, entries(found.get("Raises", "")))
    for name, kind in given.items():
        if not kind:
            wrong.append(f"{name} must have a type")
        elif re.match(r"array(_like)?\b", kind) and "(" not in kind:
            wrong.append(f"{name} must have a shape, got {kind!r}")
    return wrong


def _names(given, wanted):
    return [] if list(given) == wanted else [f"parameters must be {wanted}, got {list(given)}"]


def _fields(owner):
    if dataclasses.is_dataclass(owner):
        return [field.name for field in dataclasses.fields(owner) if not field.name.startswith("_")]
    if "__init__" in vars(owner):
        return _parameters(owner.__init__)
    return [name for name in getattr(owner, "__annotations__", {}) if not name.startswith("_")]


def _parameters(function):
    sign = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    found = inspect.signature(function).parameters.values()
    return [sign.get(p.kind, "") + p.name for p in found if p.name not in ("self", "cls")]


def _raised(function, said):
    """Exceptions that the body raises itself and the docstring does not name."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    names = {name for line in said for name in line.split(", ")}
    missing = []
    for node in ast.walk(tree):
        raised = node.exc if isinstance(node, ast.Raise) else None
        name = raised.func.id if isinstance(raised, ast.Call) and isinstance(raised.func, ast.Name) else None
        kind = getattr(builtins, name or "", None) or function.__globals__.get(name or "")
        if kind is not None and not names & {base.__name__ for base in kind.__mro__}:
            missing.append(f"Raises must name {name}, which it raises")
    return sorted(set(missing))
