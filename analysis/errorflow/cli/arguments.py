"""What may be typed: the commands, and a parser whose complaints are one line with a way out.

Nothing here imports SymPy, NumPy or matplotlib.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

import errorflow

STATUSES = "Exit status: 0 fine, 1 a checked statement failed, 2 usage or bad input, 3 a package is missing."


class Usage(ValueError):
    """Something that was typed and cannot be meant; its text says what would be right."""


@dataclass(frozen=True)
class Command:
    """module: where `main` and, if it takes arguments, `arguments` are. example: what a complaint shows."""

    module: str
    help: str
    example: str


COMMANDS: dict[str, Command] = {
    "list": Command("errorflow.cli.listing", "cells, named results, theorems and claims", "errorflow list"),
    "derive": Command("errorflow.cli.derive", "how error flows through a cell, as formulas", "errorflow derive lstm"),
    "prove": Command("errorflow.cli.prove", "check theorems anew", "errorflow prove rnn.nilpotent"),
    "claims": Command("errorflow.cli.claims", "judge claims that are often heard", "errorflow claims"),
    "check": Command(
        "errorflow.cli.check",
        "a claim of your own: proved, refuted or undecided",
        "errorflow check 'rnn: norm(W) < 1 implies vanishes'",
    ),
    "cost": Command("errorflow.cli.cost", "what BPTT and RTRL cost, exactly", "errorflow cost --cell lstm --units 64"),
    "profile": Command(
        "errorflow.cli.profile",
        "where the gradient of a trained network goes, by lag",
        "errorflow profile lstm.safetensors --inputs x.npy",
    ),
    "slope": Command(
        "errorflow.cli.slope", "how steep an activation can be, proved", "errorflow slope 'x * logistic(x)'"
    ),
    "models": Command(
        "errorflow.cli.models", "how far other sequence models reach back, by which law", "errorflow models arima"
    ),
    "draw": Command("errorflow.cli.draw", "a cell's graph as a picture", "errorflow draw lstm -o lstm.pdf"),
    "export": Command("errorflow.cli.export", "every result as a LaTeX fragment", "errorflow export fragments"),
    "run": Command("errorflow.cli.run", "the main job: derive, prove, measure and draw everything", "errorflow run"),
}


class Parser(argparse.ArgumentParser):
    """argparse with one-line complaints."""

    def __init__(self, *, example: str = "errorflow derive lstm", **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.example = example

    def error(self, message: str) -> NoReturn:
        """Raises Usage with what argparse found, in words."""
        text = message.removeprefix("argument ")
        missing = "the following arguments are required: "
        if text.startswith(missing):
            text = f"{text.removeprefix(missing)} must be given, for example `{self.example}`"
        elif text.startswith("one of the arguments "):
            names = text.removeprefix("one of the arguments ").removesuffix(" is required")
            text = f"{' or '.join(names.split())} must be given, for example `{self.example}`"
        elif text.startswith("unrecognized arguments: "):
            text = self._unknown(text.removeprefix("unrecognized arguments: ").split())
        elif text != message and ": " in text:
            option, _, rest = text.partition(": ")
            text = f"{option.split('/')[-1]} {_must(rest)}"
        raise Usage(text)

    def _unknown(self, words: Sequence[str]) -> str:
        word = next((w for w in words if w.startswith("-")), words[0])
        if not word.startswith("-"):
            return f"there is no place for {word!r}; `{self.prog} --help` shows what may be given"
        options = [name for action in self._actions for name in action.option_strings]
        return f"unknown option {word}" + near(word.partition("=")[0], options, f"`{self.prog} --help` shows all")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Complains about what is left over where the command is known, so that its own options are suggested."""
        known, rest = super().parse_known_args(args, namespace)
        if rest and self.prog != "errorflow":
            self.error("unrecognized arguments: " + " ".join(rest))
        return known, rest


def build(words: Sequence[str]) -> Parser:
    """The parser for a command line; only the command that is called has its arguments filled in."""
    parser = Parser(
        prog="errorflow",
        description="How error flows through a recurrent network: derived, proved, measured.",
        epilog=STATUSES,
    )
    parser.add_argument("--version", action="version", version=f"errorflow {errorflow.__version__}")
    called = words[0] if words else ""
    if not called:
        raise Usage(f"a command must be given: {', '.join(COMMANDS)}; `errorflow --help` explains them")
    if not called.startswith("-") and called not in COMMANDS:
        raise Usage(f"no command {called!r}" + near(called, COMMANDS, f"there are {', '.join(COMMANDS)}"))
    if called.startswith("-") and called not in ("-h", "--help", "--version"):
        raise Usage(f"a command must stand first, got {called}; for example `errorflow list {called}`")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        chosen = subparsers.add_parser(
            name,
            help=command.help,
            description=_sentence(command.help),
            epilog=STATUSES,
            example=command.example,
        )
        if name == called:
            fill: Callable[[Parser], None] = getattr(import_module(command.module), "arguments", _nothing)
            fill(chosen)
            chosen.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return parser


def _nothing(parser: Parser) -> None:
    """For a command that takes no arguments."""


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _must(rest: str) -> str:
    """What argparse says after the name of an argument, in the words of all other complaints."""
    for theirs, ours in _THEIRS.items():
        if rest.startswith(theirs):
            return ours + rest.removeprefix(theirs)
    return rest


_THEIRS = {
    "not allowed with argument ": "must be given without ",
    "expected one argument": "must have a value",
    "ignored explicit argument ": "must have no value, got ",
}


def near(word: str, known: Iterable[str], then: str = "") -> str:
    """The end of a complaint: what was probably meant, if anything is near, and then the way out.

    What is near is the closest by spelling or, for the beginning of names, those that begin so.
    """
    names = list(known)
    begun = [name for name in names if word and name.startswith(word)][:5]
    if len(begun) > 1:
        return f"; did you mean {', '.join(map(repr, begun[:-1]))} or {begun[-1]!r}?" + (f" {then}" if then else "")
    found = begun or difflib.get_close_matches(word, names, 1)
    if found:
        return f"; did you mean {found[0]!r}?" + (f" {then}" if then else "")
    return f"; {then}" if then else ""


def filename(text: str) -> str:
    """The type of an argument that names a file or a folder: what is empty would be the current folder unseen."""
    if not text:
        raise argparse.ArgumentTypeError("must be a path, got ''; `.` is the current folder")
    return text


def one_of(*values: str) -> Callable[[str], str]:
    """The type of an argument that takes one of these values."""

    def chosen(text: str) -> str:
        if text not in values:
            listed = f"{', '.join(values[:-1])} or {values[-1]}"
            raise argparse.ArgumentTypeError(f"must be {listed}, got {text!r}{near(text, values)}")
        return text

    return chosen


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """The type of an argument that takes an integer from `least` on, up to `most` if there is such a limit."""
    wanted = f"an integer, {least} or larger" if most is None else f"an integer from {least} to {most}"

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"must be {wanted}, got {text!r}")
        return value

    return number
