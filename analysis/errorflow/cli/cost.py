"""`errorflow cost`: what BPTT and RTRL take, as polynomials and as integers."""

from __future__ import annotations

import argparse

import sympy

from errorflow.cli.arguments import Parser, Usage, whole
from errorflow.cli.cells import HELP, find_cell
from errorflow.cli.output import WIDTH, paragraph, print_json, table, tied
from errorflow.learning import Cost, costs
from errorflow.learning.cost import STEPS

LETTERS = {"units": "n", "inputs": "m", "steps": "T"}
MOST = 10**12
COLUMNS = ("multiply-adds", "elementwise", "memory, words")


def arguments(parser: Parser) -> None:
    """What `cost` takes."""
    parser.add_argument("--cell", default="lstm", metavar="C", help=f"default lstm; {HELP}")
    for name, letter in LETTERS.items():
        parser.add_argument(
            f"--{name}", type=whole(1), metavar=letter, help=f"a number for {letter}; else it stays open"
        )
    parser.add_argument(
        "--size", type=_size, action="append", default=[], metavar="LETTER=K", help="another size, such as p=16"
    )
    parser.add_argument("--biases", action="store_true", help="count the biases too")


def main(args: argparse.Namespace) -> int:
    """Prints the cost of every algorithm."""
    cell = find_cell(args.cell)
    sizes = {name: getattr(args, name) for name in LETTERS}
    others = dict(args.size)
    for name, size in (*((f"--{k}", v) for k, v in sizes.items()), *((f"--size {k}", v) for k, v in others.items())):
        if size is not None and size > MOST:
            raise Usage(f"{name} must be at most a million million, got a number of {len(str(size))} digits")
    letters = sorted({*cell.definition.sizes.values()} - {*LETTERS.values()})
    if not {*others} <= {*letters}:
        known = f"be one of {', '.join(letters)}" if letters else "be left out, for it has n, m and T alone"
        raise Usage(f"size of {cell.name} must {known}, got {', '.join(others)}")
    found = costs(cell.definition, **sizes, biases=args.biases, **others)
    if args.json:
        all_sizes = {**sizes, **{letter: others.get(letter) for letter in letters}}
        print_json({"cell": cell.name, **all_sizes, "biases": args.biases, "algorithms": [c.json() for c in found]})
        return 0
    given = ", ".join(f"{letter} = {k}" for letter, k in others.items())
    about = "; ".join(filter(None, [_known(sizes), given, _open(found)]))
    told = "biases counted" if args.biases else "no biases"
    print(paragraph(f"{cell.name}: {about}; one sequence, a loss at every step, {told}."))
    if all(c.total(polynomial) is not None for c in found for polynomial in _polynomials(c)):
        print(f"\n{_totals(found)}")
        found = costs(cell.definition, biases=args.biases)
    for cost in found:
        print(f"\n{cost.name}")
        for name, polynomial in zip(COLUMNS, _polynomials(cost), strict=True):
            print(paragraph(tied(_shown(_filled(cost, polynomial)), WIDTH - 20), " " * 20, f"  {name:15} = "))
        print(paragraph(cost.kept, " " * 20, f"  {'what is stored':15} : "))
        if cost.valid_from > 1 and STEPS in cost.macs.free_symbols:
            more = f"T = {cost.valid_from} on; a shorter sequence takes more, which --steps gives"
            print(paragraph(more, " " * 20, f"  {'holds from':15} : "))
    print("\nMemory is beyond weights and gradient. Elementwise products of gates are not multiply-adds.")
    return 0


def _size(text: str) -> tuple[str, int]:
    """A letter and its number."""
    letter, _, number = text.partition("=")
    if not letter.isidentifier() or not number.isdecimal() or int(number) < 1:
        raise argparse.ArgumentTypeError(f"must be a letter and a number such as p=16, got {text!r}")
    return letter, int(number)


def _known(sizes: dict[str, int | None]) -> str:
    return ", ".join(f"{LETTERS[k]} = {v} {k}" for k, v in sizes.items() if v is not None)


def _open(found: tuple[Cost, ...]) -> str:
    """The letters that stay in the polynomials, with what they count."""
    left = {s.name for c in found for polynomial in _polynomials(c) for s in _filled(c, polynomial).free_symbols}
    words = {letter: f"{letter} {name}" for name, letter in LETTERS.items()}
    return ", ".join(words.get(name, name) for name in sorted(left, key=lambda name: ("nmT".find(name[0]), name)))


def _totals(found: tuple[Cost, ...]) -> str:
    rows: list[tuple[str, ...]] = [("", *COLUMNS, "gradient")]
    for cost in found:
        numbers = [f"{total:,}" for total in (cost.macs_total, cost.elementwise_total, cost.memory_words)]
        rows.append((cost.name, *numbers, "exact" if cost.exact else "truncated"))
    return table(rows, right=(1, 2, 3))


def _polynomials(cost: Cost) -> tuple[sympy.Expr, ...]:
    return cost.macs, cost.elementwise, cost.memory


def _filled(cost: Cost, polynomial: sympy.Expr) -> sympy.Expr:
    """The polynomial with the numbers put in that are known."""
    sizes = dict(cost.sizes)
    return sympy.expand(polynomial.xreplace({s: sizes[s.name] for s in polynomial.free_symbols if s.name in sizes}))


def _shown(polynomial: sympy.Expr) -> str:
    return str(polynomial).replace("**", "^").replace("*", " ")
