"""The letters of three notations: one table, from which formulas are printed and the macros of LaTeX are made.

`modern` is what `Notation` prints by itself. `classic` has the letters of Hochreiter & Schmidhuber 1997 and, for the
forget gate, of Gers, Schmidhuber & Cummins 2000: s for the cell state, y for activations, net for what they are
functions of, slopes written f'(net). `review` has those of teaching texts: C, S and O, with `squash` for g and h.

A letter is a template: #1 is the time, for an entry of a matrix its two indices, and #2 the unit where one is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from errorflow.definition import Definition

NOTATIONS = ("modern", "classic", "review")
MACROS = "macros"  # no notation: formulas in the macros of errorflow.sty, to be read in any of them

_written: ContextVar[str] = ContextVar("errorflow_notation", default="modern")

# kind -> how many arguments its macro has
ARGUMENTS = {"sym": 1, "unit": 2, "mat": 0, "entry": 1, "fun": 0, "map": 0, "block": 0, "slope": 2}
SHAPES = ("alone", "factor", "at.alone", "at.factor", "unit.alone", "unit.factor")


def _gates(of: dict[str, str]) -> dict[str, str]:
    r"""Classic letters of a memory cell. of: gate -> its index, such as i -> \mathrm{in}."""
    letters = {
        "sym.c": "s(#1)",
        "sym.h": "y^{c}(#1)",
        "sym.x": "x(#1)",
        "block.c": "s",
        "block.h": "y",
        "block.carry": "C",
    }
    for gate, index in of.items():
        letters[f"sym.{gate}"] = f"y^{{{index}}}(#1)"
        letters |= _map(gate, index)
    return letters


def _map(label: str, index: str) -> dict[str, str]:
    """Classic letters of the affine map into a gate."""
    matrices = {f"mat.{stem}_{label}": f"{stem}_{{{index}}}" for stem in "WUbp"}
    return {f"sym.net_{label}": rf"\mathrm{{net}}_{{{index}}}(#1)", f"map.{label}": index, **matrices}


_IN_OUT = {"i": r"\mathrm{in}", "o": r"\mathrm{out}"}
_FORGET = {**_IN_OUT, "f": r"\varphi"}
_SQUASHED = {"sym.g": r"g(\mathrm{net}_{c}(#1))", "fun.squash_in": "g", "fun.squash_out": "h"}
_TANH = {"sym.g": r"\tanh(\mathrm{net}_{c}(#1))", "fun.tanh": r"\tanh"}
_LOGISTIC = {"fun.logistic": "f"}

_REVIEW = {
    **{f"sym.{name}": f"{letter}_{{#1}}" for name, letter in zip("chxifog", "ChxifOS", strict=True)},
    **{
        key.replace("@", label): text
        for label, index in {"i": "i", "f": "f", "o": "o", "g": "c"}.items()
        for key, text in {
            "sym.net_@": rf"\mathrm{{net}}_{{{index},#1}}",
            "map.@": index,
            **{f"mat.{stem}_@": f"{stem}_{{{index}}}" for stem in "WUb"},
        }.items()
    },
    "block.c": "C",
    "block.h": "h",
    "block.carry": "K",  # C is the cell state
    "fun.logistic": r"\sigma",
}

LETTERS: dict[str, dict[str, dict[str, str]]] = {
    "rnn": {
        "classic": {
            "sym.h": "y(#1)",
            "unit.h": "y^{#2}(#1)",
            "sym.x": "x(#1)",
            "sym.net": r"\mathrm{net}(#1)",
            "unit.net": r"\mathrm{net}_{#2}(#1)",
            "mat.W": "W",
            "entry.W": "w_{#1}",
            "mat.U": "U",
            "mat.b": "b",
            "map.": r"\mathrm{net}",
            "block.h": "y",
            "block.carry": "C",
            "fun.tanh": "f",
        },
        "review": {
            "sym.h": "h_{#1}",
            "unit.h": "h_{#2,#1}",
            "sym.x": "x_{#1}",
            "sym.net": r"\mathrm{net}_{#1}",
            "unit.net": r"\mathrm{net}_{#2,#1}",
            "mat.W": "W_{h}",
            "entry.W": "(W_{h})_{#1}",
            "mat.U": "U",
            "mat.b": "b",
            "map.": r"\mathrm{net}",
            "block.h": "h",
            "block.carry": "C",
            "fun.tanh": r"\tanh",
        },
    },
    "lstm1997": {
        "classic": _gates(_IN_OUT) | _map("g", "c") | _SQUASHED | _LOGISTIC,
        "review": {
            **_REVIEW,
            "fun.squash_in": r"\operatorname{squash}_{g}",
            "fun.squash_out": r"\operatorname{squash}_{h}",
        },
    },
    "lstm": {
        "classic": _gates(_FORGET) | _map("g", "c") | _TANH | _LOGISTIC,
        "review": {**_REVIEW, "fun.tanh": r"\tanh"},
    },
    "lstm_peephole": {"classic": _gates(_FORGET) | _map("g", "c") | _TANH | _LOGISTIC},
}


@contextmanager
def written(notation: str) -> Iterator[None]:
    """Within it formulas are printed in this notation, or in macros. Raises: ValueError for another."""
    if notation not in (*NOTATIONS, MACROS):
        raise ValueError(f"notation must be one of {', '.join(NOTATIONS)}, got {notation!r}")
    token = _written.set(notation)
    try:
        yield
    finally:
        _written.reset(token)


def current() -> str:
    """The notation in which formulas are printed now."""
    return _written.get()


def lettered(definition: Definition) -> tuple[str, ...]:
    """The notations that have letters for every vector and every parameter of a cell."""
    known = LETTERS.get(definition.name, {})
    names = (*definition.states, *definition.inputs, *(n.symbol for n in definition.nodes if not n.inner))
    needed = {f"sym.{getattr(s, 'of', s).name}" for s in names} | {f"mat.{p.name}" for p in definition.parameters}
    return ("modern", *(n for n in NOTATIONS[1:] if n in known and needed <= set(known[n])))


def check_letters(definition: Definition, notation: str) -> None:
    """Raises: ValueError if the notation has no letters for the cell."""
    if notation not in lettered(definition):
        having = [name for name, table in LETTERS.items() if notation in table]
        raise ValueError(
            f"notation {notation} must have letters for the cell, got {definition.name!r};"
            f" it has those of {', '.join(having)}, and modern those of every cell"
        )


def applies(definition: Definition) -> bool:
    """Whether formulas of the cell are printed now in other letters than the modern ones."""
    now = current()
    return now != "modern" and (len(lettered(definition)) > 1 if now == MACROS else now in lettered(definition))


def letter(definition: Definition, kind: str, name: str, *arguments: str) -> str:
    r"""A letter with its arguments, in the notation of now: `s(t-1)`, or \EFsym{lstm.c}{t-1} in macros."""
    if current() == MACROS:
        return rf"\EF{kind}{{{definition.name}.{name}}}" + "".join(f"{{{a}}}" for a in arguments)
    return filled(template(definition.name, current(), kind, name), *arguments)


def cases(definition: Definition, name: str, without: str, otherwise: str) -> str:
    r"""`without` where a vector has no letter of its own but is written f(net), else `otherwise`; \EFcase in macros."""
    lacking = [n for n in lettered(definition)[1:] if template(definition.name, n, "sym", name).endswith("(#1))")]
    if current() == MACROS:
        return rf"\EFcase{{{','.join(lacking)}}}{{{without}}}{{{otherwise}}}" if lacking else otherwise
    return without if current() in lacking else otherwise


def filled(text: str, *arguments: str) -> str:
    """A template with its arguments."""
    for k, argument in enumerate(arguments, 1):
        text = text.replace(f"#{k}", argument)
    return text


def template(cell: str, notation: str, kind: str, name: str) -> str:
    """A letter as the notation has it, with #1 and #2 for its arguments; slopes follow from their functions."""
    table = LETTERS[cell][notation]
    if kind != "slope":
        return table[f"{kind}.{name}"]
    function, _, shape = name.partition("@")
    return slope(table[f"fun.{function}"], function, shape, primed=notation == "classic")


def slope(sign: str, function: str, shape: str, primed: bool = False) -> str:
    """A slope with #1 for the value of its function and #2 for the argument. sign: how the function is written.

    shape: alone, or as a factor of a product, which brackets a sum; after `at.` the value has no name of its own, after
    `unit.` one unit is meant. primed: f'(net) in place of an expression in the value.
    """
    if primed:
        return rf"{sign}'(#2)"
    times = r"\, " if shape.startswith("unit") else r" \odot "
    value, square = "#1", "#1^{2}" if shape.startswith("unit") else r"#1^{\odot 2}"
    if shape.startswith("at"):
        value, square = f"{sign}(#2)", f"{sign}^{{2}}(#2)"
    if function == "logistic":
        return f"{value}{times}(1 - {value})"
    if function == "squash_out":
        return rf"\tfrac{{1}}{{2}}\, (1 - {square})"
    inside = f"1 - {square}" if function == "tanh" else rf"1 - \tfrac{{1}}{{4}}\, {square}"
    return inside if shape.endswith("alone") else f"({inside})"
